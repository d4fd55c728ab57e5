//! The pulse lab: crash reports made from physics, for drills. Pure, and the same for the same numbers.
//!
//! Axes are those of the vehicle, X forward, Y right, Z down; at rest Z is −1 g. A collision is a haversine, whose mean is
//! half its peak, so that its Δv is peak × length / 2; what merely shakes is a short wave whose Δv comes back to nothing.

use std::fmt::Write as _;

use super::{Expect, ExpectVerdict, Scenario, Step, Words};
use crate::model::{Malfunction, Ruling};

/// Standard gravity, m/s².
const GRAVITY: f64 = 9.806_65;
/// What is recorded before and after the push, ms.
const RECORD_MS: (f64, f64) = (-500.0, 700.0);
/// A door slams as a wave of this length, ms: the panel rings at some 60 Hz and dies away within three waves.
const DOOR_WAVE_MS: f64 = 16.0;
/// A dropped device hits a floor within this, ms: plastic on stone or wood.
const FLOOR_MS: f64 = 12.0;

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A collision.
    Collision,
    /// A pothole: down and up again while the vehicle drives on.
    Pothole,
    /// The device falls and hits the floor.
    Drop,
    /// A door of a standing vehicle.
    DoorSlam,
    /// Braking without contact.
    HardBraking,
    /// An axis that does not move while the others do.
    Stuck,
    /// The sensor stays at its limit for longer than any collision.
    Clipped,
}

/// Where a collision comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// The front: it pushes backward.
    Front,
    /// The rear.
    Rear,
    /// The left.
    Left,
    /// The right.
    Right,
}

/// The knobs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lab {
    /// What happens.
    pub kind: Kind,
    /// Where a collision comes from.
    pub from: From,
    /// Speed change, km/h: of a collision, of one half of a pothole's or a door's wave, of a device that hits the floor.
    pub delta_v_kmh: f64,
    /// How long it lasts, ms: the push, the fall before a drop, the braking, the stuck or pinned time.
    pub duration_ms: f64,
    /// Samples in a second.
    pub rate_hz: f64,
    /// The sensor measures ± this, g.
    pub range_g: f64,
    /// Standard deviation of the noise, g.
    pub noise_g: f64,
    /// Speed before, km/h.
    pub speed_kmh: f64,
    /// The report brings a place and speeds.
    pub gps: bool,
    /// An airbag deployed.
    pub airbag: bool,
    /// The same report is sent twice, as a device does that heard no answer.
    pub twice: bool,
}

impl Default for Lab {
    fn default() -> Self {
        Self {
            kind: Kind::Collision,
            from: From::Front,
            delta_v_kmh: 34.0,
            duration_ms: 110.0,
            rate_hz: 100.0,
            range_g: 32.0,
            noise_g: 0.03,
            speed_kmh: 52.0,
            gps: true,
            airbag: false,
            twice: false,
        }
    }
}

/// A preset: its name, and the knobs.
pub type Preset = (&'static str, Lab);

/// Where to begin. What is not about a pulse (overheating, a broken cold chain, a burst) is a template.
pub fn presets() -> [Preset; 9] {
    let lab = Lab::default();
    let still = Lab { speed_kmh: 0.0, ..lab };
    [
        ("collision", lab),
        ("side", Lab { from: From::Left, delta_v_kmh: 21.0, duration_ms: 90.0, speed_kmh: 30.0, ..lab }),
        ("missing_gps", Lab { gps: false, airbag: true, ..lab }),
        ("duplicate", Lab { twice: true, ..lab }),
        ("pothole", Lab { kind: Kind::Pothole, delta_v_kmh: 3.2, duration_ms: 40.0, range_g: 16.0, speed_kmh: 48.0, ..lab }),
        ("drop", Lab { kind: Kind::Drop, delta_v_kmh: 15.9, duration_ms: 450.0, range_g: 16.0, gps: false, ..still }),
        ("door_slam", Lab { kind: Kind::DoorSlam, delta_v_kmh: 0.8, duration_ms: 16.0, rate_hz: 400.0, range_g: 8.0, ..still }),
        (
            "stuck",
            Lab { kind: Kind::Stuck, delta_v_kmh: 0.0, duration_ms: 900.0, range_g: 16.0, noise_g: 0.06, speed_kmh: 45.0, ..lab },
        ),
        ("clipped", Lab { kind: Kind::Clipped, delta_v_kmh: 0.0, duration_ms: 400.0, range_g: 8.0, speed_kmh: 45.0, ..lab }),
    ]
}

/// The lab as a template that is offered with the others.
pub fn template() -> Scenario {
    let mut scenario = Lab::default().scenario("fleet/demo-van-7/crash", "Pulse lab");
    "A crash report from physics: kind of impact, direction, Δv, length, rate, range, noise.".clone_into(&mut scenario.about);
    let words = Words {
        title: "파형 실험실".to_owned(),
        about: "충격 종류, 방향, Δv, 길이, 측정률, 범위, 잡음을 정해 사고 보고를 만듭니다.".to_owned(),
    };
    scenario.translations.insert("ko".to_owned(), words);
    scenario
}

impl Lab {
    /// The report's payload, with the placeholders of a script.
    pub fn payload(&self) -> String {
        let (t_ms, axes) = self.samples();
        let list = |values: &[f64], decimals: usize| {
            let round = 10_f64.powi(decimals as i32);
            let texts: Vec<String> = values.iter().map(|value| format!("{}", (value * round).round() / round + 0.0)).collect();
            texts.join(", ")
        };
        // Sent twice, both must name one event.
        let id = if self.twice { "{{run}}" } else { "{{id}}" };
        let mut text = format!("{{\n  \"event_id\": \"{id}\",\n  \"occurred_at\": {{{{now}}}},\n");
        if self.gps {
            let speeds: Vec<f64> = SPEED_SECS.iter().map(|secs| self.speed_at(*secs)).collect();
            let millis: Vec<f64> = SPEED_SECS.iter().map(|secs| secs * 1e3).collect();
            writeln!(text, "  \"position\": {{\"lat\": 37.5663, \"lon\": 126.9779, \"hdop\": 0.9}},").unwrap_or_default();
            writeln!(text, "  \"speed\": {{\"t_ms\": [{}], \"kmh\": [{}]}},", list(&millis, 0), list(&speeds, 1))
                .unwrap_or_default();
        }
        if self.airbag {
            text.push_str("  \"airbag\": true,\n");
        }
        let frame = if self.kind == Kind::Drop { "device" } else { "vehicle" };
        writeln!(text, "  \"frame\": \"{frame}\",\n  \"gravity\": true,\n  \"range_g\": {},", self.range_g).unwrap_or_default();
        text.push_str("  \"samples\": {\n");
        writeln!(text, "    \"t_ms\": [{}],", list(&t_ms, 2)).unwrap_or_default();
        for (idx, (axis, values)) in ["x_g", "y_g", "z_g"].into_iter().zip(&axes).enumerate() {
            writeln!(text, "    \"{axis}\": [{}]{}", list(values, 3), if idx < 2 { "," } else { "" }).unwrap_or_default();
        }
        text.push_str("  }\n}");
        text
    }

    /// The script: one report, or the same twice.
    pub fn scenario(&self, topic: &str, title: &str) -> Scenario {
        let step =
            Step { topic: topic.to_owned(), payload: self.payload(), repeat: 1 + u32::from(self.twice), ..Step::default() };
        let verdicts = self.expected().into_iter().collect();
        Scenario {
            title: title.to_owned(),
            steps: vec![step],
            expect: Expect { verdicts, ..Expect::default() },
            ..Scenario::default()
        }
    }

    /// What must be said of it; `None` where the knobs stand between two things.
    pub fn expected(&self) -> Option<ExpectVerdict> {
        let real = || ExpectVerdict { function: JUDGE.to_owned(), ruling: Some(Ruling::Real), ..ExpectVerdict::default() };
        let fault = |kind| ExpectVerdict {
            function: JUDGE.to_owned(),
            ruling: Some(Ruling::Malfunction),
            malfunction: Some(kind),
            ..ExpectVerdict::default()
        };
        // 49 CFR 563.5: from 8 km/h within 150 ms it is an event; beneath twice that a person may have to decide.
        let plain = self.delta_v_kmh >= 16.0 && (40.0..=150.0).contains(&self.duration_ms);
        match self.kind {
            Kind::Collision if self.airbag || plain => Some(real()),
            Kind::Collision => None,
            Kind::Pothole => Some(fault(Malfunction::Pothole)),
            Kind::Drop => Some(fault(Malfunction::Dropped)),
            Kind::DoorSlam => Some(fault(Malfunction::Door)),
            Kind::HardBraking => Some(fault(Malfunction::HardBraking)),
            Kind::Stuck => Some(fault(Malfunction::Stuck)),
            Kind::Clipped => Some(fault(Malfunction::Clipped)),
        }
    }

    /// Speed some seconds after the impact, km/h.
    fn speed_at(&self, secs: f64) -> f64 {
        let before = self.speed_kmh;
        if secs <= 0.0 {
            return before;
        }
        match self.kind {
            // What is left of the speed is braked away within two seconds.
            Kind::Collision => (before - self.delta_v_kmh).max(0.0) * (1.0 - secs / 2.0).max(0.0),
            Kind::HardBraking => (before - 0.8 * GRAVITY * 3.6 * secs.min(self.duration_ms / 1e3)).max(0.0),
            _ => before,
        }
    }

    fn samples(&self) -> (Vec<f64>, [Vec<f64>; 3]) {
        let step = 1e3 / self.rate_hz.clamp(10.0, 4_000.0);
        let from = RECORD_MS.0 - if self.kind == Kind::Drop { self.duration_ms } else { 0.0 };
        let until = RECORD_MS.1 + if matches!(self.kind, Kind::Drop | Kind::DoorSlam) { 0.0 } else { self.duration_ms };
        let n = ((until - from) / step) as usize + 1;
        let t_ms: Vec<f64> = (0..n).map(|i| from + i as f64 * step).collect();
        let mut noise = fastrand::Rng::with_seed(0x5eed);
        // The sum of twelve evenly spread numbers is as good as normal.
        let mut rough = || ((0..12).map(|_| noise.f64()).sum::<f64>() - 6.0) * self.noise_g;
        let mut axes = [const { Vec::new() }; 3];
        for t in &t_ms {
            let force = self.force(*t);
            for (axis, g) in axes.iter_mut().zip(force) {
                axis.push((g + rough()).clamp(-self.range_g, self.range_g));
            }
        }
        if self.kind == Kind::Stuck {
            // The fault itself: X repeats one value.
            let stuck = t_ms.iter().zip(&mut axes[0]).filter(|(t, _)| (0.0..self.duration_ms).contains(*t));
            stuck.for_each(|(_, g)| *g = 0.42);
        }
        (t_ms, axes)
    }

    /// What is felt at a time, g, gravity with it.
    fn force(&self, t: f64) -> [f64; 3] {
        let (long, dv) = (self.duration_ms.max(1.0), self.delta_v_kmh / 3.6);
        let within = (0.0..long).contains(&t);
        let rest = [0.0, 0.0, -1.0];
        // Peak of a haversine, of a half-sine, that changes the speed by dv within so many ms, g.
        let haversine = |ms: f64| 2.0 * dv / (ms / 1e3) / GRAVITY;
        let half_sine = |ms: f64| std::f64::consts::FRAC_PI_2 * dv / (ms / 1e3) / GRAVITY;
        match self.kind {
            Kind::Collision if within => {
                let push = haversine(long) * (std::f64::consts::PI * t / long).sin().powi(2);
                // A body that is pushed also rolls and pitches a little.
                let aside = push * 0.12;
                match self.from {
                    From::Front => [-push, aside, -1.0 + aside],
                    From::Rear => [push, aside, -1.0 - aside],
                    From::Left => [aside, push, -1.0 + aside],
                    From::Right => [aside, -push, -1.0 - aside],
                }
            }
            Kind::Pothole if (0.0..2.0 * long).contains(&t) => {
                let wave = half_sine(long) * (std::f64::consts::PI * t / long).sin();
                [-0.1 * wave.abs(), 0.0, -1.0 + wave]
            }
            Kind::Drop if (-long..0.0).contains(&t) => [0.02, -0.01, 0.03],
            Kind::Drop if (0.0..FLOOR_MS).contains(&t) => {
                let hit = half_sine(FLOOR_MS) * (std::f64::consts::PI * t / FLOOR_MS).sin();
                [hit * 0.5, -hit * 0.3, -1.0 - hit]
            }
            // It lies on another side.
            Kind::Drop if t >= FLOOR_MS => [0.97, 0.2, -0.14],
            Kind::DoorSlam if (0.0..6.0 * DOOR_WAVE_MS).contains(&t) => {
                let fades = (-t / DOOR_WAVE_MS).exp();
                let wave = half_sine(DOOR_WAVE_MS / 2.0) * fades * (2.0 * std::f64::consts::PI * t / DOOR_WAVE_MS).sin();
                [0.15 * wave, wave, -1.0 + 0.3 * wave]
            }
            // Brakes build up and let go within a fifth of a second.
            Kind::HardBraking if within => {
                let built = (t / 200.0).min((long - t) / 200.0).clamp(0.0, 1.0);
                [-0.8 * built, 0.0, -1.0]
            }
            Kind::Clipped if within => [self.range_g, 0.0, -1.0],
            _ => rest,
        }
    }
}

/// Which function judges.
const JUDGE: &str = "judge_crash";
/// When the report's speeds are taken, s from the impact.
const SPEED_SECS: [f64; 13] = [-4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];

#[cfg(test)]
mod tests {
    use super::*;

    /// The speed change that the samples of an axis add up to, km/h.
    fn integrated(lab: &Lab, axis: usize) -> f64 {
        let (t_ms, axes) = lab.samples();
        let step = (t_ms[1] - t_ms[0]) / 1e3;
        axes[axis].iter().sum::<f64>() * step * GRAVITY * 3.6
    }

    #[test]
    fn a_collision_has_the_speed_change_and_the_direction_that_was_asked_for() {
        for (from, axis, sign) in [(From::Front, 0, -1.0), (From::Rear, 0, 1.0), (From::Left, 1, 1.0), (From::Right, 1, -1.0)] {
            for rate_hz in [50.0, 100.0, 1_000.0, 4_000.0] {
                let lab = Lab { from, rate_hz, range_g: 100.0, noise_g: 0.0, ..Lab::default() };
                let dv = integrated(&lab, axis);
                assert!((dv - sign * 34.0).abs() < 0.7, "{from:?} at {rate_hz} Hz: {dv} km/h");
            }
        }
    }

    #[test]
    fn a_sensor_reads_no_more_than_its_range_and_the_same_numbers_give_the_same_report() {
        for (name, lab) in presets() {
            let (t_ms, axes) = lab.samples();
            assert!(axes.iter().flatten().all(|g| g.abs() <= lab.range_g), "{name}");
            assert!(axes.iter().all(|axis| axis.len() == t_ms.len()), "{name}");
            assert_eq!(lab.payload(), lab.payload(), "{name}");
        }
    }
}
