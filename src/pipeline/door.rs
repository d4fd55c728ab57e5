//! Drills through the front doors of a stack on AWS, for whoever plays them.

use crate::aws::Environment;
use crate::model::Target;
use crate::play::{Publish, PublishError};
use crate::stack::{Door, Settings};

/// A door that a player can send through. Each message waits until AWS has it.
#[derive(Debug)]
pub struct StackDoor {
    door: Door,
    runtime: tokio::runtime::Runtime,
}

impl StackDoor {
    /// Opens it, where the stack takes drills.
    pub fn open(settings: &Settings, target: Target) -> Result<Self, PublishError> {
        let words = |error: &dyn std::fmt::Display| PublishError(error.to_string());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| words(&error))?;
        let opened = runtime.block_on(Door::open(settings, Environment::of_process(), target));
        Ok(Self { door: opened.map_err(|error| words(&error))?, runtime })
    }
}

impl Publish for StackDoor {
    fn publish(&mut self, topic: &str, payload: Vec<u8>, _qos: u8) -> Result<(), PublishError> {
        self.runtime.block_on(self.door.send(topic, &payload)).map_err(|error| PublishError(error.to_string()))
    }

    fn flush(&mut self) -> Result<(), PublishError> {
        Ok(())
    }
}
