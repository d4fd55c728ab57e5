//! An SNS topic: one publish a notice. Machines that have subscribed get the JSON of the webhook, people a text.

use std::sync::Arc;
use std::time::Duration;

use super::body::Body;
use super::worker::Attempt;
use super::{Error, RealNotice};
use crate::aws::{self, Client, Environment, Message, TopicArn};

/// A topic, ready to send.
#[derive(Clone, Debug)]
pub struct Topic {
    client: Arc<Client>,
    arn: TopicArn,
}

impl Topic {
    /// This topic, reached by a client of its region.
    pub const fn new(client: Arc<Client>, arn: TopicArn) -> Self {
        Self { client, arn }
    }

    /// With credentials of this process.
    pub(super) fn of_process(arn: &str, timeout: Duration) -> Result<Self, Error> {
        let arn: TopicArn = arn.parse().map_err(Error::Topic)?;
        let client = Client::new(arn.region(), timeout, Environment::of_process())?;
        Ok(Self::new(Arc::new(client), arn))
    }

    /// `crashes`
    pub(super) fn name(&self) -> &str {
        self.arn.name()
    }

    /// Publishes a notice, and says under which id.
    pub async fn publish(&self, real: &RealNotice) -> Result<String, aws::Error> {
        let notice = real.notice();
        let severity = serde_json::to_value(notice.severity).unwrap_or_default();
        let json = serde_json::to_string(&Body::from(notice)).unwrap_or_default();
        let text = format!("{}\n\n{}\n", notice.title, notice.text);
        let by_protocol = serde_json::json!({ "default": json, "email": text, "sms": notice.title }).to_string();
        // Only ASCII may stand in a subject; the title stands in the text anyway.
        let named = format!("Fleetwatch {}", notice.incident);
        let fits = |text: &&str| text.len() < 100 && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        let subject = [notice.title.as_str(), &named].into_iter().find(fits).unwrap_or("Fleetwatch");
        let attributes = [("severity", severity.as_str().unwrap_or_default()), ("dedup_key", notice.dedup_key.as_str())];
        let message = Message { subject, by_protocol: &by_protocol, attributes: &attributes };
        self.client.publish(&self.arn, &message).await
    }

    pub(super) async fn send(&self, real: &RealNotice) -> Attempt {
        match self.publish(real).await {
            Ok(_id) => Attempt::Accepted,
            Err(error) if error.may_pass() => Attempt::Retry { reason: error.to_string(), after: error.after() },
            Err(error) => Attempt::Refused { reason: error.to_string() },
        }
    }
}
