//! Reduces a series to what its pixels can show: the least and the greatest of each pixel column, never across a gap. Pure.

/// A point of a series; `y` is NaN where the sample is missing.
pub type Point = (f64, f64);

/// The part of `points` within `range` (with one neighbour on each side, so that lines reach the edges) as runs to be
/// drawn as lines: at most two points a column, and the ends of each run.
///
/// A run ends at a missing sample and where two samples are more than `gap` apart. Every point that comes out went in.
/// `points` ascend in x.
pub fn decimate(points: &[Point], range: (f64, f64), columns: usize, gap: f64) -> Vec<Vec<Point>> {
    let begin = points.partition_point(|point| point.0 < range.0).saturating_sub(1);
    let end = (points.partition_point(|point| point.0 <= range.1) + 1).min(points.len());
    let visible = points.get(begin..end).unwrap_or_default();
    let mut runs: Vec<Vec<Point>> = Vec::new();
    for run in visible.chunk_by(|a, b| a.1.is_finite() && b.1.is_finite() && b.0 - a.0 <= gap) {
        if run[0].1.is_finite() {
            runs.push(thin(run, range, columns.max(1)));
        }
    }
    runs
}

fn thin(run: &[Point], range: (f64, f64), columns: usize) -> Vec<Point> {
    if run.len() <= columns * 2 {
        return run.to_vec();
    }
    let width = (range.1 - range.0) / columns as f64;
    let column_of = |point: &Point| ((point.0 - range.0) / width).floor() as i64;
    let mut thinned = vec![run[0]];
    for column in run.chunk_by(|a, b| column_of(a) == column_of(b)) {
        let least = (0..column.len()).min_by(|&a, &b| column[a].1.total_cmp(&column[b].1)).unwrap_or_default();
        let greatest = (0..column.len()).max_by(|&a, &b| column[a].1.total_cmp(&column[b].1)).unwrap_or_default();
        for idx in [least.min(greatest), least.max(greatest)] {
            push_new(&mut thinned, column[idx]);
        }
    }
    push_new(&mut thinned, run[run.len() - 1]);
    thinned
}

/// Adds a point that is not the last one already.
pub fn push_new(points: &mut Vec<Point>, point: Point) {
    if points.last() != Some(&point) {
        points.push(point);
    }
}

/// The sample nearest to `x`, at most `reach` away.
pub fn nearest(points: &[Point], x: f64, reach: f64) -> Option<Point> {
    let after = points.partition_point(|point| point.0 < x);
    let candidates = points.get(after.saturating_sub(1)..(after + 1).min(points.len()))?;
    let near = candidates.iter().copied().min_by(|a, b| (a.0 - x).abs().total_cmp(&(b.0 - x).abs()))?;
    ((near.0 - x).abs() <= reach && near.1.is_finite()).then_some(near)
}

/// The usual step in x: the median of the differences. `None` for fewer than three points.
pub fn usual_step(points: &[Point]) -> Option<f64> {
    if points.len() < 3 {
        return None;
    }
    let mut steps: Vec<f64> = points.windows(2).map(|pair| pair[1].0 - pair[0].0).filter(|step| *step > 0.0).collect();
    let middle = steps.len() / 2;
    (!steps.is_empty()).then(|| *steps.select_nth_unstable_by(middle, f64::total_cmp).1)
}

#[cfg(test)]
#[path = "decimate_tests.rs"]
mod tests;
