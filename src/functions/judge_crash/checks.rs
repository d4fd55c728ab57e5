//! One finding for each rule.

use super::impact::{Impact, MOST_DRIVING_G};
use super::rules::{Finding, row};
use super::signal::Signal;
use super::speed::Speeds;
use super::{Settings, rules};
use crate::model::saying::{hundredth, say, tenth, whole};
use crate::model::{CrashReport, Event, Evidence, Malfunction, Saying};

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
        row("airbag", airbag(seen.report)),
        row("delta_v", delta_v(seen)),
        row("pulse", pulse(seen)),
        row("peak", peak(seen)),
        row("speed_lost", speed_lost(seen)),
        row("speed_after", speed_after(seen)),
        row("speed_before", speed_before(seen)),
        row("free_fall", free_fall(seen)),
        row("vertical", vertical(seen)),
        row("spike", spike(seen)),
        row("jolt", jolt(seen)),
        row("swings", swings(seen)),
        row("handled", handled(seen)),
        row("pinned", pinned(seen)),
        row("clipping", clipping(seen)),
        row("stuck", stuck(seen)),
        row("level", level(seen)),
        row("tilt", tilt(seen)),
        row("came_to_rest", came_to_rest(seen)),
        row("clock", clock(seen)),
        row("gaps", gaps(seen.signal)),
        row("sampling", sampling(seen)),
        row("device_claim", device_claim(seen.report)),
    ];
    // The last rule is not over the report but over how it came.
    debug_assert_eq!(rows.len() + 1, rules::RULES.len());
    rows
}

/// How old the report was when it came, by the two clocks.
pub(super) fn age(event: &Event, settings: &Settings) -> Evidence {
    let limit = say!("age_limit", "≤ {secs:.0} s, not kept by the broker", secs = whole(settings.late_secs));
    row(
        "age",
        match event.occurred_at {
            Some(at) => {
                let secs = event.received_at.secs_since(at);
                let reading = match (secs > settings.late_secs, event.retained) {
                    (false, false) => say!("age", "{secs:.1} s after the device's time", secs = tenth(secs)),
                    (true, false) => say!("age_late", "late, {secs:.1} s after the device's time", secs = tenth(secs)),
                    (false, true) => say!(
                        "age_kept",
                        "{secs:.1} s after the device's time, kept by the broker: it may be old",
                        secs = tenth(secs)
                    ),
                    (true, true) => say!(
                        "age_late_kept",
                        "late, {secs:.1} s after the device's time, kept by the broker: it may be old",
                        secs = tenth(secs)
                    ),
                };
                Finding::new(secs, "s", reading, limit, 0.0)
            }
            None => Finding::not_checked(
                match (event.clock_wrong, event.retained) {
                    (true, false) => say!("age_clock_wrong", "the device's clock cannot be right; the time is ours"),
                    (true, true) => say!(
                        "age_clock_wrong_kept",
                        "the device's clock cannot be right; the time is ours, kept by the broker: it may be old"
                    ),
                    (false, false) => say!("age_no_time", "the device gave no time; the time is ours"),
                    (false, true) => {
                        say!("age_no_time_kept", "the device gave no time; the time is ours, kept by the broker: it may be old")
                    }
                },
                limit,
            ),
        },
    )
}

/// The rows that need no pulse.
pub(super) fn without_pulse(report: &CrashReport, signal: &Signal) -> Vec<Evidence> {
    vec![
        row("airbag", airbag(report)),
        row("delta_v", without_samples(signal.len())),
        row("gaps", gaps(signal)),
        row("device_claim", device_claim(report)),
    ]
}

fn without_samples(n: usize) -> Finding {
    let limit = say!("samples_limit", "at least 3 samples");
    Finding::not_checked(say!("samples_usable", "{n} usable samples", n = n), limit)
}

/// Why nothing can be said of a push: the samples stand too far apart.
fn too_coarse(step_ms: f64) -> Saying {
    say!("too_coarse", "one sample every {step:.0} ms is too coarse", step = whole(step_ms))
}

fn airbag(report: &CrashReport) -> Finding {
    const LIMIT: Saying = say!("airbag_limit", "deployed");
    match report.airbag {
        Some(true) => Finding::new(1.0, "", say!("airbag_deployed", "deployed"), LIMIT, 1.0),
        // Most collisions deploy nothing, so this says nothing.
        Some(false) => Finding::new(0.0, "", say!("airbag_not_deployed", "not deployed"), LIMIT, 0.0),
        None => Finding::not_checked(say!("airbag_unknown", "not reported"), LIMIT),
    }
}

/// What a Δv says: nothing but driving below a quarter of the limit, even odds at 0.7 of it (event recorders miss
/// many crashes near the limit), plain at twice the limit.
fn delta_v(seen: &Seen<'_>) -> Finding {
    let Settings { delta_v_kmh: trigger, window_ms, impossible_kmh, .. } = *seen.settings;
    let dv = seen.impact.delta_v_kmh;
    let limit = say!("dv_limit", "≥ {kmh} km/h within {ms} ms", kmh = trigger, ms = window_ms);
    let (kmh, ms) = (tenth(dv), whole(seen.impact.window_ms));
    let clipped = seen.signal.n_clipped > 0 && seen.signal.pinned.is_none();
    if dv.max(seen.impact.push_kmh) > impossible_kmh {
        let push = whole(seen.impact.push_kmh);
        let reading = say!(
            "dv_impossible",
            "{kmh:.1} km/h in {ms:.0} ms, {push:.0} km/h over the whole push",
            kmh = kmh,
            ms = ms,
            push = push
        );
        let limit = say!(
            "dv_limit_possible",
            "≥ {kmh} km/h within {ms} ms, at most {most} km/h",
            kmh = trigger,
            ms = window_ms,
            most = impossible_kmh
        );
        return Finding::new(dv, "km/h", reading, limit, -1.0);
    }
    if dv < trigger && seen.signal.covered_ms() < window_ms {
        let recorded = whole(seen.signal.covered_ms());
        let reading = say!(
            "dv_short",
            "{kmh:.1} km/h in {ms:.0} ms, but only {recorded:.0} ms are recorded",
            kmh = kmh,
            ms = ms,
            recorded = recorded
        );
        return Finding::not_checked(reading, limit);
    }
    let step = whole(seen.signal.step_ms);
    if dv < trigger && seen.signal.step_ms > window_ms {
        let reading = say!(
            "dv_coarse",
            "{kmh:.1} km/h in {ms:.0} ms, but only one sample every {step:.0} ms",
            kmh = kmh,
            ms = ms,
            step = step
        );
        return Finding::not_checked(reading, limit);
    }
    if seen.impact.jolt_g.is_some() {
        // What two samples share looks half as large: the jolt says what a coarse record can say, and says it once.
        let reading =
            say!("dv_jolt", "{kmh:.1} km/h in {ms:.0} ms, one sample every {step:.0} ms", kmh = kmh, ms = ms, step = step);
        return Finding::new(dv, "km/h", reading, limit, 0.0);
    }
    let reading = if clipped {
        say!("dv_at_least", "at least {kmh:.1} km/h in {ms:.0} ms", kmh = kmh, ms = ms)
    } else {
        say!("dv", "{kmh:.1} km/h in {ms:.0} ms", kmh = kmh, ms = ms)
    };
    let share = dv / trigger;
    let says = interpolate(share, &[(0.25, -1.0), (0.45, -0.8), (0.7, 0.0), (1.0, 0.35), (2.0, 0.75), (3.0, 1.0)]);
    // A coarse or gappy record may have missed the push; a push that it shows is there.
    let hidden = if seen.signal.gap_ms > window_ms { 0.6 } else { 1.0 };
    Finding::new(
        dv,
        "km/h",
        reading,
        limit,
        if says < 0.0 { says * seen.trust.max(0.4) * hidden } else { says * seen.trust.max(0.7) },
    )
}

fn interpolate(x: f64, points: &[(f64, f64)]) -> f64 {
    let mut last = points[0];
    for &(at, value) in points {
        if x < at {
            let span = at - last.0;
            return if span > 0.0 { last.1 + (value - last.1) * (x - last.0) / span } else { value };
        }
        last = (at, value);
    }
    last.1
}

fn pulse(seen: &Seen<'_>) -> Finding {
    let Settings { pulse_min_ms, knock_ms, pulse_max_ms, .. } = *seen.settings;
    let ms = seen.impact.pulse_ms;
    let limit = say!("pulse_limit", "{from} to {to} ms", from = pulse_min_ms, to = pulse_max_ms);
    if !seen.fine() {
        return Finding::not_checked(too_coarse(seen.signal.step_ms), limit);
    }
    let reading = say!("pulse", "{ms:.0} ms, {n} samples", ms = whole(ms), n = seen.impact.n_pulse);
    let says = if ms < pulse_min_ms {
        // All against at the length of a knock and below, nothing at the length of the shortest collision.
        -((pulse_min_ms - ms) / (pulse_min_ms - knock_ms)).min(1.0)
    } else if ms <= pulse_max_ms {
        // After a fall a push of this length is a soft floor or a bounce; amid unrest it is one swing of many.
        let alone = ((seen.impact.concentration - 0.5) / 0.4).clamp(0.0, 1.0);
        if seen.free_fall.is_some() { 0.0 } else { seen.push * alone }
    } else {
        // Braking and cornering push for seconds; only a large Δv shows that contact was in it.
        -0.4 * (1.0 - seen.push)
    };
    Finding::new(ms, "ms", reading, limit, says)
}

fn peak(seen: &Seen<'_>) -> Finding {
    let Settings { peak_g, driving_g, .. } = *seen.settings;
    let g = seen.impact.peak_g;
    let says = if g >= peak_g {
        1.0
    } else if g < driving_g && !seen.coarse() {
        -seen.trust
    } else {
        0.0
    };
    Finding::new(g, "g", say!("peak", "{g:.1} g", g = tenth(g)), say!("peak_limit", "≥ {g} g", g = peak_g), says)
}

fn speed_lost(seen: &Seen<'_>) -> Finding {
    let trigger = seen.settings.delta_v_kmh;
    let limit = say!("speed_lost_limit", "≥ {kmh} km/h together with a push", kmh = trigger);
    let Some(lost) = seen.speeds.lost() else {
        return Finding::not_checked(say!("speed_lost_unknown", "no speeds on both sides of the push"), limit);
    };
    let enough = (lost / trigger).clamp(0.0, 1.0);
    let reading = say!("speed_lost", "{kmh:.0} km/h", kmh = whole(lost));
    Finding::new(lost, "km/h", reading, limit, if enough >= 1.0 { seen.push } else { 0.0 })
}

fn speed_after(seen: &Seen<'_>) -> Finding {
    let Settings { trip_kmh, standing_kmh, later_ms, .. } = *seen.settings;
    let limit =
        say!("speed_after_limit", "{secs:.0} s later at most {kmh} km/h", secs = whole(later_ms / 1e3), kmh = standing_kmh);
    let (Some(before), Some(later)) = (seen.speeds.before, seen.speeds.later) else {
        return Finding::not_checked(say!("speed_after_unknown", "no speed before, or none later"), limit);
    };
    let fastest = seen.speeds.highest.unwrap_or(later).max(later);
    let says = if before <= standing_kmh && fastest <= standing_kmh {
        // A hit moves what it hits; a parked vehicle may still have been hit between two fixes.
        -0.8
    } else if before < trip_kmh {
        // Hit from standing still: the push itself makes the speed.
        if fastest - before >= seen.impact.delta_v_kmh / 2.0 { 0.5 * seen.push } else { 0.0 }
    } else if later <= standing_kmh {
        seen.push
    } else {
        // Drove on as before: −1; lost a third or more, but drives in traffic again: −0.2.
        let kept = ((later / before - 0.67) / 0.23).clamp(0.0, 1.0);
        -kept.max(if later >= seen.settings.traffic_kmh { 0.25 } else { 0.0 })
    };
    // Who scrapes a kerb drives on, too: in a record too coarse for the push, driving on says less beside a jolt.
    // No kerb gives 3 g for a tenth of a second.
    let doubt = seen.impact.jolt_g.map_or(1.0, |g| (1.0 - (g - 0.3) / 0.3).max((g - 1.5) / 1.5).clamp(0.4, 1.0));
    let says = if says < 0.0 { says * doubt } else { says };
    let reading = say!("speed_after", "{after:.0} km/h after {before:.0} km/h", after = whole(later), before = whole(before));
    Finding::new(later, "km/h", reading, limit, says)
}

fn speed_before(seen: &Seen<'_>) -> Finding {
    let trip = seen.settings.trip_kmh;
    let limit = say!("speed_before_limit", "≥ {kmh} km/h", kmh = trip);
    match seen.speeds.before {
        // A standing vehicle can be hit: no point against.
        Some(kmh) => {
            let reading = say!("speed_before", "{kmh:.0} km/h", kmh = whole(kmh));
            Finding::new(kmh, "km/h", reading, limit, if kmh >= trip { seen.push } else { 0.0 })
        }
        None => Finding::not_checked(say!("speed_before_unknown", "no speed before the push"), limit),
    }
}

fn free_fall(seen: &Seen<'_>) -> Finding {
    let Settings { free_fall_g, free_fall_ms, .. } = *seen.settings;
    let limit = say!("free_fall_limit", "|a| < {g} g for ≥ {ms} ms", g = free_fall_g, ms = free_fall_ms);
    if !seen.impact.has_gravity {
        return Finding::not_checked(say!("free_fall_unknown", "the samples are without gravity"), limit);
    }
    match seen.free_fall {
        Some((from, to)) => {
            let ms = to - from;
            let metres = 0.5 * 9.806_65 * (ms / 1e3).powi(2);
            let reading = say!("free_fall", "{ms:.0} ms, a fall of {metres:.2} m", ms = whole(ms), metres = hundredth(metres));
            Finding::new(ms, "ms", reading, limit, -(ms / 350.0).clamp(0.35, 1.0))
        }
        None => Finding::new(0.0, "ms", say!("free_fall_none", "none"), limit, 0.0),
    }
}

fn vertical(seen: &Seen<'_>) -> Finding {
    const LIMIT: Saying = say!("vertical_limit", "< 85 % of the peak, and vertical Δv at most 1.5 times the horizontal");
    if !seen.impact.vertical_known {
        return Finding::not_checked(say!("vertical_unknown", "up and down are not known"), LIMIT);
    }
    let Impact { vertical_kmh: up, delta_v_kmh: level, vertical_share: share, peak_g, .. } = *seen.impact;
    let by_peak = ((share - 0.7) / 0.2).clamp(0.0, 1.0);
    let by_dv = (up / level.max(0.1) - 1.0).clamp(0.0, 1.0);
    // A jolt too small to feel is no jolt, and what pushes sideways as well is more than a jolt.
    let says = if peak_g >= seen.settings.driving_g / 2.0 { -by_peak.max(by_dv) * (1.0 - seen.push) } else { 0.0 };
    let reading = say!(
        "vertical",
        "{share:.0} % of the peak; Δv {up:.1} km/h vertical, {level:.1} km/h horizontal",
        share = whole(share * 100.0),
        up = tenth(up),
        level = tenth(level)
    );
    Finding::new(share * 100.0, "%", reading, LIMIT, says)
}

fn spike(seen: &Seen<'_>) -> Finding {
    const LIMIT: Saying =
        say!("spike_limit", "more than 2 samples reach half of the peak, 1 where samples are 20 ms apart or more");
    let n = seen.impact.n_high;
    let axis = whole(seen.impact.one_axis * 100.0);
    let reading = if n == 1 {
        say!("spike", "{n} sample, {share:.0} % on one axis", n = n, share = axis)
    } else {
        say!("spike", "{n} samples, {share:.0} % on one axis", n = n, share = axis)
    };
    // A push of 70 ms has one high sample where they are 40 ms apart: only a single axis makes that odd.
    let (most, axis, on_one_axis, on_more) = if seen.fine() { (2, 0.95, -1.0, -0.4) } else { (1, 0.98, -0.6, 0.0) };
    let least_g = if seen.fine() { seen.settings.driving_g } else { seen.settings.hand_g };
    let says = match (n <= most && seen.impact.peak_g >= least_g, seen.impact.one_axis >= axis) {
        (true, true) => on_one_axis,
        (true, false) => on_more,
        _ => 0.0,
    };
    Finding::new(n as f64, "samples", reading, LIMIT, says)
}

/// In a coarse record a collision is what is gone a sample later. At 10 Hz a push of 8 km/h in 100 ms makes one sample
/// of 2.3 g, or two of half that; brakes and tyres build up over some tenths of a second.
fn jolt(seen: &Seen<'_>) -> Finding {
    const LIMIT: Saying = say!("jolt_limit", "≥ 0.8 g off its surroundings; below 0.3 g only braking and steering");
    match seen.impact.jolt_g {
        Some(g) => {
            let says = interpolate(
                g,
                &[(0.05, -1.0), (0.12, -0.88), (0.3, -0.7), (0.45, -0.3), (0.6, 0.0), (0.8, 0.4), (1.0, 0.6), (2.0, 1.0)],
            );
            Finding::new(g, "g", say!("jolt", "{g:.2} g", g = hundredth(g)), LIMIT, says)
        }
        None if seen.coarse() => Finding::not_checked(too_coarse(seen.signal.step_ms), LIMIT),
        None => {
            let why = say!("jolt_not_needed", "the record is fine enough to show the push itself");
            Finding::not_checked(why, LIMIT)
        }
    }
}

fn handled(seen: &Seen<'_>) -> Finding {
    let Settings { handled_ms, hand_g, .. } = *seen.settings;
    let limit =
        say!("handled_limit", "< {ms} ms about a push below {g} g, or most of it in the push", ms = handled_ms, g = hand_g);
    // In a coarse record braking is unrest, too: only a device that lies otherwise afterwards was in a hand.
    let turned = seen.impact.aftermath.and_then(|aftermath| aftermath.turned_deg).is_some_and(|degrees| degrees > 20.0);
    if seen.coarse() && !turned {
        return Finding::not_checked(too_coarse(seen.signal.step_ms), limit);
    }
    let Impact { restless_ms, concentration, peak_g, .. } = *seen.impact;
    let reading = say!(
        "handled",
        "{ms:.0} ms of unrest, {share:.0} % of it in the push",
        ms = whole(restless_ms),
        share = whole(concentration * 100.0)
    );
    // Braking and cornering last as well, but no hand is in them: the device lies as before.
    let driven = seen.impact.sustained_g >= seen.settings.harsh_g && !turned;
    let says = if restless_ms < handled_ms || driven || seen.tipped() {
        0.0
    } else {
        -((0.8 - concentration) / 0.2).clamp(0.0, 1.0) * ((1.5 * hand_g - peak_g) / (0.5 * hand_g)).clamp(0.0, 1.0)
    };
    Finding::new(restless_ms, "ms", reading, limit, says)
}

fn came_to_rest(seen: &Seen<'_>) -> Finding {
    let Settings { tilt_deg, still_g, .. } = *seen.settings;
    let limit = say!("came_to_rest_limit", "turned > {degrees}° about a hard peak, then still for a second", degrees = tilt_deg);
    let Some(aftermath) = seen.impact.aftermath.filter(|_| seen.impact.has_gravity) else {
        return Finding::not_checked(say!("came_to_rest_unknown", "too little before or after the peak, or no gravity"), limit);
    };
    let (Some(still), Some(turned)) = (aftermath.still_g, aftermath.turned_deg) else {
        return Finding::not_checked(say!("came_to_rest_short", "less than a second after the peak"), limit);
    };
    let (degrees, unrest) = (whole(turned), hundredth(still));
    let reading = if still < still_g {
        say!("lies_still", "turned {degrees:.0}° and lies still, {g:.2} g of unrest", degrees = degrees, g = unrest)
    } else {
        say!("moves_on", "turned {degrees:.0}° and moves on, {g:.2} g of unrest", degrees = degrees, g = unrest)
    };
    let says = match seen.tipped() {
        true if still < still_g && turned > tilt_deg => 1.0,
        true => 0.5,
        false => 0.0,
    };
    Finding::new(turned, "°", reading, limit, says)
}

fn swings(seen: &Seen<'_>) -> Finding {
    let most = seen.settings.shaking_swings;
    let n = seen.impact.n_swings;
    let says = if n >= most && seen.impact.peak_g >= seen.settings.driving_g / 2.0 {
        // A rough ride swings, too: what fell over and lies still was more than shaken.
        -((n + 1 - most) as f64 / 4.0).clamp(0.25, 1.0) * if seen.tipped() { 0.3 } else { 1.0 }
    } else {
        0.0
    };
    let reading = say!("swings", "{n} of like size before", n = n);
    Finding::new(n as f64, "swings", reading, say!("swings_limit", "fewer than {n}", n = most), says)
}

fn pinned(seen: &Seen<'_>) -> Finding {
    let limit = say!("pinned_limit", "< {ms} ms at the limit", ms = seen.settings.pinned_ms);
    match seen.signal.pinned {
        Some(hold) => {
            let (axis, g, ms) = (AXES[hold.axis], tenth(hold.value), whole(hold.ms));
            let reading = say!("pinned", "{axis} at {g:.1} g for {ms:.0} ms", axis = axis, g = g, ms = ms);
            Finding::new(hold.ms, "ms", reading, limit, -1.0)
        }
        None => Finding::new(0.0, "ms", say!("pinned_no", "no"), limit, 0.0),
    }
}

const AXES: [&str; 3] = ["X", "Y", "Z"];

fn clipping(seen: &Seen<'_>) -> Finding {
    const LIMIT: Saying = say!("clipping_limit", "none; clipped samples make Δv a lower bound");
    let n = seen.signal.n_clipped;
    let reading = match (n, seen.report.range_g) {
        (0, _) => say!("clipping_none", "none"),
        (n, None) => say!("clipping", "{n}", n = n),
        (n, Some(range)) => say!("clipping_at", "{n} at ± {range} g", n = n, range = range),
    };
    Finding::new(n as f64, "samples", reading, LIMIT, 0.0)
}

fn stuck(seen: &Seen<'_>) -> Finding {
    let limit = say!("stuck_limit", "< {ms} ms without change while others move", ms = seen.settings.stuck_ms);
    match seen.signal.stuck {
        Some(hold) => {
            let (axis, g, ms) = (AXES[hold.axis], hundredth(hold.value), whole(hold.ms));
            let reading = say!("stuck", "{axis} at {g:.2} g for {ms:.0} ms", axis = axis, g = g, ms = ms);
            Finding::new(hold.ms, "ms", reading, limit, -1.0)
        }
        None => Finding::new(0.0, "ms", say!("stuck_no", "no"), limit, 0.0),
    }
}

fn level(seen: &Seen<'_>) -> Finding {
    let tolerance = seen.settings.rest_tolerance_g;
    let limit = if seen.impact.has_gravity {
        say!("level_limit", "|a| within 1 ± {g} g, the same before and after", g = tolerance)
    } else {
        say!("level_limit_no_gravity", "|a| below {g} g before and after", g = MOST_DRIVING_G)
    };
    if seen.free_fall.is_some() {
        return Finding::not_checked(say!("level_falling", "the device was falling"), limit);
    }
    let Some(before) = seen.impact.rest_g else {
        return Finding::not_checked(say!("level_unknown", "no samples before the push"), limit);
    };
    let after = seen.impact.after_g;
    let reading = match after {
        Some(after) => {
            say!("level", "{before:.2} g before, {after:.2} g after", before = hundredth(before), after = hundredth(after))
        }
        None => say!("level_before", "{before:.2} g before", before = hundredth(before)),
    };
    let off = if seen.impact.has_gravity {
        let shift = after.map_or(0.0, |after| (after - before).abs());
        ((before - 1.0).abs() - tolerance).max(shift - tolerance) / tolerance
    } else {
        before.max(after.unwrap_or(0.0)) - MOST_DRIVING_G
    };
    Finding::new(before, "g", reading, limit, -off.clamp(0.0, 1.0))
}

fn tilt(seen: &Seen<'_>) -> Finding {
    let most = seen.settings.tilt_deg;
    let limit = say!("tilt_limit", "> {degrees}° from before", degrees = most);
    match seen.impact.tilt_deg {
        Some(degrees) => {
            let says = if rolled(seen.report, seen.impact, seen.settings) { 1.0 } else { 0.0 };
            Finding::new(degrees, "°", say!("tilt", "{degrees:.0}°", degrees = whole(degrees)), limit, says)
        }
        None => Finding::not_checked(say!("tilt_unknown", "gravity before and after is not known"), limit),
    }
}

/// Whether a vehicle turned over: it was on a trip, was tilted far, and stands. A device in a hand turns as well, but
/// seldom while its vehicle comes to a stand within seconds.
pub(super) fn rolled(report: &CrashReport, impact: &Impact, settings: &Settings) -> bool {
    let speeds = Speeds::around(report.speed.as_ref(), impact.from_ms, impact.to_ms, settings);
    if speeds.before.is_none() || speeds.later.is_none() {
        return tipped(impact, settings);
    }
    impact.tilt_deg.is_some_and(|degrees| degrees > settings.tilt_deg)
        && speeds.before.is_some_and(|kmh| kmh >= settings.trip_kmh)
        && speeds.later.is_some_and(|kmh| kmh <= settings.standing_kmh)
}

fn clock(seen: &Seen<'_>) -> Finding {
    let jump = seen.settings.clock_jump_ms;
    let limit = say!("clock_limit", "no step back, none over {secs:.0} s, no repeats", secs = whole(jump / 1e3));
    let Signal { n_backward, n_repeated, gap_ms, .. } = *seen.signal;
    let jumped = gap_ms >= jump;
    let faults = n_backward + n_repeated + usize::from(jumped);
    let says = if n_backward > 0 || jumped {
        -1.0
    } else if n_repeated > 0 {
        -0.5
    } else {
        0.0
    };
    let reading = if faults == 0 {
        say!("clock_steady", "steady")
    } else if jumped {
        say!(
            "clock_jump",
            "a jump of {secs:.1} s, steps back: {back}, repeats: {repeats}",
            secs = tenth(gap_ms / 1e3),
            back = n_backward,
            repeats = n_repeated
        )
    } else {
        say!("clock_faults", "steps back: {back}, repeats: {repeats}", back = n_backward, repeats = n_repeated)
    };
    Finding::new(faults as f64, "faults", reading, limit, says)
}

fn gaps(signal: &Signal) -> Finding {
    const LIMIT: Saying = say!("gaps_limit", "none; what is missing cannot speak");
    let Signal { n_missing, n_given, gap_ms, .. } = *signal;
    let absent: String = (0..3).filter(|axis| signal.absent[*axis]).map(|axis| AXES[axis]).collect::<Vec<_>>().join(", ");
    let absent = absent.as_str();
    let gap = whole(gap_ms);
    let reading = match (n_missing, gap_ms, absent) {
        (0, 0.0, "") => say!("gaps_none", "none"),
        (0, 0.0, absent) => say!("gaps_axes", "no values for {axes}", axes = absent),
        (n, 0.0, "") => say!("gaps", "{n} of {given} samples", n = n, given = n_given),
        (n, 0.0, absent) => {
            say!("gaps_and_axes", "{n} of {given} samples; no values for {axes}", n = n, given = n_given, axes = absent)
        }
        (n, _, "") => say!("gaps_longest", "{n} of {given} samples, longest gap {gap:.0} ms", n = n, given = n_given, gap = gap),
        (n, _, absent) => say!(
            "gaps_longest_and_axes",
            "{n} of {given} samples, longest gap {gap:.0} ms; no values for {axes}",
            n = n,
            given = n_given,
            gap = gap,
            axes = absent
        ),
    };
    Finding::new(gap_ms, "ms", reading, LIMIT, 0.0)
}

fn sampling(seen: &Seen<'_>) -> Finding {
    let limit = say!("sampling_limit", "≥ {n} samples in 100 ms", n = seen.settings.full_samples);
    let hz = 1e3 / seen.signal.step_ms;
    let reading = say!("sampling", "{hz:.0} Hz, {n} samples in the push", hz = whole(hz), n = seen.impact.n_pulse);
    Finding::new(hz, "Hz", reading, limit, 0.0)
}

fn device_claim(report: &CrashReport) -> Finding {
    const LIMIT: Saying = say!("claim_limit", "the device's word is one voice, never a ruling");
    /// Teltonika AVL 247: 1 and 6 are crashes, 7 and 8 are not.
    const CRASH: [&str; 6] = ["crash", "accident", "collision", "real", "1", "6"];
    const FALSE_ALARM: [&str; 7] = ["malfunction", "false_alarm", "false alarm", "pothole", "no_crash", "7", "8"];
    let Some(claim) = &report.device_verdict else {
        return Finding::not_checked(say!("claim_none", "the device claims nothing"), LIMIT);
    };
    let word = claim.trim().to_lowercase();
    let says = if CRASH.contains(&word.as_str()) {
        1.0
    } else if FALSE_ALARM.contains(&word.as_str()) {
        -1.0
    } else {
        0.0
    };
    let short: String = claim.chars().take(64).collect();
    Finding::new(f64::NAN, "", say!("claim", "{word:?}", word = short.as_str()), LIMIT, says)
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
