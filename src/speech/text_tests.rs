use super::*;

#[test]
fn counts_are_grouped() {
    for (n, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (476_921, "476,921"), (1_234_567, "1,234,567")] {
        assert_eq!(count(n), text);
    }
    assert_eq!(plural(1, "vehicle", "vehicles"), "1 vehicle");
    assert_eq!(plural(0, "vehicle", "vehicles"), "0 vehicles");
}

#[test]
fn numbers_carry_their_unit_or_are_unknown() {
    assert_eq!(quantity(34.04, 1, "km/h"), "34.0 km/h");
    assert_eq!(quantity(f64::NAN, 1, "km/h"), "unknown");
    assert_eq!(number(-0.04, 1), "0.0", "no minus before a zero");
    assert_eq!(number(-3.0, 1), "−3.0");
    let exactly =
        [(-1_000.0, "−1,000"), (1e13, "10,000,000,000,000"), (2_000.5, "2,000.5"), (0.000_25, "0.00025"), (-0.5, "−0.5")];
    for (value, written) in exactly {
        assert_eq!(exact(value), written);
    }
    assert_eq!((exact(f64::NAN), exact(0.0)), ("unknown".into(), "0".into()));
    assert_eq!(signed(16.0, 1, "g"), "+16.0 g");
    assert_eq!(signed(-16.0, 1, "g"), "−16.0 g");
    assert_eq!(signed(0.0, 1, "g"), "0.0 g");
    assert_eq!(heading(271.4), "271° W");
    assert_eq!(heading(359.0), "359° N");
    assert_eq!(percent(0.964), "96 %");
}

#[test]
fn durations_and_ages_fit_their_length() {
    for (us, text) in [(850, "850 µs"), (1_500, "1.5 ms"), (38_200, "38 ms"), (2_100_000, "2.1 s"), (245_000_000, "4 min 05 s")]
    {
        assert_eq!(micros(us), text);
    }
    assert_eq!(micros(-850), "−850 µs");
    let at = |secs| Timestamp(0).plus_secs(secs);
    for (secs, text) in
        [(0, "0 s"), (42, "42 s"), (177, "2 min 57 s"), (840, "14 min"), (12_000, "3 h 20 min"), (439_200, "5 d 2 h")]
    {
        assert_eq!(age(at(secs), at(0)), text);
    }
    assert_eq!(age(at(0), at(5)), "0 s", "a clock ahead of ours is no negative age");
}

#[test]
fn bytes_change_their_unit_in_time() {
    for (n, text) in [(0, "0 B"), (999, "999 B"), (999_999, "1.0 MB"), (18_400_000_000, "18.4 GB")] {
        assert_eq!(bytes(n), text);
    }
}

#[test]
fn money_names_its_currency_and_shows_small_amounts() {
    for (pico, text) in [
        (0, "USD 0.00"),
        (39_840_000_000_000, "USD 39.84"),
        (1_284_500_000_000_000, "USD 1,284.50"),
        (999_999_000_000, "USD 1.0000"),
        (10_000_000_000, "USD 0.0100"),
        (9_999_000_000, "1.00 cents"),
        (400_000_000, "0.040 cents"),
        (-866_670_000, "−0.087 cents"),
        (2_083, "0.00000021 cents"),
        (-39_840_000_000_000, "USD −39.84"),
    ] {
        assert_eq!(usd(PicoUsd(pico)), text);
    }
}

#[test]
fn freshness_follows_the_stream_s_period() {
    for (age, period, expected) in [
        (2.0, Some(0.5), Freshness::Live),
        (2.1, Some(0.5), Freshness::Late),
        (10.0, Some(0.5), Freshness::Late),
        (10.1, Some(0.5), Freshness::Stale),
        (60.1, Some(0.5), Freshness::Lost),
        (60.0, Some(30.0), Freshness::Live),
        (61.0, Some(30.0), Freshness::Late),
        (121.0, Some(30.0), Freshness::Stale),
        (180.0, Some(30.0), Freshness::Stale),
        (180.1, Some(30.0), Freshness::Lost),
        (1.9, None, Freshness::Live),
        (1.9, Some(f64::NAN), Freshness::Live),
        (-3.0, None, Freshness::Live),
    ] {
        assert_eq!(Freshness::of(age, period), expected, "{age} s at {period:?}");
    }
}

#[test]
fn the_middle_goes_and_the_ends_stay() {
    assert_eq!(elide_middle("vehicle-0417", 20), "vehicle-0417");
    assert_eq!(elide_middle("fleet/van-0417/driving", 10), "fleet…iving");
    assert_eq!(elide_middle("서울특별시강남구", 4), "서울…남구");
    assert_eq!(elide_middle("abc", 0), "…");
}

#[test]
fn zones_are_named() {
    let zone = |secs| zone_of(FixedOffset::east_opt(secs).unwrap());
    assert_eq!(zone(0), "UTC");
    assert_eq!(zone(9 * 3_600), "UTC+09:00");
    assert_eq!(zone(-(3 * 3_600 + 1_800)), "UTC−03:30");
}
