//! Dated prices, chosen by the date of the call.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::Amount;
use crate::model::{Invocation, PicoUsd, Timestamp};

/// What the processor of a function is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arch {
    /// Graviton; a fifth cheaper.
    #[default]
    Arm64,
    /// Intel or AMD.
    #[serde(rename = "x86_64")]
    X86,
}

impl Arch {
    /// As AWS writes it, `arm64`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86 => "x86_64",
        }
    }
}

/// `[pricing]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The AWS region whose prices count. Default `us-east-1`.
    pub region: String,
    /// The processor. Default `arm64`.
    pub arch: Arch,
    /// What a month may cost, US dollars as text, `"90.00"`; without it there is no budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monthly_budget_usd: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { region: "us-east-1".to_owned(), arch: Arch::default(), monthly_budget_usd: None }
    }
}

/// One dated price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// The AWS region, `us-east-1`.
    pub region: String,
    /// The processor.
    pub arch: Arch,
    /// Holds from this moment on, until a later price does.
    pub effective_from: Timestamp,
    /// One request, picodollars.
    pub request_pico: i64,
    /// One GB·s, picodollars.
    pub gb_second_pico: i64,
    /// Where it was read.
    pub source: String,
    /// When it was last compared with its source, `2026-11-22`.
    pub checked_on: String,
}

impl Price {
    /// The call's list price, before any free tier.
    pub fn of(&self, invocation: &Invocation) -> Amount {
        Amount::of(1, super::mb_ms(invocation), self)
    }

    /// `aws_lambda 2025-10-01 us-east-1 arm64`.
    pub fn title(&self) -> String {
        let date = self.effective_from.utc().map_or_else(String::new, |time| time.date_naive().to_string());
        format!("aws_lambda {date} {} {}", self.region, self.arch.key())
    }
}

/// The prices of one region and architecture, oldest first; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceSheet {
    prices: Vec<Price>,
    budget: Option<PicoUsd>,
}

/// A price sheet that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not TOML of this shape.
    #[error("the price sheet cannot be read: {0}")]
    Shape(#[from] toml::de::Error),
    /// A date is no date.
    #[error("price {0}: effective_from must be a date, 2026-11-22")]
    Date(usize),
    /// An amount is no decimal of at most twelve places.
    #[error("price {0}: amounts must be decimals in dollars of whole picodollars, \"0.0000133334\"")]
    Amount(usize),
    /// A budget that is no amount.
    #[error("[pricing] monthly_budget_usd must be a decimal in dollars, \"90.00\"")]
    Budget,
    /// No price for what was asked.
    #[error("the price sheet has no price for {region} on {arch}")]
    NoPrice {
        /// The region asked for.
        region: String,
        /// The architecture asked for.
        arch: &'static str,
    },
}

const AWS_LAMBDA: &str = include_str!("../../assets/prices/aws_lambda.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SheetFile {
    price: Vec<PriceEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceEntry {
    region: String,
    arch: Arch,
    effective_from: String,
    request_usd_per_million: String,
    gb_second_usd: String,
    source: String,
    checked_on: String,
}

impl PriceSheet {
    /// The prices that come with this program, for a region and architecture.
    pub fn aws_lambda(settings: &Settings) -> Result<Self, Error> {
        Self::parse(AWS_LAMBDA, settings)
    }

    /// Those of the default settings.
    pub fn standard() -> &'static Self {
        static STANDARD: LazyLock<PriceSheet> = LazyLock::new(|| {
            PriceSheet::aws_lambda(&Settings::default()).unwrap_or(PriceSheet { prices: Vec::new(), budget: None })
        });
        &STANDARD
    }

    /// Reads a sheet from TOML and keeps the prices of one region and architecture.
    pub fn parse(text: &str, settings: &Settings) -> Result<Self, Error> {
        let file: SheetFile = toml::from_str(text)?;
        let mut prices = Vec::new();
        for (price_idx, entry) in file.price.into_iter().enumerate() {
            let number = price_idx + 1;
            let midnight = format!("{}T00:00:00Z", entry.effective_from);
            let from = chrono::DateTime::parse_from_rfc3339(&midnight).map_err(|_not_a_date| Error::Date(number))?;
            // A millionth of a dollar is a million picodollars, so the price of a million requests must divide.
            let million = pico(&entry.request_usd_per_million).filter(|pico| pico % 1_000_000 == 0);
            prices.push(Price {
                region: entry.region,
                arch: entry.arch,
                effective_from: from.to_utc().into(),
                request_pico: million.ok_or(Error::Amount(number))? / 1_000_000,
                gb_second_pico: pico(&entry.gb_second_usd).ok_or(Error::Amount(number))?,
                source: entry.source,
                checked_on: entry.checked_on,
            });
        }
        prices.retain(|price| price.region == settings.region && price.arch == settings.arch);
        prices.sort_by_key(|price| price.effective_from);
        if prices.is_empty() {
            return Err(Error::NoPrice { region: settings.region.clone(), arch: settings.arch.key() });
        }
        let budget = settings.monthly_budget_usd.as_deref().map(|usd| pico(usd).map(PicoUsd).ok_or(Error::Budget)).transpose()?;
        Ok(Self { prices, budget })
    }

    /// A sheet of one price, without a budget.
    pub fn of(price: Price) -> Self {
        Self { prices: vec![price], budget: None }
    }

    /// What a month may cost, where that is set.
    pub const fn budget(&self) -> Option<PicoUsd> {
        self.budget
    }

    /// The price in force at a moment; before the first one, the first one.
    pub fn at(&self, at: Timestamp) -> Option<&Price> {
        self.prices.iter().rev().find(|price| price.effective_from <= at).or(self.prices.first())
    }

    /// A call's list price, before any free tier, to the picodollar.
    pub fn list_price(&self, invocation: &Invocation) -> PicoUsd {
        self.at(invocation.started_at).map_or(PicoUsd(0), |price| price.of(invocation).pico())
    }
}

/// A decimal in dollars as picodollars; `None` for anything else, for less than a picodollar, and beyond `i64`.
fn pico(usd: &str) -> Option<i64> {
    let (whole, places) = usd.split_once('.').unwrap_or((usd, ""));
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || places.len() > 12 || !is_number(whole) || !is_number(places) {
        return None;
    }
    format!("{whole}{places:0<12}").parse().ok()
}
