//! The acceleration of a collision in a row of driving data.

use serde::{Deserialize, Serialize};

use super::event::{DeviceId, Position};
use super::packet::{Origin, PacketId};
use super::units::Timestamp;

/// An impact that only a row of driving data told of: stored, so that a desk that ends and starts again still knows whose
/// silence is urgent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spike {
    /// Whose.
    pub device: DeviceId,
    /// The road its row took.
    pub origin: Origin,
    /// When the row came.
    pub received_at: Timestamp,
    /// When it was measured, where its clock is usable.
    pub occurred_at: Option<Timestamp>,
    /// The device's clock is not usable.
    pub clock_wrong: bool,
    /// The row's packet.
    pub packet: PacketId,
    /// Horizontally, g.
    pub peak_g: f64,
    /// Between the vehicle's messages until then, s, where that was known.
    pub usual_secs: Option<f64>,
    /// Where it was last, WGS 84.
    pub position: Option<Position>,
}
