//! Tiles of a map: which one, its picture, and what is known of where they come from.

/// A tile as web maps count them: at zoom 0 one is the world, at each further zoom four are one of before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileKey {
    /// 0 to 24.
    pub zoom: u8,
    /// From the west.
    pub x: u32,
    /// From the north.
    pub y: u32,
}

impl TileKey {
    /// The tile of the zoom before that it is a quarter of; `None` for the world.
    pub fn parent(self) -> Option<Self> {
        Some(Self { zoom: self.zoom.checked_sub(1)?, x: self.x / 2, y: self.y / 2 })
    }
}

/// A picture, row by row from the north-west, four bytes a point: red, green, blue, opacity (not multiplied).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TilePicture {
    /// Points across.
    pub width: usize,
    /// Points down.
    pub height: usize,
    /// `width × height × 4` bytes.
    pub rgba: Vec<u8>,
}

/// What is known of the tiles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// The least and the greatest zoom that there are tiles of; `None` where there are none at all.
    pub zooms: Option<(u8, u8)>,
    /// Who made them, as they want to be named.
    pub attribution: String,
    /// What cannot be used, the file or the address first, then why.
    pub broken: Vec<(String, String)>,
}
