//! The thread that looks at functions on AWS, and asks what they cost. It reads only, so it holds nobody up and is not waited for.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use super::queue::Queue;
use super::stages::Told;
use super::{Error, linked};
use crate::aws::Environment;
use crate::clock::Clock;
use crate::model::{Fact, Link, LinkState, LinkStatus, StackLook};
use crate::stack::{Accountant, Settings, Watcher, actuals};

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

/// Starts looking, where functions are named, and asking what the month cost, where that is allowed.
pub(super) fn start(settings: &Settings, data_dir: &Path, facts: Arc<Queue<Told>>) -> Result<Option<Stack>, Error> {
    let environment = Environment::of_process();
    let (watcher, accountant) = (Watcher::new(settings, environment.clone())?, Accountant::new(settings, &environment)?);
    if watcher.is_none() && accountant.is_none() {
        return Ok(None);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (enough, enough_said) = oneshot::channel();
    let data_dir = data_dir.to_owned();
    let thread = super::spawn("stack", move || {
        runtime.block_on(async {
            let both = async { tokio::join!(look(watcher, &facts), ask(accountant, &data_dir, &facts)) };
            tokio::select! {
                _ = both => {}
                _ = enough_said => {}
            }
        });
    })?;
    Ok(Some(Stack { enough, thread }))
}

/// Looks at the functions as often as is set.
async fn look(watcher: Option<Watcher>, facts: &Queue<Told>) {
    let Some(mut watcher) = watcher else { return };
    for n_looks in 1_u32.. {
        let look = watcher.look().await;
        let status = LinkStatus { n_connects: n_looks, ..status(&look) };
        let told = facts.push_wait(Told::Fact(linked(Link::Stack, status)));
        if told.is_err() || facts.push_wait(Told::Fact(Fact::StackLooked(Arc::new(look)))).is_err() {
            return;
        }
        tokio::time::sleep(watcher.every()).await;
    }
}

/// Asks what the month cost. What was said before a restart counts on.
async fn ask(accountant: Option<Accountant>, data_dir: &Path, facts: &Queue<Told>) {
    let Some(accountant) = accountant else { return };
    let mut last = actuals::load(data_dir);
    loop {
        if let Some(known) = &last
            && facts.push_wait(Told::Fact(Fact::CostsAsked(Arc::new(known.clone())))).is_err()
        {
            return;
        }
        tokio::time::sleep(accountant.wait(last.as_ref(), Clock.now())).await;
        let asked = accountant.ask(last.take()).await;
        if let Err(error) = actuals::save(data_dir, &asked) {
            log::warn!("what AWS said of the month's cost is not kept, and is paid for again after a restart: {error}");
        }
        last = Some(asked);
    }
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
