//! What each day cost, and what the days to come will at the month's pace.

use eframe::egui::{Align, Layout, Rect, Role, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

use super::Money;
use crate::model::PicoUsd;
use crate::state::snapshot::BillView;
use crate::ui::theme::Theme;
use crate::ui::widgets::chart::{Axes, round_range};
use crate::ui::widgets::{Pane, header, name, segments};
use crate::ui::{text, tr};

/// Paints the bars; gives whether the money was chosen anew.
pub(super) fn ui(ui: &mut Ui, bill: &BillView, money: &mut Money) -> bool {
    let theme = Theme::of(ui);
    let n_days = (bill.span.1.secs_since(bill.span.0) / 86_400.0).round() as usize;
    // Where it is narrow the switch needs the room of the note, which the axis repeats.
    let note = if ui.available_width() < 520.0 { String::new() } else { tr!("cost-per-day-note") };
    let free = header(ui, Pane { title: &tr!("cost-per-day"), note: &note, ..Pane::default() });
    let before = *money;
    let place = Rect::from_min_max(free.min, free.max + vec2(8.0, 0.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).layout(Layout::right_to_left(Align::Center)));
    segments(&mut child, &tr!("cost-money"), money, &Money::ALL, Money::word);

    let room = ui.available_rect_before_wrap();
    let area = Rect::from_min_max(room.min + vec2(74.0, 18.0), room.max - vec2(16.0, 28.0));
    let dollars: Vec<f64> = bill.days.iter().map(|day| money.of(day).usd()).collect();
    let axes = Axes { area, x: (0.0, n_days as f64), y: (0.0, top(&dollars)) };
    let painter = ui.painter().clone();
    axes.frame(&painter, theme, 4);
    let width = area.width() / n_days as f32;
    let mut hovered = None;
    for (i, dollars) in dollars.iter().enumerate() {
        let x = area.left() + i as f32 * width;
        let bar = Rect::from_min_max(pos2(x + 1.5, axes.at((0.0, *dollars)).y), pos2(x + width - 1.5, area.bottom()));
        let today = i + 1 == bill.days.len();
        // Today is not over: lighter, so that it does not look like a fall.
        let color = if today { theme.plot.series[0].gamma_multiply(0.55) } else { theme.plot.series[0] };
        painter.rect_filled(bar, 1.0, color);
        let column = Rect::from_x_y_ranges(x..=x + width, area.y_range());
        let response = ui.interact(column, ui.scope_id().with(("day", i)), Sense::hover());
        if response.hovered() {
            hovered = Some((i, response));
        }
    }
    let now_x = area.left() + (bill.days.len() as f32 - 0.5) * width;
    if bill.days.len() < n_days {
        let line = Stroke::new(1.0, theme.text.tertiary);
        crate::ui::shapes::dashed(&painter, &[pos2(now_x, area.top()), pos2(now_x, area.bottom())], line, &[2.0, 3.0]);
    }
    let labels = (0..n_days).filter(|day| *day == 0 || (day + 1).is_multiple_of(5));
    axes.x_words(&painter, theme, labels.map(|day| (day as f64 + 0.5, (day + 1).to_string())));
    axes.unit(&painter, theme, &tr!("cost-usd-a-day"));
    if let Some((i, response)) = hovered {
        let day = &bill.days[i];
        response.on_hover_text_at_pointer(tr!(
            "cost-day-hover",
            day = format!("{}-{:02}", bill.month, i + 1),
            list = text::usd(day.list),
            due = text::usd(day.due),
            calls = text::count(day.usage.requests)
        ));
    }
    let sum: PicoUsd = bill.days.iter().map(|day| money.of(day)).sum();
    let spoken = format!("{}, {}: {}", tr!("cost-per-day"), money.word(), text::usd(sum));
    name(ui, area, "days", Role::Image, &spoken);
    *money != before
}

/// A round top for what may be far below a cent.
pub(super) fn top(dollars: &[f64]) -> f64 {
    let most = dollars.iter().copied().fold(0.0, f64::max);
    if most <= 0.0 { 1.0 } else { round_range([0.0, most * 1.08].into_iter(), 0.0).1.max(most) }
}
