//! What went wrong, in words: the cause, then the fix. Pure.

use std::error::Error as StdError;
use std::io;

use rumqttc::{ConnectReturnCode, ConnectionError, StateError, mqttbytes};
use rustls::{AlertDescription, CertificateError, Error as TlsError};

use super::Endpoint;

/// What kind of failure it was: decides how long to wait and what else to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The broker does not want us as we are; trying often helps nobody.
    Refused,
    /// A message that cannot be decoded.
    Undecodable,
    /// A message of so many bytes, more than the settings allow.
    TooLarge(usize),
    /// The other side ended an established connection.
    Closed,
    /// Everything that may heal by itself.
    Other,
}

/// An error, explained.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Explained {
    pub(super) kind: Kind,
    pub(super) reason: String,
}

/// What the words may need to know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) client_id: &'a str,
    /// Each connection is signed with AWS credentials.
    pub(super) signed: bool,
    /// The connection had been accepted before it failed.
    pub(super) connected: bool,
    pub(super) max_packet_bytes: usize,
}

pub(super) fn explain(error: &ConnectionError, context: Context<'_>) -> Explained {
    let Context { endpoint, client_id, signed, connected, max_packet_bytes } = context;
    let say = |kind, reason: String| Explained { kind, reason };
    if let Some(tls) = cause::<TlsError>(error) {
        return tls_words(tls, endpoint);
    }
    if let Some(io) = cause::<io::Error>(error) {
        return io_words(io, context);
    }
    match error {
        ConnectionError::ConnectionRefused(code) => refused_words(*code, context),
        ConnectionError::NetworkTimeout => {
            say(Kind::Other, format!("{endpoint} does not answer within 10 s. Check host and port, and that no firewall drops it."))
        }
        ConnectionError::FlushTimeout | ConnectionError::MqttState(StateError::AwaitPingResp) => {
            say(Kind::Other, format!("{endpoint} stopped answering. Check the network and whether the broker hangs."))
        }
        ConnectionError::MqttState(StateError::Deserialization(mqttbytes::Error::PayloadSizeLimitExceeded(bytes))) if connected => say(
            Kind::TooLarge(*bytes),
            format!(
                "The broker sent a message of {bytes} bytes; this desk takes {max_packet_bytes}. \
                 Raise max_packet_bytes under [broker], or lower the broker's own limit."
            ),
        ),
        ConnectionError::MqttState(StateError::Deserialization(_) | StateError::WrongPacket | StateError::Unsolicited(_)) if connected => {
            say(Kind::Undecodable, "The broker sent something that is no valid MQTT message. Find the sender of it, or report it to the broker's maker.".into())
        }
        ConnectionError::MqttState(StateError::ConnectionAborted) if connected => say(
            Kind::Closed,
            format!("{endpoint} closed the connection. It may be restarting, or another program uses the client id {client_id}; its log says which."),
        ),
        ConnectionError::MqttState(StateError::ConnectionAborted) => say(Kind::Other, closed_early_words(endpoint, client_id)),
        ConnectionError::MqttState(StateError::CollisionTimeout) => {
            say(Kind::Other, format!("{endpoint} does not acknowledge what this desk publishes. Check the broker's load and its log."))
        }
        ConnectionError::NotConnAck(_) | ConnectionError::MqttState(_) => say(Kind::Other, not_mqtt_words(endpoint)),
        // Its own type is not ours to name.
        ConnectionError::Websocket(error) if signed && error.to_string().contains("403") => say(
            Kind::Refused,
            format!(
                "IoT Core at {endpoint} refuses the signature. Check the access key and its secret, that this machine's clock \
                 is right, and that the user or role may iot:Connect as {client_id}."
            ),
        ),
        ConnectionError::Websocket(_)
        | ConnectionError::WsConnect(_)
        | ConnectionError::InvalidUrl(_)
        | ConnectionError::ResponseValidation(_) => say(
            Kind::Other,
            format!(
                "{endpoint} does not offer MQTT over a web socket at {}. Check port and path, or use {} without a web socket.",
                endpoint.path,
                if endpoint.scheme.is_encrypted() { "mqtts://" } else { "mqtt://" }
            ),
        ),
        _ => say(Kind::Other, format!("The connection to {endpoint} failed. The raw error says more.")),
    }
}

/// A connection that was not signed.
pub(super) const fn unsigned(reason: String) -> Explained {
    Explained { kind: Kind::Refused, reason }
}

/// Words for filters that the broker refused.
pub(super) fn filters_refused(filters: &[&str]) -> String {
    format!(
        "The broker refuses to let this desk read {}: nothing from there will be seen. Allow this user to subscribe to it in the broker's access list.",
        filters.join(", ")
    )
}

/// Words for filters of other makers' formats that the broker refused; all that is Fleetwatch's own is there.
pub(super) fn offered_refused(filters: &[&str]) -> String {
    format!(
        "Fleetwatch's own topics come in. The broker does not let this desk read topics of other makers' formats: {}. \
         Where no device sends there, nothing is missing; else allow it in the broker's access list. \
         To stop asking, name the formats that you use in the settings, [formats] enabled.",
        filters.join(", ")
    )
}

/// Words while the filters of other makers' formats are left out, because the broker hung up on them.
pub(super) fn offered_left_out() -> String {
    "Fleetwatch's own topics come in. The broker hung up when this desk asked for topics of other makers' formats, so they \
     are left out until the next start. Name the formats that you use in the settings, [formats] enabled, and allow their \
     topics in the broker's access list."
        .to_owned()
}

/// Words while a poisoned session is left aside.
pub(super) fn poisoned(left: &str, now: &str, reason: &str) -> String {
    format!(
        "One message blocks the session {left}; this desk goes on as {now} so that new reports come in. {reason} \
         What waits behind that message stays at the broker until then."
    )
}

/// Words while larger messages are taken than the settings allow.
pub(super) fn taken_though_large(reason: &str) -> String {
    format!("{reason} Until then it is taken all the same, so that what waits behind it comes through.")
}

/// Words while somebody else uses our client id.
pub(super) fn clash(own: &str, now: &str) -> String {
    format!(
        "Another program uses the client id {own}; this desk goes on as {now}. Give each desk its own client_id under [broker]."
    )
}

fn refused_words(code: ConnectReturnCode, context: Context<'_>) -> Explained {
    let Context { endpoint, client_id, .. } = context;
    let (kind, reason) = match code {
        ConnectReturnCode::BadUserNamePassword => (
            Kind::Refused,
            format!("{endpoint} refuses the user name or the password. Correct username and password under [broker]."),
        ),
        ConnectReturnCode::NotAuthorized => (
            Kind::Refused,
            format!(
                "{endpoint} does not let this user in: the user name or the password is wrong, or the account may not connect. \
                 Correct username and password under [broker], or the account at the broker."
            ),
        ),
        ConnectReturnCode::BadClientId => (
            Kind::Refused,
            format!("{endpoint} refuses the client id {client_id}. Set a client_id under [broker] that the broker allows."),
        ),
        ConnectReturnCode::RefusedProtocolVersion => {
            (Kind::Refused, format!("{endpoint} does not speak MQTT 3.1.1. Turn that version on at the broker."))
        }
        ConnectReturnCode::ServiceUnavailable | ConnectReturnCode::Success => (
            Kind::Other,
            format!("{endpoint} says that it is unavailable at the moment. See the broker's log; it is tried again."),
        ),
    };
    Explained { kind, reason }
}

fn io_words(error: &io::Error, context: Context<'_>) -> Explained {
    let Context { endpoint, client_id, connected, .. } = context;
    let text = error.to_string();
    let reason = match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            format!("Nothing listens at {endpoint}. Start the broker, or correct host and port.")
        }
        io::ErrorKind::TimedOut => format!("{endpoint} does not answer. Check host and port, and that no firewall drops it."),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => {
            format!("There is no way to {endpoint} from this machine. Check the network cable, Wi-Fi or VPN.")
        }
        // The resolver has no kind of its own.
        _ if text.contains("lookup address") || text.contains("No such host") || text.contains("resolve") => {
            format!("The host name {} is not known. Correct it, or check the name server and the VPN.", endpoint.host)
        }
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof
            if connected =>
        {
            return Explained {
                kind: Kind::Closed,
                reason: format!(
                    "{endpoint} closed the connection. It may be restarting, or another program uses the client id {client_id}; its log says which."
                ),
            };
        }
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => closed_early_words(endpoint, client_id),
        _ => format!("The connection to {endpoint} failed. Check the network; the raw error says more."),
    };
    Explained { kind: Kind::Other, reason }
}

fn closed_early_words(endpoint: &Endpoint, client_id: &str) -> String {
    if endpoint.scheme.is_encrypted() {
        format!(
            "{endpoint} closed the connection before answering. This port may not speak TLS, \
             or the broker wants another client certificate (client_cert_file and client_key_file under [broker]): \
             one that is active and may connect as {client_id}."
        )
    } else {
        format!(
            "{endpoint} closed the connection before answering. This port may speak TLS only: then begin the address with mqtts://."
        )
    }
}

fn not_mqtt_words(endpoint: &Endpoint) -> String {
    format!("What answers at {endpoint} is no MQTT broker. Check the port, and whether it speaks TLS or web sockets instead.")
}

fn tls_words(error: &TlsError, endpoint: &Endpoint) -> Explained {
    let host = &endpoint.host;
    let (kind, reason) = match error {
        TlsError::InvalidCertificate(certificate) => (
            Kind::Refused,
            match certificate {
                // A bad signature is what an authority of the same name with a new key looks like.
                CertificateError::UnknownIssuer | CertificateError::BadSignature => format!(
                    "The certificate of {endpoint} is signed by an authority that this desk does not know. \
                     Set ca_file under [broker] to that authority's certificate."
                ),
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => format!(
                    "The certificate of {endpoint} is for another host than {host}. \
                     Use the name that stands in the certificate, or have the broker's certificate renewed for {host}."
                ),
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                    format!(
                        "The certificate of {endpoint} has expired. Renew it at the broker; if it is new, check this machine's clock."
                    )
                }
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                    format!("The certificate of {endpoint} is not valid yet. Check this machine's clock and the broker's.")
                }
                _ => format!(
                    "The certificate of {endpoint} cannot be trusted. Have the broker's certificate renewed; the raw error says why."
                ),
            },
        ),
        TlsError::AlertReceived(AlertDescription::CertificateRequired) => (
            Kind::Refused,
            format!("{endpoint} wants a client certificate. Set client_cert_file and client_key_file under [broker]."),
        ),
        TlsError::AlertReceived(
            AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRevoked
            | AlertDescription::AccessDenied,
        ) => (
            Kind::Refused,
            format!(
                "{endpoint} does not accept this desk's certificate. Have client_cert_file under [broker] renewed by the broker's authority."
            ),
        ),
        TlsError::InvalidMessage(_) => {
            (Kind::Other, format!("{endpoint} does not speak TLS on this port. Use its TLS port (often 8883)."))
        }
        TlsError::AlertReceived(AlertDescription::ProtocolVersion) | TlsError::PeerIncompatible(_) => (
            Kind::Refused,
            format!(
                "{endpoint} offers only TLS versions or ciphers that are no longer safe. Turn on TLS 1.2 or 1.3 at the broker."
            ),
        ),
        _ => (Kind::Other, format!("TLS with {endpoint} failed. The raw error says why.")),
    };
    Explained { kind, reason }
}

/// The first cause of this type, also inside `io::Error`, which hides what it wraps from `source`.
fn cause<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn StdError + 'static)),
            None => error.source(),
        };
    }
    None
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
