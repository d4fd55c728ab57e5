//! The register: every vehicle and sensor with what people call it. Who speaks and has no name stands first.
//!
//! ```text
//! ┌ search, how many ── Add  CSV ┬ one entry          ┐
//! │ one line a device            │ name, group, …     │
//! │                              │ Save               │
//! └──────────────────────────────┴────────────────────┘
//! ```
//!
//! What is typed stays with its device until it is saved or discarded, wherever the selection goes meanwhile.

mod editor;
mod files;

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::{Align, Layout, Margin, Rect, Role, TextEdit, Ui, UiBuilder, WidgetInfo, vec2};

use self::files::Files;
use super::super::PanelContext;
use crate::model::register::Entry;
use crate::model::{DeviceId, Operator, Register, Role as TeamRole, Timestamp};
use crate::search;
use crate::state::Snapshot;
use crate::ui::actions::Action;
use crate::ui::search::Typed;
use crate::ui::shapes::Mark;
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{Button, Cell, Column, Pane, Table, empty_state, header, pane};
use crate::ui::{icons, text, tr, word, words};

/// Width of one entry, points.
const EDITOR_W: f32 = 380.0;
/// Height of the row with the search, points.
const TOOLS_H: f32 = 44.0;

/// The register, as it is looked at and written.
#[derive(Debug, Default)]
pub(super) struct Registry {
    typed: Typed,
    listed: Listed,
    chosen: Option<DeviceId>,
    /// What was typed and is not in the register, by device; of a new entry by the blank id.
    drafts: BTreeMap<DeviceId, Entry>,
    /// What of the chosen entry was sent last; once it is what is written, it is saved.
    sent: Option<Entry>,
    /// The cursor belongs into the first field of the chosen entry.
    begin: bool,
    files: Option<Files>,
}

/// The rows, made anew only where something has changed: the register may hold 50,000.
#[derive(Debug, Default)]
struct Listed {
    register: Arc<Register>,
    unnamed: Arc<Vec<DeviceId>>,
    text: String,
    rows: Vec<DeviceId>,
    n_all: usize,
}

impl Listed {
    fn renew(&mut self, snapshot: &Snapshot, typed: &Typed, now: Timestamp) {
        let same = Arc::ptr_eq(&self.register, &snapshot.register) && Arc::ptr_eq(&self.unnamed, &snapshot.unnamed.0);
        if same && self.text == typed.text {
            return;
        }
        (self.register, self.unnamed) = (Arc::clone(&snapshot.register), Arc::clone(&snapshot.unnamed.0));
        self.text.clone_from(&typed.text);
        let first: std::collections::BTreeSet<&DeviceId> = self.unnamed.iter().collect();
        let blank = |device: &DeviceId| Entry::new(device.clone());
        let finds = |device: &DeviceId| match self.register.get(device) {
            Some(entry) => typed.finds(entry, now),
            None => typed.finds(&blank(device), now),
        };
        let others = self.register.entries().map(|entry| &entry.id).filter(|device| !first.contains(device));
        let all: Vec<&DeviceId> = self.unnamed.iter().chain(others).collect();
        self.n_all = all.len();
        self.rows = all.into_iter().filter(|device| finds(device)).cloned().collect();
    }
}

/// Why who sits here may not write it; `None` where they may.
fn refused(snapshot: &Snapshot, context: &PanelContext<'_>) -> Option<&'static str> {
    let why = snapshot.team.refuses_below(TeamRole::Supervisor, &Operator(context.operator.to_owned()));
    why.map(words::refused)
}

impl Registry {
    /// Something was typed and is not saved.
    pub(super) fn changed(&self) -> bool {
        !self.drafts.is_empty()
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, room: Rect, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        self.typed.read(search::REGISTER);
        self.listed.renew(snapshot, &self.typed, context.now);
        self.drafts.retain(|device, draft| {
            let written = snapshot.register.get(device).cloned();
            *draft != written.unwrap_or_else(|| Entry::new(device.clone()))
        });
        self.keys(context);
        files::dropped(ui, context);
        let (list, editor) = room.split_left_right_at_x(room.right() - EDITOR_W);
        pane(ui, list, "register", |ui| self.list(ui, snapshot, context));
        pane(ui, editor, "entry", |ui| self.editor(ui, editor, snapshot, context));
    }

    fn keys(&mut self, context: &PanelContext<'_>) {
        let rows = &self.listed.rows;
        let at = self.chosen.as_ref().and_then(|chosen| rows.iter().position(|device| device == chosen));
        let to = match at {
            _ if rows.is_empty() => None,
            Some(at) if context.pressed(Action::Next) => Some((at + 1).min(rows.len() - 1)),
            Some(at) if context.pressed(Action::Previous) => Some(at.saturating_sub(1)),
            None if context.pressed(Action::Next) || context.pressed(Action::Previous) => Some(0),
            _ => None,
        };
        if let Some(to) = to {
            self.choose(rows[to].clone());
        }
        self.begin |= context.pressed(Action::Open) && self.chosen.is_some();
    }

    fn choose(&mut self, device: DeviceId) {
        self.sent = None;
        self.chosen = Some(device);
    }

    fn list(&mut self, ui: &mut Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        let (_, n_unnamed) = snapshot.unnamed;
        let note = tr!("register-known", n = snapshot.register.len() as u64, unnamed = n_unnamed as u64);
        header(ui, Pane { title: word!("register-title"), note: &note, ..Pane::default() });
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), TOOLS_H), eframe::egui::Sense::hover());
        self.tools(ui, rect, snapshot, context);
        if let Some(mut files) = self.files.take() {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), TOOLS_H), eframe::egui::Sense::hover());
            if files.ui(ui, rect, refused(snapshot, context), context) {
                self.files = Some(files);
            }
        }
        if self.listed.rows.is_empty() {
            let (title, why) = if self.listed.n_all == 0 {
                (word!("register-empty"), word!("register-empty-why"))
            } else {
                (word!("register-no-match"), word!("register-no-match-why"))
            };
            empty_state(ui, icons::TRUCK, title, why, None);
            return;
        }
        let theme = Theme::of(ui);
        let columns = [
            Column::text(word!("register-device"), 150.0),
            Column::text(word!("register-name"), 140.0),
            Column::text(word!("register-group"), 90.0),
            Column::text(word!("register-type"), 80.0),
            Column::text(word!("register-contact"), 160.0),
        ];
        let rows = &self.listed.rows;
        let selected = self.chosen.as_ref().and_then(|chosen| rows.iter().position(|device| device == chosen));
        let table = Table { id: "register", columns: &columns, n_rows: rows.len(), selected };
        let answer = table.ui(ui, |idx| {
            let Some(device) = rows.get(idx) else { return Vec::new() };
            let draft = self.drafts.contains_key(device).then_some(word!("settings-not-saved"));
            let blank = Entry::new(device.clone());
            let entry = snapshot.register.get(device).unwrap_or(&blank);
            let name = match entry.name.as_str() {
                "" => Cell::marked(Mark::Ring, word!("register-no-name"), theme.status.info.fg),
                name => Cell::value(theme, name),
            };
            vec![
                Cell::name(theme, device.as_str()).mono().tag(draft),
                name,
                Cell::quiet(theme, &entry.group),
                Cell::quiet(theme, &entry.sort),
                Cell::quiet(theme, &entry.contact),
            ]
        });
        if let Some(device) = answer.clicked.map(|idx| rows[idx].clone()) {
            self.choose(device);
        }
    }

    /// The search, what it hides, and the buttons that add.
    fn tools(&mut self, ui: &mut Ui, rect: Rect, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        let theme = Theme::of(ui);
        let room = rect.shrink2(vec2(PANE_PAD.x, 0.0));
        let right = UiBuilder::new().max_rect(room).id_salt("add").layout(Layout::right_to_left(Align::Center));
        let mut buttons = ui.new_child(right);
        buttons.spacing_mut().item_spacing.x = 8.0;
        if buttons.add(Button::default(word!("register-csv")).named(word!("register-csv-name")).icon(icons::EXPORT)).clicked() {
            self.files = if self.files.is_some() { None } else { Some(Files::default()) };
        }
        let off = refused(snapshot, context);
        if buttons.add(Button::default(word!("register-add")).icon(icons::NOTE_PENCIL).off(off)).clicked() {
            self.choose(DeviceId::new(""));
            self.begin = true;
        }
        let until = buttons.min_rect().left() - 12.0;
        let room = Rect::from_min_max(room.min, eframe::egui::pos2(until, room.bottom()));
        let left = UiBuilder::new().max_rect(room).id_salt("search").layout(Layout::left_to_right(Align::Center));
        let mut line = ui.new_child(left);
        line.set_clip_rect(room.intersect(ui.clip_rect()));
        line.spacing_mut().item_spacing.x = 8.0;
        let hint = format!("{} {} ({})", icons::MAGNIFYING_GLASS, word!("register-search"), Action::Filter.key());
        let field = TextEdit::singleline(&mut self.typed.text).hint_text(hint).desired_width(200.0);
        let response = line.add(field.margin(Margin::symmetric(8, 5)));
        response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, word!("register-search-name")));
        if context.pressed(Action::Filter) {
            response.request_focus();
        }
        let hidden = self.listed.n_all - self.listed.rows.len();
        let not_listed = snapshot.unnamed.1.saturating_sub(snapshot.unnamed.0.len());
        let (said, ink) = if let Some(mistake) = self.typed.mistake() {
            (mistake, theme.status.high.fg)
        } else if hidden > 0 {
            let (shown, hidden) = (text::count(self.listed.rows.len() as u64), text::count(hidden as u64));
            (tr!("register-hidden", shown = shown, hidden = hidden), theme.status.high.fg)
        } else if not_listed > 0 {
            (tr!("register-not-listed", n = not_listed as u64), theme.text.secondary)
        } else {
            return;
        };
        line.add(eframe::egui::Label::new(Type::Small.rich(&said, ink)).truncate()).on_hover_text(&said);
    }
}
