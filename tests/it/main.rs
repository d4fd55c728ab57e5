//! One binary for all integration tests: it links once.
//!
//! Every module is marked as test code, so that clippy allows `unwrap` in its helpers too.

#[cfg(test)]
mod broker;
#[cfg(test)]
#[path = "../../benches/flood/mod.rs"]
mod flood;
#[cfg(test)]
mod support;
