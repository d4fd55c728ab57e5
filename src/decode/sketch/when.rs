//! Which leaf is the time, and how it is written.

use chrono::{DateTime, NaiveDateTime};

use super::fields::quoted;
use super::leaf::Leaf;
use crate::decode::filing::{EARLIEST, MAX_AHEAD_SECS};
use crate::decode::time;
use crate::model::Timestamp;

/// Words of keys that hold a time.
const NAMES: [&str; 15] = [
    "ts",
    "tst",
    "time",
    "timestamp",
    "date",
    "datetime",
    "when",
    "created",
    "epoch",
    "utc",
    "occurred",
    "recorded",
    "measured",
    "fixtime",
    "gpstime",
];

/// Ways of writing a time without an offset.
const PLAIN: [&str; 12] = [
    "%d.%m.%Y %H:%M:%S%.f",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M:%S%.f",
    "%m/%d/%Y %H:%M:%S%.f",
    "%m/%d/%Y %I:%M:%S %p",
    "%d-%m-%Y %H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y%m%dT%H%M%SZ",
    "%Y%m%dT%H%M%S",
    "%Y%m%d%H%M%S",
    "%d %b %Y %H:%M:%S",
];

/// The line `time = …`, where a leaf is a time that can be.
pub(super) fn time_line(leaf: &Leaf<'_>, received_at: Timestamp) -> Option<String> {
    if !leaf.says(&NAMES) || leaf.says(&["zone", "offset", "interval", "duration", "uptime", "up", "on", "run"]) {
        return None;
    }
    let latest = received_at.plus_secs(MAX_AHEAD_SECS);
    let can_be = |at: Timestamp| (EARLIEST..=latest).contains(&at);
    let at = quoted(&leaf.pointer());
    let digits = leaf.value.as_str().is_none_or(|text| text.trim().parse::<f64>().is_ok());
    if let Ok(read) = time::read(leaf.value, 0) {
        if !can_be(read.at) {
            return None;
        }
        return Some(match (digits, leaf.number()) {
            (true, Some(size)) if size < 1e11 => format!("time = {{ at = {at}, format = \"s\" }}"),
            (true, Some(size)) if size < 1e14 => format!("time = {{ at = {at}, format = \"ms\" }}"),
            (true, Some(size)) if size < 1e17 => format!("time = {{ at = {at}, format = \"us\" }}"),
            _ if read.assumed.is_some() && !digits => {
                format!("time = {{ at = {at}, utc_offset_minutes = 0 }}  # it names no offset: UTC is a guess")
            }
            _ => format!("time = {at}"),
        });
    }
    let text = leaf.value.as_str()?.trim();
    let zoned = ["%a, %d %b %Y %H:%M:%S %z", "%Y/%m/%d %H:%M:%S %z", "%d/%b/%Y:%H:%M:%S %z", "%Y%m%dT%H%M%S%z"];
    if let Some(pattern) = zoned.into_iter().find(|pattern| DateTime::parse_from_str(text, pattern).is_ok()) {
        return Some(format!("time = {{ at = {at}, format = {} }}", quoted(pattern)));
    }
    // Of several that could be meant, the one nearest to now.
    let read = |pattern: &&str| {
        Some(Timestamp::from(NaiveDateTime::parse_from_str(text, pattern).ok()?.and_utc())).filter(|at| can_be(*at))
    };
    let found = PLAIN.into_iter().filter_map(|pattern| Some((read(&pattern)?, pattern)));
    let (_, pattern) = found.max_by_key(|(at, _)| *at)?;
    let remark = "# it names no offset: UTC is a guess";
    Some(format!("time = {{ at = {at}, format = {}, utc_offset_minutes = 0 }}  {remark}", quoted(pattern)))
}
