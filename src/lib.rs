//! Fleetwatch: a native desk for driving and IoT fleets.
//!
//! The **broker** brings packets; the **host** lets **decode** read them and **functions** judge them; the **state**
//! files what was judged, at the price **pricing** gives; the **store** keeps it, **outbound** tells people, the **ui**
//! shows it; the **pipeline** is the only one who knows them all.

pub mod model;

pub mod decode;
pub mod functions;
pub mod joint;
pub mod place;
pub mod pricing;
pub mod rejudge;
pub mod scenario;
pub mod search;
pub mod wire;

pub mod state;

pub mod aws;
pub mod clock;
pub mod https;

pub mod host;
pub mod outbound;

#[cfg(feature = "line")]
pub mod broker;
#[cfg(feature = "line")]
pub mod lambda;
#[cfg(feature = "line")]
pub mod seats;
#[cfg(feature = "line")]
pub mod stack;
#[cfg(feature = "line")]
pub mod store;

#[cfg(feature = "line")]
pub mod speech;

#[cfg(feature = "line")]
pub mod report;

#[cfg(feature = "line")]
pub mod register;
#[cfg(feature = "line")]
pub mod secret;

#[cfg(feature = "line")]
pub mod play;

#[cfg(feature = "line")]
pub mod pipeline;

#[cfg(feature = "line")]
pub mod settings;

#[cfg(feature = "line")]
pub mod cli;

#[cfg(feature = "desk")]
pub mod sound;

#[cfg(feature = "desk")]
pub mod tiles;

#[cfg(feature = "desk")]
pub mod ui;

#[cfg(feature = "desk")]
pub mod window;
