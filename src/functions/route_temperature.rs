//! Where a temperature belongs: cold, normal or hot, in both units, with hysteresis so that a sensor on the limit
//! does not ring every second.
//!
//! **Bounds are closed as written:** a reading of exactly the lower or the upper limit is normal. A sensor that is
//! cold comes back to normal at lower limit + hysteresis or above, one that is hot at upper limit − hysteresis or
//! below; a reading beyond the opposite limit changes the band at once.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{Card, Function, Trigger};
use crate::model::{Band, Celsius, DeviceId, Event, Fahrenheit, Origin, Reading, TemperatureVerdict, Verdict};

/// The card.
pub static CARD: Card = Card {
    name: "route_temperature",
    version: 1,
    sentence: "Converts a temperature to °F and routes it by band: cold, normal or hot.",
    listens_to: Trigger::Temperature,
    memory_mb: 128,
    timeout_ms: 2_000,
};

/// Limits of a sensor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Cold below this. °C.
    pub cold_below_c: f64,
    /// Hot above this. °C.
    pub hot_above_c: f64,
}

/// `[functions.route_temperature]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Cold below this where a sensor has no limits of its own. °C, default 2: chilled goods and vaccines are kept at
    /// 2 to 8 °C (WHO). Own judgement.
    pub cold_below_c: f64,
    /// Hot above this where a sensor has no limits of its own. °C, default 30. Own judgement.
    pub hot_above_c: f64,
    /// How far back within its limits a reading must be to count as normal again. K, 0 or more, default 0.5: the
    /// accuracy of a common digital sensor (DS18B20 data sheet).
    pub hysteresis_k: f64,
    /// Limits by sensor: an exact name, or a beginning followed by `*`, of which the longest that fits wins.
    pub sensors: BTreeMap<String, Limits>,
    /// Sensors whose last band is remembered. Default 50,000; one more begins without a previous band.
    pub max_sensors: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { cold_below_c: 2.0, hot_above_c: 30.0, hysteresis_k: 0.5, sensors: BTreeMap::new(), max_sensors: 50_000 }
    }
}

impl Settings {
    /// The limits in force for a sensor.
    pub fn limits(&self, sensor: &str) -> Limits {
        let by_beginning = || {
            self.sensors
                .iter()
                .filter_map(|(pattern, limits)| Some((pattern.strip_suffix('*')?, limits)))
                .filter(|(beginning, _)| sensor.starts_with(beginning))
                .max_by_key(|(beginning, _)| beginning.len())
                .map(|(_, limits)| limits)
        };
        let own = self.sensors.get(sensor).or_else(by_beginning);
        own.copied().unwrap_or(Limits { cold_below_c: self.cold_below_c, hot_above_c: self.hot_above_c })
    }
}

/// The function, with each sensor's limits and last band.
#[derive(Debug)]
pub struct RouteTemperature {
    settings: Settings,
    sensors: HashMap<(Origin, DeviceId), (Limits, Band)>,
}

impl RouteTemperature {
    /// With these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings, sensors: HashMap::new() }
    }

    fn route(&mut self, origin: Origin, sensor: &DeviceId, celsius: Celsius) -> TemperatureVerdict {
        let key = (origin, sensor.clone());
        let known = self.sensors.get(&key).copied();
        let limits = known.map_or_else(|| self.settings.limits(sensor.as_str()), |(limits, _)| limits);
        let previous = known.map(|(_, band)| band);
        let band = band(celsius.0, limits, previous, self.settings.hysteresis_k);
        if known.is_some() || self.sensors.len() < self.settings.max_sensors {
            self.sensors.insert(key, (limits, band));
        }
        TemperatureVerdict {
            celsius,
            fahrenheit: Fahrenheit::from(celsius),
            band,
            previous,
            limits_c: (limits.cold_below_c, limits.hot_above_c),
        }
    }
}

/// The band of a reading, given the band before.
fn band(celsius: f64, limits: Limits, previous: Option<Band>, hysteresis_k: f64) -> Band {
    let Limits { cold_below_c, hot_above_c } = limits;
    // Where the limits lie closer together than the hysteresis, the way back ends in their middle.
    let slack = hysteresis_k.clamp(0.0, ((hot_above_c - cold_below_c) / 2.0).max(0.0));
    if celsius < cold_below_c {
        Band::Cold
    } else if celsius > hot_above_c {
        Band::Hot
    } else {
        match previous {
            Some(Band::Cold) if celsius < cold_below_c + slack => Band::Cold,
            Some(Band::Hot) if celsius > hot_above_c - slack => Band::Hot,
            _ => Band::Normal,
        }
    }
}

impl Function for RouteTemperature {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn judge(&mut self, event: &Event) -> Verdict {
        let celsius = match &event.reading {
            Reading::Temperature(temperature) => temperature.celsius,
            Reading::Driving(_) | Reading::Crash(_) | Reading::Presence(_) => Celsius(f64::NAN),
        };
        Verdict::Temperature(self.route(event.origin, &event.device, celsius))
    }
}

#[cfg(test)]
#[path = "route_temperature_tests.rs"]
mod tests;
