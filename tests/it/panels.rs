//! Every screen, empty, busy and broken, dark and light; and what its controls send.

use std::sync::Arc;

use eframe::egui::{self, Key, Modifiers, UserAttentionType, ViewportCommand, ViewportId};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use fleetwatch::model::{Command, DeviceId, IncidentId, Origin, Ruling, Severity};
use fleetwatch::state::Snapshot;
use fleetwatch::ui::Request;
use fleetwatch::ui::panels::{self, Panel, PanelContext, Screen};

use crate::support::desk::Window;
use crate::support::look::visit;
use crate::support::snapshots::{NOW, alert, broken, busy, crash, empty, fleet};

const DESIGN: (f32, f32) = (1440.0, 900.0);

#[test]
fn every_screen_paints_every_state_in_both_themes() {
    for (state, snapshot) in [("empty", empty()), ("busy", busy()), ("broken", broken())] {
        let mut window = Window::open_with(snapshot, DESIGN, state == "busy");
        for dark in [true, false] {
            window.theme(dark);
            for panel in panels::all() {
                let screen = panel.screen();
                window.harness.state_mut().show(screen);
                window.harness.run_steps(2);
                let theme = if dark { "dark" } else { "light" };
                window.picture(&format!("{}-{state}-{theme}", screen.title().to_lowercase()));
                let stopped = window.harness.query_by_label_contains("This screen has stopped");
                assert!(stopped.is_none(), "{} panicked when {state}", screen.title());
                let chosen = window.harness.query_all_by_role(egui::accesskit::Role::Tab).count();
                assert_eq!(chosen, panels::all().len(), "a place in the rail is missing");
            }
        }
    }
}

#[test]
fn live_fits_from_the_least_window_to_a_large_one() {
    for size in [(1180.0, 720.0), (1280.0, 800.0), (2560.0, 1440.0)] {
        for (state, snapshot) in [("busy", busy()), ("broken", broken()), ("empty", empty())] {
            let mut window = Window::open(snapshot, size);
            window.picture(&format!("live-{state}-{}", size.0));
            for (name, rect) in window.named() {
                let within = rect.left() >= -1.0 && rect.right() <= size.0 + 1.0 && rect.top() >= -1.0;
                assert!(within, "{name} leaves the window of {size:?}: {rect:?}");
            }
        }
    }
}

fn acknowledge(id: &str) -> Command {
    Command::Acknowledge { incident: IncidentId(id.into()) }
}

#[test]
fn a_click_on_acknowledge_sends_the_command() {
    let mut window = Window::open(busy(), DESIGN);
    window.taken();
    window.click("Acknowledge VAN-0417");
    assert_eq!(window.commands(), [acknowledge("INC-20260318-0007")]);
}

#[test]
fn the_key_a_acknowledges_once_but_never_while_typing() {
    let mut window = Window::open(busy(), DESIGN);
    window.taken();
    window.press(Modifiers::NONE, Key::A);
    assert_eq!(window.commands(), [acknowledge("INC-20260318-0007")]);
    window.click("Fleet: List");
    window.harness.get_by_label("Filter vehicles by name").click();
    window.harness.run_steps(2);
    window.press(Modifiers::NONE, Key::A);
    assert_eq!(window.commands(), [], "a letter typed into the filter is no command");
}

#[test]
fn a_card_that_has_just_slid_in_takes_no_click() {
    let mut window = Window::open(busy(), DESIGN);
    let mut snapshot = busy();
    let mut fresh = crash("INC-20260318-0009", "VAN-0777", Ruling::Real, 0.99, Severity::Critical, 0);
    fresh.received_at = NOW.plus_micros(-100_000);
    Arc::make_mut(&mut snapshot.incidents).insert(0, Arc::new(fresh));
    window.publish(snapshot);
    window.taken();
    window.click("Acknowledge VAN-0777");
    assert_eq!(window.commands(), []);
    *window.now.lock().unwrap() = NOW.plus_secs(2);
    window.harness.run_steps(2);
    window.click("Acknowledge VAN-0777");
    assert_eq!(window.commands(), [acknowledge("INC-20260318-0009")]);
}

#[test]
fn a_new_incident_waits_while_a_hand_is_on_the_queue() {
    let mut window = Window::open(busy(), DESIGN);
    let card = window.harness.get_by_label("Acknowledge VAN-0417").rect();
    window.harness.hover_at(card.center());
    window.harness.run_steps(1);
    let mut snapshot = busy();
    let fresh = crash("INC-20260318-0009", "VAN-0777", Ruling::Real, 0.99, Severity::Critical, 0);
    Arc::make_mut(&mut snapshot.incidents).insert(0, Arc::new(fresh));
    *window.snapshot.lock().unwrap() = Arc::new(snapshot);
    window.harness.run_steps(1);
    assert_eq!(window.harness.get_by_label("Acknowledge VAN-0417").rect(), card, "the button moved under the hand");
    assert!(window.says("1 new"), "it must be said that one waits");
    window.harness.run_steps(12);
    assert!(window.says("Acknowledge VAN-0777"), "the hand has rested long enough");
}

#[test]
fn the_first_frame_with_an_incident_is_reported_once() {
    let window = Window::open(busy(), DESIGN);
    let painted: Vec<_> = window.taken().into_iter().filter(|request| matches!(request, Request::Painted { .. })).collect();
    let [Request::Painted { incidents, at, .. }] = &painted[..] else { panic!("{painted:?}") };
    assert!(incidents.iter().any(|id| &*id.0 == "INC-20260318-0007"));
    assert!(incidents.iter().any(|id| &*id.0 == "DRL-20260318-0001"));
    assert_eq!(*at, NOW);
}

#[test]
fn the_fleet_list_asks_for_the_rows_on_the_screen() {
    let mut window = Window::open(busy(), DESIGN);
    assert!(window.looked().is_some_and(|focus| focus.map), "the map asks for its marks");
    window.click("Fleet: List");
    let first = window.looked().expect("it asks at once");
    assert!(!first.map, "the list needs no marks");
    assert_eq!(first.fleet_from, 0);
    assert!(first.fleet_len > 10);
    let row = window.harness.get_by_label_contains("VAN-0401").rect();
    window.harness.hover_at(row.center());
    window.harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, -9_000.0),
        source: egui::MouseWheelSource::Unknown,
        phase: egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
    });
    window.harness.run_steps(8);
    let later = window.looked().expect("other rows are on the screen");
    assert!(later.fleet_from > 100, "{later:?}");
    let mut snapshot = busy();
    snapshot.fleet = fleet(1_284, later.fleet_from, later.fleet_len, "");
    window.publish(snapshot);
    assert_eq!(window.looked(), None, "what it has is what it asked for");
    let name = format!("VAN-{:04}", 400 + later.fleet_from + 25);
    let row = window.harness.get_by_label_contains(&name);
    row.click();
    window.harness.run_steps(2);
    assert_eq!(window.looked().and_then(|focus| focus.vehicle), Some(DeviceId::new(&name)));
}

#[test]
fn the_filter_is_asked_of_the_state_and_says_what_it_hides() {
    let mut window = Window::open(busy(), DESIGN);
    window.taken();
    window.press(Modifiers::NONE, Key::Slash);
    window.harness.get_by_label("Filter vehicles by name").type_text("0417");
    window.harness.run_steps(3);
    assert_eq!(window.looked().map(|focus| focus.fleet_filter), Some("0417".to_owned()));
    let mut snapshot = busy();
    snapshot.fleet = fleet(1_284, 0, 40, "0417");
    snapshot.fleet.matching = 1;
    window.publish(snapshot);
    assert!(window.says("1,283 hidden by the filter"));
}

#[test]
fn a_busy_line_is_said_and_nothing_is_lost_silently() {
    let mut window = Window::open(busy(), DESIGN);
    *window.takes.lock().unwrap() = false;
    window.click("Acknowledge VAN-0417");
    assert!(window.says("The line is busy"));
    *window.takes.lock().unwrap() = true;
    *window.now.lock().unwrap() = NOW.plus_secs(7);
    window.harness.run_steps(2);
    assert!(!window.says("The line is busy"), "it goes after six seconds");
}

#[test]
fn drills_are_counted_apart() {
    let window = Window::open(busy(), DESIGN);
    assert!(window.says("Open incidents: 3 real, plus 1 drill, 1 critical"));
    assert!(window.says("DRILL Critical VAN-0900"));
    assert!(!window.says("Acknowledge VAN-0900"), "a drill has no red button on Live");
}

#[test]
fn stale_never_looks_live() {
    let mut window = Window::open(busy(), DESIGN);
    window.click("Fleet: List");
    assert!(window.harness.query_by_label("LIVE").is_some() && window.says(", live,"));
    let mut snapshot = broken();
    snapshot.at = NOW;
    window.publish(snapshot);
    *window.now.lock().unwrap() = NOW.plus_secs(177);
    window.harness.run_steps(2);
    assert!(window.harness.query_by_label("LIVE").is_none());
    for words in [
        "STALE 2 min 57 s",
        "Broker lost at",
        "next try in",
        "No route to host",
        "Vehicles online: 1,237 last known, stale",
        "Intake paused",
        "Drills are blocked",
        "Dropped unknown until reconnect",
        "Crash intake: paused",
    ] {
        assert!(window.says(words), "it does not say {words:?}");
    }
    assert!(!window.says(", live,"), "a row looks live");
    window.click("Fleet: Map");
    assert!(window.says("Last known positions") && window.says("last known positions"));
}

#[test]
fn the_first_run_says_what_to_do() {
    let mut window = Window::open(empty(), DESIGN);
    for words in
        ["Vehicles online: no data yet", "Step 1: Connect a broker, to do", "Step 2: Functions run inside", "No incidents"]
    {
        assert!(window.says(words), "it does not say {words:?}");
    }
    assert!(window.harness.query_by_label("Choose a drill, off: needs step 1: a broker").is_some());
    window.click("Connections: connect a broker");
    assert_eq!(window.harness.state().screen(), Screen::Connections);
}

#[test]
fn keys_change_the_screen_the_theme_and_show_themselves() {
    let mut window = Window::open(busy(), DESIGN);
    window.press(Modifiers::COMMAND, Key::Num4);
    assert_eq!(window.harness.state().screen(), Screen::Functions);
    window.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::D);
    assert_eq!(window.harness.ctx.theme(), egui::Theme::Light);
    window.press(Modifiers::SHIFT, Key::Questionmark);
    assert!(window.says("Take the chosen incident"));
    window.picture("keys");
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.says("Take the chosen incident"));
}

#[test]
fn a_new_critical_asks_for_attention_and_its_toast_stays_off_the_queue() {
    let mut window = Window::open(busy(), DESIGN);
    window.harness.state_mut().show(Screen::Functions);
    window.harness.run_steps(2);
    let incident = crash("INC-20260318-0009", "VAN-0777", Ruling::Real, 0.96, Severity::Critical, 0);
    let mut drill = crash("DRL-20260318-0002", "VAN-0888", Ruling::Real, 0.96, Severity::Critical, 0);
    drill.origin = Origin::Drill;
    let mut snapshot = busy();
    Arc::make_mut(&mut snapshot.incidents).insert(0, Arc::new(incident.clone()));
    snapshot.alerts = Arc::new(vec![alert(2, &drill), alert(1, &incident)]);
    *window.snapshot.lock().unwrap() = Arc::new(snapshot);
    window.harness.step();
    let commands = &window.harness.output().viewport_output[&ViewportId::ROOT].commands;
    let attention = ViewportCommand::RequestUserAttention(UserAttentionType::Critical);
    assert_eq!(commands.iter().filter(|command| **command == attention).count(), 1);
    window.harness.run_steps(2);
    assert!(window.says("Message: VAN-0777"));
    window.picture("toast");
    assert!(!window.says("Message: VAN-0888"), "drills are silent");
    window.taken();
    *window.takes.lock().unwrap() = false;
    window.click("Acknowledge");
    assert!(window.says("Message: VAN-0777"), "the line did not take it, so it stays");
    *window.takes.lock().unwrap() = true;
    window.press(Modifiers::NONE, Key::A);
    assert_eq!(window.commands(), [acknowledge("INC-20260318-0009")]);
    assert!(!window.says("Message: VAN-0777"), "it goes when it is acknowledged");
}

/// A screen with a fault.
struct Faulty;

impl Panel for Faulty {
    fn screen(&self) -> Screen {
        Screen::Live
    }
    fn ui(&mut self, _ui: &mut egui::Ui, snapshot: &Snapshot, _context: &mut PanelContext<'_>) {
        assert!(snapshot.version == 0, "a planted fault");
    }
}

#[test]
fn a_fault_in_one_screen_leaves_the_others() {
    let mut screens = panels::all();
    screens.retain(|panel| panel.screen() != Screen::Live);
    screens.insert(0, Box::new(Faulty));
    let mut window = Window::open_panels(busy(), DESIGN, false, screens);
    window.picture("fault");
    assert!(window.says("This screen has stopped") && window.says("a planted fault"));
    assert!(window.harness.query_by_label("LIVE").is_some(), "the bars go on");
    window.press(Modifiers::COMMAND, Key::Num4);
    assert!(window.says("judge_crash"));
    window.press(Modifiers::COMMAND, Key::Num1);
    window.publish(empty());
    window.click("Show it again");
    assert!(!window.says("This screen has stopped"));
}

#[test]
fn a_window_left_alone_comes_to_rest() {
    for snapshot in [empty(), busy(), broken()] {
        let mut window = Window::open(snapshot, DESIGN);
        // Panics where a frame asks for the next one without end.
        window.harness.run();
    }
}

#[test]
fn the_map_names_what_is_on_it_and_follows_the_chosen_vehicle() {
    let mut window = Window::open(busy(), DESIGN);
    for words in [
        "Map: 231 of 231 vehicles in view, VAN-0417 chosen",
        "VAN-0417 on the map, 0 km/h, parked",
        "VAN-0417: Critical, Real accident",
        "DRILL VAN-0900: Critical",
        "3 vehicles without a place",
        "Scale: ",
    ] {
        assert!(window.says(words), "it does not say {words:?}");
    }
    window.press(Modifiers::NONE, Key::F);
    assert!(window.says("Following VAN-0417"));
    window.press(Modifiers::NONE, Key::Num0);
    assert!(window.says("Follow VAN-0417") && window.says("231 of 231"));
    window.click("Vehicles on the map: 231");
    assert!(window.says("Map: 0 of 231"), "a layer that is off shows none, and says of how many");
}

#[test]
fn sensors_are_on_the_map_by_their_band_and_layers_are_remembered() {
    let mut window = Window::open(busy(), DESIGN);
    for words in
        ["RFR-022 on the map: HOT, 9.6 °C", "RFR-024 on the map: COLD, 0.8 °C", "RFR-033 on the map: silent, last 5.1 °C"]
    {
        assert!(window.says(words), "it does not say {words:?}");
    }
    assert!(window.says("VAN-0417 chosen, 12 sensors"), "counted in the map's name");
    assert!(!window.says("harsh manoeuvres"), "off until somebody wants it");
    window.click("Sensors on the map: 12");
    window.click("Harsh driving on the map: 9");
    assert!(window.says("VAN-0417 chosen, 9 harsh manoeuvres") && !window.says("RFR-022 on the map"));
    (0..80).for_each(|_| window.harness.run_steps(1));
    let kept = window.kept.lock().unwrap().last().cloned().expect("it was kept");
    assert!(kept.live.map.harsh && !kept.live.map.sensors && kept.live.map.vehicles);
    let again = Window::open_arranged(busy(), DESIGN, false, panels::all(), Ok(kept));
    assert!(again.says("9 harsh manoeuvres") && !again.says("RFR-022 on the map"));
    let stale = Window::open(broken(), DESIGN);
    assert!(stale.says("RFR-022 on the map: was HOT, 9.6 °C"), "what is not known now is not said as if it were");
}

#[test]
fn what_is_plotted_can_be_copied_with_times_in_utc() {
    let mut window = Window::open(busy(), DESIGN);
    window.harness.get_by_label("Copies what is plotted as CSV, times in UTC").click();
    let mut copied = None;
    for _ in 0..3 {
        window.harness.step();
        copied = copied.or_else(|| {
            window.harness.output().platform_output.commands.iter().find_map(|command| match command {
                egui::OutputCommand::CopyText(text) => Some(text.clone()),
                _ => None,
            })
        });
    }
    let copied = copied.expect("it is on the clipboard");
    let lines: Vec<_> = copied.lines().collect();
    assert_eq!(lines[0], "time_utc,speed_kmh,accel_x_g,accel_y_g,accel_z_g");
    assert!(lines[1].starts_with("2026-03-18T03:07:47"), "{}", lines[1]);
    assert!(lines.len() > 400 && lines[1..].iter().all(|line| line.contains("Z,") && line.matches(',').count() == 4));
}

/// The plates of the messages that are up.
fn messages(window: &Window) -> Vec<egui::Rect> {
    let mut plates = Vec::new();
    let marks: Vec<_> = window.harness.query_all_by_label_contains("Message: ").map(|node| node.rect()).collect();
    for clipped in &window.harness.output().shapes {
        visit(&clipped.shape, &mut |shape| {
            if let egui::Shape::Rect(plate) = shape
                && (420.0..430.0).contains(&plate.rect.width())
                && plate.rect.height() < 120.0
                && marks.iter().any(|mark| plate.rect.contains_rect(*mark))
            {
                plates.push(plate.rect);
            }
        });
    }
    plates
}

#[test]
fn a_message_covers_no_control() {
    use egui::accesskit::Role::{Button, CheckBox, ComboBox, RadioButton, Slider, SpinButton, TextInput};
    let mut covered = Vec::new();
    for size in [(1180.0, 720.0), DESIGN] {
        for screen in Screen::ALL {
            let mut window = Window::open(busy(), size);
            window.harness.state_mut().show(screen);
            *window.sound_trouble.lock().unwrap() = Some(fleetwatch::ui::SoundTrouble::NoPlayer);
            window.harness.run_steps(4);
            let plates = messages(&window);
            assert!(!plates.is_empty(), "{screen:?}");
            window.picture(&format!("message-{screen:?}-{}", size.0));
            let controls = window.harness.query_all_by(|node| {
                matches!(node.role(), Button | CheckBox | ComboBox | RadioButton | Slider | SpinButton | TextInput)
            });
            for control in controls {
                let rect = control.rect();
                if let Some(plate) = plates.iter().find(|plate| plate.shrink(2.0).intersects(rect) && rect.height() < 120.0) {
                    let label = control.accesskit_node().label().unwrap_or_default();
                    covered.push(format!("{screen:?} {}: {label} {rect:?} under {plate:?}", size.0));
                }
            }
        }
    }
    assert!(covered.is_empty(), "{}", covered.join("\n"));
}
