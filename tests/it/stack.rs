//! `deploy/template.yaml` on an AWS on this machine (`MiniStack`, which checks signatures): what is uploaded is judged by the
//! unchanged program, told over SNS, and watched by the desk.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use fleetwatch::aws::{Client, Environment};
use rumqttc::{MqttOptions, Transport};
use serde_json::Value;

use crate::on_lambda::package;
use crate::support::headless::{Desk, eventually, fleetwatch, incident, incidents};
use crate::support::hook::Hook;
use crate::support::peer::{Peer, airbag};

/// A stack that was deployed; gone when dropped.
struct Stack {
    child: Child,
    input: Option<ChildStdin>,
    about: Value,
}

impl Stack {
    /// `None`, with a word about it, where `make test` has not made ready what it needs.
    fn deploy(subscriber: &Hook) -> Option<Self> {
        let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv/aws/bin/python");
        if !python.exists() {
            println!("skipped: `make test` installs the AWS that this needs into target/venv/aws");
            return None;
        }
        let mut command = Command::new(python);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/stack")).arg(package()?.join("bootstrap"));
        command.arg(subscriber.url()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let about = serde_json::from_str(&line).unwrap();
        Some(Self { child, input, about })
    }

    fn said(&self, key: &str) -> &str {
        self.about[key].as_str().unwrap()
    }

    fn output(&self, key: &str) -> &str {
        self.about["outputs"][key].as_str().unwrap()
    }

    fn variables(&self) -> [(&'static str, &str); 4] {
        [
            ("AWS_ENDPOINT_URL", self.said("endpoint")),
            ("AWS_ACCESS_KEY_ID", self.said("key_id")),
            ("AWS_SECRET_ACCESS_KEY", self.said("secret")),
            ("AWS_REGION", self.said("region")),
        ]
    }

    fn client(&self) -> Client {
        Client::new(self.said("region"), Duration::from_secs(20), Environment::of(&self.variables())).unwrap()
    }

    /// A device of its IoT Core, over a web socket that is signed.
    fn device(&self, filters: &[&str]) -> Peer {
        const HOST: &str = "data-ats.iot.us-east-1.amazonaws.com";
        let address = self.said("endpoint").replace("http://", "ws://");
        let port = address.rsplit(':').next().unwrap().parse().unwrap();
        let mut options = MqttOptions::new(Peer::name(), format!("{address}/mqtt"), port);
        options.set_transport(Transport::Ws);
        let client = Arc::new(self.client());
        options.set_request_modifier(move |mut request| {
            let client = Arc::clone(&client);
            async move {
                *request.uri_mut() = format!("{}?{}", request.uri(), client.mqtt_query(HOST).await.unwrap()).parse().unwrap();
                request.headers_mut().insert("host", HOST.parse().unwrap());
                request
            }
        });
        Peer::connect_with(options, filters)
    }

    /// A settings file that watches its functions.
    fn settings(&self, dir: &Path) -> std::path::PathBuf {
        let names = ["CrashFunctionName", "DrivingFunctionName", "TemperatureFunctionName"].map(|key| self.output(key));
        let file = dir.with_extension("stack.toml");
        std::fs::write(&file, format!("[stack]\nregion = \"us-east-1\"\nfunctions = {names:?}\nevery_s = 60\n")).unwrap();
        file
    }

    /// What `fleetwatch functions` says of each function on AWS, by the end of its name; and of the look.
    fn functions(&self, dir: &Path, secret: &str) -> (Vec<Value>, String, bool) {
        let mut command = fleetwatch(&["functions", "--json"]);
        command.arg("--data-dir").arg(dir).arg("--settings").arg(self.settings(dir)).envs(self.variables());
        let output = command.env("AWS_SECRET_ACCESS_KEY", secret).output().unwrap();
        let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(!format!("{out}{err}").contains(secret), "a secret is shown");
        (out.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), err, output.status.success())
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // When its input ends it takes its server along.
        drop(self.input.take());
        self.child.wait().ok();
    }
}

#[test]
fn a_device_certificate_lets_a_desk_hear_and_only_while_it_is_active() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = here.join("target/venv/aws/bin/python");
    let apart = Command::new("unshare").args(["-rn", "true"]).status().is_ok_and(|status| status.success());
    if !python.exists() || !apart {
        println!("skipped: `make test` installs the IoT Core that this needs, and it runs in a network of its own (unshare -rn)");
        return;
    }
    let mut command = Command::new("unshare");
    command.arg("-rn").arg(python).arg(here.join(".ci/certificate")).arg(env!("CARGO_BIN_EXE_fleetwatch"));
    let output = command.output().unwrap();
    let said: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    assert!(said["doctor"].as_str().unwrap().contains("it lets us in"), "{said}");
    assert_eq!((&said["heard"]["device"], &said["heard"]["verdict"]["ruling"]), (&"van-7".into(), &"real".into()), "{said}");
    assert!(said["refused"].as_str().unwrap().contains("one that is active and may connect as fleetwatch-"), "{said}");
}

/// Messages of a topic that has confirmed its subscriber, as their own JSON.
fn told(hook: &Hook) -> Vec<Value> {
    let notices = hook.requests().into_iter().filter(|(_, body)| body["Type"] == "Notification");
    notices.map(|(_, body)| serde_json::from_str(body["Message"].as_str().unwrap()).unwrap()).collect()
}

/// The broker of a desk: the IoT Core of the account, wherever `AWS_ENDPOINT_URL` says that it is.
const IOT_CORE: &str = "wss://data-ats.iot.us-east-1.amazonaws.com";

#[test]
fn an_upload_is_judged_told_over_sns_and_priced_by_the_desk_that_watches() {
    let hook = Hook::start();
    let Some(stack) = Stack::deploy(&hook) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = stack.client();
    let https = fleetwatch::https::client(Duration::from_secs(10), true).unwrap();
    // Both topics ask whether somebody wants to be told.
    let asked = || hook.requests().into_iter().filter(|(_, body)| body["Type"] == "SubscriptionConfirmation").count();
    eventually("both topics ask", 30, || asked() >= 2);
    for (_, body) in hook.requests() {
        let url = body["SubscribeURL"].as_str().unwrap().to_owned();
        runtime.block_on(async { https.get(url).send().await.unwrap().error_for_status().unwrap() });
    }

    // A desk hears of verdicts over MQTT. It judges nothing of this.
    let dir = tempfile::tempdir().unwrap();
    let heard = dir.path().join("heard");
    let settings = stack.settings(&heard);
    let arguments = ["--broker", IOT_CORE, "--settings", settings.to_str().unwrap()];
    let desk = Desk::start_in(&heard, &arguments, &stack.variables());
    let mut device = stack.device(&["temperature/#"]);
    let probe = r#"{"event_id":"probe","ruling":"malfunction","probability":0.1,"severity":"low","summary":"As a probe."}"#;
    eventually("the desk hears", 60, || {
        device.send("fleet/probe/verdict", probe);
        std::thread::sleep(Duration::from_millis(200));
        !desk.lines("verdict").is_empty()
    });

    let bucket = stack.output("CrashBucketName");
    runtime.block_on(client.put_object(bucket, "van-7/a b+é.json", airbag("e-1").into_bytes())).unwrap();
    runtime.block_on(client.put_object(bucket, "drill/van-8/e-2.json", airbag("e-2").into_bytes())).unwrap();
    runtime.block_on(client.put_object(bucket, "van-9/e-3.json", b"not json".to_vec())).unwrap();
    eventually("people are told of both", 60, || told(&hook).len() >= 2);
    runtime.block_on(client.put_object(bucket, "van-10/e-4.json", airbag("e-4").into_bytes())).unwrap();
    eventually("people are told of the last", 60, || told(&hook).len() >= 3);
    // A temperature over MQTT ends on the routed topic.
    device.send("sensors/cold-1/temperature", br#"{"celsius": 45.0}"#);
    let routed = &device.wait_for("temperature/hot/cold-1", 1, 60)[0];
    assert_eq!((&routed["sensor"], &routed["fahrenheit"], &routed["band"]), (&"cold-1".into(), &113.0.into(), &"hot".into()));

    // What was uploaded is on the desk that judged nothing of it: an incident with its evidence.
    eventually("the desk has heard the verdicts", 60, || desk.lines("verdict").len() == 5);
    let seen = incidents(&heard);
    let of_device = |device: &str| seen.iter().find(|line| line["device"] == device).unwrap();
    for (device, origin, ruling) in [("van-7", "device", "real"), ("van-8", "drill", "real"), ("van-9", "device", "undecided")] {
        let line = of_device(device);
        assert_eq!((&line["origin"], &line["ruling"]), (&origin.into(), &ruling.into()), "{line}");
    }
    let full = incident(&heard, of_device("van-7")["id"].as_str().unwrap());
    assert_eq!(full["reports"][0]["event_id"], "/verdict/van-7/e-1", "{full}");
    assert!(full["verdict"]["evidence"].as_array().unwrap().iter().any(|row| row["key"] == "airbag"), "{full}");
    assert!(full["judge"].as_str().unwrap().starts_with("judge_crash v"), "{full}");

    // The desk hears of the calls from CloudWatch, whose counts come late.
    let data = dir.path().join("data");
    let of = |lines: &[Value], name: &str| {
        let function = lines.iter().find(|line| line["name"].as_str().is_some_and(|found| found.ends_with(name)));
        function.cloned().unwrap_or_default()
    };
    let secret = stack.said("secret").to_owned();
    let mut lines = Vec::new();
    eventually("each call is in the log", 60, || {
        lines = stack.functions(&data, &secret).0;
        let n = |name| of(&lines, name)["calls"].as_array().map_or(0, Vec::len);
        n("judge-crash") == 4 && n("route-temperature") == 1
    });
    // This AWS counts no call by an upload, but the one that `.ci/stack` made.
    let mut hour = Value::Null;
    eventually("CloudWatch has counted the minute", 120, || {
        lines = stack.functions(&data, &secret).0;
        hour = of(&lines, "preprocess-driving")["hour"].clone();
        hour["n_calls"] == 1
    });
    assert_eq!((&hour["n_failed"], hour["minutes"].as_array().unwrap().len()), (&0.into(), 60), "{hour}");
    assert!(hour["p50_micros"].as_u64() > Some(0) && hour["p50_micros"] == hour["p99_micros"], "{hour}");
    assert!(hour["list_price_usd"].is_string(), "{hour}");
    let crash = of(&lines, "judge-crash");
    assert_eq!(crash["hour"]["n_calls"], Value::Null, "no count is no nought");
    assert_eq!((&crash["set_up"]["memory_mb"], &crash["set_up"]["arch"]), (&256.into(), &"x86_64".into()), "{crash}");
    for call in crash["calls"].as_array().unwrap() {
        let billed = call["billed_ms"].as_u64().unwrap();
        // 0.2 µUSD a request, 256 MB for each ms on x86_64: 0.25 · 0.0000166667 USD / 1,000.
        let pico = 200_000 + (billed * 16_666_700 * 256 + 512_000) / 1_024_000;
        assert_eq!(fleetwatch::pricing::decimal::pico(call["price_usd"].as_str().unwrap()), Some(pico as i64), "{call}");
        assert_eq!(call["failed"], Value::Null, "{call}");
    }
    let look = lines.last().unwrap();
    assert_eq!((&look["n_metrics"], &look["price_usd"]), (&21.into(), &"0.00021".into()));

    // A drill reached nobody, whatever else it did: what came after it has.
    let mut devices: Vec<_> = told(&hook).iter().map(|notice| notice["device"].as_str().unwrap().to_owned()).collect();
    devices.retain(|device| device != "cold-1");
    devices.sort();
    assert_eq!(devices, ["van-10", "van-7", "van-9"]);

    // A drill through either front door comes back to the desk as one.
    for (target, vehicle) in [("s3", "VAN-0900"), ("lambda", "VAN-0901")] {
        let report = dir.path().join("report.json");
        std::fs::write(&report, airbag(target)).unwrap();
        let mut command = fleetwatch(&["inject", report.to_str().unwrap(), "--target", target]);
        command.args(["--topic", &format!("fleet/{vehicle}/crash"), "--settings", settings.to_str().unwrap()]);
        let output = command.envs(stack.variables()).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(&format!("to drill/fleet/{vehicle}/crash, accepted after")), "{said}");
        let drilled = || incidents(&heard).iter().any(|line| line["device"] == vehicle && line["origin"] == "drill");
        eventually("the drill comes back", 60, drilled);
    }
    // What comes after them reaches people, and they have not.
    runtime.block_on(client.put_object(bucket, "van-11/e-5.json", airbag("e-5").into_bytes())).unwrap();
    eventually("people are told of what came after", 60, || told(&hook).iter().any(|notice| notice["device"] == "van-11"));
    let drilled = |notice: &Value| notice["device"].as_str().is_some_and(|device| device.starts_with("VAN-09"));
    assert!(!told(&hook).iter().any(drilled), "a drill reached somebody");
    let shut = fleetwatch(&["inject", "frontal_crash", "--target", "s3"]).envs(stack.variables()).output().unwrap();
    assert!(String::from_utf8(shut.stderr).unwrap().contains("name them in [stack] of the settings"));

    // Nobody who reads over its shoulder can sign anything.
    let said = desk.stderr();
    assert!(!said.contains(&secret) && !said.contains("X-Amz-"), "{said}");
    desk.stop();
    let doctor = |secret: &str| {
        let mut command = fleetwatch(&["doctor", "--broker", IOT_CORE, "--data-dir", data.to_str().unwrap()]);
        let output = command.envs(stack.variables()).env("AWS_SECRET_ACCESS_KEY", secret).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let (well, refused) = (doctor(&secret), doctor("another-secret"));
    assert!(well.contains("broker: wss://data-ats.iot.us-east-1.amazonaws.com:443: it lets us in"), "{well}");
    assert!(
        refused.contains("Check the access key and its secret, that this machine's clock is right")
            && !refused.contains("another-secret"),
        "{refused}"
    );

    let (lines, err, ok) = stack.functions(&data, "another-secret");
    let crash = of(&lines, "judge-crash");
    assert!(!ok && err.contains("nothing could be read"), "{err}");
    assert!(crash["hour"]["error"].as_str().unwrap().contains("check the secret access key"), "{crash}");
}
