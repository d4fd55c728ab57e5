//! Versions of verdicts, decisions, floods, and a store of the first schema.

use super::*;
use crate::model::{DecidedBy, Decision, Fingerprint, Impact, Judge, Kept, Occasion, Said, VerdictVersion};

fn judge() -> Judge {
    Judge { function: "judge_crash".into(), version: 2, limits: Fingerprint(0xfeed_0000_0000_0001) }
}

fn decided(at: Timestamp) -> Decision {
    Decision {
        ruling: Ruling::Malfunction,
        malfunction: Some(Malfunction::Dropped),
        how: DecidedBy::Overrule,
        reason: "it fell off — \"세차\"".to_owned(),
        by: "mina".to_owned(),
        at,
    }
}

fn overrule(incident: &Incident, at: Timestamp) -> Record {
    let command = Command::Overrule {
        incident: incident.id.clone(),
        ruling: Ruling::Malfunction,
        malfunction: Some(Malfunction::Dropped),
        reason: "it fell off".to_owned(),
    };
    let decided = Incident { decision: Some(decided(at)), ..incident.clone() };
    let audit = Some(Audit { by: Operator("mina".to_owned()), command, at });
    Record::Incident { incident: Arc::new(decided), notice: None, audit }
}

fn version(incident: &Incident, by: Occasion, ruling: Ruling) -> Record {
    Record::Version(Box::new(VerdictVersion {
        incident: incident.id.clone(),
        origin: incident.origin,
        device: incident.device.clone(),
        event: incident.events.first().cloned(),
        version: 0,
        at: now(),
        by,
        judge: Some(Judge { limits: Fingerprint(7), ..judge() }),
        said: Said::Verdict(verdict(ruling)),
    }))
}

#[test]
fn a_decision_and_every_version_come_back_and_the_live_verdict_stays() {
    use Occasion::{Live, Person, Rejudge, Shadow};
    for origin in [Origin::Device, Origin::Drill] {
        let dir = TempDir::new().unwrap();
        let first = Incident { judge: Some(judge()), ..incident(1, origin, "e-1") };
        let mut writer = open(dir.path()).unwrap().writer;
        writer.commit(&[crash(&first)]).unwrap();
        writer.commit(&[version(&first, Occasion::Rejudge, Ruling::Undecided), overrule(&first, now())]).unwrap();
        writer.commit(&[version(&first, Occasion::Shadow, Ruling::Malfunction)]).unwrap();
        let undo = Command::Undo { incident: first.id.clone() };
        let audit = Some(Audit { by: Operator("mina".to_owned()), command: undo, at: now() });
        writer.commit(&[Record::Incident { incident: Arc::new(first.clone()), notice: None, audit }]).unwrap();
        writer.commit(&[overrule(&first, now())]).unwrap();
        drop(writer);

        let loaded = open(dir.path()).unwrap().loaded;
        let back = &loaded.incidents[0];
        assert_eq!(back.verdict().unwrap().ruling, Ruling::Real, "a decision was written over the verdict");
        assert_eq!((back.ruling(), back.judge.clone()), (Some(Ruling::Malfunction), Some(judge())));
        assert_eq!(back.decision.as_ref().unwrap().reason, "it fell off — \"세차\"");

        let archive = Archive::open(dir.path()).unwrap();
        let versions = archive.versions(&first.id).unwrap();
        let shown: Vec<_> = versions.iter().map(|version| (version.version, version.by)).collect();
        assert_eq!(shown, [(1, Live), (2, Rejudge), (3, Person), (4, Shadow), (5, Person), (6, Person)]);
        assert_eq!(versions[0].judge, Some(judge()));
        assert_eq!(versions[1].judge.as_ref().unwrap().limits, Fingerprint(7));
        assert!(matches!(&versions[0].said, Said::Verdict(said) if said.ruling == Ruling::Real && !said.evidence.is_empty()));
        assert!(matches!(&versions[2].said, Said::Decision(said) if said.by == "mina"));
        assert_eq!(versions[4].said, Said::Withdrawn("mina".to_owned()));
        let whole = archive.incident_json(&first.id).unwrap().unwrap();
        assert_eq!((&whole["ruling"], &whole["verdict"]["ruling"]), (&"malfunction".into(), &"real".into()));
        assert_eq!((&whole["decision"]["how"], &whole["judge"]), (&"overrule".into(), &"judge_crash v2".into()));
        assert_eq!(whole["versions"].as_array().unwrap().len(), 6);
        assert_eq!(whole["audit"].as_array().unwrap().len(), 4, "{}", whole["audit"]);
        let row = &archive.incidents(!origin.is_real(), 10).unwrap()[0];
        assert_eq!((&row["decided"], &row["malfunction"]), (&"overrule".into(), &"dropped".into()));
    }
}

#[test]
fn nothing_that_was_said_can_be_written_over() {
    let dir = TempDir::new().unwrap();
    let first = incident(1, Origin::Device, "e-1");
    let mut writer = open(dir.path()).unwrap().writer;
    writer.commit(&[crash(&first), version(&first, Occasion::Rejudge, Ruling::Undecided)]).unwrap();
    for text in [
        "UPDATE verdicts SET said = '{}'",
        "DELETE FROM verdicts",
        "UPDATE reports SET verdict = '{}'",
        "UPDATE reports SET judge = ''",
    ] {
        let refused = writer.connection().execute(text, []).unwrap_err().to_string();
        assert!(refused.contains("only added to"), "{text}: {refused}");
    }
}

#[test]
fn a_report_of_a_flood_is_a_row_with_its_hash_and_the_second_impact_comes_back() {
    let dir = TempDir::new().unwrap();
    let mut first = incident(1, Origin::Device, "e-1");
    let IncidentKind::Crash { report, verdict } = &first.kind else { panic!("no crash") };
    let begin = now();
    let impact = |millis: i64| Impact::of(report, verdict, begin.plus_micros(millis * 1_000)).unwrap();
    let impacts = vec![impact(0), impact(3_200)];
    let packet = PacketId::of(&report.topic, &report.raw);
    (first.impacts, first.n_reports) = (impacts, 2);
    first.kept = Kept { bytes: 16 << 20, n_thinned: 1, thinned_bytes: 4_711 };
    let mut second = first.clone();
    second.events.push(EventId("e-2".into()));
    let Record::Crash(mut thinned) = crash(&second) else { panic!("no crash") };
    thinned.thinned = true;
    let mut writer = open(dir.path()).unwrap().writer;
    writer.commit(&[crash(&first), Record::Crash(thinned.clone())]).unwrap();
    // It is known as well as any other: a repeat is one.
    let again = writer.commit(&[Record::Crash(thinned)]).unwrap();
    assert!(matches!(&again[0], Receipt::Crash { duplicate: true, .. }), "{again:?}");
    drop(writer);
    let back = open(dir.path()).unwrap().loaded.incidents.remove(0);
    assert_eq!((&back.impacts, back.kept, back.n_reports), (&first.impacts, first.kept, 2));
    assert_eq!(back.impacts_apart(), Some((2, 3.2)));
    let whole = Archive::open(dir.path()).unwrap().incident_json(&first.id).unwrap().unwrap();
    let rows = whole["reports"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["thinned"], rows[0]["payload"].as_str()), (2, &serde_json::Value::Null, Some("{\"x\":1}")));
    assert_eq!((&rows[1]["thinned"]["bytes"], &rows[1]["thinned"]["packet"]), (&7.into(), &packet.0.into()));
    assert_eq!(
        (&rows[1]["verdict"]["ruling"], rows[1]["verdict"]["evidence"].as_array().map(Vec::len)),
        (&"real".into(), Some(0))
    );
}

#[test]
fn a_store_of_the_first_schema_is_read_on_and_brought_up_to_date() {
    let dir = TempDir::new().unwrap();
    let first = incident(1, Origin::Device, "e-1");
    {
        // Written now, then put back to what the first version had written.
        let mut writer = open(dir.path()).unwrap().writer;
        writer.commit(&[crash(&first)]).unwrap();
        let undo = ["", "drill_"].map(|p| {
            format!(
                "DROP TRIGGER {p}live_verdicts_stand; DROP TABLE {p}verdicts; DROP TABLE {p}device_faults; DROP TABLE {p}spikes; DROP INDEX {p}incidents_of;
                 ALTER TABLE {p}incidents DROP COLUMN malfunction; ALTER TABLE {p}incidents DROP COLUMN decided;
                 ALTER TABLE {p}reports DROP COLUMN judge; ALTER TABLE {p}reports DROP COLUMN limits;
                 ALTER TABLE {p}reports DROP COLUMN thinned;
                 DROP TRIGGER {p}audit_stands; ALTER TABLE {p}audit DROP COLUMN seal; ALTER TABLE {p}audit DROP COLUMN salt;
                 ALTER TABLE {p}audit DROP COLUMN hash;
                 CREATE TRIGGER {p}audit_stands BEFORE UPDATE ON {p}audit BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;"
            )
        });
        writer.connection().execute_batch(&undo.concat()).unwrap();
        writer
            .connection()
            .execute_batch(
                "DROP TABLE forgetting; DROP TABLE heartbeat; DROP TABLE silencings; DROP TABLE register; DROP TABLE seat; DROP TABLE unshared;
                 DROP INDEX audit_of; DROP INDEX drill_audit_of; DROP INDEX outbox_of; DROP INDEX drill_outbox_of;",
            )
            .unwrap();
        writer.connection().execute_batch("UPDATE incidents SET body = json_remove(body, '$.kept')").unwrap();
        writer.connection().pragma_update(None, "user_version", 1).unwrap();
        // Exactly the tables of the first schema.
        let tables = |conn: &Connection| -> Vec<String> {
            let mut all = conn.prepare("SELECT name || ': ' || group_concat(c) FROM (SELECT m.name, p.name c FROM sqlite_schema m, pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%') GROUP BY name ORDER BY name").unwrap();
            all.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let fresh = Connection::open_in_memory().unwrap();
        fresh.execute_batch(&schema::first()).unwrap();
        assert_eq!(tables(writer.connection()), tables(&fresh));
    }
    let refused = Archive::open(dir.path()).unwrap_err();
    assert!(matches!(refused, Error::OlderSchema { found: 1, .. }), "{refused}");
    let mut opened = open(dir.path()).unwrap();
    assert_eq!(opened.notices, Vec::<String>::new());
    let back = opened.loaded.incidents.remove(0);
    let mut expected = first.clone();
    expected.impacts = back.impacts.clone();
    assert_eq!(*back, expected);
    assert_eq!(back.impacts.len(), 1, "the impact of an old incident is made from its report");
    opened.writer.commit(&[overrule(&first, now()), version(&first, Occasion::Rejudge, Ruling::Real)]).unwrap();
    let versions = Archive::open(dir.path()).unwrap().versions(&first.id).unwrap();
    assert_eq!(versions.iter().map(|version| version.version).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(versions[0].judge, None, "who judged then is not known, and is not made up");
}

#[test]
fn the_past_comes_page_by_page_with_the_reports_of_an_incident_together() {
    let dir = TempDir::new().unwrap();
    let mut writer = open(dir.path()).unwrap().writer;
    let begin = now();
    let mut records = Vec::new();
    for n in 0..600_u32 {
        let mut one = incident(n + 1, Origin::Device, &format!("e-{n}"));
        // Many share a moment: the page's end may fall among them.
        one.received_at = begin.plus_secs(i64::from(n / 50));
        records.push(crash(&one));
    }
    // A second report of the first incident, stored last.
    let mut first = incident(1, Origin::Device, "e-0");
    first.received_at = begin;
    first.events.push(EventId("e-0-b".into()));
    records.push(crash(&first));
    records.push(crash(&incident(9_000, Origin::Drill, "drill")));
    records.push(overrule(&first, begin));
    writer.commit(&records).unwrap();
    let archive = Archive::open(dir.path()).unwrap();
    let mut seen = Vec::new();
    archive
        .past_reports(None, |past| {
            seen.push((past.incident.to_string(), past.event.to_string(), past.decision.is_some()));
            true
        })
        .unwrap();
    assert_eq!(seen.len(), 601);
    let firsts: Vec<_> = seen.iter().filter(|(id, ..)| *id == first.id.to_string()).collect();
    assert_eq!(firsts.len(), 2);
    assert!(firsts.iter().all(|(.., decided)| *decided));
    let mut ids: Vec<_> = seen.iter().map(|(id, ..)| id.clone()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 600, "the reports of an incident are apart");
    let count_since = |since: Timestamp| {
        let mut n = 0;
        archive
            .past_reports(Some(since), |_| {
                n += 1;
                true
            })
            .unwrap();
        n
    };
    assert_eq!(count_since(begin.plus_secs(11)), 50, "received at that very moment is since then");
    assert_eq!(count_since(begin.plus_secs(12)), 0);
    let mut n = 0;
    archive
        .past_reports(None, |_| {
            n += 1;
            n < 7
        })
        .unwrap();
    assert_eq!(n, 7, "it went on after it was told to end");
}

#[test]
fn a_version_said_again_by_the_same_judge_is_not_added() {
    let dir = TempDir::new().unwrap();
    let first = incident(1, Origin::Device, "e-1");
    let mut alone = open(dir.path()).unwrap().writer;
    let again = || version(&first, Occasion::Rejudge, Ruling::Undecided);
    let receipts = alone.commit(&[crash(&first), again(), again(), version(&first, Occasion::Shadow, Ruling::Real)]).unwrap();
    let known: Vec<_> = receipts
        .iter()
        .filter_map(|receipt| if let Receipt::Version { known } = receipt { Some(*known) } else { None })
        .collect();
    assert_eq!(known, [false, true, false]);
    // While somebody writes, nobody else may.
    assert!(matches!(writer(dir.path()).unwrap_err(), Error::InUse(_)));
    drop(alone);
    let mut alone = writer(dir.path()).unwrap();
    assert_eq!(alone.commit(&[again()]).unwrap(), [Receipt::Version { known: true }]);
    assert!(matches!(writer(&dir.path().join("nowhere")).unwrap_err(), Error::Absent(_)));
}

#[test]
fn what_devices_did_wrong_is_the_same_from_the_store_and_after_a_restart() {
    use crate::model::device_day::{Class, DeviceDay, DeviceFault, Tally, day_of};
    let dir = TempDir::new().unwrap();
    let mut writer = open(dir.path()).unwrap().writer;
    let mut records = Vec::new();
    let mut expected = Vec::new();
    let (at, today) = (now(), day_of(now()));
    for n in 0..6_u32 {
        let mut one = incident(n + 1, Origin::Device, &format!("e-{n}"));
        one.device = DeviceId::new("TRK-112");
        one.received_at = at;
        records.push(crash(&one));
        if n > 0 {
            records.push(overrule(&one, at));
        }
    }
    let mut drill = incident(7, Origin::Drill, "drill");
    drill.device = DeviceId::new("TRK-112");
    drill.received_at = at;
    records.push(crash(&drill));
    let day = |origin, tally, n| DeviceDay { device: DeviceId::new("TRK-112"), origin, day: today, tally, n, last_at: at };
    let fault = |n| day(Origin::Device, Tally::Fault(DeviceFault::Clock), n);
    records.push(Record::Faults(vec![fault(30)]));
    records.push(Record::Faults(vec![fault(12)]));
    writer.commit(&records).unwrap();
    drop(writer);
    expected.push(day(Origin::Device, Tally::Incident(Class::Real), 1));
    expected.push(day(Origin::Device, Tally::Incident(Class::FalseAlarm(Some(Malfunction::Dropped))), 5));
    expected.push(fault(42));
    expected.push(day(Origin::Drill, Tally::Incident(Class::Real), 1));
    let sorted = |mut days: Vec<DeviceDay>| {
        days.sort_by_key(|day| format!("{day:?}"));
        days
    };
    let from_store = Archive::open(dir.path()).unwrap().device_days(at.plus_secs(-86_400)).unwrap();
    assert_eq!(sorted(from_store), sorted(expected.clone()));
    assert_eq!(sorted(open(dir.path()).unwrap().loaded.device_days), sorted(expected));
    assert!(Archive::open(dir.path()).unwrap().device_days(at.plus_secs(86_400)).unwrap().is_empty());
}

#[test]
fn a_review_knows_the_devices_past_and_what_was_alike() {
    for origin in [Origin::Device, Origin::Drill] {
        let dir = TempDir::new().unwrap();
        let mut writer = open(dir.path()).unwrap().writer;
        let ours = incident(1, origin, "e-1");
        // The same vehicle once more, called a false alarm; two others, one of them ruled otherwise.
        let again = Incident { device: ours.device.clone(), ..incident(2, origin, "e-2") };
        let [alike, unlike] = [incident(3, origin, "e-3"), incident(4, origin, "e-4")];
        let IncidentKind::Crash { report, .. } = &unlike.kind else { panic!("no crash") };
        let kind = IncidentKind::Crash { report: Arc::clone(report), verdict: verdict(Ruling::Undecided) };
        let unlike = Incident { kind, ..unlike };
        let all = [&ours, &again, &alike, &unlike];
        writer.commit(&all.map(crash)).unwrap();
        let mut alarm = decided(now());
        alarm.how = DecidedBy::FalseAlarm;
        let again = Incident { decision: Some(alarm), ..again };
        writer.commit(&[Record::Incident { incident: Arc::new(again.clone()), notice: None, audit: None }]).unwrap();

        let review = Archive::open(dir.path()).unwrap().review(&ours.id).unwrap().unwrap();
        assert_eq!(review.versions.len(), 1);
        let past = &review.device;
        assert_eq!((past.n_incidents, past.n_malfunctions, past.n_false_alarms), (2, 1, 1));
        let [one] = past.last.as_slice() else { panic!("{past:?}") };
        assert_eq!((&one.id, one.decided, one.delta_v_kmh), (&again.id, Some(DecidedBy::FalseAlarm), Some(34.0)));
        let [one] = review.similar.as_slice() else { panic!("{:?}", review.similar) };
        assert_eq!((&one.id, one.ruling), (&alike.id, Some(Ruling::Real)), "what was ruled otherwise is not alike");
        let unknown = IncidentId("INC-20260318-9999".into());
        assert_eq!(Archive::open(dir.path()).unwrap().review(&unknown).unwrap(), None);
    }
}

#[test]
fn an_incident_goes_out_as_a_file_and_comes_in_elsewhere_marked_and_apart() {
    use crate::model::dossier::Dossier;
    for origin in [Origin::Device, Origin::Drill] {
        let [there, here] = [TempDir::new().unwrap(), TempDir::new().unwrap()];
        let first = Incident { judge: Some(judge()), ..incident(7, origin, "e-1") };
        let mut writer = open(there.path()).unwrap().writer;
        writer.commit(&[crash(&first), version(&first, Occasion::Rejudge, Ruling::Undecided), overrule(&first, now())]).unwrap();
        let dossier = Archive::open(there.path()).unwrap().dossier(&first.id).unwrap().unwrap();
        let file = dossier.write(now()).unwrap();

        let import = Dossier::read(&file, "mina", now()).unwrap();
        let tried = crate::store::tried(&import).unwrap();
        let mut writer = open(here.path()).unwrap().writer;
        let own = incident(1, Origin::Device, "e-1");
        writer.commit(&[crash(&own)]).unwrap();
        let record = Record::Import(Arc::new(import.clone()));
        let id = IncidentId(format!("IMP-{}", first.id).into());
        assert_eq!(writer.commit(std::slice::from_ref(&record)).unwrap(), [Receipt::Import { incident: id.clone() }]);
        // A second time it is refused, and the records beside it are stored all the same.
        let next = incident(2, Origin::Device, "e-2");
        let receipts = writer.commit(&[record, crash(&next)]).unwrap();
        assert!(matches!(&receipts[0], Receipt::Failed { reason } if reason.contains("taken in already")), "{receipts:?}");
        assert!(matches!(&receipts[1], Receipt::Crash { duplicate: false, .. }), "{receipts:?}");
        assert_eq!(count(here.path(), "incidents"), 2, "an import got among the real ones");
        assert_eq!(count(here.path(), "drill_outbox") + count(here.path(), "outbox WHERE incident LIKE 'IMP%'"), 0);
        drop(writer);

        let opened = open(here.path()).unwrap();
        let back = opened.loaded.incidents.iter().find(|incident| incident.id == id).unwrap();
        assert_eq!(**back, tried, "what was tried is what is stored");
        assert_eq!(back.origin, Origin::Drill, "it could reach somebody");
        assert_eq!(back.imported.as_ref().unwrap().id, first.id.to_string());
        let IncidentKind::Crash { report, verdict } = &back.kind else { panic!("no crash") };
        let IncidentKind::Crash { report: sent, verdict: said } = &first.kind else { panic!("no crash") };
        assert_eq!((&report.raw, &report.topic, verdict), (&sent.raw, &sent.topic, said));
        assert_eq!(report.pulse.t_ms, sent.pulse.t_ms);
        assert_eq!(back.ruling(), Some(Ruling::Malfunction), "the person's decision came along");
        assert_eq!(opened.loaded.next_number, 3, "the numbers of incidents are of this site");
        let versions = Archive::open(here.path()).unwrap().versions(&id).unwrap();
        assert_eq!(versions.len(), 3, "{versions:?}");
        // Written once more it still has its packets, and a bad column or value changes nothing.
        let again = Archive::open(here.path()).unwrap().dossier(&id).unwrap().unwrap();
        assert_eq!(again.tables["packets"][0]["payload"], dossier.tables["packets"][0]["payload"]);
        for (column, value) in [("surprise", serde_json::json!(1)), ("life", serde_json::json!("gone"))] {
            let mut bad = import.clone();
            bad.dossier.tables.get_mut("incidents").unwrap()[0].insert(column.to_owned(), value);
            assert!(crate::store::tried(&bad).is_err(), "{column}");
        }
    }
}

#[test]
fn impacts_of_rows_come_back_for_an_hour_and_one_that_cannot_be_read_is_said() {
    use crate::model::Spike;
    let dir = TempDir::new().unwrap();
    let spike = |n: u32, origin, received_at| Spike {
        device: DeviceId::new(&format!("VAN-{n}")),
        origin,
        received_at,
        occurred_at: Some(received_at),
        clock_wrong: false,
        packet: PacketId(7),
        peak_g: 4.25,
        usual_secs: Some(1.5),
        position: Some(crate::model::Position { lat: 37.5, lon: 127.0, hdop: None }),
    };
    let begin = now();
    let old = spike(1, Origin::Device, begin);
    let (one, drill) = (spike(2, Origin::Device, begin.plus_secs(3_601)), spike(2, Origin::Drill, begin.plus_secs(3_602)));
    // Twice the same vehicle is one row, the newer.
    let again = Spike { received_at: begin.plus_secs(3_700), ..one.clone() };
    let mut writer = open(dir.path()).unwrap().writer;
    writer.commit(&[&old, &one, &drill, &again].map(|spike| Record::Spike(spike.clone()))).unwrap();
    writer.connection().execute("INSERT INTO spikes VALUES ('device', 'VAN-9', ?1, '{}')", [begin.plus_secs(3_650).0]).unwrap();
    drop(writer);
    let opened = open(dir.path()).unwrap();
    assert_eq!(opened.loaded.spikes, [again, drill]);
    let [notice] = opened.notices.as_slice() else { panic!("{:?}", opened.notices) };
    assert!(notice.contains("VAN-9") && notice.contains("look whether"), "{notice}");
}

#[test]
fn no_row_of_an_incident_makes_a_table_anew_and_the_words_are_still_checked() {
    let dir = TempDir::new().unwrap();
    let first = incident(1, Origin::Device, "e-1");
    let mut writer = open(dir.path()).unwrap().writer;
    writer.commit(&[crash(&first)]).unwrap();
    let conn = writer.connection();
    for root in schema::Root::ALL {
        let text = crate::store::sql::Sql::new(root).incident;
        let mut plan = conn.prepare(&format!("EXPLAIN {text}")).unwrap();
        let nothing = rusqlite::params_from_iter([rusqlite::types::Null; 16]);
        let steps = plan.query_map(nothing, |row| row.get::<_, String>(1)).unwrap().map(Result::unwrap).collect::<Vec<_>>();
        assert!(steps.len() > 50 && !steps.contains(&"OpenEphemeral".to_owned()), "{steps:?}");
    }
    for change in ["life = 'opened'", "decided = 'guess'", "kind = 'door'"] {
        let refused = conn.execute(&format!("UPDATE incidents SET {change}"), []).unwrap_err().to_string();
        assert!(refused.contains("CHECK constraint failed"), "{refused}");
    }
    assert_eq!(conn.execute("UPDATE incidents SET life = 'resolved', decided = 'confirm'", []).unwrap(), 1);
}
