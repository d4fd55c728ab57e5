//! Times as foreign devices write them: seconds, milliseconds, digits in a string, ISO 8601 with and without an offset.

use chrono::{DateTime, NaiveDateTime};
use serde_json::Value;

use super::shown;
use crate::model::Timestamp;

/// A time, and what had to be assumed to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// When.
    pub at: Timestamp,
    /// "a number of this size is taken as seconds since 1970"; `None` where the text left no doubt.
    pub assumed: Option<String>,
}

/// Reads a time in whichever way it is written; `utc_offset_minutes` is for those without an offset. The unit of a
/// number is decided by its size: below 10¹¹ seconds (until the year 5138), below 10¹⁴ milliseconds (from 1973),
/// below 10¹⁷ microseconds, else nanoseconds.
pub fn read(value: &Value, utc_offset_minutes: i32) -> Result<Read, String> {
    match value {
        Value::Number(number) => number.as_f64().ok_or_else(|| "it is no number".to_owned()).map(from_number),
        Value::String(text) => from_text(text.trim(), utc_offset_minutes),
        other => Err(format!("expected a time, found {}", kind(other))),
    }
}

fn from_number(number: f64) -> Read {
    let (per_micro, unit) = match number.abs() {
        size if size < 1e11 => (1e6, "seconds"),
        size if size < 1e14 => (1e3, "milliseconds"),
        size if size < 1e17 => (1.0, "microseconds"),
        _ => (1e-3, "nanoseconds"),
    };
    let at = Timestamp((number * per_micro).round() as i64);
    Read { at, assumed: Some(format!("{number} is taken as {unit} since 1970, by its size")) }
}

fn from_text(text: &str, utc_offset_minutes: i32) -> Result<Read, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(Read { at: time.to_utc().into(), assumed: None });
    }
    if !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-')
        && let Ok(number) = text.parse::<f64>()
    {
        return Ok(from_number(number));
    }
    for format in ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f%z"] {
        if let Ok(time) = DateTime::parse_from_str(text, format) {
            return Ok(Read { at: time.to_utc().into(), assumed: None });
        }
    }
    for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"] {
        if let Ok(time) = NaiveDateTime::parse_from_str(text, format) {
            let at = Timestamp::from(time.and_utc()).plus_secs(-i64::from(utc_offset_minutes) * 60);
            return Ok(Read {
                at,
                assumed: Some(format!("{text} has no offset and is taken as {}", offset(utc_offset_minutes))),
            });
        }
    }
    Err(format!("{} is no time that is known: use RFC 3339 or a number of seconds or milliseconds since 1970", shown(text)))
}

/// `UTC`, `UTC+09:00`
fn offset(minutes: i32) -> String {
    if minutes == 0 {
        return "UTC".to_owned();
    }
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("UTC{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// What a JSON value is, for people.
pub(super) const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_way_of_writing_a_time_is_read() {
        let same = 1_706_856_298;
        for (value, offset) in [
            (json!(1_706_856_298), 0),
            (json!(1_706_856_298.0), 0),
            (json!(1_706_856_298_000_i64), 0),
            (json!("1706856298"), 0),
            (json!("1706856298000"), 0),
            (json!("2024-02-02T06:44:58Z"), 0),
            (json!("2024-02-02T06:44:58.000+00:00"), 0),
            (json!("2024-02-02T15:44:58+0900"), 0),
            (json!("2024-02-02T06:44:58"), 0),
            (json!("2024-02-02 15:44:58"), 540),
            (json!(1_706_856_298_000_000_000_i64), 0),
        ] {
            let read = read(&value, offset).unwrap();
            assert_eq!(read.at, Timestamp(same * 1_000_000), "{value}");
        }
        assert!(read(&json!("2024-02-02T06:44:58"), 540).unwrap().assumed.unwrap().contains("UTC+09:00"));
        assert!(read(&json!("yesterday"), 0).unwrap_err().contains("yesterday"));
        assert!(read(&json!({}), 0).is_err());
    }
}
