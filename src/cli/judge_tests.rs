use serde_json::Value;

use super::*;
use crate::functions::{Card, judge_crash};
use crate::model::Event;

struct Panics;

impl Function for Panics {
    fn card(&self) -> &'static Card {
        &judge_crash::CARD
    }
    fn judge(&mut self, _event: &Event) -> Verdict {
        panic!("on purpose")
    }
}

fn answers(input: &[u8]) -> Vec<Value> {
    let mut out = Vec::new();
    let n_lines = run(&mut &*input, &|| Box::new(Panics), &|| Timestamp(1_800_000_000_000_000), &mut out).unwrap();
    let answers: Vec<Value> = out
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    assert_eq!(answers.len() as u64, n_lines);
    answers
}

#[test]
fn every_line_gets_an_answer_in_order_whatever_it_is() {
    let long = "x".repeat(LINE_MAX as usize + 10);
    let input = format!("not json\n\n{{\"event_id\":\"a\"}}\n{long}\n[[[[\n\u{0}");
    let answers = answers(input.as_bytes());
    assert_eq!(answers.len(), 6);
    for (answer_idx, answer) in answers.iter().enumerate() {
        assert_eq!(answer["line"], answer_idx as u64 + 1);
        assert_eq!((&answer["ruling"], &answer["probability"]), (&"undecided".into(), &0.5.into()));
        assert_eq!(answer["evidence"][0]["points"], "not_checked");
        assert!(!answer["event_id"].as_str().unwrap().is_empty());
    }
    assert!(answers[3]["summary"].as_str().unwrap().contains("longer than"));
}

#[test]
fn no_lines_no_answers() {
    assert!(answers(b"").is_empty());
}
