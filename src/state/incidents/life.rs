//! What operators do to an incident.

use std::sync::Arc;

use super::{Incidents, open_key, step};
use crate::model::{IncidentId, Life, Note, Operator, StepKind, Timestamp};

/// A note's length, characters.
pub(super) const NOTE_CHARS: usize = 2_000;

impl Incidents {
    /// An operator takes an incident. `false` when there was nothing to take.
    pub(in crate::state) fn acknowledge(&mut self, id: &IncidentId, by: &Operator, at: Timestamp) -> bool {
        let Some(incident) = self.all.get_mut(id) else { return false };
        if incident.life != Life::Open {
            return false;
        }
        let incident = Arc::make_mut(incident);
        incident.life = Life::Acknowledged;
        incident.acknowledged = Some((by.0.clone(), at));
        incident.timeline.push(step(StepKind::AcknowledgedBy, at, by.0.clone()));
        true
    }

    /// An operator closes an incident. `false` when it was closed already.
    pub(in crate::state) fn resolve(&mut self, id: &IncidentId, by: &Operator, at: Timestamp) -> bool {
        let Some(incident) = self.all.get_mut(id) else { return false };
        if incident.life == Life::Resolved {
            return false;
        }
        let incident = Arc::make_mut(incident);
        if incident.acknowledged.is_none() {
            incident.acknowledged = Some((by.0.clone(), at));
        }
        incident.life = Life::Resolved;
        incident.resolved = Some((by.0.clone(), at));
        incident.timeline.push(step(StepKind::ResolvedBy, at, by.0.clone()));
        let key = open_key(incident);
        if self.open.get(&key) == Some(id) {
            self.open.remove(&key);
        }
        self.closed.push_back(id.clone());
        true
    }

    /// An operator writes a note. `false` for an empty note or an unknown incident.
    pub(in crate::state) fn note(&mut self, id: &IncidentId, by: &Operator, text: &str, at: Timestamp) -> bool {
        let text: String = text.trim().chars().take(NOTE_CHARS).collect();
        let Some(incident) = self.all.get_mut(id).filter(|_| !text.is_empty()) else { return false };
        let incident = Arc::make_mut(incident);
        incident.timeline.push(step(StepKind::Noted, at, format!("{}: {text}", by.0)));
        incident.notes.push(Note { at, by: by.0.clone(), text });
        true
    }
}
