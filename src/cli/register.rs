//! `fleetwatch register`: the register out of the store and into it, as CSV.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use crate::model::{Operator, Record, RegisterOrder, Timestamp};
use crate::register::{self, Refused, Sheet};
use crate::store::{self, Archive, Receipt};

/// Why it ended badly.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A file, or whoever reads.
    #[error("{0}")]
    Write(#[from] io::Error),
    /// The file is no register.
    #[error("{file}: {why}; nothing was taken")]
    NoRegister {
        /// Which.
        file: String,
        /// Why.
        why: String,
    },
    /// Nothing was stored.
    #[error("nothing was stored: {0}")]
    Refused(String),
    /// Some rows were refused; they have been named.
    #[error("{n} of {of} rows were refused; the others are taken")]
    Rows {
        /// How many.
        n: usize,
        /// Of how many.
        of: usize,
    },
}

/// Takes the rows of a file into the store in `dir`, and names on `said` those that it does not, each with its line.
pub fn import(dir: &Path, file: &Path, by: &str, now: Timestamp, said: &mut dyn Write) -> Result<(), Error> {
    let name = file.display().to_string();
    let length = fs::metadata(file)?.len();
    let no_register = |why| Error::NoRegister { file: name.clone(), why };
    if length > register::MOST_BYTES as u64 {
        return Err(no_register(format!("it has {length} bytes; at most {} are read", register::MOST_BYTES)));
    }
    let Sheet { entries, refused } = register::read(&fs::read(file)?).map_err(no_register)?;
    let (n_taken, n_refused) = (entries.len(), refused.len());
    // The lock first: what a running desk holds is not to be half read.
    let mut writer = store::writer(dir)?;
    let known = Archive::open(dir)?.register()?;
    let order = RegisterOrder::Put { entries, from: name.clone() };
    if let Some(why) = order.wrong(&known) {
        return Err(Error::Refused(why.to_owned()));
    }
    let record = Record::Register { order: Arc::new(order), by: Operator(by.to_owned()), at: now };
    if let Some(Receipt::Failed { reason }) = writer.commit(&[record])?.into_iter().next() {
        return Err(Error::Refused(reason));
    }
    for Refused { line, why } in refused {
        writeln!(said, "{name}: line {line}: {why}")?;
    }
    writeln!(said, "{n_taken} entries taken")?;
    if n_refused > 0 { Err(Error::Rows { n: n_refused, of: n_taken + n_refused }) } else { Ok(()) }
}

/// Writes every entry as CSV.
pub fn export(archive: &Archive, out: &mut dyn Write) -> Result<(), Error> {
    Ok(out.write_all(&register::write(archive.register()?.entries()))?)
}
