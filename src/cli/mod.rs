//! The command line: arguments, and one module per subcommand. Each takes what it needs and a writer; none starts the
//! line by itself.

pub mod args;
pub mod bill;
pub mod check;
pub mod cost;
pub mod devices;
pub mod doctor;
pub mod export;
pub mod forget;
pub mod functions;
pub mod handover;
pub mod incidents;
pub mod inject;
pub mod judge;
pub mod lambda;
pub mod mqtt_out;
pub mod out;
pub mod payload;
pub mod play;
pub mod record;
pub mod register;
pub mod rejudge;
pub mod run;
pub mod secret;
pub mod shadow;
pub mod silences;
