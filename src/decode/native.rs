//! Fleetwatch's own wire format, as `docs/WIRE.md` describes it field by field.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::filing::{
    MAX_CLAIM_CHARS, check_name, check_size, event, event_id, hash_key, presentable, read_position, register, unreadable,
};
use super::json::{self, AnyTime, Claim, Name, Samples, Time};
use super::{DecodeError, Filter, Format, Interner, Scribe, shown, values};
use crate::model::range::{CELSIUS, CRASH_G, DRIVING_G, HEADING, RANGE_G, SPEED, T_MS, TRACE_SPEED};
use crate::model::{
    AccelG, BootId, Celsius, CrashReport, DeviceId, Driving, Event, Fahrenheit, Frame, Origin, Packet, Position, Pulse, Reading,
    RejectionReason, SpeedTrace, Temperature,
};

#[derive(Deserialize)]
struct DrivingMessage<'a> {
    occurred_at: Time,
    speed_kmh: Option<f64>,
    accel_g: Option<AccelG>,
    position: Option<Position>,
    heading_deg: Option<f64>,
    #[serde(borrow)]
    boot_id: Option<Name<'a>>,
    seq: Option<u64>,
}

#[derive(Deserialize)]
struct TemperatureMessage<'a> {
    occurred_at: Option<Time>,
    celsius: Option<f64>,
    fahrenheit: Option<f64>,
    position: Option<Position>,
    #[serde(borrow)]
    boot_id: Option<Name<'a>>,
    seq: Option<u64>,
}

#[derive(Deserialize)]
struct CrashMessage<'a> {
    #[serde(borrow)]
    event_id: Option<Name<'a>>,
    #[serde(borrow)]
    boot_id: Option<Name<'a>>,
    seq: Option<u64>,
    occurred_at: Option<AnyTime>,
    samples: Option<SamplesMessage>,
    frame: Option<Frame>,
    gravity: Option<bool>,
    range_g: Option<f64>,
    speed: Option<SpeedMessage>,
    airbag: Option<bool>,
    position: Option<Position>,
    #[serde(borrow)]
    device_verdict: Option<Cow<'a, str>>,
    #[serde(default)]
    test: Claim,
    #[serde(default)]
    drill: Claim,
}

#[derive(Deserialize)]
struct SamplesMessage {
    t_ms: Vec<f64>,
    x_g: Samples,
    y_g: Samples,
    z_g: Samples,
}

#[derive(Deserialize)]
struct SpeedMessage {
    t_ms: Vec<f64>,
    kmh: Samples,
}

/// Which native message a topic carries, and whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic<'a> {
    Driving(&'a str),
    Crash(&'a str),
    Temperature(&'a str),
}

impl<'a> Topic<'a> {
    /// Reads a topic without its root: `fleet/<vehicle>/driving`, `fleet/<vehicle>/crash`,
    /// `sensors/<sensor>/temperature`; the name is one level.
    fn parse(topic: &'a str) -> Option<Self> {
        let (first, rest) = topic.split_once('/')?;
        let (name, last) = rest.split_once('/')?;
        match (first, last) {
            ("fleet", "driving") => Some(Self::Driving(name)),
            ("fleet", "crash") => Some(Self::Crash(name)),
            ("sensors", "temperature") => Some(Self::Temperature(name)),
            _ => None,
        }
    }
}

/// Its name.
pub const NAME: &str = "native";

/// The format of `docs/WIRE.md`.
#[derive(Debug)]
pub struct Native;

impl Format for Native {
    fn name(&self) -> &'static str {
        NAME
    }

    fn filters(&self) -> Vec<Filter> {
        vec![Filter::crash("fleet/+/crash"), Filter::telemetry("fleet/+/driving"), Filter::telemetry("sensors/+/temperature")]
    }

    fn knows(&self, topic: &str) -> bool {
        Topic::parse(topic).is_some()
    }

    fn looks_like(&self, json: &Value) -> Option<&'static str> {
        let has = |key| json.get(key).is_some();
        match () {
            () if has("samples") || has("airbag") => Some("fleet/vehicle/crash"),
            () if has("celsius") || has("fahrenheit") => Some("sensors/sensor/temperature"),
            () if has("occurred_at") && !has("ruling") => Some("fleet/vehicle/driving"),
            () => None,
        }
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        let Scribe { packet, origin, topic, .. } = *scribe;
        let event = match Topic::parse(topic) {
            Some(Topic::Driving(vehicle)) => driving(packet, origin, vehicle, scribe.interner)?,
            Some(Topic::Temperature(sensor)) => temperature(packet, origin, sensor, scribe.interner)?,
            Some(Topic::Crash(vehicle)) => crash(packet, origin, vehicle, scribe.interner),
            None => {
                return Err(DecodeError::new(
                    RejectionReason::UnknownTopic,
                    format!("no message is known by the topic {}", shown(&packet.topic)),
                ));
            }
        };
        scribe.write(event);
        Ok(())
    }
}

fn driving(packet: &Packet, origin: Origin, vehicle: &str, interner: &mut Interner) -> Result<Event, DecodeError> {
    check_size(packet)?;
    let message: DrivingMessage<'_> = json::parse(&packet.payload)?;
    if let Some(AccelG { x, y, z }) = message.accel_g {
        for value in [x, y, z] {
            DRIVING_G.check(value)?;
        }
    }
    let row = Driving {
        speed_kmh: SPEED.check_some(message.speed_kmh)?,
        accel_g: message.accel_g,
        position: read_position(message.position)?,
        heading_deg: HEADING.check_some(message.heading_deg)?,
    };
    let (device, boot) = register(interner, origin, "vehicle", vehicle, message.boot_id.as_ref())?;
    Ok(event(packet, origin, device, Some(message.occurred_at.0), boot, message.seq, Reading::Driving(row)))
}

fn temperature(packet: &Packet, origin: Origin, sensor: &str, interner: &mut Interner) -> Result<Event, DecodeError> {
    check_size(packet)?;
    let message: TemperatureMessage<'_> = json::parse(&packet.payload)?;
    let celsius = match (message.celsius, message.fahrenheit) {
        (Some(celsius), None) => CELSIUS.check(celsius)?,
        (None, Some(fahrenheit)) => CELSIUS.check(Celsius::from(Fahrenheit(fahrenheit)).0)?,
        (None, None) => return Err(DecodeError::new(RejectionReason::Empty, "neither celsius nor fahrenheit is given")),
        (Some(_), Some(_)) => {
            return Err(DecodeError::new(RejectionReason::WrongShape, "celsius and fahrenheit are both given; send one"));
        }
    };
    // A temperature counts whether or not its place can be.
    let position = values::sound(message.position);
    let (device, boot) = register(interner, origin, "sensor", sensor, message.boot_id.as_ref())?;
    let reading = Reading::Temperature(Temperature { celsius: Celsius(celsius), position });
    Ok(event(packet, origin, device, message.occurred_at.map(|time| time.0), boot, message.seq, reading))
}

/// Reads a crash report, or wraps what cannot be read so that a person sees it. Never fails.
fn crash(packet: &Packet, origin: Origin, vehicle: &str, interner: &mut Interner) -> Event {
    let read = check_size(packet)
        .and_then(|()| check_name("the vehicle's name in the topic", vehicle))
        .and_then(|()| json::parse::<CrashMessage<'_>>(&packet.payload))
        .and_then(|message| read_crash(packet, origin, vehicle, message));
    let name = presentable(vehicle);
    let (report, time, boot, seq) = match read {
        Ok(read) => read,
        Err(error) => (unreadable(packet, origin, &name, &error), None, None, None),
    };
    // A crash is taken even from a vehicle that the register has no room for.
    let (device, boot) = interner
        .device_and_boot(origin, &name, boot.as_deref())
        .unwrap_or_else(|| (DeviceId::new(&name), boot.as_deref().map(|boot| BootId(boot.into()))));
    let (at, unusable_time) = match time {
        Some(AnyTime::At(at)) => (Some(at), false),
        Some(AnyTime::Unusable) => (None, true),
        None => (None, false),
    };
    let mut event = event(packet, origin, device, at, boot, seq, Reading::Crash(Arc::new(report)));
    event.clock_wrong |= unusable_time;
    event
}

type ReadCrash<'a> = (CrashReport, Option<AnyTime>, Option<Cow<'a, str>>, Option<u64>);

fn read_crash<'a>(
    packet: &Packet,
    origin: Origin,
    vehicle: &str,
    message: CrashMessage<'a>,
) -> Result<ReadCrash<'a>, DecodeError> {
    let own_id = message.event_id.map(|name| name.0).filter(|id| !id.is_empty());
    let boot = message.boot_id.map(|name| name.0).filter(|id| !id.is_empty());
    own_id.as_deref().map_or(Ok(()), |id| check_name("event_id", id))?;
    boot.as_deref().map_or(Ok(()), |id| check_name("boot_id", id))?;
    let pulse = message.samples.map(read_pulse).transpose()?.unwrap_or_default();
    let speed = message.speed.map(read_speed).transpose()?;
    let key = match (&own_id, &boot, message.seq) {
        (Some(id), _, _) => id.to_string(),
        (None, Some(boot), Some(seq)) => format!("{boot}/{seq}"),
        _ => hash_key(packet.id()),
    };
    let report = CrashReport {
        event_id: event_id(origin, vehicle, &key),
        pulse,
        frame: message.frame.unwrap_or_default(),
        gravity: message.gravity.unwrap_or(true),
        range_g: RANGE_G.check_some(message.range_g)?,
        speed,
        airbag: message.airbag,
        position: read_position(message.position)?,
        device_verdict: message.device_verdict.map(|claim| claim.chars().take(MAX_CLAIM_CHARS).collect::<String>().into()),
        unreadable: None,
        claims_test: message.test.0 || message.drill.0,
        raw: packet.payload.clone(),
        topic: packet.topic.clone(),
    };
    Ok((report, message.occurred_at, boot, message.seq))
}

fn read_pulse(samples: SamplesMessage) -> Result<Pulse, DecodeError> {
    let pulse = Pulse { t_ms: samples.t_ms, x_g: samples.x_g.0, y_g: samples.y_g.0, z_g: samples.z_g.0 };
    let n = pulse.t_ms.len();
    for (column, values) in [("samples.x_g", &pulse.x_g), ("samples.y_g", &pulse.y_g), ("samples.z_g", &pulse.z_g)] {
        if values.len() != n {
            return Err(DecodeError::new(
                RejectionReason::WrongShape,
                format!("{column} has {} values where samples.t_ms has {n}", values.len()),
            ));
        }
        CRASH_G.check_all(column, values)?;
    }
    T_MS.check_all("samples.t_ms", &pulse.t_ms)?;
    Ok(pulse)
}

fn read_speed(speed: SpeedMessage) -> Result<SpeedTrace, DecodeError> {
    let trace = SpeedTrace { t_ms: speed.t_ms, kmh: speed.kmh.0 };
    if trace.kmh.len() != trace.t_ms.len() {
        return Err(DecodeError::new(
            RejectionReason::WrongShape,
            format!("speed.kmh has {} values where speed.t_ms has {}", trace.kmh.len(), trace.t_ms.len()),
        ));
    }
    T_MS.check_all("speed.t_ms", &trace.t_ms)?;
    TRACE_SPEED.check_all("speed.kmh", &trace.kmh)?;
    Ok(trace)
}
