//! Functions on AWS as a look would find them.

use std::sync::Arc;

use fleetwatch::model::stack::{Deployed, Hour, RemoteCall, SetUp};
use fleetwatch::model::{ActualDay, Actuals, PicoUsd, StackLook};

use super::snapshots::{NOW, ago};

fn call(n: u32) -> RemoteCall {
    RemoteCall {
        request_id: format!("8f507cfc-0000-4697-b07a-{n:012}").into(),
        at: ago(9 + 37 * i64::from(n)),
        duration_micros: 41_160 + 7_300 * (n % 5),
        billed_ms: 42 + 7 * u64::from(n % 5),
        memory_mb: 256,
        max_memory_mb: if n.is_multiple_of(3) { 0 } else { 61 },
        init_micros: if n.is_multiple_of(11) { 184_600 } else { 0 },
        failed: (n == 4).then(|| "error, Runtime.ExitError".into()),
        price: Some(PicoUsd(375_000)),
    }
}

fn deployed(name: &str, memory_mb: u32) -> Deployed {
    let minutes: Vec<Option<u32>> = (0..60).map(|n| (n % 7 != 3 && n < 58).then_some(n * 31 % 17)).collect();
    Deployed {
        name: name.into(),
        configuration: Ok(SetUp {
            memory_mb,
            timeout_secs: 60,
            arch: "arm64".into(),
            runtime: "provided.al2023".into(),
            package_bytes: 3_680_373,
            state: "Active".into(),
            modified_at: "2026-03-12T08:00:00.000+0000".into(),
            function: name.trim_start_matches("fleetwatch-").replace('-', "_").into(),
            bucket: "fleetwatch-bucket".into(),
            drills: true,
        }),
        hour: Ok(Hour {
            from: ago(3_600),
            n_calls: Some(minutes.iter().flatten().map(|n| u64::from(*n)).sum()),
            minutes,
            n_failed: Some(1),
            n_throttled: None,
            p50_micros: Some(41_000),
            p95_micros: Some(77_000),
            p99_micros: Some(231_000),
            list_price: Some(PicoUsd(187_000_000)),
            short: false,
        }),
        calls: Ok((0..40).map(call).collect()),
    }
}

/// Three functions that are well, but for one call.
pub(crate) fn stack() -> Arc<StackLook> {
    let names = [("fleetwatch-judge-crash", 256), ("fleetwatch-preprocess-driving", 256), ("fleetwatch-route-temperature", 128)];
    Arc::new(StackLook {
        region: "ap-northeast-2".into(),
        at: NOW.plus_secs(-12),
        every_secs: 300,
        functions: names.map(|(name, memory_mb)| deployed(name, memory_mb)).into(),
        n_metrics: 21,
        price: Some(PicoUsd(210_000_000)),
    })
}

/// The same, of which hardly anything can be read.
pub(crate) fn broken_stack() -> Arc<StackLook> {
    let mut look = StackLook::clone(&stack());
    let words = "AWS cloudwatch answered 403 AccessDenied: not authorized to perform cloudwatch:GetMetricData; give the role or user this permission";
    for function in &mut look.functions {
        function.hour = Err(words.to_owned());
    }
    look.functions[0].configuration = Err("AWS lambda cannot be reached: no answer in time".to_owned());
    look.functions[0].calls = Err("AWS logs cannot be reached: no answer in time".to_owned());
    look.price = None;
    Arc::new(look)
}

/// The month by AWS, of which it has left out a day.
pub(crate) fn actuals() -> Arc<Actuals> {
    let day = |n: i64| ActualDay {
        actual: (n != 7).then_some(PicoUsd(1_240_000_000_000 + n * 31_000_000_000)),
        lambda: (n != 7).then_some(PicoUsd(410_300_000_000 + n * 1_700_000_000)),
        estimated: n > 15,
        calls: (n != 3).then_some(1_904_211),
        list: (n != 3).then_some(PicoUsd(418_112_640_000)),
        due: (n != 3).then_some(PicoUsd(401_112_640_000)),
    };
    let services = [("AWS IoT", 14_100_000_000_000), ("AWS Lambda", 7_212_000_000_000), ("AmazonCloudWatch", 2_013_000)];
    Arc::new(Actuals {
        month: "2026-03".into(),
        at: NOW.plus_secs(-9_000),
        asked_at: NOW.plus_secs(-9_000),
        every_h: 8,
        days: (1..=18).map(day).collect(),
        services: services.map(|(name, pico)| (name.into(), PicoUsd(pico))).into(),
        n_requests: 52,
        price_each: Some(PicoUsd(10_000_000_000)),
        problem: None,
        no_estimate: None,
    })
}

/// The same where AWS does not say.
pub(crate) fn unanswered() -> Arc<Actuals> {
    let words = "AWS cost explorer answered 403 AccessDeniedException: not authorized to perform ce:GetCostAndUsage; give the role or user this permission";
    let mut asked = Actuals::clone(&actuals());
    (asked.problem, asked.no_estimate) = (Some(words.to_owned()), Some("no functions are named".to_owned()));
    Arc::new(asked)
}
