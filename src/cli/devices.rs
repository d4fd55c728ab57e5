//! `fleetwatch devices --health`: which device to repair first, from what is stored.

use std::io::{self, Write};

use serde_json::json;

use crate::model::Timestamp;
use crate::state::device_health::{DeviceHealth, Repair};
use crate::store::{self, Archive};

/// Why it ended badly.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Nobody reads.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// Writes the repair list of the last `days` days, the first to repair on top. A running desk writes counted faults once
/// a minute; its incidents are all here.
pub fn health(archive: &Archive, now: Timestamp, days: i64, as_json: bool, out: &mut dyn Write) -> Result<(), Error> {
    let mut health = DeviceHealth::default();
    health.restore(archive.device_days(now.plus_secs(-days * 24 * 3_600))?, []);
    let repairs = health.repairs(now, days, usize::MAX);
    for repair in &repairs {
        if as_json {
            let mut line = json!(repair);
            line["last_at"] = repair.last_at.rfc3339().into();
            writeln!(out, "{line}")?;
        } else {
            let Repair { sentence, share, last_at, .. } = repair;
            let share = share.map_or_else(String::new, |share| format!(" ({:.0} % of its incidents)", share * 100.0));
            writeln!(out, "{sentence}{share}, last {}", last_at.rfc3339())?;
        }
    }
    if repairs.is_empty() && !as_json {
        writeln!(out, "no device needs repair by the last {days} days")?;
    }
    Ok(())
}
