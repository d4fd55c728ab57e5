//! `fleetwatch handover`: what the next shift must know, on one sheet, from the store alone.

use std::io::{self, Write};

use super::silences;
use crate::model::{Incident, Life, Origin, Silencing, StepKind, Timestamp};

/// How long ago, in the two largest units: `2 h 05 min`.
fn ago(now: Timestamp, at: Timestamp) -> String {
    let mins = (now.secs_since(at).max(0.0) / 60.0) as u64;
    match mins {
        0..60 => format!("{mins} min"),
        60..2_880 => format!("{} h {:02} min", mins / 60, mins % 60),
        _ => format!("{} d", mins / 1_440),
    }
}

fn line(incident: &Incident, now: Timestamp) -> String {
    let mut parts = vec![format!("{} {} {:?}", incident.id, incident.device, incident.severity)];
    parts.extend(incident.ruling().map(|ruling| format!("{ruling:?}").to_lowercase()));
    parts.push(match &incident.acknowledged {
        Some((by, _)) => format!("acknowledged by {by}"),
        None => format!("UNACKNOWLEDGED for {}", ago(now, incident.received_at)),
    });
    parts.extend(incident.handling.assignee.as_ref().map(|who| format!("{who} is on it")));
    parts.extend(incident.handling.dispatched.as_ref().map(|sent| format!("help sent by {}: {}", sent.by, sent.text)));
    parts.extend(incident.handling.closing.as_ref().map(|closing| {
        format!("{} closes it as a malfunction; a second person must agree by {}", closing.by, closing.due().rfc3339())
    }));
    parts.extend(incident.is_silent().then(|| "the vehicle is SILENT since the impact".to_owned()));
    let told_again = incident.timeline.iter().filter(|step| step.kind == StepKind::Escalated).count();
    parts.extend((told_again > 0).then(|| format!("told again {told_again} times")));
    let failed = incident.timeline.iter().rfind(|step| matches!(step.kind, StepKind::Told | StepKind::TellFailed));
    parts.extend(failed.filter(|step| step.kind == StepKind::TellFailed).map(|step| format!("NOT DELIVERED: {}", step.detail)));
    parts.extend(incident.notes.last().map(|note| format!("last note, {}: {}", note.by, note.text.replace('\n', " "))));
    parts.join(", ")
}

/// Writes the sheet over the last `hours`, seen from `now`.
pub fn sheet(
    incidents: &[impl AsRef<Incident>],
    silencings: &[Silencing],
    now: Timestamp,
    hours: i64,
    out: &mut dyn Write,
) -> io::Result<()> {
    let since = now.plus_secs(-hours * 3_600);
    let all = || incidents.iter().map(AsRef::as_ref);
    writeln!(out, "Hand-over at {}, the last {hours} h", now.rfc3339())?;
    let mut part = |title: &str, rows: &mut dyn Iterator<Item = String>| -> io::Result<()> {
        let rows: Vec<String> = rows.collect();
        writeln!(out, "\n{title}: {}", rows.len())?;
        rows.iter().try_for_each(|row| writeln!(out, "  {row}"))
    };
    let real = |incident: &&Incident| incident.origin == Origin::Device;
    let open = |incident: &&Incident| incident.life != Life::Resolved && !incident.is_malfunction();
    let mut pressing: Vec<&Incident> = all().filter(real).filter(open).collect();
    pressing.sort_by_key(|incident| {
        (incident.life != Life::Open, std::cmp::Reverse(incident.severity), incident.received_at, incident.id.clone())
    });
    part("Open incidents, those that nobody has taken first", &mut pressing.iter().map(|incident| line(incident, now)))?;
    let next = now.plus_secs(hours * 3_600);
    let mut ending: Vec<&Silencing> = silencings.iter().filter(|s| s.stands() && s.until > now && s.until <= next).collect();
    ending.sort_by_key(|silencing| silencing.until);
    part("Silences that end in the next shift", &mut ending.iter().map(|silencing| silences::line(silencing)))?;
    let closed = all().filter(real).filter(|i| i.resolved.as_ref().is_some_and(|(_, at)| *at >= since));
    part(
        "Resolved in this shift",
        &mut closed.map(|incident| {
            let by = incident.resolved.as_ref().map_or("", |(by, _)| by.as_str());
            format!("{} {}, by {by}", incident.id, incident.device)
        }),
    )?;
    let judged = all().filter(real).filter(|i| i.received_at >= since && i.told_nobody());
    part("Judged malfunctions of which nobody was told", &mut judged.map(|i| format!("{} {}", i.id, i.device)))?;
    let drills = all().filter(|i| i.origin == Origin::Drill && i.imported.is_none() && i.received_at >= since);
    part("Drills run in this shift", &mut drills.map(|i| format!("{} {} at {}", i.id, i.device, i.received_at.rfc3339())))
}

#[cfg(test)]
#[path = "handover_tests.rs"]
mod tests;
