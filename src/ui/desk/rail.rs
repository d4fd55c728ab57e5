//! The rail at the left: one place a screen, with the number of open incidents.

use eframe::egui::{Align2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::Desk;
use crate::ui::actions::Action;
use crate::ui::theme::{RADIUS_CARD, Theme, Type, sizes};
use crate::ui::vitals::Tally;
use crate::ui::widgets::{focus_ring, put};
use crate::ui::{shapes, tr};

impl Desk {
    pub(super) fn rail_ui(&mut self, ui: &mut Ui, rect: Rect) {
        let theme = Theme::of(ui);
        let tally = Tally::of(&self.snapshot);
        ui.painter().vline(rect.right() - 0.5, rect.y_range(), theme.hairline());
        let mut top = rect.top() + 6.0;
        let screens: Vec<_> = self.panels.iter().map(|slot| (slot.panel.screen(), slot.panel.title())).collect();
        for (screen, title) in screens {
            // Apart from the screens that are worked at.
            if screen == super::Screen::Settings {
                top = (rect.bottom() - 64.0).max(top);
            }
            let item = Rect::from_min_size(pos2(rect.left() + 6.0, top), vec2(rect.width() - 12.0, 58.0));
            top += 60.0;
            let response = ui.interact(item, ui.scope_id().with(("rail", screen as u8)), Sense::click());
            let selected = self.screen == screen;
            let painter = ui.painter();
            if selected {
                painter.rect_filled(item, f32::from(RADIUS_CARD), theme.bg.selected);
                let bar = Rect::from_min_size(pos2(rect.left(), item.top()), vec2(3.0, item.height()));
                painter.rect_filled(bar, 0.0, theme.accent.base);
            } else if response.hovered() {
                painter.rect_filled(item, f32::from(RADIUS_CARD), theme.bg.hover);
            }
            let (color, font) =
                if selected { (theme.text.primary, Type::Micro.semibold()) } else { (theme.text.secondary, Type::Micro.font()) };
            let icon = if selected { theme.accent.base } else { color };
            shapes::icon(painter, item.center() - vec2(0.0, 9.0), sizes().icon_rail, screen.icon(), icon, false);
            put(painter, item.center() + vec2(0.0, 14.0), Align2::CENTER_CENTER, title, font, color);
            let mut name = title.to_owned();
            if screen == super::Screen::Incidents && tally.open.all() > 0 {
                let critical = theme.status.critical;
                let center = item.center() + vec2(18.0, -16.0);
                let count = if tally.open.all() > 99 { "99+".to_owned() } else { tally.open.all().to_string() };
                let galley = painter.layout_no_wrap(count, Type::Micro.semibold(), theme.text.on_critical);
                let plate = Rect::from_center_size(center, vec2((galley.size().x + 9.0).max(16.0), 16.0));
                let fill = if tally.open.critical > 0 { critical.solid } else { theme.border.control };
                painter.rect_filled(plate, 8.0, fill);
                painter.galley(center - galley.size() / 2.0, galley, theme.text.on_critical);
                name = tr!("shell-n-open", title = title, n = tally.open.all());
            }
            focus_ring(ui, &response);
            response.widget_info(|| WidgetInfo::selected(Role::Tab, true, selected, &name));
            if response.clicked() {
                self.screen = screen;
            }
            let hint = Action::Show(screen);
            response.on_hover_text(format!("{} ({})", hint.card().help, hint.key()));
        }
    }
}
