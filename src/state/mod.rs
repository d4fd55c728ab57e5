//! Facts → state and effects. Single-threaded, infallible, without clock: every fact brings its time.
//!
//! [`State::apply`] shows each fact to the books it concerns. The books never ask each other; what one decides and
//! another must know passes through here.

mod after_impact;
mod alerts;
mod budget;
mod commands;
pub mod device_health;
mod driven;
mod escalation;
mod fleet;
mod health;
mod histogram;
mod incidents;
mod meters;
mod notices;
mod picture;
mod register;
mod rows;
mod seats;
mod self_test;
mod series;
mod shadow;
mod sign_in;
mod silence;
mod silencing;
pub mod snapshot;
mod temperatures;
mod traces;
mod undelivered;

use std::sync::Arc;

use crate::model::DeviceId;
use crate::model::alert::AlertKind;
use crate::model::device_day::{DeviceDay, DeviceFault};
use crate::model::effect::{Audit, CrashRecord, InvocationMinute, Repeat};
use crate::model::{
    Alert, AlertId, CrashReport, CrashVerdict, DeliveryOutcome, DrivingVerdict, Effect, Errand, Event, EventId, Fact, Focus,
    HarshEvent, HarshKind, Incident, IncidentId, Judged, Link, LinkState, LinkStatus, Notice, Origin, PicoUsd, Places, Reading,
    Record, Register, RejectionReason, Severity, Silencing, Spike, StepKind, Team, Timestamp, Verdict, VerdictJson, likelihood,
};
use crate::pricing::PriceSheet;

use alerts::{Alerts, Which};
pub use fleet::{MOVING_KMH, SILENT_AFTER_SECS};
pub use incidents::MERGE_SECS;
use incidents::{Filed, Settled};
pub use notices::crash_words;
use notices::{crash_notice, row_rejection, ruling_words};
use picture::Parts;
pub use snapshot::Snapshot;
pub use temperatures::{alarm_words, since_words};
use traces::stage;

/// Ticks, s, after which counted faults of devices go to the store; `kill -9` loses so many.
const FAULTS_EVERY: u64 = 60;

/// What the state starts with.
#[derive(Clone, Debug, Default)]
pub struct Restored {
    /// Open incidents and those of the last days, in full.
    pub incidents: Vec<Arc<Incident>>,
    /// Events that were filed, with their root and their incident.
    pub known_events: Vec<((Origin, EventId), IncidentId)>,
    /// The number of the next incident.
    pub next_number: u64,
    /// What devices did wrong in the last 90 days; the incidents above are among it.
    pub device_days: Vec<DeviceDay>,
    /// Silences, those that are over among them.
    pub silencings: Vec<Silencing>,
    /// Impacts of the last hour that only rows of driving data told of.
    pub spikes: Vec<Spike>,
    /// What people call devices.
    pub register: Register,
    /// This month's calls.
    pub minutes: Vec<InvocationMinute>,
    /// When the store was opened: what was watched shortly before is watched again.
    pub at: Timestamp,
}

/// Everything the desk knows.
#[derive(Clone, Debug)]
pub struct State {
    fleet: fleet::Fleet,
    incidents: incidents::Incidents,
    meters: meters::Meters,
    health: health::Health,
    undelivered: undelivered::Undelivered,
    traces: traces::Traces,
    shadow: shadow::Shadow,
    devices: device_health::DeviceHealth,
    /// Ticks so far, for what is done once in a while.
    n_ticks: u64,
    /// Who may do what.
    team: Team,
    register: Arc<Register>,
    /// The name of this seat, where there are several.
    seat: Option<Arc<str>>,
    silence: silence::Silence,
    silencings: silencing::Silencings,
    after_impact: after_impact::AfterImpact,
    self_test: self_test::SelfTest,
    budget: budget::Budget,
    alerts: Alerts,
    focus: Focus,
    at: Timestamp,
    version: u64,
    parts: Parts,
}

impl State {
    /// An empty state; numbers in memory take at most `memory_budget` bytes.
    pub fn new(memory_budget: u64, prices: PriceSheet) -> Self {
        Self {
            fleet: fleet::Fleet::new(memory_budget),
            incidents: incidents::Incidents::default(),
            meters: meters::Meters::new(prices),
            health: health::Health::default(),
            undelivered: undelivered::Undelivered::default(),
            traces: traces::Traces::default(),
            shadow: shadow::Shadow::default(),
            devices: device_health::DeviceHealth::default(),
            n_ticks: 0,
            // Whoever starts the state says so; a state alone tells once.
            team: Team { escalate_after_s: Vec::new(), ..Team::default() },
            register: Arc::default(),
            seat: None,
            silence: silence::Silence::default(),
            silencings: silencing::Silencings::default(),
            after_impact: after_impact::AfterImpact::default(),
            self_test: self_test::SelfTest::default(),
            budget: budget::Budget::default(),
            alerts: Alerts::default(),
            focus: Focus { fleet_len: 40, ..Focus::default() },
            at: Timestamp::default(),
            version: 0,
            parts: Parts { incidents_changed: true, seconds_changed: true, ..Parts::default() },
        }
    }

    /// Says who may do what; before that, everyone may do everything.
    pub fn set_team(&mut self, team: Team) {
        self.parts.last.team = Arc::new(team.clone());
        self.team = team;
    }

    /// This is one of several seats, and called so: incidents get names that all of them come to, and each change a mark.
    pub fn set_seat(&mut self, name: &str) {
        self.seat = Some(name.into());
        self.incidents.sit_at(name);
    }

    /// Says where sensors stand that do not say so themselves.
    pub fn set_places(&mut self, places: Places) {
        self.fleet.set_places(places);
    }

    /// Sends a sign of life so often, s; before that, none.
    pub fn set_watchdog(&mut self, every_s: u32, now: Timestamp) {
        self.health.watch(every_s, now);
    }

    /// Takes in what the store had.
    pub fn restore(&mut self, restored: Restored) {
        self.devices.restore(restored.device_days, restored.incidents.iter().map(|incident| &**incident));
        self.meters.restore(&restored.minutes);
        self.register = Arc::new(restored.register);
        self.silencings.restore(restored.silencings);
        self.after_impact.restore(&restored.incidents, restored.spikes, restored.at);
        self.incidents.restore(restored.incidents, restored.known_events, restored.next_number);
        self.parts.incidents_changed = true;
    }

    /// Files one fact at `now`; what must be done about it is added to `effects`.
    pub fn apply(&mut self, fact: Fact, now: Timestamp, effects: &mut Vec<Effect>) {
        let n_before = effects.len();
        self.file(fact, now, effects);
        let new = effects.get_mut(n_before..).unwrap_or_default();
        self.sign(new);
        self.mark_changes(new, now);
    }

    fn file(&mut self, fact: Fact, now: Timestamp, effects: &mut Vec<Effect>) {
        self.version += 1;
        self.at = self.at.max(now);
        match fact {
            Fact::Judged(judged) => self.judged(*judged, now, effects),
            Fact::Rejected(rejection, delivery) => {
                self.health.rejected(rejection);
                effects.extend(delivery.map(Effect::Release));
            }
            Fact::Divided { further } => self.health.counters.further += u64::from(further),
            Fact::Commanded { command, by, at } => self.commanded(&command, &by, at, effects),
            Fact::CommandedAll { bulk, by, at } => self.commanded_all(&bulk, &by, at, effects),
            Fact::Silenced { order, by, at } => self.silence_ordered(order, by, at, effects),
            Fact::Registered { order, by, at, done } => {
                if self.registered(order, by, at, effects)
                    && let Some(done) = done
                {
                    self.parts.last.errand = Some(Arc::new(Errand { at, done: *done }));
                }
            }
            Fact::BookChanged { book, at } => {
                self.written(book.entries, effects);
                self.silences_elsewhere(book.silencings, at, effects);
            }
            Fact::SignedIn { who, at } => self.signed_in(who, at, effects),
            Fact::SignInRefused { who, at } => self.sign_in_refused(who, at, effects),
            Fact::Linked { link, status, at } => self.linked(link, status, at),
            Fact::Stored { incident, event, duplicate, at } => {
                let settled = self.incidents.stored(&incident, event.as_ref(), duplicate);
                if matches!(settled, Settled::Void(_)) {
                    self.devices.void(&incident);
                }
                self.settle(settled);
                if settled == Settled::First {
                    self.add_step(&incident, StepKind::Stored, at, "committed", effects);
                }
                if !duplicate {
                    self.trace_step(&incident, "Stored", "committed", at, false);
                }
                self.parts.incidents_changed = true;
            }
            Fact::Elsewhere { incident, seat, at } => self.elsewhere(&incident, &seat, at, effects),
            Fact::SeatsLooked(look) => self.parts.last.seats = Some(look),
            Fact::AckSent { incident, at } => {
                // As with "stored", the first report's is the incident's: that of a later one follows from its commit.
                if !self.has_step(&incident, &StepKind::Acknowledged) {
                    self.add_step(&incident, StepKind::Acknowledged, at, "application acknowledgement sent", effects);
                }
                self.trace_step(&incident, "Acknowledged", "ack published", at, false);
            }
            Fact::Told { incident, channel, words, outcome, at } => {
                self.undelivered.told(&incident, &channel, &words, &outcome, at);
                if outcome != DeliveryOutcome::WouldHave {
                    let link = self.health.links.entry(Link::Notify).or_insert_with(|| LinkStatus::plain(LinkState::Up));
                    self.undelivered.describe(link);
                }
                self.told(&incident, &words, &outcome, at, effects);
            }
            Fact::Injected { packet, topic, title, origin, sent_at, accepted_at } => {
                self.traces.injected(packet, &topic, &title, origin, sent_at, accepted_at);
                self.parts.traces_changed = true;
            }
            Fact::InjectFailed { title, why, at } => {
                self.traces.failed(&title, &why, at);
                self.parts.traces_changed = true;
            }
            Fact::SelfTested { sent: Ok(packet), at, due } => self.self_test.sent(packet, at, due),
            Fact::SelfTested { sent: Err(why), at, .. } => {
                self.chain_broke(at, &format!("it could not be sent: {why}."), effects);
            }
            Fact::Painted { incidents, packets, at } => {
                for incident in incidents {
                    // A window that was opened again shows it again; the first time is what counts.
                    if !self.has_step(&incident, &StepKind::OnScreen) {
                        self.add_step(&incident, StepKind::OnScreen, at, "first frame that shows it", effects);
                        self.trace_step(&incident, "On screen", "this desk", at, false);
                    }
                }
                for packet in packets {
                    self.traces.painted(packet, at);
                }
                self.parts.traces_changed = true;
            }
            Fact::Shadowed(shadowed) => {
                effects.extend(self.shadow.judged(*shadowed).map(Effect::Save));
                self.parts.shadow_changed = true;
            }
            Fact::Looked(focus) => {
                self.parts.marks_wanted |= focus.map && !self.focus.map;
                self.focus = focus;
            }
            Fact::StackLooked(look) => {
                let last = &mut self.parts.last;
                last.stack_spent = PicoUsd(last.stack_spent.0.saturating_add(look.price.unwrap_or_default().0));
                last.stack = Some(look);
            }
            Fact::CostsAsked(actuals) => self.parts.last.actuals = Some(actuals),
            Fact::Taped(look) => self.parts.last.tape = Some(look),
            Fact::Answered(review) => self.parts.last.review = Some(review),
            Fact::Compared(comparison) => self.parts.last.comparison = Some(comparison),
            Fact::Ran(errand) => self.parts.last.errand = Some(Arc::new(errand)),
            Fact::Imported { incident, import } => {
                self.incidents.take_in(incident);
                self.parts.incidents_changed = true;
                effects.push(Effect::Save(Record::Import(import)));
            }
            Fact::Beaten { beat, sent, at } => self.health.beaten(beat, sent, at),
            Fact::Warned(words) => self.health.warned(words),
            Fact::Held(held) => self.health.held = Arc::new(held),
            Fact::Pruned(ids) => {
                self.incidents.forget(&ids);
                self.parts.incidents_changed = true;
            }
            Fact::Unsaved(n) => self.health.counters.unsaved += n,
            Fact::Unpublished(n) => self.health.counters.unpublished += n,
            Fact::Ticked { at, queues, store_bytes } => {
                self.health.tick(at, queues, store_bytes);
                self.fleet.tick(at);
                self.look_for_silence(at, effects);
                self.look_after_closings(at, effects);
                self.look_after_silences(at, effects);
                self.escalate(at, effects);
                self.look_at_self_test(at, effects);
                self.look_at_budget(at, effects);
                self.incidents.forget_old();
                self.n_ticks += 1;
                effects.extend(self.health.beat(at).map(|at| Effect::Save(Record::Heartbeat(at))));
                effects.extend(self.look_after_devices(at, self.n_ticks.is_multiple_of(FAULTS_EVERY)));
                effects.extend(self.meters.tick(at, false).into_iter().map(|minute| Effect::Save(Record::Invocations(minute))));
                self.parts.seconds_changed = true;
            }
        }
    }

    /// What the store must still get before the end.
    pub fn finish(&mut self, now: Timestamp) -> Vec<Effect> {
        let minutes = self.meters.tick(now, true).into_iter().map(Record::Invocations);
        let samples = self.fleet.seal_all().into_iter().map(Record::Samples);
        let faults = Some(self.devices.take_unsaved()).filter(|faults| !faults.is_empty()).map(Record::Faults);
        minutes.chain(samples).chain(faults).map(Effect::Save).collect()
    }

    fn judged(&mut self, judged: Judged, now: Timestamp, effects: &mut Vec<Effect>) {
        if judged.event.clock_wrong {
            self.devices.fault(judged.event.origin, &judged.event.device, DeviceFault::Clock, now);
        }
        let cost: PicoUsd = judged.invocations.iter().map(|call| self.meters.count(call)).sum();
        self.meters.remember(&judged);
        self.health.filed(judged.event.received_at, now);
        // A packet that brought no crash report has nothing that must be stored first.
        if !matches!(judged.event.reading, Reading::Crash(_)) {
            effects.extend(judged.delivery.map(Effect::Release));
        }
        match &judged.event.reading {
            Reading::Driving(_) => self.drove(&judged, now, effects),
            Reading::Temperature(_) => self.measured(&judged, cost, now, effects),
            Reading::Crash(_) => self.crashed(judged, cost, now, effects),
            // The host makes it a crash report with its verdict.
            Reading::Ruled(_) => {}
            Reading::Presence(presence) => {
                self.health.counters.kept += 1;
                self.fleet.came_or_went(&judged.event, presence);
                if presence.online {
                    self.heard_again(&judged.event, now, effects);
                    self.vehicle_heard(&judged.event, now, effects);
                }
            }
        }
    }

    /// Once a second; what the store has not got yet is handed over once in a while.
    fn look_after_devices(&mut self, at: Timestamp, now: bool) -> Option<Effect> {
        if !now {
            return None;
        }
        let incidents = &self.incidents;
        self.devices.forget(at, |id| incidents.get(id).is_some());
        Some(self.devices.take_unsaved()).filter(|faults| !faults.is_empty()).map(|faults| Effect::Save(Record::Faults(faults)))
    }

    fn drove(&mut self, judged: &Judged, now: Timestamp, effects: &mut Vec<Effect>) {
        let Reading::Driving(row) = &judged.event.reading else { return };
        let dropped = judged.verdicts.iter().find_map(|verdict| match verdict {
            Verdict::Driving(DrivingVerdict::Drop(reason)) => Some(*reason),
            _ => None,
        });
        // Whatever is wrong with a row, its vehicle speaks, and a spike in it was felt; a repeat may be the broker's.
        if dropped != Some(RejectionReason::Duplicate) {
            self.vehicle_heard(&judged.event, now, effects);
            if let Some(spike) = self.after_impact.drove(&judged.event, row, dropped.is_none()) {
                self.remember_spike(spike, effects);
            }
            for verdict in &judged.verdicts {
                let Verdict::Harsh(verdict) = verdict else { continue };
                for harsh in verdict.ended.into_iter().flatten() {
                    self.drove_harshly(&judged.event, harsh, now, effects);
                }
            }
        }
        if let Some(reason) = dropped {
            self.health.rejected(row_rejection(&judged.event, "driving", reason));
            self.devices.fault(judged.event.origin, &judged.event.device, DeviceFault::Row, now);
        } else {
            self.health.counters.kept += 1;
            effects.extend(self.fleet.drove(&judged.event, row).map(|chunk| Effect::Save(Record::Samples(chunk))));
        }
        if judged.event.origin == Origin::Drill {
            let got = dropped.map_or_else(|| "row kept".to_owned(), |reason| format!("row dropped: {}", reason.key()));
            self.trace_judged(judged, &got, now, None, Vec::new());
        }
    }

    /// A vehicle was driven harshly: counted and listed, and nobody is woken for it.
    fn drove_harshly(&mut self, event: &Event, harsh: HarshEvent, now: Timestamp, effects: &mut Vec<Effect>) {
        self.fleet.drove_harshly(event, harsh);
        let what = match harsh.kind {
            HarshKind::Brake => "harsh braking",
            HarshKind::Accelerate => "harsh acceleration",
            HarshKind::Corner => "harsh cornering",
        };
        let text = format!("{}: {what}, {:.1} m/s² for {:.1} s", event.device, harsh.peak_ms2, harsh.secs);
        self.raise(AlertKind::HarshDriving { manoeuvre: harsh.kind }, event, Severity::Low, text, now, effects);
    }

    fn crashed(&mut self, judged: Judged, cost: PicoUsd, now: Timestamp, effects: &mut Vec<Effect>) {
        let event = &judged.event;
        let Reading::Crash(report) = &event.reading else { return };
        let Some(verdict) = judged.verdicts.iter().find_map(|verdict| match verdict {
            Verdict::Crash(verdict) => Some(Arc::clone(verdict)),
            _ => None,
        }) else {
            // The host fails open, so there is always a verdict; if that ever breaks, the broker keeps the packet.
            log::error!("a crash report of {} came without a verdict; it stays with the broker", event.device);
            self.health.counters.unsaved += 1;
            return;
        };
        // What a stack says of a report is no report, and no sign of life of the vehicle.
        let elsewhere = report.event_id.is_verdict();
        let report = self.incidents.with_samples(event.origin, report);
        if !elsewhere {
            self.health.counters.crash_reports += 1;
            self.vehicle_heard(event, now, effects);
        }
        let filed = self.incidents.file(&judged, &report, &verdict, cost, now);
        self.parts.incidents_changed = true;
        let words = format!("{}, {}", ruling_words(&verdict), likelihood(verdict.probability));
        if event.origin == Origin::Drill {
            let mut awaited = if elsewhere { Vec::new() } else { vec!["Acknowledged"] };
            awaited.extend((!filed.duplicate).then_some("Stored"));
            awaited.extend(filed.tell.then_some("Notify"));
            self.trace_judged(&judged, &words, now, Some(filed.incident.clone()), awaited);
        }
        if filed.duplicate {
            self.health.counters.duplicates += 1;
            if elsewhere {
                // No vehicle waits for an answer to it.
                effects.extend(judged.delivery.map(Effect::Release));
                return;
            }
            effects.push(Effect::Repeat(Repeat {
                event: report.event_id.clone(),
                incident: filed.incident,
                device: event.device.clone(),
                origin: event.origin,
                delivery: judged.delivery,
            }));
            return;
        }
        self.health.counters.kept += 1;
        let usual_secs = self.fleet.heard(event.origin, &event.device).and_then(|heard| heard.usual_secs);
        if filed.opened {
            *self.incident_count(event.origin) += 1;
            self.incidents.spoke_every(&filed.incident, usual_secs);
        }
        self.after_impact.reported(event, &verdict, &filed.incident, usual_secs);
        let Some(incident) = self.incidents.get(&filed.incident) else { return };
        let notice = filed.tell.then(|| crash_notice(incident, &report, &verdict, now));
        if filed.tell {
            let kind = AlertKind::Incident { incident: filed.incident.clone() };
            let text = format!("{}: {}", event.device, verdict.summary);
            self.raise(kind, event, verdict.severity, text, now, effects);
        }
        self.save_report(judged, report, verdict, &filed, notice, effects);
    }

    /// Hands a report that was filed to the store, with the notice that its commit brings into the outbox.
    fn save_report(
        &mut self,
        judged: Judged,
        report: Arc<CrashReport>,
        verdict: Arc<CrashVerdict>,
        filed: &Filed,
        notice: Option<Notice>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(incident) = self.incidents.get(&filed.incident).cloned() else { return };
        self.devices.observe(&incident);
        let notice = self.incidents.carry(&filed.incident, &report.event_id, notice);
        effects.push(Effect::Save(Record::Crash(Box::new(CrashRecord {
            incident,
            event: report.event_id.clone(),
            report,
            verdict_json: VerdictJson::of(&verdict),
            verdict,
            judge: judged.judge,
            thinned: filed.thinned,
            received_at: judged.event.received_at,
            invocations: judged.invocations,
            notice,
            delivery: judged.delivery,
        }))));
    }

    /// What was counted as kept and turned out to be a repeat is counted as one.
    fn settle(&mut self, settled: Settled) {
        if matches!(settled, Settled::Repeat | Settled::Void(_)) {
            self.health.counters.kept -= 1;
            self.health.counters.duplicates += 1;
        }
        if let Settled::Void(origin) = settled {
            *self.incident_count(origin) -= 1;
        }
    }

    fn incident_count(&mut self, origin: Origin) -> &mut u64 {
        match origin {
            Origin::Device => &mut self.health.counters.incidents,
            Origin::Drill => &mut self.health.counters.drill_incidents,
            Origin::Sample => &mut self.health.counters.sample_incidents,
        }
    }

    fn raise(
        &mut self,
        about: AlertKind,
        event: &Event,
        severity: Severity,
        text: String,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        self.raise_for(about, &event.device, event.origin, severity, text, now, effects);
    }

    #[expect(clippy::too_many_arguments, reason = "an alert's parts, each of its own type")]
    fn raise_for(
        &mut self,
        about: AlertKind,
        device: &DeviceId,
        origin: Origin,
        severity: Severity,
        text: String,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> AlertId {
        let alert = self.new_alert(about, device, origin, severity, text, now);
        if self.silencings.takes(&alert, &self.register) { alert.id } else { self.list_alert(alert, effects) }
    }

    fn new_alert(
        &mut self,
        about: AlertKind,
        device: &DeviceId,
        origin: Origin,
        severity: Severity,
        text: String,
        now: Timestamp,
    ) -> Alert {
        let id = self.alerts.next_id();
        Alert { id, about, device: device.clone(), severity, origin, raised_at: now, cleared_at: None, text }
    }

    /// Raises an alert whatever is silenced.
    fn list_alert(&mut self, alert: Alert, effects: &mut Vec<Effect>) -> AlertId {
        let id = alert.id;
        let let_go = self.alerts.raise(alert.clone());
        effects.extend(std::iter::once(Effect::Raise(alert)).chain(let_go.map(Effect::Clear)));
        self.parts.alerts_changed = true;
        id
    }

    /// What these alerts say holds no more.
    fn clear_alerts(&mut self, which: Which<'_>, now: Timestamp, effects: &mut Vec<Effect>) {
        self.silencings.over(which);
        let ended = self.alerts.end(which, now);
        self.parts.alerts_changed |= !ended.is_empty();
        effects.extend(ended.into_iter().map(Effect::Clear));
    }

    fn save_incident(&mut self, id: &IncidentId, notice: Option<Notice>, audit: Option<Audit>, effects: &mut Vec<Effect>) {
        self.parts.incidents_changed = true;
        if let Some(incident) = self.incidents.get(id) {
            self.devices.observe(incident);
            effects.push(Effect::Save(Record::Incident { incident: Arc::clone(incident), notice, audit }));
        }
    }

    fn told(&mut self, incident: &IncidentId, words: &str, outcome: &DeliveryOutcome, at: Timestamp, effects: &mut Vec<Effect>) {
        let (kind, failed, suppressed) = match outcome {
            DeliveryOutcome::Accepted => (StepKind::Told, false, false),
            DeliveryOutcome::Retrying { .. } | DeliveryOutcome::Waiting { .. } | DeliveryOutcome::Refused { .. } => {
                (StepKind::TellFailed, true, false)
            }
            DeliveryOutcome::WouldHave => (StepKind::WouldHaveTold, false, true),
        };
        self.add_step(incident, kind, at, words, effects);
        let mut stage = stage("Notify", words, at, at);
        stage.failed = failed;
        stage.suppressed = suppressed;
        self.traces.add_to_incident(incident, &stage);
        self.parts.traces_changed = true;
    }

    fn linked(&mut self, link: Link, mut status: LinkStatus, at: Timestamp) {
        let before = self.health.links.get(&link);
        let came_up = status.state == LinkState::Up && before.is_none_or(|before| before.state != LinkState::Up);
        status.n_connects = before.map_or(0, |before| before.n_connects) + u32::from(came_up);
        if link == Link::BrokerTelemetry {
            self.silence.listening(matches!(status.state, LinkState::Up | LinkState::Degraded), at);
        }
        self.health.links.insert(link, status);
    }

    fn add_step(&mut self, id: &IncidentId, kind: StepKind, at: Timestamp, detail: impl Into<String>, effects: &mut Vec<Effect>) {
        if let Some((origin, step)) = self.incidents.add_step(id, kind, at, detail) {
            self.parts.incidents_changed = true;
            effects.push(Effect::Save(Record::Step { incident: id.clone(), origin, step }));
        }
    }

    fn has_step(&self, id: &IncidentId, kind: &StepKind) -> bool {
        self.incidents.get(id).is_some_and(|incident| incident.timeline.iter().any(|step| step.kind == *kind))
    }

    fn trace_step(&mut self, incident: &IncidentId, name: &'static str, detail: &str, at: Timestamp, suppressed: bool) {
        if !self.traces.know(incident) {
            return;
        }
        let mut stage = stage(name, detail, at, at);
        stage.suppressed = suppressed;
        self.traces.add_to_incident(incident, &stage);
        self.parts.traces_changed = true;
    }

    fn trace_judged(
        &mut self,
        judged: &Judged,
        got: &str,
        now: Timestamp,
        incident: Option<IncidentId>,
        awaited: Vec<&'static str>,
    ) {
        let event = &judged.event;
        let topic = match &event.reading {
            Reading::Crash(report) => report.topic.to_string(),
            Reading::Driving(_) => format!("{}fleet/{}/driving", event.origin.root(), event.device),
            Reading::Temperature(_) => format!("{}sensors/{}/temperature", event.origin.root(), event.device),
            Reading::Presence(_) | Reading::Ruled(_) => format!("{}{}", event.origin.root(), event.device),
        };
        let mut stages = vec![
            stage("Received", "off the socket", event.received_at, event.received_at),
            stage("Decoded", "understood", event.received_at, judged.decoded_at),
        ];
        stages.extend(judged.invocations.iter().map(|call| {
            let end = call.started_at.plus_micros(i64::from(call.init_micros) + i64::from(call.duration_micros));
            stage("Judged", format!("{}: {got}", call.function), call.started_at, end)
        }));
        if matches!(&event.reading, Reading::Crash(report) if report.event_id.is_verdict()) {
            stages.push(stage("Judged", format!("by the stack: {got}"), judged.judged_at, judged.judged_at));
        }
        stages.push(stage("Filed", incident.as_ref().map_or_else(|| "series".to_owned(), ToString::to_string), now, now));
        let outcome = traces::Outcome { stages, got: got.to_owned(), incident, awaited };
        self.traces.judged(event.packet, &topic, event.origin, outcome);
        self.parts.traces_changed = true;
    }

    /// The counters alone.
    pub const fn counters(&self) -> &snapshot::Counters {
        &self.health.counters
    }

    /// One incident.
    pub fn incident(&self, id: &IncidentId) -> Option<&Arc<Incident>> {
        self.incidents.get(id)
    }

    /// How many incidents are in memory.
    pub fn n_incidents(&self) -> usize {
        self.incidents.len()
    }
}

#[cfg(test)]
mod tests;
