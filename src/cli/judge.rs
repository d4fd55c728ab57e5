//! `fleetwatch judge`: one crash payload a line in, one verdict a line out.

use std::borrow::Cow;
use std::io::{self, BufRead, Read as _, Write};

use bytes::Bytes;
use serde::Deserialize;

use crate::clock::Clock;
use crate::decode::filing::MAX_NAME_BYTES;
use crate::decode::{Decoded, Decoder, MAX_PAYLOAD_BYTES};
use crate::functions::{self, judge_crash};
use crate::model::{CrashReport, Lane, Packet, Reading};
use crate::wire;

/// Judges every line of `input`. A line that cannot be read is ruled undecided, with the reason; only a failing
/// `input` or `output` stops. Blank lines are passed over. Memory is bounded whatever the length of a line.
pub fn judge(mut input: impl BufRead, output: impl Write, settings: &functions::Settings) -> io::Result<()> {
    let mut output = io::BufWriter::with_capacity(64 * 1024, output);
    let mut decoder = Decoder::default();
    let mut decoded = Decoded::default();
    let mut line = Vec::new();
    while read_line(&mut input, &mut line)? {
        let text = line.trim_ascii();
        if text.is_empty() {
            continue;
        }
        let named = Named::read(text);
        let packet =
            Packet::new(Lane::Crash, format!("fleet/{}/crash", named.vehicle()), Bytes::copy_from_slice(text), Clock.now());
        // A crash topic always gives an event; were it not so, the line would be missing and a test would fail.
        decoder.decode(&packet, &mut decoded);
        for report in decoded.events.iter().filter_map(|event| crash(&event.reading)) {
            let verdict = judge_crash::judge(report, &settings.judge_crash);
            output.write_all(&wire::verdict_line(&verdict, named.event_id().unwrap_or(wire::own_id(&report.event_id))))?;
            output.write_all(b"\n")?;
            // Whoever feeds lines one by one waits for the answers one by one.
            output.flush()?;
        }
    }
    output.flush()
}

fn crash(reading: &Reading) -> Option<&CrashReport> {
    match reading {
        Reading::Crash(report) => Some(report),
        Reading::Driving(_) | Reading::Temperature(_) | Reading::Presence(_) | Reading::Ruled(_) => None,
    }
}

/// Reads a line into `line`, at most a little more than what is decoded; what is longer is passed over, and decoding
/// then calls the line too large. `false` at the end.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let most = MAX_PAYLOAD_BYTES as u64 + 2;
    let read = input.by_ref().take(most).read_until(b'\n', line)?;
    if read as u64 == most && line.last() != Some(&b'\n') {
        skip_line(input)?;
    }
    Ok(read > 0)
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |end| end + 1);
        let done = buffer.is_empty() || end.is_some();
        input.consume(used);
        if done {
            return Ok(());
        }
    }
}

/// What a payload calls itself; here no topic does. Read apart from the rest, so that a line that is unreadable for
/// another reason still answers under its own id.
#[derive(Default, Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    vehicle: Option<Cow<'a, str>>,
    #[serde(borrow)]
    event_id: Option<Cow<'a, str>>,
}

impl<'a> Named<'a> {
    fn read(payload: &'a [u8]) -> Self {
        serde_json::from_slice(payload).unwrap_or_default()
    }

    /// `unknown` where there is no name that a topic can hold.
    fn vehicle(&self) -> &str {
        self.vehicle.as_deref().filter(|name| !name.is_empty() && !name.contains('/')).unwrap_or("unknown")
    }

    fn event_id(&self) -> Option<&str> {
        self.event_id.as_deref().filter(|id| !id.is_empty() && id.len() <= MAX_NAME_BYTES)
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
