use super::*;

#[test]
fn what_others_wrote_cannot_become_markup() {
    assert_eq!(escape("<script>\"&\u{1b}[2J"), "&lt;script&gt;&quot;&amp;\\u{1b}[2J");
}

#[test]
fn a_plot_keeps_its_peak_and_its_gaps() {
    let mut points: Vec<(f64, f64)> = (0..20_000).map(|i| (f64::from(i), 1.0)).collect();
    points[12_345].1 = 99.0;
    points[5_000].1 = f64::NAN;
    let svg = plot(&[("a", "#111", "", points)], Some((100.0, 200.0)), "judged window");
    assert_eq!(svg.matches("<polyline").count(), 2, "a gap stays a gap");
    assert!(svg.contains("judged window") && !svg.contains("NaN"), "{svg}");
    let top = format!("{:.1}", 8.0);
    assert!(svg.contains(&format!(",{top} ")), "the peak of one sample is at the top of the plot");
    assert!(svg.len() < 60_000, "{} bytes", svg.len());
    assert!(plot(&[("a", "#111", "", vec![(f64::NAN, 1.0); 3])], None, "").contains("Nothing that can be drawn"));
}
