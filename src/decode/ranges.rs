//! What is physically possible, both ends included.

use super::DecodeError;
use crate::model::RejectionReason;

/// A quantity's physical range, both ends included.
pub(super) struct Range {
    field: &'static str,
    from: f64,
    to: f64,
    unit: &'static str,
}

pub(super) const SPEED: Range = Range { field: "speed_kmh", from: 0.0, to: 400.0, unit: "km/h" };
pub(super) const TRACE_SPEED: Range = Range { field: "speed.kmh", from: 0.0, to: 400.0, unit: "km/h" };
pub(super) const LAT: Range = Range { field: "position.lat", from: -90.0, to: 90.0, unit: "°" };
pub(super) const LON: Range = Range { field: "position.lon", from: -180.0, to: 180.0, unit: "°" };
pub(super) const HDOP: Range = Range { field: "position.hdop", from: 0.0, to: 100.0, unit: "" };
pub(super) const HEADING: Range = Range { field: "heading_deg", from: 0.0, to: 360.0, unit: "°" };
/// From absolute zero to above what a thermocouple of an engine or kiln reads.
pub(super) const CELSIUS: Range = Range { field: "celsius", from: -273.15, to: 2_000.0, unit: "°C" };
/// Driving: an accelerometer for driving ends at 16 g, a hard kerb strike well below 100 g.
pub(super) const DRIVING_G: Range = Range { field: "accel_g", from: -100.0, to: 100.0, unit: "g" };
/// Crash: laboratory accelerometers on engines read to about 1,000 g.
pub(super) const CRASH_G: Range = Range { field: "samples", from: -1_000.0, to: 1_000.0, unit: "g" };
pub(super) const RANGE_G: Range = Range { field: "range_g", from: 0.1, to: 2_000.0, unit: "g" };
/// Wide, since a clock that jumps within a report is evidence for the judge and no reason not to read it.
pub(super) const T_MS: Range = Range { field: "t_ms", from: -1e13, to: 1e13, unit: "ms" };

impl Range {
    pub(super) fn check(&self, value: f64) -> Result<f64, DecodeError> {
        if (self.from..=self.to).contains(&value) {
            return Ok(value);
        }
        let Self { field, from, to, unit } = self;
        let space = if unit.is_empty() { "" } else { " " };
        let reason = if value.is_finite() { RejectionReason::OutOfRange } else { RejectionReason::NotFinite };
        Err(DecodeError::new(reason, format!("{field} must be from {from} to {to}{space}{unit}, found {value}")))
    }

    pub(super) fn check_some(&self, value: Option<f64>) -> Result<Option<f64>, DecodeError> {
        value.map(|value| self.check(value)).transpose()
    }

    /// Samples of a column, of which NaN are missing ones.
    pub(super) fn check_all(&self, column: &str, values: &[f64]) -> Result<(), DecodeError> {
        let wrong = values.iter().position(|value| !value.is_nan() && !(self.from..=self.to).contains(value));
        wrong.map_or(Ok(()), |index| {
            self.check(values[index]).map(|_| ()).map_err(|error| DecodeError {
                detail: error.detail.replacen(self.field, &format!("{column}[{index}]"), 1),
                ..error
            })
        })
    }
}
