//! A loopback MQTT server that writes ready-made PUBLISH frames as fast as the socket takes them, so that no broker is
//! the brake. It lets in every client and floods the first one that subscribes to the asked-for topics.
//!
//! ```ignore
//! let flood = Flood::start(Frames::encode(100_000, driving, |_| None), 1_000_000, "driving");
//! // connect to flood.url(), then:
//! let (first_byte, last_byte) = flood.wait();
//! ```

use std::io::{self, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::Builder;
use std::time::Instant;

use fleetwatch::clock::Clock;

/// Bytes a write, at most.
const WRITE_BYTES: usize = 64 << 10;
/// Vehicles in [`driving`].
const N_VEHICLES: usize = 1_000;

/// Encoded PUBLISH packets, cut into writes at packet boundaries.
#[derive(Clone)]
pub(crate) struct Frames {
    bytes: Vec<u8>,
    /// Each write: where it ends and how many packets it has.
    writes: Vec<(usize, usize)>,
    /// Where each packet ends.
    ends: Vec<usize>,
}

impl Frames {
    /// Encodes `n` packets; `generate` is given the number of each, from 0, and answers with topic and payload, and `id` with
    /// its packet id where it is sent at `QoS` 1.
    pub(crate) fn encode(
        n: usize,
        mut generate: impl FnMut(usize) -> (String, Vec<u8>),
        id: impl Fn(usize) -> Option<u16>,
    ) -> Self {
        let mut frames = Self { bytes: Vec::new(), writes: Vec::new(), ends: Vec::with_capacity(n) };
        let (mut write_start, mut n_in_write) = (0, 0);
        for number in 0..n {
            let start = frames.bytes.len();
            let (topic, payload) = generate(number);
            push_publish(&mut frames.bytes, &topic, &payload, id(number));
            if n_in_write > 0 && frames.bytes.len() - write_start > WRITE_BYTES {
                frames.writes.push((start, n_in_write));
                (write_start, n_in_write) = (start, 0);
            }
            n_in_write += 1;
            frames.ends.push(frames.bytes.len());
        }
        frames.writes.push((frames.bytes.len(), n_in_write));
        frames
    }

    /// Writes `n_messages`, from the beginning again as often as it takes.
    fn write(&self, socket: &Mutex<TcpStream>, n_messages: usize) -> io::Result<()> {
        let mut n_left = n_messages;
        while n_left > 0 {
            let (mut start, mut first) = (0, 0);
            for (end, n_packets) in &self.writes {
                let n_now = n_left.min(*n_packets);
                let end = if n_now == *n_packets { *end } else { self.ends[first + n_now - 1] };
                answer(socket, &self.bytes[start..end])?;
                n_left -= n_now;
                if n_left == 0 {
                    break;
                }
                (start, first) = (end, first + n_packets);
            }
        }
        Ok(())
    }
}

/// A running server; it ends with the value.
pub(crate) struct Flood {
    address: SocketAddr,
    spans: Receiver<(Instant, Instant)>,
    acknowledged: Arc<AtomicUsize>,
}

impl Flood {
    /// Starts it. The first client with `topic_part` in one of its filters gets `n_messages`; after that its connection
    /// stays open.
    pub(crate) fn start(frames: Frames, n_messages: usize, topic_part: &'static str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback port");
        let address = listener.local_addr().expect("its address");
        let (tell, spans) = sync_channel(1);
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let job = Job { frames, n_messages, topic_part, taken: AtomicBool::new(false), tell, acknowledged: acknowledged.clone() };
        let job = Arc::new(job);
        Builder::new()
            .name("flood".to_owned())
            .spawn(move || {
                for socket in listener.incoming().map_while(Result::ok) {
                    let job = Arc::clone(&job);
                    // A client that goes away ends its thread; that is no error here.
                    Builder::new().name("flood-client".to_owned()).spawn(move || job.serve(socket).ok()).expect("a thread");
                }
            })
            .expect("a thread");
        Self { address, spans, acknowledged }
    }

    /// Its address for `[broker] url`.
    pub(crate) fn url(&self) -> String {
        format!("mqtt://{}", self.address)
    }

    /// PUBACKs so far.
    pub(crate) fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Waits until everything is written; answers with the instants of the first and the last byte.
    pub(crate) fn wait(&self) -> (Instant, Instant) {
        self.spans.recv().expect("a client that stays until the end")
    }
}

/// Row `number` of a fleet of 1,000 vehicles at 1 Hz: a topic and about 200 bytes of JSON with values that change as
/// real ones do.
pub(crate) fn driving(number: usize) -> (String, Vec<u8>) {
    let (vehicle, second) = (number % N_VEHICLES, number / N_VEHICLES);
    let phase = vehicle as f64 * 0.37 + second as f64 * 0.05;
    let (sin, cos) = phase.sin_cos();
    let payload = format!(
        concat!(
            "{{\"occurred_at\":{},\"boot_id\":\"b{:03}\",\"seq\":{},\"speed_kmh\":{:.1},",
            "\"accel_g\":{{\"x\":{:.3},\"y\":{:.3},\"z\":{:.3}}},",
            "\"position\":{{\"lat\":{:.6},\"lon\":{:.6},\"hdop\":{:.1}}},\"heading_deg\":{:.1}}}"
        ),
        1_790_000_000_000_u64 + second as u64 * 1_000 + vehicle as u64 % 997,
        vehicle % 7,
        second,
        (55.0 + 45.0 * sin).max(0.0),
        0.21 * cos,
        0.13 * sin,
        1.0 + 0.02 * (phase * 9.0).sin(),
        // Some 20 m a second: further would be a jump, and dropped.
        37.5 + 0.004 * sin,
        127.0 + 0.004 * cos,
        0.8 + 0.3 * (phase * 0.1).sin().abs(),
        (phase.rem_euclid(std::f64::consts::TAU)).to_degrees(),
    );
    (format!("fleet/veh-{vehicle:04}/driving"), payload.into_bytes())
}

struct Job {
    frames: Frames,
    n_messages: usize,
    topic_part: &'static str,
    taken: AtomicBool,
    tell: SyncSender<(Instant, Instant)>,
    acknowledged: Arc<AtomicUsize>,
}

impl Job {
    /// CONNECT, SUBSCRIBE and PINGREQ are answered, PUBACKs counted, all else is read over. The flood is written by a thread
    /// of its own, since what the client publishes meanwhile must be read.
    fn serve(self: &Arc<Self>, socket: TcpStream) -> io::Result<()> {
        socket.set_nodelay(true)?;
        let mut incoming = BufReader::with_capacity(WRITE_BYTES, socket.try_clone()?);
        let socket = Arc::new(Mutex::new(socket));
        loop {
            let (kind, body) = read_packet(&mut incoming)?;
            match kind >> 4 {
                1 => answer(&socket, &[0x20, 2, 0, 0])?,
                8 => {
                    let filters = filters(&body);
                    let mut suback = vec![0x90, 2 + filters.len() as u8, body[0], body[1]];
                    suback.extend(filters.iter().map(|(_, qos)| qos.min(&1)));
                    answer(&socket, &suback)?;
                    let wanted = filters.iter().any(|(filter, _)| filter.contains(self.topic_part));
                    if wanted && !self.taken.swap(true, Ordering::Relaxed) {
                        let (job, socket) = (Arc::clone(self), Arc::clone(&socket));
                        Builder::new().name("flood-writer".to_owned()).spawn(move || {
                            let start = Clock.instant();
                            // A client that goes away ends the flood; that is no error here.
                            job.frames.write(&socket, job.n_messages).ok();
                            job.tell.send((start, Clock.instant())).ok();
                        })?;
                    }
                }
                4 => _ = self.acknowledged.fetch_add(1, Ordering::Relaxed),
                12 => answer(&socket, &[0xd0, 0])?,
                14 => return Ok(()),
                _ => {}
            }
        }
    }
}

/// Writes whole packets: an answer must not fall into the middle of the flood.
fn answer(socket: &Mutex<TcpStream>, packets: &[u8]) -> io::Result<()> {
    socket.lock().expect("no panic").write_all(packets)
}

/// Each filter with the `QoS` that is asked for.
fn filters(subscribe: &[u8]) -> Vec<(String, u8)> {
    let mut filters = Vec::new();
    let mut rest = &subscribe[2..];
    while let [high, low, tail @ ..] = rest {
        let (filter, tail) = tail.split_at(usize::from(u16::from_be_bytes([*high, *low])));
        filters.push((String::from_utf8_lossy(filter).into_owned(), tail[0]));
        rest = &tail[1..];
    }
    filters
}

pub(crate) fn read_packet(socket: &mut impl io::Read) -> io::Result<(u8, Vec<u8>)> {
    let mut byte = [0];
    socket.read_exact(&mut byte)?;
    let [kind] = byte;
    let (mut n_bytes, mut shift) = (0_usize, 0);
    loop {
        socket.read_exact(&mut byte)?;
        n_bytes |= usize::from(byte[0] & 0x7f) << shift;
        shift += 7;
        if byte[0] & 0x80 == 0 {
            break;
        }
    }
    let mut body = vec![0; n_bytes];
    socket.read_exact(&mut body)?;
    Ok((kind, body))
}

/// Encodes a PUBLISH, `QoS` 1 where it has a packet id.
pub(crate) fn push_publish(bytes: &mut Vec<u8>, topic: &str, payload: &[u8], packet_id: Option<u16>) {
    bytes.push(if packet_id.is_some() { 0x32 } else { 0x30 });
    let mut n_bytes = 2 + topic.len() + payload.len() + 2 * usize::from(packet_id.is_some());
    loop {
        let digit = (n_bytes % 128) as u8;
        n_bytes /= 128;
        bytes.push(if n_bytes > 0 { digit | 0x80 } else { digit });
        if n_bytes == 0 {
            break;
        }
    }
    bytes.extend((topic.len() as u16).to_be_bytes());
    bytes.extend(topic.as_bytes());
    bytes.extend(packet_id.into_iter().flat_map(u16::to_be_bytes));
    bytes.extend(payload);
}
