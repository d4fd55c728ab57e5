//! Shelly, second generation and later: `<prefix>/events/rpc`, `<prefix>/status/<component>`, `<prefix>/online`.
//! Source: shelly-api-docs.shelly.cloud, gen2, Notifications and Mqtt.

use serde_json::{Map, Value};

use super::values::number;
use super::{DecodeError, Filter, Format, Scribe};
use crate::model::measure::{Measure, Unit};
use crate::model::{RejectionReason, Timestamp};

/// See the module. A `NotifyStatus` is a difference: what it leaves out has not changed, so nothing need be remembered.
#[derive(Debug)]
pub(super) struct Shelly;

impl Format for Shelly {
    fn name(&self) -> &'static str {
        "shelly"
    }

    /// The prefix is the device's own name, so a level is all that can be said of it.
    fn filters(&self) -> Vec<Filter> {
        ["+/events/rpc", "+/status/+", "+/online"].map(Filter::telemetry).into()
    }

    fn knows(&self, topic: &str) -> bool {
        let mut levels = topic.rsplit('/');
        match (levels.next(), levels.next(), levels.next()) {
            (Some("rpc"), Some("events"), Some(_)) | (Some("online"), Some(_), _) => true,
            (Some(component), Some("status"), Some(_)) => component.contains(':'),
            _ => false,
        }
    }

    fn looks_like(&self, json: &Value) -> Option<&'static str> {
        json.get("method")?.as_str()?.starts_with("Notify").then_some("shelly/events/rpc")
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        let topic = scribe.topic;
        if let Some(device) = topic.strip_suffix("/online") {
            let online = match scribe.packet.payload.trim_ascii() {
                b"true" => true,
                b"false" => false,
                // Anybody may call a topic so.
                _ => return Err(DecodeError::new(RejectionReason::UnknownTopic, "online must be true or false")),
            };
            scribe.presence(device, None, online, if online { "back at its broker" } else { "last will" });
            return Ok(());
        }
        let message = scribe.object()?;
        if let Some(prefix) = topic.strip_suffix("/events/rpc") {
            // Pasted without its topic, the payload alone names the device.
            let own = message.get("src").and_then(Value::as_str).filter(|_| prefix == "shelly");
            let device = own.unwrap_or(prefix);
            let nothing = Map::new();
            let params = message.get("params").and_then(Value::as_object).unwrap_or(&nothing);
            let at = scribe.time(params.get("ts"), "params.ts");
            for (component, status) in params {
                if let Some(status) = status.as_object() {
                    temperature(scribe, device, component, at, status);
                }
            }
            return Ok(());
        }
        let mut levels = topic.rsplitn(3, '/');
        let (component, _, device) = (levels.next().unwrap_or(""), levels.next(), levels.next().unwrap_or(""));
        temperature(scribe, device, component, None, &message);
        Ok(())
    }
}

/// A component's temperature. A switch's own warmth (`switch:0.temperature`) is no reading.
fn temperature(scribe: &mut Scribe<'_>, device: &str, component: &str, at: Option<Timestamp>, status: &Map<String, Value>) {
    if !component.starts_with("temperature:") {
        return;
    }
    let fahrenheit = || Unit::Fahrenheit.to_wire(Measure::Temperature, number(status.get("tF"))?);
    let found = number(status.get("tC")).map(|celsius| ("tC, °C", celsius));
    match found.or_else(|| fahrenheit().map(|celsius| ("tF, °F", celsius))) {
        Some((source, celsius)) => {
            scribe.from("celsius", format_args!("{component}.{source}"));
            scribe.temperature(&format!("{device}/{component}"), at, None, celsius);
        }
        // A difference without it says that it has not changed; null says that the probe does not answer.
        None if status.contains_key("tC") => {
            scribe.refuse(RejectionReason::WrongShape, format!("{component}.tC is null: the probe does not answer"));
        }
        None => {}
    }
}
