//! One call: what it was called with, what it asked for, what it cost and how that is reckoned.

use eframe::egui::{Align2, FontId, Rect, Role, ScrollArea, Ui, UiBuilder, pos2, vec2};

use super::super::PanelContext;
use super::{calls, log};
use crate::model::{Outcome, Target, Timestamp};
use crate::scenario::{Scenario, Step};
use crate::state::Snapshot;
use crate::state::snapshot::{RecentCall, RecentEvent};
use crate::ui::Request;
use crate::ui::shapes::{Mark, elided};
use crate::ui::theme::{PANE_PAD, Theme, Type, sizes};
use crate::ui::widgets::{Button, Pane, badge, hairline_below, header, name, origin_badge, put, within};
use crate::ui::{icons, text, tr, words};

/// Height of the figures, points.
const FIGURES_H: f32 = 50.0;
/// Longest input shown, characters.
const SHOWN: usize = 4_000;

pub(super) fn ui(ui: &mut Ui, recent: &RecentCall, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
    let theme = Theme::of(ui);
    let call = &recent.call;
    let id = call.cause.packet.to_string();
    let free = header(ui, Pane { title: call.function, note: &id, ..Pane::default() });
    let buttons = Rect::from_min_max(pos2(free.left(), free.top()), free.max + vec2(8.0, 0.0));
    let layout = eframe::egui::Layout::right_to_left(eframe::egui::Align::Center);
    let mut child = ui.new_child(UiBuilder::new().max_rect(buttons).layout(layout));
    child.spacing_mut().item_spacing.x = 8.0;
    if let RecentEvent::Crash(report) = &recent.event
        && child.add(Button::default(&tr!("functions-replay")).icon(icons::ARROW_CLOCKWISE)).clicked()
    {
        let (_, topic) = crate::model::Origin::of_topic(&report.topic);
        let payload = String::from_utf8(report.raw.to_vec());
        let hex = payload.is_err().then(|| hex_of(&report.raw));
        context.requests.push(Request::Drill(
            Box::new(Scenario {
                title: tr!("functions-replay-of", id = id.clone()),
                steps: vec![Step {
                    after_millis: 0,
                    topic: topic.to_owned(),
                    payload: payload.unwrap_or_default(),
                    payload_hex: hex,
                    repeat: 1,
                    every_millis: 0,
                    retained: false,
                    unlinked_secs: 0,
                }],
                ..Scenario::default()
            }),
            Target::Mqtt,
        ));
        *context.go = Some(super::Screen::Inject);
    }
    if call.outcome == Outcome::Ok {
        badge(&mut child, Some(Mark::Check), &tr!("functions-succeeded"), theme.status.ok);
    } else {
        badge(&mut child, Some(Mark::Cross), &calls::answer(recent, theme).2, theme.status.critical);
    }
    origin_badge(&mut child, call.cause.origin);

    let room = ui.available_rect_before_wrap();
    let (figures, rest) = room.split_top_bottom_at_y(room.top() + FIGURES_H);
    self::figures(ui, figures, recent);
    let (middle, log_rect) = rest.split_top_bottom_at_y(rest.top() + (rest.height() * 0.5).min(230.0));
    let (input, effects) = middle.split_left_right_at_x(middle.left() + middle.width() * 0.52);
    self::input(ui, input, recent);
    self::effects(ui, effects, recent, snapshot);
    log::ui(ui, log_rect, recent);
}

fn hex_of(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        // Writing to a string cannot fail.
        write!(hex, "{byte:02x}").ok();
        hex
    })
}

fn figures(ui: &Ui, rect: Rect, recent: &RecentCall) {
    let theme = Theme::of(ui);
    hairline_below(ui, rect);
    let call = &recent.call;
    let init = if call.init_micros > 0 { text::micros(i64::from(call.init_micros)) } else { tr!("functions-warm") };
    let gb_s = f64::from(call.billed_ms) * f64::from(call.memory_mb) / 1_024_000.0;
    let figures = [
        (tr!("functions-duration"), text::micros(i64::from(call.duration_micros))),
        (tr!("functions-billed"), format!("{} ms", call.billed_ms)),
        (tr!("functions-init"), init),
        (tr!("functions-memory-set"), format!("{} MB", call.memory_mb)),
        (tr!("functions-list-price"), text::usd(recent.price)),
    ];
    let painter = ui.painter();
    let mut x = rect.left() + PANE_PAD.x;
    let mut spoken = Vec::new();
    for (label, value) in figures {
        let at = pos2(x, rect.top() + 15.0);
        let label_rect = put(painter, at, Align2::LEFT_CENTER, &label, Type::Micro.font(), theme.text.tertiary);
        let at = pos2(x, rect.top() + 33.0);
        let value_rect = put(painter, at, Align2::LEFT_CENTER, &value, Type::Body.medium(), theme.text.primary);
        x = label_rect.right().max(value_rect.right()) + 26.0;
        spoken.push(format!("{label} {value}"));
    }
    let sum = tr!("functions-sum", gbs = text::number(gb_s, 7));
    let right = rect.right() - PANE_PAD.x;
    for (line, y) in [(sum.as_str(), 15.0), (&tr!("functions-sum-request"), 33.0)] {
        let words = elided(painter, line, &Type::Micro.font(), theme.text.secondary, (right - x).max(0.0));
        painter.galley(pos2(right - words.size().x, rect.top() + y - words.size().y / 2.0), words, theme.text.secondary);
    }
    name(ui, rect, "figures", Role::Label, &spoken.join(", "));
}

fn input(ui: &mut Ui, rect: Rect, recent: &RecentCall) {
    let theme = Theme::of(ui);
    ui.painter().vline(rect.right() - 0.5, rect.y_range(), theme.hairline());
    hairline_below(ui, rect);
    let (topic, json) = input_text(recent);
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("input"));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    let line = Rect::from_min_size(rect.min, vec2(rect.width(), sizes().row_compact));
    let at = pos2(line.left() + PANE_PAD.x, line.center().y);
    let title = put(child.painter(), at, Align2::LEFT_CENTER, tr!("functions-input"), Type::Small.font(), theme.text.secondary);
    let note = elided(child.painter(), &topic, &small_mono(), theme.text.tertiary, line.right() - title.right() - 90.0);
    child.painter().galley(pos2(title.right() + 8.0, at.y - note.size().y / 2.0), note, theme.text.tertiary);
    let copy = Rect::from_min_max(pos2(line.right() - 78.0, line.top()), pos2(line.right() - 4.0, line.bottom()));
    within(&mut child, copy, |ui| {
        if ui.add(Button::quiet(&tr!("functions-copy")).icon(icons::COPY)).clicked() {
            ui.ctx().copy_text(json.clone());
        }
    });
    let body = Rect::from_min_max(pos2(rect.left() + PANE_PAD.x, line.bottom()), rect.max - vec2(6.0, 4.0));
    let mut text = child.new_child(UiBuilder::new().max_rect(body));
    ScrollArea::both().id_salt("json").auto_shrink(false).show(&mut text, |ui| {
        ui.add(eframe::egui::Label::new(Type::Mono.rich(json, theme.text.primary)).extend());
    });
}

/// The topic and the event as the function saw it.
fn input_text(recent: &RecentCall) -> (String, String) {
    match &recent.event {
        RecentEvent::Crash(report) => {
            let text = serde_json::from_slice::<serde_json::Value>(&report.raw).ok().map(shortened);
            let text = text.and_then(|value| serde_json::to_string_pretty(&value).ok());
            let raw = || super::super::incidents::escaped(&report.raw);
            (report.topic.to_string(), text.unwrap_or_else(raw).chars().take(SHOWN).collect())
        }
        RecentEvent::Driving(row, at) => (tr!("functions-as-decoded"), decoded(row, *at)),
        RecentEvent::Temperature(celsius, at) => {
            (tr!("functions-as-decoded"), decoded(&serde_json::json!({ "celsius": celsius.0 }), *at))
        }
    }
}

fn decoded(reading: &impl serde::Serialize, at: Timestamp) -> String {
    let mut value = serde_json::to_value(reading).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
        fields.insert("occurred_at".into(), at.rfc3339().into());
    }
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

/// Long runs of numbers as their count, so that the rest can be seen.
fn shortened(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Array(items) if items.len() > 8 && items.iter().all(|item| item.is_number() || item.is_null()) => {
            let first: Vec<_> = items.iter().take(3).map(ToString::to_string).collect();
            Value::String(tr!("functions-n-numbers", first = first.join(", "), n = items.len() as i64))
        }
        Value::Array(items) => Value::Array(items.into_iter().map(shortened).collect()),
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(key, value)| (key, shortened(value))).collect()),
        other => other,
    }
}

/// What became of the call: the steps of its incident's timeline, or where its answer was published.
fn effects(ui: &mut Ui, rect: Rect, recent: &RecentCall, snapshot: &Snapshot) {
    let theme = Theme::of(ui);
    hairline_below(ui, rect);
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let at = pos2(rect.left() + PANE_PAD.x, rect.top() + sizes().row_compact / 2.0);
    put(&painter, at, Align2::LEFT_CENTER, tr!("functions-effects"), Type::Small.font(), theme.text.secondary);
    let lines = effect_lines(recent, snapshot);
    let mut y = rect.top() + sizes().row_compact + 10.0;
    for (what, detail, took) in &lines {
        let end = put(
            &painter,
            pos2(rect.right() - PANE_PAD.x, y),
            Align2::RIGHT_CENTER,
            took.as_str(),
            Type::Small.medium(),
            theme.text.primary,
        );
        let title = put(
            &painter,
            pos2(rect.left() + PANE_PAD.x, y),
            Align2::LEFT_CENTER,
            what.as_str(),
            Type::Small.semibold(),
            theme.text.primary,
        );
        let left = title.right().max(rect.left() + PANE_PAD.x + 104.0) + 8.0;
        let words = elided(&painter, detail, &small_mono(), theme.text.secondary, (end.left() - left - 8.0).max(0.0));
        painter.galley(pos2(left, y - words.size().y / 2.0), words, theme.text.secondary);
        y += 27.0;
    }
    let spoken: Vec<_> = lines.iter().map(|(what, detail, took)| format!("{what} {detail} {took}")).collect();
    name(ui, rect, "effects", Role::Label, &format!("{}: {}", tr!("functions-effects"), spoken.join(", ")));
}

/// What, where, and how long after the call began.
fn effect_lines(recent: &RecentCall, snapshot: &Snapshot) -> Vec<(String, String, String)> {
    let call = &recent.call;
    let after = |at: Timestamp| format!("+{}", text::micros(at.micros_since(call.started_at)));
    match &recent.event {
        RecentEvent::Crash(report) => {
            let all = snapshot.incidents.iter().chain(snapshot.drills.iter());
            let of_report = |incident: &&std::sync::Arc<crate::model::Incident>| match &incident.kind {
                crate::model::IncidentKind::Crash { report: of_incident, .. } => of_incident.event_id == report.event_id,
                crate::model::IncidentKind::Temperature { .. } => false,
            };
            let Some(incident) = all.clone().find(of_report) else {
                return vec![(tr!("functions-filed"), tr!("functions-older-report"), String::new())];
            };
            let steps = incident.timeline.iter().filter(|step| step.at >= call.started_at);
            steps.take(7).map(|step| (words::step_name(&step.kind).to_owned(), step.detail.clone(), after(step.at))).collect()
        }
        RecentEvent::Temperature(..) => match &recent.verdict {
            Some(crate::model::Verdict::Temperature(verdict)) => {
                let topic = crate::wire::temperature_topic(call.cause.origin, verdict.band, &call.cause.device);
                vec![(tr!("functions-published"), topic, "QoS 0".to_owned())]
            }
            _ => Vec::new(),
        },
        RecentEvent::Driving(..) => vec![(tr!("functions-filed"), tr!("functions-in-history"), String::new())],
    }
}

fn small_mono() -> FontId {
    FontId::new(Type::Micro.font().size, eframe::egui::FontFamily::Monospace)
}
