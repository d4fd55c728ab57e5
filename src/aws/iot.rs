//! IoT Core: one message to a topic, over HTTPS.

use super::request::{Call, Service, encoded};
use super::{Client, Error};

impl Client {
    /// Publishes with `QoS` 1, not retained.
    pub async fn publish_mqtt(&self, topic: &str, payload: Vec<u8>) -> Result<(), Error> {
        let path = format!("/topics/{}?qos=1", encoded(topic, b""));
        self.call(&Call { path, ..Call::post(Service::IOT_DATA, &[], payload) }).await.map(drop)
    }
}
