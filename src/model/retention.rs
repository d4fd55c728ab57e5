//! How long each kind of data is kept, and how much of it; `[retention]`.
//!
//! What is not limited is kept for ever. The audit always is, and so is an incident that is not resolved.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::incident::IncidentId;
use super::units::Timestamp;

/// A kind of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataKind {
    /// Numbers for plots, one file a day.
    Numbers,
    /// What functions were called: each call of a report, and sums by minute.
    Calls,
    /// Faulty messages by device and day.
    Faults,
    /// The bytes of crash reports, of incidents that are resolved.
    Packets,
    /// Drills and samples with everything that belongs to them.
    Drills,
    /// Incidents that are resolved, with everything that belongs to them.
    Incidents,
    /// Who did what.
    Audit,
}

impl DataKind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Numbers, Self::Calls, Self::Faults, Self::Packets, Self::Drills, Self::Incidents, Self::Audit];

    /// Its name in `[retention]`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Numbers => "numbers",
            Self::Calls => "calls",
            Self::Faults => "faults",
            Self::Packets => "packets",
            Self::Drills => "drills",
            Self::Incidents => "incidents",
            Self::Audit => "audit",
        }
    }

    /// Fewest days that can be meant, with why.
    const fn least_days(self) -> (u32, &'static str) {
        match self {
            Self::Numbers | Self::Drills | Self::Audit => (1, "a day is the least that is deleted"),
            Self::Calls => (62, "this month's bill is made of them, and last month's"),
            Self::Faults => (90, "the repair list looks back for so long"),
            Self::Packets => (7, "whoever judges them again needs them"),
            Self::Incidents => (30, "they may be opened again, and a shift looks back"),
        }
    }
}

/// How long and how much; 0 is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limit {
    /// Days, 0 to 36,500.
    pub days: u32,
    /// MB on disk, 0 to 100,000,000. The oldest goes first.
    pub mb: u64,
}

impl Limit {
    const DAYS: RangeInclusive<u32> = 0..=36_500;
    const MB: RangeInclusive<u64> = 0..=100_000_000;

    /// Nothing of it ever goes.
    pub const fn is_none(self) -> bool {
        self.days == 0 && self.mb == 0
    }

    /// What is older than this goes; `None` where the days are not limited.
    pub const fn before(self, now: Timestamp) -> Option<Timestamp> {
        if self.days == 0 { None } else { Some(now.plus_secs(-86_400 * self.days as i64)) }
    }

    /// Bytes on disk; `None` where they are not limited.
    pub const fn bytes(self) -> Option<u64> {
        if self.mb == 0 { None } else { Some(self.mb * 1_000_000) }
    }
}

/// `[retention]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Numbers for plots.
    pub numbers: Limit,
    /// Calls of functions.
    pub calls: Limit,
    /// Faulty messages, by device and day.
    pub faults: Limit,
    /// The bytes of crash reports whose incident is resolved.
    pub packets: Limit,
    /// Drills and samples.
    pub drills: Limit,
    /// Incidents that are resolved.
    pub incidents: Limit,
}

impl Retention {
    /// How long and how much of a kind.
    pub const fn of(&self, kind: DataKind) -> Limit {
        match kind {
            DataKind::Numbers => self.numbers,
            DataKind::Calls => self.calls,
            DataKind::Faults => self.faults,
            DataKind::Packets => self.packets,
            DataKind::Drills => self.drills,
            DataKind::Incidents => self.incidents,
            DataKind::Audit => Limit { days: 0, mb: 0 },
        }
    }

    /// What cannot be meant: under which name, and why.
    pub fn mistake(&self) -> Option<(&'static str, String)> {
        DataKind::ALL.into_iter().find_map(|kind| {
            let Limit { days, mb } = self.of(kind);
            let (least, why) = kind.least_days();
            let wrong = if !Limit::DAYS.contains(&days) || (1..least).contains(&days) {
                format!("days must be 0, which is for ever, or from {least} to {}: {why}; found {days}", Limit::DAYS.end())
            } else if !Limit::MB.contains(&mb) {
                format!("mb must be from 0, which is no limit, to {}; found {mb}", Limit::MB.end())
            } else {
                return None;
            };
            Some((kind.name(), wrong))
        })
    }
}

/// What there is of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Of which.
    pub kind: DataKind,
    /// Bytes on disk.
    pub bytes: u64,
    /// The oldest; `None` where there is nothing.
    pub since: Option<Timestamp>,
    /// What is kept of it.
    pub limit: Limit,
}

/// A little of what is to go, so that a crash never waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prune {
    /// Calls of these reports, by their row, and the sums of minutes before.
    Calls {
        /// Of real incidents, or of drills.
        real: bool,
        /// Rows of reports.
        reports: Vec<i64>,
        /// The first minute that stays.
        before: Timestamp,
    },
    /// Faults of days before.
    Faults {
        /// The first day that stays.
        before: Timestamp,
    },
    /// The bytes of these reports, by their row.
    Packets(Vec<i64>),
    /// These incidents.
    Incidents {
        /// Resolved real ones, or drills.
        real: bool,
        /// Which.
        ids: Vec<IncidentId>,
    },
}
