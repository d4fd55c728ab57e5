//! Who is told of what, and how often.

use std::collections::BTreeSet;

use super::{frontal, place};
use crate::support::headless::{Desk, eventually, incident, incidents, run};
use crate::support::hook::Hook;
use crate::support::mosquitto::{Mosquitto, client};
use crate::support::peer::{Peer, airbag};

#[test]
fn a_retained_crash_of_three_days_ago_is_one_incident_and_tells_nobody() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let hook = Hook::start();
    let settings = hook.settings(&data);
    let args = ["--settings", settings.to_str().unwrap()];
    let at = fleetwatch::clock::Clock.now().plus_secs(-3 * 24 * 3_600).rfc3339();
    let payload = format!(r#"{{"event_id":"old","occurred_at":"{at}","airbag":true}}"#);
    let retained = client("mosquitto_pub")
        .args(["-h", "127.0.0.1", "-p", &broker.port.to_string(), "-q", "1", "-r", "-t", "fleet/old/crash", "-m", &payload])
        .status()
        .unwrap();
    assert!(retained.success());
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);
    for round in 1..=6 {
        let desk = Desk::connected(&data, &broker, &args);
        peer.wait_for("fleet/old/ack", round, 60);
        if round == 6 {
            // Had anybody been told of the old one, then before this.
            peer.send("fleet/new/crash", airbag("e-1"));
            eventually("the new crash is told", 30, || hook.devices().contains("new"));
        }
        let counters = desk.stop();
        let n_new = u64::from(round == 1) + u64::from(round == 6);
        assert_eq!(counters["incidents"], n_new, "start {round}: {counters}");
    }
    assert_eq!(hook.devices(), BTreeSet::from(["new".to_owned()]));
    let listed = incidents(&data);
    assert_eq!(listed.iter().filter(|row| row["device"] == "old").count(), 1);
}

#[test]
fn drills_reach_nobody_and_no_payload_makes_a_crash_a_drill() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let hook = Hook::start();
    let settings = hook.settings(&data);
    let desk = Desk::connected(&data, &broker, &["--settings", settings.to_str().unwrap()]);
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack", "drill/fleet/+/ack"]);
    let port = broker.port.to_string();

    let claims = [r#""drill":true"#, r#""test":true"#, r#""drill":"true","test":1"#, r#""origin":"drill""#, r#""Drill":true"#];
    for (idx, claim) in claims.iter().enumerate() {
        peer.send(&format!("fleet/real-{idx}/crash"), airbag("e-1").replacen('{', &format!("{{{claim},"), 1));
        // The same vehicle's name and the same event, as a drill: neither may pass for a repeat of the other.
        let drill = client("mosquitto_pub")
            .args(["-h", "127.0.0.1", "-p", &port, "-q", "1", "-t", &format!("drill/fleet/real-{idx}/crash"), "-m"])
            .arg(airbag("e-1"))
            .status()
            .unwrap();
        assert!(drill.success());
    }
    let injected = run(&["inject", "frontal_crash", "--broker", &broker.url()]);
    assert!(injected.status.success(), "{}", String::from_utf8_lossy(&injected.stderr));
    peer.send("fleet/last/crash", frontal("e-9"));

    peer.wait_for("/ack", 2 * claims.len() + 2, 60);
    eventually("the real ones are told", 30, || hook.devices().len() > claims.len());
    eventually("the drills say whom they would have told", 30, || {
        let drills = incidents(&data).into_iter().filter(|row| row["origin"] == "drill");
        drills.filter(|row| row.to_string().contains("would have told")).count() > claims.len()
    });
    let counters = desk.stop();
    assert_eq!(counters["incidents"], claims.len() + 1, "{counters}");
    assert_eq!(counters["drill_incidents"], claims.len() + 1, "{counters}");
    let mut expected: BTreeSet<String> = (0..claims.len()).map(|idx| format!("real-{idx}")).collect();
    expected.insert("last".to_owned());
    assert_eq!(hook.devices(), expected);
    for (_, body) in hook.requests() {
        assert!(body["incident"].as_str().unwrap().starts_with("INC-"), "a drill was told: {body}");
        assert!(body["dedup_key"].as_str().unwrap().starts_with("INC-"), "a drill was told: {body}");
    }
    for row in incidents(&data) {
        let drill = row["id"].as_str().unwrap().starts_with("DRL-");
        assert_eq!(drill, row["origin"] == "drill", "{row}");
    }
    let real = fleetwatch::store::Archive::open(&data).unwrap().incidents(false, 100).unwrap();
    assert_eq!(real.len(), claims.len() + 1);
}

#[test]
fn what_could_not_be_told_is_told_once_it_can_be_also_after_a_restart() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let mut hook = Hook::start();
    let settings = hook.settings(&data);
    let args = ["--settings", settings.to_str().unwrap()];
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);

    hook.answer(500);
    let desk = Desk::connected(&data, &broker, &args);
    for n in 0..5 {
        peer.send(&format!("fleet/a-{n}/crash"), airbag("e-1"));
    }
    peer.wait_for("/ack", 5, 60);
    eventually("the failing webhook is tried again", 60, || hook.n_requests() > 5);
    hook.answer(200);
    eventually("all five are told", 60, || hook.told().len() == 5);
    desk.stop();

    hook.close();
    let desk = Desk::connected(&data, &broker, &args);
    for n in 0..5 {
        peer.send(&format!("fleet/b-{n}/crash"), airbag("e-1"));
    }
    peer.wait_for("/ack", 10, 60);
    desk.stop();
    assert_eq!(hook.told().len(), 5, "somebody answered on a closed port");
    // Killed rather than stopped, too: the outbox is in the store.
    let desk = Desk::connected(&data, &broker, &args);
    peer.send("fleet/c-0/crash", airbag("e-1"));
    peer.wait_for("/ack", 11, 60);
    desk.kill();
    hook.open();
    let desk = Desk::connected(&data, &broker, &args);
    eventually("the rest is told", 60, || hook.told().len() == 11);
    desk.stop();

    // And never again.
    let desk = Desk::connected(&data, &broker, &args);
    peer.send("fleet/d-0/crash", airbag("e-1"));
    eventually("a new one is told", 60, || hook.told().len() == 12);
    desk.stop();
    let again: Vec<_> = hook.n_told().into_iter().filter(|(_, n)| *n > 1).collect();
    assert_eq!(again, [], "told more than once");
}

#[test]
fn a_crowd_of_notices_behind_a_dead_webhook_is_told_without_a_restart() {
    /// More than everything between the store and the webhook holds at a time.
    const N: usize = 16_000;
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let mut hook = Hook::start();
    let settings = hook.settings(&data);
    hook.close();
    let desk = Desk::connected(&data, &broker, &["--settings", settings.to_str().unwrap()]);
    let mut peer = Peer::connect(broker.port, &["fleet/+/verdict"]);
    for n in 0..N {
        peer.send(&format!("fleet/v-{n}/crash"), airbag("e-1"));
    }
    eventually("every report is stored", 900, || desk.lines("verdict").len() == N);
    hook.open();
    eventually("everybody is told", 900, || hook.n_requests() >= N && hook.told().len() == N);
    desk.stop();
}

#[test]
fn a_sign_of_life_goes_through_the_whole_path_and_its_absence_is_said() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let mut outside = Hook::start();
    let settings = outside.settings(&data);
    let text = std::fs::read_to_string(&settings).unwrap().replace("webhook_url", "watchdog_url");
    std::fs::write(&settings, format!("{text}watchdog_every_s = 1\n")).unwrap();
    let desk = Desk::connected(&data, &broker, &["--settings", settings.to_str().unwrap(), "--log", "debug"]);
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);
    let n_beats = || outside.n_requests();
    eventually("three signs of life", 30, || n_beats() >= 3);
    let heads = || -> Vec<_> { outside.requests().iter().map(|(_, body)| body["audit_head"].clone()).collect() };
    assert!(heads()[0].is_null(), "a head before the first entry");
    peer.send("fleet/van-1/crash", frontal("e-1"));
    peer.wait_for("/ack", 1, 30);
    // It carries the head of the audit, so that somebody outside has it.
    eventually("the head of the audit goes out", 30, || heads().last().unwrap().as_str().is_some_and(|head| head.len() == 64));
    assert!(outside.requests().iter().all(|(_, body)| body["kind"] == "heartbeat" && body["source"] == "fleetwatch"));
    // Nobody outside: the line goes on, and the beats come again by themselves.
    outside.close();
    peer.send("fleet/van-2/crash", frontal("e-2"));
    peer.wait_for("/ack", 2, 30);
    outside.open();
    let before = outside.n_requests();
    eventually("it is heard again", 30, || outside.n_requests() > before + 1);
    assert_eq!(desk.stop()["incidents"], 2);
}

#[test]
fn routes_that_change_over_a_restart_lose_no_notice_and_tell_nobody_twice() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let hook = Hook::start();
    let settings = data.with_extension("toml");
    // Nobody takes mails there.
    let webhook = format!("webhook_url = \"{}\"", hook.url());
    let email = "email_server = \"smtp://127.0.0.1:1\"\nemail_from = \"a@example.org\"\nemail_to = [\"b@example.org\"]";
    let write = |channels: &[&str], to: &[&str]| {
        let routes: Vec<_> = to.iter().map(|to| format!("[[outbound.route]]\nto = [\"{to}\"]\n")).collect();
        std::fs::write(&settings, format!("[outbound]\n{}\n{}", channels.join("\n"), routes.concat())).unwrap();
    };
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);
    let start = || Desk::connected(&data, &broker, &["--settings", settings.to_str().unwrap()]);
    let steps_of = |device: &str| {
        let row = incidents(&data).into_iter().find(|row| row["device"] == device).unwrap();
        incident(&data, row["id"].as_str().unwrap())["timeline"].to_string()
    };

    // By mail only, which fails; then the route goes to the webhook.
    write(&[&webhook, email], &["email"]);
    let desk = start();
    peer.send("fleet/van-1/crash", airbag("e-1"));
    peer.wait_for("/ack", 1, 60);
    eventually("the mail fails", 60, || steps_of("van-1").contains("email 127.0.0.1: attempt"));
    desk.kill();
    assert_eq!(hook.told().len(), 0);
    write(&[&webhook, email], &["webhook"]);
    let desk = start();
    eventually("the new route tells of it", 60, || hook.devices().contains("van-1"));
    assert!(desk.stderr().contains("1 notice was not delivered when this desk ended"), "{}", desk.stderr());
    desk.stop();

    // Both are told, and the webhook takes it; then there is no mail any more.
    write(&[&webhook, email], &[]);
    let desk = start();
    peer.send("fleet/van-2/crash", airbag("e-1"));
    eventually("the webhook takes it", 60, || hook.devices().contains("van-2"));
    eventually("the mail fails", 60, || steps_of("van-2").contains("email 127.0.0.1: attempt"));
    eventually("that it took it is stored", 60, || steps_of("van-2").contains("webhook 127.0.0.1: accepted"));
    desk.kill();
    write(&[&webhook], &["webhook"]);
    let desk = start();
    eventually("it is said that it cannot be told", 60, || steps_of("van-2").contains("not set up any more"));
    // A route to what is not set up narrows nothing.
    write(&[&webhook], &["email"]);
    desk.stop();
    let desk = start();
    peer.send("fleet/van-3/crash", airbag("e-1"));
    eventually("the others are told", 60, || hook.devices().contains("van-3"));
    desk.stop();
    let desk = start();
    desk.stop();
    assert_eq!(hook.n_told().into_values().collect::<Vec<_>>(), [1, 1, 1], "told more than once");
}
