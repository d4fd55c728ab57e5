//! The settings in the window: they take effect, are changed, refused, saved and read again.

use std::path::Path;
use std::sync::Arc;

use eframe::egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable as _;
use fleetwatch::functions::{self, judge_crash};
use fleetwatch::model::Language;
use fleetwatch::model::comparison::{Brief, Comparison, Flip};
use fleetwatch::model::setting::{LanguageChoice, Preferences, ThemeChoice};
use fleetwatch::model::{DecidedBy, Decision, EventId, Origin, Question, Ruling, Severity, Timestamp};
use fleetwatch::settings::{Settings, file};
use fleetwatch::ui::Request;
use fleetwatch::ui::degrees::{self, Unit};
use fleetwatch::ui::motion;
use fleetwatch::ui::panels::Screen;

use crate::support::desk::{Window, sheet};
use crate::support::snapshots::{alert, busy, crash, empty};

const DESIGN: (f32, f32) = (1440.0, 900.0);

fn prefer(window: &mut Window, change: impl FnOnce(&mut Preferences)) {
    let mut sheet = sheet();
    let mut preferences = Preferences::of(&sheet.saved);
    change(&mut preferences);
    sheet.saved["desk"] = serde_json::json!(preferences);
    *window.settings.lock().unwrap() = Arc::new(sheet);
    window.harness.run_steps(2);
}

#[test]
fn what_is_set_takes_effect_at_once() {
    let mut window = Window::open(empty(), DESIGN);
    assert_eq!((window.harness.ctx.theme(), Language::spoken()), (Theme::Dark, Language::English));
    prefer(&mut window, |desk| {
        desk.language = LanguageChoice::Ko;
        desk.theme = ThemeChoice::Light;
        desk.temperature = fleetwatch::model::setting::DegreesChoice::Fahrenheit;
        desk.reduced_motion = true;
        desk.sounds = false;
    });
    assert_eq!((window.harness.ctx.theme(), Language::spoken()), (Theme::Light, Language::Korean));
    assert_eq!((degrees::unit(), motion::reduced()), (Unit::Fahrenheit, true));
    let critical = crash("INC-1", "VAN-0777", Ruling::Real, 0.96, Severity::Critical, 0);
    let mut snapshot = busy();
    snapshot.alerts = Arc::new(vec![alert(900, &critical)]);
    snapshot.incidents = Arc::new(vec![Arc::new(critical)]);
    window.publish(snapshot);
    assert_eq!(window.sounds(), [], "sounds are off");
    assert!(window.says("소리 꺼짐"), "and that is said");

    // What is switched by hand stays until the settings say something new of it.
    Language::English.speak();
    prefer(&mut window, |desk| desk.language = LanguageChoice::Ko);
    assert_eq!(Language::spoken(), Language::English);
    assert_eq!((degrees::unit(), motion::reduced()), (Unit::Celsius, false));
}

#[test]
fn it_is_as_large_as_was_asked_for_where_there_is_room() {
    for (size, asked, wanted) in
        [((2560.0, 1440.0), 200, 2.0), ((2560.0, 1440.0), 125, 1.25), (DESIGN, 200, 1.22), (DESIGN, 100, 1.0)]
    {
        let mut window = Window::open(empty(), size);
        prefer(&mut window, |desk| desk.scale_percent = asked);
        let zoom = window.harness.ctx.zoom_factor();
        assert!((zoom - wanted).abs() < 0.005, "{size:?} at {asked} %: {zoom}");
        window.harness.run_steps(2);
        let room = window.harness.ctx.content_rect().size();
        assert!(room.x >= 1179.0 && room.y >= 719.0, "{size:?} at {asked} %: {room:?}");
    }
}

/// The Settings screen on a file.
fn open(path: &Path) -> Window {
    let mut window = Window::open(empty(), DESIGN);
    let running = Settings::load(Some(path)).unwrap().shown();
    let mut sheet = sheet();
    (sheet.file, sheet.saved, sheet.running) = (path.to_owned(), running.clone(), running);
    *window.settings.lock().unwrap() = Arc::new(sheet);
    window.press(Modifiers::COMMAND, Key::Comma);
    assert_eq!(window.harness.state().screen(), Screen::Settings);
    window
}

/// Types into the field of this name.
fn write(window: &mut Window, field: &str, text: &str) {
    window.harness.get_by_role_and_label(eframe::egui::accesskit::Role::TextInput, field).focus();
    window.harness.run_steps(1);
    window.press(Modifiers::COMMAND, Key::A);
    let node = window.harness.get_by_role_and_label(eframe::egui::accesskit::Role::TextInput, field);
    node.type_text(text);
    window.harness.run_steps(2);
}

/// Does what the desk's thread for settings does with what the window asked for.
fn carry_out(window: &mut Window, path: &Path) {
    let saves = window.taken().into_iter().filter_map(|request| match request {
        Request::Save(changes) => Some(changes),
        _ => None,
    });
    for changes in saves {
        let saved = file::save(path, &changes);
        let mut settings = window.settings.lock().unwrap();
        let sheet = Arc::make_mut(&mut settings);
        if let Ok(saved) = &saved {
            sheet.saved = saved.shown();
        }
        sheet.last = Some((sheet.last.as_ref().map_or(0, |(n, _)| *n) + 1, saved.map(drop)));
    }
    window.harness.run_steps(2);
}

#[test]
fn a_value_is_changed_refused_saved_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    let mine = "# Ours.\n[functions.judge_crash]\npeak_g = 3.0 # since March\n";
    std::fs::write(&path, mine).unwrap();
    let mut window = open(&path);
    window.click("Verdict limits");
    write(&mut window, "Peak of a collision", "3.5");
    assert!(window.says("Peak of a collision: default 2.5, 0.1 to 100 g. not saved"));

    // Refused: the file is as it was, and what was typed is still there to be mended.
    write(&mut window, "Real accident from probability", "7");
    window.picture("settings-changed");
    window.click("Save 2 changes");
    carry_out(&mut window, &path);
    assert!(window.says("Not saved, the file is as it was: Real accident from probability must be from 0.5 to 1, not 7."));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), mine);
    window.picture("settings-refused");
    write(&mut window, "Real accident from probability", "much");
    window.press(Modifiers::COMMAND, Key::S);
    assert!(window.says("“much” is no number") && window.taken().iter().all(|it| !matches!(it, Request::Save(_))));
    write(&mut window, "Real accident from probability", "0.15");
    window.press(Modifiers::COMMAND, Key::S);
    carry_out(&mut window, &path);
    assert!(window.says("must be from 0.5 to 1, not 0.15"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), mine);

    // Saved: comments stay, and it is said that it holds from the next start on.
    write(&mut window, "Real accident from probability", "0.85");
    window.press(Modifiers::COMMAND, Key::S);
    carry_out(&mut window, &path);
    assert!(window.says("Saved. 2 values take effect with the next start of Fleetwatch."));
    assert!(window.says("Peak of a collision: default 2.5, 0.1 to 100 g. from next start"));
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, "# Ours.\n[functions.judge_crash]\npeak_g = 3.5 # since March\nreal_at = 0.85\n");
    window.picture("settings-saved");

    // Read again: what somebody wrote into the file meanwhile shows.
    std::fs::write(&path, text.replace("0.85", "0.9")).unwrap();
    window.click("Read the file again");
    carry_out(&mut window, &path);
    let field = window.harness.get_by_role_and_label(eframe::egui::accesskit::Role::TextInput, "Real accident from probability");
    assert_eq!(field.value().as_deref(), Some("0.9"));
    // And a desk that starts anew runs on it.
    drop(window);
    let window = open(&path);
    assert!(window.says("Everything that is saved is in effect"));
    assert_eq!(Some(Settings::load(Some(&path)).unwrap().functions.judge_crash.real_at), Some(0.9));
}

#[test]
fn a_group_of_sensors_gets_bands_of_its_own_and_loses_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    std::fs::write(&path, "").unwrap();
    let mut window = open(&path);
    window.click("Temperature bands");
    write(&mut window, "Name of a sensor or group", "fridge-*");
    window.click("Add");
    write(&mut window, "fridge-*: Hot above", "1");
    window.picture("settings-bands");
    window.press(Modifiers::COMMAND, Key::S);
    carry_out(&mut window, &path);
    assert!(window.says("fridge-*: Cold below (2) must be below fridge-*: Hot above (1)"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "");
    write(&mut window, "fridge-*: Hot above", "8");
    window.press(Modifiers::COMMAND, Key::S);
    carry_out(&mut window, &path);
    let limits = |sensor: &str| Settings::load(Some(&path)).unwrap().functions.route_temperature.limits(sensor, None).hot_above_c;
    assert_eq!((Some(limits("fridge-3")), Some(limits("cab-1"))), (Some(8.0), Some(30.0)));
    window.click("Remove fridge-*");
    window.press(Modifiers::COMMAND, Key::S);
    carry_out(&mut window, &path);
    assert_eq!(Some(limits("fridge-3")), Some(30.0));
}

fn brief(ruling: Ruling, probability: f64) -> Brief {
    Brief { ruling, malfunction: None, probability, severity: Severity::High }
}

#[test]
fn what_other_limits_make_of_the_past_is_shown_before_they_are_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    std::fs::write(&path, "").unwrap();
    let mut window = open(&path);
    window.click("Verdict limits");
    write(&mut window, "Speed change of a collision", "500");
    window.click("Judge the past again");
    assert!(window.says("Speed change of a collision must be from 1 to 100 km/h, not 500."), "nonsense is not judged by");
    write(&mut window, "Speed change of a collision", "20");
    window.click("Judge the past again");
    let asked = window.taken().into_iter().find_map(|request| match request {
        Request::Ask(Question::Rejudge { limits }) => Some(limits),
        _ => None,
    });
    assert_eq!(asked.unwrap()["delta_v_kmh"], 20.0, "as typed, saved or not");
    assert!(window.says("Reading the store"));
    let decision = Decision {
        ruling: Ruling::Real,
        malfunction: None,
        how: DecidedBy::Overrule,
        reason: "saw it".into(),
        by: "J. Han".into(),
        at: Timestamp(0),
    };
    let flip = Flip {
        incident: fleetwatch::model::IncidentId("INC-1".into()),
        device: fleetwatch::model::DeviceId("VAN-0777".into()),
        origin: Origin::Device,
        event: EventId("e-1".into()),
        received_at: Timestamp(1_773_770_000_000_000),
        old: brief(Ruling::Real, 0.96),
        new: brief(Ruling::Undecided, 0.55),
        old_judge: None,
        changed: Vec::new(),
        decision: Some(decision),
    };
    let begun = Comparison::begin(functions::crash_judge(&judge_crash::Settings::default()));
    let mut answer = Comparison { n_incidents: 40, n_reports: 50, n_flips: 1, n_against_person: 1, flips: vec![flip], ..begun };
    answer.old.add(Ruling::Real, Ruling::Real);
    answer.new.add(Ruling::Real, Ruling::Undecided);
    let mut snapshot = empty();
    snapshot.comparison = Some(Arc::new(answer.clone()));
    window.publish(snapshot.clone());
    assert!(window.says("1 incident of 40 would flip (50 reports judged). So far."));
    assert!(window.says("Judge the past again, off: it is running"));
    answer.complete = true;
    snapshot.comparison = Some(Arc::new(answer));
    window.publish(snapshot);
    window.picture("settings-judged");
    assert!(window.says("over 1 incident: precision 100 % → 100 %, recall 100 % → 100 %; 1 of the flips are against one."));
    write(&mut window, "Speed change of a collision", "21");
    assert!(window.says("The limits were changed since: judge again."));
    window.harness.get_by_label_contains("Real accident 96 % → Undecided 55 % against J. Han").click();
    window.harness.run_steps(2);
    assert_eq!(window.harness.state().screen(), Screen::Incidents);
}
