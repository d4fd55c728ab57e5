//! The line killed, the broker killed: nothing that was acknowledged is lost, and nothing is doubled.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use fleetwatch::clock::Clock;
use rusqlite::Connection;

use super::place;
use crate::support::headless::{Desk, eventually};
use crate::support::hook::Hook;
use crate::support::mosquitto::Mosquitto;
use crate::support::peer::{Flood, Peer, airbag};

/// How often the line is killed.
const N_KILLS: usize = 50;
/// New reports with each start, each from a vehicle of its own; more follow until the kill.
const N_NEW: usize = 20;
/// A vehicle sends again after this long without an acknowledgement.
const AGAIN: Duration = Duration::from_millis(500);

/// Vehicles that each send one report until it is acknowledged.
struct Vehicles {
    peer: Peer,
    n_reports: usize,
    sent_at: HashMap<usize, Instant>,
    /// Which incident each acknowledgement named.
    acked: BTreeMap<usize, BTreeSet<String>>,
    n_acks: usize,
    n_sent: usize,
}

impl Vehicles {
    fn connect(port: u16) -> Self {
        let peer = Peer::connect(port, &["fleet/+/ack"]);
        Self { peer, n_reports: 0, sent_at: HashMap::new(), acked: BTreeMap::new(), n_acks: 0, n_sent: 0 }
    }

    fn crash(&mut self, n: usize) {
        for _ in 0..n {
            self.send(self.n_reports);
            self.n_reports += 1;
        }
    }

    fn send(&mut self, vehicle: usize) {
        self.peer.send(&format!("fleet/v-{vehicle}/crash"), airbag(&format!("e-{vehicle}")));
        self.sent_at.insert(vehicle, Clock.instant());
        self.n_sent += 1;
    }

    /// Reads acknowledgements and sends again what has none for too long.
    fn go_on(&mut self) {
        for (topic, payload) in self.peer.take() {
            let vehicle: usize = topic.trim_start_matches("fleet/v-").trim_end_matches("/ack").parse().unwrap();
            let ack: serde_json::Value = serde_json::from_slice(&payload).unwrap();
            assert_eq!(ack["event_id"], format!("e-{vehicle}"), "somebody else's acknowledgement");
            self.acked.entry(vehicle).or_default().insert(ack["incident"].as_str().unwrap().to_owned());
            self.n_acks += 1;
        }
        for vehicle in 0..self.n_reports {
            if !self.acked.contains_key(&vehicle) && self.sent_at[&vehicle].elapsed() > AGAIN {
                self.send(vehicle);
            }
        }
    }

    fn all_acked(&mut self) -> bool {
        self.go_on();
        self.acked.len() == self.n_reports
    }
}

#[test]
fn the_line_killed_fifty_times_loses_nothing_acknowledged_and_doubles_nothing() {
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let hook = Hook::start();
    let settings = hook.settings(&data);
    let args = ["--settings", settings.to_str().unwrap(), "--broker", &broker.url()];
    let mut vehicles = Vehicles::connect(broker.port);
    let mut n_unacked_at_kill = 0;
    for _ in 0..N_KILLS {
        let desk = Desk::start(&data, &args);
        vehicles.crash(N_NEW);
        let before = vehicles.n_acks;
        eventually("the first acknowledgement of this start", 60, || {
            vehicles.go_on();
            vehicles.n_acks > before
        });
        let kill_at = Clock.instant() + Duration::from_millis(random.u64(0..150));
        while Clock.instant() < kill_at {
            // Traffic up to the very end, so that a kill finds reports at every stage.
            vehicles.crash(1);
            vehicles.go_on();
            std::thread::sleep(Duration::from_millis(2));
        }
        desk.kill();
        vehicles.go_on();
        n_unacked_at_kill += vehicles.n_reports - vehicles.acked.len();
        // What has an acknowledgement is on the disk, at every one of these moments.
        let stored = n_stored(&data);
        assert!(stored >= vehicles.acked.len(), "seed {seed}: {} acknowledged, {stored} stored", vehicles.acked.len());
    }
    let desk = Desk::start(&data, &args);
    eventually("every report is acknowledged", 120, || vehicles.all_acked());

    let db = Connection::open(data.join("incidents.db")).unwrap();
    let mut rows = db.prepare("SELECT device, event_id, incident FROM reports").unwrap();
    let rows = rows.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)));
    let mut incident_of: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (device, _, incident) in rows.unwrap().map(Result::unwrap) {
        incident_of.entry(device).or_default().push(incident);
    }
    assert_eq!(incident_of.len(), vehicles.n_reports, "seed {seed}: reports are missing");
    for (vehicle, acked) in &vehicles.acked {
        let stored = &incident_of[&format!("v-{vehicle}")];
        assert_eq!(stored.len(), 1, "seed {seed}: v-{vehicle} is doubled");
        assert_eq!(acked.iter().collect::<Vec<_>>(), [&stored[0]], "seed {seed}: v-{vehicle} was told of another incident");
    }
    let ids: BTreeSet<&String> = incident_of.values().flatten().collect();
    assert_eq!(ids.len(), vehicles.n_reports, "seed {seed}: two vehicles share an incident");
    let keys: BTreeSet<String> = ids.iter().map(|id| format!("{id}-1")).collect();
    eventually("people are told of every incident", 120, || hook.told().len() >= keys.len());
    assert_eq!(hook.told(), keys, "seed {seed}");
    let counters = desk.stop();
    let n_told: usize = hook.n_told().values().sum();
    println!(
        "{N_KILLS} kills (seed {seed}): {} reports, {} acknowledged, 0 lost, 0 doubled; {} sendings, {} acknowledgements, {n_unacked_at_kill} \
         unacknowledged at a kill in sum; {n_told} notices accepted under {} keys; at the end {counters}",
        vehicles.n_reports,
        vehicles.acked.len(),
        vehicles.n_sent,
        vehicles.n_acks,
        keys.len(),
    );
}

fn n_stored(data: &std::path::Path) -> usize {
    let db = Connection::open(data.join("incidents.db")).unwrap();
    db.query_row("SELECT count(*) FROM reports", [], |row| row.get::<_, i64>(0)).unwrap() as usize
}

#[test]
fn the_line_stopped_in_the_middle_of_traffic_counts_every_message_once() {
    const N_STOPS: usize = 10;
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let mut vehicles = Vehicles::connect(broker.port);
    let mut flood = Flood::connect(broker.port);
    let (mut n_incidents, mut n_duplicates, mut n_driving) = (0, 0, 0);
    for stop in 0..=N_STOPS {
        let desk = Desk::connected(&data, &broker, &[]);
        if stop < N_STOPS {
            let stop_at = Clock.instant() + Duration::from_millis(random.u64(0..150));
            while Clock.instant() < stop_at {
                vehicles.crash(3);
                for n in 0..300 {
                    let payload = format!(r#"{{"occurred_at":{},"speed_kmh":{}}}"#, Clock.now().millis(), n % 90);
                    flood.send(&format!("fleet/d-{n}/driving"), payload.as_bytes());
                }
                flood.flush();
                vehicles.go_on();
            }
        } else {
            eventually("every report is acknowledged", 120, || vehicles.all_acked());
        }
        // Asserts that the counters add up, that it ended well and that no thread panicked.
        let counters = desk.stop();
        let n = |key: &str| counters[key].as_u64().unwrap() as usize;
        assert_eq!(n("unsaved"), 0, "seed {seed}: {counters}");
        n_incidents += n("incidents");
        n_duplicates += n("duplicates");
        n_driving += n("received") - n("crash_reports");
        // What a line says that it has kept is on the disk when it has ended.
        assert_eq!(n_stored(&data), n_incidents, "seed {seed}, stop {stop}: {counters}");
    }
    assert_eq!(n_incidents, vehicles.n_reports, "seed {seed}");
    println!(
        "{N_STOPS} stops in traffic (seed {seed}): {n_incidents} reports stored once, {n_duplicates} repeats, {n_driving} rows of driving data"
    );
}

#[test]
fn a_store_that_cannot_be_written_hushes_nobody_up_and_acknowledges_nothing() {
    let broker = Mosquitto::start();
    let (_dir, data) = place();
    let hook = Hook::start();
    let settings = hook.settings(&data);
    let args = ["--settings", settings.to_str().unwrap()];
    let desk = Desk::connected(&data, &broker, &args);
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);
    // Another program holds the database for writing.
    let lock = Connection::open(data.join("incidents.db")).unwrap();
    lock.busy_timeout(Duration::from_secs(10)).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    peer.send("fleet/a/crash", airbag("e-1"));
    eventually("people are told all the same", 60, || hook.devices().contains("a"));
    assert_eq!(peer.n_got("/ack"), 0, "it was acknowledged and is not stored");
    lock.execute_batch("ROLLBACK").unwrap();
    peer.wait_for("fleet/a/ack", 1, 60);
    assert_eq!(hook.told().len(), 1, "told under two keys: {:?}", hook.told());

    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    peer.send("fleet/b/crash", airbag("e-1"));
    eventually("people are told all the same", 60, || hook.devices().contains("b"));
    // It ends, and says what was not saved.
    let counters = desk.stop();
    assert!(counters["unsaved"].as_u64().unwrap() > 0, "{counters}");
    lock.execute_batch("ROLLBACK").unwrap();
    assert_eq!((n_stored(&data), peer.n_got("fleet/b/ack")), (1, 0));

    // The broker has kept what nobody acknowledged.
    let desk = Desk::connected(&data, &broker, &args);
    peer.wait_for("fleet/b/ack", 1, 60);
    assert_eq!(desk.stop()["incidents"], 1);
    assert_eq!(n_stored(&data), 2);
}

#[test]
fn a_broker_that_is_killed_and_started_again_is_found_again() {
    let mut broker = Mosquitto::start();
    let (_dir, data) = place();
    let desk = Desk::connected(&data, &broker, &[]);
    let mut vehicles = Vehicles::connect(broker.port);
    for round in 0..3 {
        vehicles.crash(200);
        eventually("some are acknowledged", 60, || {
            vehicles.go_on();
            vehicles.acked.len() > round * 200
        });
        broker.kill();
        vehicles.crash(10);
        eventually("the line says that the broker is gone", 60, || desk.stderr().matches("WARN").count() > round * 2);
        broker.start_again();
        eventually("every report is acknowledged", 120, || vehicles.all_acked());
    }
    let n_crashes = vehicles.n_reports;
    // The telemetry lane has found the broker again, too.
    let mut peer = Peer::connect(broker.port, &["temperature/#"]);
    eventually("a temperature comes back", 60, || {
        peer.send("sensors/box/temperature", r#"{"celsius":5}"#);
        std::thread::sleep(Duration::from_millis(50));
        peer.n_got("/box") > 0
    });
    let counters = desk.stop();
    println!("3 kills of the broker: {} sendings of {n_crashes} reports, {counters}", vehicles.n_sent);
    assert_eq!(counters["incidents"], n_crashes, "{counters}");
    assert_eq!(n_stored(&data), n_crashes);
}
