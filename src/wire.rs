//! Stand-in until the wire module lands.
#![expect(missing_docs, reason = "stand-in")]
use crate::model::{Band, CrashVerdict, DeviceId, EventId, IncidentId, Origin, TemperatureVerdict, Timestamp};
pub fn temperature_topic(origin: Origin, band: Band, device: &DeviceId) -> String {
    format!("{}temperature/{}/{device}", origin.root(), band.segment())
}
pub fn temperature_json(_device: &DeviceId, _at: Timestamp, _verdict: &TemperatureVerdict) -> Vec<u8> {
    Vec::new()
}
pub fn ack_topic(origin: Origin, device: &DeviceId) -> String {
    format!("{}fleet/{device}/ack", origin.root())
}
pub fn verdict_topic(origin: Origin, device: &DeviceId) -> String {
    format!("{}fleet/{device}/verdict", origin.root())
}
pub fn ack_json(event: &EventId, incident: &IncidentId) -> Vec<u8> {
    format!("{event} {incident}").into_bytes()
}
pub fn verdict_json(_event: &EventId, _incident: &IncidentId, _device: &DeviceId, _verdict: &CrashVerdict) -> Vec<u8> {
    Vec::new()
}
