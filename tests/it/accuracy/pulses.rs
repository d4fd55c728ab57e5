//! A generator of crashes and false alarms of our own, from physics and a seed: no recording is behind it.
//!
//! The world is a function of time in the vehicle's frame (X forward, Y right, Z down, at rest Z = −1 g); a sensor
//! turns it, averages or samples it at its rate, adds noise and cuts it off at its range.

use fastrand::Rng;
use fleetwatch::model::{CrashReport, Frame, Pulse, SpeedTrace};

use super::crash_sets::report;

type Vec3 = [f64; 3];

/// One g for one ms, km/h.
const KMH_PER_G_MS: f64 = 9.806_65e-3 * 3.6;

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Crash,
    Pothole,
    SpeedBump,
    DoorSlam,
    Braking,
    Corner,
    Drop,
    Handling,
    Spike,
    Stuck,
    Pinned,
    Offset,
    Dropout,
    ClockJump,
    Driving,
}

/// Every false alarm.
pub(super) const FALSE_ALARMS: [Kind; 14] = [
    Kind::Pothole,
    Kind::SpeedBump,
    Kind::DoorSlam,
    Kind::Braking,
    Kind::Corner,
    Kind::Drop,
    Kind::Handling,
    Kind::Spike,
    Kind::Stuck,
    Kind::Pinned,
    Kind::Offset,
    Kind::Dropout,
    Kind::ClockJump,
    Kind::Driving,
];

/// How it is measured.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a device does or does not")]
pub(super) struct Sensor {
    pub(super) hz: f64,
    pub(super) range_g: f64,
    /// Averages over its step, as a filter before sampling does; else takes the value of the moment.
    pub(super) filtered: bool,
    pub(super) gravity: bool,
    /// Root mean square, g.
    pub(super) noise_g: f64,
    /// Says its range.
    pub(super) says_range: bool,
    /// Sends speeds.
    pub(super) speed: bool,
}

/// Where the event begins, ms; the record goes from 0 to 10 s.
const AT: f64 = 5_000.0;
const END: f64 = 10_000.0;

/// A turn by a random axis and angle.
pub(super) fn rotation(rng: &mut Rng) -> [Vec3; 3] {
    let quaternion: [f64; 4] = std::array::from_fn(|_| normal(rng));
    let size = quaternion.iter().map(|part| part * part).sum::<f64>().sqrt();
    let [w, x, y, z] = quaternion.map(|part| part / size);
    [
        [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
        [2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - w * x)],
        [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)],
    ]
}

pub(super) fn turned(by: &[Vec3; 3], a: Vec3) -> Vec3 {
    by.map(|row| row[0] * a[0] + row[1] * a[1] + row[2] * a[2])
}

fn normal(rng: &mut Rng) -> f64 {
    (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (std::f64::consts::TAU * rng.f64()).cos()
}

fn between(rng: &mut Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * rng.f64()
}

/// 0 before `from`, 1 after `to`, a smooth step between.
fn ramp(t: f64, from: f64, to: f64) -> f64 {
    let x = ((t - from) / (to - from)).clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

/// A push that begins at 0 and lasts `ms`, 1 at its top, with its area in ms.
fn shape(which: u8, t: f64, ms: f64) -> f64 {
    let x = t / ms;
    if !(0.0..1.0).contains(&x) {
        return 0.0;
    }
    match which {
        0 => (std::f64::consts::PI * x).sin(),
        1 => (1.0 - (std::f64::consts::TAU * x).cos()) / 2.0,
        _ => (if x < 0.35 { x / 0.35 } else { (1.0 - x) / 0.65 }).max(0.0),
    }
}

fn area(which: u8, ms: f64) -> f64 {
    ms * if which == 0 { 2.0 / std::f64::consts::PI } else { 0.5 }
}

/// What is true: specific force in g in the vehicle's frame, how the device lies in it, and the speed in km/h.
struct World {
    force: Box<dyn Fn(f64) -> Vec3>,
    speed: Box<dyn Fn(f64) -> f64>,
}

fn world(kind: Kind, rng: &mut Rng) -> World {
    const REST: Vec3 = [0.0, 0.0, -1.0];
    let cruise = between(rng, 25.0, 100.0);
    let steady = move |_: f64| cruise;
    let still = |_: f64| 0.0;
    match kind {
        Kind::Crash => {
            let (dv, ms, which) = (between(rng, 10.0, 60.0), between(rng, 70.0, 140.0), rng.u8(0..3));
            let angle = std::f64::consts::TAU * rng.f64();
            let top = dv / KMH_PER_G_MS / area(which, ms);
            let (up, ring_hz, ring) = (between(rng, -0.2, 0.2), between(rng, 20.0, 45.0), between(rng, 0.0, 0.25));
            let before = cruise.max(dv);
            World {
                force: Box::new(move |t| {
                    let t = t - AT;
                    let push = top * shape(which, t, ms);
                    let after = if t > 0.0 { (-t / 80.0).exp() * (std::f64::consts::TAU * ring_hz * t / 1e3).sin() } else { 0.0 };
                    let ringing = top * ring * after;
                    // The wheels lock or the wreck rolls out.
                    let rolling = if t > ms { 0.4 * (1.0 - ramp(t, ms + 900.0, ms + 1_200.0)) } else { 0.0 };
                    [-push * angle.cos() - rolling, push * angle.sin() + 0.3 * ringing, -1.0 + up * push + ringing]
                }),
                speed: Box::new(move |t| {
                    let left = (before - dv * ramp(t, AT, AT + ms)).max(0.0);
                    left * (1.0 - ramp(t, AT + ms, AT + 1_800.0))
                }),
            }
        }
        Kind::Pothole => {
            let (g, ms, side) = (between(rng, 0.8, 3.5), between(rng, 30.0, 70.0), between(rng, -0.2, 0.2));
            World {
                force: Box::new(move |t| {
                    let jolt = g * (shape(0, t - AT, ms) - 0.6 * shape(0, t - AT - ms, 1.5 * ms));
                    [side * jolt, 0.5 * side * jolt, -1.0 - jolt]
                }),
                speed: Box::new(steady),
            }
        }
        Kind::SpeedBump => {
            let (g, ms) = (between(rng, 0.3, 1.0), between(rng, 150.0, 350.0));
            World {
                force: Box::new(move |t| {
                    let lift = g * (shape(0, t - AT, ms) - 0.7 * shape(0, t - AT - ms, ms) + 0.4 * shape(0, t - AT - 700.0, ms));
                    [0.1 * lift, 0.0, -1.0 - lift]
                }),
                speed: Box::new(move |_| 20.0),
            }
        }
        Kind::DoorSlam => {
            let (g, hz) = (between(rng, 0.8, 4.0), between(rng, 25.0, 70.0));
            World {
                force: Box::new(move |t| {
                    let t = t - AT;
                    let ring = if t > 0.0 { g * (-t / 35.0).exp() * (std::f64::consts::TAU * hz * t / 1e3).sin() } else { 0.0 };
                    [0.2 * ring, 0.9 * ring, -1.0 + 0.3 * ring]
                }),
                speed: Box::new(still),
            }
        }
        Kind::Braking | Kind::Corner => {
            let g = if kind == Kind::Braking { between(rng, 0.4, 0.95) } else { between(rng, 0.35, 0.7) };
            let (build, hold) = (between(rng, 200.0, 500.0), between(rng, 1_000.0, 2_500.0));
            let lost = if kind == Kind::Braking { g * (build / 2.0 + hold + 100.0) * KMH_PER_G_MS } else { 0.0 };
            let before = cruise.max(lost);
            let along = kind == Kind::Braking;
            World {
                force: Box::new(move |t| {
                    let now = g * (ramp(t, AT, AT + build) - ramp(t, AT + build + hold, AT + build + hold + 200.0));
                    if along { [-now, 0.0, -1.0] } else { [-0.1 * now, now, -1.0] }
                }),
                speed: Box::new(move |t| before - lost * ((t - AT) / (build + hold)).clamp(0.0, 1.0)),
            }
        }
        Kind::Drop => {
            let (fall, ms, g) = (between(rng, 250.0, 650.0), between(rng, 7.0, 16.0), between(rng, 12.0, 45.0));
            let bounce = between(rng, 60.0, 160.0);
            let (hit, after) = (rotation(rng), rotation(rng));
            World {
                force: Box::new(move |t| {
                    let t = t - AT + fall;
                    if t < 0.0 {
                        REST
                    } else if t < fall {
                        [0.0; 3]
                    } else if t < fall + ms {
                        turned(&hit, [0.0, 0.0, -g * shape(0, t - fall, ms)])
                    } else if t < fall + ms + bounce {
                        [0.0; 3]
                    } else if t < fall + 2.0 * ms + bounce {
                        turned(&after, [0.0, 0.0, -0.4 * g * shape(0, t - fall - ms - bounce, ms)])
                    } else {
                        turned(&after, REST)
                    }
                }),
                speed: Box::new(still),
            }
        }
        Kind::Handling => {
            let to = rotation(rng);
            let (ms, n) = (between(rng, 1_000.0, 2_500.0), between(rng, 1.2, 3.5));
            let swing: Vec3 = std::array::from_fn(|_| between(rng, 0.2, 1.6));
            let phase: Vec3 = std::array::from_fn(|_| std::f64::consts::TAU * rng.f64());
            World {
                force: Box::new(move |t| {
                    let x = t - AT;
                    let held = if (0.0..ms).contains(&x) { (std::f64::consts::PI * x / ms).sin() } else { 0.0 };
                    let share = ramp(x, 0.2 * ms, ms);
                    let end = turned(&to, REST);
                    let level: Vec3 = std::array::from_fn(|axis| REST[axis] * (1.0 - share) + end[axis] * share);
                    let size = level.iter().map(|part| part * part).sum::<f64>().sqrt().max(0.2);
                    std::array::from_fn(|axis| {
                        let hz = n * (1.0 + 0.13 * axis as f64);
                        level[axis] / size + held * swing[axis] * (std::f64::consts::TAU * hz * x / 1e3 + phase[axis]).sin()
                    })
                }),
                speed: Box::new(still),
            }
        }
        _ => World { force: Box::new(|_| REST), speed: Box::new(steady) },
    }
}

/// A report of `kind` as `sensor` sends it, its mounting unknown.
pub(super) fn make(kind: Kind, sensor: Sensor, rng: &mut Rng) -> CrashReport {
    let world = world(kind, rng);
    let mounting = rotation(rng);
    let step = 1e3 / sensor.hz;
    let parked = matches!(kind, Kind::DoorSlam | Kind::Drop | Kind::Handling);
    let shake = if parked { sensor.noise_g } else { between(rng, 0.02, 0.06).hypot(sensor.noise_g) };
    let mut t_ms: Vec<f64> = Vec::new();
    let mut a: Vec<Vec3> = Vec::new();
    let mut t = step * rng.f64();
    while t < END {
        let n = if sensor.filtered { (step / 0.5).ceil().max(1.0) as usize } else { 1 };
        let mut mean = [0.0; 3];
        for part in 0..n {
            let force = (world.force)(t - step * part as f64 / n as f64);
            for axis in 0..3 {
                mean[axis] += (force[axis] + if sensor.gravity || axis < 2 { 0.0 } else { 1.0 }) / n as f64;
            }
        }
        let noise: Vec3 = std::array::from_fn(|_| shake * normal(rng));
        let sum: Vec3 = std::array::from_fn(|axis| mean[axis] + noise[axis]);
        a.push(turned(&mounting, sum).map(|part| (part.clamp(-sensor.range_g, sensor.range_g) * 1e3).round() / 1e3));
        t_ms.push((t * 100.0).round() / 100.0);
        t += step;
    }
    let at = t_ms.iter().position(|t| *t >= AT).unwrap();
    let axis = rng.usize(0..3);
    match kind {
        Kind::Spike => a[at][axis] = between(rng, 4.0, 20.0).min(sensor.range_g) * if rng.bool() { 1.0 } else { -1.0 },
        Kind::Stuck => {
            let value = a[at][axis];
            a[at..].iter_mut().for_each(|a| a[axis] = value);
        }
        Kind::Pinned => {
            let to = t_ms.iter().position(|t| *t >= AT + 1_500.0).unwrap();
            a[at..to].iter_mut().for_each(|a| a[axis] = sensor.range_g);
        }
        Kind::Offset => {
            let by = between(rng, 0.5, 2.0).min(0.7 * sensor.range_g);
            a[at..].iter_mut().for_each(|a| a[axis] = (a[axis] + by).min(sensor.range_g));
        }
        Kind::Dropout => {
            let to = t_ms.iter().position(|t| *t >= AT + 1_200.0).unwrap();
            t_ms.drain(at..to);
            a.drain(at..to);
        }
        Kind::ClockJump => {
            let by = between(rng, -20_000.0, 20_000.0).round();
            t_ms[at..].iter_mut().for_each(|t| *t += by + by.signum() * 4_000.0);
        }
        _ => {}
    }
    let speed_ms = (0..10).map(|second| f64::from(second) * 1e3);
    let speed = SpeedTrace { kmh: speed_ms.clone().map(|t| (world.speed)(t)).collect(), t_ms: speed_ms.collect() };
    let column = |axis: usize| a.iter().map(|a| a[axis]).collect::<Vec<_>>();
    CrashReport {
        range_g: sensor.says_range.then_some(sensor.range_g),
        speed: sensor.speed.then_some(speed),
        ..report(Pulse { t_ms, x_g: column(0), y_g: column(1), z_g: column(2) }, Frame::Device, sensor.gravity)
    }
}
