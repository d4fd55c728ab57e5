//! Which leaf is what, and the lines of a mapping that say so.

use serde_json::Value;

use super::axes::{Axes, columns, one_sample, samples};
use super::leaf::Leaf;
use super::speaks_of_crash;
use super::units::{self, Unit};
use super::when::time_line;
use crate::model::Timestamp;
use crate::model::range::{HDOP, RANGE_G};

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A field of a mapping, with what a person should look at again.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Number {
    at: String,
    unit: Unit,
}

impl Number {
    fn line(&self, key: &str) -> String {
        let Self { at, unit: Unit { name, scale, remark } } = self;
        let at = quoted(at);
        let scale = scale.map_or_else(String::new, |scale| format!(", scale = {scale:?}"));
        let unit = if name.is_empty() { String::new() } else { format!(", unit = {}", quoted(name)) };
        let remark = remark.as_ref().map_or_else(String::new, |remark| format!("  # {remark}"));
        if unit.is_empty() && scale.is_empty() {
            format!("{key} = {at}{remark}")
        } else {
            format!("{key} = {{ at = {at}{unit}{scale} }}{remark}")
        }
    }
}

/// One temperature.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Temperature {
    number: Number,
    words: Vec<String>,
}

impl Temperature {
    /// What tells it from the others of its message.
    pub(super) fn name(&self) -> String {
        self.words.join("-")
    }
}

/// Everything that was found.
#[derive(Debug, Default)]
pub(super) struct Fields<'v> {
    pub(super) id: Option<Leaf<'v>>,
    time: Option<String>,
    seq: Option<String>,
    speed: Option<Number>,
    place: Option<(Number, Number)>,
    hdop: Option<Number>,
    heading: Option<Number>,
    pub(super) axes: Option<Axes>,
    pub(super) temperatures: Vec<Temperature>,
    missing: Vec<String>,
    event_id: Option<String>,
    airbag: Option<String>,
    range: Option<Number>,
    when: Option<String>,
    talk_of_crash: bool,
}

/// What devices write where they have no value.
fn is_missing(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(|n| [-999.0, -9_999.0, -32_768.0, -127.0, -999.9].contains(&n)),
        Value::String(text) => matches!(text.trim(), "N/A" | "n/a" | "NA" | "-" | "--" | "null" | "none" | "unknown" | "NaN"),
        _ => false,
    }
}

impl<'v> Fields<'v> {
    pub(super) fn of(leaves: &[Leaf<'v>], received_at: Timestamp, talk_of_crash: bool) -> Self {
        let mut fields = Self { talk_of_crash, ..Self::default() };
        fields.id = id(leaves);
        fields.time = leaves.iter().find_map(|leaf| time_line(leaf, received_at));
        let counts = |leaf: &&Leaf<'_>| {
            leaf.is_named(&[&["seq"], &["sequence"], &["counter"], &["fcnt"], &["f", "cnt"], &["seq", "no"]])
                && leaf.value.is_u64()
        };
        fields.seq = leaves.iter().find(counts).map(Leaf::pointer);
        fields.place = place(leaves);
        fields.axes = columns(leaves).or_else(|| one_sample(leaves));
        for leaf in leaves {
            fields.one(leaf);
        }
        fields.when = leaves.iter().find(|leaf| leaf.value.as_str().is_some_and(speaks_of_crash)).map(|leaf| {
            let remark = "# others on this topic are no crashes; refused and counted";
            format!("when = {{ at = {}, equals = {} }}  {remark}", quoted(&leaf.pointer()), quoted(&leaf.text()))
        });
        fields
    }

    fn one(&mut self, leaf: &Leaf<'_>) {
        let number = leaf.number();
        if is_speed(leaf) && self.speed.is_none() {
            let missing = is_missing(leaf.value).then_some(0.0);
            let value = missing.or(number).filter(|value| *value >= 0.0);
            self.speed = value.and_then(|value| units::speed(leaf, value)).map(|unit| Number { at: leaf.pointer(), unit });
            if self.speed.is_some() && missing.is_some() {
                self.miss(leaf);
            }
        } else if is_heading(leaf) && self.heading.is_none() {
            let value = number.filter(|value| (-360.0..=720.0).contains(value));
            self.heading = value.map(|_| Number { at: leaf.pointer(), unit: Unit::default() });
        } else if leaf.is_named(&[&["hdop"]]) {
            let value = number.filter(|value| HDOP.check(*value).is_ok());
            self.hdop = value.map(|_| Number { at: leaf.pointer(), unit: Unit::default() });
        } else if is_temperature(leaf) {
            let missing = is_missing(leaf.value).then_some(0.0);
            if let Some(unit) = missing.or(number).and_then(|value| units::temperature(leaf, value)) {
                let number = Number { at: leaf.pointer(), unit };
                // One that is missing now has nothing to prove the mapping on.
                if missing.is_none() {
                    let words: Vec<String> = leaf.above.iter().chain(&leaf.own).cloned().collect();
                    self.temperatures.push(Temperature { number, words });
                }
            }
        } else if leaf.says(&["airbag", "airbags"]) && (leaf.value.is_boolean() || matches!(number, Some(0.0 | 1.0))) {
            self.airbag = Some(leaf.pointer());
        } else if leaf.says(&["range"]) && number.is_some_and(|value| RANGE_G.check(value).is_ok()) {
            self.range = Some(Number { at: leaf.pointer(), unit: Unit { name: "g", ..Unit::default() } });
        } else if is_event_id(leaf) {
            self.event_id = Some(leaf.pointer());
        }
    }

    fn miss(&mut self, leaf: &Leaf<'_>) {
        let text = leaf.value.as_str().map_or_else(|| leaf.value.to_string(), quoted);
        if !self.missing.contains(&text) {
            self.missing.push(text);
        }
    }

    fn common(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.missing.is_empty() {
            lines.push(format!("missing = [{}]", self.missing.join(", ")));
        }
        lines.extend(self.time.clone());
        lines.extend(self.seq.as_ref().map(|seq| format!("seq = {}", quoted(seq))));
        lines
    }

    fn whereabouts(&self, lines: &mut Vec<String>) {
        let Some((lat, lon)) = &self.place else { return };
        lines.extend([lat.line("lat"), lon.line("lon")]);
        lines.extend(self.hdop.as_ref().map(|hdop| hdop.line("hdop")));
    }

    fn axes_lines(axes: &Axes, lines: &mut Vec<String>) {
        for ((key, at), remarked) in ["x", "y", "z"].into_iter().zip(&axes.at).zip([true, false, false]) {
            let remark = axes.unit.remark.clone().filter(|_| remarked);
            lines.push(Number { at: at.clone(), unit: Unit { remark, ..axes.unit.clone() } }.line(key));
        }
    }

    /// The lines of a crash mapping, where there is a pulse, or talk of a crash with something to show.
    pub(super) fn crash(&self) -> Option<Vec<String>> {
        let pulse = self.axes.as_ref().filter(|axes| axes.columns || axes.samples.is_some());
        if pulse.is_none() && !self.talk_of_crash {
            return None;
        }
        let mut lines = Vec::new();
        lines.extend(self.when.clone());
        lines.extend(self.common());
        lines.extend(self.event_id.as_ref().map(|id| format!("event_id = {}", quoted(id))));
        if let Some(axes) = pulse {
            if !self.talk_of_crash {
                lines.insert(
                    0,
                    "# a crash is a guess: samples of three axes are taken as one; every such message is then an incident"
                        .to_owned(),
                );
            }
            lines.extend(axes.samples.as_ref().map(|samples| format!("samples = {}", quoted(samples))));
            Self::axes_lines(axes, &mut lines);
            lines.extend(axes.clock.clone());
            lines.extend(self.range.as_ref().map(|range| range.line("range")));
            if !axes.gravity {
                lines.push("gravity = false  # a guess: at rest the samples are near zero".to_owned());
            }
            lines.push("frame = \"device\"  # \"vehicle\" where X is forward, Y right, Z down".to_owned());
        }
        lines.extend(self.airbag.as_ref().map(|airbag| format!("airbag = {}", quoted(airbag))));
        lines.extend(self.speed.as_ref().map(|speed| speed.line("speed")));
        self.whereabouts(&mut lines);
        Some(lines)
    }

    /// The lines of a driving mapping, where there is anything to show.
    pub(super) fn driving(&self) -> Option<Vec<String>> {
        let axes = self.axes.as_ref().filter(|axes| !axes.columns && axes.samples.is_none());
        let mut lines = self.common();
        let n_common = lines.len();
        lines.extend(self.speed.as_ref().map(|speed| speed.line("speed")));
        self.whereabouts(&mut lines);
        lines.extend(self.heading.as_ref().map(|heading| heading.line("heading")));
        if let Some(axes) = axes {
            Self::axes_lines(axes, &mut lines);
        }
        (lines.len() > n_common).then_some(lines)
    }

    /// The lines of a mapping of one temperature.
    pub(super) fn temperature(&self, temperature: &Temperature) -> Vec<String> {
        let mut lines = self.common();
        lines.push(temperature.number.line("temperature"));
        lines
    }
}

fn is_speed(leaf: &Leaf<'_>) -> bool {
    let no = ["wind", "fan", "engine", "motor", "rotor", "limit", "max", "min", "rpm", "avg", "average", "unit", "link", "disk"];
    leaf.says(&["speed", "spd", "velocity", "vel"])
        && !leaf.says(&no)
        && !leaf.above.iter().any(|word| no.contains(&word.as_str()))
}

fn is_heading(leaf: &Leaf<'_>) -> bool {
    leaf.says(&["heading", "course", "cog", "bearing", "azimuth", "hdg"])
}

fn is_temperature(leaf: &Leaf<'_>) -> bool {
    let no = [
        "unit",
        "units",
        "calibration",
        "setpoint",
        "offset",
        "alarm",
        "threshold",
        "limit",
        "min",
        "max",
        "color",
        "source",
        "mode",
        "dew",
        "target",
        "set",
        "time",
        "ts",
    ];
    let says = leaf.says(&["temp", "temperature", "temperatures", "celsius", "fahrenheit", "tmp", "temperatur"])
        || leaf.is_named(&[&["t", "c"], &["t", "f"]])
        || (leaf.own.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_digit()) || word.len() <= 2)
            && leaf.above.iter().any(|word| word == "temperature" || word == "temperatures" || word == "temp"));
    says && !leaf.says(&no)
}

fn is_event_id(leaf: &Leaf<'_>) -> bool {
    let named = [
        &["event", "id"][..],
        &["crash", "id"],
        &["impact", "id"],
        &["incident", "id"],
        &["accident", "id"],
        &["uuid"],
        &["guid"],
    ];
    leaf.is_named(&named) && (leaf.value.is_string() || leaf.value.is_u64())
}

/// Whose a message is: a field that is named as an id is, the plainest names first.
fn id<'v>(leaves: &[Leaf<'v>]) -> Option<Leaf<'v>> {
    const NAMES: [&str; 24] = [
        "deviceid",
        "imei",
        "vin",
        "vehicleid",
        "unitid",
        "trackerid",
        "sensorid",
        "assetid",
        "nodeid",
        "carid",
        "deveui",
        "serialnumber",
        "serial",
        "clientid",
        "thingname",
        "device",
        "vehicle",
        "sensor",
        "node",
        "mac",
        "sn",
        "hostname",
        "id",
        "name",
    ];
    let fit = |leaf: &&Leaf<'_>| match leaf.value {
        Value::String(text) => (1..=128).contains(&text.len()) && !text.chars().any(char::is_control),
        Value::Number(number) => number.is_u64(),
        _ => false,
    };
    let others = ["driver", "user", "trip", "event", "app", "application", "gateway", "sensors", "metrics", "values", "readings"];
    // What names the value beside it names no device.
    let names = |leaf: &Leaf<'_>| leaves.iter().any(|other| other.is_bare() && other.holder() == leaf.holder());
    let own = |leaf: &&Leaf<'_>| !leaf.above.iter().any(|word| others.contains(&word.as_str())) && !names(leaf);
    NAMES.iter().find_map(|name| leaves.iter().filter(fit).filter(own).find(|leaf| leaf.own.concat() == *name)).cloned()
}

fn place(leaves: &[Leaf<'_>]) -> Option<(Number, Number)> {
    let of =
        |names: &[&str]| leaves.iter().filter(|leaf| leaf.says(names)).find_map(|leaf| Some((leaf.pointer(), leaf.number()?)));
    let pairs = || {
        leaves
            .iter()
            .filter(|leaf| leaf.says(&["coordinates", "location", "position", "latlng", "latlon", "gps", "loc", "pos"]))
            .find_map(|leaf| {
                let column = leaf.column(2).filter(|column| column.len() <= 3)?;
                // GeoJSON (RFC 7946) begins with the longitude.
                let (lat_idx, lon_idx) = if leaf.says(&["coordinates"]) { (1, 0) } else { (0, 1) };
                Some(((leaf.element(lat_idx), column[lat_idx]), (leaf.element(lon_idx), column[lon_idx])))
            })
    };
    let apart = of(&["lat", "latitude"]).zip(of(&["lon", "lng", "long", "longitude"]));
    let ((lat_at, lat), (lon_at, lon)) = apart.or_else(pairs)?;
    let scale = Some(units::degrees(lat, lon)?).filter(|scale| *scale < 1.0);
    let remark = scale.map(|_| "the scale is a guess, by its size".to_owned());
    let number = |at, remark| Number { at, unit: Unit { name: "", scale, remark } };
    Some((number(lat_at, remark), number(lon_at, None)))
}

impl Fields<'_> {
    /// Takes a pulse of records in, where there is talk of a crash.
    pub(super) fn with_samples(mut self, message: &Value, outside: &[Leaf<'_>]) -> Self {
        if self.talk_of_crash && !self.axes.as_ref().is_some_and(|axes| axes.columns) {
            self.axes = samples(message, outside).or(self.axes);
        }
        self
    }
}
