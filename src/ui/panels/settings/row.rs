//! One setting on a line: what it is, what it may be, the field, and whether it is saved and holds.

use eframe::egui::{Align, Align2, Layout, Margin, Rect, Role, Sense, TextEdit, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::draft::{Drafts, Kind, written};
use crate::model::setting::{Bound, Key, Sheet, Wrong};
use crate::ui::shapes::{Mark, elided};
use crate::ui::text;
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{hairline_below, put, segments};
use crate::ui::{tr, word};

/// Height of a line, points.
const HEIGHT: f32 = 48.0;
/// How wide a field with its unit is, points.
const FIELD_W: f32 = 170.0;

/// What every line needs.
pub(super) struct Lines<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) drafts: &'a mut Drafts,
    /// What was refused last: its line says so.
    pub(super) refused: Option<&'a Wrong>,
}

impl Lines<'_> {
    /// A number, with what it may be and its default.
    pub(super) fn number(&mut self, ui: &mut Ui, key: &Key, label: &str, bound: &Bound) {
        let range = tr!("settings-range", least = text::exact(bound.least), most = text_with_unit(bound.most, bound.unit));
        let standard = key.find(&self.sheet.standard).map(|it| tr!("settings-default", value = written(it)));
        let note = standard.map_or_else(|| range.clone(), |standard| format!("{standard}, {range}"));
        self.typed(ui, key, label, &note, bound.unit, Kind::Number);
    }

    /// A field that is typed into.
    pub(super) fn typed(&mut self, ui: &mut Ui, key: &Key, label: &str, note: &str, unit: &str, kind: Kind) {
        self.line(ui, key, label, note, FIELD_W, |this, ui| {
            this.field(ui, key, label, 92.0, kind);
            ui.label(Type::Small.rich(unit, Theme::of(ui).text.secondary));
        });
    }

    /// The field alone.
    pub(super) fn field(&mut self, ui: &mut Ui, key: &Key, label: &str, width: f32, kind: Kind) {
        let mut typed = self.drafts.text(self.sheet, key);
        let edit = TextEdit::singleline(&mut typed)
            .id_salt(("setting", key))
            .desired_width(width - 16.0)
            .margin(Margin::symmetric(8, 5))
            .align(if kind == Kind::Number { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER });
        let response = ui.add(edit);
        if response.changed() {
            self.drafts.type_in(self.sheet, key, typed.clone(), kind);
        }
        response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, label));
    }

    /// One of a few.
    pub(super) fn choice(&mut self, ui: &mut Ui, key: &Key, label: &str, note: &str, all: &[(serde_json::Value, &str)]) {
        let width: f32 = all
            .iter()
            .map(|(_, words)| {
                let font = Type::Body.font();
                ui.painter().layout_no_wrap((*words).to_owned(), font, Theme::of(ui).text.primary).size().x + 20.0
            })
            .sum();
        self.line(ui, key, label, note, width.max(FIELD_W), |this, ui| {
            let shown = this.drafts.chosen(this.sheet, key);
            let now = all.iter().position(|(value, _)| written(value) == shown).unwrap_or(usize::MAX);
            let mut chosen = now;
            let places: Vec<usize> = (0..all.len()).collect();
            segments(ui, label, &mut chosen, &places, |i| all.get(i).map_or("", |(_, words)| words));
            if let Some((value, _)) = all.get(chosen).filter(|_| chosen != now) {
                this.drafts.choose(this.sheet, key, value.clone());
            }
        });
    }

    fn line(&mut self, ui: &mut Ui, key: &Key, label: &str, note: &str, width: f32, add: impl FnOnce(&mut Self, &mut Ui)) {
        let theme = Theme::of(ui);
        let refused = self.refused.filter(|wrong| is_about(wrong, key)).map(words);
        let room = ui.available_width();
        let why = refused.as_ref().map(|why| {
            ui.painter().layout(why.clone(), Type::Small.font(), theme.status.critical.fg, room - 2.0 * PANE_PAD.x - 20.0)
        });
        let why_h = why.as_ref().map_or(0.0, |why| why.size().y + 8.0);
        let (rect, _) = ui.allocate_exact_size(vec2(room, HEIGHT + why_h), Sense::hover());
        hairline_below(ui, rect);
        let top = Rect::from_min_size(rect.min, vec2(rect.width(), HEIGHT));
        let painter = ui.painter().clone();
        let left = top.left() + PANE_PAD.x;
        let status_w = 118.0;
        let field_x = (top.right() - PANE_PAD.x - status_w - width).max(left + 120.0);
        let words_w = field_x - left - 12.0;
        let label_words = elided(&painter, label, &Type::Body.font(), theme.text.primary, words_w);
        let y = if note.is_empty() { top.center().y } else { top.center().y - 9.0 };
        painter.galley(pos2(left, y - label_words.size().y / 2.0), label_words, theme.text.primary);
        if !note.is_empty() {
            let note_words = elided(&painter, note, &Type::Micro.font(), theme.text.tertiary, words_w);
            painter.galley(pos2(left, top.center().y + 10.0 - note_words.size().y / 2.0), note_words, theme.text.tertiary);
        }
        let place = Rect::from_min_max(pos2(field_x, top.top()), pos2(field_x + width, top.bottom()));
        let builder = UiBuilder::new().max_rect(place).id_salt(key).layout(Layout::left_to_right(Align::Center));
        let mut child = ui.new_child(builder);
        child.spacing_mut().item_spacing.x = 6.0;
        add(self, &mut child);
        let status = pos2(top.right() - PANE_PAD.x, top.center().y);
        let hover = format!("{label}: {note}");
        let mut said = hover.clone();
        if let Some((mark, words, status_of)) = self.status(theme, key) {
            let at = put(&painter, status, Align2::RIGHT_CENTER, words, Type::Small.font(), status_of.fg);
            mark.paint(&painter, pos2(at.left() - 9.0, status.y), 8.0, status_of.fg);
            said = format!("{said}. {words}");
        }
        if let Some(why) = why {
            let at = pos2(left + 16.0, top.bottom() - 2.0);
            Mark::Cross.paint(&painter, pos2(left + 5.0, at.y + 8.0), 8.0, theme.status.critical.fg);
            painter.galley(at, why, theme.status.critical.fg);
            said = format!("{said}. {}", refused.unwrap_or_default());
        }
        let plate = Rect::from_min_max(rect.min, pos2(field_x - 12.0, rect.bottom()));
        crate::ui::widgets::name(ui, plate, ("line", key), Role::Label, &said).on_hover_text(hover);
    }

    fn status(&self, theme: &Theme, key: &Key) -> Option<(Mark, &'static str, crate::ui::theme::Status)> {
        if self.drafts.changed(key) {
            return Some((Mark::Triangle, word!("settings-not-saved"), theme.status.high));
        }
        let later = key.0.first().is_some_and(|table| table != "desk");
        let waits = later && key.find(&self.sheet.saved) != key.find(&self.sheet.running);
        waits.then(|| (Mark::Clock, word!("settings-next-start"), theme.status.info))
    }
}

/// Whether what was refused is about the value at `key`.
pub(super) fn is_about(wrong: &Wrong, key: &Key) -> bool {
    match wrong {
        Wrong::Order { low, high, .. } => low == key || high == key,
        wrong => wrong.key() == Some(key),
    }
}

/// Why, and what to do.
pub(super) fn words(wrong: &Wrong) -> String {
    match wrong {
        Wrong::Range { key, found, least, most, unit } => tr!(
            "settings-wrong-range",
            name = super::name(key),
            least = text::exact(*least),
            most = text_with_unit(*most, unit),
            found = text::exact(*found)
        ),
        Wrong::Order { low, low_is, high, high_is } => tr!(
            "settings-wrong-order",
            low = super::name(low),
            high = super::name(high),
            found = text::exact(*low_is),
            above = text::exact(*high_is)
        ),
        Wrong::Value { key, why } => tr!("settings-wrong-value", name = super::name(key), why = why.as_str()),
        Wrong::Shape { why } => tr!("settings-wrong-shape", why = why.trim()),
        Wrong::File { why } => tr!("settings-wrong-file", why = why.as_str()),
    }
}

/// With as many digits as it has.
fn text_with_unit(value: f64, unit: &str) -> String {
    if unit.is_empty() { text::exact(value) } else { format!("{} {unit}", text::exact(value)) }
}
