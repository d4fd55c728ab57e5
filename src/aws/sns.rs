//! SNS: one topic, one message.

use std::fmt;
use std::str::FromStr;

use super::request::Service;
use super::{Client, Error, xml};

/// The name of a standard topic: `arn:aws:sns:ap-northeast-2:123456789012:crashes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicArn {
    text: String,
    region: String,
}

impl TopicArn {
    /// `ap-northeast-2`
    pub fn region(&self) -> &str {
        &self.region
    }

    /// `crashes`
    pub fn name(&self) -> &str {
        self.text.rsplit(':').next().unwrap_or_default()
    }
}

impl fmt::Display for TopicArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for TopicArn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        let ["arn", partition, "sns", region, account, name] = parts[..] else {
            return Err("it must look like arn:aws:sns:ap-northeast-2:123456789012:crashes".to_owned());
        };
        // The other partitions have other hosts.
        if !["aws", "aws-us-gov"].contains(&partition) {
            return Err(format!("the partition {partition} is not supported; aws and aws-us-gov are"));
        }
        let is_word = |text: &str, more: &str| {
            !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || more.contains(letter))
        };
        if !is_word(region, "-") || account.len() != 12 || !account.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err("it needs a region and an account of 12 digits".to_owned());
        }
        if let Some((_, "fifo")) = name.rsplit_once('.') {
            return Err("FIFO topics reach no person; name a standard topic".to_owned());
        }
        if !is_word(name, "-_") {
            return Err("its last part is no name of a topic".to_owned());
        }
        Ok(Self { text: text.to_owned(), region: region.to_owned() })
    }
}

/// What is published.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// ASCII of less than 100 characters, without a line break: the subject of e-mails.
    pub subject: &'a str,
    /// A JSON object with the text for each protocol, `default` for those that are not named; at most 256 KiB.
    pub by_protocol: &'a str,
    /// Text attributes, by name: what subscriptions filter by.
    pub attributes: &'a [(&'a str, &'a str)],
}

impl Client {
    /// Publishes, and says under which id.
    pub async fn publish(&self, topic: &TopicArn, message: &Message<'_>) -> Result<String, Error> {
        let names: Vec<_> = (1..=message.attributes.len())
            .map(|n| ["Name", "Value.DataType", "Value.StringValue"].map(|part| format!("MessageAttributes.entry.{n}.{part}")))
            .collect();
        let mut form = vec![
            ("Action", "Publish"),
            ("Version", "2010-03-31"),
            ("TopicArn", topic.text.as_str()),
            ("Subject", message.subject),
            ("MessageStructure", "json"),
            ("Message", message.by_protocol),
        ];
        for ([name, kind, value], (attribute, text)) in names.iter().zip(message.attributes) {
            form.extend([(name.as_str(), *attribute), (kind, "String"), (value, *text)]);
        }
        xml::element("sns", &self.post_form(Service::SNS, &form).await?, "MessageId")
    }
}
