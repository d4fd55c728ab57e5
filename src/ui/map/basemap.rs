//! The ground that needs no network: land, lakes, borders of countries and provinces from Natural Earth.
//!
//! `assets/map/basemap.bin` holds cells of 45° for far views and of 5° for near ones (its README says how it is made). A
//! cell is cut into triangles when it first comes into view; the picture of a view is one mesh that is kept until the view
//! changes.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::{Arc, LazyLock};

use eframe::egui::epaint::Vertex;
use eframe::egui::{Color32, Mesh, Painter, Pos2, Rect, Shape, Vec2, pos2, vec2};

use super::mercator::{Camera, MOST_LAT, World};
use crate::ui::theme::MapInks;

const PACKED: &[u8] = include_bytes!("../../../assets/map/basemap.bin");
/// Cells of a level are this wide, degrees.
const CELL_DEG: [f64; 2] = [45.0, 5.0];
/// Steps across a cell.
const GRID: f64 = 8_191.0;
/// From this zoom on the near level is painted.
const NEAR_FROM: f64 = 5.5;
/// From this zoom on borders of provinces are painted.
const PROVINCES_FROM: f64 = 6.5;

/// A path on a cell's grid.
type Path = Vec<(i32, i32)>;

/// A cell as it is packed.
#[derive(Debug)]
struct Cell {
    west: f64,
    south: f64,
    size: f64,
    land: Vec<Vec<Path>>,
    lakes: Vec<Vec<Path>>,
    borders: Vec<Path>,
    provinces: Vec<Path>,
}

static CELLS: LazyLock<HashMap<(u8, u8, u8), Cell>> = LazyLock::new(|| {
    let mut bytes = Vec::new();
    let read = flate2::read::ZlibDecoder::new(PACKED).read_to_end(&mut bytes);
    read.expect("assets/map/basemap.bin is part of the program and read by a test");
    unpack(&bytes).expect("assets/map/basemap.bin is part of the program and read by a test")
});

/// Reads the ground before the first frame needs it: some ten milliseconds.
pub fn warm() {
    LazyLock::force(&CELLS);
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn varint(&mut self) -> Option<u32> {
        let mut value = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn step(&mut self) -> Option<i32> {
        let packed = self.varint()?;
        Some((packed >> 1) as i32 ^ -((packed & 1) as i32))
    }

    fn path(&mut self) -> Option<Path> {
        let n = self.varint()?;
        let (mut x, mut y) = (0, 0);
        (0..n)
            .map(|_| {
                x += self.step()?;
                y += self.step()?;
                Some((x, y))
            })
            .collect()
    }

    fn lines(&mut self) -> Option<Vec<Path>> {
        let n = self.varint()?;
        (0..n).map(|_| self.path()).collect()
    }

    fn areas(&mut self) -> Option<Vec<Vec<Path>>> {
        let n = self.varint()?;
        (0..n).map(|_| self.lines()).collect()
    }
}

fn unpack(bytes: &[u8]) -> Option<HashMap<(u8, u8, u8), Cell>> {
    let mut reader = Reader(bytes.strip_prefix(b"FWB1")?);
    let n = u32::from_le_bytes([reader.byte()?, reader.byte()?, reader.byte()?, reader.byte()?]);
    let mut cells = HashMap::new();
    for _ in 0..n {
        let (level, column, row) = (reader.byte()?, reader.byte()?, reader.byte()?);
        let size = *CELL_DEG.get(usize::from(level))?;
        let len = u32::from_le_bytes([reader.byte()?, reader.byte()?, reader.byte()?, reader.byte()?]) as usize;
        let mut inside = Reader(reader.0.get(..len)?);
        reader.0 = reader.0.get(len..)?;
        let cell = Cell {
            west: f64::from(column) * size - 180.0,
            south: f64::from(row) * size - 90.0,
            size,
            land: inside.areas()?,
            lakes: inside.areas()?,
            borders: inside.lines()?,
            provinces: inside.lines()?,
        };
        cells.insert((level, column, row), cell);
    }
    Some(cells)
}

impl Cell {
    fn origin(&self) -> World {
        World::of(self.south + self.size, self.west)
    }

    /// Relative to [`Self::origin`], so that a 32-bit float is exact to a tenth of a point at the closest zoom.
    fn local(&self, (x, y): (i32, i32)) -> [f32; 2] {
        let lon = self.west + f64::from(x) / GRID * self.size;
        let lat = (self.south + f64::from(y) / GRID * self.size).clamp(-MOST_LAT, MOST_LAT);
        let (place, origin) = (World::of(lat, lon), self.origin());
        [(place.x - origin.x) as f32, (place.y - origin.y) as f32]
    }

    fn cut(&self) -> CutCell {
        let mut cut = CutCell { origin: self.origin(), ..CutCell::default() };
        let mut ears = earcut::Earcut::new();
        for (areas, fill) in [(&self.land, &mut cut.land), (&self.lakes, &mut cut.lakes)] {
            for rings in areas {
                let mut points: Vec<[f32; 2]> = Vec::new();
                let mut holes: Vec<u32> = Vec::new();
                for (i, ring) in rings.iter().enumerate() {
                    if i > 0 {
                        holes.push(points.len() as u32);
                    }
                    points.extend(ring.iter().map(|&at| self.local(at)));
                }
                let mut triangles: Vec<u32> = Vec::new();
                ears.earcut(points.iter().copied(), &holes, &mut triangles);
                let begin = fill.points.len() as u32;
                fill.points.extend(points);
                fill.triangles.extend(triangles.into_iter().map(|i| begin + i));
            }
        }
        // The edges that the cutting made are no coast.
        let cut_edge = |a: (i32, i32), b: (i32, i32)| {
            let edge = GRID as i32;
            (a.0 == b.0 && (a.0 <= 0 || a.0 >= edge)) || (a.1 == b.1 && (a.1 <= 0 || a.1 >= edge))
        };
        for ring in self.land.iter().chain(&self.lakes).flatten() {
            for (i, &at) in ring.iter().enumerate() {
                let next = ring[(i + 1) % ring.len()];
                if !cut_edge(at, next) {
                    cut.coast.push([self.local(at), self.local(next)]);
                }
            }
        }
        let pieces = |lines: &[Path]| {
            let pairs = lines.iter().flat_map(|line| line.windows(2));
            pairs.map(|pair| [self.local(pair[0]), self.local(pair[1])]).collect()
        };
        cut.borders = pieces(&self.borders);
        cut.provinces = pieces(&self.provinces);
        cut
    }
}

#[derive(Debug, Default)]
struct Fill {
    points: Vec<[f32; 2]>,
    triangles: Vec<u32>,
}

/// A cell cut into triangles and pieces of line.
#[derive(Debug)]
struct CutCell {
    origin: World,
    land: Fill,
    lakes: Fill,
    coast: Vec<[[f32; 2]; 2]>,
    borders: Vec<[[f32; 2]; 2]>,
    provinces: Vec<[[f32; 2]; 2]>,
}

impl Default for CutCell {
    fn default() -> Self {
        Self {
            origin: World { x: 0.0, y: 0.0 },
            land: Fill::default(),
            lakes: Fill::default(),
            coast: Vec::new(),
            borders: Vec::new(),
            provinces: Vec::new(),
        }
    }
}

/// The ground of one map: cells that were in view, and the picture of the last view.
#[derive(Debug, Default)]
pub(super) struct Basemap {
    cut: HashMap<(u8, u8, u8), CutCell>,
    last: Option<(Camera, Rect, Color32, Arc<Mesh>)>,
}

impl Basemap {
    /// Paints water, land, lakes and borders.
    pub(super) fn paint(&mut self, painter: &Painter, rect: Rect, camera: &Camera, inks: &MapInks) {
        painter.rect_filled(rect, 0.0, inks.water);
        let kept = self.last.as_ref().filter(|(at, place, land, _)| at == camera && *place == rect && *land == inks.land);
        let mesh = if let Some((.., mesh)) = kept {
            Arc::clone(mesh)
        } else {
            let mesh = Arc::new(self.mesh(rect, camera, inks));
            self.last = Some((*camera, rect, inks.land, Arc::clone(&mesh)));
            mesh
        };
        painter.with_clip_rect(rect.intersect(painter.clip_rect())).add(Shape::Mesh(mesh));
    }

    fn mesh(&mut self, rect: Rect, camera: &Camera, inks: &MapInks) -> Mesh {
        let level = usize::from(camera.zoom >= NEAR_FROM);
        let size = CELL_DEG[level];
        let (north, west) = camera.world(rect, rect.min).degrees();
        let (south, east) = camera.world(rect, rect.max).degrees();
        let rows = ((south.max(-MOST_LAT) + 90.0) / size).floor() as i64..=((north.min(MOST_LAT) + 90.0) / size).floor() as i64;
        let columns = ((west + 180.0) / size).floor() as i64..=((east + 180.0) / size).floor() as i64;
        let n_columns = (360.0 / size) as i64;
        let mut mesh = Mesh::default();
        let mut seen = Vec::new();
        for row in rows {
            for column in columns.clone() {
                let key = (level as u8, column.rem_euclid(n_columns) as u8, row as u8);
                let Some(cell) = CELLS.get(&key) else { continue };
                let cut = self.cut.entry(key).or_insert_with(|| cell.cut());
                seen.push(key);
                let turns = column.div_euclid(n_columns) as f64;
                let scale = camera.scale();
                let origin = rect.center()
                    + vec2(
                        ((cut.origin.x + turns - camera.center.x) * scale) as f32,
                        ((cut.origin.y - camera.center.y) * scale) as f32,
                    );
                let at = |local: [f32; 2]| pos2(origin.x + local[0] * scale as f32, origin.y + local[1] * scale as f32);
                for (fill, color) in [(&cut.land, inks.land), (&cut.lakes, inks.water)] {
                    let begin = mesh.vertices.len() as u32;
                    let vertices = fill.points.iter().map(|&local| flat(at(local), color));
                    mesh.vertices.extend(vertices);
                    mesh.indices.extend(fill.triangles.iter().map(|i| begin + i));
                }
                let mut stroke = |pieces: &[[[f32; 2]; 2]], width: f32, color: Color32| {
                    let around = rect.expand(4.0);
                    for piece in pieces {
                        let (from, to) = (at(piece[0]), at(piece[1]));
                        if around.intersects(Rect::from_two_pos(from, to)) {
                            segment(&mut mesh, from, to, width, color);
                        }
                    }
                };
                stroke(&cut.coast, 1.0, inks.water_line);
                if camera.zoom >= PROVINCES_FROM {
                    stroke(&cut.provinces, 1.0, inks.road_major);
                }
                stroke(&cut.borders, 1.4, inks.road_motor);
            }
        }
        // Cells that are far away are cut again when they come back: memory follows the view.
        if self.cut.len() > 64 {
            self.cut.retain(|key, _| seen.contains(key));
        }
        mesh
    }
}

fn flat(pos: Pos2, color: Color32) -> Vertex {
    Vertex { pos, uv: eframe::egui::epaint::WHITE_UV, color }
}

/// A straight piece of line with soft sides.
pub(super) fn segment(mesh: &mut Mesh, from: Pos2, to: Pos2, width: f32, color: Color32) {
    let along = to - from;
    let length = along.length();
    if length < 0.05 {
        return;
    }
    let side = Vec2::new(-along.y, along.x) / length;
    // As wide as the line is solid, then a point of fading on each side.
    let (solid, soft) = ((width - 1.0).max(0.0) / 2.0, (width - 1.0).max(0.0) / 2.0 + 1.0);
    let color = if width < 1.0 { color.gamma_multiply(width) } else { color };
    let begin = mesh.vertices.len() as u32;
    for end in [from, to] {
        for (offset, color) in [(-soft, Color32::TRANSPARENT), (-solid, color), (solid, color), (soft, Color32::TRANSPARENT)] {
            mesh.vertices.push(flat(end + side * offset, color));
        }
    }
    for i in 0..3 {
        let (a, b) = (begin + i, begin + i + 4);
        mesh.indices.extend([a, a + 1, b, b, a + 1, b + 1]);
    }
}

#[cfg(test)]
#[path = "basemap_tests.rs"]
mod tests;
