//! Verdicts that a stack made and published: incidents on the desk, with or without the report.

use serde_json::{Value, json};

use super::{frontal, place};
use crate::support::headless::{Desk, eventually, incident, incidents, run};
use crate::support::mosquitto::Mosquitto;
use crate::support::peer::Peer;

/// A verdict as a stack publishes it.
fn verdict(event_id: &str, ruling: &str, severity: &str) -> String {
    let check = json!({"key": "delta_v", "name": "Speed change Δv", "value": 31.0, "unit": "km/h", "reading": "31.0 km/h in 150 ms",
        "limit": "≥ 8 km/h within 150 ms", "source": "49 CFR 563.5", "points": "accident", "weight": 4.0});
    json!({
        "event_id": event_id, "ruling": ruling, "probability": 0.9, "severity": severity, "summary": "As the stack says.",
        "occurred_at": fleetwatch::clock::Clock.now().rfc3339(), "judged_at": "2026-11-25T00:00:00.000Z", "evidence": [check],
        "position": {"lat": 37.5, "lon": 127.0}, "judge": {"function": "judge_crash", "version": 3, "limits": "00000000000000ff"},
    })
    .to_string()
}

#[test]
fn what_a_stack_judged_is_one_incident_with_the_report_if_that_comes_too() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let settings = data.with_extension("toml");
    std::fs::write(&settings, "[stack]\nfunctions = [\"fleetwatch-judge-crash\"]\n").unwrap();
    let settings = ["--settings", settings.to_str().unwrap()];
    // The stack itself is not there to be looked at.
    let environment = [("AWS_ENDPOINT_URL", "http://127.0.0.1:9"), ("AWS_ACCESS_KEY_ID", "k"), ("AWS_SECRET_ACCESS_KEY", "s")];
    let desk = Desk::connected_in(&data, &broker, &settings, &environment);
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack", "fleet/+/verdict"]);
    let held = |device: &str| {
        let listed = incidents(&data);
        listed.into_iter().find(|line| line["device"] == device).unwrap_or_default()
    };

    // Only the stack saw it; twice, as QoS 1 may.
    let alone = verdict("e-1", "real", "critical");
    peer.send("fleet/van-1/verdict", alone.clone());
    peer.send("fleet/van-1/verdict", alone);
    // Both, the stack first, and it says otherwise.
    peer.send("fleet/van-2/verdict", verdict("e-2", "malfunction", "low"));
    eventually("both are filed", 30, || held("van-1")["id"].is_string() && held("van-2")["id"].is_string());
    peer.send("fleet/van-2/crash", frontal("e-2"));
    peer.wait_for("fleet/van-2/ack", 1, 30);
    // Both, the desk first, and they agree.
    peer.send("fleet/van-3/crash", frontal("e-3"));
    peer.wait_for("fleet/van-3/ack", 1, 30);
    peer.send("fleet/van-3/verdict", verdict("e-3", "real", "critical"));
    // What cannot be read is for a person.
    peer.send("fleet/van-4/verdict", "{\"ruling\":");
    eventually("all are filed", 30, || desk.lines("verdict").len() == 6);

    let all = incidents(&data);
    assert_eq!(all.len(), 4, "{all:?}");
    let full = |device: &str| incident(&data, held(device)["id"].as_str().unwrap());
    let steps = |incident: &Value, kind: &str| -> Vec<String> {
        let steps = incident["timeline"].as_array().unwrap().iter().filter(|step| step["step"] == kind);
        steps.map(|step| step["detail"].as_str().unwrap().to_owned()).collect()
    };
    let one = full("van-1");
    assert_eq!((&one["ruling"], &one["severity"], &one["n_reports"]), (&"real".into(), &"critical".into(), &1.into()), "{one}");
    assert_eq!(one["judge"], "judge_crash v3");
    assert_eq!(one["verdict"]["evidence"][0]["reading"], "31.0 km/h in 150 ms", "{one}");
    let shown = String::from_utf8(run(&["incidents", one["id"].as_str().unwrap(), "--data-dir", data.to_str().unwrap()]).stdout);
    let shown = shown.unwrap();
    assert!(shown.contains("judged by judge_crash v3 of the stack, not by this desk, limits 00000000000000ff"), "{shown}");
    let two = full("van-2");
    assert_eq!((&two["ruling"], &two["n_reports"]), (&"real".into(), &1.into()), "{two}");
    let differs = steps(&two, "disagreed");
    assert!(differs.len() == 1 && differs[0].starts_with("elsewhere: malfunction, 90 %; here: real accident, "), "{differs:?}");
    let three = full("van-3");
    assert_eq!((steps(&three, "judged_twice").len(), steps(&three, "disagreed").len()), (1, 0), "{three}");
    assert_eq!(full("van-4")["ruling"], "undecided");

    // No vehicle asked for an answer to what the stack said, and the desk says nothing again that was said.
    peer.send("fleet/van-5/crash", frontal("e-5"));
    peer.wait_for("fleet/van-5/ack", 1, 30);
    let mut acks: Vec<_> = peer.got("/ack").into_iter().map(|(topic, _)| topic).collect();
    acks.sort();
    // One that cannot be read is a report that cannot be read.
    assert_eq!(acks, [2, 3, 4, 5].map(|n| format!("fleet/van-{n}/ack")));
    let counters = desk.stop();
    // Four of ours came back from the broker, each with its incident.
    assert_eq!(counters["rejected_by"]["not_used"], 4, "{counters}");

    // A restart knows what it had heard.
    let desk = Desk::connected_in(&data, &broker, &settings, &environment);
    peer.send("fleet/van-1/verdict", verdict("e-1", "real", "critical"));
    peer.send("fleet/van-6/crash", frontal("e-6"));
    peer.wait_for("fleet/van-6/ack", 1, 30);
    assert_eq!(incidents(&data).len(), 6);
    desk.stop();
}
