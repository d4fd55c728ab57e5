//! Stand-in until the wire module lands.
use crate::model::{Band, DeviceId, Origin, TemperatureVerdict, Timestamp};
/// Stand-in.
pub fn temperature_topic(origin: Origin, band: Band, device: &DeviceId) -> String {
    format!("{}temperature/{}/{device}", origin.root(), band.segment())
}
/// Stand-in.
pub fn temperature_json(_device: &DeviceId, _at: Timestamp, _verdict: &TemperatureVerdict) -> Vec<u8> {
    Vec::new()
}
