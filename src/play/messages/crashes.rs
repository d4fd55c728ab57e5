//! Rows of one record become one crash report, or one per labelled event.

use std::collections::VecDeque;

use super::Timed;
use crate::model::measure::Measure;
use crate::play::crash_map::{CrashMap, EventTime, Label, LabelBook};
use crate::play::map::Map;
use crate::play::rows::{Row, Rows};
use crate::play::wire::{CrashBody, Samples, Speeds, round};
use crate::play::{Body, Error};

/// The most rows of one record that are held in memory.
const RECORD_MAX: usize = 1_000_000;

/// One row of a record. Accelerations in g, speed in km/h.
#[derive(Clone, Copy)]
struct Sample {
    at_micros: i64,
    axes: [Option<f64>; 3],
    kmh: Option<f64>,
}

impl Sample {
    /// The length of the acceleration, as far as it was measured.
    fn magnitude(&self) -> f64 {
        self.axes.iter().flatten().map(|g| g * g).sum::<f64>().sqrt()
    }
}

/// A record while its rows come in.
#[derive(Default)]
struct Record {
    name: String,
    topic: String,
    samples: Vec<Sample>,
}

pub(super) struct Crashes {
    map: Map,
    rows: Rows,
    labels: LabelBook,
    run: String,
    record: Record,
    n_reports: u32,
    ready: VecDeque<Timed>,
    ended: bool,
}

impl Iterator for Crashes {
    type Item = Result<Timed, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() && !self.ended {
            match self.rows.next() {
                None => {
                    self.ended = true;
                    self.close_record();
                }
                Some(Ok(row)) => {
                    if let Err(detail) = self.take(&row) {
                        return Some(Err(self.fail(row.line, detail)));
                    }
                }
                Some(Err((line, detail))) => return Some(Err(self.fail(line, detail))),
            }
        }
        self.ready.pop_front().map(Ok)
    }
}

impl Crashes {
    pub(super) fn new(map: Map, rows: Rows, labels: LabelBook, run: String) -> Self {
        Self { map, rows, labels, run, record: Record::default(), n_reports: 0, ready: VecDeque::new(), ended: false }
    }

    fn fail(&mut self, line: u64, detail: String) -> Error {
        self.ended = true;
        Error::Row { file: self.rows.file().to_owned(), line, detail, map: self.map.name.clone() }
    }

    fn take(&mut self, row: &Row) -> Result<(), String> {
        let Some(crash) = &self.map.crash else { return Err("the map has no [crash]".to_owned()) };
        let name = match (&crash.record, &crash.name) {
            (Some(column), _) => row.cell(column).ok_or_else(|| format!("column {column:?} is empty; it names the record"))?,
            (None, name) => name.as_deref().unwrap_or_default().into(),
        };
        let Some(at_micros) = self.map.time.micros(row)? else { return Ok(()) };
        let axes = self.map.accel.as_ref();
        let mut sample = Sample { at_micros, axes: [None; 3], kmh: None };
        if let Some(axes) = axes {
            for (value, column) in sample.axes.iter_mut().zip([&axes.x, &axes.y, &axes.z]) {
                if let Some(column) = column {
                    *value = column.value(row, Measure::Acceleration)?;
                }
            }
        }
        if let Some(column) = &self.map.speed {
            sample.kmh = column.value(row, Measure::Speed)?;
        }
        if self.record.name != name {
            let next = Record { name: name.into_owned(), topic: self.map.topic_of(row)?, samples: Vec::new() };
            self.close_record();
            self.record = next;
        }
        if self.record.samples.len() == RECORD_MAX {
            return Err(format!("record {:?} has more than {RECORD_MAX} rows; cut it", self.record.name));
        }
        self.record.samples.push(sample);
        Ok(())
    }

    /// Makes the reports of the record that has ended.
    fn close_record(&mut self) {
        let record = std::mem::take(&mut self.record);
        let Some(crash) = &self.map.crash else { return };
        let Some(first) = record.samples.first() else { return };
        let origin = if crash.labels.as_ref().is_some_and(|labels| labels.from_start) { first.at_micros } else { 0 };
        let of_clock = |secs: f64| origin.saturating_add((secs * 1e6).round() as i64);

        let labels = self.labels.get(&record.name).map(Vec::as_slice).unwrap_or_default();
        let unlabelled = [Label::default()];
        let labels = match crash.event {
            EventTime::Label => labels,
            // A peak between labelled times needs its label; a peak of the whole record does not.
            EventTime::Peak if crash.labels.as_ref().is_some_and(|labels| labels.time.is_some()) => labels,
            _ if labels.is_empty() => &unlabelled,
            _ => labels,
        };
        for (label_idx, label) in labels.iter().enumerate() {
            let event = match crash.event {
                EventTime::Zero => Some(0),
                EventTime::Label => label.time_s.map(of_clock),
                EventTime::Peak => {
                    let from = label.time_s.map_or(i64::MIN, of_clock);
                    let until = label.until_s.map_or(i64::MAX, of_clock);
                    let within = record.samples.iter().filter(|sample| (from..=until).contains(&sample.at_micros));
                    within.max_by(|a, b| a.magnitude().total_cmp(&b.magnitude())).map(|sample| sample.at_micros)
                }
            };
            let Some(event) = event else { continue };
            let mut event_id = format!("{}{}", self.run, record.name);
            if labels.len() > 1 {
                event_id = format!("{event_id}-{}", label_idx + 1);
            }
            let body = report(crash, &record.samples, event, event_id, label.range_g);
            if body.samples.t_ms.is_empty() {
                continue;
            }
            let at_micros = match crash.spacing_s {
                Some(secs) => (f64::from(self.n_reports) * secs * 1e6) as i64,
                None => event,
            };
            self.n_reports += 1;
            self.ready.push_back(Timed { at_micros, topic: record.topic.clone(), body: Body::Crash(Box::new(body)) });
        }
    }
}

/// The report of the event at `event`, µs by the record's clock.
fn report(crash: &CrashMap, record: &[Sample], event: i64, event_id: String, range_g: Option<f64>) -> CrashBody {
    let millis = |sample: &Sample| sample.at_micros.saturating_sub(event) as f64 / 1e3;
    let from = crash.before_s.map_or(f64::NEG_INFINITY, |secs| -secs * 1e3);
    let until = crash.after_s.map_or(f64::INFINITY, |secs| secs * 1e3);
    let mut samples = Samples::default();
    let mut speeds = Speeds::default();
    for sample in record.iter().filter(|sample| (from..=until).contains(&millis(sample))) {
        let t_ms = round(millis(sample), 3);
        let [x, y, z] = sample.axes.map(|axis| axis.map(|g| round(g, 4)));
        samples.t_ms.push(t_ms);
        samples.x_g.push(x);
        samples.y_g.push(y);
        samples.z_g.push(z);
        if let Some(kmh) = sample.kmh {
            speeds.t_ms.push(t_ms);
            speeds.kmh.push(Some(round(kmh, 2)));
        }
    }
    CrashBody {
        event_id,
        samples,
        frame: crash.frame,
        gravity: crash.gravity,
        range_g: range_g.or(crash.range_g),
        speed: (!speeds.t_ms.is_empty()).then_some(speeds),
        ..CrashBody::default()
    }
}
