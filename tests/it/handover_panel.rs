//! The hand-over in the window, and who is on a temperature incident.

use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::Queryable as _;
use fleetwatch::model::{Command, IncidentId, Note, Step, StepKind};
use fleetwatch::ui::panels::Screen;

use crate::support::desk::{Window, has_focus};
use crate::support::snapshots::{ago, busy, silences};

const DESIGN: (f32, f32) = (1440.0, 900.0);

#[test]
fn the_next_shift_reads_on_one_sheet_what_is_open_and_who_is_on_it() {
    let mut snapshot = busy();
    snapshot.silencings = Arc::new(silences());
    {
        let incidents = Arc::make_mut(&mut snapshot.incidents);
        let first = Arc::make_mut(&mut incidents[0]);
        first.notes = vec![Note { at: ago(20), by: "lee".into(), text: "door\nopen".into() }];
        let detail = "webhook hooks.example.org: attempt 3 failed, connection refused (os error 111)".to_owned();
        first.timeline.push(Step { kind: StepKind::TellFailed, at: ago(10), detail });
        let second = Arc::make_mut(&mut incidents[1]);
        second.acknowledged = Some(("mina".into(), ago(300)));
        second.life = fleetwatch::model::Life::Acknowledged;
        second.handling.assignee = Some("park".into());
    }
    let mut window = Window::open(snapshot, DESIGN);
    window.press(Modifiers::SHIFT, Key::H);
    for words in [
        "Hand-over at",
        "Open incidents, those that nobody has taken first: 3",
        "VAN-0417",
        "not acknowledged for 42 s",
        "not delivered: connection refused",
        "last note, lee: door open",
        "acknowledged by mina",
        "park is on it",
        "Silences that end in the next shift: 2",
        "Resolved in this shift: 1",
        "Judged malfunctions of which nobody was told: 2",
        "Drills run in this shift: 1",
    ] {
        assert!(window.says(words), "{words:?} is not on the sheet: {:?}", window.named());
    }
    window.picture("handover");
    // All of it as text.
    window.harness.get_by_label("Copy").click();
    let mut copied = None;
    for _ in 0..4 {
        window.harness.run_steps(1);
        copied = copied.or(window.harness.output().platform_output.commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        }));
    }
    let text = copied.expect("it is copied");
    assert!(text.contains("VAN-0417") && text.contains("last note, lee: door open") && text.lines().count() > 12, "{text}");
    // A line leads to its incident.
    let is_line = |label: Option<String>| label.is_some_and(|label| label.starts_with("VAN-0417: "));
    window.harness.get_by(|node| node.role() == Role::Button && is_line(node.label())).click();
    window.harness.run_steps(3);
    assert_eq!(window.harness.state().screen(), Screen::Incidents);
    assert!(window.says("VAN-0417 Critical") && !window.says("Hand-over at"));
    window.press(Modifiers::SHIFT, Key::H);
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.says("Hand-over at"), "Esc closes it");
}

#[test]
fn somebody_is_on_a_temperature_incident_and_help_is_sent() {
    let mut window = Window::open(busy(), DESIGN);
    window.harness.state_mut().show(Screen::Incidents);
    window.harness.run_steps(3);
    window.press(Modifiers::NONE, Key::J);
    assert!(window.says("Among its limits"), "the second is a temperature");
    let id = IncidentId("INC-20260318-0005".into());
    window.harness.get_by_label("Lower left: Team").click();
    window.harness.run_steps(3);
    assert!(window.says("Nobody is on it") && window.says("Assign to"), "{:?}", window.named());
    window.picture("temperature-team");
    window.taken();
    window.harness.get_by_label_contains("I am on it").click();
    window.harness.run_steps(3);
    assert_eq!(window.commands(), [Command::Claim { incident: id.clone() }]);
    window.harness.get_by_label("Lower left: Since when, routed where").click();
    window.harness.run_steps(3);
    assert!(!window.says("Assign to"));
    // D leads to the field for help, as with a crash.
    window.press(Modifiers::NONE, Key::D);
    window.harness.get_by(has_focus).type_text("mechanic to hall 2");
    window.harness.run_steps(2);
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(window.commands(), [Command::Dispatch { incident: id, text: "mechanic to hall 2".into() }]);
}
