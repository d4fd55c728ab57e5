//! What a frame costs: the CPU time of logic, ui and tessellation on one thread; nothing is sent to a graphics card.
//!
//! `cargo bench --bench frame`; Linux only. Live with 10,000 vehicles, 400 sensors and 200 open incidents, a new snapshot
//! before every frame; then the same with a million samples in each series that is plotted; beside it, in the same run,
//! plain `egui_plot` lines over as many points. The figures hold what the test harness adds for screen readers.
//! `FLEETWATCH_BENCH_N` sets how many frames each subject paints.

mod figures;

use std::sync::{Arc, Mutex};

use eframe::egui::{self, Key, Modifiers};
use egui_kittest::Harness;
use egui_plot::{Line, Plot, PlotPoint, PlotPoints};
use figures::{quantile, say};
use fleetwatch::model::effect::{Quantity, SampleChunk};
use fleetwatch::model::setting::Sheet;
use fleetwatch::model::{
    Band, Celsius, CrashReport, CrashVerdict, DeviceId, DeviceKind, Driving, EventId, Handling, Incident, IncidentId,
    IncidentKind, Kept, Life, Link, LinkState, LinkStatus, Origin, PacketId, PicoUsd, Position, Ruling, Severity,
    TemperatureVerdict, Timestamp, Watch,
};
use fleetwatch::settings::Settings;
use fleetwatch::state::Snapshot;
use fleetwatch::state::snapshot::{
    FleetPage, FleetRow, Motion, Rate, SensorCounts, SensorRow, SensorView, VehicleMark, VehicleView,
};
use fleetwatch::ui::{Desk, Layout, Wires};

const NOW: Timestamp = Timestamp(1_773_803_567_000_000);
const VEHICLES: usize = 10_000;
const SENSORS: usize = 400;
const INCIDENTS: usize = 200;
/// The million of the goal, and the five minutes at 2 Hz that Live plots of a usual vehicle.
const MILLION: usize = 1_000_000;
const USUAL: usize = 600;

/// The program's own.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// CPU time of this thread so far, ms. (What `/proc` says of it moves in steps of a few ms.)
fn cpu_ms() -> f64 {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    spent.tv_sec as f64 * 1e3 + spent.tv_nsec as f64 / 1e6
}

fn row(i: usize) -> FleetRow {
    FleetRow {
        device: DeviceId::new(&format!("VAN-{i:05}")),
        origin: Origin::Device,
        last: Driving {
            speed_kmh: Some(34.0),
            position: Some(Position { lat: 37.5, lon: 127.0, hdop: None }),
            heading_deg: Some((i * 37 % 360) as f64),
            ..Driving::default()
        },
        last_seen: NOW,
        period_secs: Some(0.5),
        clock_ahead_ms: 12,
        incident: false,
        harsh: [0; 3],
        last_harsh: None,
    }
}

fn mark(i: usize) -> VehicleMark {
    let spread = |salt: usize| ((i * salt) % 10_007) as f64 / 10_007.0 - 0.5;
    VehicleMark {
        device: DeviceId::new(&format!("VAN-{i:05}")),
        origin: Origin::Device,
        lat: 37.5 + spread(389),
        lon: 127.0 + spread(613) * 2.0,
        heading_deg: Some((i * 37 % 360) as f32),
        speed_kmh: Some(34.0),
        motion: if i % 20 == 3 { Motion::Silent } else { Motion::Moving },
        last_seen: NOW,
    }
}

fn incident(i: usize) -> Incident {
    let device = DeviceId::new(&format!("VAN-{:05}", i * 47));
    let at = NOW.plus_secs(-(i as i64) * 7);
    let mut report = CrashReport::bare(EventId(format!("evt-{i}").into()), &format!("fleet/{device}/crash"), bytes::Bytes::new());
    report.position = Some(Position { lat: 37.3 + i as f64 * 0.002, lon: 126.9 + (i % 17) as f64 * 0.02, hdop: None });
    let verdict = CrashVerdict {
        ruling: Ruling::Real,
        malfunction: None,
        probability: 0.96,
        severity: if i.is_multiple_of(10) { Severity::Critical } else { Severity::High },
        summary: "Δv 34.0 km/h within 92 ms, airbag deployed.".into(),
        delta_v_kmh: Some(34.0),
        peak_g: Some(27.4),
        window_ms: None,
        free_fall_ms: None,
        direction: None,
        evidence: Vec::new(),
    };
    Incident {
        id: IncidentId(format!("INC-{i:04}").into()),
        device,
        origin: Origin::Device,
        severity: verdict.severity,
        kind: IncidentKind::Crash { report: Arc::new(report), verdict: Arc::new(verdict) },
        life: if i.is_multiple_of(3) { Life::Open } else { Life::Acknowledged },
        occurred_at: at,
        clock_wrong: false,
        received_at: at,
        last_report_at: at,
        events: Vec::new(),
        n_reports: 1,
        packet: PacketId(7),
        timeline: Vec::new(),
        notes: Vec::new(),
        acknowledged: None,
        resolved: None,
        stored: true,
        cost: PicoUsd(42_000_000),
        judge: None,
        decision: None,
        impacts: Vec::new(),
        kept: Kept::default(),
        handling: Handling::default(),
        imported: None,
        usual_secs: None,
    }
}

fn chunk(device: &str, kind: DeviceKind, n: usize) -> Vec<Arc<SampleChunk>> {
    let end = NOW.0 / 1_000;
    // What Live plots are the last five minutes, however many samples lie in them.
    let time = |i: usize| end - 300_000 + (i as f64 * 300_000.0 / n as f64) as i64;
    let columns = |from: usize, to: usize| -> Vec<Vec<i32>> {
        let column = |quantity: &Quantity| {
            let value = |i: usize| match quantity.key {
                "lat" => 37.5 + i as f64 / n as f64 * 0.01,
                "lon" => 127.0 + i as f64 / n as f64 * 0.01,
                _ => 4.0 + 3.0 * (i as f64 / n as f64 * 40.0).sin() + (i * 7_919 % 1_009) as f64 / 1_009.0,
            };
            (from..to).map(|i| quantity.quantise(Some(value(i)))).collect()
        };
        Quantity::of(kind).iter().map(column).collect()
    };
    // As the state keeps them: 256 rows a chunk.
    (0..n.div_ceil(256))
        .map(|i| (i * 256, (i * 256 + 256).min(n)))
        .map(|(from, to)| {
            let (device, t_ms) = (DeviceId::new(device), (from..to).map(time).collect());
            Arc::new(SampleChunk::new(device, kind, Origin::Device, t_ms, columns(from, to)))
        })
        .collect()
}

fn snapshot(n_samples: usize) -> Snapshot {
    let sensor = |i: usize| SensorRow {
        device: DeviceId::new(&format!("RFR-{i:03}")),
        origin: Origin::Device,
        last: TemperatureVerdict {
            celsius: Celsius(4.2),
            fahrenheit: Celsius(4.2).into(),
            band: Band::Normal,
            previous: Some(Band::Normal),
            limits_c: (2.0, 8.0),
            watch: Watch::default(),
        },
        last_seen: NOW,
        period_secs: Some(5.0),
        band_since: NOW,
    };
    let links = [Link::BrokerCrash, Link::BrokerTelemetry, Link::Store].map(|link| (link, LinkStatus::plain(LinkState::Up)));
    Snapshot {
        at: NOW,
        version: 1,
        fleet: FleetPage {
            total: VEHICLES,
            matching: VEHICLES,
            moving: VEHICLES - 500,
            silent: 500,
            rows: (0..40).map(row).collect(),
            ..FleetPage::default()
        },
        marks: Arc::new((0..VEHICLES).map(mark).collect()),
        vehicle: Some(VehicleView { row: row(17), series: chunk("VAN-00017", DeviceKind::Vehicle, n_samples) }),
        sensor: Some(SensorView { row: sensor(22), series: chunk("RFR-022", DeviceKind::Sensor, n_samples), crossed: None }),
        sensors: Arc::new((0..SENSORS).map(sensor).collect()),
        sensor_counts: SensorCounts { total: SENSORS, normal: SENSORS, ..SensorCounts::default() },
        incidents: Arc::new((0..INCIDENTS).map(incident).map(Arc::new).collect()),
        links: links.into(),
        rate: Rate { now: 2_000, minute: 1_998.0, peak: 2_040, history: vec![2_000; 60] },
        ..Snapshot::default()
    }
}

/// Paints `n` frames, each with what `before` changes, and says what they cost.
fn frames<S>(name: &str, n: usize, harness: &mut Harness<'_, S>, mut before: impl FnMut(usize)) {
    let mut costs = Vec::with_capacity(n);
    let mut tessellating = Vec::with_capacity(n);
    for i in 0..n + 10 {
        before(i);
        let begin = cpu_ms();
        harness.step();
        let output = harness.output();
        let painted = cpu_ms();
        let meshes = harness.ctx.tessellate(output.shapes.clone(), output.pixels_per_point);
        let end = cpu_ms();
        assert!(!meshes.is_empty(), "{name}: nothing was painted");
        // The first ones lay out every word.
        if i >= 10 {
            costs.push(end - begin);
            tessellating.push(end - painted);
        }
    }
    let of = |share| quantile(costs.iter().copied(), share);
    let tessellation = quantile(tessellating, 0.5);
    say(&format!(
        "{name}: median {:.2} ms (of it tessellation {tessellation:.2}), p99 {:.2} ms, slowest {:.2} ms of {n} frames",
        of(0.5),
        of(0.99),
        of(1.0)
    ));
}

fn live(name: &str, n_samples: usize, n: usize, key: Option<Key>) {
    let first = snapshot(n_samples);
    let shown = Arc::new(Mutex::new((Arc::new(first), NOW)));
    let settings = Settings::default();
    let sheet = Arc::new(Sheet {
        file: "settings.toml".into(),
        running: settings.shown(),
        saved: settings.shown(),
        standard: settings.shown(),
        regions: fleetwatch::pricing::book::regions(),
        last: None,
    });
    let (latest, now) = (Arc::clone(&shown), Arc::clone(&shown));
    let wires = Wires {
        latest: Box::new(move || Arc::clone(&latest.lock().expect("one thread").0)),
        send: Box::new(|_| true),
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
    let mut harness = Harness::builder().with_size(egui::vec2(1440.0, 900.0)).build_eframe(|cc| Desk::new(wires, &cc.egui_ctx));
    if let Some(key) = key {
        harness.key_press_modifiers(Modifiers::NONE, key);
        harness.step();
    }
    frames(name, n, &mut harness, |i| {
        let mut shown = shown.lock().expect("one thread");
        // Thirty frames a second, each with a picture of its own in which a tenth of the fleet has moved.
        shown.1 = NOW.plus_micros(33_000 * i as i64);
        let at = shown.1;
        let picture = Arc::make_mut(&mut shown.0);
        (picture.at, picture.version) = (at, i as u64 + 2);
        for mark in Arc::make_mut(&mut picture.marks).iter_mut().skip(i % 10).step_by(10) {
            mark.lat += 1e-5;
            mark.last_seen = at;
        }
    });
}

/// What the same series cost as lines of `egui_plot` without a thought: all points, its own culling.
fn plain(name: &str, n_samples: usize, n: usize) {
    let points: Vec<PlotPoint> =
        (0..n_samples).map(|i| PlotPoint::new(i as f64, 4.0 + 3.0 * (i as f64 / n_samples as f64 * 40.0).sin())).collect();
    let mut harness = Harness::builder().with_size(egui::vec2(1440.0, 900.0)).build_ui(move |ui| {
        for series in 0..5 {
            Plot::new(("plot", series)).height(150.0).show(ui, |plot| {
                plot.line(Line::new("series", PlotPoints::Borrowed(&points)));
            });
        }
    });
    frames(name, n, &mut harness, |_| {});
}

fn main() {
    let n = std::env::var("FLEETWATCH_BENCH_N").map_or(300, |text| text.parse().expect("a number"));
    say("CPU time of logic, ui and tessellation, 1440 x 900");
    live("Live, 10,000 vehicles, 400 sensors, 200 incidents", USUAL, n, None);
    live("Live, the same with a million samples a series", MILLION, n, None);
    live("The wall, the same fleet", USUAL, n, Some(Key::F11));
    plain("plain egui_plot, five lines of 600 points", USUAL, n);
    plain("plain egui_plot, five lines of a million points", MILLION, (n / 10).max(10));
}
