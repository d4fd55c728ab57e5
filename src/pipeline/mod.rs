//! Threads and queues: the wiring.

pub mod latest;
pub mod queue;
