//! What a Traccar server forwards: topics `positions` and `events`. Speeds are in knots.
//! Source: traccar/traccar, `model/Position.java`, `model/Event.java`, `forward/*`.

use serde_json::{Map, Value};

use super::values::{at_the_event, mentions, number, place, sound};
use super::{DecodeError, Filter, Format, Scribe};
use crate::model::measure::{Measure, Unit};
use crate::model::{CrashReport, Driving, RejectionReason};

/// See the module.
#[derive(Debug)]
pub(super) struct Traccar;

/// The alarm that claims a crash. From a Teltonika it includes what the device itself calls fake.
const ACCIDENT: &str = "accident";

/// Whose a message is filed under where it cannot be read.
const UNNAMED: &str = "traccar";

impl Format for Traccar {
    fn name(&self) -> &'static str {
        "traccar"
    }

    fn filters(&self) -> Vec<Filter> {
        vec![Filter::crash("positions"), Filter::crash("events")]
    }

    fn knows(&self, topic: &str) -> bool {
        matches!(topic, "positions" | "events")
    }

    fn looks_like(&self, json: &Value) -> Option<&'static str> {
        let has = |key| json.get(key).is_some_and(Value::is_object);
        match () {
            () if has("event") && has("device") => Some("events"),
            () if has("position") && has("device") => Some("positions"),
            () => None,
        }
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        let message = match scribe.object() {
            Ok(message) => message,
            // The topics' names are anybody's words; a damaged message of Traccar's may have told of an accident.
            Err(error) if mentions(&scribe.packet.payload, &[ACCIDENT, "\"position\"", "\"event\""]) => {
                scribe.unreadable(UNNAMED, &error);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let nothing = Map::new();
        let part = |key: &str| message.get(key).and_then(Value::as_object).unwrap_or(&nothing);
        let (position, device, event) = (part("position"), part("device"), part("event"));
        if position.is_empty() && event.is_empty() {
            return Err(DecodeError::new(RejectionReason::UnknownTopic, "neither a position nor an event of Traccar"));
        }
        let accident = claims_accident(position) || claims_accident(event);
        let name = ["uniqueId", "name", "id"].iter().find_map(|key| match device.get(*key)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        let Some(name) = name else {
            let error = DecodeError::new(RejectionReason::WrongShape, "device.uniqueId is missing");
            if accident {
                scribe.unreadable(UNNAMED, &error);
                return Ok(());
            }
            return Err(error);
        };
        // `outdated` repeats an older fix, and then `fixTime` is the older one's.
        let is = |key: &str| position.get(key).and_then(Value::as_bool);
        let fix = is("valid") != Some(false) && is("outdated") != Some(true);
        let here = place(position, "latitude", "longitude").filter(|_| fix);
        let knots = number(position.get("speed")).filter(|_| fix);
        let speed_kmh = knots.and_then(|knots| Unit::Knots.to_wire(Measure::Speed, knots));
        scribe.from("speed_kmh", "position.speed, knots × 1.852");
        scribe.from("speed", "position.speed, knots × 1.852");
        scribe.from("position", "position.latitude, position.longitude");
        scribe.from("heading_deg", "position.course");
        if accident {
            let sent_at = scribe.time(position.get("deviceTime"), "position.deviceTime");
            let fixed_at = || scribe.time(position.get("fixTime"), "position.fixTime").filter(|_| fix);
            let at = sent_at.or_else(fixed_at).or_else(|| scribe.time(event.get("eventTime"), "event.eventTime"));
            // The same alarm comes as a position and as an event.
            let key = scribe.key(ACCIDENT, at);
            scribe.from("device_verdict", "attributes.alarm");
            let report = CrashReport {
                speed: at_the_event(speed_kmh),
                position: sound(here),
                device_verdict: Some(ACCIDENT.into()),
                ..scribe.report()
            };
            scribe.crash(&name, at, None, &key, report);
        }
        match event.get("type").and_then(Value::as_str) {
            Some(kind @ ("deviceOnline" | "deviceOffline" | "deviceUnknown")) => {
                let at = scribe.time(event.get("eventTime"), "event.eventTime");
                let online = kind == "deviceOnline";
                let why = if online { "the Traccar server hears it" } else { "the Traccar server does not hear it" };
                scribe.presence(&name, at, online, why);
            }
            // Its position comes by itself.
            Some(_) => {}
            None if accident && here.is_none() => {}
            None => {
                let at = scribe.time(position.get("fixTime").or_else(|| position.get("deviceTime")), "position.fixTime");
                let row = Driving {
                    speed_kmh,
                    accel_g: None,
                    position: here,
                    heading_deg: number(position.get("course")).filter(|_| fix),
                };
                scribe.driving(&name, at, None, row);
            }
        }
        Ok(())
    }
}

/// Whether one of a position's or event's alarms is an accident: a text, several with commas, or an array.
fn claims_accident(part: &Map<String, Value>) -> bool {
    let told = |text: &str| text.split(',').any(|alarm| alarm.trim() == ACCIDENT);
    match part.get("attributes").and_then(|attributes| attributes.get("alarm")) {
        Some(Value::String(alarms)) => told(alarms),
        Some(Value::Array(alarms)) => alarms.iter().filter_map(Value::as_str).any(told),
        _ => false,
    }
}
