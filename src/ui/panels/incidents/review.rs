//! The review of one incident: the ruling in words, what can be done, and the panes with the reasons.

use eframe::egui::{self, Align2, Key, Rect, Role, Sense, TextEdit, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::decide::Deciding;
use super::{
    Lower, NoteField, View, decide, drill_ground, evidence, facts, past, place, pulse, speed, team, temperature, timeline,
};
use crate::model::{
    Band, Command, CrashReport, CrashVerdict, Incident, IncidentId, IncidentKind, Language, Life, Question, Ruling, Severity,
    StepKind,
};
use crate::state::Snapshot;
use crate::ui::actions::Action;
use crate::ui::panels::PanelContext;
use crate::ui::shapes::{Mark, begun, elided};
use crate::ui::theme::{PANE_PAD, Status, Theme, Type};
use crate::ui::widgets::{Button, badge, incident_badge, name, pane, put, segments, severity_badge, within};
use crate::ui::{Request, degrees, icons, text, tr, word, words};

/// Height of the ruling, points.
const RULING_H: f32 = 70.0;
/// Height of the row of actions, and of the note under it, points.
const ACTIONS_H: f32 = 46.0;
/// Most characters of a note.
const NOTE_CHARS: usize = 2_000;
/// From this width on the row of actions says who judged, and how fast, points.
const WITH_METER: f32 = 980.0;
/// Height of the tabs at the lower left, points.
const TABS_H: f32 = 34.0;

/// The whole review.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    incident: &Incident,
    view: &mut View,
    snapshot: &Snapshot,
    context: &mut PanelContext<'_>,
) {
    context.saw(&incident.id);
    let top = Rect::from_min_size(rect.min, vec2(rect.width(), RULING_H));
    ruling(ui, top, incident);
    let mut y = top.bottom();
    let actions = Rect::from_min_size(pos2(rect.left(), y), vec2(rect.width(), ACTIONS_H));
    actions_row(ui, actions, incident, view, context);
    y += ACTIONS_H;
    if incident.handling.closing.is_some() {
        team::closing_row(ui, Rect::from_min_size(pos2(rect.left(), y), vec2(rect.width(), ACTIONS_H)), incident, context);
        y += ACTIONS_H;
    }
    if view.note != NoteField::Closed {
        note_row(ui, Rect::from_min_size(pos2(rect.left(), y), vec2(rect.width(), ACTIONS_H)), incident, view, context);
        y += ACTIONS_H;
    }
    if let Some(mut deciding) = view.deciding.take() {
        let row = Rect::from_min_size(pos2(rect.left(), y), vec2(rect.width(), ACTIONS_H));
        if !decide::row(ui, row, incident, &mut deciding, context) {
            view.deciding = Some(deciding);
        }
        y += ACTIONS_H;
    }
    let body = Rect::from_min_max(pos2(rect.left(), y), rect.max);
    match &incident.kind {
        IncidentKind::Crash { report, verdict } if report.unreadable.is_some() => {
            unreadable(ui, body, incident, report, verdict, view);
        }
        // Under the incident's own id, so that a chart zoomed here is whole in the next incident.
        IncidentKind::Crash { report, verdict } => {
            let scene = Scene { incident, report, verdict, snapshot };
            ui.push_id(&*incident.id.0, |ui| crash(ui, body, &scene, view, context));
        }
        IncidentKind::Temperature { verdict, back_at } => {
            temperature::show(ui, body, &temperature::Scene { incident, verdict, back_at: *back_at, snapshot }, view, context);
        }
    }
}

/// A crash under review.
struct Scene<'a> {
    incident: &'a Incident,
    report: &'a CrashReport,
    verdict: &'a CrashVerdict,
    snapshot: &'a Snapshot,
}

fn crash(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, view: &mut View, context: &mut PanelContext<'_>) {
    let Scene { incident, report, verdict, .. } = *scene;
    let lower_h = (rect.height() * 0.44).clamp(200.0, 312.0);
    let split = rect.bottom() - lower_h;
    let evidence_w = (rect.width() * 0.62).clamp(480.0, 820.0);
    let column = rect.left() + evidence_w.floor();
    evidence::show(ui, Rect::from_min_max(rect.min, pos2(column, split)), verdict);
    pulse::show(
        ui,
        Rect::from_min_max(pos2(column, rect.top()), pos2(rect.right(), split)),
        report,
        verdict,
        &mut view.whole_pulse,
    );

    let timeline_w = (rect.width() * 0.4).clamp(300.0, 460.0).floor();
    let lower = Rect::from_min_max(pos2(rect.left(), split), rect.max);
    let timeline_rect = Rect::from_min_max(pos2(lower.right() - timeline_w, lower.top()), lower.max);
    timeline::show(ui, timeline_rect, incident);
    let rest = Rect::from_min_max(lower.min, pos2(timeline_rect.left(), lower.bottom()));
    let tabs = Rect::from_min_size(rest.min, vec2(rest.width(), TABS_H));
    ui.painter().rect_filled(tabs, 0.0, Theme::of(ui).bg.header);
    within(ui, tabs.shrink2(vec2(8.0, 2.0)), |ui| {
        segments(ui, word!("incidents-tabs"), &mut view.lower, &Lower::ALL, Lower::word);
    });
    lower_left(ui, Rect::from_min_max(tabs.left_bottom(), rest.max), scene, view, context);
}

/// What was chosen to stand at the lower left.
fn lower_left(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, view: &mut View, context: &mut PanelContext<'_>) {
    let Scene { incident, report, verdict, snapshot } = *scene;
    let review = snapshot.review.as_deref().filter(|review| review.incident == incident.id);
    match view.lower {
        Lower::Where => {
            let middle = rect.left() + (rect.width() * 0.5).floor();
            speed::show(ui, Rect::from_min_max(rect.min, pos2(middle, rect.bottom())), report, verdict);
            let right = Rect::from_min_max(pos2(middle, rect.top()), rect.max);
            place::show(ui, right, incident, snapshot, &mut view.place, context.tiles, context.now);
        }
        Lower::Report => facts::show(ui, rect, incident, report),
        Lower::Raw => facts::raw(ui, rect, report, &mut view.bytes_as),
        Lower::Versions => past::versions(ui, rect, review),
        Lower::Team => team::show(ui, rect, incident, snapshot, &mut view.team, context),
        Lower::Past => {
            let all = || snapshot.incidents.iter().chain(snapshot.drills.iter());
            let on_desk = |id: &IncidentId| all().any(|incident| incident.id == *id);
            if let Some(id) = past::history(ui, rect, incident, review, on_desk) {
                context.open(&id);
            }
        }
    }
}

/// A report that could not be read: the reason and the bytes, at once and large.
fn unreadable(ui: &mut Ui, rect: Rect, incident: &Incident, report: &CrashReport, verdict: &CrashVerdict, view: &mut View) {
    let split = rect.top() + (rect.height() * 0.5).floor();
    let column = rect.right() - (rect.width() * 0.4).clamp(340.0, 460.0).floor();
    facts::raw(ui, Rect::from_min_max(rect.min, pos2(column, rect.bottom())), report, &mut view.bytes_as);
    evidence::show(ui, Rect::from_min_max(pos2(column, rect.top()), pos2(rect.right(), split)), verdict);
    timeline::show(ui, Rect::from_min_max(pos2(column, split), rect.max), incident);
}

/// What was ruled, its probability in words, and in which colours.
fn headline(theme: &'static Theme, incident: &Incident) -> (Mark, String, String, Status) {
    match &incident.kind {
        IncidentKind::Crash { report, .. } if report.unreadable.is_some() => {
            (Mark::Question, tr!("incidents-unreadable"), tr!("incidents-unreadable-treat"), theme.status.critical)
        }
        IncidentKind::Crash { verdict, .. } if let Some(decision) = incident.holding_decision() => {
            let status = match decision.ruling {
                Ruling::Real => theme.status.critical,
                _ => Status { fg: theme.text.secondary, tint: theme.bg.panel, ..theme.status.low },
            };
            let words = tr!("incidents-decided-by", who = decision.by.as_str(), judged = words::ruled(verdict));
            let title = match decision.ruling {
                Ruling::Malfunction => word!("incidents-device-malfunction"),
                ruling => text::ruling(ruling),
            };
            (Mark::ruling(decision.ruling), title.to_owned(), words, status)
        }
        IncidentKind::Crash { verdict, .. } => {
            let (words, status) = match verdict.ruling {
                Ruling::Real => (tr!("incidents-confidence", p = text::likelihood(verdict.probability)), theme.status.critical),
                Ruling::Malfunction => {
                    let quiet = Status { fg: theme.text.secondary, tint: theme.bg.panel, ..theme.status.low };
                    (tr!("incidents-confidence", p = text::likelihood(1.0 - verdict.probability)), quiet)
                }
                Ruling::Undecided => {
                    (tr!("incidents-accident-decides", p = text::likelihood(verdict.probability)), theme.status.high)
                }
            };
            let title = match verdict.ruling {
                Ruling::Malfunction => word!("incidents-device-malfunction"),
                ruling => text::ruling(ruling),
            };
            (Mark::ruling(verdict.ruling), title.to_owned(), words, status)
        }
        IncidentKind::Temperature { verdict, back_at } => {
            let (mark, status) = temperature::look(theme, verdict.band);
            let title = match verdict.band {
                Band::Hot => word!("incidents-too-warm"),
                Band::Cold => word!("incidents-too-cold"),
                Band::Normal => word!("incidents-within"),
            };
            let value = degrees::text(verdict.celsius.0);
            let words = if back_at.is_some() { tr!("incidents-now-back", value = value) } else { value };
            (mark.unwrap_or(Mark::Disc), title.to_owned(), words, status)
        }
    }
}

/// One sentence under the headline.
fn summary(incident: &Incident) -> String {
    let sentence = match &incident.kind {
        IncidentKind::Crash { report, verdict } => report
            .unreadable
            .as_ref()
            .map_or_else(|| words::sentence(verdict), |reason| tr!("incidents-could-not-be-read", reason = reason.to_string())),
        IncidentKind::Temperature { .. } => format!("{}.", words::headline(incident)),
    };
    let device = text::elide_middle(incident.device.as_str(), 32);
    let sentence = match incident.holding_decision() {
        Some(decision) => tr!("incidents-reason-is", reason = decision.reason.as_str(), sentence = sentence),
        None => sentence,
    };
    let sentence = match incident.disagreement() {
        Some(differs) => {
            let differs = words::two_judges(differs).unwrap_or_else(|| differs.to_owned());
            tr!("incidents-two-judges", differs = differs, sentence = sentence)
        }
        None if incident.is_judged_elsewhere() => tr!("incidents-by-the-stack", sentence = sentence),
        None => sentence,
    };
    let told = if incident.told_nobody() { format!(" {}", word!("incidents-nobody-was-told")) } else { String::new() };
    format!("{device}. {sentence}{told}")
}

fn ruling(ui: &mut Ui, rect: Rect, incident: &Incident) {
    let theme = Theme::of(ui);
    let (mark, title, confidence, status) = headline(theme, incident);
    let drill = drill_ground(ui, rect, incident);
    if !drill {
        ui.painter().rect_filled(rect, 0.0, status.tint);
    }
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
    let (badges, id) = badges(ui, rect, incident, drill);
    let painter = ui.painter().clone();
    let left = rect.left() + PANE_PAD.x + 46.0;
    let room = badges - left - 16.0;
    let (first, second) = (rect.top() + 25.0, rect.top() + 50.0);
    let sentence = summary(incident);
    let title_galley = elided(&painter, &title, &Type::Headline.font(), theme.text.primary, room);
    let x = left + title_galley.size().x + 10.0;
    let rest = elided(&painter, &confidence, &Type::Title.medium(), theme.text.primary, (badges - x - 16.0).max(0.0));
    let line = begun(&painter, &sentence, &Type::Small.font(), theme.text.secondary, id - left - 16.0);
    if drill {
        let right = (x + rest.size().x).max(left + line.size().x);
        painter.rect_filled(
            Rect::from_min_max(rect.left_top() + vec2(8.0, 8.0), pos2(right + 8.0, rect.bottom() - 8.0)),
            4.0,
            theme.status.drill.tint,
        );
    }
    mark.paint(&painter, pos2(rect.left() + PANE_PAD.x + 18.0, rect.top() + 27.0), 26.0, status.fg);
    painter.galley(pos2(left, first - title_galley.size().y / 2.0), title_galley, theme.text.primary);
    painter.galley(pos2(x, first + 2.0 - rest.size().y / 2.0), rest, theme.text.primary);
    painter.galley(pos2(left, second - line.size().y / 2.0), line, theme.text.secondary);
    let badge = words::badge(incident).filter(|_| drill).map(|word| format!("{word} ")).unwrap_or_default();
    let spoken = format!("{badge}{title}, {confidence}. {sentence}");
    let hover = Rect::from_min_max(rect.min, pos2(badges, rect.bottom()));
    name(ui, hover, "ruling", Role::Heading, &spoken).on_hover_text(sentence);
}

/// Severity, life and origin, and the id under them; gives how far left each line reaches.
fn badges(ui: &mut Ui, rect: Rect, incident: &Incident, drill: bool) -> (f32, f32) {
    let theme = Theme::of(ui);
    let claims = matches!(&incident.kind, IncidentKind::Crash { report, .. } if report.claims_test);
    let place = Rect::from_min_max(
        pos2(rect.left() + rect.width() * 0.45, rect.top() + 10.0),
        pos2(rect.right() - PANE_PAD.x, rect.top() + 32.0),
    );
    if drill {
        let plate = Rect::from_min_max(pos2(rect.right() - 300.0, rect.top() + 8.0), rect.right_bottom() - vec2(8.0, 8.0));
        ui.painter().rect_filled(plate, 4.0, theme.status.drill.tint);
    }
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    let left = ui.scope_builder(UiBuilder::new().max_rect(place).id_salt("badges").layout(layout), |ui| {
        let (word, status) = match incident.life {
            Life::Open if incident.told_nobody() => (word!("words-nobody-told"), theme.status.low),
            Life::Open => (word!("words-unacknowledged"), theme.status.high),
            Life::Acknowledged => (word!("incidents-acknowledged"), theme.status.low),
            Life::Resolved => (word!("words-resolved"), theme.status.ok),
        };
        let mut left = badge(ui, None, word, status).rect.left();
        if incident.life == Life::Resolved {
            left = badge(ui, Some(Mark::severity(incident.severity)), text::severity(incident.severity), theme.status.low)
                .rect
                .left();
        } else {
            left = severity_badge(ui, incident.severity).rect.left().min(left);
        }
        if let Some(badge) = incident_badge(ui, incident) {
            left = badge.rect.left();
        }
        if let IncidentKind::Temperature { verdict, .. } = &incident.kind {
            temperature::band_badge(ui, verdict.band);
            left -= 70.0;
        }
        left
    });
    let at = pos2(rect.right() - PANE_PAD.x, rect.top() + 50.0);
    let id = put(ui.painter(), at, Align2::RIGHT_CENTER, incident.id.to_string(), Type::Mono.font(), theme.text.secondary);
    let mut second = id.left();
    if claims {
        let words = word!("incidents-claims-test");
        let galley = ui.painter().layout_no_wrap(words.to_owned(), Type::Micro.semibold(), theme.status.medium.fg);
        let width = galley.size().x + 36.0;
        let place = Rect::from_min_size(pos2(id.left() - width - 10.0, at.y - 10.0), vec2(width, 20.0));
        let mut child = ui.new_child(UiBuilder::new().max_rect(place).id_salt("claims"));
        second = badge(&mut child, Some(Mark::Question), words, theme.status.medium).rect.left();
    }
    (left.inner, second)
}

/// Why an incident cannot be resolved now.
pub(super) fn resolve_off(incident: &Incident) -> Option<&'static str> {
    match incident.life {
        Life::Resolved => Some(word!("incidents-resolved-already")),
        Life::Open if incident.severity == Severity::Critical && !incident.is_malfunction() => {
            Some(word!("incidents-acknowledge-first"))
        }
        _ if incident.handling.closing.is_some() => Some(word!("incidents-waits-second")),
        Life::Open | Life::Acknowledged => None,
    }
}

/// Why an incident cannot be exported now.
pub(super) fn export_off(incident: &Incident) -> Option<&'static str> {
    (!incident.stored).then_some(word!("incidents-not-stored"))
}

/// Writes it as files.
pub(super) fn export_it(incident: &Incident, context: &mut PanelContext<'_>) {
    context.requests.push(Request::Ask(Question::Export { incident: incident.id.clone(), language: Language::spoken() }));
}

/// Resolves it.
pub(super) fn resolve(incident: &Incident, context: &mut PanelContext<'_>) {
    context.command(Command::Resolve { incident: incident.id.clone() });
}

fn actions_row(ui: &mut Ui, rect: Rect, incident: &Incident, view: &mut View, context: &mut PanelContext<'_>) {
    let theme = Theme::of(ui);
    ui.painter().rect_filled(rect, 0.0, theme.bg.panel);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
    let meter = meter(incident);
    let right = pos2(rect.right() - PANE_PAD.x, rect.center().y);
    // Where it is narrow the room belongs to what can be done.
    let until = if rect.width() < WITH_METER {
        right.x
    } else {
        put(ui.painter(), right, Align2::RIGHT_CENTER, meter, Type::Small.font(), theme.text.tertiary).left() - 8.0
    };
    let place = Rect::from_min_max(pos2(rect.left() + PANE_PAD.x + 2.0, rect.top()), pos2(until, rect.bottom()));
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(place).id_salt("actions").layout(layout), |ui| {
        match (&incident.acknowledged, incident.life) {
            (None, Life::Open) => {
                let kind = if incident.severity >= Severity::High && !incident.is_malfunction() {
                    Button::critical(word!("incidents-acknowledge"))
                } else {
                    Button::default(word!("incidents-acknowledge"))
                };
                let button = kind
                    .icon(icons::CHECK)
                    .key(Action::Acknowledge)
                    .named(tr!("incidents-acknowledge-device", device = incident.device.as_str()));
                if ui.add(button).clicked() {
                    context.acknowledge(&incident.id);
                }
            }
            (Some((by, at)), _) => said(ui, &tr!("words-acknowledged-by", at = text::clock(*at), who = by.as_str())),
            (None, _) => {}
        }
        if let Some((by, at)) = &incident.resolved {
            said(ui, &tr!("words-resolved-by", at = text::clock(*at), who = by.as_str()));
        } else {
            let button = Button::default(word!("incidents-resolve"))
                .icon(icons::CHECK_CIRCLE)
                .key(Action::Resolve)
                .named(tr!("incidents-resolve-device", device = incident.device.as_str()))
                .off(resolve_off(incident));
            if ui.add(button).clicked() {
                resolve(incident, context);
            }
        }
        let false_alarm = Button::default(word!("incidents-false-alarm")).icon(icons::X).key(Action::FalseAlarm);
        if ui.add(false_alarm.named(tr!("incidents-false-alarm-device", device = incident.device.as_str()))).clicked() {
            view.deciding = Some(Deciding::false_alarm());
        }
        if decide::has_verdict(incident) {
            let overrule = Button::default(word!("incidents-overrule")).key(Action::Overrule);
            if ui.add(overrule.named(tr!("incidents-overrule-device", device = incident.device.as_str()))).clicked() {
                view.deciding = Some(Deciding::overrule(incident));
            }
        }
        let export = Button::default(word!("incidents-export")).key(Action::Export).off(export_off(incident));
        if ui.add(export.named(tr!("incidents-export-device", device = incident.device.as_str()))).clicked() {
            export_it(incident, context);
        }
        let note = Button::default(word!("incidents-add-note")).icon(icons::NOTE_PENCIL).key(Action::Note);
        if ui.add(note).clicked() {
            view.note = if view.note == NoteField::Closed { NoteField::Opening } else { NoteField::Closed };
        }
        if !incident.notes.is_empty() {
            let last = &incident.notes[incident.notes.len() - 1];
            let said = facts::escaped(last.text.as_bytes()).replace('\n', " ");
            let words = tr!("incidents-notes", n = incident.notes.len() as u64, by = last.by.as_str(), text = said);
            let room = (ui.available_width() - 8.0).max(0.0);
            let galley = elided(ui.painter(), &words, &Type::Small.font(), theme.text.secondary, room);
            let (place, response) = ui.allocate_exact_size(vec2(galley.size().x, 18.0), Sense::hover());
            ui.painter().galley(place.left_center() - vec2(0.0, galley.size().y / 2.0), galley, theme.text.secondary);
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
            response.on_hover_ui(|ui| {
                ui.set_max_width(420.0);
                for note in &incident.notes {
                    let head = format!("{} {}", text::full_time(note.at), note.by);
                    ui.label(Type::Small.rich_semibold(head, theme.text.primary));
                    ui.label(Type::Small.rich(facts::escaped(note.text.as_bytes()), theme.text.secondary));
                }
            });
        }
    });
}

/// What was done already, with its shape.
fn said(ui: &mut Ui, words: &str) {
    let theme = Theme::of(ui);
    let galley = ui.painter().layout_no_wrap(words.to_owned(), Type::Body.font(), theme.text.secondary);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 34.0, 28.0), Sense::hover());
    let painter = ui.painter();
    painter.rect_stroke(rect, 5.0, theme.hairline(), egui::StrokeKind::Inside);
    Mark::Check.paint(painter, rect.left_center() + vec2(15.0, 0.0), 10.0, theme.status.ok.fg);
    painter.galley(pos2(rect.left() + 24.0, rect.center().y - galley.size().y / 2.0), galley, theme.text.secondary);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
}

/// Which function judged and how long it took: `judge_crash, 412 µs`.
fn meter(incident: &Incident) -> String {
    let function = match incident.kind {
        IncidentKind::Crash { .. } => "judge_crash",
        IncidentKind::Temperature { .. } => "route_temperature",
    };
    let at = |kind: StepKind| incident.timeline.iter().find(|step| step.kind == kind).map(|step| step.at);
    if incident.is_judged_elsewhere() {
        return format!("{function}, {}", word!("words-by-the-stack"));
    }
    match (at(StepKind::Invoked), at(StepKind::Judged)) {
        (Some(from), Some(until)) => format!("{function}, {}", text::micros(until.micros_since(from))),
        _ => function.to_owned(),
    }
}

fn note_row(ui: &mut Ui, rect: Rect, incident: &Incident, view: &mut View, context: &mut PanelContext<'_>) {
    pane(ui, rect, "note", |ui| {
        let theme = Theme::of(ui);
        let draft = view.drafts.entry(incident.id.clone()).or_default();
        let place = rect.shrink2(vec2(PANE_PAD.x + 2.0, 0.0));
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        let mut send = false;
        let mut cancel = false;
        ui.scope_builder(UiBuilder::new().max_rect(place).id_salt("note row").layout(layout), |ui| {
            let label = ui.label(Type::Small.rich(tr!("incidents-note-to", id = incident.id.to_string()), theme.text.tertiary));
            let edit = TextEdit::singleline(draft)
                .hint_text(word!("incidents-note-hint"))
                .char_limit(NOTE_CHARS)
                .desired_width((ui.available_width() - 190.0).max(120.0))
                .margin(egui::Margin::symmetric(8, 5));
            let response = ui.add(edit).labelled_by(label.id);
            if view.note == NoteField::Opening {
                response.request_focus();
                view.note = NoteField::Open;
            }
            send = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            cancel = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape));
            let empty = draft.trim().is_empty().then_some(word!("incidents-note-empty"));
            send |= ui.add(Button::default(word!("incidents-save-note")).off(empty)).clicked();
            cancel |= ui.add(Button::quiet(word!("incidents-cancel")).named(word!("incidents-cancel-note"))).clicked();
        });
        let text = draft.trim().to_owned();
        if send && !text.is_empty() {
            context.command(Command::Note { incident: incident.id.clone(), text });
            view.drafts.remove(&incident.id);
            view.note = NoteField::Closed;
        } else if cancel {
            view.note = NoteField::Closed;
            if text.is_empty() {
                view.drafts.remove(&incident.id);
            }
        }
    });
}
