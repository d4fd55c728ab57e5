//! Keeps time: publishes messages in recorded spacing, divided by the speed, and dates them now.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Error, Publish, Timed, qos_of};
use crate::clock::Clock;
use crate::model::Timestamp;

/// Tells the time and waits; tests bring their own.
pub trait Pace {
    /// The time now.
    fn now(&self) -> Timestamp;
    /// Waits until `at`; `false` when it should stop instead.
    fn wait_until(&mut self, at: Timestamp) -> bool;
}

/// Real time, with a flag that ends every wait.
#[derive(Clone, Debug, Default)]
pub struct WallPace {
    clock: Clock,
    stop: Arc<AtomicBool>,
}

/// The longest nap, so that a stop is noticed soon.
const NAP: Duration = Duration::from_millis(50);

impl WallPace {
    /// Real time that stops once `stop` is true.
    pub fn until(stop: Arc<AtomicBool>) -> Self {
        Self { clock: Clock, stop }
    }
}

impl Pace for WallPace {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn wait_until(&mut self, at: Timestamp) -> bool {
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return false;
            }
            match u64::try_from(at.micros_since(self.now())) {
                Ok(micros) if micros > 0 => std::thread::sleep(Duration::from_micros(micros).min(NAP)),
                _ => return true,
            }
        }
    }
}

/// How far a play has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Messages handed over.
    pub n_published: u64,
    /// Their payload bytes.
    pub n_bytes: u64,
    /// Topics seen, so devices.
    pub n_topics: usize,
    /// How late the last message was, ms.
    pub behind_ms: i64,
    /// The play was stopped before its end.
    pub stopped: bool,
}

/// Publishes `messages`, which are in order of recorded time, at `speed` times that pace; 0 is as fast as possible.
///
/// The first message goes at once, dated now; the others keep their recorded spacing divided by `speed`. The times
/// of one topic always ascend by 1 ms or more, so that no row is taken for a repeat of another.
/// `report` hears of the progress about once a second.
pub fn play(
    messages: impl IntoIterator<Item = Result<Timed, Error>>,
    speed: f64,
    pace: &mut dyn Pace,
    publish: &mut dyn Publish,
    report: &mut dyn FnMut(&Progress),
) -> Result<Progress, Error> {
    let mut progress = Progress::default();
    let mut last_dated: HashMap<String, Timestamp> = HashMap::new();
    let mut begin: Option<(Timestamp, i64)> = None;
    let mut reported_at = pace.now();
    for message in messages {
        let message = message?;
        let (started_at, first_micros) = *begin.get_or_insert_with(|| (pace.now(), message.at_micros));
        let due = if speed > 0.0 {
            started_at.plus_micros((message.at_micros.saturating_sub(first_micros) as f64 / speed) as i64)
        } else {
            pace.now()
        };
        if !pace.wait_until(due) {
            progress.stopped = true;
            break;
        }
        let dated = match last_dated.get_mut(&message.topic) {
            Some(last) => {
                *last = due.max(Timestamp::from_millis(last.millis() + 1));
                *last
            }
            None => *last_dated.entry(message.topic.clone()).or_insert(due),
        };
        let payload = message.body.render(dated);
        progress.n_bytes += payload.len() as u64;
        publish.publish(&message.topic, payload, qos_of(&message.topic))?;
        progress.n_published += 1;
        progress.n_topics = last_dated.len();
        let now = pace.now();
        progress.behind_ms = now.micros_since(due).max(0) / 1_000;
        if now.micros_since(reported_at) >= 1_000_000 {
            reported_at = now;
            report(&progress);
        }
    }
    publish.flush()?;
    report(&progress);
    Ok(progress)
}
