//! Everything an operator can ask of the state.

use serde::{Deserialize, Serialize};

use super::event::DeviceId;
use super::incident::{Incident, IncidentId, Life, Step, StepKind};
use super::packet::Origin;
use super::units::Timestamp;
use super::verdict::{Malfunction, Ruling, Severity};

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
    /// Set the function's ruling over a crash aside. Needs a reason. A malfunction that is overruled to real tells people
    /// as any real accident does; the other way round nobody is recalled.
    Overrule {
        /// Which.
        incident: IncidentId,
        /// Real or malfunction; an "undecided" is refused.
        ruling: Ruling,
        /// Its kind, for a malfunction, where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        malfunction: Option<Malfunction>,
        /// Why, at most 2,000 characters, not blank.
        reason: String,
    },
    /// Close an incident, crash or temperature, as a false alarm. Needs a reason. Recalls nobody.
    FalseAlarm {
        /// Which.
        incident: IncidentId,
        /// What was wrong with the device, where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<Malfunction>,
        /// Why, at most 2,000 characters, not blank.
        reason: String,
    },
    /// Say that the function's ruling over a crash is right. One that is undecided cannot be confirmed.
    Confirm {
        /// Which.
        incident: IncidentId,
        /// Why, at most 2,000 characters; may be blank: to agree needs no reason.
        #[serde(default)]
        reason: String,
    },
    /// Take back the last thing that one did to an incident, within [`UNDO_SECS`] of it, where nothing has changed since.
    /// Notes stay, and no page is recalled.
    Undo {
        /// Which.
        incident: IncidentId,
    },
    /// Be on it: take it, where nobody has, and be named on every seat.
    Claim {
        /// Which.
        incident: IncidentId,
    },
    /// Give it to somebody. It does not count as acknowledged by that: they have not seen it yet.
    Assign {
        /// Which.
        incident: IncidentId,
        /// To whom; `None`: nobody is on it any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
    },
    /// Say that help was sent; takes it, where nobody has.
    Dispatch {
        /// Which.
        incident: IncidentId,
        /// What was sent, and to where, at most 2,000 characters; may be blank.
        #[serde(default)]
        text: String,
    },
    /// Agree, as a second person, that it is a malfunction or a test.
    Second {
        /// Which.
        incident: IncidentId,
    },
    /// Open a resolved one again. Needs a reason, withdraws a decision for malfunction, and tells people.
    Reopen {
        /// Which.
        incident: IncidentId,
        /// Why, at most 2,000 characters, not blank.
        reason: String,
    },
    /// Put it under another incident, which is at least as grave and not resolved. It keeps its reports and its record.
    Merge {
        /// Which.
        incident: IncidentId,
        /// Under which.
        into: IncidentId,
        /// Why, at most 2,000 characters, not blank.
        reason: String,
    },
    /// Take it out of the one that it was put under; it is open again.
    Split {
        /// Which.
        incident: IncidentId,
        /// Why, at most 2,000 characters, not blank.
        reason: String,
    },
}

impl Command {
    /// Which incident it is for.
    pub const fn incident(&self) -> &IncidentId {
        match self {
            Self::Acknowledge { incident }
            | Self::Resolve { incident }
            | Self::Note { incident, .. }
            | Self::Overrule { incident, .. }
            | Self::FalseAlarm { incident, .. }
            | Self::Confirm { incident, .. }
            | Self::Undo { incident }
            | Self::Claim { incident }
            | Self::Assign { incident, .. }
            | Self::Dispatch { incident, .. }
            | Self::Second { incident }
            | Self::Reopen { incident, .. }
            | Self::Merge { incident, .. }
            | Self::Split { incident, .. } => incident,
        }
    }

    /// Whether it can be taken back for [`UNDO_SECS`]. A note stands as it was written.
    pub const fn can_be_undone(&self) -> bool {
        !matches!(self, Self::Note { .. } | Self::Undo { .. })
    }
}

/// What can be done to many incidents at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Each {
    /// [`Command::Acknowledge`]
    Acknowledge,
    /// [`Command::Claim`]
    Claim,
    /// [`Command::Resolve`]
    Resolve,
}

impl Each {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Acknowledge, Self::Claim, Self::Resolve];

    /// The command for one incident.
    pub const fn of(self, incident: IncidentId) -> Command {
        match self {
            Self::Acknowledge => Command::Acknowledge { incident },
            Self::Claim => Command::Claim { incident },
            Self::Resolve => Command::Resolve { incident },
        }
    }
}

/// Something that is to be done to every incident that a search finds, beyond the page that is on the screen too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulk {
    /// What is looked for, in the language of the tables.
    pub search: String,
    /// What the person could have seen: the moment of the picture. What came later is not touched.
    pub seen_at: Timestamp,
    /// What to do.
    pub each: Each,
}

impl Bulk {
    /// Whether an incident may be among them at all. A drill never is, nor what is over, nor what has changed since it was
    /// seen; and a critical one that nobody has taken is closed by hand, one by one.
    pub fn takes(&self, incident: &Incident) -> bool {
        let news = |step: &Step| {
            let news = matches!(
                step.kind,
                StepKind::Merged
                    | StepKind::Disagreed
                    | StepKind::WentSilent
                    | StepKind::Reopened
                    | StepKind::ReopenedBy
                    | StepKind::Unseconded
            );
            news && step.at > self.seen_at
        };
        let seen = incident.received_at <= self.seen_at && !incident.timeline.iter().any(news);
        let open = incident.life == Life::Open;
        let may = match self.each {
            Each::Acknowledge => open,
            Each::Claim => true,
            Each::Resolve => !(open && incident.severity == Severity::Critical && !incident.is_malfunction()),
        };
        incident.origin != Origin::Drill && incident.life != Life::Resolved && seen && may
    }
}

/// How long a decision can be taken back, s (design, section 8).
pub const UNDO_SECS: i64 = 10;

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
    /// The map is on the screen: a snapshot brings the place of every vehicle, once a second.
    pub map: bool,
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
