use super::*;

#[test]
fn ticks_are_round_and_within() {
    assert_eq!(ticks((0.0, 80.0), 4), (vec![0.0, 20.0, 40.0, 60.0, 80.0], 0));
    assert_eq!(ticks((-1.0, 1.0), 2), (vec![-1.0, 0.0, 1.0], 0));
    assert_eq!(ticks((-0.5, 0.5), 4).1, 1);
    assert_eq!(ticks((2.0, 2.0), 4), (vec![], 0));
    assert_eq!(ticks((f64::NAN, 2.0), 4), (vec![], 0));
}

#[test]
fn a_range_holds_every_value() {
    let (low, high) = round_range([3.2, 7.9, f64::NAN].into_iter(), 1.0);
    assert!(low <= 3.2 && high >= 7.9 && low >= 0.0 && high <= 10.0, "{low} {high}");
    assert_eq!(round_range(std::iter::empty(), 10.0), (0.0, 10.0));
    let (low, high) = round_range([5.0].into_iter(), 10.0);
    assert!(high - low >= 10.0);
}

#[test]
fn places_and_values_agree() {
    let axes = Axes { area: Rect::from_min_max(pos2(10.0, 20.0), pos2(110.0, 70.0)), x: (0.0, 10.0), y: (-1.0, 1.0) };
    assert_eq!(axes.at((0.0, -1.0)), pos2(10.0, 70.0));
    assert_eq!(axes.at((10.0, 1.0)), pos2(110.0, 20.0));
    assert!((axes.x_at(60.0) - 5.0).abs() < 1e-6);
}
