//! An object with crash reports: judged, stored, told, published, in this order. A report that cannot be read is for a
//! person to decide, and so is one that cannot be fetched.

use std::fmt::Display;
use std::sync::Arc;

use fleetwatch::aws::{Attribute, Written};
use fleetwatch::clock::Clock;
use fleetwatch::decode::MAX_PAYLOAD_BYTES;
use fleetwatch::model::{
    CrashReport, CrashVerdict, IncidentId, Judged, Lane, Notice, Packet, Reading, Ruling, Verdict, VerdictJson,
};
use fleetwatch::{state, wire};

use crate::line::{Done, Failed, Line};
use crate::source::{Ruled, Source};

/// The largest object with one report a line, bytes.
const MAX_LINES_BYTES: usize = 16 * 1024 * 1024;

pub(crate) async fn judge(line: &mut Line, source: &Source, done: &mut Done) -> Result<(), Failed> {
    let topic = source.topic("crash");
    let mut failures = Vec::new();
    for payload in reports(line, source).await? {
        let packet = Packet::new(Lane::Crash, topic.as_str(), payload, source.at);
        if let Err(Failed(words)) = judge_packet(line, &packet, source, false, done).await {
            failures.push(words);
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(Failed(failures.join("; "))) }
}

/// A report that came as a message.
pub(crate) async fn judge_message(line: &mut Line, event: &Ruled, done: &mut Done) -> Result<(), Failed> {
    let packet = event.packet(Lane::Crash)?;
    judge_packet(line, &packet, event, event.only_judge, done).await
}

async fn judge_packet(
    line: &mut Line,
    packet: &Packet,
    from: &(dyn Display + Sync),
    only_judge: bool,
    done: &mut Done,
) -> Result<(), Failed> {
    let judged = line.judged(packet, done);
    if judged.is_empty() {
        return Err(Failed("a report was not judged".to_owned()));
    }
    let mut failures = Vec::new();
    for one in judged {
        let crash = one.verdicts.iter().find_map(|verdict| match (&one.event.reading, verdict) {
            (Reading::Crash(report), Verdict::Crash(verdict)) => Some((Arc::clone(report), Arc::clone(verdict))),
            _ => None,
        });
        let Some((report, verdict)) = crash else { continue };
        if only_judge {
            done.verdicts.push(serde_json::from_slice(&message(&one, &report, &verdict)).unwrap_or_default());
        } else if let Err(Failed(words)) = carry_out(line, from, &one, &report, &verdict, done).await {
            failures.push(words);
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(Failed(failures.join("; "))) }
}

/// The verdict as it is published.
fn message(judged: &Judged, report: &CrashReport, verdict: &CrashVerdict) -> Vec<u8> {
    let about = wire::About {
        report,
        vehicle: &judged.event.device,
        occurred_at: judged.event.time(),
        incident: None,
        judged_at: judged.judged_at,
        judge: judged.judge.as_ref(),
    };
    wire::verdict_json(verdict, &VerdictJson::of(verdict), about)
}

/// The payload of each report of an object. What cannot be fetched for good is a report that cannot be read.
async fn reports(line: &Line, source: &Source) -> Result<Vec<Vec<u8>>, Failed> {
    let lines = source.has_lines();
    // One byte too many is enough for decoding to call it too large.
    let max = if lines { MAX_LINES_BYTES } else { MAX_PAYLOAD_BYTES + 1 };
    let object = match source.fetch(line, max).await {
        Ok(object) => object,
        Err(error) if error.may_pass() => return Err(error.into()),
        Err(error) => return Ok(vec![format!("the crash report at {source} cannot be fetched: {error}").into_bytes()]),
    };
    if !lines {
        return Ok(vec![object.bytes]);
    }
    let mut reports: Vec<Vec<u8>> = object
        .bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
        .map(Into::into)
        .collect();
    if object.cut {
        reports.push(format!("{source} is longer than {MAX_LINES_BYTES} bytes; what comes after is not read").into_bytes());
    }
    Ok(reports)
}

async fn carry_out(
    line: &Line,
    from: &(dyn Display + Sync),
    judged: &Judged,
    report: &CrashReport,
    verdict: &CrashVerdict,
    done: &mut Done,
) -> Result<(), Failed> {
    let event = &judged.event;
    let at = event.time();
    let device = format!("{}{}", event.origin.root(), event.device);
    let item = format!("crash/{}", wire::own_id(&report.event_id));
    let message = message(judged, report, verdict);
    let text = |text: String| Attribute::Text(text);
    let word =
        |word: Option<serde_json::Value>| text(word.as_ref().and_then(|word| word.as_str()).unwrap_or_default().to_owned());
    let set = vec![
        ("occurred_at", text(at.rfc3339())),
        ("judged_at", text(judged.judged_at.rfc3339())),
        ("ruling", word(serde_json::to_value(verdict.ruling).ok())),
        ("severity", word(serde_json::to_value(verdict.severity).ok())),
        ("probability", Attribute::Number(verdict.probability)),
        ("summary", text(verdict.summary.clone())),
        ("verdict", text(String::from_utf8_lossy(&message).into_owned())),
        ("judge", text(judged.judge.as_ref().map(ToString::to_string).unwrap_or_default())),
        ("object", text(from.to_string())),
    ];
    // Committed before anybody is told. Whoever comes second finds what the first has finished.
    let Written::Done(before) = line.write(&device, &item, set, &[], Some("published_at")).await? else {
        done.repeats += 1;
        return Ok(());
    };
    let mut finished = Vec::new();
    if verdict.ruling != Ruling::Malfunction && !before.contains_key("told_at") {
        let occurred_at = (!event.clock_wrong).then_some(at);
        let (title, words) = state::crash_words(&event.device, report, verdict, occurred_at, event.received_at);
        let name = report.event_id.to_string();
        let notice = Notice {
            dedup_key: name.clone(),
            incident: IncidentId(name.into()),
            device: event.device.clone(),
            severity: verdict.severity,
            origin: event.origin,
            title,
            text: words,
            at: judged.judged_at,
            everyone: false,
            group: None,
        };
        if line.tell(notice, done).await? {
            finished.push(("told_at", text(Clock.now().rfc3339())));
        }
    }
    let topic = wire::verdict_topic(event.origin, &event.device);
    let published = line.publish(&topic, &message, done).await;
    if published.is_ok() {
        finished.push(("published_at", text(Clock.now().rfc3339())));
    }
    if !finished.is_empty() {
        line.write(&device, &item, finished, &[], None).await?;
    }
    Ok(published?)
}
