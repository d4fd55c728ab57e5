//! What the month will come to if it goes on as it did. Pure arithmetic on the month's days.
//!
//! Usage is forecast, not money: the free tier makes money jump where usage does not. What is due follows from the
//! usage by the same [`Bill`] that prices what was measured.

use super::{Bill, FREE_MB_MS, FREE_REQUESTS, PriceSheet};
use crate::model::{PicoUsd, Timestamp};

/// How far an 80 % range reaches on each side, in standard deviations of a normal distribution.
const Z_80: f64 = 1.2816;
/// Whole days that must be over before a range can be told: one day says nothing of how days differ.
pub const DAYS_FOR_A_RANGE: usize = 2;

/// One UTC day of a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Calls.
    pub requests: u64,
    /// Compute, MB·ms.
    pub mb_ms: u64,
}

/// What the month will come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// Due at the month's end.
    pub due: PicoUsd,
    /// The 80 % range of that; `None` before [`DAYS_FOR_A_RANGE`] whole days are over.
    pub range: Option<(PicoUsd, PicoUsd)>,
    /// When the free requests run out at this pace; `None` where they last the month or have run out.
    pub requests_run_out_at: Option<Timestamp>,
    /// When the free compute runs out at this pace.
    pub compute_runs_out_at: Option<Timestamp>,
}

/// Goes on from `days` (from the month's first on, today as the last) at `now`, for a month of `begin` to `end`.
/// Nothing can be said in the month's first hour.
pub fn forecast(days: &[Day], begin: Timestamp, end: Timestamp, now: Timestamp, sheet: &PriceSheet) -> Option<Forecast> {
    const HOUR_SECS: f64 = 3_600.0;
    const DAY_SECS: f64 = 86_400.0;
    // Counting may have begun in the middle of the month: what is not known is not a day without calls.
    let first = days.iter().position(|day| day.requests > 0)?;
    let counted_from = begin.plus_secs(first as i64 * 86_400);
    let (elapsed, left) = (now.secs_since(counted_from), end.secs_since(now));
    if elapsed < HOUR_SECS || left < 0.0 {
        return None;
    }
    let sum = |of: fn(&Day) -> u64| days.iter().map(of).sum::<u64>();
    let so_far = Day { requests: sum(|day| day.requests), mb_ms: sum(|day| day.mb_ms) };
    let pace = |so_far: u64| so_far as f64 / elapsed;
    let due = |requests: f64, mb_ms: f64| {
        let mut bill = Bill::default();
        bill.add_usage(so_far.requests + requests.max(0.0) as u64, so_far.mb_ms + mb_ms.max(0.0) as u64, now, sheet);
        bill.due()
    };
    let (requests, mb_ms) = (pace(so_far.requests) * left, pace(so_far.mb_ms) * left);
    let whole = &days[first..days.len().saturating_sub(1).max(first)];
    let range = (whole.len() >= DAYS_FOR_A_RANGE).then(|| {
        // Days differ independently of each other, so what is left of the month differs by the root of its days.
        let reach = |of: fn(&Day) -> u64| Z_80 * deviation(whole, of) * (left / DAY_SECS).sqrt();
        let (by_requests, by_compute) = (reach(|day| day.requests), reach(|day| day.mb_ms));
        (due(requests - by_requests, mb_ms - by_compute), due(requests + by_requests, mb_ms + by_compute))
    });
    let runs_out = |so_far: u64, free: u64| {
        let secs = free.checked_sub(so_far).filter(|left| *left > 0)? as f64 / pace(so_far);
        (secs.is_finite() && secs <= left).then(|| now.plus_micros((secs * 1e6) as i64))
    };
    Some(Forecast {
        due: due(requests, mb_ms),
        range,
        requests_run_out_at: runs_out(so_far.requests, FREE_REQUESTS),
        compute_runs_out_at: runs_out(so_far.mb_ms, FREE_MB_MS),
    })
}

fn deviation(days: &[Day], of: fn(&Day) -> u64) -> f64 {
    let n = days.len() as f64;
    let mean = days.iter().map(|day| of(day) as f64).sum::<f64>() / n;
    let squares: f64 = days.iter().map(|day| (of(day) as f64 - mean).powi(2)).sum();
    (squares / (n - 1.0).max(1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-01T00:00:00Z, and a month of 30 days.
    const BEGIN: Timestamp = Timestamp(1_793_491_200_000_000);

    fn after(days: f64) -> Timestamp {
        BEGIN.plus_micros((days * 86_400e6) as i64)
    }

    fn month(days: &[Day], passed: f64) -> Option<Forecast> {
        forecast(days, BEGIN, after(30.0), after(passed), PriceSheet::standard())
    }

    #[test]
    fn an_even_month_comes_to_its_pace_without_a_spread() {
        // 100,000 calls of 1,000 MB·ms a day: 3,000,000 in the month, 2,000,000 of them above the free million; compute stays free.
        let days = [Day { requests: 100_000, mb_ms: 100_000_000 }; 10];
        let forecast = month(&days, 10.0).unwrap();
        assert_eq!(forecast.due, PicoUsd(400_000_000_000));
        assert_eq!(forecast.range, Some((forecast.due, forecast.due)));
        assert_eq!(forecast.requests_run_out_at, None, "they have run out");
        assert_eq!(forecast.compute_runs_out_at, None, "it lasts the month");
    }

    #[test]
    fn the_free_tier_runs_out_at_the_pace_of_the_month() {
        let days = [Day { requests: 50_000, mb_ms: 0 }; 4];
        // 200,000 after 4 days: a million after 20.
        assert_eq!(month(&days, 4.0).unwrap().requests_run_out_at, Some(after(20.0)));
    }

    #[test]
    fn uneven_days_have_a_range_around_the_forecast() {
        let days: Vec<Day> = (0..11).map(|i| Day { requests: if i % 2 == 0 { 150_000 } else { 250_000 }, mb_ms: 0 }).collect();
        let Forecast { due, range, .. } = month(&days, 11.0).unwrap();
        let (low, high) = range.unwrap();
        assert!(low < due && due < high, "{low:?} {due:?} {high:?}");
    }

    #[test]
    fn too_little_is_said_to_be_too_little() {
        assert_eq!(month(&[], 3.0), None);
        assert_eq!(month(&[Day { requests: 5, mb_ms: 5 }], 0.01), None, "a quarter of an hour");
        assert_eq!(month(&[Day { requests: 5, mb_ms: 5 }], 0.5).unwrap().range, None, "no whole day yet");
        // Counting began on the third day: the two before are unknown, not empty.
        let days = [Day::default(), Day::default(), Day { requests: 1_000_000, mb_ms: 0 }];
        assert_eq!(month(&days, 3.0).unwrap().due, PicoUsd(27_000_000 * 200_000));
    }
}
