//! Sensors as one mesh: a tile with a chevron above or below the band, a ring within, a dashed ring where it is silent.
//! Shape and words say which; the colour repeats it.

use eframe::egui::{Painter, Pos2, Rect, Role, Stroke, TextureHandle, Ui, vec2};

use super::labels::Labels;
use super::marks::{self, Sprite};
use super::mercator::{Camera, World};
use super::{Scene, ground};
use crate::model::Band;
use crate::state::snapshot::SensorMark;
use crate::ui::theme::{Theme, Type};
use crate::ui::tr::tr;
use crate::ui::widgets::name;
use crate::ui::{degrees, text};

/// Sensors out of their band that are named for screen readers and look for room for their words; the map's own name counts
/// the others.
const NAMED_MOST: usize = 60;
/// From a sensor to its words, points.
const GAP: f32 = 12.0;

/// What became of the sensors in a view: where, and which of the scene's; those out of their band last, so that they lie on
/// top.
pub(super) fn in_view(sensors: &[SensorMark], rect: Rect, camera: &Camera) -> Vec<(Pos2, usize)> {
    let at = |mark: &SensorMark| camera.screen(rect, World::of(mark.lat, mark.lon));
    let mut shown: Vec<_> = sensors.iter().enumerate().map(|(idx, mark)| (at(mark), idx)).collect();
    shown.retain(|(at, _)| rect.contains(*at));
    shown.sort_by_key(|(_, idx)| rank(&sensors[*idx]));
    shown
}

/// Within the band, silent, cold, hot.
const fn rank(mark: &SensorMark) -> u8 {
    match (mark.silent, mark.row.last.band) {
        (true, _) => 1,
        (false, Band::Normal) => 0,
        (false, Band::Cold) => 2,
        (false, Band::Hot) => 3,
    }
}

/// Paints the sensors in view.
pub(super) fn paint(painter: &Painter, atlas: &TextureHandle, scene: &Scene<'_>, shown: &[(Pos2, usize)], theme: &Theme) {
    let mut mesh = marks::mesh(atlas, shown.len());
    for &(at, idx) in shown {
        let mark = &scene.sensors[idx];
        let (quiet, status) = (theme.map.vehicle_parked, &theme.status);
        let (sprite, color) = match (mark.silent, mark.row.last.band) {
            (true, _) => (Sprite::Silent, quiet),
            (false, Band::Normal) => (Sprite::Ring, quiet),
            (false, Band::Hot) => (Sprite::Above, status.hot.fg),
            (false, Band::Cold) => (Sprite::Below, status.cold.fg),
        };
        if matches!(sprite, Sprite::Above | Sprite::Below) {
            marks::push(&mut mesh, Sprite::Plate, at, 0.0, ground(theme));
        }
        // Nothing here is live: what was hot is not shouted.
        marks::push(&mut mesh, sprite, at, 0.0, if scene.stale { quiet } else { color });
    }
    painter.add(mesh);
}

/// The words of those out of their band, as far as there is room, and what a screen reader learns of each.
pub(super) fn tell(
    ui: &Ui,
    painter: &Painter,
    rect: Rect,
    scene: &Scene<'_>,
    shown: &[(Pos2, usize)],
    labels: &mut Labels,
    theme: &Theme,
) {
    let told = |at: Pos2| Rect::from_center_size(at, vec2(18.0, 18.0));
    for (at, _) in shown.iter().filter(|(_, idx)| is_out(&scene.sensors[*idx])) {
        labels.take(told(*at));
    }
    for &(at, idx) in shown.iter().rev().take(NAMED_MOST) {
        let mark = &scene.sensors[idx];
        name(ui, told(at), ("sensor", idx), Role::Image, &spoken(mark, scene.stale));
        if is_out(mark) {
            let status = if mark.row.last.band == Band::Hot { theme.status.hot } else { theme.status.cold };
            let device = text::elide_middle(mark.row.device.as_str(), 20);
            let (words, color) = if scene.stale {
                (device, theme.text.secondary)
            } else {
                (format!("{device} {}", degrees::text(mark.row.last.celsius.0)), status.fg)
            };
            labels.words(painter, rect.shrink(4.0), at, GAP, &words, Type::Small.semibold(), color, theme.map.land);
        }
        if scene.chosen_sensor == Some(&mark.row.device) {
            painter.circle_stroke(at, 13.0, Stroke::new(2.0, theme.accent.base));
        }
    }
}

/// Whether it is out of its band, as far as is known now.
const fn is_out(mark: &SensorMark) -> bool {
    rank(mark) >= 2
}

/// `RFR-022 on the map: hot, 9.6 °C`.
pub(super) fn spoken(mark: &SensorMark, stale: bool) -> String {
    let celsius = degrees::text(mark.row.last.celsius.0);
    let state = match (mark.silent, stale) {
        (true, _) => tr!("map-sensor-silent", celsius = celsius),
        (false, true) => tr!("map-sensor-was", band = text::band(mark.row.last.band), celsius = celsius),
        (false, false) => tr!("map-sensor-is", band = text::band(mark.row.last.band), celsius = celsius),
    };
    tr!("map-sensor", device = mark.row.device.as_str(), state = state)
}

/// The sensor under the pointer.
pub(super) fn at(shown: &[(Pos2, usize)], pointer: Pos2) -> Option<usize> {
    // The last lies on top.
    shown.iter().rev().find(|(at, _)| at.distance(pointer) <= marks::REACH).map(|(_, idx)| *idx)
}
