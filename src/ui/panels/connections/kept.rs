//! What there is of each kind of data, since when, and how long it is kept.

use eframe::egui::{Align2, Rect, Role, Ui, pos2, vec2};

use super::card;
use crate::model::{DataKind, Holding};
use crate::state::Snapshot;
use crate::ui::theme::{Theme, Type, sizes};
use crate::ui::widgets::{hairline_below, name, put};
use crate::ui::{text, tr};

/// Where the columns stand, points from the left: since when, bytes by their right end, how long.
const COLUMNS: [(f32, Align2); 3] = [(250.0, Align2::LEFT_CENTER), (470.0, Align2::RIGHT_CENTER), (520.0, Align2::LEFT_CENTER)];

pub(super) fn ui(ui: &Ui, top: f32, snapshot: &Snapshot) {
    let theme = Theme::of(ui);
    let height = snapshot.held.len() as f32 * sizes().row;
    let body = card::frame(ui, top, height, &tr!("connections-held"), &tr!("connections-held-note"));
    let painter = ui.painter();
    for (i, holding) in snapshot.held.iter().enumerate() {
        let rect = Rect::from_min_size(body.min + vec2(0.0, i as f32 * sizes().row), vec2(body.width(), sizes().row));
        hairline_below(ui, rect);
        let (left, y) = (rect.left() + 14.0, rect.center().y);
        let kind = kind(holding.kind);
        let since =
            holding.since.map_or_else(|| tr!("connections-held-none"), |at| tr!("connections-held-since", day = text::date(at)));
        let bytes = text::bytes(holding.bytes);
        let long = how_long(holding);
        put(painter, pos2(left, y), Align2::LEFT_CENTER, &kind, Type::Body.medium(), theme.text.primary);
        for ((x, align), words) in COLUMNS.into_iter().zip([&since, &bytes, &long]) {
            put(painter, pos2(left + x, y), align, words, Type::Small.font(), theme.text.secondary);
        }
        name(ui, rect, ("held", i), Role::Label, &format!("{kind}: {since}, {bytes}, {long}"));
    }
}

fn kind(kind: DataKind) -> String {
    match kind {
        DataKind::Numbers => tr!("connections-held-numbers"),
        DataKind::Calls => tr!("connections-held-calls"),
        DataKind::Faults => tr!("connections-held-faults"),
        DataKind::Packets => tr!("connections-held-packets"),
        DataKind::Drills => tr!("connections-held-drills"),
        DataKind::Incidents => tr!("connections-held-incidents"),
        DataKind::Audit => tr!("connections-held-audit"),
    }
}

fn how_long(holding: &Holding) -> String {
    let days = tr!("connections-held-days", n = i64::from(holding.limit.days));
    let most = holding.limit.bytes().map(|bytes| tr!("connections-held-most", bytes = text::bytes(bytes)));
    match (holding.limit.days, most) {
        (0, None) => tr!("connections-held-for-ever"),
        (0, Some(most)) => most,
        (_, None) => days,
        (_, Some(most)) => format!("{days}, {most}"),
    }
}
