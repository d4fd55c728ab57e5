//! Silences as the window shows them: seen on every screen while they stand, begun with scope, reason and end, ended early.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use fleetwatch::model::{Alert, AlertId, AlertKind, DeviceId, Origin, Severity, SilenceOrder};
use fleetwatch::state::Snapshot;
use fleetwatch::ui::Request;
use fleetwatch::ui::panels::Screen;
use std::sync::Arc;

use crate::support::desk::Window;
use crate::support::snapshots::{ago, busy, silences};

fn silenced() -> Snapshot {
    Snapshot { silencings: Arc::new(silences()), ..busy() }
}

fn asked(window: &Window) -> Vec<SilenceOrder> {
    let orders = window.taken().into_iter().filter_map(|request| match request {
        Request::Silence(order) => Some(order),
        _ => None,
    });
    orders.collect()
}

fn type_into(window: &mut Window, field: &str, text: &str) {
    let is_field = |label: Option<String>| label.as_deref() == Some(field);
    window.harness.get_by(|node| node.role() == Role::TextInput && is_field(node.label())).click();
    window.harness.run_steps(3);
    window.harness.get_by(|node| node.role() == Role::TextInput && is_field(node.label())).type_text(text);
    window.harness.run_steps(3);
}

#[test]
fn a_silence_that_stands_is_on_every_screen_and_on_the_wall() {
    let mut window = Window::open(silenced(), (1440.0, 900.0));
    for screen in Screen::ALL {
        window.harness.state_mut().show(screen);
        window.harness.run_steps(3);
        assert!(window.says("2 silences stand vehicle:RFR-0*: M. Seo, until"), "{screen:?}: {:?}", window.named());
        assert!(window.says("box-* kind:temperature: M. Seo"), "{screen:?}");
    }
    window.press(Modifiers::NONE, Key::F11);
    assert!(window.says("2 silences stand"), "not on the wall");
    let mut window = Window::open(busy(), (1440.0, 900.0));
    window.harness.run_steps(2);
    assert!(!window.says("silence"), "a strip although nothing is silenced");
}

#[test]
fn one_is_begun_with_scope_reason_and_length_and_not_without() {
    let mut window = Window::open(busy(), (1440.0, 900.0));
    window.press(Modifiers::SHIFT, Key::S);
    assert!(window.says("Nothing is silenced"));
    window.taken();
    assert!(window.says("Silence, off: Say what is to be silenced") || window.says("Say what is to be silenced"));
    type_into(&mut window, "What is to be silenced", "verdict:real");
    assert!(window.says("verdict"), "the mistake is not named");
    window.picture("silences-mistake");
    let mut window = Window::open(busy(), (1440.0, 900.0));
    window.press(Modifiers::SHIFT, Key::S);
    type_into(&mut window, "What is to be silenced", "RFR-0*");
    assert!(window.says("of the 52 vehicles and sensors listed now"), "{:?}", window.named());
    assert!(window.says("Say why"));
    type_into(&mut window, "Why", "defrosting");
    window.taken();
    window.picture("silences-begin");
    window.click("Silence");
    let search = "RFR-0*".to_owned();
    assert_eq!(asked(&window), [SilenceOrder::Begin { search, secs: 3_600, reason: "defrosting".to_owned() }]);
    assert!(window.says("Asked to silence RFR-0*"));
}

#[test]
fn the_list_says_what_was_hidden_ends_one_early_and_takes_that_back() {
    let mut window = Window::open(silenced(), (1440.0, 900.0));
    window.click("Silences");
    window.click("What the silence over box-* kind:temperature hid");
    assert!(window.says("box-1: rose above"), "{:?}", window.named());
    assert!(window.says("ended at") && window.says("by itself, hid 0"));
    window.picture("silences-list");
    window.taken();
    window.click("End the silence over box-* kind:temperature");
    assert_eq!(asked(&window), [SilenceOrder::End { id: 2 }]);
    assert!(window.says("Silence over box-* kind:temperature ended"));
    window.harness.get_by_label_contains("Take back").click();
    window.harness.run_steps(3);
    assert_eq!(asked(&window), [SilenceOrder::Restore { id: 2 }]);
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.says("Hides temperatures"));
}

#[test]
fn in_the_past_nothing_is_silenced() {
    let mut window = Window::open(silenced(), (1440.0, 900.0));
    window.press(Modifiers::NONE, Key::Space);
    window.press(Modifiers::SHIFT, Key::S);
    window.taken();
    window.click("End the silence over vehicle:RFR-0*");
    assert_eq!(asked(&window), []);
}

#[test]
fn before_its_end_it_says_so() {
    let mut window = Window::open(silenced(), (1440.0, 900.0));
    let mut snapshot = silenced();
    let about = AlertKind::SilenceEnds { silence: 3 };
    let (device, text) = (DeviceId::new("silence"), "Silence 3 ends".to_owned());
    let (severity, origin, cleared_at) = (Severity::Medium, Origin::Device, None);
    let id = snapshot.alerts.iter().map(|alert| alert.id.0).max().unwrap_or(0) + 1;
    let alert = Alert { id: AlertId(id), about, device, severity, origin, raised_at: ago(0), cleared_at, text };
    Arc::make_mut(&mut snapshot.alerts).push(alert);
    window.publish(snapshot);
    window.harness.run_steps(2);
    assert!(window.says("The silence of M. Seo over vehicle:RFR-0* ends in 7 min"));
}
