//! Dated prices, chosen by the date of the call.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::Amount;
use super::book::{self, Book, Rate};
use super::decimal::pico as pico_usd;
use crate::model::{Invocation, PicoUsd, Timestamp};

/// What the processor of a function is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arch {
    /// Graviton; a fifth cheaper.
    #[default]
    #[serde(alias = "arm")]
    Arm64,
    /// Intel or AMD.
    #[serde(rename = "x86_64", alias = "x86")]
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
    /// The region's price book.
    #[error(transparent)]
    Book(#[from] book::Error),
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

impl PriceSheet {
    /// The prices that come with this program, for a region and architecture.
    pub fn aws_lambda(settings: &Settings) -> Result<Self, Error> {
        Self::from_book(&Book::bundled(&settings.region)?, settings)
    }

    /// Those of the default settings.
    pub fn standard() -> &'static Self {
        static STANDARD: LazyLock<PriceSheet> = LazyLock::new(|| {
            PriceSheet::aws_lambda(&Settings::default()).unwrap_or(PriceSheet { prices: Vec::new(), budget: None })
        });
        &STANDARD
    }

    /// What a book says of calls on one architecture, in the first tier: whoever runs locally is far from the second.
    pub fn from_book(book: &Book, settings: &Settings) -> Result<Self, Error> {
        let duration = match settings.arch {
            Arch::Arm64 => "duration_arm64",
            Arch::X86 => "duration_x86_64",
        };
        let pico = |rate: &Rate| rate.tiers.first().map_or(0, |tier| tier.pico);
        let mut prices = Vec::new();
        for compute in book.rates("lambda", duration) {
            let from = compute.effective_from;
            let Some(request) = book.rate("lambda", "requests", from) else { break };
            prices.push(Price {
                region: book.region.clone(),
                arch: settings.arch,
                effective_from: from,
                request_pico: pico(request),
                gb_second_pico: pico(compute),
                source: compute.source.clone(),
                checked_on: compute.checked_on.clone(),
            });
        }
        if prices.is_empty() {
            return Err(Error::NoPrice { region: settings.region.clone(), arch: settings.arch.key() });
        }
        let budget =
            settings.monthly_budget_usd.as_deref().map(|usd| pico_usd(usd).map(PicoUsd).ok_or(Error::Budget)).transpose()?;
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
