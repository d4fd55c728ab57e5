//! Several seats over the same incidents: whatever each does and whenever it hears of the others, all come to the same.

use super::*;
use crate::model::{Incident, IncidentId};

/// A seat: its book, and how far it has read the log.
struct Seat {
    book: Incidents,
    read: usize,
}

/// The log that the seats share, in its order.
#[derive(Default)]
struct Log(Vec<(usize, Arc<Incident>)>);

impl Seat {
    fn new(name: &str) -> Self {
        let mut book = Incidents::default();
        book.sit_at(name);
        Self { book, read: 0 }
    }

    /// As the state and the store do it: what is changed is marked, stored and put into the log.
    fn share(&mut self, me: usize, id: &IncidentId, at: Timestamp, log: &mut Log) {
        let Some(incident) = self.book.get(id) else { return };
        let mut incident = Arc::clone(incident);
        self.book.mark(&mut incident, at);
        log.0.push((me, incident));
    }

    /// Reads at most so many entries.
    fn hear(&mut self, me: usize, most: usize, at: Timestamp, log: &mut Log) {
        for _ in 0..most {
            let Some((who, theirs)) = log.0.get(self.read).cloned() else { return };
            self.read += 1;
            if who != me {
                for id in self.book.elsewhere(&theirs).changed {
                    self.share(me, &id, at, log);
                }
            }
        }
    }
}

/// What happens next.
#[derive(Clone, Debug)]
enum Next {
    /// A seat hears of a report from the broker: which, of which vehicle.
    Report(u8, bool),
    Acknowledge,
    Resolve,
    FalseAlarm,
    Real,
    Second,
    Reopen,
    Note,
    Silent,
    Hear(u8),
}

fn next() -> impl Strategy<Value = Next> {
    prop_oneof![
        4 => (0..4_u8, any::<bool>()).prop_map(|(n, van)| Next::Report(n, van)),
        2 => Just(Next::Acknowledge),
        1 => Just(Next::Resolve),
        1 => Just(Next::FalseAlarm),
        1 => Just(Next::Real),
        1 => Just(Next::Second),
        1 => Just(Next::Reopen),
        1 => Just(Next::Note),
        1 => Just(Next::Silent),
        4 => (1..6_u8).prop_map(Next::Hear),
    ]
}

fn report(n: u8, van: bool) -> Crash {
    let mut crash = crash(&format!("e{n}")).at(i64::from(n) * 7);
    crash.device = if van { "van-1" } else { "van-2" };
    crash.event = format!("{}-e{n}", crash.device);
    // The second is graver than the first, the last is none.
    match n {
        0 => (crash.ruling, crash.severity) = (Ruling::Undecided, Severity::Medium),
        3 => crash = crash.mild(),
        _ => {}
    }
    crash
}

/// Everything that must be the same on all seats.
fn seen(seat: &Seat) -> Vec<Incident> {
    let mut all: Vec<Incident> = seat.book.all().map(|incident| Incident { stored: true, ..(**incident).clone() }).collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    for incident in &mut all {
        // In which order a seat heard is its own; what it heard is not.
        incident.events.sort_unstable();
        // A seat's own steps of one minute stand once as soon as they are put together with another's.
        incident.timeline = crate::joint::steps(incident.timeline.clone());
    }
    all
}

/// The lines in which two differ, for whoever reads the failure.
fn difference(one: &Incident, other: &Incident) -> String {
    let (one, other) = (format!("{one:#?}"), format!("{other:#?}"));
    let differ = one.lines().zip(other.lines()).filter(|(one, other)| one != other);
    differ.map(|(one, other)| [one.trim(), other.trim()].join(" | ")).collect::<Vec<_>>().join("\n")
}

fn play(steps: &[(usize, Next, u8)]) -> (Vec<Seat>, Log) {
    let mut seats: Vec<Seat> = ["desk-1", "desk-2", "worker"].map(Seat::new).into();
    let mut log = Log::default();
    for (n, (who, next, which)) in steps.iter().enumerate() {
        let at = NOW.plus_secs(60 + n as i64);
        let by = Operator(format!("operator-{who}"));
        let seat = &mut seats[*who];
        let mut ids: Vec<IncidentId> = seat.book.all().map(|incident| incident.id.clone()).collect();
        ids.sort_unstable();
        let id = if ids.is_empty() { None } else { Some(ids[usize::from(*which) % ids.len()].clone()) };
        match (next, id) {
            (Next::Report(n, van), _) => {
                let filed = report(*n, *van).file(&mut seat.book);
                if !filed.duplicate {
                    seat.share(*who, &filed.incident, at, &mut log);
                }
            }
            (Next::Hear(most), _) => seat.hear(*who, usize::from(*most), at, &mut log),
            (_, None) => {}
            (next, Some(id)) => {
                let why = "as the test says";
                let wish = |how, ruling| Wish { how, ruling, malfunction: None, reason: why };
                let done = match next {
                    Next::Acknowledge => seat.book.acknowledge(&id, &by, at),
                    Next::Resolve => seat.book.resolve(&id, &by, at).unwrap_or(false),
                    Next::FalseAlarm => {
                        seat.book.decide(&id, &wish(DecidedBy::FalseAlarm, Some(Ruling::Malfunction)), &by, at).is_ok()
                    }
                    Next::Real => seat.book.decide(&id, &wish(DecidedBy::Overrule, Some(Ruling::Real)), &by, at).is_ok(),
                    Next::Second => seat.book.second(&id, &by, at).is_ok(),
                    Next::Reopen => seat.book.reopen(&id, why, &by, at).is_ok(),
                    Next::Note => seat.book.note(&id, &by, "seen", at),
                    Next::Silent => seat.book.went_silent(&id, "silent".to_owned(), at).is_some(),
                    Next::Report(..) | Next::Hear(_) => false,
                };
                if done {
                    seat.share(*who, &id, at, &mut log);
                }
            }
        }
    }
    let at = NOW.plus_secs(3_600);
    for _ in 0..100 {
        for (who, seat) in seats.iter_mut().enumerate() {
            seat.hear(who, usize::MAX, at, &mut log);
        }
        if seats.iter().all(|seat| seat.read == log.0.len()) {
            break;
        }
    }
    (seats, log)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn all_seats_come_to_the_same(steps in prop::collection::vec((0..3_usize, next(), any::<u8>()), 1..40)) {
        let (seats, log) = play(&steps);
        prop_assert!(seats.iter().all(|seat| seat.read == log.0.len()), "they never stop telling each other");
        let first = seen(&seats[0]);
        for other in &seats[1..] {
            let other = seen(other);
            prop_assert_eq!(first.len(), other.len());
            for (one, other) in first.iter().zip(&other) {
                let mark = |incident: &Incident| (incident.id.clone(), incident.mark.clone());
                prop_assert_eq!(mark(one), mark(other));
                prop_assert!(one == other, "{}", difference(one, other));
            }
        }
        // No report is lost on the way, and none is in two incidents.
        let reported: std::collections::BTreeSet<String> = steps.iter().filter_map(|(_, next, _)| match next {
            Next::Report(n, van) => Some(report(*n, *van).event),
            _ => None,
        }).collect();
        let mut held: Vec<String> = first.iter().flat_map(|incident| &incident.events).map(|event| event.0.to_string()).collect();
        held.sort_unstable();
        held.dedup();
        prop_assert_eq!(held, reported.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn one_report_judged_on_two_seats_is_one_incident() {
    let (seats, _) = play(&[(0, Next::Report(1, true), 0), (1, Next::Report(1, true), 0), (2, Next::Hear(5), 0)]);
    let seen = seen(&seats[2]);
    assert_eq!((seen.len(), seen[0].n_reports, seen[0].life), (1, 1, Life::Open));
}

#[test]
fn two_reports_of_one_crash_judged_on_two_seats_are_told_under_one_incident() {
    let (seats, _) = play(&[(0, Next::Report(1, true), 0), (1, Next::Report(2, true), 0)]);
    for seat in &seats {
        let seen = seen(seat);
        let heads: Vec<_> = seen.iter().filter(|incident| incident.handling.merged_into.is_none()).collect();
        assert_eq!((seen.len(), heads.len(), heads[0].life), (2, 1, Life::Open), "{seen:#?}");
        assert_eq!(heads[0].handling.merged.len(), 1);
    }
}

#[test]
fn of_two_who_take_it_at_once_the_first_has_it_and_the_other_hears_so() {
    let mut seats = ["desk-1", "desk-2"].map(Seat::new);
    let mut log = Log::default();
    let id = report(1, true).file(&mut seats[0].book).incident;
    seats[0].share(0, &id, NOW, &mut log);
    seats[1].hear(1, 9, NOW, &mut log);
    let (first, second) = (NOW.plus_secs(1), NOW.plus_secs(2));
    assert!(seats[1].book.acknowledge(&id, &Operator("kim".to_owned()), first));
    assert!(seats[0].book.acknowledge(&id, &Operator("lee".to_owned()), second));
    seats[1].share(1, &id, first, &mut log);
    seats[0].share(0, &id, second, &mut log);
    let kims = log.0[1].1.clone();
    let taken = seats[0].book.elsewhere(&kims);
    assert!(taken.lost, "lee is told");
    let lees = log.0[2].1.clone();
    let taken = seats[1].book.elsewhere(&lees);
    assert!(!taken.lost, "kim is not");
    for seat in &seats {
        assert_eq!(seat.book.get(&id).unwrap().acknowledged, Some(("kim".to_owned(), first)));
    }
}

#[test]
fn what_one_seat_closed_is_open_again_for_a_graver_report_that_another_had() {
    let mut seats = ["desk-1", "desk-2"].map(Seat::new);
    let mut log = Log::default();
    let id = report(0, true).file(&mut seats[0].book).incident;
    seats[0].share(0, &id, NOW, &mut log);
    seats[1].hear(1, 9, NOW, &mut log);
    assert_eq!(report(1, true).file(&mut seats[1].book).incident, id);
    assert!(seats[0].book.resolve(&id, &Operator("lee".to_owned()), NOW.plus_secs(3)).unwrap());
    seats[0].share(0, &id, NOW.plus_secs(3), &mut log);
    seats[1].share(1, &id, NOW.plus_secs(4), &mut log);
    for (who, seat) in seats.iter_mut().enumerate() {
        seat.hear(who, 9, NOW.plus_secs(5), &mut log);
        let incident = seat.book.get(&id).unwrap();
        assert_eq!((incident.life, incident.ruling()), (Life::Open, Some(Ruling::Real)), "{incident:#?}");
    }
}
