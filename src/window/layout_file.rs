//! `layout.toml` in the data directory: how the window was arranged. A file that cannot be read never stops the start: it
//! is put aside as `layout.toml.broken` and the window says so.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::ui::Layout;

/// Layouts that may wait for the disk; the newest of them is written.
const WAITING: usize = 8;

/// Larger than any layout; what is larger is none. Bytes
const MOST: u64 = 65_536;

/// The file, and the thread that writes it.
pub(super) struct LayoutFile {
    path: PathBuf,
    writes: SyncSender<Layout>,
}

impl LayoutFile {
    /// In this data directory.
    pub(super) fn open(data_dir: &Path) -> std::io::Result<Self> {
        let path = data_dir.join("layout.toml");
        let (writes, asked) = sync_channel(WAITING);
        let file = path.clone();
        std::thread::Builder::new().name("layout".to_owned()).spawn(move || write_all(&asked, &file))?;
        Ok(Self { path, writes })
    }

    /// What was kept; the usual one where nothing was, and why it cannot be read where it cannot.
    pub(super) fn read(&self) -> Result<Layout, String> {
        let text = match std::fs::metadata(&self.path) {
            Ok(found) if found.len() > MOST => Err(format!("it has {} bytes", found.len())),
            Ok(_) => std::fs::read_to_string(&self.path).map_err(|error| error.to_string()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Layout::default()),
            Err(error) => Err(error.to_string()),
        };
        text.and_then(|text| Layout::read(&text)).map_err(|why| {
            let aside = self.path.with_extension("toml.broken");
            // Where it cannot even be put aside the next layout goes over it.
            std::fs::rename(&self.path, aside).ok();
            log::warn!("{}: {why}; it was put aside as layout.toml.broken", self.path.display());
            format!("{}: {why}", self.path.display())
        })
    }

    /// Writes it soon. Never waits: where the disk hangs a later one is written.
    pub(super) fn keep(&self, layout: &Layout) {
        self.writes.try_send(layout.clone()).ok();
    }
}

fn write_all(asked: &Receiver<Layout>, path: &Path) {
    while let Ok(first) = asked.recv() {
        let layout = asked.try_iter().last().unwrap_or(first);
        let fresh = path.with_extension("toml.new");
        let written = std::fs::write(&fresh, layout.text()).and_then(|()| std::fs::rename(&fresh, path));
        if let Err(error) = written {
            log::warn!("{}: the layout of the window is not kept: {error}", path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::panels::Screen;

    #[test]
    fn a_broken_file_is_said_and_put_aside_and_the_next_layout_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("layout.toml");
        let file = LayoutFile::open(dir.path()).unwrap();
        assert_eq!(file.read(), Ok(Layout::default()));
        std::fs::write(&path, [0xff, 0x00, 0xfe]).unwrap();
        assert!(file.read().unwrap_err().contains("layout.toml: "));
        assert!(dir.path().join("layout.toml.broken").exists() && !path.exists());
        let layout = Layout { screen: Screen::Cost, ..Layout::default() };
        file.keep(&layout);
        drop(file);
        for _ in 0..1_000 {
            if path.exists() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert_eq!(LayoutFile::open(dir.path()).unwrap().read(), Ok(layout));
    }
}
