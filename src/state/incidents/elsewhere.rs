//! A report that was judged here and elsewhere: one incident, the graver verdict holds, and both stand in its timeline.

use std::sync::Arc;

use super::{Incidents, step as step_of};
use crate::joint::{gravity, held};
use crate::model::comparison::Brief;
use crate::model::{
    CrashReport, CrashVerdict, Incident, IncidentId, IncidentKind, Judge, Life, Origin, Step, StepKind, Timestamp, likelihood,
};
use crate::state::notices::ruling_words;

impl Incidents {
    /// The incident with the same report as it was judged here or elsewhere before. One that a person has resolved is
    /// joined by what is no graver; what is graver is new.
    pub(super) fn twin_of(&self, origin: Origin, report: &CrashReport, verdict: &CrashVerdict) -> Option<IncidentId> {
        let id = self.known.get(&(origin, report.event_id.twin()))?;
        let incident = self.all.get(id)?;
        let graver = || held(incident).is_none_or(|before| gravity(verdict.ruling, verdict.severity) > before);
        (incident.life != Life::Resolved || !graver()).then(|| id.clone())
    }

    /// A verdict that was made elsewhere, with the samples of the report where that came here and is shown.
    pub(in crate::state) fn with_samples(&self, origin: Origin, report: &Arc<CrashReport>) -> Arc<CrashReport> {
        let here = || {
            let twin = report.event_id.twin();
            let incident = self.all.get(self.known.get(&(origin, twin.clone()))?)?;
            shown(incident).filter(|(shown, _)| shown.event_id == twin).map(|(shown, _)| shown)
        };
        match report.event_id.is_verdict().then(here).flatten() {
            Some(here) => Arc::new(CrashReport { event_id: report.event_id.clone(), ..(**here).clone() }),
            None => Arc::clone(report),
        }
    }
}

fn shown(incident: &Incident) -> Option<(&Arc<CrashReport>, &CrashVerdict)> {
    match &incident.kind {
        IncidentKind::Crash { report, verdict } => Some((report, verdict)),
        IncidentKind::Temperature { .. } => None,
    }
}

/// What the timeline says of the second verdict over one report, where the first is the one that is shown.
pub(super) fn step(
    incident: &Incident,
    report: &CrashReport,
    verdict: &CrashVerdict,
    is_twin: bool,
    now: Timestamp,
) -> Option<Step> {
    let (before, first) = shown(incident).filter(|_| is_twin)?;
    if before.event_id != report.event_id.twin() {
        return None;
    }
    let (here, there) = if report.event_id.is_verdict() { (first, verdict) } else { (verdict, first) };
    let (a, b) = (Brief::of(here), Brief::of(there));
    let same = (a.ruling, a.malfunction, a.severity) == (b.ruling, b.malfunction, b.severity);
    let words = |verdict: &CrashVerdict| format!("{}, {}", ruling_words(verdict), likelihood(verdict.probability));
    let detail = format!("elsewhere: {}; here: {}", words(there), words(here));
    Some(step_of(if same { StepKind::JudgedTwice } else { StepKind::Disagreed }, now, detail))
}

/// The report itself came after its verdict: its samples are shown, and its own verdict where that is as grave.
pub(super) fn complete(incident: &mut Incident, report: &Arc<CrashReport>, verdict: &Arc<CrashVerdict>, by: Option<&Judge>) {
    let twin = report.event_id.twin();
    let IncidentKind::Crash { report: before, verdict: held } = &mut incident.kind else { return };
    if report.event_id.is_verdict() || before.event_id != twin {
        return;
    }
    if gravity(verdict.ruling, verdict.severity) == gravity(held.ruling, held.severity) {
        (*before, *held) = (Arc::clone(report), Arc::clone(verdict));
        incident.judge = by.cloned();
    } else {
        *before = Arc::new(CrashReport { event_id: twin, ..(**report).clone() });
    }
}
