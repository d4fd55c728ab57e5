use super::*;

#[test]
fn an_empty_section_is_the_embedded_broker() {
    let settings: Settings = toml::from_str("").unwrap();
    assert_eq!(settings, Settings::default());
    assert!(settings.url.is_none());
    settings.check().unwrap();
}

#[test]
fn every_field_can_be_set_and_no_other() {
    let settings: Settings = toml::from_str(
        r#"
        url = "mqtts://broker.example"
        embedded_port = 1884
        client_id = "desk-1"
        username = "desk"
        password = "hush"
        ca_file = "ca.pem"
        client_cert_file = "cert.pem"
        client_key_file = "key.pem"
        keep_alive_secs = 5
        max_packet_bytes = 65536
        telemetry_qos = 1
        "#,
    )
    .unwrap();
    assert_eq!(settings.telemetry_qos, Qos::AtLeastOnce);
    settings.check().unwrap();
    assert!(toml::from_str::<Settings>("uri = \"mqtt://a\"").is_err());
    assert!(toml::from_str::<Settings>("telemetry_qos = 2").unwrap_err().to_string().contains("must be 0 or 1"));
}

#[test]
fn secrets_are_not_shown() {
    let settings = Settings { password: Some(Secret::new("hush")), ..Settings::at("mqtt://desk:hush@broker") };
    assert!(!format!("{settings:?}").contains("hush"));
}

#[test]
fn numbers_out_of_range_are_named() {
    let error = Settings { keep_alive_secs: 0, ..Settings::default() }.check().unwrap_err().to_string();
    assert_eq!(error, "keep_alive_secs under [broker] must be from 5 to 1200, and is 0");
    assert!(Settings { max_packet_bytes: 10 << 10, ..Settings::default() }.check().is_err());
}

#[test]
fn the_settings_win_over_the_address() {
    let endpoint: Endpoint = "mqtt://anna:one@broker".parse().unwrap();
    let login = |settings: Settings| settings.login(&endpoint);
    assert_eq!(login(Settings::default()), Some(("anna".to_owned(), "one".to_owned())));
    let ours = Settings { username: Some("bert".to_owned()), password: Some(Secret::new("two")), ..Settings::default() };
    assert_eq!(login(ours), Some(("bert".to_owned(), "two".to_owned())));
    assert_eq!(Settings::default().login(&"mqtt://broker".parse().unwrap()), None);
}
