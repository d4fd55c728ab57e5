//! The tape: real traffic into a file, a message a line as `play` reads it, and a recording out again as a drill.
//!
//! The host hands each packet on while something is recorded. It never waits: what the disk is too slow for is left out of
//! the recording and counted.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::player::OnLine;
use super::queue::{Bounds, Queue};
use super::stages::Told;
use crate::broker::Publisher;
use crate::clock::Clock;
use crate::model::tape::{End, Recording, Replay, TapeFile, TapeLook, TapeOrder};
use crate::model::{Fact, Origin, Packet};
use crate::play::{self, AsDrill, Progress, Rows, WallPace, recording};

/// Where recordings lie in the data directory.
const FOLDER: &str = "recordings";
/// Packets that wait for the disk; the oldest is left out for each new one.
const WAITING: Bounds = Bounds { urgent: 64, bulk: 65_536, bytes: 64 << 20 };
/// A recording ends by itself when it is as large as this, bytes.
const LARGEST: u64 = 1 << 30;
/// Files that are listed.
const LISTED: usize = 100;
/// How often it is said how far it is.
const SAID_EVERY: Duration = Duration::from_millis(500);

/// An order, or a packet while something is recorded.
pub(super) enum Heard {
    Order(TapeOrder),
    Packet(Packet),
}

/// The end that the host and the window hold.
#[derive(Clone)]
pub(super) struct Tape {
    heard: Arc<Queue<Heard>>,
    on: Arc<AtomicBool>,
}

impl Tape {
    /// A packet has come; never waits.
    pub(super) fn hear(&self, packet: &Packet) {
        // What was played back is not recorded again.
        if self.on.load(Ordering::Relaxed) && Origin::of_topic(&packet.topic).0 != Origin::Drill {
            self.heard.push_shedding(Heard::Packet(packet.clone()));
        }
    }

    /// Does what the window asks; `false` when too much waits.
    pub(super) fn order(&self, order: TapeOrder) -> bool {
        self.heard.try_push(Heard::Order(order)).is_ok()
    }

    pub(super) fn close(&self) {
        self.heard.close();
    }
}

/// Starts the thread; `facts` hears how it stands.
pub(super) fn start(data_dir: &Path, publisher: Publisher, facts: Arc<Queue<Told>>) -> std::io::Result<(Tape, JoinHandle<()>)> {
    let weigh = |heard: &Heard| match heard {
        Heard::Packet(packet) => packet.payload.len() + packet.topic.len() + 96,
        Heard::Order(_) => 0,
    };
    let tape = Tape { heard: Arc::new(Queue::new("tape", WAITING, weigh)), on: Arc::default() };
    let worker = Worker {
        folder: data_dir.join(FOLDER),
        tape: tape.clone(),
        publisher,
        facts,
        writing: None,
        look: TapeLook::default(),
        replay: Arc::default(),
        stop: Arc::default(),
        player: None,
    };
    let thread = super::spawn("tape", move || worker.run())?;
    Ok((tape, thread))
}

struct Worker {
    folder: PathBuf,
    tape: Tape,
    publisher: Publisher,
    facts: Arc<Queue<Told>>,
    writing: Option<(BufWriter<File>, u64)>,
    look: TapeLook,
    /// What the player says of itself.
    replay: Arc<Mutex<Option<Replay>>>,
    stop: Arc<AtomicBool>,
    player: Option<JoinHandle<()>>,
}

impl Worker {
    fn run(mut self) {
        self.look.folder.clone_from(&self.folder);
        self.list();
        self.say();
        let (mut orders, mut packets) = (VecDeque::new(), VecDeque::new());
        let mut said = TapeLook::default();
        while self.tape.heard.drain(&mut orders, &mut packets, SAID_EVERY) {
            for heard in packets.drain(..).chain(orders.drain(..)) {
                match heard {
                    Heard::Packet(packet) => self.write(&packet),
                    Heard::Order(order) => self.obey(order),
                }
            }
            self.look.replay.clone_from(&self.replay.lock().unwrap_or_else(PoisonError::into_inner));
            if self.look != said {
                said = self.look.clone();
                self.say();
            }
        }
        self.end_recording(End::Done);
        self.end_replay();
    }

    fn say(&self) {
        self.facts.try_push(Told::Fact(Fact::Taped(Arc::new(self.look.clone())))).ok();
    }

    fn obey(&mut self, order: TapeOrder) {
        match order {
            TapeOrder::Record if self.writing.is_none() => self.record(),
            TapeOrder::Record => {}
            TapeOrder::EndRecording => self.end_recording(End::Done),
            TapeOrder::Replay { file, speed } => {
                self.end_replay();
                self.replay(&file, speed);
            }
            TapeOrder::EndReplay => self.end_replay(),
        }
    }

    fn record(&mut self) {
        let began = Clock.now();
        // As a file system takes it: 2026-03-18T03-12-47Z.jsonl
        let name =
            format!("{}.jsonl", began.rfc3339().split('.').next().unwrap_or_default().replace(':', "-").trim_end_matches('Z'));
        let made = std::fs::create_dir_all(&self.folder).and_then(|()| File::create(self.folder.join(&name)));
        let mut recording = Recording { file: name, began, n: 0, bytes: 0, left_out: 0, ended: None };
        match made {
            Ok(file) => {
                self.writing = Some((BufWriter::new(file), self.tape.heard.reading().shed));
                self.tape.on.store(true, Ordering::Relaxed);
            }
            Err(error) => recording.ended = Some(End::Failed(format!("{}: {error}", self.folder.display()))),
        }
        self.look.recording = Some(recording);
    }

    fn write(&mut self, packet: &Packet) {
        let (Some((file, shed)), Some(recording)) = (&mut self.writing, &mut self.look.recording) else { return };
        let line = recording::Line::of(packet.received_at, &packet.topic, &packet.payload);
        let mut text = serde_json::to_vec(&line).unwrap_or_default();
        text.push(b'\n');
        let written = file.write_all(&text);
        recording.n += 1;
        recording.bytes += text.len() as u64;
        recording.left_out = self.tape.heard.reading().shed - *shed;
        if let Err(error) = written {
            self.end_recording(End::Failed(error.to_string()));
        } else if recording.bytes >= LARGEST {
            self.end_recording(End::Full);
        }
    }

    fn end_recording(&mut self, end: End) {
        self.tape.on.store(false, Ordering::Relaxed);
        let Some((mut file, _)) = self.writing.take() else { return };
        let failed = file.flush().err().map(|error| End::Failed(error.to_string()));
        if let Some(recording) = &mut self.look.recording {
            recording.ended = Some(failed.unwrap_or(end));
        }
        self.list();
    }

    fn list(&mut self) {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().filter_map(Result::ok);
        let mut files: Vec<_> = entries
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let known = [".jsonl", ".jsonl.gz"].iter().any(|ending| name.ends_with(ending));
                let about = entry.metadata().ok().filter(|about| known && about.is_file())?;
                Some((about.modified().ok(), TapeFile { name, bytes: about.len() }))
            })
            .collect();
        files.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| b.1.name.cmp(&a.1.name)));
        self.look.files = files.into_iter().take(LISTED).map(|(_, file)| file).collect();
    }

    fn replay(&mut self, file: &str, speed: f64) {
        let set = |to: Replay, place: &Mutex<Option<Replay>>| *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(to);
        let begun = Replay { file: file.to_owned(), speed, n: 0, ended: None };
        set(begun.clone(), &self.replay);
        // A name and no path: nothing outside of the folder is opened.
        if !self.look.files.iter().any(|known| known.name == file) {
            set(Replay { ended: Some(End::Failed("there is no such recording".to_owned())), ..begun }, &self.replay);
            return;
        }
        let (path, place) = (self.folder.join(file), Arc::clone(&self.replay));
        self.stop = Arc::default();
        let (stop, publisher) = (Arc::clone(&self.stop), self.publisher.clone());
        let work = move || {
            let mut line = OnLine::new(publisher);
            let mut drill = AsDrill::new(&mut line, format!("{:x}", Clock.now().millis()));
            let mut pace = WallPace::until(stop);
            let mut report = |progress: &Progress| set(Replay { n: progress.n_published, ..begun.clone() }, &place);
            let played = Rows::open(&path)
                .and_then(|rows| play::play(recording::recorded(rows), speed, &mut pace, &mut drill, &mut report));
            let sent = place.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map_or(0, |play| play.n);
            let (n, end) = match played {
                Ok(progress) => (progress.n_published, End::Done),
                Err(error) => (sent, End::Failed(error.to_string())),
            };
            set(Replay { n, ended: Some(end), ..begun }, &place);
        };
        match super::spawn("replay", work) {
            Ok(thread) => self.player = Some(thread),
            Err(error) => log::error!("nothing can be played back: {error}"),
        }
    }

    fn end_replay(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.player.take() {
            super::join(thread, "replay");
        }
    }
}
