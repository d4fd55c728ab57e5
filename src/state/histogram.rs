//! Percentiles of durations in fixed memory: 8 steps to every doubling, so a value is known to within 9 %.

/// Counts of durations in µs.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    buckets: Box<[u32; BUCKETS]>,
    total: u64,
}

/// 8 buckets for each of 29 doublings: up to 2^32 µs, more than an hour.
const BUCKETS: usize = 8 * 30;

impl Default for Histogram {
    fn default() -> Self {
        Self { buckets: Box::new([0; BUCKETS]), total: 0 }
    }
}

fn bucket(micros: u32) -> usize {
    if micros < 8 {
        return micros as usize;
    }
    let doubling = micros.ilog2();
    let within = (micros >> (doubling - 3)) & 7;
    ((doubling - 2) * 8 + within) as usize
}

fn upper_edge(bucket: usize) -> u32 {
    if bucket < 8 {
        return bucket as u32;
    }
    let (doubling, within) = ((bucket / 8) as u32 + 2, (bucket % 8) as u64);
    let edge = ((8 + within + 1) << (doubling - 3)) - 1;
    u32::try_from(edge).unwrap_or(u32::MAX)
}

impl Histogram {
    /// Counts one.
    pub(super) fn add(&mut self, micros: u32) {
        self.buckets[bucket(micros)] += 1;
        self.total += 1;
    }

    /// Counts what another has counted.
    pub(super) fn merge(&mut self, other: &Self) {
        self.buckets.iter_mut().zip(other.buckets.iter()).for_each(|(sum, n)| *sum = sum.saturating_add(*n));
        self.total += other.total;
    }

    /// The value that `share` (0 to 1) of all are at or below; `None` where there is none.
    pub(super) fn quantile(&self, share: f64) -> Option<u32> {
        Self::quantile_of(&[self], share)
    }

    /// The same over several histograms together.
    pub(super) fn quantile_of(parts: &[&Self], share: f64) -> Option<u32> {
        let total: u64 = parts.iter().map(|part| part.total).sum();
        let rank = ((total as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        (0..BUCKETS).find_map(|idx| {
            seen += parts.iter().map(|part| u64::from(part.buckets[idx])).sum::<u64>();
            (total > 0 && seen >= rank).then(|| upper_edge(idx))
        })
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.buckets.fill(0);
        self.total = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::{Histogram, bucket, upper_edge};

    #[test]
    fn every_value_lies_in_a_bucket_whose_edge_is_within_an_eighth() {
        for micros in (0..100_000).chain([1 << 20, (1 << 20) + 1, u32::MAX / 2, u32::MAX]) {
            let edge = upper_edge(bucket(micros));
            assert!(edge >= micros, "{micros} is above its edge {edge}");
            assert!(f64::from(edge) <= f64::from(micros) * 1.126 + 1.0, "{micros} is far below its edge {edge}");
        }
    }

    #[test]
    fn quantiles() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile(0.5), None);
        (1..=1_000).for_each(|micros| histogram.add(micros));
        let p50 = histogram.quantile(0.5).unwrap();
        let p99 = histogram.quantile(0.99).unwrap();
        assert!((500..=563).contains(&p50), "{p50}");
        assert!((990..=1_023).contains(&p99), "{p99}");
    }
}
