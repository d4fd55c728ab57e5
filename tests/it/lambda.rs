//! The local Lambda host, with a `bootstrap` written in Python that does what its event says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fleetwatch::lambda::{Call, DeadLetter, End, Function, Isolation, Limits, Meter, Refusal, Runner};
use serde_json::{Value, json};

/// What the host reported.
#[derive(Clone, Default)]
struct Ledger {
    calls: Arc<Mutex<Vec<Call>>>,
    dead: Arc<Mutex<Vec<DeadLetter>>>,
}

impl Meter for Ledger {
    fn called(&self, call: Call) {
        self.calls.lock().unwrap().push(call);
    }
    fn gave_up(&self, letter: DeadLetter) {
        self.dead.lock().unwrap().push(letter);
    }
}

fn python() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lambda/python")
}

/// A function of the Python bootstrap, with limits that a test can wait for. `None`, with a word about it, without Python.
fn function() -> Option<Function> {
    if !Path::new("/usr/bin/python3").exists() {
        println!("skipped: /usr/bin/python3 is not installed");
        return None;
    }
    let mut function = Function::new("faulty", python());
    function.timeout = Duration::from_secs(5);
    function.retry_after = vec![Duration::from_millis(10), Duration::from_millis(20)];
    Some(function)
}

fn block_on<T>(what: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(what)
}

fn runner(function: &Function) -> (Runner, Ledger) {
    let ledger = Ledger::default();
    (Runner::new(function.clone(), Limits::TODAY, Box::new(ledger.clone())).unwrap(), ledger)
}

async fn invoke(runner: &Runner, event: Value) -> Call {
    runner.invoke(event.to_string().into()).await.unwrap().unwrap()
}

fn answer(call: &Call) -> Value {
    match &call.end {
        End::Answered(bytes) => serde_json::from_slice(bytes).unwrap(),
        end => panic!("{end:?}\n{}", call.log.join("\n")),
    }
}

#[test]
fn the_first_call_is_cold_and_pays_for_its_init_and_the_next_is_warm() {
    let Some(mut function) = function() else { return };
    function.environment.insert("OWN".to_owned(), "yes".to_owned());
    let (runner, _) = runner(&function);
    block_on(async {
        let cold = invoke(&runner, json!({"c": 91.5})).await;
        let said = answer(&cold);
        assert_eq!(
            (&said["event"]["c"], &said["seen"], &said["name"], &said["own"]),
            (&json!(91.5), &json!(1), &json!("faulty"), &json!("yes"))
        );
        let remaining = said["remaining_ms"].as_i64().unwrap();
        assert!((1..=5_000).contains(&remaining), "{remaining}");
        assert!(cold.cold() && cold.billed_ms >= (cold.init_micros + cold.duration_micros) / 1_000, "{cold:?}");
        let report = cold.log.last().unwrap();
        assert!(report.starts_with(&format!("REPORT RequestId: {}\tDuration: ", cold.request_id)), "{report}");
        assert!(report.contains(&format!("\tBilled Duration: {} ms\tMemory Size: 128 MB\t", cold.billed_ms)), "{report}");
        assert!(report.contains("\tInit Duration: ") && report.ends_with('\t'), "{report}");
        assert!(cold.max_memory_mb > 1, "{report}");
        assert_eq!(cold.log[0], format!("START RequestId: {} Version: $LATEST", cold.request_id));

        let warm = invoke(&runner, json!({})).await;
        assert_eq!((answer(&warm)["seen"].as_i64(), warm.init_micros), (Some(2), 0));
        assert!(!warm.log.last().unwrap().contains("Init Duration"));
        assert_ne!(warm.request_id, cold.request_id);
    });
}

#[test]
fn a_function_that_fails_keeps_its_container_and_one_that_dies_loses_it_with_its_tmp() {
    let Some(function) = function() else { return };
    let (runner, _) = runner(&function);
    block_on(async {
        assert_eq!(answer(&invoke(&runner, json!({"do": "leave"})).await)["left"], true);
        let failed = invoke(&runner, json!({"do": "fail"})).await;
        let End::Error(failure) = &failed.end else { panic!("{failed:?}") };
        assert_eq!((failure.kind.as_str(), failure.message.as_str()), ("ValueError", "as asked"));
        let same = answer(&invoke(&runner, json!({})).await);
        assert_eq!((&same["seen"], &same["left"]), (&json!(3), &json!(true)), "the same container with the same /tmp");

        let crashed = invoke(&runner, json!({"do": "crash"})).await;
        let End::Exited(failure) = &crashed.end else { panic!("{crashed:?}") };
        assert_eq!(failure.message, "Runtime exited with error: exit status 7");
        assert!(crashed.log.last().unwrap().contains("Status: error\tError Type: Runtime.ExitError"), "{:?}", crashed.log);
        let fresh = answer(&invoke(&runner, json!({})).await);
        assert_eq!((&fresh["seen"], &fresh["left"]), (&json!(1), &json!(false)), "a fresh container with a fresh /tmp");
    });
}

#[test]
fn what_runs_over_its_time_or_memory_is_killed_and_what_it_prints_is_kept() {
    let Some(function) = function() else { return };
    let mut hasty = function.clone();
    hasty.timeout = Duration::from_millis(700);
    let (hasty, _) = runner(&hasty);
    let (runner, _) = runner(&function);
    block_on(async {
        let hung = invoke(&hasty, json!({"do": "hang"})).await;
        assert_eq!((&hung.end, hung.duration_micros), (&End::TimedOut, 700_000));
        assert!(
            hung.billed_ms >= 700 && hung.log.iter().any(|line| line.ends_with("Task timed out after 0.70 seconds")),
            "{hung:?}"
        );
        let ate = invoke(&runner, json!({"do": "eat", "mb": 300})).await;
        assert_eq!(ate.end, End::OutOfMemory);
        assert!(invoke(&hasty, json!({})).await.cold(), "the one that hung is gone");
        let said = invoke(&runner, json!({"do": "print"})).await;
        assert_eq!(said.log[1], "said so");
        let large = invoke(&runner, json!({"do": "large", "mb": 7})).await;
        assert!(matches!(&large.end, End::Error(failure) if failure.kind == "Function.ResponseSizeTooLarge"), "{large:?}");
        assert!(answer(&invoke(&runner, json!({})).await)["seen"].as_i64() > Some(1));
    });
}

#[test]
fn more_callers_than_containers_are_throttled_and_not_billed() {
    let Some(mut function) = function() else { return };
    function.concurrency = 2;
    function.timeout = Duration::from_millis(1_500);
    let (runner, ledger) = runner(&function);
    block_on(async {
        let hang = || runner.invoke(json!({"do": "hang"}).to_string().into());
        let (a, b, c) = tokio::join!(hang(), hang(), hang());
        let throttled = [a, b, c].into_iter().filter(|result| result.as_ref().unwrap().is_err()).count();
        assert_eq!(throttled, 1);
    });
    let counters = runner.counters();
    assert_eq!((counters.calls, counters.throttled, counters.most_containers), (2, 1, 2));
    assert_eq!(ledger.calls.lock().unwrap().len(), 2);
}

#[test]
fn what_lambda_would_refuse_is_refused_before_it_runs() {
    let refusal = |change: &dyn Fn(&mut Function), limits: Limits| {
        let mut function = Function::new("f", python());
        change(&mut function);
        let ledger = Ledger::default();
        Runner::new(function, limits, Box::new(ledger)).map(|_| ()).unwrap_err().to_string()
    };
    let seconds = Duration::from_secs;
    assert_eq!(
        refusal(&|function| function.timeout = seconds(600), Limits::DOCUMENT_2017),
        "Lambda would refuse it (2017 profile): time-out is 600 s, allowed is up to 300 s"
    );
    assert!(refusal(&|function| function.timeout = seconds(901), Limits::TODAY).contains("up to 900 s"));
    assert!(refusal(&|function| function.tmp_mb = 1_024, Limits::DOCUMENT_2017).contains("/tmp is 1024 MB"));
    assert!(refusal(&|function| function.memory_mb = 4_096, Limits::DOCUMENT_2017).contains("128 to 3008 MB in steps of 64"));
    assert!(refusal(&|function| function.memory_mb = 129, Limits::DOCUMENT_2017).contains("memory is 129 MB"));
    assert!(refusal(&|function| function.package = "/nowhere".into(), Limits::TODAY).contains("is no Lambda package"));
    let large = tempfile::tempdir().unwrap();
    std::fs::copy(python().join("bootstrap"), large.path().join("bootstrap")).unwrap();
    // A file of noise does not get smaller, one of zeros does.
    let mut noise = fastrand::Rng::with_seed(7);
    let mut bytes = vec![0; 51 << 20];
    noise.fill(&mut bytes);
    std::fs::write(large.path().join("noise"), &bytes).unwrap();
    let package = |function: &mut Function| function.package = large.path().to_owned();
    assert!(refusal(&package, Limits::TODAY).contains("zipped it is 53"));
    std::fs::File::create(large.path().join("noise")).unwrap().set_len(251 << 20).unwrap();
    assert!(refusal(&package, Limits::TODAY).contains("unpacked it is 26"));
    std::fs::File::create(large.path().join("noise")).unwrap().set_len(200 << 20).unwrap();
    let mut fits = Function::new("f", large.path().to_owned());
    fits.memory_mb = 1_024;
    assert!(Runner::new(fits, Limits::TODAY, Box::new(Ledger::default())).is_ok());
}

#[test]
fn an_init_that_fails_is_a_call_that_failed() {
    let Some(mut function) = function() else { return };
    function.environment.insert("FAIL_INIT".to_owned(), "1".to_owned());
    let (runner, _) = runner(&function);
    let call = block_on(invoke(&runner, json!({})));
    let End::Exited(failure) = &call.end else { panic!("{call:?}") };
    assert_eq!((failure.kind.as_str(), failure.message.as_str()), ("Init.NoLuck", "as asked"));
    assert!(call.cold() && call.duration_micros == 0);
}

#[test]
fn events_beyond_their_size_and_the_line_are_refused() {
    let Some(mut function) = function() else { return };
    function.max_events = 1;
    let (runner, _) = runner(&function);
    block_on(async {
        let large = vec![b' '; (1 << 20) + 1];
        assert!(matches!(runner.invoke_async(large.into()), Err(Refusal::Event { found: 1_048_577, allowed: 1_048_576 })));
        runner.invoke_async("{}".into()).unwrap();
        assert!(matches!(runner.invoke_async("{}".into()), Err(Refusal::QueueFull(1))));
        runner.drained().await;
    });
    assert_eq!((runner.counters().events, runner.counters().refused, runner.counters().calls), (1, 1, 1));
}

/// 1,000 events, of which 100 crash, 50 hang and 50 write more to /tmp than they may: every one is accounted for.
#[test]
fn a_thousand_events_are_accounted_for_and_none_is_billed_twice() {
    let Some(mut function) = function() else { return };
    function.timeout = Duration::from_millis(1_500);
    function.concurrency = 16;
    function.tmp_mb = 4;
    // Lambda's least /tmp is 512 MB; filling that 150 times would test the machine.
    let limits = Limits { name: "test", tmp_mb: (1, 512), ..Limits::TODAY };
    let ledger = Ledger::default();
    let runner = Runner::new(function, limits, Box::new(ledger.clone())).unwrap();
    if runner.isolation() == Isolation::ProcessOnly {
        println!("without namespaces on this machine: /tmp is measured, not closed");
    }
    let what = |n: usize| match n % 20 {
        0 | 10 => json!({"do": "crash"}),
        5 => json!({"do": "hang"}),
        15 => json!({"do": "fill", "mb": 5}),
        _ => json!({}),
    };
    let ids: Vec<String> = block_on(async {
        let ids = (0..1_000).map(|n| runner.invoke_async(what(n).to_string().into()).unwrap()).collect();
        runner.drained().await;
        ids
    });
    let mut calls: BTreeMap<String, Vec<Call>> = BTreeMap::new();
    for call in ledger.calls.lock().unwrap().drain(..) {
        calls.entry(call.request_id.clone()).or_default().push(call);
    }
    let dead: BTreeMap<String, DeadLetter> =
        ledger.dead.lock().unwrap().drain(..).map(|letter| (letter.request_id.clone(), letter)).collect();
    assert_eq!(calls.len(), 1_000);
    let (mut n_calls, mut n_retries) = (0, 0);
    for (n, id) in ids.iter().enumerate() {
        let calls = &calls[id];
        // Tries are numbered one after the other; each is billed once, for what it took.
        let attempts: Vec<u32> = calls.iter().map(|call| call.attempt).collect();
        assert_eq!(attempts, (1..=calls.len() as u32).collect::<Vec<_>>(), "event {n}");
        for call in calls {
            let exact = u64::from(call.init_micros) + u64::from(call.duration_micros);
            assert_eq!(u64::from(call.billed_ms), exact.div_ceil(1_000).max(1), "event {n}");
            assert!(call.duration_micros <= 1_500_000 && call.log.iter().filter(|line| line.starts_with("REPORT ")).count() == 1);
        }
        n_calls += calls.len() as u64;
        n_retries += calls.len() as u64 - 1;
        let last = &calls[calls.len() - 1].end;
        if n % 5 != 0 {
            assert!(last.is_ok() && !dead.contains_key(id), "event {n}: {last:?}");
            continue;
        }
        assert_eq!((calls.len(), dead[id].attempts), (3, 3), "event {n}");
        match n % 20 {
            0 | 10 => assert!(matches!(last, End::Exited(failure) if failure.message.ends_with("exit status 7")), "{last:?}"),
            5 => assert_eq!(last, &End::TimedOut),
            _ if runner.isolation() == Isolation::ProcessOnly => assert!(!last.is_ok()),
            _ => assert!(matches!(last, End::Error(failure) if failure.message.contains("No space left")), "{last:?}"),
        }
    }
    assert_eq!(dead.len(), 200);
    let counters = runner.counters();
    assert_eq!((counters.calls, counters.events, counters.retries, counters.dead), (n_calls, 1_000, n_retries, 200));
    assert!(n_calls >= 1_400, "800 once and 200 three times, and what the machine was too slow for");
    assert!(counters.most_containers <= 16, "{counters:?}");
}

#[test]
fn the_command_prices_each_call_and_says_what_was_given_up() {
    if function().is_none() {
        return;
    }
    let events = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(events.path(), "{\"c\": 1}\n\n{\"do\": \"fail\"}\n").unwrap();
    let run = |more: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_fleetwatch"));
        command.arg("lambda").arg(python()).arg("--events").arg(events.path()).args([
            "--retry-after-secs",
            "0",
            "--concurrency",
            "1",
        ]);
        command.args(more).output().unwrap()
    };
    let output = run(&["--json"]);
    let lines: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(output.status.code(), Some(1), "one event was given up: {}", String::from_utf8_lossy(&output.stderr));
    let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).collect::<Vec<_>>();
    let (calls, last) = (of("call"), of("final"));
    assert_eq!((calls.len(), of("dead_letter").len(), last.len()), (3, 1, 1));
    assert_eq!((&last[0]["cold_starts"], &last[0]["retries"], &last[0]["dead_letters"]), (&json!(1), &json!(1), &json!(1)));
    for call in &calls {
        // 200,000 picodollars for the request, 0.0000133334 USD a GB-s for 128 MB.
        let compute = (call["billed_ms"].as_i64().unwrap() * 128 * 13_333_400 + 512_000) / 1_024_000;
        assert_eq!(call["list_pico_usd"].as_i64().unwrap(), 200_000 + compute, "{call}");
    }
    let answered = calls.iter().find(|call| call["status"] == "ok").unwrap();
    assert_eq!(answered["answer"]["event"]["c"], 1);

    let text = String::from_utf8(run(&[]).stdout).unwrap();
    assert_eq!(text.lines().filter(|line| line.starts_with("REPORT RequestId: ")).count(), 3, "{text}");
    assert!(
        text.contains("DEAD LETTER RequestId: ") && text.contains("2 events, 3 calls (1 cold, 1 retries), 1 given up"),
        "{text}"
    );
    let refused = run(&["--timeout-secs", "600", "--limits", "2017"]);
    assert!(String::from_utf8(refused.stderr).unwrap().contains("time-out is 600 s, allowed is up to 300 s"));
}
