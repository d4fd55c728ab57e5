//! A sign of life through the whole path, to somebody outside who raises the alarm when it stays away: a desk that is dead
//! cannot say so itself.
//!
//! It starts in the state, is committed by the store and comes out here, so that it stops when any of them does. It carries
//! the head of the audit's chain: whoever keeps it can tell later whether the end of the audit was cut off.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc;
use url::Url;

use super::guard::receiver;
use super::{Error, Settings};
use crate::clock::Clock;
use crate::https;
use crate::model::{Fact, Heartbeat};

/// A receiver that has not answered by then has not got it. s
const TIMEOUT_SECS: u64 = 5;

/// The receiver, ready.
#[derive(Debug)]
pub struct Watchdog {
    client: reqwest::Client,
    url: Url,
}

impl Watchdog {
    /// Checks the settings; `None` where no receiver is set.
    pub fn new(settings: &Settings) -> Result<Option<Self>, Error> {
        let Some(url) = &settings.watchdog_url else { return Ok(None) };
        let (client, url) = receiver("watchdog_url", url, settings, Duration::from_secs(TIMEOUT_SECS))?;
        Ok(Some(Self { client, url }))
    }

    /// Sends each until no more come, and reports what became of it. None is tried again: the next comes soon.
    pub async fn run(self, mut beats: mpsc::Receiver<Heartbeat>, report: Arc<dyn Fn(Fact) + Send + Sync>) {
        while let Some(Heartbeat { at, audit_head }) = beats.recv().await {
            let body = json!({ "source": "fleetwatch", "kind": "heartbeat", "at": at.rfc3339(), "audit_head": audit_head });
            let sent = match self.client.post(self.url.clone()).json(&body).send().await {
                Ok(answer) if answer.status().is_success() => Ok(()),
                Ok(answer) => Err(format!("it answered {}", answer.status().as_u16())),
                Err(error) if error.is_timeout() => Err("it did not answer in time".to_owned()),
                Err(error) => Err(format!("it cannot be reached{}", https::causes(error))),
            };
            report(Fact::Beaten { beat: at, sent, at: Clock.now() });
        }
    }
}
