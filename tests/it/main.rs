//! Every integration test, in one binary: one link, one run.

mod support;

mod accuracy;
mod payloads;
mod scenarios;
mod simulation;
