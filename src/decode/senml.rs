//! `SenML` as JSON (RFC 8428); it has no topic of its own, so `senml/…` is subscribed, and others by the settings.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::values::number;
use super::{DecodeError, Filter, Format, Scribe, shown, time};
use crate::model::measure::{Measure, Unit};
use crate::model::{Driving, Position, RejectionReason, Timestamp};

/// Times below this are relative to now, s (RFC 8428, 4.5.3).
const RELATIVE_BELOW: f64 = 268_435_456.0;
/// Records of one pack that are read at most. Own judgement.
const RECORDS: usize = 4_096;
/// The version that is read; a pack that names a later one may mean something else (RFC 8428, 4.4).
const VERSION: f64 = 10.0;

/// See the module.
#[derive(Debug)]
pub(super) struct SenMl;

/// A place and a speed are told record by record: latitude, longitude, km/h.
#[derive(Default)]
struct Fix {
    lat: Option<f64>,
    lon: Option<f64>,
    speed_kmh: Option<f64>,
}

impl Format for SenMl {
    fn name(&self) -> &'static str {
        "senml"
    }

    fn filters(&self) -> Vec<Filter> {
        vec![Filter::telemetry("senml/#")]
    }

    fn knows(&self, topic: &str) -> bool {
        topic.starts_with("senml/") || topic == "senml"
    }

    fn looks_like(&self, json: &Value) -> Option<&'static str> {
        let first = json.as_array()?.first()?.as_object()?;
        ["n", "bn", "bt", "bu"].iter().any(|key| first.contains_key(*key)).then_some("senml/pack")
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        let Value::Array(records) = scribe.json()? else {
            let detail = "a pack is an array of records (RFC 8428); an object with \"e\" is an old draft";
            return Err(DecodeError::new(RejectionReason::WrongShape, detail));
        };
        if records.len() > RECORDS {
            let detail = format!("{} records; at most {RECORDS} are read", records.len());
            return Err(DecodeError::new(RejectionReason::TooLarge, detail));
        }
        let topic = scribe.topic;
        let mut base: Map<String, Value> = Map::new();
        let mut fixes: BTreeMap<(String, Option<Timestamp>), Fix> = BTreeMap::new();
        let mut n_others = 0;
        for record in &records {
            let Value::Object(record) = record else {
                scribe.refuse(RejectionReason::WrongShape, format!("a record must be an object, found {}", time::kind(record)));
                continue;
            };
            // What must be understood and is not makes the whole pack unreadable (RFC 8428, 4.4).
            if let Some(key) = record.keys().find(|key| key.ends_with('_')) {
                let detail = format!("the field {} must be understood and is not", shown(key));
                return Err(DecodeError::new(RejectionReason::WrongShape, detail));
            }
            if let Some(version) = number(record.get("bver")).filter(|version| *version > VERSION) {
                return Err(DecodeError::new(RejectionReason::WrongShape, format!("bver {version} is newer than {VERSION}")));
            }
            // A base holds from its record on.
            base.extend(record.iter().filter(|(key, _)| key.starts_with('b')).map(|(key, value)| (key.clone(), value.clone())));
            let text = |object: &Map<String, Value>, key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
            let sum = |key: &str, base_key: &str| match (number(record.get(key)), number(base.get(base_key))) {
                (None, None) => None,
                (own, base) => Some(own.unwrap_or(0.0) + base.unwrap_or(0.0)),
            };
            let Some(value) = sum("v", "bv").filter(|_| record.contains_key("v")) else {
                n_others += usize::from(["vs", "vb", "vd"].iter().any(|key| record.contains_key(*key)));
                continue;
            };
            let at = sum("t", "bt").map(|secs| {
                let micros = (secs * 1e6).round() as i64;
                if secs < RELATIVE_BELOW { scribe.packet.received_at.plus_micros(micros) } else { Timestamp(micros) }
            });
            let whose = text(&base, "bn").unwrap_or_default();
            let name = format!("{whose}{}", text(record, "n").unwrap_or_default());
            let or = |name: &str, other: &str| if name.is_empty() { other.to_owned() } else { name.to_owned() };
            let device = or(bare(&name), topic.strip_prefix("senml/").unwrap_or(topic));
            // A place's records may each have a name of their own; the base then has the device's.
            let vehicle = or(bare(&whose), &device);
            let mut fix = |set: &dyn Fn(&mut Fix)| set(fixes.entry((vehicle.clone(), at)).or_default());
            let speed = |unit: Unit| unit.to_wire(Measure::Speed, value);
            let unit = text(record, "u").or_else(|| text(&base, "bu")).unwrap_or_default();
            match unit.as_str() {
                "Cel" | "K" => {
                    let from = if unit == "K" { Unit::Kelvin } else { Unit::Celsius };
                    scribe.from("celsius", format_args!("v of {} in {unit}", shown(&name)));
                    scribe.temperature(&device, at, None, from.to_wire(Measure::Temperature, value).unwrap_or(f64::NAN));
                }
                "lat" => fix(&|fix| fix.lat = Some(value)),
                "lon" => fix(&|fix| fix.lon = Some(value)),
                "m/s" => fix(&|fix| fix.speed_kmh = speed(Unit::MetersPerSecond)),
                "km/h" => fix(&|fix| fix.speed_kmh = speed(Unit::KilometersPerHour)),
                _ => n_others += 1,
            }
        }
        scribe.from("position", "v in lat and lon");
        scribe.from("speed_kmh", "v in m/s or km/h");
        for ((device, at), Fix { lat, lon, speed_kmh }) in fixes {
            let position = lat.zip(lon).map(|(lat, lon)| Position { lat, lon, hdop: None });
            scribe.driving(&device, at, None, Driving { speed_kmh, position, ..Driving::default() });
        }
        if n_others > 0 {
            scribe.assume(|| format!("{n_others} records in other units or without a number are not used"));
        }
        Ok(())
    }
}

/// A name without the marks that join it to what follows: `urn:dev:ow:10e2073a01080063:`.
fn bare(name: &str) -> &str {
    name.trim_matches([':', '/', '.', '-', '_'])
}
