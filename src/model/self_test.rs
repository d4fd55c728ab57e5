//! How often the whole way of a crash is tested.

use std::time::Duration;

use serde::Deserialize;

/// `[self_test]`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SelfTest {
    /// A drill goes the whole way so often, minutes, 1 to 1,440; 0: only when asked.
    pub every_minutes: u32,
    /// It must have come back within so many seconds, 1 to 600.
    pub within_secs: u32,
}

impl Default for SelfTest {
    fn default() -> Self {
        Self { every_minutes: 0, within_secs: 30 }
    }
}

impl SelfTest {
    /// Between two; `None` without a schedule.
    pub fn every(self) -> Option<Duration> {
        (self.every_minutes > 0).then(|| Duration::from_mins(u64::from(self.every_minutes)))
    }
}
