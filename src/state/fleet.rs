//! The register of devices: when each was last heard, its last values and its numbers.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use super::driven::{Crumb, Driven};
use super::rows::At;
use super::series::{self, Series};
use super::snapshot::{
    DrivenPiece, FleetPage, FleetRow, HarshMark, Motion, SensorCounts, SensorMark, SensorPage, SensorRow, SensorView,
    VehicleMark, VehicleView,
};
use crate::model::effect::SampleChunk;
use crate::model::{
    AlertId, Band, DeviceId, DeviceKind, Driving, Event, Focus, HarshEvent, Origin, Places, Position, Presence, Reading,
    Register, SensorFocus, SensorOrder, Temperature, TemperatureVerdict, Timestamp,
};
use crate::search::{self, Registered, Search};

/// A device that sent nothing for this long is silent, s (design, "silent > 60 s").
pub const SILENT_AFTER_SECS: i64 = 60;
/// Below this a vehicle stands, km/h: GPS speed noise at rest is some tenths.
pub const MOVING_KMH: f64 = 1.0;
/// A device of which nobody knows how often it speaks, and whose last will says that it is gone, is gone after this, s. Own
/// judgement: most sleep for less.
const GONE_SECS: f64 = 3_600.0;
/// Times between messages that the usual one is taken from.
const GAPS: usize = 7;
/// Harsh driving stays on the map for this long, s.
const HARSH_SECS: f64 = 3_600.0;
/// Harsh events kept for the map.
const HARSH_MARKS: usize = 1_000;
/// Sensors in a snapshot's list.
const SENSORS_LISTED: usize = 200;

/// How a device's messages arrive.
#[derive(Clone, Debug)]
struct Pulse {
    origin: Origin,
    last_seen: Timestamp,
    /// Exponential mean of the time between messages, µs; 0 before the second.
    period_micros: f64,
    n_seen: u64,
    clock_ahead_ms: i64,
    /// It said goodbye, or its broker did for it; until it is heard again.
    offline: bool,
    /// The last times between messages, ms, for their median; a mean would be spoilt by one long pause.
    gaps_ms: [u32; GAPS],
    /// The alert that said that it fell silent.
    told_silent: Option<AlertId>,
}

/// When a message showed that its device is there: what the broker had kept is as old as it says, and no sign of life.
fn seen_at(event: &Event) -> Timestamp {
    if event.retained { event.time().min(event.received_at) } else { event.received_at }
}

impl Pulse {
    fn new(event: &Event) -> Self {
        Self {
            origin: event.origin,
            last_seen: seen_at(event),
            period_micros: 0.0,
            n_seen: 0,
            clock_ahead_ms: 0,
            offline: false,
            gaps_ms: [0; GAPS],
            told_silent: None,
        }
    }

    fn beat(&mut self, event: &Event) {
        let step = event.received_at.micros_since(self.last_seen).max(0) as f64;
        self.origin = event.origin;
        self.last_seen = self.last_seen.max(seen_at(event));
        // What the broker had kept comes when we subscribe: it says nothing of how often its device speaks, nor that it does.
        if event.retained {
            return;
        }
        self.period_micros = match self.n_seen {
            0 => 0.0,
            1 => step,
            _ => self.period_micros + (step - self.period_micros) / 8.0,
        };
        if self.n_seen > 0 {
            self.gaps_ms[(self.n_seen as usize - 1) % GAPS] = (step / 1e3) as u32;
        }
        self.n_seen += 1;
        self.offline = false;
        if let Some(occurred_at) = event.occurred_at {
            self.clock_ahead_ms = occurred_at.micros_since(event.received_at) / 1_000;
        }
    }

    fn period_secs(&self) -> Option<f64> {
        (self.n_seen >= 3).then_some(self.period_micros / 1e6)
    }

    /// Median seconds between its last messages; `None` before the third.
    fn usual_secs(&self) -> Option<f64> {
        let n = (self.n_seen.saturating_sub(1) as usize).min(GAPS);
        if n < 2 {
            return None;
        }
        let mut gaps = self.gaps_ms;
        let gaps = &mut gaps[..n];
        gaps.sort_unstable();
        Some(f64::from(gaps[n / 2]) / 1e3)
    }

    fn is_silent(&self, now: Timestamp) -> bool {
        self.offline || now.micros_since(self.last_seen) > SILENT_AFTER_SECS * 1_000_000
    }
}

#[derive(Clone, Debug)]
struct Vehicle {
    pulse: Pulse,
    last: Driving,
    series: Series,
    crumb: Option<Crumb>,
    harsh: [u32; 3],
    last_harsh: Option<HarshEvent>,
}

impl Vehicle {
    fn motion(&self, now: Timestamp) -> Motion {
        if self.pulse.is_silent(now) {
            Motion::Silent
        } else if self.last.speed_kmh.is_some_and(|speed| speed >= MOVING_KMH) {
            Motion::Moving
        } else {
            Motion::Parked
        }
    }
}

#[derive(Clone, Debug)]
struct Sensor {
    pulse: Pulse,
    last: TemperatureVerdict,
    /// What it last said of it itself.
    position: Option<Position>,
    band_since: Timestamp,
    crossed: Option<(Timestamp, Band)>,
    series: Series,
}

/// When a vehicle speaks.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) last_seen: Timestamp,
    /// Between its rows, s; `None` before the third.
    pub(super) usual_secs: Option<f64>,
    /// Its last will says that it is gone.
    pub(super) offline: bool,
    /// The last that it said.
    pub(super) position: Option<Position>,
}

/// A sensor that sends nothing.
#[derive(Clone, Debug)]
pub(super) struct Silent {
    pub(super) origin: Origin,
    pub(super) device: DeviceId,
    /// Since it was last heard, s.
    pub(super) secs: f64,
    /// Between its messages, s.
    pub(super) usual_secs: Option<f64>,
    /// Its last will says so.
    pub(super) offline: bool,
}

/// A device's name with the road its messages take: a drill of VAN-1 is not VAN-1.
type Key = (Origin, DeviceId);

fn key(origin: Origin, device: &DeviceId) -> Key {
    (origin, device.clone())
}

/// Everything known of every device.
#[derive(Clone, Debug)]
pub(super) struct Fleet {
    vehicles: HashMap<Key, Vehicle>,
    /// The vehicles' keys in the order of the list.
    vehicle_order: Vec<Key>,
    /// Where sensors stand that do not say so.
    places: Places,
    /// Harsh driving of late, the oldest first.
    harsh: VecDeque<HarshMark>,
    sensors: BTreeMap<Key, Sensor>,
    /// Whose oldest sealed chunk is the oldest of all.
    sealed: VecDeque<(DeviceKind, Key)>,
    bytes: u64,
    budget: u64,
    counts: (usize, usize, usize),
    driven: Driven,
    /// The filter's last answer, kept until a vehicle joins.
    filtered: Filtered,
    /// The sensors as they stand on the screen: for which filter and order, and when that was made.
    sensor_list: SensorList,
    routed: Routed,
    ticked_at: Timestamp,
}

#[derive(Clone, Debug, Default)]
struct SensorList {
    filter: String,
    order: SensorOrder,
    at: Timestamp,
    keys: Vec<Key>,
}

/// Readings of the last minute by band, second by second.
#[derive(Clone, Debug, Default)]
struct Routed {
    now: [u32; 3],
    seconds: VecDeque<[u32; 3]>,
    sum: [u32; 3],
}

impl Routed {
    fn add(&mut self, band: Band) {
        self.now[band as usize] += 1;
    }

    /// A second is over.
    fn tick(&mut self) {
        let now = std::mem::take(&mut self.now);
        let old = if self.seconds.len() >= 60 { self.seconds.pop_front().unwrap_or_default() } else { [0; 3] };
        self.seconds.push_back(now);
        for (sum, (new, old)) in self.sum.iter_mut().zip(now.into_iter().zip(old)) {
            *sum = *sum + new - old;
        }
    }
}

/// The vehicles that a search found.
#[derive(Clone, Debug, Default)]
struct Filtered {
    filter: String,
    total: usize,
    /// When, for a search whose answer changes with time.
    at: Option<Timestamp>,
    hits: Vec<usize>,
}

impl Fleet {
    /// No devices; numbers in memory take at most `budget` bytes.
    pub(super) fn new(budget: u64) -> Self {
        Self {
            vehicles: HashMap::new(),
            vehicle_order: Vec::new(),
            places: Places::default(),
            harsh: VecDeque::new(),
            sensors: BTreeMap::new(),
            sealed: VecDeque::new(),
            bytes: 0,
            budget,
            counts: (0, 0, 0),
            driven: Driven::default(),
            filtered: Filtered::default(),
            sensor_list: SensorList::default(),
            routed: Routed::default(),
            ticked_at: Timestamp::default(),
        }
    }

    /// Says where sensors stand that do not say so themselves.
    pub(super) fn set_places(&mut self, places: Places) {
        self.places = places;
    }

    /// A row of driving data; a chunk that became full comes back for the store.
    pub(super) fn drove(&mut self, event: &Event, row: &Driving) -> Option<Arc<SampleChunk>> {
        let key = key(event.origin, &event.device);
        let vehicle = match self.vehicles.entry(key.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let place_in_list = self.vehicle_order.partition_point(|other| *other < key);
                self.vehicle_order.insert(place_in_list, key.clone());
                let series = Series::new(event.device.clone(), DeviceKind::Vehicle, event.origin);
                place.insert(Vehicle {
                    pulse: Pulse::new(event),
                    last: Driving::default(),
                    series,
                    crumb: None,
                    harsh: [0; 3],
                    last_harsh: None,
                })
            }
        };
        vehicle.pulse.beat(event);
        vehicle.last = Driving {
            speed_kmh: row.speed_kmh.or(vehicle.last.speed_kmh),
            accel_g: row.accel_g.or(vehicle.last.accel_g),
            position: row.position.or(vehicle.last.position),
            heading_deg: row.heading_deg.or(vehicle.last.heading_deg),
        };
        if let Some(position) = row.position.filter(|_| event.origin != Origin::Drill) {
            self.driven.passed(&mut vehicle.crumb, position, event.received_at);
        }
        let accel = row.accel_g;
        let columns = [
            row.speed_kmh,
            accel.map(|a| a.x),
            accel.map(|a| a.y),
            accel.map(|a| a.z),
            row.position.map(|p| p.lat),
            row.position.map(|p| p.lon),
            row.heading_deg,
        ];
        let chunk = vehicle.series.push(event.time(), &columns);
        self.keep(DeviceKind::Vehicle, key, chunk)
    }

    /// A vehicle was driven harshly.
    pub(super) fn drove_harshly(&mut self, event: &Event, harsh: HarshEvent) {
        if let Some(vehicle) = self.vehicles.get_mut(&key(event.origin, &event.device)) {
            vehicle.harsh[harsh.kind as usize] += 1;
            vehicle.last_harsh = Some(harsh);
            if let Some(Position { lat, lon, .. }) = vehicle.last.position.filter(|_| event.origin != Origin::Drill) {
                let at = event.received_at;
                self.harsh.push_back(HarshMark { device: event.device.clone(), origin: event.origin, lat, lon, harsh, at });
                if self.harsh.len() > HARSH_MARKS {
                    self.harsh.pop_front();
                }
            }
        }
    }

    /// Where vehicles were driven harshly within the last [`HARSH_SECS`], the oldest first.
    pub(super) fn harsh(&mut self, now: Timestamp) -> Arc<Vec<HarshMark>> {
        let old = |mark: &HarshMark| now.secs_since(mark.at) > HARSH_SECS;
        while self.harsh.front().is_some_and(old) {
            self.harsh.pop_front();
        }
        Arc::new(self.harsh.iter().cloned().collect())
    }

    /// Every sensor of which it is known where it is: from its own messages, else from the settings, else from the vehicle
    /// that it belongs to (`van-7/cargo`). A walk over all of them.
    pub(super) fn sensor_marks(&self, now: Timestamp) -> Arc<Vec<SensorMark>> {
        let real = self.sensors.iter().filter(|((origin, _), _)| *origin != Origin::Drill);
        let mark = |(key, sensor): (&Key, &Sensor)| {
            let (lat, lon) = self.place(key, sensor)?;
            Some(SensorMark { row: sensor_row(key, sensor), lat, lon, silent: sensor.pulse.is_silent(now) })
        };
        Arc::new(real.filter_map(mark).collect())
    }

    fn place(&self, (origin, device): &Key, sensor: &Sensor) -> Option<(f64, f64)> {
        let own = sensor.position.map(|at| (at.lat, at.lon));
        let of_vehicle = || {
            let name = device.as_str();
            let vehicle = name.split_once('/').map_or(name, |(vehicle, _)| vehicle);
            let at = self.vehicles.get(&(*origin, DeviceId::new(vehicle)))?.last.position?;
            Some((at.lat, at.lon))
        };
        own.or_else(|| self.places.of(device).map(|place| (place.lat, place.lon))).or_else(of_vehicle)
    }

    /// What is known of when a vehicle speaks; `None` for one that never sent driving data.
    pub(super) fn heard(&self, origin: Origin, vehicle: &DeviceId) -> Option<Heard> {
        let Vehicle { pulse, last, .. } = self.vehicles.get(&key(origin, vehicle))?;
        let usual_secs = pulse.usual_secs();
        Some(Heard { last_seen: pulse.last_seen, usual_secs, offline: pulse.offline, position: last.position })
    }

    /// Sensors that have been silent for `times` their usual interval, half of it where their last will says that they are
    /// gone, and at least `least_secs`, since we listen; without those of which that was told.
    pub(super) fn fallen_silent(&self, now: Timestamp, listening_since: Timestamp, times: f64, least_secs: f64) -> Vec<Silent> {
        let silent = |((origin, device), sensor): (&Key, &Sensor)| {
            let pulse = &sensor.pulse;
            // Most were heard within the least time, and cost no more than this.
            let quiet_secs = now.secs_since(pulse.last_seen.max(listening_since));
            if pulse.told_silent.is_some() || quiet_secs <= least_secs {
                return None;
            }
            let usual_secs = pulse.usual_secs();
            // A device that sleeps between its messages says goodbye each time; only when the next one is due is it gone.
            let times = if pulse.offline { times / 2.0 } else { times };
            let due_secs = usual_secs.map(|usual| times * usual).or(pulse.offline.then_some(GONE_SECS));
            if due_secs.is_none_or(|due| quiet_secs <= due) {
                return None;
            }
            let secs = now.secs_since(pulse.last_seen);
            Some(Silent { origin: *origin, device: device.clone(), secs, usual_secs, offline: pulse.offline })
        };
        self.sensors.iter().filter_map(silent).collect()
    }

    /// That a sensor is silent was told by this alert.
    pub(super) fn told_silent(&mut self, origin: Origin, sensor: &DeviceId, alert: AlertId) {
        if let Some(sensor) = self.sensors.get_mut(&key(origin, sensor)) {
            sensor.pulse.told_silent = Some(alert);
        }
    }

    /// A sensor is heard; the alert that had said that it is silent.
    pub(super) fn heard_again(&mut self, event: &Event) -> Option<AlertId> {
        self.sensors.get_mut(&key(event.origin, &event.device))?.pulse.told_silent.take()
    }

    /// A temperature; a chunk that became full comes back for the store.
    pub(super) fn measured(&mut self, event: &Event, verdict: &TemperatureVerdict) -> Option<Arc<SampleChunk>> {
        let key = key(event.origin, &event.device);
        let sensor = self.sensors.entry(key.clone()).or_insert_with(|| Sensor {
            pulse: Pulse::new(event),
            last: *verdict,
            position: None,
            band_since: event.received_at,
            crossed: None,
            series: Series::new(event.device.clone(), DeviceKind::Sensor, event.origin),
        });
        sensor.pulse.beat(event);
        if sensor.last.band != verdict.band {
            sensor.band_since = event.received_at;
            sensor.crossed = Some((event.time(), verdict.band));
        }
        sensor.last = *verdict;
        if let Reading::Temperature(Temperature { position: Some(position), .. }) = event.reading {
            sensor.position = Some(position);
        }
        self.routed.add(verdict.band);
        let chunk = sensor.series.push(event.time(), &[Some(verdict.celsius.0)]);
        self.keep(DeviceKind::Sensor, key, chunk)
    }

    /// A device came or went, with its probes (`<device>/<probe>`); one that never sent anything is not taken up for it.
    pub(super) fn came_or_went(&mut self, event: &Event, presence: &Presence) {
        let key = key(event.origin, &event.device);
        if let Some(vehicle) = self.vehicles.get_mut(&key) {
            vehicle.pulse.offline = !presence.online;
        }
        if let Some(sensor) = self.sensors.get_mut(&key) {
            sensor.pulse.offline = !presence.online;
        }
        let probes = format!("{}/", event.device);
        let first = (event.origin, DeviceId::new(&probes));
        let its = |(origin, name): &Key| *origin == event.origin && name.as_str().starts_with(&probes);
        for (_, sensor) in self.sensors.range_mut(first..).take_while(|(key, _)| its(key)) {
            sensor.pulse.offline = !presence.online;
        }
    }

    fn keep(&mut self, kind: DeviceKind, key: Key, chunk: Option<Arc<SampleChunk>>) -> Option<Arc<SampleChunk>> {
        let chunk = chunk?;
        self.bytes += series::bytes(&chunk);
        self.sealed.push_back((kind, key));
        while self.bytes > self.budget {
            let Some((kind, key)) = self.sealed.pop_front() else { break };
            let freed = match kind {
                DeviceKind::Vehicle => self.vehicles.get_mut(&key).map_or(0, |vehicle| vehicle.series.forget_oldest()),
                DeviceKind::Sensor => self.sensors.get_mut(&key).map_or(0, |sensor| sensor.series.forget_oldest()),
            };
            self.bytes -= freed.min(self.bytes);
        }
        Some(chunk)
    }

    /// Seals every open tail, for the store, at the end.
    pub(super) fn seal_all(&mut self) -> Vec<Arc<SampleChunk>> {
        let order = self.vehicle_order.clone();
        let vehicles = order.iter().filter_map(|key| self.vehicles.get_mut(key)?.series.seal()).collect::<Vec<_>>();
        vehicles.into_iter().chain(self.sensors.values_mut().filter_map(|sensor| sensor.series.seal())).collect()
    }

    /// Bytes of sealed numbers in memory, and the budget.
    pub(super) const fn memory(&self) -> (u64, u64) {
        (self.bytes, self.budget)
    }

    /// Counts moving, parked and silent again; once a second.
    pub(super) fn tick(&mut self, now: Timestamp) {
        self.ticked_at = now;
        self.routed.tick();
        // A walk over all of them, so in the order in which they lie in memory.
        self.counts = self.vehicles.values().fold((0, 0, 0), |(moving, parked, silent), vehicle| match vehicle.motion(now) {
            Motion::Moving => (moving + 1, parked, silent),
            Motion::Parked => (moving, parked + 1, silent),
            Motion::Silent => (moving, parked, silent + 1),
        });
    }

    /// The place of every vehicle that ever said one, and how many never did. A walk over all of them.
    pub(super) fn marks(&self, now: Timestamp) -> (Arc<Vec<VehicleMark>>, usize) {
        // In the order in which they lie in memory: nobody reads them by place.
        let marks: Vec<_> = self
            .vehicles
            .iter()
            .filter_map(|((origin, device), vehicle)| {
                let position = vehicle.last.position?;
                Some(VehicleMark {
                    device: device.clone(),
                    origin: *origin,
                    lat: position.lat,
                    lon: position.lon,
                    heading_deg: vehicle.last.heading_deg.map(|heading| heading as f32),
                    speed_kmh: vehicle.last.speed_kmh.map(|speed| speed as f32),
                    motion: vehicle.motion(now),
                    last_seen: vehicle.pulse.last_seen,
                })
            })
            .collect();
        let n_unplaced = self.vehicles.len() - marks.len();
        (Arc::new(marks), n_unplaced)
    }

    /// Where vehicles drove of late.
    pub(super) fn driven(&self) -> Arc<Vec<Arc<Vec<DrivenPiece>>>> {
        self.driven.view()
    }

    /// Every vehicle and sensor that speaks for itself: no drill, and each once.
    pub(super) fn devices(&self) -> impl Iterator<Item = &DeviceId> {
        let vehicles = self.vehicle_order.iter();
        let sensors = self.sensors.keys().filter(|key| !self.vehicles.contains_key(*key));
        vehicles.chain(sensors).filter(|key| key.0 != Origin::Drill).map(|key| &key.1)
    }

    /// How many keys there are, drills among them: as long as it stays, so do the devices.
    pub(super) fn n_devices(&self) -> usize {
        self.vehicles.len() + self.sensors.len()
    }

    /// What is found may have changed although no device has.
    pub(super) fn look_again(&mut self) {
        self.filtered = Filtered::default();
        self.sensor_list = SensorList::default();
    }

    fn row(&self, key: &Key, has_incident: &dyn Fn(Origin, &DeviceId) -> bool) -> Option<FleetRow> {
        let vehicle = self.vehicles.get(key)?;
        Some(FleetRow {
            device: key.1.clone(),
            origin: vehicle.pulse.origin,
            last: vehicle.last,
            last_seen: vehicle.pulse.last_seen,
            period_secs: vehicle.pulse.period_secs(),
            clock_ahead_ms: vehicle.pulse.clock_ahead_ms,
            incident: has_incident(vehicle.pulse.origin, &key.1),
            harsh: vehicle.harsh,
            last_harsh: vehicle.last_harsh,
        })
    }

    /// The rows that are on the screen.
    pub(super) fn page(
        &mut self,
        focus: &Focus,
        register: &Register,
        has_incident: &dyn Fn(Origin, &DeviceId) -> bool,
    ) -> FleetPage {
        let total = self.vehicle_order.len();
        let (moving, parked, silent) = self.counts;
        // What cannot be read hides nothing; the window says what is wrong with it.
        let search = Search::parse(&focus.fleet_filter, search::FLEET).unwrap_or_default();
        let place = |matching: usize| {
            let from = focus.fleet_from.min(matching);
            from..from.saturating_add(focus.fleet_len).min(matching)
        };
        let (matching, rows) = if search.is_empty() {
            let range = place(total);
            (total, self.vehicle_order[range].iter().filter_map(|key| self.row(key, has_incident)).collect())
        } else {
            let now = self.ticked_at;
            let at = (!search.asks_names_alone()).then_some(now);
            if self.filtered.filter != focus.fleet_filter || self.filtered.total != total || self.filtered.at != at {
                let found = |key: &Key| {
                    let entry = register.get(&key.1);
                    self.row(key, has_incident).is_some_and(|row| search.finds(&Registered { row: &At(&row, now), entry }, now))
                };
                let hits = self.vehicle_order.iter().enumerate().filter(|(_, key)| found(key)).map(|(idx, _)| idx).collect();
                self.filtered = Filtered { filter: focus.fleet_filter.clone(), total, at, hits };
            }
            let hits = &self.filtered.hits;
            let rows = hits[place(hits.len())].iter().filter_map(|idx| self.row(&self.vehicle_order[*idx], has_incident));
            (hits.len(), rows.collect())
        };
        FleetPage { total, matching, moving, parked, silent, from: place(matching).start, rows }
    }

    fn find<'a, V>(devices: impl Fn(&Key) -> Option<&'a V>, device: &DeviceId) -> Option<(Key, &'a V)> {
        [Origin::Device, Origin::Sample, Origin::Drill].into_iter().find_map(|origin| {
            let key = key(origin, device);
            devices(&key).map(|found| (key.clone(), found))
        })
    }

    /// The vehicle to plot: the chosen one, else `wanted` (the newest critical incident's), else the first.
    pub(super) fn vehicle(
        &self,
        chosen: Option<&DeviceId>,
        wanted: Option<&DeviceId>,
        has_incident: &dyn Fn(Origin, &DeviceId) -> bool,
    ) -> Option<VehicleView> {
        let of = |device: &DeviceId| Self::find(|key| self.vehicles.get(key), device);
        let (key, vehicle) = chosen.and_then(of).or_else(|| wanted.and_then(of)).or_else(|| {
            let key = self.vehicle_order.first()?;
            self.vehicles.get(key).map(|vehicle| (key.clone(), vehicle))
        })?;
        Some(VehicleView { row: self.row(&key, has_incident)?, series: vehicle.series.view() })
    }

    /// The sensor to plot: the chosen one, else one that is out of its band, else the first.
    pub(super) fn sensor(&self, chosen: Option<&DeviceId>) -> Option<SensorView> {
        let chosen = chosen.and_then(|device| Self::find(|key| self.sensors.get(key), device));
        let (key, sensor) = chosen.or_else(|| {
            let out = self.sensors.iter().find(|(_, sensor)| sensor.last.band != Band::Normal);
            out.or_else(|| self.sensors.iter().next()).map(|(key, sensor)| (key.clone(), sensor))
        })?;
        Some(sensor_view(&key, sensor))
    }

    /// The sensors whose charts are on the screen. The list is made anew once a second at most, and not while it is held.
    pub(super) fn sensor_page(&mut self, focus: &SensorFocus, register: &Register) -> SensorPage {
        if focus.len == 0 {
            return SensorPage::default();
        }
        let filter = focus.filter.clone();
        let list = &mut self.sensor_list;
        let asked_anew = list.filter != filter || list.order != focus.order || list.keys.is_empty();
        if asked_anew || (list.at != self.ticked_at && !focus.hold) {
            let now = self.ticked_at;
            let search = Search::parse(&filter, search::SENSORS).unwrap_or_default();
            let found = |(key, sensor): &(&Key, &Sensor)| {
                let entry = register.get(&key.1);
                search.is_empty() || search.finds(&Registered { row: &At(&sensor_row(key, sensor), now), entry }, now)
            };
            let mut keys: Vec<Key> = self.sensors.iter().filter(found).map(|(key, _)| key.clone()).collect();
            let sensors = &self.sensors;
            let rank = |key: &Key| match sensors.get(key) {
                _ if focus.order == SensorOrder::Name => 0,
                Some(sensor) if sensor.pulse.is_silent(now) => 2,
                Some(sensor) => match sensor.last.band {
                    Band::Hot => 0,
                    Band::Cold => 1,
                    Band::Normal => 3,
                },
                None => 4,
            };
            keys.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.1.cmp(&b.1)).then_with(|| a.0.cmp(&b.0)));
            *list = SensorList { filter, order: focus.order, at: now, keys };
        }
        let matching = list.keys.len();
        let from = focus.from.min(matching);
        let shown = &list.keys[from..from.saturating_add(focus.len).min(matching)];
        let view = |key: &Key| self.sensors.get(key).map(|sensor| sensor_view(key, sensor));
        SensorPage { matching, from, sensors: shown.iter().filter_map(view).collect() }
    }

    /// Sensors for the list, those out of their band first, and the counts.
    pub(super) fn sensors(&self, now: Timestamp) -> (Vec<SensorRow>, SensorCounts) {
        let mut counts = SensorCounts { total: self.sensors.len(), per_minute: self.routed.sum, ..SensorCounts::default() };
        for sensor in self.sensors.values() {
            if sensor.pulse.is_silent(now) {
                counts.silent += 1;
            } else {
                match sensor.last.band {
                    Band::Hot => counts.hot += 1,
                    Band::Normal => counts.normal += 1,
                    Band::Cold => counts.cold += 1,
                }
            }
        }
        let out = self.sensors.iter().filter(|(_, sensor)| sensor.last.band != Band::Normal);
        let within = self.sensors.iter().filter(|(_, sensor)| sensor.last.band == Band::Normal);
        (out.chain(within).take(SENSORS_LISTED).map(|(key, sensor)| sensor_row(key, sensor)).collect(), counts)
    }
}

fn sensor_view(key: &Key, sensor: &Sensor) -> SensorView {
    SensorView { row: sensor_row(key, sensor), series: sensor.series.view(), crossed: sensor.crossed }
}

fn sensor_row(key: &Key, sensor: &Sensor) -> SensorRow {
    SensorRow {
        device: key.1.clone(),
        origin: sensor.pulse.origin,
        last: sensor.last,
        last_seen: sensor.pulse.last_seen,
        period_secs: sensor.pulse.period_secs(),
        band_since: sensor.band_since,
    }
}
