//! The shadow judge as a Lambda function: in a child process on this machine, or on AWS. It gets the bytes that the line
//! got, and answers with a verdict alone.

use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::super::Error;
use crate::aws::Environment;
use crate::lambda::{Call, DeadLetter, End, Function, Limits, Meter, Runner};
use crate::model::effect::CrashRecord;
use crate::model::{CrashVerdict, Evidence, Judge, Malfunction, Ruling, Severity};
use crate::stack::{self, RemoteJudge};
use crate::wire;

/// What a verdict may take: a cold start and then some.
const TIMEOUT: Duration = Duration::from_secs(10);
/// As the template sets `judge_crash` up, MB.
const MEMORY_MB: u32 = 256;

/// A judge that is a Lambda function.
pub(super) struct Elsewhere {
    runtime: Runtime,
    place: Place,
}

enum Place {
    Package(Runner),
    Aws(Box<RemoteJudge>),
}

/// Nothing of its calls is kept: they are no calls of the line.
struct Nobody;

impl Meter for Nobody {
    fn called(&self, _call: Call) {}
    fn gave_up(&self, _letter: DeadLetter) {}
}

impl Elsewhere {
    /// A package on this machine, which Lambda must take.
    pub(super) fn package(package: PathBuf) -> Result<Self, Error> {
        let mut function = Function::new("judge_crash", package);
        (function.timeout, function.memory_mb, function.concurrency) = (TIMEOUT, MEMORY_MB, 1);
        // It is asked for a verdict only: nothing is stored or sent, whatever these say.
        let variables = [
            ("FUNCTION", "judge_crash"),
            ("TABLE", "none"),
            ("TOPIC_ARN", "arn:aws:sns:us-east-1:000000000000:none"),
            ("AWS_REGION", "us-east-1"),
        ];
        function.environment = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let runner = Runner::new(function, Limits::TODAY, Box::new(Nobody))?;
        Ok(Self { runtime: runtime()?, place: Place::Package(runner) })
    }

    /// A function on AWS, in the region of the stack.
    pub(super) fn on_aws(settings: &stack::Settings, name: &str) -> Result<Self, Error> {
        let judge = RemoteJudge::new(settings, name, Environment::of_process())?;
        Ok(Self { runtime: runtime()?, place: Place::Aws(Box::new(judge)) })
    }

    /// Its verdict on a report, or why there is none.
    pub(super) fn judge(&mut self, record: &CrashRecord) -> Result<(Option<Judge>, CrashVerdict), String> {
        let report = &record.report;
        if report.raw.is_empty() {
            return Err("the report's bytes are not there".to_owned());
        }
        let event = json!({
            "topic": report.topic, "payload": STANDARD.encode(&report.raw), "received_ms": record.received_at.millis(),
            "only_judge": true,
        });
        let answer = match &mut self.place {
            Place::Aws(judge) => self.runtime.block_on(judge.ask(&event)).map_err(|error| error.to_string())?,
            Place::Package(runner) => {
                let called = self.runtime.block_on(runner.invoke(event.to_string().into()));
                let call = called.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
                match call.end {
                    End::Answered(bytes) => serde_json::from_slice(&bytes).map_err(|error| error.to_string())?,
                    End::Error(failure) | End::Exited(failure) => return Err(format!("{}: {}", failure.kind, failure.message)),
                    End::TimedOut => return Err(format!("it took longer than {} s", TIMEOUT.as_secs())),
                    End::OutOfMemory => return Err(format!("it used more than {MEMORY_MB} MB")),
                }
            }
        };
        read(answer, wire::own_id(&record.event))
    }
}

fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()
}

/// A verdict as `docs/WIRE.md` has it.
#[derive(Deserialize)]
struct Answer {
    event_id: String,
    judge: Option<Judge>,
    ruling: Ruling,
    malfunction: Option<Malfunction>,
    probability: f64,
    severity: Severity,
    summary: String,
    delta_v_kmh: Option<f64>,
    peak_g: Option<f64>,
    #[serde(default)]
    evidence: Vec<Evidence>,
}

/// The verdict on this event; a packet may hold several.
fn read(mut answer: Value, event: &str) -> Result<(Option<Judge>, CrashVerdict), String> {
    let verdicts = answer.get_mut("verdicts").map(Value::take).ok_or("it answered without verdicts")?;
    let verdicts: Vec<Answer> =
        serde_json::from_value(verdicts).map_err(|error| format!("its verdict cannot be read: {error}"))?;
    let n = verdicts.len();
    let is_it = |answer: &Answer| answer.event_id == event || n == 1;
    let found = verdicts.into_iter().find(is_it).ok_or_else(|| format!("of {n} verdicts none is on {event}"))?;
    let verdict = CrashVerdict {
        ruling: found.ruling,
        malfunction: found.malfunction,
        probability: found.probability,
        severity: found.severity,
        summary: found.summary,
        delta_v_kmh: found.delta_v_kmh,
        peak_g: found.peak_g,
        window_ms: None,
        free_fall_ms: None,
        direction: None,
        evidence: found.evidence,
    };
    Ok((found.judge, verdict))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verdict_on_the_report_is_found_and_anything_else_says_what_it_is() {
        let one = |id: &str| json!({ "event_id": id, "ruling": "real", "probability": 0.9, "severity": "high", "summary": "s" });
        let (judge, verdict) = read(json!({ "verdicts": [one("e-1"), one("e-2")] }), "e-2").unwrap();
        assert_eq!((judge, verdict.ruling, verdict.evidence.len()), (None, Ruling::Real, 0));
        assert_eq!(read(json!({ "verdicts": [one("e-1"), one("e-2")] }), "e-3").unwrap_err(), "of 2 verdicts none is on e-3");
        assert_eq!(read(json!({ "stored": 1 }), "e-1").unwrap_err(), "it answered without verdicts");
        assert!(read(json!({ "verdicts": [{ "ruling": "maybe" }] }), "e-1").unwrap_err().contains("cannot be read"));
    }
}
