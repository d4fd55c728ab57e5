//! Tables out of the store, row by row: what is read is handed on before the next row is, so that memory does not grow with
//! the table.

use rusqlite::types::ValueRef;

use super::schema::Root;
use super::{Archive, Error};
use crate::model::Timestamp;

/// A table that can be exported: its name, and what is read, in the order in which it lies on the disk.
const TABLES: [(&str, &str); 6] = [
    (
        "incidents",
        "SELECT id, origin, device, kind, severity, life, ruling, malfunction, decided, occurred_at, received_at,
            last_report_at, n_reports FROM {p}incidents ORDER BY rowid",
    ),
    (
        "reports",
        "SELECT incident, device, event_id, received_at, verdict ->> 'ruling' AS ruling,
            verdict ->> 'probability' AS probability, verdict ->> 'summary' AS summary, judge, limits
         FROM {p}reports ORDER BY id",
    ),
    ("steps", "SELECT incident, at, step, detail FROM {p}steps ORDER BY incident, at, step, detail"),
    ("notes", "SELECT incident, at, who, text FROM {p}notes ORDER BY incident, at, who, text"),
    ("audit", "SELECT id, at, who, incident, what, lower(hex(hash)) AS hash FROM {p}audit ORDER BY id"),
    (
        "deliveries",
        "SELECT dedup_key, channel, outcome, reason, attempts, at, next_at FROM {p}deliveries ORDER BY dedup_key, channel",
    ),
];

/// The names of the tables that can be exported.
pub const EXPORTED: [&str; 6] = ["incidents", "reports", "steps", "notes", "audit", "deliveries"];

/// Takes a row: the columns' names, and what stands under them.
pub type Take<'a, E> = dyn FnMut(&[String], Vec<Cell>) -> Result<(), E> + 'a;

/// What stands in a row under a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// A time.
    Time(Timestamp),
    /// A text, as people and devices wrote it.
    Text(String),
}

impl Archive {
    /// Hands each row of a table to `take`, with the columns' names; `drills`: the table of drills and samples instead of the
    /// real one. Stops where `take` fails. An unknown table is an error that names those that there are.
    pub fn export<E: From<Error>>(&self, table: &str, drills: bool, take: &mut Take<'_, E>) -> Result<(), E> {
        let Some((_, text)) = TABLES.iter().find(|(name, _)| *name == table) else {
            return Err(Error::Odd(format!("there is no table {table}; there are {}", EXPORTED.join(", "))).into());
        };
        let root = if drills { Root::Drill } else { Root::Real };
        let mut statement = self.connection().prepare(&root.fill(text)).map_err(Error::from)?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = statement.query([]).map_err(Error::from)?;
        while let Some(row) = rows.next().map_err(Error::from)? {
            let cells = names
                .iter()
                .enumerate()
                .map(|(idx, name)| Ok(cell(name, row.get_ref(idx)?)))
                .collect::<Result<_, rusqlite::Error>>()
                .map_err(Error::from)?;
            take(&names, cells)?;
        }
        Ok(())
    }
}

fn cell(name: &str, value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Empty,
        ValueRef::Integer(micros) if name == "at" || name.ends_with("_at") => Cell::Time(Timestamp(micros)),
        ValueRef::Integer(number) => Cell::Whole(number),
        ValueRef::Real(number) => Cell::Number(number),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Cell::Text(String::from_utf8_lossy(bytes).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_that_is_named_is_there() {
        assert_eq!(TABLES.map(|(name, _)| name), EXPORTED);
    }
}
