//! The embedded broker: for a first look, a demo, a small site. It listens on 127.0.0.1 only and keeps nothing on disk.
//!
//! Anybody on this machine may publish and read `fleet/` and `sensors/` without a password, so that
//! `mosquitto_pub -h 127.0.0.1 -t fleet/van-1/crash -m '{…}'` works by hand. Everything else is for this desk's own
//! clients, which log in with a password that is made anew at every start: `drill/` and `sample/`, and what the desk
//! says itself (`fleet/…/ack`, `fleet/…/verdict`, `temperature/…`).
//!
//! What it does not promise: it acknowledges a message when it has it in memory. A message that was acknowledged to the
//! sender and not yet stored by the desk is gone when the process dies; senders must go on until the application's own
//! acknowledgement.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use mqtt5::broker::auth::{AuthProvider, AuthResult};
use mqtt5::broker::config::{BrokerConfig, StorageBackend, StorageConfig};
use mqtt5::broker::{BrokerShutdownHandle, MqttBroker};
use mqtt5::packet::connect::ConnectPacket;
use mqtt5::types::ReasonCode;

use super::settings::CLIENT_ID_PREFIX;
use super::{Error, Secret, Settings};

/// The user name of this desk's own clients.
const DESK: &str = "fleetwatch-desk";
/// Messages that may wait for one client: below this flood the broker would drop them.
const CLIENT_QUEUE: usize = 200_000;
/// The largest packet it takes, bytes: the clients' default cap, so that nothing gets in that cannot come out.
const MAX_PACKET_BYTES: usize = 4 << 20;
/// Retained messages, of 64 KiB at most each: one for every topic of a large fleet.
const MAX_RETAINED: usize = 50_000;
/// How long the queue of a client that went away is kept: it is memory.
const SESSION_EXPIRY: Duration = Duration::from_hours(1);
/// The port that people type by hand.
const USUAL_PORT: u16 = 1883;
/// How long running connections get at the end.
const GOODBYE: Duration = Duration::from_secs(2);

/// The embedded broker, running. Dropping it stops it.
pub struct Embedded {
    port: u16,
    password: Secret,
    shutdown: BrokerShutdownHandle,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Embedded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Embedded").field("port", &self.port).finish_non_exhaustive()
    }
}

/// Starts the broker on 127.0.0.1. Without a port it takes 1883, or any that is free where 1883 is not.
pub fn start(port: Option<u16>) -> Result<Embedded, Error> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("embedded-broker").enable_all().build()?;
    let password = Secret::new(random_password()?);
    let bind = |port| runtime.block_on(MqttBroker::with_config(config(port)));
    let wanted = port.unwrap_or(USUAL_PORT);
    let broker = match bind(wanted) {
        Ok(broker) => broker,
        Err(_) if port.is_none() => bind(0).map_err(|error| Error::Embedded(error.to_string()))?,
        Err(_) if is_taken(wanted) => return Err(Error::PortBusy(wanted)),
        Err(error) => return Err(Error::Embedded(error.to_string())),
    };
    let mut broker = broker.with_auth_provider(Arc::new(Doorkeeper { password: password.clone() }));
    let port = broker.local_addr().ok_or_else(|| Error::Embedded("it has no address".to_owned()))?.port();
    let shutdown = broker.shutdown_handle();
    let mut ready = broker.ready_receiver();
    let handle = runtime.handle().clone();
    let thread = std::thread::Builder::new().name("embedded-broker-run".to_owned()).spawn(move || {
        if let Err(error) = runtime.block_on(broker.run()) {
            log::error!("the embedded broker ended: {error}");
        }
        runtime.shutdown_timeout(GOODBYE);
    })?;
    // A request to stop that comes before it is ready would not be heard.
    if handle.block_on(ready.wait_for(|ready| *ready)).is_err() {
        return Err(Error::Embedded("it ended at once".to_owned()));
    }
    Ok(Embedded { port, password, shutdown, thread: Some(thread) })
}

impl Embedded {
    /// Where it listens, for people and devices; without a password.
    pub fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    /// Where it listens, with this desk's own name and password: for programs of the same user, which may write drills.
    pub fn own_url(&self) -> Secret {
        Secret::new(format!("mqtt://{DESK}:{}@127.0.0.1:{}", self.password.expose(), self.port))
    }

    /// `settings` for this desk's own clients: this broker, its password, no TLS files.
    pub fn settings(&self, settings: &Settings) -> Settings {
        Settings {
            url: Some(Secret::new(self.url())),
            // The doorkeeper keeps these names for us; the sessions die with the broker, so the name may be new.
            client_id: Some(Settings::fresh_client_id()),
            username: Some(DESK.to_owned()),
            password: Some(self.password.clone()),
            ca_file: None,
            client_cert_file: None,
            client_key_file: None,
            ..settings.clone()
        }
    }

    /// Stops it and waits. Everything in its memory is gone.
    pub fn stop(mut self) {
        self.shutdown.shutdown();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the embedded broker ended by a panic");
        }
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.shutdown.shutdown();
    }
}

fn config(port: u16) -> BrokerConfig {
    let storage = StorageConfig {
        backend: StorageBackend::Memory,
        max_queued_messages_per_client: CLIENT_QUEUE,
        ..StorageConfig::default()
    };
    BrokerConfig {
        bind_addresses: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, port))],
        max_clients: 10_000,
        max_packet_size: MAX_PACKET_BYTES,
        max_retained_messages: MAX_RETAINED,
        max_retained_message_size: 64 << 10,
        max_subscriptions_per_client: 1_000,
        session_expiry_interval: SESSION_EXPIRY,
        client_channel_capacity: CLIENT_QUEUE,
        maximum_qos: 1,
        sys_topics_enabled: false,
        storage_config: storage,
        ..BrokerConfig::default()
    }
}

fn is_taken(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err_and(|error| error.kind() == std::io::ErrorKind::AddrInUse)
}

fn random_password() -> Result<String, Error> {
    let mut bytes = [0_u8; 24];
    rustls::crypto::ring::default_provider()
        .secure_random
        .fill(&mut bytes)
        .map_err(|_no_entropy| Error::Embedded("the system gives no random numbers".to_owned()))?;
    Ok(bytes.into_iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| char::from_digit(digit.into(), 16)).collect())
}

/// Who may do what.
struct Doorkeeper {
    password: Secret,
}

/// The answer of a check that has nothing to wait for.
type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

impl AuthProvider for Doorkeeper {
    fn authenticate<'a>(&'a self, connect: &'a ConnectPacket, _from: SocketAddr) -> Answer<'a, mqtt5::Result<AuthResult>> {
        let answer = match (connect.username.as_deref(), connect.password.as_deref()) {
            (Some(DESK), Some(password)) if same(password, self.password.expose().as_bytes()) => {
                AuthResult::success_with_user(DESK)
            }
            (Some(DESK), _) => AuthResult::fail(ReasonCode::BadUsernameOrPassword),
            // A client id is the key to a session: nobody takes over the desk's.
            _ if connect.client_id.starts_with(CLIENT_ID_PREFIX) => AuthResult::fail(ReasonCode::ClientIdentifierNotValid),
            _ => AuthResult::success(),
        };
        Box::pin(std::future::ready(Ok(answer)))
    }

    fn authorize_publish<'a>(&'a self, _client_id: &str, user: Option<&'a str>, topic: &'a str) -> Answer<'a, bool> {
        Box::pin(std::future::ready(user == Some(DESK) || a_device_may_write(topic)))
    }

    fn authorize_subscribe<'a>(&'a self, _client_id: &str, user: Option<&'a str>, filter: &'a str) -> Answer<'a, bool> {
        Box::pin(std::future::ready(user == Some(DESK) || anybody_may_read(filter)))
    }
}

/// What devices send. Acknowledgements and verdicts are the desk's own: a forged acknowledgement would make a vehicle
/// stop sending its crash report.
fn a_device_may_write(topic: &str) -> bool {
    (topic.starts_with("fleet/") || topic.starts_with("sensors/")) && !topic.ends_with("/ack") && !topic.ends_with("/verdict")
}

fn anybody_may_read(filter: &str) -> bool {
    ["fleet/", "sensors/", "temperature/"].iter().any(|root| filter.starts_with(root))
}

/// Compares in a time that does not tell how far they agree.
fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}
