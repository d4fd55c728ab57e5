//! Whether the whole way was tested, when, and how that went; and a test now.

use eframe::egui::{Align, Align2, Layout, Rect, Role, Ui, UiBuilder, pos2, vec2};

use crate::model::{Link, LinkState};
use crate::state::Snapshot;
use crate::ui::shapes::Mark;
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{Button, hairline_below, link_status, name, put};
use crate::ui::{text, tr, word};

/// Its height, points.
pub(super) const HEIGHT: f32 = 52.0;

/// Paints the strip; says whether a test is wanted now. `off` is why none can be.
pub(super) fn ui(ui: &mut Ui, rect: Rect, snapshot: &Snapshot, off: Option<&str>) -> bool {
    let theme = Theme::of(ui);
    let status = snapshot.links.get(&Link::SelfTest);
    let state = status.map_or(LinkState::NotSet, |status| status.state);
    let words = text::link_of(Link::SelfTest, state);
    let painter = ui.painter().clone();
    painter.rect_filled(rect, 0.0, theme.bg.panel);
    hairline_below(ui, rect);
    let left = rect.left() + PANE_PAD.x;
    let color = link_status(theme, state).fg;
    put(
        &painter,
        pos2(left, rect.top() + 17.0),
        Align2::LEFT_CENTER,
        word!("inject-self-test"),
        Type::Section.font(),
        theme.text.primary,
    );
    Mark::link(state).paint(&painter, pos2(left + 5.0, rect.top() + 36.0), 9.0, color);
    put(&painter, pos2(left + 16.0, rect.top() + 36.0), Align2::LEFT_CENTER, words, Type::Small.medium(), color);
    let reason = status.map(|status| status.reason.as_str()).unwrap_or_default();
    let spoken = tr!("inject-self-test-is", state = words, why = reason);
    let response = name(ui, rect, "self-test", Role::Label, &spoken);
    if !reason.is_empty() {
        response.on_hover_text(reason);
    }
    let place = Rect::from_min_max(rect.min, rect.max - vec2(PANE_PAD.x, 0.0));
    let mut child =
        ui.new_child(UiBuilder::new().max_rect(place).layout(Layout::right_to_left(Align::Center)).id_salt("self-test"));
    child.add(Button::default(word!("inject-self-test-now")).off(off)).clicked()
}
