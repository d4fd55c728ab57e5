//! What is physically possible, both ends included. Decoding and the inject form keep to the same ranges.

use super::rejection::RejectionReason;

/// A quantity's physical range, both ends included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The field of the wire that it is about.
    pub field: &'static str,
    /// Least.
    pub from: f64,
    /// Most.
    pub to: f64,
    /// The unit of both; empty where there is none.
    pub unit: &'static str,
}

/// Why a number cannot be, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfRange {
    /// The class, for counting.
    pub reason: RejectionReason,
    /// The field, its range and what was found.
    pub detail: String,
}

/// Speeds a road vehicle can have.
pub const SPEED: Range = Range { field: "speed_kmh", from: 0.0, to: 400.0, unit: "km/h" };
/// The same, in a crash report.
pub const TRACE_SPEED: Range = Range { field: "speed.kmh", from: 0.0, to: 400.0, unit: "km/h" };
/// Degrees north.
pub const LAT: Range = Range { field: "position.lat", from: -90.0, to: 90.0, unit: "°" };
/// Degrees east.
pub const LON: Range = Range { field: "position.lon", from: -180.0, to: 180.0, unit: "°" };
/// Dilution of precision.
pub const HDOP: Range = Range { field: "position.hdop", from: 0.0, to: 100.0, unit: "" };
/// Clockwise from north.
pub const HEADING: Range = Range { field: "heading_deg", from: 0.0, to: 360.0, unit: "°" };
/// From absolute zero to above what a thermocouple of an engine or kiln reads.
pub const CELSIUS: Range = Range { field: "celsius", from: -273.15, to: 2_000.0, unit: "°C" };
/// The same in degrees Fahrenheit.
pub const FAHRENHEIT: Range = Range { field: "fahrenheit", from: -459.67, to: 3_632.0, unit: "°F" };
/// Driving: an accelerometer for driving ends at 16 g, a hard kerb strike well below 100 g.
pub const DRIVING_G: Range = Range { field: "accel_g", from: -100.0, to: 100.0, unit: "g" };
/// Crash: laboratory accelerometers on engines read to about 1,000 g.
pub const CRASH_G: Range = Range { field: "samples", from: -1_000.0, to: 1_000.0, unit: "g" };
/// What a sensor can measure at most.
pub const RANGE_G: Range = Range { field: "range_g", from: 0.1, to: 2_000.0, unit: "g" };
/// Wide, since a clock that jumps within a report is evidence for the judge and no reason not to read it.
pub const T_MS: Range = Range { field: "t_ms", from: -1e13, to: 1e13, unit: "ms" };

impl Range {
    /// The value, where it is possible.
    pub fn check(&self, value: f64) -> Result<f64, OutOfRange> {
        if (self.from..=self.to).contains(&value) {
            return Ok(value);
        }
        let Self { field, from, to, unit } = self;
        let space = if unit.is_empty() { "" } else { " " };
        let reason = if value.is_finite() { RejectionReason::OutOfRange } else { RejectionReason::NotFinite };
        Err(OutOfRange { reason, detail: format!("{field} must be from {from} to {to}{space}{unit}, found {value}") })
    }

    /// The same for a value that may be missing.
    pub fn check_some(&self, value: Option<f64>) -> Result<Option<f64>, OutOfRange> {
        value.map(|value| self.check(value)).transpose()
    }

    /// Samples of a column, of which NaN are missing ones.
    pub fn check_all(&self, column: &str, values: &[f64]) -> Result<(), OutOfRange> {
        let wrong = values.iter().position(|value| !value.is_nan() && !(self.from..=self.to).contains(value));
        wrong.map_or(Ok(()), |index| {
            self.check(values[index]).map(|_| ()).map_err(|error| OutOfRange {
                detail: error.detail.replacen(self.field, &format!("{column}[{index}]"), 1),
                ..error
            })
        })
    }

    /// Both ends.
    pub const fn ends(&self) -> (f64, f64) {
        (self.from, self.to)
    }
}
