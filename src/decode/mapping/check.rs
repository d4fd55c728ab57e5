//! From what the settings say to a mapping that can read, or what is wrong with it, in words.

use super::super::filing::check_name;
use super::super::shown;
use super::Kind;
use super::field::{Number, Pointer, Time};
use super::pattern::{Pattern, overlap};
use super::reader::{Reader, Whose};
use super::settings::{Field, Mapping, When};
use crate::model::measure::Measure;
use crate::model::range::T_MS;

impl Mapping {
    /// What is wrong with it: the mapping, the key, the rule and what to write.
    pub fn check(&self) -> Result<(), String> {
        self.reader().map(|_| ())
    }

    fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.topic)
    }

    pub(super) fn reader(&self) -> Result<Reader, String> {
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
        for (key, given) in [("x", self.x.is_some()), ("speed", self.speed.is_some())] {
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
