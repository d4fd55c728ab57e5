//! Decisions of persons, second impacts and floods.

use super::*;
use crate::model::DecidedBy;
use crate::state::incidents::merge::WHOLE_BYTES;

fn wish(how: DecidedBy, ruling: Ruling, reason: &str) -> Wish<'_> {
    Wish { how, ruling: Some(ruling), malfunction: None, reason }
}

fn overrule(book: &mut Incidents, id: &IncidentId, ruling: Ruling) -> Result<bool, &'static str> {
    book.decide(id, &wish(DecidedBy::Overrule, ruling, "the driver called"), &by(), NOW)
}

#[test]
fn a_decision_stands_beside_the_verdict_and_needs_a_reason() {
    let mut book = Incidents::default();
    let id = crash("e-1").file(&mut book).incident;
    let before = book.get(&id).unwrap().clone();
    for reason in ["", " \n\t "] {
        for how in [DecidedBy::Overrule, DecidedBy::FalseAlarm] {
            assert!(book.decide(&id, &wish(how, Ruling::Malfunction, reason), &by(), NOW).is_err(), "{reason:?}");
        }
    }
    assert!(overrule(&mut book, &id, Ruling::Undecided).is_err());
    assert!(overrule(&mut book, &IncidentId("INC-0".into()), Ruling::Real).is_err());
    assert_eq!(*book.get(&id).unwrap(), before, "a refusal changed something");

    let wished = Wish { malfunction: Some(Malfunction::Dropped), ..wish(DecidedBy::Overrule, Ruling::Malfunction, " fell off ") };
    assert_eq!(book.decide(&id, &wished, &by(), NOW), Ok(false));
    let last = book.get(&id).unwrap().timeline.iter().rfind(|step| step.kind == StepKind::Overruled).unwrap();
    assert_eq!(last.detail, "kim: a malfunction. fell off Waits for a second person.");
    assert_eq!(book.get(&id).unwrap().ruling(), Some(Ruling::Real), "one person alone called it off");
    book.second(&id, &Operator("lee".to_owned()), NOW).unwrap();
    let incident = book.get(&id).unwrap();
    assert_eq!(incident.verdict().unwrap().ruling, Ruling::Real, "the function's verdict is gone");
    assert_eq!((incident.ruling(), incident.malfunction()), (Some(Ruling::Malfunction), Some(Malfunction::Dropped)));
    assert_eq!(incident.decision.as_ref().unwrap().reason, "fell off");
    assert!(incident.is_malfunction() && !incident.told_nobody(), "people were told of this one");
    let last = incident.timeline.last().unwrap();
    assert_eq!((&last.kind, last.detail.as_str()), (&StepKind::Seconded, "lee agrees with kim"));
}

#[test]
fn only_what_nobody_was_told_of_is_told_when_a_person_calls_it_real() {
    for (mild, ruling, tells) in [
        (true, Ruling::Real, true),
        (false, Ruling::Real, false),
        (false, Ruling::Malfunction, false),
        (true, Ruling::Malfunction, false),
    ] {
        let mut book = Incidents::default();
        let report = if mild { crash("e-1").mild() } else { crash("e-1") };
        let id = report.file(&mut book).incident;
        assert_eq!(overrule(&mut book, &id, ruling), Ok(tells), "{mild} {ruling:?}");
        if tells {
            assert_eq!(book.get(&id).unwrap().severity, Severity::High, "real and still at the bottom of the queue");
            assert_eq!(overrule(&mut book, &id, ruling), Ok(false), "told twice");
        }
    }
}

#[test]
fn a_false_alarm_is_closed_and_a_closed_one_that_was_real_is_open_again() {
    let mut book = Incidents::default();
    let id = crash("e-1").file(&mut book).incident;
    book.decide(&id, &wish(DecidedBy::FalseAlarm, Ruling::Malfunction, "car wash"), &by(), NOW).unwrap();
    book.second(&id, &Operator("lee".to_owned()), NOW).unwrap();
    assert_eq!(book.get(&id).unwrap().life, Life::Resolved);
    let next = crash("e-2").at(5).file(&mut book);
    assert!(next.opened && next.tell, "a crash after a false alarm joined what is closed");
    overrule(&mut book, &id, Ruling::Real).unwrap();
    let incident = book.get(&id).unwrap();
    assert_eq!((incident.life, &incident.resolved), (Life::Acknowledged, &None));
    assert!(!book.closed.contains(&id), "memory would forget an open incident");
}

#[test]
fn a_decision_is_taken_back_whole_for_ten_seconds() {
    for how in [DecidedBy::Overrule, DecidedBy::FalseAlarm, DecidedBy::Confirm] {
        for (secs, undone) in [(0, true), (10, true), (11, false)] {
            let mut book = Incidents::default();
            let id = crash("e-1").file(&mut book).incident;
            let before = book.get(&id).unwrap().clone();
            let ruling = if how == DecidedBy::Confirm { Ruling::Real } else { Ruling::Malfunction };
            book.decide(&id, &wish(how, ruling, "seen"), &by(), NOW).unwrap();
            assert_eq!(book.undo(&id, &by(), NOW.plus_secs(secs)).is_ok(), undone, "{how:?} {secs}");
            if undone {
                assert!(book.undo(&id, &by(), NOW.plus_secs(secs)).is_err(), "taken back twice");
                let after = Incident { timeline: before.timeline.clone(), ..(**book.get(&id).unwrap()).clone() };
                assert_eq!(after, *before, "{how:?}");
                assert_eq!(crash("e-2").at(5).file(&mut book).incident, id, "it takes no report any more");
            }
        }
    }
}

#[test]
fn nothing_is_taken_back_once_something_else_has_happened() {
    let mut book = Incidents::default();
    let id = crash("e-1").mild().file(&mut book).incident;
    overrule(&mut book, &id, Ruling::Malfunction).unwrap();
    assert!(crash("e-2").at(2).file(&mut book).tell);
    assert!(book.undo(&id, &by(), NOW.plus_secs(3)).is_err());
    assert_eq!(book.get(&id).unwrap().ruling(), Some(Ruling::Real));
}

#[test]
fn what_comes_after_a_person_called_it_a_malfunction_is_new() {
    // As grave as what the person saw: they have not seen this one.
    for (second, again) in [(crash("e-2").at(5), true), (crash("e-2").at(5).mild(), false)] {
        let mut book = Incidents::default();
        let id = crash("e-1").file(&mut book).incident;
        overrule(&mut book, &id, Ruling::Malfunction).unwrap();
        book.acknowledge(&id, &by(), NOW);
        let filed = second.file(&mut book);
        assert_eq!((filed.incident.clone(), filed.tell), (id.clone(), again));
        let incident = book.get(&id).unwrap();
        assert_eq!(incident.decision.is_none(), again);
        assert_eq!(incident.life == Life::Open, again);
        assert_eq!(incident.timeline.iter().any(|step| step.kind == StepKind::Reopened), again);
    }
}

#[test]
fn undo_is_remembered_for_ten_seconds_and_no_longer() {
    let mut book = Incidents::default();
    for n in 0..100 {
        let mut report = crash(&format!("e-{n}"));
        report.occurred_at = Some(NOW.plus_secs(n * 100));
        let id = report.file(&mut book).incident;
        book.decide(&id, &wish(DecidedBy::Overrule, Ruling::Malfunction, "x"), &by(), NOW.plus_secs(n * 100)).unwrap();
    }
    let held: &std::collections::HashMap<IncidentId, super::super::undo::Before> = &book.undo;
    assert_eq!(held.len(), 1);
}

/// A real crash with a push of its own: `peak` tells it from another.
fn pushed(event: &str, millis: i64, peak: f64) -> Crash {
    let mut report = crash(event);
    report.occurred_at = Some(NOW.plus_micros(millis * 1_000));
    report.peak = Some(peak);
    report
}

#[test]
fn a_second_impact_has_its_own_verdict_and_step_and_a_repeat_of_the_first_is_none() {
    let mut book = Incidents::default();
    let id = pushed("e-1", 0, 9.0).file(&mut book).incident;
    pushed("e-1-again", 800, 9.0).file(&mut book);
    pushed("e-1-offset", 100, 9.5).file(&mut book);
    assert_eq!(book.get(&id).unwrap().impacts_apart(), None, "one push told three times is one impact");
    let second = pushed("e-2", 3_200, 12.0).file(&mut book);
    assert_eq!((&second.incident, second.thinned), (&id, false));
    let incident = book.get(&id).unwrap();
    assert_eq!(incident.impacts_apart(), Some((2, 3.2)));
    assert_eq!(incident.impacts[1].event, EventId("e-2".into()));
    let step = &incident.timeline.last().unwrap().detail;
    assert!(step.contains("impact 2, 3.2 s after the first, one crash (49 CFR 563.5): real accident"), "{step}");
    // Its own rule: a minute joins, five seconds make one crash of it.
    pushed("e-3", 40_000, 3.0).file(&mut book);
    let step = &book.get(&id).unwrap().timeline.last().unwrap().detail;
    assert!(step.contains("impact 3, 40.0 s after the first: real"), "{step}");
    // A malfunction is no impact.
    let mut shaken = pushed("e-4", 41_000, 4.0).mild();
    shaken.peak = Some(4.0);
    shaken.file(&mut book);
    assert_eq!(book.get(&id).unwrap().impacts.len(), 3);
}

#[test]
fn the_newest_may_come_first_and_the_gravest_stays_in_a_long_list() {
    let mut book = Incidents::default();
    let id = pushed("late", 3_000, 9.0).file(&mut book).incident;
    pushed("early", 0, 12.0).file(&mut book);
    let events = |book: &Incidents| -> Vec<String> {
        book.get(&id).unwrap().impacts.iter().map(|impact| impact.event.to_string()).collect()
    };
    assert_eq!(events(&book), ["early", "late"]);
    for n in 0..100 {
        let mut mild = pushed(&format!("m-{n}"), 4_000 + n * 500, 100.0 + n as f64);
        mild.severity = Severity::High;
        mild.file(&mut book);
    }
    let listed = events(&book);
    assert_eq!(listed.len(), crate::model::incident::IMPACTS_LISTED);
    assert_eq!(listed[..2], ["early", "late"], "the gravest were dropped for milder ones");
}

#[test]
fn a_flood_keeps_the_first_the_gravest_and_every_doubling_whole_and_counts_the_rest() {
    let mut book = Incidents::default();
    let id = crash("e-0").mild().file_with(&mut book, 4 << 20).incident;
    let (mut whole, mut thinned) = (1, 0);
    let mut always = Vec::new();
    for n in 2..=40 {
        let mut report = crash(&format!("e-{n}")).mild();
        if n == 27 {
            report = crash("e-27");
        }
        let filed = report.file_with(&mut book, 4 << 20);
        assert_eq!(filed.incident, id);
        if filed.thinned {
            thinned += 1;
        } else {
            whole += 1;
            always.push(n);
        }
    }
    // 16 MiB hold the first three; then the doublings and the one that is graver.
    assert_eq!(always, [2, 3, 4, 8, 16, 27, 32]);
    let kept = book.get(&id).unwrap().kept;
    assert_eq!((whole + thinned, kept.n_thinned), (book.get(&id).unwrap().n_reports, thinned));
    assert_eq!(kept.bytes + kept.thinned_bytes, 40 * (4 << 20), "bytes that nobody counted");
    assert!(kept.bytes > WHOLE_BYTES);
    // The next incident of the device has a budget of its own.
    book.resolve(&id, &by(), NOW).unwrap();
    assert!(!crash("next").mild().file_with(&mut book, 4 << 20).thinned);
    assert!(!crash("next-2").mild().file_with(&mut book, 4 << 20).thinned);
}
