//! What the push itself looks like, and whether the record can show it.

use super::super::Settings;
use super::super::rules::{Finding, JOLT, interpolate};
use super::Seen;
use crate::model::Saying;
use crate::model::saying::{hundredth, say, tenth, whole};

/// What a Δv says: nothing but driving below a quarter of the limit, even odds at 0.7 of it (event recorders miss
/// many crashes near the limit), plain at twice the limit.
pub(super) fn delta_v(seen: &Seen<'_>) -> Finding {
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

pub(super) fn pulse(seen: &Seen<'_>) -> Finding {
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

pub(super) fn peak(seen: &Seen<'_>) -> Finding {
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

/// In a coarse record a collision is what is gone a sample later. At 10 Hz a push of 8 km/h in 100 ms makes one sample
/// of 2.3 g, or two of half that; brakes and tyres build up over some tenths of a second.
pub(super) fn jolt(seen: &Seen<'_>) -> Finding {
    const LIMIT: Saying = say!("jolt_limit", "≥ 0.8 g off its surroundings; below 0.3 g only braking and steering");
    match seen.impact.jolt_g {
        Some(g) => {
            let says = interpolate(g, &JOLT);
            Finding::new(g, "g", say!("jolt", "{g:.2} g", g = hundredth(g)), LIMIT, says)
        }
        None if seen.coarse() => Finding::not_checked(too_coarse(seen.signal.step_ms), LIMIT),
        None => {
            let why = say!("jolt_not_needed", "the record is fine enough to show the push itself");
            Finding::not_checked(why, LIMIT)
        }
    }
}

pub(super) fn sampling(seen: &Seen<'_>) -> Finding {
    let limit = say!("sampling_limit", "≥ {n} samples in 100 ms", n = seen.settings.full_samples);
    let hz = 1e3 / seen.signal.step_ms;
    let reading = say!("sampling", "{hz:.0} Hz, {n} samples in the push", hz = whole(hz), n = seen.impact.n_pulse);
    Finding::new(hz, "Hz", reading, limit, 0.0)
}

/// Why nothing can be said of a push: the samples stand too far apart.
pub(super) fn too_coarse(step_ms: f64) -> Saying {
    say!("too_coarse", "one sample every {step:.0} ms is too coarse", step = whole(step_ms))
}
