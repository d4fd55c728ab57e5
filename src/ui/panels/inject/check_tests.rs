use super::*;
use crate::ui::panels::inject::wire::Kind;

const CRASH_OK: &str = r#"{
  "event_id": "{{id}}",
  "occurred_at": {{now}},
  "samples": {
    "t_ms": [0, 10, 20],
    "x_g": [0.1, null, -27.0],
    "y_g": [0, 0, 0],
    "z_g": [1, 1, 1]
  },
  "frame": "vehicle",
  "gravity": true,
  "speed": { "t_ms": [-1000, 0, 100], "kmh": [52, 52, 18] },
  "airbag": true
}"#;

#[track_caller]
fn only(topic: &str, text: &str) -> Problem {
    let problems = check(topic, text);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.into_iter().next().unwrap()
}

/// The message names what it must, and the fix makes the text good.
#[track_caller]
fn mends(topic: &str, text: &str, sentence: &str, line_after: &str) {
    let problem = only(topic, text);
    assert_eq!(problem.sentence(), sentence);
    let fix = problem.fix.expect("a fix");
    assert_eq!(fix.replacement, line_after);
    let mended = fix.apply(text);
    assert_eq!(check(topic, &mended), vec![], "{mended}");
}

#[track_caller]
fn no_fix(topic: &str, text: &str, sentence: &str) {
    let problem = only(topic, text);
    assert_eq!(problem.sentence(), sentence);
    assert_eq!(problem.fix, None);
}

const DRIVING: &str = "fleet/VAN-1/driving";
const CRASH: &str = "fleet/VAN-1/crash";
const TEMPERATURE: &str = "sensors/RFR-1/temperature";

#[test]
fn good_messages_have_no_problem() {
    assert_eq!(check(CRASH, CRASH_OK), vec![]);
    assert_eq!(
        check(
            DRIVING,
            r#"{"occurred_at": "2026-03-18T03:12:05+09:00", "speed_kmh": 52, "accel_g": {"x":0,"y":0,"z":1}, "position": {"lat": 37.5, "lon": 127.0, "hdop": 0.8}, "heading_deg": 360, "boot_id": "b", "seq": 7}"#
        ),
        vec![]
    );
    assert_eq!(check(TEMPERATURE, r#"{"fahrenheit": -40}"#), vec![]);
    assert_eq!(check(TEMPERATURE, r#"{"celsius": 4, "occurred_at": {{now}}, "fahrenheit": null}"#), vec![]);
}

#[test]
fn a_claim_to_be_a_test_is_legal() {
    assert_eq!(check(TEMPERATURE, r#"{"celsius": 4, "test": true, "drill": true}"#), vec![]);
}

#[test]
fn a_number_in_quotes_loses_them() {
    mends(
        DRIVING,
        "{\n  \"occurred_at\": {{now}},\n  \"speed_kmh\": \"52\"\n}",
        "Line 3: speed_kmh must be a number from 0 to 400 km/h, got the text \"52\"",
        "  \"speed_kmh\": 52",
    );
}

#[test]
fn a_number_with_its_unit_loses_it() {
    mends(
        DRIVING,
        "{\"occurred_at\": {{now}},\n\"speed_kmh\": \"27.4 km/h\"}",
        "Line 2: speed_kmh must be a number from 0 to 400 km/h, got the text \"27.4 km/h\"",
        "\"speed_kmh\": 27.4}",
    );
    mends(TEMPERATURE, "{\n\"celsius\": 4.5°C\n}", "Line 2: 4.5°C is not a number", "\"celsius\": 4.5");
    assert_eq!(only(DRIVING, "{\"occurred_at\":{{now}},\"speed_kmh\":\"5g\"}").fix.unwrap().advice, "Write 5 without the unit");
    assert_eq!(only(DRIVING, "{\"occurred_at\":{{now}},\"speed_kmh\":\"5\"}").fix.unwrap().advice, "Write 5 without the quotes");
}

#[test]
fn what_is_out_of_range_is_left_to_the_person() {
    no_fix(
        DRIVING,
        "{\"occurred_at\": {{now}},\n\"speed_kmh\": 401}",
        "Line 2: speed_kmh must be a number from 0 to 400 km/h, got 401",
    );
    no_fix(
        DRIVING,
        "{\"occurred_at\": {{now}},\n\"speed_kmh\": 1e400}",
        "Line 2: speed_kmh must be a number from 0 to 400 km/h, got a number too large for any computer",
    );
    no_fix(
        DRIVING,
        "{\"occurred_at\": {{now}},\n\"speed_kmh\": \"fast\"}",
        "Line 2: speed_kmh must be a number from 0 to 400 km/h, got the text \"fast\"",
    );
}

#[test]
fn syntax_is_mended() {
    mends(TEMPERATURE, "{\n  celsius: 4\n}", "Line 2: the field name celsius must be in double quotes", "  \"celsius\": 4");
    mends(TEMPERATURE, "{\n  'celsius': 4\n}", "Line 2: text must be in double quotes, got a single quote", "  \"celsius\": 4");
    mends(TEMPERATURE, "{\n  \"celsius\": 4,\n}", "Line 2: no comma may stand before '}'", "  \"celsius\": 4");
    mends(
        TEMPERATURE,
        "{\n  \"celsius\": 4\n  \"seq\": 1\n}",
        "Line 2: a comma is missing at the end of this value",
        "  \"celsius\": 4,",
    );
    mends(TEMPERATURE, "{\n  \"celsius\" 4\n}", "Line 2: a colon must follow \"celsius\", got '4'", "  \"celsius\": 4");
    mends(TEMPERATURE, "{\n  \"celsius\": 4\n", "Line 2: a closing '}' is missing at the end of the text", "  \"celsius\": 4\n}");
    mends(TEMPERATURE, "{\n  \"celsius\": 4 // cold\n}", "Line 2: JSON has no comments", "  \"celsius\": 4");
    mends(TEMPERATURE, "{\n  \"celsius\": .5\n}", "Line 2: .5 is no JSON", "  \"celsius\": 0.5");
    mends(CRASH, &CRASH_OK.replace("\"airbag\": true", "\"airbag\": True"), "Line 13: True is no JSON", "  \"airbag\": true");
    mends(
        CRASH,
        &CRASH_OK.replace("\"{{id}}\"", "{{id}}"),
        "Line 2: {{id}} stands for a text and must be in quotes",
        "  \"event_id\": \"{{id}}\",",
    );
    mends(CRASH, &CRASH_OK.replace("null, -27.0]", "NaN, -27.0]"), "Line 6: NaN is no JSON", "    \"x_g\": [0.1, null, -27.0],");
    no_fix(TEMPERATURE, "{\"celsius\": 4}\n}", "Line 2: nothing may follow the closing bracket, got '}'");
    no_fix(TEMPERATURE, "", "Line 1: a value is missing, got the end of the text");
    no_fix(TEMPERATURE, "[]", "Line 1: a message must be an object in braces, got a list");
}

#[test]
fn place_counts_characters() {
    let problems = check(DRIVING, "{\"occurred_at\": {{now}},\n  \"boot_id\": \"온도\", \"speed_kmh\": true}");
    assert_eq!((problems[0].line, problems[0].column), (2, 33));
}

#[test]
fn a_missing_time_is_added() {
    mends(DRIVING, "{\n  \"speed_kmh\": 3\n}", "Line 1: occurred_at is missing", "{\n  \"occurred_at\": {{now}},");
    mends(DRIVING, "{}", "Line 1: occurred_at is missing", "{\n  \"occurred_at\": {{now}}}");
}

#[test]
fn times_are_checked() {
    mends(
        DRIVING,
        "{\n\"occurred_at\": \"{{now}}\"}",
        "Line 2: occurred_at must be RFC 3339 text or epoch milliseconds, and {{now}} stands for the latter",
        "\"occurred_at\": {{now}}}",
    );
    mends(
        DRIVING,
        "{\n\"occurred_at\": \"yesterday\"}",
        "Line 2: occurred_at must be RFC 3339 text (2026-03-18T03:12:05Z), epoch milliseconds or {{now}}, got the text \"yesterday\"",
        "\"occurred_at\": {{now}}}",
    );
    let old = only(DRIVING, "{\"occurred_at\": 0}");
    assert!(!old.blocks && old.message.contains("1970-01-01"), "{old:?}");
}

#[test]
fn samples_are_checked() {
    no_fix(
        CRASH,
        &CRASH_OK.replace("\"z_g\": [1, 1, 1]", "\"z_g\": [1, 1]"),
        "Line 8: samples.z_g must have 3 values as samples.t_ms has, got 2",
    );
    mends(
        CRASH,
        &CRASH_OK.replace("[0.1, null, -27.0]", "[0.1, null, \"-27.0g\"]"),
        "Line 6: samples.x_g[2] must be a number from −1,000 to 1,000 g or null, got the text \"-27.0g\"",
        "    \"x_g\": [0.1, null, -27],",
    );
    no_fix(
        CRASH,
        &CRASH_OK.replace("[0, 10, 20]", "[0, null, 20]"),
        "Line 5: samples.t_ms[1] must be a number from −10,000,000,000,000 to 10,000,000,000,000 ms, got null",
    );
    no_fix(CRASH, &CRASH_OK.replace("\"t_ms\": [0, 10, 20],", ""), "Line 4: samples.t_ms is missing");
    no_fix(
        CRASH,
        "{\n\"occurred_at\": {{now}},\n\"samples\": [1]}",
        "Line 3: samples must be an object of t_ms, x_g, y_g and z_g, got a list",
    );
}

#[test]
fn words_and_flags_are_checked() {
    mends(
        CRASH,
        &CRASH_OK.replace("\"vehicle\"", "\"Vehicle\""),
        "Line 10: frame must be \"vehicle\" or \"device\", got the text \"Vehicle\"",
        "  \"frame\": \"vehicle\",",
    );
    mends(
        CRASH,
        &CRASH_OK.replace("\"gravity\": true", "\"gravity\": \"yes\""),
        "Line 11: gravity must be true or false, got the text \"yes\"",
        "  \"gravity\": true,",
    );
    mends(
        DRIVING,
        "{\"occurred_at\": {{now}},\n\"boot_id\": true}",
        "Line 2: boot_id must be a text, got true",
        "\"boot_id\": \"true\"}",
    );
    no_fix(DRIVING, "{\"occurred_at\": {{now}},\n\"seq\": 1.5}", "Line 2: seq must be a whole number from 0, got 1.5");
}

#[test]
fn one_temperature_and_one_only() {
    no_fix(TEMPERATURE, "{}", "Line 1: celsius or fahrenheit is missing");
    no_fix(TEMPERATURE, "{\"celsius\": 4,\n\"fahrenheit\": 40}", "Line 2: there must be celsius or fahrenheit, got both");
}

#[test]
fn a_field_twice_is_a_problem_and_an_unknown_one_a_hint() {
    no_fix(TEMPERATURE, "{\"celsius\": 4,\n\"celsius\": 5}", "Line 2: celsius stands here twice");
    let typo = only(DRIVING, "{\"occurred_at\": {{now}},\n\"speed_kph\": 52}");
    assert!(!typo.blocks);
    assert_eq!(typo.fix.unwrap().replacement, "\"speed_kmh\": 52}");
    let strange = only(DRIVING, "{\"occurred_at\": {{now}},\n\"fuel\": 52}");
    assert!(!strange.blocks && strange.fix.is_none());
}

#[test]
fn every_problem_is_found_in_order() {
    let text = "{\n\"occurred_at\": true,\n\"speed_kmh\": -1,\n\"heading_deg\": \"west\"\n}";
    let lines: Vec<usize> = check(DRIVING, text).iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [2, 3, 4]);
}

#[test]
fn topics_are_checked() {
    assert_eq!(Kind::of_topic("fleet/VAN-1/crash"), Ok((Kind::Crash, "VAN-1")));
    assert_eq!(Kind::of_topic("sensors/R/temperature"), Ok((Kind::Temperature, "R")));
    for wrong in ["", "fleet", "fleet//crash", "fleet/a/b/crash", "fleet/a+/crash", "fleet/a b/driving", "sensors/a/crash"] {
        assert!(Kind::of_topic(wrong).is_err(), "{wrong}");
        assert_eq!(only(wrong, "{}").line, 0);
    }
    for kind in Kind::ALL {
        assert_eq!(Kind::of_topic(&kind.topic("X")), Ok((kind, "X")));
    }
}

#[test]
fn deep_nesting_ends_in_words() {
    let deep = "[".repeat(100_000);
    assert!(only(CRASH, &deep).message.contains("deep"));
}

#[test]
fn leading_numbers() {
    for (text, number) in [
        ("27.4g", Some("27.4")),
        (".5 m/s2", Some("0.5")),
        ("+3", Some("3")),
        ("1 200", None),
        ("g", None),
        ("-", None),
        ("5.0", Some("5")),
    ] {
        assert_eq!(json::leading_number(text).as_deref(), number, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn nothing_panics_and_every_fix_is_one_line_of_the_text(text in "[\\{\\}\\[\\]\",:'a-z0-9.\\-\n /°{}]{0,60}") {
        for problem in check(TEMPERATURE, &text) {
            if let Some(fix) = problem.fix {
                assert!(fix.line >= 1 && fix.line <= text.split('\n').count());
                assert_ne!(fix.apply(&text), text);
            }
        }
    }

    /// What passes here is JSON once the placeholders are filled in.
    #[test]
    fn what_passes_is_json(cut in 0..CRASH_OK.len(), put in "[\\{\\}\\[\\]\",:0-9a-z ]{0,2}") {
        let text = format!("{}{put}{}", &CRASH_OK[..cut], &CRASH_OK[cut..]);
        if check(CRASH, &text).iter().all(|problem| !problem.blocks) {
            let sent = text.replace("{{now}}", "1").replace("{{id}}", "x");
            assert!(serde_json::from_str::<serde_json::Value>(&sent).is_ok(), "{text}");
        }
    }
}
