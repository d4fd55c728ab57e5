//! Stand-in until the function lands.

use serde::{Deserialize, Serialize};

use super::{Card, Function, Trigger};
use crate::model::{Event, Verdict};

/// The card.
pub static CARD: Card =
    Card { name: "route_temperature", sentence: "", listens_to: Trigger::Temperature, memory_mb: 128, timeout_ms: 2_000 };

/// The settings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {}

/// The function.
#[derive(Debug)]
pub struct RouteTemperature {
    settings: Settings,
}

impl RouteTemperature {
    /// With these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

impl Function for RouteTemperature {
    fn card(&self) -> &'static Card {
        &CARD
    }
    fn judge(&mut self, _event: &Event) -> Verdict {
        unimplemented!("{:?}", self.settings)
    }
}
