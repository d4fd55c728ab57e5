use super::*;

fn written(usage: &str, as_json: bool) -> Result<String, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), usage).unwrap();
    let mut out = Vec::new();
    match run(file.path(), None, as_json, &mut out) {
        Ok(()) => Ok(String::from_utf8(out).unwrap()),
        Err(error) => Err(error.to_string()),
    }
}

const USAGE: &str = "region = \"ap-northeast-2\"\nmonth = \"2026-11\"\nfree_tier = \"none\"\n[[lambda]]\nfunction = \"judge_crash\"\n\
    arch = \"arm64\"\nmemory_mb = 128\nrequests = 3\nbilled_ms_per_request = 1\n[iot]\nmessages = 2\nmessage_bytes = 5121\n";

#[test]
fn json_has_every_digit() {
    let bill: serde_json::Value = serde_json::from_str(&written(USAGE, true).unwrap()).unwrap();
    // 3 × 0.0000002 + 0.000375 × 0.0000133334 + 4 × 0.0000012
    assert_eq!(bill["total_usd"], "0.000005405000025");
    let lines = bill["lines"].as_array().unwrap();
    let line = &lines[1];
    assert_eq!((&line["service"], &line["item"]), (&"lambda".into(), &"duration_arm64".into()));
    assert_eq!((&line["quantity"], &line["free"]), (&serde_json::json!(0.000_375), &0.into()));
    assert_eq!((&line["unit_price_usd"], &line["amount_usd"]), (&"0.0000133334".into(), &"0.000000005000025".into()));
    assert_eq!((&line["unverified"], &lines[2]["unverified"]), (&false.into(), &true.into()));
    assert_eq!(lines[2]["quantity"], 4, "5,121 bytes are two messages");
    assert!(bill["not_included"].as_array().unwrap().len() > 5);
}

#[test]
fn text_has_the_total_the_unverified_and_what_is_left_out() {
    let text = written(USAGE, false).unwrap();
    let total = text.lines().find(|line| line.starts_with("total")).unwrap();
    assert!(total.ends_with(" 0.000005405000025"), "{text}");
    assert!(text.contains("iot messages *") && text.contains("the price of Tokyo stands here"), "{text}");
    assert!(text.contains("\nNot included:\n  taxes and credits\n"), "{text}");
}

#[test]
fn what_cannot_be_billed_is_refused_with_its_line() {
    let refused = |from: &str, to: &str| written(&USAGE.replacen(from, to, 1), true).unwrap_err();
    for (from, to, line, words) in [
        ("ap-northeast-2", "mars-1", 1, "there are us-east-1, ap-northeast-2"),
        ("2026-11", "2026-13", 2, "must be as \"2026-11\""),
        ("none", "forever", 3, "unknown variant"),
        ("memory_mb", "memory", 7, "unknown field `memory`"),
        ("arm64", "riscv", 6, "unknown variant"),
        ("billed_ms_per_request = 1", "billed_ms_per_request = \"0.0000000000001\"", 8, "too many places"),
        ("requests = 3", "requests = -3", 8, "invalid value"),
        ("messages = 2", "messages = -2", 11, "a number from 0 on"),
        ("messages = 2", "messages = 2.000000000000001", 11, "must be in quotes"),
        ("[iot]", "[iotcore]", 10, "unknown field `iotcore`"),
        ("[iot]", "[sns]\nsms = 3\n[iot]", 11, "sms needs sms_usd_each"),
        ("requests = 3", "cold_starts = 1\nrequests = 3", 9, "belong together"),
    ] {
        let error = refused(from, to);
        assert!(error.contains(&format!("line {line}")) && error.contains(words), "{to}: {error}");
    }
    let too_much = refused("requests = 3", "requests = 9000000000000000000");
    assert!(too_much.ends_with("lambda requests: that is more than can be counted"), "{too_much}");
}
