//! What a team does with an incident beside acknowledging, deciding over and resolving it.

use serde::{Deserialize, Serialize};

use super::incident::IncidentId;
use super::units::Timestamp;

/// How long a closing waits for a second person before the incident is open again and people are told, s (issue of the team:
/// 15 minutes).
pub const SECOND_SECS: i64 = 15 * 60;
/// An incident that opens within this of the end of the device's last one says so, s: one shift and a night (own judgement,
/// 2026-11-25).
pub const FOLLOWS_SECS: i64 = 24 * 3_600;

/// Who is on it, and what it has to do with others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Handling {
    /// Who works on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// Help was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispatched: Option<Dispatched>,
    /// It is being closed as a malfunction or a test, and waits for a second person. Until then the decision does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closing: Option<Closing>,
    /// It is told under this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<IncidentId>,
    /// What is told under this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<IncidentId>,
    /// The incident of the same device that was resolved shortly before this one opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follows: Option<IncidentId>,
    /// How often it was opened again by a person or for want of a second one; each time people are told under a new key.
    pub n_reopened: u32,
}

impl Handling {
    /// Nothing was done yet.
    pub fn is_new(&self) -> bool {
        *self == Self::default()
    }
}

/// Help that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispatched {
    /// Who sent it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What, and to where; may be empty.
    pub text: String,
}

/// A closing that waits for a second person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// The first person. The second must be another.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// It is resolved with it: a false alarm. Else only the ruling is set aside.
    pub resolves: bool,
}

impl Closing {
    /// When the incident is opened again.
    pub const fn due(&self) -> Timestamp {
        self.at.plus_secs(SECOND_SECS)
    }
}

/// The two axes that operators know: does it still hold, and has somebody seen it?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Standing {
    /// Still so: a sensor out of its band, a crash that nobody has closed.
    pub active: bool,
    /// Somebody has taken it.
    pub acknowledged: bool,
}
