//! Was it a real accident? The physics of the recorded push, the speeds around it and the faults of the device,
//! each weighed in the open; unsure means that a person decides.
//!
//! Faults of the device are first set aside (a stuck axis, a sensor pinned at its limit, a clock that jumps), then
//! what remains is asked whether it can be a collision: a horizontal change of speed of at least 8 km/h within
//! 150 ms that gravity, a turned device or a level shift cannot explain. A check that cannot be made says nothing,
//! never "passed". The weights are in [`rules`], the limits in [`Settings`].

use std::sync::Arc;

use crate::model::{
    CrashReport, CrashVerdict, Direction, Event, Evidence, Frame, Malfunction, Reading, Ruling, Severity, Verdict,
};

use super::{Card, Function, Trigger};

mod checks;
mod impact;
pub mod rules;
mod settings;
mod signal;
mod speed;
#[cfg(test)]
mod tests;

pub use settings::Settings;

use impact::Impact;
use signal::Signal;

/// The card.
pub static CARD: Card = Card {
    name: "judge_crash",
    version: 3,
    sentence: "Rules over a crash report: a real accident, a malfunction of the device, or undecided, with its evidence.",
    listens_to: Trigger::Crash,
    memory_mb: 256,
    timeout_ms: 2_000,
};

/// The function.
#[derive(Debug)]
pub struct JudgeCrash {
    settings: Settings,
}

impl JudgeCrash {
    /// With these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

impl Function for JudgeCrash {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn judge(&mut self, event: &Event) -> Verdict {
        Verdict::Crash(Arc::new(match &event.reading {
            Reading::Crash(report) => {
                let mut verdict = judge(report, &self.settings);
                verdict.evidence.push(checks::age(event, &self.settings));
                verdict
            }
            Reading::Driving(_) | Reading::Temperature(_) | Reading::Presence(_) | Reading::Ruled(_) => {
                undecided("This is no crash report.", Severity::Medium)
            }
        }))
    }
}

/// Judges one report by itself; how it came (late, retained, with a wrong clock) is no part of it.
pub fn judge(report: &CrashReport, settings: &Settings) -> CrashVerdict {
    if let Some(reason) = &report.unreadable {
        return undecided(&format!("The report could not be read: {reason}. Treat as a possible accident."), Severity::High);
    }
    let signal = Signal::new(&report.pulse, report.range_g, settings);
    let impact_of = |rolled| signal.impact(report.frame, report.gravity, rolled, settings);
    let impact = enough(&signal)
        .then(|| impact_of(false))
        .flatten()
        .and_then(|impact| if checks::rolled(report, &impact, settings) { impact_of(true) } else { Some(impact) });
    let Some(impact) = impact else {
        return without_pulse(report, &signal);
    };
    let seen = checks::Seen::new(report, &signal, &impact, settings);
    let evidence = checks::evidence(&seen);
    let log_odds: f64 = evidence.iter().map(|row| row.weight).sum();
    let airbag = report.airbag == Some(true);
    let probability = if airbag { AIRBAG_PROBABILITY.max(logistic(log_odds)) } else { logistic(log_odds) };
    // What the record cannot show is not ruled out by it.
    let probability = if seen.stopped_unseen() { probability.max(settings.malfunction_at + UNSEEN) } else { probability };
    let ruling = if probability >= settings.real_at {
        Ruling::Real
    } else if probability <= settings.malfunction_at {
        Ruling::Malfunction
    } else {
        Ruling::Undecided
    };
    let malfunction = (ruling == Ruling::Malfunction).then(|| checks::kind(&seen, &evidence));
    let severity = match ruling {
        Ruling::Real if airbag || impact.delta_v_kmh >= settings.critical_kmh => Severity::Critical,
        Ruling::Real => Severity::High,
        Ruling::Undecided if impact.delta_v_kmh >= settings.delta_v_kmh => Severity::High,
        Ruling::Undecided => Severity::Medium,
        Ruling::Malfunction => Severity::Low,
    };
    let direction = direction(report.frame, &impact, settings);
    CrashVerdict {
        ruling,
        malfunction,
        probability,
        severity,
        summary: summary(ruling, malfunction, airbag, direction, &seen, &evidence),
        delta_v_kmh: Some(impact.delta_v_kmh),
        peak_g: Some(impact.peak_g),
        window_ms: Some((impact.from_ms, impact.to_ms)),
        free_fall_ms: seen.free_fall,
        direction,
        evidence,
    }
}

/// An airbag decides alone: 49 CFR 563.5 makes its deployment an event whatever the Δv. Own judgement for the
/// figure: restraints also deploy by defect, seldom.
const AIRBAG_PROBABILITY: f64 = 0.99;

/// How far above a malfunction a stop is held that the record cannot explain, so that a person looks.
const UNSEEN: f64 = 0.01;

/// Three samples, at the least, say something.
fn enough(signal: &Signal) -> bool {
    signal.len() >= 3 && signal.step_ms > 0.0
}

fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

fn undecided(summary: &str, severity: Severity) -> CrashVerdict {
    CrashVerdict {
        ruling: Ruling::Undecided,
        malfunction: None,
        probability: 0.5,
        severity,
        summary: summary.to_owned(),
        delta_v_kmh: None,
        peak_g: None,
        window_ms: None,
        free_fall_ms: None,
        direction: None,
        evidence: Vec::new(),
    }
}

/// A report with too few samples for physics: an airbag still decides, all else is for a person.
fn without_pulse(report: &CrashReport, signal: &Signal) -> CrashVerdict {
    let airbag = report.airbag == Some(true);
    let n = signal.len();
    let samples = if n == 1 { "1 usable sample".to_owned() } else { format!("{n} usable samples") };
    let summary = if airbag {
        format!("Real accident: an airbag or belt tensioner deployed; the report has {samples}.")
    } else {
        format!("Undecided: not enough data, the report has {samples}. Treat as a possible accident.")
    };
    CrashVerdict {
        ruling: if airbag { Ruling::Real } else { Ruling::Undecided },
        probability: if airbag { AIRBAG_PROBABILITY } else { 0.5 },
        evidence: checks::without_pulse(report, signal),
        ..undecided(&summary, if airbag { Severity::Critical } else { Severity::Medium })
    }
}

/// Where the hit came from: a frontal hit pushes backward.
fn direction(frame: Frame, impact: &Impact, settings: &Settings) -> Option<Direction> {
    let [x, y, z] = impact.dv;
    if frame != Frame::Vehicle || impact.delta_v_kmh < settings.delta_v_kmh / 2.0 {
        return None;
    }
    // Only where the vehicle turned over is the third axis in the push; from above, it pushes down.
    if z > x.abs().max(y.abs()) {
        return Some(Direction::Roof);
    }
    Some(match (x.abs() >= y.abs(), x < 0.0, y < 0.0) {
        (true, true, _) => Direction::Front,
        (true, false, _) => Direction::Rear,
        (false, _, true) => Direction::Right,
        (false, _, false) => Direction::Left,
    })
}

/// One sentence or two to read out on the phone.
fn summary(
    ruling: Ruling,
    malfunction: Option<Malfunction>,
    airbag: bool,
    direction: Option<Direction>,
    seen: &checks::Seen<'_>,
    evidence: &[Evidence],
) -> String {
    let impact = seen.impact;
    let push = format!(
        "speed changed by {:.1} km/h in a push of {:.0} ms, peak {:.1} g",
        impact.delta_v_kmh, impact.pulse_ms, impact.peak_g
    );
    match ruling {
        Ruling::Real => {
            let from = match direction {
                Some(Direction::Front) => " from the front",
                Some(Direction::Rear) => " from the rear",
                Some(Direction::Left) => " from the left",
                Some(Direction::Right) => " from the right",
                Some(Direction::Roof) => " from above",
                None => "",
            };
            let bag = if airbag { "; an airbag or belt tensioner deployed" } else { "" };
            let then = match (seen.speeds.before, seen.speeds.later.or(seen.speeds.lowest)) {
                (Some(before), Some(after)) => format!("; {before:.0} km/h before, {after:.0} km/h after"),
                (Some(before), None) => format!("; {before:.0} km/h before"),
                _ => String::new(),
            };
            format!("Real accident: hit{from}, {push}{bag}{then}.")
        }
        Ruling::Undecided => {
            let strongest = |sign: f64| {
                evidence
                    .iter()
                    .filter(|row| row.weight * sign > 0.05)
                    .max_by(|a, b| (a.weight * sign).total_cmp(&(b.weight * sign)))
                    .map_or_else(|| "nothing".to_owned(), |row| format!("{} ({})", lower_first(&row.name), row.reading))
            };
            format!("Undecided, treat as a possible accident: {} speaks for one, {} against.", strongest(1.0), strongest(-1.0))
        }
        Ruling::Malfunction => {
            let what = match malfunction {
                Some(Malfunction::Dropped) => match seen.free_fall {
                    Some((from, to)) => format!("the device was dropped, {:.0} ms of free fall before the impact", to - from),
                    None => "the device was dropped".to_owned(),
                },
                Some(Malfunction::Spike) => {
                    let samples = if impact.n_high == 1 { "a single sample" } else { "two samples only" };
                    format!("a spike of {:.1} g in {samples}", impact.peak_g)
                }
                Some(Malfunction::Stuck) => "an axis of the sensor is stuck".to_owned(),
                Some(Malfunction::Clipped) => "the sensor was pinned at its limit for longer than a collision lasts".to_owned(),
                Some(Malfunction::Clock) => "the device's clock jumped or repeated, and no collision is in the data".to_owned(),
                Some(Malfunction::Shaken) => {
                    format!("the device was shaken, {} swings of like size before the strongest", impact.n_swings)
                }
                Some(Malfunction::Pothole) => "a vertical jolt as from a pothole or bump".to_owned(),
                Some(Malfunction::SpeedBump) => "a slow vertical lift as from a speed bump".to_owned(),
                Some(Malfunction::Door) => "a short jolt of a standing vehicle, as from a door or a load".to_owned(),
                Some(Malfunction::Dropout) => {
                    format!("samples are missing for {:.1} s, and nothing happened beside that", seen.gap_ms() / 1e3)
                }
                Some(Malfunction::HardBraking) => "hard braking or cornering without contact".to_owned(),
                Some(Malfunction::Offset) => "the sensor's level shifted and stayed, or was wrong from the start".to_owned(),
                Some(Malfunction::NoPulse) | None => "no push in the data that could be a collision".to_owned(),
            };
            format!("Not an accident: {what}; {push}.")
        }
    }
}

fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
