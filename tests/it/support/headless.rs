//! The real program, without a window: started on a directory, read line by line, stopped or killed.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use fleetwatch::clock::Clock;
use serde_json::Value;

use super::mosquitto::Mosquitto;

/// Polls until `done` or panics with `what` after `secs`. A bound, not a speed: generous, for a busy machine.
#[track_caller]
pub(crate) fn eventually(what: &str, secs: u64, mut done: impl FnMut() -> bool) {
    let until = Clock.instant() + Duration::from_secs(secs);
    while !done() {
        assert!(Clock.instant() < until, "not within {secs} s: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// `fleetwatch` with these arguments, blind and without any settings of whoever runs the tests.
pub(crate) fn fleetwatch(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fleetwatch"));
    command.args(args).stdin(Stdio::null());
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "FLEETWATCH_BROKER", "FLEETWATCH_DATA_DIR", "FLEETWATCH_SETTINGS"] {
        command.env_remove(name);
    }
    command.env("XDG_CONFIG_HOME", "/nonexistent");
    command
}

/// Runs it to its end.
pub(crate) fn run(args: &[&str]) -> Output {
    fleetwatch(args).output().unwrap()
}

/// A running headless line; killed when dropped.
pub(crate) struct Desk {
    child: Child,
    lines: Arc<Mutex<Vec<Value>>>,
    reader: Option<JoinHandle<()>>,
    stderr: PathBuf,
}

impl Desk {
    /// Starts it on `dir` with these further arguments and returns at once.
    #[track_caller]
    pub(crate) fn start(dir: &Path, args: &[&str]) -> Self {
        Self::start_in(dir, args, &[])
    }

    /// The same, with these variables in its environment.
    #[track_caller]
    pub(crate) fn start_in(dir: &Path, args: &[&str], environment: &[(&str, &str)]) -> Self {
        let stderr = dir.with_extension("stderr");
        let log = File::options().create(true).append(true).open(&stderr).unwrap();
        let mut child = fleetwatch(&["--headless", "--data-dir", dir.to_str().unwrap()])
            .args(args)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let lines: Arc<Mutex<Vec<Value>>> = Arc::default();
        let reader = std::thread::Builder::new().name("desk-reader".to_owned()).spawn({
            let lines = Arc::clone(&lines);
            move || {
                for line in stdout.lines().map_while(Result::ok) {
                    let value = serde_json::from_str(&line).unwrap_or(Value::String(line));
                    lines.lock().unwrap().push(value);
                }
            }
        });
        Self { child, lines, reader: Some(reader.unwrap()), stderr }
    }

    /// Starts it on `broker` and waits until both lanes have subscribed.
    #[track_caller]
    pub(crate) fn connected(dir: &Path, broker: &Mosquitto, args: &[&str]) -> Self {
        Self::connected_in(dir, broker, args, &[])
    }

    /// The same, with these variables in its environment.
    #[track_caller]
    pub(crate) fn connected_in(dir: &Path, broker: &Mosquitto, args: &[&str], environment: &[(&str, &str)]) -> Self {
        let before = n_subscribed(broker);
        let url = broker.url();
        let mut all = vec!["--broker", &url];
        all.extend(args);
        let mut desk = Self::start_in(dir, &all, environment);
        eventually("both lanes have subscribed", 60, || {
            assert!(desk.child.try_wait().unwrap().is_none(), "the line ended: {}", desk.stderr());
            let now = n_subscribed(broker);
            now.0 > before.0 && now.1 > before.1
        });
        desk
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Everything that it said on stderr, in all its runs on this directory.
    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap_or_default()
    }

    /// The lines of a type so far: `alert`, `verdict`, `incident`.
    pub(crate) fn lines(&self, kind: &str) -> Vec<Value> {
        self.lines.lock().unwrap().iter().filter(|line| line["type"] == kind).cloned().collect()
    }

    /// Resident memory now, MB.
    pub(crate) fn resident_mb(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1_024
    }

    /// `kill -9`, and waits for the end.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; waits for a good end and answers the final counters.
    #[track_caller]
    pub(crate) fn stop(mut self) -> Value {
        terminate(&self.child);
        let mut status: Option<ExitStatus> = None;
        eventually("the line ends after SIGTERM", 60, || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        self.reader.take().unwrap().join().unwrap();
        let stderr = self.stderr();
        assert!(status.is_some_and(|status| status.success()), "{status:?}\n{stderr}");
        assert!(!stderr.contains("panicked"), "a thread panicked:\n{stderr}");
        let lines = self.lines.lock().unwrap();
        let last = lines.last().expect("the line said nothing");
        assert_eq!(last["type"], "final", "the last line is not the final one: {last}");
        let counters = last["counters"].clone();
        assert_sum(&counters);
        counters
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Received = kept + shed + rejected + duplicates, and the reasons add up.
#[track_caller]
pub(crate) fn assert_sum(counters: &Value) {
    let n = |key: &str| counters[key].as_u64().unwrap();
    assert_eq!(n("received"), n("kept") + n("shed") + n("rejected") + n("duplicates"), "{counters}");
    let by: u64 = counters["rejected_by"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(by, n("rejected"), "{counters}");
}

/// SIGTERM.
pub(crate) fn terminate(child: &Child) {
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
}

/// How often a crash and a telemetry lane have subscribed.
fn n_subscribed(broker: &Mosquitto) -> (usize, usize) {
    let log = broker.log();
    let count = |lane: &str| log.lines().filter(|line| line.contains("Sending SUBACK") && line.ends_with(lane)).count();
    (count("-crash"), count("-telemetry"))
}

/// Every stored incident, as `incidents --json` lists them.
#[track_caller]
pub(crate) fn incidents(dir: &Path) -> Vec<Value> {
    let output = run(&["incidents", "--json", "--data-dir", dir.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// One stored incident with everything, as `incidents ID --json` shows it.
#[track_caller]
pub(crate) fn incident(dir: &Path, id: &str) -> Value {
    let output = run(&["incidents", id, "--json", "--data-dir", dir.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
