//! What a window may ask of the store, and what it is answered: the past of one incident.

use std::path::PathBuf;

use super::decision::{DecidedBy, VerdictVersion};
use super::event::DeviceId;
use super::incident::IncidentId;
use super::language::Language;
use super::units::Timestamp;
use super::verdict::{Malfunction, Ruling, Severity};

/// Days over which a device's past is counted.
pub const PAST_DAYS: i64 = 90;

/// Something asked of the store. It is answered off the line; a newer review takes the place of one that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// What the store knows of an incident beside what the desk shows.
    Review(IncidentId),
    /// Write an incident as files, JSON with its raw packets and a page to print.
    Export {
        /// Which.
        incident: IncidentId,
        /// What the page is written in.
        language: Language,
    },
    /// Judge every stored crash report by other limits and say what would flip; nothing is changed. A newer one ends one
    /// that is running.
    Rejudge {
        /// The limits, as `[functions.judge_crash]` has them.
        limits: serde_json::Value,
    },
    /// Take in a file of the register.
    ImportRegister {
        /// The file.
        file: PathBuf,
        /// By whom.
        by: String,
    },
    /// Write the register as a file.
    ExportRegister {
        /// Which, where there is none yet; `None`: `register.csv` among this desk's exports, in place of the last one.
        to: Option<PathBuf>,
    },
    /// Take in an incident that was exported elsewhere.
    Import {
        /// The file.
        file: PathBuf,
        /// By whom.
        by: String,
    },
}

/// What became of an export or an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errand {
    /// When.
    pub at: Timestamp,
    /// What.
    pub done: Done,
}

/// How an errand ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// The incident was written.
    Exported {
        /// Which.
        incident: IncidentId,
        /// Into which folder.
        folder: PathBuf,
    },
    /// An incident was taken in.
    Imported {
        /// What it is called here.
        incident: IncidentId,
    },
    /// Rows of a file were handed to the register.
    Registered {
        /// Which file.
        file: PathBuf,
        /// How many rows.
        n: usize,
        /// Rows that were refused: line and reason.
        refused: Vec<(u64, String)>,
    },
    /// The register was written.
    RegisterWritten {
        /// Into which file.
        file: PathBuf,
    },
    /// Nothing was done.
    Failed {
        /// The incident or the file.
        what: String,
        /// Why, and what to do.
        why: String,
    },
}

/// What the store knows of an incident beside what the desk shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    /// Which.
    pub incident: IncidentId,
    /// Why nothing could be read; then the rest is empty, which says nothing.
    pub failed: Option<String>,
    /// Every version of what was said of its reports, oldest first.
    pub versions: Vec<VerdictVersion>,
    /// What its device did in the last [`PAST_DAYS`] days.
    pub device: DevicePast,
    /// Incidents of other devices that were ruled alike, the most alike first.
    pub similar: Vec<PastIncident>,
}

/// What a device did in the last [`PAST_DAYS`] days, of the same road as the incident that is asked about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DevicePast {
    /// Crash incidents, this one among them.
    pub n_incidents: u32,
    /// Of them ruled a malfunction, by a person or else by the function.
    pub n_malfunctions: u32,
    /// Of them called a false alarm by a person.
    pub n_false_alarms: u32,
    /// The newest others, newest first, at most 20.
    pub last: Vec<PastIncident>,
}

/// One line on an incident of the past.
#[derive(Clone, Debug, PartialEq)]
pub struct PastIncident {
    /// Which.
    pub id: IncidentId,
    /// Whose.
    pub device: DeviceId,
    /// When we received it.
    pub received_at: Timestamp,
    /// How bad it was taken to be.
    pub severity: Severity,
    /// The ruling that holds.
    pub ruling: Option<Ruling>,
    /// The kind of malfunction that holds.
    pub malfunction: Option<Malfunction>,
    /// How a person decided, where one did.
    pub decided: Option<DecidedBy>,
    /// Largest horizontal speed change within 150 ms, km/h.
    pub delta_v_kmh: Option<f64>,
}
