//! `fleetwatch inject`: a test event out to the broker. It always goes under `drill/`, so it can reach nobody.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::model::Origin;
use crate::pipeline::scenario_player::{Played, Sent, play_scenario};
use crate::play::{Pace, Publish, PublishError};
use crate::scenario::{self, Scenario, Step};

/// Why there is nothing to inject.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Neither a bundled scenario nor a file.
    #[error("there is no scenario and no file {name:?}; the scenarios are {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The bundled scenarios' names.
        known: String,
    },
    /// A scenario file is wrong.
    #[error("{path}: {source}", path = path.display())]
    Scenario {
        /// Which.
        path: PathBuf,
        /// Why.
        source: scenario::Error,
    },
    /// A payload file has no topic.
    #[error("{path} is a payload, so say where it goes, as --topic fleet/van-1/crash", path = path.display())]
    NoTopic {
        /// Which.
        path: PathBuf,
    },
    /// A topic that nothing may be published on.
    #[error("--topic {0:?} cannot be published on: it must not be empty or have + or # in it")]
    Topic(String),
    /// It could not be sent.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

/// Finds what `what` names: a bundled scenario `(name, TOML)`, a scenario file, or, with a topic, a payload file.
pub fn resolve(what: &str, topic: Option<&str>, bundled: &[(&str, &str)]) -> Result<Scenario, Error> {
    if topic.is_none()
        && let Some((name, text)) = bundled.iter().find(|(name, _)| *name == what)
    {
        return Scenario::parse(text).map_err(|source| Error::Scenario { path: name.into(), source });
    }
    let path = Path::new(what);
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let known: Vec<&str> = bundled.iter().map(|(name, _)| *name).collect();
            return Err(Error::Unknown { name: what.to_owned(), known: known.join(", ") });
        }
        Err(source) => return Err(Error::Read { path: path.to_owned(), source }),
    };
    let Some(topic) = topic else {
        if path.extension().is_none_or(|extension| extension != "toml") {
            return Err(Error::NoTopic { path: path.to_owned() });
        }
        let text = String::from_utf8_lossy(&bytes);
        return Scenario::parse(&text).map_err(|source| Error::Scenario { path: path.to_owned(), source });
    };
    // Whoever writes the root anyway means the same topic.
    let (_, topic) = Origin::of_topic(topic);
    if topic.is_empty() || topic.contains(['+', '#', '\0']) {
        return Err(Error::Topic(topic.to_owned()));
    }
    let (payload, payload_hex) = match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => (String::new(), Some(hex(error.as_bytes()))),
    };
    let step = Step {
        after_millis: 0,
        topic: topic.to_owned(),
        payload,
        payload_hex,
        repeat: 1,
        every_millis: 0,
        retained: false,
        unlinked_secs: 0,
    };
    let title = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Scenario { title, steps: vec![step], ..Scenario::default() })
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Sends it as a drill and tells `out` of each packet. `run` must be new with each call.
pub fn run(
    scenario: &Scenario,
    run: &str,
    pace: &mut dyn Pace,
    publish: &mut dyn Publish,
    out: &mut dyn Write,
) -> Result<Played, Error> {
    let mut tell = |sent: Sent| {
        let accepted = sent
            .accepted_at
            .map_or_else(String::new, |at| format!(", accepted after {:.1} ms", at.micros_since(sent.sent_at) as f64 / 1e3));
        // Who reads this may go away; the drill goes on.
        writeln!(out, "sent {} to {}{accepted}", sent.packet, sent.topic).and_then(|()| out.flush()).ok();
    };
    Ok(play_scenario(scenario, Origin::Drill, run, pace, publish, &mut tell)?)
}

#[cfg(test)]
#[path = "inject_tests.rs"]
mod tests;
