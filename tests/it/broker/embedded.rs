//! The embedded broker, and what it refuses.

use std::io::Write as _;

use fleetwatch::broker::{Embedded, Qos, Settings, embedded};
use fleetwatch::model::{Lane, LinkState, Origin};

use super::{DEVICE, connect, delivery, numbered_lines, text};
use crate::support::mosquitto;

#[track_caller]
fn embedded() -> Embedded {
    embedded::start(Some(mosquitto::free_port())).unwrap()
}

fn port_of(embedded: &Embedded) -> u16 {
    embedded.url().rsplit(':').next().unwrap().parse().unwrap()
}

#[test]
fn the_embedded_broker_takes_a_message_typed_by_hand() {
    let embedded = embedded();
    let (client, seen) = connect(&embedded.settings(&Settings::default()), Lane::Crash, &[Origin::Device, Origin::Drill]);
    seen.up();
    for (n, version) in ["mqttv311", "mqttv5"].into_iter().enumerate() {
        let port = port_of(&embedded).to_string();
        let typed = ["-h", "127.0.0.1", "-p", &port, "-V", version, "-t", "fleet/van-1/crash", "-m", version, "-q", "1"];
        assert!(mosquitto::client("mosquitto_pub").args(typed).status().unwrap().success());
        let packet = seen.packet_number(n + 1);
        assert_eq!(text(&packet), version);
        client.acker.ack(delivery(&packet));
    }
    client.stop();
    embedded.stop();
}

#[test]
fn only_the_desk_writes_drills_on_the_embedded_broker() {
    let embedded = embedded();
    let (client, seen) = connect(&embedded.settings(&Settings::default()), Lane::Crash, &[Origin::Device, Origin::Drill]);
    seen.up();
    mosquitto::publish_lines(port_of(&embedded), "drill/fleet/van-1/crash", "forged\n");
    mosquitto::publish_lines(port_of(&embedded), "sample/fleet/van-1/crash", "forged\n");
    client.publisher.publish("drill/fleet/van-1/crash", "ours", Qos::AtLeastOnce, None).unwrap();
    assert_eq!(text(&seen.packet_number(1)), "ours");
    client.stop();

    let anonymous = Settings { client_id: Some("stranger".to_owned()), ..Settings::at(&embedded.url()) };
    let (client, seen) = connect(&anonymous, Lane::Crash, &[Origin::Device, Origin::Drill]);
    let degraded = seen.state_number(LinkState::Degraded, 1);
    assert!(degraded.reason.contains("drill/fleet/+/crash"), "{}", degraded.reason);
    client.stop();

    let thief = Settings { client_id: Some("fleetwatch-0000".to_owned()), ..Settings::at(&embedded.url()) };
    let (client, seen) = connect(&thief, Lane::Crash, DEVICE);
    assert!(seen.down().reason.contains("client id"), "{}", seen.down().reason);
    client.stop();
    embedded.stop();
}

#[test]
fn the_embedded_broker_names_a_busy_port_and_frees_its_own() {
    let first = embedded();
    let port = port_of(&first);
    let error = embedded::start(Some(port)).expect_err("the port is taken").to_string();
    assert!(error.contains(&port.to_string()) && error.contains("taken"), "{error}");
    first.stop();
    embedded::start(Some(port)).unwrap().stop();
}

#[test]
#[cfg(target_os = "linux")]
fn the_embedded_broker_listens_on_loopback_only() {
    let embedded = embedded();
    let port = port_of(&embedded);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    // 127.0.0.2 is this machine too: whoever listens on all addresses answers there.
    assert!(std::net::TcpStream::connect(("127.0.0.2", port)).is_err());
    embedded.stop();
}

#[test]
fn the_embedded_broker_hands_on_a_flood_without_loss() {
    const N: usize = 20_000;
    let embedded = embedded();
    let (client, seen) = connect(&embedded.settings(&Settings::default()), Lane::Telemetry, DEVICE);
    seen.up();
    let lines = numbered_lines(N);
    mosquitto::publish_lines(port_of(&embedded), "fleet/van-1/driving", &lines);
    assert_eq!(text(&seen.packet_number(N)), (N - 1).to_string());
    client.stop();
    embedded.stop();
}

/// Sockets that say nothing, half of a packet, or no MQTT at all must not keep anybody else out.
#[test]
fn the_embedded_broker_outlives_bad_company() {
    let embedded = embedded();
    let bad: [&[u8]; 6] = [
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x10",
        b"\x10\xff\xff\xff\xff\xff",
        b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x00\x30\xff\xff\xff\x7f",
        b"\xf0\x00\x00\x00\x30\x05\xff\xff\xff\xff\xff",
    ];
    let company: Vec<_> = (0..300)
        .map(|n| {
            let mut socket = std::net::TcpStream::connect(("127.0.0.1", port_of(&embedded))).unwrap();
            // It may have been shown out already.
            socket.write_all(bad[n % bad.len()]).ok();
            socket
        })
        .collect();
    let (client, seen) = connect(&embedded.settings(&Settings::default()), Lane::Crash, DEVICE);
    seen.up();
    mosquitto::publish_lines(port_of(&embedded), "fleet/van-1/crash", "1\n2\n");
    assert_eq!(text(&seen.packet_number(2)), "2");
    client.stop();
    drop(company);
    embedded.stop();
}

#[test]
fn without_a_wish_the_embedded_broker_takes_another_port_where_1883_is_taken() {
    // Taken by this listener, or by somebody else already.
    let _holder = std::net::TcpListener::bind(("127.0.0.1", 1883));
    let embedded = embedded::start(None).unwrap();
    assert_ne!(port_of(&embedded), 1883);
    let (client, seen) = connect(&embedded.settings(&Settings::default()), Lane::Telemetry, DEVICE);
    seen.up();
    client.stop();
    embedded.stop();
}
