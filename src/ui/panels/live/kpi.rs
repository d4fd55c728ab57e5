//! The six numbers at the top.

use eframe::egui::{Rect, Ui, pos2};

use super::super::{PanelContext, Screen};
use crate::model::Origin;
use crate::state::Snapshot;
use crate::ui::shapes::Mark;
use crate::ui::text::{self, count};
use crate::ui::theme::Theme;
use crate::ui::vitals::{Broker, Liveness, Tally, is_open};
use crate::ui::widgets::{Kpi, Part, as_of};
use crate::ui::{tr, word};

/// Below this width, points, the tiles with more to say take from those with less.
const NARROW: f32 = 1300.0;
const NARROW_SHARES: [f32; 6] = [0.19, 0.19, 0.16, 0.17, 0.165, 0.125];

pub(super) fn ui(ui: &Ui, rect: Rect, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
    let theme = Theme::of(ui);
    let stale = context.liveness.stale_since().map(as_of);
    let tiles = [
        (vehicles(snapshot, stale.clone()), Screen::Live),
        (incidents(theme, snapshot, context.liveness), Screen::Incidents),
        (sensors(theme, snapshot, stale), Screen::Temperature),
        (messages(snapshot, context.liveness), Screen::Connections),
        (calls(snapshot), Screen::Functions),
        (cost(snapshot), Screen::Cost),
    ];
    let shares = if rect.width() < NARROW { NARROW_SHARES } else { [1.0 / 6.0; 6] };
    let mut left = rect.left();
    for (i, (mut tile, screen)) in tiles.into_iter().enumerate() {
        // Incidents are known as of any moment; the other numbers are those of now.
        tile.not_then = !context.time.is_live() && screen != Screen::Incidents;
        let right = if i + 1 == shares.len() { rect.right() } else { (left + rect.width() * shares[i]).round() };
        let place = Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
        if tile.ui(ui, place).clicked() {
            *context.go = Some(screen);
        }
        left = right;
    }
}

fn part(n: usize, words: &str) -> Part {
    Part { mark: None, value: count(n as u64), words: words.to_owned() }
}

fn vehicles(snapshot: &Snapshot, stale: Option<String>) -> Kpi<'_> {
    let fleet = &snapshot.fleet;
    Kpi {
        label: tr!("live-vehicles-online"),
        value: (fleet.total > 0).then(|| count((fleet.moving + fleet.parked) as u64)),
        unit: if stale.is_some() { tr!("live-last-known-short") } else { tr!("live-of", n = fleet.total as u64) },
        parts: vec![
            part(fleet.moving, word!("live-moving")),
            part(fleet.parked, word!("live-parked")),
            part(fleet.silent, word!("live-silent")),
        ],
        needs: word!("live-needs-message"),
        stale,
        hover: tr!("live-silent-hover"),
        ..Kpi::default()
    }
}

fn incidents<'a>(theme: &Theme, snapshot: &Snapshot, liveness: Liveness) -> Kpi<'a> {
    let tally = Tally::of(snapshot);
    let open = snapshot.incidents.iter().filter(|incident| is_open(incident));
    let n_sample = open.filter(|incident| incident.origin == Origin::Sample).count();
    let mut unit = match n_sample {
        0 => tr!("live-real"),
        n if n == tally.open.all() => tr!("live-is-sample"),
        n => tr!("live-some-sample", n = n as u64),
    };
    if tally.drills > 0 {
        unit = tr!("live-plus-drills", unit = unit, n = tally.drills as u64);
    }
    let status = &theme.status;
    let severities = [
        (tally.open.critical, Mark::Diamond, status.critical, word!("live-critical")),
        (tally.open.high, Mark::Triangle, status.high, word!("live-high")),
        (tally.open.medium, Mark::Disc, status.medium, word!("live-medium")),
    ];
    Kpi {
        label: tr!("live-open-incidents"),
        value: (liveness != Liveness::NoData || tally.open.all() + tally.drills > 0).then(|| count(tally.open.all() as u64)),
        unit,
        parts: severities.map(|(n, mark, status, words)| Part { mark: Some((mark, status.fg)), ..part(n, words) }).into(),
        needs: word!("live-needs-crash"),
        stale: liveness.stale_since().map(|_| tr!("live-intake-paused-more")),
        ..Kpi::default()
    }
}

fn sensors<'a>(theme: &Theme, snapshot: &Snapshot, stale: Option<String>) -> Kpi<'a> {
    let counts = snapshot.sensor_counts;
    let status = &theme.status;
    Kpi {
        label: tr!("live-sensors-out"),
        value: (counts.total > 0).then(|| count((counts.hot + counts.cold) as u64)),
        unit: if stale.is_some() { tr!("live-last-known-short") } else { tr!("live-of", n = counts.total as u64) },
        parts: vec![
            Part { mark: Some((Mark::Hot, status.hot.fg)), ..part(counts.hot, word!("live-hot")) },
            Part { mark: Some((Mark::Cold, status.cold.fg)), ..part(counts.cold, word!("live-cold")) },
            part(counts.silent, word!("live-silent")),
        ],
        needs: word!("live-needs-temperature"),
        stale,
        ..Kpi::default()
    }
}

fn messages(snapshot: &Snapshot, liveness: Liveness) -> Kpi<'_> {
    let rate = &snapshot.rate;
    Kpi {
        label: tr!("live-messages"),
        value: (liveness != Liveness::NoData).then(|| count(u64::from(rate.now))),
        unit: tr!("live-per-second"),
        parts: vec![
            Part { mark: None, value: text::number(f64::from(rate.minute), 0), words: tr!("live-minute-average") },
            Part { mark: None, value: count(u64::from(rate.peak)), words: tr!("live-peak") },
        ],
        needs: if Broker::of(snapshot).n_up > 0 { word!("live-needs-message") } else { word!("live-needs-broker") },
        spark: Some(&rate.history),
        hover: tr!("live-received", n = snapshot.counters.received),
        ..Kpi::default()
    }
}

fn calls<'a>(snapshot: &Snapshot) -> Kpi<'a> {
    let sum = |field: fn(&crate::state::snapshot::FunctionRow) -> u64| snapshot.functions.iter().map(field).sum::<u64>();
    let calls = sum(|row| row.month.n_calls);
    Kpi {
        label: tr!("live-calls-month"),
        value: (calls > 0).then(|| count(calls)),
        unit: tr!("live-calls"),
        parts: vec![
            part(sum(|row| row.month.n_failed) as usize, word!("live-failed")),
            part(sum(|row| row.month.n_cold) as usize, word!("live-cold-starts")),
        ],
        needs: word!("live-needs-call"),
        hover: tr!("live-calls-hover"),
        ..Kpi::default()
    }
}

fn cost<'a>(snapshot: &Snapshot) -> Kpi<'a> {
    let bill = &snapshot.bill;
    let due = text::usd(bill.due);
    let (due, unit) = match due.strip_prefix("USD ") {
        Some(dollars) => (dollars.to_owned(), tr!("live-usd-after-free")),
        None => (due, tr!("live-after-free")),
    };
    Kpi {
        label: if bill.month.is_empty() { tr!("live-cost-month") } else { tr!("live-cost-in", month = bill.month.as_str()) },
        value: (!bill.month.is_empty()).then_some(due),
        unit,
        parts: vec![Part { mark: None, value: text::usd(bill.list), words: tr!("live-list-price") }],
        needs: word!("live-begins-call"),
        hover: tr!("live-cost-hover", month = bill.month.as_str(), sheet = bill.price_sheet.as_str()),
        ..Kpi::default()
    }
}
