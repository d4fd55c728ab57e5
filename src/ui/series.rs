//! A column of a device's chunks as points to plot. Pure.
//!
//! What a plot costs is what its pixels can show: of a stretch of samples that lies within one pixel column only the least
//! and the greatest are looked up, which its chunk found out once.

use std::sync::Arc;

use super::decimate::{Point, nearest, push_new, usual_step};
use crate::model::effect::{Quantity, SampleChunk};
use crate::model::relief::{Sample, Stretch};

/// The usual step between samples is found among this many.
const STEPS: usize = 256;

/// The samples of quantity `quantity_idx` with times in `range` (ms since 1970); x in ms, y in the quantity's unit, NaN
/// where missing. Ascending in x. All of them, however many: to be written down, not painted.
pub fn column(chunks: &[Arc<SampleChunk>], quantity_idx: usize, range: (f64, f64)) -> Vec<Point> {
    let mut points = Vec::new();
    for chunk in chunks {
        let quantity = Quantity::of(chunk.kind).get(quantity_idx);
        let (Some(quantity), Some(column)) = (quantity, chunk.columns.get(quantity_idx)) else { continue };
        let (from, to) = if chunk.ascends() { within(chunk, range) } else { (0, chunk.t_ms.len()) };
        let samples = chunk.t_ms.iter().zip(column).take(to).skip(from);
        let samples = samples.map(|(&t_ms, &steps)| (t_ms as f64, quantity.value(steps).unwrap_or(f64::NAN)));
        points.extend(samples.filter(|point| range.0 <= point.0 && point.0 <= range.1));
    }
    // A device's clock may jump back; a line must not.
    if points.windows(2).any(|pair| pair[0].0 > pair[1].0) {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    points
}

/// Which samples of a chunk whose times ascend lie in a range: from the first to before the second.
fn within(chunk: &SampleChunk, range: (f64, f64)) -> (usize, usize) {
    let before = chunk.t_ms.partition_point(|&t_ms| (t_ms as f64) < range.0);
    (before, chunk.t_ms.partition_point(|&t_ms| t_ms as f64 <= range.1))
}

/// What counts as a gap, ms: more than three times the usual period, and at least a second.
pub fn gap_ms(chunks: &[Arc<SampleChunk>], period_secs: Option<f64>) -> f64 {
    let told = period_secs.map(|secs| secs * 1e3).filter(|ms| ms.is_finite() && *ms > 0.0);
    let period = told.or_else(|| {
        let newest = chunks.iter().rev().flat_map(|chunk| chunk.t_ms.iter().rev()).take(STEPS);
        let mut newest: Vec<Point> = newest.map(|&t_ms| (t_ms as f64, 0.0)).collect();
        newest.reverse();
        usual_step(&newest)
    });
    (3.0 * period.unwrap_or(1_000.0)).max(1_000.0)
}

/// Every so often where a device was: of the samples in `range` at most one in `step_ms`, which is to be less than `gap`.
/// In runs without a gap of more than `gap`; the values of two quantities, ascending in time.
pub fn path(
    chunks: &[Arc<SampleChunk>],
    (first_idx, second_idx): (usize, usize),
    range: (f64, f64),
    step_ms: f64,
    gap: f64,
) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
    let (mut before, mut taken) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for chunk in chunks {
        let quantities = Quantity::of(chunk.kind);
        let (Some(qx), Some(qy)) = (quantities.get(first_idx), quantities.get(second_idx)) else { continue };
        let (Some(xs), Some(ys)) = (chunk.columns.get(first_idx), chunk.columns.get(second_idx)) else { continue };
        let n = chunk.t_ms.len().min(xs.len()).min(ys.len());
        let ascends = chunk.ascends();
        let place = |i: usize| qx.value(xs[i]).zip(qy.value(ys[i]));
        let mut next = if ascends { chunk.t_ms.partition_point(|&t_ms| (t_ms as f64) < range.0) } else { 0 };
        while next < n {
            let (t, here) = (chunk.t_ms[next] as f64, next);
            next += 1;
            // A clock that jumped back goes on where it had been.
            let Some(at) = place(here).filter(|_| range.0 <= t && t <= range.1 && t >= before) else { continue };
            if t - before > gap || runs.is_empty() {
                runs.push(Vec::new());
            }
            before = t;
            if let Some(run) = runs.last_mut().filter(|run| run.is_empty() || t - taken >= step_ms) {
                run.push(at);
                taken = t;
            }
            if ascends {
                // Straight to the next one that is to be taken, past all that are not.
                next += chunk.t_ms[next..n].partition_point(|&t_ms| (t_ms as f64) < taken + step_ms);
                let last = (here + 1..next).rev().find(|&passed| place(passed).is_some());
                before = last.map_or(before, |passed| chunk.t_ms[passed] as f64);
            }
        }
    }
    runs
}

/// A column as a plot shows it: in runs that end where a sample is missing and at every gap, each with the least and the
/// greatest of every pixel column that it passes, and its ends. Every point is a sample.
///
/// Breaks within one pixel column, which no eye could see, are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// The runs, ascending in x (ms since 1970); none is empty.
    pub runs: Vec<Vec<Point>>,
    /// What counts as a gap, ms.
    pub gap: f64,
}

impl Curve {
    /// What `columns` pixel columns show of quantity `quantity_idx` in `range` (ms since 1970), one more on each side.
    ///
    /// The columns lie on the clock and not on the range, so that a curve does not shimmer while its window moves on.
    pub fn of(chunks: &[Arc<SampleChunk>], quantity_idx: usize, range: (f64, f64), columns: usize, gap: f64) -> Self {
        let width = (range.1 - range.0).round().max(1.0) / columns.max(1) as f64;
        let around = (range.0 - gap, range.1 + gap);
        let mut pen = Pen::new(width, gap);
        if !chunks.iter().all(|chunk| pen.chunk(chunk, quantity_idx, around)) {
            // A device's clock jumped back: all are put in order, as slow as that is.
            pen = Pen::new(width, gap);
            for point in column(chunks, quantity_idx, around) {
                if point.1.is_finite() { pen.add([point; 4]) } else { pen.lift() }
            }
        }
        Self { runs: pen.done(), gap }
    }

    /// With every value changed by `change`, which must keep their order.
    #[must_use]
    pub fn map(mut self, change: impl Fn(f64) -> f64) -> Self {
        for point in self.runs.iter_mut().flatten() {
            point.1 = change(point.1);
        }
        self
    }

    /// Every point, ascending in x.
    pub fn points(&self) -> impl DoubleEndedIterator<Item = Point> + Clone + '_ {
        self.runs.iter().flatten().copied()
    }

    /// The values at or after `from`.
    pub fn values_since(&self, from: f64) -> impl Iterator<Item = f64> + Clone + '_ {
        self.points().filter(move |point| point.0 >= from).map(|point| point.1)
    }

    /// The newest point.
    pub fn last(&self) -> Option<Point> {
        self.points().next_back()
    }

    /// The stretches without a sample that are gaps.
    pub fn gaps(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let ends = self.runs.windows(2).filter_map(|pair| Some((pair[0].last()?.0, pair[1].first()?.0)));
        ends.filter(|(from, until)| until - from > self.gap)
    }

    /// Whether nothing came for longer than `gap` before `until`: from the last sample to `until`. None without samples.
    pub fn silence(&self, until: f64, gap: f64) -> Option<(f64, f64)> {
        let last = self.last()?.0;
        (until - last > gap).then_some((last, until))
    }

    /// The point nearest to `x`, at most a gap away.
    pub fn nearest(&self, x: f64) -> Option<Point> {
        let after = self.runs.partition_point(|run| run.last().is_some_and(|last| last.0 < x));
        let near = self.runs.get(after.saturating_sub(1)..(after + 1).min(self.runs.len()))?;
        let near = near.iter().filter_map(|run| nearest(run, x, self.gap));
        near.min_by(|a, b| (a.0 - x).abs().total_cmp(&(b.0 - x).abs()))
    }
}

/// Draws runs from samples that ascend in x.
struct Pen {
    /// Of a pixel column, ms.
    width: f64,
    gap: f64,
    runs: Vec<Vec<Point>>,
    /// What is drawn of the open run: all but its last pixel column.
    run: Vec<Point>,
    /// The last pixel column: its first, least, greatest and last point.
    open: Option<[Point; 4]>,
    /// Where the last pixel column ends, ms.
    column_end: f64,
    /// What comes next is not to be joined.
    lifted: bool,
    /// The newest time of all, ms.
    newest: i64,
}

impl Pen {
    const fn new(width: f64, gap: f64) -> Self {
        Self { width, gap, runs: Vec::new(), run: Vec::new(), open: None, column_end: f64::MIN, lifted: false, newest: i64::MIN }
    }

    /// Draws what lies in `range`; whether its times ascend, also from the chunk before.
    fn chunk(&mut self, chunk: &SampleChunk, quantity_idx: usize, range: (f64, f64)) -> bool {
        let (Some(hills), Some(quantity)) = (chunk.hills(quantity_idx), Quantity::of(chunk.kind).get(quantity_idx)) else {
            return true;
        };
        let n = hills.whole.to as usize;
        let (first_ms, last_ms) = match hills.marks {
            Some([first, .., last]) => (first.0, last.0),
            None => (chunk.t_ms[0], chunk.t_ms[n - 1]),
        };
        if !chunk.ascends() || first_ms < self.newest {
            return false;
        }
        self.newest = last_ms;
        if (last_ms as f64) < range.0 || (first_ms as f64) > range.1 {
            return true;
        }
        let point = |(t_ms, steps): Sample| (t_ms as f64, quantity.value(steps).unwrap_or(f64::NAN));
        let all = first_ms as f64 >= range.0 && last_ms as f64 <= range.1;
        if all && self.shows_as_one(&hills.whole, (first_ms, last_ms)) {
            match hills.marks {
                Some(marks) => self.add(marks.map(point)),
                None => self.lift(),
            }
            return true;
        }
        let (from, to) = if all { (0, n) } else { within(chunk, range) };
        let column = &chunk.columns[quantity_idx];
        let sample = |i: usize| point((chunk.t_ms[i], column[i]));
        for part in &hills.parts {
            let (begin, end) = (part.from as usize, part.to as usize);
            let whole = from <= begin && end <= to;
            if whole && self.shows_as_one(part, (chunk.t_ms[begin], chunk.t_ms[end - 1])) {
                match part.extremes {
                    Some((least, greatest)) => {
                        self.add([begin, least as usize, greatest as usize, end - 1].map(sample));
                    }
                    None => self.lift(),
                }
                continue;
            }
            for i in begin.max(from)..end.min(to) {
                let point = sample(i);
                if point.1.is_finite() { self.add([point; 4]) } else { self.lift() }
            }
        }
        true
    }

    /// Whether a stretch is one pixel column without a break, or nothing at all.
    fn shows_as_one(&self, stretch: &Stretch, (first_ms, last_ms): (i64, i64)) -> bool {
        stretch.extremes.is_none()
            || (!stretch.missing
                && stretch.longest_ms as f64 <= self.gap
                && (last_ms as f64) < self.end_of_column(first_ms as f64))
    }

    /// Samples without a break within one pixel column: the first, the least, the greatest and the last.
    fn add(&mut self, marks: [Point; 4]) {
        let lifted = std::mem::take(&mut self.lifted);
        let same = marks[0].0 < self.column_end;
        self.column_end = self.end_of_column(marks[0].0);
        let Some(gathered) = &mut self.open else {
            self.open = Some(marks);
            return;
        };
        let joined = !lifted && marks[0].0 - gathered[3].0 <= self.gap;
        // What begins and ends within a pixel column is no run of its own.
        if same && (joined || self.run.is_empty()) {
            let [_, least, greatest, last] = gathered;
            if marks[1].1 < least.1 {
                *least = marks[1];
            }
            if marks[2].1 > greatest.1 {
                *greatest = marks[2];
            }
            *last = marks[3];
            return;
        }
        self.put(!joined);
        self.open = Some(marks);
    }

    /// Where the pixel column of a time ends, which is no earlier than the last one: mostly the same.
    fn end_of_column(&self, x: f64) -> f64 {
        if x < self.column_end { self.column_end } else { column_end(x, self.width) }
    }

    fn lift(&mut self) {
        self.lifted = true;
    }

    /// Puts the last pixel column down, and ends the run where nothing is joined to it.
    fn put(&mut self, ends: bool) {
        let Some([first, least, greatest, last]) = self.open.take() else { return };
        if self.run.is_empty() {
            self.run.push(first);
        }
        let (earlier, later) = if least.0 <= greatest.0 { (least, greatest) } else { (greatest, least) };
        for point in [earlier, later] {
            push_new(&mut self.run, point);
        }
        if ends {
            push_new(&mut self.run, last);
            self.runs.push(std::mem::take(&mut self.run));
        }
    }

    fn done(mut self) -> Vec<Vec<Point>> {
        self.put(true);
        self.runs
    }
}

/// Where the pixel column of a time ends: the first whole multiple of `width` after it.
fn column_end(x: f64, width: f64) -> f64 {
    let column = (x / width).floor();
    // The quotient may have been rounded up or down to a whole number.
    let ends = [column, column + 1.0, column + 2.0].map(|column| column * width);
    ends.into_iter().find(|end| x < *end).unwrap_or(ends[2])
}

#[cfg(test)]
#[path = "series_tests.rs"]
mod tests;
