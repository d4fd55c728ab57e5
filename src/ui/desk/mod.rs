//! The window: rail, bars, banners, toasts and the screen between them.
//!
//! ```text
//! ┌────┬──────────────────────────────────────────────┐
//! │    │ top bar: environment, connections, LIVE, time │ 48
//! │rail├──────────────────────────────────────────────┤
//! │ 84 │ banners                                       │
//! │    │ the screen (one of `panels::all`)             │
//! ├────┴──────────────────────────────────────────────┤
//! │ status bar: rate, latency, dropped, queue, store   │ 26
//! └───────────────────────────────────────────────────┘
//! ```
//!
//! *Invariant:* the desk never waits and never changes an incident; it paints the latest snapshot and sends requests.

mod alarm;
mod banners;
mod bars;
mod handover;
mod help;
mod obey;
mod palette;
mod popped;
mod rail;
mod signin;
mod silences;
mod time;
mod toasts;
mod tools;
mod walled;

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{self, Rect, UiBuilder, ViewportCommand, pos2};

use self::alarm::Alarm;
pub use self::obey::LEAST;
use self::obey::Obeyed;
use self::palette::Palette;
use self::popped::Kept;
use self::signin::SigningIn;
use self::time::TimeControl;
use self::toasts::Toasts;
use super::actions::{self, Action};
use super::layout::LiveLayout;
use super::map::{TileWires, Tiles};
use super::panels::wall::Wall;
use super::panels::{self, Panel, PanelContext, Screen, Seen, ViewTime};
use super::theme::{self, Theme, sizes};
use super::vitals::{Broker, Liveness};
use super::{Request, SoundTrouble, Wires, degrees, names, past, text, tr, word, words};
use crate::model::{
    AlertId, AlertKind, Command, Done, Errand, Focus, Incident, IncidentId, IncidentKind, Origin, Question, RegisterOrder,
    Severity, TapeOrder, Timestamp,
};
use crate::state::Snapshot;
use crate::state::snapshot::{BillView, Refusal, SignedIn};

/// Bursts of new snapshots are painted together, at most about 30 frames a second.
const FRAME: Duration = Duration::from_millis(33);

/// The window.
pub struct Desk {
    wires: Wires,
    panels: Vec<Slot>,
    screen: Screen,
    snapshot: Arc<Snapshot>,
    focus: Focus,
    sent_focus: Option<Focus>,
    broker_lost_at: Option<Timestamp>,
    newest_alert: Option<AlertId>,
    /// Incidents acknowledged here, until the snapshot shows it: a critical toast goes at once.
    taken: BTreeSet<IncidentId>,
    seen: Seen,
    toasts: Toasts,
    alarm: Alarm,
    /// Why sounds are not heard, as the operator was told last.
    sound_trouble: Option<SoundTrouble>,
    help: bool,
    /// Actions that the palette began and a screen goes on with in the next frame.
    later: Vec<Action>,
    palette: Option<Palette>,
    /// The sheet of silences, while it lies open.
    silences: Option<silences::Sheet>,
    /// The hand-over, while it lies open.
    handover: Option<handover::Sheet>,
    time: TimeControl,
    /// What is painted off LIVE: the moment, and the picture of it.
    held: Option<(ViewTime, Arc<Snapshot>)>,
    frame_secs: Option<f32>,
    /// The settings, as they were obeyed last.
    obeyed: Obeyed,
    /// The last export or import whose end was said.
    errand: Option<Arc<Errand>>,
    /// The last refusal that was said.
    refused: Option<Arc<Refusal>>,
    /// The wall, while it stands before everything.
    wall: Option<Wall>,
    /// Screens that have a window of their own.
    popped: Vec<Screen>,
    /// The tiles of every map.
    tiles: Tiles,
    /// How the Live screen is arranged.
    live: LiveLayout,
    /// The window as it was arranged and kept last.
    kept: Kept,
    /// Who sits here.
    operator: String,
    /// The name and the secret that are being typed.
    signing_in: Option<SigningIn>,
    /// Who signed in last, as far as it was heard here.
    signed_in: Option<Arc<SignedIn>>,
    /// When a sign-in was refused last, as far as it was heard here.
    sign_in_refused: Option<Timestamp>,
}

/// A panel, and what it said when it panicked.
struct Slot {
    panel: Box<dyn Panel>,
    panicked: Option<String>,
}

impl Desk {
    /// The window with every screen. Puts fonts and themes into `ctx`.
    pub fn new(wires: Wires, ctx: &egui::Context) -> Self {
        Self::with_panels(wires, ctx, panels::all())
    }

    /// The window with these screens.
    pub fn with_panels(mut wires: Wires, ctx: &egui::Context, panels: Vec<Box<dyn Panel>>) -> Self {
        theme::install(ctx);
        let snapshot = (wires.latest)();
        let tiles = Tiles::new(std::mem::replace(&mut wires.tiles, TileWires::none()));
        let signed_in = snapshot.signed_in.as_ref();
        let operator = signed_in.map_or_else(|| wires.operator.clone(), |signed_in| signed_in.who.0.clone());
        let mut desk = Self {
            refused: snapshot.refused.clone(),
            operator,
            signing_in: None,
            signed_in: snapshot.signed_in.clone(),
            sign_in_refused: snapshot.sign_in_refused,
            wires,
            panels: panels.into_iter().map(|panel| Slot { panel, panicked: None }).collect(),
            screen: Screen::default(),
            snapshot,
            focus: Focus::default(),
            sent_focus: None,
            broker_lost_at: None,
            newest_alert: None,
            taken: BTreeSet::new(),
            seen: Seen::default(),
            toasts: Toasts::default(),
            alarm: Alarm::default(),
            sound_trouble: None,
            help: false,
            later: Vec::new(),
            palette: None,
            silences: None,
            handover: None,
            time: TimeControl::default(),
            held: None,
            frame_secs: None,
            obeyed: Obeyed::default(),
            errand: None,
            wall: None,
            popped: Vec::new(),
            live: LiveLayout::default(),
            tiles,
            kept: Kept::default(),
        };
        desk.obey(ctx);
        desk.arrange(ctx);
        desk
    }

    /// What to call whenever a new snapshot was published: wakes the window once for a burst of them.
    pub fn waker(ctx: &egui::Context) -> impl Fn() + Send + Sync + 'static {
        let ctx = ctx.clone();
        move || ctx.request_repaint_after(FRAME)
    }

    /// Shows a screen.
    pub fn show(&mut self, screen: Screen) {
        self.screen = screen;
    }

    /// The screen that is shown.
    pub const fn screen(&self) -> Screen {
        self.screen
    }

    fn take_snapshot(&mut self, ctx: &egui::Context, now: Timestamp) {
        let snapshot = (self.wires.latest)();
        let away = Broker::of(&snapshot).away();
        self.broker_lost_at = if away { self.broker_lost_at.or(Some(self.snapshot.at).filter(|at| at.0 > 0)) } else { None };
        self.snapshot = snapshot;
        names::go_by(&self.snapshot.register);
        self.raise_toasts(now);
        self.say_errand(now);
        self.say_refusal(now);
        self.hear_who(now);
        let due = self.alarm.tick(&self.snapshot, now);
        if let Some(tone) = due.tone.filter(|_| self.obeyed.preferences.sounds) {
            (self.wires.sound)(tone);
        }
        if let Some(attention) = due.attention {
            ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(attention));
        }
        let trouble = (self.wires.sound_trouble)();
        if trouble != self.sound_trouble {
            if let Some(trouble) = &trouble {
                self.toasts.warning(trouble.words(), now);
            }
            self.sound_trouble = trouble;
        }
        let snapshot = &self.snapshot;
        self.taken.retain(|id| snapshot.incidents.iter().any(|i| i.id == *id && i.acknowledged.is_none()));
    }

    /// Says how an export or an import ended, once.
    fn say_errand(&mut self, now: Timestamp) {
        if self.snapshot.errand == self.errand {
            return;
        }
        self.errand.clone_from(&self.snapshot.errand);
        let Some(errand) = &self.errand else { return };
        match &errand.done {
            Done::Exported { incident, folder } => {
                let folder = folder.display().to_string();
                self.toasts.note(tr!("incidents-exported", id = incident.to_string(), folder = folder), now);
            }
            Done::Imported { incident } => self.toasts.note(tr!("incidents-imported", id = incident.to_string()), now),
            Done::Registered { n, refused, .. } => {
                let n = *n as u64;
                match refused.first() {
                    None => self.toasts.note(tr!("register-taken", n = n), now),
                    Some((line, why)) => {
                        let (of, line) = (n + refused.len() as u64, line.to_string());
                        let words = tr!("register-taken-part", n = n, of = of, line = line.as_str(), why = why.as_str());
                        self.toasts.warning(words, now);
                    }
                }
            }
            Done::RegisterWritten { file } => {
                let file = file.display().to_string();
                self.toasts.note(tr!("register-written", file = file), now);
            }
            Done::Failed { what, why } => {
                self.toasts.warning(tr!("incidents-errand-failed", what = what.as_str(), why = why.as_str()), now);
            }
        }
    }

    /// Says why a command was refused, once.
    fn say_refusal(&mut self, now: Timestamp) {
        if self.snapshot.refused == self.refused {
            return;
        }
        self.refused.clone_from(&self.snapshot.refused);
        if let Some(refusal) = &self.refused {
            self.toasts.warning(tr!("shell-refused", id = refusal.incident.to_string(), why = words::refused(refusal.why)), now);
        }
    }

    fn raise_toasts(&mut self, now: Timestamp) {
        let newest = self.snapshot.alerts.iter().map(|alert| alert.id).max();
        // What was there before the window opened is in the queue; it is not news.
        if let (Some(before), Some(_)) = (self.newest_alert, newest) {
            for alert in self.snapshot.alerts.iter().filter(|alert| alert.id > before && alert.origin != Origin::Drill) {
                let about = match &alert.about {
                    AlertKind::Incident { incident } | AlertKind::WentSilent { incident } => Some(incident),
                    _ => None,
                };
                if let AlertKind::SilenceEnds { silence } = &alert.about {
                    let ending = self.snapshot.silencings.iter().find(|one| one.id == *silence);
                    self.toasts.warning(ending.map_or_else(|| alert.text.clone(), |one| silences::ends_soon(one, now)), now);
                    continue;
                }
                if let AlertKind::Budget { spent } = &alert.about {
                    self.toasts.warning(budget_words(&self.snapshot.bill, *spent), now);
                    continue;
                }
                // In short: the whole sentence would cover half the screen.
                let is_meant = |known: &&Arc<Incident>| match &alert.about {
                    AlertKind::Temperature { .. } | AlertKind::TemperatureRate => {
                        known.device == alert.device && matches!(known.kind, IncidentKind::Temperature { .. })
                    }
                    _ => about == Some(&known.id),
                };
                let found = self.snapshot.incidents.iter().find(is_meant);
                let text = found.map(|found| format!("{}: {}", found.device, words::headline(found)));
                let text = text.unwrap_or_else(|| degrees::reworded(&alert.text).into_owned());
                match (alert.severity, about) {
                    (Severity::Critical, Some(incident)) => self.toasts.critical(incident.clone(), text),
                    (Severity::High, _) => self.toasts.high(text, now),
                    _ => {}
                }
            }
        }
        self.newest_alert = newest.max(self.newest_alert).or(Some(AlertId(0)));
    }

    fn send(&mut self, request: Request, now: Timestamp) -> bool {
        let taken = (self.wires.send)(request);
        if !taken {
            self.toasts.warning(tr!("shell-line-busy"), now);
        }
        taken
    }

    fn send_all(&mut self, requests: Vec<Request>, now: Timestamp) {
        for request in requests {
            let acknowledged = match &request {
                Request::Command(Command::Acknowledge { incident }) => Some(incident.clone()),
                _ => None,
            };
            let undoable = match &request {
                Request::Command(command) if command.can_be_undone() => {
                    words::done(command).zip(Some(command.incident().clone()))
                }
                _ => None,
            };
            let decided = match &request {
                Request::Command(
                    Command::Overrule { incident, .. } | Command::FalseAlarm { incident, .. } | Command::Confirm { incident, .. },
                ) => Some(incident.clone()),
                _ => None,
            };
            let silenced = match &request {
                Request::Silence(order) => Some(order.clone()),
                _ => None,
            };
            // What was removed can be written again as it was.
            let removed = match &request {
                Request::Register(RegisterOrder::Remove { id }) => self.snapshot.register.get(id).cloned(),
                _ => None,
            };
            if self.send(request, now) {
                if let Some(entry) = removed {
                    let text = tr!("register-removed", id = entry.id.to_string());
                    let put = RegisterOrder::Put { entries: vec![entry], from: String::new() };
                    self.toasts.undo(Request::Register(put), text, now);
                }
                if let Some(order) = silenced {
                    self.say_silenced(&order, now);
                }
                self.taken.extend(acknowledged);
                if let Some((what, incident)) = undoable {
                    let text = tr!("incidents-done", id = incident.to_string(), what = what);
                    self.toasts.undo(Request::Command(Command::Undo { incident }), text, now);
                }
                if let Some(incident) = decided {
                    let text = tr!("incidents-decided", id = incident.to_string());
                    self.toasts.undo(Request::Command(Command::Undo { incident }), text, now);
                }
            }
        }
        if self.sent_focus.as_ref() != Some(&self.focus) && (self.wires.send)(Request::Look(self.focus.clone())) {
            self.sent_focus = Some(self.focus.clone());
        }
        if let Some((incidents, packets)) = self.seen.fresh()
            && (self.wires.send)(Request::Painted { incidents, packets, at: now })
        {
            self.seen.told(&self.snapshot);
        }
    }

    fn keys(&mut self, ctx: &egui::Context, now: Timestamp) -> Vec<Action> {
        let actions = actions::pressed(ctx);
        let open = |desk: &Self| desk.help || desk.palette.is_some() || desk.silences.is_some() || desk.handover.is_some();
        let was_open = open(self);
        for action in &actions {
            self.act(ctx, *action, now);
        }
        // While the list of keys, a sheet or the palette lie open, keys belong to them.
        let mut heard = if was_open || open(self) { Vec::new() } else { actions };
        heard.append(&mut self.later);
        heard
    }

    /// Does what an action means for the window as a whole; what a screen does with it, the screen does.
    fn act(&mut self, ctx: &egui::Context, action: Action, now: Timestamp) {
        match action {
            Action::Search => self.open_palette(None),
            Action::GoToTime => self.open_palette(Some("")),
            Action::Show(screen) => self.screen = screen,
            Action::SwitchTheme => switch_theme(ctx),
            Action::Help => self.help = !self.help,
            Action::Back if self.wall.is_some() => self.leave_wall(ctx),
            Action::Back => (self.help, self.silences, self.handover) = (false, None, None),
            Action::Wall => self.toggle_wall(ctx),
            Action::PopOut => self.pop_out(self.screen),
            Action::Pause => self.time.pause(now),
            Action::BackToLive => self.time = TimeControl::Live,
            Action::Mute => self.alarm.mute(now),
            Action::Silences => {
                self.silences = if self.silences.is_some() { None } else { Some(silences::Sheet::default()) };
            }
            Action::HandOver => {
                self.handover = if self.handover.is_some() { None } else { Some(handover::Sheet::default()) };
            }
            Action::Register => self.screen = Screen::Settings,
            Action::SignIn => self.signing_in = Some(SigningIn::default()),
            Action::MinuteBack => self.time.step(-60, now),
            Action::MinuteOn => self.time.step(60, now),
            _ => {}
        }
    }

    fn panel_ui(
        &mut self,
        ui: &mut egui::Ui,
        rect: Rect,
        liveness: Liveness,
        now: Timestamp,
        screen: Screen,
        actions: &[Action],
    ) -> Vec<Request> {
        let mut requests = Vec::new();
        let mut go = None;
        let time = self.time.view(now);
        let snapshot = self.shown(time);
        let Some(slot) = self.panels.iter_mut().find(|slot| slot.panel.screen() == screen) else {
            return requests;
        };
        let mut context = PanelContext {
            now: time.at(now),
            time,
            liveness,
            operator: &self.operator,
            environment: self.wires.environment,
            sample: self.wires.sample,
            focus: &mut self.focus,
            go: &mut go,
            actions,
            requests: &mut requests,
            seen: &mut self.seen,
            settings: &self.obeyed.sheet,
            live: &mut self.live,
            tiles: &mut self.tiles,
        };
        let mut room = rect;
        if !time.is_live() && matches!(screen, Screen::Temperature | Screen::Functions | Screen::Cost | Screen::Connections) {
            room.min.y += banners::totals_of_now(ui, rect, time.at(now));
        }
        let builder = UiBuilder::new().max_rect(room).id_salt(screen as u8);
        ui.scope_builder(builder, |ui| {
            ui.set_clip_rect(room);
            if let Some(said) = &slot.panicked {
                if panicked_ui(ui, screen, said) {
                    slot.panicked = None;
                }
                return;
            }
            // A fault in one screen must not take the others, nor the alarms, with it.
            let painted = catch_unwind(AssertUnwindSafe(|| slot.panel.ui(ui, &snapshot, &mut context)));
            if let Err(payload) = painted {
                slot.panicked = Some(said(&*payload));
                ui.ctx().request_repaint();
            }
        });
        if let Some(screen) = go {
            self.screen = screen;
        }
        if !time.is_live() {
            frame_past(ui, rect);
            // What is shown is the past; it must not be taken for the present.
            let before = requests.len();
            requests.retain(|request| {
                !matches!(
                    request,
                    Request::Command(_)
                        | Request::CommandAll(_)
                        | Request::Drill(..)
                        | Request::SelfTest
                        | Request::Tape(TapeOrder::Replay { .. })
                        | Request::Register(_)
                        | Request::Ask(Question::ImportRegister { .. })
                )
            });
            if requests.len() < before {
                self.toasts.warning(tr!("shell-past-refused"), now);
            }
        }
        requests
    }

    /// The picture of the moment that is shown.
    fn shown(&mut self, time: ViewTime) -> Arc<Snapshot> {
        let at = match time {
            ViewTime::Live => {
                self.held = None;
                return Arc::clone(&self.snapshot);
            }
            ViewTime::Paused(at) => at,
            // Once a second is enough for a picture that is made anew as a whole.
            ViewTime::Replay(at) => Timestamp(at.0 - at.0.rem_euclid(1_000_000)),
        };
        let moment = ViewTime::Replay(at);
        match &mut self.held {
            Some((held, picture)) if *held == moment && !past::looks_elsewhere(picture, &self.snapshot) => Arc::clone(picture),
            Some((held, picture)) if *held == moment => {
                past::look(Arc::make_mut(picture), &self.snapshot, at);
                Arc::clone(picture)
            }
            _ => {
                let picture = Arc::new(past::as_of(&self.snapshot, at));
                self.held = Some((moment, Arc::clone(&picture)));
                picture
            }
        }
    }
}

impl eframe::App for Desk {
    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.keep_last();
    }

    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        let now = (self.wires.now)();
        self.frame_secs = frame.info().cpu_usage;
        self.obey(ctx);
        self.take_snapshot(ctx, now);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let now = (self.wires.now)();
        let liveness = Liveness::of(&self.snapshot, now, self.broker_lost_at);
        let actions = self.keys(ui.ctx(), now);
        let theme = Theme::of(ui);
        let whole = ui.ctx().content_rect();
        // A screen with a map asks for its marks anew in every frame.
        self.focus.map = false;
        if self.wall.is_some() {
            let requests = self.wall_ui(ui, whole, liveness, now);
            self.send_all(requests, now);
            ui.ctx().request_repaint_after(Duration::from_secs(1));
            return;
        }
        let s = sizes();
        ui.painter().rect_filled(whole, 0.0, theme.bg.app);
        let top = Rect::from_min_max(whole.min, pos2(whole.right(), whole.top() + s.topbar_h));
        let status = Rect::from_min_max(pos2(whole.left(), whole.bottom() - s.statusbar_h), whole.max);
        let rail = Rect::from_min_max(pos2(whole.left(), top.bottom()), pos2(whole.left() + s.rail_w, status.top()));
        let mut main = Rect::from_min_max(rail.right_top(), status.right_top());

        let mut requests = Vec::new();
        self.top_bar(ui, top, liveness, now);
        self.rail_ui(ui, rail);
        self.status_bar(ui, status, liveness, now);
        main.min.y += self.banners_ui(ui, main, now);
        if self.popped.contains(&self.screen) {
            self.elsewhere_ui(ui, main);
        } else {
            requests.extend(self.panel_ui(ui, main, liveness, now, self.screen, &actions));
        }
        requests.extend(self.popped_ui(ui.ctx(), liveness, now));
        let right = if self.screen == Screen::Live { main.right() - s.queue_w } else { main.right() };
        let messages = Rect::from_min_max(main.min, pos2(right, main.bottom())).shrink(12.0);
        requests.extend(self.toasts_ui(ui.ctx(), messages, now, &actions));
        // Never over the queue: at the right on Live, at the left on Incidents. Nor under a message, which may cover it.
        let left = if self.screen == Screen::Incidents { main.left() + s.queue_w } else { main.left() };
        let right = (right - self.toasts.width(self.screen)).max(left + 480.0);
        let room = Rect::from_min_max(pos2(left, main.top()), pos2(right, main.bottom()));
        if self.help {
            self.help = help::ui(ui.ctx(), room);
        }
        requests.extend(self.silences_ui(ui.ctx(), room, now));
        self.handover_ui(ui.ctx(), room, now);
        let corner = pos2(whole.right() - 8.0, status.top() - 8.0);
        requests.extend(self.sign_in_ui(ui.ctx(), corner, &actions));
        requests.extend(self.palette_ui(ui.ctx(), main, room, now));
        self.send_all(requests, now);
        self.keep_layout(ui.ctx());
        if self.snapshot.version > 0 {
            // Ages and the clock move once a second.
            ui.ctx().request_repaint_after(Duration::from_secs(1));
        }
    }
}

/// A frame that says: this is not now.
fn frame_past(ui: &egui::Ui, rect: Rect) {
    let stroke = egui::Stroke::new(2.0, Theme::of(ui).status.high.fg);
    let painter = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Middle, egui::Id::unique("past")));
    painter.rect_stroke(rect, 0.0, stroke, egui::StrokeKind::Inside);
}

fn switch_theme(ctx: &egui::Context) {
    ctx.set_theme(if ctx.theme() == egui::Theme::Dark { egui::Theme::Light } else { egui::Theme::Dark });
}

fn said(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

fn panicked_ui(ui: &mut egui::Ui, screen: Screen, said: &str) -> bool {
    let theme = Theme::of(ui);
    let sentence = tr!("shell-screen-fault", screen = screen.title(), said = said);
    ui.painter().rect_filled(ui.max_rect(), 0.0, theme.bg.panel);
    let button = super::widgets::Button::default(word!("shell-show-again"));
    super::widgets::empty_state(ui, super::icons::WARNING_OCTAGON, word!("shell-screen-stopped"), &sentence, Some(button))
}

/// What a budget that does not do comes to.
fn budget_words(bill: &BillView, spent: bool) -> String {
    let budget = text::usd(bill.budget.unwrap_or_default());
    let month = bill.month.as_str();
    match bill.forecast {
        Some(forecast) if !spent => tr!("shell-budget-will", month = month, amount = text::usd(forecast.due), budget = budget),
        _ => tr!("shell-budget-spent", month = month, amount = text::usd(bill.due), budget = budget),
    }
}
