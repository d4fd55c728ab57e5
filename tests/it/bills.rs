//! Worked bills: calls in, the bill out, to the picodollar.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::path::Path;

use fleetwatch::model::{Cause, DeviceId, Invocation, Origin, Outcome, PacketId, Timestamp};
use fleetwatch::pricing::{self, Arch, Bill, PriceSheet, Settings};
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

#[test]
fn worked_bills_agree_to_the_picodollar() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bills");
    let mut n_cases = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let case: Case = toml::from_str(&std::fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
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
        n_cases += 1;
    }
    assert!(n_cases >= 3, "only {n_cases} bills");
}
