use serde_json::Value;

use super::*;

fn lines(input: &[u8]) -> Vec<Value> {
    let mut output = Vec::new();
    judge(input, &mut output, &functions::Settings::default()).unwrap();
    output
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

#[test]
fn one_verdict_for_each_line_in_order() {
    let input = b"{\"event_id\":\"a\",\"vehicle\":\"van-7\",\"occurred_at\":1763800000000,\"airbag\":true}\n\n  \r\nnot json\n{\"event_id\":\"c\",\"samples\":{\"t_ms\":[0],\"x_g\":[],\"y_g\":[],\"z_g\":[]}}";
    let verdicts = lines(input);
    assert_eq!(verdicts.len(), 3);
    assert_eq!((&verdicts[0]["event_id"], &verdicts[0]["ruling"]), (&"a".into(), &"real".into()));
    assert_eq!(verdicts[1]["ruling"], "undecided");
    assert!(verdicts[1]["summary"].as_str().unwrap().contains("not JSON"), "{}", verdicts[1]);
    assert!(verdicts[1]["event_id"].as_str().unwrap().starts_with('#'));
    assert_eq!((&verdicts[2]["event_id"], &verdicts[2]["ruling"]), (&"c".into(), &"undecided".into()));
    assert!(verdicts[2]["summary"].as_str().unwrap().contains("samples.x_g has 0 values"), "{}", verdicts[2]);
}

#[test]
fn every_line_has_the_promised_fields() {
    let verdict = &lines(b"{}")[0];
    for field in ["event_id", "ruling", "probability", "severity", "summary", "evidence"] {
        assert!(verdict.get(field).is_some(), "{field} is missing in {verdict}");
    }
}

#[test]
fn a_line_of_megabytes_is_undecided_and_the_next_one_is_read() {
    let mut input = vec![b'x'; 3 * MAX_PAYLOAD_BYTES];
    input.extend_from_slice(b"\n{\"event_id\":\"next\",\"airbag\":true}\n");
    let verdicts = lines(&input);
    assert_eq!(verdicts.len(), 2);
    assert!(verdicts[0]["summary"].as_str().unwrap().contains("at most"), "{}", verdicts[0]);
    assert_eq!(verdicts[1]["event_id"], "next");
}

#[test]
fn bytes_that_are_no_text_do_not_stop_it() {
    assert_eq!(lines(b"\xff\xfe\x00\n{\"airbag\":true}\n").len(), 2);
}
