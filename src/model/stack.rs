//! Functions that run on AWS, as they were last seen.

use serde::Serialize;

use super::units::{PicoUsd, Timestamp};

/// One look at a stack.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StackLook {
    /// `ap-northeast-2`
    pub region: Box<str>,
    /// When it was begun.
    pub at: Timestamp,
    /// How often it is looked, s; 0: once.
    pub every_secs: u32,
    /// The functions, in the order of the settings.
    pub functions: Vec<Deployed>,
    /// Metrics that were asked for, which is what is paid.
    pub n_metrics: u32,
    /// What the look cost; `None` where the region has no price sheet.
    pub price: Option<PicoUsd>,
}

impl StackLook {
    /// Seconds of a month, as prices by the month count it: 730 hours.
    const MONTH_SECS: i64 = 730 * 3_600;

    /// What looking goes on to cost a month.
    pub fn price_a_month(&self) -> Option<PicoUsd> {
        let n = Self::MONTH_SECS / i64::from(self.every_secs.max(1));
        self.price.filter(|_| self.every_secs > 0).map(|price| PicoUsd(price.0.saturating_mul(n)))
    }

    /// Whether nothing at all could be read.
    pub fn is_blank(&self) -> bool {
        let blank = |function: &Deployed| function.configuration.is_err() && function.hour.is_err() && function.calls.is_err();
        self.functions.iter().all(blank)
    }

    /// What could not be read, a sentence each.
    pub fn problems(&self) -> impl Iterator<Item = String> {
        self.functions.iter().flat_map(|function| {
            let said = |what: &str, words: Option<&String>| Some(format!("{}, {what}: {}", function.name, words?));
            [
                said("set-up", function.configuration.as_ref().err()),
                said("last hour", function.hour.as_ref().err()),
                said("calls", function.calls.as_ref().err()),
            ]
            .into_iter()
            .flatten()
        })
    }
}

/// A function on AWS; what could not be read says why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Deployed {
    /// `fleetwatch-judge-crash`
    pub name: Box<str>,
    /// How it is set up.
    pub configuration: Result<SetUp, String>,
    /// What `CloudWatch` counted.
    pub hour: Result<Hour, String>,
    /// Its newest calls, newest first.
    pub calls: Result<Vec<RemoteCall>, String>,
}

impl Deployed {
    /// Cold starts among the calls of the hour that are known; `None` where the calls are not.
    pub fn n_cold(&self) -> Option<u64> {
        let from = self.hour.as_ref().map_or(Timestamp(0), |hour| hour.from);
        let calls = self.calls.as_ref().ok()?;
        Some(calls.iter().filter(|call| call.init_micros > 0 && call.at >= from).count() as u64)
    }
}

/// How a function is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SetUp {
    /// MB
    pub memory_mb: u32,
    /// s
    pub timeout_secs: u32,
    /// `arm64`
    pub arch: Box<str>,
    /// `provided.al2023`
    pub runtime: Box<str>,
    /// Of the package.
    pub package_bytes: u64,
    /// `Active`
    pub state: Box<str>,
    /// As AWS writes it.
    pub modified_at: Box<str>,
    /// Which of ours it is, `judge_crash`, by its own word; empty where it says nothing.
    pub function: Box<str>,
    /// The bucket that it reads from; empty where it says none.
    pub bucket: Box<str>,
    /// It takes what comes under `drill/` for drills.
    pub drills: bool,
}

/// The last 60 whole minutes by `CloudWatch`. The newest come late: usually within three minutes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Hour {
    /// When the first minute begins.
    pub from: Timestamp,
    /// Calls in each minute, oldest first. `None`: `CloudWatch` has nothing of it, which is not the same as no call.
    pub minutes: Vec<Option<u32>>,
    /// Calls in the minutes that are known; `None` where none is.
    pub n_calls: Option<u64>,
    /// Of them failed.
    pub n_failed: Option<u64>,
    /// Turned away for want of concurrency, beside the calls.
    pub n_throttled: Option<u64>,
    /// Half are quicker, µs.
    pub p50_micros: Option<u32>,
    /// 95 of 100 are quicker, µs.
    pub p95_micros: Option<u32>,
    /// 99 of 100 are quicker, µs.
    pub p99_micros: Option<u32>,
    /// List price of the calls by their count and the sum of their durations, before the free tier. Without cold starts.
    pub list_price: Option<PicoUsd>,
    /// `CloudWatch` says that it has not given all.
    pub short: bool,
}

impl Hour {
    /// The newest minute of which there is a count, and when it began.
    pub fn newest(&self) -> Option<(Timestamp, u32)> {
        let (place, n) = self.minutes.iter().enumerate().rev().find_map(|(place, n)| Some((place, (*n)?)))?;
        Some((self.from.plus_secs(60 * place as i64), n))
    }
}

/// A call, by the line that Lambda wrote at its end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RemoteCall {
    /// The request's id.
    pub request_id: Box<str>,
    /// When the line was written.
    pub at: Timestamp,
    /// µs
    pub duration_micros: u32,
    /// ms
    pub billed_ms: u64,
    /// Set, MB.
    pub memory_mb: u32,
    /// Used, MB; 0 where it is not known.
    pub max_memory_mb: u32,
    /// The cold start, µs; 0 without one.
    pub init_micros: u32,
    /// `timeout`, or `error` with its type; `None` where it went well.
    pub failed: Option<Box<str>>,
    /// List price, before the free tier; `None` where the region has no price sheet.
    pub price: Option<PicoUsd>,
}
