//! The shadow judge: a second set of limits over every crash report, after its commit and beside the line. It decides
//! nothing, tells nobody and makes nobody wait; where it fails or falls behind, that is counted and nothing else happens.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::announce::Announcer;
use super::queue::{Bounds, Queue};
use super::stages::Told;
use crate::clock::Clock;
use crate::functions::{self, judge_crash};
use crate::model::comparison::{Brief, Flip};
use crate::model::effect::CrashRecord;
use crate::model::fact::Shadowed;
use crate::model::{CrashReport, CrashVerdict, Fact, Judge};
use crate::rejudge;

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
    limits: judge_crash::Settings,
    facts: Arc<Queue<Told>>,
    announcer: Announcer,
) -> std::io::Result<(Watcher, std::thread::JoinHandle<()>)> {
    let weigh = |record: &Arc<CrashRecord>| record.report.raw.len() + record.report.pulse.len() * 32 + 4_096;
    let watcher = Watcher(Arc::new(Queue::new("shadow", WATCHED, weigh)));
    let queue = Arc::clone(&watcher.0);
    let thread = super::spawn("shadow", move || {
        let judge = functions::crash_judge(&limits);
        let judged = move |report: &CrashReport| judge_crash::judge(report, &limits);
        run(&queue, &judge, judged, |fact, line| {
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
    judge: &Judge,
    judged: impl Fn(&CrashReport) -> CrashVerdict,
    mut tell: impl FnMut(Fact, Option<&Flip>),
) {
    let (mut none, mut records) = (VecDeque::new(), VecDeque::new());
    while queue.drain(&mut none, &mut records, Duration::from_secs(1)) {
        for record in records.drain(..) {
            let verdict = catch_unwind(AssertUnwindSafe(|| judged(&record.report)));
            let shadowed = shadow(&record, judge, verdict.ok());
            let difference = shadowed.difference.as_ref().map(|(flip, _)| flip.clone());
            tell(Fact::Shadowed(Box::new(shadowed)), difference.as_ref());
        }
    }
}

fn shadow(record: &CrashRecord, judge: &Judge, verdict: Option<CrashVerdict>) -> Shadowed {
    let (origin, failed) = (record.incident.origin, verdict.is_none());
    let difference = verdict.and_then(|verdict| {
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
