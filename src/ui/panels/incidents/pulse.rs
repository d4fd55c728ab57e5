//! The crash pulse: |a| thick, x, y and z by dash and colour, with the judged window, free fall and the sensor's range.

use eframe::egui::{Align2, Color32, Painter, Rect, Role, Stroke, Ui, WidgetInfo, pos2, vec2};
use egui_plot::{HLine, LineStyle, Span};

use crate::model::{CrashReport, CrashVerdict, Frame, Pulse};
use crate::ui::decimate::{Point, nearest, usual_step};
use crate::ui::shapes::dashed;
use crate::ui::theme::{Theme, Type};
use crate::ui::widgets::chart::{Axes, Pen, round_range, ticks};
use crate::ui::widgets::plot::{Home, Shown, corner, corner_link, plot, series};
use crate::ui::widgets::{Pane, empty_state, header, pane, put};
use crate::ui::{icons, shapes, text, tr, word};

/// Values beyond this are drawn as missing, g: no sensor reads them.
const DRAWABLE_G: f64 = 1e6;
/// Times beyond this are not drawn, ms: four months.
const DRAWABLE_MS: f64 = 1e10;

/// A pulse as lines: |a|, x, y, z over ms; over the number of the sample where the times do not ascend.
#[derive(Debug, Default)]
pub(in crate::ui::panels) struct Curves {
    lines: [Vec<Point>; 4],
    /// No line is drawn across more than this, ms.
    gap: f64,
    /// Against the number of the sample, since the times do not ascend.
    by_number: bool,
}

impl Curves {
    /// Of a pulse whose four vectors are of one length.
    pub(in crate::ui::panels) fn of(pulse: &Pulse) -> Self {
        let n = pulse.len().min(pulse.x_g.len()).min(pulse.y_g.len()).min(pulse.z_g.len());
        let drawable = pulse.t_ms.iter().all(|t| t.abs() < DRAWABLE_MS);
        let by_number = !drawable || !pulse.t_ms.windows(2).all(|pair| pair[0] <= pair[1]);
        let at = |i: usize| if by_number { i as f64 } else { pulse.t_ms[i] };
        let known = |value: f64| if value.abs() < DRAWABLE_G { value } else { f64::NAN };
        let line = |value: &dyn Fn(usize) -> f64| (0..n).map(|i| (at(i), known(value(i)))).collect::<Vec<Point>>();
        let lines = [
            line(&|i| (pulse.x_g[i].powi(2) + pulse.y_g[i].powi(2) + pulse.z_g[i].powi(2)).sqrt()),
            line(&|i| pulse.x_g[i]),
            line(&|i| pulse.y_g[i]),
            line(&|i| pulse.z_g[i]),
        ];
        let gap = usual_step(&lines[0]).map_or(f64::INFINITY, |step| step * 8.0);
        Self { lines, gap, by_number }
    }

    /// The greatest |a| and when.
    pub(in crate::ui::panels) fn peak(&self) -> Option<Point> {
        self.lines[0].iter().copied().filter(|point| point.1.is_finite()).max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Where samples are missing: between the last one before and the first one after.
    fn holes(&self) -> Vec<(f64, f64)> {
        let known: Vec<f64> = self.lines[0].iter().filter(|point| point.1.is_finite()).map(|point| point.0).collect();
        let missing = |from: f64, until: f64| {
            let between = |point: &Point| from < point.0 && point.0 < until && !point.1.is_finite();
            let first = self.lines[0].partition_point(|point| point.0 <= from);
            until - from > self.gap || self.lines[0].get(first).is_some_and(between)
        };
        known.windows(2).map(|pair| (pair[0], pair[1])).filter(|(from, until)| missing(*from, *until)).collect()
    }

    /// From its first to its last sample.
    pub(in crate::ui::panels) fn extent(&self) -> Option<(f64, f64)> {
        let (first, last) = (self.lines[0].first()?.0, self.lines[0].last()?.0);
        Some((first, if last > first { last } else { first + 1.0 }))
    }
}

/// What the chart shades and marks beside the curves.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::ui::panels) struct Marks {
    /// The judged window, ms.
    pub(in crate::ui::panels) window: Option<(f64, f64)>,
    /// Free fall, ms.
    pub(in crate::ui::panels) free_fall: Option<(f64, f64)>,
    /// The sensor's range, ± g.
    pub(in crate::ui::panels) range: Option<f64>,
    /// Only |a|, and no words.
    pub(in crate::ui::panels) small: bool,
}

/// The part of the record that the verdict is about, with room around it; the whole record where that is not much more.
/// Never without the greatest value: what was judged elsewhere must not hide it.
fn view(extent: (f64, f64), marks: &Marks, peak: Option<f64>) -> (f64, f64) {
    let spans = [marks.window, marks.free_fall].into_iter().flatten();
    let Some((from, until)) = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else { return extent };
    let pad = ((until - from) * 0.6).max(60.0);
    let near = ((from - pad).max(extent.0), (until + pad).min(extent.1));
    let holds_peak = peak.is_none_or(|peak| near.0 <= peak && peak <= near.1);
    let worth = holds_peak && near.1 > near.0 && (extent.1 - extent.0) > 1.4 * (near.1 - near.0);
    if worth { near } else { extent }
}

/// The pane. `whole` shows the whole record rather than what was judged.
pub(in crate::ui::panels) fn show(ui: &mut Ui, rect: Rect, report: &CrashReport, verdict: &CrashVerdict, whole: &mut bool) {
    pane(ui, rect, "pulse", |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        // Where there is little room the names of the lines matter more.
        let note = match report.gravity {
            _ if rect.width() < 340.0 => "",
            true => word!("incidents-with-gravity"),
            false => word!("incidents-without-gravity"),
        };
        let curves = Curves::of(&report.pulse);
        let Some(extent) = curves.extent() else {
            header(ui, Pane { title: word!("incidents-pulse"), note: "", right: "" });
            let (title, sentence) = if report.event_id.is_verdict() {
                (word!("incidents-no-report"), word!("incidents-no-report-why"))
            } else {
                (word!("incidents-no-pulse"), word!("incidents-no-pulse-why"))
            };
            empty_state(ui, icons::CHART_LINE, title, sentence, None);
            return;
        };
        let room = header(ui, Pane { title: word!("incidents-pulse"), note, right: "g" });
        legend(ui, room, report.frame);
        let span =
            |span: Option<(f64, f64)>| span.filter(|(from, until)| from <= until && from.abs().max(until.abs()) < DRAWABLE_MS);
        let marks = Marks {
            window: span(verdict.window_ms),
            free_fall: span(verdict.free_fall_ms),
            range: report.range_g.filter(|range| (0.0..DRAWABLE_G).contains(range)),
            small: false,
        };
        let near = view(extent, &marks, curves.peak().map(|peak| peak.0));
        let body = ui.available_rect_before_wrap();
        let shown = if *whole || curves.by_number { extent } else { near };
        let Some(shown) = chart(ui, body, &curves, &marks, shown) else { return };
        shown.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, spoken(&curves, &marks, report)));
        if shown.moved {
            if corner_link(ui, shown.axes.area, word!("incidents-reset-view")) {
                shown.reset(ui);
            }
        } else if near != extent && !curves.by_number {
            *whole ^= corner_link(
                ui,
                shown.axes.area,
                if *whole { word!("incidents-judged-part") } else { word!("incidents-whole-record") },
            );
        }
    });
}

/// What the picture shows, in words.
fn spoken(curves: &Curves, marks: &Marks, report: &CrashReport) -> String {
    let mut words = vec![tr!("incidents-pulse-spoken", n = report.pulse.len() as u64)];
    if let Some((t, g)) = curves.peak() {
        words.push(tr!("incidents-peak-at", g = text::quantity(g, 1, "g"), at = text::quantity(t, 1, "ms")));
    }
    let (number, ms) = (|t: f64| text::number(t, 0), |t: f64| text::quantity(t, 0, "ms"));
    if let Some((from, until)) = marks.window {
        words.push(tr!("incidents-window", from = number(from), until = ms(until)));
    }
    if let Some((from, until)) = marks.free_fall {
        words.push(tr!("incidents-free-fall", from = number(from), until = ms(until)));
    }
    if let Some(range) = marks.range {
        words.push(tr!("incidents-range-is", range = text::quantity(range, 0, "g")));
    }
    words.join(", ")
}

const NAMES: [&str; 4] = ["|a|", "x", "y", "z"];

fn pen(theme: &'static Theme, line: usize) -> Pen<'static> {
    match line {
        0 => Pen { stroke: Stroke::new(2.0, theme.text.primary), dash: &[] },
        n => Pen { stroke: Stroke::new(1.5, theme.plot.series[n - 1]), dash: dash(theme, n - 1) },
    }
}

fn dash(theme: &'static Theme, series: usize) -> &'static [f32] {
    theme.plot.series_dash.get(series).map_or(&[], Vec::as_slice)
}

/// Which line is which, right-aligned in `room`.
fn legend(ui: &Ui, room: Rect, frame: Frame) {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    let long = match frame {
        Frame::Vehicle => ["|a|", word!("incidents-x-long"), word!("incidents-y-lat"), word!("incidents-z-vert")],
        Frame::Device => NAMES,
    };
    let width = |words: &[&str; 4]| -> f32 {
        let one =
            |word: &&str| painter.layout_no_wrap((*word).to_owned(), Type::Micro.font(), theme.text.secondary).size().x + 34.0;
        words.iter().map(one).sum()
    };
    let words = if width(&long) <= room.width() { long } else { NAMES };
    let mut x = room.right() - 4.0;
    for (line, word) in words.iter().enumerate().rev() {
        let galley = painter.layout_no_wrap((*word).to_owned(), Type::Micro.font(), theme.text.secondary);
        x -= galley.size().x;
        if x - 24.0 < room.left() - 8.0 {
            return;
        }
        painter.galley(pos2(x, room.center().y - galley.size().y / 2.0), galley, theme.text.secondary);
        let pen = pen(theme, line);
        dashed(painter, &[pos2(x - 24.0, room.center().y), pos2(x - 6.0, room.center().y)], pen.stroke, pen.dash);
        x -= 34.0;
    }
}

/// Shows the chart and the readout under the pointer.
pub(in crate::ui::panels) fn chart(ui: &mut Ui, body: Rect, curves: &Curves, marks: &Marks, x: (f64, f64)) -> Option<Shown> {
    let theme = Theme::of(ui);
    let n_lines = if marks.small { 1 } else { 4 };
    let visible = |line: &Vec<Point>| line.iter().filter(|p| x.0 <= p.0 && p.0 <= x.1).map(|p| p.1).collect::<Vec<f64>>();
    let values: Vec<f64> = curves.lines[..n_lines].iter().flat_map(visible).collect();
    let greatest = values.iter().copied().filter(|v| v.is_finite()).fold(0.0, |m, v| f64::max(m, v.abs()));
    // The range is drawn where the values come near it; far away it would flatten them.
    let range = marks.range.filter(|range| *range <= greatest * 1.5);
    let all = values.into_iter().chain(range.into_iter().flat_map(|range| [range, -range])).chain([0.0]);
    let low_high = round_range(all.filter(|v| !marks.small || *v >= 0.0), 2.0);
    let y = if marks.small { (0.0, low_high.1) } else { low_high };
    let area = Rect::from_min_max(body.left_top() + vec2(40.0, 10.0), body.right_bottom() - vec2(14.0, 24.0));
    if area.width() < 40.0 || area.height() < 20.0 {
        return None;
    }
    let ticks_y = if marks.small { 2 } else { 6 };
    let ticks_x = (area.width() / 70.0) as usize;
    let home = Home { x, y, ticks: (ticks_x, ticks_y), still: marks.small };
    let shaded = if curves.by_number { [None, None] } else { spans(theme, marks) };
    let limit = range.filter(|_| !marks.small);
    let shown = plot(ui, area, home, |plot| {
        for (span, fill, line, _) in shaded.into_iter().flatten() {
            plot.span(Span::new("", span.0..=span.1).fill(fill).border(Stroke::new(1.0, line)));
        }
        if !marks.small {
            plot.hline(HLine::new("zero", 0.0).stroke(Stroke::new(1.0, theme.plot.axis)));
        }
        for limit in limit.into_iter().flat_map(|range| [range, -range]) {
            let line = HLine::new(format!("range {limit}"), limit).stroke(Stroke::new(1.0, theme.plot.limit));
            plot.hline(line.style(LineStyle::Dashed { length: 5.0 }));
        }
        for line in (0..n_lines).rev() {
            series(plot, NAMES[line], &curves.lines[line], curves.gap, &pen(theme, line));
        }
    });
    let axes = shown.axes;
    let painter = ui.painter().with_clip_rect(body.intersect(ui.clip_rect()));
    axes.y_labels(&painter, theme, ticks_y);
    let unit = if curves.by_number { "" } else { " ms" };
    let (at, decimals) = ticks(axes.x, ticks_x);
    let last = at.last().copied();
    let label = |tick| format!("{}{}", text::number(tick, decimals), if Some(tick) == last { unit } else { "" });
    axes.x_words(&painter, theme, at.into_iter().map(|tick| (tick, label(tick))));
    for (from, until) in curves.holes() {
        axes.gap(&painter, theme, (from, until), word!("incidents-no-samples"));
    }
    let inside = painter.with_clip_rect(area.intersect(painter.clip_rect()));
    if !curves.by_number && !marks.small {
        say_spans(&inside, theme, &axes, marks);
    }
    if let Some(range) = limit {
        let words = tr!("incidents-range-cut", range = text::quantity(range, 0, "g"));
        // Above its line: under it stand the words of the judged window.
        let at = axes.at((axes.x.0, -range)) + vec2(6.0, -3.0);
        put(&inside, at, Align2::LEFT_BOTTOM, words, Type::Micro.font(), theme.plot.limit);
    }
    axes.unit(&painter, theme, "g");
    if !marks.small {
        peak(&inside, theme, &axes, curves);
    }
    if let Some(at) = axes.cursor(&painter, theme, &shown.response) {
        let t = curves.lines[0].iter().min_by(|a, b| (a.0 - at).abs().total_cmp(&(b.0 - at).abs())).map_or(at, |point| point.0);
        shown.response.clone().on_hover_ui_at_pointer(|ui| {
            let time = if curves.by_number { tr!("incidents-sample-n", n = t as u64 + 1) } else { text::quantity(t, 1, "ms") };
            ui.label(Type::Small.rich_semibold(time, theme.text.primary));
            for (line, name) in NAMES.iter().enumerate().take(n_lines) {
                let value = nearest(&curves.lines[line], t, curves.gap);
                let words = value.map_or_else(|| tr!("incidents-no-sample"), |point| text::quantity(point.1, 2, "g"));
                ui.label(Type::Small.rich(format!("{name}  {words}"), theme.text.secondary));
            }
            if !marks.small {
                ui.label(Type::Micro.rich(word!("incidents-drag"), theme.text.tertiary));
            }
        });
    }
    Some(shown)
}

/// A shaded span in ms, its ground, its ink, and whether it is free fall.
type Shade = ((f64, f64), Color32, Color32, bool);

/// Free fall and the judged window.
fn spans(theme: &'static Theme, marks: &Marks) -> [Option<Shade>; 2] {
    let grey = theme.plot.gap_hatch.gamma_multiply(0.4);
    [
        marks.free_fall.map(|span| (span, grey, theme.text.secondary, true)),
        marks.window.map(|span| (span, theme.plot.window, theme.accent.base, false)),
    ]
}

/// The words of the judged window and of free fall.
fn say_spans(painter: &Painter, theme: &'static Theme, axes: &Axes, marks: &Marks) {
    for ((from, until), _, line, falls) in spans(theme, marks).into_iter().flatten() {
        if until < axes.x.0 || axes.x.1 < from {
            continue;
        }
        let words = if falls {
            tr!("incidents-free-fall-for", ms = text::quantity(until - from, 0, "ms"))
        } else {
            tr!("incidents-window", from = text::number(from, 0), until = text::quantity(until, 0, "ms"))
        };
        let galley = painter.layout_no_wrap(words, Type::Micro.semibold(), line);
        let left = (axes.at((from, 0.0)).x + 5.0).min(axes.area.right() - galley.size().x - 4.0).max(axes.area.left() + 4.0);
        let top = if falls { axes.area.top() + 4.0 } else { axes.area.bottom() - galley.size().y - 4.0 };
        let place = Rect::from_min_size(pos2(left, top), galley.size());
        painter.rect_filled(place.expand2(vec2(2.0, 1.0)), 2.0, theme.plot.bg.gamma_multiply(0.8));
        painter.galley(place.min, galley, line);
    }
}

/// A ring around the greatest |a| with its value and time.
fn peak(painter: &Painter, theme: &'static Theme, axes: &Axes, curves: &Curves) {
    let Some((t, g)) = curves.peak().filter(|(t, _)| axes.x.0 <= *t && *t <= axes.x.1) else { return };
    let at = axes.at((t, g));
    painter.circle(at, 4.0, theme.plot.bg, Stroke::new(1.5, theme.text.primary));
    let g = text::quantity(g, 1, "g");
    let words = if curves.by_number { g } else { tr!("incidents-g-at", g = g, at = text::quantity(t, 1, "ms")) };
    let galley = painter.layout_no_wrap(words, Type::Small.semibold(), theme.text.primary);
    let right = at.x + 10.0 + galley.size().x < axes.area.right();
    let x = if right { at.x + 10.0 } else { at.x - 10.0 - galley.size().x };
    let mut place = Rect::from_min_size(pos2(x, (at.y - galley.size().y / 2.0).max(axes.area.top())), galley.size());
    let corner = corner(axes.area);
    if place.intersects(corner) {
        place = place.translate(vec2(0.0, corner.bottom() - place.top()));
    }
    painter.rect_filled(place.expand2(vec2(2.0, 0.0)), 2.0, theme.plot.bg.gamma_multiply(0.8));
    painter.galley(place.min, galley, theme.text.primary);
}

/// A tiny curve without axes, for lists.
pub(in crate::ui::panels) fn spark(painter: &Painter, rect: Rect, values: &[f32], stroke: Stroke) {
    let finite = values.iter().copied().filter(|v| v.is_finite());
    let (low, high) = finite.fold((f32::MAX, f32::MIN), |(l, h), v| (l.min(v), h.max(v)));
    if values.len() < 2 || low > high {
        return;
    }
    let span = (high - low).max(1e-6);
    let place = |(i, v): (usize, &f32)| {
        let x = rect.left() + rect.width() * i as f32 / (values.len() - 1) as f32;
        pos2(x, rect.bottom() - rect.height() * (v - low) / span)
    };
    for run in values.iter().enumerate().collect::<Vec<_>>().split(|(_, v)| !v.is_finite()) {
        shapes::dashed(painter, &run.iter().map(|(i, v)| place((*i, v))).collect::<Vec<_>>(), stroke, &[]);
    }
}

#[cfg(test)]
#[path = "pulse_tests.rs"]
mod tests;
