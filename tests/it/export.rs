//! Tables out of the store: however many rows, in the same little memory.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::Stdio;

use bytes::Bytes;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Row, RowAccessor as _};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::headless::{fleetwatch, run};

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

/// The most memory that a process has held yet, kB; 0 once it is gone.
fn high_water_kb(pid: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let high = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    high.unwrap_or_default()
}

/// Exports the steps: the lines that came, and the most memory that the process ever held, MB.
fn export(dir: &Path, format: &str, mut each: impl FnMut(&str)) -> (u64, u64) {
    let mut command = fleetwatch(&["export", "steps", "--format", format, "--data-dir", dir.to_str().unwrap()]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let pid = child.id();
    let (mut n, mut most_kb) = (0_u64, 0_u64);
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        each(&line.unwrap());
        n += 1;
        if n.is_multiple_of(10_000) {
            most_kb = most_kb.max(high_water_kb(pid));
        }
    }
    assert!(child.wait().unwrap().success());
    (n, most_kb / 1_024)
}

/// Exports the steps as Parquet into a file: the most memory that the process ever held, MB.
fn export_parquet(dir: &Path, file: &Path) -> u64 {
    let mut command = fleetwatch(&["export", "steps", "--format", "parquet", "--data-dir", dir.to_str().unwrap()]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let pid = child.id();
    let (mut from, mut to) = (child.stdout.take().unwrap(), File::create(file).unwrap());
    let (mut some, mut most_kb) = (vec![0; 64 << 10], 0);
    loop {
        let n = from.read(&mut some).unwrap();
        if n == 0 {
            break;
        }
        to.write_all(&some[..n]).unwrap();
        most_kb = most_kb.max(high_water_kb(pid));
    }
    assert!(child.wait().unwrap().success());
    most_kb / 1_024
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
    let file = dir.path().join("steps.parquet");
    let parquet_mb = export_parquet(dir.path(), &file);
    let parquet = begun.elapsed().saturating_sub(csv + jsonl);
    let size_mb = file.metadata().unwrap().len() >> 20;
    println!(
        "{n} rows: CSV {csv_mb} MB in {csv:.1?}, JSON lines {jsonl_mb} MB in {jsonl:.1?}, Parquet {parquet_mb} MB in {parquet:.1?} \
         (a file of {size_mb} MiB), at most"
    );
    let file = SerializedFileReader::new(File::open(&file).unwrap()).unwrap();
    assert_eq!(file.metadata().file_metadata().num_rows(), n as i64);
    let all = [csv_mb, jsonl_mb, parquet_mb];
    assert!(all.iter().all(|mb| (1..MOST_MB).contains(mb)), "{all:?} MB of {MOST_MB}");
}

#[test]
fn parquet_holds_each_row_with_its_types_and_says_what_is_as_it_was() {
    let dir = store(70_000);
    let read = |table: &str| {
        let out = run(&["export", table, "--format", "parquet", "--data-dir", dir.path().to_str().unwrap()]);
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        SerializedFileReader::new(Bytes::from(out.stdout)).unwrap()
    };
    let file = read("steps");
    assert_eq!(file.num_row_groups(), 2, "more than one group");
    let rows: Vec<Row> = file.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 70_000);
    // A formula is a text here: nothing runs a Parquet file, so nothing is put before it.
    let texts = |row: &Row| [0, 2, 3].map(|idx| row.get_string(idx).unwrap().clone());
    assert_eq!(texts(&rows[7]), ["INC-20260318-00000000", "noted", "=HYPERLINK(\"http://x\",\"y\")"]);
    assert_eq!(rows[7].get_timestamp_micros(1).unwrap(), 1_773_803_520_000_007);
    assert_eq!(texts(&rows[69_999])[0], "INC-20260318-00003499");
    for table in fleetwatch::store::export::EXPORTED {
        let file = read(table);
        let n = file.metadata().file_metadata().num_rows();
        assert_eq!(n, if table == "steps" { 70_000 } else { 0 }, "an empty table is a file with its columns: {table}");
        assert!(file.metadata().file_metadata().schema_descr().num_columns() > 3);
    }
}
