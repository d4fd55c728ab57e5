//! Inject.
pub mod check;
pub mod json;
pub mod templates;
pub mod wire;
