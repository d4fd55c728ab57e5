//! What the store adds to a review: every version of the verdict, what the device did before, and what was like it.

use eframe::egui::{Align2, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::model::question::PAST_DAYS;
use crate::model::{DecidedBy, Incident, IncidentId, Occasion, PastIncident, Review, Ruling, Said, VerdictVersion};
use crate::ui::shapes::{Mark, elided};
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{Pane, empty_state, focus_ring, hairline_below, header, pane, put, row_ground, section};
use crate::ui::{icons, text, tr, word, words};

/// Height of a version's row of two lines, points.
const VERSION_H: f32 = 44.0;
/// Height of a past incident's row, points.
const ROW_H: f32 = 28.0;

/// The versions of what was said of the reports.
pub(super) fn versions(ui: &mut Ui, rect: Rect, review: Option<&Review>) {
    pane(ui, rect, "versions", |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let Some(review) = answered(ui, word!("incidents-versions"), review) else { return };
        header(ui, Pane { title: word!("incidents-versions"), note: word!("incidents-versions-note"), right: "" });
        if review.versions.is_empty() {
            empty_state(ui, icons::LIST_BULLETS, word!("incidents-no-versions"), word!("incidents-no-versions-why"), None);
            return;
        }
        let n = review.versions.len();
        ScrollArea::vertical().auto_shrink(false).show_rows(ui, VERSION_H, n, |ui, range| {
            // The newest on top.
            for idx in range {
                if let Some(version) = review.versions.get(n - 1 - idx) {
                    version_row(ui, version);
                }
            }
        });
    });
}

/// The answer, or a pane that says why there is none.
fn answered<'a>(ui: &mut Ui, title: &str, review: Option<&'a Review>) -> Option<&'a Review> {
    match review {
        Some(review) => match &review.failed {
            None => return Some(review),
            Some(why) => {
                header(ui, Pane { title, ..Pane::default() });
                let sentence = tr!("incidents-store-failed", why = why.as_str());
                empty_state(ui, icons::WARNING_OCTAGON, word!("incidents-store-unread"), &sentence, None);
            }
        },
        None => {
            header(ui, Pane { title, note: word!("incidents-asking"), right: "" });
        }
    }
    None
}

/// Who said it, when, and what.
fn version_words(version: &VerdictVersion) -> (Mark, String, String) {
    let judge = version.judge.as_ref().map_or_else(|| tr!("incidents-judge-unknown"), ToString::to_string);
    let who = match version.by {
        Occasion::Live => tr!("incidents-by-live", judge = judge),
        Occasion::Rejudge => tr!("incidents-by-rejudge", judge = judge),
        Occasion::Shadow => tr!("incidents-by-shadow", judge = judge),
        Occasion::Person => match &version.said {
            Said::Decision(decision) => tr!("incidents-by-person", who = decision.by.as_str()),
            Said::Withdrawn(who) => tr!("incidents-by-person", who = who.as_str()),
            Said::Verdict(_) => tr!("incidents-by-person", who = judge),
        },
    };
    let (mark, what) = match &version.said {
        Said::Verdict(verdict) => (Mark::ruling(verdict.ruling), words::ruled(verdict)),
        Said::Decision(decision) => {
            let ruling = text::ruling(decision.ruling);
            let reason = decision.reason.as_str();
            let what = match decision.how {
                DecidedBy::FalseAlarm => tr!("incidents-said-false-alarm", reason = reason),
                DecidedBy::Overrule => tr!("incidents-said-overrule", ruling = ruling, reason = reason),
                DecidedBy::Confirm => tr!("incidents-said-confirm", ruling = ruling, reason = reason),
            };
            (Mark::ruling(decision.ruling), what)
        }
        Said::Withdrawn(_) => (Mark::Ring, tr!("incidents-said-withdrawn")),
    };
    (mark, who, what)
}

fn version_row(ui: &mut Ui, version: &VerdictVersion) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), VERSION_H), Sense::hover());
    hairline_below(ui, rect);
    let painter = ui.painter();
    let (mark, who, what) = version_words(version);
    let (left, right) = (rect.left() + PANE_PAD.x, rect.right() - PANE_PAD.x);
    let (first, second) = (rect.top() + 14.0, rect.top() + 31.0);
    mark.paint(painter, pos2(left + 6.0, rect.center().y), 12.0, theme.text.secondary);
    let at = text::clock_millis(version.at);
    let at = put(painter, pos2(right, first), Align2::RIGHT_CENTER, at, Type::Mono.font(), theme.text.tertiary);
    let title = tr!("incidents-version", n = version.version, who = who);
    let galley = elided(painter, &title, &Type::Small.semibold(), theme.text.primary, at.left() - left - 32.0);
    painter.galley(pos2(left + 22.0, first - galley.size().y / 2.0), galley, theme.text.primary);
    let galley = elided(painter, &what, &Type::Small.font(), theme.text.secondary, right - left - 22.0);
    painter.galley(pos2(left + 22.0, second - galley.size().y / 2.0), galley, theme.text.secondary);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{title}: {what}")));
    response.on_hover_ui(|ui| {
        ui.set_max_width(420.0);
        ui.label(Type::Small.rich_semibold(&title, theme.text.primary));
        ui.label(Type::Small.rich(text::full_time(version.at), theme.text.secondary));
        ui.label(Type::Small.rich(&what, theme.text.secondary));
        if let Some(judge) = &version.judge {
            ui.label(Type::Micro.rich(tr!("incidents-limits-named", hash = judge.limits.to_string()), theme.text.tertiary));
        }
    });
}

/// What the device did, and what was like this incident; gives the one that was clicked. Only those on the desk can be.
pub(super) fn history(
    ui: &mut Ui,
    rect: Rect,
    incident: &Incident,
    review: Option<&Review>,
    on_desk: impl Fn(&IncidentId) -> bool,
) -> Option<IncidentId> {
    pane(ui, rect, "history", |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let title = word!("incidents-device-past");
        let review = answered(ui, title, review)?;
        let past = &review.device;
        let note = tr!(
            "incidents-device-counts",
            days = PAST_DAYS,
            n = past.n_incidents,
            malfunctions = past.n_malfunctions,
            alarms = past.n_false_alarms
        );
        header(ui, Pane { title: incident.device.as_str(), note: &note, right: "" });
        let mut clicked = None;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            if past.last.is_empty() {
                line(ui, word!("incidents-no-others"));
            }
            for one in &past.last {
                if row(ui, one, false, on_desk(&one.id)) {
                    clicked = Some(one.id.clone());
                }
            }
            section(ui, word!("incidents-similar"), word!("incidents-similar-note"));
            if review.similar.is_empty() {
                line(ui, word!("incidents-no-similar"));
            }
            for one in &review.similar {
                if row(ui, one, true, on_desk(&one.id)) {
                    clicked = Some(one.id.clone());
                }
            }
        });
        clicked
    })
}

fn line(ui: &mut Ui, words: &str) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_H), Sense::hover());
    let at = pos2(rect.left() + PANE_PAD.x, rect.center().y);
    put(ui.painter(), at, Align2::LEFT_CENTER, words, Type::Small.font(), theme.text.tertiary);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
}

fn row(ui: &mut Ui, one: &PastIncident, with_device: bool, opens: bool) -> bool {
    let theme = Theme::of(ui);
    let sense = if opens { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_H), sense);
    row_ground(ui, rect, false, opens && response.hovered());
    hairline_below(ui, rect);
    focus_ring(ui, &response);
    let painter = ui.painter();
    let (left, right, y) = (rect.left() + PANE_PAD.x, rect.right() - PANE_PAD.x, rect.center().y);
    let mark = one.ruling.map_or(Mark::Disc, Mark::ruling);
    mark.paint(painter, pos2(left + 6.0, y), 11.0, theme.text.secondary);
    let what = match (one.ruling, one.malfunction) {
        (Some(Ruling::Malfunction), Some(kind)) => words::malfunction(kind),
        (Some(ruling), _) => text::ruling(ruling),
        (None, _) => text::unknown(),
    };
    let decided = one.decided.map_or("", |how| match how {
        DecidedBy::FalseAlarm => word!("incidents-step-false-alarm"),
        DecidedBy::Overrule => word!("incidents-step-overruled"),
        DecidedBy::Confirm => word!("incidents-step-confirmed"),
    });
    let mut parts = vec![what.to_owned()];
    parts.extend(one.delta_v_kmh.map(|kmh| format!("Δv {}", text::kmh(kmh))));
    parts.extend((!decided.is_empty()).then(|| decided.to_owned()));
    let said = parts.join(", ");
    let day = text::full_time(one.received_at);
    let at = put(painter, pos2(right, y), Align2::RIGHT_CENTER, &day, Type::Small.font(), theme.text.tertiary);
    let mut x = left + 22.0;
    if with_device {
        let device = elided(painter, one.device.as_str(), &Type::Small.semibold(), theme.text.primary, 110.0);
        let width = device.size().x;
        painter.galley(pos2(x, y - device.size().y / 2.0), device, theme.text.primary);
        x += width + 8.0;
    }
    let galley = elided(painter, &said, &Type::Small.font(), theme.text.primary, (at.left() - x - 10.0).max(20.0));
    painter.galley(pos2(x, y - galley.size().y / 2.0), galley, theme.text.primary);
    let role = if opens { Role::Button } else { Role::Label };
    response.widget_info(|| WidgetInfo::labeled(role, true, format!("{} {}: {said}, {day}", one.id, one.device)));
    let clicked = response.clicked();
    response.on_hover_text(format!("{}  {}", one.id, one.device));
    clicked
}
