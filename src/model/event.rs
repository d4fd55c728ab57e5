//! What a packet said, once decoded: who, when, and a reading in the units of this crate.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::decision::Judge;
use super::packet::{Origin, PacketId};
use super::units::{Celsius, Timestamp};
use super::verdict::CrashVerdict;

/// A vehicle's or sensor's name, as the topic gives it. Compared by bytes. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceId(pub Arc<str>);

impl DeviceId {
    /// A device of this name.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// Sends driving data and crash reports.
    Vehicle,
    /// Sends temperatures.
    Sensor,
}

/// One start of a device; sequence numbers count within it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BootId(pub Arc<str>);

/// What makes two deliveries the same event: the device's own id, else (boot, sequence), else the bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub Arc<str>);

impl EventId {
    /// Where it came from, without slashes (empty for a device, `drill`), and the rest: the vehicle and its own id.
    pub fn parts(&self) -> (&str, &str) {
        // No real id begins with a slash.
        self.0.strip_prefix('/').and_then(|rest| rest.split_once('/')).unwrap_or(("", &self.0))
    }

    /// It names a verdict that was made elsewhere, not a report that came here.
    pub fn is_verdict(&self) -> bool {
        let root = self.parts().0;
        root == VERDICT || root.strip_suffix(VERDICT).is_some_and(|root| root.ends_with('+'))
    }

    /// Of a report the name of a verdict that was made of it elsewhere, and the other way round:
    /// `van-7/e-1` and `/verdict/van-7/e-1`, `/drill/van-7/e-1` and `/drill+verdict/van-7/e-1`.
    #[must_use]
    pub fn twin(&self) -> Self {
        let (root, rest) = self.parts();
        Self(match (self.is_verdict(), root.trim_end_matches(VERDICT).trim_end_matches('+')) {
            (true, "") => rest.into(),
            (true, root) => format!("/{root}/{rest}").into(),
            (false, "") => format!("/{VERDICT}/{rest}").into(),
            (false, root) => format!("/{root}+{VERDICT}/{rest}").into(),
        })
    }
}

/// What stands for the root in the name of a verdict that was made elsewhere.
const VERDICT: &str = "verdict";

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One decoded message.
#[derive(Clone, Debug)]
pub struct Event {
    /// Who sent it; the topic decides, never the payload.
    pub device: DeviceId,
    /// Which root it came on.
    pub origin: Origin,
    /// When it happened, by the device's clock; `None` where the device gave no usable time
    /// (missing, before 2015 or more than 24 h ahead of us; see `clock_wrong`).
    pub occurred_at: Option<Timestamp>,
    /// The device's clock reads a time that cannot be.
    pub clock_wrong: bool,
    /// When we received it, by our clock.
    pub received_at: Timestamp,
    /// The device's start that `seq` counts in.
    pub boot: Option<BootId>,
    /// The device's running number within its start.
    pub seq: Option<u64>,
    /// The broker had kept the message: it may be old.
    pub retained: bool,
    /// The packet it came in.
    pub packet: PacketId,
    /// What it says.
    pub reading: Reading,
}

impl Event {
    /// Device time where it is usable, else receive time.
    pub fn time(&self) -> Timestamp {
        self.occurred_at.unwrap_or(self.received_at)
    }
}

/// What a device measured.
#[derive(Clone, Debug)]
pub enum Reading {
    /// A row of driving data.
    Driving(Driving),
    /// A crash report.
    Crash(Arc<CrashReport>),
    /// A temperature.
    Temperature(Temperature),
    /// It came or went: a last will, a death certificate, unplugged.
    Presence(Presence),
    /// A verdict that was made elsewhere.
    Ruled(Arc<Ruled>),
}

/// A verdict that was made elsewhere, of a crash report that need not have come here.
#[derive(Clone, Debug)]
pub struct Ruled {
    /// What the verdict says of the report: its name is the [twin](EventId::twin) of the report's, its bytes are the
    /// verdict's, and it has no samples.
    pub report: Arc<CrashReport>,
    /// The verdict.
    pub verdict: Arc<CrashVerdict>,
    /// Which function with which limits made it, where it says so.
    pub judge: Option<Judge>,
    /// When it was made, by the clock there.
    pub judged_at: Option<Timestamp>,
}

/// Whether a device is there, as its broker, gateway or itself says. No measurement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// It is there.
    pub online: bool,
    /// In words: "last will", "unplugged from the vehicle".
    pub why: Box<str>,
}

/// Three accelerations in g. In the vehicle frame X is forward, Y right, Z down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AccelG {
    /// g
    pub x: f64,
    /// g
    pub y: f64,
    /// g
    pub z: f64,
}

/// A place on WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Degrees north, −90 to 90.
    pub lat: f64,
    /// Degrees east, −180 to 180.
    pub lon: f64,
    /// Horizontal dilution of precision, no unit, 0 to 100; small is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hdop: Option<f64>,
}

/// One row of driving data; every field may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Driving {
    /// km/h
    pub speed_kmh: Option<f64>,
    /// g
    pub accel_g: Option<AccelG>,
    /// WGS 84
    pub position: Option<Position>,
    /// Degrees clockwise from north, 0 to 360.
    pub heading_deg: Option<f64>,
}

impl Driving {
    /// A row with at least this horizontally tells of an impact, g: the collision level of Geotab, which leaves the vertical
    /// out as well, so that potholes do not count.
    pub const COLLISION_G: f64 = 2.5;

    /// The horizontal acceleration of a row that tells of an impact, g.
    pub fn collision_g(&self) -> Option<f64> {
        self.accel_g.map(|accel| accel.x.hypot(accel.y)).filter(|g| *g >= Self::COLLISION_G)
    }
}

/// One temperature; the function converts it to °F and routes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Temperature {
    /// °C
    pub celsius: Celsius,
    /// Where the sensor is, where its message says so.
    pub position: Option<Position>,
}

/// How a crash report's axes lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frame {
    /// X forward, Y right, Z down.
    Vehicle,
    /// Unknown mounting: only magnitudes mean something.
    #[default]
    Device,
}

/// A recorded acceleration pulse. All four vectors are of one length; a missing sample is NaN in memory
/// and null on the wire.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pulse {
    /// Milliseconds relative to `occurred_at`, ascending where the device's clock was sound; steps may be uneven.
    pub t_ms: Vec<f64>,
    /// g
    pub x_g: Vec<f64>,
    /// g
    pub y_g: Vec<f64>,
    /// g
    pub z_g: Vec<f64>,
}

impl Pulse {
    /// How many samples.
    pub fn len(&self) -> usize {
        self.t_ms.len()
    }
    /// No samples at all.
    pub fn is_empty(&self) -> bool {
        self.t_ms.is_empty()
    }
}

/// Speeds around a crash. Both vectors are of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpeedTrace {
    /// Milliseconds relative to `occurred_at`.
    pub t_ms: Vec<f64>,
    /// km/h; NaN where missing.
    pub kmh: Vec<f64>,
}

/// A crash report as a device sent it.
#[derive(Clone, Debug, PartialEq)]
pub struct CrashReport {
    /// What makes a second delivery the same report.
    pub event_id: EventId,
    /// The pulse; empty where the report had none.
    pub pulse: Pulse,
    /// How the axes lie.
    pub frame: Frame,
    /// Whether the samples contain the 1 g of gravity.
    pub gravity: bool,
    /// The sensor's range, ± g, where the device says it.
    pub range_g: Option<f64>,
    /// Speeds before and after, where the device has them.
    pub speed: Option<SpeedTrace>,
    /// Airbag or other non-reversible restraint deployed.
    pub airbag: Option<bool>,
    /// Where.
    pub position: Option<Position>,
    /// What the device itself believes, in its own words. Evidence, never a ruling.
    pub device_verdict: Option<Box<str>>,
    /// Why the report could not be read, where it could not. Such a report is shown to a person with its bytes.
    pub unreadable: Option<Box<str>>,
    /// The payload claims to be a test or a drill. Changes nothing but a badge: where it came from decides.
    pub claims_test: bool,
    /// The bytes as they came, kept with the incident.
    pub raw: bytes::Bytes,
    /// The topic they came on.
    pub topic: Box<str>,
}

impl CrashReport {
    /// A report of which nothing is known but its bytes: an unknown mounting, and gravity in the samples, as most
    /// devices send them.
    pub fn bare(event_id: EventId, topic: &str, raw: bytes::Bytes) -> Self {
        Self {
            event_id,
            pulse: Pulse::default(),
            frame: Frame::Device,
            gravity: true,
            range_g: None,
            speed: None,
            airbag: None,
            position: None,
            device_verdict: None,
            unreadable: None,
            claims_test: false,
            raw,
            topic: topic.into(),
        }
    }
}
