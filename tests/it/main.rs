//! Every integration test, in one binary.

mod accuracy;
mod bills;
mod payloads;
mod verdict_scenarios;
