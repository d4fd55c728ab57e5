//! Sparkplug B: `spBv1.0/<group>/<NBIRTH|NDATA|NDEATH>/<edge>`, `spBv1.0/<group>/<DBIRTH|DDATA|DDEATH>/<edge>/<device>`.
//! Source: Eclipse Sparkplug 3.0.0.
//!
//! Data may name its metrics by alias alone; which metric that is, and its unit, stands in the birth certificate that came
//! before. Data without one is counted as `no_birth` and not guessed at. The desk asks for no rebirth: it commands no
//! edge node, and a certificate comes by itself when the node connects again.
//! The sequence number wraps at 255 and counts messages, not readings, so it orders nothing here.

use std::collections::BTreeMap;

use prost::Message as _;

use self::births::{Births, MAX_BYTES};
use self::meaning::Meaning;
use self::wire::{Metric, Payload};
use super::filing::check_size;
use super::{DecodeError, Filter, Format, Scribe, shown};
use crate::model::measure::{Measure, Unit};
use crate::model::{AccelG, Driving, Position, RejectionReason, Timestamp};

mod births;
mod meaning;
#[cfg(test)]
mod tests;
mod wire;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Sparkplug {
    births: Births,
}

const NAMESPACE: &str = "spBv1.0";

/// The most metrics of one message that are read. Own judgement.
const MAX_METRICS: usize = 4_096;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Birth,
    Data,
    Death,
}

/// A topic, taken apart.
struct Topic<'t> {
    group: &'t str,
    kind: Kind,
    edge: &'t str,
    /// Empty for the edge node itself.
    device: &'t str,
}

impl<'t> Topic<'t> {
    fn parse(topic: &'t str) -> Option<Self> {
        let mut levels = topic.strip_prefix(NAMESPACE)?.strip_prefix('/')?.split('/');
        let (group, kind, edge) = (levels.next()?, levels.next()?, levels.next()?);
        let device = levels.next();
        let kind = match (kind, device) {
            ("NBIRTH", None) | ("DBIRTH", Some(_)) => Kind::Birth,
            ("NDATA", None) | ("DDATA", Some(_)) => Kind::Data,
            ("NDEATH", None) | ("DDEATH", Some(_)) => Kind::Death,
            _ => return None,
        };
        levels.next().is_none().then(|| Self { group, kind, edge, device: device.unwrap_or_default() })
    }

    /// What the desk calls it: an edge node's name is unique within its group, a device's within its edge node.
    fn name(&self, device: &str) -> String {
        let slash = if device.is_empty() { "" } else { "/" };
        format!("{}/{}{slash}{device}", self.group, self.edge)
    }
}

/// What one moment says of a vehicle.
#[derive(Default)]
struct Row {
    driving: Driving,
    place: [Option<f64>; 2],
    axes: [Option<f64>; 3],
}

impl Format for Sparkplug {
    fn name(&self) -> &'static str {
        "sparkplug"
    }

    fn filters(&self) -> Vec<Filter> {
        let of = |kinds: [&str; 3], rest: &str| kinds.map(|kind| Filter::telemetry(&format!("{NAMESPACE}/+/{kind}/{rest}")));
        [of(["NBIRTH", "NDATA", "NDEATH"], "+"), of(["DBIRTH", "DDATA", "DDEATH"], "+/+")].concat()
    }

    fn knows(&self, topic: &str) -> bool {
        topic.strip_prefix(NAMESPACE).is_some_and(|rest| rest.starts_with('/'))
    }

    fn looks_like_bytes(&self, payload: &[u8]) -> Option<&'static str> {
        let Payload { timestamp, metrics } = Payload::decode(payload).ok()?;
        // Any bytes may happen to be protobuf; a time after 2015 and metrics with names or aliases do not happen.
        let meant = timestamp? > 1_420_070_400_000 && !metrics.is_empty();
        let named = metrics.iter().all(|metric| metric.name.is_some());
        let called = metrics.iter().all(|metric| metric.name.is_some() || metric.alias.is_some());
        (meant && called).then_some(if named { "spBv1.0/group/DBIRTH/edge/device" } else { "spBv1.0/group/DDATA/edge/device" })
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        check_size(scribe.packet)?;
        let Some(topic) = Topic::parse(scribe.topic) else {
            let detail = format!("{} is a command, a host's state, or no topic of Sparkplug", shown(scribe.topic));
            return Err(DecodeError::new(RejectionReason::NotUsed, detail));
        };
        let payload = Payload::decode(&*scribe.packet.payload)
            .map_err(|error| DecodeError::new(RejectionReason::WrongShape, format!("not a payload of Sparkplug B: {error}")))?;
        let (edge, name, at) = (topic.name(""), topic.name(topic.device), payload.timestamp.map(at));
        let origin = scribe.origin;
        match topic.kind {
            Kind::Birth => {
                let taken = if topic.device.is_empty() {
                    self.births.node(origin, &edge, session(&payload.metrics), &payload.metrics)
                } else {
                    self.births.device(origin, &edge, topic.device, &payload.metrics)
                };
                scribe.presence(&name, at, true, "birth certificate");
                self.read(scribe, &topic, &payload);
                if !taken {
                    let detail = format!(
                        "no room for the birth certificate of {}: {} MiB of them are remembered; its data will be refused",
                        shown(&name),
                        MAX_BYTES >> 20
                    );
                    scribe.refuse(RejectionReason::TooManyDevices, detail);
                }
            }
            Kind::Data if !self.births.is_born(origin, &edge, topic.device) => {
                let detail = format!(
                    "no birth certificate of {} is known yet: it comes when the edge node connects again, or on \"Node Control/Rebirth\", which the desk does not send",
                    shown(&name)
                );
                return Err(DecodeError::new(RejectionReason::NoBirth, detail));
            }
            Kind::Data => self.read(scribe, &topic, &payload),
            Kind::Death if topic.device.is_empty() => {
                let Some(devices) = self.births.died(origin, &edge, session(&payload.metrics)) else {
                    let detail = "the death certificate of an earlier session: the node has connected again since";
                    return Err(DecodeError::new(RejectionReason::NotUsed, detail));
                };
                scribe.presence(&name, at, false, "death certificate");
                for device in devices {
                    scribe.presence(&topic.name(&device), at, false, "death certificate of its edge node");
                }
            }
            Kind::Death => {
                self.births.forget_device(origin, &edge, topic.device);
                scribe.presence(&name, at, false, "death certificate");
            }
        }
        Ok(())
    }
}

/// Milliseconds since 1970; what is too large for a time is one that cannot be.
fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// The number of an edge node's session, which its birth and its death certificate share.
fn session(metrics: &[Metric]) -> Option<u64> {
    let metric = metrics.iter().find(|metric| metric.name.as_deref() == Some("bdSeq"))?;
    metric.number(None).map(|number| number as u64)
}

impl Sparkplug {
    fn read(&self, scribe: &mut Scribe<'_>, topic: &Topic<'_>, payload: &Payload) {
        let (edge, name) = (topic.name(""), topic.name(topic.device));
        let mut rows: BTreeMap<Option<u64>, Row> = BTreeMap::new();
        for metric in payload.metrics.iter().take(MAX_METRICS) {
            // What a certificate without room introduces is read from the certificate itself.
            let known = self.births.find(scribe.origin, &edge, topic.device, metric);
            let own = || Some((metric.name.as_deref()?, None, Meaning::of(metric.name.as_deref()?, metric.property("engUnit"))?));
            let Some((called, datatype, meaning)) = known
                .map(|known| (&*known.name, known.datatype, known.meaning))
                .or_else(own)
                .filter(|_| topic.kind != Kind::Death)
            else {
                continue;
            };
            let Some(number) = metric.number(datatype) else { continue };
            let millis = metric.timestamp.or(payload.timestamp);
            if let Meaning::Temperature(unit, named) = meaning {
                if !named {
                    scribe.assume(|| format!("{called} names no unit and is taken as °C"));
                }
                scribe.from("celsius", format_args!("{called}, {}", unit.symbol()));
                let celsius = unit.to_wire(Measure::Temperature, number).unwrap_or(f64::NAN);
                let plain = matches!(called, "temperature" | "Temperature" | "temp");
                let sensor = if plain { name.clone() } else { format!("{name}/{called}") };
                scribe.temperature(&sensor, millis.map(at), None, celsius);
                continue;
            }
            rows.entry(millis).or_default().take(scribe, called, meaning, number);
        }
        if payload.metrics.len() > MAX_METRICS {
            let detail = format!("{} metrics in one message; the first {MAX_METRICS} are read", payload.metrics.len());
            scribe.refuse(RejectionReason::TooLarge, detail);
        }
        for (millis, Row { driving, place, axes }) in rows {
            let row = Driving {
                position: place[0].zip(place[1]).map(|(lat, lon)| Position { lat, lon, hdop: None }),
                accel_g: match axes {
                    [Some(x), Some(y), Some(z)] => Some(AccelG { x, y, z }),
                    _ => None,
                },
                ..driving
            };
            // A part of a place, or a speed without a unit, is no row.
            if row != Driving::default() {
                scribe.driving(&name, millis.map(at), None, row);
            }
        }
    }
}

impl Row {
    fn take(&mut self, scribe: &mut Scribe<'_>, called: &str, meaning: Meaning, number: f64) {
        let mut in_unit = |unit: Option<Unit>, measure: Measure| {
            if unit.is_none() {
                scribe.assume(|| {
                    format!("{called} is left out: neither its name nor its engUnit says its unit ({})", measure.allowed())
                });
            }
            unit?.to_wire(measure, number)
        };
        match meaning {
            Meaning::Speed(unit) => self.driving.speed_kmh = in_unit(unit, Measure::Speed),
            Meaning::Acceleration(axis, unit) => self.axes[axis] = in_unit(unit, Measure::Acceleration),
            Meaning::Heading => self.driving.heading_deg = Some(number.rem_euclid(360.0)),
            Meaning::Latitude => self.place[0] = Some(number),
            Meaning::Longitude => self.place[1] = Some(number),
            Meaning::Temperature(..) => {}
        }
    }
}
