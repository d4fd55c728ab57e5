//! The whole line: the real program on a real broker, from a packet to the store and to whoever must be told.

mod bad_input;
mod commands;
mod elsewhere;
mod faults;
mod floods;
mod mail;
mod past;
mod self_test;
mod telling;

use std::collections::BTreeSet;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::support::headless::{Desk, eventually, incident, incidents};
use crate::support::mosquitto::{Mosquitto, client};
use crate::support::peer::{Peer, airbag};

/// A directory for one line, and where the line keeps its data within it.
pub(crate) fn place() -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    let data = dir.path().join("data");
    (dir, data)
}

/// A crash as a good device reports it, with pulse and speed.
const FRONTAL: &str = include_str!("../../assets/scenarios/frontal_crash.toml");

/// The bundled frontal crash as payload, under this id.
pub(crate) fn frontal(id: &str) -> Vec<u8> {
    let scenario = fleetwatch::scenario::Scenario::parse(FRONTAL).unwrap();
    let step = scenario.steps.iter().find(|step| step.topic.ends_with("/crash")).unwrap();
    step.render(fleetwatch::clock::Clock.now(), id)
}

#[test]
fn a_crash_goes_from_the_broker_to_the_store_and_back_to_the_vehicle() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let desk = Desk::connected(&data, &broker, &[]);
    let listener = Peer::connect(broker.port, &["fleet/+/ack", "fleet/+/verdict"]);

    let payload = frontal("e-4711");
    let sent = client("mosquitto_pub")
        .args(["-h", "127.0.0.1", "-p", &broker.port.to_string(), "-q", "1", "-t", "fleet/van-7/crash", "-m"])
        .arg(std::str::from_utf8(&payload).unwrap())
        .status()
        .unwrap();
    assert!(sent.success());

    let ack = &listener.wait_for("fleet/van-7/ack", 1, 30)[0];
    let verdict = &listener.wait_for("fleet/van-7/verdict", 1, 30)[0];
    assert_eq!((&ack["event_id"], &verdict["event_id"]), (&"e-4711".into(), &"e-4711".into()));
    assert_eq!(verdict["ruling"], "real", "{verdict}");
    assert!(verdict["evidence"].as_array().unwrap().iter().any(|row| row["key"] == "delta_v"), "{verdict}");

    // While the line runs, another program of the same user may read the store.
    let listed = incidents(&data);
    assert_eq!(listed.len(), 1);
    let id = ack["incident"].as_str().unwrap();
    assert!(id.starts_with("INC-"), "{id}");
    assert_eq!(listed[0]["id"], *id);

    eventually("the acknowledgement is in the timeline", 60, || {
        incident(&data, id)["timeline"].as_array().unwrap().iter().any(|step| step["step"] == "acknowledged")
    });
    let whole = incident(&data, id);
    let report = &whole["reports"][0];
    assert_eq!(report["payload"].as_str().unwrap().as_bytes(), payload, "the raw packet is not as it was sent");
    assert_eq!(report["topic"], "fleet/van-7/crash");
    assert_eq!(report["invocations"][0]["function"], "judge_crash");
    assert_eq!(report["invocations"][0]["outcome"], "ok");
    assert!(report["invocations"][0]["billed_ms"].as_u64().unwrap() >= 1);
    let evidence = whole["verdict"]["evidence"].as_array().unwrap();
    for row in evidence {
        for field in ["name", "reading", "limit", "source", "points"] {
            assert!(row[field].as_str().is_some_and(|text| !text.is_empty()), "{field} is missing: {row}");
        }
    }
    let steps: BTreeSet<_> = whole["timeline"].as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect();
    for step in ["received", "decoded", "invoked", "judged", "filed", "stored", "acknowledged"] {
        assert!(steps.contains(step), "{step} is missing: {steps:?}");
    }

    assert_eq!(desk.lines("verdict").len(), 1);
    assert_eq!(desk.lines("incident").len(), 1);
    assert_eq!(desk.lines("alert").len(), 1);
    let counters = desk.stop();
    assert_eq!((&counters["received"], &counters["kept"], &counters["incidents"]), (&1.into(), &1.into(), &1.into()));
}

#[test]
fn the_same_report_a_hundred_times_is_one_incident_and_each_is_acknowledged() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let mut vehicle = Peer::connect(broker.port, &["fleet/+/ack"]);
    for round in 0..2 {
        let desk = Desk::connected(&data, &broker, &[]);
        for _ in 0..100 {
            vehicle.send("fleet/van-1/crash", airbag("e-1"));
        }
        let acks = vehicle.wait_for("fleet/van-1/ack", 100 * (round + 1), 60);
        let said: BTreeSet<_> = acks.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 1, "one event has several acknowledgements: {said:?}");
        let counters = desk.stop();
        let n_new = u64::from(round == 0);
        assert_eq!(counters["received"], 100);
        assert_eq!(counters["duplicates"], 100 - n_new, "{counters}");
        assert_eq!(counters["incidents"], n_new, "{counters}");
    }
    let listed = incidents(&data);
    assert_eq!(listed.len(), 1);
    assert_eq!(incident(&data, listed[0]["id"].as_str().unwrap())["reports"].as_array().unwrap().len(), 1);
}
