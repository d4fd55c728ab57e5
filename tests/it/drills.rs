//! Drills at a real endpoint: none. Real events hidden because they call themselves tests: none.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fleetwatch::model::{DeliveryOutcome, Effect, Fact, Notice, Origin, OutboxItem, Reading, Record};
use fleetwatch::outbound::{self, Outbound, RealNotice, Told};
use fleetwatch::settings::Settings;

use crate::support::heart::Heart;
use crate::support::hook::Hook;

/// Ways in which a real event calls itself a test.
const CLAIMS: [&str; 12] = [
    r#""test":true"#,
    r#""drill":true"#,
    r#""drill":"true","test":1"#,
    r#""origin":"drill""#,
    r#""Drill":true,"TEST":"yes""#,
    r#""simulated":true"#,
    r#""mode":"test""#,
    r#""sample":true"#,
    r#""type":"drill","kind":"self_test""#,
    r#""topic":"drill/fleet/van-1/crash""#,
    r#""vehicle":"drill/van-1""#,
    r#""meta":{"test":true,"drill":true,"origin":"sample"}"#,
];
/// Real vehicles with names that sound like tests.
const NAMES: [&str; 6] = ["van", "drill", "test", "sample", "drill-van", "TEST.van"];

/// Events of each sort; `FLEETWATCH_DRILLS` sets it.
fn n_events() -> usize {
    std::env::var("FLEETWATCH_DRILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000)
}

/// Hands notices to channels that reach `hook`, and answers what became of them.
fn tell(hook: &Hook, notices: Vec<Notice>) -> (usize, usize) {
    let settings = outbound::Settings { webhook_url: Some(hook.url()), desktop: false, ..outbound::Settings::default() };
    let [accepted, would] = [Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0))];
    let sink = {
        let (accepted, would) = (Arc::clone(&accepted), Arc::clone(&would));
        move |told: Told| match told.outcome {
            DeliveryOutcome::Accepted => drop(accepted.fetch_add(1, Ordering::Relaxed)),
            DeliveryOutcome::WouldHave => drop(would.fetch_add(1, Ordering::Relaxed)),
            other => panic!("{other:?}"),
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (items, taken) = tokio::sync::mpsc::channel(1_000);
        let running = tokio::spawn(Outbound::new(&settings).unwrap().run(taken, Arc::new(sink)));
        for notice in notices {
            items.send(OutboxItem::new(notice)).await.unwrap();
        }
        drop(items);
        running.await.unwrap();
    });
    (accepted.load(Ordering::Relaxed), would.load(Ordering::Relaxed))
}

/// What came of so many drills and as many real events that call themselves tests.
#[derive(Debug, Default, PartialEq, Eq)]
struct Came {
    /// Requests of drills at a real endpoint.
    drills_told: usize,
    /// Real events of which nobody would have been told.
    real_hidden: usize,
}

/// Sends `n` of each sort through the heart, and all notices of drills through the channels.
fn send(n: usize, heart: &mut Heart) -> Came {
    let mut chance = fastrand::Rng::with_seed(20_261_126);
    let (mut real, mut drills) = (BTreeSet::new(), BTreeSet::new());
    let mut notices = Vec::new();
    for i in 0..n {
        let vehicle = format!("{}-{i}", NAMES[chance.usize(0..NAMES.len())]);
        let claim = CLAIMS[chance.usize(0..CLAIMS.len())];
        let at = heart.now().rfc3339();
        // The same vehicle and the same event on both roads: neither may pass for a repeat of the other.
        let of = |claim: &str| format!(r#"{{{claim},"event_id":"e-{i}","occurred_at":"{at}","airbag":true}}"#);
        let mut roads = [("drill/fleet", of(r#""test":false"#)), ("fleet", of(claim))];
        if chance.bool() {
            roads.reverse();
        }
        for (root, payload) in roads {
            heart.receive(&format!("{root}/{vehicle}/crash"), payload.as_bytes(), false);
        }
        real.insert(vehicle.clone());
        drills.insert(vehicle);
        if i % 1_000 == 0 {
            heart.pass_millis(1_000);
            heart.verdicts.clear();
        }
        notices.append(&mut heart.notices);
    }
    // By the name of its incident: what else a notice says of itself may be wrong.
    let (drill_notices, real_notices): (Vec<_>, Vec<_>) =
        notices.into_iter().partition(|notice| notice.incident.0.starts_with("DRL-"));
    for notice in real_notices.iter().filter(|notice| RealNotice::try_from((*notice).clone()).is_ok()) {
        real.remove(notice.device.as_str());
    }
    for notice in &drill_notices {
        drills.remove(notice.device.as_str());
    }
    assert!(drills.is_empty(), "a drill went nowhere at all, and proves nothing: {}", drills.len());

    let hook = Hook::start();
    let n_drills = drill_notices.len();
    let (accepted, would) = tell(&hook, drill_notices);
    let drills_told = hook.n_requests();
    assert_eq!((accepted, accepted + would), (drills_told, n_drills));
    // The endpoint is a real one: it hears of real ones.
    let some: Vec<_> = real_notices.into_iter().take(200).collect();
    let n_some = some.len();
    assert_eq!((tell(&hook, some).0, hook.n_requests()), (n_some, drills_told + n_some));
    Came { drills_told, real_hidden: real.len() }
}

#[test]
fn no_drill_reaches_an_endpoint_and_no_real_event_is_hidden_whatever_it_calls_itself() {
    let n = n_events();
    let mut heart = Heart::new(Settings::default());
    let came = send(n, &mut heart);
    let Came { drills_told, real_hidden } = &came;
    println!("{n} drills: {drills_told} at a real endpoint; {n} real events that call themselves tests: {real_hidden} hidden");
    assert_eq!(came, Came::default(), "of {n} drills told, of {n} real events hidden");
    let counters = heart.state.counters();
    assert_eq!((counters.incidents, counters.drill_incidents), (n as u64, n as u64));
}

#[test]
fn a_drill_that_forgets_its_road_and_a_payload_that_is_believed_are_caught() {
    const N: usize = 300;
    let mut forgets = Heart::new(Settings::default());
    forgets.way_out = Box::new(|effect| match effect {
        Effect::Save(Record::Crash(mut record)) => {
            record.notice.iter_mut().for_each(|notice| notice.origin = Origin::Device);
            vec![Effect::Save(Record::Crash(record))]
        }
        other => vec![other],
    });
    assert_eq!(send(N, &mut forgets), Came { drills_told: N, real_hidden: 0 });

    let mut believes = Heart::new(Settings::default());
    believes.way_in = Box::new(|mut fact| {
        if let Fact::Judged(judged) = &mut fact
            && let Reading::Crash(report) = &judged.event.reading
            && report.raw.windows(12).any(|part| part == br#""drill":true"#)
        {
            judged.event.origin = Origin::Drill;
        }
        vec![fact]
    });
    let came = send(N, &mut believes);
    assert!(came.real_hidden > 0 && came.drills_told == 0, "{came:?} of {N}");
}

/// The compiled library as this test has it, with the directory of what it depends on.
fn library() -> (PathBuf, PathBuf) {
    let deps = Path::new(env!("CARGO_BIN_EXE_fleetwatch")).parent().unwrap().join("deps");
    let files = std::fs::read_dir(&deps).unwrap().map(|entry| entry.unwrap().path());
    let ours = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with("libfleetwatch-") && path.extension().is_some_and(|extension| extension == "rlib")
    };
    let newest = |path: &PathBuf| std::fs::metadata(path).unwrap().modified().unwrap();
    (files.filter(ours).max_by_key(newest).expect("no library beside the tests"), deps)
}

/// Compiles a function body against the library; `Err` with what the compiler says.
fn compiles(body: &str) -> Result<(), String> {
    let (library, deps) = library();
    let dir = tempfile::TempDir::new().unwrap();
    let file = dir.path().join("attempt.rs");
    let text = format!(
        "#![allow(unused)]\nuse fleetwatch::model::{{Notice, Origin}};\nuse fleetwatch::outbound::{{RealNotice, Rehearsal, Topic}};\n\
         pub fn attempt(mut notice: Notice, rehearsal: Rehearsal, mut real: RealNotice, topic: &Topic) {{ {body} }}\n"
    );
    std::fs::write(&file, text).unwrap();
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata", "--extern"])
        .arg(format!("fleetwatch={}", library.display()));
    let output =
        rustc.arg("-L").arg(format!("dependency={}", deps.display())).arg("--out-dir").arg(dir.path()).arg(&file).output();
    let output = output.unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

#[test]
fn a_drill_does_not_compile_into_a_send() {
    // What is allowed compiles, so that the attempts below fail for what they try and for nothing else.
    let allowed = "let _ = RealNotice::try_from(notice).map(|real| topic.publish(&real).boxed_away());
        trait Away { fn boxed_away(self); } impl<T> Away for T { fn boxed_away(self) {} }";
    compiles(allowed).unwrap();
    for (attempt, code) in [
        ("let _ = RealNotice(notice);", "E0423"),
        ("let _ = RealNotice { 0: notice };", "E0451"),
        ("let _: RealNotice = notice.into();", "E0277"),
        ("let _: RealNotice = rehearsal.into();", "E0277"),
        ("let _ = RealNotice::try_from(rehearsal);", "E0277"),
        ("let _ = RealNotice::default();", "E0599"),
        ("real.0 = notice;", "E0616"),
        ("real.notice().origin = Origin::Device;", "E0594"),
        ("*real.notice() = notice;", "E0594"),
        ("let _ = topic.publish(&notice);", "E0308"),
        ("let _ = topic.publish(&rehearsal);", "E0308"),
        ("let Rehearsal(inner) = rehearsal;", "E0532"),
        ("let _ = rehearsal.0;", "E0616"),
        ("real.clone_from(&rehearsal);", "E0308"),
    ] {
        let said = compiles(attempt).expect_err(attempt);
        let mut codes: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("error[")?.get(..5)).collect();
        codes.dedup();
        assert_eq!(codes, [code], "{attempt}:\n{said}");
    }
}
