//! One entry of the register, written by hand.

use eframe::egui::{
    Align, Label, Layout, Margin, Rect, Response, Role, ScrollArea, TextEdit, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::super::super::PanelContext;
use super::{Registry, refused};
use crate::model::register::{CHARS, Entry, ID_CHARS, NOTES_CHARS};
use crate::model::{DeviceId, Done, RegisterOrder};
use crate::state::Snapshot;
use crate::ui::actions::Action;
use crate::ui::shapes::Mark;
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{Button, Pane, header};
use crate::ui::{Request, tr, word, words};

/// Height of the foot with the buttons, points.
const FOOT_H: f32 = 52.0;
/// Refused rows of a file that are named; all are counted.
const NAMED: usize = 50;

impl Registry {
    pub(super) fn editor(&mut self, ui: &mut Ui, room: Rect, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        let Some(device) = self.chosen.clone() else {
            header(ui, Pane { title: word!("register-entry"), ..Pane::default() });
            nothing_chosen(ui, snapshot);
            return;
        };
        let is_new = device.as_str().is_empty();
        let title = if is_new { word!("register-new") } else { device.as_str() };
        header(ui, Pane { title, ..Pane::default() });
        let written = snapshot.register.get(&device);
        let blank = Entry::new(device.clone());
        let before = written.unwrap_or(&blank);
        let mut entry = self.drafts.get(&device).unwrap_or(before).clone();
        let foot = Rect::from_min_max(pos2(room.left(), room.bottom() - FOOT_H), room.max);
        let body = Rect::from_min_max(ui.next_widget_position(), pos2(room.right(), foot.top())).shrink2(PANE_PAD);
        let mut fields = ui.new_child(UiBuilder::new().max_rect(body).id_salt(("fields", &device)));
        fields.spacing_mut().item_spacing = vec2(0.0, 4.0);
        let begin = std::mem::take(&mut self.begin);
        ScrollArea::vertical().id_salt("fields").auto_shrink(false).show(&mut fields, |ui| {
            let mut id = entry.id.as_str().to_owned();
            if is_new {
                let response = field(ui, word!("register-device"), &mut id, ID_CHARS, false);
                if begin {
                    response.request_focus();
                }
                entry.id = DeviceId::new(&id);
            }
            let response = field(ui, word!("register-name"), &mut entry.name, CHARS, false);
            if begin && !is_new {
                response.request_focus();
            }
            field(ui, word!("register-group"), &mut entry.group, CHARS, false);
            field(ui, word!("register-type"), &mut entry.sort, CHARS, false);
            field(ui, word!("register-contact"), &mut entry.contact, CHARS, false);
            field(ui, word!("register-notes"), &mut entry.notes, NOTES_CHARS, true);
            ui.add_space(6.0);
            let says = |ui: &mut Ui, words: &str| {
                ui.add(Label::new(Type::Small.rich(words, Theme::of(ui).text.tertiary)).wrap());
            };
            says(ui, word!("register-about"));
            if written.is_none() && !is_new {
                says(ui, word!("register-speaks"));
            }
        });
        let changed = entry != *before;
        if changed {
            self.drafts.insert(device.clone(), entry.clone());
        } else {
            self.drafts.remove(&device);
        }
        self.foot(ui, foot, &device, entry, changed, snapshot, context);
    }

    #[expect(clippy::too_many_arguments, reason = "all of it is one entry and what may be done with it")]
    fn foot(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        device: &DeviceId,
        entry: Entry,
        changed: bool,
        snapshot: &Snapshot,
        context: &mut PanelContext<'_>,
    ) {
        let theme = Theme::of(ui);
        let place = rect.shrink2(vec2(PANE_PAD.x, 8.0));
        let mut ui =
            ui.new_child(UiBuilder::new().max_rect(place).id_salt("entry foot").layout(Layout::right_to_left(Align::Center)));
        ui.spacing_mut().item_spacing.x = 8.0;
        let entry = entry.trimmed();
        let may_not = refused(snapshot, context);
        let taken = device.as_str().is_empty() && snapshot.register.get(&entry.id).is_some();
        let wrong = if taken { Some(word!("register-known-already")) } else { entry.wrong().map(words::refused) };
        let off = may_not.or(if changed { wrong } else { Some(word!("settings-nothing-changed")) });
        let mut save = ui.add(Button::primary(word!("settings-save")).key(Action::Save).off(off)).clicked();
        save |= off.is_none() && context.pressed(Action::Save);
        let nothing = (!changed).then_some(word!("settings-nothing-changed"));
        let discard = ui.add(Button::default(word!("settings-discard")).off(nothing)).clicked();
        let mut remove = false;
        if snapshot.register.get(device).is_some() {
            let named = tr!("settings-remove-group", group = device.as_str());
            remove = ui.add(Button::quiet(word!("settings-remove")).named(named).off(may_not)).clicked();
        }
        let why = may_not.or(wrong.filter(|_| changed));
        let said = match why {
            Some(why) => Some((Mark::Triangle, why, theme.status.high.fg)),
            None if !changed && self.sent.is_some() && self.sent.as_ref() == snapshot.register.get(device) => {
                Some((Mark::Check, word!("register-saved"), theme.status.ok.fg))
            }
            None => None,
        };
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            if let Some((mark, words, ink)) = said {
                let (at, _) = ui.allocate_exact_size(vec2(12.0, 12.0), eframe::egui::Sense::hover());
                mark.paint(ui.painter(), at.center(), 9.0, ink);
                ui.add(Label::new(Type::Small.rich(words, ink)).truncate()).on_hover_text(words);
            }
        });
        if discard {
            self.drafts.remove(device);
            self.chosen = self.chosen.take().filter(|chosen| !chosen.as_str().is_empty());
        }
        if remove {
            self.drafts.remove(device);
            context.requests.push(Request::Register(RegisterOrder::Remove { id: device.clone() }));
        }
        if save {
            self.drafts.remove(device);
            // Until the register has it, it stays as typed.
            self.drafts.insert(entry.id.clone(), entry.clone());
            self.chosen = Some(entry.id.clone());
            self.sent = Some(entry.clone());
            context.requests.push(Request::Register(RegisterOrder::Put { entries: vec![entry], from: String::new() }));
        }
    }
}

fn field(ui: &mut Ui, label: &str, into: &mut String, chars: usize, lines: bool) -> Response {
    ui.label(Type::Small.rich(label, Theme::of(ui).text.tertiary));
    let edit = if lines { TextEdit::multiline(into).desired_rows(4) } else { TextEdit::singleline(into) };
    let width = ui.available_width() - 16.0;
    let response = ui.add(edit.char_limit(chars).desired_width(width).margin(Margin::symmetric(8, 5)));
    let role = if lines { Role::MultilineTextInput } else { Role::TextInput };
    response.widget_info(|| WidgetInfo::labeled(role, true, label));
    ui.add_space(4.0);
    response
}

/// What can be done here, and what became of the last file.
fn nothing_chosen(ui: &mut Ui, snapshot: &Snapshot) {
    let theme = Theme::of(ui);
    let body = ui.available_rect_before_wrap().shrink2(PANE_PAD);
    let mut ui = ui.new_child(UiBuilder::new().max_rect(body).id_salt("nothing chosen"));
    ui.spacing_mut().item_spacing = vec2(0.0, 6.0);
    ui.add(Label::new(Type::Body.rich(word!("register-choose"), theme.text.secondary)).wrap());
    ui.add(Label::new(Type::Small.rich(word!("register-about"), theme.text.tertiary)).wrap());
    let Some(Done::Registered { file, n, refused }) = snapshot.errand.as_ref().map(|errand| &errand.done) else { return };
    ui.add_space(8.0);
    let file = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let sum = tr!("register-file", file = file, n = *n as u64, refused = refused.len() as u64);
    let ink = if refused.is_empty() { theme.text.primary } else { theme.status.high.fg };
    ui.add(Label::new(Type::Body.rich(&sum, ink)).wrap());
    ScrollArea::vertical().id_salt("refused rows").auto_shrink(false).show(&mut ui, |ui| {
        for (line, why) in refused.iter().take(NAMED) {
            let said = tr!("register-line", line = line.to_string(), why = words::refused(why));
            ui.add(Label::new(Type::Small.rich(&said, theme.text.secondary)).wrap());
        }
        if refused.len() > NAMED {
            let more = tr!("register-lines-more", n = (refused.len() - NAMED) as u64);
            ui.label(Type::Small.rich(&more, theme.text.tertiary));
        }
    });
}
