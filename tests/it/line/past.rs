//! The past judged again, beside a running desk and without one; floods and second impacts on the real road.

use fleetwatch::model::Question;
use fleetwatch::pipeline::Line;
use fleetwatch::settings::Settings;
use serde_json::Value;

use super::{frontal, place};
use crate::support::headless::{Desk, eventually, incident, incidents, run};
use crate::support::hook::Hook;
use crate::support::line::options;
use crate::support::mosquitto::Mosquitto;
use crate::support::peer::Peer;

fn lines(output: &std::process::Output) -> Vec<Value> {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// As the Settings screen asks it: through the desk, while reviews go on being answered.
fn asked_in_the_window(data: &std::path::Path) {
    let line = Line::start(options(data, Settings::default()));
    let line = line.unwrap();
    let desk = line.desk();
    let answer = |limits: Value| {
        let before = desk.latest().comparison.clone();
        assert!(desk.ask(Question::Rejudge { limits }));
        let mut found = None;
        eventually("the past is judged", 30, || {
            found = desk.latest().comparison.clone().filter(|new| Some(new) != before.as_ref());
            found.as_ref().is_some_and(|found| found.complete || found.error.is_some())
        });
        found.unwrap()
    };
    let mut limits = serde_json::json!(Settings::default().functions.judge_crash);
    let same = answer(limits.clone());
    assert_eq!((same.n_incidents, same.n_reports, same.n_flips), (2, 2, 0));
    limits["delta_v_kmh"] = 100.0.into();
    let strict = answer(limits.clone());
    assert_eq!((strict.n_flips, strict.flips.len(), strict.error.as_deref()), (2, 2, None));
    limits["delta_v_kmh"] = 1e9.into();
    let refused = answer(limits);
    assert!(refused.error.as_deref().is_some_and(|why| why.contains("must be from 1 to 100 km/h")), "{refused:?}");
    line.stop();
}

#[test]
fn the_past_is_judged_again_beside_a_desk_and_saved_without_one() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let desk = Desk::connected(&data, &broker, &[]);
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);
    peer.send("fleet/van-1/crash", frontal("e-1"));
    peer.send("fleet/van-2/crash", frontal("e-2"));
    peer.wait_for("/ack", 2, 30);

    let strict = data.with_extension("strict.toml");
    std::fs::write(&strict, "[functions.judge_crash]\ndelta_v_kmh = 100.0\n").unwrap();
    let (data_arg, strict_arg) = (data.to_str().unwrap(), strict.to_str().unwrap());
    let same = lines(&run(&["rejudge", "--json", "--data-dir", data_arg]));
    assert_eq!((same.len(), &same[0]["n_incidents"], &same[0]["n_flips"]), (1, &2.into(), &0.into()), "{same:?}");

    let repair = run(&["devices", "--health", "--data-dir", data_arg]);
    assert_eq!(String::from_utf8(repair.stdout).unwrap(), "no device needs repair by the last 30 days\n");
    let rejudge = |more: &[&str]| run(&[&["rejudge", "--settings", strict_arg, "--data-dir", data_arg], more].concat());
    let flips = lines(&rejudge(&["--json"]));
    assert_eq!(flips.len(), 3, "{flips:?}");
    assert_eq!(
        (&flips[0]["type"], &flips[0]["old"]["ruling"], &flips[0]["changed"][0]["key"]),
        (&"flip".into(), &"real".into(), &"delta_v".into())
    );
    assert_eq!((&flips[2]["type"], &flips[2]["n_flips"], &flips[2]["n_saved"]), (&"summary".into(), &2.into(), &Value::Null));
    assert_eq!(lines(&rejudge(&["--json", "--since", "2099-01-01"]))[0]["n_incidents"], 0);

    let refused = rejudge(&["--save"]);
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{words}");
    assert!(words.contains("nothing saved") && words.contains("running") && words.contains("--save"), "{words}");
    assert_eq!(desk.stop()["incidents"], 2);
    asked_in_the_window(&data);

    let live = || -> Vec<Value> {
        incidents(&data).iter().map(|row| incident(&data, row["id"].as_str().unwrap())["verdict"].clone()).collect()
    };
    let before = live();
    assert_eq!(lines(&rejudge(&["--save", "--json"]))[2]["n_saved"], 2);
    assert_eq!(lines(&rejudge(&["--save", "--json"]))[2]["n_saved"], 0, "the same was saved twice");
    assert_eq!(live(), before, "a live verdict was written over");
    let whole = incident(&data, incidents(&data)[0]["id"].as_str().unwrap());
    let versions = whole["versions"].as_array().unwrap();
    assert_eq!((&versions[0]["by"], &versions[1]["by"], versions.len()), (&"live".into(), &"rejudge".into(), 2));
    assert_ne!(versions[0]["judge"]["limits"], versions[1]["judge"]["limits"]);
    let text = String::from_utf8(rejudge(&[]).stdout).unwrap();
    assert!(text.contains("real accident") && text.contains("Speed change") && text.contains("2 flip"), "{text}");
    eventually("a desk starts on it again", 60, || {
        let again = Desk::connected(&data, &broker, &[]);
        again.stop()["incidents"] == 0
    });
}

#[test]
fn incidents_are_searched_and_a_changed_audit_is_said_and_stops_nothing() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let desk = Desk::connected(&data, &broker, &[]);
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);
    peer.send("fleet/van-1/crash", frontal("e-1"));
    peer.send("fleet/bus-2/crash", frontal("e-2"));
    peer.wait_for("/ack", 2, 30);
    desk.stop();
    let data_arg = data.to_str().unwrap();
    let search = |text: &str| run(&["incidents", "--json", "--data-dir", data_arg, "--search", text]);
    for (text, n) in [("", 2), ("vehicle:van*", 1), ("state:open severity>=high since:1h", 2), ("verdict:malfunction", 0)] {
        assert_eq!(lines(&search(text)).len(), n, "{text}");
    }
    let export = |more: &[&str]| run(&[&["export", "--data-dir", data_arg], more].concat());
    let csv = String::from_utf8(export(&["incidents"]).stdout).unwrap();
    let mut read = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(&read.headers().unwrap()[1], "origin");
    assert_eq!(read.records().map(|row| row.unwrap()[3].to_owned()).collect::<Vec<_>>(), ["crash", "crash"]);
    for table in ["reports", "steps", "notes", "audit", "deliveries"] {
        let rows = lines(&export(&[table, "--format", "jsonl"]));
        assert_eq!(rows.is_empty(), table == "notes", "{table}: {rows:?}");
        assert!(rows.iter().all(|row| row["at"].as_str().is_none_or(|at| at.ends_with('Z'))), "{table}");
    }
    assert_eq!(export(&["passwords"]).status.code(), Some(2));
    let sheet = String::from_utf8(run(&["handover", "--data-dir", data_arg]).stdout).unwrap();
    assert!(sheet.contains("nobody has taken first: 2\n") && sheet.contains("UNACKNOWLEDGED for"), "{sheet}");

    let refused = search("severty:high");
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("did you mean severity?"));

    let url = broker.url();
    let doctor = || String::from_utf8(run(&["doctor", "--data-dir", data_arg, "--broker", &url]).stdout).unwrap();
    assert!(doctor().contains("ok    audit: 2 entries in one chain, head "), "{}", doctor());
    let conn = rusqlite::Connection::open(data.join("incidents.db")).unwrap();
    conn.execute_batch("DROP TRIGGER audit_stands; UPDATE audit SET who = 'nobody' WHERE id = 1").unwrap();
    drop(conn);
    assert!(doctor().contains("FAIL  audit: the audit was changed from outside: entry 1 of "), "{}", doctor());
    let desk = Desk::connected(&data, &broker, &[]);
    peer.send("fleet/van-3/crash", frontal("e-3"));
    peer.wait_for("/ack", 3, 30);
    assert!(desk.stderr().contains("the audit was changed from outside"), "{}", desk.stderr());
    assert_eq!(desk.stop()["incidents"], 1);
}

#[test]
fn the_shadow_judge_differs_beside_the_line_and_tells_nobody() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let hook = Hook::start();
    let settings = hook.settings(&data);
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("{text}\n[shadow.judge_crash]\ndelta_v_kmh = 100.0\n")).unwrap();
    let desk = Desk::connected(&data, &broker, &["--settings", settings.to_str().unwrap()]);
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack", "fleet/+/verdict"]);
    peer.send("fleet/van-1/crash", frontal("e-1"));
    eventually("the shadow differs", 30, || desk.lines("shadow").len() == 1);
    let line = desk.lines("shadow").remove(0);
    assert_eq!((&line["old"]["ruling"], &line["device"]), (&"real".into(), &"van-1".into()));
    assert_ne!(line["new"]["ruling"], "real");
    eventually("people are told by the line's verdict", 30, || hook.devices().contains("van-1"));
    assert_eq!(peer.wait_for("/verdict", 1, 30)[0]["ruling"], "real");
    desk.stop();
    assert_eq!(hook.told().len(), 1, "{:?}", hook.told());
    let whole = incident(&data, incidents(&data)[0]["id"].as_str().unwrap());
    assert_eq!((&whole["verdict"]["ruling"], &whole["ruling"]), (&"real".into(), &"real".into()));
    let by: Vec<_> = whole["versions"].as_array().unwrap().iter().map(|version| version["by"].as_str().unwrap()).collect();
    assert_eq!(by, ["live", "shadow"]);
}
