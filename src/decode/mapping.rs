//! Formats of an operator's own, put together from the settings: a topic, pointers into JSON, units, times.

use serde_json::Value;

use self::field::{Number, Place, Pointer, Time};
pub(super) use self::pattern::Pattern;
use self::pattern::overlap;
pub use self::settings::{Field, Mapping, Missing, TimeField, When};
use super::filing::{MAX_CLAIM_CHARS, check_name, hash_key, read_position};
use super::{DecodeError, Filter, Format, Scribe, shown};
use crate::model::measure::Measure;
use crate::model::range::{CRASH_G, RANGE_G, T_MS, TRACE_SPEED};
use crate::model::{AccelG, CrashReport, Driving, Frame, Lane, Position, Pulse, RejectionReason, SpeedTrace, Timestamp};

mod field;
mod pattern;
mod settings;
#[cfg(test)]
mod tests;

/// What explanations call the format.
pub const NAME: &str = "mapping";

/// What a mapping reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Driving,
    Crash,
    Temperature,
}

/// Whose a message is.
#[derive(Clone, Debug, PartialEq)]
enum Whose {
    /// `{site}-{device}`
    Template(String),
    At(Pointer),
}

/// A sound mapping, ready to read.
#[derive(Clone, Debug, PartialEq)]
struct Reader {
    name: String,
    pattern: Pattern,
    kind: Kind,
    whose: Whose,
    loose: bool,
    when: Option<(Pointer, Option<Value>)>,
    records: Option<Pointer>,
    missing: Vec<Missing>,
    time: Option<Time>,
    seq: Option<Pointer>,
    speed: Option<Number>,
    lat: Option<Number>,
    lon: Option<Number>,
    hdop: Option<Number>,
    heading: Option<Number>,
    axes: Option<[Number; 3]>,
    temperature: Option<Number>,
    samples: Option<Pointer>,
    /// With milliseconds for each.
    t: Option<(Number, f64)>,
    rate_hz: Option<Number>,
    first_ms: f64,
    speed_rate_hz: Option<Number>,
    speed_first_ms: f64,
    range: Option<Number>,
    frame: Frame,
    gravity: bool,
    event_id: Option<Pointer>,
    airbag: Option<Pointer>,
    device_verdict: Option<Pointer>,
}

impl Mapping {
    /// What is wrong with it: the mapping, the key, the rule and what to write.
    pub fn check(&self) -> Result<(), String> {
        self.reader().map(|_| ())
    }

    fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.topic)
    }

    fn reader(&self) -> Result<Reader, String> {
        self.compile().map_err(|error| format!("[[mapping]] {}: {error}", shown(self.title())))
    }

    fn compile(&self) -> Result<Reader, String> {
        if self.topic.is_empty() {
            return Err("topic is missing: write topic = \"plant/{device}/telemetry\"".to_owned());
        }
        let pattern =
            Pattern::parse(&self.topic).map_err(|error| format!("topic {} cannot be used: {error}", shown(&self.topic)))?;
        let kind = match self.kind.as_str() {
            "driving" => Kind::Driving,
            "crash" => Kind::Crash,
            "temperature" => Kind::Temperature,
            "" => return Err("kind is missing: write kind = \"driving\", \"crash\" or \"temperature\"".to_owned()),
            other => return Err(format!("kind must be driving, crash or temperature, found {}", shown(other))),
        };
        if kind != Kind::Crash && overlap(pattern.filter(), "fleet/+/crash") {
            return Err(format!(
                "topic {} would also take the crash reports of fleet/+/crash; write a narrower one",
                shown(&self.topic)
            ));
        }
        self.fits(kind)?;
        let pointer = |key: &str, text: &Option<String>| -> Result<Option<Pointer>, String> {
            text.as_deref().map(Pointer::parse).transpose().map_err(|error| format!("{key} {error}"))
        };
        let number = |key, field: &Option<Field>, measure| -> Result<Option<Number>, String> {
            field.as_ref().map(|field| Number::of(key, field, measure)).transpose()
        };
        let acceleration = Some(Measure::Acceleration);
        let axes = match (&self.x, &self.y, &self.z) {
            (None, None, None) => None,
            (Some(x), Some(y), Some(z)) => {
                Some([Number::of("x", x, acceleration)?, Number::of("y", y, acceleration)?, Number::of("z", z, acceleration)?])
            }
            _ => return Err("x, y and z belong together: give all three or none".to_owned()),
        };
        if self.lat.is_some() != self.lon.is_some() {
            return Err("lat and lon belong together: give both or none".to_owned());
        }
        for (key, value) in [("first_ms", self.first_ms), ("speed_first_ms", self.speed_first_ms)] {
            T_MS.check(value).map_err(|error| format!("{key}: {}", error.detail))?;
        }
        Ok(Reader {
            name: self.title().to_owned(),
            kind,
            loose: self.loose,
            whose: whose(self.device.as_deref().unwrap_or("{device}"), &pattern)?,
            when: match &self.when {
                Some(When { at, equals }) => {
                    Some((Pointer::parse(at).map_err(|error| format!("when.at {error}"))?, equals.clone()))
                }
                None => None,
            },
            records: pointer("records", &self.records)?,
            missing: self.missing.clone(),
            time: self.time.as_ref().map(|time| Time::of("time", time)).transpose()?,
            seq: pointer("seq", &self.seq)?,
            speed: number("speed", &self.speed, Some(Measure::Speed))?,
            lat: number("lat", &self.lat, None)?,
            lon: number("lon", &self.lon, None)?,
            hdop: number("hdop", &self.hdop, None)?,
            heading: number("heading", &self.heading, Some(Measure::Heading))?,
            axes,
            temperature: number("temperature", &self.temperature, Some(Measure::Temperature))?,
            samples: pointer("samples", &self.samples)?,
            t: self.t.as_ref().map(sample_time).transpose()?,
            rate_hz: number("rate_hz", &self.rate_hz, None)?,
            first_ms: self.first_ms,
            speed_rate_hz: number("speed_rate_hz", &self.speed_rate_hz, None)?,
            speed_first_ms: self.speed_first_ms,
            range: number("range", &self.range, acceleration)?,
            frame: self.frame,
            gravity: self.gravity.unwrap_or(true),
            event_id: pointer("event_id", &self.event_id)?,
            airbag: pointer("airbag", &self.airbag)?,
            device_verdict: pointer("device_verdict", &self.device_verdict)?,
            pattern,
        })
    }

    /// Whether it has what its kind needs, and nothing that its kind does not know.
    fn fits(&self, kind: Kind) -> Result<(), String> {
        let is_crash = kind == Kind::Crash;
        let only = |wanted: bool, key: &str, given: bool, of: &str| {
            if given && !wanted { Err(format!("{key} is for kind = {of}; take it out or change the kind")) } else { Ok(()) }
        };
        for (key, given) in [
            ("samples", self.samples.is_some()),
            ("t", self.t.is_some()),
            ("rate_hz", self.rate_hz.is_some()),
            ("speed_rate_hz", self.speed_rate_hz.is_some()),
            ("range", self.range.is_some()),
            ("event_id", self.event_id.is_some()),
            ("airbag", self.airbag.is_some()),
            ("device_verdict", self.device_verdict.is_some()),
        ] {
            only(is_crash, key, given, "\"crash\"")?;
        }
        only(kind == Kind::Temperature, "temperature", self.temperature.is_some(), "\"temperature\"")?;
        for (key, given) in [("x", self.x.is_some()), ("lat", self.lat.is_some()), ("speed", self.speed.is_some())] {
            only(kind != Kind::Temperature, key, given, "\"driving\" or \"crash\"")?;
        }
        only(kind == Kind::Driving, "heading", self.heading.is_some(), "\"driving\"")?;
        if is_crash && self.records.is_some() {
            return Err(
                "records is for driving and temperature; a crash report's array of samples is named by samples".to_owned()
            );
        }
        let nothing = self.speed.is_none() && self.lat.is_none() && self.x.is_none() && self.heading.is_none();
        match kind {
            Kind::Driving if nothing => Err("it reads nothing: give speed, lat and lon, x y z, or heading".to_owned()),
            Kind::Temperature if self.temperature.is_none() => {
                Err("temperature is missing: write temperature = { at = \"/temp\", unit = \"°C\" }".to_owned())
            }
            Kind::Crash if self.x.is_some() && self.t.is_some() == self.rate_hz.is_some() => {
                Err("x, y and z need the time of each sample: give either t or rate_hz".to_owned())
            }
            Kind::Crash if self.x.is_none() && (self.samples.is_some() || self.t.is_some() || self.rate_hz.is_some()) => {
                Err("samples, t and rate_hz need x, y and z".to_owned())
            }
            _ => Ok(()),
        }
    }
}

fn whose(text: &str, pattern: &Pattern) -> Result<Whose, String> {
    if text.starts_with('/') {
        return Pointer::parse(text).map(Whose::At).map_err(|error| format!("device {error}"));
    }
    let mut rest = text;
    while let Some((_, from_name)) = rest.split_once('{') {
        let (name, behind) =
            from_name.split_once('}').ok_or_else(|| format!("device {} has a {{ without its }}", shown(text)))?;
        if !pattern.has(name) {
            return Err(format!(
                "device needs a level {{{name}}} of the topic: write topic = \"plant/{{{name}}}/telemetry\", or device = \"/id\" for a field of the message"
            ));
        }
        rest = behind;
    }
    check_name("device", text).map_err(|error| error.detail)?;
    Ok(Whose::Template(text.to_owned()))
}

fn sample_time(field: &Field) -> Result<(Number, f64), String> {
    let millis = match field.unit.as_deref() {
        Some("ms") => 1.0,
        Some("s") => 1e3,
        Some("us" | "µs") => 1e-3,
        Some(other) => return Err(format!("t.unit must be ms, s or us, found {}", shown(other))),
        None => return Err("t needs a unit, one of ms, s, us: write t = { at = \"/t\", unit = \"ms\" }".to_owned()),
    };
    Ok((Number::of("t", &Field { unit: None, ..field.clone() }, None)?, millis))
}

impl Reader {
    /// The device, as far as the topic names it.
    fn device(&self, bare: &str, place: Option<Place<'_>>) -> Result<String, DecodeError> {
        match &self.whose {
            Whose::Template(template) => {
                let mut name = String::new();
                let mut rest = template.as_str();
                while let Some((before, from_name)) = rest.split_once('{') {
                    let (level, behind) = from_name.split_once('}').unwrap_or((from_name, ""));
                    name.push_str(before);
                    name.push_str(self.pattern.named(level, bare).unwrap_or_default());
                    rest = behind;
                }
                name.push_str(rest);
                Ok(name)
            }
            Whose::At(pointer) => match place.and_then(|place| pointer.look(place)) {
                Some(Value::String(name)) => Ok(name.clone()),
                Some(Value::Number(number)) => Ok(number.to_string()),
                _ => {
                    let detail = format!("device: expected a text or a number at {pointer}");
                    Err(DecodeError::new(RejectionReason::WrongShape, detail))
                }
            },
        }
    }

    /// Why a message is none of its own.
    fn declines(&self, message: &Value) -> Option<String> {
        let (pointer, equals) = self.when.as_ref()?;
        let found = pointer.look(Place { record: message, message });
        match (found, equals) {
            (Some(_), None) => None,
            (Some(found), Some(equals)) if alike(found, equals) => None,
            (found, equals) => {
                let wanted = equals.as_ref().map_or_else(|| "anything".to_owned(), ToString::to_string);
                let found = found.map_or_else(|| "nothing".to_owned(), ToString::to_string);
                Some(format!("mapping {} wants {wanted} at {pointer}, found {}", shown(&self.name), shown(&found)))
            }
        }
    }

    fn at(&self, scribe: &mut Scribe<'_>, place: Place<'_>) -> Option<Timestamp> {
        let time = self.time.as_ref()?;
        let value = time.pointer.look(place).filter(|value| !self.missing.iter().any(|missing| missing.is(value)))?;
        let pointer = &time.pointer;
        match time.read(value, scribe.settings.utc_offset_minutes) {
            Ok(read) => {
                scribe.from("occurred_at", pointer);
                if let Some(assumed) = read.assumed {
                    scribe.assume(|| format!("{pointer}: {assumed}"));
                }
                Some(read.at)
            }
            Err(why) => {
                scribe.assume(|| format!("{pointer}: {why}; the time of receipt is used"));
                None
            }
        }
    }

    fn seq(&self, place: Place<'_>) -> Option<u64> {
        match self.seq.as_ref()?.look(place)? {
            Value::String(text) => text.trim().parse().ok(),
            value => value.as_u64(),
        }
    }

    fn one(&self, number: Option<&Number>, place: Place<'_>) -> Result<Option<f64>, DecodeError> {
        number.map_or(Ok(None), |number| number.read(place, &self.missing))
    }

    fn position(&self, place: Place<'_>) -> Result<Option<Position>, DecodeError> {
        let (lat, lon) = (self.one(self.lat.as_ref(), place)?, self.one(self.lon.as_ref(), place)?);
        let hdop = self.one(self.hdop.as_ref(), place)?;
        Ok(lat.zip(lon).map(|(lat, lon)| Position { lat, lon, hdop }))
    }

    fn read(&self, scribe: &mut Scribe<'_>, message: &Value) {
        let whole = Place { record: message, message };
        let name = &self.name;
        scribe.assume(|| format!("read by your mapping {}", shown(name)));
        if self.kind == Kind::Crash {
            return self.crash(scribe, whole);
        }
        let Some(pointer) = &self.records else {
            return self.record(scribe, whole, "");
        };
        match pointer.look(whole) {
            Some(Value::Array(records)) => {
                for (record_idx, record) in records.iter().enumerate() {
                    self.record(scribe, Place { record, message }, &format!(", record {record_idx}"));
                }
            }
            found => {
                let found = found.map_or("nothing", super::time::kind);
                let detail = format!("mapping {}: records: expected an array at {pointer}, found {found}", shown(&self.name));
                scribe.refuse(RejectionReason::WrongShape, detail);
            }
        }
    }

    /// One record of driving data or temperature; what cannot be read is refused with its words.
    fn record(&self, scribe: &mut Scribe<'_>, place: Place<'_>, which: &str) {
        if let Err(error) = self.try_record(scribe, place) {
            scribe.refuse(error.reason, format!("mapping {}{which}: {}", shown(&self.name), error.detail));
        }
    }

    fn try_record(&self, scribe: &mut Scribe<'_>, place: Place<'_>) -> Result<(), DecodeError> {
        let device = self.device(scribe.topic, Some(place))?;
        if let Some(temperature) = &self.temperature {
            let celsius = temperature.read(place, &self.missing)?;
            let celsius = celsius.ok_or_else(|| {
                DecodeError::new(RejectionReason::Empty, format!("temperature: nothing at {}", temperature.words()))
            })?;
            let at = self.at(scribe, place);
            scribe.from("celsius", temperature.words());
            scribe.temperature(&device, at, self.seq(place), celsius);
            return Ok(());
        }
        let mut accel_g = None;
        if let Some([x, y, z]) = &self.axes {
            let read = |axis: &Number| axis.read(place, &self.missing);
            if let (Some(x), Some(y), Some(z)) = (read(x)?, read(y)?, read(z)?) {
                accel_g = Some(AccelG { x, y, z });
            }
        }
        let row = Driving {
            speed_kmh: self.one(self.speed.as_ref(), place)?,
            accel_g,
            position: self.position(place)?,
            heading_deg: self.one(self.heading.as_ref(), place)?,
        };
        let at = self.at(scribe, place);
        self.sources(scribe);
        scribe.driving(&device, at, self.seq(place), row);
        Ok(())
    }

    fn sources(&self, scribe: &mut Scribe<'_>) {
        let all = [("speed_kmh", &self.speed), ("speed", &self.speed), ("heading_deg", &self.heading), ("range_g", &self.range)];
        for (field, number) in all {
            if let Some(number) = number {
                scribe.from(field, number.words());
            }
        }
        if let (Some(lat), Some(lon)) = (&self.lat, &self.lon) {
            scribe.from("position", format_args!("{} and {}", lat.words(), lon.words()));
        }
        if let Some([x, y, z]) = &self.axes {
            let words = format!("{}; {}; {}", x.words(), y.words(), z.words());
            scribe.from(if self.kind == Kind::Crash { "samples" } else { "accel_g" }, words);
        }
    }

    /// A crash report; one that cannot be read is shown to a person with its bytes.
    fn crash(&self, scribe: &mut Scribe<'_>, place: Place<'_>) {
        let device = self.device(scribe.topic, Some(place));
        let read =
            device.clone().and_then(|device| check_name("the device's name", &device).map(|()| device)).and_then(|device| {
                let report = self.report(scribe.report(), place)?;
                Ok((device, self.key(place)?, report))
            });
        match read {
            Ok((device, key, report)) => {
                let at = self.at(scribe, place);
                self.sources(scribe);
                let key = key.unwrap_or_else(|| hash_key(scribe.packet.id()));
                scribe.crash(&device, at, self.seq(place), &key, report);
            }
            Err(error) => {
                let error = DecodeError { detail: format!("mapping {}: {}", shown(&self.name), error.detail), ..error };
                scribe.unreadable(device.as_deref().unwrap_or_default(), &error);
            }
        }
    }

    fn key(&self, place: Place<'_>) -> Result<Option<String>, DecodeError> {
        let key = match self.event_id.as_ref().and_then(|pointer| pointer.look(place)) {
            Some(Value::String(id)) if !id.is_empty() => id.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => return Ok(None),
        };
        check_name("event_id", &key)?;
        Ok(Some(key))
    }

    fn report(&self, blank: CrashReport, place: Place<'_>) -> Result<CrashReport, DecodeError> {
        Ok(CrashReport {
            pulse: self.pulse(place)?,
            frame: self.frame,
            gravity: self.gravity,
            range_g: RANGE_G.check_some(self.one(self.range.as_ref(), place)?)?,
            speed: self.speeds(place)?,
            airbag: self.airbag.as_ref().and_then(|pointer| pointer.look(place)).map(truth).transpose()?.flatten(),
            position: read_position(self.position(place)?)?,
            device_verdict: self.device_verdict.as_ref().and_then(|pointer| pointer.look(place)).map(|value| {
                let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
                text.chars().take(MAX_CLAIM_CHARS).collect::<String>().into()
            }),
            ..blank
        })
    }

    fn pulse(&self, place: Place<'_>) -> Result<Pulse, DecodeError> {
        let Some([x, y, z]) = &self.axes else { return Ok(Pulse::default()) };
        let records = match &self.samples {
            None => None,
            Some(pointer) => match pointer.look(place) {
                Some(Value::Array(records)) => Some(records.as_slice()),
                found => {
                    let found = found.map_or("nothing", super::time::kind);
                    let detail = format!("samples: expected an array at {pointer}, found {found}");
                    return Err(DecodeError::new(RejectionReason::WrongShape, detail));
                }
            },
        };
        let column = |number: &Number| number.column(place, records, &self.missing);
        let (x_g, y_g, z_g) = (column(x)?, column(y)?, column(z)?);
        let t_ms = match (&self.t, &self.rate_hz) {
            (Some((t, millis)), _) => column(t)?.into_iter().map(|t| t * millis).collect(),
            (None, Some(rate)) => self.steps("rate_hz", rate, place, self.first_ms, x_g.len())?,
            (None, None) => Vec::new(),
        };
        if let Some(missing_idx) = t_ms.iter().position(|t| t.is_nan()) {
            return Err(DecodeError::new(RejectionReason::WrongShape, format!("t: sample {missing_idx} has no time")));
        }
        T_MS.check_all("t", &t_ms)?;
        for (key, values) in [("x", &x_g), ("y", &y_g), ("z", &z_g)] {
            same_length(key, values.len(), "the samples' times", t_ms.len())?;
            CRASH_G.check_all(key, values)?;
        }
        Ok(Pulse { t_ms, x_g, y_g, z_g })
    }

    fn speeds(&self, place: Place<'_>) -> Result<Option<SpeedTrace>, DecodeError> {
        let Some(speed) = &self.speed else { return Ok(None) };
        let trace = if speed.array(place).is_some() {
            let kmh = speed.column(place, None, &self.missing)?;
            let Some(rate) = &self.speed_rate_hz else {
                let detail = "speed is an array: the mapping must say speed_rate_hz, how many a second";
                return Err(DecodeError::new(RejectionReason::WrongShape, detail));
            };
            SpeedTrace { t_ms: self.steps("speed_rate_hz", rate, place, self.speed_first_ms, kmh.len())?, kmh }
        } else {
            match speed.read(place, &self.missing)? {
                Some(kmh) => SpeedTrace { t_ms: vec![self.speed_first_ms], kmh: vec![kmh] },
                None => return Ok(None),
            }
        };
        T_MS.check_all("speed", &trace.t_ms)?;
        TRACE_SPEED.check_all("speed", &trace.kmh)?;
        Ok(Some(trace))
    }

    /// Even steps of a rate.
    fn steps(&self, key: &str, rate: &Number, place: Place<'_>, first_ms: f64, n: usize) -> Result<Vec<f64>, DecodeError> {
        // 0.01 Hz to 1 MHz: what lies outside is no sampling rate.
        match rate.read(place, &self.missing)? {
            Some(hz) if (0.01..=1e6).contains(&hz) => Ok((0..n).map(|i| first_ms + i as f64 * 1e3 / hz).collect()),
            found => {
                let found = found.map_or_else(|| "nothing".to_owned(), |hz| hz.to_string());
                let detail = format!("{key} must be from 0.01 to 1000000 a second, found {found}");
                Err(DecodeError::new(RejectionReason::OutOfRange, detail))
            }
        }
    }
}

fn same_length(key: &str, n: usize, other: &str, wanted: usize) -> Result<(), DecodeError> {
    if n == wanted {
        return Ok(());
    }
    Err(DecodeError::new(RejectionReason::WrongShape, format!("{key} has {n} values where {other} are {wanted}")))
}

/// Whether a value is the wanted one, numbers by their worth and a text by its words.
fn alike(found: &Value, wanted: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::String(text) => text.trim().parse::<f64>().ok(),
        value => value.as_f64(),
    };
    found == wanted || number(found).zip(number(wanted)).is_some_and(|(found, wanted)| (found - wanted).abs() < f64::EPSILON)
}

/// Yes, no, or nothing.
fn truth(value: &Value) -> Result<Option<bool>, DecodeError> {
    let word = value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_lowercase());
    match word.as_str() {
        "true" | "1" | "1.0" | "yes" | "on" => Ok(Some(true)),
        "false" | "0" | "0.0" | "no" | "off" => Ok(Some(false)),
        "" => Ok(None),
        _ => {
            Err(DecodeError::new(RejectionReason::WrongShape, format!("airbag: expected true or false, found {}", shown(&word))))
        }
    }
}

/// Every mapping of the settings, as one format: several may read the same message, each its own part.
#[derive(Clone, Debug)]
pub(super) struct Mappings(Vec<Reader>);

impl Mappings {
    /// The sound ones; the settings have been checked at the start.
    pub(super) fn new(mappings: &[Mapping]) -> Self {
        Self(mappings.iter().filter_map(|mapping| mapping.reader().ok()).collect())
    }
}

impl Format for Mappings {
    fn name(&self) -> &'static str {
        NAME
    }

    /// A topic that a crash mapping may hear comes on the crash lane alone, so that no message comes twice.
    fn filters(&self) -> Vec<Filter> {
        let mut filters: Vec<Filter> = Vec::new();
        for reader in &self.0 {
            let topic = reader.pattern.filter();
            let crash = self.0.iter().any(|other| other.kind == Kind::Crash && overlap(other.pattern.filter(), topic));
            let filter = Filter { topic: topic.to_owned(), lane: if crash { Lane::Crash } else { Lane::Telemetry } };
            if !filters.contains(&filter) {
                filters.push(filter);
            }
        }
        filters
    }

    fn knows(&self, topic: &str) -> bool {
        self.0.iter().any(|reader| reader.pattern.matches(topic))
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        let bare = scribe.topic;
        let matching = || self.0.iter().filter(|reader| reader.pattern.matches(bare));
        let json = if matching().any(|reader| reader.loose) { scribe.loose_json() } else { scribe.json() };
        let message = match json {
            Ok(message) => message,
            Err(error) => {
                let crash = matching().find(|reader| reader.kind == Kind::Crash).ok_or_else(|| error.clone())?;
                scribe.unreadable(&crash.device(bare, None).unwrap_or_default(), &error);
                return Ok(());
            }
        };
        let mut declined = Vec::new();
        let mut any = false;
        for reader in matching() {
            if let Some(why) = reader.declines(&message) {
                declined.push(why);
            } else {
                any = true;
                reader.read(scribe, &message);
            }
        }
        if any { Ok(()) } else { Err(DecodeError::new(RejectionReason::UnknownTopic, declined.join("; "))) }
    }
}
