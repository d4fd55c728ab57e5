//! Bytes → events. Pure; never panics; every failure has a reason and words for it.
//!
//! # To add a payload format
//! Write `decode/<name>.rs` with one struct and `impl Format`, add one line to `all`, and put samples into
//! `fixtures/payloads/<name>/`; `cargo t payloads` writes what was understood beside each. `docs/FORMATS.md` gets a table.

use serde::Deserialize;
use serde_json::Value;

use crate::model::range::OutOfRange;
use crate::model::{Event, Lane, Origin, Packet, RejectionReason};

pub mod explain;
pub mod filing;
pub mod interner;
mod json;
pub mod lenient;
pub mod mapping;
pub mod native;
mod owntracks;
mod ruuvi;
mod s3;
mod scribe;
mod senml;
mod shadow;
mod shelly;
pub mod sketch;
mod sparkplug;
mod tasmota;
mod teltonika;
#[cfg(test)]
mod tests;
mod things_stack;
mod thingsboard;
pub mod time;
pub mod topic;
mod traccar;
mod values;
mod vehicle;
mod verdict;
mod zigbee2mqtt;

pub use explain::Explanation;
pub use interner::Interner;
pub use mapping::Mapping;
pub use scribe::Scribe;

/// Longest payload that is read at all, bytes. Longer ones are rejected before any parsing; on a crash topic they
/// become an unreadable report. 256 KiB holds 10 s of three axes at 800 Hz as JSON; own judgement.
pub const MAX_PAYLOAD_BYTES: usize = 256 * 1024;

/// Why a packet, or a part of it, could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct DecodeError {
    /// The class, for counting.
    pub reason: RejectionReason,
    /// In words: field, rule, what was found. At most a few hundred characters, control characters escaped.
    pub detail: String,
}

impl DecodeError {
    fn new(reason: RejectionReason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

impl From<OutOfRange> for DecodeError {
    fn from(OutOfRange { reason, detail }: OutOfRange) -> Self {
        Self { reason, detail }
    }
}

/// What a format wants to hear: an MQTT topic filter without its root, and the lane it must come on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// `owntracks/+/+`
    pub topic: String,
    /// Whatever can carry a crash claim must come on the crash lane.
    pub lane: Lane,
}

impl Filter {
    /// A filter on the telemetry lane.
    pub fn telemetry(topic: &str) -> Self {
        Self { topic: topic.to_owned(), lane: Lane::Telemetry }
    }
    /// A filter on the crash lane.
    pub fn crash(topic: &str) -> Self {
        Self { topic: topic.to_owned(), lane: Lane::Crash }
    }
}

/// One payload format. What it remembers from message to message is bounded, and belongs to the decoder that owns it.
pub trait Format: Send {
    /// Its name, as in the settings.
    fn name(&self) -> &'static str;
    /// What it wants to hear unless the settings say otherwise; may be empty.
    fn filters(&self) -> Vec<Filter>;
    /// Which lane its topics of the settings come on.
    fn lane(&self) -> Lane {
        self.filters().first().map_or(Lane::Telemetry, |filter| filter.lane)
    }
    /// Whether a topic, without its root, is one of its own. Asked for every message: look at the topic alone.
    fn knows(&self, topic: &str) -> bool;
    /// For a message that was pasted without its topic: a topic to read it under, if it looks like this format.
    fn looks_like(&self, _json: &Value) -> Option<&'static str> {
        None
    }
    /// The same for a payload that is no JSON.
    fn looks_like_bytes(&self, _payload: &[u8]) -> Option<&'static str> {
        None
    }
    /// Reads the scribe's packet and writes down what it says. An error of reason [`RejectionReason::UnknownTopic`]
    /// means "not mine": the next format is asked. A crash report that cannot be read is an event with `unreadable`
    /// set, never an error.
    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError>;
}

/// Every format, asked in this order; the native one is always there and comes first.
fn all() -> Vec<Box<dyn Format>> {
    vec![
        Box::new(native::Native),
        Box::new(owntracks::OwnTracks),
        Box::new(traccar::Traccar),
        Box::new(tasmota::Tasmota),
        Box::new(zigbee2mqtt::Zigbee2Mqtt),
        Box::new(shelly::Shelly),
        Box::new(ruuvi::Ruuvi::default()),
        Box::new(senml::SenMl),
        Box::new(teltonika::Teltonika::default()),
        Box::new(shadow::Shadow::default()),
        Box::new(vehicle::Vehicle),
        Box::new(thingsboard::ThingsBoard),
        Box::new(things_stack::ThingsStack),
        Box::new(s3::S3),
        Box::new(verdict::Verdict),
        Box::new(sparkplug::Sparkplug::default()),
    ]
}

/// `[formats]`: which formats of other makers are taken in, and how.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Names of formats, or `all`. The native format is always read.
    pub enabled: Vec<String>,
    /// The offset of times that name none, minutes east of UTC, −1,440 to 1,440.
    pub utc_offset_minutes: i32,
    /// Topic filters of a format in place of its own, by its name.
    pub topics: std::collections::BTreeMap<String, Vec<String>>,
    /// `[[mapping]]`, formats of the operator's own; asked before all others.
    #[serde(skip)]
    pub mappings: Vec<Mapping>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: vec!["all".to_owned()],
            utc_offset_minutes: 0,
            topics: std::collections::BTreeMap::default(),
            mappings: Vec::new(),
        }
    }
}

impl Settings {
    /// What is wrong with them, in words that name the key and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        let names: Vec<_> = all().iter().map(|format| format.name()).collect();
        for name in
            self.enabled.iter().map(String::as_str).filter(|name| *name != "all").chain(self.topics.keys().map(String::as_str))
        {
            if !names.contains(&name) {
                return Err(format!("[formats] knows no format {}; there are all, {}", shown(name), names.join(", ")));
            }
        }
        if !(-1_440..=1_440).contains(&self.utc_offset_minutes) {
            return Err(format!("[formats] utc_offset_minutes must be from -1440 to 1440, found {}", self.utc_offset_minutes));
        }
        for filter in self.topics.values().flatten() {
            topic::check(filter).map_err(|error| format!("[formats.topics] {} cannot be subscribed: {error}", shown(filter)))?;
        }
        self.mappings.iter().try_for_each(Mapping::check)
    }

    /// Verdicts that were made elsewhere are heard, too.
    pub fn hear_verdicts(&mut self) {
        if !self.wants(verdict::NAME) {
            self.enabled.push(verdict::NAME.to_owned());
        }
        self.topics.entry(verdict::NAME.to_owned()).or_insert_with(|| vec![verdict::TOPIC.to_owned()]);
    }

    fn wants(&self, name: &str) -> bool {
        name == native::NAME || self.enabled.iter().any(|enabled| enabled == "all" || enabled == name)
    }
}

/// A topic filter for the broker, with what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The filter.
    pub filter: Filter,
    /// Which format it is for.
    pub format: &'static str,
    /// The operator's own, from the settings.
    pub asked: bool,
}

/// What was made of one packet. Never both lists are empty.
#[derive(Debug, Default)]
pub struct Decoded {
    /// What it said.
    pub events: Vec<Event>,
    /// What of it could not be read, or is not used.
    pub refused: Vec<DecodeError>,
}

impl Decoded {
    /// The events, or the first reason why there are none.
    pub fn into_result(mut self) -> Result<Vec<Event>, DecodeError> {
        if self.events.is_empty() && !self.refused.is_empty() { Err(self.refused.swap_remove(0)) } else { Ok(self.events) }
    }
}

struct Entry {
    format: Box<dyn Format>,
    /// Filters of the settings, instead of the format's own.
    topics: Option<Vec<String>>,
}

/// Reads packets: owns the formats with what they remember, and the register of devices.
pub struct Decoder {
    entries: Vec<Entry>,
    interner: Interner,
    settings: Settings,
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder").field("n_formats", &self.entries.len()).finish_non_exhaustive()
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(&Settings::default(), Interner::DEFAULT_LIMIT)
    }
}

impl Decoder {
    /// A decoder that has heard nothing yet and remembers at most `max_devices` telemetry devices for each root.
    pub fn new(settings: &Settings, max_devices: usize) -> Self {
        let wanted = all().into_iter().filter(|format| settings.wants(format.name()));
        let mut entries: Vec<Entry> =
            wanted.map(|format| Entry { topics: settings.topics.get(format.name()).cloned(), format }).collect();
        if !settings.mappings.is_empty() {
            entries.insert(0, Entry { format: Box::new(mapping::Mappings::new(&settings.mappings)), topics: None });
        }
        Self { entries, interner: Interner::new(max_devices), settings: settings.clone() }
    }

    /// What to subscribe to, without roots; the native format's filters first.
    pub fn filters(&self) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        for Entry { format, topics } in &self.entries {
            let name = format.name();
            match topics {
                None => wanted.extend(format.filters().into_iter().map(|filter| Wanted {
                    filter,
                    format: name,
                    asked: name == native::NAME || name == mapping::NAME,
                })),
                Some(topics) => wanted.extend(topics.iter().map(|topic| Wanted {
                    filter: Filter { topic: topic.clone(), lane: format.lane() },
                    format: name,
                    asked: true,
                })),
            }
        }
        wanted
    }

    /// Reads a packet with the first format that knows it; what was in `decoded` is cleared.
    pub fn decode(&mut self, packet: &Packet, decoded: &mut Decoded) {
        self.read(packet, decoded, None);
    }

    /// Reads one packet; the events, or the first reason why there are none.
    pub fn decode_one(&mut self, packet: &Packet) -> Result<Vec<Event>, DecodeError> {
        let mut decoded = Decoded::default();
        self.decode(packet, &mut decoded);
        decoded.into_result()
    }

    fn read(&mut self, packet: &Packet, decoded: &mut Decoded, mut notes: Option<&mut explain::Notes>) {
        decoded.events.clear();
        decoded.refused.clear();
        let (origin, topic) = Origin::of_topic(&packet.topic);
        let mut declined = None;
        for Entry { format, topics } in &mut self.entries {
            let asked = topics.as_ref().is_some_and(|topics| topics.iter().any(|filter| topic::matches(filter, topic)));
            if !asked && !format.knows(topic) {
                continue;
            }
            if let Some(notes) = notes.as_deref_mut() {
                notes.format = Some(format.name());
            }
            let mut scribe =
                Scribe::new(packet, origin, topic, &self.settings, &mut self.interner, decoded, notes.as_deref_mut());
            match format.decode(&mut scribe) {
                Err(error) if error.reason == RejectionReason::UnknownTopic => {
                    declined.get_or_insert(error);
                    continue;
                }
                Err(error) => decoded.refused.push(error),
                Ok(()) if decoded.events.is_empty() && decoded.refused.is_empty() => decoded.refused.push(DecodeError::new(
                    RejectionReason::NotUsed,
                    format!("{}: nothing in it that the desk uses", format.name()),
                )),
                Ok(()) => {}
            }
            return;
        }
        if let Some(notes) = notes {
            notes.format = None;
        }
        let unknown =
            || DecodeError::new(RejectionReason::UnknownTopic, format!("no format knows the topic {}", shown(&packet.topic)));
        decoded.refused.push(declined.unwrap_or_else(unknown));
    }
}

/// Foreign text for a message: quoted, control characters escaped, at most 64 characters.
fn shown(text: &str) -> String {
    match text.char_indices().nth(64) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
