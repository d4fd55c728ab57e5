//! The judge beside the line: how much it judged, and where it differs. It decides nothing.

use eframe::egui::{Align2, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2};

use crate::model::comparison::{Brief, Flip};
use crate::model::{IncidentId, Ruling};
use crate::state::snapshot::ShadowView;
use crate::ui::shapes::elided;
use crate::ui::theme::{PANE_PAD, Theme, Type, sizes};
use crate::ui::widgets::{Pane, focus_ring, hairline_below, header, put, row_ground};
use crate::ui::{text, tr, words};

/// Differences in view at most; of more the list is scrolled.
const IN_VIEW: usize = 3;
/// Height of a line, points.
const ROW_H: f32 = 28.0;

/// The height that it wants, points.
pub(super) fn height(view: &ShadowView) -> f32 {
    let rows = view.last.len().min(IN_VIEW) + usize::from(view.failed.is_some());
    sizes().pane_header_h + rows as f32 * ROW_H
}

/// Paints it; gives the incident that was clicked.
pub(super) fn ui(ui: &mut Ui, view: &ShadowView) -> Option<IncidentId> {
    let theme = Theme::of(ui);
    let (judged, differ, failed) = (text::count(view.n_judged), text::count(view.n_differ), text::count(view.n_failed));
    let note =
        tr!("functions-shadow-note", judged = judged, differ = differ, failed = failed, others = text::count(view.n_others));
    header(ui, Pane { title: &tr!("functions-shadow", judge = view.judge.to_string()), note: &note, ..Pane::default() });
    if let Some(why) = &view.failed {
        let (rect, response) = ui.allocate_exact_size(eframe::egui::vec2(ui.available_width(), ROW_H), Sense::hover());
        hairline_below(ui, rect);
        let said = tr!("functions-shadow-failed", why = why.as_str());
        let cut = elided(ui.painter(), &said, &Type::Small.font(), theme.status.high.fg, rect.width() - 2.0 * PANE_PAD.x);
        ui.painter().galley(pos2(rect.left() + PANE_PAD.x, rect.center().y - cut.size().y / 2.0), cut, theme.status.high.fg);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
        response.on_hover_text(said);
    }
    let mut clicked = None;
    ScrollArea::vertical().id_salt("shadow").auto_shrink(false).show_rows(ui, ROW_H, view.last.len(), |ui, shown| {
        for flip in &view.last[shown] {
            if row(ui, flip) {
                clicked = Some(flip.incident.clone());
            }
        }
    });
    clicked
}

fn brief(said: &Brief) -> String {
    let ruling = match (said.ruling, said.malfunction) {
        (Ruling::Malfunction, Some(kind)) => words::malfunction(kind),
        (ruling, _) => text::ruling(ruling),
    };
    format!("{ruling}, {}", text::severity(said.severity))
}

fn row(ui: &mut Ui, flip: &Flip) -> bool {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(eframe::egui::vec2(ui.available_width(), ROW_H), Sense::click());
    row_ground(ui, rect, false, response.hovered());
    hairline_below(ui, rect);
    let painter = ui.painter();
    let (left, y) = (rect.left() + PANE_PAD.x, rect.center().y);
    let at = text::clock(flip.received_at);
    put(painter, pos2(left, y), Align2::LEFT_CENTER, &at, Type::Mono.font(), theme.text.secondary);
    let whose = match words::origin(flip.origin) {
        None => flip.device.to_string(),
        Some(origin) => format!("{}, {origin}", flip.device),
    };
    let cut = elided(painter, &whose, &Type::Body.semibold(), theme.text.primary, 190.0);
    painter.galley(pos2(left + 90.0, y - cut.size().y / 2.0), cut, theme.text.primary);
    let said = tr!("functions-shadow-differs", old = brief(&flip.old), new = brief(&flip.new));
    let reason = flip.changed.first().map(|change| change.name.clone()).unwrap_or_default();
    let said = if reason.is_empty() { said } else { tr!("functions-shadow-since", said = said, reason = reason) };
    let cut = elided(painter, &said, &Type::Body.font(), theme.text.secondary, rect.right() - PANE_PAD.x - left - 300.0);
    painter.galley(pos2(left + 300.0, y - cut.size().y / 2.0), cut, theme.text.secondary);
    focus_ring(ui, &response);
    let spoken = format!("{at} {whose}: {said}");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    let clicked = response.clicked();
    response.on_hover_text(format!("{} {said}", flip.incident));
    clicked
}
