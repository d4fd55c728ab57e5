use super::*;

/// 2026-03-18T03:12:00Z
const NOW: Timestamp = Timestamp(1_773_803_520_000_000);

fn settings(toml: &str) -> Settings {
    Settings::parse(Path::new("settings.toml"), toml).unwrap()
}

fn told(toml: &str, topic: Option<&str>, input: &[u8]) -> (bool, String) {
    let mut out = Vec::new();
    let doctor = Doctor { settings: &settings(toml), settings_file: Path::new("settings.toml"), now: NOW };
    let well = doctor.examine(input, topic, false, &mut out).unwrap();
    (well, String::from_utf8(out).unwrap())
}

fn as_json(toml: &str, topic: Option<&str>, input: &[u8]) -> Vec<Value> {
    let mut out = Vec::new();
    let doctor = Doctor { settings: &settings(toml), settings_file: Path::new("settings.toml"), now: NOW };
    doctor.examine(input, topic, true, &mut out).unwrap();
    String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[track_caller]
fn says(told: &str, words: &[&str]) {
    for word in words {
        assert!(told.contains(word), "{word:?} is not in:\n{told}");
    }
}

#[test]
fn a_message_of_a_known_format_is_told_field_by_field_with_units() {
    let payload = br#"{"occurred_at":"2026-03-18T03:11:59Z","speed_kmh":43.2,"position":{"lat":48.1,"lon":11.5}}"#;
    let (well, text) = told("", Some("fleet/van-7/driving"), payload);
    assert!(well, "{text}");
    says(
        &text,
        &["format: native", "telemetry lane", "driving of van-7", "speed_kmh", "43.2 km/h", "48.1 11.5 °", "is read in full"],
    );
    // By its shape alone.
    let (well, text) = told("", None, payload);
    assert!(well);
    says(&text, &["native, by its shape alone"]);
}

#[test]
fn what_a_verdict_lacks_and_what_it_would_be_is_told() {
    let (_, text) = told("", Some("fleet/van-7/crash"), br#"{"event_id":"e"}"#);
    says(&text, &["crash of van-7", "missing: the acceleration around the event", "verdict as it stands:"]);
}

#[test]
fn what_is_dropped_says_its_counted_reason() {
    let payload = br#"{"occurred_at":"2026-03-18T03:11:59Z","speed_kmh":900}"#;
    let (well, text) = told("", Some("fleet/van-7/driving"), payload);
    assert!(!well);
    says(&text, &["dropped, counted as out_of_range: speed_kmh must be from 0 to 400 km/h, found 900", "not read in full"]);
}

/// The mapping that is offered, put into a settings file, reads the message.
#[test]
fn an_unknown_message_gets_a_mapping_that_reads_it() {
    let topic = Some("plant/hall3/tug-7/telemetry");
    let payload = b"{'ts': 1773803500, spd_mph: 30, temp: 21,}\r\n";
    let (well, text) = told("", topic, payload);
    assert!(!well);
    says(&text, &["none knows it", "keys without quotes", "single quotes", "a comma before", "Then it says:", "48.28032 km/h"]);
    let (_, block) = text.split_once("\n\n[[mapping]]").unwrap();
    let (block, _) = block.split_once("\n\nThen it says:").unwrap();
    let copied = format!("[[mapping]]{block}\n");
    let (well, text) = told(&copied, topic, payload);
    assert!(well, "{text}");
    says(&text, &["format: mapping", "driving of tug-7", "48.28032 km/h", "temperature of tug-7", "21 °C"]);
}

#[test]
fn a_wrong_topic_filter_is_corrected_and_the_message_read_all_the_same() {
    let payload = br#"{"temperature_c":21.5}"#;
    let (well, text) = told("", Some("cold/#/temp"), payload);
    assert!(!well);
    says(&text, &["# may only stand at the end", "\"cold/+/temp\"", "as if it came on \"cold/device/temp\"", "[[mapping]]"]);
}

#[test]
fn several_messages_come_one_a_line_with_or_without_topics() {
    let row = r#"{"occurred_at":"2026-03-18T03:11:59Z","speed_kmh":40}"#;
    let lines = format!("fleet/van-1/driving {row}\r\nfleet/van-2/driving {row}\n\nsensors/a/temperature {{\"celsius\":4}}\n");
    let found = as_json("", None, lines.as_bytes());
    let devices: Vec<_> = found.iter().map(|one| one["readings"][0]["device"].as_str().unwrap()).collect();
    assert_eq!(devices, ["van-1", "van-2", "a"]);
    let lines = format!("{row}\n{{\"speed\n{row}\n");
    assert_eq!(as_json("", Some("fleet/v/driving"), lines.as_bytes()).len(), 3, "a bad line does not stop the rest");
    let pretty = "{\n \"celsius\": 4\n}\n{\n \"celsius\": 5\n}";
    assert_eq!(as_json("", Some("sensors/a/temperature"), pretty.as_bytes()).len(), 2);
    let envelope = r#"{"topic":"sensors/a/temperature","payload":{"celsius":4},"at_ms":0}"#;
    assert_eq!(as_json("", None, envelope.as_bytes())[0]["readings"][0]["device"], "a");
}

#[test]
fn byte_order_marks_wide_text_hex_and_base64_are_understood() {
    let plain = r#"{"celsius":4}"#;
    let marked = format!("\u{feff}{plain}\r\n");
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(plain.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let hex: String = plain.bytes().flat_map(|byte| [format!("{byte:02X}"), " ".to_owned()]).collect();
    for (input, note) in [
        (marked.as_bytes(), "byte order mark"),
        (&wide, "UTF-16"),
        (hex.as_bytes(), "hex of 13 bytes"),
        (b"eyJjZWxzaXVzIjo0fQ==", "base64 of 13 bytes"),
        (b"eyJjZWxzaXVzIjo0fQ", "base64 of 13 bytes"),
    ] {
        let (well, text) = told("", Some("sensors/a/temperature"), input);
        assert!(well, "{text}");
        says(&text, &[note, "celsius", "4 °C"]);
    }
}

#[test]
fn nothing_that_is_pasted_drives_the_terminal_or_panics() {
    let (_, text) = told("", Some("fleet/v/crash"), br#"{"device_verdict":"\u001b[2Jgone"}"#);
    assert!(!text.contains('\u{1b}'), "{text:?}");
    for input in [&b"\xff\xfe\x00"[..], b"\x00", b"hello", b"{", b"[[[[", b"a/b c", b"0x0g"] {
        let (well, text) = told("", None, input);
        assert!(!well, "{text}");
    }
    let doctor = Doctor { settings: &settings(""), settings_file: Path::new("s"), now: NOW };
    let error = doctor.examine(b" \r\n", None, false, &mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("empty"));
}
