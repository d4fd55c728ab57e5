//! Questions about incidents: the queue's list, and what concerns a vehicle.

use std::cmp::Reverse;
use std::sync::Arc;

use super::Incidents;
use crate::model::{DeviceId, Incident, Life, Origin, Severity};
use crate::state::snapshot::OpenCount;

/// What has no room in the list.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::state) struct Hidden {
    /// How many in all.
    pub(in crate::state) n: usize,
    /// Of them open.
    pub(in crate::state) open: OpenCount,
}

impl Incidents {
    /// Whether a vehicle has an unresolved incident that is no malfunction.
    pub(in crate::state) fn concerns(&self, origin: Origin, device: &DeviceId) -> bool {
        let open = self.open.get(&(origin, device.clone(), true)).and_then(|id| self.all.get(id));
        open.is_some_and(|incident| !incident.is_malfunction())
    }

    /// The vehicle of the newest unacknowledged critical incident.
    pub(in crate::state) fn most_urgent_vehicle(&self) -> Option<&DeviceId> {
        let open = self.open.values().filter_map(|id| self.all.get(id));
        let urgent = open.filter(|i| i.origin != Origin::Drill && i.severity == Severity::Critical && i.life == Life::Open);
        urgent.max_by_key(|incident| incident.received_at).map(|incident| &incident.device)
    }

    /// The queue's list: open ones, critical first and newest first; then malfunctions; then resolved. And drills apart.
    pub(in crate::state) fn listed(&self, most: usize, most_drills: usize) -> (Vec<Arc<Incident>>, Hidden, Vec<Arc<Incident>>) {
        let (drills, real): (Vec<_>, Vec<_>) = self.all.values().cloned().partition(|incident| incident.origin == Origin::Drill);
        let group = |incident: &Incident| match (incident.life, incident.is_malfunction()) {
            (Life::Resolved, _) => 2,
            (_, true) => 1,
            _ => 0,
        };
        let order = |incident: &Arc<Incident>| {
            let group = group(incident);
            let severity = if group == 0 { Some(incident.severity) } else { None };
            (group, Reverse(severity), Reverse(incident.received_at), incident.id.clone())
        };
        let mut real = real;
        real.sort_by_cached_key(order);
        let mut hidden = Hidden { n: real.len().saturating_sub(most) + self.n_let_go, open: OpenCount::default() };
        for incident in real.iter().skip(most).filter(|incident| group(incident) == 0) {
            hidden.open.add(incident.severity);
        }
        real.truncate(most);
        let mut drills = drills;
        drills.sort_by_cached_key(|incident| (Reverse(incident.received_at), incident.id.clone()));
        drills.truncate(most_drills);
        (real, hidden, drills)
    }
}
