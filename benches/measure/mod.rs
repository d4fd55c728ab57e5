//! What a process costs, as Linux counts it, and helper processes that play the other side: so that a figure holds the
//! cost of its subject alone.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

pub(crate) use crate::figures::{quantile, say};

/// Clock ticks a second in `/proc`: 100 on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// CPU time of a process, user and system, s; with `children`, of those that it waited for instead.
fn cpu_secs_of(process: &str, children: bool) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name in brackets may hold spaces; what follows does not.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let first = if children { 13 } else { 11 };
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    (ticks(first) + ticks(first + 1)) / TICKS
}

/// CPU time of this process so far, s.
pub(crate) fn cpu_secs() -> f64 {
    cpu_secs_of("self", false)
}

/// CPU time of another process so far, s.
pub(crate) fn cpu_secs_of_process(id: u32) -> f64 {
    cpu_secs_of(&id.to_string(), false)
}

/// CPU time of the children that this process has waited for, s.
pub(crate) fn children_cpu_secs() -> f64 {
    cpu_secs_of("self", true)
}

/// CPU time of each thread of this process that is still there, s, by name.
pub(crate) fn threads_cpu_secs() -> Vec<(String, f64)> {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let mut threads: Vec<_> = tasks
        .filter_map(|task| {
            let name = std::fs::read_to_string(task.path().join("comm")).ok()?.trim().to_owned();
            let nanos: f64 = std::fs::read_to_string(task.path().join("schedstat")).ok()?.split(' ').next()?.parse().ok()?;
            Some((name, nanos / 1e9))
        })
        .collect();
    threads.sort_by(|a, b| b.1.total_cmp(&a.1));
    threads
}

/// The most memory that this process ever had, MiB.
pub(crate) fn peak_rss_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1_024.0
}

/// The middle one.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    quantile(values, 0.5)
}

/// This program again in another role, that answers in lines.
pub(crate) struct Helper {
    child: Child,
    lines: BufReader<ChildStdout>,
    stdin: Option<ChildStdin>,
}

impl Helper {
    /// Starts it.
    pub(crate) fn start(role: &str, args: &[&str]) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut command = Command::new(program);
        command.arg(role).args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("this program starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe"));
        let stdin = child.stdin.take();
        Self { child, lines, stdin }
    }

    /// Waits for its next line.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    /// Tells it a line.
    pub(crate) fn tell(&mut self, line: &str) {
        if let Some(stdin) = &mut self.stdin {
            writeln!(stdin, "{line}").expect("it listens");
        }
    }
}

impl Drop for Helper {
    /// A helper ends when its stdin does.
    fn drop(&mut self) {
        self.stdin = None;
        self.child.wait().ok();
    }
}

/// Waits until whoever started this process lets go of it.
pub(crate) fn until_let_go() {
    std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink()).ok();
}
