//! Connections: what is broken, what it affects, how to fix it. The first, plain form: each link with its reason.

use eframe::egui;

use super::{Panel, PanelContext, Screen};
use crate::model::Link;
use crate::state::Snapshot;
use crate::ui::shapes::Mark;
use crate::ui::theme::Theme;
use crate::ui::widgets::{Cell, Column, Table, empty_state, link_status, plain_page};
use crate::ui::{icons, text};

/// The Connections screen.
#[derive(Debug, Default)]
pub(super) struct Connections;

const ABOUT: &str =
    "What Fleetwatch leans on, what is broken and how to mend it. The command fleetwatch doctor tests each step of a connection.";
const COLUMNS: [Column; 6] = [
    Column::text("Connection", 190.0),
    Column::text("State", 170.0),
    Column::text("Cause and fix", 440.0),
    Column::text("Raw error", 260.0),
    Column::text("Next try", 90.0),
    Column::number("Came up", 80.0),
];

const fn link_name(link: Link) -> &'static str {
    match link {
        Link::BrokerCrash => "Broker, crash reports",
        Link::BrokerTelemetry => "Broker, telemetry",
        Link::Store => "Store",
        Link::Notify => "Notify",
    }
}

impl Panel for Connections {
    fn screen(&self) -> Screen {
        Screen::Connections
    }

    fn ui(&mut self, ui: &mut egui::Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        plain_page(ui, self.title(), &text::plural(snapshot.links.len() as u64, "connection", "connections"), ABOUT);
        if snapshot.links.is_empty() {
            empty_state(
                ui,
                icons::PLUGS,
                "Nothing is connected yet",
                "Broker, store and notifier appear here when they start.",
                None,
            );
            return;
        }
        let theme = Theme::of(ui);
        let links: Vec<_> = snapshot.links.iter().collect();
        let table = Table { id: "links", columns: &COLUMNS, n_rows: links.len(), selected: None };
        table.ui(ui, |idx| {
            let (link, status) = links[idx];
            let next = status.next_try_at.map_or_else(String::new, |at| format!("in {}", text::age(at, context.now)));
            vec![
                Cell::name(theme, link_name(*link)),
                Cell::marked(Mark::link(status.state), text::link_of(*link, status.state), link_status(theme, status.state).fg),
                Cell::quiet(theme, status.reason.clone()),
                Cell::quiet(theme, status.raw.clone()).mono(),
                Cell::quiet(theme, next),
                Cell::quiet(theme, format!("{}×", status.n_connects)),
            ]
        });
    }
}
