//! `MBTiles` 1.3: a `SQLite` file with a table of tiles, counted from the south.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::{Source, plain};
use crate::model::ground::TileKey;

pub(super) struct MbTiles {
    file: Connection,
    zooms: (u8, u8),
    attribution: String,
}

impl MbTiles {
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let words = |error: rusqlite::Error| error.to_string();
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let file = Connection::open_with_flags(path, flags).map_err(words)?;
        let said = |name: &str| -> Result<Option<String>, String> {
            let row = file.query_row("SELECT value FROM metadata WHERE name = ?1", [name], |row| row.get::<_, String>(0));
            row.optional().map_err(words)
        };
        let format = said("format")?.unwrap_or_else(|| "png".to_owned());
        if format == "pbf" {
            return Err("it holds vector tiles (pbf); only pictures are painted: png, jpg or webp".to_owned());
        }
        let zooms = file.query_row("SELECT min(zoom_level), max(zoom_level) FROM tiles", [], |row| {
            Ok((row.get::<_, Option<u8>>(0)?, row.get::<_, Option<u8>>(1)?))
        });
        let (Some(least), Some(most)) = zooms.map_err(words)? else { return Err("there is no tile in it".to_owned()) };
        let attribution = plain(&said("attribution")?.unwrap_or_default());
        Ok(Self { zooms: (least, most), attribution, file })
    }
}

impl Source for MbTiles {
    fn tile(&mut self, TileKey { zoom, x, y }: TileKey) -> Result<Option<Vec<u8>>, String> {
        let from_south = (1_u32 << zoom.min(31)) - 1 - y;
        let mut asked = self
            .file
            .prepare_cached("SELECT tile_data FROM tiles WHERE zoom_level = ?1 AND tile_column = ?2 AND tile_row = ?3")
            .map_err(|error| error.to_string())?;
        let row = asked.query_row((zoom, x, from_south), |row| row.get(0));
        row.optional().map_err(|error| error.to_string())
    }

    fn zooms(&self) -> (u8, u8) {
        self.zooms
    }

    fn attribution(&self) -> String {
        self.attribution.clone()
    }
}
