//! Harsh braking, acceleration and cornering, from accelerometers where a row has them, else from speed and heading alone.
//!
//! What is harsh depends on the class of the vehicle: a lorry turns over where a car is at ease. A gate on speed keeps out
//! what is shaken while parked, a hysteresis keeps one manoeuvre one event, and what no tyre can do is no driving: that is
//! for `judge_crash`. An event is told when it is over, once.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{Card, Function, Trigger};
use crate::model::{DeviceId, Driving, Event, HarshEvent, HarshKind, HarshVerdict, Origin, Reading, Timestamp, Verdict};

/// The card.
pub static CARD: Card = Card {
    name: "detect_harsh_driving",
    version: 1,
    sentence: "Tells harsh braking, acceleration and cornering from a vehicle's rows, by its class.",
    listens_to: Trigger::Driving,
    memory_mb: 128,
    timeout_ms: 2_000,
};

const G_MS2: f64 = 9.806_65;
/// Rows further apart than this say nothing of what lay between, s. Own judgement: speeds come once a second, two may be lost.
const GAP_SECS: f64 = 3.0;
/// A speed or heading is compared with one at least this much older, s: receivers give them once a second, and over less
/// their noise decides.
const OVER_SECS: f64 = 0.9;
/// No vehicle on tyres does more, m/s²: 1.2 g is a racing tyre on dry asphalt; beyond is an impact or a fault. Own judgement.
const MOST_MS2: f64 = 12.0;
/// No vehicle turns faster at speed, degrees a second: a heading that leaps is a receiver's. Own judgement.
const MOST_TURN_DEG_S: f64 = 60.0;

/// What is harsh for a class of vehicles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Braking at least this hard. m/s²
    pub brake_ms2: f64,
    /// Speeding up at least this hard. m/s²
    pub accelerate_ms2: f64,
    /// Cornering at least this hard. m/s²
    pub corner_ms2: f64,
}

/// `[functions.detect_harsh_driving]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Limits by class of vehicle; whatever is named here takes the place of the built-in class of that name.
    ///
    /// `car`: 4.4, 4.4 and 5.5 m/s², the defaults of Digital Matter for all vehicles ("set high"; support article
    /// 16000132686, seen 2026-11-25). `heavy`: 3.0, 3.0 and 3.5, the lower end that they recommend to choose from; loaded
    /// lorries turn over from about 0.35 g. `van`: half-way between. Which class gets which is our choice.
    pub classes: BTreeMap<String, Limits>,
    /// Class by vehicle: an exact name, or a beginning followed by `*`, of which the longest that fits wins. Without one, `car`.
    pub vehicles: BTreeMap<String, String>,
    /// Slower than this is no driving. km/h, default 8: the 5 mph at which a trip begins for Samsara.
    pub least_speed_kmh: f64,
    /// Shorter than this is a bump. s, default 0.1 (Teltonika and Digital Matter filter at 100 ms).
    pub least_secs: f64,
    /// An event ends when it falls this share below its limit. Default 0.17, as in Digital Matter's devices.
    pub hysteresis: f64,
    /// Vehicles that are remembered. Default 50,000; of one more nothing is told.
    pub max_vehicles: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            classes: BTreeMap::new(),
            vehicles: BTreeMap::new(),
            least_speed_kmh: 8.0,
            least_secs: 0.1,
            hysteresis: 0.17,
            max_vehicles: 50_000,
        }
    }
}

impl Settings {
    /// The class of a vehicle.
    pub fn class(&self, vehicle: &str) -> &str {
        let by_beginning = || {
            let fitting = self.vehicles.iter().filter_map(|(pattern, class)| Some((pattern.strip_suffix('*')?, class)));
            let fitting = fitting.filter(|(beginning, _)| vehicle.starts_with(beginning));
            fitting.max_by_key(|(beginning, _)| beginning.len()).map(|(_, class)| class)
        };
        self.vehicles.get(vehicle).or_else(by_beginning).map_or("car", String::as_str)
    }

    /// The limits of a class; one that nobody knows is a car.
    pub fn limits(&self, class: &str) -> Limits {
        let all = |brake_ms2, corner_ms2| Limits { brake_ms2, accelerate_ms2: brake_ms2, corner_ms2 };
        self.classes.get(class).copied().unwrap_or_else(|| match class {
            "heavy" => all(3.0, 3.5),
            "van" => all(3.7, 4.5),
            _ => all(4.4, 5.5),
        })
    }
}

/// An event that is not over.
#[derive(Clone, Copy, Debug)]
struct Open {
    from: Timestamp,
    /// The last row that was over the limit.
    to: Timestamp,
    /// For how long a single row stands, s.
    step_secs: f64,
    peak_ms2: f64,
    from_kmh: Option<f64>,
    to_kmh: Option<f64>,
    /// By speeds alone, so that a single wrong one would make it.
    by_speed: bool,
}

/// What is known of a vehicle.
#[derive(Debug)]
struct Memory {
    limits: Limits,
    at: Timestamp,
    /// A speed and a heading, each with its time, that the next one is compared with.
    speed: Option<(Timestamp, f64)>,
    heading: Option<(Timestamp, f64)>,
    last_kmh: Option<(Timestamp, f64)>,
    /// By kind.
    open: [Option<Open>; 3],
}

/// The function, with each vehicle's last rows.
#[derive(Debug)]
pub struct DetectHarshDriving {
    settings: Settings,
    vehicles: HashMap<(Origin, DeviceId), Memory>,
}

impl DetectHarshDriving {
    /// With these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings, vehicles: HashMap::new() }
    }

    fn detect(&mut self, event: &Event, row: &Driving) -> HarshVerdict {
        let at = event.time();
        let room = self.vehicles.len() < self.settings.max_vehicles;
        match self.vehicles.entry((event.origin, event.device.clone())) {
            Entry::Occupied(known) => known.into_mut().follow(at, row, &self.settings),
            Entry::Vacant(place) => {
                if room {
                    let limits = self.settings.limits(self.settings.class(event.device.as_str()));
                    place.insert(Memory::new(limits, at, row));
                }
                HarshVerdict::default()
            }
        }
    }
}

impl Memory {
    fn new(limits: Limits, at: Timestamp, row: &Driving) -> Self {
        let speed = row.speed_kmh.map(|kmh| (at, kmh));
        let heading = row.heading_deg.map(|degrees| (at, degrees));
        Self { limits, at, speed, heading, last_kmh: speed, open: [None; 3] }
    }

    fn follow(&mut self, at: Timestamp, row: &Driving, settings: &Settings) -> HarshVerdict {
        let secs = at.secs_since(self.at);
        if secs <= 0.0 {
            // A repeat or a late row; who drops it is `preprocess_driving`.
            return HarshVerdict::default();
        }
        if secs > GAP_SECS {
            let open = std::mem::take(&mut self.open);
            *self = Self::new(self.limits, at, row);
            return ended(open, settings);
        }
        self.at = at;
        let by_speed = self.along(at, row.speed_kmh);
        let by_heading = self.across(at, row);
        if let Some(kmh) = row.speed_kmh {
            self.last_kmh = Some((at, kmh));
        }
        let felt = row.accel_g;
        let along = felt.map(|accel| accel.x * G_MS2).or(by_speed).filter(|ms2| ms2.abs() <= MOST_MS2);
        let across = felt.map(|accel| accel.y * G_MS2).or(by_heading).filter(|ms2| ms2.abs() <= MOST_MS2);
        let kmh = self.last_kmh.filter(|(then, _)| at.secs_since(*then) <= GAP_SECS).map(|(_, kmh)| kmh);
        // A vehicle that never says how fast it is cannot be gated.
        let known = [kmh, self.speed.map(|(_, kmh)| kmh)].into_iter().flatten().reduce(f64::max);
        let drives = known.is_none_or(|kmh| kmh >= settings.least_speed_kmh);
        let Limits { brake_ms2, accelerate_ms2, corner_ms2 } = self.limits;
        let felt = felt.is_some();
        let kinds = [
            (along.map(|ms2| -ms2), brake_ms2, felt || by_speed.is_some()),
            (along, accelerate_ms2, felt || by_speed.is_some()),
            (across.map(f64::abs), corner_ms2, felt || by_heading.is_some()),
        ];
        let mut over: [Option<Open>; 3] = [None; 3];
        for (idx, (ms2, limit, said)) in kinds.into_iter().enumerate() {
            // Between two speeds a second apart, rows without one say nothing.
            if !said {
                continue;
            }
            let ms2 = ms2.filter(|_| drives).unwrap_or_default();
            match &mut self.open[idx] {
                Some(open) if ms2 >= limit * (1.0 - settings.hysteresis) => {
                    open.to = at;
                    open.to_kmh = kmh;
                    open.peak_ms2 = open.peak_ms2.max(ms2);
                }
                Some(_) => over[idx] = self.open[idx].take(),
                None if ms2 >= limit => {
                    self.open[idx] = Some(Open {
                        from: at,
                        to: at,
                        step_secs: secs.min(1.0),
                        peak_ms2: ms2,
                        from_kmh: self.previous_kmh(at).or(kmh),
                        to_kmh: kmh,
                        by_speed: !felt,
                    });
                }
                None => {}
            }
        }
        self.forget_glitches(&mut over);
        if by_speed.is_some() || self.speed.is_none() {
            self.speed = row.speed_kmh.map(|kmh| (at, kmh)).or(self.speed);
        }
        if by_heading.is_some() || self.heading.is_none() {
            self.heading = row.heading_deg.map(|degrees| (at, degrees)).or(self.heading);
        }
        ended(over, settings)
    }

    /// The speed before this row, for an event that begins with it.
    fn previous_kmh(&self, at: Timestamp) -> Option<f64> {
        self.speed.filter(|(then, _)| *then < at).map(|(_, kmh)| kmh)
    }

    /// One wrong speed is a leap up and a leap back: neither is driving.
    fn forget_glitches(&mut self, over: &mut [Option<Open>; 3]) {
        for (ended, begun) in [(0, 1), (1, 0)] {
            let single = over[ended].is_some_and(|open| open.by_speed && open.from == open.to);
            if single && self.open[begun].is_some_and(|open| open.by_speed && open.from == self.at) {
                over[ended] = None;
                self.open[begun] = None;
            }
        }
    }

    /// Speeding up by the speeds alone, m/s²; `None` where there is nothing to compare yet.
    fn along(&self, at: Timestamp, kmh: Option<f64>) -> Option<f64> {
        let ((then, from), to) = (self.speed?, kmh?);
        let secs = at.secs_since(then);
        (secs >= OVER_SECS).then(|| (to - from) / 3.6 / secs)
    }

    /// Cornering by heading and speed alone, m/s².
    fn across(&self, at: Timestamp, row: &Driving) -> Option<f64> {
        let ((then, from), to) = (self.heading?, row.heading_deg?);
        let secs = at.secs_since(then);
        let kmh = row.speed_kmh.or(self.last_kmh.map(|(_, kmh)| kmh))?;
        if secs < OVER_SECS {
            return None;
        }
        let turn = (to - from + 180.0).rem_euclid(360.0) - 180.0;
        let per_sec = turn / secs;
        Some(if per_sec.abs() > MOST_TURN_DEG_S { 0.0 } else { kmh / 3.6 * per_sec.to_radians() })
    }
}

fn ended(over: [Option<Open>; 3], settings: &Settings) -> HarshVerdict {
    let kinds = [HarshKind::Brake, HarshKind::Accelerate, HarshKind::Corner];
    let mut verdict = HarshVerdict::default();
    for (idx, kind) in kinds.into_iter().enumerate() {
        let Some(open) = over[idx] else { continue };
        let secs = open.to.secs_since(open.from) + open.step_secs;
        if secs + 1e-9 >= settings.least_secs {
            let Open { from, to, peak_ms2, from_kmh, to_kmh, .. } = open;
            verdict.ended[idx] = Some(HarshEvent { kind, from, to, secs, peak_ms2, from_kmh, to_kmh });
        }
    }
    verdict
}

impl Function for DetectHarshDriving {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn judge(&mut self, event: &Event) -> Verdict {
        Verdict::Harsh(match &event.reading {
            Reading::Driving(row) => self.detect(event, row),
            Reading::Crash(_) | Reading::Temperature(_) | Reading::Presence(_) | Reading::Ruled(_) => HarshVerdict::default(),
        })
    }
}

#[cfg(test)]
#[path = "detect_harsh_driving_tests.rs"]
mod tests;
