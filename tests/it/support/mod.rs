//! What several tests need.

#![expect(clippy::unwrap_used, reason = "clippy sees only functions marked as tests as tests")]

pub(crate) mod desk;
pub(crate) mod paint;
pub(crate) mod snapshots;
