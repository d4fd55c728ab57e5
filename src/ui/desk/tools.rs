//! The right end of the top bar: time control, clock, search, sound, language, theme.

use eframe::egui::{
    Align2, Color32, CornerRadius, FontId, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::time::TimeControl;
use super::{Desk, switch_theme};
use crate::model::Language;
use crate::model::Timestamp;
use crate::ui::actions::Action;
use crate::ui::panels::ViewTime;
use crate::ui::shapes::{self, Mark};
use crate::ui::theme::{RADIUS_CHIP, RADIUS_CONTROL, Status, Theme, Type, sizes};
use crate::ui::vitals::Liveness;
use crate::ui::widgets::{focus_ring, name, put};
use crate::ui::{icons, text, tr, word};

/// How wide the search field is where there is room, points; and the least that still holds its words.
const SEARCH_W: (f32, f32) = (214.0, 124.0);
/// Below this width Pause is its icon alone.
const ROOMY: f32 = 1320.0;

impl Desk {
    /// Takes the right end of `room`; what there is no room for gets smaller, never cut. Made from the left, so that Tab goes
    /// as the eye reads.
    pub(super) fn tools(&mut self, ui: &mut Ui, room: Rect, liveness: Liveness, now: Timestamp) {
        let theme = Theme::of(ui);
        let y = room.center().y;
        let theme_x = room.right() - 28.0;
        let language_x = theme_x - 18.0;
        let sound_x = language_x - language_width(ui) - 4.0;
        let (sound_name, sound_short) = self.sound_words(now);
        let high = theme.status.high.fg;
        let width = |words: &String| ui.painter().layout_no_wrap(words.clone(), Type::Small.medium(), high).size().x;
        let search_x = sound_x - sound_short.as_ref().map_or(0.0, |short| width(short) + 2.0) - 38.0;
        // What else must fit decides how wide the search may be.
        let view = self.time.view(now);
        let clock_w = clock_width(ui, now);
        let taken = |segments: &[Segment]| segments.iter().map(|segment| segment.width).sum::<f32>();
        let left_over = |segments: &[Segment]| search_x - room.left() - taken(segments) - clock_w - 40.0;
        let roomy = ui.ctx().content_rect().width() >= ROOMY;
        let mut segments_now = segments(ui, view, liveness, now, roomy);
        if roomy && left_over(&segments_now) < SEARCH_W.1 {
            // That one can search says more than the word beside the sign of Pause.
            segments_now = segments(ui, view, liveness, now, false);
        }
        let left_over = left_over(&segments_now);
        let search_w = if left_over >= SEARCH_W.1 { left_over.min(SEARCH_W.0) } else { 30.0 };
        let search = Rect::from_min_max(pos2(search_x - search_w, y - 14.0), pos2(search_x, y + 14.0));
        let clock_x = search.left() - 16.0;
        let bar_x = clock_x - clock_w - 12.0;
        let half = sizes().segment_h / 2.0;
        let bar = Rect::from_min_max(pos2(bar_x - taken(&segments_now), y - half), pos2(bar_x, y + half));
        self.time_bar(ui, bar, &segments_now, now);
        clock(ui, Rect::from_min_max(pos2(clock_x - clock_w, room.top()), pos2(clock_x, room.bottom())), now);
        if search_field(ui, search).clicked() {
            self.open_palette(None);
        }
        self.sound_button(ui, pos2(sound_x, y), now, &sound_name, sound_short);
        if language_button(ui, pos2(language_x, y)).clicked() {
            Language::spoken().other().speak();
        }
        let (glyph, name) = if ui.visuals().dark_mode {
            (icons::MOON, word!("shell-theme-dark"))
        } else {
            (icons::SUN, word!("shell-theme-light"))
        };
        if icon_button(ui, pos2(theme_x, y), glyph, theme.text.secondary, name, Action::SwitchTheme).clicked() {
            switch_theme(ui.ctx());
        }
    }

    /// LIVE, Pause and the steps into the past.
    fn time_bar(&mut self, ui: &Ui, bar: Rect, segments: &[Segment], now: Timestamp) {
        let theme = Theme::of(ui);
        let round = f32::from(RADIUS_CONTROL);
        ui.painter().rect_filled(bar, round, theme.bg.raised);
        let mut left = bar.left();
        let mut chosen = None;
        for (i, segment) in segments.iter().enumerate() {
            let cell = Rect::from_min_size(pos2(left, bar.top()), vec2(segment.width, bar.height()));
            if segment_ui(ui, cell, segment, (i == 0, i + 1 == segments.len())).clicked() {
                chosen = Some(segment.does);
            }
            left = cell.right();
        }
        ui.painter().rect_stroke(bar, round, Stroke::new(1.0, theme.border.control), StrokeKind::Inside);
        match chosen {
            Some(Does::Live) => self.time = TimeControl::Live,
            Some(Does::Pause) => self.time.pause(now),
            Some(Does::Back(secs)) => self.time.go(now.plus_secs(-secs), now),
            None => {}
        }
    }

    /// How the sound is, whole and in short: how long it is still muted, or why nothing is heard.
    fn sound_words(&self, now: Timestamp) -> (String, Option<String>) {
        let muted = self.alarm.muted(now).map(|until| text::age(until, now));
        match (&muted, &self.sound_trouble) {
            _ if !self.obeyed.preferences.sounds => (tr!("shell-sound-off"), Some(tr!("shell-sound-off-short"))),
            (_, Some(trouble)) => (trouble.words(), Some(tr!("shell-sound-none"))),
            (Some(left), None) => (tr!("shell-sound-muted", left = left.as_str()), muted.clone()),
            (None, None) => (tr!("shell-sound-on"), None),
        }
    }

    /// Mutes, or ends it.
    fn sound_button(&mut self, ui: &Ui, right: Pos2, now: Timestamp, name: &str, short: Option<String>) {
        let theme = Theme::of(ui);
        let (high, plain) = (theme.status.high.fg, theme.text.secondary);
        let (glyph, ink) = if short.is_some() { (icons::SPEAKER_SLASH, high) } else { (icons::SPEAKER_HIGH, plain) };
        let mut x = right.x;
        if let Some(short) = short {
            x = put(ui.painter(), right, Align2::RIGHT_CENTER, short, Type::Small.medium(), high).left() - 2.0;
        }
        if icon_button(ui, pos2(x - 14.0, right.y), glyph, ink, name, Action::Mute).clicked() {
            self.alarm.mute(now);
        }
    }
}

/// The parts of the time control; Pause in words where it is roomy.
fn segments(ui: &Ui, view: ViewTime, liveness: Liveness, now: Timestamp, roomy: bool) -> Vec<Segment> {
    let theme = Theme::of(ui);
    let (mark, words, status) = match (view, liveness) {
        (ViewTime::Paused(at), _) => (Mark::Square, tr!("shell-paused", at = text::clock_minutes(at)), theme.status.high),
        (ViewTime::Replay(at), _) => (Mark::Triangle, tr!("shell-replay", at = text::clock_minutes(at)), theme.status.high),
        (_, Liveness::Live) => (Mark::Disc, tr!("shell-live"), theme.status.ok),
        (_, Liveness::Stale(since)) => (Mark::Triangle, tr!("shell-stale", age = text::age(now, since)), theme.status.high),
        (_, Liveness::NoData) => (Mark::Ring, tr!("shell-no-data"), theme.status.low),
    };
    let paused = matches!(view, ViewTime::Paused(_));
    let (glyph, word) = if paused { (icons::PLAY, word!("shell-go-on")) } else { (icons::PAUSE, word!("shell-action-pause")) };
    let mut segments = vec![
        Segment { words: words.clone(), said: words, mark: Some((mark, status)), glyph: None, does: Does::Live, width: 0.0 },
        Segment {
            words: if roomy { word.to_owned() } else { String::new() },
            said: word.to_owned(),
            mark: None,
            glyph: Some(glyph),
            does: Does::Pause,
            width: 0.0,
        },
        Segment::back(tr!("shell-back-minutes", n = 15), tr!("shell-back-minutes-name"), 900),
    ];
    for hours in [1_i64, 24] {
        let said = tr!("shell-back-hours-name", n = hours);
        segments.push(Segment::back(tr!("shell-back-hours", n = hours), said, hours * 3_600));
    }
    for segment in &mut segments {
        let words = ui.painter().layout_no_wrap(segment.words.clone(), segment.font(), Color32::PLACEHOLDER).size().x;
        let before = if segment.mark.is_some() || segment.glyph.is_some() { 18.0 } else { 0.0 };
        let pad = if segment.words.is_empty() {
            10.0
        } else if roomy {
            20.0
        } else {
            14.0
        };
        segment.width = words + before + pad;
    }
    segments
}

/// What a part of the time control does.
#[derive(Clone, Copy)]
enum Does {
    Live,
    Pause,
    /// So many seconds back from now.
    Back(i64),
}

struct Segment {
    words: String,
    said: String,
    mark: Option<(Mark, Status)>,
    glyph: Option<&'static str>,
    does: Does,
    width: f32,
}

impl Segment {
    const fn back(words: String, said: String, secs: i64) -> Self {
        Self { words, said, mark: None, glyph: None, does: Does::Back(secs), width: 0.0 }
    }

    fn font(&self) -> FontId {
        if self.mark.is_some() { Type::Small.semibold() } else { Type::Small.font() }
    }
}

fn segment_ui(ui: &Ui, cell: Rect, segment: &Segment, (first, last): (bool, bool)) -> Response {
    let theme = Theme::of(ui);
    let response = ui.interact(cell, ui.scope_id().with(("time", &segment.said)), Sense::click());
    let painter = ui.painter();
    let side = |is: bool| if is { RADIUS_CONTROL } else { 0 };
    let round = CornerRadius { nw: side(first), sw: side(first), ne: side(last), se: side(last) };
    let mut x = cell.left() + if segment.words.is_empty() { 6.0 } else { 10.0_f32.min((cell.width() - 20.0).max(7.0)) };
    let mut ink = theme.text.primary;
    if let Some((mark, status)) = segment.mark {
        painter.rect_filled(cell, round, status.tint);
        painter.hline(cell.shrink2(vec2(1.0, 0.0)).x_range(), cell.bottom() - 1.5, Stroke::new(2.0, status.fg));
        mark.paint(painter, pos2(x + 5.0, cell.center().y), 8.0, status.fg);
        x += 16.0;
        ink = status.fg;
    } else if response.hovered() {
        painter.rect_filled(cell, round, theme.bg.hover);
    }
    if let Some(glyph) = segment.glyph {
        shapes::icon(painter, pos2(x + 7.0, cell.center().y), 14.0, glyph, ink, true);
        x += 18.0;
    }
    put(painter, pos2(x, cell.center().y), Align2::LEFT_CENTER, &segment.words, segment.font(), ink);
    if !last {
        painter.vline(cell.right() - 0.5, cell.shrink(1.0).y_range(), theme.hairline());
    }
    focus_ring(ui, &response);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &segment.said));
    let key = match segment.does {
        Does::Live => Some(Action::BackToLive),
        Does::Pause => Some(Action::Pause),
        Does::Back(_) => None,
    };
    response.on_hover_text(match key {
        Some(action) => format!("{} ({})", action.card().help, action.key()),
        None => segment.said.clone(),
    })
}

fn clock_width(ui: &Ui, now: Timestamp) -> f32 {
    ui.painter().layout_no_wrap(text::day_and_zone(now), Type::Micro.font(), Color32::PLACEHOLDER).size().x.max(56.0)
}

fn clock(ui: &Ui, rect: Rect, now: Timestamp) {
    let theme = Theme::of(ui);
    let (painter, left, y) = (ui.painter(), rect.left(), rect.center().y);
    put(painter, pos2(left, y - 8.0), Align2::LEFT_CENTER, text::clock(now), Type::Body.semibold(), theme.text.primary);
    let zone = text::day_and_zone(now);
    put(painter, pos2(left, y + 9.0), Align2::LEFT_CENTER, zone, Type::Micro.font(), theme.text.tertiary);
    name(ui, rect, "clock", Role::Label, &tr!("shell-time", at = text::full_time(now)));
}

/// Looks like a field, opens the palette.
fn search_field(ui: &Ui, rect: Rect) -> Response {
    let theme = Theme::of(ui);
    let response = ui.interact(rect, ui.scope_id().with("search"), Sense::click());
    let painter = ui.painter();
    let fill = if response.hovered() { theme.bg.hover } else { theme.bg.inset };
    painter.rect(rect, f32::from(RADIUS_CONTROL), fill, Stroke::new(1.0, theme.border.control), StrokeKind::Inside);
    shapes::icon(painter, pos2(rect.left() + 15.0, rect.center().y), 14.0, icons::MAGNIFYING_GLASS, theme.text.tertiary, false);
    if rect.width() >= SEARCH_W.1 {
        let hint = put_within(ui, rect, word!("shell-search-hint"), Action::Search.key());
        painter.galley(hint.0, hint.1, theme.text.tertiary);
    }
    focus_ring(ui, &response);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, word!("shell-search-hint")));
    response.on_hover_text(format!("{} ({})", Action::Search.card().help, Action::Search.key()))
}

/// As many words of the hint as fit beside the key, whose cap is painted at the right.
fn put_within(ui: &Ui, rect: Rect, hint: &str, key: String) -> (Pos2, std::sync::Arc<eframe::egui::Galley>) {
    let theme = Theme::of(ui);
    let cap = key_cap(ui, pos2(rect.right() - 5.0, rect.center().y), key);
    let left = rect.left() + 28.0;
    let lay = |words: &str| ui.painter().layout_no_wrap(words.to_owned(), Type::Small.font(), theme.text.tertiary);
    let whole = lay(hint);
    let galley = if left + whole.size().x + 6.0 <= cap.left() { whole } else { lay(Action::Search.card().label) };
    (pos2(left, rect.center().y - galley.size().y / 2.0), galley)
}

/// A key as it looks on the keyboard, its right end at `right`.
pub(super) fn key_cap(ui: &Ui, right: Pos2, key: String) -> Rect {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    let galley = painter.layout_no_wrap(key, Type::Micro.font(), theme.text.secondary);
    let size = vec2((galley.size().x + 10.0).max(20.0), 18.0);
    let rect = Rect::from_min_size(pos2(right.x - size.x, right.y - size.y / 2.0), size);
    painter.rect(rect, f32::from(RADIUS_CHIP), theme.bg.raised, Stroke::new(1.0, theme.border.strong), StrokeKind::Inside);
    painter.galley(rect.center() - galley.size() / 2.0, galley, theme.text.secondary);
    rect
}

/// How wide the button of the language is, points.
fn language_width(ui: &Ui) -> f32 {
    ui.painter().layout_no_wrap(tr!("shell-language-short"), Type::Small.medium(), Color32::PLACEHOLDER).size().x + 32.0
}

/// Says what is spoken now; a click speaks the other.
fn language_button(ui: &Ui, right: Pos2) -> Response {
    let theme = Theme::of(ui);
    let short = ui.painter().layout_no_wrap(tr!("shell-language-short"), Type::Small.medium(), theme.text.secondary);
    let rect = Rect::from_min_max(pos2(right.x - language_width(ui), right.y - 14.0), pos2(right.x, right.y + 14.0));
    let response = ui.interact(rect, ui.scope_id().with("language"), Sense::click());
    focus_ring(ui, &response);
    if response.hovered() {
        ui.painter().rect_filled(rect, f32::from(RADIUS_CONTROL), theme.bg.hover);
    }
    shapes::icon(ui.painter(), pos2(rect.left() + 13.0, right.y), 16.0, icons::TRANSLATE, theme.text.secondary, false);
    ui.painter().galley(pos2(rect.left() + 25.0, right.y - short.size().y / 2.0), short, theme.text.secondary);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, word!("shell-language")));
    response.on_hover_text(word!("shell-language-switch"))
}

fn icon_button(ui: &Ui, center: Pos2, glyph: &str, ink: Color32, name: &str, action: Action) -> Response {
    let theme = Theme::of(ui);
    let rect = Rect::from_center_size(center, vec2(28.0, 28.0));
    let response = ui.interact(rect, ui.scope_id().with(("icon", action.key())), Sense::click());
    focus_ring(ui, &response);
    if response.hovered() {
        ui.painter().rect_filled(rect, f32::from(RADIUS_CONTROL), theme.bg.hover);
    }
    shapes::icon(ui.painter(), center, 17.0, glyph, ink, false);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    response.on_hover_text(format!("{name}\n{} ({})", action.card().help, action.key()))
}
