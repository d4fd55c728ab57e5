//! `fleetwatch export`: a table of the store, row by row, as CSV that no spreadsheet runs, as JSON lines or as Parquet.

mod parquet;

use std::io::{self, Write};

use serde_json::{Map, Value};

use crate::register::harmless;
use crate::store::export::Cell;
use crate::store::{self, Archive};

/// What comes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Comma-separated, with a line of names; times are UTC, RFC 3339.
    #[default]
    Csv,
    /// One JSON object per line.
    Jsonl,
    /// Apache Parquet, binary: columns with their types, times as UTC in microseconds, compressed with Snappy.
    Parquet,
}

/// Why an export ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Whoever reads.
    #[error("the export cannot be written: {0}")]
    Write(#[from] io::Error),
    /// The writer of Parquet.
    #[error("the export cannot be written as Parquet: {0}")]
    Parquet(#[from] ::parquet::errors::ParquetError),
}

/// Writes a table; how many rows it has.
pub fn run(archive: &Archive, table: &str, drills: bool, format: Format, out: &mut (dyn Write + Send)) -> Result<u64, Error> {
    let table = archive.export(table, drills)?;
    let mut n_rows = 0;
    match format {
        Format::Csv => {
            let mut csv = csv::Writer::from_writer(out);
            csv.write_record(table.columns().iter().map(|(name, _)| name)).map_err(io::Error::from)?;
            table.rows(&mut |cells| -> Result<(), Error> {
                n_rows += 1;
                Ok(csv.write_record(cells.into_iter().map(written)).map_err(io::Error::from)?)
            })?;
            csv.flush()?;
        }
        Format::Jsonl => {
            let names: Vec<String> = table.columns().iter().map(|(name, _)| name.clone()).collect();
            table.rows(&mut |cells| -> Result<(), Error> {
                n_rows += 1;
                let row: Map<String, Value> = names.iter().cloned().zip(cells.into_iter().map(value)).collect();
                serde_json::to_writer(&mut *out, &row).map_err(io::Error::from)?;
                Ok(out.write_all(b"\n")?)
            })?;
        }
        Format::Parquet => {
            let mut parquet = parquet::Table::begin(table.columns(), out)?;
            table.rows(&mut |cells| -> Result<(), Error> {
                n_rows += 1;
                parquet.row(cells)
            })?;
            parquet.end()?;
        }
    }
    Ok(n_rows)
}

fn value(cell: Cell) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Whole(number) => number.into(),
        Cell::Number(number) => number.into(),
        Cell::Time(at) => at.rfc3339().into(),
        Cell::Text(text) => text.into(),
    }
}

fn written(cell: Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Whole(number) => number.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Time(at) => at.rfc3339(),
        Cell::Text(text) => harmless(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_anybody_is_a_formula() {
        for evil in [
            "=1+1",
            "=HYPERLINK(\"http://x\",\"y\")",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "  =1",
            "\u{a0}@x",
            "＝1+1",
            "|calc",
            "\n=2",
        ] {
            assert!(harmless(evil.to_owned()).starts_with('\''), "{evil:?}");
        }
        // Cut at a semicolon or a tab, or with quotes not seen, none of it begins as a formula either.
        for (evil, disarmed) in [
            ("x;=1+1;", "x;'=1+1;"),
            ("x\t=1", "x\t'=1"),
            ("a\n=1\n\n -2", "a\n'=1\n\n' -2"),
            ("a\r\n@x", "a\r\n'@x"),
            ("=1;=2", "'=1;'=2"),
        ] {
            assert_eq!(harmless(evil.to_owned()), disarmed);
        }
        for plain in ["a; b", "one\n\ntwo", "37.5, -127.0", "van-1", "a=b", "3 reports", "", "세차", "'quoted"] {
            assert_eq!(harmless(plain.to_owned()), plain);
        }
        assert_eq!(written(Cell::Whole(-5)), "-5", "a number of ours is a number");
    }
}
