//! The crash lane: published at `QoS` 1 through mosquitto, judged, committed, then acknowledged.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fleetwatch::clock::Clock;
use fleetwatch::pipeline::Line;

use crate::broker::{Load, Mosquitto, sent_at};
use crate::flooded::first_byte;
use crate::measure::{Helper, cpu_secs, quantile, say, threads_cpu_secs};
use crate::{set, subject};

/// A burst, a steady thousand a second beside the disk's own figures, and full speed.
pub(crate) fn crash_lane() {
    let Some(broker) = Mosquitto::start() else {
        say("mosquitto is not installed: the crash lane was not measured");
        return;
    };
    drop(broker);
    say("## Crash lane: QoS 1, acknowledged after the commit");
    through_mosquitto("burst of reports with 100 samples", Load::Crash, 2_000, 0, WINDOW);
    let mut disk_ms = disk();
    let n_steady = set("FLEETWATCH_BENCH_STEADY_N", 10_000);
    through_mosquitto("1,000 small reports a second", Load::SmallCrash, n_steady, 1_000, WINDOW);
    disk_ms.extend(disk());
    let of = |share| quantile(disk_ms.iter().copied(), share);
    let (p50_ms, p99_ms) = (of(0.5), of(0.99));
    say(&format!("the disk alone, append 4 KiB and fdatasync: p50 {p50_ms:.2} ms, p99 {p99_ms:.2} ms"));
    let n = set("FLEETWATCH_BENCH_CRASHES", 40_000);
    through_mosquitto("small reports at full speed", Load::SmallCrash, n, 0, WINDOW);
    through_mosquitto("the same, 1,000 under way at a time", Load::SmallCrash, n, 0, 1_000);
    for _ in 0..set("FLEETWATCH_BENCH_RUNS", 3) {
        from_loopback(n);
    }
    say("");
}

/// Milliseconds of each append and fdatasync.
fn disk() -> Vec<f64> {
    let mut file = tempfile::tempfile().expect("a file");
    let mut once = || {
        let begin = Clock.instant();
        file.write_all(&[7; 4_096]).and_then(|()| file.sync_data()).expect("a disk");
        begin.elapsed().as_secs_f64() * 1e3
    };
    (0..1_000).map(|_| once()).collect()
}

/// When each report was announced, after its commit: how long it took from the moment it was published.
#[derive(Clone, Default)]
struct Announced(Arc<Mutex<Verdicts>>);

#[derive(Default)]
struct Verdicts {
    line: Vec<u8>,
    millis: Vec<f64>,
    last: Option<Instant>,
}

impl Write for Announced {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let now = Clock.now();
        let Verdicts { line, millis, last } = &mut *self.0.lock().expect("no panic");
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            line.extend(part);
            if line.ends_with(b"\n") {
                if line.starts_with(b"{\"type\":\"verdict\"") {
                    millis.extend(sent_at(&String::from_utf8_lossy(line)).map(|sent| now.micros_since(sent) as f64 / 1e3));
                    *last = Some(Clock.instant());
                }
                line.clear();
            }
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Announced {
    fn len(&self) -> usize {
        self.0.lock().expect("no panic").millis.len()
    }
}

/// Messages under way to one client that are not acknowledged: mosquitto's own default.
const WINDOW: u16 = 20;

/// Through mosquitto with a publisher beside it.
fn through_mosquitto(what: &str, load: Load, n: usize, rate: u64, window: u16) {
    let broker = Mosquitto::with_window(window).expect("mosquitto");
    let dir = tempfile::tempdir().expect("a directory");
    let args = [broker.port().to_string(), load.name().to_owned(), n.to_string(), rate.to_string()];
    let mut publisher = Helper::start("publish", &args.each_ref().map(String::as_str));
    publisher.line();
    let run = run(&broker.url(), dir.path(), n, || {
        // Whoever subscribes has said so some time ago by now.
        std::thread::sleep(Duration::from_millis(500));
        publisher.tell("go");
        Clock.instant()
    });
    drop(publisher);
    let again = redelivered(&broker, dir.path());
    // At full speed the reports are ready-made, so that only a steady rate has a delay to speak of.
    let delay = if rate == 0 {
        String::new()
    } else {
        let of = |share| quantile(run.millis.iter().copied(), share);
        format!("; publish to commit p50 {:.2} ms, p99 {:.2} ms", of(0.5), of(0.99))
    };
    run.say(&format!("{what}, through mosquitto ({window} under way)"), n, &format!("{again} came again after a restart{delay}"));
}

/// From a loopback server that sends ready-made reports without a window, so that no broker is the brake.
fn from_loopback(n: usize) {
    let mut server = Helper::start("serve-crashes", &[&n.to_string()]);
    let url = server.line();
    let dir = tempfile::tempdir().expect("a directory");
    let run = run(&url, dir.path(), n, || first_byte(&mut server));
    let acknowledged = server.line();
    run.say("small reports at full speed, from a loopback server", n, &format!("{acknowledged} acknowledged to it"));
}

/// A line under load: what it announced, and what that cost.
struct Run {
    millis: Vec<f64>,
    secs: f64,
    micros: f64,
    threads: Vec<String>,
    unsaved: u64,
}

/// A line on `url` until it has announced `n` verdicts, or no more have come for ten seconds. `go` lets the load begin and
/// says when it did.
fn run(url: &str, dir: &Path, n: usize, go: impl FnOnce() -> Instant) -> Run {
    let announced = Announced::default();
    let mut options = subject::options(url, dir);
    options.announce = Some(Box::new(announced.clone()));
    let cpu = cpu_secs();
    let line = Line::start(options).expect("a line");
    let begin = go();
    let (mut seen, mut since) = (0, Clock.instant());
    while announced.len() < n && since.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(5));
        if announced.len() > seen {
            (seen, since) = (announced.len(), Clock.instant());
        }
    }
    let Verdicts { millis, last, .. } = std::mem::take(&mut *announced.0.lock().expect("no panic"));
    let secs = last.map_or(f64::NAN, |last| last.duration_since(begin).as_secs_f64());
    let micros = (cpu_secs() - cpu) * 1e6 / n as f64;
    let each =
        |(name, secs): (String, f64)| (secs * 1e6 / n as f64 >= 1.0).then(|| format!("{name} {:.0} µs", secs * 1e6 / n as f64));
    let threads = threads_cpu_secs().into_iter().filter_map(each).collect();
    let unsaved = line.stop().unsaved;
    Run { millis, secs, micros, threads, unsaved }
}

impl Run {
    fn say(&self, what: &str, n: usize, more: &str) {
        let Self { millis, secs, micros, threads, unsaved } = self;
        let n_committed = millis.len();
        let rate = n_committed as f64 / secs;
        say(&format!(
            "{what}: {n_committed} of {n} committed in {secs:.2} s ({rate:.0} a second, {micros:.0} µs CPU each), {unsaved} unsaved, {more}",
        ));
        say(&format!("  by thread: {}", threads.join(", ")));
    }
}

/// What the broker delivers again to the same session: reports whose acknowledgement it never got.
fn redelivered(broker: &Mosquitto, dir: &Path) -> u64 {
    let line = Line::start(subject::options(&broker.url(), dir)).expect("a line");
    std::thread::sleep(Duration::from_secs(1));
    line.stop().crash_reports
}
