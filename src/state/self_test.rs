//! A drill that is sent on a schedule must come back the whole way in time; where it does not, somebody must know before
//! a real crash takes the same way.

use super::State;
use super::alerts::Which;
use super::traces::Traces;
use crate::model::alert::AlertKind;
use crate::model::{
    AlertId, DeviceId, Effect, IncidentId, Link, LinkState, LinkStatus, Operator, Origin, PacketId, Ruling, Severity, Timestamp,
};

/// Its vehicle, as in `assets/self_test.toml`.
const VEHICLE: &str = "self-test";

/// The book of self-tests: the one under way, and the alert that stands since one failed.
#[derive(Clone, Debug, Default)]
pub(super) struct SelfTest {
    under_way: Option<UnderWay>,
    alert: Option<AlertId>,
}

#[derive(Clone, Copy, Debug)]
struct UnderWay {
    packet: PacketId,
    sent_at: Timestamp,
    due: Timestamp,
}

/// How a self-test ended.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Ended {
    /// Every stage was there in time.
    Whole {
        /// When it was sent.
        sent_at: Timestamp,
        /// From sending to the last stage.
        micros: i64,
        /// The drill incident that it opened or joined.
        incident: IncidentId,
    },
    /// It did not come through; the last stage that is known, if there is one.
    Broken {
        /// When it was sent.
        sent_at: Timestamp,
        /// `Publish`, `Broker accepted`, …
        last: Option<&'static str>,
        /// What the functions said, where they said anything.
        got: Option<String>,
    },
}

impl SelfTest {
    /// One was sent. Another that is still under way is not waited for any more: it had its time.
    pub(super) const fn sent(&mut self, packet: PacketId, sent_at: Timestamp, due: Timestamp) {
        self.under_way = Some(UnderWay { packet, sent_at, due });
    }

    /// Whether the one under way has ended by `now`. A crash that came back as anything but a real accident has not come
    /// through either: `is_real` says so of its incident.
    fn look(&mut self, traces: &Traces, is_real: impl Fn(&IncidentId) -> bool, now: Timestamp) -> Option<Ended> {
        let UnderWay { packet, sent_at, due } = self.under_way?;
        let trace = traces.get(packet);
        let ended = match trace.and_then(|trace| trace.incident.as_ref().filter(|_| trace.complete).zip(Some(trace))) {
            Some((incident, trace)) if is_real(incident) => {
                let last = trace.stages.iter().filter(|stage| stage.name != "On screen").map(|stage| stage.end).max();
                Ended::Whole { sent_at, micros: last.map_or(0, |last| last.micros_since(sent_at)), incident: incident.clone() }
            }
            None if now < due => return None,
            _ => {
                let last = trace.and_then(|trace| trace.stages.last()).map(|stage| stage.name);
                Ended::Broken { sent_at, last, got: trace.and_then(|trace| trace.got.clone()) }
            }
        };
        self.under_way = None;
        Some(ended)
    }
}

impl State {
    pub(super) fn look_at_self_test(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        let incidents = &self.incidents;
        let is_real = |id: &IncidentId| incidents.get(id).is_some_and(|incident| incident.ruling() == Some(Ruling::Real));
        match self.self_test.look(&self.traces, is_real, now) {
            None => {}
            Some(Ended::Whole { sent_at, micros, incident }) => {
                let reason = format!("The drill of {} came back the whole way in {} ms.", sent_at.rfc3339(), micros / 1_000);
                self.linked(Link::SelfTest, LinkStatus { reason, ..LinkStatus::plain(LinkState::Up) }, now);
                if let Some(alert) = self.self_test.alert.take() {
                    self.clear_alerts(Which::One(alert), now, effects);
                }
                // Nobody needs to look at what went as it should.
                if self.incidents.resolve(&incident, &Operator(VEHICLE.to_owned()), now) == Ok(true) {
                    self.save_incident(&incident, None, None, effects);
                }
            }
            Some(Ended::Broken { sent_at, last, got }) => {
                let got = got.map(|got| format!(", judged \"{got}\"")).unwrap_or_default();
                let last = last.unwrap_or("nothing, not even that it was sent");
                let what = format!("the drill of {} did not come back the whole way; last seen: {last}{got}.", sent_at.rfc3339());
                self.chain_broke(now, &what, effects);
            }
        }
    }

    /// A self-test failed: it stands on every screen until one goes through.
    pub(super) fn chain_broke(&mut self, now: Timestamp, what: &str, effects: &mut Vec<Effect>) {
        let reason = format!("The self-test failed: {what} A real crash may not come through either: look at the connections.");
        self.linked(Link::SelfTest, LinkStatus { reason: reason.clone(), ..LinkStatus::plain(LinkState::Down) }, now);
        if self.self_test.alert.is_none() {
            let device = DeviceId::new(VEHICLE);
            let id = self.raise_for(AlertKind::ChainBroken, &device, Origin::Device, Severity::High, reason, now, effects);
            self.self_test.alert = Some(id);
        }
    }
}
