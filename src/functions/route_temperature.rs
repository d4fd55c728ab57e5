//! Where a temperature belongs: cold, normal or hot, in both units, with hysteresis so that a sensor on the limit
//! does not ring every second; and whether a person must know: `watch` waits out short excursions and tells a sensor
//! that is at fault from a temperature that is wrong. Routing never waits.
//!
//! **Bounds are closed as written:** a reading of exactly the lower or the upper limit is normal. A sensor that is
//! cold comes back to normal at lower limit + hysteresis or above, one that is hot at upper limit − hysteresis or
//! below; a reading beyond the opposite limit changes the band at once.

mod watch;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Card, Function, Trigger};
use crate::model::setting::{self, Bound, Key, Wrong};
use crate::model::{
    Band, Celsius, DeviceId, Event, Fahrenheit, Origin, Reading, Register, TemperatureVerdict, Timestamp, Verdict,
};
use watch::Memory;

/// The card.
pub static CARD: Card = Card {
    name: "route_temperature",
    version: 2,
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
    /// In place of `hysteresis_k`. K
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hysteresis_k: Option<f64>,
    /// In place of `delay_s`. s
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_s: Option<f64>,
    /// In place of `max_rate_k_min`. K/min
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_rate_k_min: Option<f64>,
    /// In place of `possible_c`. °C
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub possible_c: Option<(f64, f64)>,
}

impl Limits {
    /// A band, and everything else as in the settings.
    pub const fn band(cold_below_c: f64, hot_above_c: f64) -> Self {
        Self { cold_below_c, hot_above_c, hysteresis_k: None, delay_s: None, max_rate_k_min: None, possible_c: None }
    }
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
    /// Limits by sensor: an exact name, or else `group:` and a group of the register, or else a beginning followed by `*`,
    /// of which the longest that fits wins.
    pub sensors: BTreeMap<String, Limits>,
    /// How long a sensor must be out of its band before it alarms, and back within before that ends. s, 0 or more,
    /// default 60: what is commonly quoted from EEMUA 191 and ISA-18.2 for temperatures, against 15 s for flows and
    /// pressures. Neither is free to read, so take it as our choice; a door that is opened for a minute is no alarm. A
    /// sensor that reports less often than this alarms with its first reading out.
    pub delay_s: f64,
    /// A temperature that rises or falls faster than this for half a minute alarms. K/min, default 8.3: 15 °F a minute,
    /// at which common rate-of-rise heat detectors for fire alarms trip (their data sheets, seen 2026-11-25). That a fall
    /// counts as well is our choice. 0 turns it off.
    pub max_rate_k_min: f64,
    /// Readings outside are a sensor fault. °C, default −100 to 150: beyond dry ice and engine bays. Own judgement; give
    /// a sensor in liquid nitrogen or an exhaust its own.
    pub possible_c: (f64, f64),
    /// A leap of at least this against the one before is one of those that a jumping sensor makes. K, default 5, ten
    /// times the accuracy of a common digital sensor. Own judgement.
    pub jump_k: f64,
    /// The very same value for so long is a stuck sensor, if it is also four times longer than that sensor ever stood
    /// still before. min, default 30. Own judgement.
    pub stuck_after_min: f64,
    /// The same for a sensor that changed fewer than twenty times, so that nobody knows how coarse it is. h, default 72:
    /// a well-regulated store at a resolution of 1 K may hold for days. Own judgement.
    pub never_moved_h: f64,
    /// Sensors whose last band is remembered. Default 50,000; one more begins without a previous band.
    pub max_sensors: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cold_below_c: 2.0,
            hot_above_c: 30.0,
            hysteresis_k: 0.5,
            sensors: BTreeMap::new(),
            delay_s: 60.0,
            max_rate_k_min: 8.3,
            possible_c: (-100.0, 150.0),
            jump_k: 5.0,
            stuck_after_min: 30.0,
            never_moved_h: 72.0,
            max_sensors: 50_000,
        }
    }
}

/// What a limit of a sensor may be, in a group of its own as in the settings.
pub const BOUNDS: [Bound; 5] = [
    Bound::new("cold_below_c", "°C", -273.15, 2_000.0),
    Bound::new("hot_above_c", "°C", -273.15, 2_000.0),
    Bound::new("hysteresis_k", "K", 0.0, 100.0),
    Bound::new("delay_s", "s", 0.0, 86_400.0),
    Bound::new("max_rate_k_min", "K/min", 0.0, 1_000.0),
];

/// What limits of a group begin with.
pub const GROUP: &str = "group:";

impl Settings {
    /// What each other number may be.
    pub const BOUNDS: [Bound; 4] = [
        Bound::new("jump_k", "K", 0.1, 1_000.0),
        Bound::new("stuck_after_min", "min", 1.0, 100_000.0),
        Bound::new("never_moved_h", "h", 1.0, 100_000.0),
        Bound::new("max_sensors", "", 1.0, 1_000_000.0),
    ];

    /// Whether these limits can route at all: each can be meant, and cold lies below hot.
    pub fn check(&self) -> Result<(), Wrong> {
        let table = Key::of("functions.route_temperature");
        setting::check(&table, self, &BOUNDS)?;
        setting::check(&table, self, &Self::BOUNDS)?;
        let ordered = |table: &Key, cold, hot, possible: Option<(f64, f64)>| {
            setting::in_order(table, &[(("cold_below_c", cold), ("hot_above_c", hot))])?;
            possible.map_or(Ok(()), |(low, high)| setting::in_order(table, &[(("possible_c", low), ("possible_c", high))]))
        };
        ordered(&table, self.cold_below_c, self.hot_above_c, Some(self.possible_c))?;
        for (sensor, limits) in &self.sensors {
            let table = table.and("sensors").and(sensor);
            for (bound, own) in BOUNDS.iter().zip([
                Some(limits.cold_below_c),
                Some(limits.hot_above_c),
                limits.hysteresis_k,
                limits.delay_s,
                limits.max_rate_k_min,
            ]) {
                own.map_or(Ok(()), |own| bound.check(table.and(bound.name), own))?;
            }
            ordered(&table, limits.cold_below_c, limits.hot_above_c, limits.possible_c)?;
        }
        Ok(())
    }

    /// The limits in force for a sensor, which belongs to `group`.
    pub fn limits(&self, sensor: &str, group: Option<&str>) -> Limits {
        let by_group = || {
            let group = group?.to_lowercase();
            let named = |key: &&String| key.strip_prefix(GROUP).is_some_and(|named| named.to_lowercase() == group);
            self.sensors.keys().find(named).and_then(|key| self.sensors.get(key))
        };
        let by_beginning = || {
            self.sensors
                .iter()
                .filter_map(|(pattern, limits)| Some((pattern.strip_suffix('*')?, limits)))
                .filter(|(beginning, _)| sensor.starts_with(beginning))
                .max_by_key(|(beginning, _)| beginning.len())
                .map(|(_, limits)| limits)
        };
        let own = self.sensors.get(sensor).or_else(by_group).or_else(by_beginning);
        own.copied().unwrap_or(Limits::band(self.cold_below_c, self.hot_above_c))
    }
}

/// The function, with each sensor's limits and what its last readings said.
#[derive(Debug)]
pub struct RouteTemperature {
    settings: Settings,
    /// Which group a sensor belongs to.
    register: Arc<Register>,
    sensors: HashMap<(Origin, DeviceId), Memory>,
}

impl RouteTemperature {
    /// With these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings, register: Arc::default(), sensors: HashMap::new() }
    }

    fn route(&mut self, origin: Origin, sensor: &DeviceId, celsius: Celsius, at: Timestamp) -> TemperatureVerdict {
        let key = (origin, sensor.clone());
        let mut one_more;
        let room = self.sensors.len() < self.settings.max_sensors;
        let memory = match self.sensors.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let memory = Memory::new(self.settings.limits(sensor.as_str(), self.register.group(sensor)));
                if room {
                    place.insert(memory)
                } else {
                    one_more = memory;
                    &mut one_more
                }
            }
        };
        let limits = memory.limits;
        let previous = memory.band;
        let hysteresis_k = limits.hysteresis_k.unwrap_or(self.settings.hysteresis_k);
        let band = band(celsius.0, limits, previous, hysteresis_k);
        TemperatureVerdict {
            celsius,
            fahrenheit: Fahrenheit::from(celsius),
            band,
            previous,
            limits_c: (limits.cold_below_c, limits.hot_above_c),
            watch: memory.watch(celsius.0, band, at, &self.settings),
        }
    }
}

/// The band of a reading, given the band before.
fn band(celsius: f64, limits: Limits, previous: Option<Band>, hysteresis_k: f64) -> Band {
    let Limits { cold_below_c, hot_above_c, .. } = limits;
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
            Reading::Driving(_) | Reading::Crash(_) | Reading::Presence(_) | Reading::Ruled(_) => Celsius(f64::NAN),
        };
        Verdict::Temperature(self.route(event.origin, &event.device, celsius, event.time()))
    }

    fn regroup(&mut self, register: &Arc<Register>) {
        self.register = Arc::clone(register);
        let settings = &self.settings;
        self.sensors.iter_mut().for_each(|((_, sensor), memory)| {
            memory.limits = settings.limits(sensor.as_str(), register.group(sensor));
        });
    }
}

#[cfg(test)]
#[path = "route_temperature_tests.rs"]
mod tests;
