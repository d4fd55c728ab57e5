//! Short messages at the right, at most three, as high as they cover no control; never over the queue.

use eframe::egui::{self, Align, Align2, Area, Frame, Id, Layout, Margin, Order, Rect, Role, Stroke, WidgetInfo, pos2, vec2};

use super::Desk;
use super::time::TimeControl;
use crate::model::command::UNDO_SECS;
use crate::model::{Command, Incident, IncidentId, Life, Timestamp};
use crate::ui::actions::Action;
use crate::ui::panels::Screen;
use crate::ui::shapes::Mark;
use crate::ui::theme::{RADIUS_CARD, Theme, Type};
use crate::ui::widgets::Button;
use crate::ui::{Request, tr, word};

/// How long a toast stays, unless it is critical. s
const STAY_SECS: i64 = 6;
/// How wide the words and buttons of one are, points.
const WIDTH: f32 = 400.0;
/// How many are shown at once.
const AT_MOST: usize = 3;

#[derive(Debug)]
struct Toast {
    text: String,
    warning: bool,
    until: Option<Timestamp>,
    incident: Option<IncidentId>,
    /// About an incident, which has its card in a queue.
    has_card: bool,
    /// What takes it back, as long as that can be done.
    undo: Option<Request>,
}

/// What is taller than this is looked at rather than pressed, a map or a plot: a message may lie on it. Points.
const CONTROL_H: f32 = 120.0;

/// The messages that are up.
#[derive(Debug, Default)]
pub(super) struct Toasts(Vec<Toast>, Place);

/// Where they stand. It is looked for anew only when the screen, the room or their number changes: nothing moves under the
/// hand.
#[derive(Debug, Default)]
struct Place {
    of: Option<(Screen, Rect, usize)>,
    /// Frames since then: the controls of a screen are known when it was painted once.
    n_frames: usize,
    height: f32,
    top: f32,
}

impl Place {
    /// The upper edge for messages whose right edge is at the right of `room`.
    fn find(&mut self, ctx: &egui::Context, screen: Screen, room: Rect, n: usize) -> f32 {
        if self.of != Some((screen, room, n)) {
            *self = Self { of: Some((screen, room, n)), height: 74.0 * n as f32, top: room.top(), n_frames: 0 };
        }
        if (1..=2).contains(&self.n_frames) {
            self.top = free(ctx, room, self.height);
        }
        if self.n_frames <= 2 {
            ctx.request_repaint();
            self.n_frames += 1;
        }
        self.top
    }
}

/// The highest place of this height at the right of `room` that covers no control, or where there is none the one that
/// covers the least.
fn free(ctx: &egui::Context, room: Rect, height: f32) -> f32 {
    let controls: Vec<Rect> = ctx.viewport(|viewport| {
        let painted = viewport.prev_pass.widgets.layers().filter(|(layer, _)| layer.order == Order::Background);
        let controls = painted.flat_map(|(_, widgets)| widgets).filter(|widget| widget.enabled && widget.sense.senses_click());
        controls.map(|widget| widget.interact_rect).filter(|rect| rect.is_positive() && rect.height() < CONTROL_H).collect()
    });
    let size = vec2(WIDTH + 26.0, height);
    let covered = |top: f32| -> f32 {
        let plate = Rect::from_min_size(pos2(room.right() - size.x, top), size);
        controls.iter().map(|rect| rect.intersect(plate)).filter(Rect::is_positive).map(|rect| rect.area()).sum()
    };
    let n_places = ((room.height() - height) / 4.0).max(0.0) as usize;
    let places = (0..=n_places).map(|i| room.top() + 4.0 * i as f32);
    let best = places.map(|top| (covered(top), top)).min_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or(room.top(), |(_, top)| top)
}

impl Toasts {
    pub(super) fn critical(&mut self, incident: IncidentId, text: String) {
        if !self.0.iter().any(|toast| toast.incident.as_ref() == Some(&incident)) {
            self.0.push(Toast { text, warning: true, until: None, incident: Some(incident), has_card: true, undo: None });
        }
    }

    /// About an incident that is not critical.
    pub(super) fn high(&mut self, text: String, now: Timestamp) {
        self.push(text, false, true, now);
    }

    /// Something that was asked for is done.
    pub(super) fn note(&mut self, text: String, now: Timestamp) {
        self.push(text, false, false, now);
    }

    pub(super) fn warning(&mut self, text: String, now: Timestamp) {
        self.push(text, true, false, now);
    }

    /// A decision was sent: for a while it can be taken back from here.
    pub(super) fn undo(&mut self, undo: Request, text: String, now: Timestamp) {
        self.push(text, false, false, now);
        if let Some(toast) = self.0.last_mut() {
            toast.undo = Some(undo);
            toast.until = Some(now.plus_secs(UNDO_SECS));
        }
    }

    fn push(&mut self, text: String, warning: bool, has_card: bool, now: Timestamp) {
        self.0.retain(|toast| toast.text != text);
        self.0.push(Toast { text, warning, until: Some(now.plus_secs(STAY_SECS)), incident: None, has_card, undo: None });
        // The oldest passing message makes room; a critical one never does.
        while self.0.iter().filter(|toast| toast.incident.is_none()).count() > AT_MOST {
            if let Some(oldest) = self.0.iter().position(|toast| toast.incident.is_none()) {
                self.0.remove(oldest);
            }
        }
    }

    /// How much of the right side they take on a screen, points.
    pub(super) fn width(&self, screen: Screen) -> f32 {
        let queue_shown = matches!(screen, Screen::Live | Screen::Incidents);
        if self.0.iter().any(|toast| !(queue_shown && toast.has_card)) { WIDTH + 44.0 } else { 0.0 }
    }

    fn prune(&mut self, now: Timestamp, still_open: impl Fn(&IncidentId) -> bool) {
        self.0.retain(|toast| match (&toast.incident, toast.until) {
            (Some(incident), _) => still_open(incident),
            (None, until) => until.is_none_or(|until| until > now),
        });
    }
}

impl Desk {
    pub(super) fn toasts_ui(&mut self, ctx: &egui::Context, room: Rect, now: Timestamp, actions: &[Action]) -> Vec<Request> {
        let (snapshot, taken) = (self.snapshot.clone(), &self.taken);
        let open = |incident: &Incident| incident.life == Life::Open && !taken.contains(&incident.id);
        self.toasts.prune(now, |id| snapshot.incidents.iter().any(|incident| incident.id == *id && open(incident)));
        // On these screens the card itself stands in the queue, unless that shows the past.
        let queue_shown = self.time == TimeControl::Live && matches!(self.screen, Screen::Live | Screen::Incidents);
        let mut requests = Vec::new();
        let Toasts(toasts, place) = &mut self.toasts;
        let shown: Vec<_> = toasts.iter().rev().filter(|toast| !(queue_shown && toast.has_card)).take(AT_MOST).collect();
        if shown.is_empty() {
            place.of = None;
            return requests;
        }
        let top = place.find(ctx, self.screen, room, shown.len());
        let mut at = pos2(room.right(), top);
        // The key acknowledges the newest, which stands on top.
        let mut key = actions.contains(&Action::Acknowledge);
        for (i, toast) in shown.into_iter().enumerate() {
            let area = Area::new(Id::unique(("toast", i))).order(Order::Foreground).pivot(Align2::RIGHT_TOP).fixed_pos(at);
            let response = area.show(ctx, |ui| {
                let clicked = toast_ui(ui, toast, now);
                requests.extend(toast.undo.clone().filter(|_| clicked));
                if let Some(incident) = &toast.incident
                    && (clicked || std::mem::take(&mut key))
                {
                    requests.push(Request::Command(Command::Acknowledge { incident: incident.clone() }));
                }
            });
            at.y += response.response.rect.height() + 8.0;
        }
        place.height = at.y - top - 8.0;
        requests
    }
}

fn toast_ui(ui: &mut egui::Ui, toast: &Toast, now: Timestamp) -> bool {
    let theme = Theme::of(ui);
    let status = match (&toast.incident, toast.warning) {
        (Some(_), _) => theme.status.critical,
        (None, true) => theme.status.high,
        (None, false) => theme.status.info,
    };
    let frame = Frame::new().fill(status.tint).stroke(Stroke::new(1.0, status.line)).corner_radius(RADIUS_CARD);
    frame
        .inner_margin(Margin::symmetric(12, 10))
        .show(ui, |ui| {
            ui.set_width(WIDTH);
            let has_button = toast.incident.is_some() || toast.undo.is_some();
            let width = if has_button { 230.0 } else { 360.0 };
            // Its own height: the area remembers that of the message which stood in its place before.
            let text_h = ui.painter().layout(toast.text.clone(), Type::Body.font(), theme.text.primary, width).size().y;
            let size = vec2(WIDTH, text_h.max(if has_button { 30.0 } else { 18.0 }));
            ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
                let mark = if toast.warning { Mark::Triangle } else { Mark::Disc };
                let mark = if toast.incident.is_some() { Mark::Diamond } else { mark };
                let (rect, response) = ui.allocate_exact_size(vec2(14.0, 18.0), egui::Sense::hover());
                mark.paint(ui.painter(), rect.center(), 11.0, status.fg);
                response.widget_info(|| WidgetInfo::labeled(Role::Label, true, tr!("shell-message", text = toast.text.as_str())));
                ui.scope(|ui| {
                    ui.set_max_width(width);
                    ui.add(egui::Label::new(Type::Body.rich(&toast.text, theme.text.primary)).wrap());
                });
                has_button
                    && ui
                        .with_layout(Layout::right_to_left(Align::Center), |ui| {
                            match toast.until.filter(|_| toast.undo.is_some()) {
                                Some(until) => {
                                    let secs = until.secs_since(now).max(0.0).ceil() as u64;
                                    ui.ctx().request_repaint_after(std::time::Duration::from_secs(1));
                                    ui.add(Button::default(&tr!("incidents-undo", secs = secs))).clicked()
                                }
                                None => {
                                    ui.add(Button::critical(word!("shell-action-acknowledge")).key(Action::Acknowledge)).clicked()
                                }
                            }
                        })
                        .inner
            })
            .inner
        })
        .inner
}
