//! A line with a whole fleet on it: the host and the state as the desk runs them, one message after the other, by a clock
//! that the bench moves.

use std::sync::Arc;

use fleetwatch::clock::FakeClock;
use fleetwatch::functions;
use fleetwatch::host::Host;
use fleetwatch::model::effect::{Quantity, SampleChunk};
use fleetwatch::model::{
    DeviceId, DeviceKind, Effect, Fact, Focus, Lane, Link, LinkState, LinkStatus, Origin, Packet, Record, Timestamp,
};
use fleetwatch::pricing::PriceSheet;
use fleetwatch::state::{Snapshot, State};

pub(crate) const VEHICLES: usize = 10_000;
pub(crate) const SENSORS: usize = 400;
pub(crate) const INCIDENTS: usize = 200;
/// Messages a second; every device speaks in turn, once in 5.2 s.
pub(crate) const RATE: usize = 2_000;
/// What the strips of Live show.
const MINUTES: usize = 5;
const ROWS_A_CHUNK: usize = 256;

/// A fleet on the road.
pub(crate) struct Busy {
    host: Host,
    state: State,
    clock: FakeClock,
    pub(crate) now: Timestamp,
    n_sent: usize,
    second: i64,
}

impl Busy {
    /// Five minutes of driving, and the open incidents.
    pub(crate) fn new() -> Self {
        let now = Timestamp(1_773_803_567_000_000);
        let clock = FakeClock::new(now);
        let host = Host::new(functions::Settings::default(), 50_000, Box::new(clock.clone()));
        let mut busy =
            Self { host, state: State::new(512 << 20, PriceSheet::standard().clone()), clock, now, n_sent: 0, second: now.0 };
        for link in [Link::BrokerCrash, Link::BrokerTelemetry, Link::Store] {
            busy.tell(Fact::Linked { link, status: LinkStatus::plain(LinkState::Up), at: now });
        }
        for _ in 0..MINUTES * 60 * 10 {
            busy.pass_micros(100_000);
        }
        for i in 0..INCIDENTS {
            busy.receive(&format!("fleet/VAN-{:05}/crash", i * 47), &crash(i, busy.now));
        }
        busy
    }

    fn tell(&mut self, fact: Fact) {
        let mut effects = Vec::new();
        self.state.apply(fact, self.now, &mut effects);
        // A store that commits at once.
        for effect in effects {
            if let Effect::Save(Record::Crash(record)) = effect {
                let incident = record.incident.id.clone();
                self.tell(Fact::Stored { incident, event: Some(record.event.clone()), duplicate: false, at: self.now });
            }
        }
    }

    fn receive(&mut self, topic: &str, payload: &str) {
        let lane = if topic.ends_with("/crash") { Lane::Crash } else { Lane::Telemetry };
        let packet = Packet::new(lane, topic, bytes::Bytes::copy_from_slice(payload.as_bytes()), self.now);
        let mut facts = Vec::new();
        self.host.handle(&packet, &mut facts);
        for fact in facts {
            self.tell(fact);
        }
    }

    /// Time passes, and what is sent meanwhile arrives.
    pub(crate) fn pass_micros(&mut self, micros: i64) {
        self.now = self.now.plus_micros(micros);
        self.clock.set(self.now);
        let second = (self.now.0 - 1_773_803_567_000_000) as f64 / 1e6;
        while (self.n_sent as f64) < second * RATE as f64 {
            let i = self.n_sent % (VEHICLES + SENSORS);
            let round = self.n_sent / (VEHICLES + SENSORS);
            let (topic, payload) = if i < VEHICLES { drive(i, round, self.now) } else { measure(i - VEHICLES, round, self.now) };
            self.receive(&topic, &payload);
            self.n_sent += 1;
        }
        if self.now.0 - self.second >= 1_000_000 {
            self.second = self.now.0;
            self.tell(Fact::Ticked { at: self.now, queues: Vec::new(), store_bytes: 0 });
        }
    }

    /// What the window asked to look at.
    pub(crate) fn look(&mut self, focus: Focus) {
        self.tell(Fact::Looked(focus));
    }

    pub(crate) fn snapshot(&mut self) -> Snapshot {
        self.state.snapshot()
    }
}

fn drive(i: usize, round: usize, at: Timestamp) -> (String, String) {
    let spread = |salt: usize| ((i * salt) % 10_007) as f64 / 10_007.0 - 0.5;
    let heading = (i * 37 % 360) as f64;
    let kmh = 34.0 + 6.0 * (round as f64 * 0.4 + i as f64).sin();
    // 34 km/h for 5.2 s, there and back.
    let along = 4.4e-4 * ((round % 20) as f64 - 10.0).abs();
    let payload = format!(
        r#"{{"occurred_at":{},"speed_kmh":{kmh:.1},"accel_g":{{"x":{:.3},"y":0.02,"z":1.01}},"position":{{"lat":{:.6},"lon":{:.6}}},"heading_deg":{heading}}}"#,
        at.millis(),
        0.1 * (round as f64).sin(),
        37.5 + spread(389) + along * heading.to_radians().cos(),
        127.0 + spread(613) * 2.0 + along * heading.to_radians().sin(),
    );
    (format!("fleet/VAN-{i:05}/driving"), payload)
}

fn measure(i: usize, round: usize, at: Timestamp) -> (String, String) {
    let celsius = 4.0 + if i < 4 { 6.0 } else { 0.0 } + (round as f64 * 0.3 + i as f64).sin();
    (format!("sensors/RFR-{i:03}/temperature"), format!(r#"{{"occurred_at":{},"celsius":{celsius:.2}}}"#, at.millis()))
}

/// A crash from the front, 34 km/h within 110 ms.
fn crash(i: usize, at: Timestamp) -> String {
    let t_ms: Vec<i32> = (-200..400).step_by(10).collect();
    let hit =
        |t: i32| if (0..110).contains(&t) { -17.5 * (f64::from(t) / 110.0 * std::f64::consts::PI).sin().powi(2) } else { 0.0 };
    let x_g: Vec<String> = t_ms.iter().map(|&t| format!("{:.2}", hit(t))).collect();
    let flat = |value: &str| vec![value; t_ms.len()].join(",");
    format!(
        r#"{{"event_id":"evt-{i}","occurred_at":{},"frame":"vehicle","gravity":true,"range_g":32,"airbag":true,"position":{{"lat":{:.4},"lon":{:.4}}},"samples":{{"t_ms":{t_ms:?},"x_g":[{}],"y_g":[{}],"z_g":[{}]}}}}"#,
        at.millis(),
        37.3 + i as f64 * 0.002,
        126.9 + (i % 17) as f64 * 0.02,
        x_g.join(","),
        flat("0.01"),
        flat("1.0"),
    )
}

/// A million samples within the five minutes that Live plots, and as many new ones with time.
pub(crate) struct Dense {
    device: DeviceId,
    kind: DeviceKind,
    chunks: Vec<Arc<SampleChunk>>,
    tail: SampleChunk,
    n_made: usize,
    n_window: usize,
    end: Timestamp,
}

impl Dense {
    /// A series that ends at `end`.
    pub(crate) fn new(device: &str, kind: DeviceKind, n: usize, end: Timestamp) -> Self {
        let device = DeviceId::new(device);
        let tail = Self::empty(&device, kind);
        let begin = end.plus_secs(-(MINUTES as i64) * 60);
        let mut dense = Self { device, kind, chunks: Vec::new(), tail, n_made: 0, n_window: n, end: begin };
        dense.until(end);
        dense
    }

    fn empty(device: &DeviceId, kind: DeviceKind) -> SampleChunk {
        SampleChunk::new(device.clone(), kind, Origin::Device, Vec::new(), vec![Vec::new(); Quantity::of(kind).len()])
    }

    /// Goes on, as the state keeps it: full chunks that stay as they are, and a tail; the oldest go.
    pub(crate) fn until(&mut self, now: Timestamp) {
        let step = MINUTES as f64 * 60e6 / self.n_window as f64;
        let n = (now.micros_since(self.end) as f64 / step) as usize;
        for i in 0..n {
            self.tail.t_ms.push(self.end.plus_micros((i as f64 * step) as i64).millis());
            for (column, quantity) in self.tail.columns.iter_mut().zip(Quantity::of(self.kind)) {
                let (made, share) = (self.n_made, self.n_made as f64 / self.n_window as f64);
                let value = match quantity.key {
                    "lat" => 37.5 + share * 0.01,
                    "lon" => 127.0 + share * 0.01,
                    _ => 4.0 + 3.0 * (share * 40.0).sin() + (made * 7_919 % 1_009) as f64 / 1_009.0,
                };
                column.push(quantity.quantise(Some(value)));
            }
            self.n_made += 1;
            if self.tail.t_ms.len() == ROWS_A_CHUNK {
                let full = std::mem::replace(&mut self.tail, Self::empty(&self.device, self.kind));
                self.chunks.push(Arc::new(full));
            }
        }
        self.end = self.end.plus_micros((n as f64 * step) as i64);
        self.chunks.drain(..self.chunks.len().saturating_sub(self.n_window / ROWS_A_CHUNK + 1));
    }

    pub(crate) fn series(&self) -> Vec<Arc<SampleChunk>> {
        self.chunks.iter().cloned().chain([Arc::new(self.tail.clone())]).collect()
    }
}
