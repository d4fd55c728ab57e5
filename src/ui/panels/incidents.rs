//! Is it real, why, and who was told? The queue at the left; the ruling with its evidence, pulse, speeds and timeline.
//!
//! ```text
//! ┌ filters ─────────────────────────────────────────┐ 44
//! ├ queue ──┬ ruling ────────────────────────────────┤ 70
//! │ open    ├ actions, note ─────────────────────────┤ 46
//! │ malfunc.├ why this verdict ──────┬ crash pulse ──┤
//! │ resolved│                        │               │
//! │         ├ speed · where, report, raw, versions, ─┬──────────────┤
//! │ drills  ├ device's past ──────────────┬──────────┴ what happened┤
//! └─────────┴────────┴────────────────┴──────────────┘
//! ```
//!
//! *Invariant:* the choice is an id; rows that arrive or leave never change it.

mod decide;
mod drills;
mod evidence;
mod facts;
mod filter;
mod import;
mod past;
mod place;
pub(super) mod pulse;
mod queue;
mod review;
mod speed;
mod team;
mod temperature;
mod timeline;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use self::facts::escaped;

use eframe::egui::{Rect, Ui, pos2, vec2};

use self::decide::Deciding;
use self::facts::RawView;
use self::filter::{Drills, Filter};
use self::place::PlaceView;
use self::queue::Queue;
use self::team::TeamView;
use super::{Panel, PanelContext, Screen};
use crate::model::{Command, Incident, IncidentId, IncidentKind, Life, Origin, Question, StepKind};
use crate::state::Snapshot;
use crate::ui::actions::Action;
use crate::ui::theme::{Theme, sizes};
use crate::ui::widgets::{empty_state, pane};
use crate::ui::{Request, icons, word};

/// Height of the filters, points.
const FILTERS_H: f32 = 44.0;
/// Below this width of the screen the queue is narrower.
const NARROW: f32 = 1_260.0;

/// The view state of the screen.
#[derive(Debug, Default)]
pub(super) struct Incidents {
    filter: Filter,
    queue: Queue,
    /// What was chosen last frame: a choice from elsewhere is brought into view.
    chosen: Option<IncidentId>,
    /// The chosen incident as it was last seen, for when the list has dropped it.
    kept: Option<Arc<Incident>>,
    view: View,
}

/// How the review shows an incident.
#[derive(Debug, Default)]
struct View {
    /// The whole record instead of what was judged.
    whole_pulse: bool,
    /// What stands at the lower left.
    lower: Lower,
    bytes_as: RawView,
    place: PlaceView,
    /// A decision that is being written.
    deciding: Option<Deciding>,
    /// The file to take in, while its name is typed.
    import: Option<String>,
    /// For which incident the store was asked last, and how much had happened to it by then.
    asked: Option<(IncidentId, usize)>,
    team: TeamView,
    note: NoteField,
    /// Notes begun and not sent, so that a look at another incident loses none.
    drafts: BTreeMap<IncidentId, String>,
}

/// What stands at the lower left of a review.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Lower {
    /// The speeds and the map.
    #[default]
    Where,
    /// What the report says of itself.
    Report,
    /// The bytes as they came.
    Raw,
    /// Every version of the verdict.
    Versions,
    /// What the device did before, and what was like it.
    Past,
    /// Who is on it.
    Team,
}

impl Lower {
    const ALL: [Self; 6] = [Self::Where, Self::Report, Self::Raw, Self::Versions, Self::Past, Self::Team];

    fn word(self) -> &'static str {
        match self {
            Self::Where => word!("incidents-tab-where"),
            Self::Report => word!("incidents-tab-report"),
            Self::Raw => word!("incidents-tab-raw"),
            Self::Versions => word!("incidents-tab-versions"),
            Self::Past => word!("incidents-tab-past"),
            Self::Team => word!("incidents-team"),
        }
    }
}

/// The field for a note.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum NoteField {
    #[default]
    Closed,
    /// The cursor goes into it with the next frame.
    Opening,
    Open,
}

impl Panel for Incidents {
    fn screen(&self) -> Screen {
        Screen::Incidents
    }

    fn ui(&mut self, ui: &mut Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        let rect = ui.max_rect();
        let queue_w = if rect.width() < NARROW { 320.0 } else { sizes().queue_w };
        self.choose(snapshot, context);
        self.filter.now = context.now;
        let filters = Rect::from_min_size(rect.min, vec2(rect.width(), FILTERS_H));
        if filter::row(ui, filters, &mut self.filter, snapshot, context.pressed(Action::Filter)) {
            self.view.import.get_or_insert_default();
        }
        let below = Rect::from_min_max(pos2(rect.left(), filters.bottom()), rect.max);
        let list = Rect::from_min_size(below.min, vec2(queue_w, below.height()));
        let selected = context.focus.incident.clone();
        let clicked =
            pane(ui, list, "queue", |ui| self.queue.ui(ui, list, snapshot, &mut self.filter, selected.as_ref(), context.now));
        for id in &self.queue.seen {
            context.saw(id);
        }
        if let Some(id) = clicked.filter(|id| selected.as_ref() != Some(id)) {
            // Chosen in the list, so it is in view already.
            self.chosen = Some(id.clone());
            self.view.note = NoteField::Closed;
            self.view.deciding = None;
            context.focus.incident = Some(id);
        }
        let mut body = Rect::from_min_max(pos2(list.right(), below.top()), below.max);
        if let Some(path) = self.view.import.take() {
            let row;
            (row, body) = body.split_top_bottom_at_y(body.top() + FILTERS_H);
            self.view.import = import::row(ui, row, path, context);
        }
        import::dropped(ui, context);
        match self.shown(snapshot, context.focus.incident.as_ref()) {
            Some(incident) => {
                self.keys(&incident, context);
                self.ask(&incident, context);
                review::show(ui, body, &incident, &mut self.view, snapshot, context);
            }
            None => pane(ui, body, "no review", |ui| {
                let (title, sentence) = (word!("incidents-no-review"), word!("incidents-choose-one"));
                empty_state(ui, icons::WARNING_OCTAGON, title, sentence, None);
            }),
        }
    }
}

impl Incidents {
    /// Moves the choice with the keys; chooses the first where nothing is chosen; follows a choice made elsewhere.
    fn choose(&mut self, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        let steps = i32::from(context.pressed(Action::Next)) - i32::from(context.pressed(Action::Previous));
        if context.focus.incident.is_none() || steps != 0 {
            let order = queue::in_order(snapshot, &self.filter);
            let at = context.focus.incident.as_ref().and_then(|id| order.iter().position(|incident| incident.id == *id));
            let next = at.map_or(0, |at| (at as i64 + i64::from(steps)).clamp(0, order.len() as i64 - 1) as usize);
            if let Some(incident) = order.get(next) {
                context.focus.incident = Some(incident.id.clone());
                self.queue.reveal = true;
            }
        }
        if context.focus.incident != self.chosen {
            self.chosen.clone_from(&context.focus.incident);
            self.queue.reveal = true;
            self.view.note = NoteField::Closed;
            self.view.deciding = None;
            let drill = snapshot.drills.iter().any(|drill| Some(&drill.id) == self.chosen.as_ref());
            if drill && self.filter.drills == Drills::Hidden {
                // A drill opened from elsewhere would otherwise be under review without a row.
                self.filter.drills = Drills::Shown;
            }
        }
    }

    /// The chosen incident, as it is now or as it was when the list dropped it.
    fn shown(&mut self, snapshot: &Snapshot, id: Option<&IncidentId>) -> Option<Arc<Incident>> {
        let id = id?;
        let now = snapshot.incidents.iter().chain(snapshot.drills.iter()).find(|incident| incident.id == *id);
        if let Some(incident) = now {
            self.kept = Some(incident.clone());
        }
        self.kept.clone().filter(|kept| kept.id == *id)
    }

    fn keys(&mut self, incident: &Incident, context: &mut PanelContext<'_>) {
        if context.pressed(Action::Acknowledge) && incident.life == Life::Open {
            context.acknowledge(&incident.id);
        }
        if context.pressed(Action::Resolve) && review::resolve_off(incident).is_none() {
            review::resolve(incident, context);
        }
        if context.pressed(Action::Claim) && incident.life != Life::Resolved {
            context.command(Command::Claim { incident: incident.id.clone() });
        }
        if context.pressed(Action::Second)
            && incident.handling.closing.as_ref().is_some_and(|closing| team::second_off(closing, context).is_none())
        {
            context.command(Command::Second { incident: incident.id.clone() });
        }
        if context.pressed(Action::Dispatch) && incident.life != Life::Resolved {
            self.view.lower = Lower::Team;
            self.view.team.sending = true;
        }
        if context.pressed(Action::Note) && self.view.note == NoteField::Closed {
            self.view.note = NoteField::Opening;
        }
        if context.pressed(Action::Overrule) && decide::has_verdict(incident) {
            self.view.deciding = Some(Deciding::overrule(incident));
        }
        if context.pressed(Action::Export) && review::export_off(incident).is_none() {
            review::export_it(incident, context);
        }
        if context.pressed(Action::FalseAlarm) {
            self.view.deciding = Some(Deciding::false_alarm());
        }
        if context.pressed(Action::Back) {
            self.view.note = NoteField::Closed;
            self.view.deciding = None;
            self.view.lower = Lower::Where;
        }
    }

    /// Asks the store for the past of what is under review, once, and again when something has happened to it.
    fn ask(&mut self, incident: &Incident, context: &mut PanelContext<'_>) {
        // A note or a step on the screen changes no verdict: only what may add a version counts.
        let n = incident.timeline.iter().filter(|step| adds_a_version(&step.kind)).count();
        let now = (incident.id.clone(), n);
        if incident.stored && self.view.asked.as_ref() != Some(&now) {
            if matches!(incident.kind, IncidentKind::Crash { .. }) {
                // Its way is drawn on the map.
                context.focus.vehicle = Some(incident.device.clone());
            }
            context.requests.push(Request::Ask(Question::Review(incident.id.clone())));
            self.view.asked = Some(now);
        }
    }
}

/// Whether a step may have added a version of the verdict.
const fn adds_a_version(kind: &StepKind) -> bool {
    matches!(
        kind,
        StepKind::Stored
            | StepKind::Merged
            | StepKind::JudgedTwice
            | StepKind::Disagreed
            | StepKind::Overruled
            | StepKind::FalseAlarm
            | StepKind::Confirmed
            | StepKind::Undone
            | StepKind::Reopened
            | StepKind::ReopenedBy
            | StepKind::Unseconded
    )
}

/// The ground of a drill's band: hatch on its tint.
fn drill_ground(ui: &Ui, rect: Rect, incident: &Incident) -> bool {
    let drill = incident.origin == Origin::Drill;
    if drill {
        let violet = Theme::of(ui).status.drill;
        ui.painter().rect_filled(rect, 0.0, violet.tint);
        crate::ui::shapes::hatch(ui.painter(), rect, violet.line);
        crate::ui::shapes::dashed_rect(ui.painter(), rect, violet.fg);
    }
    drill
}
