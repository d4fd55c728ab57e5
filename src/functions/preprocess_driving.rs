//! Drops rows of driving data that say nothing, say it again, or cannot be true, each with its reason.
//!
//! A device is compared with its own last row only, so the memory for each is one small record. What a decoder already
//! refused (a speed of 900 km/h, a latitude of 200°) never comes here.
//!
//! A row that tells of an impact may lose more speed than any brake can, so that is no reason to drop it. Where such a row
//! is dropped all the same, for a place that it cannot be at, the state still watches what comes after the impact.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Card, Function, Trigger};
use crate::model::{
    BootId, DeviceId, Driving, DrivingVerdict, Event, Origin, Position, Reading, RejectionReason, Timestamp, Verdict,
};

/// The card.
pub static CARD: Card = Card {
    name: "preprocess_driving",
    version: 1,
    sentence: "Drops rows of driving data that are empty, doubled, late or impossible, each with its reason.",
    listens_to: Trigger::Driving,
    memory_mb: 128,
    timeout_ms: 2_000,
};

/// `[functions.preprocess_driving]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// A vehicle cannot go faster between two fixes. km/h, default 400, above every road vehicle. Own judgement.
    pub max_speed_kmh: f64,
    /// How far a fix may be off without its being a jump. m, default 500: a first fix in a street of tall houses is
    /// off by some hundred. Own judgement.
    pub fix_error_m: f64,
    /// After this many fixes in a row that jump from the last good one, the new place is believed: the vehicle was
    /// on a ferry, or the last good one was the wrong one. Default 3. Own judgement.
    pub believe_after: u8,
    /// A speed that changes faster than this between two rows is implausible. g, default 3: no road vehicle brakes
    /// or accelerates so for long. Not where the row tells of an impact that explains it. Own judgement.
    pub max_mean_accel_g: f64,
    /// Vehicles that are remembered. Default 50,000; rows of one more are kept unseen.
    pub max_vehicles: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { max_speed_kmh: 400.0, fix_error_m: 500.0, believe_after: 3, max_mean_accel_g: 3.0, max_vehicles: 50_000 }
    }
}

/// What is known of a vehicle.
#[derive(Clone, Debug)]
struct Last {
    boot: Option<BootId>,
    seq: Option<u64>,
    at: Timestamp,
    row: Driving,
    speed: Option<(Timestamp, f64)>,
    fix: Option<(Timestamp, Position)>,
    n_jumps: u8,
    n_leaps: u8,
}

/// The function, with each vehicle's last row.
#[derive(Debug)]
pub struct PreprocessDriving {
    settings: Settings,
    vehicles: HashMap<(Origin, DeviceId), Last>,
}

impl PreprocessDriving {
    /// With these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings, vehicles: HashMap::new() }
    }

    fn sift(&mut self, event: &Event, row: &Driving) -> DrivingVerdict {
        if is_empty(row) {
            return DrivingVerdict::Drop(RejectionReason::Empty);
        }
        let key = (event.origin, event.device.clone());
        let Some(last) = self.vehicles.get_mut(&key) else {
            if self.vehicles.len() < self.settings.max_vehicles {
                self.vehicles.insert(key, Last::new(event, row));
            }
            return DrivingVerdict::Keep;
        };
        if let Some(reason) = last.wrong(event, row, &self.settings) {
            return DrivingVerdict::Drop(reason);
        }
        last.follow(event, row);
        DrivingVerdict::Keep
    }
}

impl Last {
    fn new(event: &Event, row: &Driving) -> Self {
        let at = event.time();
        Self {
            boot: event.boot.clone(),
            seq: event.seq,
            at,
            row: *row,
            speed: row.speed_kmh.map(|kmh| (at, kmh)),
            fix: row.position.map(|fix| (at, fix)),
            n_jumps: 0,
            n_leaps: 0,
        }
    }

    /// Why a row cannot follow this one.
    fn wrong(&mut self, event: &Event, row: &Driving, settings: &Settings) -> Option<RejectionReason> {
        let at = event.time();
        if event.boot == self.boot {
            // Within one start the running number orders, never the clock; without numbers, the time does.
            match (self.seq, event.seq) {
                (Some(last), Some(seq)) if seq == last => return Some(RejectionReason::Duplicate),
                (Some(last), Some(seq)) if seq < last => return Some(RejectionReason::OutOfOrder),
                (Some(_), Some(_)) => {}
                _ if at == self.at && *row == self.row => return Some(RejectionReason::Duplicate),
                _ if at < self.at => return Some(RejectionReason::OutOfOrder),
                _ => {}
            }
        }
        if let (Some((then, from)), Some(to)) = (self.fix, row.position) {
            let reach_m = settings.max_speed_kmh / 3.6 * at.secs_since(then).max(0.0) + settings.fix_error_m;
            if metres(from, to) > reach_m && self.n_jumps + 1 < settings.believe_after {
                self.n_jumps += 1;
                return Some(RejectionReason::OutOfRange);
            }
        }
        if let (Some((then, from)), Some(to)) = (self.speed, row.speed_kmh) {
            // Whole seconds at least: speeds are smoothed and stamped late.
            let secs = at.secs_since(then).max(1.0);
            let g = (to - from).abs() / 3.6 / secs / 9.806_65;
            let hit = row.collision_g().is_some();
            if g > settings.max_mean_accel_g && !hit && self.n_leaps + 1 < settings.believe_after {
                self.n_leaps += 1;
                return Some(RejectionReason::OutOfRange);
            }
        }
        None
    }

    fn follow(&mut self, event: &Event, row: &Driving) {
        let at = event.time();
        self.boot.clone_from(&event.boot);
        self.seq = event.seq;
        self.at = at;
        self.row = *row;
        if let Some(fix) = row.position {
            self.fix = Some((at, fix));
            self.n_jumps = 0;
        }
        if let Some(kmh) = row.speed_kmh {
            self.speed = Some((at, kmh));
            self.n_leaps = 0;
        }
    }
}

fn is_empty(row: &Driving) -> bool {
    *row == Driving::default()
}

/// Distance on a sphere by the flat-earth formula, m; good to 1 % below 100 km, and only the order counts beyond.
fn metres(a: Position, b: Position) -> f64 {
    const M_PER_DEGREE: f64 = 111_195.0;
    let north = b.lat - a.lat;
    let turn = (b.lon - a.lon).rem_euclid(360.0);
    let east = turn.min(360.0 - turn) * a.lat.midpoint(b.lat).to_radians().cos();
    north.hypot(east) * M_PER_DEGREE
}

impl Function for PreprocessDriving {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn judge(&mut self, event: &Event) -> Verdict {
        Verdict::Driving(match &event.reading {
            Reading::Driving(row) => self.sift(event, row),
            Reading::Crash(_) | Reading::Temperature(_) | Reading::Presence(_) | Reading::Ruled(_) => DrivingVerdict::Keep,
        })
    }
}

#[cfg(test)]
#[path = "preprocess_driving_tests.rs"]
mod tests;
