//! A silence: for a while nobody is told of lesser things that a search finds. What it hides is listed, and what still holds
//! at its end is told then. It never hides a crash, whatever its ruling, nor a vehicle that is silent after an impact.

use serde::{Deserialize, Serialize};

use super::event::DeviceId;
use super::units::Timestamp;

/// The longest, s: the longest usual shift, so that whoever silenced is still there when it ends (own judgement, 2026-11-26;
/// ANSI/ISA-18.2 wants each shelving to end by itself).
pub const MAX_SECS: i64 = 12 * 3_600;
/// The shortest, s.
pub const MIN_SECS: i64 = 60;
/// So long before its end it is said, s (issue of the team: 10 minutes).
pub const WARN_SECS: i64 = 600;
/// Lines that are kept of what one hid; all are counted.
pub const HIDDEN_KEPT: usize = 100;

/// A silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silencing {
    /// Its number.
    pub id: u64,
    /// What it finds, in the language of the tables.
    pub search: String,
    /// Why.
    pub reason: String,
    /// Whose it is.
    pub by: String,
    /// When it began.
    pub at: Timestamp,
    /// When it ends by itself.
    pub until: Timestamp,
    /// It is over: by whom, `None` by itself, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<(Option<String>, Timestamp)>,
    /// How much it hid.
    #[serde(default)]
    pub n_hidden: u64,
    /// The last of it, oldest first, at most [`HIDDEN_KEPT`].
    #[serde(default)]
    pub hidden: Vec<Hidden>,
    /// Its end was announced.
    #[serde(default)]
    pub warned: bool,
    /// How often somebody began, ended or restored it: of what two seats say of it, the later holds.
    #[serde(default)]
    pub rev: u32,
}

/// Something that a silence hid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// When.
    pub at: Timestamp,
    /// Whose.
    pub device: DeviceId,
    /// What people would have been told.
    pub text: String,
}

impl Silencing {
    /// Not over.
    pub const fn stands(&self) -> bool {
        self.ended.is_none()
    }

    /// It hid something.
    pub fn hid(&mut self, hidden: Hidden) {
        self.n_hidden += 1;
        if self.hidden.len() >= HIDDEN_KEPT {
            self.hidden.remove(0);
        }
        self.hidden.push(hidden);
    }
}

/// What may be asked of silences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "silence")]
pub enum SilenceOrder {
    /// Begin one.
    Begin {
        /// What it finds; not blank, `*` is everything.
        search: String,
        /// How long, s, [`MIN_SECS`] to [`MAX_SECS`].
        secs: i64,
        /// Why, at most 2,000 characters, not blank.
        reason: String,
    },
    /// End one now.
    End {
        /// Which.
        id: u64,
    },
    /// Take back that one was ended, within ten seconds of it and by the same person.
    Restore {
        /// Which.
        id: u64,
    },
}
