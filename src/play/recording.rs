//! Recordings of the line itself: one message a line, no map needed.
//!
//! `{"at_ms":1773825124218,"topic":"fleet/van-1/driving","payload":{"speed_kmh":48.2}}`; a payload that JSON cannot
//! give back byte for byte stands as base64 in `payload_base64`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Body, Error, Rows, Timed};
use crate::model::Timestamp;

/// One recorded message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// When it came in, ms since 1970.
    pub at_ms: i64,
    /// Its topic.
    pub topic: String,
    /// Its payload, where JSON gives it back byte for byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Value>,
    /// Its payload, where JSON does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_base64: Option<String>,
}

impl Line {
    /// The line that records a message.
    pub fn of(at: Timestamp, topic: &str, payload: &[u8]) -> Self {
        let faithful = serde_json::from_slice::<Value>(payload)
            .ok()
            .filter(|value| !value.is_null() && serde_json::to_vec(value).is_ok_and(|bytes| bytes == payload));
        let payload_base64 = faithful.is_none().then(|| to_base64(payload));
        Self { at_ms: at.millis(), topic: topic.to_owned(), payload: faithful, payload_base64 }
    }

    /// The recorded bytes.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        match (&self.payload, &self.payload_base64) {
            (None, Some(text)) => from_base64(text).ok_or_else(|| "payload_base64 is not base64".to_owned()),
            (Some(value), None) => serde_json::to_vec(value).map_err(|error| error.to_string()),
            _ => Err("a line needs either payload or payload_base64".to_owned()),
        }
    }
}

/// The messages of a recording of the line.
pub fn recorded(rows: Rows) -> impl Iterator<Item = Result<Timed, Error>> {
    let file = rows.file().to_owned();
    rows.map(move |row| {
        let error = |line, detail: String| Error::Row {
            file: file.clone(),
            line,
            detail: format!("{detail}; a recording of the line has topic, payload and at_ms, anything else needs --map"),
            map: "none".to_owned(),
        };
        let row = row.map_err(|(line, detail)| error(line, detail))?;
        let line: Line = row.json().map_err(|detail| error(row.line, detail))?;
        let payload = line.bytes().map_err(|detail| error(row.line, detail))?;
        let at = Timestamp::from_millis(line.at_ms);
        Ok(Timed { at_micros: at.0, topic: line.topic, body: Body::Recorded { payload, at } })
    })
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 of RFC 4648 with padding.
fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for digit_idx in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * digit_idx) & 63) as usize];
            text.push(if digit_idx <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// Reads what [`to_base64`] writes; `None` for anything else.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=').as_bytes();
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for chunk in digits.chunks(4) {
        let mut bits = 0_u32;
        for digit in chunk {
            bits = bits << 6 | ALPHABET.iter().position(|letter| letter == digit)? as u32;
        }
        bits <<= 6 * (4 - chunk.len());
        bytes.extend((0..chunk.len() - 1).map(|byte_idx| (bits >> (16 - 8 * byte_idx)) as u8));
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;
