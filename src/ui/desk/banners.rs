//! Lines across the window: the broker away, the store away, and what the state has to say of the line itself.

use eframe::egui::{Align, Color32, Layout, Rect, Role, Ui, UiBuilder, pos2, vec2};

use super::Desk;
use super::silences::Sheet;
use crate::model::{Link, LinkState, Timestamp};
use crate::ui::actions::Action;
use crate::ui::panels::Screen;
use crate::ui::shapes::{self, Mark};
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::tr::saying;
use crate::ui::vitals::Broker;
use crate::ui::widgets::{Button, name};
use crate::ui::{icons, text, tr, word};

/// Where a banner's button leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leads {
    Nowhere,
    ToConnections,
    ToSilences,
}

/// One banner: cause, effect and fix, then the raw error.
pub(super) struct Line {
    critical: bool,
    title: String,
    body: String,
    raw: String,
    next: String,
    leads: Leads,
    /// Of a silence: it ends soon.
    soon: bool,
}

impl Line {
    fn plain(critical: bool, body: String) -> Self {
        let leads = Leads::Nowhere;
        Self { critical, title: String::new(), body, raw: String::new(), next: String::new(), leads, soon: false }
    }

    /// What is silenced.
    pub(super) fn silence(title: String, body: String, soon: bool) -> Self {
        Self { title, soon, leads: Leads::ToSilences, ..Self::plain(false, body) }
    }
}

impl Desk {
    /// Paints the banners from the top of `main`; gives the height they take.
    pub(super) fn banners_ui(&mut self, ui: &mut Ui, main: Rect, now: Timestamp) -> f32 {
        let mut height = 0.0;
        for (i, line) in self.banner_lines(now).iter().enumerate() {
            let room = Rect::from_min_max(pos2(main.left(), main.top() + height), main.max);
            let (used, clicked) = banner(ui, room, i, line);
            height += used;
            match line.leads {
                Leads::ToConnections if clicked => self.screen = Screen::Connections,
                Leads::ToSilences if clicked => self.silences = Some(Sheet::default()),
                _ => {}
            }
        }
        height
    }

    fn banner_lines(&self, now: Timestamp) -> Vec<Line> {
        let snapshot = &*self.snapshot;
        let mut lines = Vec::new();
        let broker = Broker::of(snapshot);
        if let Some(status) = broker.status.filter(|_| matches!(broker.state, LinkState::Down | LinkState::Degraded)) {
            let lanes = [Link::BrokerCrash, Link::BrokerTelemetry];
            let was_up = lanes.iter().filter_map(|lane| snapshot.links.get(lane)).any(|lane| lane.n_connects > 0);
            let title = match (broker.away(), self.broker_lost_at.filter(|_| was_up)) {
                (true, Some(at)) => tr!("shell-broker-lost", at = text::clock(at), age = text::age(now, at)),
                (true, None) => tr!("shell-broker-none"),
                (false, _) => tr!("shell-broker-lanes", up = broker.n_up, all = broker.n_lanes),
            };
            let effect = if broker.away() { word!("shell-broker-effect") } else { word!("shell-broker-part") };
            let next = status.next_try_at.map_or_else(String::new, |at| tr!("shell-next-try", wait = text::age(at, now)));
            let body = if status.reason.is_empty() { effect.to_owned() } else { format!("{effect} {}", status.reason) };
            let (critical, raw, leads) = (broker.away(), status.raw.clone(), Leads::ToConnections);
            lines.push(Line { critical, title, body, raw, next, leads, soon: false });
        }
        if let Some(status) = snapshot.links.get(&Link::Store).filter(|status| status.state == LinkState::Down) {
            lines.push(Line {
                title: tr!("shell-store-down"),
                raw: status.raw.clone(),
                leads: Leads::ToConnections,
                ..Line::plain(true, tr!("shell-store-effect", why = status.reason.as_str()))
            });
        }
        if let Some(status) = snapshot.links.get(&Link::Seats).filter(|status| status.state == LinkState::Down) {
            let next = status.next_try_at.map_or_else(String::new, |at| tr!("shell-next-try", wait = text::age(at, now)));
            let waiting = snapshot.seats.as_ref().map_or(0, |look| look.n_waiting);
            let body = match waiting {
                0 => tr!("shell-alone-effect"),
                n => format!("{} {}", word!("shell-alone-effect"), tr!("shell-alone-waiting", n = n)),
            };
            lines.push(Line {
                title: tr!("shell-alone"),
                raw: status.raw.clone(),
                next,
                leads: Leads::ToConnections,
                ..Line::plain(false, body)
            });
        }
        lines.extend(snapshot.banners.iter().map(|banner| {
            let again = banner.next_try_at.map(|at| text::again(at, now));
            let body = [saying(&banner.says)].into_iter().chain(again).collect::<Vec<_>>().join(" ");
            let leads = if banner.about.is_some() { Leads::ToConnections } else { Leads::Nowhere };
            Line { leads, ..Line::plain(banner.critical, body) }
        }));
        lines.extend(self.silence_line(now));
        lines
    }
}

/// Says that a screen's totals are not those of the moment that is shown; gives its height.
pub(super) fn totals_of_now(ui: &mut Ui, room: Rect, at: Timestamp) -> f32 {
    let body = tr!("shell-totals-of-now", at = text::clock_minutes(at));
    banner(ui, room, usize::MAX, &Line::plain(false, body)).0
}

fn banner(ui: &mut Ui, room: Rect, i: usize, line: &Line) -> (f32, bool) {
    let theme = Theme::of(ui);
    let quiet = line.leads == Leads::ToSilences && !line.soon;
    let status = match line.critical {
        true => theme.status.critical,
        false if quiet => theme.status.info,
        false => theme.status.high,
    };
    let painter = ui.painter().clone();
    let right_w = match line.leads {
        Leads::Nowhere => 0.0,
        Leads::ToConnections => 250.0,
        Leads::ToSilences => 150.0,
    };
    let text_w = (room.width() - 56.0 - PANE_PAD.x - right_w).max(120.0);
    let wrap = |words: &str, font, color: Color32| painter.layout(words.to_owned(), font, color, text_w);
    let mut parts = Vec::new();
    if !line.title.is_empty() {
        parts.push((wrap(&line.title, Type::Title.font(), theme.text.primary), theme.text.primary));
    }
    parts.push((wrap(&line.body, Type::Small.font(), theme.text.primary), theme.text.primary));
    if !line.raw.is_empty() {
        parts.push((wrap(&line.raw, Type::Mono.font(), theme.text.secondary), theme.text.secondary));
    }
    let text_h: f32 = parts.iter().map(|(galley, _)| galley.size().y).sum();
    let height = (text_h + 18.0).max(36.0);
    let rect = Rect::from_min_size(room.min, vec2(room.width(), height));
    painter.rect_filled(rect, 0.0, status.tint);
    painter.rect_filled(Rect::from_min_size(rect.min, vec2(3.0, height)), 0.0, status.fg);
    painter.hline(rect.x_range(), rect.bottom() - 0.5, (1.0, status.line));
    let icon = pos2(rect.left() + 28.0, rect.center().y);
    match line.leads {
        Leads::Nowhere => Mark::Triangle.paint(&painter, icon, 13.0, status.fg),
        Leads::ToConnections => shapes::icon(&painter, icon, 22.0, icons::PLUGS, status.fg, false),
        Leads::ToSilences => shapes::icon(&painter, icon, 18.0, icons::SPEAKER_SLASH, status.fg, false),
    }
    let mut y = rect.center().y - text_h / 2.0;
    for (galley, color) in parts {
        let h = galley.size().y;
        painter.galley(pos2(rect.left() + 56.0, y), galley, color);
        y += h;
    }
    let kind = if line.critical { word!("text-severity-critical") } else { word!("shell-warning") };
    let spoken = [kind, &line.title, &line.body, &line.raw, &line.next].join(" ");
    name(ui, rect, ("banner", i), Role::Label, spoken.trim());
    let mut clicked = false;
    if line.leads != Leads::Nowhere {
        let button = match line.leads {
            Leads::ToSilences => Button::default(word!("silences-action")).key(Action::Silences),
            _ => Button::default(word!("shell-action-connections")).named(word!("shell-show-connections")),
        };
        let place = Rect::from_min_max(pos2(rect.right() - right_w, rect.top()), pos2(rect.right() - PANE_PAD.x, rect.bottom()));
        ui.scope_builder(
            UiBuilder::new().max_rect(place).id_salt(("banner", i)).layout(Layout::right_to_left(Align::Center)),
            |ui| {
                clicked = ui.add(button).clicked();
                ui.label(Type::Small.rich(&line.next, theme.text.secondary));
            },
        );
    }
    (height, clicked)
}
