//! `MAP.toml`: what the columns of a recording mean, and in which units they are.

use chrono::{DateTime, NaiveDateTime};
use serde::Deserialize;

use super::Error;
use super::crash_map::CrashMap;
use super::rows::{Row, Rows};
use crate::model::measure::{Measure, Unit};

/// How a recording becomes messages.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    /// The map's file name, for errors.
    #[serde(skip)]
    pub name: String,
    /// One line on what the recording is.
    #[serde(default)]
    pub about: String,
    /// What the messages are.
    pub kind: Kind,
    /// The topic without a root; `{column}` stands for the row's value, so one device per value.
    pub topic: String,
    /// How the rows lie in the file.
    #[serde(default)]
    pub order: Order,
    /// Every device begins when the play begins, whatever its first recorded time is.
    #[serde(default)]
    pub start_together: bool,
    /// When a row was measured.
    pub time: TimeColumn,
    /// Driving: speed; crash: the speed trace.
    pub speed: Option<Column>,
    /// Driving: heading.
    pub heading: Option<Column>,
    /// Driving and crash: acceleration.
    pub accel: Option<Axes>,
    /// Driving: where.
    pub position: Option<PositionColumns>,
    /// Driving: what follows from the positions.
    #[serde(default)]
    pub derive: Derive,
    /// Temperature.
    pub temperature: Option<Column>,
    /// How rows become crash reports.
    pub crash: Option<CrashMap>,
}

/// What the messages of a recording are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A row is a driving message.
    Driving,
    /// A row is a temperature.
    Temperature,
    /// Many rows are one crash report.
    Crash,
}

/// How the rows of a file lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// By time: the file is streamed.
    #[default]
    Time,
    /// One device after the other: the messages are sorted in memory first, at most 2 million.
    Device,
}

/// When a row was measured.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeColumn {
    /// Its column.
    pub column: String,
    /// How it is written.
    pub format: TimeFormat,
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum TimeFormat {
    /// Seconds, from any beginning.
    #[serde(rename = "s")]
    Seconds,
    /// Milliseconds, from any beginning.
    #[serde(rename = "ms")]
    Millis,
    /// RFC 3339 with its zone.
    #[serde(rename = "rfc3339")]
    Rfc3339,
    /// `2013-07-04 00:00:00`, fractions allowed, taken as UTC.
    #[serde(rename = "naive")]
    Naive,
}

/// A number in a column.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its column, or several whose mean it is.
    #[serde(alias = "mean_of")]
    pub column: OneOrMore,
    /// Its unit.
    pub unit: Unit,
    /// The sign is the other way round.
    #[serde(default)]
    pub negate: bool,
    /// Values that stand for "not measured".
    #[serde(default)]
    pub missing: Vec<f64>,
}

/// One name, or a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OneOrMore {
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

impl OneOrMore {
    /// The names.
    pub fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::More(names) => names,
        }
    }
}

/// Three accelerations; one that is left out was not measured.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axes {
    /// Forward, in the vehicle frame.
    pub x: Option<Column>,
    /// To the right, in the vehicle frame.
    pub y: Option<Column>,
    /// Down, in the vehicle frame.
    pub z: Option<Column>,
}

/// Where: either degrees, or metres around an origin.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum PositionColumns {
    /// Degrees on WGS 84.
    Degrees {
        /// Column of the latitude.
        lat: String,
        /// Column of the longitude.
        lon: String,
        /// Column of the horizontal dilution of precision.
        hdop: Option<String>,
    },
    /// Metres east and north of a place.
    Metres {
        /// Column of the metres east.
        x_m: String,
        /// Column of the metres north.
        y_m: String,
        /// The place.
        origin: Origin,
    },
}

/// The place that metres are counted from.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

/// What follows from the positions of a device.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Derive {
    /// Speed from distance over time.
    pub speed: bool,
    /// Heading from one position to the next, where it moved 2 m or more.
    pub heading: bool,
    /// After a gap longer than this nothing is derived, s.
    pub max_gap_s: f64,
}

impl Default for Derive {
    fn default() -> Self {
        Self { speed: false, heading: false, max_gap_s: 30.0 }
    }
}

impl Map {
    /// Reads a map and checks that it is whole.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let error = |detail: String| Error::Map { map: name.to_owned(), detail };
        let mut map: Self = toml::from_str(text).map_err(|cause| error(cause.to_string().trim_end().to_owned()))?;
        name.clone_into(&mut map.name);
        map.check().map_err(error)?;
        Ok(map)
    }

    fn check(&self) -> Result<(), String> {
        let (suffix, whole) = match self.kind {
            Kind::Driving => ("/driving", self.speed.is_some() || self.position.is_some() || self.accel.is_some()),
            Kind::Temperature => ("/temperature", self.temperature.is_some()),
            Kind::Crash => ("/crash", self.accel.is_some() && self.crash.is_some()),
        };
        if !whole {
            return Err(match self.kind {
                Kind::Driving => "kind \"driving\" needs one of [speed], [position], [accel]",
                Kind::Temperature => "kind \"temperature\" needs [temperature] with column and unit",
                Kind::Crash => "kind \"crash\" needs [accel] with x, y or z, and [crash]",
            }
            .to_owned());
        }
        if !self.topic.ends_with(suffix) {
            return Err(format!("topic: {:?} must end in {suffix:?}, as its kind says", self.topic));
        }
        if self.start_together && self.order == Order::Time {
            return Err("start_together moves the devices against each other, so it needs order = \"device\"".to_owned());
        }
        if self.crash.is_some() && self.kind != Kind::Crash {
            return Err("[crash] belongs to kind \"crash\" only; leave it out or change kind".to_owned());
        }
        if (self.derive.speed || self.derive.heading) && self.position.is_none() {
            return Err("[derive] needs [position] to derive from".to_owned());
        }
        for (field, column, measure) in self.numbers() {
            if column.unit.factor(measure).is_none() {
                return Err(format!("[{field}] unit: allowed are {}", measure.allowed()));
            }
            if column.column.names().is_empty() {
                return Err(format!("[{field}] column: name at least one column"));
            }
        }
        if let Some(axes) = &self.accel
            && [&axes.x, &axes.y, &axes.z].iter().all(|axis| axis.is_none())
        {
            return Err("[accel] names no axis; give x, y or z with column and unit".to_owned());
        }
        self.crash.as_ref().map_or(Ok(()), CrashMap::check)
    }

    /// Every number's field, column and measure.
    fn numbers(&self) -> impl Iterator<Item = (&'static str, &Column, Measure)> {
        let axes = self.accel.as_ref();
        [
            ("speed", self.speed.as_ref(), Measure::Speed),
            ("heading", self.heading.as_ref(), Measure::Heading),
            ("temperature", self.temperature.as_ref(), Measure::Temperature),
            ("accel.x", axes.and_then(|axes| axes.x.as_ref()), Measure::Acceleration),
            ("accel.y", axes.and_then(|axes| axes.y.as_ref()), Measure::Acceleration),
            ("accel.z", axes.and_then(|axes| axes.z.as_ref()), Measure::Acceleration),
        ]
        .into_iter()
        .filter_map(|(field, column, measure)| Some((field, column?, measure)))
    }

    /// Checks that a recording has every column that the map names.
    pub fn check_columns(&self, rows: &Rows) -> Result<(), Error> {
        let Some(columns) = rows.columns() else { return Ok(()) };
        let mut wanted: Vec<(&str, &str)> = vec![("time", &self.time.column)];
        for (field, column, _) in self.numbers() {
            wanted.extend(column.column.names().iter().map(|name| (field, name.as_str())));
        }
        match &self.position {
            Some(PositionColumns::Degrees { lat, lon, hdop }) => {
                wanted.extend([("position.lat", lat.as_str()), ("position.lon", lon)]);
                wanted.extend(hdop.iter().map(|hdop| ("position.hdop", hdop.as_str())));
            }
            Some(PositionColumns::Metres { x_m, y_m, .. }) => {
                wanted.extend([("position.x_m", x_m.as_str()), ("position.y_m", y_m)]);
            }
            None => {}
        }
        wanted.extend(placeholders(&self.topic).map(|name| ("topic", name)));
        if let Some(record) = self.crash.as_ref().and_then(|crash| crash.record.as_deref()) {
            wanted.push(("crash.record", record));
        }
        match wanted.into_iter().find(|(_, name)| !columns.iter().any(|column| column == name)) {
            Some((field, name)) => Err(Error::Map {
                map: self.name.clone(),
                detail: format!("{field}: {} has no column {name:?}; it has {}", rows.file(), columns.join(", ")),
            }),
            None => Ok(()),
        }
    }

    /// The topic of a row.
    pub fn topic_of(&self, row: &Row) -> Result<String, String> {
        let mut topic = self.topic.clone();
        for column in placeholders(&self.topic) {
            let value = row.cell(column).ok_or_else(|| format!("column {column:?} is empty, and the topic needs it"))?;
            // A name may not open a topic level or be a wildcard.
            let name: String = value.chars().map(|c| if matches!(c, '/' | '+' | '#' | '\0') { '-' } else { c }).collect();
            topic = topic.replace(&format!("{{{column}}}"), &name);
        }
        Ok(topic)
    }
}

/// The columns between braces in a topic.
fn placeholders(topic: &str) -> impl Iterator<Item = &str> {
    topic.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(column, _)| column))
}

/// A row's number in `column`, in its own unit; `None` where it is missing or not finite.
pub fn number(row: &Row, column: &str) -> Result<Option<f64>, String> {
    let Some(cell) = row.cell(column) else { return Ok(None) };
    match cell.parse::<f64>() {
        Ok(value) => Ok(Some(value).filter(|value| value.is_finite())),
        Err(_) => Err(format!("column {column:?}: {cell:?} is no number; leave the cell empty where nothing was measured")),
    }
}

impl Column {
    /// The row's value in the unit of the wire: km/h, g, degrees; temperatures in their own unit.
    pub fn value(&self, row: &Row, measure: Measure) -> Result<Option<f64>, String> {
        let mut sum = 0.0;
        let mut n_values = 0_u32;
        for name in self.column.names() {
            if let Some(value) = number(row, name)?.filter(|value| !self.missing.contains(value)) {
                sum += value;
                n_values += 1;
            }
        }
        if n_values == 0 {
            return Ok(None);
        }
        let factor = self.unit.factor(measure).unwrap_or(1.0) * if self.negate { -1.0 } else { 1.0 };
        Ok(Some(sum / f64::from(n_values) * factor))
    }
}

impl TimeColumn {
    /// The row's time in µs, from whatever beginning the recording has.
    pub fn micros(&self, row: &Row) -> Result<Option<i64>, String> {
        let Some(cell) = row.cell(&self.column) else { return Ok(None) };
        let (micros, wanted) = match self.format {
            TimeFormat::Seconds => (cell.parse::<f64>().ok().map(|secs| secs * 1e6), "seconds as a number"),
            TimeFormat::Millis => (cell.parse::<f64>().ok().map(|millis| millis * 1e3), "milliseconds as a number"),
            TimeFormat::Rfc3339 => (
                DateTime::parse_from_rfc3339(&cell).ok().map(|time| time.timestamp_micros() as f64),
                "a time like 2026-03-18T09:12:04.218Z",
            ),
            TimeFormat::Naive => (
                [" ", "T"].iter().find_map(|separator| {
                    let format = format!("%Y-%m-%d{separator}%H:%M:%S%.f");
                    NaiveDateTime::parse_from_str(&cell, &format).ok().map(|time| time.and_utc().timestamp_micros() as f64)
                }),
                "a time like 2013-07-04 00:00:00",
            ),
        };
        match micros.filter(|micros| micros.abs() < 9e18) {
            Some(micros) => Ok(Some(micros.round() as i64)),
            None => Err(format!("column {:?}: {cell:?} is not {wanted}; see [time] format", self.column)),
        }
    }
}
