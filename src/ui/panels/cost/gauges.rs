//! The budget, the forecast with its range, and what the month still has free.

use eframe::egui::{Align2, Color32, Rect, Role, Stroke, Ui, pos2, vec2};

use crate::model::{PicoUsd, Timestamp};
use crate::pricing::{FREE_MB_MS, FREE_REQUESTS};
use crate::state::snapshot::BillView;
use crate::ui::shapes::{Mark, dashed, elided, hatch};
use crate::ui::theme::{PANE_PAD, Status, Theme, Type};
use crate::ui::widgets::{badge, name, put};
use crate::ui::{text, tr};

pub(super) fn ui(ui: &mut Ui, room: Rect, bill: &BillView, now: Timestamp) {
    let theme = Theme::of(ui);
    ui.painter().rect_filled(room, 0.0, theme.bg.panel);
    ui.painter().hline(room.x_range(), room.bottom() - 0.5, theme.hairline());
    // 420, 252, 342, 342 of 1356 in the design.
    let mut left = room.left();
    let mut next = |share: f32| {
        let rect = Rect::from_min_size(pos2(left, room.top()), vec2(room.width() * share / 1356.0, room.height()));
        left = rect.right();
        rect
    };
    let places = [next(420.0), next(252.0), next(342.0), next(342.0)];
    for rect in places {
        ui.painter().vline(rect.right() - 0.5, rect.y_range(), theme.hairline());
    }
    budget(ui, places[0], bill, now);
    forecast(ui, places[1], bill);
    let compute = |mb_ms: u64| mb_ms / 1_024_000;
    let (requests_out, compute_out) =
        bill.forecast.map_or((None, None), |forecast| (forecast.requests_run_out_at, forecast.compute_runs_out_at));
    free(
        ui,
        places[2],
        &Free {
            label: tr!("cost-free-requests"),
            used: FREE_REQUESTS - bill.free_requests_left,
            limit: FREE_REQUESTS,
            unit: tr!("cost-requests"),
            out_at: requests_out,
            known: bill.forecast.is_some(),
        },
    );
    free(
        ui,
        places[3],
        &Free {
            label: tr!("cost-free-compute"),
            used: compute(FREE_MB_MS - bill.free_mb_ms_left),
            limit: compute(FREE_MB_MS),
            unit: "GB-s".to_owned(),
            out_at: compute_out,
            known: bill.forecast.is_some(),
        },
    );
}

/// A label, a large value and a quieter word after it; gives where what follows begins.
fn head(ui: &Ui, rect: Rect, label: &str, value: &str, unit: &str) -> f32 {
    let theme = Theme::of(ui);
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let left = rect.left() + PANE_PAD.x;
    put(&painter, pos2(left, rect.top() + 20.0), Align2::LEFT_CENTER, label, Type::Micro.font(), theme.text.secondary);
    let at = pos2(left, rect.top() + 48.0);
    let value = put(&painter, at, Align2::LEFT_CENTER, value, Type::Headline.medium(), theme.text.primary);
    let beside = painter.layout_no_wrap(unit.to_owned(), Type::Small.font(), theme.text.secondary);
    if value.right() + 8.0 + beside.size().x <= rect.right() - 4.0 {
        painter.galley(pos2(value.right() + 8.0, at.y + 3.0 - beside.size().y / 2.0), beside, theme.text.secondary);
    } else {
        // Where the tile is narrow it stands below, in small type.
        let room = rect.width() - 2.0 * PANE_PAD.x;
        let below = elided(&painter, unit, &Type::Micro.font(), theme.text.secondary, room);
        painter.galley(pos2(left, rect.top() + 69.0 - below.size().y / 2.0), below, theme.text.secondary);
    }
    rect.top() + 78.0
}

fn corner(ui: &mut Ui, rect: Rect, mark: Mark, word: &str, status: Status) {
    let place = Rect::from_min_max(pos2(rect.right() - 170.0, rect.top() + 8.0), pos2(rect.right() - 12.0, rect.top() + 32.0));
    let layout = eframe::egui::Layout::right_to_left(eframe::egui::Align::Center);
    let mut child = ui.new_child(eframe::egui::UiBuilder::new().max_rect(place).layout(layout));
    badge(&mut child, Some(mark), word, status);
}

fn budget(ui: &mut Ui, rect: Rect, bill: &BillView, now: Timestamp) {
    let theme = Theme::of(ui);
    let label = tr!("cost-month-to-date", month = bill.month.clone());
    let Some(budget) = bill.budget.filter(|budget| budget.0 > 0) else {
        head(ui, rect, &label, &text::usd(bill.due), &tr!("cost-after-free-tier"));
        let y = rect.top() + 86.0;
        for (i, words) in [tr!("cost-no-budget"), tr!("cost-set-budget")].into_iter().enumerate() {
            let at = pos2(rect.left() + PANE_PAD.x, y + i as f32 * 18.0);
            put(ui.painter(), at, Align2::LEFT_CENTER, words, Type::Small.font(), theme.text.tertiary);
        }
        name(ui, rect, "budget", Role::Label, &format!("{label} {}, {}", text::usd(bill.due), tr!("cost-no-budget")));
        return;
    };
    let share = |amount: PicoUsd| amount.0 as f64 / budget.0 as f64;
    let passed = now.secs_since(bill.span.0) / bill.span.1.secs_since(bill.span.0).max(1.0);
    let spent =
        tr!("cost-spent-of", budget = text::usd(budget), spent = text::percent(share(bill.due)), passed = text::percent(passed));
    let top = head(ui, rect, &label, &text::usd(bill.due), &spent);
    let over_now = bill.due > budget;
    let over_then = bill.forecast.is_some_and(|forecast| forecast.due > budget);
    let (mark, word, status) = match (over_now, over_then) {
        (true, _) => (Mark::Diamond, tr!("cost-over-budget"), theme.status.critical),
        (false, true) => (Mark::Triangle, tr!("cost-will-be-over"), theme.status.high),
        (false, false) => (Mark::Check, tr!("cost-inside-budget"), theme.status.ok),
    };
    corner(ui, rect, mark, &word, status);
    let bar = Rect::from_min_size(pos2(rect.left() + PANE_PAD.x, top + 2.0), vec2(rect.width() - 2.0 * PANE_PAD.x, 9.0));
    // The bar holds the forecast too, where that is beyond the budget.
    let whole = bill.forecast.map_or(1.0, |forecast| share(forecast.range.map_or(forecast.due, |(_, high)| high))).max(1.0);
    let x = |part: f64| bar.left() + bar.width() * (part / whole).clamp(0.0, 1.0) as f32;
    let painter = ui.painter();
    painter.rect_filled(bar, 3.0, theme.bg.inset);
    if let Some((low, high)) = bill.forecast.and_then(|forecast| forecast.range) {
        let range = Rect::from_x_y_ranges(x(share(low))..=x(share(high)), bar.y_range());
        painter.rect_filled(range, 0.0, theme.accent.tint);
    }
    let color = if over_now { theme.status.critical.solid } else { theme.plot.series[0] };
    painter.rect_filled(Rect::from_x_y_ranges(bar.left()..=x(share(bill.due)), bar.y_range()), 3.0, color);
    let even = x(passed);
    dashed(
        painter,
        &[pos2(even, bar.top() - 4.0), pos2(even, bar.bottom() + 4.0)],
        Stroke::new(1.0, theme.text.secondary),
        &[2.0, 2.0],
    );
    let budget_x = x(1.0);
    painter.vline(budget_x, bar.top() - 4.0..=bar.bottom() + 4.0, Stroke::new(2.0, theme.status.critical.fg));
    let pace = tr!("cost-even-pace", amount = text::usd(PicoUsd((budget.0 as f64 * passed) as i64)));
    put(painter, pos2(bar.left(), bar.bottom() + 16.0), Align2::LEFT_CENTER, &pace, Type::Micro.font(), theme.text.secondary);
    if let Some(forecast) = bill.forecast {
        painter.vline(x(share(forecast.due)), bar.top() - 4.0..=bar.bottom() + 4.0, Stroke::new(2.0, theme.text.primary));
        let words = tr!("cost-forecast-is", amount = text::usd(forecast.due));
        put(painter, pos2(bar.right(), bar.bottom() + 16.0), Align2::RIGHT_CENTER, words, Type::Micro.font(), theme.text.primary);
    }
    name(ui, rect, "budget", Role::Label, &format!("{label} {} {spent}, {word}", text::usd(bill.due)));
}

fn forecast(ui: &Ui, rect: Rect, bill: &BillView) {
    let theme = Theme::of(ui);
    let label = tr!("cost-forecast-for", month = bill.month.clone());
    let Some(forecast) = bill.forecast else {
        head(ui, rect, &label, &tr!("cost-not-yet"), "");
        let at = pos2(rect.left() + PANE_PAD.x, rect.top() + 86.0);
        put(ui.painter(), at, Align2::LEFT_CENTER, tr!("cost-forecast-when"), Type::Small.font(), theme.text.tertiary);
        name(ui, rect, "forecast", Role::Label, &format!("{label}: {}", tr!("cost-forecast-when")));
        return;
    };
    let top = head(ui, rect, &label, &text::usd(forecast.due), "");
    let range = forecast
        .range
        .map_or_else(|| tr!("cost-range-when"), |(low, high)| tr!("cost-range", low = text::usd(low), high = text::usd(high)));
    let left = bill.budget.map(|budget| tr!("cost-budget-left", amount = text::usd(PicoUsd(budget.0 - forecast.due.0))));
    let at = |y: f32| pos2(rect.left() + PANE_PAD.x, y);
    put(ui.painter(), at(top + 4.0), Align2::LEFT_CENTER, &range, Type::Micro.font(), theme.text.secondary);
    if let Some(left) = &left {
        put(ui.painter(), at(top + 22.0), Align2::LEFT_CENTER, left, Type::Micro.font(), theme.text.secondary);
    }
    let spoken = format!("{label} {}, {range} {}", text::usd(forecast.due), left.unwrap_or_default());
    name(ui, rect, "forecast", Role::Label, &spoken);
}

/// One part of the free tier.
struct Free {
    label: String,
    used: u64,
    limit: u64,
    unit: String,
    out_at: Option<Timestamp>,
    /// Whether a pace is known.
    known: bool,
}

fn free(ui: &mut Ui, rect: Rect, free: &Free) {
    let theme = Theme::of(ui);
    let share = free.used as f64 / free.limit as f64;
    let used_up = free.used >= free.limit;
    let of = tr!("cost-of-free", limit = text::count(free.limit), unit = free.unit.clone(), share = text::percent(share));
    let top = head(ui, rect, &free.label, &text::count(free.used), &of);
    let bar = Rect::from_min_size(pos2(rect.left() + PANE_PAD.x, top + 2.0), vec2(rect.width() - 2.0 * PANE_PAD.x, 9.0));
    let filled = Rect::from_min_size(bar.min, vec2(bar.width() * share.min(1.0) as f32, bar.height()));
    let painter = ui.painter().clone();
    painter.rect_filled(bar, 3.0, theme.bg.inset);
    let color: Color32 = if used_up { theme.text.tertiary } else { theme.plot.series[2] };
    painter.rect_filled(filled, 3.0, color);
    if free.out_at.is_some() {
        hatch(&painter, Rect::from_min_max(filled.right_top(), bar.max), theme.plot.gap_hatch);
    }
    painter.vline(bar.right(), bar.top() - 3.0..=bar.bottom() + 3.0, Stroke::new(2.0, theme.text.secondary));
    let words = match (used_up, free.out_at, free.known) {
        (true, ..) => tr!("cost-used-up"),
        (false, Some(at), _) => tr!("cost-runs-out", at = text::day_and_minutes(at)),
        (false, None, true) => tr!("cost-lasts"),
        (false, None, false) => tr!("cost-pace-unknown"),
    };
    let at = pos2(bar.left(), bar.bottom() + 16.0);
    put(&painter, at, Align2::LEFT_CENTER, &words, Type::Micro.font(), theme.text.secondary);
    if used_up {
        corner(ui, rect, Mark::Ring, &tr!("cost-used-up-word"), theme.status.low);
    } else if free.out_at.is_some() {
        corner(ui, rect, Mark::Triangle, &tr!("cost-runs-out-word"), theme.status.high);
    }
    name(ui, rect, ("free", &free.unit), Role::Label, &format!("{} {} {of}, {words}", free.label, free.used));
}
