//! Every integration test, in one binary: one link, one run.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "this is a test: it fails by panicking and says what it skips")]

#[path = "../../fuzz/entries.rs"]
mod entries;
#[path = "../../benches/flood/mod.rs"]
mod flood;
mod support;

mod accuracy;
mod actuals;
mod alarm;
mod aws;
mod bills;
mod broker;
mod connections_panel;
mod corpus;
mod cost_panel;
mod drills;
mod export;
mod functions_panel;
mod handover_panel;
mod imports;
mod incidents_panel;
mod inject_panel;
mod keyboard;
mod lambda;
mod line;
mod mosquitto;
mod never;
mod on_lambda;
mod panels;
mod payloads;
mod play;
mod register;
mod register_panel;
mod report;
mod scenarios;
mod seats;
mod settings_panel;
mod shadow;
mod sign_in;
mod silences;
mod silences_panel;
mod simulation;
mod stack;
mod stories;
mod team_model;
mod team_panel;
mod unread;
mod verdict_scenarios;
mod walk;
mod wall;
mod window;
