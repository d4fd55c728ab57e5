//! What decoding understood of every sample in `fixtures/payloads`, written beside it.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::path::{Path, PathBuf};

use bytes::Bytes;
use fleetwatch::decode::{self, Interner};
use fleetwatch::model::{Lane, Packet, Reading, Timestamp};

/// 2026-11-22T00:31:00Z
const RECEIVED_AT: Timestamp = Timestamp(1_795_307_460_000_000);

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "json"))
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
    let files = files(&folder);
    assert!(files.len() >= 20, "only {} samples", files.len());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(&folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let packet = Packet {
            topic: topic(name).into(),
            payload: Bytes::from(std::fs::read(&file).unwrap()),
            received_at: RECEIVED_AT,
            lane: Lane::Telemetry,
            retained: false,
            redelivered: false,
            delivery: None,
        };
        let mut events = Vec::new();
        let understood = match decode::decode(&packet, &mut Interner::default(), &mut events) {
            Ok(()) => {
                for event in &mut events {
                    if let Reading::Crash(report) = &mut event.reading {
                        assert_eq!(report.raw, packet.payload, "{name}: the bytes are kept");
                        report.raw = Bytes::new();
                    }
                }
                format!("{events:#?}")
            }
            Err(error) => {
                assert!(events.is_empty(), "{name}: an error and an event");
                format!("{:?}: {error}", error.reason)
            }
        };
        settings.bind(|| insta::assert_snapshot!(name, understood));
    }
}
