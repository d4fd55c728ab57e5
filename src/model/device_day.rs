//! What one device did wrong on one day, for the repair list.

use serde::{Deserialize, Serialize};

use super::decision::DecidedBy;
use super::event::DeviceId;
use super::incident::{Incident, IncidentKind};
use super::packet::Origin;
use super::units::Timestamp;
use super::verdict::{Malfunction, Ruling};

/// What became of an incident, as far as it says something about the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "class", content = "kind")]
pub enum Class {
    /// A crash ruled real, by a person or else by the function.
    Real,
    /// A crash nobody has decided.
    Undecided,
    /// A crash that the function ruled a malfunction; its kind, where it is known.
    Malfunction(Option<Malfunction>),
    /// People were told, and a person called it a false alarm or a malfunction.
    FalseAlarm(Option<Malfunction>),
}

impl Class {
    /// Of an incident; `None` for a temperature that is no false alarm.
    pub fn of(incident: &Incident) -> Option<Self> {
        let crash = matches!(incident.kind, IncidentKind::Crash { .. });
        let how =
            incident.holding_decision().filter(|decision| decision.ruling == Ruling::Malfunction).map(|decision| decision.how);
        Self::from_parts(crash, incident.ruling(), incident.malfunction(), how)
    }

    /// Of what the store's row says: `ruling` and `kind` are those that hold, `how` a person's decision.
    pub fn from_parts(crash: bool, ruling: Option<Ruling>, kind: Option<Malfunction>, how: Option<DecidedBy>) -> Option<Self> {
        match (crash, ruling, how) {
            (_, Some(Ruling::Malfunction) | None, Some(DecidedBy::FalseAlarm))
            | (true, Some(Ruling::Malfunction), Some(DecidedBy::Overrule)) => Some(Self::FalseAlarm(kind)),
            (true, Some(Ruling::Malfunction), _) => Some(Self::Malfunction(kind)),
            (true, Some(Ruling::Real), _) => Some(Self::Real),
            (true, Some(Ruling::Undecided), _) => Some(Self::Undecided),
            _ => None,
        }
    }
}

/// A fault that shows in what a device sends, without an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceFault {
    /// Its clock could not be right.
    Clock,
    /// A row that could not be used: it jumps, repeats, comes late or says nothing.
    Row,
    /// A sensor that is stuck, jumps or reads what cannot be.
    Sensor,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tally {
    /// Incidents of a class.
    Incident(Class),
    /// Messages with a fault.
    Fault(DeviceFault),
}

/// How often one thing happened to one device on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceDay {
    /// Whose.
    pub device: DeviceId,
    /// The road its messages take.
    pub origin: Origin,
    /// Days since 1970, UTC.
    pub day: i64,
    /// What.
    pub tally: Tally,
    /// How often.
    pub n: u32,
    /// When last, by our clock.
    pub last_at: Timestamp,
}

/// The day of a time, days since 1970, UTC.
pub const fn day_of(at: Timestamp) -> i64 {
    at.0.div_euclid(24 * 3_600 * 1_000_000)
}
