//! What devices did wrong, by day, from the incidents and from the faults that were counted.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use super::archive::Archive;
use super::schema::Root;
use super::{Error, history, row};
use crate::model::device_day::{Class, DeviceDay, Tally, day_of};
use crate::model::{DeviceId, Timestamp};

/// Rows read at most, of each root; the newest days come first.
const MOST: i64 = 500_000;
/// Days of numbers that are looked through for who only drives.
const DAYS_LOOKED_AT: usize = 7;
const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

impl Archive {
    /// Every real device that an incident, a faulty message, the register or the numbers of the last days tell of, by name.
    pub fn devices(&self) -> Result<Vec<DeviceId>, Error> {
        let mut all: BTreeSet<DeviceId> = history::devices(self.dir(), DAYS_LOOKED_AT)?.into_iter().collect();
        all.extend(self.named_devices()?);
        Ok(all.into_iter().collect())
    }

    fn named_devices(&self) -> Result<Vec<DeviceId>, Error> {
        let text = "SELECT device FROM incidents UNION SELECT device FROM device_faults WHERE origin = 'device'
             UNION SELECT id FROM register ORDER BY 1 LIMIT ?1";
        let mut statement = self.connection().prepare(text)?;
        let rows = statement.query_map([MOST], |row| row.get(0).map(DeviceId))?;
        rows.map(|row| row.map_err(Error::from)).collect()
    }

    /// What every device did wrong since, by day; drills and samples among it by their origin.
    pub fn device_days(&self, since: Timestamp) -> Result<Vec<DeviceDay>, Error> {
        device_days(self.connection(), since)
    }
}

pub(super) fn device_days(conn: &Connection, since: Timestamp) -> Result<Vec<DeviceDay>, Error> {
    let mut days = Vec::new();
    for root in Root::ALL {
        incidents(conn, root, since, &mut days)?;
        let text = root.fill(
            "SELECT day, device, origin, fault, n, last_at FROM {p}device_faults WHERE day >= ?1 ORDER BY day DESC LIMIT ?2",
        );
        let mut statement = conn.prepare(&text)?;
        let mut rows = statement.query(params![day_of(since), MOST])?;
        while let Some(row) = rows.next()? {
            days.push(DeviceDay {
                day: row.get(0)?,
                device: DeviceId(row.get(1)?),
                origin: row::unword(&row.get::<_, String>(2)?)?,
                tally: Tally::Fault(row::unword(&row.get::<_, String>(3)?)?),
                n: row.get(4)?,
                last_at: Timestamp(row.get(5)?),
            });
        }
    }
    Ok(days)
}

fn incidents(conn: &Connection, root: Root, since: Timestamp, days: &mut Vec<DeviceDay>) -> Result<(), Error> {
    let text = root.fill(
        "SELECT received_at / ?2, device, origin, kind, ruling, malfunction, decided, count(*), max(received_at)
         FROM {p}incidents WHERE received_at >= ?1 GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1 DESC LIMIT ?3",
    );
    let mut statement = conn.prepare(&text)?;
    let mut rows = statement.query(params![since.0, DAY_MICROS, MOST])?;
    while let Some(row) = rows.next()? {
        let word = |idx| row.get::<_, Option<String>>(idx);
        let crash = word(3)?.as_deref() == Some("crash");
        let ruling = word(4)?.map(|word| row::unword(&word)).transpose()?;
        let kind = word(5)?.map(|word| row::unword(&word)).transpose()?;
        let how = word(6)?.map(|word| row::unword(&word)).transpose()?;
        let Some(class) = Class::from_parts(crash, ruling, kind, how) else { continue };
        days.push(DeviceDay {
            day: row.get(0)?,
            device: DeviceId(row.get(1)?),
            origin: row::unword(&row.get::<_, String>(2)?)?,
            tally: Tally::Incident(class),
            n: row.get(7)?,
            last_at: Timestamp(row.get(8)?),
        });
    }
    Ok(())
}
