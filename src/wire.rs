//! What we send: the application acknowledgement, the verdict and the routed temperature, as topics and JSON.
//!
//! Pure builders; `docs/WIRE.md` describes every field. What came in under a root goes out under it: a drill's
//! messages never leave `drill/`.

use serde::Serialize;

use crate::model::{
    Alarm, Band, CrashReport, CrashVerdict, DeviceId, EventId, Evidence, IncidentId, Judge, Malfunction, Origin, PacketId,
    Position, Ruling, SensorFault, Severity, TemperatureVerdict, Timestamp, VerdictJson,
};

/// Where an acknowledgement goes: `fleet/<vehicle>/ack`.
pub fn ack_topic(origin: Origin, vehicle: &DeviceId) -> String {
    format!("{}fleet/{vehicle}/ack", origin.root())
}

/// Where a verdict goes: `fleet/<vehicle>/verdict`.
pub fn verdict_topic(origin: Origin, vehicle: &DeviceId) -> String {
    format!("{}fleet/{vehicle}/verdict", origin.root())
}

/// Where a routed temperature goes: `temperature/<hot|normal|cold>/<sensor>`.
pub fn temperature_topic(origin: Origin, band: Band, sensor: &DeviceId) -> String {
    format!("{}temperature/{}/{sensor}", origin.root(), band.segment())
}

/// An event's id as its device knows it: without the root and the vehicle that we put before it, which the topic
/// says already. The device's `event_id`, else `<boot>/<seq>`, else `#<hash of topic and payload>`.
pub fn own_id(event_id: &EventId) -> &str {
    let (_root, rest) = event_id.parts();
    // A vehicle's name holds no slash.
    rest.split_once('/').map_or(rest, |(_vehicle, own)| own)
}

#[derive(Serialize)]
struct Ack<'a> {
    event_id: &'a str,
    incident: &'a IncidentId,
}

/// The acknowledgement of a crash report, sent after the commit: the report is stored and will not be lost.
pub fn ack_json(event_id: &EventId, incident: &IncidentId) -> Vec<u8> {
    bytes_of(&Ack { event_id: own_id(event_id), incident })
}

#[derive(Serialize)]
struct VerdictMessage<'a> {
    event_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<&'a IncidentId>,
    vehicle: &'a DeviceId,
    occurred_at: String,
    judged_at: String,
    packet: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    judge: Option<&'a Judge>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<Position>,
    #[serde(flatten)]
    body: VerdictBody<'a>,
}

/// The part of a verdict that does not depend on where it was judged.
#[derive(Serialize)]
struct VerdictBody<'a> {
    ruling: Ruling,
    #[serde(skip_serializing_if = "Option::is_none")]
    malfunction: Option<Malfunction>,
    probability: f64,
    severity: Severity,
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    delta_v_kmh: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peak_g: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<&'a [Evidence]>,
}

impl<'a> VerdictBody<'a> {
    fn of(verdict: &'a CrashVerdict) -> Self {
        Self {
            ruling: verdict.ruling,
            malfunction: verdict.malfunction,
            probability: verdict.probability,
            severity: verdict.severity,
            summary: &verdict.summary,
            delta_v_kmh: verdict.delta_v_kmh,
            peak_g: verdict.peak_g,
            evidence: Some(&verdict.evidence),
        }
    }
}

/// Who judged what, and when.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The report.
    pub report: &'a CrashReport,
    /// Whose.
    pub vehicle: &'a DeviceId,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// The incident, where it is filed.
    pub incident: Option<&'a IncidentId>,
    /// When it was judged.
    pub judged_at: Timestamp,
    /// Which function with which limits did.
    pub judge: Option<&'a Judge>,
}

/// A verdict for the vehicle and for whoever listens; `json` is the same verdict's.
pub fn verdict_json(verdict: &CrashVerdict, json: &VerdictJson, of: About<'_>) -> Vec<u8> {
    let mut message = Vec::with_capacity(1_024 + json.evidence().len());
    let head = VerdictMessage {
        event_id: own_id(&of.report.event_id),
        incident: of.incident,
        vehicle: of.vehicle,
        occurred_at: of.occurred_at.rfc3339(),
        judged_at: of.judged_at.rfc3339(),
        packet: PacketId::of(&of.report.topic, &of.report.raw).to_string(),
        judge: of.judge,
        position: of.report.position,
        body: VerdictBody { evidence: None, ..VerdictBody::of(verdict) },
    };
    // As in `bytes_of`, but at once as large as it will be.
    serde_json::to_writer(&mut message, &head).unwrap_or_default();
    with_field(message, "evidence", json.evidence())
}

/// A message with one more field at its end, whose JSON is there already.
pub(crate) fn with_field(mut message: Vec<u8>, name: &str, json: &str) -> Vec<u8> {
    message.pop();
    message.reserve(name.len() + json.len() + 5);
    for part in [",\"", name, "\":", json, "}"] {
        message.extend_from_slice(part.as_bytes());
    }
    message
}

#[derive(Serialize)]
struct VerdictLine<'a> {
    event_id: &'a str,
    #[serde(flatten)]
    body: VerdictBody<'a>,
}

/// A verdict as one line of the command `judge`, without its line end.
pub fn verdict_line(verdict: &CrashVerdict, event_id: &str) -> Vec<u8> {
    bytes_of(&VerdictLine { event_id, body: VerdictBody::of(verdict) })
}

#[derive(Serialize)]
struct TemperatureMessage<'a> {
    sensor: &'a DeviceId,
    occurred_at: String,
    celsius: f64,
    fahrenheit: f64,
    band: Band,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<Band>,
    limits_c: (f64, f64),
    #[serde(skip_serializing_if = "Option::is_none")]
    alarm: Option<Alarm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<SensorFault>,
}

/// A routed temperature, in both units, to the hundredth of a degree.
pub fn temperature_json(verdict: &TemperatureVerdict, sensor: &DeviceId, occurred_at: Timestamp) -> Vec<u8> {
    let hundredths = |degrees: f64| (degrees * 100.0).round() / 100.0;
    bytes_of(&TemperatureMessage {
        sensor,
        occurred_at: occurred_at.rfc3339(),
        celsius: hundredths(verdict.celsius.0),
        fahrenheit: hundredths(verdict.fahrenheit.0),
        band: verdict.band,
        previous: verdict.previous,
        limits_c: verdict.limits_c,
        alarm: verdict.watch.alarm,
        fault: verdict.watch.fault,
    })
}

/// JSON of a message; these types have no map with odd keys, the one thing that `serde_json` refuses.
fn bytes_of<T: Serialize>(message: &T) -> Vec<u8> {
    serde_json::to_vec(message).unwrap_or_default()
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
