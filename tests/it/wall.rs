//! The wall, windows of their own, and the arrangement that is kept.

use eframe::egui::{Key, Modifiers};
use fleetwatch::model::Language;
use fleetwatch::ui::Layout;
use fleetwatch::ui::layout::Place;
use fleetwatch::ui::panels::{self, Screen};

use crate::support::desk::Window;
use crate::support::look::words;
use crate::support::snapshots::{broken, busy, empty};

const DESIGN: (f32, f32) = (1440.0, 900.0);

/// What is read from four metres, points at 900 of height.
const LEAST_TYPE: f32 = 18.0;

#[test]
fn the_wall_is_read_from_afar_in_every_state_and_esc_leaves_it() {
    for language in Language::ALL {
        language.speak();
        for (state, snapshot) in [("empty", empty()), ("busy", busy()), ("broken", broken())] {
            for size in [DESIGN, (1920.0, 1080.0)] {
                let mut window = Window::open(snapshot.clone(), size);
                window.press(Modifiers::NONE, Key::F11);
                window.picture(&format!("wall-{state}-{}-{language:?}", size.0));
                // What is on the map, and the banners, are for who comes nearer.
                let map_right = size.0 - 560.0 * size.1 / 900.0;
                let words = words(window.harness.output());
                let read: Vec<_> = words.iter().filter(|word| word.ink.left() > map_right && word.ink.width() > 0.0).collect();
                assert!(!read.is_empty(), "{state}");
                for word in read {
                    let banner = word.size < LEAST_TYPE && word.ink.top() < 140.0 && state == "broken";
                    let ground = word.size < LEAST_TYPE && word.ink.bottom() > size.1 - 20.0;
                    assert!(
                        word.size >= LEAST_TYPE || banner || ground,
                        "{state} {size:?}: {:?} has {} points",
                        word.text,
                        word.size
                    );
                    assert!(word.ink.right() <= size.0 + 1.0, "{state}: {:?} leaves the wall", word.text);
                }
                window.press(Modifiers::NONE, Key::Escape);
                assert_eq!(window.harness.state().screen(), Screen::Live);
            }
        }
    }
    Language::English.speak();
    let mut window = Window::open(busy(), DESIGN);
    window.press(Modifiers::NONE, Key::F11);
    assert!(window.says("VAN-0417 Critical. Real accident") && window.says("Critical: 1 not closed"), "{:?}", window.named());
    assert!(window.says("Sensors out of range: 7 of 412"));
    assert!(!window.says("Acknowledge VAN-0417"), "there are no controls on the wall");
    window.press(Modifiers::NONE, Key::Escape);
    assert!(window.says("Acknowledge VAN-0417"), "Esc leaves the wall");
}

#[test]
fn a_wall_without_data_never_looks_live() {
    let mut window = Window::open(broken(), DESIGN);
    window.press(Modifiers::NONE, Key::F11);
    let words: Vec<String> = words(window.harness.output()).into_iter().map(|word| word.text).collect();
    assert!(words.iter().any(|word| word.starts_with("STALE")), "{words:?}");
    assert!(words.iter().all(|word| word != "LIVE"), "{words:?}");
}

#[test]
fn a_screen_in_a_window_of_its_own_comes_back() {
    let mut window = Window::open(busy(), DESIGN);
    window.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    assert!(window.says("Live has a window of its own"), "{:?}", window.named());
    assert!(window.says("Acknowledge VAN-0417"), "it is painted in its own window");
    window.harness.state_mut().show(Screen::Incidents);
    window.harness.run_steps(3);
    assert!(window.says("Why this verdict") && window.says("Acknowledge VAN-0417"), "two screens at once");
    window.harness.state_mut().show(Screen::Live);
    window.harness.run_steps(3);
    // Its own window lies over the button here; on a desktop it stands beside.
    assert!(window.says("Bring it back"));
    window.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    assert!(!window.says("has a window of its own"));
}

#[test]
fn what_was_arranged_is_kept_and_stands_again() {
    let mut window = Window::open(busy(), DESIGN);
    window.press(Modifiers::COMMAND, Key::Num3);
    for _ in 0..80 {
        window.harness.run_steps(1);
    }
    let kept = window.kept.lock().unwrap().last().cloned().expect("it was kept");
    assert_eq!((kept.screen, kept.wall), (Screen::Temperature, false));
    let place = Place { width: 1_440.0, height: 900.0, ..Place::default() };
    let layout = Layout { screen: Screen::Cost, popped: vec![Screen::Incidents], window: Some(place), ..Layout::default() };
    let window = Window::open_arranged(busy(), DESIGN, false, panels::all(), Ok(layout));
    assert_eq!(window.harness.state().screen(), Screen::Cost);
    assert!(window.says("Why this verdict"), "the incidents have their own window again");
}

#[test]
fn a_broken_layout_is_said_and_stops_nothing() {
    let why = Err("layout.toml: TOML parse error at line 1, column 10".to_owned());
    let window = Window::open_arranged(busy(), DESIGN, false, panels::all(), why);
    assert_eq!(window.harness.state().screen(), Screen::Live);
    assert!(window.says("The layout of the window cannot be read") && window.says("line 1, column 10"));
}
