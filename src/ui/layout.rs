//! How the window is arranged: its place and size, the screen, the wall, and which screens have a window of their own.
//! What it looks like, language and theme, is in the settings. Pure: text in, text out.

use eframe::egui::{Pos2, Vec2, pos2, vec2};
use serde::{Deserialize, Serialize};

use super::panels::Screen;

/// No screen is larger, points; what is beyond would open a window that nobody sees.
const LARGEST: f32 = 16_384.0;

/// How the window is arranged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Layout {
    /// The screen that is shown.
    pub screen: Screen,
    /// The wall stands before it.
    pub wall: bool,
    /// Screens with a window of their own.
    pub popped: Vec<Screen>,
    /// Where the window is; `None` before it was placed once.
    pub window: Option<Place>,
    /// How the Live screen is arranged.
    pub live: LiveLayout,
}

/// How the Live screen is arranged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LiveLayout {
    /// What the map shows.
    pub map: Layers,
}

/// What the map shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each layer is there or not, whatever the others are")]
pub struct Layers {
    /// Vehicles.
    pub vehicles: bool,
    /// Sensors.
    pub sensors: bool,
    /// Incidents.
    pub incidents: bool,
    /// Harsh driving of the last hour.
    pub harsh: bool,
}

impl Default for Layers {
    fn default() -> Self {
        Self { vehicles: true, sensors: true, incidents: true, harsh: false }
    }
}

/// Where a window is, points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Inner width.
    pub width: f32,
    /// Inner height.
    pub height: f32,
    /// Left edge of the frame; absent where the desktop does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<f32>,
    /// Upper edge of the frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<f32>,
    /// Fills its screen.
    #[serde(default)]
    pub maximized: bool,
}

impl Place {
    /// Width and height.
    pub fn size(&self) -> Vec2 {
        vec2(self.width, self.height)
    }

    /// The upper left corner, where it is known.
    pub fn position(&self) -> Option<Pos2> {
        Some(pos2(self.x?, self.y?))
    }

    /// Rounded to whole points, so that what did not move is equal.
    #[must_use]
    pub fn rounded(self) -> Self {
        let whole = |edge: Option<f32>| edge.map(f32::round);
        Self { width: self.width.round(), height: self.height.round(), x: whole(self.x), y: whole(self.y), ..self }
    }
}

impl Layout {
    /// Reads what [`Self::text`] wrote; why it cannot be where it cannot.
    pub fn read(text: &str) -> Result<Self, String> {
        let layout: Self = toml::from_str(text).map_err(|error| error.to_string().trim().replace('\n', " "))?;
        if let Some(window) = &layout.window {
            let edges = [Some(window.width), Some(window.height), window.x, window.y];
            let sane = edges.into_iter().flatten().all(|edge| edge.is_finite() && edge.abs() <= LARGEST);
            if !sane || window.width < 1.0 || window.height < 1.0 {
                return Err(format!(
                    "no window is {} by {} points at {:?}, {:?}",
                    window.width, window.height, window.x, window.y
                ));
            }
        }
        Ok(layout)
    }

    /// As it is kept.
    pub fn text(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_read_again() {
        let window = Place { width: 1440.0, height: 900.0, x: Some(-1920.0), y: Some(0.0), maximized: true };
        let live = LiveLayout { map: Layers { harsh: true, vehicles: false, ..Layers::default() } };
        let layout = Layout { screen: Screen::Incidents, wall: true, popped: vec![Screen::Live], window: Some(window), live };
        assert_eq!(Layout::read(&layout.text()), Ok(layout));
        assert_eq!(Layout::read(&Layout::default().text()), Ok(Layout::default()));
        assert_eq!(Layout::read(""), Ok(Layout::default()));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_the_reason() {
        for (text, says) in [
            ("screen = \"Nowhere\"", "Nowhere"),
            ("screen = ", "TOML"),
            ("window = { width = 1440 }", "height"),
            ("window = { width = nan, height = 900 }", "no window is NaN"),
            ("window = { width = 1e9, height = 900 }", "no window is"),
            ("window = { width = 0, height = 900 }", "no window is 0"),
            ("colour = 1", "colour"),
        ] {
            let error = Layout::read(text).unwrap_err();
            assert!(error.contains(says) && !error.contains('\n'), "{text}: {error}");
        }
    }
}
