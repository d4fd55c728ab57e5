//! What several areas' tests share.

pub(crate) mod aws;
pub(crate) mod desk;
pub(crate) mod fake_broker;
pub(crate) mod headless;
pub(crate) mod heart;
pub(crate) mod hook;
pub(crate) mod line;
pub(crate) mod look;
pub(crate) mod mosquitto;
pub(crate) mod paint;
pub(crate) mod peer;
pub(crate) mod postgres;
pub(crate) mod relay;
pub(crate) mod screen;
pub(crate) mod snapshots;
pub(crate) mod stack;
