//! What several tests need.

#![expect(clippy::unwrap_used, reason = "clippy sees only functions marked as tests as tests")]

pub mod desk;
pub mod paint;
pub mod snapshots;
