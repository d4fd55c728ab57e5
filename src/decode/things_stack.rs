//! The Things Stack (`LoRaWAN`): `v3/<application>@<tenant>/devices/<device>/up`.
//! Source: TheThingsIndustries/lorawan-stack-docs, MQTT integration.

use serde_json::Value;

use super::{DecodeError, Filter, Format, Scribe, values};
use crate::model::RejectionReason;

/// See the module.
#[derive(Debug)]
pub(super) struct ThingsStack;

impl Format for ThingsStack {
    fn name(&self) -> &'static str {
        "things-stack"
    }

    fn filters(&self) -> Vec<Filter> {
        vec![Filter::telemetry("v3/+/devices/+/up")]
    }

    fn knows(&self, topic: &str) -> bool {
        topic.starts_with("v3/") && topic.contains("/devices/")
    }

    fn looks_like(&self, json: &Value) -> Option<&'static str> {
        json.get("end_device_ids").map(|_| "v3/application@tenant/devices/device/up")
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        let topic = scribe.topic;
        let message = scribe.object()?;
        let from_topic = topic.split('/').skip_while(|level| *level != "devices").nth(1);
        let own = message.get("end_device_ids").and_then(|ids| ids.get("device_id")?.as_str());
        // Under topics of the settings, and pasted without one, the payload alone names the device.
        let device = from_topic.filter(|name| *name != "device").or(own).unwrap_or("device").to_owned();
        let Some(uplink) = message.get("uplink_message") else {
            return Err(DecodeError::new(RejectionReason::NotUsed, "no uplink_message: a join, an answer or a failure"));
        };
        // The network heard it then; the device has no clock.
        let at = scribe.time(uplink.get("received_at").or_else(|| message.get("received_at")), "uplink_message.received_at");
        let Some(decoded) = uplink.get("decoded_payload").and_then(Value::as_object) else {
            let n_digits = uplink.get("frm_payload").and_then(Value::as_str).map_or(0, str::len);
            let detail = format!(
                "no decoded_payload: {n_digits} base64 characters in frm_payload are not understood; \
                 add a payload formatter to the device in The Things Stack"
            );
            return Err(DecodeError::new(RejectionReason::NotUsed, detail));
        };
        values::temperatures(scribe, &device, at, None, decoded, "decoded_payload.");
        values::whereabouts(scribe, &device, at, None, decoded);
        Ok(())
    }
}
