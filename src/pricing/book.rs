//! The price book: every dated price of a region, and what a month has free. Data files, `assets/prices/*.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::decimal::{Quantity, pico};
use crate::model::Timestamp;

/// The sheets that come with this program.
const SHEETS: &[&str] =
    &[include_str!("../../assets/prices/us-east-1.toml"), include_str!("../../assets/prices/ap-northeast-2.toml")];
const FREE_TIER: &str = include_str!("../../assets/prices/free_tier.toml");

/// Which free allowances an account has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FreeTier {
    /// Those that every account has for ever.
    #[default]
    Always,
    /// Those and the ones of the first twelve months, of accounts opened before 2025-07-15.
    #[serde(rename = "legacy_12_month")]
    Legacy12Month,
    /// None, as where another use of the account has used them up.
    None,
}

/// A price book that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not TOML of this shape.
    #[error("the price sheet cannot be read: {0}")]
    Shape(#[from] toml::de::Error),
    /// A date is no date.
    #[error("price {0}: effective_from must be a date, 2026-11-22")]
    Date(usize),
    /// An amount is no decimal of at most twelve places.
    #[error("price {0}: amounts must be decimals in dollars of whole picodollars for one unit, \"0.0000133334\"")]
    Amount(usize),
    /// Tiers that do not begin at 0 or do not rise.
    #[error("price {0}: give either usd or tiers, and tiers must begin above 0 and rise")]
    Tiers(usize),
    /// No sheet of this region.
    #[error("there is no price sheet for the region {region:?}; there are {}", regions().join(", "))]
    NoRegion {
        /// The region asked for.
        region: String,
    },
    /// A sheet of another region.
    #[error("the price sheet is of {found}, not of {wanted}")]
    OtherRegion {
        /// Of the sheet.
        found: String,
        /// Asked for.
        wanted: String,
    },
}

/// The price of one item from one date on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// `lambda`.
    pub service: String,
    /// `duration_arm64`.
    pub item: String,
    /// What one of it is, `GB-second`.
    pub unit: String,
    /// Holds from this moment on, until a later one of the same item does.
    pub effective_from: Timestamp,
    /// By how much was used in the month; never empty, the first begins at nothing.
    pub tiers: Vec<Tier>,
    /// Where it was read.
    pub source: String,
    /// When it was last compared with its source, `2026-11-22`.
    pub checked_on: String,
}

/// What holds above so much a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Where it begins, units a month.
    pub above: Quantity,
    /// One unit, picodollars.
    pub pico: i64,
    /// No good source was found for it.
    pub unverified: bool,
}

/// What a month has free of some items together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// `lambda`.
    pub service: String,
    /// They use it up in this order.
    pub items: Vec<String>,
    /// Units a month.
    pub quantity: Quantity,
    /// Whether it lasts for ever or for twelve months.
    pub kind: FreeTier,
}

/// The prices of one region, and the allowances, which are the same everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    /// `us-east-1`.
    pub region: String,
    rates: Vec<Rate>,
    allowances: Vec<Allowance>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    region: String,
    #[serde(default)]
    price: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    service: String,
    item: String,
    unit: String,
    per: u32,
    effective_from: String,
    usd: Option<String>,
    #[serde(default)]
    tiers: Vec<TierEntry>,
    source: String,
    checked_on: String,
    #[serde(default)]
    unverified: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TierEntry {
    above: u64,
    usd: String,
    #[serde(default)]
    unverified: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FreeFile {
    free: Vec<FreeEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FreeEntry {
    service: String,
    items: Vec<String>,
    quantity: u64,
    kind: FreeTier,
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "checked_on")]
    _checked_on: String,
}

/// The regions that a sheet comes with this program for.
pub fn regions() -> Vec<String> {
    SHEETS.iter().filter_map(|sheet| toml::from_str(sheet).ok()).map(|sheet: Sheet| sheet.region).collect()
}

impl Book {
    /// The book that comes with this program for a region.
    pub fn bundled(region: &str) -> Result<Self, Error> {
        for sheet in SHEETS {
            match Self::parse(sheet, region) {
                Err(Error::OtherRegion { .. }) => {}
                book => return book,
            }
        }
        Err(Error::NoRegion { region: region.to_owned() })
    }

    /// Reads a sheet from TOML; it must be of this region.
    pub fn parse(text: &str, region: &str) -> Result<Self, Error> {
        let free: FreeFile = toml::from_str(FREE_TIER)?;
        let allowance = |entry: FreeEntry| Allowance {
            service: entry.service,
            items: entry.items,
            quantity: Quantity::whole(entry.quantity),
            kind: entry.kind,
        };
        let allowances = free.free.into_iter().map(allowance).collect();
        let mut book = Self { region: region.to_owned(), rates: Vec::new(), allowances };
        book.add(text)?;
        Ok(book)
    }

    /// Adds the prices of a sheet of one's own; where it names an item and date that are there, its price counts.
    pub fn add(&mut self, text: &str) -> Result<(), Error> {
        let sheet: Sheet = toml::from_str(text)?;
        if sheet.region != self.region {
            return Err(Error::OtherRegion { found: sheet.region, wanted: self.region.clone() });
        }
        for (entry_idx, entry) in sheet.price.into_iter().enumerate() {
            self.rates.push(rate(entry, entry_idx + 1)?);
        }
        Ok(())
    }

    /// Every price of an item, the oldest first.
    pub fn rates(&self, service: &str, item: &str) -> impl DoubleEndedIterator<Item = &Rate> + use<'_> {
        // A later sheet's price of the same date takes the place of the earlier one's.
        let of_item = self.rates.iter().filter(|rate| rate.service == service && rate.item == item);
        of_item.map(|rate| (rate.effective_from, rate)).collect::<BTreeMap<_, _>>().into_values()
    }

    /// The price in force at a moment; before the first one, the first one.
    pub fn rate(&self, service: &str, item: &str, at: Timestamp) -> Option<&Rate> {
        let in_force = self.rates(service, item).rfind(|rate| rate.effective_from <= at);
        in_force.or_else(|| self.rates(service, item).next())
    }

    /// The allowances that an account has.
    pub fn allowances(&self, free_tier: FreeTier) -> impl Iterator<Item = &Allowance> {
        self.allowances.iter().filter(move |allowance| match free_tier {
            FreeTier::Always => allowance.kind == FreeTier::Always,
            FreeTier::Legacy12Month => true,
            FreeTier::None => false,
        })
    }
}

fn rate(entry: Entry, number: usize) -> Result<Rate, Error> {
    let midnight = format!("{}T00:00:00Z", entry.effective_from);
    let from = chrono::DateTime::parse_from_rfc3339(&midnight).map_err(|_not_a_date| Error::Date(number))?;
    let mut tiers = Vec::new();
    let whole = entry.usd.map(|usd| TierEntry { above: 0, usd, unverified: false });
    if whole.is_some() != entry.tiers.is_empty() {
        return Err(Error::Tiers(number));
    }
    for tier in whole.into_iter().chain(entry.tiers) {
        // The price of `per` of them must be a whole number of picodollars for one.
        let per = i64::from(entry.per);
        let one = pico(&tier.usd).filter(|pico| per > 0 && pico % per == 0).ok_or(Error::Amount(number))? / per;
        let unverified = entry.unverified || tier.unverified;
        tiers.push(Tier { above: Quantity::whole(tier.above), pico: one, unverified });
    }
    let rises = tiers.windows(2).all(|pair| pair[0].above < pair[1].above);
    if !rises || tiers.first().is_none_or(|tier| tier.above != Quantity::ZERO) {
        return Err(Error::Tiers(number));
    }
    let Entry { service, item, unit, source, checked_on, .. } = entry;
    Ok(Rate { service, item, unit, effective_from: from.to_utc().into(), tiers, source, checked_on })
}
