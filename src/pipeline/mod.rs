//! Threads and queues: the wiring.

pub mod sample_fleet;
pub mod scenario_player;
