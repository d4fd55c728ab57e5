//! The other commands, their exit codes, and what none of them may ever say.

use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;

use super::{frontal, place};
use crate::support::headless::{Desk, eventually, fleetwatch, run, terminate};
use crate::support::mosquitto::{Mosquitto, free_port};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}\n{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn a_second_copy_on_the_same_data_is_refused_and_the_first_goes_on() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let mut desk = Desk::connected(&data, &broker, &[]);
    for _ in 0..3 {
        let second = run(&["--headless", "--data-dir", data.to_str().unwrap(), "--broker", &broker.url()]);
        assert_code(&second, 1);
        let words = text(&second.stderr);
        assert!(words.contains("another copy") && words.contains("--data-dir"), "{words}");
        assert!(second.stdout.is_empty(), "{}", text(&second.stdout));
    }
    assert!(desk.is_running());
    let mut peer = crate::support::peer::Peer::connect(broker.port, &["fleet/+/ack"]);
    peer.send("fleet/van-1/crash", crate::support::peer::airbag("e-1"));
    peer.wait_for("/ack", 1, 30);
    assert_eq!(desk.stop()["incidents"], 1);
}

#[test]
fn judge_answers_every_line_in_its_place() {
    let scenario = fleetwatch::scenario::Scenario::parse(include_str!("../../../assets/scenarios/phone_drop.toml")).unwrap();
    let drop = scenario.steps.iter().find(|step| step.topic.ends_with("/crash")).unwrap();
    let drop = drop.render(fleetwatch::clock::Clock.now(), "e-drop");
    let one_line = |payload: &[u8]| serde_json::from_slice::<Value>(payload).unwrap().to_string();
    let lines = format!("{}\ngarbage\n{}\n", one_line(&frontal("e-real")), one_line(&drop));
    let mut child = fleetwatch(&["judge", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_code(&output, 0);
    let verdicts: Vec<Value> = text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rulings: Vec<_> = verdicts.iter().map(|verdict| verdict["ruling"].as_str().unwrap()).collect();
    assert_eq!(rulings, ["real", "undecided", "malfunction"]);
    assert_eq!((&verdicts[0]["event_id"], &verdicts[2]["event_id"]), (&"e-real".into(), &"e-drop".into()));
    for verdict in &verdicts {
        assert!((0.0..=1.0).contains(&verdict["probability"].as_f64().unwrap()));
        assert!(verdict["severity"].is_string() && verdict["evidence"].is_array(), "{verdict}");
    }
    assert!(verdicts[1]["summary"].as_str().unwrap().contains("could not be read"));
}

#[test]
fn exit_codes_and_words_are_those_of_a_good_command() {
    let help = run(&["--help"]);
    assert_code(&help, 0);
    for word in ["--headless", "judge", "play", "inject", "incidents", "doctor", "--data-dir", "--settings", "--broker"] {
        assert!(text(&help.stdout).contains(word), "{word} is not in --help");
    }
    assert_code(&run(&["--version"]), 0);
    assert_code(&run(&["--no-such-option"]), 2);
    assert_code(&run(&["no-such-command"]), 2);
    let (_dir, data) = place();
    let none = run(&["incidents", "--json", "--data-dir", data.to_str().unwrap()]);
    assert_code(&none, 1);
    assert!(text(&none.stderr).contains("no incident store"), "{}", text(&none.stderr));
}

/// What the doctor writes for an unknown message, put into a settings file, makes the same command find it well.
#[test]
fn the_doctor_writes_a_mapping_that_reads_the_message() {
    let (_dir, data) = place();
    let (message, settings) = (data.with_extension("txt"), data.with_extension("toml"));
    std::fs::write(&message, "\u{feff}plant/hall3/tug-7/telemetry {ts: 1773803500, 'spd_mph': 30,}\r\n").unwrap();
    let examine = |more: &[&str]| run(&[&["doctor", "payload", message.to_str().unwrap()], more].concat());
    let first = examine(&["--json"]);
    assert_code(&first, 1);
    let finding: Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!((&finding["read_in_full"], &finding["dropped"][0]["reason"]), (&false.into(), &"unknown_topic".into()));
    std::fs::write(&settings, finding["remedy"]["toml"].as_str().unwrap()).unwrap();
    let second = examine(&["--settings", settings.to_str().unwrap()]);
    assert_code(&second, 0);
    assert!(text(&second.stdout).contains("48.28032 km/h"), "{}", text(&second.stdout));
    assert_code(&run(&["doctor", "payload", "/no/such/file"]), 1);
    assert_code(&run(&["doctor", "payload"]), 2);
}

#[test]
fn without_a_display_the_window_names_the_headless_way_and_that_way_works() {
    let (_dir, data) = place();
    let window = run(&["--data-dir", data.to_str().unwrap()]);
    assert_code(&window, 1);
    let words = text(&window.stderr);
    assert_eq!(words.trim().lines().count(), 1, "more than one sentence: {words}");
    assert!(words.contains("--headless") && words.contains("display"), "{words}");

    // No broker either: the embedded one, with the sample fleet, which reaches nobody.
    let settings = data.with_extension("toml");
    std::fs::write(&settings, format!("[broker]\nembedded_port = {}\n", free_port())).unwrap();
    let desk = Desk::start(&data, &["--settings", settings.to_str().unwrap()]);
    eventually("the sample fleet drives", 60, || {
        std::fs::read_to_string(data.join("embedded-broker-url")).is_ok_and(|url| url.starts_with("mqtt://"))
    });
    let injected = run(&["inject", "frontal_crash", "--data-dir", data.to_str().unwrap()]);
    assert_code(&injected, 0);
    eventually("the drill is an incident", 60, || desk.lines("incident").iter().any(|line| line["origin"] == "drill"));
    let counters = desk.stop();
    assert_eq!(counters["incidents"], 0, "{counters}");
    assert_eq!(counters["drill_incidents"], 1, "{counters}");
    assert!(counters["kept"].as_u64().unwrap() > 0, "{counters}");
}

#[test]
fn the_doctor_finds_a_dead_broker_and_says_what_to_do() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let well = run(&["doctor", "--data-dir", data.to_str().unwrap(), "--broker", &broker.url()]);
    assert_code(&well, 0);
    // Reserved and not listening: nobody else gets it meanwhile.
    let reserved = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = reserved.local_addr().unwrap().port();
    drop(reserved);
    let ill = run(&["doctor", "--data-dir", data.to_str().unwrap(), "--broker", &format!("mqtt://127.0.0.1:{port}")]);
    assert_code(&ill, 1);
    let words = text(&ill.stdout);
    assert!(words.contains("FAIL") && words.contains("Start the broker") && words.contains("to do:"), "{words}");
    let settings = data.with_extension("toml");
    std::fs::write(&settings, "[broker]\nurll = 1\n").unwrap();
    let wrong = run(&[
        "doctor",
        "--settings",
        settings.to_str().unwrap(),
        "--data-dir",
        data.to_str().unwrap(),
        "--broker",
        &broker.url(),
    ]);
    assert_code(&wrong, 1);
    assert!(text(&wrong.stdout).contains("urll"), "{}", text(&wrong.stdout));
}

const CANARY: &str = "s3cr3t-canary";

#[test]
fn a_password_is_never_said_and_never_written() {
    let broker = Mosquitto::start_with("allow_anonymous false", |_| {});
    let (_dir, data) = place();
    let url = format!("mqtt://user:{CANARY}@127.0.0.1:{}", broker.port);
    let stdout = data.with_extension("stdout");
    let stderr = data.with_extension("stderr");
    let file = |path: &Path| std::fs::File::create(path).unwrap();
    let mut child = fleetwatch(&["--headless", "--log", "trace", "--broker", &url, "--data-dir", data.to_str().unwrap()])
        .stdout(file(&stdout))
        .stderr(file(&stderr))
        .spawn()
        .unwrap();
    eventually("both lanes are refused", 60, || broker.log().matches("not authorised").count() >= 2);
    eventually("it says so", 30, || std::fs::read_to_string(&stderr).unwrap().contains("NotAuthorized"));
    terminate(&child);
    eventually("the line ends", 30, || child.try_wait().unwrap().is_some());
    for command in [&["doctor"][..], &["inject", "frontal_crash"]] {
        let output =
            fleetwatch(command).args(["--log", "trace", "--broker", &url]).args(["--data-dir", data.to_str().unwrap()]).output();
        let output = output.unwrap();
        assert_code(&output, 1);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!said.contains(CANARY), "{command:?} says the password:\n{said}");
    }
    let mut searched = 0;
    let mut folders = vec![data.parent().unwrap().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            searched += bytes.len();
            let found = bytes.windows(CANARY.len()).position(|window| window == CANARY.as_bytes());
            let around = found.map(|at| text(&bytes[at.saturating_sub(200)..(at + 50).min(bytes.len())]));
            assert_eq!(around, None, "the password is in {}", path.display());
        }
    }
    assert!(searched > 1_000, "there was nothing to search");
}
