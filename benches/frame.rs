//! What a frame costs: the CPU time of logic, ui and tessellation on the window's thread; nothing is sent to a graphics card.
//!
//! `cargo bench --bench frame`; Linux only. Live with 10,000 vehicles, 400 sensors and 200 open incidents, of which the host
//! and the state are told 2,000 messages a second, and a picture of theirs before every frame, 30 a second; then the same
//! with a million samples in each series that is plotted; beside it, in the same run, plain `egui_plot` lines over as many
//! points. A word in the arguments leaves only the subjects with that word in their name.
//! `FLEETWATCH_BENCH_N` sets how many frames each subject paints.

mod busy;
mod figures;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use busy::{Busy, Dense, INCIDENTS, RATE, SENSORS, VEHICLES};
use eframe::App as _;
use eframe::egui::{self, Context, Event, Key, Modifiers, RawInput, Ui};
use egui_plot::{Line, Plot, PlotPoint, PlotPoints};
use figures::{quantile, say};
use fleetwatch::model::setting::Sheet;
use fleetwatch::model::{DeviceId, DeviceKind, Timestamp};
use fleetwatch::settings::Settings;
use fleetwatch::state::Snapshot;
use fleetwatch::ui::{Desk, Layout, Request, TileWires, Wires};

/// The million of the goal, and the five minutes at 2 Hz that Live plots of a usual vehicle.
const MILLION: usize = 1_000_000;
const USUAL: usize = 600;
/// Between two frames, µs.
const FRAME_MICROS: i64 = 33_333;

/// The program's own.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// CPU time of this thread so far, ms. (What `/proc` says of it moves in steps of a few ms.)
fn cpu_ms() -> f64 {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    spent.tv_sec as f64 * 1e3 + spent.tv_nsec as f64 / 1e6
}

/// A window without a screen. Nobody listens for what a screen reader would be told, as on most desks.
struct Window {
    ctx: Context,
    secs: f64,
    pressed: Option<Key>,
}

impl Window {
    fn new() -> Self {
        Self { ctx: Context::default(), secs: 0.0, pressed: None }
    }

    /// Paints once; what ui and tessellation cost, ms.
    fn paint(&mut self, mut add: impl FnMut(&mut Ui)) -> (f64, f64) {
        self.secs += FRAME_MICROS as f64 / 1e6;
        let modifiers = Modifiers::NONE;
        let press = |key| Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
        let input = RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1440.0, 900.0))),
            time: Some(self.secs),
            focused: true,
            events: self.pressed.take().map(press).into_iter().collect(),
            ..RawInput::default()
        };
        let begin = cpu_ms();
        let mut output = self.ctx.run_ui(input, |ui| add(ui));
        let painted = cpu_ms();
        let meshes = self.ctx.tessellate(std::mem::take(&mut output.shapes), output.pixels_per_point);
        let end = cpu_ms();
        output.textures_delta.clear();
        assert!(!meshes.is_empty(), "nothing was painted");
        (painted - begin, end - painted)
    }
}

/// Says what `n` frames cost.
fn frames(name: &str, n: usize, mut frame: impl FnMut() -> (f64, f64)) {
    // The first ones lay out every word.
    let costs: Vec<(f64, f64)> = (0..n + 10).map(|_| frame()).skip(10).collect();
    let of = |share| quantile(costs.iter().map(|(ui, tessellation)| ui + tessellation), share);
    let tessellation = quantile(costs.iter().map(|cost| cost.1), 0.5);
    say(&format!(
        "{name}: median {:.2} ms (of it tessellation {tessellation:.2}), p99 {:.2} ms, slowest {:.2} ms of {n} frames",
        of(0.5),
        of(0.99),
        of(1.0)
    ));
}

/// The desk on a busy line, with so many samples in the series that are plotted, where that is more than the line gives.
fn desk(name: &str, n_samples: Option<usize>, n: usize, key: Option<Key>) {
    let line = Rc::new(RefCell::new(Busy::new()));
    let mut dense = n_samples.map(|n| {
        let of = |device, kind| Dense::new(device, kind, n, line.borrow().now);
        (of("VAN-00017", DeviceKind::Vehicle), of("RFR-002", DeviceKind::Sensor))
    });
    let shown = Arc::new(Mutex::new((Arc::new(Snapshot::default()), Timestamp::default())));
    let asked = Arc::new(Mutex::new(None));
    let settings = Settings::default();
    let sheet = Arc::new(Sheet {
        file: "settings.toml".into(),
        running: settings.shown(),
        saved: settings.shown(),
        standard: settings.shown(),
        regions: fleetwatch::pricing::book::regions(),
        last: None,
    });
    let (latest, now, look) = (Arc::clone(&shown), Arc::clone(&shown), Arc::clone(&asked));
    let wires = Wires {
        tiles: TileWires::none(),
        latest: Box::new(move || Arc::clone(&latest.lock().expect("one thread").0)),
        send: Box::new(move |request| {
            if let Request::Look(focus) = request {
                *look.lock().expect("one thread") = Some(focus);
            }
            true
        }),
        settings: Box::new(move || Arc::clone(&sheet)),
        now: Box::new(move || now.lock().expect("one thread").1),
        environment: "LOCAL",
        sample: false,
        sound: Box::new(|_| {}),
        sound_trouble: Box::new(|| None),
        layout: Ok(Layout::default()),
        keep_layout: Box::new(|_| {}),
        operator: "J. Han".into(),
    };
    let mut window = Window::new();
    let mut desk = Desk::new(wires, &window.ctx);
    let mut frame = eframe::Frame::_new_kittest();
    let mut state_ms = Vec::new();
    window.pressed = key;
    frames(name, n, || {
        let begin = cpu_ms();
        let mut line = line.borrow_mut();
        if let Some(mut focus) = asked.lock().expect("one thread").take() {
            focus.vehicle = Some(DeviceId::new("VAN-00017"));
            focus.sensor = Some(DeviceId::new("RFR-002"));
            line.look(focus);
        }
        line.pass_micros(FRAME_MICROS);
        let mut snapshot = line.snapshot();
        state_ms.push(cpu_ms() - begin);
        if let Some((driven, measured)) = &mut dense {
            driven.until(line.now);
            measured.until(line.now);
            snapshot.vehicle.iter_mut().for_each(|vehicle| vehicle.series = driven.series());
            snapshot.sensor.iter_mut().for_each(|sensor| sensor.series = measured.series());
        }
        *shown.lock().expect("one thread") = (Arc::new(snapshot), line.now);
        drop(line);
        window.paint(|ui| {
            desk.logic(&ui.ctx().clone(), &mut frame);
            desk.ui(ui, &mut frame);
        })
    });
    let snapshot = &shown.lock().expect("one thread").0;
    let open = snapshot.incidents.len();
    assert!((snapshot.marks.len(), snapshot.sensor_counts.total, open) >= (VEHICLES, SENSORS, INCIDENTS), "not the whole fleet");
    let messages = RATE as f64 * FRAME_MICROS as f64 / 1e6;
    let state = quantile(state_ms, 0.5);
    say(&format!("    beside it, on other threads: {messages:.0} messages judged and filed, and their picture, {state:.2} ms"));
}

/// What the same series cost as lines of `egui_plot` without a thought: all points, its own culling.
fn plain(name: &str, n_samples: usize, n: usize) {
    let points: Vec<PlotPoint> =
        (0..n_samples).map(|i| PlotPoint::new(i as f64, 4.0 + 3.0 * (i as f64 / n_samples as f64 * 40.0).sin())).collect();
    let mut window = Window::new();
    frames(name, n, || {
        window.paint(|ui| {
            for series in 0..5 {
                Plot::new(("plot", series)).height(150.0).show(ui, |plot| {
                    plot.line(Line::new("series", PlotPoints::Borrowed(&points)));
                });
            }
        })
    });
}

fn main() {
    let n = std::env::var("FLEETWATCH_BENCH_N").map_or(300, |text| text.parse().expect("a number"));
    let word = std::env::args().skip(1).find(|word| !word.starts_with('-')).unwrap_or_default();
    let wanted = |name: &str| name.contains(&word);
    let fleet = "10,000 vehicles, 400 sensors, 200 open incidents, 2,000 messages/s";
    say("CPU time of logic, ui and tessellation, 1440 x 900");
    for (name, n_samples, key) in [
        (format!("Live, {fleet}"), None, None),
        ("Live, the same with a million samples a series".to_owned(), Some(MILLION), None),
        ("the wall, the same fleet".to_owned(), None, Some(Key::F11)),
    ] {
        if wanted(&name) {
            desk(&name, n_samples, n, key);
        }
    }
    for (name, n_samples, n) in [
        ("plain egui_plot, five lines of 600 points", USUAL, n),
        ("plain egui_plot, five lines of a million points", MILLION, (n / 10).max(10)),
    ] {
        if wanted(name) {
            plain(name, n_samples, n);
        }
    }
}
