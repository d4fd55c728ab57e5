//! Commands without a window, each a function over its input and output.

pub mod judge;
