//! What the month cost: as AWS says (Cost Explorer), and by the price sheet for the calls that `CloudWatch` counted. Each
//! answer of Cost Explorer is paid, so what it said is kept in a file and asked for again only when its time has come.

use std::io;
use std::path::Path;
use std::time::Duration;

use chrono::Datelike as _;

use super::{Settings, TIMEOUT, set_up, sheet};
use crate::aws::{Client, CostOfDay, Environment, Metric, Points};
use crate::clock::Clock;
use crate::https;
use crate::model::{ActualDay, Actuals, PicoUsd, Timestamp};
use crate::pricing::book::Book;
use crate::pricing::decimal::rounded_pico;
use crate::pricing::{self, Amount, Bill, PriceSheet};

/// AWS renews the data at most three times a day (AWS cost management FAQ, read 2026-11-22), so asking more often brings
/// nothing.
pub const LEAST_HOURS: u32 = 8;
/// After an asking that brought nothing, until the next.
const AGAIN_AFTER: Duration = Duration::from_hours(1);
/// Cost Explorer answers in this region only.
const REGION: &str = "us-east-1";
/// As Cost Explorer calls it.
const LAMBDA: &str = "AWS Lambda";
/// The file in the data directory.
const FILE: &str = "actuals.json";
const DAY_SECS: i64 = 86_400;

/// Whoever asks.
#[derive(Debug)]
pub struct Accountant {
    costs: Client,
    functions: Client,
    settings: Settings,
    book: Option<Book>,
}

impl Accountant {
    /// With the credentials of an environment; `None` where the settings do not allow it.
    pub fn new(settings: &Settings, environment: &Environment) -> Result<Option<Self>, https::Error> {
        if settings.cost_explorer_every_h == 0 {
            return Ok(None);
        }
        let costs = Client::new(REGION, TIMEOUT, environment.clone())?;
        let functions = Client::new(&settings.region, TIMEOUT, environment.clone())?;
        Ok(Some(Self { costs, functions, settings: settings.clone(), book: Book::bundled(&settings.region).ok() }))
    }

    /// How long until AWS is to be asked again; nought where it was not yet.
    pub fn wait(&self, last: Option<&Actuals>, now: Timestamp) -> Duration {
        let Some(last) = last.filter(|last| *last.month == *pricing::month(now)) else { return Duration::ZERO };
        let every = Duration::from_hours(u64::from(self.settings.cost_explorer_every_h));
        let every = if last.problem.is_some() { every.min(AGAIN_AFTER) } else { every };
        // A clock that was set back asks anew.
        let ago = u64::try_from(now.micros_since(last.asked_at)).map_or(every, Duration::from_micros);
        every.saturating_sub(ago)
    }

    /// Asks. Where AWS gives nothing, what it said before this month stays, with the reason.
    pub async fn ask(&self, last: Option<Actuals>) -> Actuals {
        let now = Clock.now();
        let month = pricing::month(now);
        let mut actuals = last.filter(|last| *last.month == *month).unwrap_or_default();
        actuals.month = month.into();
        (actuals.asked_at, actuals.every_h) = (now, self.settings.cost_explorer_every_h);
        let price = |book: &Book| Some(PicoUsd(book.rate("cost_explorer", "requests", now)?.tiers.first()?.pico));
        actuals.price_each = self.book.as_ref().and_then(price);
        let Some((begin, _)) = pricing::month_of(now) else { return actuals };
        let n_days = (now.0 - begin.0) / (DAY_SECS * 1_000_000) + 1;
        let date =
            |day: i64| begin.plus_secs(day * DAY_SECS).utc().map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string());
        let costs = self.costs.costs(&date(0), &date(n_days)).await;
        actuals.n_requests = actuals.n_requests.saturating_add(costs.n_requests);
        let read = costs.days.map_err(|error| error.to_string()).and_then(|days| by_day(&days, n_days as usize));
        match read {
            Ok((days, services)) => {
                (actuals.days, actuals.services, actuals.at, actuals.problem) = (days, services, now, None);
                actuals.no_estimate = self.estimate(&mut actuals.days, begin).await.err();
            }
            Err(words) => actuals.problem = Some(words),
        }
        actuals
    }

    /// What the calls of the watched functions come to. A function is priced with the memory that it has now.
    async fn estimate(&self, days: &mut [ActualDay], begin: Timestamp) -> Result<(), String> {
        let names = &self.settings.functions;
        if names.is_empty() {
            return Err("no functions are named in [stack] of the settings".to_owned());
        }
        let metric = |name, metric| Metric {
            namespace: "AWS/Lambda",
            name: metric,
            dimension: ("FunctionName", name),
            period_secs: DAY_SECS as u32,
            stat: "Sum",
        };
        let metrics: Vec<_> = names.iter().flat_map(|name| [metric(name, "Invocations"), metric(name, "Duration")]).collect();
        let (from, until) = (begin.0 / 1_000_000, begin.0 / 1_000_000 + days.len() as i64 * DAY_SECS);
        let points = self.functions.metrics(&metrics, from, until).await.map_err(|error| error.to_string())?;
        let book = self.book.as_ref().ok_or_else(|| format!("there is no price sheet of {}", self.settings.region))?;
        let mut of_functions = Vec::new();
        for (name, points) in names.iter().zip(points.chunks_exact(2)) {
            let set_up = self.functions.function_configuration(name).await.map(set_up).map_err(|error| error.to_string())?;
            let sheet =
                sheet(book, Some(&set_up)).ok_or_else(|| format!("there is no price sheet of {}", self.settings.region))?;
            let [calls, durations] = points else { continue };
            of_functions.push((by_time(calls, from, days.len()), by_time(durations, from, days.len()), set_up.memory_mb, sheet));
        }
        price(days, begin, &of_functions);
        Ok(())
    }
}

/// Calls and ms of each day, MB, prices.
type OfFunction = (Vec<Option<f64>>, Vec<Option<f64>>, u32, PriceSheet);

/// Prices the calls of each day, which use up the free tier in their order.
fn price(days: &mut [ActualDay], begin: Timestamp, functions: &[OfFunction]) {
    let mut bill = Bill::default();
    for (n, day) in days.iter_mut().enumerate() {
        let at = begin.plus_secs(n as i64 * DAY_SECS);
        let (mut calls, mut list, mut due) = (None, Amount::default(), Amount::default());
        for (counts, durations, memory_mb, sheet) in functions {
            let (Some(n_calls), Some(ms), Some(price)) = (counts[n], durations[n], sheet.at(at)) else { continue };
            // Each call is billed by the whole millisecond above its duration: half of one more.
            let (n_calls, mb_ms) = (n_calls.round() as u64, ((ms + n_calls / 2.0) * f64::from(*memory_mb)) as u64);
            due += bill.add_usage(n_calls, mb_ms, at, sheet);
            list += Amount::of(n_calls, mb_ms, price);
            calls = Some(calls.unwrap_or(0) + n_calls);
        }
        day.calls = calls;
        (day.list, day.due) = (calls.map(|_n| list.pico()), calls.map(|_n| due.pico()));
    }
}

/// The points by day, counted from `from`.
fn by_time(points: &Points, from_secs: i64, n_days: usize) -> Vec<Option<f64>> {
    let mut days = vec![None; n_days];
    for (at, value) in &points.points {
        let place = usize::try_from((at - from_secs).div_euclid(DAY_SECS)).ok();
        if let Some(day) = place.and_then(|place| days.get_mut(place)) {
            *day = Some(day.unwrap_or(0.0) + value);
        }
    }
    days
}

type Days = (Vec<ActualDay>, Vec<(Box<str>, PicoUsd)>);

/// What AWS said, by the day of the month and by service.
fn by_day(costs: &[CostOfDay], n_days: usize) -> Result<Days, String> {
    let mut days = vec![ActualDay::default(); n_days];
    let mut services: Vec<(Box<str>, PicoUsd)> = Vec::new();
    for cost in costs {
        let date = cost.day.parse::<chrono::NaiveDate>().map_err(|_none| format!("{:?} is no day", cost.day))?;
        let Some(day) = days.get_mut(date.day0() as usize) else { continue };
        day.estimated = cost.estimated;
        for (service, usd) in &cost.services {
            let amount = PicoUsd(rounded_pico(usd).ok_or_else(|| format!("{usd:?} is no amount of dollars"))?);
            day.actual = Some(day.actual.unwrap_or_default() + amount);
            match services.iter_mut().find(|(known, _)| **known == **service) {
                Some((_, sum)) => *sum += amount,
                None => services.push((service.as_str().into(), amount)),
            }
        }
        // Where AWS speaks of the day, no word of Lambda is nought of it.
        let lambda = cost.services.iter().filter(|(service, _)| service == LAMBDA).filter_map(|(_, usd)| rounded_pico(usd));
        day.lambda = day.actual.map(|_some| lambda.map(PicoUsd).sum());
    }
    services.sort_by_key(|(_, amount)| std::cmp::Reverse(*amount));
    Ok((days, services))
}

/// What was kept, and nothing where there is no such file or none that can be read: AWS is asked again then.
pub fn load(data_dir: &Path) -> Option<Actuals> {
    let text = std::fs::read(data_dir.join(FILE)).ok()?;
    serde_json::from_slice(&text).map_err(|error| log::warn!("{FILE} cannot be read and AWS is asked anew: {error}")).ok()
}

/// Keeps it, whole or not at all.
pub fn save(data_dir: &Path, actuals: &Actuals) -> io::Result<()> {
    std::fs::create_dir_all(data_dir)?;
    let new = data_dir.join(format!("{FILE}.new"));
    std::fs::write(&new, serde_json::to_vec(actuals)?)?;
    std::fs::rename(new, data_dir.join(FILE))
}

#[cfg(test)]
#[path = "actuals_tests.rs"]
mod tests;
