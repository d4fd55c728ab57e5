use std::time::Duration;

use proptest::prelude::*;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::receiver::{Does, Server, item, next, outcomes, pace, start, tell};
use super::*;
use crate::model::{Origin, Severity};

#[tokio::test]
async fn a_notice_is_posted_once_and_taken() {
    let (reports, server) = tell(&[Does::Answers("202 Accepted")]).await;
    assert_eq!(outcomes(&reports), ["accepted"]);
    assert_eq!(reports[0].words, "webhook 127.0.0.1: accepted");
    let requests = server.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(request.first_line, "POST /hook?token=secret HTTP/1.1");
    assert_eq!(request.header("idempotency-key"), Some("INC-1:opened"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    let expected = serde_json::json!({
        "dedup_key": "INC-1:opened", "incident": "INC-1", "device": "van-7", "severity": "critical",
        "title": "Crash, van-7, 34 km/h", "text": "Hit from the front <b>& so on</b>", "at": "2027-01-15T08:00:00.000Z",
        "source": "fleetwatch",
    });
    assert_eq!(request.body, expected);
}

#[tokio::test]
async fn https_against_a_server_without_it_is_a_failure_and_no_panic() {
    let server = Server::start(&[]).await;
    let (items, mut told) = start(Some(&server.url.replace("http://", "https://")));
    items.send(item(1, "opened", Origin::Device)).await.unwrap();
    let report = next(&mut told).await;
    assert_eq!(outcomes(std::slice::from_ref(&report)), ["retrying"]);
    assert!(report.words.contains("cannot be reached") && !report.words.contains("secret"), "{}", report.words);
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_later_notice_of_an_incident_never_overtakes_an_earlier_one() {
    let script = [Does::Answers("500 Internal Server Error"); 5];
    let server = Server::start(&script).await;
    let (items, mut told) = start(Some(&server.url));
    for what in ["opened", "worse", "resolved"] {
        items.send(item(1, what, Origin::Device)).await.unwrap();
    }
    let mut accepted = Vec::new();
    while accepted.len() < 3 {
        let report = next(&mut told).await;
        if report.last {
            accepted.push(report.notice.dedup_key.clone());
        }
    }
    assert_eq!(accepted, ["INC-1:opened", "INC-1:worse", "INC-1:resolved"]);
    let keys: Vec<_> = server.requests().iter().map(|request| request.body["dedup_key"].as_str().unwrap().to_owned()).collect();
    let mut in_order = keys.clone();
    in_order.sort_by_key(|key| accepted.iter().position(|accepted| accepted == key));
    assert_eq!(keys, in_order);
}

#[tokio::test]
async fn a_notice_that_hangs_does_not_hold_up_another_incident() {
    let server = Server::start(&[Does::Hangs]).await;
    let (items, mut told) = start(Some(&server.url));
    items.send(item(1, "opened", Origin::Device)).await.unwrap();
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    items.send(item(2, "opened", Origin::Device)).await.unwrap();
    let first = next(&mut told).await;
    assert_eq!((first.notice.dedup_key.as_str(), outcomes(std::slice::from_ref(&first))[0]), ("INC-2:opened", "accepted"));
}

#[tokio::test]
async fn a_drill_or_sample_never_produces_a_request() {
    let server = Server::start(&[]).await;
    let (items, mut told) = start(Some(&server.url));
    for (n, origin) in [(1, Origin::Drill), (2, Origin::Sample)] {
        items.send(item(n, "opened", origin)).await.unwrap();
        let report = next(&mut told).await;
        assert_eq!((&report.outcome, report.last), (&DeliveryOutcome::WouldHave, true));
        assert_eq!(report.words, "would have told webhook 127.0.0.1: Crash, van-7, 34 km/h");
    }
    // The next real one is the first that the server sees.
    items.send(item(3, "opened", Origin::Device)).await.unwrap();
    assert_eq!(next(&mut told).await.outcome, DeliveryOutcome::Accepted);
    assert_eq!(server.requests().len(), 1);
    assert_eq!(server.requests()[0].body["incident"], "INC-3");
    for origin in [Origin::Drill, Origin::Sample] {
        RealNotice::try_from(item(1, "opened", origin).notice).unwrap_err();
    }
}

#[tokio::test]
async fn without_a_channel_it_says_that_nobody_was_told() {
    let (items, mut told) = start(None);
    items.send(item(1, "opened", Origin::Device)).await.unwrap();
    let report = next(&mut told).await;
    assert_eq!((&*report.channel, outcomes(std::slice::from_ref(&report))[0], report.last), ("nobody", "refused", true));
    assert!(report.words.contains("set webhook_url"), "{}", report.words);
}

#[tokio::test]
async fn a_channel_that_took_it_before_the_restart_is_not_asked_again() {
    let server = Server::start(&[]).await;
    let (items, mut told) = start(Some(&server.url));
    let settled = OutboxItem { settled: vec!["webhook".to_owned()], ..item(1, "opened", Origin::Device) };
    items.send(settled).await.unwrap();
    assert!(next(&mut told).await.last);
    items.send(item(2, "opened", Origin::Device)).await.unwrap();
    assert_eq!(next(&mut told).await.outcome, DeliveryOutcome::Accepted);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn closing_ends_the_worker_after_one_try_each() {
    let server = Server::start(&[Does::Answers("500 Internal Server Error"); 100]).await;
    let (items, mut told) = start(Some(&server.url));
    for n in 0..20 {
        items.send(item(n, "opened", Origin::Device)).await.unwrap();
    }
    drop(items);
    let mut tried = std::collections::BTreeSet::new();
    while let Some(report) = timeout(Duration::from_secs(20), told.recv()).await.expect("the worker did not end") {
        tried.insert(report.notice.dedup_key.clone());
    }
    assert_eq!(tried.len(), 20);
}

#[test]
fn an_address_that_lets_others_read_along_is_refused_with_the_reason() {
    let check = |url: &str| Outbound::new(&Settings { webhook_url: Some(url.to_owned()), desktop: false, ..Settings::default() });
    for url in ["https://hooks.example.org/x", "http://127.0.0.1:8080/", "http://localhost/", "http://[::1]:9/"] {
        assert!(check(url).is_ok(), "{url}");
    }
    for url in ["http://hooks.example.org/", "http://192.168.0.7/", "http://localhost.example.org/", "ftp://127.0.0.1/"] {
        let words = check(url).unwrap_err().to_string();
        assert!(words.contains("https://"), "{url}: {words}");
    }
    assert!(check("hooks.example.org").unwrap_err().to_string().contains("webhook_url"));
    let settings: Settings = toml::from_str("webhook_url = 'https://a.example'").unwrap();
    assert!(settings.desktop);
    toml::from_str::<Settings>("webhok_url = ''").unwrap_err();
}

#[cfg(feature = "desk")]
#[tokio::test]
async fn a_desktop_without_a_notification_service_is_a_report_and_no_error() {
    // Whether this machine has such a service is not ours to say: either way there is one final report.
    if std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some() {
        return;
    }
    let real = RealNotice::try_from(item(1, "opened", Origin::Device).notice).unwrap();
    let attempt = desktop::show(real).await;
    let worker::Attempt::Refused { reason } = attempt else { panic!("{attempt:?}") };
    assert!(reason.contains("desktop = false"), "{reason}");
}

proptest! {
    /// The wait grows, is never more than its cap unless the receiver asked for it, and is never nothing.
    #[test]
    fn waits_are_within_their_bounds(n_failures in 1_u32..200, chance in 0.0..1.0_f64, asked in prop::option::of(0_u64..100_000)) {
        let pace = Pace::default();
        let asked = asked.map(Duration::from_secs);
        let delay = pace.delay(n_failures, chance, asked);
        let patience = asked.unwrap_or_default().min(Duration::from_mins(10));
        prop_assert!(delay >= pace.first / 2 && delay >= patience);
        prop_assert!(delay <= pace.cap.max(patience));
        if n_failures > 9 {
            prop_assert!(delay >= pace.cap / 2);
        }
    }
}

#[tokio::test]
async fn a_message_is_signed_so_that_its_receiver_can_check_it() {
    let server = Server::start(&[Does::Answers("200 OK")]).await;
    let secret = Some(crate::model::Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
    let settings =
        Settings { webhook_url: Some(server.url.clone()), webhook_secret: secret, desktop: false, ..Settings::default() };
    let outbound = Outbound::with_pace(&settings, pace()).unwrap();
    let (items, taken) = mpsc::channel(1);
    let (reports, mut told) = mpsc::channel(10);
    tokio::spawn(outbound.run(taken, Arc::new(move |told| reports.try_send(told).unwrap())));
    items.send(item(1, "opened", Origin::Device)).await.unwrap();
    assert_eq!(next(&mut told).await.outcome, DeliveryOutcome::Accepted);
    let requests = server.requests();
    let header = |name: &str| requests[0].header(name).unwrap().to_owned();
    assert_eq!(header("webhook-id"), "INC-1:opened");
    let secs: i64 = header("webhook-timestamp").parse().unwrap();
    assert!((Clock.now().millis() / 1_000 - secs).abs() < 60);
    let key = sign::key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    assert_eq!(header("webhook-signature"), sign::signature(&key, "INC-1:opened", secs, &requests[0].raw));
    assert!(!format!("{settings:?}").contains("MfKQ"), "the secret is in a log");
}

#[test]
fn an_address_inside_is_refused_unless_it_is_meant() {
    let check = |url: &str, private: bool| {
        let settings =
            Settings { webhook_url: Some(url.to_owned()), webhook_private: private, desktop: false, ..Settings::default() };
        Outbound::new(&settings).map(drop).map_err(|error| error.to_string())
    };
    for (url, closed, open) in [
        ("https://10.1.2.3/hook", false, true),
        ("https://[fc00::1]/hook", false, true),
        ("https://169.254.169.254/latest/meta-data", false, false),
        ("https://[::ffff:169.254.169.254]/", false, false),
        ("https://0.0.0.0/", false, false),
        // Other ways to write the same numbers.
        ("https://2852039166/", false, false),
        ("https://0xa9fea9fe/", false, false),
        ("https://93.184.216.34/hook", true, true),
    ] {
        assert_eq!((check(url, false).is_ok(), check(url, true).is_ok()), (closed, open), "{url}");
    }
    assert!(check("https://10.1.2.3/", false).unwrap_err().contains("webhook_private = true"));
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_connected_to() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://localhost:{}/", listener.local_addr().unwrap().port());
    // As for a name of somebody else that was turned to this machine after the settings were read.
    let guard = guard::Guard { private_allowed: false };
    let client = https::guarded_client(Duration::from_secs(5), true, guard).unwrap();
    let why = https::causes(client.post(&url).send().await.unwrap_err());
    assert!(why.contains("private network") && why.contains("webhook_private"), "{why}");
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "it was connected to");
}

fn routed(url: &str) -> Settings {
    let (to, vehicles) = (vec!["webhook".to_owned()], vec!["VAN-*".to_owned()]);
    let route = Route { to, from: Severity::High, vehicles, groups: Vec::new() };
    Settings { webhook_url: Some(url.to_owned()), desktop: true, route: vec![route], ..Settings::default() }
}

fn run(settings: &Settings) -> (mpsc::Sender<OutboxItem>, mpsc::Receiver<Told>) {
    let outbound = Outbound::with_pace(settings, pace()).unwrap();
    let (items, taken) = mpsc::channel(100);
    let (reports, told) = mpsc::channel(10_000);
    tokio::spawn(outbound.run(taken, Arc::new(move |told| reports.try_send(told).unwrap())));
    (items, told)
}

#[tokio::test]
async fn a_route_tells_its_channel_alone_and_a_drill_says_so() {
    let server = Server::start(&[]).await;
    let (items, mut told) = run(&routed(&server.url));
    items.send(item(1, "opened", Origin::Device)).await.unwrap();
    let report = next(&mut told).await;
    assert_eq!((&*report.channel, outcomes(std::slice::from_ref(&report))[0], report.last), ("webhook", "accepted", true));
    items.send(item(2, "opened", Origin::Drill)).await.unwrap();
    let drill = next(&mut told).await;
    assert_eq!(drill.words, "would have told webhook 127.0.0.1: Crash, van-7, 34 km/h");
}

#[cfg(feature = "desk")]
#[tokio::test]
async fn what_the_channel_of_a_route_refuses_goes_to_all_others() {
    let server = Server::start(&[Does::Answers("410 Gone")]).await;
    let (items, mut told) = run(&routed(&server.url));
    items.send(item(1, "opened", Origin::Device)).await.unwrap();
    let refused = next(&mut told).await;
    assert_eq!((&*refused.channel, outcomes(std::slice::from_ref(&refused))[0], refused.last), ("webhook", "refused", false));
    assert_eq!(&*next(&mut told).await.channel, "desktop");
}

#[test]
fn a_route_to_nobody_does_not_start() {
    let mut settings = routed("https://hooks.example.org");
    settings.route[0].to = vec!["pager".to_owned()];
    let error = Outbound::new(&settings).unwrap_err().to_string();
    assert_eq!(error, "[[outbound.route]] number 1: `to` names \"pager\"; there are webhook, email, sns, desktop");
}
