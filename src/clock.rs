//! The only place that asks what time it is. Edges may ask it; the heart may not.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use crate::model::Timestamp;

/// Somebody who knows the time.
pub trait Time: Send {
    /// Wall time, UTC.
    fn now(&self) -> Timestamp;
    /// Nanoseconds since some fixed moment; never goes back. For durations.
    fn nanos(&self) -> u64;
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock;

impl Clock {
    /// The time now, UTC.
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn now(self) -> Timestamp {
        chrono::Utc::now().into()
    }

    /// A monotonic instant, for durations and time-outs.
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn instant(self) -> Instant {
        Instant::now()
    }
}

/// The system's clock as a [`Time`].
#[derive(Clone, Copy, Debug)]
pub struct SystemTime {
    begin: Instant,
}

impl Default for SystemTime {
    fn default() -> Self {
        Self { begin: Clock.instant() }
    }
}

impl Time for SystemTime {
    fn now(&self) -> Timestamp {
        Clock.now()
    }
    fn nanos(&self) -> u64 {
        self.begin.elapsed().as_nanos() as u64
    }
}

/// A clock that stands still until it is moved; clones share one hand.
#[derive(Clone, Debug, Default)]
pub struct FakeClock {
    micros: Arc<AtomicI64>,
}

impl FakeClock {
    /// A clock that shows `at`.
    pub fn new(at: Timestamp) -> Self {
        Self { micros: Arc::new(AtomicI64::new(at.0)) }
    }
    /// Sets the hand.
    pub fn set(&self, at: Timestamp) {
        self.micros.store(at.0, Ordering::Relaxed);
    }
}

impl Time for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.micros.load(Ordering::Relaxed))
    }
    fn nanos(&self) -> u64 {
        self.micros.load(Ordering::Relaxed).unsigned_abs().saturating_mul(1_000)
    }
}
