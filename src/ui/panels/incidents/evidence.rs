//! Why this verdict: every check with its value, limit, result and weight, and where the probability lies.

use eframe::egui::{Align2, Color32, FontId, Painter, Rect, Role, ScrollArea, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::model::{CrashVerdict, Evidence, Points};
use crate::ui::shapes::{Mark, elided};
use crate::ui::theme::{PANE_PAD, Theme, Type, sizes};
use crate::ui::widgets::{Pane, header, name, pane, put};
use crate::ui::{text, tr, word, words};

/// Height of the probability bar with its words, points.
const FOOT_H: f32 = 84.0;
/// Up to here a report counts as a malfunction, from the other on as an accident; between them a person decides.
const ZONES: (f64, f64) = (0.2, 0.8);

/// Where the columns begin or end, as a share of the width.
struct Columns {
    check: f32,
    value: f32,
    limit: f32,
    result: f32,
    weight: f32,
    right: f32,
}

impl Columns {
    /// Each as wide as its widest words where there is room. Where not, limits are shortened first, then readings, then the
    /// names of the checks; the hover has all of it whole.
    fn of(rect: Rect, needs: [f32; 3]) -> Self {
        let (left, right) = (rect.left() + PANE_PAD.x, rect.right() - PANE_PAD.x);
        let weight = right - if rect.width() < 520.0 { 64.0 } else { 76.0 };
        // The word of the result is never shortened: it is the answer of the row.
        let result = weight - 88.0;
        let room = result - left;
        let [check, value, limit] = needs.map(|need| (need + GAP).max(room * 0.2));
        let (check, value) = if check + value + limit <= room {
            (check, (room - check) * value / (value + limit))
        } else {
            (check.min(room * 0.42), value.min(room * 0.36))
        };
        Self { check: left, value: left + check, limit: left + check + value, result, weight, right }
    }
}

/// Between the words of two columns, points.
const GAP: f32 = 8.0;

/// How wide the widest name, reading and limit are, points.
fn needs(painter: &Painter, evidence: &[Evidence]) -> [f32; 3] {
    let width = |words: &str, font: FontId| painter.layout_no_wrap(words.to_owned(), font, Color32::WHITE).size().x;
    evidence.iter().fold([0.0; 3], |[name, reading, limit], row| {
        let said = words::evidence(row);
        let name = name.max(width(&said.name, Type::Small.medium()));
        if row.points == Points::NotChecked {
            return [name, reading, limit];
        }
        [name, reading.max(width(&said.reading, Type::Small.semibold())), limit.max(width(&said.limit, Type::Micro.font()))]
    })
}

/// The pane.
pub(super) fn show(ui: &mut Ui, rect: Rect, verdict: &CrashVerdict) {
    pane(ui, rect, "evidence", |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let note = summary(&verdict.evidence);
        header(ui, Pane { title: word!("incidents-why"), note: &note, right: "" });
        let body = ui.available_rect_before_wrap();
        let columns = Columns::of(body, needs(ui.painter(), &verdict.evidence));
        head(ui, &columns);
        let list = Rect::from_min_max(ui.next_widget_position(), pos2(rect.right(), rect.bottom() - FOOT_H));
        let mut below = 0;
        ui.scope_builder(eframe::egui::UiBuilder::new().max_rect(list).id_salt("checks"), |ui| {
            let greatest = verdict.evidence.iter().map(|row| row.weight.abs()).filter(|w| w.is_finite()).fold(1.0, f64::max);
            if verdict.evidence.is_empty() {
                let theme = Theme::of(ui);
                let at = list.left_top() + vec2(PANE_PAD.x, 12.0);
                let words = word!("incidents-no-check");
                let at = put(ui.painter(), at, Align2::LEFT_TOP, words, Type::Body.font(), theme.text.secondary);
                name(ui, at, "none", Role::Label, words);
            }
            let rows = decisive_first(&verdict.evidence);
            let row_h = row_height(verdict.evidence.len());
            let n = verdict.evidence.len();
            let scroll = ScrollArea::vertical().auto_shrink(false).show_rows(ui, row_h, n, |ui, range| {
                for &evidence in rows.get(range).unwrap_or_default() {
                    row(ui, &columns, evidence, greatest, row_h);
                }
            });
            let seen = (scroll.state.clamped_offset().y + list.height() + row_h * 0.4) / row_h;
            below = n.saturating_sub(seen as usize);
        });
        probability(ui, Rect::from_min_max(pos2(rect.left(), rect.bottom() - FOOT_H), rect.max), verdict, below);
    });
}

/// What decided stands before what was neutral, and that before what could not be checked; within each the order of the
/// judge, which is that of reading.
fn decisive_first(evidence: &[Evidence]) -> Vec<&Evidence> {
    let mut rows: Vec<&Evidence> = evidence.iter().collect();
    rows.sort_by_key(|row| match row.points {
        Points::Accident | Points::Malfunction => 0,
        Points::Neutral => 1,
        Points::NotChecked => 2,
    });
    rows
}

/// Rows are lower where there are many.
fn row_height(n: usize) -> f32 {
    if n > 8 { sizes().row_compact - 2.0 } else { sizes().evidence_row }
}

/// `7 of 8 checks point to an accident, 1 not checked`.
fn summary(evidence: &[Evidence]) -> String {
    let count = |points| evidence.iter().filter(|row| row.points == points).count();
    let not_checked = count(Points::NotChecked);
    let checked = evidence.len() - not_checked;
    match (checked, not_checked) {
        (0, _) => tr!("incidents-nothing-checked"),
        (n, 0) => tr!("incidents-checks", k = count(Points::Accident) as u64, n = n as u64),
        (n, missing) => {
            tr!("incidents-checks-some", k = count(Points::Accident) as u64, n = n as u64, missing = missing as u64)
        }
    }
}

fn head(ui: &mut Ui, columns: &Columns) {
    let theme = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().evidence_row), Sense::hover());
    let painter = ui.painter();
    let heads = [
        (columns.check, word!("incidents-check")),
        (columns.value, word!("incidents-value")),
        (columns.limit, word!("incidents-limit")),
        (columns.result, word!("incidents-points-to")),
    ];
    for (x, word) in heads {
        put(painter, pos2(x, rect.center().y), Align2::LEFT_CENTER, word, Type::Small.font(), theme.text.tertiary);
    }
    let weight = word!("incidents-weight");
    put(painter, pos2(columns.right, rect.center().y), Align2::RIGHT_CENTER, weight, Type::Small.font(), theme.text.tertiary);
    painter.hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
}

fn row(ui: &mut Ui, columns: &Columns, evidence: &Evidence, greatest: f64, row_h: f32) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), row_h), Sense::hover());
    let painter = ui.painter().clone();
    let y = rect.center().y;
    if response.hovered() {
        painter.rect_filled(rect, 0.0, theme.bg.hover);
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
    let cell = |x: f32, until: f32, words: &str, font: FontId, color| {
        let galley = elided(&painter, words, &font, color, until - x - GAP);
        painter.galley(pos2(x, y - galley.size().y / 2.0), galley, color);
    };
    let unchecked = evidence.points == Points::NotChecked;
    let said = words::evidence(evidence);
    cell(columns.check, columns.value, &said.name, Type::Small.medium(), theme.text.primary);
    if unchecked {
        // The reading says why; nothing was measured that a limit could be held against.
        cell(columns.value, columns.result, &said.reading, Type::Small.font(), theme.text.tertiary);
    } else {
        cell(columns.value, columns.limit, &said.reading, Type::Small.semibold(), theme.text.primary);
        cell(columns.limit, columns.result, &said.limit, Type::Micro.font(), theme.text.secondary);
    }
    let ink = match evidence.points {
        Points::Accident => theme.status.ok.fg,
        Points::Malfunction => theme.plot.series[1],
        Points::Neutral | Points::NotChecked => theme.text.tertiary,
    };
    Mark::points(evidence.points).paint(&painter, pos2(columns.result + 6.0, y), 10.0, ink);
    let font = if unchecked { Type::Small.font() } else { Type::Small.medium() };
    let color = if unchecked { theme.text.tertiary } else { theme.text.primary };
    cell(columns.result + 17.0, columns.weight + 6.0, text::points(evidence.points), font, color);

    let weight = if evidence.weight.is_finite() { evidence.weight } else { 0.0 };
    let words = if unchecked { "–".to_owned() } else { text::signed(weight, 1, "") };
    put(&painter, pos2(columns.right, y), Align2::RIGHT_CENTER, &words, Type::Small.font(), theme.text.secondary);
    let bar = Rect::from_min_max(pos2(columns.weight, y - 4.0), pos2(columns.right - 34.0, y + 4.0));
    let middle = bar.center().x;
    let length = (weight / greatest).clamp(-1.0, 1.0) as f32 * bar.width() / 2.0;
    let color = if weight < 0.0 { theme.plot.series[1] } else { theme.plot.series[0] };
    painter.rect_filled(
        Rect::from_x_y_ranges(middle.min(middle + length)..=middle.max(middle + length), bar.y_range()),
        0.0,
        color,
    );
    painter.vline(middle, bar.expand2(vec2(0.0, 2.0)).y_range(), Stroke::new(1.0, theme.border.control));

    let points = text::points(evidence.points);
    let spoken = if unchecked || said.limit.is_empty() {
        tr!("incidents-row-spoken", name = &*said.name, reading = &*said.reading, points = points, weight = &*words)
    } else {
        tr!(
            "incidents-row-spoken-limit",
            name = &*said.name,
            reading = &*said.reading,
            limit = &*said.limit,
            points = points,
            weight = &*words
        )
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    response.on_hover_ui(|ui| {
        ui.set_max_width(320.0);
        ui.label(Type::Body.rich_semibold(&*said.name, theme.text.primary));
        ui.label(Type::Small.rich(tr!("incidents-measured", words = said.reading), theme.text.secondary));
        if !said.limit.is_empty() {
            ui.label(Type::Small.rich(tr!("incidents-limit-is", words = said.limit), theme.text.secondary));
        }
        if !said.source.is_empty() {
            ui.label(Type::Small.rich(tr!("incidents-source-is", words = said.source), theme.text.secondary));
        }
    });
}

/// The sum of the weights and the probability within its zones; `below` checks lie under the edge of the list.
fn probability(ui: &mut Ui, rect: Rect, verdict: &CrashVerdict, below: usize) {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    painter.hline(rect.x_range(), rect.top() + 0.5, theme.hairline());
    let inner = rect.shrink2(vec2(PANE_PAD.x + 2.0, 0.0));
    let sum: f64 = verdict.evidence.iter().map(|row| row.weight).filter(|weight| weight.is_finite()).sum();
    let p = verdict.probability;
    let y = rect.top() + 18.0;
    let mut x = inner.left();
    let said = [
        (tr!("incidents-sum") + " ", false),
        (text::signed(sum, 1, ""), true),
        (tr!("incidents-probability") + " ", false),
        (text::likelihood(p), true),
    ];
    for (words, strong) in &said {
        let (font, color) =
            if *strong { (Type::Small.semibold(), theme.text.primary) } else { (Type::Small.font(), theme.text.secondary) };
        x = put(painter, pos2(x, y), Align2::LEFT_CENTER, words, font, color).right();
    }
    if below > 0 {
        let words = tr!("incidents-checks-below", n = below as u64);
        let galley = painter.layout_no_wrap(words, Type::Micro.medium(), theme.accent.base);
        if x + galley.size().x + 10.0 < inner.right() {
            painter.galley(pos2(inner.right() - galley.size().x, y - galley.size().y / 2.0), galley, theme.accent.base);
        }
    }
    let bar = Rect::from_min_size(pos2(inner.left(), rect.top() + 38.0), vec2(inner.width(), 8.0));
    let at = |share: f64| bar.left() + bar.width() * share as f32;
    let zones = [
        (0.0, ZONES.0, theme.plot.series[1].gamma_multiply(0.6)),
        (ZONES.0, ZONES.1, theme.border.strong),
        (ZONES.1, 1.0, theme.plot.series[0].gamma_multiply(0.75)),
    ];
    for (from, until, color) in zones {
        painter.rect_filled(Rect::from_x_y_ranges(at(from)..=at(until), bar.y_range()), 0.0, color);
    }
    for edge in [ZONES.0, ZONES.1] {
        painter.vline(at(edge), bar.expand2(vec2(0.0, 3.0)).y_range(), Stroke::new(1.0, theme.text.secondary));
    }
    if p.is_finite() {
        let tip = pos2(at(p.clamp(0.0, 1.0)).min(bar.right() - 5.0).max(bar.left() + 5.0), bar.top() + 2.0);
        let pointer = vec![tip, tip + vec2(-6.0, -9.0), tip + vec2(6.0, -9.0)];
        painter.add(Shape::convex_polygon(pointer, theme.text.primary, Stroke::NONE));
        painter.vline(tip.x, bar.y_range(), Stroke::new(2.0, theme.text.primary));
    }
    let y = bar.bottom() + 12.0;
    let (font, color) = (Type::Micro.font(), theme.text.tertiary);
    put(painter, pos2(bar.left(), y), Align2::LEFT_CENTER, word!("incidents-zone-malfunction"), font.clone(), color);
    put(painter, pos2(bar.center().x, y), Align2::CENTER_CENTER, word!("incidents-zone-person"), font.clone(), color);
    put(painter, pos2(bar.right(), y), Align2::RIGHT_CENTER, word!("incidents-zone-accident"), font, color);
    let spoken: String = said.iter().map(|(words, _)| words.as_str()).collect();
    let zone = if !p.is_finite() {
        text::unknown()
    } else if p <= ZONES.0 {
        text::points(Points::Malfunction)
    } else if p < ZONES.1 {
        word!("incidents-zone-person")
    } else {
        text::points(Points::Accident)
    };
    name(ui, rect, "probability", Role::Meter, &tr!("incidents-probability-spoken", said = spoken, zone = zone));
}
