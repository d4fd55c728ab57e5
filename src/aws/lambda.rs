//! Lambda: how a function is set up, and a call to it.

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
    /// What of its environment is of use here.
    pub environment: Own,
}

/// The environment of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Own {
    /// Its variables.
    pub variables: Variables,
}

/// Variables by which our functions say what they are. Others may be secrets, and are not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE", default)]
pub struct Variables {
    /// `judge_crash`
    pub function: String,
    /// The bucket that it reads from.
    pub bucket: String,
    /// `on` where it takes drills.
    pub drills: String,
}

impl Client {
    /// Calls a function and waits for its answer. One that failed is an error with its own words.
    pub async fn invoke(&self, function: &str, event: &serde_json::Value) -> Result<serde_json::Value, Error> {
        let path = format!("/2015-03-31/functions/{}/invocations", encoded(function, b""));
        let headers = [("content-type", "application/json"), ("x-amz-invocation-type", "RequestResponse")];
        let call = Call { path, ..Call::post(Service::LAMBDA, &headers, event.to_string().into_bytes()) };
        let answer = self.call(&call).await?;
        let said = answer.json(Service::LAMBDA)?;
        let Some(code) = answer.failed else { return Ok(said) };
        let message = said.get("errorMessage").and_then(serde_json::Value::as_str).unwrap_or_default();
        let message = message.lines().next().unwrap_or_default().chars().take(300).collect();
        Err(Error::Refused { service: Service::LAMBDA.name, status: 200, code, message, after: None })
    }

    /// How a function is set up.
    pub async fn function_configuration(&self, function: &str) -> Result<Configuration, Error> {
        let path = format!("/2015-03-31/functions/{}/configuration", encoded(function, b""));
        let call = Call { method: Method::GET, path, ..Call::post(Service::LAMBDA, &[], Vec::new()) };
        let answer = self.call(&call).await?.json(Service::LAMBDA)?;
        let words = |error: serde_json::Error| Error::Answer { service: Service::LAMBDA.name, words: error.to_string() };
        serde_json::from_value(answer).map_err(words)
    }
}
