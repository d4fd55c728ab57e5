//! A verdict that was made elsewhere, as `docs/WIRE.md` has it: by the functions of a stack on AWS, of a report that was
//! uploaded there and never came here.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::filing::{check_name, check_size, event, event_id, read_position};
use super::json::{self, AnyTime, Name, Time};
use super::{DecodeError, Filter, Format, Scribe};
use crate::model::{
    CrashReport, CrashVerdict, DeviceId, Evidence, Judge, Lane, Malfunction, PacketId, Position, Reading, RejectionReason, Ruled,
    Ruling, Severity,
};

/// Its name.
pub(super) const NAME: &str = "verdict";
/// Where verdicts come.
pub(super) const TOPIC: &str = "fleet/+/verdict";

/// See the module.
#[derive(Debug)]
pub(super) struct Verdict;

#[derive(Deserialize)]
struct Filed {
    incident: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    event_id: Name<'a>,
    occurred_at: Option<AnyTime>,
    judged_at: Option<Time>,
    ruling: Ruling,
    malfunction: Option<Malfunction>,
    probability: f64,
    severity: Severity,
    summary: String,
    delta_v_kmh: Option<f64>,
    peak_g: Option<f64>,
    #[serde(default)]
    evidence: Vec<Evidence>,
    position: Option<Position>,
    judge: Option<Judge>,
    #[serde(borrow)]
    packet: Option<Cow<'a, str>>,
}

impl Format for Verdict {
    fn name(&self) -> &'static str {
        NAME
    }

    /// None: a desk that watches no stack would hear its own.
    fn filters(&self) -> Vec<Filter> {
        Vec::new()
    }

    fn lane(&self) -> Lane {
        Lane::Crash
    }

    fn knows(&self, topic: &str) -> bool {
        super::topic::matches(TOPIC, topic)
    }

    fn looks_like(&self, json: &Value) -> Option<&'static str> {
        ["event_id", "ruling", "probability"].iter().all(|key| json.get(key).is_some()).then_some("fleet/vehicle/verdict")
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        let topic = scribe.topic;
        let vehicle = topic.split('/').nth(1).unwrap_or_default();
        let filed = check_size(scribe.packet).and_then(|()| json::parse::<Filed>(&scribe.packet.payload));
        if filed.is_ok_and(|filed| filed.incident.is_some()) {
            // Ours among them: a broker sends back what we publish.
            return Err(DecodeError::new(RejectionReason::NotUsed, "a desk has filed the incident of this verdict"));
        }
        match read(scribe, vehicle) {
            Ok(()) => {}
            // Somebody may be hurt, whatever it says.
            Err(error) => scribe.unreadable(vehicle, &error),
        }
        Ok(())
    }
}

fn read(scribe: &mut Scribe<'_>, vehicle: &str) -> Result<(), DecodeError> {
    let Scribe { packet, origin, .. } = *scribe;
    check_size(packet)?;
    check_name("the vehicle's name in the topic", vehicle)?;
    let message: Message<'_> = json::parse(&packet.payload)?;
    check_name("event_id", &message.event_id.0)?;
    if !(0.0..=1.0).contains(&message.probability) {
        let detail = format!("probability must be from 0 to 1, found {}", message.probability);
        return Err(DecodeError::new(RejectionReason::OutOfRange, detail));
    }
    let name = event_id(origin, vehicle, &message.event_id.0).twin();
    let report = CrashReport {
        position: read_position(message.position)?,
        ..CrashReport::bare(name, &packet.topic, packet.payload.clone())
    };
    let verdict = CrashVerdict {
        ruling: message.ruling,
        malfunction: message.malfunction,
        probability: message.probability,
        severity: message.severity,
        summary: message.summary,
        delta_v_kmh: message.delta_v_kmh,
        peak_g: message.peak_g,
        window_ms: None,
        free_fall_ms: None,
        direction: None,
        evidence: message.evidence,
    };
    let (at, unusable) = match message.occurred_at {
        Some(AnyTime::At(at)) => (Some(at), false),
        Some(AnyTime::Unusable) => (None, true),
        None => (None, false),
    };
    let ruled = Ruled {
        report: Arc::new(report),
        verdict: Arc::new(verdict),
        judge: message.judge,
        judged_at: message.judged_at.map(|time| time.0),
    };
    // A crash is taken even of a vehicle that the register has no room for.
    let device = scribe.interner.device(origin, vehicle).unwrap_or_else(|| DeviceId::new(vehicle));
    let mut event = event(packet, origin, device, at, None, None, Reading::Ruled(Arc::new(ruled)));
    event.clock_wrong |= unusable;
    // The name of the report, so that whoever sent it finds the answer.
    let packet = message.packet.and_then(|packet| u64::from_str_radix(&packet, 16).ok());
    event.packet = packet.map_or(event.packet, PacketId);
    scribe.write(event);
    Ok(())
}
