//! Facts → state and effects. Single-threaded, infallible, without clock.

pub mod snapshot;

pub use snapshot::Snapshot;
