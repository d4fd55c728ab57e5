//! The store that several seats share: a log of what each has stored, who is telling whom, and which seats are there.
//!
//! `PostgreSQL` holds no incident that a seat could not do without: each seat has all of it in its own store, and goes on
//! alone while the log is away. What the log gives is an order, a place to meet, and the right to tell people: of all seats
//! only the one that holds a lease on a notice sends it, so that a page goes out once.
//!
//! An edge: it knows `model` only. `facts` of other seats come as [`Change`]s, in the order of the log.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{AsyncMessage, Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::model::{Change, Elsewhere, Leave, OtherSeat, Secret};

/// One question to the database, at most; and how long the database keeps a lock for a seat of which it hears nothing more.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Changes that are read at once.
const AT_ONCE: i64 = 256;
/// How long a seat may try to tell before another may, s: twice an attempt's own limit of 10 s and then some (own
/// judgement, 2026-11-26).
const LEASE_SECS: f64 = 30.0;

/// `[seats]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `postgres://user:password@host:port/database`; a secret, since it holds a password. `None`: one seat alone.
    pub url: Option<Secret>,
    /// What this seat is called on the others, 1 to 40 characters. Default: the name of the computer.
    pub name: Option<String>,
    /// Certificate authorities of the database, PEM. Left out: those of the system.
    pub ca_file: Option<std::path::PathBuf>,
}

impl Settings {
    /// What is wrong with them, as a sentence's end, with the key.
    pub fn mistake(&self) -> Option<(&'static str, String)> {
        if let Some(name) = &self.name
            && !(1..=40).contains(&name.trim().chars().count())
        {
            return Some(("name", "it must have 1 to 40 characters".to_owned()));
        }
        let url = self.url.as_ref()?;
        match url.expose().parse::<Config>() {
            Ok(config) if config.get_hosts().is_empty() => Some(("url", "it names no host".to_owned())),
            Ok(config) if config.get_dbname().is_none() => Some(("url", "it names no database".to_owned())),
            Ok(_) => None,
            // The error may quote the password.
            Err(_) => Some(("url", "it must be like postgres://user:password@host:5432/database".to_owned())),
        }
    }

    /// The seat's name on the others.
    pub fn seat_name(&self) -> String {
        let computer = || std::fs::read_to_string("/etc/hostname").ok().or_else(|| std::env::var("HOSTNAME").ok());
        let name = self.name.clone().or_else(computer).unwrap_or_default();
        let name = name.trim();
        if name.is_empty() { "a seat".to_owned() } else { name.chars().take(40).collect() }
    }
}

/// Why the shared log cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database said no, or was not there.
    #[error("{0}")]
    Database(String),
    /// It took too long.
    #[error("the database did not answer within {} s", TIMEOUT.as_secs())]
    Slow,
    /// The certificates cannot be used.
    #[error("the certificates for the database cannot be used: {0}")]
    Certificates(String),
    /// A newer program made the tables.
    #[error("the shared log was made by a newer fleetwatch (version {0}); update this one")]
    Newer(i32),
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(words(&error))
    }
}

/// The error with its causes; the library's own says "db error" alone.
fn words(error: &tokio_postgres::Error) -> String {
    let mut words = error.as_db_error().map_or_else(|| error.to_string(), |said| said.message().to_owned());
    let mut source = std::error::Error::source(error).filter(|_| error.as_db_error().is_none());
    while let Some(cause) = source {
        let cause_words = cause.to_string();
        if !words.contains(&cause_words) {
            words = format!("{words}: {cause_words}");
        }
        source = cause.source();
    }
    words
}

/// The tables. Each step is taken once; a released step is never edited.
const STEPS: [&str; 1] = ["
CREATE TABLE fleetwatch_changes (
    seq   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seat  TEXT NOT NULL,
    entry BIGINT NOT NULL,
    part  INTEGER NOT NULL,
    at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    name  TEXT NOT NULL,
    body  BYTEA NOT NULL,
    UNIQUE (seat, entry, part)
);
CREATE TABLE fleetwatch_leases (
    key     TEXT NOT NULL,
    channel TEXT NOT NULL,
    seat    TEXT NOT NULL,
    until   TIMESTAMPTZ NOT NULL,
    settled BOOLEAN NOT NULL DEFAULT false,
    PRIMARY KEY (key, channel)
);
CREATE TABLE fleetwatch_seats (seat TEXT PRIMARY KEY, name TEXT NOT NULL, seen_at TIMESTAMPTZ NOT NULL);
"];
/// One number for all programs that take the lock of the log.
const LOCK: i64 = 0x464C_5457;

/// A connection to the shared log.
#[derive(Debug)]
pub struct Log {
    client: Client,
    seat: String,
    name: String,
    /// Something was added, perhaps by us; `None` from it: the connection is gone.
    news: mpsc::Receiver<()>,
}

impl Log {
    /// Connects as the seat with this id, and makes the tables where they are not there.
    pub async fn connect(settings: &Settings, seat: &str) -> Result<Self, Error> {
        tokio::time::timeout(TIMEOUT * 2, Self::connect_patiently(settings, seat)).await.map_err(|_elapsed| Error::Slow)?
    }

    async fn connect_patiently(settings: &Settings, seat: &str) -> Result<Self, Error> {
        let (client, mut connection) = config(settings)?.connect(tls(settings)?).await?;
        let (told, news) = mpsc::channel(1);
        tokio::spawn(async move {
            while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
                match message {
                    // One that waits already says the same.
                    Ok(AsyncMessage::Notification(_)) => drop(told.try_send(())),
                    Ok(_) => {}
                    Err(error) => {
                        log::warn!("the shared log went away: {}", words(&error));
                        break;
                    }
                }
            }
        });
        let mut log = Self { client, seat: seat.to_owned(), name: settings.seat_name(), news };
        log.client.batch_execute(&format!("SET idle_in_transaction_session_timeout = '{}s'", TIMEOUT.as_secs())).await?;
        log.migrate().await?;
        log.client.batch_execute("LISTEN fleetwatch").await?;
        log.here().await?;
        Ok(log)
    }

    async fn migrate(&mut self) -> Result<(), Error> {
        let known = i32::try_from(STEPS.len()).unwrap_or(i32::MAX);
        let tx = self.client.transaction().await?;
        // Two seats that start at once wait for each other.
        let text = format!(
            "SELECT pg_advisory_xact_lock({LOCK}); CREATE TABLE IF NOT EXISTS fleetwatch_version (version INTEGER NOT NULL);
             INSERT INTO fleetwatch_version SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM fleetwatch_version);"
        );
        tx.batch_execute(&text).await?;
        let version: i32 = tx.query_one("SELECT version FROM fleetwatch_version", &[]).await?.get(0);
        if version > known {
            return Err(Error::Newer(version));
        }
        for (step_idx, step) in STEPS.iter().enumerate().skip(usize::try_from(version).unwrap_or(0)) {
            tx.batch_execute(&format!("{step} UPDATE fleetwatch_version SET version = {}", step_idx + 1)).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Waits until something was added to the log; `false`: the connection is gone.
    pub async fn wait(&mut self) -> bool {
        self.news.recv().await.is_some()
    }

    /// Adds changes, those of one entry of the seat's own list, in one transaction: all or nothing, and once.
    pub async fn add(&mut self, entry: i64, changes: &[Change]) -> Result<(), Error> {
        let (seat, name) = (self.seat.clone(), self.name.clone());
        timed(async {
            let tx = self.client.transaction().await?;
            // In the log's order nothing may come after what was read: numbers are given and committed one seat at a time.
            tx.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
            let text = "INSERT INTO fleetwatch_changes (seat, entry, part, name, body) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (seat, entry, part) DO NOTHING";
            let statement = tx.prepare(text).await?;
            for (part, change) in (0_i32..).zip(changes) {
                let body = serde_json::to_vec(change).map_err(|error| Error::Database(error.to_string()))?;
                tx.execute(&statement, &[&seat, &entry, &part, &name, &body]).await?;
            }
            tx.batch_execute("NOTIFY fleetwatch").await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// What comes after a place in the log, in its order, at most 256; our own are without content.
    pub async fn after(&self, seq: i64) -> Result<Vec<Elsewhere>, Error> {
        let text = "SELECT seq, name, CASE WHEN seat = $2 THEN NULL ELSE body END FROM fleetwatch_changes
            WHERE seq > $1 ORDER BY seq LIMIT $3";
        let rows = timed(async { Ok(self.client.query(text, &[&seq, &self.seat, &AT_ONCE]).await?) }).await?;
        let read = |row: tokio_postgres::Row| {
            let (seq, seat, body): (i64, String, Option<Vec<u8>>) = (row.get(0), row.get(1), row.get(2));
            let change = body.and_then(|body| match serde_json::from_slice(&body) {
                Ok(change) => Some(change),
                Err(error) => {
                    log::error!("change {seq} of {seat} in the shared log cannot be read: {error}");
                    None
                }
            });
            Elsewhere { seat: seat.into(), seq, change }
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Asks whether this seat is to send a notice on a channel. Whoever gets leave has it for 30 s.
    pub async fn leave(&self, key: &str, channel: &str) -> Result<Leave, Error> {
        let text = "INSERT INTO fleetwatch_leases (key, channel, seat, until)
            VALUES ($1, $2, $3, now() + make_interval(secs => $4))
            ON CONFLICT (key, channel) DO UPDATE SET seat = excluded.seat, until = excluded.until
            WHERE NOT fleetwatch_leases.settled
                AND (fleetwatch_leases.seat = excluded.seat OR fleetwatch_leases.until < now())
            RETURNING 1";
        let asks = "SELECT settled, greatest(0, extract(epoch FROM until - now()))::float8 FROM fleetwatch_leases
            WHERE key = $1 AND channel = $2";
        timed(async {
            if self.client.query_opt(text, &[&key, &channel, &self.seat, &LEASE_SECS]).await?.is_some() {
                return Ok(Leave::Go);
            }
            let Some(row) = self.client.query_opt(asks, &[&key, &channel]).await? else { return Ok(Leave::Go) };
            let (settled, secs): (bool, f64) = (row.get(0), row.get(1));
            let wait = Duration::from_secs_f64(secs.clamp(0.2, LEASE_SECS));
            Ok(if settled { Leave::Settled } else { Leave::Wait(wait) })
        })
        .await
    }

    /// The channel took the notice, or refused it for good: no other seat need try.
    pub async fn settle(&self, key: &str, channel: &str) -> Result<(), Error> {
        // Also where it was sent without leave, while the log was away.
        let text = "INSERT INTO fleetwatch_leases (key, channel, seat, until, settled) VALUES ($1, $2, $3, now(), true)
            ON CONFLICT (key, channel) DO UPDATE SET settled = true";
        timed(async {
            self.client.execute(text, &[&key, &channel, &self.seat]).await?;
            Ok(())
        })
        .await
    }

    /// Says that this seat is there.
    pub async fn here(&self) -> Result<(), Error> {
        let text = "INSERT INTO fleetwatch_seats VALUES ($1, $2, now())
            ON CONFLICT (seat) DO UPDATE SET name = excluded.name, seen_at = excluded.seen_at";
        timed(async {
            self.client.execute(text, &[&self.seat, &self.name]).await?;
            Ok(())
        })
        .await
    }

    /// The other seats of the last day, by name.
    pub async fn others(&self) -> Result<Vec<OtherSeat>, Error> {
        let text = "SELECT name, extract(epoch FROM now() - seen_at)::float8 FROM fleetwatch_seats
            WHERE seat <> $1 AND seen_at > now() - interval '1 day' ORDER BY name, seat";
        let rows = timed(async { Ok(self.client.query(text, &[&self.seat]).await?) }).await?;
        Ok(rows.into_iter().map(|row| OtherSeat { name: row.get(0), secs: row.get(1) }).collect())
    }
}

/// Whether the database lets us in, in words. Changes nothing there.
pub fn probe(settings: &Settings) -> Result<String, Error> {
    let failed = |error: std::io::Error| Error::Database(error.to_string());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(timed(async {
        let (client, connection) = config(settings)?.connect(tls(settings)?).await?;
        tokio::spawn(connection);
        let exists = "SELECT to_regclass('fleetwatch_seats') IS NOT NULL, current_setting('server_version')";
        let row = client.query_one(exists, &[]).await?;
        let (made, version): (bool, String) = (row.get(0), row.get(1));
        if !made {
            return Ok(format!("PostgreSQL {version} lets us in; no seat was here yet"));
        }
        let here = "SELECT count(*) FROM fleetwatch_seats WHERE seen_at > now() - make_interval(secs => $1)";
        let n: i64 = client.query_one(here, &[&OtherSeat::AWAY_SECS]).await?.get(0);
        Ok(format!("PostgreSQL {version} lets us in; seats that are there: {n}"))
    }))
}

async fn timed<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(TIMEOUT, work).await.map_err(|_elapsed| Error::Slow)?
}

fn config(settings: &Settings) -> Result<Config, Error> {
    let url = settings.url.as_ref().map_or("", Secret::expose);
    let mut config: Config = url.parse()?;
    config.connect_timeout(TIMEOUT).application_name("fleetwatch").keepalives_idle(Duration::from_secs(10));
    // What is stored of crashes does not cross a network in the clear.
    let here = |host: &Host| match host {
        Host::Tcp(name) => ["localhost", "127.0.0.1", "::1"].contains(&name.as_str()),
        Host::Unix(_) => true,
    };
    if !config.get_hosts().iter().all(here) && !url.contains("sslmode=disable") {
        config.ssl_mode(SslMode::Require);
    }
    Ok(config)
}

fn tls(settings: &Settings) -> Result<MakeRustlsConnect, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::Certificates(error.to_string());
    let mut roots = rustls::RootCertStore::empty();
    match &settings.ca_file {
        Some(file) => {
            use rustls::pki_types::pem::PemObject as _;
            let read = |error: rustls::pki_types::pem::Error| Error::Certificates(format!("{}: {error}", file.display()));
            for certificate in CertificateDer::pem_file_iter(file).map_err(read)? {
                roots.add(certificate.map_err(read)?).map_err(|error| failed(&error))?;
            }
        }
        // Where there are none, a database on this machine needs none; one elsewhere is refused by its certificate.
        None => drop(roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
    }
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
