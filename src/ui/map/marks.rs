//! Vehicles as one mesh: a sprite each, clusters where they stand too close to tell apart.

use eframe::egui::{
    Align2, Color32, ColorImage, Context, Mesh, Painter, Pos2, Rect, Stroke, TextureHandle, TextureOptions, Vec2, pos2, vec2,
};

use super::mercator::{Camera, World};
use crate::state::snapshot::{Motion, VehicleMark};
use crate::ui::theme::{MapInks, Theme, Type};
use crate::ui::{text, widgets};

/// Clusters are counted in squares of this size, points (design §4).
const SQUARE: f32 = 100.0;
/// More marks than this in a square become a cluster (design §4).
const MOST_IN_SQUARE: u32 = 40;
/// A pointer this near to a mark means it, points.
pub(super) const REACH: f32 = 11.0;

/// A sprite's side in the atlas, texels, and on the screen, points.
const TEXELS: usize = 48;
const SPRITE: f32 = 20.0;
/// The shapes of the atlas, from the left.
const N_SPRITES: usize = 8;

/// Which shape a mark has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sprite {
    Arrow,
    HollowArrow,
    Square,
    Silent,
    /// A sensor within its band.
    Ring,
    /// A tile for those out of it to stand on, and those above and below.
    Plate,
    Above,
    Below,
}

/// What became of the marks in a view.
#[derive(Debug, Default)]
pub(super) struct Placed {
    /// The marks that are painted: where, and which of the scene's.
    pub(super) shown: Vec<(Pos2, usize)>,
    /// Clusters: where their marks are in the mean, and how many.
    pub(super) clusters: Vec<(Pos2, u32)>,
    /// Marks in view, painted or clustered.
    pub(super) n_in_view: usize,
}

impl Placed {
    /// Sorts the marks of a view into those that are painted and clusters. The squares lie on the ground, so that a cluster
    /// does not fall apart while the map is dragged.
    pub(super) fn of(marks: &[VehicleMark], rect: Rect, camera: &Camera) -> Self {
        let scale = camera.scale();
        let corner = camera.world(rect, rect.min);
        let shift = [corner.x, corner.y].map(|at| (at * scale).rem_euclid(f64::from(SQUARE)) as f32);
        let columns = (rect.width() / SQUARE) as usize + 2;
        let rows = (rect.height() / SQUARE) as usize + 2;
        let square = |at: Pos2| {
            let column = ((at.x - rect.left() + shift[0]) / SQUARE).max(0.0) as usize;
            let row = ((at.y - rect.top() + shift[1]) / SQUARE).max(0.0) as usize;
            (row.min(rows - 1) * columns) + column.min(columns - 1)
        };
        let mut counted = vec![(0_u32, Vec2::ZERO); columns * rows];
        let mut inside = Vec::new();
        for (idx, mark) in marks.iter().enumerate() {
            let at = camera.screen(rect, World::of(mark.lat, mark.lon));
            if rect.contains(at) {
                let (n, sum) = &mut counted[square(at)];
                *n += 1;
                *sum += at.to_vec2();
                inside.push((at, idx));
            }
        }
        let n_in_view = inside.len();
        inside.retain(|&(at, _)| counted[square(at)].0 <= MOST_IN_SQUARE);
        let clusters = counted.into_iter().filter(|(n, _)| *n > MOST_IN_SQUARE);
        let clusters = clusters.map(|(n, sum)| ((sum / n as f32).to_pos2(), n)).collect();
        Self { shown: inside, clusters, n_in_view }
    }

    /// The mark under the pointer.
    pub(super) fn at(&self, pointer: Pos2) -> Option<usize> {
        let near = self.shown.iter().map(|&(at, idx)| (at.distance_sq(pointer), idx));
        near.filter(|(distance, _)| *distance <= REACH * REACH).min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, idx)| idx)
    }

    /// The cluster under the pointer.
    pub(super) fn cluster_at(&self, pointer: Pos2) -> Option<(Pos2, u32)> {
        self.clusters.iter().copied().find(|(at, n)| at.distance(pointer) <= radius(*n))
    }
}

fn radius(n: u32) -> f32 {
    13.0 + (n as f32).log10() * 3.0
}

/// Adds the marks that are shown: one mesh, however many they are.
pub(super) fn paint(
    painter: &Painter,
    atlas: &TextureHandle,
    marks: &[VehicleMark],
    placed: &Placed,
    inks: &MapInks,
    stale: bool,
) {
    let mut mesh = mesh(atlas, placed.shown.len());
    for &(at, idx) in &placed.shown {
        let mark = &marks[idx];
        let (sprite, color) = match mark.motion {
            Motion::Moving if stale => (Sprite::HollowArrow, inks.vehicle_parked),
            Motion::Moving if mark.heading_deg.is_some_and(f32::is_finite) => (Sprite::Arrow, inks.vehicle),
            Motion::Moving => (Sprite::Square, inks.vehicle),
            Motion::Parked => (Sprite::Square, inks.vehicle_parked),
            Motion::Silent => (Sprite::Silent, inks.vehicle_parked),
        };
        let turn = matches!(sprite, Sprite::Arrow | Sprite::HollowArrow);
        let heading = mark.heading_deg.filter(|heading| turn && heading.is_finite()).unwrap_or_default();
        push(&mut mesh, sprite, at, heading, color);
    }
    painter.add(mesh);
}

/// A mesh of so many sprites.
pub(super) fn mesh(atlas: &TextureHandle, n: usize) -> Mesh {
    let mut mesh = Mesh::with_texture(atlas.id());
    mesh.reserve_vertices(n * 4);
    mesh.reserve_triangles(n * 2);
    mesh
}

/// Adds one, turned clockwise.
pub(super) fn push(mesh: &mut Mesh, sprite: Sprite, at: Pos2, heading_deg: f32, color: Color32) {
    let (sin, cos) = heading_deg.to_radians().sin_cos();
    let begin = mesh.vertices.len() as u32;
    let left = sprite as usize as f32 / N_SPRITES as f32;
    for (x, y) in [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)] {
        let (dx, dy) = (x * SPRITE, y * SPRITE);
        let pos = at + vec2(dx * cos - dy * sin, dx * sin + dy * cos);
        let uv = pos2(left + (x + 0.5) / N_SPRITES as f32, y + 0.5);
        mesh.vertices.push(eframe::egui::epaint::Vertex { pos, uv, color });
    }
    mesh.indices.extend([begin, begin + 1, begin + 2, begin, begin + 2, begin + 3]);
}

/// Paints the clusters: a disc with the number.
pub(super) fn paint_clusters(painter: &Painter, placed: &Placed, theme: &Theme) {
    for &(at, n) in &placed.clusters {
        painter.circle(at, radius(n), theme.bg.raised.gamma_multiply(0.92), Stroke::new(1.25, theme.map.vehicle_parked));
        widgets::put(painter, at, Align2::CENTER_CENTER, text::count(u64::from(n)), Type::Micro.medium(), theme.text.primary);
    }
}

/// The shapes in white, to be tinted; soft at their edges.
pub(super) fn atlas(ctx: &Context) -> TextureHandle {
    let mut image = ColorImage::filled([TEXELS * N_SPRITES, TEXELS], Color32::TRANSPARENT);
    let shapes: [fn(f32, f32) -> bool; N_SPRITES] =
        [arrow, |x, y| arrow(x, y) && !arrow_inside(x, y), square, silent, ring, plate, above, |x, y| above(x, -y)];
    for (i, inside) in shapes.into_iter().enumerate() {
        for row in 0..TEXELS {
            for column in 0..TEXELS {
                // Four by four looks within a texel.
                let hits = (0..16).filter(|look| {
                    let at =
                        |texel: usize, part: usize| ((texel as f32 + (part as f32 + 0.5) / 4.0) / TEXELS as f32 - 0.5) * SPRITE;
                    inside(at(column, look % 4), at(row, look / 4))
                });
                let cover = hits.count() * 255 / 16;
                image.pixels[row * TEXELS * N_SPRITES + i * TEXELS + column] = Color32::from_white_alpha(cover as u8);
            }
        }
    }
    ctx.load_texture("map marks", image, TextureOptions::LINEAR)
}

/// Points from the middle, x to the right and y down; the tip shows north.
fn arrow(x: f32, y: f32) -> bool {
    wedge(x, y, -7.0, 6.0, 2.6, 5.2)
}
fn arrow_inside(x: f32, y: f32) -> bool {
    wedge(x, y, -3.6, 3.9, 1.4, 3.1)
}

/// An arrowhead from its tip at `top` to its wings at `bottom`, notched at `notch`, `half` wide.
fn wedge(x: f32, y: f32, top: f32, bottom: f32, notch: f32, half: f32) -> bool {
    let x = x.abs();
    let side = (y - top) / (bottom - top) * half;
    let floor = notch + (bottom - notch) * x / half;
    y >= top && x <= side && y <= floor
}

fn square(x: f32, y: f32) -> bool {
    let far = x.abs().max(y.abs());
    (2.5..=3.9).contains(&far)
}

fn ring(x: f32, y: f32) -> bool {
    let far = x.hypot(y);
    (4.0..=5.4).contains(&far) || far <= 1.5
}

/// A square with round corners, `half` wide.
fn rounded(x: f32, y: f32, half: f32) -> bool {
    const RADIUS: f32 = 3.0;
    let (x, y) = (x.abs() - half + RADIUS, y.abs() - half + RADIUS);
    if x > 0.0 && y > 0.0 { x.hypot(y) <= RADIUS } else { x.max(y) <= RADIUS }
}

fn plate(x: f32, y: f32) -> bool {
    rounded(x, y, 8.5)
}

/// A tile with a chevron that points up.
fn above(x: f32, y: f32) -> bool {
    let edge = rounded(x, y, 8.5) && !rounded(x, y, 7.1);
    let chevron = x.abs() <= 4.2 && (y - (x.abs() - 2.0)).abs() <= 1.35;
    edge || chevron
}

fn silent(x: f32, y: f32) -> bool {
    let (far, turn) = (x.hypot(y), y.atan2(x).rem_euclid(std::f32::consts::TAU / 8.0));
    let ring = (6.3..=7.6).contains(&far) && turn < 0.5;
    // A question mark: a bow, a stem and a dot.
    let bow = (x.hypot(y + 1.9) - 1.7).abs() < 0.6 && !(x < -0.4 && y > -1.7) && !(x < 0.2 && y > -0.6);
    let stem = x.abs() < 0.6 && (-0.6..=1.2).contains(&y);
    let dot = x.hypot(y - 2.9) < 0.8;
    ring || bow || stem || dot
}

#[cfg(test)]
#[path = "marks_tests.rs"]
mod tests;
