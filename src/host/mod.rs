//! Runs functions and meters them.
