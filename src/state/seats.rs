//! Several seats: what the others did comes in, and what is done here is marked, so that all come to the same.

use std::sync::Arc;

use super::State;
use super::snapshot::Refusal;
use crate::model::{AlertKind, Effect, Incident, Life, Record, Timestamp};

impl State {
    /// Another seat changed an incident.
    pub(super) fn elsewhere(&mut self, incident: &Arc<Incident>, seat: &str, at: Timestamp, effects: &mut Vec<Effect>) {
        let taken = self.incidents.elsewhere(incident);
        self.parts.incidents_changed = true;
        if let Some(incident) = self.incidents.get(&incident.id) {
            self.devices.observe(incident);
        }
        if taken.lost {
            log::info!("{}: what {seat} did at the same time holds", incident.id);
            let why = "somebody on another seat was first, and what they did holds: look again";
            self.parts.last.refused = Some(Arc::new(Refusal { incident: incident.id.clone(), why, at }));
        }
        if taken.new && incident.imported.is_none() {
            // Should that seat go away, this one watches whether the vehicle speaks.
            self.after_impact.restore(std::slice::from_ref(incident), Vec::new(), at);
            if incident.life == Life::Open && !incident.told_nobody() {
                let about = AlertKind::Incident { incident: incident.id.clone() };
                let text = match incident.verdict() {
                    Some(verdict) => format!("{}: {}", incident.device, verdict.summary),
                    None => incident.device.to_string(),
                };
                self.raise_for(about, &incident.device, incident.origin, incident.severity, text, at, effects);
            }
        }
        for id in taken.changed {
            self.save_incident(&id, None, None, effects);
        }
    }

    /// Marks each incident that is to be saved where it has changed, here and in what is saved.
    pub(super) fn mark_changes(&mut self, effects: &mut [Effect], at: Timestamp) {
        if self.seat.is_none() {
            return;
        }
        for effect in effects {
            match effect {
                Effect::Save(Record::Crash(record)) => self.incidents.mark(&mut record.incident, at),
                Effect::Save(Record::Incident { incident, .. }) => self.incidents.mark(incident, at),
                _ => {}
            }
        }
    }
}
