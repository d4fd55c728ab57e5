//! Temperature: what is out of its band, since when. The first, plain form: counts and the list.

use eframe::egui;

use super::{Panel, PanelContext, Screen};
use crate::state::Snapshot;
use crate::ui::shapes::Mark;
use crate::ui::text::{self, Freshness};
use crate::ui::theme::Theme;
use crate::ui::widgets::{Cell, Column, Table, empty_state, plain_page};
use crate::ui::{icons, widgets};

/// The Temperature screen.
#[derive(Debug, Default)]
pub(super) struct Temperature;

const ABOUT: &str =
    "Every sensor against its limits; what is out of its band stands first. A sensor's curve stands on Live when it is chosen.";
const COLUMNS: [Column; 6] = [
    Column::text("Sensor", 180.0),
    Column::text("Band", 100.0),
    Column::number("Now", 100.0),
    Column::number("Limits", 160.0),
    Column::text("In this band for", 140.0),
    Column::text("Last seen", 140.0),
];

impl Panel for Temperature {
    fn screen(&self) -> Screen {
        Screen::Temperature
    }

    fn ui(&mut self, ui: &mut egui::Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        let counts = snapshot.sensor_counts;
        let known = format!(
            "{}: {} hot, {} cold, {} normal, {} silent",
            text::plural(counts.total as u64, "sensor", "sensors"),
            counts.hot,
            counts.cold,
            counts.normal,
            counts.silent
        );
        plain_page(ui, self.title(), &known, ABOUT);
        if snapshot.sensors.is_empty() {
            empty_state(ui, icons::THERMOMETER, "No sensor yet", "Sensors appear here with their first temperature.", None);
            return;
        }
        let theme = Theme::of(ui);
        let table = Table { id: "sensors", columns: &COLUMNS, n_rows: snapshot.sensors.len(), selected: None };
        table.ui(ui, |idx| {
            let sensor = &snapshot.sensors[idx];
            let age = context.now.secs_since(sensor.last_seen);
            let fresh = Freshness::of(age, sensor.period_secs);
            let seen = widgets::seen_cell(theme, context.now, sensor.last_seen, fresh);
            let (low, high) = sensor.last.limits_c;
            let now = if fresh == Freshness::Lost || context.liveness.stale_since().is_some() {
                Cell::quiet(theme, format!("last {}", text::celsius(sensor.last.celsius.0)))
            } else {
                Cell::value(theme, text::celsius(sensor.last.celsius.0))
            };
            let status = widgets::band_status(theme, sensor.last.band);
            vec![
                Cell::name(theme, sensor.device.as_str()),
                Cell::marked(Mark::band(sensor.last.band), text::band(sensor.last.band), status.fg),
                now,
                Cell::quiet(theme, format!("{} to {}", text::number(low, 1), text::celsius(high))),
                Cell::quiet(theme, text::age(context.now, sensor.band_since)),
                seen,
            ]
        });
    }
}
