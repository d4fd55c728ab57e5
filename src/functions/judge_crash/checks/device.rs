//! What is wrong with the sensor, the clock or the report, and what the device says of itself.

use super::super::Settings;
use super::super::impact::MOST_DRIVING_G;
use super::super::rules::{Finding, row};
use super::super::signal::Signal;
use super::Seen;
use crate::model::saying::{hundredth, say, tenth, whole};
use crate::model::{CrashReport, Event, Evidence, Saying};

pub(super) fn spike(seen: &Seen<'_>) -> Finding {
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

pub(super) fn pinned(seen: &Seen<'_>) -> Finding {
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

pub(super) fn clipping(seen: &Seen<'_>) -> Finding {
    const LIMIT: Saying = say!("clipping_limit", "none; clipped samples make Δv a lower bound");
    let n = seen.signal.n_clipped;
    let reading = match (n, seen.report.range_g) {
        (0, _) => say!("clipping_none", "none"),
        (n, None) => say!("clipping", "{n}", n = n),
        (n, Some(range)) => say!("clipping_at", "{n} at ± {range} g", n = n, range = range),
    };
    Finding::new(n as f64, "samples", reading, LIMIT, 0.0)
}

pub(super) fn stuck(seen: &Seen<'_>) -> Finding {
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

pub(super) fn level(seen: &Seen<'_>) -> Finding {
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

pub(super) fn clock(seen: &Seen<'_>) -> Finding {
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

pub(super) fn gaps(signal: &Signal) -> Finding {
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

pub(super) fn device_claim(report: &CrashReport) -> Finding {
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

/// How old the report was when it came, by the two clocks.
pub(in crate::functions::judge_crash) fn age(event: &Event, settings: &Settings) -> Evidence {
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
