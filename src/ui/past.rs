//! The picture of a moment of the past, from what memory holds. Pure.
//!
//! What cannot be known as of that moment is left out, so that a screen says "unknown" or nothing, and never shows the
//! present as the past.

use std::sync::Arc;

use super::series;
use crate::model::effect::SampleChunk;
use crate::model::{AccelG, Band, Celsius, Driving, Handling, Incident, Life, Position, StepKind, Timestamp};
use crate::state::snapshot::{FleetRow, Latency, Motion, SensorView, VehicleMark, VehicleView};
use crate::state::{MOVING_KMH, Snapshot};

/// `snapshot` as of `at`.
pub fn as_of(snapshot: &Snapshot, at: Timestamp) -> Snapshot {
    let mut past = snapshot.clone();
    past.at = at;
    past.incidents = Arc::new(snapshot.incidents.iter().filter_map(|incident| incident_as_of(incident, at)).collect());
    past.drills = Arc::new(snapshot.drills.iter().filter_map(|incident| incident_as_of(incident, at)).collect());
    past.alerts = Arc::new(snapshot.alerts.iter().filter(|alert| alert.raised_at <= at).cloned().collect());
    past.calls = Arc::new(snapshot.calls.iter().filter(|call| call.call.started_at <= at).cloned().collect());
    past.traces = Arc::new(
        snapshot.traces.iter().filter(|trace| trace.stages.first().is_none_or(|stage| stage.begin <= at)).cloned().collect(),
    );
    past.fleet.rows.retain(|row| row.last_seen <= at);
    past.harsh_marks = Arc::new(snapshot.harsh_marks.iter().filter(|mark| mark.at <= at).cloned().collect());
    past.sensors = Arc::new(snapshot.sensors.iter().filter(|sensor| sensor.last_seen <= at).cloned().collect());
    look(&mut past, snapshot, at);
    past.rate.history.clear();
    past.latency = Latency::default();
    past
}

/// Whether the window looks at something else than when `past` was made.
pub fn looks_elsewhere(past: &Snapshot, snapshot: &Snapshot) -> bool {
    let sensors = |snapshot: &Snapshot| {
        let page = snapshot.sensor_page.sensors.iter().chain(&snapshot.sensor);
        page.map(|sensor| (sensor.row.device.clone(), sensor.row.origin)).collect::<Vec<_>>()
    };
    let vehicle = |snapshot: &Snapshot| snapshot.vehicle.as_ref().map(|vehicle| (vehicle.row.device.clone(), vehicle.row.origin));
    vehicle(past) != vehicle(snapshot) || sensors(past) != sensors(snapshot)
}

/// What the window looks at now, as of `at`.
pub fn look(past: &mut Snapshot, snapshot: &Snapshot, at: Timestamp) {
    past.focus = snapshot.focus.clone();
    past.vehicle = snapshot.vehicle.clone().map(|vehicle| vehicle_as_of(vehicle, at));
    past.sensor = snapshot.sensor.clone().map(|sensor| sensor_as_of(sensor, at));
    past.sensor_page.clone_from(&snapshot.sensor_page);
    for sensor in &mut past.sensor_page.sensors {
        *sensor = sensor_as_of(sensor.clone(), at);
    }
    // Where everybody else was then is not in memory.
    let (marks, sensors) = (snapshot.marks.iter(), snapshot.sensor_marks.iter());
    past.marks =
        Arc::new(marks.filter(|mark| mark.last_seen <= at).cloned().chain(past.vehicle.iter().filter_map(mark)).collect());
    past.sensor_marks = Arc::new(sensors.filter(|mark| mark.row.last_seen <= at).cloned().collect());
}

/// Where the chosen vehicle was then.
fn mark(vehicle: &VehicleView) -> Option<VehicleMark> {
    let FleetRow { device, origin, last, last_seen, .. } = &vehicle.row;
    let Position { lat, lon, .. } = last.position?;
    Some(VehicleMark {
        device: device.clone(),
        origin: *origin,
        lat,
        lon,
        heading_deg: last.heading_deg.map(|heading| heading as f32),
        speed_kmh: last.speed_kmh.map(|speed| speed as f32),
        motion: if last.speed_kmh.is_some_and(|kmh| kmh >= MOVING_KMH) { Motion::Moving } else { Motion::Parked },
        last_seen: *last_seen,
    })
}

/// A vehicle with the last values it had said by then.
fn vehicle_as_of(mut vehicle: VehicleView, at: Timestamp) -> VehicleView {
    vehicle.series = series_as_of(&vehicle.series, at);
    if vehicle.row.last_seen > at {
        let last = |idx| last_value(&vehicle.series, idx).map(|(_, value)| value);
        vehicle.row.last_seen = last_time(&vehicle.series).unwrap_or_default();
        vehicle.row.last = Driving {
            speed_kmh: last(0),
            accel_g: last(1).zip(last(2)).zip(last(3)).map(|((x, y), z)| AccelG { x, y, z }),
            position: last(4).zip(last(5)).map(|(lat, lon)| Position { lat, lon, hdop: None }),
            heading_deg: last(6),
        };
    }
    vehicle
}

/// A sensor with the last value it had said by then; its band is that of the value, since the state's own is not kept.
fn sensor_as_of(mut sensor: SensorView, at: Timestamp) -> SensorView {
    sensor.series = series_as_of(&sensor.series, at);
    sensor.crossed = sensor.crossed.filter(|(crossed, _)| *crossed <= at);
    let row = &mut sensor.row;
    if row.last_seen > at {
        row.last_seen = last_time(&sensor.series).unwrap_or_default();
        if let Some((_, celsius)) = last_value(&sensor.series, 0) {
            let (low, high) = row.last.limits_c;
            row.last.celsius = Celsius(celsius);
            row.last.fahrenheit = Celsius(celsius).into();
            row.last.band = match celsius {
                celsius if celsius > high => Band::Hot,
                celsius if celsius < low => Band::Cold,
                _ => Band::Normal,
            };
        }
        row.band_since = row.band_since.min(row.last_seen);
    }
    sensor
}

fn last_time(series: &[Arc<SampleChunk>]) -> Option<Timestamp> {
    series.iter().filter_map(|chunk| chunk.t_ms.iter().max()).max().map(|t_ms| Timestamp::from_millis(*t_ms))
}

/// The last value of a quantity, with its time in ms.
fn last_value(series: &[Arc<SampleChunk>], quantity_idx: usize) -> Option<(f64, f64)> {
    let points = series::column(series, quantity_idx, (f64::NEG_INFINITY, f64::INFINITY));
    points.into_iter().rfind(|point| point.1.is_finite())
}

/// An incident as it stood; `None` where it was not there yet.
fn incident_as_of(incident: &Arc<Incident>, at: Timestamp) -> Option<Arc<Incident>> {
    if incident.received_at > at {
        return None;
    }
    let later = incident.timeline.iter().any(|step| step.at > at);
    if !later {
        return Some(Arc::clone(incident));
    }
    let mut past = Incident::clone(incident);
    past.timeline.retain(|step| step.at <= at);
    past.notes.retain(|note| note.at <= at);
    past.acknowledged = past.acknowledged.filter(|(_, when)| *when <= at);
    past.resolved = past.resolved.filter(|(_, when)| *when <= at);
    let closed = |kind: &StepKind| matches!(kind, StepKind::ResolvedBy | StepKind::FalseAlarm);
    past.decision = past.decision.filter(|decision| decision.at <= at);
    past.handling = handling_as_of(incident, at);
    past.life = match past.life {
        // What was closed by itself at once, as a malfunction is, has no step that closed it.
        Life::Resolved if past.resolved.is_some() || !incident.timeline.iter().any(|step| closed(&step.kind)) => Life::Resolved,
        Life::Open => Life::Open,
        _ if past.acknowledged.is_some() => Life::Acknowledged,
        _ => Life::Open,
    };
    Some(Arc::new(past))
}

/// Who was on it. What other incidents it had to do with is as it is now: that moves nobody's hand.
fn handling_as_of(incident: &Incident, at: Timestamp) -> Handling {
    let mut past = incident.handling.clone();
    past.dispatched = past.dispatched.filter(|sent| sent.at <= at);
    past.closing = past.closing.filter(|closing| closing.at <= at);
    let mut changes = incident.timeline.iter().filter(|step| matches!(step.kind, StepKind::Claimed | StepKind::Assigned));
    if changes.clone().any(|step| step.at > at) {
        let words = changes.rfind(|step| step.at <= at).map(|step| step.detail.as_str());
        let to = words.map(|words| words.rsplit_once(": to ").map_or(words, |(_, to)| to));
        past.assignee = to.filter(|to| *to != "nobody").map(str::to_owned);
    }
    past
}

fn series_as_of(series: &[Arc<SampleChunk>], at: Timestamp) -> Vec<Arc<SampleChunk>> {
    let mut past = Vec::new();
    for chunk in series {
        let n = chunk.t_ms.partition_point(|t_ms| *t_ms <= at.millis());
        if n == chunk.t_ms.len() {
            past.push(Arc::clone(chunk));
        } else if n > 0 {
            let mut cut = SampleChunk::clone(chunk);
            cut.t_ms.truncate(n);
            for column in &mut cut.columns {
                column.truncate(n);
            }
            past.push(Arc::new(cut));
        }
    }
    past
}
