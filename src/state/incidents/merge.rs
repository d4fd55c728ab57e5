//! How a report joins an incident: what the timeline says of it, and that a flood is kept whole only up to a budget.

use crate::model::incident::MULTI_EVENT_SECS;
use crate::model::{CrashReport, CrashVerdict, Incident, Ruling, likelihood};

/// Bytes of one incident's reports that are stored whole, 16 MiB: some 1,500 reports of 61 samples with their evidence. What
/// comes beyond is stored as a row with its event, times, ruling and hash, so that nothing is dropped and the store still
/// cannot be filled by one device that is mad (own judgement, 2026-11-25).
pub(super) const WHOLE_BYTES: u64 = 16 << 20;
/// Bytes of one row of evidence in the store, about. Measured on fixtures, 2026-11-25.
const EVIDENCE_BYTES: usize = 320;

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
