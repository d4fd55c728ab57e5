//! The shadow judge: a second set of limits, or a Lambda function, over every crash report, after its commit and beside the
//! line. It decides nothing, tells nobody and makes nobody wait; where it fails or falls behind, that is counted and nothing else happens.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Error;
use super::announce::Announcer;
use super::queue::{Bounds, Queue};
use super::stages::Told;
use crate::clock::Clock;
use crate::functions::{self, judge_crash};
use crate::model::comparison::{Brief, Flip};
use crate::model::effect::CrashRecord;
use crate::model::fact::Shadowed;
use crate::model::{CrashVerdict, Fact, Judge};
use crate::rejudge;
use crate::stack;

mod elsewhere;

use elsewhere::Elsewhere;

/// Who judges beside the line.
#[derive(Clone, Debug)]
pub enum ShadowJudge {
    /// The same function in this process, with these limits.
    Limits(Box<judge_crash::Settings>),
    /// A Lambda package on this machine.
    Package(PathBuf),
    /// A function on AWS, by its name, in the region of the stack.
    Lambda(String),
}

/// Reports that wait for the shadow judge; of more the oldest go unjudged and are counted as shed.
const WATCHED: Bounds = Bounds { urgent: 1, bulk: 1_024, bytes: 64 << 20 };

/// Where the keeper puts what it has committed. Never waits.
#[derive(Clone, Debug)]
pub(super) struct Watcher(Arc<Queue<Arc<CrashRecord>>>);

impl Watcher {
    /// A report was committed.
    pub(super) fn watch(&self, record: &CrashRecord) {
        self.0.push_shedding(Arc::new(record.clone()));
    }

    /// The queue, for its reading and its end.
    pub(super) const fn queue(&self) -> &Arc<Queue<Arc<CrashRecord>>> {
        &self.0
    }
}

/// Starts the shadow judge on a thread of its own.
pub(super) fn start(
    judge: ShadowJudge,
    stack: &stack::Settings,
    facts: Arc<Queue<Told>>,
    announcer: Announcer,
) -> Result<(Watcher, std::thread::JoinHandle<()>), Error> {
    let weigh = |record: &Arc<CrashRecord>| record.report.raw.len() + record.report.pulse.len() * 32 + 4_096;
    let watcher = Watcher(Arc::new(Queue::new("shadow", WATCHED, weigh)));
    let queue = Arc::clone(&watcher.0);
    let (limits, mut elsewhere) = match judge {
        ShadowJudge::Limits(limits) => (*limits, None),
        // Until it has said whose limits it judges by, those are the defaults'.
        ShadowJudge::Package(package) => (judge_crash::Settings::default(), Some(Elsewhere::package(package)?)),
        ShadowJudge::Lambda(name) => (judge_crash::Settings::default(), Some(Elsewhere::on_aws(stack, &name)?)),
    };
    let thread = super::spawn("shadow", move || {
        let judge = functions::crash_judge(&limits);
        let judged = |record: &CrashRecord| match &mut elsewhere {
            Some(elsewhere) => elsewhere.judge(record),
            None => Ok((None, judge_crash::judge(&record.report, &limits))),
        };
        run(&queue, judge, judged, |fact, line| {
            if let Some(flip) = line {
                announcer.shadow(flip);
            }
            // The state waits for nobody, so this is momentary; after its end nobody listens.
            facts.push_wait(Told::Fact(fact)).ok();
        });
    })?;
    Ok((watcher, thread))
}

fn run(
    queue: &Queue<Arc<CrashRecord>>,
    mut judge: Judge,
    mut judged: impl FnMut(&CrashRecord) -> Result<(Option<Judge>, CrashVerdict), String>,
    mut tell: impl FnMut(Fact, Option<&Flip>),
) {
    let (mut none, mut records) = (VecDeque::new(), VecDeque::new());
    while queue.drain(&mut none, &mut records, Duration::from_secs(1)) {
        for record in records.drain(..) {
            let judged = catch_unwind(AssertUnwindSafe(|| judged(&record)));
            let verdict = judged.unwrap_or_else(|_panic| Err("it panicked".to_owned())).map(|(named, verdict)| {
                judge = named.unwrap_or_else(|| judge.clone());
                verdict
            });
            let shadowed = shadow(&record, &judge, verdict);
            let difference = shadowed.difference.as_ref().map(|(flip, _)| flip.clone());
            tell(Fact::Shadowed(Box::new(shadowed)), difference.as_ref());
        }
    }
}

fn shadow(record: &CrashRecord, judge: &Judge, verdict: Result<CrashVerdict, String>) -> Shadowed {
    let (origin, failed) = (record.incident.origin, verdict.as_ref().err().cloned());
    let difference = verdict.ok().and_then(|verdict| {
        let (old, new) = (Brief::of(&record.verdict), Brief::of(&verdict));
        let differs = (old.ruling, old.malfunction, old.severity) != (new.ruling, new.malfunction, new.severity);
        // How a report came is judged on the line only.
        let on_both = |row: &crate::model::Evidence| verdict.evidence.iter().any(|other| other.key == row.key);
        let before: Vec<_> = record.verdict.evidence.iter().filter(|row| on_both(row)).cloned().collect();
        let flip = Flip {
            incident: record.incident.id.clone(),
            device: record.incident.device.clone(),
            origin,
            event: record.event.clone(),
            received_at: record.received_at,
            old,
            new,
            old_judge: record.judge.clone(),
            changed: rejudge::changes(&before, &verdict.evidence),
            decision: record.incident.decision.clone(),
        };
        differs.then(|| (flip, Arc::new(verdict)))
    });
    Shadowed { judge: judge.clone(), origin, failed, difference, at: Clock.now() }
}

#[cfg(test)]
#[path = "shadow_tests.rs"]
mod tests;
