use super::*;

#[track_caller]
fn explained(error: &ConnectionError, connected: bool) -> Explained {
    let endpoint = "mqtts://user:secret@broker.example".parse().unwrap();
    let context = Context { endpoint: &endpoint, client_id: "desk-crash", signed: false, connected, max_packet_bytes: 4096 };
    let explained = explain(error, context);
    assert!(!explained.reason.contains("secret"));
    explained
}

fn io(error: io::Error) -> ConnectionError {
    ConnectionError::Io(error)
}

fn tls(error: TlsError) -> ConnectionError {
    // As tokio-rustls hands it on.
    ConnectionError::Tls(rumqttc::TlsError::Io(io::Error::new(io::ErrorKind::InvalidData, error)))
}

#[test]
fn each_cause_has_its_words_and_its_kind() {
    use Kind::{Closed, Other, Refused, TooLarge, Undecodable};
    let decoding = |error| ConnectionError::MqttState(StateError::Deserialization(error));
    let cut = || decoding(mqttbytes::Error::Io(io::ErrorKind::ConnectionReset.into()));
    for (error, connected, kind, words) in [
        (io(io::ErrorKind::ConnectionRefused.into()), false, Other, "Nothing listens at mqtts://broker.example:8883"),
        (
            io(io::Error::other("failed to lookup address information: Name or service not known")),
            false,
            Other,
            "host name broker.example",
        ),
        (io(io::ErrorKind::TimedOut.into()), false, Other, "does not answer"),
        (io(io::ErrorKind::NetworkUnreachable.into()), false, Other, "VPN"),
        (io(io::ErrorKind::UnexpectedEof.into()), false, Other, "may not speak TLS"),
        (cut(), false, Other, "client_cert_file"),
        (cut(), true, Closed, "desk-crash"),
        (ConnectionError::MqttState(StateError::ConnectionAborted), true, Closed, "closed the connection"),
        (ConnectionError::NetworkTimeout, false, Other, "firewall"),
        (ConnectionError::MqttState(StateError::AwaitPingResp), true, Other, "stopped answering"),
        (decoding(mqttbytes::Error::PayloadSizeLimitExceeded(9999)), true, TooLarge(9999), "9999 bytes"),
        (decoding(mqttbytes::Error::TopicNotUtf8), true, Undecodable, "no valid MQTT"),
        (decoding(mqttbytes::Error::MalformedPacket), false, Other, "no MQTT broker"),
        (ConnectionError::ConnectionRefused(ConnectReturnCode::BadUserNamePassword), false, Refused, "password"),
        (ConnectionError::ConnectionRefused(ConnectReturnCode::NotAuthorized), false, Refused, "may not connect"),
        (ConnectionError::ConnectionRefused(ConnectReturnCode::BadClientId), false, Refused, "desk-crash"),
        (ConnectionError::ConnectionRefused(ConnectReturnCode::ServiceUnavailable), false, Other, "unavailable"),
        (tls(TlsError::InvalidCertificate(CertificateError::UnknownIssuer)), false, Refused, "ca_file"),
        (
            tls(TlsError::InvalidCertificate(CertificateError::NotValidForName)),
            false,
            Refused,
            "another host than broker.example",
        ),
        (tls(TlsError::InvalidCertificate(CertificateError::Expired)), false, Refused, "has expired"),
        (tls(TlsError::InvalidCertificate(CertificateError::NotValidYet)), false, Refused, "not valid yet"),
        (tls(TlsError::AlertReceived(AlertDescription::CertificateRequired)), false, Refused, "client_cert_file"),
        (tls(TlsError::AlertReceived(AlertDescription::UnknownCA)), false, Refused, "does not accept this desk's certificate"),
        (tls(TlsError::AlertReceived(AlertDescription::ProtocolVersion)), false, Refused, "TLS 1.2"),
    ] {
        let shown = error.to_string();
        let explained = explained(&error, connected);
        assert_eq!(explained.kind, kind, "{shown}: {}", explained.reason);
        assert!(explained.reason.contains(words), "{shown}: {}", explained.reason);
    }
}

#[test]
fn an_alert_after_the_handshake_is_found_inside_the_codec_error() {
    let alert = io::Error::new(io::ErrorKind::InvalidData, TlsError::AlertReceived(AlertDescription::CertificateRequired));
    let error = ConnectionError::MqttState(StateError::Deserialization(mqttbytes::Error::Io(alert)));
    assert!(explained(&error, false).reason.contains("client certificate"));
}
