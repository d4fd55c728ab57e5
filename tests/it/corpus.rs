//! The seeds of the fuzz targets, and changes to them, through the same entries: nothing panics, nothing vanishes, and
//! what comes out is bounded by what went in. How long the slowest takes is measured by `cargo bench --bench functions`.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::path::Path;

use proptest::prelude::*;

use crate::entries;

type Entry = fn(&[u8]);
const TARGETS: [(&str, Entry); 5] = [
    ("decode", entries::decode),
    ("mapping", entries::mapping),
    ("lenient", entries::lenient),
    ("sparkplug", entries::sparkplug),
    ("judge", entries::judge),
];

fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/corpus").join(target);
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 5, "only {} seeds in {}", files.len(), folder.display());
    files.iter().map(|file| (file.display().to_string(), std::fs::read(file).unwrap())).collect()
}

#[test]
fn every_seed_goes_through_its_entry() {
    for (target, entry) in TARGETS {
        for (file, seed) in seeds(target) {
            let run = std::panic::catch_unwind(|| entry(&seed));
            assert!(run.is_ok(), "{file}");
        }
    }
}

/// Every target has its entry and its binary, and the entries are those that are fuzzed.
#[test]
fn every_target_is_one_that_is_fuzzed() {
    let manifest = include_str!("../../fuzz/Cargo.toml");
    assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
    for (target, _) in TARGETS {
        assert!(manifest.contains(&format!("fuzz_targets/{target}.rs")), "{target}");
    }
}

/// One change to a seed.
#[derive(Clone, Debug)]
enum Change {
    Flip(usize, u8),
    Cut(usize),
    Repeat(usize, usize),
    Insert(usize, Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Change::Flip(at, byte)),
        any::<usize>().prop_map(Change::Cut),
        (any::<usize>(), 1..64_usize).prop_map(|(at, n)| Change::Repeat(at, n)),
        (any::<usize>(), proptest::collection::vec(any::<u8>(), 1..8)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
    ]
}

fn changed(mut seed: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let len = seed.len();
        match change {
            Change::Flip(at, byte) if len > 0 => seed[at % len] ^= byte,
            Change::Cut(at) => seed.truncate(at % (len + 1)),
            Change::Repeat(at, n) if len > 0 => {
                let from = at % len;
                let part = seed[from..(from + n).min(len)].to_vec();
                seed.splice(from..from, part);
            }
            Change::Insert(at, bytes) => {
                let at = at % (len + 1);
                seed.splice(at..at, bytes.iter().copied());
            }
            Change::Flip(..) | Change::Repeat(..) => {}
        }
    }
    seed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn every_changed_seed_is_survived(target in 0..TARGETS.len(), which in any::<usize>(), changes in proptest::collection::vec(change(), 1..6)) {
        let (target, entry) = TARGETS[target];
        let mut seeds = seeds(target);
        let n_seeds = seeds.len();
        let (_, seed) = seeds.swap_remove(which % n_seeds);
        entry(&changed(seed, &changes));
    }
}
