//! Numbers per device: sealed chunks that are never touched again, and one open tail.
//!
//! A full tail is sealed and goes to the store; in memory the oldest sealed chunks of the whole fleet are forgotten when
//! the byte budget is reached. A snapshot takes the series of one device, so it costs what is on the screen.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::model::effect::{Quantity, SampleChunk};
use crate::model::{DeviceId, DeviceKind, Origin, Timestamp};

/// Samples in a full chunk. 256 rows of 7 columns are 9 KiB open and some 2 KiB compressed.
pub(super) const CHUNK_ROWS: usize = 256;

/// One device's numbers.
#[derive(Clone, Debug)]
pub(super) struct Series {
    sealed: VecDeque<Arc<SampleChunk>>,
    tail: SampleChunk,
}

impl Series {
    /// Nothing yet.
    pub(super) fn new(device: DeviceId, kind: DeviceKind, origin: Origin) -> Self {
        Self { sealed: VecDeque::new(), tail: empty(device, kind, origin) }
    }

    /// Adds a row; a chunk that became full comes back.
    pub(super) fn push(&mut self, at: Timestamp, row: &[Option<f64>]) -> Option<Arc<SampleChunk>> {
        self.tail.t_ms.push(at.millis());
        for ((column, quantity), value) in self.tail.columns.iter_mut().zip(Quantity::of(self.tail.kind)).zip(row) {
            column.push(quantity.quantise(*value));
        }
        if self.tail.t_ms.len() >= CHUNK_ROWS { self.seal() } else { None }
    }

    /// Seals the tail however short it is.
    pub(super) fn seal(&mut self) -> Option<Arc<SampleChunk>> {
        if self.tail.t_ms.is_empty() {
            return None;
        }
        let next = empty(self.tail.device.clone(), self.tail.kind, self.tail.origin);
        let chunk = Arc::new(std::mem::replace(&mut self.tail, next));
        self.sealed.push_back(Arc::clone(&chunk));
        Some(chunk)
    }

    /// Forgets the oldest sealed chunk.
    pub(super) fn forget_oldest(&mut self) -> u64 {
        self.sealed.pop_front().map_or(0, |chunk| bytes(&chunk))
    }

    /// Everything in memory, oldest first; the tail is copied.
    pub(super) fn view(&self) -> Vec<Arc<SampleChunk>> {
        let tail = (!self.tail.t_ms.is_empty()).then(|| Arc::new(self.tail.clone()));
        self.sealed.iter().cloned().chain(tail).collect()
    }
}

fn empty(device: DeviceId, kind: DeviceKind, origin: Origin) -> SampleChunk {
    SampleChunk::new(device, kind, origin, Vec::new(), vec![Vec::new(); Quantity::of(kind).len()])
}

/// What a chunk takes in memory, near enough.
pub(super) fn bytes(chunk: &SampleChunk) -> u64 {
    (chunk.t_ms.len() * (8 + 4 * chunk.columns.len()) + 200) as u64
}
