//! All integration tests, in one binary.

mod support;

mod incidents_panel;
mod inject_panel;
mod panels;
