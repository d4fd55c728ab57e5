//! Ctrl+K: finds incidents, vehicles and commands, and does what was found.
//!
//! # To add a kind of thing
//! Add a line to [`Desk::found`]; what it does is a [`Run`].

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    self, Align2, Area, Color32, Id, Key, Modifiers, Order, Rect, Role, Sense, Stroke, StrokeKind, TextEdit, Ui, WidgetInfo,
    pos2, vec2,
};

use super::time::{self, TimeControl};
use super::tools::key_cap;
use super::{Desk, switch_theme};
use crate::model::Language;
use crate::model::{Bulk, Command, DeviceId, Each, Incident, IncidentId, Life, Timestamp};
use crate::search::{self, Search};
use crate::ui::actions::Action;
use crate::ui::fuzzy::{self, Hit};
use crate::ui::panels::Screen;
use crate::ui::shapes;
use crate::ui::theme::{RADIUS_CARD, Theme, Type, family};
use crate::ui::widgets::put;
use crate::ui::{Request, icons, names, text, tr, word, words};

/// At most so many of a kind, unless one kind alone was asked for.
const OF_A_KIND: usize = 4;
/// At most so many in all.
const IN_ALL: usize = 11;
const WIDTH: f32 = 600.0;
const ROW_H: f32 = 36.0;

/// The palette while it is open.
#[derive(Debug, Default)]
pub(super) struct Palette {
    typed: String,
    chosen: usize,
    opened: bool,
}

/// What an entry does.
#[derive(Clone, Debug, PartialEq)]
enum Run {
    Open(IncidentId),
    Acknowledge(IncidentId),
    All(Bulk),
    Vehicle(DeviceId),
    FindVehicles(String),
    Go(Timestamp),
    Do(Action),
    Speak(Language),
}

struct Entry {
    group: &'static str,
    icon: &'static str,
    title: String,
    note: String,
    key: String,
    hit: Hit,
    run: Run,
}

/// What kinds were asked for by the first character.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Any,
    Vehicles,
    Incidents,
    Commands,
}

impl Desk {
    /// Opens the palette, with what was typed already.
    pub(super) fn open_palette(&mut self, typed: Option<&str>) {
        self.help = false;
        self.palette = Some(Palette { typed: typed.unwrap_or_default().to_owned(), ..Palette::default() });
    }

    /// Everything that fits what was typed, the best of each kind first.
    fn found(&self, typed: &str, now: Timestamp) -> Vec<Entry> {
        let (kind, wanted) = match typed.chars().next() {
            Some('@') => (Kind::Vehicles, &typed[1..]),
            Some('#') => (Kind::Incidents, &typed[1..]),
            Some('>') => (Kind::Commands, &typed[1..]),
            _ => (Kind::Any, typed),
        };
        let wanted = wanted.trim();
        let mut entries = Vec::new();
        let mut take = |this: Kind, mut found: Vec<Entry>| {
            if kind == Kind::Any || kind == this {
                found.sort_by_key(|entry| std::cmp::Reverse(entry.hit.score));
                found.truncate(if kind == Kind::Any { OF_A_KIND } else { IN_ALL });
                entries.extend(found);
            }
        };
        if let Some(at) = time::parse(wanted, now) {
            let title = tr!("shell-palette-go", at = text::full_time(at));
            let entry = Entry {
                group: word!("shell-palette-time"),
                icon: icons::CLOCK_COUNTER_CLOCKWISE,
                title,
                note: String::new(),
                key: String::new(),
                hit: Hit::default(),
                run: Run::Go(at),
            };
            take(kind, vec![entry]);
        }
        take(Kind::Incidents, self.all_found(wanted));
        take(Kind::Incidents, self.incidents_found(wanted, now));
        take(Kind::Vehicles, self.vehicles_found(wanted));
        take(Kind::Commands, commands_found(wanted));
        entries.truncate(IN_ALL);
        entries
    }

    /// What can be done to all that a search with fields finds, as `state:unacknowledged severity<=medium`.
    fn all_found(&self, wanted: &str) -> Vec<Entry> {
        if !wanted.contains([':', '<', '>', '=']) || self.time != TimeControl::Live {
            return Vec::new();
        }
        let Ok(search) = Search::parse(wanted, search::INCIDENTS) else { return Vec::new() };
        let seen_at = self.snapshot.at;
        let entry = |each| {
            let bulk = Bulk { search: wanted.to_owned(), seen_at, each };
            let found = |incident: &&std::sync::Arc<Incident>| {
                bulk.takes(incident) && names::with(&incident.device, incident.as_ref(), |row| search.finds(row, seen_at))
            };
            let n = self.snapshot.incidents.iter().filter(found).count() as u64;
            let title = match each {
                Each::Acknowledge => tr!("shell-palette-all-acknowledge", n = n),
                Each::Claim => tr!("shell-palette-all-claim", n = n),
                Each::Resolve => tr!("shell-palette-all-resolve", n = n),
            };
            (n > 0).then(|| Entry {
                group: word!("shell-palette-all"),
                icon: icons::CHECK,
                title,
                note: String::new(),
                key: String::new(),
                hit: Hit::default(),
                run: Run::All(bulk),
            })
        };
        Each::ALL.into_iter().filter_map(entry).collect()
    }

    fn incidents_found(&self, wanted: &str, now: Timestamp) -> Vec<Entry> {
        let group = word!("shell-action-incidents");
        let mut found = Vec::new();
        for incident in self.snapshot.incidents.iter().chain(self.snapshot.drills.iter()) {
            let drill = words::origin(incident.origin).map(|word| format!("{word} ")).unwrap_or_default();
            let title = format!("{drill}{}, {}", incident.device, words::brief(incident));
            let Some(hit) = fuzzy::find(wanted, &title).or_else(|| fuzzy::find(wanted, &incident.id.0).map(Hit::elsewhere))
            else {
                continue;
            };
            let note = format!("{}, {}", text::life(incident.life), text::age(now, incident.received_at));
            let open = incident.life == Life::Open && self.time == TimeControl::Live;
            found.push(Entry {
                group,
                icon: icons::WARNING_OCTAGON,
                title,
                note,
                key: Action::Open.key(),
                hit,
                run: Run::Open(incident.id.clone()),
            });
            if open && !wanted.is_empty() {
                found.push(Entry {
                    group,
                    icon: icons::CHECK,
                    title: tr!("shell-palette-acknowledge", device = incident.device.as_str()),
                    note: incident.id.to_string(),
                    key: Action::Acknowledge.key(),
                    hit: Hit { score: hit_below(found.last()), ..Hit::default() },
                    run: Run::Acknowledge(incident.id.clone()),
                });
            }
        }
        found
    }

    fn vehicles_found(&self, wanted: &str) -> Vec<Entry> {
        let group = word!("shell-palette-vehicles");
        let mut found = Vec::new();
        for row in &self.snapshot.fleet.rows {
            let Some(hit) = fuzzy::find(wanted, row.device.as_str()) else { continue };
            found.push(Entry {
                group,
                icon: icons::TRUCK,
                title: row.device.as_str().to_owned(),
                note: row.last.position.map(words::place).unwrap_or_default(),
                key: String::new(),
                hit,
                run: Run::Vehicle(row.device.clone()),
            });
        }
        if !wanted.is_empty() {
            // The line knows more vehicles than the rows that are on the screen.
            found.push(Entry {
                group,
                icon: icons::MAGNIFYING_GLASS,
                title: tr!("shell-palette-find", name = wanted),
                note: String::new(),
                key: String::new(),
                hit: Hit { score: i32::MIN, ..Hit::default() },
                run: Run::FindVehicles(wanted.to_owned()),
            });
        }
        found
    }

    fn run(&mut self, ctx: &egui::Context, run: Run, now: Timestamp) -> Option<Request> {
        self.palette = None;
        match run {
            Run::Open(incident) => {
                self.focus.incident = Some(incident);
                self.screen = Screen::Incidents;
            }
            Run::Acknowledge(incident) => return Some(Request::Command(Command::Acknowledge { incident })),
            Run::All(bulk) => return Some(Request::CommandAll(bulk)),
            Run::Vehicle(device) => {
                self.focus.vehicle = Some(device);
                self.screen = Screen::Live;
            }
            Run::FindVehicles(name) => {
                self.focus.fleet_filter = name;
                self.screen = Screen::Live;
            }
            Run::Go(at) => self.time.go(at, now),
            Run::Speak(language) => language.speak(),
            Run::Do(Action::GoToTime) => self.open_palette(Some("−15m")),
            Run::Do(Action::SwitchTheme) => switch_theme(ctx),
            Run::Do(Action::Wall) => self.toggle_wall(ctx),
            Run::Do(Action::PopOut) => self.pop_out(self.screen),
            Run::Do(action) => {
                self.act(ctx, action, now);
                self.later.push(action);
            }
        }
        None
    }

    /// Shows the palette in `room`, which leaves the queue out; what was chosen may be a request.
    pub(super) fn palette_ui(&mut self, ctx: &egui::Context, main: Rect, room: Rect, now: Timestamp) -> Option<Request> {
        let mut palette = self.palette.take()?;
        let entries = self.found(&palette.typed, now);
        let key = |key| ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let n = entries.len();
        if n > 0 && key(Key::ArrowDown) {
            palette.chosen = (palette.chosen + 1) % n;
        }
        if n > 0 && key(Key::ArrowUp) {
            palette.chosen = (palette.chosen + n - 1) % n;
        }
        palette.chosen = palette.chosen.min(n.saturating_sub(1));
        let mut run = key(Key::Enter).then(|| entries.get(palette.chosen).map(|entry| entry.run.clone())).flatten();
        let mut close = key(Key::Escape);

        // The dim never covers the queue, nor what stands in the bars.
        let dim = Rect::from_min_max(pos2(room.left(), main.top()), pos2(room.right(), main.bottom()));
        Area::new(Id::unique("palette dim")).order(Order::Middle).fixed_pos(dim.min).show(ctx, |ui| {
            let response = ui.allocate_rect(dim, Sense::click());
            ui.painter().rect_filled(dim, 0.0, Color32::from_black_alpha(170));
            close |= response.clicked();
        });
        let width = WIDTH.min(room.width() - 24.0);
        let at = pos2(room.center().x - width / 2.0, room.top() + 24.0);
        Area::new(Id::unique("palette")).order(Order::Foreground).fixed_pos(at).show(ctx, |ui| {
            if let Some(clicked) = palette_ui(ui, &mut palette, &entries, at, width) {
                run = Some(clicked);
            }
        });
        if let Some(run) = run {
            return self.run(ctx, run, now);
        }
        if !close {
            self.palette = Some(palette);
        }
        None
    }
}

/// Just below the entry before it.
fn hit_below(before: Option<&Entry>) -> i32 {
    before.map_or(0, |entry| entry.hit.score.saturating_sub(1))
}

fn commands_found(wanted: &str) -> Vec<Entry> {
    let group = word!("shell-palette-commands");
    let mut found = Vec::new();
    let mut add = |title: String, note: String, key: String, icon: &'static str, run: Run| {
        if let Some(hit) = fuzzy::find(wanted, &title) {
            found.push(Entry { group, icon, title, note, key, hit, run });
        }
    };
    for action in Action::ALL.into_iter().filter(|action| action.anywhere()) {
        let card = action.card();
        let icon = match action {
            Action::Show(screen) => screen.icon(),
            Action::GoToTime | Action::MinuteBack | Action::MinuteOn => icons::CLOCK_COUNTER_CLOCKWISE,
            Action::Help => icons::KEYBOARD,
            Action::SwitchTheme => icons::MOON,
            Action::Wall | Action::PopOut => icons::CORNERS_OUT,
            Action::Silences => icons::SPEAKER_SLASH,
            _ => icons::PLAY,
        };
        add(card.label.to_owned(), card.help.to_owned(), action.key(), icon, Run::Do(action));
    }
    for language in Language::ALL.into_iter().filter(|language| *language != Language::spoken()) {
        add(language.own_name().to_owned(), String::new(), String::new(), icons::TRANSLATE, Run::Speak(language));
    }
    found
}

fn palette_ui(ui: &mut Ui, palette: &mut Palette, entries: &[Entry], at: egui::Pos2, width: f32) -> Option<Run> {
    let theme = Theme::of(ui);
    let n_groups = entries.iter().enumerate().filter(|(i, e)| *i == 0 || entries[i - 1].group != e.group).count();
    let body_h = if entries.is_empty() { ROW_H + 8.0 } else { entries.len() as f32 * ROW_H + n_groups as f32 * 26.0 + 8.0 };
    let rect = Rect::from_min_size(at, vec2(width, 46.0 + body_h + 34.0));
    ui.allocate_rect(rect, Sense::hover());
    let painter = ui.painter().clone();
    painter.rect(rect, f32::from(RADIUS_CARD), theme.bg.raised, Stroke::new(1.0, theme.border.strong), StrokeKind::Inside);
    let field = Rect::from_min_size(at, vec2(width, 46.0));
    shapes::icon(&painter, pos2(at.x + 22.0, field.center().y), 17.0, icons::MAGNIFYING_GLASS, theme.text.secondary, false);
    key_cap(ui, pos2(field.right() - 14.0, field.center().y), Action::Back.key());
    painter.hline(field.x_range(), field.bottom() - 0.5, theme.hairline());
    let place =
        Rect::from_min_max(pos2(at.x + 40.0, field.center().y - 12.0), pos2(field.right() - 62.0, field.center().y + 12.0));
    let edit = TextEdit::singleline(&mut palette.typed)
        .font(Type::Title.font())
        .frame(egui::Frame::NONE)
        .hint_text(word!("shell-search-hint"))
        .desired_width(place.width());
    let response = ui.put(place, edit);
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, word!("shell-search-hint")));
    if !palette.opened {
        palette.opened = true;
        response.request_focus();
    }
    if response.changed() {
        palette.chosen = 0;
    }
    let mut y = field.bottom() + 4.0;
    let mut run = None;
    if entries.is_empty() {
        let words = tr!("shell-palette-nothing", typed = palette.typed.as_str());
        put(&painter, pos2(at.x + 16.0, y + ROW_H / 2.0), Align2::LEFT_CENTER, words, Type::Body.font(), theme.text.secondary);
    }
    for (i, entry) in entries.iter().enumerate() {
        if i == 0 || entries[i - 1].group != entry.group {
            let group = pos2(at.x + 16.0, y + 14.0);
            put(&painter, group, Align2::LEFT_CENTER, entry.group, Type::Micro.font(), theme.text.tertiary);
            y += 26.0;
        }
        let row = Rect::from_min_size(pos2(at.x + 1.0, y), vec2(width - 2.0, ROW_H));
        y += ROW_H;
        if row_ui(ui, row, i, entry, i == palette.chosen) {
            run = Some(entry.run.clone());
        }
    }
    let foot = Rect::from_min_max(pos2(at.x, rect.bottom() - 34.0), rect.max);
    painter.hline(foot.x_range(), foot.top() + 0.5, theme.hairline());
    let keys = word!("shell-palette-keys");
    let left = put(
        &painter,
        pos2(foot.left() + 16.0, foot.center().y),
        Align2::LEFT_CENTER,
        keys,
        Type::Micro.font(),
        theme.text.secondary,
    );
    let kinds = painter.layout_no_wrap(tr!("shell-palette-kinds"), Type::Micro.font(), theme.text.tertiary);
    let x = foot.right() - 16.0 - kinds.size().x;
    if x > left.right() + 12.0 {
        painter.galley(pos2(x, foot.center().y - kinds.size().y / 2.0), kinds, theme.text.tertiary);
    }
    run
}

fn row_ui(ui: &Ui, row: Rect, i: usize, entry: &Entry, chosen: bool) -> bool {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    let response = ui.interact(row, ui.scope_id().with(("entry", i)), Sense::click());
    if chosen {
        painter.rect_filled(row, 0.0, theme.bg.selected);
        painter.rect_filled(Rect::from_min_size(row.min, vec2(3.0, row.height())), 0.0, theme.accent.base);
    } else if response.hovered() {
        painter.rect_filled(row, 0.0, theme.bg.hover);
    }
    let icon = if chosen { theme.accent.base } else { theme.text.secondary };
    shapes::icon(painter, pos2(row.left() + 21.0, row.center().y), 15.0, entry.icon, icon, false);
    let mut right = row.right() - 14.0;
    if !entry.key.is_empty() {
        right = key_cap(ui, pos2(right, row.center().y), entry.key.clone()).left() - 10.0;
    }
    let mut job = LayoutJob::default();
    for (idx, c) in entry.title.char_indices() {
        let hit = entry.hit.at.contains(&idx);
        let color = if hit { theme.accent.base } else { theme.text.primary };
        let font = egui::FontId::new(13.0, family(if chosen || hit { 600 } else { 500 }));
        job.append(&c.to_string(), 0.0, TextFormat::simple(font, color));
    }
    job.wrap.max_width = (right - row.left() - 44.0).max(40.0);
    job.wrap.max_rows = 1;
    let title = painter.layout_job(job);
    let at = pos2(row.left() + 43.0, row.center().y - title.size().y / 2.0);
    let title_right = at.x + title.size().x;
    painter.galley(at, title, theme.text.primary);
    let room = right - title_right - 12.0;
    if !entry.note.is_empty() && room > 60.0 {
        let mut job = LayoutJob::simple_singleline(entry.note.clone(), Type::Small.font(), theme.text.tertiary);
        job.wrap.max_width = room;
        job.wrap.max_rows = 1;
        let note = painter.layout_job(job);
        painter.galley(pos2(title_right + 12.0, row.center().y - note.size().y / 2.0), note, theme.text.tertiary);
    }
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, chosen, format!("{} {}", entry.title, entry.note)));
    response.clicked()
}
