//! Crash traces: many records, each with some samples, that AVL 317 joins.

use std::collections::{BTreeMap, VecDeque};

use crate::model::{Origin, Pulse, SpeedTrace, Timestamp};

/// Traces that are being joined; the one that was not added to for longest goes first. Own judgement.
const TRACES: usize = 64;
/// Samples of one trace, for ±15 s at 100 Hz and some more: what comes beyond is left out. Own judgement.
const SAMPLES: usize = 4_096;
/// Between two samples until two records tell it, ms. Own judgement: the manual does not say it.
const STEP_MS: f64 = 10.0;
/// What can be the time between two samples, ms; else records lie apart and [`STEP_MS`] holds. Own judgement.
const STEPS_MS: std::ops::RangeInclusive<f64> = 1.0..=50.0;

/// What one record adds.
#[derive(Debug)]
pub(super) struct Row {
    /// X, Y, Z, g, as the tracker tells them.
    pub(super) samples: Vec<[f64; 3]>,
    /// Its speed, km/h.
    pub(super) speed_kmh: Option<f64>,
}

/// A trace so far.
#[derive(Debug)]
pub(super) struct Whole {
    /// What its times count from.
    pub(super) begin: Option<Timestamp>,
    /// In our axes.
    pub(super) pulse: Pulse,
    pub(super) speed: Option<SpeedTrace>,
    /// Whether one of its records came from a calibrated tracker.
    pub(super) calibrated: bool,
    /// Between the last samples.
    pub(super) step_ms: f64,
}

#[derive(Debug)]
struct Trace {
    origin: Origin,
    device: String,
    counter: i64,
    calibrated: bool,
    /// By the time of their records, so that a repeat adds nothing and a late one finds its place.
    rows: BTreeMap<Timestamp, Row>,
    n_samples: usize,
}

/// Bounded: [`TRACES`] × [`SAMPLES`] × 24 bytes are 6 MiB.
#[derive(Debug, Default)]
pub(super) struct Traces(VecDeque<Trace>);

impl Traces {
    /// Adds a record to the trace of its crash, and gives the trace so far. A record without a time stands alone.
    pub(super) fn join(
        &mut self,
        origin: Origin,
        device: &str,
        counter: Option<f64>,
        at: Option<Timestamp>,
        row: Row,
        calibrated: Option<bool>,
    ) -> Whole {
        let calibrated = calibrated.unwrap_or(false);
        let Some(at) = at else {
            return Whole { begin: None, ..whole(&BTreeMap::from([(Timestamp::default(), row)]), calibrated) };
        };
        let counter = counter.map_or(-1, |counter| counter as i64);
        let same = |trace: &Trace| trace.origin == origin && trace.device == device && trace.counter == counter;
        let known = self.0.iter().position(same).and_then(|place| self.0.remove(place));
        let mut trace = known.unwrap_or_else(|| Trace {
            origin,
            device: device.to_owned(),
            counter,
            calibrated,
            rows: BTreeMap::new(),
            n_samples: 0,
        });
        trace.calibrated |= calibrated;
        if trace.n_samples + row.samples.len() <= SAMPLES && !trace.rows.contains_key(&at) {
            trace.n_samples += row.samples.len();
            trace.rows.insert(at, row);
        }
        let so_far = whole(&trace.rows, trace.calibrated);
        if self.0.len() >= TRACES {
            self.0.pop_front();
        }
        self.0.push_back(trace);
        so_far
    }
}

fn whole(rows: &BTreeMap<Timestamp, Row>, calibrated: bool) -> Whole {
    let begin = rows.keys().next().copied();
    let (mut pulse, mut speeds, mut step_ms) = (Pulse::default(), SpeedTrace::default(), STEP_MS);
    let mut later = rows.keys().skip(1);
    for (at, row) in rows {
        let offset = at.micros_since(begin.unwrap_or(*at)) as f64 / 1e3;
        // The last record's samples are as far apart as those before.
        if let Some(next) = later.next() {
            let told = next.micros_since(*at) as f64 / 1e3 / row.samples.len() as f64;
            step_ms = if STEPS_MS.contains(&told) { told } else { STEP_MS };
        }
        for (sample_idx, [x, y, z]) in row.samples.iter().enumerate() {
            pulse.t_ms.push(offset + sample_idx as f64 * step_ms);
            pulse.x_g.push(-x);
            pulse.y_g.push(*y);
            pulse.z_g.push(-z);
        }
        if let Some(kmh) = row.speed_kmh {
            speeds.t_ms.push(offset);
            speeds.kmh.push(kmh);
        }
    }
    Whole { begin, pulse, speed: Some(speeds).filter(|speeds| !speeds.kmh.is_empty()), calibrated, step_ms }
}

/// Rows of X, Y, Z, 16 bits each, mG, in hexadecimal digits; `None` where it is something else.
pub(super) fn samples(hex: &str) -> Option<Vec<[f64; 3]>> {
    let digits = hex.trim().trim_start_matches("0x").chars().map(|c| c.to_digit(16).map(|digit| digit as u8));
    let digits: Vec<u8> = digits.collect::<Option<_>>()?;
    let (samples, rest) = digits.as_chunks::<12>();
    let axis =
        |digits: &[u8]| f64::from(digits.iter().fold(0_u16, |word, digit| word << 4 | u16::from(*digit)).cast_signed()) / 1_000.0;
    let samples: Vec<_> = samples.iter().map(|sample| [axis(&sample[..4]), axis(&sample[4..8]), axis(&sample[8..])]).collect();
    (rest.is_empty() && !samples.is_empty()).then_some(samples)
}
