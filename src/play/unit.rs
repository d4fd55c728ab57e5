//! Units of recordings, and what they are in the units of the wire.

use serde::Deserialize;

/// A unit that a column may be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Unit {
    /// Kilometres per hour.
    #[serde(rename = "km/h")]
    KilometersPerHour,
    /// Statute miles per hour.
    #[serde(rename = "mph")]
    MilesPerHour,
    /// Metres per second.
    #[serde(rename = "m/s")]
    MetersPerSecond,
    /// Standard gravities.
    #[serde(rename = "g")]
    Gravities,
    /// Thousandths of a standard gravity.
    #[serde(rename = "mg")]
    Milligravities,
    /// Metres per second squared.
    #[serde(rename = "m/s²", alias = "m/s2")]
    MetersPerSecond2,
    /// Degrees Celsius.
    #[serde(rename = "°C", alias = "C")]
    Celsius,
    /// Degrees Fahrenheit; sent as such, the line converts it.
    #[serde(rename = "°F", alias = "F")]
    Fahrenheit,
    /// Degrees clockwise from north, of any number of turns.
    #[serde(rename = "deg")]
    Degrees,
}

/// What a column measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// → km/h
    Speed,
    /// → g
    Acceleration,
    /// → as it is
    Temperature,
    /// → 0 to 360°
    Heading,
}

impl Measure {
    /// The units it may be in, for people.
    pub(super) const fn allowed(self) -> &'static str {
        match self {
            Self::Speed => "km/h, mph or m/s",
            Self::Acceleration => "g, mg or m/s²",
            Self::Temperature => "°C or °F",
            Self::Heading => "deg",
        }
    }
}

/// One standard gravity, m/s², exact by definition (CGPM 1901).
const STANDARD_GRAVITY: f64 = 9.806_65;

impl Unit {
    /// What one of this unit is in the unit of the wire; `None` where it measures something else.
    pub(super) fn factor(self, measure: Measure) -> Option<f64> {
        Some(match (self, measure) {
            (Self::KilometersPerHour, Measure::Speed)
            | (Self::Gravities, Measure::Acceleration)
            | (Self::Celsius | Self::Fahrenheit, Measure::Temperature)
            | (Self::Degrees, Measure::Heading) => 1.0,
            // The international mile, exact.
            (Self::MilesPerHour, Measure::Speed) => 1.609_344,
            (Self::MetersPerSecond, Measure::Speed) => 3.6,
            (Self::Milligravities, Measure::Acceleration) => 1e-3,
            (Self::MetersPerSecond2, Measure::Acceleration) => 1.0 / STANDARD_GRAVITY,
            _ => return None,
        })
    }
}
