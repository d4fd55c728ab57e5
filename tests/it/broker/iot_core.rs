//! `IoT` Core as the broker: how each connection is signed, as the other side reads it.

use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener};

use crate::support::headless::{Desk, fleetwatch};

/// Takes so many handshakes, hangs up on each, and answers with what they asked for.
fn handshakes(listener: &TcpListener, n: usize) -> Vec<String> {
    let one = |_| {
        let (mut socket, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            socket.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        String::from_utf8(head).unwrap()
    };
    (0..n).map(one).collect()
}

#[test]
fn each_connection_is_signed_anew_with_credentials_that_are_fresh_and_none_is_shown() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let place = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    // Each call of it gives another session, which is over at once: two lanes may call it at the same moment.
    let process = r#"sh -c 'echo "{\"Version\":1,\"AccessKeyId\":\"AKID$$\",\"SecretAccessKey\":\"hush$$\",\"SessionToken\":\"to/ken$$\",\"Expiration\":\"2026-01-01T00:00:00Z\"}"'"#;
    std::fs::write(place("config"), format!("[default]\ncredential_process = {process}\n")).unwrap();
    let (config, none) = (place("config"), place("none"));
    let environment = [
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_CONFIG_FILE", config.as_str()),
        ("AWS_SHARED_CREDENTIALS_FILE", none.as_str()),
    ];
    let broker = "wss://abc-ats.iot.ap-northeast-2.amazonaws.com";
    let desk = Desk::start_in(&dir.path().join("data"), &["--broker", broker], &environment);
    // Two lanes, twice each.
    let heads = handshakes(&listener, 4);
    let mut keys: Vec<&str> =
        heads.iter().map(|head| head.split("X-Amz-Credential=").nth(1).unwrap().split("%2F").next().unwrap()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 4, "{heads:?}");
    for head in &heads {
        assert!(head.starts_with("GET /mqtt?X-Amz-"), "{head}");
        assert!(head.contains("%2Fap-northeast-2%2Fiotdevicegateway%2Faws4_request"), "{head}");
        assert!(head.to_lowercase().contains("\r\nhost: abc-ats.iot.ap-northeast-2.amazonaws.com\r\n"), "{head}");
        let key = head.split("AKID").nth(1).unwrap().split("%2F").next().unwrap();
        assert!(head.contains(&format!("&X-Amz-Security-Token=to%2Fken{key} HTTP/1.1")), "{head}");
    }
    let said = desk.stderr();
    assert!(said.contains("wss://abc-ats.iot.ap-northeast-2.amazonaws.com:443: "), "{said}");
    assert!(!["hush", "to/ken", "to%2Fken", "X-Amz"].iter().any(|secret| said.contains(secret)), "{said}");
    desk.kill();

    // Without credentials it says what to do, and where a password is given it is no signature's business.
    let mut doctor = fleetwatch(&["doctor", "--broker", broker, "--data-dir", &place("data")]);
    let doctor =
        doctor.env_clear().env("AWS_ENDPOINT_URL", &endpoint).env("HOME", dir.path()).stdout(std::process::Stdio::piped());
    let child = doctor.spawn().unwrap();
    handshakes(&listener, 1);
    let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert!(said.contains("cannot be signed: there are no AWS credentials: set AWS_ACCESS_KEY_ID"), "{said}");
}
