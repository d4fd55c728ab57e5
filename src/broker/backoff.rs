//! When to try again. Pure: it is given its randomness and asks for no time.

use std::time::Duration;

/// The first wait, before jitter.
const FIRST: Duration = Duration::from_millis(500);
/// The longest wait, before jitter.
const LONGEST: Duration = Duration::from_secs(30);
/// The wait after refused credentials. The two lanes share one account, so that it sees one try in 30 s at most:
/// brokers lock accounts and addresses that hammer.
const REFUSED: Duration = Duration::from_mins(1);

/// Counts the tries that failed in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    n_failed: u32,
}

impl Backoff {
    /// The wait after a failure: 0.5 s doubling up to 30 s, of which `random` (0 to 1) takes off up to a half, so that
    /// a hundred desks do not come back in one instant.
    pub fn next(&mut self, random: f64) -> Duration {
        let full = FIRST.saturating_mul(1 << self.n_failed.min(16)).min(LONGEST);
        self.n_failed = self.n_failed.saturating_add(1);
        full.mul_f64(1.0 - random.clamp(0.0, 1.0) / 2.0)
    }

    /// The wait after the broker refused our credentials: 60 s, plus up to a tenth.
    pub fn refused(random: f64) -> Duration {
        REFUSED.mul_f64(1.0 + random.clamp(0.0, 1.0) / 10.0)
    }

    /// A connection held: the next failure starts from the beginning.
    pub fn reset(&mut self) {
        self.n_failed = 0;
    }
}

#[cfg(test)]
#[path = "backoff_tests.rs"]
mod tests;
