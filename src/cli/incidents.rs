//! `fleetwatch incidents`: what the store holds, for people or as JSON.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::model::{Decision, Incident, IncidentKind, Kept, Life, Origin};

/// Writes incidents, one a line: a table for people, or one JSON object each.
pub fn list(incidents: &[impl AsRef<Incident>], as_json: bool, out: &mut dyn Write) -> io::Result<()> {
    if as_json {
        for incident in incidents {
            writeln!(out, "{}", json(incident.as_ref()))?;
        }
        return Ok(());
    }
    if incidents.is_empty() {
        return writeln!(out, "no incidents are stored");
    }
    for incident in incidents.iter().map(AsRef::as_ref) {
        let (id, device) = (incident.id.to_string(), incident.device.to_string());
        let (severity, life) = (format!("{:?}", incident.severity).to_lowercase(), word(incident.life));
        writeln!(out, "{id:<20} {} {severity:<8} {life:<12} {device:<20} {}", incident.occurred_at.rfc3339(), summary(incident))?;
    }
    Ok(())
}

/// Writes one incident in full.
pub fn show(incident: &Incident, as_json: bool, out: &mut dyn Write) -> io::Result<()> {
    if as_json {
        return writeln!(out, "{}", json(incident));
    }
    list(&[Borrowed(incident)], false, out)?;
    if let Some(judge) = &incident.judge {
        let elsewhere = if incident.is_judged_elsewhere() { " of the stack, not by this desk" } else { "" };
        writeln!(out, "  judged by {judge}{elsewhere}, limits {}", judge.limits)?;
    }
    if let Some(differs) = incident.disagreement() {
        writeln!(out, "  verdicts differ: {differs}")?;
    }
    if let Some(Decision { ruling, malfunction, by, at, reason, .. }) = &incident.decision {
        let kind = malfunction.map_or_else(String::new, |kind| format!(" ({kind:?})").to_lowercase());
        writeln!(out, "  {} {by} decided: {}{kind}, {reason}", at.rfc3339(), format!("{ruling:?}").to_lowercase())?;
    }
    if let Some((n, apart)) = incident.impacts_apart() {
        writeln!(out, "  {n} impacts, {apart:.1} s apart")?;
    }
    if incident.kept.n_thinned > 0 {
        let Kept { n_thinned, thinned_bytes, .. } = incident.kept;
        writeln!(out, "  {n_thinned} of {} reports are stored without their bytes ({thinned_bytes} B)", incident.n_reports)?;
    }
    if let Some(verdict) = incident.verdict() {
        for row in &verdict.evidence {
            writeln!(out, "  {:<28} {:<28} limit {:<32} {:?}", row.name, row.reading, row.limit, row.points)?;
        }
    }
    for step in &incident.timeline {
        writeln!(out, "  {} {:?} {}", step.at.rfc3339(), step.kind, step.detail)?;
    }
    for note in &incident.notes {
        writeln!(out, "  {} {}: {}", note.at.rfc3339(), note.by, note.text)?;
    }
    Ok(())
}

struct Borrowed<'a>(&'a Incident);

impl AsRef<Incident> for Borrowed<'_> {
    fn as_ref(&self) -> &Incident {
        self.0
    }
}

const fn word(life: Life) -> &'static str {
    match life {
        Life::Open => "open",
        Life::Acknowledged => "acknowledged",
        Life::Resolved => "resolved",
    }
}

fn summary(incident: &Incident) -> String {
    let drill = match incident.origin {
        _ if incident.imported.is_some() => "IMPORTED ",
        Origin::Device => "",
        Origin::Drill => "DRILL ",
        Origin::Sample => "SAMPLE ",
    };
    match &incident.kind {
        IncidentKind::Crash { verdict, .. } => {
            let silent = if incident.is_silent() { "Silent after an impact. " } else { "" };
            format!("{drill}{silent}{}", verdict.summary)
        }
        IncidentKind::Temperature { verdict, .. } => format!("{drill}{} at {:.1} °C", verdict.band.segment(), verdict.celsius.0),
    }
}

/// An incident as JSON, without the pulse: that is in the report's own bytes.
pub fn json(incident: &Incident) -> Value {
    let kind = match &incident.kind {
        IncidentKind::Crash { report, verdict } => json!({
            "kind": "crash",
            "event_id": report.event_id,
            "verdict": **verdict,
            "unreadable": report.unreadable,
            "device_verdict": report.device_verdict,
            "raw": String::from_utf8_lossy(&report.raw),
        }),
        IncidentKind::Temperature { verdict, back_at } => json!({
            "kind": "temperature",
            "verdict": verdict,
            "back_at": back_at.map(crate::model::Timestamp::rfc3339),
        }),
    };
    let by = |done: &Option<(String, crate::model::Timestamp)>| {
        done.as_ref().map(|(who, at)| json!({ "by": who, "at": at.rfc3339() }))
    };
    json!({
        "id": incident.id,
        "device": incident.device,
        "origin": incident.origin,
        "severity": incident.severity,
        "life": incident.life,
        "ruling": incident.ruling(),
        "silent": incident.is_silent(),
        "occurred_at": incident.occurred_at.rfc3339(),
        "clock_wrong": incident.clock_wrong,
        "received_at": incident.received_at.rfc3339(),
        "last_report_at": incident.last_report_at.rfc3339(),
        "events": incident.events,
        "n_reports": incident.n_reports,
        "timeline": incident.timeline,
        "notes": incident.notes,
        "acknowledged": by(&incident.acknowledged),
        "resolved": by(&incident.resolved),
        "cost_pico_usd": incident.cost,
        "malfunction": incident.malfunction(),
        "judge": incident.judge.as_ref().map(ToString::to_string),
        "decision": incident.decision,
        "handling": incident.handling,
        "impacts": incident.impacts,
        "kept": incident.kept,
        "about": kind,
    })
}

#[cfg(test)]
#[path = "incidents_tests.rs"]
pub(super) mod tests;
