//! The one queue of the house: bounded in items and in bytes, with a name, a depth and counted drops.
//!
//! It has two lanes. The *urgent* one is never shed: whoever is ahead of it waits ([`Queue::push_wait`]) or is told
//! that it is full ([`Queue::try_push`]). The *bulk* one is latest-wins: when it is full its oldest item goes, and is
//! counted. A reader takes everything that is there in one go ([`Queue::drain`]), urgent first, so that batches form
//! by themselves under load and no timer is needed.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::model::QueueReading;

/// How much a queue takes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Items in the urgent lane.
    pub urgent: usize,
    /// Items in the bulk lane.
    pub bulk: usize,
    /// Bytes in each lane, as `weigh` counts them.
    pub bytes: usize,
}

/// A bounded queue between two stages.
#[derive(Debug)]
pub struct Queue<T> {
    name: &'static str,
    bounds: Bounds,
    weigh: fn(&T) -> usize,
    inner: Mutex<Inner<T>>,
    /// Rung when something came in, or at the end.
    filled: Condvar,
    /// Rung when room was made, or at the end.
    emptied: Condvar,
}

#[derive(Debug)]
struct Inner<T> {
    urgent: VecDeque<T>,
    urgent_bytes: usize,
    bulk: VecDeque<T>,
    bulk_bytes: usize,
    reader_waits: bool,
    /// A writer waited for the reader in vain: nobody waits again until it has come.
    reader_late: bool,
    closed: bool,
    shed: u64,
    offered: u64,
}

/// The item that could not be taken, given back.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused<T>(pub T);

impl<T> Queue<T> {
    /// An empty queue of this name.
    pub fn new(name: &'static str, bounds: Bounds, weigh: fn(&T) -> usize) -> Self {
        let inner = Inner {
            urgent: VecDeque::new(),
            urgent_bytes: 0,
            bulk: VecDeque::new(),
            bulk_bytes: 0,
            reader_waits: false,
            reader_late: false,
            closed: false,
            shed: 0,
            offered: 0,
        };
        Self { name, bounds, weigh, inner: Mutex::new(inner), filled: Condvar::new(), emptied: Condvar::new() }
    }

    /// A panic of another thread while it held the lock leaves the queue itself whole: every change is one push or one take.
    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn urgent_full(&self, inner: &Inner<T>, weight: usize) -> bool {
        // A single item heavier than the whole lane still passes when the lane is empty, or it would wait for ever.
        !inner.urgent.is_empty() && (inner.urgent.len() >= self.bounds.urgent || inner.urgent_bytes + weight > self.bounds.bytes)
    }

    fn bulk_full(&self, inner: &Inner<T>, weight: usize) -> bool {
        !inner.bulk.is_empty() && (inner.bulk.len() >= self.bounds.bulk || inner.bulk_bytes + weight > self.bounds.bytes)
    }

    fn put_urgent(&self, mut inner: MutexGuard<'_, Inner<T>>, item: T, weight: usize) {
        inner.offered += 1;
        inner.urgent_bytes += weight;
        inner.urgent.push_back(item);
        if inner.reader_waits {
            self.filled.notify_one();
        }
    }

    /// Puts an item into the urgent lane and waits while it is full. A forward edge.
    pub fn push_wait(&self, item: T) -> Result<(), Refused<T>> {
        let weight = (self.weigh)(&item);
        let mut inner = self.lock();
        while !inner.closed && self.urgent_full(&inner, weight) {
            inner = self.emptied.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
        if inner.closed {
            return Err(Refused(item));
        }
        self.put_urgent(inner, item, weight);
        Ok(())
    }

    /// Puts an item into the urgent lane, or gives it back when that is full. A back edge.
    pub fn try_push(&self, item: T) -> Result<(), Refused<T>> {
        let weight = (self.weigh)(&item);
        let inner = self.lock();
        if inner.closed || self.urgent_full(&inner, weight) {
            return Err(Refused(item));
        }
        self.put_urgent(inner, item, weight);
        Ok(())
    }

    /// Puts several items into the urgent lane under one lock, and says how many found no room and are gone.
    pub fn try_push_all(&self, items: &mut Vec<T>) -> usize {
        if items.is_empty() {
            return 0;
        }
        let mut n_refused = 0;
        let mut inner = self.lock();
        for item in items.drain(..) {
            let weight = (self.weigh)(&item);
            if inner.closed || self.urgent_full(&inner, weight) {
                n_refused += 1;
                continue;
            }
            inner.offered += 1;
            inner.urgent_bytes += weight;
            inner.urgent.push_back(item);
        }
        if inner.reader_waits {
            self.filled.notify_one();
        }
        n_refused
    }

    /// Puts several items into the urgent lane under one lock, waiting for room; whatever remains after a close is dropped.
    pub fn push_all_wait(&self, items: &mut Vec<T>) {
        if items.is_empty() {
            return;
        }
        let mut inner = self.lock();
        for item in items.drain(..) {
            let weight = (self.weigh)(&item);
            while !inner.closed && self.urgent_full(&inner, weight) {
                if inner.reader_waits {
                    self.filled.notify_one();
                }
                inner = self.emptied.wait(inner).unwrap_or_else(PoisonError::into_inner);
            }
            if inner.closed {
                return;
            }
            inner.offered += 1;
            inner.urgent_bytes += weight;
            inner.urgent.push_back(item);
        }
        if inner.reader_waits {
            self.filled.notify_one();
        }
    }

    /// Puts an item into the bulk lane; when that is full the oldest item goes and is counted.
    pub fn push_shedding(&self, item: T) {
        self.push_patient(item, Duration::ZERO);
    }

    /// The same, but a full lane is first given `patience` to be emptied: a reader that is merely busy loses nothing, as
    /// the sender is held back for a moment. A reader that does not come in that time is not waited for again until it has.
    pub fn push_patient(&self, item: T, patience: Duration) {
        let weight = (self.weigh)(&item);
        let mut inner = self.lock();
        if !patience.is_zero() && !inner.reader_late && !inner.closed && self.bulk_full(&inner, weight) {
            let full = |inner: &mut Inner<T>| !inner.closed && self.bulk_full(inner, weight);
            let (held, waited) = self.emptied.wait_timeout_while(inner, patience, full).unwrap_or_else(PoisonError::into_inner);
            inner = held;
            inner.reader_late = waited.timed_out();
        }
        if inner.closed {
            return;
        }
        while self.bulk_full(&inner, weight) {
            let Some(oldest) = inner.bulk.pop_front() else { break };
            inner.bulk_bytes -= (self.weigh)(&oldest);
            inner.shed += 1;
        }
        inner.offered += 1;
        inner.bulk_bytes += weight;
        inner.bulk.push_back(item);
        if inner.reader_waits {
            self.filled.notify_one();
        }
    }

    /// Waits until something is there, at most `patience`, and takes all of it: `urgent` first, then `bulk`.
    /// `false` when the queue was closed and nothing is left.
    pub fn drain(&self, urgent: &mut VecDeque<T>, bulk: &mut VecDeque<T>, patience: Duration) -> bool {
        let mut inner = self.lock();
        if inner.urgent.is_empty() && inner.bulk.is_empty() && !inner.closed {
            inner.reader_waits = true;
            inner = self.filled.wait_timeout(inner, patience).unwrap_or_else(PoisonError::into_inner).0;
            inner.reader_waits = false;
        }
        let open = !inner.closed || !inner.urgent.is_empty() || !inner.bulk.is_empty();
        // Swapping keeps both buffers' room, so that a steady line allocates nothing here.
        if urgent.is_empty() {
            std::mem::swap(urgent, &mut inner.urgent);
        } else {
            urgent.append(&mut inner.urgent);
        }
        if bulk.is_empty() {
            std::mem::swap(bulk, &mut inner.bulk);
        } else {
            bulk.append(&mut inner.bulk);
        }
        inner.urgent_bytes = 0;
        inner.bulk_bytes = 0;
        inner.reader_late = false;
        drop(inner);
        self.emptied.notify_all();
        open
    }

    /// Looks at everything in the urgent lane and leaves it there.
    pub fn look_at_urgent(&self, look: impl FnMut(&T)) {
        self.lock().urgent.iter().for_each(look);
    }

    /// Nothing more comes in; the reader takes what is left and then sees the end.
    pub fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
        self.emptied.notify_all();
    }

    /// Whether nothing more can come in.
    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Depth and counts.
    pub fn reading(&self) -> QueueReading {
        let inner = self.lock();
        QueueReading {
            name: self.name,
            depth: inner.urgent.len() + inner.bulk.len(),
            capacity: self.bounds.urgent + self.bounds.bulk,
            shed: inner.shed,
            offered: inner.offered,
        }
    }
}

#[cfg(test)]
mod tests;
