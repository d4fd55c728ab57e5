use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::{EventId, Points, Pulse, SpeedTrace};

const G_MS_PER_KMH: f64 = 1.0 / (9.806_65e-3 * 3.6);

fn report(pulse: Pulse) -> CrashReport {
    CrashReport {
        pulse,
        frame: Frame::Vehicle,
        gravity: false,
        ..CrashReport::bare(EventId("v/1".into()), "fleet/v/crash", bytes::Bytes::new())
    }
}

/// A half-sine of `dv_kmh` within `ms` from 0, sampled from −300 to 500 ms.
fn half_sine(dv_kmh: f64, ms: f64, step_ms: f64) -> Pulse {
    let n = (800.0 / step_ms) as usize + 1;
    let t_ms: Vec<f64> = (0..n).map(|i| i as f64 * step_ms - 300.0).collect();
    let top = dv_kmh * G_MS_PER_KMH / ms * std::f64::consts::FRAC_PI_2;
    let push = |t: f64| if (0.0..=ms).contains(&t) { -top * (std::f64::consts::PI * t / ms).sin() } else { 0.0 };
    let x_g = t_ms.iter().map(|t| push(*t)).collect();
    Pulse { x_g, y_g: vec![0.0; n], z_g: vec![0.0; n], t_ms }
}

fn verdict(report: &CrashReport) -> CrashVerdict {
    judge(report, &Settings::default())
}

fn evidence<'a>(verdict: &'a CrashVerdict, key: &str) -> &'a Evidence {
    verdict.evidence.iter().find(|row| row.key == key).unwrap()
}

#[test]
fn the_speed_change_is_measured_at_every_sampling_rate() {
    for step_ms in [0.08, 0.1, 1.0, 5.0, 10.0, 20.0, 40.0] {
        let verdict = verdict(&report(half_sine(30.0, 110.0, step_ms)));
        let found = verdict.delta_v_kmh.unwrap();
        assert!((found - 30.0).abs() < 1.5, "{found} km/h at {step_ms} ms");
        assert_eq!(verdict.ruling, Ruling::Real, "{step_ms} ms: {}", verdict.summary);
        assert_eq!(verdict.direction, Some(Direction::Front));
        assert_eq!(verdict.severity, Severity::Critical);
    }
}

#[test]
fn only_what_lies_within_the_window_counts() {
    let slow = verdict(&report(half_sine(20.0, 600.0, 10.0)));
    assert!(slow.delta_v_kmh.unwrap() < 8.0, "{:?}", slow.delta_v_kmh);
    assert_ne!(slow.ruling, Ruling::Real);
}

/// At one sample a second a push may lie between two samples: braking is no push, and nothing is no proof.
#[test]
fn a_coarse_record_proves_nothing() {
    let braking = Pulse {
        t_ms: vec![0.0, 1_000.0, 2_000.0, 3_000.0],
        x_g: vec![0.0, -0.5, -0.5, 0.1],
        y_g: vec![0.0; 4],
        z_g: vec![0.0; 4],
    };
    let verdict = verdict(&report(braking));
    assert!(verdict.delta_v_kmh.unwrap() < 3.0, "{:?}", verdict.delta_v_kmh);
    assert_eq!(evidence(&verdict, "delta_v").points, Points::NotChecked);
    assert_eq!(verdict.ruling, Ruling::Undecided);
}

/// Three seconds of smooth braking at 10 Hz with a contact of 50 ms between two samples, or without: the same record.
#[test]
fn a_vehicle_that_stands_after_a_coarse_record_is_for_a_person() {
    let braking = |hz: f64, end_kmh: f64| {
        let n = (13.0 * hz) as usize;
        let t_ms: Vec<f64> = (0..n).map(|idx| idx as f64 * 1e3 / hz - 3_000.0).collect();
        let x_g = t_ms.iter().map(|t| if (-1_500.0..1_500.0).contains(t) { -0.45 } else { 0.0 }).collect();
        let t_s: Vec<f64> = (-3..10).map(f64::from).collect();
        let kmh = t_s.iter().map(|t| 60.0 + (end_kmh - 60.0) * ((t + 2.0) / 4.0).clamp(0.0, 1.0)).collect();
        let speed = Some(SpeedTrace { t_ms: t_s.iter().map(|t| t * 1e3).collect(), kmh });
        verdict(&CrashReport { speed, ..report(Pulse { t_ms, x_g, y_g: vec![0.0; n], z_g: vec![f64::NAN; n] }) })
    };
    let stood = braking(10.0, 0.0);
    assert_eq!(stood.ruling, Ruling::Undecided, "{}", stood.summary);
    for (hz, end_kmh) in [(10.0, 55.0), (100.0, 0.0)] {
        let went_on = braking(hz, end_kmh);
        assert_eq!(went_on.ruling, Ruling::Malfunction, "{hz} Hz to {end_kmh} km/h: {}", went_on.summary);
    }
}

#[test]
fn gravity_changes_nothing_whatever_the_mounting() {
    let plain = verdict(&report(half_sine(20.0, 100.0, 10.0)));
    for up in [[0.0, 0.0, -1.0], [0.0, 0.6, 0.8], [0.0, 1.0, 0.0]] {
        let mut pulse = half_sine(20.0, 100.0, 10.0);
        for column in [(&mut pulse.y_g, up[1]), (&mut pulse.z_g, up[2])] {
            column.0.iter_mut().for_each(|g| *g += column.1);
        }
        let tilted = verdict(&CrashReport { gravity: true, frame: Frame::Device, ..report(pulse) });
        let (a, b) = (plain.delta_v_kmh.unwrap(), tilted.delta_v_kmh.unwrap());
        assert!((a - b).abs() < 0.2, "{a} and {b} km/h with gravity along {up:?}");
        assert_eq!(tilted.ruling, Ruling::Real, "{}", tilted.summary);
    }
}

#[test]
fn a_device_that_is_turned_is_not_pushed() {
    let n = 101;
    let t_ms: Vec<f64> = (0..n).map(|i| f64::from(i) * 10.0).collect();
    let angle = |t: f64| ((t - 450.0) / 100.0).clamp(0.0, 1.0) * std::f64::consts::FRAC_PI_2;
    let pulse = Pulse {
        x_g: t_ms.iter().map(|t| angle(*t).sin()).collect(),
        y_g: vec![0.0; t_ms.len()],
        z_g: t_ms.iter().map(|t| angle(*t).cos()).collect(),
        t_ms,
    };
    let verdict = verdict(&CrashReport { gravity: true, frame: Frame::Device, ..report(pulse) });
    assert!(verdict.delta_v_kmh.unwrap() < 1.0, "{:?}", verdict.delta_v_kmh);
}

#[test]
fn an_airbag_decides_alone() {
    for pulse in [Pulse::default(), half_sine(1.0, 100.0, 10.0)] {
        let verdict = verdict(&CrashReport { airbag: Some(true), ..report(pulse) });
        assert_eq!((verdict.ruling, verdict.severity), (Ruling::Real, Severity::Critical));
        assert!(verdict.summary.contains("airbag"), "{}", verdict.summary);
    }
}

#[test]
fn too_little_is_undecided_and_never_a_malfunction() {
    let one = Pulse { t_ms: vec![0.0], x_g: vec![-9.0], y_g: vec![0.0], z_g: vec![0.0] };
    let absent =
        Pulse { x_g: vec![f64::NAN; 81], y_g: vec![f64::NAN; 81], z_g: vec![f64::NAN; 81], ..half_sine(9.0, 90.0, 10.0) };
    let standing = Pulse { t_ms: vec![5.0; 81], ..half_sine(9.0, 90.0, 10.0) };
    for pulse in [Pulse::default(), one, absent, standing] {
        let verdict = verdict(&report(pulse));
        assert_eq!((verdict.ruling, verdict.severity), (Ruling::Undecided, Severity::Medium), "{}", verdict.summary);
        assert_eq!(evidence(&verdict, "delta_v").points, Points::NotChecked);
    }
}

#[test]
fn an_unreadable_report_is_for_a_person_and_says_why() {
    let verdict = verdict(&CrashReport { unreadable: Some("not JSON".into()), ..report(Pulse::default()) });
    assert_eq!((verdict.ruling, verdict.severity), (Ruling::Undecided, Severity::High));
    assert!(verdict.summary.contains("not JSON"));
}

#[test]
fn a_check_that_cannot_be_made_says_nothing() {
    let verdict = verdict(&report(half_sine(20.0, 100.0, 10.0)));
    for key in ["airbag", "speed_before", "speed_after", "speed_lost", "free_fall", "tilt", "device_claim"] {
        let row = evidence(&verdict, key);
        assert_eq!((row.points, row.weight, row.value), (Points::NotChecked, 0.0, None), "{key}");
    }
}

#[test]
fn the_probability_is_the_logistic_of_the_sum_of_the_weights() {
    let mut with_speed = report(half_sine(7.0, 100.0, 10.0));
    with_speed.speed = Some(SpeedTrace { t_ms: vec![-1_000.0, 0.0, 4_000.0], kmh: vec![50.0, 50.0, 49.0] });
    let verdict = verdict(&with_speed);
    let sum: f64 = verdict.evidence.iter().map(|row| row.weight).sum();
    assert!((verdict.probability - 1.0 / (1.0 + (-sum).exp())).abs() < 1e-12);
    assert!(evidence(&verdict, "speed_after").weight < -2.0, "it drove on");
}

#[test]
fn rows_stand_in_the_order_of_the_rules_and_no_rule_is_named_twice() {
    let verdict = verdict(&report(half_sine(20.0, 100.0, 10.0)));
    let keys: Vec<_> = verdict.evidence.iter().map(|row| row.key.to_string()).collect();
    let rules = rules::RULES.map(|rule| rule.key.to_owned());
    assert_eq!((keys.as_slice(), rules.last().unwrap().as_str()), (&rules[..rules.len() - 1], "age"));
    let unique: std::collections::BTreeSet<_> = rules.iter().collect();
    assert_eq!(unique.len(), rules.len());
}

/// The weights that the document names are those that judge.
#[test]
fn the_document_prints_every_weight() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ACCURACY.md");
    let document = std::fs::read_to_string(path).unwrap();
    for rule in &rules::RULES {
        let row = rules::document_row(rule);
        assert!(document.contains(&row), "docs/ACCURACY.md should say: {row}");
    }
}

#[test]
fn a_gap_is_not_bridged() {
    let mut pulse = half_sine(20.0, 100.0, 10.0);
    for index in 30..41 {
        for column in [&mut pulse.x_g, &mut pulse.y_g, &mut pulse.z_g] {
            column[index] = f64::NAN;
        }
    }
    let verdict = verdict(&report(pulse));
    assert!(evidence(&verdict, "gaps").value.unwrap() > 100.0);
    assert!(evidence(&verdict, "gaps").reading.contains("11 of 81"));
}

/// A block that is sent twice is judged once, and a step back is never integrated over.
#[test]
fn a_clock_that_steps_back_begins_a_new_segment() {
    let once = half_sine(20.0, 100.0, 10.0);
    let mut twice = once.clone();
    for (column, again) in
        [(&mut twice.t_ms, &once.t_ms), (&mut twice.x_g, &once.x_g), (&mut twice.y_g, &once.y_g), (&mut twice.z_g, &once.z_g)]
    {
        column.extend_from_slice(&again[20..]);
    }
    let (once, twice) = (verdict(&report(once)), verdict(&report(twice)));
    assert!((once.delta_v_kmh.unwrap() - twice.delta_v_kmh.unwrap()).abs() < 0.1);
    assert_eq!(evidence(&twice, "clock").reading, "steps back: 1, repeats: 0");
    assert!(evidence(&twice, "clock").weight < 0.0 && evidence(&once, "clock").weight.abs() < f64::EPSILON);
}

/// The same change of speed is a collision in 100 ms and a knock in 10 ms.
#[test]
fn a_knock_is_too_short_for_a_collision() {
    let rows = [10.0, 100.0].map(|ms| {
        let verdict = verdict(&report(half_sine(10.0, ms, 1.0)));
        evidence(&verdict, "pulse").weight
    });
    assert!(rows[0] < -2.5 && rows[1] > 0.5, "{rows:?}");
}

#[test]
fn the_device_is_one_voice() {
    let weight = |claim: &str| {
        let verdict = verdict(&CrashReport { device_verdict: Some(claim.into()), ..report(half_sine(6.0, 100.0, 10.0)) });
        evidence(&verdict, "device_claim").weight
    };
    assert!(weight(" Crash ") > 0.0 && weight("crash") < 0.5);
    assert!(weight("false_alarm") < 0.0);
    assert!(weight("no idea").abs() < f64::EPSILON);
}

#[test]
fn how_a_report_came_is_said_and_weighs_nothing() {
    use crate::model::{DeviceId, Origin, PacketId, Timestamp};
    let received_at = Timestamp(1_795_307_460_000_000);
    let mut event = Event {
        device: DeviceId::new("v"),
        origin: Origin::Device,
        occurred_at: Some(received_at.plus_secs(-3_600)),
        clock_wrong: false,
        received_at,
        boot: None,
        seq: None,
        retained: true,
        packet: PacketId(0),
        reading: Reading::Crash(Arc::new(report(half_sine(20.0, 100.0, 10.0)))),
    };
    let mut function = JudgeCrash::new(Settings::default());
    let mut age = |event: &Event| match function.judge(event) {
        Verdict::Crash(verdict) => evidence(&verdict, "age").clone(),
        other => panic!("{other:?}"),
    };
    let late = age(&event);
    assert_eq!(late.reading, "late, 3600.0 s after the device's time, kept by the broker: it may be old");
    assert_eq!((late.points, late.weight), (Points::Neutral, 0.0));
    (event.occurred_at, event.clock_wrong, event.retained) = (None, true, false);
    assert_eq!((age(&event).points, age(&event).value), (Points::NotChecked, None));
}

fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![6 => -20.0..20.0_f64, 2 => Just(f64::NAN), 1 => Just(0.0), 1 => Just(-1_000.0), 1 => Just(16.0)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn whatever_comes_gets_a_finite_verdict(
        samples in prop::collection::vec((prop_oneof![5 => -2_000.0..2_000.0_f64, 1 => Just(1e13), 1 => Just(-1e13)], any_value(), any_value(), any_value()), 0..120),
        sorted in any::<bool>(), gravity in any::<bool>(), vehicle in any::<bool>(),
        speeds in prop::option::of(prop::collection::vec((-1e4..1e4_f64, prop_oneof![0.0..400.0_f64, Just(f64::NAN)]), 0..8)),
        range_g in prop::option::of(0.1..200.0_f64),
    ) {
        let mut samples = samples;
        if sorted {
            samples.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        let column = |pick: fn(&(f64, f64, f64, f64)) -> f64| samples.iter().map(pick).collect::<Vec<_>>();
        let pulse = Pulse { t_ms: column(|s| s.0), x_g: column(|s| s.1), y_g: column(|s| s.2), z_g: column(|s| s.3) };
        let speed = speeds.map(|speeds| { let (t_ms, kmh) = speeds.into_iter().unzip(); SpeedTrace { t_ms, kmh } });
        let frame = if vehicle { Frame::Vehicle } else { Frame::Device };
        let verdict = verdict(&CrashReport { frame, gravity, range_g, speed, ..report(pulse) });
        prop_assert!((0.0..=1.0).contains(&verdict.probability));
        prop_assert!(verdict.delta_v_kmh.is_none_or(f64::is_finite));
        prop_assert!(verdict.peak_g.is_none_or(f64::is_finite));
        prop_assert!(verdict.evidence.iter().all(|row| row.weight.is_finite() && row.value.is_none_or(f64::is_finite)));
        prop_assert_eq!(verdict.malfunction.is_some(), verdict.ruling == Ruling::Malfunction);
    }
}
