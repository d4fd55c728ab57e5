//! The drills at the foot of the queue: hatched, dashed, named, and apart from everything real.

use eframe::egui::{Align, Layout, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::filter::{Drills, Filter};
use super::queue::{ROW_H, row};
use crate::model::{IncidentId, Timestamp};
use crate::state::Snapshot;
use crate::ui::shapes::{dashed_rect, hatch};
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{Button, drill_badge, incident_badge};
use crate::ui::{tr, word};

/// Height of the foot that says how many drills are hidden, points.
const FOOT_H: f32 = 36.0;

/// How high the drills' block is: nothing without drills, one line while they are hidden, at most two fifths with them.
pub(super) fn height(snapshot: &Snapshot, filter: &Filter, room: f32) -> f32 {
    let shown = snapshot.drills.iter().filter(|drill| filter.shows(drill)).count();
    match (snapshot.drills.len(), filter.drills) {
        (0, _) => 0.0,
        (_, Drills::Only) if shown == snapshot.drills.len() => 0.0,
        (_, Drills::Shown) if shown > 0 => (FOOT_H + shown as f32 * ROW_H).min((room * 0.4).max(FOOT_H + ROW_H)),
        _ => FOOT_H,
    }
}

/// How many there are of each: what happened elsewhere and was taken in is no drill of this desk.
fn counted(n_drills: usize, n_taken_in: usize, n_hidden: usize) -> String {
    let (all, taken_in, hidden) = (n_drills + n_taken_in, n_taken_in as u64, n_hidden as u64);
    let what = match (n_drills as u64, n_taken_in) {
        (n, 0) => tr!("incidents-drills-n", n = n),
        (0, _) => tr!("incidents-taken-in-n", n = taken_in),
        (n, _) => tr!("incidents-drills-and-taken-in", drills = tr!("incidents-drills-n", n = n), n = taken_in),
    };
    match n_hidden {
        0 => what,
        n if n == all => tr!("incidents-drills-hidden", what = what),
        _ => tr!("incidents-drills-some", what = what, hidden = hidden),
    }
}

/// Paints the block; gives the drill that was clicked.
pub(super) fn block(
    ui: &mut Ui,
    rect: Rect,
    snapshot: &Snapshot,
    filter: &mut Filter,
    selected: Option<&IncidentId>,
    now: Timestamp,
    seen: &mut Vec<IncidentId>,
) -> Option<IncidentId> {
    let theme = Theme::of(ui);
    let drill = theme.status.drill;
    let (_, hidden) = filter.hidden(snapshot);
    let painter = ui.painter().clone();
    painter.rect_filled(rect, 0.0, drill.tint);
    hatch(&painter, rect, drill.line);
    dashed_rect(&painter, rect, drill.fg);
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), FOOT_H));
    let mut child = ui.new_child(
        UiBuilder::new()
            .max_rect(head.shrink2(vec2(PANE_PAD.x, 8.0)))
            .id_salt("drills")
            .layout(Layout::left_to_right(Align::Center)),
    );
    let taken_in: Vec<_> = snapshot.drills.iter().filter(|incident| incident.imported.is_some()).collect();
    match taken_in.first().filter(|_| taken_in.len() == snapshot.drills.len()) {
        Some(first) => drop(incident_badge(&mut child, first)),
        None => drop(drill_badge(&mut child)),
    }
    let words = counted(snapshot.drills.len() - taken_in.len(), taken_in.len(), hidden);
    let galley = painter.layout_no_wrap(words.clone(), Type::Small.medium(), theme.text.primary);
    let (place, response) = child.allocate_exact_size(galley.size(), Sense::hover());
    painter.rect_filled(place.expand2(vec2(4.0, 2.0)), 2.0, drill.tint);
    painter.galley(place.min, galley, theme.text.primary);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    let (label, next) = match filter.drills {
        Drills::Shown if hidden == 0 => (word!("incidents-hide"), Filter { drills: Drills::Hidden, ..filter.clone() }),
        Drills::Hidden if Filter { drills: Drills::Shown, ..filter.clone() }.hidden(snapshot).1 == 0 => {
            (word!("incidents-show"), Filter { drills: Drills::Shown, ..filter.clone() })
        }
        drills => (
            word!("incidents-show"),
            Filter { drills: if drills == Drills::Hidden { Drills::Shown } else { drills }, ..Filter::default() },
        ),
    };
    let place = Rect::from_min_max(pos2(head.right() - 70.0, head.top() + 4.0), head.right_bottom() - vec2(8.0, 4.0));
    painter.rect_filled(place, 2.0, drill.tint);
    let layout = Layout::right_to_left(Align::Center);
    let mut button = ui.new_child(UiBuilder::new().max_rect(place).id_salt("drills button").layout(layout));
    if button.add(Button::quiet(label).named(tr!("incidents-drills-button", verb = label))).clicked() {
        *filter = next;
    }
    if filter.drills != Drills::Shown || rect.height() <= FOOT_H {
        return None;
    }
    let list = Rect::from_min_max(pos2(rect.left(), head.bottom()), rect.max);
    let mut clicked = None;
    ui.scope_builder(UiBuilder::new().max_rect(list).id_salt("drill list"), |ui| {
        let shown: Vec<_> = snapshot.drills.iter().filter(|drill| filter.shows(drill)).collect();
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW_H, shown.len(), |ui, range| {
            for drill in shown.get(range).unwrap_or_default() {
                let (place, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_H), Sense::hover());
                seen.push(drill.id.clone());
                if row(ui, place, drill, selected == Some(&drill.id), now) {
                    clicked = Some(drill.id.clone());
                }
            }
        });
    });
    clicked
}
