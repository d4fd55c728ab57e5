//! Functions on AWS as they were last looked at: a row for each, and of the chosen one its calls and its set-up.

use eframe::egui::{Align2, Color32, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::calls::{DURATION, RESULT, WHOSE, head};
use super::table::{COLD, COST, Columns, FAILED, FUNCTION, MEMORY, P50, P95, P99, PER_MINUTE, ROW_H, SPARK, STATE, left};
use crate::model::stack::{Deployed, Hour, RemoteCall};
use crate::model::{PicoUsd, StackLook, Timestamp};
use crate::ui::shapes::{Mark, elided};
use crate::ui::theme::{PANE_PAD, Theme, Type, sizes};
use crate::ui::widgets::{Pane, empty_state, focus_ring, hairline_below, header, name, put, row_ground};
use crate::ui::{icons, text, tr};

/// The counts of `CloudWatch` come so late, s ("Viewing metrics for Lambda functions" gives one to three minutes,
/// read 2026-11-22).
const LATE_SECS: i64 = 180;

/// The height that the rows want, points.
pub(super) fn height(look: &StackLook) -> f32 {
    sizes().pane_header_h + look.functions.len() as f32 * ROW_H
}

/// Paints the rows; gives the function that was clicked.
pub(super) fn rows(ui: &mut Ui, look: &StackLook, chosen: Option<&str>, now: Timestamp) -> Option<Box<str>> {
    let room = ui.max_rect();
    let columns = Columns::of(room);
    let theme = Theme::of(ui);
    let price = look.price_a_month().map_or_else(|| tr!("functions-not-known"), text::usd);
    let every = text::age(Timestamp(i64::from(look.every_secs) * 1_000_000), Timestamp(0));
    let note = tr!("functions-stack-note", age = text::age(now, look.at), every = every, price = price);
    let free = header(ui, Pane { title: &tr!("functions-stack", region = &*look.region), note: &note, ..Pane::default() });
    let problems: Vec<String> = look.problems().collect();
    if !problems.is_empty() {
        let words = tr!("functions-stack-problems", n = problems.len() as u64);
        let words = elided(ui.painter(), &words, &Type::Small.medium(), theme.status.high.fg, free.width() - 20.0);
        let at = pos2(free.right() - words.size().x, free.center().y - words.size().y / 2.0);
        Mark::Triangle.paint(ui.painter(), at + vec2(-10.0, words.size().y / 2.0), 10.0, theme.status.high.fg);
        ui.painter().galley(at, words, theme.status.high.fg);
    }
    let mut clicked = None;
    ScrollArea::vertical().id_salt("deployed").auto_shrink(false).show_rows(ui, ROW_H, look.functions.len(), |ui, shown| {
        for function in &look.functions[shown] {
            let selected = chosen == Some(&*function.name);
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_H), Sense::click());
            row_ground(ui, rect, selected, response.hovered());
            hairline_below(ui, rect);
            let spoken = row(ui, rect, &columns, function, now);
            focus_ring(ui, &response);
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, &spoken));
            if response.clicked() {
                clicked = Some(function.name.clone());
            }
        }
    });
    clicked
}

/// Paints a row and gives it in words.
fn row(ui: &Ui, rect: Rect, columns: &Columns, function: &Deployed, now: Timestamp) -> String {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    let y = rect.center().y;
    let right = |share: f32, words: &str, strong: bool, color: Option<Color32>| {
        let (font, ink) =
            if strong { (Type::Body.medium(), theme.text.primary) } else { (Type::Body.font(), theme.text.secondary) };
        put(painter, pos2(columns.at(share), y), Align2::RIGHT_CENTER, words, font, color.unwrap_or(ink));
    };
    let unknown = tr!("functions-not-known");
    let (mark, color, state) = match &function.configuration {
        Ok(set_up) if &*set_up.state == "Active" => (Mark::Disc, theme.status.ok.fg, tr!("functions-ready")),
        Ok(set_up) => (Mark::Triangle, theme.status.high.fg, set_up.state.to_string()),
        Err(_) => (Mark::Triangle, theme.status.high.fg, unknown.clone()),
    };
    mark.paint(painter, pos2(columns.at(STATE) + 5.0, y), 9.0, color);
    let words =
        elided(painter, &state, &Type::Body.font(), theme.text.secondary, columns.at(FUNCTION) - columns.at(STATE) - 22.0);
    painter.galley(pos2(columns.at(STATE) + 16.0, y - words.size().y / 2.0), words, theme.text.secondary);
    // Where it runs stands in the header: names on AWS are long.
    left(painter, columns, FUNCTION, SPARK, y, &function.name, theme, true);
    let default = Hour::default();
    let hour = function.hour.as_ref().unwrap_or(&default);
    bars(ui, Rect::from_min_max(pos2(columns.at(SPARK), y - 9.0), pos2(columns.at(SPARK) + 74.0, y + 9.0)), hour);
    let newest = match hour.newest() {
        None => tr!("functions-no-count"),
        Some((at, n)) if now.micros_since(at) > (LATE_SECS + 60) * 1_000_000 => {
            tr!("functions-minute-ago", n = text::count(u64::from(n)), age = text::age(now, at))
        }
        Some((_, n)) => text::count(u64::from(n)),
    };
    right(PER_MINUTE, &newest, true, None);
    let failed = match (hour.n_calls, hour.n_failed) {
        (Some(calls), failed) => {
            tr!("functions-failed-of", failed = text::count(failed.unwrap_or(0)), calls = text::count(calls))
        }
        _ => unknown.clone(),
    };
    let bad = hour.n_failed.is_some_and(|n| n > 0);
    right(FAILED, &failed, bad, bad.then_some(theme.status.high.fg));
    let quantile = |micros: Option<u32>| micros.map_or_else(|| unknown.clone(), |micros| text::micros(i64::from(micros)));
    let (p50, p95, p99) = (quantile(hour.p50_micros), quantile(hour.p95_micros), quantile(hour.p99_micros));
    right(P50, &p50, true, None);
    right(P95, &p95, false, None);
    right(P99, &p99, false, None);
    let cold = function.n_cold().map_or_else(|| unknown.clone(), text::count);
    right(COLD, &cold, false, None);
    let memory = function.configuration.as_ref().map_or_else(|_| unknown.clone(), |set_up| format!("{} MB", set_up.memory_mb));
    right(MEMORY, &memory, false, None);
    let price = price(hour.list_price);
    right(COST, &price, true, None);
    let runs = tr!("functions-on-lambda");
    format!("{}, {runs}, {state}, {} {failed}, p50 {p50}, p99 {p99}, {price}", function.name, tr!("functions-col-failed"))
}

fn price(price: Option<PicoUsd>) -> String {
    price.map_or_else(|| tr!("functions-not-known"), text::usd)
}

/// A bar for each minute that has a count; a minute without one stays empty, and one without calls is a line on the ground.
fn bars(ui: &Ui, place: Rect, hour: &Hour) {
    let theme = Theme::of(ui);
    let most = hour.minutes.iter().flatten().max().copied().unwrap_or(0).max(1) as f32;
    let width = place.width() / hour.minutes.len().max(1) as f32;
    for (n, calls) in hour.minutes.iter().enumerate().filter_map(|(n, calls)| Some((n, (*calls)? as f32))) {
        let left = place.left() + n as f32 * width;
        let top = place.bottom() - (place.height() * calls / most).max(1.0);
        let bar = Rect::from_min_max(pos2(left, top), pos2(left + width.max(1.0), place.bottom()));
        ui.painter().rect_filled(bar, 0.0, theme.plot.series[0]);
    }
}

/// The newest calls of a function, by its log.
pub(super) fn calls(ui: &mut Ui, function: &Deployed) {
    let calls = function.calls.as_ref().map(Vec::as_slice).unwrap_or_default();
    let note = format!("{}, {}", function.name, tr!("functions-newest", n = calls.len() as i64));
    header(ui, Pane { title: &tr!("functions-recent"), note: &note, ..Pane::default() });
    if let Err(words) = &function.calls {
        empty_state(ui, icons::WARNING_OCTAGON, &tr!("functions-no-remote-call"), words, None);
        return;
    }
    if calls.is_empty() {
        empty_state(ui, icons::CLOCK, &tr!("functions-no-remote-call"), &tr!("functions-no-remote-call-when"), None);
        return;
    }
    head(ui, tr!("functions-col-request"));
    ScrollArea::vertical().id_salt("remote calls").auto_shrink(false).show_rows(ui, sizes().row, calls.len(), |ui, rows| {
        for (n, call) in calls.iter().enumerate().skip(rows.start).take(rows.len()) {
            self::call(ui, n, call);
        }
    });
}

fn call(ui: &mut Ui, n: usize, call: &RemoteCall) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().row), Sense::hover());
    hairline_below(ui, rect);
    let painter = ui.painter();
    let (y, left) = (rect.center().y, rect.left() + PANE_PAD.x);
    let at = text::clock_millis(call.at);
    put(painter, pos2(left, y), Align2::LEFT_CENTER, &at, Type::Mono.font(), theme.text.secondary);
    let request = elided(painter, &call.request_id, &Type::Mono.font(), theme.text.primary, 88.0);
    painter.galley(pos2(left + WHOSE, y - request.size().y / 2.0), request, theme.text.primary);
    let duration = text::micros(i64::from(call.duration_micros));
    let end = pos2(left + DURATION, y);
    let place = put(painter, end, Align2::RIGHT_CENTER, &duration, Type::Body.font(), theme.text.primary);
    if call.init_micros > 0 {
        crate::ui::shapes::icon(painter, pos2(place.left() - 11.0, y), 13.0, icons::SNOWFLAKE, theme.status.high.fg, false);
    }
    let memory = if call.max_memory_mb > 0 {
        tr!("functions-used-of", used = call.max_memory_mb, mb = call.memory_mb)
    } else {
        format!("{} MB", call.memory_mb)
    };
    let said = tr!("functions-billed-as", ms = call.billed_ms, memory = memory, price = price(call.price));
    // The row has room for what was billed; the rest is said when it is pointed at.
    let billed = tr!("functions-billed-ms", ms = call.billed_ms);
    let (mark, color, shown, words) = match &call.failed {
        Some(failed) => (Mark::Cross, theme.status.critical.fg, failed.to_string(), format!("{failed}, {said}")),
        None => (Mark::Check, theme.text.secondary, billed, said),
    };
    mark.paint(painter, pos2(left + RESULT + 6.0, y), 12.0, color);
    let room = rect.right() - PANE_PAD.x - left - RESULT - 18.0;
    let cut = elided(painter, &shown, &Type::Body.font(), theme.text.primary, room);
    painter.galley(pos2(left + RESULT + 18.0, y - cut.size().y / 2.0), cut, theme.text.primary);
    let cold = if call.init_micros > 0 { tr!("functions-cold-start") } else { tr!("functions-warm") };
    let spoken = format!("{at} {}, {duration}, {cold}, {words}", call.request_id);
    name(ui, rect, ("remote call", n), Role::Label, &spoken);
    response.on_hover_text(spoken);
}

/// How the function is set up and what the hour came to; what could not be read, with the reason.
pub(super) fn detail(ui: &mut Ui, function: &Deployed) {
    let theme = Theme::of(ui);
    header(ui, Pane { title: &function.name, note: &tr!("functions-on-lambda"), ..Pane::default() });
    let room = ui.available_rect_before_wrap();
    let mut figures: Vec<(String, String)> = Vec::new();
    let mut sentences: Vec<(Color32, String)> = Vec::new();
    match &function.configuration {
        Ok(set_up) => figures.extend([
            (tr!("functions-set-up"), set_up.state.to_string()),
            (tr!("functions-memory-set"), format!("{} MB", set_up.memory_mb)),
            (tr!("functions-timeout"), text::age(Timestamp(i64::from(set_up.timeout_secs) * 1_000_000), Timestamp(0))),
            (tr!("functions-runtime"), set_up.runtime.to_string()),
            (tr!("functions-arch"), set_up.arch.to_string()),
            (tr!("functions-package"), text::bytes(set_up.package_bytes)),
            (tr!("functions-changed"), set_up.modified_at.to_string()),
        ]),
        Err(words) => sentences.push((theme.status.high.fg, words.clone())),
    }
    match &function.hour {
        Ok(hour) => {
            let count = |n: Option<u64>| n.map_or_else(|| tr!("functions-no-count"), text::count);
            figures.extend([
                (tr!("functions-calls-hour"), count(hour.n_calls)),
                (tr!("functions-col-failed"), count(hour.n_failed)),
                (format!("{}, {}", tr!("functions-throttled"), tr!("functions-throttled-note")), count(hour.n_throttled)),
                (tr!("functions-col-list-price"), price(hour.list_price)),
            ]);
            sentences.push((theme.text.secondary, tr!("functions-late")));
            if hour.short {
                sentences.push((theme.status.high.fg, tr!("functions-short")));
            }
        }
        Err(words) => sentences.push((theme.status.high.fg, words.clone())),
    }
    let n_columns = if room.width() < 560.0 { 2 } else { 3 };
    let width = (room.width() - 2.0 * PANE_PAD.x) / n_columns as f32;
    let mut bottom = room.top() + 8.0;
    for (n, (label, value)) in figures.iter().enumerate() {
        let at = room.min + vec2(PANE_PAD.x + (n % n_columns) as f32 * width, 10.0 + (n / n_columns) as f32 * 50.0);
        for (words, y, font, ink) in
            [(label, 10.0, Type::Micro.font(), theme.text.tertiary), (value, 29.0, Type::Body.medium(), theme.text.primary)]
        {
            let words = elided(ui.painter(), words, &font, ink, width - 12.0);
            ui.painter().galley(at + vec2(0.0, y - words.size().y / 2.0), words, ink);
        }
        name(ui, Rect::from_min_size(at, vec2(width, 44.0)), ("set-up", n), Role::Label, &format!("{label}: {value}"));
        bottom = at.y + 54.0;
    }
    for (n, (ink, words)) in sentences.iter().enumerate() {
        let galley = ui.painter().layout(words.clone(), Type::Small.font(), *ink, room.width() - 2.0 * PANE_PAD.x);
        let rect = Rect::from_min_size(pos2(room.left() + PANE_PAD.x, bottom), galley.size());
        bottom = rect.bottom() + 8.0;
        ui.painter().galley(rect.min, galley, *ink);
        name(ui, rect, ("said", n), Role::Label, words);
    }
}
