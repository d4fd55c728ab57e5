//! What happened, in milliseconds from off the socket.

use eframe::egui::{Align2, Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::model::{Incident, Origin, Step, StepKind, Timestamp};
use crate::ui::shapes::{self, elided};
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{Pane, header, pane, put};
use crate::ui::{icons, text, tr, word, words};

/// Height of a line, points.
const ROW_H: f32 = 30.0;

// Phosphor icons that only this list needs.
const SCALES: &str = "\u{e750}";
const DATABASE: &str = "\u{e1de}";
const MONITOR: &str = "\u{e32e}";
const USER: &str = "\u{e4c4}";
const MERGE: &str = "\u{e280}";
const BELL_SLASH: &str = "\u{e0d4}";
const RETURN: &str = "\u{e08a}";

/// A step's icon.
const fn icon(kind: &StepKind) -> &'static str {
    match kind {
        StepKind::Received | StepKind::HeardAgain => icons::BROADCAST,
        StepKind::Decoded => icons::LIST_BULLETS,
        StepKind::Invoked => icons::FUNCTION,
        StepKind::Judged | StepKind::JudgedTwice | StepKind::Disagreed => SCALES,
        StepKind::Filed | StepKind::Noted => icons::NOTE_PENCIL,
        StepKind::Stored => DATABASE,
        StepKind::Acknowledged | StepKind::Undone | StepKind::Unseconded | StepKind::ReopenedBy | StepKind::SilenceEnded => {
            RETURN
        }
        StepKind::Told | StepKind::Escalated | StepKind::Dispatched => icons::PAPER_PLANE,
        StepKind::TellFailed => icons::X,
        StepKind::WouldHaveTold | StepKind::WentSilent => BELL_SLASH,
        StepKind::Merged
        | StepKind::Reopened
        | StepKind::MergedInto
        | StepKind::MergedFrom
        | StepKind::Split
        | StepKind::Follows => MERGE,
        StepKind::OnScreen => MONITOR,
        StepKind::AcknowledgedBy
        | StepKind::Overruled
        | StepKind::FalseAlarm
        | StepKind::Confirmed
        | StepKind::Claimed
        | StepKind::Assigned
        | StepKind::Seconded => USER,
        StepKind::ResolvedBy => icons::CHECK_CIRCLE,
        StepKind::BackInBand => icons::THERMOMETER,
        StepKind::Silenced => icons::SPEAKER_SLASH,
    }
}

/// From where the offsets count.
fn zero(incident: &Incident) -> Timestamp {
    let received = incident.timeline.iter().find(|step| step.kind == StepKind::Received);
    received.map_or(incident.received_at, |step| step.at)
}

/// `+166 ms`, `0 ms`, `−2 ms`.
fn offset(step: &Step, zero: Timestamp) -> String {
    let micros = step.at.micros_since(zero);
    match micros {
        0 => "0 ms".to_owned(),
        1.. => format!("+{}", text::micros(micros)),
        _ => text::micros(micros),
    }
}

/// The one number that counts: how long it took until someone was told.
fn told(incident: &Incident) -> String {
    let at = |kind: StepKind| incident.timeline.iter().find(|step| step.kind == kind).map(|step| offset(step, zero(incident)));
    match (at(StepKind::Told), at(StepKind::TellFailed), incident.origin) {
        (Some(after), ..) => tr!("incidents-first-accepted", after = after),
        (None, Some(_), _) => tr!("incidents-nobody-reached"),
        (None, None, Origin::Drill) => tr!("incidents-drill-nobody"),
        (None, None, Origin::Sample) => tr!("incidents-sample-nobody"),
        (None, None, Origin::Device) => tr!("words-nobody-told"),
    }
}

/// The pane.
pub(super) fn show(ui: &mut Ui, rect: Rect, incident: &Incident) {
    pane(ui, rect, "timeline", |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        header(ui, Pane { title: word!("incidents-timeline"), note: "", right: &told(incident) });
        let zero = zero(incident);
        let n = incident.timeline.len();
        ScrollArea::vertical().auto_shrink(false).stick_to_bottom(false).show_rows(ui, ROW_H, n, |ui, range| {
            for idx in range {
                if let Some(step) = incident.timeline.get(idx) {
                    row(ui, step, &words::step_detail(step, incident), zero, idx + 1 == n);
                }
            }
        });
    });
}

fn row(ui: &mut Ui, step: &Step, said: &str, zero: Timestamp, last: bool) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_H), Sense::hover());
    let painter = ui.painter().clone();
    let (glyph, word) = (icon(&step.kind), words::step_name(&step.kind));
    let suppressed = step.kind == StepKind::WouldHaveTold;
    let ink = match step.kind {
        StepKind::TellFailed => theme.status.critical.fg,
        StepKind::WouldHaveTold => theme.status.drill.fg,
        StepKind::AcknowledgedBy | StepKind::ResolvedBy => theme.status.ok.fg,
        _ => theme.text.secondary,
    };
    let center = pos2(rect.left() + PANE_PAD.x + 10.0, rect.center().y);
    if !last {
        painter.vline(center.x, center.y + 10.0..=center.y + ROW_H - 10.0, Stroke::new(1.0, theme.border.strong));
    }
    if suppressed {
        let ring: Vec<_> =
            (0..=24).map(|i| center + 9.0 * eframe::egui::Vec2::angled(i as f32 * std::f32::consts::TAU / 24.0)).collect();
        painter.extend(eframe::egui::Shape::dashed_line(&ring, Stroke::new(1.0, ink), 3.0, 3.0));
    } else {
        painter.circle_stroke(center, 9.0, Stroke::new(1.0, theme.border.strong));
    }
    shapes::icon(&painter, center, 11.0, glyph, ink, false);
    let y = rect.center().y;
    let right = rect.right() - PANE_PAD.x;
    let after = offset(step, zero);
    let at = put(&painter, pos2(right, y), Align2::RIGHT_CENTER, &after, Type::Small.semibold(), theme.text.primary);
    let mut until = at.left().min(right - 62.0) - 6.0;
    if rect.width() >= 376.0 {
        // Where it is narrow the detail says more than the time of day, which the hover has.
        let clock = text::clock_millis(step.at);
        until = put(&painter, pos2(until, y), Align2::RIGHT_CENTER, clock, Type::Mono.font(), theme.text.tertiary).left();
    }
    let left = center.x + 17.0;
    let title = put(&painter, pos2(left, y), Align2::LEFT_CENTER, word, Type::Small.semibold(), theme.text.primary);
    let from = title.right().max(left + 78.0) + 8.0;
    if until - from > 20.0 {
        let detail = elided(&painter, said, &Type::Small.font(), theme.text.secondary, until - from - 8.0);
        painter.galley(pos2(from, y - detail.size().y / 2.0), detail, theme.text.secondary);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{word} {after}: {said}")));
    response.on_hover_ui(|ui| {
        ui.set_max_width(360.0);
        ui.label(Type::Small.rich_semibold(format!("{word} {after}"), theme.text.primary));
        ui.label(Type::Small.rich(text::full_time(step.at), theme.text.secondary));
        if !said.is_empty() {
            ui.label(Type::Small.rich(said, theme.text.secondary));
        }
        if step.kind == StepKind::WouldHaveTold {
            ui.label(Type::Small.rich(&step.detail, theme.text.secondary));
        }
    });
}
