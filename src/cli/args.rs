//! The arguments of `fleetwatch`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use super::export::Format;
use crate::model::{Target, Timestamp};
use crate::search::{self, Search};

/// A native desk for driving and IoT fleets.
///
/// Without a subcommand it opens the window. It connects to the broker that --broker or the settings name; without
/// either it starts a small broker of its own on 127.0.0.1 and plays a sample fleet, so that there is something to see.
#[derive(Clone, Debug, PartialEq, Parser)]
#[command(name = "fleetwatch", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 all is well, 1 it failed, 2 the arguments are wrong.\n\
    Examples:\n  \
    fleetwatch                                      the window, with a sample fleet\n  \
    fleetwatch --broker mqtt://broker.local:1883    the window, on a broker of yours\n  \
    fleetwatch --headless                           the same line without a window\n  \
    fleetwatch play drives.csv.gz --map drives.toml --broker mqtt://127.0.0.1 --speed 60\n  \
    fleetwatch judge reports.jsonl                  one verdict per crash report\n  \
    fleetwatch rejudge --settings new.toml          what other limits make of the past\n  \
    fleetwatch bill usage.toml                      what a month of AWS costs, line by line\n  \
    fleetwatch doctor payload message.json          what is understood of a device's message")]
pub struct Args {
    /// What holds for every subcommand.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do instead of opening the window.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Arguments that may stand before or behind a subcommand.
#[derive(Clone, Debug, Default, PartialEq, ClapArgs)]
pub struct GlobalArgs {
    /// Where incidents are stored [default: the user's data directory]
    #[arg(long, value_name = "DIR", global = true, env = "FLEETWATCH_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// The settings file [default: fleetwatch/settings.toml in the user's config directory]
    #[arg(long, value_name = "FILE", global = true, env = "FLEETWATCH_SETTINGS")]
    pub settings: Option<PathBuf>,
    /// The broker; wins over the settings
    #[arg(help = "The broker, mqtt://, mqtts://, ws:// or wss://[USER:PASSWORD@]HOST[:PORT]; wins over the settings")]
    // No default is shown from the environment: the address may hold a password.
    #[arg(long, value_name = "URL", global = true, env = "FLEETWATCH_BROKER", hide_env_values = true)]
    pub broker: Option<String>,
    /// Run the line without a window: one JSON line per incident, verdict and alert on stdout
    #[arg(long, global = true)]
    pub headless: bool,
    /// Do not play the sample fleet on the embedded broker
    #[arg(long, global = true)]
    pub no_sample: bool,
    /// How much is logged to stderr
    #[arg(long, value_name = "LEVEL", global = true, default_value = "warn", ignore_case = true)]
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(["off", "error", "warn", "info", "debug", "trace"]))]
    pub log: String,
}

/// What to do instead of opening the window.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum Command {
    /// Judge crash reports: one payload per line in, one verdict per line out, as JSON
    ///
    /// A line that cannot be read gives the ruling "undecided" with the reason; it never stops the rest.
    Judge(JudgeArgs),
    /// Play a recording (CSV, JSON lines, also with gzip) as MQTT messages
    ///
    /// A map (TOML) says what the columns mean. A recording of the line itself, JSON lines with topic, payload and
    /// `at_ms`, needs none.
    Play(PlayArgs),
    /// Write what devices send to a file that `play` reads, until Ctrl+C
    ///
    /// JSON lines with topic, payload and `at_ms`, of every topic that the settings take in. It takes nothing from a desk.
    Record(RecordArgs),
    /// Send a test event; it always goes under drill/ and reaches nobody
    Inject(InjectArgs),
    /// List the stored incidents, or show one
    Incidents(IncidentsArgs),
    /// Write a table of the store, row by row, as CSV that no spreadsheet runs, or as JSON lines
    Export(ExportArgs),
    /// Write what the next shift must know: open incidents and who is on them, what waits, what was not delivered, drills
    Handover(HandoverArgs),
    /// Forget where a vehicle was, and who dealt with its incidents, in a time; without --yes it says what would go
    ///
    /// It needs an admin, is written into the audit, and cannot be taken back. No desk may be running on the same directory.
    /// docs/PRIVACY.md says what goes, what stays, and what is left to do elsewhere.
    Forget(ForgetArgs),
    /// List the silences: whose, why, until when, and how much each hid; they are begun and ended in the window
    Silences(SilencesArgs),
    /// Names, groups, types and contacts of vehicles and sensors, as CSV: id,name,group,type,contact,notes
    Register(RegisterArgs),
    /// Make the line for the settings that lets somebody sign in with a secret
    ///
    /// The secret is asked for, or read from stdin, one line; what is printed is its hash, to be put under [team.secrets].
    Secret(SecretArgs),
    /// Judge the stored crash reports again with the limits of --settings, and list which incidents flip
    ///
    /// Nothing that is stored is changed. It works beside a running desk; with --save, which adds the new verdicts as
    /// further versions, no desk may be running on the same directory.
    Rejudge(RejudgeArgs),
    /// List what the judge beside the line ruled otherwise, newest first
    ///
    /// `[shadow]` of the settings says who that is: other limits, a Lambda package here, or a function on AWS.
    Shadow(ShadowArgs),
    /// Say which devices to repair first, by their false alarms, malfunctions and faults
    Devices(DevicesArgs),
    /// Say how the functions did in the last hour: those of this desk, and those on AWS that the settings name
    ///
    /// It asks AWS, which takes 0.01 USD for 1,000 metrics; what the look cost is said.
    Functions(FunctionsArgs),
    /// Say what the month cost: this desk's functions as if on AWS, and day by day what AWS billed beside our estimate
    ///
    /// AWS is asked only where `cost_explorer_every_h` in `[stack]` of the settings allows it, and no more often: each answer
    /// costs 0.01 USD. In between it is what AWS said last.
    Cost(CostArgs),
    /// Price a month of AWS from a usage file, line by line, to the last place
    ///
    /// docs/BILLING.md describes the file. What a bill leaves out is always said.
    Bill(BillArgs),
    /// Run a Lambda package on this machine by Lambda's rules, and say what each call would cost
    ///
    /// PACKAGE is a directory with a `bootstrap`, in any language. Each event is run asynchronously: again after a
    /// failure, then given up. docs/LAMBDA.md says what is as on AWS and what is not. With an event given up it exits 1.
    Lambda(LambdaArgs),
    /// Check settings, broker, store, clock and screen, and say what to fix; or what a message of a device says
    Doctor(DoctorArgs),
}

/// `doctor`
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
pub struct DoctorArgs {
    /// What to look at instead of this machine.
    #[command(subcommand)]
    pub what: Option<DoctorCommand>,
}

/// What else the doctor looks at.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum DoctorCommand {
    /// Say what is understood of a device's messages, and give a mapping to copy where no format knows them
    ///
    /// The file holds one message, or several: one a line, or as `mosquitto_sub -v` prints them, with their topics.
    /// JSON that is written loosely, hex and base64 are understood, and it is said what the line makes of them.
    #[command(after_help = "Exit codes: 0 every message is read in full, 1 something would be dropped or the topic cannot be, \
        2 the arguments are wrong.\n\
        Examples:\n  \
        fleetwatch doctor payload message.json --topic owntracks/jane/phone\n  \
        mosquitto_sub -h broker -t 'plant/#' -v -C 20 | fleetwatch doctor payload -")]
    Payload(PayloadArgs),
}

/// `doctor payload`
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
pub struct PayloadArgs {
    /// The message or messages; - is stdin
    #[arg(value_name = "FILE|-")]
    pub file: PathBuf,
    /// The topic that they came on; left out, the format is told by the payload alone
    #[arg(long, value_name = "TOPIC")]
    pub topic: Option<String>,
    /// As JSON, one object per message
    #[arg(long)]
    pub json: bool,
}

/// `judge`
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
pub struct JudgeArgs {
    /// One crash payload per line; - is stdin
    #[arg(value_name = "FILE|-")]
    pub file: PathBuf,
}

/// `play`
#[derive(Clone, Debug, PartialEq, ClapArgs)]
pub struct PlayArgs {
    /// The recording: .csv, .csv.gz, .jsonl or .jsonl.gz
    pub file: PathBuf,
    /// What the columns mean; see fixtures/maps for examples
    #[arg(long, value_name = "MAP.toml")]
    pub map: Option<PathBuf>,
    /// How many times faster than recorded; 0 is as fast as possible
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed, allow_negative_numbers = true)]
    pub speed: f64,
    /// Under drill/, whatever root it was recorded under, so that it can reach nobody
    #[arg(long)]
    pub drill: bool,
    /// Give every crash report an id of its own, so that a second play is not taken for a repeat of the first
    #[arg(long)]
    pub fresh_ids: bool,
}

/// `record`
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
pub struct RecordArgs {
    /// The file to make, .jsonl
    pub file: PathBuf,
    /// For so many seconds
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=604_800))]
    pub secs: Option<u64>,
    /// Drills and the sample fleet as well
    #[arg(long)]
    pub all: bool,
}

/// `inject`
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
pub struct InjectArgs {
    /// A bundled scenario's name, a scenario file (.toml), or a payload file (needs --topic)
    #[arg(value_name = "SCENARIO|FILE")]
    pub what: String,
    /// The topic of a payload file, without drill/, as fleet/van-1/crash
    #[arg(long)]
    pub topic: Option<String>,
    /// Through which door it goes in: the broker, the buckets of the stack on AWS, or its functions
    #[arg(long, value_enum, default_value_t)]
    pub target: Door,
}

/// Through which door a drill goes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Door {
    /// The broker, as devices send
    #[default]
    Mqtt,
    /// An upload to the bucket of the function
    S3,
    /// A call of the function
    Lambda,
}

impl From<Door> for Target {
    fn from(door: Door) -> Self {
        match door {
            Door::Mqtt => Self::Mqtt,
            Door::S3 => Self::S3,
            Door::Lambda => Self::Lambda,
        }
    }
}

/// `incidents`
#[derive(Clone, Debug, PartialEq, ClapArgs)]
#[command(args_conflicts_with_subcommands = true)]
pub struct IncidentsArgs {
    /// Files of single incidents
    #[command(subcommand)]
    pub file: Option<IncidentFile>,
    /// One incident, as INC-20260318-0007
    pub id: Option<String>,
    /// Only those that a search finds, as 'state:open severity>=high vehicle:VAN-04* verdict:undecided since:2h'
    #[arg(long, value_name = "SEARCH", conflicts_with = "id", value_parser = search_of)]
    pub search: Option<Search>,
    /// As JSON, one object per line
    #[arg(long)]
    pub json: bool,
}

fn search_of(text: &str) -> Result<Search, search::Error> {
    Search::parse(text, search::INCIDENTS)
}

/// `incidents export` and `incidents import`
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum IncidentFile {
    /// Write one incident to a file: .html is a page to print, all else is JSON with every raw packet and a hash
    Export {
        /// Which, as INC-20260318-0007
        id: String,
        /// Where to
        file: PathBuf,
        /// What a page is written in
        #[arg(long, default_value = "en", value_parser = ["en", "ko"])]
        language: String,
    },
    /// Take in an incident that was exported elsewhere; it is marked, stands among the drills, and reaches nobody
    ///
    /// A file that was changed is refused. No desk may be running on the same directory; a running desk takes it in itself.
    Import {
        /// The JSON file
        file: PathBuf,
    },
}

/// `export`
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
pub struct ExportArgs {
    /// Which table
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(crate::store::export::EXPORTED))]
    pub table: String,
    /// As what
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// The table of drills and samples instead of the real one
    #[arg(long)]
    pub drills: bool,
}

/// `handover`
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
pub struct HandoverArgs {
    /// How long the shift was, h, 1 to 168
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(i64).range(1..=168))]
    pub hours: i64,
}

/// `forget`
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
pub struct ForgetArgs {
    /// The vehicle, as its topic names it
    #[arg(long, value_name = "NAME")]
    pub vehicle: String,
    /// From then: a date or a time (RFC 3339); a date begins at midnight, UTC
    #[arg(long, value_name = "WHEN", value_parser = since)]
    pub from: Since,
    /// To then, which is not included
    #[arg(long, value_name = "WHEN", value_parser = since)]
    pub to: Since,
    /// Do it
    #[arg(long)]
    pub yes: bool,
    /// Who does it [default: the name of this user]
    #[arg(long, value_name = "NAME", env = "USER", hide_env = true, default_value = "command line")]
    pub by: String,
}

/// `silences`
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
pub struct SilencesArgs {
    /// Those that are over as well, of the last 100
    #[arg(long)]
    pub all: bool,
    /// As JSON, one object per line, with what each hid
    #[arg(long)]
    pub json: bool,
}

/// `register`
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
pub struct RegisterArgs {
    /// What to do.
    #[command(subcommand)]
    pub what: RegisterCommand,
}

/// What to do with the register.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum RegisterCommand {
    /// Take in a file; rows of an id that is known take the place of what was written of it, nothing is removed
    ///
    /// A row that cannot be taken is named with its line and why, every other row is taken, and it exits 1. No desk may be
    /// running on the same directory; a running desk takes the file in itself (Settings).
    Import {
        /// The CSV file; its first line names the columns, of which id must be one
        #[arg(value_name = "FILE.csv")]
        file: PathBuf,
    },
    /// Write every entry to stdout
    Export,
}

/// `secret`
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
pub struct SecretArgs {
    /// The name, as [team.people] has it
    #[arg(value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub name: String,
}

/// `rejudge`
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
pub struct RejudgeArgs {
    /// Only incidents received since then: a date, a time (RFC 3339), or how long ago, as 90d, 12h or 30m
    #[arg(long, value_name = "WHEN", value_parser = since)]
    pub since: Option<Since>,
    /// As JSON: one line for each incident that flips, then one with the sums
    #[arg(long)]
    pub json: bool,
    /// Add each verdict that differs as a version
    #[arg(long)]
    pub save: bool,
}

/// `devices`
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
pub struct DevicesArgs {
    /// The repair list, what to repair first on top; so far there is no other list
    #[arg(long, required = true)]
    pub health: bool,
    /// Over how many days, 1 to 90
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=90))]
    pub days: i64,
    /// As JSON, one object per line
    #[arg(long)]
    pub json: bool,
}

/// `functions`
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
pub struct FunctionsArgs {
    /// As JSON, one object per line
    #[arg(long)]
    pub json: bool,
}

/// `shadow`
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
pub struct ShadowArgs {
    /// Differences at most
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub most: u32,
    /// As JSON, one object per line
    #[arg(long)]
    pub json: bool,
}

/// `cost`
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
pub struct CostArgs {
    /// As JSON, one object per line
    #[arg(long)]
    pub json: bool,
}

/// `bill`
#[derive(Clone, Debug, PartialEq, Eq, ClapArgs)]
pub struct BillArgs {
    /// What was used
    #[arg(value_name = "USAGE.toml")]
    pub file: PathBuf,
    /// A price sheet of your own, in the format of assets/prices; its prices count before the bundled ones
    #[arg(long, value_name = "PRICES.toml")]
    pub prices: Option<PathBuf>,
    /// As one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `lambda`
#[derive(Clone, Debug, PartialEq, ClapArgs)]
pub struct LambdaArgs {
    /// The directory with the `bootstrap`
    #[arg(value_name = "PACKAGE")]
    pub package: PathBuf,
    /// One event (JSON) per line; - is stdin
    #[arg(long, value_name = "FILE|-", default_value = "-")]
    pub events: PathBuf,
    /// The function's name [default: the directory's]
    #[arg(long)]
    pub name: Option<String>,
    /// Memory, MB: what it may use, and what the price follows
    #[arg(long, value_name = "MB", default_value_t = 128)]
    pub memory_mb: u32,
    /// How long one call may take, s
    #[arg(long, value_name = "S", default_value_t = 3.0, value_parser = secs)]
    pub timeout_secs: f64,
    /// /tmp, MB
    #[arg(long, value_name = "MB", default_value_t = 512)]
    pub tmp_mb: u32,
    /// Containers at the same time
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub concurrency: u32,
    /// How long after each failure an event is tried again, s [default: 60,120]
    #[arg(long, value_name = "S,S", value_delimiter = ',', value_parser = secs)]
    pub retry_after_secs: Option<Vec<f64>>,
    /// A variable of its environment; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    pub env: Vec<(String, String)>,
    /// Whose limits hold: those of December 2017 or those of today
    #[arg(long, default_value = "today", value_parser = clap::builder::PossibleValuesParser::new(["2017", "today"]))]
    pub limits: String,
    /// As JSON: one line for each call and each event given up, then one with the sums
    #[arg(long)]
    pub json: bool,
}

/// A time, or how long ago, s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// A time.
    At(Timestamp),
    /// Seconds before now.
    Ago(i64),
}

impl Since {
    /// The time, seen from `now`.
    pub const fn from(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Ago(secs) => now.plus_secs(-secs),
        }
    }
}

fn since(text: &str) -> Result<Since, String> {
    let words = || format!("{text:?} is no time: give 2026-03-18, 2026-03-18T03:12:00Z, or how long ago as 90d, 12h or 30m");
    if let Some((number, secs)) =
        [("d", 86_400), ("h", 3_600), ("m", 60)].iter().find_map(|(unit, secs)| Some((text.strip_suffix(unit)?, secs)))
    {
        let number: i64 = number.parse().map_err(|_cause| words())?;
        return if (0..=100_000).contains(&number) { Ok(Since::Ago(number * secs)) } else { Err(words()) };
    }
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let time = chrono::DateTime::parse_from_rfc3339(&whole).map_err(|_cause| words())?;
    Ok(Since::At(time.to_utc().into()))
}

fn secs(text: &str) -> Result<f64, String> {
    let secs: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if (0.0..=86_400.0).contains(&secs) { Ok(secs) } else { Err("must be from 0 to 86400".to_owned()) }
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("must be NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if (0.0..=1e6).contains(&speed) { Ok(speed) } else { Err("must be from 0 to 1000000".to_owned()) }
}

#[cfg(test)]
#[path = "args_tests.rs"]
mod tests;
