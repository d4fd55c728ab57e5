//! The register from a CSV into a store and out of it, by the real program; and by a line over a restart.

use std::fs;

use fleetwatch::store::{self, Archive};
use tempfile::TempDir;

use crate::support::headless::run;

#[test]
fn a_file_is_taken_in_row_by_row_bad_rows_are_named_and_lose_nothing() {
    let dir = TempDir::new().unwrap();
    let data = dir.path().join("data");
    let at = data.to_str().unwrap().to_owned();
    drop(store::open(&data).unwrap());
    let file = dir.path().join("fleet.csv");
    let import = || run(&["register", "import", file.to_str().unwrap(), "--data-dir", &at]);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();

    fs::write(&file, "id,name,group\nvan-1,Kim's lorry,seoul\n,nobody,seoul\nvan-2,=cmd(),busan\n").unwrap();
    let done = import();
    assert_eq!(done.status.code(), Some(1), "a bad row is no success");
    let said = text(done.stdout);
    assert!(said.contains("fleet.csv: line 3: the id is blank") && said.contains("2 entries taken"), "{said}");
    assert!(text(done.stderr).contains("1 of 3 rows were refused; the others are taken"));

    // Another file adds and replaces, and takes nothing away.
    fs::write(&file, "type,id,name\nbus,van-2,Lee's bus\n").unwrap();
    assert!(import().status.success());
    fs::write(&file, "id,colour\nvan-1,red\n").unwrap();
    let refused = import();
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(refused.stderr).contains("names \"colour\""));
    let out = text(run(&["register", "export", "--data-dir", &at]).stdout);
    assert_eq!(out, "id,name,group,type,contact,notes\nvan-1,Kim's lorry,seoul,,,\nvan-2,Lee's bus,,bus,,\n");
    // What was written is taken in again.
    fs::write(&file, &out).unwrap();
    assert!(import().status.success());

    let archive = Archive::open(&data).unwrap();
    assert!(archive.audit().unwrap().iter().all(Result::is_ok));
    let table = text(run(&["export", "audit", "--format", "jsonl", "--data-dir", &at]).stdout);
    let lines: Vec<&str> = table.lines().filter(|line| line.contains("\"register\"")).collect();
    assert_eq!(lines.len(), 5, "{table}");
    assert!(lines[0].contains("Kim's lorry") && lines[0].contains("fleet.csv"), "{table}");

    let opened = store::open(&data).unwrap();
    assert_eq!((opened.loaded.register.len(), opened.notices.len()), (2, 0));
    let held = import();
    assert_eq!(held.status.code(), Some(1), "a running desk holds the store");
}
