//! A display that is not there, the window on it, what a person does with mouse and keys, and what a screen reader says.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use fleetwatch::clock::Clock;
use serde::Deserialize;
use tempfile::TempDir;

use super::headless::{eventually, fleetwatch, run};

const READER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/reader.py");

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A virtual display with a window manager and a session bus of its own.
pub(crate) struct Screen {
    display: String,
    bus: String,
    // Ended in this order.
    _manager: Running,
    _bus: Running,
    _server: Running,
    _dir: TempDir,
}

/// Something that a screen reader is told of.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Node {
    pub(crate) name: String,
    /// Left, top, width, height in the window, pixels.
    place: [i32; 4],
    states: Vec<String>,
}

impl Node {
    fn is(&self, state: &str) -> bool {
        self.states.iter().any(|have| have == state)
    }
}

impl Screen {
    #[track_caller]
    pub(crate) fn start(size: &str) -> Self {
        let dir = TempDir::new().unwrap();
        let mut command = Command::new("Xvfb");
        // It takes the first number that is free and says which.
        command.args(["-displayfd", "1", "-screen", "0", &format!("{size}x24"), "-nolisten", "tcp", "-noreset"]);
        let mut server = started(command.stdout(Stdio::piped()));
        let mut number = String::new();
        BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut number).unwrap();
        let display = format!(":{}", number.trim());
        let bus = format!("unix:path={}", dir.path().join("bus").display());
        let mut daemon = Command::new("dbus-daemon");
        // Where the bus of the screen readers has its socket: one for each session.
        daemon.args(["--session", "--nofork", "--address", &bus]).env("XDG_RUNTIME_DIR", dir.path());
        let daemon = started(&mut daemon);
        eventually("the session bus is there", 30, || dir.path().join("bus").exists());
        let manager = started(Command::new("openbox").env("DISPLAY", &display));
        let screen = Self { display, bus, _manager: manager, _bus: daemon, _server: server, _dir: dir };
        // From now on programs know that somebody listens.
        screen.nodes();
        screen
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.display).env("DBUS_SESSION_BUS_ADDRESS", &self.bus);
        command
    }

    /// What a command printed; empty where it failed.
    pub(crate) fn said(&self, program: &str, args: &[&str]) -> String {
        let output = self.command(program).args(args).output().unwrap();
        if output.status.success() { String::from_utf8_lossy(&output.stdout).trim().to_owned() } else { String::new() }
    }

    /// All that a screen reader is told of.
    #[track_caller]
    pub(crate) fn nodes(&self) -> Vec<Node> {
        let output = self.command("/usr/bin/python3").arg(READER).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Opens the window on this directory and waits until it is painted.
    #[track_caller]
    pub(crate) fn open(&self, data: &Path, args: &[&str]) -> Window<'_> {
        let mut all = vec!["--data-dir", data.to_str().unwrap()];
        all.extend(args);
        let mut command = fleetwatch(&all);
        command.env("DISPLAY", &self.display).env("DBUS_SESSION_BUS_ADDRESS", &self.bus).env("LC_ALL", "C.UTF-8");
        let desk = started(&mut command);
        let mut window = Window { screen: self, desk, id: String::new(), data: data.to_owned() };
        eventually("the window is there", 60, || {
            let found = self.said("xdotool", &["search", "--name", "^Fleetwatch$"]);
            found.lines().last().unwrap_or_default().clone_into(&mut window.id);
            !window.id.is_empty()
        });
        window.sees("Live");
        window
    }
}

#[track_caller]
fn started(command: &mut Command) -> Running {
    let program = command.get_program().to_owned();
    let child = command.stderr(Stdio::null()).stdin(Stdio::null()).spawn();
    Running(child.unwrap_or_else(|error| panic!("{}: {error}; `make test` installs what is needed", program.display())))
}

/// The real window, and a person before it.
pub(crate) struct Window<'a> {
    screen: &'a Screen,
    desk: Running,
    id: String,
    data: PathBuf,
}

impl Window<'_> {
    /// The first thing whose name begins with these words, if it is on the screen.
    pub(crate) fn find(&self, words: &str) -> Option<Node> {
        let shown = |node: &Node| node.name.starts_with(words) && node.is("showing");
        self.screen.nodes().into_iter().find(shown)
    }

    /// As [`eventually`]; where it does not come to be, with all that is on the screen.
    #[track_caller]
    fn until(&self, what: &str, mut done: impl FnMut() -> bool) {
        let until = Clock.instant() + Duration::from_mins(1);
        while !done() {
            if Clock.instant() > until {
                let names: Vec<String> = self.screen.nodes().into_iter().map(|node| node.name).collect();
                panic!("not within 60 s: {what}. On the screen:\n{}", names.join("\n"));
            }
        }
    }

    /// Waits until something whose name begins with these words is there.
    #[track_caller]
    pub(crate) fn sees(&self, words: &str) -> Node {
        let mut found = None;
        self.until(&format!("a screen reader says {words:?}"), || {
            found = self.find(words);
            found.is_some()
        });
        found.unwrap()
    }

    /// Waits until nothing has a name that begins with these words.
    #[track_caller]
    pub(crate) fn sees_no(&self, words: &str) {
        self.until(&format!("a screen reader says {words:?} no more"), || self.find(words).is_none());
    }

    /// Moves the mouse onto something that can be used and clicks, again until `done`: what moves may be missed, and a card
    /// that has just come takes no click.
    #[track_caller]
    pub(crate) fn click(&self, words: &str, mut done: impl FnMut(&Self) -> bool) {
        self.until(&format!("a click on {words:?} is taken"), || {
            if let Some(node) = self.find(words).filter(|node| node.is("sensitive")) {
                let [left, top, width, height] = node.place;
                let [x, y] = [left + width / 2, top + height / 2].map(|at| at.to_string());
                self.screen.said("xdotool", &["mousemove", "--window", &self.id, &x, &y, "click", "1"]);
            }
            (0..10).any(|_| done(self))
        });
    }

    /// Presses keys one after the other, as xdotool names them.
    pub(crate) fn press(&self, keys: &[&str]) {
        self.screen.said("xdotool", &["windowactivate", "--sync", &self.id]);
        for key in keys {
            self.screen.said("xdotool", &["key", key]);
        }
    }

    /// Types into what has the focus.
    pub(crate) fn write(&self, words: &str) {
        self.screen.said("xdotool", &["type", "--delay", "30", words]);
    }

    /// How many colours are on the screen.
    pub(crate) fn n_colors(&self) -> usize {
        let counted = self.screen.said("sh", &["-c", "import -window root png:- | identify -format %k png:-"]);
        counted.parse().unwrap_or(0)
    }

    /// What the store says of a vehicle's incident.
    pub(crate) fn incident(&self, vehicle: &str) -> Option<serde_json::Value> {
        let output = run(&["incidents", "--json", "--data-dir", self.data.to_str().unwrap()]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let rows = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        rows.into_iter().find(|row| row["device"] == vehicle)
    }

    /// Where it keeps everything.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// The port of the broker that it brought along.
    pub(crate) fn port(&self) -> u16 {
        let url = fs::read_to_string(self.data.join("embedded-broker-url")).unwrap();
        url.trim().rsplit(':').next().unwrap().parse().unwrap()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.desk.0.id()
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        eventually("the program ends", 60, || {
            status = self.desk.0.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }
}
