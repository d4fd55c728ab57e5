//! MQTT: the two lanes in, publishes out, and the embedded broker.
//!
//! [`connect`] starts one lane: a client with a thread of its own that does nothing but poll, hands each message to a
//! [`Sink`] and goes on trying when the line is cut. Acknowledgements and publishes go through [`Acker`] and
//! [`Publisher`], which never wait: a client that awaits them in the task that polls freezes for good after a burst.
//!
//! What the lanes promise:
//! - **crash**: a durable session, `QoS` 1, acknowledged by hand and only on the connection that delivered the packet.
//!   What was not acknowledged comes again. Never shed here.
//! - **telemetry**: a clean session, `QoS` 0 unless the settings ask for 1 (then acknowledged at once).
//!
//! Both subscribe again on every connection, read what the broker answered to it, back off with jitter, and say what is
//! wrong in words that name the fix ([`LinkStatus::reason`]). TLS is never relaxed and never given up for plain text.
//!
//! An edge: it knows `model`, `clock` and `aws` only.

pub mod backoff;
pub mod embedded;
pub mod endpoint;
pub mod settings;

mod iot_core;
mod publisher;
mod remedy;
mod subscriber;
mod tls;
mod words;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use rumqttc::{AsyncClient, ConnectionError, MqttOptions, NetworkOptions, TlsConfiguration, Transport};

use crate::aws::Environment;
use crate::model::{Lane, Link, LinkStatus, Origin, Packet};
use iot_core::IotCore;

pub use embedded::Embedded;
pub use endpoint::Endpoint;
pub use publisher::{Acker, Done, PublishError, Publisher};
pub use settings::{Qos, Secret, Settings};

/// Where a lane puts what it gets. Called from the lane's own thread, in order.
pub trait Sink: Send + 'static {
    /// A message came. May block: then TCP and the broker hold the rest back. It must stay well under the keep-alive
    /// time (15 s unless set otherwise), or the broker takes the desk for dead.
    fn packet(&mut self, packet: Packet);
    /// The connection changed.
    fn link(&mut self, link: Link, status: LinkStatus);
}

/// One topic filter to subscribe to, under each root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Without a root.
    pub topic: String,
    /// On which lane it must come.
    pub lane: Lane,
    /// Whether the lane is not whole without it. One that is merely offered (a format that perhaps nobody here sends)
    /// may be refused by the broker: that is told, and is no fault.
    pub needed: bool,
}

/// Why a lane or the embedded broker cannot be started. What goes wrong later is a [`LinkStatus`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No `url`, and nobody put the embedded broker's in.
    #[error("no broker is set: put its address under [broker] url, such as \"mqtt://broker.example:1883\"")]
    NoBroker,
    /// No client id; a durable session needs one that stays the same from run to run.
    #[error("no client id is set: a durable session needs one that stays the same")]
    NoClientId,
    /// The address cannot be read.
    #[error(transparent)]
    Endpoint(#[from] endpoint::Error),
    /// A number is out of its range.
    #[error("{name} under [broker] must be from {min} to {max}, and is {value}")]
    Range {
        /// Which setting.
        name: &'static str,
        /// At least.
        min: u64,
        /// At most.
        max: u64,
        /// What it is.
        value: u64,
    },
    /// A group's name that no broker takes.
    #[error("share under [broker] must be 1 to 40 letters, digits, - and _")]
    Share,
    /// TLS files for an address that is plain text.
    #[error("{0} is set, but the broker's address is not encrypted: begin it with mqtts:// or wss://")]
    TlsFileForPlain(&'static str),
    /// A client certificate without its key or the reverse.
    #[error("client_cert_file and client_key_file go together: set both or neither")]
    HalfClientCert,
    /// A TLS file that cannot be read.
    #[error("{name} cannot be used: {why}; give a PEM file that this user may read: {}", path.display())]
    TlsFile {
        /// Which setting.
        name: &'static str,
        /// What is wrong with it.
        why: String,
        /// Which file.
        path: PathBuf,
    },
    /// The system has no certificate authorities.
    #[error("this system has no trusted certificates: install ca-certificates or set ca_file under [broker]")]
    NoSystemRoots,
    /// The certificate and its key do not fit, or TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The address is one of IoT Core, and no way to it can be set up.
    #[error("connections to IoT Core cannot be set up: {0}")]
    IotCore(String),
    /// The embedded broker's port is taken.
    #[error("port {0} is taken, probably by another broker or another desk: stop it, or set another embedded_port")]
    PortBusy(u16),
    /// The embedded broker did not start.
    #[error("the embedded broker did not start: {0}")]
    Embedded(String),
    /// The system refused a thread or a runtime.
    #[error("the system refused a thread for MQTT: {0}")]
    Thread(#[from] std::io::Error),
}

/// One lane, running. Dropping it stops it without waiting; [`Client::stop`] says goodbye first.
#[derive(Debug)]
pub struct Client {
    /// Acknowledges packets of this lane.
    pub acker: Acker,
    /// Publishes.
    pub publisher: Publisher,
    stop: Arc<subscriber::Stop>,
    thread: Option<JoinHandle<()>>,
}

/// How long a connection attempt, or one write, may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Starts a lane and returns at once; how the connection goes is told to `sink`.
///
/// `origins` are the topic roots to subscribe: `&[Origin::Device, Origin::Drill]` for a desk. Of `subscriptions` the lane
/// takes its own.
pub fn connect(
    settings: &Settings,
    lane: Lane,
    origins: &[Origin],
    subscriptions: &[Subscription],
    sink: impl Sink,
) -> Result<Client, Error> {
    settings.check()?;
    let client_id = format!("{}-{}", settings.client_id.as_deref().ok_or(Error::NoClientId)?, lane_name(lane));
    let Way { mut options, endpoint, iot_core } = way(settings, &client_id)?;
    // One more than can be in flight, so that our own publishes can never hold up an acknowledgement.
    options.set_inflight(publisher::MAX_PUBLISHES as u16 + 1);
    options.set_clean_session(lane == Lane::Telemetry);
    options.set_manual_acks(lane == Lane::Crash);

    let (client, mut eventloop) = AsyncClient::new(options, publisher::CHANNEL_CAPACITY);
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    network.set_connection_timeout(CONNECT_TIMEOUT.as_secs());
    eventloop.set_network_options(network);

    let outbox = Arc::new(publisher::Outbox::new(client.clone(), settings.max_packet_bytes));
    let stop = Arc::new(subscriber::Stop::default());
    let subscriber = subscriber::Subscriber::new(
        subscriber::Parts { eventloop, client, outbox: Arc::clone(&outbox), endpoint, iot_core, client_id, lane },
        subscriber::chunks(lane, origins, subscriptions, settings),
        sink,
    );
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let thread = std::thread::Builder::new().name(format!("mqtt-{}", lane_name(lane))).spawn({
        let stop = Arc::clone(&stop);
        move || {
            runtime.block_on(subscriber.run(&stop));
            // A name lookup that hangs must not hold up the end.
            runtime.shutdown_background();
        }
    })?;
    Ok(Client { acker: Acker::new(Arc::clone(&outbox)), publisher: Publisher::new(outbox), stop, thread: Some(thread) })
}

impl Client {
    /// Sends what was acknowledged so far, disconnects cleanly and waits for the thread, two seconds at most after the
    /// sink returned. Whoever empties the queue behind the sink must go on until this returns.
    pub fn stop(mut self) {
        self.stop.ask();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("a thread of the broker ended by a panic");
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.stop.ask();
    }
}

const fn lane_name(lane: Lane) -> &'static str {
    match lane {
        Lane::Crash => "crash",
        Lane::Telemetry => "telemetry",
    }
}

/// A way to the broker of some settings, for whoever has a client of its own.
#[derive(Debug)]
pub struct Way {
    /// How to connect.
    pub options: MqttOptions,
    /// Where to.
    pub endpoint: Endpoint,
    /// Signs each connection, where the broker is IoT Core.
    iot_core: Option<Arc<IotCore>>,
}

impl Way {
    /// Says why a connection as this client failed and what to do, the raw error last; it may have been accepted before.
    pub fn explain(&self, client_id: &str) -> impl Fn(&ConnectionError, bool) -> String + Send + 'static {
        let (endpoint, iot_core, client_id) = (self.endpoint.clone(), self.iot_core.clone(), client_id.to_owned());
        let max_packet_bytes = self.options.max_packet_size();
        move |error, connected| {
            let signed = iot_core.is_some();
            let unsigned = iot_core.as_ref().and_then(|iot_core| iot_core.take_failure());
            let context = words::Context { endpoint: &endpoint, client_id: &client_id, signed, connected, max_packet_bytes };
            let reason = unsigned.unwrap_or_else(|| words::explain(error, context).reason);
            format!("{reason} ({error})")
        }
    }
}

/// The way to the broker of these settings, as this client.
pub fn way(settings: &Settings, client_id: &str) -> Result<Way, Error> {
    let endpoint: Endpoint = settings.url.as_ref().ok_or(Error::NoBroker)?.expose().parse()?;
    let iot_core = IotCore::of(&endpoint, settings.login(&endpoint).is_some(), Environment::of_process())?.map(Arc::new);
    let own = || (endpoint.scheme, endpoint.address(), endpoint.port);
    let (scheme, address, port) = iot_core.as_ref().and_then(|iot_core| iot_core.peer()).unwrap_or_else(own);
    let mut options = MqttOptions::new(client_id, address, port);
    if let Some(iot_core) = iot_core.clone() {
        options.set_request_modifier(move |mut request| {
            let iot_core = Arc::clone(&iot_core);
            async move {
                let address = format!("{}?{}", request.uri(), iot_core.query().await);
                if let (Ok(address), Ok(host)) = (address.parse(), iot_core.host().parse()) {
                    *request.uri_mut() = address;
                    request.headers_mut().insert("host", host);
                }
                request
            }
        });
    }
    let tls = if scheme.is_encrypted() {
        Some(TlsConfiguration::Rustls(tls::config(settings, iot_core::alpn(&endpoint))?))
    } else {
        tls::refuse_files(settings)?;
        None
    };
    options.set_transport(match (scheme.is_websocket(), tls) {
        (false, None) => Transport::Tcp,
        (false, Some(tls)) => Transport::Tls(tls),
        (true, None) => Transport::Ws,
        (true, Some(tls)) => Transport::Wss(tls),
    });
    if let Some((username, password)) = settings.login(&endpoint) {
        if !endpoint.scheme.is_encrypted() && !endpoint.is_loopback() {
            log::warn!("the password for {endpoint} travels unencrypted: use mqtts:// where the broker offers it");
        }
        options.set_credentials(username, password);
    }
    options.set_keep_alive(Duration::from_secs(settings.keep_alive_secs));
    options.set_max_packet_size(settings.max_packet_bytes, settings.max_packet_bytes);
    Ok(Way { options, endpoint, iot_core })
}
