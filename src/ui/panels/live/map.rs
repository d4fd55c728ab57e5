//! The map pane: vehicles, incidents and drills where they are, with layers, follow, fit and a legend.

use eframe::egui::{
    Align, Align2, Layout, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::super::PanelContext;
use super::View;
use crate::model::{DeviceId, Incident, IncidentKind, Life, Origin, Position, Severity, Timestamp};
use crate::state::Snapshot;
use crate::state::snapshot::{Motion, VehicleView};
use crate::ui::actions::Action;
use crate::ui::decimate::nearest;
use crate::ui::layout::Layers;
use crate::ui::map::{self, Callout, Hit, MapView, Pin, PinMark, Rings, Scene};
use crate::ui::shapes::{Mark, arrowhead, hatch};
use crate::ui::theme::{PANE_PAD, RADIUS_CONTROL, Theme, Type, sizes};
use crate::ui::tr::tr;
use crate::ui::vitals::is_open;
use crate::ui::widgets::{Button, badge, focus_ring, name, put, segments};
use crate::ui::{icons, series, text, words};

/// Height of the legend, points.
const LEGEND_H: f32 = 32.0;
/// Where the chosen vehicle came from: this much of it. ms
const TRAIL_MS: f64 = 300_000.0;
/// The trail has a corner at most this often: a vehicle at 120 km/h drives 10 m meanwhile. ms
const TRAIL_STEP_MS: f64 = 300.0;
/// Columns of a vehicle's series.
const LAT: usize = 4;
const LON: usize = 5;
/// Rings grow no longer than this after the report, s (design, motion).
const PULSE_MOST_SECS: f64 = 60.0;

/// What the map pane remembers.
#[derive(Default)]
pub(super) struct MapPane {
    view: MapView,
}

impl MapPane {
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        snapshot: &Snapshot,
        context: &mut PanelContext<'_>,
        shown: &mut View,
        cursor: Option<f64>,
    ) {
        let room = ui.max_rect();
        let (map_rect, legend) = room.split_top_bottom_at_y(room.bottom() - LEGEND_H);
        if context.pressed(Action::FitAll) {
            self.view.fit_all();
        }
        let chosen = snapshot.vehicle.as_ref().map(|vehicle| vehicle.row.device.clone());
        if context.pressed(Action::Follow) {
            self.view.follow = !self.view.follow && chosen.is_some();
        }
        let stale = context.liveness.stale_since();
        let theme = Theme::of(ui);
        let layers = context.live.map;
        let pins = if layers.incidents { pins(theme, snapshot, context.now, chosen.as_ref()) } else { Vec::new() };
        let trail = snapshot.vehicle.as_ref().map(|vehicle| trail(vehicle, context.now)).unwrap_or_default();
        let scene = Scene {
            vehicles: &snapshot.marks,
            show_vehicles: layers.vehicles,
            chosen: chosen.as_ref(),
            sensors: if layers.sensors { &snapshot.sensor_marks } else { &[] },
            chosen_sensor: context.focus.sensor.as_ref(),
            harsh: if layers.harsh { &snapshot.harsh_marks } else { &[] },
            pins: &pins,
            callout: callout(theme, snapshot, context.now),
            trail: &trail,
            driven: &snapshot.driven,
            cursor: snapshot.vehicle.as_ref().zip(cursor).and_then(|(vehicle, at)| passed(vehicle, at)),
            stale: stale.is_some(),
            still: false,
            now: context.now,
            attribution: &tr!("live-basemap"),
        };
        let answer = map::ui(ui, map_rect, &mut self.view, Some(context.tiles), &scene, &tr!("map-name"));
        match answer.clicked {
            Some(Hit::Vehicle(idx)) => context.focus.vehicle = snapshot.marks.get(idx).map(|mark| mark.device.clone()),
            Some(Hit::Sensor(idx)) => {
                context.focus.sensor = snapshot.sensor_marks.get(idx).map(|mark| mark.row.device.clone());
            }
            Some(Hit::Harsh(idx)) => context.focus.vehicle = snapshot.harsh_marks.get(idx).map(|mark| mark.device.clone()),
            Some(Hit::Pin(idx)) => {
                if let Some(incident) = placed(snapshot).nth(idx) {
                    context.focus.incident = Some(incident.id.clone());
                    if matches!(incident.kind, IncidentKind::Crash { .. }) {
                        context.focus.vehicle = Some(incident.device.clone());
                    }
                }
            }
            None => {}
        }
        if let Some(words) = answer.hovered.and_then(|hit| hovered(snapshot, hit, context.now, stale.is_some())) {
            let response = ui.interact(map_rect, ui.scope_id().with("map hover"), Sense::hover());
            response.show_tooltip_text(words);
        }
        self.bar(ui, map_rect, snapshot, context, shown, answer.n_in_view, chosen.as_ref());
        self.legend(ui, legend, snapshot, layers, stale.is_some());
    }

    /// The map under something else, without hands.
    pub(super) fn dim(&mut self, ui: &mut Ui, snapshot: &Snapshot) {
        let rect = ui.max_rect();
        let scene = Scene { vehicles: &snapshot.marks, still: true, ..Scene::default() };
        map::ui(ui, rect, &mut self.view, None, &scene, &tr!("map-name-empty"));
        ui.painter().rect_filled(rect, 0.0, Theme::of(ui).bg.app.gamma_multiply(0.45));
    }

    #[expect(clippy::too_many_arguments, reason = "the pane's own parts")]
    fn bar(
        &mut self,
        ui: &mut Ui,
        map_rect: Rect,
        snapshot: &Snapshot,
        context: &mut PanelContext<'_>,
        shown: &mut View,
        n_in_view: usize,
        chosen: Option<&DeviceId>,
    ) {
        let strip = Rect::from_min_size(map_rect.min + vec2(12.0, 10.0), vec2(map_rect.width() - 24.0, 28.0));
        let mut left =
            ui.new_child(UiBuilder::new().max_rect(strip).id_salt("layers").layout(Layout::left_to_right(Align::Center)));
        left.spacing_mut().item_spacing.x = 8.0;
        segments(&mut left, &tr!("live-fleet"), shown, &[View::Map, View::List], View::word);
        left.spacing_mut().item_spacing.x = 4.0;
        let brief = strip.width() < 760.0;
        let layers = &mut context.live.map;
        toggle(&mut left, &tr!("live-layer-vehicles"), n_in_view, brief, &mut layers.vehicles);
        let (n, all) = (snapshot.sensor_marks.len(), snapshot.sensor_counts.total);
        toggle(&mut left, &tr!("live-layer-sensors"), n, brief, &mut layers.sensors).on_hover_text(tr!(
            "live-layer-sensors-why",
            n = n as u64,
            all = all as u64
        ));
        toggle(&mut left, &tr!("live-layer-incidents"), placed(snapshot).count(), brief, &mut layers.incidents);
        let newest = snapshot.harsh_marks.last().map(|mark| text::age(context.now, mark.at));
        let age = newest.map_or_else(|| tr!("live-layer-harsh-none"), |age| tr!("live-layer-harsh-age", age = age));
        toggle(&mut left, &tr!("live-layer-harsh"), snapshot.harsh_marks.len(), brief, &mut layers.harsh).on_hover_text(age);

        let mut right =
            ui.new_child(UiBuilder::new().max_rect(strip).id_salt("camera").layout(Layout::right_to_left(Align::Center)));
        right.spacing_mut().item_spacing.x = 8.0;
        let fit = tr!("live-fit");
        let fit = Button::default(&fit).key(Action::FitAll).icon(icons::CORNERS_OUT);
        if right.add(fit).clicked() {
            self.view.fit_all();
        }
        if let Some(device) = chosen {
            let say = |device: &str, following: bool| {
                if following { tr!("live-following", device = device) } else { tr!("live-follow", device = device) }
            };
            let follow = self.view.follow;
            let keep = if strip.width() < 760.0 { 8 } else { 16 };
            let words = say(&text::elide_middle(device.as_str(), keep), follow);
            let button = if self.view.follow { Button::primary(&words) } else { Button::default(&words) };
            let button = button.key(Action::Follow).icon(icons::CROSSHAIR).named(say(device.as_str(), follow));
            if right.add(button).clicked() {
                self.view.follow = !self.view.follow;
            }
        }

        let below = Rect::from_min_size(pos2(strip.left(), strip.bottom() + 8.0), vec2(strip.width(), 24.0));
        let mut notes =
            ui.new_child(UiBuilder::new().max_rect(below).id_salt("notes").layout(Layout::left_to_right(Align::Center)));
        notes.spacing_mut().item_spacing.x = 8.0;
        let theme = Theme::of(ui);
        if let Some(since) = context.liveness.stale_since() {
            let words = tr!("live-last-known", time = text::clock(since));
            badge(&mut notes, Some(Mark::Clock), &words, theme.status.high);
        }
        if snapshot.marks.iter().any(|mark| mark.origin == Origin::Sample) {
            badge(&mut notes, None, &tr!("live-sample"), theme.status.info);
        }
        if let Some((name, why)) = context.tiles.about().broken.first() {
            let words = tr!("live-tiles-broken", name = text::elide_middle(name, 24));
            let full = tr!("live-tiles-broken-why", name = name.as_str(), why = why.as_str());
            badge(&mut notes, Some(Mark::Triangle), &words, theme.status.high).on_hover_text(full);
        }
        if snapshot.n_unplaced > 0 {
            let words = tr!("live-unplaced", vehicles = tr!("map-vehicles", n = snapshot.n_unplaced as u64));
            badge(&mut notes, None, &words, theme.status.low);
        }
    }

    fn legend(&self, ui: &Ui, rect: Rect, snapshot: &Snapshot, layers: Layers, stale: bool) {
        let theme = Theme::of(ui);
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        painter.rect_filled(rect, 0.0, theme.bg.panel);
        painter.hline(rect.x_range(), rect.top() + 0.5, theme.hairline());
        let y = rect.center().y;
        let mut x = rect.left() + PANE_PAD.x;
        let mut entry = |paint: &dyn Fn(eframe::egui::Pos2), words: &str| {
            if x > rect.right() - 230.0 {
                return;
            }
            paint(pos2(x + 6.0, y));
            x = put(&painter, pos2(x + 18.0, y), Align2::LEFT_CENTER, words, Type::Small.font(), theme.text.secondary).right()
                + 16.0;
        };
        let quiet = theme.map.vehicle_parked;
        entry(&|at| arrowhead(&painter, at, 12.0, 0.0, theme.map.vehicle), &map::motion(Motion::Moving, stale));
        entry(&|at| Mark::Square.paint(&painter, at, 11.0, quiet), &map::motion(Motion::Parked, stale));
        entry(&|at| Mark::DashedRing.paint(&painter, at, 13.0, quiet), &tr!("live-legend-silent"));
        for severity in [Severity::Critical, Severity::High, Severity::Medium] {
            let mark = |at| Mark::severity(severity).paint(&painter, at, 11.0, theme.severity(severity).fg);
            entry(&mark, &text::severity(severity).to_lowercase());
        }
        if layers.sensors && !snapshot.sensor_marks.is_empty() {
            for (up, status, words) in [(true, theme.status.hot, tr!("live-hot")), (false, theme.status.cold, tr!("live-cold"))] {
                entry(&|at| map::chevron(&painter, at, 13.0, up, status.fg, theme), &words);
            }
        }
        if layers.harsh {
            entry(&|at| map::harsh_star(&painter, at, theme.status.medium.fg), &tr!("live-legend-harsh"));
        }
        if !snapshot.drills.is_empty() {
            let drill = |at| {
                let tile = Rect::from_center_size(at, vec2(12.0, 12.0));
                hatch(&painter, tile, theme.status.drill.fg);
                painter.rect_stroke(tile, 0.0, Stroke::new(1.0, theme.status.drill.fg), StrokeKind::Inside);
            };
            entry(&drill, &tr!("live-legend-drill"));
        }
        map::scale(ui, pos2(rect.right() - PANE_PAD.x, y), self.view.metres_per_point());
        name(ui, rect, "legend", Role::Label, &tr!("live-legend"));
    }
}

/// A layer that is on or off, with how many it shows; `brief` leaves the number to its name.
fn toggle(ui: &mut Ui, words: &str, n: usize, brief: bool, on: &mut bool) -> Response {
    let theme = Theme::of(ui);
    let label = if brief { words.to_owned() } else { format!("{words} {}", text::count(n as u64)) };
    let galley = ui.painter().layout_no_wrap(label.clone(), Type::Body.medium(), theme.text.primary);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 22.0, sizes().segment_h), Sense::click());
    let fill = if *on { theme.bg.selected } else { theme.bg.raised };
    ui.painter().rect(rect, f32::from(RADIUS_CONTROL), fill, Stroke::new(1.0, theme.border.control), StrokeKind::Inside);
    if *on {
        ui.painter().hline(rect.x_range().shrink(2.0), rect.bottom() - 1.0, Stroke::new(2.0, theme.accent.base));
    }
    let ink = if *on { theme.text.primary } else { theme.text.tertiary };
    put(ui.painter(), rect.center(), Align2::CENTER_CENTER, &label, Type::Body.medium(), ink);
    focus_ring(ui, &response);
    let named = tr!("live-layer-named", layer = words, n = n as u64);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, *on, &named));
    if response.clicked() {
        *on = !*on;
    }
    response
}

/// What the pointer learns of what lies under it; a pin speaks for itself.
fn hovered(snapshot: &Snapshot, hit: Hit, now: Timestamp, stale: bool) -> Option<String> {
    let near = |lat, lon| map::near(lat, lon).map(|near| format!("\n{near}")).unwrap_or_default();
    let seen = |last_seen| tr!("live-last-seen", age = text::age(now, last_seen));
    Some(match hit {
        Hit::Pin(_) => return None,
        Hit::Vehicle(idx) => {
            let mark = snapshot.marks.get(idx)?;
            let speed = mark
                .speed_kmh
                .filter(|_| mark.motion != Motion::Silent)
                .map_or_else(String::new, |kmh| format!(", {}", text::kmh(f64::from(kmh))));
            let sample = words::origin(mark.origin).map(|word| format!(" ({word})")).unwrap_or_default();
            let motion = map::motion(mark.motion, stale);
            format!("{}{sample}: {motion}{speed}{}\n{}", mark.device, near(mark.lat, mark.lon), seen(mark.last_seen))
        }
        Hit::Sensor(idx) => {
            let mark = snapshot.sensor_marks.get(idx)?;
            format!("{}{}\n{}", map::sensor(mark, stale), near(mark.lat, mark.lon), seen(mark.row.last_seen))
        }
        Hit::Harsh(idx) => {
            let mark = snapshot.harsh_marks.get(idx)?;
            let what = words::harsh(&mark.harsh);
            let ago = tr!("live-harsh-ago", age = text::age(now, mark.at));
            format!("{}: {what}{}\n{ago}", mark.device, near(mark.lat, mark.lon))
        }
    })
}

/// Incidents with a place, as they lie on the map: the gravest last. A temperature is where its sensor is, whose own mark
/// says it.
fn placed(snapshot: &Snapshot) -> impl Iterator<Item = &Incident> {
    let open = snapshot.incidents.iter().rev().filter(|incident| is_open(incident));
    let drills = snapshot.drills.iter().rev().filter(|drill| drill.life != Life::Resolved);
    drills.chain(open).map(|incident| &**incident).filter(|incident| place(snapshot, incident).is_some())
}

/// Where an incident is: what its report says, else where its vehicle is.
fn place(snapshot: &Snapshot, incident: &Incident) -> Option<Position> {
    words::position(incident).or_else(|| {
        let mark = snapshot.marks.iter().find(|mark| mark.origin == incident.origin && mark.device == incident.device)?;
        Some(Position { lat: mark.lat, lon: mark.lon, hdop: None })
    })
}

/// The incidents as pins.
pub(in crate::ui::panels) fn pins(theme: &Theme, snapshot: &Snapshot, now: Timestamp, chosen: Option<&DeviceId>) -> Vec<PinMark> {
    let pin = |incident: &Incident| {
        let at = place(snapshot, incident)?;
        let drill = incident.origin == Origin::Drill;
        let status = if drill { theme.status.drill } else { theme.severity(incident.severity) };
        let waits = incident.life == Life::Open && incident.severity == Severity::Critical;
        let young = now.secs_since(incident.received_at) < PULSE_MOST_SECS;
        let rings = match (waits, chosen == Some(&incident.device)) {
            (true, _) if young => Rings::Pulse,
            (_, true) => Rings::Chosen,
            _ => Rings::One,
        };
        let device = text::elide_middle(incident.device.as_str(), 20);
        let label = match (drill, incident.origin) {
            (true, _) => tr!("live-drill-label", device = device),
            (false, Origin::Sample) => tr!("live-sample-label", device = device),
            (false, _) => device,
        };
        let spoken = format!(
            "{label}: {}, {}, {}",
            text::severity(incident.severity),
            words::headline(incident),
            text::life(incident.life)
        );
        let pin = if drill { Pin::Drill } else { Pin::Incident(Mark::severity(incident.severity), rings) };
        Some(PinMark { lat: at.lat, lon: at.lon, pin, color: status.fg, label, hover: spoken })
    };
    placed(snapshot).filter_map(pin).collect()
}

/// The box of the newest critical incident that waits, else of the chosen vehicle.
fn callout(theme: &Theme, snapshot: &Snapshot, now: Timestamp) -> Option<Callout> {
    let waits = |incident: &&std::sync::Arc<Incident>| {
        is_open(incident) && incident.severity == Severity::Critical && matches!(incident.kind, IncidentKind::Crash { .. })
    };
    let vehicle = snapshot.vehicle.as_ref();
    let device = vehicle.map(|vehicle| &vehicle.row.device);
    let critical = snapshot.incidents.iter().filter(waits);
    let of_chosen = critical.clone().find(|incident| Some(&incident.device) == device);
    let incident = of_chosen.or_else(|| critical.clone().find(|incident| incident.life == Life::Open));
    if let Some(incident) = incident {
        let at = place(snapshot, incident)?;
        let speed =
            vehicle.filter(|vehicle| vehicle.row.device == incident.device).and_then(|vehicle| vehicle.row.last.speed_kmh);
        let note = speed.filter(|kmh| kmh.is_finite()).map(|kmh| if kmh < 1.0 { tr!("live-stopped") } else { text::kmh(kmh) });
        let place = map::near(at.lat, at.lon).unwrap_or_else(|| words::detail(incident));
        let line = tr!("live-impact", age = text::age(now, incident.received_at), detail = place);
        return Some(Callout {
            lat: at.lat,
            lon: at.lon,
            color: theme.severity(incident.severity).fg,
            mark: Some(Mark::severity(incident.severity)),
            title: incident.device.to_string(),
            note: note.unwrap_or_else(|| text::life(incident.life).to_owned()),
            line: line.trim_end_matches(", ").to_owned(),
        });
    }
    None
}

/// Where a vehicle was at a time, ms since 1970.
fn passed(vehicle: &VehicleView, at: f64) -> Option<(f64, f64)> {
    let gap = series::gap_ms(&vehicle.series, vehicle.row.period_secs);
    let column = |idx| series::column(&vehicle.series, idx, (at - gap, at + gap));
    let (lats, lons) = (column(LAT), column(LON));
    Some((nearest(&lats, at, gap)?.1, nearest(&lons, at, gap)?.1))
}

/// Where a vehicle came from until `now`, in stretches without a gap.
pub(in crate::ui::panels) fn trail(vehicle: &VehicleView, now: Timestamp) -> Vec<Vec<(f64, f64)>> {
    let now_ms = now.0 as f64 / 1e3;
    let range = (now_ms - TRAIL_MS, now_ms);
    let gap = series::gap_ms(&vehicle.series, vehicle.row.period_secs);
    let mut stretches = series::path(&vehicle.series, (LAT, LON), range, TRAIL_STEP_MS, gap);
    stretches.retain(|stretch| stretch.len() > 1);
    stretches
}
