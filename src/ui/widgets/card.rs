//! Incident cards and the one-line rows of judged malfunctions and resolved incidents.

use eframe::egui::{Align, Align2, Layout, Rect, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::{Button, focus_ring, hairline_below, incident_badge, origin_badge, put, row_ground};
use crate::model::{Incident, Life, Origin, Severity, Timestamp};
use crate::ui::actions::Action;
use crate::ui::shapes::{self, Mark, dashed_rect, elided, hatch};
use crate::ui::theme::{PANE_PAD, Theme, Type, sizes};
use crate::ui::{icons, text, tr, word, words};

/// What the operator did with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing.
    None,
    /// Chose it.
    Select,
    /// Wants to see it whole.
    Open,
    /// Takes it.
    Acknowledge,
}

/// A card that came less than this long ago takes no click: it may have slid under the pointer. µs
const SETTLE_MICROS: i64 = 500_000;

/// How tall the card of an incident is, points.
pub fn incident_card_height(incident: &Incident) -> f32 {
    let buttons = if has_buttons(incident) { 40.0 } else { 0.0 };
    10.0 + 20.0 + 18.0 + lines(incident).len() as f32 * Type::Small.line() + buttons + 10.0
}

fn has_buttons(incident: &Incident) -> bool {
    incident.life == Life::Open && incident.origin != Origin::Drill && incident.severity == Severity::Critical
}

/// The lines under the headline; the one about telling people comes with its full words.
fn lines(incident: &Incident) -> Vec<(String, Option<String>)> {
    let drill = incident.origin == Origin::Drill;
    let (_, judged) = words::card_headline(incident);
    let detail = Some(words::detail(incident)).filter(|detail| !detail.is_empty());
    let place = words::position(incident).filter(|_| !drill).map(words::place);
    let state = match words::told(incident) {
        Some((short, whole)) => Some((short, Some(whole))),
        None if drill => Some((tr!("words-nobody-told-drill"), None)),
        None if has_buttons(incident) => None,
        None => Some((words::state(incident), None)),
    };
    // Who has it stands beside who was told of it.
    let taken = incident.acknowledged.as_ref().filter(|_| words::told(incident).is_some()).map(|_| words::state(incident));
    judged.into_iter().chain(detail).chain(place).chain(taken).map(|line| (line, None)).chain(state).collect()
}

/// The card of an open incident, or of a drill (hatched, dashed, with the word). An unacknowledged critical one is
/// tinted and holds its own buttons.
pub fn incident_card(ui: &mut Ui, incident: &Incident, now: Timestamp, selected: bool) -> Answer {
    let theme = Theme::of(ui);
    let status = theme.severity(incident.severity);
    let drill = incident.origin == Origin::Drill;
    let buttons = has_buttons(incident);
    let height = incident_card_height(incident);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    if !ui.is_rect_visible(rect) {
        return Answer::None;
    }
    let response = ui.interact(rect, ui.scope_id().with(&*incident.id.0), Sense::click());

    let painter = ui.painter().clone();
    if drill {
        painter.rect_filled(rect, 0.0, theme.status.drill.tint);
        hatch(&painter, rect, theme.status.drill.line);
        dashed_rect(&painter, rect, theme.status.drill.fg);
    } else if buttons {
        painter.rect_filled(rect, 0.0, status.tint);
    }
    if !drill {
        if !buttons {
            row_ground(ui, rect, selected, response.hovered());
        } else if selected {
            // The tint of a critical one stays under the choice.
            painter.rect_stroke(rect.shrink(0.5), 0.0, Stroke::new(1.5, theme.accent.base), StrokeKind::Inside);
        }
        painter.rect_filled(Rect::from_min_size(rect.min, vec2(3.0, rect.height())), 0.0, status.fg);
        hairline_below(ui, rect);
    }

    let (left, right) = (rect.left() + PANE_PAD.x, rect.right() - PANE_PAD.x);
    let mut y = rect.top() + 20.0;
    let age = text::age(now, incident.received_at);
    let (age_font, age_color) =
        if buttons { (Type::Small.semibold(), status.fg) } else { (Type::Small.font(), theme.text.secondary) };
    let plate = |text_rect: Rect| painter.rect_filled(text_rect.expand2(vec2(3.0, 1.0)), 2.0, theme.status.drill.tint);
    let mut x = left;
    if drill {
        let mut child = ui.new_child(UiBuilder::new().max_rect(Rect::from_min_size(pos2(x, y - 10.0), vec2(90.0, 20.0))));
        x = incident_badge(&mut child, incident).map_or(x, |badge| badge.rect.right() + 8.0);
    } else {
        Mark::severity(incident.severity).paint(&painter, pos2(x + 6.0, y), 12.0, status.fg);
        let word = put(
            &painter,
            pos2(x + 18.0, y),
            Align2::LEFT_CENTER,
            text::severity(incident.severity),
            Type::Body.semibold(),
            status.fg,
        );
        x = word.right() + 8.0;
    }
    let sample = if incident.origin == Origin::Sample { 66.0 } else { 0.0 };
    let measure = |words: &str, font| painter.layout_no_wrap(words.to_owned(), font, age_color).size().x;
    // The words about the age give way before the name does.
    let room = right - x - measure(incident.device.as_str(), Type::Section.font()) - sample - 8.0;
    let longer = [tr!("words-age-unacknowledged", age = age.as_str()), tr!("words-age-unack", age = age.as_str())];
    let age = longer.into_iter().filter(|_| buttons).find(|words| measure(words, age_font.clone()) <= room).unwrap_or(age);
    if drill {
        let left = right - measure(&age, age_font.clone());
        plate(Rect::from_min_max(pos2(left, y - 8.0), pos2(right, y + 8.0)));
    }
    let age_rect = put(&painter, pos2(right, y), Align2::RIGHT_CENTER, age, age_font, age_color);
    let device = elided(
        &painter,
        incident.device.as_str(),
        &Type::Section.font(),
        theme.text.primary,
        (age_rect.left() - x - 8.0 - sample).max(40.0),
    );
    let device_rect = Rect::from_min_size(pos2(x, y - device.size().y / 2.0), device.size());
    if drill {
        plate(device_rect);
    }
    painter.galley(device_rect.min, device, theme.text.primary);
    if incident.origin == Origin::Sample {
        let place = Rect::from_min_size(pos2(device_rect.right() + 8.0, y - 10.0), vec2(60.0, 20.0));
        origin_badge(&mut ui.new_child(UiBuilder::new().max_rect(place)), incident.origin);
    }

    y += 20.0;
    let headline = elided(&painter, &words::card_headline(incident).0, &Type::Body.medium(), theme.text.primary, right - left);
    let headline_rect = Rect::from_min_size(pos2(left, y - headline.size().y / 2.0), headline.size());
    if drill {
        plate(headline_rect);
    }
    painter.galley(headline_rect.min, headline, theme.text.primary);
    y += 17.0;
    for (line, told) in lines(incident) {
        let indent = if told.is_some() { 19.0 } else { 0.0 };
        let galley = elided(&painter, &line, &Type::Small.font(), theme.text.secondary, right - left - indent);
        let line_rect = Rect::from_min_size(pos2(left + indent, y - galley.size().y / 2.0), galley.size());
        if drill {
            plate(line_rect);
        }
        if let Some(whole) = told {
            let at = pos2(left + 7.0, y);
            if drill {
                plate(Rect::from_center_size(at, vec2(14.0, 14.0)));
            }
            shapes::icon(&painter, at, 14.0, icons::PAPER_PLANE, theme.text.secondary, false);
            ui.interact(line_rect, ui.scope_id().with((&*incident.id.0, "told")), Sense::hover()).on_hover_text(whole);
        }
        painter.galley(line_rect.min, galley, theme.text.secondary);
        y += Type::Small.line();
    }

    let spoken = format!(
        "{}{} {} {}, {}, {}",
        words::badge(incident).map(|word| format!("{word} ")).unwrap_or_default(),
        text::severity(incident.severity),
        incident.device,
        words::headline(incident),
        text::life(incident.life),
        incident.id
    );
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, selected, &spoken));
    focus_ring(ui, &response);
    let settled = now.micros_since(incident.received_at) >= SETTLE_MICROS;
    let mut answer = match (response.double_clicked(), response.clicked()) {
        (true, _) if settled => Answer::Open,
        (_, true) if settled => Answer::Select,
        _ => Answer::None,
    };
    if buttons {
        let place = Rect::from_min_max(pos2(left, rect.bottom() - 42.0), pos2(right, rect.bottom() - 10.0));
        // A child, not a scope: the card has taken its room already.
        let layout = Layout::left_to_right(Align::Center);
        let mut ui = ui.new_child(UiBuilder::new().max_rect(place).id_salt(&*incident.id.0).layout(layout));
        ui.spacing_mut().item_spacing.x = 8.0;
        let acknowledge = Button::critical(word!("words-acknowledge"))
            .icon(icons::CHECK)
            .key(Action::Acknowledge)
            .named(tr!("words-acknowledge-device", device = incident.device.as_str()));
        if ui.add(acknowledge).clicked() && settled {
            answer = Answer::Acknowledge;
        }
        let open = Button::quiet(word!("words-open"))
            .key(Action::Open)
            .named(tr!("words-open-device", device = incident.device.as_str()));
        if ui.add(open).clicked() && settled {
            answer = Answer::Open;
        }
    }
    answer
}

/// One line: a judged malfunction or a resolved incident.
pub fn incident_row(ui: &mut Ui, incident: &Incident, now: Timestamp, selected: bool) -> Answer {
    let theme = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().row), Sense::hover());
    if !ui.is_rect_visible(rect) {
        return Answer::None;
    }
    let response = ui.interact(rect, ui.scope_id().with(&*incident.id.0), Sense::click());
    row_ground(ui, rect, selected, response.hovered());
    hairline_below(ui, rect);
    let painter = ui.painter();
    let (left, right, y) = (rect.left() + PANE_PAD.x, rect.right() - PANE_PAD.x, rect.center().y);
    let mark = if incident.life == Life::Resolved { Mark::CheckCircle } else { Mark::Wrench };
    mark.paint(painter, pos2(left + 7.0, y), 13.0, theme.text.tertiary);
    let age = tr!("words-ago", age = text::age(now, incident.received_at));
    let age = put(painter, pos2(right, y), Align2::RIGHT_CENTER, age, Type::Small.font(), theme.text.tertiary);
    let x = left + 22.0;
    let device = elided(painter, incident.device.as_str(), &Type::Small.semibold(), theme.text.primary, 110.0);
    let device_w = device.size().x;
    painter.galley(pos2(x, y - device.size().y / 2.0), device, theme.text.primary);
    let x = x + device_w + 8.0;
    let headline = words::headline(incident);
    let line =
        elided(painter, &words::brief(incident), &Type::Small.font(), theme.text.secondary, (age.left() - x - 8.0).max(0.0));
    painter.galley(pos2(x, y - line.size().y / 2.0), line, theme.text.secondary);
    let spoken = format!("{} {headline}, {}, {}", incident.device, text::life(incident.life), incident.id);
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, selected, &spoken));
    focus_ring(ui, &response);
    match (response.double_clicked(), response.clicked()) {
        (true, _) => Answer::Open,
        (_, true) => Answer::Select,
        _ => Answer::None,
    }
}
