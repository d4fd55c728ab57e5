//! Functions that run on AWS. It looks at them: how they are set up, what `CloudWatch` counted, the last line of each call. Looking
//! reads only; each metric that is asked for is paid, so what a look costs goes with it. A [`Door`] lets drills in.

pub mod actuals;
mod door;
mod judge;
mod report;

use std::collections::HashMap;
use std::time::Duration;

use serde::Deserialize;

use crate::aws::{self, Client, Environment, Metric, Points};
use crate::clock::Clock;
use crate::https;
use crate::model::stack::{Deployed, Hour, RemoteCall, SetUp, StackLook};
use crate::model::{PicoUsd, Timestamp};
use crate::pricing::book::Book;
use crate::pricing::{self, Amount, Arch, PriceSheet};

pub use actuals::Accountant;
pub use door::Door;
pub use judge::RemoteJudge;

/// Minutes that are asked for.
const MINUTES: usize = 60;
/// Calls of a function that are kept.
const CALLS: usize = 100;
/// Where the first look at the calls begins, s before.
const FIRST_CALLS_SECS: i64 = 3_600;
/// How late a line may come into the log: it is asked for again so far back, s.
const LATE_SECS: i64 = 60;
/// One request, s.
const TIMEOUT: Duration = Duration::from_secs(10);

/// `[stack]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The AWS region. Default `us-east-1`.
    pub region: String,
    /// Names of the functions; empty: no stack is watched.
    pub functions: Vec<String>,
    /// Between two looks, s, 60 to 86,400. Default 300.
    pub every_s: u32,
    /// How often Cost Explorer is asked what the month cost, h, 8 to 168; each asking is paid. 0, the default: never.
    pub cost_explorer_every_h: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { region: "us-east-1".to_owned(), functions: Vec::new(), every_s: 300, cost_explorer_every_h: 0 }
    }
}

impl Settings {
    /// Which key is wrong, and why, as a sentence's end.
    pub fn mistake(&self) -> Option<(&'static str, String)> {
        let every_h = self.cost_explorer_every_h;
        if every_h != 0 && !(actuals::LEAST_HOURS..=MOST_HOURS).contains(&every_h) {
            let least = actuals::LEAST_HOURS;
            let why =
                format!("it must be 0 (never) or from {least} to {MOST_HOURS}: AWS renews these figures up to 3 times a day");
            return Some(("cost_explorer_every_h", why));
        }
        let is_name = |name: &String| {
            let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
            (1..=64).contains(&name.len()) && name.chars().all(fits)
        };
        if self.functions.len() > MOST_FUNCTIONS {
            return Some(("functions", format!("it must be at most {MOST_FUNCTIONS} functions")));
        }
        let odd = self.functions.iter().find(|name| !is_name(name))?;
        Some(("functions", format!("{odd:?} is no function's name: 1 to 64 letters, digits, - and _")))
    }
}

/// What one look can ask `CloudWatch` for at once: 500 metrics.
const MOST_FUNCTIONS: usize = 70;

/// A week between two askings of Cost Explorer at most.
const MOST_HOURS: u32 = 168;

/// Statistics of a function: what is counted by the minute, then what is taken over the whole hour.
const STATS: [(&str, &str, u32); 7] = [
    ("Invocations", "Sum", 60),
    ("Errors", "Sum", 60),
    ("Throttles", "Sum", 60),
    ("Duration", "Sum", 60),
    ("Duration", "p50", 3_600),
    ("Duration", "p95", 3_600),
    ("Duration", "p99", 3_600),
];

/// Whoever looks.
#[derive(Debug)]
pub struct Watcher {
    client: Client,
    settings: Settings,
    /// Prices of the region, where there is a book of them.
    book: Option<Book>,
    /// Of each function the newest calls, newest first.
    calls: HashMap<String, Vec<RemoteCall>>,
}

impl Watcher {
    /// With the credentials of an environment; `None` where no function is named.
    pub fn new(settings: &Settings, environment: Environment) -> Result<Option<Self>, https::Error> {
        if settings.functions.is_empty() {
            return Ok(None);
        }
        let client = Client::new(&settings.region, TIMEOUT, environment)?;
        let book = Book::bundled(&settings.region).ok();
        Ok(Some(Self { client, settings: settings.clone(), book, calls: HashMap::new() }))
    }

    /// Between two looks.
    pub fn every(&self) -> Duration {
        Duration::from_secs(u64::from(self.settings.every_s))
    }

    /// Looks once. What cannot be read says why, and the rest is read all the same.
    pub async fn look(&mut self) -> StackLook {
        let at = Clock.now();
        let names = self.settings.functions.clone();
        // Percentiles of an hour begin with a whole minute as the counts do.
        let until_secs = at.0.div_euclid(60_000_000) * 60;
        let from_secs = until_secs - 60 * MINUTES as i64;
        let metrics: Vec<Metric<'_>> = names
            .iter()
            .flat_map(|name| {
                STATS.map(|(metric, stat, period_secs)| Metric {
                    namespace: "AWS/Lambda",
                    name: metric,
                    dimension: ("FunctionName", name),
                    period_secs,
                    stat,
                })
            })
            .collect();
        let points = self.client.metrics(&metrics, from_secs, until_secs).await;
        let mut functions = Vec::with_capacity(names.len());
        for (n, name) in names.iter().enumerate() {
            let configuration = self.client.function_configuration(name).await.map(set_up);
            let sheet = self.book.as_ref().and_then(|book| sheet(book, configuration.as_ref().ok()));
            let hour = match &points {
                Ok(points) => {
                    let memory_mb = configuration.as_ref().ok().map(|set_up| set_up.memory_mb);
                    let mut hour = hour(from_secs, &points[n * STATS.len()..][..STATS.len()]);
                    hour.list_price = price_of(&points[n * STATS.len() + 3], hour.n_calls, memory_mb, sheet.as_ref(), at);
                    Ok(hour)
                }
                Err(error) => Err(error.to_string()),
            };
            let calls = self.look_at_calls(name, sheet.as_ref(), at).await.map_err(|error| error.to_string());
            let configuration = configuration.map_err(|error| error.to_string());
            functions.push(Deployed { name: name.as_str().into(), configuration, hour, calls });
        }
        let n_metrics = metrics.len() as u32;
        let a_metric =
            self.book.as_ref().and_then(|book| book.rate("cloudwatch", "metrics_requested", at)?.tiers.first().copied());
        let price = a_metric.filter(|_| points.is_ok()).map(|tier| PicoUsd(tier.pico.saturating_mul(i64::from(n_metrics))));
        let (region, every_secs) = (self.settings.region.as_str().into(), self.settings.every_s);
        StackLook { region, at, every_secs, functions, n_metrics, price }
    }

    /// Those since the last look, before those that are known.
    async fn look_at_calls(
        &mut self,
        name: &str,
        sheet: Option<&PriceSheet>,
        now: Timestamp,
    ) -> Result<Vec<RemoteCall>, aws::Error> {
        let known = self.calls.entry(name.to_owned()).or_default();
        let since = known.first().map_or(now.plus_secs(-FIRST_CALLS_SECS), |newest| newest.at.plus_secs(-LATE_SECS));
        let page = self.client.log_events(&format!("/aws/lambda/{name}"), "REPORT", since.0 / 1_000).await?;
        for event in page.events {
            let Some(mut call) = report::parse(&event.message, Timestamp(event.at_ms * 1_000)) else { continue };
            // A request that is tried again keeps its id, so only the same line is the same call.
            if known.iter().any(|other| other.request_id == call.request_id && other.at == call.at) {
                continue;
            }
            let price = sheet.and_then(|sheet| sheet.at(call.at));
            call.price = price.map(|price| Amount::of(1, u64::from(call.memory_mb) * call.billed_ms, price).pico());
            known.push(call);
        }
        known.sort_by_key(|call| std::cmp::Reverse(call.at));
        known.truncate(CALLS);
        Ok(known.clone())
    }
}

fn set_up(found: aws::Configuration) -> SetUp {
    SetUp {
        memory_mb: found.memory_size,
        timeout_secs: found.timeout,
        arch: found.architectures.first().map_or("x86_64", String::as_str).into(),
        runtime: found.runtime.into(),
        package_bytes: found.code_size,
        state: found.state.into(),
        modified_at: found.last_modified.into(),
        function: found.environment.variables.function.into(),
        bucket: found.environment.variables.bucket.into(),
        drills: found.environment.variables.drills == "on",
    }
}

/// The prices of a function's region and processor.
fn sheet(book: &Book, set_up: Option<&SetUp>) -> Option<PriceSheet> {
    let arch = if set_up.is_some_and(|set_up| &*set_up.arch == "x86_64") { Arch::X86 } else { Arch::Arm64 };
    PriceSheet::from_book(book, &pricing::Settings { region: book.region.clone(), arch, monthly_budget_usd: None }).ok()
}

/// What the points of one function come to.
fn hour(from_secs: i64, points: &[Points]) -> Hour {
    let sum = |points: &Points| {
        let total: f64 = points.points.iter().map(|(_, value)| value).sum();
        (!points.points.is_empty()).then_some(total.round() as u64)
    };
    let mut minutes = vec![None; MINUTES];
    let [calls, failed, throttled, ..] = points else { return Hour::default() };
    for (at_secs, n) in &calls.points {
        let place = usize::try_from((at_secs - from_secs).div_euclid(60)).ok();
        if let Some(minute) = place.and_then(|place| minutes.get_mut(place)) {
            *minute = Some(n.round() as u32);
        }
    }
    // Of an hour that does not begin with an hour CloudWatch makes two points; the newer one is nearer to now.
    let quantile = |n: usize| {
        let newest = points.get(n)?.points.iter().max_by_key(|(at, _)| *at)?;
        Some((newest.1 * 1e3) as u32)
    };
    Hour {
        from: Timestamp(from_secs * 1_000_000),
        n_calls: sum(calls),
        n_failed: sum(failed),
        n_throttled: sum(throttled),
        p50_micros: quantile(4),
        p95_micros: quantile(5),
        p99_micros: quantile(6),
        list_price: None,
        short: points.iter().any(|points| points.short.is_some()),
        minutes,
    }
}

/// Each call is billed by the whole millisecond above its duration; with a sum there is half of one to add for each.
fn price_of(
    durations: &Points,
    n_calls: Option<u64>,
    memory_mb: Option<u32>,
    sheet: Option<&PriceSheet>,
    at: Timestamp,
) -> Option<PicoUsd> {
    let (n_calls, price) = (n_calls?, sheet?.at(at)?);
    let ms: f64 = durations.points.iter().map(|(_, ms)| ms).sum::<f64>() + n_calls as f64 / 2.0;
    Some(Amount::of(n_calls, (ms * f64::from(memory_mb?)) as u64, price).pico())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(of: &[(i64, f64)]) -> Points {
        Points { points: of.to_vec(), short: None }
    }

    #[test]
    fn a_minute_that_cloudwatch_says_nothing_of_is_not_a_minute_without_calls() {
        let from = 1_764_000_000;
        let mut of = vec![points(&[(from, 0.0), (from + 120, 5.0)]), points(&[(from + 120, 1.0)])];
        of.extend(vec![Points::default(); 5]);
        let hour = hour(from, &of);
        assert_eq!(&hour.minutes[..4], [Some(0), None, Some(5), None]);
        assert_eq!((hour.n_calls, hour.n_failed, hour.n_throttled, hour.p50_micros), (Some(5), Some(1), None, None));
        assert_eq!(hour.newest(), Some((Timestamp((from + 120) * 1_000_000), 5)));
        assert_eq!(super::hour(from, &vec![Points::default(); 7]).n_calls, None);
    }

    #[test]
    fn an_hour_is_priced_by_count_and_duration() {
        // 1,000 calls of 100.5 ms on average, 256 MB, arm64: 0.0002 USD for the requests, and 1,000 · 0.101 s · 0.25 GB
        // · 0.0000133334 USD for the time.
        let sheet = sheet(&Book::bundled("us-east-1").unwrap(), None).unwrap();
        let at = Timestamp(1_795_000_000_000_000);
        let price = price_of(&points(&[(0, 100_500.0)]), Some(1_000), Some(256), Some(&sheet), at).unwrap();
        assert_eq!(price, PicoUsd(200_000_000 + 336_668_350));
        assert_eq!(price_of(&points(&[]), None, Some(256), Some(&sheet), at), None);
    }
}
