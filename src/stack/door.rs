//! The front doors of a stack, for drills: an object in a bucket, or a call. Nothing else goes in here, and nothing at all
//! where the stack does not say that it takes drills.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Settings, TIMEOUT, set_up};
use crate::aws::{self, Client, Environment};
use crate::clock::Clock;
use crate::https;
use crate::model::stack::SetUp;
use crate::model::{Origin, PacketId, Shut, Target};

/// Why a drill did not go in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The door is shut.
    #[error("{0}")]
    Shut(Shut),
    /// The same, and AWS says why.
    #[error("{0}: {1}")]
    Unread(Shut, String),
    /// It is no drill.
    #[error("only drills go to a stack, under drill/")]
    NoDrill,
    /// No door for that.
    #[error("there is no way for {topic} {way}; {instead}")]
    NoWay {
        /// The topic.
        topic: String,
        /// "into a bucket", "to a function".
        way: &'static str,
        /// What to do.
        instead: &'static str,
    },
    /// AWS did not take it.
    #[error(transparent)]
    Aws(#[from] aws::Error),
    /// No client for it.
    #[error(transparent)]
    Https(#[from] https::Error),
}

/// An open door.
#[derive(Debug)]
pub struct Door {
    client: Client,
    target: Target,
    functions: Vec<(String, SetUp)>,
}

impl Door {
    /// Looks how the stack is set up, and opens where it takes drills.
    pub async fn open(settings: &Settings, environment: Environment, target: Target) -> Result<Self, Error> {
        let client = Client::new(&settings.region, TIMEOUT, environment)?;
        let (mut functions, mut unread) = (Vec::new(), None);
        for name in &settings.functions {
            match client.function_configuration(name).await {
                Ok(found) => functions.push((name.clone(), Some(set_up(found)))),
                Err(error) => {
                    functions.push((name.clone(), None));
                    unread = Some(error.to_string());
                }
            }
        }
        if let Some(shut) = target.shut(functions.iter().map(|(_, set_up)| set_up.as_ref())) {
            return Err(match unread {
                Some(words) if shut == Shut::Unread => Error::Unread(shut, words),
                _ => Error::Shut(shut),
            });
        }
        let functions = functions.into_iter().filter_map(|(name, set_up)| Some((name, set_up?))).collect();
        Ok(Self { client, target, functions })
    }

    /// Sends one message of a drill in, and waits until AWS has it.
    pub async fn send(&self, topic: &str, payload: &[u8]) -> Result<(), Error> {
        let (Origin::Drill, bare) = Origin::of_topic(topic) else { return Err(Error::NoDrill) };
        let parts: Vec<_> = bare.split('/').collect();
        let (device, function) = match parts.as_slice() {
            ["fleet", vehicle, "crash"] => (*vehicle, "judge_crash"),
            ["fleet", vehicle, "driving"] => (*vehicle, "preprocess_driving"),
            ["sensors", sensor, "temperature"] => (*sensor, "route_temperature"),
            _ => ("", ""),
        };
        let (way, instead) = match self.target {
            Target::S3 => ("into a bucket", "send it over MQTT or to Lambda"),
            Target::Mqtt | Target::Lambda => ("to a function", "name its function in [stack] of the settings"),
        };
        let no_way = || Error::NoWay { topic: topic.to_owned(), way, instead };
        let (name, set_up) = self.functions.iter().find(|(_, set_up)| &*set_up.function == function).ok_or_else(no_way)?;
        if self.target == Target::S3 {
            if set_up.bucket.is_empty() {
                return Err(no_way());
            }
            // What is sent twice is written twice: each writing is an event of its own.
            let key = format!("{}{device}/{}.json", Origin::Drill.root(), PacketId::of(topic, payload));
            return Ok(self.client.put_object(&set_up.bucket, &key, payload.to_vec()).await?);
        }
        let event = json!({ "topic": topic, "payload": STANDARD.encode(payload), "received_ms": Clock.now().millis() });
        self.client.invoke(name, &event).await?;
        Ok(())
    }
}
