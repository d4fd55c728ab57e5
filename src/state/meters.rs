//! What every function did and what that would cost on AWS Lambda, this month and call by call.

use std::collections::VecDeque;

use super::histogram::Histogram;
use super::snapshot::{BillView, FunctionRow};
use crate::functions;
use crate::model::effect::InvocationMinute;
use crate::model::{Invocation, Outcome, PicoUsd, Timestamp};
use crate::pricing::{self, Bill, PriceSheet};

/// Newest calls kept for the screen.
const RECENT: usize = 200;

/// One function's meter.
#[derive(Debug, Default)]
struct Meter {
    n_calls: u64,
    n_cold: u64,
    n_failed: u64,
    billed_ms: u64,
    list_price: PicoUsd,
    durations: Histogram,
    last_at: Option<Timestamp>,
}

/// All meters of the month.
#[derive(Debug)]
pub(super) struct Meters {
    prices: PriceSheet,
    month: String,
    bill: Bill,
    of_functions: Vec<Meter>,
    recent: VecDeque<Invocation>,
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
            of_functions: meters,
            recent: VecDeque::new(),
            minutes: Vec::new(),
        }
    }

    /// Takes in what the store had of this month.
    pub(super) fn restore(&mut self, minutes: &[InvocationMinute]) {
        for minute in minutes {
            self.turn_month(minute.minute);
            let compute = minute.billed_ms.saturating_mul(u64::from(minute.memory_mb));
            self.bill.add_usage(minute.n_calls, compute, minute.minute, &self.prices);
            if let Some(meter) = self.meter(minute.function) {
                meter.n_calls += minute.n_calls;
                meter.n_cold += minute.n_cold;
                meter.n_failed += minute.n_failed;
                meter.billed_ms += minute.billed_ms;
                meter.list_price += minute.list_price;
            }
        }
    }

    fn meter(&mut self, function: &str) -> Option<&mut Meter> {
        let place = functions::CARDS.iter().position(|card| card.name == function)?;
        self.of_functions.get_mut(place)
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
            self.of_functions.iter_mut().for_each(|meter| *meter = Meter::default());
        }
    }

    /// Counts a call and says its list price.
    pub(super) fn count(&mut self, call: &Invocation) -> PicoUsd {
        let price = self.prices.list_price(call);
        self.bill.add(call, &self.prices);
        let failed = u64::from(call.outcome != Outcome::Ok);
        let cold = u64::from(call.init_micros > 0);
        if let Some(meter) = self.meter(call.function) {
            meter.n_calls += 1;
            meter.n_cold += cold;
            meter.n_failed += failed;
            meter.billed_ms += u64::from(call.billed_ms);
            meter.list_price += price;
            meter.durations.add(call.duration_micros);
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
        if self.recent.len() >= RECENT {
            self.recent.pop_back();
        }
        self.recent.push_front(call.clone());
        price
    }

    /// Once a second: minutes that are over go to the store; with `all`, the open ones too.
    pub(super) fn tick(&mut self, now: Timestamp, all: bool) -> Vec<InvocationMinute> {
        self.turn_month(now);
        let current = minute_of(now);
        let (over, open) = self.minutes.drain(..).partition(|minute| all || minute.minute < current);
        self.minutes = open;
        over
    }

    /// One row per function.
    pub(super) fn rows(&self) -> Vec<FunctionRow> {
        let rows = functions::CARDS.iter().zip(&self.of_functions);
        rows.map(|(card, meter)| FunctionRow {
            name: card.name,
            sentence: card.sentence,
            memory_mb: card.memory_mb,
            n_calls: meter.n_calls,
            n_cold: meter.n_cold,
            n_failed: meter.n_failed,
            p50_micros: meter.durations.quantile(0.5),
            p99_micros: meter.durations.quantile(0.99),
            billed_ms: meter.billed_ms,
            list_price: meter.list_price,
            last_at: meter.last_at,
        })
        .collect()
    }

    /// The newest calls, newest first.
    pub(super) fn recent(&self) -> Vec<Invocation> {
        self.recent.iter().cloned().collect()
    }

    /// This month's bill after the free tier.
    pub(super) fn bill(&self, now: Timestamp) -> BillView {
        BillView {
            month: self.month.clone(),
            due: self.bill.due(),
            list: self.bill.list(),
            free_requests_left: self.bill.free_requests_left(),
            free_mb_ms_left: self.bill.free_mb_ms_left(),
            price_sheet: self.prices.at(now).map_or_else(String::new, pricing::Price::title),
        }
    }
}
