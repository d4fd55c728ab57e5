//! The heart on one thread, without a broker, a disk or a clock: a host, a state, and a store that commits at once.

use std::collections::BTreeMap;

use bytes::Bytes;
use fleetwatch::clock::FakeClock;
use fleetwatch::decode::{Wanted, topic};
use fleetwatch::host::Host;
use fleetwatch::model::{
    Alert, Delivery, Effect, Fact, Incident, Lane, Link, LinkState, LinkStatus, Notice, Origin, Packet, QueueReading, Record,
    Timestamp, Verdict,
};
use fleetwatch::pricing::PriceSheet;
use fleetwatch::settings::Settings;
use fleetwatch::state::State;

/// 2026-03-18T03:12:00Z, the night of the design's pictures.
pub(crate) const NIGHT: Timestamp = Timestamp(1_773_803_520_000_000);

/// Whatever comes of one thing on its way in or out: itself, unless a fault is planted there.
pub(crate) type Road<T> = Box<dyn FnMut(T) -> Vec<T>>;

/// A heart with everything it asked for.
pub(crate) struct Heart {
    host: Host,
    pub(crate) state: State,
    clock: FakeClock,
    now: Timestamp,
    facts: Vec<Fact>,
    /// What functions said, with their names, in order.
    pub(crate) verdicts: Vec<(&'static str, Verdict)>,
    pub(crate) alerts: Vec<Alert>,
    /// Those of the alerts that are over.
    pub(crate) over: Vec<Alert>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) published: Vec<(String, Vec<u8>)>,
    pub(crate) released: Vec<Delivery>,
    /// How facts come to the state.
    pub(crate) way_in: Road<Fact>,
    /// How effects leave it.
    pub(crate) way_out: Road<Effect>,
    n_packets: u64,
}

impl Heart {
    pub(crate) fn new(settings: Settings) -> Self {
        let clock = FakeClock::new(NIGHT);
        let mut heart = Self {
            host: Host::reading(&settings.formats, settings.functions, 1_000, Box::new(clock.clone())),
            state: State::new(64 << 20, PriceSheet::standard().clone()),
            clock,
            now: NIGHT,
            facts: Vec::new(),
            verdicts: Vec::new(),
            alerts: Vec::new(),
            over: Vec::new(),
            notices: Vec::new(),
            published: Vec::new(),
            released: Vec::new(),
            way_in: Box::new(|fact| vec![fact]),
            way_out: Box::new(|effect| vec![effect]),
            n_packets: 0,
        };
        // The broker is there: only who listens can tell that somebody is silent.
        heart.link(LinkState::Up);
        heart
    }

    /// The link to the broker comes up or goes down.
    pub(crate) fn link(&mut self, state: LinkState) {
        let status = LinkStatus::plain(state);
        self.tell(Fact::Linked { link: Link::BrokerTelemetry, status, at: self.now });
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// Moves time, with a tick for each whole second that ends.
    pub(crate) fn pass_millis(&mut self, millis: u64) {
        let until = self.now.plus_micros(millis as i64 * 1_000);
        while self.now.plus_secs(1) <= until {
            self.now = self.now.plus_secs(1);
            let queues = vec![QueueReading { name: "inbox", depth: 0, capacity: 1, shed: 0, offered: self.n_packets }];
            self.tell(Fact::Ticked { at: self.now, queues, store_bytes: 0 });
        }
        self.now = until;
        self.clock.set(until);
    }

    /// A message arrives.
    pub(crate) fn receive(&mut self, topic: &str, payload: &[u8], retained: bool) {
        self.n_packets += 1;
        let bare = Origin::of_topic(topic).1;
        let crash = |wanted: &Wanted| wanted.filter.lane == Lane::Crash && topic::matches(&wanted.filter.topic, bare);
        let lane = if self.host.filters().iter().any(crash) { Lane::Crash } else { Lane::Telemetry };
        let delivery = (lane == Lane::Crash).then_some(Delivery { epoch: 1, packet_id: self.n_packets as u16 });
        let packet = Packet {
            topic: topic.into(),
            payload: Bytes::copy_from_slice(payload),
            received_at: self.now,
            lane,
            retained,
            redelivered: false,
            delivery,
        };
        let mut facts = std::mem::take(&mut self.facts);
        self.host.handle(&packet, &mut facts);
        for fact in facts.drain(..) {
            if let Fact::Judged(judged) = &fact {
                let names = judged.invocations.iter().map(|call| call.function);
                self.verdicts.extend(names.zip(judged.verdicts.iter().cloned()));
            }
            self.tell(fact);
        }
        self.facts = facts;
    }

    /// Tells the state something and carries out what it asks.
    pub(crate) fn tell(&mut self, fact: Fact) {
        let mut effects = Vec::new();
        for fact in (self.way_in)(fact) {
            self.state.apply(fact, self.now, &mut effects);
        }
        let effects: Vec<Effect> = effects.into_iter().flat_map(&mut self.way_out).collect();
        for effect in effects {
            match effect {
                Effect::Save(Record::Crash(record)) => {
                    self.notices.extend(record.notice.clone());
                    let incident = record.incident.id.clone();
                    self.tell(Fact::Stored { incident, event: Some(record.event), duplicate: false, at: self.now });
                    self.released.extend(record.delivery);
                }
                Effect::Save(Record::Incident { incident, notice, .. }) => {
                    self.notices.extend(notice);
                    self.tell(Fact::Stored { incident: incident.id.clone(), event: None, duplicate: false, at: self.now });
                }
                Effect::Save(_) => {}
                Effect::Repeat(repeat) => self.released.extend(repeat.delivery),
                Effect::Release(delivery) => self.released.push(delivery),
                Effect::Publish { topic, payload } => self.published.push((topic, payload)),
                Effect::Raise(alert) => self.alerts.push(alert),
                Effect::Regroup(register) => self.host.regroup(&register),
                Effect::Clear(alert) => self.over.push(alert),
            }
        }
    }

    /// Every incident, in order of opening.
    pub(crate) fn incidents(&mut self) -> Vec<Incident> {
        let snapshot = self.state.snapshot();
        let mut all: Vec<Incident> = snapshot.incidents.iter().chain(snapshot.drills.iter()).map(|i| (**i).clone()).collect();
        all.sort_by(|a, b| (a.received_at, &a.id).cmp(&(b.received_at, &b.id)));
        all
    }

    /// Rejections by reason.
    pub(crate) fn rejected(&self) -> BTreeMap<&'static str, u64> {
        self.state.counters().rejected_by.iter().map(|(reason, n)| (reason.key(), *n)).collect()
    }
}
