use super::*;

#[test]
fn waits_double_up_to_thirty_seconds_and_start_again() {
    let mut backoff = Backoff::default();
    let waits: Vec<_> = (0..8).map(|_| backoff.next(0.0).as_millis()).collect();
    assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    backoff.reset();
    assert_eq!(backoff.next(0.0).as_millis(), 500);
}

#[test]
fn jitter_takes_off_a_half_at_most() {
    for random in [0.0, 0.3, 1.0, 7.0, -1.0] {
        let wait = Backoff::default().next(random);
        assert!((250..=500).contains(&wait.as_millis()), "{random}: {wait:?}");
    }
    assert_eq!(Backoff::default().next(1.0).as_millis(), 250);
}

#[test]
fn it_never_overflows() {
    let mut backoff = Backoff { n_failed: u32::MAX };
    assert_eq!(backoff.next(0.0), LONGEST);
    assert_eq!(backoff.next(0.0), LONGEST);
}

/// Two lanes with one account: together one try in 30 s at most.
#[test]
fn refused_credentials_are_not_hammered() {
    for random in [0.0, 0.5, 1.0] {
        assert!((60..=66).contains(&Backoff::refused(random).as_secs()));
    }
}
