//! AWS Lambda on this machine: any `bootstrap`, as it would be uploaded, in child processes behind the Runtime API
//! (`/2018-06-01/runtime/…`), by Lambda's own rules.
//!
//! A **container** is one child process with a `/tmp` of its own. It gets one event at a time. A [`Runner`] starts
//! containers as events come, up to a limit, and throttles beyond it; a container that is idle is used again (a warm
//! start). A call that runs over its time, or its memory, loses its container by SIGKILL.
//!
//! On Linux a container has namespaces of its own (`unshare`): its `/tmp` is a tmpfs of the size it may have, so that
//! writing beyond it fails with "no space left on device", its package is read-only, and nothing that it started
//! outlives it. Where that is not allowed, `/tmp` is a directory (`TMPDIR`) that is measured while it runs, and
//! [`Runner::isolation`] says so.
//!
//! What is different from AWS: processes are not frozen between events, there is no processor share by memory, no
//! extensions API and no X-Ray; memory is that of the `bootstrap` process; an asynchronous event waits for a container
//! in line instead of being throttled and tried again.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::model::Timestamp;

mod container;
mod http;
mod limits;
mod package;
mod report;
mod runner;
mod sandbox;

pub use limits::{Limits, Refusal};
pub use package::Package;
pub use runner::{Counters, DeadLetter, Meter, Runner, Throttled};
pub use sandbox::Isolation;

/// Init that takes longer is ended. Lambda's own limit for functions on demand.
pub const INIT_LIMIT: Duration = Duration::from_secs(10);

/// A function as it is deployed.
#[derive(Clone, Debug)]
pub struct Function {
    /// `judge_crash`
    pub name: String,
    /// The directory with its `bootstrap`.
    pub package: PathBuf,
    /// Memory configured, MB: what the price follows, and more than which it may not use.
    pub memory_mb: u32,
    /// How long one call may take.
    pub timeout: Duration,
    /// `/tmp`, MB.
    pub tmp_mb: u32,
    /// Containers at the same time.
    pub concurrency: u32,
    /// What else stands in its environment.
    pub environment: BTreeMap<String, String>,
    /// How long after a failure an asynchronous event is tried again; as many retries as there are entries.
    pub retry_after: Vec<Duration>,
    /// Asynchronous events that wait or run at most; one more is refused.
    pub max_events: usize,
}

impl Function {
    /// A function with Lambda's own defaults: 128 MB, 3 s, 512 MB of `/tmp`, retries after one and two minutes.
    pub fn new(name: &str, package: PathBuf) -> Self {
        Self {
            name: name.to_owned(),
            package,
            memory_mb: 128,
            timeout: Duration::from_secs(3),
            tmp_mb: 512,
            concurrency: 10,
            environment: BTreeMap::new(),
            retry_after: vec![Duration::from_mins(1), Duration::from_mins(2)],
            max_events: 10_000,
        }
    }
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It answered.
    Answered(bytes::Bytes),
    /// It answered with an error; the container lives on.
    Error(Failure),
    /// It ran over its time and was killed.
    TimedOut,
    /// Its process ended.
    Exited(Failure),
    /// It used more memory than it may and was killed.
    OutOfMemory,
}

impl End {
    /// Whether it answered as it should.
    pub const fn is_ok(&self) -> bool {
        matches!(self, Self::Answered(_))
    }
}

/// What went wrong, as Lambda words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// `Runtime.ExitError`, or what the function named it.
    pub kind: String,
    /// In words.
    pub message: String,
}

/// One metered call: what is billed, once.
#[derive(Clone, Debug)]
pub struct Call {
    /// The event's; its retries have the same.
    pub request_id: String,
    /// The first try is 1.
    pub attempt: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// Start-up of a cold start, µs; 0 when warm.
    pub init_micros: u32,
    /// The call itself, µs.
    pub duration_micros: u32,
    /// What is billed, ms: init and duration, each whole ms begun counts.
    pub billed_ms: u32,
    /// Memory configured, MB.
    pub memory_mb: u32,
    /// The most that the process had in memory so far, MB.
    pub max_memory_mb: u32,
    /// How it ended.
    pub end: End,
    /// What it wrote since the last call, between Lambda's own lines: at most 1,000 lines, the last.
    pub log: Vec<String>,
}

impl Call {
    /// Whether its container was started for it.
    pub const fn cold(&self) -> bool {
        self.init_micros > 0
    }
}
