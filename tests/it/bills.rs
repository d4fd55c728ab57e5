//! Worked bills, to the picodollar and beyond: calls in, the bill out; a usage file in, every line out.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use fleetwatch::model::{Cause, DeviceId, Invocation, Origin, Outcome, PacketId, Timestamp};
use fleetwatch::pricing::decimal::Dollars;
use fleetwatch::pricing::usage::Usage;
use fleetwatch::pricing::{self, Arch, Bill, PriceSheet, Settings, statement};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    title: String,
    region: String,
    arch: Arch,
    call: Vec<Call>,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    n: u64,
    started_at: String,
    memory_mb: u32,
    init_micros: u32,
    duration_micros: u32,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    requests: u64,
    mb_ms: u64,
    list_pico: i64,
    due_pico: i64,
    free_requests_left: u64,
    free_mb_ms_left: u64,
}

fn invocation(call: &Call) -> Invocation {
    let started_at = Timestamp::from(chrono::DateTime::parse_from_rfc3339(&call.started_at).unwrap().to_utc());
    Invocation {
        function: "judge_crash",
        started_at,
        init_micros: call.init_micros,
        duration_micros: call.duration_micros,
        billed_ms: pricing::billed_ms(call.init_micros, call.duration_micros, started_at),
        memory_mb: call.memory_mb,
        outcome: Outcome::Ok,
        cause: Cause { packet: PacketId(0), device: DeviceId::new("v"), origin: Origin::Device },
        effects: 0,
    }
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect()
}

#[test]
fn worked_bills_of_calls_agree_to_the_picodollar() {
    let files = files("bills/calls");
    for path in &files {
        let case: Case =
            toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let sheet = PriceSheet::aws_lambda(&Settings { region: case.region, arch: case.arch, monthly_budget_usd: None }).unwrap();
        let mut bill = Bill::default();
        for call in &case.call {
            bill.add_many(&invocation(call), call.n, &sheet);
        }
        let found = Expect {
            requests: bill.requests(),
            mb_ms: bill.mb_ms(),
            list_pico: bill.list().0,
            due_pico: bill.due().0,
            free_requests_left: bill.free_requests_left(),
            free_mb_ms_left: bill.free_mb_ms_left(),
        };
        assert_eq!(found, case.expect, "{}", case.title);
    }
    assert!(files.len() >= 3, "only {} bills", files.len());
}

/// What a usage file of `fixtures/bills` expects, behind `[expect]`.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectMonth {
    total_usd: String,
    /// `service item` → dollars, every line.
    lines: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct MonthCase {
    expect: ExpectMonth,
}

fn billed(usage: &str) -> statement::Statement {
    let usage = Usage::parse(usage).unwrap_or_else(|error| panic!("{error}\n{usage}"));
    statement::bill(&usage, &usage.book().unwrap()).unwrap()
}

#[test]
fn worked_bills_of_months_agree_to_the_last_place() {
    let files = files("bills");
    for path in &files {
        let text = std::fs::read_to_string(path).unwrap();
        let expected = toml::from_str::<MonthCase>(&text).unwrap().expect;
        let bill = billed(&text);
        let mut lines = BTreeMap::new();
        for line in &bill.lines {
            let twice = lines.insert(format!("{} {}", line.service, line.item), line.amount.to_string());
            assert_eq!(twice, None, "{}: {} {} stands there twice", path.display(), line.service, line.item);
        }
        assert_eq!(ExpectMonth { total_usd: bill.total.to_string(), lines }, expected, "{}", path.display());
    }
    assert!(files.len() >= 25, "only {} bills", files.len());
}

proptest! {
    #[test]
    fn the_lines_sum_to_the_bill_and_what_is_free_is_only_ever_taken_off(
        functions in prop::collection::vec((any::<bool>(), 128_u64..10_240, 0_u64..50_000_000_000, 1_u64..900_000), 0..5),
        messages in 0_u64..20_000_000_000, bytes in 0_u64..131_072, emails in 0_u64..10_000, gb in 0_u32..100_000,
        free_tier in prop::sample::select(vec!["always", "legacy_12_month", "none"]),
        region in prop::sample::select(pricing::book::regions()),
    ) {
        let usage = |free_tier: &str| {
            let mut text = format!("region = \"{region}\"\nmonth = \"2026-11\"\nfree_tier = \"{free_tier}\"\n");
            for (arm, mb, n, ms) in &functions {
                let arch = if *arm { "arm64" } else { "x86_64" };
                write!(text, "[[lambda]]\narch = \"{arch}\"\nmemory_mb = {mb}\nrequests = {n}\nbilled_ms_per_request = {ms}\n").unwrap();
            }
            text + &format!(
                "[iot]\nmessages = {messages}\nmessage_bytes = {bytes}\n[sns]\nemails = {emails}\n[logs]\ningested_gb = {gb}.125\n\
                 stored_gb_months = {gb}\n[s3]\nputs = {emails}\n"
            )
        };
        let bill = billed(&usage(free_tier));
        let sum = bill.lines.iter().try_fold(Dollars::default(), |sum, line| sum.plus(line.amount)).unwrap();
        prop_assert_eq!(sum, bill.total);
        let list = billed(&usage("none"));
        prop_assert!(bill.total <= list.total);
        // The same lines at the same prices: an allowance changes what is free, and nothing else.
        prop_assert_eq!(bill.lines.len(), list.lines.len());
        for (line, whole) in bill.lines.iter().zip(&list.lines) {
            prop_assert_eq!((line.service, &line.item, line.quantity, line.unit_pico), (whole.service, &whole.item, whole.quantity, whole.unit_pico));
            prop_assert!(line.free <= line.quantity);
            let free = Dollars::of(line.free, line.unit_pico).unwrap();
            prop_assert_eq!(line.amount.plus(free).unwrap(), whole.amount);
        }
    }
}
