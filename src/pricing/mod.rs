//! What function calls cost: invocations × a dated price sheet, as AWS Lambda would bill them.
//!
//! **Exact:** amounts are whole numbers of 1/1,024,000 picodollar, the price of 1 MB·ms at a price that is a whole
//! number of picodollars a GB·s. Sums never drift; rounding (half up, to the picodollar) happens once, on the way out.
//!
//! **Rounding of time:** init and duration of a call together, each whole ms begun counts; before 2020-12-01 each
//! 100 ms begun. Init is billed, as it always was for `provided.*` runtimes and since 2025-08-01 is for all.
//!
//! A price is data, `assets/prices/*.toml`; a new one is a new entry with its date, its source and a worked bill in
//! `fixtures/bills/`. What runs here is priced call by call ([`PriceSheet`], [`Bill`]); a whole month of every service is
//! priced from a usage file ([`usage`], [`statement`]), from the same [`Book`].

use chrono::Datelike as _;

use crate::model::{Invocation, PicoUsd, Timestamp};

pub mod book;
pub mod decimal;
pub mod forecast;
pub mod free_tier;
pub mod price_sheet;
pub mod statement;
#[cfg(test)]
mod tests;
pub mod usage;

pub use book::Book;
pub use free_tier::{Bill, FREE_MB_MS, FREE_REQUESTS};
pub use price_sheet::{Arch, Price, PriceSheet, Settings};

/// 2020-12-01T00:00:00Z: from here on billing goes by the ms, before it went by 100 ms. AWS news of that day.
pub const BILLED_BY_MS_FROM: Timestamp = Timestamp(1_606_780_800_000_000);

/// MB·ms in a GB·s: 1,024 MB × 1,000 ms.
const MB_MS_PER_GB_S: i128 = 1_024_000;

/// What is billed for a call that began at `at`, ms.
pub fn billed_ms(init_micros: u32, duration_micros: u32, at: Timestamp) -> u32 {
    let step_micros = if at < BILLED_BY_MS_FROM { 100_000 } else { 1_000 };
    let steps = (u64::from(init_micros) + u64::from(duration_micros)).div_ceil(step_micros);
    u32::try_from(steps * (step_micros / 1_000)).unwrap_or(u32::MAX)
}

/// What a call is billed in units: one request, and its compute, MB·ms.
pub fn mb_ms(invocation: &Invocation) -> u64 {
    u64::from(invocation.billed_ms) * u64::from(invocation.memory_mb)
}

/// The UTC month that a call is billed in, `2026-11`.
pub fn month(at: Timestamp) -> String {
    at.utc().map_or_else(String::new, |time| format!("{:04}-{:02}", time.year(), time.month()))
}

/// The UTC month that a moment lies in: its first instant and that of the next one.
pub fn month_of(at: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let first = at.utc()?.date_naive().with_day(1)?;
    let instant = |day: chrono::NaiveDate| Timestamp::from(day.and_time(chrono::NaiveTime::MIN).and_utc());
    Some((instant(first), instant(first.checked_add_months(chrono::Months::new(1))?)))
}

/// An exact amount of money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i128);

impl Amount {
    /// Units at a price.
    pub fn of(requests: u64, mb_ms: u64, price: &Price) -> Self {
        let requests = i128::from(requests) * i128::from(price.request_pico) * MB_MS_PER_GB_S;
        Self(requests + i128::from(mb_ms) * i128::from(price.gb_second_pico))
    }

    /// To the picodollar, half up.
    pub fn pico(self) -> PicoUsd {
        let rounded = (self.0 + MB_MS_PER_GB_S / 2).div_euclid(MB_MS_PER_GB_S);
        PicoUsd(i64::try_from(rounded).unwrap_or(if rounded < 0 { i64::MIN } else { i64::MAX }))
    }
}

impl std::ops::Add for Amount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::ops::AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), |sum, amount| sum + amount)
    }
}
