use proptest::prelude::*;

use super::*;
use crate::model::{Cause, DeviceId, Origin, Outcome, PacketId};

const NOVEMBER: Timestamp = Timestamp(1_795_000_000_000_000);

fn call(billed_ms: u32, memory_mb: u32, started_at: Timestamp) -> Invocation {
    Invocation {
        function: "judge_crash",
        started_at,
        init_micros: 0,
        duration_micros: billed_ms.saturating_mul(1_000),
        billed_ms,
        memory_mb,
        outcome: Outcome::Ok,
        cause: Cause { packet: PacketId(0), device: DeviceId::new("v"), origin: Origin::Device },
        effects: 0,
    }
}

#[test]
fn each_whole_ms_begun_counts_and_before_december_2020_each_hundred() {
    for (init, duration, billed) in
        [(0, 0, 0), (0, 1, 1), (0, 1_000, 1), (0, 1_001, 2), (400, 600, 1), (400, 601, 2), (0, 27_000, 27)]
    {
        assert_eq!(billed_ms(init, duration, NOVEMBER), billed, "{init} + {duration} µs");
    }
    let before = BILLED_BY_MS_FROM.plus_micros(-1);
    assert_eq!((billed_ms(0, 27_000, before), billed_ms(0, 27_000, BILLED_BY_MS_FROM)), (100, 27));
    assert_eq!(billed_ms(0, 100_001, before), 200);
    assert_eq!(billed_ms(u32::MAX, u32::MAX, NOVEMBER), 8_589_935);
}

#[test]
fn a_millisecond_at_128_mb_on_arm_is_1667_picodollars() {
    // 0.0000133334 USD × 0.001 s × 0.125 GB = 1,666.675 picodollars, and 200,000 for the request.
    assert_eq!(PriceSheet::standard().list_price(&call(1, 128, NOVEMBER)), PicoUsd(201_667));
}

#[test]
fn the_price_follows_the_date_of_the_call() {
    let entry = |date: &str, usd: &str| {
        format!(
            "[[price]]\nregion = \"r\"\narch = \"arm64\"\neffective_from = \"{date}\"\nrequest_usd_per_million = \"{usd}\"\n\
             gb_second_usd = \"0\"\nsource = \"test\"\nchecked_on = \"2026-11-22\"\n"
        )
    };
    let settings = Settings { region: "r".to_owned(), arch: Arch::Arm64, monthly_budget_usd: None };
    let sheet = PriceSheet::parse(&(entry("2026-02-01", "2") + &entry("2026-01-01", "1")), &settings).unwrap();
    let at = |text: &str| Timestamp::from(chrono::DateTime::parse_from_rfc3339(text).unwrap().to_utc());
    for (time, micro_usd) in [("2020-01-01T00:00:00Z", 1), ("2026-01-31T23:59:59.999Z", 1), ("2026-02-01T00:00:00Z", 2)] {
        assert_eq!(sheet.list_price(&call(0, 128, at(time))), PicoUsd(micro_usd * 1_000_000), "{time}");
    }
}

#[test]
fn a_sheet_that_cannot_be_used_says_why() {
    let settings = Settings { region: "mars-1".to_owned(), arch: Arch::X86, monthly_budget_usd: None };
    assert_eq!(PriceSheet::aws_lambda(&settings).unwrap_err().to_string(), "the price sheet has no price for mars-1 on x86_64");
    let broken = AWS.replacen("0.0000166667", "0.0000166667001", 1);
    assert!(PriceSheet::parse(&broken, &Settings::default()).unwrap_err().to_string().starts_with("price 1: amounts"));
}

const AWS: &str = include_str!("../../assets/prices/aws_lambda.toml");

#[test]
fn every_region_and_architecture_of_the_sheet_can_be_chosen() {
    for region in ["us-east-1", "ap-northeast-2"] {
        for arch in [Arch::Arm64, Arch::X86] {
            let sheet = PriceSheet::aws_lambda(&Settings { region: region.to_owned(), arch, monthly_budget_usd: None }).unwrap();
            assert!(sheet.at(NOVEMBER).is_some_and(|price| price.title().ends_with(&format!("{region} {}", arch.key()))));
        }
    }
}

#[test]
fn the_last_free_request_is_free_and_the_next_is_not() {
    let mut bill = Bill::default();
    let one = call(1, 128, NOVEMBER);
    bill.add_many(&one, FREE_REQUESTS - 1, PriceSheet::standard());
    assert_eq!(bill.add(&one, PriceSheet::standard()).pico(), PicoUsd(0));
    assert_eq!((bill.free_requests_left(), bill.due()), (0, PicoUsd(0)));
    assert_eq!(bill.add(&one, PriceSheet::standard()).pico(), PicoUsd(200_000));
    assert_eq!(bill.due(), PicoUsd(200_000));
}

#[test]
fn months_are_utc() {
    assert_eq!(month(BILLED_BY_MS_FROM), "2020-12");
    assert_eq!(month(BILLED_BY_MS_FROM.plus_micros(-1)), "2020-11");
}

proptest! {
    #[test]
    fn the_parts_sum_to_the_bill(calls in prop::collection::vec((0_u32..2_000_000_000, 128_u32..10_240, 1_u64..400_000), 0..40)) {
        let sheet = PriceSheet::standard();
        let mut bill = Bill::default();
        let mut parts = Amount::default();
        let mut list = Amount::default();
        for (ms, mb, n) in calls {
            let call = call(ms, mb, NOVEMBER);
            parts += bill.add_many(&call, n, sheet);
            list += Amount::of(n, mb_ms(&call) * n, sheet.at(NOVEMBER).unwrap());
        }
        prop_assert_eq!(parts.pico(), bill.due());
        prop_assert_eq!(list.pico(), bill.list());
        prop_assert!(bill.due() <= bill.list());
        // The free tier is worth exactly what is missing, once it is used up.
        if bill.free_requests_left() == 0 && bill.free_mb_ms_left() == 0 {
            let free = Amount::of(FREE_REQUESTS, FREE_MB_MS, sheet.at(NOVEMBER).unwrap());
            prop_assert_eq!((parts + free).pico(), bill.list());
        }
    }

    #[test]
    fn many_is_one_by_one(ms in 0_u32..900_000, mb in 128_u32..10_240, n in 0_u64..50, used in 0_u64..2) {
        let sheet = PriceSheet::standard();
        let mut many = Bill::default();
        many.add_many(&call(900_000, 10_240, NOVEMBER), used * 45, sheet);
        let mut single = many.clone();
        let sum: Amount = (0..n).map(|_| single.add(&call(ms, mb, NOVEMBER), sheet)).sum();
        prop_assert_eq!(many.add_many(&call(ms, mb, NOVEMBER), n, sheet), sum);
        prop_assert_eq!(many, single);
    }
}
