//! A real PostgreSQL on a free loopback port.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::mosquitto::free_port;

/// The password of the only user; no text of the program may hold it.
pub(crate) const PASSWORD: &str = "not-to-be-shown-7f3a";

/// A running server; ended when dropped.
pub(crate) struct Postgres {
    pub(crate) port: u16,
    server: Child,
    dir: TempDir,
}

impl Postgres {
    /// Makes a database and starts the server.
    #[track_caller]
    pub(crate) fn start() -> Self {
        let dir = TempDir::new().unwrap();
        let password = dir.path().join("password");
        fs::write(&password, PASSWORD).unwrap();
        let data = dir.path().join("data");
        fs::create_dir(&data).unwrap();
        if is_root() {
            // The server refuses to be root.
            let owned = Command::new("chown").args(["-R", "postgres"]).arg(dir.path()).status();
            assert!(owned.unwrap().success());
        }
        let made = as_its_user("initdb")
            .args(["--username=fleetwatch", "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"])
            .arg(format!("--pwfile={}", password.display()))
            .arg("-D")
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = free_port();
        let server = serve(&data, port);
        let postgres = Self { port, server, dir };
        postgres.await_port();
        postgres
    }

    /// What goes into `[seats]`.
    pub(crate) fn url(&self) -> String {
        format!("postgres://fleetwatch:{PASSWORD}@127.0.0.1:{}/postgres", self.port)
    }

    /// A settings file next to `dir` for a seat of this name; `more` are further sections.
    pub(crate) fn settings(&self, dir: &Path, name: &str, more: &str) -> PathBuf {
        let file = dir.with_extension("toml");
        let text = format!("{more}\n[seats]\nurl = \"{}\"\nname = \"{name}\"\n", self.url());
        fs::write(&file, text).unwrap();
        file
    }

    /// Stops it at once, as a power cut would.
    pub(crate) fn kill(&mut self) {
        let pid = fs::read_to_string(self.dir.path().join("data/postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap().to_owned();
        assert!(Command::new("kill").args(["-QUIT", &pid]).status().unwrap().success());
        self.server.wait().unwrap();
    }

    /// Stops all of its processes where they are: connections stay and nothing answers, until what this gives is dropped.
    #[track_caller]
    pub(crate) fn freeze(&self) -> Frozen {
        let parent = self.server.id().to_string();
        let children = Command::new("pgrep").args(["-P", &parent]).output().unwrap().stdout;
        let children = String::from_utf8(children).unwrap();
        let pids: Vec<String> = std::iter::once(parent).chain(children.lines().map(str::to_owned)).collect();
        assert!(Command::new("kill").arg("-STOP").args(&pids).status().unwrap().success());
        Frozen { pids, since: fleetwatch::clock::Clock.instant() }
    }

    #[track_caller]
    pub(crate) fn start_again(&mut self) {
        self.server = serve(&self.dir.path().join("data"), self.port);
        self.await_port();
    }

    #[track_caller]
    fn await_port(&self) {
        for _ in 0..1_000 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("PostgreSQL did not start: {}", fs::read_to_string(self.dir.path().join("data/log")).unwrap_or_default());
    }
}

/// A server that does nothing; goes on when dropped.
pub(crate) struct Frozen {
    pids: Vec<String>,
    pub(crate) since: std::time::Instant,
}

impl Drop for Frozen {
    fn drop(&mut self) {
        Command::new("kill").arg("-CONT").args(&self.pids).status().ok();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let stop = as_its_user("pg_ctl").args(["stop", "-m", "immediate", "-D"]).arg(self.dir.path().join("data")).output();
        stop.ok();
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

fn serve(data: &Path, port: u16) -> Child {
    let log = fs::File::options().create(true).append(true).open(data.join("log")).unwrap();
    as_its_user("postgres")
        .arg("-D")
        .arg(data)
        .args(["-p", &port.to_string(), "-h", "127.0.0.1", "-k", "", "-c", "max_connections=50"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// A program of the server, where Debian keeps them.
fn as_its_user(name: &str) -> Command {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.map(|version| version.path().join("bin").join(name)).filter(|file| file.exists()).max();
    let program = newest.unwrap_or_else(|| PathBuf::from(name));
    if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}
