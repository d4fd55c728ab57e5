//! A walk through every screen in every state, in both themes and languages, from the least window to a large one: no
//! text is cut or lies on other text, and every control has a name.

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use fleetwatch::model::Language;
use fleetwatch::model::{IncidentKind, Life, Step, StepKind};
use fleetwatch::state::Snapshot;
use fleetwatch::ui::panels::Screen;

use crate::support::desk::Window;
use crate::support::look::{Word, words};
use crate::support::snapshots::{broken, busy, empty, registered};

const SIZES: [(f32, f32); 3] = [(1180.0, 720.0), (1440.0, 900.0), (2560.0, 1440.0)];

/// How far ink may reach over the edge of its clip, points: less than the hairline beside it.
const OVER: f32 = 1.0;

/// Text whose left or right end is cut off. What lies above or below a clip may be reached by scrolling.
fn cut(words: &[Word]) -> Vec<String> {
    let is_cut = |word: &&Word| word.ink.left() < word.clip.left() - OVER || word.ink.right() > word.clip.right() + OVER;
    words.iter().filter(is_cut).map(|word| format!("cut: {:?} at {:?} by {:?}", word.text, word.ink, word.clip)).collect()
}

/// The size of headlines and titles, points: less may give way in its middle, with the whole at hand.
const HEADLINE: f32 = 13.0;

/// Headlines that were shortened to fit; a name from the wire has any length.
fn shortened(words: &[Word]) -> Vec<String> {
    let is_shortened = |word: &&Word| word.text.contains('…') && word.size >= HEADLINE && !word.text.starts_with("a-vehicle-");
    words.iter().filter(is_shortened).map(|word| format!("shortened: {:?} at {:?}", word.text, word.ink)).collect()
}

/// Text that lies on other text.
fn overlapping(words: &[Word]) -> Vec<String> {
    let mut found = Vec::new();
    for (i, a) in words.iter().enumerate() {
        for b in &words[i + 1..] {
            let both = a.seen().intersect(b.seen());
            // What stands on a solid plate hides what was painted before that plate: a button over a map.
            let hidden = a.order < b.plate || b.order < a.plate;
            if !hidden && both.width() > 1.5 && both.height() > 3.0 {
                found.push(format!("over each other: {:?} and {:?} at {:?}", a.text, b.text, both));
            }
        }
    }
    found
}

/// Controls without a name.
fn nameless(window: &Window) -> Vec<String> {
    const CONTROLS: [Role; 7] =
        [Role::Button, Role::CheckBox, Role::TextInput, Role::MultilineTextInput, Role::Slider, Role::ComboBox, Role::Tab];
    let controls = window.harness.query_all_by(|node| CONTROLS.contains(&node.role()));
    let nameless = controls.filter(|node| node.accesskit_node().label().is_none_or(|label| label.trim().is_empty()));
    nameless.map(|node| format!("no name: {:?} at {:?}", node.accesskit_node().role(), node.rect())).collect()
}

/// Text that is typed into, which moves within its field.
fn typed(window: &Window) -> BTreeSet<String> {
    let fields = window.harness.query_all_by(|node| matches!(node.role(), Role::TextInput | Role::MultilineTextInput));
    fields.filter_map(|node| node.value()).map(|value| value.trim().to_owned()).collect()
}

fn walk(state: &str, snapshot: &Snapshot, prepare: impl Fn(&mut Window)) -> BTreeSet<String> {
    walk_over(&Screen::ALL, state, snapshot, prepare)
}

pub(crate) fn walk_over(screens: &[Screen], state: &str, snapshot: &Snapshot, prepare: impl Fn(&mut Window)) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for language in Language::ALL {
        language.speak();
        for size in SIZES {
            let mut window = Window::open(snapshot.clone(), size);
            prepare(&mut window);
            // The theme changes colours and nothing's place: light once is enough.
            let themes: &[bool] = if size == SIZES[1] { &[true, false] } else { &[true] };
            for &dark in themes {
                window.theme(dark);
                for &screen in screens {
                    window.harness.state_mut().show(screen);
                    window.harness.run_steps(3);
                    let typed = typed(&window);
                    let mut words = words(window.harness.output());
                    words.retain(|word| !typed.contains(&word.text));
                    let faults =
                        cut(&words).into_iter().chain(shortened(&words)).chain(overlapping(&words)).chain(nameless(&window));
                    // What is wrong in both themes is one fault.
                    found.extend(faults.map(|fault| format!("{state} {screen:?} {language:?} {}: {fault}", size.0)));
                    if dark {
                        window.picture(&format!("walk-{state}-{screen:?}-{language:?}-{}", size.0));
                    }
                }
            }
        }
    }
    Language::English.speak();
    found
}

#[track_caller]
pub(crate) fn check(found: &BTreeSet<String>) {
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.iter().cloned().collect::<Vec<_>>().join("\n"));
}

/// A busy morning on which two vehicles fell silent after their impact.
fn busy_with_silences() -> Snapshot {
    let mut snapshot = busy();
    for incident in Arc::make_mut(&mut snapshot.incidents).iter_mut().filter(|incident| incident.life == Life::Open) {
        let incident = Arc::make_mut(incident);
        if matches!(incident.kind, IncidentKind::Crash { .. }) {
            let detail = "no message for 45 s, usually every 5 s".to_owned();
            incident.timeline.push(Step { kind: StepKind::WentSilent, at: incident.received_at, detail });
        }
    }
    snapshot
}

#[test]
fn an_empty_desk_can_be_read() {
    check(&walk("empty", &empty(), |_| {}));
}

#[test]
fn a_busy_desk_can_be_read() {
    check(&walk("busy", &busy_with_silences(), |_| {}));
}

#[test]
fn a_broken_desk_can_be_read() {
    check(&walk("broken", &broken(), |window| window.wait(177)));
}

#[test]
fn the_sheet_of_silences_can_be_read() {
    check(&walk_over(&[Screen::Incidents], "silences", &broken(), |window| {
        window.press(eframe::egui::Modifiers::SHIFT, eframe::egui::Key::S);
    }));
}

#[test]
fn the_register_can_be_read() {
    check(&walk_over(&[Screen::Settings], "register", &registered(broken()), |window| {
        window.press(eframe::egui::Modifiers::SHIFT, eframe::egui::Key::V);
        window.press(eframe::egui::Modifiers::NONE, eframe::egui::Key::J);
    }));
}

#[test]
fn the_hand_over_can_be_read() {
    check(&walk_over(&[Screen::Incidents], "handover", &broken(), |window| {
        window.press(eframe::egui::Modifiers::SHIFT, eframe::egui::Key::H);
    }));
}

#[test]
fn the_team_of_a_temperature_can_be_read() {
    check(&walk_over(&[Screen::Incidents], "temperature-team", &busy(), |window| {
        window.harness.state_mut().show(Screen::Incidents);
        window.harness.run_steps(2);
        window.press(eframe::egui::Modifiers::NONE, eframe::egui::Key::J);
        window.press(eframe::egui::Modifiers::NONE, eframe::egui::Key::D);
    }));
}

#[test]
fn the_past_can_be_read() {
    check(&walk("past", &busy(), |window| {
        window.press(eframe::egui::Modifiers::NONE, eframe::egui::Key::Space);
        window.wait(60);
    }));
}
