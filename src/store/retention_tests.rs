use std::sync::Arc;

use tempfile::TempDir;

use super::super::tests::{crash, incident, notice, now};
use super::super::{DATABASE, Receipt, Writer, open};
use super::*;
use crate::model::effect::InvocationMinute;
use crate::model::{Incident, Life, Limit, Origin, PicoUsd, Record};

const DAY: i64 = 24 * 3_600;

/// An incident of so many days ago.
fn aged(number: u32, origin: Origin, days: i64, life: Life) -> Incident {
    let at = now().plus_secs(-DAY * days);
    let resolved = (life == Life::Resolved).then(|| ("mina".to_owned(), at));
    let incident = incident(number, origin, &format!("e-{number}"));
    Incident { received_at: at, occurred_at: at, last_report_at: at, life, resolved, ..incident }
}

fn keep(writer: &mut Writer, incident: &Incident) {
    let Record::Crash(mut record) = crash(incident) else { panic!("no crash") };
    record.received_at = incident.received_at;
    writer.commit(&[Record::Crash(record)]).unwrap();
}

/// Carries out everything that is to go by now; answers how many steps it took.
fn carry_out(dir: &TempDir, writer: &mut Writer, retention: &Retention) -> (usize, Vec<IncidentId>) {
    let archive = Archive::open(dir.path()).unwrap();
    let held = archive.holdings(retention).unwrap();
    let mut pruning = archive.pruning(&held, now()).unwrap();
    let (mut n_steps, mut gone) = (0, Vec::new());
    while let Some((_, prune)) = archive.next_prune(&mut pruning).unwrap() {
        let receipts = writer.commit(&[Record::Prune(prune)]).unwrap();
        let [Receipt::Pruned { n, incidents }] = receipts.as_slice() else { panic!("{receipts:?}") };
        assert!(*n > 0, "a step that does nothing is taken for ever");
        gone.extend(incidents.iter().cloned());
        n_steps += 1;
    }
    (n_steps, gone)
}

fn count(dir: &TempDir, table: &str) -> i64 {
    let conn = Connection::open(dir.path().join(DATABASE)).unwrap();
    conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

fn days(days: u32) -> Limit {
    Limit { days, mb: 0 }
}

#[test]
fn only_what_is_resolved_told_and_old_goes_and_the_audit_names_it() {
    let dir = TempDir::new().unwrap();
    let mut writer = open(dir.path()).unwrap().writer;
    let old = aged(1, Origin::Device, 400, Life::Resolved);
    let all = [
        old.clone(),
        aged(2, Origin::Device, 400, Life::Open),
        aged(3, Origin::Device, 400, Life::Acknowledged),
        aged(4, Origin::Device, 10, Life::Resolved),
        aged(5, Origin::Drill, 400, Life::Resolved),
    ];
    for incident in &all {
        keep(&mut writer, incident);
    }
    // One of which nobody has been told yet.
    let untold = aged(6, Origin::Device, 400, Life::Resolved);
    keep(&mut writer, &untold);
    let tell = Record::Incident { incident: Arc::new(untold.clone()), notice: Some(notice(&untold)), audit: None };
    writer.commit(&[tell]).unwrap();
    writer.connection().execute_batch("UPDATE outbox SET state = 'done' WHERE incident <> 'INC-20260318-0006'").unwrap();

    // Without limits nothing ever goes.
    assert_eq!(carry_out(&dir, &mut writer, &Retention::default()), (0, Vec::new()));
    let retention = Retention { incidents: days(365), ..Retention::default() };
    assert_eq!(carry_out(&dir, &mut writer, &retention), (1, vec![old.id.clone()]));
    assert_eq!((count(&dir, "incidents"), count(&dir, "drill_incidents")), (4, 1));
    for table in ["reports", "packets", "steps", "outbox", "deliveries", "verdicts", "notes", "invocations"] {
        let column = match table {
            "packets" | "invocations" => "report NOT IN (SELECT id FROM reports)",
            "deliveries" => "dedup_key LIKE 'INC-20260318-0001%'",
            _ => "incident = 'INC-20260318-0001'",
        };
        assert_eq!(count(&dir, &format!("{table} WHERE {column}")), 0, "{table} of an incident that is gone");
    }
    assert_eq!(count(&dir, "audit WHERE what LIKE '%retention%INC-20260318-0001%'"), 1);
    assert_eq!(count(&dir, "audit WHERE incident = 'INC-20260318-0001'"), 1, "the audit stays");
    // What was said of an incident that is there cannot be deleted, by whatever hand.
    let conn = Connection::open(dir.path().join(DATABASE)).unwrap();
    conn.execute_batch("INSERT INTO verdicts VALUES ('INC-20260318-0004', 'e', 2, 1, 'person', NULL, NULL, '{}')").unwrap();
    conn.execute("DELETE FROM verdicts", []).unwrap_err();
    drop(writer);
    let opened = open(dir.path()).unwrap();
    assert_eq!((opened.notices, opened.broken), (Vec::new(), Vec::new()));
}

#[test]
fn drills_packets_calls_and_faults_go_each_by_its_own_limit() {
    let dir = TempDir::new().unwrap();
    let mut writer = open(dir.path()).unwrap().writer;
    for (number, origin, life) in [
        (1, Origin::Device, Life::Resolved),
        (2, Origin::Device, Life::Open),
        (3, Origin::Drill, Life::Open),
        (4, Origin::Sample, Life::Resolved),
    ] {
        keep(&mut writer, &aged(number, origin, 100, life));
        keep(&mut writer, &aged(number + 10, origin, 1, life));
    }
    let minute = |days: i64| InvocationMinute {
        function: "judge_crash",
        memory_mb: 128,
        minute: now().plus_secs(-DAY * days),
        origin: Origin::Device,
        n_calls: 1,
        n_cold: 0,
        n_failed: 0,
        billed_ms: 1,
        max_micros: 5,
        list_price: PicoUsd(2),
    };
    writer.commit(&[Record::Invocations(minute(100)), Record::Invocations(minute(1))]).unwrap();
    let today = now().0.div_euclid(DAY * 1_000_000);
    for day in [today - 100, today] {
        let text = "INSERT INTO device_faults VALUES (?1, 'van-1', 'device', 'clock', 3, 5)";
        writer.connection().execute(text, [day]).unwrap();
    }
    let before = [count(&dir, "incidents"), count(&dir, "reports"), count(&dir, "drill_incidents"), count(&dir, "audit")];
    assert_eq!(before, [4, 4, 4, 4]);

    let retention = Retention { packets: days(30), ..Retention::default() };
    assert_eq!(carry_out(&dir, &mut writer, &retention).0, 1);
    assert_eq!(count(&dir, "packets WHERE length(payload) = 0"), 1, "that of the open one stays, and so does the new one");
    assert_eq!(count(&dir, "reports WHERE thinned LIKE '%bytes%'"), 1);
    assert_eq!(carry_out(&dir, &mut writer, &retention).0, 0, "it is not done again");

    let retention = Retention { calls: days(62), faults: days(90), drills: days(30), ..Retention::default() };
    let (_, gone) = carry_out(&dir, &mut writer, &retention);
    assert_eq!(gone.len(), 2, "the old drill, open as it is, and the old sample: {gone:?}");
    assert_eq!((count(&dir, "invocation_minutes"), count(&dir, "device_faults")), (1, 1));
    assert_eq!(count(&dir, "invocations"), 2, "those of the old reports are gone");
    assert_eq!((count(&dir, "incidents"), count(&dir, "drill_incidents"), count(&dir, "audit")), (4, 2, 4));
    assert_eq!(carry_out(&dir, &mut writer, &retention).0, 0);
    // What is left reads as before.
    drop(writer);
    let opened = open(dir.path()).unwrap();
    assert_eq!((opened.notices, opened.loaded.incidents.len()), (Vec::new(), 5));
    let mut n_without = 0;
    let each = |report: crate::model::comparison::PastReport| {
        n_without += usize::from(report.payload.is_none());
        true
    };
    Archive::open(dir.path()).unwrap().past_reports(None, each).unwrap();
    assert_eq!(n_without, 1, "a report without its bytes would be judged unreadable");
}

#[test]
fn beyond_its_bytes_the_oldest_goes_in_small_steps() {
    let dir = TempDir::new().unwrap();
    let mut writer = open(dir.path()).unwrap().writer;
    for number in 1..=200 {
        let mut drill = aged(number, Origin::Drill, 400 - i64::from(number), Life::Resolved);
        drill.timeline.push(crate::model::Step {
            kind: crate::model::StepKind::Noted,
            at: drill.received_at,
            detail: "x".repeat(20_000),
        });
        keep(&mut writer, &drill);
    }
    let archive = Archive::open(dir.path()).unwrap();
    let bytes = |archive: &Archive| {
        let held = archive.holdings(&Retention::default()).unwrap();
        held.iter().find(|held| held.kind == DataKind::Drills).copied().unwrap()
    };
    let before = bytes(&archive);
    assert!(before.bytes > 4_000_000, "{before:?}");
    assert_eq!(before.since.map(|since| now().secs_since(since).round() as i64 / DAY), Some(399));
    let retention = Retention { drills: Limit { days: 0, mb: 2 }, ..Retention::default() };
    let (n_steps, gone) = carry_out(&dir, &mut writer, &retention);
    assert!(n_steps >= 3 && gone.len() >= 90, "{n_steps} steps, {} gone", gone.len());
    let after = bytes(&archive);
    assert!(after.bytes < 2_300_000 && after.bytes > 1_000_000, "{after:?}");
    assert!(after.since > before.since, "the newest went first");
    assert!(gone.contains(&IncidentId("DRL-20260318-0001".into())) && !gone.contains(&IncidentId("DRL-20260318-0200".into())));
}

#[test]
fn what_cannot_be_meant_is_refused_with_why() {
    let wrong = |text: &str| toml::from_str::<Retention>(text).unwrap().mistake();
    assert_eq!(wrong(""), None);
    assert_eq!(wrong("numbers = { days = 1, mb = 5 }\nincidents = { days = 30 }\ncalls = { days = 62 }"), None);
    for (text, name, why) in [
        ("incidents = { days = 29 }", "incidents", "opened again"),
        ("calls = { days = 31 }", "calls", "bill"),
        ("faults = { days = 89 }", "faults", "repair list"),
        ("packets = { days = 6 }", "packets", "judges them again"),
        ("numbers = { days = 99999 }", "numbers", "36500"),
        ("drills = { mb = 1000000000 }", "drills", "100000000"),
    ] {
        let found = wrong(text).unwrap();
        assert!(found.0 == name && found.1.contains(why), "{text}: {found:?}");
    }
    toml::from_str::<Retention>("audit = { days = 30 }").unwrap_err();
}
