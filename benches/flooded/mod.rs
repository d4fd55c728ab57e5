//! The flood: no broker is the brake.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use fleetwatch::clock::Clock;
use serde_json::Value;

use crate::measure::{Helper, children_cpu_secs, median, say};
use crate::set;

/// What one subject did in one run.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) rate: f64,
    pub(crate) micros: f64,
    pub(crate) rss_mib: f64,
    pub(crate) kept: f64,
    pub(crate) note: String,
}

/// Line, peers, line, peers...
pub(crate) fn flood() {
    let (n, n_runs) = (set("FLEETWATCH_BENCH_N", 1_000_000), set("FLEETWATCH_BENCH_RUNS", 3));
    say(&format!("## Flood: {n} rows of driving data of 1,000 vehicles from a loopback server, median of {n_runs} runs"));
    let subjects: [(&str, &dyn Fn() -> Figures); 3] = [
        ("the whole line", &|| ours("line", n)),
        ("rumqttc + serde_json alone", &|| ours("client", n)),
        ("mosquitto_sub > /dev/null", &|| mosquitto_sub(n)),
    ];
    let mut runs: Vec<Vec<Figures>> = subjects.iter().map(|_| Vec::new()).collect();
    for _ in 0..n_runs {
        for (figures, (_, run)) in runs.iter_mut().zip(&subjects) {
            figures.push(run());
        }
    }
    table(&subjects.map(|(name, _)| name), &runs, n);
}

/// Prints medians.
pub(crate) fn table(names: &[&str], runs: &[Vec<Figures>], n: usize) {
    say("| subject | messages/s | µs CPU a message | kept | peak RSS, MiB |");
    say("|-|-|-|-|-|");
    for (name, figures) in names.iter().zip(runs) {
        let of = |pick: fn(&Figures) -> f64| median(figures.iter().map(pick));
        let kept = of(|f| f.kept) / n as f64 * 100.0;
        say(&format!("| {name} | {:.0} | {:.2} | {kept:.2} % | {:.0} |", of(|f| f.rate), of(|f| f.micros), of(|f| f.rss_mib)));
    }
    for (name, figures) in names.iter().zip(runs) {
        for note in figures.iter().map(|figures| &figures.note).filter(|note| !note.is_empty()) {
            say(&format!("{name}: {note}"));
        }
    }
    say("");
}

/// The server's first byte, from when and how long it wrote.
pub(crate) fn first_byte(server: &mut Helper) -> Instant {
    let secs: f64 = server.line().parse().expect("seconds");
    Clock.instant().checked_sub(std::time::Duration::from_secs_f64(secs)).expect("a machine that runs for longer")
}

fn ours(role: &str, n: usize) -> Figures {
    let mut server = Helper::start("serve", &[&n.to_string()]);
    let url = server.line();
    let mut subject = Helper::start(role, &[&url, &n.to_string(), "0"]);
    subject.line();
    let first = first_byte(&mut server);
    subject.line();
    let secs = first.elapsed().as_secs_f64();
    figures(&subject.line(), n, secs)
}

/// Reads what a subject of ours says of itself.
pub(crate) fn figures(said: &str, n: usize, secs: f64) -> Figures {
    let cost: Value = serde_json::from_str(said).expect("figures");
    let number = |key: &str| cost[key].as_f64().unwrap_or_default();
    let threads = cost["threads"].as_array().cloned().unwrap_or_default();
    let per_thread: Vec<String> = threads
        .iter()
        .filter_map(|thread| Some((thread[0].as_str()?, thread[1].as_f64()? * 1e6 / number("received"))))
        .filter(|(_, micros)| *micros >= 0.01)
        .map(|(name, micros)| format!("{name} {micros:.2} µs"))
        .collect();
    let note = if per_thread.is_empty() {
        String::new()
    } else {
        format!(
            "received {}, kept {}, shed {}, rejected {}; {}",
            cost["received"],
            cost["kept"],
            cost["shed"],
            cost["rejected"],
            per_thread.join(", ")
        )
    };
    Figures {
        rate: number("received").min(n as f64) / secs,
        micros: number("cpu_secs") * 1e6 / number("received"),
        rss_mib: number("rss_mib"),
        kept: number("kept"),
        note,
    }
}

fn mosquitto_sub(n: usize) -> Figures {
    other(n, |port| {
        let mut command = Command::new("mosquitto_sub");
        command.args(["-h", "127.0.0.1", "-p", port, "-t", "fleet/+/driving", "-C", &n.to_string()]);
        command
    })
}

/// A program of others that ends by itself after `n` messages.
fn other(n: usize, command: impl Fn(&str) -> Command) -> Figures {
    let mut server = Helper::start("serve", &[&n.to_string()]);
    let url = server.line();
    let (_, port) = url.rsplit_once(':').expect("a port");
    let before = children_cpu_secs();
    let mut command = command(port);
    let Ok(mut child) = command.stdout(Stdio::null()).spawn() else {
        let note = format!("{} is not installed", command.get_program().to_string_lossy());
        return Figures { note, ..Figures::default() };
    };
    let first = first_byte(&mut server);
    child.wait().expect("its end");
    let secs = first.elapsed().as_secs_f64();
    Figures {
        rate: n as f64 / secs,
        micros: (children_cpu_secs() - before) * 1e6 / n as f64,
        kept: n as f64,
        ..Figures::default()
    }
}

/// mqtt.js and paho, where `side_by_side.sh` has set them up; both slow, so with fewer messages.
fn scripted() -> Vec<(&'static str, Command)> {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers");
    let mut found = Vec::new();
    if let Some(modules) = std::env::var_os("FLEETWATCH_BENCH_NODE_MODULES") {
        let mut node = Command::new("node");
        node.env("NODE_PATH", modules).arg(peers.join("count.cjs"));
        found.push(("mqtt.js + JSON.parse", node));
    }
    if let Some(python) = std::env::var_os("FLEETWATCH_BENCH_PYTHON") {
        let mut python = Command::new(python);
        python.arg(peers.join("count.py"));
        found.push(("paho + json.loads", python));
    }
    found
}

/// What the scripting languages' clients do with the same flood.
pub(crate) fn scripts() {
    let n = set("FLEETWATCH_BENCH_N", 1_000_000) / 10;
    let n_runs = set("FLEETWATCH_BENCH_RUNS", 3);
    let mut names = Vec::new();
    let mut runs = Vec::new();
    for (name, mut command) in scripted() {
        command.args(["{port}", &n.to_string()]);
        let with_port = |port: &str| {
            let mut ready = Command::new(command.get_program());
            ready.args(command.get_args().map(|arg| if arg == "{port}" { port.as_ref() } else { arg }));
            ready.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
            ready
        };
        names.push(name);
        runs.push((0..n_runs).map(|_| other(n, with_port)).collect());
    }
    if !names.is_empty() {
        say(&format!("## The same flood, {n} rows, median of {n_runs} runs"));
        table(&names, &runs, n);
    }
}
