use super::*;
use crate::model::Timestamp;

const HOT: &str = "title = \"Hot\"\n[[step]]\ntopic = \"sensors/a/temperature\"\npayload = '{\"celsius\": 50, \"occurred_at\": {{now}}}'\nrepeat = 2\nevery_millis = 500\n[[step]]\nafter_millis = 1000\ntopic = \"fleet/v/crash\"\npayload = '{\"event_id\": \"{{id}}\"}'\n";

#[derive(Default)]
struct Still(Timestamp);

impl Pace for Still {
    fn now(&self) -> Timestamp {
        self.0
    }
    fn wait_until(&mut self, at: Timestamp) -> bool {
        self.0 = self.0.max(at);
        true
    }
}

#[derive(Default)]
struct Sink(Vec<(String, String)>);

impl Publish for Sink {
    fn publish(&mut self, topic: &str, payload: Vec<u8>, _qos: u8) -> Result<(), PublishError> {
        self.0.push((topic.to_owned(), String::from_utf8(payload).unwrap()));
        Ok(())
    }
    fn flush(&mut self) -> Result<(), PublishError> {
        Ok(())
    }
}

#[test]
fn everything_goes_under_drill_with_its_timing() {
    let scenario = resolve("hot", None, &[("hot", HOT)]).unwrap();
    let (mut pace, mut sink, mut out) = (Still(Timestamp::from_millis(5_000)), Sink::default(), Vec::new());
    let played = run(&scenario, "r1", &mut pace, &mut sink, &mut out).unwrap();
    assert_eq!(played, Played { n_packets: 3, stopped: false });
    assert_eq!(
        sink.0,
        [
            ("drill/sensors/a/temperature".to_owned(), "{\"celsius\": 50, \"occurred_at\": 5000}".to_owned()),
            ("drill/sensors/a/temperature".to_owned(), "{\"celsius\": 50, \"occurred_at\": 5500}".to_owned()),
            ("drill/fleet/v/crash".to_owned(), "{\"event_id\": \"r1-2-1\"}".to_owned()),
        ]
    );
    assert_eq!(pace.0, Timestamp::from_millis(6_500));
    assert_eq!(String::from_utf8(out).unwrap().lines().count(), 3);
}

#[test]
fn a_payload_file_needs_a_topic_and_its_root_is_ours_to_choose() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.json");
    std::fs::write(&file, b"{\"x\": \xff}").unwrap();
    let what = file.to_str().unwrap();
    let no_topic = resolve(what, None, &[]).unwrap_err().to_string();
    assert!(no_topic.contains("--topic"), "{no_topic}");
    for topic in ["fleet/v/crash", "drill/fleet/v/crash", "sample/fleet/v/crash"] {
        let scenario = resolve(what, Some(topic), &[]).unwrap();
        assert_eq!(scenario.steps[0].topic, "fleet/v/crash");
        assert_eq!(scenario.steps[0].render(Timestamp(0), ""), b"{\"x\": \xff}");
    }
    assert!(matches!(resolve(what, Some("fleet/#"), &[]), Err(Error::Topic(_))));
    let unknown = resolve("nowhere", None, &[("hot", HOT), ("cold", HOT)]).unwrap_err().to_string();
    assert!(unknown.contains("hot, cold"), "{unknown}");
}
