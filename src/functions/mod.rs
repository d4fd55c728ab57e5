//! Functions: an event in, a verdict out. Pure: no I/O, no clock, no thread; the event brings its time.
//!
//! The same functions run in this process, behind a local Lambda Runtime API and on AWS; see `host`.
//!
//! # To add one
//! Write `functions/<name>.rs` with its [`Card`], its settings (units, defaults, sources) and `impl Function`,
//! add one line to [`all`], and describe its behaviour in `fixtures/scenarios/<name>_*.toml`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{Event, Fingerprint, Judge, PacketId, Reading, Register, Timestamp, Verdict};

pub mod detect_harsh_driving;
pub mod judge_crash;
pub mod preprocess_driving;
pub mod route_temperature;

/// What kind of event a function listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// Rows of driving data.
    Driving,
    /// Crash reports.
    Crash,
    /// Temperatures.
    Temperature,
    /// Devices that come and go.
    Presence,
    /// Verdicts that were made elsewhere.
    Ruled,
}

impl Trigger {
    /// The trigger that an event pulls.
    pub const fn of(reading: &Reading) -> Self {
        match reading {
            Reading::Driving(_) => Self::Driving,
            Reading::Crash(_) => Self::Crash,
            Reading::Temperature(_) => Self::Temperature,
            Reading::Presence(_) => Self::Presence,
            Reading::Ruled(_) => Self::Ruled,
        }
    }
}

/// What is written on a function's door.
#[derive(Debug, PartialEq, Eq)]
pub struct Card {
    /// Its name, as in the bill.
    pub name: &'static str,
    /// Goes up whenever the same event with the same limits may get another verdict. Stored with every crash verdict.
    pub version: u32,
    /// What it does, one sentence.
    pub sentence: &'static str,
    /// What starts it.
    pub listens_to: Trigger,
    /// Memory configured, MB; the price follows it. Lambda's least is 128.
    pub memory_mb: u32,
    /// After this many ms a call counts as timed out.
    pub timeout_ms: u32,
}

/// A function with its memory per device.
pub trait Function: Send {
    /// Its card.
    fn card(&self) -> &'static Card;
    /// Judges one event of the kind that its card names.
    fn judge(&mut self, event: &Event) -> Verdict;
    /// Once a second, for what fails to arrive.
    fn tick(&mut self, _now: Timestamp) -> Vec<Verdict> {
        Vec::new()
    }
    /// The register has changed: who belongs to which group.
    fn regroup(&mut self, _register: &Arc<Register>) {}
}

/// Settings of every function; each owns its section.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `[functions.preprocess_driving]`
    pub preprocess_driving: preprocess_driving::Settings,
    /// `[functions.detect_harsh_driving]`
    pub detect_harsh_driving: detect_harsh_driving::Settings,
    /// `[functions.judge_crash]`
    pub judge_crash: judge_crash::Settings,
    /// `[functions.route_temperature]`
    pub route_temperature: route_temperature::Settings,
}

/// Every function, in the order in which screens list them.
pub fn all(settings: &Settings) -> Vec<Box<dyn Function>> {
    vec![
        Box::new(preprocess_driving::PreprocessDriving::new(settings.preprocess_driving.clone())),
        Box::new(detect_harsh_driving::DetectHarshDriving::new(settings.detect_harsh_driving.clone())),
        Box::new(judge_crash::JudgeCrash::new(settings.judge_crash.clone())),
        Box::new(route_temperature::RouteTemperature::new(settings.route_temperature.clone())),
    ]
}

/// Who judges crash reports under these settings: the function, its version, and a fingerprint of its limits.
pub fn crash_judge(limits: &judge_crash::Settings) -> Judge {
    // These settings are plain numbers, which always are JSON.
    let text = serde_json::to_string(limits).unwrap_or_default();
    let card = &judge_crash::CARD;
    Judge { function: card.name.into(), version: card.version, limits: Fingerprint(PacketId::of(card.name, text.as_bytes()).0) }
}

/// Their cards, in the same order.
pub const CARDS: [&Card; 4] =
    [&preprocess_driving::CARD, &detect_harsh_driving::CARD, &judge_crash::CARD, &route_temperature::CARD];
