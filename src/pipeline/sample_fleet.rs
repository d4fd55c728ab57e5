//! A made-up fleet around Seoul, so that a newcomer sees the line at work: vehicles that drive as vehicles do, sensors
//! of which two leave their band now and then, and a crash report of another kind about every three minutes.
//!
//! The same seed and the same times give the same bytes. Everything goes under `sample/`, so nobody is ever told.

use std::f64::consts::TAU;

use fastrand::Rng;

use crate::model::{Origin, Position, Timestamp};
use crate::play::wire::{Degrees, TemperatureBody, round};
use crate::play::{Body, Pace, Publish, PublishError, qos_of};

mod crashes;
mod driving;
mod streets;

use crashes::CrashKind;
use driving::Vehicle;

/// The step of the simulation, ms.
const STEP_MILLIS: i64 = 100;
/// When the first crash report comes, steps.
const FIRST_CRASH: i64 = 20 * 10;
/// From one crash report to the next, steps: 150 to 210 s.
const CRASH_EVERY: std::ops::Range<i64> = 1_500..2_100;
/// A longer time without a call is left out, ms: a computer that slept wakes up to a fleet, not to its backlog.
const GAP_MILLIS: i64 = 5_000;
/// Vehicles that report once a second.
const N_SLOW: u32 = 24;
/// Vehicles that report ten times a second.
const N_FAST: u32 = 2;
/// Temperature sensors, one half in cabins, the other in cold chains.
const N_SENSORS: u32 = 12;

/// The sample fleet.
#[derive(Clone, Debug)]
pub struct SampleFleet {
    rng: Rng,
    vehicles: Vec<Vehicle>,
    sensors: Vec<Sensor>,
    begin: Option<Timestamp>,
    step: i64,
    next_crash: i64,
    n_crashes: u64,
}

#[derive(Clone, Debug)]
struct Sensor {
    topic: String,
    position: Position,
    base_celsius: f64,
    /// How far it leaves its base at worst, °C; 0 for one that stays.
    excursion: f64,
    /// Seconds from one excursion to the next.
    period_secs: f64,
    phase: i64,
}

impl Sensor {
    fn celsius(&self, secs: f64, rng: &mut Rng) -> f64 {
        // The positive half of a sine, squared: quiet for half the period, then a slow rise and fall.
        let pulse = (TAU * secs / self.period_secs).sin().max(0.0).powi(2);
        let wander = 0.4 * (TAU * secs / 97.0 + self.phase as f64).sin();
        round(self.base_celsius + self.excursion * pulse + wander + (rng.f64() - 0.5) * 0.1, 2)
    }
}

impl SampleFleet {
    /// A fleet of this seed.
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let slow = (1..=N_SLOW).map(|number| match number {
            1..=14 => (format!("van-{number:02}"), 10),
            15..=20 => (format!("taxi-{:02}", number - 14), 10),
            _ => (format!("bus-{:02}", number - 20), 10),
        });
        let fast = (1..=N_FAST).map(|number| (format!("test-car-{number:02}"), 1));
        let vehicles = slow.chain(fast).map(|(name, every)| Vehicle::new(name, every, &mut rng)).collect();
        let sensors = (1..=N_SENSORS)
            .map(|number| {
                let half = N_SENSORS / 2;
                let (place, base_celsius, drift) = if number <= half {
                    ("cabin", 19.0 + rng.f64() * 6.0, 12.0)
                } else {
                    ("cold-chain", 4.0 + rng.f64() * 1.5, -5.0)
                };
                let drifts = number == half || number == N_SENSORS;
                Sensor {
                    topic: format!("{}sensors/{place}-{:02}/temperature", Origin::Sample.root(), (number - 1) % half + 1),
                    position: streets::beside(number as usize),
                    base_celsius,
                    excursion: if drifts { drift } else { 0.0 },
                    period_secs: if drift > 0.0 { 240.0 } else { 300.0 },
                    phase: rng.i64(0..10),
                }
            })
            .collect();
        Self { rng, vehicles, sensors, begin: None, step: 0, next_crash: FIRST_CRASH, n_crashes: 0 }
    }

    /// Every message due since the last call, in order; the first call starts the fleet.
    pub fn next_messages(&mut self, now: Timestamp) -> Vec<(String, Vec<u8>)> {
        let begin = *self.begin.get_or_insert(now);
        let mut behind = (now.millis() - begin.millis()) - self.step * STEP_MILLIS;
        if behind > GAP_MILLIS {
            self.begin = Some(begin.plus_micros((behind - STEP_MILLIS) * 1_000));
            behind = STEP_MILLIS;
        }
        let mut messages = Vec::new();
        while behind >= STEP_MILLIS {
            behind -= STEP_MILLIS;
            self.step += 1;
            self.take_step(&mut messages);
        }
        messages
    }

    fn take_step(&mut self, messages: &mut Vec<(String, Vec<u8>)>) {
        let at = self.begin.unwrap_or_default().plus_micros(self.step * STEP_MILLIS * 1_000);
        let mut send = |topic: &str, body: &Body| messages.push((topic.to_owned(), body.render(at)));
        for vehicle in &mut self.vehicles {
            vehicle.drive(&mut self.rng);
            if vehicle.is_due(self.step) {
                send(vehicle.topic(), &Body::Driving(vehicle.row(&mut self.rng)));
            }
        }
        for sensor in &self.sensors {
            if (self.step + sensor.phase) % 10 == 0 {
                let celsius = sensor.celsius(self.step as f64 / 10.0, &mut self.rng);
                send(
                    &sensor.topic,
                    &Body::Temperature(TemperatureBody { degrees: Degrees::Celsius(celsius), position: Some(sensor.position) }),
                );
            }
        }
        if self.step >= self.next_crash {
            let kind = CrashKind::ALL[(self.n_crashes % CrashKind::ALL.len() as u64) as usize];
            if let Some(vehicle) = self.vehicles.iter_mut().find(|vehicle| vehicle.kmh() >= kind.least_kmh()) {
                let event_id = format!("{}-{}-{}", kind.name(), vehicle.name(), at.millis());
                let report = kind.report(event_id, vehicle.kmh(), vehicle.position(), &mut self.rng);
                send(&vehicle.crash_topic(), &Body::Crash(Box::new(report)));
                if kind.stops_vehicle() {
                    vehicle.crash();
                }
                // The next report comes from somebody else.
                self.vehicles.rotate_left(7);
                self.n_crashes += 1;
                self.next_crash = self.step + self.rng.i64(CRASH_EVERY);
            }
        }
    }

    /// Plays the fleet until `pace` says to stop. A message that cannot be handed over is left out: the next one comes
    /// soon. Returns how many went out.
    pub fn run(&mut self, pace: &mut dyn Pace, publish: &mut dyn Publish) -> u64 {
        let mut n_published = 0;
        let mut last: Option<PublishError> = None;
        let mut due = pace.now();
        while pace.wait_until(due) {
            for (topic, payload) in self.next_messages(pace.now()) {
                match publish.publish(&topic, payload, qos_of(&topic)) {
                    Ok(()) => {
                        n_published += 1;
                        last = None;
                    }
                    Err(error) if last.as_ref() == Some(&error) => {}
                    Err(error) => {
                        log::warn!("the sample fleet cannot publish: {error}");
                        last = Some(error);
                    }
                }
            }
            due = due.max(pace.now()).plus_micros(STEP_MILLIS * 1_000);
        }
        n_published
    }
}

#[cfg(test)]
mod tests;
