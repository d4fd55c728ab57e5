use std::sync::Arc;

use super::*;
use crate::model::{
    Band, Celsius, DeviceId, Fahrenheit, IncidentId, Note, PacketId, PicoUsd, Severity, TemperatureVerdict, Timestamp,
};

pub(in crate::cli) fn hot() -> Arc<Incident> {
    let at = Timestamp::from_millis(1_773_825_124_218);
    let verdict = TemperatureVerdict {
        celsius: Celsius(31.5),
        fahrenheit: Fahrenheit(88.7),
        band: Band::Hot,
        previous: Some(Band::Normal),
        limits_c: (2.0, 30.0),
        watch: crate::model::Watch::default(),
    };
    Arc::new(Incident {
        id: IncidentId("DRL-20260318-0007".into()),
        device: DeviceId::new("cabin-06"),
        origin: Origin::Drill,
        kind: IncidentKind::Temperature { verdict, back_at: None },
        severity: Severity::Medium,
        life: Life::Acknowledged,
        occurred_at: at,
        clock_wrong: false,
        received_at: at,
        last_report_at: at,
        events: Vec::new(),
        n_reports: 1,
        packet: PacketId(7),
        timeline: Vec::new(),
        notes: vec![Note { at, by: "jin".to_owned(), text: "door open".to_owned() }],
        acknowledged: Some(("jin".to_owned(), at)),
        resolved: None,
        stored: true,
        cost: PicoUsd(2_083),
        judge: None,
        decision: None,
        impacts: Vec::new(),
        kept: crate::model::Kept::default(),
        handling: crate::model::Handling::default(),
        imported: None,
        mark: crate::model::Mark::default(),
        usual_secs: None,
    })
}

fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn people_get_a_line_that_says_drill_and_unit() {
    let text = written(|out| list(&[hot()], false, out));
    assert_eq!(
        text,
        "DRL-20260318-0007    2026-03-18T09:12:04.218Z medium   acknowledged cabin-06             DRILL hot at 31.5 °C\n"
    );
    assert!(written(|out| show(&hot(), false, out)).contains("jin: door open"));
    assert_eq!(written(|out| list(&[] as &[Arc<Incident>], false, out)), "no incidents are stored\n");
    assert_eq!(written(|out| list(&[] as &[Arc<Incident>], true, out)), "");
}

#[test]
fn scripts_get_one_object_a_line() {
    let text = written(|out| list(&[hot(), hot()], true, out));
    assert_eq!(text.lines().count(), 2);
    let incident: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(incident["id"], "DRL-20260318-0007");
    assert_eq!((&incident["origin"], &incident["life"]), (&"drill".into(), &"acknowledged".into()));
    assert_eq!(incident["occurred_at"], "2026-03-18T09:12:04.218Z");
    assert_eq!(incident["about"]["verdict"]["band"], "hot");
    assert_eq!(incident["acknowledged"]["by"], "jin");
    assert_eq!(incident["ruling"], Value::Null);
}
