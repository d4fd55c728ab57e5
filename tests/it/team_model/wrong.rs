//! What must never be, whatever people do: read off the incidents, the outbox and the audit, by the words of the issue and
//! not by the state's own rules.

use std::collections::BTreeSet;

use fleetwatch::model::{Command, Incident, IncidentId, Life, Notice, Origin, Ruling, Severity, Step, StepKind};

use super::world::{GUEST, World, role, was_judged_none};

fn says_none(command: &Command) -> bool {
    matches!(command, Command::FalseAlarm { .. } | Command::Overrule { ruling: Ruling::Malfunction, .. } | Command::Second { .. })
}

/// Whoever does this has seen it.
fn takes(command: &Command) -> bool {
    !matches!(command, Command::Note { .. } | Command::Assign { .. } | Command::Undo { .. })
}

impl World {
    /// The people who really did one of these to an incident.
    fn did(&self, id: &IncidentId, which: impl Fn(&Command) -> bool) -> BTreeSet<&str> {
        let of = self.audit.iter().filter(|(_, command)| command.incident() == id && which(command));
        of.map(|(who, _)| who.as_str()).filter(|who| *who != GUEST && role(who).is_some()).collect()
    }

    /// What must never be, in words.
    pub(super) fn wrong(&self) -> Option<String> {
        if let Some(odd) = &self.odd {
            return Some(odd.clone());
        }
        for id in [&self.one, &self.other] {
            if self.incident(id).is_none() {
                return Some(format!("{id} is gone"));
            }
        }
        let mut parts = self.known().filter_map(|incident| match incident.origin {
            Origin::Drill => self.wrong_of_drill(incident),
            _ => self.wrong_of(incident),
        });
        parts.next().or_else(|| self.wrong_of_people())
    }

    fn told(&self, id: &IncidentId) -> impl Iterator<Item = &Notice> {
        self.outbox.values().filter(move |notice| notice.incident == *id)
    }

    fn wrong_of_drill(&self, incident: &Incident) -> Option<String> {
        let id = &incident.id;
        if self.told(id).any(|notice| notice.origin.is_real()) {
            return Some(format!("a real page goes out of the drill {id}"));
        }
        let handling = &incident.handling;
        let mixed = handling.merged.iter().chain(&handling.merged_into).next();
        mixed.map(|other| format!("the drill {id} goes with {other}"))
    }

    fn wrong_of(&self, incident: &Incident) -> Option<String> {
        let id = &incident.id;
        if incident.origin != Origin::Device || incident.device.as_str() == "van-2" && self.starts_with_a_drill() {
            return Some(format!("{id} is not what came in"));
        }
        let decided = incident.decision.as_ref().map(|decision| decision.ruling);
        let quiet = was_judged_none(incident) && decided != Some(Ruling::Real);
        if !quiet && self.told(id).next().is_none() {
            return Some(format!("nobody was told of {id}"));
        }
        let under = |command: &Command| matches!(command, Command::Merge { into, .. } if into == id);
        let merged = self.audit.iter().any(|(who, command)| under(command) && role(who).is_some());
        let aside = incident.life != Life::Open || incident.is_malfunction() && !was_judged_none(incident);
        if aside && self.did(id, takes).is_empty() && !merged {
            return Some(format!("{id} is out of sight and no person did it"));
        }
        if incident.is_malfunction() && !was_judged_none(incident) && self.did(id, says_none).len() < 2 {
            return Some(format!("{:?} alone called {id} a malfunction", self.did(id, says_none)));
        }
        if incident.handling.closing.as_ref().is_some_and(|closing| self.now >= closing.due()) {
            return Some(format!("{id} waits for a second person for ever"));
        }
        let n_of = |kind: &StepKind| incident.timeline.iter().filter(|step| step.kind == *kind).count();
        let n_told = |words: &str| self.told(id).filter(|notice| notice.text.contains(words)).count();
        if n_told("no second person") != n_of(&StepKind::Unseconded) {
            return Some(format!("{id} is open again and people were not told"));
        }
        let accounted = |step: &Step| {
            matches!(step.kind, StepKind::Undone | StepKind::Unseconded | StepKind::Reopened | StepKind::ReopenedBy)
        };
        let lost = self.did(id, says_none).len() == 1 && incident.decision.is_none();
        if lost && !incident.timeline.iter().any(accounted) {
            return Some(format!("a decision over {id} was lost without a word"));
        }
        if incident.is_silenced() {
            return Some(format!("a silence hides {id}"));
        }
        self.wrong_of_waiting(incident, quiet)
    }

    /// Nobody has taken it for so long that people must have been told again.
    fn wrong_of_waiting(&self, incident: &Incident, quiet: bool) -> Option<String> {
        let since = *self.open_since.get(&incident.id)?;
        // Whoever said a moment ago that it is real has told people of it.
        let told_before = self.told(&incident.id).any(|notice| notice.at < self.ticked_at);
        let pressing = incident.severity >= Severity::High && !quiet && told_before;
        let late = pressing && self.ticked_at.secs_since(since) >= Self::chain_secs();
        let again = |notice: &Notice| notice.at >= since && notice.dedup_key.contains("-escalated-");
        (late && !self.told(&incident.id).any(again))
            .then(|| format!("nobody has taken {} for {} s and nobody was told again", incident.id, Self::chain_secs()))
    }

    fn wrong_of_people(&self) -> Option<String> {
        if self.silences.values().any(|silence| silence.n_hidden > 0) {
            return Some("a silence hid a crash".to_owned());
        }
        for (who, command) in &self.audit {
            if who != "fleetwatch" && role(who).is_none_or(|role| role < command_needs(command)) {
                return Some(format!("{who:?} may not and did {command:?}"));
            }
        }
        let order = self.orders.iter().find(|(who, least)| role(who).is_none_or(|role| role < *least));
        order.map(|(who, least)| format!("{who:?} ordered what takes a {least:?}"))
    }

    /// A vehicle that has just crashed again is in sight.
    pub(super) fn unseen(&self) -> Option<String> {
        let newest = self.newest();
        let seen = self.known().any(|incident| {
            let holds = incident.events.iter().any(|event| event.0.ends_with(&newest));
            holds && incident.life != Life::Resolved && !incident.is_malfunction()
        });
        (!seen).then(|| "a new crash is in no open incident".to_owned())
    }
}

/// The least that may do it, by the words of the settings.
const fn command_needs(command: &Command) -> fleetwatch::model::Role {
    match command {
        Command::Overrule { ruling: Ruling::Malfunction, .. } => fleetwatch::model::Role::Supervisor,
        _ => fleetwatch::model::Role::Operator,
    }
}
