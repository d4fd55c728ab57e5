//! `CloudWatch` Logs: the lines of a group that hold a word.

use serde_json::{Value, json};

use super::request::{Call, Service};
use super::{Client, Error};

/// Lines a page.
const PAGE: u32 = 1_000;
/// Pages read at most: an empty one with another behind it is normal. The service takes a few requests a second only.
const MOST_PAGES: usize = 10;

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent {
    /// When it was written, ms since 1970.
    pub at_ms: i64,
    /// As it was written.
    pub message: String,
}

/// The lines that were found, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogPage {
    /// The lines.
    pub events: Vec<LogEvent>,
    /// There are more behind them.
    pub more: bool,
}

impl Client {
    /// The lines of a group since a moment, ms since 1970, that a filter pattern finds.
    pub async fn log_events(&self, group: &str, pattern: &str, since_ms: i64) -> Result<LogPage, Error> {
        let mut body = json!({ "logGroupName": group, "startTime": since_ms, "filterPattern": pattern, "limit": PAGE });
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "Logs_20140328.FilterLogEvents")];
        let mut found = LogPage::default();
        for n_page in 1..=MOST_PAGES {
            let call = Call::post(Service::LOGS, &headers, body.to_string().into_bytes());
            let mut answer = self.call(&call).await?.json(Service::LOGS)?;
            let events = answer.get("events").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            found.events.extend(events.iter().filter_map(|event| {
                let message = event.get("message")?.as_str()?.to_owned();
                Some(LogEvent { at_ms: event.get("timestamp")?.as_i64()?, message })
            }));
            match answer.get_mut("nextToken").map(Value::take) {
                Some(Value::String(_)) if n_page == MOST_PAGES => found.more = true,
                Some(Value::String(next)) => body["nextToken"] = next.into(),
                _ => break,
            }
        }
        Ok(found)
    }
}
