use bytes::Bytes;

use super::super::{Decoded, Decoder, Interner, Settings};
use super::wire::{PropertySet, PropertyValue, Value};
use super::*;
use crate::model::{Event, Lane, Origin, Packet, Reading};

/// 2026-03-18T03:12:00Z
const NOW: u64 = 1_773_803_520_000;

fn metric(name: &str, alias: u64, value: Value) -> Metric {
    Metric { name: Some(name.to_owned()), alias: Some(alias), value: Some(value), ..Metric::default() }
}

fn by_alias(alias: u64, value: Value) -> Metric {
    Metric { alias: Some(alias), value: Some(value), ..Metric::default() }
}

fn in_unit(metric: Metric, unit: &str) -> Metric {
    let value = PropertyValue { text: Some(unit.to_owned()) };
    Metric { properties: Some(PropertySet { keys: vec!["engUnit".to_owned()], values: vec![value] }), ..metric }
}

struct Desk(Decoder);

impl Desk {
    fn new() -> Self {
        Self(Decoder::new(&Settings::default(), Interner::DEFAULT_LIMIT))
    }

    fn hear(&mut self, topic: &str, metrics: Vec<Metric>) -> Decoded {
        let payload = Payload { timestamp: Some(NOW), metrics };
        self.hear_bytes(topic, &payload.encode_to_vec())
    }

    fn hear_bytes(&mut self, topic: &str, payload: &[u8]) -> Decoded {
        let packet = Packet::new(Lane::Telemetry, topic, Bytes::copy_from_slice(payload), at(NOW));
        let mut decoded = Decoded::default();
        self.0.decode(&packet, &mut decoded);
        decoded
    }
}

fn rounded(event: &Event) -> (String, f64) {
    match &event.reading {
        Reading::Temperature(temperature) => (event.device.to_string(), (temperature.celsius.0 * 100.0).round() / 100.0),
        other => panic!("{other:?}"),
    }
}

#[test]
fn data_by_alias_means_what_its_birth_certificate_said() {
    let mut desk = Desk::new();
    let early = desk.hear("spBv1.0/plant/DDATA/gate/box", vec![by_alias(7, Value::Float(50.0))]);
    assert_eq!(early.refused[0].reason, RejectionReason::NoBirth);
    assert!(early.events.is_empty());
    let birth = vec![
        in_unit(metric("Inputs/Temperature", 7, Value::Float(41.0)), "°F"),
        Metric { datatype: Some(2), ..metric("Temperature", 8, Value::Int(0xffff_fff6)) },
        metric("Outputs/Relay", 9, Value::Int(1)),
    ];
    let born = desk.hear("spBv1.0/plant/DBIRTH/gate/box", birth);
    assert!(matches!(&born.events[0].reading, Reading::Presence(presence) if presence.online));
    assert_eq!(rounded(&born.events[1]), ("plant/gate/box/Inputs/Temperature".to_owned(), 5.0));
    assert_eq!(rounded(&born.events[2]), ("plant/gate/box".to_owned(), -10.0), "a 16-bit number below zero");
    let data = vec![
        Metric { timestamp: Some(NOW - 5_000), ..by_alias(7, Value::Float(50.0)) },
        by_alias(9, Value::Int(0)),
        Metric { is_null: Some(true), ..by_alias(8, Value::Int(0)) },
        by_alias(8, Value::Int(u32::from(-3_i16 as u16))),
    ];
    let data = desk.hear("spBv1.0/plant/DDATA/gate/box", data);
    assert_eq!((data.events.len(), data.refused.len()), (2, 0), "a null is no value");
    assert_eq!((rounded(&data.events[0]).1, data.events[0].occurred_at), (10.0, Some(at(NOW - 5_000))));
    assert_eq!((rounded(&data.events[1]).1, data.events[1].occurred_at), (-3.0, Some(at(NOW))));
    // A drill has certificates of its own.
    let drill = desk.hear("drill/spBv1.0/plant/DDATA/gate/box", vec![by_alias(7, Value::Float(50.0))]);
    assert_eq!(drill.refused[0].reason, RejectionReason::NoBirth);
}

#[test]
fn driving_metrics_of_one_moment_are_one_row() {
    let mut desk = Desk::new();
    let birth = vec![
        in_unit(metric("Vehicle/Speed", 1, Value::Double(10.0)), "m/s"),
        metric("GPS/Latitude", 2, Value::Double(48.1)),
        metric("GPS/Longitude", 3, Value::Double(11.5)),
        metric("Vehicle/Heading", 4, Value::Int(370)),
        in_unit(metric("Accel/X", 5, Value::Int(1_000)), "mg"),
        in_unit(metric("Accel/Y", 6, Value::Int(0)), "mg"),
        in_unit(metric("Accel/Z", 7, Value::Int(500)), "mg"),
        metric("Engine/Speed", 8, Value::Int(3_000)),
    ];
    let born = desk.hear("spBv1.0/fleet/NBIRTH/van-1", birth);
    let row = |event: &Event| match event.reading {
        Reading::Driving(row) => row,
        ref other => panic!("{other:?}"),
    };
    let [_, event] = &born.events[..] else { panic!("{born:?}") };
    assert_eq!(event.device.as_str(), "fleet/van-1");
    assert_eq!((row(event).speed_kmh, row(event).heading_deg), (Some(36.0), Some(10.0)));
    assert_eq!(row(event).accel_g, Some(AccelG { x: 1.0, y: 0.0, z: 0.5 }));
    assert_eq!(row(event).position, Some(Position { lat: 48.1, lon: 11.5, hdop: None }));
    let later = Metric { timestamp: Some(NOW - 1_000), ..by_alias(1, Value::Double(20.0)) };
    let data = desk.hear("spBv1.0/fleet/NDATA/van-1", vec![later, by_alias(1, Value::Double(25.0))]);
    assert_eq!(data.events.iter().map(|event| row(event).speed_kmh).collect::<Vec<_>>(), [Some(72.0), Some(90.0)]);
    // Of a speed without a unit nothing is guessed.
    let other = desk.hear("spBv1.0/fleet/NBIRTH/van-2", vec![metric("Speed", 1, Value::Double(10.0))]);
    assert_eq!((other.events.len(), other.refused.len()), (1, 0));
}

#[test]
fn a_death_takes_the_devices_with_it_unless_it_is_of_an_earlier_session() {
    let presences = |decoded: &Decoded| -> Vec<(String, bool)> {
        let read = |event: &Event| match &event.reading {
            Reading::Presence(presence) => (event.device.to_string(), presence.online),
            other => panic!("{other:?}"),
        };
        decoded.events.iter().map(read).collect()
    };
    let session = |number| vec![metric("bdSeq", 0, Value::Long(number))];
    let mut desk = Desk::new();
    desk.hear("spBv1.0/g/NBIRTH/e", session(4));
    desk.hear("spBv1.0/g/DBIRTH/e/d", vec![metric("Temperature", 1, Value::Float(4.0))]);
    let stale = desk.hear("spBv1.0/g/NDEATH/e", session(3));
    assert_eq!(stale.refused[0].reason, RejectionReason::NotUsed);
    let dead = desk.hear("spBv1.0/g/NDEATH/e", session(4));
    assert_eq!(presences(&dead), [("g/e".to_owned(), false), ("g/e/d".to_owned(), false)]);
    let after = desk.hear("spBv1.0/g/DDATA/e/d", vec![by_alias(1, Value::Float(4.0))]);
    assert_eq!(after.refused[0].reason, RejectionReason::NoBirth);
    desk.hear("spBv1.0/g/DBIRTH/e/d", vec![metric("Temperature", 1, Value::Float(4.0))]);
    assert_eq!(presences(&desk.hear("spBv1.0/g/DDEATH/e/d", Vec::new())), [("g/e/d".to_owned(), false)]);
    for other in ["spBv1.0/g/NCMD/e", "spBv1.0/STATE/host", "spBv1.0/g/DDATA/e", "spBv1.0/g/NBIRTH/e/d"] {
        assert_eq!(desk.hear(other, Vec::new()).refused[0].reason, RejectionReason::NotUsed, "{other}");
    }
    assert_eq!(desk.hear_bytes("spBv1.0/g/NBIRTH/e", b"{}").refused[0].reason, RejectionReason::WrongShape);
}

#[test]
fn certificates_take_bounded_memory_and_give_it_back() {
    let mut births = Births::default();
    let long = "t".repeat(1_000);
    let metrics: Vec<Metric> = (0..100).map(|i| metric(&format!("{long}/{i}/temperature"), i, Value::Int(1))).collect();
    let taken = (0..200).filter(|edge| births.node(Origin::Device, &format!("g/{edge}"), None, &metrics)).count();
    assert!((50..100).contains(&taken), "{taken}");
    assert!(births.bytes() <= MAX_BYTES);
    for edge in 0..200 {
        // The same once more is no more.
        births.device(Origin::Device, &format!("g/{edge}"), "d", &metrics[..1]);
        births.forget_device(Origin::Device, &format!("g/{edge}"), "d");
        births.died(Origin::Device, &format!("g/{edge}"), None);
    }
    assert_eq!(births.bytes(), 0);
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(payloads in proptest::collection::vec(proptest::collection::vec(proptest::num::u8::ANY, 0..80), 1..6)) {
        let mut desk = Desk::new();
        for (payload, kind) in payloads.iter().zip(["NBIRTH/e", "DBIRTH/e/d", "DDATA/e/d", "NDATA/e", "NDEATH/e"]) {
            let decoded = desk.hear_bytes(&format!("spBv1.0/g/{kind}"), payload);
            proptest::prop_assert!(!decoded.events.is_empty() || !decoded.refused.is_empty());
        }
    }
}
