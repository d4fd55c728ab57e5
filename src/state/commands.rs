//! What people ask for: refused by their role or by the book of incidents, or done, saved with its audit, and told.

use std::sync::Arc;

use super::incidents::Wish;
use super::notices::{self, overruled_notice};
use super::{State, snapshot};
use crate::model::alert::AlertKind;
use crate::model::effect::Audit;
use crate::model::{Bulk, Command, DecidedBy, Effect, Incident, IncidentId, Notice, Operator, Ruling, Timestamp};
use crate::search::{self, Registered, Search};

/// Incidents that one command over many touches at most; the next one takes the rest.
const BULK: usize = 2_000;

/// What a command came to.
struct Done {
    /// The incidents that are to be saved.
    changed: Vec<IncidentId>,
    /// Where people must be told.
    notice: Option<Notice>,
}

impl State {
    pub(super) fn commanded(&mut self, command: &Command, by: &Operator, at: Timestamp, effects: &mut Vec<Effect>) {
        let id = command.incident().clone();
        let done = match self.team.refuses(by, command) {
            Some(why) => Err(why),
            None => self.carry_out(command, by, at),
        };
        match done {
            // It was so already.
            Ok(done) if done.changed.is_empty() => {}
            Ok(Done { changed, mut notice }) => {
                for incident in changed {
                    let notice = notice.take_if(|notice| notice.incident == incident);
                    let audit = Audit { by: by.clone(), command: command.clone(), at };
                    self.save_incident(&incident, notice, Some(audit), effects);
                }
            }
            // A refusal is said, with its reason: nothing of it was done.
            Err(why) => self.parts.last.refused = Some(Arc::new(snapshot::Refusal { incident: id, why, at })),
        }
    }

    /// Each is a command of its own, with its own audit and its own ten seconds.
    pub(super) fn commanded_all(&mut self, bulk: &Bulk, by: &Operator, at: Timestamp, effects: &mut Vec<Effect>) {
        let Ok(search) = Search::parse(&bulk.search, search::INCIDENTS) else {
            log::warn!("{} asked for something to be done to what {:?} finds, which cannot be read", by.0, bulk.search);
            return;
        };
        let register = &self.register;
        let found = |incident: &&Arc<Incident>| {
            let row = Registered { row: incident.as_ref(), entry: register.get(&incident.device) };
            bulk.takes(incident) && search.finds(&row, bulk.seen_at)
        };
        let mut found: Vec<IncidentId> = self.incidents.all().filter(found).map(|incident| incident.id.clone()).collect();
        found.sort_unstable();
        for incident in found.into_iter().take(BULK) {
            self.commanded(&bulk.each.of(incident), by, at, effects);
        }
    }

    fn carry_out(&mut self, command: &Command, by: &Operator, at: Timestamp) -> Result<Done, &'static str> {
        let id = command.incident();
        let book = &mut self.incidents;
        let one = |changed: bool| Done { changed: changed.then(|| id.clone()).into_iter().collect(), notice: None };
        let mut decide = |how, ruling, malfunction, reason| {
            book.decide(id, &Wish { how, ruling, malfunction, reason }, by, at).map(|tells| (one(true), tells))
        };
        let (mut done, tells) = match command {
            Command::Overrule { ruling, malfunction, reason, .. } => {
                decide(DecidedBy::Overrule, Some(*ruling), *malfunction, reason)?
            }
            Command::FalseAlarm { kind, reason, .. } => decide(DecidedBy::FalseAlarm, Some(Ruling::Malfunction), *kind, reason)?,
            Command::Confirm { reason, .. } => decide(DecidedBy::Confirm, None, None, reason)?,
            Command::Acknowledge { .. } => (one(book.acknowledge(id, by, at)), false),
            Command::Resolve { .. } => (one(book.resolve(id, by, at)?), false),
            Command::Note { text, .. } => (one(book.note(id, by, text, at)), false),
            Command::Undo { .. } => (Done { changed: book.undo(id, by, at)?, notice: None }, false),
            Command::Claim { .. } => (book.claim(id, by, at).map(|()| one(true))?, false),
            Command::Assign { to, .. } => (book.assign(id, to.as_deref(), by, at).map(|()| one(true))?, false),
            Command::Dispatch { text, .. } => (book.dispatch(id, text, by, at).map(|()| one(true))?, false),
            Command::Second { .. } => (book.second(id, by, at).map(|()| one(true))?, false),
            Command::Reopen { reason, .. } => {
                let tells = book.reopen(id, reason, by, at)?;
                let words = format!("opened again by {}: {}", by.0, reason.trim());
                let notice = book.get(id).filter(|_| tells).and_then(|incident| notices::again(incident, &words, at));
                (Done { notice, ..one(true) }, false)
            }
            Command::Merge { into, reason, .. } => {
                book.merge(id, into, reason, by, at)?;
                (Done { changed: vec![id.clone(), into.clone()], notice: None }, false)
            }
            Command::Split { reason, .. } => {
                let from = book.split(id, reason, by, at)?;
                (Done { changed: vec![id.clone(), from], notice: None }, false)
            }
        };
        if tells {
            done.notice = self.incidents.get(id).and_then(|incident| overruled_notice(incident, at));
        }
        Ok(done)
    }

    /// Closings that no second person agreed to in time: open again, and people are told.
    pub(super) fn look_after_closings(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        for id in self.incidents.unseconded(now) {
            let Some(incident) = self.incidents.get(&id).cloned() else { continue };
            let words = "closed as a malfunction, and no second person agreed within 15 min";
            let notice = notices::again(&incident, words, now);
            let text = format!("{}: {words}; it is open again", incident.device);
            let kind = AlertKind::Incident { incident: id.clone() };
            self.raise_for(kind, &incident.device, incident.origin, incident.severity, text, now, effects);
            let command = Command::Reopen { incident: id.clone(), reason: words.to_owned() };
            let audit = Audit { by: Operator("fleetwatch".to_owned()), command, at: now };
            self.save_incident(&id, notice, Some(audit), effects);
        }
    }
}
