use super::*;

#[test]
fn a_failure_says_cause_and_fix_and_decides_the_end() {
    let checks = [
        Check::ok("clock", "fine"),
        Check::warn("screen", "none", "run headless"),
        broker(Some("mqtt://b:1883"), &mut || Err(("nothing listens at b:1883".to_owned(), "start the broker".to_owned()))),
    ];
    let mut out = Vec::new();
    assert!(!write(&checks, &mut out).unwrap());
    let text = String::from_utf8(out).unwrap();
    assert_eq!(
        text,
        " 1. ok    clock: fine\n 2. warn  screen: none\n          to do: run headless\n \
         3. FAIL  broker: nothing listens at b:1883\n          to do: start the broker\n1 must be put right\n"
    );
    assert!(write(&checks[..2], &mut Vec::new()).unwrap());
}

#[test]
fn a_store_folder_that_is_a_file_fails() {
    let folder = tempfile::tempdir().unwrap();
    let outcomes = |folder: &Path| store(folder, &|| None).iter().map(|check| check.outcome).collect::<Vec<_>>();
    assert_eq!(outcomes(&folder.path().join("new/deep"))[0], Outcome::Ok);
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    assert_eq!(outcomes(&file)[0], Outcome::Fail);
    let held = store(folder.path(), &|| Some("fleetwatch, process 7".to_owned()));
    assert_eq!(held[1].outcome, Outcome::Warn);
    assert!(
        std::fs::read_dir(folder.path()).unwrap().all(|entry| !entry.unwrap().file_name().to_string_lossy().contains("doctor"))
    );
}

#[test]
fn clocks_and_screens() {
    assert_eq!(clock(Timestamp(0)).outcome, Outcome::Fail);
    assert_eq!(clock(Timestamp::from_millis(1_800_000_000_000)).outcome, Outcome::Ok);
    if cfg!(target_os = "linux") {
        assert_eq!(display(&|_| None).outcome, Outcome::Warn);
        assert_eq!(display(&|_| Some(String::new())).outcome, Outcome::Warn);
        assert_eq!(display(&|name| (name == "DISPLAY").then(|| ":0".to_owned())).outcome, Outcome::Ok);
    }
}

#[test]
fn whom_no_route_names_is_listed() {
    let mut outbound = outbound::Settings::default();
    let devices: Vec<DeviceId> = (0..13).map(|n| DeviceId::new(&format!("truck-{n:02}"))).collect();
    assert_eq!(routes(&outbound, &devices, &Register::default()), None, "without routes everyone is told of everything");
    let route = "to = ['sns']\nvehicles = ['truck-00']";
    outbound.route = vec![toml::from_str(route).unwrap()];
    let check = routes(&outbound, &devices, &Register::default()).unwrap();
    assert_eq!(check.outcome, Outcome::Warn);
    assert!(check.detail.starts_with("none names truck-01, truck-02, ") && check.detail.contains(" and 2 more:"), "{check:?}");
    outbound.route = vec![toml::from_str("to = ['sns']").unwrap()];
    assert_eq!(routes(&outbound, &devices, &Register::default()).unwrap().outcome, Outcome::Ok);
}

#[test]
fn what_is_kept_for_too_long_or_fills_the_disk_is_said() {
    let now = Timestamp::from_millis(1_800_000_000_000);
    let held = |kind, days: u32, since_days: i64, mb: u64| Holding {
        kind,
        bytes: mb * 1_000_000,
        since: Some(now.plus_secs(-86_400 * since_days)),
        limit: Limit { days, mb: 0 },
    };
    let check = |held: Vec<Holding>, free_mb| retention_of(Ok(held), Some(free_mb), now);
    let well = check(vec![held(DataKind::Numbers, 90, 91, 500), held(DataKind::Incidents, 0, 400, 4)], 100_000);
    assert_eq!(well.outcome, Outcome::Ok, "{well:?}");
    assert!(well.detail.contains("numbers since 2026-10-16, 500 MB, kept for 90 days"), "{well:?}");
    assert!(well.detail.contains("incidents since 2025-12-11, 4 MB, kept for ever"), "{well:?}");
    let late = check(vec![held(DataKind::Calls, 90, 93, 5)], 100_000);
    assert!(late.outcome == Outcome::Warn && late.detail.starts_with("calls are kept for longer"), "{late:?}");
    // An incident that is not resolved stays.
    assert_eq!(check(vec![held(DataKind::Incidents, 90, 930, 5)], 100_000).outcome, Outcome::Ok);
    let full = check(vec![held(DataKind::Numbers, 0, 10, 1_000)], 2_000);
    assert!(full.outcome == Outcome::Warn && full.detail.starts_with("at this pace the disk is full in 21 days"), "{full:?}");
    assert_eq!(check(Vec::new(), 100).outcome, Outcome::Ok);
    assert_eq!(retention_of(Err("no".to_owned()), None, now).outcome, Outcome::Fail);
}
