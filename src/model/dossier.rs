//! One incident as a file: everything that is stored of it, with its raw packets and a hash, to be read without the
//! program and taken in by another.
//!
//! The file is one JSON object. Its last field, `content`, is hashed byte by byte as it stands, so that whoever has a
//! SHA-256 can check it; `docs/WIRE.md` describes every field. The hash shows that a file was changed, by accident or by
//! a hand that forgot the hash; it is no signature.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::units::Timestamp;

/// What a file says of itself; goes up when a field changes its meaning.
const FORMAT: &str = "fleetwatch incident 1";
/// A file larger than this is not read: an incident's reports are kept whole up to 16 MiB, and twice that with their
/// bytes written as text.
pub const MOST_BYTES: usize = 64 << 20;
/// What stands before the bytes that are hashed.
const MARK: &str = ",\"content\":";

/// A row of a table by column. Bytes are `{"base64": "…"}`.
pub type Row = Map<String, Value>;

/// Everything stored of one incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dossier {
    /// As people and programs read it, as `fleetwatch incidents ID --json` writes it.
    pub incident: Value,
    /// As the store keeps it: table by table without the prefix of its root, raw packets among them.
    pub tables: BTreeMap<String, Vec<Row>>,
}

/// Where an incident was taken in from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// What it was called where it happened.
    pub id: String,
    /// When it was written there.
    pub exported_at: String,
    /// The hash of what was written, hexadecimal.
    pub sha256: String,
    /// When it was taken in.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// An incident on its way into another store.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// What is taken in.
    pub dossier: Dossier,
    /// Where it comes from.
    pub from: Imported,
}

/// Why a file is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too large.
    #[error("the file has {0} bytes; an incident has at most {MOST_BYTES}")]
    TooLarge(usize),
    /// Something else.
    #[error("this is no exported incident: {0}")]
    NotOurs(String),
    /// Of another version.
    #[error("the file is of the format {0:?}; this fleetwatch reads {FORMAT:?}")]
    Version(String),
    /// It was changed.
    #[error(
        "the file was changed after it was exported, or written anew by another program: its content should have the SHA-256 {said} and has {is}. Nothing was taken in; ask for the file again"
    )]
    Tampered {
        /// What the file says.
        said: String,
        /// What its content has.
        is: String,
    },
}

/// The beginning of a file.
#[derive(Debug, Deserialize)]
struct Head {
    format: String,
    exported_at: String,
    sha256: String,
}

/// A SHA-256 in hexadecimal.
fn hash(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        write!(text, "{byte:02x}").unwrap_or_default();
    }
    text
}

impl Dossier {
    /// The file.
    pub fn write(&self, at: Timestamp) -> Result<Vec<u8>, serde_json::Error> {
        let content = serde_json::to_string(self)?;
        let head = serde_json::json!({
            "format": FORMAT, "exported_at": at.rfc3339(), "exported_by": concat!("fleetwatch ", env!("CARGO_PKG_VERSION")),
            "sha256": hash(content.as_bytes()),
        });
        let head = serde_json::to_string(&head)?;
        let head = head.trim_end_matches('}');
        Ok(format!("{head}{MARK}{content}}}\n").into_bytes())
    }

    /// Reads a file and checks its hash.
    pub fn read(file: &[u8], by: &str, at: Timestamp) -> Result<Import, Error> {
        if file.len() > MOST_BYTES {
            return Err(Error::TooLarge(file.len()));
        }
        let not_ours = |error: &dyn std::fmt::Display| Error::NotOurs(error.to_string());
        let text = std::str::from_utf8(file).map_err(|error| not_ours(&error))?;
        let head: Head = serde_json::from_str(text).map_err(|error| not_ours(&error))?;
        if head.format != FORMAT {
            return Err(Error::Version(head.format));
        }
        let begin = text.find(MARK).map(|at| at + MARK.len());
        let content = begin.and_then(|begin| text[begin..].trim_end().strip_suffix('}'));
        let is = content.map(|content| hash(content.as_bytes())).unwrap_or_default();
        let content = content.filter(|_| is == head.sha256).ok_or(Error::Tampered { said: head.sha256.clone(), is })?;
        let dossier: Self = serde_json::from_str(content).map_err(|error| not_ours(&error))?;
        let id = dossier.incident["id"].as_str().ok_or_else(|| Error::NotOurs("it names no incident".to_owned()))?;
        let from = Imported { id: id.to_owned(), exported_at: head.exported_at, sha256: head.sha256, at, by: by.to_owned() };
        Ok(Import { dossier, from })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dossier() -> Dossier {
        let row: Row = [("payload".to_owned(), serde_json::json!({"base64": "AAE="}))].into_iter().collect();
        let tables = BTreeMap::from([("packets".to_owned(), vec![row])]);
        // A text that looks like the mark must not be taken for it.
        Dossier { incident: serde_json::json!({"id": "INC-1", "note": ",\"content\":{", "p": 0.1}), tables }
    }

    #[test]
    fn what_was_written_is_read_again() {
        let file = dossier().write(Timestamp(1_000_000)).unwrap();
        let whole: Value = serde_json::from_slice(&file).unwrap();
        assert_eq!(whole["content"]["incident"]["id"], "INC-1", "the file is plain JSON");
        let import = Dossier::read(&file, "mina", Timestamp(2)).unwrap();
        assert_eq!(import.dossier, dossier());
        assert_eq!((import.from.id.as_str(), import.from.by.as_str()), ("INC-1", "mina"));
        assert_eq!(whole["sha256"], import.from.sha256);
    }

    #[test]
    fn every_changed_byte_is_found_and_said() {
        let file = dossier().write(Timestamp(1_000_000)).unwrap();
        let begin = String::from_utf8(file.clone()).unwrap().find(MARK).unwrap() + MARK.len();
        for at in begin..file.len() - 2 {
            let mut changed = file.clone();
            changed[at] = if changed[at] == b'7' { b'8' } else { b'7' };
            let error = Dossier::read(&changed, "", Timestamp(0)).unwrap_err().to_string();
            assert!(
                error.contains("was changed after it was exported") || error.contains("no exported incident"),
                "{at}: {error}"
            );
        }
        let written_anew = serde_json::to_vec_pretty(&serde_json::from_slice::<Value>(&file).unwrap()).unwrap();
        assert!(matches!(Dossier::read(&written_anew, "", Timestamp(0)), Err(Error::Tampered { .. })));
        assert!(matches!(Dossier::read(b"{\"a\":1}", "", Timestamp(0)), Err(Error::NotOurs(_))));
        let other = String::from_utf8(file).unwrap().replace("incident 1", "incident 9");
        assert!(matches!(Dossier::read(other.as_bytes(), "", Timestamp(0)), Err(Error::Version(_))));
    }
}
