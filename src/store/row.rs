//! How nouns lie in rows: words for enums, JSON for what is read whole, little-endian floats for pulses.

use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Error;
use crate::model::dossier::Imported;
use crate::model::{
    CrashReport, CrashVerdict, Decision, EventId, Fingerprint, Frame, Handling, Impact, Judge, Kept, Mark, PacketId, PicoUsd,
    Position, Pulse, SpeedTrace, StepKind, TemperatureVerdict, Timestamp,
};

/// The shape of the verdict's JSON; goes up when a field changes its meaning.
pub(super) const VERDICT_VERSION: i64 = 1;

/// The part of an incident that is only ever read whole.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Body {
    pub(super) clock_wrong: bool,
    pub(super) packet: PacketId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) usual_secs: Option<f64>,
    pub(super) acknowledged: Option<(String, Timestamp)>,
    pub(super) resolved: Option<(String, Timestamp)>,
    pub(super) cost: PicoUsd,
    pub(super) temperature: Option<(TemperatureVerdict, Option<Timestamp>)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) decision: Option<Decision>,
    /// Left out where there is only one: it is made anew from the report that is shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) impacts: Vec<Impact>,
    #[serde(default)]
    pub(super) kept: Kept,
    #[serde(default, skip_serializing_if = "Handling::is_new")]
    pub(super) handling: Handling,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) imported: Option<Arc<Imported>>,
    #[serde(default, skip_serializing_if = "Mark::is_new")]
    pub(super) mark: Mark,
}

/// What stands for a report of a flood that is not kept whole.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Thinned {
    /// Bytes of its packet.
    pub(super) bytes: usize,
    /// The packet's name, a hash of topic and payload.
    pub(super) packet: PacketId,
}

/// A verdict of a report that is thinned: what it says, without its evidence.
pub(super) fn thin(verdict: &CrashVerdict) -> CrashVerdict {
    CrashVerdict { evidence: Vec::new(), ..verdict.clone() }
}

/// A judge as its two columns.
pub(super) fn judge_columns(judge: Option<&Judge>) -> (Option<String>, Option<String>) {
    (judge.map(ToString::to_string), judge.map(|judge| judge.limits.to_string()))
}

/// The judge of its two columns, `judge_crash v2` and 16 hexadecimal digits.
pub(super) fn judge_of(judge: Option<&str>, limits: Option<&str>) -> Option<Judge> {
    let (function, version) = judge?.rsplit_once(" v")?;
    let limits = Fingerprint(u64::from_str_radix(limits?, 16).ok()?);
    Some(Judge { function: function.to_owned().into(), version: version.parse().ok()?, limits })
}

/// A crash report without its vectors and its bytes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ReportRow {
    frame: Frame,
    gravity: bool,
    range_g: Option<f64>,
    airbag: Option<bool>,
    position: Option<Position>,
    device_verdict: Option<Box<str>>,
    unreadable: Option<Box<str>>,
    claims_test: bool,
}

impl ReportRow {
    pub(super) fn of(report: &CrashReport) -> Self {
        Self {
            frame: report.frame,
            gravity: report.gravity,
            range_g: report.range_g,
            airbag: report.airbag,
            position: report.position,
            device_verdict: report.device_verdict.clone(),
            unreadable: report.unreadable.clone(),
            claims_test: report.claims_test,
        }
    }

    pub(super) fn into_report(self, event_id: EventId, vectors: &[u8], topic: &str, raw: Vec<u8>) -> Result<CrashReport, Error> {
        let (pulse, speed) = unpack(vectors).ok_or_else(|| Error::Odd(format!("the pulse of event {event_id} is cut short")))?;
        Ok(CrashReport {
            event_id,
            pulse,
            frame: self.frame,
            gravity: self.gravity,
            range_g: self.range_g,
            speed,
            airbag: self.airbag,
            position: self.position,
            device_verdict: self.device_verdict,
            unreadable: self.unreadable,
            claims_test: self.claims_test,
            raw: Bytes::from(raw),
            topic: topic.into(),
        })
    }
}

/// Pulse and speeds as six runs of `u32` length and that many `f64`, little-endian: exact, NaN and all.
pub(super) fn pack(report: &CrashReport) -> Vec<u8> {
    let Pulse { t_ms, x_g, y_g, z_g } = &report.pulse;
    let mut runs = vec![t_ms, x_g, y_g, z_g];
    if let Some(SpeedTrace { t_ms, kmh }) = &report.speed {
        runs.extend([t_ms, kmh]);
    }
    let mut packed = Vec::with_capacity(runs.iter().map(|run| 4 + 8 * run.len()).sum());
    for run in runs {
        packed.extend((run.len() as u32).to_le_bytes());
        packed.extend(run.iter().flat_map(|number| number.to_le_bytes()));
    }
    packed
}

/// What stands for the pulse of a report that is not kept whole: four runs of no length.
pub(super) const NO_PULSE: [u8; 16] = [0; 16];

fn unpack(mut packed: &[u8]) -> Option<(Pulse, Option<SpeedTrace>)> {
    fn run(packed: &mut &[u8]) -> Option<Vec<f64>> {
        let (len, rest) = packed.split_first_chunk::<4>()?;
        let (numbers, rest) = rest.split_at_checked(8 * u32::from_le_bytes(*len) as usize)?;
        *packed = rest;
        Some(numbers.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
    }
    let pulse = Pulse { t_ms: run(&mut packed)?, x_g: run(&mut packed)?, y_g: run(&mut packed)?, z_g: run(&mut packed)? };
    let speed = match packed {
        [] => None,
        _ => Some(SpeedTrace { t_ms: run(&mut packed)?, kmh: run(&mut packed)? }),
    };
    Some((pulse, speed))
}

/// The word of a plain enum, as in its JSON.
pub(super) fn word(value: &impl Serialize) -> Result<String, Error> {
    let mut word = json(value)?;
    if word.starts_with('"') {
        word.pop();
        word.remove(0);
    }
    Ok(word)
}

/// The enum of a word.
pub(super) fn unword<T: DeserializeOwned>(word: &str) -> Result<T, Error> {
    Ok(serde_json::from_value(serde_json::Value::from(word))?)
}

/// As JSON.
pub(super) fn json(value: &impl Serialize) -> Result<String, Error> {
    Ok(serde_json::to_string(value)?)
}

const STEPS: [(StepKind, &str); 38] = [
    (StepKind::Received, "received"),
    (StepKind::Decoded, "decoded"),
    (StepKind::Invoked, "invoked"),
    (StepKind::Judged, "judged"),
    (StepKind::Filed, "filed"),
    (StepKind::Stored, "stored"),
    (StepKind::Acknowledged, "acknowledged"),
    (StepKind::Told, "told"),
    (StepKind::TellFailed, "tell_failed"),
    (StepKind::WouldHaveTold, "would_have_told"),
    (StepKind::Merged, "merged"),
    (StepKind::OnScreen, "on_screen"),
    (StepKind::AcknowledgedBy, "acknowledged_by"),
    (StepKind::ResolvedBy, "resolved_by"),
    (StepKind::Noted, "noted"),
    (StepKind::BackInBand, "back_in_band"),
    (StepKind::WentSilent, "went_silent"),
    (StepKind::HeardAgain, "heard_again"),
    (StepKind::Overruled, "overruled"),
    (StepKind::FalseAlarm, "false_alarm"),
    (StepKind::Confirmed, "confirmed"),
    (StepKind::Undone, "undone"),
    (StepKind::Reopened, "reopened"),
    (StepKind::Claimed, "claimed"),
    (StepKind::Assigned, "assigned"),
    (StepKind::Dispatched, "dispatched"),
    (StepKind::Seconded, "seconded"),
    (StepKind::Unseconded, "unseconded"),
    (StepKind::ReopenedBy, "reopened_by"),
    (StepKind::MergedInto, "merged_into"),
    (StepKind::MergedFrom, "merged_from"),
    (StepKind::Split, "split"),
    (StepKind::Follows, "follows"),
    (StepKind::Silenced, "silenced"),
    (StepKind::SilenceEnded, "silence_ended"),
    (StepKind::Escalated, "escalated"),
    (StepKind::JudgedTwice, "judged_twice"),
    (StepKind::Disagreed, "disagreed"),
];

/// The word of a step.
pub(super) fn step_word(kind: &StepKind) -> &'static str {
    STEPS.iter().find(|(step, _)| step == kind).map_or("received", |(_, word)| word)
}

/// The step of a word, with its place among steps of one microsecond.
pub(super) fn step_of(word: &str) -> Result<(usize, StepKind), Error> {
    let place = STEPS.iter().position(|(_, step)| *step == word);
    place.map(|place| (place, STEPS[place].0.clone())).ok_or_else(|| Error::Odd(format!("no step is called {word:?}")))
}
