//! The `?` page: every action with its key, from the one list of actions.

use eframe::egui::{self, Area, Frame, Id, Margin, Order, Rect, Stroke, pos2, vec2};

use crate::ui::actions::Action;
use crate::ui::theme::{RADIUS_CARD, Theme, Type};
use crate::ui::widgets::Button;
use crate::ui::word;

/// Shows the page in the middle of `room`; `false` when it is to close.
pub(super) fn ui(ctx: &egui::Context, room: Rect) -> bool {
    let mut open = true;
    // As wide as the longest help in either language.
    let size = vec2(700.0, room.height() - 48.0);
    let at = pos2(room.center().x - size.x / 2.0, room.top() + 24.0);
    let area = Area::new(Id::unique("keys")).order(Order::Middle).fixed_pos(at).default_size(size);
    area.show(ctx, |ui| {
        let theme = Theme::of(ui);
        Frame::new()
            .fill(theme.bg.raised)
            .stroke(Stroke::new(1.0, theme.border.strong))
            .corner_radius(RADIUS_CARD)
            .inner_margin(Margin::same(16))
            .show(ui, |ui| {
                ui.set_width(size.x - 32.0);
                ui.horizontal(|ui| {
                    ui.label(Type::Title.rich(word!("shell-action-keys"), theme.text.primary));
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        open = !ui.add(Button::quiet(word!("shell-close")).key(Action::Back)).clicked();
                    });
                });
                ui.label(Type::Small.rich(word!("shell-keys-note"), theme.text.tertiary));
                ui.add_space(6.0);
                // Where the window is low the list scrolls; what closes it stays.
                let most = room.bottom() - ui.next_widget_position().y - 32.0;
                let list = egui::ScrollArea::vertical().max_height(most);
                list.show(ui, |ui| {
                    egui::Grid::new("keys").num_columns(2).spacing(vec2(20.0, 3.0)).show(ui, |ui| {
                        for action in Action::ALL {
                            let card = action.card();
                            ui.label(Type::Mono.rich(action.keys_text(), theme.text.primary));
                            ui.label(Type::Body.rich(card.help, theme.text.secondary));
                            ui.end_row();
                        }
                    });
                });
            });
    });
    open
}
