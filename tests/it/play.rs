//! Maps against their recordings, and the scheduler against a clock of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fleetwatch::model::Timestamp;
use fleetwatch::play::{
    self, Body, Map, Pace, Publish, PublishError, Rows, Timed,
    crash_map::{LabelBook, read_labels},
    wire::DrivingBody,
};
use serde_json::Value;

/// A recording; `None`, with a word about it, where it is not on this machine.
fn recording(name: &str) -> Option<PathBuf> {
    let data = std::env::var_os("FLEETWATCH_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = data.join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {name} is absent; set FLEETWATCH_DATA to the folder of the recordings");
    None
}

fn map(name: &str) -> Map {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/maps").join(name);
    Map::parse(name, &std::fs::read_to_string(path).unwrap()).unwrap()
}

/// All messages that a map makes of its recording.
fn mapped(map_name: &str, recording_name: &str) -> Option<Vec<Timed>> {
    let path = recording(recording_name)?;
    let map = map(map_name);
    let labels = read_labels(&map, path.parent().unwrap()).unwrap();
    Some(play::messages(map, Rows::open(&path).unwrap(), labels, "").unwrap().map(Result::unwrap).collect())
}

fn wire(message: &Timed) -> Value {
    serde_json::from_slice(&message.body.render(Timestamp::from_millis(1_800_000_000_000))).unwrap()
}

/// Whether a payload is of the native wire format, by field, type and range.
#[track_caller]
pub(crate) fn check_native(topic: &str, payload: &[u8]) {
    let value: Value = serde_json::from_slice(payload).expect("JSON");
    let fields = value.as_object().expect("an object");
    assert!(fields["occurred_at"].as_i64().unwrap() > 1_420_070_400_000, "{topic}: {value}");
    let number = |value: &Value, range: std::ops::RangeInclusive<f64>| {
        let number = value.as_f64().unwrap_or_else(|| panic!("{topic}: {value} is no number"));
        assert!(range.contains(&number), "{topic}: {number} is not within {range:?}");
    };
    let columns = |value: &Value, names: &[&str]| {
        let columns = value.as_object().unwrap();
        assert_eq!(columns.keys().map(String::as_str).collect::<Vec<_>>(), names);
        let n_samples = columns["t_ms"].as_array().unwrap().len();
        assert!(n_samples > 0, "{topic}: no samples");
        for (name, column) in columns {
            let column = column.as_array().unwrap();
            assert_eq!(column.len(), n_samples, "{topic}: {name}");
            assert!(column.iter().all(|cell| cell.is_number() || (name != "t_ms" && cell.is_null())));
        }
    };
    for (name, field) in fields {
        match (topic.rsplit('/').next().unwrap(), name.as_str()) {
            (_, "occurred_at") => {}
            ("driving", "speed_kmh") => number(field, 0.0..=400.0),
            ("driving", "heading_deg") => number(field, 0.0..=359.999),
            ("driving", "accel_g") => ["x", "y", "z"].iter().for_each(|axis| number(&field[axis], -100.0..=100.0)),
            ("driving" | "crash", "position") => {
                number(&field["lat"], -90.0..=90.0);
                number(&field["lon"], -180.0..=180.0);
            }
            ("temperature", "celsius" | "fahrenheit") => number(field, -100.0..=200.0),
            ("crash", "event_id") => assert!(!field.as_str().unwrap().is_empty()),
            ("crash", "samples") => columns(field, &["t_ms", "x_g", "y_g", "z_g"]),
            ("crash", "speed") => columns(field, &["kmh", "t_ms"]),
            ("crash", "frame") => assert!(["vehicle", "device"].contains(&field.as_str().unwrap())),
            ("crash", "gravity" | "airbag") => assert!(field.is_boolean()),
            ("crash", "range_g") => number(field, 1.0..=1_000.0),
            ("crash", "device_verdict") => assert!(field.is_string()),
            other => panic!("{topic}: the wire has no field {other:?}"),
        }
    }
    assert!(fields.len() > 1, "{topic}: says nothing");
}

/// Every message is valid and in order; returns how many per topic.
#[track_caller]
fn check(messages: &[Timed]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for pair in messages.windows(2) {
        assert!(pair[0].at_micros <= pair[1].at_micros);
    }
    for message in messages {
        check_native(&message.topic, &message.body.render(Timestamp::from_millis(1_800_000_000_000)));
        *counts.entry(message.topic.as_str()).or_default() += 1;
    }
    counts
}

#[track_caller]
fn near(value: &Value, expected: f64, tolerance: f64) {
    let value = value.as_f64().unwrap();
    assert!((value - expected).abs() <= tolerance, "{value} is not {expected}");
}

#[test]
fn nds_drives_come_in_km_h_all_seventeen_at_once() {
    let Some(messages) = mapped("driving/nds_drives.toml", "driving/nds_drives.csv.gz") else { return };
    let counts = check(&messages);
    assert_eq!((counts.len(), messages.len()), (17, 16_012));
    let first = wire(messages.iter().find(|message| message.topic == "fleet/nds-2/driving").unwrap());
    near(&first["speed_kmh"], 51.07, 0.001); // 31.7334 mph
    near(&first["accel_g"]["y"], 0.071, 1e-9);
    near(&first["heading_deg"], 89.9, 1e-9);
    near(&first["position"]["lat"], 41.257_907_87, 1e-9);
    near(&first["position"]["hdop"], 2.69, 1e-9);
    assert!(messages[..17].iter().all(|message| message.at_micros == 0), "every drive starts at once");
}

#[test]
fn delivery_vehicles_get_speed_and_heading_from_their_positions() {
    let Some(messages) = mapped("driving/delivery_gps.toml", "driving/delivery_gps.csv.gz") else { return };
    let counts = check(&messages);
    assert_eq!(counts.len(), 403);
    let mut zero = messages.iter().filter(|message| message.topic == "fleet/delivery-0/driving");
    let (first, second) = (wire(zero.next().unwrap()), wire(zero.next().unwrap()));
    assert!(first.get("speed_kmh").is_none(), "nothing to derive from yet");
    // From (-182.87, 89.66) to (-153.67, 55.35) in 5.007 s: 45.05 m.
    near(&second["speed_kmh"], 32.39, 0.05);
    near(&second["heading_deg"], 139.6, 0.2);
    near(&first["position"]["lat"], 37.5665 + 89.66 / 111_195.0, 1e-6);
}

#[test]
fn temperatures_keep_the_unit_of_their_recording() {
    let Some(ambient) = mapped("temperature/nab_ambient.toml", "temperature/nab_ambient_temperature.csv.gz") else { return };
    check(&ambient);
    near(&wire(&ambient[0])["fahrenheit"], 69.8808, 1e-9);
    assert_eq!(ambient[1].at_micros - ambient[0].at_micros, 3_600_000_000);
    let machine = mapped("temperature/nab_machine.toml", "temperature/nab_machine_temperature.csv.gz").unwrap();
    // Its clock steps back once, by 55 min; a streamed recording keeps its order.
    near(&wire(&machine[0])["fahrenheit"], 73.9673, 1e-9);
    let motes = mapped("temperature/wsn_singlehop.toml", "temperature/wsn_singlehop.csv.gz").unwrap();
    assert_eq!(check(&motes).len(), 4);
    near(&wire(&motes[0])["celsius"], 27.97, 1e-9);
}

/// The largest speed change of a column of g over `window_ms`, km/h.
fn delta_v(samples: &Value, axis: &str, window_ms: f64) -> f64 {
    let column = |name: &str| samples[name].as_array().unwrap().iter().map(|cell| cell.as_f64().unwrap()).collect::<Vec<_>>();
    let (t_ms, g) = (column("t_ms"), column(axis));
    let mut speed = vec![0.0];
    for idx in 1..t_ms.len() {
        speed.push(speed[idx - 1] + f64::midpoint(g[idx], g[idx - 1]) * 9.80665 * 3.6 * (t_ms[idx] - t_ms[idx - 1]) / 1e3);
    }
    let mut from = 0;
    let mut largest: f64 = 0.0;
    for idx in 0..t_ms.len() {
        while t_ms[idx] - t_ms[from] > window_ms {
            from += 1;
        }
        let change = speed[idx] - speed[from];
        if change.abs() > largest.abs() {
            largest = change;
        }
    }
    largest
}

#[test]
fn the_crash_test_keeps_its_speed_change() {
    let Some(messages) = mapped("crash/nhtsa_v10146.toml", "crash/nhtsa_v10146_accel_raw.csv.gz") else { return };
    check(&messages);
    assert_eq!(messages.len(), 1);
    let report = wire(&messages[0]);
    assert_eq!(report["event_id"], "nhtsa-v10146");
    assert_eq!(report["frame"], "vehicle");
    assert_eq!(report["samples"]["t_ms"].as_array().unwrap().len(), 3_500);
    assert!(report["samples"]["y_g"].as_array().unwrap().iter().all(Value::is_null), "nobody measured Y");
    let change = delta_v(&report["samples"], "x_g", 150.0);
    assert!((-68.0..-62.0).contains(&change), "{change} km/h, where the laboratory found -64.5 and -65.7");
}

#[test]
fn records_become_one_report_each_around_their_peak() {
    let Some(drops) = mapped("crash/phone_drops.toml", "crash/phone_drops.csv.gz") else { return };
    assert_eq!((drops.len(), check(&drops).len()), (19, 19));
    let first = wire(&drops[0]);
    assert_eq!(first["event_id"], "fall_1");
    let samples = &first["samples"];
    // The label of fall_1 has its peak of 170 m/s² at 4.661 s; the first row, at 0.0237 s, has 9.8735 m/s² on z.
    near(&samples["t_ms"][0], 23.7 - 4_661.0, 1.0);
    near(&samples["z_g"][0], 9.8735 / 9.80665, 1e-4);
    assert_eq!(drops[1].at_micros - drops[0].at_micros, 2_000_000);
    for drop in &drops {
        let times = wire(drop)["samples"]["t_ms"].as_array().unwrap().iter().map(|t| t.as_f64().unwrap()).collect::<Vec<_>>();
        assert!(times.contains(&0.0) && times[0] >= -5_000.0 && *times.last().unwrap() <= 5_000.0);
    }

    let scooter = mapped("crash/escooter.toml", "crash/escooter_crashtest.csv.gz").unwrap();
    check(&scooter);
    assert_eq!(
        scooter.iter().map(|message| wire(message)["event_id"].clone()).collect::<Vec<_>>(),
        ["escooter_crashtest-1", "escooter_crashtest-2"]
    );
    assert_eq!(scooter[1].at_micros - scooter[0].at_micros, 18_730_000);

    let synthetic = mapped("crash/synthetic.toml", "crash/synthetic/synthetic_records.csv.gz").unwrap();
    assert_eq!((synthetic.len(), check(&synthetic).len()), (220, 220));
    let first = wire(&synthetic[0]);
    assert_eq!((&first["range_g"], &first["samples"]["x_g"][0]), (&8.0.into(), &0.749.into()));
    near(&first["speed"]["kmh"][0], 19.48 * 3.6, 0.01);
    assert!(synthetic.iter().any(|message| {
        let times = wire(message)["samples"]["t_ms"].as_array().unwrap().iter().map(|t| t.as_f64().unwrap()).collect::<Vec<_>>();
        times.windows(2).any(|pair| pair[1] - pair[0] > 1_000.0 || pair[1] < pair[0])
    }));

    let cars = mapped("crash/car100.toml", "crash/car100_timeseries.csv.gz").unwrap();
    check(&cars);
    assert!((380..=414).contains(&cars.len()), "{}", cars.len());
    let car = wire(&cars[0]);
    assert_eq!(car["event_id"], "8296");
    assert!(car["samples"]["t_ms"].as_array().unwrap().len() <= 162);
}

/// A clock that only moves when somebody waits for it, and what was published when.
#[derive(Default)]
struct Fake {
    now: Timestamp,
    stop_at: Option<Timestamp>,
}

impl Pace for Fake {
    fn now(&self) -> Timestamp {
        self.now
    }
    fn wait_until(&mut self, at: Timestamp) -> bool {
        self.now = self.now.max(at);
        self.stop_at.is_none_or(|stop| self.now < stop)
    }
}

#[derive(Default)]
struct Sink(Vec<(String, Value, u8)>);

impl Publish for Sink {
    fn publish(&mut self, topic: &str, payload: Vec<u8>, qos: u8) -> Result<(), PublishError> {
        self.0.push((topic.to_owned(), serde_json::from_slice(&payload).unwrap(), qos));
        Ok(())
    }
    fn flush(&mut self) -> Result<(), PublishError> {
        Ok(())
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as the scheduler takes it")]
fn row(at_secs: i64, vehicle: &str) -> Result<Timed, play::Error> {
    let body = Body::Driving(DrivingBody { speed_kmh: Some(50.0), ..DrivingBody::default() });
    Ok(Timed { at_micros: at_secs * 1_000_000, topic: format!("fleet/{vehicle}/driving"), body })
}

#[test]
fn recorded_spacing_is_divided_by_the_speed() {
    let begin = Timestamp::from_millis(1_800_000_000_000);
    let mut pace = Fake { now: begin, ..Fake::default() };
    let mut sink = Sink::default();
    let rows = [row(1_000, "a"), row(1_000, "b"), row(1_030, "a"), row(1_090, "b")];
    let progress = play::play(rows, 60.0, &mut pace, &mut sink, &mut |_| {}).unwrap();
    let times: Vec<i64> =
        sink.0.iter().map(|(_, payload, _)| payload["occurred_at"].as_i64().unwrap() - begin.millis()).collect();
    assert_eq!(times, [0, 0, 500, 1_500]);
    assert_eq!(pace.now.millis() - begin.millis(), 1_500);
    assert_eq!((progress.n_published, progress.n_topics, progress.stopped), (4, 2, false));
    assert!(sink.0.iter().all(|(_, _, qos)| *qos == 0));
}

#[test]
fn at_full_speed_no_two_rows_of_a_vehicle_share_a_time() {
    let mut pace = Fake { now: Timestamp::from_millis(1_800_000_000_000), ..Fake::default() };
    let mut sink = Sink::default();
    play::play((0..5).map(|secs| row(secs, "a")), 0.0, &mut pace, &mut sink, &mut |_| {}).unwrap();
    let times: Vec<i64> =
        sink.0.iter().map(|(_, payload, _)| payload["occurred_at"].as_i64().unwrap() - 1_800_000_000_000).collect();
    assert_eq!(times, [0, 1, 2, 3, 4]);
}

#[test]
fn a_stopped_play_says_how_far_it_came() {
    let mut pace = Fake { now: Timestamp(0), stop_at: Some(Timestamp(2_500_000)) };
    let mut sink = Sink::default();
    let progress = play::play((0..5).map(|secs| row(secs, "a")), 1.0, &mut pace, &mut sink, &mut |_| {}).unwrap();
    assert_eq!((progress.n_published, progress.stopped), (3, true));
}

/// What playing a file with a map complains about.
fn complaint(map_text: &str, file_name: &str, file_text: &str) -> String {
    let map = match Map::parse("van.toml", map_text) {
        Ok(map) => map,
        Err(error) => return error.to_string(),
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file_name);
    std::fs::write(&path, file_text).unwrap();
    let played = play::messages(map, Rows::open(&path).unwrap(), LabelBook::new(), "");
    played.and_then(Iterator::collect::<Result<Vec<Timed>, play::Error>>).err().map(|error| error.to_string()).unwrap_or_default()
}

const VAN: &str = r#"
kind = "driving"
topic = "fleet/{van}/driving"
time = { column = "t", format = "s" }
speed = { column = "v", unit = "mph" }
"#;

#[test]
fn complaints_name_the_place_and_the_fix() {
    for (map, file, text, wanted) in [
        (VAN, "a.csv", "t,v,van\n1,30,x\n2,,x\n3,inf,x\n", &[][..]),
        (VAN, "a.csv", "t,v,van\n1,30,x\n2,fast,x\n", &["a.csv, line 3", "column \"v\"", "\"fast\"", "van.toml"]),
        (VAN, "a.csv", "t,v,van\n1,30,\n", &["a.csv, line 2", "column \"van\" is empty"]),
        (VAN, "a.csv", "t,speed,van\n1,30,x\n", &["map van.toml: speed", "no column \"v\"", "t, speed, van"]),
        (VAN, "a.csv", "t,v,van\nnoon,30,x\n", &["line 2", "\"noon\" is not seconds", "[time] format"]),
        (VAN, "a.csv", "t,v,van\n1,30\n", &["line 2"]),
        (VAN, "a.csv", "t,v,van\n-8e12,1e308,x\n8e12,-1e308,x\n", &[]),
        (VAN, "a.jsonl", "{\"t\":1,\"v\":30,\"van\":\"x\"}\n[1]\n", &["a.jsonl, line 2", "not a JSON object"]),
        (&VAN.replace("mph", "°C"), "", "", &["van.toml: [speed] unit", "km/h, mph, m/s or kn"]),
        (&format!("start_together = true\n{VAN}"), "", "", &["start_together", "order = \"device\""]),
        (&VAN.replace("/driving", "/crash"), "", "", &["topic", "must end in \"/driving\""]),
        (&VAN.replace("speed =", "sped ="), "", "", &["line 5", "unknown field `sped`", "`speed`"]),
        (&VAN.replace("kind = \"driving\"", "kind = \"crash\""), "", "", &["needs [accel]"]),
    ] {
        let got = complaint(map, file, text);
        assert!(wanted.iter().all(|part| got.contains(part)), "{wanted:?} not all in {got:?}");
        assert_eq!(got.is_empty(), wanted.is_empty(), "{got}");
    }
}

#[test]
fn json_lines_are_mapped_like_csv() {
    let map = r#"
        kind = "temperature"
        topic = "sensors/{sensor.name}/temperature"
        time = { column = "at", format = "rfc3339" }
        temperature = { column = "reading.value", unit = "F" }
    "#;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    std::fs::write(&path, "{\"at\":\"2026-03-18T09:12:04Z\",\"sensor\":{\"name\":\"a/b\"},\"reading\":{\"value\":68}}\n\n")
        .unwrap();
    let messages = play::messages(Map::parse("m", map).unwrap(), Rows::open(&path).unwrap(), LabelBook::new(), "");
    let messages: Vec<Timed> = messages.unwrap().map(Result::unwrap).collect();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].topic, "sensors/a-b/temperature");
    assert_eq!(wire(&messages[0])["fahrenheit"], 68.0);
}
