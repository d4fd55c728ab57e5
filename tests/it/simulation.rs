//! A world of one seed around the real heart: vehicles that send until they are acknowledged, a broker that loses
//! what it had in memory, a disk that keeps only what was committed, a pager that fails, and a line that is killed at
//! the worst moments. Everything random comes from the seed; the same seed is the same world.
//!
//! After a calm end every real crash must be stored once, its people told once (by key), no drill may have told anyone,
//! and nothing may wait. The same world with a fault planted in the road around the heart must be caught, or these
//! tests prove nothing.

mod vigil;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;
use fleetwatch::clock::FakeClock;
use fleetwatch::functions;
use fleetwatch::host::Host;
use fleetwatch::model::effect::CrashRecord;
use fleetwatch::model::{Delivery, Effect, EventId, Fact, IncidentId, Lane, Notice, Origin, Packet, Record, Timestamp};
use fleetwatch::pricing::PriceSheet;
use fleetwatch::state::{Restored, State};

use crate::support::heart::NIGHT;

/// Faults that can be planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Planted {
    Nothing,
    /// PUBACK and application acknowledgement before the commit.
    AckBeforeCommit,
    /// The outbox is written after the incident's commit, not with it.
    OutboxApart,
    /// The notice is marked as sent before it is.
    MarkBeforeSend,
    /// The store takes the same event twice.
    NoIdempotency,
    /// Vehicles stop at the broker's PUBACK.
    TrustPuback,
    /// Drills lie in the real outbox.
    DrillInOutbox,
    /// The pager gives up after three tries.
    GiveUp,
    /// Each retry has a new key.
    FreshKey,
    /// A repeat of a stored report is not acknowledged again.
    RepeatsUnanswered,
    /// After a restart the numbers of incidents begin at one.
    NumbersForgotten,
    /// The crash lane sheds when a second packet waits.
    CrashLaneSheds,
    /// The pending outbox is not read at a start.
    OutboxNotResumed,
    /// A verdict of "malfunction" for whatever was not judged in time.
    UnjudgedIsMalfunction,
}

const ALL_PLANTED: [Planted; 13] = [
    Planted::AckBeforeCommit,
    Planted::OutboxApart,
    Planted::MarkBeforeSend,
    Planted::NoIdempotency,
    Planted::TrustPuback,
    Planted::DrillInOutbox,
    Planted::GiveUp,
    Planted::FreshKey,
    Planted::RepeatsUnanswered,
    Planted::NumbersForgotten,
    Planted::CrashLaneSheds,
    Planted::OutboxNotResumed,
    Planted::UnjudgedIsMalfunction,
];

/// `SplitMix64`: small, good enough, and the same everywhere.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
    /// True once in `n`.
    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// One report that a vehicle goes on sending until it is acknowledged.
struct Report {
    topic: String,
    payload: Bytes,
    origin: Origin,
    event: String,
    device: String,
    acknowledged: bool,
}

/// What survives a kill: only what a commit has returned for.
#[derive(Clone, Default)]
struct Disk {
    /// Stored reports, with their incident; a vector, so that a double shows.
    reports: Vec<(Origin, EventId, IncidentId)>,
    incidents: BTreeMap<IncidentId, std::sync::Arc<fleetwatch::model::Incident>>,
    /// An incident row was written over by another incident.
    overwritten: u32,
    outbox: BTreeMap<String, Notice>,
}

impl Disk {
    fn highest_number(&self) -> u64 {
        let numbers = self.incidents.keys().filter_map(|id| id.0.rsplit('-').next()?.parse().ok());
        numbers.max().unwrap_or(0)
    }
}

/// The line, alive: everything here is gone after a kill.
struct Alive {
    host: Host,
    state: State,
    clock: FakeClock,
    /// Taken off the socket, not handled.
    inbox: VecDeque<Packet>,
    /// Handed to the keeper, not committed.
    keep: VecDeque<Effect>,
    /// Notices in the teller's hands, with the tries so far.
    telling: VecDeque<(Notice, u32)>,
}

struct World {
    chance: Chance,
    planted: Planted,
    now: Timestamp,
    reports: Vec<Report>,
    /// The broker's memory: what is in flight to the line, by report index.
    broker: VecDeque<usize>,
    /// Delivered and not acknowledged by the line: comes again after a reconnect.
    unacknowledged: BTreeMap<u16, usize>,
    next_packet_id: u16,
    epoch: u64,
    disk: Disk,
    alive: Alive,
    /// What the pager received: key → devices.
    paged: Vec<(String, Origin, String)>,
    kills: u32,
}

fn payload(event: &str, at: Timestamp) -> Bytes {
    // Airbag deployed: judged real by rule, so that the world is about the road and not about the judge.
    format!(
        r#"{{"event_id":"{event}","occurred_at":{},"frame":"vehicle","gravity":false,"airbag":true,"samples":{{"t_ms":[0,10,20],"x_g":[-9,-12,-8],"y_g":[0,1,0],"z_g":[0,0,1]}}}}"#,
        at.millis()
    )
    .into()
}

fn wake(disk: &Disk, now: Timestamp, planted: Planted) -> Alive {
    let clock = FakeClock::new(now);
    let mut state = State::new(1 << 20, PriceSheet::standard().clone());
    // A third of what is stored is not loaded, as if it were older than a week: then only the store knows a repeat.
    let loaded = disk.incidents.values().filter(|incident| incident.packet.0 % 3 != 0);
    state.restore(Restored {
        incidents: loaded.cloned().collect(),
        known_events: Vec::new(),
        next_number: if planted == Planted::NumbersForgotten { 1 } else { disk.highest_number() + 1 },
        ..Restored::default()
    });
    let telling = if planted == Planted::OutboxNotResumed {
        VecDeque::new()
    } else {
        disk.outbox.values().map(|notice| (notice.clone(), 0)).collect()
    };
    Alive {
        host: Host::new(functions::Settings::default(), 100, Box::new(clock.clone())),
        state,
        clock,
        inbox: VecDeque::new(),
        keep: VecDeque::new(),
        telling,
    }
}

impl World {
    fn new(seed: u64, planted: Planted) -> Self {
        let alive = wake(&Disk::default(), NIGHT, planted);
        Self {
            chance: Chance(seed),
            planted,
            now: NIGHT,
            reports: Vec::new(),
            broker: VecDeque::new(),
            unacknowledged: BTreeMap::new(),
            next_packet_id: 0,
            epoch: 1,
            disk: Disk::default(),
            alive,
            paged: Vec::new(),
            kills: 0,
        }
    }

    /// `kill -9`: what is not on the disk is gone; the session of the broker delivers again what was not acknowledged.
    fn kill(&mut self) {
        self.kills += 1;
        self.alive = wake(&self.disk, self.now, self.planted);
        self.reconnect();
    }

    fn reconnect(&mut self) {
        self.epoch += 1;
        let again: Vec<usize> = std::mem::take(&mut self.unacknowledged).into_values().collect();
        again.into_iter().rev().for_each(|report| self.broker.push_front(report));
    }

    /// The broker dies: all it had is gone; only vehicles that were not acknowledged by us send again.
    fn break_broker(&mut self) {
        self.broker.clear();
        self.unacknowledged.clear();
        self.epoch += 1;
    }

    fn send(&mut self, report: usize) {
        self.broker.push_back(report);
        if self.planted == Planted::TrustPuback {
            self.reports[report].acknowledged = true;
        }
    }

    fn crash_somewhere(&mut self) {
        let n = self.reports.len();
        let drill = self.chance.one_in(4);
        let device = format!("van-{}", self.chance.below(5));
        let origin = if drill { Origin::Drill } else { Origin::Device };
        let event = format!("e{n}");
        let topic = format!("{}fleet/{device}/crash", origin.root());
        self.reports.push(Report { topic, payload: payload(&event, self.now), origin, event, device, acknowledged: false });
        self.send(n);
    }

    fn deliver(&mut self) {
        let Some(report) = self.broker.pop_front() else { return };
        self.next_packet_id = self.next_packet_id.wrapping_add(1).max(1);
        self.unacknowledged.insert(self.next_packet_id, report);
        if self.planted == Planted::CrashLaneSheds && !self.alive.inbox.is_empty() {
            self.unacknowledged.remove(&self.next_packet_id);
            self.reports[report].acknowledged = true;
            return;
        }
        let sent = &self.reports[report];
        self.alive.inbox.push_back(Packet {
            topic: sent.topic.as_str().into(),
            payload: sent.payload.clone(),
            received_at: self.now,
            lane: Lane::Crash,
            retained: false,
            redelivered: false,
            delivery: Some(Delivery { epoch: self.epoch, packet_id: self.next_packet_id }),
        });
    }

    fn handle(&mut self) {
        let Some(packet) = self.alive.inbox.pop_front() else { return };
        let mut facts = Vec::new();
        self.alive.clock.set(self.now);
        self.alive.host.handle(&packet, &mut facts);
        for mut fact in facts {
            if self.planted == Planted::UnjudgedIsMalfunction
                && self.chance.one_in(20)
                && let Fact::Judged(judged) = &mut fact
                && let Some(fleetwatch::model::Verdict::Crash(verdict)) = judged.verdicts.first_mut()
            {
                std::sync::Arc::make_mut(verdict).ruling = fleetwatch::model::Ruling::Malfunction;
            }
            let mut effects = Vec::new();
            self.alive.state.apply(fact, self.now, &mut effects);
            if self.planted == Planted::AckBeforeCommit {
                for effect in &effects {
                    if let Effect::Save(Record::Crash(record)) = effect {
                        self.acknowledge(record.delivery, record.incident.origin, &record.event);
                    }
                }
            }
            self.alive.keep.extend(effects);
        }
    }

    /// PUBACK to the broker and the application acknowledgement to the vehicle.
    fn acknowledge(&mut self, delivery: Option<Delivery>, origin: Origin, event: &EventId) {
        if let Some(delivery) = delivery.filter(|delivery| delivery.epoch == self.epoch) {
            self.unacknowledged.remove(&delivery.packet_id);
        }
        let report = self.reports.iter_mut().find(|r| r.origin == origin && event.0.ends_with(&format!("/{}", r.event)));
        // The acknowledgement itself may be lost on its way; the vehicle then sends again.
        if let Some(report) = report
            && !self.chance.one_in(10)
        {
            report.acknowledged = true;
        }
    }

    /// What the keeper does with one effect; may be killed at every step.
    fn keep(&mut self) -> bool {
        let Some(effect) = self.alive.keep.pop_front() else { return false };
        match effect {
            Effect::Save(Record::Crash(record)) => return self.keep_crash(&record),
            // The store knows no crash incident whose only report was a repeat: nothing is stored then.
            Effect::Save(Record::Incident { incident, notice, .. }) if self.disk.incidents.contains_key(&incident.id) => {
                self.disk.incidents.insert(incident.id.clone(), incident);
                if let Some(notice) = notice.filter(|notice| notice.origin.is_real()) {
                    self.disk.outbox.insert(notice.dedup_key.clone(), notice.clone());
                    self.alive.telling.push_back((notice, 0));
                }
            }
            Effect::Repeat(repeat) if self.planted != Planted::RepeatsUnanswered => {
                self.acknowledge(repeat.delivery, repeat.origin, &repeat.event);
            }
            _ => {}
        }
        false
    }

    fn keep_crash(&mut self, record: &CrashRecord) -> bool {
        if self.chance.one_in(12) {
            return true; // killed in the transaction
        }
        let origin = record.incident.origin;
        let known = self.disk.reports.iter().any(|(root, event, _)| *root == origin && *event == record.event);
        let duplicate = known && self.planted != Planted::NoIdempotency;
        let mut notice = None;
        if !duplicate {
            let id = record.incident.id.clone();
            if let Some(before) = self.disk.incidents.insert(id.clone(), record.incident.clone())
                && before.packet != record.incident.packet
            {
                self.disk.overwritten += 1;
            }
            self.disk.reports.push((origin, record.event.clone(), id));
            notice = record.notice.clone().filter(|n| n.origin.is_real() || self.planted == Planted::DrillInOutbox);
            if self.planted == Planted::OutboxApart && self.chance.one_in(6) {
                return true; // killed between the two commits
            }
            if let Some(notice) = &notice {
                self.disk.outbox.insert(notice.dedup_key.clone(), notice.clone());
            }
        }
        if self.chance.one_in(12) {
            return true; // killed after the commit, before anyone heard
        }
        let (incident, event) = (record.incident.id.clone(), record.event.clone());
        let mut effects = Vec::new();
        let stored = Fact::Stored { incident, event: Some(event.clone()), duplicate, at: self.now };
        self.alive.state.apply(stored, self.now, &mut effects);
        self.alive.keep.extend(effects);
        self.acknowledge(record.delivery, origin, &event);
        self.alive.telling.extend(notice.map(|notice| (notice, 0)));
        self.chance.one_in(12) // killed after the acknowledgement, before people are told
    }

    fn tell(&mut self, calm: bool) -> bool {
        let Some((notice, tries)) = self.alive.telling.pop_front() else { return false };
        if self.planted == Planted::MarkBeforeSend {
            self.disk.outbox.remove(&notice.dedup_key);
            if !calm && self.chance.one_in(6) {
                return true;
            }
        }
        let key = match self.planted {
            Planted::FreshKey => format!("{}-{tries}-{}", notice.dedup_key, self.now.0),
            _ => notice.dedup_key.clone(),
        };
        let failed = !calm && self.chance.one_in(3);
        // A failed answer does not mean that the message did not arrive.
        if !failed || self.chance.one_in(3) {
            self.paged.push((key, notice.origin, notice.device.to_string()));
        }
        if failed {
            if self.planted == Planted::GiveUp && tries >= 2 {
                self.disk.outbox.remove(&notice.dedup_key);
            } else {
                self.alive.telling.push_back((notice, tries + 1));
            }
            return false;
        }
        if !calm && self.chance.one_in(12) {
            return true; // killed after sending, before marking
        }
        self.disk.outbox.remove(&notice.dedup_key);
        false
    }

    fn step(&mut self) {
        self.now = self.now.plus_micros(1 + self.chance.below(2_000_000) as i64);
        let killed = match self.chance.below(100) {
            0..12 => {
                self.crash_somewhere();
                false
            }
            12..40 => {
                self.deliver();
                false
            }
            40..60 => {
                self.handle();
                false
            }
            60..80 => self.keep(),
            80..92 => self.tell(false),
            92..96 => {
                let waiting: Vec<usize> = (0..self.reports.len()).filter(|n| !self.reports[*n].acknowledged).collect();
                if !waiting.is_empty() {
                    let n = waiting[self.chance.below(waiting.len() as u64) as usize];
                    self.send(n);
                }
                false
            }
            96..97 => {
                self.break_broker();
                false
            }
            97..98 => {
                self.reconnect();
                false
            }
            98..99 => true,
            _ => {
                // The world sleeps: reports lie further apart than one incident lasts.
                self.now = self.now.plus_secs(90);
                false
            }
        };
        if killed {
            self.kill();
        }
    }

    /// No more faults: everyone sends what is not acknowledged, everything that waits is done.
    fn calm_down(&mut self) {
        for _round in 0..60 {
            for n in 0..self.reports.len() {
                if !self.reports[n].acknowledged {
                    self.send(n);
                }
            }
            while !self.broker.is_empty()
                || !self.alive.inbox.is_empty()
                || !self.alive.keep.is_empty()
                || !self.alive.telling.is_empty()
            {
                self.deliver();
                self.handle();
                if self.keep() {
                    self.kill();
                }
                if self.tell(true) {
                    self.kill();
                }
            }
        }
    }

    /// What is wrong, in words.
    fn verdict(&self) -> Result<(), String> {
        let mut stored = BTreeMap::new();
        for (origin, event, incident) in &self.disk.reports {
            if stored.insert((*origin, event.0.to_string()), incident.clone()).is_some() {
                return Err(format!("{event} is stored twice"));
            }
        }
        if self.disk.overwritten > 0 {
            return Err(format!("{} incidents were written over by others", self.disk.overwritten));
        }
        let paged_keys: BTreeSet<&str> = self.paged.iter().map(|(key, ..)| key.as_str()).collect();
        let mut per_incident: BTreeMap<&IncidentId, usize> = BTreeMap::new();
        for report in &self.reports {
            let name = format!("{}/{}", report.device, report.event);
            let held = stored.iter().find(|((origin, event), _)| *origin == report.origin && event.ends_with(&name));
            let Some((_, incident)) = held else { return Err(format!("{:?} {name} is lost", report.origin)) };
            if report.origin.is_real() && !paged_keys.iter().any(|key| key.starts_with(&format!("{incident}-"))) {
                return Err(format!("nobody was told of {incident}"));
            }
        }
        if let Some((key, ..)) = self.paged.iter().find(|(_, origin, _)| !origin.is_real()) {
            return Err(format!("a drill paged: {key}"));
        }
        for key in &paged_keys {
            let incident = self.disk.incidents.keys().find(|id| key.starts_with(&format!("{id}-")));
            let Some(incident) = incident else { return Err(format!("{key} tells of an incident that is not stored")) };
            *per_incident.entry(incident).or_default() += 1;
        }
        if let Some((incident, n)) = per_incident.iter().find(|(_, n)| **n > 1) {
            // Every report here is as grave as the next, so nothing justifies a second key.
            return Err(format!("{incident} told people under {n} keys"));
        }
        if !self.disk.outbox.is_empty() {
            return Err(format!("{} notices wait for ever", self.disk.outbox.len()));
        }
        if self.reports.iter().any(|report| !report.acknowledged) {
            return Err("a vehicle is never acknowledged".to_owned());
        }
        Ok(())
    }
}

fn run(seed: u64, planted: Planted) -> (Result<(), String>, World) {
    let mut world = World::new(seed, planted);
    for _step in 0..600 {
        world.step();
    }
    world.calm_down();
    (world.verdict(), world)
}

/// Seeds a healthy world is run with.
const SEEDS: u64 = 400;

#[test]
fn no_seed_loses_doubles_or_hides_a_crash() {
    let (mut kills, mut crashes) = (0, 0);
    for seed in 0..SEEDS {
        let (verdict, world) = run(seed, Planted::Nothing);
        kills += world.kills;
        crashes += world.reports.len();
        assert_eq!(verdict, Ok(()), "seed {seed}");
    }
    // A world in which nothing happens proves nothing.
    assert!(kills > 1_000 && crashes > 10_000, "only {kills} kills and {crashes} crashes in {SEEDS} seeds");
}

#[test]
fn every_planted_fault_is_caught() {
    for planted in ALL_PLANTED {
        let caught = (0..SEEDS).find_map(|seed| run(seed, planted).0.err().map(|why| (seed, why)));
        assert!(caught.is_some(), "{planted:?} was not caught in {SEEDS} seeds");
    }
}

#[test]
fn the_same_seed_is_the_same_world() {
    let trace = |seed| {
        let (_, world) = run(seed, Planted::Nothing);
        (world.kills, world.paged, world.disk.reports)
    };
    for seed in [1, 7, 99] {
        assert_eq!(trace(seed), trace(seed));
    }
}
