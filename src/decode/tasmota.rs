//! Tasmota: `tele/<topic>/SENSOR`, `tele/<topic>/LWT`, `stat/<topic>/STATUS8`.
//! Source: tasmota/docs, `docs/MQTT.md`, `docs/DS18x20.md`.

use serde_json::Value;

use super::values::number;
use super::{DecodeError, Filter, Format, Scribe, shown};
use crate::model::RejectionReason;
use crate::model::measure::{Measure, Unit};

/// See the module.
#[derive(Debug)]
pub(super) struct Tasmota;

/// The device and the last level of a topic, in whichever order the prefix stands.
fn parse(topic: &str) -> Option<(String, &str)> {
    let (rest, last) = topic.rsplit_once('/')?;
    let device: Vec<_> = rest.split('/').filter(|level| !matches!(*level, "tele" | "stat")).collect();
    let prefixed = rest.split('/').any(|level| matches!(level, "tele" | "stat"));
    let known = matches!(last, "SENSOR" | "LWT" | "STATE" | "STATUS8" | "STATUS10");
    (prefixed && known && !device.is_empty()).then(|| (device.join("/"), last))
}

/// A probe's name: by its own number where it has one, since `DS18B20-2` becomes `DS18B20-1` when the first is gone.
fn probe(sensor: &str, values: &Value) -> String {
    match values.get("Id").and_then(Value::as_str) {
        Some(id) => {
            let kind =
                sensor.rsplit_once(['-', '_']).filter(|(_, idx)| idx.parse::<u8>().is_ok()).map_or(sensor, |(kind, _)| kind);
            format!("{kind}-{id}")
        }
        None => sensor.to_owned(),
    }
}

impl Format for Tasmota {
    fn name(&self) -> &'static str {
        "tasmota"
    }

    fn filters(&self) -> Vec<Filter> {
        ["tele/+/SENSOR", "tele/+/LWT", "stat/+/STATUS8"].map(Filter::telemetry).into()
    }

    fn knows(&self, topic: &str) -> bool {
        (topic.starts_with("tele/") || topic.starts_with("stat/")) && parse(topic).is_some()
    }

    fn looks_like(&self, json: &Value) -> Option<&'static str> {
        let sensors = json.get("StatusSNS").unwrap_or(json).as_object()?;
        let has = sensors.values().any(|sensor| sensor.get("Temperature").is_some());
        (has && sensors.contains_key("Time")).then_some("tele/device/SENSOR")
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        let topic = scribe.topic;
        let unknown = || DecodeError::new(RejectionReason::UnknownTopic, format!("{} is no topic of Tasmota", shown(topic)));
        let (device, last) = parse(topic).ok_or_else(unknown)?;
        if last == "LWT" {
            let online = match scribe.packet.payload.trim_ascii() {
                b"Online" => true,
                b"Offline" => false,
                other => {
                    let detail = format!("LWT must be Online or Offline, found {}", shown(&String::from_utf8_lossy(other)));
                    return Err(DecodeError::new(RejectionReason::WrongShape, detail));
                }
            };
            scribe.presence(&device, None, online, if online { "back at its broker" } else { "last will" });
            return Ok(());
        }
        let message = scribe.object()?;
        let message = message.get("StatusSNS").and_then(Value::as_object).unwrap_or(&message);
        let at = scribe.time(message.get("Time"), "Time");
        let unit = match message.get("TempUnit").and_then(Value::as_str) {
            Some("F") => Unit::Fahrenheit,
            Some("K") => Unit::Kelvin,
            Some(_) => Unit::Celsius,
            None => {
                scribe.assume(|| "TempUnit is missing: temperatures are taken as °C".to_owned());
                Unit::Celsius
            }
        };
        for (sensor, values) in message {
            // The chip's own warmth says nothing of the room.
            let Some(value) = values.get("Temperature").filter(|_| sensor != "ESP32") else { continue };
            match number(Some(value)).and_then(|value| unit.to_wire(Measure::Temperature, value)) {
                Some(celsius) => {
                    scribe.from("celsius", format_args!("{sensor}.Temperature, {}", unit.symbol()));
                    scribe.temperature(&format!("{device}/{}", probe(sensor, values)), at, None, celsius);
                }
                None => scribe.refuse(
                    RejectionReason::WrongShape,
                    format!("{}.Temperature is no number: the sensor is not connected or broken", shown(sensor)),
                ),
            }
        }
        Ok(())
    }
}
