//! Commit, then acknowledge, then tell: the thread that owns the store's one writer.
//!
//! It takes everything that queued up while the last commit ran, commits it in one transaction, and only then lets go
//! of it: PUBACK to the broker in the order of arrival, the application acknowledgement to the vehicle, the verdict, and
//! the notice to people. While the store cannot be written nothing is acknowledged, people are told all the same, and
//! the commit is tried again.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::announce::Announcer;
use super::queue::Queue;
use super::shadow::Watcher;
use super::stages::Told;
use super::teller::Notices;
use crate::broker::{Acker, PublishError, Publisher, Qos};
use crate::clock::Clock;
use crate::model::effect::Repeat;
use crate::model::{
    Delivery, DeviceId, EventId, Fact, Heartbeat, IncidentId, Link, LinkState, LinkStatus, Notice, Origin, OutboxItem, Record,
};
use crate::store::{Receipt, Writer};
use crate::wire;

/// Records in one transaction at most: some 0.2 s of commits, so that the first of a burst is not held up by the last. The
/// more that wait, the more of them join one incident, which is written once a transaction.
const BATCH: usize = 8_192;
/// How long the keeper sleeps when nothing comes.
const PATIENCE: Duration = Duration::from_millis(500);
/// Posts that wait for room on the connection; beyond it they are dropped, and the vehicle asks again.
const POSTS: usize = 65_536;
/// How long the end may be held up by posts.
const LAST_POSTS: Duration = Duration::from_secs(2);
/// Notices that wait for room with whoever tells people; beyond it they wait in the store's outbox for the next start.
const UNTOLD: usize = 65_536;
/// How long the keeper sleeps at most while notices wait for room.
const UNTOLD_PATIENCE: Duration = Duration::from_millis(50);
/// First and longest pause before a commit is tried again.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// What the state hands to the keeper, in the order of arrival.
#[derive(Clone, Debug)]
pub(super) enum Keep {
    /// To be stored.
    Record(Record),
    /// A report that is stored, or lies before this in the queue: acknowledge it again.
    Repeat(Repeat),
    /// Nothing to store.
    Release(Delivery),
    /// Everything before this is committed when its sender is dropped.
    Barrier(SyncSender<()>),
}

/// A message that goes out after a commit.
struct Post {
    topic: String,
    payload: Bytes,
    /// Whose acknowledgement it is.
    acknowledges: Option<IncidentId>,
}

/// The keeper's ties.
pub(super) struct Keeper {
    pub(super) writer: Writer,
    pub(super) queue: Arc<Queue<Keep>>,
    pub(super) facts: Arc<Queue<Told>>,
    pub(super) acker: Acker,
    pub(super) publisher: Publisher,
    /// Until everything that was taken in is committed; what comes later waits in the store's outbox.
    pub(super) notices: Option<Notices>,
    /// Taken out of the queue, not committed yet.
    pub(super) waiting: VecDeque<Keep>,
    /// Keys that people were told from memory while the store could not be written.
    pub(super) told_from_memory: HashSet<String>,
    /// In order; empty unless telling cannot keep up.
    pub(super) untold: VecDeque<OutboxItem>,
    /// Where there is a shadow judge.
    pub(super) watcher: Option<Watcher>,
    /// There are other seats.
    pub(super) seated: bool,
    /// Rung when something may have been listed for them.
    pub(super) listed: Arc<Notify>,
    /// Where signs of life go outside.
    pub(super) beats: Option<mpsc::Sender<Heartbeat>>,
    pub(super) announcer: Announcer,
    /// What the state and whoever listens hear of a commit: handed on in one go, so that each is woken once.
    pub(super) heard: Heard,
}

/// Collected during a commit's aftermath.
#[derive(Default)]
pub(super) struct Heard {
    facts: Vec<Told>,
    lines: Vec<String>,
}

impl Keeper {
    /// Keeps until the queue has ended. What cannot be stored by then is counted and said.
    pub(super) fn run(mut self) {
        let mut none = VecDeque::new();
        let mut posts = VecDeque::new();
        let mut patience = PATIENCE;
        while self.queue.drain(&mut self.waiting, &mut none, patience) {
            while !self.waiting.is_empty() {
                let n_batch = self.waiting.len().min(BATCH);
                let batch: Vec<Keep> = self.waiting.drain(..n_batch).collect();
                self.keep(batch, &mut posts);
            }
            self.post(&mut posts);
            self.tell_untold();
            patience = if self.untold.is_empty() { PATIENCE } else { UNTOLD_PATIENCE };
            if !posts.is_empty() {
                patience = Duration::from_millis(5);
            }
        }
        self.post(&mut posts);
    }

    fn keep(&mut self, batch: Vec<Keep>, posts: &mut VecDeque<Post>) {
        let mut records = Vec::with_capacity(batch.len());
        let mut rest = Vec::with_capacity(batch.len());
        for keep in batch {
            match keep {
                Keep::Record(record) => {
                    rest.push(None);
                    records.push(record);
                }
                other => rest.push(Some(other)),
            }
        }
        let Some(receipts) = self.commit(&records) else { return };
        let committed_at = Clock.now();
        if self.seated && !records.is_empty() {
            self.listed.notify_one();
        }
        // Each record goes with its answer, before the state hears of it: what only the state holds it need not copy.
        let mut receipts = records.into_iter().zip(receipts);
        for other in rest {
            match other {
                Some(Keep::Release(delivery)) => self.acker.ack(delivery),
                Some(Keep::Barrier(saved)) => {
                    self.notices = None;
                    self.beats = None;
                    self.post_last(posts);
                    self.hand_on();
                    drop(saved);
                }
                Some(Keep::Repeat(Repeat { event, incident, device, origin, delivery })) => {
                    if let Some(delivery) = delivery {
                        self.acker.ack(delivery);
                    }
                    push_post(posts, ack_post(origin, &device, &event, &incident));
                }
                Some(Keep::Record(_)) | None => {
                    let Some((record, receipt)) = receipts.next() else { continue };
                    self.let_go(&record, receipt, committed_at, posts);
                }
            }
        }
        self.hand_on();
    }

    /// Hands on what was collected. May wait for room: the state itself waits for nobody, so it always makes some.
    fn hand_on(&mut self) {
        self.announcer.say_all(&mut self.heard.lines);
        if !self.heard.facts.is_empty() && self.facts.is_closed() {
            log::warn!("the state has ended: {} reports of the store were not shown", self.heard.facts.len());
        }
        self.facts.push_all_wait(&mut self.heard.facts);
    }

    /// Commits, trying again until it succeeds; `None` when the line ended before it did.
    fn commit(&mut self, records: &[Record]) -> Option<Vec<Receipt>> {
        if records.is_empty() {
            return Some(Vec::new());
        }
        let mut pause = RETRY.0;
        loop {
            match self.writer.commit(records) {
                Ok(receipts) => {
                    if pause > RETRY.0 {
                        self.link(LinkStatus::plain(LinkState::Up));
                        self.told_from_memory.clear();
                    }
                    return Some(receipts);
                }
                Err(error) => {
                    log::error!("the store cannot be written: {error}");
                    self.link(LinkStatus {
                        reason: format!("{error}."),
                        raw: error.to_string(),
                        ..LinkStatus::plain(LinkState::Down)
                    });
                    self.tell_from_memory(records);
                    if self.queue.is_closed() {
                        log::error!("{} records are lost: the line ended while the store could not be written", records.len());
                        self.report(Fact::Unsaved(records.len() as u64));
                        return None;
                    }
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(RETRY.1);
                }
            }
        }
    }

    /// Fail towards the human: while nothing can be stored people are told all the same, once, under the same key; also of
    /// what waits behind the records that cannot be stored.
    fn tell_from_memory(&mut self, records: &[Record]) {
        let mut notices = Vec::new();
        let mut look = |record: &Record| {
            let new = |notice: &&Notice| notice.origin.is_real() && !self.told_from_memory.contains(&notice.dedup_key);
            notices.extend(notice_of(record).filter(new).cloned());
        };
        records.iter().for_each(&mut look);
        let mut look_at = |keep: &Keep| {
            if let Keep::Record(record) = keep {
                look(record);
            }
        };
        self.waiting.iter().for_each(&mut look_at);
        self.queue.look_at_urgent(look_at);
        for notice in notices {
            if self.told_from_memory.insert(notice.dedup_key.clone()) {
                self.tell(OutboxItem::new(notice));
            }
        }
    }

    fn let_go(&mut self, record: &Record, receipt: Receipt, at: crate::model::Timestamp, posts: &mut VecDeque<Post>) {
        match receipt {
            Receipt::Crash { incident, event, duplicate, delivery, notice, origin, device } => {
                if let Some(delivery) = delivery {
                    self.acker.ack(delivery);
                }
                if !matches!(record, Record::Crash(stored) if !stored.was_sent()) {
                    push_post(posts, ack_post(origin, &device, &event, &incident));
                }
                if let Record::Crash(stored) = record {
                    // For a duplicate the state opened an incident that is void: it must hear of that one.
                    let filed = stored.incident.id.clone();
                    // What another seat stored under the same name is no other incident.
                    let void = duplicate && !(self.seated && filed == incident);
                    self.report(Fact::Stored { incident: filed, event: Some(event), duplicate: void, at });
                    if !duplicate && stored.was_sent() {
                        let topic = wire::verdict_topic(origin, &device);
                        let about = wire::About {
                            report: &stored.report,
                            vehicle: &device,
                            occurred_at: stored.incident.occurred_at,
                            incident: Some(&incident),
                            judged_at: at,
                            judge: stored.judge.as_ref(),
                        };
                        let payload = wire::verdict_json(&stored.verdict, &stored.verdict_json, about);
                        push_post(posts, Post { topic, payload: payload.into(), acknowledges: None });
                    }
                    if !duplicate && (stored.was_sent() || stored.event.is_verdict()) {
                        self.heard.lines.extend(self.announcer.verdict(stored));
                    }
                    if !duplicate && stored.incident.events.first() == Some(&stored.event) {
                        self.heard.lines.extend(self.announcer.incident(&stored.incident));
                    }
                }
                if let Some(item) = notice {
                    self.tell(item);
                }
                // Last: everything that matters is done.
                if let (Some(watcher), Record::Crash(stored), false) = (&self.watcher, record, duplicate)
                    && stored.was_sent()
                {
                    watcher.watch(stored);
                }
            }
            Receipt::Incident { incident, known, notice, .. } => {
                if known {
                    self.report(Fact::Stored { incident, event: None, duplicate: false, at });
                    if let Record::Incident { incident, audit: None, notice: Some(_) } = record {
                        self.heard.lines.extend(self.announcer.incident(incident));
                    }
                }
                if let Some(item) = notice {
                    self.tell(item);
                }
            }
            Receipt::Failed { reason } => {
                log::error!("a record could not be stored: {reason}");
                self.report(Fact::Unsaved(1));
                notice_of(record)
                    .filter(|notice| notice.origin.is_real())
                    .into_iter()
                    .for_each(|notice| self.tell(OutboxItem::new(notice.clone())));
            }
            Receipt::Elsewhere { incident, seat, items } => {
                if let Some(incident) = incident {
                    self.report(Fact::Elsewhere { incident, seat, at });
                }
                for item in items {
                    self.tell(item);
                }
            }
            Receipt::Pruned { incidents, .. } => {
                if !incidents.is_empty() {
                    self.report(Fact::Pruned(incidents));
                }
            }
            Receipt::Register(book) | Receipt::Book(book) => {
                if !book.is_empty() {
                    self.report(Fact::BookChanged { book: Box::new(book), at });
                }
            }
            Receipt::Import { incident } => self.report(Fact::Stored { incident, event: None, duplicate: false, at }),
            Receipt::Heartbeat(beat) => {
                // One that is still on its way has the road for itself.
                if let Some(Err(TrySendError::Closed(_))) = self.beats.as_ref().map(|beats| beats.try_send(beat)) {
                    self.beats = None;
                }
            }
            Receipt::Step { .. }
            | Receipt::Version { .. }
            | Receipt::Faults
            | Receipt::Spike
            | Receipt::Silencing
            | Receipt::SignIn
            | Receipt::Invocations
            | Receipt::Told
            | Receipt::Shared
            | Receipt::Samples(_) => {}
        }
    }

    fn tell(&mut self, item: OutboxItem) {
        if self.untold.len() < UNTOLD {
            self.untold.push_back(item);
            self.tell_untold();
        } else {
            log::error!("too many notices wait: {} is told at the next start", item.notice.dedup_key);
        }
    }

    /// Hands on as many notices as there is room for, in order.
    fn tell_untold(&mut self) {
        let Some(notices) = &self.notices else {
            // The line ends: they are in the store's outbox and are told at the next start.
            self.untold.clear();
            return;
        };
        while let Some(item) = self.untold.pop_front() {
            match notices.try_send(item) {
                Ok(()) => {}
                Err(TrySendError::Full(item)) => {
                    self.untold.push_front(item);
                    return;
                }
                Err(TrySendError::Closed(item)) => log::error!("nobody is there to tell {}", item.notice.dedup_key),
            }
        }
    }

    fn post(&mut self, posts: &mut VecDeque<Post>) {
        let mut at = None;
        while let Some(post) = posts.pop_front() {
            // Cloning shares the bytes.
            match self.publisher.publish(&post.topic, post.payload.clone(), Qos::AtMostOnce, None) {
                Ok(()) => {
                    if let Some(incident) = post.acknowledges {
                        let at = *at.get_or_insert_with(|| Clock.now());
                        self.report(Fact::AckSent { incident, at });
                    }
                }
                Err(PublishError::QueueFull) => {
                    posts.push_front(post);
                    break;
                }
                // The vehicle sends its report again until it is acknowledged, so nothing is lost with this.
                Err(_) => self.report(Fact::Unpublished(1)),
            }
        }
        self.hand_on();
    }

    /// At the end: what is committed is acknowledged while there still is a connection.
    fn post_last(&mut self, posts: &mut VecDeque<Post>) {
        let begin = Clock.instant();
        self.post(posts);
        while !posts.is_empty() && begin.elapsed() < LAST_POSTS {
            std::thread::sleep(Duration::from_millis(5));
            self.post(posts);
        }
    }

    fn link(&mut self, status: LinkStatus) {
        self.report(Fact::Linked { link: Link::Store, status, at: Clock.now() });
        self.hand_on();
    }

    /// Goes out with [`Self::hand_on`].
    fn report(&mut self, fact: Fact) {
        self.heard.facts.push(Told::Fact(fact));
    }
}

fn ack_post(origin: Origin, device: &DeviceId, event: &EventId, incident: &IncidentId) -> Post {
    Post {
        topic: wire::ack_topic(origin, device),
        payload: wire::ack_json(event, incident).into(),
        acknowledges: Some(incident.clone()),
    }
}

fn push_post(posts: &mut VecDeque<Post>, post: Post) {
    if posts.len() >= POSTS {
        posts.pop_front();
    }
    posts.push_back(post);
}

fn notice_of(record: &Record) -> Option<&Notice> {
    match record {
        Record::Crash(record) => record.notice.as_ref(),
        Record::Incident { notice, .. } => notice.as_ref(),
        _ => None,
    }
}
