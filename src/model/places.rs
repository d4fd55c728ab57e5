//! Where sensors stand that do not say so themselves, as the settings have it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::DeviceId;
use super::setting::{Bound, Key, Wrong};

/// `[sensors]`: a place by a sensor's name, or by a beginning followed by `*`, of which the longest that fits wins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Places(BTreeMap<String, Place>);

/// A place on WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Degrees north, −90 to 90.
    pub lat: f64,
    /// Degrees east, −180 to 180.
    pub lon: f64,
}

impl Places {
    /// What a place may be.
    const BOUNDS: [Bound; 2] = [Bound::new("lat", "°", -90.0, 90.0), Bound::new("lon", "°", -180.0, 180.0)];

    /// Whether each can be.
    pub fn check(&self) -> Result<(), Wrong> {
        for (sensor, Place { lat, lon }) in &self.0 {
            let table = Key::of("sensors").and(sensor);
            for (bound, found) in Self::BOUNDS.iter().zip([*lat, *lon]) {
                bound.check(table.and(bound.name), found)?;
            }
        }
        Ok(())
    }

    /// Where a sensor stands.
    pub fn of(&self, sensor: &DeviceId) -> Option<Place> {
        let name = sensor.as_str();
        let by_beginning = || {
            let beginnings = self.0.iter().filter_map(|(key, place)| Some((key.strip_suffix('*')?, place)));
            beginnings.filter(|(beginning, _)| name.starts_with(beginning)).max_by_key(|(beginning, _)| beginning.len())
        };
        self.0.get(name).or_else(|| by_beginning().map(|(_, place)| place)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_before_the_longest_beginning_that_fits() {
        let text = r#"
            "hall-2-*" = { lat = 2.0, lon = 0.0 }
            "hall-*" = { lat = 1.0, lon = 0.0 }
            "hall-2-door" = { lat = 3.0, lon = 0.0 }
        "#;
        let places: Places = toml::from_str(text).unwrap();
        let lat = |name| places.of(&DeviceId::new(name)).map(|place| place.lat);
        assert_eq!(lat("hall-2-door"), Some(3.0));
        assert_eq!(lat("hall-2-shelf"), Some(2.0));
        assert_eq!(lat("hall-1"), Some(1.0));
        assert_eq!(lat("yard"), None);
    }

    #[test]
    fn a_place_that_is_none_is_refused_by_its_name() {
        let places: Places = toml::from_str("\"box-1\" = { lat = 137.5, lon = 127.0 }").unwrap();
        let error = places.check().unwrap_err().to_string();
        assert!(error.starts_with("sensors.box-1.lat must be from -90 to 90 °, found 137.5"), "{error}");
        assert!(toml::from_str::<Places>("\"box-1\" = { lat = 37.5 }").is_err(), "half a place");
    }
}
