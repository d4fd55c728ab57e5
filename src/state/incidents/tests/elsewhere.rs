//! The same report, judged here and by a stack: in either order, one incident.

use super::*;

fn there(crash: &Crash) -> Crash {
    let twin = EventId(crash.event.as_str().into()).twin();
    Crash { event: twin.to_string(), peak: None, received_at: crash.received_at.plus_secs(1), ..crash.clone() }
}

fn here(event: &str) -> Crash {
    Crash { peak: Some(20.0), ..crash(event) }
}

fn shown(incident: &Incident) -> (bool, bool, Ruling) {
    let IncidentKind::Crash { report, verdict } = &incident.kind else { panic!() };
    (report.event_id.is_verdict(), !report.pulse.is_empty(), verdict.ruling)
}

#[test]
fn twins_are_each_others() {
    for (report, verdict) in [
        ("van-7/e-1", "/verdict/van-7/e-1"),
        ("/drill/van-7/b/1", "/drill+verdict/van-7/b/1"),
        ("/sample/v/#0", "/sample+verdict/v/#0"),
        // A vehicle of that name is none of ours.
        ("verdict/e-1", "/verdict/verdict/e-1"),
    ] {
        let (report, verdict) = (EventId(report.into()), EventId(verdict.into()));
        assert_eq!((report.twin(), verdict.twin()), (verdict.clone(), report.clone()));
        assert_eq!((report.is_verdict(), verdict.is_verdict()), (false, true));
    }
}

#[test]
fn a_report_and_the_same_verdict_from_elsewhere_are_one_incident_with_the_samples() {
    for stack_first in [false, true] {
        let mut book = Incidents::default();
        // Uploaded an hour later: what happened at the same time is not what makes them one.
        let mine = here("van-1/e-1");
        let theirs = Crash { received_at: NOW.plus_secs(3_600), ..there(&mine).at(3_600) };
        let (first, second) = if stack_first { (&theirs, &mine) } else { (&mine, &theirs) };
        let (opened, joined) = (first.file(&mut book), second.file(&mut book));
        assert_eq!((opened.opened, opened.tell), (true, true));
        assert_eq!((joined.opened, joined.tell, joined.duplicate), (false, false, false), "stack first: {stack_first}");
        assert_eq!(joined.incident, opened.incident);
        let incident = book.get(&opened.incident).unwrap();
        assert_eq!(shown(incident), (false, true, Ruling::Real), "stack first: {stack_first}");
        assert_eq!((incident.n_reports, incident.events.len()), (1, 2));
        assert_eq!(incident.disagreement(), None);
        assert_eq!(incident.timeline.last().unwrap().kind, StepKind::JudgedTwice);
        // Both again: nothing new.
        assert!(first.file(&mut book).duplicate && second.file(&mut book).duplicate);
        assert_eq!(book.len(), 1);
    }
}

#[test]
fn the_graver_verdict_holds_and_tells_and_the_difference_is_shown() {
    for (stack_first, stack_is_graver) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut book = Incidents::default();
        let real = here("van-1/e-1");
        let (mine, theirs) =
            if stack_is_graver { (real.clone().mild(), there(&real)) } else { (real.clone(), there(&real).mild()) };
        let (first, second) = if stack_first { (&theirs, &mine) } else { (&mine, &theirs) };
        let opened = first.file(&mut book);
        let joined = second.file(&mut book);
        let case = format!("stack first: {stack_first}, stack is graver: {stack_is_graver}");
        assert_eq!(joined.incident, opened.incident, "{case}");
        // People are told once, by whichever is grave.
        let second_is_graver = stack_first != stack_is_graver;
        assert_eq!((opened.tell, joined.tell), (!second_is_graver, second_is_graver), "{case}");
        let incident = book.get(&opened.incident).unwrap();
        assert_eq!(shown(incident), (stack_is_graver, true, Ruling::Real), "{case}");
        assert_eq!(incident.is_judged_elsewhere(), stack_is_graver, "{case}");
        let (there, here) = if stack_is_graver { ("real accident", "malfunction") } else { ("malfunction", "real accident") };
        let words = format!("elsewhere: {there}, 50 %; here: {here}, 50 %");
        assert_eq!(incident.disagreement(), Some(words.as_str()), "{case}");
        assert_eq!(incident.n_reports, 1);
    }
}

#[test]
fn what_a_person_resolved_is_opened_by_no_verdict_that_is_no_graver() {
    let mut book = Incidents::default();
    let real = here("van-1/e-1");
    let opened = real.file(&mut book);
    book.resolve(&opened.incident, &by(), NOW.plus_secs(10)).unwrap();
    let joined = there(&real).file(&mut book);
    assert_eq!((joined.incident, joined.opened, joined.tell), (opened.incident.clone(), false, false));
    assert_eq!(book.get(&opened.incident).unwrap().life, Life::Resolved);

    let mild = here("van-1/e-2").at(100).mild();
    let opened = mild.file(&mut book);
    book.resolve(&opened.incident, &by(), NOW.plus_secs(110)).unwrap();
    let graver = there(&here("van-1/e-2").at(100)).file(&mut book);
    assert!(graver.opened && graver.tell && graver.incident != opened.incident);
}

#[test]
fn a_drill_is_no_twin_of_a_real_one() {
    let mut book = Incidents::default();
    let real = here("van-1/e-1").file(&mut book);
    let drill = Crash { event: "/drill+verdict/van-1/e-1".to_owned(), origin: Origin::Drill, ..crash("") }.file(&mut book);
    assert!(drill.opened && drill.incident != real.incident);
}

#[test]
fn a_repeat_that_only_the_store_knew_takes_nothing_from_the_count() {
    let mut book = Incidents::default();
    let mine = here("van-1/e-1");
    let opened = mine.file(&mut book);
    there(&mine).file(&mut book);
    let twin = EventId("/verdict/van-1/e-1".into());
    assert_eq!(book.stored(&opened.incident, Some(&twin), true), Settled::Repeat);
    assert_eq!(book.get(&opened.incident).unwrap().n_reports, 1);
}
