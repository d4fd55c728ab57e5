//! Everything the state can ask of the world. It never does it itself.

use std::sync::Arc;

use super::alert::{Alert, Notice};
use super::command::{Command, Operator};
use super::decision::{Judge, VerdictVersion};
use super::device_day::DeviceDay;
use super::dossier::Import;
use super::event::{CrashReport, DeviceId, DeviceKind, EventId};
use super::fact::DeliveryOutcome;
use super::incident::IncidentId;
use super::incident::{Incident, Step};
use super::invocation::Invocation;
use super::packet::{Delivery, Origin};
use super::register::{Register, RegisterOrder};
use super::relief::Relief;
use super::retention::Prune;
use super::seat::Elsewhere;
use super::silencing::{SilenceOrder, Silencing};
use super::spike::Spike;
use super::units::{PicoUsd, Timestamp};
use super::verdict::{CrashVerdict, VerdictJson};

/// What the state asks for. Imperative.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Put it into the store. Acknowledgements and notices follow from the commit, never from here.
    Save(Record),
    /// Publish on a topic, `QoS` 0, not retained: routed temperatures.
    Publish {
        /// Where.
        topic: String,
        /// What.
        payload: Vec<u8>,
    },
    /// Acknowledge a crash report again that the state knew already.
    Repeat(Repeat),
    /// Acknowledge a packet that carries nothing to store.
    Release(Delivery),
    /// Raise an alert on the screen and on stdout.
    Raise(Alert),
    /// What an alert said holds no more; it has its end.
    Clear(Alert),
    /// Functions go by this register from now on.
    Regroup(Arc<Register>),
}

/// A crash report that the state knew already. Nothing is written; it is acknowledged once everything before it is
/// committed, because a vehicle sends until it is acknowledged.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// Its event.
    pub event: EventId,
    /// The incident that holds it.
    pub incident: IncidentId,
    /// Whose.
    pub device: DeviceId,
    /// The road it took.
    pub origin: Origin,
    /// What the broker waits for.
    pub delivery: Option<Delivery>,
}

/// One thing to store. Each crash record is one transaction's worth.
#[derive(Clone, Debug)]
pub enum Record {
    /// A crash report came in: the incident as it is now, the report's packet and verdict, the calls, and a notice
    /// where people must be told. One transaction; then PUBACK, then the application acknowledgement, then telling.
    Crash(Box<CrashRecord>),
    /// An incident without a packet to acknowledge (temperature), or a change to one.
    Incident {
        /// As it is now.
        incident: Arc<Incident>,
        /// Where people must be told.
        notice: Option<Notice>,
        /// What an operator did, for the audit.
        audit: Option<Audit>,
    },
    /// A step was added to an incident's timeline.
    Step {
        /// Which.
        incident: IncidentId,
        /// Its root, since drills have their own tables.
        origin: Origin,
        /// What.
        step: Step,
    },
    /// An incident of another site is taken in.
    Import(Arc<Import>),
    /// What another seat stored.
    Elsewhere(Box<Elsewhere>),
    /// Everything of ours up to this entry of the store's own list is in the log that the seats share.
    Shared(i64),
    /// A further version of a verdict: of a second set of limits, or of limits that are tried on the past.
    Version(Box<VerdictVersion>),
    /// Faults of devices, counted since the last.
    Faults(Vec<DeviceDay>),
    /// A row of driving data told of an impact.
    Spike(Spike),
    /// A silence began, hid something or ended.
    Silencing {
        /// As it is now.
        silencing: Arc<Silencing>,
        /// What somebody asked for, for the audit.
        order: Option<(SilenceOrder, Operator, Timestamp)>,
    },
    /// The register changes.
    Register {
        /// How.
        order: Arc<RegisterOrder>,
        /// By whom.
        by: Operator,
        /// When.
        at: Timestamp,
    },
    /// A little of what was kept for long enough is to go.
    Prune(Prune),
    /// Somebody signed in, or was refused, for the audit.
    SignIn {
        /// As whom.
        who: Operator,
        /// Name and secret did not fit.
        refused: bool,
        /// When.
        at: Timestamp,
    },
    /// Calls of one function within one minute, summed.
    Invocations(InvocationMinute),
    /// A full chunk of a device's numbers.
    Samples(Arc<SampleChunk>),
    /// A sign of life, on its way through the store to a receiver outside.
    Heartbeat(Timestamp),
    /// A channel did something with a notice of the outbox.
    Told {
        /// The notice's `dedup_key`.
        dedup_key: String,
        /// Its root, since drills have their own tables.
        origin: Origin,
        /// Which channel, "webhook".
        channel: String,
        /// What became of it.
        outcome: DeliveryOutcome,
        /// No channel is left that has not accepted or refused it: the item leaves the outbox.
        last: bool,
        /// When.
        at: Timestamp,
    },
}

/// A crash report on its way into the store.
#[derive(Clone, Debug)]
pub struct CrashRecord {
    /// The incident as it is with this report in it.
    pub incident: Arc<Incident>,
    /// This report's event.
    pub event: EventId,
    /// This report.
    pub report: Arc<CrashReport>,
    /// The verdict over this report.
    pub verdict: Arc<CrashVerdict>,
    /// The same as JSON.
    pub verdict_json: VerdictJson,
    /// Which function with which limits made it.
    pub judge: Option<Judge>,
    /// One of a flood, beyond what its incident keeps whole: its row is stored without its bytes and evidence.
    pub thinned: bool,
    /// When this report was received.
    pub received_at: Timestamp,
    /// The calls it caused.
    pub invocations: Vec<Invocation>,
    /// Where people must be told.
    pub notice: Option<Notice>,
    /// What the broker waits for.
    pub delivery: Option<Delivery>,
}

impl CrashRecord {
    /// A device sent it and waits for an answer; what the desk itself files after a silence, nobody waits for, nor for what
    /// was judged elsewhere.
    pub fn was_sent(&self) -> bool {
        !self.event.is_verdict() && (self.delivery.is_some() || !self.invocations.is_empty())
    }
}

/// One line of the audit.
#[derive(Clone, Debug, PartialEq)]
pub struct Audit {
    /// Who.
    pub by: Operator,
    /// What.
    pub command: Command,
    /// When.
    pub at: Timestamp,
}

/// A sign of life that the store has committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// When it was begun.
    pub at: Timestamp,
    /// The last hash of the audit of real incidents; `None` before the first.
    pub audit_head: Option<String>,
}

/// Calls of one function within one minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvocationMinute {
    /// The function.
    pub function: &'static str,
    /// The minute's begin.
    pub minute: Timestamp,
    /// The road the events took.
    pub origin: Origin,
    /// Calls.
    pub n_calls: u64,
    /// Of them cold.
    pub n_cold: u64,
    /// Of them not ok.
    pub n_failed: u64,
    /// Billed, ms.
    pub billed_ms: u64,
    /// The longest, µs.
    pub max_micros: u32,
    /// Memory configured, MB.
    pub memory_mb: u32,
    /// List price, before the free tier.
    pub list_price: PicoUsd,
}

/// A run of samples of one device: one shared time column and one integer column per quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleChunk {
    /// Whose.
    pub device: DeviceId,
    /// What it is.
    pub kind: DeviceKind,
    /// The road they took.
    pub origin: Origin,
    /// Times, ms since 1970, as they came.
    pub t_ms: Vec<i64>,
    /// One column per quantity, in the order of [`Quantity::of`]; `i32::MIN` is a missing sample.
    pub columns: Vec<Vec<i32>>,
    /// Where its hills are, once somebody has asked.
    pub(super) relief: Relief,
}

impl SampleChunk {
    /// Samples as they came.
    pub fn new(device: DeviceId, kind: DeviceKind, origin: Origin, t_ms: Vec<i64>, columns: Vec<Vec<i32>>) -> Self {
        Self { device, kind, origin, t_ms, columns, relief: Relief::default() }
    }
}

/// A column of a [`SampleChunk`], with the step its integers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quantity {
    /// The stable key in the store, `speed`.
    pub key: &'static str,
    /// Its unit, "km/h".
    pub unit: &'static str,
    /// How many steps make one unit: 100 means 0.01.
    pub per_unit: u32,
}

/// The marker of a missing sample in a column.
pub const MISSING: i32 = i32::MIN;

const VEHICLE: [Quantity; 7] = [
    Quantity { key: "speed", unit: "km/h", per_unit: 100 },
    Quantity { key: "accel_x", unit: "g", per_unit: 1_000 },
    Quantity { key: "accel_y", unit: "g", per_unit: 1_000 },
    Quantity { key: "accel_z", unit: "g", per_unit: 1_000 },
    Quantity { key: "lat", unit: "°", per_unit: 1_000_000 },
    Quantity { key: "lon", unit: "°", per_unit: 1_000_000 },
    Quantity { key: "heading", unit: "°", per_unit: 10 },
];
const SENSOR: [Quantity; 1] = [Quantity { key: "celsius", unit: "°C", per_unit: 100 }];

impl Quantity {
    /// The columns of a kind of device.
    pub const fn of(kind: DeviceKind) -> &'static [Self] {
        match kind {
            DeviceKind::Vehicle => &VEHICLE,
            DeviceKind::Sensor => &SENSOR,
        }
    }

    /// A value in steps; [`MISSING`] for `None` and for what does not fit.
    pub fn quantise(&self, value: Option<f64>) -> i32 {
        match value {
            Some(value) => {
                let steps = (value * f64::from(self.per_unit)).round();
                if steps.abs() < f64::from(i32::MAX) { steps as i32 } else { MISSING }
            }
            None => MISSING,
        }
    }

    /// Steps as a value.
    pub fn value(&self, steps: i32) -> Option<f64> {
        (steps != MISSING).then(|| f64::from(steps) / f64::from(self.per_unit))
    }
}
