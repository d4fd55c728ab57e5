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

/// Takes a row: what stands under the columns, in their order.
pub type Take<'a, E> = dyn FnMut(Vec<Cell>) -> Result<(), E> + 'a;

/// What may stand under a column, if not nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// [`Cell::Whole`].
    Whole,
    /// [`Cell::Number`].
    Number,
    /// [`Cell::Time`].
    Time,
    /// [`Cell::Text`].
    Text,
}

impl Sort {
    fn of(table: &str, column: &str) -> Self {
        match (table, column) {
            ("audit", "id") | (_, "n_reports" | "attempts") => Self::Whole,
            (_, "probability") => Self::Number,
            (_, "at") => Self::Time,
            (_, name) if name.ends_with("_at") => Self::Time,
            _ => Self::Text,
        }
    }
}

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

/// A table that is to be read, and its columns.
#[derive(Debug)]
pub struct Export<'a> {
    statement: rusqlite::Statement<'a>,
    columns: Vec<(String, Sort)>,
}

impl Archive {
    /// A table; `drills`: that of drills and samples instead of the real one. An unknown table is an error that names those
    /// that there are.
    pub fn export(&self, table: &str, drills: bool) -> Result<Export<'_>, Error> {
        let Some((_, text)) = TABLES.iter().find(|(name, _)| *name == table) else {
            return Err(Error::Odd(format!("there is no table {table}; there are {}", EXPORTED.join(", "))));
        };
        let root = if drills { Root::Drill } else { Root::Real };
        let statement = self.connection().prepare(&root.fill(text))?;
        let columns = statement.column_names().map(|name| (name.to_owned(), Sort::of(table, name))).collect();
        Ok(Export { statement, columns })
    }
}

impl Export<'_> {
    /// The names of the columns, and what may stand under them.
    pub fn columns(&self) -> &[(String, Sort)] {
        &self.columns
    }

    /// Hands each row to `take`. Stops where that fails.
    pub fn rows<E: From<Error>>(mut self, take: &mut Take<'_, E>) -> Result<(), E> {
        let mut rows = self.statement.query([]).map_err(Error::from)?;
        while let Some(row) = rows.next().map_err(Error::from)? {
            let cells = self.columns.iter().enumerate();
            let cells = cells.map(|(idx, (name, sort))| cell(name, *sort, row.get_ref(idx).map_err(Error::from)?));
            take(cells.collect::<Result<_, Error>>()?)?;
        }
        Ok(())
    }
}

fn cell(name: &str, sort: Sort, value: ValueRef<'_>) -> Result<Cell, Error> {
    Ok(match (sort, value) {
        (_, ValueRef::Null) => Cell::Empty,
        (Sort::Time, ValueRef::Integer(micros)) => Cell::Time(Timestamp(micros)),
        (Sort::Whole, ValueRef::Integer(number)) => Cell::Whole(number),
        (Sort::Number, ValueRef::Integer(number)) => Cell::Number(number as f64),
        (Sort::Number, ValueRef::Real(number)) => Cell::Number(number),
        (Sort::Text, ValueRef::Integer(number)) => Cell::Text(number.to_string()),
        (Sort::Text, ValueRef::Real(number)) => Cell::Text(number.to_string()),
        (Sort::Text, ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => Cell::Text(String::from_utf8_lossy(bytes).into_owned()),
        (sort, value) => {
            return Err(Error::Odd(format!("{name} holds a value of the type {} and not {sort:?}", value.data_type())));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_that_is_named_is_there() {
        assert_eq!(TABLES.map(|(name, _)| name), EXPORTED);
    }
}
