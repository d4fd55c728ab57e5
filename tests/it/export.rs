//! Tables out of the store: however many rows, in the same little memory.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::headless::fleetwatch;

/// Most that an export may ever hold, MB.
const MOST_MB: u64 = 200;

/// Rows; `FLEETWATCH_EXPORT_ROWS` sets it.
fn n_rows() -> u64 {
    std::env::var("FLEETWATCH_EXPORT_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(200_000)
}

/// A store with so many steps of timelines, one of them a formula.
fn store(n: u64) -> TempDir {
    let dir = TempDir::new().unwrap();
    drop(fleetwatch::store::open(dir.path()).unwrap());
    let conn = Connection::open(dir.path().join("incidents.db")).unwrap();
    conn.execute_batch("PRAGMA synchronous = off").unwrap();
    let rows = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)
        INSERT INTO steps SELECT printf('INC-20260318-%08d', i / 20), 1773803520000000 + i, 'noted',
            iif(i = 7, '=HYPERLINK(\"http://x\",\"y\")', 'webhook hooks.example.org: attempt ' || i || ' failed, connection refused')
        FROM n";
    conn.execute(rows, [n as i64]).unwrap();
    dir
}

/// Exports the steps: the lines that came, and the most memory that the process ever held, MB.
fn export(dir: &Path, format: &str, mut each: impl FnMut(&str)) -> (u64, u64) {
    let mut command = fleetwatch(&["export", "steps", "--format", format, "--data-dir", dir.to_str().unwrap()]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let (mut n, mut most_kb) = (0_u64, 0_u64);
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        each(&line.unwrap());
        n += 1;
        if n.is_multiple_of(10_000) {
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            let high = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
            most_kb = most_kb.max(high.unwrap_or_default());
        }
    }
    assert!(child.wait().unwrap().success());
    (n, most_kb / 1_024)
}

#[test]
fn an_export_takes_the_same_memory_for_any_number_of_rows() {
    let n = n_rows();
    let dir = store(n);
    let begun = fleetwatch::clock::Clock.instant();
    let mut formulas = 0;
    let (lines, csv_mb) =
        export(dir.path(), "csv", |line| formulas += u64::from(line.contains("HYPERLINK") && line.contains("'=")));
    assert_eq!((lines, formulas), (n + 1, 1), "with a line of names, and the one formula disarmed");
    let csv = begun.elapsed();
    let (lines, jsonl_mb) = export(dir.path(), "jsonl", |_| {});
    assert_eq!(lines, n);
    let jsonl = begun.elapsed().saturating_sub(csv);
    println!("{n} rows: CSV {csv_mb} MB in {csv:.1?}, JSON lines {jsonl_mb} MB in {jsonl:.1?}, at most");
    assert!(csv_mb > 0 && csv_mb < MOST_MB && jsonl_mb < MOST_MB, "{csv_mb} MB and {jsonl_mb} MB of {MOST_MB}");
}
