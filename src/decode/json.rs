//! JSON into typed structs, and words for what went wrong: the field, the rule, what was found, line and column.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::DecodeError;
use crate::model::{RejectionReason, Timestamp};

/// Reads a payload. Typed, so that a doubled field is an error and nothing but what is asked for is built.
pub(super) fn parse<'a, T: Deserialize<'a>>(payload: &'a [u8]) -> Result<T, DecodeError> {
    let text = std::str::from_utf8(payload).map_err(|error| {
        DecodeError::new(RejectionReason::NotUtf8, format!("the payload is not UTF-8 from byte {} on", error.valid_up_to()))
    })?;
    serde_json::from_str(text).map_err(|error| explain(text, &error))
}

fn explain(text: &str, error: &serde_json::Error) -> DecodeError {
    let (line, column) = (error.line(), error.column());
    let whole = error.to_string();
    let what = whole.rfind(" at line ").map_or(whole.as_str(), |end| &whole[..end]);
    // Types are named for people who have never seen Rust.
    let what = what.replace("expected f64", "expected a number").replace("expected u64", "expected a whole number from 0 on");
    let what: String = match what.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &what[..end]),
        None => what,
    };
    let reason = if what.starts_with("number out of range") {
        RejectionReason::NotFinite
    } else if error.is_data() {
        RejectionReason::WrongShape
    } else {
        RejectionReason::NotJson
    };
    let path = path_at(text, line, column);
    let detail = match (reason, path.as_str()) {
        (_, "") if text.trim().is_empty() => "the payload is empty".to_owned(),
        (RejectionReason::NotJson, _) if text.starts_with('\u{feff}') => {
            "not JSON: it begins with a byte order mark; send plain UTF-8".to_owned()
        }
        (RejectionReason::NotJson, "") => format!("not JSON: {what} (line {line}, column {column})"),
        (RejectionReason::NotJson, path) => format!("not JSON: {what}, at {path} (line {line}, column {column})"),
        (_, "") => format!("{what} (line {line}, column {column})"),
        (_, path) => format!("{path}: {what} (line {line}, column {column})"),
    };
    DecodeError { reason, detail }
}

/// The field that a place in JSON text belongs to, `samples.x_g[3]`; empty at the top. Only runs after an error, so
/// it can afford to walk the text again. At most eight levels are named.
fn path_at(text: &str, line: usize, column: usize) -> String {
    /// A container that is open at the place: an object with its last key, or an array with its index.
    enum Level<'a> {
        Object(&'a str),
        Array(usize),
    }
    let line_start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let bytes = &text.as_bytes()[..text.len().min(line_start + column)];
    let mut levels: Vec<Level<'_>> = Vec::new();
    let mut depth = 0_usize;
    let mut key_comes = false;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let begin = at + 1;
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                if key_comes && depth == levels.len() && at < bytes.len() {
                    // Quotes are ASCII, so these are the borders of characters.
                    if let (Some(Level::Object(key)), Some(name)) = (levels.last_mut(), text.get(begin..at)) {
                        *key = name;
                    }
                    key_comes = false;
                }
            }
            open @ (b'{' | b'[') => {
                if levels.len() < 8 && depth == levels.len() {
                    levels.push(if open == b'{' { Level::Object("") } else { Level::Array(0) });
                }
                depth += 1;
                key_comes = open == b'{';
            }
            b'}' | b']' => {
                if depth == levels.len() {
                    levels.pop();
                }
                depth = depth.saturating_sub(1);
                key_comes = false;
            }
            b',' if depth == levels.len() => match levels.last_mut() {
                Some(Level::Array(index)) => *index += 1,
                Some(Level::Object(_)) => key_comes = true,
                None => {}
            },
            _ => {}
        }
        at += 1;
    }
    let mut path = String::new();
    for level in &levels {
        match level {
            Level::Object("") => {}
            Level::Object(key) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.extend(key.chars().take(64).flat_map(char::escape_debug));
            }
            Level::Array(index) => path.extend(["[", &index.to_string(), "]"]),
        }
    }
    path
}

/// A time as devices write it: RFC 3339, or a number of milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Time(pub(super) Timestamp);

/// A time, or anything else in its place: a crash report with a broken clock is still a crash report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum AnyTime {
    /// A time that can be read.
    At(Timestamp),
    /// Something that is no time.
    Unusable,
}

/// Milliseconds, which may have a fraction, to the nearest microsecond; saturates.
fn from_float_millis(millis: f64) -> Timestamp {
    Timestamp((millis * 1e3).round() as i64)
}

fn from_text(text: &str) -> Option<Timestamp> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc().into())
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TimeVisitor;
        impl Visitor<'_> for TimeVisitor {
            type Value = Time;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 time with its offset, or milliseconds since 1970")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Time, E> {
                from_text(text).map(Time).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
            fn visit_u64<E: de::Error>(self, millis: u64) -> Result<Time, E> {
                Ok(Time(Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))))
            }
            fn visit_i64<E: de::Error>(self, millis: i64) -> Result<Time, E> {
                Ok(Time(Timestamp::from_millis(millis)))
            }
            fn visit_f64<E: de::Error>(self, millis: f64) -> Result<Time, E> {
                Ok(Time(from_float_millis(millis)))
            }
        }
        deserializer.deserialize_any(TimeVisitor)
    }
}

impl<'de> Deserialize<'de> for AnyTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Loose::deserialize(deserializer).map(|value| match value {
            Loose::Text(text) => from_text(&text).map_or(Self::Unusable, Self::At),
            Loose::Number(millis) => Self::At(from_float_millis(millis)),
            Loose::Bool(_) | Loose::Other => Self::Unusable,
        })
    }
}

/// A field whose type must not decide whether the rest can be read.
#[derive(Clone, Debug, PartialEq)]
enum Loose<'a> {
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    Other,
}

impl<'de> Deserialize<'de> for Loose<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LooseVisitor;
        impl<'de> Visitor<'de> for LooseVisitor {
            type Value = Loose<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }
            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
                Ok(Loose::Bool(value))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
                Ok(Loose::Number(value as f64))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
                Ok(Loose::Number(value as f64))
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
                Ok(Loose::Number(value))
            }
            fn visit_str<E: de::Error>(self, value: &str) -> Result<Self::Value, E> {
                Ok(Loose::Text(Cow::Owned(value.to_owned())))
            }
            fn visit_borrowed_str<E: de::Error>(self, value: &'de str) -> Result<Self::Value, E> {
                Ok(Loose::Text(Cow::Borrowed(value)))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Loose::Other)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Loose::Other)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Loose::Other)
            }
        }
        deserializer.deserialize_any(LooseVisitor)
    }
}

/// Whether a field is the JSON word `true`; anything else, of any type, is no.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Claim(pub(super) bool);

impl<'de> Deserialize<'de> for Claim {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Loose::deserialize(deserializer).map(|value| Self(value == Loose::Bool(true)))
    }
}

/// A name that a device gives: a string, or a whole number for devices that count.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Name<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a whole number")
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(value.to_string())))
            }
            fn visit_str<E: de::Error>(self, value: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(value.to_owned())))
            }
            fn visit_borrowed_str<E: de::Error>(self, value: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(value)))
            }
        }
        deserializer.deserialize_any(NameVisitor)
    }
}

/// An array of numbers in which null is a missing sample, NaN in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Samples(pub(super) Vec<f64>);

impl<'de> Deserialize<'de> for Samples {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SamplesVisitor;
        impl<'de> Visitor<'de> for SamplesVisitor {
            type Value = Samples;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of numbers and nulls")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Samples, A::Error> {
                let mut samples = Vec::new();
                while let Some(sample) = items.next_element::<Option<f64>>()? {
                    samples.push(sample.unwrap_or(f64::NAN));
                }
                Ok(Samples(samples))
            }
        }
        deserializer.deserialize_seq(SamplesVisitor)
    }
}
