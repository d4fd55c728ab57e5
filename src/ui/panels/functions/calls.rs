//! The newest calls of one function: when, of whom, how long, with which answer.

use std::sync::Arc;

use eframe::egui::{Align2, Color32, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::model::{Band, DrivingVerdict, Origin, Outcome, PacketId, Verdict};
use crate::state::snapshot::RecentCall;
use crate::ui::shapes::{Mark, elided};
use crate::ui::theme::{PANE_PAD, Theme, Type, sizes};
use crate::ui::widgets::{Pane, band_status, empty_state, focus_ring, hairline_below, header, put, row_ground};
use crate::ui::{degrees, icons, text, tr, words};

/// Paints the list; gives the call that was clicked.
pub(super) fn ui(ui: &mut Ui, function: &str, calls: &[&Arc<RecentCall>], chosen: Option<PacketId>) -> Option<PacketId> {
    let drills = calls.iter().filter(|call| call.call.cause.origin == Origin::Drill).count() as i64;
    let mut note = format!("{function}, {}", tr!("functions-newest", n = calls.len() as i64));
    if drills > 0 {
        note = format!("{note}, {}", tr!("functions-of-them-drills", n = drills));
    }
    header(ui, Pane { title: &tr!("functions-recent"), note: &note, ..Pane::default() });
    if calls.is_empty() {
        empty_state(ui, icons::CLOCK, &tr!("functions-no-call"), &tr!("functions-no-call-when"), None);
        return None;
    }
    head(ui, tr!("functions-col-device"));
    let mut clicked = None;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, sizes().row, calls.len(), |ui, rows| {
        for call in &calls[rows] {
            if row(ui, call, Some(call.call.cause.packet) == chosen) {
                clicked = Some(call.call.cause.packet);
            }
        }
    });
    clicked
}

/// Where the columns are, points from the left: of whom a call was, how long it took, what came of it.
pub(super) const WHOSE: f32 = 106.0;
pub(super) const DURATION: f32 = 276.0;
pub(super) const RESULT: f32 = 290.0;

/// The head of a list of calls; the second column is called `whose`.
pub(super) fn head(ui: &mut Ui, whose: String) {
    let theme = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().row_compact), Sense::hover());
    hairline_below(ui, rect);
    let left = rect.left() + PANE_PAD.x;
    for (x, align, words) in [
        (0.0, Align2::LEFT_CENTER, tr!("functions-col-time")),
        (WHOSE, Align2::LEFT_CENTER, whose),
        (DURATION, Align2::RIGHT_CENTER, tr!("functions-duration")),
        (RESULT, Align2::LEFT_CENTER, tr!("functions-col-result")),
    ] {
        put(ui.painter(), pos2(left + x, rect.center().y), align, words, Type::Micro.medium(), theme.text.tertiary);
    }
}

fn row(ui: &mut Ui, recent: &RecentCall, selected: bool) -> bool {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().row), Sense::click());
    row_ground(ui, rect, selected, response.hovered());
    hairline_below(ui, rect);
    let painter = ui.painter();
    let y = rect.center().y;
    let call = &recent.call;
    let at = text::clock_millis(call.started_at);
    let left = rect.left() + PANE_PAD.x;
    put(painter, pos2(left, y), Align2::LEFT_CENTER, &at, Type::Mono.font(), theme.text.secondary);
    let device = elided(painter, call.cause.device.as_str(), &Type::Body.semibold(), theme.text.primary, 88.0);
    let device_end = left + WHOSE + device.size().x;
    painter.galley(pos2(left + WHOSE, y - device.size().y / 2.0), device, theme.text.primary);
    let origin = words::origin(call.cause.origin);
    if let Some(origin) = origin {
        let ink = if call.cause.origin == Origin::Drill { theme.status.drill.fg } else { theme.status.info.fg };
        put(painter, pos2(device_end + 6.0, y), Align2::LEFT_CENTER, origin, Type::Micro.semibold(), ink);
    }
    let duration = text::micros(i64::from(call.duration_micros));
    let end = left + DURATION;
    let place = put(painter, pos2(end, y), Align2::RIGHT_CENTER, &duration, Type::Body.font(), theme.text.primary);
    if call.init_micros > 0 {
        crate::ui::shapes::icon(painter, pos2(place.left() - 11.0, y), 13.0, icons::SNOWFLAKE, theme.status.high.fg, false);
    }
    let (mark, color, answer) = answer(recent, theme);
    mark.paint(painter, pos2(left + RESULT + 6.0, y), 12.0, color);
    let said = origin.map_or_else(|| answer.clone(), |origin| format!("{origin} {answer}"));
    let room = rect.right() - PANE_PAD.x - left - RESULT - 18.0;
    let words = elided(painter, &answer, &Type::Body.font(), theme.text.primary, room);
    painter.galley(pos2(left + RESULT + 18.0, y - words.size().y / 2.0), words, theme.text.primary);
    focus_ring(ui, &response);
    let cold = if call.init_micros > 0 { tr!("functions-cold-start") } else { tr!("functions-warm") };
    response.widget_info(|| {
        WidgetInfo::selected(Role::Button, true, selected, format!("{at} {}, {duration}, {cold}, {said}", call.cause.device))
    });
    response.on_hover_text(format!("{}, {cold}", text::full_time(call.started_at))).clicked()
}

/// What a call answered: shape, colour and words.
pub(super) fn answer(recent: &RecentCall, theme: &Theme) -> (Mark, Color32, String) {
    if recent.call.outcome != Outcome::Ok {
        let words = match recent.call.outcome {
            Outcome::TimeOut => tr!("functions-timed-out"),
            Outcome::Panic => tr!("functions-panicked"),
            Outcome::Error | Outcome::Ok => tr!("functions-error"),
        };
        return (Mark::Cross, theme.status.critical.fg, words);
    }
    match &recent.verdict {
        Some(Verdict::Crash(verdict)) => {
            let color = match verdict.ruling {
                crate::model::Ruling::Real => theme.status.critical.fg,
                crate::model::Ruling::Undecided => theme.status.medium.fg,
                crate::model::Ruling::Malfunction => theme.text.secondary,
            };
            (Mark::ruling(verdict.ruling), color, words::ruled(verdict))
        }
        Some(Verdict::Temperature(verdict)) => {
            let color = if verdict.band == Band::Normal { theme.text.secondary } else { band_status(theme, verdict.band).fg };
            (Mark::band(verdict.band), color, format!("{}, {}", text::band(verdict.band), degrees::text(verdict.celsius.0)))
        }
        Some(Verdict::Driving(DrivingVerdict::Keep)) => (Mark::Check, theme.text.secondary, tr!("functions-kept")),
        Some(Verdict::Driving(DrivingVerdict::Drop(reason))) => {
            (Mark::Dash, theme.status.high.fg, tr!("functions-dropped", reason = reason.key()))
        }
        Some(Verdict::Harsh(verdict)) => match verdict.ended.iter().flatten().next() {
            Some(event) => (Mark::Ring, theme.status.low.fg, words::harsh(event)),
            None => (Mark::Check, theme.text.secondary, tr!("functions-calm")),
        },
        None => (Mark::Dash, theme.text.secondary, tr!("functions-no-answer")),
    }
}
