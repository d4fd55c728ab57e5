//! Through mosquitto on the same cores: the broker is the brake, and the line must not be a further one.

use std::process::{Command, Stdio};
use std::time::Duration;

use fleetwatch::clock::Clock;

use crate::broker::{Load, Mosquitto};
use crate::flooded::{Figures, figures, table};
use crate::measure::{Helper, children_cpu_secs, say};
use crate::set;

/// Both qualities of service, the line and its peers in turn, each with a fresh broker.
pub(crate) fn through_mosquitto() {
    let (n, n_runs) = (set("FLEETWATCH_BENCH_BROKERED_N", 200_000), set("FLEETWATCH_BENCH_RUNS", 3));
    if Mosquitto::start().is_none() {
        say("mosquitto is not installed: nothing measured through it");
        return;
    }
    for load in [Load::Driving0, Load::Driving1] {
        let qos = if load == Load::Driving0 { "0" } else { "1" };
        say(&format!("## Through mosquitto, QoS {qos}: {n} rows, publisher at full speed, median of {n_runs} runs"));
        let mut runs = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..n_runs {
            runs[0].push(ours("line", load, qos, n));
            runs[1].push(ours("client", load, qos, n));
            runs[2].push(mosquitto_sub(load, qos, n));
        }
        table(&["the whole line", "rumqttc + serde_json alone", "mosquitto_sub > /dev/null"], &runs, n);
    }
}

fn publisher(broker: &Mosquitto, load: Load, n: usize) -> Helper {
    let mut publisher = Helper::start("publish", &[&broker.port().to_string(), load.name(), &n.to_string(), "0"]);
    publisher.line();
    // Whoever subscribes has said so some time ago by now.
    std::thread::sleep(Duration::from_millis(500));
    publisher.tell("go");
    publisher
}

fn ours(role: &str, load: Load, qos: &str, n: usize) -> Figures {
    let broker = Mosquitto::start().expect("mosquitto");
    let mut subject = Helper::start(role, &[&broker.url(), &n.to_string(), qos]);
    subject.line();
    let publisher = publisher(&broker, load, n);
    let (begin, before) = (Clock.instant(), broker.cpu_secs());
    subject.line();
    let secs = begin.elapsed().as_secs_f64();
    let said = subject.line();
    drop(publisher);
    let mut figures = figures(&said, n, secs);
    figures.note = format!("broker {:.1} µs a message", (broker.cpu_secs() - before) * 1e6 / n as f64);
    figures
}

fn mosquitto_sub(load: Load, qos: &str, n: usize) -> Figures {
    let broker = Mosquitto::start().expect("mosquitto");
    let before = children_cpu_secs();
    let mut command = Command::new("mosquitto_sub");
    let (port, count) = (broker.port().to_string(), n.to_string());
    // -W: it ends even if messages were lost.
    command.args(["-h", "127.0.0.1", "-p", &port, "-q", qos, "-t", "fleet/+/driving", "-C", &count, "-W", "60"]);
    let Ok(mut child) = command.stdout(Stdio::null()).spawn() else {
        return Figures { note: "mosquitto_sub is not installed".to_owned(), ..Figures::default() };
    };
    let publisher = publisher(&broker, load, n);
    let begin = Clock.instant();
    let whole = child.wait().is_ok_and(|status| status.success());
    let (secs, cpu) = (begin.elapsed().as_secs_f64(), children_cpu_secs() - before);
    drop(publisher);
    Figures {
        rate: n as f64 / secs,
        micros: cpu * 1e6 / n as f64,
        kept: if whole { n as f64 } else { f64::NAN },
        note: if whole { String::new() } else { "it never got them all; rate and cost mean nothing".to_owned() },
        ..Figures::default()
    }
}
