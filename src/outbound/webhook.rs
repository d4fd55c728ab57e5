//! A webhook: one POST of JSON a notice, and what each answer means.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use url::Url;

use super::body::Body;
use super::guard::receiver;
use super::worker::Attempt;
use super::{Error, RealNotice, Settings, sign};
use crate::clock::Clock;
use crate::https;
use crate::model::{PacketId, Timestamp};

/// Bytes of an answer that are read at most.
const READ: usize = 64 << 10;
/// Letters of an error inside an answer that are shown.
const WORDS: usize = 120;
/// A `status` that is none of success.
const FAILURES: [&str; 4] = ["error", "fail", "failed", "failure"];

/// A webhook, ready to send.
#[derive(Clone, Debug)]
pub(super) struct Webhook {
    client: Client,
    url: Url,
    /// What it signs with, where a secret is set.
    key: Option<Arc<[u8]>>,
}

impl Webhook {
    pub(super) fn new(url: &str, settings: &Settings, timeout: Duration) -> Result<Self, Error> {
        let (client, url) = receiver("webhook_url", url, settings, timeout)?;
        let secret = settings.webhook_secret.as_ref().map(|secret| sign::key(secret.expose())).transpose();
        let key = secret.map_err(Error::WebhookSecret)?.map(Arc::from);
        Ok(Self { client, url, key })
    }

    /// Where to, without the path and the password, which may be secret.
    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or("")
    }

    pub(super) async fn send(&self, real: &RealNotice) -> Attempt {
        let notice = real.notice();
        let id = key(&notice.dedup_key);
        let mut request = self.client.post(self.url.clone()).header("Idempotency-Key", id.clone());
        // These types have no map with odd keys, the one thing that `serde_json` refuses.
        let body = serde_json::to_vec(&Body::from(notice)).unwrap_or_default();
        if let Some(key) = &self.key {
            let secs = Clock.now().millis().div_euclid(1_000);
            let signature = sign::signature(key, id.to_str().unwrap_or_default(), secs, &body);
            request = request.header("webhook-id", id).header("webhook-timestamp", secs).header("webhook-signature", signature);
        }
        match request.header(CONTENT_TYPE, "application/json").body(body).send().await {
            Ok(answer) => match meaning(answer.status(), answer.headers(), Clock.now()) {
                Attempt::Accepted => inside(answer).await,
                other => other,
            },
            Err(error) => Attempt::Retry { reason: in_words(error), after: None },
        }
    }
}

/// A key as a header can carry it; one that it cannot is replaced by its own name, the same every time.
fn key(dedup_key: &str) -> HeaderValue {
    let hashed = || HeaderValue::from_str(&PacketId::of("dedup_key", dedup_key.as_bytes()).to_string()).ok();
    let key = HeaderValue::from_str(dedup_key).ok().or_else(hashed);
    key.unwrap_or_else(|| HeaderValue::from_static("fleetwatch"))
}

/// What an answer means, and what to do where a person must.
fn meaning(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Attempt {
    let refused = |what: &str| Attempt::Refused { reason: format!("the webhook answered {}: {what}", status.as_u16()) };
    match status.as_u16() {
        200..=299 => Attempt::Accepted,
        300..=399 => refused("it has moved; put its new address into webhook_url"),
        400 => refused("it does not understand the message; check that webhook_url takes JSON of this shape"),
        401 | 403 => refused("it does not let us in; check the token or password in webhook_url"),
        404 | 410 => refused("nothing is there; check webhook_url"),
        413 => refused("the message is too long for it; raise its limit"),
        408 | 425 | 429 | 500..=599 => {
            let reason = format!("the webhook answered {}", status.as_u16());
            Attempt::Retry { reason, after: retry_after(headers, now) }
        }
        _ => refused("it will not take the message; ask whoever runs it"),
    }
}

/// What is said inside of an answer that looks well. One that breaks off may not have been meant so: it is sent again, under
/// the same key.
async fn inside(mut answer: Response) -> Attempt {
    let status = answer.status().as_u16();
    let mut said = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(more)) if said.len() + more.len() <= READ => said.extend_from_slice(&more),
            // Longer than any word on an error.
            Ok(Some(_)) => return Attempt::Accepted,
            Ok(None) => break,
            Err(error) => {
                let reason = format!("the webhook's answer {status} broke off{}", https::causes(error));
                return Attempt::Retry { reason, after: None };
            }
        }
    }
    error_in(&said).map_or(Attempt::Accepted, |why| {
        let reason = format!("the webhook answered {status}, with an error inside: {why}; look at its own log");
        Attempt::Retry { reason, after: None }
    })
}

/// The error that a JSON object tells of, in a few of its words: `ok` or `success` is false, `status` is an error or a failure,
/// or something stands under `error` or `errors`.
fn error_in(said: &[u8]) -> Option<String> {
    let said: serde_json::Map<String, Value> = serde_json::from_slice(said).ok()?;
    let nothing = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Bool(true) => false,
    };
    let fails = |(key, value): (&String, &Value)| match key.to_ascii_lowercase().as_str() {
        "ok" | "success" => *value == Value::Bool(false),
        "status" => value.as_str().is_some_and(|word| FAILURES.iter().any(|failure| word.eq_ignore_ascii_case(failure))),
        "error" | "errors" => !nothing(value),
        _ => false,
    };
    let failed = said.iter().filter(|field| fails(*field));
    // What is wrong rather than that something is.
    let (key, value) = failed.max_by_key(|(key, _)| key.to_ascii_lowercase().starts_with("error"))?;
    Some(format!("{key} {value}").chars().filter(|letter| !letter.is_control()).take(WORDS).collect())
}

/// `Retry-After` as seconds or as a date.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let secs = value.parse().ok().or_else(|| {
        let date = chrono::DateTime::parse_from_rfc2822(value).ok()?;
        u64::try_from(date.timestamp() - now.millis() / 1_000).ok()
    })?;
    Some(Duration::from_secs(secs))
}

/// The cause and what caused it, without the address, which may be secret.
fn in_words(error: reqwest::Error) -> String {
    let first = if error.is_timeout() { "the webhook did not answer in time" } else { "the webhook cannot be reached" };
    first.to_owned() + &https::causes(error)
}
