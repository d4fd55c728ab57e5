//! What persons decide over an incident: beside the function's verdict, never in its place. That a crash of which people
//! were told is none needs a second person. No decision recalls a page; only an overruling to "real" tells people who had
//! not been told.

use std::sync::Arc;

use super::life::close;
use super::team::{take, written};
use super::{Incidents, NOT_HERE, step};
use crate::model::{
    Closing, DecidedBy, Decision, IncidentId, Life, Malfunction, Operator, Ruling, Severity, StepKind, Timestamp,
};

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
        let mut reason = written(wish.reason);
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
        if incident.handling.merged_into.is_some() {
            return Err("it is told under another incident: decide over that one, or split this one");
        }
        let malfunction = wish.malfunction.filter(|_| ruling == Ruling::Malfunction);
        let told_nobody = incident.told_nobody();
        // People were told that it may be an accident: that it was none is not for one person alone to say.
        let needs_second =
            ruling == Ruling::Malfunction && judged.is_some() && !incident.is_malfunction() && incident.imported.is_none();
        if needs_second && incident.handling.closing.as_ref().is_some_and(|closing| closing.by != by.0) {
            return self.second(id, by, at).map(|()| false);
        }
        let before = Arc::clone(incident);
        let incident = Arc::make_mut(incident);
        incident.decision = Some(Decision { ruling, malfunction, how: wish.how, reason: reason.clone(), by: by.0.clone(), at });
        let (kind, mut detail) = match (wish.how, ruling) {
            (DecidedBy::FalseAlarm, _) => (StepKind::FalseAlarm, format!("{}: {reason}", by.0)),
            (DecidedBy::Confirm, _) => (StepKind::Confirmed, format!("{}: {reason}", by.0)),
            (DecidedBy::Overrule, Ruling::Real) => (StepKind::Overruled, format!("{}: a real accident. {reason}", by.0)),
            (DecidedBy::Overrule, _) => (StepKind::Overruled, format!("{}: a malfunction. {reason}", by.0)),
        };
        let resolves = wish.how == DecidedBy::FalseAlarm;
        if needs_second {
            detail.push_str(" Waits for a second person.");
            incident.timeline.push(step(kind, at, detail));
            take(incident, by, at);
            // To decide again does not put the end off.
            let since = incident.handling.closing.take().map_or(at, |closing| closing.at);
            incident.handling.closing = Some(Closing { by: by.0.clone(), at: since, resolves });
            if incident.life == Life::Resolved {
                incident.life = Life::Acknowledged;
                incident.resolved = None;
            }
        } else {
            incident.timeline.push(step(kind, at, detail));
            incident.handling.closing = None;
        }
        match ruling {
            _ if needs_second => {}
            _ if resolves && incident.life != Life::Resolved => close(incident, by, at),
            // Someone may be hurt: it is pressing again, in the hands of whoever said so.
            Ruling::Real => {
                incident.severity = incident.severity.max(Severity::High);
                if incident.life == Life::Resolved {
                    incident.life = Life::Acknowledged;
                    incident.acknowledged = Some((by.0.clone(), at));
                    incident.resolved = None;
                }
            }
            _ => {}
        }
        self.file_by_life(id);
        self.undoable(vec![before], by, at);
        Ok(told_nobody && ruling == Ruling::Real)
    }
}
