//! The form: topic, name, repeats, the payload with its problems, the button that sends, and a preview.

use std::sync::Arc;

use eframe::egui::{self, Align2, DragValue, Rect, Role, TextEdit, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::check::{Fix, Problem};
use super::draft::Draft;
use super::templates::pulse_of;
use super::wire::{Kind, check_name};
use super::{editor, lab};
use crate::model::{Origin, Target};
use crate::ui::actions::Action;
use crate::ui::panels::incidents::pulse::{Curves, Marks, chart};
use crate::ui::shapes::{Mark, elided};
use crate::ui::theme::{PANE_PAD, RADIUS_CONTROL, Theme, Type, sizes};
use crate::ui::widgets::segments;
use crate::ui::widgets::{Button, Pane, badge, empty_state, header, name, pane, put};
use crate::ui::{icons, text, tr, word};

/// Height of the two rows of fields, points.
const FIELDS_H: f32 = 118.0;
/// Height of the row with the button, and of the preview, points.
const SEND_H: f32 = 82.0;
const PREVIEW_H: f32 = 150.0;

/// The view state of the form.
#[derive(Debug, Default)]
pub(super) struct View {
    /// The line to bring into view.
    reveal: Option<usize>,
    /// The operator asked for a check and it found nothing.
    checked: bool,
}

/// What was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pressed {
    /// Nothing.
    Nothing,
    /// Send it.
    Send,
}

/// The pane. `off` says why it cannot be sent; `validate` brings the first problem into view.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    draft: &mut Draft,
    view: &mut View,
    target: &mut Target,
    off: Option<&str>,
    validate: bool,
) -> Pressed {
    pane(ui, rect, "form", |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        if draft.n_steps() == 0 {
            empty_state(ui, icons::TEST_TUBE, word!("inject-no-template"), word!("inject-choose-template"), None);
            return Pressed::Nothing;
        }
        let cramped = draft.n_steps() > 1 && rect.width() < 500.0;
        let expected = draft.expected.words.as_str();
        let note = if expected.is_empty() || cramped { String::new() } else { tr!("inject-expected-is", words = expected) };
        header(ui, Pane { title: draft.title(), note: &note, right: "" });
        steps(ui, rect, draft, view);
        let mut y = rect.top() + sizes().pane_header_h;
        let mut slice = |height: f32| {
            let slice = Rect::from_min_size(pos2(rect.left(), y), vec2(rect.width(), height));
            y += height;
            slice
        };
        fields(ui, slice(FIELDS_H), draft);
        if draft.lab().is_some() {
            lab::show(ui, slice(lab::LAB_H), draft);
        }
        let head = slice(sizes().pane_header_h);
        let problems: Vec<Problem> = draft.problems().into_iter().cloned().collect();
        payload_head(ui, head, draft, &problems);
        let preview_h = if rect.height() < 640.0 { 110.0 } else { PREVIEW_H };
        let message = problems.first().map(|problem| Message::of(ui, problem, rect.width()));
        let problem_h = message.as_ref().map_or(0.0, Message::height);
        let editor_h = (rect.bottom() - head.bottom() - problem_h - SEND_H - preview_h).max(60.0);
        let editor = slice(editor_h);
        payload(ui, editor, draft, &problems, view);
        let mut fix = None;
        if let (Some(first), Some(message)) = (problems.first(), message) {
            fix = problem(ui, slice(problem_h), first, &message, problems.len());
        }
        let (pressed, ask) = send_row(ui, slice(SEND_H), draft, view, target, off);
        preview(ui, Rect::from_min_max(pos2(rect.left(), rect.bottom() - preview_h), rect.max), draft);
        if validate || ask {
            view.reveal = problems.first().map(|problem| problem.line);
            view.checked = problems.is_empty();
        }
        if let Some(fix) = fix {
            draft.edit(|step| step.payload = fix.apply(&step.payload));
        }
        pressed
    })
}

/// Which step of several stands in the editor.
fn steps(ui: &mut Ui, rect: Rect, draft: &mut Draft, view: &mut View) {
    let n = draft.n_steps();
    if n < 2 {
        return;
    }
    let theme = Theme::of(ui);
    let place = Rect::from_min_size(pos2(rect.right() - 250.0, rect.top() + 4.0), vec2(242.0, 28.0));
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt("steps").layout(layout));
    child.spacing_mut().item_spacing.x = 6.0;
    let last = (draft.step + 1 == n).then_some(word!("inject-is-last"));
    let first = (draft.step == 0).then_some(word!("inject-is-first"));
    let mut go = None;
    if child.add(Button::quiet(">").named(word!("inject-next-step")).off(last)).clicked() {
        go = Some(draft.step + 1);
    }
    let kind = draft.kind().map_or_else(String::new, |kind| format!(", {}", kind.word().to_lowercase()));
    let words = tr!("inject-step-of", k = draft.step as u64 + 1, n = n as u64) + &kind;
    child.label(Type::Small.rich(words, theme.text.secondary));
    if child.add(Button::quiet("<").named(word!("inject-previous-step")).off(first)).clicked() {
        go = Some(draft.step - 1);
    }
    if let Some(step) = go {
        draft.look_at(step);
        *view = View::default();
    }
}

fn fields(ui: &mut Ui, rect: Rect, draft: &mut Draft) {
    let theme = Theme::of(ui);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
    let left = rect.left() + PANE_PAD.x;
    let label = |ui: &Ui, x: f32, row: f32, words: &str| {
        put(ui.painter(), pos2(x, rect.top() + row), Align2::LEFT_CENTER, words, Type::Micro.font(), theme.text.tertiary);
    };
    let place = |x: f32, row: f32, width: f32| Rect::from_min_size(pos2(x, rect.top() + row + 9.0), vec2(width, 30.0));

    label(ui, left, 12.0, word!("inject-message"));
    let mut kind = draft.kind().unwrap_or(Kind::Crash);
    let before = (kind, draft.kind().is_some());
    let mut child = ui.new_child(UiBuilder::new().max_rect(place(left, 12.0, 230.0)).id_salt("kind"));
    segments(&mut child, word!("inject-message"), &mut kind, &Kind::ALL, Kind::word);
    if kind != before.0 {
        draft.set_kind(kind);
    }

    let x = left + 236.0;
    let width = rect.right() - PANE_PAD.x - x;
    label(ui, x, 12.0, word!("inject-topic-fixed"));
    topic(ui, place(x, 12.0, width), draft);

    let row = 66.0;
    label(ui, left, row, if draft.kind() == Some(Kind::Temperature) { word!("inject-sensor") } else { word!("inject-vehicle") });
    let name_w = (rect.width() * 0.32).min(170.0);
    let mut child = ui.new_child(UiBuilder::new().max_rect(place(left, row, name_w)).id_salt("name"));
    let mut typed = draft.name.clone();
    let edit = TextEdit::singleline(&mut typed).desired_width(name_w - 18.0).margin(egui::Margin::symmetric(8, 5));
    let response = child.add(edit);
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, word!("inject-device-name")));
    if let Err(why) = check_name(&typed) {
        response.clone().on_hover_text(why);
    }
    if response.changed() {
        draft.set_name(&typed);
    }

    let Some(step) = draft.current() else { return };
    let (mut repeat, mut every) = (step.repeat, step.every_millis);
    let x = left + name_w + 12.0;
    label(ui, x, row, word!("inject-repeat"));
    drag(ui, place(x, row, 76.0), word!("inject-repeat"), DragValue::new(&mut repeat).range(1..=100_000).suffix(" ×"));
    label(ui, x + 88.0, row, word!("inject-every"));
    drag(
        ui,
        place(x + 88.0, row, 92.0),
        word!("inject-every"),
        DragValue::new(&mut every).range(0..=60_000).suffix(" ms").speed(5.0),
    );
    if (repeat, every) != (step.repeat, step.every_millis) {
        draft.edit(|step| (step.repeat, step.every_millis) = (repeat, every));
    }
    let n = draft.n_messages();
    let words = tr!("inject-n-messages", n = n);
    let at = pos2(x + 194.0, rect.top() + row + 23.0);
    let galley = ui.painter().layout_no_wrap(words, Type::Small.font(), theme.text.secondary);
    // Where there is no room the button to send says it alone.
    if galley.size().x <= rect.right() - at.x - 8.0 {
        ui.painter().galley(pos2(at.x, at.y - galley.size().y / 2.0), galley, theme.text.secondary);
    }
}

fn drag(ui: &mut Ui, place: Rect, label: &str, drag: DragValue<'_>) {
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt(label));
    let response = child.add_sized(vec2(place.width(), 28.0), drag);
    child.ctx().accesskit_node_builder(response.id, |node| node.set_label(label));
}

/// The topic: its root painted into the field, where no key reaches it.
fn topic(ui: &mut Ui, rect: Rect, draft: &mut Draft) {
    let theme = Theme::of(ui);
    let painter = ui.painter().clone();
    let field = Rect::from_min_size(rect.min, vec2(rect.width(), 28.0));
    painter.rect(
        field,
        f32::from(RADIUS_CONTROL),
        theme.bg.inset,
        egui::Stroke::new(1.0, theme.border.control),
        egui::StrokeKind::Inside,
    );
    let root = Origin::Drill.root();
    let root =
        put(&painter, field.left_center() + vec2(9.0, 0.0), Align2::LEFT_CENTER, root, Type::Mono.font(), theme.status.drill.fg);
    name(ui, root, "root", Role::Label, word!("inject-root-locked"));
    let place = Rect::from_min_max(pos2(root.right(), root.top()), field.max - vec2(4.0, 1.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt("topic"));
    let mut typed = draft.current().map(|step| step.topic.clone()).unwrap_or_default();
    let edit = TextEdit::singleline(&mut typed)
        .font(Type::Mono.font())
        .frame(egui::Frame::NONE)
        .margin(egui::Margin::ZERO)
        .desired_width(place.width());
    let response = child.add(edit);
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, word!("inject-topic-after")));
    if response.has_focus() {
        painter.rect_stroke(
            field,
            f32::from(RADIUS_CONTROL),
            egui::Stroke::new(2.0, theme.border.focus),
            egui::StrokeKind::Inside,
        );
    }
    if response.changed() {
        draft.set_topic(typed.trim());
    }
}

fn payload_head(ui: &mut Ui, rect: Rect, draft: &Draft, problems: &[Problem]) {
    let theme = Theme::of(ui);
    let n = draft.current().map_or(0, |step| step.payload_hex.as_ref().map_or(step.payload.len(), |hex| hex.len() / 2));
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("payload head"));
    child.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let note = tr!("inject-wire", bytes = text::bytes(n as u64));
    header(&mut child, Pane { title: word!("inject-payload"), note: &note, right: "" });
    let place = Rect::from_min_max(pos2(rect.right() - 160.0, rect.top() + 8.0), rect.right_bottom() - vec2(PANE_PAD.x, 8.0));
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt("problem count").layout(layout));
    let blocking = problems.iter().filter(|problem| problem.blocks).count();
    let hints = problems.len() - blocking;
    if blocking > 0 {
        badge(&mut child, Some(Mark::Cross), &tr!("inject-n-problems", n = blocking as u64), theme.status.critical);
    } else if hints > 0 {
        badge(&mut child, Some(Mark::Triangle), &tr!("inject-n-hints", n = hints as u64), theme.status.high);
    } else {
        badge(&mut child, Some(Mark::Check), word!("inject-valid"), theme.status.ok);
    }
}

fn payload(ui: &mut Ui, rect: Rect, draft: &mut Draft, problems: &[Problem], view: &mut View) {
    let Some(step) = draft.current() else { return };
    if let Some(hex) = &step.payload_hex {
        let sentence = tr!("inject-raw-bytes-why", n = hex.len() as u64 / 2);
        ui.scope_builder(UiBuilder::new().max_rect(rect).id_salt("hex"), |ui| {
            empty_state(ui, icons::LIST_BULLETS, word!("inject-raw-bytes"), &sentence, None);
        });
        return;
    }
    let mut typed = step.payload.clone();
    let references: Vec<&Problem> = problems.iter().collect();
    if editor::show(ui, rect, &mut typed, &references, view.reveal.take()) {
        draft.edit(|step| step.payload = typed);
        view.checked = false;
    }
}

/// The sentence about a problem, laid out on as many lines as it needs.
struct Message {
    sentence: String,
    galley: Arc<egui::Galley>,
}

impl Message {
    fn of(ui: &Ui, problem: &Problem, width: f32) -> Self {
        let sentence = if problem.line == 0 {
            tr!("inject-topic-problem", message = problem.message.as_str())
        } else {
            format!("{}.", problem.sentence())
        };
        let room = width - 2.0 * PANE_PAD.x - 24.0 - if problem.fix.is_some() { 74.0 } else { 0.0 };
        let galley = ui.painter().layout(sentence.clone(), Type::Body.semibold(), Theme::of(ui).text.primary, room);
        Self { sentence, galley }
    }

    fn height(&self) -> f32 {
        self.galley.size().y + 38.0
    }
}

/// The first problem with its line, rule and what was found; gives the fix when it is asked for.
fn problem(ui: &mut Ui, rect: Rect, problem: &Problem, message: &Message, n: usize) -> Option<Fix> {
    let theme = Theme::of(ui);
    let status = if problem.blocks { theme.status.critical } else { theme.status.high };
    let painter = ui.painter().clone();
    painter.rect_filled(rect, 0.0, status.tint);
    painter.hline(rect.x_range(), rect.top() + 0.5, egui::Stroke::new(1.0, status.line));
    painter.hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(1.0, status.line));
    let mark = if problem.blocks { Mark::Octagon } else { Mark::Triangle };
    mark.paint(&painter, pos2(rect.left() + PANE_PAD.x + 7.0, rect.top() + 18.0), 14.0, status.fg);
    let left = rect.left() + PANE_PAD.x + 24.0;
    let right = rect.right() - PANE_PAD.x - if problem.fix.is_some() { 66.0 } else { 0.0 };
    painter.galley(pos2(left, rect.top() + 9.0), message.galley.clone(), theme.text.primary);
    let mut advice = problem.fix.as_ref().map_or_else(String::new, |fix| format!("{}. ", fix.advice));
    advice += if problem.blocks { word!("inject-nothing-was-sent") } else { word!("inject-can-be-sent") };
    if n > 1 {
        advice = format!("{advice} {}", tr!("inject-more-below", n = n as u64 - 1));
    }
    let second = elided(&painter, &advice, &Type::Small.font(), theme.text.secondary, right - left);
    painter.galley(pos2(left, rect.bottom() - 25.0), second, theme.text.secondary);
    let hover = Rect::from_min_max(rect.min, pos2(right, rect.bottom()));
    name(ui, hover, "problem", Role::Label, &format!("{} {advice}", message.sentence));
    let fix = problem.fix.as_ref()?;
    let place = Rect::from_center_size(pos2(right + 37.0, rect.center().y), vec2(58.0, 28.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt("fix"));
    child
        .add(Button::default(word!("inject-fix")).named(tr!("inject-fix-is", advice = fix.advice.as_str())))
        .clicked()
        .then(|| fix.clone())
}

/// The button that sends, and the one that checks; whether each was pressed.
fn send_row(ui: &mut Ui, rect: Rect, draft: &Draft, view: &View, target: &mut Target, off: Option<&str>) -> (Pressed, bool) {
    let theme = Theme::of(ui);
    let row = Rect::from_min_size(rect.min + vec2(PANE_PAD.x, 6.0), vec2(rect.width() - 2.0 * PANE_PAD.x, 34.0));
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let mut pressed = Pressed::Nothing;
    let mut child = ui.new_child(UiBuilder::new().max_rect(row).id_salt("send").layout(layout));
    child.spacing_mut().item_spacing.x = 10.0;
    let n = draft.n_messages();
    let label = tr!("inject-send", n = n);
    if child
        .add(Button::primary(&label).icon(icons::PAPER_PLANE).key(Action::SendDrill).off(off).named(word!("inject-send-drill")))
        .clicked()
    {
        pressed = Pressed::Send;
    }
    let place = Rect::from_min_max(pos2(row.right() - 190.0, row.top()), row.max);
    let said = match off {
        Some(off) => Some((off, theme.text.secondary)),
        None => view.checked.then_some((word!("inject-checked"), theme.status.ok.fg)),
    };
    if let Some((words, ink)) = said {
        let left = child.min_rect().right() + 10.0;
        let shown = elided(child.painter(), words, &Type::Small.font(), ink, place.left() - left - 4.0);
        let at = pos2(left, row.center().y - shown.size().y / 2.0);
        let rect = Rect::from_min_size(at, shown.size());
        child.painter().galley(at, shown, ink);
        crate::ui::widgets::name(&child, rect, "said", egui::Role::Label, words).on_hover_text(words);
    }
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt("validate").layout(layout));
    let ask = child.add(Button::default(word!("inject-validate")).key(Action::Validate)).clicked();
    let doors = Rect::from_min_max(pos2(row.right() - 190.0, rect.bottom() - 36.0), pos2(row.right(), rect.bottom() - 6.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(doors).id_salt("door").layout(layout));
    segments(&mut child, word!("inject-door"), target, &Target::ALL, |target| match target {
        Target::Mqtt => word!("inject-door-mqtt"),
        Target::S3 => word!("inject-door-s3"),
        Target::Lambda => word!("inject-door-lambda"),
    });
    let doors_left = child.min_rect().left();
    let at = pos2(rect.left() + PANE_PAD.x, rect.bottom() - 21.0);
    crate::ui::shapes::icon(ui.painter(), at + vec2(7.0, 0.0), 14.0, icons::SHIELD_CHECK, theme.status.drill.fg, false);
    let words = word!("inject-root-put-on");
    let galley = elided(ui.painter(), words, &Type::Small.font(), theme.text.secondary, doors_left - at.x - 30.0);
    ui.painter().galley(pos2(at.x + 20.0, at.y - galley.size().y / 2.0), galley, theme.text.secondary);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
    (pressed, ask)
}

fn preview(ui: &mut Ui, rect: Rect, draft: &Draft) {
    let theme = Theme::of(ui);
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("preview"));
    child.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let pulse = draft.current().and_then(|step| pulse_of(&step.payload));
    let Some(pulse) = pulse else {
        header(&mut child, Pane { title: word!("inject-preview"), ..Pane::default() });
        let at = child.next_widget_position() + vec2(PANE_PAD.x, 20.0);
        let words = match draft.kind() {
            Some(Kind::Driving | Kind::Temperature) => word!("inject-carries-no-pulse"),
            _ => word!("inject-no-pulse-yet"),
        };
        let at = put(ui.painter(), at, Align2::LEFT_CENTER, words, Type::Small.font(), theme.text.tertiary);
        name(ui, at, "no preview", Role::Label, words);
        return;
    };
    let curves = Curves::of(&pulse);
    let peak =
        curves.peak().map(|(t, g)| tr!("incidents-peak-at", g = text::quantity(g, 1, "g"), at = text::quantity(t, 0, "ms")));
    let peak = peak.unwrap_or_default();
    header(&mut child, Pane { title: word!("inject-preview"), note: word!("inject-from-payload"), right: &peak });
    let body = child.available_rect_before_wrap();
    let marks = Marks { small: true, ..Marks::default() };
    let extent = curves.extent().unwrap_or((0.0, 1.0));
    if let Some(shown) = chart(&mut child, body, &curves, &marks, extent) {
        shown.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, tr!("inject-preview-spoken", peak = peak.as_str())));
    }
}
