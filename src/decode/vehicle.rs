//! Vehicle standards that have no MQTT topic of their own: COVESA VSS paths under `vss/<vehicle>`, the eCall minimum set
//! of data under `ecall/<vehicle>`, a HERE SDII crash event under `sdii/<vehicle>`.
//! Sources: `COVESA/vehicle_signal_specification`; EN 15722 as its public examples show it; developer.here.com
//! `here.sdii.CrashDetectedEvent`.

use serde_json::{Map, Value};

use super::values::{at_the_event, mentions, number, sound};
use super::{DecodeError, Filter, Format, Scribe, shown};
use crate::model::measure::{Measure, Unit};
use crate::model::{AccelG, CrashReport, Driving, Position, RejectionReason};

/// Milliarcseconds in a degree.
const MAS: f64 = 3_600_000.0;

/// See the module.
#[derive(Debug)]
pub(super) struct Vehicle;

impl Format for Vehicle {
    fn name(&self) -> &'static str {
        "vehicle"
    }

    fn filters(&self) -> Vec<Filter> {
        ["vss/+", "ecall/+", "sdii/+"].map(Filter::crash).into()
    }

    fn knows(&self, topic: &str) -> bool {
        matches!(topic.split_once('/'), Some(("vss" | "ecall" | "sdii", _)))
    }

    fn looks_like(&self, json: &Value) -> Option<&'static str> {
        let object = json.as_object()?;
        let has = |key: &str| object.contains_key(key);
        match () {
            () if has("msdStructure") => Some("ecall/vehicle"),
            () if has("airbagsDeployed") || has("CrashDetectedEvent") || has("crashDetectedEvent") => Some("sdii/vehicle"),
            () if object.keys().any(|key| key == "Vehicle" || key.starts_with("Vehicle.")) => Some("vss/vehicle"),
            () => None,
        }
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        let topic = scribe.topic;
        let (kind, vehicle) = topic.split_once('/').unwrap_or((topic, "vehicle"));
        match (kind, scribe.object()) {
            ("ecall", Ok(message)) => ecall(scribe, vehicle, &message),
            ("sdii", Ok(message)) => sdii(scribe, vehicle, &message),
            ("vss", Ok(message)) => vss(scribe, vehicle, &message),
            // Nothing but crashes comes on these.
            ("ecall" | "sdii", Err(error)) => scribe.unreadable(vehicle, &error),
            ("vss", Err(error)) if mentions(&scribe.packet.payload, &["Airbag", "Rollover"]) => {
                scribe.unreadable(vehicle, &error);
            }
            ("vss", Err(error)) => return Err(error),
            _ => return Err(DecodeError::new(RejectionReason::UnknownTopic, format!("{} is not known", shown(topic)))),
        }
        Ok(())
    }
}

/// Whether a field says yes: true, 1 or "true".
fn is(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(*yes),
        Value::String(text) => text.trim().to_lowercase().parse().ok(),
        value => value.as_f64().map(|number| number != 0.0),
    }
}

/// Flattens nested branches to paths; a leaf may be bare or `{"value": …}`.
fn leaves<'v>(path: &str, value: &'v Value, depth: usize, found: &mut Vec<(String, &'v Value)>) {
    match value {
        Value::Object(branch) => match branch.get("value") {
            Some(value) => found.push((path.to_owned(), value)),
            None if depth < 8 => {
                for (key, value) in branch {
                    leaves(&format!("{path}.{key}"), value, depth + 1, found);
                }
            }
            None => {}
        },
        value => found.push((path.to_owned(), value)),
    }
}

fn vss(scribe: &mut Scribe<'_>, vehicle: &str, message: &Map<String, Value>) {
    let mut found = Vec::new();
    for (key, value) in message {
        leaves(key, value, 0, &mut found);
    }
    let of = |path: &str| found.iter().find(|(name, _)| name == path).map(|(_, value)| *value);
    let at = ["ts", "timestamp", "time"].iter().find_map(|key| message.get(*key));
    let at = scribe.time(at, "timestamp");
    let place = |part: &str| number(of(&format!("Vehicle.CurrentLocation.{part}")));
    let position = place("Latitude").zip(place("Longitude")).map(|(lat, lon)| Position { lat, lon, hdop: None });
    // VSS tells a reversing vehicle by a negative speed.
    let speed_kmh = number(of("Vehicle.Speed")).map(f64::abs);
    scribe.from("speed_kmh", "Vehicle.Speed, km/h");
    scribe.from("speed", "Vehicle.Speed, km/h");
    scribe.from("position", "Vehicle.CurrentLocation");
    scribe.from("heading_deg", "Vehicle.CurrentLocation.Heading");
    scribe.from("accel_g", "Vehicle.Acceleration, m/s², left and up turned to right and down");
    let yes = |wanted: &dyn Fn(&str) -> bool| found.iter().any(|(path, value)| wanted(path) && is(value) == Some(true));
    let airbag = yes(&|path| path.contains("Airbag") && path.ends_with("IsDeployed"));
    let rollover = yes(&|path| path.contains("Rollover"));
    if airbag || rollover {
        scribe.from("airbag", "…Airbag.IsDeployed");
        let report = CrashReport {
            airbag: airbag.then_some(true),
            speed: at_the_event(speed_kmh),
            position: sound(position),
            device_verdict: Some(if airbag { "crash" } else { "rollover" }.into()),
            ..scribe.report()
        };
        let key = scribe.key("vss", at);
        scribe.crash(vehicle, at, None, &key, report);
    }
    let g =
        |axis: &str| Unit::MetersPerSecond2.to_wire(Measure::Acceleration, number(of(&format!("Vehicle.Acceleration.{axis}")))?);
    let accel_g = g("Longitudinal").zip(g("Lateral")).zip(g("Vertical"));
    let row = Driving {
        speed_kmh,
        // VSS is ISO 8855: forward, left, up.
        accel_g: accel_g.map(|((x, y), z)| AccelG { x, y: -y, z: -z }),
        position,
        heading_deg: place("Heading"),
    };
    if row != Driving::default() {
        scribe.driving(vehicle, at, None, row);
    }
}

fn ecall(scribe: &mut Scribe<'_>, vehicle: &str, message: &Map<String, Value>) {
    let nothing = Map::new();
    let msd = message.get("msdStructure").and_then(Value::as_object).unwrap_or(message);
    let part = |key: &str| msd.get(key).and_then(Value::as_object).unwrap_or(&nothing);
    let (control, location) = (part("control"), part("vehicleLocation"));
    let said = |key: &str| control.get(key).and_then(is);
    let at = scribe.time(msd.get("timestamp"), "timestamp");
    let degrees = |key: &str| number(location.get(key)).map(|mas| mas / MAS);
    let position = degrees("positionLatitude").zip(degrees("positionLongitude"));
    let position = sound(position.map(|(lat, lon)| Position { lat, lon, hdop: None }));
    if said("positionCanBeTrusted") == Some(false) {
        scribe.assume(|| "positionCanBeTrusted is false: the place may be old".to_owned());
    }
    scribe.from("position", "vehicleLocation, milliarcseconds ÷ 3 600 000");
    scribe.from("device_verdict", "control.automaticActivation");
    let verdict = match said("automaticActivation") {
        Some(true) => "crash",
        Some(false) => "eCall by hand",
        None => "eCall",
    };
    // A vehicle may send a newer set of the same call, by its running number.
    let key = scribe.key(format_args!("ecall/{}", number(msd.get("messageIdentifier")).unwrap_or(0.0)), at);
    let report = CrashReport {
        position,
        device_verdict: Some(verdict.into()),
        claims_test: said("testCall") == Some(true),
        ..scribe.report()
    };
    scribe.crash(vehicle, at, None, &key, report);
}

fn sdii(scribe: &mut Scribe<'_>, vehicle: &str, message: &Map<String, Value>) {
    let inner = ["CrashDetectedEvent", "crashDetectedEvent"].iter().find_map(|key| message.get(*key)?.as_object());
    let event = inner.unwrap_or(message);
    let stamps = ["timeStampUTC_ms", "timestamp", "timeStamp"];
    let at = scribe.time(stamps.iter().find_map(|key| event.get(*key).or_else(|| message.get(*key))), "timeStampUTC_ms");
    // One value is no push: judged as samples it would look like a spike.
    if event.contains_key("maxAccelerationVector_mps2") {
        scribe.assume(|| {
            "maxAccelerationVector_mps2 is the greatest value alone and not judged; it stands in the bytes".to_owned()
        });
    }
    scribe.from("airbag", "airbagsDeployed");
    let airbag = event.get("airbagsDeployed").and_then(is);
    let report = CrashReport { airbag, device_verdict: Some("crash".into()), ..scribe.report() };
    let key = scribe.key("sdii", at);
    scribe.crash(vehicle, at, None, &key, report);
}
