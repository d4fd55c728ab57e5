//! When to try again. Pure.

use std::time::Duration;

/// How fast a channel is tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// After the first failure, at most.
    pub(super) first: Duration,
    /// Between attempts, at most.
    pub(super) cap: Duration,
    /// One attempt takes at most this long.
    pub(super) timeout: Duration,
}

impl Default for Pace {
    /// 250 ms, doubling to 60 s; 4 s an attempt, so that the operator reads within 5 s that nobody answers. Five failures in a row are over within 8 s.
    fn default() -> Self {
        Self { first: Duration::from_millis(250), cap: Duration::from_mins(1), timeout: Duration::from_secs(4) }
    }
}

/// A receiver may ask for at most this much patience: a crash must not wait for a day because a server said so.
const PATIENCE: Duration = Duration::from_mins(10);

impl Pace {
    /// How long to wait after the `n_failures`th failure (from 1), where `chance` is from 0 to 1: between half and all of
    /// the doubled time, so that many desks do not come back at once; never sooner than the receiver `asked`.
    pub(super) fn delay(self, n_failures: u32, chance: f64, asked: Option<Duration>) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(n_failures.saturating_sub(1).min(31)));
        let jittered = doubled.min(self.cap).mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0));
        jittered.max(asked.unwrap_or_default().min(PATIENCE))
    }
}
