//! IoT Core: one message to a topic over HTTPS, and the signature that opens a web socket for MQTT.

use url::Url;

use super::request::{Call, Service, encoded, presigned_query};
use super::{Client, Environment, Error, now_secs};
use crate::https;
use std::sync::atomic::Ordering;

/// The region of an address of IoT Core, `abc-ats.iot.eu-west-1.amazonaws.com`; `None` for another address.
pub fn iot_region(host: &str) -> Option<&str> {
    let (before, after) = host.split_once(".iot.")?;
    let (region, end) = after.split_once('.')?;
    let known = matches!(end, "amazonaws.com" | "amazonaws.com.cn") && !before.is_empty() && !region.is_empty();
    known.then_some(region)
}

impl Environment {
    /// Where IoT Core is, if not at AWS.
    pub fn iot_endpoint(&self) -> Result<Option<Url>, Error> {
        let Some(text) = self.endpoint(Service::IOT_DATA) else { return Ok(None) };
        let url = Url::parse(&text).ok().filter(https::is_private);
        // Without the password that it may hold.
        let shown = || Error::Endpoint(text.rsplit('@').next().unwrap_or_default().to_owned());
        url.ok_or_else(shown).map(Some)
    }
}

impl Client {
    /// Publishes with `QoS` 1, not retained.
    pub async fn publish_mqtt(&self, topic: &str, payload: Vec<u8>) -> Result<(), Error> {
        let path = format!("/topics/{}?qos=1", encoded(topic, b""));
        self.call(&Call { path, ..Call::post(Service::IOT_DATA, &[], payload) }).await.map(drop)
    }

    /// The query that opens a web socket for MQTT at `host` (with its port, where that is not 443), path `/mqtt`. Whoever
    /// has it can connect for some minutes: it is for no text that people see.
    pub async fn mqtt_query(&self, host: &str) -> Result<String, Error> {
        let credentials = self.credentials().await?;
        let time_secs = now_secs() + self.skew_secs.load(Ordering::Relaxed);
        let service = Service::IOT_GATEWAY;
        let query = presigned_query(service, &format!("https://{host}/mqtt"), &credentials, &self.region, time_secs);
        query.map_err(|words| Error::Signature { service: service.name, words })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_addresses_of_iot_core_have_a_region() {
        assert_eq!(iot_region("abc-ats.iot.ap-northeast-2.amazonaws.com"), Some("ap-northeast-2"));
        assert_eq!(iot_region("abc.iot.cn-north-1.amazonaws.com.cn"), Some("cn-north-1"));
        for other in ["broker.example", "abc.iot.example.com", "iot.eu-west-1.amazonaws.com", "abc.iot..amazonaws.com", ""] {
            assert_eq!(iot_region(other), None, "{other}");
        }
    }

    #[test]
    fn a_web_socket_is_signed_without_the_token_which_follows_and_shows_no_secret() {
        let variables = [("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "hush")];
        let query = |more: &[(&str, &str)]| {
            let environment = Environment::of(&[&variables[..], more].concat());
            let client = Client::new("eu-west-1", Duration::from_secs(1), environment).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(client.mqtt_query("abc-ats.iot.eu-west-1.amazonaws.com")).unwrap()
        };
        let plain = query(&[]);
        for part in
            ["X-Amz-Algorithm=AWS4-HMAC-SHA256", "%2Feu-west-1%2Fiotdevicegateway%2Faws4_request", "X-Amz-SignedHeaders=host"]
        {
            assert!(plain.contains(part), "{part} in {plain}");
        }
        assert!(!plain.contains("hush") && !plain.contains("Token"), "{plain}");
        let with_token = query(&[("AWS_SESSION_TOKEN", "to/ken")]);
        assert!(with_token.ends_with("&X-Amz-Security-Token=to%2Fken"), "{with_token}");
    }

    #[test]
    fn an_endpoint_of_its_own_must_be_private() {
        let of = |url| Environment::of(&[("AWS_ENDPOINT_URL", url)]).iot_endpoint();
        assert_eq!(of("http://127.0.0.1:4566").unwrap().unwrap().port(), Some(4566));
        let error = of("http://user:hush@aws.example").unwrap_err().to_string();
        assert!(error.contains("aws.example") && !error.contains("hush"), "{error}");
        assert!(Environment::of(&[]).iot_endpoint().unwrap().is_none());
    }
}
