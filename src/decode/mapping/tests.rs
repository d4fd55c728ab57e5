use bytes::Bytes;
use serde_json::Value;

use super::super::{Decoder, Settings};
use super::*;
use crate::model::{AccelG, CrashReport, Driving, Event, Packet, Position, Reading, Timestamp};

/// 2026-03-18T03:12:00Z
const NOW: Timestamp = Timestamp(1_773_803_520_000_000);

fn mappings(toml: &str) -> Vec<Mapping> {
    #[derive(serde::Deserialize)]
    struct File {
        mapping: Vec<Mapping>,
    }
    toml::from_str::<File>(toml).unwrap().mapping
}

fn decode(toml: &str, topic: &str, payload: &[u8]) -> Result<Vec<Event>, DecodeError> {
    let settings = Settings { mappings: mappings(toml), ..Settings::default() };
    settings.check().unwrap();
    let packet = Packet::new(Lane::Telemetry, topic, Bytes::copy_from_slice(payload), NOW);
    Decoder::new(&settings, 100).decode_one(&packet)
}

fn driving(event: &Event) -> Driving {
    match event.reading {
        Reading::Driving(row) => row,
        ref other => panic!("{other:?}"),
    }
}

const DRIVING: &str = r#"
[[mapping]]
name = "press-hall tugs"
topic = "plant/{hall}/{device}/telemetry"
kind = "driving"
device = "{hall}-{device}"
records = "/points"
missing = [-999, "N/A"]
time = { at = "/when", format = "%d.%m.%Y %H:%M:%S", utc_offset_minutes = 540 }
speed = { at = "/spd", unit = "mph" }
lat = "/pos/lat"
lon = "/pos/lon"
heading = "/a~1b"
x = { at = "/acc/0", unit = "mg" }
y = { at = "/acc/1", unit = "mg", scale = -1 }
z = { at = "/acc/2", unit = "mg" }
"#;

#[test]
fn records_units_texts_sentinels_and_a_stated_offset_are_read() {
    let payload = br#"{"pos":{"lat":48.1,"lon":11.5},"points":[
        {"when":"18.03.2026 12:11:00","spd":"30","acc":[1000,500,0],"a/b":370},
        {"when":"18.03.2026 12:11:01","spd":-999,"acc":["N/A",1,2]}]}"#;
    let events = decode(DRIVING, "plant/hall3/tug-7/telemetry", payload).unwrap();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].device.as_str(), "hall3-tug-7");
    assert_eq!(events[0].occurred_at, Some(Timestamp(NOW.0 - 60_000_000)));
    let row = driving(&events[0]);
    assert!((row.speed_kmh.unwrap() - 48.280_32).abs() < 1e-9);
    assert_eq!(row.accel_g, Some(AccelG { x: 1.0, y: -0.5, z: 0.0 }));
    assert_eq!(row.heading_deg, Some(10.0));
    assert_eq!(row.position, Some(Position { lat: 48.1, lon: 11.5, hdop: None }), "from the whole message");
    let row = driving(&events[1]);
    assert_eq!((row.speed_kmh, row.accel_g), (None, None), "missing values");
}

#[test]
fn a_record_that_cannot_be_read_is_named_and_the_rest_is_kept() {
    let settings = Settings { mappings: mappings(DRIVING), ..Settings::default() };
    let packet = Packet::new(
        Lane::Telemetry,
        "plant/a/b/telemetry",
        Bytes::from_static(br#"{"points":[{"spd":"fast"},{"spd":10}]}"#),
        NOW,
    );
    let mut decoded = super::super::Decoded::default();
    Decoder::new(&settings, 100).decode(&packet, &mut decoded);
    assert_eq!((decoded.events.len(), decoded.refused.len()), (1, 1));
    let words = &decoded.refused[0].detail;
    for part in ["press-hall tugs", "record 0", "speed", "/spd", "\"fast\""] {
        assert!(words.contains(part), "{part} not in {words}");
    }
}

const CRASH: &str = r#"
[[mapping]]
topic = "acme/{device}/event"
kind = "crash"
when = { at = "/type", equals = "impact" }
time = { at = "/ts", format = "ms" }
event_id = "/id"
samples = "/trace"
t = { at = "/dt", unit = "s" }
x = { at = "/a/0", unit = "m/s²" }
y = { at = "/a/1", unit = "m/s²" }
z = { at = "/a/2", unit = "m/s²" }
speed = { at = "/v", unit = "kn" }
range = { value = 16, unit = "g" }
airbag = "/bag"
"#;

fn crash(event: &Event) -> &CrashReport {
    match &event.reading {
        Reading::Crash(report) => report,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_crash_of_objects_is_read_into_the_units_of_the_wire() {
    let payload = br#"{"type":"impact","ts":1773803519000,"id":77,"v":"10","bag":0,
        "trace":[{"dt":-0.01,"a":[9.80665,0,-9.80665]},{"dt":0,"a":[null,19.6133,0]}]}"#;
    let events = decode(CRASH, "drill/acme/van-1/event", payload).unwrap();
    let report = crash(&events[0]);
    assert_eq!(events[0].origin, crate::model::Origin::Drill);
    assert_eq!(&*report.event_id.0, "/drill/van-1/77");
    assert_eq!(report.pulse.t_ms, [-10.0, 0.0]);
    assert!((report.pulse.x_g[0] - 1.0).abs() < 1e-12 && report.pulse.x_g[1].is_nan());
    assert!((report.pulse.y_g[1] - 2.0).abs() < 1e-12);
    assert_eq!((report.range_g, report.airbag, report.unreadable.as_deref()), (Some(16.0), Some(false), None));
    assert!((report.speed.as_ref().unwrap().kmh[0] - 18.52).abs() < 1e-9);
}

#[test]
fn a_crash_of_arrays_takes_its_times_from_the_rate() {
    let toml = r#"
[[mapping]]
topic = "acme/{device}/event"
kind = "crash"
x = { at = "/x", unit = "mg" }
y = { at = "/y", unit = "mg" }
z = { at = "/z", unit = "mg" }
rate_hz = "/hz"
first_ms = -20
"#;
    let events = decode(toml, "acme/v/event", br#"{"hz":"100","x":[1,2,3],"y":[0,0,0],"z":[1000,1000,1000]}"#).unwrap();
    assert_eq!(crash(&events[0]).pulse.t_ms, [-20.0, -10.0, 0.0]);
    // Lost, not guessed: a rate of zero and columns of unequal length are for a person.
    for wrong in
        [&br#"{"hz":0,"x":[1],"y":[1],"z":[1]}"#[..], br#"{"hz":100,"x":[1],"y":[1,2],"z":[1]}"#, b"not json", b"\xff", b"{}"]
    {
        let events = decode(toml, "acme/v/event", wrong).unwrap();
        let report = crash(&events[0]);
        assert!(report.unreadable.is_some());
        assert_eq!(report.raw, wrong, "its bytes are kept");
        assert_eq!(events[0].device.as_str(), "v");
    }
}

#[test]
fn what_a_condition_turns_away_says_so_and_does_not_pass_for_a_crash() {
    let error = decode(CRASH, "acme/van-1/event", br#"{"type":"heartbeat"}"#).unwrap_err();
    assert_eq!(error.reason, RejectionReason::UnknownTopic);
    assert!(error.detail.contains("/type") && error.detail.contains("heartbeat"), "{error}");
    // Whether it would have been turned away is not known where it cannot be read.
    assert!(crash(&decode(CRASH, "acme/van-1/event", b"{").unwrap()[0]).unreadable.is_some());
}

#[test]
fn a_crash_mapping_brings_every_topic_that_overlaps_it_onto_the_crash_lane() {
    let all = format!(
        "{CRASH}\n[[mapping]]\ntopic = \"acme/+/{{device}}\"\nkind = \"driving\"\nspeed = {{ at = \"/v\", unit = \"km/h\" }}\n{DRIVING}"
    );
    let mut filters = Mappings::new(&mappings(&all)).filters();
    filters.sort_by(|a, b| a.topic.cmp(&b.topic));
    let wanted = [Filter::crash("acme/+/+"), Filter::crash("acme/+/event"), Filter::telemetry("plant/+/+/telemetry")];
    assert_eq!(filters, wanted);
}

#[test]
fn one_message_may_be_read_by_several_mappings() {
    let toml = r#"
[[mapping]]
topic = "s/{device}"
kind = "driving"
speed = { at = "/v", unit = "m/s" }
[[mapping]]
topic = "s/{device}"
kind = "temperature"
device = "/probe"
temperature = { at = "/t", unit = "K" }
"#;
    let events = decode(toml, "s/van", br#"{"v":10,"t":"273.15","probe":"box-1"}"#).unwrap();
    assert_eq!(driving(&events[0]).speed_kmh, Some(36.0));
    assert!(matches!(events[1].reading, Reading::Temperature(t) if t.celsius.0.abs() < 1e-9));
    assert_eq!(events[1].device.as_str(), "box-1");
}

#[test]
fn a_mapping_is_asked_before_the_native_format_and_cannot_swallow_crash_reports() {
    let toml = "[[mapping]]\ntopic = \"fleet/{device}/driving\"\nkind = \"driving\"\nspeed = { at = \"/v\", unit = \"km/h\" }\n";
    assert_eq!(driving(&decode(toml, "fleet/a/driving", br#"{"v":5}"#).unwrap()[0]).speed_kmh, Some(5.0));
    let error = mappings(&toml.replace("/driving", "/+"))[0].check().unwrap_err();
    assert!(error.contains("fleet/+/crash"), "{error}");
}

#[test]
fn a_bad_mapping_names_itself_the_key_the_rule_and_the_fix() {
    let base = "topic = \"a/{device}\"\nkind = \"driving\"\n";
    for (toml, wanted) in [
        ("kind = \"driving\"", &["topic is missing", "topic = "][..]),
        ("topic = \"a/{device}\"", &["kind is missing", "\"crash\""]),
        ("topic = \"a/#/b\"\nkind = \"driving\"", &["topic", "a/+/b"]),
        ("topic = \"a/x{device}\"\nkind = \"driving\"", &["topic", "x{device}", "whole name in braces"]),
        ("topic = \"a/{b}/{b}\"\nkind = \"driving\"", &["{b}", "twice"]),
        ("topic = \"drill/{device}\"\nkind = \"driving\"", &["leave drill/ out"]),
        ("topic = \"+/{device}\"\nkind = \"driving\"", &["everything"]),
        (
            "topic = \"a/+\"\nkind = \"driving\"\nspeed = { at = \"/v\", unit = \"km/h\" }",
            &["device", "{device}", "device = \"/id\""],
        ),
        ("topic = \"a/{device}\"\nkind = \"drive\"", &["kind must be", "\"drive\""]),
        (&format!("{base}speed = \"/v\""), &["speed needs a unit", "km/h, mph", "speed = { at"]),
        (&format!("{base}speed = {{ at = \"/v\", unit = \"furlongs\" }}"), &["speed.unit", "furlongs", "km/h"]),
        (&format!("{base}speed = {{ at = \"v.x\", unit = \"km/h\" }}"), &["speed", "slash", "/v/x"]),
        (&format!("{base}speed = {{ at = \"/v~2\", unit = \"km/h\" }}"), &["~", "~0"]),
        (&format!("{base}lat = \"/lat\""), &["lat and lon belong together"]),
        (&format!("{base}heading = \"/h\"\nx = {{ at = \"/x\", unit = \"g\" }}"), &["x, y and z belong together"]),
        (&format!("{base}airbag = \"/b\""), &["airbag is for kind = \"crash\""]),
        (&format!("{base}heading = \"/h\"\ntime = {{ at = \"/t\", format = \"%Q\" }}"), &["time.format", "%Q"]),
        (&format!("{base}heading = \"/h\"\ntime = {{ at = \"/t\", format = \"epoch\" }}"), &["time.format", "rfc3339"]),
        (base, &["reads nothing"]),
        ("topic = \"a/{device}\"\nkind = \"temperature\"", &["temperature is missing"]),
        (
            "topic = \"a/{device}\"\nkind = \"crash\"\nx = { at = \"/x\", unit = \"g\" }\ny = { at = \"/y\", unit = \"g\" }\nz = { at = \"/z\", unit = \"g\" }",
            &["either t or rate_hz"],
        ),
    ] {
        let error = mappings(&format!("[[mapping]]\nname = \"mine\"\n{toml}"))[0].check().unwrap_err();
        assert!(error.starts_with("[[mapping]] \"mine\": "), "{error}");
        assert!(wanted.iter().all(|part| error.contains(part)), "{wanted:?} not all in {error}");
    }
}

#[test]
fn loose_json_is_read_where_a_mapping_says_so() {
    let strict = "[[mapping]]\ntopic = \"s/{device}\"\nkind = \"temperature\"\ntemperature = { at = \"/t\", unit = \"°C\" }\n";
    let payload = b"{t:21.5,}";
    assert_eq!(decode(strict, "s/a", payload).unwrap_err().reason, RejectionReason::NotJson);
    let events = decode(&format!("{strict}loose = true\n"), "s/a", payload).unwrap();
    assert!(matches!(events[0].reading, Reading::Temperature(t) if (t.celsius.0 - 21.5).abs() < 1e-9));
    // What is not even that says what strict reading says.
    let error = decode(&format!("{strict}loose = true\n"), "s/a", b"{t:21.5").unwrap_err();
    assert_eq!(error.reason, RejectionReason::NotJson);
}

proptest::proptest! {
    #[test]
    fn nothing_makes_a_mapping_panic(payload in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let events = decode(CRASH, "acme/v/event", &payload);
        // Bytes that are no JSON are for a person; what is JSON is hardly ever an impact.
        proptest::prop_assert!(events.is_ok() || serde_json::from_slice::<Value>(&payload).is_ok());
        drop(decode(DRIVING, "plant/a/b/telemetry", &payload));
    }
}

/// The examples that people copy are sound.
#[test]
fn documented_mappings_can_be_used() {
    let documented = include_str!("../../../docs/FORMATS.md");
    let example = documented.split("```toml").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(mappings(example)[0].check(), Ok(()));
    let settings = include_str!("../../../assets/settings.toml");
    let (_, commented) = settings.split_once("# [[mapping]]\n").unwrap();
    let lines = commented.lines().map(|line| line.trim_start_matches('#').trim_start());
    let examples: Vec<_> = lines.filter(|line| line.contains('=') || line.starts_with("[[")).collect();
    let examples = mappings(&format!("[[mapping]]\n{}", examples.join("\n")));
    assert_eq!(examples.len(), 3);
    for example in examples {
        assert_eq!(example.check(), Ok(()));
    }
}
