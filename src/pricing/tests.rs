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
    let entry = |item: &str, date: &str, usd: &str| {
        format!(
            "[[price]]\nservice = \"lambda\"\nitem = \"{item}\"\nunit = \"u\"\nper = 1_000_000\neffective_from = \"{date}\"\n\
             usd = \"{usd}\"\nsource = \"test\"\nchecked_on = \"2026-11-22\"\n"
        )
    };
    let settings = Settings { region: "r".to_owned(), arch: Arch::Arm64, monthly_budget_usd: None };
    let mut text = "region = \"r\"\n".to_owned();
    for (date, usd) in [("2026-02-01", "2"), ("2026-01-01", "1")] {
        text += &(entry("requests", date, usd) + &entry("duration_arm64", date, "0"));
    }
    let sheet = PriceSheet::from_book(&Book::parse(&text, "r").unwrap(), &settings).unwrap();
    let at = |text: &str| Timestamp::from(chrono::DateTime::parse_from_rfc3339(text).unwrap().to_utc());
    for (time, micro_usd) in [("2020-01-01T00:00:00Z", 1), ("2026-01-31T23:59:59.999Z", 1), ("2026-02-01T00:00:00Z", 2)] {
        assert_eq!(sheet.list_price(&call(0, 128, at(time))), PicoUsd(micro_usd * 1_000_000), "{time}");
    }
}

#[test]
fn a_sheet_that_cannot_be_used_says_why() {
    let settings = Settings { region: "mars-1".to_owned(), arch: Arch::X86, monthly_budget_usd: None };
    let words = "there is no price sheet for the region \"mars-1\"; there are us-east-1, ap-northeast-2";
    assert_eq!(PriceSheet::aws_lambda(&settings).unwrap_err().to_string(), words);
    let broken = |from: &str, to: &str| Book::parse(&AWS.replacen(from, to, 1), "us-east-1").unwrap_err().to_string();
    assert!(broken("0.0000166667", "0.0000166667001").starts_with("price 3: amounts"));
    assert!(broken("2020-12-01", "December").starts_with("price 1: effective_from"));
    assert!(broken("above = 0", "above = 1").starts_with("price 4: give either usd or tiers"));
    assert!(broken("usd = ", "eur = ").contains("line 14"));
    assert!(Book::parse(AWS, "ap-northeast-2").unwrap_err().to_string().starts_with("the price sheet is of us-east-1"));
}

#[test]
fn a_price_of_ones_own_takes_the_place_of_the_bundled_one() {
    let mut book = Book::bundled("us-east-1").unwrap();
    let own = AWS.replace("usd = \"0.20\"", "usd = \"0.18\"");
    book.add(&own).unwrap();
    assert_eq!(book.rate("lambda", "requests", NOVEMBER).unwrap().tiers[0].pico, 180_000);
    assert_eq!(book.rates("lambda", "requests").count(), 2);
}

/// What the desk prices calls with and what bills of a month are priced with must not say different things.
#[test]
fn the_free_tier_of_the_desk_is_that_of_the_book() {
    let book = Book::bundled("us-east-1").unwrap();
    let of = |item: &str| {
        let mut all = book.allowances(book::FreeTier::Always);
        all.find(|allowance| allowance.service == "lambda" && allowance.items.iter().any(|name| name == item)).unwrap().quantity
    };
    assert_eq!(of("requests"), decimal::Quantity::whole(FREE_REQUESTS));
    assert_eq!(of("duration_arm64"), decimal::Quantity::whole(FREE_MB_MS).mb_ms_as_gb_s().unwrap());
}

const AWS: &str = include_str!("../../assets/prices/us-east-1.toml");

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
