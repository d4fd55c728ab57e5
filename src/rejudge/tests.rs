use bytes::Bytes;

use super::*;
use crate::model::comparison::Score;
use crate::model::{DecidedBy, DeviceId, IncidentId, Origin};
use crate::scenario::{Scenario, TEMPLATES};

const NOW: Timestamp = Timestamp(1_773_803_520_000_000);

/// A bundled crash as it lies in the store, judged on the line with the default limits.
fn stored(incident: &str, template: &str, event: &str) -> PastReport {
    let text = TEMPLATES.iter().find(|(name, _)| *name == template).unwrap().1;
    let scenario = Scenario::parse(text).unwrap();
    let step = scenario.steps.iter().find(|step| step.topic.ends_with("/crash")).unwrap();
    let mut past = PastReport {
        incident: IncidentId(incident.into()),
        origin: Origin::Device,
        device: DeviceId::new("van-1"),
        event: EventId(event.into()),
        received_at: NOW,
        topic: step.topic.as_str().into(),
        payload: Some(Bytes::from(step.render(NOW, event))),
        verdict: nobody(),
        judge: None,
        decision: None,
    };
    let mut first = Comparer::new(&decode::Settings::default(), &judge_crash::Settings::default());
    past.verdict = first.judge(&past).unwrap();
    past
}

/// A verdict that no report gives.
fn nobody() -> CrashVerdict {
    CrashVerdict {
        ruling: Ruling::Undecided,
        malfunction: None,
        probability: 0.5,
        severity: Severity::Medium,
        summary: String::new(),
        delta_v_kmh: None,
        peak_g: None,
        window_ms: None,
        free_fall_ms: None,
        direction: None,
        evidence: Vec::new(),
    }
}

fn decided(ruling: Ruling) -> Decision {
    let (reason, by) = ("seen".to_owned(), "kim".to_owned());
    Decision { ruling, malfunction: None, how: DecidedBy::Overrule, reason, by, at: NOW }
}

fn compare(limits: &judge_crash::Settings, past: Vec<PastReport>) -> Comparison {
    let mut comparer = Comparer::new(&decode::Settings::default(), limits);
    for past in past {
        comparer.add(past);
    }
    comparer.finish()
}

fn all() -> Vec<PastReport> {
    let crashes = ["frontal_crash", "phone_drop", "pothole", "hard_brake", "stuck_sensor"];
    crashes.iter().enumerate().map(|(n, name)| stored(&format!("INC-{n}"), name, "e-1")).collect()
}

#[test]
fn the_same_limits_flip_nothing_and_change_nothing() {
    let comparison = compare(&judge_crash::Settings::default(), all());
    assert_eq!((comparison.n_incidents, comparison.n_reports, comparison.n_changed, comparison.n_flips), (5, 5, 0, 0));
    assert_eq!(comparison.n_failed, 0);
    let [real, _, malfunction] = comparison.rulings;
    assert!(real[0] >= 1 && malfunction[2] >= 3, "there was nothing that could have flipped: {:?}", comparison.rulings);
}

#[test]
fn a_changed_limit_flips_what_it_should_and_says_which_check_changed() {
    // Nothing under 100 km/h is a crash: the frontal crash of some 34 km/h is not one any more, the rest stays.
    let strict = judge_crash::Settings { delta_v_kmh: 100.0, ..judge_crash::Settings::default() };
    let comparison = compare(&strict, all());
    assert_eq!(comparison.n_flips, 1, "{:#?}", comparison.flips);
    let flip = &comparison.flips[0];
    assert_eq!((flip.incident.to_string().as_str(), flip.old.ruling), ("INC-0", Ruling::Real));
    assert_ne!(flip.new.ruling, Ruling::Real);
    let (old, new) = (flip.changed[0].old.as_ref().unwrap(), flip.changed[0].new.as_ref().unwrap());
    assert_eq!(flip.changed[0].key, "delta_v");
    assert!(old.2 > new.2 && old.1 != new.1, "{old:?} {new:?}");
    assert_ne!(comparison.judge, functions::crash_judge(&judge_crash::Settings::default()), "two limits, one fingerprint");
}

#[test]
fn the_gravest_report_decides_before_and_after() {
    // The drop comes first, the crash joins: on the line the crash decides.
    let joined = || vec![stored("INC-1", "phone_drop", "e-1"), stored("INC-1", "frontal_crash", "e-2")];
    let strict = judge_crash::Settings { delta_v_kmh: 100.0, ..judge_crash::Settings::default() };
    let comparison = compare(&strict, joined());
    assert_eq!((comparison.n_incidents, comparison.n_reports, comparison.n_flips), (1, 2, 1));
    assert_eq!(comparison.flips[0].old.ruling, Ruling::Real);
    // Apart they are two.
    let mut apart = joined();
    apart[1].incident = IncidentId("INC-2".into());
    assert_eq!(compare(&strict, apart).n_incidents, 2);
}

#[test]
fn what_is_not_kept_whole_stands_as_it_was_and_is_counted() {
    let mut thinned = stored("INC-1", "frontal_crash", "e-1");
    thinned.payload = None;
    let strict = judge_crash::Settings { delta_v_kmh: 100.0, ..judge_crash::Settings::default() };
    let comparison = compare(&strict, vec![thinned]);
    assert_eq!((comparison.n_thinned, comparison.n_failed, comparison.n_flips), (1, 0, 0));
    // What decoding cannot read was undecided and stays so.
    let mut garbage = stored("INC-1", "frontal_crash", "e-1");
    garbage.payload = Some(Bytes::from_static(b"\xff garbage"));
    garbage.verdict = nobody();
    let comparison = compare(&strict, vec![garbage]);
    assert_eq!((comparison.n_failed, comparison.rulings[1][1]), (0, 1));
}

/// What the line read by the settings, the past is read by: two reports of a mapping in one message, each its own, and a
/// format that is switched off by now.
#[test]
fn reports_of_other_formats_are_judged_again_as_the_settings_read_them() {
    let mapping = |name: &str, at: &str| {
        format!(
            "name = \"{name}\"\ntopic = \"acme/{{device}}/event\"\nkind = \"crash\"\nevent_id = \"/{at}/id\"\nairbag = \"/{at}/airbag\"\n"
        )
    };
    let mappings = [("first", "a"), ("second", "b")].map(|(name, at)| toml::from_str(&mapping(name, at)).unwrap());
    let formats = decode::Settings { enabled: vec!["owntracks".to_owned()], mappings: mappings.into(), ..Default::default() };
    assert_eq!(formats.check(), Ok(()));
    let past = |event: &str, topic: &str, payload: &'static str| PastReport {
        event: EventId(event.into()),
        topic: topic.into(),
        payload: Some(Bytes::from_static(payload.as_bytes())),
        verdict: nobody(),
        ..stored("INC-1", "frontal_crash", "e-1")
    };
    let mut comparer = Comparer::new(&formats, &judge_crash::Settings::default());
    let both = r#"{"a": {"id": "e-1", "airbag": false}, "b": {"id": "e-2", "airbag": true}}"#;
    let ruling = |verdict: Option<CrashVerdict>| verdict.map(|verdict| verdict.ruling);
    assert_eq!(ruling(comparer.judge(&past("van-1/e-1", "acme/van-1/event", both))), Some(Ruling::Undecided));
    assert_eq!(ruling(comparer.judge(&past("van-1/e-2", "acme/van-1/event", both))), Some(Ruling::Real));
    let airbag = r#"{"airbagsDeployed": true}"#;
    assert_eq!(ruling(comparer.judge(&past("van-1/#1", "sdii/van-1", airbag))), Some(Ruling::Real));
}

#[test]
fn persons_are_the_measure() {
    let strict = judge_crash::Settings { delta_v_kmh: 100.0, ..judge_crash::Settings::default() };
    let mut crash = stored("INC-0", "frontal_crash", "e-1");
    crash.decision = Some(decided(Ruling::Real));
    let mut drop = stored("INC-1", "phone_drop", "e-1");
    drop.decision = Some(decided(Ruling::Malfunction));
    let mut missed = stored("INC-2", "phone_drop", "e-2");
    missed.decision = Some(decided(Ruling::Real));
    let unlabelled = stored("INC-3", "frontal_crash", "e-3");
    let comparison = compare(&strict, vec![crash, drop, missed, unlabelled]);
    assert_eq!((comparison.n_flips, comparison.n_against_person), (2, 1), "{:#?}", comparison.flips);
    assert_eq!(comparison.old.n, [[1, 0, 1], [0, 0, 1]]);
    assert_eq!((comparison.old.recall(), comparison.old.precision(), comparison.old.labelled()), (Some(0.5), Some(1.0), 3));
    let json = serde_json::to_value(&comparison).unwrap();
    assert_eq!((&json["old"]["n"], &json["old"]["recall"]), (&3.into(), &0.5.into()));
}

#[test]
fn shares_are_those_of_people_told() {
    // label real: 6 real, 2 undecided, 2 malfunction; label malfunction: 1 real, 3 undecided, 16 malfunction.
    let score = Score { n: [[6, 2, 2], [1, 3, 16]] };
    assert_eq!((score.recall(), score.precision()), (Some(0.8), Some(8.0 / 12.0)));
    assert_eq!(score.undecided(), Some(5.0 / 30.0));
    assert_eq!((Score::default().recall(), Score::default().precision()), (None, None));
}

#[test]
fn flips_are_handed_out_and_never_pile_up() {
    let strict = judge_crash::Settings { delta_v_kmh: 100.0, ..judge_crash::Settings::default() };
    let crash = stored("INC", "frontal_crash", "e-1");
    let many = Comparison::FLIPS_LISTED + 5;
    let past = |n: usize| PastReport { incident: IncidentId(format!("INC-{n}").into()), ..crash.clone() };
    let kept = compare(&strict, (0..many).map(past).collect());
    assert_eq!((kept.flips.len(), kept.n_flips), (Comparison::FLIPS_LISTED, many as u64));
    let mut comparer = Comparer::new(&decode::Settings::default(), &strict);
    let mut n_taken = 0;
    for n in 0..many {
        comparer.add(past(n));
        n_taken += comparer.take_flips().len();
    }
    assert_eq!(n_taken + comparer.finish().flips.len(), many);
}
