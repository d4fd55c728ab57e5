//! A card within the detail: a head, and what stands in it.

use eframe::egui::{Align2, Color32, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::ui::shapes::elided;
use crate::ui::theme::{RADIUS_CARD, Status, Theme, Type};
use crate::ui::widgets::put;

/// Inset of cards, points.
pub(super) const INSET: f32 = 20.0;
const HEAD_H: f32 = 36.0;

/// A card at `top`, `height` tall without its head; gives the room within.
pub(super) fn frame(ui: &Ui, top: f32, height: f32, title: &str, note: &str) -> Rect {
    let color = Theme::of(ui).text.tertiary;
    frame_beside(ui, top, height, title, (note, color), 0.0)
}

/// As [`frame`]; the note has a colour and leaves so much room on the right of the head.
pub(super) fn frame_beside(ui: &Ui, top: f32, height: f32, title: &str, (note, color): (&str, Color32), beside: f32) -> Rect {
    let theme = Theme::of(ui);
    let room = ui.max_rect();
    let rect = Rect::from_min_size(pos2(room.left() + INSET, top), vec2(room.width() - 2.0 * INSET, height + HEAD_H));
    let painter = ui.painter();
    let outline = Stroke::new(1.0, theme.border.hairline);
    painter.rect(rect, f32::from(RADIUS_CARD), theme.bg.header, outline, StrokeKind::Inside);
    let (head, body) = rect.split_top_bottom_at_y(rect.top() + HEAD_H);
    painter.hline(rect.x_range(), head.bottom() - 0.5, theme.hairline());
    let at = pos2(head.left() + 14.0, head.center().y);
    let title = put(painter, at, Align2::LEFT_CENTER, title, Type::Section.font(), theme.text.primary);
    let room = (head.right() - 14.0 - beside - title.right() - 8.0).max(0.0);
    let note = elided(painter, note, &Type::Small.font(), color, room);
    painter.galley(pos2(title.right() + 8.0, at.y - note.size().y / 2.0), note, color);
    body
}

/// A card in the colours of a state, without a head; gives the room within.
pub(super) fn colored(ui: &Ui, top: f32, height: f32, status: Status) -> Rect {
    let room = ui.max_rect();
    let rect = Rect::from_min_size(pos2(room.left() + INSET, top), vec2(room.width() - 2.0 * INSET, height));
    let outline = Stroke::new(1.0, status.line);
    ui.painter().rect(rect, f32::from(RADIUS_CARD), status.tint, outline, StrokeKind::Inside);
    rect
}
