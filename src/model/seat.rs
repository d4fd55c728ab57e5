//! Several seats over the same incidents: which of them said something last, and what travels between them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::dossier::Row;
use super::event::DeviceId;
use super::incident::{Incident, IncidentId};
use super::packet::PacketId;
use super::register::Entry;
use super::silencing::Silencing;
use super::units::Timestamp;

/// Which change of an incident's handling this is, by whom. One desk alone marks nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// One more with each change that follows another; two seats that acted at once have the same.
    pub version: u64,
    /// When, by the clock of the seat.
    pub at: Timestamp,
    /// The seat's name.
    pub seat: Arc<str>,
    /// A hash of what was so then: where it is another now, something has changed since.
    pub hash: u64,
}

impl Mark {
    /// Nothing was shared yet.
    pub fn is_new(&self) -> bool {
        self.version == 0
    }

    /// A hash of what persons do with an incident: its life and everything that is decided by one seat and holds on all.
    pub fn hash_of(incident: &Incident) -> u64 {
        let Incident { life, severity, acknowledged, resolved, decision, handling, .. } = incident;
        // None of them has a map or a float that could be refused.
        let bytes = serde_json::to_vec(&(life, severity, acknowledged, resolved, decision, handling)).unwrap_or_default();
        PacketId::of("handled", &bytes).0
    }

    /// Marks an incident as changed by `seat` where it is not as its mark says. Answers whether it was.
    pub fn set(incident: &mut Incident, seat: &Arc<str>, at: Timestamp) -> bool {
        let hash = Self::hash_of(incident);
        if incident.mark.hash == hash && !incident.mark.is_new() {
            return false;
        }
        incident.mark = Self { version: incident.mark.version + 1, at, seat: Arc::clone(seat), hash };
        true
    }
}

/// What one seat stored of an incident, on its way to the others: rows by table, as an exported incident has them. Rows are
/// only ever added, except that of the incident itself, which is put together with what the receiver has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Which incident.
    pub incident: IncidentId,
    /// Not a drill's or a sample's: those have their own tables on every seat.
    pub real: bool,
    /// As the store keeps it, table by table without the prefix of its root.
    pub tables: BTreeMap<String, Vec<Row>>,
}

impl Change {
    /// Stands for the register in the place of an incident.
    pub const REGISTER: &str = "register";
    /// Stands for silences in the place of an incident.
    pub const SILENCES: &str = "silences";
}

/// What came to be of the register and of silences, which are of no incident.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Book {
    /// Entries as they are now; `None`: it was removed.
    pub entries: Vec<(DeviceId, Option<Entry>)>,
    /// Silences as they are now.
    pub silencings: Vec<Silencing>,
}

impl Book {
    /// Nothing of either.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.silencings.is_empty()
    }
}

/// A change that another seat made.
#[derive(Clone, Debug, PartialEq)]
pub struct Elsewhere {
    /// The name of that seat.
    pub seat: Arc<str>,
    /// Its place in the shared log; the next start goes on after it.
    pub seq: i64,
    /// What was changed; `None` where there is nothing to store: it is our own, or it cannot be read.
    pub change: Option<Change>,
}

/// What may be done about a notice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Leave {
    /// Send it.
    Go,
    /// Another seat is sending it; ask again after this.
    Wait(Duration),
    /// Another seat has sent it, or it was refused there for good.
    Settled,
}

/// What a seat knows of the others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeatsLook {
    /// The other seats of the last day, by name.
    pub others: Vec<OtherSeat>,
    /// Changes of this seat that are not in the shared log yet.
    pub n_waiting: u64,
    /// When.
    pub at: Timestamp,
}

/// Another seat, as the shared log knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherSeat {
    /// Its name.
    pub name: String,
    /// How long ago it said that it is there, s.
    pub secs: f64,
}

impl OtherSeat {
    /// A seat that was not heard of for so long is not there, s: three times what lies between two signs of life (own
    /// judgement, 2026-11-26).
    pub const AWAY_SECS: f64 = 15.0;

    /// Whether it is there.
    pub fn is_here(&self) -> bool {
        self.secs < Self::AWAY_SECS
    }
}
