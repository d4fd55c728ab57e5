//! What persons decide over an incident: beside the function's verdict, never in its place, and for ten seconds it can be
//! taken back. No decision recalls a page; only an overruling to "real" tells people who had not been told.

use std::sync::Arc;

use super::life::NOTE_CHARS;
use super::{Incidents, open_key, step};
use crate::model::command::UNDO_SECS;
use crate::model::{DecidedBy, Decision, IncidentId, Life, Malfunction, Operator, Ruling, Severity, StepKind, Timestamp};

/// What was so before a decision.
#[derive(Clone, Debug)]
pub(super) struct Before {
    at: Timestamp,
    life: Life,
    acknowledged: Option<(String, Timestamp)>,
    resolved: Option<(String, Timestamp)>,
    severity: Severity,
    decision: Option<Decision>,
    /// What the decision made of it: where that has changed since, nothing is taken back.
    made: (Life, Option<Decision>, u32),
}

/// What a person asks for.
#[derive(Clone, Debug)]
pub(in crate::state) struct Wish<'a> {
    pub(in crate::state) how: DecidedBy,
    /// `None`: that of the function.
    pub(in crate::state) ruling: Option<Ruling>,
    pub(in crate::state) malfunction: Option<Malfunction>,
    pub(in crate::state) reason: &'a str,
}

impl Incidents {
    /// A person decides. `Ok(true)`: people must be told now, since a person calls real what nobody was told of.
    pub(in crate::state) fn decide(
        &mut self,
        id: &IncidentId,
        wish: &Wish<'_>,
        by: &Operator,
        at: Timestamp,
    ) -> Result<bool, &'static str> {
        let Some(incident) = self.all.get_mut(id) else { return Err(NOT_HERE) };
        let mut reason: String = wish.reason.trim().chars().take(NOTE_CHARS).collect();
        if reason.is_empty() {
            if wish.how != DecidedBy::Confirm {
                return Err("a decision against the function needs a reason: write why");
            }
            "agrees with the verdict".clone_into(&mut reason);
        }
        let judged = incident.verdict().map(|verdict| verdict.ruling);
        if judged.is_none() && wish.how != DecidedBy::FalseAlarm {
            return Err("only a verdict over a crash can be overruled or confirmed; a temperature can be a false alarm");
        }
        let ruling = wish.ruling.or(judged).unwrap_or(Ruling::Undecided);
        if ruling == Ruling::Undecided {
            return Err("a person decides for real or for malfunction; undecided is what waits for a person");
        }
        let malfunction = wish.malfunction.filter(|_| ruling == Ruling::Malfunction);
        let told_nobody = incident.told_nobody();
        let key = open_key(incident);
        let incident = Arc::make_mut(incident);
        let decision = Decision { ruling, malfunction, how: wish.how, reason, by: by.0.clone(), at };
        let mut before = Before {
            at,
            life: incident.life,
            acknowledged: incident.acknowledged.clone(),
            resolved: incident.resolved.clone(),
            severity: incident.severity,
            decision: incident.decision.replace(decision),
            made: (incident.life, None, incident.n_reports),
        };
        let said = incident.decision.as_ref().map_or("", |decision| decision.reason.as_str());
        let (kind, detail) = match (wish.how, ruling) {
            (DecidedBy::FalseAlarm, _) => (StepKind::FalseAlarm, format!("{}: {said}", by.0)),
            (DecidedBy::Confirm, _) => (StepKind::Confirmed, format!("{}: {said}", by.0)),
            (DecidedBy::Overrule, Ruling::Real) => (StepKind::Overruled, format!("{}: a real accident. {said}", by.0)),
            (DecidedBy::Overrule, _) => (StepKind::Overruled, format!("{}: a malfunction. {said}", by.0)),
        };
        incident.timeline.push(step(kind, at, detail));
        match (wish.how, ruling) {
            (DecidedBy::FalseAlarm, _) => {
                self.resolve(id, by, at);
            }
            // Someone may be hurt: it is pressing again, in the hands of whoever said so.
            (_, Ruling::Real) => {
                incident.severity = incident.severity.max(Severity::High);
                if incident.life == Life::Resolved {
                    incident.life = Life::Acknowledged;
                    incident.acknowledged = Some((by.0.clone(), at));
                    incident.resolved = None;
                    self.closed.retain(|closed| closed != id);
                    self.open.entry(key).or_insert_with(|| id.clone());
                }
            }
            _ => {}
        }
        let Some(incident) = self.all.get(id) else { return Err(NOT_HERE) };
        before.made = (incident.life, incident.decision.clone(), incident.n_reports);
        self.undo.retain(|_, before| at.secs_since(before.at) <= UNDO_SECS as f64);
        self.undo.insert(id.clone(), before);
        Ok(told_nobody && ruling == Ruling::Real)
    }

    /// A person takes the last decision back.
    pub(in crate::state) fn undo(&mut self, id: &IncidentId, by: &Operator, at: Timestamp) -> Result<(), &'static str> {
        let Some(incident) = self.all.get_mut(id) else { return Err(NOT_HERE) };
        let Some(before) = self.undo.get(id).filter(|before| at.secs_since(before.at) <= UNDO_SECS as f64) else {
            return Err("a decision can be taken back for 10 s; decide anew instead");
        };
        if before.made != (incident.life, incident.decision.clone(), incident.n_reports) {
            return Err("something has changed since the decision; look again and decide anew");
        }
        let incident = Arc::make_mut(incident);
        incident.timeline.push(step(StepKind::Undone, at, by.0.clone()));
        let Some(before) = self.undo.remove(id) else { return Err(NOT_HERE) };
        incident.life = before.life;
        incident.acknowledged = before.acknowledged;
        incident.resolved = before.resolved;
        incident.severity = before.severity;
        incident.decision = before.decision;
        let key = open_key(incident);
        if incident.life == Life::Resolved {
            if self.open.get(&key) == Some(id) {
                self.open.remove(&key);
            }
            if !self.closed.contains(id) {
                self.closed.push_back(id.clone());
            }
        } else {
            self.closed.retain(|closed| closed != id);
            // Another incident of the device may have been opened meanwhile; then the next report joins that one.
            self.open.entry(key).or_insert_with(|| id.clone());
        }
        Ok(())
    }
}

const NOT_HERE: &str = "this incident is not on the desk; it may be older and in the store only";
