use std::collections::HashSet;

use super::PacketId;

#[test]
fn the_same_message_has_the_same_name_everywhere() {
    // A value of its own, so that a change shows: stores hold these names.
    assert_eq!(PacketId::of("fleet/van-1/driving", b"{\"speed_kmh\":50}").to_string(), "15b1c8ff662e8592");
}

#[test]
fn messages_that_differ_have_names_that_differ() {
    let mut names = HashSet::new();
    let mut add = |topic: &str, payload: &[u8]| assert!(names.insert(PacketId::of(topic, payload)), "{topic} {payload:?}");
    // A byte that moves from the topic to the payload, zeros at the end, and every single byte of a long payload.
    add("a/b", b"c");
    add("a/bc", b"");
    add("a", b"/bc");
    for n_zeros in 0..20 {
        add("zeros", &vec![0; n_zeros]);
    }
    for at in 0..100 {
        for bit in 0..8 {
            let mut payload = vec![0x55; 100];
            payload[at] ^= 1 << bit;
            add("bits", &payload);
        }
    }
}
