//! The vocabulary: plain data, one noun a file, shared by two stages or more.
//!
//! In the order in which they occur on the line: a [`Packet`] comes in, decoding makes it an [`Event`],
//! a function answers with a [`Verdict`] and an [`Invocation`] is metered, what goes no further is a
//! [`Rejection`]; the state files [`Incident`]s and raises [`Alert`]s.
//! [`Fact`] is everything the state can be told, [`Effect`] everything it can ask for,
//! [`Command`] everything an operator can ask of it.

pub mod units;

pub mod actuals;
pub mod alert;
pub mod command;
pub mod comparison;
pub mod decision;
pub mod device_day;
pub mod dossier;
pub mod effect;
pub mod event;
pub mod fact;
pub mod ground;
pub mod handling;
pub mod incident;
pub mod invocation;
pub mod language;
pub mod measure;
pub mod packet;
pub mod places;
pub mod question;
pub mod range;
pub mod register;
pub mod rejection;
pub mod relief;
pub mod retention;
pub mod role;
pub mod saying;
pub mod seat;
pub mod secret;
pub mod self_test;
pub mod setting;
pub mod silencing;
pub mod spike;
pub mod stack;
pub mod tape;
pub mod target;
pub mod verdict;

pub use actuals::{ActualDay, Actuals};
pub use alert::{Alert, AlertId, AlertKind, Notice, OutboxItem};
pub use command::{Bulk, Command, Each, Focus, Operator, SensorFocus, SensorOrder};
pub use decision::{DecidedBy, Decision, Fingerprint, Judge, Occasion, Said, VerdictVersion};
pub use effect::{Effect, Heartbeat, Record};
pub use event::{
    AccelG, BootId, CrashReport, DeviceId, DeviceKind, Driving, Event, EventId, Frame, Position, Presence, Pulse, Reading, Ruled,
    SpeedTrace, Temperature,
};
pub use fact::{DeliveryOutcome, Fact, Judged, Link, LinkState, LinkStatus, QueueReading};
pub use handling::{Closing, Dispatched, Handling, Standing};
pub use incident::{Impact, Incident, IncidentId, IncidentKind, Kept, Life, Note, Step, StepKind};
pub use invocation::{Cause, Invocation, Outcome};
pub use language::Language;
pub use packet::{Delivery, Lane, Origin, Packet, PacketId};
pub use places::Places;
pub use question::{DevicePast, Done, Errand, PastIncident, Question, Review};
pub use register::{Register, RegisterOrder};
pub use rejection::{Rejection, RejectionReason};
pub use retention::{DataKind, Holding, Limit, Prune, Retention};
pub use role::{Role, Team};
pub use saying::{Arg, Args, Saying};
pub use seat::{Book, Change, Elsewhere, Leave, Mark, OtherSeat, SeatsLook};
pub use secret::Secret;
pub use self_test::SelfTest;
pub use silencing::{SilenceOrder, Silencing};
pub use spike::Spike;
pub use stack::StackLook;
pub use tape::{TapeLook, TapeOrder};
pub use target::{Shut, Target};
pub use units::{Celsius, Fahrenheit, PicoUsd, Timestamp};
pub use verdict::{
    Alarm, Band, CrashVerdict, Direction, DrivingVerdict, Evidence, HarshEvent, HarshKind, HarshVerdict, Malfunction, Points,
    Ruling, SensorFault, Severity, TemperatureVerdict, Verdict, VerdictJson, Watch, likelihood,
};
