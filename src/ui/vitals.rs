//! What the whole window must know of a snapshot: is it live, and how many incidents are open. Pure.

use crate::model::{Incident, Life, Link, LinkState, LinkStatus, Timestamp};
use crate::state::Snapshot;
use crate::state::snapshot::OpenCount;

/// A snapshot older than this means that the line itself has stopped. s
const LINE_STOPPED_SECS: f64 = 5.0;

/// Whether what the window shows is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Liveness {
    /// Nothing has come yet.
    #[default]
    NoData,
    /// It is now.
    Live,
    /// Nothing new can come since then.
    Stale(Timestamp),
}

impl Liveness {
    /// From a snapshot, the time now, and since when the broker is away (as the window saw it go).
    pub fn of(snapshot: &Snapshot, now: Timestamp, broker_lost_at: Option<Timestamp>) -> Self {
        if snapshot.counters.received == 0 {
            Self::NoData
        } else if let Some(lost_at) = broker_lost_at {
            Self::Stale(lost_at)
        } else if now.secs_since(snapshot.at) > LINE_STOPPED_SECS {
            Self::Stale(snapshot.at)
        } else {
            Self::Live
        }
    }

    /// Since when it is stale.
    pub const fn stale_since(self) -> Option<Timestamp> {
        match self {
            Self::Stale(since) => Some(since),
            Self::NoData | Self::Live => None,
        }
    }
}

/// The two lanes to the broker taken together: the worse of them, and how many of how many are up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broker<'a> {
    /// `Degraded` while one lane is up and the other is not.
    pub state: LinkState,
    /// Lanes that are up.
    pub n_up: usize,
    /// Lanes that we know of.
    pub n_lanes: usize,
    /// The status with the most to say.
    pub status: Option<&'a LinkStatus>,
}

impl<'a> Broker<'a> {
    /// From a snapshot's links.
    pub fn of(snapshot: &'a Snapshot) -> Self {
        let lanes: Vec<&LinkStatus> =
            [Link::BrokerCrash, Link::BrokerTelemetry].iter().filter_map(|link| snapshot.links.get(link)).collect();
        let n_up = lanes.iter().filter(|lane| matches!(lane.state, LinkState::Up | LinkState::Degraded)).count();
        let worst = lanes.iter().copied().max_by_key(|lane| rank(lane.state));
        let state = match worst.map_or(LinkState::NotSet, |lane| lane.state) {
            LinkState::Down | LinkState::Connecting if n_up > 0 => LinkState::Degraded,
            state => state,
        };
        Self { state, n_up, n_lanes: lanes.len(), status: worst }
    }

    /// Nothing can come in at all.
    pub const fn away(&self) -> bool {
        matches!(self.state, LinkState::Down)
    }
}

const fn rank(state: LinkState) -> u8 {
    match state {
        LinkState::Up => 0,
        LinkState::NotSet => 1,
        LinkState::Connecting => 2,
        LinkState::Degraded => 3,
        LinkState::Down => 4,
    }
}

/// An incident that a person still has to deal with.
pub fn is_open(incident: &Incident) -> bool {
    incident.life != Life::Resolved && !incident.is_malfunction()
}

/// How many open incidents there are, those without room in the list too; drills apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// By severity, drills not among them.
    pub open: OpenCount,
    /// Drills that are not resolved.
    pub drills: usize,
}

impl Tally {
    /// Counts a snapshot's lists.
    pub fn of(snapshot: &Snapshot) -> Self {
        let mut open = snapshot.open_hidden;
        snapshot.incidents.iter().filter(|incident| is_open(incident)).for_each(|incident| open.add(incident.severity));
        Self { open, drills: snapshot.drills.iter().filter(|drill| drill.life != Life::Resolved).count() }
    }
}

#[cfg(test)]
#[path = "vitals_tests.rs"]
mod tests;
