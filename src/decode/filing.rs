//! How whatever was read is filed: names that are fit to be filed under, ids that make a repeat the same event, times
//! that can be, places that are places. Every format files through here.

use std::borrow::Cow;

use super::json::Name;
use super::{DecodeError, Interner, MAX_PAYLOAD_BYTES, shown};
use crate::model::range::{HDOP, LAT, LON};
use crate::model::{
    BootId, CrashReport, DeviceId, Event, EventId, Origin, Packet, PacketId, Position, Reading, RejectionReason, Timestamp,
};

/// Longest name of a device, event or start, bytes. Own judgement; an MQTT client id of a device is at most 128 on
/// AWS `IoT` Core, too.
pub const MAX_NAME_BYTES: usize = 128;
/// Longest device's own verdict that is kept, characters. Own judgement.
pub const MAX_CLAIM_CHARS: usize = 256;
/// The earliest device time that is believed, 2015-01-01T00:00:00Z: a clock without battery starts at 1970, 1980
/// or 2000. Own judgement.
pub const EARLIEST: Timestamp = Timestamp(1_420_070_400_000_000);
/// How far ahead of our receive time a device's clock may be, seconds: a day covers a wrong time zone. Own judgement.
pub const MAX_AHEAD_SECS: i64 = 24 * 3_600;

pub(super) fn unreadable(packet: &Packet, origin: Origin, vehicle: &str, error: &DecodeError) -> CrashReport {
    let event_id = event_id(origin, vehicle, &hash_key(packet.id()));
    let bare = CrashReport::bare(event_id, &packet.topic, packet.payload.clone());
    CrashReport { unreadable: Some(error.detail.as_str().into()), ..bare }
}

/// `<vehicle>/<key>`; a drill's or sample's begins with its root, so that it can never be taken for a real one
/// (no real id begins with a slash).
pub(super) fn event_id(origin: Origin, vehicle: &str, key: &str) -> EventId {
    EventId(match origin {
        Origin::Device => format!("{}/{key}", vehicle.trim_start_matches('/')).trim_start_matches('/').into(),
        Origin::Drill | Origin::Sample => format!("/{}{vehicle}/{key}", origin.root()).into(),
    })
}

pub(super) fn hash_key(packet: PacketId) -> String {
    format!("#{packet}")
}

pub(super) fn event(
    packet: &Packet,
    origin: Origin,
    device: DeviceId,
    time: Option<Timestamp>,
    boot: Option<BootId>,
    seq: Option<u64>,
    reading: Reading,
) -> Event {
    let latest = packet.received_at.plus_secs(MAX_AHEAD_SECS);
    let occurred_at = time.filter(|time| (EARLIEST..=latest).contains(time));
    Event {
        device,
        origin,
        occurred_at,
        clock_wrong: time.is_some() && occurred_at.is_none(),
        received_at: packet.received_at,
        boot,
        seq,
        retained: packet.retained,
        packet: packet.id(),
        reading,
    }
}

pub(super) fn register(
    interner: &mut Interner,
    origin: Origin,
    what: &str,
    name: &str,
    boot: Option<&Name<'_>>,
) -> Result<(DeviceId, Option<BootId>), DecodeError> {
    let boot = boot.map(|boot| &*boot.0).filter(|boot| !boot.is_empty());
    check_name(what, name)?;
    boot.map_or(Ok(()), |boot| check_name("boot_id", boot))?;
    interner.device_and_boot(origin, name, boot).ok_or_else(|| {
        DecodeError::new(
            RejectionReason::TooManyDevices,
            format!("the {what} {} is new and the register is full at {} devices", shown(name), interner.limit()),
        )
    })
}

pub(super) fn check_size(packet: &Packet) -> Result<(), DecodeError> {
    let len = packet.payload.len();
    if len <= MAX_PAYLOAD_BYTES {
        return Ok(());
    }
    Err(DecodeError::new(RejectionReason::TooLarge, format!("the payload has {len} bytes; at most {MAX_PAYLOAD_BYTES} are read")))
}

/// The one rule for names: 1 to 128 bytes, no control characters.
pub(super) fn check_name(what: &str, name: &str) -> Result<(), DecodeError> {
    let wrong = if name.is_empty() {
        "is empty".to_owned()
    } else if name.len() > MAX_NAME_BYTES {
        format!("has {} bytes; at most {MAX_NAME_BYTES} are allowed", name.len())
    } else if name.bytes().any(|byte| byte.is_ascii_control()) || (!name.is_ascii() && name.chars().any(char::is_control)) {
        format!("has a control character: {}", shown(name))
    } else {
        return Ok(());
    };
    Err(DecodeError::new(RejectionReason::WrongShape, format!("{what} {wrong}")))
}

/// A name that breaks the rule, made fit to be filed under; a good name as it is.
pub(super) fn presentable(name: &str) -> Cow<'_, str> {
    if check_name("", name).is_ok() {
        return Cow::Borrowed(name);
    }
    if name.is_empty() {
        return Cow::Borrowed("unknown");
    }
    let mut fit = String::new();
    for c in name.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }) {
        if fit.len() + c.len_utf8() > MAX_NAME_BYTES {
            break;
        }
        fit.push(c);
    }
    Cow::Owned(fit)
}

/// A place in range; exactly 0°, 0° is what receivers send without a fix, and no place.
pub(super) fn read_position(position: Option<Position>) -> Result<Option<Position>, DecodeError> {
    let Some(position) = position else { return Ok(None) };
    LAT.check(position.lat)?;
    LON.check(position.lon)?;
    HDOP.check_some(position.hdop)?;
    Ok(Some(position).filter(|position| position.lat != 0.0 || position.lon != 0.0))
}
