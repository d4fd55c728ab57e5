//! Threads and queues: the wiring.
