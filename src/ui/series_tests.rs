use proptest::prelude::*;

use super::*;
use crate::model::effect::MISSING;
use crate::model::{DeviceId, DeviceKind, Origin};

fn chunk(t_ms: &[i64], celsius: &[i32]) -> Arc<SampleChunk> {
    let device = DeviceId::new("RFR-022");
    Arc::new(SampleChunk::new(device, DeviceKind::Sensor, Origin::Device, t_ms.to_vec(), vec![celsius.to_vec()]))
}

/// The samples in chunks of up to `len`.
fn chunks(samples: &[Sample], len: usize) -> Vec<Arc<SampleChunk>> {
    let part = |part: &[Sample]| {
        let (t_ms, celsius): (Vec<i64>, Vec<i32>) = part.iter().copied().unzip();
        chunk(&t_ms, &celsius)
    };
    samples.chunks(len).map(part).collect()
}

const GAP: f64 = 3_000.0;

/// Times that go on by a little, and by more than a gap now and then; some values missing, one at a time or many.
fn samples() -> impl Strategy<Value = Vec<Sample>> {
    let step = prop_oneof![20 => 1_i64..30, 4 => 500_i64..1_500, 1 => 3_001_i64..9_000];
    let value = prop_oneof![30 => -4_000..12_000_i32, 1 => Just(MISSING)];
    let some = prop::collection::vec((step, value), 1..60);
    let none = prop::collection::vec((10_i64..90, Just(MISSING)), 1..60);
    let runs = prop::collection::vec(prop_oneof![6 => some, 1 => none], 0..20);
    runs.prop_map(|runs| {
        let mut t_ms = 1_773_803_567_000;
        let steps = runs.into_iter().flatten();
        steps
            .map(|(step, value)| {
                (
                    {
                        t_ms += step;
                        t_ms
                    },
                    value,
                )
            })
            .collect()
    })
}

fn extremes(points: impl Iterator<Item = Point>) -> (f64, f64) {
    points.fold((f64::MAX, f64::MIN), |(low, high), point| (low.min(point.1), high.max(point.1)))
}

proptest! {
    #[test]
    fn every_pixel_column_shows_the_extremes_of_its_samples_and_no_line_crosses_a_gap(
        samples in samples(), len in 1_usize..300, columns in 1_usize..200
    ) {
        let chunks = chunks(&samples, len);
        let range = samples.first().zip(samples.last()).map_or((0.0, 1.0), |(first, last)| (first.0 as f64, last.0 as f64 + 1.0));
        let width = (range.1 - range.0) / columns as f64;
        let pixel = |x: f64| (column_end(x, width) / width).round() as i64;
        let raw = column(&chunks, 0, range);
        let curve = Curve::of(&chunks, 0, range, columns, GAP);
        let drawn: Vec<Point> = curve.points().collect();

        prop_assert_eq!(raw.len(), samples.len());
        prop_assert!(drawn.iter().all(|point| raw.contains(point)), "a point that never came");
        for column in pixel(range.0)..=pixel(range.1) {
            let of = |points: &[Point]| extremes(points.iter().copied().filter(|p| p.1.is_finite() && pixel(p.0) == column));
            prop_assert_eq!(of(&raw), of(&drawn), "pixel column {}", column - pixel(range.0));
        }
        // Two runs a column at the most, of four points.
        prop_assert!(drawn.len() <= 8 * (columns + 2), "{} points in {} columns", drawn.len(), columns);

        let crosses = |from: f64, until: f64| curve.runs.iter().any(|run| run[0].0 <= from && until <= run[run.len() - 1].0);
        let mut missed = false;
        let mut before: Option<Point> = None;
        for point in raw {
            if !point.1.is_finite() {
                missed = true;
                continue;
            }
            if let Some(before) = before.replace(point) {
                let broken = missed || point.0 - before.0 > GAP;
                if !broken {
                    prop_assert!(crosses(before.0, point.0), "a line was broken at {}", point.0);
                } else if pixel(before.0) != pixel(point.0) {
                    prop_assert!(!crosses(before.0, point.0), "a line across a gap at {}", point.0);
                }
            }
            missed = false;
        }
        prop_assert!(curve.gaps().all(|(from, until)| until - from > GAP && !crosses(from, until)));
    }

    /// What is looked up is what a look at every sample finds: a clock that jumps back takes the slow way.
    #[test]
    fn the_quick_way_and_the_slow_one_draw_the_same(samples in samples(), len in 1_usize..300, columns in 1_usize..200) {
        let range = (1_773_803_567_000.0, 1_773_803_577_000.0);
        let quick = chunks(&samples, len);
        let mut slow = quick.clone();
        slow.reverse();
        let [quick, slow] = [quick, slow].map(|chunks| Curve::of(&chunks, 0, range, columns, GAP));
        prop_assert_eq!(quick, slow);
    }
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
fn what_lies_outside_or_is_unknown_is_left_out() {
    let chunks = [chunk(&[1_000, 2_000, 3_000], &[1, 2, 3])];
    assert_eq!(column(&chunks, 0, (2_000.0, 2_500.0)), [(2_000.0, 0.02)]);
    assert_eq!(column(&chunks, 7, (0.0, 300_000.0)), []);
    assert_eq!(Curve::of(&chunks, 0, (200_000.0, 300_000.0), 100, GAP), Curve { runs: vec![], gap: GAP });
    assert_eq!(Curve::of(&chunks, 7, (0.0, 300_000.0), 100, GAP).runs, Vec::<Vec<Point>>::new());
}

#[test]
fn a_line_reaches_the_edges_of_its_window() {
    let chunks = [chunk(&[0, 1_000, 2_000, 3_000, 9_000], &[100, 200, 300, 400, 500])];
    let curve = Curve::of(&chunks, 0, (1_500.0, 2_500.0), 100, GAP);
    assert_eq!(curve.runs, [vec![(0.0, 1.0), (1_000.0, 2.0), (2_000.0, 3.0), (3_000.0, 4.0)]]);
}

#[test]
fn a_curve_is_read_at_a_time_but_not_across_a_gap() {
    let chunks = chunks(&[(0, 100), (1_000, 200), (4_000, MISSING), (8_000, 300), (9_000, 400)], 2);
    let curve = Curve::of(&chunks, 0, (0.0, 20_000.0), 1_000, GAP);
    assert_eq!(curve.gaps().collect::<Vec<_>>(), [(1_000.0, 8_000.0)]);
    assert_eq!(curve.nearest(1_400.0), Some((1_000.0, 2.0)));
    assert_eq!(curve.nearest(7_000.0), Some((8_000.0, 3.0)));
    assert_eq!(curve.nearest(4_500.0), None);
    assert_eq!(curve.nearest(12_500.0), None);
    assert_eq!((curve.last(), curve.silence(11_000.0, GAP)), (Some((9_000.0, 4.0)), None));
    assert_eq!(curve.silence(13_000.0, GAP), Some((9_000.0, 13_000.0)));
    assert_eq!(curve.map(|celsius| celsius * 1.8 + 32.0).last(), Some((9_000.0, 39.2)));
    let nothing = Curve::default();
    assert_eq!((nothing.last(), nothing.nearest(0.0), nothing.silence(9e9, GAP)), (None, None, None));
}

#[test]
fn a_curve_does_not_change_while_its_window_moves_within_what_was_drawn() {
    let samples: Vec<Sample> = (0..20_000).map(|i| (i * 10, ((i * 7_919) % 1_009) as i32)).collect();
    let chunks = chunks(&samples, 256);
    let shown = |from: f64| {
        let curve = Curve::of(&chunks, 0, (from, from + 100_000.0), 300, GAP);
        curve.points().filter(|point| (60_000.0..100_000.0).contains(&point.0)).collect::<Vec<_>>()
    };
    assert_eq!(shown(50_000.0), shown(50_333.1));
}

#[test]
fn a_path_has_a_corner_now_and_then_and_ends_at_a_gap() {
    let n = 20_000;
    let t_ms: Vec<i64> = (0..n).map(|i| i * 10 + if i >= 15_000 { 60_000 } else { 0 }).collect();
    let column = |factor: i64| (0..n).map(|i| if i < 50 { MISSING } else { (i * factor) as i32 }).collect::<Vec<_>>();
    let columns = (1..=7).map(column).collect();
    let chunk = SampleChunk::new(DeviceId::new("VAN-1"), DeviceKind::Vehicle, Origin::Device, t_ms, columns);
    let runs = path(&[Arc::new(chunk)], (4, 5), (0.0, 1e9), 300.0, GAP);
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0][0], (50.0 * 5.0 / 1e6, 50.0 * 6.0 / 1e6));
    assert_eq!((runs[0].len(), runs[1].len()), (499, 167));
}

#[test]
fn a_path_stops_where_the_place_was_not_known() {
    let known = |i: usize| !(1_000..2_000).contains(&i);
    let column = |factor: i32| (0..3_000).map(|i| if known(i) { i as i32 * factor } else { MISSING }).collect::<Vec<_>>();
    let t_ms = (0..3_000).map(|i| i * 10).collect();
    let columns = (1..=7).map(column).collect();
    let chunk = SampleChunk::new(DeviceId::new("VAN-1"), DeviceKind::Vehicle, Origin::Device, t_ms, columns);
    let runs = path(&[Arc::new(chunk)], (4, 5), (0.0, 1e9), 300.0, GAP);
    assert_eq!(runs.len(), 2, "no line across ten seconds without a place");
    assert_eq!(runs[1][0], (2_000.0 * 5.0 / 1e6, 2_000.0 * 6.0 / 1e6));
}

#[test]
fn a_gap_is_three_periods_and_a_second_at_least() {
    assert!((gap_ms(&[], Some(10.0)) - 30_000.0).abs() < 1e-9);
    assert!((gap_ms(&[], Some(0.1)) - 1_000.0).abs() < 1e-9);
    assert!((gap_ms(&[chunk(&[0, 2_000], &[0, 0]), chunk(&[4_000], &[0])], None) - 6_000.0).abs() < 1e-9);
}
