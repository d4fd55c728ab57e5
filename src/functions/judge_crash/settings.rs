//! Every number that decides over a crash report, with its unit, default and source.

use serde::{Deserialize, Serialize};

use crate::model::setting::{self, Bound, Key, Wrong};

/// `[functions.judge_crash]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Probability at or above which a report is ruled a real accident. 0.5 to 1, default 0.80. Own judgement.
    pub real_at: f64,
    /// Probability at or below which a report is ruled a malfunction. 0 to 0.5, default 0.20. Own judgement.
    pub malfunction_at: f64,
    /// Horizontal speed change within the window that a collision makes. km/h, default 8. 49 CFR 563.5 (trigger).
    pub delta_v_kmh: f64,
    /// The window. ms, default 150. 49 CFR 563.5 (trigger).
    pub window_ms: f64,
    /// A real accident at or above this is critical. km/h, default 24: above 15 mph airbags deploy in most
    /// frontal crashes. Own judgement after NHTSA's EDR studies (50 % at 8 to 12 mph, 90 % at 18 to 19 mph).
    pub critical_kmh: f64,
    /// More than any collision of a road vehicle gives. km/h, default 160. Own judgement.
    pub impossible_kmh: f64,
    /// A push of at least this length can be a collision. ms, default 40: car-to-car pulses last 70 to 150 ms, the
    /// stiffest barriers about half. Own judgement.
    pub pulse_min_ms: f64,
    /// A push of at most this length is a knock or a drop. ms, default 25: phones dropped on a floor show 6 to 18.
    /// Own judgement.
    pub knock_ms: f64,
    /// A push longer than this is braking or cornering. ms, default 300: event data recorders look for the largest
    /// Δv in 300 ms. 49 CFR 563.7.
    pub pulse_max_ms: f64,
    /// Share of the smoothed peak at which a push begins and ends. Default 0.25. Own judgement.
    pub pulse_edge: f64,
    /// Smoothing before a push is measured. ms, default 10. Own judgement.
    pub smooth_ms: f64,
    /// Peak of a collision. g, default 2.5. Geotab, collision-level event.
    pub peak_g: f64,
    /// Peak that driving alone reaches. g, default 1.5. Geotab, minor collision from 1.5.
    pub driving_g: f64,
    /// Braking or cornering for half a second at or above this is harsh. g, default 0.35. Own judgement; harsh driving
    /// is counted from 0.45 g over 100 ms by insurers.
    pub harsh_g: f64,
    /// |a| below this is free fall. g, default 0.3. Own judgement.
    pub free_fall_g: f64,
    /// Free fall of at least this length is a drop. ms, default 80, a fall of 3 cm. Own judgement.
    pub free_fall_ms: f64,
    /// Interruptions of free fall that do not end it. ms, default 15. Own judgement.
    pub free_fall_slack_ms: f64,
    /// An impact follows its fall within this. ms, default 250. Own judgement.
    pub fall_to_impact_ms: f64,
    /// An axis at its limit for this long is a fault. ms, default 200: no collision lasts so long. Own judgement.
    pub pinned_ms: f64,
    /// An axis counts as at its limit only from here. g, default 1.9: the smallest range sold is 2 g. Own judgement.
    pub pinned_g: f64,
    /// An axis that repeats one value for this long while others move is stuck. ms, default 500. Own judgement.
    pub stuck_ms: f64,
    /// What counts as moving, from lowest to highest. g, default 0.1. Own judgement.
    pub moving_g: f64,
    /// A time without samples of more than this is a gap, where it is more than four usual steps, too.
    /// ms, default 60. Own judgement.
    pub gap_ms: f64,
    /// A jump of the clock: more than this without samples. ms, default 3,000. Own judgement.
    pub clock_jump_ms: f64,
    /// How much before and after the push tells the level at rest. ms, default 1,500. Own judgement.
    pub level_ms: f64,
    /// How long after the push the level at rest is looked for. ms, default 100. Own judgement.
    pub settle_ms: f64,
    /// How far |a| before the push may be from 1 g, and how far from that after. g, default 0.35: braking at 0.9 g
    /// makes |a| 1.35 g. Own judgement.
    pub rest_tolerance_g: f64,
    /// How long before the push swings are counted; what tumbles after an impact is no shaking. ms, default 3,000.
    /// Own judgement.
    pub shaking_ms: f64,
    /// Swings of comparable size before the push from which a record is of shaking. Default 4: a first impact and its
    /// rebound make 2. Own judgement.
    pub shaking_swings: usize,
    /// Steps of at least this length are too coarse for the shape of a push; the jolt is looked at instead.
    /// ms, default 45: two samples in a push of 100 ms. Own judgement.
    pub coarse_ms: f64,
    /// How far either way a coarse record's sample is compared with its surroundings. ms, default 400: brakes take
    /// 200 to 600 to build up. Own judgement.
    pub jolt_ms: f64,
    /// How far either way of a push unrest is looked at. ms, default 2,000. Own judgement.
    pub unrest_ms: f64,
    /// Off by this much from its level, a device is restless. g, default 0.25. Own judgement.
    pub restless_g: f64,
    /// Restless for at least this long about a weak push, a device is handled. ms, default 450: two or three swings of
    /// a hand. Own judgement.
    pub handled_ms: f64,
    /// A vertical jolt of at least this length is a bump rather than a hole. ms, default 80: a speed bump of 3.7 m at
    /// 20 km/h lifts each axle for some tenths of a second. Own judgement.
    pub bump_ms: f64,
    /// A time without samples of at least this is a dropout. ms, default 300. Own judgement.
    pub dropout_ms: f64,
    /// What a hand gives a device that it does not throw or hit, at most. g, default 4. Own judgement; `WreckWatch`
    /// chose 4 g as above everyday handling.
    pub hand_g: f64,
    /// Motion is looked for up to this long before the peak. ms, default 500. Own judgement.
    pub moving_gap_ms: f64,
    /// A device that rides shakes at least this much. g, default 0.02: ten times a good sensor's noise.
    /// Own judgement.
    pub riding_g: f64,
    /// How long a device lies still after a fall at the least. ms, default 1,000. Own judgement.
    pub still_ms: f64,
    /// How long after the peak it must begin to lie still. ms, default 6,000. Own judgement.
    pub still_within_ms: f64,
    /// It lies still when it moves less than this. g, default 0.06. Own judgement.
    pub still_g: f64,
    /// Samples in a push for the record to be trusted fully. Default 5. Own judgement.
    pub full_samples: usize,
    /// A vehicle at or above this is on a trip. km/h, default 8. Samsara, crash gate of 5 mph.
    pub trip_kmh: f64,
    /// At or below this a vehicle stands. km/h, default 3. Own judgement; GNSS speed at rest is noisy.
    pub standing_kmh: f64,
    /// A vehicle at or above this is in traffic again. km/h, default 25. Own judgement.
    pub traffic_kmh: f64,
    /// How long after the push the lasting speed is looked at. ms, default 3,000. Own judgement.
    pub later_ms: f64,
    /// A report that comes later than this is called late. s, default 600. Own judgement.
    pub late_secs: f64,
    /// Tilt from which a vehicle that stopped has turned over. Degrees, default 60. Digital Matter, rollover.
    pub tilt_deg: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            real_at: 0.80,
            malfunction_at: 0.20,
            delta_v_kmh: 8.0,
            window_ms: 150.0,
            critical_kmh: 24.0,
            impossible_kmh: 160.0,
            pulse_min_ms: 40.0,
            knock_ms: 25.0,
            pulse_max_ms: 300.0,
            pulse_edge: 0.25,
            smooth_ms: 10.0,
            peak_g: 2.5,
            driving_g: 1.5,
            harsh_g: 0.35,
            free_fall_g: 0.3,
            free_fall_ms: 80.0,
            free_fall_slack_ms: 15.0,
            fall_to_impact_ms: 250.0,
            pinned_ms: 200.0,
            pinned_g: 1.9,
            stuck_ms: 500.0,
            moving_g: 0.1,
            gap_ms: 60.0,
            clock_jump_ms: 3_000.0,
            level_ms: 1_500.0,
            settle_ms: 100.0,
            rest_tolerance_g: 0.35,
            shaking_ms: 3_000.0,
            shaking_swings: 4,
            coarse_ms: 45.0,
            jolt_ms: 400.0,
            unrest_ms: 2_000.0,
            restless_g: 0.25,
            handled_ms: 450.0,
            bump_ms: 80.0,
            dropout_ms: 300.0,
            hand_g: 4.0,
            moving_gap_ms: 500.0,
            riding_g: 0.02,
            still_ms: 1_000.0,
            still_within_ms: 6_000.0,
            still_g: 0.06,
            full_samples: 5,
            trip_kmh: 8.0,
            standing_kmh: 3.0,
            traffic_kmh: 25.0,
            later_ms: 3_000.0,
            late_secs: 600.0,
            tilt_deg: 60.0,
        }
    }
}

impl Settings {
    /// What each number may be.
    pub const BOUNDS: [Bound; 49] = [
        Bound::new("real_at", "", 0.5, 1.0),
        Bound::new("malfunction_at", "", 0.0, 0.5),
        Bound::new("delta_v_kmh", "km/h", 1.0, 100.0),
        Bound::new("window_ms", "ms", 10.0, 1_000.0),
        Bound::new("critical_kmh", "km/h", 1.0, 200.0),
        Bound::new("impossible_kmh", "km/h", 20.0, 1_000.0),
        Bound::new("pulse_min_ms", "ms", 1.0, 1_000.0),
        Bound::new("knock_ms", "ms", 1.0, 1_000.0),
        Bound::new("pulse_max_ms", "ms", 10.0, 5_000.0),
        Bound::new("pulse_edge", "", 0.01, 0.99),
        Bound::new("smooth_ms", "ms", 0.0, 1_000.0),
        Bound::new("peak_g", "g", 0.1, 100.0),
        Bound::new("driving_g", "g", 0.1, 100.0),
        Bound::new("harsh_g", "g", 0.05, 10.0),
        Bound::new("free_fall_g", "g", 0.01, 0.95),
        Bound::new("free_fall_ms", "ms", 1.0, 10_000.0),
        Bound::new("free_fall_slack_ms", "ms", 0.0, 10_000.0),
        Bound::new("fall_to_impact_ms", "ms", 0.0, 10_000.0),
        Bound::new("pinned_ms", "ms", 1.0, 60_000.0),
        Bound::new("pinned_g", "g", 0.1, 1_000.0),
        Bound::new("stuck_ms", "ms", 1.0, 600_000.0),
        Bound::new("moving_g", "g", 0.001, 10.0),
        Bound::new("gap_ms", "ms", 1.0, 60_000.0),
        Bound::new("clock_jump_ms", "ms", 1.0, 3_600_000.0),
        Bound::new("level_ms", "ms", 1.0, 60_000.0),
        Bound::new("settle_ms", "ms", 0.0, 60_000.0),
        Bound::new("rest_tolerance_g", "g", 0.01, 10.0),
        Bound::new("shaking_ms", "ms", 1.0, 60_000.0),
        Bound::new("shaking_swings", "", 1.0, 1_000.0),
        Bound::new("coarse_ms", "ms", 1.0, 10_000.0),
        Bound::new("jolt_ms", "ms", 1.0, 60_000.0),
        Bound::new("unrest_ms", "ms", 1.0, 60_000.0),
        Bound::new("restless_g", "g", 0.001, 10.0),
        Bound::new("handled_ms", "ms", 1.0, 60_000.0),
        Bound::new("bump_ms", "ms", 1.0, 10_000.0),
        Bound::new("dropout_ms", "ms", 1.0, 60_000.0),
        Bound::new("hand_g", "g", 0.1, 100.0),
        Bound::new("moving_gap_ms", "ms", 0.0, 60_000.0),
        Bound::new("riding_g", "g", 0.0001, 10.0),
        Bound::new("still_ms", "ms", 1.0, 600_000.0),
        Bound::new("still_within_ms", "ms", 1.0, 600_000.0),
        Bound::new("still_g", "g", 0.0001, 10.0),
        Bound::new("full_samples", "", 1.0, 1_000.0),
        Bound::new("trip_kmh", "km/h", 0.0, 200.0),
        Bound::new("standing_kmh", "km/h", 0.0, 100.0),
        Bound::new("traffic_kmh", "km/h", 1.0, 400.0),
        Bound::new("later_ms", "ms", 1.0, 600_000.0),
        Bound::new("late_secs", "s", 0.0, 31_536_000.0),
        Bound::new("tilt_deg", "°", 1.0, 180.0),
    ];

    /// Whether these limits can judge at all: each can be meant, and none contradicts another.
    pub fn check(&self) -> Result<(), Wrong> {
        let table = Key::of("functions.judge_crash");
        setting::check(&table, self, &Self::BOUNDS)?;
        setting::in_order(
            &table,
            &[
                (("malfunction_at", self.malfunction_at), ("real_at", self.real_at)),
                (("delta_v_kmh", self.delta_v_kmh), ("impossible_kmh", self.impossible_kmh)),
                (("critical_kmh", self.critical_kmh), ("impossible_kmh", self.impossible_kmh)),
                (("knock_ms", self.knock_ms), ("pulse_max_ms", self.pulse_max_ms)),
                (("pulse_min_ms", self.pulse_min_ms), ("pulse_max_ms", self.pulse_max_ms)),
                (("standing_kmh", self.standing_kmh), ("traffic_kmh", self.traffic_kmh)),
            ],
        )
    }
}
