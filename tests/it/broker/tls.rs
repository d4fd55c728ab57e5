//! TLS, client certificates and web sockets against mosquitto, with certificates made on the spot.

use std::process::Command;

use fleetwatch::broker::{self, Settings};
use fleetwatch::model::Lane;

use super::{Collector, DEVICE, connect, settings};
use crate::support::mosquitto::{self, Mosquitto};

#[test]
fn an_unknown_host_and_a_plain_address_for_a_tls_port_have_words() {
    let (client, seen) = connect(&settings("mqtt://no-such-host.invalid"), Lane::Crash, DEVICE);
    assert!(seen.down().reason.contains("host name no-such-host.invalid is not known"), "{}", seen.down().reason);
    client.stop();

    let broker = tls_broker("", &Authority::new("leaf"));
    let (client, seen) = connect(&settings(&broker.url()), Lane::Crash, DEVICE);
    assert!(seen.down().reason.contains("mqtts://"), "{}", seen.down().reason);
    client.stop();

    let plain = Mosquitto::start();
    let ca = Authority::new("leaf");
    let settings = Settings { ca_file: Some(ca.path("ca.pem")), ..settings(&plain.url().replace("mqtt://", "mqtts://")) };
    let (client, seen) = connect(&settings, Lane::Crash, DEVICE);
    assert!(seen.down().reason.contains("TLS"), "{}", seen.down().reason);
    assert!(!plain.log().contains("it-desk"), "it never falls back to plain text");
    client.stop();
}

/// A throw-away certificate authority, made by the openssl command.
pub(crate) struct Authority(tempfile::TempDir);

impl Authority {
    /// Makes `ca.pem`, and `leaf.pem` for 127.0.0.1.
    pub(crate) fn new(leaf: &str) -> Self {
        let authority = Self(tempfile::TempDir::new().unwrap());
        authority.openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=it-ca -keyout ca.key -out ca.pem",
        );
        authority.sign(leaf, "subjectAltName=IP:127.0.0.1", "30");
        authority
    }

    pub(crate) fn sign(&self, name: &str, extension: &str, days: &str) {
        std::fs::write(self.path("ext"), extension).unwrap();
        self.openssl(&format!(
            "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={name} -keyout {name}.key -out {name}.csr"
        ));
        self.openssl(&format!(
            "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days {days} -extfile ext -out {name}.pem"
        ));
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    #[track_caller]
    fn openssl(&self, arguments: &str) {
        let output = Command::new("openssl").args(arguments.split(' ')).current_dir(self.0.path()).output();
        let output = output.expect("openssl is not installed: install the Debian package openssl");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A broker whose certificate is `ca`'s leaf. `extra` comes before the TLS lines, which belong to the last listener.
#[track_caller]
fn tls_broker(extra: &str, ca: &Authority) -> Mosquitto {
    tls_broker_with(extra, ca, "leaf")
}

#[track_caller]
fn tls_broker_with(extra: &str, ca: &Authority, leaf: &str) -> Mosquitto {
    let lines =
        format!("allow_anonymous true\n{extra}\ncafile {{dir}}/ca.pem\ncertfile {{dir}}/cert.pem\nkeyfile {{dir}}/key.pem");
    Mosquitto::start_with(&lines, |dir| {
        for (to, from) in [("ca.pem", "ca.pem"), ("cert.pem", &format!("{leaf}.pem")), ("key.pem", &format!("{leaf}.key"))] {
            std::fs::copy(ca.path(from), dir.join(to)).unwrap();
        }
    })
}

#[track_caller]
fn refused(settings: &Settings, words: &str) {
    let (client, seen) = connect(settings, Lane::Crash, DEVICE);
    let down = seen.down();
    assert!(down.reason.contains(words), "wanted {words:?}: {down:?}");
    client.stop();
    assert!(seen.0.0.lock().unwrap().links.iter().all(|status| status.n_connects == 0));
}

#[test]
fn tls_is_checked_and_never_relaxed() {
    let ca = Authority::new("leaf");
    let broker = tls_broker("", &ca);
    let url = broker.url().replace("mqtt://", "mqtts://");
    let trusting = |url: &str| Settings { ca_file: Some(ca.path("ca.pem")), ..settings(url) };

    let (client, seen) = connect(&trusting(&url), Lane::Crash, DEVICE);
    seen.up();
    client.stop();

    // The authorities of the system, and one of the same name with another key.
    refused(&settings(&url), "authority that this desk does not know");
    let stranger = Authority::new("leaf");
    refused(&Settings { ca_file: Some(stranger.path("ca.pem")), ..settings(&url) }, "authority that this desk does not know");
    refused(&trusting(&url.replace("127.0.0.1", "localhost")), "for another host than localhost");

    ca.sign("expired", "subjectAltName=IP:127.0.0.1", "-1");
    let expired = tls_broker_with("", &ca, "expired");
    refused(&trusting(&expired.url().replace("mqtt://", "mqtts://")), "expired");
}

#[test]
fn a_broker_that_wants_a_certificate_gets_one_or_is_explained() {
    let ca = Authority::new("leaf");
    let broker = tls_broker("require_certificate true", &ca);
    let without = Settings { ca_file: Some(ca.path("ca.pem")), ..settings(&broker.url().replace("mqtt://", "mqtts://")) };
    refused(&without, "client certificate");
    ca.sign("desk", "basicConstraints=CA:FALSE", "30");
    let with = Settings { client_cert_file: Some(ca.path("desk.pem")), client_key_file: Some(ca.path("desk.key")), ..without };
    let (client, seen) = connect(&with, Lane::Crash, DEVICE);
    seen.up();
    client.stop();
}

#[test]
fn web_sockets_work_plain_and_encrypted() {
    // This mosquitto starts with a web socket only where it has an ordinary listener too.
    let listener = |port| format!("allow_anonymous true\nlistener {port} 127.0.0.1\nprotocol websockets");
    let port = mosquitto::free_port();
    let plain = Mosquitto::start_with(&listener(port), |_| {});
    let (client, seen) = connect(&settings(&format!("ws://127.0.0.1:{port}")), Lane::Crash, DEVICE);
    seen.up();
    client.stop();

    let ca = Authority::new("leaf");
    let port = mosquitto::free_port();
    let _encrypted = tls_broker(&listener(port), &ca);
    let settings = Settings { ca_file: Some(ca.path("ca.pem")), ..settings(&format!("wss://127.0.0.1:{port}")) };
    let (client, seen) = connect(&settings, Lane::Crash, DEVICE);
    seen.up();
    client.stop();

    refused(&Settings { ca_file: None, ..settings }, "authority that this desk does not know");
    let path = format!("ws://127.0.0.1:{}", plain.port);
    refused(&super::settings(&path), "closed the connection before answering");
}

#[test]
fn tls_files_that_cannot_be_used_are_named() {
    let ca = Authority::new("leaf");
    std::fs::write(ca.path("empty.pem"), "nothing\n").unwrap();
    let base = || settings("mqtts://127.0.0.1:1");
    let error = |settings: Settings| {
        broker::connect(&settings, Lane::Crash, DEVICE, &[], Collector::default()).expect_err("cannot be used").to_string()
    };
    let missing = error(Settings { ca_file: Some(ca.path("missing.pem")), ..base() });
    assert!(missing.contains("ca_file") && missing.contains("missing.pem"), "{missing}");
    let empty = error(Settings { ca_file: Some(ca.path("empty.pem")), ..base() });
    assert!(empty.contains("no PEM block of a certificate") && empty.contains("empty.pem"), "{empty}");
    let swapped = Settings {
        ca_file: Some(ca.path("ca.pem")),
        client_cert_file: Some(ca.path("leaf.pem")),
        client_key_file: Some(ca.path("leaf.pem")),
        ..base()
    };
    assert!(error(swapped).contains("client_key_file"));
    let half = Settings { ca_file: Some(ca.path("ca.pem")), client_cert_file: Some(ca.path("leaf.pem")), ..base() };
    assert!(error(half).contains("go together"));
    assert!(error(Settings { ca_file: Some(ca.path("ca.pem")), ..settings("mqtt://127.0.0.1:1") }).contains("mqtts://"));
}
