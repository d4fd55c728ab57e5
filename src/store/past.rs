//! Stored crash reports one by one, for whoever judges them again; and the right to add what they say.

use std::path::Path;

use bytes::Bytes;
use rusqlite::params;

use super::archive::Archive;
use super::schema::{self, Root};
use super::{DATABASE, Error, Writer, connect, lock, row};
use crate::model::comparison::PastReport;
use crate::model::{Decision, DeviceId, EventId, IncidentId, Origin, Timestamp};

/// Incidents in one read: a reader that stayed in one transaction would keep the writer's log from being folded in.
const PAGE: i64 = 256;

/// An incident's row, as far as its reports need it.
struct Holder {
    received_at: i64,
    row: i64,
    id: String,
    device: DeviceId,
    origin: Origin,
    decision: Option<Decision>,
}

impl Archive {
    /// Hands out every report of real crashes received since, those of an incident together, oldest incident first. One
    /// report is in memory at a time, however large the store is. `each` ends it early by answering `false`.
    pub fn past_reports(&self, since: Option<Timestamp>, mut each: impl FnMut(PastReport) -> bool) -> Result<(), Error> {
        // Drills and samples are other tables; what they were judged is nobody's past.
        let root = Root::Real;
        let page = root.fill(
            "SELECT received_at, rowid, id, device, origin, body ->> 'decision'
             FROM {p}incidents INDEXED BY {p}incidents_received
             WHERE (received_at, rowid) > (?1, ?2) AND kind = 'crash' ORDER BY received_at, rowid LIMIT ?3",
        );
        let reports = root.fill(
            "SELECT r.event_id, r.received_at, p.topic, p.payload, r.verdict, r.judge, r.limits, r.thinned
             FROM {p}reports r JOIN {p}packets p ON p.report = r.id WHERE r.incident = ?1 ORDER BY r.id",
        );
        let (mut after, mut row_after) = (since.map_or(i64::MIN, |since| since.0.saturating_sub(1)), i64::MAX);
        loop {
            let mut statement = self.connection().prepare_cached(&page)?;
            let holders: Vec<Holder> = statement
                .query_map(params![after, row_after, PAGE], |row| {
                    let origin: String = row.get(4)?;
                    let decision: Option<String> = row.get(5)?;
                    Ok(Holder {
                        received_at: row.get(0)?,
                        row: row.get(1)?,
                        id: row.get(2)?,
                        device: DeviceId(row.get(3)?),
                        origin: row::unword(&origin).unwrap_or_default(),
                        decision: decision.and_then(|text| serde_json::from_str(&text).ok()),
                    })
                })?
                .collect::<Result<_, _>>()?;
            let Some(last) = holders.last() else { return Ok(()) };
            (after, row_after) = (last.received_at, last.row);
            let mut statement = self.connection().prepare_cached(&reports)?;
            for holder in holders {
                let mut rows = statement.query([&holder.id])?;
                while let Some(row) = rows.next()? {
                    let (judge, limits): (Option<String>, Option<String>) = (row.get(5)?, row.get(6)?);
                    let verdict = row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?;
                    let thinned = row.get_ref(7)? != rusqlite::types::ValueRef::Null;
                    let past = PastReport {
                        incident: IncidentId(holder.id.as_str().into()),
                        origin: holder.origin,
                        device: holder.device.clone(),
                        event: EventId(row.get(0)?),
                        received_at: Timestamp(row.get(1)?),
                        topic: row.get::<_, String>(2)?.into(),
                        payload: if thinned { None } else { Some(Bytes::from(row.get::<_, Vec<u8>>(3)?)) },
                        verdict: serde_json::from_str(verdict)?,
                        judge: row::judge_of(judge.as_deref(), limits.as_deref()),
                        decision: holder.decision.clone(),
                    };
                    // What was judged elsewhere came without the report.
                    if !past.event.is_verdict() && !each(past) {
                        return Ok(());
                    }
                }
            }
        }
    }
}

/// The writer alone, for a command that adds to a store no desk is running on: it holds the lock for as long as it
/// lives, so no desk can start meanwhile, and where one is running it is refused.
pub fn writer(dir: &Path) -> Result<Writer, Error> {
    let path = dir.join(DATABASE);
    if !path.exists() {
        return Err(Error::Absent(dir.to_owned()));
    }
    let lock = lock(dir)?;
    let mut conn = connect(&path)?;
    schema::migrate(&mut conn)?;
    Ok(Writer::new(conn, lock))
}
