//! A real broker, where one is installed.

use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use fleetwatch::broker::Settings;
use fleetwatch::cli::mqtt_out::MqttOut;
use fleetwatch::model::Timestamp;
use fleetwatch::pipeline::sample_fleet::SampleFleet;
use fleetwatch::play::{Publish as _, PublishError, qos_of};

/// A process that ends with its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A broker on a free port; `None`, with a word about it, where mosquitto is not installed.
fn broker() -> Option<(Running, u16)> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let start =
        |program| Command::new(program).args(["-p", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let Ok(child) = start("mosquitto").or_else(|_| start("/usr/sbin/mosquitto")) else {
        println!("skipped: mosquitto is not installed");
        return None;
    };
    let running = Running(child);
    for _ in 0..200 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some((running, port));
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("mosquitto does not listen on {port}");
}

/// Everything that is published from now on.
fn subscriber(port: u16) -> Option<(Running, BufReader<ChildStdout>)> {
    let mut command = Command::new("mosquitto_sub");
    command.args(["-p", &port.to_string(), "-t", "#", "-q", "1", "-F", "%t %p"]).stdout(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        println!("skipped: mosquitto_sub is not installed");
        return None;
    };
    let lines = BufReader::new(child.stdout.take().unwrap());
    Some((Running(child), lines))
}

fn next_line(lines: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

fn connect(url: &str) -> Result<MqttOut, PublishError> {
    MqttOut::connect(&Settings::at(url))
}

#[test]
fn what_was_flushed_is_with_the_broker_whole_and_in_order() {
    let Some((_broker, port)) = broker() else { return };
    let mut out = connect(&format!("mqtt://127.0.0.1:{port}")).unwrap();
    let Some((_subscriber, mut lines)) = subscriber(port) else { return };
    // Knock until the subscriber answers, then the road is open.
    let knocking = std::thread::scope(|scope| {
        let first = scope.spawn(|| next_line(&mut lines));
        for _ in 0..400 {
            out.publish("knock", b"k".to_vec(), 0).unwrap();
            out.flush().unwrap();
            if first.is_finished() {
                break;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        first.join().unwrap()
    });
    assert_eq!(knocking, "knock k");

    let begin = Timestamp::from_millis(1_800_000_000_000);
    let mut fleet = SampleFleet::new(5);
    let messages: Vec<_> = (0..=400).flat_map(|step| fleet.next_messages(begin.plus_micros(step * 100_000))).collect();
    assert!(messages.iter().any(|(topic, _)| topic.ends_with("/crash")));
    for (topic, payload) in &messages {
        out.publish(topic, payload.clone(), qos_of(topic)).unwrap();
    }
    out.flush().unwrap();
    drop(out);
    for (topic, payload) in &messages {
        let line = loop {
            let line = next_line(&mut lines);
            if line != "knock k" {
                break line;
            }
        };
        assert_eq!(line, format!("{topic} {}", std::str::from_utf8(payload).unwrap()));
    }
}

#[test]
fn a_refused_connection_says_where_and_what_to_do() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = connect(&format!("mqtt://user:hidden@127.0.0.1:{port}")).err().unwrap().to_string();
    assert!(error.contains(&format!("mqtt://127.0.0.1:{port}")) && error.contains("Start the broker"), "{error}");
    assert!(!error.contains("hidden"), "a password must never be shown: {error}");
    let error = connect("http://127.0.0.1").err().unwrap().to_string();
    assert!(error.contains("mqtt://"), "{error}");
}

#[test]
fn a_broker_that_goes_away_is_an_error_and_not_a_wait() {
    let Some((broker, port)) = broker() else { return };
    let mut out = connect(&format!("mqtt://127.0.0.1:{port}")).unwrap();
    drop(broker);
    let lost = (0..1_000).find_map(|_| out.publish("a", vec![0; 100], 1).and_then(|()| out.flush()).err());
    let lost = lost.unwrap().to_string();
    assert!(lost.contains(&format!("mqtt://127.0.0.1:{port} closed the connection. It may be restarting")), "{lost}");
}
