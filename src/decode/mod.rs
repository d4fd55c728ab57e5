//! Bytes → events. Pure; never panics; every failure has a reason and words for it.
//!
//! # To add a payload format
//! Write `decode/<name>.rs` with one struct and `impl Format`, add one line to [`FORMATS`], and put samples
//! into `fixtures/payloads/<name>/`; `cargo t payloads` writes what was understood beside each.

use crate::model::{Event, Packet, RejectionReason};

pub mod interner;
mod json;
pub mod native;
mod ranges;
#[cfg(test)]
mod tests;

pub use interner::Interner;

/// Longest payload that is read at all, bytes. Longer ones are rejected before any parsing; on a crash topic they
/// become an unreadable report. 256 KiB holds 10 s of three axes at 800 Hz as JSON; own judgement.
pub const MAX_PAYLOAD_BYTES: usize = 256 * 1024;

/// Why a packet could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct DecodeError {
    /// The class, for counting.
    pub reason: RejectionReason,
    /// In words: field, rule, what was found. At most a few hundred characters, control characters escaped.
    pub detail: String,
}

impl DecodeError {
    fn new(reason: RejectionReason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

/// One payload format.
pub trait Format: Sync {
    /// Its name.
    fn name(&self) -> &'static str;
    /// Whether a packet is of this format, by its topic first.
    fn recognizes(&self, packet: &Packet) -> bool;
    /// Reads it. A crash report that cannot be read is an event with `unreadable` set, never an error.
    /// Devices' names come from the interner, so that a known device costs no allocation.
    fn decode(&self, packet: &Packet, interner: &mut Interner, events: &mut Vec<Event>) -> Result<(), DecodeError>;
}

/// Every format, asked in this order.
pub static FORMATS: &[&dyn Format] = &[&native::Native];

/// Reads a packet with the first format that recognises it.
pub fn decode(packet: &Packet, interner: &mut Interner, events: &mut Vec<Event>) -> Result<(), DecodeError> {
    for format in FORMATS {
        if format.recognizes(packet) {
            return format.decode(packet, interner, events);
        }
    }
    Err(DecodeError::new(RejectionReason::UnknownTopic, format!("no format knows the topic {}", shown(&packet.topic))))
}

/// Foreign text for a message: quoted, control characters escaped, at most 64 characters.
fn shown(text: &str) -> String {
    match text.char_indices().nth(64) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
