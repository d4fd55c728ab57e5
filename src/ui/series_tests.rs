use super::*;
use crate::model::effect::MISSING;
use crate::model::{DeviceId, DeviceKind, Origin};

fn chunk(t_ms: &[i64], celsius: &[i32]) -> Arc<SampleChunk> {
    Arc::new(SampleChunk {
        device: DeviceId::new("RFR-022"),
        kind: DeviceKind::Sensor,
        origin: Origin::Device,
        t_ms: t_ms.to_vec(),
        columns: vec![celsius.to_vec()],
    })
}

#[test]
fn steps_become_units_and_missing_becomes_nan() {
    let points = column(&[chunk(&[1_000, 2_000], &[960, MISSING])], 0, (0.0, 3_000.0));
    assert_eq!(points[0], (1_000.0, 9.6));
    assert!(points[1].1.is_nan());
}

#[test]
fn times_ascend_though_a_clock_jumped_back() {
    let points = column(&[chunk(&[1_000, 5_000, 2_000], &[1, 2, 3])], 0, (0.0, 9_000.0));
    assert_eq!(points.iter().map(|point| point.0).collect::<Vec<_>>(), [1_000.0, 2_000.0, 5_000.0]);
}

#[test]
fn what_is_long_past_or_unknown_is_left_out() {
    assert_eq!(column(&[chunk(&[1_000], &[1])], 0, (200_000.0, 300_000.0)), []);
    assert_eq!(column(&[chunk(&[1_000], &[1])], 7, (0.0, 300_000.0)), []);
}

#[test]
fn a_gap_is_three_periods_and_a_second_at_least() {
    assert!((gap_ms(&[], Some(10.0)) - 30_000.0).abs() < 1e-9);
    assert!((gap_ms(&[], Some(0.1)) - 1_000.0).abs() < 1e-9);
    assert!((gap_ms(&[(0.0, 0.0), (2_000.0, 0.0), (4_000.0, 0.0)], None) - 6_000.0).abs() < 1e-9);
}
