//! The audit as a chain: each entry holds a hash over itself and over the hash before it, so that no entry can be changed,
//! put in or taken out without every later one telling.
//!
//! Entries that were there before there was a chain are sealed as a whole by the first that has a hash. What is cut off at
//! the end cannot be seen from within; whoever keeps the head elsewhere sees it. A broken chain stops nothing: it is said,
//! and what comes next goes on from the last entry.

use std::fmt;

use rusqlite::{Connection, OptionalExtension as _, ToSql, params};
use sha2::{Digest as _, Sha256};

use super::Error;
use super::schema::Root;
use crate::model::Timestamp;

/// Entries that are looked at when a store is opened, 100,000: some 0.1 s. The doctor looks at all of them.
pub(super) const LOOKED_AT: i64 = 100_000;

/// A hash of the chain.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash([u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One entry.
pub(super) struct Entry<'a> {
    pub(super) at: Timestamp,
    pub(super) who: &'a str,
    pub(super) incident: &'a str,
    pub(super) what: &'a str,
}

impl Entry<'_> {
    /// Length before each text, so that no two entries are the same bytes.
    fn feed(&self, id: i64, into: &mut Sha256) {
        into.update(id.to_le_bytes());
        into.update(self.at.0.to_le_bytes());
        for text in [self.who, self.incident, self.what] {
            into.update((text.len() as u64).to_le_bytes());
            into.update(text);
        }
    }

    /// Of an entry that is older than seals.
    fn hash(&self, before: Hash, id: i64) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(before.0);
        self.feed(id, &mut hasher);
        Hash(hasher.finalize().into())
    }

    /// Stands for who and what, so that the chain holds when both are forgotten. Without the salt nobody can try names.
    fn seal(&self, salt: &[u8; 16]) -> Hash {
        let mut hasher = Sha256::new_with_prefix(b"fleetwatch entry");
        hasher.update(salt);
        for text in [self.who, self.what] {
            hasher.update((text.len() as u64).to_le_bytes());
            hasher.update(text);
        }
        Hash(hasher.finalize().into())
    }

    fn sealed_hash(&self, before: Hash, id: i64, seal: Hash) -> Hash {
        let mut hasher = Sha256::new_with_prefix(b"fleetwatch sealed");
        hasher.update(before.0);
        hasher.update(id.to_le_bytes());
        hasher.update(self.at.0.to_le_bytes());
        hasher.update((self.incident.len() as u64).to_le_bytes());
        hasher.update(self.incident);
        hasher.update(seal.0);
        Hash(hasher.finalize().into())
    }
}

/// What seals the entries before the chain.
fn begin() -> Sha256 {
    Sha256::new_with_prefix(b"fleetwatch audit")
}

/// Adds an entry at the end of the chain.
pub(super) fn append(conn: &Connection, root: Root, entry: &Entry<'_>) -> Result<(), Error> {
    let text = root.fill("SELECT id, hash FROM {p}audit ORDER BY id DESC LIMIT 1");
    let head = conn.prepare_cached(&text)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (last, hash): (i64, Option<[u8; 32]>) = head.unwrap_or_default();
    let before = match hash {
        Some(hash) => Hash(hash),
        None => sealed(conn, root)?,
    };
    let id = last + 1;
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| Error::Odd(format!("this system has no random numbers: {error}")))?;
    let seal = entry.seal(&salt);
    let hash = entry.sealed_hash(before, id, seal);
    let text =
        root.fill("INSERT INTO {p}audit (id, at, who, incident, what, hash, salt, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    let values = params![id, entry.at.0, entry.who, entry.incident, entry.what, hash.0, salt, seal.0];
    conn.prepare_cached(&text)?.execute(values)?;
    Ok(())
}

/// Takes who and what out of the entries of an incident that persons made. Their seals stay, so the chain holds.
pub(super) fn forget(conn: &Connection, root: Root, incident: &str) -> Result<u64, Error> {
    forget_where(conn, root, "incident = ?1", &[&incident])
}

/// As [`forget`], of the entries that `which` finds.
pub(super) fn forget_where(conn: &Connection, root: Root, which: &str, params: &[&dyn ToSql]) -> Result<u64, Error> {
    let text = format!(
        "UPDATE {{p}}audit SET who = '', what = '', salt = NULL WHERE {which} AND salt IS NOT NULL AND who <> 'fleetwatch'"
    );
    Ok(conn.prepare_cached(&root.fill(&text))?.execute(params)? as u64)
}

/// How many entries an entry says that it took the text out of.
fn said_to_be_forgotten(what: &str) -> u64 {
    let said: Option<serde_json::Value> = what.starts_with("{\"forget\":").then(|| serde_json::from_str(what).ok()).flatten();
    said.and_then(|said| said["forget"]["entries"].as_u64()).unwrap_or_default()
}

/// The seal over everything that has no hash of its own.
fn sealed(conn: &Connection, root: Root) -> Result<Hash, Error> {
    let mut hasher = begin();
    let text = root.fill("SELECT id, at, who, incident, what FROM {p}audit ORDER BY id");
    let mut statement = conn.prepare(&text)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let texts: (String, String, String) = (row.get(2)?, row.get(3)?, row.get(4)?);
        let entry = Entry { at: Timestamp(row.get(1)?), who: &texts.0, incident: &texts.1, what: &texts.2 };
        entry.feed(row.get(0)?, &mut hasher);
    }
    Ok(Hash(hasher.finalize().into()))
}

/// The last hash; `None` before the first.
pub(super) fn head(conn: &Connection, root: Root) -> Result<Option<Hash>, Error> {
    let text = root.fill("SELECT hash FROM {p}audit ORDER BY id DESC LIMIT 1");
    let hash: Option<Option<[u8; 32]>> = conn.prepare_cached(&text)?.query_row([], |row| row.get(0)).optional()?;
    Ok(hash.flatten().map(Hash))
}

/// A chain that is whole, as far as it was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// Entries that were looked at.
    pub n: u64,
    /// Of them older than the chain and sealed as a whole, or not sealed yet where they are all.
    pub n_unsealed: u64,
    /// Of them without their text, which somebody had forgotten.
    pub n_forgotten: u64,
    /// The last hash; whoever keeps it elsewhere sees whether the end was cut off.
    pub head: Option<Hash>,
}

/// Where a chain is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The first entry that does not fit to what is before it.
    pub id: i64,
    /// When it was written, as it says.
    pub at: Timestamp,
    /// Entries before it that are sound.
    pub n_sound: u64,
    /// It fits, but its text is gone, and no entry says that somebody took it out.
    pub emptied: bool,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, at, n_sound, emptied } = self;
        if *emptied {
            let at = at.rfc3339();
            return write!(
                f,
                "the audit was changed from outside: entries were emptied that nobody had forgotten, {id} of {at} among them"
            );
        }
        write!(
            f,
            "the audit was changed from outside: entry {id} of {} does not fit to what is before it ({n_sound} entries before \
             it are sound)",
            at.rfc3339()
        )
    }
}

/// Looks at the last `n` entries, or at all.
pub(super) fn verify(conn: &Connection, root: Root, n: Option<i64>) -> Result<Result<Chain, Broken>, Error> {
    let mut chain = Chain::default();
    let mut before: Option<Hash> = None;
    let mut from = i64::MIN;
    if let Some(n) = n {
        // It begins behind an entry that has a hash, which is believed; where there is none, at the very first.
        let text = root.fill("SELECT id, hash FROM {p}audit ORDER BY id DESC LIMIT 1 OFFSET ?1");
        let anchor = conn.query_row(&text, [n], |row| Ok((row.get(0)?, row.get::<_, Option<[u8; 32]>>(1)?))).optional()?;
        if let Some((id, Some(hash))) = anchor {
            (from, before) = (id, Some(Hash(hash)));
        }
    }
    let mut seal = begin();
    let (mut emptied, mut n_said) = (None, 0);
    let text = root.fill("SELECT id, at, who, incident, what, hash, salt, seal FROM {p}audit WHERE id > ?1 ORDER BY id");
    let mut statement = conn.prepare(&text)?;
    let mut rows = statement.query([from])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let at = Timestamp(row.get(1)?);
        let broken = Broken { id, at, n_sound: chain.n, emptied: false };
        // What was changed may not even have the right type any more.
        let texts = (row.get_ref(2)?.as_str(), row.get_ref(3)?.as_str(), row.get_ref(4)?.as_str());
        let (Ok(who), Ok(incident), Ok(what)) = texts else { return Ok(Err(broken)) };
        let entry = Entry { at, who, incident, what };
        let (Ok(salt), Ok(stored)) = (row.get::<_, Option<[u8; 16]>>(6), row.get::<_, Option<[u8; 32]>>(7)) else {
            return Ok(Err(broken));
        };
        let sealed = match (salt, stored.map(Hash)) {
            (Some(salt), Some(seal)) if entry.seal(&salt) == seal => {
                n_said += said_to_be_forgotten(what);
                Some(seal)
            }
            (None, Some(seal)) if who.is_empty() && what.is_empty() => {
                emptied = emptied.or(Some(Broken { emptied: true, ..broken.clone() }));
                chain.n_forgotten += 1;
                Some(seal)
            }
            (None, None) => None,
            _ => return Ok(Err(broken)),
        };
        match (row.get::<_, Option<[u8; 32]>>(5), before) {
            (Ok(None), None) if sealed.is_none() => {
                entry.feed(id, &mut seal);
                chain.n_unsealed += 1;
            }
            (Ok(Some(hash)), known) => {
                let hash = Hash(hash);
                let known = known.unwrap_or_else(|| Hash(std::mem::replace(&mut seal, begin()).finalize().into()));
                if sealed.map_or_else(|| entry.hash(known, id), |seal| entry.sealed_hash(known, id, seal)) != hash {
                    return Ok(Err(broken));
                }
                before = Some(hash);
            }
            (Ok(None) | Err(_), _) => return Ok(Err(broken)),
        }
        chain.n += 1;
    }
    chain.head = before;
    // Of a part of the chain only, what took the text out may lie before it.
    match emptied {
        Some(emptied) if chain.n_forgotten > n_said && n.is_none() => Ok(Err(emptied)),
        _ => Ok(Ok(chain)),
    }
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
