//! What AWS says that the month cost: asked of a Cost Explorer on this machine (moto), and of a peer that checks signatures
//! and refuses.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fleetwatch::clock::Clock;
use fleetwatch::pricing;
use serde_json::{Value, json};

use crate::support::aws::{Aws, Fault};
use crate::support::headless::{Desk, eventually, fleetwatch};

/// A moto server; gone when dropped.
struct Moto {
    child: Child,
    url: String,
}

impl Moto {
    /// `None`, with a word about it, where `make test` has not made ready what it needs.
    fn start() -> Option<Self> {
        let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv/moto/bin/moto_server");
        if !server.exists() {
            println!("skipped: `make test` installs the Cost Explorer that this needs into target/venv/moto");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(server);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
        let moto = Self { child: command.spawn().unwrap(), url: format!("http://127.0.0.1:{port}") };
        eventually("moto listens", 60, || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        Some(moto)
    }

    /// The next question is answered with these days.
    fn queue(&self, days: &Value) {
        let body = json!({ "results": [{ "ResultsByTime": days, "DimensionValueAttributes": [], "GroupDefinitions": [] }] });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = fleetwatch::https::client(Duration::from_secs(10), true).unwrap();
        let url = format!("{}/moto-api/static/ce/cost-and-usage-results", self.url);
        let answer = runtime.block_on(async { client.post(url).json(&body).send().await.unwrap() });
        assert!(answer.status().is_success(), "{answer:?}");
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Today's UTC day of the month, and its date.
fn today() -> (usize, String, String) {
    let date = Clock.now().utc().unwrap().format("%Y-%m-%d").to_string();
    (date[8..].parse().unwrap(), date.clone(), pricing::month(Clock.now()))
}

fn day(date: &str, estimated: bool, services: &[(&str, &str)]) -> Value {
    let cost = |usd: &str| json!({ "UnblendedCost": { "Amount": usd, "Unit": "USD" } });
    let groups: Vec<_> = services.iter().map(|(name, usd)| json!({ "Keys": [name], "Metrics": cost(usd) })).collect();
    json!({ "TimePeriod": { "Start": date, "End": date }, "Total": {}, "Groups": groups, "Estimated": estimated })
}

fn settings(dir: &Path, functions: &str) -> std::path::PathBuf {
    let file = dir.join("settings.toml");
    std::fs::write(&file, format!("[stack]\nfunctions = [{functions}]\ncost_explorer_every_h = 8\n")).unwrap();
    file
}

/// What `fleetwatch cost --json` says: its lines, its complaint, and whether it went well.
fn cost(dir: &Path, settings: &Path, url: &str, secret: &str) -> (Vec<Value>, String, bool) {
    let mut command = fleetwatch(&["cost", "--json"]);
    command.arg("--data-dir").arg(dir.join("data")).arg("--settings").arg(settings);
    command.envs([("AWS_ENDPOINT_URL", url), ("AWS_ACCESS_KEY_ID", "AKIAONE"), ("AWS_SECRET_ACCESS_KEY", secret)]);
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(!format!("{out}{err}").contains(secret), "a secret is shown");
    (out.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), err, output.status.success())
}

#[test]
fn cost_explorer_is_asked_once_and_what_it_leaves_out_is_no_nought() {
    let Some(moto) = Moto::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let settings = settings(dir.path(), "");
    let (n_days, date, month) = today();
    let mut days = vec![day(&format!("{month}-01"), n_days == 1, &[("AWS Lambda", "0.0312"), ("AWS IoT", "1.5E-7")])];
    if n_days > 1 {
        days.push(day(&date, true, &[("AWS IoT", "0.25")]));
    }
    moto.queue(&json!(days));
    let (lines, err, ok) = cost(dir.path(), &settings, &moto.url, "a-secret-of-moto");
    assert!(ok, "{err}");
    let said: Vec<_> = lines.iter().filter(|line| line["type"] == "day").collect();
    assert_eq!(said.len(), n_days);
    assert_eq!((&said[0]["day"], &said[0]["actual_usd"]), (&format!("{month}-01").into(), &"0.03120015".into()));
    assert_eq!((&said[0]["lambda_usd"], &said[0]["our_due_usd"]), (&"0.0312".into(), &Value::Null));
    if n_days > 1 {
        let last = said[n_days - 1];
        let expected = (&"0.25".into(), &"0.00".into(), &true.into());
        assert_eq!((&last["actual_usd"], &last["lambda_usd"], &last["estimated"]), expected, "{last}");
        assert!(said[1..n_days - 1].iter().all(|day| day["actual_usd"] == Value::Null && day["estimated"] == false));
    }
    let asked = lines.last().unwrap();
    assert_eq!(
        (&asked["n_requests"], &asked["spent_usd"], &asked["price_each_usd"]),
        (&1.into(), &"0.01".into(), &"0.01".into())
    );
    // Its time has not come: nothing is asked, and nothing paid.
    assert_eq!(cost(dir.path(), &settings, "http://127.0.0.1:9", "a-secret-of-moto").0, lines);
}

#[test]
fn what_aws_refuses_is_said_and_what_it_said_before_stays() {
    const SECRET: &str = "a-secret-that-nobody-may-see";
    let dir = tempfile::tempdir().unwrap();
    let settings = settings(dir.path(), "\"judge\"");
    let peer = Aws::start("AKIAONE", SECRET);
    let (n_days, date, month) = today();
    peer.say("ce", json!({ "ResultsByTime": [day(&date, true, &[("AWS Lambda", "0.5")])] }));
    // 2,000,000 calls of 3.5 ms at 128 MB, arm64: 4 ms on average are billed.
    let midnight = pricing::month_of(Clock.now()).unwrap().0.0 / 1_000_000 + (n_days as i64 - 1) * 86_400;
    let points = |n: usize, value: f64| json!({ "Id": format!("m{n}"), "Timestamps": [midnight], "Values": [value] });
    peer.say("monitoring", json!({ "MetricDataResults": [points(0, 2e6), points(1, 7e6)] }));
    peer.say("lambda", json!({ "MemorySize": 128, "Architectures": ["arm64"], "State": "Active" }));
    let (lines, err, ok) = cost(dir.path(), &settings, &peer.url(), SECRET);
    assert!(ok, "{err}");
    let today = &lines[n_days - 1];
    // Above the free million is one million requests at 0.20 USD; 1,000 GB-s are free, and 0.0133334 USD of the list price.
    let expected = (&2_000_000.into(), &"0.4133334".into(), &"0.20".into());
    assert_eq!((&today["calls"], &today["our_list_price_usd"], &today["our_due_usd"]), expected, "{today}");

    let kept = dir.path().join("data/actuals.json");
    let make_old = || {
        let mut actuals: Value = serde_json::from_str(&std::fs::read_to_string(&kept).unwrap()).unwrap();
        actuals["asked_at"] = 0.into();
        std::fs::write(&kept, actuals.to_string()).unwrap();
    };
    for (status, code, words) in [
        (403, "AccessDeniedException", "give the role or user this permission"),
        (400, "DataUnavailableException", "a day after Cost Explorer was first switched on"),
        (400, "ThrottlingException", "ThrottlingException"),
        (429, "TooManyRequestsException", "429"),
        (503, "ServiceUnavailable", "503"),
        (403, "ExpiredTokenException", "sign in again"),
    ] {
        make_old();
        peer.refuse(Some((status, code)));
        let (lines, err, ok) = cost(dir.path(), &settings, &peer.url(), SECRET);
        assert!(!ok && err.contains(words), "{err}");
        let asked = lines.last().unwrap();
        assert!(asked["problem"].as_str().unwrap().contains(words), "{asked}");
        assert_eq!((&lines[n_days - 1]["actual_usd"], &asked["n_requests"]), (&"0.50".into(), &1.into()), "{asked}");
    }
    peer.refuse(None);
    make_old();
    peer.hurt(Some(Fault::Cut));
    let (lines, err, ok) = cost(dir.path(), &settings, &peer.url(), SECRET);
    assert!(!ok && err.contains("cannot be reached") && lines[n_days - 1]["actual_usd"] == "0.50", "{err}");
    peer.hurt(None);

    // A running desk asks by itself, and a new month begins with nothing.
    let mut actuals: Value = serde_json::from_str(&std::fs::read_to_string(&kept).unwrap()).unwrap();
    actuals["month"] = "2020-01".into();
    std::fs::write(&kept, actuals.to_string()).unwrap();
    let url = peer.url();
    let environment = [("AWS_ENDPOINT_URL", url.as_str()), ("AWS_ACCESS_KEY_ID", "AKIAONE"), ("AWS_SECRET_ACCESS_KEY", SECRET)];
    let desk = Desk::start_in(&dir.path().join("data"), &["--settings", settings.to_str().unwrap()], &environment);
    let asked = || serde_json::from_str::<Value>(&std::fs::read_to_string(&kept).unwrap()).unwrap();
    eventually("the desk has asked", 60, || asked()["month"] == month.as_str());
    assert_eq!((&asked()["n_requests"], &asked()["problem"]), (&1.into(), &Value::Null));
    assert!(!desk.stderr().contains(SECRET));
    desk.stop();
}

#[test]
fn without_leave_nobody_asks_and_more_often_than_aws_renews_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let with = |every: &str| {
        let file = dir.path().join("settings.toml");
        std::fs::write(&file, format!("[stack]\n{every}\n")).unwrap();
        let mut command = fleetwatch(&["cost", "--data-dir", dir.path().join("none").to_str().unwrap(), "--settings"]);
        let output = command.arg(&file).env("AWS_ENDPOINT_URL", "http://127.0.0.1:9").output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    assert!(with("").0.contains("AWS is not asked what it billed: set cost_explorer_every_h"));
    assert!(with("cost_explorer_every_h = 4").1.contains("0 (never) or from 8 to 168"));
}
