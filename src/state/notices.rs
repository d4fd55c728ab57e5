//! Words for people: notices, and rejections of rows.

use crate::model::{
    CrashReport, CrashVerdict, DeviceId, Event, Incident, IncidentKind, Notice, Rejection, RejectionReason, Ruling, Timestamp,
    likelihood,
};

pub(super) fn row_rejection(event: &Event, kind: &str, reason: RejectionReason) -> Rejection {
    let root = event.origin.root();
    let topic = if kind == "driving" {
        format!("{root}fleet/{}/driving", event.device)
    } else {
        format!("{root}sensors/{}/{kind}", event.device)
    };
    Rejection { topic: topic.into(), received_at: event.received_at, reason, detail: reason.key().into(), payload_len: 0 }
}

/// "real accident", "malfunction", "undecided".
pub(super) fn ruling_words(verdict: &CrashVerdict) -> &'static str {
    match verdict.ruling {
        Ruling::Real => "real accident",
        Ruling::Malfunction => "malfunction",
        Ruling::Undecided => "undecided",
    }
}

/// A person calls real what the function called a malfunction, and nobody was told. One key however often it is said.
pub(super) fn overruled_notice(incident: &Incident, now: Timestamp) -> Option<Notice> {
    let (IncidentKind::Crash { report, verdict }, Some(decision)) = (&incident.kind, &incident.decision) else { return None };
    let notice = crash_notice(incident, report, verdict, now);
    Some(Notice {
        dedup_key: format!("{}-overruled", incident.id),
        severity: incident.severity,
        title: format!("{}: real accident, as {} decided", incident.device, decision.by),
        text: format!("{}: {} The function had said: {}", decision.by, decision.reason, notice.text),
        ..notice
    })
}

/// A crash that was closed is open again: told under a new key each time, with the reason before everything else.
pub(super) fn again(incident: &Incident, why: &str, now: Timestamp) -> Option<Notice> {
    let IncidentKind::Crash { report, verdict } = &incident.kind else { return None };
    let notice = crash_notice(incident, report, verdict, now);
    Some(Notice {
        dedup_key: format!("{}-again-{}", incident.id, incident.handling.n_reopened),
        severity: incident.severity,
        title: format!("{}: open again, {}", incident.device, ruling_words(verdict)),
        text: format!("It was {why}. {}", notice.text),
        ..notice
    })
}

/// Title and text of what people are told of a crash report. `at` is when it happened, `None` where the device's clock is
/// wrong.
pub fn crash_words(
    device: &DeviceId,
    report: &CrashReport,
    verdict: &CrashVerdict,
    at: Option<Timestamp>,
    received_at: Timestamp,
) -> (String, String) {
    let place = report.position.map_or_else(
        || "Position unknown.".to_owned(),
        |position| format!("At {:.5}, {:.5} (WGS 84).", position.lat, position.lon),
    );
    let when = match at {
        Some(at) => format!("At {}.", at.rfc3339()),
        None => format!("Received {}; the device's clock is wrong.", received_at.rfc3339()),
    };
    let title = format!("{device}: {}, probability {}", ruling_words(verdict), likelihood(verdict.probability));
    (title, format!("{} {when} {place}", verdict.summary))
}

pub(super) fn crash_notice(incident: &Incident, report: &CrashReport, verdict: &CrashVerdict, now: Timestamp) -> Notice {
    let at = (!incident.clock_wrong).then_some(incident.occurred_at);
    let (title, text) = crash_words(&incident.device, report, verdict, at, incident.received_at);
    Notice {
        // One key per incident and report that told: the same on each retry, new when a graver report tells again.
        dedup_key: format!("{}-{}", incident.id, incident.n_reports),
        incident: incident.id.clone(),
        device: incident.device.clone(),
        severity: verdict.severity,
        origin: incident.origin,
        title,
        text,
        at: now,
        everyone: false,
        group: None,
    }
}
