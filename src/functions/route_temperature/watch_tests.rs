use super::super::{Limits, Settings, band};
use super::*;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrong {
    Temperature(Alarm),
    Sensor(SensorFault),
}

/// What is wrong when: seconds and what it is, for each change.
fn alarms(settings: &Settings, readings: impl IntoIterator<Item = (f64, f64)>) -> Vec<(f64, Option<Wrong>)> {
    let limits = Limits::band(2.0, 30.0);
    let mut memory = Memory::new(limits);
    let mut changes = Vec::new();
    for (secs, celsius) in readings {
        let band = band(celsius, limits, memory.band, 0.5);
        let watch = memory.watch(celsius, band, Timestamp((secs * 1e6) as i64), settings);
        if watch.alarm != watch.alarm_before {
            changes.push((secs, watch.alarm.map(Wrong::Temperature)));
        }
        if watch.fault != watch.fault_before {
            changes.push((secs, watch.fault.map(Wrong::Sensor)));
        }
    }
    changes
}

/// One reading every `every` seconds.
fn each(every: f64, values: impl IntoIterator<Item = f64>) -> impl Iterator<Item = (f64, f64)> {
    values.into_iter().enumerate().map(move |(n, celsius)| (n as f64 * every, celsius))
}

fn steady(celsius: f64, n: usize) -> impl Iterator<Item = f64> + Clone {
    // As real sensors do: it flickers in its last digit.
    (0..n).map(move |n| celsius + (n % 3) as f64 * 0.0625)
}

const BAND: Option<Wrong> = Some(Wrong::Temperature(Alarm::Band));
const RATE: Option<Wrong> = Some(Wrong::Temperature(Alarm::Rate));
const STUCK: Option<Wrong> = Some(Wrong::Sensor(SensorFault::Stuck));
const JUMPING: Option<Wrong> = Some(Wrong::Sensor(SensorFault::Jumping));
const IMPOSSIBLE: Option<Wrong> = Some(Wrong::Sensor(SensorFault::Impossible));

#[test]
fn a_short_excursion_is_waited_out_and_a_long_one_alarms_and_ends_after_the_delay() {
    let short = steady(25.0, 20).chain(steady(31.0, 5)).chain(steady(25.0, 50));
    assert_eq!(alarms(&Settings::default(), each(10.0, short)), []);
    let long = steady(25.0, 20).chain(steady(31.0, 20)).chain(steady(25.0, 50));
    assert_eq!(alarms(&Settings::default(), each(10.0, long)), [(260.0, BAND), (460.0, None)]);
}

#[test]
fn a_sensor_that_reports_less_often_than_the_delay_alarms_with_its_first_reading_out() {
    assert_eq!(alarms(&Settings::default(), each(300.0, [25.0, 25.1, 31.0, 31.2, 25.0])), [(600.0, BAND), (1_200.0, None)]);
}

#[test]
fn on_the_limit_it_does_not_storm() {
    let flicker = (0..1_000).map(|n| if n % 2 == 0 { 29.7 } else { 30.3 });
    assert_eq!(alarms(&Settings::default(), each(10.0, flicker)), [(70.0, BAND)]);
}

#[test]
fn ten_kelvin_a_minute_alarms_within_its_band_and_two_do_not() {
    let rise = |per_reading: f64| each(10.0, steady(4.0, 20).chain((1..=12).map(move |n| 4.0 + per_reading * f64::from(n))));
    let fast = alarms(&Settings::default(), rise(10.0 / 6.0));
    assert!(matches!(fast[..], [(at, RATE)] if (220.0..=290.0).contains(&at)), "{fast:?}");
    assert_eq!(alarms(&Settings::default(), rise(2.0 / 6.0)), []);
    assert_eq!(alarms(&Settings { max_rate_k_min: 0.0, ..Settings::default() }, rise(10.0 / 6.0)), []);
}

#[test]
fn a_lively_sensor_that_stands_still_is_stuck_and_says_when_it_moves_again() {
    let values = steady(21.0, 60).chain(std::iter::repeat_n(21.5, 200)).chain(steady(21.0, 12));
    let changes = alarms(&Settings::default(), each(30.0, values));
    assert!(matches!(changes[..], [(stuck, STUCK), (_, None)] if (3_600.0..3_601.0).contains(&stuck)), "{changes:?}");
}

#[test]
fn a_coarse_or_well_regulated_sensor_is_not_stuck() {
    // Half a degree for an hour each, again and again: then three hours are nothing, six are.
    let coarse = |hold: usize| {
        let known = (0..30).flat_map(|n| std::iter::repeat_n(4.0 + f64::from(n % 2) * 0.5, 60));
        each(60.0, known.chain(std::iter::repeat_n(4.0, hold)))
    };
    assert_eq!(alarms(&Settings::default(), coarse(180)), []);
    assert!(matches!(alarms(&Settings::default(), coarse(360))[..], [(_, STUCK)]));
    // One that never moved gets three days.
    assert_eq!(alarms(&Settings::default(), each(600.0, std::iter::repeat_n(20.0, 6 * 71))), []);
    assert!(matches!(alarms(&Settings::default(), each(600.0, std::iter::repeat_n(20.0, 6 * 73)))[..], [(_, STUCK)]));
}

#[test]
fn leaps_to_and_fro_are_a_fault_and_never_a_temperature() {
    let values = steady(20.0, 20).chain([35.0, 20.0, 36.0, 20.0, 35.0, 21.0]).chain(steady(20.0, 20));
    let changes = alarms(&Settings::default(), each(5.0, values));
    assert!(matches!(changes[..], [(110.0, JUMPING), (_, None)]), "{changes:?}");
    // One lost reading is none.
    let values = steady(20.0, 20).chain([45.0]).chain(steady(20.0, 20));
    assert_eq!(alarms(&Settings::default(), each(5.0, values)), []);
}

#[test]
fn values_that_cannot_be_and_those_that_mean_no_reading_are_faults() {
    for bad in [-127.0, 85.0, 400.0, -200.0, f64::NAN] {
        let values = steady(5.0, 5).chain([bad]).chain(steady(5.0, 15));
        assert_eq!(alarms(&Settings::default(), each(10.0, values)), [(50.0, IMPOSSIBLE), (150.0, None)], "{bad}");
    }
    // A loose contact is one fault, not a storm of them.
    let loose = (0..500).flat_map(|_| steady(5.0, 3).chain([-127.0])).chain(steady(5.0, 15));
    assert_eq!(alarms(&Settings::default(), each(10.0, loose)), [(30.0, IMPOSSIBLE), (20_090.0, None)]);
    // On its way through 85 °C a hot sensor is believed.
    let values = each(300.0, [83.0, 84.0, 85.0]);
    assert!(!alarms(&Settings::default(), values).iter().any(|(_, alarm)| *alarm == IMPOSSIBLE));
}

#[test]
fn a_failing_sensor_that_is_hot_still_alarms_and_a_fault_ends_no_alarm() {
    let hot = (0..100).map(|n| if n % 5 == 4 { -127.0 } else { 31.0 + f64::from(n % 3) * 0.1 });
    let values = steady(25.0, 5).chain(hot);
    assert_eq!(alarms(&Settings::default(), each(10.0, values)), [(90.0, IMPOSSIBLE), (110.0, BAND)]);
}

#[test]
fn a_fast_rise_out_of_the_band_and_the_fast_way_back_are_one_alarm_after_the_other() {
    let rise = (1..=20).map(|n| 24.0 + f64::from(n) * 1.7);
    let fall = (1..=20).map(|n| 58.0 - f64::from(n) * 1.7);
    let values = steady(24.0, 10).chain(rise).chain(fall).chain(steady(24.0, 20));
    let changes = alarms(&Settings::default(), each(10.0, values));
    let kinds: Vec<_> = changes.iter().map(|(_, wrong)| *wrong).collect();
    assert_eq!(kinds, [RATE, BAND, None], "{changes:?}");
}

#[test]
fn clocks_that_go_back_do_no_harm() {
    let readings = [(100.0, 20.0), (50.0, 31.0), (120.0, 31.0), (0.0, 31.0), (181.0, 31.0)];
    let changes = alarms(&Settings::default(), readings);
    assert!(changes.iter().all(|(_, alarm)| matches!(alarm, None | Some(Wrong::Temperature(Alarm::Band)))), "{changes:?}");
}
