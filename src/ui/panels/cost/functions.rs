//! Which function the month's money goes to.

use eframe::egui::{Align2, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::model::PicoUsd;
use crate::state::Snapshot;
use crate::ui::theme::{PANE_PAD, Theme, Type, sizes};
use crate::ui::widgets::{Pane, hairline_below, header, put};
use crate::ui::{text, tr};

/// Where columns end, as a share of the width; the first is words from the left.
const CALLS: f32 = 0.35;
const COMPUTE: f32 = 0.49;
const PRICE: f32 = 0.73;
const BAR: f32 = 0.76;
const SHARE: f32 = 1.0;

/// Paints the table; gives the free part of its header.
pub(super) fn ui(ui: &mut Ui, snapshot: &Snapshot) -> Rect {
    let theme = Theme::of(ui);
    let sheet = &snapshot.bill.price_sheet;
    let free = header(
        ui,
        Pane { title: &tr!("cost-by-function"), note: &tr!("cost-by-function-note", sheet = sheet.clone()), ..Pane::default() },
    );
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().row_compact), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme.bg.header);
    hairline_below(ui, rect);
    let (left, right) = (rect.left() + PANE_PAD.x, rect.right() - PANE_PAD.x);
    let x = |share: f32| left + (right - left) * share;
    for (share, align, words) in [
        (0.0, Align2::LEFT_CENTER, tr!("cost-col-function")),
        (CALLS, Align2::RIGHT_CENTER, tr!("cost-col-calls")),
        (COMPUTE, Align2::RIGHT_CENTER, tr!("cost-col-compute")),
        (PRICE, Align2::RIGHT_CENTER, tr!("cost-list-price")),
        (SHARE, Align2::RIGHT_CENTER, tr!("cost-col-share")),
    ] {
        put(ui.painter(), pos2(x(share), rect.center().y), align, words, Type::Micro.medium(), theme.text.tertiary);
    }
    let total: PicoUsd = snapshot.functions.iter().map(|row| row.month.list_price).sum();
    let mut rows: Vec<_> = snapshot.functions.iter().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.month.list_price.0));
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, sizes().row, rows.len() + 1, |ui, shown| {
        for i in shown {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().row), Sense::hover());
            hairline_below(ui, rect);
            let y = rect.center().y;
            let painter = ui.painter();
            let right_of = |share: f32, words: &str, strong: bool| {
                let (font, color) =
                    if strong { (Type::Body.medium(), theme.text.primary) } else { (Type::Body.font(), theme.text.secondary) };
                put(painter, pos2(x(share), y), Align2::RIGHT_CENTER, words, font, color);
            };
            let Some(row) = rows.get(i) else {
                put(painter, pos2(left, y), Align2::LEFT_CENTER, tr!("cost-total"), Type::Body.semibold(), theme.text.primary);
                right_of(CALLS, &text::count(rows.iter().map(|row| row.month.n_calls).sum()), true);
                right_of(PRICE, &text::usd(total), true);
                let spoken = format!("{} {}", tr!("cost-total"), text::usd(total));
                response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
                continue;
            };
            let share = if total.0 > 0 { row.month.list_price.0 as f64 / total.0 as f64 } else { 0.0 };
            let compute = row.month.billed_ms as f64 * f64::from(row.memory_mb) / 1_024_000.0;
            put(painter, pos2(left, y), Align2::LEFT_CENTER, row.name, Type::Body.semibold(), theme.text.primary);
            right_of(CALLS, &text::count(row.month.n_calls), false);
            right_of(COMPUTE, &text::quantity(compute, 1, "GB-s"), false);
            right_of(PRICE, &text::usd(row.month.list_price), true);
            let whole = x(SHARE) - 52.0 - x(BAR);
            let bar = Rect::from_min_size(pos2(x(BAR), y - 4.0), vec2((whole * share as f32).max(1.0), 8.0));
            painter.rect_filled(bar, 2.0, theme.plot.series[0]);
            right_of(SHARE, &text::percent(share), false);
            let spoken = format!("{} {}, {}", row.name, text::usd(row.month.list_price), text::percent(share));
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
        }
    });
    free
}
