//! Plays recordings into the line as MQTT messages: rows of a file become messages in the native wire format, all
//! devices merged by recorded time, at any speed.
//!
//! A [`Map`] says what the columns mean; [`Rows`] reads the file; [`messages()`] joins the two; [`play()`] keeps time.
//! A recording of the line itself ([`recording`]) needs no map. Only [`Rows`] and [`Pace`] touch the world.
//!
//! # To add a recording
//! Write `fixtures/maps/<area>/<name>.toml`; `fleetwatch play FILE --map MAP.toml` says which field is wrong and how
//! to put it right.

use std::path::PathBuf;

pub mod as_drill;
pub mod crash_map;
pub mod map;
pub mod messages;
pub mod publish;
pub mod recording;
pub mod rows;
pub mod schedule;
pub mod wire;

pub use as_drill::AsDrill;
pub use map::{Kind, Map};
pub use messages::{Timed, messages};
pub use publish::{Publish, PublishError, qos_of};
pub use rows::Rows;
pub use schedule::{Pace, Progress, WallPace, play};
pub use wire::Body;

/// Why a recording cannot be played.
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
    /// The map does not say what it must, or says what cannot be.
    #[error("map {map}: {detail}")]
    Map {
        /// The map's file name.
        map: String,
        /// Field, rule and fix.
        detail: String,
    },
    /// A row cannot be read as the map says.
    #[error("{file}, line {line}: {detail} (map {map})")]
    Row {
        /// The recording.
        file: String,
        /// Counted from 1, the header being line 1.
        line: u64,
        /// Column, what was found and fix.
        detail: String,
        /// The map's file name.
        map: String,
    },
    /// A message could not be handed over.
    #[error(transparent)]
    Publish(#[from] PublishError),
}
