//! The units that numbers come in, of recordings and of foreign payloads, and what they are in the units of the wire.

use serde::Deserialize;

/// A unit that a number may be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Unit {
    /// Kilometres per hour.
    #[serde(rename = "km/h", alias = "kmh", alias = "kph")]
    KilometersPerHour,
    /// Statute miles per hour.
    #[serde(rename = "mph")]
    MilesPerHour,
    /// Metres per second.
    #[serde(rename = "m/s")]
    MetersPerSecond,
    /// Nautical miles per hour.
    #[serde(rename = "kn", alias = "knots")]
    Knots,
    /// Standard gravities.
    #[serde(rename = "g")]
    Gravities,
    /// Thousandths of a standard gravity.
    #[serde(rename = "mg", alias = "mG")]
    Milligravities,
    /// Metres per second squared.
    #[serde(rename = "m/s²", alias = "m/s2")]
    MetersPerSecond2,
    /// Degrees Celsius.
    #[serde(rename = "°C", alias = "C")]
    Celsius,
    /// Degrees Fahrenheit.
    #[serde(rename = "°F", alias = "F")]
    Fahrenheit,
    /// Kelvins.
    #[serde(rename = "K")]
    Kelvin,
    /// Degrees clockwise from north, of any number of turns.
    #[serde(rename = "deg")]
    Degrees,
}

/// What a number measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// → km/h
    Speed,
    /// → g
    Acceleration,
    /// → °C
    Temperature,
    /// → 0 to 360°
    Heading,
}

impl Measure {
    /// The units it may be in, for people.
    pub const fn allowed(self) -> &'static str {
        match self {
            Self::Speed => "km/h, mph, m/s or kn",
            Self::Acceleration => "g, mg or m/s²",
            Self::Temperature => "°C, °F or K",
            Self::Heading => "deg",
        }
    }
}

/// One standard gravity, m/s², exact by definition (CGPM 1901).
pub const STANDARD_GRAVITY: f64 = 9.806_65;

impl Unit {
    /// What one of this unit is in the unit of the wire; `None` where it measures something else. A temperature also
    /// has a zero of its own: [`to_wire`](Self::to_wire) knows it.
    pub const fn factor(self, measure: Measure) -> Option<f64> {
        Some(match (self, measure) {
            (Self::KilometersPerHour, Measure::Speed)
            | (Self::Gravities, Measure::Acceleration)
            | (Self::Celsius | Self::Fahrenheit | Self::Kelvin, Measure::Temperature)
            | (Self::Degrees, Measure::Heading) => 1.0,
            // The international mile, exact.
            (Self::MilesPerHour, Measure::Speed) => 1.609_344,
            (Self::MetersPerSecond, Measure::Speed) => 3.6,
            // The international nautical mile, exact.
            (Self::Knots, Measure::Speed) => 1.852,
            (Self::Milligravities, Measure::Acceleration) => 1e-3,
            (Self::MetersPerSecond2, Measure::Acceleration) => 1.0 / STANDARD_GRAVITY,
            _ => return None,
        })
    }

    /// A value of this unit in the unit of the wire: km/h, g, °C, degrees from 0 to 360; `None` where it measures
    /// something else.
    pub fn to_wire(self, measure: Measure, value: f64) -> Option<f64> {
        let factor = self.factor(measure)?;
        Some(match self {
            Self::Fahrenheit => super::Celsius::from(super::Fahrenheit(value)).0,
            Self::Kelvin => value - 273.15,
            Self::Degrees => value.rem_euclid(360.0),
            _ => value * factor,
        })
    }

    /// The unit of a measure as devices spell it, in whatever letters: `KPH`, `degC`, `m/s^2`.
    pub fn spelled(text: &str, measure: Measure) -> Option<Self> {
        let plain: String = text.chars().filter(|c| c.is_alphanumeric() || *c == '²').flat_map(char::to_lowercase).collect();
        Some(match (measure, plain.as_str()) {
            (Measure::Speed, "kmh" | "kph" | "kmph") => Self::KilometersPerHour,
            (Measure::Speed, "mph" | "mih" | "miles") => Self::MilesPerHour,
            (Measure::Speed, "mps" | "ms" | "msec") => Self::MetersPerSecond,
            (Measure::Speed, "kn" | "kt" | "kts" | "knot" | "knots") => Self::Knots,
            (Measure::Acceleration, "g" | "gs") => Self::Gravities,
            (Measure::Acceleration, "mg" | "millig" | "mgs") => Self::Milligravities,
            (Measure::Acceleration, "ms2" | "ms²" | "mss" | "mps2") => Self::MetersPerSecond2,
            (Measure::Temperature, "c" | "cel" | "celsius" | "degc") => Self::Celsius,
            (Measure::Temperature, "f" | "fahrenheit" | "degf") => Self::Fahrenheit,
            (Measure::Temperature, "k" | "kelvin") => Self::Kelvin,
            (Measure::Heading, "deg" | "degrees" | "") => Self::Degrees,
            _ => return None,
        })
    }

    /// As people write it.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::KilometersPerHour => "km/h",
            Self::MilesPerHour => "mph",
            Self::MetersPerSecond => "m/s",
            Self::Knots => "kn",
            Self::Gravities => "g",
            Self::Milligravities => "mg",
            Self::MetersPerSecond2 => "m/s²",
            Self::Celsius => "°C",
            Self::Fahrenheit => "°F",
            Self::Kelvin => "K",
            Self::Degrees => "deg",
        }
    }
}
