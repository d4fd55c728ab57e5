use super::*;

fn pulse(t: &[f64], x: &[f64]) -> Pulse {
    Pulse { t_ms: t.to_vec(), x_g: x.to_vec(), y_g: vec![0.0; t.len()], z_g: vec![0.0; t.len()] }
}

#[test]
fn a_missing_sample_stays_missing_in_the_magnitude() {
    let curves = Curves::of(&pulse(&[0.0, 1.0, 2.0], &[3.0, f64::NAN, -5.0]));
    assert!(curves.lines[0][1].1.is_nan());
    assert_eq!(curves.peak(), Some((2.0, 5.0)));
}

#[test]
fn times_that_go_back_are_drawn_by_number() {
    let curves = Curves::of(&pulse(&[0.0, 2.0, 1.0], &[0.0, 1.0, 2.0]));
    assert!(curves.by_number);
    assert_eq!(curves.extent(), Some((0.0, 2.0)));
    assert!(!Curves::of(&pulse(&[0.0, 1.0, 1.0], &[0.0; 3])).by_number);
}

#[test]
fn nothing_to_draw_is_no_extent() {
    assert_eq!(Curves::of(&Pulse::default()).extent(), None);
    assert_eq!(Curves::of(&pulse(&[5.0], &[1.0])).extent(), Some((5.0, 6.0)));
}

#[test]
fn a_short_window_in_a_long_record_is_brought_near() {
    let marks = |window| Marks { window, ..Marks::default() };
    assert_eq!(view((-5_000.0, 5_000.0), &marks(Some((0.0, 100.0))), None), (-60.0, 160.0));
    assert_eq!(view((-50.0, 200.0), &marks(Some((0.0, 100.0))), None), (-50.0, 200.0));
    assert_eq!(view((0.0, 1.0), &marks(None), None), (0.0, 1.0));
    let drop = Marks { window: Some((0.0, 20.0)), free_fall: Some((-320.0, 0.0)), ..Marks::default() };
    assert_eq!(view((-2_000.0, 2_000.0), &drop, None), (-524.0, 224.0));
}

#[test]
fn a_window_outside_the_record_shows_the_record() {
    let marks = Marks { window: Some((9_000.0, 9_100.0)), ..Marks::default() };
    assert_eq!(view((0.0, 1_000.0), &marks, None), (0.0, 1_000.0));
}

#[test]
fn the_greatest_value_is_always_in_view() {
    let marks = Marks { window: Some((0.0, 100.0)), ..Marks::default() };
    assert_eq!(view((-5_000.0, 5_000.0), &marks, Some(40.0)), (-60.0, 160.0));
    assert_eq!(view((-5_000.0, 5_000.0), &marks, Some(900.0)), (-5_000.0, 5_000.0));
}

#[test]
fn holes_are_missing_samples_and_leaps_in_time() {
    let t: Vec<f64> = (0..20).map(f64::from).chain([200.0, 201.0]).collect();
    let mut x = vec![1.0; t.len()];
    x[4] = f64::NAN;
    x[5] = f64::NAN;
    assert_eq!(Curves::of(&pulse(&t, &x)).holes(), [(3.0, 6.0), (19.0, 200.0)]);
    assert_eq!(Curves::of(&pulse(&[0.0, 1.0, 2.0], &[1.0; 3])).holes(), []);
}
