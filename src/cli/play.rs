//! `fleetwatch play`: a recording out to a broker.

use std::io::Write;
use std::path::Path;

use super::args::PlayArgs;
use crate::play::crash_map::{LabelBook, read_labels};
use crate::play::messages::Messages;
use crate::play::{Error, Map, Pace, Progress, Publish, Rows, messages, play, recording};

/// Opens what the arguments name. `run` is put before crash ids; see [`messages()`].
pub fn open(args: &PlayArgs, run: &str) -> Result<Messages, Error> {
    let rows = Rows::open(&args.file)?;
    let Some(map_path) = &args.map else { return Ok(Box::new(recording::recorded(rows))) };
    let text = std::fs::read_to_string(map_path).map_err(|source| Error::Read { path: map_path.clone(), source })?;
    let map = Map::parse(&map_path.to_string_lossy(), &text)?;
    let folder = args.file.parent().unwrap_or_else(|| Path::new(""));
    let labels: LabelBook = read_labels(&map, folder)?;
    messages(map, rows, labels, run)
}

/// Plays and tells `out` how far it is, a line a second at most.
pub fn run(
    messages: Messages,
    speed: f64,
    pace: &mut dyn Pace,
    publish: &mut dyn Publish,
    out: &mut dyn Write,
) -> Result<Progress, Error> {
    // Who reads the progress may go away; the play goes on.
    let progress = play(messages, speed, pace, publish, &mut |progress| {
        writeln!(out, "{}", line(progress)).and_then(|()| out.flush()).ok();
    })?;
    Ok(progress)
}

fn line(progress: &Progress) -> String {
    let Progress { n_published, n_topics, n_bytes, behind_ms, stopped } = progress;
    let late = if *behind_ms >= 100 { format!(", {behind_ms} ms late") } else { String::new() };
    let stopped = if *stopped { ", stopped" } else { "" };
    format!("{n_published} messages of {n_topics} devices, {n_bytes} bytes{late}{stopped}")
}
