//! What decoding understood of every sample in `fixtures/payloads`, written beside it.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use fleetwatch::decode::Decoder;
use fleetwatch::model::{Lane, Packet, Reading, Timestamp};

/// 2026-11-22T00:31:00Z
const RECEIVED_AT: Timestamp = Timestamp(1_795_307_460_000_000);

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == extension))
        .collect();
    files.sort();
    files
}

/// The first word of a sample's name says which topic it came on.
fn topic(name: &str) -> String {
    match name.split_once('_') {
        Some(("temperature", _)) => "sensors/fridge-1/temperature".to_owned(),
        Some((kind @ ("driving" | "crash"), _)) => format!("fleet/van-7/{kind}"),
        _ => panic!("{name} must begin with driving_, crash_ or temperature_"),
    }
}

#[test]
fn samples_are_understood_as_written_beside_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/payloads/native");
    let files = files(&folder, "json");
    assert!(files.len() >= 20, "only {} samples", files.len());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(&folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let packet = Packet::new(Lane::Telemetry, topic(name), Bytes::from(std::fs::read(&file).unwrap()), RECEIVED_AT);
        let understood = match Decoder::default().decode_one(&packet) {
            Ok(mut events) => {
                for event in &mut events {
                    if let Reading::Crash(report) = &mut event.reading {
                        assert_eq!(report.raw, packet.payload, "{name}: the bytes are kept");
                        Arc::make_mut(report).raw = Bytes::new();
                    }
                }
                format!("{events:#?}")
            }
            Err(error) => format!("{:?}: {error}", error.reason),
        };
        settings.bind(|| insta::assert_snapshot!(name, understood));
    }
}

/// A `.mqtt` file: each message is a line `> topic`, `> topic retained` for what a broker kept, and its payload up to the
/// next; a payload that begins with `hex ` is bytes. `#` opens a remark.
fn messages(text: &str) -> Vec<Packet> {
    let mut packets: Vec<(&str, bool, String)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match (line.strip_prefix("> "), packets.last_mut()) {
            (Some(topic), _) => {
                let bare = topic.strip_suffix(" retained");
                packets.push((bare.unwrap_or(topic), bare.is_some(), String::new()));
            }
            (None, Some((_, _, payload))) => payload.extend([if payload.is_empty() { "" } else { "\n" }, line]),
            (None, None) => assert!(line.is_empty(), "a payload before its topic: {line}"),
        }
    }
    let bytes = |payload: &str| match payload.strip_prefix("hex ") {
        Some(hex) => {
            let digits: Vec<u8> = hex.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
            digits.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect()
        }
        None => Bytes::copy_from_slice(payload.as_bytes()),
    };
    let packet = |(topic, retained, payload): (&str, bool, String)| Packet {
        topic: topic.into(),
        payload: bytes(payload.trim_end()),
        received_at: RECEIVED_AT,
        lane: Lane::Telemetry,
        retained,
        redelivered: false,
        delivery: None,
    };
    packets.into_iter().map(packet).collect()
}

/// Each file of each format of other makers is read by one decoder, in order.
#[test]
fn other_formats_are_understood_as_written_beside_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/payloads");
    let mut folders: Vec<_> = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for folder in folders {
        settings.set_snapshot_path(&folder);
        for file in files(&folder, "mqtt") {
            let text = std::fs::read_to_string(&file).unwrap();
            let mut decoder = Decoder::default();
            let understood: String = messages(&text).iter().map(|packet| decoder.explain(packet).to_string()).collect();
            let name = file.file_stem().unwrap().to_str().unwrap();
            settings.bind(|| insta::assert_snapshot!(name, understood));
        }
    }
}

/// Each format knows its own messages without their topics, and none takes another's; a tracker is known in any envelope.
#[test]
fn pasted_messages_are_known_by_their_shape() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/payloads");
    let mut decoder = Decoder::default();
    for folder in std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()) {
        let own = folder.file_name().unwrap().to_str().unwrap();
        let samples = files(&folder, "mqtt");
        let mut n_known = 0;
        for packet in samples.iter().flat_map(|file| messages(&std::fs::read_to_string(file).unwrap())) {
            match decoder.explain_pasted(None, &packet.payload, RECEIVED_AT).format {
                Some(format) if format == own => n_known += 1,
                None => {}
                Some(other) => assert_eq!((own, other), ("aws-shadow", "teltonika"), "{packet:?}"),
            }
        }
        assert!(n_known > 0 || samples.is_empty(), "{own} knows none of its messages");
    }
}

/// The JSON blocks of `docs/WIRE.md`, each with the heading that it stands under.
fn documented() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/WIRE.md")).unwrap();
    let mut blocks = Vec::new();
    let mut heading = String::new();
    let mut block: Option<String> = None;
    for line in text.lines() {
        match (&mut block, line) {
            (None, "```json") => block = Some(String::new()),
            (Some(done), "```") => blocks.extend([(heading.clone(), std::mem::take(done))]),
            (Some(open), _) => open.extend([line, "\n"]),
            (None, _) if line.starts_with("## ") => line[3..].trim_matches('`').clone_into(&mut heading),
            (None, _) => {}
        }
        if line == "```" {
            block = None;
        }
    }
    blocks
}

#[test]
fn every_example_of_the_documentation_is_read() {
    let mut n_read = 0;
    for (heading, example) in documented() {
        let json: Result<serde_json::Value, _> = serde_json::from_str(&example);
        assert!(json.is_ok(), "{heading}: {json:?}\n{example}");
        let topic = heading.replace("<vehicle>", "van-7").replace("<sensor>", "fridge-1");
        if !["/driving", "/crash", "/temperature"].iter().any(|end| topic.ends_with(end)) {
            continue;
        }
        let packet = Packet::new(Lane::Telemetry, topic, Bytes::from(example), RECEIVED_AT);
        let events = Decoder::default().decode_one(&packet).unwrap_or_else(|error| panic!("{heading}: {error}"));
        assert!(!events[0].clock_wrong, "{heading}");
        if let Reading::Crash(report) = &events[0].reading {
            assert_eq!(report.unreadable, None);
        }
        n_read += 1;
    }
    assert!(n_read >= 4, "only {n_read} examples");
}
