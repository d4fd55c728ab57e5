//! Every sequence of verbs by every role, up to a depth: no way leads to a real crash of which nobody was told, or that is
//! out of sight without a person, or that one person alone has called a malfunction.
//!
//! The world around the state is small: two crashes of two vehicles, three people, time, a further report, and a restart.
//! From each state that is reached every move is tried; states that are alike in everything that a next step could ask for
//! are gone through once. The same worlds with a fault planted must be caught, or this proves nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use fleetwatch::clock::FakeClock;
use fleetwatch::functions;
use fleetwatch::host::Host;
use fleetwatch::model::{
    Command, Effect, EventId, Fact, Incident, IncidentId, Lane, Life, Notice, Operator, Origin, Packet, Record, Role, Ruling,
    SilenceOrder, Silencing, StepKind, Team, Timestamp,
};
use fleetwatch::pricing::PriceSheet;
use fleetwatch::state::{Restored, State};

use crate::support::heart::NIGHT;

/// Moves in a row.
const DEPTH: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Planted {
    Nothing,
    /// Nobody asks for roles.
    NoRoles,
    /// A seat gives its person another name with each command.
    AnotherName,
    /// The clock of the state stands still.
    NoTicks,
    /// The first notice does not reach the outbox.
    FirstNoticeLost,
    /// Only notices of what is open again are lost.
    AgainLost,
    /// A restart forgets that a closing waits.
    ClosingForgotten,
    /// A script tidies up what is old, as itself.
    TidyScript,
    /// After a restart, decisions that wait are taken for agreed.
    ClosingTakenForAgreed,
    /// Restored incidents take reports although they are closed.
    ReportsSwallowed,
    /// While a silence stands, no notice reaches the outbox.
    SilenceHidesAll,
}

const ALL_PLANTED: [Planted; 10] = [
    Planted::SilenceHidesAll,
    Planted::NoRoles,
    Planted::AnotherName,
    Planted::NoTicks,
    Planted::FirstNoticeLost,
    Planted::AgainLost,
    Planted::ClosingForgotten,
    Planted::TidyScript,
    Planted::ClosingTakenForAgreed,
    Planted::ReportsSwallowed,
];

const GUEST: &str = "guest";
const MINA: &str = "mina";
const KIM: &str = "kim";

fn team() -> Team {
    let people = [(GUEST, Role::Viewer), (MINA, Role::Operator), (KIM, Role::Supervisor)];
    Team {
        people: people.map(|(name, role)| (name.to_owned(), role)).into(),
        others: Role::Operator,
        escalate_after_s: Vec::new(),
        ..Team::default()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Acknowledge,
    Claim,
    AssignToGuest,
    Dispatch,
    Note,
    Resolve,
    FalseAlarm,
    OverruleNone,
    OverruleReal,
    Confirm,
    Second,
    Reopen,
    UnderOther,
    OtherUnder,
    Split,
    Undo,
    ResolveOther,
    FalseAlarmOther,
    SilenceAll,
    EndSilence,
    RestoreSilence,
}

const VERBS: [Verb; 21] = [
    Verb::SilenceAll,
    Verb::EndSilence,
    Verb::RestoreSilence,
    Verb::Acknowledge,
    Verb::Claim,
    Verb::AssignToGuest,
    Verb::Dispatch,
    Verb::Note,
    Verb::Resolve,
    Verb::FalseAlarm,
    Verb::OverruleNone,
    Verb::OverruleReal,
    Verb::Confirm,
    Verb::Second,
    Verb::Reopen,
    Verb::UnderOther,
    Verb::OtherUnder,
    Verb::Split,
    Verb::Undo,
    Verb::ResolveOther,
    Verb::FalseAlarmOther,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    Does(&'static str, Verb),
    Wait(i64),
    Report,
    /// A vehicle that had no crash yet has one.
    NewCrash,
    Restart,
}

fn moves() -> Vec<Move> {
    let people = [MINA, KIM].into_iter().flat_map(|who| VERBS.map(|verb| Move::Does(who, verb)));
    people.chain([Move::Wait(11), Move::Wait(901), Move::Report, Move::NewCrash, Move::Restart]).collect()
}

/// A crash report that was judged, once for all worlds.
fn judged(vehicle: &'static str, event: usize, at: Timestamp) -> Fact {
    static HOSTED: OnceLock<Fact> = OnceLock::new();
    let fact = HOSTED.get_or_init(|| {
        let mut host = Host::new(functions::Settings::default(), 100, Box::new(FakeClock::new(NIGHT)));
        let payload = Bytes::from_static(br#"{"event_id":"e","airbag":true}"#);
        let mut facts = Vec::new();
        host.handle(&Packet::new(Lane::Crash, "fleet/van/crash", payload, NIGHT), &mut facts);
        facts.into_iter().find(|fact| matches!(fact, Fact::Judged(_))).unwrap()
    });
    let Fact::Judged(mut judged) = fact.clone() else { unreachable!() };
    judged.event.device = fleetwatch::model::DeviceId::new(vehicle);
    judged.event.received_at = at;
    let fleetwatch::model::Reading::Crash(report) = &mut judged.event.reading else { unreachable!() };
    Arc::make_mut(report).event_id = EventId(format!("{vehicle}/{event}").into());
    Fact::Judged(judged)
}

struct World {
    state: State,
    planted: Planted,
    now: Timestamp,
    n_reports: usize,
    n_names: usize,
    one: IncidentId,
    other: IncidentId,
    outbox: BTreeMap<String, Notice>,
    disk: BTreeMap<IncidentId, Arc<Incident>>,
    silences: BTreeMap<u64, Silencing>,
    /// Who really did what to which incident, as the audit has it under the name that the seat gave.
    audit: Vec<(String, Command)>,
    names: BTreeMap<String, &'static str>,
    last: Option<(&'static str, Timestamp)>,
}

fn new_state(planted: Planted) -> State {
    let mut state = State::new(16 << 20, PriceSheet::standard().clone());
    if planted != Planted::NoRoles {
        state.set_team(team());
    }
    state
}

impl World {
    fn begin(planted: Planted) -> Self {
        let none = || IncidentId("".into());
        let mut world = Self {
            state: new_state(planted),
            planted,
            now: NIGHT,
            n_reports: 0,
            n_names: 0,
            one: none(),
            other: none(),
            outbox: BTreeMap::new(),
            disk: BTreeMap::new(),
            silences: BTreeMap::new(),
            audit: Vec::new(),
            names: [GUEST, MINA, KIM].map(|name| (name.to_owned(), name)).into(),
            last: None,
        };
        world.report("van-1");
        world.report("van-2");
        let of = |vehicle: &str| world.disk.values().find(|i| i.device.as_str() == vehicle).unwrap().id.clone();
        (world.one, world.other) = (of("van-1"), of("van-2"));
        world
    }

    fn report(&mut self, vehicle: &'static str) {
        self.n_reports += 1;
        let swallowed = self.planted == Planted::ReportsSwallowed && self.disk.values().any(|i| i.device.as_str() == vehicle);
        if !swallowed {
            self.tell(judged(vehicle, self.n_reports, self.now));
        }
    }

    /// Tells the state something, and commits what it asks for. Answers how much it asked to save.
    fn tell(&mut self, fact: Fact) -> usize {
        let mut effects = Vec::new();
        self.state.apply(fact, self.now, &mut effects);
        let mut n_saved = 0;
        for effect in effects {
            let Effect::Save(record) = effect else { continue };
            let (incident, event, notice) = match record {
                Record::Crash(record) => (record.incident, Some(record.event), record.notice),
                Record::Incident { incident, notice, audit } => {
                    self.audit.extend(audit.map(|audit| (audit.by.0, audit.command)));
                    (incident, None, notice)
                }
                Record::Silencing { silencing, .. } => {
                    self.silences.insert(silencing.id, (*silencing).clone());
                    n_saved += 1;
                    continue;
                }
                _ => continue,
            };
            n_saved += 1;
            let id = incident.id.clone();
            if let Some(notice) = notice {
                let again = notice.dedup_key.contains("-again-");
                let silenced = self.planted == Planted::SilenceHidesAll && self.silences.values().any(Silencing::stands);
                let lost =
                    silenced || self.planted == Planted::AgainLost && again || self.planted == Planted::FirstNoticeLost && !again;
                if !lost {
                    self.outbox.insert(notice.dedup_key.clone(), notice);
                }
            }
            self.disk.insert(id.clone(), incident);
            let mut further = Vec::new();
            self.state.apply(Fact::Stored { incident: id, event, duplicate: false, at: self.now }, self.now, &mut further);
        }
        n_saved
    }

    /// What a verb asks of silences: of the last one that was begun.
    fn order(&self, verb: Verb) -> Option<SilenceOrder> {
        let id = self.silences.keys().next_back().copied().unwrap_or(1);
        match verb {
            Verb::SilenceAll => Some(SilenceOrder::Begin { search: "*".to_owned(), secs: 3_600, reason: "quiet".to_owned() }),
            Verb::EndSilence => Some(SilenceOrder::End { id }),
            Verb::RestoreSilence => Some(SilenceOrder::Restore { id }),
            _ => None,
        }
    }

    fn command(&self, verb: Verb) -> Command {
        let (incident, other, reason) = (self.one.clone(), self.other.clone(), "seen".to_owned());
        match verb {
            Verb::SilenceAll | Verb::EndSilence | Verb::RestoreSilence => unreachable!("an order"),
            Verb::Acknowledge => Command::Acknowledge { incident },
            Verb::Claim => Command::Claim { incident },
            Verb::AssignToGuest => Command::Assign { incident, to: Some(GUEST.to_owned()) },
            Verb::Dispatch => Command::Dispatch { incident, text: String::new() },
            Verb::Note => Command::Note { incident, text: reason },
            Verb::Resolve => Command::Resolve { incident },
            Verb::FalseAlarm => Command::FalseAlarm { incident, kind: None, reason },
            Verb::OverruleNone => Command::Overrule { incident, ruling: Ruling::Malfunction, malfunction: None, reason },
            Verb::OverruleReal => Command::Overrule { incident, ruling: Ruling::Real, malfunction: None, reason },
            Verb::Confirm => Command::Confirm { incident, reason },
            Verb::Second => Command::Second { incident },
            Verb::Reopen => Command::Reopen { incident, reason },
            Verb::UnderOther => Command::Merge { incident, into: other, reason },
            Verb::OtherUnder => Command::Merge { incident: other, into: incident, reason },
            Verb::Split => Command::Split { incident, reason },
            Verb::Undo => Command::Undo { incident },
            Verb::ResolveOther => Command::Resolve { incident: other },
            Verb::FalseAlarmOther => Command::FalseAlarm { incident: other, kind: None, reason },
        }
    }

    fn act(&mut self, who: &'static str, verb: Verb) -> usize {
        let name = if self.planted == Planted::AnotherName {
            self.n_names += 1;
            format!("{who} {}", self.n_names)
        } else {
            who.to_owned()
        };
        self.names.insert(name.clone(), who);
        if let Some(order) = self.order(verb) {
            return self.tell(Fact::Silenced { order, by: Operator(name), at: self.now });
        }
        let command = self.command(verb);
        self.tell(Fact::Commanded { command, by: Operator(name), at: self.now })
    }

    fn make(&mut self, step: Move) {
        match step {
            Move::Does(who, verb) => {
                if self.act(who, verb) > 0 {
                    self.last = Some((who, self.now));
                }
            }
            Move::Wait(secs) => {
                self.now = self.now.plus_secs(secs);
                if self.planted == Planted::TidyScript && secs > 600 {
                    let resolve = Command::Resolve { incident: self.one.clone() };
                    self.tell(Fact::Commanded { command: resolve, by: Operator("tidy.sh".to_owned()), at: self.now });
                }
                if self.planted != Planted::NoTicks {
                    self.tell(Fact::Ticked { at: self.now, queues: Vec::new(), store_bytes: 0 });
                }
            }
            Move::Report => self.report("van-1"),
            Move::NewCrash => self.report("van-3"),
            Move::Restart => {
                self.state = new_state(self.planted);
                let mut incidents: Vec<_> = self.disk.values().cloned().collect();
                for incident in &mut incidents {
                    let incident = Arc::make_mut(incident);
                    match self.planted {
                        Planted::ClosingForgotten if incident.handling.closing.is_some() => {
                            incident.handling.closing = None;
                            incident.decision = None;
                        }
                        Planted::ClosingTakenForAgreed => incident.handling.closing = None,
                        _ => {}
                    }
                    self.disk.insert(incident.id.clone(), Arc::new(incident.clone()));
                }
                let events = incidents.iter().flat_map(|i| i.events.iter().map(|e| ((i.origin, e.clone()), i.id.clone())));
                let known_events = events.collect();
                let silencings = self.silences.values().cloned().collect();
                let restored = Restored { incidents, silencings, known_events, next_number: 100, ..Restored::default() };
                self.state.restore(restored);
                self.last = None;
            }
        }
    }

    fn incident(&self, id: &IncidentId) -> Option<&Arc<Incident>> {
        self.state.incident(id)
    }

    /// Everything that a next step could ask for.
    fn key(&self) -> String {
        let age = |at: Timestamp| self.now.secs_since(at).min(901.0) as i64;
        let mut key = String::new();
        for incident in self.disk.keys().filter_map(|id| self.incident(id)) {
            let handling = &incident.handling;
            let steps = incident.timeline.iter().filter(|step| step.kind == StepKind::Unseconded).count();
            let part = format!(
                "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {steps} {} {};",
                incident.id,
                incident.life,
                incident.acknowledged.as_ref().map(|(who, _)| who),
                incident.decision.as_ref().map(|decision| (decision.ruling, &decision.by, decision.how)),
                handling.closing.as_ref().map(|closing| (&closing.by, age(closing.at), closing.resolves)),
                handling.assignee,
                handling.dispatched.is_some(),
                handling.merged_into,
                handling.merged,
                incident.n_reports,
                age(incident.last_report_at),
            );
            key.push_str(&part);
        }
        let last = self.last.map(|(who, at)| (who, age(at).min(11)));
        let of = |silence: &Silencing| {
            (silence.ended.as_ref().map(|(who, at)| (who.clone(), age(*at).min(11))), silence.warned, age(silence.at))
        };
        let silences: Vec<_> = self.silences.values().map(of).collect();
        format!("{key}{last:?}{silences:?}{}", self.outbox.len())
    }

    /// The people who really did one of these to an incident.
    fn did(&self, id: &IncidentId, which: impl Fn(&Command) -> bool) -> BTreeSet<&'static str> {
        let of = self.audit.iter().filter(|(_, command)| command.incident() == id && which(command));
        of.filter_map(|(name, _)| self.names.get(name).copied()).filter(|who| *who != GUEST).collect()
    }

    /// What must never be.
    fn wrong(&self) -> Option<String> {
        for id in [&self.one, &self.other] {
            let Some(incident) = self.incident(id) else { return Some(format!("{id} is gone")) };
            if !self.outbox.values().any(|notice| notice.incident == *id) {
                return Some(format!("nobody was told of {id}"));
            }
            let merged = |command: &Command| matches!(command, Command::Merge { into, .. } if into == id);
            let hidden = incident.life == Life::Resolved || incident.is_malfunction();
            if hidden && self.did(id, |_| true).is_empty() && !self.audit.iter().any(|(_, command)| merged(command)) {
                return Some(format!("{id} is out of sight and no person did it"));
            }
            let says_none = |command: &Command| {
                matches!(
                    command,
                    Command::FalseAlarm { .. } | Command::Overrule { ruling: Ruling::Malfunction, .. } | Command::Second { .. }
                )
            };
            if incident.is_malfunction() && self.did(id, says_none).len() < 2 {
                return Some(format!("{:?} alone called {id} a malfunction", self.did(id, says_none)));
            }
            if incident.handling.closing.as_ref().is_some_and(|closing| self.now >= closing.due()) {
                return Some(format!("{id} waits for a second person for ever"));
            }
            let n_unseconded = incident.timeline.iter().filter(|step| step.kind == StepKind::Unseconded).count();
            let told = |notice: &&Notice| notice.incident == *id && notice.text.contains("no second person");
            if self.outbox.values().filter(told).count() != n_unseconded {
                return Some(format!("{id} is open again and people were not told"));
            }
            let decided = self.did(id, says_none).len() == 1 && incident.decision.is_none();
            let accounted = |step: &fleetwatch::model::Step| {
                matches!(step.kind, StepKind::Undone | StepKind::Unseconded | StepKind::Reopened | StepKind::ReopenedBy)
            };
            if decided && !incident.timeline.iter().any(accounted) {
                return Some(format!("a decision over {id} was lost without a word"));
            }
            if incident.origin != Origin::Device {
                return Some(format!("{id} is no real one any more"));
            }
        }
        for incident in self.disk.keys().filter_map(|id| self.incident(id)) {
            if incident.is_silenced() || !self.outbox.values().any(|notice| notice.incident == incident.id) {
                return Some(format!("a silence hides {}", incident.id));
            }
        }
        if self.silences.values().any(|silence| silence.n_hidden > 0) {
            return Some("a silence hid a crash".to_owned());
        }
        if let Some((name, _)) = self.audit.iter().find(|(name, _)| name != "fleetwatch" && !self.names.contains_key(name)) {
            return Some(format!("{name:?} is no person and acted"));
        }
        None
    }

    /// A vehicle that has just crashed again is in sight.
    fn unseen(&self) -> Option<String> {
        let seen = self.disk.keys().filter_map(|id| self.incident(id)).any(|incident| {
            let newest = format!("van-1/{}", self.n_reports);
            let holds = incident.events.iter().any(|event| event.0.ends_with(&newest));
            holds && incident.life != Life::Resolved && !incident.is_malfunction()
        });
        (!seen).then(|| "a new crash is in no open incident".to_owned())
    }
}

/// What the search found, and how far it went.
struct Found {
    wrong: Option<(Vec<Move>, String)>,
    n_states: usize,
    n_sequences: usize,
}

fn search(planted: Planted, depth: usize) -> Found {
    let moves = moves();
    let mut seen = BTreeSet::from([World::begin(planted).key()]);
    let mut open = VecDeque::from([Vec::<Move>::new()]);
    let mut found = Found { wrong: None, n_states: 1, n_sequences: 0 };
    while let Some(path) = open.pop_front() {
        let replay = || {
            let mut world = World::begin(planted);
            for step in &path {
                world.make(*step);
            }
            world
        };
        let mut world = replay();
        let mut wrong = world.wrong();
        // Who may only look, and who has no name, changes nothing whatever they try; so one world does for all of it.
        for verb in VERBS {
            let before = world.key();
            if world.act(GUEST, verb) > 0 || world.key() != before {
                wrong = wrong.or_else(|| Some(format!("a viewer did {verb:?}")));
            }
        }
        if let Some(wrong) = wrong {
            found.wrong = Some((path, wrong));
            return found;
        }
        if path.len() == depth {
            continue;
        }
        for step in &moves {
            let mut world = replay();
            world.make(*step);
            found.n_sequences += 1;
            let next: Vec<_> = path.iter().copied().chain([*step]).collect();
            if let Some(wrong) = world.unseen().filter(|_| *step == Move::Report) {
                found.wrong = Some((next, wrong));
                return found;
            }
            if seen.insert(world.key()) {
                found.n_states += 1;
                open.push_back(next);
            }
        }
    }
    found
}

#[test]
fn no_sequence_of_verbs_hides_a_real_crash() {
    let found = search(Planted::Nothing, DEPTH);
    assert_eq!(found.wrong, None, "after {} states", found.n_states);
    // Fewer would mean that the moves do nothing.
    assert!(found.n_states > 500 && found.n_sequences > 10_000, "{} states, {} tried", found.n_states, found.n_sequences);
}

#[test]
fn every_planted_fault_is_caught() {
    for planted in ALL_PLANTED {
        let found = search(planted, DEPTH);
        assert!(found.wrong.is_some(), "{planted:?} was not caught within {DEPTH} moves, {} states", found.n_states);
    }
}
