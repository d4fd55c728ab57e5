//! A row for each function: how often, how fast, how often it failed, what it would cost.

use eframe::egui::{Align2, Painter, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::Span;
use crate::state::snapshot::FunctionRow;
use crate::ui::shapes::{Mark, elided};
use crate::ui::theme::{PANE_PAD, Theme, Type, sizes};
use crate::ui::widgets::{focus_ring, hairline_below, put, row_ground, sparkline};
use crate::ui::{text, tr};

/// Height of a row, points.
pub(super) const ROW_H: f32 = 37.0;

/// Where each column ends, as a share of the width; the first three are words from the left, the others numbers.
pub(super) struct Columns {
    left: f32,
    right: f32,
}

impl Columns {
    /// Those of a pane.
    pub(super) fn of(room: Rect) -> Self {
        Self { left: room.left() + PANE_PAD.x, right: room.right() - PANE_PAD.x }
    }

    pub(super) fn at(&self, share: f32) -> f32 {
        self.left + (self.right - self.left) * share
    }
}

pub(super) const STATE: f32 = 0.0;
pub(super) const FUNCTION: f32 = 0.07;
pub(super) const RUNS_ON: f32 = 0.205;
pub(super) const SPARK: f32 = 0.295;
pub(super) const PER_MINUTE: f32 = 0.41;
pub(super) const FAILED: f32 = 0.51;
pub(super) const P50: f32 = 0.575;
pub(super) const P95: f32 = 0.64;
pub(super) const P99: f32 = 0.705;
pub(super) const COLD: f32 = 0.77;
pub(super) const MEMORY: f32 = 0.845;
pub(super) const COST: f32 = 1.0;

/// Paints the table; gives the function that was clicked.
pub(super) fn ui(ui: &mut Ui, rows: &[&FunctionRow], span: Span, chosen: Option<&str>) -> Option<&'static str> {
    let room = ui.max_rect();
    let columns = Columns::of(room);
    head(ui, &columns);
    let mut clicked = None;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW_H, rows.len(), |ui, shown| {
        for row in &rows[shown] {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_H), Sense::click());
            row_ground(ui, rect, chosen == Some(row.name), response.hovered());
            hairline_below(ui, rect);
            let spoken = paint(ui, rect, &columns, row, span);
            focus_ring(ui, &response);
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen == Some(row.name), &spoken));
            if response.on_hover_text(row.sentence).clicked() {
                clicked = Some(row.name);
            }
        }
    });
    clicked
}

fn head(ui: &mut Ui, columns: &Columns) {
    let theme = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().row_compact), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme.bg.header);
    hairline_below(ui, rect);
    let words = |share: f32, align: Align2, text: String| {
        put(ui.painter(), pos2(columns.at(share), rect.center().y), align, text, Type::Micro.medium(), theme.text.tertiary);
    };
    words(STATE, Align2::LEFT_CENTER, tr!("functions-col-state"));
    words(FUNCTION, Align2::LEFT_CENTER, tr!("functions-col-function"));
    words(RUNS_ON, Align2::LEFT_CENTER, tr!("functions-col-runs-on"));
    words(PER_MINUTE, Align2::RIGHT_CENTER, tr!("functions-col-per-minute"));
    words(FAILED, Align2::RIGHT_CENTER, tr!("functions-col-failed"));
    words(P50, Align2::RIGHT_CENTER, "p50".to_owned());
    words(P95, Align2::RIGHT_CENTER, "p95".to_owned());
    words(P99, Align2::RIGHT_CENTER, "p99".to_owned());
    words(COLD, Align2::RIGHT_CENTER, tr!("functions-col-cold"));
    words(MEMORY, Align2::RIGHT_CENTER, tr!("functions-col-memory"));
    words(COST, Align2::RIGHT_CENTER, tr!("functions-col-list-price"));
}

/// Paints a row and gives it in words.
fn paint(ui: &Ui, rect: Rect, columns: &Columns, row: &FunctionRow, span: Span) -> String {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    let y = rect.center().y;
    let usage = span.of(row);
    let right = |share: f32, words: &str, strong: bool| {
        let (font, color) =
            if strong { (Type::Body.medium(), theme.text.primary) } else { (Type::Body.font(), theme.text.secondary) };
        put(painter, pos2(columns.at(share), y), Align2::RIGHT_CENTER, words, font, color)
    };
    let state = if row.month.n_calls == 0 { tr!("functions-cold") } else { tr!("functions-ready") };
    let mark = if row.month.n_calls == 0 { Mark::Ring } else { Mark::Disc };
    mark.paint(painter, pos2(columns.at(STATE) + 5.0, y), 9.0, theme.status.ok.fg);
    let at = pos2(columns.at(STATE) + 16.0, y);
    put(painter, at, Align2::LEFT_CENTER, &state, Type::Body.font(), theme.text.secondary);
    left(painter, columns, FUNCTION, RUNS_ON, y, row.name, theme, true);
    left(painter, columns, RUNS_ON, SPARK, y, &tr!("functions-this-process"), theme, false);
    // The open minute is not over, so it would look like a fall.
    let over = row.per_minute.len().saturating_sub(1);
    let minutes = &row.per_minute[..over];
    let last = minutes.last().copied();
    let place = Rect::from_min_max(pos2(columns.at(SPARK), y - 9.0), pos2(columns.at(SPARK) + 74.0, y + 9.0));
    sparkline(painter, place, minutes, theme);
    let per_minute = last.map_or_else(|| tr!("functions-not-yet"), |n| text::count(u64::from(n)));
    right(PER_MINUTE, &per_minute, true);
    let failed = tr!("functions-failed-of", failed = text::count(usage.n_failed), calls = text::count(usage.n_calls));
    if usage.n_failed > 0 {
        let at = pos2(columns.at(FAILED), y);
        let place = put(painter, at, Align2::RIGHT_CENTER, &failed, Type::Body.medium(), theme.status.high.fg);
        Mark::Triangle.paint(painter, pos2(place.left() - 10.0, y), 10.0, theme.status.high.fg);
    } else {
        right(FAILED, &failed, false);
    }
    let quantile =
        |micros: Option<u32>| micros.map_or_else(|| tr!("functions-not-known"), |micros| text::micros(i64::from(micros)));
    let (p50, p95, p99) = (quantile(usage.p50_micros), quantile(usage.p95_micros), quantile(usage.p99_micros));
    right(P50, &p50, true);
    right(P95, &p95, false);
    right(P99, &p99, false);
    right(COLD, &text::count(usage.n_cold), false);
    right(MEMORY, &format!("{} MB", row.memory_mb), false);
    let price = text::usd(usage.list_price);
    right(COST, &price, true);
    format!("{}, {state}, {} {failed}, p50 {p50}, p99 {p99}, {price}", row.name, tr!("functions-col-failed"))
}

#[expect(clippy::too_many_arguments, reason = "a cell's place, words and look")]
pub(super) fn left(
    painter: &Painter,
    columns: &Columns,
    from: f32,
    until: f32,
    y: f32,
    words: &str,
    theme: &Theme,
    strong: bool,
) {
    let (font, color) =
        if strong { (Type::Body.semibold(), theme.text.primary) } else { (Type::Body.font(), theme.text.secondary) };
    let galley = elided(painter, words, &font, color, columns.at(until) - columns.at(from) - 10.0);
    painter.galley(pos2(columns.at(from), y - galley.size().y / 2.0), galley, color);
}
