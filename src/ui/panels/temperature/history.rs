//! What happened to temperatures: left their band, came back, how long it lasted. Newest first.

use eframe::egui::{Align2, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::super::PanelContext;
use crate::model::{Alert, AlertKind, Band, SensorFault};
use crate::state::Snapshot;
use crate::ui::shapes::{Mark, elided};
use crate::ui::theme::{PANE_PAD, Theme, Type, sizes};
use crate::ui::widgets::{Pane, empty_state, focus_ring, hairline_below, header, put, row_ground};
use crate::ui::{degrees, icons, text, tr};

pub(super) fn ui(ui: &mut Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
    let is_temperature = |alert: &&Alert| {
        matches!(alert.about, AlertKind::Temperature { .. } | AlertKind::TemperatureRate | AlertKind::SensorFault { .. })
    };
    let alerts: Vec<&Alert> = snapshot.alerts.iter().filter(is_temperature).collect();
    let since =
        alerts.last().map_or_else(String::new, |oldest| tr!("temperature-since", at = text::clock_minutes(oldest.raised_at)));
    header(ui, Pane { title: &tr!("temperature-history"), note: &since, ..Pane::default() });
    if alerts.is_empty() {
        empty_state(ui, icons::CLOCK, &tr!("temperature-history-empty"), &tr!("temperature-history-empty-when"), None);
        return;
    }
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, sizes().row_two_line, alerts.len(), |ui, rows| {
        for alert in &alerts[rows] {
            row(ui, alert, snapshot, context);
        }
    });
}

/// What is wrong with a sensor.
fn fault_words(fault: SensorFault) -> String {
    match fault {
        SensorFault::Stuck => tr!("temperature-fault-stuck"),
        SensorFault::Jumping => tr!("temperature-fault-jumping"),
        SensorFault::Impossible => tr!("temperature-fault-impossible"),
        SensorFault::Silent => tr!("temperature-fault-silent"),
    }
}

fn row(ui: &mut Ui, alert: &Alert, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().row_two_line), Sense::click());
    row_ground(ui, rect, false, response.hovered());
    hairline_below(ui, rect);
    let limits = snapshot.sensors.iter().find(|sensor| sensor.device == alert.device).map(|sensor| sensor.last.limits_c);
    let (mark, color, said) = match (&alert.about, limits) {
        (AlertKind::Temperature { band: Band::Hot }, Some((_, high))) => {
            (Mark::Hot, theme.status.hot.fg, tr!("temperature-rose-above", limit = degrees::limit(high)))
        }
        (AlertKind::Temperature { band: Band::Cold }, Some((low, _))) => {
            (Mark::Cold, theme.status.cold.fg, tr!("temperature-fell-below", limit = degrees::limit(low)))
        }
        (
            AlertKind::Temperature { .. }
            | AlertKind::Incident { .. }
            | AlertKind::WentSilent { .. }
            | AlertKind::ChainBroken
            | AlertKind::SilenceEnds { .. }
            | AlertKind::Budget { .. }
            | AlertKind::HarshDriving { .. },
            _,
        ) => {
            // The device's name stands above already.
            let said = alert.text.strip_prefix(alert.device.as_str()).unwrap_or(&alert.text).trim_start().to_owned();
            (Mark::Triangle, theme.status.high.fg, said)
        }
        (AlertKind::TemperatureRate, _) => (Mark::Triangle, theme.status.high.fg, tr!("temperature-too-fast")),
        (AlertKind::SensorFault { fault }, _) => (Mark::Wrench, theme.status.medium.fg, fault_words(*fault)),
    };
    let painter = ui.painter();
    let y = rect.center().y;
    let at = text::clock_minutes(alert.raised_at);
    put(painter, pos2(rect.left() + PANE_PAD.x, y), Align2::LEFT_CENTER, &at, Type::Small.font(), theme.text.tertiary);
    mark.paint(painter, pos2(rect.left() + 66.0, y), 13.0, color);
    let state = match alert.cleared_at {
        Some(cleared) => tr!("temperature-lasted", age = text::age(cleared, alert.raised_at)),
        None => tr!("temperature-open-for", age = text::age(context.now, alert.raised_at)),
    };
    let ink = if alert.cleared_at.is_some() { theme.text.tertiary } else { theme.status.high.fg };
    let right = pos2(rect.right() - PANE_PAD.x, y - 8.0);
    let state_rect = put(painter, right, Align2::RIGHT_CENTER, &state, Type::Micro.font(), ink);
    let left = rect.left() + 84.0;
    let title =
        elided(painter, alert.device.as_str(), &Type::Body.semibold(), theme.text.primary, state_rect.left() - left - 8.0);
    painter.galley(pos2(left, y - 8.0 - title.size().y / 2.0), title, theme.text.primary);
    let words = elided(painter, &said, &Type::Small.font(), theme.text.secondary, rect.right() - PANE_PAD.x - left);
    painter.galley(pos2(left, y + 9.0 - words.size().y / 2.0), words, theme.text.secondary);
    focus_ring(ui, &response);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{at} {} {said}, {state}", alert.device)));
    if response.on_hover_text(format!("{at} {} {said}, {state}", alert.device)).clicked() {
        let of =
            |incident: &&std::sync::Arc<crate::model::Incident>| incident.device == alert.device && incident.ruling().is_none();
        match snapshot.incidents.iter().find(of) {
            Some(incident) => context.open(&incident.id),
            None => context.focus.sensor = Some(alert.device.clone()),
        }
    }
}
