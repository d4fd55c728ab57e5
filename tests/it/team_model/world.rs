//! A small world around the state: two incidents, the people of a shift, time, further reports, a restart; and what may go
//! wrong in it when a fault is planted.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use fleetwatch::clock::FakeClock;
use fleetwatch::functions;
use fleetwatch::host::Host;
use fleetwatch::model::command::UNDO_SECS;
use fleetwatch::model::register::Entry;
use fleetwatch::model::{
    Bulk, Command, DeviceId, Each, Effect, EventId, Fact, Incident, IncidentId, Lane, Life, Notice, Operator, Origin, Packet,
    Reading, Record, Register, RegisterOrder, Role, Ruling, Secret, Severity, SilenceOrder, Silencing, StepKind, Team, Timestamp,
};
use fleetwatch::pricing::PriceSheet;
use fleetwatch::scenario::Scenario;
use fleetwatch::state::{Restored, State};

use crate::support::heart::NIGHT;

/// A fault between the people, the state and the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Planted {
    Nothing,
    /// Nobody asks for roles.
    NoRoles,
    /// An operator has got the rights of a supervisor.
    OperatorOverrules,
    /// A seat gives its person another name with each command.
    AnotherName,
    /// An admin needs no second person.
    AdminAlone,
    /// Whoever asks takes back what another did.
    UndoesOthers,
    /// Nobody asks for secrets.
    SecretsNotAsked,
    /// Who has shown their secret is taken for them also after a restart.
    ShownForEver,
    /// The register is written in the name of a supervisor whoever asks.
    RegisterForAll,
    /// What is done to many is done to what came after it was seen.
    BulkUnseen,
    /// What is done to many closes also what nobody has taken.
    BulkClosesAll,
    /// The clock of the state stands still.
    NoTicks,
    /// Nobody is told again while nobody acknowledges.
    NoChain,
    /// The first notice does not reach the outbox.
    FirstNoticeLost,
    /// Only notices of what is open again are lost.
    AgainLost,
    /// Only notices of what a person calls real are lost.
    OverruledLost,
    /// A restart forgets that a closing waits.
    ClosingForgotten,
    /// After a restart, decisions that wait are taken for agreed.
    ClosingTakenForAgreed,
    /// A script tidies up what is old, as itself.
    TidyScript,
    /// Whoever is given something has taken it.
    GivenIsTaken,
    /// Restored incidents take reports although they are closed.
    ReportsSwallowed,
    /// While a silence stands, no notice reaches the outbox.
    SilenceHidesAll,
    /// A drill comes in as a real one.
    DrillForReal,
}

impl Planted {
    pub(super) const ALL: [Self; 22] = [
        Self::NoRoles,
        Self::OperatorOverrules,
        Self::AnotherName,
        Self::AdminAlone,
        Self::UndoesOthers,
        Self::SecretsNotAsked,
        Self::ShownForEver,
        Self::RegisterForAll,
        Self::BulkUnseen,
        Self::BulkClosesAll,
        Self::NoTicks,
        Self::NoChain,
        Self::FirstNoticeLost,
        Self::AgainLost,
        Self::OverruledLost,
        Self::ClosingForgotten,
        Self::ClosingTakenForAgreed,
        Self::TidyScript,
        Self::GivenIsTaken,
        Self::ReportsSwallowed,
        Self::SilenceHidesAll,
        Self::DrillForReal,
    ];

    /// The world in which it shows.
    pub(super) const fn start(self) -> Start {
        match self {
            Self::OverruledLost => Start::OneMalfunction,
            Self::DrillForReal => Start::OtherDrill,
            _ => Start::BothReal,
        }
    }
}

/// What the two incidents are at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// Both are real accidents.
    BothReal,
    /// The first was judged a malfunction, so that nobody was told of it.
    OneMalfunction,
    /// The other is a drill.
    OtherDrill,
}

impl Start {
    /// Verbs that nobody can do anything with there.
    pub(super) const fn leaves_idle(self, verb: Verb) -> bool {
        // A drill never goes with a real one.
        matches!(self, Self::OtherDrill) && matches!(verb, Verb::UnderOther | Verb::OtherUnder | Verb::Split | Verb::SplitOther)
    }
}

pub(super) const NOBODY: &str = "";
pub(super) const GUEST: &str = "guest";
pub(super) const MINA: &str = "mina";
pub(super) const KIM: &str = "kim";
pub(super) const LEE: &str = "lee";
/// A supervisor who has a secret.
pub(super) const PARK: &str = "park";

/// Nobody has acknowledged for so long: people are told again, s.
const CHAIN_S: u32 = 300;

/// What each may do, as the team was told; the state is not asked.
pub(super) fn role(who: &str) -> Option<Role> {
    match who {
        GUEST => Some(Role::Viewer),
        MINA => Some(Role::Operator),
        KIM | PARK => Some(Role::Supervisor),
        LEE => Some(Role::Admin),
        _ => None,
    }
}

fn team(planted: Planted) -> Team {
    let mut people: BTreeMap<String, Role> =
        [GUEST, MINA, KIM, LEE, PARK].into_iter().filter_map(|who| Some((who.to_owned(), role(who)?))).collect();
    if planted == Planted::OperatorOverrules {
        people.insert(MINA.to_owned(), Role::Supervisor);
    }
    let secrets = [(PARK.to_owned(), Secret::new("a hash"))];
    Team {
        people,
        // The seats of the planted faults give names that nobody has listed.
        others: Role::Supervisor,
        secrets: if planted == Planted::SecretsNotAsked { BTreeMap::new() } else { secrets.into() },
        escalate_after_s: if planted == Planted::NoChain { Vec::new() } else { vec![CHAIN_S] },
        ..Team::default()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verb {
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
    ReopenOther,
    SplitOther,
    AllAcknowledge,
    AllClaim,
    AllResolve,
    /// Of what was on the screen when the night began.
    AllAcknowledgeSeen,
    SilenceAll,
    EndSilence,
    RestoreSilence,
    NameIt,
    ForgetName,
}

impl Verb {
    pub(super) const ALL: [Self; 29] = [
        Self::Acknowledge,
        Self::Claim,
        Self::AssignToGuest,
        Self::Dispatch,
        Self::Note,
        Self::Resolve,
        Self::FalseAlarm,
        Self::OverruleNone,
        Self::OverruleReal,
        Self::Confirm,
        Self::Second,
        Self::Reopen,
        Self::UnderOther,
        Self::OtherUnder,
        Self::Split,
        Self::Undo,
        Self::ResolveOther,
        Self::FalseAlarmOther,
        Self::ReopenOther,
        Self::SplitOther,
        Self::AllAcknowledge,
        Self::AllClaim,
        Self::AllResolve,
        Self::AllAcknowledgeSeen,
        Self::SilenceAll,
        Self::EndSilence,
        Self::RestoreSilence,
        Self::NameIt,
        Self::ForgetName,
    ];

    /// The least that may do it, by the words of the settings; the state is not asked.
    pub(super) const fn needs(self) -> Role {
        match self {
            Self::OverruleNone | Self::NameIt | Self::ForgetName => Role::Supervisor,
            _ => Role::Operator,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Does(&'static str, Verb),
    /// Whoever sits here now.
    SignsIn(&'static str),
    Wait(i64),
    Report,
    /// A vehicle that had no crash yet has one.
    NewCrash,
    Restart,
}

/// What a person asks for.
enum Asks {
    Of(Command),
    OfAll(Bulk),
    Silence(SilenceOrder),
    Register(RegisterOrder),
}

/// A crash report as a function judged it, once for all worlds.
fn judged(vehicle: &'static str, event: usize, at: Timestamp, ruling: Ruling) -> Fact {
    static REAL: OnceLock<Fact> = OnceLock::new();
    static NONE: OnceLock<Fact> = OnceLock::new();
    let judge = |payload: &[u8]| {
        let mut host = Host::new(functions::Settings::default(), 100, Box::new(FakeClock::new(NIGHT)));
        let mut facts = Vec::new();
        host.handle(&Packet::new(Lane::Crash, "fleet/van/crash", Bytes::copy_from_slice(payload), NIGHT), &mut facts);
        facts.into_iter().find(|fact| matches!(fact, Fact::Judged(_))).unwrap()
    };
    let fact = if ruling == Ruling::Real {
        REAL.get_or_init(|| judge(br#"{"event_id":"e","airbag":true}"#))
    } else {
        NONE.get_or_init(|| {
            let drop = Scenario::parse(include_str!("../../../assets/scenarios/phone_drop.toml")).unwrap();
            judge(&drop.steps[0].render(NIGHT, "e"))
        })
    };
    let Fact::Judged(mut judged) = fact.clone() else { unreachable!() };
    judged.event.device = DeviceId::new(vehicle);
    judged.event.received_at = at;
    let Reading::Crash(report) = &mut judged.event.reading else { unreachable!() };
    Arc::make_mut(report).event_id = EventId(format!("{vehicle}/{event}").into());
    Fact::Judged(judged)
}

#[derive(Clone)]
pub(super) struct World {
    pub(super) state: State,
    start: Start,
    planted: Planted,
    pub(super) now: Timestamp,
    n_reports: usize,
    n_names: usize,
    pub(super) one: IncidentId,
    pub(super) other: IncidentId,
    pub(super) outbox: BTreeMap<String, Notice>,
    pub(super) disk: BTreeMap<IncidentId, Arc<Incident>>,
    pub(super) silences: BTreeMap<u64, Silencing>,
    register: Register,
    /// Who really asks at the moment, whatever the seat calls them.
    acting: Option<&'static str>,
    /// Who really did what to which incident; what nobody did is in the name that the audit has.
    pub(super) audit: Vec<(String, Command)>,
    /// Who wrote into the register or silenced something, and what role that takes.
    pub(super) orders: Vec<(&'static str, Role)>,
    /// Who has signed in last, with the secret that they have.
    signed_in: Option<&'static str>,
    /// Whom the state takes for that.
    shown: Option<&'static str>,
    /// Who did something to an incident last, when, and what it was like before: that can be taken back.
    last: BTreeMap<IncidentId, (&'static str, Timestamp, String)>,
    /// Since when nobody has taken it.
    pub(super) open_since: BTreeMap<IncidentId, Timestamp>,
    pub(super) ticked_at: Timestamp,
    /// What went wrong in a step, where it cannot be seen afterwards.
    pub(super) odd: Option<String>,
}

/// The function that reported it takes it for none, so that nobody was told.
pub(super) fn was_judged_none(incident: &Incident) -> bool {
    incident.verdict().is_some_and(|verdict| verdict.ruling == Ruling::Malfunction)
}

fn new_state(planted: Planted) -> State {
    let mut state = State::new(16 << 20, PriceSheet::standard().clone());
    if planted != Planted::NoRoles {
        state.set_team(team(planted));
    }
    state
}

impl World {
    pub(super) fn begin(start: Start, planted: Planted) -> Self {
        let none = || IncidentId("".into());
        let mut world = Self {
            state: new_state(planted),
            start,
            planted,
            now: NIGHT,
            n_reports: 0,
            n_names: 0,
            one: none(),
            other: none(),
            outbox: BTreeMap::new(),
            disk: BTreeMap::new(),
            silences: BTreeMap::new(),
            register: Register::default(),
            acting: None,
            audit: Vec::new(),
            orders: Vec::new(),
            signed_in: None,
            shown: None,
            last: BTreeMap::new(),
            open_since: BTreeMap::new(),
            ticked_at: NIGHT,
            odd: None,
        };
        world.report("van-1", if start == Start::OneMalfunction { Ruling::Malfunction } else { Ruling::Real });
        world.report("van-2", Ruling::Real);
        let of = |vehicle: &str| world.disk.values().find(|i| i.device.as_str() == vehicle).unwrap().id.clone();
        (world.one, world.other) = (of("van-1"), of("van-2"));
        world.note_what_is_open();
        world
    }

    fn report(&mut self, vehicle: &'static str, ruling: Ruling) {
        self.n_reports += 1;
        let swallowed = self.planted == Planted::ReportsSwallowed && self.disk.values().any(|i| i.device.as_str() == vehicle);
        if swallowed {
            return;
        }
        let mut fact = judged(vehicle, self.n_reports, self.now, ruling);
        if let (Fact::Judged(judged), Start::OtherDrill, "van-2") = (&mut fact, self.start, vehicle)
            && self.planted != Planted::DrillForReal
        {
            judged.event.origin = Origin::Drill;
        }
        self.tell(fact);
    }

    /// Tells the state something, and commits what it asks for. Answers how much it asked to save.
    fn tell(&mut self, fact: Fact) -> usize {
        let mut effects = Vec::new();
        self.state.apply(fact, self.now, &mut effects);
        let mut n_saved = 0;
        for effect in effects {
            let Effect::Save(record) = effect else { continue };
            n_saved += 1;
            let (incident, event, notice) = match record {
                Record::Crash(record) => (record.incident, Some(record.event), record.notice),
                Record::Incident { incident, notice, audit } => {
                    if let Some(audit) = audit {
                        if let Some(who) = self.acting.filter(|_| audit.command.can_be_undone()) {
                            let before = self.disk.get(&incident.id).map(|before| self.part(before)).unwrap_or_default();
                            self.last.insert(incident.id.clone(), (who, self.now, before));
                        }
                        self.audit.push((self.acting.map_or(audit.by.0, str::to_owned), audit.command));
                    }
                    (incident, None, notice)
                }
                Record::Silencing { silencing, order } => {
                    if let (Some(who), Some(_)) = (self.acting, order) {
                        self.orders.push((who, Role::Operator));
                    }
                    self.silences.insert(silencing.id, (*silencing).clone());
                    continue;
                }
                Record::Register { order, .. } => {
                    self.orders.extend(self.acting.map(|who| (who, Role::Supervisor)));
                    self.register.change(&order);
                    continue;
                }
                _ => continue,
            };
            let id = incident.id.clone();
            if let Some(notice) = notice.filter(|notice| !self.is_lost(notice)) {
                self.outbox.insert(notice.dedup_key.clone(), notice);
            }
            self.disk.insert(id.clone(), incident);
            let mut further = Vec::new();
            self.state.apply(Fact::Stored { incident: id, event, duplicate: false, at: self.now }, self.now, &mut further);
        }
        n_saved
    }

    fn is_lost(&self, notice: &Notice) -> bool {
        let has = |part: &str| notice.dedup_key.contains(part);
        match self.planted {
            Planted::FirstNoticeLost => !has("-again-") && !has("-overruled"),
            Planted::AgainLost => has("-again-"),
            Planted::OverruledLost => has("-overruled"),
            Planted::SilenceHidesAll => self.silences.values().any(Silencing::stands),
            _ => false,
        }
    }

    fn asks(&self, verb: Verb) -> Asks {
        let (incident, other, reason) = (self.one.clone(), self.other.clone(), "seen".to_owned());
        // Of the silences the last one that was begun.
        let id = self.silences.keys().next_back().copied().unwrap_or(1);
        let all = |each, seen_at| Asks::OfAll(Bulk { search: "vehicle:van*".to_owned(), seen_at, each });
        let command = match verb {
            Verb::SilenceAll => {
                return Asks::Silence(SilenceOrder::Begin { search: "*".to_owned(), secs: 3_600, reason: "quiet".to_owned() });
            }
            Verb::EndSilence => return Asks::Silence(SilenceOrder::End { id }),
            Verb::RestoreSilence => return Asks::Silence(SilenceOrder::Restore { id }),
            Verb::AllAcknowledge => return all(Each::Acknowledge, self.now),
            Verb::AllClaim => return all(Each::Claim, self.now),
            Verb::AllResolve => return all(Each::Resolve, self.now),
            Verb::AllAcknowledgeSeen => {
                return all(Each::Acknowledge, if self.planted == Planted::BulkUnseen { self.now } else { NIGHT });
            }
            Verb::NameIt => {
                let entry = Entry { name: "Long wheels".to_owned(), ..Entry::new(DeviceId::new("van-1")) };
                return Asks::Register(RegisterOrder::Put { entries: vec![entry], from: String::new() });
            }
            Verb::ForgetName => return Asks::Register(RegisterOrder::Remove { id: DeviceId::new("van-1") }),
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
            Verb::ReopenOther => Command::Reopen { incident: other, reason },
            Verb::SplitOther => Command::Split { incident: other, reason },
        };
        Asks::Of(command)
    }

    /// Somebody tries something. Answers how much of it was to be saved.
    pub(super) fn act(&mut self, who: &'static str, verb: Verb) -> usize {
        self.acting = Some(who);
        let before: BTreeMap<IncidentId, Arc<Incident>> = self.known().map(|i| (i.id.clone(), Arc::clone(i))).collect();
        let n_told = self.outbox.len();
        let n_saved = self.ask(who, verb);
        self.acting = None;
        let again = match verb {
            Verb::Reopen => Some(&self.one),
            Verb::ReopenOther => Some(&self.other),
            _ => None,
        };
        let told = |incident: &Incident| incident.origin == Origin::Drill || self.outbox.len() > n_told;
        if again.and_then(|id| before.get(id)).is_some_and(|before| n_saved > 0 && !was_judged_none(before) && !told(before)) {
            self.odd.get_or_insert("it was opened again and people were not told".to_owned());
        }
        if verb == Verb::Undo && n_saved > 0 && self.undone_of(&before, who) {
            self.odd.get_or_insert(format!("{who:?} took back what another did"));
        }
        if matches!(verb, Verb::AllAcknowledge | Verb::AllClaim | Verb::AllResolve | Verb::AllAcknowledgeSeen) {
            let odd = before.values().find(|before| self.is_touched_oddly(before, verb));
            if let Some(odd) = odd {
                self.odd.get_or_insert(format!("{verb:?} touched {}, {:?}, {:?}", odd.id, odd.life, odd.origin));
            }
        }
        n_saved
    }

    fn ask(&mut self, who: &'static str, verb: Verb) -> usize {
        let at = self.now;
        let mut name = who.to_owned();
        let acts = [MINA, KIM, LEE].contains(&who);
        if self.planted == Planted::AnotherName && acts {
            self.n_names += 1;
            name = format!("{who} {}", self.n_names);
        }
        if self.planted == Planted::UndoesOthers && acts && verb == Verb::Undo {
            name = self.last.get(&self.one).map_or(name, |(who, ..)| (*who).to_owned());
        }
        if self.planted == Planted::RegisterForAll && matches!(verb, Verb::NameIt | Verb::ForgetName) {
            KIM.clone_into(&mut name);
        }
        let by = || Operator(name.clone());
        match self.asks(verb) {
            Asks::Silence(order) => self.tell(Fact::Silenced { order, by: by(), at }),
            Asks::Register(order) => self.tell(Fact::Registered { order, by: by(), at, done: None }),
            Asks::OfAll(bulk) if self.planted == Planted::BulkClosesAll && bulk.each == Each::Resolve => {
                let all: Vec<_> = self.known().map(|incident| incident.id.clone()).collect();
                let resolve = |incident| Fact::Commanded { command: Command::Resolve { incident }, by: by(), at };
                all.into_iter().map(|incident| self.tell(resolve(incident))).sum()
            }
            Asks::OfAll(bulk) => self.tell(Fact::CommandedAll { bulk, by: by(), at }),
            Asks::Of(command) => {
                let incident = command.incident().clone();
                let n_saved = self.tell(Fact::Commanded { command, by: by(), at });
                let more = match (self.planted, verb, who) {
                    (Planted::GivenIsTaken, Verb::AssignToGuest, _) => {
                        self.acting = None;
                        Some(("for the guest".to_owned(), Command::Acknowledge { incident }))
                    }
                    (Planted::AdminAlone, Verb::FalseAlarm | Verb::OverruleNone, LEE) => {
                        Some(("lee's other seat".to_owned(), Command::Second { incident }))
                    }
                    _ => None,
                };
                n_saved + more.map_or(0, |(name, command)| self.tell(Fact::Commanded { command, by: Operator(name), at }))
            }
        }
    }

    /// Of what was taken back just now, something had been done by another.
    fn undone_of(&self, before: &BTreeMap<IncidentId, Arc<Incident>>, who: &str) -> bool {
        before.values().any(|before| {
            let Some(now) = self.incident(&before.id) else { return true };
            let [acknowledged, resolved] = [(&before.acknowledged, &now.acknowledged), (&before.resolved, &now.resolved)]
                .map(|(before, now)| before.as_ref().filter(|_| before != now).map(|(who, _)| who));
            let decided = before.decision.as_ref().filter(|_| before.decision != now.decision).map(|decision| &decision.by);
            [acknowledged, resolved, decided].into_iter().flatten().any(|by| by != who)
        })
    }

    /// Something that was done to many must not have been done to this one.
    fn is_touched_oddly(&self, before: &Incident, verb: Verb) -> bool {
        let Some(now) = self.incident(&before.id) else { return true };
        let pressing = before.life == Life::Open && before.severity == Severity::Critical && !before.is_malfunction();
        let unseen = verb == Verb::AllAcknowledgeSeen && before.last_report_at > NIGHT;
        let closed = now.life == Life::Resolved && before.life != Life::Resolved;
        let touched = now.life != before.life || now.handling != before.handling;
        before.origin == Origin::Drill && touched || closed && pressing || unseen && touched
    }

    /// Answers whether anything was to be saved.
    pub(super) fn make(&mut self, step: Move) -> bool {
        let n_saved = match step {
            Move::Does(who, verb) => self.act(who, verb),
            Move::SignsIn(who) => {
                (self.signed_in, self.shown) = (Some(who), Some(who));
                self.tell(Fact::SignedIn { who: Operator(who.to_owned()), at: self.now })
            }
            Move::Wait(secs) => {
                self.now = self.now.plus_secs(secs);
                if self.planted == Planted::TidyScript && secs > 600 {
                    let resolve = Command::Resolve { incident: self.one.clone() };
                    self.tell(Fact::Commanded { command: resolve, by: Operator("tidy.sh".to_owned()), at: self.now });
                }
                self.ticked_at = self.now;
                if self.planted != Planted::NoTicks {
                    self.tell(Fact::Ticked { at: self.now, queues: Vec::new(), store_bytes: 0 });
                }
                1
            }
            Move::Report => {
                self.report("van-1", Ruling::Real);
                1
            }
            Move::NewCrash => {
                self.report("van-3", Ruling::Real);
                1
            }
            Move::Restart => {
                self.restart();
                1
            }
        };
        self.note_what_is_open();
        n_saved > 0
    }

    fn restart(&mut self) {
        self.state = new_state(self.planted);
        let mut incidents: Vec<_> = self.disk.values().cloned().collect();
        for incident in &mut incidents {
            let incident = Arc::make_mut(incident);
            incident.stored = true;
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
        let (silencings, register) = (self.silences.values().cloned().collect(), self.register.clone());
        let restored = Restored { incidents, silencings, known_events, register, next_number: 100, ..Restored::default() };
        self.state.restore(restored);
        self.last.clear();
        self.signed_in = None;
        self.shown = self.shown.filter(|_| self.planted == Planted::ShownForEver);
        if let Some(who) = self.shown {
            self.tell(Fact::SignedIn { who: Operator(who.to_owned()), at: self.now });
        }
    }

    fn note_what_is_open(&mut self) {
        let open: Vec<IncidentId> = self.known().filter(|i| i.life == Life::Open).map(|i| i.id.clone()).collect();
        self.open_since.retain(|id, _| open.contains(id));
        for id in open {
            self.open_since.entry(id).or_insert(self.now);
        }
    }

    pub(super) fn incident(&self, id: &IncidentId) -> Option<&Arc<Incident>> {
        self.state.incident(id)
    }

    /// What the state knows of what was ever stored.
    pub(super) fn known(&self) -> impl Iterator<Item = &Arc<Incident>> {
        self.disk.keys().filter_map(|id| self.incident(id))
    }

    /// Whether somebody may do something, by the names, the secrets and the table of this test.
    pub(super) fn may(&self, who: &str, least: Role) -> bool {
        role(who).is_some_and(|role| role >= least) && (who != PARK || self.signed_in == Some(PARK))
    }

    /// The second vehicle only plays.
    pub(super) fn starts_with_a_drill(&self) -> bool {
        self.start == Start::OtherDrill
    }

    /// The chain's wait.
    pub(super) const fn chain_secs() -> f64 {
        CHAIN_S as f64
    }

    /// The last report of the first vehicle is in the event with this end.
    pub(super) fn newest(&self) -> String {
        format!("van-1/{}", self.n_reports)
    }

    /// How long ago, s, where anything still waits for it.
    fn age(&self, at: Timestamp) -> i64 {
        self.now.secs_since(at).min(901.0) as i64
    }

    /// What people made of an incident.
    fn part(&self, incident: &Incident) -> String {
        let handling = &incident.handling;
        format!(
            "{:?} {:?} {:?} {:?} {:?} {} {:?} {:?}",
            incident.life,
            incident.acknowledged.as_ref().map(|(who, _)| who),
            incident.decision.as_ref().map(|decision| (decision.ruling, &decision.by, decision.how)),
            handling.closing.as_ref().map(|closing| (&closing.by, self.age(closing.at), closing.resolves)),
            handling.assignee,
            handling.dispatched.is_some(),
            handling.merged_into,
            handling.merged,
        )
    }

    /// Everything that a next step could ask for.
    pub(super) fn key(&self) -> String {
        use std::fmt::Write as _;
        let mut key = String::new();
        for incident in self.known() {
            let n_unseconded = incident.timeline.iter().filter(|step| step.kind == StepKind::Unseconded).count();
            let last = self.last.get(&incident.id).map(|(who, at, before)| (who, self.age(*at), before));
            let last = last.filter(|(_, secs, _)| *secs <= UNDO_SECS);
            let n_told = self.outbox.values().filter(|notice| notice.incident == incident.id).count();
            let (report, open) = (self.age(incident.last_report_at), self.open_since.get(&incident.id).map(|at| self.age(*at)));
            // By the order in which they came: after a restart a new one has another number.
            let (device, part, n) = (&incident.device, self.part(incident), incident.n_reports);
            write!(key, "{device} {part} {n_unseconded} {n} {report} {open:?} {last:?} {n_told};").unwrap();
        }
        let of = |silence: &Silencing| {
            let ended = silence.ended.as_ref().map(|(who, at)| (who.clone(), self.age(*at).min(UNDO_SECS + 1)));
            (ended, silence.warned, self.age(silence.at))
        };
        let silences: Vec<_> = self.silences.values().map(of).collect();
        write!(key, "{silences:?} {} {:?} {}", self.register.len(), (self.signed_in, self.shown), self.now > NIGHT).unwrap();
        key
    }
}
