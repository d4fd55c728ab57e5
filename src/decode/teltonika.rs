//! Teltonika trackers that send Codec JSON over MQTT, plain or in a device shadow.
//! Source: wiki.teltonika-gps.com, `Codec_JSON`, `Crash_trace` and the parameter lists (AVL 247: 1, 3, 5, 7, 8 are of a
//! calibrated tracker, 2, 4, 6 are not); openremote/fleet-management.
//!
//! Axes: X points to the front and Y to the left of a calibrated tracker, and forward motion gives −X: the tracker tells
//! the inertia, not the acceleration, as its +1 g at rest on the Z that points down says, too. In our frame (forward,
//! right, down; −1 g at rest) that is (−X, Y, −Z).

use serde_json::{Map, Value};

use self::trace::{Row, Traces};
use super::filing::MAX_CLAIM_CHARS;
use super::values::{at_the_event, mentions, number, sound};
use super::{DecodeError, Filter, Format, Scribe};
use crate::model::{AccelG, CrashReport, Driving, Frame, Position, RejectionReason, Timestamp};

mod trace;

/// The accelerometer's range with crash detection on, ± g.
const RANGE_G: f64 = 8.0;
/// A shorter trace is only its beginning, before the push: judged, it would look as if nothing had happened, and the
/// rest may never come. ms; own judgement, a trace is of some seconds on each side.
const LEAST_TRACE_MS: f64 = 1_000.0;
/// What speaks of a crash in a record that cannot be read: the keys in JSON, and as CBOR texts of three letters.
const CRASH_KEYS: [&str; 4] = ["\"247\"", "\"257\"", "c247", "c257"];

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Teltonika {
    traces: Traces,
}

/// Whether a record of any envelope is a Teltonika's.
pub(super) fn is_record(record: &Map<String, Value>) -> bool {
    ["latlng", "247", "257"].iter().any(|key| record.contains_key(*key))
        || record.contains_key("evt") && record.contains_key("ts")
}

/// Whether a payload that cannot be read may have told of a crash.
pub(super) fn may_be_a_crash(payload: &[u8]) -> bool {
    mentions(payload, &CRASH_KEYS)
        || payload.trim_ascii_start().starts_with(b"{") && mentions(payload, &["\"latlng\"", "\"evt\""])
}

/// The record within its envelope.
fn record(message: &Map<String, Value>) -> &Map<String, Value> {
    let reported = message.get("state").and_then(|state| state.get("reported")).and_then(Value::as_object);
    reported.or_else(|| message.get("RSP").and_then(Value::as_object)).unwrap_or(message)
}

/// A signed value of 16 or 32 bits, which some firmware prints unsigned: 64574 is −962.
fn signed(value: f64) -> f64 {
    match value {
        _ if (32_768.0..65_536.0).contains(&value) => value - 65_536.0,
        _ if (2_147_483_648.0..4_294_967_296.0).contains(&value) => value - 4_294_967_296.0,
        _ => value,
    }
}

impl Format for Teltonika {
    fn name(&self) -> &'static str {
        "teltonika"
    }

    fn filters(&self) -> Vec<Filter> {
        vec![Filter::crash("teltonika/+/data"), Filter::crash("+/+/teltonika/+/data")]
    }

    fn knows(&self, topic: &str) -> bool {
        topic.ends_with("/data") && topic.rsplit('/').nth(2) == Some("teltonika")
    }

    fn looks_like(&self, json: &Value) -> Option<&'static str> {
        is_record(record(json.as_object()?)).then_some("teltonika/imei/data")
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        let topic = scribe.topic;
        let imei = topic.split('/').find(|level| level.len() == 15 && level.bytes().all(|byte| byte.is_ascii_digit()));
        let device = imei.unwrap_or_else(|| {
            let named = topic.strip_suffix("/data").unwrap_or(topic);
            named.rsplit('/').next().unwrap_or(named)
        });
        match scribe.object() {
            Ok(message) => self.read(scribe, device, record(&message)),
            Err(error) if may_be_a_crash(&scribe.packet.payload) => {
                scribe.unreadable(device, &error);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

/// What a record says of a vehicle's state, whatever else it is about.
struct Seen {
    at: Option<Timestamp>,
    /// The last known place, which is old where there is no fix.
    place: Option<Position>,
    speed_kmh: Option<f64>,
}

impl Teltonika {
    /// Reads one record of a tracker.
    pub(super) fn read(&mut self, scribe: &mut Scribe<'_>, device: &str, record: &Map<String, Value>) -> Result<(), DecodeError> {
        if !is_record(record) {
            let why = "no record of a tracker: an answer to a command, or a setting";
            return Err(DecodeError::new(RejectionReason::NotUsed, why));
        }
        let value = |id: &str| number(record.get(id));
        let at = scribe.time(record.get("ts"), "ts");
        let place = sound(record.get("latlng").and_then(Value::as_str).and_then(|text| {
            let (lat, lon) = text.split_once(',')?;
            let hdop = value("182").map(|hdop| hdop / 10.0).filter(|hdop| (0.0..=100.0).contains(hdop));
            Some(Position { lat: lat.trim().parse().ok()?, lon: lon.trim().parse().ok()?, hdop })
        }));
        // Without satellites the tracker repeats its last place and a speed of 0.
        let fix = place.is_some() && value("sat") != Some(0.0);
        if !fix {
            scribe.assume(|| "no fix (latlng 0.000000,0.000000 or sat 0): speed and heading are not known".to_owned());
        }
        scribe.from("speed_kmh", "sp, km/h");
        scribe.from("speed", "sp, km/h");
        scribe.from("position", "latlng");
        scribe.from("heading_deg", "ang");
        let seen = Seen { at, place, speed_kmh: value("sp").filter(|_| fix) };
        let claim = record.get("247").filter(|claim| !claim.is_null() && number(Some(claim)) != Some(0.0));
        if claim.is_some() || record.contains_key("257") {
            self.crash(scribe, device, record, claim, &seen);
        }
        for (first, per_unit, what) in [(72_u8, 10.0, "dallas"), (25, 100.0, "ble")] {
            for nr in 0..4 {
                let id = (first + nr).to_string();
                if let Some(raw) = value(&id) {
                    temperature(scribe, &format!("{device}/{what}-{}", nr + 1), at, &id, raw, per_unit);
                }
            }
        }
        let milli = |id: &str| value(id).map(|value| signed(value) / 1_000.0);
        let accel_g = milli("17").zip(milli("18")).zip(milli("19")).map(|((x, y), z)| AccelG { x: -x, y, z: -z });
        if accel_g.is_some() {
            scribe.from("accel_g", "17, 18, 19, mG as (−X, Y, −Z)");
            scribe.assume(|| "17, 18, 19: the axes are those of a calibrated tracker".to_owned());
        }
        let heading_deg = value("ang").filter(|_| fix);
        let row = Driving { speed_kmh: seen.speed_kmh, accel_g, position: place.filter(|_| fix), heading_deg };
        if row != Driving::default() {
            scribe.driving(device, at, None, row);
        }
        // After the row, which would count as a sign of life. A permanent 0 says nothing new.
        match value("252") {
            Some(1.0) => scribe.presence(device, at, false, "unplugged from the vehicle"),
            Some(0.0) if value("evt") == Some(252.0) => scribe.presence(device, at, true, "plugged into the vehicle"),
            _ => {}
        }
        Ok(())
    }

    /// A claim (247), a piece of a crash trace (257), or both.
    fn crash(&mut self, scribe: &mut Scribe<'_>, device: &str, record: &Map<String, Value>, claim: Option<&Value>, seen: &Seen) {
        let Seen { at, place, speed_kmh } = *seen;
        let counter = number(record.get("317"));
        let code = number(claim).map(|code| code as i64);
        let mut report = CrashReport {
            speed: at_the_event(speed_kmh),
            position: place,
            frame: if matches!(code, Some(1 | 3 | 5 | 7 | 8)) { Frame::Vehicle } else { Frame::Device },
            // In words that the judge and a person know.
            device_verdict: claim.map(|claim| match code {
                Some(1 | 6) => "crash".into(),
                Some(7) => "pothole".into(),
                Some(8) => "false alarm".into(),
                Some(2..=5) => "crash trace".into(),
                _ => claim.to_string().chars().take(MAX_CLAIM_CHARS).collect(),
            }),
            ..scribe.report()
        };
        scribe.from("device_verdict", format_args!("247 = {}", claim.map_or_else(String::new, ToString::to_string)));
        let mut begin = at;
        if let Some(hex) = record.get("257") {
            match hex.as_str().and_then(trace::samples) {
                Some(samples) => {
                    let calibrated = (report.frame == Frame::Vehicle).then_some(true);
                    let row = Row { samples, speed_kmh };
                    let whole = self.traces.join(scribe.origin, device, counter, at, row, calibrated);
                    begin = whole.begin;
                    report.speed = whole.speed;
                    report.frame = if whole.calibrated { Frame::Vehicle } else { Frame::Device };
                    let (n_samples, step_ms) = (whole.pulse.len(), whole.step_ms);
                    if n_samples as f64 * step_ms >= LEAST_TRACE_MS {
                        (report.pulse, report.range_g) = (whole.pulse, Some(RANGE_G));
                        scribe.from("samples", "257, int16 mG as (−X, Y, −Z), joined by 317");
                        scribe.assume(|| format!("257: the samples are taken as {step_ms:.1} ms apart"));
                    } else {
                        scribe.assume(|| {
                            format!("257: {n_samples} samples so far are only the beginning of a trace and not judged")
                        });
                    }
                }
                None => report.unreadable = Some("257: expected rows of X, Y, Z as 16-bit numbers in hexadecimal digits".into()),
            }
        }
        let key = if record.contains_key("257") {
            scribe.key(format_args!("trace/{}", counter.unwrap_or(0.0)), at)
        } else {
            scribe.key(format_args!("crash/{}", code.unwrap_or(0)), at)
        };
        scribe.crash(device, begin, None, &key, report);
    }
}

/// A probe's temperature, unless the number is one of the tracker's codes for a probe that is not there.
fn temperature(scribe: &mut Scribe<'_>, probe: &str, at: Option<Timestamp>, id: &str, raw: f64, per_unit: f64) {
    let celsius = signed(raw) / per_unit;
    // 850 is what a probe says before its first reading. The older codes of Bluetooth probes look like 20, 30 and 40 °C
    // to the hundredth: a reading that is lost now and then is better than a cold room at 40 °C.
    let codes: &[f64] = if per_unit > 10.0 { &[2_000.0, 3_000.0, 4_000.0] } else { &[850.0] };
    if codes.contains(&raw) || celsius > 150.0 {
        let detail = format!("AVL {id} = {raw}: a code, the probe is missing or broken");
        scribe.refuse(RejectionReason::OutOfRange, detail);
    } else {
        scribe.from("celsius", format_args!("{id}, 1/{per_unit} °C"));
        scribe.temperature(probe, at, None, celsius);
    }
}
