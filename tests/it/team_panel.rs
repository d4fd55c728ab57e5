//! The team over incidents, as the window shows it: claims, help, a second person, refusals, sign-in, and searches.

use eframe::egui::accesskit::Role;
use eframe::egui::{self, Key};
use egui_kittest::kittest::Queryable as _;
use fleetwatch::model::{
    Closing, Command, Incident, IncidentId, Link, LinkState, LinkStatus, Operator, Ruling, SeatsLook, Secret, Severity, Team,
    Timestamp,
};
use fleetwatch::state::Snapshot;
use fleetwatch::state::snapshot::{Refusal, SignedIn};
use fleetwatch::ui::Request;
use fleetwatch::ui::panels::Screen;
use std::sync::Arc;

use crate::support::desk::{Window, has_focus};
use crate::support::snapshots::{ago, crash, resolved};

fn snapshot(incidents: Vec<Incident>) -> Snapshot {
    let mut snapshot = crate::support::snapshots::busy();
    snapshot.incidents = Arc::new(incidents.into_iter().map(Arc::new).collect());
    snapshot.drills = Arc::default();
    snapshot
}

fn one(id: &str, device: &str) -> Incident {
    let mut incident = crash(id, device, Ruling::Real, 0.96, Severity::Critical, 300);
    incident.acknowledged = Some(("mina".to_owned(), ago(200)));
    incident.life = fleetwatch::model::Life::Acknowledged;
    incident
}

fn open(incidents: Vec<Incident>) -> Window {
    open_on(snapshot(incidents))
}

fn open_on(snapshot: Snapshot) -> Window {
    let mut window = Window::open(snapshot, (1440.0, 900.0));
    window.harness.state_mut().show(Screen::Incidents);
    window.harness.run_steps(3);
    window
}

#[track_caller]
fn sees(window: &Window, words: &str) {
    let named: Vec<String> = window.named().into_iter().map(|(name, _)| name).collect();
    assert!(window.says(words), "{words:?} is not on the screen: {named:?}");
}

fn id(text: &str) -> IncidentId {
    IncidentId(text.into())
}

fn type_into(window: &mut Window, field: &str, text: &str) {
    let is_field = |label: Option<String>| label.as_deref() == Some(field);
    window.harness.get_by(|node| node.role() == Role::TextInput && is_field(node.label())).click();
    window.harness.run_steps(3);
    window.harness.get_by(|node| node.role() == Role::TextInput && is_field(node.label())).type_text(text);
    window.harness.run_steps(3);
}

#[test]
fn a_second_person_agrees_and_the_first_cannot() {
    for (first, off) in [("mina", false), ("J. Han", true)] {
        let mut incident = one("INC-20260318-0007", "VAN-0427");
        incident.handling.closing = Some(Closing { by: first.to_owned(), at: ago(180), resolves: true });
        let mut window = open(vec![incident]);
        window.harness.run_steps(2);
        sees(&window, &format!("{first} closes it as a malfunction"));
        sees(&window, "(12 min)");
        sees(&window, "Waits for a second person");
        window.taken();
        window.harness.get_by_label_contains("Agree that VAN-0427 was no crash").click();
        window.harness.run_steps(2);
        let wanted = if off { Vec::new() } else { vec![Command::Second { incident: id("INC-20260318-0007") }] };
        assert_eq!(window.commands(), wanted, "{first}");
        window.picture(&format!("incidents-closing-{first}"));
    }
}

#[test]
fn the_team_pane_claims_sends_help_merges_and_opens_again() {
    let mut window = open(vec![one("INC-20260318-0007", "VAN-0427"), one("INC-20260318-0008", "VAN-0551")]);
    window.harness.run_steps(2);
    window.taken();
    window.press(egui::Modifiers::NONE, Key::C);
    assert_eq!(window.commands(), [Command::Claim { incident: id("INC-20260318-0007") }]);
    sees(&window, "Claimed");
    window.press(egui::Modifiers::NONE, Key::D);
    window.harness.run_steps(2);
    type_into(&mut window, "What was sent, to where", "ambulance 7");
    window.taken();
    window.press(egui::Modifiers::NONE, Key::Enter);
    assert_eq!(window.commands(), [Command::Dispatch { incident: id("INC-20260318-0007"), text: "ambulance 7".to_owned() }]);
    type_into(&mut window, "Assign to", "lee");
    window.harness.get_by_label("Assign").click();
    window.harness.run_steps(2);
    let to = Some("lee".to_owned());
    assert_eq!(window.commands(), [Command::Assign { incident: id("INC-20260318-0007"), to }]);
    window.picture("incidents-team");

    let mut window = open(vec![resolved(one("INC-20260318-0007", "VAN-0427"))]);
    window.harness.run_steps(2);
    window.harness.get_by_label("Lower left: Team").click();
    window.harness.run_steps(2);
    type_into(&mut window, "Why", "the driver called back");
    window.taken();
    window.harness.get_by_label("Open again").click();
    window.harness.run_steps(2);
    let reason = "the driver called back".to_owned();
    assert_eq!(window.commands(), [Command::Reopen { incident: id("INC-20260318-0007"), reason }]);
}

#[test]
fn a_refusal_is_said_once_with_its_reason() {
    let mut window = open(vec![one("INC-20260318-0007", "VAN-0427")]);
    window.harness.run_steps(2);
    let mut refused = snapshot(vec![one("INC-20260318-0007", "VAN-0427")]);
    let why = "this needs a supervisor; ask one to sign in";
    refused.refused = Some(Arc::new(Refusal { incident: id("INC-20260318-0007"), why, at: Timestamp(1) }));
    window.publish(refused);
    window.harness.run_steps(2);
    sees(&window, "not done: this needs a supervisor");
}

/// The snapshot of a team with a supervisor, who has a secret where `secret`.
fn with_team(secret: bool) -> Snapshot {
    let mut snapshot = snapshot(vec![one("INC-20260318-0007", "VAN-0427")]);
    let people = [("park".to_owned(), fleetwatch::model::Role::Supervisor)].into();
    let secrets = if secret { [("park".to_owned(), Secret::new("a hash"))].into() } else { [].into() };
    snapshot.team = Arc::new(Team { people, secrets, ..Team::default() });
    snapshot
}

/// The line has let somebody in.
fn let_in(window: &mut Window, who: &str) {
    let mut snapshot = Snapshot::clone(&window.snapshot.lock().unwrap());
    Arc::make_mut(&mut snapshot.team).shown = Some(who.to_owned());
    snapshot.signed_in = Some(Arc::new(SignedIn { who: Operator(who.to_owned()), at: ago(0) }));
    window.publish(snapshot);
}

fn sign_in(name: &str, secret: &str) -> Request {
    Request::SignIn { name: name.to_owned(), secret: Secret::new(secret) }
}

#[test]
fn somebody_else_signs_in_and_the_screen_stays() {
    let mut window = open_on(with_team(false));
    window.harness.run_steps(2);
    sees(&window, "Signed in: J. Han, viewer");
    window.harness.get_by_label_contains("Signed in: J. Han").click();
    window.harness.run_steps(2);
    assert!(!window.says("Secret"), "nobody here has one");
    type_into(&mut window, "Your name", "park");
    window.taken();
    window.press(egui::Modifiers::NONE, Key::Enter);
    window.harness.run_steps(2);
    assert!(window.taken().contains(&sign_in("park", "")));
    let_in(&mut window, "park");
    sees(&window, "Signed in: park, supervisor");
    sees(&window, "VAN-0427");
    assert!(!window.says("Your name"), "the fields are gone");
}

#[test]
fn a_name_with_a_secret_looks_on_until_the_secret_fits() {
    let mut snapshot = with_team(true);
    snapshot.signed_in = Some(Arc::new(SignedIn { who: Operator("park".to_owned()), at: ago(9) }));
    let mut window = open_on(snapshot);
    sees(&window, "Signed in: park, not signed in");
    window.press(egui::Modifiers::COMMAND.plus(egui::Modifiers::SHIFT), Key::L);
    type_into(&mut window, "Your name", "park");
    sees(&window, "Sign in, off: type the secret of this name");
    window.taken();
    // Enter leads to the secret, and Enter there asks.
    window.press(egui::Modifiers::NONE, Key::Enter);
    let secret = |window: &Window| window.harness.get_by(has_focus).value();
    window.harness.get_by(has_focus).type_text("wrong horse");
    window.harness.run_steps(3);
    let shown = secret(&window).unwrap_or_default();
    assert!(!shown.contains("horse"), "{shown}");
    assert!(!window.says("wrong horse"), "{:?}", window.named());
    window.press(egui::Modifiers::NONE, Key::Enter);
    assert!(window.taken().contains(&sign_in("park", "wrong horse")));
    sees(&window, "Sign in, off: it is being looked at");
    let mut refused = Snapshot::clone(&window.snapshot.lock().unwrap());
    refused.sign_in_refused = Some(ago(0));
    window.publish(refused);
    sees(&window, "Name and secret do not fit.");
    sees(&window, "Signed in: park, not signed in");
    window.picture("sign-in-refused");
    window.harness.get_by(has_focus).type_text("correct horse");
    window.harness.run_steps(3);
    window.press(egui::Modifiers::NONE, Key::Enter);
    assert!(window.taken().contains(&sign_in("park", "correct horse")), "what was wrong is gone from the field");
    let mut let_in = Snapshot::clone(&window.snapshot.lock().unwrap());
    Arc::make_mut(&mut let_in.team).shown = Some("park".to_owned());
    let_in.signed_in = Some(Arc::new(SignedIn { who: Operator("park".to_owned()), at: ago(0) }));
    window.publish(let_in);
    sees(&window, "Signed in: park, supervisor");
}

#[test]
fn a_search_that_cannot_be_read_names_the_fix_and_hides_nothing() {
    let mut window = open(vec![one("INC-20260318-0007", "VAN-0427"), one("INC-20260318-0008", "BUS-0551")]);
    window.harness.run_steps(2);
    type_into(&mut window, "Search the incidents", "vehicle:VAN* severity>=high");
    sees(&window, "1 shown, 1 hidden by the filter");
    let mut window = open(vec![one("INC-20260318-0007", "VAN-0427"), one("INC-20260318-0008", "BUS-0551")]);
    type_into(&mut window, "Search the incidents", "severty:high");
    sees(&window, "did you mean severity?");
    let rows = window.harness.get_all_by(|node| node.role() == Role::ListItem).count();
    assert_eq!(rows, 2, "a mistake hid a row");
}

#[test]
fn the_palette_does_to_all_what_a_search_finds() {
    let mut incidents = vec![one("INC-20260318-0007", "VAN-0427"), one("INC-20260318-0008", "BUS-0551")];
    incidents.push(crash("INC-20260318-0009", "VAN-0001", Ruling::Undecided, 0.5, Severity::Medium, 40));
    let mut window = open(incidents);
    window.press(egui::Modifiers::COMMAND, Key::K);
    type_into(&mut window, "Search or run a command", "vehicle:VAN* state:open");
    window.picture("palette-all");
    sees(&window, "Acknowledge all 1 found");
    sees(&window, "Resolve all 2 found");
    window.taken();
    window.harness.get_by_label_contains("Be on all 2 found").click();
    window.harness.run_steps(3);
    let asked = window.taken().into_iter().find_map(|request| match request {
        Request::CommandAll(bulk) => Some((bulk.search, bulk.each)),
        _ => None,
    });
    assert_eq!(asked, Some(("vehicle:VAN* state:open".to_owned(), fleetwatch::model::Each::Claim)));
}

#[test]
fn a_seat_that_works_alone_says_so_on_every_screen() {
    let mut alone = snapshot(vec![one("INC-20260318-0007", "VAN-0427")]);
    let down = LinkStatus {
        raw: "connection refused (os error 111)".to_owned(),
        next_try_at: Some(ago(-4)),
        ..LinkStatus::plain(LinkState::Down)
    };
    alone.links.insert(Link::Seats, down);
    alone.seats = Some(Arc::new(SeatsLook { others: Vec::new(), n_waiting: 3, at: ago(0) }));
    let mut window = open_on(alone.clone());
    for screen in Screen::ALL {
        window.harness.state_mut().show(screen);
        window.harness.run_steps(3);
        for words in ["This seat works alone", "still taken in, stored, acknowledged and told", "3 changes of this seat wait"] {
            assert!(window.says(words), "{words:?} is not on {screen:?}");
        }
    }
    window.picture("seat-alone");
    alone.links.insert(Link::Seats, LinkStatus::plain(LinkState::Up));
    window.publish(alone);
    assert!(!window.says("This seat works alone"));
}
