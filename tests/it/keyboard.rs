//! The desk without a mouse.

use std::sync::Arc;

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{AccessKitNode, NodeT as _, Queryable as _};
use fleetwatch::model::{Command, IncidentId, Life};
use fleetwatch::ui::Request;
use fleetwatch::ui::panels::Screen;

use crate::support::desk::Window;
use crate::support::snapshots::{ago, busy};

fn has_focus(node: &AccessKitNode<'_>) -> bool {
    node.is_focused()
}

const DESIGN: (f32, f32) = (1440.0, 900.0);
const CRASH: &str = "INC-20260318-0007";

#[test]
fn an_incident_is_taken_reviewed_noted_closed_and_overruled_and_a_drill_is_sent() {
    let mut window = Window::open(busy(), DESIGN);
    window.taken();
    window.press(Modifiers::NONE, Key::A);
    let incident = IncidentId(CRASH.into());
    assert_eq!(window.commands(), [Command::Acknowledge { incident: incident.clone() }]);
    let mut taken = busy();
    let first = Arc::make_mut(&mut Arc::make_mut(&mut taken.incidents)[0]);
    (first.life, first.acknowledged) = (Life::Acknowledged, Some(("J. Han".into(), ago(1))));
    window.publish(taken);
    window.press(Modifiers::COMMAND, Key::Num2);
    assert_eq!(window.harness.state().screen(), Screen::Incidents);
    // The chosen incident changes with J and K, and its evidence is read beside it.
    let chosen = |window: &Window| window.says("VAN-0417 Critical") && window.says("Why this verdict");
    window.press(Modifiers::NONE, Key::J);
    window.press(Modifiers::NONE, Key::K);
    assert!(chosen(&window));
    window.press(Modifiers::NONE, Key::N);
    let focused = window.harness.query_all_by(has_focus).next().and_then(|node| node.accesskit_node().label());
    assert!(focused.as_ref().is_some_and(|label| label.contains("ote")), "N goes to the note: {focused:?}");
    window.harness.get_by(has_focus).type_text("driver is well");
    window.harness.run_steps(2);
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(window.commands(), [Command::Note { incident: incident.clone(), text: "driver is well".into() }]);
    window.press(Modifiers::NONE, Key::Escape);
    window.press(Modifiers::NONE, Key::R);
    assert_eq!(window.commands(), [Command::Resolve { incident }]);
    // Overruled, with the reason that it asks for.
    window.press(Modifiers::SHIFT, Key::R);
    window.harness.get_by(has_focus).type_text("the box fell");
    window.harness.run_steps(2);
    window.press(Modifiers::NONE, Key::Enter);
    let overruled = window.commands();
    assert!(matches!(&overruled[..], [Command::Overrule { reason, .. }] if reason == "the box fell"), "{overruled:?}");
    window.press(Modifiers::COMMAND, Key::Num6);
    window.press(Modifiers::COMMAND, Key::Enter);
    assert!(window.taken().iter().any(|request| matches!(request, Request::Drill(_))), "Ctrl+Enter sends the drill");
}

#[test]
fn tab_reaches_named_controls_on_every_screen_and_esc_lets_them_go() {
    let mut window = Window::open(busy(), DESIGN);
    for screen in Screen::ALL {
        window.harness.state_mut().show(screen);
        window.harness.run_steps(2);
        let mut reached = Vec::new();
        for _ in 0..24 {
            window.press(Modifiers::NONE, Key::Tab);
            let focused = window.harness.query_all_by(has_focus).next().map(|node| {
                let label = node.accesskit_node().label().unwrap_or_default();
                (label, node.rect())
            });
            let Some((label, rect)) = focused else { continue };
            assert!(!label.trim().is_empty(), "{screen:?}: focus on something without a name at {rect:?}");
            if !reached.contains(&label) {
                reached.push(label);
            }
        }
        assert!(reached.len() >= 12, "{screen:?}: Tab reaches {} controls only: {reached:?}", reached.len());
        window.press(Modifiers::NONE, Key::Escape);
    }
}

#[test]
fn a_held_picture_follows_another_choice() {
    let mut window = Window::open(busy(), DESIGN);
    window.press(Modifiers::NONE, Key::Space);
    assert!(window.says("PAUSED") && window.says("VAN-0417 last 5 min"));
    let mut other = busy();
    if let Some(vehicle) = &mut other.vehicle {
        vehicle.row.device = fleetwatch::model::DeviceId::new("VAN-0500");
    }
    window.publish(other);
    assert!(window.says("VAN-0500 last 5 min"), "the plots still show the vehicle of before");
    assert!(window.says("PAUSED"));
}
