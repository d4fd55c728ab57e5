//! KPI tiles: label, value with unit, one line of parts, a sparkline.

use eframe::egui::{
    Align2, Color32, Mesh, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::{focus_ring, put};
use crate::ui::shapes::{self, Mark, dotted_underline, elided, hatch};
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::{icons, text, tr, word};

/// A part of the line under the value: `◆ 1 critical`.
#[derive(Clone, Debug)]
pub struct Part {
    /// The shape and its colour.
    pub mark: Option<(Mark, Color32)>,
    /// The number.
    pub value: String,
    /// What it counts.
    pub words: String,
}

/// A tile.
#[derive(Clone, Debug, Default)]
pub struct Kpi<'a> {
    /// What it is.
    pub label: String,
    /// The value; `None` while nothing is known.
    pub value: Option<String>,
    /// Its unit, or `of 1,284`.
    pub unit: String,
    /// The line under it.
    pub parts: Vec<Part>,
    /// While nothing is known: what it needs.
    pub needs: &'a str,
    /// The past is shown, and this number is not kept for it.
    pub not_then: bool,
    /// The value is old: `as of 03:18:43, now unknown`.
    pub stale: Option<String>,
    /// The last minute, oldest first.
    pub spark: Option<&'a [u32]>,
    /// More on hover.
    pub hover: String,
}

impl Kpi<'_> {
    /// Paints it into `rect`; a click opens the screen behind it.
    pub fn ui(&self, ui: &Ui, rect: Rect) -> Response {
        let theme = Theme::of(ui);
        let response = ui.interact(rect, ui.scope_id().with(("kpi", &self.label)), Sense::click());
        let painter = &ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        let ground = if response.hovered() { theme.bg.hover } else { theme.bg.panel };
        painter.rect_filled(rect, 0.0, ground);
        if self.stale.is_some() && self.value.is_some() && !self.not_then {
            hatch(painter, rect.shrink(1.0), theme.bg.raised);
        }
        focus_ring(ui, &response);
        painter.vline(rect.right() - 0.5, rect.y_range(), theme.hairline());
        painter.hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
        let (left, right) = (rect.left() + PANE_PAD.x, rect.right() - PANE_PAD.x);
        let at = |x: f32, y: f32| pos2(x, rect.top() + y);
        let room = right - left;
        let label = elided(painter, &self.label, &Type::Micro.font(), theme.text.secondary, room);
        painter.galley(at(left, 10.0), label, theme.text.secondary);
        let spoken = match (&self.value, &self.stale) {
            _ if self.not_then => {
                let (words, way) = (word!("shell-not-then"), word!("shell-not-then-way"));
                put(painter, at(left, 43.0), Align2::LEFT_CENTER, words, Type::Title.font(), theme.text.secondary);
                small(painter, at(left, 68.0), way, theme.text.tertiary, room);
                format!("{}: {words}, {way}", self.label)
            }
            (None, _) => {
                put(
                    painter,
                    at(left, 43.0),
                    Align2::LEFT_CENTER,
                    word!("words-no-data-yet"),
                    Type::Title.font(),
                    theme.text.secondary,
                );
                small(painter, at(left, 68.0), self.needs, theme.text.tertiary, room);
                tr!("words-no-data-needs", label = self.label.as_str(), needs = self.needs)
            }
            (Some(value), stale) => {
                let color = if stale.is_some() { theme.text.tertiary } else { theme.text.primary };
                if stale.is_some() {
                    let word = put(
                        painter,
                        at(right, 16.0),
                        Align2::RIGHT_CENTER,
                        text::Freshness::Stale.word(),
                        Type::Micro.font(),
                        theme.status.stale.fg,
                    );
                    shapes::icon(painter, at(word.left() - 10.0, 16.0), 13.0, icons::CLOCK, theme.status.stale.fg, false);
                }
                let value_rect = put(painter, at(left, 42.0), Align2::LEFT_CENTER, value, Type::Kpi.font(), color);
                let unit = pos2(value_rect.right() + 7.0, rect.top() + 46.0);
                let words =
                    elided(painter, &self.unit, &Type::Small.font(), theme.text.secondary, (right + 8.0 - unit.x).max(0.0));
                painter.galley(pos2(unit.x, unit.y - words.size().y / 2.0), words, theme.text.secondary);
                match stale {
                    Some(as_of) => {
                        dotted_underline(painter, value_rect.left_bottom() - vec2(0.0, 3.0), value_rect.width(), color);
                        small(painter, at(left, 70.0), as_of, theme.text.secondary, room);
                    }
                    None => self.parts(painter, theme, at(left, 70.0), room),
                }
                if let Some(spark) = self.spark.filter(|_| stale.is_none() && room > 190.0) {
                    sparkline(painter, Rect::from_min_max(at(right - 78.0, 24.0), at(right, 46.0)), spark, theme);
                }
                self.spoken(value)
            }
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
        if self.hover.is_empty() { response } else { response.on_hover_text(&self.hover) }
    }

    fn parts(&self, painter: &Painter, theme: &Theme, at: Pos2, room: f32) {
        let width = |text: &str, font| painter.layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size().x;
        let widths = self.parts.iter().map(|part| {
            let mark = if part.mark.is_some() { 15.0 } else { 0.0 };
            mark + width(&part.value, Type::Micro.semibold()) + 4.0 + width(&part.words, Type::Micro.font())
        });
        let n_gaps = self.parts.len().saturating_sub(1).max(1) as f32;
        let gap = ((room + 8.0 - widths.sum::<f32>()) / n_gaps).clamp(4.0, 10.0);
        let mut x = at.x;
        for part in &self.parts {
            if let Some((mark, color)) = part.mark {
                mark.paint(painter, pos2(x + 5.0, at.y), 10.0, color);
                x += 15.0;
            }
            let value = put(painter, pos2(x, at.y), Align2::LEFT_CENTER, &part.value, Type::Micro.semibold(), theme.text.primary);
            let words = pos2(value.right() + 4.0, at.y);
            x = put(painter, words, Align2::LEFT_CENTER, &part.words, Type::Micro.font(), theme.text.secondary).right() + gap;
        }
    }

    fn spoken(&self, value: &str) -> String {
        let mut words = vec![format!("{}: {value} {}", self.label, self.unit).trim().to_owned()];
        match &self.stale {
            Some(as_of) => words.push(format!("{}, {as_of}", text::Freshness::Stale.word())),
            None => words.extend(self.parts.iter().map(|part| format!("{} {}", part.value, part.words).trim().to_owned())),
        }
        words.join(", ")
    }
}

/// A line of small type, shortened where the tile is narrow; its name says it whole.
fn small(painter: &Painter, at: Pos2, words: &str, ink: Color32, room: f32) {
    let words = elided(painter, words, &Type::Micro.font(), ink, room + 8.0);
    painter.galley(at - vec2(0.0, words.size().y / 2.0), words, ink);
}

/// Counts over time, oldest first; the least and the greatest at the edges, the last one with a dot.
pub fn sparkline(painter: &Painter, rect: Rect, counts: &[u32], theme: &Theme) {
    let (Some(least), Some(most)) = (counts.iter().min(), counts.iter().max()) else { return };
    if counts.len() < 2 {
        return;
    }
    let color = theme.plot.series[0];
    // From nought, unless that would press the line flat against the top.
    let floor = if *least > most / 2 { f64::from(*least) * 0.9 } else { 0.0 };
    let span = (f64::from(*most) - floor).max(1.0);
    let at = |i: usize| {
        let x = rect.left() + rect.width() * i as f32 / (counts.len() - 1) as f32;
        pos2(x, rect.bottom() - rect.height() * ((f64::from(counts[i]) - floor) / span) as f32)
    };
    let mut fill = Mesh::default();
    for i in 0..counts.len() {
        fill.colored_vertex(at(i), color.gamma_multiply(0.15));
        fill.colored_vertex(pos2(at(i).x, rect.bottom()), color.gamma_multiply(0.15));
        if let Some(first) = (2 * i as u32).checked_sub(2) {
            fill.add_triangle(first, first + 1, first + 2);
            fill.add_triangle(first + 1, first + 2, first + 3);
        }
    }
    painter.add(Shape::mesh(fill));
    painter.add(Shape::line((0..counts.len()).map(at).collect(), Stroke::new(1.25, color)));
    painter.circle_filled(at(counts.len() - 1), 2.0, color);
}

/// `as of 03:18:43, now unknown`.
pub fn as_of(since: crate::model::Timestamp) -> String {
    tr!("words-as-of", at = text::clock(since))
}
