mod elsewhere;
mod past;
mod seats;
mod team;

use proptest::prelude::*;

use super::life::NOTE_CHARS;
use super::memory::CLOSED_KEPT;
use super::*;
use crate::model::{DecidedBy, Malfunction, Operator, PacketId, Reading};

const NOW: Timestamp = Timestamp(1_800_000_000_000_000);
/// What large reports share, so that the test itself stays small.
static BYTES: [u8; 4 << 20] = [b' '; 4 << 20];

/// A crash report on its way into the book. What is not said is a real crash of `van-1`, now.
#[derive(Clone, Debug)]
struct Crash {
    device: &'static str,
    origin: Origin,
    event: String,
    ruling: Ruling,
    severity: Severity,
    /// Device time; `None` where the device's clock is wrong.
    occurred_at: Option<Timestamp>,
    received_at: Timestamp,
    retained: bool,
    /// The push of the report; without one it has no samples.
    peak: Option<f64>,
}

fn crash(event: &str) -> Crash {
    Crash {
        device: "van-1",
        origin: Origin::Device,
        event: event.to_owned(),
        ruling: Ruling::Real,
        severity: Severity::Critical,
        occurred_at: Some(NOW),
        received_at: NOW,
        retained: false,
        peak: None,
    }
}

impl Crash {
    fn at(mut self, secs: i64) -> Self {
        self.occurred_at = Some(NOW.plus_secs(secs));
        self
    }
    fn mild(mut self) -> Self {
        (self.ruling, self.severity) = (Ruling::Malfunction, Severity::Low);
        self
    }

    fn file(&self, book: &mut Incidents) -> Filed {
        self.file_with(book, 2)
    }

    fn file_with(&self, book: &mut Incidents, n_bytes: usize) -> Filed {
        let event_id = EventId(self.event.as_str().into());
        let report = Arc::new(CrashReport {
            pulse: self.peak.map_or_else(crate::model::Pulse::default, |peak| crate::model::Pulse {
                t_ms: vec![0.0],
                x_g: vec![-peak],
                y_g: vec![0.0],
                z_g: vec![-1.0],
            }),
            ..CrashReport::bare(event_id, "fleet/van-1/crash", bytes::Bytes::from_static(&BYTES[..n_bytes]))
        });
        let verdict = Arc::new(CrashVerdict {
            ruling: self.ruling,
            malfunction: (self.ruling == Ruling::Malfunction).then_some(Malfunction::Spike),
            probability: 0.5,
            severity: self.severity,
            summary: "as the test says".to_owned(),
            delta_v_kmh: None,
            peak_g: None,
            window_ms: None,
            free_fall_ms: None,
            direction: None,
            evidence: Vec::new(),
        });
        let event = Event {
            device: DeviceId::new(self.device),
            origin: self.origin,
            occurred_at: self.occurred_at,
            clock_wrong: self.occurred_at.is_none(),
            received_at: self.received_at,
            boot: None,
            seq: None,
            retained: self.retained,
            packet: PacketId(0),
            reading: Reading::Crash(Arc::clone(&report)),
        };
        let judged = Judged {
            event,
            verdicts: Vec::new(),
            invocations: Vec::new(),
            decoded_at: NOW,
            judged_at: NOW,
            delivery: None,
            judge: None,
        };
        // As the state does.
        let report = book.with_samples(self.origin, &report);
        book.file(&judged, &report, &verdict, PicoUsd(0), self.received_at)
    }
}

fn by() -> Operator {
    Operator("kim".to_owned())
}

#[test]
fn reports_within_a_minute_of_device_time_are_one_incident() {
    // Received together: what counts is when they happened.
    for (apart, same) in
        [(0, true), (5, true), (60, true), (61, false), (3_600, false), (-60, true), (-61, false), (-3_600, false)]
    {
        let mut book = Incidents::default();
        let first = crash("e-1").file(&mut book);
        let second = crash("e-2").at(apart).file(&mut book);
        assert_eq!(first.incident == second.incident, same, "{apart} s apart");
        assert_eq!((second.opened, second.tell), (!same, !same), "{apart} s apart");
    }
}

#[test]
fn a_chain_of_reports_stays_one_incident_in_either_direction() {
    for sign in [1, -1] {
        let mut book = Incidents::default();
        let first = crash("e-0").file(&mut book);
        for n in 1..10 {
            assert_eq!(crash(&format!("e-{n}")).at(sign * n * 50).file(&mut book).incident, first.incident, "{n}");
        }
    }
}

#[test]
fn where_a_clock_is_wrong_the_time_of_receipt_counts() {
    let received = |mut crash: Crash, secs: i64, clock_wrong: bool| {
        crash.received_at = NOW.plus_secs(secs);
        crash.occurred_at = (!clock_wrong).then_some(crash.received_at);
        crash
    };
    for (first_wrong, second_wrong) in [(true, true), (true, false), (false, true)] {
        for (apart, same) in [(30, true), (61, false)] {
            let mut book = Incidents::default();
            let first = received(crash("e-1"), 0, first_wrong).file(&mut book);
            let second = received(crash("e-2"), apart, second_wrong).file(&mut book);
            assert_eq!(first.incident == second.incident, same, "{first_wrong} {second_wrong} {apart}");
        }
    }
}

#[test]
fn a_graver_report_opens_it_again_and_tells_and_a_milder_one_does_not() {
    let mut book = Incidents::default();
    let filed = crash("e-1").mild().file(&mut book);
    assert!(!filed.tell, "somebody was told of a malfunction");
    assert!(book.acknowledge(&filed.incident, &by(), NOW));

    let real = crash("e-2").file(&mut book);
    assert_eq!((&real.incident, real.tell, real.opened), (&filed.incident, true, false));
    let incident = book.get(&filed.incident).unwrap();
    assert_eq!((incident.life, &incident.acknowledged), (Life::Open, &None), "whoever took the mild one has not seen this");
    assert_eq!((incident.severity, incident.ruling()), (Severity::Critical, Some(Ruling::Real)));

    assert!(book.acknowledge(&filed.incident, &by(), NOW));
    for milder in [crash("e-3").mild(), crash("e-4")] {
        let again = milder.file(&mut book);
        assert_eq!((&again.incident, again.tell), (&filed.incident, false));
        let incident = book.get(&filed.incident).unwrap();
        assert_eq!((incident.life, incident.ruling()), (Life::Acknowledged, Some(Ruling::Real)));
    }
    assert_eq!(book.get(&filed.incident).unwrap().n_reports, 4);
}

#[test]
fn a_repeat_changes_nothing_and_a_drill_is_never_one() {
    let mut book = Incidents::default();
    let real = crash("e-1").file(&mut book);
    let before = book.get(&real.incident).cloned();
    let again = crash("e-1").at(7_200).file(&mut book);
    assert_eq!((again.duplicate, again.tell, &again.incident), (true, false, &real.incident));
    assert_eq!(book.get(&real.incident).cloned(), before);
    for (origin, prefix) in [(Origin::Drill, "DRL-"), (Origin::Sample, "SMP-")] {
        let other = Crash { origin, ..crash("e-1") }.file(&mut book);
        assert!(!other.duplicate && other.opened && other.incident.0.starts_with(prefix), "{other:?}");
    }
    assert!(real.incident.0.starts_with("INC-20270115-"), "{}", real.incident);
}

#[test]
fn an_old_retained_report_is_filed_and_tells_nobody() {
    for (hours, retained, tell) in [(72, true, false), (25, true, false), (23, true, true), (72, false, true)] {
        let filed = Crash { retained, ..crash("e-1").at(-3_600 * hours) }.file(&mut Incidents::default());
        assert_eq!((filed.opened, filed.tell), (true, tell), "{hours} h, retained: {retained}");
    }
    let unknown_age = Crash { retained: true, occurred_at: None, ..crash("e-1") };
    assert!(unknown_age.file(&mut Incidents::default()).tell, "nobody knows that it is old");
}

#[test]
fn a_life_goes_from_open_to_acknowledged_to_resolved_and_never_back_by_itself() {
    let mut book = Incidents::default();
    let id = crash("e-1").file(&mut book).incident;
    let unknown = IncidentId("INC-0".into());
    assert!(
        !book.acknowledge(&unknown, &by(), NOW)
            && book.resolve(&unknown, &by(), NOW) == Ok(false)
            && !book.note(&unknown, &by(), "x", NOW)
    );
    assert!(book.acknowledge(&id, &by(), NOW));
    assert!(!book.acknowledge(&id, &Operator("another".to_owned()), NOW), "it was taken twice");
    assert!(!book.note(&id, &by(), " \n ", NOW), "an empty note was kept");
    assert!(book.note(&id, &by(), &"ä".repeat(3_000), NOW));
    assert_eq!(book.get(&id).unwrap().notes[0].text.chars().count(), NOTE_CHARS);
    assert_eq!(book.resolve(&id, &by(), NOW.plus_secs(1)), Ok(true));
    assert!(book.resolve(&id, &by(), NOW) == Ok(false) && !book.acknowledge(&id, &by(), NOW));
    assert_eq!(book.get(&id).unwrap().acknowledged, Some(("kim".to_owned(), NOW)));

    // A further crash right behind is an incident of its own: a person has closed the first.
    let next = crash("e-2").at(1).file(&mut book);
    assert!(next.opened && next.tell && next.incident != id);
    assert_eq!(book.get(&id).unwrap().life, Life::Resolved);
    // Resolved without having been taken: whoever resolved it has taken it.
    assert_eq!(book.resolve(&next.incident, &by(), NOW), Ok(true));
    assert!(book.get(&next.incident).unwrap().acknowledged.is_some());
}

#[test]
fn what_the_store_knew_is_taken_back() {
    let mut book = Incidents::default();
    let first = crash("e-1").file(&mut book);
    let second = crash("e-2").file(&mut book);
    assert_eq!(first.incident, second.incident);
    let event = |name: &str| EventId(name.into());
    assert_eq!(book.stored(&first.incident, Some(&event("e-1")), true), Settled::Repeat);
    assert_eq!(book.get(&first.incident).unwrap().n_reports, 1);
    assert_eq!(book.stored(&first.incident, Some(&event("e-1")), true), Settled::Well, "it was taken back twice");
    assert_eq!(book.stored(&first.incident, Some(&event("e-2")), true), Settled::Void(Origin::Device));
    assert!(book.get(&first.incident).is_none() && book.len() == 0);
    // Its place is free: the next report does not join what never was.
    assert!(crash("e-3").file(&mut book).opened);
}

#[test]
fn a_flood_from_one_device_stays_small() {
    let mut book = Incidents::default();
    for n in 0..5_000 {
        let filed = crash(&format!("e-{n}")).file(&mut book);
        book.stored(&filed.incident, Some(&EventId(format!("e-{n}").into())), false);
        book.add_step(&filed.incident, StepKind::Acknowledged, NOW, "sent");
    }
    assert_eq!(book.len(), 1);
    let incident = book.all.values().next().unwrap();
    assert_eq!(incident.n_reports, 5_000);
    assert!(incident.events.len() <= EVENTS_LISTED && incident.timeline.len() <= STEPS_LISTED * 2, "{}", incident.timeline.len());
    assert!(book.pending.is_empty());
}

#[test]
fn closed_incidents_are_forgotten_and_open_ones_never() {
    let mut book = Incidents::default();
    let open = Crash { device: "van-open", ..crash("e-open") }.file(&mut book).incident;
    for n in 0..CLOSED_KEPT + 100 {
        let id = crash(&format!("e-{n}")).file(&mut book).incident;
        assert_eq!(book.resolve(&id, &by(), NOW), Ok(true));
    }
    book.forget_old();
    assert_eq!(book.len(), CLOSED_KEPT + 1);
    assert!(book.get(&open).is_some());
    assert!(book.open.values().all(|id| book.all.contains_key(id)));
}

#[test]
fn a_flood_of_vehicles_leaves_the_least_pressing_to_the_store() {
    const DEVICES: [&str; 4] = ["a", "b", "c", "d"];
    let mut book = Incidents::default();
    // An hour apart, so that each is an incident of its own.
    let file = |book: &mut Incidents, n: i64, crash: Crash, stored: bool| {
        let crash = Crash {
            device: DEVICES[n as usize % 4],
            event: format!("e-{n}"),
            occurred_at: Some(NOW.plus_secs(3_600 * n)),
            received_at: NOW.plus_secs(n),
            ..crash
        };
        let id = crash.file(book).incident;
        if stored {
            book.stored(&id, Some(&EventId(crash.event.as_str().into())), false);
        }
        id
    };
    let critical = file(&mut book, 0, crash(""), true);
    let unstored = file(&mut book, 1, crash("").mild(), false);
    let malfunction = file(&mut book, 2, crash("").mild(), true);
    let high = |n| (n, Crash { severity: Severity::High, ..crash("") });
    let n_last = 2 * HELD as i64;
    let mut ids = Vec::new();
    for (n, crash) in (3..n_last).map(high) {
        ids.push(file(&mut book, n, crash, true));
        assert!(book.len() <= HELD + HELD / 8 + 1);
    }
    for stays in [&critical, &unstored, ids.last().unwrap()] {
        assert!(book.get(stays).is_some(), "{stays}");
    }
    assert!(book.get(&malfunction).is_none() && book.get(&ids[0]).is_none());
    assert!(book.open.values().all(|id| book.all.contains_key(id)));
    let (listed, hidden, _) = book.listed(500, 100);
    assert_eq!((listed[0].id.clone(), listed.len() + hidden.n), (critical, n_last as usize), "what is hidden is not counted");
    let n_open = book.all.values().filter(|incident| incident.life == Life::Open && !incident.is_malfunction()).count();
    assert_eq!((hidden.open.all(), hidden.open.high), (n_open - 500, n_open - 500), "open and not listed, counted all the same");

    // A repeat of one that is in the store alone is still known.
    let again = Crash { device: DEVICES[3], event: "e-3".to_owned(), ..crash("") }.file(&mut book);
    assert!(again.duplicate && again.incident == ids[0]);
}

#[test]
fn large_reports_are_bounded_in_bytes() {
    let mut book = Incidents::default();
    let most = HELD_BYTES / (4 << 20);
    for n in 0..3 * most as i64 {
        let large = crash(&format!("e-{n}")).at(3_600 * n);
        let filed = large.file_with(&mut book, 4 << 20);
        book.stored(&filed.incident, Some(&EventId(large.event.as_str().into())), false);
        assert!(book.len() <= most + most / 8 + 1, "{}", book.len());
    }
    assert!(book.len() > most / 2);
}

#[test]
fn the_list_is_in_the_order_of_the_queue() {
    let mut book = Incidents::default();
    let mut file = |device: &'static str, secs: i64, severity: Severity, ruling: Ruling, origin: Origin| {
        let crash = Crash { device, severity, ruling, origin, received_at: NOW.plus_secs(secs), ..crash(device) };
        crash.file(&mut book).incident
    };
    let device = Origin::Device;
    let old_critical = file("a", 0, Severity::Critical, Ruling::Real, device);
    let malfunction = file("b", 90, Severity::Low, Ruling::Malfunction, device);
    let high = file("c", 50, Severity::High, Ruling::Undecided, device);
    let new_critical = file("d", 10, Severity::Critical, Ruling::Real, device);
    let resolved = file("e", 99, Severity::Critical, Ruling::Real, device);
    let sample = file("f", 5, Severity::Critical, Ruling::Real, Origin::Sample);
    let old_drill = file("g", 1, Severity::Critical, Ruling::Real, Origin::Drill);
    let new_drill = file("h", 2, Severity::Low, Ruling::Malfunction, Origin::Drill);
    assert_eq!(book.resolve(&resolved, &by(), NOW), Ok(true));
    let ids = |list: &[Arc<Incident>]| list.iter().map(|incident| incident.id.clone()).collect::<Vec<_>>();
    let (real, hidden, drills) = book.listed(500, 100);
    assert_eq!(ids(&real), [new_critical.clone(), sample, old_critical, high, malfunction, resolved]);
    assert_eq!(ids(&drills), [new_drill.clone(), old_drill]);
    assert_eq!(hidden.n, 0);
    let (real, hidden, drills) = book.listed(1, 1);
    assert_eq!((ids(&real), hidden.n, ids(&drills)), (vec![new_critical], 5, vec![new_drill]));
}

/// What can happen to the book.
#[derive(Clone, Debug)]
enum Happens {
    Filed(Crash),
    /// The n-th filed report's commit returned, as new or as a repeat.
    Stored(usize, bool),
    Acknowledged(usize),
    Resolved(usize),
    Noted(usize),
    Decided(usize, DecidedBy, Ruling),
    Undone(usize),
    Seconded(usize),
    Reopened(usize),
    Unseconded(i64),
    Forgot,
}

fn happens() -> impl Strategy<Value = Happens> {
    let device = prop::sample::select(vec!["van-1", "van-2"]);
    let origin = prop::sample::select(vec![Origin::Device, Origin::Device, Origin::Drill]);
    let ruling = prop::sample::select(vec![Ruling::Real, Ruling::Undecided, Ruling::Malfunction]);
    let severity = prop::sample::select(vec![Severity::Low, Severity::Medium, Severity::High, Severity::Critical]);
    let filed = (device, origin, 0..20_u32, ruling, severity, prop::option::of(-200_i64..200), 0_i64..200).prop_map(
        |(device, origin, event, ruling, severity, occurred, received)| {
            Happens::Filed(Crash {
                device,
                origin,
                event: format!("{device}/{event}"),
                ruling,
                severity,
                occurred_at: occurred.map(|secs| NOW.plus_secs(secs)),
                received_at: NOW.plus_secs(received),
                retained: false,
                peak: occurred.map(|secs| secs as f64),
            })
        },
    );
    prop_oneof![
        6 => filed,
        4 => (0..40_usize, prop::bool::weighted(0.2)).prop_map(|(n, duplicate)| Happens::Stored(n, duplicate)),
        2 => (0..40_usize).prop_map(Happens::Acknowledged),
        2 => (0..40_usize).prop_map(Happens::Resolved),
        1 => (0..40_usize).prop_map(Happens::Noted),
        2 => (0..40_usize, prop::sample::select(vec![DecidedBy::Overrule, DecidedBy::FalseAlarm, DecidedBy::Confirm]),
            prop::sample::select(vec![Ruling::Real, Ruling::Malfunction])).prop_map(|(n, how, ruling)| Happens::Decided(n, how, ruling)),
        1 => (0..40_usize).prop_map(Happens::Undone),
        1 => (0..40_usize).prop_map(Happens::Seconded),
        1 => (0..40_usize).prop_map(Happens::Reopened),
        1 => (0..2_000_i64).prop_map(Happens::Unseconded),
        1 => Just(Happens::Forgot),
    ]
}

proptest! {
    /// No order of facts breaks a life.
    #[test]
    fn no_order_of_facts_breaks_a_life(story in prop::collection::vec(happens(), 0..60)) {
        let mut book = Incidents::default();
        let mut filed: Vec<(Crash, Filed)> = Vec::new();
        let mut resolved: HashSet<IncidentId> = HashSet::new();
        for happening in &story {
            let nth = |n: usize| filed.get(n % filed.len().max(1)).map(|(_, filed)| filed.incident.clone());
            match happening {
                Happens::Filed(crash) => {
                    let outcome = crash.file(&mut book);
                    prop_assert!(!(outcome.duplicate && (outcome.tell || outcome.opened)), "a repeat told or opened something");
                    prop_assert!(!(outcome.tell && crash.ruling == Ruling::Malfunction), "somebody was told of a malfunction");
                    prop_assert_eq!(outcome.incident.0.starts_with("DRL-"), crash.origin == Origin::Drill);
                    prop_assert!(outcome.duplicate || !resolved.contains(&outcome.incident), "a report joined a resolved incident");
                    filed.push((crash.clone(), outcome));
                }
                Happens::Stored(n, duplicate) => {
                    if let Some((crash, outcome)) = filed.get(n % filed.len().max(1)) {
                        book.stored(&outcome.incident, Some(&EventId(crash.event.as_str().into())), *duplicate);
                    }
                }
                Happens::Acknowledged(n) => {
                    if let Some(id) = nth(*n) {
                        let before = book.get(&id).map(|incident| incident.life);
                        prop_assert_eq!(book.acknowledge(&id, &by(), NOW), before == Some(Life::Open));
                    }
                }
                Happens::Resolved(n) => {
                    if let Some(id) = nth(*n) && book.resolve(&id, &by(), NOW) == Ok(true) {
                        prop_assert!(resolved.insert(id), "it was resolved twice");
                    }
                }
                Happens::Noted(n) => {
                    if let Some(id) = nth(*n) {
                        book.note(&id, &by(), "seen", NOW);
                    }
                }
                Happens::Decided(n, how, ruling) => {
                    if let Some(id) = nth(*n) {
                        let ruling = if *how == DecidedBy::FalseAlarm { Ruling::Malfunction } else { *ruling };
                        let verdict = book.get(&id).and_then(|incident| incident.verdict().cloned());
                        let wish = Wish { how: *how, ruling: Some(ruling), malfunction: None, reason: "seen" };
                        book.decide(&id, &wish, &by(), NOW).ok();
                        prop_assert_eq!(verdict, book.get(&id).and_then(|incident| incident.verdict().cloned()));
                    }
                }
                Happens::Undone(n) => {
                    if let Some(id) = nth(*n) {
                        book.undo(&id, &by(), NOW).ok();
                    }
                }
                Happens::Seconded(n) => {
                    if let Some(id) = nth(*n) {
                        let waits = book.get(&id).is_some_and(|incident| incident.handling.closing.is_some());
                        prop_assert_eq!(book.second(&id, &Operator("lee".to_owned()), NOW).is_ok(), waits);
                    }
                }
                Happens::Reopened(n) => {
                    if let Some(id) = nth(*n) {
                        book.reopen(&id, "seen", &by(), NOW).ok();
                    }
                }
                Happens::Unseconded(secs) => drop(book.unseconded(NOW.plus_secs(*secs))),
                Happens::Forgot => book.forget_old(),
            }
            let by_team = matches!(happening, Happens::Seconded(_) | Happens::Reopened(_) | Happens::Unseconded(_));
            if by_team || matches!(happening, Happens::Decided(..) | Happens::Undone(_)) {
                resolved = book.all.values().filter(|incident| incident.life == Life::Resolved).map(|i| i.id.clone()).collect();
                let closed: HashSet<_> = book.closed.iter().filter(|id| book.all.contains_key(*id)).cloned().collect();
                prop_assert_eq!(closed, resolved.clone());
            }
            let sound = |(id, incident): (&IncidentId, &Arc<Incident>)| {
                resolved.contains(id) == (incident.life == Life::Resolved)
                    && (incident.life == Life::Open || incident.acknowledged.is_some())
                    && incident.n_reports >= 1
            };
            prop_assert!(book.all.iter().all(sound), "a life is broken: {:?}", book.all);
            for (key, id) in &book.open {
                let incident = book.all.get(id);
                prop_assert!(incident.is_some_and(|incident| incident.life != Life::Resolved && open_key(incident) == *key));
            }
        }
    }
}
