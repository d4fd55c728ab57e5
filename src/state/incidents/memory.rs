//! How much of the incidents stays in memory. The store has them all.

use std::collections::HashSet;

use super::{Incidents, open_key};
use crate::model::{CrashReport, Incident, IncidentId, IncidentKind, Life, Origin};

/// Resolved incidents and malfunctions kept in memory; the store has them all.
pub(super) const CLOSED_KEPT: usize = 2_000;
/// Incidents in memory at most; beyond, the least pressing of those that are stored are left to the store alone.
pub(super) const HELD: usize = 10_000;
/// Bytes of incidents in memory at most, likewise.
pub(super) const HELD_BYTES: usize = 128 << 20;
/// Bytes of an incident beside its report: evidence, timeline, names. Measured with 20,000 of them, 2026-11-22.
pub(super) const INCIDENT_BYTES: usize = 8 << 10;

/// Bytes that a report holds.
pub(super) fn report_bytes(report: &CrashReport) -> usize {
    let n_speeds = report.speed.as_ref().map_or(0, |speed| speed.t_ms.len());
    report.raw.len() + report.pulse.len() * 32 + n_speeds * 16
}

pub(super) fn incident_bytes(incident: &Incident) -> usize {
    INCIDENT_BYTES
        + match &incident.kind {
            IncidentKind::Crash { report, .. } => report_bytes(report),
            IncidentKind::Temperature { .. } => 0,
        }
}

impl Incidents {
    /// Leaves incidents to the store alone until the rest is within its bounds: resolved ones first, then malfunctions,
    /// then the mildest and oldest. One that waits for a commit stays.
    pub(super) fn let_go(&mut self) {
        let waiting: HashSet<&IncidentId> = self.pending.iter().filter_map(|event| self.known.get(event)).collect();
        let mut idle: Vec<_> = self
            .all
            .values()
            .filter(|incident| incident.stored && incident.handling.closing.is_none() && !waiting.contains(&incident.id))
            .collect();
        let pressing = |i: &Incident| (i.life != Life::Resolved, !i.is_malfunction(), i.severity, i.received_at, i.id.clone());
        idle.sort_by_cached_key(|incident| pressing(incident));
        self.bytes = self.all.values().map(|incident| incident_bytes(incident)).sum();
        let mut len = self.all.len();
        let mut gone = HashSet::new();
        for incident in idle {
            if len <= HELD && self.bytes <= HELD_BYTES {
                break;
            }
            len -= 1;
            self.bytes -= incident_bytes(incident);
            self.n_let_go += usize::from(incident.origin != Origin::Drill);
            gone.insert(incident.id.clone());
        }
        self.remove(&gone);
        self.swept_to = (len, self.bytes);
    }

    /// These are in no store any more.
    pub(in crate::state) fn forget(&mut self, ids: &[IncidentId]) {
        self.remove(&ids.iter().cloned().collect());
        self.bytes = self.all.values().map(|incident| incident_bytes(incident)).sum();
    }

    fn remove(&mut self, gone: &HashSet<IncidentId>) {
        self.all.retain(|id, _| !gone.contains(id));
        self.open.retain(|_, id| !gone.contains(id));
        self.closed.retain(|id| !gone.contains(id));
        self.last_closed.retain(|_, id| !gone.contains(id));
        self.telling.retain(|id, _| !gone.contains(id));
        self.undo.retain(|id, _| !gone.contains(id));
    }

    /// Forgets the oldest closed incidents beyond what memory keeps; malfunctions count as closed once stored.
    pub(in crate::state) fn forget_old(&mut self) {
        while self.closed.len() > CLOSED_KEPT {
            if let Some(id) = self.closed.pop_front()
                && let Some(incident) = self.all.remove(&id)
            {
                let key = open_key(&incident);
                if self.last_closed.get(&key) == Some(&id) {
                    self.last_closed.remove(&key);
                }
            }
        }
        let over = self.all.len().saturating_sub(CLOSED_KEPT * 4);
        if over > 0 {
            let mut malfunctions: Vec<_> =
                self.all.values().filter(|i| i.is_malfunction() && i.stored).map(|i| (i.received_at, i.id.clone())).collect();
            malfunctions.sort_unstable();
            for (_, id) in malfunctions.into_iter().take(over) {
                if let Some(incident) = self.all.remove(&id) {
                    self.open.retain(|_, open| *open != incident.id);
                }
            }
        }
    }
}
