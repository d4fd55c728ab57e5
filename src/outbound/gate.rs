//! Of several seats only one is to send a notice: before each attempt whoever knows the others is asked.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::model::Leave;

/// How long an answer may take. After it the notice is sent all the same, under the same key: told twice is better than
/// not told.
const PATIENCE: Duration = Duration::from_secs(6);

/// A question, or a report that needs no answer.
#[derive(Debug)]
pub enum Ask {
    /// May this notice be sent on this channel?
    Leave {
        /// The notice's `dedup_key`.
        key: String,
        /// The channel.
        channel: &'static str,
        /// Where the answer goes.
        answer: oneshot::Sender<Leave>,
    },
    /// The channel has taken it or refused it for good.
    Settled {
        /// The notice's `dedup_key`.
        key: String,
        /// The channel.
        channel: &'static str,
        /// Answered once the others know.
        known: oneshot::Sender<()>,
    },
}

/// Where is asked. Without anybody to ask, everything may be sent.
#[derive(Clone, Debug, Default)]
pub struct Gate(Option<mpsc::Sender<Ask>>);

impl Gate {
    /// Asks there.
    pub const fn asking(whom: mpsc::Sender<Ask>) -> Self {
        Self(Some(whom))
    }

    /// Whether a notice may be sent now.
    pub(super) async fn leave(&self, key: &str, channel: &'static str) -> Leave {
        let Some(whom) = &self.0 else { return Leave::Go };
        let (answer, answered) = oneshot::channel();
        let asked = async {
            whom.send(Ask::Leave { key: key.to_owned(), channel, answer }).await.ok()?;
            answered.await.ok()
        };
        tokio::time::timeout(PATIENCE, asked).await.ok().flatten().unwrap_or(Leave::Go)
    }

    /// Says that a notice need not be sent by anybody else, and waits until they know: a seat that is killed meanwhile leaves
    /// at most what it had under way to be sent twice.
    pub(super) async fn settled(&self, key: &str, channel: &'static str) {
        let Some(whom) = &self.0 else { return };
        let (known, said) = oneshot::channel();
        let asked = async {
            whom.send(Ask::Settled { key: key.to_owned(), channel, known }).await.ok()?;
            said.await.ok()
        };
        if tokio::time::timeout(PATIENCE, asked).await.ok().flatten().is_none() {
            log::warn!("the other seats were not told that {key} is settled on {channel}: they may send it again");
        }
    }
}
