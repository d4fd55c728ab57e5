//! Every connection with its state in words, in groups.

use eframe::egui::{Align2, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::link_name;
use crate::model::{Link, LinkStatus};
use crate::state::Snapshot;
use crate::ui::shapes::{self, Mark};
use crate::ui::theme::{PANE_PAD, Theme, Type, sizes};
use crate::ui::widgets::{Pane, focus_ring, hairline_below, header, link_status, put, row_ground, section};
use crate::ui::{icons, text, tr};

/// Paints the list; gives the connection that was clicked.
pub(super) fn ui(ui: &mut Ui, snapshot: &Snapshot, chosen: Link) -> Option<Link> {
    let n = snapshot.links.len() as i64;
    header(ui, Pane { title: &tr!("connections-title"), note: &tr!("connections-n", n = n), ..Pane::default() });
    let groups: [(String, String, &[Link]); 5] = [
        (tr!("connections-brokers"), tr!("connections-brokers-note"), &[Link::BrokerCrash, Link::BrokerTelemetry]),
        (tr!("connections-stores"), tr!("connections-stores-note"), &[Link::Store, Link::Seats]),
        (tr!("connections-channels"), tr!("connections-channels-note"), &[Link::Notify]),
        (tr!("connections-aws"), tr!("connections-aws-note"), &[Link::Stack]),
        (tr!("connections-whole-way"), tr!("connections-whole-way-note"), &[Link::SelfTest]),
    ];
    let mut clicked = None;
    for (title, note, links) in groups {
        if !links.iter().any(|link| snapshot.links.contains_key(link)) {
            continue;
        }
        section(ui, &title, &note);
        for link in links {
            if let Some(status) = snapshot.links.get(link)
                && row(ui, *link, status, &beside(*link, snapshot), *link == chosen)
            {
                clicked = Some(*link);
            }
        }
    }
    clicked
}

/// The figure that says most of a connection.
fn beside(link: Link, snapshot: &Snapshot) -> String {
    match link {
        Link::BrokerCrash => tr!("connections-n-crash", n = snapshot.counters.crash_reports),
        Link::BrokerTelemetry => tr!("connections-per-second", n = text::count(u64::from(snapshot.rate.now))),
        Link::Store => text::bytes(snapshot.store_bytes),
        Link::Seats => snapshot.seats.as_ref().map_or_else(String::new, |look| {
            tr!("connections-seats-here", n = look.others.iter().filter(|seat| seat.is_here()).count() as u64)
        }),
        Link::Stack => snapshot.stack.as_ref().map_or_else(String::new, |look| look.region.to_string()),
        Link::Notify | Link::SelfTest => String::new(),
    }
}

fn row(ui: &mut Ui, link: Link, status: &LinkStatus, beside: &str, selected: bool) -> bool {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().row_two_line), Sense::click());
    row_ground(ui, rect, selected, response.hovered());
    hairline_below(ui, rect);
    let painter = ui.painter();
    let y = rect.center().y;
    let icon = match link {
        Link::BrokerCrash | Link::BrokerTelemetry => icons::BROADCAST,
        Link::Store => icons::DATABASE,
        Link::Notify => icons::PAPER_PLANE,
        Link::Seats => icons::PLUGS_CONNECTED,
        Link::Stack => icons::FUNCTION,
        Link::SelfTest => icons::TEST_TUBE,
    };
    shapes::icon(painter, pos2(rect.left() + 24.0, y), 18.0, icon, theme.text.secondary, false);
    let left = rect.left() + 44.0;
    let name = link_name(link);
    put(painter, pos2(left, y - 9.0), Align2::LEFT_CENTER, &name, Type::Body.semibold(), theme.text.primary);
    let came_up = tr!("connections-came-up", n = i64::from(status.n_connects));
    put(painter, pos2(left, y + 9.0), Align2::LEFT_CENTER, &came_up, Type::Small.font(), theme.text.tertiary);
    let right = rect.right() - PANE_PAD.x;
    let words = text::link_of(link, status.state);
    let color = link_status(theme, status.state).fg;
    let place = put(painter, pos2(right, y - 9.0), Align2::RIGHT_CENTER, words, Type::Body.medium(), color);
    Mark::link(status.state).paint(painter, pos2(place.left() - 10.0, y - 9.0), 9.0, color);
    put(painter, pos2(right, y + 9.0), Align2::RIGHT_CENTER, beside, Type::Small.font(), theme.text.secondary);
    focus_ring(ui, &response);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, format!("{name}: {words}, {beside}")));
    response.clicked()
}
