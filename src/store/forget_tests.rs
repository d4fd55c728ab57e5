use std::sync::Arc;

use tempfile::TempDir;

use super::super::tests::{crash, incident as incident_of, notice, now};
use super::super::{Archive, open};
use super::*;
use crate::model::effect::{Audit, SampleChunk};
use crate::model::{
    Command, DecidedBy, Decision, DeliveryOutcome, DeviceKind, Incident, IncidentKind, Life, Note, Operator, Origin, Record,
    Ruling, Step, StepKind,
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
    let mut take = |_: &[String], cells: Vec<crate::store::export::Cell>| {
        said.push(format!("{cells:?}"));
        Ok::<_, Error>(())
    };
    archive.export("audit", false, &mut take).unwrap();
    assert_eq!(said.iter().filter(|row| row.contains("forget") && row.contains("lee")).count(), 3, "{said:?}");
}
