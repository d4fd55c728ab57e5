//! The chosen sensor: its temperature among its bands.

use eframe::egui::{Align2, Rect, Role, Stroke, Ui, pos2};

use super::super::PanelContext;
use super::{chart_area, time_labels};
use crate::model::Band;
use crate::state::Snapshot;
use crate::state::snapshot::SensorView;
use crate::ui::series::{self, Curve};
use crate::ui::shapes::{Mark, dotted_underline};
use crate::ui::text::{self, Freshness};
use crate::ui::theme::{Theme, Type};
use crate::ui::widgets::chart::{Axes, Pen, round_range};
use crate::ui::widgets::{Pane, badge, band_badge, band_status, empty_state, header, name, origin_badge, put, within};
use crate::ui::{degrees, icons, tr, word};

/// The windows to choose from, minutes: the least that holds what there is.
const WINDOWS_MIN: [f64; 4] = [5.0, 15.0, 30.0, 60.0];

pub(super) fn ui(ui: &mut Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>, shared: Option<f64>) -> Option<f64> {
    let Some(sensor) = &snapshot.sensor else {
        header(ui, Pane { title: word!("live-sensor"), ..Pane::default() });
        empty_state(ui, icons::THERMOMETER, word!("live-no-sensor"), word!("live-no-sensor-why"), None);
        return None;
    };
    let theme = Theme::of(ui);
    let now_ms = context.now.0 as f64 / 1e3;
    let first = sensor.series.iter().find_map(|chunk| chunk.t_ms.first()).map_or(now_ms, |&t_ms| t_ms as f64);
    let span_min = (now_ms - first) / 60_000.0;
    let window = WINDOWS_MIN.into_iter().find(|minutes| *minutes >= span_min).unwrap_or(60.0);
    let x = (now_ms - window * 60_000.0, now_ms);
    let gap = series::gap_ms(&sensor.series, sensor.row.period_secs);
    let mut fresh = Freshness::of(context.now.secs_since(sensor.row.last_seen), sensor.row.period_secs);
    if context.liveness.stale_since().is_some() {
        fresh = fresh.max(Freshness::Stale);
    }
    head(ui, sensor, fresh, context, theme);

    let room = ui.available_rect_before_wrap();
    let area = chart_area(room, 84.0);
    let columns = (area.width() * ui.pixels_per_point()) as usize;
    let curve = Curve::of(&sensor.series, 0, x, columns, gap).map(degrees::shown);
    let (low, high) = sensor.row.last.limits_c;
    let margin = ((high - low) * 0.15).max(1.0);
    let (bottom, top) = (degrees::shown(low - margin), degrees::shown(high + margin));
    let (low, high) = (degrees::shown(low), degrees::shown(high));
    let axes = Axes { area, x, y: round_range(curve.values_since(x.0).chain([bottom, top]), 4.0) };
    let painter = ui.painter().clone();
    axes.frame(&painter, theme, 5);
    axes.band(&painter, (high, axes.y.1), theme.plot.band_hot);
    axes.band(&painter, (low, high), theme.plot.band_normal);
    axes.band(&painter, (axes.y.0, low), theme.plot.band_cold);
    axes.x_labels(&painter, theme, time_labels(x));
    axes.limit(&painter, high, theme.status.hot.fg);
    axes.limit(&painter, low, theme.status.cold.fg);
    let pen = Pen { stroke: Stroke::new(1.5, theme.plot.series[0]), dash: &[] };
    axes.runs(&painter, &curve.runs, &pen);
    if let Some((at, band)) = sensor.crossed {
        let words = tr!("live-crossed", at = text::clock_minutes(at));
        axes.marker(&painter, theme, at.0 as f64 / 1e3, &words, band_status(theme, band).fg, &[2.0, 3.0]);
    }
    if let Some(gap) = curve.silence(now_ms, gap) {
        axes.gap(&painter, theme, gap, word!("live-no-data"));
    }
    if let Some(last) = curve.last() {
        let color = if fresh < Freshness::Stale { band_status(theme, sensor.row.last.band).fg } else { theme.text.secondary };
        if fresh < Freshness::Stale {
            painter.circle_filled(axes.at(last), 4.0, color);
        } else {
            painter.circle_stroke(axes.at(last), 4.0, Stroke::new(1.5, color));
        }
    }
    axes.unit(&painter, theme, degrees::unit().sign());
    bands(&painter, &axes, (low, high), theme);
    let own = hover(ui, &axes, &curve, theme);
    if let Some(at) = shared.filter(|at| own.is_none() && (x.0..=x.1).contains(at)) {
        painter.vline(axes.at((at, axes.y.0)).x, area.y_range(), Stroke::new(1.0, theme.plot.cursor));
    }
    let words = tr!(
        "live-sensor-spoken",
        device = sensor.row.device.as_str(),
        min = text::number(window, 0),
        celsius = degrees::text(sensor.row.last.celsius.0),
        band = text::band(sensor.row.last.band),
        fresh = fresh.word()
    );
    name(ui, area, "band chart", Role::Image, &words);
    own
}

fn head(ui: &mut Ui, sensor: &SensorView, fresh: Freshness, context: &PanelContext<'_>, theme: &Theme) {
    let free = header(ui, Pane { title: sensor.row.device.as_str(), ..Pane::default() });
    let celsius = sensor.row.last.celsius.0;
    let age = text::age(context.now, sensor.row.last_seen);
    let right = pos2(free.right() + 8.0, free.center().y);
    let painter = ui.painter().clone();
    let status = band_status(theme, sensor.row.last.band);
    let (words, color) = match fresh {
        Freshness::Lost => (tr!("live-no-data-for", age = age.as_str()), theme.text.secondary),
        Freshness::Stale => (degrees::text(celsius), theme.text.tertiary),
        Freshness::Live | Freshness::Late if sensor.row.last.band == Band::Normal => (degrees::text(celsius), theme.text.primary),
        Freshness::Live | Freshness::Late => (degrees::text(celsius), status.fg),
    };
    let font = if fresh == Freshness::Lost { Type::Small.font() } else { Type::Title.font() };
    let value = put(&painter, right, Align2::RIGHT_CENTER, words, font, color);
    if fresh == Freshness::Stale {
        dotted_underline(&painter, value.left_bottom(), value.width(), color);
    }
    let free = Rect::from_min_max(free.min, pos2(value.left() - 8.0, free.bottom()));
    within(ui, free, |ui| {
        match fresh {
            Freshness::Stale => {
                badge(ui, Some(Mark::Clock), &tr!("live-stale-badge", age = age.as_str()), theme.status.stale);
            }
            Freshness::Lost => {}
            Freshness::Live | Freshness::Late => {
                band_badge(ui, sensor.row.last.band);
            }
        }
        ui.add_space(6.0);
        origin_badge(ui, sensor.row.origin);
    });
}

/// The bands in words at the right.
fn bands(painter: &eframe::egui::Painter, axes: &Axes, (low, high): (f64, f64), theme: &Theme) {
    let left = axes.area.right() + 8.0;
    let y = |from: f64, until: f64| axes.at((axes.x.0, f64::midpoint(from, until))).y;
    let limit = |value: f64| text::number(value, usize::from((value * 10.0).round() % 10.0 != 0.0));
    let sign = degrees::unit().sign();
    let lines = [
        (y(high, axes.y.1), text::band(Band::Hot), format!("> {} {sign}", limit(high)), theme.status.hot.fg),
        (
            y(low, high),
            text::band(Band::Normal),
            tr!("live-band-range", low = limit(low), high = limit(high), unit = sign),
            theme.status.ok.fg,
        ),
        (y(axes.y.0, low), text::band(Band::Cold), format!("< {} {sign}", limit(low)), theme.status.cold.fg),
    ];
    let mut below = axes.area.top() + 7.0;
    for (y, word, range, color) in lines {
        let y = y.max(below).min(axes.area.bottom());
        below = y + 34.0;
        put(painter, pos2(left, y - 7.0), Align2::LEFT_CENTER, word, Type::Micro.semibold(), color);
        put(painter, pos2(left, y + 7.0), Align2::LEFT_CENTER, range, Type::Micro.font(), theme.text.secondary);
    }
}

fn hover(ui: &Ui, axes: &Axes, curve: &Curve, theme: &Theme) -> Option<f64> {
    let response = ui.interact(axes.area, ui.scope_id().with("band hover"), eframe::egui::Sense::hover());
    let x = axes.cursor(ui.painter(), theme, &response)?;
    let at = text::clock(crate::model::Timestamp::from_millis(x as i64));
    let value = curve.nearest(x).map_or_else(|| tr!("live-no-value"), |point| text::quantity(point.1, 1, degrees::unit().sign()));
    response.on_hover_text_at_pointer(format!("{at}  {value}"));
    Some(x)
}
