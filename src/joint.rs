//! What several reports, and several seats, say of one incident, put together.
//!
//! The gravest report decides what is shown; an impact with a push of its own is listed. Two seats may both have changed an
//! incident before they heard of each other: [`join`] gives the same on both, whoever hears first. What can be added is added
//! (reports, steps, notes, impacts); of what only one can have decided the later change holds, of two at once the one that
//! leaves it more open, then the earlier. Nothing that is graver than what was seen when an incident was acknowledged or
//! closed stays closed by that.

use std::cmp::Reverse;

use crate::model::incident::IMPACTS_LISTED;
use crate::model::{Impact, Incident, IncidentKind, Kept, Life, Ruling, Severity, Silencing, Step, StepKind};

/// Two pushes closer than this are one, ms: the window in which 49 CFR 563.5 looks for a trigger.
const SAME_PUSH_MS: i64 = 150;

/// What two seats say of one silence: the later change of it holds; of two at once the one that tells people again, then the
/// earlier. What it hid is each seat's own.
pub fn silencing(ours: &Silencing, theirs: &Silencing) -> Silencing {
    let place = |silencing: &Silencing| {
        let end = silencing.ended.clone().map(|(who, at)| (Reverse(at), Reverse(who)));
        (silencing.rev, end)
    };
    let later = if place(theirs) > place(ours) { theirs } else { ours };
    Silencing { rev: later.rev, ended: later.ended.clone(), ..ours.clone() }
}

/// Grave first: real, then undecided, then malfunction; within that by severity.
pub fn gravity(ruling: Ruling, severity: Severity) -> (u8, Severity) {
    let rank = match ruling {
        Ruling::Real => 2,
        Ruling::Undecided => 1,
        Ruling::Malfunction => 0,
    };
    (rank, severity)
}

/// How grave an incident is held to be. A person who called it a malfunction has seen what there was until then: whatever
/// graver comes after that is new.
pub fn held(incident: &Incident) -> Option<(u8, Severity)> {
    let verdict = incident.verdict()?;
    Some(match &incident.decision {
        Some(decision) if decision.ruling == Ruling::Malfunction => gravity(Ruling::Malfunction, Severity::Low),
        _ => gravity(verdict.ruling, verdict.severity),
    })
}

/// Lists the impact of a report; `None` when it has no push of its own, or it is one that is listed already. Answers its
/// place in time and the seconds since the first.
pub fn list_impact(impacts: &mut Vec<Impact>, impact: Option<Impact>) -> Option<(usize, f64)> {
    let impact = impact?;
    let same = |known: &Impact| known.pulse == impact.pulse || known.at.micros_since(impact.at).abs() < SAME_PUSH_MS * 1_000;
    let grave = |impact: &Impact| gravity(impact.ruling, impact.severity);
    if let Some(known) = impacts.iter_mut().find(|known| same(known)) {
        if grave(&impact) > grave(known) {
            *known = impact;
        }
        return None;
    }
    let place = impacts.partition_point(|known| known.at <= impact.at);
    let first = impacts.first().map_or(impact.at, |first| first.at.min(impact.at));
    let secs = impact.at.micros_since(first) as f64 / 1e6;
    impacts.insert(place, impact);
    if impacts.len() > IMPACTS_LISTED {
        // The mildest goes, of those the latest; its report is in the store all the same.
        let mildest = impacts.iter().enumerate().min_by_key(|(idx, impact)| (grave(impact), std::cmp::Reverse(*idx)));
        if let Some((idx, _)) = mildest {
            impacts.remove(idx);
        }
    }
    Some((place + 1, secs))
}

/// Two seats that see the same thing by themselves say so within this of each other, s (own judgement, 2026-11-26: a seat
/// hears of another's change within one).
const SAME_STEP_SECS: f64 = 60.0;
/// Event ids listed in one incident; further ones are counted.
pub const EVENTS_LISTED: usize = 64;

/// An incident as two seats have it, as it is on both from now on. It matters not which is which.
pub fn join(one: &Incident, other: &Incident) -> Incident {
    let (winner, loser) = if holds(one) >= holds(other) { (one, other) } else { (other, one) };
    let mut joined = winner.clone();
    let (shown, milder) = if shows(one) >= shows(other) { (one, other) } else { (other, one) };
    joined.kind.clone_from(&shown.kind);
    joined.judge.clone_from(&shown.judge);
    if let (Some(now), Some(verdict)) = (held(&joined), joined.verdict()) {
        joined.severity = joined.severity.max(verdict.severity);
        // Whoever decided had not seen the graver report, or not heard that the vehicle is silent.
        let graver = held(winner).is_some_and(|before| now > before) || shows(shown) > shows(winner);
        let silent = n_silences(loser) > n_silences(winner);
        if (graver || silent) && winner.mark.version > 0 {
            joined.withdraw_malfunction();
            joined.life = Life::Open;
            joined.acknowledged = None;
            joined.resolved = None;
            joined.severity = joined.severity.max(loser.severity).max(milder.severity);
        }
    }
    joined.clock_wrong = one.clock_wrong && other.clock_wrong;
    joined.occurred_at = match (one.clock_wrong, other.clock_wrong) {
        (false, true) => one.occurred_at,
        (true, false) => other.occurred_at,
        _ => one.occurred_at.min(other.occurred_at),
    };
    let first = if (one.received_at, one.packet.0) <= (other.received_at, other.packet.0) { one } else { other };
    joined.received_at = first.received_at;
    joined.packet = first.packet;
    joined.last_report_at = one.last_report_at.max(other.last_report_at);
    joined.usual_secs = first.usual_secs.or(one.usual_secs).or(other.usual_secs);
    joined.events.clone_from(&first.events);
    let second = if std::ptr::eq(first, one) { other } else { one };
    for event in &second.events {
        if !joined.events.contains(event) && joined.events.len() < EVENTS_LISTED {
            joined.events.push(event.clone());
        }
    }
    joined.n_reports = one.n_reports.max(other.n_reports).max(joined.events.len() as u32);
    joined.cost = one.cost.max(other.cost);
    joined.impacts.clone_from(&first.impacts);
    for impact in &second.impacts {
        list_impact(&mut joined.impacts, Some(impact.clone()));
    }
    joined.kept = Kept {
        bytes: one.kept.bytes.max(other.kept.bytes),
        n_thinned: one.kept.n_thinned.max(other.kept.n_thinned),
        thinned_bytes: one.kept.thinned_bytes.max(other.kept.thinned_bytes),
    };
    joined.timeline = steps(one.timeline.iter().chain(&other.timeline).cloned().collect());
    for note in &loser.notes {
        if !joined.notes.contains(note) {
            joined.notes.push(note.clone());
        }
    }
    joined.notes.sort_by(|a, b| (a.at, &a.by, &a.text).cmp(&(b.at, &b.by, &b.text)));
    joined.stored = one.stored && other.stored;
    joined
}

/// Which of two changes holds: the later; of two at once what is more open, then what was first. The greater holds.
fn holds(incident: &Incident) -> impl Ord {
    let open = match incident.life {
        Life::Open => 2,
        Life::Acknowledged => 1,
        Life::Resolved => 0,
    };
    let mark = &incident.mark;
    (mark.version, open, std::cmp::Reverse((mark.at, mark.seat.clone(), mark.hash)))
}

/// Which of two reports, or of two readings of a sensor, is shown. The greater is.
fn shows(incident: &Incident) -> impl PartialOrd {
    match &incident.kind {
        IncidentKind::Crash { report, verdict } => {
            (Some(gravity(verdict.ruling, verdict.severity)), None, Some(std::cmp::Reverse(report.event_id.clone())))
        }
        IncidentKind::Temperature { back_at, .. } => (None, Some((incident.n_reports, incident.last_report_at, *back_at)), None),
    }
}

fn n_silences(incident: &Incident) -> usize {
    incident.timeline.iter().filter(|step| step.kind == StepKind::WentSilent).count()
}

/// A timeline in its order, in which what several seats saw by themselves stands once.
pub fn steps(mut timeline: Vec<Step>) -> Vec<Step> {
    timeline.sort_by(|a, b| (a.at, &a.detail).cmp(&(b.at, &b.detail)));
    let mut kept: Vec<Step> = Vec::with_capacity(timeline.len());
    for step in timeline {
        if !kept.iter().any(|known| same(known, &step)) {
            kept.push(step);
        }
    }
    kept
}

/// Whether two steps tell of one thing; `first` is the earlier.
fn same(first: &Step, step: &Step) -> bool {
    if first.kind != step.kind {
        return false;
    }
    let near = step.at.secs_since(first.at) <= SAME_STEP_SECS;
    match step.kind {
        // Happens once to an incident, whichever seat saw it first.
        StepKind::Received
        | StepKind::Decoded
        | StepKind::Invoked
        | StepKind::Judged
        | StepKind::Filed
        | StepKind::Stored
        | StepKind::Acknowledged
        | StepKind::OnScreen => true,
        // The words say how long it took, which no two seats measure alike.
        StepKind::WentSilent | StepKind::HeardAgain | StepKind::Unseconded | StepKind::BackInBand => near,
        StepKind::Escalated => near && first.detail.split(':').next() == step.detail.split(':').next(),
        StepKind::Merged
        | StepKind::MergedInto
        | StepKind::MergedFrom
        | StepKind::Reopened
        | StepKind::Follows
        | StepKind::WouldHaveTold => near && first.detail == step.detail,
        _ => first == step,
    }
}
