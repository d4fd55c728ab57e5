//! What is listed, in which order, in which unit.

use eframe::egui::{Align, Layout, Margin, Role, TextEdit, Ui, UiBuilder, WidgetInfo, vec2};

use super::super::PanelContext;
use super::grid;
use crate::model::SensorOrder;
use crate::search;
use crate::state::Snapshot;
use crate::ui::actions::Action;
use crate::ui::degrees::{self, Unit};
use crate::ui::search::mistake;
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{choice, segments};
use crate::ui::{icons, text, tr};

pub(super) fn ui(ui: &mut Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
    let theme = Theme::of(ui);
    let room = ui.max_rect().shrink2(vec2(PANE_PAD.x, 0.0));
    let right = UiBuilder::new().max_rect(room).layout(Layout::right_to_left(Align::Center)).id_salt("right");
    ui.scope_builder(right, |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let mut unit = degrees::unit();
        segments(ui, &tr!("temperature-unit"), &mut unit, &Unit::ALL, Unit::sign);
        degrees::show_in(unit);
        ui.label(Type::Small.rich(tr!("temperature-unit"), theme.text.tertiary));
    });
    let left = UiBuilder::new().max_rect(room).layout(Layout::left_to_right(Align::Center)).id_salt("left");
    ui.scope_builder(left, |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let focus = &mut context.focus.sensors;
        let hint = format!("{} {} ({})", icons::MAGNIFYING_GLASS, tr!("temperature-filter"), Action::Filter.key());
        let field = TextEdit::singleline(&mut focus.filter).hint_text(hint).margin(Margin::symmetric(8, 5)).desired_width(180.0);
        let response = ui.add(field);
        response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, tr!("temperature-filter-sensors")));
        if context.actions.contains(&Action::Filter) {
            response.request_focus();
        }
        if response.changed() {
            focus.from = 0;
        }
        choice(
            ui,
            &tr!("temperature-show"),
            &mut focus.order,
            &[SensorOrder::OutFirst, SensorOrder::Name],
            |order| match order {
                SensorOrder::OutFirst => tr!("temperature-out-first"),
                SensorOrder::Name => tr!("temperature-by-name"),
            },
        );
        let (total, matching) = (snapshot.sensor_counts.total, snapshot.sensor_page.matching);
        let hidden = total.saturating_sub(matching);
        if let Some(mistake) = mistake(&focus.filter, search::SENSORS) {
            ui.label(Type::Small.rich(mistake, theme.status.high.fg));
        } else if focus.filter.trim().is_empty() || hidden == 0 {
            ui.label(Type::Small.rich(
                tr!("temperature-each-chart", n = grid::window_min(&snapshot.sensor_page, context.now) as i64),
                theme.text.tertiary,
            ));
        } else {
            let words = tr!("temperature-hidden", shown = text::count(matching as u64), hidden = text::count(hidden as u64));
            ui.label(Type::Small.rich(words, theme.status.high.fg));
        }
    });
}
