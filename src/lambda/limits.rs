//! What Lambda allows, then and now.

use std::time::Duration;

use super::{Function, Package};

/// A profile of limits. Both are dated: see the fields of [`Limits::DOCUMENT_2017`] and [`Limits::TODAY`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// What it is called.
    pub name: &'static str,
    /// The longest time-out.
    pub max_timeout: Duration,
    /// Memory, MB: least, most, step.
    pub memory_mb: (u32, u32, u32),
    /// `/tmp`, MB: least and most.
    pub tmp_mb: (u32, u32),
    /// The package as uploaded, bytes.
    pub zip_bytes: u64,
    /// The package unpacked, bytes.
    pub unzipped_bytes: u64,
    /// The payload of an asynchronous event, bytes.
    pub async_bytes: usize,
}

/// The payload of a synchronous event, and of an answer, bytes: 6 MB. Unchanged since 2017.
pub(super) const SYNC_BYTES: usize = 6 * MB as usize;
/// All environment variables together, bytes. Unchanged since 2017.
const ENVIRONMENT_BYTES: usize = 4 * 1024;
const MB: u64 = 1024 * 1024;

impl Limits {
    /// AWS Lambda developer guide of 2017-12-12.
    pub const DOCUMENT_2017: Self = Self {
        name: "2017",
        max_timeout: Duration::from_mins(5),
        memory_mb: (128, 3_008, 64),
        tmp_mb: (512, 512),
        zip_bytes: 50 * MB,
        unzipped_bytes: 250 * MB,
        async_bytes: 128 * 1024,
    };
    /// Time-out 900 s since 2018-10-11, memory since 2020-12-01, `/tmp` since 2022-03-24, asynchronous payload since
    /// 2025-10. Checked on 2026-11-22.
    pub const TODAY: Self = Self {
        name: "today",
        max_timeout: Duration::from_mins(15),
        memory_mb: (128, 10_240, 1),
        tmp_mb: (512, 10_240),
        zip_bytes: 50 * MB,
        unzipped_bytes: 250 * MB,
        async_bytes: MB as usize,
    };

    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::DOCUMENT_2017, Self::TODAY].into_iter().find(|limits| limits.name == name)
    }

    /// Whether Lambda would take this function.
    pub fn check(&self, function: &Function, package: &Package) -> Result<(), Refusal> {
        let (profile, refuse) =
            (self.name, |what, found, allowed| Err(Refusal::Limit { profile: self.name, what, found, allowed }));
        let (least, most, step) = self.memory_mb;
        let memory = function.memory_mb;
        if !(least..=most).contains(&memory) || !(memory - least).is_multiple_of(step) {
            return refuse("memory", format!("{memory} MB"), format!("{least} to {most} MB in steps of {step}"));
        }
        if function.timeout.is_zero() || function.timeout > self.max_timeout {
            return refuse("time-out", seconds(function.timeout), format!("up to {}", seconds(self.max_timeout)));
        }
        let (least, most) = self.tmp_mb;
        if !(least..=most).contains(&function.tmp_mb) {
            return refuse("/tmp", format!("{} MB", function.tmp_mb), format!("{least} to {most} MB"));
        }
        let environment: usize = function.environment.iter().map(|(name, value)| name.len() + value.len()).sum();
        if environment > ENVIRONMENT_BYTES {
            return refuse("environment", format!("{environment} bytes"), format!("{ENVIRONMENT_BYTES} bytes"));
        }
        if function.concurrency == 0 {
            return refuse("concurrency", "0".to_owned(), "1 or more".to_owned());
        }
        if package.unzipped_bytes > self.unzipped_bytes {
            return Err(Refusal::Package {
                profile,
                form: "unpacked",
                found: package.unzipped_bytes,
                allowed: self.unzipped_bytes,
            });
        }
        if package.zip_bytes > self.zip_bytes {
            return Err(Refusal::Package { profile, form: "zipped", found: package.zip_bytes, allowed: self.zip_bytes });
        }
        Ok(())
    }
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

/// Why a function is not run at all.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is nothing to run.
    #[error("{0} is no Lambda package: {1}")]
    NoPackage(std::path::PathBuf, String),
    /// A figure beyond the profile.
    #[error("Lambda would refuse it ({profile} profile): {what} is {found}, allowed is {allowed}")]
    Limit {
        /// The profile.
        profile: &'static str,
        /// Which figure.
        what: &'static str,
        /// What it is.
        found: String,
        /// What it may be.
        allowed: String,
    },
    /// A package that is too large.
    #[error(
        "Lambda would refuse the package ({profile} profile): {form} it is {found} bytes, allowed are {allowed}; \
         strip the binary, or ship a container image"
    )]
    Package {
        /// The profile.
        profile: &'static str,
        /// `zipped` or `unpacked`.
        form: &'static str,
        /// Bytes.
        found: u64,
        /// Bytes.
        allowed: u64,
    },
    /// An event that is too large.
    #[error("the event is {found} bytes, allowed are {allowed}")]
    Event {
        /// Bytes.
        found: usize,
        /// Bytes.
        allowed: usize,
    },
    /// So many asynchronous events wait already.
    #[error("{0} events wait already; this one was not taken")]
    QueueFull(usize),
    /// The machine.
    #[error("a container cannot be started: {0}")]
    Machine(#[from] std::io::Error),
}
