//! Formats of an operator's own, put together from the settings: a topic, pointers into JSON, units, times.

pub(super) use self::pattern::Pattern;
use self::pattern::overlap;
use self::reader::Reader;
pub use self::settings::{Field, Mapping, Missing, TimeField, When};
use super::{DecodeError, Filter, Format, Scribe};
use crate::model::{Lane, RejectionReason};

mod check;
mod crash;
mod field;
mod pattern;
mod reader;
mod settings;
#[cfg(test)]
mod tests;

/// What explanations call the format.
pub const NAME: &str = "mapping";

/// What a mapping reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Driving,
    Crash,
    Temperature,
}

/// Every mapping of the settings, as one format: several may read the same message, each its own part.
#[derive(Clone, Debug)]
pub(super) struct Mappings(Vec<Reader>);

impl Mappings {
    /// The sound ones; the settings have been checked at the start.
    pub(super) fn new(mappings: &[Mapping]) -> Self {
        Self(mappings.iter().filter_map(|mapping| mapping.reader().ok()).collect())
    }
}

impl Format for Mappings {
    fn name(&self) -> &'static str {
        NAME
    }

    /// A topic that a crash mapping may hear comes on the crash lane alone, so that no message comes twice.
    fn filters(&self) -> Vec<Filter> {
        let mut filters: Vec<Filter> = Vec::new();
        for reader in &self.0 {
            let topic = reader.pattern.filter();
            let crash = self.0.iter().any(|other| other.kind == Kind::Crash && overlap(other.pattern.filter(), topic));
            let filter = Filter { topic: topic.to_owned(), lane: if crash { Lane::Crash } else { Lane::Telemetry } };
            if !filters.contains(&filter) {
                filters.push(filter);
            }
        }
        filters
    }

    fn knows(&self, topic: &str) -> bool {
        self.0.iter().any(|reader| reader.pattern.matches(topic))
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        let bare = scribe.topic;
        let matching = || self.0.iter().filter(|reader| reader.pattern.matches(bare));
        let json = if matching().any(|reader| reader.loose) { scribe.loose_json() } else { scribe.json() };
        let message = match json {
            Ok(message) => message,
            Err(error) => {
                let crash = matching().find(|reader| reader.kind == Kind::Crash).ok_or_else(|| error.clone())?;
                scribe.unreadable(&crash.device(bare, None).unwrap_or_default(), &error);
                return Ok(());
            }
        };
        let mut declined = Vec::new();
        let mut any = false;
        for reader in matching() {
            if let Some(why) = reader.declines(&message) {
                declined.push(why);
            } else {
                any = true;
                reader.read(scribe, &message);
            }
        }
        if any { Ok(()) } else { Err(DecodeError::new(RejectionReason::UnknownTopic, declined.join("; "))) }
    }
}
