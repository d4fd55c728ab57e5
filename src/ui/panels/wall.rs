//! The wall: what is open, where, and how the fleet is, to be read from four metres. Nothing here is pressed.
//!
//! ```text
//! ┌ four numbers ─────────────────────┬ clock ┐
//! ├ map ──────────────────────┬ open incidents ┤
//! └───────────────────────────┴────────────────┘
//! ```
//!
//! Everything grows with the window: at 900 points of height the numbers are 64 high and nothing is under 18.

use std::sync::Arc;

use eframe::egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Role, Stroke, Ui, pos2, vec2};

use super::live::pins;
use super::{PanelContext, ViewTime};
use crate::model::{Incident, Life, Origin, Severity};
use crate::state::Snapshot;
use crate::ui::map::{self, MapView, Scene};
use crate::ui::shapes::{Mark, dashed_rect, elided, hatch};
use crate::ui::theme::{Status, Theme, Type};
use crate::ui::vitals::{Broker, Liveness, Tally, is_open};
use crate::ui::widgets::{name, put};
use crate::ui::{text, tr, word, words};

/// The window height that the sizes below are for, points.
const DRAWN_FOR: f32 = 900.0;
/// Heights of the numbers and of an incident, points.
const NUMBERS_H: f32 = 168.0;
const CARD_H: f32 = 142.0;
/// Width of the incidents, points.
const QUEUE_W: f32 = 560.0;

/// What the wall remembers.
#[derive(Default)]
pub struct Wall {
    map: MapView,
}

/// A number of the wall.
struct Number {
    label: String,
    value: Option<String>,
    unit: String,
    status: Option<(Mark, Status)>,
    /// It is the last that is known, not what is now.
    stale: bool,
}

impl Wall {
    /// Paints it over the whole of `room`.
    pub fn ui(&mut self, ui: &mut Ui, room: Rect, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        let theme = Theme::of(ui);
        let window = ui.ctx().content_rect();
        let scale = (window.height() / DRAWN_FOR).min(window.width() / 1_440.0).max(0.6);
        context.focus.map = true;
        ui.painter().rect_filled(room, 0.0, theme.bg.app);
        let (numbers, rest) = room.split_top_bottom_at_y(room.top() + NUMBERS_H * scale);
        let (map_rect, queue) = rest.split_left_right_at_x(rest.right() - QUEUE_W * scale);
        self.numbers(ui, numbers, scale, snapshot, context);
        let stale = context.liveness.stale_since().is_some();
        let pins = pins(theme, snapshot, context.now, None);
        let scene = Scene {
            vehicles: &snapshot.marks,
            show_vehicles: true,
            pins: &pins,
            driven: &snapshot.driven,
            stale,
            still: true,
            now: context.now,
            sensors: &snapshot.sensor_marks,
            attribution: &tr!("live-basemap"),
            ..Scene::default()
        };
        map::ui(ui, map_rect, &mut self.map, Some(context.tiles), &scene, &tr!("map-name"));
        incidents(ui, queue, scale, snapshot, context);
        ui.painter().hline(room.x_range(), rest.top(), theme.hairline());
        ui.painter().vline(queue.left(), queue.y_range(), theme.hairline());
    }

    #[expect(clippy::unused_self, reason = "a part of the wall")]
    fn numbers(&self, ui: &Ui, rect: Rect, scale: f32, snapshot: &Snapshot, context: &PanelContext<'_>) {
        let theme = Theme::of(ui);
        let painter = ui.painter();
        painter.rect_filled(rect, 0.0, theme.bg.panel);
        let (now, liveness) = (context.now, context.liveness);
        let clock_w = 300.0 * scale;
        let stale = liveness.stale_since();
        let tally = Tally::of(snapshot);
        let known = liveness != Liveness::NoData;
        let critical = (tally.open.critical > 0).then_some((Mark::Diamond, theme.status.critical));
        let open = if tally.drills > 0 {
            tr!("live-plus-drills", unit = word!("live-real"), n = tally.drills as u64)
        } else {
            word!("live-real").to_owned()
        };
        let fleet = &snapshot.fleet;
        let counts = snapshot.sensor_counts;
        let out = counts.hot + counts.cold;
        let last = |unit: String| if stale.is_some() { tr!("live-last-known-short") } else { unit };
        let numbers = [
            Number {
                label: tr!("wall-critical"),
                value: (known || tally.open.all() > 0).then(|| text::count(tally.open.critical as u64)),
                unit: tr!("wall-open"),
                status: critical,
                stale: false,
            },
            Number {
                label: tr!("live-open-incidents"),
                value: (known || tally.open.all() > 0).then(|| text::count(tally.open.all() as u64)),
                unit: open,
                status: None,
                stale: false,
            },
            Number {
                label: tr!("live-vehicles-online"),
                value: (fleet.total > 0).then(|| text::count((fleet.moving + fleet.parked) as u64)),
                unit: last(tr!("live-of", n = fleet.total as u64)),
                status: None,
                stale: stale.is_some(),
            },
            Number {
                label: tr!("live-sensors-out"),
                value: (counts.total > 0).then(|| text::count(out as u64)),
                unit: last(tr!("live-of", n = counts.total as u64)),
                status: (out > 0 && stale.is_none()).then_some((Mark::Hot, theme.status.hot)),
                stale: stale.is_some(),
            },
        ];
        let width = (rect.width() - clock_w) / numbers.len() as f32;
        for (i, number) in numbers.iter().enumerate() {
            let place = Rect::from_min_size(pos2(rect.left() + width * i as f32, rect.top()), vec2(width, rect.height()));
            number_ui(ui, place, scale, number);
        }
        // The clock says whether all this is now.
        let right = rect.right() - 20.0 * scale;
        let at = |y: f32| pos2(right, rect.top() + y * scale);
        put(painter, at(48.0), Align2::RIGHT_CENTER, text::clock(now), font(&Type::Kpi.font(), 52.0 * scale), theme.text.primary);
        let (said, color) = match (context.time, liveness) {
            (ViewTime::Paused(at), _) => (tr!("shell-paused", at = text::clock_minutes(at)), theme.status.high.fg),
            (ViewTime::Replay(at), _) => (tr!("shell-replay", at = text::clock_minutes(at)), theme.status.high.fg),
            (_, Liveness::Live) => (tr!("shell-live"), theme.status.ok.fg),
            (_, Liveness::Stale(since)) => (tr!("shell-stale", age = text::age(now, since)), theme.status.high.fg),
            (_, Liveness::NoData) => (tr!("shell-no-data"), theme.text.secondary),
        };
        put(painter, at(100.0), Align2::RIGHT_CENTER, &said, font(&Type::Title.font(), 32.0 * scale), color);
        let foot = if Broker::of(snapshot).away() {
            word!("wall-away").to_owned()
        } else if context.sample {
            tr!("wall-sample")
        } else {
            text::day_and_zone(now)
        };
        let small = font(&Type::Small.font(), 18.0 * scale);
        let foot = elided(painter, &foot, &small, theme.text.secondary, clock_w - 30.0 * scale);
        painter.galley(Align2::RIGHT_CENTER.anchor_size(at(140.0), foot.size()).min, foot, theme.text.secondary);
        name(ui, Rect::from_min_max(pos2(rect.right() - clock_w, rect.top()), rect.max), "wall clock", Role::Label, &said);
    }
}

/// A font of another size.
fn font(of: &FontId, size: f32) -> FontId {
    FontId { size, ..of.clone() }
}

fn number_ui(ui: &Ui, rect: Rect, scale: f32, number: &Number) {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    if let Some((_, status)) = number.status {
        painter.rect_filled(rect, 0.0, status.tint);
    }
    painter.vline(rect.right(), rect.y_range(), theme.hairline());
    let left = rect.left() + 20.0 * scale;
    let room = rect.width() - 36.0 * scale;
    let small = font(&Type::Small.medium(), 20.0 * scale);
    let label = elided(painter, &number.label, &small, theme.text.secondary, room);
    painter.galley(pos2(left, rect.top() + 14.0 * scale), label, theme.text.secondary);
    let y = rect.top() + 84.0 * scale;
    let plain = if number.stale { theme.text.tertiary } else { theme.text.primary };
    let ink = number.status.map_or(plain, |(_, status)| status.fg);
    if number.stale {
        hatch(painter, rect.shrink(1.0), theme.bg.raised);
    }
    let mut x = left;
    if let Some((mark, status)) = number.status {
        mark.paint(painter, pos2(x + 18.0 * scale, y), 36.0 * scale, status.fg);
        x += 48.0 * scale;
    }
    let value = number.value.clone().unwrap_or_else(|| text::unknown().to_owned());
    let size = if number.value.is_some() { 64.0 } else { 34.0 };
    put(painter, pos2(x, y), Align2::LEFT_CENTER, &value, font(&Type::Kpi.font(), size * scale), ink);
    let unit = elided(painter, &number.unit, &small, theme.text.secondary, room);
    painter.galley(pos2(left, rect.top() + 128.0 * scale), unit, theme.text.secondary);
    name(ui, rect, ("wall", &number.label), Role::Label, &format!("{}: {value} {}", number.label, number.unit));
}

/// The gravest open incidents, as many as fit; how many more there are is said.
fn incidents(ui: &Ui, rect: Rect, scale: f32, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
    let theme = Theme::of(ui);
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, 0.0, theme.bg.panel);
    let mut open: Vec<&Arc<Incident>> = snapshot.incidents.iter().filter(|incident| is_open(incident)).collect();
    // Who waits for somebody comes first, then the gravest, then the newest.
    open.sort_by_key(|incident| {
        (incident.life != Life::Open, std::cmp::Reverse(incident.severity), std::cmp::Reverse(incident.received_at))
    });
    if open.is_empty() {
        let says = if context.liveness.stale_since().is_some() { word!("wall-not-known") } else { word!("live-no-incidents") };
        put(&painter, rect.center(), Align2::CENTER_CENTER, says, font(&Type::Title.font(), 30.0 * scale), theme.text.secondary);
        name(ui, rect, "wall none", Role::Label, says);
        return;
    }
    let foot_h = 40.0 * scale;
    let n_fit = (((rect.height() - foot_h) / (CARD_H * scale)).floor() as usize).max(1);
    for (i, incident) in open.iter().take(n_fit).enumerate() {
        let top = rect.top() + CARD_H * scale * i as f32;
        let place = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), CARD_H * scale));
        card(ui, &painter, place, scale, incident, context);
        context.saw(&incident.id);
    }
    if open.len() > n_fit {
        let more = tr!("wall-more", n = (open.len() - n_fit) as u64);
        let at = pos2(rect.left() + 20.0 * scale, rect.bottom() - foot_h / 2.0);
        let place = put(&painter, at, Align2::LEFT_CENTER, &more, font(&Type::Small.medium(), 20.0 * scale), theme.text.primary);
        name(ui, place, "wall more", Role::Label, &more);
    }
}

fn card(ui: &Ui, painter: &Painter, rect: Rect, scale: f32, incident: &Incident, context: &PanelContext<'_>) {
    let theme = Theme::of(ui);
    let status = theme.severity(incident.severity);
    let waits = incident.life == Life::Open;
    if waits && incident.severity == Severity::Critical {
        painter.rect_filled(rect, 0.0, status.tint);
    }
    painter.rect_filled(Rect::from_min_size(rect.min, vec2(8.0 * scale, rect.height())), 0.0, status.fg);
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, theme.border.strong));
    if incident.origin == Origin::Drill {
        hatch(painter, rect, theme.status.drill.line);
        dashed_rect(painter, rect, theme.status.drill.fg);
    }
    let left = rect.left() + 76.0 * scale;
    let right = rect.right() - 20.0 * scale;
    let y = |of: f32| rect.top() + of * scale;
    Mark::severity(incident.severity).paint(painter, pos2(rect.left() + 42.0 * scale, y(36.0)), 36.0 * scale, status.fg);
    let age = text::age(context.now, incident.received_at);
    let age_font = font(&Type::Title.font(), 26.0 * scale);
    let age_at = put(painter, pos2(right, y(36.0)), Align2::RIGHT_CENTER, &age, age_font, theme.text.primary);
    let line = |at: Pos2, words: &str, of: FontId, color: Color32, until: f32| {
        let galley = elided(painter, words, &of, color, until - at.x);
        painter.galley(pos2(at.x, at.y - galley.size().y / 2.0), galley, color);
    };
    let device = font(&Type::Title.font(), 32.0 * scale);
    line(pos2(left, y(36.0)), incident.device.as_str(), device, theme.text.primary, age_at.left() - 14.0 * scale);
    let headline = words::headline(incident);
    let severity = format!("{}. {headline}", text::severity(incident.severity));
    // Where both find no room the mark alone says how grave it is: what happened is never cut for that.
    let says = font(&Type::Title.font(), 23.0 * scale);
    let width = painter.layout_no_wrap(severity.clone(), says.clone(), status.fg).size().x;
    line(pos2(left, y(76.0)), if width > right - left { &headline } else { &severity }, says, status.fg, right);
    let near = words::position(incident).and_then(|at| map::near(at.lat, at.lon)).unwrap_or_default();
    let who = match &incident.acknowledged {
        Some((by, _)) => tr!("incidents-acknowledged-by", by = by.as_str()),
        None => text::life(incident.life).to_owned(),
    };
    let sample = words::badge(incident).map(|word| format!("{word}, ")).unwrap_or_default();
    let foot = if near.is_empty() { format!("{sample}{who}") } else { format!("{sample}{who}, {near}") };
    line(pos2(left, y(112.0)), &foot, font(&Type::Small.font(), 20.0 * scale), theme.text.secondary, right);
    let spoken = format!("{} {severity}, {age}, {foot}", incident.device);
    name(ui, rect, ("wall", &incident.id), Role::Label, &spoken);
}
