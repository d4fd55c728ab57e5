//! The checks by name, each with the most that it can weigh and where its limit comes from.

use std::borrow::Cow;

use crate::model::{Evidence, Points};

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
    /// Where the limit comes from; for the weight it is always our own judgement of 2026-11-22.
    pub source: &'static str,
}

/// Every check, in the order in which an operator should read them.
///
/// A verdict's probability is the logistic of the sum of what each check says, from 0 (even odds). All weights are
/// our own judgement of 2026-11-22 on two principles: what physics decides weighs about 3 (odds of 20 to 1), what
/// merely fits weighs about 1, and no single check but the airbag rules alone against two others.
pub const RULES: [Rule; 24] = [
    Rule { key: "airbag", name: "Airbag or belt tensioner", accident: 6.0, malfunction: 0.0, source: "49 CFR 563.5" },
    Rule { key: "delta_v", name: "Speed change Δv", accident: 4.0, malfunction: -3.0, source: "49 CFR 563.5" },
    Rule {
        key: "pulse",
        name: "Length of the push",
        accident: 2.0,
        malfunction: -3.0,
        source: "drone-filmed and EDR crash pulses of 70 to 150 ms; own judgement",
    },
    Rule { key: "peak", name: "Peak acceleration", accident: 0.5, malfunction: -1.0, source: "Geotab collision-level rule" },
    Rule { key: "speed_lost", name: "Speed lost", accident: 1.5, malfunction: 0.0, source: "own judgement" },
    Rule {
        key: "speed_after",
        name: "Speed afterwards",
        accident: 1.5,
        malfunction: -2.5,
        source: "Teltonika GNSS speed check; limits own judgement",
    },
    Rule { key: "speed_before", name: "Speed before", accident: 0.5, malfunction: 0.0, source: "Samsara crash gate" },
    Rule {
        key: "free_fall",
        name: "Free fall before",
        accident: 0.0,
        malfunction: -5.0,
        source: "own judgement from the law of falling bodies",
    },
    Rule {
        key: "vertical",
        name: "Vertical share",
        accident: 0.0,
        malfunction: -1.5,
        source: "Geotab ignores Z; Digital Matter: vertical is a drop",
    },
    Rule { key: "spike", name: "Single-sample spike", accident: 0.0, malfunction: -2.5, source: "own judgement" },
    Rule {
        key: "jolt",
        name: "Sudden jolt",
        accident: 4.0,
        malfunction: -1.5,
        source: "own judgement from 49 CFR 563.5: 8 km/h in 100 ms is 2.3 g at 10 Hz",
    },
    Rule { key: "swings", name: "Repeated swings", accident: 0.0, malfunction: -3.0, source: "own judgement" },
    Rule { key: "handled", name: "Unrest about the push", accident: 0.0, malfunction: -3.0, source: "own judgement" },
    Rule { key: "pinned", name: "Pinned at the limit", accident: 0.0, malfunction: -2.0, source: "own judgement" },
    Rule { key: "clipping", name: "Clipped samples", accident: 0.0, malfunction: 0.0, source: "own judgement" },
    Rule { key: "stuck", name: "Stuck axis", accident: 0.0, malfunction: -1.0, source: "own judgement" },
    Rule {
        key: "level",
        name: "Level at rest",
        accident: 0.0,
        malfunction: -1.5,
        source: "own judgement; RuuviTag 0x8000, lost calibration",
    },
    Rule { key: "tilt", name: "Largest tilt", accident: 2.0, malfunction: 0.0, source: "Digital Matter rollover rule" },
    Rule {
        key: "came_to_rest",
        name: "Tipped over, then still",
        accident: 4.0,
        malfunction: 0.0,
        source: "own judgement after Digital Matter's rollover rule",
    },
    Rule { key: "clock", name: "Device clock", accident: 0.0, malfunction: -1.0, source: "own judgement" },
    Rule { key: "gaps", name: "Missing samples", accident: 0.0, malfunction: 0.0, source: "own judgement" },
    Rule {
        key: "sampling",
        name: "Samples in the push",
        accident: 0.0,
        malfunction: 0.0,
        source: "own judgement: a 100 ms push at 25 Hz has 2 to 3 samples",
    },
    Rule {
        key: "device_claim",
        name: "Device's own claim",
        accident: 0.4,
        malfunction: -0.4,
        source: "own judgement; Teltonika AVL 247",
    },
    // Neither age nor a wrong clock makes a push more or less real, so it weighs nothing; a person must know.
    Rule { key: "age", name: "Age on receipt", accident: 0.0, malfunction: 0.0, source: "own judgement" },
];

/// What a check found.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) value: Option<f64>,
    pub(super) unit: &'static str,
    pub(super) reading: String,
    pub(super) limit: Cow<'static, str>,
    /// −1 (all that the rule can say for a malfunction) to 1 (all for an accident).
    pub(super) says: f64,
    checked: bool,
}

impl Finding {
    pub(super) fn new(
        value: f64,
        unit: &'static str,
        reading: impl Into<String>,
        limit: impl Into<Cow<'static, str>>,
        says: f64,
    ) -> Self {
        let value = value.is_finite().then_some(value);
        Self { value, unit, reading: reading.into(), limit: limit.into(), says: says.clamp(-1.0, 1.0), checked: true }
    }

    /// Could not be checked, and why.
    pub(super) fn not_checked(why: impl Into<String>, limit: impl Into<Cow<'static, str>>) -> Self {
        Self { value: None, unit: "", reading: why.into(), limit: limit.into(), says: 0.0, checked: false }
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
        key: Cow::Borrowed(key),
        name: Cow::Borrowed(rule.name),
        value: finding.value,
        unit: Cow::Borrowed(finding.unit),
        reading: finding.reading,
        limit: finding.limit,
        source: Cow::Borrowed(rule.source),
        points,
        weight,
    }
}
