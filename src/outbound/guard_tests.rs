use super::*;

#[test]
fn each_kind_of_address_is_what_the_registries_say() {
    for (text, place_of) in [
        ("93.184.216.34", Place::Public),
        ("2606:2800:220:1:248:1893:25c8:1946", Place::Public),
        ("10.0.0.1", Place::Private),
        ("172.16.0.1", Place::Private),
        ("172.32.0.1", Place::Public),
        ("192.168.1.1", Place::Private),
        ("127.0.0.1", Place::Private),
        ("127.9.9.9", Place::Private),
        ("100.64.0.1", Place::Private),
        ("100.128.0.1", Place::Public),
        ("::1", Place::Private),
        ("fc00::1", Place::Private),
        ("fd12:3456::1", Place::Private),
        ("169.254.169.254", Place::Never),
        ("169.254.0.1", Place::Never),
        ("100.100.100.200", Place::Never),
        ("168.63.129.16", Place::Never),
        ("0.0.0.0", Place::Never),
        ("255.255.255.255", Place::Never),
        ("224.0.0.1", Place::Never),
        ("240.0.0.1", Place::Never),
        ("::", Place::Never),
        ("fe80::1", Place::Never),
        ("ff02::1", Place::Never),
        ("fd00:ec2::254", Place::Never),
        // Old addresses in new clothes.
        ("::ffff:169.254.169.254", Place::Never),
        ("::ffff:10.0.0.1", Place::Private),
        ("::ffff:93.184.216.34", Place::Public),
        ("64:ff9b::a9fe:a9fe", Place::Never),
        ("2002:a9fe:a9fe::1", Place::Never),
        ("2002:0a00:0001::1", Place::Private),
        ("::a9fe:a9fe", Place::Never),
    ] {
        assert_eq!(place(text.parse().unwrap()), place_of, "{text}");
    }
}

#[test]
fn a_name_that_points_inside_is_refused_when_it_is_used() {
    let address = |text: &str| std::net::SocketAddr::new(text.parse().unwrap(), 443);
    let closed = Guard { private_allowed: false };
    // One good address among bad ones is the only one that is tried.
    let mixed = vec![address("169.254.169.254"), address("93.184.216.34"), address("10.0.0.7")];
    assert_eq!(closed.sift(mixed.clone()).unwrap(), [address("93.184.216.34")]);
    let open = Guard { private_allowed: true };
    assert_eq!(open.sift(mixed).unwrap(), [address("93.184.216.34"), address("10.0.0.7")]);
    assert!(closed.sift(vec![address("10.0.0.7")]).unwrap_err().contains("webhook_private = true"));
    assert!(open.sift(vec![address("169.254.169.254")]).unwrap_err().contains("nothing is ever sent there"));
    assert!(closed.sift(Vec::new()).is_err());
}
