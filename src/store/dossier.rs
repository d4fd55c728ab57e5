//! An incident out of the store and into another one, row by row, raw packets among them.
//!
//! What is taken in lies among the drills, whatever it was: no query over real incidents meets it, and nobody can be told
//! of it. It keeps its id with `IMP-` before it, and its events a root of their own, so that it is never taken for an
//! event of this site.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::types::{Value as Stored, ValueRef};
use rusqlite::{Connection, params_from_iter};
use serde_json::{Value, json};

use super::archive::Archive;
use super::schema::{self, Root};
use super::{Error, chain, load, row};
use crate::model::dossier::{Dossier, Import, Row};
use crate::model::{Incident, IncidentId};

/// The tables that hold what is stored of an incident, in the order in which they are filled, and which rows of each.
const TABLES: [(&str, &str); 8] = [
    ("incidents", "id = ?1"),
    ("reports", "incident = ?1"),
    ("packets", "report IN (SELECT id FROM {p}reports WHERE incident = ?1)"),
    ("invocations", "report IN (SELECT id FROM {p}reports WHERE incident = ?1)"),
    ("steps", "incident = ?1"),
    ("notes", "incident = ?1"),
    ("verdicts", "incident = ?1"),
    ("audit", "incident = ?1"),
];

impl Archive {
    /// Everything stored of an incident; `None` where there is no such incident.
    pub fn dossier(&self, id: &IncidentId) -> Result<Option<Dossier>, Error> {
        let Some(incident) = self.incident_json(id)? else { return Ok(None) };
        let Some(root) = self.root_of(id)? else { return Ok(None) };
        let mut dossier = Dossier { incident, tables: std::collections::BTreeMap::new() };
        for (table, which) in TABLES {
            let text = root.fill(&format!("SELECT * FROM {{p}}{table} WHERE {which} ORDER BY 1"));
            let mut statement = self.connection().prepare(&text)?;
            let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let mut rows = statement.query([&*id.0])?;
            let into = dossier.tables.entry(table.to_owned()).or_default();
            while let Some(row) = rows.next()? {
                let mut values = Row::new();
                for (idx, name) in names.iter().enumerate() {
                    values.insert(name.clone(), value(row.get_ref(idx)?)?);
                }
                into.push(values);
            }
        }
        Ok(Some(dossier))
    }
}

/// A stored value as JSON.
pub(super) fn value(stored: ValueRef<'_>) -> Result<Value, Error> {
    Ok(match stored {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => std::str::from_utf8(text).map_err(|_cause| Error::Odd("a text is no UTF-8".to_owned()))?.into(),
        ValueRef::Blob(bytes) => json!({ "base64": STANDARD.encode(bytes) }),
    })
}

/// JSON as a value to store.
pub(super) fn stored(value: &Value) -> Result<Stored, Error> {
    let odd = || Error::Odd("the file holds a value that no column takes".to_owned());
    Ok(match value {
        Value::Null => Stored::Null,
        Value::Number(number) => match number.as_i64() {
            Some(number) => Stored::Integer(number),
            None => Stored::Real(number.as_f64().ok_or_else(odd)?),
        },
        Value::String(text) => Stored::Text(text.clone()),
        Value::Object(_) => {
            let text = value["base64"].as_str().ok_or_else(odd)?;
            Stored::Blob(STANDARD.decode(text).map_err(|_cause| odd())?)
        }
        Value::Bool(_) | Value::Array(_) => return Err(odd()),
    })
}

/// What an imported incident is called here.
pub fn imported_id(import: &Import) -> IncidentId {
    IncidentId(format!("IMP-{}", import.from.id).into())
}

/// Events of an imported incident have a root of their own.
fn imported_event(event: &str) -> String {
    format!("/imported/{}", event.trim_start_matches('/'))
}

/// Puts an imported incident among the drills.
pub(super) fn store(conn: &Connection, import: &Import) -> Result<IncidentId, Error> {
    let id = imported_id(import);
    let known = Root::Drill.fill("SELECT 1 FROM {p}incidents WHERE id = ?1");
    if conn.prepare(&known)?.exists([&*id.0])? {
        return Err(Error::Odd(format!("incident {} was taken in already, as {id}", import.from.id)));
    }
    // Reports get numbers of their own here.
    let mut reports = std::collections::HashMap::new();
    for (table, _) in TABLES {
        let columns = columns(conn, table)?;
        for row in import.dossier.tables.get(table).into_iter().flatten() {
            let row = renamed(table, row, &id, import, &reports)?;
            if table == "audit" {
                audited(conn, &row)?;
                continue;
            }
            if let Some(unknown) = row.keys().find(|name| !columns.contains(name)) {
                return Err(Error::Odd(format!(
                    "the file has a column {table}.{unknown:?}, which this fleetwatch does not know"
                )));
            }
            let names: Vec<&str> = columns.iter().map(String::as_str).filter(|name| row.contains_key(*name)).collect();
            let places: Vec<String> = (1..=names.len()).map(|place| format!("?{place}")).collect();
            let values = names.iter().map(|name| stored(&row[*name])).collect::<Result<Vec<_>, _>>()?;
            let text = format!("INSERT INTO {{p}}{table} ({}) VALUES ({})", names.join(", "), places.join(", "));
            conn.prepare(&Root::Drill.fill(&text))?.execute(params_from_iter(values))?;
            if let Some(old) = import_number(table, import, reports.len()) {
                reports.insert(old, conn.last_insert_rowid());
            }
        }
    }
    // It must be readable, or it is not taken in.
    load::incident(conn, Root::Drill, &id.0)?.ok_or_else(|| Error::Odd("the file holds no incident".to_owned()))?;
    Ok(id)
}

/// An entry of another site's audit goes into the chain of this one; the hash that it had there is of that site.
fn audited(conn: &Connection, row: &Row) -> Result<(), Error> {
    let odd = || Error::Odd("the file holds an audit that cannot be read".to_owned());
    if let Some(unknown) =
        row.keys().find(|name| !["at", "who", "incident", "what", "hash", "salt", "seal"].contains(&name.as_str()))
    {
        return Err(Error::Odd(format!("the file has a column audit.{unknown:?}, which this fleetwatch does not know")));
    }
    let text = |name: &str| row.get(name).and_then(Value::as_str).ok_or_else(odd);
    let at = crate::model::Timestamp(row.get("at").and_then(Value::as_i64).ok_or_else(odd)?);
    let entry = chain::Entry { at, who: text("who")?, incident: text("incident")?, what: text("what")? };
    chain::append(conn, Root::Drill, &entry)
}

/// The number that the nth report had where it was exported.
fn import_number(table: &str, import: &Import, nth: usize) -> Option<i64> {
    if table != "reports" {
        return None;
    }
    import.dossier.tables.get(table)?.get(nth)?.get("id")?.as_i64()
}

pub(super) fn columns(conn: &Connection, table: &str) -> Result<Vec<String>, Error> {
    let name = Root::Drill.fill(&format!("{{p}}{table}"));
    let mut statement = conn.prepare("SELECT name FROM pragma_table_info(?1)")?;
    Ok(statement.query_map([name], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// A row under the names that it has here.
fn renamed(
    table: &str,
    row: &Row,
    id: &IncidentId,
    import: &Import,
    reports: &std::collections::HashMap<i64, i64>,
) -> Result<Row, Error> {
    let mut row = row.clone();
    let event = |value: &Value| value.as_str().filter(|event| !event.is_empty()).map(|event| Value::from(imported_event(event)));
    match table {
        "incidents" => {
            row.insert("id".to_owned(), (&*id.0).into());
            row.insert("origin".to_owned(), row::word(&crate::model::Origin::Drill)?.into());
            // The numbers of incidents are of this site.
            row.insert("number".to_owned(), 0.into());
            if let Some(shown) = row.get("shown_event").and_then(event) {
                row.insert("shown_event".to_owned(), shown);
            }
            let body = row.get("body").and_then(Value::as_str).unwrap_or_default();
            let mut body: Value = serde_json::from_str(body)?;
            body["imported"] = serde_json::to_value(&import.from)?;
            row.insert("body".to_owned(), serde_json::to_string(&body)?.into());
        }
        "packets" | "invocations" => {
            let old = row.get("report").and_then(Value::as_i64);
            let new = old.and_then(|old| reports.get(&old)).ok_or_else(|| Error::Odd("a packet has no report".to_owned()))?;
            row.insert("report".to_owned(), (*new).into());
        }
        _ => {
            row.insert("incident".to_owned(), (&*id.0).into());
            if let Some(event) = row.get("event_id").and_then(event) {
                row.insert("event_id".to_owned(), event);
            }
            // Both get numbers of their own here.
            if matches!(table, "reports" | "audit") {
                row.remove("id");
            }
        }
    }
    Ok(row)
}

/// Reads an import as the incident that it will be, without a store: what cannot be stored is found before anything is
/// changed.
pub fn tried(import: &Import) -> Result<Incident, Error> {
    let mut conn = Connection::open_in_memory()?;
    schema::migrate(&mut conn)?;
    let id = store(&conn, import)?;
    load::incident(&conn, Root::Drill, &id.0)?.ok_or_else(|| Error::Odd("the file holds no incident".to_owned()))
}
