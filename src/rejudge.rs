//! The past judged again with other limits, and a second judge beside the line: one comparison, pure and streaming.
//!
//! A [`Comparer`] takes stored reports one by one, those of an incident together, from the raw bytes through decoding as on
//! the line, and holds one incident at a time. The command `rejudge`, the settings screen and the shadow judge all use it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::decode::{self, Decoder, Interner};
use crate::functions::{self, Function as _, judge_crash};
use crate::model::comparison::{Brief, Comparison, EvidenceChange, Flip, PastReport, place};
use crate::model::{
    CrashVerdict, Decision, Event, EventId, Evidence, Judge, Lane, Packet, Reading, Ruling, Severity, Timestamp, Verdict,
};

#[cfg(test)]
mod tests;

/// Judges the past, report by report.
#[derive(Debug)]
pub struct Comparer {
    function: judge_crash::JudgeCrash,
    decoder: Decoder,
    current: Option<Group>,
    comparison: Comparison,
}

/// The incident whose reports are coming.
#[derive(Debug)]
struct Group {
    first: PastReport,
    old: Gravest,
    new: Gravest,
    changed: Vec<EvidenceChange>,
}

/// The report that decides an incident, as on the line: the first of the gravest.
#[derive(Clone, Debug)]
struct Gravest {
    brief: Brief,
    event: EventId,
    received_at: Timestamp,
    judge: Option<Judge>,
}

impl Gravest {
    fn of(past: &PastReport, verdict: &CrashVerdict) -> Self {
        let (event, judge) = (past.event.clone(), past.judge.clone());
        Self { brief: Brief::of(verdict), event, received_at: past.received_at, judge }
    }

    fn gravity(&self) -> (std::cmp::Reverse<usize>, Severity) {
        (std::cmp::Reverse(place(self.brief.ruling)), self.brief.severity)
    }
}

impl Comparer {
    /// Compares with these limits; `formats` reads the stored bytes. A format that is switched off by now is read all
    /// the same: its reports are there.
    pub fn new(formats: &decode::Settings, limits: &judge_crash::Settings) -> Self {
        let formats = decode::Settings { enabled: decode::Settings::default().enabled, ..formats.clone() };
        Self {
            function: judge_crash::JudgeCrash::new(limits.clone()),
            decoder: Decoder::new(&formats, Interner::DEFAULT_LIMIT),
            current: None,
            comparison: Comparison::begin(functions::crash_judge(limits)),
        }
    }

    /// Takes the next report; the reports of one incident must come together. Answers the new verdict where it says
    /// something else than the stored one.
    pub fn add(&mut self, past: PastReport) -> Option<CrashVerdict> {
        self.comparison.n_reports += 1;
        let new = self.judge(&past);
        let changed = new.as_ref().is_some_and(|new| !Comparison::same(&past.verdict, new));
        self.comparison.n_changed += u64::from(changed);
        let said = new.as_ref().unwrap_or(&past.verdict);
        let (old_here, new_here) = (Gravest::of(&past, &past.verdict), Gravest::of(&past, said));
        if self.current.as_ref().is_none_or(|group| group.first.incident != past.incident) {
            self.close();
            let changed = changes(&past.verdict.evidence, &said.evidence);
            self.current = Some(Group { first: past, old: old_here, new: new_here, changed });
        } else if let Some(group) = &mut self.current {
            if old_here.gravity() > group.old.gravity() {
                group.old = old_here;
            }
            if new_here.gravity() > group.new.gravity() {
                group.new = new_here;
                group.changed = changes(&past.verdict.evidence, &said.evidence);
            }
        }
        new.filter(|_| changed)
    }

    /// How far it is. Cheap enough to be shown now and then: flips are bounded.
    pub const fn so_far(&self) -> &Comparison {
        &self.comparison
    }

    /// The flips found so far that were not taken yet.
    pub fn take_flips(&mut self) -> Vec<Flip> {
        std::mem::take(&mut self.comparison.flips)
    }

    /// Everything was added.
    pub fn finish(mut self) -> Comparison {
        self.close();
        self.comparison.complete = true;
        self.comparison
    }

    fn judge(&mut self, past: &PastReport) -> Option<CrashVerdict> {
        let Some(payload) = &past.payload else {
            self.comparison.n_thinned += 1;
            return None;
        };
        let packet = Packet::new(Lane::Crash, past.topic.clone(), payload.clone(), past.received_at);
        let (function, decoder) = (&mut self.function, &mut self.decoder);
        let judged = catch_unwind(AssertUnwindSafe(|| {
            let events = decoder.decode_one(&packet).ok()?;
            let crashes = || events.iter().filter(|event| matches!(event.reading, Reading::Crash(_)));
            // A message may hold several.
            let same = |event: &&Event| matches!(&event.reading, Reading::Crash(report) if report.event_id == past.event);
            match function.judge(crashes().find(same).or_else(|| crashes().next())?) {
                Verdict::Crash(verdict) => Some(Arc::unwrap_or_clone(verdict)),
                _ => None,
            }
        }));
        let verdict = judged.ok().flatten();
        self.comparison.n_failed += u64::from(verdict.is_none());
        verdict
    }

    fn close(&mut self) {
        let Some(Group { first, old, new, changed }) = self.current.take() else { return };
        let comparison = &mut self.comparison;
        comparison.n_incidents += 1;
        let (was, is) = (old.brief.ruling, new.brief.ruling);
        comparison.rulings[place(was)][place(is)] += 1;
        if let Some(Decision { ruling: label, .. }) = &first.decision {
            comparison.old.add(*label, was);
            comparison.new.add(*label, is);
        }
        if was == is {
            return;
        }
        let flip = Flip {
            incident: first.incident,
            device: first.device,
            origin: first.origin,
            event: new.event,
            received_at: new.received_at,
            old: old.brief,
            new: new.brief,
            old_judge: old.judge,
            changed,
            decision: first.decision,
        };
        comparison.n_flips += 1;
        comparison.n_against_person += u64::from(flip.against_person());
        if comparison.flips.len() < Comparison::FLIPS_LISTED {
            comparison.flips.push(flip);
        }
    }
}

/// What changed between two lists of evidence, the heaviest change first. A check counts as changed when its weight or its
/// limit does: readings follow from the report, which is the same.
pub fn changes(old: &[Evidence], new: &[Evidence]) -> Vec<EvidenceChange> {
    let row = |row: &Evidence| (row.reading.to_string(), row.limit.to_string(), row.weight);
    let mut changed = Vec::new();
    for before in old {
        let after = new.iter().find(|row| row.key == before.key);
        let same = after.is_some_and(|after| (after.weight - before.weight).abs() < 0.01 && after.limit == before.limit);
        if !same {
            changed.push(change(before, Some(row(before)), after.map(row)));
        }
    }
    let fresh = new.iter().filter(|row| !old.iter().any(|before| before.key == row.key));
    changed.extend(fresh.map(|after| change(after, None, Some(row(after)))));
    let weight = |side: &Option<(String, String, f64)>| side.as_ref().map_or(0.0, |(.., weight)| *weight);
    let size = |change: &EvidenceChange| (weight(&change.new) - weight(&change.old)).abs();
    changed.sort_by(|a, b| size(b).total_cmp(&size(a)));
    changed
}

fn change(row: &Evidence, old: Option<(String, String, f64)>, new: Option<(String, String, f64)>) -> EvidenceChange {
    EvidenceChange { key: row.key.to_string(), name: row.name.to_string(), old, new }
}

/// A ruling for people.
pub const fn ruling_words(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Real => "real accident",
        Ruling::Undecided => "undecided",
        Ruling::Malfunction => "malfunction",
    }
}
