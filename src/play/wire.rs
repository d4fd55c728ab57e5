//! The native wire format as this program writes it. `docs/WIRE.md` describes it field by field.

use chrono::DateTime;
use serde::Serialize;
use serde_json::Value;

use crate::model::{AccelG, Frame, Position, Timestamp};

/// What a message says, all but its time.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A row of driving data.
    Driving(DrivingBody),
    /// A crash report.
    Crash(Box<CrashBody>),
    /// A temperature.
    Temperature(TemperatureBody),
    /// A message as it was recorded.
    Recorded {
        /// The bytes.
        payload: Vec<u8>,
        /// When it was recorded; an `occurred_at` inside keeps its distance from it.
        at: Timestamp,
    },
}

/// The payload of `fleet/<vehicle>/driving`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DrivingBody {
    /// km/h
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed_kmh: Option<f64>,
    /// g
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accel_g: Option<AccelG>,
    /// WGS 84
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Degrees clockwise from north, 0 to 360.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heading_deg: Option<f64>,
}

impl DrivingBody {
    /// Nothing in it is worth a message.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The payload of `sensors/<sensor>/temperature`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TemperatureBody {
    /// How warm.
    #[serde(flatten)]
    pub degrees: Degrees,
    /// Where the sensor is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// A temperature with its unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Degrees {
    /// °C
    Celsius(f64),
    /// °F
    Fahrenheit(f64),
}

/// The payload of `fleet/<vehicle>/crash`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CrashBody {
    /// The device's name for the event.
    pub event_id: String,
    /// The pulse.
    pub samples: Samples,
    /// How the axes lie.
    pub frame: Frame,
    /// Whether the samples contain the 1 g of gravity.
    pub gravity: bool,
    /// The sensor's range, ± g.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range_g: Option<f64>,
    /// Speeds around the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<Speeds>,
    /// A restraint deployed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub airbag: Option<bool>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The device's own claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_verdict: Option<String>,
}

/// A pulse on the wire; a missing sample is null.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Samples {
    /// ms relative to `occurred_at`
    pub t_ms: Vec<f64>,
    /// g
    pub x_g: Vec<Option<f64>>,
    /// g
    pub y_g: Vec<Option<f64>>,
    /// g
    pub z_g: Vec<Option<f64>>,
}

/// Speeds on the wire.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Speeds {
    /// ms relative to `occurred_at`
    pub t_ms: Vec<f64>,
    /// km/h
    pub kmh: Vec<Option<f64>>,
}

#[derive(Serialize)]
struct Dated<'a, T> {
    occurred_at: i64,
    #[serde(flatten)]
    body: &'a T,
}

impl Body {
    /// The payload's bytes for an event at `occurred_at`.
    pub fn render(&self, occurred_at: Timestamp) -> Vec<u8> {
        match self {
            Self::Driving(body) => dated(occurred_at, body),
            Self::Crash(body) => dated(occurred_at, body.as_ref()),
            Self::Temperature(body) => dated(occurred_at, body),
            Self::Recorded { payload, at } => moved(payload, occurred_at.micros_since(*at)),
        }
    }
}

fn dated<T: Serialize>(occurred_at: Timestamp, body: &T) -> Vec<u8> {
    // Plain structs with string keys: serialising them to memory cannot fail.
    serde_json::to_vec(&Dated { occurred_at: occurred_at.millis(), body }).unwrap_or_default()
}

/// A recorded payload with its `occurred_at` moved; every other payload stays byte for byte what it was.
fn moved(payload: &[u8], by_micros: i64) -> Vec<u8> {
    let as_it_was = || payload.to_vec();
    let Ok(Value::Object(mut object)) = serde_json::from_slice(payload) else { return as_it_was() };
    let recorded = match object.get("occurred_at") {
        Some(Value::Number(millis)) => millis.as_i64().map(Timestamp::from_millis),
        Some(Value::String(text)) => {
            DateTime::parse_from_rfc3339(text).ok().map(|time| Timestamp::from(time.with_timezone(&chrono::Utc)))
        }
        _ => None,
    };
    let Some(recorded) = recorded else { return as_it_was() };
    object.insert("occurred_at".to_owned(), recorded.plus_micros(by_micros).millis().into());
    serde_json::to_vec(&object).unwrap_or_else(|_| as_it_was())
}

/// `value` to `decimals` places, so that a payload carries no digits that no sensor measured.
pub fn round(value: f64, decimals: i32) -> f64 {
    let steps = 10_f64.powi(decimals);
    let rounded = (value * steps).round() / steps;
    if rounded.is_finite() { rounded } else { value }
}
