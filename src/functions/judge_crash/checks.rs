//! What the checks look at, and one finding for each rule.

mod device;
mod handling;
mod push;
mod vehicle;

use super::impact::Impact;
use super::rules::{Finding, row};
use super::signal::Signal;
use super::speed::Speeds;
use super::{Settings, rules};
use crate::model::saying::say;
use crate::model::{CrashReport, Evidence, Malfunction};

pub(super) use device::age;
pub(super) use vehicle::rolled;

/// Everything that the checks look at.
pub(super) struct Seen<'a> {
    report: &'a CrashReport,
    signal: &'a Signal,
    pub(super) impact: &'a Impact,
    pub(super) speeds: Speeds,
    pub(super) free_fall: Option<(f64, f64)>,
    settings: &'a Settings,
    /// How far the record can be trusted to show a push, 0.2 to 1: by the samples in the push.
    trust: f64,
    /// 0 to 1: how much a collision-like push there is at all, so that speed lost to braking does not count as hit.
    push: f64,
}

impl<'a> Seen<'a> {
    pub(super) fn new(report: &'a CrashReport, signal: &'a Signal, impact: &'a Impact, settings: &'a Settings) -> Self {
        let per_push = 100.0 / signal.step_ms;
        Self {
            report,
            signal,
            impact,
            speeds: Speeds::around(report.speed.as_ref(), impact.from_ms, impact.to_ms, settings),
            free_fall: impact.free_fall,
            settings,
            trust: (per_push / settings.full_samples as f64).clamp(0.2, 1.0),
            push: push(impact, settings),
        }
    }

    /// Too coarse for the shape of a push: the jolt is looked at instead.
    fn coarse(&self) -> bool {
        self.signal.step_ms >= self.settings.coarse_ms
    }

    /// A vehicle that was driven stands seconds later, and the record is too coarse to show why: a contact of a tenth of a
    /// second is one sample of it, or two halves. Only a person can tell, however mild it looks.
    pub(super) fn stopped_unseen(&self) -> bool {
        let Settings { trip_kmh, standing_kmh, .. } = *self.settings;
        self.coarse()
            && self.speeds.before.is_some_and(|kmh| kmh >= trip_kmh)
            && self.speeds.later.is_some_and(|kmh| kmh <= standing_kmh)
    }

    /// The longest time without samples, ms.
    pub(super) fn gap_ms(&self) -> f64 {
        self.signal.gap_ms
    }

    /// A short knock that can be felt.
    fn jolted(&self) -> bool {
        self.impact.peak_g >= self.settings.harsh_g && self.impact.pulse_ms <= self.settings.pulse_min_ms
    }

    /// The vehicle stood, before and after.
    fn stands(&self) -> bool {
        let still = |kmh: Option<f64>| kmh.is_some_and(|kmh| kmh <= self.settings.standing_kmh);
        still(self.speeds.before) && still(self.speeds.highest.or(self.speeds.later))
    }

    /// Whether the device fell over, or its vehicle turned over, and came to rest.
    fn tipped(&self) -> bool {
        tipped(self.impact, self.settings)
    }

    /// Sampled finely enough to tell a knock from a collision.
    fn fine(&self) -> bool {
        self.signal.step_ms <= self.settings.knock_ms * 0.8
    }
}

/// How much of a collision's push there is, 0 to 1.
///
/// A collision's length makes even a small Δv a push: brakes give at most 1 g, which is 5.3 km/h in the window, but
/// build up and last; whatever is longer or shorter must show a Δv that brakes cannot give.
fn push(impact: &Impact, settings: &Settings) -> f64 {
    if let Some(g) = impact.jolt_g {
        return ((g - 0.5) / 0.5).clamp(0.0, 1.0);
    }
    let half = settings.delta_v_kmh / 2.0;
    let plain = ((impact.delta_v_kmh - half) / half).clamp(0.0, 1.0);
    let compact = impact.pulse_ms >= settings.pulse_min_ms && impact.pulse_ms <= settings.window_ms * 1.4;
    // From 2.5 km/h on, all of it from 5, under the limit of 8.
    let least = settings.delta_v_kmh * 0.3125;
    if compact && impact.concentration >= 0.8 { plain.max(((impact.delta_v_kmh - least) / least).clamp(0.0, 1.0)) } else { plain }
}

/// Whether gravity turned far about a hard peak, of a device that shook as one that rides, and then lies still.
fn tipped(impact: &Impact, settings: &Settings) -> bool {
    let Some(aftermath) = impact.aftermath else { return false };
    let far = |degrees: Option<f64>| degrees.is_some_and(|degrees| degrees > settings.tilt_deg);
    let still = aftermath.still_g.unwrap_or(f64::INFINITY);
    impact.has_gravity
        && impact.free_fall.is_none()
        && impact.peak_g > settings.hand_g
        && aftermath.moving_g >= settings.riding_g
        && (far(aftermath.turned_deg) || far(impact.tilt_deg))
        && still < 2.0 * settings.still_g
}

/// Every row over the report itself, in the order of [`rules::RULES`].
pub(super) fn evidence(seen: &Seen<'_>) -> Vec<Evidence> {
    let rows = vec![
        row("airbag", vehicle::airbag(seen.report)),
        row("delta_v", push::delta_v(seen)),
        row("pulse", push::pulse(seen)),
        row("peak", push::peak(seen)),
        row("speed_lost", vehicle::speed_lost(seen)),
        row("speed_after", vehicle::speed_after(seen)),
        row("speed_before", vehicle::speed_before(seen)),
        row("free_fall", handling::free_fall(seen)),
        row("vertical", handling::vertical(seen)),
        row("spike", device::spike(seen)),
        row("jolt", push::jolt(seen)),
        row("swings", handling::swings(seen)),
        row("handled", handling::handled(seen)),
        row("pinned", device::pinned(seen)),
        row("clipping", device::clipping(seen)),
        row("stuck", device::stuck(seen)),
        row("level", device::level(seen)),
        row("tilt", vehicle::tilt(seen)),
        row("came_to_rest", vehicle::came_to_rest(seen)),
        row("clock", device::clock(seen)),
        row("gaps", device::gaps(seen.signal)),
        row("sampling", push::sampling(seen)),
        row("device_claim", device::device_claim(seen.report)),
    ];
    // The last rule is not over the report but over how it came.
    debug_assert_eq!(rows.len() + 1, rules::RULES.len());
    rows
}

/// The rows that need no pulse.
pub(super) fn without_pulse(report: &CrashReport, signal: &Signal) -> Vec<Evidence> {
    vec![
        row("airbag", vehicle::airbag(report)),
        row("delta_v", without_samples(signal.len())),
        row("gaps", device::gaps(signal)),
        row("device_claim", device::device_claim(report)),
    ]
}

fn without_samples(n: usize) -> Finding {
    let limit = say!("samples_limit", "at least 3 samples");
    Finding::not_checked(say!("samples_usable", "{n} usable samples", n = n), limit)
}

/// What kind of malfunction: the first that applies, the plainest first.
pub(super) fn kind(seen: &Seen<'_>, evidence: &[Evidence]) -> Malfunction {
    let against = |key: &str| evidence.iter().any(|row| row.key == key && row.weight < -0.3);
    let Settings { impossible_kmh, harsh_g, tilt_deg, bump_ms, dropout_ms, .. } = *seen.settings;
    let turned = seen.impact.tilt_deg.is_some_and(|degrees| degrees > tilt_deg);
    match () {
        () if against("free_fall") => Malfunction::Dropped,
        () if against("pinned") => Malfunction::Clipped,
        () if against("stuck") => Malfunction::Stuck,
        () if against("clock") => Malfunction::Clock,
        () if against("spike") => Malfunction::Spike,
        // Before the jolts and the shaking: a level that shifts looks like both.
        () if against("level") => Malfunction::Offset,
        () if seen.impact.push_kmh > impossible_kmh => Malfunction::Clipped,
        () if against("swings") || against("handled") => Malfunction::Shaken,
        () if seen.impact.sustained_g >= harsh_g && !turned => Malfunction::HardBraking,
        () if seen.jolted() && seen.stands() => Malfunction::Door,
        () if against("vertical") && seen.impact.pulse_ms >= bump_ms => Malfunction::SpeedBump,
        () if against("vertical") => Malfunction::Pothole,
        () if seen.signal.gap_ms >= dropout_ms && !seen.jolted() => Malfunction::Dropout,
        () => Malfunction::NoPulse,
    }
}
