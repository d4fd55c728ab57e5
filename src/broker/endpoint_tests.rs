use super::*;

#[track_caller]
fn parse(text: &str) -> Endpoint {
    text.parse().unwrap()
}

#[test]
fn ports_and_paths_have_defaults() {
    for (text, shown, address) in [
        ("mqtt://broker", "mqtt://broker:1883", "broker"),
        ("mqtts://broker/", "mqtts://broker:8883", "broker"),
        ("ws://broker", "ws://broker:80", "ws://broker:80/mqtt"),
        ("wss://broker/", "wss://broker:443", "wss://broker:443/mqtt"),
        ("wss://broker:9001/a/b?c=d", "wss://broker:9001", "wss://broker:9001/a/b?c=d"),
        ("mqtt://[::1]:1", "mqtt://[::1]:1", "::1"),
        (" mqtt://127.0.0.1:2 ", "mqtt://127.0.0.1:2", "127.0.0.1"),
    ] {
        let endpoint = parse(text);
        assert_eq!((endpoint.to_string().as_str(), endpoint.address().as_str()), (shown, address), "{text}");
    }
}

#[test]
fn a_password_is_decoded_and_never_shown() {
    let endpoint = parse("wss://us%40er:p%3Aw%2Fd%C3%A9%@broker/x");
    assert_eq!(endpoint.username.as_deref(), Some("us@er"));
    assert_eq!(endpoint.password.as_ref().map(Secret::expose), Some("p:w/dé%"));
    for shown in [endpoint.to_string(), endpoint.address(), format!("{endpoint:?}")] {
        assert!(!shown.contains("p:w") && !shown.contains("p%3A"), "{shown}");
    }
    assert_eq!("mqtt://a:%ff@b".parse::<Endpoint>(), Err(Error::Login));
}

#[test]
fn what_is_no_address_is_explained_without_showing_it() {
    for (text, words) in [
        ("http://broker", "begins with http://"),
        ("broker.example", "cannot be read"),
        ("localhost:1883", "names no host"),
        ("mqtt://", "names no host"),
        ("mqtt://broker/path", "has a path"),
        ("mqtt://u:secret@broker:99999", "cannot be read"),
    ] {
        let error = text.parse::<Endpoint>().expect_err(text).to_string();
        assert!(error.contains(words) && !error.contains("secret"), "{text}: {error}");
    }
}

#[test]
fn loopback_is_known() {
    for (text, loopback) in [
        ("mqtt://localhost", true),
        ("mqtt://127.0.0.9", true),
        ("mqtt://[::1]", true),
        ("mqtt://10.0.0.1", false),
        ("mqtt://b", false),
    ] {
        assert_eq!(parse(text).is_loopback(), loopback, "{text}");
    }
}
