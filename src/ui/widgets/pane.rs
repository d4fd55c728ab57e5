//! Panes, their headers, rows and empty states.

use eframe::egui::text::LayoutJob;
use eframe::egui::{
    Align, Align2, Color32, FontId, Id, Layout, Painter, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder,
    WidgetInfo, pos2, vec2,
};

use super::Button;
use crate::ui::shapes::{self, elided};
use crate::ui::theme::{PANE_PAD, RADIUS_CONTROL, Theme, Type, sizes};

/// Text at a place; gives the rectangle it takes.
pub fn put(painter: &Painter, at: Pos2, align: Align2, text: impl Into<String>, font: FontId, color: Color32) -> Rect {
    let galley = painter.layout_no_wrap(text.into(), font, color);
    let rect = align.anchor_size(at, galley.size());
    painter.galley(rect.min, galley, color);
    rect
}

/// Gives something painted a name for screen readers and tests; the name includes the state in words.
pub fn name(ui: &Ui, rect: Rect, id: impl std::hash::Hash + std::fmt::Debug, role: Role, text: &str) -> Response {
    let response = ui.interact(rect, ui.scope_id().with(id), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(role, true, text));
    response
}

/// A pane: its ground, and hairlines at its right and lower edge.
pub fn pane<R>(ui: &mut Ui, rect: Rect, id: &'static str, add: impl FnOnce(&mut Ui) -> R) -> R {
    let theme = Theme::of(ui);
    ui.painter().rect_filled(rect, 0.0, theme.bg.panel);
    let result = ui
        .scope_builder(UiBuilder::new().max_rect(rect).id_salt(id), |ui| {
            ui.set_clip_rect(rect.intersect(ui.clip_rect()));
            add(ui)
        })
        .inner;
    let painter = ui.painter();
    painter.vline(rect.right() - 0.5, rect.y_range(), theme.hairline());
    painter.hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
    result
}

/// What a pane's header says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pane<'a> {
    /// Its title.
    pub title: &'a str,
    /// A quieter word after it.
    pub note: &'a str,
    /// At the right end.
    pub right: &'a str,
}

/// A pane's header: title, note, and words at the right. Gives the rectangle between note and right for widgets.
pub fn header(ui: &mut Ui, words: Pane<'_>) -> Rect {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().pane_header_h), Sense::hover());
    let painter = ui.painter();
    painter.rect_filled(rect, 0.0, theme.bg.header);
    painter.hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
    let y = rect.center().y;
    let mut right = rect.right() - PANE_PAD.x;
    if !words.right.is_empty() {
        right = put(painter, pos2(right, y), Align2::RIGHT_CENTER, words.right, Type::Small.font(), theme.text.tertiary).left();
    }
    let left = rect.left() + PANE_PAD.x;
    let title = elided(painter, words.title, &Type::Section.font(), theme.text.primary, right - left - 8.0);
    let mut x = left + title.size().x + 8.0;
    painter.galley(pos2(left, y - title.size().y / 2.0), title, theme.text.primary);
    if !words.note.is_empty() {
        let note = elided(painter, words.note, &Type::Small.font(), theme.text.tertiary, (right - x - 8.0).max(0.0));
        let size = note.size();
        painter.galley(pos2(x, y - size.y / 2.0), note, theme.text.tertiary);
        x += size.x + 8.0;
    }
    let name = [words.title, words.note, words.right].join(" ");
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, name.trim()));
    Rect::from_min_max(pos2(x, rect.top()), pos2((right - 8.0).max(x), rect.bottom()))
}

/// A heading within a pane, with a quieter word after it.
pub fn section(ui: &mut Ui, title: &str, note: &str) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().row_compact), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme.bg.header);
    hairline_below(ui, rect);
    let at = pos2(rect.left() + PANE_PAD.x, rect.center().y);
    let title_rect = put(ui.painter(), at, Align2::LEFT_CENTER, title, Type::Small.semibold(), theme.text.secondary);
    let at = pos2(title_rect.right() + 8.0, at.y);
    put(ui.painter(), at, Align2::LEFT_CENTER, note, Type::Small.font(), theme.text.tertiary);
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, format!("{title} {note}").trim()));
}

/// Widgets in the free part of a header, from the left.
pub fn within(ui: &mut Ui, rect: Rect, add: impl FnOnce(&mut Ui)) {
    // A child, not a scope: the header has taken its room already, and what follows must not move.
    let mut ui = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
    ui.set_clip_rect(rect.intersect(ui.clip_rect()));
    add(&mut ui);
}

/// The ring around what has the keyboard's focus, which it brings into view.
pub fn focus_ring(ui: &Ui, response: &Response) {
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    if response.has_focus() {
        let stroke = Stroke::new(2.0, Theme::of(ui).border.focus);
        ui.painter().rect_stroke(response.rect.shrink(1.0), f32::from(RADIUS_CONTROL), stroke, StrokeKind::Inside);
    }
}

/// A hairline under what was just painted.
pub fn hairline_below(ui: &Ui, rect: Rect) {
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Theme::of(ui).hairline());
}

/// The ground of a row: hover and selection, the latter with its bar of 3 points.
pub fn row_ground(ui: &Ui, rect: Rect, selected: bool, hovered: bool) {
    let theme = Theme::of(ui);
    if selected {
        ui.painter().rect_filled(rect, 0.0, theme.bg.selected);
        ui.painter().rect_filled(Rect::from_min_size(rect.min, vec2(3.0, rect.height())), 0.0, theme.accent.base);
    } else if hovered {
        ui.painter().rect_filled(rect, 0.0, theme.bg.hover);
    }
}

/// What will appear here and when, with at most one button; `true` when it is clicked.
pub fn empty_state(ui: &mut Ui, icon: &str, title: &str, sentence: &str, button: Option<Button<'_>>) -> bool {
    let theme = Theme::of(ui);
    let rect = ui.available_rect_before_wrap();
    let width = (rect.width() - 40.0).clamp(80.0, 300.0);
    let painter = ui.painter().clone();
    let mut job = LayoutJob::simple(sentence.to_owned(), Type::Small.font(), theme.text.secondary, width);
    job.halign = Align::Center;
    let text = painter.layout_job(job);
    let button_h = if button.is_some() { 40.0 } else { 0.0 };
    let height = 46.0 + 22.0 + text.size().y + button_h;
    let (x, mut y) = (rect.center().x, (rect.center().y - height / 2.0).max(rect.top() + 4.0));
    shapes::icon(&painter, pos2(x, y + 16.0), 30.0, icon, theme.text.tertiary, false);
    y += 46.0;
    put(&painter, pos2(x, y), Align2::CENTER_CENTER, title, Type::Section.font(), theme.text.primary);
    y += 13.0;
    let bottom = y + text.size().y;
    painter.galley(pos2(x, y), text, theme.text.secondary);
    let mut name_id = Id::unique("empty").with(title);
    name_id = name_id.with(ui.scope_id());
    let response = ui.interact(Rect::from_center_size(pos2(x, y), vec2(width, 60.0)), name_id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{title}. {sentence}")));
    button.is_some_and(|button| {
        let place = Rect::from_center_size(pos2(x, bottom + 26.0), vec2(width, 32.0));
        ui.scope_builder(UiBuilder::new().max_rect(place).layout(Layout::top_down(Align::Center)), |ui| ui.add(button).clicked())
            .inner
    })
}
