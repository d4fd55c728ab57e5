//! Four nights in a control room, in the real window: what a person reads is what a screen reader says, and what a person does
//! is done by mouse or by keys alone. People are told through a webhook that counts.

use std::path::PathBuf;

use fleetwatch::clock::Clock;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::headless::{eventually, incident};
use crate::support::hook::Hook;
use crate::support::mosquitto::Mosquitto;
use crate::support::peer::{Peer, airbag};
use crate::support::screen::{Screen, Window};

/// A place for a desk, and settings by which only the hook is told.
fn place(hook: &Hook) -> (TempDir, PathBuf, PathBuf) {
    let dir = TempDir::new().unwrap();
    let settings = dir.path().join("settings.toml");
    std::fs::write(&settings, format!("[outbound]\ndesktop = false\nwebhook_url = \"{}\"\n", hook.url())).unwrap();
    let data = dir.path().join("data");
    (dir, data, settings)
}

/// Opens the window without a sample fleet on the broker that it brings along.
#[track_caller]
fn open<'a>(screen: &'a Screen, (_, data, settings): &(TempDir, PathBuf, PathBuf)) -> Window<'a> {
    let window = screen.open(data, &["--no-sample", "--settings", settings.to_str().unwrap()]);
    window.sees("Broker: Connected");
    window
}

/// What the store says of a vehicle's incident, whole.
fn whole(window: &Window<'_>, vehicle: &str) -> Value {
    let row = window.incident(vehicle).unwrap();
    incident(window.data(), row["id"].as_str().unwrap())
}

#[test]
fn a_crash_comes_in_at_night() {
    let (screen, hook) = (Screen::start("1480x960"), Hook::start());
    let place = place(&hook);
    let window = open(&screen, &place);
    window.sees("Open incidents: no data yet");
    let mut peer = Peer::connect(window.port(), &["fleet/+/ack"]);
    let is = |vehicle: &str, life: &str| window.incident(vehicle).is_some_and(|row| row["life"] == life);

    peer.send("fleet/van-1/crash", airbag("w1"));
    window.sees("Critical van-1 Real accident");
    eventually("people are told", 60, || hook.devices().contains("van-1"));
    window.click("Acknowledge van-1", |_| is("van-1", "acknowledged"));
    window.click("Incidents", |window| window.find("Why this verdict").is_some());
    window.sees("Airbag or belt tensioner: deployed");
    window.click("Add note", |window| window.find("Save note").is_some());
    window.write("ambulance on its way");
    window.click("Save note", |window| whole(window, "van-1")["notes"][0]["text"] == "ambulance on its way");
    window.click("Resolve van-1", |window| window.find("Save: Resolve").is_some() || is("van-1", "resolved"));

    // The next one by keys alone.
    peer.send("fleet/van-2/crash", airbag("w2"));
    window.press(&["ctrl+1"]);
    window.sees("Critical van-2 Real accident");
    eventually("A acknowledges", 60, || {
        window.press(&["a"]);
        is("van-2", "acknowledged")
    });
    window.press(&["ctrl+2", "n"]);
    window.sees("Save note");
    window.write("driver is well");
    window.press(&["Return"]);
    eventually("the note is kept", 60, || whole(&window, "van-2")["notes"][0]["text"] == "driver is well");
    assert_eq!(hook.devices().len(), 2);
    assert_eq!(peer.wait_for("/ack", 2, 60).len(), 2);
}

#[test]
fn a_false_alarm_is_overruled_and_a_second_person_agrees() {
    let (screen, hook) = (Screen::start("1480x960"), Hook::start());
    let place = place(&hook);
    let window = open(&screen, &place);
    let is = |vehicle: &str, life: &str| window.incident(vehicle).is_some_and(|row| row["life"] == life);
    let mut peer = Peer::connect(window.port(), &[]);
    peer.send("fleet/van-1/crash", airbag("w1"));
    window.sees("Critical van-1 Real accident");
    window.click("Open van-1", |window| window.find("Overrule the verdict on van-1").is_some());
    window
        .click("Overrule the verdict on van-1", |window| window.find("Save: Overrule, off: a decision needs a reason").is_some());
    window.write("the box fell from the shelf");
    window.click("Save: Overrule", |window| window.find("Agree that van-1 was no crash, off: Somebody else").is_some());
    assert!(!is("van-1", "resolved"), "nobody closes a crash as a malfunction alone");
    window.click("Signed in: ", |window| window.find("Your name").is_some());
    window.press(&["ctrl+a"]);
    window.write("mina");
    window.press(&["Return"]);
    window.sees("Signed in: mina");
    window.click("Agree that van-1 was no crash", |window| window.find("Device malfunction, decided by operator").is_some());
    window.sees("Judged malfunction 1, people were told of 1");
    let said = whole(&window, "van-1").to_string();
    assert!(said.contains("the box fell from the shelf") && said.contains("mina"), "{said}");

    peer.send("fleet/van-2/crash", airbag("w2"));
    window.press(&["ctrl+1"]);
    window.sees("Critical van-2 Real accident");
    eventually("A acknowledges", 60, || {
        window.press(&["a"]);
        is("van-2", "acknowledged")
    });
    window.press(&["ctrl+2", "shift+r"]);
    window.sees("Save: Overrule, off: a decision needs a reason");
    window.write("a door was slammed");
    window.press(&["Return"]);
    window.sees("mina closes it as a malfunction: \"a door was slammed\"");
    window.press(&["ctrl+shift+l"]);
    window.sees("Your name");
    window.press(&["ctrl+a"]);
    window.write("lee");
    window.press(&["Return"]);
    window.sees("Signed in: lee");
    window.press(&["y"]);
    window.sees("Device malfunction, decided by mina");
    assert_eq!(hook.devices().len(), 2, "people had been told of both");
}

#[test]
fn a_drill_goes_from_its_template_to_its_trace() {
    let (screen, hook) = (Screen::start("1480x960"), Hook::start());
    let place = place(&hook);
    let window = open(&screen, &place);
    window.click("Inject", |window| window.find("No trace yet").is_some());
    window.click("Template A phone falls to the floor", |window| window.find("A phone falls to the floor").is_some());
    window.click("Send", |window| window.find("No trace yet").is_none());
    window.sees("Sent lately 1");
    for stage in ["Publish done", "Judged done: judge_crash: malfunction", "Stored done", "On screen done"] {
        window.sees(stage);
    }

    window.press(&["ctrl+1", "ctrl+6", "ctrl+Return"]);
    window.sees("Sent lately 2");
    // A real one goes the same way meanwhile, and is the only one of which people hear.
    let mut peer = Peer::connect(window.port(), &[]);
    peer.send("fleet/van-1/crash", airbag("w1"));
    eventually("people are told", 60, || !hook.devices().is_empty());
    assert_eq!(hook.devices(), ["van-1".to_owned()].into());
}

#[test]
fn the_broker_goes_away_and_comes_back() {
    let (screen, hook, mut broker) = (Screen::start("1480x960"), Hook::start(), Mosquitto::start());
    let (_dir, data, settings) = place(&hook);
    let window = screen.open(&data, &["--settings", settings.to_str().unwrap(), "--broker", &broker.url()]);
    window.sees("Broker: Connected");
    let mut peer = Peer::connect(broker.port, &[]);
    peer.send("fleet/van-1/driving", format!(r#"{{"occurred_at":{},"speed_kmh":50}}"#, Clock.now().millis()));
    window.sees("Vehicles online: 1");
    peer.flush();
    broker.kill();
    window.sees("Broker: Lost");
    window.sees("Critical Broker lost at");
    window.sees("Open incidents: 0 real, stale, intake paused");
    window.sees("Vehicles online: 1 last known, stale");
    window.click("Show connections", |window| window.find("Live trace").is_none() && window.find("Intake paused").is_none());
    window.press(&["ctrl+1"]);
    window.sees("Intake paused");
    broker.start_again();
    window.sees("Broker: Connected");
    window.sees_no("Critical Broker lost at");
    let mut peer = Peer::connect(broker.port, &[]);
    peer.send("fleet/van-1/crash", airbag("w1"));
    window.sees("Critical van-1 Real accident");
    eventually("people are told", 60, || hook.devices().contains("van-1"));
}
