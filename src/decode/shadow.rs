//! AWS `IoT` Device Shadow: `$aws/things/<thing>/shadow[/name/<shadow>]/update/accepted` and its kin.
//! Source: AWS `IoT` developer guide, `device-shadow-mqtt`. A Teltonika tracker may send in this envelope.

use serde_json::{Map, Value};

use super::teltonika::{self, Teltonika};
use super::{DecodeError, Filter, Format, Scribe, values};
use crate::model::RejectionReason;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Shadow {
    trackers: Teltonika,
}

impl Format for Shadow {
    fn name(&self) -> &'static str {
        "aws-shadow"
    }

    /// A tracker's shadow can carry a crash. `accepted` repeats every update once, with its time.
    fn filters(&self) -> Vec<Filter> {
        vec![Filter::crash("$aws/things/+/shadow/update/accepted"), Filter::crash("$aws/things/+/shadow/name/+/update/accepted")]
    }

    fn knows(&self, topic: &str) -> bool {
        topic.starts_with("$aws/things/")
    }

    fn looks_like(&self, json: &Value) -> Option<&'static str> {
        json.get("state")?.get("reported").map(|_| "$aws/things/thing/shadow/update/accepted")
    }

    fn decode(&mut self, scribe: &mut Scribe<'_>) -> Result<(), DecodeError> {
        let not_used = |why: &str| Err(DecodeError::new(RejectionReason::NotUsed, why));
        let levels: Vec<_> = scribe.topic.split('/').collect();
        let ["$aws", "things", thing, "shadow", ..] = levels[..] else { return not_used("not of a device shadow") };
        match levels[4..] {
            [.., "delta" | "rejected" | "get" | "delete"] => {
                return not_used("a wish, a refusal or a question: no report of the device");
            }
            [.., "get" | "delete", "accepted"] => {
                return not_used("a stored state that somebody asked for: its values may be old");
            }
            _ => {}
        }
        let message = match scribe.object() {
            Ok(message) => message,
            Err(error) if teltonika::may_be_a_crash(&scribe.packet.payload) => {
                scribe.unreadable(thing, &error);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        // `documents` holds the state before and after.
        let current = message.get("current").and_then(Value::as_object).unwrap_or(&message);
        let reported: Option<&Map<String, Value>> = current.get("state").and_then(|state| state.get("reported")?.as_object());
        let Some(reported) = reported else { return not_used("no state.reported: nothing that the device says") };
        if teltonika::is_record(reported) {
            return self.trackers.read(scribe, thing, reported);
        }
        let own = ["timestamp", "ts", "time"].iter().find_map(|key| reported.get(*key));
        let at = scribe.time(own.or_else(|| message.get("timestamp")), "timestamp");
        values::temperatures(scribe, thing, at, None, reported, "state.reported.");
        values::whereabouts(scribe, thing, at, None, reported);
        Ok(())
    }
}
