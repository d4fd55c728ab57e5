//! Rows and a map in, messages with their recorded times out.

use std::collections::HashMap;

use super::crash_map::LabelBook;
use super::map::{Column, Map, Order, Origin, PositionColumns, number};
use super::rows::{Row, Rows};
use super::wire::{Degrees, DrivingBody, TemperatureBody, round};
use super::{Body, Error, Kind};
use crate::model::measure::{Measure, Unit};
use crate::model::{AccelG, Position};

mod crashes;

/// A message and when it was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed {
    /// µs from whatever beginning the recording has.
    pub at_micros: i64,
    /// Its topic.
    pub topic: String,
    /// What it says.
    pub body: Body,
}

/// A sequence of messages that may break off with an error.
pub type Messages = Box<dyn Iterator<Item = Result<Timed, Error>> + Send>;

/// The most messages that are sorted in memory.
const SORT_MAX: usize = 2_000_000;

/// The messages of a recording, by recorded time.
///
/// `run` is put before every crash report's id, so that a recording can be played twice without being taken for a
/// repeat of itself; empty: the ids are the records' names.
pub fn messages(map: Map, rows: Rows, labels: LabelBook, run: &str) -> Result<Messages, Error> {
    map.check_columns(&rows)?;
    let order = map.order;
    let (map_name, file) = (map.name.clone(), rows.file().to_owned());
    let messages: Messages = match map.kind {
        Kind::Crash => Box::new(crashes::Crashes::new(map, rows, labels, run.to_owned())),
        Kind::Driving | Kind::Temperature => Box::new(Samples::new(map, rows)),
    };
    if order == Order::Time {
        return Ok(messages);
    }
    let mut sorted = Vec::new();
    for message in messages {
        if sorted.len() == SORT_MAX {
            let detail = format!(
                "order \"device\" sorts in memory and {file} gives more than {SORT_MAX} messages; \
                 sort the file by time and write order = \"time\""
            );
            return Err(Error::Map { map: map_name, detail });
        }
        sorted.push(message?);
    }
    sorted.sort_by_key(|message| message.at_micros);
    Ok(Box::new(sorted.into_iter().map(Ok)))
}

/// Messages of one row each.
struct Samples {
    map: Map,
    rows: Rows,
    /// First recorded time per topic, for `start_together`.
    begins: HashMap<String, i64>,
    /// The last position per topic, for what is derived.
    last: HashMap<String, (i64, Position)>,
}

impl Iterator for Samples {
    type Item = Result<Timed, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let row = match self.rows.next()? {
                Ok(row) => row,
                Err((line, detail)) => return Some(Err(self.error(line, detail))),
            };
            match self.message(&row) {
                Ok(Some(message)) => return Some(Ok(message)),
                Ok(None) => {}
                Err(detail) => return Some(Err(self.error(row.line, detail))),
            }
        }
    }
}

impl Samples {
    fn new(map: Map, rows: Rows) -> Self {
        Self { map, rows, begins: HashMap::new(), last: HashMap::new() }
    }

    fn error(&self, line: u64, detail: String) -> Error {
        Error::Row { file: self.rows.file().to_owned(), line, detail, map: self.map.name.clone() }
    }

    /// `None` for a row without a time or without any value.
    fn message(&mut self, row: &Row) -> Result<Option<Timed>, String> {
        let Some(recorded) = self.map.time.micros(row)? else { return Ok(None) };
        let topic = self.map.topic_of(row)?;
        let body = match self.map.kind {
            Kind::Temperature => self.temperature(row)?,
            _ => self.driving(row, &topic, recorded)?,
        };
        let Some(body) = body else { return Ok(None) };
        let at_micros = if self.map.start_together {
            recorded.saturating_sub(*self.begins.entry(topic.clone()).or_insert(recorded))
        } else {
            recorded
        };
        Ok(Some(Timed { at_micros, topic, body }))
    }

    fn temperature(&self, row: &Row) -> Result<Option<Body>, String> {
        let Some(column) = &self.map.temperature else { return Ok(None) };
        let Some(value) = column.value(row, Measure::Temperature)? else { return Ok(None) };
        let value = round(value, 4);
        let degrees = match column.unit {
            Unit::Fahrenheit => Degrees::Fahrenheit(value),
            Unit::Kelvin => Degrees::Celsius(round(value - 273.15, 4)),
            _ => Degrees::Celsius(value),
        };
        Ok(Some(Body::Temperature(TemperatureBody { degrees, position: None })))
    }

    fn driving(&mut self, row: &Row, topic: &str, recorded: i64) -> Result<Option<Body>, String> {
        let map = &self.map;
        let value = |column: Option<&Column>, measure| column.map_or(Ok(None), |column| column.value(row, measure));
        let axes = map.accel.as_ref();
        let axis = |column: Option<&Option<Column>>| {
            value(column.and_then(Option::as_ref), Measure::Acceleration).map(|g| g.map(|g| round(g, 4)))
        };
        let [x, y, z] = [axis(axes.map(|axes| &axes.x))?, axis(axes.map(|axes| &axes.y))?, axis(axes.map(|axes| &axes.z))?];
        let mut body = DrivingBody {
            speed_kmh: value(map.speed.as_ref(), Measure::Speed)?.map(|kmh| round(kmh, 2)),
            // The wire wants all three axes or none.
            accel_g: x.zip(y).zip(z).map(|((x, y), z)| AccelG { x, y, z }),
            position: map.position.as_ref().map_or(Ok(None), |columns| position(columns, row))?,
            heading_deg: value(map.heading.as_ref(), Measure::Heading)?.map(turn),
        };
        if let Some(here) = body.position {
            let before = self.last.insert(topic.to_owned(), (recorded, here));
            if let Some((then, there)) = before {
                let secs = recorded.saturating_sub(then) as f64 / 1e6;
                if secs > 0.0 && secs <= map.derive.max_gap_s {
                    let (east, north) = metres_between(there, here);
                    let metres = east.hypot(north);
                    if map.derive.speed && body.speed_kmh.is_none() {
                        body.speed_kmh = Some(round(metres / secs * 3.6, 2));
                    }
                    // Below this GPS noise points anywhere.
                    if map.derive.heading && body.heading_deg.is_none() && metres >= 2.0 {
                        body.heading_deg = Some(turn(east.atan2(north).to_degrees()));
                    }
                }
            }
        }
        Ok((!body.is_empty()).then_some(Body::Driving(body)))
    }
}

/// A heading within one turn, to a tenth of a degree.
fn turn(degrees: f64) -> f64 {
    round(degrees.rem_euclid(360.0), 1).rem_euclid(360.0)
}

fn position(columns: &PositionColumns, row: &Row) -> Result<Option<Position>, String> {
    Ok(match columns {
        PositionColumns::Degrees { lat, lon, hdop } => {
            let hdop = hdop.as_deref().map_or(Ok(None), |hdop| number(row, hdop))?;
            number(row, lat)?.zip(number(row, lon)?).map(|(lat, lon)| Position { lat, lon, hdop })
        }
        PositionColumns::Metres { x_m, y_m, origin } => {
            number(row, x_m)?.zip(number(row, y_m)?).map(|(east, north)| place(*origin, east, north))
        }
    })
}

/// Metres in one degree of a meridian, by the mean Earth radius of 6,371,008.8 m (IUGG).
pub const METRES_PER_DEGREE: f64 = 111_195.08;

/// The place `east` and `north` metres of `origin`, on a plane: good to a few metres within 100 km.
pub fn place(origin: Origin, east: f64, north: f64) -> Position {
    let lat = origin.lat + north / METRES_PER_DEGREE;
    let lon = origin.lon + east / (METRES_PER_DEGREE * origin.lat.to_radians().cos());
    Position { lat: round(lat, 7), lon: round(lon, 7), hdop: None }
}

/// Metres east and north from one place to another, on a plane.
fn metres_between(from: Position, to: Position) -> (f64, f64) {
    let north = (to.lat - from.lat) * METRES_PER_DEGREE;
    let east = (to.lon - from.lon) * METRES_PER_DEGREE * from.lat.to_radians().cos();
    (east, north)
}
