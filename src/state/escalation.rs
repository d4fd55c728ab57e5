//! The chain of those who are told while nobody acknowledges: after each wait people are told once more, under a key of
//! its own, with how long it has waited before everything else.
//!
//! Where the chain stands is read off the incident's own timeline, so that a restart neither skips a step nor tells one
//! twice: what was escalated says so there.

use std::sync::Arc;

use super::State;
use super::notices::crash_notice;
use super::temperatures::duration;
use crate::model::{Effect, Incident, IncidentKind, Life, Notice, Record, Severity, StepKind, Timestamp};

/// Steps of the chain in one second at most, over all incidents: a flood is told one after the other, the gravest and oldest
/// first, and no vehicle's crash is left out (own judgement, 2026-11-25).
const AT_ONCE: usize = 20;

/// Since when it waits, and how many steps of the chain were taken since; `None` where nobody waits for anybody.
fn waits(incident: &Incident) -> Option<(Timestamp, usize)> {
    let pressing = incident.life == Life::Open && incident.severity >= Severity::High && incident.stored;
    if !pressing || incident.is_silenced() || incident.told_nobody() || incident.imported.is_some() {
        return None;
    }
    let begins = |kind: &StepKind| {
        matches!(
            kind,
            StepKind::Reopened
                | StepKind::ReopenedBy
                | StepKind::Unseconded
                | StepKind::SilenceEnded
                | StepKind::WentSilent
                | StepKind::Split
                | StepKind::Undone
        )
    };
    let begin = incident.timeline.iter().rposition(|step| begins(&step.kind));
    let since = begin.map_or(incident.received_at, |idx| incident.timeline[idx].at);
    let after = &incident.timeline[begin.unwrap_or(0)..];
    Some((since, after.iter().filter(|step| step.kind == StepKind::Escalated).count()))
}

impl State {
    /// Tells the next in the chain of each incident that has waited for so long.
    pub(super) fn escalate(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        let chain = &self.team.escalate_after_s;
        if chain.is_empty() {
            return;
        }
        let due = |incident: &Arc<Incident>| {
            let (since, n) = waits(incident)?;
            let secs = chain.get(n)?;
            (now.secs_since(since) >= f64::from(*secs)).then(|| (incident.id.clone(), since, n + 1))
        };
        let mut late: Vec<_> = self.incidents.all().filter_map(|incident| Some((incident.severity, due(incident)?))).collect();
        late.sort_by(|a, b| (b.0, a.1.1, &a.1.0).cmp(&(a.0, b.1.1, &b.1.0)));
        for (_, (id, since, step)) in late.into_iter().take(AT_ONCE) {
            let Some(incident) = self.incidents.get(&id) else { continue };
            let waited = duration(now.secs_since(since));
            let notice = notice(incident, step, since, &waited, now);
            let words = format!("step {step} of {}: nobody has acknowledged it for {waited}", self.team.escalate_after_s.len());
            self.incidents.add_step(&id, StepKind::Escalated, now, words);
            self.parts.incidents_changed = true;
            if let Some(incident) = self.incidents.get(&id) {
                effects.push(Effect::Save(Record::Incident {
                    incident: Arc::clone(incident),
                    notice: Some(notice),
                    audit: None,
                }));
            }
        }
    }
}

fn notice(incident: &Incident, step: usize, since: Timestamp, waited: &str, now: Timestamp) -> Notice {
    let first = format!("Nobody has acknowledged {} for {waited}.", incident.id);
    let key = format!("{}-escalated-{}-{step}", incident.id, since.millis());
    let (title, text) = match &incident.kind {
        IncidentKind::Crash { report, verdict } => {
            let notice = crash_notice(incident, report, verdict, now);
            (notice.title, notice.text)
        }
        IncidentKind::Temperature { verdict, .. } => {
            (format!("{}: {:.1} °C", incident.device, verdict.celsius.0), "It is out of its band.".to_owned())
        }
    };
    Notice {
        dedup_key: key,
        incident: incident.id.clone(),
        device: incident.device.clone(),
        severity: incident.severity,
        origin: incident.origin,
        title: format!("Unacknowledged for {waited}: {title}"),
        text: format!("{first} {text}"),
        at: now,
        everyone: true,
        group: None,
    }
}
