use bytes::Bytes;

use super::*;
use crate::clock::FakeClock;
use crate::functions::{Card, detect_harsh_driving, judge_crash, preprocess_driving, route_temperature};
use crate::model::{Band, Celsius, Delivery, Fahrenheit, Lane, TemperatureVerdict};

const NOW: Timestamp = Timestamp(1_800_000_000_000_000);
const AIRBAG: &str = r#"{"event_id":"e-1","airbag":true}"#;

/// A clock of which every look takes this long, so that every step of a call has a length.
struct Slow {
    step_micros: u64,
    looks: std::sync::atomic::AtomicU64,
}

impl Slow {
    fn boxed(step_micros: u64) -> Box<Self> {
        Box::new(Self { step_micros, looks: 0.into() })
    }
}

impl Time for Slow {
    fn now(&self) -> Timestamp {
        NOW
    }
    fn nanos(&self) -> u64 {
        self.looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed) * self.step_micros * 1_000
    }
}

/// A function that takes its time and then does what it is told.
struct Odd<F> {
    card: &'static Card,
    clock: FakeClock,
    takes_micros: i64,
    does: F,
}

impl<F: FnMut() -> Verdict + Send> Function for Odd<F> {
    fn card(&self) -> &'static Card {
        self.card
    }
    fn judge(&mut self, _event: &Event) -> Verdict {
        self.clock.set(self.clock.now().plus_micros(self.takes_micros));
        (self.does)()
    }
}

fn packet(topic: &str, payload: &str) -> Packet {
    let lane = if topic.ends_with("/crash") { Lane::Crash } else { Lane::Telemetry };
    Packet {
        topic: topic.into(),
        payload: Bytes::copy_from_slice(payload.as_bytes()),
        received_at: NOW,
        lane,
        retained: false,
        redelivered: false,
        delivery: (lane == Lane::Crash).then_some(Delivery { epoch: 3, packet_id: 7 }),
    }
}

/// A host in which the function of this card, already warm, is an odd one.
fn host_with(card: &'static Card, takes_micros: i64, does: impl FnMut() -> Verdict + Send + 'static) -> Host {
    let clock = FakeClock::new(NOW);
    let mut host = Host::new(functions::Settings::default(), 100, Box::new(clock.clone()));
    let slot = host.slots.iter_mut().find(|slot| slot.card == card).unwrap();
    slot.warm = Some(Box::new(Odd { card, clock, takes_micros, does }));
    host
}

#[track_caller]
fn judge(host: &mut Host, topic: &str, payload: &str) -> Judged {
    let mut facts = Vec::new();
    host.handle(&packet(topic, payload), &mut facts);
    match facts.pop() {
        Some(Fact::Judged(judged)) if facts.is_empty() => *judged,
        other => panic!("{other:?}, {facts:?}"),
    }
}

fn good_verdict() -> Verdict {
    let mut host = Host::new(functions::Settings::default(), 100, Box::new(FakeClock::new(NOW)));
    judge(&mut host, "fleet/van-1/crash", AIRBAG).verdicts.remove(0)
}

#[track_caller]
fn assert_not_judged(judged: &Judged, outcome: Outcome) {
    let [Verdict::Crash(verdict)] = judged.verdicts.as_slice() else { panic!("{:?}", judged.verdicts) };
    assert_eq!((verdict.ruling, verdict.severity), (Ruling::Real, Severity::Critical));
    assert_eq!(verdict.evidence[0].points, Points::NotChecked, "what was not checked counted as a pass");
    assert!(verdict.summary.contains("Not judged") && verdict.summary.contains("real accident"), "{}", verdict.summary);
    assert_eq!(judged.invocations[0].outcome, outcome);
}

#[test]
fn the_first_call_is_cold_and_pays_for_its_start() {
    let mut host = Host::new(functions::Settings::default(), 100, Slow::boxed(700));
    let first = judge(&mut host, "fleet/van-1/crash", AIRBAG).invocations.remove(0);
    assert_eq!((first.init_micros, first.duration_micros, first.billed_ms), (700, 700, 2));
    assert_eq!((first.function, first.memory_mb), ("judge_crash", judge_crash::CARD.memory_mb));
    assert_eq!((first.outcome, first.effects), (Outcome::Ok, 3), "a file, a publish and a notice");
    assert_eq!((first.cause.device.as_str(), first.cause.origin), ("van-1", crate::model::Origin::Device));
    let second = judge(&mut host, "drill/fleet/van-2/crash", AIRBAG).invocations.remove(0);
    assert_eq!((second.init_micros, second.duration_micros, second.billed_ms), (0, 700, 1));
    assert_eq!(second.cause.origin, crate::model::Origin::Drill);
    // Another function has its own container.
    let other = judge(&mut host, "sensors/box-1/temperature", r#"{"celsius":5}"#).invocations.remove(0);
    assert_eq!((other.function, other.init_micros), ("route_temperature", 700));
}

#[test]
fn each_millisecond_begun_is_billed() {
    for (takes_micros, billed_ms) in [(1, 1), (999, 1), (1_000, 1), (1_001, 2), (1_500_000, 1_500), (1_500_001, 1_501)] {
        let verdict = good_verdict();
        let mut host = host_with(&judge_crash::CARD, takes_micros, move || verdict.clone());
        let call = judge(&mut host, "fleet/van-1/crash", AIRBAG).invocations.remove(0);
        assert_eq!((i64::from(call.duration_micros), call.billed_ms), (takes_micros, billed_ms));
    }
}

#[test]
fn a_panic_is_a_real_accident_and_the_next_call_starts_cold() {
    let mut host = host_with(&judge_crash::CARD, 0, || panic!("planted"));
    let judged = judge(&mut host, "fleet/van-1/crash", AIRBAG);
    assert_not_judged(&judged, Outcome::Panic);
    assert_eq!(judged.delivery, Some(Delivery { epoch: 3, packet_id: 7 }), "a panic cost the acknowledgement");
    let next = judge(&mut host, "fleet/van-1/crash", AIRBAG);
    assert_eq!(next.invocations[0].outcome, Outcome::Ok);
    assert!(next.invocations[0].init_micros > 0, "it went on in a container that had panicked");
    assert_eq!(judge(&mut host, "fleet/van-1/crash", AIRBAG).invocations[0].init_micros, 0);
}

#[test]
fn an_answer_after_the_limit_is_no_answer() {
    let limit = i64::from(judge_crash::CARD.timeout_ms) * 1_000;
    let verdict = good_verdict();
    let mut host = host_with(&judge_crash::CARD, limit + 1, move || verdict.clone());
    assert_not_judged(&judge(&mut host, "fleet/van-1/crash", AIRBAG), Outcome::TimeOut);
    let verdict = good_verdict();
    let mut host = host_with(&judge_crash::CARD, limit, move || verdict.clone());
    assert_eq!(judge(&mut host, "fleet/van-1/crash", AIRBAG).invocations[0].outcome, Outcome::Ok);
}

#[test]
fn nonsense_is_no_answer() {
    let with_probability = |probability| {
        let Verdict::Crash(verdict) = good_verdict() else { unreachable!() };
        Verdict::Crash(Arc::new(CrashVerdict { probability, ruling: Ruling::Malfunction, ..(*verdict).clone() }))
    };
    let answers =
        [Verdict::Driving(DrivingVerdict::Keep), with_probability(f64::NAN), with_probability(1.01), with_probability(-0.01)];
    for answer in answers {
        let mut host = host_with(&judge_crash::CARD, 0, move || answer.clone());
        assert_not_judged(&judge(&mut host, "fleet/van-1/crash", AIRBAG), Outcome::Error);
    }
}

#[test]
fn telemetry_that_was_not_judged_is_dropped_and_counted() {
    let mut host = host_with(&preprocess_driving::CARD, 0, || panic!("planted"));
    let payload = format!(r#"{{"occurred_at":{},"speed_kmh":50}}"#, NOW.millis());
    let judged = judge(&mut host, "fleet/van-1/driving", &payload);
    assert_eq!(judged.verdicts[0], Verdict::Driving(DrivingVerdict::Drop(RejectionReason::NotJudged)));
    assert_eq!((judged.invocations[0].outcome, judged.invocations[0].effects), (Outcome::Panic, 0));
    // Who only tells of manners costs no row.
    let mut host = host_with(&detect_harsh_driving::CARD, 0, || panic!("planted"));
    let judged = judge(&mut host, "fleet/van-1/driving", r#"{"occurred_at":1800000000000,"speed_kmh":3}"#);
    assert_eq!(judged.verdicts, [Verdict::Driving(DrivingVerdict::Keep)]);
    assert_eq!(judged.invocations[1].outcome, Outcome::Panic);

    let nan = TemperatureVerdict {
        celsius: Celsius(f64::NAN),
        fahrenheit: Fahrenheit(f64::NAN),
        band: Band::Normal,
        previous: None,
        limits_c: (2.0, 30.0),
        watch: crate::model::Watch::default(),
    };
    let mut host = host_with(&route_temperature::CARD, 0, move || Verdict::Temperature(nan));
    let judged = judge(&mut host, "sensors/box-1/temperature", r#"{"celsius":5}"#);
    assert_eq!(judged.verdicts, []);
    assert_eq!(judged.invocations[0].outcome, Outcome::Error);
}

#[test]
fn what_cannot_be_decoded_costs_no_call_and_hands_its_delivery_on() {
    let mut host = Host::new(functions::Settings::default(), 100, Box::new(FakeClock::new(NOW)));
    let mut facts = Vec::new();
    let mut odd = packet("fleet/van-1/unheard-of", "{}");
    odd.delivery = Some(Delivery { epoch: 1, packet_id: 9 });
    host.handle(&odd, &mut facts);
    let [Fact::Rejected(rejection, delivery)] = facts.as_slice() else { panic!("{facts:?}") };
    assert_eq!((rejection.reason, *delivery), (RejectionReason::UnknownTopic, odd.delivery));
    assert!(host.slots.iter().all(|slot| slot.warm.is_none()), "a function was started for nothing");
}
