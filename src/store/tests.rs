mod past;

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::model::effect::{Audit, CrashRecord, InvocationMinute};
use crate::model::{
    Band, Cause, Celsius, Command, CrashReport, CrashVerdict, Delivery, DeliveryOutcome, DeviceId, EventId, Evidence, Fahrenheit,
    Frame, Impact, Incident, IncidentId, IncidentKind, Invocation, Life, Malfunction, Note, Notice, Operator, Origin, Outcome,
    PacketId, PicoUsd, Points, Position, Pulse, Record, Ruling, Severity, SpeedTrace, Step, StepKind, TemperatureVerdict,
    Timestamp, VerdictJson,
};

pub(super) fn now() -> Timestamp {
    Clock.now()
}

fn report(event: &str, raw: &[u8], topic: &str) -> Arc<CrashReport> {
    Arc::new(CrashReport {
        event_id: EventId(event.into()),
        pulse: Pulse {
            t_ms: vec![-2.0, 0.0, 2.5],
            x_g: vec![0.1, -31.25, 4.0],
            y_g: vec![0.0, 0.1 + 0.2, 1e-300],
            z_g: vec![1.0, 1.0, f64::MAX],
        },
        frame: Frame::Vehicle,
        gravity: true,
        range_g: Some(16.0),
        speed: Some(SpeedTrace { t_ms: vec![-1_000.0], kmh: vec![48.5] }),
        airbag: Some(false),
        position: Some(Position { lat: 37.5, lon: 127.0, hdop: Some(0.8) }),
        device_verdict: Some("파손 \"severe\"".into()),
        unreadable: None,
        claims_test: true,
        raw: Bytes::copy_from_slice(raw),
        topic: topic.into(),
    })
}

fn verdict(ruling: Ruling) -> Arc<CrashVerdict> {
    Arc::new(CrashVerdict {
        ruling,
        malfunction: (ruling == Ruling::Malfunction).then_some(Malfunction::Dropped),
        probability: 0.96,
        severity: Severity::Critical,
        summary: "Hit from the front, Δv 34.0 km/h in 92 ms".to_owned(),
        delta_v_kmh: Some(34.0),
        peak_g: None,
        window_ms: Some((-2.0, 90.0)),
        free_fall_ms: None,
        direction: None,
        evidence: vec![Evidence {
            key: Cow::Borrowed("delta_v"),
            name: Cow::Borrowed("Speed change Δv"),
            value: Some(34.0),
            unit: Cow::Borrowed("km/h"),
            reading: Cow::Borrowed("34.0 km/h in 92 ms"),
            reading_key: Cow::Borrowed("dv"),
            reading_args: [("kmh".into(), 34.0.into()), ("ms".into(), 92.0.into())].into(),
            limit: Cow::Borrowed("≥ 8 km/h in 150 ms"),
            limit_key: Cow::Borrowed(""),
            limit_args: std::collections::BTreeMap::new(),
            source: Cow::Borrowed("49 CFR 563.5"),
            points: Points::Accident,
            weight: 3.5,
        }],
    })
}

fn topic_of(number: u32, origin: Origin) -> String {
    format!("{}fleet/van-{number}/crash", origin.root())
}

/// An incident of one report, as the state would hand it over.
pub(super) fn incident(number: u32, origin: Origin, event: &str) -> Incident {
    let prefix = if origin.is_real() { "INC" } else { "DRL" };
    let at = now().plus_secs(-60);
    let topic = topic_of(number, origin);
    Incident {
        id: IncidentId(format!("{prefix}-20260318-{number:04}").into()),
        device: DeviceId::new(&format!("van-{number}")),
        origin,
        kind: IncidentKind::Crash { report: report(event, b"{\"x\":1}", &topic), verdict: verdict(Ruling::Real) },
        severity: Severity::Critical,
        life: Life::Open,
        occurred_at: at.plus_secs(-1),
        clock_wrong: false,
        received_at: at,
        last_report_at: at,
        events: vec![EventId(event.into())],
        n_reports: 1,
        packet: PacketId(u64::MAX - u64::from(number)),
        timeline: vec![
            Step { kind: StepKind::Received, at, detail: topic },
            Step { kind: StepKind::Decoded, at, detail: String::new() },
            Step { kind: StepKind::Judged, at: at.plus_micros(90), detail: "judge_crash".to_owned() },
        ],
        notes: Vec::new(),
        acknowledged: None,
        resolved: None,
        stored: true,
        cost: PicoUsd(2_083),
        judge: None,
        decision: None,
        impacts: Impact::of(&report(event, b"{\"x\":1}", &topic_of(number, origin)), &verdict(Ruling::Real), at.plus_secs(-1))
            .into_iter()
            .collect(),
        kept: crate::model::Kept::default(),
        handling: crate::model::Handling::default(),
        imported: None,
        mark: crate::model::Mark::default(),
        usual_secs: Some(2.5),
    }
}

pub(super) fn notice(incident: &Incident) -> Notice {
    Notice {
        dedup_key: format!("{}:opened", incident.id),
        incident: incident.id.clone(),
        device: incident.device.clone(),
        severity: incident.severity,
        origin: incident.origin,
        title: "Crash".to_owned(),
        text: "Δv 34 km/h".to_owned(),
        at: incident.received_at,
        everyone: false,
        group: None,
    }
}

pub(super) fn crash(incident: &Incident) -> Record {
    let IncidentKind::Crash { report, verdict } = &incident.kind else { panic!("no crash") };
    let event = incident.events.last().unwrap().clone();
    let report = Arc::new(CrashReport { event_id: event.clone(), ..(**report).clone() });
    let cause = Cause { packet: incident.packet, device: incident.device.clone(), origin: incident.origin };
    Record::Crash(Box::new(CrashRecord {
        incident: Arc::new(incident.clone()),
        event,
        report,
        verdict: Arc::clone(verdict),
        verdict_json: VerdictJson::of(verdict),
        judge: incident.judge.clone(),
        thinned: false,
        received_at: incident.received_at,
        invocations: vec![Invocation {
            function: "judge_crash",
            started_at: incident.received_at,
            init_micros: 0,
            duration_micros: 90,
            billed_ms: 1,
            memory_mb: 128,
            outcome: Outcome::Ok,
            cause,
            effects: 2,
        }],
        notice: Some(notice(incident)),
        delivery: Some(Delivery { epoch: 3, packet_id: 7 }),
    }))
}

pub(super) fn count(dir: &Path, table: &str) -> i64 {
    let conn = Connection::open(dir.join(DATABASE)).unwrap();
    conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

const TABLES: [&str; 12] = [
    "incidents",
    "reports",
    "packets",
    "evidence",
    "invocations",
    "invocation_minutes",
    "outbox",
    "deliveries",
    "audit",
    "steps",
    "notes",
    "outbox WHERE state = 'pending'",
];

#[test]
fn what_was_committed_comes_back_the_same() {
    let dir = TempDir::new().unwrap();
    let first = incident(1, Origin::Device, "van-1/a");
    let mut second = incident(2, Origin::Device, "van-2/a");
    second.events.push(EventId("van-2/b".into()));
    second.n_reports = 2;
    second.kind = match second.kind {
        IncidentKind::Crash { report, .. } => IncidentKind::Crash { report, verdict: verdict(Ruling::Malfunction) },
        IncidentKind::Temperature { .. } => unreachable!(),
    };
    second.impacts.clear();
    let mut hot = incident(3, Origin::Device, "-");
    hot.events.clear();
    hot.n_reports = 0;
    hot.impacts.clear();
    hot.kind = IncidentKind::Temperature {
        verdict: TemperatureVerdict {
            celsius: Celsius(31.5),
            fahrenheit: Fahrenheit(88.7),
            band: Band::Hot,
            previous: Some(Band::Normal),
            limits_c: (2.0, 30.0),
            watch: crate::model::Watch::default(),
        },
        back_at: Some(now()),
    };
    let drill = incident(9, Origin::Drill, "van-9/a");
    {
        let mut opened = open(dir.path()).unwrap();
        assert_eq!(opened.loaded, Loaded { next_number: 1, ..Loaded::default() });
        let joined = Incident { events: second.events[..1].to_vec(), n_reports: 1, ..second.clone() };
        let temperature = Record::Incident { incident: Arc::new(hot.clone()), notice: None, audit: None };
        opened.writer.commit(&[crash(&first), crash(&joined), crash(&second), temperature, crash(&drill)]).unwrap();
        let step = Step { kind: StepKind::AcknowledgedBy, at: now(), detail: "mina".to_owned() };
        second.timeline.push(step.clone());
        second.acknowledged = Some(("mina".to_owned(), step.at));
        second.life = Life::Acknowledged;
        second.notes.push(Note { at: step.at, by: "mina".to_owned(), text: "전화함".to_owned() });
        let audit =
            Audit { by: Operator("mina".to_owned()), command: Command::Acknowledge { incident: second.id.clone() }, at: step.at };
        let later = Step { kind: StepKind::Told, at: step.at.plus_micros(5), detail: "webhook: accepted".to_owned() };
        let changes = [
            Record::Incident { incident: Arc::new(second.clone()), notice: None, audit: Some(audit) },
            Record::Step { incident: second.id.clone(), origin: Origin::Device, step: later.clone() },
        ];
        opened.writer.commit(&changes).unwrap();
        second.timeline.push(later);
    }
    let opened = open(dir.path()).unwrap();
    assert_eq!(opened.notices, Vec::<String>::new());
    let expected: Vec<_> = [&first, &second, &hot, &drill].into_iter().cloned().map(Arc::new).collect();
    assert_eq!(opened.loaded.incidents.len(), expected.len());
    for incident in &expected {
        let loaded = opened.loaded.incidents.iter().find(|loaded| loaded.id == incident.id).unwrap();
        assert_eq!(loaded, incident);
    }
    assert_eq!(opened.loaded.next_number, 10);
    let events: Vec<_> = opened.loaded.events.iter().map(|known| (&*known.event.0, known.origin)).collect();
    let real = Origin::Device;
    assert_eq!(events, [("van-1/a", real), ("van-2/a", real), ("van-2/b", real), ("van-9/a", Origin::Drill)]);
    let pending: Vec<_> = opened.loaded.outbox.iter().map(|item| item.notice.dedup_key.as_str()).collect();
    assert_eq!(pending, ["INC-20260318-0001:opened", "INC-20260318-0002:opened"]);
    assert_eq!(count(dir.path(), "audit"), 3);

    let archive = Archive::open(dir.path()).unwrap();
    assert_eq!(archive.incident(&second.id).unwrap().as_deref(), Some(&second));
    let json = archive.incident_json(&second.id).unwrap().unwrap();
    assert_eq!(json["reports"].as_array().unwrap().len(), 2);
    assert_eq!(json["reports"][0]["payload"], "{\"x\":1}");
    assert_eq!(json["reports"][1]["invocations"][0]["function"], "judge_crash");
    assert_eq!(json["verdict"]["evidence"][0]["limit"], "≥ 8 km/h in 150 ms");
    assert_eq!(json["notes"][0]["text"], "전화함");
    assert_eq!(json["audit"][1]["what"]["command"], "acknowledge");
    let ids: Vec<_> = archive.incidents(false, 10).unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(archive.incidents(true, 10).unwrap().len(), 1);
    assert_eq!(archive.incident_json(&hot.id).unwrap().unwrap()["temperature"]["verdict"]["band"], "hot");
}

#[test]
fn a_duplicate_changes_nothing_and_is_still_acknowledged() {
    let dir = TempDir::new().unwrap();
    let mut opened = open(dir.path()).unwrap();
    let first = incident(1, Origin::Device, "same");
    opened.writer.commit(&[crash(&first)]).unwrap();
    let before = TABLES.map(|table| count(dir.path(), table));
    // After a restart the state may not know the event and opens another incident for it.
    let mut again = incident(2, Origin::Device, "same");
    again.device = first.device.clone();
    let step = Record::Step { incident: again.id.clone(), origin: Origin::Device, step: again.timeline[0].clone() };
    let change = Record::Incident { incident: Arc::new(again.clone()), notice: Some(notice(&again)), audit: None };
    let receipts = opened.writer.commit(&[crash(&again), step, change]).unwrap();
    let delivery = Some(Delivery { epoch: 3, packet_id: 7 });
    let event = EventId("same".into());
    let device = first.device.clone();
    assert_eq!(
        receipts,
        [
            Receipt::Crash {
                incident: first.id.clone(),
                event,
                duplicate: true,
                delivery,
                notice: None,
                origin: Origin::Device,
                device
            },
            Receipt::Step { incident: again.id.clone(), known: false },
            Receipt::Incident { incident: again.id.clone(), known: false, notice: None, origin: Origin::Device },
        ]
    );
    assert_eq!(TABLES.map(|table| count(dir.path(), table)), before);
    // The same event id from another vehicle, or in a drill, is another event.
    for other in [incident(3, Origin::Device, "same"), incident(1, Origin::Drill, "same")] {
        let receipts = opened.writer.commit(&[crash(&other)]).unwrap();
        assert!(matches!(&receipts[0], Receipt::Crash { duplicate: false, .. }), "{receipts:?}");
    }
}

#[test]
fn a_drill_leaves_no_trace_among_the_real() {
    let dir = TempDir::new().unwrap();
    let mut opened = open(dir.path()).unwrap();
    let before = TABLES.map(|table| count(dir.path(), table));
    for (n, origin) in [(1, Origin::Drill), (2, Origin::Sample)] {
        let mut unreal = incident(n, origin, "e");
        unreal.notes.push(Note { at: now(), by: "mina".to_owned(), text: "exercise".to_owned() });
        let Record::Crash(mut record) = crash(&unreal) else { unreachable!() };
        // A state gone wrong marks the notice as real: the incident's road decides.
        record.notice.as_mut().unwrap().origin = Origin::Device;
        let told = Record::Told {
            dedup_key: notice(&unreal).dedup_key,
            origin,
            channel: "webhook".to_owned(),
            outcome: DeliveryOutcome::WouldHave,
            last: true,
            at: now(),
        };
        let minute = InvocationMinute {
            function: "judge_crash",
            minute: now(),
            origin,
            n_calls: 1,
            n_cold: 0,
            n_failed: 0,
            billed_ms: 1,
            max_micros: 1,
            memory_mb: 128,
            list_price: PicoUsd(1),
        };
        let records = [Record::Crash(record), told, Record::Invocations(minute)];
        let receipts = opened.writer.commit(&records).unwrap();
        let Receipt::Crash { notice: Some(item), .. } = &receipts[0] else { panic!("{receipts:?}") };
        assert_eq!(item.notice.origin, origin);
    }
    assert_eq!(TABLES.map(|table| count(dir.path(), table)), before);
    assert_eq!(count(dir.path(), "drill_outbox"), 2);
    drop(opened);
    assert!(open(dir.path()).unwrap().loaded.outbox.is_empty(), "a drill waits to be sent");
    // Nor can anyone put one there by hand.
    let conn = Connection::open(dir.path().join(DATABASE)).unwrap();
    conn.execute("UPDATE drill_outbox SET state = 'pending'", []).unwrap_err();
    conn.execute("UPDATE drill_incidents SET origin = 'device'", []).unwrap_err();
    conn.execute("INSERT INTO incidents SELECT * FROM drill_incidents", []).unwrap_err();
    conn.execute("DELETE FROM drill_audit", []).unwrap_err();
}

#[test]
fn one_bad_record_does_not_hold_up_the_others() {
    let dir = TempDir::new().unwrap();
    let mut opened = open(dir.path()).unwrap();
    let poison = "CREATE TRIGGER poison BEFORE INSERT ON outbox WHEN new.dedup_key LIKE '%0002%'
                  BEGIN SELECT RAISE(ABORT, 'poison'); END";
    opened.writer.connection().execute_batch(poison).unwrap();
    let records = [1, 2, 3].map(|n| crash(&incident(n, Origin::Device, &format!("e{n}"))));
    let receipts = opened.writer.commit(&records).unwrap();
    assert!(matches!(&receipts[0], Receipt::Crash { .. }));
    assert!(matches!(&receipts[1], Receipt::Failed { reason } if reason.contains("poison")), "{receipts:?}");
    assert!(matches!(&receipts[2], Receipt::Crash { .. }));
    assert_eq!(count(dir.path(), "reports"), 2, "half of the bad record was kept");
    assert_eq!(count(dir.path(), "steps"), 6);
    // Once the cause is gone, the same record goes in whole.
    opened.writer.connection().execute_batch("DROP TRIGGER poison").unwrap();
    opened.writer.commit(&records[1..2]).unwrap();
    assert_eq!(count(dir.path(), "steps"), 9);
}

#[test]
fn two_incidents_of_one_name_are_never_mixed() {
    let dir = TempDir::new().unwrap();
    let mut opened = open(dir.path()).unwrap();
    let first = incident(1, Origin::Device, "e1");
    let mut other = incident(2, Origin::Device, "e2");
    other.id = first.id.clone();
    let receipts = opened.writer.commit(&[crash(&first), crash(&other)]).unwrap();
    assert!(matches!(&receipts[0], Receipt::Crash { .. }));
    assert!(matches!(&receipts[1], Receipt::Failed { reason } if reason.contains("another device")), "{receipts:?}");
    drop(opened);
    assert_eq!(open(dir.path()).unwrap().loaded.incidents, [Arc::new(first)]);
}

#[test]
fn a_full_disk_keeps_nothing_of_the_batch_and_goes_on_when_there_is_space() {
    let dir = TempDir::new().unwrap();
    let mut opened = open(dir.path()).unwrap();
    opened.writer.commit(&[crash(&incident(1, Origin::Device, "before"))]).unwrap();
    let conn = opened.writer.connection();
    let pages: i64 = conn.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    conn.pragma_update(None, "max_page_count", pages + 2).unwrap();
    let batch: Vec<_> = (2..300).map(|n| crash(&incident(n, Origin::Device, &format!("e{n}")))).collect();
    let before = TABLES.map(|table| count(dir.path(), table));
    assert!(matches!(opened.writer.commit(&batch), Err(Error::Full)));
    assert!(matches!(opened.writer.commit(&batch), Err(Error::Full)));
    assert_eq!(TABLES.map(|table| count(dir.path(), table)), before);
    opened.writer.connection().pragma_update(None, "max_page_count", 1_000_000).unwrap();
    let receipts = opened.writer.commit(&batch).unwrap();
    assert!(receipts.iter().all(|receipt| matches!(receipt, Receipt::Crash { duplicate: false, .. })));
    assert_eq!(count(dir.path(), "steps"), 3 * 299);
}

#[test]
fn a_second_copy_is_refused_and_the_third_gets_in_when_the_first_is_gone() {
    let dir = TempDir::new().unwrap();
    let opened = open(dir.path()).unwrap();
    let refused = open(dir.path()).unwrap_err();
    assert!(matches!(&refused, Error::InUse(_)));
    let words = refused.to_string();
    assert!(words.contains("--data-dir") && words.contains(dir.path().to_str().unwrap()), "{words}");
    drop(opened);
    open(dir.path()).unwrap();
}

#[test]
fn an_empty_file_is_brought_up_to_date_and_a_newer_schema_is_refused_untouched() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join(DATABASE);
    std::fs::write(&path, "").unwrap();
    let opened = open(dir.path()).unwrap();
    assert_eq!(opened.notices, Vec::<String>::new());
    let version: i64 = opened.writer.connection().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, schema::VERSION);
    opened.writer.connection().pragma_update(None, "user_version", 99).unwrap();
    drop(opened);
    let refused = open(dir.path()).unwrap_err();
    assert!(matches!(refused, Error::NewerSchema { found: 99, .. }), "{refused}");
    assert!(!std::fs::read_dir(dir.path()).unwrap().any(|entry| entry.unwrap().path().to_str().unwrap().contains(".bad-")));
}

#[test]
fn an_unreadable_incident_is_said_and_the_rest_is_loaded() {
    let dir = TempDir::new().unwrap();
    let mut opened = open(dir.path()).unwrap();
    opened.writer.commit(&[1, 2].map(|n| crash(&incident(n, Origin::Device, &format!("e{n}"))))).unwrap();
    let spoil = "UPDATE incidents SET body = '{' WHERE number = 1; UPDATE outbox SET notice = '[]' WHERE id = 1";
    opened.writer.connection().execute_batch(spoil).unwrap();
    drop(opened);
    let opened = open(dir.path()).unwrap();
    assert_eq!(opened.loaded.incidents.len(), 1);
    assert_eq!(opened.loaded.outbox.len(), 1);
    assert_eq!(opened.notices.len(), 2, "{:?}", opened.notices);
    assert!(opened.notices.iter().all(|notice| notice.contains("INC-20260318-0001")), "{:?}", opened.notices);
}

#[test]
fn the_outbox_forgets_what_every_channel_has_settled() {
    let dir = TempDir::new().unwrap();
    let mut opened = open(dir.path()).unwrap();
    let first = incident(1, Origin::Device, "e1");
    let receipts = opened.writer.commit(&[crash(&first)]).unwrap();
    let Receipt::Crash { notice: Some(item), .. } = &receipts[0] else { panic!("{receipts:?}") };
    assert_eq!((&item.notice, item.attempts), (&notice(&first), 0));
    let mut tell = |channel: &str, outcome, last| {
        let dedup_key = notice(&first).dedup_key;
        let told = Record::Told { dedup_key, origin: Origin::Device, channel: channel.to_owned(), outcome, last, at: now() };
        opened.writer.commit(&[told]).unwrap();
    };
    tell("webhook", DeliveryOutcome::Retrying { reason: "500".to_owned(), at: now() }, false);
    tell("desktop", DeliveryOutcome::Accepted, false);
    // It was not tried.
    tell("webhook", DeliveryOutcome::Waiting { reason: "429".to_owned(), until: now().plus_secs(30) }, false);
    drop(opened);
    let mut opened = open(dir.path()).unwrap();
    assert_eq!(opened.loaded.outbox.len(), 1);
    assert_eq!((opened.loaded.outbox[0].settled.as_slice(), opened.loaded.outbox[0].attempts), (&["desktop".to_owned()][..], 2));
    // The same notice once more, from a state that forgot: it is told once.
    let change = Record::Incident { incident: Arc::new(first.clone()), notice: Some(notice(&first)), audit: None };
    assert!(matches!(&opened.writer.commit(&[change]).unwrap()[0], Receipt::Incident { notice: None, known: true, .. }));
    let last = Record::Told {
        dedup_key: notice(&first).dedup_key,
        origin: Origin::Device,
        channel: "webhook".to_owned(),
        outcome: DeliveryOutcome::Accepted,
        last: true,
        at: now(),
    };
    opened.writer.commit(&[last]).unwrap();
    drop(opened);
    assert!(open(dir.path()).unwrap().loaded.outbox.is_empty());
    let json = Archive::open(dir.path()).unwrap().incident_json(&first.id).unwrap().unwrap();
    assert_eq!(json["deliveries"][1]["channel"], "webhook");
    assert_eq!((&json["deliveries"][1]["outcome"], &json["deliveries"][1]["attempts"]), (&"accepted".into(), &2.into()));
}

#[test]
fn calls_of_a_month_are_added_up_by_day() {
    let dir = TempDir::new().unwrap();
    let mut opened = open(dir.path()).unwrap();
    let minute = |at: Timestamp, n_calls, max_micros| {
        Record::Invocations(InvocationMinute {
            function: "judge_crash",
            minute: at,
            origin: Origin::Device,
            n_calls,
            n_cold: 1,
            n_failed: 0,
            billed_ms: 2 * n_calls,
            max_micros,
            memory_mb: 128,
            list_price: PicoUsd(2_083 * n_calls as i64),
        })
    };
    let now = now();
    let today = Timestamp(now.0 - now.0 % (24 * 3_600 * 1_000_000));
    let last_month = today.plus_secs(-32 * 24 * 3_600);
    let records = [minute(today, 3, 50), minute(today, 4, 90), minute(today.plus_secs(60), 5, 10), minute(last_month, 100, 1)];
    opened.writer.commit(&records).unwrap();
    drop(opened);
    let Loaded { invocations, .. } = open(dir.path()).unwrap().loaded;
    let [day] = invocations.as_slice() else { panic!("{invocations:?}") };
    assert_eq!((day.minute, day.n_calls, day.n_cold, day.billed_ms), (today, 12, 3, 24));
    assert_eq!((day.max_micros, day.list_price), (90, PicoUsd(2_083 * 12)));
}

#[test]
fn the_archive_reads_while_the_line_writes_and_says_when_there_is_nothing() {
    let dir = TempDir::new().unwrap();
    assert!(matches!(Archive::open(dir.path()), Err(Error::Absent(_))));
    let mut opened = open(dir.path()).unwrap();
    let archive = Archive::open(dir.path()).unwrap();
    assert_eq!(archive.incidents(false, 10).unwrap().len(), 0);
    let first = incident(1, Origin::Device, "e1");
    opened.writer.commit(&[crash(&first)]).unwrap();
    assert_eq!(archive.incidents(false, 10).unwrap()[0]["ruling"], "real");
    assert_eq!(archive.incident_json(&IncidentId("INC-0".into())).unwrap(), None);
    assert!(bytes_on_disk(dir.path()) > 0);
}

#[test]
fn every_step_has_its_word() {
    let words = [
        StepKind::Received,
        StepKind::Decoded,
        StepKind::Invoked,
        StepKind::Judged,
        StepKind::Filed,
        StepKind::Stored,
        StepKind::Acknowledged,
        StepKind::Told,
        StepKind::TellFailed,
        StepKind::WouldHaveTold,
        StepKind::Merged,
        StepKind::OnScreen,
        StepKind::AcknowledgedBy,
        StepKind::ResolvedBy,
        StepKind::Noted,
        StepKind::BackInBand,
        StepKind::WentSilent,
        StepKind::HeardAgain,
    ];
    for kind in words {
        let word = row::step_word(&kind);
        assert_eq!(serde_json::to_value(&kind).unwrap()["step"], word);
        assert_eq!(row::step_of(word).unwrap().1, kind);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the mix of new reports, repeats and drills, and wherever it is cut into batches: each event is stored
    /// once, in its own root, and each commit answers every record.
    #[test]
    fn any_order_of_reports_stores_each_event_once(
        reports in prop::collection::vec((0_u32..12, 0_u32..3), 1..60),
        batch in 1_usize..9,
    ) {
        let dir = TempDir::new().unwrap();
        let mut opened = open(dir.path()).unwrap();
        let origins = [Origin::Device, Origin::Drill, Origin::Sample];
        let mut seen = std::collections::BTreeSet::new();
        for reports in reports.chunks(batch) {
            let records: Vec<_> = reports
                .iter()
                .map(|(n, origin)| {
                    let mut incident = incident(*n, origins[*origin as usize], "e");
                    incident.id = IncidentId(format!("{}-{n}-{origin}", incident.id).into());
                    crash(&incident)
                })
                .collect();
            let receipts = opened.writer.commit(&records).unwrap();
            prop_assert_eq!(receipts.len(), records.len());
            for (receipt, (n, origin)) in receipts.iter().zip(reports) {
                let Receipt::Crash { duplicate, notice, .. } = receipt else { panic!("{receipt:?}") };
                let new = seen.insert((*n, *origin > 0));
                prop_assert_eq!(*duplicate, !new);
                prop_assert_eq!(notice.is_some(), new);
            }
        }
        let real = seen.iter().filter(|(_, unreal)| !unreal).count() as i64;
        prop_assert_eq!(count(dir.path(), "reports"), real);
        prop_assert_eq!(count(dir.path(), "outbox"), real);
        prop_assert_eq!(count(dir.path(), "drill_reports"), seen.len() as i64 - real);
    }

    /// Pulses come back to the bit, NaN, infinities and all.
    #[test]
    fn pulses_come_back_to_the_bit(bits in prop::collection::vec(any::<u64>(), 0..40), speeds in any::<bool>()) {
        let numbers: Vec<f64> = bits.iter().map(|bits| f64::from_bits(*bits)).collect();
        let mut report = (*report("e", b"raw", "t")).clone();
        report.pulse = Pulse { t_ms: numbers.clone(), x_g: numbers.clone(), y_g: numbers.clone(), z_g: numbers.clone() };
        report.speed = speeds.then(|| SpeedTrace { t_ms: numbers.clone(), kmh: numbers.clone() });
        let packed = row::pack(&report);
        let back = row::ReportRow::of(&report).into_report(report.event_id.clone(), &packed, "t", b"raw".to_vec()).unwrap();
        prop_assert_eq!(row::pack(&back), packed.clone());
        prop_assert_eq!(back.speed.is_some(), speeds);
        for len in 0..packed.len() {
            let cut = row::ReportRow::of(&report).into_report(report.event_id.clone(), &packed[..len], "t", Vec::new());
            // Cut exactly behind the pulse, it reads as a report without speeds.
            prop_assert!(cut.is_err() || cut.unwrap().speed.is_none());
        }
    }
}
