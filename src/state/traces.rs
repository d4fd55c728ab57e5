//! What became of every message that was injected by hand, stage by stage.

use std::collections::VecDeque;
use std::sync::Arc;

use super::snapshot::{Stage, Trace};
use crate::model::{IncidentId, Origin, PacketId, Timestamp};

/// Traces kept; a burst pushes out the oldest.
const KEPT: usize = 100;

/// The newest traces, newest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Traces {
    newest_first: VecDeque<Kept>,
}

/// What became of a message that came back.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// The stages it went through so far.
    pub(super) stages: Vec<Stage>,
    /// What the functions said, in words.
    pub(super) got: String,
    /// The incident it is in.
    pub(super) incident: Option<IncidentId>,
    /// The stages that are still to come.
    pub(super) awaited: Vec<&'static str>,
}

/// A trace with the stages that must still come before it is complete.
#[derive(Clone, Debug)]
struct Kept {
    trace: Arc<Trace>,
    awaited: Vec<&'static str>,
}

impl Kept {
    /// Adds a stage, once.
    fn add(&mut self, stage: Stage) {
        if self.trace.stages.iter().any(|known| known.name == stage.name) {
            return;
        }
        Arc::make_mut(&mut self.trace).stages.push(stage);
        self.settle();
    }

    fn settle(&mut self) {
        let trace = Arc::make_mut(&mut self.trace);
        trace.stages.sort_by_key(|stage| (stage.begin, stage.end));
        let there = |name: &&str| trace.stages.iter().any(|stage| stage.name == *name);
        trace.complete = trace.got.is_some() && self.awaited.iter().all(there);
    }
}

/// A stage that went well.
pub(super) fn stage(name: &'static str, detail: impl Into<String>, begin: Timestamp, end: Timestamp) -> Stage {
    Stage { name, detail: detail.into(), begin, end: end.max(begin), suppressed: false, failed: false }
}

impl Traces {
    /// A message was published; the answer of the broker may come later, the message itself even earlier.
    pub(super) fn injected(
        &mut self,
        packet: PacketId,
        topic: &str,
        title: &str,
        origin: Origin,
        sent_at: Timestamp,
        accepted_at: Option<Timestamp>,
    ) {
        let kept = self.find_or_begin(packet, topic, origin);
        title.clone_into(&mut Arc::make_mut(&mut kept.trace).title);
        kept.add(stage("Publish", topic, sent_at, sent_at));
        if let Some(at) = accepted_at {
            kept.add(stage("Broker accepted", "PUBACK", sent_at, at));
        }
    }

    /// A drill could not be sent.
    pub(super) fn failed(&mut self, title: &str, why: &str, at: Timestamp) {
        // It has no packet that could come back; a name of its own keeps it apart from those that have.
        let kept = self.find_or_begin(PacketId(at.0.unsigned_abs()), "", Origin::Drill);
        let trace = Arc::make_mut(&mut kept.trace);
        title.clone_into(&mut trace.title);
        trace.got = Some(format!("not sent: {why}"));
        kept.add(Stage { failed: true, ..stage("Publish", why, at, at) });
    }

    /// A message came back and was judged.
    pub(super) fn judged(&mut self, packet: PacketId, topic: &str, origin: Origin, outcome: Outcome) {
        let kept = self.find_or_begin(packet, topic, origin);
        kept.awaited = outcome.awaited;
        let trace = Arc::make_mut(&mut kept.trace);
        trace.got = Some(outcome.got);
        trace.incident = outcome.incident;
        for stage in outcome.stages {
            kept.add(stage);
        }
        kept.settle();
    }

    fn find_or_begin(&mut self, packet: PacketId, topic: &str, origin: Origin) -> &mut Kept {
        let place = self.newest_first.iter().position(|kept| kept.trace.packet == packet).unwrap_or_else(|| {
            self.newest_first.truncate(KEPT - 1);
            let trace = Trace {
                packet,
                topic: topic.to_owned(),
                title: String::new(),
                origin,
                stages: Vec::new(),
                incident: None,
                got: None,
                complete: false,
            };
            self.newest_first.push_front(Kept { trace: Arc::new(trace), awaited: Vec::new() });
            0
        });
        &mut self.newest_first[place]
    }

    /// The trace of a packet.
    pub(super) fn get(&self, packet: PacketId) -> Option<&Trace> {
        self.newest_first.iter().map(|kept| &*kept.trace).find(|trace| trace.packet == packet)
    }

    /// Whether a trace opened or joined an incident; only messages that were injected by hand do.
    pub(super) fn know(&self, incident: &IncidentId) -> bool {
        self.newest_first.iter().any(|kept| kept.trace.incident.as_ref() == Some(incident))
    }

    /// Adds a stage to the traces that opened or joined an incident.
    pub(super) fn add_to_incident(&mut self, incident: &IncidentId, new: &Stage) {
        for kept in self.newest_first.iter_mut().filter(|kept| kept.trace.incident.as_ref() == Some(incident)) {
            kept.add(new.clone());
        }
    }

    /// The first frame that shows what became of a packet.
    pub(super) fn painted(&mut self, packet: PacketId, at: Timestamp) {
        if let Some(kept) = self.newest_first.iter_mut().find(|kept| kept.trace.packet == packet && kept.trace.got.is_some()) {
            kept.add(stage("On screen", "this desk", at, at));
        }
    }

    /// All of them.
    pub(super) fn list(&self) -> Vec<Arc<Trace>> {
        self.newest_first.iter().map(|kept| Arc::clone(&kept.trace)).collect()
    }
}
