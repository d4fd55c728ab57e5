//! Does the whole path work, and how fast? A drill is written at the left and followed through every stage at the right.
//!
//! ```text
//! ┌ DRILL banner ────────────────────────────────────┐ 46
//! ├ templates ┬ topic, name, repeat ┬ live trace ────┤
//! │           ├ payload             │ expected, got  │
//! │           │ problem, Fix it     │ stages         │
//! ├ sent      ├ send, preview       │ open, again    │
//! └───────────┴─────────────────────┴────────────────┘
//! ```
//!
//! *Invariant:* everything sent from here is a [`Request::Drill`]: the root `drill/` is put on by the player and can
//! neither be edited nor removed here.

mod check;
mod draft;
mod editor;
mod form;
mod json;
mod lab;
mod list;
mod self_test;
mod tape;
mod templates;
mod trace;
mod wire;

use eframe::egui::{Rect, Ui, pos2, vec2};

use self::draft::Draft;
use self::form::Pressed;
use self::templates::{Expected, Template};
use self::trace::{Asked, Beside};
use super::{Panel, PanelContext, Screen};
use crate::model::{Link, LinkState, Origin, PacketId, Shut, Target, Timestamp};
use crate::scenario::Scenario;
use crate::state::Snapshot;
use crate::state::snapshot::Trace;
use crate::ui::actions::Action;
use crate::ui::{Request, word};

/// Height of the banner, points.
const BANNER_H: f32 = 46.0;
/// Below this width of the screen the columns are narrower.
const NARROW: f32 = 1_300.0;

/// The view state of the screen.
#[derive(Debug)]
pub(super) struct Inject {
    templates: Vec<Template>,
    draft: Draft,
    form: form::View,
    /// Which recording, and how fast.
    tape: tape::View,
    /// Through which door it goes in.
    target: Target,
    /// The last script that was sent and its door, for sending it again.
    last: Option<(Scenario, Target)>,
    /// Titles that were sent and what was expected of them.
    expected: Vec<(String, Expected)>,
    /// The trace the operator chose.
    chosen: Option<PacketId>,
    /// When something was sent whose trace is not there yet, and the newest trace at that time.
    waiting: Option<(Timestamp, Option<PacketId>)>,
}

impl Default for Inject {
    fn default() -> Self {
        let templates = templates::load();
        let draft = templates.first().map(Draft::of).unwrap_or_default();
        Self {
            templates,
            draft,
            form: form::View::default(),
            tape: tape::View::default(),
            target: Target::default(),
            last: None,
            expected: Vec::new(),
            chosen: None,
            waiting: None,
        }
    }
}

/// The traces of drills, newest first.
fn drills(snapshot: &Snapshot) -> Vec<&Trace> {
    snapshot.traces.iter().map(|trace| &**trace).filter(|trace| trace.origin == Origin::Drill).collect()
}

/// Why nothing can be sent at all.
fn line_off(snapshot: &Snapshot) -> Option<&'static str> {
    let down = |link| snapshot.links.get(&link).is_some_and(|status| status.state == LinkState::Down);
    (down(Link::BrokerCrash) || down(Link::BrokerTelemetry)).then_some(word!("inject-off-broker"))
}

/// Why nothing can go in by this door.
fn shut(snapshot: &Snapshot, target: Target) -> Option<&'static str> {
    let functions = snapshot.stack.iter().flat_map(|look| &look.functions);
    match target.shut(functions.map(|function| function.configuration.as_ref().ok())) {
        None if target == Target::Mqtt => line_off(snapshot),
        None => None,
        Some(Shut::NoStack) => Some(word!("inject-shut-no-stack")),
        Some(Shut::Unread) => Some(word!("inject-shut-unread")),
        Some(Shut::NoDrills) => Some(word!("inject-shut-no-drills")),
        Some(Shut::NoBucket) => Some(word!("inject-shut-no-bucket")),
    }
}

impl Panel for Inject {
    fn screen(&self) -> Screen {
        Screen::Inject
    }

    fn ui(&mut self, ui: &mut Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        let rect = ui.max_rect();
        let banner = Rect::from_min_size(rect.min, vec2(rect.width(), BANNER_H));
        list::banner(ui, banner, snapshot.drills.len());
        let (left_w, right_w) = if rect.width() < NARROW { (236.0, 436.0) } else { (296.0, 504.0) };
        let body = Rect::from_min_max(banner.left_bottom(), rect.max);
        let left = Rect::from_min_size(body.min, vec2(left_w, body.height()));
        let right = Rect::from_min_max(pos2(body.right() - right_w, body.top()), body.max);
        let middle = Rect::from_min_max(left.right_top(), right.left_bottom());

        self.draft.speak();
        let traces = drills(snapshot);
        let newest = traces.first().map(|trace| trace.packet);
        if self.waiting.is_some_and(|(_, before)| newest.is_some() && newest != before) {
            self.waiting = None;
        }
        self.left(ui, left, snapshot, &traces, context);
        let off = shut(snapshot, self.target).map(str::to_owned).or_else(|| self.draft.off());
        let validate = context.pressed(Action::Validate);
        let pressed = form::show(ui, middle, &mut self.draft, &mut self.form, &mut self.target, off.as_deref(), validate);
        if off.is_none() && (pressed == Pressed::Send || context.pressed(Action::SendDrill)) {
            self.send(newest, context);
        }
        self.right(ui, right, snapshot, &traces, context);
    }
}

impl Inject {
    fn left(&mut self, ui: &mut Ui, rect: Rect, snapshot: &Snapshot, traces: &[&Trace], context: &mut PanelContext<'_>) {
        let sent_h = (rect.height() * 0.24).clamp(100.0, 200.0).floor();
        let split = rect.bottom() - sent_h;
        let strip = Rect::from_min_max(pos2(rect.left(), split - self_test::HEIGHT), pos2(rect.right(), split));
        if self_test::ui(ui, strip, snapshot, line_off(snapshot)) {
            context.requests.push(Request::SelfTest);
        }
        let recordings = Rect::from_min_max(pos2(rect.left(), strip.top() - tape::height(snapshot)), strip.right_top());
        if let Some(order) = tape::ui(ui, recordings, snapshot, &mut self.tape, line_off(snapshot), context.now) {
            context.requests.push(Request::Tape(order));
        }
        let upper = Rect::from_min_max(rect.min, recordings.right_top());
        let chosen = self.draft.key;
        if let Some(idx) = list::templates(ui, upper, &self.templates, chosen)
            && let Some(template) = self.templates.get(idx)
        {
            self.draft = Draft::of(template);
            self.form = form::View::default();
        }
        let lower = Rect::from_min_max(pos2(rect.left(), split), rect.max);
        let shown = trace::shown(traces, self.chosen).map(|trace| trace.packet);
        if let Some(packet) =
            list::sent(ui, lower, traces.iter().copied(), shown, |trace| (self.title_of(Some(trace)), self.expected_of(trace)))
        {
            self.chosen = Some(packet);
        }
    }

    fn right(&mut self, ui: &mut Ui, rect: Rect, snapshot: &Snapshot, traces: &[&Trace], context: &mut PanelContext<'_>) {
        let shown = trace::shown(traces, self.chosen);
        if let Some(trace) = shown.filter(|trace| trace.complete) {
            context.saw_trace(trace.packet);
        }
        let expected = shown.and_then(|trace| self.expected_of(trace));
        let again_off = match &self.last {
            Some((_, target)) => shut(snapshot, *target),
            None => line_off(snapshot).or(Some(word!("inject-nothing-sent-now"))),
        };
        let beside = Beside {
            expected: expected.as_ref(),
            title: &self.title_of(shown),
            again_off,
            waiting_since: self.waiting.map(|(at, _)| at),
            now: context.now,
        };
        let asked = trace::show(ui, rect, shown, &beside);
        if asked == Asked::Open
            && let Some(incident) = shown.and_then(|trace| trace.incident.as_ref())
        {
            context.open(incident);
        }
        if again_off.is_none() && (asked == Asked::Again || context.pressed(Action::SendAgain)) {
            let newest = traces.first().map(|trace| trace.packet);
            if let Some((scenario, target)) = self.last.clone() {
                self.play(scenario, target, newest, context);
            }
        }
    }

    /// What a trace's template expects.
    fn expected_of(&self, trace: &Trace) -> Option<Expected> {
        if trace.topic.ends_with("/driving") {
            // The rows that lead up to a crash report are not ruled on; only the report is.
            return None;
        }
        let sent = self.expected.iter().rev().find(|(title, _)| *title == trace.title).map(|(_, expected)| expected.clone());
        sent.or_else(|| {
            let template = self.templates.iter().find(|template| template.scenario.title == trace.title)?;
            Some(templates::expected(&template.scenario))
        })
    }

    /// A trace's title in the language that is spoken.
    fn title_of(&self, trace: Option<&Trace>) -> String {
        trace.map(|trace| templates::title(&self.templates, &trace.title).to_owned()).unwrap_or_default()
    }

    fn send(&mut self, newest: Option<PacketId>, context: &mut PanelContext<'_>) {
        let Some(scenario) = self.draft.ready().cloned() else { return };
        self.expected.retain(|(title, _)| *title != scenario.title);
        self.expected.push((scenario.title.clone(), self.draft.expected.clone()));
        self.play(scenario, self.target, newest, context);
    }

    fn play(&mut self, scenario: Scenario, target: Target, newest: Option<PacketId>, context: &mut PanelContext<'_>) {
        self.last = Some((scenario.clone(), target));
        self.chosen = None;
        self.waiting = Some((context.now, newest));
        context.requests.push(Request::Drill(Box::new(scenario), target));
    }
}
