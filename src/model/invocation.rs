//! One call of a function, metered as AWS Lambda meters it.

use serde::{Deserialize, Serialize};

use super::event::DeviceId;
use super::packet::{Origin, PacketId};
use super::units::Timestamp;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It answered.
    Ok,
    /// It answered with an error.
    Error,
    /// It took longer than its limit.
    TimeOut,
    /// It panicked; the host lived on.
    Panic,
}

/// What caused a call: a packet of a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// The packet.
    pub packet: PacketId,
    /// Its device.
    pub device: DeviceId,
    /// The road it took.
    pub origin: Origin,
}

/// One metered call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invocation {
    /// The function's name, `judge_crash`.
    #[serde(skip_deserializing)]
    pub function: &'static str,
    /// When it began.
    pub started_at: Timestamp,
    /// Start-up of a cold start, µs; 0 when warm.
    pub init_micros: u32,
    /// The call itself, µs.
    pub duration_micros: u32,
    /// What is billed, ms: init and duration, each whole ms begun counts.
    pub billed_ms: u32,
    /// Memory configured, MB: what the price follows.
    pub memory_mb: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// The event that caused it.
    pub cause: Cause,
    /// How many effects (file, publish, notify) it asked for.
    pub effects: u8,
}
