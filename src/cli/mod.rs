//! The command line: arguments, and one module per subcommand. Each takes what it needs and a writer; none starts the
//! line by itself.

pub mod args;
pub mod mqtt_out;
pub mod play;
