//! What grows with the fleet, and what may not.

use std::sync::Arc;

use fleetwatch::clock::{Clock, SystemTime, Time as _};
use fleetwatch::functions;
use fleetwatch::host::Host;
use fleetwatch::model::{Fact, Focus, Lane, Packet, Timestamp};
use fleetwatch::pricing::PriceSheet;
use fleetwatch::state::State;
use serde_json::json;

use crate::measure::{Helper, median, peak_rss_mib, say};
use crate::set;

/// Pictures of a small and a large fleet, and a million invented names.
pub(crate) fn fleet() {
    say("## Fleet");
    let (small, large) = (picture_micros(50), picture_micros(50_000));
    say(&format!(
        "a picture with the same 40 rows on the screen: {small:.1} µs of 50 vehicles, {large:.1} µs of 50,000, {:.2} times",
        large / small
    ));
    let (small, large) = (second_micros(50), second_micros(50_000));
    say(&format!("the first picture after a tick, once a second: {small:.0} µs of 50 vehicles, {large:.0} µs of 50,000"));
    let n = set("FLEETWATCH_BENCH_DEVICES", 1_000_000);
    let mut helper = Helper::start("devices", &[&n.to_string()]);
    say(&format!("{n} invented vehicles, two rows each: {}", helper.line()));
    say("");
}

fn packet(name: &str, number: usize, at: Timestamp) -> Packet {
    let (_, payload) = crate::flood::driving(number);
    Packet::new(Lane::Telemetry, format!("fleet/{name}/driving"), payload, at)
}

fn heart() -> (Host, State) {
    let host = Host::new(functions::Settings::default(), 50_000, Box::new(SystemTime::default()));
    (host, State::new(512 << 20, PriceSheet::standard().clone()))
}

fn fill(host: &mut Host, state: &mut State, n_vehicles: usize, n_rows: usize) {
    let (mut facts, mut effects) = (Vec::new(), Vec::new());
    let now = Clock.now();
    for row in 0..n_rows {
        for vehicle in 0..n_vehicles {
            // The fixture's own rows of one vehicle, so that they follow each other as rows do.
            host.handle(&packet(&format!("veh-{vehicle:06}"), vehicle % 1_000 + row * 1_000, now), &mut facts);
            for fact in facts.drain(..) {
                state.apply(fact, now, &mut effects);
            }
            effects.clear();
        }
    }
    state.apply(Fact::Looked(Focus { fleet_len: 40, ..Focus::default() }), now, &mut effects);
    state.apply(Fact::Ticked { at: now, queues: Vec::new(), store_bytes: 0 }, now, &mut effects);
}

fn micros_of(what: impl FnOnce()) -> f64 {
    let time = SystemTime::default();
    let begin = time.nanos();
    what();
    (time.nanos() - begin) as f64 / 1e3
}

/// One more row, then a picture, as it goes 30 times a second.
fn picture_micros(n_vehicles: usize) -> f64 {
    let (mut host, mut state) = heart();
    fill(&mut host, &mut state, n_vehicles, 3);
    let (mut facts, mut effects) = (Vec::new(), Vec::new());
    drop(state.snapshot());
    median((3..503).map(|row| {
        host.handle(&packet("veh-000001", 1 + row * 1_000, Clock.now()), &mut facts);
        facts.drain(..).for_each(|fact| state.apply(fact, Clock.now(), &mut effects));
        effects.clear();
        micros_of(|| drop(Arc::new(state.snapshot())))
    }))
}

fn second_micros(n_vehicles: usize) -> f64 {
    let (mut host, mut state) = heart();
    fill(&mut host, &mut state, n_vehicles, 3);
    let mut effects = Vec::new();
    drop(state.snapshot());
    median((0..20).map(|_| {
        let now = Clock.now();
        micros_of(|| {
            state.apply(Fact::Ticked { at: now, queues: Vec::new(), store_bytes: 0 }, now, &mut effects);
            drop(Arc::new(state.snapshot()));
        })
    }))
}

/// Rows of `n` vehicles that nobody knows: says what that did to the memory.
pub(crate) fn devices(n: usize) {
    let (mut host, mut state) = heart();
    let empty = peak_rss_mib();
    fill(&mut host, &mut state, n, 2);
    let counters = state.counters();
    let said = json!({ "kept": counters.kept, "rejected": counters.rejected_by, "rss_mib": peak_rss_mib().round(), "rss_mib_before": empty.round() });
    say(&said.to_string());
}
