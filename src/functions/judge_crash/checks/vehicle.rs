//! What the vehicle did about the push: its restraints, its speeds, whether it turned over.

use super::super::Settings;
use super::super::impact::Impact;
use super::super::rules::Finding;
use super::super::speed::Speeds;
use super::{Seen, tipped};
use crate::model::saying::{hundredth, say, whole};
use crate::model::{CrashReport, Saying};

pub(super) fn airbag(report: &CrashReport) -> Finding {
    const LIMIT: Saying = say!("airbag_limit", "deployed");
    match report.airbag {
        Some(true) => Finding::new(1.0, "", say!("airbag_deployed", "deployed"), LIMIT, 1.0),
        // Most collisions deploy nothing, so this says nothing.
        Some(false) => Finding::new(0.0, "", say!("airbag_not_deployed", "not deployed"), LIMIT, 0.0),
        None => Finding::not_checked(say!("airbag_unknown", "not reported"), LIMIT),
    }
}

pub(super) fn speed_lost(seen: &Seen<'_>) -> Finding {
    let trigger = seen.settings.delta_v_kmh;
    let limit = say!("speed_lost_limit", "≥ {kmh} km/h together with a push", kmh = trigger);
    let Some(lost) = seen.speeds.lost() else {
        return Finding::not_checked(say!("speed_lost_unknown", "no speeds on both sides of the push"), limit);
    };
    let enough = (lost / trigger).clamp(0.0, 1.0);
    let reading = say!("speed_lost", "{kmh:.0} km/h", kmh = whole(lost));
    Finding::new(lost, "km/h", reading, limit, if enough >= 1.0 { seen.push } else { 0.0 })
}

pub(super) fn speed_after(seen: &Seen<'_>) -> Finding {
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

pub(super) fn speed_before(seen: &Seen<'_>) -> Finding {
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

pub(super) fn tilt(seen: &Seen<'_>) -> Finding {
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
pub(in crate::functions::judge_crash) fn rolled(report: &CrashReport, impact: &Impact, settings: &Settings) -> bool {
    let speeds = Speeds::around(report.speed.as_ref(), impact.from_ms, impact.to_ms, settings);
    if speeds.before.is_none() || speeds.later.is_none() {
        return tipped(impact, settings);
    }
    impact.tilt_deg.is_some_and(|degrees| degrees > settings.tilt_deg)
        && speeds.before.is_some_and(|kmh| kmh >= settings.trip_kmh)
        && speeds.later.is_some_and(|kmh| kmh <= settings.standing_kmh)
}

pub(super) fn came_to_rest(seen: &Seen<'_>) -> Finding {
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
