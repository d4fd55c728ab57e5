//! Every integration test, in one binary.

mod accuracy;
mod payloads;
mod verdict_scenarios;
