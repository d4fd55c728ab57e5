//! Reading beside the writer: incidents for the command line, numbers for plots of the past. Changes nothing and holds
//! nobody up.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::chain::{self, Broken, Chain};
use super::chunk::{self, Stats};
use super::schema::{self, Root};
use super::{DATABASE, Error, connect_reading, history, load, register, row};
use crate::model::effect::{MISSING, Quantity};
use crate::model::{
    DeviceId, DeviceKind, EventId, Incident, IncidentId, IncidentKind, Occasion, Origin, Register, Said, Silencing, Timestamp,
    VerdictVersion,
};

/// A store opened for reading.
#[derive(Debug)]
pub struct Archive {
    dir: PathBuf,
    conn: Connection,
}

/// One column of a plot: everything between two times, none of its extremes lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// Its begin, ms since 1970.
    pub t0_ms: i64,
    /// Its end, not included, ms since 1970.
    pub t1_ms: i64,
    /// The least value, in the quantity's unit.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// The earliest.
    pub first: f64,
    /// The latest.
    pub last: f64,
    /// Samples in it.
    pub n: u64,
}

impl Archive {
    /// Opens the store in `dir`, whether or not a line is writing to it.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(DATABASE);
        if !path.exists() {
            return Err(Error::Absent(dir.to_owned()));
        }
        let conn = connect_reading(&path)?;
        schema::check(&conn)?;
        Ok(Self { dir: dir.to_owned(), conn })
    }

    /// Looks at the whole audit: that of real incidents, and that of drills and samples.
    pub fn audit(&self) -> Result<[Result<Chain, Broken>; 2], Error> {
        let [real, drill] = Root::ALL;
        Ok([chain::verify(&self.conn, real, None)?, chain::verify(&self.conn, drill, None)?])
    }

    /// The newest silences, at most 100, oldest first; what cannot be read is left out.
    pub fn silencings(&self) -> Result<Vec<Silencing>, Error> {
        load::silencings(&self.conn, &mut Vec::new())
    }

    /// What people call devices; what cannot be read is left out.
    pub fn register(&self) -> Result<Register, Error> {
        register::load(&self.conn, &mut Vec::new())
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) const fn connection(&self) -> &Connection {
        &self.conn
    }

    /// The newest incidents, newest first, at most `limit`, one line's worth each. Drills and samples only when asked for.
    pub fn incidents(&self, drills: bool, limit: usize) -> Result<Vec<Value>, Error> {
        let root = if drills { Root::Drill } else { Root::Real };
        let text = root.fill(
            "SELECT id, origin, device, kind, severity, life, ruling, occurred_at, received_at, last_report_at, n_reports,
                malfunction, decided
             FROM {p}incidents ORDER BY received_at DESC, rowid DESC LIMIT ?1",
        );
        let mut statement = self.conn.prepare_cached(&text)?;
        let mut rows = statement.query([limit as i64])?;
        let mut incidents = Vec::new();
        while let Some(row) = rows.next()? {
            let text = |idx| row.get::<_, Option<String>>(idx);
            let time = |idx| Ok::<_, rusqlite::Error>(Timestamp(row.get(idx)?).rfc3339());
            incidents.push(json!({
                "id": text(0)?, "origin": text(1)?, "device": text(2)?, "kind": text(3)?, "severity": text(4)?, "life": text(5)?,
                "ruling": text(6)?, "occurred_at": time(7)?, "received_at": time(8)?, "last_report_at": time(9)?,
                "n_reports": row.get::<_, u32>(10)?, "malfunction": text(11)?, "decided": text(12)?,
            }));
        }
        Ok(incidents)
    }

    /// The newest incidents as the line knows them, newest first, drills and samples among them with their origin;
    /// at most `limit` of each.
    pub fn all(&self, limit: usize) -> Result<Vec<Arc<Incident>>, Error> {
        let mut all = Vec::new();
        for drills in [false, true] {
            for row in self.incidents(drills, limit)? {
                let Some(id) = row["id"].as_str() else { continue };
                all.extend(self.incident(&IncidentId(id.into()))?);
            }
        }
        all.sort_by(|a, b| (b.received_at, &b.id).cmp(&(a.received_at, &a.id)));
        Ok(all)
    }

    /// One incident as the line knows it, real or not.
    pub fn incident(&self, id: &IncidentId) -> Result<Option<Arc<Incident>>, Error> {
        for root in Root::ALL {
            if let Some(incident) = load::incident(&self.conn, root, &id.0)? {
                return Ok(Some(Arc::new(incident)));
            }
        }
        Ok(None)
    }

    /// One incident with everything stored of it: reports with verdict and evidence, packets, calls, timeline, notes,
    /// audit and deliveries.
    pub fn incident_json(&self, id: &IncidentId) -> Result<Option<Value>, Error> {
        let Some(incident) = self.incident(id)? else { return Ok(None) };
        let root = Root::of(incident.origin);
        let by = |by: &Option<(String, Timestamp)>| by.as_ref().map(|(who, at)| json!({"by": who, "at": at.rfc3339()}));
        let steps = incident
            .timeline
            .iter()
            .map(|step| json!({"step": row::step_word(&step.kind), "at": step.at.rfc3339(), "detail": step.detail}));
        let notes = incident.notes.iter().map(|note| json!({"at": note.at.rfc3339(), "by": note.by, "text": note.text}));
        let mut value = json!({
            "id": incident.id, "origin": incident.origin, "device": incident.device, "severity": incident.severity,
            "life": incident.life, "ruling": incident.ruling(), "occurred_at": incident.occurred_at.rfc3339(),
            "clock_wrong": incident.clock_wrong, "received_at": incident.received_at.rfc3339(),
            "last_report_at": incident.last_report_at.rfc3339(), "n_reports": incident.n_reports,
            "acknowledged": by(&incident.acknowledged), "resolved": by(&incident.resolved),
            "cost_pico_usd": incident.cost, "verdict": incident.verdict(),
            "malfunction": incident.malfunction(), "judge": incident.judge.as_ref().map(ToString::to_string),
            "decision": incident.decision, "handling": incident.handling, "impacts": incident.impacts, "kept": incident.kept, "versions": self.versions(id)?,
            "reports": self.reports(root, id)?, "timeline": steps.collect::<Vec<_>>(), "notes": notes.collect::<Vec<_>>(),
            "audit": self.rows(root, "SELECT at, who, what FROM {p}audit WHERE incident = ?1 ORDER BY id", id, |row| {
                Ok(json!({"at": Timestamp(row.get(0)?).rfc3339(), "by": row.get::<_, String>(1)?, "what": parsed(row, 2)?}))
            })?,
            "deliveries": self.rows(
                root,
                "SELECT d.channel, d.outcome, d.reason, d.attempts, d.at FROM {p}deliveries d
                 JOIN {p}outbox o ON o.dedup_key = d.dedup_key WHERE o.incident = ?1 ORDER BY o.id, d.channel",
                id,
                |row| Ok(json!({
                    "channel": row.get::<_, String>(0)?, "outcome": row.get::<_, String>(1)?, "reason": row.get::<_, String>(2)?,
                    "attempts": row.get::<_, u32>(3)?, "at": Timestamp(row.get(4)?).rfc3339(),
                })),
            )?,
        });
        if let IncidentKind::Temperature { verdict, back_at } = &incident.kind {
            value["temperature"] = json!({"verdict": verdict, "back_at": back_at.map(Timestamp::rfc3339)});
        }
        Ok(Some(value))
    }

    /// Every version of what was said of an incident's reports, oldest first: the live verdicts (of the newest reports,
    /// at most 64 and that which is shown), then what limits that were tried and persons said.
    pub fn versions(&self, id: &IncidentId) -> Result<Vec<VerdictVersion>, Error> {
        let Some(root) = self.root_of(id)? else { return Ok(Vec::new()) };
        let text = root.fill(
            "SELECT i.origin, i.device, r.event_id, 1, r.received_at, 'live', r.judge, r.limits, r.verdict
             FROM {p}incidents i JOIN {p}reports r ON r.incident = i.id
             WHERE i.id = ?1 AND (r.event_id = i.shown_event
                OR r.id IN (SELECT id FROM {p}reports WHERE incident = ?1 ORDER BY id DESC LIMIT 64))
             UNION ALL
             SELECT i.origin, i.device, v.event_id, v.version, v.at, v.occasion, v.judge, v.limits, v.said
             FROM {p}incidents i JOIN {p}verdicts v ON v.incident = i.id WHERE i.id = ?1
             ORDER BY 5, 4",
        );
        let mut statement = self.conn.prepare_cached(&text)?;
        let mut rows = statement.query([&*id.0])?;
        let mut versions = Vec::new();
        while let Some(row) = rows.next()? {
            let by: Occasion = row::unword(&row.get::<_, String>(5)?)?;
            let said: String = row.get(8)?;
            let (judge, limits): (Option<String>, Option<String>) = (row.get(6)?, row.get(7)?);
            let event: String = row.get(2)?;
            versions.push(VerdictVersion {
                incident: id.clone(),
                origin: row::unword(&row.get::<_, String>(0)?)?,
                device: DeviceId(row.get(1)?),
                event: (!event.is_empty()).then(|| EventId(event.into())),
                version: row.get(3)?,
                at: Timestamp(row.get(4)?),
                by,
                judge: row::judge_of(judge.as_deref(), limits.as_deref()),
                said: match by {
                    Occasion::Live => Said::Verdict(Arc::new(serde_json::from_str(&said)?)),
                    _ => serde_json::from_str(&said)?,
                },
            });
        }
        Ok(versions)
    }

    /// What the judge beside the line said otherwise, newest first: what the line had said of the report, and that.
    pub fn shadowed(&self, most: u32) -> Result<Vec<(VerdictVersion, VerdictVersion)>, Error> {
        let mut found = Vec::new();
        for root in Root::ALL {
            let text =
                root.fill("SELECT incident, event_id FROM {p}verdicts WHERE occasion = 'shadow' ORDER BY at DESC LIMIT ?1");
            let mut statement = self.conn.prepare(&text)?;
            let rows = statement.query_map([most], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
            for row in rows {
                let (incident, event) = row?;
                let mut of_event = self.versions(&IncidentId(incident.into()))?;
                of_event.retain(|version| version.event.as_ref().is_some_and(|id| *id.0 == *event));
                let by = |occasion| of_event.iter().rev().find(|version| version.by == occasion).cloned();
                found.extend(by(Occasion::Live).zip(by(Occasion::Shadow)));
            }
        }
        found.sort_by_key(|(_, shadow)| std::cmp::Reverse(shadow.at));
        found.dedup_by(|a, b| (&a.1.incident, &a.1.event, a.1.version) == (&b.1.incident, &b.1.event, b.1.version));
        found.truncate(most as usize);
        Ok(found)
    }

    pub(super) fn root_of(&self, id: &IncidentId) -> Result<Option<Root>, Error> {
        for root in Root::ALL {
            let mut statement = self.conn.prepare_cached(&root.fill("SELECT 1 FROM {p}incidents WHERE id = ?1"))?;
            if statement.exists([&*id.0])? {
                return Ok(Some(root));
            }
        }
        Ok(None)
    }

    fn reports(&self, root: Root, id: &IncidentId) -> Result<Vec<Value>, Error> {
        let mut reports = self.rows(
            root,
            "SELECT r.id, r.event_id, r.received_at, r.verdict, p.topic, p.payload, r.judge, r.limits, r.thinned FROM {p}reports r
             JOIN {p}packets p ON p.report = r.id WHERE r.incident = ?1 ORDER BY r.id",
            id,
            |row| {
                let payload: Vec<u8> = row.get(5)?;
                Ok(json!({
                    "row": row.get::<_, i64>(0)?, "event_id": row.get::<_, String>(1)?,
                    "received_at": Timestamp(row.get(2)?).rfc3339(), "verdict": parsed(row, 3)?,
                    "topic": row.get::<_, String>(4)?, "payload": legible(&payload), "judge": row.get::<_, Option<String>>(6)?,
                    "limits": row.get::<_, Option<String>>(7)?,
                    "thinned": row.get::<_, Option<String>>(8)?.and_then(|text| serde_json::from_str::<Value>(&text).ok()),
                }))
            },
        )?;
        let calls = root.fill(
            "SELECT function, started_at, init_micros, duration_micros, billed_ms, memory_mb, outcome
             FROM {p}invocations WHERE report = ?1 ORDER BY n",
        );
        let mut calls = self.conn.prepare_cached(&calls)?;
        for report in &mut reports {
            let of_report = calls.query_map([report["row"].take().as_i64()], |row| {
                Ok(json!({
                    "function": row.get::<_, String>(0)?, "started_at": Timestamp(row.get(1)?).rfc3339(),
                    "init_micros": row.get::<_, u32>(2)?, "duration_micros": row.get::<_, u32>(3)?,
                    "billed_ms": row.get::<_, u32>(4)?, "memory_mb": row.get::<_, u32>(5)?, "outcome": row.get::<_, String>(6)?,
                }))
            })?;
            report["invocations"] = of_report.collect::<Result<Vec<_>, _>>()?.into();
            if let Some(report) = report.as_object_mut() {
                report.remove("row");
            }
        }
        Ok(reports)
    }

    fn rows(
        &self,
        root: Root,
        text: &str,
        id: &IncidentId,
        each: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<Value>,
    ) -> Result<Vec<Value>, Error> {
        let mut statement = self.conn.prepare_cached(&root.fill(text))?;
        Ok(statement.query_map(params![&*id.0], each)?.collect::<Result<_, _>>()?)
    }

    /// Every sample of a quantity between two times, both included, ms since 1970, in order of time. In the quantity's unit;
    /// missing samples are left out. Empty where the kind has no such quantity.
    pub fn samples(
        &self,
        origin: Origin,
        device: &DeviceId,
        kind: DeviceKind,
        quantity: &str,
        (from_ms, to_ms): (i64, i64),
    ) -> Result<Vec<(i64, f64)>, Error> {
        let Some((column_idx, quantity)) = column(kind, quantity) else { return Ok(Vec::new()) };
        let mut samples = Vec::new();
        let range = (from_ms, to_ms);
        history::visit(&self.dir, Root::of(origin), device.as_str(), &row::word(&kind)?, range, |chunk| {
            let (times, values) = chunk::unpack(chunk.data, chunk.n as usize, column_idx)?;
            let within = times.into_iter().zip(values).filter(|(t_ms, _)| (from_ms..=to_ms).contains(t_ms));
            samples.extend(within.filter_map(|(t_ms, steps)| Some((t_ms, quantity.value(steps)?))));
            Ok(())
        })?;
        // Chunks of one device overlap where it sent the past after the present.
        samples.sort_by_key(|(t_ms, _)| *t_ms);
        Ok(samples)
    }

    /// The same as at most `n_buckets` buckets of equal span; those without samples are left out. A chunk that lies
    /// within one bucket is not unpacked: its statistics are the pyramid's first level.
    pub fn envelope(
        &self,
        origin: Origin,
        device: &DeviceId,
        kind: DeviceKind,
        quantity: &str,
        (from_ms, to_ms): (i64, i64),
        n_buckets: usize,
    ) -> Result<Vec<Bucket>, Error> {
        let Some((column_idx, quantity)) = column(kind, quantity) else { return Ok(Vec::new()) };
        let n_buckets = n_buckets.clamp(1, 100_000);
        let span = to_ms.saturating_sub(from_ms).saturating_add(1).max(1);
        let width = (span as u64).div_ceil(n_buckets as u64).max(1) as i64;
        let bucket_of = |t_ms: i64| (t_ms.saturating_sub(from_ms) / width) as usize;
        let mut buckets: Vec<Option<Stats>> = vec![None; n_buckets];
        let mut add = |bucket_idx: usize, stats: Option<Stats>| {
            buckets[bucket_idx] = match (buckets[bucket_idx], stats) {
                (Some(before), Some(stats)) => Some(before.then(stats)),
                (before, stats) => before.or(stats),
            };
        };
        let range = (from_ms, to_ms);
        history::visit(&self.dir, Root::of(origin), device.as_str(), &row::word(&kind)?, range, |chunk| {
            if chunk.t0 >= from_ms && chunk.t1 <= to_ms && bucket_of(chunk.t0) == bucket_of(chunk.t1) {
                add(bucket_of(chunk.t0), chunk::unpack_stats(chunk.stats, column_idx)?);
                return Ok(());
            }
            let (times, values) = chunk::unpack(chunk.data, chunk.n as usize, column_idx)?;
            let within = times.into_iter().zip(values).filter(|(t_ms, _)| (from_ms..=to_ms).contains(t_ms));
            within.for_each(|(t_ms, steps)| add(bucket_of(t_ms), Stats::of([steps])));
            Ok(())
        })?;
        let value = |steps| quantity.value(steps).unwrap_or(f64::NAN);
        let filled = buckets.into_iter().enumerate().filter_map(|(idx, stats)| Some((idx, stats?)));
        Ok(filled
            .map(|(bucket_idx, stats)| {
                let t0_ms = from_ms.saturating_add((bucket_idx as i64).saturating_mul(width));
                Bucket {
                    t0_ms,
                    t1_ms: t0_ms.saturating_add(width),
                    min: value(stats.min),
                    max: value(stats.max),
                    first: value(stats.first),
                    last: value(stats.last),
                    n: stats.n,
                }
            })
            .collect())
    }
}

fn column(kind: DeviceKind, key: &str) -> Option<(usize, &'static Quantity)> {
    Quantity::of(kind).iter().enumerate().find(|(_, quantity)| quantity.key == key)
}

/// A column of JSON text as JSON; as text where it is none.
fn parsed(row: &rusqlite::Row<'_>, idx: usize) -> rusqlite::Result<Value> {
    let text: String = row.get(idx)?;
    Ok(serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// A payload as JSON can hold it: text, or `{"hex": …}`.
fn legible(payload: &[u8]) -> Value {
    let digit = |four: u8| char::from_digit(u32::from(four), 16).unwrap_or('?');
    match std::str::from_utf8(payload) {
        Ok(text) => Value::from(text),
        Err(_) => json!({"hex": payload.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect::<String>()}),
    }
}

const _: () = assert!(MISSING == i32::MIN, "the statistics and the packing leave this value out");
