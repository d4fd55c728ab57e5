//! The screens, one file each. A panel reads a [`Snapshot`] and answers with [`Request`]s; it owns only its view state.
//!
//! # To add one
//! Write `panels/<name>.rs` with a struct for its view state and `impl Panel`, give it a [`Screen`], and add one line to
//! [`all`]. The test `panels` then paints it empty, busy and broken, dark and light.

mod connections;
mod cost;
mod functions;
mod incidents;
mod inject;
mod live;
mod settings;
mod temperature;
pub mod wall;

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui;
use serde::{Deserialize, Serialize};

use super::actions::Action;
use super::layout::LiveLayout;
use super::map::Tiles;
use super::vitals::Liveness;
use super::{Request, icons};
use crate::model::setting::Sheet;
use crate::model::{Command, Focus, IncidentId, PacketId, Timestamp};
use crate::state::Snapshot;

/// One screen.
pub trait Panel {
    /// Where it stands in the rail.
    fn screen(&self) -> Screen;
    /// Its title.
    fn title(&self) -> &'static str {
        self.screen().title()
    }
    /// Paints it into the whole of `ui`.
    fn ui(&mut self, ui: &mut egui::Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>);
}

/// Every screen, in the order of the rail.
pub fn all() -> Vec<Box<dyn Panel>> {
    vec![
        Box::<live::Live>::default(),
        Box::<incidents::Incidents>::default(),
        Box::<temperature::Temperature>::default(),
        Box::<functions::Functions>::default(),
        Box::<cost::Cost>::default(),
        Box::<inject::Inject>::default(),
        Box::<connections::Connections>::default(),
        Box::<settings::Settings>::default(),
    ]
}

/// The places of the rail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Screen {
    /// Is anyone hurt or anything failing now, and where?
    #[default]
    Live,
    /// Is it real, why, and who was told?
    Incidents,
    /// What is out of its band, since when?
    Temperature,
    /// Are they working, and fast enough?
    Functions,
    /// What does the month cost?
    Cost,
    /// Does the whole path work, how fast?
    Inject,
    /// What is broken, what does it affect, how do I fix it?
    Connections,
    /// What holds, what may it be, and what would a change do?
    Settings,
}

impl Screen {
    /// Every screen, in the order of the rail.
    pub const ALL: [Self; 8] = [
        Self::Live,
        Self::Incidents,
        Self::Temperature,
        Self::Functions,
        Self::Cost,
        Self::Inject,
        Self::Connections,
        Self::Settings,
    ];

    /// Its title.
    pub fn title(self) -> &'static str {
        Action::Show(self).card().label
    }

    /// Its icon.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Live => icons::BROADCAST,
            Self::Incidents => icons::WARNING_OCTAGON,
            Self::Temperature => icons::THERMOMETER,
            Self::Functions => icons::FUNCTION,
            Self::Cost => icons::COINS,
            Self::Inject => icons::TEST_TUBE,
            Self::Connections => icons::PLUGS,
            Self::Settings => icons::GEAR,
        }
    }
}

/// The moment that the window shows: one clock for every screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ViewTime {
    /// Now.
    #[default]
    Live,
    /// The picture is held at a moment; the line goes on behind it.
    Paused(Timestamp),
    /// A moment of the past, going on as time goes on.
    Replay(Timestamp),
}

impl ViewTime {
    /// The moment shown; `now` where it is live.
    pub const fn at(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Live => now,
            Self::Paused(at) | Self::Replay(at) => at,
        }
    }

    /// Whether what is shown is now, so that actions that change the present are allowed.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Live)
    }
}

/// What a panel gets besides the snapshot, and where its answers go.
#[derive(Debug)]
pub struct PanelContext<'a> {
    /// The moment that is shown, for ages: the time now, or where the window shows the past, that moment. Never taken
    /// from the snapshot: that one may be old.
    pub now: Timestamp,
    /// Whether that moment is now. Off LIVE the snapshot is that of the moment, and commands are refused.
    pub time: ViewTime,
    /// The operator's name.
    pub operator: &'a str,
    /// Whether what the snapshot says is now.
    pub liveness: Liveness,
    /// What the environment chip says.
    pub environment: &'static str,
    /// The sample fleet is playing.
    pub sample: bool,
    /// What the window looks at. Change it freely; the desk sends it on when it differs from what was sent last.
    pub focus: &'a mut Focus,
    /// Set it to change the screen.
    pub go: &'a mut Option<Screen>,
    /// The actions whose keys were pressed since the last frame.
    pub actions: &'a [Action],
    /// Requests to send after this frame.
    pub requests: &'a mut Vec<Request>,
    /// What was on the screen before.
    pub seen: &'a mut Seen,
    /// The settings.
    pub settings: &'a Arc<Sheet>,
    /// The tiles of every map.
    pub tiles: &'a mut Tiles,
    /// How the Live screen is arranged. Change it freely; the desk keeps it.
    pub live: &'a mut LiveLayout,
}

/// Which incidents and traces were on the screen, so that the line is told of the first time only.
#[derive(Debug, Default)]
pub struct Seen {
    incidents: BTreeSet<IncidentId>,
    packets: BTreeSet<PacketId>,
    fresh_incidents: Vec<IncidentId>,
    fresh_packets: Vec<PacketId>,
}

impl Seen {
    /// What the line has not been told of yet.
    pub fn fresh(&self) -> Option<(Vec<IncidentId>, Vec<PacketId>)> {
        let any = !self.fresh_incidents.is_empty() || !self.fresh_packets.is_empty();
        any.then(|| (self.fresh_incidents.clone(), self.fresh_packets.clone()))
    }

    /// The line was told. Forgets what the snapshot does not hold any more, so that the sets stay as small as it is.
    pub fn told(&mut self, snapshot: &Snapshot) {
        self.fresh_incidents.clear();
        self.fresh_packets.clear();
        let held: BTreeSet<&IncidentId> =
            snapshot.incidents.iter().chain(snapshot.drills.iter()).map(|incident| &incident.id).collect();
        self.incidents.retain(|id| held.contains(id));
        self.packets.retain(|packet| snapshot.traces.iter().any(|trace| trace.packet == *packet));
    }
}

impl PanelContext<'_> {
    /// Whether the key of `action` was pressed.
    pub fn pressed(&self, action: Action) -> bool {
        self.actions.contains(&action)
    }

    /// Sends an operator's command.
    pub fn command(&mut self, command: Command) {
        self.requests.push(Request::Command(command));
    }

    /// Acknowledges an incident.
    pub fn acknowledge(&mut self, incident: &IncidentId) {
        self.command(Command::Acknowledge { incident: incident.clone() });
    }

    /// An incident is on the screen.
    pub fn saw(&mut self, incident: &IncidentId) {
        if self.seen.incidents.insert(incident.clone()) {
            self.seen.fresh_incidents.push(incident.clone());
        }
    }

    /// A complete trace is on the screen.
    pub fn saw_trace(&mut self, packet: PacketId) {
        if self.seen.packets.insert(packet) {
            self.seen.fresh_packets.push(packet);
        }
    }

    /// Opens an incident on the Incidents screen.
    pub fn open(&mut self, incident: &IncidentId) {
        self.focus.incident = Some(incident.clone());
        *self.go = Some(Screen::Incidents);
    }
}
