//! The functions as a Lambda package: our own `bootstrap` under our own host, against a peer that checks every
//! signature, keeps a table and can fail.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use fleetwatch::lambda::{Call, DeadLetter, End, Function, Limits, Meter, Runner};
use serde_json::{Value, json};

use crate::support::aws::Aws;
use crate::support::headless::fleetwatch;
use crate::support::peer::airbag;

const SECRET: &str = "a-secret-that-nobody-may-see";

/// A directory with the program, which `cargo build -p fleetwatch-lambda` makes:
/// a test cannot build while cargo runs it. `None`, with a word about it, where it was not built.
pub(crate) fn package() -> Option<&'static Path> {
    static PACKAGE: OnceLock<PathBuf> = OnceLock::new();
    let built = Path::new(env!("CARGO_BIN_EXE_fleetwatch")).with_file_name("bootstrap");
    if !built.exists() {
        println!("skipped: run `cargo build -p fleetwatch-lambda` first");
        return None;
    }
    Some(PACKAGE.get_or_init(|| {
        let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lambda-package");
        std::fs::create_dir_all(&package).unwrap();
        let stripped = Command::new("strip").arg("-o").arg(package.join("bootstrap")).arg(built).status().unwrap();
        assert!(stripped.success(), "strip failed");
        package
    }))
}

/// What a deployment puts into the function's environment.
fn environment(peer: &Aws, function: &str, secret: &str) -> [(&'static str, String); 7] {
    [
        ("FUNCTION", function.to_owned()),
        ("TABLE", "fleet".to_owned()),
        ("TOPIC_ARN", "arn:aws:sns:ap-northeast-2:123456789012:crashes".to_owned()),
        ("AWS_REGION", "ap-northeast-2".to_owned()),
        ("AWS_ENDPOINT_URL", peer.url()),
        ("AWS_ACCESS_KEY_ID", "AKIAONE".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", secret.to_owned()),
    ]
}

/// Runs events in one container; the lines that the host writes.
#[track_caller]
fn run(peer: &Aws, function: &str, secret: &str, events: &[Value]) -> Vec<Value> {
    let file = tempfile::NamedTempFile::new().unwrap();
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    std::fs::write(file.path(), lines.join("\n")).unwrap();
    let mut command = fleetwatch(&["lambda"]);
    command.arg(package().unwrap()).arg("--events").arg(file.path());
    command.args(["--json", "--concurrency", "1", "--retry-after-secs", "0,0", "--timeout-secs", "30", "--memory-mb", "256"]);
    for (name, value) in environment(peer, function, secret) {
        command.args(["--env", &format!("{name}={value}")]);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains(secret), "a secret is shown: {text}");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!lines.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    lines
}

/// What the calls answered, each in one try.
#[track_caller]
fn answers(peer: &Aws, function: &str, events: &[Value]) -> Vec<Value> {
    let lines = run(peer, function, SECRET, events);
    let calls: Vec<_> = lines.iter().filter(|line| line["type"] == "call").collect();
    assert!(calls.len() == events.len() && calls.iter().all(|call| call["status"] == "ok"), "{lines:#?}");
    calls.iter().map(|call| call["answer"].clone()).collect()
}

/// What one new container answered, each event sent when the one before was answered: what is sent at once has no order.
fn answers_in_turn(peer: &Aws, function: &str, events: &[Value]) -> Vec<Value> {
    struct Nobody;
    impl Meter for Nobody {
        fn called(&self, _call: Call) {}
        fn gave_up(&self, _letter: DeadLetter) {}
    }
    let mut lambda = Function::new(function, package().unwrap().to_owned());
    lambda.memory_mb = 256;
    lambda.timeout = Duration::from_secs(30);
    lambda.environment = environment(peer, function, SECRET).map(|(name, value)| (name.to_owned(), value)).into();
    let runner = Runner::new(lambda, Limits::TODAY, Box::new(Nobody)).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut answers = Vec::new();
        for event in events {
            let call = runner.invoke(event.to_string().into()).await.unwrap().unwrap();
            let End::Answered(answer) = &call.end else { panic!("{:?}\n{}", call.end, call.log.join("\n")) };
            assert_eq!(call.cold(), answers.is_empty(), "one container");
            answers.push(serde_json::from_slice(answer).unwrap());
        }
        answers
    })
}

/// An event of S3 in the words of AWS (user guide, "Event message structure"); the keys as S3 encodes them.
fn put(keys: &[&str]) -> Value {
    let record = |key: &&str| {
        json!({
            "eventVersion": "2.5", "eventSource": "aws:s3", "awsRegion": "ap-northeast-2",
            "eventTime": "2026-11-25T08:00:00.000Z", "eventName": "ObjectCreated:Put",
            "userIdentity": {"principalId": "AWS:AROA"}, "requestParameters": {"sourceIPAddress": "203.0.113.9"},
            "responseElements": {"x-amz-request-id": "R", "x-amz-id-2": "I"},
            "s3": {
                "s3SchemaVersion": "1.0", "configurationId": "c",
                "bucket": {"name": "crashes", "ownerIdentity": {"principalId": "A"}, "arn": "arn:aws:s3:::crashes"},
                "object": {"key": key, "size": 10, "eTag": "e", "sequencer": "0055AED6DCD90281E5"},
            },
        })
    };
    json!({ "Records": keys.iter().map(record).collect::<Vec<_>>() })
}

fn devices(peer: &Aws) -> Vec<(String, String)> {
    peer.items().into_keys().collect()
}

#[test]
fn an_uploaded_crash_is_stored_told_and_published_once_however_often_it_is_delivered() {
    if package().is_none() {
        return;
    }
    let peer = Aws::start("AKIAONE", SECRET);
    peer.put("crashes", "van-7/e-1.json", &airbag("e-1"));
    let answers = answers(&peer, "judge_crash", &[put(&["van-7/e-1.json"]), put(&["van-7/e-1.json"])]);
    assert_eq!(answers[0], json!({"judged": 1, "repeats": 0, "told": 1, "published": 1, "kept": 0}));
    assert_eq!(answers[1], json!({"judged": 1, "repeats": 1, "told": 0, "published": 0, "kept": 0}));

    let items = peer.items();
    let item = &items[&("van-7".to_owned(), "crash/e-1".to_owned())];
    assert_eq!((&item["ruling"]["S"], &item["severity"]["S"]), (&json!("real"), &json!("critical")), "{item:?}");
    assert!(item.contains_key("told_at") && item.contains_key("published_at"), "{item:?}");
    let messages = peer.messages();
    let [(topic, verdict)] = &messages[..] else { panic!("{messages:?}") };
    assert_eq!(
        (topic.as_str(), &verdict["event_id"], &verdict["ruling"]),
        ("fleet/van-7/verdict", &json!("e-1"), &json!("real"))
    );
    // The same bytes get the same verdict on the desk.
    let mut judge = fleetwatch(&["judge"]);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), airbag("e-1")).unwrap();
    let on_the_desk = judge.arg(file.path()).output().unwrap();
    let on_the_desk: Value = serde_json::from_slice(&on_the_desk.stdout).unwrap();
    for field in ["ruling", "probability", "severity", "summary"] {
        assert_eq!(verdict[field], on_the_desk[field], "{field}");
    }
    // The age of a report is not known to `judge`, and stands last.
    let evidence = |verdict: &Value| verdict["evidence"].as_array().unwrap().clone();
    assert!(evidence(verdict).starts_with(&evidence(&on_the_desk)), "{verdict}");
    let published = peer.published();
    let [form] = &published[..] else { panic!("{published:?}") };
    assert!(form["Subject"].starts_with("van-7: real accident"), "{form:?}");
    let by_protocol: Value = serde_json::from_str(&form["Message"]).unwrap();
    let body: Value = serde_json::from_str(by_protocol["default"].as_str().unwrap()).unwrap();
    assert!(body["dedup_key"].as_str().unwrap().contains("van-7/e-1"), "{body}");
}

#[test]
fn what_cannot_be_read_or_fetched_pages_and_holds_up_nothing_else() {
    if package().is_none() {
        return;
    }
    let peer = Aws::start("AKIAONE", SECRET);
    peer.put("crashes", "van-7/e-1.json", "not even JSON");
    peer.put("crashes", "van%208%2B/%C3%BC.json", &airbag("e-2"));
    peer.put("crashes", "van-9/all.jsonl", &format!("{}\n\nbroken\n", airbag("e-3")));
    let keys = ["van-7/e-1.json", "van+8%2B/%C3%BC.json", "van-9/all.jsonl", "van-9/gone.json"];
    let answers = answers(&peer, "judge_crash", &[put(&keys)]);
    assert_eq!(answers[0], json!({"judged": 5, "repeats": 0, "told": 5, "published": 5, "kept": 0}));
    let items = peer.items();
    let of = |device: &str, ruling: &str| {
        let of_device = items.iter().filter(|((name, _), _)| name == device);
        of_device.filter(|(_, item)| item["ruling"]["S"] == ruling).count()
    };
    assert_eq!((of("van-7", "undecided"), of("van 8+", "real")), (1, 1), "{items:#?}");
    assert_eq!((of("van-9", "real"), of("van-9", "undecided")), (1, 2), "{items:#?}");
}

#[test]
fn what_failed_half_way_is_finished_by_the_next_delivery_and_nobody_is_told_twice() {
    if package().is_none() {
        return;
    }
    let peer = Aws::start("AKIAONE", SECRET);
    peer.put("crashes", "van-7/e-1.json", &airbag("e-1"));
    // Three tries within a call: one delivery fails, the next one does not.
    peer.fail("iotdata", 3);
    let lines = run(&peer, "judge_crash", SECRET, &[put(&["van-7/e-1.json"])]);
    let calls: Vec<_> = lines.iter().filter(|line| line["type"] == "call").collect();
    assert_eq!((calls.len(), &calls[0]["error_type"]), (2, &json!("Fleetwatch.Failed")), "{lines:#?}");
    assert!(calls[0]["error_message"].as_str().unwrap().contains("1 of 1 objects"), "{lines:#?}");
    assert_eq!(calls[1]["answer"], json!({"judged": 1, "repeats": 0, "told": 0, "published": 1, "kept": 0}));
    assert_eq!((peer.published().len(), peer.messages().len()), (1, 1));
}

#[test]
fn a_drill_reaches_nobody_and_a_wrong_secret_does_nothing() {
    if package().is_none() {
        return;
    }
    let peer = Aws::start("AKIAONE", SECRET);
    peer.put("crashes", "drill/van-7/e-1.json", &airbag("e-1"));
    let answers = answers(&peer, "judge_crash", &[put(&["drill/van-7/e-1.json"])]);
    assert_eq!(answers[0], json!({"judged": 1, "repeats": 0, "told": 0, "published": 1, "kept": 0}));
    assert_eq!(devices(&peer), [("drill/van-7".to_owned(), "crash/e-1".to_owned())]);
    assert_eq!(peer.messages()[0].0, "drill/fleet/van-7/verdict");
    assert!(peer.published().is_empty());

    let lines = run(&peer, "judge_crash", "not-the-secret-of-this-key", &[put(&["drill/van-7/e-1.json"])]);
    assert_eq!(lines.iter().filter(|line| line["type"] == "dead_letter").count(), 1, "{lines:#?}");
    assert!(lines[0]["error_message"].as_str().unwrap().contains("SignatureDoesNotMatch"), "{lines:#?}");
    assert_eq!((peer.items().len(), peer.messages().len()), (1, 1));
}

#[test]
fn uploaded_rows_are_stored_once_without_those_that_cannot_be() {
    if package().is_none() {
        return;
    }
    let peer = Aws::start("AKIAONE", SECRET);
    let row = |secs: u32, kmh: u32| format!("{{\"occurred_at\":\"2026-11-25T08:00:{secs:02}Z\",\"speed_kmh\":{kmh}}}\n");
    let rows = [row(0, 50), row(1, 52), row(1, 52), row(2, 900), "nonsense\n".to_owned(), row(3, 53)].concat();
    peer.put("crashes", "van-7/day.jsonl", &rows);
    let answers = answers(&peer, "preprocess_driving", &[put(&["van-7/day.jsonl"]), put(&["van-7/day.jsonl"])]);
    assert_eq!((&answers[0]["kept"], &answers[0]["repeats"]), (&json!(3), &json!(0)), "{answers:#?}");
    assert_eq!(answers[0]["dropped"], json!({"duplicate": 1, "not_json": 1, "out_of_range": 1}));
    let items = peer.items();
    let [((device, _), item)] = &items.iter().collect::<Vec<_>>()[..] else { panic!("{items:#?}") };
    let stored: Value = serde_json::from_str(item["rows"]["S"].as_str().unwrap()).unwrap();
    assert_eq!((device.as_str(), stored[1][1].as_f64(), stored.as_array().unwrap().len()), ("van-7", Some(52.0), 3));
}

#[test]
fn a_temperature_is_routed_and_a_wrong_one_is_told_once() {
    use base64::Engine as _;
    if package().is_none() {
        return;
    }
    let peer = Aws::start("AKIAONE", SECRET);
    let reading = |secs: u32, payload: &str| {
        let payload = base64::engine::general_purpose::STANDARD.encode(payload);
        json!({"topic": "sensors/fridge-1/temperature", "payload": payload, "received_ms": 1_795_600_000_000_u64 + u64::from(secs) * 1_000})
    };
    let (mild, hot) = (|secs| reading(secs, r#"{"celsius": 29}"#), |secs| reading(secs, r#"{"celsius": 31.4}"#));
    let told = |events: &[Value]| -> Vec<u64> {
        answers_in_turn(&peer, "route_temperature", events).iter().map(|answer| answer["told"].as_u64().unwrap()).collect()
    };
    let first = told(&[mild(0), mild(10), mild(20), hot(30), hot(60), hot(91), hot(100), reading(101, "broken")]);
    assert_eq!(first, [0, 0, 0, 0, 0, 1, 0, 0], "out for a minute");
    let topics: Vec<_> = peer.messages().into_iter().map(|(topic, _)| topic).collect();
    assert_eq!((&*topics[0], &*topics[6], topics.len()), ("temperature/normal/fridge-1", "temperature/hot/fridge-1", 7));
    // A container that comes anew finds that people know.
    assert_eq!(told(&[hot(110), hot(120), hot(130), hot(190)]), [0; 4]);
    // Back, and out again, is told again.
    assert_eq!(told(&[mild(200), mild(210), mild(220), hot(230), hot(260), hot(291)]), [0, 0, 0, 0, 0, 1]);
    assert_eq!(peer.published().len(), 2);
}
