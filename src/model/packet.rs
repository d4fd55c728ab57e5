//! What came in: a topic, bytes, a time and where it came from. Nothing is interpreted yet.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::units::Timestamp;

/// Where an event came from. A property of the road it took (the topic root), never of its payload:
/// no field that a device can write makes a crash a drill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A real device: topics at the root.
    #[default]
    Device,
    /// A drill: topics under `drill/`. Travels the whole way and can page nobody.
    Drill,
    /// The built-in sample fleet: topics under `sample/`. Pages nobody.
    Sample,
}

impl Origin {
    /// Splits a topic into where it came from and the topic within that root.
    pub fn of_topic(topic: &str) -> (Self, &str) {
        if let Some(rest) = topic.strip_prefix("drill/") {
            (Self::Drill, rest)
        } else if let Some(rest) = topic.strip_prefix("sample/") {
            (Self::Sample, rest)
        } else {
            (Self::Device, topic)
        }
    }

    /// The topic root with its slash: empty, `drill/` or `sample/`.
    pub const fn root(self) -> &'static str {
        match self {
            Self::Device => "",
            Self::Drill => "drill/",
            Self::Sample => "sample/",
        }
    }

    /// Whether people may be told of it.
    pub const fn is_real(self) -> bool {
        matches!(self, Self::Device)
    }
}

/// Which of the two lanes a packet travels on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Crash reports: a durable session, acknowledged after the commit, never shed.
    Crash,
    /// Driving and temperature: latest wins under pressure, every drop counted.
    Telemetry,
}

/// What it takes to acknowledge a packet to the broker: only the connection that delivered it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Delivery {
    /// Counts the connections of this client; an acknowledgement of an older one is dropped.
    pub epoch: u64,
    /// The broker's packet id; 0 for `QoS` 0, where nothing is to be acknowledged.
    pub packet_id: u16,
}

/// Names a packet by what it says: a 64-bit hash of topic and payload, so that the sender and the receiver of a
/// message find the same name without a field in the payload. The same on every machine and in every version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PacketId(pub u64);

impl PacketId {
    /// The name of `payload` sent on `topic`.
    pub fn of(topic: &str, payload: &[u8]) -> Self {
        // By words of eight bytes, since this runs over every byte of every message.
        let mix = |hash: u64, word: u64| {
            let product = (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            product ^ (product >> 29)
        };
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for bytes in [topic.as_bytes(), payload] {
            let (words, rest) = bytes.as_chunks::<8>();
            hash = words.iter().fold(hash, |hash, word| mix(hash, u64::from_le_bytes(*word)));
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            // The length tells a tail of zeros from no tail, and the topic's end from the payload's begin.
            hash = mix(mix(hash, u64::from_le_bytes(last)), bytes.len() as u64);
        }
        Self(hash)
    }
}

impl fmt::Display for PacketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// One MQTT message as it arrived.
#[derive(Clone, Debug)]
pub struct Packet {
    /// The whole topic, with its root.
    pub topic: Box<str>,
    /// The bytes, untouched.
    pub payload: Bytes,
    /// When we took it off the socket, by our clock.
    pub received_at: Timestamp,
    /// Which lane it came on.
    pub lane: Lane,
    /// The broker had kept it: it may be old.
    pub retained: bool,
    /// The broker marked it as sent before.
    pub redelivered: bool,
    /// How to acknowledge it, on the crash lane.
    pub delivery: Option<Delivery>,
}

impl Packet {
    /// A message that comes for the first time: the broker had not kept it, and waits for no acknowledgement.
    pub fn new(lane: Lane, topic: impl Into<Box<str>>, payload: impl Into<Bytes>, received_at: Timestamp) -> Self {
        let (topic, payload) = (topic.into(), payload.into());
        Self { topic, payload, received_at, lane, retained: false, redelivered: false, delivery: None }
    }

    /// The packet's name, for traces and for events without an id.
    pub fn id(&self) -> PacketId {
        PacketId::of(&self.topic, &self.payload)
    }
}

#[cfg(test)]
#[path = "packet_tests.rs"]
mod tests;
