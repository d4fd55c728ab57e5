//! What one message costs in its function, and the slowest that foreign bytes can make of decoding.
//!
//! `cargo bench --bench functions`. Budgets on one core: a verdict on a record of 1,200 samples 200 µs, a driving or a
//! temperature message 2 µs, any payload of a fuzz target 50 ms. Beside the verdict, in the same run: the plain threshold
//! on the largest acceleration that it is compared with in `docs/ACCURACY.md`, and reading the same report's JSON.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench takes the time and says it")]

use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use divan::{Bencher, black_box};
use fleetwatch::decode::Decoder;
use fleetwatch::functions::{Function, judge_crash, preprocess_driving, route_temperature};
use fleetwatch::model::{CrashReport, Event, Lane, Packet, Reading, Timestamp};

#[path = "../fuzz/entries.rs"]
mod entries;

const START: Timestamp = Timestamp(1_800_000_000_000_000);

fn main() {
    divan::main();
    if std::env::args().any(|arg| arg == "--list" || arg == "--test") {
        return;
    }
    slowest();
}

fn packet(topic: &str, payload: String) -> Packet {
    Packet::new(Lane::Crash, topic, Bytes::from(payload), START)
}

/// A frontal crash: 12 s at 100 Hz, a half-sine of 110 ms to 12 g, noise of some hundredths of a g, gravity, speeds.
fn report() -> (Packet, CrashReport) {
    let mut noise = fastrand::Rng::with_seed(1);
    let mut columns: [Vec<String>; 4] = Default::default();
    for sample_idx in 0..1_200 {
        let t = f64::from(sample_idx) * 10.0 - 4_000.0;
        let push = if (0.0..110.0).contains(&t) { 12.0 * (std::f64::consts::PI * t / 110.0).sin() } else { 0.0 };
        let mut noisy = |mean: f64| format!("{:.3}", mean + (noise.f64() - 0.5) * 0.1);
        for (column, value) in columns.iter_mut().zip([format!("{t}"), noisy(-push), noisy(0.0), noisy(1.0)]) {
            column.push(value);
        }
    }
    let [t, x, y, z] = columns.map(|column| column.join(","));
    let json = format!(
        r#"{{"event_id":"e","samples":{{"t_ms":[{t}],"x_g":[{x}],"y_g":[{y}],"z_g":[{z}]}},"frame":"vehicle","range_g":16,
        "speed":{{"t_ms":[-3000,-1000,1000,3000,6000],"kmh":[50,49,8,0,0]}}}}"#
    );
    let packet = packet("fleet/van-7/crash", json);
    let events = Decoder::default().decode_one(&packet).expect("a report");
    let Reading::Crash(report) = events[0].reading.clone() else { panic!("no crash") };
    (packet, CrashReport::clone(&report))
}

#[divan::bench]
fn verdict_on_1200_samples(bencher: Bencher<'_, '_>) {
    let (_, report) = report();
    let settings = judge_crash::Settings::default();
    bencher.bench_local(|| judge_crash::judge(black_box(&report), &settings));
}

#[divan::bench]
fn peer_peak_threshold(bencher: Bencher<'_, '_>) {
    let (_, report) = report();
    let size = |index: usize| {
        let pulse = &report.pulse;
        pulse.x_g[index].hypot(pulse.y_g[index]).hypot(pulse.z_g[index])
    };
    bencher.bench_local(|| (0..black_box(&report).pulse.len()).map(size).fold(0.0, f64::max) >= 4.0);
}

#[divan::bench]
fn peer_reading_the_json(bencher: Bencher<'_, '_>) {
    let (packet, _) = report();
    bencher.bench_local(|| serde_json::from_slice::<serde_json::Value>(black_box(&packet.payload)).expect("JSON"));
}

/// Messages of a hundred devices, in turn.
fn messages(one: impl Fn(u32) -> (String, String)) -> Vec<Event> {
    let mut decoder = Decoder::default();
    (0..10_000)
        .flat_map(|i| {
            let (topic, payload) = one(i);
            decoder.decode_one(&packet(&topic, payload)).expect("a message")
        })
        .collect()
}

fn through(bencher: Bencher<'_, '_>, function: &mut dyn Function, events: &[Event]) {
    let mut at = 0;
    let mut later = 0;
    bencher.bench_local(|| {
        let mut event = events[at].clone();
        // Time goes on when the messages begin anew.
        event.occurred_at = event.occurred_at.map(|time| time.plus_secs(later));
        at = (at + 1) % events.len();
        later += if at == 0 { 1_000 } else { 0 };
        function.judge(black_box(&event))
    });
}

#[divan::bench]
fn driving_message(bencher: Bencher<'_, '_>) {
    let events = messages(|i| {
        let payload = format!(
            r#"{{"occurred_at":{},"speed_kmh":{},"position":{{"lat":{},"lon":11.5}}}}"#,
            START.millis() + i64::from(i / 100) * 1_000,
            30 + i % 7,
            48.1 + f64::from(i / 100) * 1e-4
        );
        (format!("fleet/van-{}/driving", i % 100), payload)
    });
    let mut function = preprocess_driving::PreprocessDriving::new(preprocess_driving::Settings::default());
    through(bencher, &mut function, &events);
}

#[divan::bench]
fn temperature_message(bencher: Bencher<'_, '_>) {
    let events = messages(|i| {
        let payload = format!(
            r#"{{"occurred_at":{},"celsius":{}}}"#,
            START.millis() + i64::from(i / 100) * 60_000,
            4.0 + f64::from(i % 13) / 10.0
        );
        (format!("sensors/fridge-{}/temperature", i % 100), payload)
    });
    let mut function = route_temperature::RouteTemperature::new(route_temperature::Settings::default());
    through(bencher, &mut function, &events);
}

type Entry = fn(&[u8]);

/// Every seed of the fuzz targets, and payloads of the greatest size that are bad for parsers; the three slowest are
/// named with the least time of five runs.
fn slowest() {
    let targets: [(&str, Entry); 5] = [
        ("decode", entries::decode),
        ("mapping", entries::mapping),
        ("lenient", entries::lenient),
        ("sparkplug", entries::sparkplug),
        ("judge", entries::judge),
    ];
    let mut inputs: Vec<(String, Entry, Vec<u8>)> = Vec::new();
    for (target, entry) in targets {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/corpus").join(target);
        for file in std::fs::read_dir(folder).expect("the corpus") {
            let path = file.expect("a seed").path();
            inputs.push((path.display().to_string(), entry, std::fs::read(&path).expect("a seed")));
        }
    }
    let big = |head: &str, unit: &str| {
        let mut bytes = head.as_bytes().to_vec();
        bytes.extend(unit.bytes().cycle().take(256 * 1024 - head.len()));
        bytes
    };
    for (name, entry, input) in [
        ("256 KiB of brackets", entries::decode as Entry, big("a/b/c\n", "[")),
        ("256 KiB of records", entries::decode, big("plant/van-1/x\n[", r#"{"lat":1,"lon":2,"temp":3},"#)),
        ("256 KiB of quotes", entries::lenient, big("", "'\\")),
        ("256 KiB of keys", entries::lenient, big("{", "a:1,")),
        ("256 KiB of metrics", entries::sparkplug, big("\0", "\x12\0")),
        ("256 KiB of samples", entries::judge, big("\x08\x14\0\0", "abcdefg")),
    ] {
        inputs.push((name.to_owned(), entry, input));
    }
    let mut timed: Vec<(Duration, String, usize)> = inputs
        .into_iter()
        .map(|(name, entry, input)| {
            let once = || {
                let start = Instant::now();
                entry(black_box(&input));
                start.elapsed()
            };
            ((0..5).map(|_| once()).min().unwrap_or_default(), name, input.len())
        })
        .collect();
    timed.sort_by_key(|(time, ..)| std::cmp::Reverse(*time));
    for (time, name, len) in &timed[..3] {
        println!("{:>8.2} ms  {len} bytes  {name}", time.as_secs_f64() * 1e3);
    }
}
