//! Answers what the window asks of the store, off the line, and writes and reads the files of single incidents: it reads
//! beside the writer and holds nobody up.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::queue::{Bounds, Queue};
use super::stages::Told;
use crate::clock::Clock;
use crate::model::dossier::{self, Dossier, Import};
use crate::model::{DevicePast, Done, Errand, Fact, Incident, IncidentId, Question, Review};
use crate::report;
use crate::store::{self, Archive, Error};

/// Where the window's exports go, within the data directory.
const EXPORTS: &str = "exports";
/// Questions that may wait. Of the reviews among them only the newest is answered.
const WAITING: Bounds = Bounds { urgent: 16, bulk: 1, bytes: 1 << 20 };

/// Starts the thread that answers from the store in `dir`.
pub(super) fn start(dir: PathBuf, facts: Arc<Queue<Told>>) -> std::io::Result<(Arc<Queue<Question>>, JoinHandle<()>)> {
    let questions = Arc::new(Queue::new("questions", WAITING, |_: &Question| 64));
    let asked = Arc::clone(&questions);
    let thread = super::spawn("librarian", move || {
        let (mut waiting, mut none) = (VecDeque::new(), VecDeque::new());
        while asked.drain(&mut waiting, &mut none, Duration::from_secs(1)) {
            let newest = waiting.iter().rposition(|question| matches!(question, Question::Review(_)));
            for (idx, question) in waiting.drain(..).enumerate() {
                match question {
                    Question::Review(incident) if Some(idx) == newest => {
                        let review = review(&dir, &incident);
                        // Where the line is too busy to hear it, the window asks again.
                        facts.try_push(Told::Fact(Fact::Answered(Arc::new(review)))).ok();
                    }
                    Question::Review(_) => {}
                    Question::Export(incident) => {
                        let what = incident.to_string();
                        let folder = dir.join(EXPORTS);
                        let done = export(&dir, &incident, &folder).map(|()| Done::Exported { incident, folder });
                        run(&facts, done.unwrap_or_else(|why| Done::Failed { what, why }));
                    }
                    Question::Import { file, by } => {
                        let done = import(&dir, &file, &by).map(|(incident, import)| {
                            let id = incident.id.clone();
                            let incident = Arc::new(Incident { stored: false, ..incident });
                            // It waits for room: what a person asked for is not lost to a busy moment.
                            facts.push_wait(Told::Fact(Fact::Imported { incident, import: Arc::new(import) })).ok();
                            Done::Imported { incident: id }
                        });
                        let what = file.display().to_string();
                        run(&facts, done.unwrap_or_else(|why| Done::Failed { what, why }));
                    }
                }
            }
        }
    })?;
    Ok((questions, thread))
}

fn run(facts: &Queue<Told>, done: Done) {
    if let Done::Failed { what, why } = &done {
        log::warn!("{what}: {why}");
    }
    facts.push_wait(Told::Fact(Fact::Ran(Errand { at: Clock.now(), done }))).ok();
}

/// Writes an incident into `folder`: as JSON that can be taken in again, and as a page to print.
fn export(dir: &Path, id: &IncidentId, folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    for extension in ["json", "html"] {
        export_to(dir, id, &folder.join(format!("{id}.{extension}")))?;
    }
    Ok(())
}

/// Writes an incident of the store in `dir` to a file: `.html` is a page to print, all else is JSON that can be taken in
/// again. A file that was there is replaced whole.
pub fn export_to(dir: &Path, id: &IncidentId, file: &Path) -> Result<(), String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let archive = Archive::open(dir).map_err(|error| words(&error))?;
    let none = || format!("there is no incident {id} in the store");
    let at = Clock.now();
    let bytes = if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("html")) {
        let incident = archive.incident(id).map_err(|error| words(&error))?.ok_or_else(none)?;
        report::html(&incident, at).into_bytes()
    } else {
        let dossier = archive.dossier(id).map_err(|error| words(&error))?.ok_or_else(none)?;
        dossier.write(at).map_err(|error| words(&error))?
    };
    let beside = file.with_extension("part");
    let written = std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, file));
    written.map_err(|error| format!("{} cannot be written: {error}", file.display()))
}

/// Reads a file that another desk exported, for the store in `dir`.
fn import(dir: &Path, file: &Path, by: &str) -> Result<(Incident, Import), String> {
    let import = read_import(file, by)?;
    let id = store::imported_id(&import);
    let known = Archive::open(dir).and_then(|archive| archive.incident(&id)).map_err(|error| error.to_string())?;
    if known.is_some() {
        return Err(format!("incident {} was taken in already, as {id}", import.from.id));
    }
    let incident = store::tried(&import).map_err(|error| error.to_string())?;
    Ok((incident, import))
}

/// Reads a file that another desk exported and checks its hash.
pub fn read_import(file: &Path, by: &str) -> Result<Import, String> {
    let cannot = |error: std::io::Error| format!("{} cannot be read: {error}", file.display());
    // What is too large is not read at all.
    let length = std::fs::metadata(file).map_err(cannot)?.len();
    if length > dossier::MOST_BYTES as u64 {
        return Err(dossier::Error::TooLarge(usize::try_from(length).unwrap_or(usize::MAX)).to_string());
    }
    let bytes = std::fs::read(file).map_err(cannot)?;
    Dossier::read(&bytes, by, Clock.now()).map_err(|error| error.to_string())
}

fn review(dir: &Path, incident: &IncidentId) -> Review {
    let nothing = |failed: Option<String>| Review {
        incident: incident.clone(),
        failed,
        versions: Vec::new(),
        device: DevicePast::default(),
        similar: Vec::new(),
    };
    let read: Result<Option<Review>, Error> = Archive::open(dir).and_then(|archive| archive.review(incident));
    match read {
        // Not stored yet: nothing is known of it, and that is no failure.
        Ok(review) => review.unwrap_or_else(|| nothing(None)),
        Err(error) => {
            log::warn!("the past of incident {incident} cannot be read: {error}");
            nothing(Some(error.to_string()))
        }
    }
}
