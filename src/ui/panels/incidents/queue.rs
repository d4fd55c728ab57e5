//! The queue: open ones, judged malfunctions, resolved ones, and drills in their own hatched block at the foot.

use std::sync::Arc;

use eframe::egui::{Align2, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::drills;
use super::filter::{Drills, Filter, is_pinned};
use crate::model::{Incident, IncidentId, Life, Origin, Timestamp};
use crate::state::Snapshot;
use crate::ui::shapes::{self, Mark, dashed_rect, elided, hatch};
use crate::ui::theme::{PANE_PAD, Status, Theme, Type};
use crate::ui::widgets::{Button, empty_state, focus_ring, hairline_below, incident_badge, put, row_ground};
use crate::ui::{icons, text, tr, word, words};

/// Height of a group's head, points.
const HEAD_H: f32 = 28.0;
/// Height of a row, points.
pub(super) const ROW_H: f32 = 56.0;
/// A row that came less than this long ago takes no click: it may have slid under the pointer. µs
const SETTLE_MICROS: i64 = 500_000;

/// The view state of the queue.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// The row under the pointer and where it was in the list, so that what arrives above does not move it.
    anchor: Option<(IncidentId, f32)>,
    offset: f32,
    /// The chosen row must be brought into view.
    pub(super) reveal: bool,
    /// The rows that are on the screen.
    pub(super) seen: Vec<IncidentId>,
}

/// A line of the list.
enum Line<'a> {
    Head(&'static str, String),
    Row(&'a Arc<Incident>),
}

/// The groups in order, as lines; only what the filter shows.
fn lines<'a>(snapshot: &'a Snapshot, filter: &Filter) -> Vec<Line<'a>> {
    let shown: Vec<&Arc<Incident>> = snapshot.incidents.iter().filter(|incident| filter.shows(incident)).collect();
    let resolved = |incident: &Incident| incident.life == Life::Resolved;
    let mut lines = Vec::with_capacity(shown.len() + 4);
    let mut group = |title, note: &dyn Fn(&[&Arc<Incident>]) -> String, belongs: &dyn Fn(&Incident) -> bool| {
        let group: Vec<&Arc<Incident>> = shown.iter().copied().filter(|incident| belongs(incident)).collect();
        if !group.is_empty() {
            lines.push(Line::Head(title, note(&group)));
            lines.extend(group.into_iter().map(Line::Row));
        }
    };
    let open = |group: &[&Arc<Incident>]| tr!("incidents-newest-first", n = group.len() as u64);
    group(word!("incidents-open"), &open, &|i| !resolved(i) && !i.is_malfunction());
    group(word!("incidents-judged-malfunction"), &words::n_told, &|i| !resolved(i) && i.is_malfunction());
    group(word!("words-resolved"), &|group| text::count(group.len() as u64), &resolved);
    if filter.drills == Drills::Only {
        let drills = || snapshot.drills.iter().filter(|drill| filter.shows(drill));
        if drills().next().is_some() {
            lines.push(Line::Head(word!("incidents-drills"), tr!("incidents-n-no-responder", n = drills().count() as u64)));
            lines.extend(drills().map(Line::Row));
        }
    }
    lines
}

/// The incidents in the order of the screen, for the keys that move the choice.
pub(super) fn in_order<'a>(snapshot: &'a Snapshot, filter: &Filter) -> Vec<&'a Arc<Incident>> {
    let mut all: Vec<&Arc<Incident>> = lines(snapshot, filter)
        .into_iter()
        .filter_map(|line| match line {
            Line::Row(incident) => Some(incident),
            Line::Head(..) => None,
        })
        .collect();
    if filter.drills == Drills::Shown {
        all.extend(snapshot.drills.iter().filter(|drill| filter.shows(drill)));
    }
    all
}

impl Queue {
    /// Paints the queue into `rect`; gives the incident that was clicked.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        snapshot: &Snapshot,
        filter: &mut Filter,
        selected: Option<&IncidentId>,
        now: Timestamp,
    ) -> Option<IncidentId> {
        self.seen.clear();
        let foot_h = drills::height(snapshot, filter, rect.height());
        let list = Rect::from_min_max(rect.min, pos2(rect.right(), rect.bottom() - foot_h));
        let lines = lines(snapshot, filter);
        let mut clicked = if lines.is_empty() {
            ui.scope_builder(UiBuilder::new().max_rect(list).id_salt("empty queue"), |ui| empty(ui, snapshot, filter));
            None
        } else {
            self.list(ui, list, &lines, selected, now)
        };
        if foot_h > 0.0 {
            let foot = Rect::from_min_max(pos2(rect.left(), rect.bottom() - foot_h), rect.max);
            clicked = drills::block(ui, foot, snapshot, filter, selected, now, &mut self.seen).or(clicked);
        }
        clicked
    }

    fn list(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        lines: &[Line<'_>],
        selected: Option<&IncidentId>,
        now: Timestamp,
    ) -> Option<IncidentId> {
        let mut tops = Vec::with_capacity(lines.len());
        let mut height = 0.0;
        for line in lines {
            tops.push(height);
            height += if matches!(line, Line::Head(..)) { HEAD_H } else { ROW_H };
        }
        let top_of = |id: &IncidentId| lines.iter().zip(&tops).find_map(|(line, top)| line.is(id).then_some(*top));
        let pointer = ui.input(|input| input.pointer.hover_pos()).filter(|at| rect.contains(*at));
        // What arrives above the row under the pointer must not push it away from there.
        if let (Some((id, was)), Some(_)) = (&self.anchor, pointer)
            && let Some(is) = top_of(id)
        {
            self.offset += is - was;
        }
        let room = rect.height();
        if std::mem::take(&mut self.reveal)
            && let Some(top) = selected.and_then(top_of)
        {
            self.offset = self.offset.clamp((top + ROW_H - room).max(0.0), (top - HEAD_H).max(0.0).max(top + ROW_H - room));
        }
        self.offset = self.offset.clamp(0.0, (height - room).max(0.0));
        let mut clicked = None;
        let mut under = None;
        let output = ui.scope_builder(UiBuilder::new().max_rect(rect).id_salt("queue list"), |ui| {
            ScrollArea::vertical().auto_shrink(false).vertical_scroll_offset(self.offset).show_viewport(ui, |ui, view| {
                ui.set_height(height);
                let origin = ui.min_rect().min;
                for (line, top) in lines.iter().zip(&tops) {
                    let line_h = if matches!(line, Line::Head(..)) { HEAD_H } else { ROW_H };
                    if top + line_h < view.top() || *top > view.bottom() {
                        continue;
                    }
                    let place = Rect::from_min_size(origin + vec2(0.0, *top), vec2(ui.available_width(), line_h));
                    match line {
                        Line::Head(title, note) => head(ui, place, title, note),
                        Line::Row(incident) => {
                            if pointer.is_some_and(|at| place.contains(at)) {
                                under = Some((incident.id.clone(), *top));
                            }
                            self.seen.push(incident.id.clone());
                            if row(ui, place, incident, selected == Some(&incident.id), now) {
                                clicked = Some(incident.id.clone());
                            }
                        }
                    }
                }
            })
        });
        self.offset = output.inner.state.clamped_offset().y;
        self.anchor = under;
        if self.offset > 0.0
            && let Some(n) = pinned_above(lines, &tops, self.offset)
        {
            return if above(ui, rect, n) {
                self.offset = 0.0;
                self.anchor = None;
                None
            } else {
                clicked
            };
        }
        clicked
    }
}

impl Line<'_> {
    fn is(&self, id: &IncidentId) -> bool {
        matches!(self, Self::Row(incident) if incident.id == *id)
    }
}

/// How many unacknowledged critical rows lie above the view.
fn pinned_above(lines: &[Line<'_>], tops: &[f32], offset: f32) -> Option<usize> {
    let above = lines.iter().zip(tops).filter(|(_, top)| **top + ROW_H / 2.0 <= offset);
    let n = above.filter(|(line, _)| matches!(line, Line::Row(incident) if is_pinned(incident))).count();
    (n > 0).then_some(n)
}

/// Says that critical rows lie above the view; `true` when they are asked for.
fn above(ui: &mut Ui, rect: Rect, n: usize) -> bool {
    let theme = Theme::of(ui);
    let red = theme.status.critical;
    let words = tr!("incidents-critical-above", n = n as u64);
    let place = Rect::from_min_size(rect.min, vec2(rect.width(), 30.0));
    let response = ui.interact(place, ui.scope_id().with("above"), Sense::click());
    ui.painter().rect_filled(place, 0.0, red.tint);
    ui.painter().hline(place.x_range(), place.bottom(), eframe::egui::Stroke::new(1.0, red.line));
    shapes::icon(ui.painter(), place.left_center() + vec2(21.0, 0.0), 14.0, icons::CARET_UP, red.fg, false);
    put(ui.painter(), place.left_center() + vec2(34.0, 0.0), Align2::LEFT_CENTER, &words, Type::Small.semibold(), red.fg);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
    response.clicked()
}

fn empty(ui: &mut Ui, snapshot: &Snapshot, filter: &mut Filter) {
    let (hidden, _) = filter.hidden(snapshot);
    if hidden > 0 {
        let sentence = tr!("incidents-all-hidden", n = hidden as u64);
        let show = Button::default(word!("incidents-show-all"));
        if empty_state(ui, icons::LIST_BULLETS, word!("incidents-nothing-passes"), &sentence, Some(show)) {
            let drills = filter.drills;
            *filter = Filter { drills: if drills == Drills::Only { Drills::Shown } else { drills }, ..Filter::default() };
        }
    } else {
        empty_state(ui, icons::CHECK_CIRCLE, word!("incidents-empty"), word!("incidents-empty-why"), None);
    }
}

fn head(ui: &mut Ui, rect: Rect, title: &str, note: &str) {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    painter.rect_filled(rect, 0.0, theme.bg.header);
    painter.hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
    let at = rect.left_center() + vec2(PANE_PAD.x, 0.0);
    let word = put(painter, at, Align2::LEFT_CENTER, title, Type::Small.semibold(), theme.text.secondary);
    put(painter, pos2(word.right() + 8.0, at.y), Align2::LEFT_CENTER, note, Type::Small.font(), theme.text.tertiary);
    crate::ui::widgets::name(ui, rect, ("head", title), Role::Heading, &format!("{title} {note}"));
}

/// The shape before a row and its colours.
fn face(theme: &'static Theme, incident: &Incident) -> (Mark, Status) {
    if incident.life == Life::Resolved {
        (Mark::CheckCircle, Status { fg: theme.text.tertiary, ..theme.status.low })
    } else if incident.is_malfunction() {
        (Mark::Wrench, Status { fg: theme.text.tertiary, ..theme.status.low })
    } else {
        (Mark::severity(incident.severity), theme.severity(incident.severity))
    }
}

/// Where it stands, in a few words: `Acknowledged, M. Seo`.
fn standing(incident: &Incident) -> String {
    if let Some(words) = super::team::standing(incident) {
        return words;
    }
    match (&incident.resolved, &incident.acknowledged) {
        (Some((_, at)), _) => tr!("incidents-resolved-at", at = text::clock_minutes(*at)),
        (None, Some((by, _))) => tr!("incidents-acknowledged-by", by = by.as_str()),
        (None, None) if incident.life == Life::Resolved => tr!("words-resolved"),
        (None, None) if incident.is_silenced() => tr!("words-silenced"),
        (None, None) if incident.told_nobody() => tr!("words-nobody-told"),
        (None, None) => tr!("words-unacknowledged"),
    }
}

/// A row of two lines; `true` when it was clicked.
pub(super) fn row(ui: &mut Ui, rect: Rect, incident: &Incident, selected: bool, now: Timestamp) -> bool {
    let theme = Theme::of(ui);
    let (mark, status) = face(theme, incident);
    let drill = incident.origin == Origin::Drill;
    let pinned = is_pinned(incident);
    let response = ui.interact(rect, ui.scope_id().with(&*incident.id.0), Sense::click());
    let painter = ui.painter().clone();
    if drill {
        painter.rect_filled(rect, 0.0, theme.status.drill.tint);
        hatch(&painter, rect, theme.status.drill.line);
        dashed_rect(&painter, rect.shrink(1.0), theme.status.drill.fg);
    } else if pinned {
        painter.rect_filled(rect, 0.0, status.tint);
    }
    if drill && selected {
        painter.rect_filled(Rect::from_min_size(rect.min, vec2(3.0, rect.height())), 0.0, theme.accent.base);
    } else if !drill && !pinned {
        row_ground(ui, rect, selected, response.hovered());
    } else if pinned && selected {
        // The tint of a critical one stays under the choice.
        let stroke = Stroke::new(1.5, theme.accent.base);
        painter.rect_stroke(rect.shrink(0.5), 0.0, stroke, StrokeKind::Inside);
    }
    if pinned {
        painter.rect_filled(Rect::from_min_size(rect.min, vec2(3.0, rect.height())), 0.0, status.fg);
    }
    focus_ring(ui, &response);
    hairline_below(ui, rect);

    let (left, right) = (rect.left() + PANE_PAD.x + 21.0, rect.right() - PANE_PAD.x);
    let (first, second) = (rect.top() + 18.0, rect.top() + 38.0);
    let plate = |at: Rect| {
        if drill {
            painter.rect_filled(at.expand2(vec2(3.0, 0.0)), 2.0, theme.status.drill.tint);
        }
    };
    let text_in = |at: eframe::egui::Pos2, align: Align2, words: &str, font, color, width: f32| {
        let galley = elided(&painter, words, &font, color, width.max(24.0));
        let place = align.anchor_size(at, galley.size());
        plate(place);
        painter.galley(place.min, galley, color);
        place
    };
    plate(Rect::from_center_size(pos2(rect.left() + PANE_PAD.x + 6.0, rect.center().y), vec2(16.0, 16.0)));
    mark.paint(&painter, pos2(rect.left() + PANE_PAD.x + 6.0, rect.center().y), 12.0, status.fg);
    let time = text::clock(incident.received_at);
    let time = text_in(pos2(right, first), Align2::RIGHT_CENTER, &time, Type::Small.font(), theme.text.tertiary, 90.0);
    let badge_w = match incident.origin {
        Origin::Device => 0.0,
        Origin::Drill if incident.imported.is_some() => 86.0,
        Origin::Drill => 70.0,
        Origin::Sample => 66.0,
    };
    let word = text::severity(incident.severity);
    let room = time.left() - left - badge_w - 70.0;
    let device =
        text_in(pos2(left, first), Align2::LEFT_CENTER, incident.device.as_str(), Type::Section.font(), theme.text.primary, room);
    let muted = incident.life == Life::Resolved || incident.is_malfunction();
    let color = if muted { theme.text.tertiary } else { status.fg };
    let word = text_in(pos2(device.right() + 8.0, first), Align2::LEFT_CENTER, word, Type::Body.medium(), color, 60.0);
    if badge_w > 0.0 {
        let place = Rect::from_min_size(pos2(word.right() + 8.0, first - 10.0), vec2(badge_w, 20.0));
        let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt(("badge", &*incident.id.0)));
        incident_badge(&mut child, incident);
    }
    let waits = incident.life == Life::Open && !incident.is_malfunction();
    let (font, color) = if waits && pinned {
        (Type::Small.semibold(), status.fg)
    } else if waits {
        (Type::Small.font(), theme.status.high.fg)
    } else {
        (Type::Small.font(), theme.text.tertiary)
    };
    let standing = match (drill, pinned) {
        (true, _) if waits => tr!("words-nobody-told"),
        (_, true) => tr!("incidents-unacknowledged-for", age = text::age(now, incident.received_at)),
        _ => standing(incident),
    };
    let at = text_in(pos2(right, second), Align2::RIGHT_CENTER, &standing, font, color, (right - left) * 0.55);
    text_in(
        pos2(left, second),
        Align2::LEFT_CENTER,
        &words::brief(incident),
        Type::Small.font(),
        theme.text.secondary,
        at.left() - left - 10.0,
    );

    let spoken = format!(
        "{}{} {}, {}, {standing}, {}",
        words::badge(incident).map(|word| format!("{word} ")).unwrap_or_default(),
        incident.device,
        text::severity(incident.severity),
        words::brief(incident),
        incident.id
    );
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, selected, &spoken));
    response.clicked() && now.micros_since(incident.received_at) >= SETTLE_MICROS
}
