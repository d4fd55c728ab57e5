//! Everything an operator can ask of the state.

use serde::{Deserialize, Serialize};

use super::event::DeviceId;
use super::incident::IncidentId;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Operator(pub String);

/// What an operator asks. Imperative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "command")]
pub enum Command {
    /// Take an open incident.
    Acknowledge {
        /// Which.
        incident: IncidentId,
    },
    /// Close an incident.
    Resolve {
        /// Which.
        incident: IncidentId,
    },
    /// Write a note to an incident.
    Note {
        /// Which.
        incident: IncidentId,
        /// What, at most 2,000 characters.
        text: String,
    },
}

/// What the window looks at, so that a snapshot costs what is on the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Focus {
    /// The vehicle whose series are plotted; `None`: the state chooses (newest critical incident's, else the first).
    pub vehicle: Option<DeviceId>,
    /// The sensor whose series is plotted; `None`: the state chooses (one out of band, else the first).
    pub sensor: Option<DeviceId>,
    /// The incident under review; its full detail is in the snapshot's list anyway.
    pub incident: Option<IncidentId>,
    /// First row of the fleet list on the screen.
    pub fleet_from: usize,
    /// How many rows of the fleet list are on the screen.
    pub fleet_len: usize,
    /// Shows only devices whose name contains this, ASCII case ignored.
    pub fleet_filter: String,
    /// The sensors whose charts are on the screen.
    pub sensors: SensorFocus,
}

/// Which sensors' charts are on the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SensorFocus {
    /// The first one's place in the list.
    pub from: usize,
    /// How many; none where no such charts are on the screen.
    pub len: usize,
    /// Only sensors whose name contains this, ASCII case ignored.
    pub filter: String,
    /// Their order.
    pub order: SensorOrder,
    /// Keeps the order as it is although sensors change their state: somebody's hand is on the list.
    pub hold: bool,
}

/// The order of the sensors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SensorOrder {
    /// Out of their band first, then the silent, then the others; by name within each.
    #[default]
    OutFirst,
    /// By name.
    Name,
}
