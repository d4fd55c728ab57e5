//! `detect_harsh_driving` on recorded drives with events, beside a plain threshold.
//!
//! The labels are a rule of the recording's authors: 0.35 g along or across, by the accelerometer, for a second. Nothing was
//! fitted to them; the limits are the function's defaults, and those of that very rule.

use std::fmt::Write as _;
use std::path::Path;

use fleetwatch::functions::Function as _;
use fleetwatch::functions::detect_harsh_driving::{DetectHarshDriving, Limits, Settings};
use fleetwatch::model::{AccelG, Driving, HarshKind, Reading, Timestamp, Verdict};

use super::{Rows, Section, event, number};

/// What the labels call harsh: 0.35 g.
const LABEL_MS2: f64 = 0.35 * 9.806_65;
/// An event and a label are the same when they are at most this far apart, s: a speed of a receiver comes up to two late.
const APART_SECS: f64 = 2.0;
/// The labels know no gate on speed, the function does.
const GATE_KMH: f64 = 8.0;

struct Row {
    at: f64,
    driving: Driving,
}

/// One event or label: from and to, s, and whether it is along or across.
type Span = (f64, f64, bool);
/// A labelled event with its peak, g, and the higher of the speeds at its ends, km/h.
type Label = (Span, f64, f64);

pub(super) fn section(data: &Path) -> Section {
    let mut section = Section::default();
    let drives = drives(data);
    let labels = labels(data);
    let class = |ms2| [("car".to_owned(), Limits { brake_ms2: ms2, accelerate_ms2: ms2, corner_ms2: ms2 })].into();
    let at_label = || Settings { classes: class(LABEL_MS2), ..Settings::default() };
    let n_rows: usize = drives.iter().map(|(_, rows)| rows.len()).sum();
    let n_labels: usize = labels.iter().map(|(_, spans)| spans.len()).sum();
    let text = &mut section.text;
    writeln!(text, "{} drives, {n_rows} rows of 1 Hz, {n_labels} labelled events.\n", drives.len()).unwrap();
    writeln!(text, "| | Events | Precision | Recall | at 8 km/h and more | of 0.45 g and more | F1 |").unwrap();
    writeln!(text, "|---|--:|--:|--:|--:|--:|--:|").unwrap();
    let mut line = |name: &str, found: &dyn Fn(&[Row]) -> Vec<Span>| {
        let mut tally = Tally::default();
        for (drive, rows) in &drives {
            let none = Vec::new();
            let labelled = labels.iter().find(|(name, _)| name == drive).map_or(&none, |(_, spans)| spans);
            tally.add(&found(rows), labelled);
        }
        writeln!(text, "{}", tally.row(name)).unwrap();
        (tally.precision(), tally.recall(), tally.recall_driving(), tally.f1())
    };
    let with = |settings: Settings, felt: bool| move |rows: &[Row]| ours(rows, settings.clone(), felt);
    let (seen, n_seen) = visible(&drives, &labels);
    let own = line("accelerometer, the label's 0.35 g", &with(at_label(), true));
    line("accelerometer, default limits", &with(Settings::default(), true));
    let speeds = line("speed and heading alone, the label's 0.35 g", &with(at_label(), false));
    line("speed and heading alone, default limits", &with(Settings::default(), false));
    line("plain: accelerometer over 0.35 g", &|rows| plain(rows, true));
    let plain_speeds = line("plain: speed and heading over 0.35 g", &|rows| plain(rows, false));
    writeln!(
        text,
        "\n{n_seen} of the {n_labels} labelled events are at least 0.35 g between any two speeds, or headings, 1 to 2 s apart \
         within 4 s of them; {seen} are at least 0.25 g."
    )
    .unwrap();
    section.floor(
        own.0 >= 0.95 && own.1 >= 0.85 && own.2 >= 0.95,
        format!("with the label's own limit precision {:.2}, recall {:.2}, of what drives {:.2}", own.0, own.1, own.2),
    );
    section.floor(
        speeds.3 >= plain_speeds.3,
        format!("by speed alone F1 {:.2}, below the plain threshold's {:.2}", speeds.3, plain_speeds.3),
    );
    section
}

#[derive(Default)]
struct Tally {
    events: usize,
    right: usize,
    labels: usize,
    found: usize,
    driving: usize,
    driving_found: usize,
    high: usize,
    high_found: usize,
}

impl Tally {
    fn add(&mut self, spans: &[Span], labelled: &[Label]) {
        let same = |a: &Span, b: &Span| a.2 == b.2 && a.0 <= b.1 + APART_SECS && b.0 <= a.1 + APART_SECS;
        self.events += spans.len();
        self.right += spans.iter().filter(|event| labelled.iter().any(|(label, ..)| same(event, label))).count();
        for (label, peak_g, kmh) in labelled {
            let is_found = spans.iter().any(|event| same(event, label));
            self.labels += 1;
            self.found += usize::from(is_found);
            if *kmh >= GATE_KMH {
                self.driving += 1;
                self.driving_found += usize::from(is_found);
            }
            if *peak_g >= 0.45 {
                self.high += 1;
                self.high_found += usize::from(is_found);
            }
        }
    }

    fn precision(&self) -> f64 {
        self.right as f64 / self.events as f64
    }

    fn recall(&self) -> f64 {
        self.found as f64 / self.labels as f64
    }

    fn recall_driving(&self) -> f64 {
        self.driving_found as f64 / self.driving as f64
    }

    fn f1(&self) -> f64 {
        2.0 * self.right as f64 / (self.events + self.labels) as f64
    }

    fn row(&self, name: &str) -> String {
        let (precision, recall) = (self.precision(), self.recall());
        let driving = format!("{} of {}", self.driving_found, self.driving);
        let high = format!("{} of {}", self.high_found, self.high);
        let f1 = self.f1();
        format!("| {name} | {} | {precision:.2} | {recall:.2} | {driving} | {high} | {f1:.2} |", self.events)
    }
}

fn ours(rows: &[Row], settings: Settings, felt: bool) -> Vec<Span> {
    let mut function = DetectHarshDriving::new(settings);
    let mut found = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        let accel_g = row.driving.accel_g.filter(|_| felt);
        let time = Timestamp((row.at * 1e6) as i64);
        let event = event(n, "vehicle", time, Reading::Driving(Driving { accel_g, ..row.driving }));
        let Verdict::Harsh(verdict) = function.judge(&event) else { unreachable!("a row") };
        let secs = |at: Timestamp| at.0 as f64 / 1e6;
        found.extend(
            verdict.ended.iter().flatten().map(|event| (secs(event.from), secs(event.to), event.kind == HarshKind::Corner)),
        );
    }
    found
}

/// How many labels show in speeds and headings at all, at 0.25 g and at 0.35 g: the most that any window over them could find.
fn visible(drives: &[(String, Vec<Row>)], labels: &[(String, Vec<Label>)]) -> (usize, usize) {
    let mut most_g = Vec::new();
    for (drive, spans) in labels {
        let rows = drives.iter().find(|(name, _)| name == drive).map_or(&[][..], |(_, rows)| rows);
        for ((from, to, is_corner), ..) in spans {
            let near: Vec<&Row> = rows.iter().filter(|row| (from - 4.0..=to + 4.0).contains(&row.at)).collect();
            let pairs = near.iter().enumerate().flat_map(|(idx, a)| near[idx + 1..].iter().map(move |b| (*a, *b)));
            let g = pairs.filter(|(a, b)| (0.9..=2.1).contains(&(b.at - a.at))).map(|(a, b)| {
                let secs = b.at - a.at;
                let kmh = |row: &Row| row.driving.speed_kmh.unwrap_or(f64::NAN);
                let heading = |row: &Row| row.driving.heading_deg.unwrap_or(f64::NAN);
                let turn = (heading(b) - heading(a) + 180.0).rem_euclid(360.0) - 180.0;
                let along = (kmh(b) - kmh(a)) / 3.6 / secs;
                let across = kmh(a).midpoint(kmh(b)) / 3.6 * (turn / secs).to_radians();
                (if *is_corner { across } else { along }).abs() / 9.806_65
            });
            most_g.push(g.fold(0.0, f64::max));
        }
    }
    let at_least = |limit: f64| most_g.iter().filter(|g| **g >= limit).count();
    (at_least(0.25), at_least(0.35))
}

/// Each run of rows over the limit, without gate, gaps or hysteresis.
fn plain(rows: &[Row], felt: bool) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for pair in rows.windows(2) {
        let (before, row) = (&pair[0], &pair[1]);
        let secs = row.at - before.at;
        let (kmh, was) = (row.driving.speed_kmh.unwrap_or(f64::NAN), before.driving.speed_kmh.unwrap_or(f64::NAN));
        let heading = |row: &Row| row.driving.heading_deg.unwrap_or(f64::NAN);
        let turn = (heading(row) - heading(before) + 180.0).rem_euclid(360.0) - 180.0;
        let (along, across) = match row.driving.accel_g.filter(|_| felt) {
            Some(accel) => (accel.x * 9.806_65, accel.y * 9.806_65),
            None => ((kmh - was) / 3.6 / secs, kmh / 3.6 * (turn / secs).to_radians()),
        };
        for (ms2, is_corner) in [(along, false), (across, true)] {
            if ms2.abs() < LABEL_MS2 {
                continue;
            }
            match spans.iter_mut().rev().find(|span| span.2 == is_corner && span.1 >= before.at) {
                Some(span) => span.1 = row.at,
                None if ms2.is_finite() => spans.push((row.at, row.at, is_corner)),
                None => {}
            }
        }
    }
    spans
}

fn drives(data: &Path) -> Vec<(String, Vec<Row>)> {
    let rows = Rows::read(&data.join("nds_drives.csv.gz"));
    let [at, mph, heading, x, y, z] =
        ["time_utc", "speed_mph", "gps_heading", "accel_x", "accel_y", "accel_z"].map(|name| rows.at(name));
    let some = |value: f64| Some(value).filter(|value| value.is_finite());
    let read = |row: &csv::StringRecord| {
        let accel = AccelG { x: number(&row[x]), y: number(&row[y]), z: number(&row[z]) };
        let driving = Driving {
            speed_kmh: some(number(&row[mph]) * 1.609_344),
            heading_deg: some(number(&row[heading]).rem_euclid(360.0)),
            accel_g: Some(accel).filter(|accel| (accel.x + accel.y).is_finite()),
            position: None,
        };
        Row { at: number(&row[at]), driving }
    };
    rows.records().map(|(drive, rows)| (drive.to_owned(), rows.iter().map(read).collect())).collect()
}

fn labels(data: &Path) -> Vec<(String, Vec<Label>)> {
    let rows = Rows::read(&data.join("nds_drives_events.csv"));
    let [from, to, axis, peak, before, after] =
        ["start_utc", "end_utc", "peak_axis", "peak_g", "speed_mph_start", "speed_mph_end"].map(|name| rows.at(name));
    let read = |row: &csv::StringRecord| {
        let kmh = number(&row[before]).max(number(&row[after])) * 1.609_344;
        ((number(&row[from]), number(&row[to]), &row[axis] == "y"), number(&row[peak]).abs(), kmh)
    };
    rows.records().map(|(drive, rows)| (drive.to_owned(), rows.iter().map(read).collect())).collect()
}
