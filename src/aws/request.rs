//! One call: where to, what, and the signature over both.

use std::time::{Duration, UNIX_EPOCH};

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningInstructions,
    SigningSettings, UriPathNormalizationMode, sign,
};
use reqwest::Method;
use reqwest::header::HeaderMap;
use url::Url;

use super::Credentials;

/// A service: what it is called in words and in `AWS_ENDPOINT_URL_<…>`, in addresses, and in signatures.
///
/// Source: the service models of botocore 1.44.5 (`serviceId`, `endpointPrefix`, `signingName`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Service {
    pub(super) name: &'static str,
    pub(super) variable: &'static str,
    pub(super) host: &'static str,
    pub(super) signs_as: &'static str,
}

impl Service {
    const fn plain(name: &'static str, variable: &'static str) -> Self {
        Self { name, variable, host: name, signs_as: name }
    }

    pub(super) const SNS: Self = Self::plain("sns", "SNS");
    pub(super) const STS: Self = Self::plain("sts", "STS");
    pub(super) const LAMBDA: Self = Self::plain("lambda", "LAMBDA");
    pub(super) const LOGS: Self = Self::plain("logs", "CLOUDWATCH_LOGS");
    pub(super) const CLOUD_WATCH: Self =
        Self { name: "cloudwatch", variable: "CLOUDWATCH", host: "monitoring", signs_as: "monitoring" };
    pub(super) const COST_EXPLORER: Self = Self { name: "cost explorer", variable: "COST_EXPLORER", host: "ce", signs_as: "ce" };
    pub(super) const S3: Self = Self::plain("s3", "S3");
    pub(super) const DYNAMO_DB: Self = Self::plain("dynamodb", "DYNAMODB");
    pub(super) const IOT_DATA: Self =
        Self { name: "iot-data", variable: "IOT_DATA_PLANE", host: "data-ats.iot", signs_as: "iotdata" };
    /// The same for MQTT over a web socket.
    pub(super) const IOT_GATEWAY: Self = Self { signs_as: "iotdevicegateway", ..Self::IOT_DATA };
}

/// How long an address that is signed can be used. Each connection has one of its own.
const PRESIGNED_FOR: Duration = Duration::from_mins(5);

/// What is asked for.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) service: Service,
    pub(super) method: Method,
    /// Before the service's host, where each has its own: a bucket.
    pub(super) subdomain: Option<&'a str>,
    /// Path and query, encoded for an address.
    pub(super) path: String,
    /// Beside those of the signature; lower case.
    pub(super) headers: &'a [(&'static str, &'a str)],
    pub(super) body: Vec<u8>,
    /// What is longer is not read to its end, bytes.
    pub(super) max_answer: usize,
}

impl<'a> Call<'a> {
    /// An answer that nobody needs more of.
    const MAX_ANSWER: usize = 16 * 1024 * 1024;

    /// A POST to the service itself.
    pub(super) const fn post(service: Service, headers: &'a [(&'static str, &'a str)], body: Vec<u8>) -> Self {
        let path = String::new();
        Self { service, method: Method::POST, subdomain: None, path, headers, body, max_answer: Self::MAX_ANSWER }
    }
}

/// Text of which only letters, digits and `-._~` stand as they are, and what is in `also` (RFC 3986, 2.3).
pub(super) fn encoded(text: &str, also: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || also.contains(&byte) {
            out.push(char::from(byte));
        } else {
            let digit = |n: u8| char::from(b"0123456789ABCDEF"[usize::from(n)]);
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    out
}

/// The headers that sign a call.
pub(super) fn signature(
    call: &Call<'_>,
    url: &Url,
    credentials: &Credentials,
    region: &str,
    time_secs: i64,
) -> Result<HeaderMap, String> {
    let mut settings = SigningSettings::default();
    if call.service == Service::S3 {
        // S3 alone signs a path as it stands in the address, and wants the hash of the body beside it.
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    let body = SignableBody::Bytes(&call.body);
    let request = SignableRequest::new(call.method.as_str(), url.as_str(), call.headers.iter().copied(), body);
    let request = request.map_err(|error| error.to_string())?;
    let signed = signed(request, settings, credentials.identity(), (call.service, region), time_secs)?;
    let mut headers = HeaderMap::new();
    for header in signed.into_parts().0 {
        let value = reqwest::header::HeaderValue::from_str(header.value()).map_err(|error| error.to_string())?;
        headers.insert(header.name(), value);
    }
    Ok(headers)
}

/// The query that signs a GET of this address.
pub(super) fn presigned_query(
    service: Service,
    url: &str,
    credentials: &Credentials,
    region: &str,
    time_secs: i64,
) -> Result<String, String> {
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(PRESIGNED_FOR);
    let request = SignableRequest::new("GET", url, std::iter::empty(), SignableBody::Bytes(&[]));
    let request = request.map_err(|error| error.to_string())?;
    // IoT Core alone wants the token of a session beside the signature, not under it.
    let (identity, token) = credentials.identity_and_token();
    let signed = signed(request, settings, identity, (service, region), time_secs)?;
    let (_, params) = signed.into_parts();
    let params =
        params.iter().map(|(name, value)| (*name, value.as_ref())).chain(token.map(|token| ("X-Amz-Security-Token", token)));
    let pairs = params.map(|(name, value)| format!("{name}={}", encoded(value, b"")));
    Ok(pairs.collect::<Vec<_>>().join("&"))
}

fn signed(
    request: SignableRequest<'_>,
    settings: SigningSettings,
    identity: aws_credential_types::Credentials,
    (service, region): (Service, &str),
    time_secs: i64,
) -> Result<SigningInstructions, String> {
    let identity = identity.into();
    let params = aws_sigv4::sign::v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service.signs_as)
        .time(UNIX_EPOCH + Duration::from_secs(time_secs.unsigned_abs()))
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?
        .into();
    Ok(sign(request, &params).map_err(|error| error.to_string())?.into_parts().0)
}
