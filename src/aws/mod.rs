//! Speaks to AWS: finds credentials, signs (signature version 4), sends, and says in words what went wrong. It knows
//! nothing of the product, and no text that it makes holds a secret.
//!
//! `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` are respected, so that every call can go to a peer on this
//! machine. A clock that is off by more than AWS takes is corrected by the time that AWS answers with.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use reqwest::header::{DATE, RETRY_AFTER};
use url::Url;

use crate::clock::Clock;
use crate::https;

use request::{Call, Service};

mod cloudwatch;
mod cost_explorer;
mod credentials;
mod dynamodb;
mod iot;
mod lambda;
mod logs;
mod request;
mod s3;
mod sns;
mod sts;
mod xml;

pub use cloudwatch::{Metric, Points};
pub use cost_explorer::{CostOfDay, Costs};
pub use credentials::{Credentials, Environment};
pub use dynamodb::{Attribute, Write, Written};
pub use iot::iot_region;
pub use lambda::Configuration;
pub use logs::{LogEvent, LogPage};
pub use s3::Object;
pub use sns::{Message, TopicArn};

/// AWS refuses what is signed with a clock that is off by more than 5 minutes (signature reference, "request must reach AWS
/// within five minutes of the time stamp"); corrected a little before that, s.
const SKEW_SECS: i64 = 240;
const FORM: &[(&str, &str)] = &[("content-type", "application/x-www-form-urlencoded; charset=utf-8")];

/// What went wrong, in words without a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing to sign with.
    #[error("there are no AWS credentials: {0}")]
    NoCredentials(String),
    /// An address that is none, or is open to eavesdroppers.
    #[error("{0} is no address for AWS: it must be https, or http on this machine; check AWS_ENDPOINT_URL")]
    Endpoint(String),
    /// It said no.
    #[error("AWS {service} answered {status} {code}: {message}{}", hint(code))]
    Refused {
        /// `sns`
        service: &'static str,
        /// The HTTP status.
        status: u16,
        /// `AccessDenied`
        code: String,
        /// One line.
        message: String,
        /// Not before that.
        after: Option<Duration>,
    },
    /// It did not answer.
    #[error("AWS {service} cannot be reached: {words}")]
    Unreachable {
        /// `sns`
        service: &'static str,
        /// Why.
        words: String,
    },
    /// An answer that is none.
    #[error("AWS {service} answered what cannot be read: {words}")]
    Answer {
        /// `sns`
        service: &'static str,
        /// What is missing.
        words: String,
    },
    /// A request that cannot be signed.
    #[error("a request to AWS {service} cannot be signed: {words}")]
    Signature {
        /// `sns`
        service: &'static str,
        /// Why.
        words: String,
    },
}

/// What a person can do about a code.
fn hint(code: &str) -> &'static str {
    match code {
        "ExpiredToken" | "ExpiredTokenException" => "; sign in again",
        "SignatureDoesNotMatch" | "InvalidSignatureException" => "; check the secret access key",
        "InvalidAccessKeyId" | "InvalidClientTokenId" | "UnrecognizedClientException" => "; check the access key id",
        "AccessDenied" | "AccessDeniedException" | "AuthorizationError" => "; give the role or user this permission",
        "NotFound" | "NotFoundException" => "; check the name and the region",
        "DataUnavailableException" => "; a day after Cost Explorer was first switched on there is data",
        _ => "",
    }
}

impl Error {
    /// Whether the same call may work later, without a change to it: also after a person has mended a permission.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Refused { status, code, .. } => {
                matches!(status, 403 | 408 | 425 | 429 | 500..=599)
                    || matches!(
                        code.as_str(),
                        "Throttling"
                            | "ThrottlingException"
                            | "Throttled"
                            | "LimitExceededException"
                            | "DataUnavailableException"
                    )
                    || is_about_the_signature(code)
            }
            // An answer without what must stand in it is that of something on the way.
            Self::NoCredentials(_) | Self::Unreachable { .. } | Self::Answer { .. } => true,
            Self::Endpoint(_) | Self::Signature { .. } => false,
        }
    }

    /// How long AWS wants to be left alone.
    pub const fn after(&self) -> Option<Duration> {
        match self {
            Self::Refused { after, .. } => *after,
            _ => None,
        }
    }
}

fn is_about_the_signature(code: &str) -> bool {
    matches!(
        code,
        "ExpiredToken"
            | "ExpiredTokenException"
            | "RequestExpired"
            | "RequestTimeTooSkewed"
            | "SignatureDoesNotMatch"
            | "InvalidSignatureException"
    )
}

/// Speaks to one region.
#[derive(Debug)]
pub struct Client {
    https: reqwest::Client,
    region: String,
    environment: Environment,
    kept: tokio::sync::Mutex<Option<Credentials>>,
    /// What AWS's clock is ahead of ours, s.
    skew_secs: AtomicI64,
}

impl Client {
    /// A client for a region, which finds its credentials through this environment when it first needs them. One request
    /// takes at most `timeout`.
    pub fn new(region: &str, timeout: Duration, environment: Environment) -> Result<Self, https::Error> {
        Ok(Self {
            https: https::client(timeout, environment.has_own_endpoint())?,
            region: region.to_owned(),
            environment,
            kept: tokio::sync::Mutex::default(),
            skew_secs: AtomicI64::new(0),
        })
    }

    /// Signs and posts a form, and answers with the body.
    async fn post_form(&self, service: Service, form: &[(&str, &str)]) -> Result<String, Error> {
        self.call(&form_of(service, form)).await.map(|answer| answer.text())
    }

    /// Signs and sends. It corrects its clock and gets new credentials, where those are what AWS complains of, once.
    async fn call(&self, call: &Call<'_>) -> Result<Answer, Error> {
        let credentials = self.credentials().await?;
        let (error, their_secs) = match self.call_with(call, &credentials).await {
            Ok(answer) => return Ok(answer),
            Err(failed) => failed,
        };
        let Error::Refused { code, .. } = &error else { return Err(error) };
        let skew = their_secs.map(|secs| secs - now_secs()).filter(|_| is_about_the_signature(code));
        if let Some(skew) = skew.filter(|skew| (skew - self.skew_secs.load(Ordering::Relaxed)).abs() > SKEW_SECS) {
            log::warn!("this machine's clock and that of AWS are {skew} s apart; requests are signed by that of AWS");
            self.skew_secs.store(skew, Ordering::Relaxed);
        } else if code.starts_with("ExpiredToken") && credentials.can_be_renewed() {
            *self.kept.lock().await = None;
        } else {
            return Err(error);
        }
        let credentials = self.credentials().await?;
        self.call_with(call, &credentials).await.map_err(|(error, _)| error)
    }

    async fn credentials(&self) -> Result<Credentials, Error> {
        let mut kept = self.kept.lock().await;
        if let Some(credentials) = kept.as_ref().filter(|credentials| credentials.are_fresh(Clock.now())) {
            return Ok(credentials.clone());
        }
        let found = credentials::find(&self.environment).await?;
        let credentials = match found.role_arn {
            Some(role) => sts::assume_role(self, &found.credentials, &role).await?,
            None => found.credentials,
        };
        *kept = Some(credentials.clone());
        Ok(credentials)
    }

    fn address(&self, call: &Call<'_>) -> Result<Url, Error> {
        let own = self.environment.endpoint(call.service);
        let base = own.unwrap_or_else(|| {
            let subdomain = call.subdomain.map(|name| format!("{name}.")).unwrap_or_default();
            format!("https://{subdomain}{}.{}.amazonaws.com", call.service.host, self.region)
        });
        let text = base.trim_end_matches('/').to_owned() + &call.path;
        let url = Url::parse(&text).ok().filter(https::is_private);
        // Without the password that it may hold.
        url.ok_or_else(|| Error::Endpoint(base.rsplit('@').next().unwrap_or_default().to_owned()))
    }

    /// The second of an error is AWS's time, s since 1970, where it said so.
    async fn call_with(&self, call: &Call<'_>, credentials: &Credentials) -> Result<Answer, (Error, Option<i64>)> {
        let plain = |error| (error, None);
        let service = call.service.name;
        let url = self.address(call).map_err(plain)?;
        let time_secs = now_secs() + self.skew_secs.load(Ordering::Relaxed);
        let signature = request::signature(call, &url, credentials, &self.region, time_secs);
        let mut request = self.https.request(call.method.clone(), url);
        for (name, value) in call.headers {
            request = request.header(*name, *value);
        }
        for (name, value) in &signature.map_err(|words| plain(Error::Signature { service, words }))? {
            request = request.header(name, value);
        }
        let unreachable = |error: reqwest::Error| {
            let first = if error.is_timeout() { "no answer in time" } else { "no connection" };
            plain(Error::Unreachable { service, words: first.to_owned() + &https::causes(error) })
        };
        let mut response = request.body(call.body.clone()).send().await.map_err(unreachable)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            body.extend_from_slice(&chunk);
            if body.len() > call.max_answer {
                break;
            }
        }
        let cut = body.len() > call.max_answer;
        body.truncate(call.max_answer);
        if (200..=299).contains(&status) {
            let failed = headers.get("x-amz-function-error").map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
            return Ok(Answer { body, cut, failed });
        }
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let their_secs =
            header(DATE.as_str()).and_then(|text| Some(chrono::DateTime::parse_from_rfc2822(text).ok()?.timestamp()));
        let after = header(RETRY_AFTER.as_str()).and_then(|text| text.parse().ok()).map(Duration::from_secs);
        let (code, message) = problem(header("x-amzn-errortype"), &String::from_utf8_lossy(&body));
        let message = credentials.without_secrets(&message);
        Err((Error::Refused { service, status, code, message, after }, their_secs))
    }
}

/// What AWS said.
#[derive(Debug)]
struct Answer {
    body: Vec<u8>,
    /// There was more of the body than was asked for.
    cut: bool,
    /// A function that was called failed: `Unhandled`.
    failed: Option<String>,
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn json(&self, service: Service) -> Result<serde_json::Value, Error> {
        let words = |error: serde_json::Error| Error::Answer { service: service.name, words: error.to_string() };
        serde_json::from_slice(&self.body).map_err(words)
    }
}

/// A form to post.
fn form_of(service: Service, form: &[(&str, &str)]) -> Call<'static> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    Call::post(service, FORM, body.into_bytes())
}

/// Code and message of an error, which stands in a header, in JSON or in XML. The message is one line of at most 300
/// characters: further lines repeat what was signed.
fn problem(header: Option<&str>, body: &str) -> (String, String) {
    let json: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let text = |names: [&str; 2]| names.iter().find_map(|name| Some(json.get(name)?.as_str()?.to_owned()));
    let code = header.map(str::to_owned).or_else(|| text(["__type", "code"])).or_else(|| xml::text(body, "Code"));
    let message = text(["message", "Message"]).or_else(|| xml::text(body, "Message")).unwrap_or_default();
    // `com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException:http://…`
    let code = code.unwrap_or_default();
    let code = code.rsplit('#').next().and_then(|code| code.split(':').next()).unwrap_or_default().to_owned();
    (code, message.lines().next().unwrap_or_default().chars().take(300).collect())
}

fn now_secs() -> i64 {
    Clock.now().0 / 1_000_000
}
