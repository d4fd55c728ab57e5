use super::super::DecodeError;
use super::*;
use crate::model::{AccelG, Position};

/// 2026-03-18T03:12:00Z
const NOW: Timestamp = Timestamp(1_773_803_520_000_000);

fn read(toml: &str, topic: &str, payload: &str) -> Result<Vec<Event>, DecodeError> {
    let settings = Settings { mappings: mappings(toml).unwrap(), ..Settings::default() };
    settings.check().unwrap();
    let packet = Packet::new(Lane::Telemetry, topic, Bytes::copy_from_slice(payload.as_bytes()), NOW);
    Decoder::new(&settings, 100).decode_one(&packet)
}

/// A sketch, and what it reads of its own message.
#[track_caller]
fn sketched(topic: Option<&str>, payload: &str) -> (String, Vec<Event>) {
    let sketch = sketch(topic, payload.as_bytes(), NOW).unwrap_or_else(|| panic!("nothing for {payload}"));
    let events = read(&sketch.toml, &sketch.topic, payload).unwrap();
    (sketch.toml, events)
}

#[test]
fn a_tracker_with_its_units_in_its_keys_is_read_whole() {
    let payload = r#"{"ts":1773803500,"spd_mph":30,"pos":{"lat":48.1,"lon":11.5,"hdop":0.9},"course":370,
        "acc":{"x":1000,"y":0,"z":12},"seq":7,"rpm":900,"batt":77,"windSpeed":3}"#;
    let (toml, events) = sketched(Some("plant/hall3/tug-7/telemetry"), payload);
    assert!(toml.contains("topic = \"plant/hall3/{device}/telemetry\""), "{toml}");
    let [event] = &events[..] else { panic!("{events:?}") };
    assert_eq!((event.device.as_str(), event.seq), ("tug-7", Some(7)));
    assert_eq!(event.occurred_at, Some(Timestamp(NOW.0 - 20_000_000)));
    let Reading::Driving(row) = event.reading else { panic!("{event:?}") };
    assert!((row.speed_kmh.unwrap() - 48.280_32).abs() < 1e-9);
    assert_eq!(row.position, Some(Position { lat: 48.1, lon: 11.5, hdop: Some(0.9) }));
    assert_eq!(row.heading_deg, Some(10.0));
    assert_eq!(row.accel_g, Some(AccelG { x: 1.0, y: 0.0, z: 0.012 }), "by its size");
    assert!(toml.contains("unit is a guess"), "{toml}");
}

#[test]
fn records_with_an_id_inside_and_a_time_of_their_own_are_read_one_by_one() {
    let payload = r#"{"gateway":"g1","imei":"356307042441013","records":[
        {"when":"18.03.2026 03:11:00","velocity":{"value":12.5,"unit":"m/s"},"location":[37.5,127.0]},
        {"when":"18.03.2026 03:11:01","velocity":{"value":13,"unit":"m/s"},"location":[37.5,127.1]}]}"#;
    let (toml, events) = sketched(None, payload);
    assert!(toml.contains("records = \"/records\"") && toml.contains("%d.%m.%Y"), "{toml}");
    assert!(toml.contains("put the topic here"), "{toml}");
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].device.as_str(), "356307042441013");
    assert_eq!(events[0].occurred_at, Some(Timestamp(NOW.0 - 60_000_000)));
    let Reading::Driving(row) = events[1].reading else { panic!() };
    assert_eq!((row.speed_kmh, row.position.unwrap().lon), (Some(13.0 * 3.6), 127.1));
}

#[test]
fn temperatures_are_told_apart_and_their_units_found() {
    let celsius = |event: &Event| match event.reading {
        Reading::Temperature(temperature) => (temperature.celsius.0 * 100.0).round() / 100.0,
        ref other => panic!("{other:?}"),
    };
    for (topic, payload, wanted) in [
        ("cold/box-1", r#"{"temp_f":"14"}"#, &[("box-1", -10.0)][..]),
        ("cold/box-1", r#"{"temperature":293.4,"temperature_unit":"K"}"#, &[("box-1", 20.25)]),
        ("cold/box-1", r#"{"temperature":293.4}"#, &[("box-1", 20.25)]),
        ("cold/box-1", r#"{"temperature":215,"humidity":40}"#, &[("box-1", 21.5)]),
        ("cold/box-1", r#"{"front":{"tC":3.5},"rear":{"tC":-18}}"#, &[("box-1/front-t-c", 3.5), ("box-1/rear-t-c", -18.0)]),
        ("cold/box-1", r#"[{"name":"temperature","value":4.5,"unit":"C"},{"name":"humidity","value":40}]"#, &[("box-1", 4.5)]),
        ("cold/box-1/temperature", "21.5", &[("box-1", 21.5)]),
        ("cold/box-1", "{temperature:25}", &[("box-1", 25.0)]),
        ("cold", r#"{"id":"probe-9","temperature":{"value":70,"unit":"°F"}}"#, &[("probe-9", 21.11)]),
    ] {
        let (toml, events) = sketched(Some(topic), payload);
        let found: Vec<_> = events.iter().map(|event| (event.device.as_str(), celsius(event))).collect();
        assert_eq!(found, wanted, "{payload}\n{toml}");
    }
}

#[test]
fn a_crash_of_arrays_and_a_crash_of_records_are_read_with_their_pulse() {
    let pulse = |event: &Event| match &event.reading {
        Reading::Crash(report) => {
            assert_eq!(report.unreadable, None);
            (report.pulse.clone(), report.gravity, report.event_id.to_string())
        }
        other => panic!("{other:?}"),
    };
    let columns = r#"{"type":"crash","event_id":"e-1","ts":1773803500000,"t_ms":[-2,-1,0,1,2],
        "accX":[0,0,-80,-60,0],"accY":[0,0,1,1,0],"accZ":[9.8,9.8,9.8,9.8,9.8],"lat":481000000,"lon":115000000}"#;
    let (toml, events) = sketched(Some("acme/van-1/event"), columns);
    let (read, gravity, id) = pulse(&events[0]);
    assert_eq!((read.t_ms, gravity, id.as_str()), (vec![-2.0, -1.0, 0.0, 1.0, 2.0], true, "van-1/e-1"), "{toml}");
    assert!((read.z_g[0] - 1.0).abs() < 0.01 && read.x_g[2] < -8.0, "{toml}");
    assert!(toml.contains("when = { at = \"/type\", equals = \"crash\" }"), "{toml}");
    let Reading::Crash(report) = &events[0].reading else { panic!() };
    assert!((report.position.unwrap().lat - 48.1).abs() < 1e-9);

    let rows: Vec<String> =
        (0..10).map(|i| format!(r#"{{"t":{},"ax":{},"ay":0,"az":1000}}"#, f64::from(i) * 0.01, -300 * i)).collect();
    let records = format!(r#"{{"trace":[{}]}}"#, rows.join(","));
    let (toml, events) = sketched(Some("acme/van-1/impact"), &records);
    let (read, _, _) = pulse(&events[0]);
    assert_eq!(read.len(), 10, "{toml}");
    assert!((read.t_ms[9] - 90.0).abs() < 1e-6 && (read.x_g[9] + 2.7).abs() < 1e-9, "{toml}");
    // The same rows where nothing speaks of a crash are rows of driving data.
    let (toml, events) = sketched(Some("acme/van-1/imu"), &records);
    assert!(toml.contains("kind = \"driving\""), "{toml}");
    assert_eq!(events.len(), 10);
}

#[test]
fn a_message_that_holds_nothing_gets_no_mapping() {
    for payload in
        ["", "hello", r#"{"state":"ON","rssi":-60}"#, "[]", "{}", "\u{1}\u{2}", r#"{"speed":"fast"}"#, r#"{"temperature":1e300}"#]
    {
        assert_eq!(sketch(Some("a/b"), payload.as_bytes(), NOW), None, "{payload}");
    }
}

#[test]
fn one_message_may_need_several_mappings() {
    let (toml, events) = sketched(Some("bus/7"), r#"{"speed_kmh":40,"cabin_temp_c":19,"fridge_temp_c":-18}"#);
    assert_eq!(toml.matches("[[mapping]]").count(), 3, "{toml}");
    let names: Vec<_> = events.iter().map(|event| event.device.as_str()).collect();
    assert_eq!(names, ["7", "7/cabin-temp-c", "7/fridge-temp-c"]);
}

proptest::proptest! {
    /// Whatever is offered reads its message; that is checked before it is offered, so here that nothing panics.
    #[test]
    fn whatever_is_offered_reads_its_message(
        keys in proptest::collection::vec("(speed|lat|lon|temp|t|x|y|z|accX|ts|id|unit|value|records|crash|a/b|c~d)(_kmh|_f|)", 1..6),
        values in proptest::collection::vec("(-?[0-9]{1,12}|[0-9]{1,3}\\.[0-9]|\"[a-z/{}\"\\\\]{0,4}\"|null|true|\\[1,2,3,4\\]|\\[\\{\"lat\":1,\"lon\":2\\}\\]|\\{\"value\":3\\})", 6),
        topic in "(a|v1|device|van-7|[a-z{}+#/$]{0,6})/(x|telemetry|crash)",
    ) {
        let members: Vec<String> = keys.iter().zip(&values).map(|(key, value)| format!("\"{key}\":{value}")).collect();
        let payload = format!("{{{}}}", members.join(","));
        if let Some(sketch) = sketch(Some(&topic), payload.as_bytes(), NOW) {
            proptest::prop_assert!(!read(&sketch.toml, &sketch.topic, &payload).unwrap().is_empty());
        }
    }
}
