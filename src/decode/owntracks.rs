//! `OwnTracks`, also what qtripp makes of Queclink trackers: `owntracks/<user>/<device>`.
//! Source: owntracks/booklet, `docs/tech/json.md`.

use serde_json::Value;

use super::values::{self, number, place};
use super::{DecodeError, Filter, Format, Scribe, shown};
use crate::model::{Driving, RejectionReason};

/// Above this the place is told to be rough, m: a mobile cell, no satellites. Own judgement.
const ROUGH_M: f64 = 100.0;

/// See the module.
#[derive(Debug)]
pub(super) struct OwnTracks;

impl Format for OwnTracks {
    fn name(&self) -> &'static str {
        "owntracks"
    }

    fn filters(&self) -> Vec<Filter> {
        vec![Filter::telemetry("owntracks/+/+")]
    }

    fn knows(&self, topic: &str) -> bool {
        topic.starts_with("owntracks/")
    }

    fn looks_like(&self, json: &Value) -> Option<&'static str> {
        matches!(json.get("_type")?.as_str()?, "location" | "lwt" | "transition").then_some("owntracks/user/device")
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        let not_used = |why: String| Err(DecodeError::new(RejectionReason::NotUsed, why));
        let topic = scribe.topic;
        let last = topic.rsplit('/').next().unwrap_or(topic);
        if matches!(last, "event" | "waypoint" | "waypoints" | "status" | "cmd" | "step" | "beacon" | "dump" | "info") {
            return not_used(format!("{} carries no place", shown(topic)));
        }
        // The last two levels, whatever base the settings name.
        let device = topic.rmatch_indices('/').nth(1).map_or(topic, |(at, _)| &topic[at + 1..]);
        let message = scribe.object()?;
        let at = scribe.time(message.get("tst"), "tst");
        match message.get("_type").and_then(Value::as_str) {
            Some("location") => {}
            Some("lwt") => {
                // Its `tst` is when the app connected, not when it went.
                scribe.presence(device, None, false, "last will");
                return Ok(());
            }
            Some("encrypted") => return not_used("the payload is encrypted: set no secret in the app".to_owned()),
            Some(other) => return not_used(format!("_type {} carries no place", shown(other))),
            None => return Err(DecodeError::new(RejectionReason::WrongShape, "_type is missing")),
        }
        scribe.from("speed_kmh", "vel, km/h");
        scribe.from("position", "lat, lon");
        scribe.from("heading_deg", "cog");
        if !message.contains_key("vel") {
            scribe.assume(|| "vel is missing: the app leaves out what is zero, so the speed is not known".to_owned());
        }
        if let Some(metres) = number(message.get("acc")).filter(|metres| *metres > ROUGH_M) {
            scribe.assume(|| format!("the place is rough: acc {metres} m"));
        }
        if message.get("t").and_then(Value::as_str) == Some("h") {
            scribe.assume(|| "t \"h\": the tracker reports harsh driving; a claim, and no crash".to_owned());
        }
        // Some phones send -1 where they do not know.
        let known = |key: &str| number(message.get(key)).filter(|value| *value >= 0.0);
        let row = Driving {
            speed_kmh: known("vel"),
            accel_g: None,
            position: place(&message, "lat", "lon"),
            heading_deg: known("cog"),
        };
        scribe.driving(device, at, None, row);
        values::temperatures(scribe, device, at, None, &message, "");
        Ok(())
    }
}
