//! A month's bill: usage × price book, line by line, exact to the last place.

use super::book::{Book, Rate};
use super::decimal::{Dollars, Quantity};
use super::usage::{Usage, Used};

/// What a bill here leaves out, always said beside it.
pub const NOT_INCLUDED: &[&str] = &[
    "taxes and credits",
    "savings plans and private price agreements",
    "support plans",
    "Lambda provisioned concurrency, SnapStart, Lambda@Edge, response streaming and managed instances",
    "data transfer between zones and regions, NAT gateways and VPC endpoints",
    "IoT Core device shadows, registry, device defender and jobs",
    "S3 storage classes other than Standard, lifecycle transitions and replication",
    "DynamoDB provisioned capacity, streams, backups and global tables",
    "CloudWatch metric streams, synthetics, X-Ray and the infrequent-access class of logs",
    "API Gateway caches and custom domains",
    "KMS, Secrets Manager and ECR",
];

/// One line: an item at one price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `lambda`.
    pub service: &'static str,
    /// `duration_arm64`, and from the second tier on `duration_arm64 tier 2`.
    pub item: String,
    /// What one of it is, `GB-second`.
    pub unit: String,
    /// How much was used at this price.
    pub quantity: Quantity,
    /// How much of that is free.
    pub free: Quantity,
    /// One unit, picodollars.
    pub unit_pico: i64,
    /// (`quantity` − `free`) × the price, exact.
    pub amount: Dollars,
    /// Where the price was read, and since when it holds.
    pub source: String,
    /// No good source was found for the price.
    pub unverified: bool,
}

/// A month's bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// In the order of the usage.
    pub lines: Vec<Line>,
    /// The exact sum of the lines.
    pub total: Dollars,
}

/// Why nothing can be billed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The region's sheet lacks an item.
    #[error("the price sheet of {region} has no price for {service} {item}")]
    NoPrice {
        /// The region.
        region: String,
        /// The service.
        service: &'static str,
        /// The item.
        item: &'static str,
    },
    /// Beyond seventeen billion dollars.
    #[error("{service} {item}: that is more than can be counted")]
    TooMuch {
        /// The service.
        service: &'static str,
        /// The item.
        item: &'static str,
    },
}

/// Prices a month. The free allowance is taken from the first tier on; items that share one use it up in the order of
/// the bill.
pub fn bill(usage: &Usage, book: &Book) -> Result<Statement, Error> {
    let mut free: Vec<_> = book.allowances(usage.free_tier).map(|allowance| (allowance, allowance.quantity)).collect();
    let mut seen: Vec<(&str, &str, Quantity)> = Vec::new();
    let mut lines = Vec::new();
    let mut total = Dollars::default();
    for used in &usage.used {
        let too_much = || Error::TooMuch { service: used.service, item: used.item };
        let left = free
            .iter_mut()
            .find(|(allowance, _)| allowance.service == used.service && allowance.items.iter().any(|item| item == used.item));
        let mut no_allowance = Quantity::ZERO;
        let left = left.map_or(&mut no_allowance, |(_, left)| left);
        // Cold starts count towards the same tiers as the compute before them.
        let before = seen.iter().find(|(service, item, _)| (*service, *item) == (used.service, used.item));
        let before = before.map_or(Quantity::ZERO, |(_, _, before)| *before);
        let after = before.plus(used.quantity).ok_or_else(too_much)?;
        seen.retain(|(service, item, _)| (*service, *item) != (used.service, used.item));
        seen.push((used.service, used.item, after));
        for line in of_item(used, before, after, left, usage, book)? {
            total = total.plus(line.amount).ok_or_else(too_much)?;
            lines.push(line);
        }
    }
    Ok(Statement { lines, total })
}

fn of_item(
    used: &Used,
    before: Quantity,
    after: Quantity,
    free: &mut Quantity,
    usage: &Usage,
    book: &Book,
) -> Result<Vec<Line>, Error> {
    let (service, item) = (used.service, used.item);
    let too_much = || Error::TooMuch { service, item };
    let name = used.shown_as.unwrap_or(item);
    if let Some(unit_pico) = used.own_pico {
        let amount = Dollars::of(used.quantity, unit_pico).ok_or_else(too_much)?;
        let source = "your own price".to_owned();
        let (unit, quantity, free) = ("message".to_owned(), used.quantity, Quantity::ZERO);
        return Ok(vec![Line {
            service,
            item: name.to_owned(),
            unit,
            quantity,
            free,
            unit_pico,
            amount,
            source,
            unverified: false,
        }]);
    }
    let no_price = || Error::NoPrice { region: usage.region.clone(), service, item };
    let rate = book.rate(service, item, usage.begin).ok_or_else(no_price)?;
    let mut lines = Vec::new();
    for (tier_idx, tier) in rate.tiers.iter().enumerate() {
        let end = rate.tiers.get(tier_idx + 1).map_or(Quantity::ENDLESS, |next| next.above);
        let quantity = after.min(end).less(before.max(tier.above));
        if quantity == Quantity::ZERO && (used.quantity != Quantity::ZERO || tier_idx > 0) {
            continue;
        }
        let free_here = quantity.min(*free);
        *free = free.less(free_here);
        let amount = Dollars::of(quantity.less(free_here), tier.pico).ok_or_else(too_much)?;
        let tier_name = if tier_idx == 0 { String::new() } else { format!(" tier {}", tier_idx + 1) };
        lines.push(Line {
            service,
            item: format!("{name}{tier_name}"),
            unit: rate.unit.clone(),
            quantity,
            free: free_here,
            unit_pico: tier.pico,
            amount,
            source: source(rate, usage),
            unverified: tier.unverified,
        });
    }
    Ok(lines)
}

/// `from 2025-10-01, checked 2026-11-22: AWS Pricing API …`
fn source(rate: &Rate, usage: &Usage) -> String {
    let date = rate.effective_from.utc().map_or_else(String::new, |time| time.date_naive().to_string());
    let older = if rate.effective_from > usage.begin { ", the oldest known, taken for the time before" } else { "" };
    format!("{} (price from {date}{older}, checked {})", rate.source, rate.checked_on)
}
