//! The leaves of a message: where each stands, what it is called in words, and which unit stands beside it.

use serde_json::{Map, Value};

use crate::decode::values::number;

/// The most leaves of a message that are looked at.
const MAX_LEAVES: usize = 1_000;
/// The deepest that is looked.
const MAX_DEPTH: usize = 10;

/// A value that is no object: a number, a text, an array of numbers.
#[derive(Clone, Debug)]
pub(super) struct Leaf<'v> {
    tokens: Vec<String>,
    /// The words of its own key, or of what holds it where its key says nothing (`value`).
    pub(super) own: Vec<String>,
    /// The words of all keys above that.
    pub(super) above: Vec<String>,
    /// A unit that a neighbour names, as it is written.
    pub(super) unit: Option<String>,
    pub(super) value: &'v Value,
}

impl Leaf<'_> {
    /// As a JSON pointer.
    pub(super) fn pointer(&self) -> String {
        self.tokens.iter().flat_map(|token| ["/".to_owned(), escaped(token)]).collect()
    }

    /// The element of an array at this place.
    pub(super) fn element(&self, element_idx: usize) -> String {
        format!("{}/{element_idx}", self.pointer())
    }

    /// The pointer with its last token taken off, to find neighbours by.
    pub(super) fn holder(&self) -> &[String] {
        &self.tokens[..self.tokens.len().saturating_sub(1)]
    }

    /// Whether its key says nothing of it.
    pub(super) fn is_bare(&self) -> bool {
        self.tokens.last().is_some_and(|key| EMPTY_KEYS.contains(&key.to_lowercase().as_str()))
    }

    pub(super) fn key_words(&self) -> impl Iterator<Item = &str> {
        self.above.iter().chain(&self.own).map(String::as_str)
    }

    pub(super) fn is_named(&self, names: &[&[&str]]) -> bool {
        names.iter().any(|name| self.own.iter().map(String::as_str).eq(name.iter().copied()))
    }

    /// Whether any of these is a word of its own key.
    pub(super) fn says(&self, words: &[&str]) -> bool {
        self.own.iter().any(|word| words.contains(&word.as_str()))
    }

    /// A number, also one that is written as text.
    pub(super) fn number(&self) -> Option<f64> {
        number(Some(self.value))
    }

    /// As a name.
    pub(super) fn text(&self) -> String {
        self.value.as_str().map_or_else(|| self.value.to_string(), ToOwned::to_owned)
    }

    /// An array of numbers and nulls, of `least` or more.
    pub(super) fn column(&self, least: usize) -> Option<Vec<f64>> {
        let items = self.value.as_array().filter(|items| items.len() >= least)?;
        items.iter().map(|item| if item.is_null() { Some(f64::NAN) } else { number(Some(item)) }).collect()
    }
}

/// A key as a token of a JSON pointer.
pub(super) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The words of a key, small: `gpsSpeed_kmh` is gps, speed, kmh; `temp1` is temp, 1.
pub(super) fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in key.chars() {
        let sort = |c: char| if c.is_ascii_digit() { '0' } else { 'a' };
        let begins = !last.is_alphanumeric() || (c.is_uppercase() && last.is_lowercase()) || sort(c) != sort(last);
        if c.is_alphanumeric() {
            if begins {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(c.to_lowercase());
            }
        }
        last = c;
    }
    words
}

/// Keys that say nothing of what they hold.
const EMPTY_KEYS: [&str; 8] = ["value", "val", "v", "current", "reading", "data", "now", "num"];

/// A name and a value side by side, `{"name": "speed", "value": 12}`: the name and the value's key.
pub(super) fn pair(value: &Value) -> Option<(&str, &'static str)> {
    let object = value.as_object()?;
    let name =
        ["name", "n", "key", "id", "sensor", "type", "metric", "field"].iter().find_map(|key| object.get(*key)?.as_str())?;
    let key =
        ["value", "val", "v", "reading"].into_iter().find(|key| object.get(*key).is_some_and(|value| !value.is_object()))?;
    Some((name, key))
}

/// A unit that the object of a field names: beside `value` as `unit`, beside `speed` as `speed_unit` or `speedUnit`.
fn unit_beside(object: &Map<String, Value>, key: &str) -> Option<String> {
    let lower = key.to_lowercase();
    let is_unit = |other: &str| {
        let other: String = other.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let own: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
        let generic = matches!(other.as_str(), "unit" | "units" | "uom" | "u");
        let short = own.get(..4).unwrap_or(&own);
        other == format!("{own}unit") || other == format!("{own}units") || other == format!("{short}unit") || generic
    };
    object.iter().find(|(other, _)| is_unit(other)).and_then(|(_, unit)| unit.as_str()).map(ToOwned::to_owned)
}

/// Every leaf of a message. `name` is what the message itself is called, for one that is a number alone.
pub(super) fn leaves<'v>(message: &'v Value, name: &str) -> Vec<Leaf<'v>> {
    let mut found = Vec::new();
    walk(message, &mut Way { tokens: Vec::new(), keys: vec![words(name)], unit: None }, &mut found);
    found
}

struct Way {
    tokens: Vec<String>,
    keys: Vec<Vec<String>>,
    unit: Option<String>,
}

fn walk<'v>(value: &'v Value, way: &mut Way, found: &mut Vec<Leaf<'v>>) {
    if found.len() >= MAX_LEAVES || way.tokens.len() > MAX_DEPTH {
        return;
    }
    let mut into = |way: &mut Way, token: &str, words: Option<Vec<String>>, unit: Option<String>, value: &'v Value| {
        let n_keys = way.keys.len();
        way.tokens.push(token.to_owned());
        way.keys.extend(words);
        let outer = std::mem::replace(&mut way.unit, unit);
        walk(value, way, found);
        way.unit = outer;
        way.keys.truncate(n_keys);
        way.tokens.pop();
    };
    match value {
        Value::Object(object) => {
            let pair = pair(value);
            for (key, member) in object {
                let unit = unit_beside(object, key);
                let own = match pair {
                    Some((name, value_key)) if key == value_key => Some(words(name)),
                    _ if EMPTY_KEYS.contains(&key.to_lowercase().as_str()) => None,
                    _ => Some(words(key)),
                };
                into(way, key, own, unit, member);
            }
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (item_idx, item) in items.iter().enumerate().take(16) {
                into(way, &item_idx.to_string(), None, way.unit.clone(), item);
            }
        }
        _ => {
            let (own, above) =
                way.keys.split_last().map_or((Vec::new(), Vec::new()), |(own, above)| (own.clone(), above.concat()));
            found.push(Leaf { tokens: way.tokens.clone(), own, above, unit: way.unit.clone(), value });
        }
    }
}
