//! A vehicle that goes silent after an impact is its own urgent class: the worst crashes destroy the device that would
//! report them, and leave a spike and then nothing.
//!
//! An impact is a crash report, unless what shook the device is known and harmless (a door, a pothole, a drop), or a row
//! of driving data with the acceleration of a collision. Whoever then drives on, or goes on reporting, is not watched any
//! longer. A vehicle that stops reporting without an impact before is parked, and nobody is told.

use std::collections::HashMap;
use std::sync::Arc;

use super::State;
use super::alerts::Which;
use super::silence::TIMES_USUAL;
use super::temperatures::duration;
use crate::model::saying::{say, tenth};
use crate::model::{
    AlertId, AlertKind, CrashReport, CrashVerdict, DeviceId, Driving, Effect, Event, EventId, Evidence, Frame, Incident,
    IncidentId, IncidentKind, Judged, Malfunction, Notice, Origin, PacketId, PicoUsd, Points, Position, Reading, Record, Ruling,
    Severity, Spike, StepKind, Timestamp, Verdict,
};

/// A vehicle is never silent sooner than this, s: half of a sensor's, since somebody may be hurt. Own judgement.
const LEAST_SECS: f64 = 30.0;
/// The same where its last will, or the power it lost, says that it is gone, s. Own judgement: a modem that hands over.
const GONE_LEAST_SECS: f64 = 10.0;
/// The silence must begin within this of the impact, s; a vehicle that goes on reporting for longer has survived it. Own
/// judgement; a fire takes about so long to reach the device.
const BEGINS_WITHIN_SECS: f64 = 120.0;
/// An impact is watched for so long, s: three times the quarter of an hour at which parked trackers report. Own judgement.
const WATCHED_SECS: f64 = 3_600.0;
/// A vehicle that moves at this speed, km/h, so many seconds after the impact drives on: nothing that is destroyed does.
/// Own judgement: a car that skids from 100 km/h at 0.4 g stands after 7 s.
const DRIVES_ON: (f64, f64) = (10.0, 10.0);
/// A speed change of a crash, km/h within 150 ms: the trigger of 49 CFR 563.5. No brake, door or pothole makes it.
const CRASH_DELTA_V_KMH: f64 = 8.0;
/// A vehicle that goes faster than this is driven, km/h: the 5 mph at which a trip begins for Samsara.
const DRIVEN_KMH: f64 = 8.0;
/// Impacts watched, and silent vehicles remembered, at once; beyond, the oldest goes.
const WATCHED: usize = 1_024;

type Key = (Origin, DeviceId);

/// Whose impacts are watched, and who is silent since.
#[derive(Clone, Debug, Default)]
pub(super) struct AfterImpact {
    watched: HashMap<Key, Watched>,
    silent: HashMap<Key, (IncidentId, AlertId, Timestamp)>,
}

/// An impact that may have destroyed the device.
#[derive(Clone, Debug)]
struct Watched {
    /// The message that told of it, without its reading.
    event: Event,
    /// `None` where only a row of driving data told of it.
    incident: Option<IncidentId>,
    /// Horizontally, g.
    peak_g: f64,
    /// Between its messages until then, s, where the incident or the store knew it.
    usual_secs: Option<f64>,
    /// Where it was last, where the store knew it.
    position: Option<Position>,
    /// The last report of any kind, also one that was a repeat.
    heard_at: Timestamp,
}

impl AfterImpact {
    /// A crash report was filed of a vehicle that spoke every `usual_secs` until then.
    pub(super) fn reported(&mut self, event: &Event, verdict: &CrashVerdict, incident: &IncidentId, usual_secs: Option<f64>) {
        if !is_old(event) && !is_harmless(verdict) {
            self.watch(event, Some(incident.clone()), verdict.peak_g.unwrap_or_default(), usual_secs);
        }
    }

    /// A row of driving data came in. What it says of a speed is not `believed` where something is wrong with it. Returns the
    /// impact that it told of, where that is to be stored.
    pub(super) fn drove(&mut self, event: &Event, row: &Driving, believed: bool) -> Option<Spike> {
        let spike = row.collision_g().filter(|_| !is_old(event));
        if event.retained || (self.watched.is_empty() && spike.is_none()) {
            return None;
        }
        let key = (event.origin, event.device.clone());
        if let Some(watched) = self.watched.get(&key) {
            let (kmh, secs) = DRIVES_ON;
            let drives = believed && row.speed_kmh.is_some_and(|speed| speed >= kmh);
            if drives && event.received_at.secs_since(watched.event.received_at) >= secs {
                self.watched.remove(&key);
            }
        } else if let Some(peak_g) = spike {
            // A fleet that spikes all at once is mad, and fills memory no further; nor does it fill the disk.
            let room = self.watched.len() < WATCHED;
            self.watch(event, None, peak_g, None);
            let Event { device, origin, occurred_at, clock_wrong, received_at, packet, .. } = event.clone();
            let position = row.position;
            let spike =
                Spike { device, origin, received_at, occurred_at, clock_wrong, packet, peak_g, usual_secs: None, position };
            return room.then_some(spike);
        }
        None
    }

    /// After a restart: what was stored within the time in which a silence may begin is watched again, and who was silent
    /// still is.
    pub(super) fn restore(&mut self, incidents: &[Arc<Incident>], spikes: Vec<Spike>, now: Timestamp) {
        let in_time = |at: Timestamp| (0.0..=BEGINS_WITHIN_SECS).contains(&now.secs_since(at));
        for spike in spikes.into_iter().filter(|spike| in_time(spike.received_at)) {
            let Spike { device, origin, received_at, occurred_at, clock_wrong, packet, peak_g, usual_secs, position } = spike;
            let key = (origin, device.clone());
            let event = row_of(device, origin, received_at, occurred_at, clock_wrong, packet);
            self.watch(&event, None, peak_g, usual_secs);
            if let Some(watched) = self.watched.get_mut(&key) {
                watched.position = position;
            }
        }
        for incident in incidents.iter().filter(|incident| incident.imported.is_none()) {
            let Some(verdict) = incident.verdict() else { continue };
            let key = (incident.origin, incident.device.clone());
            if incident.is_silent() {
                let since = incident.timeline.iter().rev().find(|step| step.kind == StepKind::WentSilent);
                let since = since.map_or(incident.received_at, |step| step.at);
                // Alerts count from 1 in each run, so the one that told of it is in none.
                self.silent.insert(key, (incident.id.clone(), AlertId(0), since));
            } else if in_time(incident.received_at) {
                let occurred_at = (!incident.clock_wrong).then_some(incident.occurred_at);
                let Incident { device, origin, received_at, clock_wrong, packet, .. } = &**incident;
                let event = row_of(device.clone(), *origin, *received_at, occurred_at, *clock_wrong, *packet);
                self.reported(&event, verdict, &incident.id, incident.usual_secs);
            }
        }
    }

    fn watch(&mut self, event: &Event, incident: Option<IncidentId>, peak_g: f64, usual_secs: Option<f64>) {
        let key = (event.origin, event.device.clone());
        if self.watched.len() >= WATCHED && !self.watched.contains_key(&key) {
            forget_oldest(&mut self.watched, |watched| watched.event.received_at);
        }
        // The report is in its incident.
        let event = Event { reading: Reading::Driving(Driving::default()), ..event.clone() };
        let heard_at = event.received_at;
        self.watched.insert(key, Watched { event, incident, peak_g, usual_secs, position: None, heard_at });
    }
}

/// The event of a message that is read back from the store, without its reading.
fn row_of(
    device: DeviceId,
    origin: Origin,
    received_at: Timestamp,
    occurred_at: Option<Timestamp>,
    clock_wrong: bool,
    packet: PacketId,
) -> Event {
    let reading = Reading::Driving(Driving::default());
    Event { device, origin, occurred_at, clock_wrong, received_at, boot: None, seq: None, retained: false, packet, reading }
}

/// The broker had kept it, or it was sent long after it happened, by a device that lived on.
fn is_old(event: &Event) -> bool {
    event.retained || event.occurred_at.is_some_and(|at| event.received_at.secs_since(at) > BEGINS_WITHIN_SECS)
}

/// What shook the device is known, and no crash that could have destroyed it.
///
/// With the speed change of a crash it is believed only where the device was loose: it fell freely, or was shaken, in a
/// vehicle that is not known to have been driven. A device that falls from its holder in a moving vehicle and a vehicle
/// that goes over an edge feel the same, and brakes, doors and potholes change no speed so fast.
pub(super) fn is_harmless(verdict: &CrashVerdict) -> bool {
    let known = matches!(
        verdict.malfunction,
        Some(
            Malfunction::Dropped
                | Malfunction::Shaken
                | Malfunction::Pothole
                | Malfunction::SpeedBump
                | Malfunction::Door
                | Malfunction::HardBraking
        )
    );
    let hard = verdict.delta_v_kmh.is_some_and(|kmh| kmh >= CRASH_DELTA_V_KMH);
    let before_kmh = verdict.evidence.iter().find(|row| row.key == "speed_before").and_then(|row| row.value);
    let driven = before_kmh.is_some_and(|kmh| kmh > DRIVEN_KMH);
    let loose = match verdict.malfunction {
        Some(Malfunction::Dropped) => verdict.free_fall_ms.is_some() && !driven,
        Some(Malfunction::Shaken) => !driven,
        _ => false,
    };
    known && (!hard || loose)
}

fn forget_oldest<V>(map: &mut HashMap<Key, V>, at: impl Fn(&V) -> Timestamp) {
    let oldest =
        map.iter().min_by_key(|((origin, device), value)| (at(value), *origin, device.as_str())).map(|(key, _)| key.clone());
    oldest.map(|oldest| map.remove(&oldest));
}

impl State {
    /// A row of driving data told of an impact: whoever starts the desk anew must know of it.
    pub(super) fn remember_spike(&mut self, spike: Spike, effects: &mut Vec<Effect>) {
        let heard = self.fleet.heard(spike.origin, &spike.device);
        let usual_secs = heard.as_ref().and_then(|heard| heard.usual_secs);
        let position = spike.position.or(heard.and_then(|heard| heard.position));
        effects.push(Effect::Save(Record::Spike(Spike { usual_secs, position, ..spike })));
    }

    /// A second passed, and we listen since `since`: which vehicle should have reported by now?
    pub(super) fn vehicles_fell_silent(&mut self, since: Timestamp, now: Timestamp, effects: &mut Vec<Effect>) {
        let fleet = &self.fleet;
        let mut silent = Vec::new();
        self.after_impact.watched.retain(|key, watched| {
            let at = watched.event.received_at;
            let heard = fleet.heard(key.0, &key.1);
            let last = heard.as_ref().map_or(watched.heard_at, |heard| heard.last_seen.max(watched.heard_at));
            if last.secs_since(at) > BEGINS_WITHIN_SECS || now.secs_since(at) > WATCHED_SECS {
                return false;
            }
            let quiet_secs = now.secs_since(last.max(since));
            // Without an interval nobody knows when the next message is due.
            let usual = heard.as_ref().and_then(|heard| heard.usual_secs).or(watched.usual_secs);
            let due = usual.is_some_and(|usual| quiet_secs >= (TIMES_USUAL * usual).max(LEAST_SECS))
                || heard.is_some_and(|heard| heard.offline && quiet_secs >= GONE_LEAST_SECS);
            if due {
                silent.push((key.clone(), now.secs_since(last)));
            }
            // Who is due stays until that is told below.
            true
        });
        silent.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        for (key, secs) in silent {
            if let Some(watched) = self.after_impact.watched.remove(&key) {
                self.vehicle_fell_silent(key, &watched, secs, now, effects);
            }
        }
    }

    fn vehicle_fell_silent(&mut self, key: Key, watched: &Watched, secs: f64, now: Timestamp, effects: &mut Vec<Effect>) {
        let (origin, device) = &key;
        // After a restart it may not have been heard yet.
        let heard = self.fleet.heard(*origin, device);
        let usual = heard.as_ref().and_then(|heard| heard.usual_secs).or(watched.usual_secs);
        let usual = usual.map_or_else(String::new, |usual| format!(", usually every {}", duration(usual)));
        let gone =
            if heard.as_ref().is_some_and(|heard| heard.offline) { ", and its last will says that it is gone" } else { "" };
        let words = format!("no message for {}{usual}{gone}", duration(secs));
        log::warn!("{device} went silent after an impact: {words}");
        let told = watched.incident.clone().and_then(|id| {
            let n_times = self.incidents.went_silent(&id, words.clone(), now)?;
            Some((id, n_times))
        });
        // A spike alone has no incident yet; nor has a report that turned out to be a repeat of what only the store knew.
        let position = heard.and_then(|heard| heard.position).or(watched.position);
        let Some((id, n_times)) = told.or_else(|| self.open_for_spike(watched, position, words.clone(), now, effects)) else {
            return;
        };
        let Some(incident) = self.incidents.get(&id).cloned() else { return };
        let before = incident.verdict().map_or("", |verdict| verdict.summary.as_str());
        let reported = match &incident.kind {
            IncidentKind::Crash { report, .. } => report.position,
            IncidentKind::Temperature { .. } => None,
        };
        let place = position
            .or(reported)
            .map_or_else(|| "Last position unknown.".to_owned(), |at| format!("Last at {:.5}, {:.5} (WGS 84).", at.lat, at.lon));
        let title = format!("{device}: went silent after an impact");
        let again = if n_times > 1 { format!("-{n_times}") } else { String::new() };
        let notice = Notice {
            dedup_key: format!("{id}-silent{again}"),
            incident: id.clone(),
            device: device.clone(),
            severity: Severity::Critical,
            origin: *origin,
            title: title.clone(),
            text: format!("Treat as a crash: {words}. Before that: {before} {place}"),
            at: now,
            everyone: false,
            group: None,
        };
        self.save_incident(&id, Some(notice), None, effects);
        let about = AlertKind::WentSilent { incident: id.clone() };
        let alert = self.raise_for(about, device, *origin, Severity::Critical, format!("{title}: {words}"), now, effects);
        self.trace_step(&id, "Went silent", &words, now, false);
        if self.after_impact.silent.len() >= WATCHED {
            forget_oldest(&mut self.after_impact.silent, |(.., at)| *at);
        }
        self.after_impact.silent.insert(key, (id, alert, now));
    }

    /// Opens an incident for a spike of which no crash report ever came.
    fn open_for_spike(
        &mut self,
        watched: &Watched,
        position: Option<Position>,
        words: String,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Option<(IncidentId, usize)> {
        let Watched { event, peak_g, .. } = watched;
        let name = EventId(format!("{}/silence-{}", event.device, now.millis()).into());
        let topic = format!("{}fleet/{}/driving", event.origin.root(), event.device);
        let report = CrashReport { position, frame: Frame::Vehicle, ..CrashReport::bare(name, &topic, bytes::Bytes::new()) };
        let report = Arc::new(report);
        let verdict = Arc::new(spike_verdict(*peak_g));
        let event = Event { reading: Reading::Crash(Arc::clone(&report)), ..event.clone() };
        let judged = Judged {
            event,
            verdicts: vec![Verdict::Crash(Arc::clone(&verdict))],
            invocations: Vec::new(),
            judge: None,
            decoded_at: now,
            judged_at: now,
            delivery: None,
        };
        let filed = self.incidents.file(&judged, &report, &verdict, PicoUsd::default(), now);
        if filed.opened {
            *self.incident_count(judged.event.origin) += 1;
        }
        let n_times = self.incidents.went_silent(&filed.incident, words, now)?;
        if !filed.duplicate {
            // Its own notice is the one of the silence, which follows.
            self.save_report(judged, report, verdict, &filed, None, effects);
        }
        Some((filed.incident, n_times))
    }

    /// A vehicle is heard, perhaps after it was said to be silent.
    pub(super) fn vehicle_heard(&mut self, event: &Event, now: Timestamp, effects: &mut Vec<Effect>) {
        let nobody = self.after_impact.silent.is_empty() && self.after_impact.watched.is_empty();
        // What the broker had kept comes when we subscribe, from the living and the dead.
        if nobody || event.retained {
            return;
        }
        let key = (event.origin, event.device.clone());
        if let Some(watched) = self.after_impact.watched.get_mut(&key) {
            watched.heard_at = watched.heard_at.max(event.received_at);
        }
        if let Some((incident, alert, since)) = self.after_impact.silent.remove(&key) {
            let words = format!("after {}", duration(now.secs_since(since)));
            self.add_step(&incident, StepKind::HeardAgain, now, words, effects);
            self.clear_alerts(Which::One(alert), now, effects);
        }
    }
}

pub(super) fn spike_verdict(peak_g: f64) -> CrashVerdict {
    let reading = say!("spike_in_driving", "{g:.1} g horizontally, and no crash report came", g = tenth(peak_g));
    let limit = say!("spike_in_driving_limit", "≥ {g} g", g = Driving::COLLISION_G);
    CrashVerdict {
        ruling: Ruling::Undecided,
        malfunction: None,
        probability: 0.5,
        severity: Severity::Critical,
        summary: format!("A row of driving data had {peak_g:.1} g horizontally, and no crash report came."),
        delta_v_kmh: None,
        peak_g: Some(peak_g),
        window_ms: None,
        free_fall_ms: None,
        direction: None,
        evidence: vec![Evidence {
            value: Some(peak_g),
            unit: "g".into(),
            ..Evidence::of(
                "spike_in_driving",
                "Peak in the driving data",
                reading,
                limit,
                "Geotab, collision level",
                Points::Accident,
            )
        }],
    }
}

#[cfg(test)]
impl AfterImpact {
    /// How many are watched, and how many are remembered as silent.
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.watched.len(), self.silent.len())
    }
}
