//! The settings of a running desk: what it started on and what the file says now. Saving has a thread of its own, so
//! that no window waits for a disk.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::{Settings, file};
use crate::model::setting::{Change, Sheet, Wrong};
use crate::pricing;

/// Saves that may wait: a person clicks them one by one.
const WAITING: usize = 4;

/// Keeps the sheet and saves changes to it.
pub struct Keeper {
    sheet: Arc<Mutex<Arc<Sheet>>>,
    asked: Mutex<Option<SyncSender<Vec<Change>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Keeper {
    /// On the settings that the desk runs on; `wake` is called after each save. Where nobody says which file, it is the
    /// default one.
    pub fn start(path: Option<PathBuf>, running: &Settings, wake: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let file = path.or_else(Settings::default_path);
        let running = running.shown();
        let sheet = Arc::new(Mutex::new(Arc::new(Sheet {
            file: file.clone().unwrap_or_default(),
            saved: running.clone(),
            running,
            standard: Settings::default().shown(),
            regions: pricing::book::regions(),
            last: None,
        })));
        let (asked, asks) = sync_channel(WAITING);
        let kept = Arc::clone(&sheet);
        let thread =
            std::thread::Builder::new().name("settings".to_owned()).spawn(move || run(&asks, file.as_deref(), &kept, &wake))?;
        Ok(Self { sheet, asked: Mutex::new(Some(asked)), thread: Mutex::new(Some(thread)) })
    }

    /// As it is now. Never waits.
    pub fn sheet(&self) -> Arc<Sheet> {
        Arc::clone(&self.sheet.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Saves changes; what became of it stands in the sheet. `false` when too many wait.
    pub fn save(&self, changes: Vec<Change>) -> bool {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.as_ref().is_some_and(|asked| asked.try_send(changes).is_ok())
    }

    /// Waits until what was asked for is saved.
    pub fn stop(&self) {
        drop(self.asked.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            log::error!("the thread settings ended by a panic");
        }
    }
}

fn run(asks: &Receiver<Vec<Change>>, path: Option<&std::path::Path>, sheet: &Mutex<Arc<Sheet>>, wake: &impl Fn()) {
    for (number, changes) in (1..).zip(asks.iter()) {
        let nowhere = || Wrong::File { why: "this user has no config directory; say where with --settings".to_owned() };
        let saved = path.ok_or_else(nowhere).and_then(|path| file::save(path, &changes));
        let mut sheet = sheet.lock().unwrap_or_else(PoisonError::into_inner);
        let new = Arc::make_mut(&mut sheet);
        if let Ok(saved) = &saved {
            new.saved = saved.shown();
        }
        new.last = Some((number, saved.map(drop)));
        drop(sheet);
        wake();
    }
}
