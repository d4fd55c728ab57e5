use super::*;
use crate::model::{AccelG, PacketId};

fn row(at_millis: i64, row: Driving) -> Event {
    Event {
        device: DeviceId::new("van-1"),
        origin: Origin::Device,
        occurred_at: Some(Timestamp::from_millis(1_800_000_000_000 + at_millis)),
        clock_wrong: false,
        received_at: Timestamp::from_millis(1_800_000_000_000 + at_millis),
        boot: None,
        seq: None,
        retained: false,
        packet: PacketId(at_millis as u64),
        reading: Reading::Driving(row),
    }
}

fn events(settings: Settings, rows: impl IntoIterator<Item = (i64, Driving)>) -> Vec<HarshEvent> {
    let mut function = DetectHarshDriving::new(settings);
    let mut found = Vec::new();
    for (at, driving) in rows {
        let Verdict::Harsh(verdict) = function.judge(&row(at, driving)) else { unreachable!() };
        found.extend(verdict.ended.into_iter().flatten());
    }
    found
}

fn speeds(kmh: &[f64]) -> Vec<(i64, Driving)> {
    let row = |(n, kmh): (usize, &f64)| (n as i64 * 1_000, Driving { speed_kmh: Some(*kmh), ..Driving::default() });
    kmh.iter().enumerate().map(row).collect()
}

fn kinds(events: &[HarshEvent]) -> Vec<HarshKind> {
    events.iter().map(|event| event.kind).collect()
}

#[test]
fn speeds_alone_show_braking_and_speeding_up_once_each() {
    // 4.4 m/s² is 15.84 km/h a second.
    let found = events(Settings::default(), speeds(&[60.0, 60.0, 43.0, 26.0, 12.0, 5.0, 5.0]));
    assert_eq!(kinds(&found), [HarshKind::Brake]);
    let brake = found[0];
    assert_eq!((brake.from_kmh, brake.to_kmh), (Some(60.0), Some(12.0)), "the hysteresis keeps 14 km/h a second in it");
    assert!((brake.peak_ms2 - 17.0 / 3.6).abs() < 1e-9 && (brake.secs - 3.0).abs() < 1e-9, "{brake:?}");
    assert_eq!(kinds(&events(Settings::default(), speeds(&[10.0, 28.0, 46.0, 50.0, 51.0]))), [HarshKind::Accelerate]);
    assert_eq!(events(Settings::default(), speeds(&[60.0, 45.0, 30.0, 15.0, 0.0, 0.0])), [], "4.17 m/s² is firm, not harsh");
}

#[test]
fn heading_and_speed_alone_show_cornering_across_north() {
    let headings = [350.0, 350.0, 10.0, 30.0, 32.0, 33.0];
    let row = |(n, degrees): (usize, &f64)| {
        (n as i64 * 1_000, Driving { speed_kmh: Some(60.0), heading_deg: Some(*degrees), ..Driving::default() })
    };
    let found = events(Settings::default(), headings.iter().enumerate().map(row));
    assert_eq!(kinds(&found), [HarshKind::Corner]);
    assert!((found[0].peak_ms2 - 60.0 / 3.6 * 20_f64.to_radians()).abs() < 1e-9);
    // A receiver that stands still points anywhere.
    let turning = (0..40).map(|n| {
        let heading_deg = Some(f64::from(n * 97 % 360));
        (i64::from(n) * 1_000, Driving { speed_kmh: Some(3.0), heading_deg, ..Driving::default() })
    });
    assert_eq!(events(Settings::default(), turning), []);
}

#[test]
fn one_wrong_speed_is_neither_braking_nor_speeding_up() {
    assert_eq!(events(Settings::default(), speeds(&[50.0, 50.0, 80.0, 50.0, 50.0, 51.0])), []);
    assert_eq!(events(Settings::default(), speeds(&[50.0, 50.0, 20.0, 50.0, 50.0, 51.0])), []);
}

/// Accelerations along and across, every `step` ms, at a speed.
fn felt(step: i64, kmh: f64, accel: &[(f64, f64)]) -> Vec<(i64, Driving)> {
    let row = |(n, (x, y)): (usize, &(f64, f64))| {
        let accel_g = Some(AccelG { x: *x, y: *y, z: -1.0 });
        (n as i64 * step, Driving { speed_kmh: Some(kmh), accel_g, ..Driving::default() })
    };
    accel.iter().enumerate().map(row).collect()
}

#[test]
fn an_accelerometer_shows_events_of_100_ms_and_no_shorter_ones() {
    let pulse = |n: usize| {
        let mut accel = vec![(0.0, 0.0); 5];
        accel.extend(vec![(-0.5, 0.0); n]);
        accel.extend(vec![(0.0, 0.0); 5]);
        accel
    };
    assert_eq!(kinds(&events(Settings::default(), felt(20, 50.0, &pulse(5)))), [HarshKind::Brake]);
    assert_eq!(events(Settings::default(), felt(20, 50.0, &pulse(4))), []);
    assert_eq!(events(Settings::default(), felt(20, 5.0, &pulse(50))), [], "parked and shaken");
    assert_eq!(
        kinds(&events(Settings::default(), felt(1_000, 50.0, &[(0.0, 0.0), (0.0, -0.6), (0.0, 0.0)]))),
        [HarshKind::Corner]
    );
    // An impact is no driving, whatever it does to the rows.
    assert_eq!(events(Settings::default(), felt(100, 50.0, &[(0.0, 0.0), (-8.0, 0.0), (-9.0, 2.0), (0.0, 0.0)])), []);
}

#[test]
fn on_the_limit_it_is_one_event() {
    let flicker: Vec<_> = (0..200).map(|n| (if n % 2 == 0 { -0.46 } else { -0.43 }, 0.0)).chain([(0.0, 0.0)]).collect();
    assert_eq!(events(Settings::default(), felt(100, 50.0, &flicker)).len(), 1);
}

#[test]
fn a_gap_ends_what_was_before_it_and_compares_nothing_across() {
    let mut rows = speeds(&[60.0, 40.0]);
    rows.push((60_000, Driving { speed_kmh: Some(0.0), ..Driving::default() }));
    let found = events(Settings::default(), rows);
    assert_eq!(kinds(&found), [HarshKind::Brake]);
    assert_eq!(found[0].to_kmh, Some(40.0));
    let mut late = speeds(&[60.0, 59.0, 58.0]);
    late.push((500, Driving { speed_kmh: Some(0.0), ..Driving::default() }));
    assert_eq!(events(Settings::default(), late), []);
}

#[test]
fn a_heavy_vehicle_is_harsh_earlier_by_name_or_by_limits_of_its_own() {
    let speeds_firm = || speeds(&[60.0, 60.0, 48.0, 36.0, 35.0, 34.0]);
    assert_eq!(events(Settings::default(), speeds_firm()), []);
    let vehicles = [("*".to_owned(), "car".to_owned()), ("van-*".to_owned(), "heavy".to_owned())].into();
    let heavy = Settings { vehicles, ..Settings::default() };
    assert_eq!(kinds(&events(heavy.clone(), speeds_firm())), [HarshKind::Brake]);
    let limits = Limits { brake_ms2: 5.0, accelerate_ms2: 5.0, corner_ms2: 5.0 };
    let own = Settings { classes: [("heavy".to_owned(), limits)].into(), ..heavy };
    assert_eq!(events(own, speeds_firm()), []);
}

#[test]
fn ten_speeds_a_second_are_compared_over_a_second() {
    let noisy = (0..100).map(|n| {
        let kmh = 50.0 + if n % 2 == 0 { 0.0 } else { 2.0 };
        (i64::from(n) * 100, Driving { speed_kmh: Some(kmh), ..Driving::default() })
    });
    assert_eq!(events(Settings::default(), noisy), [], "2 km/h in 100 ms would be 5.6 m/s²");
    let braking = (0..60).map(|n| {
        let kmh = (80.0 - 1.8 * f64::from((n - 20).max(0))).max(10.0);
        (i64::from(n) * 100, Driving { speed_kmh: Some(kmh), ..Driving::default() })
    });
    let mut rows: Vec<_> = braking.collect();
    rows.extend((60..90).map(|n| (n * 100, Driving { speed_kmh: Some(10.0), ..Driving::default() })));
    assert_eq!(kinds(&events(Settings::default(), rows)), [HarshKind::Brake]);
}

#[test]
fn a_flood_of_vehicles_costs_bounded_memory() {
    let mut function = DetectHarshDriving::new(Settings { max_vehicles: 10, ..Settings::default() });
    for n in 0..1_000 {
        let event = row(n, Driving { speed_kmh: Some(50.0), ..Driving::default() });
        function.judge(&Event { device: DeviceId::new(&n.to_string()), ..event });
    }
    assert_eq!(function.vehicles.len(), 10);
}
