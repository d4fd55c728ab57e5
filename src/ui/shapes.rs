//! Shapes that carry a state without its colour, as painter paths: the fonts have no ◆ ▲ ● ○.

use std::f32::consts::{FRAC_PI_2, TAU};
use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{Align2, Color32, FontId, Galley, Painter, Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2};

use super::icons;
use super::theme::{icon_fill_font, icon_font};
use crate::model::{Band, LinkState, Points, Ruling, Severity};

/// One of the shapes of the design.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Critical.
    Diamond,
    /// High; degraded.
    Triangle,
    /// Medium; connected.
    Disc,
    /// Low; not set.
    Ring,
    /// Connecting.
    HalfDisc,
    /// Disconnected; supports a malfunction.
    Cross,
    /// A real accident: filled octagon with `!`.
    Octagon,
    /// A malfunction.
    Wrench,
    /// Undecided: question in a disc.
    Question,
    /// Supports an accident; done.
    Check,
    /// Done, in a list.
    CheckCircle,
    /// Neutral.
    Dash,
    /// Parked.
    Square,
    /// Silent: dashed circle with `?`.
    DashedRing,
    /// Stale.
    Clock,
    /// A drill.
    TestTube,
    /// Above the upper limit.
    Hot,
    /// Below the lower limit.
    Cold,
}

impl Mark {
    /// The shape of a severity.
    pub const fn severity(severity: Severity) -> Self {
        match severity {
            Severity::Critical => Self::Diamond,
            Severity::High => Self::Triangle,
            Severity::Medium => Self::Disc,
            Severity::Low => Self::Ring,
        }
    }

    /// The shape of a connection's state.
    pub const fn link(state: LinkState) -> Self {
        match state {
            LinkState::Up => Self::Disc,
            LinkState::Connecting => Self::HalfDisc,
            LinkState::Degraded => Self::Triangle,
            LinkState::Down => Self::Cross,
            LinkState::NotSet => Self::Ring,
        }
    }

    /// The shape of a ruling.
    pub const fn ruling(ruling: Ruling) -> Self {
        match ruling {
            Ruling::Real => Self::Octagon,
            Ruling::Malfunction => Self::Wrench,
            Ruling::Undecided => Self::Question,
        }
    }

    /// The shape of a band; a normal one has the least.
    pub const fn band(band: Band) -> Self {
        match band {
            Band::Hot => Self::Hot,
            Band::Cold => Self::Cold,
            Band::Normal => Self::Dash,
        }
    }

    /// The shape of a piece of evidence.
    pub const fn points(points: Points) -> Self {
        match points {
            Points::Accident => Self::Check,
            Points::Malfunction => Self::Cross,
            Points::Neutral => Self::Dash,
            Points::NotChecked => Self::Ring,
        }
    }

    /// Paints it into a square of `size` points around `center`.
    pub fn paint(self, painter: &Painter, center: Pos2, size: f32, color: Color32) {
        let r = size / 2.0;
        let thin = Stroke::new((size / 9.0).max(1.25), color);
        match self {
            Self::Diamond => {
                let points = [vec2(0.0, -r), vec2(r, 0.0), vec2(0.0, r), vec2(-r, 0.0)];
                painter.add(Shape::convex_polygon(points.map(|p| center + p).to_vec(), color, Stroke::NONE));
            }
            Self::Triangle => {
                let points = [vec2(0.0, -r * 0.9), vec2(r, r * 0.8), vec2(-r, r * 0.8)];
                painter.add(Shape::convex_polygon(points.map(|p| center + p).to_vec(), color, Stroke::NONE));
            }
            Self::Disc => {
                painter.circle_filled(center, r * 0.8, color);
            }
            Self::Ring => {
                painter.circle_stroke(center, r * 0.72, thin);
            }
            Self::HalfDisc => {
                painter.circle_stroke(center, r * 0.75, thin);
                let arc = (0..=12).map(|i| center + Vec2::angled(i as f32 / 12.0 * TAU / 2.0 - FRAC_PI_2) * r * 0.75);
                painter.add(Shape::convex_polygon(arc.collect(), color, Stroke::NONE));
            }
            Self::Cross => {
                let (d, heavy) = (r * 0.62, Stroke::new((size / 6.0).max(1.5), color));
                painter.line_segment([center + vec2(-d, -d), center + vec2(d, d)], heavy);
                painter.line_segment([center + vec2(-d, d), center + vec2(d, -d)], heavy);
            }
            Self::Check => {
                let points = [vec2(-r * 0.7, 0.0), vec2(-r * 0.2, r * 0.5), vec2(r * 0.75, -r * 0.55)];
                painter.add(Shape::line(points.map(|p| center + p).to_vec(), Stroke::new((size / 6.0).max(1.5), color)));
            }
            Self::Dash => {
                let d = vec2(r * 0.7, 0.0);
                painter.line_segment([center - d, center + d], Stroke::new((size / 6.0).max(1.5), color));
            }
            Self::Square => {
                let points = [vec2(-1.0, -1.0), vec2(1.0, -1.0), vec2(1.0, 1.0), vec2(-1.0, 1.0)];
                painter.add(Shape::closed_line(points.map(|p| center + p * r * 0.65).to_vec(), thin));
            }
            Self::DashedRing => {
                for i in 0..8 {
                    let arc = (0..=3).map(|j| center + Vec2::angled((i as f32 + j as f32 / 5.0) / 8.0 * TAU) * r * 0.95);
                    painter.add(Shape::line(arc.collect(), Stroke::new(1.25, color)));
                }
                painter.text(center, Align2::CENTER_CENTER, "?", FontId::proportional(size * 0.7), color);
            }
            Self::Octagon => icon(painter, center, size * 1.2, icons::WARNING_OCTAGON, color, true),
            Self::Wrench => icon(painter, center, size * 1.15, icons::WRENCH, color, true),
            Self::Question => icon(painter, center, size * 1.2, icons::QUESTION, color, true),
            Self::CheckCircle => icon(painter, center, size * 1.15, icons::CHECK_CIRCLE, color, false),
            Self::Clock => icon(painter, center, size * 1.15, icons::CLOCK, color, false),
            Self::TestTube => icon(painter, center, size * 1.15, icons::TEST_TUBE, color, false),
            Self::Hot => icon(painter, center, size * 1.2, icons::THERMOMETER_HOT, color, false),
            Self::Cold => icon(painter, center, size * 1.2, icons::THERMOMETER_COLD, color, false),
        }
    }
}

/// Paints an icon of the icon font.
pub fn icon(painter: &Painter, center: Pos2, size: f32, glyph: &str, color: Color32, filled: bool) {
    let font = if filled { icon_fill_font(size) } else { icon_font(size) };
    painter.text(center, Align2::CENTER_CENTER, glyph, font, color);
}

/// A vehicle that moves: an arrowhead along its heading, degrees clockwise from north.
pub fn arrowhead(painter: &Painter, center: Pos2, size: f32, heading_deg: f64, color: Color32) {
    let r = size / 2.0;
    let (sin, cos) = (heading_deg.to_radians() as f32).sin_cos();
    let turn = |p: Vec2| center + vec2(p.x * cos - p.y * sin, p.x * sin + p.y * cos);
    let (tip, left, right, notch) = (vec2(0.0, -r), vec2(-r * 0.75, r * 0.8), vec2(r * 0.75, r * 0.8), vec2(0.0, r * 0.35));
    for side in [left, right] {
        painter.add(Shape::convex_polygon(vec![turn(tip), turn(side), turn(notch)], color, Stroke::NONE));
    }
}

/// Lines at 45 degrees every 6 points, clipped to `rect`.
pub fn hatch(painter: &Painter, rect: Rect, color: Color32) {
    const GAP: f32 = 6.0;
    let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let step = GAP * std::f32::consts::SQRT_2;
    let mut x = rect.left() - rect.height();
    while x < rect.right() {
        painter.line_segment([pos2(x, rect.bottom()), pos2(x + rect.height(), rect.top())], Stroke::new(1.0, color));
        x += step;
    }
}

/// A dashed outline inside `rect`.
pub fn dashed_rect(painter: &Painter, rect: Rect, color: Color32) {
    let r = rect.shrink(0.5);
    let path = [r.left_top(), r.right_top(), r.right_bottom(), r.left_bottom(), r.left_top()];
    painter.extend(Shape::dashed_line(&path, Stroke::new(1.0, color), 4.0, 3.0));
}

/// A dashed line from `from` to `to`; `dash` are lengths on and off, empty for a solid line.
pub fn dashed(painter: &Painter, points: &[Pos2], stroke: Stroke, dash: &[f32]) {
    if dash.len() < 2 {
        painter.add(Shape::line(points.to_vec(), stroke));
        return;
    }
    let (on, off): (Vec<f32>, Vec<f32>) = dash.chunks_exact(2).map(|pair| (pair[0], pair[1])).unzip();
    painter.extend(Shape::dashed_line_with_offset(points, stroke, &on, &off, 0.0));
}

/// The dotted line under a stale value.
pub fn dotted_underline(painter: &Painter, from: Pos2, width: f32, color: Color32) {
    painter.extend(Shape::dashed_line(&[from, from + vec2(width, 0.0)], Stroke::new(1.0, color), 2.0, 3.0));
}

/// A sentence on one line, cut off at its end: what it begins with says most. Needs a hover with the whole.
pub fn begun(painter: &Painter, sentence: &str, font: &FontId, color: Color32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(sentence.replace(char::is_control, "?"), font.clone(), color);
    job.wrap = TextWrapping { max_width: width, max_rows: 1, break_anywhere: true, overflow_character: Some('…') };
    painter.layout_job(job)
}

/// `text` on one line, shortened in its middle until it is at most `width` points wide: both ends of an id say which.
pub fn elided(painter: &Painter, text: &str, font: &FontId, color: Color32, width: f32) -> Arc<Galley> {
    // A name from the wire may hold anything; a line break in it must not leave its row.
    let plain: String;
    let text = if text.contains(char::is_control) {
        plain = text.replace(char::is_control, "?");
        &plain
    } else {
        text
    };
    let whole = painter.layout_no_wrap(text.to_owned(), font.clone(), color);
    if whole.size().x <= width {
        return whole;
    }
    let (mut low, mut high) = (0, text.chars().count().saturating_sub(1));
    while low < high {
        let middle = (low + high).div_ceil(2);
        let short = painter.layout_no_wrap(super::text::elide_middle(text, middle), font.clone(), color);
        if short.size().x <= width { low = middle } else { high = middle - 1 }
    }
    painter.layout_no_wrap(super::text::elide_middle(text, low), font.clone(), color)
}
