use serde::Deserialize;

use super::*;

const NOW: Timestamp = Timestamp(1_773_803_520_000_000);
const DAY_SECS: i64 = 24 * 3_600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    days: i64,
    day: Vec<Row>,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    device: String,
    #[serde(default)]
    origin: Origin,
    days_ago: i64,
    class: Option<String>,
    kind: Option<Malfunction>,
    fault: Option<DeviceFault>,
    n: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    sentences: Vec<String>,
    /// −1 where there is none.
    shares: Vec<f64>,
}

fn day(row: &Row) -> DeviceDay {
    let tally = match (row.class.as_deref(), row.fault) {
        (Some("real"), None) => Tally::Incident(Class::Real),
        (Some("undecided"), None) => Tally::Incident(Class::Undecided),
        (Some("malfunction"), None) => Tally::Incident(Class::Malfunction(row.kind)),
        (Some("false_alarm"), None) => Tally::Incident(Class::FalseAlarm(row.kind)),
        (None, Some(fault)) => Tally::Fault(fault),
        other => panic!("{other:?}"),
    };
    let last_at = NOW.plus_secs(-row.days_ago * DAY_SECS);
    DeviceDay { device: DeviceId::new(&row.device), origin: row.origin, day: day_of(last_at), tally, n: row.n, last_at }
}

#[test]
fn the_repair_list_is_as_the_files_say() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/devices");
    let mut n_files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let file: File = toml::from_str(&text).unwrap();
        let mut health = DeviceHealth::default();
        health.restore(file.day.iter().map(day).collect(), []);
        let repairs = health.repairs(NOW, file.days, 100);
        let sentences: Vec<_> = repairs.iter().map(|repair| repair.sentence.as_str()).collect();
        assert_eq!(sentences, file.expect.sentences, "{}", file.title);
        let shares: Vec<_> = repairs.iter().map(|repair| repair.share.unwrap_or(-1.0)).collect();
        assert_eq!(shares, file.expect.shares, "{}", file.title);
        n_files += 1;
    }
    assert_eq!(n_files, 2);
}

#[test]
fn devices_have_a_bound_and_what_is_old_goes() {
    let mut health = DeviceHealth::default();
    for n in 0..DEVICES + 7 {
        health.fault(Origin::Device, &DeviceId::new(&format!("d-{n}")), DeviceFault::Row, NOW);
    }
    assert_eq!((health.devices.len(), health.n_untracked, health.unsaved.len()), (DEVICES, 7, DEVICES));
    assert_eq!(health.take_unsaved().len(), DEVICES);
    assert!(health.take_unsaved().is_empty(), "a fault is stored twice");
    health.forget(NOW.plus_secs((DAYS_KEPT + 1) * DAY_SECS), |_| true);
    assert_eq!(health.devices.len(), 0);
}

/// The real heart: incidents counted as they are filed, decided, joined and taken back.
#[test]
fn an_incident_is_counted_once_and_as_it_stands() {
    use crate::model::{Command, Effect, Fact, Lane, Operator, Packet, Record};
    use crate::scenario::{Scenario, TEMPLATES};
    let mut host = crate::host::Host::new(crate::functions::Settings::default(), 10, Box::new(crate::clock::FakeClock::new(NOW)));
    let mut state = crate::state::State::new(1 << 20, crate::pricing::PriceSheet::standard().clone());
    let mut send = |state: &mut crate::state::State, template: &str, root: &str, event: &str, at: Timestamp| {
        let text = TEMPLATES.iter().find(|(name, _)| *name == template).unwrap().1;
        let scenario = Scenario::parse(text).unwrap();
        let step = scenario.steps.iter().find(|step| step.topic.ends_with("/crash")).unwrap();
        let packet = Packet::new(Lane::Crash, format!("{root}fleet/TRK-1/crash"), step.render(at, event), at);
        let (mut facts, mut effects) = (Vec::new(), Vec::new());
        host.handle(&packet, &mut facts);
        for fact in facts {
            state.apply(fact, at, &mut effects);
        }
        effects.into_iter().find_map(|effect| match effect {
            Effect::Save(Record::Crash(record)) => Some(record.incident.id.clone()),
            _ => None,
        })
    };
    let command = |state: &mut crate::state::State, command: Command, at: Timestamp| {
        state.apply(Fact::Commanded { command, by: Operator("kim".to_owned()), at }, at, &mut Vec::new());
    };
    let shown = |state: &mut crate::state::State| -> Vec<(u32, u32, u32)> {
        state.apply(Fact::Ticked { at: NOW, queues: Vec::new(), store_bytes: 0 }, NOW, &mut Vec::new());
        let repairs = state.snapshot().repairs;
        repairs.iter().map(|repair| (repair.n_incidents, repair.n_false_alarms, repair.n_malfunctions)).collect()
    };
    // Four drops, two minutes apart: four malfunctions. The fifth report is a repeat of the fourth.
    for n in 0..4 {
        send(&mut state, "phone_drop", "", &format!("drop-{n}"), NOW.plus_secs(n * 120)).unwrap();
    }
    assert!(send(&mut state, "phone_drop", "", "drop-3", NOW.plus_secs(360)).is_none());
    for n in 0..9 {
        send(&mut state, "phone_drop", "drill/", &format!("drill-{n}"), NOW.plus_secs(n * 120));
    }
    assert_eq!(shown(&mut state), [(4, 0, 4)]);
    // A crash joins the fourth: that one is real now.
    let joined = send(&mut state, "frontal_crash", "", "crash-1", NOW.plus_secs(365)).unwrap();
    assert_eq!(shown(&mut state), [(4, 0, 3)]);
    // A person says that it was none.
    let kind = Some(Malfunction::Stuck);
    let at = NOW.plus_secs(400);
    command(&mut state, Command::FalseAlarm { incident: joined.clone(), kind, reason: "car wash".to_owned() }, at);
    assert_eq!(shown(&mut state), [(4, 0, 3)], "it waits for a second person");
    let second = |state: &mut crate::state::State, command: Command, at: Timestamp| {
        state.apply(Fact::Commanded { command, by: Operator("lee".to_owned()), at }, at, &mut Vec::new());
    };
    second(&mut state, Command::Second { incident: joined.clone() }, at);
    assert_eq!(shown(&mut state), [(4, 1, 3)]);
    second(&mut state, Command::Undo { incident: joined.clone() }, at.plus_secs(5));
    assert_eq!(shown(&mut state), [(4, 0, 3)]);
    // The store knew the joined incident's reports all along: it never was. (Only an incident's last report makes it void.)
    let other = send(&mut state, "phone_drop", "", "late", NOW.plus_secs(4_000)).unwrap();
    assert_eq!(shown(&mut state), [(5, 0, 4)]);
    let event = state.incident(&other).unwrap().events[0].clone();
    let void = Fact::Stored { incident: other, event: Some(event), duplicate: true, at };
    state.apply(void, at, &mut Vec::new());
    assert_eq!(shown(&mut state), [(4, 0, 3)]);
}
