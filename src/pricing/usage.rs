//! The usage file: what a month used, as a person writes it down. `docs/BILLING.md` describes it key by key.
//!
//! A key that is not known, a value that cannot be and a region without prices are errors that name their line: a bill
//! of half of what was meant would be worse than none.

use std::ops::Range;

use serde::Deserialize;
use serde::de::{self, Deserializer};
use toml::Spanned;

use super::book::FreeTier;
use super::decimal::Quantity;
use super::{Arch, Book, book};
use crate::model::Timestamp;

/// What one SNS request carries, bytes: larger messages count as several. SNS pricing page.
const SNS_UNIT_BYTES: u64 = 64 * 1024;
/// What one IoT Core message, rule or action carries, bytes. IoT Core pricing page.
const IOT_UNIT_BYTES: u64 = 5 * 1024;
/// What one request to an HTTP API carries, bytes. API Gateway pricing page.
const HTTP_API_UNIT_BYTES: u64 = 512 * 1024;
/// What one WebSocket message carries, bytes. API Gateway pricing page.
const WEBSOCKET_UNIT_BYTES: u64 = 32 * 1024;
/// `/tmp` that is not billed, MB. Lambda pricing page.
const FREE_EPHEMERAL_MB: u64 = 512;

/// How much was used of one item of the price book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// `lambda`.
    pub service: &'static str,
    /// As the price book names it, `duration_arm64`.
    pub item: &'static str,
    /// What the line is called where that is not `item`: cold starts are billed as compute, and shown apart.
    pub shown_as: Option<&'static str>,
    /// In the item's unit.
    pub quantity: Quantity,
    /// What one of it costs where only the user can know, picodollars.
    pub own_pico: Option<i64>,
}

/// A month's usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// `us-east-1`.
    pub region: String,
    /// `2026-11`.
    pub month: String,
    /// The first instant of the month, whose prices count.
    pub begin: Timestamp,
    /// Which allowances the account has.
    pub free_tier: FreeTier,
    /// By service, in the order of the tables below.
    pub used: Vec<Used>,
}

/// A usage file that cannot be billed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not TOML, an unknown key, or a value that cannot be. Its text names line and column.
    #[error("{0}")]
    Shape(#[from] toml::de::Error),
    /// A value that fits its type and still cannot be.
    #[error("line {line}: {words}")]
    Value {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        words: String,
    },
}

/// A number as it is written, without a float's rounding: `3`, `1.5` or `"1.5"`.
#[derive(Clone, Copy, Debug, Default)]
struct Number(Quantity);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Number;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number from 0 on, as 3, 1.5 or \"1.5\"")
            }
            fn visit_i64<E: de::Error>(self, n: i64) -> Result<Number, E> {
                let n = u64::try_from(n).map_err(|_negative| E::invalid_value(de::Unexpected::Signed(n), &self))?;
                Ok(Number(Quantity::whole(n)))
            }
            fn visit_f64<E: de::Error>(self, n: f64) -> Result<Number, E> {
                // The shortest text that reads as this number is what was written, up to 15 digits.
                let text = n.to_string();
                if text.bytes().filter(u8::is_ascii_digit).count() > 15 {
                    return Err(E::custom("a number of more than 15 digits must be in quotes, to stay exact"));
                }
                self.visit_str(&text)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
                let number = Quantity::parse(text).map(Number);
                number.ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    region: Spanned<String>,
    month: Spanned<String>,
    #[serde(default)]
    free_tier: FreeTier,
    #[serde(default)]
    lambda: Vec<Lambda>,
    sns: Option<Sns>,
    s3: Option<S3>,
    iot: Option<Iot>,
    cloudwatch: Option<CloudWatch>,
    logs: Option<Logs>,
    api_gateway: Option<ApiGateway>,
    dynamodb: Option<DynamoDb>,
    cost_explorer: Option<CostExplorer>,
    transfer: Option<Transfer>,
    /// What a worked bill should come to, for who checks it.
    #[serde(rename = "expect")]
    _expect: Option<toml::Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lambda {
    #[serde(rename = "function")]
    _function: Option<String>,
    #[serde(default)]
    arch: Arch,
    memory_mb: Spanned<u64>,
    requests: Spanned<u64>,
    billed_ms_per_request: Number,
    ephemeral_storage_mb: Option<Spanned<u64>>,
    cold_starts: Option<u64>,
    init_ms_per_cold_start: Option<Number>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sns {
    publishes: Option<Number>,
    message_bytes: Option<u64>,
    http_deliveries: Option<Number>,
    emails: Option<Number>,
    mobile_pushes: Option<Number>,
    lambda_deliveries: Option<Number>,
    sqs_deliveries: Option<Number>,
    sms: Option<Number>,
    sms_usd_each: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct S3 {
    puts: Option<Number>,
    gets: Option<Number>,
    storage_gb_months: Option<Number>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Iot {
    messages: Option<Number>,
    message_bytes: Option<u64>,
    connection_minutes: Option<Number>,
    rules_triggered: Option<Number>,
    actions_executed: Option<Number>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CloudWatch {
    metrics_requested: Option<Number>,
    api_requests: Option<Number>,
    custom_metrics: Option<Number>,
    alarms: Option<Number>,
    dashboards: Option<Number>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Logs {
    ingested_gb: Option<Number>,
    stored_gb_months: Option<Number>,
    scanned_gb: Option<Number>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApiGateway {
    http_requests: Option<Number>,
    http_request_bytes: Option<u64>,
    rest_requests: Option<Number>,
    websocket_messages: Option<Number>,
    websocket_message_bytes: Option<u64>,
    websocket_minutes: Option<Number>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DynamoDb {
    write_units: Option<Number>,
    read_units: Option<Number>,
    storage_gb_months: Option<Number>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CostExplorer {
    requests: Option<Number>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Transfer {
    internet_out_gb: Option<Number>,
}

impl Usage {
    /// Reads a usage file.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let file: File = toml::from_str(text)?;
        let at = |span: Range<usize>, words: String| Error::Value { line: line_of(text, span.start), words };
        let region = file.region.get_ref().clone();
        if !book::regions().contains(&region) {
            return Err(at(file.region.span(), book::Error::NoRegion { region }.to_string()));
        }
        let month = file.month.get_ref().clone();
        let first = chrono::NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d").ok().filter(|_| month.len() == 7);
        let Some(first) = first else {
            return Err(at(file.month.span(), format!("month {month:?} must be as \"2026-11\"")));
        };
        let begin = Timestamp::from(first.and_time(chrono::NaiveTime::MIN).and_utc());

        let mut list = List(Vec::new());
        let mut lambda = Compute::default();
        for table in &file.lambda {
            let span = table.requests.span();
            lambda.add(table).map_err(|words| at(span, words))?;
        }
        if !file.lambda.is_empty() {
            lambda.list(&mut list);
        }
        if let Some(sns) = file.sns {
            list.add("sns", "publishes", of_units(sns.publishes, sns.message_bytes, SNS_UNIT_BYTES));
            list.add("sns", "http_deliveries", sns.http_deliveries);
            list.add("sns", "emails", sns.emails);
            list.add("sns", "mobile_pushes", sns.mobile_pushes);
            list.add("sns", "lambda_deliveries", sns.lambda_deliveries);
            list.add("sns", "sqs_deliveries", sns.sqs_deliveries);
            if let Some(usd) = &sns.sms_usd_each {
                let words = "sms_usd_each must be a decimal in dollars, as \"0.00645\"";
                let pico = super::decimal::pico(usd.get_ref()).ok_or_else(|| at(usd.span(), words.to_owned()))?;
                list.add("sns", "sms", sns.sms);
                list.0.iter_mut().filter(|used| used.item == "sms").for_each(|used| used.own_pico = Some(pico));
            } else if sns.sms.is_some() {
                let words = "sms needs sms_usd_each: what one costs depends on the country, and changes often";
                let line = text.lines().position(|line| line.trim_start().starts_with("sms")).unwrap_or_default() + 1;
                return Err(Error::Value { line, words: words.to_owned() });
            }
        }
        if let Some(s3) = file.s3 {
            list.add("s3", "puts", s3.puts);
            list.add("s3", "gets", s3.gets);
            list.add("s3", "storage_gb_months", s3.storage_gb_months);
        }
        if let Some(iot) = file.iot {
            let units = |number| of_units(number, iot.message_bytes, IOT_UNIT_BYTES);
            list.add("iot", "messages", units(iot.messages));
            list.add("iot", "connection_minutes", iot.connection_minutes);
            list.add("iot", "rules_triggered", units(iot.rules_triggered));
            list.add("iot", "actions_executed", units(iot.actions_executed));
        }
        if let Some(cloudwatch) = file.cloudwatch {
            list.add("cloudwatch", "metrics_requested", cloudwatch.metrics_requested);
            list.add("cloudwatch", "api_requests", cloudwatch.api_requests);
            list.add("cloudwatch", "custom_metrics", cloudwatch.custom_metrics);
            list.add("cloudwatch", "alarms", cloudwatch.alarms);
            list.add("cloudwatch", "dashboards", cloudwatch.dashboards);
        }
        if let Some(logs) = file.logs {
            list.add("logs", "ingested_gb", logs.ingested_gb);
            list.add("logs", "stored_gb_months", logs.stored_gb_months);
            list.add("logs", "scanned_gb", logs.scanned_gb);
        }
        if let Some(api) = file.api_gateway {
            list.add("api_gateway", "http_requests", of_units(api.http_requests, api.http_request_bytes, HTTP_API_UNIT_BYTES));
            list.add("api_gateway", "rest_requests", api.rest_requests);
            let messages = of_units(api.websocket_messages, api.websocket_message_bytes, WEBSOCKET_UNIT_BYTES);
            list.add("api_gateway", "websocket_messages", messages);
            list.add("api_gateway", "websocket_minutes", api.websocket_minutes);
        }
        if let Some(dynamodb) = file.dynamodb {
            list.add("dynamodb", "write_units", dynamodb.write_units);
            list.add("dynamodb", "read_units", dynamodb.read_units);
            list.add("dynamodb", "storage_gb_months", dynamodb.storage_gb_months);
        }
        if let Some(cost_explorer) = file.cost_explorer {
            list.add("cost_explorer", "requests", cost_explorer.requests);
        }
        if let Some(transfer) = file.transfer {
            list.add("transfer", "internet_out_gb", transfer.internet_out_gb);
        }
        Ok(Self { region, month, begin, free_tier: file.free_tier, used: list.0 })
    }

    /// The prices of its region.
    pub fn book(&self) -> Result<Book, book::Error> {
        Book::bundled(&self.region)
    }
}

/// What all functions used together.
#[derive(Default)]
struct Compute {
    requests: u64,
    /// By architecture, x86 first, as the price book has it: MB·ms that ran, and that initialised.
    x86: (Quantity, Quantity),
    arm64: (Quantity, Quantity),
    ephemeral: Option<Quantity>,
}

impl Compute {
    fn add(&mut self, table: &Lambda) -> Result<(), String> {
        let requests = *table.requests.get_ref();
        self.requests = self.requests.checked_add(requests).ok_or(TOO_MUCH)?;
        let memory = *table.memory_mb.get_ref();
        let gb_s = |mb: u64, ms: Option<Quantity>| {
            let mb_ms = ms.and_then(|ms| ms.times(mb)).ok_or_else(|| TOO_MUCH.to_owned())?;
            mb_ms.mb_ms_as_gb_s().ok_or_else(|| "the milliseconds have too many places to be billed exactly".to_owned())
        };
        let ran = gb_s(memory, table.billed_ms_per_request.0.times(requests))?;
        let init_ms = match (table.cold_starts, table.init_ms_per_cold_start) {
            (Some(n), Some(ms)) => Some(ms.0.times(n).ok_or(TOO_MUCH)?),
            (None, None) => None,
            _ => return Err("cold_starts and init_ms_per_cold_start belong together".to_owned()),
        };
        let init = gb_s(memory, init_ms.or(Some(Quantity::ZERO)))?;
        let of_arch = match table.arch {
            Arch::X86 => &mut self.x86,
            Arch::Arm64 => &mut self.arm64,
        };
        of_arch.0 = of_arch.0.plus(ran).ok_or(TOO_MUCH)?;
        of_arch.1 = of_arch.1.plus(init).ok_or(TOO_MUCH)?;
        if let Some(mb) = &table.ephemeral_storage_mb {
            let all_ms = table.billed_ms_per_request.0.times(requests).and_then(|ms| ms.plus(init_ms.unwrap_or_default()));
            let more = gb_s(mb.get_ref().saturating_sub(FREE_EPHEMERAL_MB), all_ms)?;
            self.ephemeral = Some(self.ephemeral.unwrap_or_default().plus(more).ok_or(TOO_MUCH)?);
        }
        Ok(())
    }

    fn list(self, list: &mut List) {
        let some = |quantity: Quantity| (quantity != Quantity::ZERO).then_some(Number(quantity));
        list.add("lambda", "requests", Some(Number(Quantity::whole(self.requests))));
        list.add("lambda", "duration_x86_64", some(self.x86.0));
        list.add_as("lambda", "duration_x86_64", "init_x86_64", some(self.x86.1));
        list.add("lambda", "duration_arm64", some(self.arm64.0));
        list.add_as("lambda", "duration_arm64", "init_arm64", some(self.arm64.1));
        list.add("lambda", "ephemeral_storage", self.ephemeral.map(Number));
    }
}

const TOO_MUCH: &str = "that is more than can be counted";

struct List(Vec<Used>);

impl List {
    fn add(&mut self, service: &'static str, item: &'static str, number: Option<Number>) {
        if let Some(Number(quantity)) = number {
            self.0.push(Used { service, item, shown_as: None, quantity, own_pico: None });
        }
    }

    fn add_as(&mut self, service: &'static str, item: &'static str, shown_as: &'static str, number: Option<Number>) {
        if let Some(Number(quantity)) = number {
            self.0.push(Used { service, item, shown_as: Some(shown_as), quantity, own_pico: None });
        }
    }
}

/// So many messages of a size, in the units they are billed in; without a size each is one.
fn of_units(number: Option<Number>, bytes: Option<u64>, unit: u64) -> Option<Number> {
    let units = bytes.map_or(1, |bytes| bytes.div_ceil(unit).max(1));
    number.map(|Number(quantity)| Number(quantity.times(units).unwrap_or(Quantity::ENDLESS)))
}

/// The line of a byte, counted from 1.
fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
}
