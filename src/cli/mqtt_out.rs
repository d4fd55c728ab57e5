//! Messages out to a broker, for subcommands that run beside the line: a client of its own on a thread of its own.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rumqttc::{
    Client, ConnectReturnCode, Connection, ConnectionError, Event, MqttOptions, NetworkOptions, Outgoing, Packet, QoS,
    TlsConfiguration, Transport,
};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use url::Url;

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
    /// Connects to `mqtt://`, `mqtts://`, `ws://` or `wss://`, with `user:password@` where the broker asks for it, and
    /// waits until the broker says yes.
    pub fn connect(url: &str) -> Result<Self, PublishError> {
        let (options, place) = options(url).map_err(PublishError)?;
        let (client, mut connection) = Client::new(options, QUEUE);
        // Without it the kernel holds small messages back for 40 ms, and a played fleet stutters.
        let mut network = NetworkOptions::new();
        network.set_tcp_nodelay(true);
        connection.eventloop.set_network_options(network);
        let shared = Arc::new(Shared::default());
        let poller = {
            let shared = Arc::clone(&shared);
            let poll = move || poll(connection, &shared, &place);
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
fn poll(mut connection: Connection, shared: &Shared, place: &str) {
    loop {
        match connection.recv() {
            Ok(Ok(Event::Incoming(Packet::ConnAck(_)))) => shared.update(|progress| progress.connected = true),
            Ok(Ok(Event::Incoming(Packet::PubAck(_)))) => shared.update(|progress| progress.n_acked += 1),
            Ok(Ok(Event::Outgoing(Outgoing::Publish(_)))) => shared.update(|progress| progress.n_written += 1),
            Ok(Ok(Event::Outgoing(Outgoing::Disconnect))) | Err(_) => return,
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                let connected = shared.lock().connected;
                let reason = words(&error, place, connected);
                shared.update(|progress| progress.broken = Some(reason));
                return;
            }
        }
    }
}

/// Cause and fix in plain words, the raw error last.
fn words(error: &ConnectionError, place: &str, connected: bool) -> String {
    let (cause, fix) = match error {
        _ if connected => ("lost the connection to the broker at", "see its log for why it ended it"),
        ConnectionError::ConnectionRefused(code) => match code {
            // Brokers send either for a wrong password as for none, so as not to help guessing.
            ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized => {
                ("user and password are missing or wrong for", "write them as mqtt://USER:PASSWORD@HOST, with %40 for @")
            }
            _ => ("the broker refused us at", "see its log for the reason"),
        },
        ConnectionError::Io(io) if io.kind() == std::io::ErrorKind::ConnectionRefused => {
            ("nothing listens at", "start the broker, or correct host and port in --broker")
        }
        ConnectionError::NetworkTimeout => ("no answer from", "see whether host and port are right and a firewall is between"),
        ConnectionError::Tls(_) => {
            ("no safe connection to", "see whether it speaks TLS on this port and this system trusts its certificate")
        }
        _ => ("cannot connect to", "correct --broker, or see whether the network is up"),
    };
    format!("{cause} {place}; {fix}: {error}")
}

/// The client's options, and the broker's place for people, which holds no password.
fn options(url: &str) -> Result<(MqttOptions, String), String> {
    let hint = "write --broker as mqtt://HOST:PORT, mqtts://, ws:// or wss://";
    let parsed = Url::parse(url).map_err(|error| format!("the broker's address cannot be read ({error}); {hint}"))?;
    let scheme = parsed.scheme().to_owned();
    let default_port = match scheme.as_str() {
        "mqtt" => 1883,
        "mqtts" => 8883,
        "ws" => 80,
        "wss" => 443,
        other => return Err(format!("the broker's address begins with {other}://; {hint}")),
    };
    let host = parsed.host_str().filter(|host| !host.is_empty()).ok_or_else(|| format!("the address names no host; {hint}"))?;
    let port = parsed.port().unwrap_or(default_port);
    let address = match scheme.as_str() {
        "ws" | "wss" => {
            let path = if parsed.path().len() > 1 { parsed.path() } else { "/mqtt" };
            format!("{scheme}://{host}:{port}{path}")
        }
        _ => host.trim_matches(['[', ']']).to_owned(),
    };
    let mut options = MqttOptions::new(format!("fleetwatch-out-{:08x}", fastrand::u32(..)), address, port);
    options.set_keep_alive(Duration::from_secs(15)).set_max_packet_size(MAX_PACKET_BYTES, MAX_PACKET_BYTES);
    options.set_transport(match scheme.as_str() {
        "mqtts" => Transport::tls_with_config(tls()?),
        "ws" => Transport::Ws,
        "wss" => Transport::wss_with_config(tls()?),
        _ => Transport::tcp(),
    });
    if !parsed.username().is_empty() {
        options.set_credentials(unescape(parsed.username()), unescape(parsed.password().unwrap_or_default()));
    }
    Ok((options, format!("{host}:{port}")))
}

/// TLS that trusts what this system trusts.
fn tls() -> Result<TlsConfiguration, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err("this system trusts no certificate authority; install ca-certificates".to_owned());
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConfiguration::Rustls(Arc::new(config)))
}

/// `%40` → `@`, as in an address; what is no escape stays as it is.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = (first == b'%').then(|| tail.get(..2)).flatten();
        if let Some(byte) = escaped.and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok())
        {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
