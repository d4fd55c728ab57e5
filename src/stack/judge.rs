//! A function on AWS as a second judge: it is asked for its verdict and does nothing else.

use serde_json::Value;

use super::{Settings, TIMEOUT};
use crate::aws::{self, Client, Environment};
use crate::https;

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It would do more than judge, or something else.
    #[error("{0} is not judge_crash by its own word (FUNCTION in its environment)")]
    OtherFunction(String),
    /// AWS did not answer, or it failed.
    #[error(transparent)]
    Aws(#[from] aws::Error),
}

/// The judge.
#[derive(Debug)]
pub struct RemoteJudge {
    client: Client,
    name: String,
    /// It said that it is `judge_crash`.
    known: bool,
}

impl RemoteJudge {
    /// A function of the stack's region.
    pub fn new(settings: &Settings, name: &str, environment: Environment) -> Result<Self, https::Error> {
        Ok(Self { client: Client::new(&settings.region, TIMEOUT, environment)?, name: name.to_owned(), known: false })
    }

    /// What it answers to an event. What does not say that it is `judge_crash` gets none: it might act on it.
    pub async fn ask(&mut self, event: &Value) -> Result<Value, Error> {
        if !self.known {
            let found = self.client.function_configuration(&self.name).await?;
            if found.environment.variables.function != "judge_crash" {
                return Err(Error::OtherFunction(self.name.clone()));
            }
            self.known = true;
        }
        Ok(self.client.invoke(&self.name, event).await?)
    }
}
