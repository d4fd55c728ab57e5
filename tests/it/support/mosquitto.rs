//! A real broker on a free loopback port, and its command line clients.

use std::fs::{self, File};
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// Debian keeps it where only root's path leads.
const PLACES: [&str; 4] =
    ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto", "/opt/homebrew/sbin/mosquitto"];

/// A running mosquitto; killed when dropped.
pub(crate) struct Mosquitto {
    pub(crate) port: u16,
    child: Child,
    dir: TempDir,
}

impl Mosquitto {
    /// Starts it. `listener` are configuration lines for the listener and the rest, with `{dir}` for its directory,
    /// which `prepare` may fill first.
    #[track_caller]
    pub(crate) fn start_with(listener: &str, prepare: impl FnOnce(&Path)) -> Self {
        let dir = TempDir::new().unwrap();
        prepare(dir.path());
        let port = free_port();
        let lines = listener.replace("{dir}", dir.path().to_str().unwrap());
        // Started by root it would become another user, who cannot read the directory.
        let user = if fs::metadata("/proc/self").is_ok_and(|own| is_root(&own)) { "user root\n" } else { "" };
        let config = format!("{user}max_queued_messages 100000\nlog_type all\nlistener {port} 127.0.0.1\n{lines}\n");
        fs::write(dir.path().join("mosquitto.conf"), config).unwrap();
        let child = spawn(dir.path());
        let mut broker = Self { port, child, dir };
        broker.await_port();
        broker
    }

    /// Starts it open to everybody.
    #[track_caller]
    pub(crate) fn start() -> Self {
        Self::start_with("allow_anonymous true", |_| {})
    }

    pub(crate) fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap()
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends it a signal by name: `STOP`, `CONT`.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let kill = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(kill.expect("kill is everywhere").success());
    }

    #[track_caller]
    pub(crate) fn start_again(&mut self) {
        self.child = spawn(self.dir.path());
        self.await_port();
    }

    #[track_caller]
    fn await_port(&mut self) {
        for _ in 0..500 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
                return;
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("mosquitto ended with {status}:\n{}", self.log());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("mosquitto does not listen:\n{}", self.log());
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// `mosquitto_pub` on `port`, one message for each line of `lines`, at `QoS` 1 and to the last acknowledgement.
#[track_caller]
pub(crate) fn publish_lines(port: u16, topic: &str, lines: &str) {
    let mut child = client("mosquitto_pub")
        .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-t", topic, "-q", "1", "-l"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("mosquitto_pub: {error}; install the Debian package mosquitto-clients"));
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "mosquitto_pub failed");
}

/// A Mosquitto command line client.
pub(crate) fn client(name: &str) -> Command {
    Command::new(name)
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn spawn(dir: &Path) -> Child {
    let program = PLACES
        .iter()
        .find(|place| Path::new(place).exists())
        .expect("mosquitto is not installed: install the Debian packages mosquitto and mosquitto-clients");
    let log = File::options().create(true).append(true).open(dir.join("log")).unwrap();
    Command::new(program)
        .arg("-c")
        .arg(dir.join("mosquitto.conf"))
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

#[cfg(unix)]
fn is_root(own: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    own.uid() == 0
}

#[cfg(not(unix))]
fn is_root(_own: &fs::Metadata) -> bool {
    false
}
