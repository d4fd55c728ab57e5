//! A chart to explore: an `egui_plot` that is dragged to pan, scrolled over the time axis or boxed with the secondary
//! button to zoom, and double-clicked to see it whole again. Words are painted over it with [`Axes`].

use eframe::egui::{Align, Id, Layout, Rect, Response, Sense, Stroke, Ui, UiBuilder, pos2, vec2};
use egui_plot::{GridInput, GridMark, Line, LineStyle, Plot, PlotMemory, PlotPoints, PlotUi, Points};

use super::chart::{Axes, Pen, ticks};
use crate::ui::decimate::{Point, decimate};
use crate::ui::theme::{Theme, Type};

/// How much one point of scrolling zooms.
const ZOOM_PER_POINT: f64 = 1.0 / 240.0;
/// The narrowest and the widest view, as a share of the view at first.
const ZOOM_RANGE: (f64, f64) = (1e-4, 8.0);

/// The view at first and after a double click.
#[derive(Clone, Copy, Debug)]
pub struct Home {
    /// What the left and the right edge stand for.
    pub x: (f64, f64),
    /// What the lower and the upper edge stand for.
    pub y: (f64, f64),
    /// About how many vertical and horizontal grid lines.
    pub ticks: (usize, usize),
    /// Stands still: a preview.
    pub still: bool,
}

/// What was shown.
#[derive(Debug)]
pub struct Shown {
    /// Where numbers lie on the screen now.
    pub axes: Axes,
    /// Of the plot's area.
    pub response: Response,
    /// Panned or zoomed away from its home.
    pub moved: bool,
    id: Id,
}

impl Shown {
    /// Goes home in the next frame.
    pub fn reset(&self, ui: &Ui) {
        if let Some(mut memory) = PlotMemory::load(ui.ctx(), self.id) {
            memory.auto_bounds = true.into();
            memory.store(ui.ctx(), self.id);
            ui.request_repaint();
        }
    }
}

/// Ground, grid and what `add` adds, in `area`. The view is kept for as long as its home is the same.
pub fn plot<'a>(ui: &mut Ui, area: Rect, home: Home, add: impl FnOnce(&mut PlotUi<'a>) + 'a) -> Shown {
    let theme = Theme::of(ui);
    ui.painter().rect_filled(area, 0.0, theme.plot.bg);
    let free = !home.still;
    let bits = if free { [home.x.0, home.x.1, home.y.0, home.y.1].map(f64::to_bits) } else { [0; 4] };
    let id = ui.make_persistent_id(("plot", bits));
    let plot = Plot::new("plot")
        .id(id)
        .default_x_bounds(home.x.0, home.x.1)
        .default_y_bounds(home.y.0, home.y.1)
        .width(area.width())
        .height(area.height())
        .min_size(vec2(8.0, 8.0))
        .show_axes(false)
        .show_background(false)
        .show_x(false)
        .show_y(false)
        .x_grid_spacer(move |input| grid(&input, home.ticks.0))
        .y_grid_spacer(move |input| grid(&input, home.ticks.1))
        .grid_color(theme.plot.grid)
        .grid_fade(0.0)
        .grid_spacing(1.0..=2.0)
        .allow_drag(free)
        .allow_zoom(free)
        .allow_scroll(false)
        .allow_boxed_zoom(free)
        .allow_double_click_reset(free)
        // Not focusable: there is nothing the keyboard could do here.
        .sense(if free { Sense::CLICK | Sense::DRAG } else { Sense::hover() });
    let shown = ui
        .scope_builder(UiBuilder::new().max_rect(area).id_salt("plot"), |ui| {
            plot.show(ui, move |plot| {
                if free {
                    zoom(plot, home.x.1 - home.x.0);
                } else {
                    plot.set_auto_bounds(true);
                }
                add(plot);
            })
        })
        .inner;
    let bounds = shown.transform.bounds();
    let (x, y) = ((bounds.min()[0], bounds.max()[0]), (bounds.min()[1], bounds.max()[1]));
    Shown { axes: Axes { area, x, y }, response: shown.response, moved: (x, y) != (home.x, home.y), id }
}

/// The wheel zooms the time axis around the pointer.
fn zoom(plot: &mut PlotUi<'_>, home_width: f64) {
    let scrolled = f64::from(plot.ctx().input(|input| input.smooth_scroll_delta.y));
    if scrolled == 0.0 || !plot.response().contains_pointer() {
        return;
    }
    let factor = (scrolled * ZOOM_PER_POINT).exp();
    let width = plot.plot_bounds().width() / factor / home_width;
    if (ZOOM_RANGE.0..=ZOOM_RANGE.1).contains(&width) {
        plot.zoom_bounds_around_hovered(vec2(factor as f32, 1.0));
    }
}

fn grid(input: &GridInput, n: usize) -> Vec<GridMark> {
    let at = ticks(input.bounds, n).0;
    let step_size = at.windows(2).next().map_or(input.bounds.1 - input.bounds.0, |pair| pair[1] - pair[0]);
    at.into_iter().map(|value| GridMark { value, step_size }).collect()
}

/// A series within (and a view's width beside) what is shown: at most two points a pixel column, and never a line across
/// a gap of more than `gap` in x.
pub fn series(plot: &mut PlotUi<'_>, name: &str, points: &[Point], gap: f64, pen: &Pen<'_>) {
    let bounds = plot.plot_bounds();
    let (from, until) = (bounds.min()[0], bounds.max()[0]);
    let width = until - from;
    let columns = 3 * plot.transform().frame().width() as usize;
    let style = match pen.dash {
        [] => LineStyle::Solid,
        [on, off, ..] if *on <= 2.0 => LineStyle::Dotted { spacing: on + off },
        [on, ..] => LineStyle::Dashed { length: *on },
    };
    let stroke = match style {
        // The width of a dotted line is the radius of its dots.
        LineStyle::Dotted { .. } => Stroke::new(pen.stroke.width * 0.6, pen.stroke.color),
        _ => pen.stroke,
    };
    for (n, run) in decimate(points, (from - width, until + width), columns, gap).into_iter().enumerate() {
        let name = format!("{name} {n}");
        if let [alone] = run[..] {
            plot.points(Points::new(name, [alone.0, alone.1]).radius(stroke.width.max(1.5)).color(stroke.color));
        } else {
            let points: PlotPoints<'_> = run.into_iter().map(|(x, y)| [x, y]).collect();
            plot.line(Line::new(name, points).stroke(stroke).style(style));
        }
    }
}

/// Where [`corner_link`] stands, so that no words stand there.
pub fn corner(area: Rect) -> Rect {
    Rect::from_min_size(pos2(area.right() - 122.0, area.top() + 2.0), vec2(116.0, 20.0))
}

/// A link in the upper right corner of a chart; whether it was clicked.
pub fn corner_link(ui: &mut Ui, area: Rect, label: &str) -> bool {
    let place = corner(area);
    let layout = Layout::right_to_left(Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(place).id_salt("corner").layout(layout), |ui| {
        ui.link(Type::Micro.rich_medium(label, Theme::of(ui).accent.base)).clicked()
    })
    .inner
}
