//! What was known when the store was closed, read back as the nouns it was written from.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, Row, params};

use super::row::{self, Body, ReportRow};
use super::schema::Root;
use super::{Error, devices, register};
use crate::functions::CARDS;
use crate::model::device_day::DeviceDay;
use crate::model::effect::InvocationMinute;
use crate::model::{
    CrashReport, CrashVerdict, DeviceId, EventId, Impact, Incident, IncidentId, IncidentKind, Judge, Note, Notice, Origin,
    OutboxItem, PicoUsd, Register, Silencing, Spike, Step, Timestamp,
};

/// Event ids kept in mind at most; the store itself knows them all.
const KNOWN_EVENTS: i64 = 1_000_000;
/// Incidents read back at most, newest first, of each root.
const INCIDENTS: i64 = 5_000;
/// Notices taken from the outbox at a start at most, oldest first; the rest waits for the next start.
const PENDING: i64 = 100_000;
/// Event ids listed with an incident at most.
const LISTED_EVENTS: i64 = 1_000;
/// Incidents stay loaded for 7 days, in seconds.
const WEEK_SECS: i64 = 7 * 24 * 60 * 60;
/// What devices did wrong is counted for 90 days, in seconds.
const DEVICE_DAYS_SECS: i64 = 90 * 24 * 60 * 60;

/// An event that is in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownEvent {
    /// The road it took.
    pub origin: Origin,
    /// Whose.
    pub device: DeviceId,
    /// Which.
    pub event: EventId,
    /// The incident that holds it.
    pub incident: IncidentId,
}

/// What a store knows when it is opened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// Unresolved incidents and those of the last 7 days, real ones and others, oldest first.
    pub incidents: Vec<Arc<Incident>>,
    /// The newest events, at most 1,000,000, oldest first.
    pub events: Vec<KnownEvent>,
    /// What people have not been told yet, oldest first. Real ones only: a drill's never waits.
    pub outbox: Vec<OutboxItem>,
    /// What devices did wrong in the last 90 days.
    pub device_days: Vec<DeviceDay>,
    /// The newest silences, at most 100, oldest first.
    pub silencings: Vec<Silencing>,
    /// Impacts that only rows of driving data told of, at most the newest 1,024 of each root.
    pub spikes: Vec<Spike>,
    /// What people call devices.
    pub register: Register,
    /// This month's calls (UTC), summed by day, function and root; `minute` is the day's first.
    pub invocations: Vec<InvocationMinute>,
    /// The number of the next incident: one more than any so far, drills included.
    pub next_number: u64,
}

pub(super) fn load(conn: &Connection, now: Timestamp, notices: &mut Vec<String>) -> Result<Loaded, Error> {
    let mut loaded = Loaded::default();
    for root in Root::ALL {
        incidents(conn, root, now, &mut loaded.incidents, notices)?;
        events(conn, root, &mut loaded.events)?;
        invocations(conn, root, now, &mut loaded.invocations, notices)?;
        spikes(conn, root, &mut loaded.spikes, notices)?;
        let newest = root.fill("SELECT max(number) FROM (SELECT number FROM {p}incidents ORDER BY rowid DESC LIMIT 10000)");
        let number: Option<i64> = conn.query_row(&newest, [], |row| row.get(0))?;
        loaded.next_number = loaded.next_number.max(number.unwrap_or(0).max(0) as u64 + 1);
    }
    loaded.device_days = devices::device_days(conn, now.plus_secs(-DEVICE_DAYS_SECS))?;
    loaded.silencings = silencings(conn, notices)?;
    loaded.register = register::load(conn, notices)?;
    loaded.outbox = outbox(conn, notices)?;
    Ok(loaded)
}

/// The newest silences, oldest first; one that cannot be read hides nothing, and is said.
pub(super) fn silencings(conn: &Connection, notices: &mut Vec<String>) -> Result<Vec<Silencing>, Error> {
    let mut statement = conn.prepare("SELECT id, body FROM silencings ORDER BY id DESC LIMIT 100")?;
    let mut rows = statement.query([])?;
    let mut silencings = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, body): (i64, String) = (row.get(0)?, row.get(1)?);
        match serde_json::from_str(&body) {
            Ok(silencing) => silencings.push(silencing),
            Err(error) => notices.push(format!("Silence {id} cannot be read, and hides nothing: {error}.")),
        }
    }
    silencings.reverse();
    Ok(silencings)
}

fn spikes(conn: &Connection, root: Root, spikes: &mut Vec<Spike>, notices: &mut Vec<String>) -> Result<(), Error> {
    let text = root.fill("SELECT device, body FROM {p}spikes ORDER BY received_at DESC LIMIT 1024");
    let mut statement = conn.prepare(&text)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (device, body): (String, String) = (row.get(0)?, row.get(1)?);
        match serde_json::from_str(&body) {
            Ok(spike) => spikes.push(spike),
            Err(error) => notices.push(format!("An impact of {device} cannot be read; look whether it still reports: {error}.")),
        }
    }
    Ok(())
}

fn incidents(
    conn: &Connection,
    root: Root,
    now: Timestamp,
    incidents: &mut Vec<Arc<Incident>>,
    notices: &mut Vec<String>,
) -> Result<(), Error> {
    let wanted = root.fill(
        "WITH unresolved AS (
            SELECT id, received_at FROM {p}incidents WHERE life <> 'resolved' ORDER BY received_at DESC LIMIT ?2
         ), recent AS (
            SELECT id, received_at FROM {p}incidents WHERE received_at >= ?1 ORDER BY received_at DESC LIMIT ?2
         )
         SELECT id FROM (SELECT * FROM unresolved UNION SELECT * FROM recent) ORDER BY received_at DESC LIMIT ?2",
    );
    let mut wanted = conn.prepare(&wanted)?;
    let ids: Vec<String> =
        wanted.query_map(params![now.plus_secs(-WEEK_SECS).0, INCIDENTS + 1], |row| row.get(0))?.collect::<Result<_, _>>()?;
    if ids.len() as i64 > INCIDENTS {
        notices.push(format!("Only the newest {INCIDENTS} incidents were taken up from the store; it holds more."));
    }
    for id in ids.iter().take(INCIDENTS as usize).rev() {
        match incident(conn, root, id) {
            Ok(Some(incident)) => incidents.push(Arc::new(incident)),
            Ok(None) => {}
            Err(error) if error.is_of_the_record() => {
                log::error!("incident {id} cannot be read back: {error}");
                notices.push(format!("Incident {id} is in the store but cannot be shown: {error}."));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// One incident in full.
pub(super) fn incident(conn: &Connection, root: Root, id: &str) -> Result<Option<Incident>, Error> {
    let text = root.fill(
        "SELECT origin, device, severity, life, occurred_at, received_at, last_report_at, n_reports, shown_event, body
         FROM {p}incidents WHERE id = ?1",
    );
    let mut statement = conn.prepare_cached(&text)?;
    let mut rows = statement.query([id])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let text = |idx| row.get::<_, String>(idx);
    let time = |idx| row.get(idx).map(Timestamp);
    let device = text(1)?;
    let body: Body = serde_json::from_str(&text(9)?)?;
    let (mut judge, mut impacts) = (None, body.impacts);
    let kind = match (body.temperature, row.get::<_, Option<String>>(8)?) {
        (Some((verdict, back_at)), _) => IncidentKind::Temperature { verdict, back_at },
        (None, Some(event)) => {
            let stored = report(conn, root, &device, &event)?
                .ok_or_else(|| Error::Odd(format!("incident {id} shows event {event}, which is not stored")))?;
            judge = stored.judge;
            if impacts.is_empty() {
                impacts.extend(Impact::of(&stored.report, &stored.verdict, time(4)?));
            }
            IncidentKind::Crash { report: Arc::new(stored.report), verdict: Arc::new(stored.verdict) }
        }
        (None, None) => return Err(Error::Odd(format!("incident {id} is neither a crash nor a temperature"))),
    };
    Ok(Some(Incident {
        id: IncidentId(id.into()),
        device: DeviceId::new(&device),
        origin: row::unword(&text(0)?)?,
        kind,
        severity: row::unword(&text(2)?)?,
        life: row::unword(&text(3)?)?,
        occurred_at: time(4)?,
        clock_wrong: body.clock_wrong,
        received_at: time(5)?,
        last_report_at: time(6)?,
        events: event_ids(conn, root, id)?,
        n_reports: row.get(7)?,
        packet: body.packet,
        usual_secs: body.usual_secs,
        timeline: timeline(conn, root, id)?,
        notes: notes(conn, root, id)?,
        acknowledged: body.acknowledged,
        resolved: body.resolved,
        stored: true,
        cost: body.cost,
        judge,
        decision: body.decision,
        impacts,
        kept: body.kept,
        handling: body.handling,
        imported: body.imported,
        mark: body.mark,
    }))
}

/// A report with what was said of it on the line.
struct StoredReport {
    report: CrashReport,
    verdict: CrashVerdict,
    judge: Option<Judge>,
}

fn report(conn: &Connection, root: Root, device: &str, event: &str) -> Result<Option<StoredReport>, Error> {
    let text = root.fill(
        "SELECT r.verdict, r.report, r.pulse, p.topic, p.payload, r.judge, r.limits
         FROM {p}reports r JOIN {p}packets p ON p.report = r.id WHERE r.device = ?1 AND r.event_id = ?2",
    );
    let mut statement = conn.prepare_cached(&text)?;
    let mut rows = statement.query([device, event])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let verdict = serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
    let report: ReportRow = serde_json::from_str(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?;
    let pulse: Vec<u8> = row.get(2)?;
    let topic: String = row.get(3)?;
    let judge: (Option<String>, Option<String>) = (row.get(5)?, row.get(6)?);
    Ok(Some(StoredReport {
        report: report.into_report(EventId(event.into()), &pulse, &topic, row.get(4)?)?,
        verdict,
        judge: row::judge_of(judge.0.as_deref(), judge.1.as_deref()),
    }))
}

fn event_ids(conn: &Connection, root: Root, incident: &str) -> Result<Vec<EventId>, Error> {
    let text = root.fill("SELECT event_id FROM {p}reports WHERE incident = ?1 ORDER BY id LIMIT ?2");
    let mut statement = conn.prepare_cached(&text)?;
    let ids = statement.query_map(params![incident, LISTED_EVENTS], |row| Ok(EventId(row.get::<_, Arc<str>>(0)?)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

fn timeline(conn: &Connection, root: Root, incident: &str) -> Result<Vec<Step>, Error> {
    let text = root.fill("SELECT at, step, detail FROM {p}steps WHERE incident = ?1");
    let mut statement = conn.prepare_cached(&text)?;
    let mut rows = statement.query([incident])?;
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        let (place, kind) = row::step_of(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?;
        steps.push((place, Step { kind, at: Timestamp(row.get(0)?), detail: row.get(2)? }));
    }
    steps.sort_by_key(|(place, step)| (step.at, *place));
    Ok(steps.into_iter().map(|(_, step)| step).collect())
}

fn notes(conn: &Connection, root: Root, incident: &str) -> Result<Vec<Note>, Error> {
    let text = root.fill("SELECT at, who, text FROM {p}notes WHERE incident = ?1 ORDER BY at");
    let mut statement = conn.prepare_cached(&text)?;
    let notes =
        statement.query_map([incident], |row| Ok(Note { at: Timestamp(row.get(0)?), by: row.get(1)?, text: row.get(2)? }))?;
    Ok(notes.collect::<Result<_, _>>()?)
}

fn events(conn: &Connection, root: Root, events: &mut Vec<KnownEvent>) -> Result<(), Error> {
    // Real ones need not ask their incidents where they came from.
    let text = root.fill(match root {
        Root::Real => "SELECT device, event_id, incident, 'device' FROM {p}reports ORDER BY id DESC LIMIT ?1",
        Root::Drill => {
            "SELECT r.device, r.event_id, r.incident, i.origin FROM {p}reports r JOIN {p}incidents i ON i.id = r.incident
             ORDER BY r.id DESC LIMIT ?1"
        }
    });
    let room = KNOWN_EVENTS - events.len() as i64;
    let begin = events.len();
    let mut statement = conn.prepare(&text)?;
    let mut rows = statement.query([room])?;
    while let Some(row) = rows.next()? {
        events.push(KnownEvent {
            origin: row::unword(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)?,
            device: DeviceId(row.get(0)?),
            event: EventId(row.get(1)?),
            incident: IncidentId(row.get(2)?),
        });
    }
    events[begin..].reverse();
    Ok(())
}

fn invocations(
    conn: &Connection,
    root: Root,
    now: Timestamp,
    minutes: &mut Vec<InvocationMinute>,
    notices: &mut Vec<String>,
) -> Result<(), Error> {
    const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;
    let text = root.fill(
        "SELECT minute - minute % ?2, function, memory_mb, origin, sum(n_calls), sum(n_cold), sum(n_failed), sum(billed_ms),
            max(max_micros), sum(list_pico)
         FROM {p}invocation_minutes WHERE minute >= ?1 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    );
    let mut unknown = BTreeMap::new();
    let mut statement = conn.prepare(&text)?;
    let mut rows = statement.query([month_begin(now).0, DAY_MICROS])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(1)?;
        let n_calls = count(row, 4)?;
        let Some(card) = CARDS.iter().find(|card| card.name == name) else {
            *unknown.entry(name).or_insert(0) += n_calls;
            continue;
        };
        minutes.push(InvocationMinute {
            function: card.name,
            minute: Timestamp(row.get(0)?),
            origin: row::unword(&row.get::<_, String>(3)?)?,
            n_calls,
            n_cold: count(row, 5)?,
            n_failed: count(row, 6)?,
            billed_ms: count(row, 7)?,
            max_micros: row.get(8)?,
            memory_mb: row.get(2)?,
            list_price: PicoUsd(row.get(9)?),
        });
    }
    notices.extend(unknown.into_iter().map(|(name, n_calls)| {
        format!("{n_calls} calls of {name} this month are not in the bill: this fleetwatch has no such function.")
    }));
    Ok(())
}

fn count(row: &Row<'_>, idx: usize) -> Result<u64, Error> {
    Ok(row.get::<_, i64>(idx)?.max(0) as u64)
}

fn month_begin(now: Timestamp) -> Timestamp {
    use chrono::{Datelike as _, NaiveTime};
    let first = now.utc().and_then(|time| time.date_naive().with_day(1));
    first.map_or(Timestamp(i64::MIN), |day| day.and_time(NaiveTime::MIN).and_utc().into())
}

fn outbox(conn: &Connection, notices: &mut Vec<String>) -> Result<Vec<OutboxItem>, Error> {
    let mut settled = conn
        .prepare("SELECT channel FROM deliveries WHERE dedup_key = ?1 AND outcome IN ('accepted', 'refused') ORDER BY channel")?;
    let mut pending =
        conn.prepare("SELECT notice, attempts, dedup_key, incident FROM outbox WHERE state = 'pending' ORDER BY id LIMIT ?1")?;
    let mut rows = pending.query([PENDING])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        let key: String = row.get(2)?;
        let notice: Notice = match serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?) {
            Ok(notice) => notice,
            Err(error) => {
                let incident: String = row.get(3)?;
                log::error!("the notice {key} cannot be read back: {error}");
                notices
                    .push(format!("A notice of incident {incident} cannot be read back and was not sent: tell people yourself."));
                continue;
            }
        };
        let settled = settled.query_map([&key], |row| row.get(0))?.collect::<Result<_, _>>()?;
        items.push(OutboxItem { notice, settled, attempts: row.get(1)? });
    }
    Ok(items)
}
