//! The picture of a moment of the past, from what memory holds. Pure.
//!
//! What cannot be known as of that moment is left out, so that a screen says "unknown" or nothing, and never shows the
//! present as the past.

use std::sync::Arc;

use crate::model::effect::SampleChunk;
use crate::model::{Incident, Life, StepKind, Timestamp};
use crate::state::Snapshot;
use crate::state::snapshot::Latency;

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
    past.sensors = Arc::new(snapshot.sensors.iter().filter(|sensor| sensor.last_seen <= at).cloned().collect());
    if let Some(vehicle) = &mut past.vehicle {
        vehicle.series = series_as_of(&vehicle.series, at);
    }
    for sensor in past.sensor.iter_mut().chain(&mut past.sensor_page.sensors) {
        sensor.series = series_as_of(&sensor.series, at);
        sensor.crossed = sensor.crossed.filter(|(crossed, _)| *crossed <= at);
    }
    past.rate.history.clear();
    past.latency = Latency::default();
    past
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
    past.life = match past.life {
        // What was closed by itself at once, as a malfunction is, has no step that closed it.
        Life::Resolved if past.resolved.is_some() || !incident.timeline.iter().any(|step| closed(&step.kind)) => Life::Resolved,
        Life::Open => Life::Open,
        _ if past.acknowledged.is_some() => Life::Acknowledged,
        _ => Life::Open,
    };
    Some(Arc::new(past))
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
