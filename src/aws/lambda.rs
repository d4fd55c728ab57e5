//! Lambda: how a function is set up.

use reqwest::Method;
use serde::Deserialize;

use super::request::{Call, Service, encoded};
use super::{Client, Error};

/// How a function is set up, as far as it can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Configuration {
    /// MB
    pub memory_size: u32,
    /// s
    pub timeout: u32,
    /// `arm64`, `x86_64`
    pub architectures: Vec<String>,
    /// `provided.al2023`
    pub runtime: String,
    /// Of the package, bytes.
    pub code_size: u64,
    /// `2026-11-25T08:00:00.000+0000`
    pub last_modified: String,
    /// `Active`
    pub state: String,
}

impl Client {
    /// How a function is set up.
    pub async fn function_configuration(&self, function: &str) -> Result<Configuration, Error> {
        let path = format!("/2015-03-31/functions/{}/configuration", encoded(function, b""));
        let call = Call { method: Method::GET, path, ..Call::post(Service::LAMBDA, &[], Vec::new()) };
        let answer = self.call(&call).await?.json(Service::LAMBDA)?;
        let words = |error: serde_json::Error| Error::Answer { service: Service::LAMBDA.name, words: error.to_string() };
        serde_json::from_value(answer).map_err(words)
    }
}
