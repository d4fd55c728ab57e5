//! Functions: are they working, fast enough, and what did this call do?
//!
//! ```text
//! ┌ head: ready, errors, span ────────────┐ 44
//! ├ a row for each function ──────────────┤ its rows, at most 265
//! ├ a row for each on AWS ────────────────┤ where a stack is watched
//! ├ the judge beside the line ────────────┤ where there is one
//! ├ recent calls ┬ input │ effects ───────┤
//! │          484 │ log                    │
//! └──────────────┴────────────────────────┘
//! ```

mod calls;
mod deployed;
mod detail;
mod log;
mod shadow;
mod table;

use eframe::egui::{self, Align, Layout, Margin, TextEdit, UiBuilder, pos2, vec2};

use super::{Panel, PanelContext, Screen};
use crate::model::stack::Deployed;
use crate::model::{PacketId, Timestamp};
use crate::search;
use crate::state::Snapshot;
use crate::state::snapshot::{FunctionRow, Usage};
use crate::ui::actions::Action;
use crate::ui::search::Typed;
use crate::ui::shapes::Mark;
use crate::ui::theme::{PANE_PAD, Theme, Type, sizes};
use crate::ui::widgets::{badge, empty_state, name, pane, segments};
use crate::ui::{icons, text, tr};

/// Height of the head, points.
const HEAD_H: f32 = 44.0;
/// Width of the list of calls, points.
const CALLS_W: f32 = 484.0;
/// Below this width of the screen the list of calls gives way.
const NARROW: f32 = 1240.0;

/// Over which time the table sums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Span {
    Quarter,
    #[default]
    Day,
    Month,
}

impl Span {
    const ALL: [Self; 3] = [Self::Quarter, Self::Day, Self::Month];

    fn word(self) -> String {
        match self {
            Self::Quarter => tr!("functions-15-min"),
            Self::Day => tr!("functions-24-h"),
            Self::Month => tr!("functions-month"),
        }
    }

    const fn of(self, row: &FunctionRow) -> &Usage {
        match self {
            Self::Quarter => &row.quarter,
            Self::Day => &row.day,
            Self::Month => &row.month,
        }
    }
}

/// The Functions screen.
#[derive(Debug, Default)]
pub(super) struct Functions {
    span: Span,
    function: Option<&'static str>,
    /// One on AWS; where it is still there it is shown instead.
    deployed: Option<Box<str>>,
    packet: Option<PacketId>,
    search: Typed,
}

impl Panel for Functions {
    fn screen(&self) -> Screen {
        Screen::Functions
    }

    fn ui(&mut self, ui: &mut egui::Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let room = ui.max_rect();
        if snapshot.functions.is_empty() {
            pane(ui, room, "functions", |ui| {
                empty_state(ui, icons::FUNCTION, &tr!("functions-empty"), &tr!("functions-empty-when"), None)
            });
            return;
        }
        let (head, rest) = room.split_top_bottom_at_y(room.top() + HEAD_H);
        let rows_h = sizes().row_compact + snapshot.functions.len() as f32 * table::ROW_H;
        let (rows, mut below) = rest.split_top_bottom_at_y(rest.top() + rows_h.min(rest.height() * 0.45));
        if let Some(look) = &snapshot.stack {
            let (stack, rest) = below.split_top_bottom_at_y(below.top() + deployed::height(look).min(below.height() * 0.4));
            below = rest;
            let chosen = self.deployed.as_deref();
            if let Some(function) = pane(ui, stack, "stack", |ui| deployed::rows(ui, look, chosen, context.now)) {
                self.deployed = Some(function);
            }
        }
        if let Some(view) = &snapshot.shadow {
            let (beside, rest) = below.split_top_bottom_at_y(below.top() + shadow::height(view).min(below.height() * 0.4));
            below = rest;
            if let Some(incident) = pane(ui, beside, "shadow", |ui| shadow::ui(ui, view)) {
                context.open(&incident);
            }
        }
        let look = snapshot.stack.clone();
        let is_chosen = |function: &&Deployed| Some(&function.name) == self.deployed.as_ref();
        let on_aws = look.as_ref().and_then(|look| look.functions.iter().find(is_chosen));
        let calls_w = if room.width() < NARROW { 380.0 } else { CALLS_W };
        let (calls, detail) = below.split_left_right_at_x(below.left() + calls_w);
        pane(ui, head, "head", |ui| self.head(ui, snapshot, context.pressed(Action::Filter), context.now));
        let shown: Vec<&FunctionRow> = snapshot.functions.iter().filter(|row| self.search.finds(*row, context.now)).collect();
        let chosen = self.chosen(snapshot);
        if let Some(function) = pane(ui, rows, "table", |ui| table::ui(ui, &shown, self.span, on_aws.is_none().then_some(chosen)))
        {
            self.function = Some(function);
            self.deployed = None;
            self.packet = None;
        }
        if let Some(function) = on_aws {
            pane(ui, calls, "calls", |ui| deployed::calls(ui, function));
            pane(ui, detail, "detail", |ui| deployed::detail(ui, function));
            return;
        }
        let of_function: Vec<_> = snapshot.calls.iter().filter(|call| call.call.function == chosen).collect();
        // The newest one until somebody chooses: then that one, for as long as it is kept.
        let shown = of_function.iter().find(|call| Some(call.call.cause.packet) == self.packet).or(of_function.first());
        let shown_packet = shown.map(|call| call.call.cause.packet);
        if let Some(packet) = pane(ui, calls, "calls", |ui| calls::ui(ui, chosen, &of_function, shown_packet)) {
            self.packet = Some(packet);
        }
        pane(ui, detail, "detail", |ui| match shown {
            Some(call) => detail::ui(ui, call, snapshot, context),
            None => {
                empty_state(ui, icons::FUNCTION, &tr!("functions-no-call"), &tr!("functions-no-call-when"), None);
            }
        });
    }
}

impl Functions {
    /// The function whose calls are shown: the chosen one, else the one that judges crashes.
    fn chosen(&self, snapshot: &Snapshot) -> &'static str {
        let judge = snapshot.functions.iter().find(|row| row.name == "judge_crash");
        self.function.or_else(|| judge.or(snapshot.functions.first()).map(|row| row.name)).unwrap_or_default()
    }

    fn head(&mut self, ui: &mut egui::Ui, snapshot: &Snapshot, focus: bool, now: Timestamp) {
        let theme = Theme::of(ui);
        let room = ui.max_rect().shrink2(vec2(PANE_PAD.x, 0.0));
        let layout = Layout::left_to_right(Align::Center);
        ui.scope_builder(UiBuilder::new().max_rect(room).layout(layout).id_salt("left"), |ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            let n = snapshot.functions.len() as i64;
            ui.label(Type::Section.rich(tr!("functions-n", n = n), theme.text.primary));
            ui.label(Type::Small.rich(tr!("functions-in-process"), theme.text.tertiary));
            let failed: u64 = snapshot.functions.iter().map(|row| self.span.of(row).n_failed).sum();
            if failed == 0 {
                badge(ui, Some(Mark::Disc), &tr!("functions-all-ready"), theme.status.ok);
            } else {
                badge(ui, Some(Mark::Triangle), &tr!("functions-n-failed", n = text::count(failed)), theme.status.high);
            }
        });
        let layout = Layout::right_to_left(Align::Center);
        ui.scope_builder(UiBuilder::new().max_rect(room).layout(layout).id_salt("right"), |ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            segments(ui, &tr!("functions-span"), &mut self.span, &Span::ALL, Span::word);
            ui.label(Type::Small.rich(tr!("functions-span"), theme.text.tertiary));
            let hint = format!("{} {} ({})", icons::MAGNIFYING_GLASS, tr!("functions-search"), Action::Filter.key());
            let field = TextEdit::singleline(&mut self.search.text).hint_text(hint).margin(Margin::symmetric(8, 5));
            let response = ui.add(field.desired_width(180.0));
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, tr!("functions-search-functions")));
            if focus {
                response.request_focus();
            }
            self.search.read(search::FUNCTIONS);
            let hidden = snapshot.functions.iter().filter(|row| !self.search.finds(*row, now)).count();
            let words = match self.search.mistake() {
                Some(mistake) => mistake,
                None if hidden > 0 => tr!("functions-hidden", n = hidden as u64),
                None => String::new(),
            };
            ui.label(Type::Small.rich(words, theme.status.high.fg));
        });
        let words = tr!("functions-since");
        let rect = egui::Rect::from_min_size(pos2(room.left(), room.top()), vec2(1.0, 1.0));
        name(ui, rect, "since", egui::Role::Label, &words);
    }
}
