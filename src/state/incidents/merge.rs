//! How a report joins an incident: the gravest decides, an impact with a push of its own is listed, and a flood is kept
//! whole only up to a budget.

use crate::model::incident::{IMPACTS_LISTED, MULTI_EVENT_SECS};
use crate::model::{CrashReport, CrashVerdict, Impact, Incident, Ruling, Severity, likelihood};

/// Bytes of one incident's reports that are stored whole, 16 MiB: some 1,500 reports of 61 samples with their evidence. What
/// comes beyond is stored as a row with its event, times, ruling and hash, so that nothing is dropped and the store still
/// cannot be filled by one device that is mad (own judgement, 2026-11-25).
pub(super) const WHOLE_BYTES: u64 = 16 << 20;
/// Bytes of one row of evidence in the store, about. Measured on fixtures, 2026-11-25.
const EVIDENCE_BYTES: usize = 320;
/// Two pushes closer than this are one, ms: the window in which 49 CFR 563.5 looks for a trigger.
const SAME_PUSH_MS: i64 = 150;

/// Grave first: real, then undecided, then malfunction; within that by severity.
pub(super) fn gravity(ruling: Ruling, severity: Severity) -> (u8, Severity) {
    let rank = match ruling {
        Ruling::Real => 2,
        Ruling::Undecided => 1,
        Ruling::Malfunction => 0,
    };
    (rank, severity)
}

/// How grave an incident is held to be. A person who called it a malfunction has seen what there was until then: whatever
/// graver comes after that is new.
pub(super) fn held(incident: &Incident) -> Option<(u8, Severity)> {
    let verdict = incident.verdict()?;
    Some(match &incident.decision {
        Some(decision) if decision.ruling == Ruling::Malfunction => gravity(Ruling::Malfunction, Severity::Low),
        _ => gravity(verdict.ruling, verdict.severity),
    })
}

/// Lists the impact of a report; `None` when it has no push of its own, or it is one that is listed already. Answers its
/// place in time and the seconds since the first.
pub(super) fn list_impact(impacts: &mut Vec<Impact>, impact: Option<Impact>) -> Option<(usize, f64)> {
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

/// What the timeline says of a report that joined.
pub(super) fn joined_words(n: u32, graver: bool, impact: Option<(usize, f64)>, verdict: &CrashVerdict) -> String {
    let how = if graver { "graver than before" } else { "no graver" };
    let Some((place, secs)) = impact else { return format!("report {n} joined, {how}") };
    let ruling = match verdict.ruling {
        Ruling::Real => "real accident",
        Ruling::Undecided => "undecided",
        Ruling::Malfunction => "malfunction",
    };
    let multi = if secs <= MULTI_EVENT_SECS as f64 { ", one crash (49 CFR 563.5)" } else { "" };
    let delta_v = verdict.delta_v_kmh.map_or_else(String::new, |kmh| format!(", Δv {kmh:.1} km/h"));
    let likelihood = likelihood(verdict.probability);
    format!("report {n} joined, {how}: impact {place}, {secs:.1} s after the first{multi}: {ruling}, {likelihood}{delta_v}")
}

/// Counts a report into what its incident keeps; `true` when it is to be thinned. The first, each that is graver than all
/// before, and the 2nd, 4th, 8th … are always kept whole.
pub(super) fn thin(incident: &mut Incident, graver: bool, report: &CrashReport, verdict: &CrashVerdict) -> bool {
    let bytes = (super::memory::report_bytes(report) + verdict.evidence.len() * EVIDENCE_BYTES) as u64;
    let kept = &mut incident.kept;
    let whole = graver || incident.n_reports.is_power_of_two() || kept.bytes + bytes <= WHOLE_BYTES;
    if whole {
        kept.bytes += bytes;
    } else {
        kept.n_thinned += 1;
        kept.thinned_bytes += bytes;
    }
    !whole
}
