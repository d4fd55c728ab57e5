//! What a container holds from event to event, and what every function needs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use fleetwatch::aws::{self, Attribute, Client, Environment, Write, Written};
use fleetwatch::clock::SystemTime;
use fleetwatch::host::Host;
use fleetwatch::model::{Fact, Judged, Notice, Packet, PacketId};
use fleetwatch::outbound::{RealNotice, Topic};
use fleetwatch::{decode, functions};
use lambda_runtime::Diagnostic;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::source::{Ruled, Source};
use crate::{crash, driving, temperature};

/// One request to AWS takes at most this.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Pauses before a request is tried again in the same call; Lambda itself tries again only after a minute. ms
const PAUSES_MS: [u64; 2] = [100, 400];
/// Devices that a container remembers.
const MAX_DEVICES: usize = 10_000;
/// The longest key that a notice may have, characters.
const KEY_CHARS: usize = 128;

/// Why an event is to come again.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failed(pub(crate) String);

impl From<aws::Error> for Failed {
    fn from(error: aws::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<Failed> for Diagnostic {
    fn from(Failed(error_message): Failed) -> Self {
        Self { error_type: "Fleetwatch.Failed".to_owned(), error_message }
    }
}

/// What was done; the function's answer.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Done {
    /// Crash reports, rows of driving data and temperatures that were judged.
    pub(crate) judged: u32,
    /// Reports that an earlier delivery had finished.
    pub(crate) repeats: u32,
    /// Notices that SNS took.
    pub(crate) told: u32,
    /// Messages that IoT Core took.
    pub(crate) published: u32,
    /// Rows of driving data that were stored.
    pub(crate) kept: u32,
    /// Verdicts that were only asked for: nothing was stored, told or published.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) verdicts: Vec<Value>,
    /// What was not, by reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) dropped: BTreeMap<&'static str, u32>,
}

/// The part of the desk's settings that the functions read.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Settings {
    functions: functions::Settings,
    formats: decode::Settings,
    mapping: Vec<decode::Mapping>,
}

impl Settings {
    /// Those of a `settings.toml` in the package, if there is one.
    fn of_package() -> Result<Self, String> {
        let root = std::env::var_os("LAMBDA_TASK_ROOT").map(PathBuf::from).unwrap_or_default();
        let text = match std::fs::read_to_string(root.join("settings.toml")) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(format!("settings.toml of the package cannot be read: {error}")),
        };
        let mut settings: Self = toml::from_str(&text).map_err(|error| format!("settings.toml of the package: {error}"))?;
        settings.formats.mappings = std::mem::take(&mut settings.mapping);
        settings.formats.check()?;
        Ok(settings)
    }
}

/// Which function this is.
#[derive(Clone, Copy, Debug)]
enum Function {
    PreprocessDriving,
    JudgeCrash,
    RouteTemperature,
}

/// The functions, and the way to what they act on.
pub(crate) struct Line {
    function: Function,
    host: Host,
    pub(crate) client: Arc<Client>,
    table: String,
    topic: Topic,
}

impl Line {
    /// As the template sets it up.
    pub(crate) fn of_environment() -> Result<Self, String> {
        let variable = |name: &str| std::env::var(name).map_err(|_unset| format!("the variable {name} is not set"));
        let function = match variable("FUNCTION")?.as_str() {
            "preprocess_driving" => Function::PreprocessDriving,
            "judge_crash" => Function::JudgeCrash,
            "route_temperature" => Function::RouteTemperature,
            other => {
                return Err(format!("FUNCTION is {other:?}; there are preprocess_driving, judge_crash, route_temperature"));
            }
        };
        let arn = variable("TOPIC_ARN")?.parse().map_err(|error| format!("TOPIC_ARN is no SNS topic: {error}"))?;
        let client = Client::new(&variable("AWS_REGION")?, TIMEOUT, Environment::of_process());
        let client = Arc::new(client.map_err(|error| error.to_string())?);
        let settings = Settings::of_package()?;
        let host = Host::reading(&settings.formats, settings.functions, MAX_DEVICES, Box::new(SystemTime::default()));
        Ok(Self { function, host, topic: Topic::new(Arc::clone(&client), arn), client, table: variable("TABLE")? })
    }

    /// Judges an event and carries out what follows. An error means that some of it is still to be done: Lambda delivers
    /// the event again, and what was done is not done twice.
    pub(crate) async fn handle(&mut self, event: Value) -> Result<Done, Failed> {
        let mut done = Done::default();
        if matches!(self.function, Function::RouteTemperature) || event.get("topic").is_some() {
            let event: Ruled = serde_json::from_value(event).map_err(|error| Failed(format!("no event of the rule: {error}")))?;
            match self.function {
                Function::RouteTemperature => temperature::route(self, &event, &mut done).await?,
                Function::JudgeCrash => crash::judge_message(self, &event, &mut done).await?,
                Function::PreprocessDriving => driving::preprocess_message(self, &event, &mut done).await?,
            }
            return Ok(done);
        }
        let sources = Source::all(event)?;
        let n_sources = sources.len();
        let mut failures = Vec::new();
        // One object that cannot be had now does not hold up the others.
        for source in sources {
            let result = match self.function {
                Function::PreprocessDriving => driving::preprocess(self, &source, &mut done).await,
                _ => crash::judge(self, &source, &mut done).await,
            };
            if let Err(Failed(words)) = result {
                log::error!("{source}: {words}");
                failures.push(format!("{source}: {words}"));
            }
        }
        if failures.is_empty() {
            return Ok(done);
        }
        Err(Failed(format!("{} of {n_sources} objects are still to be done: {}", failures.len(), failures.join("; "))))
    }

    /// What the desk's host says of a packet.
    pub(crate) fn judged(&mut self, packet: &Packet, done: &mut Done) -> Vec<Judged> {
        let mut facts = Vec::new();
        self.host.handle(packet, &mut facts);
        let mut all = Vec::new();
        for fact in facts {
            match fact {
                Fact::Judged(judged) => {
                    done.judged += 1;
                    all.push(*judged);
                }
                Fact::Rejected(rejection, _) => {
                    log::warn!("{}: {}: {}", rejection.topic, rejection.reason.key(), rejection.detail);
                    *done.dropped.entry(rejection.reason.key()).or_default() += 1;
                }
                _ => {}
            }
        }
        all
    }

    /// Writes to the item of a device, unless it has an attribute.
    pub(crate) async fn write(
        &self,
        device: &str,
        item: &str,
        set: Vec<(&str, Attribute)>,
        remove: &[&str],
        unless: Option<&str>,
    ) -> Result<Written, aws::Error> {
        let write = Write { table: &self.table, key: &[("device", device), ("item", item)], set, remove, unless };
        tried(async || self.client.write(&write).await).await
    }

    /// Tells people, where the event is of a real device; whether they were told.
    pub(crate) async fn tell(&self, mut notice: Notice, done: &mut Done) -> Result<bool, aws::Error> {
        if notice.dedup_key.chars().count() > KEY_CHARS {
            notice.dedup_key = PacketId::of("", notice.dedup_key.as_bytes()).to_string();
        }
        match RealNotice::try_from(notice) {
            Ok(real) => {
                tried(async || self.topic.publish(&real).await).await?;
                done.told += 1;
                Ok(true)
            }
            Err(rehearsal) => {
                log::info!("{}", rehearsal.words(&["SNS".to_owned()]));
                Ok(false)
            }
        }
    }

    /// Publishes a message of the desk's wire format.
    pub(crate) async fn publish(&self, topic: &str, payload: &[u8], done: &mut Done) -> Result<(), aws::Error> {
        tried(async || self.client.publish_mqtt(topic, payload.to_vec()).await).await?;
        done.published += 1;
        Ok(())
    }
}

/// Tries a request again where that may help and is quick; a missing permission is not mended in half a second.
pub(crate) async fn tried<T>(call: impl AsyncFn() -> Result<T, aws::Error>) -> Result<T, aws::Error> {
    for pause_ms in PAUSES_MS {
        match call().await {
            Err(error) if error.may_pass() && !matches!(error, aws::Error::Refused { status: 403, .. }) => {
                log::warn!("{error}; once more in {pause_ms} ms");
                tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            }
            other => return other,
        }
    }
    call().await
}
