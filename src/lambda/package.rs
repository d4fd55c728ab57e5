//! A package: a directory with a `bootstrap`, as it is zipped and uploaded.

use std::io::{self, Read as _};
use std::path::Path;

use super::Refusal;

/// How large a package is, both ways that Lambda measures it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Package {
    /// All files, bytes.
    pub unzipped_bytes: u64,
    /// What a zip file of them is, bytes: deflated as `zip` does by default.
    pub zip_bytes: u64,
}

/// What a zip file adds for each file beside its name, twice: local and central header.
const ZIP_HEADERS: u64 = 30 + 46;
/// Deflating takes time; a package that is not near the limit unpacked need not be measured zipped.
const SMALL: u64 = 16 * 1024 * 1024;

impl Package {
    /// Measures a directory, which must have a `bootstrap` that can be run.
    pub fn measure(dir: &Path) -> Result<Self, Refusal> {
        let no_package = |words: String| Refusal::NoPackage(dir.to_owned(), words);
        let bootstrap = std::fs::metadata(dir.join("bootstrap"));
        let bootstrap = bootstrap.map_err(|error| no_package(format!("its bootstrap cannot be read: {error}")))?;
        if !bootstrap.is_file() || !executable(&bootstrap) {
            return Err(no_package("its bootstrap is no program; chmod +x bootstrap".to_owned()));
        }
        let mut files = Vec::new();
        list(dir, &mut files).map_err(|error| no_package(error.to_string()))?;
        let unzipped_bytes = files.iter().map(|(_, bytes)| bytes).sum();
        let mut zip_bytes = unzipped_bytes;
        if unzipped_bytes > SMALL {
            zip_bytes = 22;
            for (path, _) in &files {
                let name = path.strip_prefix(dir).unwrap_or(path).as_os_str().len() as u64;
                let deflated = deflated(path).map_err(|error| no_package(format!("{}: {error}", path.display())))?;
                zip_bytes += ZIP_HEADERS + 2 * name + deflated;
            }
        }
        Ok(Self { unzipped_bytes, zip_bytes })
    }
}

fn list(dir: &Path, files: &mut Vec<(std::path::PathBuf, u64)>) -> io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list(&entry.path(), files)?;
        } else if kind.is_file() {
            files.push((entry.path(), entry.metadata()?.len()));
        }
    }
    Ok(())
}

fn deflated(path: &Path) -> io::Result<u64> {
    let file = std::fs::File::open(path)?;
    let mut reader = flate2::read::DeflateEncoder::new(io::BufReader::new(file), flate2::Compression::default());
    let (mut total, mut block) = (0, vec![0; 64 * 1024]);
    loop {
        match reader.read(&mut block)? {
            0 => return Ok(total),
            n => total += n as u64,
        }
    }
}

#[cfg(unix)]
fn executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn executable(_metadata: &std::fs::Metadata) -> bool {
    true
}
