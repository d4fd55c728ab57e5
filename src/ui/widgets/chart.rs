//! A chart's axes on a painter: ticks, lines that stop at gaps, thresholds, markers, bands, and values off the scale.
//!
//! The charts of a live screen stand still and are painted with this alone. A chart to explore is an `egui_plot` with
//! the same labels over it: see [`plot`](super::plot).

use eframe::egui::{Align2, Color32, Painter, Pos2, Rect, Response, Shape, Stroke, lerp, pos2, remap, vec2};

use super::put;
use crate::ui::decimate::{Point, decimate};
use crate::ui::shapes::{dashed, hatch};
use crate::ui::theme::{Theme, Type};
use crate::ui::{text, tr};

/// Where numbers lie on the screen.
#[derive(Clone, Copy, Debug)]
pub struct Axes {
    /// The plot's area.
    pub area: Rect,
    /// What its left and right edge stand for.
    pub x: (f64, f64),
    /// What its lower and upper edge stand for.
    pub y: (f64, f64),
}

/// How a line looks.
#[derive(Clone, Debug)]
pub struct Pen<'a> {
    /// Colour and width.
    pub stroke: Stroke,
    /// Lengths on and off; empty for solid.
    pub dash: &'a [f32],
}

impl Axes {
    /// The place of a point; beyond the area for what lies beyond the ranges.
    pub fn at(&self, (x, y): Point) -> Pos2 {
        let (left, right) = (f64::from(self.area.left()), f64::from(self.area.right()));
        let (bottom, top) = (f64::from(self.area.bottom()), f64::from(self.area.top()));
        pos2(remap(x, self.x.0..=self.x.1, left..=right) as f32, remap(y, self.y.0..=self.y.1, bottom..=top) as f32)
    }

    /// The x under a place.
    pub fn x_at(&self, px: f32) -> f64 {
        let share = (px - self.area.left()) / self.area.width().max(1.0);
        lerp(self.x.0..=self.x.1, f64::from(share))
    }

    /// Ground, outline, horizontal grid with numbers at the left; [`Self::unit`] says of what, once the lines are painted.
    pub fn frame(&self, painter: &Painter, theme: &Theme, n_ticks: usize) {
        let plot = &theme.plot;
        painter.rect_filled(self.area, 0.0, plot.bg);
        for tick in ticks(self.y, n_ticks).0 {
            painter.hline(self.area.x_range(), self.at((self.x.0, tick)).y, Stroke::new(1.0, plot.grid));
        }
        self.y_labels(painter, theme, n_ticks);
    }

    /// Numbers at the left and the two axes.
    pub fn y_labels(&self, painter: &Painter, theme: &Theme, n_ticks: usize) {
        let plot = &theme.plot;
        let (ticks, decimals) = ticks(self.y, n_ticks);
        for tick in ticks {
            let y = self.at((self.x.0, tick)).y;
            let label = text::number(tick, decimals);
            put(painter, pos2(self.area.left() - 6.0, y), Align2::RIGHT_CENTER, label, Type::Micro.font(), plot.label);
        }
        painter.vline(self.area.left(), self.area.y_range(), Stroke::new(1.0, plot.axis));
        painter.hline(self.area.x_range(), self.area.bottom(), Stroke::new(1.0, plot.axis));
    }

    /// The unit in the upper left corner, on a plate over the lines.
    pub fn unit(&self, painter: &Painter, theme: &Theme, unit: &str) {
        let galley = painter.layout_no_wrap(unit.to_owned(), Type::Micro.font(), theme.plot.label);
        let place = Rect::from_min_size(self.area.left_top() + vec2(5.0, 3.0), galley.size());
        painter.rect_filled(place.expand2(vec2(3.0, 0.0)), 2.0, theme.plot.bg);
        painter.galley(place.min, galley, theme.plot.label);
    }

    /// Vertical grid at `at`, with labels under the area where they do not touch each other.
    pub fn x_labels(&self, painter: &Painter, theme: &Theme, at: impl IntoIterator<Item = (f64, String)>) {
        let grid = Stroke::new(1.0, theme.plot.grid);
        self.x_words(
            painter,
            theme,
            at.into_iter().inspect(|(x, _)| {
                let px = self.at((*x, self.y.0)).x;
                if self.area.x_range().expand(0.5).contains(px) {
                    painter.vline(px, self.area.y_range(), grid);
                }
            }),
        );
    }

    /// Labels under the area where they do not touch each other.
    pub fn x_words(&self, painter: &Painter, theme: &Theme, at: impl IntoIterator<Item = (f64, String)>) {
        let mut taken = f32::NEG_INFINITY;
        for (x, label) in at {
            let px = self.at((x, self.y.0)).x;
            if px < self.area.left() - 0.5 || px > self.area.right() + 0.5 {
                continue;
            }
            let galley = painter.layout_no_wrap(label, Type::Micro.font(), theme.plot.label);
            let half = galley.size().x / 2.0;
            let center = px.min(self.area.right() - half + 8.0);
            if center - half > taken + 8.0 {
                taken = center + half;
                painter.galley(pos2(center - half, self.area.bottom() + 4.0), galley, theme.plot.label);
            }
        }
    }

    /// A series: at most two points a pixel column, and never a line across a gap of more than `gap` in x.
    pub fn line(&self, painter: &Painter, points: &[Point], gap: f64, pen: &Pen<'_>) {
        self.runs(painter, &decimate(points, self.x, self.area.width() as usize, gap), pen);
    }

    /// A series of which no pixel column holds more than it can show, in runs without a gap.
    pub fn runs(&self, painter: &Painter, runs: &[Vec<Point>], pen: &Pen<'_>) {
        let painter = painter.with_clip_rect(self.area.expand(1.0).intersect(painter.clip_rect()));
        for run in runs {
            let path: Vec<Pos2> = run.iter().map(|&point| self.at(point)).collect();
            if let [alone] = path[..] {
                painter.circle_filled(alone, pen.stroke.width.max(1.5), pen.stroke.color);
            } else {
                dashed(&painter, &path, pen.stroke, if is_noise(&path) { &[] } else { pen.dash });
            }
        }
    }

    /// A horizontal limit, dashed.
    pub fn limit(&self, painter: &Painter, y: f64, color: Color32) {
        let y = self.at((self.x.0, y)).y;
        if self.area.y_range().contains(y) {
            dashed(painter, &[pos2(self.area.left(), y), pos2(self.area.right(), y)], Stroke::new(1.0, color), &[5.0, 4.0]);
        }
    }

    /// A ground between two values of y.
    pub fn band(&self, painter: &Painter, (low, high): (f64, f64), color: Color32) {
        let (low, high) = (self.at((self.x.0, low)).y, self.at((self.x.0, high)).y);
        let rect = Rect::from_x_y_ranges(self.area.x_range(), high.min(low)..=high.max(low)).intersect(self.area);
        if rect.is_positive() {
            painter.rect_filled(rect, 0.0, color);
        }
    }

    /// A shaded window between two values of x.
    pub fn window(&self, painter: &Painter, (from, until): (f64, f64), color: Color32) {
        let (from, until) = (self.at((from, self.y.0)).x, self.at((until, self.y.0)).x);
        let rect = Rect::from_x_y_ranges(from..=until, self.area.y_range()).intersect(self.area);
        if rect.is_positive() {
            painter.rect_filled(rect, 0.0, color);
        }
    }

    /// A vertical line with words beside it, on the side where there is room.
    pub fn marker(&self, painter: &Painter, theme: &Theme, x: f64, words: &str, color: Color32, dash: &[f32]) {
        let px = self.at((x, self.y.0)).x;
        if !self.area.x_range().contains(px) {
            return;
        }
        dashed(painter, &[pos2(px, self.area.top()), pos2(px, self.area.bottom())], Stroke::new(1.5, color), dash);
        if !words.is_empty() {
            let galley = painter.layout_no_wrap(words.to_owned(), Type::Micro.semibold(), color);
            let left = px - 6.0 - galley.size().x >= self.area.left();
            let from = if left { px - 6.0 - galley.size().x } else { px + 6.0 };
            let place = Rect::from_min_size(pos2(from, self.area.bottom() - 6.0 - galley.size().y), galley.size());
            painter.rect_filled(place.expand2(vec2(2.0, 0.0)), 2.0, theme.plot.bg.gamma_multiply(0.8));
            painter.galley(place.min, galley, color);
        }
    }

    /// A stretch without data: hatched, with words where they fit.
    pub fn gap(&self, painter: &Painter, theme: &Theme, (from, until): (f64, f64), words: &str) {
        let (from, until) = (self.at((from, self.y.0)).x, self.at((until, self.y.0)).x);
        let rect = Rect::from_x_y_ranges(from..=until, self.area.y_range()).intersect(self.area);
        if rect.width() < 2.0 {
            return;
        }
        hatch(painter, rect, theme.plot.gap_hatch);
        let galley = painter.layout_no_wrap(words.to_owned(), Type::Micro.semibold(), theme.text.secondary);
        if !words.is_empty() && galley.size().x + 12.0 <= rect.width() {
            let place = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
            painter.rect_filled(place.expand2(vec2(5.0, 2.0)), 2.0, theme.plot.bg);
            painter.galley(place.min, galley, theme.text.secondary);
        }
    }

    /// Where values leave the scale: an arrow at the edge and the most extreme number, once a side.
    pub fn off_scale(&self, painter: &Painter, theme: &Theme, points: &[Point], unit: &str) {
        let visible = points.iter().filter(|point| self.x.0 <= point.0 && point.0 <= self.x.1 && point.1.is_finite());
        let high = visible.clone().max_by(|a, b| a.1.total_cmp(&b.1)).filter(|point| point.1 > self.y.1);
        let low = visible.min_by(|a, b| a.1.total_cmp(&b.1)).filter(|point| point.1 < self.y.0);
        for (point, edge, up) in [(high, self.area.top(), -1.0), (low, self.area.bottom(), 1.0)] {
            let Some(&(x, y)) = point else { continue };
            let (px, color) = (self.at((x, self.y.0)).x, theme.status.critical.fg);
            let tip = pos2(px, edge);
            let wings = vec![tip, tip + vec2(-4.0, -7.0 * up), tip + vec2(4.0, -7.0 * up)];
            painter.add(Shape::convex_polygon(wings, color, Stroke::NONE));
            let words = tr!("words-off-scale", value = text::quantity(y, 1, unit));
            let galley = painter.layout_no_wrap(words, Type::Micro.semibold(), color);
            let left = px - 8.0 - galley.size().x >= self.area.left();
            let from = if left { px - 8.0 - galley.size().x } else { px + 8.0 };
            let top = if up < 0.0 { edge + 2.0 } else { edge - 2.0 - galley.size().y };
            let place = Rect::from_min_size(pos2(from, top), galley.size());
            painter.rect_filled(place.expand(1.0), 0.0, theme.plot.bg);
            painter.galley(place.min, galley, color);
        }
    }

    /// The x under the pointer, where it is over the area; paints the cursor there.
    pub fn cursor(&self, painter: &Painter, theme: &Theme, response: &Response) -> Option<f64> {
        let at = response.hover_pos().filter(|at| self.area.contains(*at))?;
        painter.vline(at.x, self.area.y_range(), Stroke::new(1.0, theme.plot.cursor));
        Some(self.x_at(at.x))
    }
}

/// Whether a line goes up and down so much that its dashes could not be told from its gaps, and would be thousands.
fn is_noise(path: &[Pos2]) -> bool {
    let along = path.first().zip(path.last()).map_or(0.0, |(first, last)| last.x - first.x);
    let travelled: f32 = path.windows(2).map(|pair| (pair[1] - pair[0]).length()).sum();
    travelled > 8.0 * along.max(8.0)
}

/// Round numbers within a range, at most about `n`, and how many decimals they need.
pub fn ticks((low, high): (f64, f64), n: usize) -> (Vec<f64>, usize) {
    let span = high - low;
    if span <= 0.0 || !span.is_finite() || n == 0 {
        return (Vec::new(), 0);
    }
    let rough = span / n as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|step| *step >= rough * 0.999).unwrap_or(power * 10.0);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    let decimals = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
    ((first..=last).map(|i| i as f64 * step).collect(), decimals)
}

/// The range that holds every finite value, widened to round numbers; at least `least` wide.
pub fn round_range(values: impl Iterator<Item = f64>, least: f64) -> (f64, f64) {
    let (low, high) = values.filter(|v| v.is_finite()).fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
    if low > high {
        return (0.0, least);
    }
    let missing = (least - (high - low)).max(0.0) / 2.0;
    let (low, high) = (low - missing, high + missing);
    let step = ticks((low, high), 4).0.windows(2).next().map_or(least, |pair| pair[1] - pair[0]);
    ((low / step).floor() * step, (high / step).ceil() * step)
}

#[cfg(test)]
#[path = "chart_tests.rs"]
mod tests;
