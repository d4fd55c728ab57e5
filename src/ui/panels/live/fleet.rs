//! The fleet list: every vehicle, its state, and how old what we know of it is. Only the rows on the screen are asked for.

use eframe::egui::{self, Rect, Ui, UiBuilder, pos2, vec2};

use super::super::PanelContext;
use crate::model::{Focus, Origin, Severity, Timestamp};
use crate::search;
use crate::state::Snapshot;
use crate::state::snapshot::FleetRow;
use crate::ui::actions::Action;
use crate::ui::search::mistake;
use crate::ui::shapes::Mark;
use crate::ui::text::{self, Freshness};
use crate::ui::theme::Theme;
use crate::ui::vitals::{Liveness, is_open};
use crate::ui::widgets::{Cell, Column, Pane, Table, TableAnswer, empty_state, header, seen_cell, segments, within};
use crate::ui::{icons, tr, word, words};

fn columns() -> [Column; 7] {
    [
        Column::text(word!("live-vehicle"), 190.0),
        Column::text(word!("live-state"), 130.0),
        Column::number(word!("live-speed"), 105.0),
        Column::text(word!("live-heading"), 90.0),
        Column::text(word!("live-seen"), 150.0),
        Column::text(word!("live-clock"), 105.0),
        Column::text(word!("live-incident"), 100.0),
    ]
}

/// Rows asked for beyond those on the screen, so that a turn of the wheel finds them there.
const SPARE: usize = 20;
/// A device's clock this far from ours is worth a word. ms
const SKEW_MS: u64 = 500;
/// A vehicle at this speed or above moves. km/h
const MOVING_KMH: f64 = 1.0;
/// No message for this long is silence. s
const SILENT_SECS: f64 = 60.0;

pub(super) fn ui(ui: &mut Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>, shown: &mut super::View) {
    let fleet = &snapshot.fleet;
    let mistake = mistake(&context.focus.fleet_filter, search::FLEET);
    let note = match context.liveness.stale_since() {
        _ if let Some(mistake) = mistake => mistake,
        Some(since) => tr!("live-fleet-stale", at = text::clock(since)),
        None if context.focus.fleet_filter.is_empty() => tr!("live-vehicles", n = fleet.total as u64),
        None => {
            let hidden = fleet.total.saturating_sub(fleet.matching) as u64;
            tr!("live-filtered", n = fleet.matching as u64, total = fleet.total as u64, hidden = hidden)
        }
    };
    let free = header(ui, Pane { title: word!("live-fleet"), note: &note, right: "" });
    filter_ui(ui, free, context, shown);

    if fleet.matching == 0 {
        let (title, sentence) = if fleet.total == 0 {
            (word!("live-no-vehicle"), tr!("live-no-vehicle-why"))
        } else {
            (word!("live-no-match"), tr!("live-filter-hides", n = fleet.total as u64))
        };
        empty_state(ui, icons::MAGNIFYING_GLASS, title, &sentence, None);
        look(context.focus, &TableAnswer::default());
        return;
    }
    let theme = Theme::of(ui);
    let selected = snapshot
        .vehicle
        .as_ref()
        .and_then(|vehicle| fleet.rows.iter().position(|row| row.device == vehicle.row.device).map(|i| fleet.from + i));
    let row = |idx: usize| idx.checked_sub(fleet.from).and_then(|i| fleet.rows.get(i));
    let table = Table { id: "fleet", columns: &columns(), n_rows: fleet.matching, selected };
    let (now, liveness) = (context.now, context.liveness);
    let worst = |row: &FleetRow| {
        let open = snapshot.incidents.iter().filter(|incident| is_open(incident) && incident.device == row.device);
        // One that is not listed any more counts as the worst.
        row.incident.then(|| open.map(|incident| incident.severity).max().unwrap_or(Severity::Critical))
    };
    let answer = table.ui(ui, |idx| row(idx).map(|row| cells(theme, row, worst(row), now, liveness)).unwrap_or_default());
    if let Some(row) = answer.clicked.and_then(row) {
        context.focus.vehicle = Some(row.device.clone());
    }
    look(context.focus, &answer);
}

fn filter_ui(ui: &mut Ui, free: Rect, context: &mut PanelContext<'_>, shown: &mut super::View) {
    let size = vec2(220.0_f32.min(free.width() - 110.0), 26.0);
    let place = Rect::from_min_size(egui::pos2(free.right() + 8.0 - size.x, free.center().y - size.y / 2.0), size);
    let hint = format!("{} {}", icons::MAGNIFYING_GLASS, tr!("live-filter-hint", key = Action::Filter.key()));
    let field = egui::TextEdit::singleline(&mut context.focus.fleet_filter)
        .hint_text(hint)
        .margin(egui::Margin::symmetric(8, 3))
        .align(egui::Align2::LEFT_CENTER)
        .min_size(size)
        .desired_width(size.x);
    // A child, not a scope: the header has taken its room already.
    let response = ui.new_child(UiBuilder::new().max_rect(place)).put(place, field);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, word!("live-filter-name")));
    let left = Rect::from_min_max(pos2(place.left() - 108.0, free.top()), pos2(place.left() - 8.0, free.bottom()));
    within(ui, left, |ui| segments(ui, &tr!("live-fleet"), shown, &[super::View::Map, super::View::List], super::View::word));
    if context.actions.contains(&Action::Filter) {
        response.request_focus();
    }
    if response.changed() {
        context.focus.fleet_from = 0;
    }
}

/// Asks for other rows once those on the screen are not all among those asked for.
fn look(focus: &mut Focus, answer: &TableAnswer) {
    let end = answer.first + answer.shown;
    let covered = focus.fleet_from <= answer.first && end <= focus.fleet_from + focus.fleet_len;
    if !covered || focus.fleet_len == 0 {
        focus.fleet_from = answer.first.saturating_sub(SPARE);
        focus.fleet_len = answer.shown + 2 * SPARE;
    }
}

fn cells(theme: &Theme, row: &FleetRow, incident: Option<Severity>, now: Timestamp, liveness: Liveness) -> Vec<Cell> {
    let age = now.secs_since(row.last_seen);
    let mut fresh = Freshness::of(age, row.period_secs);
    if liveness.stale_since().is_some() {
        fresh = fresh.max(Freshness::Stale);
    }
    let ink = if fresh >= Freshness::Stale { theme.text.tertiary } else { theme.text.primary };
    let number = |value: Option<f64>, show: fn(f64) -> String| match value.filter(|value| value.is_finite()) {
        Some(value) if fresh < Freshness::Lost => show(value),
        _ => text::unknown().to_owned(),
    };
    let speed = number(row.last.speed_kmh, text::kmh);
    let quiet = theme.text.secondary;
    vec![
        Cell::name(theme, row.device.as_str()).tag(words::origin(row.origin)),
        state(theme, row, age, fresh),
        Cell::colored(speed.clone(), if speed == text::unknown() { theme.text.tertiary } else { ink }),
        Cell::colored(number(row.last.heading_deg, text::heading), if fresh >= Freshness::Stale { ink } else { quiet }),
        seen_cell(theme, now, row.last_seen, fresh),
        clock(theme, row.clock_ahead_ms),
        // A drill looks like nothing else, whatever it plays.
        match incident {
            None => Cell::quiet(theme, ""),
            Some(_) if row.origin == Origin::Drill => Cell::colored(word!("live-legend-drill"), theme.status.drill.fg),
            Some(severity) => Cell::marked(Mark::severity(severity), text::severity(severity), theme.severity(severity).fg),
        },
    ]
}

fn state(theme: &Theme, row: &FleetRow, age_secs: f64, fresh: Freshness) -> Cell {
    let stale = fresh >= Freshness::Stale;
    let moving = || if stale { tr!("live-was-moving") } else { tr!("live-moving") };
    let color = if stale { theme.text.tertiary } else { theme.text.secondary };
    match row.last.speed_kmh.filter(|speed| speed.is_finite()) {
        _ if age_secs > SILENT_SECS => Cell::marked(Mark::DashedRing, word!("live-silent"), theme.text.tertiary),
        Some(speed) if speed >= MOVING_KMH => match row.last.heading_deg.filter(|heading| heading.is_finite()) {
            Some(heading) => Cell::heading(heading, moving(), color),
            None => Cell::marked(Mark::Triangle, moving(), color),
        },
        Some(_) => Cell::marked(Mark::Square, if stale { tr!("live-was-parked") } else { tr!("live-parked") }, color),
        None => Cell::marked(Mark::Ring, word!("live-no-speed"), color),
    }
}

fn clock(theme: &Theme, ahead_ms: i64) -> Cell {
    let off = text::micros(ahead_ms.unsigned_abs() as i64 * 1_000);
    if ahead_ms.unsigned_abs() < SKEW_MS {
        Cell::colored(word!("live-in-step"), theme.text.tertiary)
    } else {
        let words = if ahead_ms > 0 { tr!("live-ahead", off = off) } else { tr!("live-behind", off = off) };
        Cell::marked(Mark::Triangle, words, theme.status.high.fg)
    }
}
