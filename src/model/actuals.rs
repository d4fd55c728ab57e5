//! What AWS says that the days of a month cost, beside what the calls on AWS come to by the price sheet.

use serde::{Deserialize, Serialize};

use super::units::{PicoUsd, Timestamp};

/// The month as AWS had it when it was last asked. It is kept over a restart, since each asking is paid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actuals {
    /// The UTC month, `2026-11`.
    pub month: Box<str>,
    /// When AWS gave these days.
    pub at: Timestamp,
    /// When it was asked last, whatever came of it.
    pub asked_at: Timestamp,
    /// How often it is asked, h.
    pub every_h: u32,
    /// The days from the month's first on, today as the last.
    pub days: Vec<ActualDay>,
    /// What the month cost so far, by service, the dearest first.
    pub services: Vec<(Box<str>, PicoUsd)>,
    /// Requests that Cost Explorer answered this month, which are those that are paid.
    pub n_requests: u32,
    /// What one of them costs; `None` where no price sheet says.
    pub price_each: Option<PicoUsd>,
    /// Why the last asking brought no days.
    pub problem: Option<String>,
    /// Why there is no estimate of days that have calls.
    pub no_estimate: Option<String>,
}

/// One UTC day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActualDay {
    /// All services, by AWS; `None`: it says nothing of the day, which is not nought.
    pub actual: Option<PicoUsd>,
    /// AWS Lambda among them.
    pub lambda: Option<PicoUsd>,
    /// AWS may still change it.
    pub estimated: bool,
    /// Calls of the watched functions by `CloudWatch`; `None` where it has no count.
    pub calls: Option<u64>,
    /// What they come to by the price sheet, before the free tier.
    pub list: Option<PicoUsd>,
    /// The same after the free tier.
    pub due: Option<PicoUsd>,
}

impl Actuals {
    /// Hours of a month, as prices by the month count it.
    const MONTH_H: i64 = 730;

    /// What asking cost this month.
    pub fn spent(&self) -> Option<PicoUsd> {
        self.price_each.map(|each| PicoUsd(each.0.saturating_mul(i64::from(self.n_requests))))
    }

    /// What asking goes on to cost a month, a request each time.
    pub fn price_a_month(&self) -> Option<PicoUsd> {
        let n = Self::MONTH_H / i64::from(self.every_h.max(1));
        self.price_each.map(|each| PicoUsd(each.0.saturating_mul(n)))
    }

    /// The sum of the days that are known, and how many are not; `None` where none is.
    pub fn sum(&self, of: impl Fn(&ActualDay) -> Option<PicoUsd>) -> (Option<PicoUsd>, usize) {
        let known: Vec<PicoUsd> = self.days.iter().filter_map(of).collect();
        let n_missing = self.days.len() - known.len();
        ((!known.is_empty()).then(|| known.into_iter().sum()), n_missing)
    }
}
