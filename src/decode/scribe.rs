//! What a format is given: the packet, its topic without the root, and where to write down what it reads.

use std::fmt::Display;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::explain::Notes;
use super::filing::{EARLIEST, check_name, check_size, event, event_id, hash_key, presentable, read_position, unreadable};
use super::{DecodeError, Decoded, Interner, Settings, json, lenient, shown, time, values};
use crate::model::range::{CELSIUS, DRIVING_G, HEADING, SPEED};
use crate::model::{
    AccelG, Celsius, CrashReport, DeviceId, Driving, Event, Origin, Packet, Position, Presence, Reading, RejectionReason,
    Temperature, Timestamp,
};

/// The packet being read, and everything that is written down about it.
pub struct Scribe<'a> {
    /// The packet.
    pub packet: &'a Packet,
    /// The road it took.
    pub origin: Origin,
    /// Its topic without the root.
    pub topic: &'a str,
    /// `[formats]`
    pub settings: &'a Settings,
    pub(super) interner: &'a mut Interner,
    pub(super) decoded: &'a mut Decoded,
    notes: Option<&'a mut Notes>,
}

impl<'a> Scribe<'a> {
    pub(super) fn new(
        packet: &'a Packet,
        origin: Origin,
        topic: &'a str,
        settings: &'a Settings,
        interner: &'a mut Interner,
        decoded: &'a mut Decoded,
        notes: Option<&'a mut Notes>,
    ) -> Self {
        Self { packet, origin, topic, settings, interner, decoded, notes }
    }

    /// The payload as JSON.
    pub fn json(&self) -> Result<Value, DecodeError> {
        check_size(self.packet)?;
        json::parse(&self.packet.payload)
    }

    /// The payload as JSON, or as what comes near it: for devices that are known to write it loosely. What was forgiven
    /// is noted; the error is that of strict reading.
    pub fn loose_json(&mut self) -> Result<Value, DecodeError> {
        self.json().or_else(|error| {
            let read = check_size(self.packet).ok().and_then(|()| lenient::parse(&self.packet.payload));
            let (value, forgiven) = read.ok_or(error)?;
            for one in forgiven {
                self.assume(|| format!("not JSON, read all the same: {}", one.words()));
            }
            Ok(value)
        })
    }

    /// The payload as a JSON object.
    pub fn object(&self) -> Result<Map<String, Value>, DecodeError> {
        match self.json()? {
            Value::Object(object) => Ok(object),
            other => {
                Err(DecodeError::new(RejectionReason::WrongShape, format!("expected an object, found {}", time::kind(&other))))
            }
        }
    }

    /// Something had to be assumed; the words are made only where somebody reads them.
    pub fn assume(&mut self, words: impl FnOnce() -> String) {
        if let Some(notes) = self.notes.as_deref_mut() {
            notes.assume(words());
        }
    }

    /// The next reading's `field` (`speed_kmh`) comes from `source` (`position.speed, knots`).
    pub fn from(&mut self, field: &'static str, source: impl Display) {
        if let Some(notes) = self.notes.as_deref_mut() {
            notes.from(field, source.to_string());
        }
    }

    /// A time of the payload, in whichever way it is written. One that cannot be read is told and left out.
    pub fn time(&mut self, value: Option<&Value>, source: &'static str) -> Option<Timestamp> {
        let value = value.filter(|value| !value.is_null())?;
        match time::read(value, self.settings.utc_offset_minutes) {
            Ok(read) => {
                self.from("occurred_at", source);
                if let Some(assumed) = read.assumed {
                    self.assume(|| format!("{source}: {assumed}"));
                }
                Some(read.at)
            }
            Err(why) => {
                self.assume(|| format!("{source}: {why}; the time of receipt is used"));
                None
            }
        }
    }

    /// A part of the packet that cannot be used; the rest still is.
    pub fn refuse(&mut self, reason: RejectionReason, detail: impl Into<String>) {
        self.decoded.refused.push(DecodeError::new(reason, detail));
    }

    /// A row of driving data of a vehicle. A row that says nothing, or cannot be, is refused.
    pub fn driving(&mut self, vehicle: &str, at: Option<Timestamp>, seq: Option<u64>, row: Driving) {
        let checked = || -> Result<Driving, DecodeError> {
            if let Some(AccelG { x, y, z }) = row.accel_g {
                for value in [x, y, z] {
                    DRIVING_G.check(value)?;
                }
            }
            let row = Driving {
                speed_kmh: SPEED.check_some(row.speed_kmh)?,
                position: read_position(row.position)?,
                heading_deg: HEADING.check_some(row.heading_deg)?,
                ..row
            };
            if row == Driving::default() {
                return Err(DecodeError::new(RejectionReason::Empty, "no speed, acceleration, place or heading in it"));
            }
            Ok(row)
        };
        let checked = checked();
        self.file(vehicle, at, seq, checked.map(Reading::Driving));
    }

    /// A temperature of a sensor. One that cannot be is refused.
    pub fn temperature(&mut self, sensor: &str, at: Option<Timestamp>, seq: Option<u64>, celsius: f64) {
        self.temperature_at(sensor, at, seq, celsius, None);
    }

    /// The same where the message says where the sensor is. A place that cannot be is left out.
    pub fn temperature_at(
        &mut self,
        sensor: &str,
        at: Option<Timestamp>,
        seq: Option<u64>,
        celsius: f64,
        position: Option<Position>,
    ) {
        let position = values::sound(position);
        let checked =
            CELSIUS.check(celsius).map(|celsius| Reading::Temperature(Temperature { celsius: Celsius(celsius), position }));
        self.file(sensor, at, seq, checked.map_err(Into::into));
    }

    /// A device came or went.
    pub fn presence(&mut self, device: &str, at: Option<Timestamp>, online: bool, why: impl Into<Box<str>>) {
        self.file(device, at, None, Ok(Reading::Presence(Presence { online, why: why.into() })));
    }

    /// A crash report of a vehicle, named `key` within the vehicle so that a repeat is the same. Always taken.
    pub fn crash(&mut self, vehicle: &str, at: Option<Timestamp>, seq: Option<u64>, key: &str, report: CrashReport) {
        let name = presentable(vehicle);
        let report = CrashReport { event_id: event_id(self.origin, &name, key), ..report };
        let device = self.interner.device(self.origin, &name).unwrap_or_else(|| DeviceId::new(&name));
        self.write(event(self.packet, self.origin, device, at, None, seq, Reading::Crash(Arc::new(report))));
    }

    /// What names a crash report of a device that gives its events no names: their kind and the device's time, so that
    /// the same event told twice is one; the bytes, where a clock that cannot be right would make two events one.
    pub fn key(&self, kind: impl Display, at: Option<Timestamp>) -> String {
        match at.filter(|at| *at >= EARLIEST) {
            Some(at) => format!("{kind}/{}", at.millis()),
            None => hash_key(self.packet.id()),
        }
    }

    /// A crash report of which nothing is known yet but its bytes: a format fills in what it reads.
    pub fn report(&self) -> CrashReport {
        CrashReport::bare(event_id(self.origin, "", ""), &self.packet.topic, self.packet.payload.clone())
    }

    /// A crash report that cannot be read: a person sees its bytes.
    pub fn unreadable(&mut self, vehicle: &str, error: &DecodeError) {
        let name = presentable(vehicle);
        let report = unreadable(self.packet, self.origin, &name, error);
        self.crash(&name, None, None, &hash_key(self.packet.id()), report);
    }

    fn file(&mut self, device: &str, at: Option<Timestamp>, seq: Option<u64>, reading: Result<Reading, DecodeError>) {
        let filed = reading.and_then(|reading| {
            check_name("the device's name", device)?;
            // Whether a device is there is what brokers keep such messages for; a number of unknown age is none.
            if self.packet.retained && at.is_none() && !matches!(reading, Reading::Presence(_)) {
                let detail = "the broker had kept it and it has no time of its own: how old it is cannot be told";
                return Err(DecodeError::new(RejectionReason::RetainedOld, detail));
            }
            let id = self.interner.device(self.origin, device).ok_or_else(|| {
                DecodeError::new(
                    RejectionReason::TooManyDevices,
                    format!("{} is new and the register is full at {} devices", shown(device), self.interner.limit()),
                )
            })?;
            Ok(event(self.packet, self.origin, id, at, None, seq, reading))
        });
        match filed {
            Ok(event) => self.write(event),
            Err(error) => self.decoded.refused.push(error),
        }
    }

    /// Writes down an event.
    pub(super) fn write(&mut self, event: Event) {
        if let Some(notes) = self.notes.as_deref_mut() {
            notes.reading(&event);
        }
        self.decoded.events.push(event);
    }
}
