//! Arguments → settings → start the line → open the window.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Parser as _;
use directories::ProjectDirs;
use fleetwatch::broker::{self, Secret};
use fleetwatch::cli::args::{Args, Command, DoctorArgs, GlobalArgs, IncidentFile, IncidentsArgs};
use fleetwatch::cli::out::Out;
use fleetwatch::cli::run::Fault;
use fleetwatch::cli::{check, incidents, run};
use fleetwatch::model::{IncidentId, Language, Record};
use fleetwatch::pipeline::{Line, Options, ShadowJudge, librarian};
use fleetwatch::pricing::PriceSheet;
use fleetwatch::scenario;
use fleetwatch::search::Registered;
use fleetwatch::settings::Settings;
use fleetwatch::store::{Archive, Receipt};

/// A report is made by one thread and dropped by another, which the allocator of glibc pays for with locks. SQLite's memory
/// comes from it as well: left to glibc alone it is given back and fetched anew with each commit, which costs thrice as
/// much. docs/PERFORMANCE.md has the figures.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Incidents that `fleetwatch incidents` lists at most, of the real ones and of the others.
const INCIDENTS_LISTED: usize = 1_000;

fn main() -> ExitCode {
    let args = Args::parse();
    env_logger::Builder::new().parse_filters(&args.global.log).init();
    match start(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            // There may be nobody to read it.
            writeln!(std::io::stderr(), "fleetwatch: {fault}").ok();
            ExitCode::from(fault.code())
        }
    }
}

fn start(args: &Args) -> Result<(), Fault> {
    let global = &args.global;
    let data_dir = data_dir(global)?;
    let settings = Settings::load(global.settings.as_deref());
    if matches!(args.command, Some(Command::Doctor(DoctorArgs { what: None }))) {
        return check::everything(global, &settings, &data_dir);
    }
    let mut settings = settings.map_err(failed)?;
    if let Some(url) = &global.broker {
        settings.broker = broker::Settings { url: Some(Secret::new(url)), ..settings.broker };
    }
    let stop = stop_on_signals()?;
    if let Some(command) = &args.command {
        if let Command::Incidents(wanted) = command {
            return list_incidents(&data_dir, wanted);
        }
        return run::standalone(command, global, &settings, &data_dir, scenario::TEMPLATES, &stop).unwrap_or(Ok(()));
    }
    let embedded = settings.broker.url.is_none();
    let running = settings.clone();
    let options = Options {
        data_dir,
        prices: PriceSheet::aws_lambda(&settings.pricing).map_err(failed)?,
        broker: settings.broker,
        formats: settings.formats,
        functions: settings.functions,
        shadow: shadow_judge(settings.shadow),
        outbound: settings.outbound,
        team: settings.team,
        places: settings.sensors,
        max_devices: settings.line.max_devices,
        memory_budget_mb: settings.line.memory_budget_mb,
        retention: settings.retention,
        self_test: settings.self_test,
        stack: settings.stack,
        seats: settings.seats,
        sample: embedded && !global.no_sample,
        announce: None,
        wake: Arc::new(|| {}),
        blind: true,
    };
    if global.headless { headless(options, &stop) } else { window(options, &running, global.settings.clone(), stop) }
}

/// Who judges beside the line.
fn shadow_judge(shadow: fleetwatch::settings::Shadow) -> Option<ShadowJudge> {
    let limits = shadow.judge_crash.map(|limits| ShadowJudge::Limits(Box::new(limits)));
    limits.or_else(|| shadow.package.map(ShadowJudge::Package)).or_else(|| shadow.lambda.map(ShadowJudge::Lambda))
}

/// The line alone: announcements on stdout until a signal, then the final counters as one JSON line.
fn headless(mut options: Options, stop: &AtomicBool) -> Result<(), Fault> {
    options.announce = Some(Box::new(std::io::stdout()));
    // Nobody sits in front of a headless line.
    options.outbound.desktop = false;
    let line = Line::start(options).map_err(failed)?;
    for notice in &line.notices {
        log::warn!("{notice}");
    }
    if let Some(url) = line.embedded_url() {
        log::info!("the embedded broker listens on {url}");
    }
    while !stop.load(Ordering::Acquire) {
        std::thread::sleep(Duration::from_millis(50));
    }
    let counters = line.stop();
    let last = serde_json::json!({ "type": "final", "counters": counters });
    say(&last.to_string())
}

/// One line to whoever reads.
fn say(line: &str) -> Result<(), Fault> {
    let mut out = Out::default();
    let written = writeln!(out, "{line}");
    out.end(written)
}

#[cfg(not(feature = "desk"))]
fn window(_options: Options, _running: &Settings, _file: Option<PathBuf>, _stop: Arc<AtomicBool>) -> Result<(), Fault> {
    Err(Fault::Usage("this build has no window; run it with --headless".to_owned()))
}

#[cfg(feature = "desk")]
fn window(options: Options, running: &Settings, file: Option<PathBuf>, stop: Arc<AtomicBool>) -> Result<(), Fault> {
    let display = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !display("DISPLAY") && !display("WAYLAND_DISPLAY") {
        return Err(Fault::Failed("there is no display (DISPLAY and WAYLAND_DISPLAY are not set); `fleetwatch --headless` runs the same line without a window".to_owned()));
    }
    fleetwatch::window::open(options, running, file, stop).map_err(Fault::Failed)
}

fn list_incidents(data_dir: &std::path::Path, wanted: &IncidentsArgs) -> Result<(), Fault> {
    match &wanted.file {
        Some(IncidentFile::Export { id, file, language }) => {
            let (id, language) = (IncidentId(id.as_str().into()), Language::of_locale(language));
            return librarian::export_to(data_dir, &id, file, language).map_err(Fault::Failed);
        }
        Some(IncidentFile::Import { file }) => return take_in(data_dir, file),
        None => {}
    }
    let archive = Archive::open(data_dir).map_err(failed)?;
    let mut out = Out::default();
    let written = if let Some(id) = &wanted.id {
        let found = archive.incident(&IncidentId(id.as_str().into())).map_err(failed)?;
        let Some(incident) = found else {
            return Err(Fault::Failed(format!("there is no incident {id}; `fleetwatch incidents` lists them")));
        };
        if wanted.json {
            let whole = archive.incident_json(&incident.id).map_err(failed)?.unwrap_or_default();
            writeln!(out, "{whole}")
        } else {
            incidents::show(&incident, false, &mut out)
        }
    } else {
        let mut all = archive.all(INCIDENTS_LISTED).map_err(failed)?;
        if let Some(search) = &wanted.search {
            let now = fleetwatch::clock::Clock.now();
            let register = archive.register().map_err(failed)?;
            all.retain(|incident| {
                let row = Registered { row: incident.as_ref(), entry: register.get(&incident.device) };
                search.finds(&row, now)
            });
        }
        incidents::list(&all, wanted.json, &mut out)
    };
    out.end(written)
}

/// Takes in an incident of another site, for a store that no desk is running on.
fn take_in(data_dir: &std::path::Path, file: &std::path::Path) -> Result<(), Fault> {
    let by = std::env::var("USER").unwrap_or_else(|_unset| "command line".to_owned());
    let import = librarian::read_import(file, &by).map_err(Fault::Failed)?;
    let mut writer = fleetwatch::store::writer(data_dir).map_err(failed)?;
    let receipts = writer.commit(&[Record::Import(Arc::new(import))]).map_err(failed)?;
    match receipts.into_iter().next() {
        Some(Receipt::Import { incident }) => say(&format!("taken in as {incident}")),
        Some(Receipt::Failed { reason }) => Err(Fault::Failed(reason)),
        _ => Err(Fault::Failed("nothing was taken in".to_owned())),
    }
}

/// SIGTERM and SIGINT end whatever runs in good order; a second one ends it at once.
fn stop_on_signals() -> Result<Arc<AtomicBool>, Fault> {
    let stop = Arc::new(AtomicBool::new(false));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let thread = std::thread::Builder::new().name("signals".to_owned());
    let flag = Arc::clone(&stop);
    let waiting = move || {
        runtime.block_on(async {
            for n_signals in 0.. {
                wait_for_signal().await;
                if n_signals > 0 {
                    std::process::exit(1);
                }
                flag.store(true, Ordering::Release);
            }
        });
    };
    thread.spawn(waiting).map_err(failed)?;
    Ok(stop)
}

#[cfg(unix)]
async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn data_dir(global: &GlobalArgs) -> Result<PathBuf, Fault> {
    let default = || ProjectDirs::from("", "", "fleetwatch").map(|dirs| dirs.data_dir().to_owned());
    let none = || Fault::Usage("this user has no data directory; say where with --data-dir".to_owned());
    global.data_dir.clone().or_else(default).ok_or_else(none)
}

fn failed(error: impl std::fmt::Display) -> Fault {
    Fault::Failed(error.to_string())
}
