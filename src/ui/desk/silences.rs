//! Silences: a strip across every window while one stands, and the sheet on which they are begun, ended and looked through.

use eframe::egui::{
    self, Align, Area, CornerRadius, Frame, Id, Layout, Margin, Order, Rect, Role, ScrollArea, Stroke, TextEdit, Ui, WidgetInfo,
    pos2, vec2,
};

use super::Desk;
use super::banners::Line;
use crate::model::silencing::WARN_SECS;
use crate::model::{DeviceId, Origin, Severity, SilenceOrder, Silencing, Timestamp};
use crate::search::{self, Lesser};
use crate::state::Snapshot;
use crate::ui::actions::Action;
use crate::ui::search::Typed;
use crate::ui::theme::{RADIUS_CARD, RADIUS_CONTROL, Theme, Type};
use crate::ui::widgets::{Button, choice, focus_ring};
use crate::ui::{Request, degrees, names, text, tr, word};

/// How wide the sheet is where there is room, points.
const WIDTH: f32 = 760.0;
/// How long a silence may be begun for, min: up to [`MAX_SECS`](crate::model::silencing::MAX_SECS).
const LENGTHS_MIN: [i64; 7] = [15, 30, 60, 120, 240, 480, 720];
/// Most characters of a search and of a reason.
const CHARS: (usize, usize) = (400, 2_000);
/// Silences that the strip names one by one.
const NAMED: usize = 2;

/// What is being typed, and which silence lies open.
#[derive(Debug)]
pub(super) struct Sheet {
    wanted: Typed,
    reason: String,
    minutes: i64,
    open: Option<u64>,
    /// The cursor is in the first field.
    begun: bool,
}

impl Default for Sheet {
    fn default() -> Self {
        Self { wanted: Typed::default(), reason: String::new(), minutes: 60, open: None, begun: false }
    }
}

impl Desk {
    /// The strip that says what is silenced now; `None` where nothing is.
    pub(super) fn silence_line(&self, now: Timestamp) -> Option<Line> {
        let standing: Vec<&Silencing> = self.snapshot.silencings.iter().filter(|silence| silence.stands()).collect();
        let first = standing.first()?;
        let soon = first.until.secs_since(now) <= WARN_SECS as f64;
        let named: Vec<String> = standing.iter().take(NAMED).map(|silence| in_short(silence, now)).collect();
        let more = standing.len().saturating_sub(NAMED);
        let more = if more > 0 { tr!("silences-more", n = more as u64) } else { String::new() };
        let title = tr!("silences-standing", n = standing.len() as u64);
        Some(Line::silence(title, [named.join(" · "), more].join(" ").trim().to_owned(), soon))
    }

    /// The sheet in `room`, which leaves the queue out; what was asked for.
    pub(super) fn silences_ui(&mut self, ctx: &egui::Context, room: Rect, now: Timestamp) -> Option<Request> {
        let mut sheet = self.silences.take()?;
        let (mut asked, mut close) = (None, false);
        let width = WIDTH.min(room.width() - 24.0);
        let at = pos2(room.center().x - width / 2.0, room.top() + 12.0);
        let most = room.bottom() - at.y - 12.0;
        Area::new(Id::unique("silences")).order(Order::Middle).fixed_pos(at).show(ctx, |ui| {
            let theme = Theme::of(ui);
            let frame = Frame::new().fill(theme.bg.raised).stroke(Stroke::new(1.0, theme.border.strong));
            frame.corner_radius(RADIUS_CARD).inner_margin(Margin::same(16)).show(ui, |ui| {
                ui.set_width(width - 32.0);
                ui.horizontal(|ui| {
                    ui.label(Type::Title.rich(word!("silences-title"), theme.text.primary));
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        close = ui.add(Button::quiet(word!("shell-close")).key(Action::Back)).clicked();
                    });
                });
                wrapped(ui, word!("silences-note"), theme.text.secondary);
                ui.add_space(8.0);
                asked = form(ui, &mut sheet, &self.snapshot, now);
                ui.add_space(8.0);
                let left = most - (ui.next_widget_position().y - at.y) - 18.0;
                let list = ScrollArea::vertical().max_height(left.max(80.0)).min_scrolled_height(left.max(80.0));
                list.auto_shrink([false, true]).show(ui, |ui| {
                    if self.snapshot.silencings.is_empty() {
                        ui.label(Type::Small.rich(word!("silences-none"), theme.text.tertiary));
                    }
                    for silence in self.snapshot.silencings.iter() {
                        asked = entry(ui, silence, &mut sheet.open, now).or(asked.take());
                    }
                });
            });
        });
        if !close {
            self.silences = Some(sheet);
        }
        if asked.is_some() && !self.time.view(now).is_live() {
            self.toasts.warning(tr!("shell-past-refused"), now);
            return None;
        }
        asked.map(Request::Silence)
    }
}

impl Desk {
    /// Says what was asked of silences; for ten seconds it can be taken back.
    pub(super) fn say_silenced(&mut self, order: &SilenceOrder, now: Timestamp) {
        match order {
            SilenceOrder::Begin { search, .. } => self.toasts.note(tr!("silences-begun", search = search.as_str()), now),
            SilenceOrder::End { id } => {
                let ended = self.snapshot.silencings.iter().find(|one| one.id == *id);
                let search = ended.map_or_else(|| id.to_string(), |one| one.search.clone());
                let restore = Request::Silence(SilenceOrder::Restore { id: *id });
                self.toasts.undo(restore, tr!("silences-ended", search = search.as_str()), now);
            }
            SilenceOrder::Restore { .. } => {}
        }
    }
}

/// What is said 10 minutes before its end.
pub(super) fn ends_soon(silence: &Silencing, now: Timestamp) -> String {
    tr!(
        "silences-ends-soon",
        search = silence.search.as_str(),
        who = silence.by.as_str(),
        left = text::age(silence.until, now),
        n = silence.n_hidden
    )
}

/// `box-*: mina, until 04:12 (23 min left), hid 3`
fn in_short(silence: &Silencing, now: Timestamp) -> String {
    format!("{}: {}", silence.search, standing(silence, now))
}

fn wrapped(ui: &mut Ui, words: &str, color: egui::Color32) {
    ui.add(egui::Label::new(Type::Small.rich(words, color)).wrap());
}

/// How long, in words.
fn length(minutes: i64) -> String {
    if minutes < 60 { tr!("silences-minutes", n = minutes) } else { tr!("silences-hours", n = minutes / 60) }
}

/// What is to be silenced, for how long, and why; says at once what it would find.
fn form(ui: &mut Ui, sheet: &mut Sheet, snapshot: &Snapshot, now: Timestamp) -> Option<SilenceOrder> {
    let theme = Theme::of(ui);
    ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
    let width = ui.available_width();
    ui.horizontal(|ui| {
        let response = field(ui, &mut sheet.wanted.text, word!("silences-what"), CHARS.0, width - 190.0);
        if !std::mem::replace(&mut sheet.begun, true) {
            response.request_focus();
        }
        choice(ui, word!("silences-for"), &mut sheet.minutes, &LENGTHS_MIN, length);
    });
    sheet.wanted.read(search::LESSER);
    let blank = sheet.wanted.text.trim().is_empty();
    let mistake = sheet.wanted.mistake();
    let unsure = if blank {
        Some(word!("silences-say-what"))
    } else if mistake.is_some() {
        Some(word!("silences-unread"))
    } else if sheet.reason.trim().is_empty() {
        Some(word!("silences-say-why"))
    } else {
        None
    };
    let mut begin = false;
    ui.horizontal(|ui| {
        field(ui, &mut sheet.reason, word!("silences-why"), CHARS.1, width - 190.0);
        begin = ui.add(Button::primary(word!("silences-begin")).off(unsure)).clicked();
    });
    match (&mistake, blank) {
        (Some(mistake), _) => wrapped(ui, mistake, theme.status.high.fg),
        (None, true) => wrapped(ui, word!("silences-how"), theme.text.tertiary),
        (None, false) => {
            let (found, known) = finds(&sheet.wanted, snapshot, now);
            wrapped(ui, &tr!("silences-finds", n = found as u64, of = known as u64), theme.text.secondary);
        }
    }
    begin.then(|| {
        let search = std::mem::take(&mut sheet.wanted.text);
        let reason = std::mem::take(&mut sheet.reason);
        SilenceOrder::Begin { search, secs: sheet.minutes * 60, reason }
    })
}

/// Of how many vehicles and sensors on the screen it would hide anything, and how many there are.
fn finds(wanted: &Typed, snapshot: &Snapshot, now: Timestamp) -> (usize, usize) {
    const GRADES: [Severity; 3] = [Severity::Low, Severity::Medium, Severity::High];
    let any = |device: &DeviceId, origin: Origin, kinds: &[&'static [&'static str]]| {
        let found = |kind| {
            let lesser = |severity| Lesser { device, kind, severity, origin };
            GRADES.into_iter().any(|severity| names::with(device, &lesser(severity), |row| wanted.finds(row, now)))
        };
        origin != Origin::Drill && kinds.iter().any(|kind| found(*kind))
    };
    let sensors = snapshot.sensors.iter().map(|row| any(&row.device, row.origin, &[Lesser::RATE, Lesser::FAULT]));
    let vehicles = snapshot.fleet.rows.iter().map(|row| any(&row.device, row.origin, &[Lesser::HARSH]));
    let all: Vec<bool> = sensors.chain(vehicles).collect();
    (all.iter().filter(|found| **found).count(), all.len())
}

fn field(ui: &mut Ui, into: &mut String, name: &str, chars: usize, width: f32) -> egui::Response {
    let edit = TextEdit::singleline(into).hint_text(name).char_limit(chars).desired_width(width);
    let response = ui.add(edit.margin(Margin::symmetric(8, 5)));
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, name));
    response
}

/// One silence: whose, why, until when, and what it hid; the button that ends it.
fn entry(ui: &mut Ui, silence: &Silencing, open: &mut Option<u64>, now: Timestamp) -> Option<SilenceOrder> {
    let theme = Theme::of(ui);
    let stands = silence.stands();
    let ink = if stands { theme.text.primary } else { theme.text.tertiary };
    let mut asked = None;
    let frame = Frame::new().fill(theme.bg.panel).corner_radius(CornerRadius::same(RADIUS_CONTROL));
    frame.inner_margin(Margin::symmetric(10, 8)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if stands {
                    let end = Button::default(word!("silences-end"));
                    if ui.add(end.named(tr!("silences-end-one", search = silence.search.as_str()))).clicked() {
                        asked = Some(SilenceOrder::End { id: silence.id });
                    }
                }
                let shown = *open == Some(silence.id);
                let words = if shown { word!("silences-fold") } else { word!("silences-hid-show") };
                let none = (silence.n_hidden == 0).then_some(word!("silences-hid-nothing"));
                let list = Button::quiet(words).off(none);
                if ui.add(list.named(tr!("silences-hid-show-one", search = silence.search.as_str()))).clicked() {
                    *open = if shown { None } else { Some(silence.id) };
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let search = egui::Label::new(Type::Mono.rich(&silence.search, ink)).truncate();
                    ui.add(search).on_hover_text(&silence.search);
                });
            });
        });
        wrapped(ui, &standing(silence, now), ink);
        wrapped(ui, &tr!("silences-because", reason = silence.reason.as_str()), theme.text.secondary);
        if *open == Some(silence.id) {
            hidden(ui, silence);
        }
    });
    asked
}

/// Whose it is, until when or since when not any more, and how much it hid.
fn standing(silence: &Silencing, now: Timestamp) -> String {
    let (by, n) = (silence.by.as_str(), silence.n_hidden);
    match &silence.ended {
        None => {
            let (at, left) = (text::clock_minutes(silence.until), text::age(silence.until, now));
            tr!("silences-stands", who = by, at = at, left = left, n = n)
        }
        Some((who, at)) => {
            let who = who.as_deref().unwrap_or(word!("silences-itself"));
            tr!("silences-over", by = by, who = who, at = text::clock_minutes(*at), n = n)
        }
    }
}

/// What a silence hid, the newest on top.
fn hidden(ui: &mut Ui, silence: &Silencing) {
    let theme = Theme::of(ui);
    let kept = silence.hidden.len() as u64;
    if silence.n_hidden > kept {
        wrapped(ui, &tr!("silences-hid-last", n = kept, of = silence.n_hidden), theme.text.tertiary);
    }
    for line in silence.hidden.iter().rev() {
        let words = format!("{} {}", text::clock(line.at), degrees::reworded(&line.text));
        let response = ui.add(egui::Label::new(Type::Small.rich(&words, theme.text.primary)).truncate());
        focus_ring(ui, &response);
        response.on_hover_text(text::full_time(line.at));
    }
}
