//! The settings: one TOML file, each section owned by the module that reads it. A file that is not there means the
//! defaults; a key that is not known is an error that says what is.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use serde::{Deserialize, Serialize};

use crate::functions;

/// The commented default, as `assets/settings.toml` has it.
pub const COMMENTED_DEFAULT: &str = include_str!("../assets/settings.toml");

/// Everything that can be set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `[functions.*]`
    pub functions: functions::Settings,
    /// `[line]`
    pub line: Line,
    /// `[pricing]`
    pub pricing: Pricing,
}

/// How much the line holds at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Line {
    /// Packets between broker and functions, 64 to 1,000,000.
    pub inbox: usize,
    /// Facts between functions and state, 64 to 1,000,000.
    pub facts: usize,
    /// Records between state and store, 1,024 to 10,000,000: hours of incidents.
    pub records: usize,
    /// Notices between store and outbound, 16 to 100,000.
    pub notices: usize,
    /// Devices that are remembered, 1 to 1,000,000; one more is turned away and counted.
    pub max_devices: usize,
    /// Memory for numbers, MB, 16 to 65,536.
    pub memory_budget_mb: u64,
}

impl Default for Line {
    fn default() -> Self {
        Self { inbox: 4_096, facts: 4_096, records: 65_536, notices: 256, max_devices: 50_000, memory_budget_mb: 512 }
    }
}

/// Which price sheet the function calls are billed by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pricing {
    /// The AWS region, `us-east-1`.
    pub region: String,
    /// The processor that the functions would run on.
    pub arch: Arch,
}

impl Default for Pricing {
    fn default() -> Self {
        Self { region: "us-east-1".to_owned(), arch: Arch::default() }
    }
}

/// A processor of AWS Lambda.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arch {
    /// The cheaper one.
    #[default]
    Arm64,
    /// Intel and AMD.
    #[serde(rename = "x86_64")]
    X86,
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
    /// A number out of its range.
    #[error("the settings {path}, line {line}: [line] {key} must be from {min} to {max}, found {found}", path = path.display())]
    Range {
        /// Which.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
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
            Ok(text) => Self::parse(file, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && path.is_none() => Ok(Self::default()),
            Err(source) => Err(Error::Read { path: file.to_owned(), source }),
        }
    }

    /// Reads settings; `path` is for errors.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let settings: Self =
            toml::from_str(text).map_err(|source| Error::Shape { path: path.to_owned(), source: Box::new(source) })?;
        let Line { inbox, facts, records, notices, max_devices, memory_budget_mb } = settings.line;
        for (key, found, min, max) in [
            ("inbox", inbox as u64, 64, 1_000_000),
            ("facts", facts as u64, 64, 1_000_000),
            ("records", records as u64, 1_024, 10_000_000),
            ("notices", notices as u64, 16, 100_000),
            ("max_devices", max_devices as u64, 1, 1_000_000),
            ("memory_budget_mb", memory_budget_mb, 16, 65_536),
        ] {
            if !(min..=max).contains(&found) {
                let is_key = |line: &str| line.split('=').next().is_some_and(|left| left.trim().ends_with(key));
                let line = text.lines().position(is_key).map_or(0, |line_idx| line_idx + 1);
                return Err(Error::Range { path: path.to_owned(), line, key, min, max, found });
            }
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests;
