//! The drill that tests the whole way, with the real program, a real broker and a webhook that must hear nothing.

use super::place;
use crate::support::headless::{Desk, eventually, incidents};
use crate::support::hook::Hook;
use crate::support::mosquitto::Mosquitto;

#[test]
fn the_self_test_goes_the_whole_way_and_reaches_nobody() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let hook = Hook::start();
    let settings = hook.settings(&data);
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("{text}\n[self_test]\nevery_minutes = 1\nwithin_secs = 20\n")).unwrap();
    let desk = Desk::connected(&data, &broker, &["--settings", settings.to_str().unwrap()]);
    // The first goes out 15 s after the start; whole, it closes its own incident.
    let closed = || {
        incidents(&data).iter().any(|row| {
            row["device"] == "self-test" && row["origin"] == "drill" && row["ruling"] == "real" && row["life"] == "resolved"
        })
    };
    eventually("the self-test closes its incident", 60, closed);
    let counters = desk.stop();
    assert_eq!((&counters["incidents"], &counters["drill_incidents"]), (&0.into(), &1.into()), "{counters}");
    assert!(hook.requests().is_empty(), "a drill reached somebody");
}

#[test]
fn a_chain_that_breaks_raises_an_alert_that_says_where() {
    let mut broker = Mosquitto::start();
    let (_dir, data) = place();
    let settings = data.join("settings.toml");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(&settings, "[self_test]\nevery_minutes = 1\nwithin_secs = 5\n").unwrap();
    let desk = Desk::connected(&data, &broker, &["--settings", settings.to_str().unwrap()]);
    broker.kill();
    let alert = || desk.lines("alert").into_iter().find(|alert| alert["alert"]["kind"] == "chain_broken");
    eventually("the broken chain is said", 60, || alert().is_some());
    let text = alert().unwrap()["alert"]["text"].as_str().unwrap().to_owned();
    assert!(text.contains("could not be sent: not connected to the broker"), "{text}");
    desk.stop();
}
