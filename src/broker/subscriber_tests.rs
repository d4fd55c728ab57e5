use super::*;

fn paths(lane: Lane, origins: &[Origin]) -> Vec<String> {
    filters(lane, origins, Qos::AtMostOnce).into_iter().map(|filter| format!("{} {}", filter.path, filter.qos as u8)).collect()
}

#[test]
fn each_lane_subscribes_under_each_root() {
    assert_eq!(paths(Lane::Crash, &[Origin::Device, Origin::Drill]), ["fleet/+/crash 1", "drill/fleet/+/crash 1"]);
    assert_eq!(
        paths(Lane::Telemetry, &[Origin::Device, Origin::Sample]),
        ["fleet/+/driving 0", "sensors/+/temperature 0", "sample/fleet/+/driving 0", "sample/sensors/+/temperature 0"]
    );
    let sure = filters(Lane::Telemetry, &[Origin::Device], Qos::AtLeastOnce);
    assert!(sure.iter().all(|filter| filter.qos == QoS::AtLeastOnce));
}
