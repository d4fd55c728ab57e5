//! Colours, type and sizes, read from `assets/theme.toml`; the only file that makes a colour or names a font.
//!
//! [`Theme::of`] gives the theme of the window that a widget is painted into, so nothing has to pass it around.

mod install;

use std::sync::LazyLock;

use eframe::egui::{self, Color32, FontFamily, FontId, RichText, Stroke};
use serde::{Deserialize, Deserializer};

pub use self::install::install;
use crate::model::Severity;

/// Everything that makes the look of one theme.
#[derive(Clone, Debug, Deserialize)]
pub struct Theme {
    /// Surfaces, from the lowest.
    pub bg: Surfaces,
    /// Lines between and around things.
    pub border: Borders,
    /// Text by its weight in the hierarchy; each is 4.5:1 or better on every surface.
    pub text: Inks,
    /// Selection and the primary action.
    pub accent: Accent,
    /// What a state is painted in. Colour only repeats a shape and a word.
    pub status: Statuses,
    /// Charts.
    pub plot: PlotInks,
    /// The map.
    pub map: MapInks,
}

/// The map.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the design tokens")]
pub struct MapInks {
    #[serde(deserialize_with = "ink")]
    pub land: Color32,
    #[serde(deserialize_with = "ink")]
    pub water: Color32,
    #[serde(deserialize_with = "ink")]
    pub water_line: Color32,
    #[serde(deserialize_with = "ink")]
    pub road_minor: Color32,
    #[serde(deserialize_with = "ink")]
    pub road_major: Color32,
    #[serde(deserialize_with = "ink")]
    pub road_motor: Color32,
    #[serde(deserialize_with = "ink")]
    pub label: Color32,
    #[serde(deserialize_with = "ink")]
    pub label_water: Color32,
    #[serde(deserialize_with = "ink")]
    pub vehicle: Color32,
    #[serde(deserialize_with = "ink")]
    pub vehicle_parked: Color32,
}

/// Surfaces.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the design tokens")]
pub struct Surfaces {
    #[serde(deserialize_with = "ink")]
    pub app: Color32,
    #[serde(deserialize_with = "ink")]
    pub panel: Color32,
    #[serde(deserialize_with = "ink")]
    pub raised: Color32,
    #[serde(deserialize_with = "ink")]
    pub inset: Color32,
    #[serde(deserialize_with = "ink")]
    pub hover: Color32,
    #[serde(deserialize_with = "ink")]
    pub selected: Color32,
    #[serde(deserialize_with = "ink")]
    pub header: Color32,
}

/// Lines.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the design tokens")]
pub struct Borders {
    #[serde(deserialize_with = "ink")]
    pub hairline: Color32,
    #[serde(deserialize_with = "ink")]
    pub strong: Color32,
    #[serde(deserialize_with = "ink")]
    pub control: Color32,
    #[serde(deserialize_with = "ink")]
    pub focus: Color32,
}

/// Text.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the design tokens")]
pub struct Inks {
    #[serde(deserialize_with = "ink")]
    pub primary: Color32,
    #[serde(deserialize_with = "ink")]
    pub secondary: Color32,
    #[serde(deserialize_with = "ink")]
    pub tertiary: Color32,
    #[serde(deserialize_with = "ink")]
    pub disabled: Color32,
    #[serde(deserialize_with = "ink")]
    pub on_accent: Color32,
    #[serde(deserialize_with = "ink")]
    pub on_critical: Color32,
}

/// Selection and the primary action.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the design tokens")]
pub struct Accent {
    #[serde(deserialize_with = "ink")]
    pub base: Color32,
    #[serde(deserialize_with = "ink")]
    pub hover: Color32,
    #[serde(deserialize_with = "ink")]
    pub tint: Color32,
    #[serde(deserialize_with = "ink")]
    pub line: Color32,
}

/// The four colours of one state.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Status {
    /// Words and shapes.
    #[serde(deserialize_with = "ink")]
    pub fg: Color32,
    /// Filled controls and bars.
    #[serde(deserialize_with = "ink")]
    pub solid: Color32,
    /// The ground of a card.
    #[serde(deserialize_with = "ink")]
    pub tint: Color32,
    /// Its outline.
    #[serde(deserialize_with = "ink")]
    pub line: Color32,
}

/// States.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the design tokens")]
pub struct Statuses {
    pub critical: Status,
    pub high: Status,
    pub medium: Status,
    pub low: Status,
    pub ok: Status,
    pub info: Status,
    pub hot: Status,
    pub cold: Status,
    pub drill: Status,
    pub stale: Status,
}

/// Charts.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the design tokens")]
pub struct PlotInks {
    #[serde(deserialize_with = "ink")]
    pub bg: Color32,
    #[serde(deserialize_with = "ink")]
    pub grid: Color32,
    #[serde(deserialize_with = "ink")]
    pub axis: Color32,
    #[serde(deserialize_with = "ink")]
    pub label: Color32,
    #[serde(deserialize_with = "ink")]
    pub cursor: Color32,
    #[serde(deserialize_with = "inks")]
    pub series: Vec<Color32>,
    #[serde(deserialize_with = "dashes")]
    pub series_dash: Vec<Vec<f32>>,
    #[serde(deserialize_with = "ink")]
    pub threshold: Color32,
    #[serde(deserialize_with = "ink")]
    pub limit: Color32,
    #[serde(deserialize_with = "wash")]
    pub band_hot: Color32,
    #[serde(deserialize_with = "wash")]
    pub band_normal: Color32,
    #[serde(deserialize_with = "wash")]
    pub band_cold: Color32,
    #[serde(deserialize_with = "wash")]
    pub window: Color32,
    #[serde(deserialize_with = "wash")]
    pub gap_hatch: Color32,
}

/// One step of the type scale, points.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Step {
    /// Height of the type.
    pub size: f32,
    /// Height of a line.
    pub line: f32,
    /// 400, 500 or 600.
    pub weight: u16,
}

#[derive(Debug, Deserialize)]
struct Scale {
    micro: Step,
    small: Step,
    body: Step,
    section: Step,
    title: Step,
    headline: Step,
    kpi: Step,
}

/// Sizes of the layout, points.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the design tokens")]
pub struct Sizes {
    pub rail_w: f32,
    pub topbar_h: f32,
    pub statusbar_h: f32,
    pub pane_header_h: f32,
    pub kpi_h: f32,
    pub row_compact: f32,
    pub row: f32,
    pub row_two_line: f32,
    pub incident_card: f32,
    pub evidence_row: f32,
    pub button_h: f32,
    pub button_h_primary: f32,
    pub input_h: f32,
    pub chip_h: f32,
    pub segment_h: f32,
    pub icon: f32,
    pub icon_rail: f32,
    pub hit_min: f32,
    pub queue_w: f32,
    pub window_min: [f32; 2],
    pub window_design: [f32; 2],
}

#[derive(Debug, Deserialize)]
struct Sheet {
    dark: Theme,
    light: Theme,
    #[serde(rename = "type")]
    scale: Scale,
    size: Sizes,
}

static SHEET: LazyLock<Sheet> = LazyLock::new(|| {
    toml::from_str(include_str!("../../assets/theme.toml")).expect("assets/theme.toml is part of the program and read by a test")
});

/// The layout's sizes.
pub fn sizes() -> &'static Sizes {
    &SHEET.size
}

/// Inner margin of a pane, points.
pub const PANE_PAD: egui::Vec2 = egui::vec2(14.0, 10.0);
/// Radius of chips, points.
pub const RADIUS_CHIP: u8 = 4;
/// Radius of buttons and fields, points.
pub const RADIUS_CONTROL: u8 = 5;
/// Radius of cards, points.
pub const RADIUS_CARD: u8 = 6;

impl Theme {
    /// The theme of the window that `ui` paints into.
    pub fn of(ui: &egui::Ui) -> &'static Self {
        Self::get(ui.visuals().dark_mode)
    }

    /// The dark or the light one.
    pub fn get(dark: bool) -> &'static Self {
        if dark { &SHEET.dark } else { &SHEET.light }
    }

    /// The colours of a severity.
    pub const fn severity(&self, severity: Severity) -> Status {
        match severity {
            Severity::Critical => self.status.critical,
            Severity::High => self.status.high,
            Severity::Medium => self.status.medium,
            Severity::Low => self.status.low,
        }
    }

    /// The line between panes.
    pub fn hairline(&self) -> Stroke {
        Stroke::new(1.0, self.border.hairline)
    }
}

/// Text by its place in the scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// 11: axes, field labels, chips; the floor.
    Micro,
    /// 12: secondary cells, meta lines.
    Small,
    /// 13: cells, form values.
    Body,
    /// 13 semibold: pane titles, names.
    Section,
    /// 16 semibold: screen and dialog titles.
    Title,
    /// 22 semibold: the verdict.
    Headline,
    /// 26 medium: KPI values.
    Kpi,
    /// 12 mono: ids, topics, JSON, logs.
    Mono,
}

impl Type {
    fn step(self) -> Step {
        let scale = &SHEET.scale;
        match self {
            Self::Micro => scale.micro,
            Self::Small | Self::Mono => scale.small,
            Self::Body => scale.body,
            Self::Section => scale.section,
            Self::Title => scale.title,
            Self::Headline => scale.headline,
            Self::Kpi => scale.kpi,
        }
    }

    /// The font.
    pub fn font(self) -> FontId {
        match self {
            Self::Mono => FontId::new(self.step().size, FontFamily::Monospace),
            _ => FontId::new(self.step().size, family(self.step().weight)),
        }
    }

    /// The same size in medium weight, for values.
    pub fn medium(self) -> FontId {
        FontId::new(self.step().size, family(500))
    }

    /// The same size in semibold, for names.
    pub fn semibold(self) -> FontId {
        FontId::new(self.step().size, family(600))
    }

    /// Height of a line, points.
    pub fn line(self) -> f32 {
        self.step().line
    }

    /// `text` in this style.
    pub fn rich(self, text: impl Into<String>, color: Color32) -> RichText {
        RichText::new(text).font(self.font()).color(color)
    }

    /// `text` in this size and medium weight.
    pub fn rich_medium(self, text: impl Into<String>, color: Color32) -> RichText {
        RichText::new(text).font(self.medium()).color(color)
    }

    /// `text` in this size and semibold.
    pub fn rich_semibold(self, text: impl Into<String>, color: Color32) -> RichText {
        RichText::new(text).font(self.semibold()).color(color)
    }
}

/// The font of the outlined icons at `size` points.
pub fn icon_font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("icons".into()))
}

/// The font of the filled icons at `size` points.
pub fn icon_fill_font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("icons-fill".into()))
}

pub(super) fn family(weight: u16) -> FontFamily {
    match weight {
        500 => FontFamily::Name("sans-500".into()),
        600 => FontFamily::Name("sans-600".into()),
        _ => FontFamily::Proportional,
    }
}

fn ink<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Color32, D::Error> {
    let hex = String::deserialize(deserializer)?;
    parse(&hex).ok_or_else(|| serde::de::Error::custom(format!("not a colour: {hex}")))
}

fn inks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Color32>, D::Error> {
    let all = Vec::<String>::deserialize(deserializer)?;
    all.iter().map(|hex| parse(hex).ok_or_else(|| serde::de::Error::custom(format!("not a colour: {hex}")))).collect()
}

fn wash<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Color32, D::Error> {
    #[derive(Deserialize)]
    struct Wash {
        #[serde(deserialize_with = "ink")]
        hex: Color32,
        a: f32,
    }
    Wash::deserialize(deserializer).map(|wash| wash.hex.gamma_multiply(wash.a))
}

fn dashes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<f32>>, D::Error> {
    let all = Vec::<String>::deserialize(deserializer)?;
    Ok(all.iter().map(|dash| dash.split(' ').filter_map(|length| length.parse().ok()).collect()).collect())
}

fn parse(hex: &str) -> Option<Color32> {
    let digits = hex.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let rgb = u32::from_str_radix(digits, 16).ok()?;
    let [_, r, g, b] = rgb.to_be_bytes();
    Some(Color32::from_rgb(r, g, b))
}

#[cfg(test)]
#[path = "theme_tests.rs"]
mod tests;
