//! Tiles beneath the marks: asked for as they come into view, kept while there is room, painted from a coarser one until
//! they are there.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use eframe::egui::{Color32, ColorImage, Context, Painter, Rect, TextureHandle, TextureOptions, pos2};

use super::mercator::{Camera, TILE};
use crate::model::ground::{Ground, TileKey, TilePicture};

/// Bytes of pictures that are kept.
const BYTES_MOST: usize = 96 << 20;
/// Pictures handed to the graphics card in one frame: some tenths of a millisecond each.
const NEW_A_FRAME: usize = 6;
/// A tile smaller than this would need too many of them, points.
const SMALLEST: f64 = 100.0;
/// How far up a coarser tile is looked for, zooms.
const COARSER: usize = 6;
/// After so long it is asked again for a tile that was not there, s.
const AGAIN_SECS: f64 = 60.0;
/// What light maps are dimmed with on a dark screen.
const DIMMED: Color32 = Color32::from_gray(150);

/// Where tiles come from; nothing here waits.
pub struct TileWires {
    /// These are wanted now, in place of all before.
    pub want: Box<dyn Fn(Vec<TileKey>) + Send>,
    /// What was read since.
    pub take: Box<dyn Fn() -> Vec<(TileKey, Option<TilePicture>)> + Send>,
    /// What is known of them.
    pub about: Box<dyn Fn() -> Arc<Ground> + Send>,
}

impl TileWires {
    /// No tiles.
    pub fn none() -> Self {
        Self { want: Box::new(|_| {}), take: Box::new(Vec::new), about: Box::new(Arc::default) }
    }
}

enum Held {
    Picture {
        texture: TextureHandle,
        bytes: usize,
        used_at: f64,
    },
    /// There is none, as was found at this time.
    Nothing(f64),
}

impl std::fmt::Debug for Tiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tiles").field("held", &self.held.len()).finish_non_exhaustive()
    }
}

/// The tiles of every map of the window.
pub struct Tiles {
    wires: TileWires,
    held: HashMap<TileKey, Held>,
    /// Read, and not handed to the graphics card yet.
    fresh: Vec<(TileKey, Option<TilePicture>)>,
    asked: Vec<TileKey>,
}

impl Tiles {
    /// None held yet.
    pub fn new(wires: TileWires) -> Self {
        Self { wires, held: HashMap::new(), fresh: Vec::new(), asked: Vec::new() }
    }

    /// What is known of where they come from.
    pub fn about(&self) -> Arc<Ground> {
        (self.wires.about)()
    }

    /// Paints what is there of a view and asks for the rest; whether any was painted.
    pub(super) fn paint(&mut self, painter: &Painter, rect: Rect, camera: &Camera, dark: bool) -> bool {
        let about = self.about();
        let Some((least, most)) = about.zooms else { return false };
        let ctx = painter.ctx().clone();
        let now = ctx.input(|input| input.time);
        self.receive(&ctx, now);
        let finer = f64::from(ctx.pixels_per_point()).log2();
        let zoom = (camera.zoom + finer).round().clamp(f64::from(least), f64::from(most)) as u8;
        let across = f64::from(2_u32.pow(u32::from(zoom.min(24))));
        if camera.scale() / across < SMALLEST.min(TILE) {
            return false;
        }
        let (first, last) = (camera.world(rect, rect.min), camera.world(rect, rect.max));
        let columns = (first.x * across).floor() as i64..=(last.x * across).floor() as i64;
        let rows = ((first.y * across).floor() as i64).max(0)..=((last.y * across).floor() as i64).min(across as i64 - 1);
        // Edges on whole points of the screen, so that no gap shows between tiles.
        let ppp = f64::from(ctx.pixels_per_point());
        let edge = |middle: f32, from: f64, at: i64| {
            let points = f64::from(middle) + (at as f64 / across - from) * camera.scale();
            ((points * ppp).round() / ppp) as f32
        };
        let tint = if dark { DIMMED } else { Color32::WHITE };
        let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
        let mut wanted = Vec::new();
        let mut any = false;
        for row in rows {
            for column in columns.clone() {
                let key = TileKey { zoom, x: column.rem_euclid(across as i64) as u32, y: row as u32 };
                let place = Rect::from_min_max(
                    pos2(edge(rect.center().x, camera.center.x, column), edge(rect.center().y, camera.center.y, row)),
                    pos2(edge(rect.center().x, camera.center.x, column + 1), edge(rect.center().y, camera.center.y, row + 1)),
                );
                let (found, missing) = self.find(key, least, now);
                wanted.extend(missing.map(|missing| (place.center().distance_sq(rect.center()), missing)));
                if let Some((texture, uv)) = found {
                    any = true;
                    painter.image(texture.id(), place, uv, tint);
                }
            }
        }
        wanted.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Several may want the same coarser one.
        let mut once = HashSet::new();
        let wanted: Vec<TileKey> = wanted.into_iter().map(|(_, key)| key).filter(|key| once.insert(*key)).collect();
        if wanted != self.asked {
            self.asked.clone_from(&wanted);
            (self.wires.want)(wanted);
        }
        any
    }

    /// The picture for a tile, itself or a part of a coarser one, and which tile it takes to be better.
    fn find(&mut self, key: TileKey, least: u8, now: f64) -> (Option<(TextureHandle, Rect)>, Option<TileKey>) {
        let mut missing = None;
        let mut at = Some(key);
        for up in 0..=COARSER {
            let Some(tried) = at.filter(|tried| tried.zoom >= least) else { break };
            match self.held.get_mut(&tried) {
                Some(Held::Picture { texture, used_at, .. }) => {
                    *used_at = now;
                    let part = 1.0 / (1_u32 << up) as f32;
                    let inside = |finer: u32, coarser: u32| (finer - (coarser << up)) as f32 * part;
                    let corner = pos2(inside(key.x, tried.x), inside(key.y, tried.y));
                    let uv = Rect::from_min_max(corner, pos2(corner.x + part, corner.y + part));
                    return (Some((texture.clone(), uv)), missing);
                }
                Some(Held::Nothing(since)) if now - *since < AGAIN_SECS => {}
                _ => missing = missing.or(Some(tried)),
            }
            at = tried.parent();
        }
        (None, missing)
    }

    /// Hands what was read to the graphics card, a few at a time, and lets go of what was not seen for the longest.
    fn receive(&mut self, ctx: &Context, now: f64) {
        self.fresh.extend((self.wires.take)());
        let n = self.fresh.len().min(NEW_A_FRAME);
        for (key, picture) in self.fresh.drain(..n) {
            let held = match picture {
                Some(TilePicture { width, height, rgba }) => {
                    let image = ColorImage::from_rgba_unmultiplied([width, height], &rgba);
                    let texture = ctx.load_texture("tile", image, TextureOptions::LINEAR);
                    Held::Picture { texture, bytes: rgba.len(), used_at: now }
                }
                None => Held::Nothing(now),
            };
            self.held.insert(key, held);
            // It may be wanted again by now.
            self.asked.clear();
        }
        if !self.fresh.is_empty() {
            ctx.request_repaint();
        }
        self.make_room();
    }

    fn make_room(&mut self) {
        let mut by_age: Vec<(f64, TileKey, usize)> = self
            .held
            .iter()
            .filter_map(|(key, held)| match held {
                Held::Picture { bytes, used_at, .. } => Some((*used_at, *key, *bytes)),
                Held::Nothing(_) => None,
            })
            .collect();
        let mut bytes: usize = by_age.iter().map(|(.., bytes)| bytes).sum();
        if bytes <= BYTES_MOST {
            return;
        }
        by_age.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (_, key, its) in by_age {
            if bytes <= BYTES_MOST {
                break;
            }
            bytes -= its;
            self.held.remove(&key);
        }
        if self.held.len() > 8_192 {
            self.held.retain(|_, held| matches!(held, Held::Picture { .. }));
        }
    }
}
