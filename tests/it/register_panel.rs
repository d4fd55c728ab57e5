//! The register in the window: who has no name stands first, entries are written, refused, found, removed and put back.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use fleetwatch::model::register::Entry;
use fleetwatch::model::{DeviceId, Done, Errand, Question, Register, RegisterOrder, Role as TeamRole, Team};
use fleetwatch::state::Snapshot;
use fleetwatch::ui::Request;
use fleetwatch::ui::panels::Screen;

use crate::support::desk::{Window, has_focus};
use crate::support::snapshots::{NOW, busy, registered};

const DESIGN: (f32, f32) = (1440.0, 900.0);

fn open(snapshot: Snapshot) -> Window {
    let mut window = Window::open(snapshot, DESIGN);
    window.press(Modifiers::SHIFT, Key::V);
    assert_eq!(window.harness.state().screen(), Screen::Settings);
    window.taken();
    window
}

fn write(window: &mut Window, field: &str, text: &str) {
    window.harness.get_by_role_and_label(Role::TextInput, field).focus();
    window.harness.run_steps(1);
    window.press(Modifiers::COMMAND, Key::A);
    window.harness.get_by_role_and_label(Role::TextInput, field).type_text(text);
    window.harness.run_steps(3);
}

fn rows(window: &Window) -> Vec<String> {
    let rows = window.harness.query_all_by_role(Role::Row);
    rows.filter_map(|row| row.accesskit_node().label()).collect()
}

fn orders(window: &Window) -> Vec<RegisterOrder> {
    let orders = window.taken().into_iter().filter_map(|request| match request {
        Request::Register(order) => Some(order),
        _ => None,
    });
    orders.collect()
}

/// Does what was asked for, as the line would.
fn carry_out(window: &mut Window, orders: &[RegisterOrder]) {
    let mut snapshot = Snapshot::clone(&window.snapshot.lock().unwrap());
    for order in orders {
        assert_eq!(order.wrong(&snapshot.register), None, "the window sends nothing that is refused");
        Arc::make_mut(&mut snapshot.register).change(order);
    }
    let register = Arc::clone(&snapshot.register);
    Arc::make_mut(&mut snapshot.unnamed.0).retain(|device| register.name(device).is_none());
    snapshot.unnamed.1 = snapshot.unnamed.0.len();
    window.publish(snapshot);
}

#[test]
fn who_speaks_without_a_name_stands_first_until_it_is_named() {
    let mut window = open(registered(busy()));
    assert!(window.says("4 in the register, 2 that speak have no name"));
    let first = rows(&window);
    assert!(first[0].starts_with("VAN-0420, no name yet") && first[1].starts_with("box-9, no name yet"), "{first:?}");
    assert!(first[2].starts_with("RFR-02, Freezer 2, seoul"), "the others by their id: {first:?}");
    window.press(Modifiers::NONE, Key::J);
    assert!(window.says("It speaks, and nothing is written of it yet."));
    window.press(Modifiers::NONE, Key::Enter);
    window.harness.get_by_role_and_label(Role::TextInput, "Name").type_text("Park's van");
    window.harness.run_steps(2);
    write(&mut window, "Group", " seoul ");
    window.press(Modifiers::COMMAND, Key::S);
    let asked = orders(&window);
    let named = Entry { name: "Park's van".into(), group: "seoul".into(), ..Entry::new(DeviceId("VAN-0420".into())) };
    assert_eq!(asked, [RegisterOrder::Put { entries: vec![named], from: String::new() }]);
    carry_out(&mut window, &asked);
    assert!(window.says("Saved") && window.says("5 in the register, 1 that speaks has no name"), "{:?}", window.named());
    assert!(rows(&window)[0].starts_with("box-9, no name yet"));
}

#[test]
fn what_cannot_be_taken_is_not_sent_and_what_was_typed_stays() {
    let mut window = open(registered(busy()));
    window.click("Add");
    assert!(window.says("Save, off: nothing is changed"));
    write(&mut window, "Device", "van/3");
    write(&mut window, "Name", "Lee");
    assert!(window.says("no device can be called so"));
    window.press(Modifiers::COMMAND, Key::S);
    assert_eq!(orders(&window), []);
    write(&mut window, "Device", "RFR-02");
    assert!(window.says("it is in the register already; choose it in the list"));
    // Another row meanwhile: what was typed is still there.
    window.harness.get_by_label_contains("RFR-02, Freezer 2").click();
    window.harness.run_steps(3);
    window.click("Add");
    let field = window.harness.get_by_role_and_label(Role::TextInput, "Name");
    assert_eq!(field.value().as_deref(), Some("Lee"));
    write(&mut window, "Device", "van-3");
    window.press(Modifiers::COMMAND, Key::S);
    let asked = orders(&window);
    assert!(matches!(&asked[..], [RegisterOrder::Put { entries, .. }] if entries[0].id.as_str() == "van-3"), "{asked:?}");
}

#[test]
fn an_entry_is_removed_and_put_back() {
    let mut window = open(registered(busy()));
    window.harness.get_by_label_contains("RFR-02, Freezer 2").click();
    window.harness.run_steps(3);
    window.click("Remove RFR-02");
    let asked = orders(&window);
    assert_eq!(asked, [RegisterOrder::Remove { id: DeviceId("RFR-02".into()) }]);
    let before = window.snapshot.lock().unwrap().register.get(&DeviceId("RFR-02".into())).cloned().unwrap();
    carry_out(&mut window, &asked);
    window.harness.get_by_label_contains("Take back").click();
    window.harness.run_steps(3);
    assert_eq!(orders(&window), [RegisterOrder::Put { entries: vec![before], from: String::new() }]);
}

#[test]
fn who_may_not_write_it_sees_it_and_the_reason() {
    let people = [("J. Han".to_owned(), TeamRole::Operator)].into();
    let team = Arc::new(Team { people, ..Team::default() });
    let mut window = open(Snapshot { team, ..registered(busy()) });
    let why = "this needs a supervisor; ask one to sign in";
    assert!(window.says(&format!("Add, off: {why}")));
    window.press(Modifiers::NONE, Key::J);
    write(&mut window, "Name", "mine");
    assert!(window.says(&format!("Save, off: {why}")));
    window.press(Modifiers::COMMAND, Key::S);
    assert_eq!(orders(&window), []);
    // Nor while the window shows the past.
    let mut window = open(registered(busy()));
    window.press(Modifiers::NONE, Key::J);
    write(&mut window, "Name", "mine");
    window.harness.get_by_role_and_label(Role::TextInput, "Name").click();
    window.press(Modifiers::NONE, Key::Escape);
    window.press(Modifiers::NONE, Key::Space);
    window.press(Modifiers::COMMAND, Key::S);
    assert_eq!(orders(&window), []);
}

#[test]
fn the_search_finds_by_field_and_says_what_it_hides() {
    let mut window = open(registered(busy()));
    window.press(Modifiers::NONE, Key::Slash);
    write(&mut window, "Search the register", "group:seoul type:freezer");
    assert_eq!(rows(&window).len(), 1, "{:?}", rows(&window));
    assert!(window.says("1 shown, 5 hidden by the search"));
    write(&mut window, "Search the register", "named:no");
    assert_eq!(rows(&window).len(), 3, "one has a group and no name: {:?}", rows(&window));
    write(&mut window, "Search the register", "grop:seoul");
    assert!(window.says("group") && rows(&window).len() == 6, "a mistake hides nothing");
    write(&mut window, "Search the register", "zzz");
    assert!(window.says("Nothing fits the search"));
}

#[test]
fn a_file_is_taken_in_and_written_by_its_name() {
    let mut window = open(registered(busy()));
    window.click("CSV file in or out");
    assert!(window.says("Import the register from this file, off: name a file first"));
    write(&mut window, "CSV file of the register", "/tmp/fleet.csv");
    window.click("Import the register from this file");
    let file = PathBuf::from("/tmp/fleet.csv");
    let asked = window.taken();
    assert!(asked.contains(&Request::Ask(Question::ImportRegister { file: file.clone(), by: "J. Han".into() })), "{asked:?}");
    // What of the file was refused is listed, by line.
    let done = Done::Registered { file, n: 3, refused: vec![(4, "it has 2 fields, the first line 3".into())] };
    let errand = Some(Arc::new(Errand { at: NOW, done }));
    window.publish(Snapshot { errand, ..registered(busy()) });
    assert!(window.says("fleet.csv: 3 taken, 1 refused") && window.says("Line 4: it has 2 fields"), "{:?}", window.named());
    window.click("CSV file in or out");
    window.click("Export the register into a file");
    assert!(window.taken().contains(&Request::Ask(Question::ExportRegister { to: None })));
}

#[test]
fn the_palette_leads_there() {
    let mut window = Window::open(registered(busy()), DESIGN);
    window.press(Modifiers::COMMAND, Key::K);
    window.harness.query_all_by(has_focus).next().unwrap().type_text(">sensors");
    window.harness.run_steps(2);
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(window.harness.state().screen(), Screen::Settings);
    assert!(window.says("4 in the register"));
}

#[test]
fn fifty_thousand_entries_are_no_slower_to_look_at() {
    let entries = (0..50_000).map(|i| Entry { name: format!("Van {i}"), ..Entry::new(DeviceId(format!("v-{i:05}").into())) });
    let register = Arc::new(entries.collect::<Register>());
    let window = open(Snapshot { register, ..busy() });
    assert!(rows(&window).len() < 60, "only what is on the screen is painted");
}
