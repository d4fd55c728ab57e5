//! Where a run of samples is least and greatest, so that whoever plots it need not read it again. Pure.

use std::cmp::Reverse;
use std::sync::OnceLock;

use super::effect::{MISSING, SampleChunk};

/// Samples in a stretch: a chunk of 256 has 16 of them, so that neither the stretches nor the samples of one are many.
const STRETCH: usize = 16;

/// A sample with its time, ms since 1970, and its value in steps.
pub type Sample = (i64, i32);

/// What a plot must know of neighbouring samples of one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first sample's place in the chunk.
    pub from: u32,
    /// The place after the last one.
    pub to: u32,
    /// Where the least and the greatest are, the first of several; `None` where all are missing.
    pub extremes: Option<(u32, u32)>,
    /// At least one is missing.
    pub missing: bool,
    /// The longest time between two neighbours in it, ms.
    pub longest_ms: i64,
}

/// A whole column of a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hills {
    /// All of it as one stretch.
    pub whole: Stretch,
    /// Its first, least, greatest and last sample, at hand without a look at the columns; `None` where all are missing.
    pub marks: Option<[Sample; 4]>,
    /// All of it in stretches, in order.
    pub parts: Vec<Stretch>,
}

/// A chunk's columns as stretches. It belongs to one chunk as it is: a copy, which may be changed, begins without.
#[derive(Debug, Default)]
pub struct Relief {
    ascends: OnceLock<bool>,
    columns: OnceLock<Vec<OnceLock<Hills>>>,
}

impl Clone for Relief {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Relief {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Relief {}

impl SampleChunk {
    /// Whether no time lies before the one it follows, as when a device's clock jumps back. Found out once.
    pub fn ascends(&self) -> bool {
        *self.relief.ascends.get_or_init(|| self.t_ms.is_sorted())
    }

    /// The hills of a column. Found out once; `None` for a column that it has not and for one without samples.
    pub fn hills(&self, column_idx: usize) -> Option<&Hills> {
        let columns = self.relief.columns.get_or_init(|| self.columns.iter().map(|_| OnceLock::new()).collect());
        let (kept, column) = columns.get(column_idx).zip(self.columns.get(column_idx))?;
        let n = column.len().min(self.t_ms.len());
        (n > 0).then(|| kept.get_or_init(|| hills(&self.t_ms[..n], &column[..n])))
    }
}

fn hills(t_ms: &[i64], column: &[i32]) -> Hills {
    let n = column.len();
    let stretch = |from: usize, to: usize| {
        let present = || (from..to).filter(|&i| column[i] != MISSING);
        let least = present().min_by_key(|&i| column[i]);
        let greatest = present().max_by_key(|&i| (column[i], Reverse(i)));
        Stretch {
            from: from as u32,
            to: to as u32,
            extremes: least.zip(greatest).map(|(least, greatest)| (least as u32, greatest as u32)),
            missing: column[from..to].contains(&MISSING),
            longest_ms: t_ms[from..to].windows(2).map(|pair| pair[1].saturating_sub(pair[0])).max().unwrap_or_default(),
        }
    };
    let whole = stretch(0, n);
    let sample = |i: usize| (t_ms[i], column[i]);
    let marks =
        whole.extremes.map(|(least, greatest)| [sample(0), sample(least as usize), sample(greatest as usize), sample(n - 1)]);
    let parts = (0..n).step_by(STRETCH).map(|from| stretch(from, (from + STRETCH).min(n))).collect();
    Hills { whole, marks, parts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DeviceId, DeviceKind, Origin};

    fn chunk(t_ms: Vec<i64>, celsius: Vec<i32>) -> SampleChunk {
        SampleChunk::new(DeviceId::new("RFR-022"), DeviceKind::Sensor, Origin::Device, t_ms, vec![celsius])
    }

    #[test]
    fn a_stretch_knows_its_extremes_its_longest_wait_and_what_is_missing() {
        let celsius = (0..40).map(|i| if i == 21 { MISSING } else { (i * 7) % 40 });
        let chunk = chunk((0..40).map(|i| i * 1_000 + i64::from(i > 37) * 5_000).collect(), celsius.collect());
        let hills = chunk.hills(0).unwrap();
        assert_eq!(hills.parts.iter().map(|part| (part.from, part.to)).collect::<Vec<_>>(), [(0, 16), (16, 32), (32, 40)]);
        assert_eq!((hills.whole.extremes, hills.whole.missing, hills.whole.longest_ms), (Some((0, 17)), true, 6_000));
        assert_eq!(hills.marks, Some([(0, 0), (0, 0), (17_000, 39), (44_000, 33)]));
        assert_eq!((hills.parts[0].extremes, hills.parts[0].missing), (Some((0, 11)), false));
        assert!(hills.parts[1].missing && !hills.parts[2].missing);
        assert_eq!([0, 1, 2].map(|part| hills.parts[part].longest_ms), [1_000, 1_000, 6_000]);
        assert!(chunk.hills(1).is_none() && chunk.ascends());
    }

    #[test]
    fn a_copy_that_was_changed_is_looked_at_anew() {
        let before = chunk(vec![1, 2, 3], vec![5, 9, 1]);
        let extremes = |chunk: &SampleChunk| chunk.hills(0).unwrap().whole.extremes;
        assert_eq!(extremes(&before), Some((2, 1)));
        let mut after = before.clone();
        assert_eq!(after, before);
        after.t_ms = vec![3, 2, 1];
        after.columns[0] = vec![50, 9, 1];
        assert_eq!(extremes(&after), Some((2, 0)));
        assert!(before.ascends() && !after.ascends());
    }

    #[test]
    fn nothing_has_no_extremes() {
        let all_missing = chunk(vec![1, 2], vec![MISSING, MISSING]);
        let hills = all_missing.hills(0).unwrap();
        assert_eq!((hills.whole.extremes, hills.marks), (None, None));
        assert!(chunk(Vec::new(), Vec::new()).hills(0).is_none());
    }
}
