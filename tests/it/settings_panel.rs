//! The settings in the window: they take effect, are changed, refused, saved and read again.

use std::sync::Arc;

use eframe::egui::Theme;
use fleetwatch::model::setting::{LanguageChoice, Preferences, ThemeChoice};
use fleetwatch::model::{Ruling, Severity};
use fleetwatch::ui::degrees::{self, Unit};
use fleetwatch::ui::motion;
use fleetwatch::ui::tr::Language;

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
