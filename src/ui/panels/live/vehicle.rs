//! The chosen vehicle: speed and accelerations on one time axis, the last five minutes.

use eframe::egui::{Align2, Rect, Role, Sense, Stroke, Ui, pos2};

use super::super::PanelContext;
use super::{chart_area, time_labels};
use crate::model::{Incident, IncidentKind, Origin};
use crate::state::Snapshot;
use crate::state::snapshot::VehicleView;
use crate::ui::decimate::Point;
use crate::ui::series::{self, Curve};
use crate::ui::shapes::{Mark, dashed, dotted_underline, elided};
use crate::ui::text::{self, Freshness};
use crate::ui::theme::{Theme, Type};
use crate::ui::widgets::chart::{Axes, Pen, round_range};
use crate::ui::widgets::{Button, Pane, badge, empty_state, header, name, origin_badge, put, within};
use crate::ui::{icons, tr, word, words};

/// How much is shown. ms
const WINDOW_MS: f64 = 300_000.0;
/// The scale of the accelerations; what lies beyond gets an arrow and its number. g
const SCALE_G: f64 = 2.0;
/// Speed's column and those of the accelerations, with their names.
const SPEED: usize = 0;
const ACCELERATIONS: [(usize, &str); 3] = [(1, "x"), (2, "y"), (3, "z")];

pub(super) fn ui(ui: &mut Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>, shared: Option<f64>) -> Option<f64> {
    let Some(vehicle) = &snapshot.vehicle else {
        header(ui, Pane { title: word!("live-selected"), ..Pane::default() });
        empty_state(ui, icons::CHART_LINE, word!("live-none-selected"), word!("live-none-selected-why"), None);
        return None;
    };
    let theme = Theme::of(ui);
    let now_ms = context.now.0 as f64 / 1e3;
    let x = (now_ms - WINDOW_MS, now_ms);
    let gap = series::gap_ms(&vehicle.series, vehicle.row.period_secs);
    let age_secs = context.now.secs_since(vehicle.row.last_seen);
    let mut fresh = Freshness::of(age_secs, vehicle.row.period_secs);
    if context.liveness.stale_since().is_some() {
        fresh = fresh.max(Freshness::Stale);
    }
    let copies = head(ui, vehicle, fresh, context);

    let room = ui.available_rect_before_wrap();
    let area = chart_area(room, 116.0);
    let columns = (area.width() * ui.pixels_per_point()) as usize;
    let curve = |idx| Curve::of(&vehicle.series, idx, x, columns, gap);
    let speed = curve(SPEED);
    let accelerations = ACCELERATIONS.map(|(idx, _)| curve(idx));
    if copies {
        let column = |idx| series::column(&vehicle.series, idx, x);
        ui.ctx().copy_text(csv(&column(SPEED), &ACCELERATIONS.map(|(idx, _)| column(idx)), x));
    }
    // Without a single acceleration the room belongs to the speed.
    let felt = accelerations.iter().any(|curve| !curve.runs.is_empty());
    let split = if felt { area.top() + area.height() * 0.47 } else { area.bottom() + 8.0 };
    let top = Rect::from_min_max(area.min, pos2(area.right(), split - 8.0));
    let bottom = Rect::from_min_max(pos2(area.left(), split + 8.0), area.max);
    let most = round_range(speed.values_since(x.0).chain([0.0]), 40.0).1.max(40.0);
    let speed_axes = Axes { area: top, x, y: (0.0, most) };
    let accel_axes = Axes { area: bottom, x, y: (-SCALE_G, SCALE_G) };
    let painter = ui.painter().clone();
    let response = ui.interact(room, ui.scope_id().with("strips"), Sense::hover());
    speed_axes.frame(&painter, theme, 3);
    if felt {
        accel_axes.frame(&painter, theme, 2);
    }
    let axes_shown = [(&speed_axes, !felt), (&accel_axes, true)];
    let axes_shown = &axes_shown[..if felt { 2 } else { 1 }];
    for &(axes, labelled) in axes_shown {
        let labels = time_labels(x).into_iter();
        let clip = painter.with_clip_rect(if labelled { room } else { axes.area });
        axes.x_labels(&clip, theme, labels);
    }
    let pen = |i: usize| Pen { stroke: Stroke::new(1.5, theme.plot.series[i]), dash: &theme.plot.series_dash[i] };
    speed_axes.runs(&painter, &speed.runs, &pen(0));
    for (i, curve) in accelerations.iter().enumerate() {
        accel_axes.runs(&painter, &curve.runs, &pen(i + 1));
    }
    for incident in incidents_of(snapshot, vehicle) {
        let at = incident.occurred_at.0 as f64 / 1e3;
        let color = theme.severity(incident.severity).fg;
        speed_axes.marker(&painter, theme, at, &tr!("live-impact-at", at = text::clock(incident.occurred_at)), color, &[]);
        if felt {
            accel_axes.marker(&painter, theme, at, "", color, &[]);
        }
    }
    let all: Vec<Point> = accelerations.iter().flat_map(Curve::points).collect();
    accel_axes.off_scale(&painter, theme, &all, "g");
    for gap in speed.gaps() {
        for (axes, _) in axes_shown {
            axes.gap(&painter, theme, gap, "");
        }
    }
    if let Some(gap) = speed.silence(now_ms, gap.max(2_000.0)) {
        let since = text::clock(crate::model::Timestamp::from_millis(gap.0 as i64));
        speed_axes.gap(&painter, theme, gap, &tr!("live-no-data-since", at = since));
        if felt {
            accel_axes.gap(&painter, theme, gap, word!("live-gap"));
        }
    }
    if speed.runs.is_empty() {
        put(&painter, top.center(), Align2::CENTER_CENTER, word!("live-no-sample"), Type::Small.font(), theme.text.secondary);
    }
    speed_axes.unit(&painter, theme, "km/h");
    if felt {
        accel_axes.unit(&painter, theme, "g");
    }
    let own = response.hover_pos().filter(|at| area.x_range().contains(at.x)).map(|at| speed_axes.x_at(at.x));
    let cursor = own.or(shared).filter(|at| (x.0..=x.1).contains(at));
    if let Some(at) = cursor {
        let at = speed_axes.at((at, 0.0)).x;
        for (axes, _) in axes_shown {
            painter.vline(at, axes.area.y_range(), Stroke::new(1.0, theme.plot.cursor));
        }
    }
    let words = readout(ui, (top, felt.then_some(bottom)), (&speed, &accelerations), cursor, fresh, theme);
    name(
        ui,
        area,
        "series",
        Role::Image,
        &tr!("live-vehicle-spoken", device = vehicle.row.device.as_str(), words = words, fresh = fresh.word()),
    );
    own
}

/// What is plotted as CSV: times in UTC with their zone, empty where a value is missing.
fn csv(speed: &[Point], accelerations: &[Vec<Point>; 3], x: (f64, f64)) -> String {
    let mut lines = vec!["time_utc,speed_kmh,accel_x_g,accel_y_g,accel_z_g".to_owned()];
    let number = |point: Option<&Point>| match point {
        Some(point) if point.1.is_finite() => point.1.to_string(),
        _ => String::new(),
    };
    for (i, point) in speed.iter().enumerate().filter(|(_, point)| (x.0..=x.1).contains(&point.0)) {
        let Some(utc) = crate::model::Timestamp::from_millis(point.0 as i64).utc() else { continue };
        let [a, b, c] = [0, 1, 2].map(|axis| number(accelerations[axis].get(i)));
        lines.push(format!("{},{},{a},{b},{c}", utc.format("%Y-%m-%dT%H:%M:%S%.3fZ"), number(Some(point))));
    }
    lines.join("\n") + "\n"
}

/// The header; whether the numbers are to be copied.
fn head(ui: &mut Ui, vehicle: &VehicleView, fresh: Freshness, context: &PanelContext<'_>) -> bool {
    let theme = Theme::of(ui);
    let age = text::age(context.now, vehicle.row.last_seen);
    let period = vehicle
        .row
        .period_secs
        .filter(|secs| *secs > 0.0)
        .map_or_else(String::new, |secs| tr!("live-every", period = text::micros((secs * 1e6) as i64)) + " ");
    // A stale vehicle says its age in the badge.
    let note = if fresh >= Freshness::Stale {
        String::new()
    } else {
        format!("{period}{}", tr!("live-last-sample", age = age.as_str()))
    };
    // The age of a stale one is never cut; its name gives way.
    let taken = 114.0
        + if fresh >= Freshness::Stale { 112.0 } else { 0.0 }
        + if vehicle.row.origin == Origin::Device { 0.0 } else { 72.0 };
    let room = (ui.available_width() - taken).max(60.0);
    let title = elided(ui.painter(), vehicle.row.device.as_str(), &Type::Section.font(), theme.text.primary, room);
    let free = header(ui, Pane { title: title.text(), note: &note, right: word!("live-last-5-min") });
    within(ui, free, |ui| {
        if fresh >= Freshness::Stale {
            let word =
                if fresh == Freshness::Lost { tr!("live-no-data-badge", age = age) } else { tr!("live-stale-badge", age = age) };
            badge(ui, Some(Mark::Clock), &word, theme.status.stale);
            ui.add_space(6.0);
        }
        origin_badge(ui, vehicle.row.origin);
        harsh_badge(ui, vehicle);
    });
    let words = tr!("live-copy-csv");
    let room = Rect::from_min_max(pos2(free.right() - 96.0, free.top()), free.max);
    let mut copies = false;
    within(ui, room, |ui| {
        let button = Button::quiet(&words).named(tr!("live-copy-csv-hover"));
        copies = room.left() > free.left() + 120.0 && ui.add(button).clicked();
    });
    copies
}

/// How often it was driven harshly, with the last time in full.
fn harsh_badge(ui: &mut Ui, vehicle: &VehicleView) {
    let [brake, accelerate, corner] = vehicle.row.harsh;
    let Some(last) = &vehicle.row.last_harsh else { return };
    let theme = Theme::of(ui);
    let spoken = tr!(
        "live-harsh-spoken",
        brake = brake,
        accelerate = accelerate,
        corner = corner,
        last = words::harsh(last),
        at = text::clock(last.from)
    );
    badge(ui, Some(Mark::Ring), &tr!("live-harsh", n = brake + accelerate + corner), theme.status.low).on_hover_text(spoken);
}

fn incidents_of<'a>(snapshot: &'a Snapshot, vehicle: &VehicleView) -> impl Iterator<Item = &'a Incident> {
    let device = vehicle.row.device.clone();
    let all = snapshot.incidents.iter().chain(snapshot.drills.iter());
    all.map(|incident| &**incident)
        .filter(move |incident| incident.device == device && matches!(incident.kind, IncidentKind::Crash { .. }))
}

/// The numbers at the right: at the cursor, else the last ones. Gives them in words.
fn readout(
    ui: &Ui,
    (top, bottom): (Rect, Option<Rect>),
    (speed, accelerations): (&Curve, &[Curve; 3]),
    cursor: Option<f64>,
    fresh: Freshness,
    theme: &Theme,
) -> String {
    let painter = ui.painter();
    let left = top.right() + 12.0;
    let value_at = |curve: &Curve| match cursor {
        Some(x) => curve.nearest(x).map(|point| point.1),
        None if fresh == Freshness::Lost => None,
        None => curve.last().map(|point| point.1),
    };
    let label = match (cursor, fresh) {
        (Some(x), _) => text::clock(crate::model::Timestamp::from_millis(x as i64)),
        (None, Freshness::Live | Freshness::Late) => tr!("live-speed"),
        (None, _) => tr!("live-last-speed"),
    };
    let plain = cursor.is_some() || fresh < Freshness::Stale;
    let ink = if plain { theme.text.primary } else { theme.text.tertiary };
    put(painter, pos2(left, top.top() + 6.0), Align2::LEFT_CENTER, label, Type::Small.font(), theme.text.secondary);
    let words = if let Some(kmh) = value_at(speed) {
        let number = text::number(kmh, 0);
        let rect = put(painter, pos2(left, top.top() + 26.0), Align2::LEFT_CENTER, &number, Type::Title.medium(), ink);
        let unit = pos2(rect.right() + 4.0, top.top() + 27.0);
        put(painter, unit, Align2::LEFT_CENTER, "km/h", Type::Small.font(), theme.text.secondary);
        if !plain {
            dotted_underline(painter, rect.left_bottom(), rect.width(), ink);
        }
        tr!("live-speed-is", number = number)
    } else {
        put(
            painter,
            pos2(left, top.top() + 26.0),
            Align2::LEFT_CENTER,
            word!("live-no-value"),
            Type::Body.font(),
            theme.text.tertiary,
        );
        tr!("live-speed-unknown")
    };
    let most = speed.points().map(|point| point.1).fold(f64::MIN, f64::max);
    if most >= 0.0 {
        let most = tr!("live-max", kmh = text::kmh(most));
        put(painter, pos2(left, top.top() + 47.0), Align2::LEFT_CENTER, most, Type::Micro.font(), theme.text.tertiary);
    }
    let Some(bottom) = bottom else {
        for (i, line) in [word!("live-no-acceleration"), word!("live-in-its-messages")].into_iter().enumerate() {
            let at = pos2(left, top.top() + 66.0 + 14.0 * i as f32);
            put(painter, at, Align2::LEFT_CENTER, line, Type::Micro.font(), theme.text.tertiary);
        }
        return format!("{words}, {} {}", word!("live-no-acceleration"), word!("live-in-its-messages"));
    };
    for (i, (curve, (_, axis))) in accelerations.iter().zip(ACCELERATIONS).enumerate() {
        let y = bottom.top() + 8.0 + 17.0 * i as f32;
        let stroke = Stroke::new(1.5, theme.plot.series[i + 1]);
        dashed(painter, &[pos2(left, y), pos2(left + 16.0, y)], stroke, &theme.plot.series_dash[i + 1]);
        let value = value_at(curve).map_or_else(|| tr!("live-no-value"), |g| text::quantity(g, 2, "g"));
        let rect = put(painter, pos2(left + 22.0, y), Align2::LEFT_CENTER, axis, Type::Micro.font(), theme.text.secondary);
        put(painter, pos2(rect.right() + 6.0, y), Align2::LEFT_CENTER, value, Type::Micro.medium(), ink);
    }
    words
}
