//! Where an event lies: an object in S3, or a message, as an IoT rule hands it on or a desk that calls by hand.
//!
//! The first part of an object's key is the vehicle, as the topic is over MQTT: `van-7/2026-11-25T08.json`. A key under
//! `drill/` is a drill, and nothing within an object can make it one.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use aws_lambda_events::s3::{S3Event, S3EventRecord};
use fleetwatch::aws::{self, Object};
use fleetwatch::model::{Lane, Origin, Packet, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::line::{Failed, Line, tried};

/// An object that was written.
pub(crate) struct Source {
    bucket: String,
    key: String,
    /// Tells one writing of a key from the next.
    pub(crate) sequencer: String,
    /// When S3 had it: the same at every delivery of the event.
    pub(crate) at: Timestamp,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

impl Source {
    /// Every object that an event of S3 names; none of a test event.
    pub(crate) fn all(event: Value) -> Result<Vec<Self>, Failed> {
        if event.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
            return Ok(Vec::new());
        }
        let event: S3Event = serde_json::from_value(event).map_err(|error| Failed(format!("no event of S3: {error}")))?;
        event.records.into_iter().map(Self::of).collect()
    }

    fn of(record: S3EventRecord) -> Result<Self, Failed> {
        let version = record.event_version.as_deref().unwrap_or("2");
        if version.split('.').next() != Some("2") {
            return Err(Failed(format!("events of S3 of version {version} are not known, 2.x are")));
        }
        let object = record.s3.object;
        let (Some(bucket), Some(encoded)) = (record.s3.bucket.name, object.key) else {
            return Err(Failed("an event of S3 without bucket or key".to_owned()));
        };
        // A key is encoded as in a form: `+` is a blank.
        let form = format!("k={encoded}");
        let (_, key) = url::form_urlencoded::parse(form.as_bytes()).next().unwrap_or_default();
        let sequencer = object.sequencer.or(object.e_tag).unwrap_or_default();
        Ok(Self { bucket, key: key.into_owned(), sequencer, at: record.event_time.into() })
    }

    /// The topic that its content would have come on: `fleet/van-7/crash`.
    pub(crate) fn topic(&self, kind: &str) -> String {
        let (origin, rest) = Origin::of_topic(&self.key);
        let vehicle = match rest.split_once('/') {
            Some((vehicle, _)) => vehicle,
            None => rest.split('.').next().unwrap_or(rest),
        };
        format!("{}fleet/{vehicle}/{kind}", origin.root())
    }

    /// It holds one message a line.
    pub(crate) fn has_lines(&self) -> bool {
        let end = self.key.rsplit('.').next().unwrap_or_default();
        ["jsonl", "ndjson"].iter().any(|lines| end.eq_ignore_ascii_case(lines))
    }

    /// Its content, at most `max` bytes of it.
    pub(crate) async fn fetch(&self, line: &Line, max: usize) -> Result<Object, aws::Error> {
        tried(async || line.client.object(&self.bucket, &self.key, max).await).await
    }
}

/// What a rule makes of a message: the payload whole, since it may be no JSON.
#[derive(Deserialize)]
pub(crate) struct Ruled {
    /// The topic, with its root.
    pub(crate) topic: String,
    /// Base64.
    pub(crate) payload: String,
    /// When IoT Core had it, ms since 1970.
    pub(crate) received_ms: i64,
    /// Whoever calls wants the verdict and nothing else: it is stored nowhere and told to nobody. The rule never says so,
    /// and nothing within a payload can.
    #[serde(default)]
    pub(crate) only_judge: bool,
}

impl Ruled {
    /// The packet that the desk would have got.
    pub(crate) fn packet(&self, lane: Lane) -> Result<Packet, Failed> {
        let payload = STANDARD.decode(&self.payload);
        let payload = payload.map_err(|_cause| Failed("the payload of the rule's event is no base64".to_owned()))?;
        Ok(Packet::new(lane, self.topic.as_str(), payload, Timestamp::from_millis(self.received_ms)))
    }
}

impl fmt::Display for Ruled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mqtt:{}", self.topic)
    }
}
