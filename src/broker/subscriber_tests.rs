use super::*;
use crate::broker::settings::Qos;

fn wanted() -> Vec<Subscription> {
    let one = |topic: &str, lane, needed| Subscription { topic: topic.to_owned(), lane, needed };
    let mut wanted = vec![
        one("fleet/+/crash", Lane::Crash, true),
        one("fleet/+/driving", Lane::Telemetry, true),
        one("sensors/+/temperature", Lane::Telemetry, true),
    ];
    wanted.extend((0..30).map(|n| one(&format!("other{n}/+"), Lane::Telemetry, false)));
    wanted
}

fn paths(chunks: &[Chunk]) -> Vec<String> {
    chunks.iter().flat_map(|chunk| &chunk.filters).map(|filter| format!("{} {}", filter.path, filter.qos as u8)).collect()
}

#[test]
fn each_lane_subscribes_under_each_root() {
    let crash = chunks(Lane::Crash, &[Origin::Device, Origin::Drill], &wanted(), &Settings::default());
    assert_eq!(paths(&crash), ["fleet/+/crash 1", "drill/fleet/+/crash 1"]);
    let telemetry = chunks(Lane::Telemetry, &[Origin::Device, Origin::Sample], &wanted(), &Settings::default());
    assert_eq!(
        paths(&telemetry)[..5],
        [
            "fleet/+/driving 0",
            "sensors/+/temperature 0",
            "sample/fleet/+/driving 0",
            "sample/sensors/+/temperature 0",
            "other0/+ 0"
        ]
    );
    let sure = chunks(
        Lane::Telemetry,
        &[Origin::Device],
        &wanted(),
        &Settings { telemetry_qos: Qos::AtLeastOnce, ..Settings::default() },
    );
    assert!(sure.iter().flat_map(|chunk| &chunk.filters).all(|filter| filter.qos == QoS::AtLeastOnce));
}

#[test]
fn the_limits_of_aws_are_kept_and_what_is_needed_is_asked_for_alone() {
    let telemetry = chunks(Lane::Telemetry, &[Origin::Device, Origin::Drill, Origin::Sample], &wanted(), &Settings::default());
    assert!(telemetry.iter().all(|chunk| chunk.filters.len() <= PER_SUBSCRIBE));
    assert_eq!(paths(&telemetry).len(), PER_CONNECTION);
    assert!(telemetry[0].needed && telemetry[0].filters.len() == 6);
    assert!(telemetry[1..].iter().all(|chunk| !chunk.needed));
}

#[test]
fn a_group_shares_out_crashes_and_nothing_else() {
    let settings = Settings { share: Some("workers".to_owned()), ..Settings::default() };
    let crash = chunks(Lane::Crash, &[Origin::Device, Origin::Drill], &wanted(), &settings);
    assert_eq!(paths(&crash), ["$share/workers/fleet/+/crash 1", "$share/workers/drill/fleet/+/crash 1"]);
    let telemetry = chunks(Lane::Telemetry, &[Origin::Device], &wanted(), &settings);
    assert!(paths(&telemetry).iter().all(|path| !path.contains("$share")), "{telemetry:?}");
}
