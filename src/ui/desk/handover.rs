//! The hand-over: what the next shift must know, on one sheet, from what the window has.

use std::fmt::Write as _;

use eframe::egui::{
    self, Align, Area, Frame, Id, Layout, Margin, Order, Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::Desk;
use crate::model::{Incident, IncidentId, Life, Origin, StepKind, Timestamp};
use crate::state::{SILENT_AFTER_SECS, Snapshot};
use crate::ui::actions::Action;
use crate::ui::panels::Screen;
use crate::ui::shapes::Mark;
use crate::ui::theme::{RADIUS_CARD, Theme, Type};
use crate::ui::widgets::{Button, choice, focus_ring, hairline_below, row_ground};
use crate::ui::{icons, names, text, tr, word, words};

/// How wide the sheet is where there is room, points.
const WIDTH: f32 = 820.0;
/// How long a shift may be, h.
const HOURS: [i64; 4] = [4, 8, 12, 24];
/// Height of a line that leads to an incident, points.
const ROW_H: f32 = 40.0;

/// The sheet, while it lies open.
#[derive(Debug)]
pub(super) struct Sheet {
    hours: i64,
}

impl Default for Sheet {
    fn default() -> Self {
        Self { hours: 8 }
    }
}

/// A line of the sheet.
struct Line {
    /// What it is.
    head: String,
    /// What is to be known of it.
    body: String,
    /// It leads there.
    leads: Option<IncidentId>,
    /// Nobody has taken it, or nobody was reached.
    presses: bool,
}

struct Part {
    title: &'static str,
    lines: Vec<Line>,
}

impl Desk {
    /// The sheet in `room`, which leaves the queue out.
    pub(super) fn handover_ui(&mut self, ctx: &egui::Context, room: Rect, now: Timestamp) {
        let Some(mut sheet) = self.handover.take() else { return };
        let (mut close, mut open) = (false, None);
        let width = WIDTH.min(room.width() - 24.0);
        let at = pos2(room.center().x - width / 2.0, room.top() + 12.0);
        let parts = parts(&self.snapshot, now, sheet.hours);
        Area::new(Id::unique("handover")).order(Order::Middle).fixed_pos(at).show(ctx, |ui| {
            let theme = Theme::of(ui);
            let frame = Frame::new().fill(theme.bg.raised).stroke(Stroke::new(1.0, theme.border.strong));
            frame.corner_radius(RADIUS_CARD).inner_margin(Margin::same(16)).show(ui, |ui| {
                ui.set_width(width - 32.0);
                ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
                ui.horizontal(|ui| {
                    let title = tr!("handover-title", at = text::clock_minutes(now));
                    ui.label(Type::Title.rich(&title, theme.text.primary));
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        close = ui.add(Button::quiet(word!("shell-close")).key(Action::Back)).clicked();
                        if ui.add(Button::default(word!("handover-copy")).icon(icons::COPY)).clicked() {
                            ui.ctx().copy_text(whole(&parts, now, sheet.hours));
                            self.toasts.note(tr!("handover-copied"), now);
                        }
                        choice(ui, word!("handover-shift"), &mut sheet.hours, &HOURS, |hours| tr!("handover-hours", n = hours));
                    });
                });
                let most = room.bottom() - ui.next_widget_position().y - 36.0;
                ScrollArea::vertical().max_height(most.max(80.0)).auto_shrink([false, true]).show(ui, |ui| {
                    for part in &parts {
                        open = part_ui(ui, part).or(open.take());
                    }
                    if self.snapshot.incidents_hidden > 0 {
                        let older = tr!("handover-older", n = self.snapshot.incidents_hidden as u64);
                        ui.add(egui::Label::new(Type::Small.rich(&older, theme.text.tertiary)).wrap());
                    }
                });
            });
        });
        if let Some(incident) = open {
            self.focus.incident = Some(incident);
            self.screen = Screen::Incidents;
        } else if !close {
            self.handover = Some(sheet);
        }
    }
}

fn part_ui(ui: &mut Ui, part: &Part) -> Option<IncidentId> {
    let theme = Theme::of(ui);
    let mut open = None;
    ui.add_space(6.0);
    let title = format!("{}: {}", part.title, text::count(part.lines.len() as u64));
    let ink = if part.lines.is_empty() { theme.text.tertiary } else { theme.text.primary };
    ui.label(Type::Section.rich(&title, ink));
    for (idx, line) in part.lines.iter().enumerate() {
        let sense = if line.leads.is_some() { Sense::click() } else { Sense::hover() };
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_H), Sense::hover());
        let response = ui.interact(rect, ui.scope_id().with((part.title, idx)), sense);
        row_ground(ui, rect, false, line.leads.is_some() && response.hovered());
        hairline_below(ui, rect);
        let painter = ui.painter();
        let mut left = rect.left() + 6.0;
        if line.presses {
            Mark::Triangle.paint(painter, pos2(left + 6.0, rect.center().y), 11.0, theme.status.high.fg);
            left += 20.0;
        }
        let room = rect.right() - left - 8.0;
        for (words, font, ink, y) in [
            (&line.head, Type::Body.medium(), theme.text.primary, rect.top() + 12.0),
            (&line.body, Type::Small.font(), theme.text.secondary, rect.top() + 28.0),
        ] {
            let galley = crate::ui::shapes::elided(painter, words, &font, ink, room);
            painter.galley(pos2(left, y - galley.size().y / 2.0), galley, ink);
        }
        focus_ring(ui, &response);
        let said = format!("{}. {}", line.head, line.body);
        let role = if line.leads.is_some() { Role::Button } else { Role::Label };
        response.widget_info(|| WidgetInfo::labeled(role, true, &said));
        if response.on_hover_text(&said).clicked() {
            open.clone_from(&line.leads);
        }
    }
    open
}

/// The sheet as text, for a mail or a log.
fn whole(parts: &[Part], now: Timestamp, hours: i64) -> String {
    let mut all = format!("{} ({})\n", tr!("handover-title", at = text::full_time(now)), tr!("handover-hours", n = hours));
    for part in parts {
        _ = writeln!(all, "\n{}: {}", part.title, part.lines.len());
        for line in &part.lines {
            _ = writeln!(all, "  {}. {}", line.head, line.body);
        }
    }
    all
}

fn parts(snapshot: &Snapshot, now: Timestamp, hours: i64) -> Vec<Part> {
    let (since, next) = (now.plus_secs(-hours * 3_600), now.plus_secs(hours * 3_600));
    let real = || snapshot.incidents.iter().map(AsRef::as_ref).filter(|incident: &&Incident| incident.origin == Origin::Device);
    let mut open: Vec<&Incident> =
        real().filter(|incident| incident.life != Life::Resolved && !incident.is_malfunction()).collect();
    open.sort_by_key(|incident| {
        (incident.life != Life::Open, std::cmp::Reverse(incident.severity), incident.received_at, incident.id.clone())
    });
    let mut ending: Vec<_> =
        snapshot.silencings.iter().filter(|one| one.stands() && one.until > now && one.until <= next).collect();
    ending.sort_by_key(|silencing| silencing.until);
    let ending = ending.into_iter().map(|one| {
        let left = text::age(one.until, now);
        let (by, at) = (one.by.as_str(), text::clock_minutes(one.until));
        let body = tr!("silences-stands", who = by, at = at, left = left, n = one.n_hidden);
        Line { head: one.search.clone(), body: format!("{body}. {}", one.reason), leads: None, presses: false }
    });
    let quiet = |row: &&crate::state::snapshot::SensorRow| {
        row.origin == Origin::Device && now.secs_since(row.last_seen) > SILENT_AFTER_SECS as f64
    };
    let silent = snapshot.sensors.iter().filter(quiet).map(|row| Line {
        head: names::called(&row.device),
        body: tr!("handover-quiet", age = text::age(now, row.last_seen), at = text::day_and_minutes(row.last_seen)),
        leads: None,
        presses: false,
    });
    let by_whom = |incident: &Incident, leads: bool| Line {
        head: headline(incident),
        body: match &incident.resolved {
            Some((by, at)) => tr!("handover-resolved-by", who = by.as_str(), at = text::clock_minutes(*at)),
            None => text::day_and_minutes(incident.received_at),
        },
        leads: leads.then(|| incident.id.clone()),
        presses: false,
    };
    let closed = real().filter(|incident| incident.resolved.as_ref().is_some_and(|(_, at)| *at >= since));
    let untold = real().filter(|incident| incident.received_at >= since && incident.told_nobody());
    let drills = snapshot
        .drills
        .iter()
        .map(AsRef::as_ref)
        .filter(|drill: &&Incident| drill.origin == Origin::Drill && drill.imported.is_none() && drill.received_at >= since);
    vec![
        Part { title: word!("handover-open"), lines: open.into_iter().map(|incident| pressing(incident, now)).collect() },
        Part { title: word!("handover-silences"), lines: ending.collect() },
        Part { title: word!("handover-silent"), lines: silent.collect() },
        Part { title: word!("handover-resolved"), lines: closed.map(|incident| by_whom(incident, true)).collect() },
        Part { title: word!("handover-untold"), lines: untold.map(|incident| by_whom(incident, true)).collect() },
        Part { title: word!("handover-drills"), lines: drills.map(|incident| by_whom(incident, true)).collect() },
    ]
}

fn headline(incident: &Incident) -> String {
    let drill = words::origin(incident.origin).map(|word| format!("{word} ")).unwrap_or_default();
    format!("{drill}{}: {}", names::called(&incident.device), words::brief(incident))
}

/// An open incident, with all that the next shift must know of it.
fn pressing(incident: &Incident, now: Timestamp) -> Line {
    let handling = &incident.handling;
    let mut parts = vec![text::severity(incident.severity).to_owned()];
    parts.push(match &incident.acknowledged {
        Some((by, at)) => tr!("handover-acknowledged", who = by.as_str(), at = text::clock_minutes(*at)),
        None => tr!("handover-unacknowledged", age = text::age(now, incident.received_at)),
    });
    parts.extend(handling.assignee.as_ref().map(|who| tr!("incidents-on-it", who = who.as_str())));
    parts.extend(handling.dispatched.as_ref().map(|sent| {
        tr!("incidents-help-sent", who = sent.by.as_str(), at = text::clock_minutes(sent.at), what = sent.text.as_str())
    }));
    parts.extend(
        handling
            .closing
            .as_ref()
            .map(|closing| tr!("handover-closing", who = closing.by.as_str(), at = text::clock_minutes(closing.due()))),
    );
    let told_again = incident.timeline.iter().filter(|step| step.kind == StepKind::Escalated).count();
    parts.extend((told_again > 0).then(|| tr!("handover-told-again", n = told_again as u64)));
    let told = incident.timeline.iter().rfind(|step| matches!(step.kind, StepKind::Told | StepKind::TellFailed));
    let undelivered = told.filter(|step| step.kind == StepKind::TellFailed);
    parts.extend(undelivered.map(|step| tr!("handover-undelivered", why = words::short_reason(&step.detail))));
    parts.extend(
        incident.notes.last().map(|note| tr!("handover-note", who = note.by.as_str(), text = note.text.replace('\n', " "))),
    );
    Line {
        head: headline(incident),
        body: parts.join(" · "),
        leads: Some(incident.id.clone()),
        presses: incident.acknowledged.is_none() || undelivered.is_some(),
    }
}
