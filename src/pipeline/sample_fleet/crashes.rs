//! Crash reports of the sample fleet, one kind after the other. Shapes after the recordings: a vehicle's pulse is about
//! 100 ms of sine squared, a dropped phone falls before it hits, a pothole is short and vertical.

use std::f64::consts::{PI, TAU};

use fastrand::Rng;

use crate::model::{Frame, Position};
use crate::play::wire::{CrashBody, Samples, Speeds, round};

/// The kinds, in the order of their play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CrashKind {
    /// Real: into something ahead, airbag.
    Frontal,
    /// Malfunction: free fall, then an impact.
    PhoneDrop,
    /// Malfunction: short, vertical, the vehicle drives on.
    Pothole,
    /// Undecided: a modest push in an unknown direction, and no speed to compare with.
    Bump,
    /// Malfunction: one axis says the same number for ever.
    StuckSensor,
    /// Real: hit on the side.
    Side,
}

/// Samples from this time on, ms before the event.
const BEFORE_MILLIS: i32 = 2_000;
/// Samples up to this time, ms after the event.
const AFTER_MILLIS: i32 = 3_000;
/// Step of the samples, ms: 100 Hz.
const EVERY_MILLIS: i32 = 10;
/// m/s² in a g, times 3.6: the km/h that 1 g makes in 1 s.
const KMH_PER_G_SECOND: f64 = 9.806_65 * 3.6;

impl CrashKind {
    pub(super) const ALL: [Self; 6] = [Self::Frontal, Self::PhoneDrop, Self::Pothole, Self::Bump, Self::StuckSensor, Self::Side];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Frontal => "frontal",
            Self::PhoneDrop => "phone-drop",
            Self::Pothole => "pothole",
            Self::Bump => "bump",
            Self::StuckSensor => "stuck-sensor",
            Self::Side => "side",
        }
    }

    /// The least speed of a vehicle that this can happen to.
    pub(super) const fn least_kmh(self) -> f64 {
        match self {
            Self::Frontal | Self::Pothole | Self::StuckSensor => 30.0,
            Self::Side => 15.0,
            Self::PhoneDrop | Self::Bump => 0.0,
        }
    }

    pub(super) const fn stops_vehicle(self) -> bool {
        matches!(self, Self::Frontal | Self::Side)
    }

    /// The report of a vehicle that went at `kmh`.
    pub(super) fn report(self, event_id: String, kmh: f64, position: Position, rng: &mut Rng) -> CrashBody {
        let gravity = matches!(self, Self::PhoneDrop | Self::Bump);
        // A stuck axis shows beside others that feel the road.
        let shaking = if self == Self::StuckSensor { 0.5 } else { 0.04 };
        let mut samples = Samples::default();
        for t_ms in (-BEFORE_MILLIS..=AFTER_MILLIS).step_by(EVERY_MILLIS as usize) {
            let t_ms = f64::from(t_ms);
            let mut noise = |g: f64| g + (rng.f64() + rng.f64() - 1.0) * shaking;
            let [x, y, z] = self.axes(t_ms, kmh);
            samples.t_ms.push(t_ms);
            samples.x_g.push(Some(round(if self == Self::StuckSensor { x } else { noise(x) }, 3)));
            samples.y_g.push(Some(round(noise(y), 3)));
            samples.z_g.push(Some(round(noise(z), 3)));
        }
        let speed = (!gravity).then(|| {
            let t_ms: Vec<f64> = (-20..=30).map(|tenth| f64::from(tenth) * 100.0).collect();
            let kmh = t_ms.iter().map(|t_ms| Some(round(self.kmh_at(*t_ms, kmh), 1))).collect();
            Speeds { t_ms, kmh }
        });
        CrashBody {
            event_id,
            samples,
            frame: if gravity { Frame::Device } else { Frame::Vehicle },
            gravity,
            range_g: Some(match self {
                Self::StuckSensor => 8.0,
                Self::PhoneDrop | Self::Bump => 16.0,
                _ => 50.0,
            }),
            speed,
            airbag: (self == Self::Frontal).then_some(true),
            position: Some(position),
            device_verdict: None,
        }
    }

    /// Accelerations at `t_ms`, g, without noise.
    fn axes(self, t_ms: f64, kmh: f64) -> [f64; 3] {
        match self {
            Self::Frontal => {
                [-pulse(t_ms, 100.0, self.lost_kmh(kmh)), 0.1 * pulse(t_ms, 100.0, kmh), 0.05 * pulse(t_ms, 100.0, kmh)]
            }
            Self::Side => [-0.2 * pulse(t_ms, 90.0, 24.0), pulse(t_ms, 90.0, 24.0), 0.0],
            // At rest, 550 ms of fall, the hit, a small bounce, at rest.
            Self::PhoneDrop => match t_ms {
                ..-550.0 => [0.1, -0.2, 0.97],
                -550.0..0.0 => [0.0; 3],
                0.0..15.0 => [4.0, -6.0, 15.99],
                15.0..25.0 => [-2.0, 3.5, -6.0],
                25.0..160.0 => [0.0; 3],
                160.0..170.0 => [1.0, -2.0, 5.0],
                _ => [0.02, 0.05, 1.0],
            },
            Self::Pothole => {
                let ring = if (0.0..240.0).contains(&t_ms) { (TAU * t_ms / 80.0).sin() * (-t_ms / 70.0).exp() } else { 0.0 };
                [-0.6 * ring, 0.2 * ring, 5.5 * ring]
            }
            // Tilted in its holder: 1 g of gravity on two axes.
            Self::Bump => [0.64 + pulse(t_ms, 110.0, 5.5), 0.3 * pulse(t_ms, 110.0, 5.5), 0.77],
            Self::StuckSensor => [0.312, 0.0, 0.0],
        }
    }

    fn lost_kmh(self, kmh: f64) -> f64 {
        if self == Self::Frontal { kmh.min(46.0) } else { 0.0 }
    }

    fn kmh_at(self, t_ms: f64, kmh: f64) -> f64 {
        match self {
            Self::Frontal if t_ms > 0.0 => (kmh - self.lost_kmh(kmh) - t_ms / 100.0).max(0.0),
            // Pushed off its way, then braked hard to a stop.
            Self::Side if t_ms > 0.0 => (kmh * 0.8 - t_ms * 0.02).max(0.0),
            _ => kmh,
        }
    }
}

/// A sine squared that takes `kmh` in `length_ms`, in g, beginning at 0.
fn pulse(t_ms: f64, length_ms: f64, kmh: f64) -> f64 {
    if !(0.0..length_ms).contains(&t_ms) {
        return 0.0;
    }
    let peak = 2.0 * kmh / KMH_PER_G_SECOND / (length_ms / 1e3);
    peak * (PI * t_ms / length_ms).sin().powi(2)
}
