//! What shakes a device without a collision: a fall, a road, a hand.

use super::super::Settings;
use super::super::impact::Impact;
use super::super::rules::Finding;
use super::Seen;
use super::push::too_coarse;
use crate::model::Saying;
use crate::model::saying::{hundredth, say, tenth, whole};

pub(super) fn free_fall(seen: &Seen<'_>) -> Finding {
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

pub(super) fn vertical(seen: &Seen<'_>) -> Finding {
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

pub(super) fn swings(seen: &Seen<'_>) -> Finding {
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

pub(super) fn handled(seen: &Seen<'_>) -> Finding {
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
