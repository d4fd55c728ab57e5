use proptest::prelude::*;

use super::*;

/// Ascending x with steps of 1 and some of 50, y with some missing.
fn series() -> impl Strategy<Value = Vec<Point>> {
    let step = prop_oneof![9 => Just(1.0), 1 => Just(50.0)];
    let y = prop_oneof![9 => -100.0..100.0_f64, 1 => Just(f64::NAN)];
    prop::collection::vec((step, y), 0..400).prop_map(|steps| {
        let mut x = 0.0;
        steps
            .into_iter()
            .map(|(step, y)| {
                x += step;
                (x, y)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn keeps_least_greatest_and_ends_and_invents_nothing(points in series(), columns in 1_usize..60) {
        let range = (0.0, points.last().map_or(1.0, |point| point.0));
        let gap = 3.0;
        let runs = decimate(&points, range, columns, gap);
        let drawn: Vec<Point> = runs.iter().flatten().copied().collect();
        prop_assert!(drawn.iter().all(|point| points.contains(point)), "a point that never came");

        let finite: Vec<Point> = points.iter().copied().filter(|point| point.1.is_finite()).collect();
        let extremes = |all: &[Point]| all.iter().fold((f64::MAX, f64::MIN), |(low, high), p| (low.min(p.1), high.max(p.1)));
        prop_assert_eq!(extremes(&finite), extremes(&drawn));
        prop_assert_eq!(finite.first(), drawn.first());
        prop_assert_eq!(finite.last(), drawn.last());

        for run in &runs {
            prop_assert!(run.windows(2).all(|pair| pair[0].0 <= pair[1].0), "out of order");
            let (first, last) = (run[0], run[run.len() - 1]);
            let within: Vec<&Point> = points.iter().filter(|p| first.0 <= p.0 && p.0 <= last.0).collect();
            prop_assert!(within.iter().all(|p| p.1.is_finite()), "a line across a missing sample");
            prop_assert!(within.windows(2).all(|pair| pair[1].0 - pair[0].0 <= gap), "a line across a gap");
            prop_assert!(run.len() <= columns * 2 + 4);
        }
    }
}

#[test]
fn a_peak_of_one_sample_survives_a_thousandfold() {
    let mut points: Vec<Point> = (0..100_000).map(|i| (f64::from(i), 0.0)).collect();
    points[54_321].1 = 27.4;
    let runs = decimate(&points, (0.0, 100_000.0), 100, 3.0);
    assert_eq!(runs.len(), 1);
    assert!(runs[0].len() <= 204);
    assert!(runs[0].contains(&(54_321.0, 27.4)));
}

#[test]
fn lines_reach_the_edges_of_the_range() {
    let points: Vec<Point> = (0..10).map(|i| (f64::from(i), f64::from(i))).collect();
    let runs = decimate(&points, (2.5, 5.5), 100, 3.0);
    assert_eq!(runs, vec![vec![(2.0, 2.0), (3.0, 3.0), (4.0, 4.0), (5.0, 5.0), (6.0, 6.0)]]);
}

#[test]
fn the_usual_step_is_not_fooled_by_a_gap() {
    let points: Vec<Point> = [0.0, 1.0, 2.0, 3.0, 100.0].map(|x| (x, 0.0)).to_vec();
    assert_eq!(usual_step(&points), Some(1.0));
    assert_eq!(usual_step(&points[..2]), None);
}

#[test]
fn the_readout_never_reaches_across_a_gap() {
    let points = [(0.0, 1.0), (1.0, 2.0), (10.0, 3.0), (11.0, f64::NAN)];
    assert_eq!(nearest(&points, 0.6, 3.0), Some((1.0, 2.0)));
    assert_eq!(nearest(&points, 5.5, 3.0), None);
    assert_eq!(nearest(&points, 12.0, 3.0), None);
    assert_eq!(nearest(&[], 0.0, 3.0), None);
}
