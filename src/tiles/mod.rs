//! A basemap of tiles: files that somebody puts beside the data (`MBTiles`, `PMTiles`), or tiles from the network where the
//! settings name a provider. A thread of its own reads and decodes them; nobody waits for it.

mod mbtiles;
mod online;
mod pmtiles;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use serde::Deserialize;

use crate::model::ground::{Ground, TileKey, TilePicture};

/// The folder in the data directory whose files are taken where the settings name none.
const FOLDER: &str = "maps";
/// A picture is no wider and no higher, points; web maps have 256 or 512.
const SIDE_MOST: u32 = 1_024;
/// Bytes of a tile as it is packed; more is none.
const BYTES_MOST: usize = 4 << 20;
/// Tiles that were read and not fetched yet: more than any view has.
const DONE_MOST: usize = 512;

/// `[map]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Files in place of those of the folder `maps` in the data directory; the first that has a tile gives it.
    pub files: Vec<PathBuf>,
    /// Where tiles that no file has come from, with `{z}`, `{x}` and `{y}`. Left out: from nowhere.
    pub online_url: Option<String>,
    /// Who made those, as their licence wants it said.
    pub online_attribution: Option<String>,
}

impl Settings {
    /// Which key cannot be used, and why.
    pub fn mistake(&self) -> Option<(&'static str, String)> {
        let url = self.online_url.as_ref()?;
        if self.online_attribution.as_ref().is_none_or(|words| words.trim().is_empty()) {
            let why = "is missing: name who made the tiles, as \"© OpenStreetMap contributors\"";
            return Some(("online_attribution", why.to_owned()));
        }
        online::mistake(url).map(|why| ("online_url", why))
    }
}

/// Where tiles come from.
trait Source: Send {
    /// The packed picture of a tile; `None` where there is none.
    fn tile(&mut self, key: TileKey) -> Result<Option<Vec<u8>>, String>;
    /// Least and greatest zoom.
    fn zooms(&self) -> (u8, u8);
    /// Who made them.
    fn attribution(&self) -> String;
}

/// A source with its name: that of the file, or the provider's host.
type Named = (String, Box<dyn Source>);
/// Every source, the first asked first.
type Sources = Vec<Named>;

#[derive(Default)]
struct Desk {
    wanted: Vec<TileKey>,
    done: Vec<(TileKey, Option<TilePicture>)>,
    about: Arc<Ground>,
    stop: bool,
}

/// The tiles, and the thread that reads them.
pub struct Tiles {
    desk: Arc<(Mutex<Desk>, Condvar)>,
}

impl Tiles {
    /// Opens what the settings name, else what lies in the folder, on a thread of its own; `wake` is called when something
    /// new is there.
    pub fn start(settings: Settings, data_dir: &Path, wake: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let desk: Arc<(Mutex<Desk>, Condvar)> = Arc::default();
        let (its, folder) = (Arc::clone(&desk), data_dir.join(FOLDER));
        let work = move || {
            let (sources, about) = open(&settings, &folder);
            lock(&its).about = Arc::new(about);
            wake();
            read_all(&its, sources, &wake);
        };
        std::thread::Builder::new().name("tiles".to_owned()).spawn(work)?;
        Ok(Self { desk })
    }

    /// These are wanted now, the most wanted first; what was wanted before and is not among them is left. Never waits.
    pub fn want(&self, keys: Vec<TileKey>) {
        lock(&self.desk).wanted = keys;
        self.desk.1.notify_one();
    }

    /// What was read since the last call; without a picture where there is none, or it is broken.
    pub fn take(&self) -> Vec<(TileKey, Option<TilePicture>)> {
        std::mem::take(&mut lock(&self.desk).done)
    }

    /// What is known of them.
    pub fn about(&self) -> Arc<Ground> {
        Arc::clone(&lock(&self.desk).about)
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        lock(&self.desk).stop = true;
        self.desk.1.notify_one();
    }
}

fn lock(desk: &(Mutex<Desk>, Condvar)) -> std::sync::MutexGuard<'_, Desk> {
    desk.0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Every source that can be used, and what is known of them.
fn open(settings: &Settings, folder: &Path) -> (Sources, Ground) {
    let mut about = Ground::default();
    let mut sources: Sources = Vec::new();
    for file in files(settings, folder) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let opened: Result<Box<dyn Source>, String> = if has_ending(&file, "pmtiles") {
            pmtiles::PmTiles::open(&file).map(|source| Box::new(source) as _)
        } else {
            mbtiles::MbTiles::open(&file).map(|source| Box::new(source) as _)
        };
        match opened {
            Ok(source) => sources.push((name, source)),
            Err(why) => {
                log::warn!("{}: {why}; the map goes without it", file.display());
                about.broken.push((name, why));
            }
        }
    }
    if let (Some(url), Some(by)) = (&settings.online_url, &settings.online_attribution) {
        match online::Online::new(url, by) {
            Ok(source) => sources.push((online::host(url), Box::new(source))),
            Err(why) => about.broken.push((online::host(url), why)),
        }
    }
    let zooms = sources.iter().map(|(_, source)| source.zooms());
    about.zooms = zooms.reduce(|(least, most), (low, high)| (least.min(low), most.max(high)));
    let mut said = HashSet::new();
    let names = sources.iter().map(|(_, source)| source.attribution()).filter(|by| !by.is_empty() && said.insert(by.clone()));
    about.attribution = names.collect::<Vec<_>>().join(", ");
    (sources, about)
}

/// The files of the settings, else those of the folder by name.
fn files(settings: &Settings, folder: &Path) -> Vec<PathBuf> {
    if !settings.files.is_empty() {
        return settings.files.clone();
    }
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| has_ending(path, "mbtiles") || has_ending(path, "pmtiles"))
        .collect();
    files.sort();
    files
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|its| its.eq_ignore_ascii_case(ending))
}

/// Reads what is wanted, one after the other, until the end.
fn read_all(desk: &(Mutex<Desk>, Condvar), mut sources: Sources, wake: &dyn Fn()) {
    loop {
        let key = {
            let mut desk_now = lock(desk);
            loop {
                if desk_now.stop {
                    return;
                }
                if !desk_now.wanted.is_empty() && desk_now.done.len() < DONE_MOST {
                    break desk_now.wanted.remove(0);
                }
                desk_now = desk.1.wait(desk_now).unwrap_or_else(PoisonError::into_inner);
            }
        };
        let (picture, broken) = read(&mut sources, key);
        let mut desk = lock(desk);
        for (name, why) in broken {
            // Of each source the last that went wrong is said.
            let mut about = Ground::clone(&desk.about);
            about.broken.retain(|(before, _)| *before != name);
            about.broken.push((name, why));
            desk.about = Arc::new(about);
        }
        desk.done.push((key, picture));
        drop(desk);
        wake();
    }
}

/// The first picture that a source has, and what went wrong on the way.
fn read(sources: &mut [Named], key: TileKey) -> (Option<TilePicture>, Vec<(String, String)>) {
    let mut broken = Vec::new();
    for (name, source) in sources {
        let (least, most) = source.zooms();
        if !(least..=most).contains(&key.zoom) {
            continue;
        }
        match source.tile(key).and_then(|packed| packed.map(|bytes| decode(&bytes)).transpose()) {
            Ok(Some(picture)) => return (Some(picture), broken),
            Ok(None) => {}
            Err(why) => {
                let TileKey { zoom, x, y } = key;
                broken.push((name.clone(), format!("tile {zoom}/{x}/{y}: {why}")));
            }
        }
    }
    (None, broken)
}

/// A PNG, JPEG or WebP as a picture.
fn decode(bytes: &[u8]) -> Result<TilePicture, String> {
    if bytes.len() > BYTES_MOST {
        return Err(format!("{} bytes are no tile", bytes.len()));
    }
    let mut reader = image::ImageReader::new(std::io::Cursor::new(bytes));
    reader.set_format(
        image::guess_format(bytes).map_err(|_unknown| "it is no PNG, JPEG or WebP: vector tiles are not painted".to_owned())?,
    );
    let mut limits = image::Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(SIDE_MOST), Some(SIDE_MOST));
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| error.to_string())?.into_rgba8();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    Ok(TilePicture { width, height, rgba: picture.into_raw() })
}

/// An attribution in plain words: the formats allow links.
fn plain(attribution: &str) -> String {
    let mut words = String::new();
    let mut in_tag = false;
    for c in attribution.chars().filter(|c| !c.is_control()) {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            c if !in_tag => words.push(c),
            _ => {}
        }
    }
    let words = words.replace("&copy;", "©").replace("&amp;", "&");
    words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect()
}
