//! A value of the settings file: where it stands, what it may be, a change to it, and why one was refused.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where a value stands: the names of its tables, then its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub Vec<String>);

impl Key {
    /// `desk.language`; for names that hold no dot.
    pub fn of(dotted: &str) -> Self {
        Self(dotted.split('.').map(str::to_owned).collect())
    }

    /// What stands below it under `name`, which may hold anything.
    #[must_use]
    pub fn and(&self, name: &str) -> Self {
        let mut names = self.0.clone();
        names.push(name.to_owned());
        Self(names)
    }

    /// What stands there in a tree of settings.
    pub fn find<'a>(&self, tree: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(tree, |tree, name| tree.get(name))
    }

    /// Its own name.
    pub fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }
}

impl fmt::Display for Key {
    /// As in the file: `functions.route_temperature.sensors."cold-*".hot_above_c`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.0.iter().enumerate() {
            let dot = if i == 0 { "" } else { "." };
            let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
            if bare { write!(f, "{dot}{name}")? } else { write!(f, "{dot}{name:?}")? }
        }
        Ok(())
    }
}

/// One change; without a value the default holds again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub key: Key,
    /// What it is to be.
    pub to: Option<Value>,
}

/// What a number may be, both ends included. They are what can be meant at all, so as to catch a slip of the pen: own
/// judgement throughout, and never narrower than what a source of the number itself says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// Its name in its table.
    pub name: &'static str,
    /// Its unit; empty where there is none.
    pub unit: &'static str,
    /// Least.
    pub least: f64,
    /// Most.
    pub most: f64,
}

impl Bound {
    /// `("peak_g", "g", 0.1, 100.0)`
    pub const fn new(name: &'static str, unit: &'static str, least: f64, most: f64) -> Self {
        Self { name, unit, least, most }
    }

    /// Whether a number at `key` may be so.
    pub fn check(&self, key: Key, found: f64) -> Result<(), Wrong> {
        if (self.least..=self.most).contains(&found) {
            return Ok(());
        }
        let Self { unit, least, most, .. } = *self;
        Err(Wrong::Range { key, found, least, most, unit })
    }
}

/// Checks each number of a table of numbers that a bound is for.
pub fn check(table: &Key, settings: &impl Serialize, bounds: &[Bound]) -> Result<(), Wrong> {
    // What is no number in JSON, as "not a number", is outside of every bound.
    let tree = serde_json::to_value(settings).unwrap_or_default();
    for bound in bounds {
        bound.check(table.and(bound.name), tree.get(bound.name).and_then(Value::as_f64).unwrap_or(f64::NAN))?;
    }
    Ok(())
}

/// A number and its name.
type Named<'a> = (&'a str, f64);

/// Checks that of each two numbers the first is the less one.
pub fn in_order(table: &Key, pairs: &[(Named<'_>, Named<'_>)]) -> Result<(), Wrong> {
    let wrong = pairs.iter().find(|((_, low), (_, high))| low >= high);
    wrong.map_or(Ok(()), |&((low, low_is), (high, high_is))| {
        Err(Wrong::Order { low: table.and(low), low_is, high: table.and(high), high_is })
    })
}

/// Why settings cannot be used. Nothing of them is.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Wrong {
    /// A number that cannot be meant.
    #[error("{key} must be from {least} to {most}{}{unit}, found {found}", if unit.is_empty() { "" } else { " " })]
    Range {
        /// Which.
        key: Key,
        /// What it is.
        found: f64,
        /// Least.
        least: f64,
        /// Most.
        most: f64,
        /// Of all three.
        unit: &'static str,
    },
    /// Two numbers the wrong way round.
    #[error("{low} must be below {high}, found {low_is} and {high_is}; raise {high} or lower {low}")]
    Order {
        /// The one that must be less.
        low: Key,
        /// What it is.
        low_is: f64,
        /// The one that must be more.
        high: Key,
        /// What it is.
        high_is: f64,
    },
    /// A word that is not known, or no amount.
    #[error("{key}: {why}")]
    Value {
        /// Which.
        key: Key,
        /// What is allowed.
        why: String,
    },
    /// The file as it stands is no settings file: somebody must mend it by hand.
    #[error("{why}")]
    Shape {
        /// Line, key and what is allowed.
        why: String,
    },
    /// The file cannot be read or written.
    #[error("{why}")]
    File {
        /// What the system said.
        why: String,
    },
}

impl Wrong {
    /// The value that it is about.
    pub const fn key(&self) -> Option<&Key> {
        match self {
            Self::Range { key, .. } | Self::Value { key, .. } | Self::Order { low: key, .. } => Some(key),
            Self::Shape { .. } | Self::File { .. } => None,
        }
    }
}

/// The settings as a window shows them, as trees of values with every default filled in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// The file.
    pub file: PathBuf,
    /// What stands in it.
    pub saved: Value,
    /// What this desk runs on: a value that differs from `saved` takes effect with the next start.
    pub running: Value,
    /// What holds where the file says nothing.
    pub standard: Value,
    /// Every region that there is a price sheet for.
    pub regions: Vec<String>,
    /// What became of the last save, and which it was, counted from 1.
    pub last: Option<(u64, Result<(), Wrong>)>,
}

/// `[desk]`: what the window looks and sounds like. Each takes effect at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Preferences {
    /// What it speaks.
    pub language: LanguageChoice,
    /// Its colours.
    pub theme: ThemeChoice,
    /// What temperatures are shown in.
    pub temperature: DegreesChoice,
    /// How large everything is, percent, 100 to 200. Where the window is too small for it, as large as there is room for.
    pub scale_percent: u32,
    /// Whether alarms are heard. Muted for good, they are still shown.
    pub sounds: bool,
    /// Nothing moves or pulses.
    pub reduced_motion: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            language: LanguageChoice::default(),
            theme: ThemeChoice::default(),
            temperature: DegreesChoice::default(),
            scale_percent: 100,
            sounds: true,
            reduced_motion: false,
        }
    }
}

impl Preferences {
    /// What its numbers may be.
    pub const BOUNDS: [Bound; 1] = [Bound::new("scale_percent", "%", 100.0, 200.0)];

    /// Those of a tree of settings.
    pub fn of(tree: &Value) -> Self {
        tree.get("desk").and_then(|desk| Self::deserialize(desk).ok()).unwrap_or_default()
    }
}

/// Which language the window speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LanguageChoice {
    /// That of the system, by `LC_ALL`, `LC_MESSAGES` and `LANG`.
    #[default]
    System,
    /// English.
    En,
    /// Korean.
    Ko,
}

/// Which colours the window has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// For a dark room.
    #[default]
    Dark,
    /// For daylight.
    Light,
}

/// What temperatures are shown in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DegreesChoice {
    /// °C
    #[default]
    Celsius,
    /// °F
    Fahrenheit,
}
