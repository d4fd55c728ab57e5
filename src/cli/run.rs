//! The subcommands that need no line of their own. The rest is `main`'s.

use std::fs::File;
use std::io::{self, BufReader, IsTerminal as _, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::args::{
    BillArgs, Command, CostArgs, DevicesArgs, DoctorArgs, DoctorCommand, ExportArgs, ForgetArgs, FunctionsArgs, GlobalArgs,
    HandoverArgs, InjectArgs, JudgeArgs, LambdaArgs, PayloadArgs, PlayArgs, RecordArgs, RegisterArgs, RegisterCommand,
    RejudgeArgs, SecretArgs, ShadowArgs, SilencesArgs,
};
use super::mqtt_out::MqttOut;
use super::out::Out;
use super::{
    bill, cost, devices, export, forget, functions, handover, inject, judge, lambda, payload, play, record, register, rejudge,
    secret, shadow, silences,
};
use crate::aws::Environment;
use crate::broker;
use crate::clock::Clock;
use crate::model::{Actuals, DeviceId, Operator, Role, StackLook, Target};
use crate::pipeline::StackDoor;
use crate::play::{AsDrill, Publish, WallPace};
use crate::pricing::{self, PriceSheet};
use crate::settings::Settings;
use crate::stack::{self, Accountant, Watcher, actuals};
use crate::store::forget::Forget;
use crate::store::{self, Archive};

/// Why a subcommand ended badly.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It did not work: exit code 1.
    #[error("{0}")]
    Failed(String),
    /// The arguments are wrong: exit code 2.
    #[error("{0}")]
    Usage(String),
}

impl Fault {
    /// The exit code.
    pub const fn code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
    fn failed(error: impl ToString) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Runs `command` if it needs no line; `None` for those that do. `stop` ends it early, `bundled` are the scenarios
/// `(name, TOML)` that come with the program.
pub fn standalone(
    command: &Command,
    global: &GlobalArgs,
    settings: &Settings,
    data_dir: &Path,
    bundled: &[(&str, &str)],
    stop: &Arc<AtomicBool>,
) -> Option<Result<(), Fault>> {
    match command {
        Command::Judge(args) => Some(run_judge(args, settings)),
        Command::Play(args) => Some(run_play(args, settings, data_dir, stop)),
        Command::Record(args) => Some(run_record(args, settings, data_dir, stop)),
        Command::Inject(args) => Some(run_inject(args, settings, data_dir, bundled, stop)),
        Command::Export(args) => Some(run_export(args, data_dir)),
        Command::Forget(args) => Some(run_forget(args, settings, data_dir)),
        Command::Handover(args) => Some(run_handover(args, data_dir)),
        Command::Functions(args) => Some(run_functions(args, settings, data_dir)),
        Command::Cost(args) => Some(run_cost(args, settings, data_dir)),
        Command::Shadow(args) => Some(run_shadow(args, data_dir)),
        Command::Devices(args) => Some(run_devices(args, data_dir)),
        Command::Register(args) => Some(run_register(args, data_dir)),
        Command::Secret(args) => Some(run_secret(args)),
        Command::Silences(args) => Some(run_silences(args, data_dir)),
        Command::Rejudge(args) => Some(run_rejudge(args, settings, data_dir)),
        Command::Bill(args) => Some(run_bill(args)),
        Command::Lambda(args) => Some(run_lambda(args, settings)),
        Command::Doctor(DoctorArgs { what: Some(DoctorCommand::Payload(args)) }) => Some(run_payload(args, global, settings)),
        Command::Incidents(_) | Command::Doctor(DoctorArgs { what: None }) => None,
    }
}

fn run_judge(args: &JudgeArgs, settings: &Settings) -> Result<(), Fault> {
    let mut out = Out::default();
    let judged = if args.file == Path::new("-") {
        judge::judge(io::stdin().lock(), &mut out, &settings.functions)
    } else {
        let file =
            File::open(&args.file).map_err(|error| Fault::Failed(format!("cannot read {}: {error}", args.file.display())))?;
        judge::judge(BufReader::new(file), &mut out, &settings.functions)
    };
    out.end(judged)
}

fn run_payload(args: &PayloadArgs, global: &GlobalArgs, settings: &Settings) -> Result<(), Fault> {
    let mut input = Vec::new();
    let most = payload::MAX_INPUT_BYTES as u64 + 1;
    let read = if args.file == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut input)
    } else {
        File::open(&args.file).and_then(|file| file.take(most).read_to_end(&mut input))
    };
    read.map_err(|error| Fault::Failed(format!("cannot read {}: {error}", args.file.display())))?;
    let file = global.settings.clone().or_else(Settings::default_path).unwrap_or_default();
    let out = Out::default();
    let mut buffer = io::BufWriter::new(out.clone());
    let doctor = payload::Doctor { settings, settings_file: &file, now: Clock.now() };
    let written = doctor.examine(&input, args.topic.as_deref(), args.json, &mut buffer);
    match written.and_then(|well| buffer.flush().map(|()| well)) {
        Ok(false) => Err(Fault::Failed("not every message would be read in full".to_owned())),
        written => out.end(written.map(drop)),
    }
}

fn run_export(args: &ExportArgs, data_dir: &Path) -> Result<(), Fault> {
    if args.format == export::Format::Parquet && io::stdout().is_terminal() {
        return Err(Fault::Usage("Parquet is nothing to read on a terminal; write it into a file: … > FILE.parquet".to_owned()));
    }
    let archive = Archive::open(data_dir).map_err(Fault::failed)?;
    let out = Out::default();
    let mut buffer = io::BufWriter::new(out.clone());
    let done = export::run(&archive, &args.table, args.drills, args.format, &mut buffer);
    out.end(done.and_then(|_n_rows| Ok(buffer.flush()?)))
}

fn run_forget(args: &ForgetArgs, settings: &Settings, data_dir: &Path) -> Result<(), Fault> {
    let now = Clock.now();
    let what = Forget { device: DeviceId::new(&args.vehicle), from: args.from.from(now), to: args.to.from(now) };
    if what.from >= what.to {
        return Err(Fault::Usage("--to must be later than --from".to_owned()));
    }
    let by = Operator(args.by.clone());
    if let Some(why) = settings.team.refuses_below(Role::Admin, &by).filter(|_| args.yes) {
        return Err(Fault::Failed(format!("{}: {why}", by.0)));
    }
    let forgotten = store::forget::forget(data_dir, &what, &by.0, now, !args.yes).map_err(Fault::failed)?;
    let mut out = Out::default();
    let done = forget::write(&what, &forgotten, !args.yes, &mut out);
    out.end(done)
}

fn run_secret(args: &SecretArgs) -> Result<(), Fault> {
    let typed = if io::stdin().is_terminal() {
        secret::ask(|prompt| rpassword::prompt_password(prompt))
    } else {
        secret::first_line(&mut io::stdin().lock())
    };
    let line = typed.and_then(|typed| secret::line(&args.name, &typed)).map_err(Fault::Failed)?;
    let mut out = Out::default();
    let done = writeln!(out, "{line}");
    out.end(done)
}

/// Incidents that a hand-over sheet is made from at most, of the real ones and of the others.
const HANDED_OVER: usize = 10_000;

fn run_handover(args: &HandoverArgs, data_dir: &Path) -> Result<(), Fault> {
    let archive = Archive::open(data_dir).map_err(Fault::failed)?;
    let all = archive.all(HANDED_OVER).map_err(Fault::failed)?;
    let silencings = archive.silencings().map_err(Fault::failed)?;
    let mut out = Out::default();
    let done = handover::sheet(&all, &silencings, Clock.now(), args.hours, &mut out);
    out.end(done)
}

fn run_register(args: &RegisterArgs, data_dir: &Path) -> Result<(), Fault> {
    let mut out = Out::default();
    let done = match &args.what {
        RegisterCommand::Import { file } => {
            let by = std::env::var("USER").unwrap_or_else(|_unset| "command line".to_owned());
            register::import(data_dir, file, &by, Clock.now(), &mut out)
        }
        RegisterCommand::Export => {
            Archive::open(data_dir).map_err(register::Error::Store).and_then(|archive| register::export(&archive, &mut out))
        }
    };
    out.end(done)
}

fn run_silences(args: &SilencesArgs, data_dir: &Path) -> Result<(), Fault> {
    let silencings = Archive::open(data_dir).and_then(|archive| archive.silencings()).map_err(Fault::failed)?;
    let mut out = Out::default();
    let done = silences::list(&silencings, Clock.now(), args.all, args.json, &mut out);
    out.end(done)
}

fn run_functions(args: &FunctionsArgs, settings: &Settings, data_dir: &Path) -> Result<(), Fault> {
    let now = Clock.now();
    let local = match Archive::open(data_dir) {
        Ok(archive) => Some(archive.calls_since(now.plus_secs(-3_600)).map_err(Fault::failed)?),
        Err(store::Error::Absent(_)) => None,
        Err(error) => return Err(Fault::failed(error)),
    };
    let settings = stack::Settings { every_s: 0, ..settings.stack.clone() };
    let look = match Watcher::new(&settings, Environment::of_process()).map_err(Fault::failed)? {
        Some(mut watcher) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Fault::failed)?;
            Some(runtime.block_on(watcher.look()))
        }
        None => None,
    };
    let mut out = Out::default();
    let done = functions::write(local.as_deref(), look.as_ref(), now, args.json, &mut out);
    out.end(done)?;
    if look.as_ref().is_some_and(StackLook::is_blank) {
        return Err(Fault::Failed("nothing could be read from AWS".to_owned()));
    }
    Ok(())
}

fn run_cost(args: &CostArgs, settings: &Settings, data_dir: &Path) -> Result<(), Fault> {
    let now = Clock.now();
    let begin = pricing::month_of(now).map_or(now, |(begin, _)| begin);
    let local = match Archive::open(data_dir) {
        Ok(archive) => Some(archive.calls_since(begin).map_err(Fault::failed)?),
        Err(store::Error::Absent(_)) => None,
        Err(error) => return Err(Fault::failed(error)),
    };
    let accountant = Accountant::new(&settings.stack, &Environment::of_process()).map_err(Fault::failed)?;
    let actuals = accountant.map(|accountant| last_actuals(&accountant, data_dir)).transpose()?;
    let month = pricing::month(now);
    let mut out = Out::default();
    let done = cost::write(&month, local.as_deref(), actuals.as_ref(), args.json, &mut out);
    out.end(done)?;
    match actuals.and_then(|actuals| actuals.problem) {
        Some(words) => Err(Fault::Failed(format!("AWS did not say what the month cost: {words}"))),
        None => Ok(()),
    }
}

/// What AWS said last, or where its time has come what it says now.
fn last_actuals(accountant: &Accountant, data_dir: &Path) -> Result<Actuals, Fault> {
    let last = actuals::load(data_dir);
    if let Some(last) = last.as_ref().filter(|last| !accountant.wait(Some(last), Clock.now()).is_zero()) {
        return Ok(last.clone());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Fault::failed)?;
    let asked = runtime.block_on(accountant.ask(last));
    if let Err(error) = actuals::save(data_dir, &asked) {
        log::warn!("what AWS said is not kept, and is paid for again: {error}");
    }
    Ok(asked)
}

fn run_shadow(args: &ShadowArgs, data_dir: &Path) -> Result<(), Fault> {
    let archive = Archive::open(data_dir).map_err(Fault::failed)?;
    let found = archive.shadowed(args.most).map_err(Fault::failed)?;
    let mut out = Out::default();
    let done = shadow::write(&found, args.json, &mut out);
    out.end(done)
}

fn run_devices(args: &DevicesArgs, data_dir: &Path) -> Result<(), Fault> {
    let archive = Archive::open(data_dir).map_err(Fault::failed)?;
    let mut out = Out::default();
    let done = devices::health(&archive, Clock.now(), args.days, args.json, &mut out);
    out.end(done)
}

fn run_rejudge(args: &RejudgeArgs, settings: &Settings, data_dir: &Path) -> Result<(), Fault> {
    let since = args.since.map(|since| since.from(Clock.now()));
    let out = Out::default();
    let mut buffer = io::BufWriter::new(out.clone());
    let limits = &settings.functions.judge_crash;
    let done = rejudge::run(data_dir, &settings.formats, limits, since, args.json, args.save, &mut buffer);
    out.end(done.and_then(|()| buffer.flush().map_err(rejudge::Error::Write)))
}

fn run_bill(args: &BillArgs) -> Result<(), Fault> {
    let mut out = Out::default();
    let done = bill::run(&args.file, args.prices.as_deref(), args.json, &mut out);
    out.end(done)
}

fn run_lambda(args: &LambdaArgs, settings: &Settings) -> Result<(), Fault> {
    let prices = PriceSheet::aws_lambda(&settings.pricing).map_err(Fault::failed)?;
    let out = Out::default();
    let to = Box::new(out.clone());
    let ran = if args.events == Path::new("-") {
        lambda::run(args, prices, &mut io::stdin().lock(), to)
    } else {
        let file =
            File::open(&args.events).map_err(|error| Fault::Failed(format!("cannot read {}: {error}", args.events.display())))?;
        lambda::run(args, prices, &mut BufReader::new(file), to)
    };
    out.end(ran)
}

/// The settings' broker (`--broker` is among them by now), else the embedded one of the line that runs on the same data directory.
fn broker_of(settings: &Settings, data_dir: &Path) -> Result<broker::Settings, Fault> {
    let embedded = || Some(broker::Settings::at(&crate::pipeline::embedded_broker_of(data_dir)?));
    let set = settings.broker.url.is_some().then(|| settings.broker.clone());
    set.or_else(embedded).ok_or_else(|| {
        let words = "no broker is known: start fleetwatch first, or say where with --broker mqtt://HOST:PORT";
        Fault::Usage(words.to_owned())
    })
}

fn connect(settings: &Settings, data_dir: &Path) -> Result<MqttOut, Fault> {
    MqttOut::connect(&broker_of(settings, data_dir)?).map_err(Fault::failed)
}

fn run_record(args: &RecordArgs, settings: &Settings, data_dir: &Path, stop: &Arc<AtomicBool>) -> Result<(), Fault> {
    let broker = broker_of(settings, data_dir)?;
    record::run(args, broker, &settings.formats, stop, &mut io::stdout().lock()).map(drop).map_err(Fault::failed)
}

fn run_play(args: &PlayArgs, settings: &Settings, data_dir: &Path, stop: &Arc<AtomicBool>) -> Result<(), Fault> {
    let run = if args.fresh_ids { format!("{:x}-", Clock.now().millis()) } else { String::new() };
    let messages = play::open(args, &run).map_err(Fault::failed)?;
    let mut publish = connect(settings, data_dir)?;
    let mut pace = WallPace::until(Arc::clone(stop));
    let mut drill;
    let publish: &mut dyn Publish = if args.drill {
        drill = AsDrill::new(&mut publish, format!("{:x}", Clock.now().millis()));
        &mut drill
    } else {
        &mut publish
    };
    play::run(messages, args.speed, &mut pace, publish, &mut io::stdout().lock()).map_err(Fault::failed)?;
    Ok(())
}

fn run_inject(
    args: &InjectArgs,
    settings: &Settings,
    data_dir: &Path,
    bundled: &[(&str, &str)],
    stop: &Arc<AtomicBool>,
) -> Result<(), Fault> {
    let scenario = inject::resolve(&args.what, args.topic.as_deref(), bundled).map_err(Fault::failed)?;
    let mut publish: Box<dyn Publish> = match args.target.into() {
        Target::Mqtt => Box::new(connect(settings, data_dir)?),
        target => Box::new(StackDoor::open(&settings.stack, target).map_err(Fault::failed)?),
    };
    let mut pace = WallPace::until(Arc::clone(stop));
    let run = format!("drill-{:x}", Clock.now().millis());
    inject::run(&scenario, &run, &mut pace, &mut *publish, &mut io::stdout().lock()).map_err(Fault::failed)?;
    Ok(())
}
