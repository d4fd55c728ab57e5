//! What fails to arrive: a sensor that falls silent; what that means of a vehicle stands in `after_impact`.
//!
//! It is judged here and not in a function, because only the state knows when each device was last heard and whether
//! we were listening: while the link is down, and after a pause of this computer, the clock starts anew for everybody.

use std::collections::HashMap;

use super::State;
use super::alerts::Which;
use super::temperatures::duration;
use crate::model::{AlertId, AlertKind, Effect, Event, SensorFault, Severity, Timestamp};

/// Silent is no message for so many of its usual intervals: one lost message is none, two are seldom.
pub(super) const TIMES_USUAL: f64 = 3.0;
/// A sensor is never silent sooner than this, s: a reboot or a new cell takes as long. Own judgement.
const SENSOR_LEAST_SECS: f64 = 60.0;
/// Seconds between two ticks after which this computer has paused, and nothing is known of the time between.
const PAUSE_SECS: f64 = 5.0;
/// From so many sensors in one second it is the network or a gateway, told once for all. Own judgement.
const TOGETHER: usize = 10;

/// Whether we listen, and which alerts of silence still hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Silence {
    /// Since when we listen without a break; `None` while the link is down.
    since: Option<Timestamp>,
    last_tick: Option<Timestamp>,
    /// How many sensors each alert still waits for.
    awaited: HashMap<AlertId, usize>,
}

impl Silence {
    /// The link is up or down.
    pub(super) fn listening(&mut self, up: bool, now: Timestamp) {
        self.since = if up { self.since.or(Some(now)) } else { None };
    }

    /// A second passed: since when we listen, if we do.
    fn tick(&mut self, now: Timestamp) -> Option<Timestamp> {
        let paused = self.last_tick.is_some_and(|last| now.secs_since(last) > PAUSE_SECS);
        self.last_tick = Some(now);
        if paused && self.since.is_some() {
            self.since = Some(now);
        }
        self.since
    }
}

impl State {
    /// A second passed: who should have reported by now?
    pub(super) fn look_for_silence(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(since) = self.silence.tick(now) else { return };
        self.sensors_fell_silent(since, now, effects);
        self.vehicles_fell_silent(since, now, effects);
    }

    fn sensors_fell_silent(&mut self, since: Timestamp, now: Timestamp, effects: &mut Vec<Effect>) {
        let silent = self.fleet.fallen_silent(now, since, TIMES_USUAL, SENSOR_LEAST_SECS);
        let together = silent.len() >= TOGETHER;
        // A gateway's sensors share one alert; it is over when the last of them is heard again.
        for group in silent.chunks(if together { silent.len() } else { 1 }) {
            let [first, others @ ..] = group else { continue };
            let device = &first.device;
            let text = if together {
                format!("{device} and {} other sensors fell silent at once: is it a gateway or the network?", others.len())
            } else if first.offline {
                format!("{device}: sensor fault: its last will says that it is gone")
            } else {
                let (secs, usual) = (duration(first.secs), duration(first.usual_secs.unwrap_or_default()));
                format!("{device}: sensor fault: silent for {secs}, usually every {usual}")
            };
            let about = AlertKind::SensorFault { fault: SensorFault::Silent };
            let alert = if together {
                // A silence over one of them says nothing of the others.
                let alert = self.new_alert(about, device, first.origin, Severity::Medium, text, now);
                self.list_alert(alert, effects)
            } else {
                self.raise_for(about, device, first.origin, Severity::Medium, text, now, effects)
            };
            self.silence.awaited.insert(alert, group.len());
            for sensor in group {
                self.fleet.told_silent(sensor.origin, &sensor.device, alert);
            }
        }
    }

    /// A sensor is heard again, perhaps after it was said to be silent.
    pub(super) fn heard_again(&mut self, event: &Event, now: Timestamp, effects: &mut Vec<Effect>) {
        // What the broker had kept is as old as it was before.
        if event.retained {
            return;
        }
        let Some(alert) = self.fleet.heard_again(event) else { return };
        let Some(awaited) = self.silence.awaited.get_mut(&alert) else { return };
        *awaited -= 1;
        if *awaited == 0 {
            self.silence.awaited.remove(&alert);
            self.clear_alerts(Which::One(alert), now, effects);
        }
    }
}
