//! Where in a message a value stands, and what is done to it: pointers, units, missing values, times.

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, NaiveDateTime};
use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde_json::Value;

use super::super::{DecodeError, shown, time};
use super::settings::{Field, Missing, TimeField};
use crate::model::measure::{Measure, Unit};
use crate::model::{RejectionReason, Timestamp};

/// A JSON pointer (RFC 6901), taken apart once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pointer {
    text: String,
    tokens: Vec<String>,
}

impl Pointer {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self { text: String::new(), tokens: Vec::new() });
        }
        let Some(rest) = text.strip_prefix('/') else {
            let mended = format!("/{}", text.trim_start_matches("$.").replace('.', "/"));
            return Err(format!(
                "must be a JSON pointer, which begins with a slash: write {mended:?} instead of {}",
                shown(text)
            ));
        };
        if let Some(place) = text.find('~').filter(|place| !matches!(text.as_bytes().get(place + 1), Some(b'0' | b'1'))) {
            return Err(format!("has a ~ at byte {place} that stands for nothing: write ~0 for ~ and ~1 for / (RFC 6901)"));
        }
        let tokens = rest.split('/').map(|token| token.replace("~1", "/").replace("~0", "~")).collect();
        Ok(Self { text: text.to_owned(), tokens })
    }

    fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.tokens.iter().try_fold(value, |value, token| match value {
            Value::Object(object) => object.get(token),
            Value::Array(items) => token.parse::<usize>().ok().and_then(|item_idx| items.get(item_idx)),
            _ => None,
        })
    }

    /// What it points to in the record, else in the whole message; null counts as nothing.
    pub(super) fn look<'v>(&self, place: Place<'v>) -> Option<&'v Value> {
        self.find(place.record).or_else(|| self.find(place.message)).filter(|value| !value.is_null())
    }
}

impl std::fmt::Display for Pointer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.text.is_empty() { "the whole record" } else { &self.text })
    }
}

/// A record and the message it stands in; the same where a message is one record.
#[derive(Clone, Copy)]
pub(super) struct Place<'v> {
    pub(super) record: &'v Value,
    pub(super) message: &'v Value,
}

#[derive(Clone, Debug, PartialEq)]
enum Source {
    At(Pointer),
    Constant(f64),
}

/// A number of the message in the unit of the wire.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Number {
    key: &'static str,
    source: Source,
    unit: Option<(Unit, Measure)>,
    scale: f64,
}

impl Number {
    /// Reads a field's settings. `measure` asks for a unit; `None` is a number without one.
    pub(super) fn of(key: &'static str, field: &Field, measure: Option<Measure>) -> Result<Self, String> {
        let source = match (&field.at, field.value) {
            (Some(at), None) => Source::At(Pointer::parse(at).map_err(|error| format!("{key} {error}"))?),
            (None, Some(value)) if value.is_finite() => Source::Constant(value),
            (None, Some(value)) => return Err(format!("{key}.value must be a number, found {value}")),
            (Some(_), Some(_)) => return Err(format!("{key} has both at and value; keep one")),
            (None, None) => return Err(format!("{key} needs a pointer: write {key} = {{ at = \"/{key}\" }}")),
        };
        let unit = match (measure, &field.unit) {
            (None, None) => None,
            (None, Some(unit)) => return Err(format!("{key} has no unit; take unit = {unit:?} out")),
            (Some(Measure::Heading), None) => Some((Unit::Degrees, Measure::Heading)),
            (Some(measure), None) => {
                let allowed = measure.allowed();
                return Err(format!("{key} needs a unit, one of {allowed}: write {key} = {{ at = \"/{key}\", unit = \"…\" }}"));
            }
            (Some(measure), Some(text)) => Some((unit_of(key, text, measure)?, measure)),
        };
        let scale = field.scale.unwrap_or(1.0);
        if !scale.is_finite() || scale == 0.0 {
            return Err(format!("{key}.scale must be a number other than 0, found {scale}"));
        }
        Ok(Self { key, source, unit, scale })
    }

    /// Where it comes from and what is done to it, for people.
    pub(super) fn words(&self) -> String {
        let place = match &self.source {
            Source::At(pointer) => pointer.to_string(),
            Source::Constant(value) => format!("constant {value}"),
        };
        let scale = if (self.scale - 1.0).abs() < f64::EPSILON { String::new() } else { format!(" × {}", self.scale) };
        let unit = self.unit.map_or_else(String::new, |(unit, _)| format!(", {}", unit.symbol()));
        format!("{place}{scale}{unit}")
    }

    fn convert(&self, value: f64) -> f64 {
        let scaled = value * self.scale;
        self.unit.and_then(|(unit, measure)| unit.to_wire(measure, scaled)).unwrap_or(scaled)
    }

    /// The number; `None` where it is missing.
    pub(super) fn read(&self, place: Place<'_>, missing: &[Missing]) -> Result<Option<f64>, DecodeError> {
        match &self.source {
            Source::Constant(value) => Ok(Some(self.convert(*value))),
            Source::At(pointer) => self.value(pointer.look(place), pointer, missing),
        }
    }

    /// Whether it stands for an array here.
    pub(super) fn array<'v>(&self, place: Place<'v>) -> Option<&'v [Value]> {
        match &self.source {
            Source::At(pointer) => pointer.look(place)?.as_array().map(Vec::as_slice),
            Source::Constant(_) => None,
        }
    }

    /// A column of numbers: of an array, or of each record's field. NaN where missing.
    pub(super) fn column(
        &self,
        place: Place<'_>,
        records: Option<&[Value]>,
        missing: &[Missing],
    ) -> Result<Vec<f64>, DecodeError> {
        let Source::At(pointer) = &self.source else {
            return Err(DecodeError::new(RejectionReason::WrongShape, format!("{}: a constant is no column", self.key)));
        };
        let one = |value: Option<&Value>| self.value(value, pointer, missing).map(|value| value.unwrap_or(f64::NAN));
        if let Some(records) = records {
            return records.iter().map(|record| one(pointer.find(record))).collect();
        }
        let items = self.array(place).ok_or_else(|| {
            let found = pointer.look(place).map_or("nothing", time::kind);
            DecodeError::new(
                RejectionReason::WrongShape,
                format!("{}: expected an array of numbers at {pointer}, found {found}", self.key),
            )
        })?;
        items.iter().map(|item| one(Some(item))).collect()
    }

    fn value(&self, value: Option<&Value>, pointer: &Pointer, missing: &[Missing]) -> Result<Option<f64>, DecodeError> {
        let wrong = |found: &str| {
            let detail = format!("{}: expected a number at {pointer}, found {found}", self.key);
            DecodeError::new(RejectionReason::WrongShape, detail)
        };
        let number = match value {
            None | Some(Value::Null) => return Ok(None),
            Some(value) if missing.iter().any(|missing| missing.is(value)) => return Ok(None),
            Some(Value::Number(number)) => number.as_f64().unwrap_or(f64::NAN),
            Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
            Some(Value::String(text)) => text.trim().parse().map_err(|_not_a_number| wrong(&shown(text)))?,
            Some(other) => return Err(wrong(time::kind(other))),
        };
        if !number.is_finite() {
            return Err(DecodeError::new(
                RejectionReason::NotFinite,
                format!("{}: the number at {pointer} is not finite", self.key),
            ));
        }
        Ok(Some(self.convert(number)))
    }
}

/// The unit of this name, where it measures what is asked.
pub(super) fn unit_of(key: &str, text: &str, measure: Measure) -> Result<Unit, String> {
    let deserializer: StrDeserializer<'_, ValueError> = text.into_deserializer();
    Unit::deserialize(deserializer)
        .ok()
        .filter(|unit| unit.factor(measure).is_some())
        .ok_or_else(|| format!("{key}.unit must be one of {}, found {}", measure.allowed(), shown(text)))
}

/// How a time is written.
#[derive(Clone, Debug, PartialEq)]
enum Writing {
    Auto,
    /// Microseconds for each.
    Count(f64),
    Rfc3339,
    Pattern {
        text: String,
        has_offset: bool,
    },
}

/// A time of the message.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Time {
    pub(super) pointer: Pointer,
    writing: Writing,
    utc_offset_minutes: Option<i32>,
}

impl Time {
    pub(super) fn of(key: &str, field: &TimeField) -> Result<Self, String> {
        let at = field.at.as_deref().ok_or_else(|| format!("{key} needs a pointer: write {key} = {{ at = \"/{key}\" }}"))?;
        let pointer = Pointer::parse(at).map_err(|error| format!("{key} {error}"))?;
        let writing = match field.format.as_deref().unwrap_or("auto") {
            "auto" => Writing::Auto,
            "s" => Writing::Count(1e6),
            "ms" => Writing::Count(1e3),
            "us" | "µs" => Writing::Count(1.0),
            "rfc3339" => Writing::Rfc3339,
            pattern if pattern.contains('%') => {
                let wrong = StrftimeItems::new(pattern).any(|item| matches!(item, Item::Error));
                if wrong {
                    return Err(format!(
                        "{key}.format {pattern:?} has a % that stands for nothing: write as in \"%d.%m.%Y %H:%M:%S\""
                    ));
                }
                let has_offset = ["%z", "%:z", "%#z", "%::z", "%+"].iter().any(|offset| pattern.contains(offset));
                Writing::Pattern { text: pattern.to_owned(), has_offset }
            }
            other => {
                return Err(format!(
                    "{key}.format must be auto, s, ms, us, rfc3339 or a pattern such as \"%Y-%m-%d %H:%M:%S\", found {}",
                    shown(other)
                ));
            }
        };
        if let Some(minutes) = field.utc_offset_minutes.filter(|minutes| !(-1_440..=1_440).contains(minutes)) {
            return Err(format!("{key}.utc_offset_minutes must be from -1440 to 1440, found {minutes}"));
        }
        Ok(Self { pointer, writing, utc_offset_minutes: field.utc_offset_minutes })
    }

    /// Reads the time; where none names an offset, `utc_offset_minutes` of all formats counts.
    pub(super) fn read(&self, value: &Value, utc_offset_minutes: i32) -> Result<time::Read, String> {
        let offset = self.utc_offset_minutes.unwrap_or(utc_offset_minutes);
        let sure = |at| time::Read { at, assumed: None };
        match (&self.writing, value) {
            (Writing::Auto, value) => time::read(value, offset),
            (Writing::Count(micros), value) => {
                let number = match value {
                    Value::String(text) => text.trim().parse().ok(),
                    value => value.as_f64(),
                };
                let number = number.filter(|number: &f64| number.is_finite());
                number
                    .map(|number| sure(Timestamp((number * micros).round() as i64)))
                    .ok_or_else(|| format!("expected a number, found {}", shown(&value.to_string())))
            }
            (Writing::Rfc3339, Value::String(text)) => DateTime::parse_from_rfc3339(text.trim())
                .map(|time| sure(time.to_utc().into()))
                .map_err(|error| format!("{} is no RFC 3339 time: {error}", shown(text))),
            (Writing::Pattern { text: pattern, has_offset: true }, Value::String(text)) => {
                DateTime::parse_from_str(text.trim(), pattern)
                    .map(|time| sure(time.to_utc().into()))
                    .map_err(|error| format!("{} is not written as {pattern:?}: {error}", shown(text)))
            }
            (Writing::Pattern { text: pattern, has_offset: false }, Value::String(text)) => {
                let local = NaiveDateTime::parse_from_str(text.trim(), pattern)
                    .map_err(|error| format!("{} is not written as {pattern:?}: {error}", shown(text)))?;
                let at = Timestamp::from(local.and_utc()).plus_secs(-i64::from(offset) * 60);
                let stated = self.utc_offset_minutes.is_some();
                let assumed = (!stated).then(|| format!("it names no offset and is taken as {offset} minutes east of UTC"));
                Ok(time::Read { at, assumed })
            }
            (Writing::Rfc3339 | Writing::Pattern { .. }, other) => Err(format!("expected a text, found {}", time::kind(other))),
        }
    }
}
