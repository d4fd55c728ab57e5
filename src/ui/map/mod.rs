//! The map: a ground without network, marks, labels, and a camera that pans and zooms.
//!
//! A screen makes a [`Scene`] of what it wants to show and calls [`ui`]; its [`MapView`] remembers what the map looks at.

mod basemap;
mod harsh;
mod labels;
mod marks;
pub mod mercator;
mod sensors;
mod tiles;

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{
    self, Align2, Color32, CornerRadius, CursorIcon, Key, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, StrokeKind,
    TextureHandle, Ui, WidgetInfo, pos2, vec2,
};

pub use self::basemap::warm;
use self::labels::Labels;
use self::marks::Placed;
use self::mercator::{Camera, World, scale_bar};
pub use self::tiles::{TileWires, Tiles};
use super::shapes::{Mark, dashed_rect, hatch};
use super::text;
use super::theme::{Theme, Type};
use super::tr;
use super::widgets::{name, put};
use crate::model::{DeviceId, Language, Timestamp};
use crate::place::{self, Place};
use crate::state::snapshot::{DrivenPiece, HarshMark, Motion, SensorMark, VehicleMark};

/// Where the map looks before it knows anything: the west coast of Korea.
const HOME: (f64, f64, f64) = (37.35, 126.9, 8.6);
/// Fit all comes no closer than this.
const CLOSEST_FIT: f64 = 14.0;
/// Cities that are tried for a name.
const CITIES_MOST: usize = 40;
/// One turn of the rings, s, and how long they turn after the event (design, motion).
const PULSE_SECS: f64 = 1.6;
/// How far they grow, points.
const RINGS_REACH: f32 = 31.0;
/// From the chosen vehicle to its name, points: clear of its ring.
const CHOSEN_GAP: f32 = 16.0;
/// From this zoom on a vehicle that is not chosen may wear its name.
const NAMES_FROM: f64 = 13.5;
/// Vehicles wear their names only while no more than this are in view.
const NAMES_MOST: usize = 60;

/// Rings around a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rings {
    /// One thin ring.
    One,
    /// The accent ring of what is chosen.
    Chosen,
    /// Rings that grow: an unacknowledged critical incident. Three that stand where motion is reduced.
    Pulse,
}

/// What a pin looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pin {
    /// An incident: its severity's shape in rings.
    Incident(Mark, Rings),
    /// A sensor above or below its band: a chevron on a tile.
    Chevron {
        /// Above.
        up: bool,
    },
    /// A drill: hatched, dashed.
    Drill,
}

/// Something with words at a place.
#[derive(Clone, Debug)]
pub struct PinMark {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Its shape.
    pub pin: Pin,
    /// Its colour.
    pub color: Color32,
    /// Beside it.
    pub label: String,
    /// What a screen reader and the pointer learn.
    pub hover: String,
}

/// The box that says what happened to one vehicle.
#[derive(Clone, Debug)]
pub struct Callout {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Its outline and shape.
    pub color: Color32,
    /// The shape before the title.
    pub mark: Option<Mark>,
    /// The vehicle.
    pub title: String,
    /// Beside the title.
    pub note: String,
    /// The second line.
    pub line: String,
}

/// What is on the map.
#[derive(Clone, Debug, Default)]
pub struct Scene<'a> {
    /// Vehicles.
    pub vehicles: &'a [VehicleMark],
    /// Vehicles are painted.
    pub show_vehicles: bool,
    /// The chosen one.
    pub chosen: Option<&'a DeviceId>,
    /// Sensors.
    pub sensors: &'a [SensorMark],
    /// The chosen one.
    pub chosen_sensor: Option<&'a DeviceId>,
    /// Harsh driving.
    pub harsh: &'a [HarshMark],
    /// Incidents and drills; the last lies on top and finds room for its label first.
    pub pins: &'a [PinMark],
    /// The box.
    pub callout: Option<Callout>,
    /// Where the chosen vehicle came from, in stretches without a gap.
    pub trail: &'a [Vec<(f64, f64)>],
    /// Where the fleet drove.
    pub driven: &'a [Arc<Vec<DrivenPiece>>],
    /// Where the chosen vehicle was at the plots' cursor.
    pub cursor: Option<(f64, f64)>,
    /// Nothing here is live.
    pub stale: bool,
    /// Painted under something else: no hand reaches it.
    pub still: bool,
    /// The moment shown, for what moves and for ages.
    pub now: Timestamp,
    /// Who made the ground.
    pub attribution: &'a str,
}

/// Something on the map: its place in its list of the [`Scene`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// An incident or a drill.
    Pin(usize),
    /// A vehicle.
    Vehicle(usize),
    /// A sensor.
    Sensor(usize),
    /// Harsh driving.
    Harsh(usize),
}

/// What the operator did with the map.
#[derive(Clone, Debug, Default)]
pub struct MapAnswer {
    /// Lies under the pointer.
    pub hovered: Option<Hit>,
    /// It was clicked.
    pub clicked: Option<Hit>,
    /// Vehicles in view.
    pub n_in_view: usize,
}

/// What is on the map, as it lies on the screen.
struct Laid {
    vehicles: Placed,
    sensors: Vec<(Pos2, usize)>,
    harsh: Vec<(Pos2, usize)>,
}

/// What one map remembers.
#[derive(Default)]
pub struct MapView {
    camera: Option<Camera>,
    /// A hand moved it: it fits itself no more.
    touched: bool,
    /// Keeps the chosen vehicle in the middle.
    pub follow: bool,
    basemap: basemap::Basemap,
    cities: Option<(Camera, Rect, Vec<&'static Place>)>,
    atlas: Option<TextureHandle>,
}

impl MapView {
    /// Shows everything again.
    pub fn fit_all(&mut self) {
        self.touched = false;
        self.follow = false;
        self.camera = None;
    }

    /// Looks at one place.
    pub fn look_at(&mut self, lat: f64, lon: f64, zoom: f64) {
        self.camera = Some(Camera::over(lat, lon, zoom));
        self.touched = true;
    }

    /// Metres in a point, for a scale beside the map.
    pub fn metres_per_point(&self) -> f64 {
        self.camera.unwrap_or_else(|| Camera::over(HOME.0, HOME.1, HOME.2)).metres_per_point()
    }

    /// Names of cities, the largest first, as long as there is room beside the pins and the chosen vehicle with its name.
    fn cities(
        &mut self,
        painter: &Painter,
        rect: Rect,
        camera: &Camera,
        pins: &[PinMark],
        chosen: Option<&VehicleMark>,
        theme: &Theme,
    ) {
        let kept = self.cities.as_ref().is_some_and(|(at, place, _)| at == camera && *place == rect);
        if !kept {
            let (north, west) = camera.world(rect, rect.min).degrees();
            let (south, east) = camera.world(rect, rect.max).degrees();
            let cities = place::within((south, west), (north, east)).take(CITIES_MOST).collect();
            self.cities = Some((*camera, rect, cities));
        }
        let mut labels = Labels::default();
        for pin in pins {
            let at = camera.screen(rect, World::of(pin.lat, pin.lon));
            labels.take(Rect::from_center_size(at, vec2(2.0 * RINGS_REACH, 2.0 * RINGS_REACH)));
        }
        if let Some(mark) = chosen {
            let at = camera.screen(rect, World::of(mark.lat, mark.lon));
            let words = painter.layout_no_wrap(mark.device.to_string(), Type::Small.semibold(), theme.text.primary);
            // At whichever side it will stand.
            labels.take(Rect::from_center_size(at, vec2(2.0 * (CHOSEN_GAP + words.size().x), 2.0 * CHOSEN_GAP)));
        }
        let cities = self.cities.iter().flat_map(|(.., cities)| cities.iter().copied());
        for city in cities {
            let at = camera.screen(rect, World::of(city.lat, city.lon));
            let font = if city.thousands >= 1_000 { Type::Small.medium() } else { Type::Micro.font() };
            let galley = painter.layout_no_wrap(place_name(city).to_owned(), font, theme.map.label);
            let dot = Rect::from_center_size(at, vec2(6.0, 6.0));
            // Air around a name, so that the map stays quiet.
            let room = galley.size() + vec2(28.0, 22.0);
            // A name that would be cut at the edge says nothing.
            let whole = at.x + 6.0 + galley.size().x <= rect.right();
            if whole && labels.free(Rect::from_center_size(at, room)) && labels.beside(at, room, 0.0, rect.expand(40.0)).is_some()
            {
                painter.circle_filled(dot.center(), 1.75, theme.map.label);
                painter.galley(at + vec2(6.0, -galley.size().y / 2.0), galley, theme.map.label);
                labels.take(Rect::from_center_size(at, room));
            }
        }
    }

    fn aim(&mut self, rect: Rect, scene: &Scene<'_>) -> Camera {
        let vehicles = || scene.vehicles.iter().map(|mark| World::of(mark.lat, mark.lon));
        let pins = || scene.pins.iter().map(|pin| World::of(pin.lat, pin.lon));
        let sensors = || scene.sensors.iter().map(|mark| World::of(mark.lat, mark.lon));
        let chosen = scene.chosen.and_then(|device| scene.vehicles.iter().find(|mark| mark.device == *device));
        if self.follow
            && let Some(mark) = chosen
        {
            let zoom = self.camera.map_or(CLOSEST_FIT, |camera| camera.zoom);
            self.camera = Some(Camera { center: World::of(mark.lat, mark.lon), zoom });
        } else if !self.touched {
            let all_seen = self.camera.is_some_and(|camera| {
                let seen = |place: World| rect.shrink(8.0).contains(camera.screen(rect, place));
                vehicles().chain(pins()).chain(sensors()).all(seen)
            });
            if !all_seen {
                self.camera = Camera::fit(vehicles().chain(pins()).chain(sensors()), rect, CLOSEST_FIT);
            }
        }
        self.camera.unwrap_or_else(|| Camera::over(HOME.0, HOME.1, HOME.2))
    }

    fn hands(&mut self, ui: &Ui, rect: Rect, response: &egui::Response, camera: &mut Camera) {
        let before = *camera;
        if response.dragged() {
            camera.pan(response.drag_delta());
        }
        if let Some(at) = response.hover_pos() {
            let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
            let steps = f64::from(scroll) / 120.0 + f64::from(pinch).log2();
            if steps != 0.0 {
                // While a vehicle is followed, the middle stays.
                camera.zoom_at(rect, if self.follow { rect.center() } else { at }, steps);
            }
            if response.double_clicked() {
                camera.zoom_at(rect, at, 1.0);
            }
        }
        if response.has_focus() || response.hovered() {
            let typing = ui.ctx().text_edit_focused();
            let step = ui.input(|input| {
                let pressed = |keys: [Key; 2]| keys.into_iter().any(|key| input.key_pressed(key) && !input.modifiers.command);
                f64::from(i8::from(pressed([Key::Plus, Key::Equals])) - i8::from(pressed([Key::Minus, Key::Minus])))
            });
            if !typing && step != 0.0 {
                camera.zoom_at(rect, rect.center(), step);
            }
        }
        if *camera != before {
            self.touched = true;
            // A drag lets go of the vehicle; a zoom keeps it.
            self.follow &= !response.dragged();
            self.camera = Some(*camera);
        }
    }
}

/// The map in `rect`, over `tiles` where there are some. `label` names it for screen readers, before its counts.
pub fn ui(ui: &mut Ui, rect: Rect, view: &mut MapView, tiles: Option<&mut Tiles>, scene: &Scene<'_>, label: &str) -> MapAnswer {
    let theme = Theme::of(ui);
    let mut camera = view.aim(rect, scene);
    let sense = if scene.still { Sense::hover() } else { Sense::click_and_drag() };
    let response = ui.interact(rect, ui.scope_id().with("map"), sense);
    if !scene.still {
        view.hands(ui, rect, &response, &mut camera);
    }
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    view.basemap.paint(&painter, rect, &camera, &theme.map);
    let tiled = tiles.and_then(|tiles| {
        let dark = ui.visuals().dark_mode;
        tiles.paint(&painter, rect, &camera, dark).then(|| tiles.about().attribution.clone())
    });
    if tiled.is_none() {
        graticule(&painter, rect, &camera, theme);
    }
    driven(&painter, rect, &camera, scene.driven, theme);
    let mark = scene.chosen.and_then(|device| scene.vehicles.iter().find(|mark| mark.device == *device));
    // Tiles have names of their own.
    if tiled.is_none() {
        view.cities(&painter, rect, &camera, scene.pins, mark, theme);
    }
    trail(&painter, rect, &camera, scene, theme);

    let laid = Laid {
        vehicles: if scene.show_vehicles { Placed::of(scene.vehicles, rect, &camera) } else { Placed::default() },
        sensors: sensors::in_view(scene.sensors, rect, &camera),
        harsh: harsh::in_view(scene.harsh, rect, &camera),
    };
    let placed = &laid.vehicles;
    let atlas = view.atlas.get_or_insert_with(|| marks::atlas(ui.ctx()));
    harsh::paint(&painter, scene, &laid.harsh, theme);
    marks::paint(&painter, atlas, scene.vehicles, placed, &theme.map, scene.stale);
    marks::paint_clusters(&painter, placed, theme);
    sensors::paint(&painter, atlas, scene, &laid.sensors, theme);

    let mut labels = Labels::default();
    for &(at, n) in &placed.clusters {
        labels.take(Rect::from_center_size(at, vec2(30.0, 30.0)));
        debug_assert!(n > 0, "a cluster of nothing");
    }
    callout(&painter, rect, &camera, scene, &mut labels, theme);
    let moves = pins(ui, &painter, rect, &camera, scene, &mut labels, theme);
    if let Some(mark) = mark {
        chosen(ui, &painter, rect, &camera, scene, mark, &mut labels, theme);
    }
    sensors::tell(ui, &painter, rect, scene, &laid.sensors, &mut labels, theme);
    names(&painter, rect, &camera, scene, placed, &mut labels, theme);
    let made_by = match &tiled {
        Some(by) if scene.attribution.is_empty() || by.is_empty() => by.clone(),
        Some(by) => format!("{by}. {}", scene.attribution),
        None => scene.attribution.to_owned(),
    };
    if !made_by.is_empty() {
        let at = rect.right_bottom() - vec2(6.0, 4.0);
        let galley = painter.layout_no_wrap(made_by, Type::Micro.font(), theme.map.label);
        let plate = Align2::RIGHT_BOTTOM.anchor_size(at, galley.size());
        painter.rect_filled(plate.expand2(vec2(4.0, 1.0)), 2.0, theme.map.land);
        painter.galley(plate.min, galley, theme.map.label);
    }
    if moves {
        ui.ctx().request_repaint_after(Duration::from_millis(33));
    }
    let all = tr!("map-vehicles", n = scene.vehicles.len() as u64);
    let mut words = tr!("map-in-view", name = label, n = placed.n_in_view as u64, all = all);
    if let Some(device) = scene.chosen {
        words.push_str(&tr!("map-chosen", device = device.as_str()));
    }
    if !laid.sensors.is_empty() {
        words.push_str(&tr!("map-sensors", n = laid.sensors.len() as u64));
    }
    if !laid.harsh.is_empty() {
        words.push_str(&tr!("map-harsh", n = laid.harsh.len() as u64));
    }
    if scene.stale {
        words.push_str(&tr!("map-stale"));
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, &words));
    if response.has_focus() {
        painter.rect_stroke(rect.shrink(1.0), 0.0, Stroke::new(2.0, theme.border.focus), StrokeKind::Inside);
    }
    answer(view, scene, &response, &laid, rect, &mut camera)
}

/// What marks stand on, so that lines do not run through them.
fn ground(theme: &Theme) -> Color32 {
    theme.map.land.gamma_multiply(0.9)
}

fn answer(
    view: &mut MapView,
    scene: &Scene<'_>,
    response: &egui::Response,
    laid: &Laid,
    rect: Rect,
    camera: &mut Camera,
) -> MapAnswer {
    let placed = &laid.vehicles;
    let mut answer = MapAnswer { n_in_view: placed.n_in_view, ..MapAnswer::default() };
    let Some(pointer) = response.hover_pos().filter(|_| !scene.still) else { return answer };
    let pin = scene
        .pins
        .iter()
        .enumerate()
        .rev()
        .find(|(_, pin)| camera.screen(rect, World::of(pin.lat, pin.lon)).distance(pointer) <= 13.0);
    // What lies on top is meant.
    answer.hovered = pin
        .map(|(idx, _)| Hit::Pin(idx))
        .or_else(|| sensors::at(&laid.sensors, pointer).map(Hit::Sensor))
        .or_else(|| placed.at(pointer).map(Hit::Vehicle))
        .or_else(|| harsh::at(&laid.harsh, pointer).map(Hit::Harsh));
    let cluster = placed.cluster_at(pointer).filter(|_| answer.hovered.is_none());
    if cluster.is_some() || matches!(answer.hovered, Some(hit) if !matches!(hit, Hit::Harsh(_))) {
        response.ctx.set_cursor_icon(CursorIcon::PointingHand);
    }
    if response.clicked() {
        answer.clicked = answer.hovered;
        if let Some((at, _)) = cluster {
            camera.zoom_at(rect, at, 1.5);
            view.camera = Some(*camera);
            view.touched = true;
        }
    }
    if let Some((_, pin)) = pin {
        response.show_tooltip_text(pin.hover.as_str());
    } else if let Some((_, n)) = cluster {
        response.show_tooltip_text(tr!("map-closer", vehicles = tr!("map-vehicles", n = u64::from(n))));
    }
    answer
}

/// Lines of latitude and longitude at round degrees.
fn graticule(painter: &Painter, rect: Rect, camera: &Camera, theme: &Theme) {
    const STEPS: [f64; 11] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];
    let degree = camera.scale() / 360.0;
    let step = STEPS.into_iter().find(|step| step * degree >= 150.0).unwrap_or(45.0);
    let (north, west) = camera.world(rect, rect.min).degrees();
    let (south, east) = camera.world(rect, rect.max).degrees();
    let stroke = Stroke::new(1.0, theme.map.road_minor);
    for i in (west / step).ceil() as i64..=(east / step).floor() as i64 {
        let x = rect.center().x + ((i as f64 * step / 360.0 + 0.5 - camera.center.x) * camera.scale()) as f32;
        painter.vline(x, rect.y_range(), stroke);
    }
    for i in (south / step).ceil() as i64..=(north / step).floor() as i64 {
        let y = rect.center().y + ((World::of(i as f64 * step, 0.0).y - camera.center.y) * camera.scale()) as f32;
        painter.hline(rect.x_range(), y, stroke);
    }
}

fn driven(painter: &Painter, rect: Rect, camera: &Camera, stretches: &[Arc<Vec<DrivenPiece>>], theme: &Theme) {
    let around = rect.expand(4.0);
    let width = (camera.zoom as f32 - 9.0).clamp(1.0, 4.0);
    let mut mesh = egui::Mesh::default();
    for piece in stretches.iter().flat_map(|stretch| stretch.iter()) {
        let [from, to] = [piece.from, piece.to].map(|at| camera.screen(rect, World::of(f64::from(at[0]), f64::from(at[1]))));
        if around.contains(from) || around.contains(to) {
            basemap::segment(&mut mesh, from, to, width, theme.map.road_motor);
        }
    }
    painter.add(mesh);
}

fn trail(painter: &Painter, rect: Rect, camera: &Camera, scene: &Scene<'_>, theme: &Theme) {
    for stretch in scene.trail {
        let path: Vec<Pos2> = stretch.iter().map(|&(lat, lon)| camera.screen(rect, World::of(lat, lon))).collect();
        painter.add(Shape::line(path, Stroke::new(2.0, if scene.stale { theme.text.tertiary } else { theme.accent.base })));
    }
    if let Some((lat, lon)) = scene.cursor {
        let at = camera.screen(rect, World::of(lat, lon));
        painter.circle(at, 5.0, theme.map.land, Stroke::new(2.0, theme.plot.cursor));
    }
}

/// Paints the pins; whether one of them moves.
fn pins(ui: &Ui, painter: &Painter, rect: Rect, camera: &Camera, scene: &Scene<'_>, labels: &mut Labels, theme: &Theme) -> bool {
    let places: Vec<Pos2> = scene.pins.iter().map(|pin| camera.screen(rect, World::of(pin.lat, pin.lon))).collect();
    let room = rect.shrink(4.0);
    // A mark is never covered by another one's words.
    for at in places.iter().filter(|at| rect.contains(**at)) {
        labels.take(Rect::from_center_size(*at, vec2(22.0, 22.0)));
    }
    // The last is the gravest: its words come first, its shape lies on top.
    for (pin, &at) in scene.pins.iter().zip(&places).rev().filter(|(_, at)| rect.contains(**at)) {
        let told = scene.callout.as_ref().is_some_and(|callout| (callout.lat, callout.lon) == (pin.lat, pin.lon));
        if !pin.label.is_empty() && !told {
            // Beyond rings that grow, which would run through the words.
            let gap = if matches!(pin.pin, Pin::Incident(_, Rings::Pulse)) { RINGS_REACH + 3.0 } else { 15.0 };
            labels.words(painter, room, at, gap, &pin.label, Type::Small.semibold(), pin.color, theme.map.land);
        }
    }
    let reduced = ui.style().animation_time <= 0.0;
    let secs = scene.now.0.rem_euclid(3_600_000_000) as f64 / 1e6;
    let mut moves = false;
    for (i, (pin, &at)) in scene.pins.iter().zip(&places).enumerate().filter(|(_, (_, at))| rect.contains(**at)) {
        match pin.pin {
            Pin::Incident(mark, rings) => moves |= incident(painter, at, mark, rings, pin.color, secs, reduced, theme),
            Pin::Chevron { up } => chevron(painter, at, 17.0, up, pin.color, theme),
            Pin::Drill => drill(painter, at, theme),
        }
        name(ui, Rect::from_center_size(at, vec2(22.0, 22.0)), ("pin", i), Role::Image, &pin.hover);
    }
    moves
}

#[expect(clippy::too_many_arguments, reason = "where, what, and how it looks")]
fn incident(
    painter: &Painter,
    at: Pos2,
    mark: Mark,
    rings: Rings,
    color: Color32,
    secs: f64,
    reduced: bool,
    theme: &Theme,
) -> bool {
    let mut moves = false;
    match rings {
        Rings::Pulse if reduced => {
            for (i, radius) in [17.0, 23.0, RINGS_REACH - 2.0].into_iter().enumerate() {
                painter.circle_stroke(at, radius, Stroke::new(1.25, color.gamma_multiply(0.8 - 0.25 * i as f32)));
            }
        }
        Rings::Pulse => {
            moves = true;
            for i in 0..2 {
                let turn = ((secs / PULSE_SECS + f64::from(i) / 2.0).fract()) as f32;
                painter.circle_stroke(at, 13.0 + (RINGS_REACH - 13.0) * turn, Stroke::new(1.5, color.gamma_multiply(1.0 - turn)));
            }
        }
        Rings::One | Rings::Chosen => {}
    }
    let ring = if rings == Rings::Chosen { Stroke::new(2.0, theme.accent.base) } else { Stroke::new(1.5, color) };
    painter.circle(at, 11.5, ground(theme), ring);
    mark.paint(painter, at, 13.0, color);
    moves
}

/// The tile of a sensor that is out of its band.
pub fn chevron(painter: &Painter, at: Pos2, size: f32, up: bool, color: Color32, theme: &Theme) {
    let tile = Rect::from_center_size(at, vec2(size, size));
    painter.rect(tile, CornerRadius::same(3), theme.map.land, Stroke::new(1.5, color), StrokeKind::Inside);
    let (dx, dy) = (size * 0.21, if up { size * 0.12 } else { -size * 0.12 });
    let points = vec![at + vec2(-dx, dy), at + vec2(0.0, -dy), at + vec2(dx, dy)];
    painter.add(Shape::line(points, Stroke::new(size / 8.5, color)));
}

fn drill(painter: &Painter, at: Pos2, theme: &Theme) {
    let tile = Rect::from_center_size(at, vec2(20.0, 20.0));
    painter.rect_filled(tile, 0.0, theme.status.drill.tint);
    hatch(painter, tile, theme.status.drill.fg);
    dashed_rect(painter, tile, theme.status.drill.fg);
}

#[expect(clippy::too_many_arguments, reason = "what, where, and how it looks")]
fn chosen(
    ui: &Ui,
    painter: &Painter,
    rect: Rect,
    camera: &Camera,
    scene: &Scene<'_>,
    mark: &VehicleMark,
    labels: &mut Labels,
    theme: &Theme,
) {
    let at = camera.screen(rect, World::of(mark.lat, mark.lon));
    if !rect.contains(at) {
        return;
    }
    painter.circle_stroke(at, 12.0, Stroke::new(2.0, theme.accent.base));
    if scene.callout.is_none() {
        let words = mark.device.as_str();
        labels.words(
            painter,
            rect.shrink(4.0),
            at,
            CHOSEN_GAP,
            words,
            Type::Small.semibold(),
            theme.text.primary,
            theme.map.land,
        );
    }
    let speed = mark.speed_kmh.map_or_else(|| tr!("map-speed-unknown"), |kmh| text::kmh(f64::from(kmh)));
    let words = tr!("map-mark", device = mark.device.as_str(), speed = speed, motion = motion(mark.motion, scene.stale));
    name(ui, Rect::from_center_size(at, vec2(24.0, 24.0)), "chosen", Role::Image, &words);
}

/// The shape of harsh driving, for a legend.
pub fn harsh_star(painter: &Painter, at: Pos2, color: Color32) {
    let mut mesh = egui::Mesh::default();
    harsh::star(&mut mesh, at, color);
    painter.add(mesh);
}

/// A sensor in words.
pub fn sensor(mark: &SensorMark, stale: bool) -> String {
    sensors::spoken(mark, stale)
}

/// What a vehicle does, in words.
pub fn motion(motion: Motion, stale: bool) -> String {
    match (motion, stale) {
        (Motion::Silent, _) => tr!("map-motion-silent"),
        (Motion::Moving, false) => tr!("map-motion-moving"),
        (Motion::Parked, false) => tr!("map-motion-parked"),
        (Motion::Moving, true) => tr!("map-motion-was-moving"),
        (Motion::Parked, true) => tr!("map-motion-was-parked"),
    }
}

/// What is near a position: `3 km NE of Yongsan-dong, Seoul`. `None` far from everything.
pub fn near(lat: f64, lon: f64) -> Option<String> {
    let near = place::near(lat, lon)?;
    let mut place = place_name(near.place).to_owned();
    if let Some(city) = near.city {
        place = tr!("map-near-city", place = place, city = place_name(city));
    }
    if near.km < 0.5 {
        return Some(tr!("map-near-at", place = place));
    }
    let way = tr!("map-way", n = (near.bearing_deg / 45.0).round() as u64 % 8);
    Some(tr!("map-near", km = text::number(near.km, usize::from(near.km < 9.95)), way = way, place = place))
}

/// A place's name in the language that is spoken, where there is one.
fn place_name(place: &Place) -> &'static str {
    if Language::spoken() == Language::Korean && !place.korean.is_empty() { place.korean } else { place.name }
}

fn names(painter: &Painter, rect: Rect, camera: &Camera, scene: &Scene<'_>, placed: &Placed, labels: &mut Labels, theme: &Theme) {
    if camera.zoom < NAMES_FROM || placed.n_in_view > NAMES_MOST {
        return;
    }
    for &(at, _) in &placed.shown {
        labels.take(Rect::from_center_size(at, vec2(12.0, 12.0)));
    }
    for &(at, idx) in placed.shown.iter().filter(|(_, idx)| Some(&scene.vehicles[*idx].device) != scene.chosen) {
        let words = scene.vehicles[idx].device.as_str();
        labels.words(painter, rect.shrink(4.0), at, 10.0, words, Type::Micro.font(), theme.map.label, theme.map.land);
    }
}

fn callout(painter: &Painter, rect: Rect, camera: &Camera, scene: &Scene<'_>, labels: &mut Labels, theme: &Theme) {
    let Some(callout) = &scene.callout else { return };
    let at = camera.screen(rect, World::of(callout.lat, callout.lon));
    if !rect.contains(at) {
        return;
    }
    let title = painter.layout_no_wrap(callout.title.clone(), Type::Section.font(), theme.text.primary);
    let note = painter.layout_no_wrap(callout.note.clone(), Type::Small.font(), theme.text.secondary);
    let line = painter.layout_no_wrap(callout.line.clone(), Type::Small.font(), theme.text.secondary);
    let lead = if callout.mark.is_some() { 20.0 } else { 0.0 };
    let two = !callout.line.is_empty();
    let width = (lead + title.size().x + 8.0 + note.size().x).max(line.size().x) + 20.0;
    let size = vec2(width, if two { 52.0 } else { 32.0 });
    let room = rect.shrink2(vec2(8.0, 8.0));
    // Above at the left, as one reads; then wherever there is room.
    let corners = [
        pos2(at.x - 34.0 - size.x, at.y - 44.0 - size.y),
        pos2(at.x + 34.0, at.y - 44.0 - size.y),
        pos2(at.x - 34.0 - size.x, at.y + 44.0),
        pos2(at.x + 34.0, at.y + 44.0),
    ];
    let toolbar = Rect::from_min_max(rect.min, pos2(rect.right(), rect.top() + 44.0));
    let boxes = corners.map(|corner| Rect::from_min_size(corner, size));
    let Some(place) = boxes.into_iter().find(|place| room.contains_rect(*place) && !toolbar.intersects(*place)) else { return };
    let corner = pos2(
        if place.center().x < at.x { place.right() } else { place.left() },
        if place.center().y < at.y { place.bottom() } else { place.top() },
    );
    let toward = (at - corner).normalized();
    painter.line_segment([corner - toward * 2.0, at - toward * 13.0], Stroke::new(1.0, callout.color));
    painter.rect(place, 5.0, theme.bg.panel, Stroke::new(1.0, callout.color), StrokeKind::Inside);
    let y = if two { place.top() + 16.0 } else { place.center().y };
    let mut x = place.left() + 10.0;
    if let Some(mark) = callout.mark {
        mark.paint(painter, pos2(x + 6.0, y), 12.0, callout.color);
        x += lead;
    }
    let title_w = title.size().x;
    painter.galley(pos2(x, y - title.size().y / 2.0), title, theme.text.primary);
    painter.galley(pos2(x + title_w + 8.0, y - note.size().y / 2.0), note, theme.text.secondary);
    if two {
        painter.galley(pos2(place.left() + 10.0, place.bottom() - 10.0 - line.size().y), line, theme.text.secondary);
    }
    labels.take(place);
}

/// A scale bar whose right end is at `right`.
pub fn scale(ui: &Ui, right: Pos2, metres_per_point: f64) {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    let (metres, points) = scale_bar(metres_per_point, 90.0);
    let words = if metres >= 1_000.0 {
        format!("{} km", text::number(metres / 1_000.0, 0))
    } else {
        format!("{} m", text::number(metres, 0))
    };
    let left = right - vec2(points as f32, 0.0);
    let stroke = Stroke::new(1.25, theme.text.secondary);
    painter.add(Shape::line(
        vec![left + vec2(0.0, -3.0), left + vec2(0.0, 4.0), right + vec2(0.0, 4.0), right + vec2(0.0, -3.0)],
        stroke,
    ));
    let rect = put(painter, left - vec2(8.0, 0.0), Align2::RIGHT_CENTER, &words, Type::Micro.font(), theme.text.secondary);
    let words = words.as_str();
    name(ui, rect, "scale", Role::Label, &tr!("map-scale", length = words));
}
