//! A column of a device's chunks as points to plot. Pure.

use std::sync::Arc;

use super::decimate::{Point, usual_step};
use crate::model::effect::{Quantity, SampleChunk};

/// The samples of quantity `quantity_idx` with times in `range` (ms since 1970) and one more on each side; x in ms,
/// y in the quantity's unit, NaN where missing. Ascending in x.
pub fn column(chunks: &[Arc<SampleChunk>], quantity_idx: usize, range: (f64, f64)) -> Vec<Point> {
    let mut points = Vec::new();
    for chunk in chunks {
        let quantity = Quantity::of(chunk.kind).get(quantity_idx);
        let (Some(quantity), Some(column)) = (quantity, chunk.columns.get(quantity_idx)) else { continue };
        if chunk.t_ms.iter().max().is_some_and(|&last| (last as f64) < range.0 - MARGIN_MS) {
            continue;
        }
        let samples = chunk.t_ms.iter().zip(column);
        points.extend(samples.map(|(&t_ms, &steps)| (t_ms as f64, quantity.value(steps).unwrap_or(f64::NAN))));
    }
    // A device's clock may jump back; a line must not.
    if points.windows(2).any(|pair| pair[0].0 > pair[1].0) {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    points
}

/// How far before the range a chunk may end and still matter: its last sample may be joined to the first inside. ms
const MARGIN_MS: f64 = 60_000.0;

/// What counts as a gap, ms: more than three times the usual period, and at least a second.
pub fn gap_ms(points: &[Point], period_secs: Option<f64>) -> f64 {
    let period = period_secs.map(|secs| secs * 1e3).filter(|ms| ms.is_finite() && *ms > 0.0).or_else(|| usual_step(points));
    (3.0 * period.unwrap_or(1_000.0)).max(1_000.0)
}

#[cfg(test)]
#[path = "series_tests.rs"]
mod tests;
