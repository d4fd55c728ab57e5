use super::*;

/// 2026-11-01T00:00:00Z.
const BEGIN: Timestamp = Timestamp(1_793_491_200_000_000);

fn cost(day: &str, estimated: bool, services: &[(&str, &str)]) -> CostOfDay {
    let services = services.iter().map(|(name, usd)| ((*name).to_owned(), (*usd).to_owned())).collect();
    CostOfDay { day: day.to_owned(), estimated, services }
}

fn accountant(every_h: u32) -> Option<Accountant> {
    let settings = Settings { cost_explorer_every_h: every_h, ..Settings::default() };
    Accountant::new(&settings, &Environment::of(&[])).unwrap()
}

#[test]
fn a_day_that_aws_says_nothing_of_is_not_a_day_without_costs() {
    let costs = [
        cost("2026-11-01", false, &[("AWS Lambda", "0.5"), ("AWS IoT", "0.25"), ("Tax", "-0.05")]),
        cost("2026-11-03", true, &[("AWS IoT", "1E-7")]),
        cost("2026-11-04", true, &[]),
    ];
    let (days, services) = by_day(&costs, 4).unwrap();
    assert_eq!((days[0].actual, days[0].lambda), (Some(PicoUsd(700_000_000_000)), Some(PicoUsd(500_000_000_000))));
    assert_eq!(days[1], ActualDay::default());
    assert_eq!((days[2].actual, days[2].lambda, days[2].estimated), (Some(PicoUsd(100_000)), Some(PicoUsd(0)), true));
    assert_eq!((days[3].actual, days[3].lambda), (None, None));
    let names: Vec<&str> = services.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["AWS Lambda", "AWS IoT", "Tax"]);
    let actuals = Actuals { days, ..Actuals::default() };
    assert_eq!(actuals.sum(|day| day.actual), (Some(PicoUsd(700_000_100_000)), 2));
    assert_eq!(Actuals::default().sum(|day| day.actual), (None, 0));
    assert!(by_day(&[cost("soon", false, &[])], 4).is_err() && by_day(&[cost("2026-11-01", false, &[("a", "b")])], 4).is_err());
}

#[test]
fn the_calls_of_a_month_use_up_the_free_tier_day_by_day() {
    let sheet = sheet(&Book::bundled("us-east-1").unwrap(), None).unwrap();
    let points = Points { points: vec![(0, 600_000.0), (86_400, 600_000.0)], short: None };
    let calls = by_time(&points, 0, 3);
    assert_eq!(calls, [Some(600_000.0), Some(600_000.0), None]);
    let mut days = vec![ActualDay::default(); 3];
    // 1.5 ms each are billed as 2 on average, and stay within the free compute.
    let ms = calls.iter().map(|calls| calls.map(|n| n * 1.5)).collect();
    price(&mut days, BEGIN, &[(calls, ms, 128, sheet)]);
    // 600,000 requests are 0.12 USD; 600,000 · 2 ms · 128 MB are 150 GB-s, 0.0000133334 USD each.
    assert_eq!(days[0].list, Some(PicoUsd(120_000_000_000 + 2_000_010_000)));
    // 200,000 requests are above the free million.
    assert_eq!((days[0].due, days[1].due), (Some(PicoUsd(0)), Some(PicoUsd(40_000_000_000))));
    assert_eq!(days[2], ActualDay::default());
}

#[test]
fn aws_is_asked_again_only_when_its_time_has_come_and_over_a_restart() {
    assert!(accountant(0).is_none(), "it is not allowed");
    let accountant = accountant(8).unwrap();
    let now = BEGIN.plus_secs(86_400);
    assert_eq!(accountant.wait(None, now), Duration::ZERO);
    let dir = tempfile::tempdir().unwrap();
    let asked = Actuals { month: "2026-11".into(), asked_at: now, ..Actuals::default() };
    save(dir.path(), &asked).unwrap();
    let kept = load(dir.path()).unwrap();
    assert_eq!(kept, asked);
    assert_eq!(accountant.wait(Some(&kept), now.plus_secs(3_600)), Duration::from_hours(7));
    assert_eq!(accountant.wait(Some(&kept), now.plus_secs(9 * 3_600)), Duration::ZERO);
    assert_eq!(accountant.wait(Some(&kept), now.plus_secs(-60)), Duration::ZERO, "a clock that was set back");
    assert_eq!(accountant.wait(Some(&kept), now.plus_secs(40 * 86_400)), Duration::ZERO, "another month");
    let failed = Actuals { problem: Some("no".to_owned()), ..kept };
    assert_eq!(accountant.wait(Some(&failed), now), Duration::from_hours(1));
    std::fs::write(dir.path().join(FILE), "{").unwrap();
    assert_eq!(load(dir.path()), None);
    assert_eq!(load(&dir.path().join("elsewhere")), None);
}

#[test]
fn what_asking_costs_is_said() {
    let actuals = Actuals { every_h: 8, n_requests: 3, price_each: Some(PicoUsd(10_000_000_000)), ..Actuals::default() };
    assert_eq!((actuals.spent(), actuals.price_a_month()), (Some(PicoUsd(30_000_000_000)), Some(PicoUsd(910_000_000_000))));
}
