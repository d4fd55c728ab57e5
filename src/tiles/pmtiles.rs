//! `PMTiles` 3: one file with its own index, read piece by piece. It is not mapped into memory: a file that somebody
//! replaces meanwhile would end the whole desk.

use std::fs::File;
use std::future::Future;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use pmtiles::{AsyncBackend, AsyncPmTilesReader, BackendResponse, HashMapCache, PmtResult, TileCoord, TileType};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::{Source, plain};
use crate::model::ground::TileKey;

/// A file, read where it is asked.
struct Pieces(Mutex<File>);

impl AsyncBackend for Pieces {
    fn read(&self, offset: u64, length: usize) -> impl Future<Output = PmtResult<BackendResponse>> + Send {
        let read = || {
            let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(offset))?;
            let mut bytes = Vec::new();
            file.by_ref().take(length as u64).read_to_end(&mut bytes)?;
            Ok(BackendResponse::new(Bytes::from(bytes)))
        };
        std::future::ready(read())
    }
}

pub(super) struct PmTiles {
    // The crate reads by futures only; they are ready at once here.
    runtime: Runtime,
    file: AsyncPmTilesReader<Pieces, HashMapCache>,
    attribution: String,
}

impl PmTiles {
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|error| error.to_string())?;
        let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| error.to_string())?;
        let read = AsyncPmTilesReader::try_from_cached_source(Pieces(Mutex::new(file)), HashMapCache::default());
        let file = runtime.block_on(read).map_err(|error| error.to_string())?;
        if matches!(file.get_header().tile_type, TileType::Mvt) {
            return Err("it holds vector tiles (mvt); only pictures are painted: png, jpg or webp".to_owned());
        }
        let metadata = runtime.block_on(file.get_metadata()).ok().and_then(|text| serde_json::from_str::<Value>(&text).ok());
        let attribution = metadata.and_then(|said| said.get("attribution")?.as_str().map(plain)).unwrap_or_default();
        Ok(Self { runtime, file, attribution })
    }
}

impl Source for PmTiles {
    fn tile(&mut self, TileKey { zoom, x, y }: TileKey) -> Result<Option<Vec<u8>>, String> {
        let place = TileCoord::new(zoom, x, y).map_err(|error| error.to_string())?;
        let read = self.runtime.block_on(self.file.get_tile_decompressed(place));
        read.map(|bytes| bytes.map(|bytes| bytes.to_vec())).map_err(|error| error.to_string())
    }

    fn zooms(&self) -> (u8, u8) {
        (self.file.get_header().min_zoom, self.file.get_header().max_zoom)
    }

    fn attribution(&self) -> String {
        self.attribution.clone()
    }
}
