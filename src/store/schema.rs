//! The tables. One text, written twice: once for real devices and once, under `drill_`, for drills and the sample
//! fleet, so that no query over real incidents can ever meet a drill.

use rusqlite::Connection;

use super::Error;
use crate::model::Origin;

/// Marks a file as ours: "FLTW".
pub(super) const APPLICATION_ID: i32 = 0x464C_5457;

/// The tables of one root. `{p}` is its prefix, `{origins}` who may be in it, `{telling}` what its outbox may hold.
const ROOT: &str = "
CREATE TABLE {p}incidents (
    id             TEXT    NOT NULL PRIMARY KEY,
    number         INTEGER NOT NULL,
    origin         TEXT    NOT NULL CHECK (origin IN ({origins})),
    device         TEXT    NOT NULL,
    kind           TEXT    NOT NULL CHECK (kind IN ('crash', 'temperature')),
    severity       TEXT    NOT NULL,
    life           TEXT    NOT NULL CHECK (life IN ('open', 'acknowledged', 'resolved')),
    ruling         TEXT,
    occurred_at    INTEGER NOT NULL,
    received_at    INTEGER NOT NULL,
    last_report_at INTEGER NOT NULL,
    n_reports      INTEGER NOT NULL,
    shown_event    TEXT,
    body           TEXT    NOT NULL
);
CREATE INDEX {p}incidents_received ON {p}incidents (received_at);
CREATE INDEX {p}incidents_unresolved ON {p}incidents (received_at) WHERE life <> 'resolved';
CREATE TABLE {p}reports (
    id              INTEGER PRIMARY KEY,
    device          TEXT    NOT NULL,
    event_id        TEXT    NOT NULL,
    incident        TEXT    NOT NULL REFERENCES {p}incidents (id) DEFERRABLE INITIALLY DEFERRED,
    received_at     INTEGER NOT NULL,
    verdict_version INTEGER NOT NULL,
    verdict         TEXT    NOT NULL,
    report          TEXT    NOT NULL,
    pulse           BLOB    NOT NULL,
    UNIQUE (device, event_id)
);
CREATE INDEX {p}reports_of ON {p}reports (incident);
CREATE TABLE {p}packets (
    report  INTEGER PRIMARY KEY,
    topic   TEXT NOT NULL,
    payload BLOB NOT NULL
);
CREATE VIEW {p}evidence AS
    SELECT r.incident, r.device, r.event_id, e.key AS n,
        e.value ->> 'key' AS key, e.value ->> 'name' AS name, e.value ->> 'value' AS value, e.value ->> 'unit' AS unit,
        e.value ->> 'reading' AS reading, e.value ->> 'limit' AS bound, e.value ->> 'source' AS source,
        e.value ->> 'points' AS points, e.value ->> 'weight' AS weight
    FROM {p}reports r, json_each(r.verdict, '$.evidence') e;
CREATE TABLE {p}invocations (
    report          INTEGER NOT NULL,
    n               INTEGER NOT NULL,
    function        TEXT    NOT NULL,
    started_at      INTEGER NOT NULL,
    init_micros     INTEGER NOT NULL,
    duration_micros INTEGER NOT NULL,
    billed_ms       INTEGER NOT NULL,
    memory_mb       INTEGER NOT NULL,
    outcome         TEXT    NOT NULL,
    effects         INTEGER NOT NULL,
    PRIMARY KEY (report, n)
) WITHOUT ROWID;
CREATE TABLE {p}invocation_minutes (
    minute     INTEGER NOT NULL,
    function   TEXT    NOT NULL,
    memory_mb  INTEGER NOT NULL,
    origin     TEXT    NOT NULL CHECK (origin IN ({origins})),
    n_calls    INTEGER NOT NULL,
    n_cold     INTEGER NOT NULL,
    n_failed   INTEGER NOT NULL,
    billed_ms  INTEGER NOT NULL,
    max_micros INTEGER NOT NULL,
    list_pico  INTEGER NOT NULL,
    PRIMARY KEY (minute, function, memory_mb, origin)
) WITHOUT ROWID;
CREATE TABLE {p}outbox (
    id        INTEGER PRIMARY KEY,
    dedup_key TEXT    NOT NULL UNIQUE,
    incident  TEXT    NOT NULL,
    notice    TEXT    NOT NULL,
    state     TEXT    NOT NULL CHECK (state IN ({telling})),
    attempts  INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX {p}outbox_pending ON {p}outbox (id) WHERE state = 'pending';
CREATE TABLE {p}deliveries (
    dedup_key TEXT    NOT NULL,
    channel   TEXT    NOT NULL,
    outcome   TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    attempts  INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    next_at   INTEGER,
    PRIMARY KEY (dedup_key, channel)
) WITHOUT ROWID;
CREATE TABLE {p}audit (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    who      TEXT    NOT NULL,
    incident TEXT    NOT NULL,
    what     TEXT    NOT NULL
);
CREATE TRIGGER {p}audit_stands BEFORE UPDATE ON {p}audit BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER {p}audit_stays BEFORE DELETE ON {p}audit BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TABLE {p}steps (
    incident TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    step     TEXT    NOT NULL,
    detail   TEXT    NOT NULL,
    PRIMARY KEY (incident, at, step, detail)
) WITHOUT ROWID;
CREATE TABLE {p}notes (
    incident TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    who      TEXT    NOT NULL,
    text     TEXT    NOT NULL,
    PRIMARY KEY (incident, at, who, text)
) WITHOUT ROWID;
";

/// Versions of verdicts, what persons decided, and floods. `{p}reports` keeps the live verdict, version 1, as it always did.
const VERSIONS: &str = "
ALTER TABLE {p}incidents ADD COLUMN malfunction TEXT;
ALTER TABLE {p}incidents ADD COLUMN decided TEXT CHECK (decided IN ('overrule', 'false_alarm', 'confirm'));
ALTER TABLE {p}reports ADD COLUMN judge TEXT;
ALTER TABLE {p}reports ADD COLUMN limits TEXT;
ALTER TABLE {p}reports ADD COLUMN thinned TEXT;
CREATE TABLE {p}verdicts (
    incident TEXT    NOT NULL,
    event_id TEXT    NOT NULL,
    version  INTEGER NOT NULL CHECK (version > 1),
    at       INTEGER NOT NULL,
    occasion TEXT    NOT NULL CHECK (occasion IN ('rejudge', 'shadow', 'person')),
    judge    TEXT,
    limits   TEXT,
    said     TEXT    NOT NULL,
    PRIMARY KEY (incident, event_id, version)
) WITHOUT ROWID;
CREATE TRIGGER {p}verdicts_stand BEFORE UPDATE ON {p}verdicts BEGIN SELECT RAISE(ABORT, 'verdicts are only added to'); END;
CREATE TRIGGER {p}verdicts_stay BEFORE DELETE ON {p}verdicts BEGIN SELECT RAISE(ABORT, 'verdicts are only added to'); END;
CREATE TRIGGER {p}live_verdicts_stand BEFORE UPDATE OF verdict, judge, limits ON {p}reports
    BEGIN SELECT RAISE(ABORT, 'verdicts are only added to'); END;
CREATE INDEX {p}incidents_of ON {p}incidents (device, received_at);
";

/// Faulty messages by device and day; faulty incidents are counted from the incidents themselves.
const FAULTS: &str = "
CREATE TABLE {p}device_faults (
    day     INTEGER NOT NULL,
    device  TEXT    NOT NULL,
    origin  TEXT    NOT NULL CHECK (origin IN ({origins})),
    fault   TEXT    NOT NULL,
    n       INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (day, device, origin, fault)
) WITHOUT ROWID;
";

/// Each entry of the audit holds a hash over itself and the one before; what is older has none.
const CHAIN: &str = "ALTER TABLE {p}audit ADD COLUMN hash BLOB;";

/// When the last sign of life was committed.
const HEARTBEAT: &str = "CREATE TABLE heartbeat (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL);";

/// Silences. They are of the desk, and of no root.
const SILENCINGS: &str = "CREATE TABLE silencings (id INTEGER PRIMARY KEY, until INTEGER NOT NULL, body TEXT NOT NULL);";
/// What this seat is called among several, and what it has not told the others yet.
const SEATS: &str = "
CREATE TABLE seat (id INTEGER PRIMARY KEY CHECK (id = 1), uuid TEXT NOT NULL, cursor INTEGER NOT NULL);
-- A number is never given twice, so that whoever reads on after one misses none.
CREATE TABLE unshared (id INTEGER PRIMARY KEY AUTOINCREMENT, incident TEXT NOT NULL, real INTEGER NOT NULL, event TEXT NOT NULL);
CREATE INDEX audit_of ON audit (incident);
CREATE INDEX drill_audit_of ON drill_audit (incident);
CREATE INDEX outbox_of ON outbox (incident);
CREATE INDEX drill_outbox_of ON drill_outbox (incident);
";

/// Impacts that only rows of driving data told of; an hour of them.
const SPIKES: &str = "CREATE TABLE {p}spikes (
    origin      TEXT    NOT NULL CHECK (origin IN ({origins})),
    device      TEXT    NOT NULL,
    received_at INTEGER NOT NULL,
    body        TEXT    NOT NULL,
    PRIMARY KEY (origin, device)
) WITHOUT ROWID;";

/// What people call devices. It is of the desk, and of no root.
const REGISTER: &str = "CREATE TABLE register (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;";

/// What was said of an incident stays as long as the incident does.
const RETENTION: &str = "
DROP TRIGGER {p}verdicts_stay;
CREATE TRIGGER {p}verdicts_stay BEFORE DELETE ON {p}verdicts WHEN EXISTS (SELECT 1 FROM {p}incidents WHERE id = OLD.incident)
    BEGIN SELECT RAISE(ABORT, 'verdicts are only added to'); END;
";

/// Who and what of an entry of the audit may be forgotten: a seal stands for them. While a row is in `forgetting`, which is
/// within one transaction, names go from there and from what persons said beside verdicts.
const FORGET: &str = "
ALTER TABLE {p}audit ADD COLUMN salt BLOB;
ALTER TABLE {p}audit ADD COLUMN seal BLOB;
DROP TRIGGER {p}audit_stands;
CREATE TRIGGER {p}audit_stands BEFORE UPDATE ON {p}audit
    WHEN NEW.salt IS NOT NULL OR NEW.hash IS NOT OLD.hash OR NEW.seal IS NOT OLD.seal OR NEW.seal IS NULL OR NEW.id <> OLD.id
        OR NEW.at <> OLD.at OR NEW.incident <> OLD.incident OR NOT EXISTS (SELECT 1 FROM forgetting)
    BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
DROP TRIGGER {p}verdicts_stand;
CREATE TRIGGER {p}verdicts_stand BEFORE UPDATE ON {p}verdicts
    WHEN OLD.occasion <> 'person' OR NEW.occasion <> 'person' OR NOT EXISTS (SELECT 1 FROM forgetting)
    BEGIN SELECT RAISE(ABORT, 'verdicts are only added to'); END;
";

/// When an entry was written and by whom, so that of two seats the later holds; one that was removed stays, with the body
/// `null`.
const REGISTER_SHARED: &str = "
ALTER TABLE register ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE register ADD COLUMN who TEXT NOT NULL DEFAULT '';
INSERT INTO unshared (incident, real, event) SELECT 'register', 1, id FROM register WHERE EXISTS (SELECT 1 FROM seat);
-- Whether an entry of another seat is here is asked for each: by the incident alone that takes the square of a long record.
DROP INDEX audit_of; CREATE INDEX audit_of ON audit (incident, at);
DROP INDEX drill_audit_of; CREATE INDEX drill_audit_of ON drill_audit (incident, at);
";

/// `IN` with three words or more is looked up in a table that is made anew for every row that is written, at two fifths of
/// what the row takes (2026-11-26, SQLite 3.40); the same words one by one are not. SQLite allows a `CHECK` to be edited in
/// place where it means the same.
const PLAIN_CHECKS: &str = "
UPDATE sqlite_schema SET sql = replace(replace(sql,
    'life IN (''open'', ''acknowledged'', ''resolved'')',
    'life = ''open'' OR life = ''acknowledged'' OR life = ''resolved'''),
    'decided IN (''overrule'', ''false_alarm'', ''confirm'')',
    'decided = ''overrule'' OR decided = ''false_alarm'' OR decided = ''confirm''')
    WHERE type = 'table' AND name = '{p}incidents';
";
/// Every connection reads the tables anew when one was made or dropped.
const READ_ANEW: &str = "CREATE TABLE read_anew (id INTEGER PRIMARY KEY); DROP TABLE read_anew;";

/// A root of the tables: the real one, or that of drills and samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    Real,
    Drill,
}

impl Root {
    pub(super) const ALL: [Self; 2] = [Self::Real, Self::Drill];

    pub(super) const fn of(origin: Origin) -> Self {
        if origin.is_real() { Self::Real } else { Self::Drill }
    }

    /// Puts this root's names into a text.
    pub(super) fn fill(self, text: &str) -> String {
        let (prefix, origins, telling) = match self {
            Self::Real => ("", "'device'", "'pending', 'done'"),
            // Nothing here can be pending, so nothing here can be sent.
            Self::Drill => ("drill_", "'drill', 'sample'", "'would_have'"),
        };
        text.replace("{p}", prefix).replace("{origins}", origins).replace("{telling}", telling)
    }
}

/// One step of the schema; the file's `user_version` is the number of steps taken.
type Migration = fn() -> String;

/// Every step, oldest first. A released step is never edited; the next is added below it.
const MIGRATIONS: [Migration; 13] = [
    || Root::ALL.map(|root| root.fill(ROOT)).concat(),
    || Root::ALL.map(|root| root.fill(VERSIONS)).concat(),
    || Root::ALL.map(|root| root.fill(FAULTS)).concat(),
    || Root::ALL.map(|root| root.fill(CHAIN)).concat(),
    || HEARTBEAT.to_owned(),
    || SILENCINGS.to_owned(),
    || REGISTER.to_owned(),
    || SEATS.to_owned(),
    || Root::ALL.map(|root| root.fill(SPIKES)).concat(),
    || Root::ALL.map(|root| root.fill(RETENTION)).concat(),
    || format!("CREATE TABLE forgetting (id INTEGER PRIMARY KEY);{}", Root::ALL.map(|root| root.fill(FORGET)).concat()),
    || REGISTER_SHARED.to_owned(),
    || {
        let checks = Root::ALL.map(|root| root.fill(PLAIN_CHECKS)).concat();
        format!("PRAGMA writable_schema = ON;{checks}PRAGMA writable_schema = RESET;{READ_ANEW}")
    },
];

/// The first schema, for tests that open an old store.
#[cfg(test)]
pub(super) fn first() -> String {
    MIGRATIONS[0]()
}

/// The newest schema that this program writes.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Refuses a file of another schema than ours, for who only reads.
pub(super) fn check(conn: &Connection) -> Result<(), Error> {
    let found: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match found.cmp(&VERSION) {
        std::cmp::Ordering::Less => Err(Error::OlderSchema { found, known: VERSION }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(Error::NewerSchema { found, known: VERSION }),
    }
}

/// Brings the schema up to date, one transaction a step.
pub(super) fn migrate(conn: &mut Connection) -> Result<(), Error> {
    let found: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > VERSION {
        return Err(Error::NewerSchema { found, known: VERSION });
    }
    for (step_idx, migration) in MIGRATIONS.iter().enumerate().skip(usize::try_from(found).unwrap_or(0)) {
        let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        tx.execute_batch(&migration())?;
        tx.pragma_update(None, "user_version", step_idx as i64 + 1)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.commit()?;
    }
    Ok(())
}
