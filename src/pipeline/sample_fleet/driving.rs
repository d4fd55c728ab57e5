//! One vehicle of the sample fleet: it drives from corner to corner of its round, slows down to turn, and stops now and
//! then. Acceleration follows from speed and turning, position from both, so that everything agrees.

use fastrand::Rng;

use super::streets;
use crate::model::{AccelG, Origin, Position};
use crate::play::map::Origin as Place;
use crate::play::messages::{METRES_PER_DEGREE, place};
use crate::play::wire::{DrivingBody, round};

/// The town hall of Seoul.
const CENTRE: Place = Place { lat: 37.5665, lon: 126.978 };
/// Seconds in a step.
const DT: f64 = 0.1;
/// One standard gravity, m/s².
const G: f64 = 9.806_65;
/// The most that it speeds up, m/s²: brisk traffic. Own judgement.
const SPEED_UP: f64 = 1.4;
/// The most that it brakes, m/s²: below the 0.35 g at which the naturalistic drives mark an event.
const BRAKE: f64 = 2.2;
/// The most that it is pushed sideways in a turn, m/s².
const SIDEWAYS: f64 = 2.0;
/// The most that it turns, rad/s.
const TURN: f64 = 0.5;
/// How fast acceleration itself changes, m/s³: a foot is not a switch.
const JERK: f64 = 3.0;

#[derive(Clone, Debug)]
pub(super) struct Vehicle {
    name: String,
    topic: String,
    /// Steps from one row to the next, and which of them.
    every: i64,
    phase: i64,
    /// Corners of its round, metres east and north of the centre.
    corners: Vec<(f64, f64)>,
    next_corner: usize,
    east: f64,
    north: f64,
    /// Radians clockwise from north.
    heading: f64,
    /// m/s
    speed: f64,
    /// m/s²
    accel: f64,
    /// rad/s, clockwise
    yaw: f64,
    /// The speed it likes, m/s.
    cruise: f64,
    /// Steps that it still waits, or stands after a crash.
    waits: u32,
}

impl Vehicle {
    pub(super) fn new(name: String, every: i64, rng: &mut Rng) -> Self {
        let corners: Vec<_> = streets::round(rng).into_iter().map(|(lat, lon)| from_centre(lat, lon)).collect();
        let (corner, toward) = (corners[0], corners[1]);
        // Somewhere on its first road.
        let share = rng.f64();
        let begin = (corner.0 + (toward.0 - corner.0) * share, corner.1 + (toward.1 - corner.1) * share);
        Self {
            topic: format!("{}fleet/{name}/driving", Origin::Sample.root()),
            name,
            every,
            phase: rng.i64(0..10),
            east: begin.0,
            north: begin.1,
            heading: (toward.0 - begin.0).atan2(toward.1 - begin.1),
            speed: rng.f64() * 12.0,
            accel: 0.0,
            yaw: 0.0,
            cruise: 10.0 + rng.f64() * 14.0,
            waits: 0,
            next_corner: 1,
            corners,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn topic(&self) -> &str {
        &self.topic
    }

    pub(super) fn crash_topic(&self) -> String {
        format!("{}fleet/{}/crash", Origin::Sample.root(), self.name)
    }

    pub(super) fn kmh(&self) -> f64 {
        self.speed * 3.6
    }

    pub(super) fn position(&self) -> Position {
        place(CENTRE, self.east, self.north)
    }

    pub(super) fn is_due(&self, step: i64) -> bool {
        (step + self.phase) % self.every == 0
    }

    /// It has hit something: it stands for two minutes.
    pub(super) fn crash(&mut self) {
        (self.speed, self.accel, self.yaw) = (0.0, 0.0, 0.0);
        self.waits = 1_200;
    }

    /// One step along the round.
    pub(super) fn drive(&mut self, rng: &mut Rng) {
        let (to_east, to_north) = (self.corners[self.next_corner].0 - self.east, self.corners[self.next_corner].1 - self.north);
        let distance = to_east.hypot(to_north);
        let off_course = wrap(to_east.atan2(to_north) - self.heading);

        if distance < 40.0 {
            self.next_corner = (self.next_corner + 1) % self.corners.len();
            // One corner in three has a red light, 8 to 25 s.
            if self.waits == 0 && rng.u32(0..3) == 0 {
                self.waits = rng.u32(80..250);
            }
        }
        let waiting = self.waits > 0;
        if self.speed < 0.1 {
            self.waits = self.waits.saturating_sub(1);
        }

        // It slows down for what is ahead: the corner, and how far off its course it points.
        let corner_speed = 7.0_f64;
        let for_corner = (corner_speed.powi(2) + 1.2 * (distance - 40.0).max(0.0)).sqrt();
        let for_course = if off_course.abs() > 0.3 { corner_speed } else { f64::INFINITY };
        let wanted = if waiting { 0.0 } else { self.cruise.min(for_corner).min(for_course) };

        let wish = ((wanted - self.speed) * 0.6).clamp(-BRAKE, SPEED_UP);
        let accel = self.accel + (wish - self.accel).clamp(-JERK * DT, JERK * DT);
        let speed = (self.speed + accel * DT).max(0.0);
        self.accel = (speed - self.speed) / DT;
        self.speed = if waiting && speed < 0.05 { 0.0 } else { speed };

        let grip = if self.speed > 0.5 { (SIDEWAYS / self.speed).min(TURN) } else { 0.0 };
        let yaw_wish = (off_course * 0.8).clamp(-grip, grip);
        self.yaw += (yaw_wish - self.yaw).clamp(-0.08, 0.08);
        self.yaw = self.yaw.clamp(-grip, grip);
        self.heading = wrap(self.heading + self.yaw * DT);
        self.east += self.speed * self.heading.sin() * DT;
        self.north += self.speed * self.heading.cos() * DT;
    }

    /// What its box says now, with a sensor's noise.
    pub(super) fn row(&self, rng: &mut Rng) -> DrivingBody {
        let mut noise = |size: f64| (rng.f64() + rng.f64() - 1.0) * size;
        DrivingBody {
            speed_kmh: Some(round(self.kmh(), 1)),
            accel_g: Some(AccelG {
                x: round(self.accel / G + noise(0.015), 3),
                y: round(self.speed * self.yaw / G + noise(0.015), 3),
                z: round(noise(0.02), 3),
            }),
            position: Some(Position { hdop: Some(round(0.9 + noise(0.2), 1)), ..self.position() }),
            heading_deg: Some(round(self.heading.to_degrees().rem_euclid(360.0), 1).rem_euclid(360.0)),
        }
    }
}

/// Metres east and north of the centre, on a plane.
fn from_centre(lat: f64, lon: f64) -> (f64, f64) {
    let east = (lon - CENTRE.lon) * METRES_PER_DEGREE * CENTRE.lat.to_radians().cos();
    (east, (lat - CENTRE.lat) * METRES_PER_DEGREE)
}

/// An angle between −π and π.
fn wrap(angle: f64) -> f64 {
    (angle + std::f64::consts::PI).rem_euclid(std::f64::consts::TAU) - std::f64::consts::PI
}
