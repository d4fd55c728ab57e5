mod budget;
mod marks;
mod register;
mod self_test;
mod silencing;
mod silent;
mod team;

use std::collections::{HashMap, HashSet, VecDeque};

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::clock::FakeClock;
use crate::functions;
use crate::host::Host;
use crate::model::{Band, Command, Invocation, Lane, Life, Operator, Outcome, Packet, QueueReading, RejectionReason, Ruling};

const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

/// A host, a state, and a store that commits when it is told to.
struct Line {
    host: Host,
    state: State,
    clock: FakeClock,
    now: Timestamp,
    n_received: u64,
    calls: Vec<Invocation>,
    uncommitted: VecDeque<Record>,
    spikes: Vec<Spike>,
    /// What the store holds: events with their incidents, and the outbox by key.
    events: HashMap<(Origin, EventId), IncidentId>,
    outbox: HashMap<String, Notice>,
    /// Alerts that ended.
    ended: Vec<Alert>,
    minutes: Vec<InvocationMinute>,
}

impl Line {
    fn new() -> Self {
        let clock = FakeClock::new(NOW);
        Self {
            host: Host::new(functions::Settings::default(), 10_000, Box::new(clock.clone())),
            state: State::new(16 << 20, PriceSheet::standard().clone()),
            clock,
            now: NOW,
            n_received: 0,
            calls: Vec::new(),
            uncommitted: VecDeque::new(),
            spikes: Vec::new(),
            events: HashMap::new(),
            outbox: HashMap::new(),
            ended: Vec::new(),
            minutes: Vec::new(),
        }
    }

    fn receive(&mut self, topic: &str, payload: &str) {
        self.n_received += 1;
        let packet = Packet::new(
            if topic.ends_with("/crash") { Lane::Crash } else { Lane::Telemetry },
            topic,
            Bytes::copy_from_slice(payload.as_bytes()),
            self.now,
        );
        let mut facts = Vec::new();
        self.host.handle(&packet, &mut facts);
        for fact in facts {
            if let Fact::Judged(judged) = &fact {
                self.calls.extend(judged.invocations.iter().cloned());
            }
            self.tell(fact);
        }
    }

    fn tell(&mut self, fact: Fact) {
        let mut effects = Vec::new();
        self.state.apply(fact, self.now, &mut effects);
        for effect in effects {
            match effect {
                Effect::Save(record) => self.uncommitted.push_back(record),
                Effect::Regroup(register) => self.host.regroup(&register),
                Effect::Clear(alert) => self.ended.push(alert),
                _ => {}
            }
        }
    }

    /// Commits one record, as the store and the keeper do.
    fn commit(&mut self) {
        let at = self.now;
        match self.uncommitted.pop_front() {
            Some(Record::Crash(record)) => {
                let name = (record.incident.origin, record.event.clone());
                let incident = record.incident.id.clone();
                let duplicate = self.events.contains_key(&name);
                if !duplicate {
                    self.events.insert(name, incident.clone());
                    self.put(record.notice);
                }
                self.tell(Fact::Stored { incident, event: Some(record.event), duplicate, at });
            }
            Some(Record::Incident { incident, notice, .. }) => {
                self.put(notice);
                self.tell(Fact::Stored { incident: incident.id.clone(), event: None, duplicate: false, at });
            }
            Some(Record::Spike(spike)) => self.spikes.push(spike),
            Some(Record::Invocations(minute)) => self.minutes.push(minute),
            _ => {}
        }
    }

    fn commit_all(&mut self) {
        while !self.uncommitted.is_empty() {
            self.commit();
        }
    }

    fn put(&mut self, notice: Option<Notice>) {
        if let Some(notice) = notice {
            self.outbox.entry(notice.dedup_key.clone()).or_insert(notice);
        }
    }

    fn pass_secs(&mut self, secs: i64) {
        self.now = self.now.plus_secs(secs);
        self.clock.set(self.now);
        let queues = vec![QueueReading { name: "inbox", depth: 0, capacity: 1, shed: 0, offered: self.n_received }];
        self.tell(Fact::Ticked { at: self.now, queues, store_bytes: 0 });
    }

    fn command(&mut self, command: Command) {
        self.command_by("kim", command);
    }

    fn command_by(&mut self, who: &str, command: Command) {
        self.tell(Fact::Commanded { command, by: Operator(who.to_owned()), at: self.now });
    }
}

fn airbag(event: &str) -> String {
    format!(r#"{{"event_id":"{event}","airbag":true}}"#)
}

#[test]
fn the_bill_is_the_sum_of_its_calls_from_the_first_second_on() {
    let mut line = Line::new();
    // Before the first tick as well as after it.
    for round in 0..3 {
        for n in 0..50 {
            line.receive(&format!("fleet/van-{n}/crash"), &airbag(&format!("e-{round}")));
            line.receive("sensors/box-1/temperature", r#"{"celsius":5}"#);
        }
        line.pass_secs(61);
    }
    let prices = PriceSheet::standard().clone();
    let snapshot = line.state.snapshot();
    let sum: PicoUsd = line.calls.iter().map(|call| prices.list_price(call)).sum();
    let exact: crate::pricing::Amount =
        line.calls.iter().map(|call| prices.at(call.started_at).map_or_else(Default::default, |price| price.of(call))).sum();
    assert_eq!(snapshot.bill.list, exact.pico());
    assert_eq!((snapshot.bill.due, snapshot.bill.month.as_str()), (PicoUsd(0), "2027-01"));
    assert_eq!(crate::pricing::FREE_REQUESTS - snapshot.bill.free_requests_left, 300);
    assert_eq!(snapshot.functions.iter().map(|row| row.month.n_calls).sum::<u64>(), 300);
    assert_eq!(snapshot.functions.iter().map(|row| row.month.n_cold).sum::<u64>(), 2);
    let billed_ms: u64 = line.calls.iter().map(|call| u64::from(call.billed_ms)).sum();
    assert_eq!(snapshot.functions.iter().map(|row| row.month.billed_ms).sum::<u64>(), billed_ms);
    assert_eq!(snapshot.functions.iter().map(|row| row.month.list_price).sum::<PicoUsd>(), sum);
    for row in snapshot.functions.iter() {
        let newest_first: Vec<_> = line.calls.iter().rev().filter(|call| call.function == row.name).take(100).collect();
        let kept: Vec<_> = snapshot.calls.iter().map(|kept| &kept.call).filter(|call| call.function == row.name).collect();
        assert_eq!(kept, newest_first, "each function's newest calls are kept, however busy the others are");
        assert_eq!(row.day.n_calls, row.month.n_calls);
        assert_eq!(row.per_minute.iter().map(|n| u64::from(*n)).sum::<u64>(), row.month.n_calls);
    }

    // What went to the store says the same, so a restart goes on with the same bill.
    line.commit_all();
    assert_eq!(line.minutes.iter().map(|minute| minute.n_calls).sum::<u64>(), 300);
    let mut after = Line::new();
    after.state.restore(Restored { minutes: line.minutes, ..Restored::default() });
    after.pass_secs(1);
    assert_eq!(after.state.snapshot().bill.list, snapshot.bill.list);
}

#[test]
fn a_new_month_begins_a_new_bill() {
    let mut line = Line::new();
    line.receive("fleet/van-1/crash", &airbag("e-1"));
    line.pass_secs(1);
    assert_ne!(line.state.snapshot().bill.list, PicoUsd(0));
    line.pass_secs(31 * 24 * 3_600);
    let snapshot = line.state.snapshot();
    assert_eq!((snapshot.bill.month.as_str(), snapshot.bill.list), ("2027-02", PicoUsd(0)));
    assert!(snapshot.functions.iter().all(|row| row.month.n_calls == 0));
}

#[test]
fn a_function_that_failed_is_in_its_meter() {
    let mut meters = meters::Meters::new(PriceSheet::standard().clone());
    let cause = crate::model::Cause {
        packet: crate::model::PacketId(1),
        device: crate::model::DeviceId::new("van-1"),
        origin: Origin::Device,
    };
    for outcome in [Outcome::Ok, Outcome::Panic, Outcome::TimeOut, Outcome::Error] {
        let call = Invocation {
            function: "judge_crash",
            started_at: NOW,
            init_micros: 0,
            duration_micros: 1_500,
            billed_ms: 2,
            memory_mb: 128,
            outcome,
            cause: cause.clone(),
            effects: 0,
        };
        meters.count(&call);
    }
    let rows = meters.rows();
    let row = rows.iter().find(|row| row.name == "judge_crash").unwrap();
    assert_eq!(row.quarter, row.month);
    assert_eq!((row.month.n_calls, row.month.n_failed, row.month.n_cold, row.month.billed_ms), (4, 3, 0, 8));
}

#[test]
fn a_span_of_a_meter_forgets_what_is_older() {
    let mut line = Line::new();
    line.receive("sensors/box-1/temperature", r#"{"celsius":5}"#);
    let calls = |line: &mut Line| {
        line.pass_secs(1);
        let rows = line.state.snapshot().functions;
        let row = rows.iter().find(|row| row.name == "route_temperature").unwrap();
        (row.quarter.n_calls, row.day.n_calls, row.month.n_calls)
    };
    assert_eq!(calls(&mut line), (1, 1, 1));
    line.pass_secs(10 * 60);
    assert_eq!(calls(&mut line), (1, 1, 1));
    line.pass_secs(10 * 60);
    assert_eq!(calls(&mut line), (0, 1, 1));
    line.pass_secs(26 * 3_600);
    assert_eq!(calls(&mut line), (0, 0, 1));
}

#[test]
fn drills_and_samples_are_counted_apart_and_drills_listed_apart() {
    let mut line = Line::new();
    for n in 0..150 {
        line.receive(&format!("drill/fleet/van-{n}/crash"), &airbag("e-1"));
    }
    line.receive("sample/fleet/van-1/crash", &airbag("e-1"));
    line.receive("fleet/van-1/crash", &airbag("e-1"));
    line.commit_all();
    line.pass_secs(1);
    let snapshot = line.state.snapshot();
    let counters = &snapshot.counters;
    assert_eq!((counters.incidents, counters.drill_incidents, counters.sample_incidents), (1, 150, 1));
    assert!(snapshot.incidents.iter().all(|incident| incident.origin != Origin::Drill));
    assert_eq!((snapshot.incidents.len(), snapshot.drills.len()), (2, 100));
    assert!(snapshot.drills.iter().all(|incident| incident.origin == Origin::Drill));
    assert!(snapshot.alerts.len() <= 50 && snapshot.alerts[0].raised_at >= snapshot.alerts[49].raised_at);
    assert!(line.outbox.values().all(|notice| notice.origin.is_real() == notice.dedup_key.starts_with("INC-")));
}

#[test]
fn the_lists_are_in_the_order_that_they_promise() {
    let mut line = Line::new();
    for n in 0..250 {
        let celsius = match n {
            40 => "35.5",
            41 => "-4",
            _ => "5",
        };
        line.receive(&format!("sensors/box-{n:03}/temperature"), &format!(r#"{{"celsius":{celsius}}}"#));
    }
    for vehicle in ["van-b", "van-c", "van-a"] {
        line.receive(&format!("fleet/{vehicle}/driving"), &format!(r#"{{"occurred_at":{},"speed_kmh":50}}"#, NOW.millis()));
    }
    line.receive("fleet/van-x/driving", "garbage");
    line.receive("fleet/van-x/driving", "{}");
    line.pass_secs(1);
    let snapshot = line.state.snapshot();
    let counts = snapshot.sensor_counts;
    assert_eq!((counts.total, counts.hot, counts.normal, counts.cold, counts.silent), (250, 1, 248, 1, 0));
    assert_eq!(snapshot.sensors.len(), 200);
    assert!(snapshot.sensors[..2].iter().all(|row| row.last.band != Band::Normal), "out of band comes first");
    assert!(snapshot.sensors[2..].iter().all(|row| row.last.band == Band::Normal));
    let names: Vec<_> = snapshot.fleet.rows.iter().map(|row| row.device.as_str()).collect();
    assert_eq!((names.as_slice(), snapshot.fleet.total, snapshot.fleet.moving), (&["van-a", "van-b", "van-c"][..], 3, 3));
    assert_eq!(snapshot.rejections[0].reason, RejectionReason::WrongShape, "the newest is first");
    assert_eq!(snapshot.rejections[1].reason, RejectionReason::NotJson);
    assert_eq!(snapshot.rate.now, 255);
    let counters = &snapshot.counters;
    assert_eq!((counters.received, counters.kept, counters.rejected), (255, 253, 2));
}

#[test]
fn a_temperature_incident_says_when_the_sensor_came_back_and_stays_until_a_person_closes_it() {
    let mut line = Line::new();
    for celsius in [25, 31, 32, 25, 31] {
        line.receive("sensors/box-1/temperature", &format!(r#"{{"celsius":{celsius}}}"#));
        // Less often than the delay, so that each reading counts at once.
        line.pass_secs(61);
    }
    line.commit_all();
    let snapshot = line.state.snapshot();
    assert_eq!((snapshot.incidents.len(), snapshot.incidents[0].n_reports, line.outbox.len()), (1, 2, 1));
    let id = snapshot.incidents[0].id.clone();
    line.command(Command::Resolve { incident: id });
    assert_eq!(line.state.snapshot().incidents[0].life, Life::Resolved);
    line.receive("sensors/box-1/temperature", r#"{"celsius":5}"#);
    line.receive("sensors/box-1/temperature", r#"{"celsius":40}"#);
    assert_eq!(line.state.counters().incidents, 2, "closed and hot again is a new one");
}

#[test]
fn an_alert_ends_also_once_the_list_has_no_more_room_for_it() {
    let mut line = Line::new();
    let send = |line: &mut Line, n: usize, celsius: f64| {
        line.receive(&format!("sensors/box-{n}/temperature"), &format!(r#"{{"celsius":{celsius}}}"#));
    };
    for celsius in [25.0, 40.0] {
        (0..120).for_each(|n| send(&mut line, n, celsius));
        line.pass_secs(61);
    }
    (0..120).for_each(|n| send(&mut line, n, 25.0));
    let ended: HashSet<_> = line.ended.iter().map(|alert| (alert.id, alert.device.clone())).collect();
    assert_eq!((ended.len(), line.ended.len()), (120, 120), "each once");
    assert!(line.ended.iter().all(|alert| alert.text.ends_with("over after 61 s")), "{:#?}", line.ended[0]);
    assert!(line.state.snapshot().alerts.iter().all(|alert| alert.cleared_at.is_some()));
}

/// What can happen to the line.
#[derive(Clone, Debug)]
enum Happens {
    /// A report: vehicle, event, root, and how grave.
    Crash(u8, u8, bool, u8),
    Commit,
    Pass(u8),
    Acknowledge(u8),
    Resolve(u8),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        5 => (0..3_u8, 0..12_u8, prop::bool::weighted(0.3), 0..3_u8).prop_map(|(v, e, drill, grave)| Happens::Crash(v, e, drill, grave)),
        5 => Just(Happens::Commit),
        1 => (0..90_u8).prop_map(Happens::Pass),
        1 => any::<u8>().prop_map(Happens::Acknowledge),
        1 => any::<u8>().prop_map(Happens::Resolve),
    ]
}

proptest! {
    /// Whatever comes in whatever order, also reports that only the store knows: the counters add up, everybody who must
    /// be told is told, a key always says the same, and no drill is ever among the real.
    #[test]
    fn no_order_of_facts_hides_or_doubles_anything(
        known in prop::collection::vec((0..3_u8, 0..12_u8), 0..6),
        story in prop::collection::vec(happens(), 0..80),
    ) {
        let mut line = Line::new();
        // What an earlier run stored and this one has not loaded: the state takes such a report for new.
        for (vehicle, event) in known {
            let name = (Origin::Device, EventId(format!("van-{vehicle}/e-{event}").into()));
            line.events.insert(name, IncidentId("INC-20260101-0001".into()));
        }
        let n_known = line.events.len();
        let mut keys: HashMap<String, Notice> = HashMap::new();
        let mut resolved: HashSet<IncidentId> = HashSet::new();
        for happening in story {
            let nth = |line: &mut Line, n: u8| {
                let listed = line.state.snapshot().incidents;
                (!listed.is_empty()).then(|| listed[usize::from(n) % listed.len()].id.clone())
            };
            match happening {
                Happens::Crash(vehicle, event, drill, grave) => {
                    let root = if drill { "drill/" } else { "" };
                    let claim = [r#""airbag":true"#, r#""frame":"vehicle""#, r#""drill":true,"airbag":true"#][usize::from(grave)];
                    line.receive(&format!("{root}fleet/van-{vehicle}/crash"), &format!(r#"{{"event_id":"e-{event}",{claim}}}"#));
                }
                Happens::Commit => line.commit(),
                Happens::Pass(secs) => line.pass_secs(i64::from(secs)),
                Happens::Acknowledge(n) => {
                    if let Some(incident) = nth(&mut line, n) {
                        line.command(Command::Acknowledge { incident });
                    }
                }
                Happens::Resolve(n) => {
                    if let Some(incident) = nth(&mut line, n) {
                        resolved.insert(incident.clone());
                        line.command(Command::Resolve { incident });
                    }
                }
            }
            for record in &line.uncommitted {
                let Record::Crash(record) = record else { continue };
                if let Some(notice) = &record.notice {
                    let first = keys.entry(notice.dedup_key.clone()).or_insert_with(|| notice.clone());
                    prop_assert_eq!(&*first, notice, "one key says two things");
                    prop_assert_eq!(notice.origin, record.incident.origin);
                }
            }
            for incident in line.state.snapshot().incidents.iter() {
                prop_assert!(incident.origin != Origin::Drill);
                prop_assert_eq!(resolved.contains(&incident.id), incident.life == Life::Resolved, "{} opened by itself", incident.id);
            }
        }
        line.commit_all();
        line.pass_secs(1);
        let snapshot = line.state.snapshot();
        let counters = &snapshot.counters;
        prop_assert_eq!(counters.received, counters.kept + counters.shed + counters.rejected + counters.duplicates);
        prop_assert_eq!(counters.kept, (line.events.len() - n_known) as u64, "kept is what was stored");
        prop_assert_eq!(counters.incidents, snapshot.incidents.len() as u64);
        prop_assert_eq!(counters.drill_incidents, snapshot.drills.len() as u64);
        // Everything here is real or undecided, so somebody is told of each incident.
        let told: HashSet<_> = line.outbox.values().map(|notice| notice.incident.clone()).collect();
        for incident in snapshot.incidents.iter().chain(snapshot.drills.iter()) {
            prop_assert!(told.contains(&incident.id), "nobody is told of {}", incident.id);
            prop_assert!(incident.stored);
        }
        let rooted = |notice: &Notice| (notice.origin == Origin::Drill) == notice.dedup_key.starts_with("DRL-");
        prop_assert!(line.outbox.values().all(rooted), "a drill is among the real");
    }
}
