//! The Incidents screen: what it shows of each kind of incident, what its filter hides, and what its keys send.

use std::sync::Arc;

use eframe::egui::accesskit::{Role, Toggled};
use eframe::egui::{self, Key};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use fleetwatch::model::dossier::Imported;
use fleetwatch::model::{
    Command, DecidedBy, Decision, DeviceId, DevicePast, Done, Errand, Evidence, Incident, IncidentId, IncidentKind, Language,
    Life, Malfunction, Note, Occasion, Origin, PastIncident, Points, Pulse, Question, Review, Ruling, Said, Severity, Step,
    StepKind, VerdictVersion,
};
use fleetwatch::state::Snapshot;
use fleetwatch::ui::Request;
use fleetwatch::ui::panels::Screen;

use crate::support::desk::Window;
use crate::support::snapshots::{self, busy, crash};

const SIZES: [(&str, (f32, f32)); 2] = [("1440", (1440.0, 900.0)), ("1280", (1280.0, 800.0))];

fn open(snapshot: Snapshot) -> Window {
    let mut window = Window::open(snapshot, SIZES[0].1);
    window.harness.state_mut().show(Screen::Incidents);
    window.harness.run_steps(3);
    window
}

fn with(incidents: Vec<Incident>, drills: Vec<Incident>) -> Snapshot {
    let list = |incidents: Vec<Incident>| Arc::new(incidents.into_iter().map(Arc::new).collect::<Vec<_>>());
    Snapshot { incidents: list(incidents), drills: list(drills), ..busy() }
}

fn edit(
    mut incident: Incident,
    edit: impl FnOnce(&mut fleetwatch::model::CrashReport, &mut fleetwatch::model::CrashVerdict),
) -> Incident {
    if let IncidentKind::Crash { report, verdict } = &mut incident.kind {
        edit(Arc::make_mut(report), Arc::make_mut(verdict));
    }
    incident
}

fn real() -> Incident {
    crash("INC-20260318-0007", "VAN-0417", Ruling::Real, 0.96, Severity::Critical, 42)
}

fn undecided() -> Incident {
    crash("INC-20260318-0004", "TRK-056", Ruling::Undecided, 0.58, Severity::Medium, 1_260)
}

fn malfunction() -> Incident {
    edit(crash("INC-20260318-0003", "BUS-108", Ruling::Malfunction, 0.02, Severity::Low, 1_440), |report, verdict| {
        let t_ms: Vec<f64> = (-600..200).map(f64::from).collect();
        let z_g = t_ms.iter().map(|t| {
            if (-320.0..0.0).contains(t) {
                0.05
            } else if (0.0..12.0).contains(t) {
                16.0
            } else {
                1.0
            }
        });
        report.pulse = Pulse { z_g: z_g.collect(), x_g: vec![0.02; t_ms.len()], y_g: vec![-0.03; t_ms.len()], t_ms };
        report.range_g = Some(16.0);
        report.gravity = true;
        verdict.malfunction = Some(Malfunction::Dropped);
        verdict.summary = "Free fall of 320 ms, then a shock of 12 ms; the bus kept driving.".into();
        verdict.free_fall_ms = Some((-320.0, 0.0));
        verdict.window_ms = Some((0.0, 12.0));
        verdict.delta_v_kmh = Some(1.9);
    })
}

fn unreadable() -> Incident {
    edit(crash("INC-20260318-0006", "VAN-0233", Ruling::Undecided, 0.5, Severity::High, 90), |report, verdict| {
        report.unreadable = Some("not JSON: expected value (line 1, column 18)".into());
        report.pulse = Pulse::default();
        report.raw = b"{\"occurred_at\": \x1b[31m\xff\xfe NaN, \"samples\": {\"t_ms\": [0, 10".to_vec().into();
        verdict.evidence.clear();
        verdict.summary = "Not judged: treat as real.".into();
    })
}

fn drill() -> Incident {
    let mut drill = crash("DRL-20260318-0001", "VAN-0900", Ruling::Real, 0.97, Severity::Critical, 68);
    drill.origin = Origin::Drill;
    drill.timeline.push(Step {
        kind: StepKind::WouldHaveTold,
        at: drill.received_at.plus_micros(2_200),
        detail: "webhook".into(),
    });
    drill
}

fn rows(window: &Window) -> Vec<String> {
    let rows = window.harness.get_all_by(|node| node.role() == Role::ListItem);
    rows.filter_map(|row| row.accesskit_node().label()).collect()
}

fn selected(window: &Window) -> Vec<String> {
    let on = Some(Toggled::True);
    let rows = window.harness.query_all_by(|node| node.role() == Role::ListItem && node.toggled() == on);
    rows.filter_map(|row| row.accesskit_node().label()).collect()
}

fn commands(window: &Window) -> Vec<Command> {
    let sent = window.taken().into_iter();
    sent.filter_map(|request| if let Request::Command(command) = request { Some(command) } else { None }).collect()
}

/// Clicks the row of an incident.
#[track_caller]
fn choose(window: &mut Window, incident: &Incident) {
    let is_row = |label: String| label.ends_with(&*incident.id.0);
    window.harness.get_by(|node| node.role() == Role::ListItem && node.label().is_some_and(is_row)).click();
    window.harness.run_steps(3);
}

fn press(window: &mut Window, key: Key) {
    window.harness.key_press(key);
    window.harness.run_steps(3);
}

#[track_caller]
fn sees(window: &Window, words: &str) {
    assert!(window.harness.query_all_by_label_contains(words).next().is_some(), "nothing on the screen says {words:?}");
}

#[track_caller]
fn sees_not(window: &Window, words: &str) {
    assert!(window.harness.query_all_by_label_contains(words).next().is_none(), "something on the screen says {words:?}");
}

#[test]
fn every_kind_of_incident_is_painted() {
    let mut sample = real();
    sample.origin = Origin::Sample;
    let claims = edit(undecided(), |report, _| report.claims_test = true);
    let silent = edit(real(), |report, _| report.speed = None);
    let gaps = edit(real(), |report, _| {
        report.pulse.x_g[60] = f64::NAN;
        report.pulse.t_ms[10..].iter_mut().for_each(|t| *t += 700.0);
    });
    let backwards = edit(real(), |report, _| report.pulse.t_ms.reverse());
    let mut cold = snapshots::temperature("INC-20260318-0005", "RFR-022", 840);
    if let IncidentKind::Temperature { verdict, back_at } = &mut cold.kind {
        verdict.celsius.0 = -3.2;
        verdict.band = fleetwatch::model::Band::Cold;
        *back_at = Some(snapshots::ago(60));
    }
    let many = edit(real(), |_, verdict| {
        let first = verdict.evidence.clone();
        let more = [
            ("Airbag or belt tensioner", "deployed", "deployed", Points::Accident, 6.0),
            ("Length of the push", "92 ms above 2 g", "20 to 250 ms", Points::Accident, 1.0),
            ("Speed afterwards", "0 km/h after 4.0 s", "≤ 5 km/h within 10 s", Points::Accident, 1.5),
            ("Free fall before", "none", "≥ 80 ms below 0.3 g", Points::Neutral, 0.0),
            ("Vertical share", "9 % of the push", "≤ 60 %", Points::Neutral, 0.0),
            ("Pinned at the limit", "0 samples", "≥ 3 samples in 100 ms", Points::Neutral, 0.0),
            ("Device's own claim", "the device did not say", "", Points::NotChecked, 0.0),
            ("Age on receipt", "0.2 s", "≤ 10 min", Points::Neutral, 0.0),
        ];
        for (name, reading, limit, points, weight) in more {
            let (name, reading, limit) = (name.into(), reading.into(), limit.into());
            verdict.evidence.push(Evidence { name, reading, limit, points, weight, ..first[0].clone() });
        }
    });
    let cases = [
        ("many", many, "4 of 10 checks point to an accident, 2 not checked"),
        ("real", real(), "Real accident, 96 % confidence"),
        ("undecided", undecided(), "Undecided, 58 % accident: a person decides"),
        ("malfunction", malfunction(), "Device malfunction, 98 % confidence"),
        ("unreadable", unreadable(), "Unreadable crash report"),
        ("temperature", snapshots::temperature("INC-20260318-0005", "RFR-022", 840), "Too warm, 9.6 °C"),
        ("cold", cold, "Too cold"),
        ("drill", drill(), "DRILL Real accident"),
        ("sample", sample, "SAMPLE"),
        ("claims", claims, "payload claims to be a test: changes nothing"),
        ("nospeed", silent, "No speed trace"),
        ("gaps", gaps, "Crash pulse, 200 samples"),
        ("backwards", backwards, "Crash pulse, 200 samples"),
    ];
    for (name, incident, words) in cases {
        for (size_name, size) in SIZES {
            let mut snapshot = busy();
            let drills = incident.origin == Origin::Drill;
            let list = if drills { &mut snapshot.drills } else { &mut snapshot.incidents };
            let list = Arc::make_mut(list);
            list.retain(|other| other.id != incident.id);
            list.insert(0, Arc::new(incident.clone()));
            let mut window = Window::open(snapshot, size);
            window.harness.state_mut().show(Screen::Incidents);
            window.harness.run_steps(3);
            if drills {
                window.harness.get_by_label("Show drills").click();
                window.harness.run_steps(2);
            }
            choose(&mut window, &incident);
            sees(&window, words);
            window.picture(&format!("incidents-{name}-{size_name}"));
            if name == "malfunction" {
                window.theme(false);
                window.picture(&format!("incidents-{name}-{size_name}-light"));
            }
            assert!(window.harness.query_by_label_contains("This screen has stopped").is_none());
        }
    }
}

#[test]
fn a_acknowledges_on_release_and_r_resolves_only_then() {
    let mut window = open(busy());
    window.taken();
    window.harness.key_press(Key::R);
    window.harness.run_steps(2);
    assert_eq!(commands(&window), [], "a critical one must be acknowledged first");
    sees(&window, "Resolve VAN-0417, off: acknowledge it first");
    press(&mut window, Key::A);
    let id = IncidentId("INC-20260318-0007".into());
    assert_eq!(commands(&window), [Command::Acknowledge { incident: id.clone() }]);

    let mut snapshot = busy();
    let mut taken = real();
    taken.life = Life::Acknowledged;
    taken.acknowledged = Some(("M. Seo".into(), snapshots::ago(5)));
    Arc::make_mut(&mut snapshot.incidents)[0] = Arc::new(taken);
    window.publish(snapshot);
    sees(&window, "Acknowledged 03:12:42 by M. Seo");
    press(&mut window, Key::A);
    assert_eq!(commands(&window), [], "it is acknowledged already");
    press(&mut window, Key::R);
    assert_eq!(commands(&window), [Command::Resolve { incident: id }]);
}

#[test]
fn the_buttons_do_what_the_keys_do() {
    let mut window = open(busy());
    choose(&mut window, &undecided());
    window.taken();
    window.harness.get_by_label("Acknowledge TRK-056").click();
    window.harness.run_steps(2);
    window.harness.get_by_label("Resolve TRK-056").click();
    window.harness.run_steps(2);
    let id = undecided().id;
    assert_eq!(commands(&window), [Command::Acknowledge { incident: id.clone() }, Command::Resolve { incident: id }]);
}

#[test]
fn a_note_is_typed_and_sent_and_its_letters_are_no_keys() {
    let mut window = open(busy());
    press(&mut window, Key::N);
    let field = "Note to INC-20260318-0007";
    window
        .harness
        .get_by(|node| node.role() == Role::TextInput && node.label().as_deref() == Some(field))
        .type_text("airbag and tow truck");
    window.harness.run_steps(2);
    window.taken();
    // A, R and J are letters now.
    for key in [Key::A, Key::R, Key::J] {
        window.harness.key_press(key);
    }
    window.harness.run_steps(2);
    assert_eq!(commands(&window), []);
    window.picture("incidents-note-1440");
    press(&mut window, Key::Enter);
    let text = "airbag and tow truck".to_owned();
    assert_eq!(commands(&window), [Command::Note { incident: IncidentId("INC-20260318-0007".into()), text }]);
    sees_not(&window, field);
}

#[test]
fn a_note_begun_is_not_lost_by_a_look_at_another() {
    let mut window = open(busy());
    press(&mut window, Key::N);
    let is_note = |label: &str| label.starts_with("Note to");
    window
        .harness
        .get_by(|node| node.role() == Role::TextInput && node.label().is_some_and(|label| is_note(&label)))
        .type_text("half a");
    window.harness.run_steps(2);
    choose(&mut window, &undecided());
    sees_not(&window, "Note to");
    choose(&mut window, &real());
    press(&mut window, Key::N);
    let value =
        window.harness.get_by(|node| node.role() == Role::TextInput && node.label().is_some_and(|label| is_note(&label))).value();
    assert_eq!(value.as_deref(), Some("half a"));
}

#[test]
fn existing_notes_are_shown_escaped() {
    let mut noted = real();
    noted.notes.push(Note { at: snapshots::ago(3), by: "M. Seo".into(), text: "police \u{1b}[2J on site".into() });
    let window = open(with(vec![noted], vec![]));
    sees(&window, "1 note, last by M. Seo: “police \\x1b[2J on site”");
}

#[test]
fn the_filter_says_how_many_it_hides_and_never_hides_an_open_critical() {
    let mut window = open(busy());
    sees(&window, "6 shown");
    press(&mut window, Key::Slash);
    window.harness.get_by_label("Search the incidents").type_text("bus");
    window.harness.run_steps(3);
    sees(&window, "2 shown, 4 hidden by the filter");
    let rows = rows(&window);
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows[0].starts_with("VAN-0417 Critical") && rows[1].starts_with("BUS-108 Low"), "{rows:?}");
    window.picture("incidents-filtered-1440");
    window.harness.get_by_label("Clear the filter").click();
    window.harness.run_steps(3);
    sees(&window, "6 shown");
}

#[test]
fn the_drop_downs_filter() {
    let mut window = open(busy());
    window.harness.get_by_label("Verdict: All").click();
    window.harness.run_steps(3);
    window.harness.get_by_label("Malfunction").click();
    window.harness.run_steps(3);
    sees(&window, "Verdict: Malfunction");
    sees(&window, "3 shown, 3 hidden by the filter");
}

#[test]
fn slash_puts_the_cursor_into_the_filter() {
    let mut window = open(busy());
    press(&mut window, Key::Slash);
    assert!(window.harness.get_by_label("Search the incidents").is_focused());
}

#[test]
fn drills_are_hidden_by_default_and_said_to_be() {
    let mut window = open(busy());
    sees(&window, "1 drill hidden by the filter");
    assert!(!rows(&window).iter().any(|row| row.contains("DRILL")));
    window.harness.get_by_label("Drills: Drills only").click();
    window.harness.run_steps(3);
    let rows = rows(&window);
    assert_eq!(rows.len(), 2, "the open critical one stays: {rows:?}");
    assert!(rows[0].starts_with("VAN-0417") && rows[1].starts_with("DRILL VAN-0900"), "{rows:?}");
    sees(&window, "1 shown, 5 hidden by the filter");
}

#[test]
fn what_was_taken_in_from_elsewhere_is_counted_as_no_drill() {
    let mut snapshot = busy();
    let mut taken_in = (*snapshot.drills[0]).clone();
    taken_in.id = fleetwatch::model::IncidentId("DRL-20260318-0002".into());
    taken_in.imported = Some(Arc::new(Imported {
        id: "INC-20260101-0001".into(),
        exported_at: "2026-01-01T00:00:00Z".into(),
        sha256: "00".into(),
        at: snapshots::NOW,
        by: "J. Han".into(),
    }));
    let drills = Arc::make_mut(&mut snapshot.drills);
    drills.push(Arc::new(taken_in.clone()));
    sees(&open(snapshot.clone()), "1 drill, 1 imported hidden by the filter");
    snapshot.drills = Arc::new(vec![Arc::new(taken_in)]);
    let window = open(snapshot);
    sees(&window, "1 imported hidden by the filter");
    assert!(!window.says("1 drill"), "there is none");
}

#[test]
fn the_choice_does_not_move_when_rows_arrive_and_goes_with_j_and_k() {
    let mut window = open(busy());
    assert!(selected(&window)[0].contains("VAN-0417"), "the first is chosen where nothing is");
    press(&mut window, Key::J);
    press(&mut window, Key::J);
    assert!(selected(&window)[0].contains("TRK-056"));
    let mut snapshot = busy();
    for i in 0..40 {
        let new = crash(&format!("INC-20260318-1{i:03}"), &format!("NEW-{i}"), Ruling::Real, 0.9, Severity::Critical, 1);
        Arc::make_mut(&mut snapshot.incidents).insert(0, Arc::new(new));
    }
    window.publish(snapshot.clone());
    sees(&window, "Undecided, 58 % accident: a person decides. TRK-056");
    window.publish(busy());
    press(&mut window, Key::K);
    assert!(selected(&window)[0].contains("RFR-022"));
    // Gone from the list: the review stays as it was last seen.
    Arc::make_mut(&mut snapshot.incidents).retain(|incident| incident.device.as_str() != "RFR-022");
    window.publish(snapshot);
    sees(&window, "Too warm, 9.6 °C");
}

#[test]
fn a_row_under_the_pointer_stays_there_when_others_arrive_above() {
    let mut window = open(busy());
    let place = |window: &Window, id: &str| {
        let is_row = |label: String| label.ends_with(id);
        window.harness.get_by(|node| node.role() == Role::ListItem && node.label().is_some_and(is_row)).rect()
    };
    let mut snapshot = busy();
    for i in 0..30 {
        let old = crash(&format!("INC-20260317-1{i:03}"), &format!("OLD-{i}"), Ruling::Real, 0.9, Severity::High, 9_000);
        Arc::make_mut(&mut snapshot.incidents).push(Arc::new(old));
    }
    window.publish(snapshot.clone());
    let before = place(&window, "INC-20260318-0004");
    window.harness.hover_at(before.center());
    window.harness.run_steps(3);
    Arc::make_mut(&mut snapshot.incidents)
        .insert(0, Arc::new(crash("INC-20260318-0009", "VAN-0555", Ruling::Real, 0.9, Severity::Critical, 2)));
    window.publish(snapshot);
    window.harness.run_steps(2);
    assert_eq!(place(&window, "INC-20260318-0004"), before);
    sees(&window, "1 unacknowledged critical above");
    window.harness.get_by_label("1 unacknowledged critical above").click();
    window.harness.run_steps(3);
    assert!(rows(&window)[0].starts_with("VAN-0555"), "{:?}", rows(&window));
}

#[test]
fn evidence_is_spoken_with_its_limit_and_what_was_not_checked_says_why() {
    let window = open(busy());
    sees(&window, "Speed change Δv: 34.0 km/h in 92 ms, limit ≥ 8 km/h in 150 ms, points to accident, weight +3.1");
    sees(&window, "Stuck axis: not checked: no samples of z, points to not checked, weight –");
    sees(&window, "1 of 3 checks point to an accident, 1 not checked");
    sees(&window, "probability of an accident 96 %, zone: accident");
    sees(&window, "Crash pulse, 200 samples, peak 27.4 g at 45.0 ms, judged window 0 to 92 ms, sensor range ±100 g");
    sees(&window, "Stored +2.1 ms");
}

#[test]
fn the_pulse_is_zoomed_by_the_wheel_panned_by_a_drag_and_read_under_the_pointer() {
    const PULSE: &str = "Crash pulse, 200 samples, peak 27.4 g at 45.0 ms, judged window 0 to 92 ms, sensor range ±100 g";
    let mut window = open(with(vec![real(), undecided()], Vec::new()));
    let middle = window.harness.get_by_label(PULSE).rect().center();
    sees_not(&window, "Reset view");
    let wheel = egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, 60.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: egui::Modifiers::NONE,
    };
    window.harness.hover_at(middle);
    window.harness.run_steps(2);
    window.harness.event(wheel);
    window.harness.run_steps(20);
    sees(&window, "Reset view");
    // The readout says all four at one time.
    window.harness.hover_at(middle + egui::vec2(3.0, 0.0));
    window.harness.run_steps(60);
    for axis in ["|a|  ", "x  ", "y  ", "z  "] {
        sees(&window, axis);
    }
    window.click("Reset view");
    window.harness.run_steps(3);
    sees_not(&window, "Reset view");

    window.harness.drag_at(middle);
    window.harness.run_steps(2);
    window.harness.hover_at(middle + egui::vec2(40.0, 12.0));
    window.harness.run_steps(2);
    window.harness.drop_at(middle + egui::vec2(40.0, 12.0));
    window.harness.run_steps(3);
    sees(&window, "Reset view");
    // Another incident is seen whole, and this one as it was left.
    choose(&mut window, &undecided());
    sees_not(&window, "Reset view");
    choose(&mut window, &real());
    sees(&window, "Reset view");
}

#[test]
fn the_raw_packet_opens_as_text_and_as_hex() {
    let with_raw = edit(real(), |report, _| report.raw = b"{\"a\":\x001}".to_vec().into());
    let mut window = open(with(vec![with_raw], vec![]));
    window.harness.get_by_label("Lower left: Raw packet").click();
    window.harness.run_steps(2);
    sees(&window, "{\"a\":\\x001}");
    window.harness.get_by_label("Bytes as: Hex").click();
    window.harness.run_steps(2);
    sees(&window, "7b 22 61 22 3a 00 31 7d");
    window.picture("incidents-raw-1440");
    press(&mut window, Key::Escape);
    sees(&window, "Speed before and after");
    window.harness.get_by_label("Lower left: Report").click();
    window.harness.run_steps(2);
    sees(&window, "Airbag: deployed");
}

/// Types a reason into the field of a decision.
fn type_reason(window: &mut Window, field: &str, reason: &str) {
    let is_field = |label: Option<String>| label.as_deref() == Some(field);
    window.harness.get_by(|node| node.role() == Role::TextInput && is_field(node.label())).type_text(reason);
    window.harness.run_steps(2);
}

#[test]
fn a_verdict_is_overruled_by_key_with_a_reason_and_taken_back() {
    let mut window = open(busy());
    let id = IncidentId("INC-20260318-0007".into());
    window.press(egui::Modifiers::SHIFT, Key::R);
    sees(&window, "Save: Overrule, off: a decision needs a reason");
    type_reason(&mut window, "Overrule", "the driver is well; the box fell");
    window.taken();
    press(&mut window, Key::Enter);
    let reason = "the driver is well; the box fell".to_owned();
    let wanted = Command::Overrule { incident: id.clone(), ruling: Ruling::Malfunction, malfunction: None, reason };
    assert_eq!(commands(&window), [wanted]);
    sees_not(&window, "Save: Overrule");
    // For ten seconds it can be taken back, and no longer.
    sees(&window, "Take back, 10 s");
    window.picture("incidents-undo-1440");
    window.harness.get_by_label_contains("Take back").click();
    window.harness.run_steps(2);
    assert_eq!(commands(&window), [Command::Undo { incident: id }]);
    window.wait(11);
    sees_not(&window, "Take back");
}

#[test]
fn a_false_alarm_is_called_by_mouse_with_its_kind() {
    let mut window = open(busy());
    choose(&mut window, &undecided());
    window.click("False alarm of TRK-056");
    type_reason(&mut window, "False alarm", "pothole on the ring road");
    window.taken();
    window.click("Save: False alarm");
    let (incident, reason) = (undecided().id, "pothole on the ring road".to_owned());
    assert_eq!(commands(&window), [Command::FalseAlarm { incident, kind: None, reason }]);
    // Escape gives up and sends nothing.
    press(&mut window, Key::X);
    sees(&window, "Cancel the decision");
    press(&mut window, Key::Escape);
    sees_not(&window, "Cancel the decision");
    assert_eq!(commands(&window), []);
}

/// What the store would answer.
fn review(id: &IncidentId) -> Review {
    let Some(verdict) = real().verdict().cloned() else { panic!("a crash has a verdict") };
    let version = |version, by, said| VerdictVersion {
        incident: id.clone(),
        origin: Origin::Device,
        device: DeviceId::new("VAN-0417"),
        event: None,
        version,
        at: snapshots::ago(30),
        by,
        judge: None,
        said,
    };
    let decision = Decision {
        ruling: Ruling::Malfunction,
        malfunction: None,
        how: DecidedBy::FalseAlarm,
        reason: "the box fell".to_owned(),
        by: "M. Seo".to_owned(),
        at: snapshots::ago(20),
    };
    let past = |id: &str, device: &str| PastIncident {
        id: IncidentId(id.into()),
        device: DeviceId::new(device),
        received_at: snapshots::ago(90_000),
        severity: Severity::Low,
        ruling: Some(Ruling::Malfunction),
        malfunction: Some(Malfunction::Dropped),
        decided: Some(DecidedBy::FalseAlarm),
        delta_v_kmh: Some(1.9),
    };
    let last = vec![past("INC-20260301-0002", "VAN-0417")];
    Review {
        incident: id.clone(),
        failed: None,
        versions: vec![
            version(1, Occasion::Live, Said::Verdict(Arc::new(verdict))),
            version(2, Occasion::Person, Said::Decision(decision)),
        ],
        device: DevicePast { n_incidents: 12, n_malfunctions: 5, n_false_alarms: 2, last },
        similar: vec![past("INC-20260318-0004", "TRK-056")],
    }
}

#[test]
fn the_store_is_asked_once_and_its_answer_is_shown() {
    let mut window = open(busy());
    let id = IncidentId("INC-20260318-0007".into());
    let asked = |window: &Window| {
        let asks = window.taken().into_iter().filter(|request| matches!(request, Request::Ask(_)));
        asks.collect::<Vec<_>>()
    };
    window.wait(1);
    assert_eq!(asked(&window), [Request::Ask(Question::Review(id.clone()))], "asked once, however many frames");
    window.click("Lower left: Verdicts");
    sees(&window, "reading the store");
    window.publish(Snapshot { review: Some(Arc::new(review(&id))), ..busy() });
    sees(&window, "Version 2: M. Seo, a person: False alarm: the box fell");
    sees(&window, "Version 1");
    window.picture("incidents-versions-1440");
    window.click("Lower left: History");
    sees(&window, "90 days: incidents 12, malfunctions 5, false alarms 2");
    window.picture("incidents-history-1440");
    // What is on the desk opens; what is in the store only does not.
    window
        .harness
        .get_by(|node| node.role() == Role::Button && node.label().is_some_and(|l| l.starts_with("INC-20260318-0004")))
        .click();
    window.harness.run_steps(3);
    assert_eq!(asked(&window), [Request::Ask(Question::Review(IncidentId("INC-20260318-0004".into())))]);
    sees_not(&window, "Version 2");
}

#[test]
fn what_a_person_decided_stands_first_and_the_verdict_beside_it() {
    let mut decided = real();
    decided.decision = Some(Decision {
        ruling: Ruling::Malfunction,
        malfunction: None,
        how: DecidedBy::Overrule,
        reason: "the box fell".to_owned(),
        by: "M. Seo".to_owned(),
        at: snapshots::ago(5),
    });
    let window = open(with(vec![decided], vec![]));
    sees(&window, "Device malfunction, decided by M. Seo; the function said: Real accident, 96 %");
    sees(&window, "“the box fell”");
}

#[test]
fn an_unreadable_report_shows_its_reason_and_its_bytes_at_once() {
    let mut snapshot = busy();
    Arc::make_mut(&mut snapshot.incidents).insert(0, Arc::new(unreadable()));
    let mut window = open(snapshot);
    choose(&mut window, &unreadable());
    sees(&window, "not JSON: expected value (line 1, column 18)");
    sees(&window, "\\x1b[31m\\xff\\xfe NaN");
}

#[test]
fn an_empty_desk_says_what_will_come() {
    let window = open(Snapshot { incidents: Arc::default(), drills: Arc::default(), ..busy() });
    sees(&window, "No incidents");
    sees(&window, "Nothing to review");
}

#[test]
fn five_hundred_incidents_paint_only_what_is_seen() {
    let many = (0..500).map(|i| crash(&format!("INC-{i}"), &format!("VAN-{i}"), Ruling::Real, 0.9, Severity::High, 60 + i));
    let window = open(with(many.collect(), vec![]));
    assert!(rows(&window).len() < 20);
    sees(&window, "500 shown");
}

#[test]
fn the_line_is_told_once_which_rows_were_on_the_screen() {
    let mut window = open(busy());
    window.taken();
    let mut snapshot = busy();
    let new = crash("INC-20260318-0010", "VAN-0777", Ruling::Undecided, 0.5, Severity::Medium, 3);
    Arc::make_mut(&mut snapshot.incidents).push(Arc::new(new));
    window.publish(snapshot);
    window.harness.run_steps(4);
    let told = window.taken().into_iter().filter_map(|request| match request {
        Request::Painted { incidents, .. } => Some(incidents),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [vec![IncidentId("INC-20260318-0010".into())]]);
}

#[test]
fn odd_numbers_are_painted_as_unknown_and_stop_nothing() {
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300, 0.0, 1e13];
    for value in odd {
        let mut incident = edit(real(), |report, verdict| {
            verdict.probability = value;
            verdict.delta_v_kmh = Some(value);
            verdict.window_ms = Some((value, -value));
            verdict.free_fall_ms = Some((-value, value));
            for evidence in &mut verdict.evidence {
                evidence.weight = value;
            }
            report.range_g = Some(value);
            report.pulse =
                Pulse { t_ms: vec![0.0, value, 2.0], x_g: vec![value; 3], y_g: vec![1.0, value, 2.0], z_g: vec![0.0; 3] };
            report.speed = Some(fleetwatch::model::SpeedTrace { t_ms: vec![-1.0, value, 1.0], kmh: vec![value, 5.0, 0.0] });
        });
        let window = open(with(vec![incident.clone()], vec![]));
        sees_not(&window, "This screen has stopped");
        let mut temperature = snapshots::temperature("INC-20260318-0005", "RFR-022", 840);
        if let IncidentKind::Temperature { verdict, .. } = &mut temperature.kind {
            verdict.celsius.0 = value;
            verdict.limits_c = (value, -value);
        }
        incident.kind = temperature.kind;
        let window = open(with(vec![incident], vec![]));
        sees_not(&window, "This screen has stopped");
    }
}

#[test]
fn no_window_is_too_small() {
    for size in [(1_180.0, 720.0), (700.0, 420.0), (300.0, 200.0)] {
        for incident in [real(), unreadable(), drill(), snapshots::temperature("INC-20260318-0005", "RFR-022", 840)] {
            let mut window = Window::open(with(vec![incident], vec![drill()]), size);
            for screen in [Screen::Incidents, Screen::Inject] {
                window.harness.state_mut().show(screen);
                window.harness.run_steps(2);
                press(&mut window, Key::N);
                sees_not(&window, "This screen has stopped");
            }
            window.picture(&format!("small-{}", size.0));
        }
    }
}

#[test]
fn an_incident_is_exported_by_key_and_another_taken_in_by_its_file() {
    let mut window = open(busy());
    window.taken();
    press(&mut window, Key::E);
    let id = IncidentId("INC-20260318-0007".into());
    let asks = |window: &Window| {
        let asked = window.taken().into_iter();
        asked
            .filter(|request| matches!(request, Request::Ask(Question::Export { .. } | Question::Import { .. })))
            .collect::<Vec<_>>()
    };
    assert_eq!(asks(&window), [Request::Ask(Question::Export { incident: id.clone(), language: Language::English })]);
    let done = Done::Exported { incident: id, folder: "/data/exports".into() };
    let errand = Some(Arc::new(Errand { at: snapshots::ago(0), done }));
    window.publish(Snapshot { errand, ..busy() });
    sees(&window, "was written as JSON and as a page to print: /data/exports");

    window.click("Import an incident from a file");
    type_reason(&mut window, "File", "/mnt/usb/INC-20260301-0002.json");
    press(&mut window, Key::Enter);
    let by = "J. Han".to_owned();
    assert_eq!(asks(&window), [Request::Ask(Question::Import { file: "/mnt/usb/INC-20260301-0002.json".into(), by })]);

    let mut taken_in = drill();
    taken_in.id = IncidentId("IMP-INC-20260301-0002".into());
    taken_in.imported = Some(Arc::new(Imported {
        id: "INC-20260301-0002".to_owned(),
        exported_at: "2026-03-18T00:00:00Z".to_owned(),
        sha256: "ab".repeat(32),
        at: snapshots::ago(1),
        by: "J. Han".to_owned(),
    }));
    window.publish(with(vec![real()], vec![taken_in.clone()]));
    window.click("Show drills");
    choose(&mut window, &taken_in);
    sees(&window, "IMPORTED Real accident");
    window.picture("incidents-imported-1440");
}

#[test]
fn what_a_stack_judged_says_so_and_so_does_a_difference() {
    let theirs = edit(real(), |report, _| {
        report.event_id = report.event_id.twin();
        report.pulse = Pulse::default();
    });
    let window = open(with(vec![theirs], vec![]));
    assert!(window.says("Judged by the stack, not by this desk.") && window.says("The report is not here"));
    let mut two = real();
    let detail = "elsewhere: malfunction, 3 %; here: real accident, 96 %".to_owned();
    two.timeline.push(Step { kind: StepKind::Disagreed, at: snapshots::ago(1), detail });
    let window = open(with(vec![two], vec![]));
    assert!(window.says("Verdicts differ: elsewhere: Malfunction, 3 %; here: Real accident, 96 %."));
    assert!(!open(with(vec![real()], vec![])).says("the stack"));
}
