//! What goes out: acknowledgements and publishes. Neither ever waits.
//!
//! Both are put into rumqttc's own request queue under one lock, together with the number of the connection (the epoch).
//! When a connection ends, the poll thread raises the epoch under the same lock and then empties the queue, so that no
//! acknowledgement of an old connection can slip into a new one.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use rumqttc::{AsyncClient, QoS};

use super::settings::Qos;
use crate::model::Delivery;

/// How many publishes may be on their way at a time.
pub(super) const MAX_PUBLISHES: usize = 1000;
/// Room for an acknowledgement of every packet id there is, for every publish, and for subscribing. Its room is taken
/// up only as it is needed.
pub(super) const CHANNEL_CAPACITY: usize = u16::MAX as usize + MAX_PUBLISHES + 8;
/// Bytes of a publish beside topic and payload, at most.
const HEADER_BYTES: usize = 16;

/// Told what became of a publish. Called from the lane's own thread, or within `publish`: must be quick.
pub type Done = Box<dyn FnOnce(Result<(), PublishError>) + Send>;

/// Why a publish did not go out, or may not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// There is no connection. Nothing is kept for later: a drill that goes off an hour late is worse than none.
    #[error("not connected to the broker")]
    Offline,
    /// 1,000 are on their way.
    #[error("the broker is not keeping up: too many messages are on their way")]
    QueueFull,
    /// Larger than `max_packet_bytes`.
    #[error("the message is larger than max_packet_bytes under [broker]")]
    TooLarge,
    /// The topic is empty or has a wildcard.
    #[error("the topic is empty or has + or # in it")]
    Topic,
    /// The connection ended before the broker had acknowledged it: it may or may not have arrived.
    #[error("the connection ended before the broker acknowledged the message")]
    ConnectionLost,
}

/// Acknowledges packets to the broker.
#[derive(Clone, Debug)]
pub struct Acker(Arc<Outbox>);

impl Acker {
    pub(super) const fn new(outbox: Arc<Outbox>) -> Self {
        Self(outbox)
    }

    /// Acknowledges one packet. Never blocks; call it in the order of arrival. A delivery of an older connection is
    /// dropped: the broker sends that packet again.
    pub fn ack(&self, delivery: Delivery) {
        if delivery.packet_id == 0 {
            return;
        }
        let inner = self.0.lock();
        if inner.epoch != delivery.epoch || !inner.online {
            return;
        }
        let mut publish = rumqttc::Publish::new(String::new(), QoS::AtLeastOnce, Vec::new());
        publish.pkid = delivery.packet_id;
        if self.0.client.try_ack(&publish).is_err() {
            // Cannot be, as long as each packet is acknowledged once.
            log::error!("no room for an acknowledgement; the broker will send packet {} again", delivery.packet_id);
        }
    }
}

/// Publishes on the lane's connection.
#[derive(Clone, Debug)]
pub struct Publisher(Arc<Outbox>);

impl Publisher {
    pub(super) const fn new(outbox: Arc<Outbox>) -> Self {
        Self(outbox)
    }

    /// Publishes, not retained. Never blocks. `done` hears of it when the broker acknowledged it (`QoS` 1) or when it was
    /// written to the socket (`QoS` 0), or that the connection was lost before; it is not called when this returns an
    /// error.
    pub fn publish(&self, topic: &str, payload: impl Into<Bytes>, qos: Qos, done: Option<Done>) -> Result<(), PublishError> {
        let payload = payload.into();
        if topic.len() + payload.len() + HEADER_BYTES > self.0.max_packet_bytes {
            return Err(PublishError::TooLarge);
        }
        if topic.is_empty() || topic.len() > usize::from(u16::MAX) || topic.contains(['+', '#', '\0']) {
            return Err(PublishError::Topic);
        }
        let mut inner = self.0.lock();
        if !inner.online {
            return Err(PublishError::Offline);
        }
        if inner.waiting.len() + inner.in_flight.len() >= MAX_PUBLISHES {
            return Err(PublishError::QueueFull);
        }
        self.0.client.try_publish(topic, qos.on_the_wire(), false, payload).map_err(|_full| PublishError::QueueFull)?;
        inner.waiting.push_back(done);
        Ok(())
    }
}

/// What the poll thread and the handles share.
pub(super) struct Outbox {
    client: AsyncClient,
    max_packet_bytes: usize,
    inner: Mutex<Inner>,
}

struct Inner {
    /// The number of the connection; goes up when one ends.
    epoch: u64,
    online: bool,
    /// Handed to rumqttc, not written yet, in order.
    waiting: VecDeque<Option<Done>>,
    /// Written, not acknowledged yet, by packet id.
    in_flight: HashMap<u16, Option<Done>>,
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.lock();
        f.debug_struct("Outbox").field("epoch", &inner.epoch).field("online", &inner.online).finish_non_exhaustive()
    }
}

impl Outbox {
    pub(super) fn new(client: AsyncClient, max_packet_bytes: usize) -> Self {
        let inner = Inner { epoch: 1, online: false, waiting: VecDeque::new(), in_flight: HashMap::new() };
        Self { client, max_packet_bytes, inner: Mutex::new(inner) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing that can panic runs under the lock.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection is there.
    pub(super) fn open(&self) {
        self.lock().online = true;
    }

    /// The connection ended; returns the number of the next one.
    pub(super) fn close(&self) -> u64 {
        let (epoch, lost) = {
            let mut inner = self.lock();
            inner.online = false;
            inner.epoch += 1;
            let waiting = std::mem::take(&mut inner.waiting);
            let mut in_flight: Vec<_> = std::mem::take(&mut inner.in_flight).into_iter().collect();
            in_flight.sort_unstable_by_key(|(packet_id, _)| *packet_id);
            (inner.epoch, in_flight.into_iter().map(|(_, done)| done).chain(waiting).flatten().collect::<Vec<_>>())
        };
        for done in lost {
            done(Err(PublishError::ConnectionLost));
        }
        epoch
    }

    /// rumqttc wrote the next publish to the socket, under this packet id; 0 for `QoS` 0.
    pub(super) fn written(&self, packet_id: u16) {
        let done = {
            let mut inner = self.lock();
            let done = inner.waiting.pop_front().flatten();
            if packet_id == 0 {
                done
            } else {
                inner.in_flight.insert(packet_id, done);
                None
            }
        };
        if let Some(done) = done {
            done(Ok(()));
        }
    }

    /// The broker acknowledged a publish.
    pub(super) fn acknowledged(&self, packet_id: u16) {
        let done = self.lock().in_flight.remove(&packet_id).flatten();
        if let Some(done) = done {
            done(Ok(()));
        }
    }
}

#[cfg(test)]
#[path = "publisher_tests.rs"]
mod tests;
