//! Plays a scenario under a root: its packets with its timing, and word of each as it goes out.

use crate::model::{Origin, PacketId, Timestamp};
use crate::play::{Pace, Publish, PublishError};
use crate::scenario::Scenario;

/// Up to this many repeats the player waits for the broker after each packet; a flood is only waited for at its end.
const WATCHED_REPEATS: u32 = 100;

/// One packet that went out, all that `Fact::Injected` needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its name, the same when it comes back.
    pub packet: PacketId,
    /// Its topic, with its root.
    pub topic: String,
    /// The scenario's title.
    pub title: String,
    /// Which root.
    pub origin: Origin,
    /// When it was handed over.
    pub sent_at: Timestamp,
    /// When the broker had it; `None` within a flood.
    pub accepted_at: Option<Timestamp>,
}

/// How a play ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Packets handed over.
    pub n_packets: u64,
    /// It was stopped before its end.
    pub stopped: bool,
}

/// Plays `scenario` under the root of `origin`, at `QoS` 1, until its end or until `pace` says to stop.
///
/// `run` must be new with each play; with the numbers of step and repeat behind it, it is the packet's `{{id}}`. `sent` hears of every packet, of a flood only of the first 100. A step's `retained` is for tests of decoding: nothing is left on the broker.
pub fn play_scenario(
    scenario: &Scenario,
    origin: Origin,
    run: &str,
    pace: &mut dyn Pace,
    publish: &mut dyn Publish,
    sent: &mut dyn FnMut(Sent),
) -> Result<Played, PublishError> {
    let mut played = Played::default();
    let mut due = pace.now();
    for (step_idx, step) in scenario.steps.iter().enumerate() {
        due = due.plus_micros(micros(step.after_millis));
        let topic = format!("{}{}", origin.root(), step.topic);
        for repeat_idx in 0..step.repeat {
            if repeat_idx > 0 {
                due = due.plus_micros(micros(step.every_millis));
            }
            if !pace.wait_until(due) {
                played.stopped = true;
                return Ok(played);
            }
            let sent_at = pace.now();
            let id = format!("{run}-{}-{}", step_idx + 1, repeat_idx + 1);
            let payload = step.render(sent_at, &id);
            let packet = PacketId::of(&topic, &payload);
            publish.publish(&topic, payload, 1)?;
            played.n_packets += 1;
            let watched = step.repeat <= WATCHED_REPEATS;
            if watched {
                publish.flush()?;
            }
            if repeat_idx < WATCHED_REPEATS {
                let accepted_at = watched.then(|| pace.now());
                sent(Sent { packet, topic: topic.clone(), title: scenario.title.clone(), origin, sent_at, accepted_at });
            }
        }
        publish.flush()?;
    }
    Ok(played)
}

fn micros(millis: u64) -> i64 {
    i64::try_from(millis).unwrap_or(i64::MAX).saturating_mul(1_000)
}
