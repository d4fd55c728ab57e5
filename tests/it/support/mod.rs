//! What several areas' tests share.

pub(crate) mod fake_broker;
pub(crate) mod heart;
pub(crate) mod mosquitto;
