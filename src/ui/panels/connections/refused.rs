//! What was refused, counted by reason, and the last ones with field, rule and what was found.

use eframe::egui::{Align2, Margin, Rect, Role, ScrollArea, Sense, TextEdit, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::super::PanelContext;
use super::card;
use crate::search;
use crate::state::Snapshot;
use crate::ui::actions::Action;
use crate::ui::search::Typed;
use crate::ui::shapes::{begun, elided};
use crate::ui::theme::{Theme, Type, sizes};
use crate::ui::widgets::{hairline_below, put};
use crate::ui::{icons, text, tr};

/// Width of the search, points.
const SEARCH_W: f32 = 190.0;

pub(super) fn ui(ui: &mut Ui, top: f32, snapshot: &Snapshot, typed: &mut Typed, context: &PanelContext<'_>) {
    let theme = Theme::of(ui);
    let by_reason: Vec<_> = snapshot.counters.rejected_by.iter().collect();
    let words: Vec<_> = by_reason.iter().map(|(reason, n)| format!("{} {}", text::count(**n), reason.key())).collect();
    let note = if words.is_empty() { tr!("connections-nothing-refused") } else { words.join(", ") };
    let height = (ui.max_rect().bottom() - top - 56.0).max(80.0);
    typed.read(search::REFUSED);
    let found: Vec<_> = snapshot.rejections.iter().filter(|rejection| typed.finds(*rejection, context.now)).collect();
    let hidden = snapshot.rejections.len() - found.len();
    let (note, color) = match typed.mistake() {
        Some(mistake) => (mistake, theme.status.high.fg),
        None if hidden > 0 => (tr!("connections-refused-hidden", n = hidden as u64), theme.status.high.fg),
        None => (note, theme.text.tertiary),
    };
    let body = card::frame_beside(ui, top, height, &tr!("connections-refused"), (&note, color), SEARCH_W + 12.0);
    if snapshot.rejections.is_empty() {
        let words = tr!("connections-nothing-refused-more");
        put(ui.painter(), body.center(), Align2::CENTER_CENTER, words, Type::Small.font(), theme.text.tertiary);
        return;
    }
    let field = Rect::from_min_size(pos2(body.right() - SEARCH_W - 8.0, body.top() - 30.0), vec2(SEARCH_W, 24.0));
    let hint = format!("{} {} ({})", icons::MAGNIFYING_GLASS, tr!("connections-search"), Action::Filter.key());
    let edit = TextEdit::singleline(&mut typed.text).hint_text(hint).margin(Margin::symmetric(8, 3)).desired_width(SEARCH_W);
    let response = ui.put(field, edit);
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, tr!("connections-search-refused")));
    if context.pressed(Action::Filter) {
        response.request_focus();
    }
    let mut child = ui.new_child(UiBuilder::new().max_rect(body).id_salt("refused"));
    child.spacing_mut().item_spacing = vec2(0.0, 0.0);
    child.set_clip_rect(body.intersect(ui.clip_rect()));
    ScrollArea::vertical().auto_shrink(false).show_rows(&mut child, sizes().row, found.len(), |ui, rows| {
        for rejection in &found[rows] {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().row), Sense::hover());
            hairline_below(ui, rect);
            let painter = ui.painter();
            let (left, y) = (rect.left() + 14.0, rect.center().y);
            let at = text::clock(rejection.received_at);
            put(painter, pos2(left, y), Align2::LEFT_CENTER, &at, Type::Mono.font(), theme.text.secondary);
            let reason = rejection.reason.key();
            put(painter, pos2(left + 80.0, y), Align2::LEFT_CENTER, reason, Type::Body.medium(), theme.status.high.fg);
            let topic = elided(painter, &rejection.topic, &Type::Mono.font(), theme.text.secondary, 190.0);
            painter.galley(pos2(left + 200.0, y - topic.size().y / 2.0), topic, theme.text.secondary);
            let room = rect.right() - 14.0 - (left + 402.0);
            let detail = begun(painter, &rejection.detail, &Type::Small.font(), theme.text.primary, room);
            painter.galley(pos2(left + 402.0, y - detail.size().y / 2.0), detail, theme.text.primary);
            let spoken = format!("{at} {reason} {} {}", rejection.topic, rejection.detail);
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
            let size = tr!("connections-bytes", n = text::count(rejection.payload_len as u64));
            response.on_hover_text(format!("{}\n{}\n{size}", rejection.topic, rejection.detail));
        }
    });
}
