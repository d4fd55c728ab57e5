//! A crash report by a mapping; one that cannot be read is shown to a person with its bytes.

use serde_json::Value;

use super::super::filing::{MAX_CLAIM_CHARS, check_name, hash_key, read_position};
use super::super::{DecodeError, Scribe, shown, time};
use super::field::{Number, Place};
use super::reader::Reader;
use crate::model::range::{CRASH_G, RANGE_G, T_MS, TRACE_SPEED};
use crate::model::{CrashReport, Pulse, RejectionReason, SpeedTrace};

impl Reader {
    /// A crash report; one that cannot be read is shown to a person with its bytes.
    pub(super) fn crash(&self, scribe: &mut Scribe<'_>, place: Place<'_>) {
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
                    let found = found.map_or("nothing", time::kind);
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
