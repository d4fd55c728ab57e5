//! Whether things may move and pulse: chosen once for the whole window, and asked by whatever would move.
//!
//! The choice belongs to the thread that paints.

use std::cell::Cell;

thread_local! {
    static REDUCED: Cell<bool> = const { Cell::new(false) };
}

/// Whether nothing may move.
pub fn reduced() -> bool {
    REDUCED.get()
}

/// Lets nothing move from now on, or everything again.
pub fn reduce(reduced: bool) {
    REDUCED.set(reduced);
}

/// How long what opens or slides may take. s
pub fn animation_secs() -> f32 {
    if reduced() { 0.0 } else { 0.08 }
}
