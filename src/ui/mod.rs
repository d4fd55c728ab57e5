//! Snapshot → pixels and requests. The window never blocks and never changes anything by itself: it paints the
//! latest [`Snapshot`] and sends [`Request`]s.

pub mod actions;
pub mod decimate;
pub mod desk;
pub mod fuzzy;
pub mod icons;
pub mod layout;
pub mod map;
pub mod motion;
pub mod names;
pub mod panels;
pub mod past;
pub mod search;
pub mod series;
pub mod shapes;
pub mod theme;
pub mod vitals;
pub mod widgets;

pub use crate::speech::{degrees, text, words};
pub(crate) use crate::speech::{tr, word};
pub use desk::Desk;
pub use layout::Layout;
pub use map::TileWires;

use std::sync::Arc;

use crate::model::setting::{Change, Sheet};
use crate::model::{
    Bulk, Command, Focus, IncidentId, PacketId, Question, RegisterOrder, Secret, SilenceOrder, TapeOrder, Target, Timestamp,
};
use crate::scenario::Scenario;
use crate::state::Snapshot;

/// What the window asks of the line.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// An operator's command.
    Command(Command),
    /// An operator's command over all that a search finds.
    CommandAll(Bulk),
    /// An operator's silence, or its end.
    Silence(SilenceOrder),
    /// A change of the register.
    Register(RegisterOrder),
    /// Somebody else sits here now; whether they may comes with a snapshot.
    SignIn {
        /// The name.
        name: String,
        /// The secret of the name; empty where it has none.
        secret: Secret,
    },
    /// Look at something else.
    Look(Focus),
    /// Ask the store; the answer comes with a snapshot.
    Ask(Question),
    /// Play a scenario as a drill through this door: every topic gets the `drill/` root.
    Drill(Box<Scenario>, Target),
    /// Save these changes to the settings; what becomes of it stands in their sheet.
    Save(Vec<Change>),
    /// Test the whole way now.
    SelfTest,
    /// Record what comes in, or play a recording back as a drill.
    Tape(TapeOrder),
    /// First frame that showed these.
    Painted {
        /// Incidents on the screen for the first time.
        incidents: Vec<IncidentId>,
        /// Traces complete on the screen for the first time.
        packets: Vec<PacketId>,
        /// When.
        at: Timestamp,
    },
}

/// A sound of the window. Each is told from the others with closed eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// A critical crash that nobody has taken.
    Crash,
    /// Something else critical that nobody has taken.
    Critical,
    /// Something high, once.
    High,
}

/// Why sounds are not heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SoundTrouble {
    /// Nothing on this computer plays sounds.
    NoPlayer,
    /// What does said this.
    Failed(String),
}

impl SoundTrouble {
    /// Cause, effect and fix.
    pub fn words(&self) -> String {
        match self {
            Self::NoPlayer => tr!("shell-sound-no-player"),
            Self::Failed(why) => tr!("shell-sound-failed", why = why.as_str()),
        }
    }
}

/// The window's only ties to the rest: where pictures come from and where requests go.
pub struct Wires {
    /// The latest snapshot; never waits.
    pub latest: Box<dyn Fn() -> Arc<Snapshot> + Send>,
    /// Sends a request; `false` when the line is busy and it was not taken: say "busy, try again".
    pub send: Box<dyn Fn(Request) -> bool + Send>,
    /// The settings; never waits.
    pub settings: Box<dyn Fn() -> Arc<Sheet> + Send>,
    /// The time now; tests bring their own.
    pub now: Box<dyn Fn() -> Timestamp + Send>,
    /// What the environment chip says: `LOCAL` (embedded broker), `SITE` (a broker of yours), `AWS`.
    pub environment: &'static str,
    /// The sample fleet is playing: the window says SAMPLE.
    pub sample: bool,
    /// Where the tiles of the maps come from; taken by the window when it is made.
    pub tiles: TileWires,
    /// Makes a sound; never waits.
    pub sound: Box<dyn Fn(Tone) + Send>,
    /// Why sounds are not heard; `None` where nothing speaks against it.
    pub sound_trouble: Box<dyn Fn() -> Option<SoundTrouble> + Send>,
    /// How the window was arranged when it was closed, or why that cannot be read.
    pub layout: Result<Layout, String>,
    /// Keeps how it is arranged now; never waits.
    pub keep_layout: Box<dyn Fn(&Layout) + Send>,
    /// The operator's name for acknowledgements, as the system gives it.
    pub operator: String,
}
