//! What goes to AWS, against a peer that checks every signature.

use std::time::Duration;

use fleetwatch::aws::{Client, Environment, Error, Message, TopicArn};
use proptest::prelude::*;

use crate::support::aws::{Aws, Fault};
use crate::support::headless::{Desk, eventually, fleetwatch, incidents};
use crate::support::mosquitto::{Mosquitto, client as mosquitto};
use crate::support::peer::{Peer, airbag};

const ARN: &str = "arn:aws:sns:ap-northeast-2:123456789012:crashes";
const MESSAGE: Message<'static> = Message { subject: "s", by_protocol: r#"{"default":"d"}"#, attributes: &[] };

fn publish_with(variables: &[(&str, &str)], message: &Message<'_>) -> Result<String, Error> {
    let topic: TopicArn = ARN.parse().unwrap();
    let client = Client::new(topic.region(), Duration::from_secs(10), Environment::of(variables)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(client.publish(&topic, message))
}

fn publish(peer: &Aws, id: &str, secret: &str, message: &Message<'_>) -> Result<String, Error> {
    let url = peer.url();
    publish_with(&[("AWS_ENDPOINT_URL", &url), ("AWS_ACCESS_KEY_ID", id), ("AWS_SECRET_ACCESS_KEY", secret)], message)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Any message is taken with the right secret and arrives as it was; with another it is refused, and neither text
    /// nor request holds a secret.
    #[test]
    fn a_wrong_secret_is_refused_and_shown_to_nobody(
        secret in "[!-~]{20,40}", wrong in "[!-~]{20,40}", text in "\\PC{0,60}", name in "[a-zA-Z][a-zA-Z0-9_.-]{0,20}", value in "[ -~가-힣]{1,30}",
    ) {
        prop_assume!(secret != wrong);
        let peer = Aws::start("AKIAONE", &secret);
        let by_protocol = serde_json::json!({ "default": text }).to_string();
        let message = Message { subject: "a subject", by_protocol: &by_protocol, attributes: &[(&name, &value)] };
        prop_assert_eq!(publish(&peer, "AKIAONE", &secret, &message).unwrap(), "m-1");
        prop_assert!(!peer.last().contains(&secret));
        let published = peer.published();
        prop_assert_eq!((published[0]["TopicArn"].as_str(), &published[0]["Message"]), (ARN, &by_protocol));
        prop_assert_eq!(&published[0]["MessageAttributes.entry.1.Name"], &name);
        prop_assert_eq!(&published[0]["MessageAttributes.entry.1.Value.StringValue"], &value);

        let error = publish(&peer, "AKIAONE", &wrong, &message).unwrap_err();
        prop_assert!(matches!(&error, Error::Refused { status: 403, code, .. } if code == "SignatureDoesNotMatch"), "{}", error);
        prop_assert!(error.to_string().ends_with("check the secret access key") && !error.to_string().contains(&wrong), "{}", error);
        prop_assert!(error.may_pass() && peer.published().len() == 1);
    }
}

#[test]
fn a_secret_that_a_server_repeats_is_blotted_out() {
    // The peer believes that the secret is ours with one more letter, and says so.
    let peer = Aws::start("AKIAONE", "a secret of ours!");
    let error = publish(&peer, "AKIAONE", "a secret of ours", &MESSAGE).unwrap_err();
    assert!(error.to_string().contains("is it not …!?") && !format!("{error:?}").contains("a secret"), "{error:?}");
}

#[test]
fn a_clock_that_is_an_hour_off_is_corrected_by_that_of_aws() {
    for secs in [3_600, -3_600] {
        let peer = Aws::start("AKIAONE", "secret-secret");
        peer.run_ahead(secs);
        assert_eq!(publish(&peer, "AKIAONE", "secret-secret", &MESSAGE).unwrap(), "m-1");
        assert_eq!((peer.n_refused(), peer.published().len()), (1, 1));
    }
}

#[test]
fn credentials_are_found_where_other_tools_find_them() {
    let dir = tempfile::tempdir().unwrap();
    let (config, keys) = (dir.path().join("config"), dir.path().join("credentials"));
    std::fs::write(
        &config,
        "[default]\n# nothing\n[profile fleet]\nrole_arn = arn:aws:iam::123456789012:role/fleet\nsource_profile = base\n\
         [profile asks]\ncredential_process = echo '{\"Version\":1,\"AccessKeyId\":\"AKIAONE\",\"SecretAccessKey\":\"of-a-file\"}'\n\
         [profile fails]\ncredential_process = echo of-a-file; exit 1\n",
    )
    .unwrap();
    std::fs::write(&keys, "[base]\naws_access_key_id = AKIAONE\naws_secret_access_key = of-a-file\n").unwrap();
    let peer = Aws::start("AKIAONE", "of-a-file");
    let with = |profile: &str| {
        let (url, config, keys) = (peer.url(), config.to_str().unwrap(), keys.to_str().unwrap());
        let files = [("AWS_CONFIG_FILE", config), ("AWS_SHARED_CREDENTIALS_FILE", keys), ("AWS_PROFILE", profile)];
        publish_with(&[&[("AWS_ENDPOINT_URL", url.as_str())][..], &files[..]].concat(), &MESSAGE)
    };
    for (profile, signed_by) in [("base", "AKIAONE/"), ("asks", "AKIAONE/"), ("fleet", "ASIAROLE/")] {
        with(profile).unwrap();
        assert!(peer.last().contains(signed_by), "{profile}: {}", peer.last());
    }
    assert!(peer.last().contains("token of the role"), "the role's session token goes along");
    for (profile, words) in [("default", "AWS_ACCESS_KEY_ID"), ("nobody", "\"nobody\""), ("fails", "credential_process failed")] {
        let error = with(profile).unwrap_err();
        assert!(matches!(error, Error::NoCredentials(_)) && error.may_pass(), "{error}");
        assert!(error.to_string().contains(words) && !error.to_string().contains("of-a-file"), "{error}");
    }
}

#[test]
fn what_aws_refuses_is_said_with_what_to_do() {
    let peer = Aws::start("AKIAONE", "secret-secret");
    for (status, code, may_pass, words) in [
        (403, "AuthorizationError", true, "permission"),
        (403, "ExpiredToken", true, "sign in again"),
        (404, "NotFound", false, "the region"),
        (400, "InvalidParameter", false, "400 InvalidParameter"),
        (400, "Throttling", true, "400 Throttling"),
        (429, "TooManyRequests", true, "429"),
        (503, "ServiceUnavailable", true, "503"),
    ] {
        peer.refuse(Some((status, code)));
        let error = publish(&peer, "AKIAONE", "secret-secret", &MESSAGE).unwrap_err();
        assert_eq!(error.may_pass(), may_pass, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    peer.refuse(None);
    for (fault, words) in [(Fault::Cut, "sns cannot be reached"), (Fault::Closed, "no connection")] {
        peer.hurt(Some(fault));
        let error = publish(&peer, "AKIAONE", "secret-secret", &MESSAGE).unwrap_err();
        assert!(error.may_pass() && error.to_string().contains(words), "{error}");
    }
    let open =
        [("AWS_ENDPOINT_URL", "http://me:pass@sns.example.org"), ("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")];
    let error = publish_with(&open, &MESSAGE).unwrap_err();
    assert!(matches!(&error, Error::Endpoint(_)) && !error.to_string().contains("pass"), "{error}");
}

#[test]
fn only_a_standard_topic_is_a_topic() {
    let topic: TopicArn = ARN.parse().unwrap();
    assert_eq!((topic.region(), topic.name(), topic.to_string().as_str()), ("ap-northeast-2", "crashes", ARN));
    for wrong in [
        "",
        "crashes",
        "arn:aws:sns:ap-northeast-2:123456789012",
        "arn:aws:sqs:ap-northeast-2:123456789012:crashes",
        "arn:aws-cn:sns:cn-north-1:123456789012:crashes",
        "arn:aws:sns:evil.example.org/:123456789012:crashes",
        "arn:aws:sns:ap-northeast-2:12:crashes",
        "arn:aws:sns:ap-northeast-2:123456789012:crashes.fifo",
        "arn:aws:sns:ap-northeast-2:123456789012:",
    ] {
        wrong.parse::<TopicArn>().unwrap_err();
    }
}

/// The whole line: a real crash reaches the topic, whatever AWS said at first; a drill never does.
#[test]
fn a_crash_is_published_and_a_drill_is_not() {
    const SECRET: &str = "a-secret-that-nobody-may-see";
    let broker = Mosquitto::start();
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let peer = Aws::start("AKIAONE", SECRET);
    let settings = dir.path().join("settings.toml");
    std::fs::write(&settings, format!("[outbound]\nsns_topic_arn = \"{ARN}\"\n")).unwrap();
    let url = peer.url();
    let environment =
        [("AWS_ENDPOINT_URL_SNS", url.as_str()), ("AWS_ACCESS_KEY_ID", "AKIAONE"), ("AWS_SECRET_ACCESS_KEY", SECRET)];
    let desk = Desk::connected_in(&data, &broker, &["--settings", settings.to_str().unwrap()], &environment);
    let mut device = Peer::connect(broker.port, &["fleet/+/ack", "drill/fleet/+/ack"]);

    peer.refuse(Some((403, "AuthorizationError")));
    let port = broker.port.to_string();
    let drill = mosquitto("mosquitto_pub")
        .args(["-h", "127.0.0.1", "-p", &port, "-q", "1", "-t", "drill/fleet/van-7/crash", "-m"])
        .arg(airbag("e-1"))
        .status()
        .unwrap();
    assert!(drill.success());
    device.send("fleet/van-7/crash", airbag("e-1"));
    device.wait_for("/ack", 2, 60);
    eventually("a refusal is tried again", 60, || peer.n_refused() > 1);
    peer.refuse(None);
    eventually("the crash is published", 60, || !peer.published().is_empty());
    eventually("the drill says whom it would have told", 30, || {
        incidents(&data)
            .iter()
            .any(|row| row["origin"] == "drill" && row.to_string().contains("would have told SNS topic crashes"))
    });
    let stderr = desk.stderr();
    desk.stop();

    let published = peer.published();
    let [form] = published.as_slice() else { panic!("{published:?}") };
    let by_protocol: serde_json::Value = serde_json::from_str(&form["Message"]).unwrap();
    let body: serde_json::Value = serde_json::from_str(by_protocol["default"].as_str().unwrap()).unwrap();
    assert_eq!((&body["device"], &body["source"]), (&"van-7".into(), &"fleetwatch".into()));
    assert!(body["dedup_key"].as_str().unwrap().starts_with("INC-"), "{body}");
    assert_eq!(
        (&form["MessageStructure"], &form["MessageAttributes.entry.1.Name"]),
        (&"json".to_owned(), &"severity".to_owned())
    );
    assert_eq!(form["MessageAttributes.entry.1.Value.StringValue"], body["severity"].as_str().unwrap());
    assert!(by_protocol["email"].as_str().unwrap().contains("van-7"), "{by_protocol}");
    let said = format!("{stderr}{:?}", incidents(&data));
    assert!(said.contains("SNS topic crashes") && !said.contains(SECRET), "{said}");
}

/// Sets a fault.
type Sets<'a> = &'a dyn Fn(&Aws);

/// Each crash meets with another fault, and is published once that is over.
#[test]
fn whatever_aws_does_no_crash_is_lost_and_no_secret_is_shown() {
    const SECRET: &str = "a-secret-that-nobody-may-see";
    let broker = Mosquitto::start();
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let peer = Aws::start("AKIAONE", SECRET);
    let settings = dir.path().join("settings.toml");
    std::fs::write(&settings, format!("[outbound]\nsns_topic_arn = \"{ARN}\"\n")).unwrap();
    let url = peer.url();
    let environment = [("AWS_ENDPOINT_URL", url.as_str()), ("AWS_ACCESS_KEY_ID", "AKIAONE"), ("AWS_SECRET_ACCESS_KEY", SECRET)];
    let desk = Desk::connected_in(&data, &broker, &["--settings", settings.to_str().unwrap()], &environment);
    let mut device = Peer::connect(broker.port, &["fleet/+/ack"]);
    let refused = |status, code| move |peer: &Aws| peer.refuse(Some((status, code)));
    let hurt = |fault| move |peer: &Aws| peer.hurt(Some(fault));
    let faults: [(&str, Sets<'_>); 9] = [
        ("a missing permission", &refused(403, "AuthorizationError")),
        ("too much at once", &refused(429, "TooManyRequests")),
        ("an error of its own", &refused(500, "InternalError")),
        ("not there for now", &refused(503, "ServiceUnavailable")),
        ("credentials that ended", &refused(403, "ExpiredToken")),
        ("a clock that is an hour off", &|peer| peer.run_ahead(3_600)),
        ("no answer", &hurt(Fault::Hang)),
        ("a connection that is closed", &hurt(Fault::Closed)),
        ("an answer that ends in its middle", &hurt(Fault::Cut)),
    ];
    let published = |vehicle: usize| -> Vec<String> {
        let forms = peer.published().into_iter().map(|form| form["Message"].clone());
        forms.filter(|message| message.contains(&format!("van-{vehicle}\\"))).collect()
    };
    for (n, (what, set)) in faults.iter().enumerate() {
        let n_met = || peer.n_refused() + peer.n_hurt();
        let before = n_met();
        set(&peer);
        device.send(&format!("fleet/van-{n}/crash"), airbag(&format!("e-{n}")));
        eventually(what, 60, || n_met() > before);
        peer.refuse(None);
        peer.hurt(None);
        eventually(what, 60, || !published(n).is_empty());
    }
    device.wait_for("/ack", faults.len(), 60);
    eventually("every delivery is on its incident", 60, || {
        let seen = incidents(&data);
        seen.len() == faults.len() && seen.iter().all(|row| row.to_string().contains("accepted"))
    });
    let stderr = desk.stderr();
    desk.stop();
    for (n, (what, _)) in faults.iter().enumerate() {
        let keys: std::collections::BTreeSet<_> =
            published(n).iter().map(|message| message.split("dedup_key").nth(1).map(str::to_owned)).collect();
        // What was taken and not heard of is sent again under the same key; nothing else is.
        assert!(keys.len() == 1 && (published(n).len() == 1 || *what == faults[8].0), "{what}: {:?}", published(n));
    }
    let said = format!("{stderr}{:?}", incidents(&data));
    assert!(said.contains("sign in again") && said.contains("no answer in time") && !said.contains(SECRET), "{said}");
}

/// Credentials that end are asked for anew, once.
#[test]
fn credentials_that_ended_are_asked_for_anew() {
    let dir = tempfile::tempdir().unwrap();
    let (config, asked) = (dir.path().join("config"), dir.path().join("asked"));
    let keys = r#"{"Version":1,"AccessKeyId":"AKIAONE","SecretAccessKey":"of-a-file","Expiration":"2999-01-01T00:00:00Z"}"#;
    let script = dir.path().join("script");
    std::fs::write(&script, format!("echo x >> {}; echo '{keys}'\n", asked.display())).unwrap();
    std::fs::write(&config, format!("[default]\ncredential_process = sh {}\n", script.display())).unwrap();
    let peer = Aws::start("AKIAONE", "of-a-file");
    peer.fail_with("sns", 1, 403, "ExpiredToken");
    let url = peer.url();
    let with = [("AWS_ENDPOINT_URL", url.as_str()), ("AWS_CONFIG_FILE", config.to_str().unwrap())];
    assert_eq!(publish_with(&with, &MESSAGE).unwrap(), "m-1");
    assert_eq!((peer.n_refused(), std::fs::read_to_string(&asked).unwrap().lines().count()), (1, 2));
    peer.fail_with("sns", 9, 403, "ExpiredToken");
    assert!(publish_with(&with, &MESSAGE).unwrap_err().to_string().contains("sign in again"));
    assert_eq!(peer.n_refused(), 3, "it does not go on for ever");
}

#[test]
fn a_topic_that_is_none_is_said_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let settings = dir.path().join("settings.toml");
    std::fs::write(&settings, "[outbound]\nsns_topic_arn = \"crashes\"\n").unwrap();
    let data = dir.path().join("data");
    let args = ["--headless", "--data-dir", data.to_str().unwrap(), "--settings", settings.to_str().unwrap()];
    let output = fleetwatch(&args).output().unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && words.contains("sns_topic_arn in [outbound]"), "{words}");
}
