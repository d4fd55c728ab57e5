//! The checks by name, each with the most that it can weigh and where its limit comes from.

use crate::model::{Evidence, Points, Saying};

/// What a rule's weight rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Physics or a regulation, no recording was looked at.
    Physics,
    /// Own judgement, no recording was looked at.
    Judgement,
    /// Chosen or moved with the recordings of `docs/ACCURACY.md` in view.
    Fitted,
}

/// One check: what it is called and how much it can say.
#[derive(Debug)]
pub struct Rule {
    /// The stable key in evidence rows.
    pub key: &'static str,
    /// Its name on the screen.
    pub name: &'static str,
    /// The most that it can say for an accident, log-odds.
    pub accident: f64,
    /// The most that it can say for a malfunction, log-odds; negative.
    pub malfunction: f64,
    /// Where the limit comes from; the weight's own basis is `basis`.
    pub source: &'static str,
    /// What the weight rests on.
    pub basis: Basis,
}

/// Every check, in the order in which an operator should read them.
///
/// A verdict's probability is the logistic of the sum of what each check says, from 0 (even odds), on two principles of
/// 2026-11-22: what physics decides weighs about 3 (odds of 20 to 1), what merely fits weighs about 1, and no single
/// check but the airbag rules alone against two others. Five weights were moved on 2026-11-25 with recordings in view;
/// they say [`Basis::Fitted`], and `docs/ACCURACY.md` tells how far.
pub const RULES: [Rule; 24] = [
    Rule {
        key: "airbag",
        name: "Airbag or belt tensioner",
        accident: 6.0,
        malfunction: 0.0,
        source: "49 CFR 563.5",
        basis: Basis::Physics,
    },
    Rule {
        key: "delta_v",
        name: "Speed change Δv",
        accident: 4.0,
        malfunction: -3.0,
        source: "49 CFR 563.5",
        basis: Basis::Physics,
    },
    Rule {
        key: "pulse",
        name: "Length of the push",
        accident: 2.0,
        malfunction: -3.0,
        source: "drone-filmed and EDR crash pulses of 70 to 150 ms; own judgement",
        basis: Basis::Fitted,
    },
    Rule {
        key: "peak",
        name: "Peak acceleration",
        accident: 0.5,
        malfunction: -1.0,
        source: "Geotab collision-level rule",
        basis: Basis::Physics,
    },
    Rule {
        key: "speed_lost",
        name: "Speed lost",
        accident: 1.5,
        malfunction: 0.0,
        source: "own judgement",
        basis: Basis::Judgement,
    },
    Rule {
        key: "speed_after",
        name: "Speed afterwards",
        accident: 1.5,
        malfunction: -2.5,
        source: "Teltonika GNSS speed check; limits own judgement",
        basis: Basis::Fitted,
    },
    Rule {
        key: "speed_before",
        name: "Speed before",
        accident: 0.5,
        malfunction: 0.0,
        source: "Samsara crash gate",
        basis: Basis::Judgement,
    },
    Rule {
        key: "free_fall",
        name: "Free fall before",
        accident: 0.0,
        malfunction: -5.0,
        source: "own judgement from the law of falling bodies",
        basis: Basis::Physics,
    },
    Rule {
        key: "vertical",
        name: "Vertical share",
        accident: 0.0,
        malfunction: -1.5,
        source: "Geotab ignores Z; Digital Matter: vertical is a drop",
        basis: Basis::Judgement,
    },
    Rule {
        key: "spike",
        name: "Single-sample spike",
        accident: 0.0,
        malfunction: -2.5,
        source: "own judgement",
        basis: Basis::Judgement,
    },
    Rule {
        key: "jolt",
        name: "Sudden jolt",
        accident: 4.0,
        malfunction: -1.5,
        source: "own judgement from 49 CFR 563.5: 8 km/h in 100 ms is 2.3 g at 10 Hz",
        basis: Basis::Fitted,
    },
    Rule {
        key: "swings",
        name: "Repeated swings",
        accident: 0.0,
        malfunction: -3.0,
        source: "own judgement",
        basis: Basis::Judgement,
    },
    Rule {
        key: "handled",
        name: "Unrest about the push",
        accident: 0.0,
        malfunction: -4.0,
        source: "own judgement",
        basis: Basis::Fitted,
    },
    Rule {
        key: "pinned",
        name: "Pinned at the limit",
        accident: 0.0,
        malfunction: -2.0,
        source: "own judgement",
        basis: Basis::Judgement,
    },
    Rule {
        key: "clipping",
        name: "Clipped samples",
        accident: 0.0,
        malfunction: 0.0,
        source: "own judgement",
        basis: Basis::Physics,
    },
    Rule { key: "stuck", name: "Stuck axis", accident: 0.0, malfunction: -1.0, source: "own judgement", basis: Basis::Judgement },
    Rule {
        key: "level",
        name: "Level at rest",
        accident: 0.0,
        malfunction: -1.5,
        source: "own judgement; RuuviTag 0x8000, lost calibration",
        basis: Basis::Judgement,
    },
    Rule {
        key: "tilt",
        name: "Largest tilt",
        accident: 2.0,
        malfunction: 0.0,
        source: "Digital Matter rollover rule",
        basis: Basis::Judgement,
    },
    Rule {
        key: "came_to_rest",
        name: "Tipped over, then still",
        accident: 4.0,
        malfunction: 0.0,
        source: "own judgement after Digital Matter's rollover rule",
        basis: Basis::Fitted,
    },
    Rule {
        key: "clock",
        name: "Device clock",
        accident: 0.0,
        malfunction: -1.0,
        source: "own judgement",
        basis: Basis::Judgement,
    },
    Rule {
        key: "gaps",
        name: "Missing samples",
        accident: 0.0,
        malfunction: 0.0,
        source: "own judgement",
        basis: Basis::Physics,
    },
    Rule {
        key: "sampling",
        name: "Samples in the push",
        accident: 0.0,
        malfunction: 0.0,
        source: "own judgement: a 100 ms push at 25 Hz has 2 to 3 samples",
        basis: Basis::Physics,
    },
    Rule {
        key: "device_claim",
        name: "Device's own claim",
        accident: 0.4,
        malfunction: -0.4,
        source: "own judgement; Teltonika AVL 247",
        basis: Basis::Judgement,
    },
    // Neither age nor a wrong clock makes a push more or less real, so it weighs nothing; a person must know.
    Rule { key: "age", name: "Age on receipt", accident: 0.0, malfunction: 0.0, source: "own judgement", basis: Basis::Physics },
];

/// What a jolt says in a record too coarse for the shape of a push, −1 to 1, by its size in g. Fitted, as the weights of
/// `jolt` are.
pub const JOLT: [(f64, f64); 8] =
    [(0.05, -1.0), (0.12, -0.88), (0.3, -0.7), (0.45, -0.3), (0.6, 0.0), (0.8, 0.4), (1.0, 0.6), (2.0, 1.0)];

/// What a curve of straight pieces says at `x`, its ends beyond them.
pub fn interpolate(x: f64, points: &[(f64, f64)]) -> f64 {
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

/// A rule as a row of the table in `docs/ACCURACY.md`.
#[cfg(test)]
pub(super) fn document_row(rule: &Rule) -> String {
    let basis = match rule.basis {
        Basis::Physics => "physics",
        Basis::Judgement => "judgement",
        Basis::Fitted => "fitted",
    };
    format!("| `{}` | {} | {:+.1} | {:.1} | {basis} | {} |", rule.key, rule.name, rule.accident, rule.malfunction, rule.source)
}

/// What a check found.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) value: Option<f64>,
    pub(super) unit: &'static str,
    pub(super) reading: Saying,
    pub(super) limit: Saying,
    /// −1 (all that the rule can say for a malfunction) to 1 (all for an accident).
    pub(super) says: f64,
    checked: bool,
}

impl Finding {
    pub(super) fn new(value: f64, unit: &'static str, reading: Saying, limit: Saying, says: f64) -> Self {
        let value = value.is_finite().then_some(value);
        Self { value, unit, reading, limit, says: says.clamp(-1.0, 1.0), checked: true }
    }

    /// Could not be checked, and why.
    pub(super) fn not_checked(why: Saying, limit: Saying) -> Self {
        Self { value: None, unit: "", reading: why, limit, says: 0.0, checked: false }
    }
}

/// The evidence row of a rule and what it found.
pub(super) fn row(key: &'static str, finding: Finding) -> Evidence {
    let rule = RULES.iter().find(|rule| rule.key == key).unwrap_or(&RULES[0]);
    // Adding 0 turns −0 into 0.
    let weight = finding.says.abs() * if finding.says > 0.0 { rule.accident } else { rule.malfunction } + 0.0;
    let points = match (finding.checked, weight) {
        (false, _) => Points::NotChecked,
        (true, weight) if weight > 0.05 => Points::Accident,
        (true, weight) if weight < -0.05 => Points::Malfunction,
        (true, _) => Points::Neutral,
    };
    Evidence {
        value: finding.value,
        unit: finding.unit.into(),
        weight,
        ..Evidence::of(key, rule.name, finding.reading, finding.limit, rule.source, points)
    }
}
