//! The broker edge against a real mosquitto, against the embedded broker, and against one that misbehaves.

use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use fleetwatch::broker::{self, Client, PublishError, Qos, Secret, Settings, Sink, Subscription};
use fleetwatch::model::{Delivery, Lane, Link, LinkState, LinkStatus, Origin, Packet};

use crate::flood::{Flood, Frames, driving};
use crate::support::fake_broker::FakeBroker;
use crate::support::mosquitto::{self, Mosquitto};

mod embedded;
mod iot_core;
pub(crate) mod tls;

/// Nothing here takes long; a machine under load may make it so.
const PATIENCE: Duration = Duration::from_secs(40);
const DEVICE: &[Origin] = &[Origin::Device];

/// A sink that keeps everything and can be waited for.
#[derive(Clone, Default)]
struct Collector(Arc<(Mutex<Seen>, Condvar)>);

#[derive(Default)]
struct Seen {
    packets: Vec<Packet>,
    links: Vec<LinkStatus>,
}

impl Sink for Collector {
    fn packet(&mut self, packet: Packet) {
        self.0.0.lock().unwrap().packets.push(packet);
        self.0.1.notify_all();
    }
    fn link(&mut self, _link: Link, status: LinkStatus) {
        self.0.0.lock().unwrap().links.push(status);
        self.0.1.notify_all();
    }
}

impl Collector {
    /// Waits until `wanted` finds something.
    #[track_caller]
    fn wait<T>(&self, what: &str, mut wanted: impl FnMut(&Seen) -> Option<T>) -> T {
        let mut found = None;
        let seen = self.0.0.lock().unwrap();
        let (seen, timeout) = self
            .0
            .1
            .wait_timeout_while(seen, PATIENCE, |seen| {
                found = wanted(seen);
                found.is_none()
            })
            .unwrap();
        assert!(!timeout.timed_out() || found.is_some(), "waited in vain for {what}; links: {:#?}", seen.links);
        found.unwrap()
    }

    /// Waits for the n-th packet, counted from 1.
    #[track_caller]
    fn packet_number(&self, n: usize) -> Packet {
        self.wait(&format!("packet {n}"), |seen| seen.packets.get(n - 1).cloned())
    }

    /// Waits until the link was in this state for the n-th time.
    #[track_caller]
    fn state_number(&self, state: LinkState, n: usize) -> LinkStatus {
        self.wait(&format!("{state:?} number {n}"), |seen| {
            seen.links.iter().filter(|status| status.state == state).nth(n - 1).cloned()
        })
    }

    #[track_caller]
    fn up(&self) -> LinkStatus {
        self.state_number(LinkState::Up, 1)
    }

    #[track_caller]
    fn down(&self) -> LinkStatus {
        self.state_number(LinkState::Down, 1)
    }
}

fn settings(url: &str) -> Settings {
    Settings { client_id: Some("it-desk".to_owned()), ..Settings::at(url) }
}

#[track_caller]
/// What Fleetwatch's own format wants to hear.
fn native_topics() -> Vec<Subscription> {
    let needed = |topic: &str, lane| Subscription { topic: topic.to_owned(), lane, needed: true };
    vec![
        needed("fleet/+/crash", Lane::Crash),
        needed("fleet/+/driving", Lane::Telemetry),
        needed("sensors/+/temperature", Lane::Telemetry),
    ]
}

fn connect(settings: &Settings, lane: Lane, origins: &[Origin]) -> (Client, Collector) {
    let seen = Collector::default();
    (broker::connect(settings, lane, origins, &native_topics(), seen.clone()).unwrap(), seen)
}

fn text(packet: &Packet) -> &str {
    std::str::from_utf8(&packet.payload).unwrap()
}

fn delivery(packet: &Packet) -> Delivery {
    packet.delivery.expect("crash packets can be acknowledged")
}

fn numbered_lines(n: usize) -> String {
    (0..n).map(|n| n.to_string()).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn each_lane_gets_its_own_topics() {
    let broker = Mosquitto::start();
    let settings = settings(&broker.url());
    let (crash_client, crash) = connect(&settings, Lane::Crash, &[Origin::Device, Origin::Drill]);
    let (telemetry_client, telemetry) = connect(&settings, Lane::Telemetry, &[Origin::Device, Origin::Sample]);
    assert_eq!(crash.up().n_connects, 1);
    telemetry.up();

    for topic in [
        "fleet/van-1/driving",
        "fleet/van-1/crash",
        "sample/sensors/s-1/temperature",
        "sample/fleet/van-1/crash",
        "drill/fleet/van-2/crash",
        "drill/fleet/van-2/driving",
        "sensors/s-1/temperature",
    ] {
        mosquitto::publish_lines(broker.port, topic, "x\n");
    }
    crash.packet_number(2);
    telemetry.packet_number(3);
    crash_client.stop();
    telemetry_client.stop();

    let topics = |seen: &Collector| seen.0.0.lock().unwrap().packets.iter().map(|p| p.topic.to_string()).collect::<Vec<_>>();
    assert_eq!(topics(&crash), ["fleet/van-1/crash", "drill/fleet/van-2/crash"]);
    assert_eq!(topics(&telemetry), ["fleet/van-1/driving", "sample/sensors/s-1/temperature", "sensors/s-1/temperature"]);
    assert!(telemetry.0.0.lock().unwrap().packets.iter().all(|packet| packet.delivery.is_none()));
}

/// A client that awaits its acknowledgements in the task that polls freezes here after a dozen.
#[test]
fn a_burst_of_crash_reports_is_acknowledged_to_the_last() {
    const N: usize = 2_000;
    let broker = Mosquitto::start();
    let settings = settings(&broker.url());
    let (client, seen) = connect(&settings, Lane::Crash, DEVICE);
    seen.up();
    let lines = numbered_lines(N);
    std::thread::scope(|scope| {
        scope.spawn(|| mosquitto::publish_lines(broker.port, "fleet/van-1/crash", &lines));
        for n in 0..N {
            let packet = seen.packet_number(n + 1);
            assert_eq!(text(&packet), n.to_string());
            assert!(!packet.redelivered);
            client.acker.ack(delivery(&packet));
        }
    });
    client.stop();

    // Had one acknowledgement been lost, its packet would come before the next one.
    let (client, seen) = connect(&settings, Lane::Crash, DEVICE);
    seen.up();
    mosquitto::publish_lines(broker.port, "fleet/van-1/crash", "after\n");
    assert_eq!(text(&seen.packet_number(1)), "after");
    client.stop();
}

#[test]
fn what_was_not_acknowledged_comes_again_marked() {
    let broker = Mosquitto::start();
    let settings = settings(&broker.url());
    let (client, seen) = connect(&settings, Lane::Crash, DEVICE);
    seen.up();
    mosquitto::publish_lines(broker.port, "fleet/van-1/crash", "first\nsecond\n");
    client.acker.ack(delivery(&seen.packet_number(1)));
    seen.packet_number(2);
    client.stop();

    let (client, seen) = connect(&settings, Lane::Crash, DEVICE);
    let again = seen.packet_number(1);
    assert_eq!((text(&again), again.redelivered), ("second", true));
    client.stop();
}

#[test]
fn a_killed_broker_is_found_again_and_subscribed_again() {
    let mut broker = Mosquitto::start();
    let settings = settings(&broker.url());
    let (client, seen) = connect(&settings, Lane::Crash, DEVICE);
    seen.up();
    mosquitto::publish_lines(broker.port, "fleet/van-1/crash", "before\n");
    let before = seen.packet_number(1);

    broker.kill();
    let down = seen.down();
    assert!(down.reason.contains("127.0.0.1"), "{}", down.reason);
    assert!(down.next_try_at.is_some());
    assert_eq!(client.publisher.publish("a", "b", Qos::AtLeastOnce, None), Err(PublishError::Offline));
    seen.wait("words for a broker that is not there", |seen| {
        seen.links.iter().find(|status| status.reason.contains("Nothing listens at")).cloned()
    });

    broker.start_again();
    assert_eq!(seen.state_number(LinkState::Up, 2).n_connects, 2);
    mosquitto::publish_lines(broker.port, "fleet/van-1/crash", "after\n");
    let after = seen.packet_number(2);
    assert_eq!(text(&after), "after");
    assert!(delivery(&after).epoch > delivery(&before).epoch);
    client.stop();
}

#[test]
fn large_messages_pass() {
    let broker = Mosquitto::start();
    let (client, seen) = connect(&settings(&broker.url()), Lane::Crash, DEVICE);
    seen.up();
    for (number, n_bytes) in [11 << 10, 1 << 20].into_iter().enumerate() {
        mosquitto::publish_lines(broker.port, "fleet/van-1/crash", &format!("{}\n", "x".repeat(n_bytes)));
        assert_eq!(seen.packet_number(number + 1).payload.len(), n_bytes);
    }
    assert_eq!(seen.0.0.lock().unwrap().links.len(), 2, "connecting, up, and nothing else");
    client.stop();
}

#[test]
fn a_publish_is_reported_when_the_broker_has_it() {
    let broker = Mosquitto::start();
    let settings = settings(&broker.url());
    let (client, seen) = connect(&settings, Lane::Crash, DEVICE);
    seen.up();
    let results = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
    for (n, qos) in [Qos::AtLeastOnce, Qos::AtMostOnce, Qos::AtLeastOnce].into_iter().enumerate() {
        let results = Arc::clone(&results);
        let done = Box::new(move |result| {
            results.0.lock().unwrap().push((n, result));
            results.1.notify_all();
        });
        client.publisher.publish("fleet/van-1/crash", n.to_string(), qos, Some(done)).unwrap();
    }
    let told = results.1.wait_timeout_while(results.0.lock().unwrap(), PATIENCE, |told| told.len() < 3).unwrap().0;
    let mut told = told.clone();
    told.sort_unstable_by_key(|(n, _)| *n);
    assert_eq!(told, [(0, Ok(())), (1, Ok(())), (2, Ok(()))]);
    seen.packet_number(3);
    assert_eq!(client.publisher.publish("fleet/+/crash", "x", Qos::AtMostOnce, None), Err(PublishError::Topic));
    assert_eq!(client.publisher.publish("t", vec![0; 5 << 20], Qos::AtMostOnce, None), Err(PublishError::TooLarge));
    client.stop();
}

#[test]
fn a_wrong_password_is_named_and_not_hammered() {
    let broker = Mosquitto::start_with("allow_anonymous false\npassword_file {dir}/passwd", |dir| {
        let status = Command::new("mosquitto_passwd").args(["-c", "-b"]).arg(dir.join("passwd")).args(["desk", "right"]).status();
        assert!(status.expect("mosquitto_passwd is part of the Debian package mosquitto").success());
    });
    let with_password = |password: &str| Settings {
        username: Some("desk".to_owned()),
        password: Some(Secret::new(password)),
        ..settings(&broker.url())
    };
    let (client, seen) = connect(&with_password("wrong-secret"), Lane::Crash, DEVICE);
    let down = seen.down();
    assert!(down.reason.contains("password"), "{}", down.reason);
    assert!(!format!("{down:?}").contains("wrong-secret"));
    let wait = down.next_try_at.unwrap().secs_since(fleetwatch::clock::Clock.now());
    assert!(wait > 30.0, "tries again in {wait} s");
    client.stop();

    let (client, seen) = connect(&with_password("right"), Lane::Crash, DEVICE);
    seen.up();
    client.stop();

    let in_url = broker.url().replace("mqtt://", "mqtt://desk:right@");
    let (client, seen) = connect(&settings(&in_url), Lane::Telemetry, DEVICE);
    seen.up();
    client.stop();
}

#[test]
fn a_refused_subscription_is_degraded_and_says_which() {
    let broker = FakeBroker::start();
    let (client, seen) = connect(&settings(&broker.url()), Lane::Crash, DEVICE);
    let _connection = broker.serve(0x80);
    let degraded = seen.state_number(LinkState::Degraded, 1);
    assert!(degraded.reason.contains("fleet/+/crash"), "{}", degraded.reason);
    client.stop();
}

#[test]
fn only_the_connection_that_delivered_acknowledges() {
    let broker = FakeBroker::start();
    let (client, seen) = connect(&settings(&broker.url()), Lane::Crash, DEVICE);
    let mut first = broker.serve(1);
    for packet_id in 1..=30 {
        first.publish(b"fleet/van-1/crash", packet_id, b"old");
    }
    let old: Vec<_> = (1..=30).map(|n| delivery(&seen.packet_number(n))).collect();
    client.acker.ack(old[0]);
    assert_eq!(first.next_puback(), 1);
    drop(first);

    let mut second = broker.serve(1);
    seen.state_number(LinkState::Up, 2);
    for stale in &old {
        client.acker.ack(*stale);
    }
    second.publish(b"fleet/van-1/crash", 77, b"new");
    let new = seen.packet_number(31);
    assert_eq!(text(&new), "new");
    client.acker.ack(delivery(&new));
    assert_eq!(second.next_puback(), 77, "nothing of the old connection may come first");

    // What was still on its way when the connection ended belongs to that connection.
    for packet_id in 1..=30 {
        second.publish(b"fleet/van-1/crash", packet_id, b"late");
    }
    drop(second);
    let mut third = broker.serve(1);
    third.publish(b"fleet/van-1/crash", 99, b"last");
    let last = seen.wait("the last packet", |seen| seen.packets.iter().find(|packet| text(packet) == "last").cloned());
    let late = seen.0.0.lock().unwrap().packets.iter().filter(|packet| text(packet) == "late").cloned().collect::<Vec<_>>();
    assert!(late.iter().all(|packet| delivery(packet).epoch < delivery(&last).epoch));
    for packet in &late {
        client.acker.ack(delivery(packet));
    }
    client.acker.ack(delivery(&last));
    assert_eq!(third.next_puback(), 99);
    client.stop();
}

#[test]
fn a_poisoned_session_is_left_for_a_second_one() {
    let broker = FakeBroker::start();
    let (client, seen) = connect(&settings(&broker.url()), Lane::Crash, DEVICE);
    let mut served = loop {
        let mut connection = broker.serve(1);
        if connection.client_id != "it-desk-crash" {
            break connection;
        }
        // The broker sends it again on every connection, for it is never acknowledged.
        connection.publish(b"fleet/\xff\xff/crash", 1, b"poison");
        while connection.read().is_some() {}
    };
    assert_eq!(served.client_id, "it-desk-crash-2");
    let degraded = seen.wait("a degraded link after the second connection", |seen| {
        seen.links.iter().rfind(|status| status.state == LinkState::Degraded && status.next_try_at.is_none()).cloned()
    });
    assert!(degraded.reason.contains("blocks the session it-desk-crash;"), "{}", degraded.reason);
    served.publish(b"fleet/van-1/crash", 1, b"healthy");
    assert_eq!(text(&seen.packet_number(1)), "healthy");
    client.stop();
}

#[test]
fn a_message_that_is_too_large_is_taken_so_that_the_next_one_comes() {
    let broker = FakeBroker::start();
    let (client, seen) = connect(&settings(&broker.url()), Lane::Crash, DEVICE);
    let large = vec![b'x'; 5 << 20];
    let mut connections = [(); 2].map(|()| {
        let mut connection = broker.serve(1);
        assert_eq!(connection.client_id, "it-desk-crash");
        connection.publish(b"fleet/van-1/crash", 1, &large);
        connection.publish(b"fleet/van-1/crash", 2, b"behind it");
        connection
    });
    assert_eq!(seen.packet_number(1).payload.len(), large.len());
    let behind = seen.packet_number(2);
    assert_eq!(text(&behind), "behind it");
    client.acker.ack(delivery(&behind));
    assert_eq!(connections[1].next_puback(), 2);
    let degraded = seen.state_number(LinkState::Degraded, 1);
    assert!(degraded.reason.contains("Raise max_packet_bytes"), "{}", degraded.reason);
    client.stop();
}

#[test]
fn a_client_id_that_somebody_else_uses_is_given_up() {
    let broker = FakeBroker::start();
    let (client, seen) = connect(&settings(&broker.url()), Lane::Crash, DEVICE);
    let mut n_cut_off = 0;
    let _served = loop {
        let connection = broker.serve(1);
        if connection.client_id != "it-desk-crash" {
            break connection;
        }
        n_cut_off += 1;
    };
    assert_eq!(n_cut_off, 3);
    let degraded = seen.state_number(LinkState::Degraded, 1);
    assert!(degraded.reason.contains("Another program uses the client id it-desk-crash"), "{}", degraded.reason);
    client.stop();
}

#[test]
fn refusals_of_the_broker_have_words() {
    for (code, words) in [(1, "MQTT 3.1.1"), (2, "client id"), (3, "unavailable"), (4, "password"), (5, "let this user in")] {
        let broker = FakeBroker::start();
        let (client, seen) = connect(&settings(&broker.url()), Lane::Crash, DEVICE);
        drop(broker.accept(code));
        let down = seen.down();
        assert!(down.reason.contains(words), "{code}: {}", down.reason);
        client.stop();
    }
}

/// The server behind the benches; also the fastest sender there is.
#[test]
fn a_flood_arrives_whole_and_in_order() {
    const N: usize = 25_003;
    let flood = Flood::start(Frames::encode(3_000, driving, |_| None), N, "driving");
    let (client, seen) = connect(&settings(&flood.url()), Lane::Telemetry, DEVICE);
    flood.wait();
    assert_eq!(flood.acknowledged(), 0, "what comes at QoS 0 is not acknowledged");
    seen.packet_number(N);
    client.stop();
    let seen = seen.0.0.lock().unwrap();
    assert_eq!(seen.packets.len(), N);
    for (number, packet) in seen.packets.iter().enumerate() {
        let (topic, payload) = driving(number % 3_000);
        assert_eq!((&*packet.topic, &packet.payload[..]), (topic.as_str(), payload.as_slice()));
        assert!((180..=260).contains(&payload.len()), "{}", payload.len());
    }
}

#[test]
fn a_lane_stops_in_the_middle_of_a_flood() {
    let flood = Flood::start(Frames::encode(3_000, driving, |_| None), usize::MAX, "driving");
    let (client, seen) = connect(&settings(&flood.url()), Lane::Telemetry, DEVICE);
    seen.packet_number(20_000);
    client.stop();
}

/// Each throws the other out, until one of them takes a name of its own.
#[test]
fn two_desks_with_one_name_both_stay() {
    let broker = Mosquitto::start();
    let settings = settings(&broker.url());
    let desks = [connect(&settings, Lane::Crash, DEVICE), connect(&settings, Lane::Crash, DEVICE)];
    let renamed = |seen: &Seen| seen.links.last().is_some_and(|status| status.reason.contains("goes on as"));
    let settled = |seen: &Seen| matches!(seen.links.last(), Some(s) if s.state == LinkState::Up || (renamed(seen) && s.next_try_at.is_none()));
    for attempt in 0.. {
        assert!(attempt < 2_000, "no desk gave way");
        let seen = desks.each_ref().map(|(_, seen)| seen.0.0.lock().unwrap());
        if seen.iter().any(|seen| renamed(seen)) && seen.iter().all(|seen| settled(seen)) {
            break;
        }
        drop(seen);
        std::thread::sleep(Duration::from_millis(20));
    }
    mosquitto::publish_lines(broker.port, "fleet/van-1/crash", "to both\n");
    for (client, seen) in desks {
        assert_eq!(text(&seen.packet_number(1)), "to both");
        client.stop();
    }
}

/// A broker that hangs keeps its sockets open: only its silence tells.
#[test]
#[cfg(unix)]
fn a_broker_that_hangs_is_noticed_and_found_again() {
    let broker = Mosquitto::start();
    let settings = Settings { keep_alive_secs: 5, ..settings(&broker.url()) };
    let (client, seen) = connect(&settings, Lane::Crash, DEVICE);
    seen.up();
    broker.signal("STOP");
    let down = seen.down();
    assert!(down.reason.contains("stopped answering"), "{down:?}");
    broker.signal("CONT");
    seen.state_number(LinkState::Up, 2);
    client.stop();
}
