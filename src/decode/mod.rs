//! Bytes → events. Pure; never panics; every failure has a reason and words for it.
//!
//! # To add a payload format
//! Write `decode/<name>.rs` with one struct and `impl Format`, add one line to [`FORMATS`], and put samples
//! into `fixtures/payloads/<name>/`; `cargo t payloads` writes what was understood beside each.

mod interner;

pub use interner::Interner;

use crate::model::{Event, Packet, RejectionReason};

/// Why a packet could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct DecodeError {
    /// The class, for counting.
    pub reason: RejectionReason,
    /// In words: field, rule, what was found.
    pub detail: String,
}

/// One payload format.
pub trait Format: Sync {
    /// Its name.
    fn name(&self) -> &'static str;
    /// Whether a packet is of this format, by its topic first.
    fn recognizes(&self, packet: &Packet) -> bool;
    /// Reads it. A crash report that cannot be read is an event with `unreadable` set, never an error.
    fn decode(&self, packet: &Packet, events: &mut Vec<Event>) -> Result<(), DecodeError>;
}

/// Every format, asked in this order.
pub static FORMATS: &[&dyn Format] = &[];

/// Reads a packet with the first format that recognises it.
pub fn decode(packet: &Packet, _interner: &mut Interner, events: &mut Vec<Event>) -> Result<(), DecodeError> {
    for format in FORMATS {
        if format.recognizes(packet) {
            return format.decode(packet, events);
        }
    }
    Err(DecodeError { reason: RejectionReason::UnknownTopic, detail: format!("no format knows the topic {:?}", packet.topic) })
}
