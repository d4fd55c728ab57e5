//! A run of samples as bytes: times once, then each column's integers, packed by `pco`, and a line of statistics that is
//! the first level of the min/max pyramid.
//!
//! Layout of the data, all lengths LEB128: version 1; length and header of `pco`'s wrapped format, once for all that
//! follows; length and packed times; then for each column a tag: 0 nothing is present, 1 all is, 2 a bitmap says what is;
//! then length and the packed values that are present. Missing values would otherwise be outliers that spoil the packing.

use pco::data_types::Number;
use pco::wrapped::{FileCompressor, FileDecompressor};
use pco::{ChunkConfig, DeltaSpec, ModeSpec, PagingSpec};

use super::Error;
use crate::model::effect::MISSING;

const VERSION: u8 = 1;
/// Rows of a chunk at most.
pub(super) const ROWS: usize = 65_536;

/// What is known of one column of a chunk without unpacking it. In steps of its quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stats {
    /// Samples present.
    pub(super) n: u64,
    pub(super) min: i32,
    pub(super) max: i32,
    /// The earliest.
    pub(super) first: i32,
    /// The latest.
    pub(super) last: i32,
}

impl Stats {
    /// Of samples in order of time; `None` where nothing is present.
    pub(super) fn of(values: impl IntoIterator<Item = i32>) -> Option<Self> {
        let mut present = values.into_iter().filter(|value| *value != MISSING);
        let first = present.next()?;
        let start = Self { n: 1, min: first, max: first, first, last: first };
        Some(present.fold(start, |stats, value| Self {
            n: stats.n + 1,
            min: stats.min.min(value),
            max: stats.max.max(value),
            first,
            last: value,
        }))
    }

    /// Of two runs, the later one second.
    pub(super) fn then(self, later: Self) -> Self {
        Self {
            n: self.n + later.n,
            min: self.min.min(later.min),
            max: self.max.max(later.max),
            first: self.first,
            last: later.last,
        }
    }
}

/// Packs the rows at `rows` of a chunk, which must be in order of time.
pub(super) fn pack(times: &[i64], columns: &[Vec<i32>], rows: &[usize]) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let file = FileCompressor::default();
    let mut data = vec![VERSION];
    let mut stats = Vec::new();
    put_run(&mut data, &file.write_header(Vec::new())?);
    let of = |values: &[i64]| rows.iter().map(|row| values[*row]).collect::<Vec<_>>();
    put_packed(&mut data, &file, &of(times), DeltaSpec::TryConsecutive(2))?;
    for column in columns {
        let values: Vec<i32> = rows.iter().map(|row| column[*row]).collect();
        put_stats(&mut stats, Stats::of(values.iter().copied()));
        let present: Vec<i32> = values.iter().copied().filter(|value| *value != MISSING).collect();
        match present.len() {
            0 => {
                data.push(0);
                continue;
            }
            n if n == values.len() => data.push(1),
            _ => {
                data.push(2);
                data.extend(values.chunks(8).map(|eight| {
                    eight.iter().enumerate().fold(0, |bits, (bit, value)| bits | (u8::from(*value != MISSING) << bit))
                }));
            }
        }
        put_packed(&mut data, &file, &present, DeltaSpec::TryConsecutive(1))?;
    }
    Ok((data, stats))
}

/// Unpacks the times and one column of a chunk of `n` rows.
pub(super) fn unpack(data: &[u8], n: usize, column_idx: usize) -> Result<(Vec<i64>, Vec<i32>), Error> {
    let mut data = Cursor(data);
    if data.byte()? != VERSION || n > ROWS {
        return Err(Error::Odd("a chunk of numbers is of another version, or too long".to_owned()));
    }
    let (file, _) = FileDecompressor::new(data.run()?)?;
    let times = unpack_run::<i64>(&file, data.run()?, n)?;
    for _ in 0..column_idx {
        data.column(n)?;
    }
    let column = match data.column(n)? {
        Column::Missing => vec![MISSING; n],
        Column::Present(packed) => unpack_run(&file, packed, n)?,
        Column::Some(bitmap, packed) => {
            let is_present = |row: usize| bitmap[row / 8] >> (row % 8) & 1 == 1;
            let n_present = (0..n).filter(|row| is_present(*row)).count();
            let mut present = unpack_run(&file, packed, n_present)?.into_iter();
            (0..n).map(|row| if is_present(row) { present.next().unwrap_or(MISSING) } else { MISSING }).collect()
        }
    };
    Ok((times, column))
}

fn unpack_run<T: Number + Default>(file: &FileDecompressor, packed: &[u8], n: usize) -> Result<Vec<T>, Error> {
    let mut values = vec![T::default(); n];
    let (mut chunk, page) = file.chunk_decompressor::<T, _>(packed)?;
    let progress = chunk.page_decompressor(page, n)?.read(&mut values)?;
    match progress.n_processed {
        n_read if n_read == n => Ok(values),
        _ => Err(Error::Odd("a chunk of numbers is not as long as it says".to_owned())),
    }
}

/// Reads the statistics of one column.
pub(super) fn unpack_stats(stats: &[u8], column_idx: usize) -> Result<Option<Stats>, Error> {
    let mut stats = Cursor(stats);
    let mut found = None;
    for _ in 0..=column_idx {
        found = match stats.number()? {
            0 => None,
            n => {
                let first = stats.difference()?;
                let mut value = || Ok::<_, Error>(first.wrapping_add(stats.difference()?));
                Some(Stats { n, min: value()?, max: value()?, first, last: value()? })
            }
        };
    }
    Ok(found)
}

fn put_stats(bytes: &mut Vec<u8>, stats: Option<Stats>) {
    let Some(Stats { n, min, max, first, last }) = stats else { return put_number(bytes, 0) };
    put_number(bytes, n);
    for difference in [first, min.wrapping_sub(first), max.wrapping_sub(first), last.wrapping_sub(first)] {
        put_number(bytes, u64::from(((difference << 1) ^ (difference >> 31)) as u32));
    }
}

fn put_packed<T: Number>(bytes: &mut Vec<u8>, file: &FileCompressor, values: &[T], delta: DeltaSpec) -> Result<(), Error> {
    // Decimal readings as integers need no clever mode, and looking for one takes longer than packing.
    let config = ChunkConfig::default()
        .with_mode_spec(ModeSpec::Classic)
        .with_delta_spec(delta)
        .with_paging_spec(PagingSpec::Exact(vec![values.len()]));
    let mut chunk = file.chunk_compressor(values, &config)?;
    let meta = chunk.write_meta(Vec::new())?;
    put_run(bytes, &chunk.write_page(0, meta)?);
    Ok(())
}

fn put_run(bytes: &mut Vec<u8>, run: &[u8]) {
    put_number(bytes, run.len() as u64);
    bytes.extend(run);
}

fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// One column as it lies there.
enum Column<'a> {
    Missing,
    Present(&'a [u8]),
    /// With the bitmap of what is present.
    Some(&'a [u8], &'a [u8]),
}

/// Reads what was put, and never past the end.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], Error> {
        let cut = || Error::Odd("a chunk of numbers is cut short".to_owned());
        let (taken, rest) = self.0.split_at_checked(n).ok_or_else(cut)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Error> {
        Ok(self.take(1)?[0])
    }

    fn number(&mut self) -> Result<u64, Error> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Error::Odd("a length in a chunk of numbers has no end".to_owned()))
    }

    fn difference(&mut self) -> Result<i32, Error> {
        let zigzag = self.number()? as u32;
        Ok((zigzag >> 1) as i32 ^ -((zigzag & 1) as i32))
    }

    fn run(&mut self) -> Result<&'a [u8], Error> {
        let len = self.number()?;
        self.take(usize::try_from(len).unwrap_or(usize::MAX))
    }

    fn column(&mut self, n: usize) -> Result<Column<'a>, Error> {
        match self.byte()? {
            0 => Ok(Column::Missing),
            1 => Ok(Column::Present(self.run()?)),
            2 => Ok(Column::Some(self.take(n.div_ceil(8))?, self.run()?)),
            tag => Err(Error::Odd(format!("a column of numbers has the tag {tag}"))),
        }
    }
}
