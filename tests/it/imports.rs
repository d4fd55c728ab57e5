//! Who may import whom, as `docs/ARCHITECTURE.md` draws it. A new arrow is a visible line in a diff of this file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Each top-level module with all that it may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("clock", &["model"]),
    ("https", &[]),
    ("aws", &["clock", "https", "model"]),
    // The heart.
    ("decode", &["model"]),
    ("place", &[]),
    ("functions", &["model"]),
    ("joint", &["model"]),
    ("pricing", &["model"]),
    ("rejudge", &["decode", "functions", "model"]),
    ("speech", &["model"]),
    ("report", &["model", "place", "speech"]),
    ("register", &["model"]),
    ("secret", &[]),
    ("scenario", &["model"]),
    ("search", &["model"]),
    ("wire", &["model"]),
    ("state", &["functions", "joint", "model", "pricing", "search", "wire"]),
    // The edges: no edge imports another.
    ("broker", &["aws", "clock", "model"]),
    ("host", &["clock", "decode", "functions", "model", "pricing"]),
    ("lambda", &["clock", "model", "pricing"]),
    ("outbound", &["aws", "clock", "https", "model", "search"]),
    ("play", &["clock", "model"]),
    ("seats", &["model"]),
    ("sound", &[]),
    ("stack", &["aws", "clock", "https", "model", "pricing"]),
    ("store", &["clock", "functions", "joint", "model"]),
    ("tiles", &["clock", "https", "model"]),
    ("ui", &["functions", "model", "place", "pricing", "scenario", "search", "speech", "state", "wire"]),
    // The wiring, and what stands above it.
    (
        "pipeline",
        &[
            "aws",
            "broker",
            "clock",
            "decode",
            "functions",
            "host",
            "https",
            "lambda",
            "model",
            "outbound",
            "play",
            "pricing",
            "register",
            "rejudge",
            "report",
            "scenario",
            "seats",
            "secret",
            "stack",
            "state",
            "store",
            "wire",
        ],
    ),
    ("settings", &["broker", "decode", "functions", "model", "outbound", "pricing", "seats", "secret", "stack", "tiles"]),
    (
        "cli",
        &[
            "aws",
            "broker",
            "clock",
            "decode",
            "functions",
            "lambda",
            "model",
            "outbound",
            "pipeline",
            "play",
            "pricing",
            "register",
            "rejudge",
            "scenario",
            "search",
            "seats",
            "secret",
            "settings",
            "stack",
            "state",
            "store",
            "wire",
        ],
    ),
    ("window", &["clock", "pipeline", "settings", "sound", "tiles", "ui"]),
];

fn sources(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The modules that a line names: `crate::broker::Settings`, and each of `crate::{broker, store}`.
fn named(line: &str) -> Vec<&str> {
    let word = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let mut found = Vec::new();
    for (place, _) in line.match_indices("crate::") {
        let rest = &line[place + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => found.extend(list.split([',', '}']).map(str::trim).map(|part| &part[..word(part)])),
            None => found.push(&rest[..word(rest)]),
        }
    }
    found
}

#[test]
fn no_module_imports_what_it_may_not() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let modules: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut files = Vec::new();
    sources(&src, &mut files);
    let (mut wrong, mut arrows) = (BTreeSet::new(), BTreeSet::new());
    for file in &files {
        let inside = file.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
        let is_test = inside.contains("tests.rs") || inside.contains("_tests/") || inside.contains("/tests/");
        let module = inside.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        if is_test || module == "lib" || module == "main" {
            continue;
        }
        let may = modules.get(module.as_str()).unwrap_or_else(|| panic!("{module} has no place in the list of layers"));
        let text = std::fs::read_to_string(file).unwrap();
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for other in named(line).into_iter().filter(|other| modules.contains_key(other) && *other != module) {
                arrows.insert((module.clone(), other.to_owned()));
                if !may.contains(&other) {
                    wrong.insert(format!("{inside}: {}", line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports across the layers:\n{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
    // A list that allows what nobody does would hide the next arrow.
    for (module, may) in MAY_IMPORT {
        for other in *may {
            assert!(
                arrows.contains(&((*module).to_owned(), (*other).to_owned())),
                "{module} does not import {other} any more: take it out"
            );
        }
    }
}
