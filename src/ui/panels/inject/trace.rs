//! What became of a drill, stage by stage: when each began, how long it took, and what was suppressed.

use std::sync::Arc;

use eframe::egui::{self, Align2, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::list::look;
use super::templates::Expected;
use crate::model::{Band, PacketId, Ruling, Timestamp};
use crate::state::snapshot::{Stage, Trace};
use crate::ui::actions::Action;
use crate::ui::shapes::{Mark, dashed_rect, elided};
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::chart::ticks;
use crate::ui::widgets::{Button, Pane, drill_badge, empty_state, header, name, pane, put};
use crate::ui::{icons, text, tr, word};

/// Height of a stage, points.
const STAGE_H: f32 = 42.0;

/// How a trace stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// More is to come.
    Running,
    /// It said what was expected.
    Passed,
    /// It said something else.
    Other,
    /// A stage failed.
    Failed,
    /// It went through; nothing was expected of it.
    Arrived,
}

impl Standing {
    /// In a word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Running => word!("inject-running"),
            Self::Passed => word!("inject-passed"),
            Self::Other => word!("inject-differs"),
            Self::Failed => word!("inject-failed"),
            Self::Arrived => word!("inject-arrived"),
        }
    }
}

/// How a trace stands against what its template expects.
pub(super) fn standing(trace: &Trace, expected: Option<&Expected>) -> Standing {
    if trace.stages.iter().any(|stage| stage.failed) {
        return Standing::Failed;
    }
    let wanted = expected.map(|expected| expected.got).filter(|got| !got.is_empty());
    match (&trace.got, wanted) {
        (Some(got), Some(wanted)) => {
            if got.to_lowercase().starts_with(wanted) {
                Standing::Passed
            } else {
                Standing::Other
            }
        }
        _ if !trace.complete => Standing::Running,
        (None, Some(_)) => Standing::Other,
        (_, None) => Standing::Arrived,
    }
}

/// What the operator asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Nothing.
    Nothing,
    /// Send the same once more.
    Again,
    /// Show its incident.
    Open,
}

/// What the pane shows beside the trace.
#[derive(Debug)]
pub(super) struct Beside<'a> {
    /// What was expected.
    pub(super) expected: Option<&'a Expected>,
    /// The script's title.
    pub(super) title: &'a str,
    /// Why it cannot be sent again.
    pub(super) again_off: Option<&'a str>,
    /// When something was sent whose trace has not come yet.
    pub(super) waiting_since: Option<Timestamp>,
    /// The time now.
    pub(super) now: Timestamp,
}

/// The pane.
pub(super) fn show(ui: &mut Ui, rect: Rect, trace: Option<&Trace>, beside: &Beside<'_>) -> Asked {
    pane(ui, rect, "trace", |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let Some(trace) = trace else {
            header(ui, Pane { title: word!("inject-trace"), ..Pane::default() });
            let (icon, title, sentence) = if let Some(at) = beside.waiting_since {
                (icons::PAPER_PLANE, word!("inject-on-its-way"), tr!("inject-waiting-first", at = text::clock_millis(at)))
            } else {
                (icons::CHART_LINE, word!("inject-no-trace"), tr!("inject-no-trace-why"))
            };
            empty_state(ui, icon, title, &sentence, None);
            return Asked::Nothing;
        };
        head(ui, trace, beside);
        if let Some(at) = beside.waiting_since {
            waiting(ui, at);
        }
        summary(ui, trace, beside.expected);
        let foot_h = 78.0;
        let body = ui.available_rect_before_wrap();
        let stages = Rect::from_min_max(body.min, pos2(body.right(), body.bottom() - foot_h));
        waterfall(ui, stages, trace);
        foot(ui, Rect::from_min_max(pos2(body.left(), stages.bottom()), body.max), trace, beside)
    })
}

fn head(ui: &mut Ui, trace: &Trace, beside: &Beside<'_>) {
    let sent = trace.stages.first().map(|stage| stage.begin);
    let right = sent.map(|at| tr!("inject-sent-ago", at = text::clock(at), age = text::age(beside.now, at))).unwrap_or_default();
    let room = header(ui, Pane { title: word!("inject-trace"), note: beside.title, right: &right });
    let place = Rect::from_min_size(pos2(room.left() + 4.0, room.center().y - 10.0), vec2(80.0, 20.0));
    if place.right() < room.right() {
        drill_badge(&mut ui.new_child(UiBuilder::new().max_rect(place).id_salt("drill")));
    }
}

fn waiting(ui: &mut Ui, at: Timestamp) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme.status.info.tint);
    let words = tr!("inject-waiting-below", at = text::clock_millis(at));
    let left = rect.left_center() + vec2(PANE_PAD.x, 0.0);
    put(ui.painter(), left, Align2::LEFT_CENTER, &words, Type::Small.medium(), theme.status.info.fg);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
}

/// From the first begin to the last end, µs; `None` without stages.
fn total(trace: &Trace) -> Option<i64> {
    let begin = trace.stages.iter().map(|stage| stage.begin).min()?;
    let end = trace.stages.iter().map(|stage| stage.end).max()?;
    Some(end.micros_since(begin))
}

/// `130.9 ms` without its unit.
fn millis(micros: i64) -> String {
    text::number(micros as f64 / 1e3, 1)
}

fn summary(ui: &mut Ui, trace: &Trace, expected: Option<&Expected>) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 58.0), Sense::hover());
    let painter = ui.painter().clone();
    painter.hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
    let (top, low) = (rect.top() + 15.0, rect.top() + 37.0);
    let label = |x: f32, align, word: &str| put(&painter, pos2(x, top), align, word, Type::Micro.font(), theme.text.tertiary);
    let left = rect.left() + PANE_PAD.x;
    label(left, Align2::LEFT_CENTER, if trace.complete { word!("inject-total") } else { word!("inject-so-far") });
    let total = total(trace).map_or_else(|| "–".to_owned(), millis);
    let value = put(&painter, pos2(left, low), Align2::LEFT_CENTER, &total, Type::Headline.font(), theme.text.primary);
    put(&painter, pos2(value.right() + 4.0, low + 3.0), Align2::LEFT_CENTER, "ms", Type::Small.font(), theme.text.tertiary);

    let standing = standing(trace, expected);
    let words = expected.map(|expected| expected.words.as_str()).filter(|words| !words.is_empty());
    let words = words.unwrap_or(word!("inject-nothing-named"));
    let right = rect.right() - PANE_PAD.x;
    let told = word!("inject-told-none");
    label(right, Align2::RIGHT_CENTER, word!("inject-responders-told"));
    let told_at = put(&painter, pos2(right, low), Align2::RIGHT_CENTER, told, Type::Body.semibold(), theme.text.primary);
    let from = value.right() + 40.0;
    let room = (told_at.left() - from) * 0.44;
    label(from, Align2::LEFT_CENTER, word!("inject-expected"));
    let wanted = elided(&painter, words, &Type::Body.semibold(), theme.text.primary, room - 10.0);
    painter.galley(pos2(from, low - wanted.size().y / 2.0), Arc::clone(&wanted), theme.text.primary);
    // What came takes the room that the expectation leaves.
    let x = from + wanted.size().x.max(54.0) + 14.0;
    let got_room = told_at.left() - x - 10.0;
    label(x, Align2::LEFT_CENTER, word!("inject-got"));
    let (mark, ink) = look(theme, standing);
    mark.paint(&painter, pos2(x + 6.0, low), 11.0, ink);
    let got = match &trace.got {
        Some(got) => got_words(got),
        None if trace.complete => tr!("inject-nothing"),
        None => tr!("inject-not-yet"),
    };
    let galley = elided(&painter, &got, &Type::Body.semibold(), theme.text.primary, got_room - 18.0);
    painter.galley(pos2(x + 18.0, low - galley.size().y / 2.0), galley, theme.text.primary);
    let spoken =
        tr!("inject-summary-spoken", total = total, expected = words, got = got, standing = standing.word(), told = told);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
}

/// What the line said of a message, in the language that is spoken.
fn got_words(got: &str) -> String {
    let (head, rest) = got.split_once(',').map_or((got, ""), |(head, rest)| (head, rest));
    let head = match head {
        "real accident" => text::ruling(Ruling::Real),
        "malfunction" => text::ruling(Ruling::Malfunction),
        "undecided" => text::ruling(Ruling::Undecided),
        "hot" => text::band(Band::Hot),
        "normal" => text::band(Band::Normal),
        "cold" => text::band(Band::Cold),
        "row kept" => word!("inject-row-kept"),
        _ => return got.to_owned(),
    };
    let head = head.to_lowercase();
    if rest.is_empty() { head } else { format!("{head},{rest}") }
}

/// A stage's name in the language that is spoken.
fn stage_name(stage: &Stage) -> &str {
    match stage.name {
        "Publish" => word!("inject-stage-publish"),
        "Broker accepted" => word!("inject-stage-broker"),
        "Received" => word!("inject-stage-received"),
        "Decoded" => word!("inject-stage-decoded"),
        "Judged" => word!("inject-stage-judged"),
        "Filed" => word!("inject-stage-filed"),
        "Stored" => word!("inject-stage-stored"),
        "Acknowledged" => word!("inject-stage-acknowledged"),
        "Notify" => word!("inject-stage-notify"),
        "On screen" => word!("inject-stage-on-screen"),
        name => name,
    }
}

/// Its detail: in words of the language where it is one of ours, else as it is.
fn stage_detail(stage: &Stage) -> String {
    match stage.detail.as_str() {
        "off the socket" => tr!("inject-off-the-socket"),
        "understood" => tr!("inject-understood"),
        "series" => tr!("inject-series"),
        "committed" => tr!("inject-committed"),
        "ack published" => tr!("inject-ack-published"),
        "this desk" => tr!("inject-this-desk"),
        detail => match detail.split_once(": ").filter(|_| stage.name == "Judged") {
            Some((function, got)) => format!("{function}: {}", got_words(got)),
            None => detail.to_owned(),
        },
    }
}

/// Where the columns lie.
struct Columns {
    title: f32,
    bars: (f32, f32),
    start: f32,
    took: f32,
}

fn waterfall(ui: &mut Ui, rect: Rect, trace: &Trace) {
    let theme = Theme::of(ui);
    let columns = Columns {
        title: rect.left() + PANE_PAD.x + 22.0,
        bars: (rect.left() + rect.width() * 0.37, rect.right() - 126.0),
        start: rect.right() - 62.0,
        took: rect.right() - PANE_PAD.x,
    };
    let begin = trace.stages.iter().map(|stage| stage.begin).min().unwrap_or_default();
    let span = total(trace).unwrap_or_default().max(1) as f64;
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), 26.0));
    let painter = ui.painter().clone();
    painter.rect_filled(head, 0.0, theme.bg.header);
    painter.hline(head.x_range(), head.bottom() - 0.5, theme.hairline());
    let y = head.center().y;
    let small = |x: f32, align, words: &str| put(&painter, pos2(x, y), align, words, Type::Small.font(), theme.text.tertiary);
    small(columns.title, Align2::LEFT_CENTER, word!("inject-stage"));
    small(columns.start, Align2::RIGHT_CENTER, word!("inject-start-ms"));
    small(columns.took, Align2::RIGHT_CENTER, word!("inject-took"));
    let (at, decimals) = ticks((0.0, span / 1e3), 3);
    let place = |millis: f64| columns.bars.0 + (columns.bars.1 - columns.bars.0) * (millis * 1e3 / span) as f32;
    let rows_h = trace.stages.len() as f32 * STAGE_H;
    for tick in &at {
        let x = place(*tick);
        if x < columns.bars.1 - 12.0 {
            put(
                &painter,
                pos2(x, y),
                Align2::CENTER_CENTER,
                text::number(*tick, decimals),
                Type::Micro.font(),
                theme.text.tertiary,
            );
        }
        painter.vline(x, head.bottom()..=(head.bottom() + rows_h).min(rect.bottom()), Stroke::new(1.0, theme.plot.grid));
    }
    let list = Rect::from_min_max(head.left_bottom(), rect.max);
    ui.scope_builder(UiBuilder::new().max_rect(list).id_salt("stages"), |ui| {
        ScrollArea::vertical().auto_shrink(false).show_rows(ui, STAGE_H, trace.stages.len(), |ui, range| {
            for idx in range {
                if let Some(stage) = trace.stages.get(idx) {
                    stage_row(ui, &columns, stage, idx, begin, span);
                }
            }
        });
    });
}

fn stage_row(ui: &mut Ui, columns: &Columns, stage: &Stage, idx: usize, begin: Timestamp, span: f64) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), STAGE_H), Sense::hover());
    let painter = ui.painter();
    painter.hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
    let y = rect.center().y;
    let (mark, ink, state) = match (stage.failed, stage.suppressed) {
        (true, _) => (Mark::Cross, theme.status.critical.fg, word!("inject-failed")),
        (_, true) => (Mark::Cross, theme.status.drill.fg, word!("inject-suppressed")),
        _ => (Mark::Check, theme.status.ok.fg, word!("inject-done")),
    };
    mark.paint(painter, pos2(rect.left() + PANE_PAD.x + 6.0, y), 11.0, ink);
    let room = columns.bars.0 - columns.title - 10.0;
    let title = elided(painter, stage_name(stage), &Type::Small.semibold(), theme.text.primary, room);
    painter.galley(pos2(columns.title, y - 16.0), title, theme.text.primary);
    let detail = stage_detail(stage);
    let detail = if stage.suppressed && !stage.detail.contains("suppressed") {
        tr!("inject-suppressed-is", detail = detail)
    } else {
        detail
    };
    let below = elided(painter, &detail, &Type::Micro.font(), theme.text.secondary, room);
    painter.galley(pos2(columns.title, y + 2.0), below, theme.text.secondary);

    let (from, took) = (stage.begin.micros_since(begin), stage.end.micros_since(stage.begin).max(0));
    let place = |micros: i64| columns.bars.0 + (columns.bars.1 - columns.bars.0) * (micros as f64 / span).clamp(0.0, 1.0) as f32;
    let left = place(from).min(columns.bars.1 - 3.0);
    let bar = Rect::from_min_max(pos2(left, y - 7.0), pos2(place(from + took).max(left + 3.0), y + 7.0));
    if stage.suppressed {
        dashed_rect(painter, bar.expand2(vec2(2.0, 0.0)), theme.status.drill.fg);
    } else {
        let color = if stage.failed { theme.status.critical.solid } else { theme.plot.series[idx % 4] };
        painter.rect_filled(bar, 1.0, color);
    }
    let start = format!("+{}", millis(from));
    put(painter, pos2(columns.start, y), Align2::RIGHT_CENTER, &start, Type::Small.font(), theme.text.tertiary);
    put(painter, pos2(columns.took, y), Align2::RIGHT_CENTER, millis(took), Type::Small.semibold(), theme.text.primary);
    response.widget_info(|| {
        let name = tr!(
            "inject-stage-spoken",
            name = stage_name(stage),
            state = state,
            detail = detail.as_str(),
            start = start.as_str(),
            took = millis(took)
        );
        WidgetInfo::labeled(Role::Label, true, name)
    });
    response.on_hover_ui(|ui| {
        ui.set_max_width(360.0);
        ui.label(Type::Small.rich_semibold(format!("{} {state}", stage_name(stage)), theme.text.primary));
        ui.label(Type::Small.rich(detail, theme.text.secondary));
        ui.label(Type::Small.rich(text::clock_millis(stage.begin), theme.text.tertiary));
    });
}

fn foot(ui: &mut Ui, rect: Rect, trace: &Trace, beside: &Beside<'_>) -> Asked {
    let theme = Theme::of(ui);
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, theme.hairline());
    let row = Rect::from_min_size(rect.min + vec2(PANE_PAD.x, 6.0), vec2(rect.width() - 2.0 * PANE_PAD.x, 34.0));
    let mut asked = Asked::Nothing;
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(row).id_salt("trace actions").layout(layout), |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let none = trace.incident.is_none().then_some(word!("inject-no-incident"));
        if ui.add(Button::default(word!("inject-open")).icon(icons::WARNING_OCTAGON).off(none)).clicked() {
            asked = Asked::Open;
        }
        let again =
            Button::default(word!("inject-send-again")).icon(icons::ARROW_CLOCKWISE).key(Action::SendAgain).off(beside.again_off);
        if ui.add(again).clicked() {
            asked = Asked::Again;
        }
    });
    let words = word!("inject-apart");
    let at = put(
        ui.painter(),
        pos2(rect.left() + PANE_PAD.x, rect.bottom() - 18.0),
        Align2::LEFT_CENTER,
        words,
        Type::Small.font(),
        theme.text.tertiary,
    );
    name(ui, at, "apart", Role::Label, words);
    asked
}

/// The trace to show: the chosen one while it is there, else the newest, which stands first.
pub(super) fn shown<'a>(traces: &[&'a Trace], chosen: Option<PacketId>) -> Option<&'a Trace> {
    let kept = traces.iter().find(|trace| Some(trace.packet) == chosen);
    kept.or(traces.first()).copied()
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
