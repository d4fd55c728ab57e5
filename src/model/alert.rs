//! What people must see or be told.

use serde::{Deserialize, Serialize};

use super::event::DeviceId;
use super::incident::IncidentId;
use super::packet::Origin;
use super::units::Timestamp;
use super::verdict::{Band, HarshKind, SensorFault, Severity};

/// Names an alert within a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlertId(pub u64);

/// What an alert is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum AlertKind {
    /// An incident was opened or became worse.
    Incident {
        /// Which.
        incident: IncidentId,
    },
    /// A sensor left its band or came back.
    Temperature {
        /// The band it is in now.
        band: Band,
    },
    /// A vehicle was driven harshly. Nobody is woken for it.
    HarshDriving {
        /// How.
        manoeuvre: HarshKind,
    },
    /// A vehicle sends nothing since an impact.
    WentSilent {
        /// The impact's incident.
        incident: IncidentId,
    },
    /// A temperature changes too fast.
    TemperatureRate,
    /// A silence ends soon.
    SilenceEnds {
        /// Its number.
        silence: u64,
    },
    /// A self-test did not come back: a real crash may not either.
    ChainBroken,
    /// The month costs more than it may.
    Budget {
        /// It has; otherwise it will at this pace.
        spent: bool,
    },
    /// A sensor is at fault; its temperature says nothing.
    SensorFault {
        /// How.
        fault: SensorFault,
    },
}

impl AlertKind {
    /// Whether what it says ends by itself: the others stand for something that happened.
    pub const fn ends(&self) -> bool {
        match self {
            Self::Temperature { .. }
            | Self::TemperatureRate
            | Self::SensorFault { .. }
            | Self::WentSilent { .. }
            | Self::ChainBroken => true,
            Self::Incident { .. } | Self::HarshDriving { .. } | Self::SilenceEnds { .. } | Self::Budget { .. } => false,
        }
    }
}

/// Something a person must see now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// Its number in this run.
    pub id: AlertId,
    /// What about.
    #[serde(flatten)]
    pub about: AlertKind,
    /// Which device.
    pub device: DeviceId,
    /// How bad.
    pub severity: Severity,
    /// The road the event took.
    pub origin: Origin,
    /// When it was raised, by our clock.
    pub raised_at: Timestamp,
    /// When it ceased to hold.
    pub cleared_at: Option<Timestamp>,
    /// One sentence.
    pub text: String,
}

/// One message to people, as it lies in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The same on every retry, at most 128 characters; receivers fold repeats by it.
    pub dedup_key: String,
    /// The incident it tells of.
    pub incident: IncidentId,
    /// Which device.
    pub device: DeviceId,
    /// To what the device belonged by the register then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// How bad.
    pub severity: Severity,
    /// The road the event took; only `Device` ever leaves the house.
    pub origin: Origin,
    /// The first line, with unit and time.
    pub title: String,
    /// The rest.
    pub text: String,
    /// When it was written.
    pub at: Timestamp,
    /// Whatever a route says, every channel is told: nobody has acknowledged what was told before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub everyone: bool,
}

/// A notice with what has become of it so far, as the store hands it out and the channels take it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxItem {
    /// What to tell; its `dedup_key` is also the item's name in the outbox.
    pub notice: Notice,
    /// Channels that have accepted or finally refused it; they are not tried again.
    pub settled: Vec<String>,
    /// Attempts so far, over all channels.
    pub attempts: u32,
}

impl OutboxItem {
    /// A notice that nothing has been tried with yet.
    pub const fn new(notice: Notice) -> Self {
        Self { notice, settled: Vec::new(), attempts: 0 }
    }
}
