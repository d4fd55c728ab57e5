//! The register: who may change it, what notices bear of it, what is found by it, and who has no name yet.

use super::team::team;
use super::*;
use crate::model::SilenceOrder;
use crate::model::register::Entry;
use crate::model::{Bulk, Each, Register, RegisterOrder};

fn entry(id: &str, name: &str, group: &str) -> Entry {
    Entry { name: name.to_owned(), group: group.to_owned(), sort: "lorry".to_owned(), ..Entry::new(DeviceId::new(id)) }
}

impl Line {
    fn write(&mut self, who: &str, entries: Vec<Entry>) {
        let order = RegisterOrder::Put { entries, from: String::new() };
        self.tell(Fact::Registered { order, by: Operator(who.to_owned()), at: self.now, done: None });
    }

    fn register(&mut self) -> Arc<Register> {
        self.pass_secs(1);
        self.state.snapshot().register
    }
}

#[test]
fn a_supervisor_writes_it_and_nobody_below() {
    let mut line = Line::new();
    line.state.set_team(team());
    for (who, why) in [("mina", "supervisor"), ("guest", "supervisor"), ("", "sign in")] {
        line.write(who, vec![entry("van-1", "Kim's lorry", "seoul")]);
        assert!(line.refused().unwrap().contains(why), "{who}");
    }
    line.write("kim", vec![entry(" ", "x", "y")]);
    assert!(line.refused().unwrap().contains("blank"));
    assert!(line.register().is_empty() && line.uncommitted.is_empty());
    line.write("kim", vec![entry("van-1", "Kim's lorry", "seoul"), entry("van-2", "", "busan")]);
    assert_eq!(line.register().len(), 2);
    assert_eq!(line.uncommitted.iter().filter(|record| matches!(record, Record::Register { .. })).count(), 1);
    let remove = |id: &str| RegisterOrder::Remove { id: DeviceId::new(id) };
    line.tell(Fact::Registered { order: remove("van-9"), by: Operator("kim".to_owned()), at: line.now, done: None });
    assert!(line.refused().unwrap().contains("not in the register"));
    line.tell(Fact::Registered { order: remove("van-2"), by: Operator("kim".to_owned()), at: line.now, done: None });
    assert_eq!(line.register().len(), 1);
}

#[test]
fn a_notice_bears_name_and_group_from_then_on() {
    let mut line = Line::new();
    line.receive("fleet/van-1/crash", &airbag("e-1"));
    line.write("kim", vec![entry("van-2", "Kim's lorry", "seoul")]);
    line.receive("fleet/van-2/crash", &airbag("e-2"));
    line.receive("fleet/van-3/crash", &airbag("e-3"));
    line.commit_all();
    let mut told: Vec<(String, Option<String>)> =
        line.outbox.values().map(|notice| (notice.title.split(':').next().unwrap().to_owned(), notice.group.clone())).collect();
    told.sort();
    let seoul = Some("seoul".to_owned());
    assert_eq!(told, [("van-1".to_owned(), None), ("van-2 (Kim's lorry)".to_owned(), seoul), ("van-3".to_owned(), None)]);
}

#[test]
fn searches_and_silences_find_by_name_group_and_type() {
    let mut line = Line::new();
    line.write("kim", vec![entry("van-1", "Kim's lorry", "seoul"), entry("box-1", "Freezer 3", "hall 2")]);
    line.receive("fleet/van-1/crash", &airbag("e-1"));
    line.receive("fleet/van-2/crash", &airbag("e-2"));
    line.commit_all();
    let acknowledged = |line: &mut Line| {
        let open = line.state.snapshot().incidents.clone();
        let mut taken: Vec<String> =
            open.iter().filter(|i| i.acknowledged.is_some()).map(|incident| incident.device.to_string()).collect();
        taken.sort();
        taken
    };
    for search in ["group:busan", "type:bus", "name:lee"] {
        let bulk = Bulk { search: search.to_owned(), seen_at: line.now, each: Each::Acknowledge };
        line.tell(Fact::CommandedAll { bulk, by: Operator("kim".to_owned()), at: line.now });
        assert!(acknowledged(&mut line).is_empty(), "{search}");
    }
    let bulk = Bulk { search: "group:seoul type:lorry name:kim*".to_owned(), seen_at: line.now, each: Each::Acknowledge };
    line.tell(Fact::CommandedAll { bulk, by: Operator("kim".to_owned()), at: line.now });
    assert_eq!(acknowledged(&mut line), ["van-1"]);

    let order = SilenceOrder::Begin { search: "group:\"hall 2\"".to_owned(), secs: 600, reason: "defrosting".to_owned() };
    line.tell(Fact::Silenced { order, by: Operator("kim".to_owned()), at: line.now });
    line.outbox.clear();
    for sensor in ["box-1", "box-2"] {
        for celsius in [25, 31] {
            line.receive(&format!("sensors/{sensor}/temperature"), &format!(r#"{{"celsius":{celsius}}}"#));
            line.pass_secs(61);
        }
    }
    line.commit_all();
    let told: Vec<&str> = line.outbox.values().map(|notice| notice.device.as_str()).collect();
    assert_eq!(told, ["box-2"], "the silence is over the group of box-1");
}

#[test]
fn who_speaks_and_has_no_name_is_listed_until_it_has_one() {
    let mut line = Line::listening();
    line.drive("van-1", 2);
    line.receive("sensors/box-1/temperature", r#"{"celsius":25}"#);
    line.receive("drill/sensors/box-9/temperature", r#"{"celsius":25}"#);
    line.pass_secs(1);
    let unnamed = |line: &mut Line| {
        let (listed, n) = line.state.snapshot().unnamed;
        (listed.iter().map(ToString::to_string).collect::<Vec<_>>(), n)
    };
    assert_eq!(unnamed(&mut line), (vec!["van-1".to_owned(), "box-1".to_owned()], 2));
    line.write("kim", vec![entry("van-1", "Kim's lorry", ""), entry("box-1", "", "hall 2")]);
    line.pass_secs(1);
    assert_eq!(unnamed(&mut line), (vec!["box-1".to_owned()], 1), "a group is no name");
}
