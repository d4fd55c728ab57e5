//! Incidents: open, merge, acknowledge, resolve. No order of facts breaks a life.
//!
//! Reports of one vehicle within [`MERGE_SECS`] are one incident: a second impact joins, and a flood from one device is
//! one incident with a count, while another vehicle's crash stands alone. The gravest report decides what is shown;
//! one that is graver than everything before it tells people again.

mod decide;
mod elsewhere;
mod life;
mod list;
mod memory;
mod merge;
mod seats;
mod silent;
mod team;
mod undo;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

pub(super) use decide::Wish;
use memory::{HELD, HELD_BYTES, INCIDENT_BYTES, report_bytes};

use crate::joint::{EVENTS_LISTED, gravity, held, list_impact};
use crate::model::handling::FOLLOWS_SECS;
use crate::model::{
    CrashReport, CrashVerdict, DeviceId, Event, EventId, Handling, Impact, Incident, IncidentId, IncidentKind, Judged, Kept,
    Life, Mark, Notice, Origin, PicoUsd, Ruling, Severity, Step, StepKind, TemperatureVerdict, Timestamp,
};

/// Reports of one vehicle at most this far apart, s, are one incident. A multi-event crash has its second event within
/// 5 s (49 CFR 563.5); a device that repeats itself does so within a minute (own judgement, 2026-11-22).
pub const MERGE_SECS: i64 = 60;
/// Steps in one timeline; a flood of merged reports may not grow it without end.
const STEPS_LISTED: usize = 200;
/// Event ids remembered so that a repeat is known without asking the store, which knows them all.
const EVENTS_REMEMBERED: usize = 200_000;
/// A report that the broker had kept and that is older than this, s, is filed but tells nobody: whoever was to be told
/// then was told then, or it is too late for a page (own judgement, 2026-11-22).
const RETAINED_OLD_SECS: i64 = 24 * 3_600;

/// What filing a crash report did.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "four answers to four questions, not a state machine")]
pub(super) struct Filed {
    /// Which incident it is in.
    pub(super) incident: IncidentId,
    /// The store may already have it: nothing was changed.
    pub(super) duplicate: bool,
    /// It opened the incident.
    pub(super) opened: bool,
    /// People must be told now: it is the first grave report of this incident, or graver than all before.
    pub(super) tell: bool,
    /// It is one of a flood, beyond what is stored whole.
    pub(super) thinned: bool,
}

/// What a commit's answer meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// It is stored, or nothing changed.
    Well,
    /// The same, and it was the first report of its incident to be stored.
    First,
    /// The store knew the report: it is taken back out of its incident.
    Repeat,
    /// The same, and it was the incident's only report: that incident never was.
    Void(Origin),
}

/// All incidents in memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Incidents {
    all: HashMap<IncidentId, Arc<Incident>>,
    /// The unresolved incident of each device that another report may join.
    open: BTreeMap<(Origin, DeviceId, bool), IncidentId>,
    /// By root too: a drill may never pass for the repeat of a real crash, nor the other way round.
    known: HashMap<(Origin, EventId), IncidentId>,
    known_order: VecDeque<(Origin, EventId)>,
    /// Filed, and the commit has not returned.
    pending: HashSet<(Origin, EventId)>,
    /// Notices that are not committed yet, with the reports that carry them. The report that was to tell people may turn
    /// out to be a repeat that only the store knows; so every report that joins meanwhile carries the notice too, under
    /// the same key, and whichever is committed first brings it into the outbox.
    telling: HashMap<IncidentId, (Notice, HashSet<EventId>)>,
    /// What can still be taken back.
    undo: HashMap<IncidentId, undo::Before>,
    /// Closed ones in the order of closing, to forget the oldest.
    closed: VecDeque<IncidentId>,
    /// The last of them of each device.
    last_closed: BTreeMap<(Origin, DeviceId, bool), IncidentId>,
    /// Those whose closing waits for a second person.
    closings: BTreeSet<IncidentId>,
    /// The last number given; incidents of all roots count together.
    last_number: u64,
    /// The seat's name, where there are several.
    seat: Option<Arc<str>>,
    /// Bytes of what is in memory, at most: exact after a sweep, and then only added to.
    bytes: usize,
    /// How many incidents and bytes the last sweep left, so that what must stay is not looked through again and again.
    swept_to: (usize, usize),
    /// Incidents that are no drills and that are in the store alone.
    n_let_go: usize,
}

const NOT_HERE: &str = "this incident is not on the desk; it may be older and in the store only";

fn step(kind: StepKind, at: Timestamp, detail: impl Into<String>) -> Step {
    Step { kind, at, detail: detail.into() }
}

impl Incidents {
    /// Takes in what the store had, at start.
    pub(super) fn restore(
        &mut self,
        incidents: Vec<Arc<Incident>>,
        known: Vec<((Origin, EventId), IncidentId)>,
        next_number: u64,
    ) {
        self.last_number = self.last_number.max(next_number.saturating_sub(1));
        for (event, incident) in known {
            self.remember(event, incident);
        }
        for incident in incidents {
            for event in &incident.events {
                self.remember((incident.origin, event.clone()), incident.id.clone());
            }
            // What happens here never joins what happened elsewhere.
            if incident.handling.closing.is_some() {
                self.closings.insert(incident.id.clone());
            }
            if incident.imported.is_some() {
                self.closed.push_back(incident.id.clone());
            } else if incident.life == Life::Resolved {
                self.closed.push_back(incident.id.clone());
                self.last_closed.insert(open_key(&incident), incident.id.clone());
            } else {
                self.open.insert(open_key(&incident), incident.id.clone());
            }
            self.all.insert(incident.id.clone(), incident);
        }
    }

    /// Takes in an incident of another site: it is listed, and nothing that happens here joins it.
    pub(super) fn take_in(&mut self, incident: Arc<Incident>) {
        self.closed.push_back(incident.id.clone());
        self.all.insert(incident.id.clone(), incident);
    }

    fn remember(&mut self, event: (Origin, EventId), incident: IncidentId) {
        if self.known.insert(event.clone(), incident).is_none() {
            self.known_order.push_back(event);
        }
        while self.known_order.len() > EVENTS_REMEMBERED {
            if let Some(oldest) = self.known_order.pop_front() {
                self.known.remove(&oldest);
            }
        }
    }

    /// The name of a new incident. One desk alone counts; of several seats each comes by itself to the same name for the same
    /// report, so that what two of them judged is one incident from the start.
    fn next_id(&mut self, event: &Event, opened_by: &str) -> IncidentId {
        let at = if self.seat.is_some() { event.time() } else { event.received_at };
        let day = at.utc().map_or_else(|| "00000000".to_owned(), |time| time.format("%Y%m%d").to_string());
        let prefix = match event.origin {
            Origin::Device => "INC",
            Origin::Drill => "DRL",
            Origin::Sample => "SMP",
        };
        if self.seat.is_some() {
            let letters = seats::letters(event, opened_by);
            return IncidentId(format!("{prefix}-{day}-{letters}").into());
        }
        self.last_number += 1;
        IncidentId(format!("{prefix}-{day}-{:04}", self.last_number).into())
    }

    /// Files a crash report with its verdict.
    pub(super) fn file(
        &mut self,
        judged: &Judged,
        report: &Arc<CrashReport>,
        verdict: &Arc<CrashVerdict>,
        cost: PicoUsd,
        now: Timestamp,
    ) -> Filed {
        let event = &judged.event;
        let name = (event.origin, report.event_id.clone());
        if let Some(incident) = self.known.get(&name) {
            return Filed { incident: incident.clone(), duplicate: true, opened: false, tell: false, thinned: false };
        }
        let too_old = event.retained
            && event.occurred_at.is_some_and(|at| event.received_at.micros_since(at) > RETAINED_OLD_SECS * 1_000_000);
        let must_tell = verdict.ruling != Ruling::Malfunction && !too_old;
        let key = (event.origin, event.device.clone(), true);
        let twin = self.twin_of(event.origin, report, verdict);
        let near =
            || self.open.get(&key).filter(|id| self.all.get(*id).is_some_and(|incident| is_near(incident, event))).cloned();
        let joined = twin.clone().or_else(near).and_then(|id| self.all.get_mut(&id));
        let filed = if let Some(incident) = joined {
            let incident = Arc::make_mut(incident);
            let before = held(incident);
            let graver = before.is_none_or(|before| gravity(verdict.ruling, verdict.severity) > before);
            let told_before = before.is_some_and(|(rank, _)| rank > 0);
            // A report and what was said of it elsewhere are one.
            incident.n_reports += u32::from(twin.is_none());
            incident.last_report_at = incident.last_report_at.max(event.time());
            if !event.clock_wrong && !incident.clock_wrong {
                // A vehicle may send the newest first.
                incident.occurred_at = incident.occurred_at.min(event.time());
            }
            incident.cost += cost;
            if incident.events.len() < EVENTS_LISTED {
                incident.events.push(report.event_id.clone());
            }
            let impact = list_impact(&mut incident.impacts, Impact::of(report, verdict, event.time()));
            let thinned = merge::thin(incident, graver, report, verdict);
            // A graver report and a second impact are told of however long the timeline is.
            if incident.timeline.len() < STEPS_LISTED || (graver && incident.timeline.len() < STEPS_LISTED * 2) {
                let joined = elsewhere::step(incident, report, verdict, twin.is_some(), now).unwrap_or_else(|| {
                    let words = merge::joined_words(incident.n_reports, graver, impact, verdict);
                    step(StepKind::Merged, now, words)
                });
                incident.timeline.push(joined);
            }
            if twin.is_some() && !graver {
                elsewhere::complete(incident, report, verdict, judged.judge.as_ref());
            }
            if graver {
                // What a person set aside may still be the gravest: with their decision withdrawn it is shown again.
                let shown = incident.verdict().map(|shown| gravity(shown.ruling, shown.severity));
                if shown.is_none_or(|shown| gravity(verdict.ruling, verdict.severity) > shown) {
                    incident.kind = IncidentKind::Crash { report: Arc::clone(report), verdict: Arc::clone(verdict) };
                    incident.judge.clone_from(&judged.judge);
                }
                incident.severity = incident.severity.max(verdict.severity);
                if let Some(decision) = incident.withdraw_malfunction() {
                    let words = format!("a graver report came after the decision of {}: it no longer holds", decision.by);
                    incident.timeline.push(step(StepKind::Reopened, now, words));
                }
                // Whoever acknowledged the milder report has not seen this one.
                incident.life = Life::Open;
                incident.acknowledged = None;
            }
            incident.stored = false;
            let tell = must_tell && (graver || !told_before);
            Filed { incident: incident.id.clone(), duplicate: false, opened: false, tell, thinned }
        } else {
            let id = self.next_id(event, &report.event_id.0);
            let mut timeline = vec![
                step(StepKind::Received, event.received_at, report.topic.to_string()),
                step(StepKind::Decoded, judged.decoded_at, format!("{} samples, {} B", report.pulse.len(), report.raw.len())),
            ];
            if let Some(call) = judged.invocations.first() {
                timeline.push(step(StepKind::Invoked, call.started_at, call.function));
            }
            timeline.push(step(StepKind::Judged, judged.judged_at, verdict.summary.clone()));
            timeline.push(step(StepKind::Filed, now, id.to_string()));
            let kind = IncidentKind::Crash { report: Arc::clone(report), verdict: Arc::clone(verdict) };
            let follows = self.follows(&key, event.received_at);
            if let Some((before, words)) = &follows {
                timeline.push(step(StepKind::Follows, now, format!("{before}, {words}")));
            }
            let mut incident = Incident {
                handling: Handling { follows: follows.map(|(before, _)| before), ..Handling::default() },
                events: vec![report.event_id.clone()],
                cost,
                judge: judged.judge.clone(),
                impacts: Impact::of(report, verdict, event.time()).into_iter().collect(),
                ..begun(id.clone(), event, kind, verdict.severity, timeline)
            };
            merge::thin(&mut incident, true, report, verdict);
            self.begin(incident);
            Filed { incident: id, duplicate: false, opened: true, tell: must_tell, thinned: false }
        };
        self.pending.insert(name.clone());
        self.remember(name, filed.incident.clone());
        self.bytes += report_bytes(report) + if filed.opened { INCIDENT_BYTES } else { 0 };
        let (len, bytes) = self.swept_to;
        if self.all.len() > len.max(HELD) + HELD / 8 || self.bytes > bytes.max(HELD_BYTES) + HELD_BYTES / 8 {
            self.let_go();
        }
        filed
    }

    /// The incident of the same device that was resolved shortly before, and how long before.
    fn follows(&self, key: &(Origin, DeviceId, bool), at: Timestamp) -> Option<(IncidentId, String)> {
        let before = self.all.get(self.last_closed.get(key)?)?;
        let secs = at.secs_since(before.resolved.as_ref()?.1).max(0.0);
        let words = || format!("resolved {} before", super::temperatures::duration(secs));
        (secs <= FOLLOWS_SECS as f64).then(|| (before.id.clone(), words()))
    }

    fn begin(&mut self, incident: Incident) {
        self.open.insert(open_key(&incident), incident.id.clone());
        self.all.insert(incident.id.clone(), Arc::new(incident));
    }

    /// A sensor is out of its band or changes too fast: opens an incident, or joins the one that is open.
    pub(super) fn temperature_alarm(
        &mut self,
        event: &Event,
        verdict: &TemperatureVerdict,
        words: &str,
        cost: PicoUsd,
        now: Timestamp,
    ) -> (IncidentId, bool) {
        let key = (event.origin, event.device.clone(), false);
        if let Some(incident) = self.open.get(&key).and_then(|id| self.all.get_mut(id)) {
            let incident = Arc::make_mut(incident);
            incident.kind = IncidentKind::Temperature { verdict: *verdict, back_at: None };
            incident.n_reports += 1;
            incident.last_report_at = event.received_at;
            incident.cost += cost;
            if incident.timeline.len() < STEPS_LISTED {
                incident.timeline.push(step(StepKind::Merged, now, format!("again: {words}")));
            }
            return (incident.id.clone(), false);
        }
        let id = self.next_id(event, &event.time().0.to_string());
        let timeline = vec![
            step(StepKind::Received, event.received_at, "temperature"),
            step(StepKind::Judged, now, words),
            step(StepKind::Filed, now, id.to_string()),
        ];
        let kind = IncidentKind::Temperature { verdict: *verdict, back_at: None };
        let incident =
            Incident { last_report_at: event.received_at, cost, ..begun(id.clone(), event, kind, Severity::High, timeline) };
        self.begin(incident);
        (id, true)
    }

    /// A sensor came back into its band; its incident says so and stays until a person closes it.
    pub(super) fn back_in_band(&mut self, event: &Event, verdict: &TemperatureVerdict, now: Timestamp) -> Option<IncidentId> {
        let id = self.open.get(&(event.origin, event.device.clone(), false))?.clone();
        let incident = Arc::make_mut(self.all.get_mut(&id)?);
        let IncidentKind::Temperature { back_at, .. } = &mut incident.kind else { return None };
        if back_at.is_some() {
            return None;
        }
        *back_at = Some(event.time());
        let lasted = event.time().secs_since(incident.occurred_at).max(0.0);
        let words = format!("{:.1} °C, after {}", verdict.celsius.0, super::temperatures::duration(lasted));
        incident.timeline.push(step(StepKind::BackInBand, now, words));
        Some(id)
    }

    /// The notice that a report's record must carry: the new one, else one of its incident that is not committed yet.
    pub(super) fn carry(&mut self, id: &IncidentId, event: &EventId, new: Option<Notice>) -> Option<Notice> {
        if let Some(notice) = new {
            self.telling.insert(id.clone(), (notice, HashSet::new()));
        }
        let (notice, carriers) = self.telling.get_mut(id)?;
        carriers.insert(event.clone());
        Some(notice.clone())
    }

    /// The commit returned.
    pub(super) fn stored(&mut self, id: &IncidentId, event: Option<&EventId>, duplicate: bool) -> Settled {
        let Some(incident) = self.all.get_mut(id) else { return Settled::Well };
        let was_pending = event.is_some_and(|event| self.pending.remove(&(incident.origin, event.clone())));
        if !duplicate {
            if event.is_some_and(|event| self.telling.get(id).is_some_and(|(_, carriers)| carriers.contains(event))) {
                self.telling.remove(id);
            }
            if !incident.stored {
                Arc::make_mut(incident).stored = true;
            }
            let known = incident.timeline.iter().any(|step| step.kind == StepKind::Stored);
            return if known { Settled::Well } else { Settled::First };
        }
        // A repeat that the state knew changed nothing; only what it filed without knowing better is taken back.
        if !was_pending {
            return Settled::Well;
        }
        let twin = event.is_some_and(|event| self.known.get(&(incident.origin, event.twin())) == Some(id));
        if incident.n_reports > 1 || twin {
            let incident = Arc::make_mut(incident);
            // A report and what was said of it elsewhere had counted once.
            incident.n_reports -= u32::from(!twin);
            // The repeat had marked it as not stored yet; where a report of it is, it is.
            incident.stored = incident.timeline.iter().any(|step| step.kind == StepKind::Stored);
            return Settled::Repeat;
        }
        let (key, origin) = (open_key(incident), incident.origin);
        self.all.remove(id);
        self.telling.remove(id);
        if self.open.get(&key) == Some(id) {
            self.open.remove(&key);
        }
        Settled::Void(origin)
    }

    /// Adds a step to a timeline; `None` when there is no such incident or its timeline is full.
    pub(super) fn add_step(
        &mut self,
        id: &IncidentId,
        kind: StepKind,
        at: Timestamp,
        detail: impl Into<String>,
    ) -> Option<(Origin, Step)> {
        let incident = Arc::make_mut(self.all.get_mut(id)?);
        if incident.timeline.len() >= STEPS_LISTED * 2 {
            return None;
        }
        let step = step(kind, at, detail);
        incident.timeline.push(step.clone());
        Some((incident.origin, step))
    }

    /// One incident.
    pub(super) fn get(&self, id: &IncidentId) -> Option<&Arc<Incident>> {
        self.all.get(id)
    }

    /// All of them, in no order.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Incident>> {
        self.all.values()
    }

    /// How many are in memory.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }
}

/// Whether a report happened close enough to an incident's to be of the same crash.
fn is_near(incident: &Incident, event: &Event) -> bool {
    // Device time where both have it: two crashes that a vehicle sends together after an hour offline stay two.
    let at = if event.clock_wrong || incident.clock_wrong { event.received_at } else { event.time() };
    let first = if incident.clock_wrong { incident.received_at } else { incident.occurred_at };
    first.micros_since(at).max(at.micros_since(incident.last_report_at)).max(0) <= MERGE_SECS * 1_000_000
}

/// An incident as it begins: open, with one report, and not stored.
fn begun(id: IncidentId, event: &Event, kind: IncidentKind, severity: Severity, timeline: Vec<Step>) -> Incident {
    Incident {
        id,
        device: event.device.clone(),
        origin: event.origin,
        kind,
        severity,
        life: Life::Open,
        occurred_at: event.time(),
        clock_wrong: event.clock_wrong,
        received_at: event.received_at,
        last_report_at: event.time(),
        events: Vec::new(),
        n_reports: 1,
        packet: event.packet,
        usual_secs: None,
        timeline,
        notes: Vec::new(),
        acknowledged: None,
        resolved: None,
        stored: false,
        cost: PicoUsd::default(),
        judge: None,
        decision: None,
        impacts: Vec::new(),
        kept: Kept::default(),
        handling: Handling::default(),
        imported: None,
        mark: Mark::default(),
    }
}

fn open_key(incident: &Incident) -> (Origin, DeviceId, bool) {
    (incident.origin, incident.device.clone(), matches!(incident.kind, IncidentKind::Crash { .. }))
}

#[cfg(test)]
mod tests;
