//! What a report's speeds say of before and after.

use super::Settings;
use crate::model::SpeedTrace;

/// Speeds around the push, km/h; `None` where the report has none there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Speeds {
    /// The last at or before the push.
    pub(super) before: Option<f64>,
    /// The lowest in the seconds right after.
    pub(super) lowest: Option<f64>,
    /// The highest in the seconds right after.
    pub(super) highest: Option<f64>,
    /// The last, once some seconds have passed.
    pub(super) later: Option<f64>,
}

impl Speeds {
    /// Reads the speeds around a push from `from_ms` to `to_ms`.
    pub(super) fn around(trace: Option<&SpeedTrace>, from_ms: f64, to_ms: f64, settings: &Settings) -> Self {
        let Some(trace) = trace else { return Self::default() };
        let known = || trace.t_ms.iter().zip(&trace.kmh).filter(|(_, kmh)| kmh.is_finite()).map(|(t, kmh)| (*t, *kmh));
        let before = known().filter(|(t, _)| *t <= from_ms).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, kmh)| kmh);
        let soon = || known().filter(|(t, _)| *t > to_ms && *t <= to_ms + settings.later_ms).map(|(_, kmh)| kmh);
        let (lowest, highest) = (soon().reduce(f64::min), soon().reduce(f64::max));
        let later = known().filter(|(t, _)| *t >= to_ms + settings.later_ms).max_by(|a, b| a.0.total_cmp(&b.0));
        Self { before, lowest, highest, later: later.map(|(_, kmh)| kmh) }
    }

    /// How much speed was lost within seconds, km/h.
    pub(super) fn lost(&self) -> Option<f64> {
        Some(self.before? - self.lowest.or(self.later)?)
    }
}
