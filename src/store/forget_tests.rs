use std::sync::Arc;

use tempfile::TempDir;

use super::super::tests::{crash, incident as incident_of, notice, now};
use super::super::{Archive, open};
use super::*;
use crate::model::effect::{Audit, SampleChunk};
use crate::model::register::Entry;
use crate::model::{
    Command, DecidedBy, Decision, DeliveryOutcome, DeviceKind, Incident, IncidentKind, Life, Note, Operator, Origin, PacketId,
    Position, Record, RegisterOrder, Ruling, SilenceOrder, Spike, Step, StepKind,
};

/// Names that must be nowhere afterwards.
const PEOPLE: [&str; 3] = ["Mina Han", "Jae Seo", "ops@example.org"];

fn record(incident: &Incident, by: &str, command: Command) -> Record {
    let audit = Some(Audit { by: Operator(by.to_owned()), command, at: now() });
    Record::Incident { incident: Arc::new(incident.clone()), notice: None, audit }
}

/// One vehicle's incident with everything that persons leave in it.
fn handled(number: u32, origin: Origin, life: Life) -> (Incident, Vec<Record>) {
    let first = incident_of(number, origin, &format!("e-{number}"));
    let at = now();
    let decision = Decision {
        ruling: Ruling::Malfunction,
        malfunction: None,
        how: DecidedBy::FalseAlarm,
        reason: "Mina Han saw it fall".to_owned(),
        by: "Jae Seo".to_owned(),
        at,
    };
    let id = first.id.clone();
    let mut last = Incident {
        life,
        acknowledged: Some(("Mina Han".to_owned(), at)),
        resolved: (life == Life::Resolved).then(|| ("Jae Seo".to_owned(), at)),
        decision: Some(decision),
        notes: vec![Note { at, by: "Mina Han".to_owned(), text: "called Jae Seo".to_owned() }],
        ..first.clone()
    };
    last.handling.assignee = Some("Mina Han".to_owned());
    for (kind, detail) in [
        (StepKind::AcknowledgedBy, "Mina Han"),
        (StepKind::Claimed, "Jae Seo"),
        (StepKind::TellFailed, "email x: attempt 1 failed, ops@example.org: answered 450"),
    ] {
        last.timeline.push(Step { kind, at, detail: detail.to_owned() });
    }
    let told = Record::Told {
        dedup_key: notice(&first).dedup_key,
        origin,
        channel: "email".to_owned(),
        outcome: DeliveryOutcome::Refused { reason: "ops@example.org: no such user".to_owned() },
        last: true,
        at,
    };
    let reason = "Mina Han saw it fall".to_owned();
    let records = vec![
        crash(&first),
        told,
        record(&last, "Mina Han", Command::Acknowledge { incident: id.clone() }),
        record(&last, "Jae Seo", Command::FalseAlarm { incident: id, kind: None, reason }),
    ];
    (last, records)
}

/// Every byte of the data directory.
fn bytes(dir: &TempDir) -> Vec<u8> {
    let files = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
    files.flat_map(|path| std::fs::read(path).unwrap()).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn names_and_places_are_in_no_byte_any_more_and_the_rest_stands() {
    let dir = TempDir::new().unwrap();
    let mut writer = open(dir.path()).unwrap().writer;
    let (resolved, records) = handled(1, Origin::Device, Life::Resolved);
    writer.commit(&records).unwrap();
    let (drill, records) = handled(1, Origin::Drill, Life::Open);
    writer.commit(&records).unwrap();
    drop(writer);
    let hour = now().millis() / 3_600_000 * 3_600_000;
    let mut columns = vec![vec![4_200; 3]; 7];
    (columns[4], columns[5]) = (vec![37_512_345; 3], vec![127_012_345; 3]);
    let times = vec![hour - 86_400_000, hour - 1_000, hour];
    let chunk = SampleChunk::new(resolved.device.clone(), DeviceKind::Vehicle, Origin::Device, times, columns);
    History::new(dir.path()).append(&[Arc::new(chunk)]).unwrap();

    let what = Forget { device: resolved.device.clone(), from: now().plus_secs(-7_200), to: now().plus_secs(60) };
    let before = bytes(&dir);
    assert!(PEOPLE.iter().all(|name| holds(&before, name)), "the test tests nothing");
    let dry = forget(dir.path(), &what, "lee", now(), true).unwrap();
    assert_eq!(
        (dry.incidents, dry.report_positions, dry.messages, dry.notes, dry.decisions, dry.audit),
        (2, 2, 2, 2, 2, 4),
        "{dry:?}"
    );
    assert_eq!((dry.samples, dry.audit_stays, dry.left_open.len()), (6, 0, 0), "{dry:?}");
    let archive = Archive::open(dir.path()).unwrap();
    assert_eq!(archive.incident(&resolved.id).unwrap().unwrap().notes.len(), 1, "a dry run changed something");
    drop(archive);
    assert_eq!(forget(dir.path(), &what, "lee", now(), false).unwrap(), dry, "it did something else than it had said");

    let after = bytes(&dir);
    for name in PEOPLE {
        assert!(!holds(&after, name), "{name} is in the files still");
    }
    // It reads as before, and what was judged stands.
    let opened = open(dir.path()).unwrap();
    assert_eq!((opened.notices, opened.broken), (Vec::new(), Vec::new()));
    drop(opened.writer);
    let archive = Archive::open(dir.path()).unwrap();
    for (id, n) in [(&resolved.id, 1), (&drill.id, 0)] {
        let back = archive.incident(id).unwrap().unwrap();
        let IncidentKind::Crash { report, verdict } = &back.kind else { panic!("no crash") };
        assert!(report.position.is_none() && report.raw.is_empty() && !report.pulse.is_empty(), "{id}");
        assert_eq!(verdict.ruling, Ruling::Real);
        assert_eq!(back.decision.as_ref().unwrap().by, FORGOTTEN);
        assert_eq!(back.ruling(), Some(Ruling::Malfunction), "what the person decided holds");
        assert_eq!((back.notes.len(), back.acknowledged.as_ref().unwrap().0.as_str()), (0, FORGOTTEN));
        let whole = archive.incident_json(id).unwrap().unwrap();
        assert!(!PEOPLE.iter().any(|name| whole.to_string().contains(name)));
        assert_eq!(archive.versions(id).unwrap().len(), 2);
        assert!(n == 0 || whole["audit"].as_array().unwrap().len() == 3, "{whole}");
    }
    let [real, drills] = archive.audit().unwrap();
    assert_eq!((real.unwrap().n_forgotten, drills.unwrap().n_forgotten), (2, 2));
    let range = (i64::MIN, i64::MAX);
    let samples = |quantity| archive.samples(Origin::Device, &resolved.device, DeviceKind::Vehicle, quantity, range).unwrap();
    assert_eq!((samples("speed").len(), samples("lat").len(), samples("lon").len()), (3, 1, 1), "the day before stays");
    // Once more there is nothing to forget.
    drop(archive);
    let again = forget(dir.path(), &what, "lee", now(), false).unwrap();
    assert_eq!((again.report_positions, again.messages, again.notes, again.audit, again.samples), (0, 0, 0, 0, 0));
    assert!(Archive::open(dir.path()).unwrap().audit().unwrap().iter().all(Result::is_ok));
}

#[test]
fn other_vehicles_other_times_and_what_is_open_stay_as_they_are() {
    let dir = TempDir::new().unwrap();
    let mut writer = open(dir.path()).unwrap().writer;
    for (number, life) in [(1, Life::Resolved), (2, Life::Acknowledged)] {
        writer.commit(&handled(number, Origin::Device, life).1).unwrap();
    }
    let what = |device: &str, from: i64, to: i64| Forget {
        device: DeviceId::new(device),
        from: now().plus_secs(from),
        to: now().plus_secs(to),
    };
    let held = forget(dir.path(), &what("van-1", -100, 100), "lee", now(), true).unwrap_err();
    assert!(matches!(held, Error::InUse(_)), "{held}");
    drop(writer);
    let run = |what: &Forget| forget(dir.path(), what, "lee", now(), false).unwrap();
    assert_eq!(run(&what("van-3", -1_000, 1_000)).incidents, 0);
    assert_eq!(run(&what("van-1", -9_000, -1_000)).incidents, 0);
    let open_one = run(&what("van-2", -1_000, 1_000));
    assert_eq!((open_one.incidents, open_one.left_open.len(), open_one.audit), (0, 1, 0), "{open_one:?}");
    let archive = Archive::open(dir.path()).unwrap();
    for row in archive.incidents(false, 10).unwrap() {
        let whole = archive.incident_json(&IncidentId(row["id"].as_str().unwrap().into())).unwrap().unwrap();
        assert!(whole.to_string().contains("Mina Han"), "{whole}");
    }
    // Each time was written down, with nothing of what was forgotten.
    let mut said = Vec::new();
    let mut take = |cells: Vec<crate::store::export::Cell>| {
        said.push(format!("{cells:?}"));
        Ok::<_, Error>(())
    };
    archive.export("audit", false).unwrap().rows(&mut take).unwrap();
    assert_eq!(said.iter().filter(|row| row.contains("forget") && row.contains("lee")).count(), 3, "{said:?}");
}

/// Every place of the schema that can hold text, and why `forget` may leave it.
#[test]
fn every_column_is_either_forgotten_or_known_to_hold_nobody() {
    const FORGETS: &[&str] = &["reports", "packets", "incidents", "steps", "notes", "verdicts", "outbox", "deliveries", "audit"];
    const BESIDE: &[&str] = &["spikes", "silencings", "register"];
    // Counts, times, names of devices, functions and seats.
    const NOBODY: &[&str] =
        &["invocations", "invocation_minutes", "device_faults", "heartbeat", "seat", "unshared", "forgetting", "sqlite_sequence"];
    let dir = TempDir::new().unwrap();
    let writer = open(dir.path()).unwrap().writer;
    let mut statement = writer.connection().prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let tables: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let known = |table: &str| [FORGETS, BESIDE, NOBODY].iter().any(|tables| tables.contains(&table));
    let new: Vec<_> = tables.iter().filter(|table| !known(table.strip_prefix("drill_").unwrap_or(table))).collect();
    assert!(
        new.is_empty() && tables.len() > 20,
        "whose places or names may be in {new:?}? say it here, in forget.rs and PRIVACY.md"
    );
}

#[test]
fn impacts_silences_and_the_register_forget_the_vehicle_too_and_the_chain_holds() {
    let dir = TempDir::new().unwrap();
    let mut writer = open(dir.path()).unwrap().writer;
    let (who, at) = (Operator("Mina Han".to_owned()), now());
    let spike = |device: &str| {
        Record::Spike(Spike {
            device: DeviceId::new(device),
            origin: Origin::Device,
            received_at: at,
            occurred_at: Some(at),
            clock_wrong: false,
            packet: PacketId(7),
            peak_g: 3.0,
            usual_secs: None,
            position: Some(Position { lat: 37.512_345, lon: 127.012_345, hdop: None }),
        })
    };
    let silence = |id: u64, search: &str, stands: bool| {
        let silencing = Silencing {
            id,
            search: search.to_owned(),
            reason: "Jae Seo defrosts".to_owned(),
            by: "Mina Han".to_owned(),
            at,
            until: at.plus_secs(600),
            ended: (!stands).then(|| (Some("Jae Seo".to_owned()), at)),
            n_hidden: 0,
            hidden: Vec::new(),
            warned: false,
            rev: 0,
        };
        let order = SilenceOrder::Begin { search: search.to_owned(), secs: 600, reason: "Jae Seo defrosts".to_owned() };
        Record::Silencing { silencing: Arc::new(silencing), order: Some((order, who.clone(), at)) }
    };
    let entry = |id: &str| Entry { contact: "ops@example.org".to_owned(), ..Entry::new(DeviceId::new(id)) };
    let register = |order| Record::Register { order: Arc::new(order), by: who.clone(), at };
    let records = [
        spike("van-1"),
        spike("van-2"),
        silence(1, "vehicle:VAN-1", false),
        silence(2, "van-2", false),
        silence(3, "van-1", true),
        register(RegisterOrder::Put { entries: vec![entry("van-1")], from: String::new() }),
        register(RegisterOrder::Remove { id: DeviceId::new("van-1") }),
    ];
    writer.commit(&records).unwrap();
    drop(writer);
    let what = |device: &str| Forget { device: DeviceId::new(device), from: at.plus_secs(-60), to: at.plus_secs(60) };
    let first = forget(dir.path(), &what("van-1"), "lee", now(), false).unwrap();
    assert_eq!((first.impact_positions, first.silences, first.register, first.audit), (1, 1, 1, 3), "{first:?}");
    let after = bytes(&dir);
    assert!(!holds(&after, "ops@example.org"), "what the register had said is in the audit still");
    assert!(holds(&after, "Mina Han") && holds(&after, "37.512345"), "other vehicles and silences that stand are as they were");
    let second = forget(dir.path(), &what("van-2"), "lee", now(), false).unwrap();
    assert_eq!((second.impact_positions, second.silences, second.register, second.audit), (1, 1, 0, 1), "{second:?}");
    assert!(!holds(&bytes(&dir), "37.512345"));
    let archive = Archive::open(dir.path()).unwrap();
    let [real, _] = archive.audit().unwrap();
    assert_eq!(real.unwrap().n_forgotten, 4);
    drop(archive);
    let opened = open(dir.path()).unwrap();
    assert_eq!((opened.loaded.spikes.len(), opened.loaded.silencings.len(), opened.notices), (2, 3, Vec::new()));
}
