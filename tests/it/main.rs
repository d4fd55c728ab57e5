//! Every integration test, in one binary.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "this is a test: it fails by panicking and says what it skips")]

mod mosquitto;
mod play;
