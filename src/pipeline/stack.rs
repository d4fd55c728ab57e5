//! The thread that looks at functions on AWS. It reads only, so it holds nobody up and is not waited for.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use super::queue::Queue;
use super::stages::Told;
use super::{Error, linked};
use crate::aws::Environment;
use crate::model::{Fact, Link, LinkState, LinkStatus, StackLook};
use crate::stack::{Settings, Watcher};

/// At the end, how long a look may go on.
const LAST_LOOK: Duration = Duration::from_millis(200);

/// The running thread.
pub(super) struct Stack {
    enough: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

/// What the link says before the first look.
pub(super) fn first_status(settings: &Settings) -> LinkStatus {
    if settings.functions.is_empty() {
        let reason = "No functions on AWS are watched: name them in [stack] of the settings.".to_owned();
        return LinkStatus { reason, ..LinkStatus::plain(LinkState::NotSet) };
    }
    LinkStatus::plain(LinkState::Connecting)
}

/// Starts looking, where functions are named.
pub(super) fn start(settings: &Settings, facts: Arc<Queue<Told>>) -> Result<Option<Stack>, Error> {
    let Some(mut watcher) = Watcher::new(settings, Environment::of_process())? else { return Ok(None) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (enough, mut enough_said) = oneshot::channel();
    let thread = super::spawn("stack", move || {
        let mut n_looks = 0_u32;
        loop {
            let every = watcher.every();
            let look = runtime.block_on(async {
                tokio::select! {
                    look = watcher.look() => Some(look),
                    _ = &mut enough_said => None,
                }
            });
            let Some(look) = look else { return };
            n_looks = n_looks.saturating_add(1);
            let status = LinkStatus { n_connects: n_looks, ..status(&look) };
            let told = facts.push_wait(Told::Fact(linked(Link::Stack, status)));
            if told.is_err() || facts.push_wait(Told::Fact(Fact::StackLooked(Arc::new(look)))).is_err() {
                return;
            }
            let waited = runtime.block_on(async { tokio::time::timeout(every, &mut enough_said).await });
            if waited.is_ok() {
                return;
            }
        }
    })?;
    Ok(Some(Stack { enough, thread }))
}

/// How the link is after a look: down where nothing at all could be read.
fn status(look: &StackLook) -> LinkStatus {
    let problems: Vec<String> = look.problems().collect();
    let Some(first) = problems.first() else { return LinkStatus::plain(LinkState::Up) };
    let state = if look.is_blank() { LinkState::Down } else { LinkState::Degraded };
    let more = problems.len() - 1;
    let reason = if more == 0 { format!("{first}.") } else { format!("{first}. {more} more like it.") };
    LinkStatus { reason, raw: problems.join("\n"), ..LinkStatus::plain(state) }
}

impl Stack {
    /// Stops at once.
    pub(super) fn stop(self) {
        // It may have ended by itself, and then nobody listens.
        self.enough.send(()).ok();
        super::wait_for(&self.thread, LAST_LOOK);
    }
}
