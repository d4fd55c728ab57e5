//! Numbers, temperatures and places in payloads whose fields have names but no fixed place.

use serde_json::{Map, Value};

use super::Scribe;
use super::filing::read_position;
use crate::model::measure::{Measure, Unit};
use crate::model::range::TRACE_SPEED;
use crate::model::{Driving, Position, SpeedTrace, Timestamp};

/// A number, also one that is written as text.
pub(super) fn number(value: Option<&Value>) -> Option<f64> {
    match value? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// A place under two keys.
pub(super) fn place(object: &Map<String, Value>, lat: &str, lon: &str) -> Option<Position> {
    Some(Position { lat: number(object.get(lat))?, lon: number(object.get(lon))?, hdop: None })
}

/// A place that can be; a crash report is shown without one rather than refused for one that cannot be.
pub(super) fn sound(position: Option<Position>) -> Option<Position> {
    read_position(position).ok().flatten()
}

/// The speed that a crash report names, km/h, as its trace: one value at the time of the event.
pub(super) fn at_the_event(kmh: Option<f64>) -> Option<SpeedTrace> {
    let kmh = kmh.and_then(|kmh| TRACE_SPEED.check(kmh).ok())?;
    Some(SpeedTrace { t_ms: vec![0.0], kmh: vec![kmh] })
}

/// Whether a payload that cannot be read whole still names one of these fields: then it is a damaged message of the
/// format, and may have spoken of a crash.
pub(super) fn mentions(payload: &[u8], fields: &[&str]) -> bool {
    fields.iter().any(|field| payload.windows(field.len()).any(|bytes| bytes == field.as_bytes()))
}

/// Words in a key that make it no reading: settings, limits, the radio chip's own temperature.
const NO_READING: [&str; 16] = [
    "unit",
    "calibration",
    "setpoint",
    "offset",
    "alarm",
    "threshold",
    "limit",
    "min",
    "max",
    "sensitivity",
    "color",
    "colour",
    "source",
    "device",
    "periodic",
    "mode",
];

/// The words of a key, in small letters: `outsideTemperature`, `temp_c-00` and `TempC1` are outside temperature, temp c
/// 00, temp c1.
pub(super) fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in key.chars() {
        if !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && before.is_ascii_lowercase()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_ascii_alphanumeric(), words.last_mut()) {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The unit of a key's temperature, if the key is one of a temperature, and whether the key itself names the unit.
pub(super) fn temperature_unit(key: &str) -> Option<(Unit, bool)> {
    let words = words(key);
    if words.iter().any(|word| NO_READING.contains(&word.as_str())) {
        return None;
    }
    let unit = |word: &str| match word.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "c" | "celsius" => Some((Unit::Celsius, true)),
        "f" | "fahrenheit" => Some((Unit::Fahrenheit, true)),
        "k" | "kelvin" => Some((Unit::Kelvin, true)),
        // A probe's number, `temperature_2` or `temperature_l2`.
        "" | "l" => Some((Unit::Celsius, false)),
        _ => None,
    };
    let found = words.iter().enumerate().find_map(|(word_idx, word)| {
        let after = ["temperature", "temp", "t"].iter().find_map(|start| Some((*start, word.strip_prefix(start)?)));
        match (after?, words.get(word_idx + 1)) {
            (("t", ""), Some(next)) if words.len() == 2 => unit(next).filter(|(_, named)| *named),
            (("t", _), _) => None,
            ((_, ""), Some(next)) => unit(next),
            ((_, rest), _) => unit(rest),
        }
    });
    found.or_else(|| words.last().and_then(|word| if word.len() > 1 { unit(word).filter(|(_, named)| *named) } else { None }))
}

/// Every temperature among the members of an object. `temperature` and `temp` are the device's own; any other is a probe
/// of it, `<device>/<key>`, so that a probe's name stays the same whatever else a message holds.
pub(super) fn temperatures(
    scribe: &mut Scribe<'_>,
    device: &str,
    at: Option<Timestamp>,
    seq: Option<u64>,
    object: &Map<String, Value>,
    source: &str,
) {
    for (key, value) in object {
        let (Some((unit, named)), Some(reading)) = (temperature_unit(key), number(Some(value))) else { continue };
        let Some(celsius) = unit.to_wire(Measure::Temperature, reading) else { continue };
        if !named {
            scribe.assume(|| format!("{source}{key} names no unit and is taken as °C"));
        }
        scribe.from("celsius", format_args!("{source}{key}, {}", unit.symbol()));
        if matches!(key.as_str(), "temperature" | "temp" | "Temperature") {
            scribe.temperature(device, at, seq, celsius);
        } else {
            scribe.temperature(&format!("{device}/{key}"), at, seq, celsius);
        }
    }
}

/// A place among the members of an object, as a row of driving data. A speed is left out: its unit is not said.
pub(super) fn whereabouts(
    scribe: &mut Scribe<'_>,
    device: &str,
    at: Option<Timestamp>,
    seq: Option<u64>,
    object: &Map<String, Value>,
) {
    let pairs = [("latitude", "longitude"), ("lat", "lon"), ("lat", "lng")];
    let Some(position) = pairs.into_iter().find_map(|(lat, lon)| place(object, lat, lon)) else { return };
    if object.contains_key("speed") {
        scribe.assume(|| "speed is left out: this format does not say its unit; a mapping can".to_owned());
    }
    scribe.driving(device, at, seq, Driving { position: Some(position), ..Driving::default() });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_temperatures_are_told_from_those_about_temperatures() {
        use Unit::{Celsius, Fahrenheit, Kelvin};
        for (key, unit) in [
            ("temperature", Some((Celsius, false))),
            ("Temperature", Some((Celsius, false))),
            ("temp", Some((Celsius, false))),
            ("soil_temperature", Some((Celsius, false))),
            ("outsideTemperature", Some((Celsius, false))),
            ("temperature_2", Some((Celsius, false))),
            ("temperature2", Some((Celsius, false))),
            ("temperature_l1", Some((Celsius, false))),
            ("terminal_temperature", Some((Celsius, false))),
            ("temp_c", Some((Celsius, true))),
            ("TempC1", Some((Celsius, true))),
            ("TempC_SHT", Some((Celsius, true))),
            ("tC", Some((Celsius, true))),
            ("tF", Some((Fahrenheit, true))),
            ("tempf", Some((Fahrenheit, true))),
            ("temperatureFahrenheit", Some((Fahrenheit, true))),
            ("fahrenheit", Some((Fahrenheit, true))),
            ("temperature_kelvin", Some((Kelvin, true))),
            ("temperature_calibration", None),
            ("temperatureAlarm", None),
            ("temp_min", None),
            ("device_temperature", None),
            ("temperature_unit", None),
            ("color_temp", None),
            ("template", None),
            ("attempts", None),
            ("t", None),
            ("c", None),
            ("current", None),
            ("", None),
        ] {
            assert_eq!(temperature_unit(key), unit, "{key}");
        }
    }
}
