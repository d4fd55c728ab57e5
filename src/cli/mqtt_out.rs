//! Messages out to a broker, for subcommands that run beside the line: a client of its own on a thread of its own.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rumqttc::{Client, Connection, ConnectionError, Event, NetworkOptions, Outgoing, Packet, QoS};

use crate::broker;
use crate::play::{Publish, PublishError};

/// The largest message that goes out, bytes: what MQTT itself allows.
const MAX_PACKET_BYTES: usize = 256 << 20;
/// Messages that wait for the socket before `publish` does.
const QUEUE: usize = 1_000;
/// How long nothing may happen before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(15);

/// A connection that publishes.
pub struct MqttOut {
    client: Client,
    shared: Arc<Shared>,
    poller: Option<thread::JoinHandle<()>>,
    n_handed: u64,
    n_handed_qos1: u64,
}

#[derive(Default)]
struct Shared {
    progress: Mutex<Progress>,
    changed: Condvar,
}

#[derive(Clone, Default)]
struct Progress {
    connected: bool,
    n_written: u64,
    n_acked: u64,
    broken: Option<String>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Progress> {
        // Nothing that can panic runs under the lock.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn update(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Waits until `done`, until it breaks, or until nothing has moved for [`PATIENCE`].
    fn wait(&self, what: &str, done: impl Fn(&Progress) -> bool) -> Result<(), PublishError> {
        let mut progress = self.lock();
        loop {
            if done(&progress) {
                return Ok(());
            }
            if let Some(reason) = &progress.broken {
                return Err(PublishError(reason.clone()));
            }
            let before = (progress.n_written, progress.n_acked);
            let (next, timeout) = self.changed.wait_timeout(progress, PATIENCE).unwrap_or_else(PoisonError::into_inner);
            progress = next;
            if timeout.timed_out() && before == (progress.n_written, progress.n_acked) && !done(&progress) {
                return Err(PublishError(format!("{what} for {} s; see whether the broker is overloaded", PATIENCE.as_secs())));
            }
        }
    }
}

impl MqttOut {
    /// Connects as the desk would, with a name of its own, and waits until the broker says yes.
    pub fn connect(settings: &broker::Settings) -> Result<Self, PublishError> {
        let name = format!("fleetwatch-out-{:08x}", fastrand::u32(..));
        let way = broker::way(settings, &name).map_err(|error| PublishError(error.to_string()))?;
        let why = way.explain(&name);
        let mut options = way.options;
        options.set_max_packet_size(MAX_PACKET_BYTES, MAX_PACKET_BYTES);
        let (client, mut connection) = Client::new(options, QUEUE);
        // Without it the kernel holds small messages back for 40 ms, and a played fleet stutters.
        let mut network = NetworkOptions::new();
        network.set_tcp_nodelay(true);
        connection.eventloop.set_network_options(network);
        let shared = Arc::new(Shared::default());
        let poller = {
            let shared = Arc::clone(&shared);
            let poll = move || poll(connection, &shared, &why);
            thread::Builder::new().name("mqtt-out".to_owned()).spawn(poll)
        };
        let poller = poller.map_err(|error| PublishError(format!("cannot start a thread: {error}")))?;
        shared.wait("the broker has not answered", |progress| progress.connected)?;
        Ok(Self { client, shared, poller: Some(poller), n_handed: 0, n_handed_qos1: 0 })
    }
}

impl Publish for MqttOut {
    fn publish(&mut self, topic: &str, payload: Vec<u8>, qos: u8) -> Result<(), PublishError> {
        let level = if qos == 0 { QoS::AtMostOnce } else { QoS::AtLeastOnce };
        if self.client.publish(topic, level, false, payload).is_err() {
            let reason = self.shared.lock().broken.clone();
            return Err(PublishError(reason.unwrap_or_else(|| "the connection to the broker is closed".to_owned())));
        }
        self.n_handed += 1;
        self.n_handed_qos1 += u64::from(qos != 0);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), PublishError> {
        let (n_handed, n_qos1) = (self.n_handed, self.n_handed_qos1);
        self.shared.wait("the broker has not acknowledged anything", |progress| {
            progress.n_written >= n_handed && progress.n_acked >= n_qos1
        })
    }
}

impl Drop for MqttOut {
    fn drop(&mut self) {
        self.client.disconnect().ok();
        if let Some(poller) = self.poller.take() {
            poller.join().ok();
        }
    }
}

/// Polls until the client says goodbye or the connection breaks. It does not connect again: a play that went on after a
/// gap would no longer be the recording.
fn poll(mut connection: Connection, shared: &Shared, why: &dyn Fn(&ConnectionError, bool) -> String) {
    loop {
        match connection.recv() {
            Ok(Ok(Event::Incoming(Packet::ConnAck(_)))) => shared.update(|progress| progress.connected = true),
            Ok(Ok(Event::Incoming(Packet::PubAck(_)))) => shared.update(|progress| progress.n_acked += 1),
            Ok(Ok(Event::Outgoing(Outgoing::Publish(_)))) => shared.update(|progress| progress.n_written += 1),
            Ok(Ok(Event::Outgoing(Outgoing::Disconnect))) | Err(_) => return,
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                let connected = shared.lock().connected;
                let reason = why(&error, connected);
                shared.update(|progress| progress.broken = Some(reason));
                return;
            }
        }
    }
}
