//! `route_temperature` on temperatures with labelled windows, beside a plain threshold without hysteresis.
//!
//! The limits are not fitted: they are the mean and four standard deviations of the first part of each series, before any
//! label, as whoever installs a sensor would set them from a quiet week. Who is right is counted in alarms, not in readings.

use std::fmt::Write as _;
use std::path::Path;

use fleetwatch::functions::Function as _;
use fleetwatch::functions::route_temperature::{Limits, RouteTemperature, Settings};
use fleetwatch::model::{Celsius, Reading, Temperature, Timestamp, Verdict};

use super::{Rows, Section, event, number};

/// How far from the mean of the quiet part the limits lie, in its standard deviations: for a normal quantity one reading in
/// 16,000. Chosen before anything was measured.
const SIGMAS: f64 = 4.0;

/// One sensor's readings with their labels.
struct Series {
    name: String,
    /// Seconds and °C, in order.
    readings: Vec<(f64, f64)>,
    /// From and to, s.
    windows: Vec<(f64, f64)>,
    /// Until then it is quiet, s; from then on it is scored.
    quiet_until: f64,
}

/// When alarms began, s.
struct Alarms {
    begun: Vec<f64>,
    faults: usize,
}

pub(super) fn section(data: &Path) -> Section {
    let mut section = Section::default();
    let mut all = nab(data);
    all.extend(motes(data));
    let text = &mut section.text;
    writeln!(
        text,
        "| Sensor | Limits, °C | Windows | found | delay | false a sensor-day | Plain: found | delay | false a sensor-day | Sensor faults |"
    ).unwrap();
    writeln!(text, "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|").unwrap();
    let (mut n_windows, mut n_found, mut n_false, mut plain_false, mut days) = (0, 0, 0, 0, 0.0);
    for series in &all {
        let limits = limits(series);
        let ours = ours(series, limits);
        let plain = plain(series, limits);
        let (found, delay, wrong) = score(series, &ours.begun);
        let (plain_found, plain_delay, plain_wrong) = score(series, &plain);
        let span = (series.readings.last().map_or(0.0, |last| last.0) - series.quiet_until) / 86_400.0;
        let rate = |n: usize| format!("{:.2} ({n})", n as f64 / span);
        writeln!(
            text,
            "| {} | {:.1} to {:.1} | {} | {found} | {} | {} | {plain_found} | {} | {} | {} |",
            series.name,
            limits.cold_below_c,
            limits.hot_above_c,
            series.windows.len(),
            duration(delay),
            rate(wrong),
            duration(plain_delay),
            rate(plain_wrong),
            ours.faults,
        )
        .unwrap();
        n_windows += series.windows.len();
        n_found += found;
        n_false += wrong;
        plain_false += plain_wrong;
        days += span;
    }
    writeln!(
        text,
        "| all | | {n_windows} | {n_found} | | {:.2} ({n_false}) | | | {:.2} ({plain_false}) | |",
        n_false as f64 / days,
        plain_false as f64 / days
    )
    .unwrap();
    section.floor(n_found * 2 >= n_windows, format!("only {n_found} of {n_windows} windows found"));
    section.floor(n_false * 2 <= plain_false, format!("{n_false} false alarms, no half of the plain threshold's {plain_false}"));
    section
}

/// Mean and [`SIGMAS`] standard deviations of the quiet part.
fn limits(series: &Series) -> Limits {
    let quiet: Vec<f64> =
        series.readings.iter().filter(|(at, _)| *at < series.quiet_until).map(|(_, celsius)| *celsius).collect();
    let mean = quiet.iter().sum::<f64>() / quiet.len() as f64;
    let variance = quiet.iter().map(|celsius| (celsius - mean).powi(2)).sum::<f64>() / quiet.len() as f64;
    let reach = SIGMAS * variance.sqrt();
    Limits::band(mean - reach, mean + reach)
}

fn ours(series: &Series, limits: Limits) -> Alarms {
    let settings = Settings { sensors: [(series.name.clone(), limits)].into(), ..Settings::default() };
    let mut function = RouteTemperature::new(settings);
    let mut alarms = Alarms { begun: Vec::new(), faults: 0 };
    for (n, (at, celsius)) in series.readings.iter().enumerate() {
        let time = Timestamp((at * 1e6) as i64 + 1_500_000_000_000_000);
        let event =
            event(n, &series.name, time, Reading::Temperature(Temperature { celsius: Celsius(*celsius), position: None }));
        let Verdict::Temperature(verdict) = function.judge(&event) else { unreachable!("a temperature") };
        let watch = verdict.watch;
        if watch.alarm.is_some() && watch.alarm_before.is_none() {
            alarms.begun.push(*at);
        }
        alarms.faults += usize::from(watch.fault.is_some() && watch.fault != watch.fault_before);
    }
    alarms
}

/// An alarm each time a reading is out and the one before was not.
fn plain(series: &Series, limits: Limits) -> Vec<f64> {
    let out = |celsius: f64| celsius < limits.cold_below_c || celsius > limits.hot_above_c;
    let pairs = series.readings.windows(2);
    pairs.filter(|pair| out(pair[1].1) && !out(pair[0].1)).map(|pair| pair[1].0).collect()
}

/// Windows found, the mean delay from their begin, and alarms outside of every window.
fn score(series: &Series, begun: &[f64]) -> (usize, f64, usize) {
    let first = |(from, to): &(f64, f64)| begun.iter().find(|at| (*from..=*to).contains(*at)).map(|at| at - from);
    let delays: Vec<f64> = series.windows.iter().filter_map(first).collect();
    let scored = begun.iter().filter(|at| **at >= series.quiet_until);
    let wrong = scored.filter(|at| !series.windows.iter().any(|(from, to)| (*from..=*to).contains(*at))).count();
    (delays.len(), delays.iter().sum::<f64>() / delays.len() as f64, wrong)
}

fn duration(secs: f64) -> String {
    match secs {
        secs if secs.is_nan() => "–".to_owned(),
        ..600.0 => format!("{secs:.0} s"),
        ..36_000.0 => format!("{:.0} min", secs / 60.0),
        _ => format!("{:.1} h", secs / 3_600.0),
    }
}

/// The two temperatures of NAB, in °F; quiet is the first fortnight before any window, or half of the time until it.
fn nab(data: &Path) -> Vec<Series> {
    let labels = Rows::read(&data.join("nab_labels.csv"));
    let (from, to) = (labels.at("window_start"), labels.at("window_end"));
    ["nab_machine_temperature", "nab_ambient_temperature"]
        .into_iter()
        .map(|name| {
            let rows = Rows::read(&data.join(format!("{name}.csv.gz")));
            let celsius = |row: &csv::StringRecord| (number(&row[1]) - 32.0) / 1.8;
            let readings: Vec<(f64, f64)> = rows.rows.iter().map(|row| (secs(&row[0]), celsius(row))).collect();
            let windows: Vec<(f64, f64)> =
                labels.rows.iter().filter(|row| &row[0] == name).map(|row| (secs(&row[from]), secs(&row[to]))).collect();
            let begin = readings[0].0;
            let first = windows.iter().map(|window| window.0).fold(f64::MAX, f64::min);
            Series { name: name.to_owned(), readings, windows, quiet_until: begin + ((first - begin) / 2.0).min(14.0 * 86_400.0) }
        })
        .collect()
}

/// The motes, in °C; quiet is the first hour.
fn motes(data: &Path) -> Vec<Series> {
    let rows = Rows::read(&data.join("wsn_singlehop.csv.gz"));
    let events = Rows::read(&data.join("wsn_singlehop_events.csv"));
    let (at, celsius) = (rows.at("t_s"), rows.at("temperature_c"));
    let (from, to) = (events.at("t_start_s"), events.at("t_end_s"));
    rows.records()
        .map(|(mote, rows)| Series {
            name: format!("mote {mote}"),
            readings: rows.iter().map(|row| (number(&row[at]), number(&row[celsius]))).filter(|(_, c)| c.is_finite()).collect(),
            windows: events.rows.iter().filter(|row| &row[0] == mote).map(|row| (number(&row[from]), number(&row[to]))).collect(),
            quiet_until: 3_600.0,
        })
        .collect()
}

/// Seconds since 1970 of `2013-12-02 21:15:00`.
fn secs(text: &str) -> f64 {
    let time = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap_or_else(|error| panic!("{text}: {error}"));
    time.and_utc().timestamp() as f64
}
