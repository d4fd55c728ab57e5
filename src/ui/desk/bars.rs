//! The top bar and the status bar.

use eframe::egui::{Align2, Color32, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use std::sync::Arc;

use super::Desk;
use super::signin::SigningIn;
use crate::model::{Link, LinkState, Timestamp};
use crate::ui::panels::Screen;
use crate::ui::shapes::{self, Mark};
use crate::ui::theme::{RADIUS_CHIP, Theme, Type, sizes};
use crate::ui::vitals::{Broker, Liveness};
use crate::ui::widgets::{focus_ring, link_status, name, put};
use crate::ui::{icons, text, tr, word};

/// Below this width the chips drop their names.
const NARROW: f32 = 1240.0;

impl Desk {
    pub(super) fn top_bar(&mut self, ui: &mut Ui, rect: Rect, liveness: Liveness, now: Timestamp) {
        let theme = Theme::of(ui);
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
        let painter = ui.painter().clone();
        let y = rect.center().y;
        shapes::icon(&painter, pos2(rect.left() + sizes().rail_w / 2.0, y), 26.0, icons::CELL_TOWER, theme.accent.base, false);
        let title = pos2(rect.left() + sizes().rail_w, y);
        let mut x = title.x;
        // In a small window what can be asked and done matters more than the name.
        if ui.ctx().content_rect().width() >= NARROW {
            x = put(&painter, title, Align2::LEFT_CENTER, "Fleetwatch", Type::Title.font(), theme.text.primary).right() + 12.0;
        }
        x = outlined(
            ui,
            pos2(x, y),
            self.wires.environment,
            theme.text.primary,
            theme.border.control,
            word!("shell-environment"),
        )
        .right()
            + 8.0;
        if self.wires.sample {
            let info = theme.status.info;
            x = outlined(ui, pos2(x, y), word!("words-sample"), info.fg, info.line, word!("shell-sample-fleet")).right() + 8.0;
        }
        x += 6.0;
        painter.vline(x, rect.y_range(), theme.hairline());
        for chip in self.chips() {
            x = self.chip(ui, Rect::from_min_max(pos2(x, rect.top()), rect.max), &chip);
        }
        self.tools(ui, Rect::from_min_max(pos2(x + 8.0, rect.top()), rect.max), liveness, now);
    }

    fn chips(&self) -> Vec<Chip> {
        let broker = Broker::of(&self.snapshot);
        let word = match broker.state {
            LinkState::Degraded if broker.n_up < broker.n_lanes => tr!("shell-lanes-up", up = broker.n_up, all = broker.n_lanes),
            LinkState::Down => self.broker_lost_at.map_or_else(
                || text::link(LinkState::Down).to_owned(),
                |at| tr!("shell-lost-for", age = text::age((self.wires.now)(), at)),
            ),
            state => text::link(state).to_owned(),
        };
        let reason = broker.status.map(|status| status.reason.clone()).unwrap_or_default();
        let mut chips = vec![Chip { name: word!("shell-broker"), go: Screen::Connections, state: broker.state, word, reason }];
        let n_functions = self.snapshot.functions.len();
        let state = if n_functions == 0 { LinkState::NotSet } else { LinkState::Up };
        let word =
            if n_functions == 0 { tr!("shell-functions-none") } else { tr!("shell-functions-in-process", n = n_functions) };
        chips.push(Chip { name: word!("shell-action-functions"), go: Screen::Functions, state, word, reason: String::new() });
        for (link, name) in [(Link::Store, word!("shell-store")), (Link::Notify, word!("shell-notify"))] {
            let status = self.snapshot.links.get(&link);
            let state = status.map_or(LinkState::NotSet, |status| status.state);
            let reason = status.map(|status| status.reason.clone()).unwrap_or_default();
            chips.push(Chip { name, go: Screen::Connections, state, word: text::link_of(link, state).to_owned(), reason });
        }
        chips
    }

    fn chip(&mut self, ui: &mut Ui, room: Rect, chip: &Chip) -> f32 {
        let theme = Theme::of(ui);
        let narrow = ui.ctx().content_rect().width() < NARROW;
        let status = link_status(theme, chip.state);
        let color = if matches!(chip.state, LinkState::Up | LinkState::NotSet) { theme.text.primary } else { status.fg };
        let painter = ui.painter().clone();
        let word = painter.layout_no_wrap(chip.word.clone(), Type::Small.medium(), color);
        let label = painter.layout_no_wrap(chip.name.to_owned(), Type::Micro.font(), theme.text.tertiary);
        let width = 28.0 + (word.size().x + 14.0).max(label.size().x);
        let rect = Rect::from_min_size(room.min, vec2(width, room.height()));
        let response = ui.interact(rect, ui.scope_id().with(("chip", chip.name)), Sense::click());
        if response.hovered() {
            painter.rect_filled(rect.shrink2(vec2(0.0, 1.0)), 0.0, theme.bg.hover);
        }
        let left = rect.left() + 14.0;
        let y = if narrow { rect.center().y } else { rect.center().y + 9.0 };
        if !narrow {
            painter.galley(pos2(left, rect.center().y - 9.0 - label.size().y / 2.0), label, theme.text.tertiary);
        }
        Mark::link(chip.state).paint(&painter, pos2(left + 4.0, y), 9.0, status.fg);
        painter.galley(pos2(left + 14.0, y - word.size().y / 2.0), word, color);
        painter.vline(rect.right() - 0.5, rect.y_range(), theme.hairline());
        focus_ring(ui, &response);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{}: {}", chip.name, chip.word)));
        if response.clicked() {
            self.screen = chip.go;
        }
        let hover = if chip.reason.is_empty() { format!("{}: {}", chip.name, chip.word) } else { chip.reason.clone() };
        response.on_hover_text(hover);
        rect.right()
    }

    pub(super) fn status_bar(&mut self, ui: &mut Ui, rect: Rect, liveness: Liveness, now: Timestamp) {
        let theme = Theme::of(ui);
        ui.painter().hline(rect.x_range(), rect.top() + 0.5, theme.hairline());
        let who = self.who();
        let mut sign_in = false;
        let snapshot = Arc::clone(&self.snapshot);
        let snapshot = &*snapshot;
        let broker = Broker::of(snapshot);
        let (strong, bad) = (theme.text.primary, theme.status.high.fg);
        let away = broker.away();
        let painter = ui.painter().clone();
        let y = rect.center().y;
        let version = concat!("fleetwatch ", env!("CARGO_PKG_VERSION"));
        let right =
            put(&painter, pos2(rect.right() - 14.0, y), Align2::RIGHT_CENTER, version, Type::Micro.font(), theme.text.tertiary);
        painter.vline(right.left() - 10.0, rect.y_range(), theme.hairline());
        let at = pos2(right.left() - 20.0, y);
        let right = put(&painter, at, Align2::RIGHT_CENTER, &who, Type::Micro.semibold(), theme.text.primary);
        let place = Rect::from_x_y_ranges(right.x_range().expand(10.0), rect.y_range());
        let response = ui.interact(place, ui.scope_id().with("who"), Sense::click());
        focus_ring(ui, &response);
        let spoken = tr!("shell-signed-in", who = who.as_str());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
        sign_in |= response.on_hover_text(word!("shell-help-sign-in")).clicked();
        painter.vline(right.left() - 10.0, rect.y_range(), theme.hairline());
        let (words, color) = match liveness {
            Liveness::Live => (text::clock(snapshot.at), strong),
            Liveness::Stale(since) => (tr!("shell-since-ago", at = text::clock(since), age = text::age(now, since)), bad),
            Liveness::NoData => (tr!("shell-no-data-yet"), strong),
        };
        let spoken = format!("{} {words}", word!("shell-data-current-to"));
        let value = put(&painter, pos2(right.left() - 20.0, y), Align2::RIGHT_CENTER, words, Type::Micro.semibold(), color);
        let label = pos2(value.left() - 5.0, y);
        let label =
            put(&painter, label, Align2::RIGHT_CENTER, word!("shell-data-current-to"), Type::Micro.font(), theme.text.tertiary);
        crate::ui::widgets::name(ui, label.union(value), "current", Role::Label, &spoken);
        let room = label.left() - 16.0;
        let mut x = rect.left() + 14.0;
        let mut field = |label: &str, value: &str, rest: &str, color: Color32, hover: &str| {
            let words = [
                (label, Type::Micro.font(), theme.text.tertiary),
                (value, Type::Micro.semibold(), color),
                (rest, Type::Micro.font(), theme.text.tertiary),
            ];
            let galleys: Vec<_> = words
                .into_iter()
                .filter(|(words, ..)| !words.is_empty())
                .map(|(words, font, color)| (painter.layout_no_wrap(words.to_owned(), font, color), color))
                .collect();
            let width: f32 = galleys.iter().map(|(galley, _)| galley.size().x + 5.0).sum();
            if x + width + 7.0 > room {
                return;
            }
            let begin = x;
            for (galley, color) in galleys {
                let size = galley.size();
                painter.galley(pos2(x, y - size.y / 2.0), galley, color);
                x += size.x + 5.0;
            }
            x += 7.0;
            painter.vline(x, rect.y_range(), theme.hairline());
            let place = Rect::from_min_max(pos2(begin, rect.top()), pos2(x, rect.bottom()));
            let words = [label, value, rest].join(" ");
            let response = name(ui, place, ("status", label), Role::Label, words.trim());
            if !hover.is_empty() {
                response.on_hover_text(hover);
            }
            x += 12.0;
        };
        match broker.state {
            LinkState::NotSet => field(word!("shell-messages"), word!("shell-no-broker"), "", strong, ""),
            _ => field(
                word!("shell-messages"),
                &tr!("shell-per-second", n = snapshot.rate.now),
                "",
                if away { bad } else { strong },
                "",
            ),
        }
        let micros = |micros: Option<u32>| micros.map_or_else(|| tr!("shell-not-known"), |us| text::micros(i64::from(us)));
        let latency = format!("p50 {} p99 {}", micros(snapshot.latency.p50_micros), micros(snapshot.latency.p99_micros));
        field(word!("shell-latency"), &latency, "", strong, word!("shell-latency-help"));
        if away {
            field(word!("shell-dropped"), word!("shell-dropped-unknown"), "", bad, word!("shell-dropped-unknown-help"));
        } else {
            let shed = snapshot.counters.shed;
            let color = if shed > 0 { bad } else { strong };
            field(word!("shell-dropped"), &text::count(shed), "", color, word!("shell-dropped-help"));
        }
        let reasons: Vec<String> =
            snapshot.counters.rejected_by.iter().map(|(reason, n)| format!("{}: {}", reason.key(), text::count(*n))).collect();
        field(word!("shell-rejected"), &text::count(snapshot.counters.rejected), "", strong, &reasons.join("\n"));
        let deepest = snapshot.queues.iter().max_by(|a, b| share(a).total_cmp(&share(b)));
        match deepest {
            Some(queue) => {
                let color = if share(queue) > 0.5 { bad } else { strong };
                let of = tr!("shell-queue-of", n = queue.capacity, name = queue_name(queue.name));
                field(word!("shell-queue"), &text::count(queue.depth as u64), &of, color, word!("shell-queue-help"));
            }
            None => field(word!("shell-queue"), word!("shell-not-known"), "", strong, ""),
        }
        field(word!("shell-store"), &text::bytes(snapshot.store_bytes), "", strong, word!("shell-store-help"));
        let frame = self.frame_secs.map_or_else(|| tr!("shell-not-known"), |secs| text::micros((f64::from(secs) * 1e6) as i64));
        field(word!("shell-frame"), &frame, "", strong, word!("shell-frame-help"));
        if sign_in {
            self.signing_in = Some(SigningIn::default());
        }
    }
}

struct Chip {
    name: &'static str,
    /// Where a click goes.
    go: Screen,
    state: LinkState,
    word: String,
    reason: String,
}

/// A queue in a word; one that has none here is called as in the log.
fn queue_name(name: &'static str) -> &'static str {
    match name {
        "inbox" => word!("shell-queue-inbox"),
        "facts" => word!("shell-queue-facts"),
        "records" => word!("shell-queue-records"),
        "numbers" => word!("shell-queue-numbers"),
        name => name,
    }
}

fn share(queue: &crate::model::QueueReading) -> f64 {
    queue.depth as f64 / queue.capacity.max(1) as f64
}

fn outlined(ui: &Ui, left: eframe::egui::Pos2, word: &str, color: Color32, line: Color32, what: &str) -> Rect {
    let painter = ui.painter();
    let galley = painter.layout_no_wrap(word.to_owned(), Type::Small.semibold(), color);
    let rect = Rect::from_min_size(left - vec2(0.0, 11.0), vec2(galley.size().x + 16.0, 22.0));
    painter.rect_stroke(rect, f32::from(RADIUS_CHIP), Stroke::new(1.0, line), StrokeKind::Inside);
    painter.galley(rect.center() - galley.size() / 2.0, galley, color);
    name(ui, rect, ("chip", what), Role::Label, &format!("{word} {what}"));
    rect
}
