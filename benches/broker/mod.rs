//! A real mosquitto, and a publisher that costs next to nothing.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fleetwatch::clock::Clock;
use fleetwatch::model::Timestamp;

use crate::flood::{driving, push_publish, read_packet};
use crate::measure::{cpu_secs_of_process, say, until_let_go};

/// A running mosquitto on a loopback port; killed with the value.
pub(crate) struct Mosquitto {
    child: Child,
    port: u16,
    _dir: tempfile::TempDir,
}

impl Mosquitto {
    /// Starts one that drops nothing; `None` where it is not installed.
    pub(crate) fn start() -> Option<Self> {
        Self::with_window(20)
    }

    /// The same with so many messages under way to a client that are not acknowledged; mosquitto's own default is 20.
    pub(crate) fn with_window(max_inflight: u16) -> Option<Self> {
        let dir = tempfile::tempdir().expect("a directory");
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr()).expect("a port").port();
        let config = dir.path().join("mosquitto.conf");
        let text = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages {max_inflight}\nlog_type error\n"
        );
        std::fs::write(&config, text).expect("a file");
        let start =
            |program: &str| Command::new(program).arg("-c").arg(&config).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok();
        let child = start("mosquitto").or_else(|| start("/usr/sbin/mosquitto"))?;
        let broker = Self { child, port, _dir: dir };
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(broker)
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    /// CPU time so far, s.
    pub(crate) fn cpu_secs(&self) -> f64 {
        cpu_secs_of_process(self.child.id())
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What a publisher sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Load {
    /// Driving data, `QoS` 0.
    Driving0,
    /// Driving data, `QoS` 1.
    Driving1,
    /// Crash reports without samples, some 90 bytes.
    SmallCrash,
    /// Crash reports of 100 samples, some 3 KB.
    Crash,
}

impl Load {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Driving0 => "driving-0",
            Self::Driving1 => "driving-1",
            Self::SmallCrash => "small-crash",
            Self::Crash => "crash",
        }
    }

    fn of(name: &str) -> Self {
        let all = [Self::Driving0, Self::Driving1, Self::SmallCrash, Self::Crash];
        all.into_iter().find(|load| load.name() == name).expect("a load")
    }

    pub(crate) fn message(self, number: usize) -> (String, Vec<u8>) {
        match self {
            Self::Driving0 | Self::Driving1 => driving(number),
            Self::SmallCrash => crash(number, 0),
            Self::Crash => crash(number, 100),
        }
    }
}

/// A crash report of one of 1,000 vehicles; its event says when it was sent.
fn crash(number: usize, n_samples: usize) -> (String, Vec<u8>) {
    let now = Clock.now();
    let samples = if n_samples == 0 {
        String::new()
    } else {
        let column = |peak: f64| {
            let pulse = |at: usize| peak * (-((at as f64 - 50.0) / 8.0).powi(2)).exp();
            (0..n_samples).map(|at| format!("{:.3}", pulse(at))).collect::<Vec<_>>().join(",")
        };
        let t_ms = (0..n_samples).map(|at| (at as i64 * 2 - 100).to_string()).collect::<Vec<_>>().join(",");
        format!(
            ",\"frame\":\"vehicle\",\"gravity\":false,\"samples\":{{\"t_ms\":[{t_ms}],\"x_g\":[{}],\"y_g\":[{}],\"z_g\":[{}]}}",
            column(-22.0),
            column(3.0),
            column(1.0)
        )
    };
    let payload = format!("{{\"event_id\":\"{}-{number}\",\"occurred_at\":{},\"airbag\":false{samples}}}", now.0, now.millis());
    (format!("fleet/veh-{:04}/crash", number % 1_000), payload.into_bytes())
}

/// When the event in an announced line was sent.
pub(crate) fn sent_at(line: &str) -> Option<Timestamp> {
    let (_, rest) = line.split_once("\"event_id\":\"")?;
    let (_, id) = rest.split_once('/')?;
    Some(Timestamp(id.split_once('-')?.0.parse().ok()?))
}

/// Publishes `n` messages, `rate` a second, 0 for as fast as the broker takes them; says `ready`, goes on when told, and
/// says `done` when the broker has taken or acknowledged the last.
pub(crate) fn publish(port: u16, load: &str, n: usize, rate: u64) {
    let load = Load::of(load);
    let mut socket = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("a broker");
    socket.set_nodelay(true).expect("a socket");
    // CONNECT, clean session, no keep-alive, client "load".
    socket.write_all(b"\x10\x10\x00\x04MQTT\x04\x02\x00\x00\x00\x04load").expect("a broker");
    read_packet(&mut socket).expect("a CONNACK");
    let at_least_once = load != Load::Driving0;
    // Ready-made, unless each is to say when it was sent.
    let encode = |number: usize, bytes: &mut Vec<u8>| {
        let (topic, payload) = load.message(number);
        push_publish(bytes, &topic, &payload, at_least_once.then_some((number % 65_535) as u16 + 1));
    };
    let ready_made: Vec<Vec<u8>> = if rate == 0 { cut(n, encode) } else { Vec::new() };
    say("ready");
    let mut told = String::new();
    io::stdin().read_line(&mut told).expect("a word");
    let mut answers = socket.try_clone().expect("a socket");
    let acknowledged = std::thread::Builder::new().name("answers".to_owned()).spawn(move || {
        let n_bytes = if at_least_once { 4 * n as u64 } else { 0 };
        io::copy(&mut (&mut answers).take(n_bytes), &mut io::sink())
    });
    if rate == 0 {
        ready_made.iter().try_for_each(|bytes| socket.write_all(bytes)).expect("a broker");
    } else {
        let begin = Clock.instant();
        for number in 0..n {
            let due = Duration::from_secs_f64(number as f64 / rate as f64);
            std::thread::sleep(due.saturating_sub(begin.elapsed()));
            let mut bytes = Vec::new();
            encode(number, &mut bytes);
            socket.write_all(&bytes).expect("a broker");
        }
    }
    acknowledged.expect("a thread").join().expect("no panic").expect("acknowledgements");
    say("done");
    until_let_go();
}

/// Packets in writes of some 64 KiB.
fn cut(n: usize, encode: impl Fn(usize, &mut Vec<u8>)) -> Vec<Vec<u8>> {
    let mut writes = vec![Vec::new()];
    for number in 0..n {
        if writes.last().is_some_and(|bytes| bytes.len() > 64 << 10) {
            writes.push(Vec::new());
        }
        writes.last_mut().into_iter().for_each(|bytes| encode(number, bytes));
    }
    writes
}
