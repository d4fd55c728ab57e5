//! `ThingsBoard` telemetry: `v1/devices/<device>/telemetry` and a gateway's `v1/gateway/telemetry`.
//! Source: thingsboard/thingsboard, telemetry API. On its own broker the device is the login and the topic says `me`; only
//! a bridge that writes the device's name in its place makes it known here.

use serde_json::{Map, Value};

use super::{DecodeError, Filter, Format, Scribe, time, values};
use crate::model::RejectionReason;

/// See the module.
#[derive(Debug)]
pub(super) struct ThingsBoard;

const GATEWAY: &str = "v1/gateway/telemetry";

impl Format for ThingsBoard {
    fn name(&self) -> &'static str {
        "thingsboard"
    }

    fn filters(&self) -> Vec<Filter> {
        [GATEWAY, "v1/devices/+/telemetry"].map(Filter::telemetry).into()
    }

    fn knows(&self, topic: &str) -> bool {
        topic == GATEWAY || topic.starts_with("v1/devices/") && topic.ends_with("/telemetry")
    }

    fn looks_like(&self, json: &Value) -> Option<&'static str> {
        let one = json.get(0).unwrap_or(json);
        (one.get("ts").is_some() && one.get("values").is_some_and(Value::is_object)).then_some("v1/devices/device/telemetry")
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        let topic = scribe.topic;
        // Its own connectivity check publishes {temperature:25}.
        let message = scribe.loose_json()?;
        if topic.ends_with("gateway/telemetry") {
            let Value::Object(devices) = message else {
                return Err(DecodeError::new(RejectionReason::WrongShape, "a gateway sends an object of devices"));
            };
            for (device, rows) in &devices {
                read(scribe, device, rows);
            }
            return Ok(());
        }
        let named = topic.strip_suffix("/telemetry").unwrap_or(topic);
        let device = named.rsplit('/').next().unwrap_or(named);
        if device == "me" {
            let detail = "the topic says \"me\": here the device is its MQTT login; let the bridge write its name in place of me";
            return Err(DecodeError::new(RejectionReason::WrongShape, detail));
        }
        read(scribe, device, &message);
        Ok(())
    }
}

fn read(scribe: &mut Scribe<'_>, device: &str, rows: &Value) {
    for row in rows.as_array().map_or(std::slice::from_ref(rows), Vec::as_slice) {
        let Value::Object(row) = row else {
            scribe.refuse(RejectionReason::WrongShape, format!("a row must be an object, found {}", time::kind(row)));
            continue;
        };
        let nested: Option<&Map<String, Value>> = row.get("values").and_then(Value::as_object);
        let at = scribe.time(row.get("ts"), "ts");
        let object = nested.unwrap_or(row);
        values::temperatures(scribe, device, at, None, object, "");
        values::whereabouts(scribe, device, at, None, object);
    }
}
