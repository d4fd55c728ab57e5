//! What no device should send: nothing of it stops the line, and nothing of it is lost without a word.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::place;
use crate::support::headless::{Desk, eventually};
use crate::support::mosquitto::Mosquitto;
use crate::support::peer::{Peer, airbag};

/// Every bad payload, with a name, for a message whose good form is `good`.
fn bad_payloads(good: &str, number: &str) -> Vec<(String, Vec<u8>)> {
    let with = |field: &str| good.replacen('{', &format!("{{{field},"), 1).into_bytes();
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth)).into_bytes();
    let mut bad: Vec<(String, Vec<u8>)> =
        (1..good.len()).map(|n| (format!("cut at {n}"), good.as_bytes()[..n].to_vec())).collect();
    let mut add = |name: &str, payload: Vec<u8>| bad.push((name.to_owned(), payload));
    add("empty", Vec::new());
    add("malformed", b"{\"occurred_at\" 7}".to_vec());
    add("no JSON at all", b"crash!!!".to_vec());
    add("nested 10,000 deep", nested(10_000));
    add("nested 100,000 deep", nested(100_000));
    add("open brackets, 10,000", b"[".repeat(10_000));
    add("open brackets, 100,000", b"[".repeat(100_000));
    add("open objects, 20,000", b"{\"a\":".repeat(20_000));
    add("64 KiB of nothing", vec![b'x'; 64 << 10]);
    add("1 MiB of nothing", vec![b'x'; 1 << 20]);
    add("1 MiB of JSON", format!("{{\"occurred_at\":0,\"x\":\"{}\"}}", "y".repeat(1 << 20)).into_bytes());
    add("not UTF-8", b"{\"occurred_at\":\"\xff\xfe\"}".to_vec());
    add("zero bytes", vec![0; 64]);
    add("a byte order mark", format!("\u{feff}{good}").into_bytes());
    add("trailing bytes", format!("{good} x").into_bytes());
    add("an array", b"[1,2,3]".to_vec());
    add("a number", b"17".to_vec());
    add("null", b"null".to_vec());
    for value in ["\"fast\"", "{}", "[]", "true", "NaN", "Infinity", "-Infinity", "1e400", "1e39", "-1e39"] {
        add(&format!("{number}: {value}"), with(&format!("\"{number}\":{value}")));
    }
    add("a doubled field", with(&format!("\"{number}\":1,\"{number}\":2")));
    for at in ["0", "-1", "\"1970-01-01T00:00:00Z\"", "\"2100-01-01T00:00:00Z\"", "4102444800000", "1e300", "\"soon\"", "{}"] {
        add(&format!("at {at}"), format!("{{\"occurred_at\":{at},\"{number}\":1}}").into_bytes());
    }
    bad
}

#[test]
fn telemetry_that_makes_no_sense_is_counted_under_its_reason() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let desk = Desk::connected(&data, &broker, &[]);
    let mut peer = Peer::connect(broker.port, &["temperature/#"]);
    let mut n_sent = 0_u64;
    let now = fleetwatch::clock::Clock.now().millis();
    for (_, payload) in bad_payloads(&format!(r#"{{"occurred_at":{now},"heading_deg":10}}"#), "speed_kmh") {
        peer.send("fleet/van-1/driving", payload);
        n_sent += 1;
    }
    for (_, payload) in bad_payloads(&format!(r#"{{"occurred_at":{now}}}"#), "celsius") {
        peer.send("sensors/box-1/temperature", payload);
        n_sent += 1;
    }
    // Behind it all the line still works.
    peer.send("sensors/box-2/temperature", r#"{"celsius":5}"#);
    peer.flush();
    let routed = peer.wait_for("/box-2", 1, 60);
    assert_eq!(routed[0]["band"], "normal");
    let counters = desk.stop();
    println!("bad telemetry: {counters}");
    assert_eq!(counters["received"], n_sent + 1, "{counters}");
    assert_eq!(counters["shed"], 0, "{counters}");
    let by: BTreeMap<String, u64> = serde_json::from_value(counters["rejected_by"].clone()).unwrap();
    for reason in ["not_json", "wrong_shape", "not_utf8", "too_large", "not_finite", "out_of_range", "empty"] {
        assert!(by.contains_key(reason), "nothing was rejected as {reason}: {by:?}");
    }
    assert_eq!(by["not_utf8"], 2);
    assert_eq!(by["too_large"], 4);
    assert_eq!(by["not_finite"], 2);
}

#[test]
fn a_crash_report_that_cannot_be_read_is_an_incident_with_its_bytes_and_holds_nobody_up() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let desk = Desk::connected(&data, &broker, &[]);
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);
    let good = r#"{"event_id":"e","seq":1,"frame":"vehicle"}"#;
    let bad = bad_payloads(good, "range_g");
    for (idx, (_, payload)) in bad.iter().enumerate() {
        peer.send(&format!("fleet/bad-{idx}/crash"), payload.clone());
        peer.send(&format!("fleet/good-{idx}/crash"), airbag("e"));
    }
    peer.flush();
    let n_sent = 2 * bad.len();
    peer.wait_for("/ack", n_sent, 120);
    eventually("every verdict is announced", 30, || desk.lines("verdict").len() == n_sent);
    let verdicts = desk.lines("verdict");
    let ruling_of = |device: &str| {
        let line = verdicts.iter().find(|line| line["device"] == device);
        line.unwrap_or_else(|| panic!("{device} was not judged"))["verdict"]["ruling"].clone()
    };
    for (idx, (name, _)) in bad.iter().enumerate() {
        assert_eq!(ruling_of(&format!("good-{idx}")), "real", "behind {name:?}");
        assert_eq!(ruling_of(&format!("bad-{idx}")), "undecided", "{name:?}");
    }
    let counters = desk.stop();
    println!("bad crash reports: {counters}");
    assert_eq!(counters["received"], n_sent);
    assert_eq!(counters["kept"], n_sent, "{counters}");
    assert_eq!(counters["incidents"], n_sent, "{counters}");

    let db = Connection::open(data.join("incidents.db")).unwrap();
    for (idx, (name, payload)) in bad.iter().enumerate() {
        let text = "SELECT p.payload FROM packets p JOIN reports r ON r.id = p.report WHERE r.device = ?1";
        let stored: Vec<u8> = db.query_row(text, [format!("bad-{idx}")], |row| row.get(0)).unwrap();
        assert!(stored == *payload, "the bytes of {name:?} are not as they were sent");
    }
}
