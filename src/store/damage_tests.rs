use std::path::Path;

use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

use super::tests::{crash, incident};
use super::*;
use crate::model::Origin;

/// A store that cannot be used is kept aside, and the line starts with a fresh one.
#[track_caller]
fn check_put_aside(dir: &Path) {
    let spoilt = std::fs::read(dir.join(DATABASE)).unwrap();
    let mut opened = open(dir).unwrap();
    assert_eq!(opened.notices.len(), 1, "{:?}", opened.notices);
    assert!(opened.notices[0].contains("incidents.db.bad-"));
    let files = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let aside: Vec<_> = files.filter(|path| path.to_str().unwrap().contains(".db.bad-")).collect();
    assert!(aside.iter().any(|path| std::fs::read(path).unwrap() == spoilt), "the old file is not there as it was: {aside:?}");
    opened.writer.commit(&[crash(&incident(1, Origin::Device, "fresh"))]).unwrap();
}

#[test]
fn a_damaged_store_is_kept_aside_and_a_fresh_one_begun() {
    let dir = TempDir::new().unwrap();
    let mut opened = open(dir.path()).unwrap();
    let batch: Vec<_> = (1..200).map(|n| crash(&incident(n, Origin::Device, &format!("e{n}")))).collect();
    opened.writer.commit(&batch).unwrap();
    drop(opened);
    let path = dir.path().join(DATABASE);
    let mut bytes = std::fs::read(&path).unwrap();
    let len = bytes.len();
    bytes[len / 2..].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    check_put_aside(dir.path());
}

#[test]
fn a_foreign_file_is_kept_aside() {
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join(DATABASE), "a shopping list, and no database at all ".repeat(200)).unwrap();
    check_put_aside(dir.path());
    let dir = TempDir::new().unwrap();
    let conn = Connection::open(dir.path().join(DATABASE)).unwrap();
    conn.execute_batch("CREATE TABLE incidents (recipe TEXT)").unwrap();
    drop(conn);
    check_put_aside(dir.path());
}

#[test]
fn a_directory_in_its_place_is_kept_aside() {
    let dir = TempDir::new().unwrap();
    std::fs::create_dir_all(dir.path().join(DATABASE).join("inner")).unwrap();
    let mut opened = open(dir.path()).unwrap();
    assert_eq!(opened.notices.len(), 1);
    opened.writer.commit(&[crash(&incident(1, Origin::Device, "fresh"))]).unwrap();
}

#[test]
fn a_directory_that_cannot_be_used_is_named() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let refused = open(&file).unwrap_err();
    assert!(matches!(refused, Error::File { .. }) && refused.to_string().contains("file"), "{refused}");
}

/// A store with incidents in it, as bytes.
fn sound() -> Vec<u8> {
    let dir = TempDir::new().unwrap();
    let mut opened = open(dir.path()).unwrap();
    let batch: Vec<_> = (1..40).map(|n| crash(&incident(n, Origin::Device, &format!("e{n}")))).collect();
    opened.writer.commit(&batch).unwrap();
    drop(opened);
    std::fs::read(dir.path().join(DATABASE)).unwrap()
}

/// But for bytes 60 to 63, the schema's version: a newer one is refused by design.
#[test]
fn a_store_with_any_byte_of_its_header_bent_opens_and_takes_records() {
    let sound = sound();
    for at in (0..100).filter(|at| !(60..64).contains(at)) {
        for bits in [0x01, 0xFF] {
            let mut bytes = sound.clone();
            bytes[at] ^= bits;
            let dir = TempDir::new().unwrap();
            std::fs::write(dir.path().join(DATABASE), bytes).unwrap();
            let mut opened = open(dir.path()).unwrap_or_else(|error| panic!("byte {at} ^ {bits:#x}: {error}"));
            let stored = opened.writer.commit(&[crash(&incident(99, Origin::Device, "after"))]);
            assert!(stored.is_ok(), "byte {at} ^ {bits:#x}: {stored:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever is wrong with the file, the line starts, at most with a fresh store, and never panics.
    #[test]
    fn a_mutated_store_never_keeps_the_line_from_starting(
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..), 0..12),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        static SOUND: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let mut bytes = SOUND.get_or_init(sound).clone();
        for (at, bits) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= bits;
        }
        // The schema's version: a newer one is refused by design.
        bytes[60..64].copy_from_slice(&(schema::VERSION as u32).to_be_bytes());
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let dir = TempDir::new().unwrap();
        std::fs::write(dir.path().join(DATABASE), bytes).unwrap();
        let mut opened = open(dir.path()).unwrap();
        let _may_fail = opened.writer.commit(&[crash(&incident(99, Origin::Device, "after"))]);
    }
}
