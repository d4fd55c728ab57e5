//! The queue at the right: open incidents, judged malfunctions, resolved ones; drills hatched at the foot.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::{Align2, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::super::PanelContext;
use crate::model::{Command, Incident, IncidentId, IncidentKind, Life, Link, LinkState, Severity, Timestamp};
use crate::state::Snapshot;
use crate::ui::actions::Action;
use crate::ui::shapes::{Mark, dashed_rect, hatch};
use crate::ui::theme::{PANE_PAD, Theme, Type, sizes};
use crate::ui::vitals::{Tally, is_open};
use crate::ui::widgets::{
    Answer, Pane, drill_badge, empty_state, hairline_below, header, incident_card, incident_card_height, incident_row,
    link_status, name, put, section,
};
use crate::ui::{icons, text, tr, word, words};

/// While the pointer moved over the queue less than this long ago, its order stays as it is. s
const HAND_SECS: f32 = 1.5;

/// The view state of the queue.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// The open incidents in the order last shown.
    order: Vec<IncidentId>,
    /// Those of them that were on the screen in the last frame: only what is in view can be acknowledged by key.
    in_view: Vec<IncidentId>,
}

impl Queue {
    pub(super) fn ui(&mut self, ui: &mut Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        let open: Vec<&Arc<Incident>> = snapshot.incidents.iter().filter(|incident| is_open(incident)).collect();
        let n_new = self.arrange(ui, &open);
        let by_id: BTreeMap<&IncidentId, &Arc<Incident>> = open.iter().map(|incident| (&incident.id, *incident)).collect();
        let shown: Vec<&Arc<Incident>> = self.order.iter().filter_map(|id| by_id.get(id).copied()).collect();
        self.keys(&shown, context);

        head(ui, Tally::of(snapshot).open.all(), n_new, snapshot, context);
        let top = ui.cursor().top();
        let foot = drills(ui, snapshot, context);
        let room = Rect::from_min_max(pos2(ui.max_rect().left(), top), pos2(ui.max_rect().right(), foot));
        let rest: Vec<&Arc<Incident>> = snapshot.incidents.iter().filter(|incident| !is_open(incident)).collect();
        self.in_view.clear();
        ui.scope_builder(UiBuilder::new().max_rect(room).id_salt("open"), |ui| {
            ui.set_clip_rect(room.intersect(ui.clip_rect()));
            let away = context.liveness.stale_since();
            if shown.is_empty() && rest.is_empty() && away.is_none() {
                empty_state(ui, icons::SHIELD_CHECK, word!("live-no-incidents"), word!("live-no-incidents-why"), None);
                return;
            }
            ScrollArea::vertical().id_salt("queue").auto_shrink(false).show(ui, |ui| {
                for incident in &shown {
                    let selected = context.focus.incident.as_ref() == Some(&incident.id);
                    let answer = incident_card(ui, incident, context.now, selected);
                    self.answer(ui, answer, incident, context);
                }
                if let Some(since) = away {
                    what_still_works(ui, snapshot, since, context.now);
                }
                let (malfunctions, resolved): (Vec<&Arc<Incident>>, Vec<&Arc<Incident>>) =
                    rest.iter().copied().partition(|incident| incident.life != Life::Resolved);
                let n_told = words::n_told(&malfunctions);
                let n_resolved = text::count(resolved.len() as u64);
                let groups =
                    [(word!("live-judged-malfunction"), n_told, malfunctions), (word!("words-resolved"), n_resolved, resolved)];
                for (title, note, incidents) in groups {
                    if incidents.is_empty() {
                        continue;
                    }
                    section(ui, title, &note);
                    for incident in incidents {
                        let selected = context.focus.incident.as_ref() == Some(&incident.id);
                        let answer = incident_row(ui, incident, context.now, selected);
                        self.answer(ui, answer, incident, context);
                    }
                }
                if snapshot.incidents_hidden > 0 {
                    let n = tr!("live-older-incidents", n = snapshot.incidents_hidden as u64);
                    section(ui, word!("live-not-listed"), &n);
                }
            });
        });
    }

    /// Takes the snapshot's order unless a hand is on the queue; gives how many wait for the hand to rest.
    fn arrange(&mut self, ui: &Ui, open: &[&Arc<Incident>]) -> usize {
        let hand =
            ui.rect_contains_pointer(ui.max_rect()) && ui.input(|input| input.pointer.time_since_last_movement() < HAND_SECS);
        if hand {
            self.order.retain(|id| open.iter().any(|incident| incident.id == *id));
            ui.request_repaint_after(std::time::Duration::from_secs_f32(HAND_SECS));
        } else {
            self.order = open.iter().map(|incident| incident.id.clone()).collect();
        }
        open.len() - self.order.len()
    }

    fn keys(&self, shown: &[&Arc<Incident>], context: &mut PanelContext<'_>) {
        let chosen = shown.iter().position(|incident| context.focus.incident.as_ref() == Some(&incident.id));
        let step = i64::from(context.pressed(Action::Next)) - i64::from(context.pressed(Action::Previous));
        if step != 0 && !shown.is_empty() {
            let idx = chosen.map_or(0, |idx| (idx as i64 + step).clamp(0, shown.len() as i64 - 1) as usize);
            choose(shown[idx], context);
        }
        let waits = |incident: &&&Arc<Incident>| incident.life == Life::Open;
        let first = || shown.iter().find(waits).filter(|incident| incident.severity == Severity::Critical);
        if context.pressed(Action::Acknowledge)
            && let Some(incident) = chosen.map(|idx| &shown[idx]).filter(waits).or_else(first)
            && self.in_view.contains(&incident.id)
        {
            choose(incident, context);
            context.acknowledge(&incident.id);
        }
        if context.pressed(Action::Open)
            && let Some(incident) = chosen.map(|idx| &shown[idx]).or_else(|| shown.first())
        {
            context.open(&incident.id);
        }
    }

    fn answer(&mut self, ui: &Ui, answer: Answer, incident: &Arc<Incident>, context: &mut PanelContext<'_>) {
        // The card's head is what an operator must have seen.
        let bottom = ui.cursor().top();
        if ui.clip_rect().y_range().contains(bottom - sizes().row) {
            self.in_view.push(incident.id.clone());
            context.saw(&incident.id);
        }
        match answer {
            Answer::None => {}
            Answer::Select => choose(incident, context),
            Answer::Open => context.open(&incident.id),
            Answer::Acknowledge => {
                // Whoever takes it on goes on with it, on every screen.
                choose(incident, context);
                context.command(Command::Acknowledge { incident: incident.id.clone() });
            }
        }
    }
}

fn choose(incident: &Incident, context: &mut PanelContext<'_>) {
    context.focus.incident = Some(incident.id.clone());
    match incident.kind {
        IncidentKind::Crash { .. } => context.focus.vehicle = Some(incident.device.clone()),
        IncidentKind::Temperature { .. } => context.focus.sensor = Some(incident.device.clone()),
    }
}

/// Paints the drills at the foot of the pane; gives where they begin.
fn drills(ui: &mut Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>) -> f32 {
    let room = ui.max_rect();
    if context.liveness.stale_since().is_some() {
        let rect = Rect::from_min_max(pos2(room.left(), room.bottom() - 38.0), room.max);
        blocked(ui, rect);
        return rect.top();
    }
    let drills: Vec<_> = snapshot.drills.iter().filter(|drill| drill.life != Life::Resolved).collect();
    let Some(newest) = drills.first() else { return room.bottom() };
    let more = if drills.len() > 1 { sizes().row_compact } else { 0.0 };
    let height = incident_card_height(newest) + more;
    let rect = Rect::from_min_max(pos2(room.left(), room.bottom() - height), room.max);
    let painter = ui.painter().clone();
    painter.rect_filled(rect, 0.0, Theme::of(ui).status.drill.tint);
    ui.scope_builder(UiBuilder::new().max_rect(rect).id_salt("drills"), |ui| {
        ui.set_clip_rect(rect);
        let selected = context.focus.incident.as_ref() == Some(&newest.id);
        match incident_card(ui, newest, context.now, selected) {
            Answer::Open => context.open(&newest.id),
            Answer::Select => context.focus.incident = Some(newest.id.clone()),
            Answer::None | Answer::Acknowledge => {}
        }
        context.saw(&newest.id);
        if more > 0.0 {
            section(ui, word!("live-drills"), &tr!("live-more-drills", n = drills.len() as u64 - 1));
        }
    });
    rect.top()
}
fn head(ui: &mut Ui, n_open: usize, n_new: usize, snapshot: &Snapshot, context: &PanelContext<'_>) {
    if let Some(since) = context.liveness.stale_since() {
        let theme = Theme::of(ui);
        let amber = theme.status.high;
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().pane_header_h), Sense::hover());
        let painter = ui.painter();
        painter.rect_filled(rect, 0.0, amber.tint);
        hairline_below(ui, rect);
        let (x, y) = (rect.left() + PANE_PAD.x, rect.center().y);
        Mark::Triangle.paint(painter, pos2(x + 6.0, y), 11.0, amber.fg);
        let paused = word!("live-intake-paused");
        let title = put(painter, pos2(x + 20.0, y), Align2::LEFT_CENTER, paused, Type::Section.font(), theme.text.primary);
        let words = tr!("live-no-records-since", at = text::clock(since));
        put(painter, pos2(title.right() + 8.0, y), Align2::LEFT_CENTER, &words, Type::Small.font(), theme.text.secondary);
        response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, format!("{paused}, {words}")));
        return;
    }
    let note = if n_open == 0 { String::new() } else { tr!("live-n-open", n = n_open as u64) };
    let right = match n_new {
        0 if snapshot.incidents.is_empty() => String::new(),
        0 => tr!("live-newest-first"),
        n => tr!("live-n-new", n = n as u64),
    };
    header(ui, Pane { title: word!("live-open-incidents"), note: &note, right: &right });
}

fn blocked(ui: &mut Ui, rect: Rect) {
    let theme = Theme::of(ui);
    let drill = theme.status.drill;
    let painter = ui.painter().clone();
    painter.rect_filled(rect, 0.0, drill.tint);
    hatch(&painter, rect, drill.line);
    dashed_rect(&painter, rect, drill.fg);
    let y = rect.center().y;
    let place = Rect::from_min_size(pos2(rect.left() + PANE_PAD.x, y - 10.0), vec2(80.0, 20.0));
    let badge = drill_badge(&mut ui.new_child(UiBuilder::new().max_rect(place))).rect;
    let words = word!("live-drills-blocked");
    let galley = painter.layout_no_wrap(words.to_owned(), Type::Small.font(), theme.text.primary);
    let at = pos2(badge.right() + 10.0, y - galley.size().y / 2.0);
    painter.rect_filled(Rect::from_min_size(at, galley.size()).expand2(vec2(4.0, 1.0)), 2.0, drill.tint);
    painter.galley(at, galley, theme.text.primary);
    name(ui, rect, "drills blocked", Role::Label, words);
}

fn what_still_works(ui: &mut Ui, snapshot: &Snapshot, since: Timestamp, now: Timestamp) {
    section(ui, word!("live-still-works"), "");
    let theme = Theme::of(ui);
    let up = |link: Link| snapshot.links.get(&link).map_or(LinkState::NotSet, |status| status.state);
    let link = |which: Link| {
        let state = up(which);
        let mark = if state == LinkState::Up { Mark::Check } else { Mark::link(state) };
        (mark, link_status(theme, state), text::link_of(which, state).to_lowercase())
    };
    let stale = tr!("live-stale-for", age = text::age(now, since));
    let paused = |words: &str| (Mark::Cross, theme.status.critical, words.to_owned());
    let functions = tr!("live-n-in-process", n = snapshot.functions.len() as u64);
    let lines = [
        (word!("live-functions"), (Mark::Check, theme.status.ok, functions)),
        (word!("live-store"), link(Link::Store)),
        (word!("live-notify"), link(Link::Notify)),
        (word!("live-crash-intake"), paused(word!("live-paused"))),
        (word!("live-vehicle-states"), paused(&stale)),
        (word!("live-temperature-routing"), paused(word!("live-paused"))),
    ];
    for (what, (mark, status, words)) in lines {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().row), Sense::hover());
        hairline_below(ui, rect);
        let (painter, y) = (ui.painter(), rect.center().y);
        mark.paint(painter, pos2(rect.left() + PANE_PAD.x + 6.0, y), 11.0, status.fg);
        let at = pos2(rect.left() + PANE_PAD.x + 20.0, y);
        put(painter, at, Align2::LEFT_CENTER, what, Type::Body.medium(), theme.text.primary);
        let at = pos2(rect.right() - PANE_PAD.x, y);
        put(painter, at, Align2::RIGHT_CENTER, &words, Type::Small.font(), theme.text.secondary);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{what}: {words}")));
    }
}
