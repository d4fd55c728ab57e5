//! The month so far as it adds up, and where it goes from here, with the range.

use eframe::egui::{Rect, Role, Shape, Stroke, Ui, vec2};

use super::{Money, days};
use crate::model::Timestamp;
use crate::state::snapshot::BillView;
use crate::ui::shapes::dashed;
use crate::ui::theme::{Theme, Type};
use crate::ui::widgets::chart::{Axes, Pen};
use crate::ui::widgets::{Pane, header, name, put};
use crate::ui::{text, tr};

pub(super) fn ui(ui: &mut Ui, bill: &BillView, money: Money, now: Timestamp) {
    let theme = Theme::of(ui);
    let note = if bill.forecast.is_some_and(|forecast| forecast.range.is_some()) { tr!("cost-80-range") } else { String::new() };
    header(ui, Pane { title: &tr!("cost-month"), note: &money.word(), right: &note });
    let n_days = bill.span.1.secs_since(bill.span.0) / 86_400.0;
    let today = now.secs_since(bill.span.0) / 86_400.0;
    let mut sum = 0.0;
    let mut points = vec![(0.0, 0.0)];
    for (i, day) in bill.days.iter().enumerate() {
        sum += money.of(day).usd();
        points.push(((i + 1) as f64, sum));
    }
    if let Some(last) = points.last_mut() {
        last.0 = today.clamp(last.0 - 1.0, last.0);
    }
    let here = points.last().copied().unwrap_or_default();
    // The forecast is of what is due; at list price the month simply goes on at its pace.
    let (then, range) = match (money, bill.forecast) {
        (Money::Due, Some(forecast)) => (Some(forecast.due.usd()), forecast.range.map(|(low, high)| (low.usd(), high.usd()))),
        (Money::List, Some(_)) => {
            // Nothing is known of the days before the first call.
            let first = bill.days.iter().position(|day| day.usage.requests > 0).unwrap_or_default() as f64;
            (Some(sum + sum / (today - first).max(0.04) * (n_days - today)), None)
        }
        (_, None) => (None, None),
    };
    let budget = bill.budget.map(crate::model::PicoUsd::usd).filter(|_| money == Money::Due);
    let all: Vec<f64> = [Some(sum), then, range.map(|range| range.1), budget].into_iter().flatten().collect();
    let room = ui.available_rect_before_wrap();
    let area = Rect::from_min_max(room.min + vec2(74.0, 18.0), room.max - vec2(20.0, 28.0));
    let axes = Axes { area, x: (0.0, n_days), y: (0.0, days::top(&all)) };
    let painter = ui.painter().clone();
    axes.frame(&painter, theme, 4);
    axes.x_words(&painter, theme, [0.0, 9.0, 19.0, n_days - 1.0].map(|day| (day + 0.5, text::number(day + 1.0, 0))));
    if let Some(budget) = budget {
        axes.limit(&painter, budget, theme.status.critical.fg);
        let at = axes.at((0.0, budget));
        // Below its line where the axis has its unit above it.
        let at = at + vec2(6.0, if at.y - area.top() < 30.0 { 9.0 } else { -9.0 });
        let words = tr!("cost-budget", amount = text::usd_of(budget));
        put(&painter, at, eframe::egui::Align2::LEFT_CENTER, words, Type::Micro.semibold(), theme.status.critical.fg);
    }
    if let (Some(then), Some((low, high))) = (then, range) {
        let wedge = [here, (n_days, high), (n_days, low)].map(|point| axes.at(point));
        painter.add(Shape::convex_polygon(wedge.to_vec(), theme.accent.tint, Stroke::NONE));
        for (value, up) in [(high, -9.0), (low, 9.0)] {
            let at = axes.at((n_days, value)) + vec2(-2.0, up);
            let words = text::usd_of(value);
            if (high - low) > 0.001 * then {
                put(&painter, at, eframe::egui::Align2::RIGHT_CENTER, words, Type::Micro.font(), theme.text.secondary);
            }
        }
    }
    axes.line(&painter, &points, f64::MAX, &Pen { stroke: Stroke::new(2.0, theme.plot.series[0]), dash: &[] });
    if let Some(then) = then {
        let path = [axes.at(here), axes.at((n_days, then))];
        dashed(&painter, &path, Stroke::new(1.5, theme.plot.series[0]), &[4.0, 4.0]);
    }
    painter.circle_filled(axes.at(here), 4.0, theme.plot.series[0]);
    let align = if today < n_days / 3.0 { eframe::egui::Align2::LEFT_BOTTOM } else { eframe::egui::Align2::RIGHT_BOTTOM };
    put(&painter, axes.at(here) + vec2(0.0, -8.0), align, text::usd_of(sum), Type::Micro.semibold(), theme.text.primary);
    axes.unit(&painter, theme, "USD");
    let spoken = then.map_or_else(String::new, |then| tr!("cost-forecast-is", amount = text::usd_of(then)));
    name(ui, area, "month", Role::Image, &format!("{}: {}, {spoken}", tr!("cost-month"), text::usd_of(sum)));
}
