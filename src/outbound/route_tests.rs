use proptest::prelude::*;

use super::*;
use crate::model::{IncidentId, Origin, Timestamp};

fn route(to: &[&str], from: Severity, vehicles: &[&str]) -> Route {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Route { to: owned(to), from, vehicles: owned(vehicles), groups: Vec::new() }
}

fn notice(device: &str, severity: Severity) -> Notice {
    Notice {
        dedup_key: "k".to_owned(),
        incident: IncidentId("INC-1".into()),
        device: DeviceId::new(device),
        severity,
        origin: Origin::Device,
        title: String::new(),
        text: String::new(),
        at: Timestamp(0),
        everyone: false,
        group: None,
    }
}

fn all() -> Vec<String> {
    CHANNELS.map(str::to_owned).to_vec()
}

#[test]
fn a_route_narrows_what_it_names_and_nothing_else() {
    let routes = [
        route(&["sns", "webhook"], Severity::High, &["VAN-0*", "truck-7"]),
        route(&["desktop"], Severity::Low, &["van-*"]),
        route(&["sns"], Severity::Critical, &[]),
    ];
    for (device, severity, told) in [
        ("van-04", Severity::Critical, "webhook sns desktop"),
        ("van-04", Severity::Medium, "desktop"),
        ("VAN-9", Severity::High, "desktop"),
        ("Truck-7", Severity::High, "webhook sns"),
        // A name without a star is the whole name.
        ("truck-70", Severity::Critical, "sns"),
        // No route names these: everyone.
        ("truck-7", Severity::Medium, "webhook email sns desktop"),
        ("fridge-1", Severity::High, "webhook email sns desktop"),
    ] {
        assert_eq!(pick(&routes, &notice(device, severity), &all(), &[]).join(" "), told, "{device} {severity:?}");
    }
}

#[test]
fn what_nobody_acknowledges_and_what_its_channels_refuse_goes_to_everyone() {
    let routes = [route(&["sns"], Severity::Low, &[])];
    let plain = notice("van-1", Severity::Critical);
    assert_eq!(pick(&routes, &plain, &all(), &[]), ["sns"]);
    assert_eq!(pick(&routes, &plain, &all(), &["sns".to_owned()]), ["webhook", "email", "desktop"]);
    let without = ["webhook".to_owned()];
    assert_eq!(pick(&routes, &plain, &without, &[]), ["webhook"], "the channel of the route is not set up");
    let late = Notice { everyone: true, ..plain };
    assert_eq!(pick(&routes, &late, &all(), &[]), ["webhook", "email", "sns", "desktop"]);
}

#[test]
fn the_doctor_hears_of_what_no_route_names() {
    let routes = [route(&["sns"], Severity::Critical, &["van-*"])];
    assert!(names(&routes, &DeviceId::new("VAN-12"), None));
    assert!(!names(&routes, &DeviceId::new("truck-1"), None));
    assert!(!names(&[], &DeviceId::new("truck-1"), None));
}

#[test]
fn a_route_that_cannot_be_meant_is_refused_with_its_fix() {
    for (route, says) in [
        (route(&[], Severity::Low, &[]), "there are webhook, email, sns, desktop"),
        (route(&["webook"], Severity::Low, &[]), "\"webook\""),
        (route(&["sns"], Severity::Low, &["van-1", " "]), "leave `vehicles` out"),
    ] {
        let wrong = route.wrong(&CHANNELS).expect("it was taken");
        assert!(wrong.contains(says), "{wrong}");
    }
    assert_eq!(route(&["sns"], Severity::Low, &["*"]).wrong(&CHANNELS), None);
}

proptest! {
    /// Whatever the routes are, somebody is told while any channel has not settled, and nobody twice.
    #[test]
    fn no_notice_falls_through(
        tos in prop::collection::vec((prop::collection::vec(0_usize..CHANNELS.len(), 1..3), 0_usize..4, "[v*][*0-9]{0,3}"), 0..6),
        there in prop::collection::vec(any::<bool>(), CHANNELS.len()),
        settled in prop::collection::vec(any::<bool>(), CHANNELS.len()),
        device in "v[0-9]{0,3}",
        grave in 0_usize..4,
    ) {
        let severities = [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
        let routes: Vec<Route> = tos
            .into_iter()
            .map(|(to, from, name)| {
                let to: Vec<&str> = to.into_iter().map(|idx| CHANNELS[idx]).collect();
                route(&to, severities[from], &[&name])
            })
            .collect();
        let those = |which: &[bool]| -> Vec<String> {
            CHANNELS.iter().zip(which).filter(|(_, is)| **is).map(|(name, _)| (*name).to_owned()).collect()
        };
        let (there, settled) = (those(&there), those(&settled));
        let told = pick(&routes, &notice(&device, severities[grave]), &there, &settled);
        let left = there.iter().filter(|name| !settled.contains(name)).count();
        prop_assert_eq!(told.is_empty(), left == 0);
        prop_assert!(told.iter().all(|name| !settled.iter().any(|settled| settled == name)));
    }
}

#[test]
fn a_route_names_groups_of_the_register_beside_names() {
    let both: Route = toml::from_str("to = ['sns']\nvehicles = ['truck-7']\ngroups = ['Seoul*']").unwrap();
    let groups: Route = toml::from_str("to = ['desktop']\ngroups = ['busan']").unwrap();
    let routes = [both, groups];
    for (device, group, told) in [
        ("van-1", Some("seoul north"), "sns"),
        ("truck-7", None, "sns"),
        ("truck-7", Some("Busan"), "sns desktop"),
        // No route names these: everyone.
        ("van-1", None, "webhook email sns desktop"),
        ("van-1", Some("Daegu"), "webhook email sns desktop"),
    ] {
        let notice = Notice { group: group.map(str::to_owned), ..notice(device, Severity::High) };
        assert_eq!(pick(&routes, &notice, &all(), &[]).join(" "), told, "{device} of {group:?}");
    }
    assert!(names(&routes, &DeviceId::new("van-1"), Some("BUSAN")));
    let blank: Route = toml::from_str("to = ['sns']\ngroups = [' ']").unwrap();
    assert!(blank.wrong(&CHANNELS).unwrap().contains("groups"));
}
