//! What travels between the stores of several seats.
//!
//! Every seat has the whole of it in a store of its own, so that none depends on another or on the network to take in a crash,
//! to show it and to tell people. What a seat stores it also lists (`unshared`), in the same transaction; [`Spool`] makes a
//! [`Change`] of what is listed: the rows of the incident that are new. What another seat stored is added row by row, and its
//! incident is put together with the one that is here ([`crate::joint`]). Taking in the same change twice changes nothing.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, params, params_from_iter};
use serde_json::Value;

use super::dossier::{columns, stored, value};
use super::schema::Root;
use super::{DATABASE, Error, chain, connect_reading, load};
use crate::joint;
use crate::model::dossier::Row;
use crate::model::{Change, Incident, IncidentId, Notice, Origin, OutboxItem, Timestamp};

/// Rows of an incident that travel: of the table, those that `?1`, the incident, and `?2`, the events as JSON, say.
const TABLES: [(&str, &str); 10] = [
    ("incidents", "id = ?1 AND ?2 IS NOT NULL"),
    ("reports", REPORTS),
    ("packets", OF_REPORTS),
    ("invocations", OF_REPORTS),
    ("steps", "incident = ?1 AND ?2 IS NOT NULL"),
    ("notes", "incident = ?1 AND ?2 IS NOT NULL"),
    ("verdicts", "incident = ?1 AND ?2 IS NOT NULL"),
    ("audit", "incident = ?1 AND ?2 IS NOT NULL"),
    ("outbox", "incident = ?1 AND ?2 IS NOT NULL"),
    ("deliveries", "dedup_key IN (SELECT dedup_key FROM {p}outbox WHERE incident = ?1) AND ?2 IS NOT NULL"),
];
const REPORTS: &str = "incident = ?1 AND (event_id IN (SELECT value FROM json_each(?2)) OR ?2 = '[\"*\"]')";
const OF_REPORTS: &str = "report IN (SELECT id FROM {p}reports
    WHERE incident = ?1 AND (event_id IN (SELECT value FROM json_each(?2)) OR ?2 = '[\"*\"]'))";
/// Stands for all events of an incident.
const ALL_EVENTS: &str = "*";
/// Entries of the list that are read at once.
const AT_ONCE: i64 = 512;

/// This seat, to the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Made up once; a store that was lost is another seat, and gets everything again.
    pub id: String,
    /// The place in the shared log up to which everything is here.
    pub cursor: i64,
}

/// Makes the store that of a seat. What is open when it becomes one is listed for the others.
pub(super) fn sit(conn: &mut Connection) -> Result<Seat, Error> {
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let known: Option<Seat> =
        tx.query_row("SELECT uuid, cursor FROM seat", [], |row| Ok(Seat { id: row.get(0)?, cursor: row.get(1)? })).optional()?;
    let seat = if let Some(seat) = known {
        seat
    } else {
        let id = format!("{:032x}", fastrand::u128(..));
        tx.execute("INSERT INTO seat (id, uuid, cursor) VALUES (1, ?1, 0)", [&id])?;
        for root in Root::ALL {
            let text = root.fill(
                "INSERT INTO unshared (incident, real, event) SELECT id, ?1, ?2 FROM {p}incidents WHERE life <> 'resolved'
                 AND origin <> 'sample' AND id NOT LIKE 'IMP-%'",
            );
            tx.execute(&text, params![matches!(root, Root::Real), ALL_EVENTS])?;
        }
        tx.execute("INSERT INTO unshared (incident, real, event) SELECT ?1, 1, id FROM register", [Change::REGISTER])?;
        Seat { id, cursor: 0 }
    };
    tx.commit()?;
    Ok(seat)
}

/// Lists a change of an incident for the other seats.
pub(super) fn list(conn: &Connection, origin: Origin, incident: &IncidentId, event: &str) -> Result<(), Error> {
    // A sample fleet is of its own desk.
    if origin != Origin::Sample {
        let text = "INSERT INTO unshared (incident, real, event) VALUES (?1, ?2, ?3)";
        conn.prepare_cached(text)?.execute(params![&*incident.0, origin.is_real(), event])?;
    }
    Ok(())
}

/// Lists what a channel answered, under the incident of the notice.
pub(super) fn list_told(conn: &Connection, origin: Origin, dedup_key: &str) -> Result<(), Error> {
    if origin.is_real() {
        let text = "INSERT INTO unshared (incident, real, event) SELECT incident, 1, '' FROM outbox WHERE dedup_key = ?1";
        conn.prepare_cached(text)?.execute([dedup_key])?;
    }
    Ok(())
}

/// Everything listed up to `last` is in the shared log.
pub(super) fn shared(conn: &Connection, last: i64) -> Result<(), Error> {
    conn.prepare_cached("DELETE FROM unshared WHERE id <= ?1")?.execute([last])?;
    Ok(())
}

/// The place in the shared log up to which everything is here.
pub(super) fn came_to(conn: &Connection, seq: i64) -> Result<(), Error> {
    conn.prepare_cached("UPDATE seat SET cursor = max(cursor, ?1)")?.execute([seq])?;
    Ok(())
}

/// What is listed and not in the shared log yet. Reads beside the writer.
#[derive(Debug)]
pub struct Spool(Connection);

/// Changes up to an entry of the list.
#[derive(Debug, Default)]
pub struct Listed {
    /// The last entry of the list that they hold; [`crate::model::Record::Shared`] takes it off.
    pub last: i64,
    /// One an incident.
    pub changes: Vec<Change>,
    /// Entries that wait, these among them.
    pub n_waiting: u64,
}

impl Spool {
    /// Opens the list of the store in `dir`.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        Ok(Self(connect_reading(&dir.join(DATABASE))?))
    }

    /// How many changes after an entry of the list wait.
    pub fn n_waiting(&self, after: i64) -> Result<u64, Error> {
        let waiting: i64 = self.0.query_row("SELECT count(*) FROM unshared WHERE id > ?1", [after], |row| row.get(0))?;
        Ok(waiting.unsigned_abs())
    }

    /// The next changes after an entry of the list, oldest first; `None` where nothing is listed.
    pub fn next(&self, after: i64) -> Result<Option<Listed>, Error> {
        let mut statement =
            self.0.prepare_cached("SELECT id, incident, real, event FROM unshared WHERE id > ?1 ORDER BY id LIMIT ?2")?;
        let mut rows = statement.query(params![after, AT_ONCE])?;
        let mut listed = Listed::default();
        let mut incidents: Vec<(String, bool, Vec<String>)> = Vec::new();
        while let Some(row) = rows.next()? {
            listed.last = row.get(0)?;
            let (id, real, event): (String, bool, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
            let known = incidents.iter().position(|(known, known_real, _)| *known == id && *known_real == real);
            let place = known.unwrap_or_else(|| {
                incidents.push((id, real, Vec::new()));
                incidents.len() - 1
            });
            if !event.is_empty() {
                incidents[place].2.push(event);
            }
        }
        if incidents.is_empty() {
            return Ok(None);
        }
        listed.n_waiting = self.n_waiting(after)?;
        for (id, real, events) in incidents {
            listed.changes.push(self.change(&id, real, &events)?);
        }
        Ok(Some(listed))
    }

    fn change(&self, id: &str, real: bool, events: &[String]) -> Result<Change, Error> {
        let which = match id {
            Change::REGISTER => Some(("register", "id IN (SELECT value FROM json_each(?1))")),
            Change::SILENCES => Some(("silencings", "id IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))")),
            _ => None,
        };
        if let Some((table, which)) = which {
            let text = format!("SELECT * FROM {table} WHERE {which} ORDER BY 1");
            let read = self.rows(&text, params![serde_json::to_string(events)?])?;
            return Ok(Change { incident: IncidentId(id.into()), real, tables: [(table.to_owned(), read)].into() });
        }
        let root = if real { Root::Real } else { Root::Drill };
        let all = events.iter().any(|event| event == ALL_EVENTS);
        let events = if all { format!("[\"{ALL_EVENTS}\"]") } else { serde_json::to_string(events)? };
        let mut tables = BTreeMap::new();
        for (table, which) in TABLES {
            let text = root.fill(&format!("SELECT * FROM {{p}}{table} WHERE {which} ORDER BY 1"));
            let read = self.rows(&text, params![id, events])?;
            if !read.is_empty() {
                tables.insert(table.to_owned(), read);
            }
        }
        Ok(Change { incident: IncidentId(id.into()), real, tables })
    }

    fn rows(&self, text: &str, with: impl rusqlite::Params) -> Result<Vec<Row>, Error> {
        let mut statement = self.0.prepare_cached(text)?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = statement.query(with)?;
        let mut read = Vec::new();
        while let Some(row) = rows.next()? {
            let mut values = Row::new();
            for (idx, name) in names.iter().enumerate() {
                values.insert(name.clone(), value(row.get_ref(idx)?)?);
            }
            read.push(values);
        }
        Ok(read)
    }
}

/// What came of a change of another seat.
pub(super) struct Taken {
    /// The incident as both have it now; to be written by the caller.
    pub(super) incident: Incident,
    /// What nobody has told yet, as far as is known here.
    pub(super) items: Vec<OutboxItem>,
}

/// Adds the rows of another seat, all but the incident's own.
pub(super) fn take_in(conn: &Connection, change: &Change) -> Result<Taken, Error> {
    let root = if change.real { Root::Real } else { Root::Drill };
    let id = &*change.incident.0;
    let rows = |table: &str| change.tables.get(table).map(Vec::as_slice).unwrap_or_default();
    let ours = load::incident(conn, root, id)?;
    let mut reports = HashMap::new();
    let table = |name| Table::of(conn, root, name);
    let into = table("reports")?;
    for row in rows("reports") {
        let old = number(row, "id")?;
        if into.add(row, &["id"], "ON CONFLICT (device, event_id) DO NOTHING")? {
            reports.insert(old, conn.last_insert_rowid());
        }
    }
    for name in ["packets", "invocations"] {
        let into = table(name)?;
        for row in rows(name) {
            // A report that was here has its packet and its calls.
            let Some(new) = reports.get(&number(row, "report")?) else { continue };
            let mut row = row.clone();
            row.insert("report".to_owned(), (*new).into());
            into.add(&row, &[], "ON CONFLICT DO NOTHING")?;
        }
    }
    for name in ["steps", "notes"] {
        let into = table(name)?;
        for row in rows(name) {
            into.add(row, &[], "ON CONFLICT DO NOTHING")?;
        }
    }
    for row in rows("verdicts") {
        add_version(conn, root, row)?;
    }
    for row in rows("audit") {
        audited(conn, root, row)?;
    }
    let mut items = Vec::new();
    let into = table("outbox")?;
    for row in rows("outbox") {
        let done = text(row, "state")? != "pending";
        let then = if done { "ON CONFLICT (dedup_key) DO UPDATE SET state = excluded.state" } else { "ON CONFLICT DO NOTHING" };
        let known =
            conn.prepare_cached(&root.fill("SELECT 1 FROM {p}outbox WHERE dedup_key = ?1"))?.exists([text(row, "dedup_key")?])?;
        into.add(row, &["id"], then)?;
        if !known && !done && change.real {
            let notice: Notice = serde_json::from_str(text(row, "notice")?)?;
            // Only what is stored among the real can be sent, whatever a row says.
            items.push(OutboxItem::new(Notice { origin: Origin::Device, ..notice }));
        }
    }
    let into = table("deliveries")?;
    for row in rows("deliveries") {
        let then = "ON CONFLICT (dedup_key, channel) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason,
            attempts = max(attempts, excluded.attempts), at = excluded.at, next_at = excluded.next_at WHERE excluded.at > at";
        into.add(row, &[], then)?;
    }
    let row = rows("incidents").first().ok_or_else(|| Error::Odd(format!("a change of {id} brings no incident")))?;
    if text(row, "id")? != id || (text(row, "origin")? == "device") != change.real {
        return Err(Error::Odd(format!("a change of {id} brings another incident")));
    }
    if ours.as_ref().is_some_and(|ours| Some(ours.device.as_str()) != row.get("device").and_then(Value::as_str)) {
        return Err(Error::Odd(format!("the name {id} belongs to an incident of another device already")));
    }
    let names: Vec<&str> = row.keys().map(String::as_str).filter(|name| *name != "id").collect();
    let set: Vec<String> = names.iter().map(|name| format!("{name} = excluded.{name}")).collect();
    table("incidents")?.add(row, &[], &format!("ON CONFLICT (id) DO UPDATE SET {}", set.join(", ")))?;
    let theirs = load::incident(conn, root, id)?.ok_or_else(|| Error::Odd(format!("a change of {id} brings no incident")))?;
    let incident = match &ours {
        Some(ours) => joint::join(ours, &theirs),
        None => Incident { timeline: joint::steps(theirs.timeline.clone()), ..theirs },
    };
    Ok(Taken { incident, items })
}

/// An incident that is about to be written, put together with what is there: another seat's change may have come between.
pub(super) fn with_stored(conn: &Connection, incident: &Incident) -> Result<Option<Incident>, Error> {
    let stored = load::incident(conn, Root::of(incident.origin), &incident.id.0)?;
    Ok(stored.map(|stored| Incident { stored: incident.stored, ..joint::join(&stored, incident) }))
}

pub(super) fn text<'a>(row: &'a Row, name: &str) -> Result<&'a str, Error> {
    row.get(name).and_then(Value::as_str).ok_or_else(|| Error::Odd(format!("a row of another seat has no {name}")))
}

pub(super) fn number(row: &Row, name: &str) -> Result<i64, Error> {
    row.get(name).and_then(Value::as_i64).ok_or_else(|| Error::Odd(format!("a row of another seat has no {name}")))
}

/// A table that rows of another seat go into.
struct Table<'a> {
    conn: &'a Connection,
    root: Root,
    name: &'a str,
    columns: Vec<String>,
}

impl<'a> Table<'a> {
    fn of(conn: &'a Connection, root: Root, name: &'a str) -> Result<Self, Error> {
        Ok(Self { conn, root, name, columns: columns(conn, name)? })
    }

    /// Inserts a row without some of its columns; `true` where a row was added or changed.
    fn add(&self, row: &Row, without: &[&str], then: &str) -> Result<bool, Error> {
        let Self { conn, root, name: table, columns } = self;
        if let Some(unknown) = row.keys().find(|name| !columns.contains(name)) {
            let why = format!("another seat has a column {table}.{unknown}, which this fleetwatch does not know: update it");
            return Err(Error::Odd(why));
        }
        let taken = |name: &&str| row.contains_key(*name) && !without.contains(name);
        let names: Vec<&str> = columns.iter().map(String::as_str).filter(taken).collect();
        let places: Vec<String> = (1..=names.len()).map(|place| format!("?{place}")).collect();
        let values = names.iter().map(|name| stored(&row[*name])).collect::<Result<Vec<_>, _>>()?;
        let text = format!("INSERT INTO {{p}}{table} ({}) VALUES ({}) {then}", names.join(", "), places.join(", "));
        Ok(conn.prepare_cached(&root.fill(&text))?.execute(params_from_iter(values))? > 0)
    }
}

/// A version of a verdict gets the next number here, unless it is here.
fn add_version(conn: &Connection, root: Root, row: &Row) -> Result<(), Error> {
    let which = params![text(row, "incident")?, text(row, "event_id")?, number(row, "at")?, text(row, "said")?];
    let known = root.fill("SELECT 1 FROM {p}verdicts WHERE incident = ?1 AND event_id = ?2 AND at = ?3 AND said = ?4");
    if conn.prepare_cached(&known)?.exists(which)? {
        return Ok(());
    }
    let next = root.fill("SELECT 1 + coalesce(max(version), 1) FROM {p}verdicts WHERE incident = ?1 AND event_id = ?2");
    let of = params![text(row, "incident")?, text(row, "event_id")?];
    let next: i64 = conn.prepare_cached(&next)?.query_row(of, |row| row.get(0))?;
    let mut row = row.clone();
    row.insert("version".to_owned(), next.into());
    Table::of(conn, root, "verdicts")?.add(&row, &[], "").map(drop)
}

/// An entry of another seat's audit goes into the chain of this one, once.
fn audited(conn: &Connection, root: Root, row: &Row) -> Result<(), Error> {
    // One without its text: it was forgotten there, and is here as it was.
    if row.get("seal").is_some_and(|seal| !seal.is_null()) && row.get("salt").is_none_or(Value::is_null) {
        return Ok(());
    }
    let entry = chain::Entry {
        at: Timestamp(number(row, "at")?),
        who: text(row, "who")?,
        incident: text(row, "incident")?,
        what: text(row, "what")?,
    };
    let known = root.fill("SELECT 1 FROM {p}audit WHERE incident = ?1 AND at = ?2 AND who = ?3 AND what = ?4");
    let which = params![entry.incident, entry.at.0, entry.who, entry.what];
    if conn.prepare_cached(&known)?.exists(which)? {
        return Ok(());
    }
    chain::append(conn, root, &entry)
}
