//! An S3 event notification, where somebody bridges it to MQTT. It holds no telemetry, only where an object lies.
//! Source: AWS, `notification-content-structure`: any version 2.x, `key` is URL-encoded.

use serde_json::Value;

use super::{DecodeError, Filter, Format, Scribe, shown};
use crate::model::RejectionReason;

/// See the module.
#[derive(Debug)]
pub(super) struct S3;

impl Format for S3 {
    fn name(&self) -> &'static str {
        "s3-event"
    }

    /// None: it is only known when it is pasted, or under topics of the settings.
    fn filters(&self) -> Vec<Filter> {
        Vec::new()
    }

    fn knows(&self, topic: &str) -> bool {
        topic == "s3/events"
    }

    fn looks_like(&self, json: &Value) -> Option<&'static str> {
        (json.get("Records")?.get(0)?.get("eventSource")? == "aws:s3").then_some("s3/events")
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        let message = scribe.object()?;
        if message.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
            return Err(DecodeError::new(RejectionReason::NotUsed, "the test event of a new S3 notification"));
        }
        let records = message.get("Records").and_then(Value::as_array).filter(|records| !records.is_empty());
        let Some(records) = records else {
            return Err(DecodeError::new(RejectionReason::WrongShape, "Records is missing or empty"));
        };
        // Each says where a file lies; none has readings.
        for record in records {
            let (reason, detail) = described(record);
            scribe.refuse(reason, detail);
        }
        Ok(())
    }
}

fn described(record: &Value) -> (RejectionReason, String) {
    let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str).unwrap_or("?");
    let version = text("/eventVersion");
    if !version.starts_with("2.") {
        return (RejectionReason::WrongShape, format!("eventVersion must be 2.x, found {}", shown(version)));
    }
    let key = percent_decoded(&text("/s3/object/key").replace('+', " "));
    let detail = format!(
        "an S3 event notification, {} of {} in {}: it says where a file lies and holds no readings; play the file itself",
        text("/eventName").chars().take(64).flat_map(char::escape_debug).collect::<String>(),
        shown(&key),
        shown(text("/s3/bucket/name")),
    );
    (RejectionReason::NotUsed, detail)
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
        if let (b'%', [high, low, after @ ..]) = (first, tail)
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            bytes.push(high << 4 | low);
            rest = after;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
