//! Taking personal data out of what is kept: where a vehicle was, and which persons dealt with its incidents.
//!
//! What functions said, when and how hard, stays. The audit stays a chain: each of its entries is hashed over a seal of who
//! and what with a salt of its own, so an entry whose text and salt are gone still fits, and nobody can find out from the
//! seal whose name it was.

use std::path::Path;

use rusqlite::{Connection, params};
use serde::Serialize;
use serde_json::json;

use super::chain::{self, Entry};
use super::history::History;
use super::row::{self, Body};
use super::schema::{self, Root};
use super::{DATABASE, Error, connect, lock, retention};
use crate::model::{DeviceId, IncidentId, Said, Silencing, Timestamp};

/// Stands where something was.
const FORGOTTEN: &str = "forgotten";
/// Steps that name persons, in their detail or in what a receiver answered.
const BY_PERSONS: &str = "'acknowledged_by', 'resolved_by', 'noted', 'overruled', 'false_alarm', 'confirmed', 'undone', \
    'reopened_by', 'claimed', 'assigned', 'dispatched', 'seconded', 'unseconded', 'merged_into', 'merged_from', 'split', \
    'silenced', 'tell_failed'";

/// Of whom, and of when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forget {
    /// The vehicle.
    pub device: DeviceId,
    /// From then.
    pub from: Timestamp,
    /// To then, not included.
    pub to: Timestamp,
}

/// What was taken out, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Forgotten {
    /// Incidents that nobody's name and no place is in any more.
    pub incidents: u64,
    /// Incidents that are not resolved, and stay as they are.
    pub left_open: Vec<IncidentId>,
    /// Positions of crash reports.
    pub report_positions: u64,
    /// Raw messages.
    pub messages: u64,
    /// Steps of timelines that named persons.
    pub steps: u64,
    /// Notes.
    pub notes: u64,
    /// Decisions of persons that lie beside verdicts.
    pub decisions: u64,
    /// Texts that were sent to people.
    pub notices: u64,
    /// Entries of the audit.
    pub audit: u64,
    /// Entries of the audit from before they had seals: their text is in the chain itself, and stays.
    pub audit_stays: u64,
    /// Positions and headings among the numbers.
    pub samples: u64,
    /// Positions of impacts that only a row of driving data told of.
    pub impact_positions: u64,
    /// Silences over the vehicle that are over: whose they were, and why.
    pub silences: u64,
    /// The register: who wrote the entry of the vehicle as it stands.
    pub register: u64,
}

/// Takes it out of the store in `dir`, which no desk may be running on. A `dry` run changes nothing.
pub fn forget(dir: &Path, what: &Forget, by: &str, now: Timestamp, dry: bool) -> Result<Forgotten, Error> {
    let path = dir.join(DATABASE);
    if !path.exists() {
        return Err(Error::Absent(dir.to_owned()));
    }
    let _lock = lock(dir)?;
    let mut conn = connect(&path)?;
    schema::migrate(&mut conn)?;
    // What is deleted is written over, and not only no longer found.
    conn.pragma_update(None, "secure_delete", true)?;
    let mut forgotten = Forgotten {
        samples: History::new(dir).forget_positions(&what.device, (what.from.millis(), what.to.millis() - 1), dry)?,
        ..Forgotten::default()
    };
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    tx.execute("INSERT INTO forgetting (id) VALUES (1)", [])?;
    for root in Root::ALL {
        let before = forgotten.audit;
        let ids = incidents(&tx, root, what, &mut forgotten.left_open)?;
        for id in &ids {
            incident(&tx, root, id, &mut forgotten)?;
        }
        forgotten.incidents += ids.len() as u64;
        forgotten.impact_positions += impacts(&tx, root, what)?;
        if root == Root::Real {
            silences(&tx, what, &mut forgotten)?;
            register(&tx, what, &mut forgotten)?;
        }
        let entries = forgotten.audit - before;
        if root == Root::Real || !ids.is_empty() {
            let (from, to) = (what.from.rfc3339(), what.to.rfc3339());
            let said = json!({ "forget": { "vehicle": what.device, "from": from, "to": to, "incidents": ids.len(), "entries": entries } });
            chain::append(&tx, root, &Entry { at: now, who: by, incident: "", what: &row::json(&said)? })?;
        }
    }
    tx.execute("DELETE FROM forgetting", [])?;
    if dry {
        tx.rollback()?;
        return Ok(forgotten);
    }
    tx.commit()?;
    // What rows had said before they were last changed may be between them still, and in the log.
    conn.execute_batch("VACUUM")?;
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_row| Ok(()))?;
    Ok(forgotten)
}

/// The incidents of that vehicle in that time; those that are not resolved go to `open`.
fn incidents(conn: &Connection, root: Root, what: &Forget, open: &mut Vec<IncidentId>) -> Result<Vec<String>, Error> {
    let text = root.fill(
        "SELECT id, life FROM {p}incidents WHERE device = ?1
         AND (received_at >= ?2 AND received_at < ?3 OR occurred_at >= ?2 AND occurred_at < ?3) ORDER BY received_at",
    );
    let mut statement = conn.prepare(&text)?;
    let found =
        statement.query_map(params![what.device.as_str(), what.from.0, what.to.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut ids = Vec::new();
    for found in found {
        let (id, life): (String, String) = found?;
        if root == Root::Real && life != "resolved" {
            open.push(IncidentId(id.into()));
        } else {
            ids.push(id);
        }
    }
    Ok(ids)
}

fn incident(conn: &Connection, root: Root, id: &str, forgotten: &mut Forgotten) -> Result<(), Error> {
    let run = |text: &str| Ok::<_, Error>(conn.prepare_cached(&root.fill(text))?.execute([id])? as u64);
    let positions = "UPDATE {p}reports SET report = json_set(report, '$.position', json('null'))
        WHERE incident = ?1 AND report ->> 'position' IS NOT NULL";
    forgotten.report_positions += run(positions)?;
    let reports = root.fill("SELECT id FROM {p}reports WHERE incident = ?1");
    let reports: Vec<i64> = conn.prepare_cached(&reports)?.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for report in reports {
        forgotten.messages += u64::from(retention::forget_packet(conn, root, report)?);
    }
    body(conn, root, id)?;
    let steps = format!("UPDATE OR REPLACE {{p}}steps SET detail = '{FORGOTTEN}' WHERE incident = ?1 AND step IN ({BY_PERSONS})");
    forgotten.steps += run(&steps)?;
    forgotten.notes += run("DELETE FROM {p}notes WHERE incident = ?1")?;
    decisions(conn, root, id, forgotten)?;
    forgotten.notices +=
        run("UPDATE {p}outbox SET notice = json_set(notice, '$.text', '') WHERE incident = ?1 AND state <> 'pending'")?;
    run("UPDATE {p}deliveries SET reason = '' WHERE dedup_key IN (SELECT dedup_key FROM {p}outbox WHERE incident = ?1)")?;
    forgotten.audit += chain::forget(conn, root, id)?;
    let stays = root.fill("SELECT count(*) FROM {p}audit WHERE incident = ?1 AND seal IS NULL AND who <> 'fleetwatch'");
    forgotten.audit_stays += conn.query_row(&stays, [id], |row| row.get::<_, i64>(0))?.unsigned_abs();
    Ok(())
}

/// Names in what is read whole.
fn body(conn: &Connection, root: Root, id: &str) -> Result<(), Error> {
    let text = root.fill("SELECT body FROM {p}incidents WHERE id = ?1");
    let body: String = conn.prepare_cached(&text)?.query_row([id], |row| row.get(0))?;
    let mut body: Body = serde_json::from_str(&body)?;
    let forgotten = || FORGOTTEN.to_owned();
    for by in [&mut body.acknowledged, &mut body.resolved].into_iter().flatten() {
        by.0 = forgotten();
    }
    if let Some(decision) = &mut body.decision {
        (decision.by, decision.reason) = (forgotten(), forgotten());
    }
    body.handling.assignee = body.handling.assignee.map(|_name| forgotten());
    if let Some(dispatched) = &mut body.handling.dispatched {
        (dispatched.by, dispatched.text) = (forgotten(), forgotten());
    }
    if let Some(closing) = &mut body.handling.closing {
        closing.by = forgotten();
    }
    body.imported = body.imported.map(|imported| {
        let mut imported = (*imported).clone();
        imported.by = forgotten();
        imported.into()
    });
    let text = root.fill("UPDATE {p}incidents SET body = ?2 WHERE id = ?1");
    conn.prepare_cached(&text)?.execute(params![id, row::json(&body)?])?;
    Ok(())
}

/// Names and reasons in what persons said beside the verdicts.
fn decisions(conn: &Connection, root: Root, id: &str, forgotten: &mut Forgotten) -> Result<(), Error> {
    let text = root.fill("SELECT event_id, version, said FROM {p}verdicts WHERE incident = ?1 AND occasion = 'person'");
    let mut statement = conn.prepare_cached(&text)?;
    let found = statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let found: Vec<(String, i64, String)> = found.collect::<Result<_, _>>()?;
    for (event, version, said) in found {
        let said = match serde_json::from_str(&said)? {
            Said::Decision(mut decision) => {
                (decision.by, decision.reason) = (FORGOTTEN.to_owned(), FORGOTTEN.to_owned());
                Said::Decision(decision)
            }
            Said::Withdrawn(_name) => Said::Withdrawn(FORGOTTEN.to_owned()),
            said @ Said::Verdict(_) => said,
        };
        let text = root.fill("UPDATE {p}verdicts SET said = ?4 WHERE incident = ?1 AND event_id = ?2 AND version = ?3");
        conn.prepare_cached(&text)?.execute(params![id, event, version, row::json(&said)?])?;
        forgotten.decisions += 1;
    }
    Ok(())
}

/// Where the vehicle was when its driving data showed an impact.
fn impacts(conn: &Connection, root: Root, what: &Forget) -> Result<u64, Error> {
    let text = root.fill(
        "UPDATE {p}spikes SET body = json_set(body, '$.position', json('null'))
         WHERE device = ?1 AND received_at >= ?2 AND received_at < ?3 AND body ->> 'position' IS NOT NULL",
    );
    Ok(conn.execute(&text, params![what.device.as_str(), what.from.0, what.to.0])? as u64)
}

/// Who silenced the vehicle in that time, and why; what still stands is somebody's to end.
fn silences(conn: &Connection, what: &Forget, forgotten: &mut Forgotten) -> Result<(), Error> {
    let bodies =
        conn.prepare("SELECT body FROM silencings")?.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    for body in bodies {
        let mut silencing: Silencing = serde_json::from_str(&body)?;
        let of_it = silencing.search.to_lowercase().contains(&what.device.as_str().to_lowercase())
            || silencing.hidden.iter().any(|hidden| hidden.device == what.device);
        if silencing.stands() || !of_it || silencing.by == FORGOTTEN || !(what.from..what.to).contains(&silencing.at) {
            continue;
        }
        (silencing.by, silencing.reason) = (FORGOTTEN.to_owned(), FORGOTTEN.to_owned());
        silencing.ended = silencing.ended.map(|(by, at)| (by.map(|_name| FORGOTTEN.to_owned()), at));
        let text = "UPDATE silencings SET body = ?2 WHERE id = ?1";
        conn.execute(text, params![silencing.id as i64, row::json(&silencing)?])?;
        forgotten.silences += 1;
        forgotten.audit += chain::forget(conn, Root::Real, &format!("silence-{}", silencing.id))?;
    }
    Ok(())
}

/// Who wrote of the vehicle into the register in that time, and what. The entry itself is removed by hand.
fn register(conn: &Connection, what: &Forget, forgotten: &mut Forgotten) -> Result<(), Error> {
    let of_it = params![what.device.as_str(), what.from.0, what.to.0];
    let text = format!("UPDATE register SET who = '{FORGOTTEN}' WHERE id = ?1 AND at >= ?2 AND at < ?3 AND who <> '{FORGOTTEN}'");
    forgotten.register += conn.execute(&text, of_it)? as u64;
    let said = "incident = 'register' AND at >= ?2 AND at < ?3 AND json_valid(what)
        AND coalesce(what ->> '$.entry.id', what ->> '$.id') = ?1";
    let stays = format!("SELECT count(*) FROM audit WHERE seal IS NULL AND {said}");
    forgotten.audit_stays += conn.query_row(&stays, of_it, |row| row.get::<_, i64>(0))?.unsigned_abs();
    forgotten.audit += chain::forget_where(conn, Root::Real, said, of_it)?;
    Ok(())
}

#[cfg(test)]
#[path = "forget_tests.rs"]
mod tests;
