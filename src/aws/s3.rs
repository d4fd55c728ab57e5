//! S3: one object.

use reqwest::Method;

use super::request::{Call, Service, encoded};
use super::{Client, Error};

/// An object, or its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// At most as many as were asked for.
    pub bytes: Vec<u8>,
    /// There are more.
    pub cut: bool,
}

impl Client {
    /// Fetches an object, and no more of it than `max` bytes.
    pub async fn object(&self, bucket: &str, key: &str, max: usize) -> Result<Object, Error> {
        let answer = self.call(&Call { max_answer: max, ..self.on(Method::GET, bucket, key)? }).await?;
        Ok(Object { bytes: answer.body, cut: answer.cut })
    }

    /// Writes an object.
    pub async fn put_object(&self, bucket: &str, key: &str, body: Vec<u8>) -> Result<(), Error> {
        self.call(&Call { body, ..self.on(Method::PUT, bucket, key)? }).await.map(drop)
    }

    /// A call to an object: under the bucket's own name, or below the endpoint of the environment, which has one name.
    fn on<'a>(&self, method: Method, bucket: &'a str, key: &str) -> Result<Call<'a>, Error> {
        // An address with such a part means another one.
        if key.is_empty() || key.split('/').any(|part| matches!(part, "." | "..")) {
            let words = format!("the key {key:?} cannot stand in an address");
            return Err(Error::Signature { service: Service::S3.name, words });
        }
        let key = encoded(key, b"/");
        // A name with a dot has no certificate.
        let own = self.environment.endpoint(Service::S3).is_none() && !bucket.contains('.');
        let path = if own { format!("/{key}") } else { format!("/{}/{key}", encoded(bucket, b"")) };
        Ok(Call { method, subdomain: own.then_some(bucket), path, ..Call::post(Service::S3, &[], Vec::new()) })
    }
}
