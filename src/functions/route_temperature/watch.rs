//! What a sensor's readings together say: out of band for long enough, changing too fast, or a sensor at fault.
//!
//! Everything is by the times of the readings; one small record a sensor is all that is kept.

use super::{Limits, Settings};
use crate::model::{Alarm, Band, SensorFault, Timestamp, Watch};

/// Where the rate of change is taken over at least this, s: shorter, and the noise of one reading decides.
const RATE_OVER_SECS: f64 = 30.0;
/// So many leaps to and fro, each within [`LEAP_READINGS`] of the one before, are a jumping sensor: one leap may be a
/// lost reading, two the way there and back.
const LEAPS: u8 = 3;
/// See [`LEAPS`].
const LEAP_READINGS: u8 = 10;
/// A leap counts where it is this much faster than the rate that alarms, over two minutes at most: air and goods take
/// minutes to follow. Own judgement.
const LEAP_OVER_SECS: f64 = 120.0;
/// A sensor whose value changed so often has shown how long it can stand still.
const CHANGES_KNOWN: u32 = 20;
/// Standing still for so many times longer than ever before is being stuck. Own judgement.
const TIMES_LONGER: f64 = 4.0;
/// The least readings of the same value, so that a sensor that reports twice a day is not stuck by noon.
const SAME_READINGS: u32 = 20;
/// What a DS18B20 says after a reset, before it has measured (data sheet, "power-on reset value"), °C.
const POWER_ON_C: f64 = 85.0;
/// What the common drivers of the DS18B20 say when it does not answer (`DEVICE_DISCONNECTED_C`), °C.
const DISCONNECTED_C: f64 = -127.0;

/// So many readings in a row without a fault, and the sensor is well again; fewer, and one that fails now and then
/// would ring each time.
const GOOD_READINGS: u8 = 10;

/// Says yes or no only once it has been so for long enough.
#[derive(Clone, Copy, Debug, Default)]
struct Latch {
    on: bool,
    /// What it was told last, and since when it is told that.
    told: Option<(bool, Timestamp)>,
}

impl Latch {
    /// Takes in what is so now; `at_once` where the next reading would come only after the delay.
    fn tell(&mut self, now: bool, at: Timestamp, on_after_secs: f64, off_after_secs: f64, at_once: bool) {
        let (_, since) = *self.told.insert(self.told.filter(|(before, _)| *before == now).unwrap_or((now, at)));
        let after_secs = if now { on_after_secs } else { off_after_secs };
        if now != self.on && (at_once || at.secs_since(since) >= after_secs) {
            self.on = now;
        }
    }

    /// For how long it is told yes without a break, s; 0 while it is told no.
    fn secs(&self, at: Timestamp) -> f64 {
        self.told.filter(|(now, _)| *now).map_or(0.0, |(_, since)| at.secs_since(since).max(0.0))
    }
}

/// What is remembered of a sensor.
#[derive(Debug)]
pub(super) struct Memory {
    pub(super) limits: Limits,
    /// Its band at the last reading.
    pub(super) band: Option<Band>,
    last: Option<(Timestamp, f64)>,
    /// Mean seconds between readings; `None` before the second.
    every_secs: Option<f64>,
    out: Latch,
    fast: Latch,
    /// Which way it changed fast, up or not.
    rising: bool,
    /// Two readings at least [`RATE_OVER_SECS`] apart, the older first.
    anchors: [Option<(Timestamp, f64)>; 2],
    same_since: Timestamp,
    n_same: u32,
    longest_same_secs: f64,
    n_changes: u32,
    n_leaps: u8,
    last_leap: Option<(bool, u8)>,
    alarm: Option<Alarm>,
    fault: Option<SensorFault>,
    /// Readings without a fault since the last with one.
    n_good: u8,
}

impl Memory {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            band: None,
            last: None,
            every_secs: None,
            out: Latch::default(),
            fast: Latch::default(),
            rising: false,
            anchors: [None; 2],
            same_since: Timestamp(0),
            n_same: 0,
            longest_same_secs: 0.0,
            n_changes: 0,
            n_leaps: 0,
            last_leap: None,
            alarm: None,
            fault: None,
            n_good: 0,
        }
    }

    /// Takes a reading in and says what all of them say.
    pub(super) fn watch(&mut self, celsius: f64, band: Band, at: Timestamp, settings: &Settings) -> Watch {
        let (alarm_before, fault_before) = (self.alarm, self.fault);
        self.band = Some(band);
        let mut rate = None;
        let fault = self.impossible(celsius, settings).or_else(|| {
            let jumping = self.jumps(celsius, at, settings);
            self.every(at);
            let stuck = self.stands_still(celsius, at, settings);
            rate = self.rate(celsius, at);
            self.last = Some((self.last.map_or(at, |(last, _)| last.max(at)), celsius));
            jumping.or(stuck)
        });
        // A reading that is not believed leaves the alarm as it was.
        if fault.is_none() {
            self.alarm = self.alarm(band != Band::Normal, rate, at, settings);
        }
        self.fault(fault);
        Watch {
            out_secs: self.out.secs(at),
            rate_k_min: rate,
            same_secs: at.secs_since(self.same_since).max(0.0),
            alarm: self.alarm,
            alarm_before,
            fault: self.fault,
            fault_before,
        }
    }

    fn alarm(&mut self, out: bool, rate: Option<f64>, at: Timestamp, settings: &Settings) -> Option<Alarm> {
        let delay_s = self.limits.delay_s.unwrap_or(settings.delay_s);
        let slow = self.every_secs.is_some_and(|secs| secs >= delay_s);
        self.out.tell(out, at, delay_s, delay_s, slow);
        let limit = self.limits.max_rate_k_min.unwrap_or(settings.max_rate_k_min);
        let rate = rate.filter(|rate| limit > 0.0 && rate.abs() > limit);
        // A rise and a fall are no one long change.
        if rate.is_some_and(|rate| (rate > 0.0) != std::mem::replace(&mut self.rising, rate > 0.0)) {
            self.fast.told = None;
        }
        self.fast.tell(rate.is_some(), at, RATE_OVER_SECS, delay_s, false);
        if self.out.on {
            // However fast it then comes back, that is no further alarm.
            self.fast = Latch::default();
            return Some(Alarm::Band);
        }
        self.fast.on.then_some(Alarm::Rate)
    }

    /// A fault holds until enough readings without one have come.
    fn fault(&mut self, now: Option<SensorFault>) {
        self.n_good = if now.is_some() { 0 } else { self.n_good.saturating_add(1) };
        if now.is_some() || self.n_good >= GOOD_READINGS {
            self.fault = now;
        }
    }

    fn impossible(&self, celsius: f64, settings: &Settings) -> Option<SensorFault> {
        let (least, most) = self.limits.possible_c.unwrap_or(settings.possible_c);
        let far = self.last.is_none_or(|(_, last)| (celsius - last).abs() > settings.jump_k);
        let no_reading = (celsius == DISCONNECTED_C || celsius == POWER_ON_C) && far;
        (no_reading || !(least..=most).contains(&celsius)).then_some(SensorFault::Impossible)
    }

    fn every(&mut self, at: Timestamp) {
        let Some((last, _)) = self.last else { return };
        let secs = at.secs_since(last);
        if secs > 0.0 {
            self.every_secs = Some(self.every_secs.map_or(secs, |mean| mean + (secs - mean) / 8.0));
        }
    }

    fn rate(&mut self, celsius: f64, at: Timestamp) -> Option<f64> {
        let [older, newer] = self.anchors;
        if newer.is_none_or(|(then, _)| at.secs_since(then) >= RATE_OVER_SECS) {
            self.anchors = [newer, Some((at, celsius))];
        }
        let from = newer.filter(|(then, _)| at.secs_since(*then) >= RATE_OVER_SECS).or(older);
        let (then, from) = from.filter(|(then, _)| at.secs_since(*then) >= RATE_OVER_SECS)?;
        Some((celsius - from) / at.secs_since(then) * 60.0)
    }

    fn stands_still(&mut self, celsius: f64, at: Timestamp, settings: &Settings) -> Option<SensorFault> {
        let secs = at.secs_since(self.same_since);
        if self.last.is_some_and(|(_, last)| last.total_cmp(&celsius).is_eq()) {
            self.n_same = self.n_same.saturating_add(1);
        } else {
            if self.last.is_some() {
                self.n_changes = self.n_changes.saturating_add(1);
                // What was a fault is no measure of how long it may stand still.
                if self.fault != Some(SensorFault::Stuck) {
                    self.longest_same_secs = self.longest_same_secs.max(secs);
                }
            }
            self.same_since = at;
            self.n_same = 1;
            return None;
        }
        let enough = if self.n_changes >= CHANGES_KNOWN {
            (settings.stuck_after_min * 60.0).max(self.longest_same_secs * TIMES_LONGER)
        } else {
            settings.never_moved_h * 3_600.0
        };
        (self.n_same >= SAME_READINGS && secs >= enough).then_some(SensorFault::Stuck)
    }

    fn jumps(&mut self, celsius: f64, at: Timestamp, settings: &Settings) -> Option<SensorFault> {
        let (then, last) = self.last?;
        self.last_leap = self.last_leap.map(|(up, ago)| (up, ago.saturating_add(1))).filter(|(_, ago)| *ago < LEAP_READINGS);
        let limit = self.limits.max_rate_k_min.unwrap_or(settings.max_rate_k_min);
        let least = settings.jump_k.max(limit / 60.0 * at.secs_since(then).clamp(0.0, LEAP_OVER_SECS));
        let step = celsius - last;
        if step.abs() >= least {
            let up = step > 0.0;
            self.n_leaps =
                if self.last_leap.is_some_and(|(before, _)| before != up) { self.n_leaps.saturating_add(1) } else { 1 };
            self.last_leap = Some((up, 0));
        }
        (self.last_leap.is_some() && self.n_leaps >= LEAPS).then_some(SensorFault::Jumping)
    }
}

#[cfg(test)]
#[path = "watch_tests.rs"]
mod tests;
