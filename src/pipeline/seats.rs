//! The thread between this seat's store and the log that the seats share. It holds nothing up: what is stored here is stored,
//! acknowledged and told whether or not the log is there, and goes into the log when it is.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};

use super::keeper::Keep;
use super::linked;
use super::queue::Queue;
use super::stages::Told;
use crate::clock::Clock;
use crate::model::{Elsewhere, Fact, Leave, Link, LinkState, LinkStatus, Record, SeatsLook};
use crate::outbound::gate::{Ask, Gate};
use crate::seats::{self, Log, Settings};
use crate::store::{Seat, Spool};

/// Questions of those who tell people, at most; one waits for its answer in each of their attempts.
const ASKS: usize = 256;
/// Between two signs of life of a seat.
const HERE_EVERY: Duration = Duration::from_secs(5);
/// Without news, how often the log is read all the same: news may be lost with a connection that is half dead.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// First and longest pause before the log is tried again.
const RETRY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));
/// At the end, how long what is still listed may take on its way into the log; the rest goes at the next start.
const LAST_CHANGES: Duration = Duration::from_secs(2);

/// The running thread.
pub(super) struct Seats {
    enough: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

/// What the link says before the first connection.
pub(super) fn first_status(settings: &Settings) -> LinkStatus {
    if settings.url.is_none() {
        let reason = "This is the only seat: set url in [seats] of the settings to share incidents with others.".to_owned();
        return LinkStatus { reason, ..LinkStatus::plain(LinkState::NotSet) };
    }
    LinkStatus::plain(LinkState::Connecting)
}

/// The thread's ties.
pub(super) struct Ties {
    pub(super) settings: Settings,
    pub(super) seat: Seat,
    pub(super) spool: Spool,
    pub(super) facts: Arc<Queue<Told>>,
    pub(super) keep: Arc<Queue<Keep>>,
    /// Rung by the keeper after each commit.
    pub(super) listed: Arc<Notify>,
}

/// Whom those who tell people ask, and where it is answered.
pub(super) fn gate() -> (Gate, mpsc::Receiver<Ask>) {
    let (asks, asked) = mpsc::channel(ASKS);
    (Gate::asking(asks), asked)
}

/// Starts it.
pub(super) fn start(ties: Ties, asks: mpsc::Receiver<Ask>) -> std::io::Result<Seats> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (enough, enough_said) = oneshot::channel();
    let thread = super::spawn("seats", move || {
        let cursor = ties.seat.cursor;
        let mut meeting = Meeting {
            ties,
            asks,
            enough: enough_said,
            cursor,
            shared_to: 0,
            n_connects: 0,
            n_waiting: 0,
            look: SeatsLook::default(),
            tried: false,
        };
        runtime.block_on(meeting.run());
        runtime.shutdown_background();
    })?;
    Ok(Seats { enough, thread })
}

impl Seats {
    /// Shares what is still listed, for a moment, and ends.
    pub(super) fn stop(self) {
        // It may have ended by itself, and then nobody listens.
        self.enough.send(()).ok();
        super::wait_for(&self.thread, LAST_CHANGES);
    }
}

/// Why the connection is left.
enum End {
    /// The line ends.
    Enough,
    /// The log went away or refused.
    Lost(String),
}

impl From<seats::Error> for End {
    fn from(error: seats::Error) -> Self {
        Self::Lost(error.to_string())
    }
}

struct Meeting {
    ties: Ties,
    asks: mpsc::Receiver<Ask>,
    enough: oneshot::Receiver<()>,
    /// The place in the log up to which all was handed to the keeper.
    cursor: i64,
    /// The entry of our list up to which all is in the log.
    shared_to: i64,
    n_connects: u32,
    n_waiting: u64,
    /// What was last seen of the others.
    look: SeatsLook,
    /// The first attempt to connect is over.
    tried: bool,
}

impl Meeting {
    async fn run(&mut self) {
        let mut pause = RETRY.0;
        loop {
            let connected = self.connect().await;
            self.tried = true;
            let why = match connected {
                Ok(mut log) => {
                    pause = RETRY.0;
                    self.n_connects = self.n_connects.saturating_add(1);
                    self.link(LinkStatus { n_connects: self.n_connects, ..LinkStatus::plain(LinkState::Up) });
                    match self.meet(&mut log).await {
                        End::Enough => return,
                        End::Lost(why) => why,
                    }
                }
                Err(End::Enough) => return,
                Err(End::Lost(why)) => why,
            };
            log::warn!("the log that the seats share cannot be used: {why}");
            let next = Clock.now().plus_micros(pause.as_micros() as i64);
            self.link(LinkStatus {
                reason: format!(
                    "The store that the seats share cannot be reached: {why}. This seat goes on alone, stores and tells, and \
                     the others see its changes when it is back. Check the database and [seats] in the settings."
                ),
                raw: why,
                next_try_at: Some(next),
                ..LinkStatus::plain(LinkState::Down)
            });
            self.look_alone();
            let until = tokio::time::Instant::now() + pause;
            pause = (pause * 2).min(RETRY.1);
            loop {
                tokio::select! {
                    () = tokio::time::sleep_until(until) => break,
                    _ = &mut self.enough => return,
                    Some(ask) = self.asks.recv() => alone(ask),
                }
            }
        }
    }

    async fn connect(&mut self) -> Result<Log, End> {
        let connecting = Log::connect(&self.ties.settings, &self.ties.seat.id);
        tokio::pin!(connecting);
        loop {
            tokio::select! {
                log = &mut connecting => return Ok(log?),
                _ = &mut self.enough => return Err(End::Enough),
                // At the start a moment's patience spares people a page from each seat.
                Some(ask) = self.asks.recv(), if self.tried => alone(ask),
            }
        }
    }

    /// Gives and takes until the connection is gone or the line ends.
    async fn meet(&mut self, log: &mut Log) -> End {
        let mut here_at = tokio::time::Instant::now();
        loop {
            if let Err(end) = self.give_and_take(log).await {
                return end;
            }
            if here_at <= tokio::time::Instant::now() {
                if let Err(error) = self.look_around(log).await {
                    return error.into();
                }
                here_at = tokio::time::Instant::now() + HERE_EVERY;
            }
            tokio::select! {
                () = self.ties.listed.notified() => {}
                there = log.wait() => if !there {
                    return End::Lost("the connection was cut".to_owned());
                },
                Some(ask) = self.asks.recv() => if let Err(error) = answer(log, ask).await {
                    return error.into();
                },
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = &mut self.enough => {
                    return match self.give(log).await {
                        Ok(()) => End::Enough,
                        Err(end) => end,
                    };
                }
            }
        }
    }

    async fn give_and_take(&mut self, log: &mut Log) -> Result<(), End> {
        self.give(log).await?;
        loop {
            let news = log.after(self.cursor).await?;
            let Some(last) = news.last().map(|elsewhere| elsewhere.seq) else { return Ok(()) };
            for elsewhere in news {
                // Of our own only the last moves the place in the log.
                if elsewhere.change.is_some() || elsewhere.seq == last {
                    self.keep(Record::Elsewhere(Box::new(Elsewhere { ..elsewhere })))?;
                }
            }
            self.cursor = last;
            self.answer_waiting(log).await?;
        }
    }

    /// Puts what is listed into the log.
    async fn give(&mut self, log: &mut Log) -> Result<(), End> {
        loop {
            let listed = self.ties.spool.next(self.shared_to).map_err(|error| End::Lost(error.to_string()))?;
            let Some(listed) = listed else {
                self.n_waiting = 0;
                return Ok(());
            };
            self.n_waiting = listed.n_waiting;
            log.add(listed.last, &listed.changes).await?;
            self.shared_to = listed.last;
            self.keep(Record::Shared(listed.last))?;
            self.answer_waiting(log).await?;
        }
    }

    /// Whoever is to tell people does not wait until everything is shared.
    async fn answer_waiting(&mut self, log: &Log) -> Result<(), End> {
        while let Ok(ask) = self.asks.try_recv() {
            answer(log, ask).await?;
        }
        Ok(())
    }

    async fn look_around(&mut self, log: &Log) -> Result<(), seats::Error> {
        log.here().await?;
        self.look = SeatsLook { others: log.others().await?, n_waiting: self.n_waiting, at: Clock.now() };
        self.looked();
        Ok(())
    }

    /// While the log is away: how much waits for it. Of the others nothing new is known.
    fn look_alone(&mut self) {
        match self.ties.spool.n_waiting(self.shared_to) {
            Ok(n_waiting) => self.look.n_waiting = n_waiting,
            Err(error) => log::warn!("what waits for the other seats cannot be counted: {error}"),
        }
        // Nobody said that they are there, so they get older.
        let now = Clock.now();
        let passed = now.secs_since(std::mem::replace(&mut self.look.at, now));
        self.look.others.iter_mut().for_each(|seat| seat.secs += passed);
        self.looked();
    }

    fn looked(&self) {
        drop(self.ties.facts.push_wait(Told::Fact(Fact::SeatsLooked(Arc::new(self.look.clone())))));
    }

    fn keep(&self, record: Record) -> Result<(), End> {
        self.ties.keep.push_wait(Keep::Record(record)).map_err(|_closed| End::Enough)
    }

    fn link(&self, status: LinkStatus) {
        drop(self.ties.facts.push_wait(Told::Fact(linked(Link::Seats, status))));
    }
}

/// Without the log each seat tells what it knows, under the same key.
fn alone(ask: Ask) {
    match ask {
        Ask::Leave { answer, .. } => drop(answer.send(Leave::Go)),
        // It stands in the outbox of this seat, and the others hear of it with the incident.
        Ask::Settled { known, .. } => drop(known.send(())),
    }
}

async fn answer(log: &Log, ask: Ask) -> Result<(), seats::Error> {
    match ask {
        Ask::Leave { key, channel, answer } => {
            let leave = log.leave(&key, channel).await;
            // Unsure means that people are told.
            answer.send(*leave.as_ref().unwrap_or(&Leave::Go)).ok();
            leave.map(drop)
        }
        Ask::Settled { key, channel, known } => {
            log.settle(&key, channel).await?;
            known.send(()).ok();
            Ok(())
        }
    }
}
