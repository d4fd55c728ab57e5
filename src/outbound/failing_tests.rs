//! A receiver that fails in every way there is: nothing is lost, and nothing is taken twice.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::timeout;

use super::receiver::{Does, OK, Server, item, next, outcomes, start, tell};
use super::*;
use crate::model::{Origin, Timestamp};

#[tokio::test]
async fn whatever_may_pass_is_tried_again_with_the_same_key() {
    let script = [
        Does::Answers("500 Internal Server Error"),
        Does::Cuts,
        Does::Answers("503 Service Unavailable"),
        Does::Hangs,
        Does::Answers("429 Too Many Requests"),
        Does::Answers("408 Request Timeout"),
    ];
    let (reports, server) = tell(&script).await;
    let mut expected = vec!["retrying"; script.len()];
    expected.push("accepted");
    assert_eq!(outcomes(&reports), expected);
    let requests = server.requests();
    assert_eq!(requests.len(), script.len() + 1);
    for request in &requests {
        assert_eq!(request.header("idempotency-key"), Some("INC-1:opened"));
        assert_eq!(request.body, requests[0].body);
    }
    let reason = |idx: usize| match &reports[idx].outcome {
        DeliveryOutcome::Retrying { reason, .. } => reason.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(0), "the webhook answered 500");
    assert!(reason(1).starts_with("the webhook cannot be reached"), "{}", reason(1));
    assert!(reason(3).starts_with("the webhook did not answer in time"), "{}", reason(3));
    assert!(reports.iter().all(|report| !report.words.contains("secret")), "{reports:?}");
}

#[tokio::test]
async fn what_cannot_pass_is_refused_at_once_with_words_on_what_to_do() {
    for (status, words) in [
        ("400 Bad Request", "does not understand"),
        ("401 Unauthorized", "token or password"),
        ("403 Forbidden", "token or password"),
        ("404 Not Found", "check webhook_url"),
        ("413 Content Too Large", "too long"),
        ("418 I'm a teapot", "ask whoever runs it"),
        ("302 Found\r\nLocation: http://127.0.0.1:1/elsewhere", "new address"),
        ("307 Temporary Redirect\r\nLocation: /elsewhere", "new address"),
    ] {
        let (reports, server) = tell(&[Does::Answers(status)]).await;
        assert_eq!(outcomes(&reports), ["refused"], "{status}");
        let DeliveryOutcome::Refused { reason } = &reports[0].outcome else { unreachable!() };
        assert!(reason.contains(words) && reason.contains(&status[..3]), "{status}: {reason}");
        assert_eq!(server.requests().len(), 1, "{status}: a redirect was followed, or it was tried again");
    }
}

#[tokio::test]
async fn a_dead_endpoint_is_tried_until_it_lives() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let (items, mut told) = start(Some(&url));
    items.send(item(1, "opened", Origin::Device)).await.unwrap();
    for _ in 0..12 {
        let report = next(&mut told).await;
        assert_eq!(outcomes(std::slice::from_ref(&report)), ["retrying"]);
        assert!(!report.last);
    }
    assert!(next(&mut told).await.words.contains("attempt 13 failed"));
}

#[tokio::test]
async fn the_patience_that_a_receiver_asks_for_is_kept() {
    let server = Server::start(&[Does::Answers("429 Too Many Requests\r\nRetry-After: 30")]).await;
    let (items, mut told) = start(Some(&server.url));
    items.send(item(1, "opened", Origin::Device)).await.unwrap();
    let report = next(&mut told).await;
    let DeliveryOutcome::Retrying { at, .. } = report.outcome else { panic!("{report:?}") };
    assert!((29.9..30.1).contains(&at.secs_since(report.at)), "{at:?}");
    // That it waits, and until when, is said of this notice and of every one that comes now: it holds for the channel.
    items.send(item(2, "opened", Origin::Device)).await.unwrap();
    for key in ["INC-1:opened", "INC-2:opened"] {
        let held = next(&mut told).await;
        assert_eq!((held.notice.dedup_key.as_str(), held.last), (key, false));
        let DeliveryOutcome::Waiting { reason, until } = &held.outcome else { panic!("{held:?}") };
        assert_eq!((reason.as_str(), *until), ("the webhook answered 429", at));
        let words = format!("webhook 127.0.0.1: waits until {}, since the webhook answered 429", at.rfc3339());
        assert_eq!(held.words, words);
    }
    drop(items);
    // Closing does not wait for it: the notice lies in the outbox.
    assert!(timeout(Duration::from_secs(20), told.recv()).await.expect("the worker did not end").is_none());
    assert_eq!(server.requests().len(), 1, "the receiver was not left alone");
}

#[tokio::test]
async fn what_waited_for_the_patience_of_its_receiver_is_tried_again_and_that_it_waits_is_said_once() {
    const N: usize = 100;
    // Twice in a row: what was held back the first time is not said anew the second time.
    let server = Server::start(&[Does::Answers("503 Busy\r\nRetry-After: 1"); 2]).await;
    let (items, mut told) = start(Some(&server.url));
    items.send(item(0, "opened", Origin::Device)).await.unwrap();
    let (mut held, mut accepted, mut n_failed) = (std::collections::HashMap::<String, u32>::new(), 0, 0);
    while accepted < N {
        let report = next(&mut told).await;
        match report.outcome {
            DeliveryOutcome::Retrying { .. } => {
                n_failed += 1;
                if n_failed == 1 {
                    for n in 1..N as u32 {
                        items.send(item(n, "opened", Origin::Device)).await.unwrap();
                    }
                }
            }
            DeliveryOutcome::Waiting { .. } => *held.entry(report.notice.dedup_key.clone()).or_default() += 1,
            DeliveryOutcome::Accepted => accepted += 1,
            outcome => panic!("{outcome:?}"),
        }
    }
    assert_eq!((held.len(), n_failed), (N, 2), "held back without a word");
    // Whoever was tried in vain is told of again.
    assert_eq!(held.values().sum::<u32>() as usize, N + 1, "said too often");
    assert_eq!(server.requests().len(), N + n_failed);
}

#[test]
fn patience_is_read_as_seconds_or_as_a_date() {
    let now = Timestamp::from_millis(1_800_000_000_000);
    let check = |value: &'static str, expected: Option<u64>| {
        let headers = [(reqwest::header::RETRY_AFTER, reqwest::header::HeaderValue::from_static(value))].into_iter().collect();
        assert_eq!(webhook::retry_after(&headers, now), expected.map(Duration::from_secs), "{value}");
    };
    check("120", Some(120));
    check("Fri, 15 Jan 2027 08:01:30 GMT", Some(90));
    check("Fri, 15 Jan 2027 07:00:00 GMT", None);
    check("-1", None);
    check("soon", None);
}

#[tokio::test]
async fn of_many_notices_to_a_failing_endpoint_none_is_lost_and_none_is_taken_twice() {
    const N: usize = 200;
    let mut rng = fastrand::Rng::with_seed(7);
    let failures = ["500 Oops", "503 Busy", "429 Slow down"].map(Does::Answers);
    let script: Vec<_> = (0..N).map(|_| if rng.f64() < 0.3 { failures[rng.usize(0..3)] } else { OK }).collect();
    let script: Vec<_> =
        script.into_iter().flat_map(|does| if rng.f64() < 0.05 { vec![Does::Cuts, does] } else { vec![does] }).collect();
    let server = Server::start(&script).await;
    let (items, mut told) = start(Some(&server.url));
    for n in 0..N as u32 {
        items.send(item(n, "opened", Origin::Device)).await.unwrap();
    }
    let mut accepted = Vec::new();
    while accepted.len() < N {
        let report = next(&mut told).await;
        if report.outcome == DeliveryOutcome::Accepted {
            accepted.push(report.notice.dedup_key.clone());
        }
    }
    accepted.sort();
    accepted.dedup();
    assert_eq!(accepted.len(), N);
    let n_failures = script.iter().filter(|does| !matches!(does, Does::Answers("200 OK"))).count();
    assert!(n_failures > 40, "the script is too kind: {n_failures}");
    assert_eq!(server.requests().len(), N + n_failures, "something was sent again after it had been taken");
}

/// Ten minutes of the real pace, told by the number of tries that they hold.
#[tokio::test]
async fn an_endpoint_that_is_gone_for_ten_minutes_hears_of_everything_once_when_it_is_back() {
    const N: usize = 20;
    let (real, mut n_tries, mut secs) = (Pace::default(), 0, 0.0);
    while secs < 600.0 {
        n_tries += 1;
        secs += real.delay(n_tries, 0.0, None).as_secs_f64();
    }
    assert!(n_tries > 20 && real.delay(n_tries, 1.0, None) <= Duration::from_mins(1), "{n_tries}: who is back hears of it soon");
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = gone.local_addr().unwrap();
    drop(gone);
    let (items, mut told) = start(Some(&format!("http://{address}/hook?token=secret")));
    for n in 0..N as u32 {
        items.send(item(n, "opened", Origin::Device)).await.unwrap();
    }
    let mut tries = std::collections::HashMap::<String, u32>::new();
    while tries.len() < N || tries.values().any(|n| *n < n_tries) {
        let report = next(&mut told).await;
        assert!(matches!(&report.outcome, DeliveryOutcome::Retrying { .. }) && !report.words.contains("secret"), "{report:?}");
        *tries.entry(report.notice.dedup_key.clone()).or_default() += 1;
    }
    let server = Server::on(TcpListener::bind(address).await.unwrap(), &[]);
    let mut accepted = std::collections::HashSet::new();
    while accepted.len() < N {
        let report = next(&mut told).await;
        if report.outcome == DeliveryOutcome::Accepted {
            assert!(report.last && accepted.insert(report.notice.dedup_key.clone()));
        }
    }
    assert_eq!(server.requests().len(), N, "something was sent again after it had been taken");
}

#[tokio::test]
async fn an_answer_of_200_with_an_error_inside_is_not_taken_for_told() {
    for said in [
        r#"{"ok":false,"error":"channel_not_found"}"#,
        r#"{"success": false}"#,
        r#"{"status":"Failed"}"#,
        r#"{"errors":[{"message":"quota"}]}"#,
        r#"{"Error":{"code":7}}"#,
    ] {
        let (reports, server) = tell(&[Does::Says(said), OK]).await;
        assert_eq!(outcomes(&reports), ["retrying", "accepted"], "{said}");
        assert!(reports[0].words.contains("with an error inside"), "{}", reports[0].words);
        let requests = server.requests();
        assert_eq!(requests[0].header("idempotency-key"), requests[1].header("idempotency-key"));
    }
    for said in
        ["ok", "", "{", r#"{"ok":true,"error":null,"errors":[]}"#, r#"{"status":"success"}"#, r#"[{"error":1}]"#, r#""error""#]
    {
        let (reports, _) = tell(&[Does::Says(said)]).await;
        assert_eq!(outcomes(&reports), ["accepted"], "{said}");
    }
    let (reports, _) = tell(&[Does::BreaksOff, OK]).await;
    assert_eq!(outcomes(&reports), ["retrying", "accepted"]);
    assert!(reports[0].words.contains("broke off"), "{}", reports[0].words);
}

#[tokio::test]
async fn of_a_thousand_pages_to_a_receiver_that_fails_in_every_way_none_is_never_told_and_none_is_doubled() {
    const N: usize = 1_000;
    let fails = [
        Does::Hangs,
        Does::Answers("429 Too Many Requests"),
        Does::Answers("500 Internal Server Error"),
        Does::Answers("503 Service Unavailable"),
        Does::Cuts,
        Does::BreaksOff,
        Does::Says(r#"{"ok":false,"error":"not delivered"}"#),
    ];
    let mut rng = fastrand::Rng::with_seed(11);
    let mut script: Vec<Does> = fails.to_vec();
    script.extend((0..N).map(|_| match rng.usize(0..100) {
        0 => Does::Hangs,
        1..=30 => fails[rng.usize(1..fails.len())],
        31..=40 => Does::Slow(20),
        _ => OK,
    }));
    let n_failures = script.iter().filter(|does| !matches!(does, Does::Answers("200 OK") | Does::Slow(_))).count();
    assert!(n_failures > 250, "the script is too kind: {n_failures}");
    // Nobody listens at first.
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = gone.local_addr().unwrap();
    drop(gone);
    let (items, mut told) = start(Some(&format!("http://{address}/hook")));
    let mut server = None;
    let (mut n_sent, mut n_refused) = (0, 0);
    let mut accepted = std::collections::HashMap::<String, u32>::new();
    while accepted.len() < N {
        while n_sent < N && n_sent < accepted.len() + 50 {
            items.send(item(n_sent as u32, "opened", Origin::Device)).await.unwrap();
            n_sent += 1;
        }
        let report = next(&mut told).await;
        match report.outcome {
            DeliveryOutcome::Accepted => *accepted.entry(report.notice.dedup_key.clone()).or_default() += 1,
            DeliveryOutcome::Retrying { .. } => n_refused += usize::from(server.is_none()),
            outcome => panic!("given up: {outcome:?}"),
        }
        if server.is_none() && n_refused >= 100 {
            server = Some(Server::on(TcpListener::bind(address).await.unwrap(), &script));
        }
    }
    let doubled = accepted.values().filter(|n| **n > 1).count();
    println!("{n_failures} failures in every way: never told {} of {N}, doubled {doubled} of {N}", N - accepted.len());
    assert_eq!(doubled, 0, "doubled of {N}");
    let requests = server.unwrap().requests();
    // Each failure in its script is one more request, and nothing that was taken was sent again.
    assert_eq!(requests.len(), N + n_failures, "taken twice: of {N}");
    let keys: std::collections::HashSet<_> = requests.iter().map(|request| request.header("idempotency-key").unwrap()).collect();
    assert_eq!(keys.len(), N, "one key a page");
}

/// One way of failing at a time: each page fails first, is said at the desk to have failed, and is then taken.
#[tokio::test]
async fn in_each_way_of_failing_no_page_is_lost_or_doubled_and_every_failure_is_said() {
    const N: usize = 100;
    let ways = [
        ("refused", None, "cannot be reached"),
        ("hang", Some(Does::Hangs), "did not answer in time"),
        ("slower than its time", Some(Does::Slow(5_000)), "did not answer in time"),
        ("429", Some(Does::Answers("429 Too Many Requests")), "answered 429"),
        ("500", Some(Does::Answers("500 Internal Server Error")), "answered 500"),
        ("503", Some(Does::Answers("503 Service Unavailable")), "answered 503"),
        ("cut", Some(Does::Cuts), "cannot be reached"),
        ("broken off", Some(Does::BreaksOff), "broke off"),
        ("200 with an error inside", Some(Does::Says(r#"{"ok":false,"error":"no"}"#)), "with an error inside"),
    ];
    for (way, does, words) in ways {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        // Where it is to refuse, nobody listens at first.
        let mut listening = does.map(|does| Server::on(listener, &[does; N]));
        let (items, mut told) = start(Some(&format!("http://{address}/hook")));
        for n in 0..N as u32 {
            items.send(item(n, "opened", Origin::Device)).await.unwrap();
        }
        let mut accepted = std::collections::HashMap::<String, usize>::new();
        let mut warned = std::collections::HashSet::new();
        let mut n_warnings = 0;
        while accepted.len() < N {
            let report = next(&mut told).await;
            let key = report.notice.dedup_key.clone();
            match report.outcome {
                DeliveryOutcome::Accepted => *accepted.entry(key).or_default() += 1,
                DeliveryOutcome::Retrying { reason, .. } => {
                    assert!(reason.contains(words), "{way}: {reason}");
                    n_warnings += 1;
                    warned.insert(key);
                }
                outcome => panic!("{way}: {outcome:?}"),
            }
            if listening.is_none() && warned.len() == N {
                listening = Some(Server::on(TcpListener::bind(address).await.unwrap(), &[]));
            }
        }
        let requests = listening.unwrap().requests();
        let taken = requests.iter().skip(if does.is_some() { N } else { 0 });
        let keys: std::collections::HashSet<_> = taken.map(|request| request.header("idempotency-key").unwrap()).collect();
        let (never, doubled) = (N - keys.len(), accepted.values().filter(|n| **n > 1).count());
        println!("{way}: never told {never} of {N}, doubled {doubled} of {N}, failures said {n_warnings}");
        assert_eq!((never, doubled), (0, 0), "{way}: never told, doubled, of {N}");
        let n_failed = requests.len().saturating_sub(N);
        assert!(n_warnings >= N && (does.is_none() || n_failed == N), "{way}: {n_warnings} of {n_failed} failures said");
    }
}

#[test]
fn whoever_hangs_is_told_of_within_five_seconds() {
    // The first report of an attempt comes when the attempt is over, and the screen paints what is reported.
    assert!(Pace::default().timeout < Duration::from_millis(4_500));
}
