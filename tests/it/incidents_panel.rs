//! The Incidents screen: what it shows of each kind of incident, what its filter hides, and what its keys send.

use std::sync::Arc;

use eframe::egui::Key;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use fleetwatch::model::{
    Command, Incident, IncidentId, IncidentKind, Life, Malfunction, Note, Origin, Pulse, Ruling, Severity, Step, StepKind,
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
    let rows = window.harness.get_all_by(|node| node.role() == eframe::egui::accesskit::Role::ListItem);
    rows.filter_map(|row| row.accesskit_node().label()).collect()
}

fn selected(window: &Window) -> Vec<String> {
    let rows = window
        .harness
        .query_all_by(|node| node.role() == eframe::egui::accesskit::Role::ListItem && node.is_selected() == Some(true));
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
    window
        .harness
        .get_by(|node| node.role() == eframe::egui::accesskit::Role::ListItem && node.label().is_some_and(is_row))
        .click();
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
    let cases = [
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
