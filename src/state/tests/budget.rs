//! The budget of a month.

use super::*;
use crate::model::AlertKind;
use crate::pricing::Settings;

fn calls(at: Timestamp, n_calls: u64) -> InvocationMinute {
    InvocationMinute {
        function: "judge_crash",
        minute: at,
        origin: Origin::Device,
        n_calls,
        n_cold: 0,
        n_failed: 0,
        billed_ms: n_calls,
        max_micros: 900,
        memory_mb: 128,
        list_price: PicoUsd(0),
    }
}

/// The alerts of a desk that starts with these calls and looks at them for some minutes.
fn alerts(budget_usd: Option<&str>, minutes: Vec<InvocationMinute>) -> Vec<(bool, Severity, String)> {
    let settings = Settings { monthly_budget_usd: budget_usd.map(str::to_owned), ..Settings::default() };
    let mut state = State::new(1 << 20, PriceSheet::aws_lambda(&settings).unwrap());
    state.restore(Restored { minutes, at: NOW, ..Restored::default() });
    let (mut raised, mut effects) = (Vec::new(), Vec::new());
    for secs in 0..300 {
        let at = NOW.plus_secs(secs);
        state.apply(Fact::Ticked { at, queues: Vec::new(), store_bytes: 0 }, at, &mut effects);
        for effect in effects.drain(..) {
            if let Effect::Raise(alert) = effect
                && let AlertKind::Budget { spent } = alert.about
            {
                raised.push((spent, alert.severity, alert.text.clone()));
            }
        }
    }
    raised
}

#[test]
fn a_budget_that_will_not_do_is_said_once_and_once_more_when_it_is_spent() {
    // Of two million calls one is above the free tier: 0.20 USD; at their pace of ten days the month comes to 0.84.
    let early = || calls(NOW.plus_secs(-10 * 86_400 - 8 * 3_600), 2_000_000);
    let will = alerts(Some("0.30"), vec![early()]);
    assert_eq!(will.len(), 1, "{will:?}");
    assert_eq!((will[0].0, will[0].1), (false, Severity::Low));
    assert!(will[0].2.starts_with("At this pace 2027-01 will cost USD 0.") && will[0].2.ends_with("the budget of USD 0.30."));
    let spent = alerts(Some("0.30"), vec![early(), calls(NOW.plus_secs(-3_600), 1_000_000)]);
    assert_eq!(
        spent,
        [(true, Severity::Medium, "The functions have cost USD 0.40 in 2027-01, over the budget of USD 0.30.".to_owned())]
    );
    assert_eq!(alerts(Some("9.00"), vec![early()]), []);
    assert_eq!(alerts(None, vec![early()]), []);
}
