//! Badges and the pairs of shape and word that carry a state.

use eframe::egui::{Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use crate::model::{Band, Incident, LinkState, Origin, Severity};
use crate::ui::shapes::{Mark, dashed_rect};
use crate::ui::theme::{RADIUS_CHIP, Status, Theme, Type, sizes};
use crate::ui::{text, words};

/// A shape and a word: `◆ Critical`.
pub fn mark_word(ui: &mut Ui, mark: Mark, word: &str, status: Status) -> Response {
    let galley = ui.painter().layout_no_wrap(word.to_owned(), Type::Body.medium(), status.fg);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 19.0, Type::Body.line()), Sense::hover());
    mark.paint(ui.painter(), rect.left_center() + vec2(6.0, 0.0), 11.0, status.fg);
    ui.painter().galley(rect.left_center() + vec2(19.0, -galley.size().y / 2.0), galley, status.fg);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, word));
    response
}

/// The shape and word of a severity.
pub fn severity_badge(ui: &mut Ui, severity: Severity) -> Response {
    let status = Theme::of(ui).severity(severity);
    mark_word(ui, Mark::severity(severity), text::severity(severity), status)
}

/// An outlined badge with a shape: `HOT`, `STALE 34 s`.
pub fn badge(ui: &mut Ui, mark: Option<Mark>, word: &str, status: Status) -> Response {
    paint_badge(ui, mark, word, status, false)
}

/// The badge of a drill: dashed outline and the word. It stands on a solid ground, so that it can be read over hatch.
pub fn drill_badge(ui: &mut Ui) -> Response {
    let drill = Theme::of(ui).status.drill;
    paint_badge(ui, Some(Mark::TestTube), words::origin(Origin::Drill).unwrap_or_default(), drill, true)
}

/// The badge of an incident; nothing for one of a real device. What was taken in from elsewhere looks as apart as a drill.
pub fn incident_badge(ui: &mut Ui, incident: &Incident) -> Option<Response> {
    let theme = Theme::of(ui);
    let word = words::badge(incident)?;
    Some(match (incident.imported.is_some(), incident.origin) {
        (true, _) => paint_badge(ui, None, word, theme.status.drill, true),
        (false, Origin::Drill) => drill_badge(ui),
        (false, _) => badge(ui, None, word, theme.status.info),
    })
}

/// The badge of an origin; nothing for a real device.
pub fn origin_badge(ui: &mut Ui, origin: Origin) {
    match origin {
        Origin::Device => {}
        Origin::Drill => {
            drill_badge(ui);
        }
        Origin::Sample => {
            let info = Theme::of(ui).status.info;
            badge(ui, None, words::origin(origin).unwrap_or_default(), info);
        }
    }
}

fn paint_badge(ui: &mut Ui, mark: Option<Mark>, word: &str, status: Status, dashed: bool) -> Response {
    let galley = ui.painter().layout_no_wrap(word.to_owned(), Type::Micro.semibold(), status.fg);
    let indent = if mark.is_some() { 17.0 } else { 0.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + indent + 14.0, sizes().chip_h), Sense::hover());
    let painter = ui.painter();
    painter.rect_filled(rect, f32::from(RADIUS_CHIP), status.tint);
    if dashed {
        dashed_rect(painter, rect, status.fg);
    } else {
        painter.rect_stroke(rect, f32::from(RADIUS_CHIP), Stroke::new(1.0, status.line), StrokeKind::Inside);
    }
    if let Some(mark) = mark {
        mark.paint(painter, rect.left_center() + vec2(13.0, 0.0), 11.0, status.fg);
    }
    painter.galley(rect.left_center() + vec2(7.0 + indent, -galley.size().y / 2.0), galley, status.fg);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, word));
    response
}

/// The colours of a connection's state.
pub const fn link_status(theme: &Theme, state: LinkState) -> Status {
    match state {
        LinkState::Up => theme.status.ok,
        LinkState::Connecting => theme.status.info,
        LinkState::Degraded => theme.status.high,
        LinkState::Down => theme.status.critical,
        LinkState::NotSet => theme.status.low,
    }
}

/// The colours of a band.
pub const fn band_status(theme: &Theme, band: Band) -> Status {
    match band {
        Band::Hot => theme.status.hot,
        Band::Cold => theme.status.cold,
        Band::Normal => theme.status.low,
    }
}
