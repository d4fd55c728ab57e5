use super::*;

#[test]
fn what_cannot_be_printed_is_escaped() {
    assert_eq!(escaped(b"{\"a\":1}\n"), "{\"a\":1}\n");
    assert_eq!(escaped(b"\x1b[2J\x00\xff"), "\\x1b[2J\\x00\\xff");
    assert_eq!(escaped("온도 4 °C".as_bytes()), "온도 4 °C");
    assert_eq!(escaped("\u{202e}\u{feff}".as_bytes()), "\\u{202e}\\u{feff}");
    assert_eq!(escaped(b""), "");
}

#[test]
fn hex_has_place_bytes_and_text() {
    assert_eq!(hex_dump(b"{\"a\":\x001}", 8), "0000  7b 22 61 22 3a 00 31 7d  {\"a\":.1}\n");
    assert_eq!(hex_dump(b"123456789", 8).lines().last(), Some("0008  39                       9"));
    assert_eq!(hex_dump(b"", 8), "");
}

proptest::proptest! {
    #[test]
    fn any_bytes_can_be_shown(bytes: Vec<u8>) {
        let shown = escaped(&bytes);
        assert!(shown.chars().all(|c| c == '\n' || !c.is_control()));
        assert_eq!(hex_dump(&bytes, 16).lines().count(), bytes.len().div_ceil(16));
    }
}
