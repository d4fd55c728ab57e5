use proptest::prelude::*;

use super::*;

fn routes(settings: Settings, sensor: &str, readings: &[f64]) -> Vec<Band> {
    let mut function = RouteTemperature::new(settings);
    readings
        .iter()
        .map(|celsius| function.route(Origin::Device, &DeviceId::new(sensor), Celsius(*celsius), Timestamp::default()).band)
        .collect()
}

#[test]
fn the_limits_themselves_are_normal() {
    use Band::{Cold, Hot, Normal};
    for (celsius, band) in [(1.99, Cold), (2.0, Normal), (30.0, Normal), (30.01, Hot), (-0.0, Cold), (-273.15, Cold)] {
        assert_eq!(routes(Settings::default(), "s", &[celsius]), [band], "{celsius} °C");
    }
}

#[test]
fn a_sensor_comes_back_half_a_kelvin_within() {
    use Band::{Cold, Hot, Normal};
    assert_eq!(routes(Settings::default(), "s", &[30.1, 30.0, 29.51, 29.5, 30.0, 30.1]), [Hot, Hot, Hot, Normal, Normal, Hot]);
    assert_eq!(routes(Settings::default(), "s", &[1.9, 2.0, 2.49, 2.5, 2.0]), [Cold, Cold, Cold, Normal, Normal]);
    assert_eq!(routes(Settings::default(), "s", &[1.0, 31.0, 1.0]), [Cold, Hot, Cold]);
}

#[test]
fn a_sensor_has_its_own_limits_by_name_or_by_the_longest_beginning() {
    let limits = Limits::band;
    let sensors = [
        ("cold-*".to_owned(), limits(-25.0, -15.0)),
        ("cold-fruit-*".to_owned(), limits(0.0, 4.0)),
        ("cold-7".to_owned(), limits(1.0, 2.0)),
    ];
    let settings = Settings { sensors: sensors.into(), ..Settings::default() };
    assert_eq!(settings.limits("cold-7", None), limits(1.0, 2.0));
    assert_eq!(settings.limits("cold-8", None), limits(-25.0, -15.0));
    assert_eq!(settings.limits("cold-fruit-1", None), limits(0.0, 4.0));
    assert_eq!(settings.limits("rack", None), limits(2.0, 30.0));
}

#[test]
fn the_verdict_says_what_was_before_and_each_root_has_its_own_memory() {
    let mut function = RouteTemperature::new(Settings::default());
    let sensor = DeviceId::new("s");
    assert_eq!(function.route(Origin::Device, &sensor, Celsius(31.0), Timestamp::default()).previous, None);
    let next = function.route(Origin::Device, &sensor, Celsius(20.0), Timestamp::default());
    assert_eq!((next.previous, next.band, next.fahrenheit.0), (Some(Band::Hot), Band::Normal, 68.0));
    assert_eq!(function.route(Origin::Drill, &sensor, Celsius(20.0), Timestamp::default()).previous, None);
}

#[test]
fn a_flood_of_sensors_costs_bounded_memory() {
    let mut function = RouteTemperature::new(Settings { max_sensors: 10, ..Settings::default() });
    for n in 0..1_000 {
        let verdict = function.route(Origin::Device, &DeviceId::new(&n.to_string()), Celsius(40.0), Timestamp::default());
        assert_eq!(verdict.band, Band::Hot);
    }
    assert_eq!(function.sensors.len(), 10);
}

proptest! {
    #[test]
    fn beyond_a_limit_is_always_out_and_well_within_always_normal(readings in prop::collection::vec(-60.0..90.0_f64, 1..50)) {
        for (celsius, band) in readings.iter().zip(routes(Settings::default(), "s", &readings)) {
            match *celsius {
                c if c < 2.0 => prop_assert_eq!(band, Band::Cold),
                c if c > 30.0 => prop_assert_eq!(band, Band::Hot),
                c if (2.5..=29.5).contains(&c) => prop_assert_eq!(band, Band::Normal),
                _ => {}
            }
        }
    }
}

#[test]
fn a_group_of_the_register_has_limits_of_its_own_and_a_name_goes_before_it() {
    let mut settings = Settings { delay_s: 0.0, ..Settings::default() };
    for (key, cold, hot) in [("group:Hall 2", -25.0, -15.0), ("box-*", 2.0, 8.0), ("box-7", 0.0, 4.0)] {
        settings.sensors.insert(key.to_owned(), Limits::band(cold, hot));
    }
    let hot = |sensor: &str, group: Option<&str>| settings.limits(sensor, group).hot_above_c;
    assert_eq!((hot("box-7", Some("hall 2")), hot("box-1", Some("hall 2")), hot("box-1", Some("hall 3"))), (4.0, -15.0, 8.0));

    let mut route = RouteTemperature::new(settings);
    let sensor = DeviceId::new("box-1");
    let limits = |route: &mut RouteTemperature| route.route(Origin::Device, &sensor, Celsius(5.0), Timestamp(0)).limits_c;
    assert_eq!(limits(&mut route), (2.0, 8.0));
    let entry =
        crate::model::register::Entry { group: "hall 2".to_owned(), ..crate::model::register::Entry::new(sensor.clone()) };
    route.regroup(&Arc::new([entry].into_iter().collect()));
    assert_eq!(limits(&mut route), (-25.0, -15.0), "a sensor that is known already goes by its new group");
    route.regroup(&Arc::default());
    assert_eq!(limits(&mut route), (2.0, 8.0));
}
