//! A recorded pulse made fit for physics: gaps, repeats and stuck axes found and set aside.
//! Linear in the number of samples but for the medians.

use super::Settings;
use crate::model::Pulse;

/// A vector in the device's axes.
pub(super) type Vec3 = [f64; 3];

pub(super) fn sub(a: Vec3, b: Vec3) -> Vec3 {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(super) fn scale(a: Vec3, by: f64) -> Vec3 {
    a.map(|component| component * by)
}

pub(super) fn dot(a: Vec3, b: Vec3) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(super) fn norm(a: Vec3) -> f64 {
    dot(a, a).sqrt()
}

/// An axis that holds one value for too long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hold {
    /// 0 to 2 for X to Z.
    pub(super) axis: usize,
    /// g
    pub(super) value: f64,
    /// How long, ms.
    pub(super) ms: f64,
}

/// Samples with a time that moves forward within each segment.
#[derive(Clone, Debug, Default)]
pub(super) struct Signal {
    /// ms
    pub(super) t: Vec<f64>,
    /// g, with what was missing or held filled in.
    pub(super) a: Vec<Vec3>,
    /// How many ms each sample stands for: half the way to each neighbour.
    pub(super) cell: Vec<f64>,
    /// The first sample of the unbroken run that each sample belongs to.
    pub(super) segment: Vec<usize>,
    /// Usual time between samples, ms; 0 for fewer than two.
    pub(super) step_ms: f64,
    /// Samples in the report.
    pub(super) n_given: usize,
    /// Of them without any value.
    pub(super) n_missing: usize,
    /// Of them with the time of the sample before.
    pub(super) n_repeated: usize,
    /// How often the clock went backward.
    pub(super) n_backward: usize,
    /// The longest time without samples, ms; 0 where none is longer than usual.
    pub(super) gap_ms: f64,
    /// Axes without any value but zero.
    pub(super) absent: [bool; 3],
    /// An axis pinned at an extreme, for longer than any collision lasts.
    pub(super) pinned: Option<Hold>,
    /// An axis that stands still while others move.
    pub(super) stuck: Option<Hold>,
    /// Samples at the sensor's limit.
    pub(super) n_clipped: usize,
}

impl Signal {
    /// Cleans a pulse.
    pub(super) fn new(pulse: &Pulse, range_g: Option<f64>, settings: &Settings) -> Self {
        let mut signal = Self { n_given: pulse.len(), ..Self::default() };
        signal.take(pulse);
        signal.lay_out(settings);
        signal.find_holds(range_g, settings);
        signal
    }

    pub(super) fn len(&self) -> usize {
        self.t.len()
    }

    /// Time that the samples cover, ms, gaps left out.
    pub(super) fn covered_ms(&self) -> f64 {
        self.cell.iter().sum()
    }

    fn take(&mut self, pulse: &Pulse) {
        let columns = [&pulse.x_g, &pulse.y_g, &pulse.z_g];
        let mut last = [0.0; 3];
        for axis in 0..3 {
            // An axis that a device does not have comes as nulls or as zeros throughout.
            match columns[axis].iter().find(|value| value.is_finite()) {
                Some(first) if columns[axis].iter().any(|value| value.is_finite() && *value != 0.0) => last[axis] = *first,
                _ => self.absent[axis] = true,
            }
        }
        for (index, &t) in pulse.t_ms.iter().enumerate() {
            let given: Vec3 = std::array::from_fn(|axis| columns[axis].get(index).copied().unwrap_or(f64::NAN));
            if !t.is_finite() || given.iter().all(|value| !value.is_finite()) {
                self.n_missing += 1;
                continue;
            }
            if self.t.last() == Some(&t) {
                self.n_repeated += 1;
                continue;
            }
            for axis in 0..3 {
                if given[axis].is_finite() {
                    last[axis] = given[axis];
                }
            }
            self.t.push(t);
            self.a.push(last);
        }
    }

    /// Segments, and the time that each sample stands for.
    fn lay_out(&mut self, settings: &Settings) {
        let mut steps: Vec<f64> = self.t.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > 0.0).collect();
        self.step_ms = median(&mut steps).unwrap_or(0.0);
        let longest_step = (4.0 * self.step_ms).max(settings.gap_ms);
        let mut begin = 0;
        for index in 0..self.t.len() {
            if index > 0 {
                let step = self.t[index] - self.t[index - 1];
                if step < 0.0 {
                    self.n_backward += 1;
                    begin = index;
                } else if step > longest_step {
                    self.gap_ms = self.gap_ms.max(step);
                    begin = index;
                }
            }
            self.segment.push(begin);
        }
        for index in 0..self.t.len() {
            let before = (self.segment[index] < index).then(|| self.t[index] - self.t[index - 1]);
            let after = self
                .segment
                .get(index + 1)
                .filter(|begin| **begin == self.segment[index])
                .map(|_| self.t[index + 1] - self.t[index]);
            let usual = self.step_ms;
            self.cell.push(
                before
                    .unwrap_or_else(|| after.unwrap_or(usual).min(usual))
                    .midpoint(after.unwrap_or_else(|| before.unwrap_or(usual).min(usual))),
            );
        }
    }

    /// Finds axes that hold one value, and puts the axis's usual value in place of a fault's.
    fn find_holds(&mut self, range_g: Option<f64>, settings: &Settings) {
        for axis in 0..3 {
            if self.absent[axis] {
                continue;
            }
            let extreme = self.a.iter().map(|a| a[axis].abs()).fold(0.0, f64::max);
            let limit = range_g.map_or(extreme, |range| range.min(extreme)) * 0.99;
            let mut faults: Vec<(usize, usize)> = Vec::new();
            let mut from = 0;
            while from < self.len() {
                let value = self.a[from][axis];
                let at_limit = value.abs() >= limit && value.abs() >= settings.pinned_g;
                // At the limit a sensor still shows its noise; elsewhere only the very same value is a hold.
                let holds = |next: f64| if at_limit { next * value.signum() >= limit } else { (next - value).abs() < 1e-9 };
                let mut to = from + 1;
                while to < self.len() && holds(self.a[to][axis]) {
                    to += 1;
                }
                let hold = Hold { axis, value, ms: self.cell[from..to].iter().sum() };
                if at_limit && (to - from >= 3 || range_g.is_some_and(|range| value.abs() >= range * 0.99)) {
                    self.n_clipped += to - from;
                }
                if at_limit && hold.ms >= settings.pinned_ms && to - from >= 3 {
                    if self.pinned.is_none_or(|longest| longest.ms < hold.ms) {
                        self.pinned = Some(hold);
                    }
                    faults.push((from, to));
                } else if hold.ms >= settings.stuck_ms && to - from >= 20 && self.others_move(axis, from, to, settings) {
                    if self.stuck.is_none_or(|longest| longest.ms < hold.ms) {
                        self.stuck = Some(hold);
                    }
                    faults.push((from, to));
                }
                from = to;
            }
            self.mend(axis, &faults);
        }
    }

    fn others_move(&self, axis: usize, from: usize, to: usize, settings: &Settings) -> bool {
        (0..3).filter(|other| *other != axis && !self.absent[*other]).any(|other| {
            let (low, high) = self.a[from..to]
                .iter()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), a| (low.min(a[other]), high.max(a[other])));
            high - low >= settings.moving_g
        })
    }

    /// Puts the median of an axis's sound samples in place of its faulty ones, so that they add nothing.
    fn mend(&mut self, axis: usize, faults: &[(usize, usize)]) {
        if faults.is_empty() {
            return;
        }
        let is_fault = |index: usize| faults.iter().any(|(from, to)| (*from..*to).contains(&index));
        let mut sound: Vec<f64> = (0..self.len()).filter(|index| !is_fault(*index)).map(|index| self.a[index][axis]).collect();
        // Without any sound sample the axis stays as it is: it holds still, and adds nothing to a push.
        let Some(usual) = median(&mut sound) else { return };
        for (from, to) in faults {
            for a in &mut self.a[*from..*to] {
                a[axis] = usual;
            }
        }
    }

    /// The median of each axis over samples from `from` to before `to`; `None` for fewer than three.
    pub(super) fn level(&self, from: usize, to: usize) -> Option<Vec3> {
        if to < from + 3 {
            return None;
        }
        let mut column: Vec<f64> = Vec::with_capacity(to - from);
        let mut level = [0.0; 3];
        for (axis, level) in level.iter_mut().enumerate() {
            column.clear();
            column.extend(self.a[from..to].iter().map(|a| a[axis]));
            *level = median(&mut column)?;
        }
        Some(level)
    }

    /// The first sample at or after `from_t` in the segment of sample `to`.
    pub(super) fn lead_in(&self, from_t: f64, to: usize) -> usize {
        let begin = self.segment[to.min(self.len() - 1)];
        (begin..to).find(|index| self.t[*index] >= from_t).unwrap_or(to)
    }

    pub(super) fn first_at_or_after(&self, from: usize, t: f64) -> usize {
        (from..self.len()).find(|index| self.t[*index] >= t).unwrap_or(self.len())
    }

    pub(super) fn near(&self, index: usize, ms: f64) -> std::ops::Range<usize> {
        let begin = self.segment[index];
        let mut from = index;
        while from > begin && self.t[index] - self.t[from - 1] <= ms {
            from -= 1;
        }
        let mut to = index + 1;
        while to < self.len() && self.segment[to] == begin && self.t[to] - self.t[index] <= ms {
            to += 1;
        }
        from..to
    }

    /// Mean over `ms` around each sample, within its segment, of `N` columns at once.
    pub(super) fn smooth<const N: usize>(&self, values: &[[f64; N]], ms: f64) -> Vec<[f64; N]> {
        let mut sums = Vec::with_capacity(values.len() + 1);
        let (mut sum, mut time) = ([0.0; N], 0.0);
        sums.push((sum, time));
        for (value, cell) in values.iter().zip(&self.cell) {
            sum = std::array::from_fn(|column| sum[column] + value[column] * cell);
            time += cell;
            sums.push((sum, time));
        }
        let (mut from, mut to) = (0, 0);
        (0..values.len())
            .map(|index| {
                let begin = self.segment[index];
                from = from.max(begin);
                while from < index && self.t[index] - self.t[from] > ms / 2.0 {
                    from += 1;
                }
                to = to.max(index + 1);
                while to < values.len() && self.segment[to] == begin && self.t[to] - self.t[index] <= ms / 2.0 {
                    to += 1;
                }
                let ((sum, until), (before, since)) = (sums[to], sums[from]);
                let time = until - since;
                if time > 0.0 { std::array::from_fn(|column| (sum[column] - before[column]) / time) } else { values[index] }
            })
            .collect()
    }
}

/// The middle value; reorders its input.
pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}
