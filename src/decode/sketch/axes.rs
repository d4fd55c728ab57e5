//! Three axes of acceleration: one sample, or a pulse as three arrays or as an array of records.

use serde_json::Value;

use super::fields::quoted;
use super::leaf::{Leaf, escaped, leaves};
use super::units::{self, Unit};
use crate::decode::values::number;
use crate::model::range::CRASH_G;

/// Three axes of acceleration.
#[derive(Clone, Debug)]
pub(super) struct Axes {
    pub(super) at: [String; 3],
    pub(super) unit: Unit,
    pub(super) gravity: bool,
    /// Each is an array.
    pub(super) columns: bool,
    /// A pointer to the array of samples that they are fields of.
    pub(super) samples: Option<String>,
    /// `t` or `rate_hz`, as a line.
    pub(super) clock: Option<String>,
}

/// The axis that a key names: `x`, `accX`, `ax`, `acceleration.x`.
fn axis(leaf: &Leaf<'_>, letter: &str) -> Option<bool> {
    let no = ["gyro", "gyr", "gyroscope", "mag", "magnetometer", "rotation", "angle", "angular", "tilt", "orientation", "euler"];
    if leaf.key_words().any(|word| no.contains(&word)) {
        return None;
    }
    let accel = ["acc", "accel", "acceleration", "accelerometer", "accelerations", "gforce", "imu", "a", "xl"];
    let short = format!("a{letter}");
    let joined = ["acc", "accel", "g"].map(|stem| format!("{stem}{letter}"));
    if leaf.says(&[&short]) || leaf.own.iter().any(|word| joined[..2].contains(word)) {
        return Some(true);
    }
    let spoken = leaf.key_words().any(|word| accel.contains(&word));
    leaf.says(&[letter]).then_some(spoken)
}

/// Three leaves side by side that `fit`, one for each axis.
fn three<'l, 'v>(leaves: &'l [Leaf<'v>], fit: impl Fn(&Leaf<'v>) -> bool) -> Option<[&'l Leaf<'v>; 3]> {
    let find = |letter: &str, spoken: bool, holder: Option<&[String]>| {
        leaves.iter().find(|leaf| {
            fit(leaf)
                && axis(leaf, letter).is_some_and(|said| said || !spoken)
                && holder.is_none_or(|holder| leaf.holder() == holder)
        })
    };
    [true, false].into_iter().find_map(|spoken| {
        let x = find("x", spoken, None)?;
        Some([x, find("y", spoken, Some(x.holder()))?, find("z", spoken, Some(x.holder()))?])
    })
}

fn length(x: f64, y: f64, z: f64) -> f64 {
    (x * x + y * y + z * z).sqrt()
}

/// One acceleration: three numbers, or an array of three.
pub(super) fn one_sample(leaves: &[Leaf<'_>]) -> Option<Axes> {
    let (at, unit) = if let Some(axes) = three(leaves, |leaf| leaf.number().is_some()) {
        let [x, y, z] = axes.map(|leaf| leaf.number().unwrap_or_default());
        let (unit, _) = units::acceleration(&axes, &mut [length(x, y, z)]);
        (axes.map(Leaf::pointer), unit)
    } else {
        let leaf = leaves.iter().find(|leaf| {
            leaf.says(&["acc", "accel", "acceleration", "accelerometer"])
                && leaf.column(3).is_some_and(|column| column.len() == 3)
        })?;
        let column = leaf.column(3)?;
        let (unit, _) = units::acceleration(&[leaf; 3], &mut [length(column[0], column[1], column[2])]);
        ([leaf.element(0), leaf.element(1), leaf.element(2)], unit)
    };
    Some(Axes { at, unit, gravity: true, columns: false, samples: None, clock: None })
}

/// A pulse as three arrays of one length.
pub(super) fn columns(leaves: &[Leaf<'_>]) -> Option<Axes> {
    let axes = three(leaves, |leaf| leaf.column(4).is_some())?;
    let [x, y, z] = axes.map(|leaf| leaf.column(4).unwrap_or_default());
    if x.len() != y.len() || x.len() != z.len() {
        return None;
    }
    let times = leaves.iter().filter(|leaf| is_sample_time(leaf)).find_map(|leaf| {
        let times = leaf.column(4).filter(|times| times.len() == x.len())?;
        Some((leaf, leaf.pointer(), times))
    });
    axes_of(axes.map(Leaf::pointer), &axes, &[x, y, z], times, leaves)
}

fn is_sample_time(leaf: &Leaf<'_>) -> bool {
    leaf.says(&["t", "ms", "time", "times", "dt", "offset", "ts"])
}

/// A pulse as an array of records, one for each sample.
pub(super) fn samples(message: &Value, outside: &[Leaf<'_>]) -> Option<Axes> {
    let (pointer, items) = longest(message, "", 0)?;
    let first = leaves(items.first()?, "");
    let axes = three(&first, |leaf| leaf.number().is_some())?;
    let read = |at: &str| -> Vec<f64> { items.iter().map(|item| number(item.pointer(at)).unwrap_or(f64::NAN)).collect() };
    let at = axes.map(Leaf::pointer);
    let columns = [read(&at[0]), read(&at[1]), read(&at[2])];
    let times = first
        .iter()
        .find(|leaf| is_sample_time(leaf) && leaf.number().is_some())
        .map(|leaf| (leaf, leaf.pointer(), read(&leaf.pointer())));
    let found = axes_of(at, &axes, &columns, times, outside)?;
    Some(Axes { columns: false, samples: Some(pointer), ..found })
}

/// The longest array of objects, of eight or more.
fn longest<'v>(value: &'v Value, pointer: &str, depth: usize) -> Option<(String, &'v [Value])> {
    match value {
        Value::Array(items) if items.len() >= 8 && items.iter().all(Value::is_object) => Some((pointer.to_owned(), items)),
        Value::Object(object) if depth < 6 => object
            .iter()
            .filter_map(|(key, value)| longest(value, &format!("{pointer}/{}", escaped(key)), depth + 1))
            .max_by_key(|(_, items)| items.len()),
        _ => None,
    }
}

fn axes_of(
    at: [String; 3],
    leaves: &[&Leaf<'_>; 3],
    columns: &[Vec<f64>; 3],
    times: Option<(&Leaf<'_>, String, Vec<f64>)>,
    outside: &[Leaf<'_>],
) -> Option<Axes> {
    let [x, y, z] = columns;
    let mut lengths: Vec<f64> =
        x.iter().zip(y).zip(z).map(|((x, y), z)| length(*x, *y, *z)).filter(|length| length.is_finite()).collect();
    let (unit, gravity) = units::acceleration(leaves, &mut lengths);
    let factor = match unit.name {
        "mg" => 1e-3,
        "m/s²" => 0.1,
        _ => 1.0,
    };
    if lengths.last().is_some_and(|most| CRASH_G.check(most * factor).is_err()) {
        return None;
    }
    Some(Axes { at, unit, gravity, columns: true, samples: None, clock: Some(clock(times, outside)) })
}

/// `t`, where each sample has a time that begins near zero; else a rate that is found, counted from the times, or guessed.
fn clock(times: Option<(&Leaf<'_>, String, Vec<f64>)>, outside: &[Leaf<'_>]) -> String {
    if let Some((leaf, at, times)) = times.filter(|(_, _, times)| times.iter().all(|t| t.is_finite())) {
        let step = (times[times.len() - 1] - times[0]) / (times.len() - 1) as f64;
        let named = [("ms", "ms"), ("us", "us"), ("s", "s"), ("sec", "s")].into_iter().find(|(word, _)| leaf.says(&[word]));
        // Steps of half a millisecond and more are milliseconds (2 kHz and less), shorter ones seconds.
        let (unit, remark) = match named {
            Some((_, unit)) => (unit, ""),
            None if step >= 0.5 => ("ms", "  # the unit is a guess, by the size of the steps"),
            None => ("s", "  # the unit is a guess, by the size of the steps"),
        };
        // Times since 1970 are not times after the report's own.
        if times[0].abs() < 1e7 && step > 0.0 {
            return format!("t = {{ at = {}, unit = {} }}{remark}", quoted(&at), quoted(unit));
        }
        if step > 0.0 {
            let per_second = if times[0] > 1e11 { 1e3 } else { 1.0 };
            return format!("rate_hz = {{ value = {:?} }}  # counted from the samples' own times", per_second / step);
        }
    }
    let is_rate = |leaf: &&Leaf<'_>| {
        leaf.says(&["hz", "rate", "odr", "fs", "frequency"]) && leaf.number().is_some_and(|hz| (1.0..=2e4).contains(&hz))
    };
    match outside.iter().find(is_rate) {
        Some(leaf) => format!("rate_hz = {}", quoted(&leaf.pointer())),
        None => "rate_hz = 100  # a guess: put the device's true rate here".to_owned(),
    }
}
