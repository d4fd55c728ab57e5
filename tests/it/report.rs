//! The page of one incident, through the whole way: a crash over MQTT, judged, stored, written in both languages.

use fleetwatch::model::Language;
use tempfile::TempDir;

use crate::support::headless::{Desk, eventually, incidents, run};
use crate::support::mosquitto::Mosquitto;
use crate::support::peer::Peer;

/// 30 g within 90 ms from the front at 52 km/h, after which it stands.
fn crash() -> String {
    let t_ms: Vec<i32> = (-200..=400).step_by(5).collect();
    let half = |t: i32| if (0..=90).contains(&t) { (f64::from(t) / 90.0 * std::f64::consts::PI).sin() } else { 0.0 };
    let x_g: Vec<f64> = t_ms.iter().map(|t| -30.0 * half(*t).powi(2)).collect();
    let y_g: Vec<f64> = t_ms.iter().map(|t| 4.0 * half(*t)).collect();
    let z_g = vec![1.0; t_ms.len()];
    let speed = serde_json::json!({"t_ms": [-2000, -1000, 0, 1000, 2000, 3000], "kmh": [52, 52, 52, 18, 0, 0]});
    serde_json::json!({
        "event_id": "e-1", "airbag": true, "frame": "vehicle", "gravity": true, "range_g": 32, "speed": speed,
        "position": {"lat": 37.5663, "lon": 126.9779}, "samples": {"t_ms": t_ms, "x_g": x_g, "y_g": y_g, "z_g": z_g},
    })
    .to_string()
}

#[test]
fn the_page_of_an_incident_is_written_in_the_language_that_is_asked_for() {
    let (broker, dir) = (Mosquitto::start(), TempDir::new().unwrap());
    let data = dir.path().join("data");
    let desk = Desk::connected(&data, &broker, &[]);
    let mut peer = Peer::connect(broker.port, &["fleet/+/ack"]);
    peer.send("fleet/van-1/crash", crash());
    eventually("it is stored", 60, || !incidents(&data).is_empty());
    peer.wait_for("/ack", 1, 60);
    desk.stop();
    let id = incidents(&data)[0]["id"].as_str().unwrap().to_owned();
    let [english, korean] = Language::ALL.map(|language| {
        let file = dir.path().join(format!("{}.html", language.tag()));
        let [data, file] = [data.to_str().unwrap(), file.to_str().unwrap()];
        let done = run(&["--data-dir", data, "incidents", "export", &id, file, "--language", language.tag()]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        std::fs::read_to_string(file).unwrap()
    });
    for (page, tag, said) in [
        (&english, "en", ["Real accident", "Why this verdict", "deployed", "What happened", "Raw packet", "near Seoul"]),
        (&korean, "ko", ["실제 사고", "판정 근거", "전개", "처리 경과", "원본 패킷", "서울 부근"]),
    ] {
        assert!(page.contains(&format!("<html lang=\"{tag}\">")), "{page}");
        for words in said {
            assert!(page.contains(words), "{tag} does not say {words}: {page}");
        }
        assert_eq!(page.matches("<polyline").count(), 5, "three axes, their sum and the speed");
    }
    // Of our own words none is left in English; sources, the topic, the packet and the names of functions are not ours to say.
    let own = korean.split("<body>").nth(1).unwrap().split("<pre>").next().unwrap();
    let english_words = ["accident", "Received", "committed", "weights", "deployed", "checked", "samples", "limits", "Critical"];
    let left: Vec<&str> = english_words.into_iter().filter(|word| own.contains(word)).collect();
    assert!(left.is_empty(), "left in English: {left:?} in {own}");
}
