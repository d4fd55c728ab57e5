//! A team over incidents, seen from outside the state: what is saved, told and refused.

use super::*;
use crate::model::Role;

fn team() -> Team {
    let people = [("mina", Role::Operator), ("kim", Role::Supervisor), ("lee", Role::Operator), ("guest", Role::Viewer)];
    Team { people: people.map(|(name, role)| (name.to_owned(), role)).into(), others: Role::Viewer }
}

impl Line {
    fn with_a_crash() -> (Self, IncidentId) {
        let mut line = Self::new();
        line.state.set_team(team());
        line.receive("fleet/van-1/crash", &airbag("e-1"));
        line.commit_all();
        let id = line.state.snapshot().incidents[0].id.clone();
        (line, id)
    }

    fn refused(&mut self) -> Option<&'static str> {
        self.state.parts.last.refused.take().map(|refusal| refusal.why)
    }

    fn incident(&self, id: &IncidentId) -> Arc<Incident> {
        Arc::clone(self.state.incident(id).unwrap())
    }
}

#[test]
fn who_may_only_look_changes_nothing_and_is_told_why() {
    let (mut line, id) = Line::with_a_crash();
    let before = line.incident(&id);
    let incident = || id.clone();
    let reason = || "seen".to_owned();
    let commands = [
        Command::Acknowledge { incident: incident() },
        Command::Claim { incident: incident() },
        Command::Assign { incident: incident(), to: Some("guest".to_owned()) },
        Command::Dispatch { incident: incident(), text: String::new() },
        Command::Resolve { incident: incident() },
        Command::Note { incident: incident(), text: reason() },
        Command::FalseAlarm { incident: incident(), kind: None, reason: reason() },
        Command::Overrule { incident: incident(), ruling: Ruling::Real, malfunction: None, reason: reason() },
        Command::Confirm { incident: incident(), reason: reason() },
    ];
    for command in commands {
        for who in ["guest", "a stranger", ""] {
            line.command_by(who, command.clone());
            assert!(line.refused().is_some(), "{who:?} {command:?}");
            assert!(line.uncommitted.is_empty(), "{who:?} {command:?} was saved");
        }
    }
    assert_eq!(line.incident(&id), before);
    let overrule =
        Command::Overrule { incident: id.clone(), ruling: Ruling::Malfunction, malfunction: None, reason: "seen".to_owned() };
    line.command_by("mina", overrule.clone());
    assert!(line.refused().unwrap().contains("supervisor"));
    line.command_by("kim", overrule);
    assert_eq!(line.refused(), None);
}

#[test]
fn a_closing_that_nobody_agrees_with_pages_again_once_under_a_new_key() {
    let (mut line, id) = Line::with_a_crash();
    assert_eq!(line.outbox.len(), 1);
    for round in 1..=2 {
        line.command_by("mina", Command::FalseAlarm { incident: id.clone(), kind: None, reason: "a test".to_owned() });
        line.commit_all();
        (0..899).for_each(|_| line.pass_secs(1));
        line.commit_all();
        assert_eq!((line.outbox.len(), line.incident(&id).life), (round, Life::Acknowledged));
        line.pass_secs(1);
        let saved = line.uncommitted.iter().filter_map(|record| match record {
            Record::Incident { audit: Some(audit), .. } => Some(audit.by.0.clone()),
            _ => None,
        });
        assert_eq!(saved.collect::<Vec<_>>(), ["fleetwatch"]);
        line.commit_all();
        line.pass_secs(60);
        line.commit_all();
        assert_eq!((line.outbox.len(), line.incident(&id).life), (round + 1, Life::Open), "not told once");
        let notice = &line.outbox[&format!("{id}-again-{round}")];
        assert!(notice.text.contains("no second person agreed within 15 min"), "{}", notice.text);
        assert_eq!(line.state.snapshot().alerts[0].severity, Severity::Critical, "the desk stays silent");
    }
}

#[test]
fn two_incidents_of_a_merge_are_both_saved_and_both_taken_back() {
    let (mut line, first) = Line::with_a_crash();
    line.receive("fleet/van-2/crash", &airbag("e-2"));
    line.commit_all();
    let second = line.state.snapshot().incidents.iter().find(|i| i.id != first).unwrap().id.clone();
    line.command_by("mina", Command::Merge { incident: second.clone(), into: first.clone(), reason: "one crash".to_owned() });
    assert_eq!(line.uncommitted.len(), 2);
    line.commit_all();
    assert_eq!(line.incident(&second).life, Life::Resolved);
    line.command_by("mina", Command::Undo { incident: second.clone() });
    assert_eq!(line.uncommitted.len(), 2);
    line.commit_all();
    assert_eq!((line.incident(&second).life, line.incident(&first).life), (Life::Open, Life::Open));
    assert_eq!(line.outbox.len(), 2, "a merge or its undoing told somebody");
}

#[test]
fn what_is_opened_again_is_told_again_and_a_malfunction_is_not() {
    let (mut line, id) = Line::with_a_crash();
    line.command_by("mina", Command::Resolve { incident: id.clone() });
    line.command_by("lee", Command::Reopen { incident: id.clone(), reason: "the wife called".to_owned() });
    line.commit_all();
    let notice = &line.outbox[&format!("{id}-again-1")];
    assert!(notice.text.starts_with("It was opened again by lee: the wife called."), "{}", notice.text);
    line.command_by("mina", Command::Resolve { incident: id.clone() });
    line.command_by("guest", Command::Reopen { incident: id.clone(), reason: "x".to_owned() });
    line.commit_all();
    assert_eq!((line.outbox.len(), line.incident(&id).life), (2, Life::Resolved));
}
