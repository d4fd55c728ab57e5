//! What a person decided, which judge said what, and the versions of a verdict.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::event::{DeviceId, EventId};
use super::incident::IncidentId;
use super::packet::Origin;
use super::units::Timestamp;
use super::verdict::{CrashVerdict, Malfunction, Ruling};

/// How a person came to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// The function's ruling was set aside.
    Overrule,
    /// It was a false alarm, and the incident was closed with it.
    FalseAlarm,
    /// The function's ruling was found right.
    Confirm,
}

/// A person's decision over an incident. It stands beside the function's verdict and never replaces it: it is the
/// label that verdicts are measured against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Real or malfunction; a person is never undecided here.
    pub ruling: Ruling,
    /// Its kind, where the person named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub malfunction: Option<Malfunction>,
    /// How.
    pub how: DecidedBy,
    /// Why, in the person's words; at most 2,000 characters, never empty.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Names a set of limits: a hash of all of them, the same on every machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub u64);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16).map(Self).map_err(serde::de::Error::custom)
    }
}

/// Which function, in which version and with which limits, made a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Judge {
    /// The function's name, `judge_crash`.
    pub function: Cow<'static, str>,
    /// Its version, from its card.
    pub version: u32,
    /// Its limits.
    pub limits: Fingerprint,
}

impl fmt::Display for Judge {
    /// `judge_crash v2`; the limits are named apart, where they matter.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{}", self.function, self.version)
    }
}

/// What a version of a verdict was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// On the line, when the report came in. Always version 1.
    Live,
    /// Later, with changed limits.
    Rejudge,
    /// Beside the line, by a second set of limits that decides nothing.
    Shadow,
    /// By a person.
    Person,
}

/// What a version says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// A function's verdict.
    Verdict(Arc<CrashVerdict>),
    /// A person's decision.
    Decision(Decision),
    /// The decision before this was taken back, by whom.
    Withdrawn(String),
}

/// One version of what was said of a report. Versions are added, never changed and never removed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerdictVersion {
    /// The incident.
    pub incident: IncidentId,
    /// The road it took.
    pub origin: Origin,
    /// Whose.
    pub device: DeviceId,
    /// The report; of a person's decision the one that was shown. `None` for an incident without reports.
    pub event: Option<EventId>,
    /// Counts from 1 within the report. The store gives it; before that it is 0.
    pub version: u32,
    /// When.
    pub at: Timestamp,
    /// What for.
    pub by: Occasion,
    /// By which function; `None` for a person, and for verdicts stored before judges had versions.
    pub judge: Option<Judge>,
    /// What.
    pub said: Said,
}
