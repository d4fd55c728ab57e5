//! Temperature: what is out of its band, since when, routed where?
//!
//! ```text
//! ┌ counts ────────────────────┬ history ┐ 52
//! ├ tools ─────────────────────┤         │ 44
//! │ a chart for each sensor,   │         │
//! │ out of its band first      │     320 │
//! └────────────────────────────┴─────────┘
//! ```

mod cell;
mod counts;
mod grid;
mod history;
mod tools;

use eframe::egui::{self, vec2};

use super::{Panel, PanelContext, Screen};
use crate::state::Snapshot;
use crate::ui::icons;
use crate::ui::tr;
use crate::ui::widgets::{empty_state, pane};

/// Height of the counts, points.
const COUNTS_H: f32 = 52.0;
/// Height of the row of controls, points.
const TOOLS_H: f32 = 44.0;
/// Width of the history, points.
const HISTORY_W: f32 = 320.0;

/// The Temperature screen.
#[derive(Debug, Default)]
pub(super) struct Temperature {
    grid: grid::Grid,
}

impl Panel for Temperature {
    fn screen(&self) -> Screen {
        Screen::Temperature
    }

    fn ui(&mut self, ui: &mut egui::Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let room = ui.max_rect();
        let (left, history) = room.split_left_right_at_x(room.right() - HISTORY_W);
        let (counts, rest) = left.split_top_bottom_at_y(left.top() + COUNTS_H);
        let (tools, grid) = rest.split_top_bottom_at_y(rest.top() + TOOLS_H);
        pane(ui, counts, "counts", |ui| counts::ui(ui, snapshot, context));
        pane(ui, tools, "tools", |ui| tools::ui(ui, snapshot, context));
        pane(ui, grid, "sensors", |ui| {
            if snapshot.sensor_counts.total == 0 {
                context.focus.sensors.len = grid::LEAST;
                empty_state(ui, icons::THERMOMETER, &tr!("temperature-empty"), &tr!("temperature-empty-when"), None);
            } else {
                self.grid.ui(ui, snapshot, context);
            }
        });
        pane(ui, history, "history", |ui| history::ui(ui, snapshot, context));
    }
}
