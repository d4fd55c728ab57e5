//! One channel's worker: which notice is next, and when again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::{Id, JoinSet};

#[cfg(feature = "line")]
use super::email::Email;
use super::gate::Gate;
use super::retry::Pace;
use super::topic::Topic;
use super::webhook::Webhook;
use super::{RealNotice, Sink, Told, WAITING, desktop};
use crate::clock::Clock;
use crate::model::{DeliveryOutcome, IncidentId, Leave, OutboxItem, Timestamp};

/// Attempts under way at once, so that one that hangs does not hold up the others.
const AT_ONCE: usize = 8;

/// A way to tell people.
#[derive(Clone, Debug)]
pub(super) enum Channel {
    Webhook(Webhook),
    #[cfg(feature = "line")]
    Email(Email),
    Sns(Topic),
    Desktop,
}

/// What came of one attempt.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Attempt {
    /// The channel took it.
    Accepted,
    /// It may work later; not before `after`, where the receiver asked for it.
    Retry { reason: String, after: Option<Duration> },
    /// It will never work as it is.
    Refused { reason: String },
    /// Another seat is at it; ask again after this.
    Elsewhere(Duration),
    /// Another seat has sent it, or was refused for good.
    Settled,
}

impl Channel {
    /// Its name in the store and in reports.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Webhook(_) => "webhook",
            #[cfg(feature = "line")]
            Self::Email(_) => "email",
            Self::Sns(_) => "sns",
            Self::Desktop => "desktop",
        }
    }

    /// Whom it reaches, in words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Webhook(webhook) => format!("webhook {}", webhook.host()),
            #[cfg(feature = "line")]
            Self::Email(email) => format!("email {}", email.host()),
            Self::Sns(topic) => format!("SNS topic {}", topic.name()),
            Self::Desktop => "desktop".to_owned(),
        }
    }

    /// Reaches people beyond this desk: of several seats one is to do it.
    const fn is_outside(&self) -> bool {
        !matches!(self, Self::Desktop)
    }

    async fn send(self, real: RealNotice) -> Attempt {
        match self {
            Self::Webhook(webhook) => webhook.send(&real).await,
            #[cfg(feature = "line")]
            Self::Email(email) => email.send(&real).await,
            Self::Sns(topic) => topic.send(&real).await,
            Self::Desktop => desktop::show(real).await,
        }
    }
}

/// Sends, where it is for this seat to do it.
async fn attempt(channel: Channel, gate: Gate, real: RealNotice) -> Attempt {
    if !channel.is_outside() {
        return channel.send(real).await;
    }
    let (key, name) = (real.notice().dedup_key.clone(), channel.name());
    match gate.leave(&key, name).await {
        Leave::Go => {}
        Leave::Wait(after) => return Attempt::Elsewhere(after),
        Leave::Settled => return Attempt::Settled,
    }
    let attempt = channel.send(real).await;
    if matches!(attempt, Attempt::Accepted | Attempt::Refused { .. }) {
        gate.settled(&key, name).await;
    }
    attempt
}

/// A notice on its way through one channel.
#[derive(Debug)]
pub(super) struct Job {
    real: RealNotice,
    fate: Arc<Fate>,
    n_failures: u32,
    due: Instant,
    /// Its place in the order of arrival at this channel.
    place: u64,
    /// That it waits for the receiver's patience to end was said since it was tried last.
    held: bool,
}

/// What the channels that got a notice make of it together.
#[derive(Debug)]
struct Fate {
    /// Channels that have neither taken nor refused it.
    n_open: AtomicUsize,
    /// One took it.
    taken: AtomicBool,
    /// Those that are settled once all these have refused, where there are others that can be told then.
    tried: Option<Vec<String>>,
}

impl Job {
    /// One for each of `n` channels; where all of them refuse and `tried` is there, all others are told.
    pub(super) fn for_each(real: RealNotice, n: usize, tried: Option<Vec<String>>) -> impl Iterator<Item = Self> {
        let fate = Arc::new(Fate { n_open: AtomicUsize::new(n), taken: AtomicBool::new(false), tried });
        let due = Clock.instant();
        (0..n).map(move |_| Self { real: real.clone(), fate: Arc::clone(&fate), n_failures: 0, due, place: 0, held: false })
    }

    fn incident(&self) -> &IncidentId {
        &self.real.notice().incident
    }
}

/// Works until `jobs` is closed and nothing is left that was never tried.
pub(super) async fn work(
    channel: Channel,
    pace: Pace,
    mut jobs: mpsc::Receiver<Job>,
    fell: mpsc::Sender<OutboxItem>,
    gate: Gate,
    sink: Arc<dyn Sink>,
) {
    let mut worker = Worker {
        channel,
        pace,
        fell,
        gate,
        sink,
        waiting: VecDeque::new(),
        n_taken: 0,
        under_way: HashMap::new(),
        attempts: JoinSet::new(),
        paused: None,
    };
    let mut open = true;
    loop {
        if !open {
            // What was tried already, or may not be tried now, lies in the outbox and comes back with the next start.
            let paused = worker.is_paused(Clock.instant());
            worker.waiting.retain(|job| job.n_failures == 0 && !paused);
        }
        let wake = worker.start_what_is_due();
        if !open && worker.waiting.is_empty() && worker.under_way.is_empty() {
            return;
        }
        tokio::select! {
            job = jobs.recv(), if open && worker.waiting.len() < WAITING => match job {
                Some(job) => worker.take(job),
                None => open = false,
            },
            Some(done) = worker.attempts.join_next_with_id() => match done {
                Ok((id, attempt)) => worker.settle(id, attempt),
                Err(error) => {
                    let reason = "the attempt broke off inside fleetwatch".to_owned();
                    worker.settle(error.id(), Attempt::Retry { reason, after: None });
                }
            },
            () = tokio::time::sleep_until(wake.unwrap_or_else(|| Clock.instant()).into()), if wake.is_some() => {}
        }
    }
}

struct Worker {
    channel: Channel,
    pace: Pace,
    /// Takes what every channel of its route has refused.
    fell: mpsc::Sender<OutboxItem>,
    /// Knows the other seats.
    gate: Gate,
    sink: Arc<dyn Sink>,
    /// In order of arrival.
    waiting: VecDeque<Job>,
    n_taken: u64,
    under_way: HashMap<Id, Job>,
    attempts: JoinSet<Attempt>,
    /// The receiver asked for patience.
    paused: Option<Pause>,
}

/// Nothing goes out for now.
struct Pause {
    /// Until then.
    until: Instant,
    /// The same by the clock on the wall.
    at: Timestamp,
    /// What the receiver answered.
    reason: String,
}

impl Worker {
    fn take(&mut self, job: Job) {
        self.n_taken += 1;
        self.waiting.push_back(Job { place: self.n_taken, ..job });
    }

    fn is_paused(&self, now: Instant) -> bool {
        self.paused.as_ref().is_some_and(|pause| pause.until > now)
    }

    /// Says of each notice that waits for the receiver's patience to end that it does: once, however often it is asked for.
    fn hold_back(&mut self) {
        let Some(pause) = &self.paused else { return };
        for job in self.waiting.iter_mut().filter(|job| !job.held) {
            job.held = true;
            self.sink.told(Told {
                notice: Arc::new(job.real.notice().clone()),
                channel: self.channel.name().into(),
                outcome: DeliveryOutcome::Waiting { reason: pause.reason.clone(), until: pause.at },
                words: format!("{}: waits until {}, since {}", self.channel.words(), pause.at.rfc3339(), pause.reason),
                last: false,
                at: Clock.now(),
            });
        }
    }

    /// Starts every attempt that may start now; answers when the next may.
    fn start_what_is_due(&mut self) -> Option<Instant> {
        let now = Clock.instant();
        if self.is_paused(now) {
            self.hold_back();
            return self.paused.as_ref().filter(|_| !self.waiting.is_empty()).map(|pause| pause.until);
        }
        self.paused = None;
        // An earlier notice of the same incident goes first, however often it fails: "resolved" never overtakes "opened".
        let mut taken: HashSet<IncidentId> = self.under_way.values().map(|job| job.incident().clone()).collect();
        let mut wake: Option<Instant> = None;
        let mut idx = 0;
        while idx < self.waiting.len() && self.under_way.len() < AT_ONCE {
            let job = &self.waiting[idx];
            let due = job.due;
            let first = taken.insert(job.incident().clone());
            if first && due <= now {
                if let Some(job) = self.waiting.remove(idx) {
                    let attempt = self.attempts.spawn(attempt(self.channel.clone(), self.gate.clone(), job.real.clone()));
                    self.under_way.insert(attempt.id(), job);
                }
                continue;
            }
            if first {
                wake = Some(wake.map_or(due, |wake| wake.min(due)));
            }
            idx += 1;
        }
        wake
    }

    fn settle(&mut self, id: Id, attempt: Attempt) {
        let Some(mut job) = self.under_way.remove(&id) else { return };
        job.held = false;
        let at = Clock.now();
        let outcome = match attempt {
            Attempt::Elsewhere(after) => {
                job.due = Clock.instant() + after;
                self.put_back(job);
                return;
            }
            Attempt::Settled => {
                // That seat's answer comes with its incident.
                job.fate.n_open.fetch_sub(1, Ordering::AcqRel);
                job.fate.taken.store(true, Ordering::Release);
                return;
            }
            Attempt::Accepted => DeliveryOutcome::Accepted,
            Attempt::Refused { reason } => DeliveryOutcome::Refused { reason },
            Attempt::Retry { reason, after } => {
                job.n_failures = job.n_failures.saturating_add(1);
                let delay = self.pace.delay(job.n_failures, fastrand::f64(), after);
                job.due = Clock.instant() + delay;
                let next = at.plus_micros(delay.as_micros() as i64);
                if after.is_some() && self.paused.as_ref().is_none_or(|pause| pause.until < job.due) {
                    self.paused = Some(Pause { until: job.due, at: next, reason: reason.clone() });
                }
                DeliveryOutcome::Retrying { reason, at: next }
            }
        };
        let whom = self.channel.words();
        let words = match &outcome {
            DeliveryOutcome::Accepted => format!("{whom}: accepted"),
            DeliveryOutcome::Refused { reason } => format!("{whom}: refused, {reason}"),
            DeliveryOutcome::Retrying { reason, .. } => format!("{whom}: attempt {} failed, {reason}", job.n_failures),
            DeliveryOutcome::Waiting { .. } | DeliveryOutcome::WouldHave => String::new(),
        };
        let retrying = matches!(outcome, DeliveryOutcome::Retrying { .. });
        if outcome == DeliveryOutcome::Accepted {
            job.fate.taken.store(true, Ordering::Release);
        }
        let end = !retrying && job.fate.n_open.fetch_sub(1, Ordering::AcqRel) == 1;
        let falls = end && !job.fate.taken.load(Ordering::Acquire);
        let falls = job.fate.tried.as_ref().filter(|_| falls);
        let notice = job.real.notice();
        let told = Told {
            notice: Arc::new(notice.clone()),
            channel: self.channel.name().into(),
            outcome,
            words,
            last: end && falls.is_none(),
            at,
        };
        self.sink.told(told);
        if let Some(tried) = falls {
            let item = OutboxItem { settled: tried.clone(), ..OutboxItem::new(notice.clone()) };
            if self.fell.try_send(item).is_err() {
                log::error!("{} is not told through other channels before the next start", notice.dedup_key);
            }
        }
        if retrying {
            self.put_back(job);
        }
    }

    /// In its old place, so that the order of arrival stands.
    fn put_back(&mut self, job: Job) {
        let idx = self.waiting.partition_point(|other| other.place < job.place);
        self.waiting.insert(idx, job);
    }
}
