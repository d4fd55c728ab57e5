//! One month's bill with what the month has free.

use super::{Amount, PriceSheet, mb_ms};
use crate::model::{Invocation, PicoUsd, Timestamp};

/// Requests a month that are free, always. AWS Lambda pricing page, checked 2026-11-22.
pub const FREE_REQUESTS: u64 = 1_000_000;
/// Compute a month that is free, always, MB·ms: 400,000 GB·s, both architectures together.
/// AWS Lambda pricing page, checked 2026-11-22.
pub const FREE_MB_MS: u64 = 400_000 * 1_024_000;

/// What the calls of one month come to. Calls use up the free tier in the order in which they are added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    requests: u64,
    mb_ms: u64,
    list: Amount,
    due: Amount,
}

impl Bill {
    /// Adds a call, and says what it adds to what is due.
    pub fn add(&mut self, invocation: &Invocation, sheet: &PriceSheet) -> Amount {
        self.add_many(invocation, 1, sheet)
    }

    /// Adds `n` calls that are all alike, as [`add`](Self::add) would one by one.
    pub fn add_many(&mut self, invocation: &Invocation, n: u64, sheet: &PriceSheet) -> Amount {
        self.add_usage(n, mb_ms(invocation).saturating_mul(n), invocation.started_at, sheet)
    }

    /// Adds `requests` calls that took `compute` MB·ms together, at the prices of a moment.
    pub fn add_usage(&mut self, requests: u64, compute: u64, at: Timestamp, sheet: &PriceSheet) -> Amount {
        let over = |bill: &Self| (bill.requests.saturating_sub(FREE_REQUESTS), bill.mb_ms.saturating_sub(FREE_MB_MS));
        let before = over(self);
        self.requests = self.requests.saturating_add(requests);
        self.mb_ms = self.mb_ms.saturating_add(compute);
        let after = over(self);
        let Some(price) = sheet.at(at) else { return Amount::default() };
        let part = Amount::of(after.0 - before.0, after.1 - before.1, price);
        self.list += Amount::of(requests, compute, price);
        self.due += part;
        part
    }

    /// Calls in it.
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// Compute in it, MB·ms.
    pub fn mb_ms(&self) -> u64 {
        self.mb_ms
    }

    /// List price, before the free tier.
    pub fn list(&self) -> PicoUsd {
        self.list.pico()
    }

    /// What is to be paid, after the free tier.
    pub fn due(&self) -> PicoUsd {
        self.due.pico()
    }

    /// Requests still free this month.
    pub fn free_requests_left(&self) -> u64 {
        FREE_REQUESTS.saturating_sub(self.requests)
    }

    /// Compute still free this month, MB·ms.
    pub fn free_mb_ms_left(&self) -> u64 {
        FREE_MB_MS.saturating_sub(self.mb_ms)
    }
}
