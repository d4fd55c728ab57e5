//! The native wire format as tables: which topics there are, which fields each message has, and the rule of each.
//!
//! The ranges are those that decoding keeps to (docs/WIRE.md).

use crate::model::range::{self, Range};
use crate::ui::{tr, word};

/// What a topic carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `fleet/<vehicle>/driving`
    Driving,
    /// `fleet/<vehicle>/crash`
    Crash,
    /// `sensors/<sensor>/temperature`
    Temperature,
}

impl Kind {
    /// Every kind, in the order of the form.
    pub(super) const ALL: [Self; 3] = [Self::Crash, Self::Driving, Self::Temperature];

    /// The kind and the device of a topic without its root.
    pub(super) fn of_topic(topic: &str) -> Result<(Self, &str), String> {
        let mut parts = topic.split('/');
        let kind = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some("fleet"), Some(device), Some("driving"), None) => Some((Self::Driving, device)),
            (Some("fleet"), Some(device), Some("crash"), None) => Some((Self::Crash, device)),
            (Some("sensors"), Some(device), Some("temperature"), None) => Some((Self::Temperature, device)),
            _ => None,
        };
        let (kind, device) = kind.ok_or_else(|| tr!("inject-topic-must", got = format!("{topic:?}")))?;
        check_name(device)?;
        Ok((kind, device))
    }

    /// The topic of a device, without its root.
    pub(super) fn topic(self, device: &str) -> String {
        match self {
            Self::Driving => format!("fleet/{device}/driving"),
            Self::Crash => format!("fleet/{device}/crash"),
            Self::Temperature => format!("sensors/{device}/temperature"),
        }
    }

    /// The fields of its message.
    pub(super) fn fields(self) -> &'static [Field] {
        match self {
            Self::Driving => &DRIVING,
            Self::Crash => &CRASH,
            Self::Temperature => &TEMPERATURE,
        }
    }

    /// What it is called on the screen.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Driving => word!("inject-driving"),
            Self::Crash => word!("inject-crash"),
            Self::Temperature => word!("inject-temperature"),
        }
    }
}

/// Whether a device may be called so: one to 128 bytes without a slash, a wildcard, a space or a control character.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err(tr!("inject-name-empty"));
    }
    if name.len() > 128 {
        return Err(tr!("inject-name-long", n = name.len() as u64));
    }
    match name.chars().find(|c| "/+#$".contains(*c) || c.is_control() || c.is_whitespace()) {
        Some(found) => Err(tr!("inject-name-signs", found = format!("{found:?}"))),
        None => Ok(()),
    }
}

/// A field of an object: its name, its rule, and whether it must be there.
pub(super) struct Field {
    pub(super) key: &'static str,
    pub(super) rule: Rule,
    pub(super) needed: bool,
}

const fn must(key: &'static str, rule: Rule) -> Field {
    Field { key, rule, needed: true }
}

const fn may(key: &'static str, rule: Rule) -> Field {
    Field { key, rule, needed: false }
}

/// What a value must be.
pub(super) enum Rule {
    /// A number in a range, with its unit.
    Number(&'static Range),
    /// A whole number from 0.
    Count,
    /// RFC 3339 text, epoch ms or `{{now}}`.
    Time,
    /// Any text.
    Text,
    /// A name: text or a whole number.
    Name,
    /// `true` or `false`.
    Bool,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// An object of these.
    Object(&'static [Field]),
    /// An object of arrays of one length; each with its range, unit and whether null may stand for a missing sample.
    Columns(&'static [Column]),
}

/// One array of [`Rule::Columns`].
pub(super) struct Column {
    pub(super) key: &'static str,
    pub(super) range: Range,
    pub(super) nulls: bool,
}

static ACCEL_G: [Field; 3] = [
    must("x", Rule::Number(&range::DRIVING_G)),
    must("y", Rule::Number(&range::DRIVING_G)),
    must("z", Rule::Number(&range::DRIVING_G)),
];
static POSITION: [Field; 3] =
    [must("lat", Rule::Number(&range::LAT)), must("lon", Rule::Number(&range::LON)), may("hdop", Rule::Number(&range::HDOP))];
static SAMPLES: [Column; 4] = [
    Column { key: "t_ms", range: range::T_MS, nulls: false },
    Column { key: "x_g", range: range::CRASH_G, nulls: true },
    Column { key: "y_g", range: range::CRASH_G, nulls: true },
    Column { key: "z_g", range: range::CRASH_G, nulls: true },
];
static SPEEDS: [Column; 2] =
    [Column { key: "t_ms", range: range::T_MS, nulls: false }, Column { key: "kmh", range: range::TRACE_SPEED, nulls: true }];
static DRIVING: [Field; 7] = [
    must("occurred_at", Rule::Time),
    may("speed_kmh", Rule::Number(&range::SPEED)),
    may("accel_g", Rule::Object(&ACCEL_G)),
    may("position", Rule::Object(&POSITION)),
    may("heading_deg", Rule::Number(&range::HEADING)),
    may("boot_id", Rule::Name),
    may("seq", Rule::Count),
];
static CRASH: [Field; 13] = [
    may("event_id", Rule::Name),
    may("vehicle", Rule::Name),
    must("occurred_at", Rule::Time),
    may("boot_id", Rule::Name),
    may("seq", Rule::Count),
    must("samples", Rule::Columns(&SAMPLES)),
    may("frame", Rule::OneOf(&["vehicle", "device"])),
    may("gravity", Rule::Bool),
    may("range_g", Rule::Number(&range::RANGE_G)),
    may("speed", Rule::Columns(&SPEEDS)),
    may("airbag", Rule::Bool),
    may("position", Rule::Object(&POSITION)),
    may("device_verdict", Rule::Text),
];
static TEMPERATURE: [Field; 5] = [
    may("occurred_at", Rule::Time),
    may("celsius", Rule::Number(&range::CELSIUS)),
    may("fahrenheit", Rule::Number(&range::FAHRENHEIT)),
    may("boot_id", Rule::Name),
    may("seq", Rule::Count),
];
