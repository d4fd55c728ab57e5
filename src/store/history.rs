//! Numbers, one file a day, so that a day is forgotten by deleting a file. Its own connection: nothing here ever makes
//! an incident wait. A power cut costs at most the last moments, hence `synchronous=NORMAL`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use rusqlite::{Connection, TransactionBehavior, params};

use super::schema::Root;
use super::{Error, check_writable, chunk, connect_reading, put_aside, row};
use crate::model::effect::{MISSING, Quantity, SampleChunk};
use crate::model::{DeviceId, DeviceKind, Timestamp};

/// Days kept open at once; more would be a replay that jumps about, which works, only slower.
const OPEN_DAYS: usize = 4;
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS {p}chunks (
    id     INTEGER PRIMARY KEY,
    device TEXT    NOT NULL,
    kind   TEXT    NOT NULL,
    t0     INTEGER NOT NULL,
    t1     INTEGER NOT NULL,
    n      INTEGER NOT NULL,
    stats  BLOB    NOT NULL,
    data   BLOB    NOT NULL
);
CREATE INDEX IF NOT EXISTS {p}chunks_of ON {p}chunks (device, kind, t0, t1);
";

/// The writer of numbers.
#[derive(Debug)]
pub struct History {
    dir: PathBuf,
    /// Day and connection, the one used last at the end.
    days: Vec<(i64, Connection)>,
}

impl History {
    /// In a directory that `open` has made.
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), days: Vec::new() }
    }

    /// Stores chunks, each part in the file of its day (UTC), one transaction a day. Answers how many samples were
    /// stored. After an error the days before the failing one are stored; offering the batch again doubles them, so do
    /// not: numbers may be lost, and are to be counted as such.
    pub fn append(&mut self, chunks: &[Arc<SampleChunk>]) -> Result<u64, Error> {
        let mut n_samples = 0;
        for (day, parts) in parts_by_day(chunks) {
            let conn = self.day(day)?;
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for (chunk, rows) in parts {
                let (data, stats) = chunk::pack(&chunk.t_ms, &chunk.columns, &rows)?;
                let insert = "INSERT INTO {p}chunks (device, kind, t0, t1, n, stats, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
                let (Some(first), Some(last)) = (rows.first(), rows.last()) else { continue };
                tx.prepare_cached(&Root::of(chunk.origin).fill(insert))?.execute(params![
                    chunk.device.as_str(),
                    row::word(&chunk.kind)?,
                    chunk.t_ms[*first],
                    chunk.t_ms[*last],
                    rows.len() as i64,
                    stats,
                    data,
                ])?;
                n_samples += (rows.len() * chunk.columns.len()) as u64;
            }
            tx.commit()?;
        }
        Ok(n_samples)
    }

    /// Deletes the oldest days until all days together take at most `budget` bytes. The newest day stays.
    /// Answers the days deleted, `2026-11-22`.
    pub fn forget_beyond(&mut self, budget: u64) -> Result<Vec<String>, Error> {
        let mut days = days(&self.dir);
        let mut forgotten = Vec::new();
        let mut total: u64 = days.iter().map(|(_, path)| size(path)).sum();
        while total > budget && days.len() > 1 {
            let (day, path) = days.remove(0);
            total -= size(&path);
            forgotten.push(self.delete(day, &path)?);
        }
        Ok(forgotten)
    }

    /// Deletes the days that end before `before`. The newest day stays. Answers the days deleted.
    pub fn forget_before(&mut self, before: Timestamp) -> Result<Vec<String>, Error> {
        let first = day_of(before.millis());
        let mut days = days(&self.dir);
        days.pop();
        days.into_iter().filter(|(day, _)| *day < first).map(|(day, path)| self.delete(day, &path)).collect()
    }

    fn delete(&mut self, day: i64, path: &Path) -> Result<String, Error> {
        self.days.retain(|(open, _)| *open != day);
        for suffix in ["-wal", "-shm", ""] {
            let file = with_suffix(path, suffix);
            match std::fs::remove_file(&file) {
                Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(Error::File { path: file, cause }),
                _ => {}
            }
        }
        Ok(date(day))
    }

    /// Takes positions and headings of a vehicle out, between two times, both included, ms since 1970; answers how many. A dry
    /// run only counts.
    pub(super) fn forget_positions(&self, device: &DeviceId, (from_ms, to_ms): (i64, i64), dry: bool) -> Result<u64, Error> {
        let mut n_forgotten = 0;
        let wanted = day_of(from_ms)..=day_of(to_ms);
        for (_, path) in days(&self.dir).into_iter().filter(|(day, _)| wanted.contains(day)) {
            let mut conn = connect(&path)?;
            conn.pragma_update(None, "secure_delete", true)?;
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for root in Root::ALL {
                n_forgotten += forget_in(&tx, root, device, (from_ms, to_ms), dry)?;
            }
            tx.commit()?;
            if !dry {
                conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_row| Ok(()))?;
            }
        }
        Ok(n_forgotten)
    }

    fn day(&mut self, day: i64) -> Result<&mut Connection, Error> {
        let entry = match self.days.iter().position(|(open, _)| *open == day) {
            Some(idx) => self.days.remove(idx),
            None => (day, self.open_day(day)?),
        };
        if self.days.len() >= OPEN_DAYS {
            self.days.remove(0);
        }
        self.days.push(entry);
        let last = self.days.len() - 1;
        Ok(&mut self.days[last].1)
    }

    fn open_day(&self, day: i64) -> Result<Connection, Error> {
        let path = self.dir.join(file_name(day));
        match connect(&path) {
            Err(error) if error.is_of_the_file() => {
                let aside = put_aside(&path)?;
                log::error!("a day of numbers could not be read ({error}); it was kept as {}", aside.display());
                connect(&path)
            }
            other => other,
        }
    }
}

fn connect(path: &Path) -> Result<Connection, Error> {
    let conn = Connection::open(path)?;
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    conn.pragma_update(None, "trusted_schema", false)?;
    // A chunk of 600 rows has about 6 KB: with pages of 4 KiB most of it would spill into half-empty ones.
    conn.pragma_update(None, "page_size", 16_384)?;
    conn.pragma_update(None, "journal_mode", "wal")?;
    conn.pragma_update(None, "synchronous", "normal")?;
    for root in Root::ALL {
        conn.execute_batch(&root.fill(TABLES))?;
    }
    check_writable(&conn)?;
    Ok(conn)
}

/// Where a vehicle was, among its numbers.
const PLACES: [&str; 3] = ["lat", "lon", "heading"];

fn forget_in(conn: &Connection, root: Root, device: &DeviceId, (from_ms, to_ms): (i64, i64), dry: bool) -> Result<u64, Error> {
    let quantities = Quantity::of(DeviceKind::Vehicle);
    let text = root.fill("SELECT id, n, data FROM {p}chunks WHERE device = ?1 AND kind = ?2 AND t0 <= ?4 AND t1 >= ?3");
    let mut statement = conn.prepare(&text)?;
    let which = params![device.as_str(), row::word(&DeviceKind::Vehicle)?, from_ms, to_ms];
    let found = statement.query_map(which, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut n_forgotten = 0;
    for found in found {
        let (id, n, data): (i64, u32, Vec<u8>) = found?;
        let mut times = Vec::new();
        let mut columns = Vec::with_capacity(quantities.len());
        let before = n_forgotten;
        for (idx, quantity) in quantities.iter().enumerate() {
            let (t_ms, mut column) = chunk::unpack(&data, n as usize, idx)?;
            if PLACES.contains(&quantity.key) {
                for (value, at) in column.iter_mut().zip(&t_ms) {
                    if (from_ms..=to_ms).contains(at) && *value != MISSING {
                        *value = MISSING;
                        n_forgotten += 1;
                    }
                }
            }
            columns.push(column);
            times = t_ms;
        }
        if n_forgotten > before && !dry {
            let rows: Vec<usize> = (0..times.len()).collect();
            let (data, stats) = chunk::pack(&times, &columns, &rows)?;
            let text = root.fill("UPDATE {p}chunks SET data = ?2, stats = ?3 WHERE id = ?1");
            conn.prepare_cached(&text)?.execute(params![id, data, stats])?;
        }
    }
    Ok(n_forgotten)
}

/// Each chunk's rows of each day, in order of time.
fn parts_by_day(chunks: &[Arc<SampleChunk>]) -> BTreeMap<i64, Vec<(&SampleChunk, Vec<usize>)>> {
    let mut days: BTreeMap<i64, Vec<(&SampleChunk, Vec<usize>)>> = BTreeMap::new();
    for samples in chunks {
        let n = samples.columns.iter().map(Vec::len).min().unwrap_or(0).min(samples.t_ms.len());
        let mut rows: Vec<usize> = (0..n).collect();
        rows.sort_by_key(|row| samples.t_ms[*row]);
        for part in rows.chunk_by(|a, b| day_of(samples.t_ms[*a]) == day_of(samples.t_ms[*b])) {
            let day = days.entry(day_of(samples.t_ms[part[0]])).or_default();
            day.extend(part.chunks(chunk::ROWS).map(|rows| (&**samples, rows.to_vec())));
        }
    }
    days
}

/// Visits every chunk of a device that overlaps `[from_ms, to_ms]`, in order of time within a day.
pub(super) fn visit(
    dir: &Path,
    root: Root,
    device: &str,
    kind: &str,
    (from_ms, to_ms): (i64, i64),
    mut each: impl FnMut(StoredChunk<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let wanted = day_of(from_ms)..=day_of(to_ms);
    for (_, path) in days(dir).into_iter().filter(|(day, _)| wanted.contains(day)) {
        let conn = connect_reading(&path)?;
        let text = root.fill(
            "SELECT t0, t1, n, stats, data FROM {p}chunks
             WHERE device = ?1 AND kind = ?2 AND t0 <= ?4 AND t1 >= ?3 ORDER BY t0, id",
        );
        let mut statement = conn.prepare(&text)?;
        let mut rows = statement.query(params![device, kind, from_ms, to_ms])?;
        while let Some(row) = rows.next()? {
            let blob = |idx| row.get_ref(idx)?.as_blob().map_err(rusqlite::Error::from);
            each(StoredChunk { t0: row.get(0)?, t1: row.get(1)?, n: row.get(2)?, stats: blob(3)?, data: blob(4)? })?;
        }
    }
    Ok(())
}

/// A chunk as it lies in its row.
pub(super) struct StoredChunk<'a> {
    pub(super) t0: i64,
    pub(super) t1: i64,
    pub(super) n: u32,
    pub(super) stats: &'a [u8],
    pub(super) data: &'a [u8],
}

/// Bytes of a day, its log with it.
fn size(path: &Path) -> u64 {
    let files = ["", "-wal", "-shm"].map(|suffix| with_suffix(path, suffix));
    files.iter().filter_map(|file| std::fs::metadata(file).ok()).map(|metadata| metadata.len()).sum()
}

/// Bytes of all days, and where the first begins.
pub(super) fn extent(dir: &Path) -> (u64, Option<Timestamp>) {
    let days = days(dir);
    let bytes = days.iter().map(|(_, path)| size(path)).sum();
    (bytes, days.first().map(|(day, _)| Timestamp::from_millis(day * DAY_MILLIS)))
}

/// The real devices of the newest days.
pub(super) fn devices(dir: &Path, n_days: usize) -> Result<Vec<DeviceId>, Error> {
    let mut found = Vec::new();
    for (_, path) in days(dir).into_iter().rev().take(n_days) {
        let conn = connect_reading(&path)?;
        let mut statement = conn.prepare(&Root::Real.fill("SELECT DISTINCT device FROM {p}chunks"))?;
        let devices = statement.query_map([], |row| row.get(0).map(DeviceId))?;
        found.extend(devices.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(found)
}

/// The days on disk, oldest first.
fn days(dir: &Path) -> Vec<(i64, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut days: Vec<_> =
        entries.flatten().filter_map(|entry| Some((day_of_file(entry.file_name().to_str()?)?, entry.path()))).collect();
    days.sort();
    days
}

const fn day_of(t_ms: i64) -> i64 {
    t_ms.div_euclid(DAY_MILLIS)
}

fn date(day: i64) -> String {
    let date = i32::try_from(day).ok().and_then(NaiveDate::from_epoch_days);
    date.map_or_else(|| format!("day{day}"), |date| date.to_string())
}

fn file_name(day: i64) -> String {
    format!("history-{}.db", date(day))
}

fn day_of_file(name: &str) -> Option<i64> {
    let date = name.strip_prefix("history-")?.strip_suffix(".db")?;
    match date.strip_prefix("day") {
        Some(day) => day.parse().ok(),
        None => Some(i64::from(date.parse::<NaiveDate>().ok()?.to_epoch_days())),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
