//! The strongest push in a signal: gravity taken out, the best window integrated, and everything about it.

use super::Settings;
use super::signal::{Signal, Vec3, dot, median, norm, scale, sub};
use crate::model::Frame;

/// One g for one ms, as a change of speed in km/h (standard gravity, ISO 80000-3).
const KMH_PER_G_MS: f64 = 9.806_65e-3 * 3.6;

/// How long braking or cornering lasts at the least, ms. Own judgement.
const SUSTAINED_MS: f64 = 500.0;

/// More than braking and cornering together give for long, g. Own judgement.
pub(super) const MOST_DRIVING_G: f64 = 1.0;

impl Signal {
    /// Finds the window with the largest change of speed and everything about the pulse in it.
    /// `None` for fewer than three samples.
    ///
    /// `claimed` is what the report says of gravity; what the samples show decides.
    /// `rolled` says that the vehicle turned over: up and down are then no fixed direction, and the whole vector counts.
    pub(super) fn impact(&self, frame: Frame, claimed: bool, rolled: bool, settings: &Settings) -> Option<Impact> {
        let whole = self.level(0, self.len())?;
        let gravity = self.holds_gravity(whole, claimed);
        // First look: with the level of the whole record, which a short pulse does not move.
        let first = if gravity { whole } else { [0.0; 3] };
        let sums = self.sums(norm(first).min(1.0), gravity);
        let rough = self.best_window(&sums, &[first], frame, gravity, settings.window_ms);
        // Second look: with the levels just before and just after, so that neither a turned device nor a sensor
        // that jumped to another level passes for a push.
        let lead_in = self.lead_in(self.t[rough.from] - settings.level_ms, rough.from);
        let before = self.level(lead_in, rough.from);
        let after_from = self.first_at_or_after(rough.to, self.t[rough.to - 1] + settings.settle_ms);
        let after_to = self.first_at_or_after(after_from, self.t[rough.to - 1] + settings.settle_ms + settings.level_ms);
        let after = self.level(after_from, after_to);
        let rest = if gravity { before.unwrap_or(first) } else { [0.0; 3] };
        let mut levels = vec![rest];
        levels.extend(after.filter(|after| gravity || norm(*after) > MOST_DRIVING_G));
        let sums = self.sums(norm(rest).min(1.0), gravity);
        let (upright_frame, upright) = if rolled { (Frame::Device, false) } else { (frame, gravity) };
        let window = self.best_window(&sums, &levels, upright_frame, upright, settings.window_ms);
        let mut impact = self.describe(&window, rest, before, after, gravity, settings);
        let means = self.means();
        let up = vertical_axis(first, frame, gravity);
        let sideways = |mean: Vec3| {
            let off = sub(mean, first);
            up.map_or(norm(off), |up| norm(sub(off, scale(up, dot(off, up)))))
        };
        impact.sustained_g = means.iter().map(|mean| sideways(*mean)).fold(0.0, f64::max);
        impact.vertical_known = !rolled && (gravity || (frame == Frame::Vehicle && !self.absent[2]));
        impact.gravity_claimed = claimed;
        impact.jolt_g = self.jolt(up, settings);
        let rest_after = after.filter(|_| gravity).unwrap_or(rest);
        (impact.concentration, impact.restless_ms) = self.concentration(&impact, rest, rest_after, settings);
        impact.aftermath = self.aftermath(impact.peak_at, gravity, settings);
        impact.free_fall = if gravity { self.free_fall(impact.peak_at, settings) } else { None }
            .filter(|(_, to)| impact.peak_ms - to <= settings.fall_to_impact_ms);
        if gravity {
            impact.tilt_deg = largest_tilt(rest, &means);
            impact.vertical_share = dot(impact.peak, rest).abs() / (norm(impact.peak) * norm(rest)).max(1e-9);
        }
        Some(impact)
    }

    /// Whether gravity is in the samples. A report may claim it of a record that rests at 0 g (horizontal channels
    /// only, or a sensor that takes it out itself) or deny it of one that rests at 1 g: no vehicle drives at a steady
    /// 1 g, and nothing on the ground rests at 0 g.
    fn holds_gravity(&self, whole: Vec3, claimed: bool) -> bool {
        let third = self.len() / 3;
        let (first, last) = (self.level(0, third), self.level(self.len() - third, self.len()));
        let (Some(first), Some(last)) = (first, last) else { return claimed };
        let (least, most) = (norm(first).min(norm(last)), norm(first).max(norm(last)));
        if claimed && self.absent.contains(&true) {
            // Without an axis, what rests at much less than 1 g holds gravity only in part, if at all.
            least > 0.85 && most < 1.15
        } else if claimed {
            // A device that falls shows 0 g, too, but it lies at 1 g afterwards.
            norm(whole) > 0.3 || most > 0.3
        } else {
            self.covered_ms() >= 1_000.0 && least > 0.85 && most < 1.15 && norm(sub(first, last)) < 0.3
        }
    }

    /// The largest horizontal departure from the median of 0.4 s either way, less what is usual in this record, g.
    /// A driver's braking or steering takes its time; what is gone one sample later was not a driver's.
    fn jolt(&self, up: Option<Vec3>, settings: &Settings) -> Option<f64> {
        if self.step_ms < settings.coarse_ms {
            return None;
        }
        let mut sizes = Vec::with_capacity(self.len());
        for index in 0..self.len() {
            let near = self.near(index, settings.jolt_ms);
            if near.len() < 4 {
                continue;
            }
            let mut column: Vec<f64> = Vec::with_capacity(near.len());
            let mut off = [0.0; 3];
            for (axis, off) in off.iter_mut().enumerate() {
                column.clear();
                column.extend(near.clone().filter(|other| *other != index).map(|other| self.a[other][axis]));
                *off = self.a[index][axis] - middle(&mut column);
            }
            sizes.push(up.map_or(norm(off), |up| norm(sub(off, scale(up, dot(off, up))))));
        }
        let largest = sizes.iter().copied().fold(0.0, f64::max);
        median(&mut sizes).map(|usual| (largest - 4.0 * usual).max(0.0))
    }

    /// How much of the unrest within 2 s of the push lies in the push, 0 to 1, and how long the unrest lasts in all, ms.
    fn concentration(&self, impact: &Impact, before: Vec3, after: Vec3, settings: &Settings) -> (f64, f64) {
        let (mut inside, mut all, mut restless) = (0.0, 0.0, 0.0);
        let push = impact.from_ms - settings.window_ms..=impact.to_ms + settings.window_ms;
        for index in self.near(impact.at, settings.unrest_ms) {
            let a = self.a[index];
            let off = norm(sub(a, before)).min(norm(sub(a, after)));
            let energy = off * off * self.cell[index];
            all += energy;
            if push.contains(&self.t[index]) {
                inside += energy;
            }
            if off > settings.restless_g {
                restless += self.cell[index];
            }
        }
        (if all > 0.0 { inside / all } else { 1.0 }, restless)
    }

    /// How the device lay and moved before the peak, and how it lies after it.
    fn aftermath(&self, peak_at: usize, gravity: bool, settings: &Settings) -> Option<Aftermath> {
        let at = self.t[peak_at];
        let from = self.lead_in(at - settings.unrest_ms - settings.level_ms, peak_at);
        let until = (from..peak_at).find(|index| self.t[*index] > at - settings.moving_gap_ms).unwrap_or(peak_at);
        let before = self.level(from, until)?;
        let moving_g = self.unrest(from, until, before);
        // The stillest second within 6 s after the peak.
        let begin = self.segment[peak_at];
        let mut still: Option<(f64, Vec3)> = None;
        let mut start = peak_at;
        while gravity && start < self.len() && self.segment[start] == begin && self.t[start] <= at + settings.still_within_ms {
            let end = self.first_at_or_after(start, self.t[start] + settings.still_ms);
            if end >= self.len() || self.segment[end] != begin {
                break;
            }
            if let Some(level) = self.level(start, end) {
                let unrest = self.unrest(start, end, level);
                if still.is_none_or(|(least, _)| unrest < least) {
                    still = Some((unrest, level));
                }
            }
            start = self.first_at_or_after(start, self.t[start] + settings.still_ms / 2.0).max(start + 1);
        }
        let (still_g, turned_deg) = match still {
            Some((unrest, level)) => (Some(unrest), angle_deg(before, level)),
            None => (None, None),
        };
        Some(Aftermath { moving_g, still_g, turned_deg })
    }

    /// Root mean square of the distance from `level`, g.
    fn unrest(&self, from: usize, to: usize, level: Vec3) -> f64 {
        let sum: f64 = self.a[from..to].iter().map(|a| sub(*a, level)).map(|off| dot(off, off)).sum();
        (sum / (to - from).max(1) as f64).sqrt()
    }

    fn sums(&self, rest_g: f64, gravity: bool) -> Vec<Sums> {
        let mut sums = Vec::with_capacity(self.len() + 1);
        let mut sum = Sums::default();
        sums.push(sum);
        for (a, cell) in self.a.iter().zip(&self.cell) {
            sum.a = std::array::from_fn(|axis| sum.a[axis] + a[axis] * cell);
            sum.ms += cell;
            sum.beyond += cell * if gravity { (dot(*a, *a) - rest_g * rest_g).max(0.0).sqrt() } else { norm(*a) };
            sums.push(sum);
        }
        sums
    }

    /// The window of at most `window_ms` with the largest horizontal change of speed, taking the smallest that any
    /// of the levels allows.
    fn best_window(&self, sums: &[Sums], levels: &[Vec3], frame: Frame, gravity: bool, window_ms: f64) -> Window {
        let mut best = Window { from: 0, to: 1, dv: [0.0; 3], vertical: 0.0, horizontal: -1.0 };
        let levels: Vec<_> = levels.iter().map(|level| (*level, vertical_axis(*level, frame, gravity))).collect();
        let mut from = 0;
        for to in 1..=self.len() {
            from = from.max(self.segment[to - 1]);
            while from + 1 < to && sums[to].ms - sums[from].ms > window_ms + 1e-9 {
                from += 1;
            }
            let ms = sums[to].ms - sums[from].ms;
            // Turning the device alone cannot give more than this.
            let ceiling = (sums[to].beyond - sums[from].beyond) * KMH_PER_G_MS;
            if ceiling <= best.horizontal {
                continue;
            }
            let mut least: Option<Window> = None;
            for (level, up) in &levels {
                let push = sub(sub(sums[to].a, sums[from].a), scale(*level, ms));
                // A sample may stand for more than the window; only the window's share of it counts.
                let share = (window_ms / ms).min(1.0);
                let dv = scale(push, KMH_PER_G_MS * share);
                let vertical = up.map_or(0.0, |up| dot(dv, up));
                let level_dv = up.map_or(dv, |up| sub(dv, scale(up, vertical)));
                let horizontal = norm(level_dv);
                if least.is_none_or(|least| horizontal < least.horizontal) {
                    least = Some(Window { from, to, dv: level_dv, vertical, horizontal });
                }
            }
            if let Some(mut window) = least {
                window.horizontal = window.horizontal.min(ceiling);
                if window.horizontal > best.horizontal {
                    best = window;
                }
            }
        }
        best
    }

    fn describe(
        &self,
        window: &Window,
        rest: Vec3,
        before: Option<Vec3>,
        after: Option<Vec3>,
        has_gravity: bool,
        settings: &Settings,
    ) -> Impact {
        let along = if norm(window.dv) > 0.0 { scale(window.dv, 1.0 / norm(window.dv)) } else { [1.0, 0.0, 0.0] };
        let push: Vec<[f64; 1]> = self.a.iter().map(|a| [dot(sub(*a, rest), along)]).collect();
        let smooth: Vec<f64> = self.smooth(&push, settings.smooth_ms).into_iter().map(|[push]| push).collect();
        let top = (window.from..window.to).max_by(|a, b| smooth[*a].total_cmp(&smooth[*b])).unwrap_or(window.from);
        let edge = smooth[top] * settings.pulse_edge;
        let begin = self.segment[top];
        let mut from = top;
        while from > begin && smooth[from - 1] > edge {
            from -= 1;
        }
        let mut to = top + 1;
        while to < self.len() && self.segment[to] == begin && smooth[to] > edge {
            to += 1;
        }
        let sizes: Vec<f64> = self.a.iter().map(|a| norm(sub(*a, rest))).collect();
        let peak_at = (0..self.len()).max_by(|a, b| sizes[*a].total_cmp(&sizes[*b])).unwrap_or(0);
        let peak = sub(self.a[peak_at], rest);
        let high = sizes[peak_at] * 0.5;
        let neighbourhood = self.near(peak_at, 100.0);
        let n_high = sizes[neighbourhood.clone()].iter().filter(|size| **size >= high).count();
        let main_axis = peak.iter().map(|component| component.abs()).fold(0.0, f64::max);
        Impact {
            at: window.from.midpoint(window.to),
            from_ms: self.t[window.from],
            window_ms: self.cell[window.from..window.to].iter().sum(),
            to_ms: self.t[window.to - 1],
            delta_v_kmh: window.horizontal,
            vertical_kmh: window.vertical.abs(),
            dv: window.dv,
            push_kmh: (from..to).map(|index| push[index][0] * self.cell[index]).sum::<f64>().abs() * KMH_PER_G_MS,
            sustained_g: 0.0,
            pulse_ms: self.cell[from..to].iter().sum(),
            n_pulse: to - from,
            peak_g: sizes[peak_at],
            peak,
            vertical_share: peak[2].abs() / sizes[peak_at].max(1e-9),
            peak_ms: self.t[peak_at],
            peak_at,
            n_high,
            one_axis: if sizes[peak_at] > 0.0 { main_axis / sizes[peak_at] } else { 0.0 },
            n_swings: swings(
                &smooth[self.lead_in(self.t[window.from] - settings.shaking_ms, window.from)..window.from],
                smooth[top].max(settings.driving_g),
            ),
            rest_g: before.map(norm),
            after_g: after.map(norm),
            tilt_deg: None,
            has_gravity,
            gravity_claimed: has_gravity,
            vertical_known: false,
            jolt_g: None,
            concentration: 1.0,
            restless_ms: 0.0,
            aftermath: None,
            free_fall: None,
        }
    }

    /// The mean over half a second around each sample.
    fn means(&self) -> Vec<Vec3> {
        self.smooth(&self.a, SUSTAINED_MS)
    }

    /// The longest stay below `limit_g` that ends before the peak, as begin and end in ms.
    fn free_fall(&self, peak_at: usize, settings: &Settings) -> Option<(f64, f64)> {
        let mut longest: Option<(f64, f64)> = None;
        let mut from: Option<usize> = None;
        let mut last_low = 0;
        for index in 0..=peak_at.min(self.len().saturating_sub(1)) {
            let low = norm(self.a[index]) < settings.free_fall_g;
            let broken = from.is_some_and(|from| {
                self.segment[index] != self.segment[from]
                    || (!low && self.t[index] - self.t[last_low] > settings.free_fall_slack_ms)
            });
            if broken {
                from = None;
            }
            if low {
                let begin = *from.get_or_insert(index);
                last_low = index;
                let span = (self.t[begin], self.t[index]);
                if longest.is_none_or(|(from, to)| to - from < span.1 - span.0) {
                    longest = Some(span);
                }
            }
        }
        longest.filter(|(from, to)| to - from >= settings.free_fall_ms)
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    a: Vec3,
    ms: f64,
    beyond: f64,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    from: usize,
    /// One past the last.
    to: usize,
    /// Horizontal change of speed, km/h, in the device's axes.
    dv: Vec3,
    /// Along gravity, km/h.
    vertical: f64,
    /// km/h
    horizontal: f64,
}

/// What the samples say of the strongest push in them.
#[derive(Clone, Debug)]
pub(super) struct Impact {
    /// The middle of the window.
    at: usize,
    /// The window, ms relative to `occurred_at`.
    pub(super) from_ms: f64,
    pub(super) to_ms: f64,
    /// The time that its samples stand for, ms.
    pub(super) window_ms: f64,
    /// Horizontal where the vertical is known, else of the whole vector.
    pub(super) delta_v_kmh: f64,
    pub(super) vertical_kmh: f64,
    /// Direction of the push in the report's axes, km/h.
    pub(super) dv: Vec3,
    /// The change of speed over the whole push, however long, km/h.
    pub(super) push_kmh: f64,
    /// The largest mean horizontal acceleration over half a second, g.
    pub(super) sustained_g: f64,
    /// How long the push lasts, ms.
    pub(super) pulse_ms: f64,
    /// Samples in it.
    pub(super) n_pulse: usize,
    /// Largest acceleration with gravity taken out, g.
    pub(super) peak_g: f64,
    pub(super) peak: Vec3,
    /// The share of the peak along gravity (along Z where the samples have no gravity), 0 to 1.
    pub(super) vertical_share: f64,
    pub(super) peak_ms: f64,
    pub(super) peak_at: usize,
    /// Samples within 100 ms of the peak that reach half of it.
    pub(super) n_high: usize,
    /// The share of the peak on its main axis, 0.58 to 1.
    pub(super) one_axis: f64,
    /// How often the seconds before swing to a comparable push in either direction.
    pub(super) n_swings: usize,
    /// |a| at rest before and after, g.
    pub(super) rest_g: Option<f64>,
    pub(super) after_g: Option<f64>,
    /// The largest angle between gravity at rest and over any half second, degrees.
    pub(super) tilt_deg: Option<f64>,
    /// Whether gravity is in the samples, by what they show.
    pub(super) has_gravity: bool,
    /// Whether the report says so.
    pub(super) gravity_claimed: bool,
    pub(super) vertical_known: bool,
    /// In a coarse record: the largest departure from its surroundings, g.
    pub(super) jolt_g: Option<f64>,
    /// The share of the unrest within 2 s that lies in the push, 0 to 1.
    pub(super) concentration: f64,
    /// How long within 2 s of the push the device was not at either level, ms.
    pub(super) restless_ms: f64,
    pub(super) aftermath: Option<Aftermath>,
    /// Free fall that ends in the peak, begin and end in ms.
    pub(super) free_fall: Option<(f64, f64)>,
}

/// What the device did before and after the peak.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aftermath {
    /// Unrest in the seconds before, root mean square, g: vibration of riding or driving.
    pub(super) moving_g: f64,
    /// Unrest in the stillest second after, g.
    pub(super) still_g: Option<f64>,
    /// How far gravity has turned from before to that second, degrees.
    pub(super) turned_deg: Option<f64>,
}

fn vertical_axis(level: Vec3, frame: Frame, gravity: bool) -> Option<Vec3> {
    match (gravity && norm(level) > 0.5, frame) {
        (true, _) => Some(scale(level, 1.0 / norm(level))),
        (false, Frame::Vehicle) => Some([0.0, 0.0, 1.0]),
        (false, Frame::Device) => None,
    }
}

/// The middle value, of two the mean of both; 0 for none. Reorders its input.
fn middle(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len();
    match n {
        0 => 0.0,
        _ if n % 2 == 1 => values[n / 2],
        _ => values[n / 2 - 1].midpoint(values[n / 2]),
    }
}

/// The largest angle between `rest` and those means that are about 1 g; degrees.
fn largest_tilt(rest: Vec3, means: &[Vec3]) -> Option<f64> {
    let size = norm(rest);
    let cosine = |mean: &Vec3| {
        let sizes = Some(norm(*mean)).filter(|own| (0.7..1.3).contains(own))? * size;
        (sizes > 0.1).then(|| dot(rest, *mean) / sizes)
    };
    // The largest angle has the least cosine, so that only one arc cosine is taken.
    means.iter().filter_map(cosine).reduce(f64::min).map(|cosine| cosine.clamp(-1.0, 1.0).acos().to_degrees())
}

fn angle_deg(a: Vec3, b: Vec3) -> Option<f64> {
    let sizes = norm(a) * norm(b);
    (sizes > 0.1).then(|| (dot(a, b) / sizes).clamp(-1.0, 1.0).acos().to_degrees())
}

/// Excursions beyond 40 % of the top, in either direction, each ended by a return below 20 %.
fn swings(values: &[f64], top: f64) -> usize {
    let mut n_swings = 0;
    let mut side = 0_i8;
    for value in values {
        if value.abs() < 0.2 * top {
            side = 0;
        }
        let now = if *value >= 0.4 * top { 1 } else { -i8::from(*value <= -0.4 * top) };
        if now != 0 && now != side && top > 0.0 {
            side = now;
            n_swings += 1;
        }
    }
    n_swings
}
