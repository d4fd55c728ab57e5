//! Threads and queues: the wiring, on one page. Everything worth testing is inside what is wired.
//!
//! ```text
//!  broker ──packet──▶ inbox ──▶ HOST ──▶ facts ──▶ STATE ──▶ latest ──▶ window
//!                                          ▲          ├──▶ keep ──▶ KEEPER: commit, PUBACK, ack, verdict ──▶ outbox ──▶ outbound
//!                                          │          └──▶ samples ──▶ HISTORY                                       │
//!                                          └── stored, told, links, commands ◀───────────────────────────────────────┘
//! ```
//!
//! *Invariant:* the state waits for nobody, so whoever waits for the state is served, and no cycle can lock up.
//!
//! A thread that panics leaves its queue; [`Line::stop`] says so, and the window says that its pictures have ended.

mod announce;
mod chores;
mod desk;
mod door;
mod gatekeeper;
mod keeper;
pub mod latest;
pub mod librarian;
mod player;
pub mod queue;
pub mod sample_fleet;
pub mod scenario_player;
mod seats;
mod self_test;
mod shadow;
mod stack;
mod stages;
mod tape;
mod teller;

use std::collections::{HashSet, VecDeque};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use announce::Announcer;
use chores::{keep_history, reading, tick, weigh_keep, weigh_told};
pub use desk::Desk;
pub use door::StackDoor;
use keeper::{Keep, Keeper};
use latest::Latest;
use player::Player;
use queue::{Bounds, Queue};
pub use shadow::ShadowJudge;
use shadow::Watcher;
use stages::{Outlets, Told};
use tape::Tape;
use teller::Teller;

use crate::broker::{self, Client, Embedded, Sink, Subscription};
use crate::clock::{Clock, SystemTime};
use crate::decode;
use crate::functions;
use crate::host::Host;
use crate::https;
use crate::model::effect::SampleChunk;
use crate::model::saying::say;
use crate::model::{Fact, Lane, Link, LinkState, LinkStatus, Origin, OutboxItem, Packet, Question, Retention, SelfTest};
use crate::outbound::{self, Outbound, Watchdog};
use crate::pricing::PriceSheet;
use crate::state::snapshot::Counters;
use crate::state::{Restored, State};
use crate::store;

/// Packets: crashes wait here (some 2 s at 2,000/s), telemetry sheds its oldest; 64 MiB each.
const INBOX: Bounds = Bounds { urgent: 4_096, bulk: 16_384, bytes: 64 << 20 };
/// How long a full inbox may hold telemetry back before its oldest goes. A full inbox is 20 to 50 ms of work;
/// a computer with more to do than it can takes some times as long, and the broker hangs up after many seconds only.
const BUSY: Duration = Duration::from_secs(1);
/// Facts: momentary, since the state never waits; 256 MiB with the reports in them.
const FACTS: Bounds = Bounds { urgent: 4_096, bulk: 1, bytes: 256 << 20 };
/// Records: hours of incidents; past this the desk says "not saved".
const KEEP: Bounds = Bounds { urgent: 65_536, bulk: 1, bytes: 512 << 20 };
/// Chunks of numbers on their way to the disk.
const SAMPLES: Bounds = Bounds { urgent: 1, bulk: 16_384, bytes: 256 << 20 };
/// The file in the data directory that tells other programs of this user where the embedded broker is.
const EMBEDDED_URL: &str = "embedded-broker-url";
/// At the end, how long a commit may take: twice what `SQLite` waits for another program.
const LAST_COMMIT: Duration = Duration::from_secs(10);
/// At the end, how long the shadow judge may go on.
const LAST_SHADOW: Duration = Duration::from_secs(1);
/// At the end, how long people are still told before the rest is left to the next start.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// What a line is started with.
pub struct Options {
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// The broker; without an address the embedded one is started.
    pub broker: broker::Settings,
    /// The payload formats that are taken in.
    pub formats: decode::Settings,
    /// The functions' limits.
    pub functions: functions::Settings,
    /// How people are told.
    pub outbound: outbound::Settings,
    /// Who may do what.
    pub team: crate::model::Team,
    /// Where sensors stand that do not say so themselves.
    pub places: crate::model::Places,
    /// A second judge beside the line, which decides nothing.
    pub shadow: Option<ShadowJudge>,
    /// What calls cost.
    pub prices: PriceSheet,
    /// Telemetry devices remembered at most, per root.
    pub max_devices: usize,
    /// Numbers in memory take at most this much, MiB.
    pub memory_budget_mb: u64,
    /// How long each kind of data is kept.
    pub retention: Retention,
    /// How often the whole way is tested.
    pub self_test: SelfTest,
    /// Which functions on AWS are watched.
    pub stack: crate::stack::Settings,
    /// The other seats, where there are some.
    pub seats: crate::seats::Settings,
    /// Take in the sample fleet's topics.
    pub sample: bool,
    /// One JSON line per incident, verdict and alert goes here.
    pub announce: Option<Box<dyn Write + Send>>,
    /// Called after each new picture.
    pub wake: Arc<dyn Fn() + Send + Sync>,
    /// Nobody looks: take no pictures.
    pub blind: bool,
}

/// Why a line cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The broker.
    #[error(transparent)]
    Broker(#[from] broker::Error),
    /// Speaking to AWS.
    #[error(transparent)]
    Https(#[from] https::Error),
    /// A package that Lambda would not take.
    #[error("the package of [shadow]: {0}")]
    Package(#[from] crate::lambda::Refusal),
    /// Telling people.
    #[error(transparent)]
    Outbound(#[from] outbound::Error),
    /// The system refused a thread or a file.
    #[error("the system refused a thread or a file: {0}")]
    System(#[from] std::io::Error),
}

/// A running line.
pub struct Line {
    desk: Desk,
    inbox: Arc<Queue<Packet>>,
    keep: Arc<Queue<Keep>>,
    samples: Arc<Queue<Arc<SampleChunk>>>,
    announcer: Announcer,
    crash_lane: Client,
    telemetry_lane: Client,
    embedded: Option<Embedded>,
    data_dir: PathBuf,
    ending: Arc<AtomicBool>,
    host: JoinHandle<()>,
    state: JoinHandle<State>,
    keeper: JoinHandle<()>,
    others: Vec<JoinHandle<()>>,
    teller: Teller,
    player: Player,
    stack: Option<stack::Stack>,
    seats: Option<seats::Seats>,
    shadow: Option<(Watcher, JoinHandle<()>)>,
    librarian: (Arc<Queue<Question>>, JoinHandle<()>),
    tape: (Tape, JoinHandle<()>),
    gatekeeper: (Arc<Queue<gatekeeper::Asks>>, JoinHandle<()>),
    /// What the operator must be told about the start: a file put aside.
    pub notices: Vec<String>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("embedded", &self.embedded).finish_non_exhaustive()
    }
}

impl Line {
    /// Opens the store, starts the threads, then connects.
    pub fn start(options: Options) -> Result<Self, Error> {
        let mut opened = store::open(&options.data_dir)?;
        let seat = options.seats.url.as_ref().map(|_url| opened.writer.sit()).transpose()?;
        let history = store::History::new(&options.data_dir);
        let inbox = Arc::new(Queue::new("inbox", INBOX, |packet: &Packet| packet.payload.len() + packet.topic.len() + 96));
        let facts = Arc::new(Queue::new("facts", FACTS, weigh_told));
        let keep = Arc::new(Queue::new("records", KEEP, weigh_keep));
        let samples = Arc::new(Queue::new("numbers", SAMPLES, |chunk: &Arc<SampleChunk>| 64 * (chunk.t_ms.len() + 4)));
        let latest = Arc::new(Latest::default());
        let (sign_ins, gatekeeper) = gatekeeper::start(options.team.secrets.clone(), Arc::clone(&facts))?;
        let mut desk = Desk {
            latest: Arc::clone(&latest),
            facts: Arc::clone(&facts),
            sign_ins: Arc::clone(&sign_ins),
            drills: None,
            self_tests: None,
            questions: None,
            tape: None,
        };

        let (embedded, settings) = broker_settings(&options)?;
        let origins: &[Origin] =
            if options.sample { &[Origin::Device, Origin::Drill, Origin::Sample] } else { &[Origin::Device, Origin::Drill] };
        let sink = || LaneSink { inbox: Arc::clone(&inbox), facts: Arc::clone(&facts) };
        let host = Host::reading(&options.formats, options.functions, options.max_devices, Box::new(SystemTime::default()));
        let subscriptions = host.filters().into_iter().map(subscription).collect::<Vec<_>>();
        let crash_lane = broker::connect(&settings, Lane::Crash, origins, &subscriptions, sink())?;
        let telemetry_lane = broker::connect(&settings, Lane::Telemetry, origins, &subscriptions, sink())?;

        let (announcer, announcing) = match options.announce {
            Some(out) => Announcer::start(out).map(|(announcer, thread)| (announcer, Some(thread)))?,
            None => (Announcer::default(), None),
        };
        let mut state = State::new(options.memory_budget_mb << 20, options.prices);
        state.set_team(options.team);
        state.set_places(options.places);
        if seat.is_some() {
            state.set_seat(&options.seats.seat_name());
        }
        let mut restored = Restored {
            incidents: opened.loaded.incidents,
            device_days: opened.loaded.device_days,
            silencings: opened.loaded.silencings,
            spikes: opened.loaded.spikes,
            register: opened.loaded.register,
            minutes: opened.loaded.invocations,
            next_number: opened.loaded.next_number,
            at: Clock.now(),
            ..Restored::default()
        };
        restored.known_events =
            opened.loaded.events.into_iter().map(|known| ((known.origin, known.event), known.incident)).collect();
        let register = Arc::new(Latest::default());
        register.put(Arc::new(restored.register.clone()));
        state.restore(restored);
        let mut ignored = Vec::new();
        state.apply(linked(Link::Store, LinkStatus::plain(LinkState::Up)), Clock.now(), &mut ignored);
        for words in &opened.broken {
            let says = say!(
                "banner_record_changed",
                "Somebody has changed the record: {what}. Everything goes on, and new entries are chained to the last one. Keep the data directory as it is and run `fleetwatch doctor`.",
                what = words.as_str()
            );
            state.apply(Fact::Warned(says), Clock.now(), &mut ignored);
        }
        let mut outbound = Outbound::new(&options.outbound)?;
        let watchdog = Watchdog::new(&options.outbound)?;
        if watchdog.is_some() {
            state.set_watchdog(options.outbound.watchdog_every_s.clamp(1, 3_600), Clock.now());
        }
        state.apply(linked(Link::SelfTest, self_test::first_status(options.self_test)), Clock.now(), &mut ignored);
        state.apply(linked(Link::Stack, stack::first_status(&options.stack)), Clock.now(), &mut ignored);
        state.apply(linked(Link::Seats, seats::first_status(&options.seats)), Clock.now(), &mut ignored);
        state.apply(linked(teller::LINK, teller::first_status(&outbound)), Clock.now(), &mut ignored);

        let tape = tape::start(&options.data_dir, telemetry_lane.publisher.clone(), Arc::clone(&facts))?;
        desk.tape = Some(tape.0.clone());
        let host = spawn("host", {
            let (inbox, facts) = (Arc::clone(&inbox), Arc::clone(&facts));
            let (register, tape) = (Arc::clone(&register), tape.0.clone());
            move || stages::run_host(host, &register, &inbox, &tape, &facts)
        })?;
        let outlets = Outlets {
            keep: Arc::clone(&keep),
            samples: Arc::clone(&samples),
            publisher: telemetry_lane.publisher.clone(),
            announcer: announcer.clone(),
            register,
            latest,
            wake: options.wake,
            blind: options.blind,
        };
        let state = spawn("state", {
            let facts = Arc::clone(&facts);
            move || stages::run_state(state, &facts, &outlets)
        })?;
        let listed = Arc::new(tokio::sync::Notify::new());
        let gate = seat.as_ref().map(|_seat| seats::gate());
        if let Some((gate, _)) = &gate {
            outbound.ask(gate.clone());
        }
        let teller = Teller::start(outbound, watchdog, Arc::clone(&facts), Arc::clone(&keep))?;
        let stack = stack::start(&options.stack, &options.data_dir, Arc::clone(&facts))?;
        let shadow = options.shadow.map(|judge| shadow::start(judge, &options.stack, Arc::clone(&facts), announcer.clone()));
        let shadow = shadow.transpose()?;
        let keeper = Keeper {
            seated: seat.is_some(),
            listed: Arc::clone(&listed),
            watcher: shadow.as_ref().map(|(watcher, _)| watcher.clone()),
            writer: opened.writer,
            queue: Arc::clone(&keep),
            facts: Arc::clone(&facts),
            acker: crash_lane.acker.clone(),
            publisher: crash_lane.publisher.clone(),
            notices: Some(teller.notices()),
            beats: teller.beats(),
            waiting: VecDeque::new(),
            told_from_memory: HashSet::new(),
            untold: VecDeque::new(),
            announcer: announcer.clone(),
            heard: keeper::Heard::default(),
        };
        let keeper = spawn("keeper", move || keeper.run())?;
        let seats = match (seat, gate) {
            (Some(seat), Some((_, asks))) => {
                let (facts, keep) = (Arc::clone(&facts), Arc::clone(&keep));
                let spool = store::Spool::open(&options.data_dir)?;
                Some(seats::start(seats::Ties { settings: options.seats, seat, spool, facts, keep, listed }, asks)?)
            }
            _ => None,
        };
        let pending = opened.loaded.outbox;
        opened.notices.extend(undelivered(&pending));
        let notices = teller.notices();
        spawn("resume", move || {
            // What was committed before the last end and not told yet.
            pending.into_iter().take_while(|item| notices.blocking_send(item.clone()).is_ok()).for_each(drop);
        })?;

        let player = Player::start(&desk, &telemetry_lane.publisher, options.sample, options.self_test, &options.stack)?;
        desk.drills = Some(player.scenarios());
        let librarian = librarian::start(options.data_dir.clone(), options.formats.clone(), Arc::clone(&facts))?;
        desk.self_tests = Some(player.self_tests());
        desk.questions = Some(Arc::clone(&librarian.0));
        let ending = Arc::new(AtomicBool::new(false));
        let mut others: Vec<_> = announcing.into_iter().collect();
        others.push(spawn("history", {
            let samples = Arc::clone(&samples);
            move || keep_history(history, options.retention.numbers, &samples)
        })?);
        others.push(spawn("retention", {
            let (keep, facts, ending) = (Arc::clone(&keep), Arc::clone(&facts), Arc::clone(&ending));
            let (dir, retention) = (options.data_dir.clone(), options.retention);
            move || chores::retain(&dir, retention, &keep, &facts, &ending)
        })?);
        others.push(spawn("tick", {
            let mut readings: Vec<Box<dyn Fn() -> crate::model::QueueReading + Send>> =
                vec![reading(&inbox), reading(&facts), reading(&keep), reading(&samples)];
            readings.extend(shadow.as_ref().map(|(watcher, _)| reading(watcher.queue())));
            let (facts, ending, dir) = (Arc::clone(&facts), Arc::clone(&ending), options.data_dir.clone());
            move || tick(&readings, &facts, &ending, &dir)
        })?);
        Ok(Self {
            desk,
            inbox,
            keep,
            samples,
            announcer,
            crash_lane,
            telemetry_lane,
            embedded,
            data_dir: options.data_dir,
            ending,
            host,
            state,
            keeper,
            others,
            teller,
            player,
            stack,
            seats,
            shadow,
            librarian,
            tape,
            gatekeeper: (sign_ins, gatekeeper),
            notices: opened.notices,
        })
    }

    /// The line's picture and ear.
    pub fn desk(&self) -> Desk {
        self.desk.clone()
    }

    /// Depth and counts of what came off the sockets.
    pub fn inbox(&self) -> crate::model::QueueReading {
        self.inbox.reading()
    }

    /// Where devices may publish: the embedded broker's address.
    pub fn embedded_url(&self) -> Option<String> {
        self.embedded.as_ref().map(Embedded::url)
    }

    /// Stops in the order of the line, so that nothing that was taken in is left behind, and hands back the last counters.
    pub fn stop(self) -> Counters {
        self.ending.store(true, Ordering::Release);
        self.player.stop();
        self.tape.0.close();
        self.librarian.0.close();
        self.gatekeeper.0.close();
        if let Some(stack) = self.stack {
            stack.stop();
        }
        // Nothing more comes in; on the crash lane what arrives now stays with the broker, unacknowledged.
        self.telemetry_lane.stop();
        self.inbox.close();
        join(self.host, "host");
        let saved = save_all(&self.desk.facts);
        self.teller.stop(LAST_WORDS);
        // A commit is reported, then acknowledged, and that is reported in turn: each adds a step to a timeline.
        if !(saved && save_all(&self.desk.facts) && save_all(&self.desk.facts)) {
            log::error!("the store could not be written at the end: what was not saved was not acknowledged either");
        }
        if let Some((watcher, thread)) = self.shadow {
            // It decides nothing, so it holds up nothing: what it has said by then is saved, the rest was not judged twice.
            watcher.queue().close();
            wait_for(&thread, LAST_SHADOW);
            save_all(&self.desk.facts);
        }
        if let Some(seats) = self.seats {
            seats.stop();
        }
        self.keep.close();
        self.samples.close();
        join(self.keeper, "keeper");
        self.crash_lane.stop();
        if let Some(embedded) = self.embedded {
            embedded.stop();
            // Where it cannot be removed, nobody listens there any more, and whoever tries is told so.
            std::fs::remove_file(self.data_dir.join(EMBEDDED_URL)).ok();
        }
        let last = self.inbox.reading();
        let queues = vec![last];
        self.desk.tell(Fact::Ticked { at: Clock.now(), queues, store_bytes: 0 });
        self.desk.facts.close();
        let counters = self.state.join().map(|state| state.counters().clone());
        self.announcer.close();
        for thread in self.others {
            join(thread, "helper");
        }
        join(self.librarian.1, "librarian");
        join(self.tape.1, "tape");
        join(self.gatekeeper.1, "gatekeeper");
        counters.unwrap_or_else(|_panic| {
            log::error!("the state ended by a panic: its counters are lost");
            Counters::default()
        })
    }
}

/// What the operator is told of notices that nobody, or not everybody, had taken when the line ended.
fn undelivered(pending: &[OutboxItem]) -> Option<String> {
    let oldest = pending.iter().map(|item| item.notice.at).min()?;
    let n = pending.len();
    let notices = if n == 1 { "1 notice was" } else { &format!("{n} notices were") };
    Some(format!("{notices} not delivered when this desk ended, the oldest of {}; they are sent again now", oldest.rfc3339()))
}

/// Waits until everything that the state was told so far is committed; `false` when that takes too long. Only for the
/// end: nobody is told of anything new from then on.
fn save_all(facts: &Queue<Told>) -> bool {
    let (saved, all_saved) = std::sync::mpsc::sync_channel(1);
    // A store that cannot be written does not hold up the end: what was not acknowledged comes again.
    facts.push_wait(Told::HostEnded(saved)).is_ok()
        // The keeper says it by dropping the sender.
        && all_saved.recv_timeout(LAST_COMMIT) == Err(std::sync::mpsc::RecvTimeoutError::Disconnected)
}

/// Where a lane puts what it gets.
struct LaneSink {
    inbox: Arc<Queue<Packet>>,
    facts: Arc<Queue<Told>>,
}

impl Sink for LaneSink {
    fn packet(&mut self, packet: Packet) {
        match packet.lane {
            // Waits: then TCP and the broker hold the rest. After the end it is refused and stays with the broker.
            Lane::Crash => drop(self.inbox.push_wait(packet)),
            // Waits for a host that is busy, never for one that is stuck.
            Lane::Telemetry => self.inbox.push_patient(packet, BUSY),
        }
    }

    fn link(&mut self, link: Link, status: LinkStatus) {
        drop(self.facts.push_wait(Told::Fact(linked(link, status))));
    }
}

fn subscription(wanted: decode::Wanted) -> Subscription {
    Subscription { topic: wanted.filter.topic, lane: wanted.filter.lane, needed: wanted.asked }
}

fn linked(link: Link, status: LinkStatus) -> Fact {
    Fact::Linked { link, status, at: Clock.now() }
}

fn broker_settings(options: &Options) -> Result<(Option<Embedded>, broker::Settings), Error> {
    if options.broker.url.is_none() {
        let embedded = broker::embedded::start(options.broker.embedded_port)?;
        let settings = embedded.settings(&options.broker);
        write_private(&options.data_dir.join(EMBEDDED_URL), embedded.own_url().expose())?;
        return Ok((Some(embedded), settings));
    }
    let mut settings = options.broker.clone();
    if settings.client_id.is_none() {
        // The durable session hangs on this name, so it must be the same after a restart.
        let file = options.data_dir.join("client-id");
        let known = std::fs::read_to_string(&file).ok().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let name = known.unwrap_or_else(broker::Settings::fresh_client_id);
        std::fs::write(&file, &name)?;
        settings.client_id = Some(name);
    }
    Ok((None, settings))
}

/// Writes a file that only this user can read.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::File::options();
    options.create(true).write(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

/// The embedded broker of the line that runs on `data_dir`, with its password; `None` where none runs.
pub fn embedded_broker_of(data_dir: &Path) -> Option<String> {
    store::holder(data_dir)?;
    let url = std::fs::read_to_string(data_dir.join(EMBEDDED_URL)).ok()?;
    Some(url.trim().to_owned()).filter(|url| !url.is_empty())
}

fn spawn<T: Send + 'static>(name: &str, run: impl FnOnce() -> T + Send + 'static) -> std::io::Result<JoinHandle<T>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run)
}

/// Waits until a thread has ended, for at most `grace`: the standard library joins without a limit only.
fn wait_for<T>(thread: &JoinHandle<T>, grace: Duration) {
    let until = Clock.instant() + grace;
    while !thread.is_finished() && Clock.instant() < until {
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn join<T>(thread: JoinHandle<T>, name: &str) {
    if thread.join().is_err() {
        log::error!("the thread {name} ended by a panic");
    }
}
