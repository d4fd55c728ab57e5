//! What a person did can be taken back for ten seconds, by that person, where nothing else has happened since.

use std::sync::Arc;

use super::{Incidents, step};
use crate::model::command::UNDO_SECS;
use crate::model::{Decision, Handling, Incident, IncidentId, Life, Operator, StepKind, Timestamp};

/// What was so before something was done, for each incident that it touched.
#[derive(Clone, Debug)]
pub(super) struct Before {
    at: Timestamp,
    by: String,
    images: Vec<(Arc<Incident>, Made)>,
}

#[cfg(test)]
impl Before {
    /// The first of them as it was.
    pub(super) fn first(&self) -> &Arc<Incident> {
        &self.images[0].0
    }
}

/// What was made of an incident: where that has changed since, nothing is taken back.
#[derive(Clone, Debug, PartialEq)]
struct Made {
    life: Life,
    acknowledged: Option<(String, Timestamp)>,
    decision: Option<Decision>,
    handling: Handling,
    n_reports: u32,
}

impl Made {
    fn of(incident: &Incident) -> Self {
        Self {
            life: incident.life,
            acknowledged: incident.acknowledged.clone(),
            decision: incident.decision.clone(),
            handling: incident.handling.clone(),
            n_reports: incident.n_reports,
        }
    }
}

impl Incidents {
    /// What was done to these can be taken back from now on; they are as they were before it.
    pub(super) fn undoable(&mut self, before: Vec<Arc<Incident>>, by: &Operator, at: Timestamp) {
        self.undo.retain(|_, before| at.secs_since(before.at) <= UNDO_SECS as f64);
        let now = |image: Arc<Incident>| self.all.get(&image.id).map(|incident| Made::of(incident)).map(|made| (image, made));
        let images: Vec<_> = before.into_iter().filter_map(now).collect();
        let Some((first, _)) = images.first() else { return };
        self.undo.insert(first.id.clone(), Before { at, by: by.0.clone(), images });
    }

    /// A person takes back what they did last. Answers which incidents that changed.
    pub(in crate::state) fn undo(
        &mut self,
        id: &IncidentId,
        by: &Operator,
        at: Timestamp,
    ) -> Result<Vec<IncidentId>, &'static str> {
        let Some(before) = self.undo.get(id).filter(|before| at.secs_since(before.at) <= UNDO_SECS as f64) else {
            return Err("a step can be taken back for 10 s; do it anew instead");
        };
        if before.by != by.0 {
            return Err("only who did it can take it back; do it anew instead");
        }
        let same = |(image, made): &(Arc<Incident>, Made)| self.all.get(&image.id).is_some_and(|now| Made::of(now) == *made);
        if !before.images.iter().all(same) {
            return Err("something has changed since; look again and decide anew");
        }
        let Some(before) = self.undo.remove(id) else { return Err(super::NOT_HERE) };
        let mut changed = Vec::new();
        for (image, _) in before.images {
            let Some(incident) = self.all.get_mut(&image.id) else { continue };
            let incident = Arc::make_mut(incident);
            incident.timeline.push(step(StepKind::Undone, at, by.0.clone()));
            incident.life = image.life;
            incident.acknowledged.clone_from(&image.acknowledged);
            incident.resolved.clone_from(&image.resolved);
            incident.severity = image.severity;
            incident.decision.clone_from(&image.decision);
            // People were told under this number: whatever opens it again later goes by another key, or nobody would hear of it.
            let n_reopened = incident.handling.n_reopened;
            incident.handling.clone_from(&image.handling);
            incident.handling.n_reopened = n_reopened;
            self.file_by_life(&image.id);
            changed.push(image.id.clone());
        }
        Ok(changed)
    }
}
