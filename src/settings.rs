//! The settings: one TOML file, each section owned by the module that reads it. A file that is not there means the
//! defaults; a key that is not known is an error that says what is.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::model::setting::{self, Key, Preferences, Wrong};
use crate::model::{Places, Retention, SelfTest, Team};
use crate::{broker, decode, functions, outbound, pricing, seats, secret, stack};

#[cfg(feature = "desk")]
mod edit;
#[cfg(feature = "desk")]
pub mod file;
#[cfg(feature = "desk")]
pub mod keeper;

/// The commented default, as `assets/settings.toml` has it.
pub const COMMENTED_DEFAULT: &str = include_str!("../assets/settings.toml");

/// Everything that can be set.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `[broker]`
    pub broker: broker::Settings,
    /// `[outbound]`
    pub outbound: outbound::Settings,
    /// `[formats]`
    pub formats: decode::Settings,
    /// `[[mapping]]`; once read they stand in `formats`.
    mapping: Vec<decode::Mapping>,
    /// `[sensors]`
    pub sensors: Places,
    /// `[functions.*]`
    pub functions: functions::Settings,
    /// `[shadow]`
    pub shadow: Shadow,
    /// `[line]`
    pub line: Line,
    /// `[retention]`
    pub retention: Retention,
    /// `[team]`
    pub team: Team,
    /// `[pricing]`
    pub pricing: pricing::Settings,
    /// `[self_test]`
    pub self_test: SelfTest,
    /// `[stack]`
    pub stack: stack::Settings,
    /// `[seats]`
    pub seats: seats::Settings,
    /// `[map]`
    #[cfg(feature = "desk")]
    pub map: crate::tiles::Settings,
    /// `[map]`, which only a window reads.
    #[cfg(not(feature = "desk"))]
    map: toml::Table,
    /// `[desk]`
    pub desk: Preferences,
}

/// A second judge beside the line: every crash report is judged by its limits as well, after it is stored. It decides
/// nothing and tells nobody; where it differs is listed.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shadow {
    /// A settings file whose `[functions.judge_crash]` it takes; a relative path begins at this file's directory.
    pub settings: Option<PathBuf>,
    /// Its limits, here: what is left out has the default, not the line's value.
    pub judge_crash: Option<functions::judge_crash::Settings>,
    /// A Lambda package that judges instead, a directory with `bootstrap`; a relative path begins at this file's directory.
    pub package: Option<PathBuf>,
    /// The name of a function on AWS that judges instead, in the region of `[stack]`.
    pub lambda: Option<String>,
}

/// How much the line holds at a time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Line {
    /// Devices that are remembered, 1 to 1,000,000; one more is turned away and counted.
    pub max_devices: usize,
    /// Memory for numbers, MB, 16 to 65,536.
    pub memory_budget_mb: u64,
}

impl Default for Line {
    fn default() -> Self {
        Self { max_devices: 50_000, memory_budget_mb: 512 }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is there and cannot be read, or was named and is not there.
    #[error("cannot read the settings {path}: {source}", path = path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not TOML of this shape: the message names line, key and what is allowed.
    #[error("the settings {path} cannot be used: {source}", path = path.display())]
    Shape {
        /// Which.
        path: PathBuf,
        /// Line, key and what is allowed.
        source: Box<toml::de::Error>,
    },
    /// A mistake among the secrets of the team; what stands there is not shown.
    #[error("the settings {path}, line {line}: a secret of [team.secrets] cannot be read; put the line there that `fleetwatch secret NAME` prints", path = path.display())]
    Secret {
        /// Which.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// Two places for one thing.
    #[error("the settings {path}: [shadow] names more than one judge (settings, judge_crash, package, lambda); take all but one away", path = path.display())]
    TwoShadows {
        /// Which.
        path: PathBuf,
    },
    /// A format or a topic filter that cannot be.
    #[error("the settings {path}: {why}", path = path.display())]
    Formats {
        /// Which.
        path: PathBuf,
        /// The key, and what is allowed.
        why: String,
    },
    /// A value that cannot be meant.
    #[error("the settings {path}: {wrong}", path = path.display())]
    Value {
        /// Which.
        path: PathBuf,
        /// The key, and what is allowed.
        wrong: Wrong,
    },
    /// A number out of its range.
    #[error("the settings {path}, line {line}: [{section}] {key} must be from {min} to {max}, found {found}", path = path.display())]
    Range {
        /// Which.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// The section.
        section: &'static str,
        /// The key.
        key: &'static str,
        /// Least.
        min: u64,
        /// Most.
        max: u64,
        /// What the file says.
        found: u64,
    },
}

impl Settings {
    /// Where the settings are when nobody says where: `fleetwatch/settings.toml` in the user's config directory.
    pub fn default_path() -> Option<PathBuf> {
        ProjectDirs::from("", "", "fleetwatch").map(|dirs| dirs.config_dir().join("settings.toml"))
    }

    /// Reads `path`, or where it is `None` the default file, which may be absent.
    pub fn load(path: Option<&Path>) -> Result<Self, Error> {
        let default = Self::default_path();
        let Some(file) = path.or(default.as_deref()) else { return Ok(Self::default()) };
        match std::fs::read_to_string(file) {
            Ok(text) => Self::parse(file, &text)?.with_shadow(file),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && path.is_none() => Ok(Self::default()),
            Err(source) => Err(Error::Read { path: file.to_owned(), source }),
        }
    }

    /// Reads the file that `[shadow]` names, if it names one.
    fn with_shadow(mut self, path: &Path) -> Result<Self, Error> {
        let Shadow { settings, judge_crash, package, lambda } = &self.shadow;
        if [settings.is_some(), judge_crash.is_some(), package.is_some(), lambda.is_some()].iter().filter(|set| **set).count() > 1
        {
            return Err(Error::TwoShadows { path: path.to_owned() });
        }
        let dir = path.parent().unwrap_or(Path::new(""));
        self.shadow.package = self.shadow.package.map(|package| dir.join(package));
        let Some(named) = &self.shadow.settings else { return Ok(self) };
        let file = dir.join(named);
        let text = std::fs::read_to_string(&file).map_err(|source| Error::Read { path: file.clone(), source })?;
        self.shadow.judge_crash = Some(Self::parse(&file, &text)?.functions.judge_crash);
        Ok(self)
    }

    /// Reads settings; `path` is for errors. A file that `[shadow]` names is not read.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let mut settings: Self = toml::from_str(text).map_err(|source| match secret_line(text, &source) {
            Some(line) => Error::Secret { path: path.to_owned(), line },
            None => Error::Shape { path: path.to_owned(), source: Box::new(source) },
        })?;
        settings.formats.mappings = std::mem::take(&mut settings.mapping);
        settings.formats.check().map_err(|why| Error::Formats { path: path.to_owned(), why })?;
        let Line { max_devices, memory_budget_mb } = settings.line;
        let SelfTest { every_minutes, within_secs } = settings.self_test;
        for (section, key, found, min, max) in [
            ("line", "max_devices", max_devices as u64, 1, 1_000_000),
            ("line", "memory_budget_mb", memory_budget_mb, 16, 65_536),
            ("self_test", "every_minutes", u64::from(every_minutes), 0, 1_440),
            ("self_test", "within_secs", u64::from(within_secs), 1, 600),
            ("stack", "every_s", u64::from(settings.stack.every_s), 60, 86_400),
        ] {
            if !(min..=max).contains(&found) {
                let is_key = |line: &str| line.split('=').next().is_some_and(|left| left.trim().ends_with(key));
                let line = text.lines().position(is_key).map_or(0, |line_idx| line_idx + 1);
                return Err(Error::Range { path: path.to_owned(), line, section, key, min, max, found });
            }
        }
        if !settings.stack.functions.is_empty() {
            settings.formats.hear_verdicts();
        }
        settings.check().map_err(|wrong| Error::Value { path: path.to_owned(), wrong })?;
        Ok(settings)
    }

    /// Whether each value can be meant, and none contradicts another.
    fn check(&self) -> Result<(), Wrong> {
        self.functions.judge_crash.check()?;
        self.functions.route_temperature.check()?;
        self.sensors.check()?;
        if let Some((key, why)) = self.stack.mistake() {
            return Err(Wrong::Value { key: Key::of("stack").and(key), why });
        }
        if let Some((key, why)) = self.seats.mistake() {
            return Err(Wrong::Value { key: Key::of("seats").and(key), why });
        }
        if let Some((name, why)) = self.retention.mistake() {
            return Err(Wrong::Value { key: Key::of("retention").and(name), why });
        }
        #[cfg(feature = "desk")]
        if let Some((key, why)) = self.map.mistake() {
            return Err(Wrong::Value { key: Key::of("map").and(key), why });
        }
        for (name, hash) in &self.team.secrets {
            let why = if !self.team.people.contains_key(name) {
                format!("{name} is not listed in [team.people]")
            } else if !secret::is_hash(hash.expose()) {
                // What stands there may be the secret itself: no text shows it.
                format!("what stands there is no hash; put the line there that `fleetwatch secret {name:?}` prints")
            } else {
                continue;
            };
            return Err(Wrong::Value { key: Key::of("team").and("secrets").and(name), why });
        }
        setting::check(&Key::of("desk"), &self.desk, &Preferences::BOUNDS)?;
        pricing::PriceSheet::aws_lambda(&self.pricing).map(drop).map_err(|error| {
            let name = if matches!(error, pricing::price_sheet::Error::Budget) { "monthly_budget_usd" } else { "region" };
            Wrong::Value { key: Key::of("pricing").and(name), why: error.to_string() }
        })
    }

    /// What the window shows and changes of them, as a tree; nothing secret is among it.
    pub fn shown(&self) -> Value {
        json!({ "desk": self.desk, "functions": self.functions, "pricing": self.pricing })
    }
}

/// The line, from 1, of a mistake among the secrets of the team: its text would show one of them.
fn secret_line(text: &str, error: &toml::de::Error) -> Option<usize> {
    let at = error.span()?.start;
    let before = text.get(..at).unwrap_or(text);
    let line = text.lines().nth(before.matches('\n').count()).unwrap_or_default();
    if line.contains("secrets") {
        return Some(before.matches('\n').count() + 1);
    }
    let table = before.lines().rev().map(str::trim).find(|line| line.starts_with('['))?;
    table.replace([' ', '"', '\''], "").starts_with("[team.secrets]").then(|| before.matches('\n').count() + 1)
}

#[cfg(test)]
mod tests;
