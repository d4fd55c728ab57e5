//! Recordings of real traffic: what lies there, what is being recorded, and what is being played back as a drill.

use std::path::PathBuf;

use super::units::Timestamp;

/// What the window asks of the tape.
#[derive(Clone, Debug, PartialEq)]
pub enum TapeOrder {
    /// Record what real devices and the sample fleet send from now on.
    Record,
    /// End the recording.
    EndRecording,
    /// Play a recording back, under the root of drills.
    Replay {
        /// Its name in the folder.
        file: String,
        /// How many times faster than recorded; 0 is as fast as possible.
        speed: f64,
    },
    /// End what is being played back.
    EndReplay,
}

/// How the tape stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TapeLook {
    /// Where recordings lie.
    pub folder: PathBuf,
    /// The newest of them first, at most 100.
    pub files: Vec<TapeFile>,
    /// What is recorded now, or was last.
    pub recording: Option<Recording>,
    /// What is played back now, or was last.
    pub replay: Option<Replay>,
}

/// A recording in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapeFile {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
}

/// How a recording or a replay has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// As it was asked to, or at its own end.
    Done,
    /// The file is as large as one may be.
    Full,
    /// It could not go on, for this reason.
    Failed(String),
}

/// A recording that is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// Its name.
    pub file: String,
    /// Since when.
    pub began: Timestamp,
    /// Messages written.
    pub n: u64,
    /// Bytes written.
    pub bytes: u64,
    /// Messages left out, because the disk was slower than the line.
    pub left_out: u64,
    /// How it has ended.
    pub ended: Option<End>,
}

/// A recording that is played back.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// Its name.
    pub file: String,
    /// How many times faster than recorded; 0 is as fast as possible.
    pub speed: f64,
    /// Messages sent.
    pub n: u64,
    /// How it has ended.
    pub ended: Option<End>,
}
