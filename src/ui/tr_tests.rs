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
            messages.get_mut(&current).unwrap().insert(name);
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
    let checks = crate::functions::judge_crash::rules::RULES.iter().map(|rule| rule.key).chain(["not_judged"]);
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
