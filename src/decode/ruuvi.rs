//! Ruuvi Gateway: `ruuvi/<gateway>/<tag>`, the tag's own bytes in hexadecimal, data format 5.
//! Source: ruuvi/docs, `data-format-5-rawv2.md` and `mqtt-time-stamped-data-from-bluetooth-sensors.md`.

use std::collections::VecDeque;

use serde_json::Value;

use super::{DecodeError, Filter, Format, Scribe, shown};
use crate::model::{Origin, RejectionReason};

/// Tags whose last sequence number is remembered; the one not heard longest goes first. Own judgement.
const TAGS: usize = 4_096;

/// The maker's number 0x0499, low byte first, in an advertisement's data of type 0xFF.
const RUUVI: [u8; 3] = [0xff, 0x99, 0x04];

/// See the module. Several gateways may hear one tag: its sequence number tells the repeats.
#[derive(Debug, Default)]
pub(super) struct Ruuvi {
    heard: VecDeque<(Origin, u64, u16)>,
}

impl Format for Ruuvi {
    fn name(&self) -> &'static str {
        "ruuvi"
    }

    fn filters(&self) -> Vec<Filter> {
        vec![Filter::telemetry("ruuvi/+/+")]
    }

    fn knows(&self, topic: &str) -> bool {
        topic.starts_with("ruuvi/")
    }

    fn looks_like(&self, json: &Value) -> Option<&'static str> {
        json.get("gw_mac").and(json.get("data")).map(|_| "ruuvi/gateway/tag")
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        let tag = scribe.topic.rsplit('/').next().unwrap_or(scribe.topic);
        if tag == "gw_status" {
            return Err(DecodeError::new(RejectionReason::NotUsed, "the gateway's own state"));
        }
        let message = scribe.object()?;
        let at = scribe.time(message.get("ts").or_else(|| message.get("gwts")), "ts");
        let Some(hex) = message.get("data").and_then(Value::as_str) else {
            return Err(DecodeError::new(RejectionReason::WrongShape, "data is missing: the tag's bytes in hexadecimal digits"));
        };
        let bytes = bytes(hex);
        let Some(begin) = bytes.windows(RUUVI.len()).position(|part| part == RUUVI) else {
            let detail = format!("an advertisement of another maker: no FF9904 in {}", shown(hex));
            return Err(DecodeError::new(RejectionReason::NotUsed, detail));
        };
        let data = &bytes[begin + RUUVI.len()..];
        match data.first() {
            Some(5) if data.len() >= 24 => {}
            Some(5) => {
                let detail = format!("format 5 has 24 bytes, found {}", data.len());
                return Err(DecodeError::new(RejectionReason::WrongShape, detail));
            }
            other => {
                let found = other.map_or_else(|| "none".to_owned(), ToString::to_string);
                return Err(DecodeError::new(RejectionReason::NotUsed, format!("data format {found}; 5 is read")));
            }
        }
        let word = |at: usize| u16::from_be_bytes([data[at], data[at + 1]]);
        // 0xFFFF is "no number".
        let seq = Some(word(16)).filter(|seq| *seq != u16::MAX);
        let mac = data[18..24].iter().fold(0_u64, |mac, byte| mac << 8 | u64::from(*byte));
        if let Some(seq) = seq
            && self.is_repeat(scribe.origin, mac, seq)
        {
            return Err(DecodeError::new(RejectionReason::Duplicate, format!("number {seq} of this tag was heard before")));
        }
        match word(1) {
            0x8000 => scribe.refuse(RejectionReason::Empty, "the tag sends 0x8000: its temperature is not valid"),
            raw => {
                scribe.from("celsius", "data, int16 × 0.005 °C");
                // The number wraps at 65,534, so it orders nothing beyond the repeats.
                scribe.temperature(tag, at, None, f64::from(raw.cast_signed()) * 0.005);
            }
        }
        Ok(())
    }
}

impl Ruuvi {
    fn is_repeat(&mut self, origin: Origin, mac: u64, seq: u16) -> bool {
        let place = self.heard.iter().position(|(its, tag, _)| (*its, *tag) == (origin, mac));
        let last = place.and_then(|place| self.heard.remove(place)).map(|(.., seq)| seq);
        if self.heard.len() >= TAGS {
            self.heard.pop_front();
        }
        self.heard.push_back((origin, mac, seq));
        last == Some(seq)
    }
}

/// Hexadecimal digits, up to the first that is none.
fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.chars().map_while(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect()
}
