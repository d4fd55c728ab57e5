//! `[[mapping]]` as an operator writes it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use crate::model::Frame;

/// One message of a device of your own, field by field. Every pointer is an RFC 6901 JSON pointer.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// What errors and explanations call it; left out: its topic.
    pub name: Option<String>,
    /// An MQTT filter without root, in which a level may have a name: `plant/{device}/telemetry`.
    pub topic: String,
    /// `driving`, `crash` or `temperature`.
    pub kind: String,
    /// Whose: a text with names of the topic's levels, `{site}-{device}`, or a pointer. Left out: `{device}`.
    pub device: Option<String>,
    /// The device writes JSON loosely: keys without quotes, single quotes, a comma too many. Holds for every mapping that
    /// reads the same message.
    pub loose: bool,
    /// Only messages in which this holds.
    pub when: Option<When>,
    /// An array of records (driving, temperature); pointers then begin at each record, and where it has nothing there,
    /// at the whole message.
    pub records: Option<String>,
    /// Values that mean "no value", as -999 or "N/A".
    pub missing: Vec<Missing>,
    /// When.
    #[serde(deserialize_with = "text_or_table")]
    pub time: Option<TimeField>,
    /// The device's running number.
    pub seq: Option<String>,
    /// Speed; in a crash report a number, or an array with `speed_rate_hz`.
    #[serde(deserialize_with = "text_or_table")]
    pub speed: Option<Field>,
    /// Degrees north.
    #[serde(deserialize_with = "text_or_table")]
    pub lat: Option<Field>,
    /// Degrees east.
    #[serde(deserialize_with = "text_or_table")]
    pub lon: Option<Field>,
    /// Horizontal dilution of precision.
    #[serde(deserialize_with = "text_or_table")]
    pub hdop: Option<Field>,
    /// Degrees clockwise from north.
    #[serde(deserialize_with = "text_or_table")]
    pub heading: Option<Field>,
    /// Acceleration along X; in a crash report an array, or a field of each of `samples`.
    #[serde(deserialize_with = "text_or_table")]
    pub x: Option<Field>,
    /// Along Y.
    #[serde(deserialize_with = "text_or_table")]
    pub y: Option<Field>,
    /// Along Z.
    #[serde(deserialize_with = "text_or_table")]
    pub z: Option<Field>,
    /// A temperature.
    #[serde(deserialize_with = "text_or_table")]
    pub temperature: Option<Field>,
    /// Crash: an array of records, one for each sample.
    pub samples: Option<String>,
    /// Crash: each sample's time after `time`, in unit `ms`, `s` or `us`.
    #[serde(deserialize_with = "text_or_table")]
    pub t: Option<Field>,
    /// Crash: samples a second, in place of `t`.
    #[serde(deserialize_with = "text_or_table")]
    pub rate_hz: Option<Field>,
    /// Crash: with `rate_hz`, when the first sample was taken, ms after `time`; negative is before.
    pub first_ms: f64,
    /// Crash: speeds a second, where `speed` is an array.
    #[serde(deserialize_with = "text_or_table")]
    pub speed_rate_hz: Option<Field>,
    /// Crash: when the first speed was measured, ms after `time`.
    pub speed_first_ms: f64,
    /// Crash: the sensor's range, ±.
    #[serde(deserialize_with = "text_or_table")]
    pub range: Option<Field>,
    /// Crash: `vehicle` where X is forward, Y right, Z down; else `device`.
    pub frame: Frame,
    /// Crash: whether samples contain the 1 g of gravity. Left out: they do.
    pub gravity: Option<bool>,
    /// Crash: the device's own name of the event.
    pub event_id: Option<String>,
    /// Crash: whether an airbag deployed.
    pub airbag: Option<String>,
    /// Crash: what the device believes.
    pub device_verdict: Option<String>,
}

/// Where a number stands, and what it is.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Field {
    /// A pointer.
    pub at: Option<String>,
    /// In place of `at`: always this.
    pub value: Option<f64>,
    /// What it is measured in.
    pub unit: Option<String>,
    /// What the number is multiplied with before its unit counts; -1 turns an axis round.
    pub scale: Option<f64>,
}

/// Where a time stands, and how it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TimeField {
    /// A pointer.
    pub at: Option<String>,
    /// `auto`, `s`, `ms`, `us`, `rfc3339`, or a pattern such as `%d.%m.%Y %H:%M:%S`.
    pub format: Option<String>,
    /// For times that name no offset, minutes east of UTC. Left out: that of `[formats]`.
    pub utc_offset_minutes: Option<i32>,
}

/// A condition.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// A pointer.
    pub at: String,
    /// What stands there. Left out: anything but null.
    #[serde(default)]
    pub equals: Option<Value>,
}

/// A value that means "no value".
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(untagged)]
pub enum Missing {
    /// -999, also as a text.
    Number(f64),
    /// "N/A"
    Text(String),
}

impl Missing {
    pub(super) fn is(&self, value: &Value) -> bool {
        let same = |a: f64, b: f64| (a - b).abs() <= f64::EPSILON * a.abs();
        match (self, value) {
            (Self::Number(missing), Value::Number(number)) => number.as_f64().is_some_and(|number| same(*missing, number)),
            (Self::Number(missing), Value::String(text)) => text.trim().parse().is_ok_and(|number| same(*missing, number)),
            (Self::Text(missing), Value::String(text)) => missing == text.trim(),
            _ => false,
        }
    }
}

impl From<String> for Field {
    fn from(at: String) -> Self {
        Self { at: Some(at), ..Self::default() }
    }
}

impl From<f64> for Field {
    fn from(value: f64) -> Self {
        Self { value: Some(value), ..Self::default() }
    }
}

impl From<String> for TimeField {
    fn from(at: String) -> Self {
        Self { at: Some(at), ..Self::default() }
    }
}

impl From<f64> for TimeField {
    fn from(_: f64) -> Self {
        // Has no pointer, which the check then says.
        Self::default()
    }
}

/// A bare pointer or number, or a table.
fn text_or_table<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + From<String> + From<f64>,
{
    struct TextOrTable<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de> + From<String> + From<f64>> Visitor<'de> for TextOrTable<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON pointer such as \"/speed\", or a table such as { at = \"/speed\", unit = \"km/h\" }")
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            Ok(T::from(text.to_owned()))
        }
        fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
            Ok(T::from(value as f64))
        }
        fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
            Ok(T::from(value))
        }
        fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(table))
        }
    }
    deserializer.deserialize_any(TextOrTable(PhantomData)).map(Some)
}
