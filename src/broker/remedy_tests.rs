use super::*;
use crate::clock::Clock;

/// Ends at these seconds; what came of each.
fn remedies(ends: &[(f64, End)]) -> Vec<Remedy> {
    let start = Clock.instant();
    let mut remedies = Remedies::default();
    ends.iter().map(|(secs, end)| remedies.after(*end, start + Duration::from_secs_f64(*secs))).collect()
}

#[test]
fn one_message_that_comes_again_is_poison_two_apart_are_not() {
    use End::Undecodable;
    use Remedy::{GoOn, LeavePoison};
    assert_eq!(remedies(&[(0.0, Undecodable), (1.0, Undecodable)]), [GoOn, LeavePoison(2)]);
    assert_eq!(remedies(&[(0.0, Undecodable), (6.0, Undecodable), (10.0, Undecodable)]), [GoOn, GoOn, LeavePoison(2)]);
}

#[test]
fn no_more_than_three_sessions_are_left_behind() {
    let ends: Vec<_> = (0..20).map(|n| (f64::from(n), End::Undecodable)).collect();
    let left: Vec<_> = remedies(&ends).into_iter().filter(|remedy| *remedy != Remedy::GoOn).collect();
    assert_eq!(left, [Remedy::LeavePoison(2), Remedy::LeavePoison(3), Remedy::LeavePoison(4)]);
}

#[test]
fn three_cuts_in_ten_seconds_are_a_clash() {
    use End::CutOff;
    use Remedy::{GoOn, TakeUniqueId};
    assert_eq!(remedies(&[(0.0, CutOff), (1.0, CutOff), (2.0, CutOff)]), [GoOn, GoOn, TakeUniqueId]);
    assert_eq!(remedies(&[(0.0, CutOff), (6.0, CutOff), (12.0, CutOff), (18.0, CutOff)]), [GoOn; 4]);
}

#[test]
fn a_unique_id_that_does_not_help_is_given_back_once() {
    let ends: Vec<_> = (0..9).map(|n| (f64::from(n), End::CutOff)).collect();
    let got: Vec<_> = remedies(&ends).into_iter().filter(|remedy| *remedy != Remedy::GoOn).collect();
    assert_eq!(got, [Remedy::TakeUniqueId, Remedy::BackToOwnId]);
}

#[test]
fn other_ends_change_nothing() {
    assert_eq!(remedies(&[(0.0, End::Other); 10]), [Remedy::GoOn; 10]);
}

#[test]
fn a_broker_that_restarts_again_and_again_is_no_clash() {
    let ends: Vec<_> = (0..20).map(|n| (f64::from(n), if n % 2 == 0 { End::CutOff } else { End::Other })).collect();
    assert_eq!(remedies(&ends), [Remedy::GoOn; 20]);
}

#[test]
fn a_message_that_is_somewhat_too_large_is_taken_and_a_huge_one_is_poison() {
    let huge = End::TooLarge(200 << 20);
    assert_eq!(
        remedies(&[(0.0, End::TooLarge(5 << 20)), (1.0, End::TooLarge(32 << 20))]),
        [Remedy::TakeLarger(8 << 20), Remedy::TakeLarger(32 << 20)]
    );
    assert_eq!(remedies(&[(0.0, huge), (1.0, huge)]), [Remedy::GoOn, Remedy::LeavePoison(2)]);
}
