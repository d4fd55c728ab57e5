use std::collections::BTreeMap;

use serde_json::Value;

use super::*;

const BEGIN: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// What a fleet says within `secs`, asked every 100 ms.
fn messages(seed: u64, secs: i64) -> Vec<(String, Vec<u8>)> {
    let mut fleet = SampleFleet::new(seed);
    (0..=secs * 10).flat_map(|step| fleet.next_messages(BEGIN.plus_micros(step * 100_000))).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    assert_eq!(messages(7, 60), messages(7, 60));
    assert_ne!(messages(7, 5), messages(8, 5));
}

#[test]
fn ten_minutes_are_plausible_to_the_last_message() {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let mut rows: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut crashes = Vec::new();
    let mut bands: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for (topic, payload) in messages(1, 600) {
        assert!(topic.starts_with("sample/"), "{topic}");
        let value: Value = serde_json::from_slice(&payload).unwrap();
        *counts.entry(topic.clone()).or_default() += 1;
        if topic.ends_with("/driving") {
            assert!((0.0..=130.0).contains(&value["speed_kmh"].as_f64().unwrap()), "{topic} {value}");
            let accel = ["x", "y", "z"].map(|axis| value["accel_g"][axis].as_f64().unwrap());
            assert!(accel.iter().map(|g| g * g).sum::<f64>().sqrt() < 1.0, "{topic} {value}");
            assert!((0.0..360.0).contains(&value["heading_deg"].as_f64().unwrap()));
            rows.entry(topic).or_default().push(value);
        } else if topic.ends_with("/temperature") {
            let celsius = value["celsius"].as_f64().unwrap();
            let (low, high) = bands.entry(topic).or_insert((celsius, celsius));
            (*low, *high) = (low.min(celsius), high.max(celsius));
        } else {
            crashes.push((topic, value));
        }
    }
    assert_eq!(counts.keys().filter(|topic| topic.ends_with("/driving")).count(), 26);
    assert_eq!(counts.values().filter(|count| **count >= 5_990).count(), 2, "two at 10 Hz");
    assert_eq!(bands.len(), 12);
    assert_eq!(bands.iter().filter(|(_, (low, high))| *high > 31.0 || *low < 1.0).count(), 2, "{bands:?}");
    assert!((3..=5).contains(&crashes.len()), "{}", crashes.len());
    let first_at = crashes[0].1["occurred_at"].as_i64().unwrap() - BEGIN.millis();
    assert!((20_000..25_000).contains(&first_at), "{first_at}");

    // Distance agrees with speed, and the fleet both drives and stands.
    for (topic, rows) in &rows {
        let crashed = crashes.iter().any(|(crash, _)| crash.split('/').nth(2) == topic.split('/').nth(2));
        let mut driven = 0.0;
        let mut summed = 0.0;
        for pair in rows.windows(2) {
            let number = |row: &Value, path: &str| row.pointer(path).unwrap().as_f64().unwrap();
            let secs = (number(&pair[1], "/occurred_at") - number(&pair[0], "/occurred_at")) / 1e3;
            assert!(secs > 0.0);
            let north = (number(&pair[1], "/position/lat") - number(&pair[0], "/position/lat")) * 111_195.08;
            let east = (number(&pair[1], "/position/lon") - number(&pair[0], "/position/lon"))
                * 111_195.08
                * 37.5665_f64.to_radians().cos();
            driven += east.hypot(north);
            summed += f64::midpoint(number(&pair[0], "/speed_kmh"), number(&pair[1], "/speed_kmh")) / 3.6 * secs;
            let change = (number(&pair[1], "/speed_kmh") - number(&pair[0], "/speed_kmh")) / 3.6 / secs / 9.80665;
            assert!(crashed || change.abs() < 0.4, "{topic}: {change} g");
        }
        assert!((driven - summed).abs() < 0.02 * summed + 20.0, "{topic}: {driven} m by position, {summed} m by speed");
        assert!(driven > 1_000.0, "{topic}: {driven} m in 10 min");
    }
}

#[test]
fn every_kind_of_crash_comes_and_no_id_twice() {
    let mut ids: Vec<String> = messages(3, 1_500)
        .iter()
        .filter(|(topic, _)| topic.ends_with("/crash"))
        .map(|(_, payload)| serde_json::from_slice::<Value>(payload).unwrap()["event_id"].as_str().unwrap().to_owned())
        .collect();
    for kind in CrashKind::ALL {
        assert!(ids.iter().any(|id| id.starts_with(kind.name())), "{} is missing in {ids:?}", kind.name());
    }
    let n_ids = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), n_ids);
}

#[test]
fn a_computer_that_slept_gets_no_backlog() {
    let mut fleet = SampleFleet::new(1);
    fleet.next_messages(BEGIN);
    let after = fleet.next_messages(BEGIN.plus_secs(8 * 3_600));
    assert!(after.len() < 60, "{}", after.len());
    let later = fleet.next_messages(BEGIN.plus_secs(8 * 3_600).plus_micros(1_000_000));
    assert!((40..200).contains(&later.len()), "{}", later.len());
    let at = serde_json::from_slice::<Value>(&later[0].1).unwrap()["occurred_at"].as_i64().unwrap();
    assert!((at - BEGIN.plus_secs(8 * 3_600).millis()).abs() <= 1_000);
}

/// Time that moves only when waited for, and ends after a second.
struct OneSecond(Timestamp);

impl Pace for OneSecond {
    fn now(&self) -> Timestamp {
        self.0
    }
    fn wait_until(&mut self, at: Timestamp) -> bool {
        self.0 = self.0.max(at);
        self.0 < BEGIN.plus_secs(1)
    }
}

/// A broker that is away for the first messages.
#[derive(Default)]
struct Flaky(u32);

impl Publish for Flaky {
    fn publish(&mut self, _topic: &str, _payload: Vec<u8>, _qos: u8) -> Result<(), PublishError> {
        self.0 += 1;
        if self.0 <= 5 { Err(PublishError("not connected".to_owned())) } else { Ok(()) }
    }
    fn flush(&mut self) -> Result<(), PublishError> {
        Ok(())
    }
}

#[test]
fn a_broker_that_is_away_costs_messages_and_not_the_fleet() {
    let mut broker = Flaky::default();
    let n_published = SampleFleet::new(1).run(&mut OneSecond(BEGIN), &mut broker);
    assert!(n_published > 20);
    assert_eq!(n_published, u64::from(broker.0) - 5);
}
