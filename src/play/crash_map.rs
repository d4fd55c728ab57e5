//! `[crash]` of a map: how many rows become one crash report.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use super::map::number;
use super::rows::Rows;
use super::{Error, Map};
use crate::model::Frame;

/// How rows become crash reports.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrashMap {
    /// The column that names a record; rows of one record follow each other. Without it the file is one record.
    pub record: Option<String>,
    /// The record's name where no column gives it.
    pub name: Option<String>,
    /// How the axes lie.
    #[serde(default)]
    pub frame: Frame,
    /// Whether the samples contain the 1 g of gravity.
    pub gravity: bool,
    /// The sensor's range, ± g.
    pub range_g: Option<f64>,
    /// Which moment of a record is its event.
    pub event: EventTime,
    /// Seconds kept before the event; all without it.
    pub before_s: Option<f64>,
    /// Seconds kept after the event; all without it.
    pub after_s: Option<f64>,
    /// Seconds from one report to the next, where the records share no clock.
    pub spacing_s: Option<f64>,
    /// A file that knows more of the records.
    pub labels: Option<Labels>,
}

/// Which moment of a record is its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventTime {
    /// Where the record's clock reads 0.
    Zero,
    /// The largest acceleration; with labels, the largest between the label's `time` and `until`.
    Peak,
    /// The label's `time`; one report per label.
    Label,
}

/// A CSV file with a row per event. Only times and the sensor's range are read from it: what the event *was* never
/// goes into a payload.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    /// Its name, beside the recording.
    pub file: String,
    /// The column that names the record.
    pub record: String,
    /// The column of the event's time in the record, s.
    pub time: Option<String>,
    /// The column of the event's end, s.
    pub until: Option<String>,
    /// Times count from the record's first row, not by its clock.
    #[serde(default)]
    pub from_start: bool,
    /// The column of the sensor's range, ± g: the device knows it, so it is no label.
    pub range_g: Option<String>,
    /// The column that is 1 where the label is of use.
    pub only_if: Option<String>,
}

/// What the labels say of one event.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Label {
    /// s
    pub time_s: Option<f64>,
    /// s
    pub until_s: Option<f64>,
    /// ± g
    pub range_g: Option<f64>,
}

/// Labels by record.
pub type LabelBook = HashMap<String, Vec<Label>>;

impl CrashMap {
    pub(super) fn check(&self) -> Result<(), String> {
        if self.record.is_none() == self.name.is_none() {
            return Err("[crash] needs either record (a column) or name (for a file that is one record)".to_owned());
        }
        let labelled = self.labels.as_ref().is_some_and(|labels| labels.time.is_some());
        if self.event == EventTime::Label && !labelled {
            return Err("[crash] event \"label\" needs [crash.labels] with time".to_owned());
        }
        for (field, value) in [("before_s", self.before_s), ("after_s", self.after_s), ("spacing_s", self.spacing_s)] {
            if value.is_some_and(|value| !(0.0..=86_400.0).contains(&value)) {
                return Err(format!("[crash] {field}: must be from 0 to 86,400 s"));
            }
        }
        Ok(())
    }
}

/// Reads the labels that `map` names from the folder of the recording; empty where it names none.
pub fn read_labels(map: &Map, folder: &Path) -> Result<LabelBook, Error> {
    let mut book = LabelBook::new();
    let Some(labels) = map.crash.as_ref().and_then(|crash| crash.labels.as_ref()) else { return Ok(book) };
    let rows = Rows::open(&folder.join(&labels.file))?;
    let file = rows.file().to_owned();
    let named =
        [Some(&labels.record), labels.time.as_ref(), labels.until.as_ref(), labels.range_g.as_ref(), labels.only_if.as_ref()];
    let columns = rows.columns().unwrap_or_default();
    if let Some(missing) = named.into_iter().flatten().find(|name| !columns.contains(name)) {
        let detail = format!("[crash.labels]: {file} has no column {missing:?}; it has {}", columns.join(", "));
        return Err(Error::Map { map: map.name.clone(), detail });
    }
    for row in rows {
        let error = |line, detail| Error::Row { file: file.clone(), line, detail, map: map.name.clone() };
        let row = row.map_err(|(line, detail)| error(line, detail))?;
        let value = |column: &Option<String>| match column {
            Some(column) => number(&row, column).map_err(|detail| error(row.line, detail)),
            None => Ok(None),
        };
        if labels.only_if.is_some() && value(&labels.only_if)? != Some(1.0) {
            continue;
        }
        let Some(record) = row.cell(&labels.record) else { continue };
        let label = Label { time_s: value(&labels.time)?, until_s: value(&labels.until)?, range_g: value(&labels.range_g)? };
        book.entry(record.into_owned()).or_default().push(label);
    }
    Ok(book)
}
