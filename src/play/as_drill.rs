//! Messages as drills: under the root of drills, whatever root they were recorded under, and with crash reports that are
//! not taken for repeats of an earlier play.

use serde_json::Value;

use super::{Publish, PublishError};
use crate::model::Origin;

/// Hands everything on under `drill/`.
pub struct AsDrill<'a> {
    publish: &'a mut dyn Publish,
    /// New with every play.
    run: String,
}

impl<'a> AsDrill<'a> {
    /// `run` must be new with every play.
    pub fn new(publish: &'a mut dyn Publish, run: String) -> Self {
        Self { publish, run }
    }
}

impl Publish for AsDrill<'_> {
    fn publish(&mut self, topic: &str, payload: Vec<u8>, qos: u8) -> Result<(), PublishError> {
        let (_, topic) = Origin::of_topic(topic);
        let payload = if topic.ends_with("/crash") { renamed(payload, &self.run) } else { payload };
        self.publish.publish(&format!("{}{topic}", Origin::Drill.root()), payload, qos)
    }

    fn flush(&mut self) -> Result<(), PublishError> {
        self.publish.flush()
    }
}

/// A native crash report with a name of its own; every other payload stays byte for byte what it was.
fn renamed(payload: Vec<u8>, run: &str) -> Vec<u8> {
    let Ok(Value::Object(mut report)) = serde_json::from_slice(&payload) else { return payload };
    let names = ["event_id", "boot_id"];
    let Some(Value::String(name)) = names.iter().find(|name| report.contains_key(**name)).and_then(|name| report.get_mut(*name))
    else {
        return payload;
    };
    // A name has room for 128 bytes.
    let cut = name.char_indices().map(|(at, _)| at).take_while(|at| *at <= 100).last().unwrap_or(0);
    if name.len() > 100 {
        name.truncate(cut);
    }
    name.push('-');
    name.push_str(run);
    serde_json::to_vec(&report).unwrap_or(payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Heard(Vec<(String, String)>);

    impl Publish for Heard {
        fn publish(&mut self, topic: &str, payload: Vec<u8>, _qos: u8) -> Result<(), PublishError> {
            self.0.push((topic.to_owned(), String::from_utf8(payload).unwrap()));
            Ok(())
        }
        fn flush(&mut self) -> Result<(), PublishError> {
            Ok(())
        }
    }

    #[test]
    fn whatever_was_recorded_goes_out_under_the_root_of_drills_and_under_new_names() {
        let mut heard = Heard::default();
        let mut drill = AsDrill::new(&mut heard, "r1".to_owned());
        for (topic, payload) in [
            ("fleet/van-1/driving", r#"{"event_id":"as it is"}"#),
            ("sample/fleet/van-1/crash", r#"{"event_id":"e-1"}"#),
            ("drill/fleet/van-1/crash", r#"{"boot_id":"b","seq":3}"#),
            ("fleet/van-1/crash", "no JSON"),
        ] {
            drill.publish(topic, payload.as_bytes().to_vec(), 1).unwrap();
        }
        let of = |topic: &str, payload: &str| (topic.to_owned(), payload.to_owned());
        assert_eq!(
            heard.0,
            [
                of("drill/fleet/van-1/driving", r#"{"event_id":"as it is"}"#),
                of("drill/fleet/van-1/crash", r#"{"event_id":"e-1-r1"}"#),
                of("drill/fleet/van-1/crash", r#"{"boot_id":"b-r1","seq":3}"#),
                of("drill/fleet/van-1/crash", "no JSON"),
            ]
        );
    }
}
