//! Which unit a number is in: as its name or a neighbour says, else by its size, and then it is said that it is a guess.

use super::leaf::Leaf;
use crate::model::measure::{self, Measure};
use crate::model::range::{CELSIUS, LAT, LON, Range, SPEED};

/// A unit, a factor before it, and why a person should look again.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Unit {
    pub(super) name: &'static str,
    pub(super) scale: Option<f64>,
    pub(super) remark: Option<String>,
}

impl Unit {
    const fn sure(name: &'static str) -> Self {
        Self { name, scale: None, remark: None }
    }

    fn guessed(name: &'static str, scale: Option<f64>, measure: Measure) -> Self {
        Self { name, scale, remark: Some(format!("the unit is a guess: the message does not say it ({})", measure.allowed())) }
    }
}

/// A unit as it is written in keys and beside numbers.
fn spelled(text: &str, measure: Measure) -> Option<&'static str> {
    measure::Unit::spelled(text, measure).map(measure::Unit::symbol)
}

/// The unit that the key or a neighbour names.
fn named(leaf: &Leaf<'_>, measure: Measure) -> Option<&'static str> {
    leaf.unit.as_deref().and_then(|unit| spelled(unit, measure)).or_else(|| {
        // The first word of a key is its name, unless there are several.
        let from = usize::from(leaf.own.len() == 1);
        let own = leaf.own.get(from..).unwrap_or_default();
        let above = leaf.above.iter().map(|word| spelled(word, measure).filter(|_| word.len() > 1));
        (1..=3)
            .rev()
            .flat_map(|n| own.windows(n))
            .find_map(|words| spelled(&words.concat(), measure))
            .or_else(|| above.flatten().next())
    })
}

/// The factor among `scales` that brings a value into range.
fn scale_into(range: &Range, values: &[f64], scales: &[f64]) -> Option<f64> {
    scales.iter().copied().find(|scale| values.iter().all(|value| range.check(value * scale).is_ok()))
}

pub(super) fn speed(leaf: &Leaf<'_>, value: f64) -> Option<Unit> {
    if let Some(name) = named(leaf, Measure::Speed) {
        return Some(Unit::sure(name));
    }
    let scale = scale_into(&SPEED, &[value], &[1.0, 0.1, 0.01, 0.001])?;
    Some(Unit::guessed("km/h", Some(scale).filter(|scale| *scale < 1.0), Measure::Speed))
}

pub(super) fn temperature(leaf: &Leaf<'_>, value: f64) -> Option<Unit> {
    if let Some(name) = named(leaf, Measure::Temperature) {
        return Some(Unit::sure(name));
    }
    if leaf.says(&["fahrenheit"]) {
        return Some(Unit::sure("°F"));
    }
    if leaf.says(&["celsius"]) {
        return Some(Unit::sure("°C"));
    }
    let whole = value.fract() == 0.0;
    let hot = leaf.key_words().any(|word| matches!(word, "engine" | "motor" | "oil" | "exhaust" | "brake" | "furnace" | "kiln"));
    // −40 to 60 °C.
    if !whole && (233.15..=333.15).contains(&value) {
        return Some(Unit::guessed("K", None, Measure::Temperature));
    }
    let scales: &[f64] = match value.abs() {
        size if !whole || size <= 100.0 || (hot && size < 1_500.0) => &[1.0],
        size if size < 1_000.0 => &[0.1],
        _ => &[0.01, 0.001],
    };
    let scale = scale_into(&CELSIUS, &[value], scales)?;
    Some(Unit::guessed("°C", Some(scale).filter(|scale| *scale < 1.0), Measure::Temperature))
}

/// The factor of a place's two numbers, for those that count ten-millionths of a degree.
pub(super) fn degrees(lat: f64, lon: f64) -> Option<f64> {
    [1.0, 1e-5, 1e-6, 1e-7].into_iter().find(|scale| LAT.check(lat * scale).is_ok() && LON.check(lon * scale).is_ok())
}

/// The unit of accelerations, and whether gravity is in them: at rest they are then one g long.
pub(super) fn acceleration(axes: &[&Leaf<'_>; 3], lengths: &mut [f64]) -> (Unit, bool) {
    lengths.sort_by(f64::total_cmp);
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or_default();
    let most = lengths.last().copied().unwrap_or_default();
    if let Some(name) = axes.iter().find_map(|leaf| named(leaf, Measure::Acceleration)) {
        let g = match name {
            "mg" => 1e3,
            "m/s²" => 9.8,
            _ => 1.0,
        };
        return (Unit::sure(name), median > 0.5 * g);
    }
    let (name, gravity) = match median {
        m if (0.5..2.5).contains(&m) => ("g", true),
        m if (5.0..25.0).contains(&m) => ("m/s²", true),
        m if (400.0..2_500.0).contains(&m) => ("mg", true),
        _ if most > 1_000.0 => ("mg", false),
        _ if most > 100.0 => ("m/s²", false),
        _ => ("g", false),
    };
    (Unit::guessed(name, None, Measure::Acceleration), gravity)
}
