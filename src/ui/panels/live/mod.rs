//! Live: is anyone hurt or anything failing now, and where?
//!
//! ```text
//! ┌ KPI ×6 ──────────────────────────────┐ 84
//! ├ map, or the fleet as a list ────┬ queue ─┤
//! ├ vehicle strips ─┬ sensor bands ──┤ 364   │ 262
//! └─────────────────┴────────────────┴───────┘
//! ```

mod fleet;
mod kpi;
mod map;
mod queue;
mod sensor;
mod start;
mod vehicle;

pub(super) use self::map::{pins, trail};

use eframe::egui::{self, Rect, pos2, vec2};

use super::{Panel, PanelContext, Screen};
use crate::state::Snapshot;
use crate::ui::actions::Action;
use crate::ui::theme::sizes;
use crate::ui::tr::tr;
use crate::ui::vitals::Liveness;
use crate::ui::widgets::pane;

/// Height of the charts at the foot, points.
const CHARTS_H: f32 = 262.0;
/// Width of the sensor's chart, points.
const SENSOR_W: f32 = 356.0;
/// Below this window width the queue gives way.
const NARROW: f32 = 1240.0;

/// How the fleet is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum View {
    #[default]
    Map,
    List,
}

impl View {
    fn word(self) -> String {
        match self {
            Self::Map => tr!("live-view-map"),
            Self::List => tr!("live-view-list"),
        }
    }
}

/// The Live screen.
#[derive(Default)]
pub(super) struct Live {
    queue: queue::Queue,
    map: map::MapPane,
    view: View,
    /// Where the pointer is on the time axis of the charts, ms since 1970; it moves the mark on the map.
    cursor: Option<f64>,
}

impl Panel for Live {
    fn screen(&self) -> Screen {
        Screen::Live
    }

    fn ui(&mut self, ui: &mut egui::Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let room = ui.max_rect();
        let queue_w = if ui.ctx().content_rect().width() < NARROW { 320.0 } else { sizes().queue_w };
        let (tiles, rest) = room.split_top_bottom_at_y(room.top() + sizes().kpi_h);
        let (left, queue) = rest.split_left_right_at_x(rest.right() - queue_w);
        let (center, charts) = left.split_top_bottom_at_y(left.bottom() - CHARTS_H);
        let (vehicle, sensor) = charts.split_left_right_at_x(charts.right() - SENSOR_W);

        kpi::ui(ui, tiles, snapshot, context);
        if context.pressed(Action::Filter) {
            self.view = View::List;
        }
        let nothing_yet = context.liveness == Liveness::NoData;
        context.focus.map = nothing_yet || self.view == View::Map;
        match self.view {
            _ if nothing_yet => pane(ui, center, "start", |ui| {
                self.map.dim(ui, snapshot);
                start::ui(ui, snapshot, context);
            }),
            View::Map => pane(ui, center, "map", |ui| self.map.ui(ui, snapshot, context, &mut self.view, self.cursor)),
            View::List => pane(ui, center, "fleet", |ui| fleet::ui(ui, snapshot, context, &mut self.view)),
        }
        let before = self.cursor;
        let strips = pane(ui, vehicle, "vehicle", |ui| vehicle::ui(ui, snapshot, context, before));
        let bands = pane(ui, sensor, "sensor", |ui| sensor::ui(ui, snapshot, context, before));
        // One cursor for all: the chart under the pointer sets it, the others and the map follow in the next frame.
        self.cursor = strips.or(bands);
        if self.cursor.is_some() != before.is_some() {
            ui.ctx().request_repaint();
        }
        pane(ui, queue, "queue", |ui| self.queue.ui(ui, snapshot, context));
    }
}

/// Times of day under a chart at round minutes, the right end being `now`.
fn time_labels(range: (f64, f64)) -> Vec<(f64, String)> {
    const MINUTE: f64 = 60_000.0;
    let minutes = (range.1 - range.0) / MINUTE;
    let step = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0].into_iter().find(|step| minutes / step <= 5.5).unwrap_or(60.0) * MINUTE;
    let first = (range.0 / step).ceil() as i64;
    let ticks = (first..).map(|i| i as f64 * step).take_while(|x| *x < range.1 - step * 0.6);
    let label = |x: f64| crate::ui::text::clock_minutes(crate::model::Timestamp::from_millis(x as i64));
    ticks.map(|x| (x, label(x))).chain([(range.1, tr!("live-now"))]).collect()
}

/// A chart's area within a pane: room for numbers at the left, times below and words at the right.
fn chart_area(room: Rect, right: f32) -> Rect {
    Rect::from_min_max(room.min + vec2(46.0, 10.0), pos2(room.right() - right, room.bottom() - 26.0))
}
