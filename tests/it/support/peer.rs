//! Another client of the broker: a vehicle that sends, or whoever listens.

use std::io::{BufWriter, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rumqttc::{Client, Event, MqttOptions, Packet, QoS};
use serde_json::Value;

use super::headless::eventually;

/// A message: topic and payload.
pub(crate) type Message = (String, Vec<u8>);

/// A client that reconnects and subscribes again.
pub(crate) struct Peer {
    client: Client,
    got: Arc<Mutex<Vec<Message>>>,
    n_accepted: Arc<AtomicUsize>,
    n_sent: usize,
    ending: Arc<AtomicBool>,
}

impl Peer {
    /// Connects and waits until it has subscribed to `filters`.
    #[track_caller]
    pub(crate) fn connect(port: u16, filters: &[&str]) -> Self {
        Self::connect_with(MqttOptions::new(Self::name(), Ipv4Addr::LOCALHOST.to_string(), port), filters)
    }

    /// A client id of its own.
    pub(crate) fn name() -> String {
        format!("peer-{:016x}", fastrand::u64(..))
    }

    /// The same by any way.
    #[track_caller]
    pub(crate) fn connect_with(mut options: MqttOptions, filters: &[&str]) -> Self {
        options.set_max_packet_size(8 << 20, 8 << 20);
        options.set_inflight(100);
        options.set_keep_alive(Duration::from_mins(1));
        let (client, mut connection) = Client::new(options, 200_000);
        let got: Arc<Mutex<Vec<Message>>> = Arc::default();
        let (n_accepted, n_subscribed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let ending = Arc::new(AtomicBool::new(false));
        let peer = Self {
            client: client.clone(),
            got: Arc::clone(&got),
            n_accepted: Arc::clone(&n_accepted),
            n_sent: 0,
            ending: Arc::clone(&ending),
        };
        let filters: Vec<String> = filters.iter().map(ToString::to_string).collect();
        let n_filters = filters.len();
        let reading = {
            let n_subscribed = Arc::clone(&n_subscribed);
            move || {
                for event in connection.iter() {
                    if ending.load(Ordering::Acquire) {
                        return;
                    }
                    match event {
                        Ok(Event::Incoming(Packet::ConnAck(_))) => {
                            for filter in &filters {
                                client.try_subscribe(filter, QoS::AtLeastOnce).unwrap();
                            }
                        }
                        Ok(Event::Incoming(Packet::SubAck(_))) => drop(n_subscribed.fetch_add(1, Ordering::AcqRel)),
                        Ok(Event::Incoming(Packet::PubAck(_))) => drop(n_accepted.fetch_add(1, Ordering::AcqRel)),
                        Ok(Event::Incoming(Packet::Publish(publish))) => {
                            got.lock().unwrap().push((publish.topic.clone(), publish.payload.to_vec()));
                        }
                        Ok(_) => {}
                        // The broker is away: knock again soon.
                        Err(_) => std::thread::sleep(Duration::from_millis(50)),
                    }
                }
            }
        };
        std::thread::Builder::new().name("peer".to_owned()).spawn(reading).unwrap();
        eventually("the peer has subscribed", 30, || n_subscribed.load(Ordering::Acquire) >= n_filters);
        peer
    }

    /// Sends with `QoS` 1.
    pub(crate) fn send(&mut self, topic: &str, payload: impl Into<Vec<u8>>) {
        self.client.publish(topic, QoS::AtLeastOnce, false, payload).unwrap();
        self.n_sent += 1;
    }

    /// Waits until the broker has acknowledged all that was sent.
    #[track_caller]
    pub(crate) fn flush(&self) {
        eventually("the broker has taken everything", 60, || self.n_accepted.load(Ordering::Acquire) >= self.n_sent);
    }

    /// Everything that came so far on topics that end like this.
    pub(crate) fn got(&self, ending: &str) -> Vec<Message> {
        self.got.lock().unwrap().iter().filter(|(topic, _)| topic.ends_with(ending)).cloned().collect()
    }

    /// How many came so far on topics that end like this.
    pub(crate) fn n_got(&self, ending: &str) -> usize {
        self.got.lock().unwrap().iter().filter(|(topic, _)| topic.ends_with(ending)).count()
    }

    /// Takes everything that came so far.
    pub(crate) fn take(&self) -> Vec<Message> {
        std::mem::take(&mut *self.got.lock().unwrap())
    }

    /// Waits for `n` messages on topics that end like this, and answers them as JSON.
    #[track_caller]
    pub(crate) fn wait_for(&self, ending: &str, n: usize, secs: u64) -> Vec<Value> {
        eventually(&format!("{n} messages on …{ending}, {} came", self.n_got(ending)), secs, || self.n_got(ending) >= n);
        self.got(ending).iter().map(|(_, payload)| serde_json::from_slice(payload).unwrap()).collect()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Release);
        self.client.try_disconnect().ok();
    }
}

/// A crash report that is real by its airbag, small and without a time, so that our clock counts.
pub(crate) fn airbag(event_id: &str) -> String {
    format!(r#"{{"event_id":"{event_id}","airbag":true}}"#)
}

/// A connection that writes ready-made `QoS` 0 publishes as fast as the broker takes them.
pub(crate) struct Flood(BufWriter<TcpStream>);

impl Flood {
    pub(crate) fn connect(port: u16) -> Self {
        let mut socket = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        socket.write_all(&[0x10, 0x11, 0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 0, 0, 5, b'f', b'l', b'o', b'o', b'd']).unwrap();
        let mut answer = [0; 4];
        socket.read_exact(&mut answer).unwrap();
        assert_eq!(answer, [0x20, 2, 0, 0], "the broker refused the flood");
        Self(BufWriter::with_capacity(1 << 16, socket))
    }

    pub(crate) fn send(&mut self, topic: &str, payload: &[u8]) {
        let mut length = 2 + topic.len() + payload.len();
        self.0.write_all(&[0x30]).unwrap();
        while length > 127 {
            self.0.write_all(&[(length % 128) as u8 | 0x80]).unwrap();
            length /= 128;
        }
        self.0.write_all(&[length as u8]).unwrap();
        self.0.write_all(&(topic.len() as u16).to_be_bytes()).unwrap();
        self.0.write_all(topic.as_bytes()).unwrap();
        self.0.write_all(payload).unwrap();
    }

    pub(crate) fn flush(&mut self) {
        self.0.flush().unwrap();
    }
}
