//! One connection: cause, effect and fix where something is wrong, and its figures.

use eframe::egui::{Align2, Rect, Role, Ui, UiBuilder, pos2, vec2};

use super::super::PanelContext;
use super::{card, kept, link_name, refused, undelivered};
use crate::model::{Link, LinkState, LinkStatus, PicoUsd, StepKind};
use crate::state::Snapshot;
use crate::ui::search::Typed;
use crate::ui::shapes::{Mark, elided};
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{Button, badge, link_status, name, put};
use crate::ui::{icons, text, tr, words};

const HEAD_H: f32 = 62.0;

pub(super) fn ui(ui: &mut Ui, snapshot: &Snapshot, link: Link, search: &mut Typed, context: &mut PanelContext<'_>) {
    let Some(status) = snapshot.links.get(&link) else { return };
    let room = ui.max_rect();
    head(ui, Rect::from_min_size(room.min, vec2(room.width(), HEAD_H)), link, status);
    let mut top = room.top() + HEAD_H + 18.0;
    if !matches!(status.state, LinkState::Up) {
        top = wrong(ui, top, link, status, context) + 18.0;
    }
    let figures = figures(link, snapshot, status);
    let rows = figures.len().div_ceil(4) as f32;
    let body = card::frame(ui, top, rows * 54.0 + 8.0, &tr!("connections-figures"), &tr!("connections-since-start"));
    paint_figures(ui, body, &figures);
    top = body.bottom() + 18.0;
    if link == Link::BrokerTelemetry {
        refused::ui(ui, top, snapshot, search, context);
    }
    if link == Link::Notify && !snapshot.undelivered.0.is_empty() {
        undelivered::ui(ui, top, snapshot, context);
    }
    if link == Link::Store && !snapshot.held.is_empty() {
        kept::ui(ui, top, snapshot);
    }
}

fn head(ui: &mut Ui, rect: Rect, link: Link, status: &LinkStatus) {
    let theme = Theme::of(ui);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
    let painter = ui.painter().clone();
    let left = rect.left() + card::INSET;
    put(&painter, pos2(left, rect.top() + 22.0), Align2::LEFT_CENTER, link_name(link), Type::Title.font(), theme.text.primary);
    let about = match link {
        Link::BrokerCrash => tr!("connections-about-crash"),
        Link::BrokerTelemetry => tr!("connections-about-telemetry"),
        Link::Store => tr!("connections-about-store"),
        Link::Notify => tr!("connections-about-notify"),
        Link::Seats => tr!("connections-about-seats"),
        Link::Stack => tr!("connections-about-stack"),
        Link::SelfTest => tr!("connections-about-self-test"),
    };
    let about = elided(&painter, &about, &Type::Small.font(), theme.text.secondary, rect.width() - 240.0);
    painter.galley(pos2(left, rect.top() + 43.0 - about.size().y / 2.0), about, theme.text.secondary);
    let place = Rect::from_min_max(pos2(rect.right() - 220.0, rect.top()), pos2(rect.right() - card::INSET, rect.bottom()));
    let layout = eframe::egui::Layout::right_to_left(eframe::egui::Align::Center);
    let mut child = ui.new_child(UiBuilder::new().max_rect(place).layout(layout));
    let words = text::link_of(link, status.state);
    badge(&mut child, Some(Mark::link(status.state)), words, link_status(theme, status.state));
}

/// Cause and fix as the edge said them, and what is affected; gives where the card ends.
fn wrong(ui: &mut Ui, top: f32, link: Link, status: &LinkStatus, context: &PanelContext<'_>) -> f32 {
    let theme = Theme::of(ui);
    let effect = match (link, status.state) {
        (Link::SelfTest, LinkState::NotSet | LinkState::Connecting) => tr!("connections-effect-untested"),
        (Link::SelfTest, _) => tr!("connections-effect-self-test"),
        (Link::Seats, LinkState::NotSet) => tr!("connections-effect-no-seats"),
        (Link::Seats, _) => tr!("connections-effect-seats"),
        (Link::Stack, LinkState::NotSet) => tr!("connections-effect-no-stack"),
        (Link::Stack, _) => tr!("connections-effect-stack"),
        (_, LinkState::NotSet) => tr!("connections-effect-not-set"),
        (Link::BrokerCrash, _) => tr!("connections-effect-crash"),
        (Link::BrokerTelemetry, _) => tr!("connections-effect-telemetry"),
        (Link::Store, _) => tr!("connections-effect-store"),
        (Link::Notify, LinkState::Connecting) => tr!("connections-effect-unused"),
        (Link::Notify, _) => tr!("connections-effect-notify"),
    };
    let cause = match link {
        _ if status.reason.is_empty() => text::link_of(link, status.state).to_owned(),
        Link::Seats if status.state == LinkState::NotSet => tr!("connections-one-seat"),
        // One channel a line, as the timelines have it.
        Link::Notify => {
            let said = |line: &str| words::step(&StepKind::TellFailed, line).unwrap_or_else(|| line.to_owned());
            status.reason.lines().map(said).collect::<Vec<_>>().join("\n")
        }
        _ => status.reason.clone(),
    };
    let width = ui.max_rect().width() - 2.0 * card::INSET - 68.0;
    let painter = ui.painter().clone();
    let cause = painter.layout(cause, Type::Body.semibold(), theme.text.primary, width);
    let effect = painter.layout(effect, Type::Small.font(), theme.text.secondary, width);
    let foot = if status.raw.is_empty() && status.next_try_at.is_none() { 16.0 } else { 44.0 };
    let height = 16.0 + cause.size().y + 6.0 + effect.size().y + foot;
    let rect = card::colored(ui, top, height, link_status(theme, status.state));
    Mark::link(status.state).paint(&painter, rect.min + vec2(24.0, 24.0), 14.0, link_status(theme, status.state).fg);
    let left = rect.left() + 46.0;
    let spoken = format!("{} {}", cause.text(), effect.text());
    let below = rect.top() + 14.0 + cause.size().y + 6.0;
    painter.galley(pos2(left, rect.top() + 14.0), cause, theme.text.primary);
    let y = below + effect.size().y + 20.0;
    painter.galley(pos2(left, below), effect, theme.text.secondary);
    let mut x = left;
    if let Some(at) = status.next_try_at {
        let words = tr!("connections-next-try", age = text::age(at, context.now));
        x = put(&painter, pos2(left, y), Align2::LEFT_CENTER, words, Type::Small.medium(), theme.text.primary).right() + 16.0;
    }
    if !status.raw.is_empty() {
        let place = Rect::from_min_max(pos2(rect.right() - 120.0, y - 14.0), pos2(rect.right() - PANE_PAD.x, y + 14.0));
        let layout = eframe::egui::Layout::right_to_left(eframe::egui::Align::Center);
        let mut child = ui.new_child(UiBuilder::new().max_rect(place).layout(layout));
        if child.add(Button::quiet(&tr!("connections-copy")).icon(icons::COPY).named(tr!("connections-copy-raw"))).clicked() {
            ui.ctx().copy_text(format!("{}: {}\n{}", link_name(link), status.reason, status.raw));
        }
        let raw = elided(&painter, &status.raw, &Type::Mono.font(), theme.text.secondary, place.left() - x - 12.0);
        painter.galley(pos2(x, y - raw.size().y / 2.0), raw, theme.text.secondary);
    }
    name(ui, rect, "wrong", Role::Label, &spoken);
    rect.bottom()
}

/// Label and value.
type Figure = (String, String);

fn figures(link: Link, snapshot: &Snapshot, status: &LinkStatus) -> Vec<Figure> {
    let counters = &snapshot.counters;
    let mut figures = vec![(tr!("connections-times-up"), text::count(u64::from(status.n_connects)))];
    let n = |label: String, n: u64| (label, text::count(n));
    let queue = |wanted: &str| {
        let found = snapshot.queues.iter().find(|queue| queue.name == wanted);
        found.map(|queue| {
            let of = tr!("connections-of", n = text::count(queue.depth as u64), of = text::count(queue.capacity as u64));
            (tr!("connections-queue"), of)
        })
    };
    match link {
        Link::BrokerCrash => {
            figures.push(n(tr!("connections-crash-reports"), counters.crash_reports));
            figures.push(n(tr!("connections-duplicates"), counters.duplicates));
            figures.push(n(tr!("connections-unpublished"), counters.unpublished));
        }
        Link::BrokerTelemetry => {
            figures.push(n(tr!("connections-received"), counters.received));
            figures.push(n(tr!("connections-kept"), counters.kept));
            figures.push(n(tr!("connections-shed"), counters.shed));
            figures.push(n(tr!("connections-rejected"), counters.rejected));
            figures.push(n(tr!("connections-duplicates"), counters.duplicates));
            let rate = tr!(
                "connections-rate",
                now = text::count(u64::from(snapshot.rate.now)),
                peak = text::count(u64::from(snapshot.rate.peak))
            );
            figures.push((tr!("connections-rate-label"), rate));
            figures.extend(queue("inbox"));
        }
        Link::Store => {
            figures.push((tr!("connections-on-disk"), text::bytes(snapshot.store_bytes)));
            figures.push(n(tr!("connections-unsaved"), counters.unsaved));
            figures.extend(queue("records"));
            let (used, budget) = snapshot.memory;
            figures.push((tr!("connections-memory"), tr!("connections-of", n = text::bytes(used), of = text::bytes(budget))));
        }
        Link::Seats => {
            if let Some(look) = &snapshot.seats {
                figures.push(n(tr!("connections-seats-waiting"), look.n_waiting));
                for seat in &look.others {
                    let state = if seat.is_here() { tr!("connections-seat-here") } else { tr!("connections-seat-away") };
                    figures.push((seat.name.clone(), state));
                }
            }
        }
        Link::Stack => {
            if let Some(look) = &snapshot.stack {
                figures.push((tr!("connections-watched"), text::count(look.functions.len() as u64)));
                figures.push((tr!("connections-metrics-a-look"), text::count(u64::from(look.n_metrics))));
                let price = |price: Option<PicoUsd>| price.map_or_else(|| tr!("functions-not-known"), text::usd);
                figures.push((tr!("connections-watching-so-far"), text::usd(snapshot.stack_spent)));
                figures.push((tr!("connections-watching-a-month"), price(look.price_a_month())));
            }
        }
        Link::Notify | Link::SelfTest => {}
    }
    figures
}

fn paint_figures(ui: &Ui, body: Rect, figures: &[Figure]) {
    let theme = Theme::of(ui);
    let width = (body.width() - 28.0) / 4.0;
    for (i, (label, value)) in figures.iter().enumerate() {
        let at = body.min + vec2(14.0 + (i % 4) as f32 * width, 8.0 + (i / 4) as f32 * 54.0);
        let rect = Rect::from_min_size(at, vec2(width, 50.0));
        put(ui.painter(), at + vec2(0.0, 14.0), Align2::LEFT_CENTER, label, Type::Micro.font(), theme.text.tertiary);
        put(ui.painter(), at + vec2(0.0, 34.0), Align2::LEFT_CENTER, value, Type::Body.medium(), theme.text.primary);
        name(ui, rect, ("figure", i), Role::Label, &format!("{label}: {value}"));
    }
}
