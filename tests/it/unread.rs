//! Commands whose reader goes away, as with `| head`, and those whose output does not fit.

use std::process::{Output, Stdio};

use crate::support::headless::fleetwatch;

/// Every command that writes a table, a list or a line.
const COMMANDS: &[&[&str]] = &[
    &["functions"],
    &["functions", "--json"],
    &["cost"],
    &["cost", "--json"],
    &["bill", "fixtures/bills/thousand_vehicles.toml"],
    &["bill", "fixtures/bills/thousand_vehicles.toml", "--json"],
    &["incidents"],
    &["incidents", "--json"],
    &["handover"],
    &["silences", "--all"],
    &["devices", "--health"],
    &["register", "export"],
    &["shadow"],
    &["rejudge", "--since", "1h"],
    &["export", "incidents"],
    &["judge", "fixtures/unread.jsonl"],
    &["secret", "J. Park"],
    &["forget", "--vehicle", "van-7", "--from", "2h", "--to", "1h"],
    &["lambda", "fixtures/lambda/python", "--events", "fixtures/unread.jsonl"],
    &["doctor"],
    &["doctor", "payload", "fixtures/unread.jsonl"],
];

/// What came of it with its output there.
fn run(command: &[&str], out: impl Into<Stdio>) -> Output {
    let data = tempfile::tempdir().unwrap();
    drop(fleetwatch::store::open(data.path()).unwrap());
    let events = data.path().join("events.jsonl");
    std::fs::write(&events, "{\"event_id\":\"e-1\",\"occurred_at\":1795307460000,\"airbag\":true}\n").unwrap();
    let arguments: Vec<&str> =
        command.iter().map(|word| if *word == "fixtures/unread.jsonl" { events.to_str().unwrap() } else { word }).collect();
    let mut command = fleetwatch(&arguments);
    command.args(["--data-dir", data.path().to_str().unwrap()]).current_dir(env!("CARGO_MANIFEST_DIR"));
    command.stdin(secret()).stdout(out).stderr(Stdio::piped());
    command.spawn().unwrap().wait_with_output().unwrap()
}

/// A secret to read.
fn secret() -> Stdio {
    use std::io::Write as _;
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(b"a secret of ours\n").unwrap();
    reader.into()
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    for command in COMMANDS {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = run(command, writer);
        let words = String::from_utf8(output.stderr).unwrap();
        let loud: Vec<&str> = words.lines().filter(|line| line.starts_with("fleetwatch:") || line.contains("panicked")).collect();
        assert!(output.status.success() && loud.is_empty(), "{command:?}: {:?} {words}", output.status);
    }
}

#[test]
fn output_that_does_not_fit_is_a_failure_with_its_cause() {
    let says_something = |command: &&&[&str]| !run(command, Stdio::piped()).stdout.is_empty();
    let commands: Vec<_> = COMMANDS.iter().filter(says_something).collect();
    assert!(commands.len() >= 15, "{commands:?}");
    for command in commands {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = run(command, full);
        let words = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && words.contains("No space left"), "{command:?}: {:?} {words}", output.status);
    }
}
