//! Every integration test, in one binary: one link, one run.

mod support;

mod accuracy;
mod mosquitto;
mod play;
mod scenarios;
mod simulation;
