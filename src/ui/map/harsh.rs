//! Where vehicles were driven harshly: a small star each, fainter the older it is.

use eframe::egui::{Mesh, Painter, Pos2, Rect, Vec2};

use super::basemap::segment;
use super::mercator::{Camera, World};
use super::{Scene, marks};
use crate::state::snapshot::HarshMark;
use crate::ui::theme::Theme;

/// A star's rays, points from the middle.
const RAY: f32 = 5.0;
/// The oldest are painted this strong, of 1.
const FAINTEST: f32 = 0.4;
/// Beyond this age they are no fainter, s.
const FAINT_AFTER_SECS: f64 = 3_600.0;

/// The events in view: where, and which of the scene's; the newest last.
pub(super) fn in_view(events: &[HarshMark], rect: Rect, camera: &Camera) -> Vec<(Pos2, usize)> {
    let at = |mark: &HarshMark| camera.screen(rect, World::of(mark.lat, mark.lon));
    let mut shown: Vec<_> = events.iter().enumerate().map(|(idx, mark)| (at(mark), idx)).collect();
    shown.retain(|(at, _)| rect.contains(*at));
    shown
}

/// Paints the events in view: one mesh, however many they are.
pub(super) fn paint(painter: &Painter, scene: &Scene<'_>, shown: &[(Pos2, usize)], theme: &Theme) {
    let mut mesh = Mesh::default();
    for &(at, idx) in shown {
        let age = scene.now.secs_since(scene.harsh[idx].at).clamp(0.0, FAINT_AFTER_SECS);
        let strength = 1.0 - (1.0 - FAINTEST) * (age / FAINT_AFTER_SECS) as f32;
        star(&mut mesh, at, theme.status.medium.fg.gamma_multiply(strength));
    }
    painter.add(mesh);
}

/// Six rays, so that it is none of the severities.
pub(super) fn star(mesh: &mut Mesh, at: Pos2, color: eframe::egui::Color32) {
    for turn in [30.0_f32, 90.0, 150.0] {
        let ray = Vec2::angled(turn.to_radians()) * RAY;
        segment(mesh, at - ray, at + ray, 1.75, color);
    }
}

/// The event under the pointer.
pub(super) fn at(shown: &[(Pos2, usize)], pointer: Pos2) -> Option<usize> {
    shown.iter().rev().find(|(at, _)| at.distance(pointer) <= marks::REACH).map(|(_, idx)| *idx)
}
