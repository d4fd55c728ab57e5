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
    for (i, (tile, screen)) in tiles.iter().enumerate() {
        let right = if i + 1 == tiles.len() { rect.right() } else { (left + rect.width() * shares[i]).round() };
        let place = Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
        if tile.ui(ui, place).clicked() {
            *context.go = Some(*screen);
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
        label: "Vehicles online".to_owned(),
        value: (fleet.total > 0).then(|| count((fleet.moving + fleet.parked) as u64)),
        unit: if stale.is_some() { "last known".to_owned() } else { format!("of {}", count(fleet.total as u64)) },
        parts: vec![part(fleet.moving, "moving"), part(fleet.parked, "parked"), part(fleet.silent, "silent")],
        needs: "appears with the first message",
        stale,
        hover: "Silent: no message for 60 s".to_owned(),
        ..Kpi::default()
    }
}

fn incidents<'a>(theme: &Theme, snapshot: &Snapshot, liveness: Liveness) -> Kpi<'a> {
    let tally = Tally::of(snapshot);
    let open = snapshot.incidents.iter().filter(|incident| is_open(incident));
    let n_sample = open.filter(|incident| incident.origin == Origin::Sample).count();
    let mut unit = match n_sample {
        0 => "real".to_owned(),
        n if n == tally.open => "sample".to_owned(),
        n => format!("{n} of them sample"),
    };
    if tally.drills > 0 {
        unit = format!("{unit}, plus {}", text::plural(tally.drills as u64, "drill", "drills"));
    }
    let status = &theme.status;
    let severities = [
        (tally.critical, Mark::Diamond, status.critical, "critical"),
        (tally.high, Mark::Triangle, status.high, "high"),
        (tally.medium, Mark::Disc, status.medium, "medium"),
    ];
    Kpi {
        label: "Open incidents".to_owned(),
        value: (liveness != Liveness::NoData || tally.open + tally.drills > 0).then(|| count(tally.open as u64)),
        unit,
        parts: severities.map(|(n, mark, status, words)| Part { mark: Some((mark, status.fg)), ..part(n, words) }).into(),
        needs: "appears with the first crash report",
        stale: liveness.stale_since().map(|_| "intake paused, more may be waiting".to_owned()),
        ..Kpi::default()
    }
}

fn sensors<'a>(theme: &Theme, snapshot: &Snapshot, stale: Option<String>) -> Kpi<'a> {
    let counts = snapshot.sensor_counts;
    let status = &theme.status;
    Kpi {
        label: "Sensors out of range".to_owned(),
        value: (counts.total > 0).then(|| count((counts.hot + counts.cold) as u64)),
        unit: if stale.is_some() { "last known".to_owned() } else { format!("of {}", count(counts.total as u64)) },
        parts: vec![
            Part { mark: Some((Mark::Hot, status.hot.fg)), ..part(counts.hot, "hot") },
            Part { mark: Some((Mark::Cold, status.cold.fg)), ..part(counts.cold, "cold") },
            part(counts.silent, "silent"),
        ],
        needs: "appears with the first temperature",
        stale,
        ..Kpi::default()
    }
}

fn messages(snapshot: &Snapshot, liveness: Liveness) -> Kpi<'_> {
    let rate = &snapshot.rate;
    Kpi {
        label: "Messages per second".to_owned(),
        value: (liveness != Liveness::NoData).then(|| count(u64::from(rate.now))),
        unit: "msg/s".to_owned(),
        parts: vec![
            Part { mark: None, value: text::number(f64::from(rate.minute), 0), words: "msg/s 1 min avg".to_owned() },
            Part { mark: None, value: count(u64::from(rate.peak)), words: "peak".to_owned() },
        ],
        needs: if Broker::of(snapshot).n_up > 0 { "appears with the first message" } else { "needs a broker" },
        spark: Some(&rate.history),
        hover: format!("{} received since the start", text::plural(snapshot.counters.received, "message", "messages")),
        ..Kpi::default()
    }
}

fn calls<'a>(snapshot: &Snapshot) -> Kpi<'a> {
    let sum = |field: fn(&crate::state::snapshot::FunctionRow) -> u64| snapshot.functions.iter().map(field).sum::<u64>();
    let calls = sum(|row| row.month.n_calls);
    Kpi {
        label: "Function calls this month".to_owned(),
        value: (calls > 0).then(|| count(calls)),
        unit: "calls".to_owned(),
        parts: vec![
            part(sum(|row| row.month.n_failed) as usize, "failed"),
            part(sum(|row| row.month.n_cold) as usize, "cold starts"),
        ],
        needs: "appears with the first call",
        hover: "Calls of the functions in this process, metered as AWS Lambda would".to_owned(),
        ..Kpi::default()
    }
}

fn cost<'a>(snapshot: &Snapshot) -> Kpi<'a> {
    let bill = &snapshot.bill;
    Kpi {
        label: if bill.month.is_empty() { "Cost this month".to_owned() } else { format!("Cost in {}", bill.month) },
        value: (!bill.month.is_empty()).then(|| text::usd(bill.due).trim_start_matches("USD ").to_owned()),
        unit: "USD after the free tier".to_owned(),
        parts: vec![Part { mark: None, value: text::usd(bill.list), words: "list price".to_owned() }],
        needs: "begins with the first call",
        hover: format!("To be paid after the free tier, in USD, for {}.\nPrice sheet: {}", bill.month, bill.price_sheet),
        ..Kpi::default()
    }
}
