use super::*;
use crate::model::{Rejection, RejectionReason};

const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

/// A row of a table of its own: what it holds by field.
struct Held(&'static [(&'static str, Value<'static>)]);

impl Row for Held {
    fn value(&self, field: &'static str) -> Value<'_> {
        self.0.iter().find(|(name, _)| *name == field).map_or(Value::Nothing, |(_, value)| *value)
    }
}

const VAN: Held = Held(&[
    ("vehicle", Value::Name("VAN-0427")),
    ("id", Value::Name("INC-20270115-0007")),
    ("state", Value::Words(&["open", "unacknowledged", "active"])),
    ("severity", Value::Rank(2)),
    ("verdict", Value::Words(&["undecided"])),
    ("reports", Value::Number(3.0)),
    ("assigned", Value::Name("M. Seo")),
    ("since", Value::Time(NOW.plus_secs(-3_600))),
    ("before", Value::Time(NOW.plus_secs(-3_600))),
]);

#[track_caller]
fn finds(text: &str) -> bool {
    Search::parse(text, INCIDENTS).unwrap_or_else(|error| panic!("{text}: {error}")).finds(&VAN, NOW)
}

#[test]
fn the_example_of_the_help_finds_what_it_says() {
    assert!(finds("state:open severity>=high vehicle:VAN-04* verdict:undecided since:2h"));
    for other in [
        "state:resolved severity>=high",
        "severity>high",
        "vehicle:VAN-05*",
        "verdict:real",
        "since:59m",
        "state:open vehicle:BUS*",
    ] {
        assert!(!finds(other), "{other}");
    }
    assert!(finds("") && finds("  \t "));
}

#[test]
fn each_comparison_means_what_it_looks_like() {
    for (text, found) in [
        ("severity:high", true),
        ("severity=high", true),
        ("severity!=high", false),
        ("-severity:high", false),
        ("-severity!=high", true),
        ("severity<critical", true),
        ("severity<=medium", false),
        ("severity:>=medium", true),
        ("severity:low,HIGH", true),
        ("severity:low,medium", false),
        ("reports>2", true),
        ("reports>=3.0", true),
        ("reports<3", false),
        ("reports:3", true),
        // A part is enough, unless it is asked for whole or with a star.
        ("van", true),
        ("0427", true),
        ("-0427", false),
        ("inc-2027", true),
        ("vehicle:van", true),
        ("vehicle=van", false),
        ("vehicle=van-0427", true),
        ("vehicle:van*27", true),
        ("vehicle:*04*", true),
        ("vehicle:*04", false),
        ("vehicle:v*0*2*7", true),
        ("vehicle:van*0427*x", false),
        ("device:VAN-04*", true),
        ("assigned:\"m. seo\"", true),
        ("assigned:m.", true),
        ("\"m. seo\"", true),
        // What a row does not hold is neither this nor that.
        ("delta_v>0", false),
        ("delta_v<=1000", false),
        ("before:30m", true),
        ("before:2h", false),
        ("since:3600s", true),
        ("since:2027-01-15", true),
        ("before:2027-01-15", false),
        ("since:2027-01-15T07:00", true),
        ("since:2027-01-15T07:01Z", false),
        ("since:2027-01-15T16:00:00+09:00", true),
    ] {
        assert_eq!(finds(text), found, "{text}");
    }
}

#[test]
fn an_error_names_the_word_its_place_and_the_fix() {
    for (text, word, fix) in [
        ("state:open severty>=high", "severty", "did you mean severity?"),
        ("veh:VAN-04", "veh", "did you mean vehicle?"),
        ("colour:red", "colour", "there are vehicle, id, state"),
        ("severity:hihg", "hihg", "did you mean severity:high?"),
        ("state:opn", "opn", "did you mean state:open?"),
        ("state:purple", "purple", "it is open, unacknowledged"),
        ("reports>many", "many", "write reports>=3"),
        ("delta_v>fast", "fast", "in km/h"),
        ("since:yesterday", "yesterday", "since:2h"),
        ("since:가나다라", "가나다라", "since:2h"),
        ("since:2w", "2w", "(s, m, h, d)"),
        ("since:2027-13-45", "2027-13-45", "2026-03-18"),
        ("vehicle>=VAN-04", "VAN-04", "write vehicle:VAN-04"),
        ("state:open severity:", "severity:", "write severity:something"),
        ("severity:,", "severity:,", "write severity:something"),
        ("vehicle:\"VAN 4", "\"VAN 4", "second \""),
        ("reports:NaN", "NaN", "no number"),
    ] {
        let error = Search::parse(text, INCIDENTS).unwrap_err();
        assert_eq!(error.word, word, "{text}");
        assert!(text[error.at.clone()].contains(word), "{text}: {:?}", error.at);
        let words = error.to_string();
        assert!(words.contains(fix) && words.contains(word.trim_matches('"')), "{text}: {words}");
    }
    let long = "a ".repeat(65);
    assert_eq!(Search::parse(&long, INCIDENTS).unwrap_err().problem, Problem::TooMany);
}

#[test]
fn every_word_that_a_table_offers_is_taken() {
    for fields in [INCIDENTS, FLEET, SENSORS, FUNCTIONS] {
        let mut all: Vec<&str> = fields.iter().flat_map(|field| field.names.iter().copied()).collect();
        for field in fields {
            let values: Vec<String> = match field.kind {
                Kind::Name => vec!["x".to_owned()],
                Kind::Words(words) | Kind::Rank(words) => words.iter().map(ToString::to_string).collect(),
                Kind::Number(_) => vec!["-1.5".to_owned()],
                Kind::Since | Kind::Before => vec!["90d".to_owned()],
            };
            for (name, value) in field.names.iter().flat_map(|name| values.iter().map(move |value| (name, value))) {
                let text = format!("{name}:{value}");
                assert!(Search::parse(&text, fields).is_ok(), "{text}");
            }
        }
        let n = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), n, "two fields of one table share a name");
    }
}

proptest::proptest! {
    /// Nothing that is typed breaks it, and an error points into the text.
    #[test]
    fn nothing_that_is_typed_breaks_it(text in r#"([a-z:=<>!*,"\- 0-9가ßT]|severity|vehicle|state|since){0,40}"#) {
        match Search::parse(&text, INCIDENTS) {
            Ok(search) => {
                search.finds(&VAN, NOW);
            }
            Err(error) => {
                proptest::prop_assert!(text.get(error.at.clone()).is_some(), "{text:?} {error:?}");
                proptest::prop_assert!(!error.to_string().is_empty());
            }
        }
    }

    /// A search and the same turned round share no row and miss none.
    #[test]
    fn a_term_and_its_opposite_share_every_row_between_them(
        term in proptest::sample::select(vec!["state:open", "vehicle:van*", "severity>=high", "reports<3", "since:2h", "0427", "dv>1"])
    ) {
        proptest::prop_assert_ne!(finds(term), finds(&format!("-{term}")));
    }
}

#[test]
fn what_was_refused_is_found_by_topic_reason_words_and_size() {
    let rejection = Rejection {
        topic: "fleet/VAN-7/driving".into(),
        received_at: NOW.plus_secs(-600),
        reason: RejectionReason::NotJson,
        detail: "expected value at line 1 column 1".into(),
        payload_len: 12,
    };
    for (text, found) in [
        ("reason:not_json", true),
        ("reason:empty,not_json", true),
        ("reason:empty", false),
        ("topic:*van-7*", true),
        ("why:*column*", true),
        ("bytes>=12 since:15m", true),
        ("bytes>12", false),
        ("since:5m", false),
        ("van-7", true),
    ] {
        assert_eq!(Search::parse(text, REFUSED).unwrap().finds(&rejection, NOW), found, "{text}");
    }
    for reason in RejectionReason::ALL {
        assert_eq!(reason.words(), [reason.key()], "each reason goes by its own key");
    }
}
