//! What AWS says that the month cost, day by day beside our estimate; and what it costs to know.

use eframe::egui::{Align2, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::model::{ActualDay, Actuals, PicoUsd, Timestamp};
use crate::state::Snapshot;
use crate::ui::shapes::elided;
use crate::ui::theme::{PANE_PAD, Theme, Type, sizes};
use crate::ui::widgets::{Pane, hairline_below, header, put, section};
use crate::ui::{text, tr};

/// Where columns end, as a share of the width; the first is words from the left.
const LAMBDA: f32 = 0.44;
const OURS: f32 = 0.70;
const ALL: f32 = 1.0;
/// Height of a line of figures, points.
const LINE_H: f32 = 28.0;

/// Whether there is anything of AWS to show.
pub(super) const fn has(snapshot: &Snapshot) -> bool {
    snapshot.stack.is_some() || snapshot.actuals.is_some()
}

/// What it costs a month to watch what is watched; `None` where nothing is, or no price sheet says.
pub(super) fn watching(snapshot: &Snapshot) -> Option<PicoUsd> {
    let looks = snapshot.stack.as_ref().and_then(|look| look.price_a_month());
    let asks = snapshot.actuals.as_ref().and_then(|actuals| actuals.price_a_month());
    [looks, asks].into_iter().flatten().reduce(|all, price| all + price)
}

/// Paints it; gives the free part of the header.
pub(super) fn ui(ui: &mut Ui, snapshot: &Snapshot, now: Timestamp) -> Rect {
    let actuals = snapshot.actuals.as_deref();
    let note = match actuals {
        None => tr!("cost-actuals-off"),
        Some(actuals) if actuals.at.0 == 0 => tr!("cost-actuals-none"),
        Some(actuals) => tr!("cost-actuals-note", month = &*actuals.month, age = text::age(now, actuals.at)),
    };
    let free = header(ui, Pane { title: &tr!("cost-on-aws"), note: &note, ..Pane::default() });
    let room = ui.available_rect_before_wrap();
    let (left, right) = room.split_left_right_at_x(room.left() + room.width() * 0.61);
    ui.painter().vline(left.right() - 0.5, left.y_range(), Theme::of(ui).hairline());
    ui.scope_builder(UiBuilder::new().max_rect(left).id_salt("days"), |ui| days(ui, actuals));
    ui.scope_builder(UiBuilder::new().max_rect(right).id_salt("watching"), |ui| {
        ui.set_clip_rect(right.intersect(ui.clip_rect()));
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| costs_of_knowing(ui, snapshot, actuals));
    });
    free
}

/// Why there are no days, or no new ones.
fn words(ui: &mut Ui, words: &str) {
    let theme = Theme::of(ui);
    let width = ui.available_width() - 2.0 * PANE_PAD.x;
    let galley = ui.painter().layout(words.to_owned(), Type::Small.font(), theme.text.secondary, width);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), galley.size().y + 14.0), Sense::hover());
    ui.painter().galley(rect.min + vec2(PANE_PAD.x, 7.0), galley, theme.text.secondary);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
}

fn days(ui: &mut Ui, actuals: Option<&Actuals>) {
    let theme = Theme::of(ui);
    let Some(actuals) = actuals else {
        words(ui, &tr!("cost-actuals-set"));
        return;
    };
    if let Some(problem) = &actuals.problem {
        words(ui, &tr!("cost-actuals-problem", words = problem.as_str()));
    }
    if actuals.at.0 == 0 {
        return;
    }
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), sizes().row_compact), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme.bg.header);
    hairline_below(ui, rect);
    let (left, right) = (rect.left() + PANE_PAD.x, rect.right() - PANE_PAD.x);
    let x = |share: f32| left + (right - left) * share;
    for (share, align, words) in [
        (0.0, Align2::LEFT_CENTER, tr!("cost-col-day")),
        (LAMBDA, Align2::RIGHT_CENTER, tr!("cost-col-lambda")),
        (OURS, Align2::RIGHT_CENTER, tr!("cost-col-ours")),
        (ALL, Align2::RIGHT_CENTER, tr!("cost-col-all")),
    ] {
        put(ui.painter(), pos2(x(share), rect.center().y), align, words, Type::Micro.medium(), theme.text.tertiary);
    }
    let n_days = actuals.days.len();
    ScrollArea::vertical().id_salt("days").auto_shrink(false).show_rows(ui, LINE_H, n_days + 1, |ui, shown| {
        for i in shown {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE_H), Sense::hover());
            hairline_below(ui, rect);
            let y = rect.center().y;
            let painter = ui.painter();
            let cell = |share: f32, words: &str, strong: bool| {
                let (font, color) =
                    if strong { (Type::Body.medium(), theme.text.primary) } else { (Type::Small.font(), theme.text.tertiary) };
                put(painter, pos2(x(share), y), Align2::RIGHT_CENTER, words, font, color)
            };
            // The newest day first, below the sums.
            let place = n_days.checked_sub(i);
            let day = place.filter(|_| i > 0).and_then(|place| Some((place, actuals.days.get(place)?)));
            let spoken = if let Some((place, day)) = day {
                let name = format!("{}-{:02}", actuals.month, place + 1);
                put(painter, pos2(left, y), Align2::LEFT_CENTER, &name, Type::Mono.font(), theme.text.primary);
                let by_aws = |price: Option<PicoUsd>| price.map_or_else(|| tr!("cost-no-word"), text::usd);
                let (lambda, all) = (by_aws(day.lambda), by_aws(day.actual));
                let ours = day.due.map_or_else(|| tr!("cost-no-count"), text::usd);
                let lambda_rect = cell(LAMBDA, &lambda, day.lambda.is_some());
                cell(OURS, &ours, day.due.is_some());
                cell(ALL, &all, day.actual.is_some());
                let mark = if day.estimated { tr!("cost-estimated") } else { String::new() };
                // Where it is narrow the hover says it.
                let end = pos2(lambda_rect.left() - 10.0, y);
                let galley = painter.layout_no_wrap(mark.clone(), Type::Micro.font(), theme.status.medium.fg);
                if end.x - galley.size().x > left + 78.0 {
                    painter.galley(pos2(end.x - galley.size().x, y - galley.size().y / 2.0), galley, theme.status.medium.fg);
                }
                format!("{name}: {lambda} {ours} {all} {mark}")
            } else {
                let sums: [fn(&ActualDay) -> Option<PicoUsd>; 3] = [|day| day.lambda, |day| day.due, |day| day.actual];
                let [lambda, ours, all] = sums.map(|of| actuals.sum(of).0.map_or_else(|| tr!("cost-not-yet"), text::usd));
                let (_, n_missing) = actuals.sum(|day| day.actual);
                let name = if n_missing == 0 { tr!("cost-all-days") } else { tr!("cost-known-days", n = n_missing as u64) };
                for (share, sum) in [(OURS, &ours), (ALL, &all)] {
                    cell(share, sum, true);
                }
                let room = cell(LAMBDA, &lambda, true).left() - left - 6.0;
                let cut = elided(painter, &name, &Type::Small.semibold(), theme.text.primary, room);
                painter.galley(pos2(left, y - cut.size().y / 2.0), cut, theme.text.primary);
                format!("{name}: {lambda} {ours} {all}")
            };
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, spoken.trim()));
            if let Some((_, day)) = day {
                let calls = day.calls.map_or_else(|| tr!("cost-no-count"), text::count);
                let list = day.list.map_or_else(|| tr!("cost-no-count"), text::usd);
                let mark = if day.estimated { tr!("cost-estimated-why") } else { String::new() };
                response.on_hover_text(format!("{} {mark}", tr!("cost-actual-hover", calls = calls, list = list)).trim());
            }
        }
    });
}

/// A line of figures.
fn figure(ui: &mut Ui, label: &str, value: &str) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE_H), Sense::hover());
    hairline_below(ui, rect);
    let theme = Theme::of(ui);
    let (left, right, y) = (rect.left() + PANE_PAD.x, rect.right() - PANE_PAD.x, rect.center().y);
    let painter = ui.painter();
    let place = put(painter, pos2(right, y), Align2::RIGHT_CENTER, value, Type::Body.medium(), theme.text.primary);
    let label_cut = elided(painter, label, &Type::Small.font(), theme.text.primary, place.left() - left - 6.0);
    painter.galley(pos2(left, y - label_cut.size().y / 2.0), label_cut, theme.text.primary);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{label} {value}")));
}

fn costs_of_knowing(ui: &mut Ui, snapshot: &Snapshot, actuals: Option<&Actuals>) {
    let known = |price: Option<PicoUsd>| price.map_or_else(|| tr!("functions-not-known"), text::usd);
    section(ui, &tr!("cost-watching"), &tr!("cost-watching-note"));
    if let Some(look) = &snapshot.stack {
        let every = text::age(Timestamp(i64::from(look.every_secs) * 1_000_000), Timestamp(0));
        figure(ui, &tr!("cost-looks", every = every), &known(look.price_a_month()));
        figure(ui, &tr!("cost-looks-so-far"), &text::usd(snapshot.stack_spent));
    }
    let Some(actuals) = actuals else { return };
    figure(ui, &tr!("cost-asks", h = actuals.every_h), &known(actuals.price_a_month()));
    figure(ui, &tr!("cost-asks-so-far", n = actuals.n_requests), &known(actuals.spent()));
    if let Some(why) = &actuals.no_estimate {
        words(ui, &tr!("cost-no-estimate", words = why.as_str()));
    }
    if !actuals.services.is_empty() {
        section(ui, &tr!("cost-by-service"), &tr!("cost-by-service-note"));
        for (service, price) in &actuals.services {
            figure(ui, service, &text::usd(*price));
        }
    }
}
