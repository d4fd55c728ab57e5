//! One child process with a `/tmp` of its own, and nothing that outlives it.

use std::io::{self, BufRead as _, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Function;

/// How well a container is shut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// Namespaces of its own: `/tmp` is a tmpfs of its size, the package read-only, no process is left behind.
    Namespaces,
    /// A child process: `TMPDIR` is a directory that is measured; `/tmp` itself is the machine's.
    ProcessOnly,
}

/// Where the package is mounted in namespaces: an empty directory of every Debian.
const TASK_ROOT: &str = "/mnt";
/// First the package, since it may lie under what is covered next.
const ENTER: &str = "mount --bind . /mnt && mount -o remount,bind,ro /mnt && mount -t tmpfs -o \"size=$FLEETWATCH_TMP\",mode=1777 tmpfs /tmp && cd /mnt && unset FLEETWATCH_TMP && exec ./bootstrap";
/// Lines of a log that are kept until the end of the call, and the longest line, bytes.
const LOG_LINES: usize = 1_000;
const LOG_LINE_BYTES: u64 = 16 * 1024;

impl Isolation {
    /// What this machine allows.
    pub(super) fn available() -> Self {
        let probe = unshare().args(["sh", "-c", "mount -t tmpfs -o size=1M tmpfs /tmp"]).output();
        if probe.is_ok_and(|output| output.status.success()) { Self::Namespaces } else { Self::ProcessOnly }
    }
}

fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "--"]);
    command
}

/// What a process writes, line by line.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn lines(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines())
    }

    fn follow(&self, stream: impl Read + Send + 'static) -> io::Result<()> {
        let log = self.clone();
        let read = move || {
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            while (&mut stream).take(LOG_LINE_BYTES).read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                line.clear();
                let mut lines = log.lines();
                if lines.len() >= LOG_LINES {
                    lines.remove(0);
                }
                lines.push(text);
            }
        };
        std::thread::Builder::new().name("lambda-log".to_owned()).spawn(read)?;
        Ok(())
    }
}

/// A running process.
pub(super) struct Sandbox {
    child: Child,
    /// The process that is the function: in namespaces the child's child.
    pid: Option<u32>,
    isolation: Isolation,
    tmp: Option<PathBuf>,
    tmp_bytes: u64,
    memory_mb: u32,
    max_memory_kb: u64,
    pub(super) log: Log,
}

impl Sandbox {
    /// Starts a function's `bootstrap` that finds its Runtime API at `api`.
    pub(super) fn start(function: &Function, isolation: Isolation, api: &str, serial: u64) -> io::Result<Self> {
        let tmp_bytes = u64::from(function.tmp_mb) * 1024 * 1024;
        let (mut command, root, tmp) = match isolation {
            Isolation::Namespaces => {
                let mut command = unshare();
                command.args(["sh", "-c", ENTER]).env("FLEETWATCH_TMP", tmp_bytes.to_string());
                (command, TASK_ROOT.to_owned(), None)
            }
            Isolation::ProcessOnly => {
                let name = format!("fleetwatch-lambda-{}-{serial}", std::process::id());
                let tmp = std::env::temp_dir().join(name);
                std::fs::create_dir_all(&tmp)?;
                let root = function.package.canonicalize()?;
                (Command::new(root.join("bootstrap")), root.display().to_string(), Some(tmp))
            }
        };
        let keep: Vec<_> = command.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
        command.env_clear().envs(keep).envs(&function.environment);
        let tmp_path = tmp.as_ref().map_or_else(|| "/tmp".to_owned(), |tmp| tmp.display().to_string());
        for (name, value) in [
            ("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin"),
            ("LANG", "en_US.UTF-8"),
            ("TZ", ":UTC"),
            ("TMPDIR", &tmp_path),
            ("LAMBDA_TASK_ROOT", &root),
            ("LAMBDA_RUNTIME_DIR", &root),
            ("_HANDLER", "bootstrap"),
            ("AWS_LAMBDA_RUNTIME_API", api),
            ("AWS_LAMBDA_FUNCTION_NAME", &function.name),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &function.memory_mb.to_string()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", &format!("/aws/lambda/{}", function.name)),
            ("AWS_LAMBDA_LOG_STREAM_NAME", &format!("local/[$LATEST]{serial:08x}")),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ] {
            command.env(name, value);
        }
        command.current_dir(&function.package).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let log = Log::default();
        if let Some(stdout) = child.stdout.take() {
            log.follow(stdout)?;
        }
        if let Some(stderr) = child.stderr.take() {
            log.follow(stderr)?;
        }
        Ok(Self { child, pid: None, isolation, tmp, tmp_bytes, memory_mb: function.memory_mb, max_memory_kb: 0, log })
    }

    /// How it ended, if it has: `exit status 1`, `signal: 9`.
    pub(super) fn ended(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(status.code().map_or_else(|| status.to_string(), |code| format!("exit status {code}")))
    }

    /// The most that it had in memory so far, MB.
    pub(super) fn max_memory_mb(&mut self) -> u32 {
        let child = self.child.id();
        if self.pid.is_none() {
            self.pid = match self.isolation {
                Isolation::ProcessOnly => Some(child),
                Isolation::Namespaces => std::fs::read_to_string(format!("/proc/{child}/task/{child}/children"))
                    .ok()
                    .and_then(|text| text.split_whitespace().next()?.parse().ok()),
            };
        }
        let status = self.pid.and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/status")).ok());
        let peak = status.as_deref().and_then(|text| text.lines().find_map(|line| line.strip_prefix("VmHWM:")));
        let kb: u64 = peak.and_then(|text| text.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or_default();
        self.max_memory_kb = self.max_memory_kb.max(kb);
        u32::try_from(self.max_memory_kb.div_ceil(1024)).unwrap_or(u32::MAX)
    }

    /// Whether it had more in memory than it may.
    pub(super) fn is_out_of_memory(&mut self) -> bool {
        self.max_memory_mb() > self.memory_mb
    }

    /// Whether it wrote more than it may, where nothing else stops it.
    pub(super) fn is_out_of_tmp(&self) -> bool {
        self.tmp.as_deref().is_some_and(|tmp| size_of(tmp) > self.tmp_bytes)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        if let Some(tmp) = &self.tmp {
            std::fs::remove_dir_all(tmp).ok();
        }
    }
}

fn size_of(dir: &std::path::Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(dir) else { return 0 };
    let size = |entry: std::fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => size_of(&entry.path()),
        Ok(kind) if kind.is_file() => entry.metadata().map_or(0, |metadata| metadata.len()),
        _ => 0,
    };
    entries.flatten().map(size).sum()
}
