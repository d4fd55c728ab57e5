//! The incident store: what was committed here is what may be acknowledged and told.
//!
//! One writer, one transaction for everything that queued up while the last one ran ([`Writer::commit`]), on disk
//! before it returns. Only then may the line acknowledge to the broker, acknowledge to the vehicle, and tell people:
//! each [`Receipt`] carries what those steps need. Numbers go to [`History`], files of their own, so that no burst
//! of telemetry ever holds up a crash. [`Archive`] reads beside the writer and changes nothing.
//!
//! *Invariant:* no row of a drill is ever in a table without `drill_` in its name, nor the other way round.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::clock::Clock;

mod archive;
mod calls;
pub mod chain;
mod chunk;
mod devices;
mod dossier;
pub mod export;
pub mod forget;
mod history;
mod load;
mod past;
mod receipt;
mod register;
pub mod retention;
mod review;
mod row;
mod schema;
mod shared;
mod silences;
mod sql;
mod writer;

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod history_tests;
#[cfg(test)]
mod tests;

pub use archive::{Archive, Bucket};
pub use calls::StoredCalls;
pub use dossier::{imported_id, tried};
pub use history::History;
pub use load::{KnownEvent, Loaded};
pub use past::writer;
pub use receipt::Receipt;
pub use shared::{Listed, Seat, Spool};
pub use writer::Writer;

/// The incident database within the data directory.
pub const DATABASE: &str = "incidents.db";
/// The lock that keeps a second copy out.
const LOCK: &str = "line.lock";
/// The first `SQLite` without the WAL-reset corruption (3.7.0 to 3.51.2), as `SQLite` counts versions.
const SQLITE_LEAST: i32 = 3_051_003;
/// A database up to this many bytes is checked page by page when it is opened; a larger one would delay the start.
const CHECKED_BYTES: u64 = 64 << 20;

/// Why the store cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another copy has the store.
    #[error("another copy of fleetwatch is running on {}; close it, or give this one a directory of its own with --data-dir", .0.display())]
    InUse(PathBuf),
    /// There is nothing to read yet.
    #[error("there is no incident store in {}; start fleetwatch once, or name its directory with --data-dir", .0.display())]
    Absent(PathBuf),
    /// The file was written by a newer fleetwatch.
    #[error(
        "the incident store was written by a newer fleetwatch (schema {found}, this one knows {known}); update, or use another --data-dir"
    )]
    NewerSchema {
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The file is of an older fleetwatch, which only a desk brings up to date.
    #[error(
        "the incident store was written by an older fleetwatch (schema {found}, this one knows {known}); start this fleetwatch once, which brings it up to date"
    )]
    OlderSchema {
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The library is one that may corrupt the file.
    #[error("this build has SQLite {0}, which can corrupt a store; 3.51.3 or newer is needed")]
    OldSqlite(&'static str),
    /// No space is left; nothing of the batch was kept.
    #[error("the disk is full; nothing of this batch was kept, free some space")]
    Full,
    /// A directory or file cannot be used.
    #[error("{path} cannot be used: {cause}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The database refused.
    #[error("the incident store failed: {0}")]
    Database(rusqlite::Error),
    /// Something is not JSON of the expected shape.
    #[error("a stored value cannot be read or written: {0}")]
    Shape(#[from] serde_json::Error),
    /// Numbers cannot be packed or unpacked.
    #[error("a stored chunk of numbers cannot be read or written: {0}")]
    Numbers(#[from] pco::errors::PcoError),
    /// A row says something that cannot be.
    #[error("a stored row cannot be understood: {0}")]
    Odd(String),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            _ => Self::Database(error),
        }
    }
}

impl Error {
    /// The fault lies with this one record: others may still be stored.
    fn is_of_the_record(&self) -> bool {
        match self {
            Self::Shape(_) | Self::Odd(_) | Self::Numbers(_) => true,
            // Without a code it is a value that does not fit its type.
            Self::Database(error) => matches!(
                error.sqlite_error_code(),
                None | Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::TypeMismatch)
            ),
            _ => false,
        }
    }

    /// The fault lies with the file: it can only be put aside. One that may not be written is of no use to a writer, whether
    /// its header or its permissions say so; that the directory may be written is known from the lock.
    fn is_of_the_file(&self) -> bool {
        use ErrorCode::{CannotOpen, DatabaseCorrupt, NotADatabase, ReadOnly, SchemaChanged, Unknown};
        match self {
            Self::Database(error) => matches!(
                error.sqlite_error_code(),
                None | Some(CannotOpen | DatabaseCorrupt | NotADatabase | ReadOnly | SchemaChanged | Unknown)
            ),
            Self::Odd(_) | Self::Shape(_) => true,
            _ => false,
        }
    }
}

/// An open store.
#[derive(Debug)]
pub struct Opened {
    /// The one writer. It holds the lock; the lock goes with it.
    pub writer: Writer,
    /// What was known when the store was closed.
    pub loaded: Loaded,
    /// What the operator must be told: a file put aside, rows that could not be read.
    pub notices: Vec<String>,
    /// What must be said loudly: the audit was changed from outside.
    pub broken: Vec<String>,
}

/// Opens the store in `dir`, making both where needed. A file that cannot be used is put aside under another name,
/// never deleted, and a fresh one begun; only a second copy, a newer schema or an unusable directory are refused.
pub fn open(dir: &Path) -> Result<Opened, Error> {
    if rusqlite::version_number() < SQLITE_LEAST {
        return Err(Error::OldSqlite(rusqlite::version()));
    }
    std::fs::create_dir_all(dir).map_err(|cause| Error::File { path: dir.to_owned(), cause })?;
    let lock = lock(dir)?;
    let path = dir.join(DATABASE);
    let mut notices = Vec::new();
    let (conn, loaded) = match connect_and_load(&path, &mut notices) {
        Err(error) if error.is_of_the_file() => {
            let aside = put_aside(&path)?;
            let text = format!(
                "The incident store could not be read ({error}). It was kept as {} and a fresh one was begun: \
                 earlier incidents are not shown.",
                aside.display()
            );
            log::error!("{text}");
            notices.push(text);
            connect_and_load(&path, &mut notices)?
        }
        other => other?,
    };
    let broken = broken_audit(&conn);
    Ok(Opened { writer: Writer::new(conn, lock), loaded, notices, broken })
}

/// Where the audit was changed from outside, in words. An audit that cannot be read at all is one of them; the line goes on.
fn broken_audit(conn: &Connection) -> Vec<String> {
    let look = |root| match chain::verify(conn, root, Some(chain::LOOKED_AT)) {
        Ok(Ok(_)) => None,
        Ok(Err(broken)) => Some(broken.to_string()),
        Err(error) => Some(format!("the audit cannot be read: {error}")),
    };
    let broken: Vec<String> = schema::Root::ALL.into_iter().filter_map(look).collect();
    for words in &broken {
        log::error!("{words}");
    }
    broken
}

/// Bytes of everything the store holds in `dir`, numbers included.
pub fn bytes_on_disk(dir: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(dir) else { return 0 };
    let ours = |name: &str| name.starts_with("incidents.db") || name.starts_with("history-");
    let files = entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(ours));
    files.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
}

/// Who holds the store in `dir`, in words; `None` when it is free or not there.
pub fn holder(dir: &Path) -> Option<String> {
    if !dir.join(LOCK).exists() {
        return None;
    }
    lock(dir).err().map(|error| error.to_string())
}

/// The right to write, for as long as it lives.
#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough while a child process that is just being started still has it.
        if let Err(error) = self.0.unlock() {
            log::warn!("the store's lock could not be given back: {error}");
        }
    }
}

fn lock(dir: &Path) -> Result<Lock, Error> {
    let path = dir.join(LOCK);
    let failed = |cause| Error::File { path: path.clone(), cause };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(dir.to_owned())),
        Err(TryLockError::Error(cause)) => Err(failed(cause)),
    }
}

fn connect_and_load(path: &Path, notices: &mut Vec<String>) -> Result<(Connection, Loaded), Error> {
    let mut conn = connect(path)?;
    schema::migrate(&mut conn)?;
    let loaded = load::load(&conn, Clock.now(), notices)?;
    Ok((conn, loaded))
}

/// A connection with the settings that durability rests on.
fn connect(path: &Path) -> Result<Connection, Error> {
    let conn = Connection::open(path)?;
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    conn.pragma_update(None, "trusted_schema", false)?;
    conn.pragma_update(None, "cell_size_check", true)?;
    // Before anything is written: a file of another program stays as it was.
    check(&conn, path)?;
    check_writable(&conn)?;
    conn.pragma_update(None, "journal_mode", "wal")?;
    // `FULL` syncs the log at every commit. `NORMAL` does not, and loses acknowledged rows in a power cut.
    conn.pragma_update(None, "synchronous", "full")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "cache_size", -32_768)?;
    // 64 MiB: in a flood the leaves of the indexes are written again with every batch, and each checkpoint copies them all.
    conn.pragma_update(None, "wal_autocheckpoint", 16_384)?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(conn)
}

/// A file that opens but takes nothing is to show now, not with the first crash.
fn check_writable(conn: &Connection) -> Result<(), Error> {
    if conn.is_readonly(rusqlite::MAIN_DB)? {
        return Err(Error::Odd("the file may only be read".to_owned()));
    }
    Ok(())
}

/// Refuses a file of another program, and one that is damaged where that is found quickly.
fn check(conn: &Connection, path: &Path) -> Result<(), Error> {
    let id: i32 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let n_tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if n_tables > 0 && id != schema::APPLICATION_ID {
        return Err(Error::Odd("the file belongs to another program".to_owned()));
    }
    if std::fs::metadata(path).is_ok_and(|metadata| metadata.len() <= CHECKED_BYTES) {
        let verdict: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(Error::Odd(verdict));
        }
    }
    Ok(())
}

/// A read-only connection.
fn connect_reading(path: &Path) -> Result<Connection, Error> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    conn.pragma_update(None, "trusted_schema", false)?;
    Ok(conn)
}

/// Renames a database with its log, so that neither is taken for the next one's.
fn put_aside(path: &Path) -> Result<PathBuf, Error> {
    let stamp = Clock.now().utc().map_or_else(String::new, |time| time.format("%Y%m%dT%H%M%S%.6fZ").to_string());
    let renamed = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let aside = renamed(&format!(".bad-{stamp}"));
    for suffix in ["-wal", "-shm", ""] {
        let from = renamed(suffix);
        let to = renamed(&format!(".bad-{stamp}{suffix}"));
        match std::fs::rename(&from, to) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(Error::File { path: from, cause }),
            _ => {}
        }
    }
    Ok(aside)
}
