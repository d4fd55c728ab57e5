//! The top bar and the status bar.

use eframe::egui::{Align2, Color32, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::{Desk, switch_theme};
use crate::model::{Link, LinkState, Timestamp};
use crate::ui::actions::Action;
use crate::ui::panels::Screen;
use crate::ui::shapes::{self, Mark};
use crate::ui::theme::{RADIUS_CHIP, RADIUS_CONTROL, Status, Theme, Type, sizes};
use crate::ui::tr::Language;
use crate::ui::vitals::{Broker, Liveness};
use crate::ui::widgets::{focus_ring, link_status, name, put};
use crate::ui::{icons, text, tr};

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
        let mut x =
            put(&painter, title, Align2::LEFT_CENTER, "Fleetwatch", Type::Title.font(), theme.text.primary).right() + 12.0;
        x = outlined(ui, pos2(x, y), self.wires.environment, theme.text.primary, theme.border.control, "environment").right()
            + 8.0;
        if self.wires.sample {
            let info = theme.status.info;
            x = outlined(ui, pos2(x, y), "SAMPLE", info.fg, info.line, "sample fleet").right() + 8.0;
        }
        x += 6.0;
        painter.vline(x, rect.y_range(), theme.hairline());
        for chip in self.chips() {
            x = self.chip(ui, Rect::from_min_max(pos2(x, rect.top()), rect.max), &chip);
        }
        self.right_end(ui, rect, liveness, now);
    }

    fn chips(&self) -> Vec<Chip> {
        let broker = Broker::of(&self.snapshot);
        let word = match broker.state {
            LinkState::Degraded if broker.n_up < broker.n_lanes => format!("{} of {} up", broker.n_up, broker.n_lanes),
            state => text::link(state).to_owned(),
        };
        let reason = broker.status.map(|status| status.reason.clone()).unwrap_or_default();
        let mut chips = vec![Chip { name: "Broker", state: broker.state, word, reason }];
        let n_functions = self.snapshot.functions.len();
        let state = if n_functions == 0 { LinkState::NotSet } else { LinkState::Up };
        let word = if n_functions == 0 { "None yet".to_owned() } else { format!("{n_functions} in process") };
        chips.push(Chip { name: "Functions", state, word, reason: String::new() });
        for (link, name) in [(Link::Store, "Store"), (Link::Notify, "Notify")] {
            let status = self.snapshot.links.get(&link);
            let state = status.map_or(LinkState::NotSet, |status| status.state);
            let reason = status.map(|status| status.reason.clone()).unwrap_or_default();
            chips.push(Chip { name, state, word: text::link_of(link, state).to_owned(), reason });
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
            self.screen = if chip.name == "Functions" { Screen::Functions } else { Screen::Connections };
        }
        let hover = if chip.reason.is_empty() { format!("{}: {}", chip.name, chip.word) } else { chip.reason.clone() };
        response.on_hover_text(hover);
        rect.right()
    }

    fn right_end(&mut self, ui: &mut Ui, rect: Rect, liveness: Liveness, now: Timestamp) {
        let theme = Theme::of(ui);
        let y = rect.center().y;
        let mut x = rect.right() - 14.0;
        let dark = ui.visuals().dark_mode;
        let (glyph, name) = if dark { (icons::MOON, "Theme: dark") } else { (icons::SUN, "Theme: light") };
        if icon_button(ui, pos2(x - 12.0, y), glyph, name, Action::SwitchTheme).clicked() {
            switch_theme(ui.ctx());
        }
        x -= 32.0;
        if language_button(ui, pos2(x - 12.0, y)).clicked() {
            Language::spoken().other().speak();
        }
        x -= 32.0;
        if icon_button(ui, pos2(x - 12.0, y), icons::KEYBOARD, "Keys", Action::Help).clicked() {
            self.help = !self.help;
        }
        x -= 44.0;
        let painter = ui.painter().clone();
        let zone = text::day_and_zone(now);
        let width = painter.layout_no_wrap(zone.clone(), Type::Micro.font(), Color32::PLACEHOLDER).size().x.max(56.0);
        let left = x - width;
        put(&painter, pos2(left, y - 8.0), Align2::LEFT_CENTER, text::clock(now), Type::Body.semibold(), theme.text.primary);
        put(&painter, pos2(left, y + 9.0), Align2::LEFT_CENTER, zone, Type::Micro.font(), theme.text.tertiary);
        let clock = Rect::from_min_max(pos2(left, rect.top()), pos2(x, rect.bottom()));
        crate::ui::widgets::name(ui, clock, "clock", Role::Label, &format!("Time {}", text::full_time(now)));
        let (mark, words, status) = match liveness {
            Liveness::Live => (Mark::Disc, "LIVE".to_owned(), theme.status.ok),
            Liveness::Stale(since) => (Mark::Triangle, format!("STALE {}", text::age(now, since)), theme.status.high),
            Liveness::NoData => (Mark::Ring, "No data".to_owned(), theme.status.low),
        };
        live_chip(ui, pos2(left - 16.0, y), mark, &words, status);
    }

    pub(super) fn status_bar(&self, ui: &mut Ui, rect: Rect, liveness: Liveness, now: Timestamp) {
        let theme = Theme::of(ui);
        ui.painter().hline(rect.x_range(), rect.top() + 0.5, theme.hairline());
        let snapshot = &*self.snapshot;
        let broker = Broker::of(snapshot);
        let (strong, bad) = (theme.text.primary, theme.status.high.fg);
        let away = broker.away();
        let painter = ui.painter().clone();
        let y = rect.center().y;
        let version = concat!("fleetwatch ", env!("CARGO_PKG_VERSION"));
        let right =
            put(&painter, pos2(rect.right() - 14.0, y), Align2::RIGHT_CENTER, version, Type::Micro.font(), theme.text.tertiary);
        painter.vline(right.left() - 10.0, rect.y_range(), theme.hairline());
        let (words, color) = match liveness {
            Liveness::Live => (text::clock(snapshot.at), strong),
            Liveness::Stale(since) => (format!("{}, {} ago", text::clock(since), text::age(now, since)), bad),
            Liveness::NoData => ("no data yet".to_owned(), strong),
        };
        let spoken = format!("Data current to {words}");
        let value = put(&painter, pos2(right.left() - 20.0, y), Align2::RIGHT_CENTER, words, Type::Micro.semibold(), color);
        let label = pos2(value.left() - 5.0, y);
        let label = put(&painter, label, Align2::RIGHT_CENTER, "Data current to", Type::Micro.font(), theme.text.tertiary);
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
            LinkState::NotSet => field("Messages", "no broker", "", strong, ""),
            _ => field(
                "Messages",
                &format!("{} /s", text::count(u64::from(snapshot.rate.now))),
                "",
                if away { bad } else { strong },
                "",
            ),
        }
        let micros = |micros: Option<u32>| micros.map_or_else(|| "n/a".to_owned(), |us| text::micros(i64::from(us)));
        let latency = format!("p50 {} p99 {}", micros(snapshot.latency.p50_micros), micros(snapshot.latency.p99_micros));
        field("Latency", &latency, "", strong, "From off the socket to filed, over the last minute");
        if away {
            field("Dropped", "unknown until reconnect", "", bad, "What the devices sent meanwhile is not known");
        } else {
            let shed = snapshot.counters.shed;
            let color = if shed > 0 { bad } else { strong };
            field(
                "Dropped",
                &text::count(shed),
                "",
                color,
                "Telemetry shed under pressure since the start; crash reports are never shed",
            );
        }
        let reasons: Vec<String> =
            snapshot.counters.rejected_by.iter().map(|(reason, n)| format!("{}: {}", reason.key(), text::count(*n))).collect();
        field("Rejected", &text::count(snapshot.counters.rejected), "", strong, &reasons.join("\n"));
        let deepest = snapshot.queues.iter().max_by(|a, b| share(a).total_cmp(&share(b)));
        match deepest {
            Some(queue) => {
                let color = if share(queue) > 0.5 { bad } else { strong };
                let of = format!("of {} in {}", text::count(queue.capacity as u64), queue.name);
                field("Queue", &text::count(queue.depth as u64), &of, color, "The fullest of the queues");
            }
            None => field("Queue", "n/a", "", strong, ""),
        }
        field("Store", &text::bytes(snapshot.store_bytes), "", strong, "On disk");
        let frame = self.frame_secs.map_or_else(|| "n/a".to_owned(), |secs| text::micros((f64::from(secs) * 1e6) as i64));
        field("Frame", &frame, "", strong, "The last frame's time on the processor");
    }
}

struct Chip {
    name: &'static str,
    state: LinkState,
    word: String,
    reason: String,
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

fn live_chip(ui: &Ui, right: eframe::egui::Pos2, mark: Mark, words: &str, status: Status) {
    let painter = ui.painter();
    let galley = painter.layout_no_wrap(words.to_owned(), Type::Small.semibold(), status.fg);
    let width = galley.size().x + 36.0;
    let rect = Rect::from_min_size(pos2(right.x - width, right.y - 13.0), vec2(width, sizes().segment_h));
    painter.rect(rect, f32::from(RADIUS_CONTROL), status.tint, Stroke::new(1.0, status.line), StrokeKind::Inside);
    mark.paint(painter, rect.left_center() + vec2(14.0, 0.0), 9.0, status.fg);
    painter.galley(pos2(rect.left() + 24.0, rect.center().y - galley.size().y / 2.0), galley, status.fg);
    name(ui, rect, "liveness", Role::Label, words);
}

/// Says what is spoken now; a click speaks the other.
fn language_button(ui: &Ui, center: eframe::egui::Pos2) -> Response {
    let theme = Theme::of(ui);
    let rect = Rect::from_center_size(center, vec2(28.0, 28.0));
    let response = ui.interact(rect, ui.scope_id().with("language"), Sense::click());
    focus_ring(ui, &response);
    if response.hovered() {
        ui.painter().rect_filled(rect, f32::from(RADIUS_CONTROL), theme.bg.hover);
    }
    put(ui.painter(), center, Align2::CENTER_CENTER, tr!("shell-language-short"), Type::Small.semibold(), theme.text.secondary);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, tr!("shell-language")));
    response.on_hover_text(tr!("shell-language-switch"))
}

fn icon_button(ui: &Ui, center: eframe::egui::Pos2, glyph: &str, name: &str, action: Action) -> Response {
    let theme = Theme::of(ui);
    let rect = Rect::from_center_size(center, vec2(28.0, 28.0));
    let response = ui.interact(rect, ui.scope_id().with(("icon", action.card().label)), Sense::click());
    focus_ring(ui, &response);
    if response.hovered() {
        ui.painter().rect_filled(rect, f32::from(RADIUS_CONTROL), theme.bg.hover);
    }
    shapes::icon(ui.painter(), center, 17.0, glyph, theme.text.secondary, false);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    response.on_hover_text(format!("{} ({})", action.card().help, action.key()))
}
