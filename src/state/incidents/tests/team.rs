//! Who is on it, a second person's word, opening again, one under another, and taking back.

use super::*;
use crate::model::handling::SECOND_SECS;

fn lee() -> Operator {
    Operator("lee".to_owned())
}

fn false_alarm(book: &mut Incidents, id: &IncidentId, by: &Operator, at: Timestamp) -> Result<bool, &'static str> {
    let ruling = Some(Ruling::Malfunction);
    book.decide(id, &Wish { how: DecidedBy::FalseAlarm, ruling, malfunction: None, reason: "car wash" }, by, at)
}

fn last(book: &Incidents, id: &IncidentId) -> (StepKind, String) {
    let step = book.get(id).unwrap().timeline.last().unwrap().clone();
    (step.kind, step.detail)
}

#[test]
fn who_claims_has_seen_it_and_who_is_given_it_has_not() {
    let mut book = Incidents::default();
    let id = crash("e-1").file(&mut book).incident;
    book.assign(&id, Some(" lee "), &by(), NOW).unwrap();
    let incident = book.get(&id).unwrap();
    assert_eq!((incident.life, incident.handling.assignee.as_deref()), (Life::Open, Some("lee")));
    assert!(!incident.standing().acknowledged, "to be given something is not to have seen it");
    assert_eq!(last(&book, &id), (StepKind::Assigned, "kim: to lee".to_owned()));
    assert!(book.assign(&id, Some("lee"), &by(), NOW).is_err());
    book.claim(&id, &lee(), NOW.plus_secs(3)).unwrap();
    let incident = book.get(&id).unwrap();
    assert_eq!(incident.acknowledged, Some(("lee".to_owned(), NOW.plus_secs(3))));
    assert!(book.claim(&id, &lee(), NOW).is_err(), "twice");
    book.assign(&id, None, &lee(), NOW).unwrap();
    assert_eq!(last(&book, &id), (StepKind::Assigned, "lee: to nobody".to_owned()));
    book.dispatch(&id, " ambulance 7 to the bridge ", &lee(), NOW).unwrap();
    assert_eq!(last(&book, &id), (StepKind::Dispatched, "lee: ambulance 7 to the bridge".to_owned()));
    assert_eq!(book.resolve(&id, &by(), NOW), Ok(true));
    for refused in [book.claim(&id, &lee(), NOW), book.assign(&id, Some("x"), &lee(), NOW), book.dispatch(&id, "", &lee(), NOW)] {
        assert!(refused.unwrap_err().contains("open it again"));
    }
}

#[test]
fn a_crash_is_closed_as_a_malfunction_by_two_and_a_third_word_changes_nothing() {
    let mut book = Incidents::default();
    let id = crash("e-1").file(&mut book).incident;
    assert_eq!(false_alarm(&mut book, &id, &by(), NOW), Ok(false));
    let waits = |book: &Incidents| {
        let incident = book.get(&id).unwrap();
        assert_eq!((incident.life, incident.ruling()), (Life::Acknowledged, Some(Ruling::Real)));
        incident.handling.closing.clone().unwrap()
    };
    assert_eq!(waits(&book).due(), NOW.plus_secs(900));
    assert!(book.second(&id, &by(), NOW.plus_secs(1)).is_err(), "the same person twice");
    assert_eq!(false_alarm(&mut book, &id, &by(), NOW.plus_secs(60)), Ok(false));
    assert_eq!(waits(&book).due(), NOW.plus_secs(900), "to decide again put the end off");
    assert!(book.resolve(&id, &by(), NOW.plus_secs(61)).is_err(), "one person got round the second");
    assert!(book.resolve(&id, &lee(), NOW.plus_secs(61)).is_err());
    // Who decides the same is the second person.
    assert_eq!(false_alarm(&mut book, &id, &lee(), NOW.plus_secs(62)), Ok(false));
    let incident = book.get(&id).unwrap();
    assert_eq!((incident.life, incident.ruling()), (Life::Resolved, Some(Ruling::Malfunction)));
    assert!(incident.timeline.iter().any(|step| step.detail == "lee agrees with kim"));
    assert!(book.unseconded(NOW.plus_secs(5_000)).is_empty());
}

#[test]
fn without_a_second_person_it_is_open_again_after_a_quarter_of_an_hour_also_after_a_restart() {
    for restart in [false, true] {
        let mut book = Incidents::default();
        let id = crash("e-1").file(&mut book).incident;
        false_alarm(&mut book, &id, &by(), NOW).unwrap();
        if restart {
            let mut next = Incidents::default();
            next.restore(vec![Arc::clone(book.get(&id).unwrap())], Vec::new(), 2);
            book = next;
        }
        assert!(book.unseconded(NOW.plus_secs(SECOND_SECS - 1)).is_empty());
        assert_eq!(book.unseconded(NOW.plus_secs(SECOND_SECS)), std::slice::from_ref(&id));
        assert!(book.unseconded(NOW.plus_secs(SECOND_SECS + 1)).is_empty(), "once");
        let incident = book.get(&id).unwrap();
        assert_eq!((incident.life, &incident.acknowledged, &incident.decision), (Life::Open, &None, &None));
        assert_eq!((incident.ruling(), incident.handling.n_reopened), (Some(Ruling::Real), 1));
        assert_eq!(last(&book, &id), (StepKind::Unseconded, "nobody agreed with kim within 15 min".to_owned()));
        assert_eq!(crash("e-2").at(5).file(&mut book).incident, id, "it takes no report any more");
    }
}

#[test]
fn a_malfunction_of_which_nobody_was_told_needs_one_person() {
    let mut book = Incidents::default();
    let id = crash("e-1").mild().file(&mut book).incident;
    false_alarm(&mut book, &id, &by(), NOW).unwrap();
    assert_eq!(book.get(&id).unwrap().life, Life::Resolved);
    // But a person may have called it real meanwhile, and people were told then.
    let id = crash("e-2").at(500).mild().file(&mut book).incident;
    let real = Wish { how: DecidedBy::Overrule, ruling: Some(Ruling::Real), malfunction: None, reason: "seen" };
    assert_eq!(book.decide(&id, &real, &by(), NOW), Ok(true));
    false_alarm(&mut book, &id, &by(), NOW).unwrap();
    assert!(book.get(&id).unwrap().handling.closing.is_some());
}

#[test]
fn a_graver_report_ends_a_closing() {
    let mut book = Incidents::default();
    let id = crash("e-1").file(&mut book).incident;
    false_alarm(&mut book, &id, &by(), NOW).unwrap();
    assert!(crash("e-2").at(5).file(&mut book).tell, "people were not told of what came after");
    let incident = book.get(&id).unwrap();
    assert_eq!((incident.life, &incident.decision, &incident.handling.closing), (Life::Open, &None, &None));
}

#[test]
fn a_resolved_one_opens_again_with_a_reason_and_the_next_names_it() {
    let mut book = Incidents::default();
    let id = crash("e-1").file(&mut book).incident;
    assert!(book.reopen(&id, "why", &by(), NOW).is_err(), "it is open");
    book.resolve(&id, &by(), NOW).unwrap();
    assert!(book.reopen(&id, " \n", &by(), NOW).is_err());
    assert_eq!(book.reopen(&id, "the driver called back", &lee(), NOW.plus_secs(60)), Ok(true));
    let incident = book.get(&id).unwrap();
    assert_eq!((incident.life, &incident.acknowledged, &incident.resolved), (Life::Open, &None, &None));
    book.resolve(&id, &by(), NOW.plus_secs(70)).unwrap();
    let mut next = crash("e-2").at(200);
    next.received_at = NOW.plus_secs(200);
    let next = next.file(&mut book).incident;
    assert_eq!(book.get(&next).unwrap().handling.follows.as_ref(), Some(&id));
    let follows = book.get(&next).unwrap().timeline.iter().find(|step| step.kind == StepKind::Follows).unwrap();
    assert!(follows.detail.starts_with("INC-") && follows.detail.ends_with("before"), "{}", follows.detail);
    // Another vehicle follows nothing, nor does one after a day.
    let other = Crash { device: "van-2", ..crash("e-3") }.file(&mut book).incident;
    assert_eq!(book.get(&other).unwrap().handling.follows, None);
    book.resolve(&next, &by(), NOW.plus_secs(210)).unwrap();
    let late = Crash { received_at: NOW.plus_secs(200_000), ..crash("e-4").at(200_000) }.file(&mut book).incident;
    assert_eq!(book.get(&late).unwrap().handling.follows, None);
}

#[test]
fn one_is_put_under_another_that_is_as_grave_and_comes_out_open() {
    let mut book = Incidents::default();
    let grave = crash("e-1").file(&mut book).incident;
    let mild = Crash { device: "van-2", severity: Severity::High, ..crash("e-2") }.file(&mut book).incident;
    let drill = Crash { origin: Origin::Drill, ..crash("e-3") }.file(&mut book).incident;
    let judged_none = Crash { device: "van-3", ..crash("e-4").mild() }.file(&mut book).incident;
    for (one, into) in [(&grave, &mild), (&grave, &judged_none), (&drill, &grave), (&grave, &drill), (&grave, &grave)] {
        assert!(book.merge(one, into, "the same", &by(), NOW).is_err(), "{one} under {into}");
    }
    assert!(book.merge(&mild, &grave, "", &by(), NOW).is_err());
    book.merge(&mild, &grave, "same collision", &by(), NOW).unwrap();
    let (one, other) = (book.get(&mild).unwrap(), book.get(&grave).unwrap());
    assert_eq!((one.life, one.handling.merged_into.as_ref()), (Life::Resolved, Some(&grave)));
    assert_eq!((other.life, &other.handling.merged), (Life::Acknowledged, &vec![mild.clone()]));
    assert!(book.reopen(&mild, "why", &by(), NOW).unwrap_err().contains("split"));
    assert!(false_alarm(&mut book, &mild, &by(), NOW).is_err());
    // What the other vehicle sends next is its own incident: nothing is hidden under the first.
    let next = Crash { device: "van-2", ..crash("e-5") }.file(&mut book);
    assert!(next.opened && next.tell);
    assert!(book.merge(&grave, &next.incident, "all one", &by(), NOW).is_err(), "a chain of them");
    assert_eq!(book.split(&mild, "two places", &lee(), NOW), Ok(grave.clone()));
    assert_eq!((book.get(&mild).unwrap().life, book.get(&grave).unwrap().handling.merged.len()), (Life::Open, 0));
    book.resolve(&grave, &by(), NOW).unwrap();
    assert!(book.merge(&mild, &grave, "late", &by(), NOW).unwrap_err().contains("nobody would see"));
}

#[test]
fn each_step_is_taken_back_whole_by_who_did_it() {
    type Verb = fn(&mut Incidents, &IncidentId, &IncidentId) -> bool;
    let verbs: [(&str, Verb); 9] = [
        ("acknowledge", |book, id, _| book.acknowledge(id, &by(), NOW)),
        ("claim", |book, id, _| book.claim(id, &by(), NOW).is_ok()),
        ("assign", |book, id, _| book.assign(id, Some("lee"), &by(), NOW).is_ok()),
        ("dispatch", |book, id, _| book.dispatch(id, "7", &by(), NOW).is_ok()),
        ("resolve", |book, id, _| book.resolve(id, &by(), NOW).is_ok()),
        ("false alarm", |book, id, _| false_alarm(book, id, &by(), NOW).is_ok()),
        ("second", |book, id, _| false_alarm(book, id, &lee(), NOW).is_ok() && book.second(id, &by(), NOW).is_ok()),
        ("reopen", |book, id, _| book.resolve(id, &lee(), NOW).is_ok() && book.reopen(id, "x", &by(), NOW).is_ok()),
        ("merge", |book, id, other| book.merge(id, other, "x", &by(), NOW).is_ok()),
    ];
    for (name, verb) in verbs {
        let mut book = Incidents::default();
        let other = Crash { device: "van-2", ..crash("e-0") }.file(&mut book).incident;
        let id = crash("e-1").file(&mut book).incident;
        // Whatever comes before the verb itself stays.
        let mut image = book.get(&id).unwrap().clone();
        assert!(verb(&mut book, &id, &other), "{name}");
        if let Some(before) = book.undo.get(&id) {
            image = before.first().clone();
        }
        assert!(book.undo(&id, &lee(), NOW).unwrap_err().contains("only who did it"), "{name}");
        assert!(book.undo(&id, &by(), NOW.plus_secs(11)).is_err(), "{name} after 11 s");
        let changed = book.undo(&id, &by(), NOW.plus_secs(10)).unwrap();
        assert_eq!(changed.len(), if name == "merge" { 2 } else { 1 }, "{name}");
        let mut after = Incident { timeline: image.timeline.clone(), ..(**book.get(&id).unwrap()).clone() };
        // People were told under that number: it is never given again.
        assert_eq!(std::mem::take(&mut after.handling.n_reopened), u32::from(name == "reopen"), "{name}");
        assert_eq!(after, *image, "{name}");
        assert_eq!(book.get(&other).unwrap().handling.merged, Vec::new(), "{name}");
        assert_eq!(last(&book, &id), (StepKind::Undone, "kim".to_owned()), "{name}");
    }
}
