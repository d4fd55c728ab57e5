use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::model::{Lane, Origin, Reading, Timestamp};

/// 2026-11-22T00:31:00Z
const RECEIVED_AT: Timestamp = Timestamp(1_795_307_460_000_000);

fn packet(topic: &str, payload: impl Into<Bytes>) -> Packet {
    Packet::new(Lane::Telemetry, topic, payload, RECEIVED_AT)
}

fn read(topic: &str, payload: &str) -> Result<Event, DecodeError> {
    Ok(Decoder::default().decode_one(&packet(topic, payload.to_owned()))?.remove(0))
}

#[track_caller]
fn check_refused(topic: &str, payload: &str, reason: RejectionReason, words: &str) {
    let error = read(topic, payload).expect_err(payload);
    assert_eq!(error.reason, reason, "{payload}: {error}");
    assert!(error.detail.contains(words), "{payload}: {error}");
}

#[test]
fn what_is_refused_is_named_by_field_rule_and_find() {
    use RejectionReason::{NotFinite, NotJson, OutOfRange, UnknownTopic, WrongShape};
    let driving = |fields: &str| format!("{{\"occurred_at\": 1795307460000{fields}}}");
    for (payload, reason, words) in [
        (String::new(), NotJson, "the payload is empty"),
        (
            driving(", \"speed_kmh\": \"fast\""),
            WrongShape,
            "speed_kmh: invalid type: string \"fast\", expected a number (line 1, column 50)",
        ),
        (driving(", \"accel_g\": {\"x\": 1, \"y\": [], \"z\": 0}"), WrongShape, "accel_g.y: invalid type: sequence"),
        (driving(", \"accel_g\": {\"x\": 1}"), WrongShape, "missing field `y`"),
        (driving(", \"speed_kmh\": 1, \"speed_kmh\": 2"), WrongShape, "duplicate field `speed_kmh`"),
        (driving(", \"speed_kmh\": 1e400"), NotFinite, "speed_kmh: number out of range"),
        (driving(", \"speed_kmh\": -0.5"), OutOfRange, "speed_kmh must be from 0 to 400 km/h, found -0.5"),
        (driving(", \"speed_kmh\": 1e39"), OutOfRange, "speed_kmh"),
        (driving(", \"heading_deg\": 360.1"), OutOfRange, "heading_deg must be from 0 to 360 °"),
        (driving(", \"position\": {\"lat\": 0, \"lon\": 181}"), OutOfRange, "position.lon must be from -180 to 180 °"),
        (
            driving(", \"position\": {\"lat\": 0, \"lon\": 1, \"hdop\": 101}"),
            OutOfRange,
            "position.hdop must be from 0 to 100, found 101",
        ),
        (driving(", \"speed_kmh\": NaN"), NotJson, "at speed_kmh"),
        (driving(", \"a\\\"{\": [\"]\\\\\", {\"b\": \"}\"}], \"accel_g\": 7"), WrongShape, "accel_g: invalid type"),
        (driving("}"), NotJson, "trailing characters"),
        ("{}".to_owned(), WrongShape, "missing field `occurred_at`"),
        (
            "{\"occurred_at\": \"22.11.2026\"}".to_owned(),
            WrongShape,
            "occurred_at: invalid value: string \"22.11.2026\", expected an RFC 3339",
        ),
        ("{\n \"boot_id\": \"a\",\n \"occurred_at\": []}".to_owned(), WrongShape, "(line 3, column 18)"),
    ] {
        check_refused("fleet/v/driving", &payload, reason, words);
    }
    check_refused("fleet/v/whatever", "{}", UnknownTopic, "\"fleet/v/whatever\"");
    check_refused("fleet/\u{7}/driving", &driving(""), WrongShape, "vehicle has a control character: \"\\u{7}\"");
    check_refused("sensors/s/temperature", "{\"fahrenheit\": -459.68}", OutOfRange, "celsius must be from -273.15 to 2000 °C");
}

#[test]
fn foreign_text_in_words_is_escaped_and_cut() {
    let long = format!("{{\"occurred_at\": \"{}\\u001b[31m\"}}", "x".repeat(5_000));
    let error = read("fleet/v/driving", &long).unwrap_err();
    assert!(error.detail.len() < 400 && !error.detail.contains('\u{1b}'), "{error}");
    let topic = format!("fleet/{}\n", "y".repeat(5_000));
    let error = read(&topic, "").unwrap_err();
    assert!(error.detail.len() < 400 && !error.detail.contains('\n'), "{error}");
}

#[test]
fn packets_are_named_by_what_they_say() {
    use crate::model::PacketId;
    let names: std::collections::BTreeSet<_> = ["", "\0", "\0\0", "a", "a\0", "12345678", "12345678\0", "12345679", "22345678"]
        .iter()
        .flat_map(|payload| [PacketId::of("t", payload.as_bytes()), PacketId::of(payload, b"t")])
        .collect();
    assert_eq!(names.len(), 18);
    // Fixed for ever: ids of stored events are made of it.
    assert_eq!(PacketId::of("fleet/v/crash", b"{}").to_string(), "30f35979e8c919e6");
}

#[test]
fn deep_nesting_is_survived() {
    let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
    let ignored = format!("{{\"occurred_at\": 1795307460000, \"x\": {open}{close}}}");
    assert!(read("fleet/v/driving", &ignored).is_ok());
    let asked = format!("{{\"occurred_at\": {open}{close}}}");
    assert_eq!(read("fleet/v/driving", &asked).unwrap_err().reason, RejectionReason::WrongShape);
    let crash = read("fleet/v/crash", &open).unwrap();
    assert!(matches!(crash.reading, Reading::Crash(report) if report.unreadable.is_some()));
}

#[test]
fn the_longest_payload_is_read_and_one_byte_more_is_not() {
    let fitted = |len: usize| {
        let head = "{\"occurred_at\": 1795307460000, \"pad\": \"";
        format!("{head}{}\"}}", "x".repeat(len - head.len() - 2))
    };
    assert!(read("fleet/v/driving", &fitted(MAX_PAYLOAD_BYTES)).is_ok());
    check_refused("fleet/v/driving", &fitted(MAX_PAYLOAD_BYTES + 1), RejectionReason::TooLarge, "262145 bytes; at most 262144");
    let crash = read("fleet/v/crash", &fitted(MAX_PAYLOAD_BYTES + 1)).unwrap();
    assert!(
        matches!(crash.reading, Reading::Crash(report) if report.unreadable.is_some() && report.raw.len() > MAX_PAYLOAD_BYTES)
    );
}

#[test]
fn a_clock_is_believed_from_2015_to_a_day_ahead() {
    let at = |millis: i64| read("fleet/v/driving", &format!("{{\"occurred_at\": {millis}}}")).unwrap();
    let day = 24 * 3_600 * 1_000;
    let (first, last) = (1_420_070_400_000, RECEIVED_AT.millis() + day);
    for (millis, believed) in [(first - 1, false), (first, true), (last, true), (last + 1, false), (i64::MAX, false), (-1, false)]
    {
        let event = at(millis);
        assert_eq!((event.occurred_at.is_some(), event.clock_wrong), (believed, !believed), "{millis}");
    }
    let exact = read("fleet/v/driving", "{\"occurred_at\": \"2026-11-22T09:30:59.123456+09:00\"}").unwrap();
    assert_eq!(exact.occurred_at, Some(Timestamp(1_795_307_459_123_456)));
    let timeless = read("sensors/s/temperature", "{\"celsius\": 1}").unwrap();
    assert_eq!((timeless.occurred_at, timeless.clock_wrong), (None, false));
}

fn crash_id(topic: &str, payload: &str) -> String {
    match read(topic, payload).unwrap().reading {
        Reading::Crash(report) => report.event_id.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_event_is_named_by_its_own_id_else_by_start_and_number_else_by_its_bytes() {
    assert_eq!(crash_id("fleet/v/crash", "{\"event_id\": \"e/1\", \"boot_id\": \"b\", \"seq\": 1}"), "v/e/1");
    assert_eq!(crash_id("fleet/v/crash", "{\"event_id\": \"\", \"boot_id\": 3, \"seq\": 1}"), "v/3/1");
    let by_bytes = crash_id("fleet/v/crash", "{\"seq\": 1}");
    assert!(by_bytes.starts_with("v/#") && by_bytes.len() == "v/#".len() + 16, "{by_bytes}");
    assert_eq!(by_bytes, crash_id("fleet/v/crash", "{\"seq\": 1}"));
    assert_ne!(by_bytes, crash_id("fleet/v/crash", "{\"seq\": 2}"));
}

/// A drill must never make a real report look like one that we had already.
#[test]
fn a_drill_shares_no_id_with_a_real_event() {
    let payload = "{\"event_id\": \"e-1\"}";
    assert_eq!(crash_id("drill/fleet/v/crash", payload), "/drill/v/e-1");
    assert_eq!(crash_id("sample/fleet/v/crash", payload), "/sample/v/e-1");
    assert_ne!(crash_id("fleet/drill/crash", "{\"event_id\": \"v/e-1\"}"), "/drill/v/e-1");
    let event = read("drill/fleet/v/crash", payload).unwrap();
    assert_eq!((event.origin, event.device.as_str()), (Origin::Drill, "v"));
}

#[test]
fn a_vehicle_that_cannot_be_named_is_filed_under_a_name_that_can_be_shown() {
    for (topic, name) in [("fleet//crash", "unknown"), ("fleet/a\u{1}b/crash", "a\u{fffd}b")] {
        let event = read(topic, "{}").unwrap();
        assert_eq!(event.device.as_str(), name);
        assert!(matches!(event.reading, Reading::Crash(report) if report.unreadable.is_some()), "{topic}");
    }
    let long = read(&format!("fleet/{}/crash", "é".repeat(100)), "{}").unwrap();
    assert_eq!(long.device.as_str().len(), 128);
}

#[test]
fn a_full_register_refuses_new_vehicles_but_never_a_crash() {
    let mut decoder = Decoder::new(&Settings::default(), 2);
    let mut send = |topic: &str| {
        decoder
            .decode_one(&packet(topic, "{\"occurred_at\": 1795307460000, \"boot_id\": \"b\"}"))
            .map(|mut events| events.remove(0))
    };
    for topic in ["fleet/a/driving", "fleet/b/driving", "fleet/a/driving", "drill/fleet/c/driving"] {
        assert!(send(topic).is_ok(), "{topic}");
    }
    let refused = send("fleet/c/driving").unwrap_err();
    assert_eq!(
        (refused.reason, refused.detail.as_str()),
        (RejectionReason::TooManyDevices, "the vehicle \"c\" is new and the register is full at 2 devices")
    );
    let crash = send("fleet/c/crash").unwrap();
    assert_eq!((crash.device.as_str(), crash.boot.map(|boot| boot.0.to_string())), ("c", Some("b".to_owned())));
}

#[test]
fn a_known_device_and_start_cost_no_allocation() {
    let mut interner = Interner::default();
    let first = interner.device_and_boot(Origin::Device, "v", Some("b")).unwrap();
    let again = interner.device_and_boot(Origin::Device, "v", Some("b")).unwrap();
    assert!(std::sync::Arc::ptr_eq(&first.0.0, &again.0.0));
    assert!(std::sync::Arc::ptr_eq(&first.1.unwrap().0, &again.1.unwrap().0));
    let other = interner.device_and_boot(Origin::Device, "v", Some("c")).unwrap();
    assert_eq!(&*other.1.unwrap().0, "c");
}

/// Every default filter is sound, has a word in it, and brings in nothing that its own format does not know.
#[test]
fn nothing_is_subscribed_that_no_format_reads() {
    for format in all() {
        for Filter { topic: filter, .. } in format.filters() {
            assert_eq!(topic::check(&filter), Ok(()), "{filter}");
            assert!(filter.split('/').any(|level| !matches!(level, "+" | "#")), "{filter}");
            let topic = filter.replace('+', "temperature:0").replace('#', "a/b");
            assert!(format.knows(&topic), "{}: {filter} brings in {topic}", format.name());
        }
    }
}

/// AWS `IoT` Core takes fifty filters on a connection, and what is beyond is not asked for: those of devices and of drills
/// fit, with every format on.
#[test]
fn every_default_filter_fits_on_a_connection_to_aws() {
    let wanted = Decoder::default().filters();
    for lane in [Lane::Crash, Lane::Telemetry] {
        let n = wanted.iter().filter(|wanted| wanted.filter.lane == lane).count();
        assert!(n * 2 <= 50, "{lane:?}: {n} under each of two roots");
    }
}

/// What is subscribed stands in the documentation, and each name where it is switched.
#[test]
fn every_format_is_documented() {
    let (table, settings) = (include_str!("../../docs/FORMATS.md"), include_str!("../../assets/settings.toml"));
    for format in all().iter().filter(|format| format.name() != native::NAME) {
        let begin = format!("| `{}` |", format.name());
        let row = table.lines().find(|line| line.starts_with(&begin)).unwrap_or_else(|| panic!("no row {begin}"));
        for Filter { topic, lane } in format.filters() {
            assert!(row.contains(&format!("`{topic}`")), "{topic}");
            assert_eq!(row.contains("(crash lane)"), lane == Lane::Crash, "{topic}");
        }
        assert!(settings.contains(&format!(" {}", format.name())), "{}", format.name());
    }
}

/// The native format is asked first, so nobody takes its topics away.
#[test]
fn a_message_of_the_native_format_is_never_taken_by_another() {
    for (topic, payload) in &VALID[..3] {
        for name in ["status", "events", "online", "teltonika"] {
            let topic = topic.replace("/v/", &format!("/{name}/")).replace("/s/", &format!("/{name}/"));
            let explained = Decoder::default().explain(&packet(&topic, payload.to_owned()));
            assert_eq!(explained.format, Some(native::NAME), "{topic}");
        }
    }
}

/// A format that is switched off hears nothing and reads nothing; topics of the settings are heard in its place.
#[test]
fn formats_are_switched_by_the_settings() {
    let mut settings = Settings { enabled: vec!["owntracks".to_owned()], ..Settings::default() };
    settings.topics.insert("owntracks".to_owned(), vec!["phones/+/+".to_owned()]);
    assert_eq!(settings.check(), Ok(()));
    let mut decoder = Decoder::new(&settings, 10);
    let heard: Vec<_> = decoder.filters().into_iter().map(|wanted| wanted.filter.topic).collect();
    assert_eq!(heard, ["fleet/+/crash", "fleet/+/driving", "sensors/+/temperature", "phones/+/+"]);
    let phone = "{\"_type\":\"location\",\"lat\":48.8,\"lon\":2.2,\"tst\":1795307400,\"vel\":7}";
    let events = decoder.decode_one(&packet("phones/jane/nokia", phone)).unwrap();
    assert_eq!(events[0].device.as_str(), "jane/nokia");
    let off = decoder.decode_one(&packet("zigbee2mqtt/fridge", "{\"temperature\":4}")).unwrap_err();
    assert_eq!(off.reason, RejectionReason::UnknownTopic);
    settings.enabled = vec!["owntrack".to_owned()];
    assert!(settings.check().unwrap_err().contains("knows no format \"owntrack\"; there are all, native, owntracks, "));
}

/// Two crashes of a device whose clock stands still are two.
#[test]
fn a_clock_that_cannot_be_right_names_no_event() {
    let claim = |sp: u8| crash_id("teltonika/1/data", &format!("{{\"ts\":0,\"latlng\":\"1.0,1.0\",\"sp\":{sp},\"247\":1}}"));
    assert_eq!(claim(40), claim(40));
    assert_ne!(claim(40), claim(41));
}

/// A gateway's name is anybody's word: no name makes a real report one of a drill.
#[test]
fn a_name_in_a_payload_cannot_lead_out_of_its_root() {
    let payload =
        "{\"event\":{\"type\":\"alarm\",\"attributes\":{\"alarm\":\"accident\"}},\"device\":{\"uniqueId\":\"/drill/v\"}}";
    assert!(crash_id("events", payload).starts_with("drill/v/#"));
}

const VALID: [(&str, &str); 12] = [
    (
        "fleet/v/driving",
        "{\"occurred_at\":\"2026-11-22T09:30:00.25+09:00\",\"speed_kmh\":48.2,\"accel_g\":{\"x\":0,\"y\":1e-3,\"z\":-1},\"position\":{\"lat\":37.5,\"lon\":127,\"hdop\":0.9},\"heading_deg\":271,\"boot_id\":\"b\",\"seq\":3}",
    ),
    (
        "drill/fleet/v/crash",
        "{\"event_id\":\"e\",\"occurred_at\":1795307460000,\"samples\":{\"t_ms\":[0,10],\"x_g\":[0,null],\"y_g\":[0,0],\"z_g\":[1,1]},\"frame\":\"device\",\"gravity\":true,\"range_g\":8,\"speed\":{\"t_ms\":[0],\"kmh\":[5]},\"airbag\":null,\"position\":{\"lat\":1,\"lon\":2},\"device_verdict\":\"crash\",\"test\":true}",
    ),
    ("sensors/s/temperature", "{\"occurred_at\":1795307460000.5,\"celsius\":21.5}"),
    (
        "ecall/v",
        "{\"msdStructure\":{\"messageIdentifier\":1,\"control\":{\"automaticActivation\":true,\"testCall\":false},\"timestamp\":1795307400,\"vehicleLocation\":{\"positionLatitude\":135238680,\"positionLongitude\":457120440}}}",
    ),
    ("sdii/v", "{\"timeStampUTC_ms\":1795307400000,\"airbagsDeployed\":true}"),
    (
        "vss/v",
        "{\"ts\":1795307402000,\"Vehicle\":{\"Speed\":{\"value\":44},\"Cabin\":{\"Airbag\":{\"IsDeployed\":{\"value\":true}}}}}",
    ),
    (
        "teltonika/1/data",
        "{\"state\":{\"reported\":{\"ts\":1795307400000,\"latlng\":\"37.5,126.9\",\"sat\":11,\"sp\":48,\"72\":-182,\"247\":5,\"257\":\"001D003F03F3001E003C03F3\",\"317\":3}}}",
    ),
    (
        "positions",
        "{\"position\":{\"deviceTime\":\"2026-01-01T01:02:03.000+00:00\",\"latitude\":20.0,\"longitude\":30.0,\"speed\":43.2,\"attributes\":{\"alarm\":\"accident\"}},\"device\":{\"uniqueId\":\"1\"}}",
    ),
    ("ruuvi/g/t", "{\"ts\":\"1653668027\",\"data\":\"0201061BFF99040515AE4C6DC6D7000CFFF803F4ADB6AD697FF41F0C28CBD6\"}"),
    (
        "senml/a",
        "[{\"bn\":\"a:\",\"bt\":1795307400,\"bu\":\"Cel\",\"bv\":20,\"n\":\"in\",\"v\":1.5},{\"u\":\"lat\",\"v\":60.1},{\"u\":\"lon\",\"v\":24.3}]",
    ),
    (
        "p/events/rpc",
        "{\"src\":\"p\",\"method\":\"NotifyStatus\",\"params\":{\"ts\":1680962939.02,\"temperature:0\":{\"tC\":null,\"tF\":14}}}",
    ),
    ("v1/gateway/telemetry", "{\"A\":[{\"ts\":1483228800000,\"values\":{\"temperature\":42}}]}"),
];

/// What every answer must keep, whatever came in.
fn check_any(topic: &str, payload: Vec<u8>) -> Result<(), TestCaseError> {
    let packet = packet(topic, payload);
    let result = Decoder::new(&Settings::default(), 4).decode_one(&packet);
    let levels: Vec<_> = Origin::of_topic(topic).1.split('/').collect();
    if let ["fleet", _, "crash"] | ["ecall" | "sdii", _] = levels[..] {
        prop_assert!(result.is_ok(), "a crash topic gave {:?}", result);
    }
    for event in result.into_iter().flatten() {
        prop_assert!(!event.device.as_str().is_empty() && event.device.as_str().len() <= 128);
        match event.reading {
            Reading::Crash(report) => {
                prop_assert_eq!(&report.raw, &packet.payload);
                let n = report.pulse.len();
                prop_assert!([&report.pulse.x_g, &report.pulse.y_g, &report.pulse.z_g].iter().all(|column| column.len() == n));
                prop_assert!(report.pulse.t_ms.iter().all(|t| t.is_finite()));
                prop_assert!(report.pulse.x_g.iter().all(|g| g.is_nan() || g.abs() <= 1_000.0));
            }
            Reading::Driving(row) => prop_assert!(row.speed_kmh.is_none_or(|kmh| (0.0..=400.0).contains(&kmh))),
            Reading::Temperature(reading) => prop_assert!((-273.15..=2_000.0).contains(&reading.celsius.0)),
            Reading::Presence(_) | Reading::Ruled(_) => {}
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_on_any_topic_are_survived(
        topic in prop_oneof![
            ".{0,40}",
            "(drill/|sample/)?fleet/.{0,3}/(crash|driving)",
            "sensors/.{0,3}/temperature",
            "(ecall|sdii|vss|senml|zigbee2mqtt)/.{0,3}",
            "(owntracks|ruuvi|tele|x/teltonika|p)/.{0,3}/(data|SENSOR|LWT|x)",
            "(positions|events|p/online|p/status/temperature:0|s3/events)",
        ],
        payload in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        check_any(&topic, payload)?;
    }

    #[test]
    fn any_change_to_a_good_message_is_survived(
        which in 0..VALID.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(b"\"{}[]:,0-9.eE+nulltrue \\\n\xff\x00".to_vec()), 0..3_u8), 0..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let (topic, payload) = VALID[which];
        let mut payload = payload.as_bytes().to_vec();
        for (place, byte, kind) in changes {
            let at = place.index(payload.len());
            match kind {
                0 => payload[at] = byte,
                1 => payload.insert(at, byte),
                _ if payload.len() > 1 => { payload.remove(at); }
                _ => {}
            }
        }
        if let Some(cut) = cut {
            payload.truncate(cut.index(payload.len()));
        }
        check_any(topic, payload)?;
    }
}
