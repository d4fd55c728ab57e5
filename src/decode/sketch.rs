//! A `[[mapping]]` guessed from one message, for `fleetwatch doctor payload`: what a field is, by its name, its unit and
//! its size. Nothing is offered that does not read the very message that it was guessed from.

use bytes::Bytes;
use serde_json::Value;

use self::axes::Axes;
use self::fields::{Fields, quoted};
use self::leaf::{Leaf, leaves, words};
use super::mapping::{Mapping, Pattern};
use super::{Decoded, Decoder, Interner, Settings, lenient};
use crate::model::{Event, Lane, Origin, Packet, Reading, Timestamp};

mod axes;
mod fields;
mod leaf;
#[cfg(test)]
mod tests;
mod units;
mod when;

/// A guess, proven on its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    /// `[[mapping]]` tables to copy into a settings file; what was guessed stands beside it.
    pub toml: String,
    /// The topic that they read the message under: the one that was given, else one that stands for it.
    pub topic: String,
}

/// The most temperatures of one message that are mapped; more are too many to copy without thinking.
const MAX_TEMPERATURES: usize = 8;

/// Guesses mappings that read `payload`; `None` where it holds nothing that the desk knows.
pub fn sketch(topic: Option<&str>, payload: &[u8], received_at: Timestamp) -> Option<Sketch> {
    let strict: Option<Value> = std::str::from_utf8(payload).ok().and_then(|text| serde_json::from_str(text).ok());
    let loose = strict.is_none();
    let message = strict.or_else(|| lenient::parse(payload).map(|(value, _)| value))?;
    let bare = topic.map(|topic| Origin::of_topic(topic).1).filter(|topic| !topic.is_empty());
    let found = Found::of(&message, bare, received_at);
    let tables = found.tables(loose);
    if tables.is_empty() {
        return None;
    }
    let sketch = Sketch { toml: tables.join("\n"), topic: found.place.topic.clone() };
    reads(&sketch, tables.len(), payload, received_at).then_some(sketch)
}

/// `[[mapping]]` tables of a text.
fn mappings(toml: &str) -> Option<Vec<Mapping>> {
    #[derive(serde::Deserialize)]
    struct File {
        mapping: Vec<Mapping>,
    }
    toml::from_str::<File>(toml).ok().map(|file| file.mapping)
}

/// Whether each of its tables reads something of the message, and none refuses anything.
fn reads(sketch: &Sketch, n_tables: usize, payload: &[u8], received_at: Timestamp) -> bool {
    let settings = Settings { mappings: mappings(&sketch.toml).unwrap_or_default(), ..Settings::default() };
    if settings.check().is_err() {
        return false;
    }
    let packet = Packet::new(Lane::Telemetry, sketch.topic.as_str(), Bytes::copy_from_slice(payload), received_at);
    let mut decoded = Decoded::default();
    Decoder::new(&settings, Interner::DEFAULT_LIMIT).decode(&packet, &mut decoded);
    let unreadable = |event: &Event| matches!(&event.reading, Reading::Crash(report) if report.unreadable.is_some());
    decoded.refused.is_empty() && decoded.events.len() >= n_tables && !decoded.events.iter().any(unreadable)
}

/// Where a message comes from, and whose it is.
#[derive(Debug)]
struct Place {
    /// The topic of the mapping, `plant/{device}/telemetry`.
    pattern: String,
    /// The topic of this very message.
    topic: String,
    /// `device = …`, where the pattern does not say it; a template or a pointer.
    device: Option<String>,
    /// What to look at again.
    remark: Option<&'static str>,
}

/// Levels of topics that say what a message is and not whose.
const KINDS: [&str; 42] = [
    "data",
    "telemetry",
    "state",
    "status",
    "up",
    "uplink",
    "event",
    "events",
    "sensor",
    "sensors",
    "json",
    "tele",
    "position",
    "gps",
    "location",
    "device",
    "devices",
    "vehicle",
    "vehicles",
    "fleet",
    "plant",
    "temperature",
    "temp",
    "crash",
    "impact",
    "accident",
    "driving",
    "v1",
    "v2",
    "v3",
    "api",
    "mqtt",
    "iot",
    "out",
    "pub",
    "raw",
    "report",
    "attributes",
    "shadow",
    "update",
    "values",
    "measurements",
];

impl Place {
    /// The level that names the device is the one that the message repeats, else the last that has a digit, else the last
    /// that is no word for a kind of message.
    fn of(topic: Option<&str>, id: Option<&Leaf<'_>>) -> Self {
        let id_text = id.map(Leaf::text);
        let Some(topic) = topic else {
            return match id {
                Some(id) => Self {
                    pattern: "your/topic".to_owned(),
                    topic: "your/topic".to_owned(),
                    device: Some(id.pointer()),
                    remark: Some("put the topic here that your devices publish on; + stands for any one level"),
                },
                None => Self {
                    pattern: "your/{device}/topic".to_owned(),
                    topic: "your/device/topic".to_owned(),
                    device: None,
                    remark: Some("put the topic here that your devices publish on; {device} is the level that names the device"),
                },
            };
        };
        let levels: Vec<&str> = topic.split('/').collect();
        let is_word = |level: &str| KINDS.contains(&level.to_lowercase().as_str());
        let same = |level: &&str| !level.is_empty() && id_text.as_deref() == Some(*level);
        let named = levels.iter().position(same).or_else(|| {
            let digits = |level: &&str| level.bytes().any(|byte| byte.is_ascii_digit()) && !is_word(level);
            levels.iter().rposition(digits).or_else(|| levels.iter().rposition(|level| !level.is_empty() && !is_word(level)))
        });
        let with = |level_idx: usize| {
            let mut levels = levels.clone();
            levels[level_idx] = "{device}";
            levels.join("/")
        };
        let place = |pattern: String, device, remark| Self { pattern, topic: topic.to_owned(), device, remark };
        let pattern = named.map(with).filter(|pattern| Pattern::parse(pattern).is_ok());
        match (pattern, id) {
            (Some(pattern), None) => place(pattern, None, Some("{device} is the level that names the device")),
            (Some(pattern), Some(_)) if levels.iter().any(same) => place(pattern, None, None),
            (_, Some(id)) => place(topic.to_owned(), Some(id.pointer()), Some("one topic; + stands for any one level")),
            (None, None) => place(topic.to_owned(), Some(topic.replace(['{', '}'], "")), Some("one topic, one device")),
        }
    }
}

/// What a message holds that the desk knows.
struct Found<'v> {
    place: Place,
    fields: Fields<'v>,
    /// A pointer to the array of its records.
    records: Option<String>,
}

impl<'v> Found<'v> {
    fn of(message: &'v Value, topic: Option<&str>, received_at: Timestamp) -> Self {
        // A message that is a number alone is called by the last level of its topic.
        let name = topic.and_then(|topic| topic.rsplit('/').next()).filter(|_| !message.is_object() && !message.is_array());
        let all = leaves(message, name.unwrap_or_default());
        let talk_of_crash = topic.is_some_and(speaks_of_crash)
            || all.iter().any(|leaf| leaf.key_words().any(is_crash_word) || leaf.value.as_str().is_some_and(speaks_of_crash));
        let whole = Fields::of(&all, received_at, talk_of_crash).with_samples(message, &all);
        let columns = matches!(whole.axes, Some(Axes { samples: Some(_), .. } | Axes { columns: true, .. }));
        let records = if columns { None } else { records(message) };
        let (fields, records) = match records {
            None => (whole, None),
            Some((pointer, first)) => {
                // A record's own fields come first, and what it lacks is looked for in the whole message.
                let mut inside = leaves(first, "");
                inside.extend(all.into_iter().filter(|leaf| !leaf.pointer().starts_with(&format!("{pointer}/"))));
                (Fields::of(&inside, received_at, talk_of_crash), Some(pointer))
            }
        };
        let place = Place::of(topic, fields.id.as_ref());
        Self { place, fields, records }
    }

    fn head(&self, kind: &str, loose: bool, probe: Option<&str>) -> Vec<String> {
        let Place { pattern, device, remark, .. } = &self.place;
        let remark = remark.map_or_else(String::new, |remark| format!("  # {remark}"));
        let mut lines =
            vec!["[[mapping]]".to_owned(), format!("topic = {}{remark}", quoted(pattern)), format!("kind = {}", quoted(kind))];
        match (device, probe) {
            (Some(device), None) => lines.push(format!("device = {}", quoted(device))),
            // A pointer cannot be joined with a word.
            (Some(device), Some(probe)) if !device.starts_with('/') => {
                lines.push(format!("device = {}", quoted(&format!("{device}/{probe}"))));
            }
            (Some(_), Some(probe)) => lines.push(format!("device = {}", quoted(probe))),
            (None, Some(probe)) => lines.push(format!("device = {}", quoted(&format!("{{device}}/{probe}")))),
            (None, None) => {}
        }
        if loose {
            lines.push("loose = true  # the device does not write sound JSON".to_owned());
        }
        lines
    }

    fn tables(&self, loose: bool) -> Vec<String> {
        let fields = &self.fields;
        let finish = |mut lines: Vec<String>, more: Vec<String>| {
            lines.extend(more);
            lines.push(String::new());
            lines.join("\n")
        };
        let mut tables = Vec::new();
        if let Some(more) = fields.crash() {
            tables.push(finish(self.head("crash", loose, None), more));
            return tables;
        }
        let records = self.records.as_ref().map(|records| format!("records = {}", quoted(records)));
        if let Some(more) = fields.driving() {
            let mut lines = self.head("driving", loose, None);
            lines.extend(records.clone());
            tables.push(finish(lines, more));
        }
        let several = fields.temperatures.len() > 1;
        for temperature in fields.temperatures.iter().take(MAX_TEMPERATURES) {
            let probe = several.then(|| temperature.name());
            let mut lines = self.head("temperature", loose, probe.as_deref());
            lines.extend(records.clone());
            tables.push(finish(lines, fields.temperature(temperature)));
        }
        tables
    }
}

/// The first array of objects or rows whose first element holds something that is known.
fn records(message: &Value) -> Option<(String, &Value)> {
    fn look<'v>(value: &'v Value, pointer: &str, depth: usize) -> Option<(String, &'v Value)> {
        match value {
            Value::Array(items) => {
                let first = items.first().filter(|first| first.is_object())?;
                // An array of names and values is no row of records.
                let named = leaf::pair(first).is_some();
                (!named && items.iter().all(Value::is_object)).then(|| (pointer.to_owned(), first))
            }
            Value::Object(object) if depth < 6 => {
                object.iter().find_map(|(key, value)| look(value, &format!("{pointer}/{}", leaf::escaped(key)), depth + 1))
            }
            _ => None,
        }
    }
    look(message, "", 0)
}

fn is_crash_word(word: &str) -> bool {
    matches!(word, "crash" | "impact" | "accident" | "collision" | "airbag" | "rollover")
}

/// Whether a text has a word for a crash in it.
fn speaks_of_crash(text: &str) -> bool {
    text.len() <= 128 && words(text).iter().any(|word| is_crash_word(word))
}
