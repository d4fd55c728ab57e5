//! Buttons: primary (one a pane), critical (Acknowledge only), default and quiet; a button that is off says why.

use eframe::egui::{self, Color32, Response, Role, Sense, Stroke, StrokeKind, Ui, Widget, WidgetInfo, vec2};

use crate::ui::actions::Action;
use crate::ui::theme::{RADIUS_CONTROL, Theme, Type, icon_font, sizes};
use crate::ui::tr;

/// How loud a button is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What this pane is for; one a pane.
    Primary,
    /// Acknowledge, and nothing else.
    Critical,
    /// An ordinary button.
    Default,
    /// A button that does not ask for attention.
    Quiet,
}

/// A button with an optional icon and the key that does the same.
#[derive(Clone, Debug)]
#[must_use = "paint it with `ui.add`"]
pub struct Button<'a> {
    kind: Kind,
    text: &'a str,
    icon: Option<&'a str>,
    key: Option<String>,
    name: Option<String>,
    off: Option<&'a str>,
    width: Option<f32>,
}

impl<'a> Button<'a> {
    /// A button of a kind.
    pub const fn new(kind: Kind, text: &'a str) -> Self {
        Self { kind, text, icon: None, key: None, name: None, off: None, width: None }
    }
    /// What this pane is for.
    pub const fn primary(text: &'a str) -> Self {
        Self::new(Kind::Primary, text)
    }
    /// Acknowledge.
    pub const fn critical(text: &'a str) -> Self {
        Self::new(Kind::Critical, text)
    }
    /// An ordinary button.
    pub const fn default(text: &'a str) -> Self {
        Self::new(Kind::Default, text)
    }
    /// A quiet button.
    pub const fn quiet(text: &'a str) -> Self {
        Self::new(Kind::Quiet, text)
    }
    /// With an icon before the text.
    pub const fn icon(mut self, glyph: &'a str) -> Self {
        self.icon = Some(glyph);
        self
    }
    /// With the key of `action` after the text.
    pub fn key(mut self, action: Action) -> Self {
        self.key = Some(action.key());
        self
    }
    /// The name that screen readers and tests see, where the text alone does not tell which.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
    /// Off while there is a reason; the reason shows on hover and is part of the name.
    pub const fn off(mut self, reason: Option<&'a str>) -> Self {
        self.off = reason;
        self
    }
    /// At least this wide, points.
    pub const fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }
}

struct Look {
    fill: Color32,
    line: Color32,
    text: Color32,
    hint: Color32,
}

fn look(theme: &Theme, kind: Kind, off: bool, hovered: bool) -> Look {
    let ink = &theme.text;
    if off {
        return Look { fill: Color32::TRANSPARENT, line: theme.border.hairline, text: ink.disabled, hint: ink.disabled };
    }
    match kind {
        Kind::Primary => {
            let fill = if hovered { theme.accent.hover } else { theme.accent.base };
            Look { fill, line: fill, text: ink.on_accent, hint: ink.on_accent }
        }
        Kind::Critical => {
            let red = theme.status.critical;
            let line = if hovered { ink.on_critical } else { red.solid };
            Look { fill: red.solid, line, text: ink.on_critical, hint: ink.on_critical }
        }
        Kind::Default => {
            let fill = if hovered { theme.bg.hover } else { theme.bg.raised };
            Look { fill, line: theme.border.control, text: ink.primary, hint: ink.tertiary }
        }
        Kind::Quiet => {
            let fill = if hovered { theme.bg.hover } else { Color32::TRANSPARENT };
            Look { fill, line: theme.border.strong, text: ink.primary, hint: ink.tertiary }
        }
    }
}

impl Widget for Button<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let theme = Theme::of(ui);
        let off = self.off.is_some();
        let painter = ui.painter().clone();
        let whites = Color32::PLACEHOLDER;
        let icon = self.icon.map(|glyph| painter.layout_no_wrap(glyph.to_owned(), icon_font(15.0), whites));
        let text = painter.layout_no_wrap(self.text.to_owned(), Type::Body.medium(), whites);
        let hint = self.key.as_ref().map(|key| painter.layout_no_wrap(key.clone(), Type::Micro.font(), whites));
        let gap = 7.0;
        let parts = [icon.as_ref(), Some(&text), hint.as_ref()];
        let inner = parts.iter().flatten().map(|galley| galley.size().x).sum::<f32>()
            + gap * parts.iter().flatten().count().saturating_sub(1) as f32;
        let height = if matches!(self.kind, Kind::Primary | Kind::Critical) && self.width.is_some() {
            sizes().button_h_primary
        } else {
            sizes().button_h
        };
        let width = (inner + 22.0).max(self.width.unwrap_or_default());
        let sense = if off { Sense::hover() } else { Sense::click() };
        let (rect, response) = ui.allocate_exact_size(vec2(width, height), sense);
        let look = look(theme, self.kind, off, response.hovered() && !off);
        painter.rect(rect, f32::from(RADIUS_CONTROL), look.fill, Stroke::new(1.0, look.line), StrokeKind::Inside);
        if response.has_focus() {
            painter.rect_stroke(
                rect.expand(2.0),
                f32::from(RADIUS_CONTROL) + 2.0,
                Stroke::new(2.0, theme.border.focus),
                StrokeKind::Middle,
            );
        }
        let mut x = rect.center().x - inner / 2.0;
        for (galley, color) in [(icon, look.text), (Some(text), look.text), (hint, look.hint)] {
            if let Some(galley) = galley {
                let size = galley.size();
                painter.galley(egui::pos2(x, rect.center().y - size.y / 2.0), galley, color);
                x += size.x + gap;
            }
        }
        let name = self.name.unwrap_or_else(|| self.text.to_owned());
        let name = self.off.map_or_else(|| name.clone(), |reason| tr!("words-off", name = name.as_str(), reason = reason));
        response.widget_info(|| WidgetInfo::labeled(Role::Button, !off, &name));
        match self.off {
            Some(reason) => response.on_hover_text(reason),
            None => response.on_hover_cursor(egui::CursorIcon::PointingHand),
        }
    }
}
