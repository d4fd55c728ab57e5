//! What the settings say of the window takes effect here, at once.

use std::sync::Arc;

use eframe::egui::{self, Vec2, vec2};

use super::Desk;
use crate::model::Language;
use crate::model::setting::{DegreesChoice, LanguageChoice, Preferences, Sheet, ThemeChoice};
use crate::ui::degrees::{self, Unit};
use crate::ui::motion;

/// The least room that shows everything, points (design §2).
pub const LEAST: Vec2 = vec2(1180.0, 720.0);

/// The settings, as they were obeyed last.
#[derive(Debug, Default)]
pub(super) struct Obeyed {
    pub(super) sheet: Arc<Sheet>,
    pub(super) preferences: Preferences,
    begun: bool,
    scale: f32,
}

impl Desk {
    /// Does what the settings say where they say something new; what was switched by hand meanwhile stays.
    pub(super) fn obey(&mut self, ctx: &egui::Context) {
        let sheet = (self.wires.settings)();
        if !Arc::ptr_eq(&sheet, &self.obeyed.sheet) || !self.obeyed.begun {
            let new = Preferences::of(&sheet.saved);
            let old = Some(self.obeyed.preferences).filter(|_| self.obeyed.begun);
            if old.is_none_or(|old| old.language != new.language) {
                language(new.language).speak();
            }
            if old.is_none_or(|old| old.theme != new.theme) {
                ctx.set_theme(match new.theme {
                    ThemeChoice::Dark => egui::Theme::Dark,
                    ThemeChoice::Light => egui::Theme::Light,
                });
            }
            if old.is_none_or(|old| old.temperature != new.temperature) {
                degrees::show_in(match new.temperature {
                    DegreesChoice::Celsius => Unit::Celsius,
                    DegreesChoice::Fahrenheit => Unit::Fahrenheit,
                });
            }
            motion::reduce(new.reduced_motion);
            ctx.all_styles_mut(|style| style.animation_time = motion::animation_secs());
            self.obeyed = Obeyed { sheet, preferences: new, begun: true, scale: self.obeyed.scale };
        }
        self.scale(ctx);
    }

    /// As large as was asked for, or as there is room for: what does not fit would be cut.
    fn scale(&mut self, ctx: &egui::Context) {
        let room = ctx.content_rect().size() * ctx.zoom_factor() / LEAST;
        let asked = self.obeyed.preferences.scale_percent as f32 / 100.0;
        let scale = asked.min(room.min_elem()).max(1.0);
        // What was zoomed by hand stays until this changes.
        if (scale - self.obeyed.scale).abs() > 0.005 {
            let begun = self.obeyed.scale > 0.0;
            self.obeyed.scale = scale;
            if begun || scale > 1.0 {
                ctx.set_zoom_factor(scale);
            }
        }
    }
}

fn language(choice: LanguageChoice) -> Language {
    match choice {
        LanguageChoice::System => Language::of_system(),
        LanguageChoice::En => Language::English,
        LanguageChoice::Ko => Language::Korean,
    }
}
