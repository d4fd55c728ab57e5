use serde_json::{Value, json};

use super::*;
use crate::model::{Celsius, Fahrenheit, Points};

fn value(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

fn id(text: &str) -> EventId {
    EventId(text.into())
}

#[test]
fn own_ids_lose_what_we_put_before_them() {
    for (whole, own) in [
        ("van-7/e-1", "e-1"),
        ("van-7/boot/12", "boot/12"),
        ("van-7/#00ff", "#00ff"),
        ("/drill/van-7/e/1", "e/1"),
        ("/sample/van-7/e-1", "e-1"),
        ("/verdict/van-7/e-1", "e-1"),
        ("/drill+verdict/van-7/boot/12", "boot/12"),
    ] {
        assert_eq!(own_id(&id(whole)), own, "{whole}");
    }
}

#[test]
fn an_acknowledgement_names_event_and_incident() {
    let ack = ack_json(&id("van-7/e-1"), &IncidentId("INC-20261122-0001".into()));
    assert_eq!(value(&ack), json!({"event_id": "e-1", "incident": "INC-20261122-0001"}));
}

#[test]
fn what_came_as_a_drill_goes_out_as_a_drill() {
    let device = DeviceId::new("v");
    assert_eq!(ack_topic(Origin::Drill, &device), "drill/fleet/v/ack");
    assert_eq!(verdict_topic(Origin::Device, &device), "fleet/v/verdict");
    assert_eq!(temperature_topic(Origin::Sample, Band::Hot, &device), "sample/temperature/hot/v");
}

#[test]
fn a_temperature_goes_out_in_both_units() {
    let verdict = TemperatureVerdict {
        celsius: Celsius(31.456),
        fahrenheit: Fahrenheit::from(Celsius(31.456)),
        band: Band::Hot,
        previous: Some(Band::Normal),
        limits_c: (2.0, 30.0),
        watch: crate::model::Watch::default(),
    };
    let alarmed = crate::model::Watch { alarm: Some(crate::model::Alarm::Band), ..verdict.watch };
    let alarmed = TemperatureVerdict { watch: alarmed, ..verdict };
    let sent = temperature_json(&alarmed, &DeviceId::new("rack-4"), Timestamp::default());
    assert_eq!((&value(&sent)["alarm"], &value(&sent)["fault"]), (&json!("band"), &json!(null)));
    let sent = temperature_json(&verdict, &DeviceId::new("rack-4"), Timestamp::from_millis(1_763_800_000_000));
    assert_eq!(
        value(&sent),
        json!({
            "sensor": "rack-4", "occurred_at": "2025-11-22T08:26:40.000Z", "celsius": 31.46, "fahrenheit": 88.62,
            "band": "hot", "previous": "normal", "limits_c": [2.0, 30.0]
        })
    );
}

#[test]
fn a_verdict_goes_out_with_the_evidence_of_its_json() {
    let check = Evidence {
        key: "delta_v".into(),
        name: "Speed change Δv".into(),
        value: Some(34.0),
        unit: "km/h".into(),
        reading: "34.0 km/h in 92 ms".into(),
        reading_key: "dv".into(),
        reading_args: [("kmh".into(), 34.0.into()), ("ms".into(), 92.0.into())].into(),
        limit: "≥ 8 km/h in 150 ms".into(),
        limit_key: "".into(),
        limit_args: [].into(),
        source: "49 CFR 563.5".into(),
        points: Points::Accident,
        weight: 2.5,
    };
    // A summary that looks like the field after it.
    let summary = r#"It said "evidence":[{"key":"x"}] to us"#.to_owned();
    for evidence in [vec![], vec![check.clone()], vec![check.clone(), check]] {
        let verdict = CrashVerdict {
            ruling: Ruling::Real,
            malfunction: None,
            probability: 0.93,
            severity: Severity::Critical,
            summary: summary.clone(),
            delta_v_kmh: Some(34.0),
            peak_g: None,
            window_ms: None,
            free_fall_ms: None,
            direction: None,
            evidence,
        };
        let json = VerdictJson::of(&verdict);
        let list: Vec<Evidence> = serde_json::from_str(json.evidence()).unwrap();
        assert_eq!(list, verdict.evidence);
        let (at, incident) = (Timestamp::from_millis(1_763_800_000_000), IncidentId("INC-20251122-0001".into()));
        let bare = CrashReport::bare(id("van-7/e-1"), "fleet/van-7/crash", bytes::Bytes::new());
        let report = CrashReport { position: Some(Position { lat: 37.5, lon: 127.0, hdop: None }), ..bare };
        let (vehicle, incident) = (DeviceId::new("van-7"), Some(&incident));
        let judge = Judge { function: "judge_crash".into(), version: 3, limits: crate::model::Fingerprint(255) };
        let about = About { report: &report, vehicle: &vehicle, occurred_at: at, incident, judged_at: at, judge: Some(&judge) };
        let sent = verdict_json(&verdict, &json, about);
        assert_eq!(
            value(&sent),
            json!({
                "event_id": "e-1", "incident": "INC-20251122-0001", "vehicle": "van-7",
                "occurred_at": "2025-11-22T08:26:40.000Z", "judged_at": "2025-11-22T08:26:40.000Z",
                "packet": PacketId::of("fleet/van-7/crash", b"").to_string(), "judge": {"function": "judge_crash", "version": 3, "limits": "00000000000000ff"},
                "position": {"lat": 37.5, "lon": 127.0},
                "ruling": "real", "probability": 0.93, "severity": "critical", "summary": summary, "delta_v_kmh": 34.0,
                "evidence": verdict.evidence,
            })
        );
    }
}
