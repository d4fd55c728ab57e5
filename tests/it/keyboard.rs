//! The desk without a mouse.

use std::sync::Arc;

use eframe::egui::{self, Key, Modifiers, Shape};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use fleetwatch::model::{Command, IncidentId, Life};
use fleetwatch::ui::Request;
use fleetwatch::ui::panels::Screen;
use fleetwatch::ui::theme::Theme;

use crate::support::desk::{Window, has_focus};
use crate::support::look::visit;
use crate::support::snapshots::{ago, busy};

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
    assert!(window.taken().iter().any(|request| matches!(request, Request::Drill(..))), "Ctrl+Enter sends the drill");
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

/// Everything that Tab reaches on a screen, in its order: its name, where it is, and whether something in the colour of
/// the focus is painted on it.
fn tabbed(window: &mut Window, dark: bool) -> Vec<(String, egui::Rect, bool)> {
    let color = Theme::get(dark).border.focus;
    let mut reached: Vec<(String, egui::Rect, bool)> = Vec::new();
    for _ in 0..120 {
        window.press(Modifiers::NONE, Key::Tab);
        let focused = window.harness.query_all_by(has_focus).next();
        let Some(focused) = focused.map(|node| (node.accesskit_node().label().unwrap_or_default(), node.rect())) else {
            continue;
        };
        if reached.iter().any(|(label, rect, _)| (label, rect) == (&focused.0, &focused.1)) {
            break;
        }
        let mut ringed = false;
        for clipped in &window.harness.output().shapes {
            visit(&clipped.shape, &mut |shape| {
                if let Shape::Rect(ring) = shape {
                    let around = ring.rect.expand(4.0).contains_rect(focused.1.intersect(clipped.clip_rect).shrink(4.0))
                        && focused.1.expand(8.0).intersects(ring.rect);
                    ringed |= ring.stroke.color == color && ring.stroke.width >= 1.5 && around;
                }
            });
        }
        reached.push((focused.0, focused.1, ringed));
    }
    reached
}

#[test]
fn what_has_the_focus_wears_its_ring_on_every_screen() {
    let mut window = Window::open(busy(), DESIGN);
    let mut bare = Vec::new();
    for dark in [true, false] {
        window.theme(dark);
        for screen in Screen::ALL {
            window.harness.state_mut().show(screen);
            window.harness.run_steps(2);
            let reached = tabbed(&mut window, dark);
            assert!(reached.len() >= 12, "{screen:?}: {} reached", reached.len());
            bare.extend(
                reached
                    .into_iter()
                    .filter(|(.., ringed)| !ringed)
                    .map(|(label, rect, _)| format!("{screen:?}: {label} {rect:?}")),
            );
            window.press(Modifiers::NONE, Key::Escape);
        }
    }
    bare.sort();
    bare.dedup();
    assert!(bare.is_empty(), "no ring around:\n{}", bare.join("\n"));
}

#[test]
fn tab_goes_through_the_top_bar_as_the_eye_reads() {
    for size in [(1180.0, 720.0), DESIGN] {
        let mut window = Window::open(busy(), size);
        let bar: Vec<_> = tabbed(&mut window, true).into_iter().filter(|(_, rect, _)| rect.bottom() <= 49.0).collect();
        assert!(bar.len() >= 12, "{bar:?}");
        for pair in bar.windows(2) {
            assert!(pair[0].1.left() < pair[1].1.left(), "{} comes before {}", pair[0].0, pair[1].0);
        }
    }
}
