//! Web Mercator: degrees ⇄ the unit square of the world ⇄ points on the screen. Pure.

use std::f64::consts::{PI, TAU};

use eframe::egui::{Pos2, Rect, pos2};

/// Beyond this the projection runs off, degrees.
pub const MOST_LAT: f64 = 85.051_128;
/// The circumference of the earth, m (WGS 84).
const EARTH_M: f64 = 40_075_016.7;
/// Width of the world at zoom 0, points: one tile.
pub const TILE: f64 = 256.0;
/// Fit leaves this much around, points.
const MARGIN: f32 = 56.0;
/// The zooms between which the map moves: the world at once, and a house.
pub const ZOOMS: (f64, f64) = (1.5, 19.0);

/// A place in the unit square of the world: x from west to east, y from north to south.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct World {
    /// 0 at 180° W, 1 at 180° E.
    pub x: f64,
    /// 0 at 85° N, 1 at 85° S.
    pub y: f64,
}

impl World {
    /// From degrees north and east. A place that is not finite is at 0° N 0° E.
    pub fn of(lat: f64, lon: f64) -> Self {
        let (lat, lon) = if lat.is_finite() && lon.is_finite() { (lat, lon) } else { (0.0, 0.0) };
        let sin = lat.clamp(-MOST_LAT, MOST_LAT).to_radians().sin();
        Self { x: lon / 360.0 + 0.5, y: 0.5 - ((1.0 + sin) / (1.0 - sin)).ln() / (2.0 * TAU) }
    }

    /// Degrees north and east.
    pub fn degrees(self) -> (f64, f64) {
        let lat = (PI * (1.0 - 2.0 * self.y)).sinh().atan().to_degrees();
        (lat, (self.x - 0.5) * 360.0)
    }
}

/// What the map looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// What is in the middle.
    pub center: World,
    /// The world is `256 · 2^zoom` points wide.
    pub zoom: f64,
}

impl Camera {
    /// A camera over a place in degrees.
    pub fn over(lat: f64, lon: f64, zoom: f64) -> Self {
        Self { center: World::of(lat, lon), zoom: zoom.clamp(ZOOMS.0, ZOOMS.1) }
    }

    /// The nearest camera that shows all of `places` in a window of this size, with a margin; `None` without places.
    pub fn fit(places: impl Iterator<Item = World>, rect: Rect, closest: f64) -> Option<Self> {
        let (mut least, mut most) = (World { x: f64::MAX, y: f64::MAX }, World { x: f64::MIN, y: f64::MIN });
        for place in places {
            least = World { x: least.x.min(place.x), y: least.y.min(place.y) };
            most = World { x: most.x.max(place.x), y: most.y.max(place.y) };
        }
        if least.x > most.x {
            return None;
        }
        let (w, h) = (f64::from((rect.width() - 2.0 * MARGIN).max(40.0)), f64::from((rect.height() - 2.0 * MARGIN).max(40.0)));
        let (dx, dy) = ((most.x - least.x).max(1e-9), (most.y - least.y).max(1e-9));
        let zoom = (w / dx / TILE).min(h / dy / TILE).log2().clamp(ZOOMS.0, closest);
        let center = World { x: f64::midpoint(least.x, most.x), y: f64::midpoint(least.y, most.y) };
        Some(Self { center, zoom })
    }

    /// Points across the whole world.
    pub fn scale(&self) -> f64 {
        TILE * self.zoom.exp2()
    }

    /// Where a place is on the screen; the nearest of its repetitions around the earth.
    pub fn screen(&self, rect: Rect, place: World) -> Pos2 {
        let scale = self.scale();
        let dx = place.x - self.center.x;
        let (x, y) = ((dx - dx.round()) * scale, (place.y - self.center.y) * scale);
        pos2(rect.center().x + x as f32, rect.center().y + y as f32)
    }

    /// What is at a place of the screen.
    pub fn world(&self, rect: Rect, at: Pos2) -> World {
        let scale = self.scale();
        let offset = at - rect.center();
        World { x: self.center.x + f64::from(offset.x) / scale, y: self.center.y + f64::from(offset.y) / scale }
    }

    /// Zooms by `steps` with what is at `at` staying where it is.
    pub fn zoom_at(&mut self, rect: Rect, at: Pos2, steps: f64) {
        let before = self.world(rect, at);
        self.zoom = (self.zoom + steps).clamp(ZOOMS.0, ZOOMS.1);
        let after = self.world(rect, at);
        self.center.x += before.x - after.x;
        self.center.y += before.y - after.y;
        self.settle();
    }

    /// Moves the ground under the window by points.
    pub fn pan(&mut self, by: eframe::egui::Vec2) {
        let scale = self.scale();
        self.center.x -= f64::from(by.x) / scale;
        self.center.y -= f64::from(by.y) / scale;
        self.settle();
    }

    fn settle(&mut self) {
        self.center.x = self.center.x.rem_euclid(1.0);
        self.center.y = self.center.y.clamp(0.0, 1.0);
    }

    /// Metres in a point, in the middle of the window.
    pub fn metres_per_point(&self) -> f64 {
        EARTH_M * self.center.degrees().0.to_radians().cos() / self.scale()
    }
}

/// The longest round distance that takes at most `points` on the screen: metres and points.
pub fn scale_bar(metres_per_point: f64, points: f64) -> (f64, f64) {
    let most = metres_per_point * points;
    let power = 10_f64.powf(most.log10().floor());
    let metres = [5.0, 2.0, 1.0].into_iter().map(|step| step * power).find(|metres| *metres <= most).unwrap_or(power);
    (metres, metres / metres_per_point)
}

#[cfg(test)]
#[path = "mercator_tests.rs"]
mod tests;
