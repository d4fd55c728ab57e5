//! Speed before and after the impact, where the report has a trace.

use eframe::egui::{Rect, Role, Stroke, Ui, WidgetInfo, pos2, vec2};
use egui_plot::{LineStyle, VLine};

use crate::model::{CrashReport, CrashVerdict, Ruling};
use crate::ui::decimate::{Point, nearest, usual_step};
use crate::ui::theme::{Theme, Type};
use crate::ui::widgets::chart::{Pen, round_range, ticks};
use crate::ui::widgets::plot::{Home, corner_link, plot, series};
use crate::ui::widgets::{Pane, empty_state, header, pane};
use crate::ui::{icons, text, tr, word};

/// Speeds beyond this are drawn as missing, km/h.
const DRAWABLE_KMH: f64 = 1e4;
/// Times beyond this are not drawn, s.
const DRAWABLE_SECS: f64 = 1e7;

/// The pane.
pub(super) fn show(ui: &mut Ui, rect: Rect, report: &CrashReport, verdict: &CrashVerdict) {
    pane(ui, rect, "speed", |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let points = report.speed.as_ref().map(|trace| {
            let known = |kmh: f64| if kmh.abs() < DRAWABLE_KMH { kmh } else { f64::NAN };
            let points = trace.t_ms.iter().zip(&trace.kmh).map(|(t, kmh)| (t / 1e3, known(*kmh)));
            points.filter(|point| point.0.abs() < DRAWABLE_SECS).collect::<Vec<Point>>()
        });
        let known = points.filter(|points| points.iter().any(|point| point.1.is_finite()));
        let Some(mut points) = known else {
            header(ui, Pane { title: word!("incidents-speed"), ..Pane::default() });
            empty_state(ui, icons::CHART_LINE, word!("incidents-no-speed"), word!("incidents-no-speed-why"), None);
            return;
        };
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        header(ui, Pane { title: word!("incidents-speed"), note: "", right: "km/h" });
        chart(ui, &points, verdict);
    });
}

fn chart(ui: &mut Ui, points: &[Point], verdict: &CrashVerdict) {
    let theme = Theme::of(ui);
    let body = ui.available_rect_before_wrap();
    let area = Rect::from_min_max(body.left_top() + vec2(40.0, 12.0), body.right_bottom() - vec2(14.0, 24.0));
    let (first, last) = (points[0].0, points[points.len() - 1].0);
    let x = (first.min(0.0), if last > first { last.max(0.0) } else { first + 1.0 });
    // Some room above, for the words.
    let high = round_range(points.iter().map(|point| point.1 * 1.15).chain([0.0]), 20.0).1;
    if area.width() < 40.0 || area.height() < 30.0 {
        return;
    }
    let accident = verdict.ruling != Ruling::Malfunction;
    let ink = if accident { theme.status.critical.fg } else { theme.text.secondary };
    let gap = usual_step(points).map_or(f64::INFINITY, |step| (step * 8.0).max(5.0));
    let ticks_x = (area.width() / 56.0) as usize;
    let home = Home { x, y: (0.0, high.max(20.0)), ticks: (ticks_x, 4), still: false };
    let shown = plot(ui, area, home, |plot| {
        let style = if accident { LineStyle::Solid } else { LineStyle::Dashed { length: 4.0 } };
        plot.vline(VLine::new("impact", 0.0).stroke(Stroke::new(1.5, ink)).style(style));
        series(plot, "speed", points, gap, &Pen { stroke: Stroke::new(1.75, theme.plot.series[0]), dash: &[] });
    });
    let axes = shown.axes;
    let painter = ui.painter().with_clip_rect(body.intersect(ui.clip_rect()));
    axes.y_labels(&painter, theme, 4);
    let (at, decimals) = ticks(axes.x, ticks_x);
    let end = at.last().copied();
    let label = |tick: f64| {
        let unit = if Some(tick) == end { "s" } else { "" };
        text::signed(tick, decimals, unit)
    };
    axes.x_words(&painter, theme, at.into_iter().map(|tick| (tick, label(tick))));
    let inside = painter.with_clip_rect(area.intersect(painter.clip_rect()));

    let before = points.iter().rev().find(|point| point.0 <= 0.0 && point.1.is_finite());
    let after = points.iter().find(|point| point.0 > 0.0 && point.1.is_finite());
    let stop = points.iter().find(|point| point.0 > 0.0 && point.1 < 1.0);
    let (mut said, mut placed) = (Vec::new(), Vec::<Rect>::new());
    let mut label = |words: String, at: Point, right: bool, up: bool, color| {
        said.push(words.clone());
        if at.0 < axes.x.0 || axes.x.1 < at.0 {
            return;
        }
        let galley = inside.layout_no_wrap(words, Type::Micro.semibold(), color);
        let place = axes.at(at);
        let x = if right { place.x + 8.0 } else { place.x - 8.0 - galley.size().x };
        let y = if up { place.y - 4.0 - galley.size().y } else { place.y + 3.0 };
        let x = x.min(area.right() - galley.size().x - 2.0).max(area.left() + 4.0);
        let y = y.min(area.bottom() - galley.size().y - 2.0).max(area.top() + 2.0);
        let mut rect = Rect::from_min_size(pos2(x, y), galley.size());
        while let Some(other) = placed.iter().find(|other| other.intersects(rect)) {
            rect = rect.translate(vec2(0.0, other.top() - 1.0 - rect.bottom()));
        }
        placed.push(rect);
        inside.rect_filled(rect.expand2(vec2(2.0, 0.0)), 2.0, theme.plot.bg.gamma_multiply(0.85));
        inside.galley(rect.min, galley, color);
    };
    if let Some(before) = before {
        // At the left, over the highest of what came before, so that it never lies on the line.
        let top =
            points.iter().filter(|point| point.0 <= 0.0 && point.1.is_finite()).fold(before.1, |top, point| top.max(point.1));
        label(tr!("incidents-kmh-before", kmh = text::kmh(before.1)), (x.0.max(axes.x.0), top), true, true, theme.text.primary);
    }
    if let Some(after) = after {
        inside.circle_filled(axes.at(*after), 3.0, theme.plot.series[0]);
        label(tr!("incidents-kmh-after", kmh = text::kmh(after.1)), *after, true, true, theme.text.primary);
    }
    if let Some(stop) = stop.filter(|stop| before.is_some_and(|before| before.1 >= 5.0) && Some(*stop) != after) {
        inside.circle_filled(axes.at(*stop), 3.0, theme.plot.series[0]);
        label(tr!("incidents-stopped-at", at = text::signed(stop.0, 1, "s")), *stop, true, true, theme.text.secondary);
    }
    if let Some(delta_v) = verdict.delta_v_kmh.filter(|delta_v| delta_v.abs() < DRAWABLE_KMH) {
        let words = if accident { format!("Δv −{}", text::kmh(delta_v)) } else { format!("Δv {}", text::kmh(delta_v)) };
        label(words, (0.0, axes.y.1), true, false, ink);
    }
    let spoken = tr!("incidents-speed-spoken", said = said.join(", "));
    shown.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    if shown.moved && corner_link(ui, area, word!("incidents-reset-view")) {
        shown.reset(ui);
    }
    if let Some(at) = axes.cursor(&painter, theme, &shown.response)
        && let Some((t, kmh)) = nearest(points, at, (x.1 - x.0) / 10.0)
    {
        shown.response.on_hover_ui_at_pointer(|ui| {
            ui.label(
                Type::Small.rich_semibold(
                    format!("{}  {}", text::signed(t, 2, "s"), text::quantity(kmh, 1, "km/h")),
                    theme.text.primary,
                ),
            );
        });
    }
}
