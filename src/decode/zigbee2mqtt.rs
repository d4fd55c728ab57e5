//! `Zigbee2MQTT`: `zigbee2mqtt/<friendly name>`, where a name may hold slashes, and `…/availability`.
//! Source: Koenkk/zigbee2mqtt.io, `docs/guide/usage/mqtt_topics_and_messages.md`.

use serde_json::Value;

use super::{DecodeError, Filter, Format, Scribe, shown, values};
use crate::model::RejectionReason;

/// See the module.
#[derive(Debug)]
pub(super) struct Zigbee2Mqtt;

const BASE: &str = "zigbee2mqtt/";

impl Format for Zigbee2Mqtt {
    fn name(&self) -> &'static str {
        "zigbee2mqtt"
    }

    fn filters(&self) -> Vec<Filter> {
        vec![Filter::telemetry("zigbee2mqtt/#")]
    }

    fn knows(&self, topic: &str) -> bool {
        topic.starts_with(BASE)
    }

    fn looks_like(&self, json: &Value) -> Option<&'static str> {
        json.get("linkquality").map(|_| "zigbee2mqtt/name")
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        let topic = scribe.topic;
        // Another base topic, from the settings, is one level as well.
        let name = topic.strip_prefix(BASE).or_else(|| topic.split_once('/').map(|(_, name)| name)).unwrap_or(topic);
        let last = name.rsplit('/').next().unwrap_or(name);
        if name.starts_with("bridge/") || matches!(last, "set" | "get") {
            return Err(DecodeError::new(RejectionReason::NotUsed, "the bridge's own message, or a command"));
        }
        if let Some(device) = name.strip_suffix("/availability") {
            let text = String::from_utf8_lossy(scribe.packet.payload.trim_ascii()).into_owned();
            // A bare word from older versions, an object from newer ones.
            let json = serde_json::from_str::<Value>(&text).ok();
            let online = match json.as_ref().and_then(|json| json.get("state")?.as_str()).unwrap_or(&text) {
                "online" => true,
                "offline" => false,
                other => {
                    let detail = format!("availability must be online or offline, found {}", shown(other));
                    return Err(DecodeError::new(RejectionReason::WrongShape, detail));
                }
            };
            scribe.presence(device, None, online, if online { "available again" } else { "Zigbee2MQTT cannot reach it" });
            return Ok(());
        }
        let message = scribe.object()?;
        let at = scribe.time(message.get("last_seen"), "last_seen");
        if at.is_none() {
            scribe.assume(|| "the message has no time: the time of receipt is used".to_owned());
        }
        values::temperatures(scribe, name, at, None, &message, "");
        Ok(())
    }
}
