use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::*;

/// What a sheet says of each key: the arguments that its message names.
fn defined(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-') {
            current = line.split(" =").next().unwrap().to_owned();
            assert!(messages.insert(current.clone(), BTreeSet::new()).is_none(), "{current} twice");
        }
        for part in line.split('$').skip(1) {
            let name: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            // A sign that stands for itself has no name.
            if !name.is_empty() {
                messages.get_mut(&current).unwrap().insert(name);
            }
        }
    }
    messages
}

/// Every `tr!` and `say!` in `source`: its key, its arguments, its line.
fn used(source: &str) -> Vec<(String, BTreeSet<String>, usize)> {
    let mut found = Vec::new();
    let places = ["tr!(", "word!(", "say!("].into_iter().flat_map(|call| source.match_indices(call));
    for (at, call) in places {
        if source[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            continue;
        }
        let line_start = source[..at].rfind('\n').map_or(0, |i| i + 1);
        if source[line_start..at].trim_start().starts_with("//") {
            continue;
        }
        let rest = &source[at + call.len()..];
        let Some(quoted) = rest.trim_start().strip_prefix('"') else { continue };
        let (key, after) = quoted.split_once('"').unwrap();
        let (mut depth, mut in_text, mut name, mut names) = (0, false, String::new(), BTreeSet::new());
        let mut chars = after.chars().peekable();
        let mut fresh = false;
        while let Some(c) = chars.next() {
            match c {
                '\\' if in_text => {
                    chars.next();
                }
                '"' => in_text = !in_text,
                _ if in_text => {}
                '(' | '[' | '{' => depth += 1,
                ')' if depth == 0 => break,
                ')' | ']' | '}' => depth -= 1,
                ',' if depth == 0 => {
                    fresh = true;
                    name.clear();
                }
                '=' if fresh && depth == 0 => {
                    assert!(!name.is_empty() && names.insert(std::mem::take(&mut name)), "{key}: arguments");
                    fresh = false;
                }
                c if fresh && !c.is_whitespace() => name.push(c),
                _ => {}
            }
        }
        let key = if call == "say!(" { evidence_key(key) } else { key.to_owned() };
        found.push((key, names, source[..at].lines().count().max(1)));
    }
    found
}

fn sources(folder: &Path, into: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ext| ext == "rs") && !path.ends_with("tr_tests.rs") {
            into.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn both_languages_say_the_same_with_the_same_arguments_and_all_of_it_is_used() {
    let mut faults = Vec::new();
    let mut messages = BTreeMap::new();
    for (name, english, korean) in SHEETS {
        let (english, korean) = (defined(english), defined(korean));
        let keys: BTreeSet<&String> = english.keys().chain(korean.keys()).collect();
        for key in keys {
            if !key.starts_with(&format!("{name}-")) {
                faults.push(format!("{name}.ftl: {key} must begin with {name}-"));
            }
            match (english.get(key), korean.get(key)) {
                (Some(en), Some(ko)) if en == ko => {}
                (Some(en), Some(ko)) => faults.push(format!("{key}: English takes {en:?}, Korean {ko:?}")),
                (Some(_), None) => faults.push(format!("{key} is not in ko/{name}.ftl")),
                (None, _) => faults.push(format!("{key} is not in en/{name}.ftl")),
            }
        }
        messages.extend(english);
    }
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut n_used = BTreeSet::new();
    for (path, source) in &files {
        for (key, args, line) in used(source) {
            match messages.get(&key) {
                None => faults.push(format!("{path}:{line}: {key} is in no sheet")),
                Some(wanted) if *wanted != args => faults.push(format!("{path}:{line}: {key} takes {wanted:?}, gets {args:?}")),
                Some(_) => {}
            }
            n_used.insert(key);
        }
    }
    // Named by the evidence's key, not in the source.
    let checks =
        crate::functions::judge_crash::rules::RULES.iter().map(|rule| rule.key).chain(["not_judged", "spike_in_driving"]);
    for key in checks.flat_map(|check| ["name", "source"].map(|part| evidence_key(&format!("{part}_{check}")))) {
        if messages.get(&key).is_none_or(|args| !args.is_empty()) {
            faults.push(format!("a check has no words: {key}"));
        }
        n_used.insert(key);
    }
    faults.extend(messages.keys().filter(|key| !n_used.contains(*key)).map(|key| format!("{key} is used nowhere")));
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(!n_used.is_empty());
}

#[test]
fn every_sheet_is_sound_fluent() {
    for (name, english, korean) in SHEETS {
        for (tag, source) in [("en", english), ("ko", korean)] {
            let read = FluentResource::try_new((*source).to_owned());
            assert!(read.is_ok(), "{tag}/{name}.ftl: {:?}", read.err().map(|(_, errors)| errors));
            // The readiness of messages without arguments rests on finding every key.
            assert_eq!(keys_of(source).count(), defined(source).len(), "{tag}/{name}.ftl: keys are written `key = …`");
        }
    }
}

#[test]
fn the_scan_sees_keys_arguments_and_lines() {
    let source = "include_str!(\"no\")\n let x = tr!(\"live-a\", n = f(1, y == 2), name = \"b, c = d\");\n // tr!(\"no\")\n tr!(\n \"live-b\"\n)";
    let found = used(source);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0], ("live-a".to_owned(), ["n", "name"].map(str::to_owned).into(), 2));
    assert_eq!((found[1].0.as_str(), found[1].1.len()), ("live-b", 0));
}

#[test]
fn plurals_numbers_and_languages() {
    let say = |n: u64| tr!("words-reports", n = n);
    assert_eq!((say(1), say(1_284)), ("1 report".to_owned(), "1,284 reports".to_owned()));
    Language::Korean.speak();
    assert_eq!(say(1_284), "보고 1,284건");
    assert_eq!(message("no-such-key", &[]), "no-such-key");
    Language::English.speak();
}

#[test]
fn the_system_says_the_language() {
    assert_eq!(Language::of_locale("ko_KR.UTF-8"), Language::Korean);
    assert_eq!(Language::of_locale("de_DE.UTF-8"), Language::English);
    assert_eq!(Language::of_locale("C"), Language::English);
}

/// A text in quotes: its line, the call it is an argument of and the argument's place there, what follows it, itself.
struct Literal<'a> {
    line: usize,
    call: &'a str,
    place: usize,
    after: &'a str,
    text: &'a str,
}

/// Every text in quotes of a source, outside comments and tests.
fn literals(source: &str) -> Vec<Literal<'_>> {
    let source = source.split("#[cfg(test)]").next().unwrap_or(source);
    let bytes = source.as_bytes();
    // The open brackets: what stands before each, and the arguments begun in it.
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &source[at..];
        match bytes[at] {
            b'/' if rest.starts_with("//") => at += rest.find('\n').unwrap_or(rest.len()),
            b'\'' => {
                // A character ends at the next quote; a lifetime has none there.
                let escaped = rest[1..].starts_with('\\');
                let from = rest[1..].chars().take(1 + usize::from(escaped)).map(char::len_utf8).sum::<usize>() + 1;
                let end = rest[from..].find('\'').filter(|end| escaped || *end == 0);
                at += end.map_or(1, |end| from + end + 1);
            }
            b'"' => {
                let mut end = at + 1;
                while bytes[end] != b'"' {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                // A bare bracket is a tuple or a list: its own place in the call around it counts.
                let holder = open.iter().rev().find(|(before, _)| !before.is_empty()).copied().unwrap_or_default();
                found.push(Literal {
                    line: source[..at].matches('\n').count() + 1,
                    call: holder.0,
                    place: holder.1,
                    after: source[end + 1..].trim_start(),
                    text: &source[at + 1..end],
                });
                at = end + 1;
            }
            b'(' | b'[' | b'{' => {
                let before = source[..at].trim_end_matches('!');
                let word = before.len() - before.trim_end_matches(|c: char| c.is_alphanumeric() || "_:".contains(c)).len();
                // What is in braces is no argument of the call around it.
                let name = if bytes[at] == b'{' { "{" } else { &before[before.len() - word..] };
                open.push((name, 0));
                at += 1;
            }
            b')' | b']' | b'}' => {
                open.pop();
                at += 1;
            }
            b',' => {
                if let Some((_, place)) = open.last_mut() {
                    *place += 1;
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    found
}

/// Arguments that nobody reads: names of widgets, of lines in a plot, of places; and what is looked for in a text.
const UNREAD: &[(&str, usize)] = &[
    ("tr", 0),
    ("word", 0),
    ("pane", 2),
    ("name", 2),
    ("series", 1),
    ("id_salt", 0),
    ("from_id_salt", 0),
    ("with", 0),
    ("unique", 0),
    ("push_id", 0),
    ("make_persistent_id", 0),
    ("HLine::new", 0),
    ("VLine::new", 0),
    ("Span::new", 0),
    ("Plot::new", 0),
    ("Grid::new", 0),
    ("expect", 0),
    ("debug_assert", 1),
    ("debug_struct", 0),
    ("field", 0),
    ("expect", 1),
    ("must_use", 0),
    ("starts_with", 0),
    ("ends_with", 0),
    ("contains", 0),
    ("strip_prefix", 0),
    ("split_once", 0),
    ("trim_start_matches", 0),
    ("replace", 0),
    ("replace", 1),
    ("error", 0),
    ("get", 0),
    ("insert", 0),
    ("env", 0),
    ("concat", 0),
];

/// What is the same in every language, or is no text for the operator.
const SAME_IN_EVERY_LANGUAGE: &[&str] = &[
    // Units, signs and names of things.
    "ms",
    "Hz",
    "MB",
    "GB-s",
    "km/h",
    "USD",
    " ms",
    " km/h",
    " Hz",
    "pulse_lab",
    "0 ms",
    "{} ms",
    "{} MB",
    "QoS 0",
    "HDOP {}, {quality}",
    "Fleetwatch",
    // Functions, queues, topics and JSON, as they are written in settings and messages.
    "judge_crash",
    "route_temperature",
    "preprocess_driving",
    "inbox",
    "records",
    "{}temperature/{}/{}",
    "temperature/{}, {}",
    "celsius",
    "fahrenheit",
    "speed_kmh",
    "t_ms",
    "true",
    "false",
    "null",
    "yes",
    "no",
    "test",
    "drill",
    "+-.eE",
    "VAN-0900",
    "time_utc,speed_kmh,accel_x_g,accel_y_g,accel_z_g",
    "%Y-%m-%dT%H:%M:%S%.3fZ",
    // Settings and their values, as they are named in the file; a language by its own name.
    "functions",
    "pricing",
    "cold_below_c",
    "hot_above_c",
    "delay_s",
    "functions.route_temperature",
    "sensors",
    "desk",
    "functions.judge_crash",
    "system",
    "en",
    "English",
    "ko",
    "language",
    "dark",
    "light",
    "theme",
    "temperature",
    "scale_percent",
    "sounds",
    "reduced_motion",
    "real_at",
    "malfunction_at",
    "delta_v_kmh",
    "window_ms",
    "critical_kmh",
    "peak_g",
    "driving_g",
    "pulse_min_ms",
    "knock_ms",
    "pulse_max_ms",
    "free_fall_ms",
    "stuck_ms",
    "pinned_ms",
    "trip_kmh",
    "late_secs",
    "tilt_deg",
    "region",
    "arch",
    "arm64",
    "monthly_budget_usd",
    // What is compared with the line's own words, and names of lines and tables.
    "malfunction",
    "real accident",
    "undecided",
    "Judged",
    "preview",
    "paint it with `ui.add`",
    "no message",
    "fleet",
    "register",
    "range {limit}",
];
/// Files whose texts are no labels: the wire's field names, and log lines, which are records.
const NO_LABELS: &[&str] = &["panels/inject/wire.rs", "panels/functions/log.rs"];

#[test]
fn what_the_operator_reads_is_in_the_sheets() {
    let mut files = Vec::new();
    for folder in ["panels", "widgets", "desk"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui").join(folder), &mut files);
    }
    let labels = |path: &str| !path.ends_with("_tests.rs") && !NO_LABELS.iter().any(|file| path.ends_with(file));
    let mut faults = Vec::new();
    for (path, source) in files.iter().filter(|(path, _)| labels(path)) {
        for Literal { line, call, place, after, text } in literals(source) {
            let pattern = after.starts_with("=>") || after.starts_with('|');
            let named = |name: &str| call.strip_suffix(name).is_some_and(|path| path.is_empty() || path.ends_with("::"));
            let unread = UNREAD.iter().any(|(name, at)| *at == place && named(name)) || SAME_IN_EVERY_LANGUAGE.contains(&text);
            if is_words(text) && !pattern && !unread {
                faults.push(format!("{path}:{line}: {text:?} is not said by tr! or word!"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Two letters in a row, outside what is filled in.
fn is_words(text: &str) -> bool {
    let mut depth = 0_i32;
    let plain: String = text
        .chars()
        .filter(|c| {
            depth += i32::from(*c == '{') - i32::from(*c == '}');
            depth == 0
        })
        .collect();
    plain.as_bytes().windows(2).any(|pair| pair.iter().all(u8::is_ascii_alphabetic))
}

#[test]
fn the_search_for_words_sees_them_where_they_are_read() {
    let source = r#"pane(ui, f(1, 2), "id", |ui| { let t = "Read me"; put('"', "me too", [("x", "and me")], tr!("live-a", n = "{n} ms")) })"#;
    let found: Vec<_> = literals(source).into_iter().map(|l| (l.text, l.call, l.place)).collect();
    let wanted = [
        ("id", "pane", 2),
        ("Read me", "{", 0),
        ("me too", "put", 1),
        ("x", "put", 2),
        ("and me", "put", 2),
        ("live-a", "tr", 0),
        ("{n} ms", "tr", 1),
    ];
    assert_eq!(found, wanted);
    assert!(is_words("{n} ms") && !is_words("{name} {}") && !is_words("°C ±"));
}
