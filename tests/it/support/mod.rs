//! What several integration tests need.

pub(crate) mod fake_broker;
pub(crate) mod mosquitto;
