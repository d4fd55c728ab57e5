//! Too much of everything: memory stays bounded, and a crash of somebody else passes.

use std::collections::BTreeSet;

use super::place;
use crate::support::headless::{Desk, eventually, incident, incidents};
use crate::support::hook::Hook;
use crate::support::mosquitto::Mosquitto;
use crate::support::peer::{Flood, Peer, airbag};

/// Distinct names in the flood.
const N_NAMES: usize = 1_000_000;
/// Names between two looks at memory and at a device that was known before.
const STRETCH: usize = 10_000;
/// Resident memory that must never be exceeded, MB, in a debug build.
const MOST_MB: u64 = 700;

#[test]
fn a_million_invented_vehicles_cost_bounded_memory_and_hide_nobody() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let desk = Desk::connected(&data, &broker, &[]);
    let mut peer = Peer::connect(broker.port, &["temperature/#", "fleet/+/ack"]);
    let mut flood = Flood::connect(broker.port);
    let (mut most_mb, mut n_looks) = (0, 0);
    let now = fleetwatch::clock::Clock.now().millis();
    let payload = format!(r#"{{"occurred_at":{now},"speed_kmh":50}}"#);
    for name_idx in 0..N_NAMES {
        if name_idx % STRETCH == 0 {
            // A sensor that was there before the flood is heard all through it; so the line has also kept up.
            flood.send("sensors/known/temperature", br#"{"celsius":5}"#);
            flood.flush();
            n_looks += 1;
            peer.wait_for("/known", n_looks, 60);
            most_mb = most_mb.max(desk.resident_mb());
        }
        flood.send(&format!("fleet/invented-{name_idx}/driving"), payload.as_bytes());
    }
    flood.flush();
    // A crash passes even from a vehicle that the register has no room for.
    peer.send("fleet/stranger/crash", airbag("e-1"));
    peer.wait_for("fleet/stranger/ack", 1, 60);
    flood.send("sensors/unknown/temperature", br#"{"celsius":5}"#);
    flood.send("sensors/known/temperature", br#"{"celsius":5}"#);
    flood.flush();
    peer.wait_for("/known", n_looks + 1, 60);
    assert_eq!(peer.n_got("/unknown"), 0, "the register took one more than it has room for");
    most_mb = most_mb.max(desk.resident_mb());
    let counters = desk.stop();
    println!("{N_NAMES} invented vehicles: at most {most_mb} MB resident, {counters}");
    assert!(most_mb < MOST_MB, "{most_mb} MB resident");
    assert_eq!(counters["received"], N_NAMES + n_looks + 3);
    assert!(counters["rejected_by"]["too_many_devices"].as_u64().unwrap() > (N_NAMES as u64) / 2, "{counters}");
    assert_eq!(counters["incidents"], 1);
}

/// Reports of one device in the flood.
const N_REPORTS: usize = 10_000;

/// A crash report with half a second of samples, real by its airbag; big enough for a flood to exceed what is kept whole.
fn with_samples(event_id: &str) -> Vec<u8> {
    let column = |of: fn(u32) -> f64| (0..50).map(|n| format!("{:.2}", of(n))).collect::<Vec<_>>().join(",");
    let t_ms = column(|n| f64::from(n) * 10.0);
    let (x_g, y_g) = (column(|n| -9.0 * f64::from(n % 10) / 10.0), column(|n| f64::from(n % 7) / 10.0));
    format!(
        r#"{{"event_id":"{event_id}","airbag":true,"frame":"vehicle","gravity":false,
            "samples":{{"t_ms":[{t_ms}],"x_g":[{x_g}],"y_g":[{y_g}],"z_g":[{y_g}]}}}}"#
    )
    .into_bytes()
}

#[test]
fn a_flood_from_one_device_is_one_incident_and_hides_no_other() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let hook = Hook::start();
    let settings = hook.settings(&data);
    let desk = Desk::connected(&data, &broker, &["--settings", settings.to_str().unwrap()]);
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);
    for n in 0..N_REPORTS {
        peer.send("fleet/mad/crash", with_samples(&format!("e-{n}")));
        if n == N_REPORTS / 2 {
            // Under an id that the mad one has used as well.
            peer.send("fleet/other/crash", airbag("e-1"));
        }
    }
    eventually("the other vehicle's crash is told", 60, || hook.devices().contains("other"));
    eventually("the flood is told", 60, || hook.devices().contains("mad"));
    peer.wait_for("fleet/other/ack", 1, 60);
    let acks = peer.wait_for("fleet/mad/ack", N_REPORTS, 120);
    let acknowledged: BTreeSet<&str> = acks.iter().map(|ack| ack["event_id"].as_str().unwrap()).collect();
    assert_eq!(acknowledged.len(), N_REPORTS, "some reports were acknowledged twice and others never");
    let counters = desk.stop();
    let all = N_REPORTS + 1;
    assert_eq!((&counters["received"], &counters["kept"]), (&all.into(), &all.into()));
    assert_eq!(counters["incidents"], 2, "{counters}");
    assert_eq!(hook.told().len(), 2, "{:?}", hook.told());
    let listed = incidents(&data);
    assert_eq!(listed.len(), 2);
    for row in listed {
        let whole = incident(&data, row["id"].as_str().unwrap());
        let n = if whole["device"] == "mad" { N_REPORTS } else { 1 };
        assert_eq!(whole["n_reports"], n);
        // Each is a row of its own, known by its event; beyond the budget it is one without its bytes, which are counted.
        let reports = whole["reports"].as_array().unwrap();
        let events: BTreeSet<&str> = reports.iter().map(|report| report["event_id"].as_str().unwrap()).collect();
        assert_eq!((reports.len(), events.len()), (n, n));
        let n_thinned = reports.iter().filter(|report| !report["thinned"].is_null()).count();
        assert_eq!(whole["kept"]["n_thinned"], n_thinned);
        assert_eq!(n_thinned > 0, n > 1, "{n_thinned} of {n} are thinned");
        assert!(whole["kept"]["bytes"].as_u64().unwrap() < 17 << 20, "{}", whole["kept"]);
    }
}
