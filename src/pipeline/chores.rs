//! The small threads beside the line, and what things weigh in a queue.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::keeper::Keep;
use super::queue::Queue;
use super::stages::Told;
use crate::clock::Clock;
use crate::model::effect::SampleChunk;
use crate::model::{Fact, Limit, QueueReading, Reading, Record, Retention};
use crate::store;
use crate::store::retention::Pruning;

/// How often it is looked what there is, and what of it is to go.
const LOOK_EVERY: Duration = Duration::from_hours(1);
/// How often a little of it goes, at most.
const STEP_EVERY: Duration = Duration::from_millis(250);

pub(super) fn reading<T: Send + 'static>(queue: &Arc<Queue<T>>) -> Box<dyn Fn() -> QueueReading + Send> {
    let queue = Arc::clone(queue);
    Box::new(move || queue.reading())
}

pub(super) fn tick(readings: &[Box<dyn Fn() -> QueueReading + Send>], facts: &Queue<Told>, ending: &AtomicBool, dir: &Path) {
    let mut store_bytes = store::bytes_on_disk(dir);
    let mut n_ticks = 0_u32;
    while !ending.load(Ordering::Acquire) {
        std::thread::sleep(Duration::from_secs(1));
        n_ticks = n_ticks.wrapping_add(1);
        if n_ticks.is_multiple_of(10) {
            store_bytes = store::bytes_on_disk(dir);
        }
        let queues = readings.iter().map(|reading| reading()).collect();
        // A tick that finds no room is made up for by the next.
        facts.try_push(Told::Fact(Fact::Ticked { at: Clock.now(), queues, store_bytes })).ok();
    }
}

pub(super) fn keep_history(mut history: store::History, limit: Limit, samples: &Queue<Arc<SampleChunk>>) {
    let (mut none, mut chunks) = (VecDeque::new(), VecDeque::new());
    let mut looked_at: Option<Instant> = None;
    while samples.drain(&mut none, &mut chunks, Duration::from_secs(1)) {
        let batch: Vec<_> = chunks.drain(..).collect();
        if let Err(error) = history.append(&batch) {
            log::error!("{} chunks of numbers could not be stored: {error}", batch.len());
        }
        if looked_at.is_none_or(|at| at.elapsed() >= LOOK_EVERY) {
            looked_at = Some(Clock.instant());
            forget_numbers(&mut history, limit);
        }
    }
}

/// A day of numbers is a file, so it goes at once.
fn forget_numbers(history: &mut store::History, limit: Limit) {
    let old = limit.before(Clock.now()).map(|before| history.forget_before(before));
    let beyond = limit.bytes().map(|bytes| history.forget_beyond(bytes));
    for forgotten in old.into_iter().chain(beyond) {
        match forgotten {
            Ok(days) if days.is_empty() => {}
            Ok(days) => log::info!("retention: the numbers of {} are deleted", days.join(", ")),
            Err(error) => log::error!("numbers that were kept for long enough cannot be deleted: {error}"),
        }
    }
}

/// Looks each hour what there is of each kind of data and what of it is to go, and has that go a little at a time, whenever
/// the store has nothing else to do.
pub(super) fn retain(dir: &Path, retention: Retention, keep: &Queue<Keep>, facts: &Queue<Told>, ending: &AtomicBool) {
    let archive = match store::Archive::open(dir) {
        Ok(archive) => archive,
        Err(error) => return log::error!("what is kept cannot be looked at: {error}"),
    };
    let mut looked_at: Option<Instant> = None;
    let mut pruning = Pruning::default();
    let mut n_steps = 0_u64;
    while !ending.load(Ordering::Acquire) {
        if looked_at.is_none_or(|at| at.elapsed() >= LOOK_EVERY) {
            looked_at = Some(Clock.instant());
            match look(&archive, &retention, facts) {
                Ok(found) => pruning = found,
                Err(error) => log::error!("what is kept cannot be looked at: {error}"),
            }
        }
        if !pruning.is_nothing() && keep.reading().depth == 0 {
            match archive.next_prune(&mut pruning) {
                Ok(Some((_, prune))) => n_steps += u64::from(keep.try_push(Keep::Record(Record::Prune(prune))).is_ok()),
                // What went is looked at anew, so that the screen says what is left; what cannot go yet has an hour's time.
                Ok(None) if n_steps > 0 => {
                    log::info!("retention: all that was to go is gone, in {n_steps} steps");
                    looked_at = None;
                    n_steps = 0;
                }
                Ok(None) => {}
                Err(error) => {
                    log::error!("what was kept for long enough cannot be found: {error}");
                    pruning = Pruning::default();
                }
            }
        }
        std::thread::sleep(STEP_EVERY);
    }
}

fn look(archive: &store::Archive, retention: &Retention, facts: &Queue<Told>) -> Result<Pruning, store::Error> {
    let held = archive.holdings(retention)?;
    let pruning = archive.pruning(&held, Clock.now())?;
    for (kind, before) in pruning.limits() {
        log::info!("retention: {} of before {} go", kind.name(), before.rfc3339());
    }
    // One that finds no room is made up for by the next.
    facts.try_push(Told::Fact(Fact::Held(held))).ok();
    Ok(pruning)
}

pub(super) fn weigh_told(told: &Told) -> usize {
    match told {
        Told::Fact(Fact::Judged(judged)) => match &judged.event.reading {
            Reading::Crash(report) => report.raw.len() + report.pulse.len() * 32 + 2_048,
            _ => 640,
        },
        _ => 256,
    }
}

pub(super) fn weigh_keep(keep: &Keep) -> usize {
    match keep {
        Keep::Record(Record::Crash(record)) => {
            record.report.raw.len() + record.report.pulse.len() * 32 + record.verdict_json.whole().len() + 4_096
        }
        // Some tens of rows, and now and then a report.
        Keep::Record(Record::Elsewhere(_)) => 16 << 10,
        _ => 512,
    }
}
