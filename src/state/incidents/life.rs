//! What operators do to an incident.

use std::sync::Arc;

use super::team::{take, written};
use super::{Incidents, open_key, step};
use crate::model::{Incident, IncidentId, Life, Note, Operator, StepKind, Timestamp};

/// A note's length, characters.
pub(super) const NOTE_CHARS: usize = 2_000;

/// Closes it in the name of an operator, who has then seen it as well.
pub(super) fn close(incident: &mut Incident, by: &Operator, at: Timestamp) {
    if incident.acknowledged.is_none() {
        incident.acknowledged = Some((by.0.clone(), at));
    }
    incident.life = Life::Resolved;
    incident.resolved = Some((by.0.clone(), at));
    incident.timeline.push(step(StepKind::ResolvedBy, at, by.0.clone()));
}

impl Incidents {
    /// An operator takes an incident. `false` when there was nothing to take.
    pub(in crate::state) fn acknowledge(&mut self, id: &IncidentId, by: &Operator, at: Timestamp) -> bool {
        let Some(incident) = self.all.get_mut(id) else { return false };
        if incident.life != Life::Open {
            return false;
        }
        let before = Arc::clone(incident);
        take(Arc::make_mut(incident), by, at);
        self.undoable(vec![before], by, at);
        true
    }

    /// An operator closes an incident. `Ok(false)` when it was closed already.
    pub(in crate::state) fn resolve(&mut self, id: &IncidentId, by: &Operator, at: Timestamp) -> Result<bool, &'static str> {
        let Some(incident) = self.all.get_mut(id) else { return Ok(false) };
        if incident.life == Life::Resolved {
            return Ok(false);
        }
        if incident.handling.closing.is_some() {
            return Err("its closing as a malfunction waits for a second person; take that back, or let them agree");
        }
        let before = Arc::clone(incident);
        close(Arc::make_mut(incident), by, at);
        self.file_by_life(id);
        self.undoable(vec![before], by, at);
        Ok(true)
    }

    /// Keeps the books of what is open and what is closed with the life of an incident.
    pub(super) fn file_by_life(&mut self, id: &IncidentId) {
        let Some(incident) = self.all.get(id) else { return };
        let key = open_key(incident);
        if incident.handling.closing.is_some() {
            self.closings.insert(id.clone());
        }
        if incident.life == Life::Resolved {
            if self.open.get(&key) == Some(id) {
                self.open.remove(&key);
            }
            if !self.closed.contains(id) {
                self.closed.push_back(id.clone());
            }
            self.last_closed.insert(key, id.clone());
        } else {
            self.closed.retain(|closed| closed != id);
            // Another incident of the device may have been opened meanwhile; then the next report joins that one.
            self.open.entry(key).or_insert_with(|| id.clone());
        }
    }

    /// An operator writes a note. `false` for an empty note or an unknown incident.
    pub(in crate::state) fn note(&mut self, id: &IncidentId, by: &Operator, text: &str, at: Timestamp) -> bool {
        let text = written(text);
        let Some(incident) = self.all.get_mut(id).filter(|_| !text.is_empty()) else { return false };
        let incident = Arc::make_mut(incident);
        incident.timeline.push(step(StepKind::Noted, at, format!("{}: {text}", by.0)));
        incident.notes.push(Note { at, by: by.0.clone(), text });
        true
    }
}
