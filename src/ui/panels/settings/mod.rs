//! Settings: what holds, what may it be, and what would a change do?
//!
//! ```text
//! ┌ sections ┬ one line a setting ──────────┬ the past judged again ┐
//! │      200 │                              │ 420, beside limits    │
//! │          ├──────────────────────────────┴───────────────────────┤
//! │          │ file, what was refused or saved    Discard   Save    │ 56
//! └──────────┴──────────────────────────────────────────────────────┘
//! ```
//!
//! Nothing holds before it is saved; what the file cannot take is refused with the reason, and the file is as it was.
//!
//! # To add a setting
//! Add a line to its section, and its name to [`name`].

mod bands;
mod draft;
mod judge;
mod register;
mod row;

use std::sync::Arc;

use eframe::egui::{self, Align, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use serde_json::json;

use self::draft::{Drafts, Kind};
use self::row::Lines;
use super::{Panel, PanelContext, Screen};
use crate::functions::judge_crash;
use crate::model::setting::{Key, Sheet, Wrong};
use crate::state::Snapshot;
use crate::ui::actions::Action;
use crate::ui::shapes::{Mark, elided};
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{Button, Pane, focus_ring, header, pane, put, row_ground, section};
use crate::ui::{Request, icons, tr, word};

/// Width of the list of sections, points.
const SECTIONS_W: f32 = 200.0;
/// Width of the past judged again, points.
const JUDGE_W: f32 = 420.0;
/// Height of the foot, points.
const FOOT_H: f32 = 56.0;

/// A page of settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Section {
    #[default]
    Window,
    Temperature,
    Verdicts,
    Cost,
    Register,
}

impl Section {
    const ALL: [Self; 5] = [Self::Window, Self::Temperature, Self::Verdicts, Self::Cost, Self::Register];

    fn title(self) -> &'static str {
        match self {
            Self::Window => word!("settings-window"),
            Self::Temperature => word!("settings-temperature"),
            Self::Verdicts => word!("settings-verdicts"),
            Self::Cost => word!("settings-cost"),
            Self::Register => word!("register-title"),
        }
    }

    /// The table that it shows.
    fn table(self) -> Key {
        Key::of(match self {
            Self::Window => "desk",
            Self::Temperature => "functions.route_temperature",
            Self::Verdicts => "functions.judge_crash",
            Self::Cost => "pricing",
            // It is no setting: it is in the store, for every seat.
            Self::Register => "register",
        })
    }

    const fn icon(self) -> &'static str {
        match self {
            Self::Window => icons::SLIDERS,
            Self::Temperature => icons::THERMOMETER,
            Self::Verdicts => icons::SHIELD_CHECK,
            Self::Cost => icons::COINS,
            Self::Register => icons::TRUCK,
        }
    }
}

/// What became of the last save.
#[derive(Debug, Default)]
enum Outcome {
    #[default]
    None,
    Saved,
    Refused(Wrong),
}

/// The Settings screen.
#[derive(Debug, Default)]
pub(super) struct Settings {
    section: Section,
    drafts: Drafts,
    /// The number of the save that is waited for.
    asked: Option<u64>,
    outcome: Outcome,
    new_group: String,
    /// The limits that few ever change are shown too.
    further: bool,
    judge: judge::Rejudging,
    register: register::Registry,
}

impl Panel for Settings {
    fn screen(&self) -> Screen {
        Screen::Settings
    }

    fn ui(&mut self, ui: &mut egui::Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let sheet = Arc::clone(context.settings);
        self.hear(&sheet);
        if context.pressed(Action::Register) {
            self.section = Section::Register;
        }
        let (sections, rest) = ui.max_rect().split_left_right_at_x(ui.max_rect().left() + SECTIONS_W);
        if self.section == Section::Register {
            pane(ui, sections, "sections", |ui| self.sections(ui));
            self.register.ui(ui, rest, snapshot, context);
            return;
        }
        let (mut page, foot) = rest.split_top_bottom_at_y(rest.bottom() - FOOT_H);
        pane(ui, sections, "sections", |ui| self.sections(ui));
        if self.section == Section::Verdicts {
            let (lines, judged) = page.split_left_right_at_x(page.right() - JUDGE_W);
            page = lines;
            let limits = self.drafts.table(&sheet, &Section::Verdicts.table());
            pane(ui, judged, "judge", |ui| self.judge.ui(ui, snapshot, context, &limits));
        }
        pane(ui, page, "page", |ui| self.page(ui, &sheet));
        pane(ui, foot, "foot", |ui| self.foot(ui, foot, &sheet, context));
    }
}

impl Settings {
    /// What became of a save that was asked for.
    fn hear(&mut self, sheet: &Sheet) {
        let (Some(asked), Some((number, result))) = (self.asked, &sheet.last) else { return };
        if *number < asked {
            return;
        }
        self.asked = None;
        match result {
            Ok(()) => {
                self.drafts.clear();
                self.outcome = Outcome::Saved;
            }
            Err(wrong) => self.outcome = Outcome::Refused(wrong.clone()),
        }
    }

    fn sections(&mut self, ui: &mut Ui) {
        header(ui, Pane { title: word!("shell-action-settings"), ..Pane::default() });
        let theme = Theme::of(ui);
        for section in Section::ALL {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::click());
            let selected = self.section == section;
            row_ground(ui, rect, selected, response.hovered());
            let font = if selected { Type::Body.semibold() } else { Type::Body.font() };
            let ink = if selected { theme.text.primary } else { theme.text.secondary };
            let y = rect.center().y;
            crate::ui::shapes::icon(ui.painter(), pos2(rect.left() + 24.0, y), 17.0, section.icon(), ink, false);
            put(ui.painter(), pos2(rect.left() + 44.0, y), egui::Align2::LEFT_CENTER, section.title(), font, ink);
            let changed = match section {
                Section::Register => self.register.changed(),
                _ => self.drafts.changed(&section.table()),
            };
            if changed {
                Mark::Triangle.paint(ui.painter(), pos2(rect.right() - 18.0, y), 8.0, theme.status.high.fg);
            }
            focus_ring(ui, &response);
            let note = if changed { word!("settings-not-saved") } else { "" };
            let said = format!("{} {note}", section.title());
            response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, selected, said.trim()));
            if response.clicked() {
                self.section = section;
            }
        }
    }

    fn page(&mut self, ui: &mut Ui, sheet: &Sheet) {
        let note = match self.section {
            Section::Window => word!("settings-at-once"),
            _ => word!("settings-from-next-start"),
        };
        header(ui, Pane { title: self.section.title(), note, ..Pane::default() });
        let refused = match &self.outcome {
            Outcome::Refused(wrong) => Some(wrong),
            _ => None,
        };
        let mut lines = Lines { sheet, drafts: &mut self.drafts, refused };
        let (section, further, new_group) = (self.section, &mut self.further, &mut self.new_group);
        egui::ScrollArea::vertical().id_salt(section as u8).auto_shrink(false).show(ui, |ui| match section {
            Section::Window => window(ui, &mut lines),
            Section::Temperature => bands::ui(ui, &mut lines, new_group),
            Section::Verdicts => verdicts(ui, &mut lines, further),
            Section::Cost => cost(ui, &mut lines),
            // It has a page of its own.
            Section::Register => {}
        });
    }

    fn foot(&mut self, ui: &mut Ui, rect: Rect, sheet: &Sheet, context: &mut PanelContext<'_>) {
        let theme = Theme::of(ui);
        let place = rect.shrink2(vec2(PANE_PAD.x, 8.0));
        let n = self.drafts.len();
        let (mut save, mut discard, mut again) = (false, false, false);
        let builder = UiBuilder::new().max_rect(place).id_salt("buttons").layout(Layout::right_to_left(Align::Center));
        let mut buttons = ui.new_child(builder);
        buttons.spacing_mut().item_spacing.x = 8.0;
        let nothing = (n == 0).then_some(word!("settings-nothing-changed"));
        let words = if n == 0 { word!("settings-save").to_owned() } else { tr!("settings-save-n", n = n as u64) };
        save |= buttons.add(Button::primary(&words).off(nothing)).clicked();
        discard |= buttons.add(Button::default(word!("settings-discard")).off(nothing)).clicked();
        again |= buttons.add(Button::quiet(word!("settings-read-again")).icon(icons::ARROW_CLOCKWISE)).clicked();
        save |= n > 0 && context.pressed(Action::Save);
        let room = buttons.min_rect().left() - place.left() - 16.0;
        let painter = ui.painter().clone();
        let (mark, words, ink) = match &self.outcome {
            Outcome::Refused(wrong) => {
                (Some(Mark::Cross), tr!("settings-refused", why = row::words(wrong)), theme.status.critical.fg)
            }
            Outcome::Saved if n == 0 => match draft::waiting(sheet) {
                0 => (Some(Mark::Check), tr!("settings-saved"), theme.status.ok.fg),
                waiting => (Some(Mark::Clock), tr!("settings-saved-waiting", n = waiting as u64), theme.status.info.fg),
            },
            _ => match draft::waiting(sheet) {
                0 => (None, tr!("settings-nothing-waits"), theme.text.tertiary),
                waiting => (Some(Mark::Clock), tr!("settings-waiting", n = waiting as u64), theme.status.info.fg),
            },
        };
        let mut x = place.left();
        if let Some(mark) = mark {
            mark.paint(&painter, pos2(x + 5.0, place.top() + 10.0), 9.0, ink);
            x += 18.0;
        }
        let galley = elided(&painter, &words, &Type::Small.font(), ink, room - (x - place.left()));
        painter.galley(pos2(x, place.top() + 10.0 - galley.size().y / 2.0), galley, ink);
        let file = sheet.file.display().to_string();
        let file_words = crate::ui::text::elide_middle(&file, ((room / 7.4) as usize).max(16));
        put(
            &painter,
            pos2(place.left(), place.top() + 30.0),
            egui::Align2::LEFT_CENTER,
            file_words,
            Type::Mono.font(),
            theme.text.tertiary,
        );
        let said = Rect::from_min_size(place.min, vec2(room, place.height()));
        crate::ui::widgets::name(ui, said, "outcome", Role::Label, &format!("{words} {file}"))
            .on_hover_text(format!("{words}\n{file}"));
        if discard {
            self.drafts.clear();
            self.outcome = Outcome::None;
        }
        if save || again {
            let changes = if save { self.drafts.changes(sheet) } else { Ok(Vec::new()) };
            match changes {
                Ok(changes) => {
                    self.outcome = Outcome::None;
                    self.asked = Some(sheet.last.as_ref().map_or(0, |(number, _)| *number) + 1);
                    context.requests.push(Request::Save(changes));
                }
                Err(wrong) => self.outcome = Outcome::Refused(wrong),
            }
        }
    }
}

fn window(ui: &mut Ui, lines: &mut Lines<'_>) {
    let desk = Key::of("desk");
    let on_off = [(json!(true), word!("settings-on")), (json!(false), word!("settings-off"))];
    let row = |ui: &mut Ui, lines: &mut Lines<'_>, name_of: &str, note: &str, all: &[(serde_json::Value, &str)]| {
        let key = desk.and(name_of);
        lines.choice(ui, &key, &name(&key), note, all);
    };
    let languages = [(json!("system"), word!("settings-language-system")), (json!("en"), "English"), (json!("ko"), "한국어")];
    row(ui, lines, "language", word!("settings-language-note"), &languages);
    let themes = [(json!("dark"), word!("settings-theme-dark")), (json!("light"), word!("settings-theme-light"))];
    row(ui, lines, "theme", word!("settings-theme-note"), &themes);
    row(ui, lines, "temperature", word!("settings-degrees-note"), &[(json!("celsius"), "°C"), (json!("fahrenheit"), "°F")]);
    let scales = [100, 125, 150, 175, 200].map(|percent| (json!(percent), crate::ui::text::percent(f64::from(percent) / 100.0)));
    let scales = scales.each_ref().map(|(value, words)| (value.clone(), words.as_str()));
    row(ui, lines, "scale_percent", word!("settings-scale-note"), &scales);
    row(ui, lines, "sounds", word!("settings-sounds-note"), &on_off);
    row(ui, lines, "reduced_motion", word!("settings-motion-note"), &on_off);
}

/// The limits that decide most verdicts, in the order in which a verdict is reached.
const MAIN: [&str; 16] = [
    "real_at",
    "malfunction_at",
    "delta_v_kmh",
    "window_ms",
    "critical_kmh",
    "peak_g",
    "driving_g",
    "pulse_min_ms",
    "knock_ms",
    "pulse_max_ms",
    "free_fall_ms",
    "stuck_ms",
    "pinned_ms",
    "trip_kmh",
    "late_secs",
    "tilt_deg",
];

fn verdicts(ui: &mut Ui, lines: &mut Lines<'_>, further: &mut bool) {
    let table = Section::Verdicts.table();
    let bounds = judge_crash::Settings::BOUNDS;
    for wanted in MAIN {
        if let Some(bound) = bounds.iter().find(|bound| bound.name == wanted) {
            let key = table.and(bound.name);
            lines.number(ui, &key, &name(&key), bound);
        }
    }
    let theme = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::hover());
    let place = rect.shrink2(vec2(PANE_PAD.x, 6.0));
    let builder = UiBuilder::new().max_rect(place).id_salt("further").layout(Layout::left_to_right(Align::Center));
    let mut child = ui.new_child(builder);
    let glyph = if *further { icons::CARET_DOWN } else { icons::CARET_RIGHT };
    let n = (bounds.len() - MAIN.len()) as u64;
    if child.add(Button::quiet(&tr!("settings-further", n = n)).icon(glyph)).clicked() {
        *further = !*further;
    }
    child.add_space(10.0);
    child.label(Type::Micro.rich(word!("settings-further-note"), theme.text.tertiary));
    if *further {
        for bound in bounds.iter().filter(|bound| !MAIN.contains(&bound.name)) {
            lines.number(ui, &table.and(bound.name), bound.name, bound);
        }
    }
}

fn cost(ui: &mut Ui, lines: &mut Lines<'_>) {
    let pricing = Key::of("pricing");
    let regions: Vec<_> = lines.sheet.regions.iter().map(|region| (json!(region), region.as_str())).collect();
    let key = pricing.and("region");
    lines.choice(ui, &key, &name(&key), word!("settings-region-note"), &regions);
    let key = pricing.and("arch");
    lines.choice(ui, &key, &name(&key), word!("settings-arch-note"), &[(json!("arm64"), "arm64"), (json!("x86_64"), "x86_64")]);
    let key = pricing.and("monthly_budget_usd");
    lines.typed(ui, &key, &name(&key), word!("settings-budget-note"), "USD", Kind::Text);
}

/// What a setting is called; one that few ever change has the name that it has in the file.
fn name(key: &Key) -> String {
    let named = match key.name() {
        "language" => word!("settings-language"),
        "theme" => word!("settings-theme"),
        "temperature" => word!("settings-degrees"),
        "scale_percent" => word!("settings-scale"),
        "sounds" => word!("settings-sounds"),
        "reduced_motion" => word!("settings-motion"),
        "cold_below_c" => word!("settings-cold-below"),
        "hot_above_c" => word!("settings-hot-above"),
        "hysteresis_k" => word!("settings-hysteresis"),
        "delay_s" => word!("settings-delay"),
        "max_rate_k_min" => word!("settings-max-rate"),
        "real_at" => word!("settings-real-at"),
        "malfunction_at" => word!("settings-malfunction-at"),
        "delta_v_kmh" => word!("settings-delta-v"),
        "window_ms" => word!("settings-delta-v-window"),
        "critical_kmh" => word!("settings-critical"),
        "peak_g" => word!("settings-peak"),
        "driving_g" => word!("settings-driving"),
        "pulse_min_ms" => word!("settings-pulse-min"),
        "knock_ms" => word!("settings-knock"),
        "pulse_max_ms" => word!("settings-pulse-max"),
        "free_fall_ms" => word!("settings-free-fall"),
        "stuck_ms" => word!("settings-stuck"),
        "pinned_ms" => word!("settings-pinned"),
        "trip_kmh" => word!("settings-trip"),
        "late_secs" => word!("settings-late"),
        "tilt_deg" => word!("settings-tilt"),
        "region" => word!("settings-region"),
        "arch" => word!("settings-arch"),
        "monthly_budget_usd" => word!("settings-budget"),
        other => other,
    };
    // A value of a group says whose it is.
    match key.0.as_slice() {
        [functions, _, sensors, group, _] if functions == "functions" && sensors == "sensors" => format!("{group}: {named}"),
        _ => named.to_owned(),
    }
}
