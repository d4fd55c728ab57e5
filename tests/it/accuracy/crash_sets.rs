//! The crash recordings as labelled crash reports, each in the forms in which a device could send it.

use std::path::Path;

use fleetwatch::model::{CrashReport, EventId, Frame, Pulse, SpeedTrace};

use super::{Rows, number};

/// Standard gravity, m/s² (ISO 80000-3).
const G: f64 = 9.806_65;

/// A report of which it is known what it was.
pub(super) struct Labelled {
    /// The recordings it is from, and its form.
    pub(super) set: &'static str,
    /// What it was, finer than crash or not.
    pub(super) class: String,
    /// Its name in its set.
    pub(super) name: String,
    /// Whether it is a crash.
    pub(super) crash: bool,
    pub(super) report: CrashReport,
}

/// A report that says nothing but its pulse.
pub(super) fn report(pulse: Pulse, frame: Frame, gravity: bool) -> CrashReport {
    CrashReport { pulse, frame, gravity, ..CrashReport::bare(EventId("test/1".into()), "fleet/test/crash", bytes::Bytes::new()) }
}

/// Every set, every form.
pub(super) fn all(data: &Path) -> Vec<Labelled> {
    let mut all = laboratory(data);
    all.extend(drops(data));
    all.extend(scooter(data));
    all.extend(synthetic(data));
    all.extend(hundred_car(data));
    all
}

/// Crash tests in the laboratory: every accelerometer that was fixed to the vehicle or to a dummy saw a real crash.
///
/// Each place as X, Y and Z together, and each channel by itself; in the vehicle's frame without gravity, and as an
/// unknown mounting with gravity in Z.
fn laboratory(data: &Path) -> Vec<Labelled> {
    let mut all = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("nhtsa_"))
        .filter(|path| path.to_string_lossy().ends_with(".csv.gz"))
        .collect();
    files.sort();
    for file in files {
        let rows = Rows::read(&file);
        let kind = if file.to_string_lossy().contains("raw") { "raw" } else { "CFC 60" };
        let t_ms: Vec<f64> = rows.rows.iter().map(|row| number(&row[0]) * 1e3).collect();
        let column = |index: usize| rows.rows.iter().map(|row| number(&row[index])).collect::<Vec<_>>();
        let missing = vec![f64::NAN; t_ms.len()];
        for (index, name) in rows.header.iter().enumerate().skip(1) {
            let Some((place, axis)) = name.rsplit_once('_').and_then(|(front, _)| front.rsplit_once('_')) else { continue };
            let values = column(index);
            // A curve that broke off says nothing of the crash.
            if values.iter().filter(|g| g.is_finite()).count() < t_ms.len() * 9 / 10 || axis != "X" {
                continue;
            }
            let next = |axis: &str, offset: usize| {
                let follows = rows.header.get(index + offset).is_some_and(|next| next.starts_with(&format!("{place}_{axis}_")));
                if follows { column(index + offset) } else { missing.clone() }
            };
            let pulse = Pulse { t_ms: t_ms.clone(), x_g: values, y_g: next("Y", 1), z_g: next("Z", 2) };
            let upright = Pulse { z_g: pulse.z_g.iter().map(|z| z - 1.0).collect(), ..pulse.clone() };
            let alone = Pulse { y_g: missing.clone(), z_g: missing.clone(), ..pulse.clone() };
            for (set, report) in [
                ("nhtsa", report(pulse.clone(), Frame::Vehicle, false)),
                ("nhtsa, gravity and unknown mounting", report(upright, Frame::Device, true)),
                ("nhtsa, gravity claimed but absent", report(pulse, Frame::Device, true)),
                ("nhtsa, X alone", report(alone, Frame::Device, true)),
            ] {
                all.push(Labelled { set, class: format!("crash, {kind}"), name: name.clone(), crash: true, report });
            }
        }
    }
    all
}

/// Phones that fell or were thrown up.
fn drops(data: &Path) -> Vec<Labelled> {
    let labels = Rows::read(&data.join("phone_drops_labels.csv"));
    let samples = Rows::read(&data.join("phone_drops.csv.gz"));
    let mut all = Vec::new();
    for (name, rows) in samples.records() {
        let class = labels.named(name).map_or("unlabelled", |label| &label[1]);
        let column = |index: usize, by: f64| rows.iter().map(|row| number(&row[index]) * by).collect::<Vec<_>>();
        let pulse = Pulse { t_ms: column(1, 1e3), x_g: column(2, 1.0 / G), y_g: column(3, 1.0 / G), z_g: column(4, 1.0 / G) };
        let bare = report(pulse, Frame::Device, true);
        let t_end = bare.pulse.t_ms.last().copied().unwrap_or(0.0);
        let driving = SpeedTrace { t_ms: vec![-1e3, 0.0, t_end, t_end + 5e3], kmh: vec![52.0, 51.0, 50.0, 53.0] };
        for (set, report) in [
            ("phone drops", CrashReport { range_g: Some(16.0), ..bare.clone() }),
            ("phone drops, no range", bare.clone()),
            ("phone drops while driving on", CrashReport { speed: Some(driving), ..bare }),
        ] {
            all.push(Labelled { set, class: class.to_owned(), name: name.to_owned(), crash: false, report });
        }
    }
    all
}

/// E-scooter records: 12 s around each staged fall, and everything else cut into pieces of 12 s.
fn scooter(data: &Path) -> Vec<Labelled> {
    let labels = Rows::read(&data.join("escooter_labels.csv"));
    let at_peak = labels.at("t_peak_s");
    let falls: Vec<(&str, f64)> = labels.rows.iter().map(|row| (&row[0], number(&row[at_peak]))).collect();
    let mut files: Vec<_> = std::fs::read_dir(data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("escooter_"))
        .filter(|path| path.to_string_lossy().ends_with(".csv.gz"))
        .collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let samples = Rows::read(&file);
        let record = file.file_name().unwrap().to_string_lossy().replace(".csv.gz", "");
        let begin = number(&samples.rows[0][0]);
        let seconds = |row: &csv::StringRecord| (number(&row[0]) - begin) / 1e3;
        let end = samples.rows.last().map_or(0.0, seconds);
        let mut add = |class: &str, from: f64, to: f64, crash: bool| {
            let rows: Vec<_> = samples.rows.iter().filter(|row| (from..to).contains(&seconds(row))).collect();
            let column = |index: usize, by: f64| rows.iter().map(|row| number(&row[index]) * by).collect::<Vec<_>>();
            let t_ms = rows.iter().map(|row| (seconds(row) - from) * 1e3).collect();
            let pulse = Pulse { t_ms, x_g: column(1, 1.0 / G), y_g: column(2, 1.0 / G), z_g: column(3, 1.0 / G) };
            let bare = report(pulse, Frame::Device, true);
            for (set, report) in
                [("e-scooter", CrashReport { range_g: Some(8.0), ..bare.clone() }), ("e-scooter, no range", bare)]
            {
                let name = format!("{record} {from:.1} to {to:.1} s");
                all.push(Labelled { set, class: class.to_owned(), name, crash, report });
            }
        };
        let here: Vec<f64> = falls.iter().filter(|(name, _)| *name == record).map(|(_, at)| *at).collect();
        for peak in &here {
            // Where in the piece the fall is, is not known to the judge.
            for lead in [3.0, 5.0, 7.0] {
                add("fall", peak - lead, peak - lead + 12.0, true);
            }
        }
        let mut from = 0.0;
        while from < end {
            // The labels allow 2 s either way.
            if here.iter().all(|peak| from + 12.0 < peak - 2.0 || from > peak + 2.0) {
                add("riding, steps, shaking", from, from + 12.0, false);
            }
            from += 4.0;
        }
    }
    all
}

/// Crashes, driving, handling and faults from a generator.
fn synthetic(data: &Path) -> Vec<Labelled> {
    let labels = Rows::read(&data.join("synthetic/synthetic_labels.csv"));
    let samples = Rows::read(&data.join("synthetic/synthetic_records.csv.gz"));
    let [class, crash, aligned, range] = ["cls", "crash", "aligned", "fs_g"].map(|name| labels.at(name));
    let mut all = Vec::new();
    for (name, rows) in samples.records() {
        let label = labels.named(name).unwrap();
        let column = |index: usize| rows.iter().map(|row| number(&row[index])).collect::<Vec<_>>();
        let pulse = Pulse { t_ms: column(1), x_g: column(2), y_g: column(3), z_g: column(4) };
        let (t_ms, kmh) =
            rows.iter().filter(|row| !row[5].is_empty()).map(|row| (number(&row[1]), number(&row[5]) * 3.6)).unzip();
        let frame = if &label[aligned] == "1" { Frame::Vehicle } else { Frame::Device };
        let whole = CrashReport {
            range_g: Some(number(&label[range])),
            speed: Some(SpeedTrace { t_ms, kmh }),
            ..report(pulse, frame, true)
        };
        let unmounted = CrashReport { frame: Frame::Device, ..whole.clone() };
        for (set, report) in [
            ("synthetic", whole),
            ("synthetic, unknown mounting", unmounted.clone()),
            ("synthetic, unknown mounting, no range", CrashReport { range_g: None, ..unmounted.clone() }),
            ("synthetic, no speed, no range", CrashReport { range_g: None, speed: None, ..unmounted }),
        ] {
            let (class, crash) = (label[class].to_owned(), &label[crash] == "1");
            all.push(Labelled { set, class, name: name.to_owned(), crash, report });
        }
    }
    all
}

/// Crashes and near-crashes on public roads at 10 Hz: the coded window with 5 s before and 8 s after, and the whole 40 s.
fn hundred_car(data: &Path) -> Vec<Labelled> {
    let labels = Rows::read(&data.join("car100_labels.csv"));
    let samples = Rows::read(&data.join("car100_timeseries.csv.gz"));
    let [severity, start, end, in_data, peak] =
        ["severity", "sync_start", "sync_end", "window_in_data", "peak_horiz_g_window"].map(|name| labels.at(name));
    let [sync, mph, lateral, forward] = ["sync", "speed_mph", "acc_lat_g", "acc_lon_g"].map(|name| samples.at(name));
    let mut all = Vec::new();
    for (name, rows) in samples.records() {
        let label = labels.named(name).unwrap();
        let crash = &label[severity] == "crash";
        let size = if number(&label[peak]) >= 1.0 { "from 1 g" } else { "below 1 g" };
        let window = number(&label[start]) - 50.0..number(&label[end]) + 80.0;
        let all_of_it = f64::NEG_INFINITY..f64::INFINITY;
        for (set, span) in [("100-car", &window), ("100-car, whole 40 s", &all_of_it)] {
            if set == "100-car" && &label[in_data] != "1" {
                continue;
            }
            let rows: Vec<_> = rows.iter().filter(|row| span.contains(&number(&row[sync]))).collect();
            // What no car's sensor can say is sent as missing: JSON has no infinity.
            let column = |index: usize, by: f64, most: f64| {
                rows.iter()
                    .map(|row| number(&row[index]) * by)
                    .map(|value| if value.abs() < most { value } else { f64::NAN })
                    .collect::<Vec<_>>()
            };
            let t_ms: Vec<f64> = column(sync, 100.0, f64::INFINITY);
            let kmh = column(mph, 1.609_344, 400.0).into_iter().map(|v| if v >= 0.0 { v } else { f64::NAN }).collect();
            let z_g = vec![f64::NAN; t_ms.len()];
            let pulse = Pulse { t_ms: t_ms.clone(), x_g: column(forward, 1.0, 100.0), y_g: column(lateral, -1.0, 100.0), z_g };
            let speed = Some(SpeedTrace { t_ms, kmh });
            let class = format!("{} {size}", label[severity].replace('_', "-"));
            let mut add = |set, report| {
                all.push(Labelled { set, class: class.clone(), name: name.to_owned(), crash, report });
            };
            add(set, CrashReport { speed: speed.clone(), ..report(pulse.clone(), Frame::Vehicle, false) });
            if set == "100-car" {
                add("100-car, no speed", report(pulse.clone(), Frame::Vehicle, false));
                add("100-car, unknown mounting, gravity claimed", CrashReport { speed, ..report(pulse, Frame::Device, true) });
            } else {
                add("100-car, whole 40 s, unknown mounting", CrashReport { speed, ..report(pulse, Frame::Device, true) });
            }
        }
    }
    all
}
