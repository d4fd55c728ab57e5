//! The past judged again by the limits on the screen: what would flip, before anything is saved.

use std::sync::Arc;

use eframe::egui::{Align, Align2, Layout, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use serde::Deserialize as _;
use serde_json::Value;

use super::row;
use crate::functions::judge_crash;
use crate::model::comparison::{Brief, Comparison, Flip, Score};
use crate::model::setting::Wrong;
use crate::model::{Question, Timestamp};
use crate::state::Snapshot;
use crate::ui::panels::PanelContext;
use crate::ui::shapes::{Mark, elided};
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{Button, Pane, focus_ring, hairline_below, header, put, row_ground};
use crate::ui::{Request, icons, text, tr, word};

/// Height of one flip, points.
const ROW_H: f32 = 46.0;

/// What was asked, and what was known before.
#[derive(Debug, Default)]
pub(super) struct Rejudging {
    asked: Option<Value>,
    before: Option<Arc<Comparison>>,
    wrong: Option<Wrong>,
}

impl Rejudging {
    pub(super) fn ui(&mut self, ui: &mut Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>, limits: &Result<Value, Wrong>) {
        let theme = Theme::of(ui);
        header(ui, Pane { title: word!("settings-judge-again"), note: word!("settings-judge-note"), ..Pane::default() });
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 92.0), Sense::hover());
        hairline_below(ui, rect);
        let place = rect.shrink2(vec2(PANE_PAD.x, 10.0));
        let about = ui.painter().layout(
            word!("settings-judge-about").to_owned(),
            Type::Small.font(),
            theme.text.secondary,
            place.width(),
        );
        ui.painter().galley(place.min, about, theme.text.secondary);
        let bottom = Rect::from_min_max(pos2(place.left(), place.bottom() - 30.0), place.max);
        let mut line =
            ui.new_child(UiBuilder::new().max_rect(bottom).id_salt("ask").layout(Layout::left_to_right(Align::Center)));
        let running =
            self.asked.is_some() && self.answer(snapshot).is_none_or(|answer| !answer.complete && answer.error.is_none());
        let off = running.then_some(word!("settings-judge-running"));
        if line.add(Button::default(word!("settings-judge-run")).icon(icons::CLOCK_COUNTER_CLOCKWISE).off(off)).clicked() {
            let checked = limits.clone().and_then(|limits| checked(&limits).map(|()| limits));
            match checked {
                Ok(limits) => {
                    self.before.clone_from(&snapshot.comparison);
                    context.requests.push(Request::Ask(Question::Rejudge { limits: limits.clone() }));
                    (self.asked, self.wrong) = (Some(limits), None);
                }
                Err(wrong) => self.wrong = Some(wrong),
            }
        }
        if let Some(wrong) = &self.wrong {
            say(ui, Some((Mark::Cross, theme.status.critical.fg)), &row::words(wrong));
            return;
        }
        let Some(asked) = &self.asked else { return };
        let Some(answer) = self.answer(snapshot) else {
            say(ui, None, word!("settings-judge-reading"));
            return;
        };
        if limits.as_ref() != Ok(asked) {
            say(ui, Some((Mark::Triangle, theme.status.high.fg)), word!("settings-judge-changed"));
        }
        sums(ui, answer);
        flips(ui, answer, context);
    }

    /// What came since it was asked for.
    fn answer<'a>(&self, snapshot: &'a Snapshot) -> Option<&'a Comparison> {
        let new = snapshot.comparison.as_ref();
        new.filter(|new| self.before.as_ref().is_none_or(|before| !Arc::ptr_eq(before, new))).map(AsRef::as_ref)
    }
}

/// Whether limits can judge at all, as the file would be asked.
fn checked(limits: &Value) -> Result<(), Wrong> {
    let limits = judge_crash::Settings::deserialize(limits).map_err(|error| Wrong::Shape { why: error.to_string() })?;
    limits.check()
}

fn say(ui: &mut Ui, mark: Option<(Mark, eframe::egui::Color32)>, words: &str) {
    let theme = Theme::of(ui);
    let ink = mark.map_or(theme.text.secondary, |(_, ink)| ink);
    let indent = if mark.is_some() { 16.0 } else { 0.0 };
    let width = ui.available_width() - 2.0 * PANE_PAD.x - indent;
    let galley = ui.painter().layout(words.to_owned(), Type::Small.font(), ink, width);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), galley.size().y + 16.0), Sense::hover());
    let left = rect.left() + PANE_PAD.x;
    if let Some((mark, ink)) = mark {
        mark.paint(ui.painter(), pos2(left + 5.0, rect.top() + 16.0), 9.0, ink);
    }
    ui.painter().galley(pos2(left + indent, rect.top() + 8.0), galley, ink);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
}

fn sums(ui: &mut Ui, answer: &Comparison) {
    let theme = Theme::of(ui);
    if let Some(error) = &answer.error {
        say(ui, Some((Mark::Cross, theme.status.critical.fg)), &tr!("settings-judge-failed", why = error.as_str()));
        return;
    }
    let so_far = if answer.complete { "" } else { word!("settings-judge-so-far") };
    let words = tr!("settings-judge-flips", flips = answer.n_flips, incidents = answer.n_incidents, reports = answer.n_reports);
    let mark = if answer.n_flips == 0 { Mark::Check } else { Mark::Triangle };
    let ink = if answer.n_flips == 0 { theme.status.ok.fg } else { theme.status.high.fg };
    say(ui, Some((mark, ink)), format!("{words} {so_far}").trim());
    let not_judged = answer.n_thinned + answer.n_failed;
    if not_judged > 0 {
        say(ui, None, &tr!("settings-judge-not", thinned = answer.n_thinned, failed = answer.n_failed));
    }
    let labelled = answer.old.labelled();
    if labelled == 0 {
        say(ui, None, word!("settings-judge-no-persons"));
        return;
    }
    let share = |of: Option<f64>| of.map_or_else(|| text::unknown().to_owned(), text::percent);
    let both = |of: fn(&Score) -> Option<f64>| format!("{} → {}", share(of(&answer.old)), share(of(&answer.new)));
    say(
        ui,
        None,
        &tr!(
            "settings-judge-persons",
            n = labelled,
            against = answer.n_against_person,
            precision = both(Score::precision),
            recall = both(Score::recall)
        ),
    );
}

fn flips(ui: &mut Ui, answer: &Comparison, context: &mut PanelContext<'_>) {
    let shown = answer.flips.len() as u64;
    if shown < answer.n_flips {
        say(ui, None, &tr!("settings-judge-listed", n = shown));
    }
    let mut open = None;
    ScrollArea::vertical().id_salt("flips").auto_shrink(false).show_rows(ui, ROW_H, answer.flips.len(), |ui, range| {
        for flip in &answer.flips[range] {
            if flip_row(ui, flip) {
                open = Some(flip.incident.clone());
            }
        }
    });
    if let Some(incident) = open {
        context.open(&incident);
    }
}

fn flip_row(ui: &mut Ui, flip: &Flip) -> bool {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_H), Sense::click());
    row_ground(ui, rect, false, response.hovered());
    hairline_below(ui, rect);
    let painter = ui.painter();
    let (left, right) = (rect.left() + PANE_PAD.x, rect.right() - PANE_PAD.x);
    let when = when(flip.received_at);
    let at = put(painter, pos2(right, rect.top() + 14.0), Align2::RIGHT_CENTER, &when, Type::Micro.font(), theme.text.tertiary);
    let device = elided(painter, flip.device.as_str(), &Type::Body.medium(), theme.text.primary, at.left() - left - 8.0);
    painter.galley(pos2(left, rect.top() + 14.0 - device.size().y / 2.0), device, theme.text.primary);
    let said = format!("{} → {}", brief(&flip.old), brief(&flip.new));
    let against = flip.decision.as_ref().filter(|_| flip.against_person());
    let against = against.map(|decision| tr!("settings-judge-against", by = decision.by.as_str()));
    let mut end = right;
    if let Some(against) = &against {
        let ink = theme.status.high.fg;
        end =
            put(painter, pos2(right, rect.top() + 33.0), Align2::RIGHT_CENTER, against, Type::Micro.semibold(), ink).left() - 8.0;
    }
    let words = elided(painter, &said, &Type::Small.font(), theme.text.secondary, end - left);
    painter.galley(pos2(left, rect.top() + 33.0 - words.size().y / 2.0), words, theme.text.secondary);
    focus_ring(ui, &response);
    let spoken = format!("{} {when} {said} {}", flip.device, against.unwrap_or_default());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, spoken.trim()));
    response.on_hover_text(word!("settings-judge-open")).clicked()
}

fn when(at: Timestamp) -> String {
    text::day_and_minutes(at)
}

fn brief(brief: &Brief) -> String {
    format!("{} {}", text::ruling(brief.ruling), text::likelihood(brief.probability))
}
