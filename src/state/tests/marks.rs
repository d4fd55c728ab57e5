//! What lies on the map.

use super::*;
use crate::model::{HarshKind, Places};
use crate::state::snapshot::SensorMark;

fn line(places: &str) -> Line {
    let mut line = Line::new();
    line.state.set_places(toml::from_str::<Places>(places).unwrap());
    line.tell(Fact::Looked(Focus { map: true, ..Focus::default() }));
    line
}

fn sensors(line: &mut Line) -> Vec<SensorMark> {
    line.pass_secs(1);
    line.state.snapshot().sensor_marks.to_vec()
}

#[test]
fn a_sensor_is_where_it_says_else_where_the_settings_say_else_where_its_vehicle_is() {
    let mut line = line("\"box-*\" = { lat = 1.0, lon = 2.0 }");
    line.receive("sensors/box-1/temperature", r#"{"celsius":20,"position":{"lat":5.0,"lon":6.0}}"#);
    // It says it once, and not each time.
    line.receive("sensors/box-1/temperature", r#"{"celsius":21}"#);
    line.receive("sensors/box-2/temperature", r#"{"celsius":40}"#);
    line.receive("sensors/lost/temperature", r#"{"celsius":20}"#);
    line.receive("sensors/wild/temperature", r#"{"celsius":20,"position":{"lat":91,"lon":6.0}}"#);
    line.receive("fleet/van-7/driving", r#"{"occurred_at":1800000000000,"speed_kmh":10,"position":{"lat":7.0,"lon":8.0}}"#);
    line.receive("sensors/van-7/temperature", r#"{"celsius":-30}"#);
    line.receive("drill/sensors/box-9/temperature", r#"{"celsius":90}"#);
    let found: Vec<_> =
        sensors(&mut line).iter().map(|mark| (mark.row.device.to_string(), mark.lat, mark.lon, mark.row.last.band)).collect();
    let of = |name: &str, lat, lon, band| (name.to_owned(), lat, lon, band);
    let wanted = [of("box-1", 5.0, 6.0, Band::Normal), of("box-2", 1.0, 2.0, Band::Hot), of("van-7", 7.0, 8.0, Band::Cold)];
    assert_eq!(found, wanted, "no drill, and nobody whose place is not known");
    assert_eq!(line.state.snapshot().sensor_counts.total, 6, "a place that cannot be loses no temperature");
    assert!(sensors(&mut line).iter().all(|mark| !mark.silent));
    line.pass_secs(70);
    assert!(sensors(&mut line).iter().all(|mark| mark.silent));
}

#[test]
fn harsh_driving_stays_on_the_map_for_an_hour() {
    let mut line = line("");
    let mut secs = 0;
    let mut drive = |line: &mut Line, kmh: f64| {
        line.pass_secs(1);
        secs += 1;
        let at = line.now.millis();
        let lat = 37.5 + f64::from(secs) * 1e-4;
        let row = format!(r#"{{"occurred_at":{at},"speed_kmh":{kmh},"position":{{"lat":{lat},"lon":127.0}}}}"#);
        line.receive("fleet/van-7/driving", &row);
    };
    for kmh in [60.0, 60.0, 60.0, 38.0, 16.0, 15.0, 15.0, 15.0] {
        drive(&mut line, kmh);
    }
    line.pass_secs(1);
    let marks = line.state.snapshot().harsh_marks.clone();
    assert_eq!(marks.len(), 1);
    assert_eq!((marks[0].device.as_str(), marks[0].harsh.kind), ("van-7", HarshKind::Brake));
    assert!(marks[0].lat > 37.5 && marks[0].harsh.peak_ms2 > 4.4);
    line.pass_secs(3_590);
    assert_eq!(line.state.snapshot().harsh_marks.len(), 1);
    line.pass_secs(20);
    assert!(line.state.snapshot().harsh_marks.is_empty());
}
