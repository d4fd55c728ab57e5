//! The history of numbers as compressed chunks, beside the same numbers as rows in SQLite.

use std::path::Path;
use std::sync::Arc;

use fleetwatch::model::effect::{Quantity, SampleChunk};
use fleetwatch::model::{DeviceId, DeviceKind, Origin};
use fleetwatch::store::{self, History};
use rusqlite::{Connection, params};

use crate::measure::{cpu_secs, say};

/// Vehicles, rows of each at 1 Hz, and rows in a chunk, as the state seals them.
const N_VEHICLES: usize = 200;
const N_ROWS: usize = 2_560;
const CHUNK_ROWS: usize = 256;
const N_COLUMNS: usize = 7;
/// 2026-11-01T00:00:00Z.
const BEGIN_MILLIS: i64 = 1_793_491_200_000;

/// Writes a fleet's numbers into a directory.
type Layout = fn(&Path, &[Vec<SampleChunk>]);

/// A row of each vehicle in turn, as it arrives.
pub(crate) fn numbers() {
    let n_samples = (N_VEHICLES * N_ROWS * N_COLUMNS) as f64;
    say(&format!("## History: {n_samples} samples, {N_VEHICLES} vehicles, 7 columns at 1 Hz, with noise"));
    say("| layout | B a sample | samples/s of CPU time |");
    say("|-|-|-|");
    let fleet: Vec<Vec<SampleChunk>> = (0..N_VEHICLES).map(drive).collect();
    let layouts: [(&str, Layout); 3] = [
        ("chunks of 256 rows (pco), as shipped", chunks),
        ("SQLite, a row a message, index on (vehicle, time)", wide),
        ("SQLite, a row a sample, primary key (vehicle, signal, time), no rowid", narrow),
    ];
    for (name, write) in layouts {
        let dir = tempfile::tempdir().expect("a directory");
        drop(store::open(dir.path()).expect("a store"));
        let empty = store::bytes_on_disk(dir.path());
        let before = cpu_secs();
        write(dir.path(), &fleet);
        let secs = (cpu_secs() - before).max(0.01);
        let bytes = (store::bytes_on_disk(dir.path()) - empty) as f64 + bytes_of(&dir.path().join("rows"));
        say(&format!("| {name} | {:.2} | {:.2} M |", bytes / n_samples, n_samples / secs / 1e6));
    }
    say("");
}

fn bytes_of(file: &Path) -> f64 {
    std::fs::metadata(file).map_or(0.0, |metadata| metadata.len() as f64)
}

/// A drive of smooth speeds and a walk of the position, each with the noise of its sensor.
fn drive(vehicle: usize) -> Vec<SampleChunk> {
    let mut rng = fastrand::Rng::with_seed(vehicle as u64);
    let mut noise = |width: f64| (rng.f64() + rng.f64() - 1.0) * width;
    let (mut lat, mut lon) = (37.5 + vehicle as f64 * 1e-3, 127.0);
    let mut rows = (0..N_ROWS).map(|row| {
        let phase = row as f64 / 90.0 + vehicle as f64;
        let (kmh, heading) = ((50.0 + 45.0 * phase.sin() + noise(0.3)).max(0.0), (phase * 20.0 + noise(1.0)).rem_euclid(360.0));
        lat += kmh * 2.5e-6 * heading.to_radians().cos() + noise(1e-5);
        lon += kmh * 3.1e-6 * heading.to_radians().sin() + noise(1e-5);
        let accel = [0.15 * phase.cos() + noise(0.03), noise(0.05), 1.0 + noise(0.03)];
        (BEGIN_MILLIS + row as i64 * 1_000, [kmh, accel[0], accel[1], accel[2], lat, lon, heading])
    });
    let mut chunks = Vec::new();
    while chunks.len() < N_ROWS / CHUNK_ROWS {
        let part: Vec<_> = rows.by_ref().take(CHUNK_ROWS).collect();
        let column = |at: usize| {
            let quantity = &Quantity::of(DeviceKind::Vehicle)[at];
            part.iter().map(|(_, values)| quantity.quantise(Some(values[at]))).collect()
        };
        chunks.push(SampleChunk::new(
            DeviceId::new(&format!("veh-{vehicle:04}")),
            DeviceKind::Vehicle,
            Origin::Device,
            part.iter().map(|(t_ms, _)| *t_ms).collect(),
            (0..N_COLUMNS).map(column).collect(),
        ));
    }
    chunks
}

fn chunks(dir: &Path, fleet: &[Vec<SampleChunk>]) {
    let mut history = History::new(dir);
    for nth in 0..N_ROWS / CHUNK_ROWS {
        let batch: Vec<_> = fleet.iter().map(|chunks| Arc::new(chunks[nth].clone())).collect();
        history.append(&batch).expect("a disk");
    }
}

/// One transaction for every 10,000 or so rows, as generous as the chunks get it.
fn rows(dir: &Path, table: &str, fleet: &[Vec<SampleChunk>], mut insert: impl FnMut(&Connection, usize, &SampleChunk, usize)) {
    let mut conn = Connection::open(dir.join("rows")).expect("a database");
    conn.execute_batch(&format!("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; {table}"))
        .expect("a table");
    for nth in 0..N_ROWS / CHUNK_ROWS {
        for begin in (0..CHUNK_ROWS).step_by(50) {
            let tx = conn.transaction().expect("a transaction");
            for row in begin..CHUNK_ROWS.min(begin + 50) {
                fleet.iter().enumerate().for_each(|(vehicle, chunks)| insert(&tx, vehicle, &chunks[nth], row));
            }
            tx.commit().expect("a disk");
        }
    }
    conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("a disk");
}

fn value(chunk: &SampleChunk, column: usize, row: usize) -> Option<f64> {
    Quantity::of(DeviceKind::Vehicle)[column].value(chunk.columns[column][row])
}

fn wide(dir: &Path, fleet: &[Vec<SampleChunk>]) {
    let table = "CREATE TABLE wide (vehicle INTEGER, t INTEGER, a REAL, b REAL, c REAL, d REAL, e REAL, f REAL, g REAL);
                 CREATE INDEX wide_of ON wide (vehicle, t);";
    rows(dir, table, fleet, |conn, vehicle, chunk, row| {
        let mut insert = conn.prepare_cached("INSERT INTO wide VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)").expect("a table");
        let v = |column| value(chunk, column, row);
        insert.execute(params![vehicle as i64, chunk.t_ms[row], v(0), v(1), v(2), v(3), v(4), v(5), v(6)]).expect("a row");
    });
}

fn narrow(dir: &Path, fleet: &[Vec<SampleChunk>]) {
    let table = "CREATE TABLE narrow (vehicle INTEGER, signal INTEGER, t INTEGER, value REAL,
                 PRIMARY KEY (vehicle, signal, t)) WITHOUT ROWID;";
    rows(dir, table, fleet, |conn, vehicle, chunk, row| {
        let mut insert = conn.prepare_cached("INSERT INTO narrow VALUES (?1, ?2, ?3, ?4)").expect("a table");
        for column in 0..N_COLUMNS {
            insert.execute(params![vehicle as i64, column as i64, chunk.t_ms[row], value(chunk, column, row)]).expect("a row");
        }
    });
}
