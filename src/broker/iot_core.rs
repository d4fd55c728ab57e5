//! IoT Core of AWS as the broker, over a web socket: each connection is signed anew, with the AWS credentials of this user.
//!
//! An address of IoT Core that begins with `wss://` and names no user means this. `AWS_ENDPOINT_URL` is respected.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use url::Url;

use super::endpoint::Scheme;
use super::{Endpoint, Error};
use crate::aws::{Client, Environment, iot_region};

/// How long AWS may take to give credentials for a session: within the time that a connection has.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What an address of IoT Core wants to hear on port 443, where it speaks MQTT with device certificates too:
/// <https://docs.aws.amazon.com/iot/latest/developerguide/protocols.html>, read on 2026-11-22.
pub(super) fn alpn(endpoint: &Endpoint) -> Option<&'static [u8]> {
    let asks = endpoint.scheme == Scheme::Mqtts && endpoint.port == 443 && iot_region(&endpoint.host).is_some();
    asks.then_some(b"x-amzn-mqtt-ca")
}

/// Signs connections.
#[derive(Debug)]
pub(super) struct IotCore {
    client: Client,
    /// As it is signed: with the port, where that is not 443.
    host: String,
    /// Where it is, if not at AWS.
    elsewhere: Option<Url>,
    /// Why the last connection could not be signed.
    failure: Mutex<Option<String>>,
}

impl IotCore {
    /// `None` where the broker is another one, or asks for a password.
    pub(super) fn of(endpoint: &Endpoint, has_login: bool, environment: Environment) -> Result<Option<Self>, Error> {
        let region = iot_region(&endpoint.host).filter(|_| endpoint.scheme == Scheme::Wss && !has_login);
        let Some(region) = region.filter(|_| endpoint.path == "/mqtt") else { return Ok(None) };
        let host = match endpoint.port {
            443 => endpoint.host.clone(),
            port => format!("{}:{port}", endpoint.host),
        };
        let elsewhere = environment.iot_endpoint().map_err(|error| Error::IotCore(error.to_string()))?;
        let client = Client::new(region, TIMEOUT, environment).map_err(|error| Error::IotCore(error.to_string()))?;
        Ok(Some(Self { client, host, elsewhere, failure: Mutex::default() }))
    }

    /// What to connect to instead of the broker's own address: scheme, address and port.
    pub(super) fn peer(&self) -> Option<(Scheme, String, u16)> {
        let url = self.elsewhere.as_ref()?;
        let scheme = if url.scheme() == "https" { Scheme::Wss } else { Scheme::Ws };
        let (host, port) = (url.host_str()?, url.port_or_known_default()?);
        Some((scheme, format!("{}://{host}:{port}/mqtt", if scheme == Scheme::Wss { "wss" } else { "ws" }), port))
    }

    /// The host that a request is to name.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The query that opens the next connection; empty where there is none, and then [`Self::take_failure`] says why.
    pub(super) async fn query(&self) -> String {
        let query = self.client.mqtt_query(&self.host).await;
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        match query {
            Ok(query) => {
                *failure = None;
                query
            }
            Err(error) => {
                *failure = Some(format!("The connection to IoT Core cannot be signed: {error}."));
                String::new()
            }
        }
    }

    /// Why the last connection could not be signed, in words.
    pub(super) fn take_failure(&self) -> Option<String> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_certificates_on_the_port_of_the_web_name_their_protocol() {
        let alpn = |address: &str| alpn(&address.parse().unwrap());
        assert_eq!(alpn("mqtts://abc-ats.iot.eu-west-1.amazonaws.com:443"), Some(&b"x-amzn-mqtt-ca"[..]));
        for other in
            ["mqtts://abc-ats.iot.eu-west-1.amazonaws.com", "wss://abc-ats.iot.eu-west-1.amazonaws.com", "mqtts://b.example:443"]
        {
            assert_eq!(alpn(other), None, "{other}");
        }
    }
}
