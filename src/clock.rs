//! The only place that asks what time it is. Edges may ask it; the heart may not.

use std::time::Instant;

use crate::model::Timestamp;

/// Wall time that moves with the monotonic clock between calls of [`Clock::new`], so that durations on the line
/// are never negative; `wall` is re-read from the system by [`Clock::now`].
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
