//! Calls as the store has them, for who reads beside the writer.

use super::schema::Root;
use super::{Archive, Error};
use crate::model::{PicoUsd, Timestamp};

/// What the calls of one function came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCalls {
    /// `judge_crash`
    pub function: String,
    /// MB
    pub memory_mb: u32,
    /// Calls.
    pub n_calls: u64,
    /// Of them cold.
    pub n_cold: u64,
    /// Of them not ok.
    pub n_failed: u64,
    /// Billed, ms.
    pub billed_ms: u64,
    /// The longest, µs.
    pub max_micros: u32,
    /// List price, before the free tier.
    pub list_price: PicoUsd,
}

impl Archive {
    /// The calls since a moment, of devices, drills and samples together, by function. A running desk writes a minute when
    /// it is over.
    pub fn calls_since(&self, since: Timestamp) -> Result<Vec<StoredCalls>, Error> {
        let of = |root: Root| root.fill("SELECT * FROM {p}invocation_minutes WHERE minute >= ?1");
        let text = format!(
            "SELECT function, memory_mb, sum(n_calls), sum(n_cold), sum(n_failed), sum(billed_ms), max(max_micros), sum(list_pico)
             FROM ({} UNION ALL {}) GROUP BY 1, 2 ORDER BY 1, 2",
            of(Root::Real),
            of(Root::Drill)
        );
        let mut statement = self.connection().prepare(&text)?;
        let rows = statement.query_map([since.0], |row| {
            let count = |n: usize| row.get::<_, i64>(n).map(i64::unsigned_abs);
            Ok(StoredCalls {
                function: row.get(0)?,
                memory_mb: row.get(1)?,
                n_calls: count(2)?,
                n_cold: count(3)?,
                n_failed: count(4)?,
                billed_ms: count(5)?,
                max_micros: row.get(6)?,
                list_price: PicoUsd(row.get(7)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
