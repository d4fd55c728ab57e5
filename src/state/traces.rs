//! What became of every message that was injected by hand, stage by stage.

use std::collections::VecDeque;
use std::sync::Arc;

use super::snapshot::{Stage, Trace};
use crate::model::{IncidentId, Origin, PacketId, Timestamp};

/// Traces kept; a burst pushes out the oldest.
const KEPT: usize = 100;

/// The newest traces, newest first.
#[derive(Debug, Default)]
pub(super) struct Traces {
    newest_first: VecDeque<Arc<Trace>>,
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
        let publish = stage("Publish", topic, sent_at, sent_at);
        let accepted = accepted_at.map(|at| stage("Broker accepted", "PUBACK", sent_at, at));
        self.change(packet, topic, origin, |trace| {
            title.clone_into(&mut trace.title);
            if !trace.stages.iter().any(|stage| stage.name == "Publish") {
                trace.stages.push(publish.clone());
            }
            trace.stages.extend(accepted.clone().filter(|_| !trace.stages.iter().any(|stage| stage.name == "Broker accepted")));
        });
    }

    /// A drill could not be sent.
    pub(super) fn failed(&mut self, title: &str, why: &str, at: Timestamp) {
        // It has no packet that could come back; a name of its own keeps it apart from those that have.
        let name = PacketId(at.0.unsigned_abs());
        self.change(name, "", Origin::Drill, |trace| {
            title.clone_into(&mut trace.title);
            trace.stages.push(Stage { failed: true, ..stage("Publish", why, at, at) });
            trace.got = Some(format!("not sent: {why}"));
            trace.complete = true;
        });
    }

    /// Changes the trace of a packet, which is begun if it is not there yet.
    pub(super) fn change(&mut self, packet: PacketId, topic: &str, origin: Origin, change: impl FnOnce(&mut Trace)) {
        let place = self.newest_first.iter().position(|trace| trace.packet == packet).unwrap_or_else(|| {
            self.newest_first.truncate(KEPT - 1);
            self.newest_first.push_front(Arc::new(Trace {
                packet,
                topic: topic.to_owned(),
                title: String::new(),
                origin,
                stages: Vec::new(),
                incident: None,
                got: None,
                complete: false,
            }));
            0
        });
        let trace = Arc::make_mut(&mut self.newest_first[place]);
        change(trace);
        trace.stages.sort_by_key(|stage| (stage.begin, stage.end));
    }

    /// Adds a stage to the trace that opened or joined an incident, while it is not complete.
    pub(super) fn add_to_incident(&mut self, incident: &IncidentId, new: &Stage) {
        for trace in &mut self.newest_first {
            let wants = trace.incident.as_ref() == Some(incident) && !trace.stages.iter().any(|stage| stage.name == new.name);
            if wants {
                let trace = Arc::make_mut(trace);
                trace.stages.push(new.clone());
                trace.stages.sort_by_key(|stage| (stage.begin, stage.end));
            }
        }
    }

    /// The first frame that shows what became of a packet.
    pub(super) fn painted(&mut self, packet: PacketId, at: Timestamp) {
        if let Some(trace) = self.newest_first.iter_mut().find(|trace| trace.packet == packet) {
            let trace = Arc::make_mut(trace);
            if trace.got.is_some() && !trace.stages.iter().any(|stage| stage.name == "On screen") {
                trace.stages.push(stage("On screen", "this desk", at, at));
                trace.complete = true;
            }
        }
    }

    /// All of them.
    pub(super) fn list(&self) -> Vec<Arc<Trace>> {
        self.newest_first.iter().cloned().collect()
    }
}
