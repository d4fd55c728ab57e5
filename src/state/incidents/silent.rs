//! A vehicle that goes silent after an impact: its incident is as urgent as can be, whatever was ruled before.

use std::sync::Arc;

use super::{Incidents, step};
use crate::model::{IncidentId, Life, Severity, StepKind, Timestamp};

impl Incidents {
    /// How often the vehicle of a new incident spoke until then, s.
    pub(in crate::state) fn spoke_every(&mut self, id: &IncidentId, usual_secs: Option<f64>) {
        if let Some(incident) = self.all.get_mut(id) {
            Arc::make_mut(incident).usual_secs = usual_secs;
        }
    }

    /// The vehicle of an incident went silent after the impact. It is critical and open again: whoever acknowledged or
    /// closed it did not know. Answers how often that was so by now; `None` for an incident that is not here.
    pub(in crate::state) fn went_silent(&mut self, id: &IncidentId, words: String, now: Timestamp) -> Option<usize> {
        let incident = Arc::make_mut(self.all.get_mut(id)?);
        incident.timeline.push(step(StepKind::WentSilent, now, words));
        if let Some(decision) = incident.withdraw_malfunction() {
            let words = format!("the vehicle went silent after the decision of {}: it no longer holds", decision.by);
            incident.timeline.push(step(StepKind::Reopened, now, words));
        }
        incident.severity = Severity::Critical;
        incident.acknowledged = None;
        incident.resolved = None;
        incident.stored = false;
        incident.life = Life::Open;
        let n_times = incident.timeline.iter().filter(|step| step.kind == StepKind::WentSilent).count();
        self.file_by_life(id);
        Some(n_times)
    }
}
