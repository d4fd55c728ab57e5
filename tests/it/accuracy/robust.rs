//! `judge_crash` beyond the recordings: a generator of our own at rates, ranges and mountings that no recording has.

use std::collections::BTreeMap;

use fastrand::Rng;
use fleetwatch::functions::judge_crash::{self, Settings};
use fleetwatch::model::{CrashReport, CrashVerdict, Pulse, Ruling};

use super::pulses::{FALSE_ALARMS, Kind, Sensor, make, rotation, turned};

fn verdict(report: &CrashReport) -> CrashVerdict {
    judge_crash::judge(report, &Settings::default())
}

fn sensors() -> Vec<Sensor> {
    let mut sensors = Vec::new();
    for hz in [10.0, 25.0, 50.0, 100.0, 400.0, 1_000.0] {
        for (range_g, noise_g) in [(4.0, 0.004), (8.0, 0.01), (16.0, 0.03), (100.0, 0.06)] {
            for speed in [true, false] {
                let gravity = (range_g as u32 + u32::from(speed)).is_multiple_of(2) || range_g < 5.0;
                sensors.push(Sensor { hz, range_g, filtered: hz < 200.0, gravity, noise_g, says_range: range_g > 5.0, speed });
            }
        }
    }
    sensors
}

/// Ruled real, undecided, malfunction, by rate and kind.
type Tally = BTreeMap<(u32, String), [usize; 3]>;

fn tally(seed: u64, each: usize) -> Tally {
    let mut tally = Tally::new();
    let mut rng = Rng::with_seed(seed);
    for sensor in sensors() {
        for kind in FALSE_ALARMS.into_iter().chain([Kind::Crash]) {
            for _ in 0..each {
                let report = make(kind, sensor, &mut rng);
                let said = verdict(&report);
                let column = match said.ruling {
                    Ruling::Real => 0,
                    Ruling::Undecided => 1,
                    Ruling::Malfunction => 2,
                };
                tally.entry((sensor.hz as u32, format!("{kind:?}"))).or_default()[column] += 1;
                if std::env::var("FLEETWATCH_VERBOSE").is_ok_and(|asked| asked == format!("{kind:?}")) {
                    println!("{sensor:?} {:.3} {}", said.probability, said.summary);
                    for row in said.evidence.iter().filter(|row| row.weight != 0.0) {
                        println!("    {:+.2} {}: {}", row.weight, row.key, row.reading);
                    }
                }
            }
        }
    }
    tally
}

#[test]
fn other_rates_ranges_and_mountings_are_judged_as_well() {
    let tally = tally(20_261_125, 4);
    for ((hz, kind), [real, undecided, malfunction]) in &tally {
        println!("{hz:5} Hz {kind:12} {real:4} real {undecided:4} undecided {malfunction:4} malfunction");
    }
    let sum = |wanted: &dyn Fn(u32, bool) -> bool| {
        tally
            .iter()
            .filter(|((hz, kind), _)| wanted(*hz, kind == "Crash"))
            .fold([0; 3], |sum: [usize; 3], (_, n)| std::array::from_fn(|column| sum[column] + n[column]))
    };
    let crashes = sum(&|hz, crash| crash && hz >= 25);
    let coarse_crashes = sum(&|hz, crash| crash && hz < 25);
    let fine = sum(&|hz, crash| !crash && hz >= 50);
    let coarse = sum(&|hz, crash| !crash && hz < 50);
    println!("crashes {crashes:?}, at 10 Hz {coarse_crashes:?}; others {fine:?}, below 50 Hz {coarse:?}");
    assert_eq!(crashes[2] + coarse_crashes[2], 0, "crashes judged a malfunction");
    assert!(crashes[0] * 100 >= crashes.iter().sum::<usize>() * 97, "crashes {crashes:?}");
    assert_eq!(fine[0], 0, "others judged real");
    assert!(fine[1] * 20 <= fine.iter().sum::<usize>(), "others {fine:?}");
    // One bad sample at 10 Hz without a speed is a push of a tenth of a second for all that the record says, and without
    // gravity no fall can be seen: then the judge errs towards a person who looks.
    assert!(coarse[0] * 20 <= coarse.iter().sum::<usize>(), "others below 50 Hz {coarse:?}");
}

fn each_sample(report: &CrashReport, change: impl Fn([f64; 3]) -> [f64; 3]) -> CrashReport {
    let Pulse { t_ms, x_g, y_g, z_g } = &report.pulse;
    let a: Vec<[f64; 3]> = (0..t_ms.len()).map(|index| change([x_g[index], y_g[index], z_g[index]])).collect();
    let column = |axis: usize| a.iter().map(|a| a[axis]).collect();
    CrashReport { pulse: Pulse { t_ms: t_ms.clone(), x_g: column(0), y_g: column(1), z_g: column(2) }, ..report.clone() }
}

const PLAIN: Sensor =
    Sensor { hz: 100.0, range_g: 100.0, filtered: true, gravity: true, noise_g: 0.01, says_range: false, speed: true };

/// How a device is mounted changes neither the ruling nor the speed change, for what is no fault of a single axis.
#[test]
fn a_turned_device_sees_the_same() {
    let mut rng = Rng::with_seed(7);
    for kind in [Kind::Crash, Kind::Pothole, Kind::DoorSlam, Kind::Braking, Kind::Corner, Kind::Drop, Kind::Handling] {
        for _ in 0..12 {
            let report = make(kind, PLAIN, &mut rng);
            let turn = rotation(&mut rng);
            let (plain, turned) = (verdict(&report), verdict(&each_sample(&report, |a| turned(&turn, a))));
            assert_eq!(plain.ruling, turned.ruling, "{kind:?}: {} | {}", plain.summary, turned.summary);
            let (a, b) = (plain.delta_v_kmh.unwrap(), turned.delta_v_kmh.unwrap());
            assert!((a - b).abs() <= 0.1 * a.max(3.0), "{kind:?}: {a} and {b} km/h");
        }
    }
}

/// Whether gravity is in the samples or not, and what the report says of it, does not change what a crash is.
#[test]
fn a_wrong_word_on_gravity_changes_no_crash() {
    let mut rng = Rng::with_seed(11);
    for gravity in [true, false] {
        for _ in 0..20 {
            let report = make(Kind::Crash, Sensor { gravity, ..PLAIN }, &mut rng);
            let right = verdict(&report);
            let wrong = verdict(&CrashReport { gravity: !gravity, ..report });
            assert_eq!((right.ruling, wrong.ruling), (Ruling::Real, Ruling::Real), "{} | {}", right.summary, wrong.summary);
            let (a, b) = (right.delta_v_kmh.unwrap(), wrong.delta_v_kmh.unwrap());
            assert!((a - b).abs() < 2.0, "{a} and {b} km/h");
        }
    }
}

/// A record at a lower rate shows the same speed change.
#[test]
fn another_rate_sees_the_same_speed_change() {
    for seed in 0..20 {
        let at = |hz: f64| {
            let report = make(Kind::Crash, Sensor { hz, noise_g: 0.0, speed: false, ..PLAIN }, &mut Rng::with_seed(seed));
            verdict(&report)
        };
        let fine = at(1_000.0);
        for hz in [400.0, 200.0, 100.0, 50.0] {
            let coarse = at(hz);
            let (a, b) = (fine.delta_v_kmh.unwrap(), coarse.delta_v_kmh.unwrap());
            assert!((a - b).abs() <= 0.15 * a, "{a} km/h at 1 kHz, {b} at {hz} Hz");
            assert_eq!(coarse.ruling, Ruling::Real, "{hz} Hz: {}", coarse.summary);
        }
    }
}
