//! Pages that a channel has not taken: which, what it said, and when they are tried again. A click leads to the incident.

use eframe::egui::{Align2, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::super::PanelContext;
use super::card;
use crate::model::StepKind;
use crate::state::Snapshot;
use crate::state::snapshot::UndeliveredPage;
use crate::ui::shapes::elided;
use crate::ui::theme::{Theme, Type, sizes};
use crate::ui::widgets::{focus_ring, hairline_below, put, row_ground};
use crate::ui::{text, tr, words};

pub(super) fn ui(ui: &mut Ui, top: f32, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
    let (pages, n) = &snapshot.undelivered;
    let row = sizes().row_two_line;
    let room = (ui.max_rect().bottom() - top - 56.0).max(row);
    let height = (pages.len() as f32 * row).min(room);
    let note = tr!("connections-undelivered-n", n = *n as u64);
    let body = card::frame(ui, top, height, &tr!("connections-undelivered"), &note);
    let mut child = ui.new_child(UiBuilder::new().max_rect(body).id_salt("undelivered"));
    child.spacing_mut().item_spacing = vec2(0.0, 0.0);
    child.set_clip_rect(body.intersect(ui.clip_rect()));
    ScrollArea::vertical().auto_shrink(false).show_rows(&mut child, row, pages.len(), |ui, rows| {
        for page in &pages[rows] {
            if row_ui(ui, page, context) {
                context.open(&page.incident);
            }
        }
    });
}

fn row_ui(ui: &mut Ui, page: &UndeliveredPage, context: &PanelContext<'_>) -> bool {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().row_two_line), Sense::click());
    row_ground(ui, rect, false, response.hovered());
    hairline_below(ui, rect);
    let painter = ui.painter();
    let (left, right, y) = (rect.left() + 14.0, rect.right() - 14.0, rect.center().y);
    let (id, device) = (&*page.incident.0, page.device.as_str());
    let why = match page.until {
        Some(_) => tr!("connections-undelivered-patience", channel = page.channel.as_str(), why = page.why.as_str()),
        None => words::step(&StepKind::TellFailed, &page.why).unwrap_or_else(|| page.why.clone()),
    };
    let again = page.until.map_or_else(String::new, |at| text::again(at, context.now));
    let at = pos2(left, y - 9.0);
    let title = put(painter, at, Align2::LEFT_CENTER, id, Type::Body.semibold(), theme.text.primary);
    put(painter, pos2(title.right() + 10.0, at.y), Align2::LEFT_CENTER, device, Type::Body.font(), theme.text.secondary);
    put(painter, pos2(right, at.y), Align2::RIGHT_CENTER, &again, Type::Small.medium(), theme.text.primary);
    let line = elided(painter, &why, &Type::Small.font(), theme.text.secondary, right - left);
    painter.galley(pos2(left, y + 9.0 - line.size().y / 2.0), line, theme.text.secondary);
    focus_ring(ui, &response);
    let spoken = format!("{id} {device}: {why} {again}");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, spoken.trim_end()));
    response.clicked()
}
