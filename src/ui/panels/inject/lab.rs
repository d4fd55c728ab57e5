//! The knobs of the pulse lab. Whatever is turned makes the report anew; the editor below shows it, the preview draws it.

use eframe::egui::{DragValue, Rect, Ui, UiBuilder, vec2};

use super::draft::Draft;
use crate::scenario::lab::{From, Kind, presets};
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::choice;
use crate::ui::word;

/// Height of the knobs, points.
pub(super) const LAB_H: f32 = 124.0;

const KINDS: [Kind; 7] =
    [Kind::Collision, Kind::Pothole, Kind::Drop, Kind::DoorSlam, Kind::HardBraking, Kind::Stuck, Kind::Clipped];
const SIDES: [From; 4] = [From::Front, From::Rear, From::Left, From::Right];

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Collision => word!("inject-lab-collision"),
        Kind::Pothole => word!("words-kind-pothole"),
        Kind::Drop => word!("words-kind-device-dropped"),
        Kind::DoorSlam => word!("words-kind-door-slam"),
        Kind::HardBraking => word!("words-kind-hard-braking"),
        Kind::Stuck => word!("words-kind-sensor-stuck"),
        Kind::Clipped => word!("words-kind-sensor-at-its-limit"),
    }
}

fn side_word(from: From) -> &'static str {
    match from {
        From::Front => word!("inject-lab-front"),
        From::Rear => word!("inject-lab-rear"),
        From::Left => word!("inject-lab-left"),
        From::Right => word!("inject-lab-right"),
    }
}

fn preset_word(name: &str) -> &'static str {
    match name {
        "collision" => word!("inject-lab-preset-collision"),
        "side" => word!("inject-lab-preset-side"),
        "missing_gps" => word!("inject-lab-preset-missing-gps"),
        "duplicate" => word!("inject-lab-preset-duplicate"),
        "pothole" => word!("words-kind-pothole"),
        "drop" => word!("words-kind-device-dropped"),
        "door_slam" => word!("words-kind-door-slam"),
        "stuck" => word!("words-kind-sensor-stuck"),
        "clipped" => word!("words-kind-sensor-at-its-limit"),
        _ => word!("inject-lab-preset-own"),
    }
}

/// The knobs, where the draft is one of the lab.
pub(super) fn show(ui: &mut Ui, rect: Rect, draft: &mut Draft) {
    let Some(before) = draft.lab() else { return };
    let mut lab = before;
    let theme = Theme::of(ui);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
    let place = rect.shrink2(vec2(PANE_PAD.x, 6.0));
    ui.scope_builder(UiBuilder::new().max_rect(place).id_salt("lab"), |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
        ui.horizontal_wrapped(|ui| {
            // The preset that the knobs are those of; turned, they are nobody's.
            let all = presets();
            let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
            let mut preset = all.iter().find(|(_, knobs)| *knobs == lab).map_or("", |(name, _)| *name);
            let was = preset;
            choice(ui, word!("inject-lab-preset"), &mut preset, &names, preset_word);
            if preset != was
                && let Some((_, knobs)) = all.iter().find(|(name, _)| *name == preset)
            {
                lab = *knobs;
            }
            choice(ui, word!("inject-lab-kind"), &mut lab.kind, &KINDS, kind_word);
            if lab.kind == Kind::Collision {
                choice(ui, word!("inject-lab-from"), &mut lab.from, &SIDES, side_word);
            }
        });
        ui.horizontal_wrapped(|ui| {
            knob(ui, word!("inject-lab-dv"), DragValue::new(&mut lab.delta_v_kmh).range(0.0..=120.0).speed(0.2).suffix(" km/h"));
            knob(ui, word!("inject-lab-duration"), DragValue::new(&mut lab.duration_ms).range(5.0..=3_000.0).suffix(" ms"));
            knob(ui, word!("inject-lab-rate"), DragValue::new(&mut lab.rate_hz).range(10.0..=1_000.0).suffix(" Hz"));
            knob(ui, word!("inject-lab-range"), DragValue::new(&mut lab.range_g).range(2.0..=200.0).speed(0.2).suffix(" g"));
            knob(ui, word!("inject-lab-noise"), DragValue::new(&mut lab.noise_g).range(0.0..=1.0).speed(0.005).suffix(" g"));
            knob(ui, word!("inject-lab-speed"), DragValue::new(&mut lab.speed_kmh).range(0.0..=200.0).suffix(" km/h"));
            ui.checkbox(&mut lab.gps, Type::Small.rich(word!("inject-lab-gps"), theme.text.secondary));
            ui.checkbox(&mut lab.airbag, Type::Small.rich(word!("inject-lab-airbag"), theme.text.secondary));
            ui.checkbox(&mut lab.twice, Type::Small.rich(word!("inject-lab-twice"), theme.text.secondary));
        });
    });
    if lab != before {
        draft.set_lab(lab);
    }
}

fn knob(ui: &mut Ui, label: &str, drag: DragValue<'_>) {
    let theme = Theme::of(ui);
    ui.label(Type::Micro.rich(label, theme.text.tertiary));
    let response = ui.add(drag.max_decimals(2));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(label));
}
