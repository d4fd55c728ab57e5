//! What every function did and what that would cost on AWS Lambda, this month and call by call.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::Datelike as _;

use super::histogram::Histogram;
use super::snapshot::{BillView, DayCost, FunctionRow, RecentCall, RecentEvent, Usage};
use crate::functions;
use crate::model::effect::InvocationMinute;
use crate::model::{Invocation, Judged, Outcome, PicoUsd, Reading, Timestamp};
use crate::pricing::forecast::{Day, forecast};
use crate::pricing::{self, Bill, PriceSheet};

/// Newest calls of a function kept for the screen.
const RECENT: usize = 100;
/// Minutes of the shortest span of the Functions screen.
const QUARTER: usize = 15;
/// Minutes whose calls are drawn.
const DRAWN: usize = 60;
/// Hours of the longest span that slides.
const HOURS: usize = 24;

/// One function's meter.
#[derive(Clone, Debug, Default)]
struct Meter {
    /// This month without `open`.
    month: Sum,
    /// The hours of the last day that are over.
    hours: VecDeque<Sum>,
    /// The hour that runs, without `open`.
    hour: Sum,
    /// The minutes of the last hour that are over.
    minutes: VecDeque<Sum>,
    /// The minute that runs.
    open: Sum,
    last_at: Option<Timestamp>,
    recent: VecDeque<Arc<RecentCall>>,
}

/// What calls came to.
#[derive(Clone, Debug, Default)]
struct Sum {
    n_calls: u64,
    n_cold: u64,
    n_failed: u64,
    billed_ms: u64,
    list_price: PicoUsd,
    durations: Histogram,
}

impl Sum {
    fn add(&mut self, other: &Self) {
        self.n_calls += other.n_calls;
        self.n_cold += other.n_cold;
        self.n_failed += other.n_failed;
        self.billed_ms += other.billed_ms;
        self.list_price += other.list_price;
        self.durations.merge(&other.durations);
    }

    fn usage<'a>(parts: impl Iterator<Item = &'a Self>) -> Usage {
        let mut whole = Self::default();
        parts.for_each(|part| whole.add(part));
        Usage {
            n_calls: whole.n_calls,
            n_cold: whole.n_cold,
            n_failed: whole.n_failed,
            p50_micros: whole.durations.quantile(0.5),
            p95_micros: whole.durations.quantile(0.95),
            p99_micros: whole.durations.quantile(0.99),
            billed_ms: whole.billed_ms,
            list_price: whole.list_price,
        }
    }
}

impl Meter {
    /// The open minute is over.
    fn turn_minute(&mut self) {
        let over = std::mem::take(&mut self.open);
        self.month.add(&over);
        self.hour.add(&over);
        if self.minutes.len() >= DRAWN {
            self.minutes.pop_front();
        }
        self.minutes.push_back(over);
    }

    /// The open hour is over.
    fn turn_hour(&mut self) {
        if self.hours.len() >= HOURS {
            self.hours.pop_front();
        }
        self.hours.push_back(std::mem::take(&mut self.hour));
    }

    fn row(&self, card: &functions::Card) -> FunctionRow {
        let open = std::iter::once(&self.open);
        let quarter = self.minutes.iter().rev().take(QUARTER);
        let calls = self.minutes.iter().map(|minute| minute.n_calls).chain([self.open.n_calls]);
        FunctionRow {
            name: card.name,
            sentence: card.sentence,
            memory_mb: card.memory_mb,
            quarter: Sum::usage(quarter.chain(open.clone())),
            day: Sum::usage(self.hours.iter().chain([&self.hour]).chain(open.clone())),
            month: Sum::usage([&self.month].into_iter().chain(open)),
            per_minute: calls.skip((self.minutes.len() + 1).saturating_sub(DRAWN)).map(|n| n as u32).collect(),
            last_at: self.last_at,
        }
    }
}

/// All meters of the month.
#[derive(Clone, Debug)]
pub(super) struct Meters {
    prices: PriceSheet,
    month: String,
    bill: Bill,
    /// What was used on each day of the month, from the first on.
    days: Vec<Day>,
    of_functions: Vec<Meter>,
    /// The minute that runs in every meter.
    minute: Timestamp,
    /// The open minute of each function and root: what is not in the store yet.
    minutes: Vec<InvocationMinute>,
}

fn minute_of(at: Timestamp) -> Timestamp {
    Timestamp(at.0 - at.0.rem_euclid(60_000_000))
}

impl Meters {
    /// All at zero.
    pub(super) fn new(prices: PriceSheet) -> Self {
        let meters = functions::CARDS.iter().map(|_| Meter::default()).collect();
        Self {
            prices,
            month: String::new(),
            bill: Bill::default(),
            days: Vec::new(),
            of_functions: meters,
            minute: Timestamp::default(),
            minutes: Vec::new(),
        }
    }

    /// Takes in what the store had of this month.
    pub(super) fn restore(&mut self, minutes: &[InvocationMinute]) {
        for minute in minutes {
            self.turn_month(minute.minute);
            let compute = minute.billed_ms.saturating_mul(u64::from(minute.memory_mb));
            self.bill.add_usage(minute.n_calls, compute, minute.minute, &self.prices);
            self.add_to_day(minute.minute, minute.n_calls, compute);
            if let Some(meter) = self.meter(minute.function) {
                meter.month.add(&Sum {
                    n_calls: minute.n_calls,
                    n_cold: minute.n_cold,
                    n_failed: minute.n_failed,
                    billed_ms: minute.billed_ms,
                    list_price: minute.list_price,
                    durations: Histogram::default(),
                });
            }
        }
    }

    fn meter(&mut self, function: &str) -> Option<&mut Meter> {
        let place = functions::CARDS.iter().position(|card| card.name == function)?;
        self.of_functions.get_mut(place)
    }

    fn add_to_day(&mut self, at: Timestamp, requests: u64, mb_ms: u64) {
        let day_idx = at.utc().map_or(0, |time| time.day0() as usize);
        if self.days.len() <= day_idx {
            self.days.resize(day_idx + 1, Day::default());
        }
        let day = &mut self.days[day_idx];
        day.requests += requests;
        day.mb_ms = day.mb_ms.saturating_add(mb_ms);
    }

    /// The free tier is by the month, so the month's sums begin anew.
    fn turn_month(&mut self, at: Timestamp) {
        let month = pricing::month(at);
        let first = self.month.is_empty();
        if self.month == month {
            return;
        }
        self.month = month;
        // What was counted before the first tick is of this month.
        if !first {
            self.bill = Bill::default();
            self.days.clear();
            self.of_functions.iter_mut().for_each(|meter| meter.month = Sum::default());
        }
    }

    /// Counts a call and says its list price.
    pub(super) fn count(&mut self, call: &Invocation) -> PicoUsd {
        let price = self.prices.list_price(call);
        self.bill.add(call, &self.prices);
        self.add_to_day(call.started_at, 1, pricing::mb_ms(call));
        let failed = u64::from(call.outcome != Outcome::Ok);
        let cold = u64::from(call.init_micros > 0);
        if let Some(meter) = self.meter(call.function) {
            let open = &mut meter.open;
            open.n_calls += 1;
            open.n_cold += cold;
            open.n_failed += failed;
            open.billed_ms += u64::from(call.billed_ms);
            open.list_price += price;
            open.durations.add(call.duration_micros);
            meter.last_at = Some(call.started_at);
        }
        let (minute, origin) = (minute_of(call.started_at), call.cause.origin);
        let open = self.minutes.iter_mut().find(|m| m.function == call.function && m.origin == origin && m.minute == minute);
        if let Some(open) = open {
            open.n_calls += 1;
            open.n_cold += cold;
            open.n_failed += failed;
            open.billed_ms += u64::from(call.billed_ms);
            open.max_micros = open.max_micros.max(call.duration_micros);
            open.list_price += price;
        } else {
            self.minutes.push(InvocationMinute {
                function: call.function,
                minute,
                origin,
                n_calls: 1,
                n_cold: cold,
                n_failed: failed,
                billed_ms: u64::from(call.billed_ms),
                max_micros: call.duration_micros,
                memory_mb: call.memory_mb,
                list_price: price,
            });
        }
        price
    }

    /// Keeps the calls of an event for the screen, with what they answered.
    pub(super) fn remember(&mut self, judged: &Judged) {
        let mut verdicts = judged.verdicts.iter();
        for call in &judged.invocations {
            let price = self.prices.list_price(call);
            let Some(meter) = self.meter(call.function) else { continue };
            if meter.recent.len() >= RECENT {
                meter.recent.pop_back();
            }
            let at = judged.event.time();
            let event = match &judged.event.reading {
                Reading::Driving(row) => RecentEvent::Driving(*row, at),
                Reading::Crash(report) => RecentEvent::Crash(Arc::new((**report).clone())),
                Reading::Temperature(reading) => RecentEvent::Temperature(reading.celsius, at),
                // No function listens to it.
                Reading::Presence(_) | Reading::Ruled(_) => continue,
            };
            let verdict = verdicts.next().cloned();
            meter.recent.push_front(Arc::new(RecentCall { call: call.clone(), price, event, verdict }));
        }
    }

    /// Once a second: minutes that are over go to the store; with `all`, the open ones too.
    pub(super) fn tick(&mut self, now: Timestamp, all: bool) -> Vec<InvocationMinute> {
        let current = minute_of(now);
        if self.minute != current {
            // What was counted before the first tick is of the open minute.
            let n_over = if self.minute.0 == 0 { 0 } else { (current.micros_since(self.minute) / 60_000_000).max(1) };
            for _ in 0..n_over.min(DRAWN as i64 + 1) {
                self.of_functions.iter_mut().for_each(Meter::turn_minute);
            }
            let hours = |at: Timestamp| at.0.div_euclid(3_600_000_000);
            let n_hours = if self.minute.0 == 0 { 0 } else { (hours(current) - hours(self.minute)).max(0) };
            for _ in 0..n_hours.min(HOURS as i64 + 1) {
                self.of_functions.iter_mut().for_each(Meter::turn_hour);
            }
            self.minute = current;
        }
        self.turn_month(now);
        let (over, open) = self.minutes.drain(..).partition(|minute| all || minute.minute < current);
        self.minutes = open;
        over
    }

    /// One row per function.
    pub(super) fn rows(&self) -> Vec<FunctionRow> {
        functions::CARDS.iter().zip(&self.of_functions).map(|(card, meter)| meter.row(card)).collect()
    }

    /// The newest calls of every function, newest first.
    pub(super) fn recent(&self) -> Vec<Arc<RecentCall>> {
        self.of_functions.iter().flat_map(|meter| meter.recent.iter().cloned()).collect()
    }

    /// This month's bill after the free tier.
    pub(super) fn bill(&self, now: Timestamp) -> BillView {
        let span = pricing::month_of(now).unwrap_or_default();
        let today = now.utc().map_or(0, |time| time.day0() as usize);
        let mut days = self.days.clone();
        days.resize(today + 1, Day::default());
        BillView {
            month: self.month.clone(),
            due: self.bill.due(),
            list: self.bill.list(),
            free_requests_left: self.bill.free_requests_left(),
            free_mb_ms_left: self.bill.free_mb_ms_left(),
            price_sheet: self.prices.at(now).map_or_else(String::new, pricing::Price::title),
            price: self.prices.at(now).cloned(),
            budget: self.prices.budget(),
            forecast: forecast(&days, span.0, span.1, now, &self.prices),
            days: self.day_costs(&days, span.0),
            span,
            n_incidents: (0, 0),
        }
    }

    fn day_costs(&self, days: &[Day], begin: Timestamp) -> Vec<DayCost> {
        let mut bill = Bill::default();
        let costs = days.iter().enumerate().map(|(i, usage)| {
            let (list, due) = (bill.list(), bill.due());
            bill.add_usage(usage.requests, usage.mb_ms, begin.plus_secs(i as i64 * 86_400), &self.prices);
            DayCost { usage: *usage, list: PicoUsd(bill.list().0 - list.0), due: PicoUsd(bill.due().0 - due.0) }
        });
        costs.collect()
    }
}
