//! The thread that tells people: takes notices from the outbox, and reports to the state and to the store.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::keeper::Keep;
use super::queue::Queue;
use super::stages::Told;
use crate::model::{Fact, Heartbeat, Link, LinkState, LinkStatus, OutboxItem};
use crate::outbound::{self, Outbound, Watchdog};

/// Notices on their way out; the store's outbox holds them all.
const WAITING: usize = 4_096;

/// Whoever holds it may hand notices over.
pub(super) type Notices = mpsc::Sender<OutboxItem>;

/// The running thread.
pub(super) struct Teller {
    notices: Notices,
    beats: Option<mpsc::Sender<Heartbeat>>,
    enough: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Teller {
    /// Sets up the channels and starts.
    pub(super) fn start(
        outbound: Outbound,
        watchdog: Option<Watchdog>,
        facts: Arc<Queue<Told>>,
        keep: Arc<Queue<Keep>>,
    ) -> std::io::Result<Self> {
        let (notices, items) = mpsc::channel(WAITING);
        let (enough, enough_said) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        // One at a time: a receiver that hangs is not besieged.
        let (beats, heard) = mpsc::channel(1);
        let beats = watchdog.is_some().then_some(beats);
        let report: Arc<dyn Fn(Fact) + Send + Sync> = Arc::new({
            let facts = Arc::clone(&facts);
            move |fact| drop(facts.push_wait(Told::Fact(fact)))
        });
        let sink = Arc::new(move |told: outbound::Told| {
            // Both wait at most for stages that wait for nobody.
            if keep.try_push(Keep::Record(told.record())).is_err() {
                log::error!("what became of the notice {} could not be stored: it may be sent again", told.notice.dedup_key);
            }
            drop(facts.push_wait(Told::Fact(told.fact())));
        });
        let thread = super::spawn("outbound", move || {
            if let Some(watchdog) = watchdog {
                runtime.spawn(watchdog.run(heard, report));
            }
            runtime.block_on(async {
                tokio::select! {
                    () = outbound.run(items, sink) => {}
                    _ = enough_said => {}
                }
            });
            runtime.shutdown_background();
        })?;
        Ok(Self { notices, beats, enough, thread })
    }

    /// For whoever has notices.
    pub(super) fn notices(&self) -> Notices {
        self.notices.clone()
    }

    /// For whoever has signs of life; `None` where nobody outside waits for them.
    pub(super) fn beats(&self) -> Option<mpsc::Sender<Heartbeat>> {
        self.beats.clone()
    }

    /// Tells what is waiting, for at most `grace`; what is left is in the store's outbox and told at the next start.
    /// Every other holder of [`Notices`] must be gone, or nothing ends before the grace does.
    pub(super) fn stop(self, grace: Duration) {
        drop(self.notices);
        super::wait_for(&self.thread, grace);
        // The thread may have ended by itself, and then nobody listens.
        self.enough.send(()).ok();
        super::join(self.thread, "outbound");
    }
}

/// What the notify chip says before anything was sent.
pub(super) fn first_status(outbound: &Outbound) -> LinkStatus {
    let channels = outbound.channels();
    if channels.is_empty() {
        let reason = format!("Nobody is told of incidents: {} of the settings.", outbound::HOW_TO_TELL);
        return LinkStatus { reason, ..LinkStatus::plain(LinkState::NotSet) };
    }
    // "Up" is said only of what was reached.
    LinkStatus { reason: channels.join(", "), ..LinkStatus::plain(LinkState::Connecting) }
}

/// The link that the notify chip shows.
pub(super) const LINK: Link = Link::Notify;
