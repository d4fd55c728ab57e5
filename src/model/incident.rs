//! An incident and its life: open, acknowledged, resolved, with everything that happened to it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::event::{CrashReport, DeviceId, EventId};
use super::packet::{Origin, PacketId};
use super::units::{PicoUsd, Timestamp};
use super::verdict::{CrashVerdict, Ruling, Severity, TemperatureVerdict};
use std::sync::Arc;

/// Names an incident: `INC-20260318-0007`; drills are `DRL-…`, samples `SMP-…`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IncidentId(pub Arc<str>);

impl fmt::Debug for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an incident is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Life {
    /// Nobody has taken it.
    Open,
    /// Somebody has.
    Acknowledged,
    /// Done.
    Resolved,
}

/// What an incident is about.
#[derive(Clone, Debug, PartialEq)]
pub enum IncidentKind {
    /// A crash report, or several merged. The report and verdict shown are those of the gravest.
    Crash {
        /// The report that the verdict is over.
        report: Arc<CrashReport>,
        /// The verdict.
        verdict: Arc<CrashVerdict>,
    },
    /// A sensor out of its band.
    Temperature {
        /// The reading that opened it, or the worst since.
        verdict: TemperatureVerdict,
        /// When the sensor came back into its band.
        back_at: Option<Timestamp>,
    },
}

/// What happened to an incident, for its timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum StepKind {
    /// Off the socket. `detail` of the step is the topic.
    Received,
    /// Decoding ended.
    Decoded,
    /// A function was called.
    Invoked,
    /// It answered.
    Judged,
    /// The state opened the incident.
    Filed,
    /// The commit returned.
    Stored,
    /// The application acknowledgement went out.
    Acknowledged,
    /// A channel took the notice; `detail` names it and says "accepted", not "delivered".
    Told,
    /// A channel failed and will be tried again.
    TellFailed,
    /// A drill or sample: who would have been told.
    WouldHaveTold,
    /// Another report of the same device joined.
    Merged,
    /// The first frame that showed it.
    OnScreen,
    /// An operator took it.
    AcknowledgedBy,
    /// An operator closed it.
    ResolvedBy,
    /// An operator wrote a note.
    Noted,
    /// The sensor came back into its band.
    BackInBand,
}

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What.
    #[serde(flatten)]
    pub kind: StepKind,
    /// When, by our clock.
    pub at: Timestamp,
    /// In words: topic, function, channel, operator or note.
    pub detail: String,
}

/// A note by an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What.
    pub text: String,
}

/// One incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Its name.
    pub id: IncidentId,
    /// Which device.
    pub device: DeviceId,
    /// The road it took.
    pub origin: Origin,
    /// What about.
    pub kind: IncidentKind,
    /// How bad.
    pub severity: Severity,
    /// Where in its life.
    pub life: Life,
    /// When it happened: device time where usable.
    pub occurred_at: Timestamp,
    /// The device's clock could not be used; `occurred_at` is our receive time.
    pub clock_wrong: bool,
    /// When we received the first packet.
    pub received_at: Timestamp,
    /// When the last report happened: device time where usable.
    pub last_report_at: Timestamp,
    /// The events in it; the first opened it.
    pub events: Vec<EventId>,
    /// How many reports it holds, with those whose ids are no longer listed.
    pub n_reports: u32,
    /// The packet that opened it, for traces.
    pub packet: PacketId,
    /// Everything that happened, in order of our clock.
    pub timeline: Vec<Step>,
    /// What operators wrote.
    pub notes: Vec<Note>,
    /// Who acknowledged, when.
    pub acknowledged: Option<(String, Timestamp)>,
    /// Who resolved, when.
    pub resolved: Option<(String, Timestamp)>,
    /// Whether the commit has returned.
    pub stored: bool,
    /// List price of the function calls it caused, before any free tier.
    pub cost: PicoUsd,
}

impl Incident {
    /// The ruling, for crashes.
    pub fn ruling(&self) -> Option<Ruling> {
        match &self.kind {
            IncidentKind::Crash { verdict, .. } => Some(verdict.ruling),
            IncidentKind::Temperature { .. } => None,
        }
    }

    /// The crash verdict.
    pub fn verdict(&self) -> Option<&CrashVerdict> {
        match &self.kind {
            IncidentKind::Crash { verdict, .. } => Some(verdict),
            IncidentKind::Temperature { .. } => None,
        }
    }

    /// Judged a malfunction: kept, counted, and nobody was told.
    pub fn is_malfunction(&self) -> bool {
        self.ruling() == Some(Ruling::Malfunction)
    }
}
