//! The register on disk: one row an entry, each change with its own line of the audit.

use rusqlite::{Connection, params};
use serde_json::json;

use super::schema::Root;
use super::{Error, chain, row};
use crate::model::register::Entry;
use crate::model::{DeviceId, Operator, Register, RegisterOrder, Timestamp};

/// Under what the audit files it.
const FILED: &str = "register";

/// Every entry; one that cannot be read is left out, and said.
pub(super) fn load(conn: &Connection, notices: &mut Vec<String>) -> Result<Register, Error> {
    let mut statement = conn.prepare("SELECT id, body FROM register ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut entries: Vec<Entry> = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, body): (String, String) = (row.get(0)?, row.get(1)?);
        match serde_json::from_str(&body) {
            Ok(entry) => entries.push(entry),
            Err(error) => notices.push(format!("What the register says of {id} cannot be read: {error}.")),
        }
    }
    Ok(entries.into_iter().collect())
}

/// Does what was asked, within the transaction.
pub(super) fn change(tx: &Connection, order: &RegisterOrder, by: &Operator, at: Timestamp) -> Result<(), Error> {
    let audit = |what: &str| {
        let entry = chain::Entry { at, who: &by.0, incident: FILED, what };
        chain::append(tx, Root::Real, &entry)
    };
    match order {
        RegisterOrder::Put { entries, from } => {
            let text = "INSERT INTO register VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET body = excluded.body";
            let mut put = tx.prepare_cached(text)?;
            for entry in entries {
                put.execute(params![entry.id.as_str(), row::json(entry)?])?;
                audit(&json!({"register": "put", "from": from, "entry": entry}).to_string())?;
            }
        }
        RegisterOrder::Remove { id: DeviceId(id) } => {
            tx.prepare_cached("DELETE FROM register WHERE id = ?1")?.execute([&**id])?;
            audit(&json!({"register": "remove", "id": id}).to_string())?;
        }
    }
    Ok(())
}
