//! Speaks to AWS: finds credentials, signs (signature version 4), sends, and says in words what went wrong. It knows
//! nothing of the product, and no text that it makes holds a secret.
//!
//! `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` are respected, so that every call can go to a peer on this
//! machine. A clock that is off by more than AWS takes is corrected by the time that AWS answers with.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use url::Url;

use crate::clock::Clock;
use crate::https;

mod credentials;
mod sns;
mod sts;
mod xml;

pub use credentials::{Credentials, Environment};
pub use sns::{Message, TopicArn};

/// AWS refuses what is signed with a clock that is off by more than 5 minutes (signature reference, "request must reach AWS
/// within five minutes of the time stamp"); corrected a little before that, s.
const SKEW_SECS: i64 = 240;
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

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
        _ => "",
    }
}

impl Error {
    /// Whether the same call may work later, without a change to it: also after a person has mended a permission.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Refused { status, code, .. } => {
                matches!(status, 403 | 408 | 425 | 429 | 500..=599)
                    || matches!(code.as_str(), "Throttling" | "ThrottlingException" | "Throttled")
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

    /// Signs and posts a form, and answers with the body. It corrects its clock and gets new credentials, where those are
    /// what AWS complains of, once.
    async fn post(&self, service: &'static str, form: &[(&str, &str)]) -> Result<String, Error> {
        let credentials = self.credentials().await?;
        let (error, their_secs) = match self.post_with(service, form, &credentials).await {
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
        self.post_with(service, form, &credentials).await.map_err(|(error, _)| error)
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

    fn address(&self, service: &str) -> Result<Url, Error> {
        let own = self.environment.endpoint(service);
        let text = own.unwrap_or_else(|| format!("https://{service}.{}.amazonaws.com", self.region));
        let url = Url::parse(&text).ok().filter(https::is_private);
        // Without the password that it may hold.
        url.ok_or_else(|| Error::Endpoint(text.rsplit('@').next().unwrap_or_default().to_owned()))
    }

    /// The second of an error is AWS's time, s since 1970, where it said so.
    async fn post_with(
        &self,
        service: &'static str,
        form: &[(&str, &str)],
        credentials: &Credentials,
    ) -> Result<String, (Error, Option<i64>)> {
        let plain = |error| (error, None);
        let url = self.address(service).map_err(plain)?;
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let time_secs = now_secs() + self.skew_secs.load(Ordering::Relaxed);
        let signature = signature(service, &url, &body, credentials, &self.region, time_secs);
        let mut request = self.https.post(url).header(CONTENT_TYPE, FORM);
        for (name, value) in &signature.map_err(|words| plain(Error::Signature { service, words }))? {
            request = request.header(name, value);
        }
        let unreachable = |error: reqwest::Error| {
            let first = if error.is_timeout() { "no answer in time" } else { "no connection" };
            plain(Error::Unreachable { service, words: first.to_owned() + &https::causes(error) })
        };
        let answer = request.body(body).send().await.map_err(unreachable)?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.map_err(unreachable)?;
        if (200..=299).contains(&status) {
            return Ok(text);
        }
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let their_secs = header(DATE).and_then(|text| Some(chrono::DateTime::parse_from_rfc2822(text).ok()?.timestamp()));
        let after = header(RETRY_AFTER).and_then(|text| text.parse().ok()).map(Duration::from_secs);
        let (code, message) = xml::problem(&text);
        let message = credentials.without_secrets(&message);
        Err((Error::Refused { service, status, code, message, after }, their_secs))
    }
}

fn now_secs() -> i64 {
    Clock.now().0 / 1_000_000
}

/// The headers that sign a request.
fn signature(
    service: &str,
    url: &Url,
    body: &str,
    credentials: &Credentials,
    region: &str,
    time_secs: i64,
) -> Result<HeaderMap, String> {
    let identity = credentials.identity().into();
    let params = aws_sigv4::sign::v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(UNIX_EPOCH + Duration::from_secs(time_secs.unsigned_abs()))
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| error.to_string())?
        .into();
    let headers = [("content-type", FORM)].into_iter();
    let request = SignableRequest::new("POST", url.as_str(), headers, SignableBody::Bytes(body.as_bytes()));
    let (signed, _) = sign(request.map_err(|error| error.to_string())?, &params).map_err(|error| error.to_string())?.into_parts();
    let mut headers = HeaderMap::new();
    for header in signed.into_parts().0 {
        let value = reqwest::header::HeaderValue::from_str(header.value()).map_err(|error| error.to_string())?;
        headers.insert(header.name(), value);
    }
    Ok(headers)
}
