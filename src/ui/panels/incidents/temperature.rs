//! The review of a sensor out of its band: the value among its limits, since when, and whether it came back.

use eframe::egui::{Align2, Rect, Role, Shape, Stroke, Ui, pos2, vec2};

use super::{Lower, View, facts, team, timeline};
use crate::model::{Band, Incident, TemperatureVerdict, Timestamp};
use crate::state::Snapshot;
use crate::ui::panels::PanelContext;
use crate::ui::shapes::Mark;
use crate::ui::theme::{PANE_PAD, Status, Theme, Type};
use crate::ui::widgets::{Pane, badge, header, name, pane, put, segments, within};
use crate::ui::{degrees, text, tr, word};

/// Height of the tabs at the lower left, points.
const TABS_H: f32 = 34.0;
/// Beyond this no scale is drawn, °C.
const DRAWABLE: f64 = 1e5;

/// The colours and the shape of a band.
pub(super) fn look(theme: &Theme, band: Band) -> (Option<Mark>, Status) {
    match band {
        Band::Hot => (Some(Mark::Hot), theme.status.hot),
        Band::Cold => (Some(Mark::Cold), theme.status.cold),
        Band::Normal => (None, theme.status.ok),
    }
}

/// A sensor out of its band under review.
pub(super) struct Scene<'a> {
    pub(super) incident: &'a Incident,
    pub(super) verdict: &'a TemperatureVerdict,
    pub(super) back_at: Option<Timestamp>,
    pub(super) snapshot: &'a Snapshot,
}

/// The panes under the actions.
pub(super) fn show(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, view: &mut View, context: &mut PanelContext<'_>) {
    let Scene { incident, verdict, back_at, snapshot } = *scene;
    let split = rect.left() + (rect.width() * 0.55).floor();
    let left = Rect::from_min_max(rect.min, pos2(split, rect.bottom()));
    let right = Rect::from_min_max(pos2(split, rect.top()), rect.max);
    let scale = Rect::from_min_size(left.min, vec2(left.width(), 220.0_f32.min(left.height() * 0.55)));
    pane(ui, scale, "temperature", |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        header(ui, Pane { title: word!("incidents-among-limits"), note: "", right: degrees::unit().sign() });
        bands(ui, verdict);
    });
    let tabs = Rect::from_min_size(scale.left_bottom(), vec2(left.width(), TABS_H));
    ui.painter().rect_filled(tabs, 0.0, Theme::of(ui).bg.header);
    within(ui, tabs.shrink2(vec2(8.0, 2.0)), |ui| {
        // Of what a crash has, a sensor has what it is and who is on it.
        let before = if view.lower == Lower::Team { Lower::Team } else { Lower::Where };
        let mut shown = before;
        segments(ui, word!("incidents-tabs"), &mut shown, &[Lower::Where, Lower::Team], |tab| match tab {
            Lower::Team => word!("incidents-team"),
            _ => word!("incidents-since-routed"),
        });
        if shown != before {
            view.lower = shown;
        }
    });
    let lower = Rect::from_min_max(tabs.left_bottom(), left.max);
    if view.lower == Lower::Team {
        team::show(ui, lower, incident, snapshot, &mut view.team, context);
    } else {
        pane(ui, lower, "temperature facts", |ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            facts::list(ui, &lines(incident, verdict, back_at, context.now));
        });
    }
    timeline::show(ui, right, incident);
}

fn lines(
    incident: &Incident,
    verdict: &TemperatureVerdict,
    back_at: Option<Timestamp>,
    now: Timestamp,
) -> Vec<(&'static str, String)> {
    let (low, high) = verdict.limits_c;
    let mut lines = vec![
        (word!("incidents-value"), degrees::text(verdict.celsius.0)),
        (word!("incidents-band"), text::band(verdict.band).to_owned()),
        (
            word!("incidents-band-before"),
            verdict.previous.map_or_else(|| tr!("incidents-first-reading"), |band| text::band(band).to_owned()),
        ),
        (word!("incidents-limits"), tr!("incidents-limits-are", low = degrees::text(low), high = degrees::text(high))),
        (
            word!("incidents-since"),
            tr!("incidents-ago", at = text::full_time(incident.occurred_at), age = text::age(now, incident.occurred_at)),
        ),
    ];
    lines.push(match back_at {
        Some(at) => (
            word!("incidents-back"),
            tr!("incidents-back-after", at = text::full_time(at), age = text::age(at, incident.occurred_at)),
        ),
        None => (word!("incidents-back"), tr!("incidents-not-back")),
    });
    lines.push((
        word!("incidents-routed"),
        format!("{}temperature/{}/{}", incident.origin.root(), verdict.band.segment(), incident.device),
    ));
    lines.push((word!("incidents-cost"), tr!("incidents-list-price", usd = text::usd(incident.cost))));
    lines.push((word!("incidents-stored"), if incident.stored { tr!("incidents-on-disk") } else { tr!("incidents-not-yet") }));
    lines
}

/// A scale with the three bands, the limits and a pointer at the value.
fn bands(ui: &mut Ui, verdict: &TemperatureVerdict) {
    let theme = Theme::of(ui);
    let body = ui.available_rect_before_wrap().shrink2(vec2(PANE_PAD.x + 6.0, 12.0));
    let painter = ui.painter().clone();
    let (low, high) = verdict.limits_c;
    let value = verdict.celsius.0;
    if ![low, high, value].iter().all(|celsius| celsius.abs() < DRAWABLE) || low > high {
        let words = word!("incidents-no-scale");
        let at = put(&painter, body.left_top(), Align2::LEFT_TOP, words, Type::Small.font(), theme.text.secondary);
        name(ui, at, "bands", Role::Label, words);
        return;
    }
    let pad = ((high - low) * 0.35).max(5.0);
    let (from, until) = ((low - pad).min(value - pad / 2.0), (high + pad).max(value + pad / 2.0));
    let bar = Rect::from_min_size(pos2(body.left(), body.center().y + 4.0), vec2(body.width(), 14.0));
    let at = |celsius: f64| bar.left() + bar.width() * ((celsius - from) / (until - from)).clamp(0.0, 1.0) as f32;
    for (band, a, b) in [(Band::Cold, from, low), (Band::Normal, low, high), (Band::Hot, high, until)] {
        let (_, status) = look(theme, band);
        let rect = Rect::from_x_y_ranges(at(a)..=at(b), bar.y_range());
        painter.rect_filled(rect, 0.0, status.tint);
        painter.rect_stroke(rect, 0.0, Stroke::new(1.0, status.line), eframe::egui::StrokeKind::Inside);
        if rect.width() > 50.0 {
            put(&painter, rect.center(), Align2::CENTER_CENTER, text::band(band), Type::Micro.semibold(), status.fg);
        }
    }
    for limit in [low, high] {
        put(
            &painter,
            pos2(at(limit), bar.bottom() + 6.0),
            Align2::CENTER_TOP,
            degrees::text(limit),
            Type::Micro.font(),
            theme.text.secondary,
        );
    }
    let (_, status) = look(theme, verdict.band);
    let tip = pos2(at(value), bar.top() - 1.0);
    painter.add(Shape::convex_polygon(vec![tip, tip + vec2(-6.0, -9.0), tip + vec2(6.0, -9.0)], status.fg, Stroke::NONE));
    painter.vline(tip.x, bar.y_range(), Stroke::new(2.0, theme.text.primary));
    let words = degrees::text(value);
    let galley = painter.layout_no_wrap(words.clone(), Type::Kpi.font(), status.fg);
    let x = (tip.x - galley.size().x / 2.0).min(body.right() - galley.size().x).max(body.left());
    painter.galley(pos2(x, tip.y - 14.0 - galley.size().y), galley, status.fg);
    let beyond = match verdict.band {
        Band::Hot => tr!("incidents-above-limit", by = degrees::difference(value - high)),
        Band::Cold => tr!("incidents-below-limit", by = degrees::difference(low - value)),
        Band::Normal => tr!("incidents-within-limits"),
    };
    name(ui, body, "bands", Role::Meter, &format!("{} {words}, {beyond}", text::band(verdict.band)));
}

/// The badge of the band: `HOT`, `COLD`.
pub(super) fn band_badge(ui: &mut Ui, band: Band) {
    let (mark, status) = look(Theme::of(ui), band);
    badge(ui, mark, text::band(band), status);
}
