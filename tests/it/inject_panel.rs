//! The Inject screen: what is wrong with a payload, what mends it, what is sent, and the trace that comes back.

use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use fleetwatch::model::{IncidentId, Link, LinkState, LinkStatus, Origin, PacketId, Target};
use fleetwatch::scenario::Scenario;
use fleetwatch::state::Snapshot;
use fleetwatch::state::snapshot::{Stage, Trace};
use fleetwatch::ui::Request;
use fleetwatch::ui::panels::Screen;

use crate::support::desk::Window;
use crate::support::snapshots::{self, busy};

const SIZES: [(&str, (f32, f32)); 2] = [("1440", (1440.0, 900.0)), ("1280", (1280.0, 800.0))];

/// The first template, as its file says it.
fn first() -> Scenario {
    Scenario::parse(include_str!("../../assets/scenarios/frontal_crash.toml")).expect("it is a template")
}

/// Its step that stands in the editor: its crash report.
fn edited() -> usize {
    first().steps.iter().position(|step| step.topic.ends_with("/crash")).expect("it has one")
}

fn open_at(snapshot: Snapshot, size: (f32, f32)) -> Window {
    let mut window = Window::open(snapshot, size);
    window.harness.state_mut().show(Screen::Inject);
    window.harness.run_steps(3);
    window.taken();
    window
}

fn open(snapshot: Snapshot) -> Window {
    open_at(snapshot, SIZES[0].1)
}

fn payload(window: &Window) -> String {
    window.harness.get_by_label("Payload").value().expect("the editor has a value")
}

/// Puts the cursor before the first `at` of the payload and types `text`.
fn retype(window: &mut Window, text: &str) {
    let node = window.harness.get_by_label("Payload");
    node.focus();
    window.harness.run_steps(2);
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.harness.run_steps(1);
    window.harness.get_by_label("Payload").type_text(text);
    window.harness.run_steps(3);
}

fn drills(window: &Window) -> Vec<Scenario> {
    let sent = window.taken().into_iter();
    sent.filter_map(|request| if let Request::Drill(scenario, _) = request { Some(*scenario) } else { None }).collect()
}

#[track_caller]
fn sees(window: &Window, words: &str) {
    assert!(window.harness.query_all_by_label_contains(words).next().is_some(), "nothing on the screen says {words:?}");
}

fn ctrl_enter(window: &mut Window) {
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.harness.run_steps(3);
}

/// A drill's whole way, as the state would trace it.
fn trace(packet: u64, title: &str, got: Option<&str>) -> Trace {
    let start = snapshots::ago(68);
    let stage = |name, detail: &str, from: i64, took: i64| Stage {
        name,
        detail: detail.into(),
        begin: start.plus_micros(from),
        end: start.plus_micros(from + took),
        suppressed: name == "Notify",
        failed: false,
    };
    let stages = vec![
        stage("Publish", "drill/fleet/VAN-0900/crash", 0, 2_100),
        stage("Broker accepted", "PUBACK, QoS 1", 2_100, 4_300),
        stage("Received", "crash lane", 6_400, 900),
        stage("Decoded", "native, 2.3 kB", 7_300, 400),
        stage("Judged", "judge_crash: real accident, 95 %", 7_700, 840),
        stage("Filed", "DRL-20260318-0001", 8_600, 60),
        stage("Stored", "committed", 8_700, 2_360),
        stage("Notify", "drill: would have told webhook", 11_100, 600),
        stage("On screen", "frame 4.1 ms", 11_700, 8_400),
    ];
    Trace {
        packet: PacketId(packet),
        topic: "drill/fleet/VAN-0900/crash".into(),
        title: title.into(),
        origin: Origin::Drill,
        stages,
        incident: Some(IncidentId("DRL-20260318-0001".into())),
        got: got.map(str::to_owned),
        complete: got.is_some(),
    }
}

fn traced(traces: Vec<Trace>) -> Snapshot {
    Snapshot { traces: Arc::new(traces.into_iter().map(Arc::new).collect()), ..busy() }
}

const BAD: &str = "{\n  \"occurred_at\": {{now}},\n  \"speed_kmh\": \"52\"\n}";

/// Makes the message a row of driving data with a number in quotes.
fn break_it(window: &mut Window) {
    window.harness.get_by_label("Message: Driving").click();
    window.harness.run_steps(2);
    retype(window, BAD);
}

#[test]
fn a_template_goes_out_as_a_drill_with_ctrl_enter_even_while_typing() {
    let mut window = open(busy());
    sees(&window, "Topic root drill/, locked");
    sees(&window, "DRILL Drill mode.");
    window.harness.get_by_label("Payload").focus();
    window.harness.run_steps(2);
    let before = payload(&window);
    ctrl_enter(&mut window);
    assert_eq!(payload(&window), before, "Ctrl+Enter must not type a line");
    let sent = drills(&window);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].steps[edited()].topic, first().steps[edited()].topic);
    assert_eq!(sent[0].steps[edited()].payload, before);
    sees(&window, "On its way");
}

#[test]
fn a_bad_number_stops_the_sending_names_its_line_and_is_mended() {
    let mut window = open(busy());
    break_it(&mut window);
    sees(
        &window,
        "Line 3: speed_kmh must be a number from 0 to 400 km/h, got the text \"52\". Write 52 without the quotes. Nothing was sent.",
    );
    sees(&window, "Send drill, off: off until line 3 is fixed");
    sees(&window, "1 problem");
    window.picture("inject-problem-1440");
    ctrl_enter(&mut window);
    window.harness.get_by_label_contains("Send drill, off").click();
    window.harness.run_steps(2);
    assert_eq!(drills(&window), []);

    window.harness.get_by_label("Fix it: Write 52 without the quotes").click();
    window.harness.run_steps(3);
    assert_eq!(payload(&window), BAD.replace("\"52\"", "52"));
    sees(&window, "valid");
    window.harness.get_by_label("Send drill").click();
    window.harness.run_steps(2);
    let sent = drills(&window);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].steps[edited()].topic, first().steps[edited()].topic.replace("/crash", "/driving"));
    assert_eq!(sent[0].steps[edited()].payload, BAD.replace("\"52\"", "52"));
}

#[test]
fn text_that_is_no_json_names_its_line() {
    let mut window = open(busy());
    retype(&mut window, "{\n  \"occurred_at\": {{now}}\n  \"airbag\": true\n}");
    sees(&window, "Line 2: a comma is missing at the end of this value");
    window.harness.get_by_label("Fix it: Add the comma").click();
    window.harness.run_steps(3);
    sees(&window, "samples is missing");
    assert!(window.harness.query_by_label("Send drill").is_none(), "it is still off");
}

#[test]
fn the_name_moves_the_topic_and_a_bad_one_stops_the_sending() {
    let mut window = open(busy());
    let typed = |window: &mut Window, label: &str, text: &str| {
        window.harness.get_by_label(label).focus();
        window.harness.run_steps(2);
        window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        window.harness.run_steps(1);
        window.harness.get_by_label(label).type_text(text);
        window.harness.run_steps(3);
    };
    typed(&mut window, "Device name", "VAN-7");
    assert_eq!(window.harness.get_by_label("Topic after drill/").value().as_deref(), Some("fleet/VAN-7/crash"));
    typed(&mut window, "Topic after drill/", "fleet/+/crash");
    sees(&window, "Send drill, off: off until the topic is fixed");
    ctrl_enter(&mut window);
    assert_eq!(drills(&window), []);
}

#[test]
fn nothing_is_sent_while_the_broker_is_away() {
    let mut snapshot = busy();
    snapshot.links.insert(Link::BrokerCrash, LinkStatus::plain(LinkState::Down));
    let mut window = open(snapshot);
    sees(&window, "off until the broker is connected again");
    ctrl_enter(&mut window);
    assert_eq!(drills(&window), []);
}

#[test]
fn the_trace_says_what_was_expected_what_came_and_that_nobody_was_told() {
    let mut window = open(traced(vec![trace(2, &first().title, Some("real accident, 95 %")), trace(1, "Phone drop", None)]));
    sees(&window, "Expected real accident, got real accident, 95 %: passed. Responders told 0, as required");
    sees(&window, "Notify suppressed: suppressed, drill: would have told webhook, start +11.1 ms, took 0.6 ms");
    window.picture("inject-trace-1440");
    assert!(window.harness.query_all_by_label_contains("passed, 0000000000000002").next().is_some());
    // The one that was chosen stays when another arrives.
    let is_old = |label: String| label.starts_with("Sent") && label.ends_with("0000000000000001");
    window.harness.get_by(|node| node.role() == Role::ListItem && node.label().is_some_and(is_old)).click();
    window.harness.run_steps(2);
    sees(&window, "got not yet: running");
    window.publish(traced(vec![
        trace(3, &first().title, Some("malfunction, 2 %")),
        trace(2, &first().title, Some("real accident, 95 %")),
        trace(1, "Phone drop", None),
    ]));
    sees(&window, "got not yet: running");
    let is_new = |label: String| label.starts_with("Sent") && label.ends_with("0000000000000003");
    window.harness.get_by(|node| node.role() == Role::ListItem && node.label().is_some_and(is_new)).click();
    window.harness.run_steps(2);
    sees(&window, "got malfunction, 2 %: differs");
    window.harness.get_by_label("Open in Incidents").click();
    window.harness.run_steps(3);
    assert_eq!(window.harness.state().screen(), Screen::Incidents);
    sees(&window, "DRILL Real accident");
}

#[test]
fn r_sends_the_same_again_and_not_before_something_was_sent() {
    let mut window = open(traced(vec![trace(1, &first().title, Some("real accident, 95 %"))]));
    window.harness.key_press(Key::R);
    window.harness.run_steps(2);
    assert_eq!(drills(&window), []);
    sees(&window, "Send again, off: nothing was sent in this session");
    ctrl_enter(&mut window);
    let once = drills(&window);
    sees(&window, "waiting for its first stage");
    window.harness.key_press(Key::R);
    window.harness.run_steps(2);
    assert_eq!(drills(&window), once);
    assert_eq!(once.len(), 1);
    window.publish(traced(vec![trace(2, &first().title, None), trace(1, &first().title, Some("real accident, 95 %"))]));
    assert!(window.harness.query_by_label_contains("waiting for its first stage").is_none());
}

#[test]
fn real_traces_never_stand_among_drills() {
    let mut real = trace(9, "A real vehicle", Some("real accident, 95 %"));
    real.origin = Origin::Device;
    let window = open(traced(vec![real]));
    sees(&window, "No trace yet");
}

#[test]
fn every_size_and_theme_is_painted() {
    for (name, size) in SIZES {
        let mut traces = vec![trace(2, &first().title, Some("real accident, 95 %"))];
        traces.extend((3..60).map(|i| trace(i, "Burst", Some("real accident, 95 %"))));
        let mut window = open_at(traced(traces), size);
        window.picture(&format!("inject-{name}"));
        window.theme(false);
        window.picture(&format!("inject-{name}-light"));
        break_it(&mut window);
        window.picture(&format!("inject-problem-{name}-light"));
        assert!(window.harness.query_by_label_contains("This screen has stopped").is_none());
    }
}

/// The last drill's door.
fn door(window: &Window) -> Option<Target> {
    let sent = window.taken().into_iter();
    sent.filter_map(|request| if let Request::Drill(_, target) = request { Some(target) } else { None }).next_back()
}

#[test]
fn a_drill_goes_through_the_door_that_was_chosen_and_through_none_that_is_shut() {
    let mut window = open(Snapshot { stack: None, ..busy() });
    ctrl_enter(&mut window);
    assert_eq!(door(&window), Some(Target::Mqtt));
    window.click("Sent through: S3");
    window.harness.run_steps(3);
    sees(&window, "off: name the functions on AWS in [stack] of the settings");
    ctrl_enter(&mut window);
    assert_eq!(door(&window), None, "a door that is shut");

    let stack = busy().stack.unwrap();
    window.publish(Snapshot { stack: Some(Arc::clone(&stack)), ..busy() });
    window.harness.run_steps(3);
    ctrl_enter(&mut window);
    assert_eq!(door(&window), Some(Target::S3));
    window.click("Sent through: Lambda");
    window.harness.run_steps(3);
    ctrl_enter(&mut window);
    assert_eq!(door(&window), Some(Target::Lambda));

    let mut careless = fleetwatch::model::StackLook::clone(&stack);
    careless.functions[0].configuration.as_mut().unwrap().drills = false;
    // Without a broker drills still go to the stack; where it takes none they do not.
    window.publish(Snapshot { stack: Some(Arc::new(careless)), ..busy() });
    window.harness.run_steps(3);
    sees(&window, "off: the stack takes no drills; deploy it anew with Drills=on");
    ctrl_enter(&mut window);
    assert_eq!(door(&window), None);
}
