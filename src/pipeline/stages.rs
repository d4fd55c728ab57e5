//! The two stages of the heart as threads: ten-line loops around [`Host`] and [`State`].

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use super::announce::Announcer;
use super::keeper::Keep;
use super::latest::Latest;
use super::queue::Queue;
use super::tape::Tape;
use crate::broker::{Publisher, Qos};
use crate::clock::{Clock, Time as _};
use crate::host::Host;
use crate::model::effect::SampleChunk;
use crate::model::{Effect, Fact, Packet, Record, Register};
use crate::state::{Snapshot, State};

/// How long a stage sleeps when nothing comes; it is woken earlier by anything that does.
const PATIENCE: Duration = Duration::from_millis(500);
/// At most this often a picture is taken, ms: 30 a second (design, "at most 30 fps").
const PICTURE_EVERY: Duration = Duration::from_millis(33);
/// Facts handed on in one go, so that the state begins while the host goes on.
const FACTS_AT_ONCE: usize = 512;

/// What the state thread is told.
#[derive(Debug)]
pub(super) enum Told {
    /// A fact.
    Fact(Fact),
    /// The host has ended: save what is still open, then say so once all of it is committed. Back edges may still report.
    HostEnded(SyncSender<()>),
}

/// Decodes and judges until the inbox has ended.
pub(super) fn run_host(mut host: Host, register: &Latest<Register>, inbox: &Queue<Packet>, tape: &Tape, facts: &Queue<Told>) {
    let (mut crashes, mut telemetry) = (VecDeque::new(), VecDeque::new());
    let mut out = Vec::new();
    let mut told = Vec::new();
    let hand_on = |out: &mut Vec<Fact>, told: &mut Vec<Told>| {
        told.extend(out.drain(..).map(Told::Fact));
        facts.push_all_wait(told);
    };
    while inbox.drain(&mut crashes, &mut telemetry, PATIENCE) {
        host.regroup(&register.get());
        for packet in crashes.drain(..).chain(telemetry.drain(..)) {
            tape.hear(&packet);
            host.handle(&packet, &mut out);
            if out.len() >= FACTS_AT_ONCE {
                hand_on(&mut out, &mut told);
            }
        }
        hand_on(&mut out, &mut told);
    }
}

/// Where the state's effects go.
pub(super) struct Outlets {
    pub(super) keep: Arc<Queue<Keep>>,
    pub(super) samples: Arc<Queue<Arc<SampleChunk>>>,
    pub(super) publisher: Publisher,
    pub(super) announcer: Announcer,
    /// What the host goes by.
    pub(super) register: Arc<Latest<Register>>,
    pub(super) latest: Arc<Latest<Snapshot>>,
    /// Called after each new picture.
    pub(super) wake: Arc<dyn Fn() + Send + Sync>,
    /// Nobody looks: no pictures are taken.
    pub(super) blind: bool,
}

/// Files facts until the queue has ended; hands the state back for its last counters.
pub(super) fn run_state(mut state: State, facts: &Queue<Told>, outlets: &Outlets) -> State {
    let (mut urgent, mut bulk) = (VecDeque::new(), VecDeque::new());
    let mut effects = Vec::new();
    let time = crate::clock::SystemTime::default();
    let mut pictured_at = Clock.instant();
    let mut unseen = true;
    let mut patience = PATIENCE;
    while facts.drain(&mut urgent, &mut bulk, patience) {
        let now = time.now();
        unseen |= !urgent.is_empty();
        let mut lost = Lost::default();
        for told in urgent.drain(..).chain(bulk.drain(..)) {
            match told {
                Told::Fact(fact) => state.apply(fact, now, &mut effects),
                Told::HostEnded(saved) => {
                    effects.extend(state.finish(now));
                    outlets.carry_out(&mut effects, &mut lost);
                    // Dropping the sender says "saved" as well, so a full queue ends the wait and nothing hangs.
                    outlets.keep.try_push(Keep::Barrier(saved)).ok();
                }
            }
            outlets.carry_out(&mut effects, &mut lost);
        }
        lost.tell(&mut state, now);
        let waited = pictured_at.elapsed();
        patience = PATIENCE;
        if unseen && !outlets.blind {
            if waited >= PICTURE_EVERY {
                outlets.latest.put(Arc::new(state.snapshot()));
                (outlets.wake)();
                pictured_at = Clock.instant();
                unseen = false;
            } else {
                // The last change is never left unseen.
                patience = PICTURE_EVERY.saturating_sub(waited);
            }
        }
    }
    state
}

/// What could not be carried out in one round.
#[derive(Debug, Default)]
struct Lost {
    unsaved: u64,
    unpublished: u64,
}

impl Lost {
    fn tell(self, state: &mut State, now: crate::model::Timestamp) {
        let mut none = Vec::new();
        if self.unsaved > 0 {
            log::error!("{} records are not saved: the store cannot keep up", self.unsaved);
            state.apply(Fact::Unsaved(self.unsaved), now, &mut none);
        }
        if self.unpublished > 0 {
            state.apply(Fact::Unpublished(self.unpublished), now, &mut none);
        }
    }
}

impl Outlets {
    fn carry_out(&self, effects: &mut Vec<Effect>, lost: &mut Lost) {
        for effect in effects.drain(..) {
            match effect {
                // Numbers take their own road, so that they never slow a crash's commit; they may be shed.
                Effect::Save(Record::Samples(chunk)) => self.samples.push_shedding(chunk),
                Effect::Save(record) => lost.unsaved += u64::from(self.keep.try_push(Keep::Record(record)).is_err()),
                // A repeat that finds no room stays unacknowledged, and comes again.
                Effect::Repeat(repeat) => lost.unsaved += u64::from(self.keep.try_push(Keep::Repeat(repeat)).is_err()),
                Effect::Release(delivery) => lost.unsaved += u64::from(self.keep.try_push(Keep::Release(delivery)).is_err()),
                Effect::Publish { topic, payload } => {
                    lost.unpublished += u64::from(self.publisher.publish(&topic, payload, Qos::AtMostOnce, None).is_err());
                }
                Effect::Raise(alert) => self.announcer.alert("alert", &alert),
                Effect::Regroup(register) => self.register.put(register),
                Effect::Clear(alert) => self.announcer.alert("alert_over", &alert),
            }
        }
    }
}
