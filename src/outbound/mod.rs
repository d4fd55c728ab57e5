//! Telling people: notices of committed incidents go to a webhook, by e-mail, to an SNS topic and to the desktop, and keep
//! being tried until a channel has taken them or has said for good that it will not.
//!
//! "Accepted" means that a channel took the notice, never that a person read it. The same `dedup_key` goes with every
//! retry, so that a receiver who got it twice folds it into one.
//!
//! *Invariant:* no drill reaches anyone. A [`RealNotice`] is made from a notice of a real device only, and the senders
//! take nothing else; a [`Rehearsal`] yields the words "would have told …" and nothing more.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::https;
use crate::model::{DeliveryOutcome, Fact, Notice, OutboxItem, Record, Secret, Timestamp};

mod body;
mod desktop;
#[cfg(feature = "line")]
mod email;
pub mod gate;
mod guard;
mod retry;
mod route;
mod sign;
#[cfg(feature = "line")]
mod smtp;
mod topic;
mod watchdog;
mod webhook;
mod worker;

#[cfg(test)]
mod failing_tests;
#[cfg(test)]
mod receiver;
#[cfg(test)]
mod tests;

use gate::Gate;
use retry::Pace;
pub use route::{Route, names as routes_name};
pub use topic::Topic;
pub use watchdog::Watchdog;
use webhook::Webhook;
use worker::{Channel, Job};

/// Notices that may wait for one channel.
const WAITING: usize = 10_000;
/// What to do where nobody is told.
pub const HOW_TO_TELL: &str = "set webhook_url, email_server or sns_topic_arn in [outbound]";
/// What stands in a report where no channel is set up.
const NOBODY: &str = "nobody";

/// Why telling cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is none.
    #[error("{key} in [outbound] is no web address: {source}")]
    Address {
        /// Where it stands.
        key: &'static str,
        /// What is wrong with it.
        source: url::ParseError,
    },
    /// The address is open to eavesdroppers.
    #[error(
        "{key} in [outbound] must begin with https://, since crash reports would cross the network in the clear; \
         http:// is only taken for this machine (127.0.0.1, localhost)"
    )]
    Insecure {
        /// Where it stands.
        key: &'static str,
    },
    /// The address is one that nothing is sent to.
    #[error("{key} in [outbound]: {why}")]
    Forbidden {
        /// Where it stands.
        key: &'static str,
        /// Which address, and what to do.
        why: String,
    },
    /// The secret is none.
    #[error("webhook_secret in [outbound] cannot be used: {0}")]
    WebhookSecret(&'static str),
    /// The topic is none.
    #[error("sns_topic_arn in [outbound] is no SNS topic: {0}")]
    Topic(String),
    /// No mail can be sent like this.
    #[error("{key} in [outbound] cannot be used: {why}")]
    Email {
        /// Where it stands.
        key: &'static str,
        /// What is wrong with it, and what is allowed.
        why: String,
    },
    /// A route that cannot be meant.
    #[error("[[outbound.route]] number {number}: {why}")]
    Route {
        /// Which, from 1.
        number: usize,
        /// What is wrong, and what is allowed.
        why: String,
    },
    /// No client can be made.
    #[error("no connection to a channel of [outbound] can be set up: {0}")]
    Client(#[from] https::Error),
}

/// `[outbound]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Every notice is posted here as JSON; `https`, or `http` on this machine. `None`: no webhook.
    pub webhook_url: Option<String>,
    /// What each message is signed with, as Standard Webhooks says; `whsec_` and base64, or any text. `None`: not signed.
    #[serde(skip_serializing)]
    pub webhook_secret: Option<Secret>,
    /// The webhook may be in a private network. Link-local and metadata addresses never are.
    pub webhook_private: bool,
    /// Every notice is mailed through this server: `smtps://` for TLS from the start, `smtp://` for TLS after STARTTLS, without
    /// which nothing is sent; in the clear on this machine only. `None`: by no mail.
    pub email_server: Option<String>,
    /// From whom: `fleet@example.org`, `Fleet desk <fleet@example.org>`.
    pub email_from: Option<String>,
    /// To whom.
    pub email_to: Vec<String>,
    /// Who signs in there. `None`: nobody, for a server that knows this machine.
    pub email_user: Option<String>,
    /// With what.
    #[serde(skip_serializing)]
    pub email_secret: Option<Secret>,
    /// Every notice is published to this SNS topic, with credentials of the environment or of `~/.aws`. `None`: to none.
    pub sns_topic_arn: Option<String>,
    /// A sign of life is posted here through the whole path, for whoever raises the alarm when it stays away. `None`: nobody.
    pub watchdog_url: Option<String>,
    /// How often, s, 1 to 3,600.
    pub watchdog_every_s: u32,
    /// Every notice is shown as a desktop notification.
    pub desktop: bool,
    /// Which channel is told of what. Of what no route names every channel is told.
    pub route: Vec<Route>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            webhook_url: None,
            webhook_secret: None,
            webhook_private: false,
            email_server: None,
            email_from: None,
            email_to: Vec::new(),
            email_user: None,
            email_secret: None,
            sns_topic_arn: None,
            watchdog_url: None,
            watchdog_every_s: 30,
            desktop: true,
            route: Vec::new(),
        }
    }
}

/// A notice of a real device: the only thing that the senders take. It cannot be made in any other way:
///
/// ```compile_fail
/// fn smuggle(drill: fleetwatch::model::Notice) -> fleetwatch::outbound::RealNotice {
///     fleetwatch::outbound::RealNotice(drill)
/// }
/// ```
#[derive(Clone, Debug)]
pub struct RealNotice(Notice);

impl RealNotice {
    /// What it says.
    pub fn notice(&self) -> &Notice {
        &self.0
    }
}

/// A notice of a drill or of the sample fleet. Nothing sends it.
#[derive(Clone, Debug)]
pub struct Rehearsal(Notice);

impl TryFrom<Notice> for RealNotice {
    type Error = Rehearsal;

    fn try_from(notice: Notice) -> Result<Self, Rehearsal> {
        if notice.origin.is_real() { Ok(Self(notice)) } else { Err(Rehearsal(notice)) }
    }
}

impl Rehearsal {
    /// "would have told webhook hooks.example.org and desktop: Crash, van-7".
    pub fn words(&self, channels: &[String]) -> String {
        let whom = if channels.is_empty() { NOBODY.to_owned() } else { channels.join(" and ") };
        format!("would have told {whom}: {}", self.0.title)
    }
}

/// What a channel did with a notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Which notice.
    pub notice: Arc<Notice>,
    /// Which channel: `webhook`, `email`, `sns`, `desktop`; `nobody` where none is set up.
    pub channel: Arc<str>,
    /// What became of it.
    pub outcome: DeliveryOutcome,
    /// In words, for the timeline: "webhook hooks.example.org: accepted".
    pub words: String,
    /// Every channel has taken or refused it.
    pub last: bool,
    /// When.
    pub at: Timestamp,
}

impl Told {
    /// For the store.
    pub fn record(&self) -> Record {
        Record::Told {
            dedup_key: self.notice.dedup_key.clone(),
            origin: self.notice.origin,
            channel: self.channel.to_string(),
            outcome: self.outcome.clone(),
            last: self.last,
            at: self.at,
        }
    }

    /// For the state.
    pub fn fact(&self) -> Fact {
        Fact::Told {
            incident: self.notice.incident.clone(),
            channel: self.channel.to_string(),
            words: self.words.clone(),
            outcome: self.outcome.clone(),
            at: self.at,
        }
    }
}

/// Where reports go. Called from the worker: hand over and return.
pub trait Sink: Send + Sync {
    /// A channel did something with a notice.
    fn told(&self, told: Told);
}

impl<F: Fn(Told) + Send + Sync> Sink for F {
    fn told(&self, told: Told) {
        self(told);
    }
}

/// The channels, ready to send.
#[derive(Debug)]
pub struct Outbound {
    channels: Vec<Channel>,
    routes: Vec<Route>,
    pace: Pace,
    gate: Gate,
}

impl Outbound {
    /// Checks the settings and sets up the channels.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        Self::with_pace(settings, Pace::default())
    }

    fn with_pace(settings: &Settings, pace: Pace) -> Result<Self, Error> {
        for (route, number) in settings.route.iter().zip(1..) {
            if let Some(why) = route.wrong(&route::CHANNELS) {
                return Err(Error::Route { number, why });
            }
        }
        let mut channels = Vec::new();
        if let Some(url) = &settings.webhook_url {
            channels.push(Channel::Webhook(Webhook::new(url, settings, pace.timeout)?));
        }
        #[cfg(feature = "line")]
        channels.extend(email::Email::new(settings, pace.timeout)?.map(Channel::Email));
        if let Some(arn) = &settings.sns_topic_arn {
            channels.push(Channel::Sns(Topic::of_process(arn, pace.timeout)?));
        }
        if settings.desktop && cfg!(feature = "desk") {
            channels.push(Channel::Desktop);
        }
        Ok(Self { channels, routes: settings.route.clone(), pace, gate: Gate::default() })
    }

    /// Asks before each attempt whether it is for this seat to make it. The desktop is each seat's own.
    pub fn ask(&mut self, gate: Gate) {
        self.gate = gate;
    }

    /// Whom a notice reaches: "webhook hooks.example.org", "desktop". Empty: nobody.
    pub fn channels(&self) -> Vec<String> {
        self.channels.iter().map(Channel::words).collect()
    }

    /// Takes notices until `items` is closed, then tries once what was never tried and ends; what is still being retried
    /// then is in the outbox and comes back with the next start. A channel never waits for another, and a notice never
    /// overtakes an earlier one of the same incident. When 10,000 notices wait for a channel no more are taken.
    pub async fn run(self, mut items: mpsc::Receiver<OutboxItem>, sink: Arc<dyn Sink>) {
        let whom = self.channels();
        let names: Vec<String> = self.channels.iter().map(|channel| channel.name().to_owned()).collect();
        let (fell, mut fallen) = mpsc::channel(WAITING);
        let mut queues = Vec::new();
        let mut workers = tokio::task::JoinSet::new();
        for channel in self.channels {
            let (sender, jobs) = mpsc::channel(64);
            queues.push((channel.name(), sender));
            workers.spawn(worker::work(channel, self.pace, jobs, fell.clone(), self.gate.clone(), Arc::clone(&sink)));
        }
        loop {
            let item = tokio::select! {
                item = items.recv() => item,
                item = fallen.recv() => item,
            };
            let Some(OutboxItem { notice, settled, .. }) = item else { break };
            let report = |channel: &str, outcome, words, last, notice: &Notice| {
                let notice = Arc::new(notice.clone());
                sink.told(Told { notice, channel: channel.into(), outcome, words, last, at: Clock.now() });
            };
            let told = route::pick(&self.routes, &notice, &names, &settled);
            let real = match RealNotice::try_from(notice) {
                Ok(real) => real,
                Err(rehearsal) => {
                    let is_told = |name: &String| told.contains(&name.as_str());
                    let whom: Vec<_> =
                        names.iter().zip(&whom).filter(|(name, _)| is_told(name)).map(|(_, whom)| whom.clone()).collect();
                    let channel = told.first().copied().unwrap_or(NOBODY);
                    report(channel, DeliveryOutcome::WouldHave, rehearsal.words(&whom), true, &rehearsal.0);
                    continue;
                }
            };
            if told.is_empty() {
                let reason = match queues.len() {
                    0 => format!("nobody was told, since no channel is set up; {HOW_TO_TELL}"),
                    _ => "the channel that had not answered is not set up any more".to_owned(),
                };
                let refused = DeliveryOutcome::Refused { reason: reason.clone() };
                report(NOBODY, refused, reason, true, real.notice());
            }
            let mut tried = settled;
            tried.extend(told.iter().map(|name| (*name).to_owned()));
            let others = names.iter().any(|name| !tried.contains(name));
            let told: Vec<_> = queues.iter().filter(|(name, _)| told.contains(name)).collect();
            for (job, (name, queue)) in Job::for_each(real, told.len(), others.then_some(tried)).zip(told) {
                if queue.send(job).await.is_err() {
                    log::error!("the {name} worker is gone; the notice stays in the outbox");
                }
            }
        }
        drop(queues);
        while workers.join_next().await.is_some() {}
    }
}

/// Whether the mail server of the settings would take a mail to everybody who is named there, without sending one: its host,
/// or the cause. `None` where none is set.
#[cfg(feature = "line")]
pub async fn probe_email(settings: &Settings) -> Option<Result<String, String>> {
    let email = match email::Email::new(settings, Pace::default().timeout) {
        Ok(email) => email?,
        Err(error) => return Some(Err(error.to_string())),
    };
    Some(email.probe().await.map(|()| email.host().to_owned()).map_err(|fault| fault.reason))
}
