//! The judge beside the line as a Lambda function: a package in a child process, and a function on AWS.

use std::path::{Path, PathBuf};

use fleetwatch::model::Ruling;
use fleetwatch::pipeline::{Line, Options, ShadowJudge};
use fleetwatch::settings::Settings;
use fleetwatch::state::snapshot::ShadowView;
use serde_json::{Value, json};

use crate::line::{frontal, place};
use crate::on_lambda::package;
use crate::support::aws::Aws;
use crate::support::headless::{Desk, eventually, incident, incidents, run};
use crate::support::line::options;
use crate::support::mosquitto::Mosquitto;
use crate::support::peer::Peer;

/// What the package judges beside a desk that gets one real crash.
fn beside(broker: &Mosquitto, data: &Path, package: PathBuf, vehicle: &str) -> ShadowView {
    let broker_settings = fleetwatch::broker::Settings::at(&broker.url());
    let shadow = Some(ShadowJudge::Package(package));
    let line = Line::start(Options { broker: broker_settings, shadow, ..options(data, Settings::default()) });
    let line = line.unwrap();
    let desk = line.desk();
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);
    eventually("the crash is judged beside the line", 60, || {
        peer.send(&format!("fleet/{vehicle}/crash"), frontal("e-1"));
        std::thread::sleep(std::time::Duration::from_millis(200));
        desk.latest().shadow.as_ref().is_some_and(|view| view.n_judged > 0)
    });
    let view = ShadowView::clone(desk.latest().shadow.as_ref().unwrap());
    line.stop();
    view
}

#[test]
fn a_package_judges_the_same_bytes_and_what_it_says_otherwise_is_listed() {
    let Some(package) = package() else { return };
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let same = beside(&broker, &data.with_extension("same"), package.to_owned(), "van-1");
    assert_eq!((same.n_judged, same.n_differ, same.failed), (1, 0, None), "the same code with the same limits");

    let strict = tempfile::tempdir().unwrap();
    std::fs::copy(package.join("bootstrap"), strict.path().join("bootstrap")).unwrap();
    std::fs::write(strict.path().join("settings.toml"), "[functions.judge_crash]\ndelta_v_kmh = 100.0\n").unwrap();
    let data = data.with_extension("strict");
    let view = beside(&broker, &data, strict.path().to_owned(), "van-2");
    assert_eq!((view.n_judged, view.n_differ, view.n_failed), (1, 1, 0));
    assert_eq!(view.last[0].old.ruling, Ruling::Real);
    assert!(view.last[0].new.ruling != Ruling::Real && view.last[0].changed[0].key == "delta_v", "{:?}", view.last[0]);
    // It decided nothing, and the command lists it.
    assert_eq!(incidents(&data)[0]["ruling"], "real");
    let listed = run(&["shadow", "--data-dir", data.to_str().unwrap()]);
    let words = String::from_utf8(listed.stdout).unwrap();
    assert!(
        words.contains("van-2, judge_crash v") && words.contains("  the line: real,") && words.contains("  beside it: "),
        "{words}"
    );
}

#[test]
fn a_package_that_gives_no_verdict_is_counted_with_its_reason() {
    if !Path::new("/usr/bin/python3").exists() {
        println!("skipped: /usr/bin/python3 is not installed");
        return;
    }
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lambda/python");
    let view = beside(&broker, &data, python, "van-3");
    assert_eq!((view.n_judged, view.n_differ, view.n_failed), (1, 0, 1));
    assert_eq!(view.failed.as_deref(), Some("it answered without verdicts"));
}

#[test]
fn a_function_on_aws_is_asked_for_its_verdict_alone() {
    const SECRET: &str = "a-secret-that-nobody-may-see";
    let broker = Mosquitto::start();
    let (dir, data) = place();
    let peer = Aws::start("AKIAONE", SECRET);
    let says = |function: &str| {
        let verdict = json!({
            "event_id": "e-1", "ruling": "malfunction", "malfunction": "dropped", "probability": 0.02, "severity": "low",
            "summary": "It fell.",
        });
        let set_up = json!({ "Variables": { "FUNCTION": function } });
        peer.say("lambda", json!({ "Environment": set_up, "verdicts": [verdict] }));
    };
    let settings = dir.path().join("shadow.toml");
    std::fs::write(&settings, "[shadow]\nlambda = \"fleetwatch-judge-crash\"\n").unwrap();
    let url = peer.url();
    let environment = [("AWS_ENDPOINT_URL", url.as_str()), ("AWS_ACCESS_KEY_ID", "AKIAONE"), ("AWS_SECRET_ACCESS_KEY", SECRET)];
    let desk = Desk::connected_in(&data, &broker, &["--settings", settings.to_str().unwrap()], &environment);
    let mut device = Peer::connect(broker.port, &["fleet/+/ack"]);
    // What is not ours might act on what it is sent, so it is sent nothing.
    says("something_else");
    device.send("fleet/van-1/crash", frontal("e-1"));
    eventually("it is looked at", 60, || peer.last().contains("/configuration"));
    says("judge_crash");
    device.send("fleet/van-2/crash", frontal("e-1"));
    eventually("it differs", 60, || desk.lines("shadow").len() == 1);
    let line = desk.lines("shadow").remove(0);
    assert_eq!(
        (&line["device"], &line["old"]["ruling"], &line["new"]["malfunction"]),
        (&"van-2".into(), &"real".into(), &"dropped".into())
    );
    assert!(peer.last().contains("/invocations") && peer.last().contains(r#""only_judge":true"#), "{}", peer.last());
    device.wait_for("/ack", 2, 60);
    let stderr = desk.stderr();
    desk.stop();
    let listed = run(&["shadow", "--json", "--data-dir", data.to_str().unwrap()]);
    let lines: Vec<Value> =
        String::from_utf8(listed.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[0]["old"]["ruling"], &lines[0]["new"]["ruling"]), (1, &"real".into(), &"malfunction".into()));
    let whole = incident(&data, lines[0]["incident"].as_str().unwrap());
    assert_eq!((&whole["ruling"], whole["versions"].as_array().unwrap().len()), (&"real".into(), 2), "it decides nothing");
    assert!(!stderr.contains(SECRET));
}

#[test]
fn a_package_that_lambda_would_not_take_is_said_at_the_start() {
    let (dir, data) = place();
    let settings = dir.path().join("shadow.toml");
    std::fs::write(&settings, "[shadow]\npackage = \"nowhere\"\n").unwrap();
    let start =
        |data: &Path| run(&["--headless", "--data-dir", data.to_str().unwrap(), "--settings", settings.to_str().unwrap()]);
    let output = start(&data);
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && words.contains("the package of [shadow]") && words.contains("nowhere"), "{words}");
    std::fs::write(&settings, "[shadow]\npackage = \"here\"\nlambda = \"there\"\n").unwrap();
    let words = String::from_utf8(start(&data).stderr).unwrap();
    assert!(words.contains("more than one judge"), "{words}");
}
