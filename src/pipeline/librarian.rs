//! Answers what the window asks of the store, off the line, and writes and reads the files of single incidents: it reads
//! beside the writer and holds nobody up.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde::Deserialize as _;
use serde_json::Value;

use super::queue::{Bounds, Queue};
use super::stages::Told;
use crate::clock::Clock;
use crate::functions::{self, judge_crash};
use crate::model::comparison::Comparison;
use crate::model::dossier::{self, Dossier, Import};
use crate::model::{DevicePast, Done, Errand, Fact, Incident, IncidentId, Language, Operator, Question, RegisterOrder, Review};
use crate::register::{self, Sheet};
use crate::rejudge::Comparer;
use crate::store::{self, Archive, Error};
use crate::{decode, report};

/// Where the window's exports go, within the data directory.
const EXPORTS: &str = "exports";
/// Questions that may wait. Of the reviews among them only the newest is answered.
const WAITING: Bounds = Bounds { urgent: 16, bulk: 1, bytes: 1 << 20 };

/// How often it is said how far a comparison with the past is.
const TOLD_EVERY: Duration = Duration::from_millis(250);

/// Starts the thread that answers from the store in `dir`; `formats` read its reports again.
pub(super) fn start(
    dir: PathBuf,
    formats: decode::Settings,
    facts: Arc<Queue<Told>>,
) -> std::io::Result<(Arc<Queue<Question>>, JoinHandle<()>)> {
    let questions = Arc::new(Queue::new("questions", WAITING, |_: &Question| 64));
    let librarian = Librarian { dir, formats, facts, asked: Arc::clone(&questions), limits: None };
    let thread = super::spawn("librarian", move || librarian.run())?;
    Ok((questions, thread))
}

struct Librarian {
    dir: PathBuf,
    formats: decode::Settings,
    facts: Arc<Queue<Told>>,
    asked: Arc<Queue<Question>>,
    /// The limits that the past is to be judged by next.
    limits: Option<Value>,
}

impl Librarian {
    fn run(mut self) {
        while self.serve(Duration::from_secs(1)) {
            while let Some(limits) = self.limits.take() {
                self.compare(&limits);
            }
        }
    }

    /// Answers what waits, or what comes within `patience`; `false` once nothing more comes.
    fn serve(&mut self, patience: Duration) -> bool {
        let (mut waiting, mut none) = (VecDeque::new(), VecDeque::new());
        let open = self.asked.drain(&mut waiting, &mut none, patience);
        let newest = waiting.iter().rposition(|question| matches!(question, Question::Review(_)));
        for (idx, question) in waiting.drain(..).enumerate() {
            match question {
                Question::Review(incident) if Some(idx) == newest => {
                    let review = review(&self.dir, &incident);
                    // Where the line is too busy to hear it, the window asks again.
                    self.facts.try_push(Told::Fact(Fact::Answered(Arc::new(review)))).ok();
                }
                Question::Review(_) => {}
                Question::Rejudge { limits } => self.limits = Some(limits),
                Question::Export { incident, language } => {
                    let what = incident.to_string();
                    let folder = self.dir.join(EXPORTS);
                    let done = export(&self.dir, &incident, &folder, language).map(|()| Done::Exported { incident, folder });
                    self.ran(done.unwrap_or_else(|why| Done::Failed { what, why }));
                }
                Question::ImportRegister { file, by } => {
                    let what = file.display().to_string();
                    match read_register(&file) {
                        Ok(Sheet { entries, refused }) => {
                            let n = entries.len();
                            let refused = refused.into_iter().map(|refused| (refused.line, refused.why)).collect();
                            let done = Done::Registered { file, n, refused };
                            if n == 0 {
                                self.ran(done);
                                continue;
                            }
                            // Whether it was taken, the state says: it asks for the role.
                            let (order, by) = (RegisterOrder::Put { entries, from: what }, Operator(by));
                            let fact = Fact::Registered { order, by, at: Clock.now(), done: Some(Box::new(done)) };
                            self.facts.push_wait(Told::Fact(fact)).ok();
                        }
                        Err(why) => self.ran(Done::Failed { what, why }),
                    }
                }
                Question::ExportRegister { to } => {
                    let done = export_register(&self.dir, to).map(|file| Done::RegisterWritten { file });
                    self.ran(done.unwrap_or_else(|why| Done::Failed { what: "register".to_owned(), why }));
                }
                Question::Import { file, by } => {
                    let done = import(&self.dir, &file, &by).map(|(incident, import)| {
                        let id = incident.id.clone();
                        let incident = Arc::new(Incident { stored: false, ..incident });
                        // It waits for room: what a person asked for is not lost to a busy moment.
                        self.facts.push_wait(Told::Fact(Fact::Imported { incident, import: Arc::new(import) })).ok();
                        Done::Imported { incident: id }
                    });
                    let what = file.display().to_string();
                    self.ran(done.unwrap_or_else(|why| Done::Failed { what, why }));
                }
            }
        }
        open
    }

    fn ran(&self, done: Done) {
        if let Done::Failed { what, why } = &done {
            log::warn!("{what}: {why}");
        }
        self.facts.push_wait(Told::Fact(Fact::Ran(Errand { at: Clock.now(), done }))).ok();
    }

    /// Judges the past by other limits and says how far it is; whoever asks something meanwhile is answered, and other
    /// limits end it.
    fn compare(&mut self, limits: &Value) {
        let failed = |error: String| {
            let judge = functions::crash_judge(&judge_crash::Settings::default());
            Comparison { error: Some(error), ..Comparison::begin(judge) }
        };
        let limits = judge_crash::Settings::deserialize(limits).map_err(|error| error.to_string());
        let limits = limits.and_then(|limits| limits.check().map(|()| limits).map_err(|wrong| wrong.to_string()));
        let archive = Archive::open(&self.dir).map_err(|error| error.to_string());
        let (limits, archive) = match (limits, archive) {
            (Ok(limits), Ok(archive)) => (limits, archive),
            (Err(why), _) | (_, Err(why)) => return self.compared(failed(why)),
        };
        let mut comparer = Comparer::new(&self.formats, &limits);
        let mut told_at = Clock.instant();
        let mut goes_on = true;
        let read = archive.past_reports(None, |past| {
            comparer.add(past);
            if told_at.elapsed() >= TOLD_EVERY {
                self.compared(comparer.so_far().clone());
                told_at = Clock.instant();
            }
            goes_on = self.serve(Duration::ZERO) && self.limits.is_none();
            goes_on
        });
        match read {
            Ok(()) if goes_on => self.compared(comparer.finish()),
            Ok(()) => {}
            Err(error) => self.compared(Comparison { error: Some(error.to_string()), ..comparer.so_far().clone() }),
        }
    }

    fn compared(&self, comparison: Comparison) {
        self.facts.push_wait(Told::Fact(Fact::Compared(Arc::new(comparison)))).ok();
    }
}

/// Reads a file of the register.
fn read_register(file: &Path) -> Result<Sheet, String> {
    let cannot = |error: std::io::Error| format!("{} cannot be read: {error}", file.display());
    let length = std::fs::metadata(file).map_err(cannot)?.len();
    // What is too large is not read at all.
    if length > register::MOST_BYTES as u64 {
        return Err(format!("it has {length} bytes; at most {} are read", register::MOST_BYTES));
    }
    register::read(&std::fs::read(file).map_err(cannot)?)
}

/// Writes the register into a file that is not there yet, or in place of the one among the exports.
fn export_register(dir: &Path, to: Option<PathBuf>) -> Result<PathBuf, String> {
    let known = Archive::open(dir).and_then(|archive| archive.register()).map_err(|error| error.to_string())?;
    let bytes = register::write(known.entries());
    let folder = dir.join(EXPORTS);
    let file = to.clone().unwrap_or_else(|| folder.join("register.csv"));
    let written = if let Some(file) = to {
        // A name that was mistyped must cost nobody a file.
        std::fs::File::create_new(file).and_then(|mut file| std::io::Write::write_all(&mut file, &bytes))
    } else {
        let beside = file.with_extension("part");
        std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(&beside, bytes))
            .and_then(|()| std::fs::rename(&beside, &file))
    };
    let cannot = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => format!("{} is there already; choose another name", file.display()),
        _ => format!("{} cannot be written: {error}", file.display()),
    };
    written.map(|()| file.clone()).map_err(cannot)
}

/// Writes an incident into `folder`: as JSON that can be taken in again, and as a page to print.
fn export(dir: &Path, id: &IncidentId, folder: &Path, language: Language) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    for extension in ["json", "html"] {
        export_to(dir, id, &folder.join(format!("{id}.{extension}")), language)?;
    }
    Ok(())
}

/// Writes an incident of the store in `dir` to a file: `.html` is a page to print in a language, all else is JSON that can be taken in
/// again. A file that was there is replaced whole.
pub fn export_to(dir: &Path, id: &IncidentId, file: &Path, language: Language) -> Result<(), String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let archive = Archive::open(dir).map_err(|error| words(&error))?;
    let none = || format!("there is no incident {id} in the store");
    let at = Clock.now();
    let bytes = if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("html")) {
        let incident = archive.incident(id).map_err(|error| words(&error))?.ok_or_else(none)?;
        report::html(&incident, at, language).into_bytes()
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
