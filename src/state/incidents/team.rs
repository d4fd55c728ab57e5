//! What a team does: who is on it, help that was sent, a second person's word, opening again, putting one under another.
//!
//! *Invariant:* nothing here hides a crash without a person: what is put under another is at most as grave, and what is
//! closed as a malfunction without a second person opens again by itself.

use std::sync::Arc;

use super::life::NOTE_CHARS;
use super::{Incidents, NOT_HERE, step};
use crate::joint::gravity;
use crate::model::handling::SECOND_SECS;
use crate::model::{Dispatched, Incident, IncidentId, IncidentKind, Life, Operator, StepKind, Timestamp};

/// The length of a name, characters.
const NAME_CHARS: usize = 80;

/// What a person wrote, without the blanks around it and no longer than a note.
pub(super) fn written(text: &str) -> String {
    text.trim().chars().take(NOTE_CHARS).collect()
}

fn reason(text: &str) -> Result<String, &'static str> {
    Some(written(text)).filter(|text| !text.is_empty()).ok_or("this needs a reason: write why")
}

/// Takes it, where nobody has.
pub(super) fn take(incident: &mut Incident, by: &Operator, at: Timestamp) {
    if incident.life == Life::Open {
        incident.life = Life::Acknowledged;
        incident.acknowledged = Some((by.0.clone(), at));
        incident.timeline.push(step(StepKind::AcknowledgedBy, at, by.0.clone()));
    }
}

impl Incidents {
    /// An operator is on it.
    pub(in crate::state) fn claim(&mut self, id: &IncidentId, by: &Operator, at: Timestamp) -> Result<(), &'static str> {
        self.change(id, by, at, |incident| {
            not_resolved(incident)?;
            if incident.handling.assignee.as_ref() == Some(&by.0) && incident.life != Life::Open {
                return Err("you are on it already");
            }
            take(incident, by, at);
            incident.handling.assignee = Some(by.0.clone());
            incident.timeline.push(step(StepKind::Claimed, at, by.0.clone()));
            Ok(())
        })
    }

    /// An operator gives it to somebody, or takes it from them.
    pub(in crate::state) fn assign(
        &mut self,
        id: &IncidentId,
        to: Option<&str>,
        by: &Operator,
        at: Timestamp,
    ) -> Result<(), &'static str> {
        let to: Option<String> = to.map(|to| to.trim().chars().take(NAME_CHARS).collect()).filter(|to: &String| !to.is_empty());
        self.change(id, by, at, |incident| {
            not_resolved(incident)?;
            if incident.handling.assignee == to {
                return Err("nothing changes with that: they are on it already");
            }
            let words = to.as_ref().map_or_else(|| format!("{}: to nobody", by.0), |to| format!("{}: to {to}", by.0));
            incident.handling.assignee = to;
            incident.timeline.push(step(StepKind::Assigned, at, words));
            Ok(())
        })
    }

    /// An operator sent help.
    pub(in crate::state) fn dispatch(
        &mut self,
        id: &IncidentId,
        text: &str,
        by: &Operator,
        at: Timestamp,
    ) -> Result<(), &'static str> {
        let text = written(text);
        self.change(id, by, at, |incident| {
            not_resolved(incident)?;
            take(incident, by, at);
            let words = if text.is_empty() { by.0.clone() } else { format!("{}: {text}", by.0) };
            incident.timeline.push(step(StepKind::Dispatched, at, words));
            incident.handling.dispatched = Some(Dispatched { by: by.0.clone(), at, text });
            Ok(())
        })
    }

    /// A second person agrees that it is a malfunction or a test.
    pub(in crate::state) fn second(&mut self, id: &IncidentId, by: &Operator, at: Timestamp) -> Result<(), &'static str> {
        self.change(id, by, at, |incident| {
            let Some(closing) = &incident.handling.closing else { return Err("nothing waits for a second person here") };
            if closing.by == by.0 {
                return Err("a second person must agree: ask somebody else, or resolve it as what it was judged");
            }
            let (first, resolves) = (closing.by.clone(), closing.resolves);
            incident.handling.closing = None;
            incident.timeline.push(step(StepKind::Seconded, at, format!("{} agrees with {first}", by.0)));
            if resolves {
                super::life::close(incident, by, at);
            }
            Ok(())
        })
    }

    /// An operator opens a resolved one again. `Ok(true)`: people must be told.
    pub(in crate::state) fn reopen(
        &mut self,
        id: &IncidentId,
        why: &str,
        by: &Operator,
        at: Timestamp,
    ) -> Result<bool, &'static str> {
        let why = reason(why)?;
        self.change(id, by, at, |incident| {
            if incident.life != Life::Resolved {
                return Err("it is not resolved");
            }
            if incident.handling.merged_into.is_some() {
                return Err("it is told under another incident: split it from there");
            }
            if incident.imported.is_some() {
                return Err("it was taken in from elsewhere and is a record only");
            }
            incident.withdraw_malfunction();
            open_again(incident);
            incident.timeline.push(step(StepKind::ReopenedBy, at, format!("{}: {why}", by.0)));
            Ok(matches!(incident.kind, IncidentKind::Crash { .. }) && !incident.is_malfunction())
        })
    }

    /// An operator puts one under another.
    pub(in crate::state) fn merge(
        &mut self,
        id: &IncidentId,
        into: &IncidentId,
        why: &str,
        by: &Operator,
        at: Timestamp,
    ) -> Result<(), &'static str> {
        let why = reason(why)?;
        let (Some(one), Some(other)) = (self.all.get(id).cloned(), self.all.get(into).cloned()) else { return Err(NOT_HERE) };
        if id == into {
            return Err("an incident cannot be put under itself");
        }
        if one.origin != other.origin || one.imported.is_some() || other.imported.is_some() {
            return Err("a drill, a sample or what was taken in never goes with a real incident");
        }
        if one.handling.merged_into.is_some() || other.handling.merged_into.is_some() || !one.handling.merged.is_empty() {
            return Err("one of them is under another incident, or holds others: split it first");
        }
        if one.handling.closing.is_some() {
            return Err("it waits for a second person; let that end first");
        }
        not_resolved(&one)?;
        if other.life == Life::Resolved {
            return Err("the other is resolved: open it again first, or nobody would see this one");
        }
        if weight(&one) > weight(&other) {
            return Err("it is graver than the other: put the other under it instead");
        }
        {
            let one = Arc::make_mut(self.all.get_mut(id).ok_or(NOT_HERE)?);
            one.handling.merged_into = Some(into.clone());
            one.timeline.push(step(StepKind::MergedInto, at, format!("{}: under {into}. {why}", by.0)));
            super::life::close(one, by, at);
        }
        let other_now = Arc::make_mut(self.all.get_mut(into).ok_or(NOT_HERE)?);
        take(other_now, by, at);
        other_now.handling.merged.push(id.clone());
        other_now.timeline.push(step(StepKind::MergedFrom, at, format!("{}: {id}. {why}", by.0)));
        self.file_by_life(id);
        self.undoable(vec![one, other], by, at);
        Ok(())
    }

    /// An operator takes one out of the one that it was put under. Answers which that was.
    pub(in crate::state) fn split(
        &mut self,
        id: &IncidentId,
        why: &str,
        by: &Operator,
        at: Timestamp,
    ) -> Result<IncidentId, &'static str> {
        let why = reason(why)?;
        let Some(one) = self.all.get(id).cloned() else { return Err(NOT_HERE) };
        let Some(from) = one.handling.merged_into.clone() else { return Err("it is not under another incident") };
        let mut before = vec![one];
        {
            let one = Arc::make_mut(self.all.get_mut(id).ok_or(NOT_HERE)?);
            one.handling.merged_into = None;
            open_again(one);
            one.timeline.push(step(StepKind::Split, at, format!("{}: out of {from}. {why}", by.0)));
        }
        // The other may be in the store alone by now.
        if let Some(other) = self.all.get_mut(&from) {
            before.push(Arc::clone(other));
            let other = Arc::make_mut(other);
            other.handling.merged.retain(|merged| merged != id);
            other.timeline.push(step(StepKind::Split, at, format!("{}: {id}. {why}", by.0)));
        }
        self.file_by_life(id);
        self.undoable(before, by, at);
        Ok(from)
    }

    /// Closings that no second person has agreed to in time: each is open again, and its decision does not hold.
    pub(in crate::state) fn unseconded(&mut self, now: Timestamp) -> Vec<IncidentId> {
        if self.closings.is_empty() {
            return Vec::new();
        }
        let mut over = Vec::new();
        let all = &mut self.all;
        self.closings.retain(|id| {
            let closing = all.get(id).and_then(|incident| incident.handling.closing.as_ref());
            let due = closing.map(crate::model::Closing::due);
            if due.is_some_and(|due| due <= now) {
                over.push(id.clone());
            }
            due.is_some_and(|due| due > now)
        });
        for id in &over {
            let Some(incident) = all.get_mut(id) else { continue };
            let incident = Arc::make_mut(incident);
            let by = incident.withdraw_malfunction().map(|decision| decision.by).unwrap_or_default();
            incident.handling.closing = None;
            open_again(incident);
            let words = format!("nobody agreed with {by} within {} min", SECOND_SECS / 60);
            incident.timeline.push(step(StepKind::Unseconded, now, words));
        }
        for id in &over {
            self.file_by_life(id);
        }
        over
    }

    /// Does something to one incident that can be taken back; a refusal changes nothing.
    fn change<T>(
        &mut self,
        id: &IncidentId,
        by: &Operator,
        at: Timestamp,
        how: impl FnOnce(&mut Incident) -> Result<T, &'static str>,
    ) -> Result<T, &'static str> {
        let Some(before) = self.all.get(id).cloned() else { return Err(NOT_HERE) };
        let mut incident = Incident::clone(&before);
        let done = how(&mut incident)?;
        self.all.insert(id.clone(), Arc::new(incident));
        self.file_by_life(id);
        self.undoable(vec![before], by, at);
        Ok(done)
    }
}

fn not_resolved(incident: &Incident) -> Result<(), &'static str> {
    if incident.life == Life::Resolved { Err("it is resolved; open it again first") } else { Ok(()) }
}

/// Open, in nobody's hands; people are told of it under a new key.
fn open_again(incident: &mut Incident) {
    incident.life = Life::Open;
    incident.acknowledged = None;
    incident.resolved = None;
    incident.handling.n_reopened += 1;
}

/// How much an incident weighs against another: what holds of it, crashes before temperatures.
fn weight(incident: &Incident) -> (bool, (u8, crate::model::Severity)) {
    match incident.ruling() {
        Some(ruling) => (ruling != crate::model::Ruling::Malfunction, gravity(ruling, incident.severity)),
        None => (false, (1, incident.severity)),
    }
}
