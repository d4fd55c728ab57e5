use super::*;

fn snapshot(crash: LinkState, telemetry: LinkState) -> Snapshot {
    let links = [(Link::BrokerCrash, LinkStatus::plain(crash)), (Link::BrokerTelemetry, LinkStatus::plain(telemetry))];
    Snapshot { links: links.into(), ..Snapshot::default() }
}

#[test]
fn one_lane_of_two_is_degraded() {
    use LinkState::{Connecting, Degraded, Down, NotSet, Up};
    for (crash, telemetry, state, n_up) in [
        (Up, Up, Up, 2),
        (Up, Down, Degraded, 1),
        (Connecting, Up, Degraded, 1),
        (Down, Down, Down, 0),
        (Down, Connecting, Down, 0),
        (Connecting, Connecting, Connecting, 0),
        (NotSet, NotSet, NotSet, 0),
    ] {
        let snapshot = snapshot(crash, telemetry);
        let broker = Broker::of(&snapshot);
        assert_eq!((broker.state, broker.n_up), (state, n_up), "{crash:?} {telemetry:?}");
    }
    assert_eq!(Broker::of(&Snapshot::default()).state, LinkState::NotSet);
}

#[test]
fn stale_never_passes_for_live() {
    let now = Timestamp(0).plus_secs(1_000);
    let mut snapshot = snapshot(LinkState::Up, LinkState::Up);
    snapshot.at = now;
    assert_eq!(Liveness::of(&snapshot, now, None), Liveness::NoData);
    snapshot.counters.received = 1;
    assert_eq!(Liveness::of(&snapshot, now, None), Liveness::Live);
    assert_eq!(Liveness::of(&snapshot, now.plus_secs(6), None), Liveness::Stale(now), "the line has stopped");
    assert_eq!(Liveness::of(&snapshot, now, Some(now.plus_secs(-9))), Liveness::Stale(now.plus_secs(-9)));
}
