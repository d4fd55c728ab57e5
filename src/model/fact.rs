//! Everything the state can be told. Past tense, complete, bringing its own time.

use std::sync::Arc;

use serde::Serialize;

use super::actuals::Actuals;
use super::command::{Bulk, Command, Operator};
use super::comparison::{Comparison, Flip};
use super::decision::Judge;
use super::dossier::Import;
use super::event::{Event, EventId};
use super::incident::{Incident, IncidentId};
use super::invocation::Invocation;
use super::packet::{Delivery, Origin, PacketId};
use super::question::{Done, Errand, Review};
use super::register::RegisterOrder;
use super::rejection::Rejection;
use super::retention::Holding;
use super::saying::Saying;
use super::seat::{Book, SeatsLook};
use super::silencing::SilenceOrder;
use super::stack::StackLook;
use super::tape::TapeLook;
use super::units::Timestamp;
use super::verdict::{CrashVerdict, Verdict};

/// An event and everything said of it, in one piece, so that no one ever sees half of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What happened.
    pub event: Event,
    /// What each function answered, in the order of the calls.
    pub verdicts: Vec<Verdict>,
    /// The metered calls.
    pub invocations: Vec<Invocation>,
    /// When decoding ended.
    pub decoded_at: Timestamp,
    /// When the last function answered.
    pub judged_at: Timestamp,
    /// How to acknowledge the packet once it is stored.
    pub delivery: Option<Delivery>,
    /// Which function with which limits judged a crash report.
    pub judge: Option<Judge>,
}

/// What the shadow judge made of a report.
#[derive(Clone, Debug)]
pub struct Shadowed {
    /// Which limits.
    pub judge: Judge,
    /// The road the report took.
    pub origin: Origin,
    /// Why it gave no verdict.
    pub failed: Option<String>,
    /// What it says otherwise than the line, in ruling, kind or severity, and its verdict.
    pub difference: Option<(Flip, Arc<CrashVerdict>)>,
    /// When.
    pub at: Timestamp,
}

/// A connection of ours that can be up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// The crash lane to the broker.
    BrokerCrash,
    /// The telemetry lane to the broker.
    BrokerTelemetry,
    /// The incident store.
    Store,
    /// Telling people.
    Notify,
    /// The store that several seats share.
    Seats,
    /// Functions on AWS that are watched.
    Stack,
    /// The way of a crash as a whole, as the last self-test found it.
    SelfTest,
}

/// How a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Not tried yet, or being tried for the first time.
    Connecting,
    /// Working.
    Up,
    /// Working, with something missing; the reason says what.
    Degraded,
    /// Not working; the reason says why and what to do.
    Down,
    /// Not set up, on purpose.
    NotSet,
}

/// What is known of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkStatus {
    /// How it is.
    pub state: LinkState,
    /// Cause and fix in plain words; empty when up.
    pub reason: String,
    /// The raw error, for the network team.
    pub raw: String,
    /// When it is tried next.
    pub next_try_at: Option<Timestamp>,
    /// How many times it came up in this run.
    pub n_connects: u32,
}

impl LinkStatus {
    /// A status with nothing more to say.
    pub fn plain(state: LinkState) -> Self {
        Self { state, reason: String::new(), raw: String::new(), next_try_at: None, n_connects: 0 }
    }
}

/// What a channel did with a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum DeliveryOutcome {
    /// The channel took it; that is not "a person read it".
    Accepted,
    /// It failed and will be tried again.
    Retrying {
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
    },
    /// It was not tried, since the receiver asked for patience; then it is tried by itself.
    Waiting {
        /// What the receiver answered.
        reason: String,
        /// Nothing is sent to it before.
        until: Timestamp,
    },
    /// It can never succeed as it is; a person must act.
    Refused {
        /// Why, and what to do.
        reason: String,
    },
    /// A drill or sample: nobody was told.
    WouldHave,
}

/// The depth and the drops of one queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueueReading {
    /// Its name.
    pub name: &'static str,
    /// How many wait in it.
    pub depth: usize,
    /// How many it holds at most.
    pub capacity: usize,
    /// How many were shed since the start.
    pub shed: u64,
    /// How many were offered since the start.
    pub offered: u64,
}

/// Everything the state can be told.
#[derive(Clone, Debug)]
pub enum Fact {
    /// An event was decoded and judged.
    Judged(Box<Judged>),
    /// A packet carried this many readings, or refused parts, more than one: probes of one sensor, a batch.
    Divided {
        /// Beyond the first.
        further: u32,
    },
    /// A packet went no further.
    Rejected(Rejection, Option<Delivery>),
    /// An operator asked for something.
    Commanded {
        /// What.
        command: Command,
        /// Who.
        by: Operator,
        /// When.
        at: Timestamp,
    },
    /// An operator asked for something to be done to all that a search finds.
    CommandedAll {
        /// What, to which.
        bulk: Bulk,
        /// Who.
        by: Operator,
        /// When.
        at: Timestamp,
    },
    /// An operator asked for a silence, or for its end.
    Silenced {
        /// What.
        order: SilenceOrder,
        /// Who.
        by: Operator,
        /// When.
        at: Timestamp,
    },
    /// Somebody asked for a change of the register.
    Registered {
        /// What.
        order: RegisterOrder,
        /// Who.
        by: Operator,
        /// When.
        at: Timestamp,
        /// Of a file: what is said where it was taken.
        done: Option<Box<Done>>,
    },
    /// The register or silences are so now, in the store; another seat may have changed them.
    BookChanged {
        /// How.
        book: Box<Book>,
        /// When.
        at: Timestamp,
    },
    /// Somebody sits at this desk now; with the secret of that name, where it has one.
    SignedIn {
        /// Who.
        who: Operator,
        /// When.
        at: Timestamp,
    },
    /// Somebody wanted to sign in, and name and secret did not fit.
    SignInRefused {
        /// As whom.
        who: Operator,
        /// When.
        at: Timestamp,
    },
    /// A connection changed.
    Linked {
        /// Which.
        link: Link,
        /// How it is now.
        status: LinkStatus,
        /// When.
        at: Timestamp,
    },
    /// The store committed an incident, or found that it had its event already.
    Stored {
        /// Which.
        incident: IncidentId,
        /// The event whose record was committed.
        event: Option<EventId>,
        /// The store knew the event: this was a duplicate, and the incident as the state opened it is void.
        duplicate: bool,
        /// When the commit returned.
        at: Timestamp,
    },
    /// Another seat changed an incident, and it is stored here too, put together with what was here.
    Elsewhere {
        /// As it is in this store now.
        incident: Arc<Incident>,
        /// The name of that seat.
        seat: Arc<str>,
        /// When the commit returned.
        at: Timestamp,
    },
    /// Which other seats there are.
    SeatsLooked(Arc<SeatsLook>),
    /// The application acknowledgement of an event went out.
    AckSent {
        /// For which incident.
        incident: IncidentId,
        /// When.
        at: Timestamp,
    },
    /// A channel did something with a notice.
    Told {
        /// For which incident.
        incident: IncidentId,
        /// Which channel, "webhook".
        channel: String,
        /// In words: "webhook hooks.example.org: accepted".
        words: String,
        /// What became of it.
        outcome: DeliveryOutcome,
        /// When.
        at: Timestamp,
    },
    /// We published a test event.
    Injected {
        /// The packet's name, the same when it comes back.
        packet: PacketId,
        /// Its topic.
        topic: String,
        /// A title, from the template or scenario.
        title: String,
        /// Which root.
        origin: Origin,
        /// When it was handed to the client.
        sent_at: Timestamp,
        /// When the broker acknowledged it.
        accepted_at: Option<Timestamp>,
    },
    /// A drill could not be sent.
    InjectFailed {
        /// Its title.
        title: String,
        /// Why, in words.
        why: String,
        /// When.
        at: Timestamp,
    },
    /// A self-test went out, or could not: it must have come back the whole way in time.
    SelfTested {
        /// Its crash report, or why nothing could be sent.
        sent: Result<PacketId, String>,
        /// When.
        at: Timestamp,
        /// By when it must have come back.
        due: Timestamp,
    },
    /// The window painted the first frame that shows a packet's outcome.
    Painted {
        /// Which incidents were on it for the first time.
        incidents: Vec<IncidentId>,
        /// Which packets' traces were.
        packets: Vec<PacketId>,
        /// When.
        at: Timestamp,
    },
    /// Somebody looked at the functions on AWS.
    StackLooked(Arc<StackLook>),
    /// Somebody asked AWS what the month cost.
    CostsAsked(Arc<Actuals>),
    /// The shadow judge looked at a report that is stored.
    Shadowed(Box<Shadowed>),
    /// The store answered what the window asked.
    Answered(Arc<Review>),
    /// The past as other limits judge it, so far or in full.
    Compared(Arc<Comparison>),
    /// An export or an import has ended.
    Ran(Errand),
    /// An incident of another site is taken in.
    Imported {
        /// As it is here.
        incident: Arc<Incident>,
        /// What is to be stored.
        import: Arc<Import>,
    },
    /// The tape stands otherwise: recordings, what is recorded, what is played back.
    Taped(Arc<TapeLook>),
    /// The window looks at something else.
    Looked(super::command::Focus),
    /// The receiver outside has got a sign of life, or not.
    Beaten {
        /// When it was begun.
        beat: Timestamp,
        /// Why not.
        sent: Result<(), String>,
        /// When.
        at: Timestamp,
    },
    /// Something that must stand across the window until somebody has put it right, as a sentence: cause, effect and fix.
    Warned(Saying),
    /// What there is of each kind of data.
    Held(Vec<Holding>),
    /// These incidents were kept for long enough and are in no store any more.
    Pruned(Vec<IncidentId>),
    /// This many records could not be given to the store.
    Unsaved(u64),
    /// This many messages of ours could not be published.
    Unpublished(u64),
    /// A second passed.
    Ticked {
        /// When.
        at: Timestamp,
        /// The queues.
        queues: Vec<QueueReading>,
        /// Bytes on disk.
        store_bytes: u64,
    },
}
