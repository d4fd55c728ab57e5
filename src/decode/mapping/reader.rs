//! A sound mapping reads: whose a message is and when, and the rows in it.

use serde_json::Value;

use super::super::{DecodeError, Scribe, shown, time};
use super::Kind;
use super::field::{Number, Place, Pointer, Time};
use super::pattern::Pattern;
use super::settings::Missing;
use crate::model::{AccelG, Driving, Frame, Position, RejectionReason, Timestamp};

/// Whose a message is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Whose {
    /// `{site}-{device}`
    Template(String),
    At(Pointer),
}

/// A sound mapping, ready to read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reader {
    pub(super) name: String,
    pub(super) pattern: Pattern,
    pub(super) kind: Kind,
    pub(super) whose: Whose,
    pub(super) loose: bool,
    pub(super) when: Option<(Pointer, Option<Value>)>,
    pub(super) records: Option<Pointer>,
    pub(super) missing: Vec<Missing>,
    pub(super) time: Option<Time>,
    pub(super) seq: Option<Pointer>,
    pub(super) speed: Option<Number>,
    pub(super) lat: Option<Number>,
    pub(super) lon: Option<Number>,
    pub(super) hdop: Option<Number>,
    pub(super) heading: Option<Number>,
    pub(super) axes: Option<[Number; 3]>,
    pub(super) temperature: Option<Number>,
    pub(super) samples: Option<Pointer>,
    /// With milliseconds for each.
    pub(super) t: Option<(Number, f64)>,
    pub(super) rate_hz: Option<Number>,
    pub(super) first_ms: f64,
    pub(super) speed_rate_hz: Option<Number>,
    pub(super) speed_first_ms: f64,
    pub(super) range: Option<Number>,
    pub(super) frame: Frame,
    pub(super) gravity: bool,
    pub(super) event_id: Option<Pointer>,
    pub(super) airbag: Option<Pointer>,
    pub(super) device_verdict: Option<Pointer>,
}

impl Reader {
    /// The device, as far as the topic names it.
    pub(super) fn device(&self, bare: &str, place: Option<Place<'_>>) -> Result<String, DecodeError> {
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
    pub(super) fn declines(&self, message: &Value) -> Option<String> {
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

    pub(super) fn at(&self, scribe: &mut Scribe<'_>, place: Place<'_>) -> Option<Timestamp> {
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

    pub(super) fn seq(&self, place: Place<'_>) -> Option<u64> {
        match self.seq.as_ref()?.look(place)? {
            Value::String(text) => text.trim().parse().ok(),
            value => value.as_u64(),
        }
    }

    pub(super) fn one(&self, number: Option<&Number>, place: Place<'_>) -> Result<Option<f64>, DecodeError> {
        number.map_or(Ok(None), |number| number.read(place, &self.missing))
    }

    pub(super) fn position(&self, place: Place<'_>) -> Result<Option<Position>, DecodeError> {
        let (lat, lon) = (self.one(self.lat.as_ref(), place)?, self.one(self.lon.as_ref(), place)?);
        let hdop = self.one(self.hdop.as_ref(), place)?;
        Ok(lat.zip(lon).map(|(lat, lon)| Position { lat, lon, hdop }))
    }

    pub(super) fn read(&self, scribe: &mut Scribe<'_>, message: &Value) {
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
                let found = found.map_or("nothing", time::kind);
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
            self.sources(scribe);
            scribe.temperature_at(&device, at, self.seq(place), celsius, self.position(place).ok().flatten());
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

    pub(super) fn sources(&self, scribe: &mut Scribe<'_>) {
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
}

/// Whether a value is the wanted one, numbers by their worth and a text by its words.
fn alike(found: &Value, wanted: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::String(text) => text.trim().parse::<f64>().ok(),
        value => value.as_f64(),
    };
    found == wanted || number(found).zip(number(wanted)).is_some_and(|(found, wanted)| (found - wanted).abs() < f64::EPSILON)
}
