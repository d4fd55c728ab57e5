//! What went no further, and why. Every drop has a reason, a count and a place on the screen.

use serde::{Deserialize, Serialize};

use super::units::Timestamp;

/// Why a packet or a row went no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectionReason {
    /// The topic is none that we know.
    UnknownTopic,
    /// Longer than the line takes.
    TooLarge,
    /// Not UTF-8.
    NotUtf8,
    /// Not JSON, or cut short.
    NotJson,
    /// JSON, but a field is of the wrong type, doubled or missing.
    WrongShape,
    /// A number that is not finite.
    NotFinite,
    /// A number outside what is physically possible.
    OutOfRange,
    /// The time cannot be: before 2015 or more than 24 h ahead.
    ClockWrong,
    /// Says nothing: every field is missing.
    Empty,
    /// The same row again.
    Duplicate,
    /// Older than what is already known, within the same start of the device.
    OutOfOrder,
    /// Retained by the broker and already old.
    RetainedOld,
    /// One device too many: the register is full.
    TooManyDevices,
    /// The function that should have read it failed.
    NotJudged,
    /// Understood, and holds nothing that the desk uses: a switch, a setting, a gateway's own state.
    NotUsed,
    /// Data that only its birth certificate explains, which is not known yet (Sparkplug B).
    NoBirth,
}

impl RejectionReason {
    /// Every reason, in order of declaration.
    pub const ALL: [Self; 16] = [
        Self::UnknownTopic,
        Self::TooLarge,
        Self::NotUtf8,
        Self::NotJson,
        Self::WrongShape,
        Self::NotFinite,
        Self::OutOfRange,
        Self::ClockWrong,
        Self::Empty,
        Self::Duplicate,
        Self::OutOfOrder,
        Self::RetainedOld,
        Self::TooManyDevices,
        Self::NotJudged,
        Self::NotUsed,
        Self::NoBirth,
    ];

    /// The key of each, in order of declaration.
    pub const KEYS: [&'static str; 16] = {
        let mut keys = [""; 16];
        let mut idx = 0;
        while idx < keys.len() {
            keys[idx] = Self::ALL[idx].key();
            idx += 1;
        }
        keys
    };

    /// The key, as the one word that is true of it.
    pub fn words(self) -> &'static [&'static str] {
        static KEYS: [&str; 16] = RejectionReason::KEYS;
        std::slice::from_ref(&KEYS[self as usize])
    }

    /// The key in counters, `not_json`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::UnknownTopic => "unknown_topic",
            Self::TooLarge => "too_large",
            Self::NotUtf8 => "not_utf8",
            Self::NotJson => "not_json",
            Self::WrongShape => "wrong_shape",
            Self::NotFinite => "not_finite",
            Self::OutOfRange => "out_of_range",
            Self::ClockWrong => "clock_wrong",
            Self::Empty => "empty",
            Self::Duplicate => "duplicate",
            Self::OutOfOrder => "out_of_order",
            Self::RetainedOld => "retained_old",
            Self::TooManyDevices => "too_many_devices",
            Self::NotJudged => "not_judged",
            Self::NotUsed => "not_used",
            Self::NoBirth => "no_birth",
        }
    }
}

/// One packet that went no further.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rejection {
    /// The topic, shown escaped and shortened.
    pub topic: Box<str>,
    /// When we received it.
    pub received_at: Timestamp,
    /// Why.
    pub reason: RejectionReason,
    /// In words, naming field, rule and what was found.
    pub detail: Box<str>,
    /// Bytes in the payload.
    pub payload_len: usize,
}
