//! What of each kind is in the store, which of it is to go, and its going.
//!
//! Whoever reads beside the writer says what is to go, a little at a time and by name; the writer only deletes what it is
//! told, so that a step costs it a few milliseconds however large the store is.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::chain::{self, Entry};
use super::row;
use super::schema::Root;
use super::{Archive, Error, history};
use crate::model::{DataKind, Holding, IncidentId, PacketId, Prune, Retention, Timestamp};

/// Rows that go in one step.
const STEP: i64 = 256;
const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// What goes, and how far it was looked for.
#[derive(Debug, Default)]
pub struct Pruning {
    /// What is older than this goes.
    before: BTreeMap<DataKind, Timestamp>,
    /// Reports up to this row have been looked at for their bytes.
    packets_after: i64,
}

impl Pruning {
    /// Nothing goes.
    pub fn is_nothing(&self) -> bool {
        self.before.is_empty()
    }

    /// Of which kind what is older than when goes.
    pub fn limits(&self) -> impl Iterator<Item = (DataKind, Timestamp)> + '_ {
        self.before.iter().map(|(kind, before)| (*kind, *before))
    }
}

/// The kind that a table belongs to.
fn kind_of(table: &str) -> Option<DataKind> {
    let plain = table.strip_prefix("drill_");
    Some(match plain.unwrap_or(table) {
        "invocations" | "invocation_minutes" => DataKind::Calls,
        "device_faults" => DataKind::Faults,
        "audit" => DataKind::Audit,
        _ if plain.is_some() => DataKind::Drills,
        "packets" => DataKind::Packets,
        "incidents" | "reports" | "steps" | "notes" | "verdicts" | "outbox" | "deliveries" => DataKind::Incidents,
        _ => return None,
    })
}

impl Archive {
    /// What there is of each kind. Reads every page of the store once, so ask seldom.
    pub fn holdings(&self, retention: &Retention) -> Result<Vec<Holding>, Error> {
        let mut bytes: BTreeMap<DataKind, u64> = BTreeMap::new();
        let text = "SELECT s.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema s ON s.name = d.name
                    WHERE d.aggregate = TRUE GROUP BY 1";
        let mut statement = self.connection().prepare(text)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if let Some(kind) = kind_of(&row.get::<_, String>(0)?) {
                *bytes.entry(kind).or_default() += row.get::<_, i64>(1)?.unsigned_abs();
            }
        }
        let (n_bytes, first_day) = history::extent(self.dir());
        bytes.insert(DataKind::Numbers, n_bytes);
        let holding = |kind: DataKind| {
            let since = if kind == DataKind::Numbers { first_day } else { self.oldest(kind)? };
            let bytes = bytes.get(&kind).copied().unwrap_or_default();
            Ok::<_, Error>(Holding { kind, bytes: if since.is_some() { bytes } else { 0 }, since, limit: retention.of(kind) })
        };
        DataKind::ALL.into_iter().map(holding).collect()
    }

    /// The oldest of a kind within the store.
    fn oldest(&self, kind: DataKind) -> Result<Option<Timestamp>, Error> {
        let both = |text: &str| format!("SELECT min(at) FROM ({} UNION ALL {})", Root::Real.fill(text), Root::Drill.fill(text));
        let text = match kind {
            DataKind::Numbers => return Ok(None),
            DataKind::Calls => both("SELECT min(minute) AS at FROM {p}invocation_minutes"),
            DataKind::Faults => both("SELECT min(day) * 86400000000 AS at FROM {p}device_faults"),
            DataKind::Packets => "SELECT r.received_at FROM packets p JOIN reports r ON r.id = p.report
                WHERE length(p.payload) > 0 ORDER BY p.report LIMIT 1"
                .to_owned(),
            DataKind::Drills => "SELECT min(received_at) FROM drill_incidents".to_owned(),
            DataKind::Incidents => "SELECT min(received_at) FROM incidents".to_owned(),
            DataKind::Audit => both("SELECT min(at) AS at FROM {p}audit"),
        };
        let oldest: Option<Option<i64>> = self.connection().query_row(&text, [], |row| row.get(0)).optional()?;
        Ok(oldest.flatten().map(Timestamp))
    }

    /// What is to go by now, of what there is. Numbers are not among it: their files go by themselves.
    pub fn pruning(&self, holdings: &[Holding], now: Timestamp) -> Result<Pruning, Error> {
        let mut pruning = Pruning::default();
        for Holding { kind, bytes, since, limit } in holdings {
            if *kind == DataKind::Numbers {
                continue;
            }
            let too_much = limit.bytes().filter(|most| bytes > most).map(|most| (bytes - most) as f64 / *bytes as f64);
            let too_much = too_much.map(|share| self.time_of(*kind, share)).transpose()?.flatten();
            let before = limit.before(now).max(too_much);
            if let Some(before) = before.filter(|before| since.is_some_and(|since| since < *before)) {
                pruning.before.insert(*kind, before);
            }
        }
        Ok(pruning)
    }

    /// The time before which this share of a kind's rows lies.
    fn time_of(&self, kind: DataKind, share: f64) -> Result<Option<Timestamp>, Error> {
        let (table, time) = match kind {
            DataKind::Calls => ("invocation_minutes", "minute"),
            DataKind::Faults => ("device_faults", "day * 86400000000"),
            DataKind::Packets => ("reports", "received_at"),
            DataKind::Drills => ("drill_incidents", "received_at"),
            DataKind::Incidents => ("incidents", "received_at"),
            DataKind::Numbers | DataKind::Audit => return Ok(None),
        };
        let n: i64 = self.connection().query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        let text = format!("SELECT {time} FROM {table} ORDER BY 1 LIMIT 1 OFFSET ?1");
        let at = ((n as f64 * share).ceil() as i64).min(n - 1).max(0);
        Ok(self.connection().query_row(&text, [at], |row| row.get(0)).optional()?.map(Timestamp))
    }

    /// The next step; `None` when everything that is to go is gone.
    pub fn next_prune(&self, pruning: &mut Pruning) -> Result<Option<(DataKind, Prune)>, Error> {
        while let Some((kind, before)) = pruning.before.first_key_value().map(|(kind, before)| (*kind, *before)) {
            if let Some(prune) = self.prune_of(kind, before, pruning)? {
                return Ok(Some((kind, prune)));
            }
            pruning.before.remove(&kind);
        }
        Ok(None)
    }

    fn prune_of(&self, kind: DataKind, before: Timestamp, pruning: &mut Pruning) -> Result<Option<Prune>, Error> {
        Ok(match kind {
            DataKind::Calls => {
                for (root, real) in [(Root::Real, true), (Root::Drill, false)] {
                    let of_reports = root.fill(
                        "SELECT r.id FROM (SELECT DISTINCT report FROM {p}invocations ORDER BY report LIMIT ?2) i
                         JOIN {p}reports r ON r.id = i.report WHERE r.received_at < ?1",
                    );
                    let reports: Vec<i64> = self.list(&of_reports, params![before.0, STEP])?;
                    let minutes = root.fill("SELECT 1 FROM {p}invocation_minutes WHERE minute < ?1 LIMIT 1");
                    if !reports.is_empty() || !self.list::<i64>(&minutes, params![before.0])?.is_empty() {
                        return Ok(Some(Prune::Calls { real, reports, before }));
                    }
                }
                None
            }
            DataKind::Faults => {
                let text = "SELECT 1 FROM device_faults WHERE day < ?1 UNION SELECT 1 FROM drill_device_faults WHERE day < ?1";
                let due = !self.list::<i64>(text, params![before.0.div_euclid(DAY_MICROS)])?.is_empty();
                due.then_some(Prune::Faults { before })
            }
            DataKind::Packets => {
                let text =
                    "SELECT p.report FROM packets p JOIN reports r ON r.id = p.report JOIN incidents i ON i.id = r.incident
                    WHERE p.report > ?1 AND length(p.payload) > 0 AND r.received_at < ?2 AND i.life = 'resolved'
                    ORDER BY p.report LIMIT ?3";
                let reports: Vec<i64> = self.list(text, params![pruning.packets_after, before.0, STEP])?;
                pruning.packets_after = reports.last().copied().unwrap_or(pruning.packets_after);
                (!reports.is_empty()).then_some(Prune::Packets(reports))
            }
            DataKind::Drills | DataKind::Incidents => {
                let real = kind == DataKind::Incidents;
                let text = if real { OLD_INCIDENTS } else { OLD_DRILLS };
                let ids: Vec<String> = self.list(text, params![before.0, STEP / 8])?;
                let ids: Vec<_> = ids.into_iter().map(|id| IncidentId(id.into())).collect();
                (!ids.is_empty()).then_some(Prune::Incidents { real, ids })
            }
            DataKind::Numbers | DataKind::Audit => None,
        })
    }

    fn list<T: rusqlite::types::FromSql>(&self, text: &str, values: &[&dyn rusqlite::ToSql]) -> Result<Vec<T>, Error> {
        let mut statement = self.connection().prepare_cached(text)?;
        Ok(statement.query_map(values, |row| row.get(0))?.collect::<Result<_, _>>()?)
    }
}

/// What is resolved, and of which everybody was told who was to be.
const OLD_INCIDENTS: &str = "SELECT id FROM incidents WHERE received_at < ?1 AND last_report_at < ?1 AND life = 'resolved'
    AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.incident = incidents.id AND o.state = 'pending')
    ORDER BY received_at LIMIT ?2";
const OLD_DRILLS: &str = "SELECT id FROM drill_incidents WHERE received_at < ?1 AND last_report_at < ?1
    ORDER BY received_at LIMIT ?2";

/// Deletes a step's worth; answers how many rows or incidents, and which incidents.
pub(super) fn prune(conn: &Connection, prune: &Prune) -> Result<(u64, Vec<IncidentId>), Error> {
    let mut n = 0;
    let mut gone = Vec::new();
    match prune {
        Prune::Calls { real, reports, before } => {
            let root = if *real { Root::Real } else { Root::Drill };
            let mut calls = conn.prepare_cached(&root.fill("DELETE FROM {p}invocations WHERE report = ?1"))?;
            for report in reports {
                n += calls.execute([report])?;
            }
            let minutes = root.fill(
                "DELETE FROM {p}invocation_minutes WHERE (minute, function, memory_mb, origin) IN
                    (SELECT minute, function, memory_mb, origin FROM {p}invocation_minutes WHERE minute < ?1 LIMIT ?2)",
            );
            n += conn.prepare_cached(&minutes)?.execute(params![before.0, STEP])?;
        }
        Prune::Faults { before } => {
            for root in Root::ALL {
                let text = root.fill(
                    "DELETE FROM {p}device_faults WHERE (day, device, origin, fault) IN
                        (SELECT day, device, origin, fault FROM {p}device_faults WHERE day < ?1 LIMIT ?2)",
                );
                n += conn.prepare_cached(&text)?.execute(params![before.0.div_euclid(DAY_MICROS), STEP])?;
            }
        }
        Prune::Packets(reports) => {
            for report in reports {
                n += usize::from(forget_packet(conn, Root::Real, *report)?);
            }
        }
        Prune::Incidents { real, ids } => {
            let root = if *real { Root::Real } else { Root::Drill };
            for id in ids {
                if delete(conn, root, id)? {
                    gone.push(id.clone());
                }
            }
            n = gone.len();
            if *real && !gone.is_empty() {
                let what = row::json(&serde_json::json!({ "retention": { "incidents": gone } }))?;
                let entry = Entry { at: crate::clock::Clock.now(), who: "fleetwatch", incident: "", what: &what };
                chain::append(conn, root, &entry)?;
            }
        }
    }
    Ok((n as u64, gone))
}

/// Takes the bytes of a report away, and says how many there were and what they hash to. `false` where there are none.
pub(super) fn forget_packet(conn: &Connection, root: Root, report: i64) -> Result<bool, Error> {
    let text = root.fill("SELECT topic, payload FROM {p}packets WHERE report = ?1 AND length(payload) > 0");
    let packet = conn.prepare_cached(&text)?.query_row([report], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((topic, payload)): Option<(String, Vec<u8>)> = packet else { return Ok(false) };
    let thinned = row::json(&row::Thinned { bytes: payload.len(), packet: PacketId::of(&topic, &payload) })?;
    let text = root.fill("UPDATE {p}reports SET thinned = ?2 WHERE id = ?1");
    conn.prepare_cached(&text)?.execute(params![report, thinned])?;
    let text = root.fill("UPDATE {p}packets SET payload = x'' WHERE report = ?1");
    conn.prepare_cached(&text)?.execute([report])?;
    Ok(true)
}

/// Deletes an incident with everything that belongs to it but the audit; `false` where it may not go.
fn delete(conn: &Connection, root: Root, id: &IncidentId) -> Result<bool, Error> {
    let resolved = match root {
        Root::Real => "life = 'resolved'",
        Root::Drill => "TRUE",
    };
    // First: what was said of an incident goes only after it.
    let text = format!("DELETE FROM {{p}}incidents WHERE id = ?1 AND {resolved}");
    if conn.prepare_cached(&root.fill(&text))?.execute([&*id.0])? == 0 {
        return Ok(false);
    }
    for text in [
        "DELETE FROM {p}packets WHERE report IN (SELECT id FROM {p}reports WHERE incident = ?1)",
        "DELETE FROM {p}invocations WHERE report IN (SELECT id FROM {p}reports WHERE incident = ?1)",
        "DELETE FROM {p}reports WHERE incident = ?1",
        "DELETE FROM {p}steps WHERE incident = ?1",
        "DELETE FROM {p}notes WHERE incident = ?1",
        "DELETE FROM {p}verdicts WHERE incident = ?1",
        "DELETE FROM {p}deliveries WHERE dedup_key IN (SELECT dedup_key FROM {p}outbox WHERE incident = ?1)",
        "DELETE FROM {p}outbox WHERE incident = ?1",
    ] {
        conn.prepare_cached(&root.fill(text))?.execute([&*id.0])?;
    }
    Ok(true)
}

#[cfg(test)]
#[path = "retention_tests.rs"]
mod tests;
