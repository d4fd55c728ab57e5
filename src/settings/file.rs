//! Saves changes to the settings file: comments and order stay, a value that cannot be used is refused whole, and the
//! file is replaced in one step.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use super::{COMMENTED_DEFAULT, Error, Settings, edit};
use crate::model::setting::{Change, Wrong};

/// Applies the changes to the file and answers what it says then; where they are refused, the file is as it was.
///
/// It is read anew, so what somebody wrote into it meanwhile stays. A file that is not there begins as the commented
/// default. Without changes it is only read.
pub fn save(path: &Path, changes: &[Change]) -> Result<Settings, Wrong> {
    // A link stays one.
    let path = &fs::canonicalize(path).unwrap_or_else(|_missing| path.to_owned());
    let cannot = |does: &str, error: &io::Error| Wrong::File { why: format!("{} cannot be {does}: {error}", path.display()) };
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => COMMENTED_DEFAULT.to_owned(),
        read => read.map_err(|error| cannot("read", &error))?,
    };
    let before = text;
    let text = edit::edited(&before, changes)?;
    let settings = Settings::parse(path, &text).and_then(|settings| settings.with_shadow(path)).map_err(|error| match error {
        Error::Value { wrong, .. } => wrong,
        error => Wrong::Shape { why: error.to_string() },
    })?;
    if text == before {
        return Ok(settings);
    }
    replace(path, &text).map_err(|error| cannot("written", &error))?;
    Ok(settings)
}

/// Replaces a file in one step: whoever reads it, at any time and after any crash, finds the old one or the new one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let beside = folder.join(name);
    let written = (|| {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // There may be a password in it.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(text.as_bytes())?;
        if let Ok(old) = fs::metadata(path) {
            file.set_permissions(old.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&beside, path)
    })();
    if written.is_err() {
        fs::remove_file(&beside).ok();
        return written;
    }
    // The new name is safe once the folder is; where folders cannot be synced, the system does it in its time.
    File::open(folder).and_then(|folder| folder.sync_all()).ok();
    Ok(())
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
