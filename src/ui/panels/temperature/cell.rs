//! One sensor: its name and state, its value with how long it has been so, and what it measured among its bands.

use eframe::egui::{Align2, Rect, Role, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

use super::super::{PanelContext, Screen};
use crate::model::{Band, Timestamp};
use crate::state::snapshot::SensorView;
use crate::ui::series::{self, Curve};
use crate::ui::shapes::{Mark, dotted_underline, elided};
use crate::ui::text::{self, Freshness};
use crate::ui::theme::{PANE_PAD, Status, Theme, Type};
use crate::ui::widgets::chart::{Axes, Pen, round_range};
use crate::ui::widgets::{badge, band_badge, band_status, focus_ring, hairline_below, name, origin_badge, put};
use crate::ui::{degrees, tr};
use crate::wire;

pub(super) fn ui(ui: &mut Ui, rect: Rect, sensor: &SensorView, minutes: f64, context: &mut PanelContext<'_>) {
    let theme = Theme::of(ui);
    let device = &sensor.row.device;
    let response = ui.interact(rect, ui.scope_id().with(("sensor", device.as_str(), sensor.row.origin)), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, theme.bg.hover.gamma_multiply(0.5));
    }
    focus_ring(ui, &response);
    hairline_below(ui, rect);
    ui.painter().vline(rect.right() - 0.5, rect.y_range(), theme.hairline());
    let mut fresh = Freshness::of(context.now.secs_since(sensor.row.last_seen), sensor.row.period_secs);
    if context.liveness.stale_since().is_some() {
        fresh = fresh.max(Freshness::Stale);
    }
    let inner = Rect::from_min_max(rect.min + vec2(PANE_PAD.x, 8.0), rect.max - vec2(PANE_PAD.x, 8.0));
    let state = head(ui, inner, sensor, fresh, context.now, theme);
    let now_ms = context.now.0 as f64 / 1e3;
    chart(
        ui,
        Rect::from_min_max(inner.min + vec2(24.0, 70.0), inner.max),
        sensor,
        fresh,
        (now_ms - minutes * 60_000.0, now_ms),
        theme,
    );
    name(ui, rect, ("cell", device.as_str()), Role::Image, &format!("{device}: {state}"));
    if response.clicked() {
        context.focus.sensor = Some(device.clone());
        *context.go = Some(Screen::Live);
    }
}

/// Paints name, state, value and topic; gives them in words.
fn head(ui: &mut Ui, inner: Rect, sensor: &SensorView, fresh: Freshness, now: Timestamp, theme: &Theme) -> String {
    let row = &sensor.row;
    let silent = fresh == Freshness::Lost;
    let mut badges = ui.new_child(
        UiBuilder::new()
            .max_rect(Rect::from_min_size(inner.min, vec2(inner.width(), 22.0)))
            .layout(eframe::egui::Layout::right_to_left(eframe::egui::Align::Center)),
    );
    badges.spacing_mut().item_spacing.x = 6.0;
    let age = text::age(now, row.last_seen);
    let word = match fresh {
        Freshness::Lost => {
            badge(&mut badges, Some(Mark::Ring), &tr!("temperature-silent"), theme.status.stale);
            tr!("temperature-silent")
        }
        Freshness::Stale => {
            let word = tr!("temperature-stale", age = age.clone());
            badge(&mut badges, Some(Mark::Clock), &word, theme.status.stale);
            word
        }
        Freshness::Live | Freshness::Late => {
            band_badge(&mut badges, row.last.band);
            text::band(row.last.band).to_owned()
        }
    };
    origin_badge(&mut badges, row.origin);
    let free = badges.min_rect().left() - inner.left() - 8.0;
    let painter = ui.painter();
    let label = elided(painter, row.device.as_str(), &Type::Section.font(), theme.text.primary, free);
    painter.galley(inner.min + vec2(0.0, 11.0 - label.size().y / 2.0), label, theme.text.primary);

    let ink: Status = band_status(theme, row.last.band);
    let color = match (fresh, row.last.band) {
        (Freshness::Stale | Freshness::Lost, _) => theme.text.tertiary,
        (_, Band::Normal) => theme.text.primary,
        _ => ink.fg,
    };
    let value = text::number(degrees::shown(row.last.celsius.0), 1);
    let at = inner.min + vec2(0.0, 38.0);
    let value_rect = put(painter, at, Align2::LEFT_CENTER, &value, Type::Headline.medium(), color);
    let unit_at = pos2(value_rect.right() + 6.0, at.y + 2.0);
    let sign = degrees::unit().sign();
    put(painter, unit_at, Align2::LEFT_CENTER, sign, Type::Small.font(), theme.text.secondary);
    if fresh >= Freshness::Stale {
        dotted_underline(painter, value_rect.left_bottom() - vec2(0.0, 3.0), value_rect.width(), color);
    }
    let since = since(sensor, silent, now, &age);
    put(painter, pos2(inner.right(), at.y + 2.0), Align2::RIGHT_CENTER, &since, Type::Micro.font(), theme.text.secondary);
    let topic =
        if silent { tr!("temperature-no-topic") } else { wire::temperature_topic(row.origin, row.last.band, &row.device) };
    let label = tr!("temperature-topic");
    let at = inner.min + vec2(0.0, 59.0);
    let word_rect = put(painter, at, Align2::LEFT_CENTER, label, Type::Micro.font(), theme.text.tertiary);
    let room = inner.right() - word_rect.right() - 5.0;
    let mono = eframe::egui::FontId::new(Type::Micro.font().size, eframe::egui::FontFamily::Monospace);
    let topic = elided(painter, &topic, &mono, theme.text.secondary, room);
    painter.galley(pos2(word_rect.right() + 5.0, at.y - topic.size().y / 2.0), topic, theme.text.secondary);
    format!("{value} {sign}, {word}, {since}")
}

/// `above 8 °C for 17 min`, `2 to 8 °C`, `last value 12 min old`.
fn since(sensor: &SensorView, silent: bool, now: Timestamp, age: &str) -> String {
    let row = &sensor.row;
    let lasting = text::age(now, row.band_since);
    if silent {
        return tr!("temperature-last-value-old", age = age.to_owned());
    }
    match row.last.band {
        Band::Hot => tr!("temperature-above-for", limit = degrees::limit(row.last.limits_c.1), lasting = lasting),
        Band::Cold => tr!("temperature-below-for", limit = degrees::limit(row.last.limits_c.0), lasting = lasting),
        Band::Normal => {
            let (low, high) = degrees::limits(row.last.limits_c);
            tr!("temperature-range", low = low, high = high)
        }
    }
}

/// What was measured among the bands; a hover reads a value.
fn chart(ui: &Ui, area: Rect, sensor: &SensorView, fresh: Freshness, x: (f64, f64), theme: &Theme) {
    let gap = series::gap_ms(&sensor.series, sensor.row.period_secs);
    let columns = (area.width() * ui.pixels_per_point()) as usize;
    let curve = Curve::of(&sensor.series, 0, x, columns, gap).map(degrees::shown);
    let (low, high) = sensor.row.last.limits_c;
    let margin = ((high - low) * 0.25).max(1.0);
    let (bottom, top) = (degrees::shown(low - margin), degrees::shown(high + margin));
    let (low, high) = (degrees::shown(low), degrees::shown(high));
    let axes = Axes { area, x, y: round_range(curve.values_since(x.0).chain([bottom, top]), 4.0) };
    let painter = ui.painter();
    painter.rect_filled(area, 0.0, theme.plot.bg);
    axes.band(painter, (high, axes.y.1), theme.plot.band_hot);
    axes.band(painter, (low, high), theme.plot.band_normal);
    axes.band(painter, (axes.y.0, low), theme.plot.band_cold);
    for quarter in [0.25, 0.5, 0.75] {
        let px = area.left() + area.width() * quarter;
        painter.vline(px, area.y_range(), Stroke::new(1.0, theme.plot.grid));
    }
    painter.hline(area.x_range(), area.bottom(), Stroke::new(1.0, theme.plot.axis));
    for (limit, color) in [(high, theme.status.hot.fg), (low, theme.status.cold.fg)] {
        axes.limit(painter, limit, color);
        let y = axes.at((x.0, limit)).y;
        let words = format!("{}°", text::number(limit, usize::from((limit * 10.0).round() % 10.0 != 0.0)));
        put(painter, pos2(area.left() - 5.0, y), Align2::RIGHT_CENTER, words, Type::Micro.font(), color);
    }
    axes.runs(painter, &curve.runs, &Pen { stroke: Stroke::new(1.5, theme.plot.series[0]), dash: &[] });
    if let Some(gap) = curve.silence(x.1, gap) {
        axes.gap(painter, theme, gap, &tr!("temperature-no-data"));
    }
    if let Some(last) = curve.last().filter(|point| point.0 >= x.0) {
        let band = sensor.row.last.band;
        if fresh >= Freshness::Stale {
            painter.circle_stroke(axes.at(last), 3.0, Stroke::new(1.5, theme.text.secondary));
        } else {
            let color = if band == Band::Normal { theme.text.primary } else { band_status(theme, band).fg };
            painter.circle_filled(axes.at(last), 3.0, color);
        }
    }
    let hovered = ui.interact(area, ui.scope_id().with(("hour", sensor.row.device.as_str())), Sense::hover());
    if let Some(x) = axes.cursor(painter, theme, &hovered) {
        let at = text::clock(Timestamp::from_millis(x as i64));
        let value = curve
            .nearest(x)
            .map_or_else(|| tr!("temperature-no-value"), |point| text::quantity(point.1, 1, degrees::unit().sign()));
        hovered.on_hover_text_at_pointer(format!("{at}  {value}"));
    }
}
