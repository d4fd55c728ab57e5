use super::*;
use crate::clock::FakeClock;
use crate::host::Host;
use crate::model::{CrashReport, Effect, Lane, Packet, Record, Timestamp};
use crate::pricing::PriceSheet;
use crate::scenario::{Scenario, TEMPLATES};
use crate::state::State;

const NOW: Timestamp = Timestamp(1_773_803_520_000_000);

/// A bundled crash as the keeper committed it.
fn committed(template: &str, root: &str) -> Arc<CrashRecord> {
    let text = TEMPLATES.iter().find(|(name, _)| *name == template).unwrap().1;
    let scenario = Scenario::parse(text).unwrap();
    let step = scenario.steps.iter().find(|step| step.topic.ends_with("/crash")).unwrap();
    let packet = Packet::new(Lane::Crash, format!("{root}{}", step.topic), step.render(NOW, "e-1"), NOW);
    let (mut facts, mut effects) = (Vec::new(), Vec::new());
    Host::new(functions::Settings::default(), 10, Box::new(FakeClock::new(NOW))).handle(&packet, &mut facts);
    let mut state = State::new(1 << 20, PriceSheet::standard().clone());
    for fact in facts {
        state.apply(fact, NOW, &mut effects);
    }
    let record = effects.into_iter().find_map(|effect| match effect {
        Effect::Save(Record::Crash(record)) => Some(record),
        _ => None,
    });
    Arc::new(*record.unwrap())
}

/// What the shadow tells of these, and how many lines it prints.
fn watched(records: Vec<Arc<CrashRecord>>, judged: impl Fn(&CrashReport) -> CrashVerdict) -> (Vec<Fact>, usize) {
    let queue = Queue::new("shadow", WATCHED, |_: &Arc<CrashRecord>| 1);
    for record in records {
        queue.push_shedding(record);
    }
    queue.close();
    let (mut facts, mut n_lines) = (Vec::new(), 0);
    let judge = functions::crash_judge(&strict());
    run(
        &queue,
        judge,
        |record| Ok((None, judged(&record.report))),
        |fact, line| {
            facts.push(fact);
            n_lines += usize::from(line.is_some());
        },
    );
    (facts, n_lines)
}

fn strict() -> judge_crash::Settings {
    judge_crash::Settings { delta_v_kmh: 100.0, ..judge_crash::Settings::default() }
}

fn file(facts: Vec<Fact>) -> (State, Vec<Effect>) {
    let (mut state, mut effects) = (State::new(1 << 20, PriceSheet::standard().clone()), Vec::new());
    for fact in facts {
        state.apply(fact, NOW, &mut effects);
    }
    (state, effects)
}

#[test]
fn differences_are_counted_listed_and_stored_and_agreement_is_only_counted() {
    let records = || vec![committed("frontal_crash", ""), committed("phone_drop", ""), committed("frontal_crash", "drill/")];
    let (facts, n_lines) = watched(records(), |report| judge_crash::judge(report, &strict()));
    assert_eq!((facts.len(), n_lines), (3, 2));
    let (mut state, effects) = file(facts);
    let shadow = state.snapshot().shadow.unwrap();
    assert_eq!((shadow.n_judged, shadow.n_differ, shadow.n_failed, shadow.n_others), (2, 1, 0, 1), "drills are no part of it");
    assert_eq!(shadow.last.len(), 2);
    assert_eq!(shadow.last[1].changed[0].key, "delta_v", "{:?}", shadow.last[1].changed);
    // Stored as versions, and nothing else comes of it: nobody is told, nothing is raised.
    assert_eq!(effects.len(), 2);
    for effect in effects {
        let Effect::Save(Record::Version(version)) = effect else { panic!("{effect:?}") };
        assert_eq!(
            (version.by, version.judge.clone()),
            (crate::model::Occasion::Shadow, Some(functions::crash_judge(&strict())))
        );
    }
    // The same limits as the line say the same.
    let same = |report: &CrashReport| judge_crash::judge(report, &judge_crash::Settings::default());
    let (facts, n_lines) = watched(records(), same);
    let (mut state, effects) = file(facts);
    assert_eq!((n_lines, effects.len(), state.snapshot().shadow.unwrap().n_differ), (0, 0, 0));
}

#[test]
fn a_shadow_that_panics_is_counted_and_goes_on() {
    let records = vec![committed("frontal_crash", ""), committed("phone_drop", ""), committed("pothole", "")];
    let n = std::cell::Cell::new(0);
    let (facts, _) = watched(records, |report| {
        n.set(n.get() + 1);
        assert!(n.get() != 2, "a bug in the limits that are tried");
        judge_crash::judge(report, &judge_crash::Settings::default())
    });
    let (mut state, effects) = file(facts);
    let shadow = state.snapshot().shadow.unwrap();
    assert_eq!((shadow.n_judged, shadow.n_failed, shadow.n_differ, effects.len()), (3, 1, 0, 0));
}

#[test]
fn a_shadow_that_is_slow_makes_nobody_wait() {
    // Nobody takes anything out: the keeper's side goes on, the oldest go and are counted.
    let watcher = Watcher(Arc::new(Queue::new("shadow", WATCHED, |_: &Arc<CrashRecord>| 1)));
    let record = committed("phone_drop", "");
    for _ in 0..WATCHED.bulk + 10 {
        watcher.watch(&record);
    }
    let reading = watcher.queue().reading();
    assert_eq!((reading.depth, reading.shed), (WATCHED.bulk, 10));
}
