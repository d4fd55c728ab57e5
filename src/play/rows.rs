//! Reads a recording row by row, whether it is CSV or JSON lines, packed with gzip or not.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use serde_json::{Map as Object, Value};

use super::Error;

/// The longest line of a JSON-lines file, bytes.
const LINE_MAX: u64 = 16 * 1024 * 1024;

/// The rows of a recording, in file order.
pub struct Rows {
    file: String,
    source: Source,
}

enum Source {
    Csv { columns: Arc<[String]>, records: csv::StringRecordsIntoIter<Box<dyn Read + Send>> },
    JsonLines { lines: BufReader<Box<dyn Read + Send>>, line: u64 },
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// Counted from 1, a CSV header being line 1.
    pub line: u64,
    cells: Cells,
}

#[derive(Clone, Debug)]
enum Cells {
    Csv { columns: Arc<[String]>, record: csv::StringRecord },
    Json(Object<String, Value>),
}

impl Row {
    /// The text in `column`; `None` where the cell is empty, null or not there.
    pub fn cell(&self, column: &str) -> Option<Cow<'_, str>> {
        match &self.cells {
            Cells::Csv { columns, record } => {
                let column_idx = columns.iter().position(|name| name == column)?;
                record.get(column_idx).map(str::trim).filter(|cell| !cell.is_empty()).map(Cow::Borrowed)
            }
            Cells::Json(object) => match walk(object, column)? {
                Value::Null => None,
                Value::String(text) => Some(text.trim()).filter(|text| !text.is_empty()).map(Cow::Borrowed),
                other => Some(Cow::Owned(other.to_string())),
            },
        }
    }
}

impl Row {
    /// The whole row as a value of `T`, for JSON lines.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, String> {
        match &self.cells {
            Cells::Json(object) => T::deserialize(object).map_err(|error| error.to_string()),
            Cells::Csv { .. } => Err("a CSV file is no recording of the line".to_owned()),
        }
    }
}

/// The value at `path`, whose parts are joined by dots; a key that contains the dot itself wins.
fn walk<'a>(object: &'a Object<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = object.get(path) {
        return Some(value);
    }
    let (head, rest) = path.split_once('.')?;
    walk(object.get(head)?.as_object()?, rest)
}

impl Rows {
    /// Opens a recording; its name tells what it is: `.csv`, `.jsonl` or `.ndjson`, each also with `.gz`.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let read_error = |source| Error::Read { path: path.to_owned(), source };
        let file = File::open(path).map_err(read_error)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (plain_name, bytes): (_, Box<dyn Read + Send>) = match name.strip_suffix(".gz") {
            Some(stem) => (stem.to_owned(), Box::new(MultiGzDecoder::new(BufReader::new(file)))),
            None => (name.clone(), Box::new(file)),
        };
        let format = Path::new(&plain_name).extension().map(std::ffi::OsStr::to_ascii_lowercase).unwrap_or_default();
        let source = if format == "csv" {
            let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(bytes);
            let headers = reader.headers().map_err(|error| read_error(std::io::Error::other(error)))?;
            let columns = headers.iter().map(|header| header.trim().trim_start_matches('\u{feff}').to_owned()).collect();
            Source::Csv { columns, records: reader.into_records() }
        } else if format == "jsonl" || format == "ndjson" {
            Source::JsonLines { lines: BufReader::new(bytes), line: 0 }
        } else {
            let what = "its name tells no format; name it .csv, .csv.gz, .jsonl or .jsonl.gz";
            return Err(read_error(std::io::Error::new(std::io::ErrorKind::InvalidInput, what)));
        };
        Ok(Self { file: name, source })
    }

    /// The recording's file name.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The columns, where the format names them beforehand.
    pub fn columns(&self) -> Option<&[String]> {
        match &self.source {
            Source::Csv { columns, .. } => Some(columns),
            Source::JsonLines { .. } => None,
        }
    }
}

impl Iterator for Rows {
    /// A row, or line number and reason.
    type Item = Result<Row, (u64, String)>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.source {
            Source::Csv { columns, records } => match records.next()? {
                Ok(record) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    Some(Ok(Row { line, cells: Cells::Csv { columns: Arc::clone(columns), record } }))
                }
                Err(error) => Some(Err((error.position().map_or(0, csv::Position::line), error.to_string()))),
            },
            Source::JsonLines { lines, line } => loop {
                *line += 1;
                let mut text = Vec::new();
                match lines.by_ref().take(LINE_MAX).read_until(b'\n', &mut text) {
                    Ok(0) => return None,
                    Ok(_) if text.trim_ascii().is_empty() => {}
                    Ok(n_read) if n_read as u64 == LINE_MAX && !text.ends_with(b"\n") => {
                        return Some(Err((*line, format!("longer than {LINE_MAX} bytes; is it JSON lines?"))));
                    }
                    Ok(_) => {
                        return Some(match serde_json::from_slice(&text) {
                            Ok(object) => Ok(Row { line: *line, cells: Cells::Json(object) }),
                            Err(error) => Err((*line, format!("not a JSON object: {error}"))),
                        });
                    }
                    Err(error) => return Some(Err((*line, error.to_string()))),
                }
            },
        }
    }
}
