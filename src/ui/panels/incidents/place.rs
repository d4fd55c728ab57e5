//! Where it was: the map about the place of the report, with the way the vehicle came.

use eframe::egui::{Rect, Ui, vec2};

use crate::model::{Incident, IncidentId, Life, Origin, Position, Timestamp};
use crate::state::Snapshot;
use crate::ui::map::{self, MapView, Pin, PinMark, Rings, Scene, Tiles};
use crate::ui::panels::live::trail;
use crate::ui::shapes::Mark;
use crate::ui::theme::Theme;
use crate::ui::widgets::{Pane, empty_state, header, pane};
use crate::ui::{icons, text, word, words};

/// How near the map looks at first: some streets about the place.
const ZOOM: f64 = 14.5;
/// How much of the way after the impact is drawn, µs.
const AFTER_MICROS: i64 = 30_000_000;

/// What the pane remembers.
#[derive(Default)]
pub(super) struct PlaceView {
    map: MapView,
    /// Whose place the map was turned to.
    of: Option<IncidentId>,
}

impl std::fmt::Debug for PlaceView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlaceView").field("of", &self.of).finish_non_exhaustive()
    }
}

/// The pane.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    incident: &Incident,
    snapshot: &Snapshot,
    view: &mut PlaceView,
    tiles: &mut Tiles,
    now: Timestamp,
) {
    pane(ui, rect, "place", |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let Some(at) = words::position(incident) else {
            header(ui, Pane { title: word!("incidents-where"), ..Pane::default() });
            empty_state(ui, icons::CROSSHAIR, word!("incidents-no-place"), word!("incidents-no-place-why"), None);
            return;
        };
        let near = map::near(at.lat, at.lon);
        let note = format!("{:.5}, {:.5}", at.lat, at.lon);
        // The name of the place says more than its numbers, which the map's own pin has.
        header(ui, Pane { title: word!("incidents-where"), note: near.as_deref().unwrap_or(&note), right: "" });
        if view.of.as_ref() != Some(&incident.id) {
            view.of = Some(incident.id.clone());
            view.map = MapView::default();
            view.map.look_at(at.lat, at.lon, ZOOM);
        }
        let vehicle = snapshot.vehicle.as_ref().filter(|vehicle| vehicle.row.device == incident.device);
        let trail = vehicle.map(|vehicle| trail(vehicle, incident.occurred_at.plus_micros(AFTER_MICROS))).unwrap_or_default();
        let pins = [pin(ui, incident, at)];
        let scene = Scene { pins: &pins, trail: &trail, driven: &snapshot.driven, now, ..Scene::default() };
        let rest = ui.available_rect_before_wrap();
        map::ui(ui, rest, &mut view.map, Some(tiles), &scene, word!("incidents-map"));
    });
}

fn pin(ui: &Ui, incident: &Incident, at: Position) -> PinMark {
    let theme = Theme::of(ui);
    let drill = incident.origin == Origin::Drill;
    let status = if drill { theme.status.drill } else { theme.severity(incident.severity) };
    let rings = if incident.life == Life::Open { Rings::Pulse } else { Rings::One };
    let pin = if drill { Pin::Drill } else { Pin::Incident(Mark::severity(incident.severity), rings) };
    let label = text::elide_middle(incident.device.as_str(), 20);
    let badge = words::badge(incident).map(|word| format!("{word} ")).unwrap_or_default();
    let hover = format!("{badge}{label}: {}, {}", text::severity(incident.severity), words::place(at));
    PinMark { lat: at.lat, lon: at.lon, pin, color: status.fg, label: format!("{badge}{label}"), hover }
}
