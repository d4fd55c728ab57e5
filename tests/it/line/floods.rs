//! Too much of everything: memory stays bounded, and a crash of somebody else passes.

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

#[test]
fn a_flood_from_one_device_is_one_incident_and_hides_no_other() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let hook = Hook::start();
    let settings = hook.settings(&data);
    let desk = Desk::connected(&data, &broker, &["--settings", settings.to_str().unwrap()]);
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);
    for n in 0..500 {
        peer.send("fleet/mad/crash", airbag(&format!("e-{n}")));
        if n == 250 {
            peer.send("fleet/other/crash", airbag("e-1"));
        }
    }
    eventually("the other vehicle's crash is told", 30, || hook.devices().contains("other"));
    peer.wait_for("fleet/mad/ack", 500, 60);
    eventually("the flood is told", 30, || hook.devices().contains("mad"));
    let counters = desk.stop();
    assert_eq!((&counters["received"], &counters["kept"]), (&501.into(), &501.into()));
    assert_eq!(counters["incidents"], 2, "{counters}");
    assert_eq!(hook.told().len(), 2, "{:?}", hook.told());
    let listed = incidents(&data);
    assert_eq!(listed.len(), 2);
    for row in listed {
        let whole = incident(&data, row["id"].as_str().unwrap());
        let n = if whole["device"] == "mad" { 500 } else { 1 };
        assert_eq!(whole["n_reports"], n);
        assert_eq!(whole["reports"].as_array().unwrap().len(), n);
    }
}
