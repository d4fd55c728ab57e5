//! The self-test: a drill that is sent on a schedule through the broker, the functions, the store and the outbox, and must
//! come back in time. The state judges it and says so when the chain is broken; it tells nobody outside.

use std::sync::LazyLock;
use std::time::Duration;

use crate::model::{LinkState, LinkStatus, SelfTest};
use crate::scenario::Scenario;

/// The first one goes out so long after the start, so that it is known soon whether the way is whole.
pub(super) const FIRST_AFTER: Duration = Duration::from_secs(15);
/// Where there is no schedule: only when asked.
pub(super) const NEVER: Duration = Duration::from_hours(24);

/// How the chain is before the first.
pub(super) fn first_status(settings: SelfTest) -> LinkStatus {
    match settings.every_minutes {
        0 => LinkStatus {
            reason: "No schedule: set every_minutes in [self_test] in the settings, or test by hand.".to_owned(),
            ..LinkStatus::plain(LinkState::NotSet)
        },
        n => LinkStatus {
            reason: format!("Every {n} min; the first goes out {} s after the start.", FIRST_AFTER.as_secs()),
            ..LinkStatus::plain(LinkState::Connecting)
        },
    }
}

/// What is sent.
pub(super) fn scenario() -> &'static Scenario {
    static SCENARIO: LazyLock<Scenario> =
        LazyLock::new(|| Scenario::parse(include_str!("../../assets/self_test.toml")).expect("a bundled scenario is sound"));
    &SCENARIO
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_scenario_is_one_crash_report_of_the_self_tests_vehicle() {
        let topics: Vec<_> = scenario().steps.iter().map(|step| step.topic.as_str()).collect();
        assert_eq!(topics, ["fleet/self-test/crash"]);
    }
}
