//! `fleetwatch judge`: one crash payload per line in, one verdict per line out, off the line.

use std::io::{self, BufRead, Read as _, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use serde::Serialize;

use crate::clock::Clock;
use crate::decode;
use crate::functions::judge_crash::JudgeCrash;
use crate::functions::{self, Function};
use crate::model::{CrashVerdict, Evidence, Lane, Packet, PacketId, Points, Reading, Ruling, Severity, Timestamp, Verdict};

/// The longest line that is read, bytes; what is longer is answered, and skipped to its end.
const LINE_MAX: u64 = 4 << 20;
/// The topic that a line is read as. Which vehicle it was makes no difference to its verdict.
const TOPIC: &str = "fleet/judge/crash";

/// One line of the answer.
#[derive(Debug, Serialize)]
struct Answer {
    /// Counted from 1.
    line: u64,
    event_id: String,
    #[serde(flatten)]
    verdict: CrashVerdict,
}

/// Judges every line of `input` and writes a verdict for each to `output`.
pub fn judge(mut input: impl BufRead, mut output: impl Write, settings: &functions::Settings) -> io::Result<()> {
    let function = || -> Box<dyn Function> { Box::new(JudgeCrash::new(settings.judge_crash.clone())) };
    run(&mut input, &function, &|| Clock.now(), &mut output).map(|_| ())
}

/// Judges each line of `input` on its own with a fresh function, and writes as many lines as it read, in order.
/// Returns how many.
fn run(
    mut input: &mut dyn BufRead,
    function: &dyn Fn() -> Box<dyn Function>,
    now: &dyn Fn() -> Timestamp,
    out: &mut dyn Write,
) -> io::Result<u64> {
    let mut line = 0;
    loop {
        let mut payload = Vec::new();
        if (&mut input).take(LINE_MAX).read_until(b'\n', &mut payload)? == 0 {
            out.flush()?;
            return Ok(line);
        }
        line += 1;
        let too_long = payload.len() as u64 == LINE_MAX && !payload.ends_with(b"\n");
        if too_long {
            input.skip_until(b'\n')?;
        }
        let payload = payload.trim_ascii();
        let (event_id, verdict) = if too_long {
            (PacketId::of(TOPIC, payload).to_string(), undecided(format!("the line is longer than {LINE_MAX} bytes")))
        } else {
            judge_line(payload, function, now())
        };
        serde_json::to_writer(&mut *out, &Answer { line, event_id, verdict })?;
        out.write_all(b"\n")?;
        // Whoever feeds lines one by one wants the answers one by one.
        out.flush()?;
    }
}

fn judge_line(payload: &[u8], function: &dyn Fn() -> Box<dyn Function>, now: Timestamp) -> (String, CrashVerdict) {
    let packet = Packet {
        topic: TOPIC.into(),
        payload: Bytes::copy_from_slice(payload),
        received_at: now,
        lane: Lane::Crash,
        retained: false,
        redelivered: false,
        delivery: None,
    };
    let mut events = Vec::new();
    let unnamed = || packet.id().to_string();
    match catch_unwind(AssertUnwindSafe(|| decode::decode(&packet, &mut decode::Interner::new(1), &mut events))) {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return (unnamed(), undecided(format!("the report cannot be read: {error}"))),
        Err(_) => return (unnamed(), undecided("reading the report failed; tell the maintainers".to_owned())),
    }
    for event in events {
        let Reading::Crash(report) = &event.reading else { continue };
        let event_id = report.event_id.to_string();
        if let Some(reason) = &report.unreadable {
            return (event_id, undecided(format!("the report cannot be read: {reason}")));
        }
        return match catch_unwind(AssertUnwindSafe(|| function().judge(&event))) {
            Ok(Verdict::Crash(verdict)) => (event_id, *verdict),
            Ok(_) => (event_id, undecided("the function answered nonsense".to_owned())),
            Err(_) => (event_id, undecided("the function failed on this report".to_owned())),
        };
    }
    (unnamed(), undecided("the line holds no crash report".to_owned()))
}

/// Not judged, so a person decides: it counts as a possible accident until then.
fn undecided(reason: String) -> CrashVerdict {
    CrashVerdict {
        ruling: Ruling::Undecided,
        malfunction: None,
        probability: 0.5,
        severity: Severity::High,
        summary: format!("Not judged, treat as real: {reason}."),
        delta_v_kmh: None,
        peak_g: None,
        window_ms: None,
        free_fall_ms: None,
        direction: None,
        evidence: vec![Evidence {
            key: "readable".into(),
            name: "Report readable".into(),
            value: None,
            unit: "".into(),
            reading: reason,
            limit: "a crash report as docs/WIRE.md describes it".into(),
            source: "docs/WIRE.md".into(),
            points: Points::NotChecked,
            weight: 0.0,
        }],
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
