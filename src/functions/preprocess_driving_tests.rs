use super::*;
use crate::model::{AccelG, PacketId};
use RejectionReason::{Duplicate, Empty, OutOfOrder, OutOfRange};

const START: Timestamp = Timestamp(1_795_000_000_000_000);

struct Vehicle {
    function: PreprocessDriving,
}

impl Vehicle {
    fn new() -> Self {
        Self { function: PreprocessDriving::new(Settings::default()) }
    }

    /// Sends a row at `secs` and says why it was dropped.
    fn send(&mut self, secs: i64, numbered: Option<(&str, u64)>, row: Driving) -> Option<RejectionReason> {
        let event = Event {
            device: DeviceId::new("van-7"),
            origin: Origin::Device,
            occurred_at: Some(START.plus_secs(secs)),
            clock_wrong: false,
            received_at: START.plus_secs(secs),
            boot: numbered.map(|(boot, _)| BootId(boot.into())),
            seq: numbered.map(|(_, seq)| seq),
            retained: false,
            packet: PacketId(0),
            reading: Reading::Driving(row),
        };
        match self.function.judge(&event) {
            Verdict::Driving(DrivingVerdict::Drop(reason)) => Some(reason),
            Verdict::Driving(DrivingVerdict::Keep) => None,
            other => panic!("{other:?}"),
        }
    }
}

fn speed(kmh: f64) -> Driving {
    Driving { speed_kmh: Some(kmh), ..Driving::default() }
}

fn place(lat: f64, lon: f64) -> Driving {
    Driving { position: Some(Position { lat, lon, hdop: None }), ..Driving::default() }
}

#[test]
fn a_row_that_says_nothing_is_dropped() {
    assert_eq!(Vehicle::new().send(0, None, Driving::default()), Some(Empty));
    let accel = Driving { accel_g: Some(AccelG::default()), ..Driving::default() };
    assert_eq!(Vehicle::new().send(0, None, accel), None);
}

#[test]
fn the_same_row_again_is_dropped() {
    let mut vehicle = Vehicle::new();
    assert_eq!(vehicle.send(0, None, speed(50.0)), None);
    assert_eq!(vehicle.send(0, None, speed(50.0)), Some(Duplicate));
    assert_eq!(vehicle.send(0, None, speed(51.0)), None, "another value at the same time is another row");
    assert_eq!(vehicle.send(1, Some(("a", 7)), speed(50.0)), None);
    assert_eq!(vehicle.send(9, Some(("a", 7)), speed(10.0)), Some(Duplicate), "the number decides, not the time");
}

#[test]
fn within_a_start_the_number_orders_and_a_new_start_begins_anew() {
    let mut vehicle = Vehicle::new();
    assert_eq!(vehicle.send(10, Some(("a", 7)), speed(50.0)), None);
    assert_eq!(vehicle.send(11, Some(("a", 6)), speed(50.0)), Some(OutOfOrder));
    assert_eq!(vehicle.send(5, Some(("a", 8)), speed(50.0)), None, "a clock set back is no late row");
    assert_eq!(vehicle.send(6, Some(("b", 0)), speed(50.0)), None);
    let mut unnumbered = Vehicle::new();
    assert_eq!(unnumbered.send(10, None, speed(50.0)), None);
    assert_eq!(unnumbered.send(9, None, speed(50.0)), Some(OutOfOrder));
}

#[test]
fn a_jump_of_the_position_is_dropped_until_it_is_believed() {
    let mut vehicle = Vehicle::new();
    assert_eq!(vehicle.send(0, None, place(37.5, 127.0)), None);
    assert_eq!(vehicle.send(1, None, place(37.501, 127.0)), None, "111 m are within the error of a fix");
    assert_eq!(vehicle.send(2, None, place(38.5, 127.0)), Some(OutOfRange));
    assert_eq!(vehicle.send(3, None, place(37.502, 127.0)), None);
    assert_eq!(vehicle.send(4, None, place(35.1, 129.0)), Some(OutOfRange));
    assert_eq!(vehicle.send(5, None, place(35.1, 129.0)), Some(OutOfRange));
    assert_eq!(vehicle.send(6, None, place(35.1, 129.0)), None, "the third says that the vehicle is there");
    assert_eq!(vehicle.send(3_606, None, place(37.5, 127.0)), None, "an hour is enough for 300 km");
}

#[test]
fn the_date_line_is_no_jump() {
    let mut vehicle = Vehicle::new();
    assert_eq!(vehicle.send(0, None, place(-17.0, 179.999)), None);
    assert_eq!(vehicle.send(1, None, place(-17.0, -179.999)), None);
}

#[test]
fn a_speed_that_no_vehicle_reaches_in_a_second_is_dropped() {
    let mut vehicle = Vehicle::new();
    assert_eq!(vehicle.send(0, None, speed(50.0)), None);
    assert_eq!(vehicle.send(1, None, speed(390.0)), Some(OutOfRange));
    assert_eq!(vehicle.send(2, None, speed(0.0)), None, "a collision stops a vehicle at once");
}

#[test]
fn a_flood_of_vehicles_costs_bounded_memory() {
    let mut function = PreprocessDriving::new(Settings { max_vehicles: 10, ..Settings::default() });
    let mut vehicle = Vehicle::new();
    std::mem::swap(&mut vehicle.function, &mut function);
    for n in 0..100 {
        let key = (Origin::Device, DeviceId::new(&n.to_string()));
        let event = Event {
            device: key.1.clone(),
            origin: key.0,
            occurred_at: None,
            clock_wrong: false,
            received_at: START,
            boot: None,
            seq: None,
            retained: false,
            packet: PacketId(n),
            reading: Reading::Driving(speed(50.0)),
        };
        assert_eq!(vehicle.function.judge(&event), Verdict::Driving(DrivingVerdict::Keep));
    }
    assert_eq!(vehicle.function.vehicles.len(), 10);
}
