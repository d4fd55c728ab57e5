//! A mailbox of size one: the writer overwrites, a reader that slept simply sees a newer picture.

use std::sync::{Arc, Mutex, PoisonError};

/// One slot, held for a pointer copy.
#[derive(Debug, Default)]
pub struct Latest<T> {
    slot: Mutex<Arc<T>>,
}

impl<T> Latest<T> {
    /// Puts a newer value.
    pub fn put(&self, value: Arc<T>) {
        *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = value;
    }

    /// The newest value.
    pub fn get(&self) -> Arc<T> {
        Arc::clone(&self.slot.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
