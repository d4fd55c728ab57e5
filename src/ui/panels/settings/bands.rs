//! The limits of temperatures: those of every sensor, and those of single ones and of groups.

use eframe::egui::{Align, Layout, Margin, Role, Sense, TextEdit, Ui, UiBuilder, WidgetInfo, vec2};
use serde_json::{Value, json};

use super::draft::Kind;
use super::row::{Lines, is_about, words};
use super::{name, section};
use crate::functions::route_temperature;
use crate::model::setting::Key;
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{Button, hairline_below};
use crate::ui::{icons, tr, word};

/// The limits that a group may have of its own.
const OWN: [(&str, &str); 3] = [("cold_below_c", "°C"), ("hot_above_c", "°C"), ("delay_s", "s")];

pub(super) fn ui(ui: &mut Ui, lines: &mut Lines<'_>, new_group: &mut String) {
    let table = Key::of("functions.route_temperature");
    for bound in &route_temperature::BOUNDS {
        let key = table.and(bound.name);
        lines.number(ui, &key, &name(&key), bound);
    }
    let sensors = table.and("sensors");
    section(ui, word!("settings-groups"), word!("settings-groups-note"));
    let saved = sensors.find(&lines.sheet.saved).and_then(Value::as_object);
    let mut groups: Vec<String> = saved.map(|saved| saved.keys().cloned().collect()).unwrap_or_default();
    groups.extend(lines.drafts.fresh(lines.sheet, &sensors));
    groups.retain(|group| !lines.drafts.gone(&sensors.and(group)));
    for group in &groups {
        self::group(ui, lines, &sensors.and(group));
    }
    add(ui, lines, &sensors, &groups, new_group);
}

fn group(ui: &mut Ui, lines: &mut Lines<'_>, key: &Key) {
    let theme = Theme::of(ui);
    let wrong = lines.refused.filter(|wrong| OWN.iter().any(|(own, _)| is_about(wrong, &key.and(own)))).map(words);
    let height = if wrong.is_some() { 66.0 } else { 44.0 };
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    hairline_below(ui, rect);
    let mut place = rect.shrink2(vec2(PANE_PAD.x, 0.0));
    if let Some(wrong) = wrong {
        let at = place.left_bottom() - vec2(0.0, 22.0);
        let words = crate::ui::shapes::elided(ui.painter(), &wrong, &Type::Small.font(), theme.status.critical.fg, place.width());
        ui.painter().galley(at, words, theme.status.critical.fg);
        crate::ui::widgets::name(ui, rect, ("wrong", key), Role::Label, &wrong).on_hover_text(&wrong);
    }
    place.set_height(44.0);
    let builder = UiBuilder::new().max_rect(place).id_salt(key).layout(Layout::left_to_right(Align::Center));
    let mut line = ui.new_child(builder);
    line.spacing_mut().item_spacing.x = 6.0;
    let name_w = (place.width() - 3.0 * 190.0 - 120.0).clamp(90.0, 260.0);
    let (at, _) = line.allocate_exact_size(vec2(name_w, 20.0), Sense::hover());
    let words = crate::ui::shapes::elided(line.painter(), key.name(), &Type::Mono.font(), theme.text.primary, name_w);
    line.painter().galley(at.min, words, theme.text.primary);
    crate::ui::widgets::name(&line, at, "group", Role::Label, key.name()).on_hover_text(key.name());
    for (own, unit) in OWN {
        let own = key.and(own);
        let short = match own.name() {
            "cold_below_c" => word!("settings-cold-short"),
            "hot_above_c" => word!("settings-hot-short"),
            _ => word!("settings-delay-short"),
        };
        line.label(Type::Small.rich(short, theme.text.tertiary));
        lines.field(&mut line, &own, &name(&own), 66.0, Kind::Number);
        line.label(Type::Small.rich(unit, theme.text.secondary));
        line.add_space(4.0);
    }
    line.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let named = tr!("settings-remove-group", group = key.name());
        if ui.add(Button::quiet(word!("settings-remove")).named(named)).clicked() {
            lines.drafts.take_away(lines.sheet, key);
        }
    });
}

/// The line that adds a group.
fn add(ui: &mut Ui, lines: &mut Lines<'_>, sensors: &Key, groups: &[String], new_group: &mut String) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 52.0), Sense::hover());
    let place = rect.shrink2(vec2(PANE_PAD.x, 0.0));
    let builder = UiBuilder::new().max_rect(place).id_salt("add").layout(Layout::left_to_right(Align::Center));
    let mut line = ui.new_child(builder);
    line.spacing_mut().item_spacing.x = 8.0;
    let edit = TextEdit::singleline(new_group).hint_text(word!("settings-group-hint")).desired_width(240.0);
    let response = line.add(edit.margin(Margin::symmetric(8, 5)));
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, word!("settings-group-name")));
    let wanted = new_group.trim();
    let off = if wanted.is_empty() {
        Some(word!("settings-group-empty"))
    } else if groups.iter().any(|group| group == wanted) {
        Some(word!("settings-group-known"))
    } else {
        None
    };
    if line.add(Button::default(word!("settings-add-group")).icon(icons::CHECK).off(off)).clicked() {
        let key = sensors.and(wanted);
        let table = Key::of("functions.route_temperature");
        for (own, _) in &OWN[..2] {
            let standard = table.and(own).find(&lines.sheet.saved).cloned().unwrap_or_else(|| json!(0.0));
            lines.drafts.choose(lines.sheet, &key.and(own), standard);
        }
        new_group.clear();
    }
}
