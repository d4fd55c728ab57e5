use super::*;

#[test]
fn a_recorded_line_gives_back_the_bytes() {
    for payload in
        [&b"{\"speed_kmh\":48.2}"[..], b"{ \"b\": 1, \"a\": 2 }", b"", b"\xff\x00\x01", b"null", b"{\"a\":1e0}", b"ab", b"abc"]
    {
        let line = Line::of(Timestamp::from_millis(5), "fleet/van-1/driving", payload);
        let text = serde_json::to_string(&line).unwrap();
        let back: Line = serde_json::from_str(&text).unwrap();
        assert_eq!(back.bytes().unwrap(), payload, "{text}");
    }
}

#[test]
fn base64_agrees_with_rfc_4648() {
    for (plain, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")]
    {
        assert_eq!(to_base64(plain.as_bytes()), text);
        assert_eq!(from_base64(text).as_deref(), Some(plain.as_bytes()));
    }
    for wrong in ["Zg", "Z===", "Zm9v!", "Zm=v"] {
        assert_eq!(from_base64(wrong), None, "{wrong}");
    }
}

#[test]
fn a_payload_keeps_its_distance_from_the_time_it_was_recorded() {
    let body = Body::Recorded { payload: br#"{"occurred_at":900,"speed_kmh":1}"#.to_vec(), at: Timestamp::from_millis(1_000) };
    let payload = body.render(Timestamp::from_millis(50_000));
    assert_eq!(serde_json::from_slice::<Value>(&payload).unwrap()["occurred_at"], 49_900);
    let odd = Body::Recorded { payload: b"not json".to_vec(), at: Timestamp::from_millis(1_000) };
    assert_eq!(odd.render(Timestamp::from_millis(50_000)), b"not json");
}
