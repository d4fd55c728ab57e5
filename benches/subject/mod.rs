//! The roles of the other processes.

use std::time::Duration;

use fleetwatch::clock::Clock;
use fleetwatch::pipeline::{Line, Options};
use fleetwatch::pricing::PriceSheet;
use fleetwatch::{broker, functions, outbound};
use rumqttc::{Event, MqttOptions, Packet, QoS};
use serde::Deserialize;
use serde_json::json;

use crate::broker::Load;
use crate::flood::{Flood, Frames, driving};
use crate::measure::{cpu_secs, peak_rss_mib, say, threads_cpu_secs, until_let_go};

/// Without any progress for so long a subject has lost the rest.
const PATIENCE: Duration = Duration::from_secs(3);

/// A flood of `n` rows of driving data: says its address, then how many seconds its writing took.
pub(crate) fn serve(n: usize) {
    let flood = Flood::start(Frames::encode(n, driving, |_| None), n, "driving");
    say(&flood.url());
    let (first, last) = flood.wait();
    say(&last.duration_since(first).as_secs_f64().to_string());
    until_let_go();
}

/// A flood of `n` small crash reports at `QoS` 1: says its address, how many seconds its writing took and, once nothing more
/// is acknowledged, how many reports were.
pub(crate) fn serve_crashes(n: usize) {
    let frames = Frames::encode(n, |number| Load::SmallCrash.message(number), |number| Some((number % 65_535) as u16 + 1));
    let flood = Flood::start(frames, n, "crash");
    say(&flood.url());
    let (first, last) = flood.wait();
    say(&last.duration_since(first).as_secs_f64().to_string());
    say(&wait_for(n, || flood.acknowledged(), || true).to_string());
    until_let_go();
}

/// A line's options: blind, silent, everything else as it comes.
pub(crate) fn options(url: &str, data_dir: &std::path::Path) -> Options {
    Options {
        data_dir: data_dir.to_owned(),
        broker: broker::Settings::at(url),
        formats: fleetwatch::decode::Settings::default(),
        functions: functions::Settings::default(),
        outbound: outbound::Settings { desktop: false, ..outbound::Settings::default() },
        team: fleetwatch::model::Team::default(),
        places: fleetwatch::model::Places::default(),
        prices: PriceSheet::standard().clone(),
        max_devices: 50_000,
        memory_budget_mb: 512,
        retention: fleetwatch::model::Retention::default(),
        self_test: fleetwatch::model::SelfTest::default(),
        seats: fleetwatch::seats::Settings::default(),
        stack: fleetwatch::stack::Settings::default(),
        sample: false,
        announce: None,
        wake: std::sync::Arc::new(|| {}),
        shadow: None,
        blind: true,
    }
}

/// The whole line until it has received `n` messages: says `done`, then its counters and cost.
pub(crate) fn line(url: &str, n: usize, at_least_once: bool) {
    let dir = tempfile::tempdir().expect("a directory");
    let mut options = options(url, dir.path());
    if at_least_once {
        options.broker.telemetry_qos = broker::Qos::AtLeastOnce;
    }
    let line = Line::start(options).expect("a line");
    say("ready");
    let before = cpu_secs();
    let received = wait_for(n, || line.inbox().offered as usize, || line.inbox().depth == 0);
    say("done");
    // What it still has in its hands is part of the cost.
    std::thread::sleep(Duration::from_millis(300));
    let (cpu, threads) = (cpu_secs() - before, threads_cpu_secs());
    let counters = line.stop();
    let cost = json!({
        "received": received,
        "cpu_secs": cpu,
        "rss_mib": peak_rss_mib(),
        "kept": counters.kept,
        "shed": counters.shed,
        "rejected": counters.rejected_by,
        "threads": threads,
    });
    say(&cost.to_string());
}

/// Waits until `count` says `n` and `idle` holds, or nothing has come for some time.
fn wait_for(n: usize, count: impl Fn() -> usize, idle: impl Fn() -> bool) -> usize {
    let (mut last, mut since) = (0, Clock.instant());
    loop {
        let now = count();
        if now >= n && idle() {
            return now;
        }
        if now != last || now == 0 {
            (last, since) = (now, Clock.instant());
        } else if since.elapsed() > PATIENCE {
            return now;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// What a client that only parses would read.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be parsed")]
struct Row<'a> {
    occurred_at: u64,
    boot_id: Option<&'a str>,
    seq: Option<u64>,
    speed_kmh: Option<f64>,
    accel_g: Option<fleetwatch::model::AccelG>,
    position: Option<fleetwatch::model::Position>,
    heading_deg: Option<f64>,
}

/// rumqttc and `serde_json` alone: receives and parses `n` messages, and does nothing with them.
pub(crate) fn client(url: &str, n: usize, at_least_once: bool) {
    let address = url.trim_start_matches("mqtt://");
    let (host, port) = address.split_once(':').expect("a host and a port");
    let mut options = MqttOptions::new("bench-client", host, port.parse().expect("a port"));
    options.set_max_packet_size(4 << 20, 4 << 20);
    let (client, mut eventloop) = rumqttc::AsyncClient::new(options, 100);
    let qos = if at_least_once { QoS::AtLeastOnce } else { QoS::AtMostOnce };
    client.try_subscribe("fleet/+/driving", qos).expect("room");
    say("ready");
    let before = cpu_secs();
    let mut n_parsed = 0;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        while n_parsed < n {
            let Ok(polled) = tokio::time::timeout(PATIENCE, eventloop.poll()).await else { break };
            let mut next = Some(polled.expect("a connection"));
            while let Some(event) = next {
                if let Event::Incoming(Packet::Publish(publish)) = event {
                    let row: Row<'_> = serde_json::from_slice(&publish.payload).expect("a row");
                    n_parsed += usize::from(row.occurred_at > 0);
                }
                next = eventloop.state.events.pop_front();
            }
        }
    });
    say("done");
    let cost = json!({ "received": n_parsed, "cpu_secs": cpu_secs() - before, "rss_mib": peak_rss_mib(), "kept": n_parsed });
    say(&cost.to_string());
}
