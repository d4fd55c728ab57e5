//! Mails through a real server (aiosmtpd), over TLS and with a sign-in.

use std::io::{BufRead as _, BufReader};
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use serde_json::Value;

use super::place;
use crate::broker::tls::Authority;
use crate::support::headless::{Desk, fleetwatch};
use crate::support::mosquitto::Mosquitto;
use crate::support::peer::{Peer, airbag};

/// A running mail server; gone when dropped.
struct Mail {
    child: Child,
    port: u64,
    mails: Receiver<Value>,
}

impl Mail {
    /// `None`, with a word about it, where `make test` has not made ready what it needs.
    fn start(way: &str, ca: &Authority) -> Option<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = here.join("target/venv/mail/bin/python");
        if !python.exists() {
            println!("skipped: `make test` installs the mail server that this needs into target/venv/mail");
            return None;
        }
        let mut command = Command::new(python);
        command.arg(here.join(".ci/mail")).arg(way).arg(ca.path("leaf.pem")).arg(ca.path("leaf.key"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let first: Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
        let (sender, mails) = sync_channel(1_000);
        let reader = std::thread::Builder::new().name("mail-reader".to_owned());
        reader.spawn(move || lines.try_for_each(|line| sender.send(serde_json::from_str(&line).unwrap())).ok()).unwrap();
        Some(Self { child, port: first["port"].as_u64().unwrap(), mails })
    }

    #[track_caller]
    fn next(&self) -> Value {
        self.mails.recv_timeout(Duration::from_mins(1)).expect("no mail within a minute")
    }
}

impl Drop for Mail {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// This machine as others see it, where it is in a network: not at a loopback address STARTTLS is insisted on. Sends nothing.
fn elsewhere() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|address| !address.is_loopback() && !address.is_unspecified())
}

#[test]
fn a_crash_is_mailed_over_tls_and_a_drill_is_not() {
    let ca = Authority::new("leaf");
    let here = IpAddr::from(Ipv4Addr::LOCALHOST);
    let elsewhere = elsewhere();
    ca.sign("leaf", &format!("subjectAltName=IP:{here},IP:{}", elsewhere.unwrap_or(here)), "30");
    let starttls = elsewhere.map(|elsewhere| ("starttls", "smtp", elsewhere));
    if starttls.is_none() {
        println!("skipped: STARTTLS, since this machine is in no network");
    }
    for (way, scheme, host) in [("tls", "smtps", here)].into_iter().chain(starttls) {
        let Some(mail) = Mail::start(way, &ca) else { return };
        let broker = Mosquitto::start();
        let (_dir, data) = place();
        let settings = data.with_extension("toml");
        let write = |secret: &str| {
            let text = format!(
                "[outbound]\nemail_server = \"{scheme}://{host}:{}\"\nemail_from = \"Fleet <fleet@example.org>\"\n\
                 email_to = [\"ops@example.org\", \"night@example.org\"]\nemail_user = \"fleet\"\nemail_secret = \"{secret}\"\n\
                 [[outbound.route]]\nto = [\"email\"]\n",
                mail.port
            );
            std::fs::write(&settings, text).unwrap();
        };
        write("hunter2");
        let trust = ca.path("ca.pem");
        let environment = [("SSL_CERT_FILE", trust.to_str().unwrap())];
        let args = ["--settings", settings.to_str().unwrap()];
        let desk = Desk::connected_in(&data, &broker, &args, &environment);
        let mut peer = Peer::connect(broker.port, &["fleet/+/ack", "drill/fleet/+/ack"]);
        peer.send("drill/fleet/van-1/crash", airbag("e-0"));
        peer.wait_for("drill/fleet/van-1/ack", 1, 60);
        peer.send("fleet/van-1/crash", airbag("e-1"));
        let got = mail.next();
        assert_eq!(got["to"], serde_json::json!(["ops@example.org", "night@example.org"]), "{got}");
        assert_eq!((&got["from"], &got["tls"]), (&"fleet@example.org".into(), &true.into()), "{got}");
        let text = got["mail"].as_str().unwrap();
        assert!(text.contains("Subject: CRITICAL: ") && text.contains("INC-") && !text.contains("DRL-"), "{text}");
        desk.stop();
        assert!(mail.mails.try_recv().is_err(), "more than one mail, or one of a drill");

        // The doctor signs in and asks for everybody; with the wrong secret, and without trust, it says what to do.
        let doctor = |environment: &[(&str, &str)]| {
            let output = fleetwatch(&["doctor", "--data-dir", data.to_str().unwrap(), "--broker", &broker.url()])
                .args(args)
                .envs(environment.iter().copied())
                .output()
                .unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        let well = doctor(&environment);
        assert!(well.contains(&format!("ok    email: {host} takes mails to each of 2 receivers; none was sent")), "{well}");
        assert!(doctor(&[]).contains("FAIL  email: the mail server cannot be reached over TLS"), "an unknown authority");
        write("wrong");
        let wrong = doctor(&environment);
        assert!(wrong.contains("FAIL  email: ") && wrong.contains("535") && wrong.contains("check email_user"), "{wrong}");
        assert!(!wrong.contains("hunter2") && mail.mails.try_recv().is_err());
    }
}
