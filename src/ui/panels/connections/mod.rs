//! Connections: what is broken, what does it affect, how do I fix it?
//!
//! ```text
//! ┌ list ──┬ head: name, state ────────────┐
//! │        │ cause, effect, fix            │
//! │        │ figures                       │
//! │    468 │ what was refused (telemetry)  │
//! └────────┴───────────────────────────────┘
//! ```

mod card;
mod detail;
mod kept;
mod list;
mod refused;
mod undelivered;

use eframe::egui::{self, vec2};

use super::{Panel, PanelContext, Screen};
use crate::model::{Link, LinkState};
use crate::state::Snapshot;
use crate::ui::search::Typed;
use crate::ui::widgets::{empty_state, pane};
use crate::ui::{icons, tr};

/// Width of the list, points.
const LIST_W: f32 = 468.0;
/// Below this width of the screen the list gives way.
const NARROW: f32 = 1240.0;

/// The Connections screen.
#[derive(Debug, Default)]
pub(super) struct Connections {
    chosen: Option<Link>,
    /// Among what was refused.
    search: Typed,
}

impl Panel for Connections {
    fn screen(&self) -> Screen {
        Screen::Connections
    }

    fn ui(&mut self, ui: &mut egui::Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let room = ui.max_rect();
        if snapshot.links.is_empty() {
            pane(ui, room, "connections", |ui| {
                empty_state(ui, icons::PLUGS, &tr!("connections-empty"), &tr!("connections-empty-when"), None)
            });
            return;
        }
        let list_w = if room.width() < NARROW { 360.0 } else { LIST_W };
        let (list, detail) = room.split_left_right_at_x(room.left() + list_w);
        let chosen = self.chosen.filter(|link| snapshot.links.contains_key(link)).unwrap_or_else(|| worst(snapshot));
        if let Some(link) = pane(ui, list, "list", |ui| list::ui(ui, snapshot, chosen)) {
            self.chosen = Some(link);
        }
        pane(ui, detail, "detail", |ui| detail::ui(ui, snapshot, chosen, &mut self.search, context));
    }
}

/// The connection to show until somebody chooses: the one with the most wrong.
fn worst(snapshot: &Snapshot) -> Link {
    // A channel that nothing went out on yet is no fault.
    let rank = |state: LinkState| match state {
        LinkState::Down => 2,
        LinkState::Degraded => 1,
        LinkState::Up | LinkState::Connecting | LinkState::NotSet => 0,
    };
    // The first of those that are equally bad.
    let of = snapshot.links.iter().rev().max_by_key(|(_, status)| rank(status.state));
    of.map_or(Link::BrokerTelemetry, |(link, status)| if rank(status.state) == 0 { Link::BrokerTelemetry } else { *link })
}

/// A connection's name.
fn link_name(link: Link) -> String {
    match link {
        Link::BrokerCrash => tr!("connections-broker-crash"),
        Link::BrokerTelemetry => tr!("connections-broker-telemetry"),
        Link::Store => tr!("connections-store"),
        Link::Notify => tr!("connections-notify"),
        Link::Seats => tr!("connections-seats"),
        Link::Stack => tr!("connections-stack"),
        Link::SelfTest => tr!("connections-self-test"),
    }
}
