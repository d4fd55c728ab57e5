//! Who is on it, what was sent, and what it has to do with other incidents; and the row in which a second person agrees.

use eframe::egui::{self, ComboBox, Rect, TextEdit, Ui, UiBuilder, WidgetInfo, vec2};

use crate::model::{Closing, Command, Incident, IncidentId, Life, Ruling};
use crate::state::Snapshot;
use crate::ui::actions::Action;
use crate::ui::panels::PanelContext;
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{Button, Pane, focus_ring, header, pane};
use crate::ui::{text, tr, word};

/// Most characters of a name, of what was sent, and of a reason.
const CHARS: (usize, usize) = (80, 2_000);

/// What is being typed, for which incident.
#[derive(Debug, Default)]
pub(super) struct TeamView {
    of: Option<IncidentId>,
    assignee: String,
    help: String,
    reason: String,
    into: Option<IncidentId>,
    /// The cursor goes into the field for what is sent with the next frame.
    pub(super) sending: bool,
}

/// Why whoever is signed in cannot be the second person.
pub(super) fn second_off(closing: &Closing, context: &PanelContext<'_>) -> Option<&'static str> {
    (closing.by == context.operator).then_some(word!("incidents-second-another"))
}

/// What an incident's closing waits for, and the button of the second person.
pub(super) fn closing_row(ui: &mut Ui, rect: Rect, incident: &Incident, context: &mut PanelContext<'_>) {
    let Some(closing) = &incident.handling.closing else { return };
    pane(ui, rect, "closing", |ui| {
        let theme = Theme::of(ui);
        ui.painter().rect_filled(rect, 0.0, theme.status.high.tint);
        let place = rect.shrink2(vec2(PANE_PAD.x + 2.0, 0.0));
        let layout = egui::Layout::right_to_left(egui::Align::Center);
        ui.scope_builder(UiBuilder::new().max_rect(place).id_salt("closing row").layout(layout), |ui| {
            let off = second_off(closing, context);
            let agree = Button::default(word!("incidents-second")).key(Action::Second).off(off);
            if ui.add(agree.named(tr!("incidents-second-device", device = incident.device.as_str()))).clicked() {
                context.command(Command::Second { incident: incident.id.clone() });
            }
            let reason = incident.decision.as_ref().map_or("", |decision| decision.reason.as_str());
            let left = (closing.due().secs_since(context.now).max(0.0) / 60.0).ceil() as u64;
            let words = tr!(
                "incidents-closing",
                who = closing.by.as_str(),
                reason = reason,
                at = text::clock_minutes(closing.due()),
                min = left
            );
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let said = egui::Label::new(Type::Body.rich(&words, theme.text.primary)).truncate();
                ui.add(said).on_hover_text(&words);
            });
        });
    });
}

/// The pane.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    incident: &Incident,
    snapshot: &Snapshot,
    view: &mut TeamView,
    context: &mut PanelContext<'_>,
) {
    if view.of.as_ref() != Some(&incident.id) {
        *view = TeamView { of: Some(incident.id.clone()), sending: view.sending, ..TeamView::default() };
    }
    pane(ui, rect, "team", |ui| {
        let handling = &incident.handling;
        let note = match &handling.assignee {
            Some(who) => tr!("incidents-on-it", who = who.as_str()),
            None => tr!("incidents-nobody-on-it"),
        };
        header(ui, Pane { title: word!("incidents-team"), note: &note, right: "" });
        let inner = Rect::from_min_max(ui.next_widget_position(), rect.max).shrink2(vec2(PANE_PAD.x, 6.0));
        ui.scope_builder(UiBuilder::new().max_rect(inner).id_salt("team rows"), |ui| {
            egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
                if incident.life == Life::Resolved {
                    resolved(ui, incident, view, context);
                } else {
                    people(ui, incident, view, context);
                    others(ui, incident, snapshot, view, context);
                }
                together(ui, incident);
            });
        });
    });
}

fn people(ui: &mut Ui, incident: &Incident, view: &mut TeamView, context: &mut PanelContext<'_>) {
    let id = || incident.id.clone();
    ui.horizontal(|ui| {
        let mine = incident.handling.assignee.as_deref() == Some(context.operator) && incident.acknowledged.is_some();
        let claim =
            Button::default(word!("incidents-take-on")).key(Action::Claim).off(mine.then_some(word!("incidents-claimed")));
        if ui.add(claim).clicked() {
            context.command(Command::Claim { incident: id() });
        }
        field(ui, &mut view.assignee, word!("incidents-assign-to"), CHARS.0, 140.0);
        let to = Some(view.assignee.trim().to_owned()).filter(|to| !to.is_empty());
        let nothing = (to == incident.handling.assignee).then_some(word!("incidents-assign-name"));
        let words = if to.is_none() && incident.handling.assignee.is_some() {
            word!("incidents-assign-nobody")
        } else {
            word!("incidents-assign")
        };
        if ui.add(Button::default(words).off(nothing)).clicked() {
            context.command(Command::Assign { incident: id(), to });
            view.assignee.clear();
        }
    });
    ui.horizontal(|ui| {
        let response = field(ui, &mut view.help, word!("incidents-help-what"), CHARS.1, 220.0);
        if std::mem::take(&mut view.sending) {
            response.request_focus();
        }
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if ui.add(Button::default(word!("incidents-dispatch")).key(Action::Dispatch)).clicked() || entered {
            context.command(Command::Dispatch { incident: id(), text: view.help.trim().to_owned() });
            view.help.clear();
        }
    });
}

fn others(ui: &mut Ui, incident: &Incident, snapshot: &Snapshot, view: &mut TeamView, context: &mut PanelContext<'_>) {
    let theme = Theme::of(ui);
    let list = if incident.origin == crate::model::Origin::Drill { &snapshot.drills } else { &snapshot.incidents };
    let may = |other: &&std::sync::Arc<Incident>| {
        other.id != incident.id && other.origin == incident.origin && other.life != Life::Resolved
    };
    if !list.iter().any(|other| may(&other)) {
        return;
    }
    ui.horizontal(|ui| {
        let chosen = view.into.as_ref().map_or(word!("incidents-merge-choose").to_owned(), ToString::to_string);
        let response = ComboBox::from_id_salt("merge into")
            .width(190.0)
            .selected_text(Type::Body.rich(&chosen, theme.text.primary))
            .show_ui(ui, |ui| {
                for other in list.iter().filter(may).take(100) {
                    let words = format!("{} {}", other.id, other.device);
                    let chosen = view.into.as_ref() == Some(&other.id);
                    if ui.selectable_label(chosen, Type::Body.rich(&words, theme.text.primary)).clicked() {
                        view.into = Some(other.id.clone());
                    }
                }
            })
            .response;
        focus_ring(ui, &response);
        response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, word!("incidents-merge-into")));
        field(ui, &mut view.reason, word!("incidents-team-why"), CHARS.1, 120.0);
        let missing = (view.into.is_none() || view.reason.trim().is_empty()).then_some(word!("incidents-merge-missing"));
        if ui.add(Button::default(word!("incidents-merge")).off(missing)).clicked()
            && let Some(into) = view.into.take()
        {
            let reason = std::mem::take(&mut view.reason);
            context.command(Command::Merge { incident: incident.id.clone(), into, reason });
        }
    });
}

/// What can be done with one that is over: it is opened again, or taken out of another.
fn resolved(ui: &mut Ui, incident: &Incident, view: &mut TeamView, context: &mut PanelContext<'_>) {
    ui.horizontal(|ui| {
        field(ui, &mut view.reason, word!("incidents-team-why"), CHARS.1, 220.0);
        let missing = view.reason.trim().is_empty().then_some(word!("incidents-reason-empty"));
        let merged = incident.handling.merged_into.is_some();
        let words = if merged { word!("incidents-split") } else { word!("incidents-reopen") };
        if ui.add(Button::default(words).off(missing)).clicked() {
            let (id, reason) = (incident.id.clone(), std::mem::take(&mut view.reason));
            context.command(if merged {
                Command::Split { incident: id, reason }
            } else {
                Command::Reopen { incident: id, reason }
            });
        }
    });
}

/// Help that was sent, and the incidents that belong to this one.
fn together(ui: &mut Ui, incident: &Incident) {
    let theme = Theme::of(ui);
    let handling = &incident.handling;
    let mut lines = Vec::new();
    if let Some(sent) = &handling.dispatched {
        lines.push(tr!(
            "incidents-help-sent",
            who = sent.by.as_str(),
            at = text::clock_minutes(sent.at),
            what = sent.text.as_str()
        ));
    }
    lines.extend(handling.merged_into.iter().map(|into| tr!("incidents-merged-into", id = into.to_string())));
    lines.extend(handling.merged.iter().map(|one| tr!("incidents-merged-from", id = one.to_string())));
    lines.extend(handling.follows.iter().map(|before| tr!("incidents-follows", id = before.to_string())));
    for line in lines {
        ui.add(egui::Label::new(Type::Small.rich(&line, theme.text.secondary)).truncate()).on_hover_text(&line);
    }
}

fn field(ui: &mut Ui, into: &mut String, name: &str, chars: usize, width: f32) -> egui::Response {
    let edit = TextEdit::singleline(into).hint_text(name).char_limit(chars).desired_width(width);
    let response = ui.add(edit.margin(egui::Margin::symmetric(8, 5)));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, name));
    response
}

/// Where it stands, in a few words, beside what the row says of it; `None` where nobody has done anything.
pub(super) fn standing(incident: &Incident) -> Option<String> {
    if incident.life == Life::Resolved {
        return None;
    }
    if incident.handling.closing.is_some() {
        return Some(word!("incidents-waits-second").to_owned());
    }
    let who = incident.handling.assignee.as_deref()?;
    let seen = incident.acknowledged.is_some() || incident.ruling() == Some(Ruling::Malfunction);
    Some(if seen { tr!("incidents-on-it", who = who) } else { tr!("incidents-given-to", who = who) })
}
