//! The small threads beside the line, and what things weigh in a queue.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::keeper::Keep;
use super::queue::Queue;
use super::stages::Told;
use crate::clock::Clock;
use crate::model::effect::SampleChunk;
use crate::model::{Fact, QueueReading, Reading, Record};
use crate::store;

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

pub(super) fn keep_history(mut history: store::History, samples: &Queue<Arc<SampleChunk>>) {
    let (mut none, mut chunks) = (VecDeque::new(), VecDeque::new());
    while samples.drain(&mut none, &mut chunks, Duration::from_secs(1)) {
        let batch: Vec<_> = chunks.drain(..).collect();
        if let Err(error) = history.append(&batch) {
            log::error!("{} chunks of numbers could not be stored: {error}", batch.len());
        }
    }
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
