//! What a metric is, by the last part of its name and its unit: `Vehicle/Speed` in km/h.

use super::super::values::{temperature_unit, words};
use crate::model::measure::{Measure, Unit};

/// A metric that the desk reads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Meaning {
    /// In this unit; whether the metric itself names it.
    Temperature(Unit, bool),
    /// `None`: the metric does not say its unit, and a speed is not guessed.
    Speed(Option<Unit>),
    Latitude,
    Longitude,
    Heading,
    /// Along X, Y or Z.
    Acceleration(usize, Option<Unit>),
}

impl Meaning {
    /// By the name and, where it has one, the property `engUnit`, which wins over the name.
    pub(super) fn of(name: &str, unit: Option<&str>) -> Option<Self> {
        let mut parts = name.rsplit('/');
        let last = parts.next().unwrap_or(name);
        let spelled = |measure| unit.and_then(|unit| Unit::spelled(unit, measure));
        if let Some((named, by_name)) = temperature_unit(last) {
            let said = spelled(Measure::Temperature);
            return Some(Self::Temperature(said.unwrap_or(named), by_name || said.is_some()));
        }
        let own = words(last);
        let above = parts.next().map(words).unwrap_or_default();
        let says = |names: &[&str]| own.iter().any(|word| names.contains(&word.as_str()));
        let of_a_part = ["wind", "fan", "engine", "motor", "limit", "setpoint", "max", "min"];
        // A unit within the name: `speed_kmh`.
        let in_name = |measure| own.iter().skip(1).find_map(|word| Unit::spelled(word, measure));
        let accelerates = |words: &[String]| words.iter().any(|word| matches!(word.as_str(), "acc" | "accel" | "acceleration"));
        let axis = || own.iter().find_map(|word| ["x", "y", "z"].iter().position(|axis| word == axis));
        Some(match () {
            () if own.iter().chain(&above).any(|word| of_a_part.contains(&word.as_str())) => return None,
            () if says(&["speed", "velocity"]) => Self::Speed(spelled(Measure::Speed).or_else(|| in_name(Measure::Speed))),
            () if says(&["latitude", "lat"]) => Self::Latitude,
            () if says(&["longitude", "lon", "lng"]) => Self::Longitude,
            () if says(&["heading", "course", "bearing"]) => Self::Heading,
            () if accelerates(&own) || accelerates(&above) => {
                Self::Acceleration(axis()?, spelled(Measure::Acceleration).or_else(|| in_name(Measure::Acceleration)))
            }
            () => return None,
        })
    }
}
