//! The templates with their little curves, and what was sent.

use eframe::egui::text::LayoutJob;
use eframe::egui::{Align2, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::templates::{Expected, Template};
use super::trace::{Standing, standing};
use crate::model::Language;
use crate::model::{Origin, PacketId};
use crate::state::snapshot::Trace;
use crate::ui::panels::incidents::pulse::spark;
use crate::ui::shapes::{self, Mark, elided};
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{Pane, focus_ring, hairline_below, header, pane, put, row_ground};
use crate::ui::{icons, text, tr, word, words};

/// Height of a template's row, points.
const TEMPLATE_H: f32 = 70.0;
/// Height of a sent row, points.
const SENT_H: f32 = 32.0;

/// The icon of a template, by its key.
fn icon(key: &str) -> &'static str {
    match key {
        "phone_drop" => "\u{e1e0}",
        "stuck_sensor" => icons::WRENCH,
        "hard_brake" => "\u{e628}",
        "silent_after_impact" => "\u{e0d4}",
        "overheat" => icons::THERMOMETER_HOT,
        "cold_chain_break" => "\u{e5aa}",
        "burst" => "\u{e466}",
        "pulse_lab" => icons::CHART_LINE,
        _ => "\u{e112}",
    }
}

/// The list of templates; gives the one that was clicked.
pub(super) fn templates(ui: &mut Ui, rect: Rect, all: &[Template], chosen: &str) -> Option<usize> {
    pane(ui, rect, "templates", |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        header(ui, Pane { title: word!("inject-templates"), note: &all.len().to_string(), right: "" });
        let mut clicked = None;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for (idx, template) in all.iter().enumerate() {
                if row(ui, template, template.key == chosen) {
                    clicked = Some(idx);
                }
            }
        });
        clicked
    })
}

fn row(ui: &mut Ui, template: &Template, selected: bool) -> bool {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), TEMPLATE_H), Sense::click());
    row_ground(ui, rect, selected, response.hovered());
    hairline_below(ui, rect);
    focus_ring(ui, &response);
    let painter = ui.painter();
    let ink = if selected { theme.accent.base } else { theme.text.secondary };
    let (left, right) = (rect.left() + PANE_PAD.x, rect.right() - PANE_PAD.x);
    shapes::icon(painter, pos2(left + 9.0, rect.center().y), 20.0, icon(template.key), ink, false);
    let curve = Rect::from_center_size(pos2(right - 26.0, rect.top() + 45.0), vec2(52.0, 18.0));
    spark(painter, curve, &template.preview, Stroke::new(1.5, theme.plot.series[0]));
    let room = curve.left() - left - 44.0;
    let (title_words, about_words) = template.scenario.words(Language::spoken().tag());
    let title = elided(painter, title_words, &Type::Section.font(), theme.text.primary, right - left - 31.0);
    painter.galley(pos2(left + 31.0, rect.top() + 8.0), title, theme.text.primary);
    let mut about = LayoutJob::simple(about_words.to_owned(), Type::Small.font(), theme.text.secondary, room);
    about.wrap.max_rows = 2;
    painter.galley(pos2(left + 31.0, rect.top() + 29.0), painter.layout_job(about), theme.text.secondary);
    let spoken = tr!("inject-template", title = title_words, about = about_words);
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, selected, &spoken));
    let clicked = response.clicked();
    response.on_hover_text(format!("{title_words}. {about_words}"));
    clicked
}

/// What was sent, newest first; gives the one that was clicked.
pub(super) fn sent<'a>(
    ui: &mut Ui,
    rect: Rect,
    traces: impl ExactSizeIterator<Item = &'a Trace>,
    chosen: Option<PacketId>,
    about: impl Fn(&Trace) -> (String, Option<Expected>),
) -> Option<PacketId> {
    pane(ui, rect, "sent", |ui| {
        let theme = Theme::of(ui);
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let n = traces.len();
        header(ui, Pane { title: word!("inject-sent"), note: &text::count(n as u64), right: "" });
        let mut clicked = None;
        if n == 0 {
            let at = ui.next_widget_position() + vec2(PANE_PAD.x, 18.0);
            let words = word!("inject-nothing-sent");
            put(ui.painter(), at, Align2::LEFT_CENTER, words, Type::Small.font(), theme.text.tertiary);
            return None;
        }
        let traces: Vec<&Trace> = traces.collect();
        ScrollArea::vertical().auto_shrink(false).show_rows(ui, SENT_H, n, |ui, range| {
            for trace in traces.get(range).unwrap_or_default() {
                let (title, expected) = about(trace);
                if sent_row(ui, trace, &title, chosen == Some(trace.packet), expected.as_ref()) {
                    clicked = Some(trace.packet);
                }
            }
        });
        clicked
    })
}

fn sent_row(ui: &mut Ui, trace: &Trace, title: &str, selected: bool, expected: Option<&Expected>) -> bool {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), SENT_H), Sense::click());
    row_ground(ui, rect, selected, response.hovered());
    hairline_below(ui, rect);
    focus_ring(ui, &response);
    let painter = ui.painter();
    let y = rect.center().y;
    let at = trace.stages.first().map(|stage| text::clock(stage.begin)).unwrap_or_default();
    let clock = put(painter, pos2(rect.left() + PANE_PAD.x, y), Align2::LEFT_CENTER, &at, Type::Mono.font(), theme.text.tertiary);
    let standing = standing(trace, expected);
    let (mark, ink) = look(theme, standing);
    let word = put(
        painter,
        pos2(rect.right() - PANE_PAD.x, y),
        Align2::RIGHT_CENTER,
        standing.word(),
        Type::Small.medium(),
        theme.text.primary,
    );
    mark.paint(painter, pos2(word.left() - 11.0, y), 10.0, ink);
    let shown = elided(painter, title, &Type::Small.font(), theme.text.primary, (word.left() - clock.right() - 36.0).max(20.0));
    painter.galley(pos2(clock.right() + 12.0, y - shown.size().y / 2.0), shown, theme.text.primary);
    response.widget_info(|| {
        WidgetInfo::selected(
            Role::ListItem,
            true,
            selected,
            tr!(
                "inject-sent-row",
                at = at.as_str(),
                title = title,
                standing = standing.word(),
                packet = trace.packet.to_string()
            ),
        )
    });
    response.clicked()
}

/// The shape and colour of how a trace stands.
pub(super) fn look(theme: &Theme, standing: Standing) -> (Mark, eframe::egui::Color32) {
    match standing {
        Standing::Running => (Mark::HalfDisc, theme.status.info.fg),
        Standing::Passed | Standing::Arrived => (Mark::Check, theme.status.ok.fg),
        Standing::Failed | Standing::Other => (Mark::Cross, theme.status.critical.fg),
    }
}

/// The banner over everything: nothing sent here can reach a responder.
pub(super) fn banner(ui: &mut Ui, rect: Rect, drills: usize) {
    let theme = Theme::of(ui);
    let violet = theme.status.drill;
    let painter = ui.painter().clone();
    painter.rect_filled(rect, 0.0, violet.tint);
    shapes::hatch(&painter, rect, violet.line);
    shapes::dashed_rect(&painter, rect, violet.fg);
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect.shrink2(vec2(PANE_PAD.x, 13.0))).id_salt("banner"));
    let x = crate::ui::widgets::drill_badge(&mut child).rect.right() + 14.0;
    let y = rect.center().y;
    let (mode, words) = (word!("inject-drill-mode"), word!("inject-drill-mode-why"));
    let lead = painter.layout_no_wrap(mode.to_owned(), Type::Body.semibold(), theme.text.primary);
    let right_words = tr!("inject-kept", n = drills as u64);
    let right = painter.layout_no_wrap(right_words.clone(), Type::Small.medium(), theme.text.primary);
    let right_at = pos2(rect.right() - PANE_PAD.x - right.size().x, y - right.size().y / 2.0);
    let room = right_at.x - x - lead.size().x - 40.0;
    let rest = elided(&painter, words, &Type::Body.font(), theme.text.primary, room);
    let plate =
        Rect::from_min_max(pos2(x - 6.0, rect.top() + 9.0), pos2(x + lead.size().x + 12.0 + rest.size().x, rect.bottom() - 9.0));
    painter.rect_filled(plate, 2.0, violet.tint);
    let lead_w = lead.size().x;
    painter.galley(pos2(x, y - lead.size().y / 2.0), lead, theme.text.primary);
    painter.galley(pos2(x + lead_w + 6.0, y - rest.size().y / 2.0), rest, theme.text.primary);
    painter.rect_filled(Rect::from_min_size(right_at, right.size()).expand2(vec2(6.0, 4.0)), 2.0, violet.tint);
    painter.galley(right_at, right, theme.text.primary);
    crate::ui::widgets::name(
        ui,
        rect,
        "drill banner",
        Role::Label,
        &format!("{} {mode} {words} {right_words}", words::origin(Origin::Drill).unwrap_or_default()),
    );
}
