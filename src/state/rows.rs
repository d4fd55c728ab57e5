//! What rows of the tables hold, for a search.

use super::snapshot::{FleetRow, FunctionRow, SensorRow};
use crate::model::{Band, Timestamp};
use crate::search::{Row, Value, origin, yes};

/// A row as it stands at a moment: whether a device is silent follows from the time.
pub(super) struct At<'a, R>(pub(super) &'a R, pub(super) Timestamp);

fn is_silent(last_seen: Timestamp, now: Timestamp) -> bool {
    now.secs_since(last_seen) > super::SILENT_AFTER_SECS as f64
}

impl Row for At<'_, FleetRow> {
    fn value(&self, field: &'static str) -> Value<'_> {
        let Self(row, now) = *self;
        match field {
            "vehicle" => Value::Name(row.device.as_str()),
            "state" if is_silent(row.last_seen, now) => Value::Words(&["silent"]),
            "state" if row.last.speed_kmh.is_some_and(|kmh| kmh >= super::MOVING_KMH) => Value::Words(&["moving"]),
            "state" => Value::Words(&["parked"]),
            "speed" => row.last.speed_kmh.map_or(Value::Nothing, Value::Number),
            "incident" => yes(row.incident),
            "origin" => origin(row.origin),
            "harsh" => Value::Number(row.harsh.iter().map(|n| f64::from(*n)).sum()),
            "since" | "before" => Value::Time(row.last_seen),
            _ => Value::Nothing,
        }
    }
}

impl Row for At<'_, SensorRow> {
    fn value(&self, field: &'static str) -> Value<'_> {
        let Self(row, now) = *self;
        match field {
            "sensor" => Value::Name(row.device.as_str()),
            "state" if is_silent(row.last_seen, now) => Value::Words(&["silent"]),
            "state" => Value::Words(match row.last.band {
                Band::Hot => &["hot", "out"],
                Band::Normal => &["normal"],
                Band::Cold => &["cold", "out"],
            }),
            "celsius" => Value::Number(row.last.celsius.0),
            "origin" => origin(row.origin),
            "since" | "before" => Value::Time(row.last_seen),
            _ => Value::Nothing,
        }
    }
}

impl Row for FunctionRow {
    fn value(&self, field: &'static str) -> Value<'_> {
        match field {
            "function" => Value::Name(self.name),
            "state" => Value::Words(match (self.month.n_calls, self.month.n_failed) {
                (0, _) => &["cold"],
                (_, 0) => &["ready"],
                _ => &["ready", "failed"],
            }),
            "calls" => Value::Number(self.month.n_calls as f64),
            "failed" => Value::Number(self.month.n_failed as f64),
            "memory" => Value::Number(f64::from(self.memory_mb)),
            "since" | "before" => self.last_at.map_or(Value::Nothing, Value::Time),
            _ => Value::Nothing,
        }
    }
}
