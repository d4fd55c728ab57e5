//! A chart for each sensor, as many as fit; only those on the screen are asked for.

use eframe::egui::{Rect, ScrollArea, Sense, Ui, scroll_area::ScrollBarVisibility, vec2};

use super::super::PanelContext;
use super::cell;
use crate::model::Timestamp;
use crate::state::Snapshot;
use crate::state::snapshot::SensorPage;
use crate::ui::icons;
use crate::ui::tr;
use crate::ui::widgets::empty_state;

/// Least width of a cell, points; more columns as the window grows.
const CELL_W: f32 = 259.0;
/// Height of a cell, points.
const CELL_H: f32 = 182.5;
/// Cells asked for before the first picture.
pub(super) const LEAST: usize = 16;
/// After this long without a move the hand no longer holds the order. s
const HOLD_SECS: f64 = 5.0;

/// The windows to choose from, minutes.
const WINDOWS_MIN: [f64; 4] = [5.0, 15.0, 30.0, 60.0];

/// What every chart of the page shows, minutes: the least window that holds what there is.
pub(super) fn window_min(page: &SensorPage, now: Timestamp) -> f64 {
    let first = page.sensors.iter().filter_map(|sensor| sensor.series.iter().find_map(|chunk| chunk.t_ms.first())).min();
    let span = first.map_or(0.0, |first_ms| (now.millis() - first_ms) as f64 / 60_000.0);
    WINDOWS_MIN.into_iter().find(|minutes| *minutes >= span).unwrap_or(60.0)
}

/// What the grid remembers.
#[derive(Debug, Default)]
pub(super) struct Grid {
    touched_at: Timestamp,
}

impl Grid {
    pub(super) fn ui(&mut self, ui: &mut Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        let page = &snapshot.sensor_page;
        self.hold(ui, context);
        if page.matching == 0 && !context.focus.sensors.filter.trim().is_empty() {
            let title = tr!("temperature-no-match");
            empty_state(ui, icons::MAGNIFYING_GLASS, &title, &tr!("temperature-no-match-why"), None);
            return;
        }
        let minutes = window_min(page, context.now);
        let columns = ((ui.available_width() / CELL_W) as usize).max(1);
        let width = ui.available_width() / columns as f32;
        let n_rows = page.matching.max(1).div_ceil(columns);
        let visibility = ScrollBarVisibility::VisibleWhenNeeded;
        let area = ScrollArea::vertical().auto_shrink(false).scroll_bar_visibility(visibility);
        area.show_rows(ui, CELL_H, n_rows, |ui, rows| {
            let (from, len) = (rows.start * columns, rows.len() * columns);
            let focus = &mut context.focus.sensors;
            // One row more on each side, so that a turn of the wheel finds it there.
            focus.from = from.saturating_sub(columns);
            focus.len = (len + 2 * columns).max(LEAST);
            for row in rows {
                let (line, _) = ui.allocate_exact_size(vec2(ui.available_width(), CELL_H), Sense::hover());
                for column in 0..columns {
                    let rect = Rect::from_min_size(line.min + vec2(column as f32 * width, 0.0), vec2(width, CELL_H));
                    let sensor = (row * columns + column).checked_sub(page.from).and_then(|idx| page.sensors.get(idx));
                    if let Some(sensor) = sensor {
                        cell::ui(ui, rect, sensor, minutes, context);
                    }
                }
            }
        });
    }

    /// Cells keep their places while a hand is on them.
    fn hold(&mut self, ui: &Ui, context: &mut PanelContext<'_>) {
        let (over, moved) = ui.input(|input| {
            let over = input.pointer.hover_pos().is_some_and(|at| ui.max_rect().contains(at));
            (over, input.pointer.velocity().length() > 0.0 || input.smooth_scroll_delta() != vec2(0.0, 0.0))
        });
        if over && moved {
            self.touched_at = context.now;
        }
        context.focus.sensors.hold = over && context.now.secs_since(self.touched_at) < HOLD_SECS;
    }
}
