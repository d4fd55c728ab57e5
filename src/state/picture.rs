//! Takes the picture that the window paints.

use std::sync::Arc;

use super::device_health::{DAYS_SHOWN, REPAIRS_SHOWN};
use super::snapshot::BillView;
use super::{Snapshot, State, register, undelivered};
use crate::model::{DeviceId, Origin};

/// Incidents listed.
const INCIDENTS: usize = 500;
/// Drills listed.
const DRILLS: usize = 100;

/// Parts of the snapshot that are made anew only when their book changed.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is the flag of one book, not a state machine")]
pub(super) struct Parts {
    pub(super) last: Snapshot,
    pub(super) incidents_changed: bool,
    pub(super) traces_changed: bool,
    pub(super) alerts_changed: bool,
    pub(super) seconds_changed: bool,
    pub(super) shadow_changed: bool,
    /// Of how many devices it was looked last who has no name.
    pub(super) n_looked_at: usize,
    /// The map came onto the screen, or a second went by while it is there.
    pub(super) marks_wanted: bool,
}

impl State {
    /// The picture of now. Costs what is on the screen, and what changed since the last one.
    pub fn snapshot(&mut self) -> Snapshot {
        let parts = &mut self.parts;
        let snapshot = &mut parts.last;
        snapshot.at = self.at;
        snapshot.version = self.version;
        snapshot.focus = self.focus.clone();
        let incidents_changed = std::mem::take(&mut parts.incidents_changed);
        if incidents_changed {
            let (incidents, hidden, drills) = self.incidents.listed(INCIDENTS, DRILLS);
            snapshot.incidents = Arc::new(incidents);
            (snapshot.incidents_hidden, snapshot.open_hidden) = (hidden.n, hidden.open);
            snapshot.drills = Arc::new(drills);
        }
        if std::mem::take(&mut parts.traces_changed) {
            snapshot.traces = Arc::new(self.traces.list());
        }
        if std::mem::take(&mut parts.alerts_changed) {
            snapshot.alerts = Arc::new(self.alerts.listed().cloned().collect());
        }
        if let Some(silencings) = self.silencings.list() {
            snapshot.silencings = Arc::new(silencings);
        }
        if std::mem::take(&mut parts.shadow_changed) {
            snapshot.shadow = self.shadow.view();
        }
        if std::mem::take(&mut parts.seconds_changed) {
            // Sums over the fleet are made once a second, however many pictures are taken.
            let (sensors, counts) = self.fleet.sensors(self.at);
            snapshot.sensors = Arc::new(sensors);
            snapshot.sensor_counts = counts;
            let bill = self.meters.bill(self.at);
            let is_other_month = bill.month != snapshot.bill.month;
            let n_incidents = snapshot.bill.n_incidents;
            snapshot.bill = BillView { n_incidents, ..bill };
            let devices_changed = self.devices.take_changed();
            if devices_changed || is_other_month {
                snapshot.bill.n_incidents = self.devices.incidents_since(snapshot.bill.span.0);
            }
            if devices_changed {
                snapshot.repairs = Arc::new(self.devices.repairs(self.at, DAYS_SHOWN, REPAIRS_SHOWN));
            }
            snapshot.functions = Arc::new(self.meters.rows());
            snapshot.calls = Arc::new(self.meters.recent());
            snapshot.rejections = Arc::new(self.health.rejections());
            snapshot.rate = self.health.rate();
            snapshot.latency = self.health.latency();
            // Only who is new, or was named, changes who has no name.
            let n = self.fleet.n_devices();
            if parts.n_looked_at != n || !Arc::ptr_eq(&snapshot.register, &self.register) {
                let (listed, n_unnamed) = register::unnamed(&self.fleet, &self.register);
                snapshot.unnamed = (Arc::new(listed), n_unnamed);
                snapshot.register = Arc::clone(&self.register);
                parts.n_looked_at = n;
            }
            parts.marks_wanted |= self.focus.map;
        }
        if std::mem::take(&mut parts.marks_wanted) {
            (snapshot.marks, snapshot.n_unplaced) = self.fleet.marks(self.at);
            snapshot.driven = self.fleet.driven();
            snapshot.sensor_marks = self.fleet.sensor_marks(self.at);
            snapshot.harsh_marks = self.fleet.harsh(self.at);
        }
        let incidents = &self.incidents;
        let has_incident = |origin: Origin, device: &DeviceId| incidents.concerns(origin, device);
        snapshot.fleet = self.fleet.page(&self.focus, &self.register, &has_incident);
        snapshot.vehicle = self.fleet.vehicle(self.focus.vehicle.as_ref(), incidents.most_urgent_vehicle(), &has_incident);
        snapshot.sensor = self.fleet.sensor(self.focus.sensor.as_ref());
        snapshot.sensor_page = self.fleet.sensor_page(&self.focus.sensors, &self.register);
        snapshot.counters = self.health.counters.clone();
        snapshot.links = self.health.links.clone();
        snapshot.queues.clone_from(&self.health.queues);
        snapshot.store_bytes = self.health.store_bytes;
        snapshot.held = Arc::clone(&self.health.held);
        snapshot.memory = self.fleet.memory();
        snapshot.banners = self.health.banners();
        if let Some((listed, n)) = self.undelivered.list(incidents_changed, |id| incidents.get(id)) {
            snapshot.undelivered = (Arc::new(listed), n);
        }
        snapshot.banners.extend(undelivered::banner(&snapshot.undelivered.0, snapshot.undelivered.1));
        snapshot.clone()
    }
}
