//! An SNS topic: one publish a notice. Machines that have subscribed get the JSON of the webhook, people a text.

use std::sync::Arc;
use std::time::Duration;

use super::body::Body;
use super::worker::Attempt;
use super::{Error, RealNotice};
use crate::aws::{Client, Environment, Message, TopicArn};

/// A topic, ready to send.
#[derive(Clone, Debug)]
pub(super) struct Topic {
    client: Arc<Client>,
    arn: TopicArn,
}

impl Topic {
    pub(super) fn new(arn: &str, timeout: Duration) -> Result<Self, Error> {
        let arn: TopicArn = arn.parse().map_err(Error::Topic)?;
        let client = Client::new(arn.region(), timeout, Environment::of_process())?;
        Ok(Self { client: Arc::new(client), arn })
    }

    /// `crashes`
    pub(super) fn name(&self) -> &str {
        self.arn.name()
    }

    pub(super) async fn send(&self, real: &RealNotice) -> Attempt {
        let notice = real.notice();
        let severity = serde_json::to_value(notice.severity).unwrap_or_default();
        let json = serde_json::to_string(&Body::from(notice)).unwrap_or_default();
        let text = format!("{}\n\n{}\n", notice.title, notice.text);
        let by_protocol = serde_json::json!({ "default": json, "email": text, "sms": notice.title }).to_string();
        // Only ASCII may stand in a subject; the title stands in the text anyway.
        let plain = notice.title.len() < 100 && notice.title.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        let subject = if plain { notice.title.clone() } else { format!("Fleetwatch {}", notice.incident) };
        let attributes = [("severity", severity.as_str().unwrap_or_default()), ("dedup_key", notice.dedup_key.as_str())];
        let message = Message { subject: &subject, by_protocol: &by_protocol, attributes: &attributes };
        match self.client.publish(&self.arn, &message).await {
            Ok(_id) => Attempt::Accepted,
            Err(error) if error.may_pass() => Attempt::Retry { reason: error.to_string(), after: error.after() },
            Err(error) => Attempt::Refused { reason: error.to_string() },
        }
    }
}
